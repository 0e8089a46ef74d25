//! The footer: back, the page's one sentence, continue, and the one primary action.

use engine::{Plan, Proposal, Standing, StepId};
use guide::shared::{scopes, sign_in};

use super::changes::count;
use super::lock::{self, Way};
use super::{Sight, checks, retype, wait};
use crate::job::Doing;
use crate::views::{Action, ActionView, CheckState, FooterView};

/// The footer of a step.
pub(super) fn footer(sight: &Sight, id: &StepId) -> FooterView {
    let primary = primary(sight, id);
    FooterView {
        say: say(sight, id, &primary),
        back: Some(back(sight, id)),
        next: next(sight, id, &primary),
        primary: Some(primary),
        runs: wait::runs(sight, Some(id)),
    }
}

fn neighbours(sight: &Sight, id: &StepId) -> (Option<StepId>, Option<StepId>) {
    let ids: Vec<_> = sight.guide.steps().map(|step| step.id()).collect();
    let Some(at) = ids.iter().position(|other| other == id) else {
        return (None, None);
    };
    (
        at.checked_sub(1)
            .and_then(|before| ids.get(before).cloned()),
        ids.get(at + 1).cloned(),
    )
}

fn back(sight: &Sight, id: &StepId) -> ActionView {
    let action = match neighbours(sight, id).0 {
        Some(before) => Action::GoStep {
            id: before.to_string(),
        },
        None => Action::GoConnection,
    };
    on(action, "Back")
}

/// Continue: open once the page was looked at, also when something failed. Left out where it is the primary action.
fn next(sight: &Sight, id: &StepId, primary: &ActionView) -> Option<ActionView> {
    let (action, label) = forward(sight, id);
    let looked = sight
        .state
        .step(id)
        .is_some_and(|state| !state.looked.is_empty());
    if sight.job.is_some() {
        // When the job ends, the button may give its place to another: nothing is to be pressed by mistake then.
        return Some(off(action, &label, "Something is running."));
    }
    if primary.action == Action::DoneByHand && looked {
        return Some(on(Action::Look, "Look at all again"));
    }
    if primary.action == action {
        // Where going on is the main thing, looking again is the other one.
        return (looked && primary.enabled).then(|| on(Action::Look, "Look at all again"));
    }
    if !looked {
        let why = "Continue opens when this page was looked at.";
        return Some(off(action, &label, why));
    }
    Some(match waits_for(sight, id, primary) {
        Some(why) => off(action, &label, &why),
        None => on(action, &label),
    })
}

/// Why there is nothing to do on the next page yet: it needs what this page is about to make. Where something failed here, the next
/// page can be read all the same.
fn waits_for(sight: &Sight, id: &StepId, primary: &ActionView) -> Option<String> {
    let makes = matches!(primary.action, Action::Apply { .. } | Action::SignIn);
    let after = neighbours(sight, id).1.filter(|_| makes)?;
    let Standing::CannotStart(needs) = sight.state.standing(sight.guide, &after) else {
        return None;
    };
    let number = |id: &StepId| sight.guide.number(id).unwrap_or_default();
    needs
        .contains(id)
        .then(|| format!("{} opens when {} is done.", number(&after), number(id)))
}

fn forward(sight: &Sight, id: &StepId) -> (Action, String) {
    match neighbours(sight, id).1 {
        Some(after) => {
            let number = sight.guide.number(&after).unwrap_or_default();
            (
                Action::GoStep {
                    id: after.to_string(),
                },
                format!("Continue to {number}"),
            )
        }
        None => (Action::GoConnection, "Continue to the overview".to_owned()),
    }
}

