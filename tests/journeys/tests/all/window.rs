//! The window, used by pressing what it offers and nothing else.

use app::Services;
use app::views::{Action, CheckState, Page, Snapshot, Status};
use connect::{Item, Vault};
use journeys::{Bench, Ended, Window};

/// Walks through the guide until the application stands, by answering what is open and pressing the primary button or
/// Continue.
pub async fn through(window: &Window, bench: &Bench) -> Vec<String> {
    on_to(window, bench, "certificate").await
}

/// A window before the changes that make the application, with everything before them granted: it was made and undone once.
pub async fn before_the_app(bench: &Bench) -> Window {
    let window = Window::of(bench).await;
    begin(&window, "Contoso").await;
    through(&window, bench).await;
    window.press(Action::UndoConfirmed { step: None }).await;
    window.go("add-app").await;
    window
}

/// The same until the page of this step.
async fn on_to(window: &Window, bench: &Bench, step: &str) -> Vec<String> {
    let mut pressed = Vec::new();
    for _ in 0..40 {
        if window.program.snapshot().page == (Page::Step { id: step.into() }) {
            break;
        }
        answer_all(window, bench).await;
        let footer = window.step().footer;
        // Looking again would change nothing: a page with warnings offers it beside Continue.
        let primary = footer
            .primary
            .filter(|primary| primary.enabled && primary.action != Action::Look);
        let button = primary.or(footer.next).expect("there is a way on");
        assert!(
            button.enabled,
            "{} {:?}\n{}",
            button.label,
            button.why_not,
            window.picture()
        );
        pressed.push(format!("{} {}", window.step().number, button.label));
        window.press(button.action).await;
    }
    pressed
}

/// The page after the application stands.
fn first_of_saml() -> Page {
    Page::Step {
        id: "certificate".into(),
    }
}

/// Answers what the shown step asks and has no answer to.
pub async fn answer_all(window: &Window, bench: &Bench) {
    let cloud = bench.cloud();
    let practice = cloud.practice.as_ref().expect("practice");
    let answers = [
        ("plan.who", "both"),
        ("plan.stage", "trial"),
        ("entra.client_kind", "own"),
        (
            "entra.client_id",
            practice.client_id.as_deref().expect("a client"),
        ),
        ("entra.tenant_choice", &practice.tenant_id),
        (
            "atlassian.key",
            practice.organization_key.as_ref().expect("a key").secret(),
        ),
        ("atlassian.guard", "yes"),
    ];
    for (ask, value) in answers {
        let asks = window.step().asks;
        if asks
            .iter()
            .any(|shown| shown.id == ask && shown.value.is_none() && !shown.kept)
        {
            window.answer(ask, value).await;
        }
    }
}

/// Makes a connection.
pub async fn begin(window: &Window, name: &str) {
    // Read from JSON, as the window sends it: what is left out is the usual.
    let action = serde_json::from_value(
        serde_json::json!({ "do": "new_connection", "name": name, "practice": null }),
    )
    .expect("an action");
    window.press(action).await;
}

#[tokio::test]
async fn fresh_by_pressing_only() {
    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    assert_eq!(window.program.snapshot().page, Page::Start);

    begin(&window, "Contoso").await;
    let pressed = through(&window, &bench).await;

    assert_eq!(
        pressed,
        [
            "0.1 Continue to 0.2",
            "0.2 Sign in",
            "0.2 Continue to 0.3",
            "0.3 Sign in to allow reading this",
            "0.3 Continue to 0.4",
            "0.4 Continue to 1.1",
            "1.1 Sign in to allow changes",
            "1.1 Make 3 changes in Entra",
            "1.1 Continue to 1.2",
        ]
    );
    let shown = window.program.snapshot();
    assert_eq!(shown.page, first_of_saml());
    let open = shown.open.expect("the connection is open");
    // The tenant's contoso-labs.com is not verified at Atlassian, which warns and keeps nobody from going on.
    assert_eq!((open.verified, open.status), (4, Status::Attention));
    assert_eq!(bench.applications().len(), 1);
}

