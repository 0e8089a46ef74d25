//! Graph against scripted servers: paging, the memory of a pass, what happens at a 401, and that the vendor's examples are read.

mod claims;
mod logs;
mod people;
mod saml;

use axum::response::IntoResponse;
use serde_json::json;

use super::*;
use crate::testing::{Server, answer, answer_with, cloud_at, tokens};

fn graph(server: &Server) -> Graph {
    Graph::new(
        server.http(),
        &server.cloud(),
        server.session(3600, "User.Read"),
    )
}

#[tokio::test]
async fn lists_follow_their_pages_and_repeat_their_headers() {
    let server = Server::answering(|number, got| match number {
        0 => answer(200, json!({"@odata.nextLink": format!("http://{}/v1.0/next?$skiptoken=a", got.header("host").unwrap_or_default()), "value": []})),
        _ => answer(200, json!({"value": [{"id": "r-1", "roleTemplateId": "t-1", "displayName": null}]})),
    })
    .await;
    let roles = graph(&server).active_roles().await.expect("roles");
    assert_eq!(
        (
            roles.value[0].template_id.as_deref(),
            &roles.value[0].display_name
        ),
        (Some("t-1"), &None)
    );
    assert_eq!(
        server.lines(),
        [
            "GET /v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=id%2CdisplayName%2CroleTemplateId&$count=true",
            "GET /v1.0/next?$skiptoken=a",
        ]
    );
    assert!(
        server
            .got()
            .iter()
            .all(|got| got.header("consistencylevel") == Some("eventual"))
    );
    assert!(
        server
            .got()
            .iter()
            .all(|got| got.header("authorization") == Some("Bearer first-access-token"))
    );
}

#[tokio::test]
async fn a_list_ends_even_when_its_pages_do_not() {
    for (next, kind) in [
        ("/v1.0/domains?$skiptoken=same", FaultKind::TooManyPages),
        (
            "http://elsewhere.example/v1.0/domains",
            FaultKind::ForeignAddress,
        ),
        (
            "not an address",
            FaultKind::Unreadable {
                path: "@odata.nextLink".into(),
            },
        ),
    ] {
        let server = Server::answering(move |_, got| {
            let next = if next.starts_with('/') {
                format!("http://{}{next}", got.header("host").unwrap_or_default())
            } else {
                next.into()
            };
            answer(200, json!({"value": [], "@odata.nextLink": next}))
        })
        .await;
        let fault = graph(&server).domains().await.expect_err("a fault");
        assert_eq!(fault.kind, kind, "{next}");
        assert!(server.got().len() <= 2, "{next}");
    }
}

#[tokio::test]
async fn a_pass_reads_once_and_a_write_ends_what_it_knows() {
    let server = Server::answering(|_, got| match got.method.as_str() {
        "GET" => answer(200, json!({"id": "a-1", "displayName": "Atlassian Cloud"})),
        _ => http::StatusCode::NO_CONTENT.into_response(),
    })
    .await;
    let pass = graph(&server).fresh_pass();
    let (noted, other) = (pass.noted("check 1"), pass.noted("check 2"));
    let (one, two) = tokio::join!(noted.application("a-1"), other.application("a-1"));
    assert_eq!(
        one.expect("an application").value,
        two.expect("an application").value
    );
    assert_eq!(
        server.got().len(),
        1,
        "asked twice at the same time, read once"
    );
    pass.application("a-1").await.expect("an application");
    assert_eq!(server.got().len(), 1);
    pass.update_application("a-1", json!({"tags": ["x"]}))
        .await
        .expect("a change");
    pass.application("a-1").await.expect("an application");
    assert_eq!(server.got().len(), 3, "read again after the write");
    pass.fresh_pass()
        .application("a-1")
        .await
        .expect("an application");
    graph(&server)
        .application("a-1")
        .await
        .expect("an application");
    assert_eq!(server.got().len(), 5, "another pass and no pass read again");
}

