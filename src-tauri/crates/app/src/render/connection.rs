//! The open connection: top bar, checklist and state in words.

use engine::UndoPlan;

use super::footer::on;
use super::picture::picture;
use super::{Sight, checklist, millis};
use crate::views::{Action, ActionView, ConnectionView, FooterView, SideView, Status};

/// The view of the open connection.
pub(crate) fn connection(sight: &Sight) -> ConnectionView {
    let phases = checklist::phases(sight);
    let (verified, total) = checklist::counts(&phases);
    let attention = phases
        .iter()
        .flat_map(|phase| &phase.steps)
        .filter(|row| row.status == Status::Attention)
        .count();
    let (status, word) = checklist::cards(sight);
    let state = match attention {
        0 => word,
        1 => "Needs attention: 1 step".to_owned(),
        many => format!("Needs attention: {many} steps"),
    };
    let left_at = sight.state.at_step().map(|id| checklist::row(sight, id));
    ConnectionView {
        id: sight.id.to_owned(),
        name: sight.name.to_owned(),
        entra: sight.entra.clone(),
        atlassian: sight.atlassian.clone(),
        footer: footer(sight, &phases),
        phases,
        verified,
        total,
        state,
        status,
        checked: sight.state.last_look().map(millis),
        left_at,
        picture: picture(sight),
        vault: sight.vault.clone(),
        read_only: guide::shared::sign_in::read_only(sight.state.known()),
        undo_all: undo_all(sight),
    }
}

fn footer(sight: &Sight, phases: &[crate::views::PhaseView]) -> FooterView {
    let rows: Vec<_> = phases.iter().flat_map(|phase| &phase.steps).collect();
    let at = sight.state.at_step().map(ToString::to_string);
    let here = rows
        .iter()
        .find(|row| Some(&row.id) == at.as_ref() && row.status != Status::Done);
    let open = here
        .or_else(|| rows.iter().find(|row| row.status != Status::Done))
        .or(rows.last());
    let primary = open.map(|row| {
        let verb = if at.is_some() {
            "Continue at"
        } else {
            "Begin at"
        };
        on(
            Action::GoStep { id: row.id.clone() },
            &format!("{verb} {}", row.number),
        )
    });
    let say = match super::footer::running(sight, None) {
        Some(running) => running,
        None if sight.stopped.is_some() => sight.stopped.unwrap_or_default().to_owned(),
        None if sight.state.last_look().is_none() => "Nothing was looked at yet.".to_owned(),
        None if rows.iter().all(|row| row.status == Status::Done) => {
            "Everything is verified.".to_owned()
        }
        None => String::new(),
    };
    let mut look = on(Action::LookAtAll, "Look again");
    if sight.job.is_some() {
        look.enabled = false;
        look.why_not = Some("Something is running.".to_owned());
    }
    FooterView {
        say,
        back: Some(on(Action::GoStart, "All connections")),
        next: Some(look),
        primary,
        runs: super::wait::runs(sight, None),
    }
}

fn undo_all(sight: &Sight) -> Option<ActionView> {
    // As many as the question afterwards says, which lists what can't be undone as well.
    let undone = UndoPlan::of(sight.guide, sight.state, None).items.len();
    let label = undo_label(undone)?;
    let mut action = on(Action::Undo { step: None }, &label);
    action.enabled = sight.job.is_none();
    action.why_not = sight.job.map(|_| "Something is running.".to_owned());
    Some(action)
}

fn undo_label(undone: usize) -> Option<String> {
    match undone {
        0 => None,
        1 => Some("Undo 1 change…".to_owned()),
        many => Some(format!("Undo all {many} changes…")),
    }
}

/// The Entra side of the top bar.
pub(crate) fn entra_side(known: &engine::Known, signed_in: bool) -> SideView {
    let name = known.fact("entra.user_name").unwrap_or_default();
    SideView {
        title: known
            .fact("entra.tenant_name")
            .filter(|_| signed_in)
            .unwrap_or("Not signed in")
            .to_owned(),
        service: "Microsoft Entra ID".to_owned(),
        who: if signed_in {
            known
                .fact("entra.role")
                .map_or_else(|| name.to_owned(), |role| format!("{name}, {role}"))
        } else {
            "Nobody is signed in".to_owned()
        },
    }
}

/// The Atlassian side of the top bar.
pub(crate) fn atlassian_side(known: &engine::Known, has_key: bool) -> SideView {
    SideView {
        title: known
            .fact("atlassian.organization_name")
            .filter(|_| has_key)
            .unwrap_or("No organization")
            .to_owned(),
        service: "Atlassian".to_owned(),
        who: if has_key {
            "Organization API key"
        } else {
            "No organization API key"
        }
        .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::undo_label;

    #[test]
    fn one_change_is_not_all_of_several() {
        let label = |undone| undo_label(undone).unwrap_or_default();
        assert_eq!(label(0), "");
        assert_eq!(label(1), "Undo 1 change…");
        assert_eq!(label(3), "Undo all 3 changes…");
    }
}
