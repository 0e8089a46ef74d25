//! The control API for authentication policies, and the audit log that it and the administration's screens write.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use sim::{Options, Tempo};
use support::{Bench, certificate};

const ALEX: &str = "alex@contoso.com";

#[tokio::test]
async fn people_are_added_to_a_policy_by_a_task() {
    let bench = Bench::start("fresh").await;
    let directory = bench.add_directory("Entra").await;
    let pilot = bench.add_policy(&directory, "Pilot").await;
    let add = format!("/admin/control/v1/orgs/ORG/auth-policy/{pilot}/add-users");
    let users = json!({"users": ["ALEX@contoso.com", "wanda@fabrikam.com", "megan@contoso.com"]});
    let accepted = bench.organization("POST", &add, Some(users)).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text);
    let link = accepted.json()["taskLink"].as_str().unwrap().to_owned();
    let state = bench.organization("GET", &link, None).await.json();
    let wanted = json!({
        "inProgressCount": 0, "successCount": 2, "failureCount": 1,
        "failureReasons": [{
            "emails": ["wanda@fabrikam.com"],
            "details": {"status": 404, "title": "Not found", "detail": "No managed account with this email"},
        }],
    });
    assert_eq!(state, wanted);
    assert_eq!(members(&bench, "Pilot"), json!([ALEX, "megan@contoso.com"]));

    let local = bench.add_policy("", "Contractors").await;
    let add = format!("/admin/control/v1/orgs/ORG/auth-policy/{local}/add-users");
    let moved = bench
        .organization("POST", &add, Some(json!({"users": [ALEX]})))
        .await;
    assert_eq!(moved.status, 202);
    bench.organization("GET", "/admin/v1/orgs", None).await;
    assert_eq!(members(&bench, "Pilot"), json!(["megan@contoso.com"]));
    assert_eq!(members(&bench, "Contractors"), json!([ALEX]));
}

#[tokio::test]
async fn the_control_api_refuses_wrong_ids_bodies_and_keys() {
    let bench = Bench::start("fresh").await;
    let org = bench.given("organization_id");
    let pilot = bench.add_policy("", "Pilot").await;
    let unknown = "00000000-0000-4000-8000-000000000000";
    let control = format!("/admin/control/v1/orgs/{org}");
    let add = |policy: &str| format!("{control}/auth-policy/{policy}/add-users");
    let users = json!({"users": [ALEX]});
    let status = async |method: &str, path: &str, body: Option<Value>| {
        bench.organization(method, path, body).await.status
    };
    assert_eq!(
        status("POST", &add("pilot"), Some(users.clone())).await,
        400
    );
    assert_eq!(
        status("POST", &add(unknown), Some(users.clone())).await,
        404
    );
    for wrong in [
        json!({"accountIds": [ALEX]}),
        json!({"users": []}),
        json!({"users": [1]}),
    ] {
        assert_eq!(status("POST", &add(&pilot), Some(wrong)).await, 400);
    }
    let task = |id: &str| format!("{control}/auth-policy/task/{id}");
    assert_eq!(status("GET", &task("1"), None).await, 400);
    assert_eq!(status("GET", &task(unknown), None).await, 404);
    let elsewhere = format!("/admin/control/v1/orgs/{unknown}/auth-policy/{pilot}/add-users");
    assert_eq!(status("POST", &elsewhere, Some(users.clone())).await, 404);
    assert_eq!(
        status("GET", &format!("{control}/auth-policy"), None).await,
        404
    );

    let reader = bench.key("scoped");
    let refused = bench
        .atlassian(&reader, "POST", &add(&pilot), Some(users))
        .await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("write:policies:admin"));
    let state = bench.atlassian(&reader, "GET", &task(unknown), None).await;
    assert_eq!(state.status, 403, "reading the state asks for writing too");
}