/// What is not granted is not asked of Microsoft, and each check says which right it lacks.
#[tokio::test]
async fn before_the_rights_to_read_are_granted_nothing_is_asked_that_is_refused() {
    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    on_to(&window, &bench, "before-entra").await;

    let said = || {
        let checks = window.step().checks.into_iter();
        checks
            .map(|check| format!("{}: {} {}", check.word, check.title, check.detail))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        said(),
        [
            "Not yet: The rights to read are not granted yet Not granted yet: RoleManagement.Read.Directory, RoleEligibilitySchedule.Read.Directory, LicenseAssignment.Read.All, Domain.Read.All, Organization.Read.All and Application.Read.All.",
            "Passed: adele@contoso.com is a member of this tenant ",
            "Not yet: The tenant is looked at once that is allowed Not granted yet: Organization.Read.All.",
            "Not yet: Roles are looked at once that is allowed Not granted yet: RoleManagement.Read.Directory.",
            "Not yet: Licences are looked at once that is allowed Not granted yet: LicenseAssignment.Read.All.",
            "Not yet: Domain names are looked at once that is allowed Not granted yet: Domain.Read.All.",
        ]
    );
    let refused: Vec<_> = window
        .program
        .snapshot()
        .requests
        .into_iter()
        .filter(|request| request.status == Some(403))
        .map(|request| request.path)
        .collect();
    assert_eq!(refused, [""; 0]);

    assert_eq!(window.button().label, "Sign in to allow reading this");
    window.press(Action::SignIn).await;
    assert!(
        said().iter().all(|line| line.starts_with("Passed: ")),
        "{:?}",
        said()
    );
}

#[tokio::test]
async fn a_step_that_waits_for_a_sign_in_only_does_not_wait_for_microsoft() {
    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    on_to(&window, &bench, "add-app").await;
    assert_eq!(window.button().label, "Sign in to allow changes");
    let open = window.program.snapshot().open.expect("open");
    let mut rows = open.phases.iter().flat_map(|phase| &phase.steps);
    let row = rows.find(|row| row.id == "add-app").expect("a row");
    assert_eq!(row.word, "Ready");
}

#[tokio::test]
async fn without_a_browser_the_page_says_so_and_gives_the_address() {
    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    on_to(&window, &bench, "before-entra").await;
    window.go("sign-in").await;
    window.person.without_browser();

    window.press_at_once(Action::SignIn).await;
    let waiting = |shown: &Snapshot| shown.step.as_ref().and_then(|step| step.wait.clone());
    let shown = window
        .until("it waits", |shown| {
            waiting(shown).is_some_and(|wait| wait.until.is_some())
        })
        .await;
    let wait = waiting(&shown).expect("it waits");
    assert_eq!(wait.title, "No browser could be opened");
    assert!(
        wait.text.starts_with("The reason: there is none."),
        "{}",
        wait.text
    );
    assert!(wait.copies[0].value.contains("/authorize"));
    // It opens after all: nothing is said of what is not so any more.
    window.person.with_a_browser_that_nobody_uses();
    window.press_at_once(Action::SignInAgain).await;
    window
        .until("it is opened", |shown| {
            waiting(shown).is_some_and(|wait| wait.title == "Waiting for you in the browser")
        })
        .await;
    window.press(Action::Cancel).await;
    window.person.without_browser();

    let hand = window
        .go("before-entra")
        .await
        .step
        .and_then(|step| step.hand);
    let link = hand.and_then(|hand| hand.link).expect("a link");
    let refused = window.refused(Action::OpenLink { url: link.url }).await;
    assert_eq!(refused.title, "The page could not be opened");
    assert!(
        refused.next[0].text.starts_with("http"),
        "{:?}",
        refused.next
    );
}

