//! Whole sign-ins against a scripted authority, with a browser that does what each test says.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::Digest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::testing::{Server, TENANT, answer, tokens};

/// Comes back to the loopback with these parameters, as the authority would redirect it; `STATE` stands for the state.
struct Returning {
    with: &'static str,
    opened: Arc<Mutex<Vec<Url>>>,
    shown: Arc<Mutex<String>>,
}

impl Returning {
    fn with(with: &'static str) -> Self {
        Self {
            with,
            opened: Arc::default(),
            shown: Arc::default(),
        }
    }

    fn opened(&self) -> Url {
        self.opened
            .lock()
            .expect("a list")
            .first()
            .cloned()
            .expect("a page was opened")
    }
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

impl Browser for Returning {
    fn open(&self, url: &str) -> Result<(), BrowserFault> {
        let url = Url::parse(url).expect("an address");
        self.opened.lock().expect("a list").push(url.clone());
        let port = Url::parse(&parameter(&url, "redirect_uri").expect("a redirect"))
            .expect("an address")
            .port()
            .expect("a port");
        let target = format!(
            "/?{}",
            self.with
                .replace("STATE", &parameter(&url, "state").expect("a state"))
        );
        let (shown, silent) = (self.shown.clone(), self.with.is_empty());
        tokio::spawn(async move {
            if silent {
                return;
            }
            fetch(port, &target).await;
            let last = fetch(port, "/done").await;
            *shown.lock().expect("a page") = last;
        });
        Ok(())
    }
}

async fn fetch(port: u16, target: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("a connection");
    let request = format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer
}

fn request(tenant: Tenant) -> SignInRequest {
    SignInRequest {
        wait: Duration::from_secs(20),
        ..SignInRequest::new("client-1", tenant, Phase::Read.scopes_so_far())
    }
}

async fn run(
    server: &Server,
    request: &SignInRequest,
    browser: &dyn Browser,
) -> Result<Session, Fault> {
    sign_in(
        &server.http(),
        &server.cloud(),
        request,
        browser,
        |_| {},
        &CancellationToken::new(),
    )
    .await
}

const CODE: &str = "code=the-code-of-this-test&state=STATE";

#[tokio::test]
async fn the_whole_way() {
    let server = Server::answering(|_, _| {
        answer(
            200,
            tokens(
                "a-1",
                "r-1",
                3600,
                "openid https://graph.test/User.Read Domain.Read.All",
            ),
        )
    })
    .await;
    let browser = Returning::with(CODE);
    let stages = Mutex::new(vec![]);
    let mut request = request(Tenant::Organizations);
    request.login_hint = Some("adele@contoso.test".into());
    let http = server.http();
    let progress = |stage| stages.lock().expect("stages").push(stage);
    let session = sign_in(
        &http,
        &server.cloud(),
        &request,
        &browser,
        progress,
        &CancellationToken::new(),
    )
    .await
    .expect("a session");
    assert_eq!(
        (
            session.tenant_id(),
            session.user_principal_name(),
            session.way()
        ),
        (TENANT, "adele@contoso.test", Way::Browser)
    );
    assert!(
        session.has(&USER_READ) && session.has(&DOMAINS_READ) && !session.has(&APPLICATIONS_READ)
    );

    let page = browser.opened();
    assert_eq!(page.path(), "/organizations/oauth2/v2.0/authorize");
    let expected = [
        ("client_id", "client-1"),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("code_challenge_method", "S256"),
        ("prompt", "select_account"),
        ("login_hint", "adele@contoso.test"),
    ];
    for (name, value) in expected {
        assert_eq!(parameter(&page, name).as_deref(), Some(value), "{name}");
    }
    let scope = parameter(&page, "scope").expect("scopes");
    assert!(
        scope.starts_with("openid profile offline_access ")
            && scope.contains(&format!("{}User.Read", server.url)),
        "{scope}"
    );

    let got = &server.got()[0];
    assert_eq!(got.line(), "POST /organizations/oauth2/v2.0/token");
    assert_eq!(got.field("code").as_deref(), Some("the-code-of-this-test"));
    assert_eq!(got.field("redirect_uri"), parameter(&page, "redirect_uri"));
    let verifier = got.field("code_verifier").expect("a verifier");
    assert_eq!(
        parameter(&page, "code_challenge"),
        Some(URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier.as_bytes())))
    );
    assert!(got.field("client_secret").is_none() && got.header("origin").is_none());

    let stages = stages.into_inner().expect("stages");
    assert!(
        matches!(&stages[..], [SignInStage::Waiting { browser: None, url, .. }, SignInStage::Redeeming] if *url == page.as_str())
    );
    let record = serde_json::to_string(&http.ledger().all()).expect("JSON");
    for secret in [
        "the-code-of-this-test",
        verifier.as_str(),
        "\\\"r-1\\\"",
        "\\\"a-1\\\"",
    ] {
        assert!(!record.contains(secret), "{secret} is in {record}");
    }
}

