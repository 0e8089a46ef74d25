//! The table of changes: what will change, or what changed.

use engine::{Change, ChangeRecord, ChangeStanding, Effect, Plan, Proposal, StepId, UndoPlan};

use super::{Sight, retype};
use crate::job::Doing;
use crate::views::{Action, ActionView, ChangeRow, ChangesView};

/// The table of a step: proposed changes come first, else those that stand.
pub(super) fn changes(sight: &Sight, id: &StepId) -> Option<ChangesView> {
    let writing = sight.job.is_some_and(|job| job.writes());
    match sight.proposals.get(id) {
        Some(Proposal {
            plan: Plan::Changes { changes, untouched },
            ..
        }) => Some(ChangesView {
            made: false,
            note: per_system(changes),
            rows: changes
                .iter()
                .enumerate()
                .map(|(index, change)| proposed(sight, id, index, change))
                .collect(),
            untouched: Some(untouched.clone()),
            retype: retype::view(sight, id),
            undo: None,
        }),
        _ => made(sight, id, writing),
    }
}

fn made(sight: &Sight, id: &StepId, writing: bool) -> Option<ChangesView> {
    let records: Vec<_> = sight
        .state
        .step(id)?
        .changes
        .iter()
        .filter(|record| record.standing != ChangeStanding::Undone)
        .collect();
    let last = records.iter().map(|record| record.at).max()?;
    let stand = records
        .iter()
        .filter(|record| record.standing == ChangeStanding::Done && record.change.undo.possible())
        .count();
    let undone = UndoPlan::of(sight.guide, sight.state, Some(id)).items.len();
    Some(ChangesView {
        made: true,
        note: last.strftime("%-d %b %Y, %H:%M UTC").to_string(),
        rows: told_apart(records.iter().map(|record| recorded(record)).collect()),
        untouched: None,
        retype: None,
        undo: (stand > 0).then(|| ActionView {
            action: Action::Undo {
                step: Some(id.to_string()),
            },
            // With those of the steps that rest on it.
            label: format!("Undo {}…", count(undone)),
            enabled: !writing && sight.job.is_none(),
            why_not: sight.job.map(|_| "Something is still running.".to_owned()),
        }),
    })
}

/// "1 change", "3 changes".
pub(super) fn count(changes: usize) -> String {
    if changes == 1 {
        "1 change".to_owned()
    } else {
        format!("{changes} changes")
    }
}

fn per_system(changes: &[Change]) -> String {
    let in_entra = changes
        .iter()
        .filter(|change| change.system == "Entra")
        .count();
    format!(
        "{in_entra} in Entra, {} at Atlassian",
        changes.len() - in_entra
    )
}

fn proposed(sight: &Sight, id: &StepId, index: usize, change: &Change) -> ChangeRow {
    let of_this = sight.job.filter(|job| job.step.as_ref() == Some(id));
    let progress = match of_this.map(|job| &job.doing) {
        Some(Doing::Making { number, .. }) if *number == index + 1 => "Making",
        Some(Doing::ReadingBack {
            change: reading, ..
        }) if *reading == change.id => "Reading back",
        Some(Doing::FindingOut { change: finding }) if *finding == change.id => "Finding out",
        Some(_) if is_made(sight, id, &change.id) => "Made",
        _ => "",
    };
    row(change, progress)
}

fn is_made(sight: &Sight, id: &StepId, change: &str) -> bool {
    sight
        .state
        .step(id)
        .is_some_and(|state| state.made().any(|record| record.change.id == change))
}

/// A change can be made again, such as the one that makes a certificate: each time has its own row, and its own id.
fn told_apart(mut rows: Vec<ChangeRow>) -> Vec<ChangeRow> {
    for at in 1..rows.len() {
        let (before, rest) = rows.split_at_mut(at);
        let id = &mut rest[0].id;
        if before.iter().any(|row| row.id == *id) {
            *id = format!("{id}-{}", at + 1);
        }
    }
    rows
}

/// Whom something done by hand will reach.
pub(super) fn effect(effect: Effect) -> ChangeRow {
    ChangeRow {
        id: effect.who.clone(),
        what: effect.who,
        about: effect.about,
        now: effect.now,
        then: effect.then,
        then_about: String::new(),
        code: false,
        undo: effect.undo,
        undo_about: effect.undo_about,
        progress: String::new(),
    }
}

fn recorded(record: &ChangeRecord) -> ChangeRow {
    let progress = match record.standing {
        ChangeStanding::Done => "Made",
        ChangeStanding::Failed(_) => "Stopped here",
        ChangeStanding::Intended => "Not known yet",
        ChangeStanding::Undoing => "Being undone",
        ChangeStanding::Undone => "Undone",
    };
    row(&record.change, progress)
}

fn row(change: &Change, progress: &str) -> ChangeRow {
    let (undo, undo_about) = change.undo.said();
    ChangeRow {
        id: change.id.clone(),
        what: change.what.clone(),
        about: change.about.clone(),
        now: change.now.clone(),
        then: change.then.clone(),
        then_about: change.then_about.clone(),
        code: change.code,
        undo: undo.to_owned(),
        undo_about: undo_about.to_owned(),
        progress: progress.to_owned(),
    }
}