#[tokio::test]
async fn a_refused_token_is_refreshed_once() {
    let server = Server::answering(|_, got| match got.header("authorization") {
        None => answer(
            200,
            tokens(
                "second-access-token",
                "second-refresh-token",
                3600,
                "User.Read",
            ),
        ),
        Some("Bearer second-access-token") => answer(200, json!({"id": "u-1"})),
        Some(_) => answer(
            401,
            json!({"error": {"code": "InvalidAuthenticationToken", "message": "expired"}}),
        ),
    })
    .await;
    let graph = graph(&server);
    assert_eq!(graph.me().await.expect("me").value.id, "u-1");
    assert_eq!(server.got().len(), 3);
    assert_eq!(
        server.got()[1].field("refresh_token").as_deref(),
        Some("first-refresh-token")
    );

    let never = Server::answering(|_, got| match got.header("authorization") {
        None => answer(200, tokens("another-access-token", "r", 3600, "User.Read")),
        Some(_) => answer(
            401,
            json!({"error": {"code": "InvalidAuthenticationToken"}}),
        ),
    })
    .await;
    let fault = Graph::new(
        never.http(),
        &never.cloud(),
        never.session(3600, "User.Read"),
    )
    .me()
    .await
    .expect_err("a fault");
    assert_eq!(
        (fault.kind, never.got().len()),
        (FaultKind::Unauthorized, 3),
        "not refreshed a second time"
    );
}

#[tokio::test]
async fn a_claims_challenge_is_answered_once_or_handed_on() {
    const CLAIMS: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    let challenge = || {
        use base64::Engine;
        let encoded = base64::engine::general_purpose::STANDARD.encode(CLAIMS);
        let header =
            format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{encoded}\"");
        answer_with(
            401,
            json!({"error": {"code": "InvalidAuthenticationToken"}}),
            "www-authenticate",
            &header,
        )
    };
    let server = Server::answering(move |_, got| match got.header("authorization") {
        None => answer(200, tokens("stepped-up-token", "r", 3600, "User.Read")),
        Some("Bearer stepped-up-token") => answer(200, json!({"id": "u-1"})),
        Some(_) => challenge(),
    })
    .await;
    assert!(graph(&server).me().await.is_ok());
    assert_eq!(server.got()[1].field("claims").as_deref(), Some(CLAIMS));

    let strict = Server::answering(move |_, got| match got.header("authorization") {
        None => answer(
            400,
            json!({"error": "interaction_required", "error_codes": [50079]}),
        ),
        Some(_) => challenge(),
    })
    .await;
    let fault = Graph::new(
        strict.http(),
        &strict.cloud(),
        strict.session(3600, "User.Read"),
    )
    .me()
    .await
    .expect_err("a fault");
    assert_eq!(
        fault.kind,
        FaultKind::ClaimsChallenge {
            claims: CLAIMS.into()
        },
        "the person has to sign in with these"
    );
    assert_eq!(strict.got().len(), 2);
}

#[tokio::test]
async fn filters_are_quoted_and_asked_again_in_the_advanced_form() {
    let server = Server::answering(|number, _| match number {
        0 => answer(
            400,
            json!({"error": {"code": "Request_UnsupportedQuery", "message": "no"}}),
        ),
        _ => answer(200, json!({"value": [{"id": "a-1"}]})),
    })
    .await;
    let found = graph(&server)
        .applications_tagged("it's ours & only ours")
        .await
        .expect("applications");
    assert_eq!(found.value[0].id, "a-1");
    let lines = server.lines();
    assert!(
        lines[0].contains(
            "$filter=tags%2Fany%28t%3At%20eq%20%27it%27%27s%20ours%20%26%20only%20ours%27%29&"
        ),
        "{lines:?}"
    );
    assert!(lines[1].ends_with("&$count=true"), "{lines:?}");
    assert_eq!(server.got()[1].header("consistencylevel"), Some("eventual"));
}

