//! Running: plan, show, plan again, journal, make, read back; look; undo; take up after a crash.
//!
//! Every write goes through [`Run::apply`] or [`Run::undo`], so that none is made unshown, unjournaled or unread.

mod look;
mod recover;
mod undo;
mod words;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use self::words::{not_recorded, not_seen_yet, not_typed, stopped_before};
use crate::settle::Until;
use crate::{
    Change, Entry, Facts, Fingerprint, Guide, Journal, Known, Patience, Plan, Settled, State, Step,
    StepId, Trouble, TroubleKind, fingerprint, to_type,
};

/// What the guide gives its steps to see the live systems with.
pub trait Context: Clone + Send + Sync + 'static {
    /// The same systems with nothing remembered: one checking pass reads each resource once, and none of an
    /// earlier pass.
    fn fresh(&self) -> Self;

    /// The same, with a note that stands beside every request it makes.
    fn noted(&self, note: &str) -> Self;

    /// How patiently changes are read back here.
    fn patience(&self) -> Patience;
}

/// One run over a connection.
pub struct Run<'a, Cx: Context> {
    /// The guide.
    pub guide: &'a Guide<Cx>,
    /// The live systems.
    pub cx: Cx,
    /// The journal.
    pub journal: &'a Journal,
    /// Stops the run between two requests; a write that was sent is always waited for.
    pub cancel: CancellationToken,
    /// Hears how far it is.
    pub progress: Arc<dyn Fn(Progress) + Send + Sync>,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Planning a step.
    Planning(StepId),
    /// Making change `number` of `of`.
    Making {
        /// The step.
        step: StepId,
        /// The change.
        change: String,
        /// The change's own words.
        what: String,
        /// Counted from 1.
        number: usize,
        /// In all.
        of: usize,
    },
    /// Reading a change back: so many of the needed readings agree.
    ReadingBack {
        /// The step.
        step: StepId,
        /// The change.
        change: String,
        /// The change's own words.
        what: String,
        /// Readings that agree.
        agreeing: u32,
        /// Readings needed.
        of: u32,
    },
    /// Finding out whether a change was made that got no answer.
    FindingOut {
        /// The step.
        step: StepId,
        /// The change.
        change: String,
        /// The change's own words.
        what: String,
    },
    /// Looking at a check.
    Looking {
        /// The step.
        step: StepId,
        /// The check.
        check: String,
    },
    /// Something long is counted.
    Counting {
        /// How many so far.
        seen: u64,
        /// How many there are, where the service says so.
        of: Option<u64>,
    },
    /// A check was looked at.
    Looked {
        /// The step.
        step: StepId,
        /// The check.
        check: String,
    },
    /// Undoing change `number` of `of`.
    Undoing {
        /// The step.
        step: StepId,
        /// The change.
        change: String,
        /// The change's own words.
        what: String,
        /// Counted from 1.
        number: usize,
        /// In all.
        of: usize,
    },
}

/// What a step would do, with its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The step.
    pub step: StepId,
    /// The plan.
    pub plan: Plan,
    /// Equal exactly when the plan is.
    pub fingerprint: Fingerprint,
}

impl Proposal {
    /// What has to be typed before it is made, because a part of it can't be undone.
    pub fn to_type(&self) -> Option<String> {
        match &self.plan {
            Plan::Changes { changes, .. } => to_type(changes),
            _ => None,
        }
    }
}

/// Whether what was typed is the name, but for spaces around it.
pub fn is_typed(name: &str, typed: Option<&str>) -> bool {
    typed.is_some_and(|typed| typed.trim() == name)
}

/// How making changes ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// All were made and read back.
    Made,
    /// The live system moved since they were shown: this is the plan now. Nothing was made.
    Moved(Box<Proposal>),
}

