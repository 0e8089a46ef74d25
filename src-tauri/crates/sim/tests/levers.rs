//! Every lever acts: each test pulls one and looks at the difference from outside. The last test sees to it that no lever
//! is left out.
#![allow(clippy::unwrap_used)]

mod support;

use jiff::Timestamp;
use serde_json::{Value, json};
use sim::{Host, LeverError, Options, Tempo, Visibility};
use support::{Bench, Read};

const ADELE: &str = "adele@contoso.com";
const ADMINISTRATOR: &str = "Cloud Application Administrator";

async fn fresh() -> Bench {
    Bench::start("fresh").await
}

/// Signs in as Adele and gives Graph's answer to one GET.
async fn seen(bench: &Bench, path: &str) -> Read {
    let token = bench.bearer(0).await;
    bench.graph(&token, "GET", path, None).await
}

/// The answers of the organization API to one GET with the key that was handed over.
async fn organization(bench: &Bench, path: &str) -> Read {
    let (key, org) = (
        bench.given("organization_key"),
        bench.given("organization_id"),
    );
    bench
        .atlassian(&key, "GET", &path.replace("ORG", &org), None)
        .await
}

/// What the redirect says after a sign-in as Adele.
async fn error_of(bench: &Bench) -> (String, String) {
    let back = bench
        .browse(&bench.authorize_url(support::SCOPES, &[]), 0)
        .await;
    let word = |name: &str| back.get(name).cloned().unwrap_or_default();
    (
        word("error"),
        word("error_description")
            .split(':')
            .next()
            .unwrap()
            .to_owned(),
    )
}

async fn admins(bench: &Bench) -> Vec<Value> {
    let mut found = Vec::new();
    for query in ["contoso", "tailspintoys"] {
        let (key, org) = (
            bench.given("organization_key"),
            bench.given("organization_id"),
        );
        let path = format!("/admin/v2/orgs/{org}/directories/-/users/search");
        let page = bench
            .atlassian(
                &key,
                "POST",
                &path,
                Some(json!({"searchTerm": query, "limit": 5})),
            )
            .await
            .json();
        let rows = page["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| !row["platformRoles"].as_array().unwrap().is_empty());
        found.extend(rows.map(|row| row["email"].clone()));
    }
    found
}

#[tokio::test]
async fn instantiate_answers_404_though_created() {
    let bench = fresh().await;
    let token = bench.bearer(0).await;
    bench
        .practice
        .levers()
        .instantiate_answers_404_though_created();
    let template = bench
        .graph(
            &token,
            "GET",
            "/v1.0/applicationTemplates?$filter=displayName eq 'Atlassian Cloud'",
            None,
        )
        .await
        .json();
    let path = format!(
        "/v1.0/applicationTemplates/{}/instantiate",
        template["value"][0]["id"].as_str().unwrap()
    );
    let body = json!({"displayName": "Ours"});
    let answer = bench.graph(&token, "POST", &path, Some(body.clone())).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]["code"]),
        (404, &json!("Request_ResourceNotFound"))
    );
    let found = bench
        .graph(
            &token,
            "GET",
            "/v1.0/applications?$filter=displayName eq 'Ours'",
            None,
        )
        .await
        .json();
    assert_eq!(found["value"].as_array().unwrap().len(), 1);
    assert_eq!(
        bench.graph(&token, "POST", &path, Some(body)).await.status,
        201
    );
}

#[tokio::test]
async fn visibility_and_poke_and_disagreement() {
    let bench = fresh().await;
    let (levers, token) = (bench.practice.levers(), bench.bearer(0).await);
    let reads = async |app: &str, times: usize| {
        let mut seen = Vec::new();
        for _ in 0..times {
            seen.push(
                bench
                    .graph(&token, "GET", &format!("/v1.0/applications/{app}"), None)
                    .await
                    .status,
            );
        }
        seen
    };
    levers.visibility_delay(Visibility::Reads(2));
    let (app, _) = bench.instantiate(&token, "Late").await;
    assert_eq!(reads(&app, 3).await, [404, 404, 200]);
    levers.replicas_disagree(4);
    let (app, _) = bench.instantiate(&token, "Flickering").await;
    assert_eq!(reads(&app, 6).await, [200, 404, 200, 404, 200, 200]);
    levers.visibility_delay(Visibility::Seconds(3600));
    let (app, principal) = bench.instantiate(&token, "Much later").await;
    let patched = bench
        .graph(
            &token,
            "PATCH",
            &format!("/v1.0/servicePrincipals/{principal}"),
            Some(json!({"notes": "n"})),
        )
        .await;
    assert_eq!(patched.status, 404);
    levers.poke();
    assert_eq!(reads(&app, 1).await, [200]);
    levers.visibility_delay(Visibility::AsUsual);
    let (app, _) = bench.instantiate(&token, "At once").await;
    assert_eq!(reads(&app, 1).await, [200]);
}