#[tokio::test]
async fn templates_are_asked_on_beta_in_us_government_only() {
    let server = Server::answering(|_, got| match got.target.starts_with("/beta/") {
        true => answer(200, json!({"value": [{"id": "t-1", "displayName": "Atlassian Cloud", "supportedSingleSignOnModes": ["saml"]}]})),
        false => answer(400, json!({"error": {"code": "BadRequest"}})),
    })
    .await;
    let mut gov = cloud_at(&server.url);
    gov.name = "usgov_l4".into();
    let there = Graph::new(server.http(), &gov, server.session(3600, ""));
    assert_eq!(
        there
            .templates_named("Atlassian Cloud")
            .await
            .expect("templates")
            .value[0]
            .id,
        "t-1"
    );
    assert!(
        graph(&server)
            .templates_named("Atlassian Cloud")
            .await
            .is_err()
    );
    assert_eq!(server.got().len(), 3);
}

#[tokio::test]
async fn instantiating_is_never_repeated_blindly() {
    for (status, requests, maybe) in [
        (404, 1, false),
        (503, 1, true),
        (500, 1, true),
        (429, 6, false),
    ] {
        let server =
            Server::answering(move |_, _| answer(status, json!({"error": {"code": "x"}}))).await;
        let fault = graph(&server)
            .instantiate("t-1", "Atlassian Cloud")
            .await
            .expect_err("a fault");
        assert_eq!(
            (server.got().len(), fault.maybe_done()),
            (requests, maybe),
            "{status}"
        );
    }
    let odd = Server::answering(|_, _| {
        answer(
            201,
            json!({"application": {"appId": "c-1"}, "servicePrincipal": {"id": "s-1"}}),
        )
    })
    .await;
    let fault = graph(&odd)
        .instantiate("t-1", "Atlassian Cloud")
        .await
        .expect_err("a fault");
    assert_eq!(
        fault.kind,
        FaultKind::Unreadable {
            path: "application".into()
        }
    );
    assert!(fault.maybe_done());
}

