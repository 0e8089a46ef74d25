//! The program without a window: which page is shown, which connection is open, what runs, and what a press does.
//!
//! Everything a person can do is an [`Action`]; everything they see is the [`Snapshot`]. Long actions run beside,
//! can be stopped, and end with a new revision.

mod connections;
mod desk_work;
mod jobs;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use connect::{Autopilot, Browser, BrowserFault, CancellationToken, CommandBrowser, SignInStage};
use engine::{Applied, Progress, Proposal, StepId, Trouble, TroubleKind};
use guide::shared::plan;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::desk::Desk;
use crate::home::{Connection, Home, Services};
use crate::job::{Doing, Job, Kind, Press};
use crate::opening::Opening;
use crate::session::{OnProgress, Session, SignInWay};
use crate::settings::Settings;
use crate::views::{
    Action, ConnectionCard, OptionView, Page, SaidView, Snapshot, Theme, TroubleView,
};
use crate::{handover, practice, render, showing};

use desk_work::DeskBrowser;

/// The program. Clones are the same program.
#[derive(Clone)]
pub struct Program(Arc<Inner>);

/// How the program starts.
pub struct Options {
    /// The data folder.
    pub data: PathBuf,
    /// A cloud file for new connections.
    pub cloud: Option<PathBuf>,
    /// The desk it stands on.
    pub desk: Arc<dyn Desk>,
    /// A practice scenario to begin with.
    pub practice: Option<String>,
}

struct Inner {
    home: Home,
    desk: Arc<dyn Desk>,
    opening: Opening,
    revision: watch::Sender<u32>,
    desktop: Mutex<Desktop>,
}

/// What stands on the desktop. Everything else is in the open session.
pub(crate) struct Desktop {
    pub page: Page,
    pub settings: Settings,
    /// A cloud file for new connections.
    pub cloud: Option<PathBuf>,
    pub session: Option<Arc<Session>>,
    pub cards: Vec<ConnectionCard>,
    pub proposals: BTreeMap<StepId, Proposal>,
    pub troubles: BTreeMap<StepId, Trouble>,
    pub said: BTreeMap<String, SaidView>,
    pub found: BTreeMap<String, Vec<OptionView>>,
    pub searching: Option<String>,
    pub stopped: Option<String>,
    pub job: Option<Job>,
    /// What is asked of a service for an answer: it shuts no button, but can be stopped as well.
    pub beside: Option<Job>,
    /// What follows the running job.
    pub then: Option<jobs::Next>,
    pub notice: Option<(Trouble, Option<Action>)>,
    pub undo_asked: Option<Option<StepId>>,
    /// The name that was typed on a page with a lock; gone with the page.
    pub confirmed: Option<String>,
    /// What was typed before a change that can't be undone; for this once, and for what is shown.
    pub retyped: Option<String>,
    pub from: u64,
}

type Shown<T = ()> = Result<T, TroubleView>;

impl Program {
    /// Starts: opens the connection that was open last, or a practice one when that was asked for.
    pub async fn start(options: Options) -> Shown<Self> {
        Self::start_with(options, Opening::default()).await
    }

    /// The same, opening connections with another vault, pace or disk than the usual.
    pub async fn start_with(options: Options, opening: Opening) -> Shown<Self> {
        let home = Home::open(options.data)?;
        home.forget_practice();
        let settings = Settings::read(&home);
        let last = settings.last.clone();
        let program = Self(Arc::new(Inner {
            desk: options.desk,
            opening,
            revision: watch::Sender::new(1),
            desktop: Mutex::new(Desktop {
                cloud: options.cloud,
                ..Desktop::new(settings)
            }),
            home,
        }));
        program.read_cards();
        program.keep_looking();
        match (options.practice, last) {
            (Some(scenario), _) => program.start_practice(scenario).await?,
            (None, Some(id)) if program.0.home.folder(&id).exists() => program.open(&id).await,
            _ => {}
        }
        Ok(program)
    }

    /// Does in the open window what somebody wants who starts Lockstep once more: practice, or new connections over another
    /// cloud file. Without a wish the window stays as it is, and no change that is being made is stopped for one.
    pub async fn start_again(&self, practice: Option<String>, cloud: Option<PathBuf>) {
        if practice.is_none() && cloud.is_none() {
            return;
        }
        let writes = |job: &Job| job.kind == Kind::Write;
        let busy = self.desktop().job.as_ref().is_some_and(writes);
        let done = match (busy, cloud) {
            (true, _) => Err(busy_changing()),
            (false, Some(file)) => crate::cloud_file(&file).map(|_| {
                self.desktop().cloud = Some(file);
                self.go(Page::Start);
            }),
            (false, None) => Ok(()),
        };
        let done = match (done, practice) {
            (Ok(()), Some(scenario)) => self.start_practice(scenario).await,
            (done, _) => done,
        };
        if let Err(trouble) = done {
            self.desktop().notice = Some((trouble, None));
        }
        self.changed();
    }

    async fn start_practice(&self, scenario: String) -> Result<(), Trouble> {
        let name = practice::scenario(&scenario)?.title;
        self.new_connection(&name, Some(scenario), None).await
    }

