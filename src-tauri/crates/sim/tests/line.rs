//! Faults of the line: each effect does to a request what it says, and the ledger knows of it. TLS and latency too.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use serde_json::json;
use sim::{Effect, Fault, Host, Options, Practice, Tempo};
use support::Bench;

/// The answer to one unauthenticated call, or the client's error.
async fn call(bench: &Bench) -> Result<support::Read, reqwest::Error> {
    let answer = bench
        .http
        .get(bench.at(Host::Graph, "/v1.0/me"))
        .timeout(Duration::from_millis(400))
        .send()
        .await?;
    Ok(support::read(answer).await)
}

fn next(bench: &Bench, effect: Effect) {
    bench
        .practice
        .levers()
        .fault_once(Host::Graph, "GET", "/me", effect);
}

#[tokio::test]
async fn answers_can_be_replaced() {
    let bench = Bench::start("fresh").await;
    next(
        &bench,
        Effect::Status {
            code: 503,
            body: Some(json!({"a": 1})),
            headers: vec![("retry-after".into(), "2".into())],
        },
    );
    let answer = call(&bench).await.unwrap();
    assert_eq!(
        (
            answer.status,
            answer.header("retry-after"),
            answer.text.as_str()
        ),
        (503, "2", "{\"a\":1}")
    );
    next(
        &bench,
        Effect::Throttle {
            retry_after: Some(7),
            as_date: false,
        },
    );
    let answer = call(&bench).await.unwrap();
    assert_eq!(
        (
            answer.status,
            answer.header("retry-after"),
            &answer.json()["error"]["code"]
        ),
        (429, "7", &json!("TooManyRequests"))
    );
    next(
        &bench,
        Effect::Throttle {
            retry_after: Some(7),
            as_date: true,
        },
    );
    assert!(
        call(&bench)
            .await
            .unwrap()
            .header("retry-after")
            .ends_with("GMT")
    );
    next(
        &bench,
        Effect::Throttle {
            retry_after: None,
            as_date: false,
        },
    );
    assert_eq!(call(&bench).await.unwrap().header("retry-after"), "");
    next(&bench, Effect::Garbage);
    let answer = call(&bench).await.unwrap();
    assert!(
        answer.status == 200 && serde_json::from_str::<serde_json::Value>(&answer.text).is_err()
    );
    next(&bench, Effect::Html(502));
    let answer = call(&bench).await.unwrap();
    assert!(answer.status == 502 && answer.text.contains("<html"));
    next(&bench, Effect::EmptyBody(404));
    let answer = call(&bench).await.unwrap();
    assert_eq!((answer.status, answer.text.as_str()), (404, ""));
    assert_eq!(call(&bench).await.unwrap().status, 401, "a fault hits once");
}

#[tokio::test]
async fn connections_can_break_before_and_after_the_deed() {
    let bench = Bench::start("fresh").await;
    let token = bench.bearer(0).await;
    let levers = bench.practice.levers();
    let create = async || {
        bench
            .http
            .post(bench.at(Host::Graph, "/v1.0/applications"))
            .bearer_auth(&token)
            .json(&json!({"displayName": "Once"}))
            .send()
            .await
    };
    let count = async || {
        bench
            .graph(
                &token,
                "GET",
                "/v1.0/applications?$filter=displayName eq 'Once'",
                None,
            )
            .await
            .json()["value"]
            .as_array()
            .unwrap()
            .len()
    };
    levers.fault_once(Host::Graph, "POST", "/applications", Effect::ResetBefore);
    assert!(create().await.is_err());
    assert_eq!(count().await, 0);
    levers.fault_once(Host::Graph, "POST", "/applications", Effect::LoseAnswer);
    assert!(create().await.is_err());
    assert_eq!(count().await, 1);
    let ledger = bench.practice.ledger();
    let faults: Vec<&str> = ledger
        .iter()
        .filter_map(|exchange| exchange.fault.as_deref())
        .collect();
    assert_eq!(faults, ["reset before", "lose answer"]);
    assert!(
        ledger
            .iter()
            .filter(|exchange| exchange.fault.is_some())
            .all(|exchange| exchange.status == 0)
    );
}

#[tokio::test]
async fn answers_can_be_late_or_never_come() {
    let bench = Bench::start("fresh").await;
    next(&bench, Effect::Hang);
    assert!(call(&bench).await.unwrap_err().is_timeout());
    next(&bench, Effect::Slow(150));
    let begun = Instant::now();
    assert_eq!(call(&bench).await.unwrap().status, 401);
    assert!(begun.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn faults_are_counted_and_cleared() {
    let bench = Bench::start("fresh").await;
    let levers = bench.practice.levers();
    levers.fault(Fault {
        skip: 1,
        times: 2,
        ..Fault::next(Effect::EmptyBody(500))
    });
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(call(&bench).await.unwrap().status);
    }
    assert_eq!(seen, [401, 500, 500, 401]);
    levers.fault(Fault {
        times: 100,
        ..Fault::next(Effect::EmptyBody(500))
    });
    levers.clear_faults();
    assert_eq!(call(&bench).await.unwrap().status, 401);
    let sent = json!({"host": "graph", "effect": {"throttle": {"retry_after": 3}}});
    levers.pull("fault", &sent).unwrap();
    assert_eq!(call(&bench).await.unwrap().header("retry-after"), "3");
    assert!(
        levers
            .pull("fault", &json!({"host": "nowhere", "effect": "hang"}))
            .is_err()
    );
}

#[tokio::test]
async fn everything_works_over_tls_and_takes_the_latency() {
    let latency = Duration::from_millis(40);
    let bench = Bench::with(Options {
        tls: true,
        latency,
        tempo: Tempo::Instant,
        ..Options::default()
    })
    .await;
    assert!(bench.practice.address(Host::Login).scheme() == "https");
    let begun = Instant::now();
    assert_eq!(call(&bench).await.unwrap().status, 401);
    assert!(begun.elapsed() >= latency);
    let token = bench.bearer(0).await;
    assert_eq!(
        bench.graph(&token, "GET", "/v1.0/me", None).await.status,
        200
    );
    next(&bench, Effect::ResetBefore);
    assert!(call(&bench).await.is_err());
    let path = bench.cloud["ca"].as_str().unwrap().to_owned();
    assert!(std::path::Path::new(&path).exists());
    bench.practice.stop().await;
    assert!(!std::path::Path::new(&path).exists());
}

#[tokio::test]
async fn an_unknown_scenario_is_refused_and_every_known_one_starts() {
    let wrong = Practice::start(Options {
        scenario: "nothing".into(),
        ..Options::default()
    })
    .await;
    assert_eq!(
        wrong.unwrap_err().to_string(),
        "There is no scenario called nothing."
    );
    for scenario in sim::scenarios() {
        let bench = Bench::start(scenario.name).await;
        assert_eq!(bench.given("scenario"), scenario.name);
        assert_eq!(call(&bench).await.unwrap().status, 401);
    }
}