#[tokio::test]
async fn explicit_tempo_waits_for_a_poke_and_auto_for_time() {
    let bench = Bench::with(Options {
        tempo: Tempo::Explicit,
        ..Options::default()
    })
    .await;
    let token = bench.bearer(0).await;
    let (app, _) = bench.instantiate(&token, "Waiting").await;
    let path = format!("/v1.0/applications/{app}");
    assert_eq!(bench.graph(&token, "GET", &path, None).await.status, 404);
    bench.practice.levers().poke();
    assert_eq!(bench.graph(&token, "GET", &path, None).await.status, 200);

    let bench = Bench::with(Options::default()).await;
    let token = bench.bearer(0).await;
    let (app, _) = bench.instantiate(&token, "Waiting").await;
    let path = format!("/v1.0/applications/{app}");
    assert_eq!(bench.graph(&token, "GET", &path, None).await.status, 404);
    bench.practice.levers().time_passes(10);
    assert_eq!(bench.graph(&token, "GET", &path, None).await.status, 200);
}

#[tokio::test]
async fn claims_challenges_ask_for_a_token_with_those_claims() {
    let bench = fresh().await;
    let tokens = bench.sign_in(0, support::SCOPES).await;
    let (access, refresh) = (
        tokens["access_token"].as_str().unwrap(),
        tokens["refresh_token"].as_str().unwrap(),
    );
    bench.practice.levers().claims_challenge_once();
    let refused = bench.graph(access, "GET", "/v1.0/me", None).await;
    assert_eq!(
        (refused.status, &refused.json()["error"]["code"]),
        (401, &json!("InvalidAuthenticationToken"))
    );
    let claims = claims_of(&refused);
    let renewed = bench
        .token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            ("claims", &claims),
        ])
        .await
        .json();
    let renewed = renewed["access_token"].as_str().unwrap();
    assert_eq!(
        bench.graph(renewed, "GET", "/v1.0/me", None).await.status,
        200
    );

    bench.practice.levers().claims_challenge_needs_person();
    let claims = claims_of(&bench.graph(renewed, "GET", "/v1.0/me", None).await);
    let refused = bench
        .token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            ("claims", &claims),
        ])
        .await
        .json();
    assert_eq!(
        (&refused["error"], &refused["error_codes"]),
        (&json!("interaction_required"), &json!([50076]))
    );
    let back = bench
        .browse(
            &bench.authorize_url(support::SCOPES, &[("claims", &claims)]),
            0,
        )
        .await;
    let again = bench.redeem(&back["code"]).await.json();
    assert_eq!(
        bench
            .graph(
                again["access_token"].as_str().unwrap(),
                "GET",
                "/v1.0/me",
                None
            )
            .await
            .status,
        200
    );
}

fn claims_of(refused: &Read) -> String {
    use base64::Engine;
    let header = refused.header("www-authenticate");
    let coded = header
        .split("claims=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    String::from_utf8(
        base64::engine::general_purpose::STANDARD
            .decode(coded)
            .unwrap(),
    )
    .unwrap()
}

