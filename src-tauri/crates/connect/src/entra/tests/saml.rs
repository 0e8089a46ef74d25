//! The certificate, the metadata, the service principal of single sign-on, and who is assigned to it.

use serde_json::json;

use super::*;
use crate::fault::Meaning;

#[tokio::test]
async fn the_principal_is_read_with_its_certificates() {
    let server = Server::answering(|_, _| {
        answer(200, json!({
            "id": "s-1", "appId": "c-1", "preferredSingleSignOnMode": "saml",
            "preferredTokenSigningKeyThumbprint": "DA20FCA696C4F83E8A9AED59BE33368ED421F3C1",
            "notificationEmailAddresses": ["it@contoso.test"], "loginUrl": null,
            "samlSingleSignOnSettings": {"relayState": null}, "tokenEncryptionKeyId": null,
            "appRoles": [{"id": "r-1", "displayName": "User", "isEnabled": true, "allowedMemberTypes": ["User"], "value": null}],
            "keyCredentials": [{"customKeyIdentifier": "2iD8ppbE+D6Kmu1ZvjM2jtQh88E=", "keyId": "k-1", "usage": "Verify",
                "type": "AsymmetricX509Cert", "endDateTime": "2029-01-25T00:00:00Z", "key": "MIIC"}],
            "passwordCredentials": [{"keyId": "k-1", "hint": null}], "replyUrls": ["https://x.test/acs"],
        }))
    })
    .await;
    let principal = graph(&server)
        .saml_principal("s-1")
        .await
        .expect("one")
        .value;
    let credential = &principal.key_credentials[0];
    assert_eq!(
        credential.thumbprint(),
        principal.preferred_token_signing_key_thumbprint
    );
    assert_eq!(credential.kind.as_deref(), Some("AsymmetricX509Cert"));
    assert!(credential.end_date_time.is_some() && credential.is_for_verifying());
    assert!(principal.app_roles[0].is_for_people());
    assert_eq!(
        principal.saml_single_sign_on_settings,
        Some(SamlSettings::default())
    );
    assert_eq!(principal.password_credentials, [json!({"keyId": "k-1"})]);
    let line = &server.lines()[0];
    assert!(
        line.starts_with("GET /v1.0/servicePrincipals/s-1?$select=id%2C")
            && line.contains("keyCredentials"),
        "{line}"
    );
}

#[tokio::test]
async fn a_certificate_is_made_once() {
    let end = "2029-01-25T00:00:00.987Z".parse().expect("a time");
    let name = "CN=Atlassian Cloud SSO";
    let server = Server::answering(|_, _| {
        answer(200, json!({"thumbprint": "DA20", "key": "MIIC", "keyId": "k", "endDateTime": "2029-01-25T00:00:00Z", "usage": "Verify"}))
    })
    .await;
    let made = graph(&server)
        .add_token_signing_certificate("s-1", name, end)
        .await
        .expect("a certificate");
    assert_eq!(
        (made.value.thumbprint.as_str(), made.value.key.as_str()),
        ("DA20", "MIIC")
    );
    assert_eq!(
        server.lines(),
        ["POST /v1.0/servicePrincipals/s-1/addTokenSigningCertificate"]
    );
    let body: Value = serde_json::from_str(&server.got()[0].body).expect("JSON");
    assert_eq!(
        body,
        json!({"displayName": name, "endDateTime": "2029-01-25T00:00:00Z"})
    );

    let elsewhere = Server::answering(|_, _| {
        answer(400, json!({"error": {"code": "BadRequest", "message": "Resource not found for the segment 'addTokenSigningCertificate'."}}))
    })
    .await;
    let fault = graph(&elsewhere)
        .add_token_signing_certificate("s-1", name, end)
        .await
        .expect_err("a fault");
    assert!(fault.means(Meaning::NoSuchCall) && !fault.maybe_done());

    for (status, body, requests) in [
        (503, json!({}), 1),
        (200, json!({"key": 5}), 1),
        (429, json!({}), 6),
    ] {
        let doubtful = Server::answering(move |_, _| answer(status, body.clone())).await;
        let fault = graph(&doubtful)
            .add_token_signing_certificate("s-1", name, end)
            .await
            .expect_err("a fault");
        assert_eq!(
            (doubtful.got().len(), fault.maybe_done()),
            (requests, status != 429),
            "{status}"
        );
    }
}