#[tokio::test]
async fn refusals_that_come_back_with_the_browser() {
    let cases = [
        (
            "error=access_denied&error_description=AADSTS65004%3A+User+declined&state=STATE",
            SignInFault::Declined,
        ),
        (
            "error=access_denied&error_subcode=cancel&state=STATE",
            SignInFault::Denied,
        ),
        (
            "error=consent_required&error_description=AADSTS65001%3A+no&state=STATE",
            SignInFault::ConsentNeeded,
        ),
        (
            "error=invalid_request&error_description=AADSTS50194%3A+no&state=STATE",
            SignInFault::SingleTenantClient,
        ),
        (
            "error=access_denied&error_description=AADSTS53003%3A+no&state=STATE",
            SignInFault::ConditionalAccess,
        ),
        (
            "error=invalid_client&error_description=AADSTS50105%3A+no&state=STATE",
            SignInFault::NotAssigned,
        ),
        (
            "error=unauthorized_client&error_description=AADSTS700016%3A+no&state=STATE",
            SignInFault::UnknownClient,
        ),
        (
            "error=server_error&state=STATE",
            SignInFault::Other { aadsts: None },
        ),
    ];
    for (with, wanted) in cases {
        let server = Server::answering(|_, _| answer(500, json!({}))).await;
        let browser = Returning::with(with);
        let fault = run(&server, &request(Tenant::Organizations), &browser)
            .await
            .expect_err(with);
        assert_eq!(fault.as_sign_in(), Some(&wanted), "{with}");
        assert!(server.got().is_empty(), "nothing is redeemed");
    }
    let server = Server::answering(|_, _| answer(500, json!({}))).await;
    let browser =
        Returning::with("error=access_denied&error_description=AADSTS90094%3A+admin&state=STATE");
    let fault = run(&server, &request(Tenant::Id(TENANT.into())), &browser)
        .await
        .expect_err("a fault");
    let Some(SignInFault::AdminApprovalNeeded { admin_consent_url }) = fault.as_sign_in() else {
        panic!("{fault:?}")
    };
    assert!(
        admin_consent_url.starts_with(&format!(
            "{}{TENANT}/v2.0/adminconsent?client_id=client-1",
            server.url
        )),
        "{admin_consent_url}"
    );
}