#[tokio::test]
async fn continue_opens_once_what_the_next_page_needs_is_made() {
    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    on_to(&window, &bench, "add-app").await;
    let closed = |window: &Window| {
        let next = window.step().footer.next.expect("a button");
        (next.label, next.why_not)
    };
    let why = || {
        (
            "Continue to 1.2".to_owned(),
            Some("1.2 opens when 1.1 is done.".to_owned()),
        )
    };
    assert_eq!(closed(&window), why());
    window.press(Action::SignIn).await;
    assert_eq!(window.button().label, "Make 3 changes in Entra");
    assert_eq!(closed(&window), why());

    let later: Vec<_> = window
        .step()
        .checks
        .into_iter()
        .map(|check| check.later)
        .collect();
    assert_eq!(later, [false, false, false, true, true, true, true]);
    assert_eq!(window.step().checks_note, "3 of 7 passed");

    let made = window.button().action;
    window.press(made).await;
    assert_eq!(window.button().label, "Continue to 1.2");
}

#[tokio::test]
async fn undo_is_asked_first_and_then_done() {
    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    through(&window, &bench).await;
    window.go("add-app").await;

    let undo = window
        .step()
        .changes
        .and_then(|changes| changes.undo)
        .expect("what was made can be undone");
    let asked = window.press(undo.action).await;
    let confirm = asked.confirm.expect("it asks first");
    assert_eq!(confirm.title, "Undo 3 changes in Entra?");
    assert_eq!(bench.applications().len(), 1, "asking undoes nothing");
    let left = window.press(confirm.leave.action).await;
    assert_eq!(left.confirm, None);
    assert_eq!(bench.applications().len(), 1);

    window
        .press(Action::Undo {
            step: Some("add-app".into()),
        })
        .await;
    window.press(confirm.go.action).await;
    assert_eq!(bench.applications().len(), 0);
    let button = window.button();
    assert!(
        matches!(button.action, Action::Apply { .. }),
        "it can be made again: {}",
        button.label
    );
}

#[tokio::test]
async fn an_undo_of_everything_ends_with_what_is_so_then() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;
    assert_eq!(walk.until("pilot").await, Ok(Ended::Verified));
    walk.session.practise_undoing().await.expect("by hand");
    drop(walk);
    let window = Window::of(&bench).await;
    let id = bench.connection().id;
    window.press(Action::OpenConnection { id }).await;

    let undone = window.press(Action::UndoConfirmed { step: None }).await;

    let page = window.step();
    assert_eq!(page.trouble, None, "what is gone as wished is no trouble");
    assert_eq!(page.id, "add-app");
    assert_eq!(window.button().label, "Make 3 changes in Entra");
    let rows = undone.open.expect("open").phases.into_iter();
    let words: Vec<_> = rows
        .flat_map(|phase| phase.steps)
        .skip_while(|row| row.id != "add-app")
        .map(|row| format!("{} {}", row.number, row.word))
        .collect();
    assert_eq!(
        words,
        [
            "1.1 Ready",
            "1.2 Cannot start yet, needs 1.1",
            "1.3 Cannot start yet, needs 1.2",
            "1.4 Cannot start yet, needs 1.3",
            "1.5 Done",
            "1.6 Cannot start yet, needs 1.2",
            "1.7 Cannot start yet, needs 1.1",
            "1.8 Cannot start yet, needs 1.4, 1.6 and 1.7",
            "1.9 Cannot start yet, needs 1.8",
        ]
    );
}

#[tokio::test]
async fn the_window_opens_where_it_was_left() {
    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    through(&window, &bench).await;
    window.go("before-entra").await;
    window.program.close().await;
    drop(window);

    let window = Window::of(&bench).await;
    assert_eq!(window.step().id, "before-entra");
    let rows = window
        .program
        .snapshot()
        .open
        .expect("open")
        .phases
        .into_iter()
        .flat_map(|phase| phase.steps);
    let until_the_app = rows.take(5);
    assert_eq!(
        until_the_app
            .map(|row| format!("{} {}", row.number, row.word))
            .collect::<Vec<_>>(),
        [
            "0.1 Done",
            "0.2 Done",
            "0.3 Done",
            "0.4 Needs attention",
            "1.1 Done"
        ]
    );
}

