//! Running: plan, show, plan again, journal, make, read back; look; undo; take up after a crash.
//!
//! Every write goes through [`Run::apply`] or [`Run::undo`], so that none is made unshown, unjournaled or unread.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio_util::sync::CancellationToken;

use crate::settle::{Until, settle};
use crate::{
    Change, ChangeRecord, ChangeStanding, Entry, Facts, Finding, Fingerprint, Guide, Journal,
    JournalError, Known, Patience, Plan, Settled, State, Step, StepId, Trouble, TroubleKind,
    UndoItem, UndoPlan, fingerprint,
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
    },
    /// Looking at a check.
    Looking {
        /// The step.
        step: StepId,
        /// The check.
        check: String,
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
    /// made.
    pub async fn apply(&self, id: &StepId, shown: &str) -> Result<Applied, Trouble> {
        let proposal = self.plan(id).await?;
        let Plan::Changes { changes, .. } = &proposal.plan else {
            return Ok(Applied::Moved(Box::new(proposal)));
        };
        if proposal.fingerprint != shown {
            return Ok(Applied::Moved(Box::new(proposal)));
        }
        let step = self.step(id)?;
        for (index, change) in changes.iter().enumerate() {
            if self.cancel.is_cancelled() {
                return Err(stopped_before(index, changes.len()));
            }
            (self.progress)(Progress::Making {
                step: id.clone(),
                change: change.id.clone(),
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
        Ok(Applied::Made)
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
            Settled::Agreed(facts) => self.learn(&step.id(), &facts),
            Settled::Stopped => Err(Trouble::cancelled(format!(
                "{} was changed; it was not yet read back from every server.",
                change.what
            ))),
            Settled::NotSeen => Err(not_seen_yet(change)),
        }
    }

    /// Nobody knows whether the change was made: look until that is certain.
    async fn find_out(
        &self,
        step: &dyn Step<Cx>,
        change: &Change,
        trouble: Trouble,
    ) -> Result<(), Trouble> {
        (self.progress)(Progress::FindingOut {
            step: step.id(),
            change: change.id.clone(),
        });
        match self.settled(step, change, Until::Known).await {
            Ok(Settled::Agreed(facts)) => self.done(step, change, facts, true),
            Ok(Settled::NotSeen) => {
                let trouble = trouble.certain(format!(
                    "{} was not changed: Lockstep looked for it afterwards, and it is not there.",
                    change.what
                ));
                let trouble = Trouble {
                    kind: TroubleKind::Refused,
                    ..trouble
                };
                self.failed(step, change, &trouble)?;
                Err(trouble)
            }
            Ok(Settled::Stopped) | Err(_) => Err(trouble.certain(format!(
                "It is not known yet whether this was changed: {}. Lockstep looks before it goes on, and makes nothing twice.",
                change.what
            ))),
        }
    }

    async fn settled(
        &self,
        step: &dyn Step<Cx>,
        change: &Change,
        until: Until,
    ) -> Result<Settled<Facts>, Trouble> {
        let patience = self.cx.patience();
        let known = self.known();
        let on_reading = |agreeing| {
            (self.progress)(Progress::ReadingBack {
                step: step.id(),
                change: change.id.clone(),
                agreeing,
                of: patience.agreeing,
            });
        };
        settle(patience, until, &self.cancel, on_reading, || {
            let cx = self
                .cx
                .fresh()
                .noted(&format!("reading back: {}", change.what));
            let known = known.clone();
            async move { step.read_back(&cx, &known, change).await }
        })
        .await
    }

    /// Finds out how the changes stand that hang in the air, after a crash or a lost answer.
    pub async fn recover(&self, id: &StepId) -> Result<(), Trouble> {
        let step = self.step(id)?;
        for open in self.journal.state().open_changes(id) {
            match open.standing {
                ChangeStanding::Undoing => self.recover_undoing(step, &open).await?,
                _ => self.recover_intended(step, &open.change).await?,
            }
        }
        Ok(())
    }

    async fn recover_intended(&self, step: &dyn Step<Cx>, change: &Change) -> Result<(), Trouble> {
        (self.progress)(Progress::FindingOut {
            step: step.id(),
            change: change.id.clone(),
        });
        match self.settled(step, change, Until::Known).await? {
            Settled::Agreed(facts) => self.done(step, change, facts, true),
            Settled::NotSeen => self.failed(step, change, &stopped_in_the_middle(change)),
            Settled::Stopped => Err(Trouble::cancelled(format!(
                "It is still open whether this was changed before the last stop: {}.",
                change.what
            ))),
        }
    }

    async fn recover_undoing(
        &self,
        step: &dyn Step<Cx>,
        open: &ChangeRecord,
    ) -> Result<(), Trouble> {
        let known = self.known();
        if self
            .stoppable(step.undone(&self.cx.fresh(), &known, &open.change))
            .await?
        {
            self.record(Entry::Undone {
                step: step.id(),
                change: open.change.id.clone(),
            })
        } else {
            // It still stands, so it is a made change again, and can be undone again.
            self.done(step, &open.change, open.facts.clone(), true)
        }
    }

    /// Looks at every check of these steps, each resource once, all at the same time. What was looked at before a
    /// stop is kept.
    pub async fn look(&self, steps: &[StepId]) -> Result<(), Trouble> {
        let cx = self.cx.fresh();
        let known = self.known();
        let mut running = FuturesUnordered::new();
        for id in steps {
            self.recover(id).await?;
            for check in self.step(id)?.checks() {
                running.push(self.look_at(&cx, &known, id, *check));
            }
        }
        self.gather(&mut running).await
    }

    /// Looks at one check.
    pub async fn look_at_check(&self, id: &StepId, check: &str) -> Result<(), Trouble> {
        let Some(check) = self
            .step(id)?
            .checks()
            .iter()
            .find(|known| known.id() == check)
        else {
            return Err(Trouble::new(
                TroubleKind::BadInput,
                "There is no such check",
                "Nothing was read.",
            ));
        };
        let (cx, known) = (self.cx.fresh(), self.known());
        let mut running = FuturesUnordered::new();
        running.push(self.look_at(&cx, &known, id, *check));
        self.gather(&mut running).await
    }

    async fn gather<F>(&self, running: &mut FuturesUnordered<F>) -> Result<(), Trouble>
    where
        F: Future<Output = (StepId, String, Vec<Finding>)>,
    {
        loop {
            let next = tokio::select! {
                () = self.cancel.cancelled() => {
                    return Err(Trouble::cancelled("What was looked at before is kept. Nothing was changed."));
                }
                next = running.next() => next,
            };
            let Some((step, check, findings)) = next else {
                return Ok(());
            };
            self.record(Entry::Looked {
                step: step.clone(),
                check: check.clone(),
                findings,
            })?;
            (self.progress)(Progress::Looked { step, check });
        }
    }

    async fn look_at(
        &self,
        cx: &Cx,
        known: &Known,
        id: &StepId,
        check: &dyn crate::Check<Cx>,
    ) -> (StepId, String, Vec<Finding>) {
        (self.progress)(Progress::Looking {
            step: id.clone(),
            check: check.id().to_owned(),
        });
        let mut findings = check.look(cx, known).await;
        for finding in &mut findings {
            finding.verdict.at.get_or_insert(self.journal.now());
        }
        (id.clone(), check.id().to_owned(), findings)
    }

    /// What an undo would do.
    pub fn undo_plan(&self, step: Option<&StepId>) -> UndoPlan {
        UndoPlan::of(self.guide, &self.journal.state(), step)
    }

    /// Undoes a step, and what rests on it, or all; each one is read back. Stops at the first that can't be undone.
    pub async fn undo(&self, step: Option<&StepId>) -> Result<UndoPlan, Trouble> {
        for known in self.guide.steps() {
            self.recover(&known.id()).await?;
        }
        let plan = self.undo_plan(step);
        for (index, item) in plan.items.iter().enumerate() {
            if self.cancel.is_cancelled() {
                return Err(Trouble::cancelled(format!(
                    "{index} of {} changes were undone.",
                    plan.items.len()
                )));
            }
            (self.progress)(Progress::Undoing {
                step: item.step.clone(),
                change: item.change.id.clone(),
                number: index + 1,
                of: plan.items.len(),
            });
            self.undo_one(item).await?;
        }
        Ok(plan)
    }

    async fn undo_one(&self, item: &UndoItem) -> Result<(), Trouble> {
        let step = self.step(&item.step)?;
        self.record(Entry::Undoing {
            step: item.step.clone(),
            change: item.change.id.clone(),
        })?;
        let known = self.known();
        let cx = self
            .cx
            .fresh()
            .noted(&format!("undo: {}", item.change.what));
        let undone = step.undo(&cx, &known, &item.change).await;
        if let Err(trouble) = undone
            && !trouble.is_uncertain()
        {
            // It certainly still stands.
            let facts = self.facts_of(item);
            self.done(step, &item.change, facts, true)?;
            return Err(trouble);
        }
        let gone = settle(
            self.cx.patience(),
            Until::Made,
            &self.cancel,
            |_| {},
            || {
                let cx = self
                    .cx
                    .fresh()
                    .noted(&format!("reading back the undo: {}", item.change.what));
                let known = known.clone();
                async move { Ok(step.undone(&cx, &known, &item.change).await?.then_some(())) }
            },
        );
        match gone.await? {
            Settled::Agreed(()) => self.record(Entry::Undone {
                step: item.step.clone(),
                change: item.change.id.clone(),
            }),
            Settled::Stopped => Err(Trouble::cancelled(format!(
                "The undo was sent, but not read back yet: {}.",
                item.change.what
            ))),
            Settled::NotSeen => Err(not_undone_yet(&item.change)),
        }
    }

    fn facts_of(&self, item: &UndoItem) -> Facts {
        let state = self.journal.state();
        let records = state
            .step(&item.step)
            .map(|step| step.changes.clone())
            .unwrap_or_default();
        records
            .into_iter()
            .find(|record| record.change.id == item.change.id)
            .map(|record| record.facts)
            .unwrap_or_default()
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

    fn learn(&self, step: &StepId, facts: &Facts) -> Result<(), Trouble> {
        let known = self.journal.state();
        let new = facts
            .iter()
            .any(|(name, value)| known.known().fact(name) != Some(value));
        if !new {
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

fn stopped_before(index: usize, of: usize) -> Trouble {
    Trouble::cancelled(format!(
        "Stopped before change {} of {of}. {}",
        index + 1,
        so_far(index)
    ))
}

fn so_far(made: usize) -> String {
    match made {
        0 => "Nothing was changed.".to_owned(),
        1 => "1 change was made; it stands and can be undone.".to_owned(),
        many => format!("{many} changes were made; they stand and can be undone."),
    }
}

fn stopped_in_the_middle(change: &Change) -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "Lockstep was stopped in the middle of a change",
        format!(
            "{} was not changed: Lockstep looked for it, and it is not there.",
            change.what
        ),
    )
    .next(
        "Make the changes again",
        "The plan is computed afresh from what is there now.",
        crate::NextDo::Retry,
    )
}

fn not_seen_yet(change: &Change) -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "The change was made, but can't be seen everywhere yet",
        format!(
            "{} was changed and is on record. It was not read back in the longest usual time.",
            change.what
        ),
    )
    .next(
        "Look again",
        "Lockstep reads it back again and goes on from there.",
        crate::NextDo::Retry,
    )
}

fn not_undone_yet(change: &Change) -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "The undo was sent, but can't be seen everywhere yet",
        format!("{} may still be there on some servers.", change.what),
    )
    .next(
        "Look again",
        "Lockstep reads it back again and goes on from there.",
        crate::NextDo::Retry,
    )
}

fn not_recorded(error: &JournalError) -> Trouble {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        words = format!("{words}: {source}");
        cause = source.source();
    }
    Trouble::new(
        TroubleKind::Local,
        "Lockstep can't write its journal on this computer",
        "Nothing is sent that is not recorded first. What was recorded stands.",
    )
    .said(crate::Said {
        by: "this computer".to_owned(),
        words,
        answer: String::new(),
        request_id: None,
        at: None,
    })
    .next(
        "Make room on the disk",
        "Then try again: Lockstep looks at what is there before it goes on.",
        crate::NextDo::Retry,
    )
}
