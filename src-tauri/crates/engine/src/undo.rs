//! What an undo would do, told before it is done.

use crate::state::id_of;
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
        let mut steps: Vec<StepId> = match step {
            None => guide.steps().map(|step| step.id()).collect(),
            Some(id) => std::iter::once(id.clone())
                .chain(order::dependents(guide, id))
                .collect(),
        };
        // Steps stand in an order in which each comes after all it needs, so the reverse is safe.
        steps.sort_by_key(|id| guide.steps().position(|step| step.id() == *id));
        let mut plan = Self::default();
        for id in steps.into_iter().rev() {
            plan.add(
                id.clone(),
                state
                    .step(&id)
                    .map(|step| step.made())
                    .into_iter()
                    .flatten(),
            );
        }
        plan
    }

    fn add<'a>(&mut self, step: StepId, made: impl Iterator<Item = &'a ChangeRecord>) {
        let mut made: Vec<_> = made.collect();
        made.sort_by_key(|record| std::cmp::Reverse((record.seq, id_of(record))));
        for record in made {
            let item = UndoItem {
                step: step.clone(),
                change: record.change.clone(),
            };
            if record.change.undo.possible() {
                self.items.push(item);
            } else {
                self.impossible.push(item);
            }
        }
    }
}
