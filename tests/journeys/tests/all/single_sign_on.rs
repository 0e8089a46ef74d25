//! Single sign-on as a whole: from a fresh tenant to an enforced pilot, taken up again, and taken back.

use app::views::WireState;
use engine::{Plan, Standing, TroubleKind};
use journeys::{Bench, Ended, Walk, by_id};
use serde_json::{Value, json};

use crate::test_login::APP;

/// Every step after the application stands, in order.
const STEPS: [&str; 8] = [
    "certificate",
    "saml-details",
    "basic-saml",
    "email-attribute",
    "claims",
    "pilot",
    "test-login",
    "enforce",
];

/// The one policy of this name, as the organization has it.
fn policy(bench: &Bench, name: &str) -> Value {
    let dump = bench.practice.dump();
    let all = dump["organization"]["policies"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    all.into_iter()
        .find(|policy| policy["name"] == name)
        .unwrap_or(Value::Null)
}

/// How the five hand-overs of single sign-on stand in the picture of the connection.
fn joined(walk: &Walk) -> Vec<WireState> {
    let wires = app::connection_view(&walk.session).picture.wires;
    let sign_on = wires.iter().filter(|wire| wire.group == "Single sign-on");
    sign_on.map(|wire| wire.state).collect()
}

/// Somebody who did every step, to an enforced pilot.
pub(crate) async fn enforced(bench: &Bench) -> Walk {
    let walk = bench.open().await;
    for step in walk.session.guide().steps() {
        let ended = walk.step(&step.id()).await;
        assert_eq!(
            ended,
            Ok(Ended::Verified),
            "{}",
            walk.picture(step.id().as_str())
        );
    }
    walk
}

#[tokio::test]
async fn saml_that_was_saved_again_or_deleted_after_it_worked_is_not_verified_any_more() {
    let bench = Bench::of("fresh").await;
    let walk = enforced(&bench).await;
    let step = by_id("saml-details");
    let seen = async || {
        walk.look(&step).await.expect("it looks");
        let standing = walk.session.state().standing(walk.session.guide(), &step);
        (walk.check("saml-details", "audit"), standing)
    };
    let (said, _) = seen().await;
    assert_eq!(said, "Passed: Atlassian’s audit log shows it");

    let levers = bench.practice.levers();
    type Pull = fn(&sim::Levers) -> Result<(), sim::LeverError>;
    let pulls: [(Pull, &str); 2] = [
        (
            |levers| levers.damaged_certificate_saved(),
            "Could not look: Since then SAML was saved again there",
        ),
        (
            |levers| levers.delete_saml(),
            "Could not look: Since then a SAML configuration was deleted",
        ),
    ];
    for (pull, wanted) in pulls {
        pull(&levers).expect("pulled");
        let wanted = (wanted.to_owned(), Standing::DoneNotVerified);
        assert_eq!(seen().await, wanted);
    }
}

#[tokio::test]
async fn a_fresh_tenant_comes_to_an_enforced_pilot() {
    let bench = Bench::of("fresh").await;
    let walk = enforced(&bench).await;

    let pilot = policy(&bench, "Pilot SSO");
    assert_eq!(pilot["enforced"], true, "{pilot}");
    assert_eq!(pilot["members"], json!(["alex@contoso.com"]));
    assert_eq!(joined(&walk), vec![WireState::Equal; 5]);
    let [principal] = &bench.principals()[..] else {
        panic!("exactly one: {:?}", bench.principals())
    };
    assert_eq!(principal["preferredSingleSignOnMode"], "saml");
    let [application] = &bench.applications()[..] else {
        panic!("exactly one")
    };
    assert_eq!(
        application["identifierUris"].as_array().map(Vec::len),
        Some(1)
    );
    for step in STEPS {
        let standing = walk
            .session
            .state()
            .standing(walk.session.guide(), &by_id(step));
        assert!(
            matches!(
                standing,
                Standing::Done | Standing::Attention | Standing::DoneNotVerified
            ),
            "{step}: {standing:?}"
        );
    }
}

#[tokio::test]
async fn a_call_that_evidence_names_was_made_so() {
    let bench = Bench::of("fresh").await;
    let walk = enforced(&bench).await;
    let made: Vec<_> = bench
        .practice
        .ledger()
        .into_iter()
        .map(|exchange| {
            let path = exchange.path.split('?').next().unwrap_or_default();
            format!("{} {path} {}", exchange.method, exchange.status)
        })
        .collect();
    let mut named = 0;
    for step in walk.session.guide().steps() {
        for check in walk.page(step.id().as_str()).checks {
            let calls = check.evidence.iter();
            // What is no machine's value tells in words where it was read.
            for call in calls.filter(|seen| seen.label == "Call" && seen.code) {
                assert!(
                    made.contains(&call.value),
                    "{} {}: {}",
                    step.id(),
                    check.id,
                    call.value
                );
                named += 1;
            }
        }
    }
    assert!(named > 20, "{named}");
}

#[tokio::test]
async fn what_was_set_up_is_not_set_up_again() {
    let bench = Bench::of("fresh").await;
    let walk = enforced(&bench).await;
    let (stand, writes) = (bench.stand(), bench.writes());
    drop(walk);

    let again = enforced(&bench).await;
    assert_eq!(bench.stand(), stand);
    assert_eq!(bench.writes(), writes);
    drop(again);
}

/// What was meant for one change is not meant for the next one, however soon it comes.
#[tokio::test]
async fn a_confirmation_while_it_is_enforced_counts_for_one_change() {
    let bench = Bench::of("fresh").await;
    let walk = enforced(&bench).await;
    let claims = by_id("claims");
    for time in ["first", "second"] {
        let levers = bench.practice.levers();
        levers.set_claims_policy(APP, "employeeid").expect("pulled");
        let shown = walk.shown(&claims).await.expect("a plan").map(|it| it.plan);
        let Some(Plan::Asks { asks, .. }) = shown else {
            panic!("{time}: it is confirmed first: {shown:?}")
        };
        assert_eq!(asks[0].id, "claims.in_use", "{time}");
        let said = walk.session.answer(&claims, &asks[0], "yes").await;
        assert_eq!(said, Ok(None), "{time}");
        let shown = walk.shown(&claims).await.expect("a plan");
        let shown = shown.unwrap_or_else(|| panic!("{time}: it is to be changed"));
        assert!(matches!(shown.plan, Plan::Changes { .. }), "{time}");
        walk.make(&shown).await.expect("made");
        // The page shows it no longer, so that it can be given anew.
        let asks = walk.session.asks(&claims, None);
        let still = asks.iter().any(|ask| ask.id == "claims.in_use");
        assert!(!still, "{time}");
    }
}

#[tokio::test]
async fn an_undo_waits_until_enforcing_was_taken_back() {
    let bench = Bench::of("fresh").await;
    let walk = enforced(&bench).await;
    let stand = bench.stand();
    for step in [None, Some("certificate"), Some("add-app")] {
        let refused = walk.undo(step).await.expect_err("it is refused");
        assert_eq!(refused.kind, TroubleKind::NeedsPerson, "{step:?}");
        assert_eq!(refused.certain, "Nothing was undone.");
    }
    assert_eq!(bench.stand(), stand, "nobody stands before a shut door");
}

#[tokio::test]
async fn undoing_the_whole_phase_leaves_what_was_there_before() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;
    assert_eq!(walk.until("before-atlassian").await, Ok(Ended::Verified));
    let steps: Vec<_> = walk.session.guide().steps().map(|step| step.id()).collect();
    walk.sign_in_for(&steps).await.expect("signs in");
    let before = bench.practice.dump();
    drop(walk);
    let walk = enforced(&bench).await;

    walk.session.practise_undoing().await.expect("by hand");
    walk.undo(None).await.expect("the rest");

    let mut after = bench.practice.dump();
    // Microsoft keeps what was deleted for 30 days, as the change said.
    after["deleted"] = before["deleted"].clone();
    similar(&before, &after);
}

