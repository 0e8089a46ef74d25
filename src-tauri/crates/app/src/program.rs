//! The program without a window: which page is shown, which connection is open, what runs, and what a press does.
//!
//! Everything a person can do is an [`Action`]; everything they see is the [`Snapshot`]. Long actions run beside,
//! can be stopped, and end with a new revision.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use connect::{Autopilot, Browser, BrowserFault, CancellationToken, CommandBrowser, SignInStage};
use engine::{Applied, FileStore, Progress, Proposal, StepId, Trouble, TroubleKind};
use guide::shared::{plan, sign_in};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::desk::Desk;
use crate::home::{Connection, Home, Services};
use crate::job::{Doing, Job};
use crate::opening::Opening;
use crate::session::{OnProgress, Session, SignInWay};
use crate::settings::Settings;
use crate::views::{Action, ConnectionCard, Page, SaidView, Snapshot, Theme, TroubleView};
use crate::{handover, practice, render, showing};

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
    cloud: Option<PathBuf>,
    desk: Arc<dyn Desk>,
    opening: Opening,
    revision: watch::Sender<u32>,
    desktop: Mutex<Desktop>,
}

/// What stands on the desktop. Everything else is in the open session.
pub(crate) struct Desktop {
    pub page: Page,
    pub settings: Settings,
    pub session: Option<Arc<Session>>,
    pub cards: Vec<ConnectionCard>,
    pub proposals: BTreeMap<StepId, Proposal>,
    pub troubles: BTreeMap<StepId, Trouble>,
    pub said: BTreeMap<String, SaidView>,
    pub stopped: Option<String>,
    pub job: Option<Job>,
    pub then: Option<Action>,
    pub notice: Option<(Trouble, Option<Action>)>,
    pub undo_asked: Option<Option<StepId>>,
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
        let home = Home::open(options.data).map_err(|trouble| render::trouble(&trouble, None))?;
        home.forget_practice();
        let settings = Settings::read(&home);
        let last = settings.last.clone();
        let program = Self(Arc::new(Inner {
            cloud: options.cloud,
            desk: options.desk,
            opening,
            revision: watch::Sender::new(1),
            desktop: Mutex::new(Desktop::new(settings)),
            home,
        }));
        program.read_cards();
        match (options.practice, last) {
            (Some(scenario), _) => {
                let name = practice::scenario(&scenario)
                    .map_err(|trouble| render::trouble(&trouble, None))?
                    .title;
                program
                    .press(Action::NewConnection {
                        name,
                        practice: Some(scenario),
                        cloud: None,
                    })
                    .await?;
            }
            (None, Some(id)) if program.0.home.find(&id).is_some() => program.open(&id).await,
            _ => {}
        }
        Ok(program)
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
        if let Some(job) = &self.desktop().job {
            job.cancel.cancel();
        }
        let mut revisions = self.revisions();
        while self.desktop().job.is_some() {
            if revisions.changed().await.is_err() {
                break;
            }
        }
        self.desktop().session = None;
    }

    /// Takes an answer to an ask of the shown step.
    pub async fn answer(&self, ask: String, value: String) -> Shown {
        let Some((session, step)) = self.here() else {
            return Ok(());
        };
        let Some(asked) = self.ask(&session, &step, &ask) else {
            return Ok(());
        };
        let said = session.answer(&step, &asked, &value).await;
        let said = said.map_err(|trouble| render::trouble(&trouble, Some(Action::Look)))?;
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
        self.changed();
        if !refused && self.is_complete(&session, &step) {
            self.look(step);
        }
        Ok(())
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
            Action::ForgetConnection { id } => self.forget(&id)?,
            Action::SetTheme { theme } => self.set_theme(theme),
            Action::SignIn => self.sign_in(false),
            Action::SignInByCode => self.sign_in(true),
            Action::SignInAgain => self.open_sign_in_page().await?,
            Action::SignOut => self.sign_out().await?,
            Action::Look => self.look_here(),
            Action::LookAt { check } => self.look_at(check),
            Action::LookAtAll => self.look_at_all(),
            Action::Apply { fingerprint } => self.apply(fingerprint),
            Action::Undo { step } => self.desktop().undo_asked = Some(step.map(StepId::read)),
            Action::UndoConfirmed { step } => self.undo(step.map(StepId::read)),
            Action::DoneByHand => self.done_by_hand()?,
            Action::Cancel => self.cancel(),
            Action::OpenLink { url } => self.open_link(url).await?,
            Action::Copy { text } => self.blocking(move |desk| desk.copy(&text)).await?,
            Action::SetAside { id } => self.set_aside(&id).await?,
            Action::HandOver => self.hand_over().await?,
            Action::SaveRequests => self.save_requests().await?,
            Action::Dismiss => self.dismiss(),
        }
        self.changed();
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

    fn go_step(&self, id: StepId) -> Shown {
        let Some(session) = self.session() else {
            return Ok(());
        };
        if session.guide().step(&id).is_none() {
            return Ok(());
        }
        session
            .went(&id)
            .map_err(|trouble| render::trouble(&trouble, None))?;
        {
            let mut desktop = self.desktop();
            desktop.page = Page::Step { id: id.to_string() };
            desktop.from = session.ledger().last();
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

    // Connections.

    async fn new_connection(
        &self,
        name: &str,
        practice: Option<String>,
        cloud: Option<String>,
    ) -> Shown {
        let bad = |trouble: Trouble| render::trouble(&trouble, None);
        if name.trim().is_empty() {
            return Err(bad(Trouble::new(
                TroubleKind::BadInput,
                "The connection needs a name",
                "Nothing was made.",
            )));
        }
        let services = match (practice, &self.0.cloud) {
            (Some(scenario), _) => {
                Services::Practice(practice::scenario(&scenario).map_err(bad)?.name)
            }
            (None, Some(file)) => Services::File(file.clone()),
            (None, None) => {
                Services::Cloud(cloud.unwrap_or_else(|| Services::FIRST_CLOUD.to_owned()))
            }
        };
        let connection = self.0.home.create(name, services).map_err(bad)?;
        self.open(&connection.id).await;
        if let Some(session) = self.session() {
            let first = session.guide().steps().next().map(|step| step.id());
            if let Some(first) = first {
                self.go_step(first)?;
            }
        }
        Ok(())
    }

    async fn open(&self, id: &str) {
        let Some(connection) = self.0.home.find(id) else {
            return;
        };
        // The old one is closed first: its lock, its practice and its job end with it.
        self.close().await;
        let opened =
            Session::open_with(&self.0.home, connection.clone(), self.0.opening.clone()).await;
        {
            let mut desktop = self.desktop();
            desktop.leave();
            match opened {
                Ok(session) => {
                    desktop.page = match session.state().at_step() {
                        Some(step) => Page::Step {
                            id: step.to_string(),
                        },
                        None => Page::Connection,
                    };
                    desktop.settings.last = Some(connection.id.clone());
                    desktop.session = Some(session);
                }
                Err(trouble) => {
                    desktop.page = Page::Start;
                    desktop.notice = Some((trouble, Some(self.way_out(&connection))));
                }
            }
        }
        self.save_settings();
        self.read_cards();
        self.changed();
    }

    /// What "try again" means for a connection that can't be opened: a damaged journal is set aside, anything else
    /// is opened once more.
    fn way_out(&self, connection: &Connection) -> Action {
        let path = self.0.home.journal(&connection.id);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let read = engine::Journal::open(
            Box::new(engine::MemoryStore::of(&text)),
            Arc::new(engine::SystemClock),
        );
        match read {
            Err(engine::JournalError::Damaged { .. }) => Action::SetAside {
                id: connection.id.clone(),
            },
            _ => Action::OpenConnection {
                id: connection.id.clone(),
            },
        }
    }

    async fn set_aside(&self, id: &str) -> Shown {
        let path = self.0.home.journal(id);
        let stamp = Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
        if let Err(error) = FileStore::set_aside(&path, &stamp) {
            let trouble = crate::home::disk_trouble(&error, "Setting the damaged journal aside.");
            return Err(render::trouble(&trouble, None));
        }
        self.open(id).await;
        Ok(())
    }

    fn forget(&self, id: &str) -> Shown {
        {
            let mut desktop = self.desktop();
            if desktop
                .session
                .as_ref()
                .is_some_and(|session| session.connection.id == id)
            {
                desktop.leave();
                desktop.session = None;
                desktop.page = Page::Start;
                desktop.settings.last = None;
            }
        }
        self.0
            .home
            .forget(id)
            .map_err(|trouble| render::trouble(&trouble, None))?;
        self.save_settings();
        self.read_cards();
        Ok(())
    }

    fn read_cards(&self) {
        let open = self.session().map(|session| session.connection.id.clone());
        let cards = self
            .0
            .home
            .connections()
            .into_iter()
            .map(|connection| showing::card(&self.0.home, &connection, open.as_deref()));
        let cards = cards.collect();
        self.desktop().cards = cards;
    }

    fn set_theme(&self, theme: Theme) {
        self.desktop().settings.theme = theme;
        self.save_settings();
    }

    fn save_settings(&self) {
        let settings = self.desktop().settings.clone();
        settings.write(&self.0.home);
    }

    // Signing in.

    fn sign_in(&self, by_code: bool) {
        if self.desktop().job.is_some() {
            // The sign-in that waits in the browser gives way to the one with a code.
            let mut desktop = self.desktop();
            desktop.then = by_code.then_some(Action::SignInByCode);
            if let (true, Some(job)) = (by_code, &desktop.job) {
                job.cancel.cancel();
            }
            return;
        }
        let Some((session, step)) = self.here() else {
            return;
        };
        let known = session.state().known().clone();
        let making = known.answer(sign_in::CLIENT) == Some("make")
            && known.fact(sign_in::MADE_CLIENT).is_none();
        let had = session.granted().is_some_and(|granted| {
            sign_in::write_scopes()
                .iter()
                .all(|scope| granted.iter().any(|name| name == scope.name))
        });
        let writing = making || had || step == guide::atlassian::add_app::ID;
        let browser = self.browser(&session);
        self.job(
            step.clone(),
            Doing::SigningIn,
            move |program, session, _, cancel| async move {
                let watching = program.clone();
                let stage = move |stage| watching.stage(stage);
                let way = if by_code {
                    SignInWay::Code
                } else {
                    SignInWay::Browser(&*browser)
                };
                session.sign_in(way, writing, stage, &cancel).await?;
                program.look_in_job(&session, &step, cancel).await
            },
        );
    }

    fn stage(&self, stage: SignInStage) {
        let doing = match stage {
            SignInStage::Waiting { url, until, .. } => Doing::WaitingForBrowser { url, until },
            SignInStage::Code {
                user_code,
                verification_uri,
                until,
            } => Doing::WaitingForCode {
                code: user_code,
                url: verification_uri,
                until,
            },
            SignInStage::Redeeming => Doing::SigningIn,
        };
        if let Some(job) = &mut self.desktop().job {
            job.doing = doing;
        }
        self.changed();
    }

    fn browser(&self, session: &Session) -> Arc<dyn Browser> {
        match std::env::var(connect::signin::BROWSER_VARIABLE) {
            Ok(wish) if wish == "autopilot" => match Autopilot::new(&session.cloud) {
                Ok(autopilot) => Arc::new(autopilot),
                Err(_) => Arc::new(DeskBrowser(self.0.desk.clone())),
            },
            _ => match CommandBrowser::from_environment() {
                Some(command) => Arc::new(command),
                None => Arc::new(DeskBrowser(self.0.desk.clone())),
            },
        }
    }

    async fn open_sign_in_page(&self) -> Shown {
        let url = match self.desktop().job.as_ref().map(|job| &job.doing) {
            Some(Doing::WaitingForBrowser { url, .. }) => url.clone(),
            _ => return Ok(()),
        };
        self.blocking(move |desk| desk.open(&url)).await
    }

    async fn sign_out(&self) -> Shown {
        let Some(session) = self.session() else {
            return Ok(());
        };
        session
            .sign_out()
            .await
            .map_err(|trouble| render::trouble(&trouble, None))
    }

    // Looking, making, undoing.

    fn look_here(&self) {
        if let Some((_, step)) = self.here() {
            self.look(step);
        }
    }

    fn look(&self, step: StepId) {
        self.job(
            step.clone(),
            Doing::Planning,
            move |program, session, _, cancel| async move {
                program.look_in_job(&session, &step, cancel).await
            },
        );
    }

    /// Plans and looks: a plan that fails does not keep the checks from saying what they see.
    async fn look_in_job(
        &self,
        session: &Arc<Session>,
        step: &StepId,
        cancel: CancellationToken,
    ) -> Result<(), Trouble> {
        let planned = session.plan(step, self.on_progress(), cancel.clone()).await;
        let planned = planned.map(|proposal| self.proposed(proposal));
        let looked = session
            .look(std::slice::from_ref(step), self.on_progress(), cancel)
            .await;
        planned.and(looked)
    }

    fn proposed(&self, proposal: Proposal) {
        self.desktop()
            .proposals
            .insert(proposal.step.clone(), proposal);
    }

    fn look_at(&self, check: String) {
        let Some((_, step)) = self.here() else { return };
        self.job(
            step.clone(),
            Doing::Planning,
            move |program, session, on, cancel| async move {
                let _ = &program;
                session.look_at(&step, &check, on, cancel).await
            },
        );
    }

    fn look_at_all(&self) {
        let Some(session) = self.session() else {
            return;
        };
        let steps: Vec<_> = session.guide().steps().map(|step| step.id()).collect();
        let Some(first) = steps.first().cloned() else {
            return;
        };
        self.job(
            first,
            Doing::Planning,
            move |_, session, on, cancel| async move {
                let state = session.state();
                let can = |id: &StepId| {
                    !matches!(
                        state.standing(session.guide(), id),
                        engine::Standing::CannotStart(_)
                    )
                };
                let steps: Vec<_> = steps.into_iter().filter(can).collect();
                session.look(&steps, on, cancel).await
            },
        );
    }

    fn apply(&self, fingerprint: String) {
        let Some((_, step)) = self.here() else { return };
        self.job(
            step.clone(),
            Doing::Planning,
            move |program, session, on, cancel| async move {
                let applied = session.apply(&step, &fingerprint, on, cancel.clone()).await;
                match applied {
                    Ok(Applied::Made) => {
                        program.desktop().proposals.remove(&step);
                        program.look_in_job(&session, &step, cancel).await
                    }
                    Ok(Applied::Moved(proposal)) => {
                        program.proposed(*proposal);
                        Err(moved())
                    }
                    Err(trouble) => {
                        // What is there now is shown beside the trouble, so that trying again is shown first as well.
                        if let Ok(proposal) = session
                            .plan(&step, program.on_progress(), CancellationToken::new())
                            .await
                        {
                            program.proposed(proposal);
                        }
                        Err(trouble)
                    }
                }
            },
        );
    }

    fn undo(&self, step: Option<StepId>) {
        let Some(session) = self.session() else {
            return;
        };
        self.desktop().undo_asked = None;
        let first = session
            .undo_plan(step.as_ref())
            .items
            .first()
            .map(|item| item.step.clone());
        let Some(here) = step.clone().or(first) else {
            return;
        };
        // How far an undo is stands on the page of its step.
        self.desktop().page = Page::Step {
            id: here.to_string(),
        };
        self.job(
            here.clone(),
            Doing::Planning,
            move |program, session, on, cancel| async move {
                let plan = session.undo(step.as_ref(), on, cancel.clone()).await?;
                program.desktop().proposals.clear();
                let mut steps: Vec<_> = plan.items.into_iter().map(|item| item.step).collect();
                steps.dedup();
                for step in &steps {
                    program.look_in_job(&session, step, cancel.clone()).await?;
                }
                Ok(())
            },
        );
    }

    fn done_by_hand(&self) -> Shown {
        let Some((session, step)) = self.here() else {
            return Ok(());
        };
        session
            .done_by_hand(&step)
            .map_err(|trouble| render::trouble(&trouble, None))?;
        self.look(step);
        Ok(())
    }

    fn cancel(&self) {
        if let Some(job) = &self.desktop().job {
            job.cancel.cancel();
        }
    }

    /// Runs one job; a second one waits for nobody: while one runs, its buttons are shut.
    fn job<F, W>(&self, step: StepId, doing: Doing, work: W)
    where
        W: FnOnce(Program, Arc<Session>, OnProgress, CancellationToken) -> F,
        F: Future<Output = Result<(), Trouble>> + Send + 'static,
    {
        let Some(session) = self.session() else {
            return;
        };
        let cancel = CancellationToken::new();
        {
            let mut desktop = self.desktop();
            if desktop.job.is_some() {
                desktop.then = Some(Action::Look);
                return;
            }
            desktop.troubles.remove(&step);
            desktop.stopped = None;
            desktop.job = Some(Job {
                step: Some(step.clone()),
                doing,
                since: Timestamp::now(),
                cancel: cancel.clone(),
            });
        }
        self.changed();
        let running = work(self.clone(), session, self.on_progress(), cancel);
        let program = self.clone();
        tokio::spawn(async move {
            let ended = running.await;
            program.ended(step, ended);
        });
    }

    fn ended(&self, step: StepId, ended: Result<(), Trouble>) {
        let then = {
            let mut desktop = self.desktop();
            desktop.job = None;
            match ended {
                Ok(()) => {}
                Err(trouble) if trouble.kind == TroubleKind::Cancelled => {
                    desktop.stopped = Some(trouble.certain)
                }
                Err(trouble) => {
                    desktop.troubles.insert(step, trouble);
                }
            }
            desktop.then.take()
        };
        self.changed();
        match then {
            Some(Action::SignInByCode) => self.sign_in(true),
            Some(Action::Look) => self.look_here(),
            _ => {}
        }
    }

    fn on_progress(&self) -> OnProgress {
        let program = self.clone();
        Arc::new(move |progress: Progress| {
            if let Some(job) = &mut program.desktop().job {
                job.take(progress);
            }
            program.changed();
        })
    }

    // The desk.

    async fn open_link(&self, url: String) -> Shown {
        let Some(session) = self.session() else {
            return Ok(());
        };
        let allowed = url::Url::parse(&url).is_ok_and(|url| session.cloud.may_open(&url));
        if !allowed {
            let trouble = Trouble::new(
                TroubleKind::BadInput,
                "This address is not on the list of pages that Lockstep opens",
                "Nothing was opened.",
            );
            return Err(render::trouble(&trouble, None));
        }
        self.blocking(move |desk| desk.open(&url)).await
    }

    async fn hand_over(&self) -> Shown {
        let Some(step) = self.snapshot().step else {
            return Ok(());
        };
        let Some(session) = self.session() else {
            return Ok(());
        };
        let text = handover::text(&session.connection.name, &step);
        let name = format!("lockstep-{}-{}.txt", step.number, step.id);
        self.save(name, text).await
    }

    async fn save_requests(&self) -> Shown {
        let requests = self.snapshot().requests;
        let text = serde_json::to_string_pretty(&requests).unwrap_or_default();
        self.save("lockstep-requests.json".to_owned(), text).await
    }

    async fn save(&self, name: String, text: String) -> Shown {
        self.blocking(move |desk| desk.save(&name, &text).map(|_| ()))
            .await
    }

    async fn blocking(
        &self,
        work: impl FnOnce(&dyn Desk) -> Result<(), String> + Send + 'static,
    ) -> Shown {
        let desk = self.0.desk.clone();
        let done = tokio::task::spawn_blocking(move || work(&*desk)).await;
        let words = match done {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(words)) => words,
            Err(error) => error.to_string(),
        };
        let trouble =
            guide::local_trouble("This computer did not do that", "Nothing was sent.", &words);
        Err(render::trouble(&trouble, None))
    }

    fn dismiss(&self) {
        let mut desktop = self.desktop();
        desktop.notice = None;
        desktop.undo_asked = None;
        desktop.stopped = None;
        if let Page::Step { id } = desktop.page.clone() {
            desktop.troubles.remove(&StepId::read(id));
        }
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
            session: None,
            cards: Vec::new(),
            proposals: BTreeMap::new(),
            troubles: BTreeMap::new(),
            said: BTreeMap::new(),
            stopped: None,
            job: None,
            then: None,
            notice: None,
            undo_asked: None,
            from: 0,
        }
    }

    /// Clears what belongs to the connection that is left.
    fn leave(&mut self) {
        self.proposals.clear();
        self.troubles.clear();
        self.said.clear();
        self.stopped = None;
        self.then = None;
        self.notice = None;
        self.undo_asked = None;
        self.from = 0;
    }
}

fn moved() -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "Something changed in Entra since this was shown",
        "Nothing was changed. Above is what would be changed now.",
    )
    .doing("Planning once more before writing.")
    .next(
        "Read the table again",
        "Then press the button again.",
        engine::NextDo::Nothing,
    )
}

/// The step that a new connection begins with.
pub fn first_step() -> StepId {
    plan::ID
}

/// The desk's browser, as the network side knows one.
struct DeskBrowser(Arc<dyn Desk>);

impl Browser for DeskBrowser {
    fn open(&self, url: &str) -> Result<(), BrowserFault> {
        self.0.open(url).map_err(|because| BrowserFault {
            tried: "the system's browser".to_owned(),
            because,
        })
    }
}
