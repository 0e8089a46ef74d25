//! What a second administrator does, and what somebody did before.

use serde_json::{Value, json};
use sim::LeverError;

use crate::desk::{ALEX, Desk};

#[tokio::test]
async fn a_second_administrator_works_on_certificates() {
    let desk = Desk::fresh().await;
    let active = async || {
        desk.get("servicePrincipals/SP").await["preferredTokenSigningKeyThumbprint"].clone()
    };
    let levers = desk.levers();
    assert!(levers.certificate_inactive("Atlassian Cloud").is_err());
    let made = desk.certificate().await;
    desk.activate(&made).await;
    levers.certificate_inactive("Atlassian Cloud").unwrap();
    assert_eq!(active().await, Value::Null);
    levers.rotate_certificate("Atlassian Cloud").unwrap();
    let rotated = active().await;
    assert!(rotated.is_string() && rotated != made["thumbprint"]);
    levers.certificate_inactive("Atlassian Cloud").unwrap();
    assert_eq!(active().await, made["thumbprint"]);
    levers.certificate_expired("Atlassian Cloud").unwrap();
    let read = desk.get("servicePrincipals/SP").await;
    let ends = read["keyCredentials"]
        .as_array()
        .unwrap()
        .iter()
        .last()
        .unwrap()["endDateTime"]
        .as_str()
        .unwrap();
    assert!(ends.parse::<jiff::Timestamp>().unwrap() < jiff::Timestamp::now());
    assert_ne!(
        read["preferredTokenSigningKeyThumbprint"],
        made["thumbprint"]
    );
}

#[tokio::test]
async fn a_second_administrator_works_on_access_and_claims() {
    let desk = Desk::fresh().await;
    let levers = desk.levers();
    levers.assign("Atlassian Cloud", ALEX).unwrap();
    levers.assign("Atlassian Cloud", "Engineering").unwrap();
    let names: Vec<Value> = desk
        .assigned()
        .await
        .iter()
        .map(|row| row["principalDisplayName"].clone())
        .collect();
    assert_eq!(names, [json!("Alex Wilber"), json!("Engineering")]);
    levers.unassign("Atlassian Cloud", ALEX).unwrap();
    assert_eq!(desk.assigned().await.len(), 1);
    assert!(levers.unassign("Atlassian Cloud", ALEX).is_err());
    assert_eq!(
        levers.assign("Atlassian Cloud", "nobody"),
        Err(LeverError::NoSuch("nobody".into()))
    );
    levers.unrequire_assignment("Atlassian Cloud").unwrap();
    assert_eq!(
        desk.get("servicePrincipals/SP").await["appRoleAssignmentRequired"],
        false
    );
    levers.token_encryption_on("Atlassian Cloud").unwrap();
    let read = desk.get("applications/APP").await;
    assert_eq!(
        read["tokenEncryptionKeyId"],
        read["keyCredentials"][0]["keyId"]
    );
    desk.done(
        "PATCH",
        "applications/APP",
        json!({"tokenEncryptionKeyId": null}),
    )
    .await;
    desk.done(
        "PATCH",
        "servicePrincipals/SP",
        json!({"tokenEncryptionKeyId": null}),
    )
    .await;
    levers.signed_requests_required("Atlassian Cloud").unwrap();
    let read = desk
        .get("applications/APP?$select=requestSignatureVerification")
        .await;
    assert_eq!(
        read["requestSignatureVerification"]["isSignedRequestRequired"],
        true
    );
    levers.set_claims_policy("Atlassian Cloud", "mail").unwrap();
    let claims = desk.get("servicePrincipals/SP/claimsPolicy").await;
    assert_eq!(
        claims["claims"][0]["configurations"][0]["attribute"]["id"],
        "mail"
    );
    desk.done(
        "PUT",
        "servicePrincipals/SP/claimsPolicy",
        claims_without_context(&claims),
    )
    .await;
    levers
        .set_mapping_policy("Atlassian Cloud", "employeeid")
        .unwrap();
    let policies = desk.get("servicePrincipals/SP/claimsMappingPolicies").await;
    assert!(
        policies["value"][0]["definition"][0]
            .as_str()
            .unwrap()
            .contains("employeeid")
    );

    levers.disable_person(ALEX).unwrap();
    levers.change_mail("diego@contoso.com", "").unwrap();
    levers
        .change_mail("megan@contoso.com", "boss@contoso.com")
        .unwrap();
    assert_eq!(
        desk.get(&format!("users/{ALEX}?$select=accountEnabled"))
            .await["accountEnabled"],
        false
    );
    assert!(desk.get("users/diego@contoso.com").await["mail"].is_null());
    assert_eq!(
        desk.get("users/megan@contoso.com").await["mail"],
        "boss@contoso.com"
    );
    assert_eq!(
        desk.count("users/$count").await,
        420,
        "nobody is there twice"
    );
    levers.delete_person(ALEX).unwrap();
    assert_eq!(
        desk.refused("GET", &format!("users/{ALEX}"), Value::Null)
            .await
            .0,
        404
    );
    assert_eq!(desk.count("users/$count").await, 419);
}

/// What a client writes back that read the object.
fn claims_without_context(read: &Value) -> Value {
    let mut body = read.as_object().unwrap().clone();
    body.remove("@odata.context");
    Value::Object(body)
}

#[tokio::test]
async fn somebody_began_with_single_sign_on() {
    let desk = Desk::in_scenario("half-done-saml").await;
    let principal = desk.get("servicePrincipals/SP").await;
    assert_eq!(principal["preferredSingleSignOnMode"], "saml");
    assert_eq!(principal["keyCredentials"].as_array().unwrap().len(), 2);
    assert!(principal["preferredTokenSigningKeyThumbprint"].is_null());
    let application = desk.get("applications/APP").await;
    let built = format!(
        "https://auth.example.com/saml/{}",
        desk.bench.given("organization_id")
    );
    assert_eq!(application["identifierUris"], json!([built]));
    assert_eq!(principal["replyUrls"], application["web"]["redirectUris"]);
    assert_eq!(
        desk.assigned().await[0]["principalDisplayName"],
        "Jira Pilot"
    );

    let desk = Desk::in_scenario("claims-policy-in-place").await;
    let policies = desk.get("servicePrincipals/SP/claimsMappingPolicies").await;
    assert_eq!(policies["value"][0]["displayName"], "Claims for HR");
}
