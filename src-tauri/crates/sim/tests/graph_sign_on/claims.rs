//! Claims policies of both kinds, and the sign-in log.

use serde_json::{Value, json};
use sim::{Host, Tempo};

use crate::desk::{ALEX, Desk, EVERYTHING, is, said, token};
use crate::support;

#[tokio::test]
async fn claims_mapping_policies_live_and_go() {
    let desk = Desk::fresh().await;
    let before = desk.bench.practice.dump();
    let rules = r#"{"ClaimsMappingPolicy":{"Version":1,"IncludeBasicClaimSet":"true","ClaimsSchema":[{"Source":"user","ID":"mail","SamlClaimType":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"}]}}"#;
    let all = "policies/claimsMappingPolicies";
    let body =
        json!({"displayName": "Claims", "definition": [rules], "isOrganizationDefault": false});
    let policy = desk.done("POST", all, body.clone()).await;
    let id = policy["id"].as_str().unwrap();
    let wrong =
        json!({"displayName": "Claims", "definition": [rules.replace("Version", "version")]});
    assert!(is(
        &desk.refused("POST", all, wrong).await,
        400,
        "definition"
    ));
    let other = desk.done("POST", all, body).await;
    let reference = |id: &Value| json!({"@odata.id": desk.bench.at(Host::Graph, &format!("/v1.0/policies/claimsMappingPolicies/{}", id.as_str().unwrap()))});
    let of = "servicePrincipals/SP/claimsMappingPolicies";
    let refer = format!("{of}/$ref");
    let elsewhere = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/policies/claimsMappingPolicies/{id}")});
    assert!(is(
        &desk.refused("POST", &refer, elsewhere).await,
        400,
        "Invalid URL"
    ));
    desk.done("POST", &refer, reference(&policy["id"])).await;
    assert!(is(
        &desk.refused("POST", &refer, reference(&policy["id"])).await,
        400,
        "already exist"
    ));
    assert!(is(
        &desk.refused("POST", &refer, reference(&other["id"])).await,
        409,
        "A conflicting object"
    ));
    assert_eq!(desk.get(of).await["value"][0]["definition"], json!([rules]));
    assert_eq!(
        desk.get(&format!("{all}/{id}/appliesTo")).await["value"][0]["id"],
        desk.sp.as_str()
    );
    desk.done(
        "PATCH",
        &format!("{all}/{id}"),
        json!({"displayName": "Renamed"}),
    )
    .await;
    assert_eq!(
        desk.get(&format!("{all}/{id}")).await["displayName"],
        "Renamed"
    );
    assert!(is(
        &desk
            .refused("DELETE", &format!("{all}/{id}"), Value::Null)
            .await,
        400,
        "still applied"
    ));
    assert_eq!(
        desk.call("DELETE", &format!("{of}/{id}/$ref"), None)
            .await
            .status,
        204
    );
    for id in [id, other["id"].as_str().unwrap()] {
        assert_eq!(
            desk.call("DELETE", &format!("{all}/{id}"), None)
                .await
                .status,
            204
        );
    }
    assert_eq!(desk.bench.practice.dump()["tenant"], before["tenant"]);

    let narrow = token(&desk.bench, 1, support::SCOPES).await;
    let read = desk
        .bench
        .graph(
            &narrow,
            "GET",
            &format!("/v1.0/{}", of.replace("SP", &desk.sp)),
            None,
        )
        .await;
    assert!(is(&said(&read), 403, "Authorization_RequestDenied"));
}

