//! The one way out against scripted servers: what is repeated, what is recorded, what is hidden, what each failure is called.

use std::time::Duration;

use http::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::*;
use crate::retry::Safety;
use crate::secret::Secret;
use crate::testing::{HASTY, Server, answer, answer_with, cloud_at, http_for};

fn get(url: &Url) -> Request {
    Request::get(
        Service::Graph,
        url.join("/v1.0/me?x=1").expect("an address"),
    )
}

fn post(url: &Url, safety: Safety) -> Request {
    Request::of(Service::Graph, Method::POST, url.clone(), safety).body(Body::Json(json!({"a": 1})))
}

#[tokio::test]
async fn reads_are_repeated_and_every_attempt_is_recorded() {
    let server = Server::answering(|number, _| match number {
        0 => answer(503, json!({"error": {"code": "ServiceUnavailable"}})),
        1 => answer_with(429, json!({}), "retry-after", "0"),
        _ => answer_with(
            200,
            json!({"ok": true}),
            "date",
            "Sun, 22 Nov 2026 01:01:14 GMT",
        ),
    })
    .await;
    let http = server.http().noted("who am I");
    let watch = http.ledger().subscribe();
    let got = http.send(get(&server.url)).await.expect("an answer");
    assert_eq!(
        got.server_date.map(|date| date.to_string()).as_deref(),
        Some("2026-11-22T01:01:14Z")
    );
    let kept = http.ledger().all();
    let short: Vec<_> = kept
        .iter()
        .map(|one| (one.status, one.attempt, one.retry_in_millis.is_some()))
        .collect();
    assert_eq!(
        short,
        [
            (Some(503), 1, true),
            (Some(429), 2, true),
            (Some(200), 3, false)
        ]
    );
    assert!(
        kept.iter()
            .all(|one| one.note.as_deref() == Some("who am I") && one.path == "/v1.0/me")
    );
    assert_eq!(*watch.borrow(), 3);
    let ids: std::collections::HashSet<_> = server
        .got()
        .iter()
        .map(|got| got.header("client-request-id").map(str::to_owned))
        .collect();
    assert_eq!(ids.len(), 3, "each attempt has an id of its own");
}

#[tokio::test]
async fn a_write_is_repeated_only_when_nothing_was_done() {
    for (safety, status, requests) in [
        (Safety::Once, 503, 1),
        (Safety::Once, 500, 1),
        (Safety::Once, 429, 6),
        (Safety::Idempotent, 503, 6),
        (Safety::Idempotent, 500, 3),
        (Safety::Idempotent, 400, 1),
    ] {
        let server = Server::answering(move |_, _| {
            answer(status, json!({"error": {"code": "x", "message": "y"}}))
        })
        .await;
        let fault = server
            .http()
            .send(post(&server.url, safety))
            .await
            .expect_err("a fault");
        assert_eq!(server.got().len(), requests, "{safety:?} {status}");
        assert_eq!(fault.maybe_done(), status >= 500, "{safety:?} {status}");
    }
}

#[tokio::test]
async fn no_attempt_begins_after_the_deadline() {
    let server = Server::answering(|_, _| answer_with(429, json!({}), "retry-after", "3600")).await;
    let fault = server
        .http()
        .send(get(&server.url))
        .await
        .expect_err("a fault");
    assert_eq!(
        (fault.kind, fault.retry_after),
        (FaultKind::Throttled, Some(Duration::from_secs(3600)))
    );
    assert_eq!(server.got().len(), 1);
}

#[tokio::test]
async fn stopping_ends_a_wait_for_an_answer_and_a_wait_between_attempts() {
    let asked = std::sync::Arc::new(tokio::sync::Notify::new());
    let arrived = asked.clone();
    let server = Server::answering_slowly(move |_, _| {
        arrived.notify_one();
        std::future::pending()
    })
    .await;
    let cancel = CancellationToken::new();
    let http = server.http().cancelled_by(cancel.clone());
    let (outcome, ()) = tokio::join!(http.send(post(&server.url, Safety::Once)), async {
        asked.notified().await;
        cancel.cancel();
    });
    let fault = outcome.expect_err("a fault");
    assert!(
        fault.is_cancelled() && fault.maybe_done(),
        "the request was on its way"
    );

    let busy = Server::answering(|_, _| answer_with(429, json!({}), "retry-after", "10")).await;
    let cancel = CancellationToken::new();
    let http = busy.http().cancelled_by(cancel.clone());
    let mut recorded = http.ledger().subscribe();
    let (outcome, _) = tokio::join!(http.send(post(&busy.url, Safety::Once)), async {
        recorded.changed().await.expect("an exchange");
        cancel.cancel();
    });
    let fault = outcome.expect_err("a fault");
    assert!(
        fault.is_cancelled() && !fault.maybe_done(),
        "429 says that nothing was done"
    );
    let fault = http.send(get(&busy.url)).await.expect_err("a fault");
    assert!(
        fault.is_cancelled() && busy.got().len() == 1,
        "a stopped client sends nothing"
    );
}

