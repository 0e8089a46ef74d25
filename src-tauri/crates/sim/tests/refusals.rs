//! What Graph, the organization API and the screens refuse, and what the screens do.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use sim::Host;
use support::{Bench, Read};

fn error(answer: &Read) -> (u16, String) {
    let body = answer.json();
    assert!(
        body["error"]["innerError"]["request-id"].is_string(),
        "{body}"
    );
    (
        answer.status,
        body["error"]["code"].as_str().unwrap().to_owned(),
    )
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn graph_wants_a_token_a_scope_and_a_role() {
    let bench = Bench::start("reader").await;
    assert_eq!(
        error(&bench.graph("nonsense", "GET", "/v1.0/me", None).await),
        is(401, "InvalidAuthenticationToken")
    );
    assert_eq!(
        error(&bench.get(&bench.at(Host::Graph, "/v1.0/me")).await),
        is(401, "InvalidAuthenticationToken")
    );
    let reader = bench.bearer(0).await;
    let roles = bench
        .graph(
            &reader,
            "GET",
            "/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole?$count=true",
            None,
        )
        .await
        .json();
    assert_eq!(roles["value"][0]["displayName"], "Global Reader");
    let template = "/v1.0/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate";
    let refused = bench
        .graph(&reader, "POST", template, Some(json!({"displayName": "x"})))
        .await;
    assert_eq!(error(&refused), is(403, "Authorization_RequestDenied"));

    let bench = Bench::start("fresh").await;
    let narrow = bench.sign_in(0, "openid User.Read").await["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    for path in [
        "/v1.0/applications",
        "/v1.0/domains",
        "/v1.0/subscribedSkus",
        "/v1.0/oauth2PermissionGrants",
    ] {
        assert_eq!(
            error(&bench.graph(&narrow, "GET", path, None).await),
            is(403, "Authorization_RequestDenied"),
            "{path}"
        );
    }
    let organization = bench
        .graph(&narrow, "GET", "/v1.0/organization", None)
        .await
        .json();
    assert!(
        organization["value"][0]["tenantType"].is_null()
            && organization["value"][0]["displayName"] == "Contoso"
    );
    let roles = bench
        .graph(
            &narrow,
            "GET",
            "/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole?$count=true",
            None,
        )
        .await
        .json();
    assert!(roles["value"][0]["id"].is_string() && roles["value"][0]["displayName"].is_null());
}

#[tokio::test]
async fn graph_refuses_what_it_does_not_know() {
    let bench = Bench::start("fresh").await;
    let token = bench.bearer(0).await;
    let (app, principal) = bench.instantiate(&token, "Ours").await;
    let get = async |path: &str| error(&bench.graph(&token, "GET", path, None).await);
    assert_eq!(get("/v1.0/colours").await, is(400, "BadRequest"));
    assert_eq!(get("/v3/me").await, is(400, "BadRequest"));
    assert_eq!(
        get("/v1.0/applications?$filter=colour eq 'x'").await,
        is(400, "Request_UnsupportedQuery")
    );
    assert_eq!(
        get("/v1.0/applications?$filter=displayName is 'x'").await,
        is(400, "BadRequest")
    );
    assert_eq!(
        get("/v1.0/applications?$select=colour").await,
        is(400, "BadRequest")
    );
    assert_eq!(
        get("/v1.0/applications?$filter=contains(displayName,'x')").await,
        is(400, "Request_UnsupportedQuery")
    );
    assert_eq!(
        get("/v1.0/applications?$filter=displayName ne 'x'").await,
        is(400, "Request_UnsupportedQuery")
    );
    assert_eq!(
        get("/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole").await,
        is(400, "Request_UnsupportedQuery")
    );
    assert_eq!(
        get("/v1.0/applications/not-a-guid").await,
        is(400, "Request_BadRequest")
    );
    assert_eq!(
        get("/v1.0/applicationTemplates?$filter=publisher eq 'x'").await,
        is(400, "Request_UnsupportedQuery")
    );
    assert_eq!(get("/v1.0/roleManagement/directory/roleEligibilityScheduleInstances/filterByCurrentUser(on='principal')").await, is(403, "Authorization_RequestDenied"));
    let change = async |path: &str, body: Value| {
        error(&bench.graph(&token, "PATCH", path, Some(body)).await)
    };
    let path = format!("/v1.0/applications/{app}");
    for body in [
        json!({"colour": 1}),
        json!({"appId": "x"}),
        json!({"tags": "x"}),
        json!({"displayName": ""}),
        json!({"signInAudience": "all"}),
    ] {
        assert_eq!(change(&path, body).await, is(400, "Request_BadRequest"));
    }
    let path = format!("/v1.0/servicePrincipals/{principal}");
    assert_eq!(
        change(&path, json!({"preferredSingleSignOnMode": "magic"})).await,
        is(400, "Request_BadRequest")
    );
    let put = bench.graph(&token, "PUT", &path, Some(json!({}))).await;
    assert_eq!(put.status, 405);
    let count = bench
        .get(&bench.at(Host::Graph, "/v1.0/users/$count"))
        .await;
    assert_eq!(count.status, 401);
}

#[tokio::test]
async fn graph_pages_and_addresses_by_both_keys() {
    let bench = Bench::start("fresh").await;
    let token = bench.bearer(0).await;
    let mut url = "/v1.0/applicationTemplates?$top=60&$select=id,displayName".to_owned();
    let mut names = Vec::new();
    loop {
        let page = bench.graph(&token, "GET", &url, None).await.json();
        names.extend(
            page["value"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["displayName"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["@odata.nextLink"].as_str() else {
            break;
        };
        assert!(next.starts_with(&bench.at(Host::Graph, "")));
        url = next
            .strip_prefix(&bench.at(Host::Graph, ""))
            .unwrap()
            .to_owned();
    }
    assert_eq!(names.len(), 148);
    let found = bench
        .graph(
            &token,
            "GET",
            "/v1.0/applicationTemplates?$filter=contains(displayName,'atlassian')",
            None,
        )
        .await
        .json();
    assert_eq!(found["value"].as_array().unwrap().len(), 2);
    let client = bench.given("client_id");
    let own = bench
        .graph(
            &token,
            "GET",
            &format!("/v1.0/servicePrincipals(appId='{client}')?$select=displayName"),
            None,
        )
        .await
        .json();
    assert_eq!(own["displayName"], "Lockstep");
    let counted = bench.graph(&token, "GET", "/v1.0/servicePrincipals?$count=true&$top=1&$filter=startswith(displayName,'Microsoft')", None).await.json();
    assert_eq!(
        (
            &counted["@odata.count"],
            counted["value"].as_array().unwrap().len()
        ),
        (&json!(2), 1)
    );
    let people = bench
        .graph(
            &token,
            "GET",
            "/v1.0/users/$count?$filter=accountEnabled eq true",
            None,
        )
        .await;
    assert_eq!(people.text, "420");
    let without = bench
        .graph(
            &token,
            "GET",
            "/v1.0/users?$count=true&$top=1&$select=id&$filter=mail eq null",
            None,
        )
        .await
        .json();
    assert_eq!(without["@odata.count"], 8);
}

#[tokio::test]
async fn identifier_uris_are_unique_and_names_follow() {
    let bench = Bench::start("two-apps").await;
    let token = bench.bearer(0).await;
    let apps = bench
        .graph(
            &token,
            "GET",
            "/v1.0/applications?$filter=displayName eq 'Atlassian Cloud'",
            None,
        )
        .await
        .json();
    let id = |index: usize| apps["value"][index]["id"].as_str().unwrap().to_owned();
    let change = async |id: &str, body: Value| {
        bench
            .graph(
                &token,
                "PATCH",
                &format!("/v1.0/applications/{id}"),
                Some(body),
            )
            .await
    };
    let uris = json!({"identifierUris": ["https://idp.example/saml/1"]});
    assert_eq!(change(&id(0), uris.clone()).await.status, 204);
    assert_eq!(
        error(&change(&id(1), uris).await),
        is(400, "Request_MultipleObjectsWithSameKeyValue")
    );
    assert_eq!(
        change(&id(0), json!({"displayName": "Renamed"}))
            .await
            .status,
        204
    );
    let principals = bench
        .graph(
            &token,
            "GET",
            "/v1.0/servicePrincipals?$filter=displayName eq 'Renamed'",
            None,
        )
        .await
        .json();
    let names = principals["value"][0]["servicePrincipalNames"]
        .as_array()
        .unwrap();
    assert!(names.contains(&json!("https://idp.example/saml/1")));
}

#[tokio::test]
async fn the_organization_api_takes_one_kind_of_key() {
    let bench = Bench::start("expired-key").await;
    assert_eq!(
        bench
            .atlassian(
                &bench.given("organization_key"),
                "GET",
                "/admin/v1/orgs",
                None
            )
            .await
            .status,
        401
    );
    assert_eq!(
        bench
            .atlassian(&bench.key("good"), "GET", "/admin/v1/orgs", None)
            .await
            .status,
        200
    );
    for name in ["scim", "user_token"] {
        assert_eq!(
            bench
                .atlassian(&bench.key(name), "GET", "/admin/v1/orgs", None)
                .await
                .status,
            401,
            "{name}"
        );
    }
    let org = bench.given("organization_id");
    let users = format!("/admin/v1/orgs/{org}/users");
    assert_eq!(
        bench
            .atlassian(&bench.key("scoped_without_users"), "GET", &users, None)
            .await
            .status,
        403
    );
    assert_eq!(
        bench
            .atlassian(&bench.key("unscoped"), "GET", &users, None)
            .await
            .status,
        200
    );
    assert_eq!(
        bench
            .atlassian(
                &bench.key("unscoped"),
                "GET",
                "/admin/v1/orgs/other/domains",
                None
            )
            .await
            .status,
        404
    );
    let search = format!("/admin/v2/orgs/{org}/workspaces");
    let both = json!({"cursor": "eyJvZmZzZXQiOjIwfQ", "limit": 5});
    assert_eq!(
        bench
            .atlassian(&bench.key("unscoped"), "POST", &search, Some(both))
            .await
            .status,
        400
    );
    let limit = format!("/admin/v2/orgs/{org}/directories/-/users?limit=500");
    assert_eq!(
        bench
            .atlassian(&bench.key("unscoped"), "GET", &limit, None)
            .await
            .status,
        400
    );
    assert!(
        bench
            .get(&bench.at(Host::Site, "/_edge/tenant_info"))
            .await
            .json()["cloudId"]
            .is_string()
    );
}

#[tokio::test]
async fn what_has_no_api_is_done_on_the_screens_of_the_portal() {
    let bench = Bench::start("pim-eligible").await;
    let portal = async |path: &str, fields: &[(&str, &str)]| {
        let mut all = vec![("account", "adele@contoso.com")];
        all.extend(fields);
        bench
            .form(&bench.at(Host::EntraPortal, path), &all, "")
            .await
    };
    assert!(
        bench
            .get(&bench.at(Host::EntraPortal, "/anything?x=1"))
            .await
            .text
            .contains("Enterprise applications")
    );
    let gallery = [("template", "Atlassian Cloud"), ("name", "By hand")];
    assert_eq!(portal("/gallery/create", &gallery).await.status, 403);
    let role = [
        ("role", "Cloud Application Administrator"),
        ("justification", "set-up"),
    ];
    assert_eq!(portal("/roles/activate", &role).await.status, 200);
    assert_eq!(portal("/gallery/create", &gallery).await.status, 200);
    let token = bench.bearer(0).await;
    let made = bench
        .graph(
            &token,
            "GET",
            "/v1.0/servicePrincipals?$filter=displayName eq 'By hand'",
            None,
        )
        .await
        .json();
    let id = made["value"][0]["id"].as_str().unwrap();
    assert_eq!(
        portal(
            "/applications/owners",
            &[("id", id), ("owner", "megan@contoso.com")]
        )
        .await
        .status,
        200
    );
    assert_eq!(
        portal(
            "/applications/properties",
            &[("id", id), ("enabled", "no"), ("name", "Changed")]
        )
        .await
        .status,
        200
    );
    let read = bench
        .graph(
            &token,
            "GET",
            &format!("/v1.0/servicePrincipals/{id}?$expand=owners"),
            None,
        )
        .await
        .json();
    assert_eq!(
        (
            &read["displayName"],
            &read["accountEnabled"],
            &read["owners"][0]["displayName"]
        ),
        (&json!("Changed"), &json!(false), &json!("Megan Bowen"))
    );
    let app = bench
        .graph(
            &token,
            "GET",
            "/v1.0/applications?$filter=displayName eq 'Changed'",
            None,
        )
        .await
        .json()["value"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        portal("/applications/delete", &[("id", id)]).await.status,
        200
    );
    assert_eq!(
        portal("/deleted/restore", &[("id", &app)]).await.status,
        200
    );
    assert_eq!(
        bench
            .graph(
                &token,
                "GET",
                &format!("/v1.0/servicePrincipals/{id}"),
                None
            )
            .await
            .status,
        200
    );
    let registered = portal(
        "/registrations/create",
        &[("name", "Own client"), ("redirect_uri", "http://localhost")],
    )
    .await
    .text;
    let client = registered
        .split("Application (client) ID ")
        .nth(1)
        .unwrap()
        .split('.')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(
        portal(
            "/consent/grant",
            &[("client_id", &client), ("scope", "Directory.Read.All")]
        )
        .await
        .status,
        200
    );
    assert!(
        bench.practice.dump()["consents"]
            .to_string()
            .contains("Directory.Read.All")
    );
}

#[tokio::test]
async fn what_has_no_api_is_done_on_the_screens_of_the_organization() {
    let bench = Bench::start("unverified-domain").await;
    let screen = async |path: &str, fields: &[(&str, &str)]| {
        bench
            .form(&bench.at(Host::AtlassianAdmin, path), fields, "")
            .await
    };
    let domain = [("domain", "contoso.com")];
    assert_eq!(screen("/domains/claim", &domain).await.status, 400);
    assert_eq!(screen("/domains/verify", &domain).await.status, 200);
    assert!(
        screen("/domains/claim", &domain)
            .await
            .text
            .contains("412 accounts")
    );
    let made = screen(
        "/api-keys/create",
        &[
            ("kind", "with-scopes"),
            ("name", "n"),
            ("expires", "30"),
            ("scope", "read:domains:admin"),
            ("scope", "read:orgs:admin"),
        ],
    )
    .await;
    let key = made
        .text
        .split("id=\"api-key\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    let org = bench.given("organization_id");
    assert_eq!(
        bench
            .atlassian(&key, "GET", &format!("/admin/v1/orgs/{org}/domains"), None)
            .await
            .status,
        200
    );
    assert_eq!(
        bench
            .atlassian(&key, "GET", &format!("/admin/v1/orgs/{org}/users"), None)
            .await
            .status,
        403
    );
    assert_eq!(
        screen("/api-keys/create", &[("name", "n"), ("expires", "400")])
            .await
            .status,
        400
    );
    bench.practice.levers().remove_second_admin();
    assert_eq!(
        screen(
            "/administrators/add",
            &[("email", "glass@tailspintoys.com")]
        )
        .await
        .status,
        200
    );
    assert_eq!(
        bench.practice.dump()["organization"]["admins"],
        json!(["adele@contoso.com", "glass@tailspintoys.com"])
    );
    assert!(
        bench
            .get(&bench.at(Host::AtlassianAdmin, "/o/1/api-keys"))
            .await
            .text
            .contains("Organization admins")
    );
}