#[tokio::test]
async fn refusals_of_the_token_endpoint() {
    let cases = [
        (
            json!({"error": "invalid_grant", "error_codes": [54005]}),
            SignInFault::CodeExpired,
        ),
        (
            json!({"error": "invalid_client", "error_codes": [7000218]}),
            SignInFault::NotPublicClient,
        ),
        (
            json!({"error": "invalid_grant", "error_codes": [50076], "claims": "{\"x\":1}"}),
            SignInFault::ClaimsChallenge {
                claims: "{\"x\":1}".into(),
            },
        ),
        (
            json!({"error": "invalid_grant", "error_codes": [50020]}),
            SignInFault::OtherAccount,
        ),
    ];
    for (body, wanted) in cases {
        let server = Server::answering(move |_, _| answer(400, body.clone())).await;
        let browser = Returning::with(CODE);
        let fault = run(&server, &request(Tenant::Organizations), &browser)
            .await
            .expect_err("a fault");
        assert_eq!(fault.as_sign_in(), Some(&wanted));
        assert_eq!(server.got().len(), 1, "a code is redeemed once");
    }
    let down = Server::answering(|_, _| answer(503, json!({}))).await;
    let fault = run(
        &down,
        &request(Tenant::Organizations),
        &Returning::with(CODE),
    )
    .await
    .expect_err("a fault");
    assert_eq!((fault.kind, down.got().len()), (FaultKind::Unavailable, 1));
    let odd =
        Server::answering(|_, _| answer(200, json!({"access_token": "a", "expires_in": 5}))).await;
    let fault = run(
        &odd,
        &request(Tenant::Organizations),
        &Returning::with(CODE),
    )
    .await
    .expect_err("a fault");
    assert_eq!(
        fault.kind,
        FaultKind::Unreadable {
            path: "id_token".into()
        }
    );
}

#[tokio::test]
async fn another_tenant_than_this_connections_is_no_success() {
    let server = Server::answering(|_, _| answer(200, tokens("a", "r", 3600, "User.Read"))).await;
    let wanted = "99999999-2222-4333-8444-555555555555".to_owned();
    let browser = Returning::with(CODE);
    let fault = run(&server, &request(Tenant::Id(wanted.clone())), &browser)
        .await
        .expect_err("a fault");
    assert_eq!(
        fault.as_sign_in(),
        Some(&SignInFault::WrongTenant {
            wanted,
            got: TENANT.into()
        })
    );
}

#[tokio::test]
async fn nobody_or_only_a_stranger_comes_back() {
    let server = Server::answering(|_, _| answer(200, json!({}))).await;
    let mut short = request(Tenant::Organizations);
    short.wait = Duration::from_millis(200);
    for (with, wanted) in [
        ("", SignInFault::Timeout),
        ("code=cccccc&state=not-ours", SignInFault::StateMismatch),
    ] {
        let fault = run(&server, &short, &Returning::with(with))
            .await
            .expect_err("a fault");
        assert_eq!(fault.as_sign_in(), Some(&wanted));
    }
    assert!(server.got().is_empty());
}

#[tokio::test]
async fn stopping_ends_the_wait_and_closes_the_port() {
    let server = Server::answering(|_, _| answer(200, json!({}))).await;
    let cancel = CancellationToken::new();
    let browser = Returning::with("");
    let stop = cancel.clone();
    let progress = move |_| stop.cancel();
    let outcome = sign_in(
        &server.http(),
        &server.cloud(),
        &request(Tenant::Organizations),
        &browser,
        progress,
        &cancel,
    )
    .await;
    assert!(outcome.expect_err("a fault").is_cancelled());
}

#[tokio::test]
async fn a_page_that_failed_is_not_waited_for() {
    struct Failing;
    impl Browser for Failing {
        fn open(&self, _: &str) -> Result<(), BrowserFault> {
            Ok(())
        }

        fn failed(&self) -> futures::future::BoxFuture<'_, String> {
            Box::pin(async { "Unknown application".to_owned() })
        }
    }
    let server = Server::answering(|_, _| answer(200, json!({}))).await;
    let (http, cloud) = (server.http(), server.cloud());
    let (asked, never) = (request(Tenant::Organizations), CancellationToken::new());
    let signing_in = sign_in(&http, &cloud, &asked, &Failing, |_| {}, &never);
    let ended = tokio::time::timeout(std::time::Duration::from_secs(20), signing_in).await;
    let fault = ended.expect("it ends at once").expect_err("a fault");
    assert_eq!(
        fault.as_sign_in(),
        Some(&SignInFault::Other { aadsts: None })
    );
    assert_eq!(fault.message.as_deref(), Some("Unknown application"));
}

