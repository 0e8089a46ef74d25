//! The state of a connection: a fold over its journal, and what can be told from it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    Change, ChangeId, Entry, Facts, Finding, Guide, Known, Record, StepId, Trouble, VerdictState,
    order,
};

/// Everything the journal says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    known: Known,
    steps: BTreeMap<StepId, StepState>,
    at_step: Option<StepId>,
    seq: u64,
}

/// What the journal says of one step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepState {
    /// The changes, in the order in which they were first intended.
    pub changes: Vec<ChangeRecord>,
    /// What the last look at each check found.
    pub looked: BTreeMap<String, Looked>,
    /// When the person said that it was done by hand.
    pub by_hand: Option<Timestamp>,
    /// The record that last changed anything a check of this step could see.
    moved_at: u64,
}

/// A change and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRecord {
    /// The change as it was shown.
    pub change: Change,
    /// How it stands.
    pub standing: ChangeStanding,
    /// When it came to stand so.
    pub at: Timestamp,
    /// What was learned by making it; forgotten when it is undone.
    pub facts: Facts,
    /// The record that made it, for the order of undoing.
    pub seq: u64,
}

/// How a change stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeStanding {
    /// It was about to be made: only a look tells whether it was.
    Intended,
    /// Made.
    Done,
    /// Certainly not made.
    Failed(Trouble),
    /// It was about to be undone: only a look tells whether it was.
    Undoing,
    /// Undone.
    Undone,
}

/// What the last look found, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The findings.
    pub findings: Vec<Finding>,
    /// When.
    pub at: Timestamp,
    seq: u64,
}

/// How a step stands, from what is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It needs these steps first.
    CannotStart(Vec<StepId>),
    /// It can be started.
    Ready,
    /// A service needs time.
    Waiting,
    /// Something failed, warns, or was stopped in the middle.
    Attention,
    /// Everything verified.
    Done,
    /// Done, but a proof is missing or old.
    DoneNotVerified,
}

impl State {
    /// Facts and answers.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// What is recorded of a step.
    pub fn step(&self, id: &StepId) -> Option<&StepState> {
        self.steps.get(id)
    }

    /// The step where the person last was.
    pub fn at_step(&self) -> Option<&StepId> {
        self.at_step.as_ref()
    }

    /// When anything was last looked at.
    pub fn last_look(&self) -> Option<Timestamp> {
        self.steps
            .values()
            .flat_map(|step| step.looked.values())
            .map(|looked| looked.at)
            .max()
    }

    /// Changes whose outcome is not known: intended or being undone when the program ended.
    pub fn open_changes(&self, id: &StepId) -> Vec<ChangeRecord> {
        let open = |record: &&ChangeRecord| {
            matches!(
                record.standing,
                ChangeStanding::Intended | ChangeStanding::Undoing
            )
        };
        self.steps
            .get(id)
            .map(|step| step.changes.iter().filter(open).cloned().collect())
            .unwrap_or_default()
    }

    /// Whether a look at `check` of `step` is older than something it rests on.
    pub fn is_stale<Cx>(&self, guide: &Guide<Cx>, step: &StepId, check: &str) -> bool {
        let Some(looked) = self
            .steps
            .get(step)
            .and_then(|state| state.looked.get(check))
        else {
            return false;
        };
        let moved = |id: &StepId| self.steps.get(id).map_or(0, |state| state.moved_at);
        let rests_on = guide.steps().filter(|other| {
            other.id() == *step || order::dependents(guide, &other.id()).contains(step)
        });
        rests_on.map(|other| moved(&other.id())).max().unwrap_or(0) > looked.seq
    }

    /// Whether a later step may build on this one: every check was looked at, none failed or waits, and no change
    /// hangs in the air. What could not be looked at does not stop anybody.
    pub fn is_passed<Cx>(&self, guide: &Guide<Cx>, id: &StepId) -> bool {
        matches!(
            self.standing_alone(guide, id),
            Standing::Done | Standing::DoneNotVerified
        ) || (self.standing_alone(guide, id) == Standing::Attention && self.only_warns(guide, id))
    }

    /// How a step stands.
    pub fn standing<Cx>(&self, guide: &Guide<Cx>, id: &StepId) -> Standing {
        let alone = self.standing_alone(guide, id);
        if alone == Standing::Ready {
            let needs = order::unmet(guide, self, id);
            if !needs.is_empty() {
                return Standing::CannotStart(needs);
            }
        }
        alone
    }

    fn standing_alone<Cx>(&self, guide: &Guide<Cx>, id: &StepId) -> Standing {
        let (Some(step), Some(state)) = (guide.step(id), self.steps.get(id)) else {
            return Standing::Ready;
        };
        if state.is_stopped() {
            return Standing::Attention;
        }
        let looked: Vec<_> = step
            .checks()
            .iter()
            .map(|check| state.looked.get(check.id()))
            .collect();
        if looked.iter().all(Option::is_none) {
            return Standing::Ready;
        }
        let states: Vec<_> = state
            .looked
            .values()
            .flat_map(|looked| &looked.findings)
            .map(|f| f.verdict.state)
            .collect();
        if states
            .iter()
            .any(|state| matches!(state, VerdictState::Fail | VerdictState::Warn))
        {
            return Standing::Attention;
        }
        if states.contains(&VerdictState::Wait) {
            return Standing::Waiting;
        }
        if states
            .iter()
            .any(|state| matches!(state, VerdictState::Skipped(crate::Skip::NothingYet)))
        {
            return Standing::Ready;
        }
        let stale = step
            .checks()
            .iter()
            .any(|check| self.is_stale(guide, id, check.id()));
        let unproven =
            states.contains(&VerdictState::Unknown) || looked.iter().any(Option::is_none);
        if stale || unproven {
            Standing::DoneNotVerified
        } else {
            Standing::Done
        }
    }

