//! One open connection without any window: its journal, who is signed in, the key, and running the engine over them.
//!
//! The window and the command line both stand on this file, so that they do and say the same.

mod answers;
mod entra;
mod practised;
mod secrets;
mod services;
mod step_work;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connect::atlassian::{KeyKind, Removed, key_kind};
use connect::{
    Atlassian, Browser, CancellationToken, Cloud, Graph, Http, Item, Ledger, Secret, SignInFault,
    SignInRequest, SignInStage, Tenant, Vault, Where,
};
use engine::{
    Applied, Ask, AskKind, Entry, Facts, FileStore, Guide, Journal, JournalError, Known, NextDo,
    Patience, Progress, Proposal, Run, State, StepId, Store, SystemClock, Trouble, TroubleKind,
    UndoPlan, VerdictState,
};
use guide::shared::{plan, scopes, sign_in};
use guide::{
    Live,
    atlassian::{before_atlassian, before_entra, test_login},
    local_trouble, trouble,
};

use crate::home::{Connection, Home, Services};
use crate::opening::Opening;
use crate::practice::Practice;
use crate::views::{CompareView, SaidView, Tone};
use crate::{render, showing};

pub use answers::looks_like_secret;
use answers::{fail_said, refused};
pub use secrets::forget;
pub(crate) use services::journal_trouble;
pub use services::{cloud_file, read_cloud};
use services::{keep_hosts, services};

/// An open connection.
pub struct Session {
    /// Its description.
    pub connection: Connection,
    /// The addresses.
    pub cloud: Arc<Cloud>,
    folder: std::path::PathBuf,
    journal: Journal,
    http: Http,
    ledger: Ledger,
    vault: Vault,
    sides: Mutex<Sides>,
    practice: Option<Practice>,
    patience: Option<Patience>,
    revealed: guide::Revealed,
}

#[derive(Default)]
struct Sides {
    entra: Option<connect::Session>,
    atlassian: Option<Atlassian>,
    /// Where the vault last kept something.
    place: Option<Where>,
}

/// How a person signs in.
pub enum SignInWay<'a> {
    /// In a browser.
    Browser(&'a dyn Browser),
    /// With a code, on any device.
    Code,
    /// Not at all: it is an error where somebody would have to.
    Silent,
}

/// Hears how far a run is.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

impl Session {
    /// Opens a connection: starts practice where it is one, reads the journal, takes up the sign-in and the key that
    /// the vault keeps.
    pub async fn open(
        home: &Home,
        connection: Connection,
        vault: Option<Vault>,
    ) -> Result<Arc<Self>, Trouble> {
        let usual = Opening {
            vault,
            ..Opening::default()
        };
        Self::open_with(home, connection, usual).await
    }

    /// The same with another vault, pace or disk than the usual.
    pub async fn open_with(
        home: &Home,
        connection: Connection,
        opening: Opening,
    ) -> Result<Arc<Self>, Trouble> {
        let session = Self::open_at_rest(home, connection, opening).await?;
        session.take_up(&CancellationToken::new()).await?;
        Ok(session)
    }

    /// The same without taking up what the vault keeps: it asks neither the keyring nor the network, so that nobody waits
    /// for either before there is a window. [`Self::take_up`] follows.
    pub async fn open_at_rest(
        home: &Home,
        connection: Connection,
        opening: Opening,
    ) -> Result<Arc<Self>, Trouble> {
        let (cloud, practice) = services(&connection.services).await?;
        keep_hosts(&connection, &cloud)?;
        let path = home.journal(&connection.id);
        let store = FileStore::open(&path).map_err(|error| journal_trouble(&error, &path))?;
        let store: Box<dyn Store> = match &opening.over_file {
            Some(over) => over(store),
            None => Box::new(store),
        };
        let journal = Journal::open(store, Arc::new(SystemClock))
            .map_err(|error| journal_trouble(&error, &path))?;
        let ledger = Ledger::new();
        let http = Http::new(&cloud, ledger.clone())
            .map_err(|fault| trouble(&fault, "Preparing the network."))?;
        let http = opening
            .retries
            .map_or(http.clone(), |retries| http.patient(retries));
        let usual = secrets::usual(&connection.services);
        Ok(Arc::new(Self {
            folder: home.folder(&connection.id),
            connection,
            cloud: Arc::new(cloud),
            journal,
            http,
            ledger,
            vault: opening.vault.unwrap_or(usual),
            sides: Mutex::default(),
            practice,
            patience: opening.patience,
            revealed: guide::Revealed::default(),
        }))
    }

