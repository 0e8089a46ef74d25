//! One step's page. Every step is rendered by this one function.

use connect::Scope;
use engine::{Standing, StepId};
use guide::shared::{plan::Who, scopes, sign_in};

use super::checks::{link, path};
use super::{Sight, asks, changes, checks, footer, lock, trouble, wait};
use crate::views::{
    Action, ActionView, CheckView, CopyView, DocumentView, HandView, RevealedView, RightView,
    StepView,
};

/// The page of a step; `None` when the guide has none of this id.
pub(crate) fn step(sight: &Sight, id: &StepId) -> Option<StepView> {
    let step = sight.guide.step(id)?;
    let fill = |name: &str| guide::fill(sight.cloud, sight.state.known(), name);
    let text = guide::step_text(step.text(), &fill);
    let rows = checks::rows(sight, id);
    let (locking, rows) = apart(sight, id, rows);
    let way = lock::way(sight, id);
    let confirm = sight.confirm(id);
    let asked: Vec<_> = sight
        .asks(id)
        .into_iter()
        .filter(|ask| confirm != Some(ask.id.as_str()))
        .collect();
    let first = step.hand_first();
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
        revealed: revealed(sight, id),
        asks: asks::asks(sight, &asked),
        rights: rights(sight, id),
        changes: changes::changes(sight, id),
        effects: step
            .effects(sight.state.known())
            .into_iter()
            .map(changes::effect)
            .collect(),
        checks_note: checks::note(&rows),
        checks: rows,
        lock: lock::view(sight, id, locking),
        hand: text
            .by_hand
            .filter(|_| way == lock::Way::Open)
            .map(|text| hand(text, first, done_by_hand(sight, id))),
        then: text.then,
        back: text
            .undo_by_hand
            .filter(|_| is_to_take_back(sight, id, first))
            .map(|text| HandView {
                hand_over: false,
                ..hand(text, false, taken_back(sight, id))
            }),
        documents: documents(sight, id),
        footer: footer::footer(sight, id),
    })
}

/// The rows of the checks that the lock rests on, and the others.
fn apart(sight: &Sight, id: &StepId, rows: Vec<CheckView>) -> (Vec<CheckView>, Vec<CheckView>) {
    let Some((lock, _)) = lock::state(sight, id) else {
        return (Vec::new(), rows);
    };
    rows.into_iter().partition(|row| {
        let check = row
            .id
            .split_once('/')
            .map_or(row.id.as_str(), |(check, _)| check);
        lock.checks.contains(&check)
    })
}

fn revealed(sight: &Sight, id: &StepId) -> Option<RevealedView> {
    let shown = sight.session?.revealed().shown();
    // It belongs to the page on which it was made up: where a change of this step was made.
    let here = sight
        .state
        .step(id)
        .is_some_and(|step| !step.changes.is_empty());
    (here && !shown.is_empty()).then(|| RevealedView {
        copies: shown
            .into_iter()
            .map(|(label, value)| CopyView {
                label,
                note: "Shown once. Lockstep keeps it nowhere.".to_owned(),
                value: value.secret().to_owned(),
            })
            .collect(),
        hide: footer::on(Action::HideRevealed, "I have noted it"),
    })
}

fn documents(sight: &Sight, id: &StepId) -> Vec<DocumentView> {
    let Some(session) = sight.session else {
        return Vec::new();
    };
    let view = |document: engine::Document| {
        let saved = sight.state.known().fact(&format!("saved.{}", document.id));
        DocumentView {
            save: footer::on(
                Action::SaveDocument {
                    id: document.id.clone(),
                },
                &document.label,
            ),
            elsewhere: saved.is_some().then(|| {
                footer::on(
                    Action::SaveDocumentElsewhere { id: document.id },
                    "Save a copy elsewhere",
                )
            }),
            saved: saved.unwrap_or_default().to_owned(),
            name: document.name,
        }
    };
    session.documents(id).into_iter().map(view).collect()
}

fn hand(text: guide::HandText, first: bool, done: Option<ActionView>) -> HandView {
    HandView {
        first,
        private: text.private.iter().map(link).collect(),
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
    let said = sight.is_by_hand(id);
    let (open, label) = match lock::is_shown(sight, id) {
        true => (true, "I did this at Atlassian"),
        false => (open, "I did this by hand"),
    };
    (open && !said && sight.job.is_none()).then(|| footer::on(Action::DoneByHand, label))
}

/// Whether the way back is shown: there may be something to take back by hand, because the person said so or no call could have
/// done it and the page has seen it; or the way there is behind a lock, and whoever opens it has read the way back before.
fn is_to_take_back(sight: &Sight, id: &StepId, first: bool) -> bool {
    let by_hand = sight.is_by_hand(id);
    let locked = sight
        .guide
        .step(id)
        .is_some_and(|step| step.lock().is_some());
    by_hand || locked || (first && sight.state.is_passed(sight.guide, id))
}

/// Offered where something was done by hand: only a person can say that it is taken back.
fn taken_back(sight: &Sight, id: &StepId) -> Option<ActionView> {
    let done = sight.is_by_hand(id);
    (done && sight.job.is_none())
        .then(|| footer::on(Action::UndoneByHand, "I took this back by hand"))
}

/// The scopes of the sign-in step in words: those to read, and those that a later step asks for. On a later step, those
/// that it asks for and that are not granted yet.
fn rights(sight: &Sight, id: &StepId) -> Vec<RightView> {
    let known = sight.state.known();
    if Who::of(known) == Who::AtlassianOnly {
        return Vec::new();
    }
    let granted = sight.granted.clone().unwrap_or_default();
    let has = |scope: &Scope| {
        granted
            .iter()
            .any(|name| name == scope.name || scope.included_in.contains(&name.as_str()))
    };
    let view = |scope: &'static Scope, purpose: String| RightView {
        scope: scope.name.to_owned(),
        purpose,
        admin_consent: scope.needs_admin_consent,
        granted: has(scope),
    };
    if *id != sign_in::ID {
        let wanted = scopes::wanted(id, known).into_iter();
        return match sight.granted {
            Some(_) => wanted
                .filter(|scope| !has(scope))
                .map(|scope| view(scope, scope.about.to_owned()))
                .collect(),
            None => Vec::new(),
        };
    }
    let first = sign_in::first_scopes()
        .into_iter()
        .map(|scope| view(scope, scope.about.to_owned()));
    let later = scopes::by_step(sight.guide.steps().map(|step| step.id()), known)
        .into_iter()
        .map(|(step, scope)| {
            let number = sight.guide.number(&step).unwrap_or_default();
            let when = match sign_in::makes_registration(known)
                && sign_in::write_scopes().contains(&scope)
            {
                true => "Asked for here as well, to make the registration.".to_owned(),
                false => format!("Asked for only at step {number}."),
            };
            view(scope, format!("{} {when}", scope.about))
        });
    first.chain(later).collect()
}