#[tokio::test]
async fn metadata_is_read_without_a_credential() {
    let server = Server::answering(|_, got| {
        let whose = if got.target.contains("appid=") {
            "own"
        } else {
            "tenant's"
        };
        format!("\u{feff}<EntityDescriptor ID=\"{whose}\"/>").into_response()
    })
    .await;
    let pass = graph(&server).fresh_pass();
    let own = pass
        .federation_metadata("t-1", Some("c 1"))
        .await
        .expect("metadata");
    let general = pass
        .federation_metadata("t-1", None)
        .await
        .expect("metadata");
    assert!(own.value.starts_with('<'), "without the byte order mark");
    assert!(own.value.contains("own") && general.value.contains("tenant's"));
    pass.federation_metadata("t-1", None)
        .await
        .expect("metadata");
    assert_eq!(
        server.lines(),
        [
            "GET /t-1/federationmetadata/2007-06/federationmetadata.xml?appid=c+1",
            "GET /t-1/federationmetadata/2007-06/federationmetadata.xml",
        ],
        "once a pass"
    );
    for got in server.got() {
        assert_eq!(got.header("authorization"), None);
        assert_eq!(got.header("accept"), Some("application/xml"));
    }
}

#[tokio::test]
async fn metadata_comes_from_the_login_host_or_not_at_all() {
    let elsewhere = Server::answering(|_, _| "<EntityDescriptor/>".into_response()).await;
    let other = elsewhere.url.to_string();
    let server = Server::answering(move |_, _| {
        (http::StatusCode::FOUND, [("location", other.clone())]).into_response()
    })
    .await;
    let fault = graph(&server)
        .federation_metadata("t-1", Some("c-1"))
        .await
        .expect_err("a fault");
    assert_eq!(
        (fault.kind, fault.call.and_then(|call| call.status)),
        (FaultKind::NotJson, Some(302))
    );
    assert!(elsewhere.got().is_empty());

    let large = Server::answering(|_, _| "x".repeat(1024 * 1024 + 1).into_response()).await;
    let fault = graph(&large)
        .federation_metadata("t-1", None)
        .await
        .expect_err("a fault");
    assert_eq!(fault.kind, FaultKind::NotJson);
    let full = Server::answering(|_, _| "x".repeat(1024 * 1024).into_response()).await;
    assert!(graph(&full).federation_metadata("t-1", None).await.is_ok());
}

#[tokio::test]
async fn an_entity_id_is_looked_for_and_its_refusals_are_told_apart() {
    let server = Server::answering(|_, got| match got.method.as_str() {
        "GET" => answer(200, json!({"value": [{"id": "a-1", "identifierUris": ["https://auth.test/saml/1"],
            "web": {"redirectUris": ["https://auth.test/acs"], "redirectUriSettings": [{"uri": "https://auth.test/acs", "index": 0}]}}]})),
        _ => answer(400, json!({"error": {"code": "Request_BadRequest",
            "message": "Another object with the same value for property identifierUris already exists."}})),
    })
    .await;
    let graph = graph(&server);
    let uri = "https://auth.test/saml/it's";
    let found = graph
        .applications_with_identifier(uri)
        .await
        .expect("applications")
        .value;
    assert_eq!(found[0].web.redirect_uris, ["https://auth.test/acs"]);
    assert_eq!(found[0].web.redirect_uri_settings[0]["index"], 0);
    assert!(server.lines()[0].contains(
        "$filter=identifierUris%2Fany%28u%3Au%20eq%20%27https%3A%2F%2Fauth.test%2Fsaml%2Fit%27%27s%27%29"
    ));
    let patch = json!({"identifierUris": [uri]});
    let fault = graph
        .update_application("a-1", patch.clone())
        .await
        .expect_err("a fault");
    assert!(fault.means(Meaning::DuplicateIdentifier));

    let strict = Server::answering(|_, _| answer(400, json!({"error": {"code": "Request_BadRequest",
        "message": "Failed to add identifier URI https://auth.test/saml/1. All newly added URIs must contain a tenant verified domain."}})))
    .await;
    let fault = super::graph(&strict)
        .update_application("a-1", patch)
        .await
        .expect_err("a fault");
    assert!(fault.means(Meaning::ForeignIdentifier));
}