#[tokio::test]
async fn closing_the_window_in_the_middle_of_a_change_loses_nothing() {
    let bench = Bench::of("fresh").await;
    let window = before_the_app(&bench).await;

    window.press_at_once(window.button().action).await;
    window.program.close().await;
    drop(window);
    let made = bench.applications().len();
    assert!(made <= 1);

    let window = Window::of(&bench).await;
    window.settled().await;
    window.press(Action::Look).await;
    through(&window, &bench).await;
    assert_eq!(bench.applications().len(), 1);
}

#[tokio::test]
async fn forgetting_stops_what_runs_and_leaves_no_secret() {
    let bench = Bench::of("fresh").await;
    let window = before_the_app(&bench).await;
    let id = bench.connection().id;
    let kept = [Item::RefreshToken, Item::OrganizationKey];
    for item in kept {
        let found = bench.vault.get(&id, item).await.expect("a look");
        assert!(found.is_some(), "{item:?} is kept before");
    }

    window.press_at_once(window.button().action).await;
    let session = window.program.session().expect("it is open");
    window
        .press_at_once(Action::ForgetConnection { id: id.clone() })
        .await;
    let snapshot = window.program.snapshot();
    assert_eq!((snapshot.page, snapshot.connections), (Page::Start, vec![]));
    assert!(!bench.home().folder(&id).exists());
    for item in kept {
        let found = bench.vault.get(&id, item).await.expect("a look");
        assert_eq!(found, None, "{item:?} is forgotten");
    }
    // Nothing is on its way any more.
    let asked = session.ledger().last();
    window.settled().await;
    assert_eq!(session.ledger().last(), asked);
    assert!(!bench.home().folder(&id).exists());
}

#[tokio::test]
async fn a_keyring_that_does_not_forget_is_said_and_the_connection_stays() {
    let bench = Bench::of("fresh").await;
    let opening = app::Opening {
        vault: Some(Vault::refusing("not now")),
        ..bench.opening()
    };
    let window = Window::with(&bench, opening).await;
    begin(&window, "Contoso").await;
    let id = bench.connection().id;
    let trouble = window.refused(Action::ForgetConnection { id }).await;
    assert_eq!(
        trouble.title,
        "This computer’s keyring did not delete the keys"
    );
    let snapshot = window.program.snapshot();
    let cards = snapshot.connections.into_iter();
    let names: Vec<_> = cards.map(|card| card.name).collect();
    assert_eq!(snapshot.page, Page::Start);
    assert_eq!(names, ["Contoso"]);
}

#[tokio::test]
async fn a_keyring_that_takes_nothing_is_not_said_to_keep_the_key() {
    let bench = Bench::of("fresh").await;
    let opening = app::Opening {
        vault: Some(Vault::refusing("not now")),
        ..bench.opening()
    };
    let window = Window::with(&bench, opening).await;
    begin(&window, "Contoso").await;
    window.answer("plan.who", "both").await;
    window.answer("plan.stage", "trial").await;
    window.go("before-atlassian").await;
    answer_all(&window, &bench).await;
    let said = key_asked(&window).said.expect("it is said");
    assert_eq!(said.text, "Kept in memory until Lockstep closes.");
    let vault = window.program.snapshot().open.expect("it is open").vault;
    assert_eq!(vault.strong, "Only in memory.");
    assert!(vault.text.contains("not now"), "{}", vault.text);
}

