//! Sessions against scripted token endpoints: one refresh at a time, rotation, more scopes, and what ends a session.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use super::super::scopes::{APPLICATIONS_READ, APPLICATIONS_WRITE, DOMAINS_READ, USER_READ};
use super::*;
use crate::testing::{Server, TENANT, answer, tokens};

#[tokio::test]
async fn a_fresh_token_is_used_and_a_stale_one_is_refreshed_once_for_all() {
    let server = Server::answering(|_, _| {
        answer(
            200,
            tokens(
                "new-access-token",
                "new-refresh-token",
                3600,
                "openid User.Read",
            ),
        )
    })
    .await;
    let fresh = server.session(3600, "User.Read");
    assert_eq!(
        fresh.access_token().await.expect("a token").secret(),
        "first-access-token"
    );
    assert!(server.got().is_empty());

    let stale = server.session(0, "User.Read");
    let kept = Arc::new(std::sync::Mutex::new(vec![]));
    let keeps = kept.clone();
    stale.on_rotated(move |refresh| {
        keeps
            .lock()
            .expect("a list")
            .push(refresh.secret().to_owned())
    });
    let all = futures::future::join_all((0..20).map(|_| stale.access_token())).await;
    assert!(
        all.into_iter()
            .all(|token| token.expect("a token").secret() == "new-access-token")
    );
    assert_eq!(server.got().len(), 1, "twenty callers, one refresh");
    assert_eq!(*kept.lock().expect("a list"), ["new-refresh-token"]);
    let got = &server.got()[0];
    assert_eq!(got.line(), format!("POST /{TENANT}/oauth2/v2.0/token"));
    assert_eq!(got.field("grant_type").as_deref(), Some("refresh_token"));
    assert_eq!(
        got.field("scope"),
        Some(format!(
            "openid profile offline_access {}User.Read",
            server.url
        ))
    );
    assert_eq!(got.field("client_secret"), None);
}

#[tokio::test]
async fn a_rotated_token_survives_a_caller_that_goes_away() {
    let (arrived, go_on) = (
        Arc::new(tokio::sync::Notify::new()),
        Arc::new(tokio::sync::Notify::new()),
    );
    let (arrives, goes_on) = (arrived.clone(), go_on.clone());
    let server = Server::answering_slowly(move |_, _| {
        let (arrives, goes_on) = (arrives.clone(), goes_on.clone());
        async move {
            arrives.notify_one();
            goes_on.notified().await;
            answer(
                200,
                tokens("new-access-token", "new-refresh-token", 3600, "User.Read"),
            )
        }
    })
    .await;
    let session = server.session(0, "User.Read");
    tokio::select! {
        _ = session.access_token() => panic!("the server has not answered yet"),
        () = arrived.notified() => {}
    }
    go_on.notify_one();
    assert_eq!(
        session.refresh_token().await.expect("a token").secret(),
        "new-refresh-token"
    );
}

#[tokio::test]
async fn a_token_that_still_lives_is_better_than_a_failed_refresh() {
    let server =
        Server::answering(|_, _| answer(400, json!({"error": "temporarily_unavailable"}))).await;
    let session = server.session(3600, "User.Read");
    session.0.held.lock().await.stale_from = Instant::now();
    assert_eq!(
        session
            .access_token()
            .await
            .expect("the old token")
            .secret(),
        "first-access-token"
    );
    assert_eq!(server.got().len(), 1);
    session.0.held.lock().await.ends = Instant::now();
    assert!(session.access_token().await.is_err());
}