#[tokio::test]
async fn a_look_up_says_which_policy_somebody_is_in() {
    let bench = Bench::start("fresh").await;
    let directory = bench.add_directory("Entra").await;
    let pilot = bench.add_policy(&directory, "Pilot").await;
    let fields = [("policy", pilot.as_str()), ("email", ALEX)];
    bench.screen("/policies/members/add", &fields).await;
    let [alex, adele, wanda] = ids(&bench, [ALEX, "adele@contoso.com", "wanda@fabrikam.com"]).await;
    let path = "/admin/control/v1/orgs/ORG/users/auth-policies/bulk-fetch";
    let body = json!({"accountIds": [alex, adele, wanda, "unknown"]});
    let found = bench.organization("POST", path, Some(body)).await.json();
    assert_eq!(
        found[0],
        json!({"email": ALEX, "authPolicyId": pilot, "authPolicyName": "Pilot", "directoryId": directory})
    );
    assert_eq!(found[1]["authPolicyName"], "Default policy");
    assert_eq!(found[1]["directoryId"], Value::Null);
    assert_eq!(
        found.as_array().unwrap().len(),
        2,
        "an account that is not managed is in no policy"
    );
    let wrong = json!({"emails": [ALEX]});
    assert_eq!(
        bench.organization("POST", path, Some(wrong)).await.status,
        400
    );
}

#[tokio::test]
async fn what_happens_at_the_screens_is_in_the_audit_log() {
    let bench = Bench::start("fresh").await;
    bench.connect_saml(&certificate()).await;
    let stream = "/admin/v1/orgs/ORG/events-stream";
    let first = bench
        .organization("GET", &format!("{stream}?limit=1"), None)
        .await
        .json();
    assert_eq!(
        first["data"][0]["message"]["content"],
        "Added identity provider directory Microsoft Entra ID"
    );
    let mut next = first["meta"]["next"].as_str().unwrap().to_owned();
    let mut texts = Vec::new();
    for _ in 0..3 {
        let cursor = next.replace('+', "%2B");
        let page = bench
            .organization("GET", &format!("{stream}?cursor={cursor}"), None)
            .await
            .json();
        assert!(page["data"].as_array().unwrap().len() <= 1);
        texts.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|event| event["message"]["content"].clone()),
        );
        next = page["meta"]["next"].as_str().unwrap().to_owned();
        assert!(!next.is_empty(), "there is a cursor at the end too");
        if texts.len() == 1 {
            let _ = bench.add_policy("", "Pilot").await;
        }
    }
    assert_eq!(
        texts,
        [
            "Saved the SAML single sign-on configuration of Microsoft Entra ID",
            "Added authentication policy Pilot"
        ]
    );

    let actions = bench
        .organization("GET", "/admin/v1/orgs/ORG/event-actions", None)
        .await
        .json();
    let saml = actions["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|action| {
            action["attributes"]["displayName"] == "Saved SAML single sign-on configuration"
        })
        .unwrap();
    let of = format!(
        "/admin/v1/orgs/ORG/events?action={}",
        saml["id"].as_str().unwrap()
    );
    let found = bench.organization("GET", &of, None).await.json();
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    assert_eq!(found["meta"]["next"], "");
    let one = format!(
        "/admin/v1/orgs/ORG/events/{}",
        found["data"][0]["id"].as_str().unwrap()
    );
    let one = bench.organization("GET", &one, None).await.json();
    assert_eq!(one["data"], found["data"][0]);
    let newest = bench
        .organization("GET", "/admin/v1/orgs/ORG/events?q=directory&limit=1", None)
        .await
        .json();
    assert_eq!(
        newest["data"][0]["attributes"]["actor"]["email"],
        "adele@contoso.com"
    );
}

#[tokio::test]
async fn the_audit_log_goes_by_times_in_milliseconds_and_refuses_others() {
    let bench = Bench::start("fresh").await;
    bench.add_directory("Early").await;
    bench.practice.levers().time_passes(600);
    let _ = bench.add_policy("", "Late").await;
    let between = jiff::Timestamp::now().as_millisecond() + 300_000;
    let count = async |path: &str, query: &str| {
        let path = format!("/admin/v1/orgs/ORG/{path}?{query}");
        let page = bench.organization("GET", &path, None).await;
        assert_eq!(page.status, 200, "{}", page.text);
        page.json()["data"].as_array().unwrap().len()
    };
    for path in ["events", "events-stream"] {
        assert_eq!(count(path, "").await, 2);
        assert_eq!(count(path, &format!("from={between}")).await, 1);
        assert_eq!(count(path, &format!("to={between}")).await, 1);
        assert_eq!(
            count(path, &format!("from={between}&to={between}")).await,
            0
        );
    }
    for wrong in [
        "from=yesterday",
        "limit=501",
        "limit=0",
        "cursor=x",
        "sortOrder=up",
    ] {
        let path = format!("/admin/v1/orgs/ORG/events-stream?{wrong}");
        assert_eq!(
            bench.organization("GET", &path, None).await.status,
            400,
            "{wrong}"
        );
    }
    let newest = bench
        .organization(
            "GET",
            "/admin/v1/orgs/ORG/events-stream?sortOrder=desc",
            None,
        )
        .await
        .json();
    assert_eq!(
        newest["data"][0]["message"]["content"],
        "Added authentication policy Late"
    );
}

