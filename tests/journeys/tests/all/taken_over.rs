//! A policy that a company enforced before Lockstep came: it is taken over and verified, and what is missing to it is said.

use app::views::{Action, LockView};
use connect::autopilot::Hands;
use engine::{Plan, Standing};
use journeys::{Bench, Ended, Walk, Window, by_id};
use serde_json::json;

use crate::enforcing::{
    ENFORCE, add_members, enforce_check, enforce_checks, logged_in, missing, pilot_policy,
};
use crate::test_login::{answer, look, may_read_logs};

/// Somebody whose pilot has logged in, and who stands before a policy that a colleague made by hand; its address.
async fn before_a_policy(bench: &Bench, members: &[&str]) -> (Walk, String) {
    let walk = logged_in(bench).await;
    let hands = Hands::new(&bench.cloud()).expect("practice");
    let directory = hands.identity_provider().await.expect("a page");
    let directory = directory.expect("a directory");
    let made = hands.add_policy(&directory, "Pilot SSO").await;
    let policy = made.expect("made");
    for member in members {
        let added = hands.add_to_policy(&policy.id, member).await;
        added.expect("added");
    }
    (walk, policy.address)
}

/// The same with one that enforces already.
async fn before_an_enforced_one(bench: &Bench, members: &[&str]) -> (Walk, String) {
    let (walk, address) = before_a_policy(bench, members).await;
    let levers = bench.practice.levers();
    levers.enforce("Pilot SSO").expect("pulled");
    (walk, address)
}

async fn says(walk: &Walk, address: &str, open: &str) {
    answer(walk, ENFORCE, "policy.name", "Pilot SSO").await;
    answer(walk, ENFORCE, "policy.address", address).await;
    answer(walk, ENFORCE, "policy.open", open).await;
}

const ALEX: &str = "alex@contoso.com";

fn added(bench: &Bench) -> bool {
    bench
        .writes()
        .iter()
        .any(|write| write.contains("add-users"))
}

#[tokio::test]
async fn it_is_taken_over_in_the_window_to_all_verified() {
    let bench = Bench::of("fresh").await;
    let (walk, address) = before_an_enforced_one(&bench, &[ALEX]).await;
    drop(walk);
    let before = pilot_policy(&bench);

    let window = Window::of(&bench).await;
    let id = bench.connection().id;
    window.press(Action::OpenConnection { id }).await;
    window.go(ENFORCE).await;
    window.answer("policy.address", &address).await;
    window.answer("policy.open", "enforces").await;
    let document = window.step().documents.remove(0);
    window.press(document.save.action).await;
    let hands = Hands::new(&bench.cloud()).expect("practice");
    let account = hands.account(ALEX).expect("an account");
    hands.log_in_at_site(&account).await.expect("logged in");
    window.answer("enforce.after", "redirected").await;
    window.press(Action::Look).await;

    let page = window.step();
    let all = || {
        page.checks
            .iter()
            .chain(page.lock.iter().flat_map(|lock| &lock.checks))
    };
    let open: Vec<_> = all()
        .filter(|check| check.word != "Passed")
        .map(|check| format!("{}: {}", check.word, check.title))
        .collect();
    assert_eq!(open, [""; 0]);
    assert_eq!(all().count(), 6);
    let primary = page.footer.primary.expect("there is one");
    assert_eq!(primary.label, "Continue to the overview");
    assert_eq!(pilot_policy(&bench), before, "nothing was changed in it");
    assert!(!added(&bench));
}

/// Somebody else's connection, of which this computer knows nothing.
#[tokio::test]
async fn a_connection_that_was_set_up_and_enforced_before_is_taken_over_from_the_first_step() {
    let bench = Bench::of("fresh").await;
    may_read_logs(&bench);
    let first = bench.open().await;
    assert_eq!(first.to_the_end().await, Ok(Ended::Verified));
    drop(first);
    let id = bench.connection().id;
    bench.home().forget(&id).expect("forgotten");
    let (policy, apps) = (pilot_policy(&bench), bench.applications().len());

    let there = bench.applications()[0]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let walk = bench
        .open()
        .await
        .answering("app.existing", &there)
        .answering("app.in_use", "yes");
    let ended = walk.to_the_end().await;

    assert_eq!(ended, Ok(Ended::Verified), "{}", walk.picture(ENFORCE));
    assert_eq!(
        walk.session
            .state()
            .standing(walk.session.guide(), &by_id(ENFORCE)),
        Standing::Done,
        "{}",
        walk.picture(ENFORCE)
    );
    assert_eq!(pilot_policy(&bench), policy);
    assert_eq!(bench.applications().len(), apps);
}

