//! The state of a connection: a fold over its journal, and what can be told from it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    Change, Entry, Facts, Finding, Guide, Known, Record, StepId, Trouble, VerdictState, order,
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
    /// Whether the person said that they took back what was done by hand, and nothing was done or answered since.
    pub taken_back: bool,
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
    /// Whether it was seen on every server since it was made, or waited for as long as it makes sense.
    pub read_back: bool,
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
    Failed(Box<Trouble>),
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
    /// Nothing stands in the way, but a proof is missing or old, or nobody looked at all.
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

    /// Changes that a run has to look at before it goes on: intended or being undone when the program ended, or made
    /// but not read back from every server.
    pub fn open_changes(&self, id: &StepId) -> Vec<ChangeRecord> {
        let open = |record: &&ChangeRecord| match record.standing {
            ChangeStanding::Intended | ChangeStanding::Undoing => true,
            ChangeStanding::Done => !record.read_back,
            ChangeStanding::Failed(_) | ChangeStanding::Undone => false,
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
        match self.standing_alone(guide, id) {
            Standing::Done | Standing::DoneNotVerified => true,
            Standing::Attention => self.only_warns(guide, id) && !self.rests_on_gone(guide, id),
            _ => false,
        }
    }

    /// Whether a step is not only passed but proven: what could not be looked at stops nobody, and proves nothing.
    pub fn is_verified<Cx>(&self, guide: &Guide<Cx>, id: &StepId) -> bool {
        self.is_passed(guide, id) && self.is_proven(guide, id)
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

    /// What a step stands on is never left out: with a step before it undone, its own looks saw what is gone, or an
    /// answer that means nothing any more. What warns or fails there is still said.
    fn standing_alone<Cx>(&self, guide: &Guide<Cx>, id: &StepId) -> Standing {
        match self.standing_by_itself(guide, id) {
            Standing::Done | Standing::DoneNotVerified if self.rests_on_gone(guide, id) => {
                Standing::Ready
            }
            standing => standing,
        }
    }

    /// Whether a step that this one needs, directly or through others, was undone and is not there again.
    fn rests_on_gone<Cx>(&self, guide: &Guide<Cx>, id: &StepId) -> bool {
        let needs = guide.step(id).map_or(&[][..], |step| step.needs());
        needs
            .iter()
            .any(|need| self.is_gone(guide, need) || self.rests_on_gone(guide, need))
    }

    /// Whether every change of a step was undone, and no look since then proved that it is so all the same.
    fn is_gone<Cx>(&self, guide: &Guide<Cx>, id: &StepId) -> bool {
        let undone = self.steps.get(id).is_some_and(StepState::is_undone);
        undone
            && match self.standing_by_itself(guide, id) {
                Standing::Done | Standing::DoneNotVerified => false,
                Standing::Attention => !self.only_warns(guide, id),
                _ => true,
            }
    }

    fn standing_by_itself<Cx>(&self, guide: &Guide<Cx>, id: &StepId) -> Standing {
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
            return match state.by_hand {
                Some(_) => Standing::DoneNotVerified,
                None => Standing::Ready,
            };
        }
        // Only the step's own checks of today: one that an older program knew is never looked at again.
        let states: Vec<_> = looked
            .iter()
            .flatten()
            .flat_map(|looked| &looked.findings)
            .map(|finding| finding.verdict.state)
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
            // Who did it by hand goes on, with fewer ticks and no lost place.
            return match state.by_hand {
                Some(_) => Standing::DoneNotVerified,
                None => Standing::Ready,
            };
        }
        // What was undone is not done again because nobody could look.
        let unseen = states.contains(&VerdictState::Unknown);
        match (self.is_proven(guide, id), unseen && state.is_undone()) {
            (true, _) => Standing::Done,
            (false, true) if state.by_hand.is_none() => Standing::Ready,
            (false, _) => Standing::DoneNotVerified,
        }
    }

    /// Whether every check was looked at since anything moved, none could not look, and one at least saw something: a
    /// step whose checks all stood aside was seen by nobody.
    fn is_proven<Cx>(&self, guide: &Guide<Cx>, id: &StepId) -> bool {
        let (Some(step), Some(state)) = (guide.step(id), self.steps.get(id)) else {
            return false;
        };
        let mut seen = false;
        for check in step.checks() {
            let Some(looked) = state.looked.get(check.id()) else {
                return false;
            };
            let is = |wanted: &[VerdictState]| {
                let mut states = looked.findings.iter().map(|found| found.verdict.state);
                states.any(|state| wanted.contains(&state))
            };
            if is(&[VerdictState::Unknown]) || self.is_stale(guide, id, check.id()) {
                return false;
            }
            seen |= is(&[VerdictState::Pass, VerdictState::Warn]);
        }
        seen
    }

    fn only_warns<Cx>(&self, guide: &Guide<Cx>, id: &StepId) -> bool {
        let (Some(step), Some(state)) = (guide.step(id), self.steps.get(id)) else {
            return false;
        };
        let looked: Vec<_> = step
            .checks()
            .iter()
            .map(|check| state.looked.get(check.id()))
            .collect();
        let stops = |finding: &Finding| {
            matches!(
                finding.verdict.state,
                VerdictState::Fail
                    | VerdictState::Wait
                    | VerdictState::Skipped(crate::Skip::NothingYet)
            )
        };
        !state.is_stopped()
            && looked.iter().all(Option::is_some)
            && !looked
                .iter()
                .flatten()
                .flat_map(|looked| &looked.findings)
                .any(stops)
    }

    /// A change is undone, and what was learned by it is forgotten. With the last one of its step, so is what was seen
    /// and said of the step: it was of something that is gone.
    fn undone(&mut self, step: &StepId, change: &str, at: Timestamp, seq: u64) {
        let undone = self
            .of(step)
            .settle(change, ChangeStanding::Undone, at, seq);
        let Some(learned) = undone.map(|record| record.facts.clone()) else {
            return;
        };
        self.forget(&learned);
        let of_step = self.of(step);
        if of_step.is_undone() {
            of_step.looked.clear();
            of_step.by_hand = None;
            self.known.by_hand.remove(step);
        }
    }

    /// Takes up one record.
    pub(crate) fn take(&mut self, record: &Record) {
        self.seq = record.seq;
        let (seq, at) = (record.seq, record.at);
        match &record.entry {
            Entry::Answered { step, ask, value } => {
                self.known.answered.insert(ask.clone(), at);
                let changed = self
                    .known
                    .answers
                    .insert(ask.clone(), value.clone())
                    .as_ref()
                    != Some(value);
                if changed {
                    let of_step = self.of(step);
                    of_step.moved_at = seq;
                    of_step.taken_back = false;
                }
            }
            Entry::Intended { step, change } => self.of(step).intend(change, at, seq),
            Entry::Done {
                step,
                change,
                facts,
                found,
            } => {
                self.known.facts.learn(facts);
                if let Some(record) = self.of(step).settle(change, ChangeStanding::Done, at, seq) {
                    record.facts = facts.clone();
                    record.read_back = *found;
                }
            }
            Entry::ReadBack {
                step,
                change,
                facts,
            } => {
                self.learn(step, facts, seq);
                self.of(step).saw(change, facts);
            }
            Entry::Failed {
                step,
                change,
                trouble,
            } => {
                let failed = ChangeStanding::Failed(Box::new(trouble.clone()));
                self.of(step).settle(change, failed, at, seq);
            }
            Entry::DoneByHand { step } => {
                self.known.by_hand.insert(step.clone(), at);
                self.known.taken_back.remove(step);
                let step = self.of(step);
                step.by_hand = Some(at);
                step.taken_back = false;
                step.forget_failures();
                step.moved_at = seq;
            }
            Entry::UndoneByHand { step } => {
                self.known.by_hand.remove(step);
                self.known.taken_back.insert(step.clone(), at);
                let of_step = self.of(step);
                of_step.by_hand = None;
                of_step.taken_back = true;
                of_step.moved_at = seq;
                // What no call can undo was taken back with it: nobody is told of it again.
                let taken_back: Vec<_> = of_step
                    .made()
                    .filter(|record| !record.change.undo.possible())
                    .map(|record| record.change.id.clone())
                    .collect();
                for change in taken_back {
                    self.of(step)
                        .settle(&change, ChangeStanding::Undoing, at, seq);
                    self.undone(step, &change, at, seq);
                }
            }
            Entry::Undoing { step, change } => {
                self.of(step)
                    .settle(change, ChangeStanding::Undoing, at, seq);
            }
            Entry::Undone { step, change } => self.undone(step, change, at, seq),
            Entry::Learned { step, facts } => {
                self.learn(step, facts, seq);
                self.of(step).forget_failures();
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

    /// Takes over facts. News about what a step rests on makes older looks stale: they were looks at something else.
    fn learn(&mut self, step: &StepId, facts: &Facts, seq: u64) {
        let news = facts
            .iter()
            .any(|(name, value)| self.known.fact(name) != Some(value));
        self.known.facts.learn(facts);
        if news {
            self.of(step).moved_at = seq;
        }
    }

    /// Forgets what an undone change taught, unless a change that still stands taught it too: then the last one's word
    /// counts. Other facts are left alone.
    fn forget(&mut self, learned: &Facts) {
        let mut still: Vec<_> = self
            .steps
            .values()
            .flat_map(|step| &step.changes)
            .filter(|record| {
                matches!(
                    record.standing,
                    ChangeStanding::Done | ChangeStanding::Undoing
                )
            })
            .collect();
        still.sort_by_key(|record| record.seq);
        let taught_too = |name: &str| {
            still
                .iter()
                .rev()
                .find_map(|record| record.facts.get(name))
                .map(str::to_owned)
        };
        let kept = learned
            .iter()
            .filter_map(|(name, _)| Some((name, taught_too(name)?)))
            .fold(Facts::new(), |kept, (name, value)| kept.with(name, value));
        self.known.facts.forget(learned);
        self.known.facts.learn(&kept);
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

    /// Whether changes were made here and none of them stands.
    pub fn is_undone(&self) -> bool {
        let mut changes = self.changes.iter();
        !self.changes.is_empty() && changes.all(|record| record.standing == ChangeStanding::Undone)
    }

    /// The trouble of the change that stopped the step.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.changes
            .iter()
            .find_map(|record| match &record.standing {
                ChangeStanding::Failed(trouble) => Some(trouble.as_ref()),
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
            read_back: false,
            seq,
        });
        self.moved_at = seq;
    }

    fn saw(&mut self, id: &str, facts: &Facts) {
        let unseen = |record: &&mut ChangeRecord| {
            record.change.id == id && record.standing == ChangeStanding::Done && !record.read_back
        };
        if let Some(record) = self.changes.iter_mut().rev().find(unseen) {
            record.read_back = true;
            record.facts.learn(facts);
        }
    }

    /// Takes up how a change came to stand. A change can be on record several times, made again after it was lost: it is
    /// the last one that stood so that it can have come to this.
    fn settle(
        &mut self,
        id: &str,
        standing: ChangeStanding,
        at: Timestamp,
        seq: u64,
    ) -> Option<&mut ChangeRecord> {
        self.moved_at = seq;
        let record = self
            .changes
            .iter_mut()
            .rev()
            .find(|record| record.change.id == id && can_become(&record.standing, &standing))?;
        if standing == ChangeStanding::Done && record.standing == ChangeStanding::Intended {
            record.seq = seq;
        }
        record.standing = standing;
        record.at = at;
        Some(record)
    }

    /// A failure is answered when the step was found to be so, or was done by hand.
    fn forget_failures(&mut self) {
        self.changes
            .retain(|record| !matches!(record.standing, ChangeStanding::Failed(_)));
    }
}

fn can_become(from: &ChangeStanding, to: &ChangeStanding) -> bool {
    use ChangeStanding::{Done, Failed, Intended, Undoing, Undone};
    matches!(
        (from, to),
        (Intended | Undoing, Done) | (Intended, Failed(_)) | (Done, Undoing) | (Undoing, Undone)
    )
}
