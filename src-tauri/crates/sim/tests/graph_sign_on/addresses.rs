//! Identifiers, reply URLs and the other settings of sign-on.

use serde_json::json;
use sim::Tempo;

use crate::desk::{Desk, ENTITY, REPLY, is};

#[tokio::test]
async fn addresses_are_kept_in_step_and_judged() {
    let desk = Desk::fresh().await;
    let path = "applications/APP";
    let body = json!({"identifierUris": [ENTITY], "web": {"redirectUris": [REPLY, "https://old.contoso.com/saml"],
        "redirectUriSettings": [{"uri": REPLY, "index": 0}]}});
    desk.done("PATCH", path, body).await;
    let read = desk.get(path).await;
    let settings =
        json!([{"uri": REPLY, "index": 0}, {"uri": "https://old.contoso.com/saml", "index": null}]);
    assert_eq!(read["web"]["redirectUriSettings"], settings);
    assert!(
        read["web"]["homePageUrl"]
            .as_str()
            .unwrap()
            .contains("ISV9.1"),
        "the rest of web stays"
    );
    let principal = desk.get("servicePrincipals/SP").await;
    assert_eq!(
        principal["replyUrls"],
        json!([REPLY, "https://old.contoso.com/saml"])
    );
    assert_eq!(
        principal["servicePrincipalNames"],
        json!([ENTITY, principal["appId"]])
    );
    desk.done("PATCH", path, json!({"web": {"redirectUris": [REPLY]}}))
        .await;
    let read = desk.get(path).await;
    assert_eq!(
        read["web"]["redirectUriSettings"],
        json!([{"uri": REPLY, "index": 0}])
    );
    let found = desk
        .get(&format!(
            "applications?$filter=identifierUris/any(u:u eq '{ENTITY}')&$select=id"
        ))
        .await;
    assert_eq!(found["value"], json!([{"id": desk.app}]));

    let two = json!([{"uri": REPLY, "index": 0}, {"uri": "https://a.contoso.com", "index": 0}]);
    for body in [
        json!({"web": {"redirectUris": ["http://contoso.com/saml"]}}),
        json!({"web": {"redirectUris": ["https://contoso.com/a;b"]}}),
        json!({"web": {"redirectUris": [format!("https://contoso.com/{}", "a".repeat(250))]}}),
        json!({"web": {"redirectUriSettings": [{"uri": "https://unknown.contoso.com", "index": 0}]}}),
        json!({"web": {"redirectUris": [REPLY, "https://a.contoso.com"], "redirectUriSettings": two}}),
        json!({"identifierUris": ["atlassian"]}),
    ] {
        assert!(is(
            &desk.refused("PATCH", path, body).await,
            400,
            "Invalid value"
        ));
    }
}

#[tokio::test]
async fn an_identifier_is_one_applications_own() {
    let desk = Desk::fresh().await;
    let taken = "Request_MultipleObjectsWithSameKeyValue: Another object with the same value for property identifierUris already exists.";
    desk.levers().take_identifier(ENTITY);
    let body = json!({"identifierUris": [ENTITY]});
    assert!(is(
        &desk.refused("PATCH", "applications/APP", body).await,
        400,
        taken
    ));
    desk.levers()
        .take_identifier_deleted("https://auth.atlassian.com/saml/2");
    let body = json!({"identifierUris": ["https://auth.atlassian.com/saml/2"]});
    assert!(is(
        &desk.refused("PATCH", "applications/APP", body).await,
        400,
        taken
    ));
    let bin = desk
        .get("directory/deletedItems/microsoft.graph.application")
        .await;
    assert_eq!(
        bin["value"][0]["identifierUris"],
        json!(["https://auth.atlassian.com/saml/2"])
    );
}

#[tokio::test]
async fn foreign_identifier_policy() {
    let desk = Desk::with_tempo(Tempo::Explicit).await;
    desk.levers().foreign_identifier_policy();
    let body = json!({"identifierUris": [ENTITY]});
    let words = "Failed to add identifier URI";
    assert!(is(
        &desk
            .refused("PATCH", "applications/APP", body.clone())
            .await,
        400,
        words
    ));
    let own = json!({"identifierUris": ["https://jira.contoso.com/saml"]});
    desk.done("PATCH", "applications/APP", own).await;
    desk.done(
        "PATCH",
        "servicePrincipals/SP",
        json!({"preferredSingleSignOnMode": "saml"}),
    )
    .await;
    assert!(is(
        &desk
            .refused("PATCH", "applications/APP", body.clone())
            .await,
        400,
        words
    ));
    desk.levers().poke();
    desk.done("PATCH", "applications/APP", body).await;
}

#[tokio::test]
async fn settings_of_sign_on_are_written_and_taken_back() {
    let desk = Desk::fresh().await;
    let before = desk.bench.practice.dump();
    let path = "servicePrincipals/SP";
    let body = json!({"preferredSingleSignOnMode": "saml", "loginUrl": "https://contoso.atlassian.net", "appRoleAssignmentRequired": false,
        "samlSingleSignOnSettings": {"relayState": "https://contoso.atlassian.net"}, "notificationEmailAddresses": ["a@contoso.com", "b@contoso.com"]});
    desk.done("PATCH", path, body.clone()).await;
    let read = desk.get(path).await;
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&read[name], value, "{name}");
    }
    assert_ne!(desk.bench.practice.dump()["tenant"], before["tenant"]);
    let none = json!({"preferredSingleSignOnMode": null, "loginUrl": null, "appRoleAssignmentRequired": true,
        "samlSingleSignOnSettings": null, "notificationEmailAddresses": []});
    desk.done("PATCH", path, none).await;
    assert_eq!(desk.bench.practice.dump()["tenant"], before["tenant"]);
    let six = json!({"notificationEmailAddresses": vec!["a@contoso.com"; 6]});
    assert!(is(
        &desk.refused("PATCH", path, six).await,
        400,
        "notificationEmailAddresses"
    ));
    let body = json!({"tokenEncryptionKeyId": "8f7a1c1e-0000-4000-8000-000000000000"});
    assert!(is(&desk.refused("PATCH", path, body).await, 400, "Encrypt"));
}
