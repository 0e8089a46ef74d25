//! Claims: both kinds of policies, and the many forms of the one that the portal edits.

use serde_json::json;

use super::*;
use crate::fault::Meaning;

#[tokio::test]
async fn the_portals_policy_in_every_form() {
    let policy = json!({"id": "p-1", "audienceOverride": null, "claims": [{"configurations": [{"condition": null}]}]});
    let cases = [
        (200, policy.clone(), Some(policy.clone())),
        (
            200,
            json!({"@odata.context": "x", "value": [policy]}),
            Some(policy.clone()),
        ),
        (200, json!({"value": []}), None),
        (200, json!({"value": null}), None),
        (
            404,
            json!({"error": {"code": "Request_ResourceNotFound", "message": "Resource does not exist"}}),
            None,
        ),
    ];
    for (status, body, wanted) in cases {
        let text = body.to_string();
        let server = Server::answering(move |_, _| answer(status, body.clone())).await;
        let seen = graph(&server).claims_policy("s-1").await.expect("a look");
        assert_eq!(seen.value, wanted, "{text}");
        assert_eq!(seen.call.status, Some(status), "{text}");
        assert_eq!(
            server.lines(),
            ["GET /beta/servicePrincipals/s-1/claimsPolicy"]
        );
    }
    for status in [400, 404] {
        let server = Server::answering(move |_, _| {
            answer(status, json!({"error": {"code": "BadRequest", "message": "Resource not found for the segment 'claimsPolicy'."}}))
        })
        .await;
        let fault = graph(&server)
            .claims_policy("s-1")
            .await
            .expect_err("a fault");
        assert!(fault.means(Meaning::NoSuchCall), "{status}");
    }
    let forbidden = Server::answering(|_, _| {
        answer(
            403,
            json!({"error": {"code": "Authorization_RequestDenied"}}),
        )
    })
    .await;
    let fault = graph(&forbidden)
        .claims_policy("s-1")
        .await
        .expect_err("a fault");
    assert_eq!(fault.kind, FaultKind::Forbidden);
}

#[tokio::test]
async fn every_write_of_claims_is_the_documented_request() {
    let server = Server::answering(|_, got| match (got.method.as_str(), got.target.as_str()) {
        ("POST", "/v1.0/policies/claimsMappingPolicies") => answer(
            201,
            json!({"id": "p-1", "definition": ["{}"], "isOrganizationDefault": false}),
        ),
        ("GET", _) => answer(
            200,
            json!({"value": [{"id": "p-1", "displayName": null, "definition": ["{}"]}]}),
        ),
        _ => http::StatusCode::NO_CONTENT.into_response(),
    })
    .await;
    let graph = graph(&server);
    let made = graph
        .create_claims_mapping_policy(json!({"displayName": "x", "definition": ["{}"]}))
        .await
        .expect("a policy");
    assert_eq!(made.value.id, "p-1");
    graph
        .assign_claims_mapping_policy("s-1", "p-1")
        .await
        .expect("a change");
    let assigned = graph
        .claims_mapping_policies("s-1")
        .await
        .expect("policies");
    assert_eq!(assigned.value[0].definition, ["{}"]);
    let all = graph.all_claims_mapping_policies().await;
    assert_eq!(all.expect("policies").value.len(), 1);
    graph
        .unassign_claims_mapping_policy("s-1", "p-1")
        .await
        .expect("a change");
    graph
        .claims_mapping_policy_holds_for("p-1")
        .await
        .expect("principals");
    graph
        .delete_claims_mapping_policy("p-1")
        .await
        .expect("a change");
    graph
        .put_claims_policy("s-1", json!({"claims": [], "groupFilter": null}))
        .await
        .expect("a change");
    assert_eq!(
        server.lines(),
        [
            "POST /v1.0/policies/claimsMappingPolicies",
            "POST /v1.0/servicePrincipals/s-1/claimsMappingPolicies/$ref",
            "GET /v1.0/servicePrincipals/s-1/claimsMappingPolicies",
            "GET /v1.0/policies/claimsMappingPolicies",
            "DELETE /v1.0/servicePrincipals/s-1/claimsMappingPolicies/p-1/$ref",
            "GET /v1.0/policies/claimsMappingPolicies/p-1/appliesTo",
            "DELETE /v1.0/policies/claimsMappingPolicies/p-1",
            "PUT /beta/servicePrincipals/s-1/claimsPolicy",
        ]
    );
    let got = server.got();
    assert_eq!(
        got[1].body,
        format!(
            r#"{{"@odata.id":"{}v1.0/policies/claimsMappingPolicies/p-1"}}"#,
            server.url
        )
    );
    assert_eq!(got[7].body, r#"{"claims":[],"groupFilter":null}"#);
}

#[tokio::test]
async fn a_second_policy_is_refused_and_doubtful_writes_are_not_repeated() {
    let server = Server::answering(|_, _| {
        answer(409, json!({"error": {"code": "Request_BadRequest",
            "message": "A conflicting object with one or more of the specified property values is present in the directory."}}))
    })
    .await;
    let fault = graph(&server)
        .assign_claims_mapping_policy("s-1", "p-2")
        .await
        .expect_err("a fault");
    assert!(fault.means(Meaning::OtherPolicy));

    let broken = Server::answering(|_, _| answer(503, json!({}))).await;
    let graph = graph(&broken);
    assert!(
        graph
            .assign_claims_mapping_policy("s-1", "p-1")
            .await
            .is_err()
    );
    assert!(graph.create_claims_mapping_policy(json!({})).await.is_err());
    assert_eq!(broken.got().len(), 2, "each once");
    assert!(graph.put_claims_policy("s-1", json!({})).await.is_err());
    assert!(broken.got().len() > 3, "writing the same again is safe");
}