#[tokio::test]
async fn nothing_leaves_for_another_host() {
    let server = Server::answering(|_, _| answer(200, json!({}))).await;
    let other = Server::answering(|_, _| answer(200, json!({}))).await;
    let http = server.http();
    let request = get(&other.url).bearer(Secret::new("a-token-for-nobody-else"));
    let fault = http.send(request).await.expect_err("a fault");
    assert_eq!(fault.kind, FaultKind::ForeignAddress);
    assert!(other.got().is_empty() && http.ledger().all().is_empty());
    let mut open = cloud_at(&server.url);
    open.graph = Url::parse("http://graph.example").expect("an address");
    let fault = http_for(&open)
        .send(get(&open.graph))
        .await
        .expect_err("a fault");
    assert_eq!(
        fault.kind,
        FaultKind::ForeignAddress,
        "unencrypted, and not on this machine"
    );
}

#[tokio::test]
async fn secrets_are_in_no_record_and_no_fault() {
    let server = Server::answering(|_, got| {
        let token = got.header("authorization").unwrap_or_default().to_owned();
        let body = json!({"error": {"code": "x", "message": format!("your {token} and your form {}", got.body)}});
        answer_with(401, body, "x-echo", &token)
    })
    .await;
    let http = server.http();
    let request = Request::of(
        Service::Graph,
        Method::POST,
        server
            .url
            .join("/t?code=0.AAAAAAAAAAAAAAAA")
            .expect("an address"),
        Safety::Once,
    )
    .bearer(Secret::new("planted/access+token=="))
    .body(Body::Form(vec![
        ("refresh_token", "planted refresh".into()),
        ("scope", "openid".into()),
    ]));
    let _known = Secret::new("planted refresh");
    let fault = http.send(request).await.expect_err("a fault");
    let everything = format!(
        "{fault:?} {fault} {}",
        serde_json::to_string(&http.ledger().all()).expect("JSON")
    );
    for planted in ["planted", "0.AAAA"] {
        assert!(
            !everything.contains(planted),
            "{planted} is in {everything}"
        );
    }
    assert!(everything.contains("openid") && everything.contains("x-echo"));
}

/// A server of bare sockets, for what no HTTP library sends.
async fn bare(conversation: impl AsyncFn(usize, TcpStream) + Send + Sync + 'static) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = Url::parse(&format!(
        "http://{}",
        listener.local_addr().expect("an address")
    ))
    .expect("an address");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener.into_std().expect("a listener"))
                .expect("a listener");
            for number in 0.. {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                conversation(number, stream).await;
            }
        });
    });
    url
}

async fn read_request(stream: &mut TcpStream) {
    let mut buffer = vec![0; 65_536];
    let _some = stream.read(&mut buffer).await;
}