/// Compares two dumps piece by piece, so that a difference is seen and not a page of JSON.
fn similar(before: &Value, after: &Value) {
    for side in ["tenant", "organization"] {
        let keys = before[side].as_object().expect("an object");
        for key in keys.keys() {
            assert_eq!(before[side][key], after[side][key], "{side}.{key}");
        }
    }
    assert_eq!(before, after);
}

#[tokio::test]
async fn the_proof_of_a_log_in_grows_old_and_shuts_the_way() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;
    assert_eq!(walk.until("test-login").await, Ok(Ended::Verified));
    let enforce = by_id("enforce");
    let lock = walk.session.lock(&enforce).expect("a lock");
    assert!(!lock.is_open(), "before anything was looked at: {lock:?}");
    let walk = walk.without_hands();
    let _ = walk.step(&enforce).await;
    let lock = walk.session.lock(&enforce).expect("a lock");
    assert!(!lock.is_open(), "without a policy: {lock:?}");
    assert!(
        walk.session.practise_enforcing(&enforce).await.is_err(),
        "what is locked is not done"
    );
    assert_eq!(policy(&bench, "Pilot SSO"), Value::Null);
}

#[tokio::test]
async fn without_an_admin_outside_nothing_is_enforced() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;
    assert_eq!(walk.until("test-login").await, Ok(Ended::Verified));
    // The lever puts every admin into the policy, so that there has to be one.
    let enforce = by_id("enforce");
    let brought = walk.session.practise(&enforce).await.expect("by hand");
    for (id, value) in brought {
        let asks = walk.session.asks(&enforce, None);
        let ask = asks.iter().find(|ask| ask.id == id).expect("it is asked");
        let said = walk.session.answer(&enforce, ask, &value).await;
        said.expect("taken");
    }
    bench.practice.levers().no_break_glass();

    let ended = walk.step(&enforce).await;

    assert_eq!(
        ended,
        Ok(Ended::Stuck(by_id("enforce"))),
        "{}",
        walk.picture("enforce")
    );
    let lock = walk.session.lock(&by_id("enforce")).expect("a lock");
    assert!(!lock.is_open(), "{lock:?}");
    assert_ne!(policy(&bench, "Pilot SSO")["enforced"], true);
}