#[tokio::test]
async fn the_kept_key_is_forgotten_on_its_page() {
    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    window.answer("plan.who", "both").await;
    window.answer("plan.stage", "trial").await;
    window.go("before-atlassian").await;
    answer_all(&window, &bench).await;
    assert!(key_asked(&window).kept);
    window.press(Action::ForgetKey).await;
    let asked = key_asked(&window);
    assert!(!asked.kept);
    assert_eq!(
        asked.said.map(|said| said.strong).as_deref(),
        Some("Forgotten on this computer.")
    );
    let id = bench.connection().id;
    let found = bench.vault.get(&id, Item::OrganizationKey).await;
    assert_eq!(found.expect("a look"), None);
}

#[tokio::test]
async fn a_key_of_another_organization_does_not_take_the_connection_along() {
    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    through(&window, &bench).await;
    let before = window.program.snapshot().open.expect("it is open");
    let journal = bench.journal();
    bench.practice.levers().other_organization();

    let place = Action::GoStep {
        id: "before-atlassian".into(),
    };
    window.press(place).await;
    let cloud = bench.cloud();
    let practice = cloud.practice.as_ref().expect("practice");
    let key = practice.organization_key.as_ref().expect("a key").secret();
    window.answer("atlassian.key", key).await;
    let said = key_asked(&window).said.expect("it is said");
    assert_eq!(said.strong, "This key opens the organization Fabrikam.");
    assert!(said.text.contains("belongs to Contoso"), "{}", said.text);
    assert!(said.text.contains("make another connection for Fabrikam"));
    assert!(!bench.journal()[journal.len()..].contains("abrikam"));

    // The key that is kept turns out to be one, as after an update of the program.
    window.press(Action::Look).await;
    let checks = window.step().checks;
    let works = checks
        .iter()
        .find(|check| check.id == "key")
        .expect("looked at");
    assert_eq!(works.state, Some(CheckState::Fail));
    assert_eq!(works.title, "The key opens another organization, Fabrikam");
    let after = window.program.snapshot().open.expect("it is open");
    assert_eq!(after.atlassian.title, before.atlassian.title);
    assert_eq!(after.picture.right, before.picture.right);
}

fn key_asked(window: &Window) -> app::views::AskView {
    let asks = window.step().asks;
    let key = asks.into_iter().find(|ask| ask.id == "atlassian.key");
    key.expect("the key is asked for")
}

#[tokio::test]
async fn a_connection_that_cannot_be_read_is_listed_with_what_to_do() {
    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    window.program.close().await;
    let id = bench.connection().id;
    let path = bench.home().folder(&id).join("connection.toml");
    std::fs::write(&path, "not a description").expect("written");

    // It was open last, so its trouble is there from the beginning.
    let window = Window::of(&bench).await;
    for _ in 0..2 {
        let snapshot = window.program.snapshot();
        let notice = snapshot.notice.expect("it is said");
        assert_eq!(
            notice.title,
            "The description of this connection can’t be read"
        );
        assert_eq!(snapshot.page, Page::Start);
        let [card] = &snapshot.connections[..] else {
            panic!("one card: {:?}", snapshot.connections)
        };
        assert_eq!((&card.id, card.word.as_str()), (&id, "Can’t be read"));
        window.press(Action::Dismiss).await;
        assert_eq!(window.program.snapshot().notice, None);
        window
            .press(Action::OpenConnection { id: id.clone() })
            .await;
    }
}