#[tokio::test]
async fn without_a_browser_the_address_still_works() {
    struct None;
    impl Browser for None {
        fn open(&self, _: &str) -> Result<(), BrowserFault> {
            Err(BrowserFault {
                tried: "nothing".into(),
                because: "there is none".into(),
            })
        }
    }
    let server = Server::answering(|_, _| answer(200, tokens("a", "r", 3600, "User.Read"))).await;
    let by_hand = |stage| {
        if let SignInStage::Waiting {
            url,
            browser: Some(fault),
            ..
        } = stage
        {
            assert_eq!(fault.tried, "nothing");
            Returning::with(CODE).open(&url).expect("a start");
        }
    };
    let outcome = sign_in(
        &server.http(),
        &server.cloud(),
        &request(Tenant::Organizations),
        &None,
        by_hand,
        &CancellationToken::new(),
    )
    .await;
    assert!(outcome.is_ok());
}

fn offer(seconds: u64) -> serde_json::Value {
    json!({"device_code": "the-device-code-of-this-test", "user_code": "ABCD-EFGH", "verification_uri": "https://microsoft.com/devicelogin",
        "expires_in": seconds, "interval": 0, "message": "go there"})
}

#[tokio::test]
async fn by_device_code() {
    let server = Server::answering(|number, _| match number {
        0 => answer(200, offer(900)),
        1 | 2 => answer(
            400,
            json!({"error": "authorization_pending", "error_codes": [70016]}),
        ),
        _ => answer(200, tokens("a", "r", 3600, "User.Read")),
    })
    .await;
    let stages = Mutex::new(vec![]);
    let http = server.http();
    let progress = |stage| stages.lock().expect("stages").push(stage);
    let session = sign_in_by_code(
        &http,
        &server.cloud(),
        &request(Tenant::Organizations),
        progress,
        &CancellationToken::new(),
    )
    .await;
    assert_eq!(session.expect("a session").way(), Way::DeviceCode);
    assert!(matches!(&stages.into_inner().expect("stages")[..],
        [SignInStage::Code { user_code, .. }, SignInStage::Redeeming] if user_code == "ABCD-EFGH"));
    assert_eq!(
        server.lines()[..2],
        [
            "POST /organizations/oauth2/v2.0/devicecode",
            "POST /organizations/oauth2/v2.0/token"
        ]
    );
    assert_eq!(
        server.got()[1].field("grant_type").as_deref(),
        Some("urn:ietf:params:oauth:grant-type:device_code")
    );
    assert!(
        !serde_json::to_string(&http.ledger().all())
            .expect("JSON")
            .contains("the-device-code")
    );
}

#[tokio::test]
async fn a_device_code_that_is_declined_blocked_or_too_old() {
    let cases = [
        (
            900,
            json!({"error": "authorization_declined"}),
            SignInFault::Denied,
        ),
        (
            900,
            json!({"error": "invalid_grant", "error_codes": [53003]}),
            SignInFault::ConditionalAccess,
        ),
        (
            900,
            json!({"error": "expired_token", "error_codes": [70020]}),
            SignInFault::CodeExpired,
        ),
        (
            900,
            json!({"error": "invalid_client", "error_codes": [7000218]}),
            SignInFault::NotPublicClient,
        ),
        (
            0,
            json!({"error": "authorization_pending"}),
            SignInFault::CodeExpired,
        ),
    ];
    for (seconds, body, wanted) in cases {
        let server = Server::answering(move |number, _| {
            if number == 0 {
                answer(200, offer(seconds))
            } else {
                answer(400, body.clone())
            }
        })
        .await;
        let outcome = sign_in_by_code(
            &server.http(),
            &server.cloud(),
            &request(Tenant::Organizations),
            |_| {},
            &CancellationToken::new(),
        )
        .await;
        assert_eq!(outcome.expect_err("a fault").as_sign_in(), Some(&wanted));
    }
}
