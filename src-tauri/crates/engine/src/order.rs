//! The order of steps: what needs what.

use std::collections::BTreeSet;

use crate::{Guide, State, StepId};

/// What is wrong with a guide's order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// A step stands twice.
    #[error("the step {0} stands twice in the guide")]
    Twice(StepId),
    /// A step needs one that is not in the guide, or that comes later.
    #[error("the step {step} needs {need}, which does not stand before it")]
    NotBefore {
        /// The step.
        step: StepId,
        /// What it needs.
        need: StepId,
    },
}

/// Proves that every step stands once and after everything it needs; with that, there are no cycles.
pub fn in_order<Cx>(guide: &Guide<Cx>) -> Result<(), OrderError> {
    let mut seen = BTreeSet::new();
    for step in guide.steps() {
        if let Some(need) = step.needs().iter().find(|need| !seen.contains(*need)) {
            return Err(OrderError::NotBefore {
                step: step.id(),
                need: need.clone(),
            });
        }
        if !seen.insert(step.id()) {
            return Err(OrderError::Twice(step.id()));
        }
    }
    Ok(())
}

/// The steps that rest on `id`, directly or through others, in the order on screen.
pub fn dependents<Cx>(guide: &Guide<Cx>, id: &StepId) -> Vec<StepId> {
    let mut resting = vec![];
    for step in guide.steps() {
        let rests = step
            .needs()
            .iter()
            .any(|need| need == id || resting.contains(need));
        if rests {
            resting.push(step.id());
        }
    }
    resting
}

/// A step and all that rest on it, or, without a step, all: in the order on screen.
pub(crate) fn in_reach<Cx>(guide: &Guide<Cx>, id: Option<&StepId>) -> Vec<StepId> {
    match id {
        None => guide.steps().map(|step| step.id()).collect(),
        Some(id) => std::iter::once(id.clone())
            .chain(dependents(guide, id))
            .collect(),
    }
}

/// What a step still needs before it can start.
pub fn unmet<Cx>(guide: &Guide<Cx>, state: &State, id: &StepId) -> Vec<StepId> {
    let Some(step) = guide.step(id) else {
        return Vec::new();
    };
    step.needs()
        .iter()
        .filter(|need| !state.is_passed(guide, need))
        .cloned()
        .collect()
}