    /// The guide of the target.
    pub fn guide(&self) -> &'static Guide<Live> {
        guide::target(self.journal.state().known().answer(plan::TARGET)).guide
    }

    /// The journal's state.
    pub fn state(&self) -> State {
        self.journal.state()
    }

    /// The request ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The built-in practice services, where this is one of their connections.
    pub fn practice(&self) -> Option<&Practice> {
        self.practice.as_ref()
    }

    /// The connection's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The scopes granted, by name; `None` when nobody is signed in.
    pub fn granted(&self) -> Option<Vec<String>> {
        let entra = self.sides().entra.clone()?;
        // A write scope brings its read scope along, which Microsoft does not list by itself.
        let mut granted = entra.granted();
        granted.extend(
            scopes::all()
                .into_iter()
                .filter(|scope| entra.has(scope))
                .map(|scope| scope.name.to_owned()),
        );
        Some(granted)
    }

    /// The client that the person is signed in with.
    pub fn signed_in_as(&self) -> Option<String> {
        Some(self.sides().entra.as_ref()?.client_id().to_owned())
    }

    /// Whether an organization key is at hand.
    pub fn has_key(&self) -> bool {
        self.sides().atlassian.is_some()
    }

    /// The live systems as they can be seen now.
    pub fn live(&self) -> Live {
        let sides = self.sides();
        let entra = sides.entra.clone();
        Live {
            cloud: self.cloud.clone(),
            graph: entra.map(|session| Graph::new(self.http.clone(), &self.cloud, session)),
            atlassian: sides.atlassian.clone(),
            connection: self.connection.id.clone(),
            patience: self.patience(),
            counting: guide::Counting::default(),
            revealed: self.revealed.clone(),
        }
    }

    /// On this computer nothing takes minutes: practice answers in seconds.
    fn patience(&self) -> Patience {
        if let Some(patience) = self.patience {
            return patience;
        }
        if self.cloud.practice.is_none() {
            return Patience::default();
        }
        Patience {
            spacing: Duration::from_millis(250),
            agreeing: 3,
            at_most: Duration::from_secs(60),
            absence: Duration::from_secs(12),
        }
    }

    /// Records that the person went to a step.
    pub fn went(&self, step: &StepId) -> Result<(), Trouble> {
        if self.journal.state().at_step() == Some(step) {
            return Ok(());
        }
        self.record(Entry::Went { step: step.clone() })
    }

    /// Takes an answer. What it says back is shown under the ask; a refused answer is said, and nothing is recorded.
    pub async fn answer(
        &self,
        step: &StepId,
        ask: &Ask,
        value: &str,
    ) -> Result<Option<SaidView>, Trouble> {
        let never = CancellationToken::new();
        self.answer_until_stopped(step, ask, value, &never).await
    }

    /// The same; what is asked of a service about the answer can be stopped.
    pub async fn answer_until_stopped(
        &self,
        step: &StepId,
        ask: &Ask,
        value: &str,
        cancel: &CancellationToken,
    ) -> Result<Option<SaidView>, Trouble> {
        if ask.kind == AskKind::Secret {
            return self.take_key(value, cancel).await.map(Some);
        }
        let value = value.trim();
        if let Some(said) = refused(ask, value) {
            return Ok(Some(said));
        }
        let value = match ask.kind {
            AskKind::Search => match self.found(step, ask, value, cancel).await? {
                Ok(found) => found,
                Err(said) => return Ok(Some(said)),
            },
            _ => value.to_owned(),
        };
        let said = self.judged(step, ask, &value).filter(|_| !value.is_empty());
        let refused = said.as_ref().is_some_and(|said| said.tone == Tone::Fail);
        // The name behind a lock is typed each time anew, so it is never kept.
        if refused || self.confirm_ask(step) == Some(ask.id.as_str()) {
            return Ok(said);
        }
        self.record_with_what_follows(
            step,
            Entry::Answered {
                step: step.clone(),
                ask: ask.id.clone(),
                value,
            },
        )?;
        Ok(said)
    }

    /// The asks of a step, with those that its plan brought up.
    pub fn asks(&self, step: &StepId, proposal: Option<&Proposal>) -> Vec<Ask> {
        showing::sight_of(self, step, proposal, |sight| sight.asks(step))
    }

    /// The asks of a step that have to be answered before it can go on.
    pub fn open_asks(&self, step: &StepId, proposal: Option<&Proposal>) -> Vec<Ask> {
        showing::sight_of(self, step, proposal, |sight| sight.open_asks(step))
    }

    /// Whether this step begins with signing in: nobody is signed in, or somebody as another client than chosen.
    pub fn wants_sign_in(&self, step: &StepId) -> bool {
        *step == sign_in::ID && self.wants_sign_in_anywhere()
    }

    /// Whether somebody should sign in who does not yet, or not as the chosen client, or not as a policy wants it by now.
    pub fn wants_sign_in_anywhere(&self) -> bool {
        let known = self.known();
        if plan::Who::of(&known) == plan::Who::AtlassianOnly {
            return false;
        }
        match sign_in::client_id(&self.cloud, &known) {
            Some(client) => {
                self.signed_in_as().as_ref() != Some(&client) || self.wanted_claims().is_some()
            }
            None => false,
        }
    }

    /// Reads what a step would change.
    pub async fn plan(
        &self,
        step: &StepId,
        on: OnProgress,
        cancel: CancellationToken,
    ) -> Result<Proposal, Trouble> {
        self.renew(&cancel).await?;
        self.forget_old_confirmations(step)?;
        self.keeping_claims(self.run(on, cancel).plan(step)).await
    }

    /// What counts no more is not shown as given, so that it can be given anew.
    fn forget_old_confirmations(&self, step: &StepId) -> Result<(), Trouble> {
        let (known, now) = (self.known(), self.live().now());
        let asks = self.guide().step(step).map(|step| step.confirmations());
        let old = |ask: &&&str| {
            let given = known.answer(ask).and_then(|_| known.answered_at(ask));
            given.is_some_and(|given| !engine::still_confirms(given, now))
        };
        for ask in asks.unwrap_or_default().iter().filter(old) {
            self.record(Entry::Answered {
                step: step.clone(),
                ask: (*ask).to_owned(),
                value: String::new(),
            })?;
        }
        Ok(())
    }

    /// Makes the changes that were shown. Where one can't be undone, its name has to have been typed.
    pub async fn apply(
        &self,
        step: &StepId,
        shown: &str,
        typed: Option<&str>,
        on: OnProgress,
        cancel: CancellationToken,
    ) -> Result<Applied, Trouble> {
        self.may_write()?;
        self.renew(&cancel).await?;
        self.keeping_claims(self.run(on, cancel).apply(step, shown, typed))
            .await
    }

    /// Looks at every check of these steps.
    pub async fn look(
        &self,
        steps: &[StepId],
        on: OnProgress,
        cancel: CancellationToken,
    ) -> Result<(), Trouble> {
        self.renew(&cancel).await?;
        self.keeping_claims(self.run(on, cancel).look(steps)).await
    }

    /// Looks at one check.
    pub async fn look_at(
        &self,
        step: &StepId,
        check: &str,
        on: OnProgress,
        cancel: CancellationToken,
    ) -> Result<(), Trouble> {
        self.renew(&cancel).await?;
        let check = check.split_once('/').map_or(check, |(check, _)| check);
        self.keeping_claims(self.run(on, cancel).look_at_check(step, check))
            .await
    }

    /// The steps that an undo reaches: the step and what rests on it, or all.
    pub(crate) fn undo_reach(&self, step: Option<&StepId>) -> Vec<StepId> {
        let guide = self.guide();
        match step {
            Some(step) => {
                let mut reach = engine::dependents(guide, step);
                reach.push(step.clone());
                reach
            }
            None => guide.steps().map(|step| step.id()).collect(),
        }
    }

    /// A step by number and title.
    pub fn titled(&self, step: &StepId) -> String {
        let guide = self.guide();
        let title = guide.step(step).map(|step| step.title());
        let number = guide.number(step).unwrap_or_default();
        format!("{number} {}", title.unwrap_or_default())
    }

    /// What an undo would do.
    pub fn undo_plan(&self, step: Option<&StepId>) -> UndoPlan {
        UndoPlan::of(self.guide(), &self.state(), step)
    }

    /// What has to be taken back by hand before an undo; `None` where nothing has to.
    pub fn taken_back_first(&self, step: Option<&StepId>) -> Option<Trouble> {
        let run = self.run(Arc::new(|_| {}), CancellationToken::new());
        run.taken_back_first(step)
    }

    /// Undoes a step with what rests on it, or all.
    pub async fn undo(
        &self,
        step: Option<&StepId>,
        on: OnProgress,
        cancel: CancellationToken,
    ) -> Result<UndoPlan, Trouble> {
        self.may_write()?;
        self.renew(&cancel).await?;
        self.keeping_claims(self.run(on, cancel).undo(step)).await
    }

    /// Reading only is a promise: whatever asks, nothing is written then.
    fn may_write(&self) -> Result<(), Trouble> {
        if !sign_in::read_only(&self.known()) {
            return Ok(());
        }
        Err(Trouble::new(
            TroubleKind::BadInput,
            "You chose that Lockstep only reads",
            "Nothing was changed.",
        )
        .next(
            "Allow changes",
            "On the sign-in page; then sign in again.",
            NextDo::Go { step: sign_in::ID },
        ))
    }

    /// Records that the person did a step by hand.
    pub fn done_by_hand(&self, step: &StepId) -> Result<(), Trouble> {
        self.record(Entry::DoneByHand { step: step.clone() })
    }

    /// Records that the person took back by hand what they did by hand.
    pub fn undone_by_hand(&self, step: &StepId) -> Result<(), Trouble> {
        self.record_with_what_follows(step, Entry::UndoneByHand { step: step.clone() })
    }

    /// What a challenge asked for meanwhile is kept, however the work ended.
    async fn keeping_claims<T>(&self, work: impl Future<Output = T>) -> T {
        let ended = work.await;
        self.keep_claims();
        ended
    }

    fn run(&self, progress: OnProgress, cancel: CancellationToken) -> Run<'_, Live> {
        let hears = progress.clone();
        let counting = guide::Counting::to(move |seen, of| hears(Progress::Counting { seen, of }));
        Run {
            guide: self.guide(),
            cx: self.live().telling(counting),
            journal: &self.journal,
            cancel,
            progress,
        }
    }

    fn record(&self, entry: Entry) -> Result<(), Trouble> {
        let path = self.folder.join("journal.jsonl");
        self.journal
            .append(entry)
            .map_err(|error| journal_trouble(&error, &path))
    }

    /// Records what the person said, and what else is so by that.
    fn record_with_what_follows(&self, step: &StepId, said: Entry) -> Result<(), Trouble> {
        let follows = self
            .guide()
            .step(step)
            .map(|step| step.follows(&self.known(), &said));
        self.record(said)?;
        let mut follows = follows.into_iter().flatten();
        follows.try_for_each(|entry| self.record(entry))
    }

    fn known(&self) -> Known {
        self.journal.state().known().clone()
    }

    fn sides(&self) -> MutexGuard<'_, Sides> {
        self.sides.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The Entra side of the top bar.
    pub(crate) fn entra_side(&self) -> crate::views::SideView {
        render::entra_side(self.state().known(), self.signed_in_as().is_some())
    }

    /// The Atlassian side of the top bar.
    pub(crate) fn atlassian_side(&self) -> crate::views::SideView {
        render::atlassian_side(self.state().known(), self.has_key())
    }
}

/// Something of which a person may stop the waiting. Nothing but reading and signing in stands behind it: a write that
/// was sent is always waited for.
async fn stoppable<T>(
    cancel: &CancellationToken,
    certain: &str,
    work: impl Future<Output = T>,
) -> Result<T, Trouble> {
    let done = cancel.run_until_cancelled(work).await;
    done.ok_or_else(|| Trouble::cancelled(certain))
}

/// The ask for the organization key.
pub fn key_ask() -> &'static str {
    before_atlassian::KEY
}

/// Every ask that can come up, with the title of its step.
pub fn every_ask() -> Vec<(String, Ask)> {
    guide::every_ask()
        .into_iter()
        .map(|(title, ask)| (title.to_owned(), ask))
        .collect()
}

/// The guide of a connection that is still to be made.
pub fn first_guide() -> &'static Guide<Live> {
    guide::target(None).guide
}

/// The step that asks for the rights to read.
pub fn read_step() -> StepId {
    before_entra::ID
}

/// The step whose page asks for the organization key.
pub fn key_step() -> StepId {
    before_atlassian::ID
}
