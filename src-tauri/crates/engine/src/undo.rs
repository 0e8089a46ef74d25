//! What an undo would do, told before it is done.

use crate::{Change, ChangeRecord, Guide, State, StepId, order};

/// The changes to undo, in the order in which they are undone, and those that can't be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UndoPlan {
    /// Undone in this order.
    pub items: Vec<UndoItem>,
    /// Made, but can't be undone; each says why.
    pub impossible: Vec<UndoItem>,
}

/// One change to undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoItem {
    /// The step it belongs to.
    pub step: StepId,
    /// The change.
    pub change: Change,
}

impl UndoPlan {
    /// Undo of one step and of everything that rests on it, or of all steps: the last made is undone first, and
    /// never something that another made change rests on.
    pub fn of<Cx>(guide: &Guide<Cx>, state: &State, step: Option<&StepId>) -> Self {
        let mut left: Vec<(StepId, &ChangeRecord)> = Vec::new();
        for id in order::in_reach(guide, step) {
            let made = state.step(&id).into_iter().flat_map(|step| step.made());
            left.extend(made.map(|record| (id.clone(), record)));
        }
        let mut plan = Self::default();
        while let Some(next) = last_made(guide, &left) {
            let (step, record) = left.swap_remove(next);
            plan.add(step, record.change.clone());
        }
        plan
    }

    fn add(&mut self, step: StepId, change: Change) {
        let list = if change.undo.possible() {
            &mut self.items
        } else {
            &mut self.impossible
        };
        list.push(UndoItem { step, change });
    }
}

/// The last made of those on whose step no other one's step rests. A step that was made again later than what rests
/// on it still waits for that.
fn last_made<Cx>(guide: &Guide<Cx>, left: &[(StepId, &ChangeRecord)]) -> Option<usize> {
    let is_rested_on = |id: &StepId| {
        let resting = order::dependents(guide, id);
        left.iter().any(|(other, _)| resting.contains(other))
    };
    (0..left.len())
        .filter(|at| !is_rested_on(&left[*at].0))
        .max_by_key(|at| left[*at].1.seq)
}
