//! The autopilot on plain pages with forms, as a practice has them.

mod hands;

use axum::response::IntoResponse;
use serde_json::json;

use super::*;
use crate::CancellationToken;
use crate::secret::Secret;
use crate::signin::{Phase, SignInFault, SignInRequest, Tenant, sign_in};
use crate::testing::{Got, Server, answer, practice_keys, tokens};

pub(super) fn practice(server: &Server) -> Cloud {
    let account = |name: &str, password: &str| PracticeAccount {
        user_principal_name: name.into(),
        password: Secret::new(password),
        display_name: String::new(),
        about: String::new(),
    };
    let mut cloud = server.cloud();
    cloud.practice = Some(PracticeKeys {
        accounts: vec![
            account("adele@contoso.test", "practice-word-1"),
            account("megan@contoso.test", "practice-word-2"),
        ],
        ..practice_keys()
    });
    cloud
}

fn page(html: String) -> axum::response::Response {
    (
        [
            ("content-type", "text/html"),
            ("set-cookie", "flow=abc; Path=/; HttpOnly"),
        ],
        html,
    )
        .into_response()
}

/// Account and password, then consent, then back; everything else is an error page.
fn pages(got: &Got) -> axum::response::Response {
    let path = got.target.split('?').next().unwrap_or_default();
    match (got.method.as_str(), path) {
        ("GET", "/organizations/oauth2/v2.0/authorize") => {
            let flow = got.target.replace('&', "&amp;").replace('"', "");
            page(format!(
                "<form action=/pick method=post><input type=hidden name=flow value=x><button name=login value=someone@else.test>Someone</button></form>\
                 <form action=/login method=post><input type=hidden name=flow value=\"{flow}\"><input name=loginfmt><input type=password name=passwd><button>Sign in</button></form>"
            ))
        }
        ("POST", "/login") if got.header("cookie") != Some("flow=abc") => page("<p>Cookies are needed".into()),
        ("POST", "/login") if got.field("passwd").as_deref() == Some("practice-word-1") => page(format!(
            "<form action='/consent' method=POST><input type=hidden name=flow value='{}'><input type=checkbox name=org_consent value=true>\
             <button name=decision value=accept>Accept</button><button name=decision value=cancel>Cancel</button></form>",
            got.field("flow").unwrap_or_default().replace('&', "&amp;")
        )),
        ("POST", "/login") => page("<p>Wrong password<form action=/login method=post><input name=loginfmt><input type=password name=passwd></form>".into()),
        ("POST", "/consent") => {
            let flow = url::Url::parse(&format!("http://x{}", got.field("flow").unwrap_or_default())).expect("the flow");
            let of = |name: &str| flow.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default();
            let outcome = match (got.field("decision").as_deref(), got.field("org_consent")) {
                (Some("accept"), all) => format!("code=the-practice-code-{}", if all.is_some() { "all" } else { "one" }),
                _ => "error=access_denied&error_description=AADSTS65004%3A+declined".into(),
            };
            let back = format!("{}/?{outcome}&state={}", of("redirect_uri"), of("state"));
            (http::StatusCode::FOUND, [("location", back)]).into_response()
        }
        ("POST", _) if path.ends_with("/token") => answer(200, tokens("a", "r", 3600, "User.Read")),
        ("GET", "/device") => page("<form method=post><input name=user_code><button>Next</button></form>".into()),
        ("POST", "/device") if got.field("user_code").as_deref() == Some("ABCD") => {
            page("<form action=/login2 method=post><input name=login><input name=passwd type=password><button>Sign in</button></form>".into())
        }
        ("POST", "/login2") => page("<h1>Done</h1><p>You may close this.".into()),
        _ => (http::StatusCode::BAD_REQUEST, "<h1>Sorry</h1><p>AADSTS50011: no").into_response(),
    }
}

