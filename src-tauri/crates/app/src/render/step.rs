//! One step's page. Every step is rendered by this one function.

use engine::{Standing, StepId};
use guide::shared::{plan::Who, sign_in};

use super::checks::{link, path};
use super::{Sight, asks, changes, checks, footer, trouble, wait};
use crate::views::{Action, ActionView, CopyView, HandView, RightView, StepView};

/// The page of a step; `None` when the guide has none of this id.
pub(crate) fn step(sight: &Sight, id: &StepId) -> Option<StepView> {
    let step = sight.guide.step(id)?;
    let fill = |name: &str| guide::fill(sight.cloud, sight.state.known(), name);
    let text = guide::step_text(step.text(), &fill);
    let rows = checks::rows(sight, id);
    let retry = match sight.proposals.get(id) {
        Some(proposal) if !proposal.fingerprint.is_empty() => Action::Apply {
            fingerprint: proposal.fingerprint.clone(),
        },
        _ => Action::Look,
    };
    Some(StepView {
        id: id.to_string(),
        number: sight.guide.number(id).unwrap_or_default(),
        phase: sight.guide.phase_of(id).unwrap_or_default().to_owned(),
        title: step.title().to_owned(),
        why: text.why,
        trouble: sight
            .troubles
            .get(id)
            .map(|found| trouble::trouble(found, Some(retry))),
        wait: wait::wait(sight, id),
        asks: asks::asks(sight, &sight.asks(id)),
        rights: rights(sight, id),
        changes: changes::changes(sight, id),
        checks_note: checks::note(&rows),
        checks: rows,
        hand: text.by_hand.map(|text| hand(text, done_by_hand(sight, id))),
        footer: footer::footer(sight, id),
    })
}

fn hand(text: guide::HandText, done: Option<ActionView>) -> HandView {
    HandView {
        intro: text.intro.join(" "),
        steps: text.steps,
        path: text.path.as_ref().map(path),
        link: text.link.as_ref().map(link),
        copies: text
            .copies
            .into_iter()
            .map(|(label, note, value)| CopyView { label, note, value })
            .collect(),
        hand_over: true,
        done,
    }
}

/// Offered while nothing proves the step: who may not grant consent goes on by their own word.
fn done_by_hand(sight: &Sight, id: &StepId) -> Option<ActionView> {
    let open = matches!(
        sight.state.standing(sight.guide, id),
        Standing::Ready | Standing::Waiting
    );
    let said = sight
        .state
        .step(id)
        .is_some_and(|state| state.by_hand.is_some());
    (open && !said && sight.job.is_none())
        .then(|| footer::on(Action::DoneByHand, "I did this by hand"))
}

/// The scopes of the sign-in step in words: those to read, and those that a later step asks for.
fn rights(sight: &Sight, id: &StepId) -> Vec<RightView> {
    let known = sight.state.known();
    if *id != sign_in::ID || Who::of(known) == Who::AtlassianOnly {
        return Vec::new();
    }
    let granted = sight.granted.clone().unwrap_or_default();
    let writing = if sign_in::read_only(known) {
        Vec::new()
    } else {
        sign_in::write_scopes()
    };
    let all = sign_in::read_scopes()
        .into_iter()
        .map(|scope| (scope, false))
        .chain(writing.into_iter().map(|scope| (scope, true)));
    all.map(|(scope, later)| RightView {
        scope: scope.name.to_owned(),
        purpose: if later {
            format!(
                "{} Asked for only at step {}.",
                scope.about,
                later_step(sight)
            )
        } else {
            scope.about.to_owned()
        },
        admin_consent: scope.needs_admin_consent,
        granted: granted
            .iter()
            .any(|name| name == scope.name || scope.included_in.contains(&name.as_str())),
    })
    .collect()
}

fn later_step(sight: &Sight) -> String {
    sight
        .guide
        .number(&guide::atlassian::add_app::ID)
        .unwrap_or_default()
}