#[tokio::test]
async fn the_portals_claims_are_read_and_written_in_beta() {
    let desk = Desk::fresh().await;
    let path = "servicePrincipals/SP/claimsPolicy";
    assert!(is(
        &desk.refused("GET", path, Value::Null).await,
        404,
        "Request_ResourceNotFound"
    ));
    let claim = json!({"@odata.type": "#microsoft.graph.samlNameIdClaim", "nameIdFormat": "emailAddress", "configurations": [{
        "condition": null, "transformations": [],
        "attribute": {"@odata.type": "#microsoft.graph.sourcedAttribute", "id": "mail", "source": "user", "isExtensionAttribute": false}}]});
    let put = desk
        .call(
            "PUT",
            path,
            Some(json!({"includeBasicClaimSet": true, "claims": [claim]})),
        )
        .await;
    assert_eq!(put.status, 200, "{}", put.text);
    let patched = desk
        .call("PATCH", path, Some(json!({"audienceOverride": "x"})))
        .await;
    assert_eq!(patched.status, 201);
    let read = desk.get(path).await;
    assert_eq!(
        (&read["claims"], &read["audienceOverride"]),
        (&json!([claim]), &json!("x"))
    );
    desk.done("PUT", path, json!({"claims": []})).await;
    assert!(
        desk.get(path).await["audienceOverride"].is_null(),
        "PUT replaces"
    );
    assert!(is(
        &desk.refused("PUT", path, json!({"claims": [{}]})).await,
        400,
        "claims"
    ));
    let v1 = format!("/v1.0/servicePrincipals/{}/claimsPolicy", desk.sp);
    let v1 = desk.bench.graph(&desk.token, "GET", &v1, None).await;
    assert!(is(&said(&v1), 400, "claimsPolicy"));
}

#[tokio::test]
async fn the_log_wants_a_role_a_licence_and_patience() {
    let desk = Desk::with_tempo(Tempo::Explicit).await;
    let app_id = desk.get("applications/APP").await["appId"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = "auditLogs/signIns";
    assert!(is(
        &desk.refused("GET", path, Value::Null).await,
        403,
        "Authentication_RequestFromUnsupportedUserRole"
    ));
    desk.levers()
        .activate_role("adele@contoso.com", "Reports Reader")
        .unwrap();
    let reader = Desk {
        token: token(&desk.bench, 0, EVERYTHING).await,
        ..desk
    };
    let levers = reader.levers();
    levers.note_sign_in("Atlassian Cloud", ALEX, 50105).unwrap();
    assert_eq!(reader.get(path).await["value"], json!([]));
    levers.poke();
    levers.note_sign_in("Atlassian Cloud", ALEX, 0).unwrap();
    levers
        .note_sign_in("Lockstep", "adele@contoso.com", 0)
        .unwrap();
    levers.poke();
    let since = (jiff::Timestamp::now() - jiff::SignedDuration::from_mins(1)).to_string();
    let mine = reader
        .get(&format!(
            "{path}?$filter=appId eq '{app_id}' and createdDateTime ge {since}&$top=50"
        ))
        .await;
    let codes: Vec<&Value> = mine["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["status"]["errorCode"])
        .collect();
    assert_eq!(codes, [&json!(0), &json!(50105)], "newest first");
    assert_eq!(mine["value"][0]["userPrincipalName"], ALEX);
    let one = reader
        .get(&format!("{path}?$filter=status/errorCode eq 50105"))
        .await;
    assert_eq!(one["value"].as_array().unwrap().len(), 1);
    let id = one["value"][0]["id"].as_str().unwrap();
    assert_eq!(
        reader.get(&format!("{path}/{id}")).await["userId"],
        one["value"][0]["userId"]
    );
    assert_eq!(
        reader
            .refused(
                "GET",
                "auditLogs/signIns?$filter=deviceDetail/browser eq 'x'",
                Value::Null
            )
            .await
            .0,
        400
    );

    levers.sign_in_log_slow(600);
    levers.note_sign_in("Atlassian Cloud", ALEX, 0).unwrap();
    assert_eq!(reader.get(path).await["value"].as_array().unwrap().len(), 3);
    levers.time_passes(601);
    assert_eq!(reader.get(path).await["value"].as_array().unwrap().len(), 4);
    levers.reports_throttled();
    for _ in 0..5 {
        reader.get(path).await;
    }
    let sixth = reader.call("GET", path, None).await;
    assert_eq!((sixth.status, sixth.header("retry-after")), (429, "10"));
    levers.time_passes(11);
    reader.get(path).await;
    levers.premium_off();
    let refused = reader.refused("GET", path, Value::Null).await;
    assert!(is(
        &refused,
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
    ));
}