#[tokio::test]
async fn tokens_die_and_time_passes() {
    let bench = fresh().await;
    let levers = bench.practice.levers();
    let tokens = bench.sign_in(0, support::SCOPES).await;
    let (access, refresh) = (
        tokens["access_token"].as_str().unwrap(),
        tokens["refresh_token"].as_str().unwrap(),
    );
    levers.token_expires_now();
    assert_eq!(
        bench.graph(access, "GET", "/v1.0/me", None).await.status,
        401
    );
    let by_refresh = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    assert_eq!(bench.token(&by_refresh).await.status, 200);
    levers.refresh_tokens_idle();
    assert_eq!(
        bench.token(&by_refresh).await.json()["error_codes"],
        json!([700_082])
    );
    levers.revoke_refresh_tokens();
    assert_eq!(
        bench.token(&by_refresh).await.json()["error_codes"],
        json!([50173])
    );

    let back = bench
        .browse(&bench.authorize_url(support::SCOPES, &[]), 0)
        .await;
    levers.time_passes(601);
    assert_eq!(
        bench.redeem(&back["code"]).await.json()["error_codes"],
        json!([70008])
    );
}

#[tokio::test]
async fn the_browser_forgets_and_consents_go() {
    let bench = fresh().await;
    let tokens = bench.sign_in(0, support::SCOPES).await;
    bench.practice.levers().forget_consents();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ("scope", "Directory.Read.All"),
    ];
    let refused = bench.token(&fields).await.json();
    assert_eq!(
        (
            &refused["error"],
            &refused["error_codes"],
            &refused["suberror"]
        ),
        (
            &json!("invalid_grant"),
            &json!([65001]),
            &json!("consent_required")
        )
    );

    let url = bench.authorize_url("openid User.Read", &[]);
    let page = bench.get(&url).await;
    let (name, password) = bench.account(0);
    let flow = support::field(&page.text, "flow");
    let answer = bench
        .form(
            &bench.at(Host::Login, "/common/login"),
            &[("flow", &flow), ("login", &name), ("passwd", &password)],
            "",
        )
        .await;
    let cookie = answer
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let silent = bench.authorize_url("openid", &[("prompt", "none")]);
    let ask = async || {
        support::query(
            support::read(
                bench
                    .http
                    .get(&silent)
                    .header("cookie", &cookie)
                    .send()
                    .await
                    .unwrap(),
            )
            .await
            .header("location"),
        )
    };
    assert!(ask().await.contains_key("code"));
    bench.practice.levers().forget_sessions();
    assert_eq!(ask().await["error"], "login_required");
}

#[tokio::test]
async fn levers_about_signing_in_and_back() {
    let bench = fresh().await;
    let levers = bench.practice.levers();
    let denied = |code: &str| ("access_denied".to_owned(), format!("AADSTS{code}"));
    levers.deny_consent();
    assert_eq!(error_of(&bench).await, denied("65004"));
    levers.admin_approval_required();
    assert_eq!(error_of(&bench).await, denied("90094"));
    levers.sign_in_as_usual();
    levers.conditional_access_block();
    assert_eq!(error_of(&bench).await, denied("53003"));
    levers.sign_in_as_usual();
    levers.user_not_assigned();
    assert_eq!(error_of(&bench).await, denied("50105"));
    levers.sign_in_as_usual();
    levers.unknown_client();
    let page = bench.get(&bench.authorize_url(support::SCOPES, &[])).await;
    assert!(page.status == 400 && page.text.contains("AADSTS700016"));
    levers.sign_in_as_usual();
    assert_eq!(error_of(&bench).await, (String::new(), String::new()));
}

#[tokio::test]
async fn wrong_tenant_account() {
    let bench = fresh().await;
    bench.practice.levers().wrong_tenant_account();
    let token = bench.sign_in(0, support::SCOPES).await;
    let organization = bench
        .graph(
            token["access_token"].as_str().unwrap(),
            "GET",
            "/v1.0/organization",
            None,
        )
        .await
        .json();
    assert_eq!(organization["value"][0]["displayName"], "Fabrikam");
    let pinned = bench.authorize_url(support::SCOPES, &[]).replace(
        "/organizations/",
        &format!("/{}/", bench.given("tenant_id")),
    );
    let back = bench.browse(&pinned, 0).await;
    assert!(back["error_description"].starts_with("AADSTS50020"));
}

#[tokio::test]
async fn clock_skew() {
    let bench = fresh().await;
    bench.practice.levers().clock_skew(-3600);
    let answer = bench.get(&bench.at(Host::Graph, "/v1.0/me")).await;
    let written = jiff::fmt::rfc2822::parse(answer.header("date"))
        .unwrap()
        .timestamp();
    let wrong_by = (Timestamp::now() - written).get_seconds();
    assert!((3590..3610).contains(&wrong_by), "{wrong_by}");
}