#[tokio::test]
async fn a_cloud_file_is_read_before_a_connection_is_made_and_kept_by_its_whole_path() {
    let bench = Bench::of("fresh").await;
    let here = std::env::current_dir().expect("a folder");
    let up: std::path::PathBuf = here.components().skip(1).map(|_| "..").collect();
    let file = bench.cloud_file();
    let relative = up.join(file.components().skip(1).collect::<std::path::PathBuf>());
    let broken = bench.folder().join("broken.toml");
    std::fs::write(&broken, "login = 1").expect("written");
    let made = Action::NewConnection {
        name: "Contoso".into(),
        practice: None,
        cloud: None,
    };
    for (file, taken) in [(broken, false), (relative, true)] {
        let window = Window::over(&bench, file.clone()).await;
        let pressed = window.program.press(made.clone()).await;
        assert_eq!(pressed.is_ok(), taken, "{}: {pressed:?}", file.display());
        let kept = bench.home().connections();
        let files: Vec<_> = kept.iter().map(|kept| kept.services.clone()).collect();
        match &files[..] {
            [] => assert!(!taken),
            [Services::File(kept)] => assert!(taken && kept.is_absolute(), "{}", kept.display()),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn handing_over_writes_what_a_colleague_needs() {
    let bench = Bench::of("reader").await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    window.answer("plan.who", "both").await;
    window.answer("plan.stage", "production").await;
    window.go("before-entra").await;
    window.press(Action::HandOver).await;

    let saved = window.person.saved();
    let [(name, text)] = &saved[..] else {
        panic!("one file: {saved:?}")
    };
    assert_eq!(name, "lockstep-0.3-before-entra.txt");
    for wanted in [
        "Before you start: Entra",
        "For the connection Contoso",
        "When it is done",
    ] {
        assert!(text.contains(wanted), "{wanted} is missing:\n{text}");
    }
}

#[tokio::test]
async fn a_second_start_opens_what_it_was_started_with() {
    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    through(&window, &bench).await;
    let page = window.program.snapshot().page;

    window.program.start_again(None, None).await;
    assert_eq!(
        window.program.snapshot().page,
        page,
        "it only comes forward"
    );

    // A change that is being made goes on, and it is said why nothing else was opened.
    window
        .press_at_once(Action::UndoConfirmed { step: None })
        .await;
    window.program.start_again(Some("fresh".into()), None).await;
    let shown = window.settled().await;
    let notice = shown.notice.expect("it is said");
    assert_eq!(notice.title, "Lockstep is open already and makes a change");
    assert_eq!(shown.open.expect("open").name, "Contoso");
    assert!(bench.applications().is_empty(), "it was not stopped");

    let missing = bench.folder().join("missing.toml");
    window.program.start_again(None, Some(missing)).await;
    let shown = window.settled().await;
    let notice = shown.notice.expect("it is said");
    assert!(notice.title.contains("missing.toml"), "{}", notice.title);
    assert_eq!(shown.open.expect("open").name, "Contoso");

    window
        .program
        .start_again(Some("reader".into()), None)
        .await;
    let shown = window.settled().await;
    let open = shown.open.expect("open");
    assert_ne!(open.name, "Contoso");
    assert_eq!(shown.notice, None);
    window.program.close().await;
}

#[tokio::test]
async fn a_second_start_with_another_cloud_file_is_for_the_next_connection() {
    let (first, second) = (Bench::of("fresh").await, Bench::of("fresh").await);
    let window = Window::of(&first).await;
    begin(&window, "Contoso").await;
    let file = second.cloud_file();
    window.program.start_again(None, Some(file)).await;
    assert_eq!(window.settled().await.page, Page::Start);
    begin(&window, "Fabrikam").await;
    let cloud = window.program.session().expect("open").cloud.clone();
    assert_eq!(cloud.graph, second.cloud().graph);
}

#[tokio::test]
async fn handing_over_enforcing_says_what_has_to_hold_before() {
    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    window.go("enforce").await;
    let lock = window.program.snapshot().step.and_then(|step| step.lock);
    let wanted: Vec<_> = lock
        .expect("it has a lock")
        .checks
        .into_iter()
        .map(|check| format!("{}: {}", check.word, check.title))
        .collect();
    assert_eq!(wanted.len(), 4, "{wanted:?}");

    window.press(Action::HandOver).await;

    let saved = window.person.saved();
    let (_, text) = saved.last().expect("a file");
    let (_, section) = text
        .split_once("What has to hold before it is done\n")
        .expect("it is said");
    let section = section.split("\n\n").next().unwrap_or_default();
    for check in wanted {
        assert!(section.contains(&check), "{check} is missing:\n{text}");
    }
}
