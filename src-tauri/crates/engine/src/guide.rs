//! A guide: the phases and steps for one target, in the order on screen.

use crate::{Step, StepId};

/// The content for one target.
pub struct Guide<Cx: 'static> {
    /// The target's id: "atlassian".
    pub target: &'static str,
    /// The phases in order.
    pub phases: &'static [Phase<Cx>],
}

/// A phase of a guide.
pub struct Phase<Cx: 'static> {
    /// "Prepare".
    pub title: &'static str,
    /// Its steps in order.
    pub steps: &'static [&'static dyn Step<Cx>],
}

impl<Cx> Guide<Cx> {
    /// Every step in order.
    pub fn steps(&self) -> impl Iterator<Item = &'static dyn Step<Cx>> + '_ {
        self.phases
            .iter()
            .flat_map(|phase| phase.steps.iter().copied())
    }

    /// The step of an id.
    pub fn step(&self, id: &StepId) -> Option<&'static dyn Step<Cx>> {
        self.steps().find(|step| step.id() == *id)
    }

    /// Whether an ask is the one in which a name is typed each time before a lock's way is shown; it is never recorded.
    pub fn is_typed_anew(&self, ask: &str) -> bool {
        let confirm = |step: &dyn Step<Cx>| step.lock().and_then(|lock| lock.confirm);
        self.steps().any(|step| confirm(step) == Some(ask))
    }

    /// The number of a step as it is shown: phase and place, the phase counted from 0 and the place from 1.
    pub fn number(&self, id: &StepId) -> Option<String> {
        self.phases.iter().enumerate().find_map(|(phase, content)| {
            let place = content.steps.iter().position(|step| step.id() == *id)?;
            Some(format!("{phase}.{}", place + 1))
        })
    }

    /// The phase that a step stands in.
    pub fn phase_of(&self, id: &StepId) -> Option<&'static str> {
        let phase = self
            .phases
            .iter()
            .find(|phase| phase.steps.iter().any(|step| step.id() == *id))?;
        Some(phase.title)
    }
}
