//! What is pressed while something runs: a mere look gives way to what a person confirmed, and nothing confirmed is lost.

use app::views::{Action, Status};
use journeys::{Bench, Line, Window};

use crate::window::{begin, through};

/// The window on the page of the application, which stands.
async fn standing(bench: &Bench) -> (Line, Window) {
    let line = bench.lines().await;
    let window = Window::of(bench).await;
    begin(&window, "Contoso").await;
    through(&window, bench).await;
    window.go("add-app").await;
    (line, window)
}

/// Presses for a look and waits until it hangs in the line.
async fn hang(line: &Line, window: &Window, look: Action) {
    line.fall_silent();
    let before = line.seen().len();
    window.press_at_once(look).await;
    while line.seen().len() == before {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_confirmed_undo_is_done_though_a_look_runs() {
    let bench = Bench::of("fresh").await;
    let (line, window) = standing(&bench).await;

    hang(&line, &window, Action::Look).await;
    window
        .press_at_once(Action::UndoConfirmed { step: None })
        .await;
    line.speak_again();
    let shown = window.settled().await;

    assert!(bench.applications().is_empty(), "{}", window.picture());
    // Nobody stopped anything, so nothing says so.
    let footer = shown.step.expect("a step").footer;
    assert!(!footer.say.starts_with("Stopped"), "{}", footer.say);
}

#[tokio::test]
async fn a_confirmed_change_is_made_though_everything_is_looked_at() {
    let bench = Bench::of("fresh").await;
    let (line, window) = standing(&bench).await;
    window.press(Action::UndoConfirmed { step: None }).await;
    window.go("add-app").await;
    let make = window.button();
    assert!(
        matches!(make.action, Action::Apply { .. }),
        "{}",
        make.label
    );

    hang(&line, &window, Action::LookAtAll).await;
    window.press_at_once(make.action.clone()).await;
    // A second press, and a look that somebody else asks for, take nothing of its place.
    window.press_at_once(make.action).await;
    window.press_at_once(Action::Look).await;
    line.speak_again();
    let shown = window.settled().await;

    assert_eq!(bench.applications().len(), 1, "{}", window.picture());
    let open = shown.open.as_ref().expect("open");
    let mut rows = open.phases.iter().flat_map(|phase| &phase.steps);
    let row = rows.find(|row| row.id == "add-app").expect("a row");
    assert_eq!(row.status, Status::Done);
    assert_eq!(shown.step.expect("a step").trouble, None);
}

#[tokio::test]
async fn a_change_never_gives_way() {
    let bench = Bench::of("fresh").await;
    let (_line, window) = standing(&bench).await;

    window
        .press_at_once(Action::UndoConfirmed { step: None })
        .await;
    for press in [
        Action::Look,
        Action::LookAtAll,
        Action::SignIn,
        Action::UndoConfirmed { step: None },
    ] {
        window.press_at_once(press).await;
    }
    window.settled().await;
    assert!(bench.applications().is_empty(), "{}", window.picture());
}