#[tokio::test]
async fn every_write_is_the_documented_request() {
    let server = Server::answering(|_, got| match got.target.ends_with("instantiate") {
        true => answer(201, json!({"application": {"id": "a-1", "appId": "c-1"}, "servicePrincipal": {"id": "s-1", "appId": "c-1"}})),
        false if got.method == "POST" && !got.target.contains("$ref") => answer(201, json!({"id": "x-1"})),
        false => http::StatusCode::NO_CONTENT.into_response(),
    })
    .await;
    let graph = graph(&server);
    let made = graph
        .instantiate("t-1", "Atlassian Cloud")
        .await
        .expect("both")
        .value;
    assert_eq!(
        (
            made.application.id.as_str(),
            made.service_principal.id.as_str()
        ),
        ("a-1", "s-1")
    );
    graph.add_owner("a-1", "u-1").await.expect("a change");
    graph.remove_owner("a-1", "u-1").await.expect("a change");
    graph
        .add_service_principal_owner("s-1", "u-1")
        .await
        .expect("a change");
    graph
        .update_service_principal("s-1", json!({"accountEnabled": true}))
        .await
        .expect("a change");
    graph
        .create_application(json!({"displayName": "Lockstep"}))
        .await
        .expect("a creation");
    graph
        .create_service_principal("c-2")
        .await
        .expect("a creation");
    graph.delete_application("a/1").await.expect("a change");
    graph.restore_deleted("a-1").await.expect("a change");
    assert_eq!(
        server.lines(),
        [
            "POST /v1.0/applicationTemplates/t-1/instantiate",
            "POST /v1.0/applications/a-1/owners/$ref",
            "DELETE /v1.0/applications/a-1/owners/u-1/$ref",
            "POST /v1.0/servicePrincipals/s-1/owners/$ref",
            "PATCH /v1.0/servicePrincipals/s-1",
            "POST /v1.0/applications",
            "POST /v1.0/servicePrincipals",
            "DELETE /v1.0/applications/a%2F1",
            "POST /v1.0/directory/deletedItems/a-1/restore",
        ]
    );
    let got = server.got();
    assert_eq!(got[0].body, r#"{"displayName":"Atlassian Cloud"}"#);
    assert_eq!(
        got[1].body,
        format!(
            r#"{{"@odata.id":"{}v1.0/directoryObjects/u-1"}}"#,
            server.url
        )
    );
}

#[tokio::test]
async fn a_count_is_a_bare_number() {
    let server = Server::answering(|number, _| {
        if number == 0 {
            "\u{feff}412".into_response()
        } else {
            "many".into_response()
        }
    })
    .await;
    let graph = graph(&server);
    assert_eq!(
        graph
            .users_count("userType eq 'Member'")
            .await
            .expect("a count")
            .value,
        412
    );
    let fault = graph
        .users_count("userType eq 'Member'")
        .await
        .expect_err("a fault");
    assert_eq!(
        fault.kind,
        FaultKind::Unreadable {
            path: "$count".into()
        }
    );
}

/// Reads the vendor's documented answers, where they lie beside the repository.
#[test]
fn the_documented_examples_are_read() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/examples/graph");
    if !folder.is_dir() {
        return;
    }
    let body = |name: &str| {
        let text = std::fs::read_to_string(folder.join(name)).expect("an example");
        let example: Value = serde_json::from_str(&text).expect("JSON");
        without_nulls(&example["examples"][0]["response"]["body"])
    };
    fn reads<T: DeserializeOwned>(value: &Value) {
        serde_path_to_error::deserialize::<_, T>(value)
            .unwrap_or_else(|error| panic!("{error} in {value}"));
    }
    reads::<Instantiated>(&body("applicationTemplates.instantiate.json"));
    reads::<Vec<Template>>(&body("applicationTemplates.list.json")["value"]);
    reads::<Application>(&body("applications.get.json"));
    reads::<ServicePrincipal>(&body("servicePrincipals.get.json"));
    // The published lists are shortened: their items lack even the id.
    let listed = |name: &str| {
        let mut items = body(name)["value"].clone();
        items[0]["id"] = json!("a-1");
        items
    };
    let certificate = body("servicePrincipals.addTokenSigningCertificate.json");
    reads::<SigningCertificate>(&certificate);
    reads::<Vec<ClaimsMappingPolicy>>(
        &body("servicePrincipals.claimsMappingPolicies.list.json")["value"],
    );
    reads::<Assignment>(&body("servicePrincipals.appRoleAssignedTo.create.json"));
    reads::<Vec<Assignment>>(&body("servicePrincipals.appRoleAssignedTo.list.json")["value"]);
    reads::<Vec<SignIn>>(&body("auditLogs.signIns.list.json")["value"]);
    reads::<Person>(&body("users.create.json"));
    reads::<Person>(&body("users.get.json"));
    reads::<Group>(&body("groups.get.json"));
    reads::<Vec<Group>>(&listed("groups.list.json"));
    reads::<Vec<Person>>(&body("groups.members.list.json")["value"]);
    reads::<Vec<Application>>(&listed("applications.list.json"));
    reads::<Vec<ServicePrincipal>>(&listed("servicePrincipals.list.json"));
    reads::<Vec<Domain>>(&body("domains.list.json")["value"]);
    reads::<Vec<Sku>>(&body("subscribedSkus.list.json")["value"]);
    reads::<Vec<Role>>(&body("directoryRoles.list.json")["value"]);
    reads::<Vec<EligibleRole>>(
        &body("roleManagement.roleEligibilityScheduleInstances.filterByCurrentUser.beta.json")["value"],
    );
    reads::<Vec<PermissionGrant>>(&body("oauth2PermissionGrants.list.json")["value"]);
}
