//! Every lever about identity providers, authentication policies and the audit log is pulled, and what it does is seen
//! from outside.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use sim::{Host, LeverError};
use support::{Bench, certificate};

const ALEX: &str = "alex@contoso.com";

/// A bench on which a pilot with one member is enforced, and the ids of directory and policy.
async fn enforced() -> (Bench, String, String) {
    let bench = Bench::start("fresh").await;
    let saml = bench.connect_saml(&certificate()).await;
    let linked = [
        ("directory", saml.directory.as_str()),
        ("domain", "contoso.com"),
    ];
    let page = bench
        .screen("/identity-providers/link-domain", &linked)
        .await;
    assert_eq!(page.status, 200);
    let pilot = bench.add_policy(&saml.directory, "Pilot").await;
    let member = [("policy", pilot.as_str()), ("email", ALEX)];
    assert_eq!(
        bench.screen("/policies/members/add", &member).await.status,
        200
    );
    let wish = [("policy", pilot.as_str()), ("enforce", "yes")];
    assert_eq!(bench.screen("/policies/enforce", &wish).await.status, 200);
    (bench, saml.directory, pilot)
}

fn policy(bench: &Bench, name: &str) -> Value {
    let dump = bench.practice.dump();
    let policies = dump["organization"]["policies"].as_array().unwrap();
    let found = policies.iter().find(|policy| policy["name"] == name);
    found.unwrap().clone()
}

fn provider(bench: &Bench) -> Value {
    bench.practice.dump()["organization"]["identityProviders"][0].clone()
}

async fn events(bench: &Bench) -> Vec<Value> {
    let log = "/admin/v1/orgs/ORG/events-stream";
    let page = bench.organization("GET", log, None).await;
    page.json()["data"].as_array().unwrap().clone()
}

async fn account(bench: &Bench, email: &str) -> Value {
    let path = "/admin/v2/orgs/ORG/directories/-/users/search";
    let body = json!({"searchTerm": email});
    let page = bench.organization("POST", path, Some(body)).await;
    page.json()["data"][0].clone()
}

/// What a look at the policy of an account answers.
async fn look_up(bench: &Bench, email: &str) -> Value {
    let id = account(bench, email).await["accountId"].clone();
    let path = "/admin/control/v1/orgs/ORG/users/auth-policies/bulk-fetch";
    let body = json!({"accountIds": [id]});
    bench.organization("POST", path, Some(body)).await.json()[0].clone()
}