/// The one primary action: the next thing that brings this step forward.
pub(super) fn primary(sight: &Sight, id: &StepId) -> ActionView {
    if let Some(job) = sight.job {
        return off(
            Action::Look,
            running_label(&job.doing),
            "Something is running.",
        );
    }
    let standing = sight.state.standing(sight.guide, id);
    if let Standing::CannotStart(needs) = &standing
        && let Some(first) = needs.first()
    {
        let number = sight.guide.number(first).unwrap_or_default();
        return on(
            Action::GoStep {
                id: first.to_string(),
            },
            &format!("Go to {number} first"),
        );
    }
    let by_hand = sight.is_by_hand(id);
    if by_hand && standing == Standing::DoneNotVerified {
        let (action, label) = forward(sight, id);
        return on(action, &label);
    }
    let open = sight.open_asks(id);
    // People and logs are read with a right that may be missing: it is asked for before any question, since the
    // answer rests on what is read. Who can't grant it answers by what they know, and goes on.
    let searched = open.iter().any(|ask| ask.kind == engine::AskKind::Search);
    let passed = sight.state.is_passed(sight.guide, id);
    if (searched || reads_more(sight, id))
        && !passed
        && let Some(sign_in) = wants_sign_in(sight, id)
    {
        return sign_in;
    }
    if let Some(ask) = open.first() {
        let (action, label) = forward(sight, id);
        return off(action, &label, &format!("First answer: {}", ask.label));
    }
    if let Some(sign_in) = wants_sign_in(sight, id).filter(|_| !(passed && reads_more(sight, id))) {
        return sign_in;
    }
    let proposal = sight.proposals.get(id);
    let changing = matches!(proposal.map(|p| &p.plan), Some(Plan::Changes { .. }));
    if let (false, Some(locked)) = (changing, behind_lock(sight, id)) {
        return locked;
    }
    match proposal {
        Some(Proposal {
            plan: Plan::Changes { changes, .. },
            fingerprint,
            ..
        }) => {
            let action = Action::Apply {
                fingerprint: fingerprint.clone(),
            };
            let again = sight
                .state
                .step(id)
                .is_some_and(engine::StepState::is_stopped);
            let system = changes.first().map_or("", |change| &change.system);
            let label = if again {
                format!("Try the {} again", count(changes.len()))
            } else {
                format!("Make {} {}", count(changes.len()), at(system))
            };
            match retype::is_missing(sight, id) {
                true => off(action, &label, "Type the name above."),
                false => on(action, &label),
            }
        }
        _ if sight.state.is_passed(sight.guide, id) => {
            let (action, label) = forward(sight, id);
            on(action, &label)
        }
        _ if sight
            .state
            .step(id)
            .is_some_and(|state| !state.looked.is_empty()) =>
        {
            on(Action::Look, "Look at all again")
        }
        _ => on(Action::Look, "Look"),
    }
}

/// What is done by hand behind a lock: shut in place until everything holds, so that it is seen what comes.
fn behind_lock(sight: &Sight, id: &StepId) -> Option<ActionView> {
    let (_, stand) = lock::state(sight, id)?;
    let by_hand = sight.is_by_hand(id);
    if by_hand {
        return None;
    }
    const SHOW: &str = "Show how to enforce";
    Some(match lock::way(sight, id) {
        Way::Shut => off(
            Action::DoneByHand,
            SHOW,
            &format!(
                "Locked: {} of {} hold.",
                stand.holding.len(),
                stand.holding.len() + stand.missing.len()
            ),
        ),
        Way::Confirming => off(Action::DoneByHand, SHOW, "Type the name above."),
        // That it is done is said below the steps that do it: a key pressed to see them must not say so.
        Way::Open => on(Action::Look, "Look at all again"),
    })
}

/// Signing in comes before everything else where it is wanted: at its own step, and for the right to write.
fn wants_sign_in(sight: &Sight, id: &StepId) -> Option<ActionView> {
    let known = sight.state.known();
    if guide::shared::plan::Who::of(known) == guide::shared::plan::Who::AtlassianOnly {
        return None;
    }
    let client = sign_in::client_id(sight.cloud, known);
    if *id == sign_in::ID {
        let as_wanted = sight.signed_in_as.is_some() && sight.signed_in_as == client;
        return match (&sight.granted, as_wanted) {
            (None, _) => Some(on(Action::SignIn, "Sign in")),
            (Some(_), false) => Some(on(Action::SignIn, "Sign in with the new registration")),
            _ => None,
        };
    }
    let granted = sight.granted.as_ref()?;
    let missing: Vec<_> = scopes::wanted(id, known)
        .into_iter()
        .filter(|scope| !granted.iter().any(|name| name == scope.name))
        .collect();
    let writes = missing.iter().any(|scope| scope.writes);
    let label = if writes {
        "Sign in to allow changes"
    } else {
        "Sign in to allow reading this"
    };
    (!missing.is_empty()).then(|| on(Action::SignIn, label))
}

/// Whether a step reads with a right of its own and writes nothing.
fn reads_more(sight: &Sight, id: &StepId) -> bool {
    let wanted = scopes::wanted(id, sight.state.known());
    *id != sign_in::ID && !wanted.is_empty() && wanted.iter().all(|scope| !scope.writes)
}

/// "in Entra", "at Atlassian".
fn at(system: &str) -> String {
    let word = if system == "Entra" { "in" } else { "at" };
    format!("{word} {system}")
}

fn running_label(doing: &Doing) -> &'static str {
    match doing {
        Doing::TakingUp
        | Doing::SigningIn
        | Doing::WaitingForBrowser { .. }
        | Doing::WaitingForCode { .. } => "Signing in",
        Doing::TryingKey => "Trying the key",
        Doing::Searching | Doing::Planning | Doing::Looking { .. } => "Looking",
        Doing::Making { .. } => "Making changes",
        Doing::ReadingBack { .. } | Doing::FindingOut { .. } => "Reading back",
        Doing::Undoing { .. } => "Undoing",
    }
}