    /// Everything on screen.
    pub fn snapshot(&self) -> Snapshot {
        let revision = *self.0.revision.borrow();
        showing::snapshot(&self.desktop(), revision)
    }

    /// Rises with every change.
    pub fn revisions(&self) -> watch::Receiver<u32> {
        self.0.revision.subscribe()
    }

    /// The open connection.
    pub fn session(&self) -> Option<Arc<Session>> {
        self.desktop().session.clone()
    }

    /// Stops what runs and closes the connection.
    pub async fn close(&self) {
        let mut revisions = self.revisions();
        while self.stops() {
            if revisions.changed().await.is_err() {
                break;
            }
        }
        self.desktop().session = None;
    }

    /// Stops the running job, and what was to follow it; whether there is one.
    fn stops(&self) -> bool {
        let mut desktop = self.desktop();
        desktop.then = None;
        if let Some(job) = &desktop.job {
            job.cancel.cancel();
        }
        desktop.job.is_some()
    }

    /// Takes an answer to an ask of the shown step.
    pub async fn answer(&self, ask: String, value: String) -> Shown {
        let Some((session, step)) = self.here() else {
            return Ok(());
        };
        if ask == render::RETYPE {
            self.desktop().retyped = Some(value);
            self.changed();
            return Ok(());
        }
        let Some(asked) = self.ask(&session, &step, &ask) else {
            return Ok(());
        };
        if self.confirms(&session, &step, &asked, &value) {
            return Ok(());
        }
        // Shown until what follows has begun: in between, a button would be there for a moment that is gone at once.
        let beside = self.asking(&step, &asked);
        let never = CancellationToken::new();
        let stop = beside.as_ref().map_or(&never, |beside| beside.cancel());
        let said = session
            .answer_until_stopped(&step, &asked, &value, stop)
            .await;
        let said = match said {
            Err(trouble) if trouble.kind == TroubleKind::Cancelled => {
                self.stopped(trouble);
                return Ok(());
            }
            said => said.map_err(|trouble| render::trouble(&trouble, Some(Action::Look)))?,
        };
        let refused = said
            .as_ref()
            .is_some_and(|said| said.tone == crate::views::Tone::Fail);
        {
            let mut desktop = self.desktop();
            desktop.said.remove(&ask);
            if let Some(said) = said {
                desktop.said.insert(ask.clone(), said);
            }
            if !refused {
                desktop.proposals.remove(&step);
                desktop.troubles.remove(&step);
            }
        }
        if !refused && self.is_complete(&session, &step) {
            self.look(step);
        }
        self.changed();
        Ok(())
    }

    /// Shows that a service is asked about an answer, where one is: it can be stopped then.
    fn asking(&self, step: &StepId, asked: &engine::Ask) -> Option<jobs::Beside> {
        let doing = match asked.kind {
            engine::AskKind::Secret => Doing::TryingKey,
            engine::AskKind::Search => Doing::Searching,
            _ => return None,
        };
        Some(self.beside(step, doing))
    }

    /// Does what a person pressed.
    pub async fn press(&self, action: Action) -> Shown {
        match action {
            Action::GoStart => self.go(Page::Start),
            Action::GoConnection => self.go(Page::Connection),
            Action::GoHelp => self.go(Page::Help),
            Action::GoStep { id } => self.go_step(StepId::read(id))?,
            Action::NewConnection {
                name,
                practice,
                cloud,
            } => self.new_connection(&name, practice, cloud).await?,
            Action::OpenConnection { id } => self.open(&id).await,
            Action::ForgetConnection { id } => self.forget(&id).await?,
            Action::SetTheme { theme } => self.set_theme(theme),
            Action::SignIn => self.sign_in(false),
            Action::SignInByCode => self.sign_in(true),
            Action::SignInAgain => self.open_sign_in_page().await?,
            Action::SignOut => self.sign_out().await?,
            Action::ForgetKey => self.forget_key().await?,
            Action::Look => self.look_here(),
            Action::LookAt { check } => self.look_at(check),
            Action::LookAtAll => self.look_at_all(),
            Action::Apply { fingerprint } => self.apply(fingerprint),
            Action::Undo { step } => self.ask_undo(step.map(StepId::read))?,
            Action::UndoConfirmed { step } => self.undo(step.map(StepId::read)),
            Action::DoneByHand => self.by_hand(Session::done_by_hand)?,
            Action::UndoneByHand => self.by_hand(Session::undone_by_hand)?,
            Action::Cancel => self.cancel(),
            Action::OpenLink { url } => self.open_link(url).await?,
            Action::OpenPrivate { url } => self.open_private(url).await?,
            Action::Search { ask, text } => self.search(ask, &text).await?,
            Action::SaveDocument { id } => self.save_document(&id).await?,
            Action::SaveDocumentElsewhere { id } => self.save_document_elsewhere(&id).await?,
            Action::HideRevealed => self.hide_revealed(),
            Action::Copy { text } => self.blocking(move |desk| desk.copy(&text)).await?,
            Action::SetAside { id } => self.set_aside(&id).await?,
            Action::HandOver => self.hand_over().await?,
            Action::SaveRequests => self.save_requests().await?,
            Action::Dismiss => self.dismiss(),
        }
        self.changed();
        Ok(())
    }