    fn only_warns<Cx>(&self, guide: &Guide<Cx>, id: &StepId) -> bool {
        let (Some(step), Some(state)) = (guide.step(id), self.steps.get(id)) else {
            return false;
        };
        let all_looked = step
            .checks()
            .iter()
            .all(|check| state.looked.contains_key(check.id()));
        let stops = |finding: &Finding| {
            matches!(
                finding.verdict.state,
                VerdictState::Fail
                    | VerdictState::Wait
                    | VerdictState::Skipped(crate::Skip::NothingYet)
            )
        };
        all_looked
            && !state.is_stopped()
            && !state
                .looked
                .values()
                .flat_map(|looked| &looked.findings)
                .any(stops)
    }

    /// Takes up one record.
    pub(crate) fn take(&mut self, record: &Record) {
        self.seq = record.seq;
        let (seq, at) = (record.seq, record.at);
        match &record.entry {
            Entry::Answered { step, ask, value } => {
                let changed = self
                    .known
                    .answers
                    .insert(ask.clone(), value.clone())
                    .as_ref()
                    != Some(value);
                if changed {
                    self.of(step).moved_at = seq;
                }
            }
            Entry::Intended { step, change } => self.of(step).intend(change, at, seq),
            Entry::Done {
                step,
                change,
                facts,
                ..
            } => {
                self.known.facts.learn(facts);
                self.of(step)
                    .settle(change, ChangeStanding::Done, at, seq, Some(facts));
            }
            Entry::Failed {
                step,
                change,
                trouble,
            } => {
                self.of(step).settle(
                    change,
                    ChangeStanding::Failed(trouble.clone()),
                    at,
                    seq,
                    None,
                );
            }
            Entry::DoneByHand { step } => {
                let step = self.of(step);
                step.by_hand = Some(at);
                step.moved_at = seq;
            }
            Entry::Undoing { step, change } => {
                self.of(step)
                    .settle(change, ChangeStanding::Undoing, at, seq, None);
            }
            Entry::Undone { step, change } => {
                let learned = self
                    .of(step)
                    .settle(change, ChangeStanding::Undone, at, seq, None);
                self.forget(&learned);
            }
            Entry::Learned { step, facts } => {
                self.known.facts.learn(facts);
                self.of(step);
            }
            Entry::Looked {
                step,
                check,
                findings,
            } => {
                let looked = Looked {
                    findings: findings.clone(),
                    at,
                    seq,
                };
                self.of(step).looked.insert(check.clone(), looked);
            }
            Entry::Went { step } => self.at_step = Some(step.clone()),
        }
    }

    /// Forgets what an undone change taught, unless a change that still stands taught it too.
    fn forget(&mut self, learned: &Facts) {
        let mut still = Facts::new();
        for record in self.steps.values().flat_map(|step| &step.changes) {
            if matches!(
                record.standing,
                ChangeStanding::Done | ChangeStanding::Undoing
            ) {
                still.learn(&record.facts);
            }
        }
        self.known.facts.forget(learned);
        self.known.facts.learn(&still);
    }

    fn of(&mut self, step: &StepId) -> &mut StepState {
        self.steps.entry(step.clone()).or_default()
    }
}

impl StepState {
    /// The changes that stand: made and not undone.
    pub fn made(&self) -> impl Iterator<Item = &ChangeRecord> {
        self.changes
            .iter()
            .filter(|record| record.standing == ChangeStanding::Done)
    }

    /// Whether a change failed or hangs in the air.
    pub fn is_stopped(&self) -> bool {
        self.changes.iter().any(|record| {
            matches!(
                record.standing,
                ChangeStanding::Intended | ChangeStanding::Undoing | ChangeStanding::Failed(_)
            )
        })
    }

    /// The trouble of the change that stopped the step.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.changes
            .iter()
            .find_map(|record| match &record.standing {
                ChangeStanding::Failed(trouble) => Some(trouble),
                _ => None,
            })
    }

    fn intend(&mut self, change: &Change, at: Timestamp, seq: u64) {
        // A new attempt at a change that failed or was undone takes its place; what was made stays on record.
        self.changes.retain(|record| {
            record.change.id != change.id
                || matches!(
                    record.standing,
                    ChangeStanding::Done | ChangeStanding::Undoing
                )
        });
        // Failures of an earlier attempt at other changes of this step are answered by the new attempt.
        self.changes
            .retain(|record| !matches!(record.standing, ChangeStanding::Failed(_)));
        self.changes.push(ChangeRecord {
            change: change.clone(),
            standing: ChangeStanding::Intended,
            at,
            facts: Facts::new(),
            seq,
        });
        self.moved_at = seq;
    }

    fn settle(
        &mut self,
        id: &str,
        standing: ChangeStanding,
        at: Timestamp,
        seq: u64,
        facts: Option<&Facts>,
    ) -> Facts {
        self.moved_at = seq;
        let Some(record) = self
            .changes
            .iter_mut()
            .rev()
            .find(|record| record.change.id == id)
        else {
            return Facts::new();
        };
        if standing == ChangeStanding::Done && record.standing != ChangeStanding::Undoing {
            record.seq = seq;
        }
        record.standing = standing;
        record.at = at;
        if let Some(facts) = facts {
            record.facts = facts.clone();
        }
        record.facts.clone()
    }
}

/// The id under which a change is journaled.
pub(crate) fn id_of(record: &ChangeRecord) -> ChangeId {
    record.change.id.clone()
}
