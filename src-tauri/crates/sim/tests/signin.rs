//! What the identity platform refuses, and how it says so.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use sim::{Host, Options};
use support::{Bench, field, query};

/// The `error` and the first code of a token answer.
fn refusal(answer: &support::Read) -> (String, u64) {
    let body = answer.json();
    let description = body["error_description"].as_str().unwrap();
    let code = body["error_codes"][0].as_u64().unwrap();
    assert!(
        description.starts_with(&format!("AADSTS{code}: ")),
        "{description}"
    );
    for name in ["timestamp", "trace_id", "correlation_id"] {
        assert!(body[name].is_string(), "{name} is missing");
    }
    (body["error"].as_str().unwrap().to_owned(), code)
}

fn is(error: &str, code: u64) -> (String, u64) {
    (error.to_owned(), code)
}

/// Scope, further parameters, and the error with its code.
type WrongRequest<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);

#[tokio::test]
async fn a_wrong_address_stays_on_a_page() {
    let bench = Bench::start("fresh").await;
    let cases = [
        ("redirect_uri", "http://localhost:1/callback", "AADSTS50011"),
        ("redirect_uri", "http://127.0.0.1:1", "AADSTS50011"),
        (
            "client_id",
            "00000000-0000-4000-8000-000000000000",
            "AADSTS700016",
        ),
    ];
    for (name, value, code) in cases {
        let page = bench
            .get(&bench.authorize_url("openid", &[(name, value)]))
            .await;
        assert!(
            page.status == 400 && page.text.contains(code) && page.header("location").is_empty(),
            "{name} {value}"
        );
    }
    let stranger = bench
        .authorize_url("openid", &[])
        .replace("/organizations/", "/nowhere.example/");
    assert!(bench.get(&stranger).await.text.contains("AADSTS90002"));
}

#[tokio::test]
async fn a_wrong_request_comes_back_with_the_state() {
    let bench = Bench::start("fresh").await;
    let cases: [WrongRequest; 5] = [
        (
            "openid",
            &[("response_type", "token")],
            "unsupported_response_type",
            "AADSTS70005",
        ),
        (
            "openid",
            &[("code_challenge_method", "plain")],
            "invalid_request",
            "AADSTS9002313",
        ),
        ("No.Such.Scope", &[], "invalid_scope", "AADSTS70011"),
        (
            "User.Read https://other.example/x",
            &[],
            "invalid_scope",
            "AADSTS28002",
        ),
        (
            "openid",
            &[("prompt", "none")],
            "login_required",
            "AADSTS50058",
        ),
    ];
    for (scope, more, error, code) in cases {
        let answer = bench.get(&bench.authorize_url(scope, more)).await;
        assert!(
            answer
                .header("location")
                .starts_with("http://localhost:49152/?"),
            "{}",
            answer.text
        );
        let back = query(answer.header("location"));
        assert_eq!(
            (back["error"].as_str(), back["state"].as_str()),
            (error, "s t")
        );
        assert!(back["error_description"].starts_with(code), "{back:?}");
    }
}

#[tokio::test]
async fn codes_are_for_one_use_and_one_verifier() {
    let bench = Bench::start("fresh").await;
    let code = async || {
        bench
            .browse(&bench.authorize_url(support::SCOPES, &[]), 0)
            .await["code"]
            .clone()
    };
    let redeem = async |code: &str, redirect: &str, verifier: &str, more: &[(&str, &str)]| {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
        ];
        fields.extend(more);
        bench.token(&fields).await
    };
    let good = "http://localhost:49152";
    let one = code().await;
    assert_eq!(redeem(&one, good, support::VERIFIER, &[]).await.status, 200);
    assert_eq!(
        refusal(&redeem(&one, good, support::VERIFIER, &[]).await),
        is("invalid_grant", 54005)
    );
    assert_eq!(
        refusal(&redeem(&code().await, good, "another", &[]).await),
        is("invalid_grant", 501_481)
    );
    assert_eq!(
        refusal(&redeem(&code().await, "http://localhost:1", support::VERIFIER, &[]).await),
        is("invalid_grant", 500_112)
    );
    assert_eq!(
        refusal(&redeem("nonsense", good, support::VERIFIER, &[]).await),
        is("invalid_grant", 70000)
    );
    let with_secret = redeem(
        &code().await,
        good,
        support::VERIFIER,
        &[("client_secret", "x")],
    )
    .await;
    assert_eq!(
        (with_secret.status, refusal(&with_secret)),
        (401, is("invalid_client", 700_025))
    );
}