const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
const CUT: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\nconnection: close\r\n\r\n{\"a\":";

#[tokio::test]
async fn a_broken_connection_is_repeated_for_reads_only() {
    let breaking = |with: &'static [u8]| {
        bare(async move |number, mut stream| {
            read_request(&mut stream).await;
            let _written = stream
                .write_all(if number % 2 == 0 { with } else { WHOLE })
                .await;
        })
    };
    for with in [&b""[..], CUT] {
        let url = breaking(with).await;
        let http = http_for(&cloud_at(&url));
        assert!(http.send(get(&url)).await.is_ok());
        assert_eq!(http.ledger().all().len(), 2);
        let fault = http
            .send(post(&url, Safety::Once))
            .await
            .expect_err("a fault");
        assert!(
            fault.kind == FaultKind::Reset && fault.maybe_done(),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn silence_is_a_time_out() {
    let url = bare(async |_, mut stream| {
        read_request(&mut stream).await;
        tokio::spawn(async move {
            let _held = stream;
            std::future::pending::<()>().await;
        });
    })
    .await;
    let fault = http_for(&cloud_at(&url))
        .send(post(&url, Safety::Once))
        .await
        .expect_err("a fault");
    assert!(
        fault.kind == FaultKind::TimedOut && fault.maybe_done(),
        "{fault:?}"
    );
}

#[tokio::test]
async fn an_answer_that_drips_for_ever_is_a_time_out() {
    let url = bare(async |_, mut stream| {
        read_request(&mut stream).await;
        tokio::spawn(async move {
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n";
            let mut sent = stream.write_all(head.as_bytes()).await;
            // Each byte comes before the silence is too long.
            while sent.is_ok() {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                sent = stream.write_all(b" ").await;
            }
        });
    })
    .await;
    let http = http_for(&cloud_at(&url));
    let sent = http.send(post(&url, Safety::Once));
    let ended = tokio::time::timeout(std::time::Duration::from_secs(20), sent).await;
    let fault = ended.expect("it ends").expect_err("a fault");
    assert!(
        fault.kind == FaultKind::TimedOut && fault.maybe_done(),
        "{fault:?}"
    );
}

#[tokio::test]
async fn ways_not_to_arrive() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = Url::parse(&format!(
        "http://{}",
        listener.local_addr().expect("an address")
    ))
    .expect("an address");
    drop(listener);
    let plain = bare(async |_, mut stream| {
        read_request(&mut stream).await;
        let _written = stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
            .await;
    })
    .await;
    let mut not_tls = plain.clone();
    not_tls.set_scheme("https").expect("a scheme");
    let nowhere = Url::parse("https://no-such-host.invalid").expect("an address");
    for (url, kind) in [
        (closed, FaultKind::Refused),
        (not_tls, FaultKind::Tls),
        (nowhere, FaultKind::NameNotFound),
    ] {
        let fault = http_for(&cloud_at(&url))
            .send(post(&url, Safety::Once))
            .await
            .expect_err("a fault");
        assert_eq!(fault.kind, kind, "{fault:?}");
        assert!(
            !fault.maybe_done() && std::error::Error::source(&fault).is_some(),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named() {
    let proxy = bare(async |_, mut stream| {
        read_request(&mut stream).await;
        let _written = stream
            .write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            .await;
    })
    .await;
    let target = Url::parse("https://graph.example").expect("an address");
    let clients = wire::Clients::new(
        None,
        Some(reqwest::Proxy::all(proxy.as_str()).expect("a proxy")),
    )
    .expect("clients");
    let http = Http::with_clients(clients, &cloud_at(&target), Ledger::new()).patient(HASTY);
    let fault = http
        .send(post(&target, Safety::Once))
        .await
        .expect_err("a fault");
    assert!(
        fault.kind == FaultKind::Proxy && !fault.maybe_done(),
        "{fault:?}"
    );
}

#[tokio::test]
async fn a_certificate_authority_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut cloud = Cloud::named("global").expect("a cloud");
    for contents in [None, Some("not a certificate")] {
        let path = folder.path().join("ca.pem");
        contents
            .iter()
            .for_each(|text| std::fs::write(&path, text).expect("a file"));
        cloud.ca = Some(path);
        let fault = Http::new(&cloud, Ledger::new()).expect_err("a fault");
        assert!(
            fault.kind == FaultKind::Setup
                && fault
                    .message
                    .as_deref()
                    .is_some_and(|said| said.contains("ca.pem")),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn a_page_of_somebody_else_is_not_an_answer() {
    let server = Server::answering(|number, _| match number {
        0 => (
            [("content-type", "text/html")],
            "<html>please log in to the hotel</html>",
        )
            .into_response(),
        _ => answer_with(302, json!({}), "location", "https://portal.example/"),
    })
    .await;
    let page = server.http().send(get(&server.url)).await.expect("a 200");
    let fault = page.json().expect_err("a fault");
    assert!(
        fault.kind == FaultKind::NotJson
            && fault
                .raw
                .as_deref()
                .is_some_and(|raw| raw.contains("hotel")),
        "{fault:?}"
    );
    let fault = server
        .http()
        .send(get(&server.url))
        .await
        .expect_err("a fault");
    assert_eq!(
        (fault.kind, server.got().len()),
        (FaultKind::NotJson, 2),
        "no redirect is followed"
    );
}

use axum::response::IntoResponse;
