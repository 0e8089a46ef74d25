//! The name that is typed before a change that can't be undone is made.

use engine::{Ask, AskKind, Plan, Proposal, StepId};

use super::{Sight, asks};
use crate::job::Kind;
use crate::views::{AskView, SaidView, Tone};

/// The ask in which it is typed. It is no ask of a step: the typed name is kept for this once and never noted.
pub(crate) const RETYPE: &str = "change.name";

/// What has to be typed at a step, and what was.
struct Wanted<'a> {
    name: String,
    typed: Option<&'a str>,
}

/// `None` where nothing is proposed that can't be undone.
fn wanted<'a>(sight: &Sight<'a>, id: &StepId) -> Option<Wanted<'a>> {
    let name = sight.proposals.get(id).and_then(Proposal::to_type)?;
    Some(Wanted {
        name,
        typed: sight.retyped,
    })
}

/// Whether the changes wait for a name.
pub(super) fn is_missing(sight: &Sight, id: &StepId) -> bool {
    wanted(sight, id).is_some_and(|wanted| !engine::is_typed(&wanted.name, wanted.typed))
}

/// The field, below the changes; it is gone while they are made.
pub(super) fn view(sight: &Sight, id: &StepId) -> Option<AskView> {
    if sight.job.is_some_and(|job| job.kind == Kind::Write) {
        return None;
    }
    let Wanted { name, typed } = wanted(sight, id)?;
    let irreversible = match sight.proposals.get(id).map(|proposal| &proposal.plan) {
        Some(Plan::Changes { changes, .. }) if changes.len() == 1 => "This change can’t",
        _ => "Not all of these changes can",
    };
    let ask = Ask::new(
        RETYPE,
        AskKind::Text,
        format!("Type the name to go on: {name}"),
        format!("{irreversible} be undone by Lockstep."),
    );
    Some(AskView {
        value: typed.map(str::to_owned),
        said: typed.and_then(|typed| said(&name, typed)),
        ..asks::view(sight, &ask)
    })
}

/// What is said to what was typed; nothing to an empty field.
fn said(name: &str, typed: &str) -> Option<SaidView> {
    let (tone, strong, text) = match engine::is_typed(name, Some(typed)) {
        true => (Tone::Pass, "That is it.", ""),
        false => (
            Tone::Fail,
            "That is not the name.",
            "Type it as it is shown.",
        ),
    };
    (!typed.trim().is_empty()).then(|| SaidView {
        tone,
        strong: strong.to_owned(),
        text: text.to_owned(),
        compare: None,
    })
}
