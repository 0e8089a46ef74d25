//! Enforcing: it opens only when it is safe, shuts again when something becomes unsafe, and what happens afterwards is said.

use std::sync::{Arc, Mutex};

use app::views::{Action, Tone};
use connect::CancellationToken;
use connect::autopilot::Hands;
use engine::{Plan, Progress, Standing, Trouble};
use journeys::{Bench, Ended, Walk, Window, by_id};
use serde_json::{Value, json};
use sim::{Effect, Fault, Host};

use crate::test_login::{APP, LOGIN, answer, fact, look, may_read_logs};

pub(crate) const ENFORCE: &str = "enforce";

/// State and title of every check of enforcing, those that the lock rests on too.
pub(crate) fn enforce_checks(walk: &Walk) -> Vec<(String, String)> {
    let page = walk.page(ENFORCE);
    let locked = page.lock.map(|lock| lock.checks).unwrap_or_default();
    let pilot = fact(walk, "pilot.upn");
    page.checks
        .into_iter()
        .chain(locked)
        .map(|check| {
            let words = format!("{}: {}", check.word, check.title);
            (check.id, words.replace(&pilot, "PILOT"))
        })
        .collect()
}

pub(crate) fn enforce_check(walk: &Walk, id: &str) -> String {
    let all = enforce_checks(walk);
    let found = all.iter().find(|(check, _)| check == id);
    let found = found.unwrap_or_else(|| panic!("{id}: {all:?}"));
    found.1.clone()
}