/// Somebody who takes over the application that stands there.
async fn taking_over(bench: &Bench) -> Walk {
    let theirs = bench.applications()[0]["id"].as_str().map(str::to_owned);
    let walk = bench.open().await;
    walk.answering("app.existing", &theirs.expect("an id"))
}

#[tokio::test]
async fn what_is_said_of_one_application_tells_nothing_of_another() {
    let bench = Bench::of("two-apps").await;
    let walk = bench.open().await.answering("app.in_use", "");
    let asked = walk.until("add-app").await;
    let Ok(Ended::Asked(asks)) = asked else {
        panic!("it is asked which one: {asked:?}")
    };
    let engine::AskKind::Choice { options } = &asks[0].kind else {
        panic!("a choice")
    };
    let said = |walk: &Walk| {
        let state = walk.session.state();
        state.known().answer("app.in_use").map(str::to_owned)
    };
    let app = by_id("add-app");
    let takes = async |value: &str| {
        let taken = walk.session.answer(&app, &asks[0], value).await;
        assert_eq!(taken, Ok(None), "{value}");
    };
    takes(&options[0].value).await;
    answer(&walk, "add-app", "app.in_use", "no").await;
    takes(&options[0].value).await;
    assert_eq!(said(&walk).as_deref(), Some("no"), "the same one");
    takes(&options[1].value).await;
    assert_eq!(said(&walk), None);
    let open = walk.session.open_asks(&app, None);
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].id, "app.in_use");
}

#[tokio::test]
async fn who_only_reads_at_first_is_asked_too() {
    let bench = Bench::of("claims-policy-in-place").await;
    let walk = taking_over(&bench)
        .await
        .answering("entra.rights", "read")
        .answering("app.in_use", "");
    let Ok(Ended::Asked(asks)) = walk.until("add-app").await else {
        panic!("it is asked whether people use it")
    };
    assert_eq!(asks[0].id, "app.in_use");
}

#[tokio::test]
async fn each_step_is_confirmed_where_people_log_in_and_an_undo_says_whom_it_cuts_off() {
    let bench = Bench::of("half-done-saml").await;
    let walk = taking_over(&bench)
        .await
        .answering("app.in_use", "yes")
        .answering("saml.other_addresses", "stay");
    for (step, asked) in [
        ("certificate", "saml.certificate_in_use"),
        ("basic-saml", "saml.addresses_in_use"),
    ] {
        let ended = walk.until(step).await;
        let Ok(Ended::Asked(asks)) = ended else {
            panic!("{step} is confirmed first: {ended:?}")
        };
        assert_eq!(asks[0].id, asked);
        confirms(&walk, step, &asks[0]).await;
        assert_eq!(walk.step(&by_id(step)).await, Ok(Ended::Verified), "{step}");
    }
    drop(walk);
    let window = Window::of(&bench).await;
    let id = bench.connection().id;
    window.press(Action::OpenConnection { id }).await;
    let asked = async |step: &str| {
        let step = Some(step.to_owned());
        let shown = window.press(Action::Undo { step }).await;
        let text = shown.confirm.expect("it is asked").text.join(" ");
        window.press(Action::Dismiss).await;
        text
    };
    let cuts = "People log in through this application. Once this is undone they can’t";
    let text = asked("certificate").await;
    assert!(text.contains(cuts), "{text}");
    let confirmed = || {
        let state = window.program.session().expect("open").state();
        let said = state.known().answer("saml.directory_idle");
        said.map(str::to_owned)
    };
    let first = || {
        let hand = window.step().hand.expect("by hand");
        hand.steps[0].clone()
    };
    window.go("saml-details").await;
    assert!(
        first().contains("open its directory instead"),
        "{}",
        first()
    );
    window.answer("saml.directory", "existing").await;
    window.answer("saml.directory_idle", "yes").await;
    assert_eq!(confirmed().as_deref(), Some("yes"));
    window.go("add-app").await;
    window.answer("app.in_use", "no").await;
    assert_eq!(confirmed(), None, "nobody said that nobody is in it");
    window.go("saml-details").await;
    assert!(first().contains("only if nobody logs in"), "{}", first());
    let text = asked("certificate").await;
    assert!(!text.contains(cuts), "{text}");
}