#[tokio::test]
async fn refresh_brings_new_tokens_and_asks_for_consent() {
    let bench = Bench::start("fresh").await;
    let tokens = bench.sign_in(0, "openid offline_access User.Read").await;
    assert_eq!(tokens["scope"], "User.Read openid");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let renewed = bench
        .token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            ("scope", "User.Read"),
        ])
        .await
        .json();
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
    assert_ne!(renewed["access_token"], tokens["access_token"]);
    let wider = bench
        .token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            ("scope", "Directory.Read.All"),
        ])
        .await;
    assert_eq!(
        (refusal(&wider), &wider.json()["suberror"]),
        (is("invalid_grant", 65001), &json!("consent_required"))
    );
}

#[tokio::test]
async fn a_person_without_a_role_needs_approval_until_an_admin_has_consented() {
    let bench = Bench::start("fresh").await;
    let back = bench
        .browse(&bench.authorize_url(support::SCOPES, &[]), 2)
        .await;
    assert_eq!(back["error"], "access_denied");
    assert!(back["error_description"].starts_with("AADSTS90094"));
    let client = bench.given("client_id");
    let fields = [
        ("client_id", client.as_str()),
        ("redirect_uri", "http://localhost:7"),
        (
            "scope",
            "Directory.Read.All Application.ReadWrite.All User.Read",
        ),
        ("state", "x"),
    ];
    let path = format!("/{}/v2.0/adminconsent", bench.given("tenant_id"));
    let url = reqwest::Url::parse_with_params(&bench.at(Host::Login, &path), fields).unwrap();
    let back = bench.browse(url.as_str(), 0).await;
    assert_eq!(
        (
            back["admin_consent"].as_str(),
            back["tenant"].as_str(),
            back["state"].as_str()
        ),
        ("True", bench.given("tenant_id").as_str(), "x")
    );
    let back = bench
        .browse(&bench.authorize_url(support::SCOPES, &[]), 2)
        .await;
    assert!(back.contains_key("code"), "{back:?}");
}

#[tokio::test]
async fn consent_can_be_given_for_everybody_or_refused() {
    let bench = Bench::start("fresh").await;
    let (name, password) = bench.account(0);
    let consent = async |decision: &[(&str, &str)]| {
        let page = bench.get(&bench.authorize_url(support::SCOPES, &[])).await;
        let flow = field(&page.text, "flow");
        bench
            .form(
                &bench.at(Host::Login, "/common/login"),
                &[("flow", &flow), ("login", &name), ("passwd", &password)],
                "",
            )
            .await;
        let mut fields = vec![("flow", flow.as_str())];
        fields.extend(decision);
        query(
            bench
                .form(&bench.at(Host::Login, "/common/consent"), &fields, "")
                .await
                .header("location"),
        )
    };
    let back = consent(&[("decision", "cancel")]).await;
    assert_eq!(
        (back["error"].as_str(), back["error_subcode"].as_str()),
        ("access_denied", "cancel")
    );
    assert!(
        consent(&[("decision", "accept"), ("org_consent", "true")])
            .await
            .contains_key("code")
    );
    let grants = bench.practice.dump()["consents"].clone();
    assert!(grants[0]["person"].is_null(), "{grants}");
}

#[tokio::test]
async fn a_wrong_password_is_told_on_the_page() {
    let bench = Bench::start("fresh").await;
    let page = bench
        .get(&bench.authorize_url("openid User.Read", &[("login_hint", "adele@contoso.com")]))
        .await;
    assert!(page.text.contains("value=\"adele@contoso.com\""));
    let flow = field(&page.text, "flow");
    let again = bench
        .form(
            &bench.at(Host::Login, "/common/login"),
            &[
                ("flow", &flow),
                ("login", "adele@contoso.com"),
                ("passwd", "wrong"),
            ],
            "",
        )
        .await;
    assert!(again.status == 401 && again.text.contains("AADSTS50126"));
    assert_eq!(field(&again.text, "flow"), flow);
}

