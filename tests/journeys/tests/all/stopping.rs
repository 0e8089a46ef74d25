//! Stopping: whatever waits for a service can be stopped, from every page, and says that nothing was changed.

use app::views::{Action, RunsView, Snapshot};
use journeys::{Bench, Window};

use crate::window::{before_the_app, begin, through};

const STOPPED: &str = "Stopped. Nothing was changed.";

/// The practice of this scenario, walked through, with lines in between that can fall silent.
async fn walked(scenario: &str) -> (Bench, journeys::Line, Window) {
    let bench = Bench::of(scenario).await;
    let line = bench.lines().await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    through(&window, &bench).await;
    (bench, line, window)
}

/// What the footer of the shown page says that runs.
fn runs(shown: &Snapshot) -> Option<RunsView> {
    let connection = shown.open.as_ref().map(|open| &open.footer);
    let footer = shown.step.as_ref().map(|step| &step.footer).or(connection);
    footer.and_then(|footer| footer.runs.clone())
}

/// Waits until something runs and the line has heard of it, then presses its Stop.
async fn stop(window: &Window, line: &journeys::Line, before: usize) -> Snapshot {
    while line.seen().len() == before {
        tokio::task::yield_now().await;
    }
    let shown = window
        .until("it can be stopped", |shown| runs(shown).is_some())
        .await;
    let stop = runs(&shown).expect("it runs").stop;
    assert_eq!((stop.label.as_str(), stop.enabled), ("Stop", true));
    window.press_at_once(stop.action).await;
    window
        .until("it was stopped", |shown| runs(shown).is_none())
        .await
}

#[tokio::test]
async fn a_look_is_stopped_from_every_page() {
    let (_bench, line, window) = walked("fresh").await;
    window.go("before-entra").await;
    line.fall_silent();
    let before = line.seen().len();
    window.press_at_once(Action::Look).await;

    window.press_at_once(Action::GoConnection).await;
    let shown = window.program.snapshot();
    let connection = shown.open.clone().expect("open");
    assert!(
        connection.footer.say.starts_with("At step 0.3: Looking"),
        "{}",
        connection.footer.say
    );
    let at = runs(&shown).and_then(|runs| runs.at).expect("a way there");
    assert_eq!(at.label, "Go to 0.3");
    window.press_at_once(at.action).await;
    let here = runs(&window.program.snapshot()).expect("it runs");
    assert_eq!(here.at, None, "this is its page");

    let stopped = stop(&window, &line, before).await;
    let footer = stopped.step.expect("a step").footer;
    assert!(
        footer.say.ends_with("Nothing was changed."),
        "{}",
        footer.say
    );
    assert!(footer.primary.expect("a button").enabled);
}

#[tokio::test]
async fn looking_at_everything_is_stopped_and_says_so() {
    let (_bench, line, window) = walked("fresh").await;
    window.press(Action::GoConnection).await;
    line.fall_silent();
    let before = line.seen().len();
    window.press_at_once(Action::LookAtAll).await;
    let stopped = stop(&window, &line, before).await;
    let said = stopped.open.expect("open").footer.say;
    assert!(said.ends_with("Nothing was changed."), "{said}");
}

#[tokio::test]
async fn renewing_the_sign_in_is_stopped() {
    // A role that was missing is looked for in a new token, before anything is read.
    let (_bench, line, window) = walked("pim-eligible").await;
    window.go("before-entra").await;
    line.fall_silent();
    let before = line.seen().len();
    window.press_at_once(Action::Look).await;
    let stopped = stop(&window, &line, before).await;
    assert!(line.seen()[before].path.ends_with("/token"));
    assert_eq!(stopped.step.expect("a step").footer.say, STOPPED);
}

#[tokio::test]
async fn asking_silently_for_more_rights_is_stopped() {
    let (_bench, line, window) = walked("fresh").await;
    window.go("email-attribute").await;
    let button = window.button();
    assert_eq!(button.action, Action::SignIn, "{}", button.label);
    line.fall_silent();
    let before = line.seen().len();
    window.press_at_once(button.action).await;
    while line.seen().len() == before {
        tokio::task::yield_now().await;
    }
    assert!(line.seen()[before].path.ends_with("/token"));
    let stopped = window.press(Action::Cancel).await;
    assert_eq!(stopped.step.expect("a step").footer.say, STOPPED);
}

#[tokio::test]
async fn trying_the_key_is_stopped_and_keeps_none() {
    let bench = Bench::of("fresh").await;
    let line = bench.lines().await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    window.go("before-atlassian").await;
    line.fall_silent();
    let before = line.seen().len();
    let key = "ATCTT3xFfGN0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let trying = window.program.answer("atlassian.key".into(), key.into());
    let (tried, stopped) = tokio::join!(trying, stop(&window, &line, before));
    assert_eq!(tried, Ok(()), "a stop is no error");
    assert_eq!(
        stopped.step.expect("a step").footer.say,
        "Stopped. The key was not kept."
    );
    assert!(!window.program.session().expect("open").has_key());
}

#[tokio::test]
async fn a_search_is_stopped() {
    let (_bench, line, window) = walked("fresh").await;
    window.go("pilot").await;
    line.fall_silent();
    let before = line.seen().len();
    let searching = window.program.press(Action::Search {
        ask: "pilot.who".into(),
        text: "adele".into(),
    });
    let (searched, stopped) = tokio::join!(searching, stop(&window, &line, before));
    assert_eq!(searched, Ok(()), "a stop is no error");
    assert_eq!(stopped.step.expect("a step").footer.say, STOPPED);
}

#[tokio::test]
async fn the_window_is_there_before_the_network_answers() {
    let (bench, line, window) = walked("fresh").await;
    window.go("before-entra").await;
    window.program.close().await;
    drop(window);

    line.fall_silent();
    let before = line.seen().len();
    let starting = Window::starting(&bench, bench.opening());
    let at_most = std::time::Duration::from_secs(5);
    let window = tokio::time::timeout(at_most, starting).await;
    let window = window.expect("it waits for nobody");
    let step = window.step();
    assert_eq!(step.number, "0.3", "it opens where it was left");
    assert_eq!(step.footer.say, "Taking up your sign-in of last time.");
    let stopped = stop(&window, &line, before).await;
    assert!(line.seen()[before].path.ends_with("/token"));
    assert_eq!(
        stopped.step.expect("a step").footer.say,
        "Stopped. Your sign-in is kept, and is taken up when Lockstep next looks."
    );

    line.speak_again();
    let session = window.program.session().expect("open");
    assert_eq!(session.signed_in_as(), None);
    window.press(Action::Look).await;
    assert!(session.signed_in_as().is_some());
}

#[tokio::test]
async fn what_was_proposed_is_not_shown_any_more_once_its_making_was_stopped() {
    let bench = Bench::of("fresh").await;
    let window = before_the_app(&bench).await;
    let make = window.button();
    assert_eq!(make.label, "Make 3 changes in Entra");

    window.press_at_once(make.action).await;
    while bench.applications().is_empty() {
        tokio::task::yield_now().await;
    }
    window.press_at_once(Action::Cancel).await;
    let stopped = window.settled().await.step.expect("a step");
    assert!(
        stopped.changes.as_ref().is_none_or(|changes| changes.made),
        "the application stands, and the page says that it does not exist: {:?}",
        stopped.changes
    );

    window.press(Action::Look).await;
    through(&window, &bench).await;
    assert_eq!(bench.applications().len(), 1);
}