    /// Asks before an undo. One that would be refused is not asked for: what has to be done first is said where the person is.
    fn ask_undo(&self, step: Option<StepId>) -> Shown {
        let session = self.session();
        if let Some(first) = session.and_then(|session| session.taken_back_first(step.as_ref())) {
            return Err(first.into());
        }
        self.desktop().undo_asked = Some(step);
        Ok(())
    }

    // Going to pages.

    fn go(&self, page: Page) {
        if page == Page::Start {
            self.read_cards();
        }
        let mut desktop = self.desktop();
        desktop.page = page;
        desktop.notice = None;
        desktop.undo_asked = None;
    }

    fn go_step(&self, id: StepId) -> Result<(), Trouble> {
        let Some(session) = self.session() else {
            return Ok(());
        };
        if session.guide().step(&id).is_none() {
            return Ok(());
        }
        session.went(&id)?;
        {
            let mut desktop = self.desktop();
            desktop.page = Page::Step { id: id.to_string() };
            desktop.from = session.ledger().last();
            desktop.forget_typed(&session);
            desktop.retyped = None;
            desktop.stopped = None;
            desktop.undo_asked = None;
            desktop.notice = None;
        }
        // What was never looked at, or rests on something that moved, is looked at on arrival: reading is harmless.
        if self.wants_look(&session, &id) && self.is_complete(&session, &id) {
            self.look(id);
        }
        Ok(())
    }

    fn wants_look(&self, session: &Session, id: &StepId) -> bool {
        let (state, guide) = (session.state(), session.guide());
        let Some(step) = guide.step(id) else {
            return false;
        };
        let unseen = step.checks().iter().any(|check| {
            state
                .step(id)
                .is_none_or(|known| !known.looked.contains_key(check.id()))
                || state.is_stale(guide, id, check.id())
        });
        unseen || !self.desktop().proposals.contains_key(id)
    }

    /// Whether nothing that has to be answered or done before stands open.
    fn is_complete(&self, session: &Session, id: &StepId) -> bool {
        let desktop = self.desktop();
        let can_start = !matches!(
            session.state().standing(session.guide(), id),
            engine::Standing::CannotStart(_)
        );
        can_start && showing::with_sight(&desktop, session, |sight| sight.open_asks(id).is_empty())
    }

    fn ask(&self, session: &Session, step: &StepId, id: &str) -> Option<engine::Ask> {
        let desktop = self.desktop();
        showing::with_sight(&desktop, session, |sight| sight.asks(step))
            .into_iter()
            .find(|ask| ask.id == id)
    }

    // Small things.

    /// The open connection and the step that is shown.
    fn here(&self) -> Option<(Arc<Session>, StepId)> {
        let desktop = self.desktop();
        let Page::Step { id } = &desktop.page else {
            return None;
        };
        Some((desktop.session.clone()?, StepId::read(id.clone())))
    }

    fn changed(&self) {
        self.0
            .revision
            .send_modify(|revision| *revision = revision.wrapping_add(1));
    }

    fn desktop(&self) -> MutexGuard<'_, Desktop> {
        self.0
            .desktop
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Desktop {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl Desktop {
    fn new(settings: Settings) -> Self {
        Self {
            page: Page::Start,
            settings,
            cloud: None,
            session: None,
            cards: Vec::new(),
            proposals: BTreeMap::new(),
            troubles: BTreeMap::new(),
            said: BTreeMap::new(),
            found: BTreeMap::new(),
            searching: None,
            stopped: None,
            job: None,
            beside: None,
            then: None,
            notice: None,
            undo_asked: None,
            confirmed: None,
            retyped: None,
            from: 0,
        }
    }

    /// Forgets the name that was typed to open a way, and what was said to it.
    fn forget_typed(&mut self, session: &Session) {
        self.confirmed = None;
        self.said
            .retain(|ask, _| !session.guide().is_typed_anew(ask));
    }

    /// Whether a service is asked for an answer.
    fn is_asking(&self) -> bool {
        self.beside.is_some()
    }

    /// Clears what belongs to the connection that is left.
    fn leave(&mut self) {
        self.proposals.clear();
        self.troubles.clear();
        self.said.clear();
        self.found.clear();
        self.searching = None;
        self.stopped = None;
        self.then = None;
        self.notice = None;
        self.undo_asked = None;
        self.confirmed = None;
        self.retyped = None;
        self.from = 0;
    }
}

/// A second start waits for what is being changed.
fn busy_changing() -> Trouble {
    Trouble::new(
        TroubleKind::BadInput,
        "Lockstep is open already and makes a change",
        "The change goes on, and nothing else was opened.",
    )
    .doing("Opening what Lockstep was started with once more.")
    .next(
        "Wait until it has ended",
        "Then start it again, or open it from the start page.",
        engine::NextDo::Nothing,
    )
}

/// The step that a new connection begins with.
pub fn first_step() -> StepId {
    plan::ID
}