impl<Cx: Context> Run<'_, Cx> {
    /// Reads the live systems and says what a step would change. Changes that hang in the air are found out first.
    pub async fn plan(&self, id: &StepId) -> Result<Proposal, Trouble> {
        let step = self.step(id)?;
        self.recover(id).await?;
        (self.progress)(Progress::Planning(id.clone()));
        let known = self.known();
        let plan = self.stoppable(step.plan(&self.cx.fresh(), &known)).await?;
        if let Plan::AlreadySo(facts) = &plan {
            self.learn(id, facts)?;
        }
        let fingerprint = match &plan {
            Plan::Changes { changes, .. } => fingerprint(changes),
            _ => Fingerprint::new(),
        };
        Ok(Proposal {
            step: id.clone(),
            plan,
            fingerprint,
        })
    }

    /// Makes the changes whose fingerprint was shown. Plans again first; when the plan is another now, nothing is
    /// made. Where one of them can't be undone, nothing is made either unless its name was typed.
    pub async fn apply(
        &self,
        id: &StepId,
        shown: &str,
        typed: Option<&str>,
    ) -> Result<Applied, Trouble> {
        let proposal = self.plan(id).await?;
        let Plan::Changes { changes, .. } = &proposal.plan else {
            return Ok(Applied::Moved(Box::new(proposal)));
        };
        if proposal.fingerprint != shown {
            return Ok(Applied::Moved(Box::new(proposal)));
        }
        if let Some(name) = to_type(changes).filter(|name| !is_typed(name, typed)) {
            return Err(not_typed(&name));
        }
        let step = self.step(id)?;
        for (index, change) in changes.iter().enumerate() {
            if self.cancel.is_cancelled() {
                return Err(stopped_before(index, changes.len()));
            }
            (self.progress)(Progress::Making {
                step: id.clone(),
                change: change.id.clone(),
                what: change.what.clone(),
                number: index + 1,
                of: changes.len(),
            });
            self.make(
                step,
                change,
                &format!("change {} of {}: {}", index + 1, changes.len(), change.what),
            )
            .await?;
        }
        self.forget_confirmations(step)?;
        Ok(Applied::Made)
    }

    /// What was confirmed is made: the next change is another one.
    fn forget_confirmations(&self, step: &dyn Step<Cx>) -> Result<(), Trouble> {
        let known = self.known();
        let given = step.confirmations().iter().copied();
        let mut given = given.filter(|ask| known.answer(ask).is_some());
        given.try_for_each(|ask| {
            self.record(Entry::Answered {
                step: step.id(),
                ask: ask.to_owned(),
                value: String::new(),
            })
        })
    }

    async fn make(&self, step: &dyn Step<Cx>, change: &Change, note: &str) -> Result<(), Trouble> {
        self.record(Entry::Intended {
            step: step.id(),
            change: change.clone(),
        })?;
        let known = self.known();
        let written = step
            .apply(&self.cx.fresh().noted(note), &known, change)
            .await;
        match written {
            Ok(facts) => {
                // The ids are on record before anything else is asked: a rollback after a crash needs them.
                self.done(step, change, facts, false)?;
                self.read_back(step, change).await
            }
            Err(trouble) if trouble.is_uncertain() => self.find_out(step, change, trouble).await,
            Err(trouble) => {
                self.failed(step, change, &trouble)?;
                Err(trouble)
            }
        }
    }

    /// The service said that it made the change: read until several readings agree.
    async fn read_back(&self, step: &dyn Step<Cx>, change: &Change) -> Result<(), Trouble> {
        match self.settled(step, change, Until::Made).await? {
            Settled::Agreed(facts) => self.seen(step, change, facts),
            Settled::Stopped => Err(Trouble::cancelled(format!(
                "{} was sent; it is not read back from every server yet.",
                change.what
            ))),
            Settled::NotSeen => Err(not_seen_yet(change)),
        }
    }

    fn done(
        &self,
        step: &dyn Step<Cx>,
        change: &Change,
        facts: Facts,
        found: bool,
    ) -> Result<(), Trouble> {
        self.record(Entry::Done {
            step: step.id(),
            change: change.id.clone(),
            facts,
            found,
        })
    }

    fn failed(
        &self,
        step: &dyn Step<Cx>,
        change: &Change,
        trouble: &Trouble,
    ) -> Result<(), Trouble> {
        self.record(Entry::Failed {
            step: step.id(),
            change: change.id.clone(),
            trouble: trouble.clone(),
        })
    }

    fn seen(&self, step: &dyn Step<Cx>, change: &Change, facts: Facts) -> Result<(), Trouble> {
        self.record(Entry::ReadBack {
            step: step.id(),
            change: change.id.clone(),
            facts,
        })
    }

    /// Records what was learned without a change, if it is news: new facts, or an end of what had failed.
    fn learn(&self, step: &StepId, facts: &Facts) -> Result<(), Trouble> {
        let state = self.journal.state();
        let new = facts
            .iter()
            .any(|(name, value)| state.known().fact(name) != Some(value));
        let had_failed = state
            .step(step)
            .is_some_and(|step| step.trouble().is_some());
        if !new && !had_failed {
            return Ok(());
        }
        self.record(Entry::Learned {
            step: step.clone(),
            facts: facts.clone(),
        })
    }

    fn record(&self, entry: Entry) -> Result<(), Trouble> {
        self.journal
            .append(entry)
            .map_err(|error| not_recorded(&error))
    }

    fn known(&self) -> Known {
        let state: State = self.journal.state();
        state.known().clone()
    }

    fn step(&self, id: &StepId) -> Result<&'static dyn Step<Cx>, Trouble> {
        self.guide.step(id).ok_or_else(|| {
            Trouble::new(
                TroubleKind::BadInput,
                format!("This guide has no step called {id}"),
                "Nothing was changed.",
            )
        })
    }

    /// A read that the person can stop.
    async fn stoppable<T>(
        &self,
        reading: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        tokio::select! {
            () = self.cancel.cancelled() => Err(Trouble::cancelled("Nothing was changed.")),
            read = reading => read,
        }
    }
}
