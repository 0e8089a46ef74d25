//! One open connection without any window: its journal, who is signed in, the key, and running the engine over them.
//!
//! The window and the command line both stand on this file, so that they do and say the same.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connect::atlassian::{KeyKind, Removed, clean_key, key_kind};
use connect::{
    Atlassian, Browser, CancellationToken, Cloud, Graph, Http, Item, Ledger, Secret, SignInFault,
    SignInRequest, SignInStage, Tenant, Vault, Where,
};
use engine::{
    Applied, Ask, AskKind, Entry, Facts, FileStore, Guide, Journal, JournalError, Known, NextDo,
    Patience, Progress, Proposal, Run, State, StepId, Store, SystemClock, Trouble, TroubleKind,
    UndoPlan, VerdictState,
};
use guide::shared::{plan, sign_in};
use guide::{
    Live,
    atlassian::{before_atlassian, before_entra},
    local_trouble, trouble,
};

use crate::home::{Connection, Home, Services};
use crate::opening::Opening;
use crate::practice::Practice;
use crate::views::{CompareView, SaidView, Tone};
use crate::{render, showing};

/// The name under which secrets stand in the keyring.
const KEYRING: &str = "io.lockstep.wizard";

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
        let (cloud, practice) = services(&connection.services).await?;
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
        let session = Arc::new(Self {
            folder: home.folder(&connection.id),
            connection,
            cloud: Arc::new(cloud),
            journal,
            http,
            ledger,
            vault: opening.vault.unwrap_or_else(|| Vault::system(KEYRING)),
            sides: Mutex::default(),
            practice,
            patience: opening.patience,
        });
        session.take_up().await;
        Ok(session)
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
        let every = sign_in::read_scopes()
            .into_iter()
            .chain(sign_in::write_scopes());
        granted.extend(
            every
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

    /// Where secrets are kept, in words.
    pub fn vault_said(&self) -> SaidView {
        let said = |tone, strong: &str, text: String| SaidView {
            tone,
            strong: strong.to_owned(),
            text,
            compare: None,
        };
        match self.sides().place.clone().unwrap_or(Where::Keyring) {
            Where::Keyring => said(
                Tone::Plain,
                "In this computer’s keyring.",
                "Keys and the sign-in stay there, nowhere else.".to_owned(),
            ),
            Where::Memory { because } => said(
                Tone::Warn,
                "Only in memory.",
                format!("Keys and the sign-in are forgotten when Lockstep closes. {because}"),
            ),
        }
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
        if ask.kind == AskKind::Secret {
            return self.take_key(value).await.map(Some);
        }
        let value = value.trim();
        if let Some(said) = refused(ask, value) {
            return Ok(Some(said));
        }
        self.record(Entry::Answered {
            step: step.clone(),
            ask: ask.id.clone(),
            value: value.to_owned(),
        })?;
        Ok(None)
    }

    /// Takes the organization API key; what is said back names a wrong one.
    pub async fn give_key(&self, pasted: &str) -> Result<SaidView, Trouble> {
        self.take_key(pasted).await
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

    /// Whether somebody should sign in who does not yet, or not as the chosen client.
    pub fn wants_sign_in_anywhere(&self) -> bool {
        let known = self.known();
        if plan::Who::of(&known) == plan::Who::AtlassianOnly {
            return false;
        }
        match sign_in::client_id(&self.cloud, &known) {
            Some(client) => self.signed_in_as().as_ref() != Some(&client),
            None => false,
        }
    }

    /// Whether the right to make changes is still missing.
    pub fn lacks_write(&self) -> bool {
        let entra = self.sides().entra.clone();
        entra.is_none_or(|entra| !entra.lacks(&sign_in::write_scopes()).is_empty())
    }

    /// Cleans a pasted key, tries it, and keeps it when it opens an organization.
    async fn take_key(&self, pasted: &str) -> Result<SaidView, Trouble> {
        let cleaned = clean_key(pasted);
        if cleaned.secret.is_empty() {
            return Ok(fail_said(
                "Nothing was pasted.",
                "The field wants the organization API key.",
            ));
        }
        let atlassian = Atlassian::new(
            self.http.noted("trying the key"),
            &self.cloud,
            cleaned.secret.clone(),
        );
        match atlassian.orgs().await {
            Ok(_) => {}
            Err(fault) if matches!(fault.kind, connect::FaultKind::Unauthorized) => {
                return Ok(wrong_kind(pasted));
            }
            Err(fault) if matches!(fault.kind, connect::FaultKind::Forbidden) => {}
            Err(fault) => return Err(trouble(&fault, "Trying the organization API key.")),
        }
        self.keep(Item::OrganizationKey, &cleaned.secret).await;
        self.sides().atlassian = Some(Atlassian::new(
            self.http.clone(),
            &self.cloud,
            cleaned.secret,
        ));
        let removed: Vec<_> = cleaned
            .notes
            .iter()
            .map(|removed| removed_word(*removed))
            .collect();
        let note = if removed.is_empty() {
            String::new()
        } else {
            format!(" Removed from the paste: {}.", removed.join(", "))
        };
        let place = match self.vault_said().tone {
            Tone::Warn => "Kept in memory until Lockstep closes.",
            _ => "Kept in this computer’s keyring.",
        };
        Ok(SaidView {
            tone: Tone::Pass,
            strong: "Accepted.".to_owned(),
            text: format!("{place}{note}"),
            compare: None,
        })
    }

    /// Signs in. `writing` asks for the right to make changes as well.
    pub async fn sign_in(
        &self,
        way: SignInWay<'_>,
        writing: bool,
        stage: impl Fn(SignInStage) + Send + Sync,
        cancel: &CancellationToken,
    ) -> Result<(), Trouble> {
        let known = self.known();
        let Some(client) = sign_in::client_id(&self.cloud, &known) else {
            return Err(no_client());
        };
        let tenant = known.fact("entra.tenant").or(known.answer(sign_in::TENANT));
        let tenant = tenant.map_or(Tenant::Organizations, |tenant| {
            Tenant::Id(tenant.to_owned())
        });
        let mut request = SignInRequest::new(client, tenant, sign_in::scopes(&known, writing));
        request.login_hint = known.fact("entra.user").map(str::to_owned);
        // A challenge that could not be satisfied silently is satisfied by this sign-in (entra.md 1.5).
        request.claims = self
            .sides()
            .entra
            .as_ref()
            .and_then(connect::Session::wanted_claims);
        let doing = "Signing in to Microsoft Entra ID.";
        let signed_in = match way {
            SignInWay::Browser(browser) => {
                connect::sign_in(&self.http, &self.cloud, &request, browser, stage, cancel).await
            }
            SignInWay::Code => {
                connect::sign_in_by_code(&self.http, &self.cloud, &request, stage, cancel).await
            }
        };
        let entra = signed_in.map_err(|fault| trouble(&fault, doing))?;
        self.same_tenant(&known, &entra)?;
        self.take_session(entra).await;
        self.learn_who().await
    }

    fn same_tenant(&self, known: &Known, entra: &connect::Session) -> Result<(), Trouble> {
        match known.fact("entra.tenant") {
            Some(tenant) if tenant != entra.tenant_id() => {
                let fault = SignInFault::WrongTenant {
                    wanted: known.fact("entra.tenant_name").unwrap_or(tenant).to_owned(),
                    got: entra.tenant_id().to_owned(),
                };
                Err(trouble(
                    &connect::Fault::sign_in(fault),
                    "Comparing the tenant with this connection’s.",
                ))
            }
            _ => Ok(()),
        }
    }

    /// Forgets the sign-in on this computer.
    pub async fn sign_out(&self) -> Result<(), Trouble> {
        self.sides().entra = None;
        let gone = self
            .vault
            .delete(&self.connection.id, Item::RefreshToken)
            .await;
        gone.map_err(|fault| trouble(&fault, "Forgetting the sign-in."))
    }

    /// Reads what a step would change.
    pub async fn plan(
        &self,
        step: &StepId,
        on: OnProgress,
        cancel: CancellationToken,
    ) -> Result<Proposal, Trouble> {
        self.renew().await;
        self.run(on, cancel).plan(step).await
    }

    /// Makes the changes that were shown.
    pub async fn apply(
        &self,
        step: &StepId,
        shown: &str,
        on: OnProgress,
        cancel: CancellationToken,
    ) -> Result<Applied, Trouble> {
        self.may_write()?;
        self.run(on, cancel).apply(step, shown).await
    }

    /// Looks at every check of these steps.
    pub async fn look(
        &self,
        steps: &[StepId],
        on: OnProgress,
        cancel: CancellationToken,
    ) -> Result<(), Trouble> {
        self.renew().await;
        self.run(on, cancel).look(steps).await
    }

    /// Looks at one check.
    pub async fn look_at(
        &self,
        step: &StepId,
        check: &str,
        on: OnProgress,
        cancel: CancellationToken,
    ) -> Result<(), Trouble> {
        let check = check.split_once('/').map_or(check, |(check, _)| check);
        self.run(on, cancel).look_at_check(step, check).await
    }

    /// What an undo would do.
    pub fn undo_plan(&self, step: Option<&StepId>) -> UndoPlan {
        UndoPlan::of(self.guide(), &self.state(), step)
    }

    /// Undoes a step with what rests on it, or all.
    pub async fn undo(
        &self,
        step: Option<&StepId>,
        on: OnProgress,
        cancel: CancellationToken,
    ) -> Result<UndoPlan, Trouble> {
        self.may_write()?;
        self.run(on, cancel).undo(step).await
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

    fn run(&self, progress: OnProgress, cancel: CancellationToken) -> Run<'_, Live> {
        Run {
            guide: self.guide(),
            cx: self.live(),
            journal: &self.journal,
            cancel,
            progress,
        }
    }

    /// Takes up what the vault keeps. What can't be taken up is asked for again at its step.
    async fn take_up(&self) {
        let id = &self.connection.id;
        let place = self.vault.place().await;
        self.sides().place = Some(place);
        if let Ok(Some(key)) = self.vault.get(id, Item::OrganizationKey).await {
            self.sides().atlassian = Some(Atlassian::new(self.http.clone(), &self.cloud, key));
        }
        let known = self.known();
        let client = known.fact("entra.client").map(str::to_owned);
        if let (Some(tenant), Some(client)) = (known.fact("entra.tenant"), client)
            && let Ok(Some(refresh)) = self.vault.get(id, Item::RefreshToken).await
            && let Ok(entra) =
                connect::Session::resume(&self.http, &self.cloud, &client, tenant, refresh).await
        {
            self.take_session(entra).await;
        }
    }

    async fn take_session(&self, entra: connect::Session) {
        if let Some(refresh) = entra.refresh_token().await {
            self.keep(Item::RefreshToken, &refresh).await;
        }
        let (vault, id) = (self.vault.clone(), self.connection.id.clone());
        entra.on_rotated(move |refresh| {
            let (vault, id, refresh) = (vault.clone(), id.clone(), refresh.clone());
            // A keyring that is shut right now keeps the token in memory; the next rotation tries again.
            tokio::spawn(async move { vault.put(&id, Item::RefreshToken, &refresh).await });
        });
        self.sides().entra = Some(entra);
    }

    async fn keep(&self, item: Item, secret: &Secret) {
        match self.vault.put(&self.connection.id, item, secret).await {
            Ok(place) => self.sides().place = Some(place),
            Err(fault) => tracing::warn!(%fault, "the keyring refused, the secret stays in memory"),
        }
    }

    /// Records who signed in and to which tenant; its name is read when it may be.
    async fn learn_who(&self) -> Result<(), Trouble> {
        let Some(graph) = self.live().graph else {
            return Ok(());
        };
        let entra = graph.session().clone();
        let mut facts = Facts::new()
            .with("entra.tenant", entra.tenant_id())
            .with("entra.client", entra.client_id())
            .with("entra.user", entra.user_principal_name())
            .with("entra.user_id", entra.object_id())
            .with("entra.user_name", entra.name());
        let name = match graph.organization().await {
            Ok(tenant) => tenant
                .value
                .verified_domains
                .iter()
                .find(|domain| domain.is_default)
                .map(|domain| domain.name.clone()),
            Err(_) => None,
        };
        let of_address = entra
            .user_principal_name()
            .split_once('@')
            .map(|(_, domain)| domain.to_owned());
        if let Some(name) = name.or(of_address) {
            facts = facts.with("entra.tenant_name", name);
        }
        self.record(Entry::Learned {
            step: sign_in::ID,
            facts,
        })
    }

    /// Renews the sign-in before a run: one that ended meanwhile, so that the run does not fail on it, and one whose
    /// role was missing, because a role that was activated since stands only in a new token (entra.md 2.3).
    async fn renew(&self) {
        let entra = self.sides().entra.clone();
        let Some(entra) = entra else { return };
        let renewed = match entra.access_token().await {
            Ok(token) if self.lacked_role() => entra.refresh_instead_of(&token).await,
            other => other,
        };
        if let Err(fault) = renewed
            && fault.as_sign_in().is_some()
        {
            self.sides().entra = None;
        }
    }

    fn lacked_role(&self) -> bool {
        let state = self.state();
        let looked = state
            .step(&before_entra::ID)
            .and_then(|step| step.looked.get(before_entra::ROLE));
        looked.is_some_and(|looked| {
            looked
                .findings
                .iter()
                .any(|finding| finding.verdict.state == VerdictState::Fail)
        })
    }

    fn record(&self, entry: Entry) -> Result<(), Trouble> {
        let path = self.folder.join("journal.jsonl");
        self.journal
            .append(entry)
            .map_err(|error| journal_trouble(&error, &path))
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

async fn services(services: &Services) -> Result<(Cloud, Option<Practice>), Trouble> {
    match services {
        Services::Cloud(name) => match Cloud::named(name) {
            Some(cloud) => Ok((cloud, None)),
            None => Err(Trouble::new(
                TroubleKind::BadInput,
                format!("No cloud is called {name}"),
                "Nothing was sent.",
            )),
        },
        Services::File(path) => read_cloud(path).map(|cloud| (cloud, None)),
        Services::Practice(scenario) => {
            let practice = Practice::start(scenario).await?;
            Ok((practice.cloud()?, Some(practice)))
        }
    }
}

/// Reads a cloud file.
pub fn read_cloud(path: &Path) -> Result<Cloud, Trouble> {
    let bad = |words: String| {
        local_trouble(
            &format!("The cloud file {} can’t be used", path.display()),
            "Nothing was sent.",
            &words,
        )
        .next(
            "Mend the file",
            "The line above says what is wrong with it.",
            NextDo::Retry,
        )
    };
    let text = std::fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
    Cloud::from_toml(&text).map_err(|error| Trouble {
        kind: TroubleKind::BadInput,
        ..bad(error.to_string())
    })
}

fn no_client() -> Trouble {
    Trouble::new(
        TroubleKind::BadInput,
        "It is not chosen yet as which application Lockstep signs in",
        "Nothing was sent.",
    )
    .next(
        "Choose it",
        "On the sign-in page.",
        NextDo::Go { step: sign_in::ID },
    )
}

/// A journal that can't be opened or written, in words.
pub(crate) fn journal_trouble(error: &JournalError, path: &Path) -> Trouble {
    let (title, certain, what, text) = match error {
        JournalError::Busy => (
            "This connection is open in another window",
            "Nothing was changed.",
            "Close the other window",
            "Two windows on one connection would not know of each other’s changes.",
        ),
        JournalError::Newer { .. } => (
            "This connection was used with a newer Lockstep",
            "Its journal is left as it is.",
            "Update Lockstep",
            "An older program can’t tell what the newer one did.",
        ),
        JournalError::Damaged { .. } => (
            "The journal of this connection is damaged",
            "Nothing was overwritten and nothing was sent.",
            "Set it aside and go on",
            "What can be read of it goes on; the damaged file is kept beside it. Lockstep then looks at what is there before it changes anything.",
        ),
        JournalError::Read(_) | JournalError::Write(_) => (
            "This computer’s disk refused the journal",
            "Nothing is sent that is not recorded first.",
            "Make room, or check the folder’s rights",
            "Then try again.",
        ),
    };
    let source = std::error::Error::source(error)
        .map(|source| format!(": {source}"))
        .unwrap_or_default();
    local_trouble(
        title,
        certain,
        &format!("{error}{source} ({})", path.display()),
    )
    .next(what, text, NextDo::Retry)
}

/// What is wrong with an answer by its form; `None` when it may be recorded.
fn refused(ask: &Ask, value: &str) -> Option<SaidView> {
    match &ask.kind {
        AskKind::Choice { options }
            if !value.is_empty() && !options.iter().any(|option| option.value == value) =>
        {
            let offered: Vec<_> = options.iter().map(|option| option.value.as_str()).collect();
            Some(fail_said(
                "This is not one of the choices.",
                &format!("Choose one of: {}.", offered.join(", ")),
            ))
        }
        AskKind::Confirm if !["", "yes"].contains(&value) => Some(fail_said(
            "Only “yes” confirms it.",
            "Leave it empty otherwise.",
        )),
        AskKind::Text if ask.id == sign_in::CLIENT_ID => not_an_id(value),
        _ if value.chars().any(char::is_control) => Some(fail_said(
            "It has a line break or a control character in it.",
            "Paste it as one line.",
        )),
        _ if value.chars().count() > 256 => {
            Some(fail_said("It is too long.", "At most 256 characters."))
        }
        _ => None,
    }
}

/// A client id has the form of a GUID; the commonest wrong pastes are named.
fn not_an_id(value: &str) -> Option<SaidView> {
    let groups: Vec<_> = value.split('-').collect();
    let is_guid = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups
            .iter()
            .all(|group| group.chars().all(|c| c.is_ascii_hexdigit()));
    if value.is_empty() || is_guid {
        return None;
    }
    let mut said = if value.contains('@') {
        fail_said(
            "This is an address.",
            "The field wants the Application (client) ID of the registration.",
        )
    } else if value.contains('~') {
        fail_said(
            "This looks like a client secret.",
            "The field wants the Application (client) ID. Lockstep needs no secret: delete it in the portal.",
        )
    } else {
        fail_said(
            "This is not an Application (client) ID.",
            "It has 32 hexadecimal digits in five groups.",
        )
    };
    // What looks like a secret is not shown again.
    if !value.contains('~') {
        said.compare = Some(CompareView {
            yours: value.to_owned(),
            expected: "11111111-2222-3333-4444-555555555555".to_owned(),
        });
    }
    Some(said)
}

fn removed_word(removed: Removed) -> &'static str {
    match removed {
        Removed::Spaces => "spaces",
        Removed::LineBreaks => "line breaks",
        Removed::Quotes => "quotes",
        Removed::Bearer => "the word Bearer",
        Removed::Invisible => "characters that can’t be seen",
    }
}

fn fail_said(strong: &str, text: &str) -> SaidView {
    SaidView {
        tone: Tone::Fail,
        strong: strong.to_owned(),
        text: text.to_owned(),
        compare: None,
    }
}

/// Atlassian refused the key: say what it is, as far as its form tells.
fn wrong_kind(pasted: &str) -> SaidView {
    let (strong, text) = match key_kind(pasted) {
        KeyKind::UserToken => (
            "This is a personal API token.",
            "This field wants the organization API key: Atlassian Administration, Settings, API keys.",
        ),
        KeyKind::Address => (
            "This is an address, not a key.",
            "The key is shown once, when it is made.",
        ),
        KeyKind::Identifier => (
            "This is an id, not a key.",
            "The organization id is shown beside the key when it is made. This field wants the key.",
        ),
        KeyKind::OauthToken => (
            "This is a token of a program.",
            "This field wants the organization API key: Atlassian Administration, Settings, API keys.",
        ),
        KeyKind::Organization => (
            "Atlassian does not accept this key.",
            "It has the form of an organization API key, but is mistyped, expired or revoked, or is the SCIM key of a directory.",
        ),
        KeyKind::Unknown => (
            "Atlassian does not accept this key.",
            "It may be the SCIM key of a directory: that one opens only the directory. This field wants the organization API key.",
        ),
    };
    fail_said(strong, text)
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

/// The step whose page asks for the organization key.
pub fn key_step() -> StepId {
    before_atlassian::ID
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(id: &str) -> Ask {
        Ask::new(id, AskKind::Text, "", "")
    }

    #[test]
    fn wrong_answers_are_named() {
        let choice = Ask::choice("c", "", "", &[("a", "A", ""), ("b", "B", "")]);
        let cases = [
            (
                text(sign_in::CLIENT_ID),
                "adele@contoso.com",
                Some("This is an address."),
            ),
            (
                text(sign_in::CLIENT_ID),
                "abc8Q~secret",
                Some("This looks like a client secret."),
            ),
            (
                text(sign_in::CLIENT_ID),
                "123",
                Some("This is not an Application (client) ID."),
            ),
            (
                text(sign_in::CLIENT_ID),
                "14d82eec-204b-4c2f-b7e8-296a70dab67e",
                None,
            ),
            (choice.clone(), "z", Some("This is not one of the choices.")),
            (choice, "a", None),
            (
                text("app.name"),
                "two\nlines",
                Some("It has a line break or a control character in it."),
            ),
        ];
        for (ask, value, wanted) in cases {
            let said = refused(&ask, value).map(|said| said.strong);
            assert_eq!(said.as_deref(), wanted, "{value}");
        }
    }

    #[test]
    fn what_looks_like_a_secret_is_not_shown_again() {
        let said = refused(&text(sign_in::CLIENT_ID), "abc8Q~secret").expect("refused");
        assert_eq!(said.compare, None);
        assert!(!said.text.contains("secret~") && !said.strong.contains("abc8Q"));
    }
}
