//! A walk through everything that the wizard does on a good day.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use sim::Host;
use support::Bench;

#[tokio::test]
async fn a_person_signs_in_and_reads_who_they_are() {
    let bench = Bench::start("fresh").await;
    let tokens = bench.sign_in(0, support::SCOPES).await;
    assert!(
        tokens["scope"]
            .as_str()
            .unwrap()
            .contains("Directory.Read.All")
    );
    assert_eq!(tokens["id_token"].as_str().unwrap().split('.').count(), 3);
    let token = tokens["access_token"].as_str().unwrap();
    let me = bench
        .graph(
            token,
            "GET",
            "/v1.0/me?$select=id,displayName,userPrincipalName,mail,userType",
            None,
        )
        .await;
    assert_eq!(me.json()["displayName"], "Adele Vance");
    assert_eq!(
        me.header("client-request-id"),
        "11111111-2222-4333-8444-555555555555"
    );
    let organization = bench
        .graph(token, "GET", "/v1.0/organization", None)
        .await
        .json();
    assert_eq!(organization["value"][0]["id"], bench.given("tenant_id"));
    let roles = bench
        .graph(
            token,
            "GET",
            "/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole?$count=true",
            None,
        )
        .await
        .json();
    assert_eq!(
        roles["value"][0]["displayName"],
        "Cloud Application Administrator"
    );
}

#[tokio::test]
async fn an_application_is_added_marked_and_deleted() {
    let bench = Bench::start("fresh").await;
    let token = bench.bearer(0).await;
    let before = bench.practice.dump();
    let (app, principal) = bench.instantiate(&token, "Atlassian Cloud").await;
    let marked = bench
        .graph(
            &token,
            "PATCH",
            &format!("/v1.0/applications/{app}"),
            Some(json!({"tags": ["lockstep:1"]})),
        )
        .await;
    assert_eq!((marked.status, marked.text.as_str()), (204, ""));
    let me = bench.graph(&token, "GET", "/v1.0/me", None).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let owner =
        json!({"@odata.id": bench.at(Host::Graph, &format!("/v1.0/directoryObjects/{me}"))});
    let path = format!("/v1.0/servicePrincipals/{principal}/owners/$ref");
    assert_eq!(
        bench
            .graph(&token, "POST", &path, Some(owner.clone()))
            .await
            .status,
        204
    );
    assert_eq!(
        bench.graph(&token, "POST", &path, Some(owner)).await.status,
        400
    );
    let found = bench
        .graph(
            &token,
            "GET",
            "/v1.0/applications?$filter=tags/any(t:t eq 'lockstep:1')&$select=id,tags",
            None,
        )
        .await
        .json();
    assert_eq!(found["value"], json!([{"id": app, "tags": ["lockstep:1"]}]));
    let expanded = bench
        .graph(
            &token,
            "GET",
            &format!("/v1.0/servicePrincipals/{principal}?$expand=owners"),
            None,
        )
        .await
        .json();
    assert_eq!(expanded["owners"][0]["id"], me.as_str());
    assert_ne!(bench.practice.dump()["tenant"], before["tenant"]);

    assert_eq!(
        bench
            .graph(&token, "DELETE", &format!("/v1.0/applications/{app}"), None)
            .await
            .status,
        204
    );
    assert_eq!(
        bench
            .graph(
                &token,
                "GET",
                &format!("/v1.0/servicePrincipals/{principal}"),
                None
            )
            .await
            .status,
        404
    );
    assert_eq!(bench.practice.dump()["tenant"], before["tenant"]);
    let bin = bench
        .graph(
            &token,
            "GET",
            "/v1.0/directory/deletedItems/microsoft.graph.application",
            None,
        )
        .await
        .json();
    assert_eq!(bin["value"][0]["id"], app.as_str());
    assert_eq!(
        bench
            .graph(
                &token,
                "POST",
                &format!("/v1.0/directory/deletedItems/{app}/restore"),
                None
            )
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn the_organization_is_read_in_both_dialects() {
    let bench = Bench::start("fresh").await;
    let key = bench.given("organization_key");
    let orgs = bench.atlassian(&key, "GET", "/admin/v1/orgs", None).await;
    assert!(!orgs.header("x-ratelimit-reset").is_empty());
    let org = orgs.json()["data"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(org, bench.given("organization_id"));
    let mut url = format!("/admin/v1/orgs/{org}/users");
    let mut managed = 0;
    loop {
        let page = bench.atlassian(&key, "GET", &url, None).await.json();
        assert_eq!(page["meta"]["total"], 412);
        managed += page["data"].as_array().unwrap().len();
        match page["links"]["next"].as_str() {
            Some(next) => url = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(managed, 412);
    let mut cursor = None;
    let mut admins = Vec::new();
    loop {
        let query = cursor
            .take()
            .map_or("?limit=100".to_owned(), |cursor: String| {
                format!("?limit=3&cursor={}", cursor.replace('+', "%2B"))
            });
        let page = bench
            .atlassian(
                &key,
                "GET",
                &format!("/admin/v2/orgs/{org}/directories/-/users{query}"),
                None,
            )
            .await
            .json();
        let rows = page["data"].as_array().unwrap();
        admins.extend(
            rows.iter()
                .filter(|row| row["platformRoles"] == json!(["atlassian/org-admin"]))
                .map(|row| row["email"].clone()),
        );
        match page["links"]["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(admins, ["adele@contoso.com", "emergency@tailspintoys.com"]);
    let workspaces = bench
        .atlassian(
            &key,
            "POST",
            &format!("/admin/v2/orgs/{org}/workspaces"),
            Some(json!({})),
        )
        .await
        .json();
    assert_eq!(
        workspaces["data"][0]["attributes"]["hostUrl"],
        bench.cloud["site"].as_str().unwrap()
    );
    let keys = bench
        .atlassian(
            &key,
            "GET",
            &format!("/admin/api-access/v1/orgs/{org}/api-keys"),
            None,
        )
        .await
        .json();
    assert!(
        keys["data"]
            .as_array()
            .unwrap()
            .iter()
            .any(|key| key["label"] == "Lockstep")
    );
}