#[tokio::test]
async fn a_device_signs_in_when_its_person_has() {
    let bench = Bench::with(Options::default()).await;
    let client = bench.given("client_id");
    let begin = async || {
        let path = bench.at(Host::Login, "/organizations/oauth2/v2.0/devicecode");
        bench
            .form(
                &path,
                &[("client_id", &client), ("scope", support::SCOPES)],
                "",
            )
            .await
            .json()
    };
    let poll = async |begun: &Value| {
        bench
            .token(&[
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("device_code", begun["device_code"].as_str().unwrap()),
            ])
            .await
    };
    let enter = async |begun: &Value| {
        bench
            .form(
                begun["verification_uri"].as_str().unwrap(),
                &[("user_code", begun["user_code"].as_str().unwrap())],
                "",
            )
            .await
    };
    let begun = begin().await;
    assert_eq!(
        (&begun["expires_in"], &begun["interval"]),
        (&json!(900), &json!(5))
    );
    assert_eq!(
        refusal(&poll(&begun).await),
        is("authorization_pending", 70016)
    );
    assert_eq!(refusal(&poll(&begun).await).0, "slow_down");
    let page = enter(&begun).await;
    let flow = field(&page.text, "flow");
    let (name, password) = bench.account(0);
    bench
        .form(
            &bench.at(Host::Login, "/common/login"),
            &[("flow", &flow), ("login", &name), ("passwd", &password)],
            "",
        )
        .await;
    let done = bench
        .form(
            &bench.at(Host::Login, "/common/consent"),
            &[("flow", &flow), ("decision", "accept")],
            "",
        )
        .await;
    assert!(done.text.contains("You have signed in"));
    let tokens = poll(&begun).await.json();
    assert!(tokens["access_token"].is_string() && tokens["refresh_token"].is_string());

    let declined = begin().await;
    let flow = field(&enter(&declined).await.text, "flow");
    bench
        .form(
            &bench.at(Host::Login, "/common/return"),
            &[("flow", &flow)],
            "",
        )
        .await;
    assert_eq!(refusal(&poll(&declined).await).0, "authorization_declined");
    let late = begin().await;
    bench.practice.levers().time_passes(901);
    assert_eq!(refusal(&poll(&late).await), is("expired_token", 70019));
    assert!(
        enter(&late)
            .await
            .text
            .contains("Check the code and try again")
    );
}

#[tokio::test]
async fn a_registration_made_through_graph_can_be_used_and_is_of_one_tenant() {
    let bench = Bench::start("fresh").await;
    let token = bench.bearer(0).await;
    let body = json!({"displayName": "Own", "signInAudience": "AzureADMyOrg", "publicClient": {"redirectUris": ["http://localhost"]}, "groupMembershipClaims": "DirectoryRole"});
    let made = bench
        .graph(&token, "POST", "/v1.0/applications", Some(body))
        .await
        .json();
    let client = made["appId"].as_str().unwrap();
    assert_eq!(
        bench
            .graph(
                &token,
                "POST",
                "/v1.0/servicePrincipals",
                Some(json!({"appId": client}))
            )
            .await
            .status,
        201
    );
    let url = bench.authorize_url("openid User.Read", &[("client_id", client)]);
    assert!(bench.get(&url).await.text.contains("AADSTS50194"));
    let url = url.replace(
        "/organizations/",
        &format!("/{}/", bench.given("tenant_id")),
    );
    let code = bench.browse(&url, 0).await["code"].clone();
    let fields = [
        ("client_id", client),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://localhost:49152"),
        ("code_verifier", support::VERIFIER),
    ];
    let path = format!("/{}/oauth2/v2.0/token", bench.given("tenant_id"));
    let tokens = bench
        .form(&bench.at(Host::Login, &path), &fields, "")
        .await
        .json();
    let claims = tokens["id_token"]
        .as_str()
        .unwrap()
        .split('.')
        .nth(1)
        .unwrap()
        .to_owned();
    let claims: Value = serde_json::from_slice(
        &base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims).unwrap(),
    )
    .unwrap();
    assert_eq!(
        (&claims["tid"], &claims["preferred_username"]),
        (
            &json!(bench.given("tenant_id")),
            &json!("adele@contoso.com")
        )
    );
    assert_eq!(
        claims["wids"],
        json!(["158c047a-c907-4556-b7ef-446551a6b5f7"])
    );
    let path = format!("/{}/oauth2/v2.0/devicecode", bench.given("tenant_id"));
    let refused = bench
        .form(
            &bench.at(Host::Login, &path),
            &[("client_id", client), ("scope", "User.Read")],
            "",
        )
        .await;
    assert_eq!(refusal(&refused), is("invalid_client", 7_000_218));
}

#[tokio::test]
async fn the_discovery_document_names_the_endpoints() {
    let bench = Bench::start("fresh").await;
    let path = format!(
        "/{}/v2.0/.well-known/openid-configuration",
        bench.given("tenant")
    );
    let document = bench.get(&bench.at(Host::Login, &path)).await.json();
    assert!(
        document["issuer"]
            .as_str()
            .unwrap()
            .contains(&bench.given("tenant_id"))
    );
    assert!(
        document["token_endpoint"]
            .as_str()
            .unwrap()
            .ends_with("/oauth2/v2.0/token")
    );
    let out = bench
        .get(&bench.at(Host::Login, "/common/oauth2/v2.0/logout"))
        .await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
}