#[tokio::test]
async fn the_audit_log_may_be_read_ten_times_a_minute_and_the_stream_more_often() {
    let bench = Bench::start("fresh").await;
    let read = async |path: &str| {
        bench
            .organization("GET", &format!("/admin/v1/orgs/ORG/{path}"), None)
            .await
    };
    for left in (0..10).rev() {
        let page = read("events").await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("x-ratelimit-remaining"), left.to_string());
    }
    let refused = read("events").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("x-ratelimit-limit"), "10");
    assert!(
        refused
            .header("x-ratelimit-reset")
            .parse::<jiff::Timestamp>()
            .is_ok()
    );
    assert_eq!(refused.header("retry-after"), "");
    assert_eq!(refused.json()["errors"][0]["status"], "429");
    for _ in 0..12 {
        assert_eq!(read("events-stream").await.status, 200);
    }
    bench.practice.levers().time_passes(61);
    assert_eq!(read("events").await.status, 200);
}

#[tokio::test]
async fn in_its_own_tempo_a_task_and_the_log_take_a_while() {
    let bench = Bench::with(Options {
        scenario: "fresh".into(),
        tempo: Tempo::Auto,
        ..Options::default()
    })
    .await;
    let pilot = bench.add_policy("", "Pilot").await;
    let add = format!("/admin/control/v1/orgs/ORG/auth-policy/{pilot}/add-users");
    let accepted = bench
        .organization("POST", &add, Some(json!({"users": [ALEX]})))
        .await
        .json();
    let link = accepted["taskLink"].as_str().unwrap();
    assert_eq!(
        bench.organization("GET", link, None).await.json()["inProgressCount"],
        1
    );
    let log = "/admin/v1/orgs/ORG/events-stream";
    assert_eq!(
        bench.organization("GET", log, None).await.json()["data"],
        json!([])
    );
    bench.practice.levers().time_passes(10);
    assert_eq!(
        bench.organization("GET", link, None).await.json()["successCount"],
        1
    );
    let seen = bench.organization("GET", log, None).await.json();
    assert_eq!(
        seen["data"].as_array().unwrap().len(),
        1,
        "joining the policy is not shown yet"
    );
    bench.practice.levers().poke();
    let seen = bench.organization("GET", log, None).await.json();
    assert_eq!(seen["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn pending_tasks_and_events_wait_for_a_poke() {
    let bench = Bench::with(Options {
        scenario: "fresh".into(),
        tempo: Tempo::Explicit,
        ..Options::default()
    })
    .await;
    let pilot = bench.add_policy("", "Pilot").await;
    let add = format!("/admin/control/v1/orgs/ORG/auth-policy/{pilot}/add-users");
    let accepted = bench
        .organization("POST", &add, Some(json!({"users": [ALEX]})))
        .await
        .json();
    let link = accepted["taskLink"].as_str().unwrap();
    bench.practice.levers().time_passes(3600);
    assert_eq!(
        bench.organization("GET", link, None).await.json()["inProgressCount"],
        1
    );
    assert_eq!(members(&bench, "Pilot"), json!([]));
    bench.practice.levers().poke();
    assert_eq!(members(&bench, "Pilot"), json!([ALEX]));
    let log = bench
        .organization("GET", "/admin/v1/orgs/ORG/events-stream", None)
        .await
        .json();
    assert_eq!(log["data"].as_array().unwrap().len(), 2);
}

fn members(bench: &Bench, policy: &str) -> Value {
    let dump = bench.practice.dump();
    let policies = dump["organization"]["policies"].as_array().unwrap();
    let found = policies.iter().find(|one| one["name"] == policy).unwrap();
    found["members"].clone()
}

async fn ids<const N: usize>(bench: &Bench, emails: [&str; N]) -> [String; N] {
    let mut found = emails.map(str::to_owned);
    for email in &mut found {
        let path = "/admin/v2/orgs/ORG/directories/-/users/search";
        let body = json!({"searchTerm": email});
        let page = bench.organization("POST", path, Some(body)).await.json();
        *email = page["data"][0]["accountId"].as_str().unwrap().to_owned();
    }
    found
}