/// Sends addresses into a policy and gives the link of the task.
async fn add(bench: &Bench, policy: &str, emails: &[&str]) -> String {
    let path = format!("/admin/control/v1/orgs/ORG/auth-policy/{policy}/add-users");
    let page = bench
        .organization("POST", &path, Some(json!({"users": emails})))
        .await;
    page.json()["taskLink"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn guard_lapses_and_is_renewed() {
    let (bench, directory, _) = enforced().await;
    let levers = bench.practice.levers();
    assert!(!events(&bench).await.is_empty());
    levers.guard_lapsed();
    assert_eq!(events(&bench).await, Vec::<Value>::new());
    let fields = [("directory", directory.as_str()), ("name", "More")];
    assert_eq!(bench.screen("/policies/add", &fields).await.status, 400);
    assert_eq!(bench.practice.dump()["organization"]["guard"], false);
    levers.guard_renewed();
    assert!(!events(&bench).await.is_empty());
    assert_eq!(bench.screen("/policies/add", &fields).await.status, 200);
}

#[tokio::test]
async fn an_enterprise_plan_has_several_directories() {
    let (bench, directory, _) = enforced().await;
    let second = [("name", "Second"), ("way", "manual")];
    let add = "/identity-providers/add";
    assert_eq!(bench.screen(add, &second).await.status, 400);
    bench.practice.levers().enterprise_plan();
    assert_eq!(bench.screen(add, &second).await.status, 200);
    let page = bench.get(&bench.at(Host::AtlassianAdmin, "/")).await.text;
    assert_eq!(support::shown(&page, "directory-id"), directory);
    assert_eq!(page.matches("id=\"directory-id\"").count(), 1);
}

#[tokio::test]
async fn no_break_glass_admin_is_left() {
    let (bench, ..) = enforced().await;
    assert_eq!(
        account(&bench, "emergency@tailspintoys.com").await["claimStatus"],
        "unmanaged"
    );
    bench.practice.levers().no_break_glass();
    let dump = bench.practice.dump();
    let admins = dump["organization"]["admins"].as_array().unwrap();
    assert_eq!(admins.len(), 2);
    for admin in admins {
        let admin = admin.as_str().unwrap();
        let seen = account(&bench, admin).await;
        assert_eq!(seen["platformRoles"], json!(["atlassian/org-admin"]));
        assert_eq!(seen["claimStatus"], "managed");
        assert_eq!(look_up(&bench, admin).await["authPolicyName"], "Pilot");
    }
}

#[tokio::test]
async fn the_scenario_without_break_glass_starts_that_way() {
    let bench = Bench::start("no-break-glass").await;
    let admins = bench.practice.dump()["organization"]["admins"].clone();
    assert_eq!(admins, json!(["adele@contoso.com", "megan@contoso.com"]));
    assert_eq!(policy(&bench, "Pilot")["members"], admins);
    assert_eq!(
        look_up(&bench, "megan@contoso.com").await["authPolicyName"],
        "Pilot"
    );
    assert_eq!(
        look_up(&bench, ALEX).await["authPolicyName"],
        "Microsoft Entra ID default policy"
    );
    assert_eq!(provider(&bench)["saml"], Value::Null);
}

#[tokio::test]
async fn the_domain_is_not_linked() {
    let (bench, ..) = enforced().await;
    assert_eq!(
        look_up(&bench, "megan@contoso.com").await["authPolicyName"],
        "Microsoft Entra ID default policy"
    );
    bench.practice.levers().domain_not_linked();
    assert_eq!(provider(&bench)["domains"], json!([]));
    assert_eq!(
        look_up(&bench, "megan@contoso.com").await["authPolicyName"],
        "Default policy"
    );
}

#[tokio::test]
async fn the_policy_is_in_the_local_directory() {
    let (bench, _, pilot) = enforced().await;
    let levers = bench.practice.levers();
    levers.policy_local("Pilot").unwrap();
    let now = policy(&bench, "Pilot");
    assert_eq!(
        (&now["directory"], &now["enforced"]),
        (&Value::Null, &json!(false))
    );
    assert_eq!(look_up(&bench, ALEX).await["directoryId"], Value::Null);
    let wish = [("policy", pilot.as_str()), ("enforce", "yes")];
    assert_eq!(bench.screen("/policies/enforce", &wish).await.status, 400);
    let unknown = levers.policy_local("Other");
    assert_eq!(unknown, Err(LeverError::NoSuch("Other".into())));
}

#[tokio::test]
async fn a_second_administrator_changes_policies() {
    let (bench, _, pilot) = enforced().await;
    let levers = bench.practice.levers();
    levers.unenforce(&pilot).unwrap();
    assert_eq!(policy(&bench, "Pilot")["enforced"], false);
    let last = events(&bench).await.pop().unwrap();
    let actor = &last["attributes"]["actor"]["email"];
    assert_eq!(actor, "emergency@tailspintoys.com");
    levers.enforce("Pilot").unwrap();
    assert_eq!(policy(&bench, "Pilot")["enforced"], true);
    assert!(levers.enforce("Nobody’s").is_err());
    levers
        .move_member("ALEX@contoso.com", "Default policy")
        .unwrap();
    assert_eq!(policy(&bench, "Pilot")["members"], json!([]));
    assert_eq!(
        look_up(&bench, ALEX).await["authPolicyName"],
        "Default policy"
    );
    assert!(levers.move_member("nobody@contoso.com", "Pilot").is_err());
}

#[tokio::test]
async fn an_account_is_deactivated() {
    let (bench, ..) = enforced().await;
    assert_eq!(
        account(&bench, "emergency").await["accountStatus"],
        "active"
    );
    let levers = bench.practice.levers();
    levers
        .deactivate_account("emergency@tailspintoys.com")
        .unwrap();
    levers.deactivate_account("adele@contoso.com").unwrap();
    assert_eq!(
        account(&bench, "emergency").await["accountStatus"],
        "inactive"
    );
    let managed = bench
        .organization("GET", "/admin/v1/orgs/ORG/users", None)
        .await;
    assert_eq!(managed.json()["data"][0]["account_status"], "inactive");
    let start = bench.get(&bench.at(Host::AtlassianAdmin, "/")).await.text;
    assert!(start.contains("Deactivated"));
}

#[tokio::test]
async fn a_second_administrator_changes_the_saml_details() {
    let (bench, directory, _) = enforced().await;
    let levers = bench.practice.levers();
    let before = provider(&bench)["saml"].clone();
    levers.wrong_certificate_saved().unwrap();
    let after = provider(&bench)["saml"].clone();
    assert_ne!(after["certificate"], before["certificate"]);
    assert_eq!(after["entityId"], before["entityId"]);
    let pasted = after["certificate"].as_str().unwrap();
    let saved = bench.save_saml(&directory, pasted).await;
    assert_eq!(
        saved.status, 200,
        "what the colleague pasted is a certificate"
    );
    levers.damaged_certificate_saved().unwrap();
    let damaged = provider(&bench)["saml"]["certificate"].clone();
    let damaged = damaged.as_str().unwrap();
    assert_ne!(damaged, pasted);
    let saved = bench.save_saml(&directory, damaged).await;
    assert_eq!(saved.status, 200, "the outline is that of a certificate");
    levers.delete_saml().unwrap();
    assert_eq!(provider(&bench)["saml"], Value::Null);
    assert_eq!(policy(&bench, "Pilot")["enforced"], false);
    assert!(levers.delete_saml().is_err() && levers.wrong_certificate_saved().is_err());
}

#[tokio::test]
async fn a_look_up_answers_only_the_address() {
    let (bench, ..) = enforced().await;
    assert!(look_up(&bench, ALEX).await["authPolicyId"].is_string());
    bench.practice.levers().bulk_fetch_bare();
    assert_eq!(look_up(&bench, ALEX).await, json!({"email": ALEX}));
}

#[tokio::test]
async fn a_look_up_answers_more_than_the_address_and_the_policy() {
    let (bench, ..) = enforced().await;
    assert_eq!(look_up(&bench, ALEX).await["ssoEnforced"], Value::Null);
    bench.practice.levers().bulk_fetch_full();
    let told = look_up(&bench, ALEX).await;
    assert_eq!(
        (&told["ssoEnforced"], &told["isDefault"]),
        (&json!(true), &json!(false))
    );
}

#[tokio::test]
async fn a_task_takes_its_looks() {
    let (bench, _, pilot) = enforced().await;
    bench.practice.levers().task_slow(2);
    let link = add(&bench, &pilot, &["adele@contoso.com", "megan@contoso.com"]).await;
    let mut counts = Vec::new();
    for _ in 0..3 {
        let state = bench.organization("GET", &link, None).await.json();
        counts.push((
            state["inProgressCount"].clone(),
            state["successCount"].clone(),
        ));
    }
    assert_eq!(
        counts,
        [
            (json!(2), json!(0)),
            (json!(1), json!(1)),
            (json!(0), json!(2))
        ]
    );
}

#[tokio::test]
async fn a_task_fails() {
    let (bench, _, pilot) = enforced().await;
    let levers = bench.practice.levers();
    let people = ["adele@contoso.com", "megan@contoso.com"];
    levers.task_fails(&["Megan@contoso.com"]);
    let link = add(&bench, &pilot, &people).await;
    let state = bench.organization("GET", &link, None).await.json();
    assert_eq!(state["successCount"], 1);
    assert_eq!(
        state["failureReasons"][0]["emails"],
        json!(["megan@contoso.com"])
    );
    assert_eq!(state["failureReasons"][0]["details"]["status"], 500);
    levers.task_fails(&[]);
    let link = add(&bench, &pilot, &people).await;
    let state = bench.organization("GET", &link, None).await.json();
    assert_eq!(state["failureCount"], 2);
    let link = add(&bench, &pilot, &people).await;
    let state = bench.organization("GET", &link, None).await.json();
    assert_eq!(state["failureCount"], 0, "only the next task fails");
}

#[tokio::test]
async fn the_audit_log_is_empty_or_late() {
    let (bench, ..) = enforced().await;
    let levers = bench.practice.levers();
    let before = events(&bench).await.len();
    levers.audit_log_delay(600);
    bench.add_policy("", "Late").await;
    assert_eq!(events(&bench).await.len(), before);
    levers.time_passes(601);
    let last = events(&bench).await.pop().unwrap();
    assert_eq!(
        last["message"]["content"],
        "Added authentication policy Late"
    );
    let time = |name: &str| {
        last["attributes"][name]
            .as_str()
            .unwrap()
            .parse::<jiff::Timestamp>()
            .unwrap()
    };
    let lag = time("processedAt").duration_since(time("time"));
    assert_eq!(lag.as_secs(), 600);
    levers.audit_log_empty();
    assert_eq!(events(&bench).await, Vec::<Value>::new());
}
