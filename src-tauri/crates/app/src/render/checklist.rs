//! The checklist: every step with its status in words.

use engine::{Skip, Standing, StepId, StepState, VerdictState};

use super::Sight;
use crate::views::{PhaseView, Status, StepRow};

/// The phases with their steps.
pub(super) fn phases(sight: &Sight) -> Vec<PhaseView> {
    let at = sight.state.at_step();
    let phases = sight
        .guide
        .phases
        .iter()
        .enumerate()
        .map(|(number, phase)| {
            let steps: Vec<_> = phase
                .steps
                .iter()
                .map(|step| row(sight, &step.id()))
                .collect();
            PhaseView {
                number: number.to_string(),
                title: phase.title.to_owned(),
                summary: summary(&steps),
                open: steps.iter().any(|row| {
                    row.status != Status::Done || at.is_some_and(|at| at.as_str() == row.id)
                }),
                steps,
            }
        });
    phases.collect()
}

/// "1.4", "1.4 and 1.6", "1.4, 1.6 and 1.7".
fn listed(numbers: &[String]) -> String {
    match numbers {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => numbers.concat(),
    }
}

/// Verified and all.
pub(super) fn counts(phases: &[PhaseView]) -> (u32, u32) {
    let rows = || phases.iter().flat_map(|phase| &phase.steps);
    (
        rows().filter(|row| row.status == Status::Done).count() as u32,
        rows().count() as u32,
    )
}

fn summary(steps: &[StepRow]) -> String {
    let verified = steps
        .iter()
        .filter(|row| row.status == Status::Done)
        .count();
    if verified == steps.len() {
        "all verified".to_owned()
    } else if steps.iter().all(|row| row.status == Status::CannotStart) {
        "cannot start yet".to_owned()
    } else {
        format!("{verified} of {} verified", steps.len())
    }
}

/// One row.
pub(super) fn row(sight: &Sight, id: &StepId) -> StepRow {
    let standing = sight.state.standing(sight.guide, id);
    let status = status_of(
        &standing,
        sight.state.step(id).is_some() || sight.state.at_step() == Some(id),
    );
    StepRow {
        id: id.to_string(),
        number: sight.guide.number(id).unwrap_or_default(),
        title: sight
            .guide
            .step(id)
            .map(|step| step.title().to_owned())
            .unwrap_or_default(),
        status,
        word: match &standing {
            Standing::CannotStart(needs) => {
                let numbers: Vec<_> = needs
                    .iter()
                    .filter_map(|need| sight.guide.number(need))
                    .collect();
                format!("Cannot start yet, needs {}", listed(&numbers))
            }
            Standing::DoneNotVerified => {
                let state = sight.state.step(id);
                state.map_or(word_of(status), unproven).to_owned()
            }
            _ => word_of(status).to_owned(),
        },
    }
}

/// The status of a standing; `touched` tells Ready from Not started.
fn status_of(standing: &Standing, touched: bool) -> Status {
    match standing {
        Standing::CannotStart(_) => Status::CannotStart,
        Standing::Ready if touched => Status::Ready,
        Standing::Ready => Status::NotStarted,
        Standing::Waiting => Status::Waiting,
        Standing::Attention => Status::Attention,
        Standing::Done => Status::Done,
        Standing::DoneNotVerified => Status::DoneNotVerified,
    }
}

/// A step without proof, in words. “Done” is said only where somebody did something, or a check saw a part of it.
fn unproven(step: &StepState) -> &'static str {
    let states: Vec<_> = step
        .looked
        .values()
        .flat_map(|looked| &looked.findings)
        .map(|finding| finding.verdict.state)
        .collect();
    let colleague = VerdictState::Skipped(Skip::ColleagueDoes);
    let seen = states.contains(&VerdictState::Pass);
    if seen || step.by_hand.is_some() || step.made().next().is_some() {
        word_of(Status::DoneNotVerified)
    } else if states.contains(&colleague) && states.iter().all(|state| *state == colleague) {
        "A colleague does this"
    } else {
        "Not verified"
    }
}

/// A status in words.
fn word_of(status: Status) -> &'static str {
    match status {
        Status::Done => "Done",
        Status::DoneNotVerified => "Done, not verified",
        Status::Ready => "Ready",
        Status::NotStarted => "Not started",
        Status::CannotStart => "Cannot start yet",
        Status::Waiting => "Waiting for Microsoft",
        Status::Attention => "Needs attention",
    }
}

/// The worst status of a connection, and its words: what the list of connections shows.
pub(crate) fn cards(sight: &Sight) -> (Status, String) {
    let phases = phases(sight);
    let (verified, total) = counts(&phases);
    let worst = phases
        .iter()
        .flat_map(|phase| &phase.steps)
        .map(|row| row.status)
        .filter(|status| *status != Status::CannotStart)
        .max();
    let worst = worst.unwrap_or(Status::NotStarted);
    let word = match worst {
        Status::Attention | Status::Waiting => word_of(worst),
        Status::Done => "All verified",
        _ => "Under way",
    };
    (worst, format!("{word}, {verified} of {total} verified"))
}