#[tokio::test]
async fn scopes_are_asked_for_only_when_nothing_granted_includes_them() {
    let scope = "openid https://graph.test/Application.ReadWrite.All User.Read";
    let server = Server::answering(|_, got| {
        let asked = got.field("scope").unwrap_or_default();
        answer(200, tokens("a", "r", 3600, &asked))
    })
    .await;
    let session = server.session(3600, scope);
    assert!(
        session.has(&APPLICATIONS_READ)
            && session.has(&APPLICATIONS_WRITE)
            && !session.has(&DOMAINS_READ)
    );
    session
        .need(&[&USER_READ, &APPLICATIONS_READ])
        .await
        .expect("granted");
    assert!(server.got().is_empty());
    session
        .need(&[&DOMAINS_READ])
        .await
        .expect("granted silently");
    assert!(session.has(&DOMAINS_READ));
    let asked = server.got()[0].field("scope").unwrap_or_default();
    assert!(
        asked.contains("Application.ReadWrite.All") && asked.contains("Domain.Read.All"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_missing_consent_is_told_with_the_address_for_an_administrator() {
    let cases = [
        (
            json!({"error": "invalid_grant", "error_codes": [65001], "suberror": "consent_required"}),
            SignInFault::ConsentNeeded,
        ),
        (
            json!({"error": "invalid_grant", "error_codes": [90094]}),
            SignInFault::AdminApprovalNeeded {
                admin_consent_url: String::new(),
            },
        ),
    ];
    for (body, wanted) in cases {
        let server = Server::answering(move |_, _| answer(400, body.clone())).await;
        let fault = server
            .session(3600, "User.Read")
            .need(&[&APPLICATIONS_WRITE])
            .await
            .expect_err("a fault");
        match (fault.as_sign_in().expect("a sign-in fault"), wanted) {
            (
                SignInFault::AdminApprovalNeeded { admin_consent_url },
                SignInFault::AdminApprovalNeeded { .. },
            ) => {
                let address = url::Url::parse(admin_consent_url).expect("an address");
                assert_eq!(address.path(), format!("/{TENANT}/v2.0/adminconsent"));
                assert!(
                    address
                        .query()
                        .is_some_and(|query| query.contains("Application.ReadWrite.All")
                            && query.contains("client_id=client-1"))
                );
            }
            (got, wanted) => assert_eq!(*got, wanted),
        }
    }
    let silent = Server::answering(|_, _| answer(200, tokens("a", "r", 3600, "User.Read"))).await;
    let fault = silent
        .session(3600, "User.Read")
        .need(&[&APPLICATIONS_WRITE])
        .await
        .expect_err("a fault");
    assert_eq!(
        fault.as_sign_in(),
        Some(&SignInFault::ConsentNeeded),
        "granted without the scope is not granted"
    );
}

#[tokio::test]
async fn after_consent_it_is_asked_again_until_it_arrives_or_is_stopped() {
    let count = Arc::new(AtomicU32::new(0));
    let counts = count.clone();
    let server = Server::answering(move |_, _| match counts.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => answer(200, tokens("a", "r", 3600, "User.Read")),
        _ => answer(
            200,
            tokens("a", "r", 3600, "User.Read Application.ReadWrite.All"),
        ),
    })
    .await;
    let short = [Duration::from_millis(1); 3];
    let session = server.session(3600, "User.Read");
    session
        .need_after(&[&APPLICATIONS_WRITE], short, &CancellationToken::new())
        .await
        .expect("it arrived");
    assert_eq!(count.load(Ordering::SeqCst), 3);

    let never = Server::answering(|_, _| answer(200, tokens("a", "r", 3600, "User.Read"))).await;
    let session = never.session(3600, "User.Read");
    let fault = session
        .need_after(&[&APPLICATIONS_WRITE], short, &CancellationToken::new())
        .await
        .expect_err("a fault");
    assert_eq!(
        (fault.as_sign_in(), never.got().len()),
        (Some(&SignInFault::ConsentNeeded), 4)
    );
    let stopped = CancellationToken::new();
    stopped.cancel();
    assert!(
        session
            .need_after_consent(&[&APPLICATIONS_WRITE], &stopped)
            .await
            .expect_err("a fault")
            .is_cancelled()
    );
}

#[tokio::test]
async fn an_earlier_session_is_taken_up_or_has_ended() {
    let server = Server::answering(|_, _| {
        let mut body = tokens("a", "r", 3600, "User.Read");
        body["refresh_token"] = json!(null);
        answer(200, body)
    })
    .await;
    let old = Secret::new("kept-refresh-token");
    let session = Session::resume(
        &server.http(),
        &server.cloud(),
        "client-1",
        TENANT,
        old.clone(),
    )
    .await
    .expect("a session");
    assert_eq!(
        (
            session.user_principal_name(),
            session.name(),
            session.object_id()
        ),
        ("adele@contoso.test", "Adele Vance", "oid-1")
    );
    assert_eq!(
        (session.way(), session.refresh_token().await),
        (Way::Resumed, Some(old.clone()))
    );
    assert!(!format!("{session:?}").contains("token"));

    let other = "99999999-2222-4333-8444-555555555555";
    let fault = Session::resume(
        &server.http(),
        &server.cloud(),
        "client-1",
        other,
        old.clone(),
    )
    .await
    .expect_err("a fault");
    assert_eq!(
        fault.as_sign_in(),
        Some(&SignInFault::WrongTenant {
            wanted: other.into(),
            got: TENANT.into()
        })
    );

    for number in [50173, 700082, 70008, 70043] {
        let server = Server::answering(move |_, _| {
            answer(
                400,
                json!({"error": "invalid_grant", "error_codes": [number]}),
            )
        })
        .await;
        let fault = Session::resume(
            &server.http(),
            &server.cloud(),
            "client-1",
            TENANT,
            old.clone(),
        )
        .await
        .expect_err("a fault");
        assert_eq!(fault.as_sign_in(), Some(&SignInFault::Expired), "{number}");
        assert_eq!(fault.code, Some(format!("AADSTS{number}")));
    }
}
