//! A person in front of the window: presses what the page offers and reads what it shows.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::views::{Action, ActionView, Snapshot, StepView, TroubleView};
use app::{Desk, Options, Program};
use connect::{Autopilot, Browser};

use crate::Bench;

/// The desk: a browser in which somebody signs in, a clipboard, a folder for files.
pub struct Person {
    browser: Mutex<Autopilot>,
    hands: Mutex<Hands>,
}

#[derive(Default)]
struct Hands {
    opened: Vec<String>,
    copied: Vec<String>,
    saved: Vec<(String, String)>,
    no_browser: bool,
    idle: bool,
}

impl Person {
    /// Somebody who signs in as the first account of this practice.
    pub fn at(bench: &Bench) -> Arc<Self> {
        Arc::new(Self {
            browser: Mutex::new(
                Autopilot::new(&bench.cloud()).expect("practice is on this machine"),
            ),
            hands: Mutex::default(),
        })
    }

    /// What was opened in the browser.
    pub fn opened(&self) -> Vec<String> {
        self.hands().opened.clone()
    }

    /// From now on there is no browser.
    pub fn without_browser(&self) {
        self.hands().no_browser = true;
    }

    /// There is one again, and nobody goes on in it.
    pub fn with_a_browser_that_nobody_uses(&self) {
        let mut hands = self.hands();
        (hands.no_browser, hands.idle) = (false, true);
    }

    /// What was copied.
    pub fn copied(&self) -> Vec<String> {
        self.hands().copied.clone()
    }

    /// Name and text of what was saved.
    pub fn saved(&self) -> Vec<(String, String)> {
        self.hands().saved.clone()
    }

    fn hands(&self) -> std::sync::MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk for Person {
    fn open(&self, url: &str) -> Result<(), String> {
        if self.hands().no_browser {
            return Err("there is none".to_owned());
        }
        self.hands().opened.push(url.to_owned());
        if self.hands().idle || !url.contains("/oauth2/v2.0/authorize") {
            return Ok(());
        }
        let browser = self
            .browser
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        browser.open(url).map_err(|fault| fault.to_string())
    }

    fn copy(&self, text: &str) -> Result<(), String> {
        self.hands().copied.push(text.to_owned());
        Ok(())
    }

    fn save(&self, suggested_name: &str, contents: &str) -> Result<Option<PathBuf>, String> {
        self.hands()
            .saved
            .push((suggested_name.to_owned(), contents.to_owned()));
        Ok(Some(PathBuf::from(suggested_name)))
    }
}

/// The window, as somebody uses it.
pub struct Window {
    /// The program behind it.
    pub program: Program,
    /// The desk on which it stands.
    pub person: Arc<Person>,
}

/// Longer than anything on the bench takes; a test that gets here has failed.
const PATIENCE: Duration = Duration::from_secs(60);

impl Window {
    /// Starts the program over this bench's services and computer.
    pub async fn of(bench: &Bench) -> Self {
        Self::with(bench, bench.opening()).await
    }

    /// The same, with something else than the bench's usual.
    pub async fn with(bench: &Bench, opening: app::Opening) -> Self {
        let window = Self::starting(bench, opening).await;
        window.settled().await;
        window
    }

    /// The same, as it is at once: what runs beside runs on.
    pub async fn starting(bench: &Bench, opening: app::Opening) -> Self {
        Self::started(bench, opening, bench.cloud_file()).await
    }

    /// The same, with another cloud file for new connections.
    pub async fn over(bench: &Bench, cloud: PathBuf) -> Self {
        Self::started(bench, bench.opening(), cloud).await
    }

    async fn started(bench: &Bench, opening: app::Opening, cloud: PathBuf) -> Self {
        let person = Person::at(bench);
        let options = Options {
            data: bench.data(),
            cloud: Some(cloud),
            desk: person.clone(),
            practice: None,
        };
        let program = Program::start_with(options, opening).await;
        Self {
            program: program.unwrap_or_else(|trouble| panic!("the program starts: {trouble:?}")),
            person,
        }
    }

    /// Presses, and waits until nothing runs any more.
    pub async fn press(&self, action: Action) -> Snapshot {
        self.press_at_once(action).await;
        self.settled().await
    }

    /// Goes to the page of a step.
    pub async fn go(&self, step: &str) -> Snapshot {
        self.press(Action::GoStep { id: step.into() }).await
    }

    /// Presses and does not wait.
    pub async fn press_at_once(&self, action: Action) {
        self.program
            .press(action.clone())
            .await
            .unwrap_or_else(|trouble| panic!("{action:?}: {trouble:?}"));
    }

    /// Presses and is refused.
    pub async fn refused(&self, action: Action) -> TroubleView {
        self.program.press(action).await.expect_err("it is refused")
    }

    /// Answers, and waits until nothing runs any more.
    pub async fn answer(&self, ask: &str, value: &str) -> Snapshot {
        let said = self.program.answer(ask.to_owned(), value.to_owned()).await;
        said.unwrap_or_else(|trouble| panic!("{ask}: {trouble:?}"));
        self.settled().await
    }

    /// Presses the one primary button.
    pub async fn primary(&self) -> Snapshot {
        let button = self.button();
        assert!(
            button.enabled,
            "“{}” can be pressed: {:?}",
            button.label, button.why_not
        );
        self.press(button.action).await
    }

    /// The one primary button.
    pub fn button(&self) -> ActionView {
        self.step()
            .footer
            .primary
            .expect("a step has a primary button")
    }

    /// The step that is shown.
    pub fn step(&self) -> StepView {
        self.program.snapshot().step.expect("a step is shown")
    }

    /// The step that is shown, as text.
    pub fn picture(&self) -> String {
        let id = self
            .program
            .session()
            .map(|session| session.connection.id.clone())
            .unwrap_or_default();
        crate::plain(&crate::picture(&self.step())).replace(&id, "CONNECTION")
    }

    /// Waits until nothing runs any more.
    pub async fn settled(&self) -> Snapshot {
        self.until("nothing runs", |shown| !is_running(shown)).await
    }

    /// Waits until the window shows this.
    pub async fn until(&self, what: &str, is_shown: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let mut revisions = self.program.revisions();
        let waiting = async {
            loop {
                let shown = self.program.snapshot();
                if is_shown(&shown) {
                    return shown;
                }
                revisions.changed().await.expect("the program runs");
            }
        };
        let shown = tokio::time::timeout(PATIENCE, waiting).await;
        shown.unwrap_or_else(|_| panic!("never seen: {what}; last:\n{}", self.picture()))
    }
}

fn is_running(shown: &Snapshot) -> bool {
    let footers = shown
        .step
        .iter()
        .map(|step| &step.footer)
        .chain(shown.open.iter().map(|open| &open.footer));
    let mut buttons = footers.filter_map(|footer| footer.primary.as_ref());
    buttons.any(|button| button.why_not.as_deref() == Some("Something is running."))
}
