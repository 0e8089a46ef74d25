//! Somebody who walks through the guide without a window: answers, signs in, confirms what is shown, looks.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::views::{CheckState, StepView, Tone};
use app::{Session, SignInWay};
use connect::autopilot::Decision;
use connect::{Autopilot, CancellationToken};
use engine::{Applied, AskKind, Plan, Proposal, Standing, StepId, Trouble};

/// A walker in front of an open connection.
pub struct Walk {
    /// The connection.
    pub session: Arc<Session>,
    /// Stops what runs.
    pub cancel: CancellationToken,
    answers: BTreeMap<String, String>,
    key: Option<String>,
    browser: Autopilot,
    with_hands: bool,
}

/// How a walk ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// Every step is verified, or has only warnings.
    Verified,
    /// A question came up to which the walker has no answer.
    Asked(Vec<engine::Ask>),
    /// The key was refused, in these words.
    Refused(String),
    /// A check of this step keeps the next one from starting.
    Stuck(StepId),
    /// The plan moved between showing and making.
    Moved,
}

/// A step's id from its name.
pub fn by_id(id: &str) -> StepId {
    StepId::read(id)
}

impl Walk {
    pub(crate) fn new(session: Arc<Session>) -> Self {
        let practice = session
            .cloud
            .practice
            .as_ref()
            .expect("walks are in practice only");
        let answer = |ask: &str, value: &str| (ask.to_owned(), value.to_owned());
        let answers = BTreeMap::from([
            answer("plan.who", "both"),
            answer("plan.stage", "trial"),
            answer("entra.client_kind", "own"),
            answer(
                "entra.client_id",
                practice
                    .client_id
                    .as_deref()
                    .expect("practice has a client"),
            ),
            answer("entra.tenant_choice", &practice.tenant_id),
            answer("atlassian.guard", "yes"),
            answer("app.in_use", "no"),
        ]);
        let key = practice
            .organization_key
            .as_ref()
            .map(|key| key.secret().to_owned());
        let browser = Autopilot::new(&session.cloud).expect("practice is on this machine");
        Self {
            session,
            cancel: CancellationToken::new(),
            answers,
            key,
            browser,
            with_hands: true,
        }
    }

    /// Answers this ask so.
    #[must_use]
    pub fn answering(mut self, ask: &str, value: &str) -> Self {
        self.answers.insert(ask.to_owned(), value.to_owned());
        self
    }

