//! The audit log's stream: its cursor, its end, and how often it may be asked.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::*;
use crate::fault::FaultKind;
use crate::testing::{http_for, paced_http_for, practice_keys};

fn event(id: &str) -> Value {
    json!({"id": id, "type": "events", "attributes": {
        "time": "2026-11-21T09:35:15.890Z", "processedAt": "2026-11-21T09:35:20.120Z", "action": "user_login",
        "actor": {"id": "1", "name": "Ada", "email": "ada@x.test", "links": {}},
        "context": [{"type": "users", "attributes": {"email": "b.simon@x.test"}}],
        "container": [{"id": "c", "type": "sites", "attributes": {"siteHostName": "https://x.test"}}],
        "location": {"ip": "203.0.113.9", "geo": null}},
        "message": {"content": "Logged in to account", "format": "simple"}})
}

/// Two pages with an event that comes twice, and a cursor behind the last one as well.
fn stream(got: &crate::testing::Got) -> axum::response::Response {
    let (events, next) = match got.target.split_once("cursor=").map(|(_, cursor)| cursor) {
        None => (vec![event("e-1"), event("e-2")], "after 2"),
        Some("after+2") => (vec![event("e-2"), event("e-3")], "after 3"),
        _ => (vec![], "after 3"),
    };
    answer(
        200,
        json!({"data": events, "meta": {"next": next, "page_size": 500}, "links": {"self": "", "next": ""}}),
    )
}

fn from() -> Timestamp {
    "2026-11-21T09:30:00Z".parse().expect("a time")
}

fn practising(server: &Server) -> Atlassian {
    let mut cloud = server.cloud();
    cloud.practice = Some(practice_keys());
    Atlassian::new(
        http_for(&cloud),
        &cloud,
        Secret::new("practice-organization-key-1"),
    )
}

#[tokio::test]
async fn the_stream_is_read_to_its_empty_page() {
    let server = Server::answering(|_, got| stream(got)).await;
    let began = Instant::now();
    let events = practising(&server)
        .events_since("o-1", from())
        .await
        .expect("events")
        .value;
    let ids: Vec<_> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids, ["e-1", "e-2", "e-3"], "each once");
    let first = &events[0];
    assert_eq!(
        (
            first.action.as_str(),
            first.message.as_deref(),
            first.ip.as_deref()
        ),
        (
            "user_login",
            Some("Logged in to account"),
            Some("203.0.113.9")
        )
    );
    assert!(
        first.is_about("ADA@x.test")
            && first.is_about("b.simon@x.test")
            && !first.is_about("x@x.test")
    );
    assert!(first.processed_at > first.time);
    assert_eq!(
        first.container[0].text("siteHostName"),
        Some("https://x.test")
    );
    assert_eq!(
        server.lines(),
        [
            "GET /admin/v1/orgs/o-1/events-stream?from=1795253400000&limit=500",
            "GET /admin/v1/orgs/o-1/events-stream?from=1795253400000&limit=500&cursor=after+2",
            "GET /admin/v1/orgs/o-1/events-stream?from=1795253400000&limit=500&cursor=after+3",
        ]
    );
    assert!(
        began.elapsed() < Duration::from_secs(7),
        "practice does not wait"
    );
}

#[tokio::test]
async fn a_stream_that_does_not_end_is_a_fault() {
    let cases = [
        (json!("same"), FaultKind::TooManyPages, 2),
        (
            json!({"cursor": "x"}),
            FaultKind::Unreadable {
                path: "meta.next".into(),
            },
            1,
        ),
        (
            json!("https://elsewhere.example/?cursor=x"),
            FaultKind::ForeignAddress,
            1,
        ),
    ];
    for (next, kind, requests) in cases {
        let page = json!({"data": [event("e-1")], "meta": {"next": next}});
        let server = Server::answering(move |_, _| answer(200, page.clone())).await;
        let fault = practising(&server)
            .events_since("o-1", from())
            .await
            .expect_err("a fault");
        assert_eq!((fault.kind, server.got().len()), (kind, requests), "{next}");
    }
    for meta in [json!({}), json!({"next": ""}), json!({"next": null})] {
        let page = json!({"data": [{"id": "e-1"}], "meta": meta});
        let server = Server::answering(move |_, _| answer(200, page.clone())).await;
        let events = practising(&server)
            .events_since("o-1", from())
            .await
            .expect("events");
        assert_eq!((events.value.len(), server.got().len()), (1, 1));
        assert_eq!(
            (events.value[0].time, &events.value[0].message),
            (None, &None)
        );
    }
}

#[tokio::test]
async fn everybody_shares_the_events_limit_and_the_catalogue_has_none() {
    let server = Server::answering(|_, got| match got.target.ends_with("event-actions") {
        true => answer(200, json!({"data": [{"id": "user_login", "attributes": {"displayName": "Logged in to account", "groupDisplayName": "Atlassian accounts"}}]})),
        false => answer(200, json!({"data": [], "meta": {"next": "end"}})),
    })
    .await;
    let cloud = server.cloud();
    let second = Duration::from_millis(20);
    let api = Atlassian::new(
        paced_http_for(&cloud, second),
        &cloud,
        Secret::new("practice-organization-key-1"),
    );
    let began = Instant::now();
    let other = api.noted("somebody else");
    let (one, two) = tokio::join!(
        api.events_since("o-1", from()),
        other.events_since("o-2", from())
    );
    assert!(one.is_ok() && two.is_ok());
    assert!(began.elapsed() >= second * 7, "the second one waited");
    let cancel = crate::CancellationToken::new();
    cancel.cancel();
    let stopped = api.cancelled_by(cancel).events_since("o-1", from()).await;
    assert_eq!(stopped.expect_err("stopped").kind, FaultKind::Cancelled);
    let began = Instant::now();
    for _ in 0..5 {
        let actions = api.event_actions("o-1").await.expect("actions").value;
        assert_eq!(actions[0].display_name, "Logged in to account");
    }
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(server.got().len(), 7);
}

#[tokio::test]
async fn who_waits_for_a_turn_can_stop() {
    let server = Server::answering(|_, got| stream(got)).await;
    let cloud = server.cloud();
    let hours = Duration::from_secs(3_600);
    let cancel = crate::CancellationToken::new();
    let api = Atlassian::new(
        paced_http_for(&cloud, hours),
        &cloud,
        Secret::new("practice-organization-key-1"),
    )
    .cancelled_by(cancel.clone());
    let (events, ()) = tokio::join!(api.events_since("o-1", from()), async {
        while server.got().is_empty() {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    });
    let fault = events.expect_err("stopped");
    assert_eq!((fault.kind, server.got().len()), (FaultKind::Cancelled, 1));
}