#[tokio::test]
async fn assignments_in_large_pages_and_one_at_a_time() {
    let server = Server::answering(|_, got| match (got.method.as_str(), got.target.contains("$skiptoken")) {
        ("GET", false) => answer(200, json!({"value": [{"id": "as-1", "principalId": "u-1", "principalType": "User", "appRoleId": "r"}],
            "@odata.nextLink": format!("http://{}/v1.0/servicePrincipals/s-1/appRoleAssignedTo?$skiptoken=2", got.header("host").unwrap_or_default())})),
        ("GET", true) => answer(200, json!({"value": [{"id": "as-2", "principalType": "Group"}]})),
        ("POST", _) => answer(201, json!({"id": "as-3", "principalId": "u-2", "appRoleId": "r-1"})),
        _ => http::StatusCode::NO_CONTENT.into_response(),
    })
    .await;
    let graph = graph(&server);
    assert_eq!(
        graph
            .assignments("s-1")
            .await
            .expect("assignments")
            .value
            .len(),
        2
    );
    assert_eq!(
        graph
            .assign("s-1", "u-2", "r-1")
            .await
            .expect("one")
            .value
            .id,
        "as-3"
    );
    graph
        .unassign("s-1", "41W1zT6z1U-kJxf_62")
        .await
        .expect("a change");
    let lines = server.lines();
    assert_eq!(
        lines[0],
        "GET /v1.0/servicePrincipals/s-1/appRoleAssignedTo?$top=999"
    );
    assert_eq!(
        lines[3],
        "DELETE /v1.0/servicePrincipals/s-1/appRoleAssignedTo/41W1zT6z1U-kJxf_62"
    );
    let body: Value = serde_json::from_str(&server.got()[2].body).expect("JSON");
    assert_eq!(
        body,
        json!({"principalId": "u-2", "resourceId": "s-1", "appRoleId": "r-1"})
    );
}

#[tokio::test]
async fn what_an_assignment_can_be_refused_for() {
    let cases = [
        (
            400,
            "Permission being assigned already exists on the object",
            Some(Meaning::AlreadyAssigned),
        ),
        (
            400,
            "Permission being assigned was not found on application 'c-1'",
            Some(Meaning::NoSuchRole),
        ),
        (400, "Not a valid reference update.", Some(Meaning::NotYet)),
        (
            404,
            "Resource 'u-1' does not exist or one of its queried reference-property objects are not present.",
            Some(Meaning::NotYet),
        ),
        (403, "Not a valid reference update.", None),
        (400, "Something else", None),
    ];
    for (status, message, meaning) in cases {
        let server = Server::answering(move |_, _| {
            answer(
                status,
                json!({"error": {"code": "Request_BadRequest", "message": message}}),
            )
        })
        .await;
        let fault = graph(&server)
            .assign("s-1", "u-1", "r-1")
            .await
            .expect_err("a fault");
        assert_eq!(fault.meaning(), meaning, "{message}");
        assert_eq!(
            (server.got().len(), fault.maybe_done()),
            (1, false),
            "{message}"
        );
    }
}