fn say(sight: &Sight, id: &StepId, primary: &ActionView) -> String {
    if let Some(running) = running(sight, Some(id)) {
        return running;
    }
    if let Some(trouble) = sight.troubles.get(id) {
        return trouble.certain.clone();
    }
    if let Some(stopped) = sight.stopped {
        return stopped.to_owned();
    }
    if let (false, Some(why)) = (primary.enabled, &primary.why_not) {
        return why.clone();
    }
    if let Some(Plan::Asks { because, asks }) = sight.proposals.get(id).map(|shown| &shown.plan)
        && asks.is_empty()
    {
        return because.clone();
    }
    if matches!(primary.action, Action::Apply { .. }) {
        return "Nothing is changed before you press the button.".to_owned();
    }
    if lock::is_shown(sight, id) {
        return "Do it at Atlassian as “Do this” says, then press the button below its steps."
            .to_owned();
    }
    if primary.action == Action::SignIn {
        return "Opens Microsoft’s page in your browser.".to_owned();
    }
    tally(&checks::rows(sight, id))
}

/// What runs, in a sentence that names the step when another page is shown.
pub(super) fn running(sight: &Sight, page: Option<&StepId>) -> Option<String> {
    let said = running_said(&sight.job.or(sight.beside)?.doing);
    Some(match wait::elsewhere(sight, page) {
        Some((number, _)) => format!("At step {number}: {said}"),
        None => said,
    })
}

fn running_said(doing: &Doing) -> String {
    match doing {
        Doing::TakingUp => "Taking up your sign-in of last time.".to_owned(),
        Doing::TryingKey => "Trying the key at Atlassian.".to_owned(),
        Doing::Searching => "Looking for it.".to_owned(),
        Doing::SigningIn => "Opening the sign-in page.".to_owned(),
        Doing::WaitingForBrowser { .. } | Doing::WaitingForCode { .. } => {
            "Waiting for you in the browser.".to_owned()
        }
        Doing::Planning => "Looking at what is there now.".to_owned(),
        Doing::Looking {
            counted: Some((seen, of)),
            ..
        } => match of {
            Some(of) => format!("Counting: {seen} of {of}."),
            None => format!("Counting: {seen} so far."),
        },
        Doing::Looking { done, of, .. } => format!("Looking: {done} of {of}."),
        Doing::Making { number, of, .. } => format!("Making change {number} of {of}."),
        Doing::ReadingBack { agreeing, of, .. } => format!("{agreeing} of {of} readings agree."),
        Doing::FindingOut { .. } => "Finding out whether it was made.".to_owned(),
        Doing::Undoing { number, of, .. } => format!("Undoing {number} of {of}."),
    }
}

/// The page's state in one sentence.
fn tally(rows: &[crate::views::CheckView]) -> String {
    let of = |state: CheckState| rows.iter().filter(|row| row.state == Some(state)).count();
    let (failed, warned, waiting, unknown) = (
        of(CheckState::Fail),
        of(CheckState::Warn),
        of(CheckState::Wait),
        of(CheckState::Unknown),
    );
    let checks = |number: usize| {
        if number == 1 {
            "1 check".to_owned()
        } else {
            format!("{number} checks")
        }
    };
    if rows.iter().all(|row| row.state.is_none()) {
        "Nothing was looked at yet.".to_owned()
    } else if failed > 0 {
        format!(
            "{} failed. You can fix it now, or continue and come back.",
            checks(failed)
        )
    } else if waiting > 0 {
        format!("{} waiting.", checks(waiting))
    } else if warned > 0 {
        format!("{} with a warning, none failed.", checks(warned))
    } else if unknown > 0 {
        format!(
            "Nothing failed. {} could not be looked at.",
            checks(unknown)
        )
    } else if rows
        .iter()
        .any(|row| row.state == Some(CheckState::Skipped) && row.word == checks::NOT_YET)
    {
        "Nothing failed. Some things do not stand yet.".to_owned()
    } else {
        "Everything here is verified.".to_owned()
    }
}

/// A button that can be used.
pub(super) fn on(action: Action, label: &str) -> ActionView {
    ActionView {
        action,
        label: label.to_owned(),
        enabled: true,
        why_not: None,
    }
}

/// A button that can't be used now, and why.
pub(super) fn off(action: Action, label: &str, why: &str) -> ActionView {
    ActionView {
        action,
        label: label.to_owned(),
        enabled: false,
        why_not: Some(why.to_owned()),
    }
}