    /// Pastes this key.
    #[must_use]
    pub fn pasting(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// Pastes the practice key of this name.
    #[must_use]
    pub fn pasting_named(self, name: &str) -> Self {
        let practice = self.session.cloud.practice.as_ref().expect("practice keys");
        let key = practice
            .keys
            .get(name)
            .expect("a practice key of this name")
            .secret()
            .to_owned();
        self.pasting(&key)
    }

    /// Does this on the consent page.
    #[must_use]
    pub fn deciding(mut self, decision: Decision) -> Self {
        self.browser = self.browser.deciding(decision);
        self
    }

    /// Signs in as this account.
    #[must_use]
    pub fn signing_in_as(mut self, account: &str) -> Self {
        self.browser = self
            .browser
            .as_account(&self.session.cloud, account)
            .expect("an account of practice");
        self
    }

    /// Walks from the first step to the last one.
    pub async fn to_the_end(&self) -> Result<Ended, Trouble> {
        for step in self.session.guide().steps() {
            match self.step(&step.id()).await? {
                Ended::Verified => {}
                stopped => return Ok(stopped),
            }
        }
        Ok(Ended::Verified)
    }

    /// Goes on from the step where the program was left until this step stands verified.
    pub async fn goes_on_until(&self, last: &str) -> Result<Ended, Trouble> {
        let left_at = self.session.state().at_step().cloned();
        let steps = self.session.guide().steps().map(|step| step.id());
        for step in steps.skip_while(|step| left_at.as_ref().is_some_and(|left_at| left_at != step))
        {
            match self.step(&step).await? {
                Ended::Verified if step.as_str() == last => break,
                Ended::Verified => {}
                stopped => return Ok(stopped),
            }
        }
        Ok(Ended::Verified)
    }

    /// Walks until this step stands verified.
    pub async fn until(&self, step: &str) -> Result<Ended, Trouble> {
        for known in self.session.guide().steps() {
            match self.step(&known.id()).await? {
                Ended::Verified if known.id().as_str() == step => break,
                Ended::Verified => {}
                stopped => return Ok(stopped),
            }
        }
        Ok(Ended::Verified)
    }

    /// Does one step: goes there, answers, signs in, confirms what is shown, looks.
    pub async fn step(&self, step: &StepId) -> Result<Ended, Trouble> {
        if let Standing::CannotStart(needs) =
            self.session.state().standing(self.session.guide(), step)
        {
            return Ok(Ended::Stuck(needs[0].clone()));
        }
        self.session.went(step)?;
        if self.session.reads_with_more_rights(step) && self.session.lacks_right(step) {
            self.sign_in_for(std::slice::from_ref(step)).await?;
        }
        if let Some(refused) = self.answer(step, None).await? {
            return Ok(Ended::Refused(refused));
        }
        if let Some(refused) = self.by_hand(step).await? {
            return Ok(Ended::Refused(refused));
        }
        let open = self.session.open_asks(step, None);
        if !open.is_empty() {
            return Ok(Ended::Asked(open));
        }
        if self.session.wants_sign_in(step) {
            self.sign_in().await?;
        }
        match self.changes(step).await? {
            Ended::Verified => {}
            stopped => return Ok(stopped),
        }
        for document in self.session.documents(step) {
            self.session.save_document(step, &document.id)?;
        }
        self.look(step).await?;
        self.behind_lock(step).await?;
        let passed = self.session.state().is_passed(self.session.guide(), step);
        Ok(if passed {
            Ended::Verified
        } else {
            Ended::Stuck(step.clone())
        })
    }

    /// Gives every answer that this step asks for; one answer can bring up another ask.
    async fn answer(
        &self,
        step: &StepId,
        proposal: Option<&Proposal>,
    ) -> Result<Option<String>, Trouble> {
        for _ in 0..3 {
            for ask in self.session.asks(step, proposal) {
                let value = if ask.kind == AskKind::Secret {
                    self.key.as_ref().filter(|_| !self.session.has_key())
                } else {
                    self.answers.get(&ask.id)
                };
                let Some(value) = value else { continue };
                if self.session.state().known().answer(&ask.id) == Some(value) {
                    continue;
                }
                let said = self.session.answer(step, &ask, value).await?;
                if let Some(said) = said.filter(|said| said.tone == Tone::Fail) {
                    return Ok(Some(format!("{} {}", said.strong, said.text)));
                }
            }
        }
        Ok(None)
    }

    /// Does by hand what this step wants, and brings back what the walker has no other answer to.
    async fn by_hand(&self, step: &StepId) -> Result<Option<String>, Trouble> {
        if !self.with_hands {
            return Ok(None);
        }
        for (id, value) in self.session.practise(step).await? {
            let asks = self.session.asks(step, None);
            let Some(ask) = asks.iter().find(|ask| ask.id == id) else {
                continue;
            };
            let said = self.session.answer(step, ask, &value).await?;
            if let Some(said) = said.filter(|said| said.tone == Tone::Fail) {
                return Ok(Some(format!("{} {}", said.strong, said.text)));
            }
        }
        Ok(None)
    }

    /// Does what lies behind an open lock, once.
    async fn behind_lock(&self, step: &StepId) -> Result<(), Trouble> {
        let done = self.session.state().known().by_hand_at(step).is_some();
        let open = self.session.lock(step).is_some_and(|lock| lock.is_open());
        if self.with_hands && done && self.session.practise_taken_over(step).await? {
            self.look(step).await?;
        }
        if self.with_hands && open && !done {
            self.session.practise_enforcing(step).await?;
            self.look(step).await?;
        }
        Ok(())
    }

    /// Leaves what is done by hand to somebody else.
    #[must_use]
    pub fn without_hands(mut self) -> Self {
        self.with_hands = false;
        self
    }

    /// Signs in with the rights to look.
    pub async fn sign_in(&self) -> Result<(), Trouble> {
        self.sign_in_for(&[app::read_step()]).await
    }

    /// Signs in with the rights that adding the application wants.
    pub async fn sign_in_to_write(&self) -> Result<(), Trouble> {
        self.sign_in_for(&[by_id("add-app")]).await
    }

    /// Signs in with the rights that these steps want.
    pub async fn sign_in_for(&self, steps: &[StepId]) -> Result<(), Trouble> {
        self.session
            .sign_in(
                SignInWay::Browser(&self.browser),
                steps,
                |_| {},
                &self.cancel,
            )
            .await
    }

    async fn changes(&self, step: &StepId) -> Result<Ended, Trouble> {
        let Some(proposal) = self.shown(step).await? else {
            return Ok(Ended::Verified);
        };
        if let Plan::Asks { asks, .. } = proposal.plan {
            return Ok(Ended::Asked(asks));
        }
        match self.make(&proposal).await? {
            Applied::Moved(_) => return Ok(Ended::Moved),
            Applied::Made if self.session.wants_sign_in(step) => self.sign_in().await?,
            Applied::Made => {}
        }
        Ok(Ended::Verified)
    }

    /// What this step would change, or what it asks before it can tell; `None` when there is nothing to do.
    pub async fn shown(&self, step: &StepId) -> Result<Option<Proposal>, Trouble> {
        let mut proposal = self.plan(step).await?;
        // An answer can bring up another question.
        for _ in 0..2 {
            if matches!(proposal.plan, Plan::Asks { .. }) {
                self.answer(step, Some(&proposal)).await?;
                proposal = self.plan(step).await?;
            }
        }
        match proposal.plan {
            Plan::AlreadySo(_) | Plan::ByHand => return Ok(None),
            Plan::Asks { .. } => return Ok(Some(proposal)),
            Plan::Changes { .. } => {}
        }
        if self.session.lacks_right(step) {
            self.sign_in_for(std::slice::from_ref(step)).await?;
        }
        Ok(Some(proposal))
    }

    /// Plans a step.
    pub async fn plan(&self, step: &StepId) -> Result<Proposal, Trouble> {
        self.session
            .plan(step, Arc::new(|_| {}), self.cancel.clone())
            .await
    }

    /// Makes what was shown.
    pub async fn make(&self, shown: &Proposal) -> Result<Applied, Trouble> {
        self.make_having_typed(shown, shown.to_type().as_deref())
            .await
    }

    /// The same, by somebody who typed something else than the name that is shown.
    pub async fn make_having_typed(
        &self,
        shown: &Proposal,
        typed: Option<&str>,
    ) -> Result<Applied, Trouble> {
        self.session
            .apply(
                &shown.step,
                &shown.fingerprint,
                typed,
                Arc::new(|_| {}),
                self.cancel.clone(),
            )
            .await
    }

    /// Looks at a step.
    pub async fn look(&self, step: &StepId) -> Result<(), Trouble> {
        self.session
            .look(
                std::slice::from_ref(step),
                Arc::new(|_| {}),
                self.cancel.clone(),
            )
            .await
    }

    /// Undoes a step with what rests on it, or everything.
    pub async fn undo(&self, step: Option<&str>) -> Result<usize, Trouble> {
        let step = step.map(by_id);
        let undone = self
            .session
            .undo(step.as_ref(), Arc::new(|_| {}), self.cancel.clone())
            .await?;
        Ok(undone.items.len())
    }

    /// A step's page.
    pub fn page(&self, step: &str) -> StepView {
        app::step_view(&self.session, &by_id(step), None).expect("a step of the guide")
    }

    /// A step's page as text.
    pub fn picture(&self, step: &str) -> String {
        crate::plain(&crate::picture(&self.page(step)))
            .replace(&self.session.connection.id, "CONNECTION")
    }

    /// The state and the words of a check, as "Failed: title".
    pub fn check(&self, step: &str, check: &str) -> String {
        let page = self.page(step);
        let found = page
            .checks
            .iter()
            .find(|shown| shown.id == check || shown.id.starts_with(&format!("{check}/")));
        let found = found.unwrap_or_else(|| {
            panic!(
                "{step} has no check {check}: {:?}",
                page.checks
                    .iter()
                    .map(|check| &check.id)
                    .collect::<Vec<_>>()
            )
        });
        crate::plain(&format!("{}: {}", found.word, found.title))
    }

    /// The checks of a step that are neither passed nor skipped, as "Failed: title".
    pub fn open_checks(&self, step: &str) -> Vec<String> {
        let page = self.page(step);
        let open = page
            .checks
            .iter()
            .filter(|check| !matches!(check.state, Some(CheckState::Pass | CheckState::Skipped)));
        open.map(|check| crate::plain(&format!("{}: {}", check.word, check.title)))
            .collect()
    }
}