#[tokio::test]
async fn signs_in_as_a_person_does() {
    let server = Server::answering(|_, got| pages(got)).await;
    let cloud = practice(&server);
    let request = SignInRequest::new("client-1", Tenant::Organizations, Phase::SignIn.scopes());
    let cases = [
        (Decision::Accept, Ok("the-practice-code-one")),
        (Decision::AcceptForEverybody, Ok("the-practice-code-all")),
        (Decision::Cancel, Err(SignInFault::Declined)),
    ];
    for (decision, wanted) in cases {
        let autopilot = Autopilot::new(&cloud)
            .expect("an autopilot")
            .deciding(decision);
        let outcome = sign_in(
            &server.http(),
            &cloud,
            &request,
            &autopilot,
            |_| {},
            &CancellationToken::new(),
        )
        .await;
        match wanted {
            Ok(code) => {
                assert!(outcome.is_ok(), "{decision:?} {outcome:?}");
                assert_eq!(
                    server
                        .got()
                        .last()
                        .and_then(|got| got.field("code"))
                        .as_deref(),
                    Some(code)
                );
            }
            Err(fault) => assert_eq!(outcome.expect_err("a fault").as_sign_in(), Some(&fault)),
        }
        assert_eq!(autopilot.trouble(), None);
    }
    let logins: Vec<_> = server
        .got()
        .iter()
        .filter_map(|got| got.field("loginfmt"))
        .collect();
    assert_eq!(logins, ["adele@contoso.test"; 3]);
}

#[tokio::test]
async fn gets_lost_where_a_person_would() {
    let server = Server::answering(|_, got| pages(got)).await;
    let cloud = practice(&server);
    let start = server
        .url
        .join("/organizations/oauth2/v2.0/authorize?state=s")
        .expect("an address");
    let megan = Autopilot::new(&cloud)
        .and_then(|autopilot| autopilot.as_account(&cloud, "Megan@contoso.test"))
        .expect("an autopilot");
    let fault = megan
        .go_through(&start)
        .await
        .expect_err("a wrong password");
    assert!(
        matches!(&fault, AutopilotFault::Lost { says, .. } if says.starts_with("Wrong password")),
        "{fault}"
    );
    let wrong = server.url.join("/elsewhere").expect("an address");
    let fault = megan.go_through(&wrong).await.expect_err("an error page");
    assert!(
        matches!(&fault, AutopilotFault::Lost { says, .. } if says == "Sorry AADSTS50011: no"),
        "{fault}"
    );
    let outside = Url::parse("https://login.example/").expect("an address");
    assert_eq!(
        megan.go_through(&outside).await,
        Err(AutopilotFault::NotPractice)
    );
}

#[tokio::test]
async fn enters_a_code() {
    let server = Server::answering(|_, got| pages(got)).await;
    let autopilot = Autopilot::new(&practice(&server)).expect("an autopilot");
    let device = server.url.join("/device").expect("an address");
    autopilot
        .enter_code(&device, "ABCD")
        .await
        .expect("entered");
    assert!(autopilot.enter_code(&device, "WRONG").await.is_err());
}

#[tokio::test]
async fn acts_only_in_practice_on_this_machine() {
    let server = Server::answering(|_, _| answer(200, json!({}))).await;
    assert_eq!(
        Autopilot::new(&server.cloud()).expect_err("not practice"),
        AutopilotFault::NotPractice
    );
    assert_eq!(
        Autopilot::new(&Cloud::named("global").expect("a cloud")).expect_err("not practice"),
        AutopilotFault::NotPractice
    );
    let mut mixed = practice(&server);
    mixed.graph = Url::parse("https://graph.example").expect("an address");
    assert_eq!(
        Autopilot::new(&mixed).expect_err("not on this machine"),
        AutopilotFault::NotPractice
    );
    let cloud = practice(&server);
    let unknown = Autopilot::new(&cloud)
        .and_then(|autopilot| autopilot.as_account(&cloud, "nobody@contoso.test"));
    assert_eq!(unknown.expect_err("no account"), AutopilotFault::NoAccount);
}