fn policies(bench: &Bench) -> Vec<Value> {
    let dump = bench.practice.dump();
    dump["organization"]["policies"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

pub(crate) fn pilot_policy(bench: &Bench) -> Value {
    let all = policies(bench);
    let found = all.iter().find(|policy| policy["name"] == "Pilot SSO");
    found.cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_shut_lock_says_what_it_waits_for() {
    let bench = Bench::of("fresh").await;
    let said = |walk: &Walk| walk.page(ENFORCE).lock.expect("a lock").text;
    let walk = bench.open().await;
    assert_eq!(walk.until("before-atlassian").await, Ok(Ended::Verified));
    assert_eq!(said(&walk), "Opens after 1.8.");
    drop(walk);

    let walk = before_enforcing(&bench).await;
    let missing = said(&walk);
    let unseen = missing.matches("(not looked at yet)").count();
    assert_eq!(unseen, 4, "{missing}");
    look(&walk, ENFORCE).await;
    let missing = said(&walk);
    assert!(missing.starts_with("Missing: "), "{missing}");
    assert!(!missing.contains('('), "{missing}");
}

#[tokio::test]
async fn from_the_first_log_in_to_an_enforced_pilot() {
    let bench = Bench::of("fresh").await;
    may_read_logs(&bench);
    let walk = bench.open().await;

    let ended = walk.to_the_end().await;
    let pages = [LOGIN, ENFORCE].map(|step| walk.picture(step)).join("\n");
    assert_eq!(ended, Ok(Ended::Verified), "{pages}");

    let pilot = fact(&walk, "pilot.upn");
    let plain = |step: &str| walk.picture(step).replace(&pilot, "PILOT");
    insta_like(
        &plain(LOGIN),
        "1.8 Test log-in\n\
         ? How is the log-in proven at Microsoft?: read\n\
         ? What happened?: came-in\n\
         Passed: PILOT came in through Entra, WHEN\n\
         Passed: Entra let PILOT through, WHEN\n\
         Passed: Atlassian’s audit log shows the log-in, WHEN\n\
         Passed: No setting in Entra stands in the way\n\
         Passed: Nothing about the person stands in the way",
    );
    let policy = pilot_policy(&bench);
    assert_eq!(policy["enforced"], true, "{policy}");
    assert_eq!(
        walk.session
            .state()
            .standing(walk.session.guide(), &by_id(ENFORCE)),
        Standing::Done
    );
    walk.plan(&by_id(ENFORCE)).await.expect("plans");
    assert!(!fact(&walk, "enforce.enforced_seen_at").is_empty());
    let file = std::fs::read_to_string(fact(&walk, "saved.way-back")).expect("saved");
    for needed in [
        fact(&walk, "policy.id").as_str(),
        "Enforce single sign-on",
        &fact(&walk, "enforce.admin"),
    ] {
        assert!(file.contains(needed), "{needed}: {file}");
    }
}

/// Compares the beginning of a picture, with every time in it made plain.
fn insta_like(seen: &str, wanted: &str) {
    let plain: Vec<_> = seen
        .lines()
        .map(|line| match line.find(" UTC") {
            Some(end) => {
                let start = line[..end]
                    .rfind(", ")
                    .and_then(|at| line[..at].rfind(", "))
                    .map_or(0, |at| at + 2);
                format!("{}WHEN{}", &line[..start], &line[end + 4..])
            }
            None => line.to_owned(),
        })
        .collect();
    let plain = plain.join("\n");
    assert!(plain.starts_with(wanted), "{plain}\n\nwanted:\n{wanted}");
}

/// Somebody whose pilot has logged in, with both logs open.
pub(crate) async fn logged_in(bench: &Bench) -> Walk {
    may_read_logs(bench);
    let walk = bench.open().await;
    assert_eq!(
        walk.until(LOGIN).await,
        Ok(Ended::Verified),
        "{}",
        walk.picture(LOGIN)
    );
    walk
}

/// Somebody whose pilot has logged in, and who stands before enforcing with a policy made.
async fn before_enforcing(bench: &Bench) -> Walk {
    let walk = logged_in(bench).await;
    for (ask, value) in walk
        .session
        .practise(&by_id(ENFORCE))
        .await
        .expect("practised")
    {
        answer(&walk, ENFORCE, &ask, &value).await;
    }
    walk
}

pub(crate) async fn add_members(walk: &Walk) -> Result<(), Trouble> {
    let shown = walk.plan(&by_id(ENFORCE)).await?;
    let Plan::Changes { .. } = &shown.plan else {
        panic!("members are to be added: {:?}", shown.plan)
    };
    walk.make(&shown).await.map(drop)
}

/// Adds the pilot to the policy, saves the way back, and looks.
async fn prepared(walk: &Walk) {
    add_members(walk).await.expect("added");
    walk.session
        .save_document(&by_id(ENFORCE), "way-back")
        .expect("saved");
    look(walk, ENFORCE).await;
}

pub(crate) fn missing(walk: &Walk) -> Vec<&'static str> {
    walk.session.lock(&by_id(ENFORCE)).expect("a lock").missing
}

#[tokio::test]
async fn enforcing_stays_shut_until_all_four_hold() {
    let bench = Bench::of("fresh").await;
    let walk = before_enforcing(&bench).await;
    look(&walk, ENFORCE).await;
    assert_eq!(missing(&walk), ["way-back", "only-pilot"]);

    add_members(&walk).await.expect("added");
    look(&walk, ENFORCE).await;
    assert_eq!(missing(&walk), ["way-back"]);
    assert!(
        walk.session
            .practise_enforcing(&by_id(ENFORCE))
            .await
            .is_err()
    );

    walk.session
        .save_document(&by_id(ENFORCE), "way-back")
        .expect("saved");
    assert_eq!(
        missing(&walk).len(),
        4,
        "what was looked at before the file was saved is old"
    );
    look(&walk, ENFORCE).await;
    assert_eq!(missing(&walk), [""; 0]);
    assert_ne!(pilot_policy(&bench)["enforced"], true);
    walk.session
        .practise_enforcing(&by_id(ENFORCE))
        .await
        .expect("enforced");
    assert_eq!(pilot_policy(&bench)["enforced"], true);
}

/// Every account is asked about, and none by a call of its own: five hundred at once, as many as may be added at once.
#[tokio::test]
async fn ten_thousand_accounts_are_looked_at_by_the_page_and_told_how_far_it_is() {
    let bench = Bench::of("large").await;
    let walk = before_enforcing(&bench).await;
    prepared(&walk).await;
    let from = bench.practice.ledger().len();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hears = heard.clone();
    let on = move |progress| {
        if let Progress::Counting { seen, of } = progress {
            hears.lock().expect("no test failed").push((seen, of));
        }
    };
    let step = [by_id(ENFORCE)];
    let never = CancellationToken::new();
    let looked = walk.session.look(&step, Arc::new(on), never).await;
    looked.expect("looked");

    assert_eq!(missing(&walk), [""; 0], "{:?}", enforce_checks(&walk));
    let asked = bench.practice.ledger();
    let asked: Vec<_> = asked.iter().skip(from).collect();
    let calls = |end: &str| {
        let path = |path: &str| {
            path.split('?')
                .next()
                .is_some_and(|path| path.ends_with(end))
        };
        asked.iter().filter(|one| path(&one.path)).count()
    };
    // A hundred pages of managed accounts and one in which the pilot is found; a hundred for the admins; twenty for all accounts
    // and one for the admins.
    assert_eq!(calls("/users"), 201);
    assert_eq!(calls("/auth-policies/bulk-fetch"), 21);
    assert!(asked.len() < 245, "{}", asked.len());
    let heard = heard.lock().expect("no test failed").clone();
    assert!(heard.contains(&(9_992, Some(9_992))), "{heard:?}");
}

/// What shuts it again, and what is said of it.
type Shuts = (&'static str, fn(&Bench, &Walk), &'static str, &'static str);

const SHUTS: &[Shuts] = &[
    (
        "no admin is outside any more",
        |bench, _| bench.practice.levers().no_break_glass(),
        "break-glass",
        "Failed: No organization admin is outside the policy",
    ),
    (
        "a stranger is in the policy",
        |bench, walk| {
            let policy = fact(walk, "policy.id");
            bench
                .practice
                .levers()
                .move_member("megan@contoso.com", &policy)
                .expect("pulled");
        },
        "only-pilot",
        "Failed: 1 account that is not of the pilot in the policy",
    ),
    (
        "the policy is of the local directory",
        |bench, walk| {
            bench
                .practice
                .levers()
                .policy_local(&fact(walk, "policy.id"))
                .expect("pulled")
        },
        "only-pilot",
        "Warning: Atlassian names no identity provider directory for “Pilot SSO”",
    ),
    (
        "Atlassian does not tell who is in it",
        |bench, _| bench.practice.levers().bulk_fetch_bare(),
        "only-pilot",
        "Could not look: Atlassian does not tell who is in the policy",
    ),
    (
        "the file is lost",
        |_, walk| std::fs::remove_file(fact(walk, "saved.way-back")).expect("removed"),
        "way-back",
        "Failed: The saved way back can’t be read",
    ),
    (
        "the file is another one",
        |_, walk| {
            std::fs::write(fact(walk, "saved.way-back"), "Policy id: other\n").expect("written")
        },
        "way-back",
        "Failed: The saved way back is out of date: the organization is another one now",
    ),
    (
        "the pilot is refused meanwhile",
        |bench, walk| {
            let pilot = fact(walk, "pilot.upn");
            bench
                .practice
                .levers()
                .note_sign_in(APP, &pilot, 50105)
                .expect("pulled");
        },
        "proven",
        "Failed: The last log-in of PILOT was refused",
    ),
];

/// What moves after the log-in that it came through by, and what is said of it.
const MOVES: &[Shuts] = &[
    (
        "the application was disabled meanwhile",
        |bench, _| bench.practice.levers().disable_app(APP).expect("pulled"),
        "proven/disabled",
        "Failed: The application is disabled",
    ),
    (
        "another certificate became active meanwhile",
        |bench, _| {
            bench
                .practice
                .levers()
                .rotate_certificate(APP)
                .expect("pulled")
        },
        "proven/certificate",
        "Failed: The active certificate is not the one for Atlassian",
    ),
    (
        "the pilot was unassigned meanwhile",
        |bench, walk| {
            bench
                .practice
                .levers()
                .unassign(APP, &fact(walk, "pilot.upn"))
                .expect("pulled")
        },
        "proven/unassigned",
        "Failed: PILOT is not assigned to the application",
    ),
    (
        "token encryption was turned on meanwhile",
        |bench, _| {
            bench
                .practice
                .levers()
                .token_encryption_on(APP)
                .expect("pulled")
        },
        "proven/encryption",
        "Failed: Token encryption is on",
    ),
];

#[tokio::test]
async fn whatever_becomes_unsafe_shuts_it_again() {
    each_shuts(SHUTS).await;
}

#[tokio::test]
async fn what_moves_after_the_log_in_shuts_it_again() {
    each_shuts(MOVES).await;
}

async fn each_shuts(rows: &[Shuts]) {
    for (what, pull, check, says) in rows {
        let bench = Bench::of("fresh").await;
        let walk = before_enforcing(&bench).await;
        prepared(&walk).await;
        assert_eq!(
            missing(&walk),
            [""; 0],
            "{what}: {:?}",
            enforce_checks(&walk)
        );

        pull(&bench, &walk);
        look(&walk, ENFORCE).await;

        let locking = check.split('/').next().expect("a check");
        assert!(
            missing(&walk).contains(&locking),
            "{what}: {:?}",
            missing(&walk)
        );
        assert_eq!(enforce_check(&walk, check), *says, "{what}");
        assert!(
            walk.session
                .practise_enforcing(&by_id(ENFORCE))
                .await
                .is_err(),
            "{what}"
        );
        assert_ne!(pilot_policy(&bench)["enforced"], true, "{what}");
    }
}

/// Somebody before whom the way to enforce is open.
async fn before_the_open_way(bench: &Bench) -> Walk {
    let walk = before_enforcing(bench).await;
    prepared(&walk).await;
    assert_eq!(missing(&walk), [""; 0], "{:?}", enforce_checks(&walk));
    walk
}

async fn enforce_at_atlassian(bench: &Bench, walk: &Walk) {
    let hands = Hands::new(&bench.cloud()).expect("practice");
    hands
        .enforce(&fact(walk, "policy.id"))
        .await
        .expect("enforced");
}

/// The steps of the page, as they are written.
fn written(walk: &Walk) -> Vec<String> {
    let step = walk.session.guide().step(&by_id(ENFORCE)).expect("a step");
    let text = guide::step_text(step.text(), &|_| None);
    text.by_hand.expect("a route by hand").steps
}

#[tokio::test]
async fn an_undo_sees_that_it_is_enforced_whatever_was_said() {
    let bench = Bench::of("fresh").await;
    let walk = before_the_open_way(&bench).await;
    enforce_at_atlassian(&bench, &walk).await;

    let refused = walk
        .undo(None)
        .await
        .expect_err("the pilot would be shut out");
    assert_eq!(
        refused.title,
        "First take back by hand what 1.9 Policy and enforcement did"
    );
    assert!(refused.doing.contains("enforce"), "{}", refused.doing);
    assert_eq!(bench.applications().len(), 1);
    let page = walk.page(ENFORCE);
    let back = page.back.and_then(|back| back.done).map(|back| back.label);
    assert_eq!(back.as_deref(), Some("I took this back by hand"));

    walk.session.practise_undoing().await.expect("taken back");
    walk.undo(None).await.expect("undone");
    assert_eq!(bench.applications().len(), 0);
}

#[tokio::test]
async fn without_the_key_an_enforced_policy_is_not_looked_at_and_not_forgotten() {
    let bench = Bench::of("fresh").await;
    let walk = crate::single_sign_on::enforced(&bench).await;
    walk.session.forget_key().await.expect("forgotten");
    look(&walk, ENFORCE).await;
    for check in ["policy", "break-glass", "only-pilot", "enforced"] {
        assert_eq!(
            enforce_check(&walk, check),
            "Could not look: There is no organization API key to look with",
            "{check}"
        );
    }
}

#[tokio::test]
async fn the_key_that_shows_the_way_does_not_say_that_it_was_gone() {
    let bench = Bench::of("fresh").await;
    drop(before_the_open_way(&bench).await);
    let window = Window::of(&bench).await;
    let id = bench.connection().id;
    window.press(Action::OpenConnection { id }).await;
    window.go(ENFORCE).await;
    window.press(Action::Look).await;
    assert_eq!(window.button().label, "Show how to enforce");
    assert!(window.step().hand.is_none(), "nothing is typed");
    window.answer("enforce.confirm", "Pilot SSO").await;
    let said = || {
        let confirm = window.step().lock.and_then(|lock| lock.confirm);
        confirm.expect("a field").said.map(|said| said.strong)
    };
    assert_eq!(said().as_deref(), Some("That is it."));
    // It is typed anew by whoever comes back, and nothing is said to an empty field.
    window.go("test-login").await;
    window.go(ENFORCE).await;
    assert_eq!(said(), None);
    assert_eq!(window.button().label, "Show how to enforce");
    window.answer("enforce.confirm", "Pilot SSO").await;

    assert_eq!(window.button().label, "Look at all again");
    window.primary().await;
    let way = window.step().hand.expect("the way is shown");
    let done = way.done.expect("nobody said yet that it was gone");
    assert_eq!(done.label, "I did this at Atlassian");
    window.press(done.action).await;
    let asks: Vec<_> = window.step().asks.into_iter().map(|ask| ask.id).collect();
    assert!(asks.contains(&"enforce.after".to_owned()), "{asks:?}");
}

#[tokio::test]
async fn whoever_follows_the_page_step_by_step_sees_it_take_hold() {
    let bench = Bench::of("fresh").await;
    let walk = before_the_open_way(&bench).await;

    let mut walked = Vec::new();
    for step in written(&walk) {
        let does = |words: &str| step.contains(words);
        if does("choose Enforce single sign-on") {
            enforce_at_atlassian(&bench, &walk).await;
            walked.push("enforced");
        } else if does("“I did this at Atlassian”") {
            walk.session.done_by_hand(&by_id(ENFORCE)).expect("said");
            walked.push("said so");
        } else if does("log in as") {
            walk.session.practise_log_in().await.expect("logged in");
            walked.push("logged in");
        } else if does("say above what it looked like") {
            answer(&walk, ENFORCE, "enforce.after", "redirected").await;
            walked.push("said what it looked like");
        }
    }
    look(&walk, ENFORCE).await;

    assert_eq!(walked.len(), 4, "{walked:?}");
    let check = enforce_check(&walk, "enforced");
    assert!(
        check.starts_with("Passed: PILOT came in through Entra after enforcing"),
        "{walked:?}: {check}"
    );
}

#[tokio::test]
async fn a_log_in_proves_nothing_of_a_switch_that_nobody_pressed() {
    let bench = Bench::of("fresh").await;
    bench.practice.levers().bulk_fetch_bare();
    let walk = before_enforcing(&bench).await;
    walk.session.done_by_hand(&by_id(ENFORCE)).expect("said");
    walk.session.practise_log_in().await.expect("logged in");
    look(&walk, ENFORCE).await;

    let check = enforce_check(&walk, "enforced");
    assert!(
        check.starts_with("Could not look: PILOT came in through Entra")
            && check.ends_with("say whether a password was offered"),
        "{check}"
    );
    assert_eq!(fact(&walk, "enforce.enforced_seen_at"), "");
    let (state, guide) = (walk.session.state(), walk.session.guide());
    assert!(!state.is_verified(guide, &by_id(ENFORCE)));
}

#[tokio::test]
async fn a_switch_of_which_nothing_is_seen_is_not_verified() {
    let bench = Bench::of("no-licence").await;
    let walk = bench.open().await;
    assert_eq!(walk.until(LOGIN).await, Ok(Ended::Verified));
    let brought_back = walk.session.practise(&by_id(ENFORCE)).await;
    for (ask, value) in brought_back.expect("practised") {
        answer(&walk, ENFORCE, &ask, &value).await;
    }
    walk.session.done_by_hand(&by_id(ENFORCE)).expect("said");
    look(&walk, ENFORCE).await;

    let check = enforce_check(&walk, "enforced");
    assert_eq!(
        check,
        "Could not look: No log-in of PILOT was seen after enforcing"
    );
    let (state, guide) = (walk.session.state(), walk.session.guide());
    assert!(!state.is_verified(guide, &by_id(ENFORCE)));
}

#[tokio::test]
async fn an_undo_of_everything_counts_what_it_undoes_and_is_not_asked_for_where_it_is_refused() {
    let bench = Bench::of("fresh").await;
    let walk = before_enforcing(&bench).await;
    add_members(&walk).await.expect("added");
    drop(walk);
    let window = Window::of(&bench).await;
    let id = bench.connection().id;
    window.press(Action::OpenConnection { id }).await;

    let shown = window.press(Action::GoConnection).await;
    let undo = shown.open.and_then(|open| open.undo_all).expect("it can");
    let confirm = window.press(undo.action.clone()).await.confirm;
    let confirm = confirm.expect("it asks first");
    let cannot = confirm
        .text
        .iter()
        .any(|line| line.contains("can’t be undone"));
    assert!(cannot, "{:?}", confirm.text);
    let asked = confirm.title.replace("Undo ", "Undo all ");
    assert_eq!(undo.label, asked.replace(" in Entra?", "…"));

    window.press(confirm.leave.action).await;
    window.go(ENFORCE).await;
    window.press(Action::DoneByHand).await;
    let shown = window.press(Action::GoConnection).await;
    let page = shown.page;
    let refused = window.program.press(undo.action).await;
    let refused = refused.expect_err("it would be refused");
    assert!(
        refused
            .title
            .starts_with("First take back by hand what 1.9"),
        "{refused:?}"
    );
    let shown = window.program.snapshot();
    assert_eq!((shown.confirm, shown.page), (None, page));
}

/// Why nobody is told who is in which policy, and how it comes to that.
type Untold = (&'static str, fn(&Bench));

#[tokio::test]
async fn what_atlassian_does_not_tell_the_person_confirms() {
    const UNTOLD: &[Untold] = &[
        ("nothing but addresses", |bench| {
            bench.practice.levers().bulk_fetch_bare();
        }),
        ("the key may not ask", |bench| {
            let levers = bench.practice.levers();
            levers.key_lacks("bulk-fetch").expect("a feature");
        }),
        ("there is no such call", |bench| {
            bench.practice.levers().fault(Fault {
                host: Some(Host::AtlassianApi),
                path_contains: "auth-policies/bulk-fetch".into(),
                times: u32::MAX,
                ..Fault::next(Effect::Status {
                    code: 404,
                    body: None,
                    headers: Vec::new(),
                })
            });
        }),
    ];
    for (what, pull) in UNTOLD {
        let bench = Bench::of("fresh").await;
        let walk = before_enforcing(&bench).await;
        pull(&bench);
        prepared(&walk).await;
        assert_eq!(missing(&walk), ["only-pilot"], "{what}");

        answer(&walk, ENFORCE, "policy.confirmed", "yes").await;
        look(&walk, ENFORCE).await;

        assert_eq!(
            missing(&walk),
            [""; 0],
            "{what}: {:?}",
            enforce_checks(&walk)
        );
    }
}

#[tokio::test]
async fn who_could_not_be_added_is_named() {
    let bench = Bench::of("fresh").await;
    let walk = before_enforcing(&bench).await;
    let address = fact(&walk, "pilot.address");
    bench.practice.levers().task_fails(&[&address]);

    let trouble = add_members(&walk).await.expect_err("it fails");

    assert_eq!(trouble.title, "0 of 1 people could be added to the policy");
    assert!(trouble.certain.contains(&address), "{}", trouble.certain);
    assert!(missing(&walk).contains(&"only-pilot"));
    add_members(&walk).await.expect("the second time it works");
}

/// No API takes anybody out of a policy again, so its name is typed, and nothing is added without it.
#[tokio::test]
async fn people_are_added_only_by_who_typed_the_name_of_the_policy() {
    let bench = Bench::of("fresh").await;
    let walk = before_enforcing(&bench).await;
    let shown = walk.plan(&by_id(ENFORCE)).await.expect("a plan");
    for typed in [None, Some("pilot sso"), Some("Pilot")] {
        let refused = walk.make_having_typed(&shown, typed).await;
        let refused = refused.expect_err("refused");
        assert_eq!(refused.title, "The name “Pilot SSO” has to be typed first");
        assert_eq!(pilot_policy(&bench)["members"], json!([]), "{typed:?}");
    }
    drop(walk);

    let window = Window::of(&bench).await;
    let id = bench.connection().id;
    window.press(Action::OpenConnection { id }).await;
    window.go(ENFORCE).await;
    let primary = || window.step().footer.primary.expect("there is one");
    let shut = || (primary().enabled, primary().why_not);
    let asked = || window.step().changes.and_then(|changes| changes.retype);
    let apply = primary().action;
    assert!(matches!(apply, Action::Apply { .. }), "{apply:?}");
    assert_eq!(shut(), (false, Some("Type the name above.".to_owned())));
    assert_eq!(
        asked().expect("asked").label,
        "Type the name to go on: Pilot SSO"
    );

    // A button that is shut in the window is refused behind it too.
    window.press(apply.clone()).await;
    let trouble = window.step().trouble.expect("refused");
    assert_eq!(trouble.title, "The name “Pilot SSO” has to be typed first");
    window.answer("change.name", "pilot sso").await;
    assert!(!primary().enabled);
    assert_eq!(
        asked().and_then(|ask| ask.said).map(|said| said.tone),
        Some(Tone::Fail)
    );
    assert_eq!(pilot_policy(&bench)["members"], json!([]));

    window.answer("change.name", " Pilot SSO ").await;
    assert_eq!(shut(), (true, None));
    // Who leaves the page has typed it for nothing: the next one in front of it is asked again.
    window.go(LOGIN).await;
    window.go(ENFORCE).await;
    assert!(!primary().enabled);
    window.answer("change.name", "Pilot SSO").await;
    window.press(primary().action).await;
    let members = pilot_policy(&bench)["members"].clone();
    assert_eq!(members.as_array().map(Vec::len), Some(1), "{members}");
}

/// What happens after enforcing, and what is said of it.
type After = (&'static str, fn(&Bench, &Walk), &'static str);

const AFTERWARDS: &[After] = &[
    (
        "Guard ended",
        |bench, _| bench.practice.levers().guard_lapsed(),
        "Warning: Atlassian’s audit log is empty: Atlassian Guard may have ended",
    ),
    (
        "somebody switched it off",
        |bench, walk| {
            bench
                .practice
                .levers()
                .unenforce(&fact(walk, "policy.id"))
                .expect("pulled")
        },
        "Failed: Single sign-on is not enforced any more",
    ),
    (
        "the admin outside was put into it",
        |bench, _| bench.practice.levers().no_break_glass(),
        "Failed: No organization admin is outside the policy",
    ),
];

#[tokio::test]
async fn what_changes_after_enforcing_is_said() {
    for (what, pull, says) in AFTERWARDS {
        let bench = Bench::of("fresh").await;
        may_read_logs(&bench);
        let walk = bench.open().await;
        assert_eq!(walk.to_the_end().await, Ok(Ended::Verified), "{what}");

        pull(&bench, &walk);
        look(&walk, ENFORCE).await;

        let all = enforce_checks(&walk);
        assert!(
            all.iter().any(|(_, words)| words == says),
            "{what}: {all:?}"
        );
    }
}