#[tokio::test]
async fn roles_come_and_go() {
    let bench = fresh().await;
    let levers = bench.practice.levers();
    let token = bench.bearer(0).await;
    let (_, principal) = bench.instantiate(&token, "Ours").await;
    let change = async |token: &str| {
        bench
            .graph(
                token,
                "PATCH",
                &format!("/v1.0/servicePrincipals/{principal}"),
                Some(json!({"notes": "n"})),
            )
            .await
            .status
    };
    levers.deactivate_role(ADELE, ADMINISTRATOR).unwrap();
    assert_eq!(change(&token).await, 403);
    let without = bench.bearer(0).await;
    levers.activate_role(ADELE, ADMINISTRATOR).unwrap();
    assert_eq!(
        change(&without).await,
        403,
        "the role is not in a token that is older than the role"
    );
    assert_eq!(change(&bench.bearer(0).await).await, 204);
}

#[tokio::test]
async fn premium_off_and_restore_allowed() {
    let bench = fresh().await;
    let levers = bench.practice.levers();
    assert!(
        seen(&bench, "/v1.0/subscribedSkus")
            .await
            .text
            .contains("AAD_PREMIUM")
    );
    levers.premium_off();
    assert!(
        !seen(&bench, "/v1.0/subscribedSkus")
            .await
            .text
            .contains("AAD_PREMIUM")
    );
    let token = bench.bearer(0).await;
    let (app, principal) = bench.instantiate(&token, "Ours").await;
    bench
        .graph(&token, "DELETE", &format!("/v1.0/applications/{app}"), None)
        .await;
    levers.restore_allowed();
    let restored = bench
        .graph(
            &token,
            "POST",
            &format!("/v1.0/directory/deletedItems/{app}/restore"),
            None,
        )
        .await;
    assert_eq!(restored.status, 200);
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
        200
    );
}