/// What is proposed for the claims: what asks first, or the changes.
async fn claims(walk: &Walk) -> Plan {
    let shown = walk.shown(&by_id("claims")).await.expect("a plan");
    shown.expect("there is something to do").plan
}

async fn confirms(walk: &Walk, step: &str, ask: &engine::Ask) {
    let said = walk.session.answer(&by_id(step), ask, "yes").await;
    assert_eq!(said, Ok(None), "{step}");
}

#[tokio::test]
async fn an_application_that_people_use_is_changed_only_after_that_was_confirmed() {
    let bench = Bench::of("claims-policy-in-place").await;
    let walk = taking_over(&bench).await;
    let asked = walk.answering("app.in_use", "").until("add-app").await;
    let Ok(Ended::Asked(asks)) = asked else {
        panic!("it is asked whether people use it: {asked:?}")
    };
    assert_eq!(asks.last().map(|ask| ask.id.as_str()), Some("app.in_use"));
    assert_eq!(bench.writes(), [""; 0]);

    let walk = bench
        .open()
        .await
        .answering("app.in_use", "yes")
        .answering("claims.policy", "detach");
    let ended = walk.until("claims").await;
    let Ok(Ended::Asked(asks)) = ended else {
        panic!("it is confirmed first: {ended:?}")
    };
    assert_eq!(
        asks[0].id, "claims.in_use",
        "no address was there to be cut off"
    );
    let writes = bench.writes();
    let Plan::Asks { because, asks } = claims(&walk).await else {
        panic!("it is confirmed first")
    };
    assert!(because.starts_with("People log in through this application."));
    let proposal = walk.plan(&by_id("claims")).await.expect("a plan");
    let shown = walk.session.asks(&by_id("claims"), Some(&proposal));
    let hint = shown.last().map(|ask| ask.hint.clone()).unwrap_or_default();
    assert!(hint.starts_with(&because), "{hint}");

    // It turns out that nobody does, and then that somebody does after all.
    answer(&walk, "add-app", "app.in_use", "no").await;
    assert!(matches!(claims(&walk).await, Plan::Changes { .. }));
    answer(&walk, "add-app", "app.in_use", "yes").await;
    assert!(matches!(claims(&walk).await, Plan::Asks { .. }));
    assert_eq!(bench.writes(), writes, "nothing was changed by asking");

    confirms(&walk, "claims", &asks[0]).await;
    let Plan::Changes { changes, .. } = claims(&walk).await else {
        panic!("confirmed")
    };
    let said = changes.iter().map(|change| change.then_about.as_str());
    assert!(
        said.clone()
            .any(|said| said.contains("people can’t log in through it")),
        "{:?}",
        said.collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn whoever_is_missing_is_added_and_it_says_that_they_are_reached_at_once() {
    let bench = Bench::of("fresh").await;
    let (walk, address) = before_an_enforced_one(&bench, &[]).await;
    says(&walk, &address, "yes").await;
    look(&walk, ENFORCE).await;
    assert_eq!(
        walk.plan(&by_id(ENFORCE))
            .await
            .map(|shown| matches!(shown.plan, Plan::Changes { .. })),
        Ok(true),
        "nobody is in it, so nothing tells that it enforces"
    );

    answer(&walk, ENFORCE, "policy.open", "enforces").await;
    let shown = walk.plan(&by_id(ENFORCE)).await.expect("a plan");
    let Plan::Changes { changes, untouched } = shown.plan else {
        panic!("the pilot is to be added: {:?}", shown.plan)
    };
    let words = format!("{} {untouched}", changes[0].then_about);
    assert!(
        words.contains("from then on they can log in only through Entra"),
        "{words}"
    );
    assert!(
        words.contains("only through Entra from then on."),
        "{words}"
    );
    add_members(&walk).await.expect("added");
    walk.session
        .save_document(&by_id(ENFORCE), "way-back")
        .expect("saved");
    assert_eq!(
        walk.session.practise_taken_over(&by_id(ENFORCE)).await,
        Ok(true),
    );
    look(&walk, ENFORCE).await;
    assert_eq!(missing(&walk), [""; 0], "{:?}", enforce_checks(&walk));
    assert!(enforce_check(&walk, "enforced").contains("since you took the policy over"));
}

fn lock(walk: &Walk) -> LockView {
    walk.page(ENFORCE).lock.expect("there is one")
}

#[tokio::test]
async fn what_is_missing_to_it_is_said_first_and_nobody_is_added_before() {
    let bench = Bench::of("fresh").await;
    let (walk, address) = before_an_enforced_one(&bench, &[]).await;
    bench.practice.levers().no_break_glass();
    says(&walk, &address, "enforces").await;
    look(&walk, ENFORCE).await;

    assert_eq!(
        lock(&walk).title,
        "Single sign-on is enforced, and 3 of 4 fail"
    );
    for fails in [
        "No organization admin is outside the policy",
        "The way back is not saved",
    ] {
        assert!(lock(&walk).text.contains(fails), "{}", lock(&walk).text);
    }
    let shown = walk.plan(&by_id(ENFORCE)).await.expect("a plan");
    let Plan::Asks { because, .. } = shown.plan else {
        panic!("nobody is added: {:?}", shown.plan)
    };
    assert!(
        because.starts_with("No organization admin is outside the policy"),
        "{because}"
    );
    assert!(!added(&bench));
    // What it rests on is not undone under those who have to go through it.
    let refused = walk.undo(Some("certificate")).await.expect_err("refused");
    assert_eq!(refused.certain, "Nothing was undone.");
}

#[tokio::test]
async fn whoever_takes_over_what_does_not_enforce_is_contradicted() {
    let bench = Bench::of("fresh").await;
    bench.practice.levers().bulk_fetch_full();
    let (walk, address) = before_a_policy(&bench, &[ALEX]).await;
    says(&walk, &address, "enforces").await;
    look(&walk, ENFORCE).await;

    assert_eq!(
        enforce_check(&walk, "enforced"),
        "Failed: “Pilot SSO” does not enforce single sign-on"
    );
    assert_eq!(
        walk.session
            .state()
            .standing(walk.session.guide(), &by_id(ENFORCE)),
        Standing::Attention
    );
    // What was said by mistake is taken back where it was said, and the way to enforce is shut as for anybody.
    answer(&walk, ENFORCE, "policy.open", "yes").await;
    look(&walk, ENFORCE).await;
    assert_eq!(missing(&walk), ["way-back"], "{:?}", enforce_checks(&walk));
    assert_eq!(lock(&walk).title, "Locked: 3 of 4 hold");
    assert_eq!(
        enforce_check(&walk, "enforced"),
        "Not yet: It is not enforced yet"
    );
}

#[tokio::test]
async fn what_enforces_is_named_to_whoever_says_that_it_does_not() {
    let bench = Bench::of("fresh").await;
    bench.practice.levers().bulk_fetch_full();
    let (walk, address) = before_an_enforced_one(&bench, &[ALEX]).await;
    says(&walk, &address, "yes").await;
    look(&walk, ENFORCE).await;
    assert_eq!(
        enforce_check(&walk, "only-pilot"),
        "Failed: “Pilot SSO” enforces single sign-on already"
    );
    let refused = walk.session.practise_enforcing(&by_id(ENFORCE)).await;
    assert!(refused.is_err());
    assert_eq!(pilot_policy(&bench)["members"], json!([ALEX]));
}