#[tokio::test]
async fn a_second_administrator_is_at_work() {
    let bench = fresh().await;
    let levers = bench.practice.levers();
    let token = bench.bearer(0).await;
    let (app, principal) = bench.instantiate(&token, "Atlassian Cloud").await;
    let read = async |path: String| bench.graph(&token, "GET", &path, None).await;
    bench
        .graph(
            &token,
            "PATCH",
            &format!("/v1.0/applications/{app}"),
            Some(json!({"tags": ["ours", "theirs"]})),
        )
        .await;
    levers.rename_app(&app, "Jira").unwrap();
    assert_eq!(
        read(format!("/v1.0/servicePrincipals/{principal}"))
            .await
            .json()["displayName"],
        "Jira"
    );
    levers.disable_app("Jira").unwrap();
    assert_eq!(
        read(format!("/v1.0/servicePrincipals/{principal}"))
            .await
            .json()["accountEnabled"],
        false
    );
    levers.strip_tag(&app, "ours").unwrap();
    assert_eq!(
        read(format!("/v1.0/applications/{app}")).await.json()["tags"],
        json!(["theirs"])
    );
    levers.add_namesake("Jira");
    assert_eq!(
        read("/v1.0/applications?$filter=displayName eq 'Jira'".into())
            .await
            .json()["value"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    levers.delete_app(&principal).unwrap();
    assert_eq!(read(format!("/v1.0/applications/{app}")).await.status, 404);
    assert_eq!(levers.delete_app(&app), Err(LeverError::NoSuch(app)));
}

#[tokio::test]
async fn the_gallery_changes() {
    let bench = fresh().await;
    let path = "/v1.0/applicationTemplates?$filter=displayName eq 'Atlassian Cloud'";
    bench.practice.levers().no_provisioning_in_template();
    assert_eq!(
        seen(&bench, path).await.json()["value"][0]["supportedProvisioningTypes"],
        json!([])
    );
    bench.practice.levers().gallery_without_atlassian();
    assert_eq!(seen(&bench, path).await.json()["value"], json!([]));
}

#[tokio::test]
async fn the_key_weakens_and_dies() {
    let bench = fresh().await;
    let levers = bench.practice.levers();
    levers.key_lacks("domains").unwrap();
    let refused = organization(&bench, "/admin/v1/orgs/ORG/domains").await;
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["status"]),
        (403, &json!("403"))
    );
    assert_eq!(
        organization(&bench, "/admin/v1/orgs/ORG/users")
            .await
            .status,
        200
    );
    assert!(levers.key_lacks("colours").is_err());
    levers.other_organization();
    let opened = organization(&bench, "/admin/v1/orgs").await.json();
    assert_eq!(opened["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(opened["data"][0]["attributes"]["name"], "Fabrikam");
    levers.key_expired();
    assert_eq!(
        organization(&bench, "/admin/v1/orgs").await.json(),
        json!({"code": 401, "message": "Unauthorized"})
    );
    levers.unauthorized_form("empty").unwrap();
    assert_eq!(organization(&bench, "/admin/v1/orgs").await.text, "");
    levers.unauthorized_form("errors").unwrap();
    assert_eq!(
        organization(&bench, "/admin/v1/orgs").await.json()["errors"][0]["status"],
        "401"
    );
}

#[tokio::test]
async fn the_organization_changes() {
    let bench = fresh().await;
    let levers = bench.practice.levers();
    assert_eq!(
        admins(&bench).await,
        [json!(ADELE), json!("emergency@tailspintoys.com")]
    );
    levers.admins_all_inside_domain();
    assert_eq!(
        admins(&bench).await,
        [json!(ADELE), json!("megan@contoso.com")]
    );
    levers.remove_second_admin();
    assert_eq!(admins(&bench).await, [json!(ADELE)]);
    levers.unclaim_accounts();
    assert_eq!(
        organization(&bench, "/admin/v1/orgs/ORG/users")
            .await
            .json()["meta"]["total"],
        0
    );
    assert_eq!(
        organization(&bench, "/admin/v1/orgs/ORG/domains")
            .await
            .json()["data"][0]["attributes"]["claim"]["status"],
        "verified"
    );
    levers.domain_unverified("contoso.com").unwrap();
    assert_eq!(
        organization(&bench, "/admin/v1/orgs/ORG/domains")
            .await
            .json()["data"][0]["attributes"]["claim"]["status"],
        "unverified"
    );
}

#[tokio::test]
async fn levers_are_reached_over_http_and_each_is_tested() {
    let bench = fresh().await;
    let control = bench.given("control");
    let page = bench.get(&control).await.text;
    let here = concat!(
        include_str!("levers.rs"),
        include_str!("line.rs"),
        include_str!("organization_levers.rs"),
        include_str!("graph_sign_on/certificates.rs"),
        include_str!("graph_sign_on/addresses.rs"),
        include_str!("graph_sign_on/access.rs"),
        include_str!("graph_sign_on/claims.rs"),
        include_str!("graph_sign_on/second_administrator.rs"),
        include_str!("saml_endpoint.rs"),
        include_str!("saml_login.rs")
    );
    let documentation = include_str!("../src/lib.rs");
    let names = page
        .split("<td><code>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap());
    let plain = |name: &&str| {
        name.chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
    };
    let names: Vec<&str> = names.filter(plain).collect();
    assert!(names.len() > 35, "{names:?}");
    for name in names {
        assert!(here.contains(&format!(".{name}(")), "no test pulls {name}");
        let listed = documentation.contains(&format!("`{name}`"));
        assert!(listed, "the documentation does not list {name}");
    }
    let pulled = bench
        .http
        .post(format!("{control}/levers/clock_skew"))
        .json(&json!({"seconds": 60}))
        .send()
        .await
        .unwrap();
    assert_eq!(pulled.status(), 200);
    let refused = bench
        .http
        .post(format!("{control}/levers/clock_skew"))
        .json(&json!({"minutes": 1}))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 400);
    assert_eq!(
        bench
            .http
            .post(format!("{control}/poke"))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    let scenarios = bench.get(&format!("{control}/scenarios")).await.json();
    assert_eq!(scenarios[0]["name"], "fresh");
    assert_eq!(
        bench.get(&format!("{control}/dump")).await.json(),
        bench.practice.dump()
    );
    assert_eq!(
        bench.get(&format!("{control}/ledger")).await.json(),
        json!([])
    );
}
