//! The box that says what is waited for, since when, and how long it usually takes; and, where there is none, what runs.

use engine::StepId;

use super::{Sight, millis};
use crate::job::{Doing, Job};
use crate::views::{Action, ActionView, CopyView, RunsView, WaitView};

/// The wait of a step, while something runs that takes more than a moment. Looking has none: its rows say that
/// they run, nothing moves under the pointer, and the footer stops it.
pub(super) fn wait(sight: &Sight, id: &StepId) -> Option<WaitView> {
    let job = sight.job.filter(|job| job.step.as_ref() == Some(id))?;
    let blank = |title: &str, text: String| WaitView {
        title: title.to_owned(),
        text,
        since: millis(job.since),
        usual: String::new(),
        longest: String::new(),
        progress: None,
        until: None,
        copies: Vec::new(),
        actions: Vec::new(),
        stop: stop(job),
    };
    let name = |change: &str| name_of(sight, id, change);
    Some(match &job.doing {
        Doing::SigningIn => blank(
            "Opening the sign-in page",
            "Microsoft’s page opens in your browser.".into(),
        ),
        Doing::WaitingForBrowser {
            url,
            until,
            unopened,
        } => {
            let (title, text, note, again) = match unopened {
                None => (
                    "Waiting for you in the browser",
                    "Sign in on Microsoft’s page, then come back here. If you closed the tab, open the page again.".to_owned(),
                    "If no browser opened, open it yourself.",
                    "Open the page again",
                ),
                Some(because) => (
                    "No browser could be opened",
                    format!("The reason: {because}. Open the address below yourself in a browser on this computer, or use a code on any device."),
                    "It works on this computer only.",
                    "Try to open it again",
                ),
            };
            WaitView {
                until: Some(millis(*until)),
                copies: vec![copy("Address of the sign-in page", note, url)],
                actions: vec![
                    act(Action::SignInAgain, again),
                    act(Action::SignInByCode, "Use a code instead"),
                ],
                ..blank(title, text)
            }
        }
        Doing::WaitingForCode { code, url, until } => WaitView {
            until: Some(millis(*until)),
            copies: vec![
                copy("Code", "Enter it on Microsoft’s page, on any device.", code),
                copy("Microsoft’s page", "", url),
            ],
            actions: vec![act(Action::OpenLink { url: url.clone() }, "Open the page")],
            ..blank(
                "Waiting for the code",
                "Some policies block this way; the browser is the better one.".into(),
            )
        },
        Doing::Making { change, number, of } => WaitView {
            usual: "2 s".into(),
            longest: "2 min".into(),
            progress: Some((*number as f64 - 1.0) / *of as f64),
            ..blank(
                &format!("Making change {number} of {of}"),
                format!(
                    "{}. It is on record already, so nothing is lost if the power fails.",
                    name(change)
                ),
            )
        },
        Doing::ReadingBack {
            change,
            agreeing,
            of,
        } => WaitView {
            usual: "30 s".into(),
            longest: "10 min".into(),
            progress: Some(f64::from(*agreeing) / f64::from(*of)),
            ..blank(
                "Waiting for Microsoft",
                format!(
                    "{}: the change reaches Microsoft’s servers one by one. {agreeing} of {of} readings agree.",
                    name(change)
                ),
            )
        },
        Doing::FindingOut { change } => WaitView {
            usual: "1 min".into(),
            longest: "2 min".into(),
            ..blank(
                "Finding out whether it was made",
                format!(
                    "No answer came for: {}. Lockstep looks until that is certain, and makes nothing twice.",
                    name(change)
                ),
            )
        },
        Doing::Undoing { change, number, of } => WaitView {
            progress: Some((*number as f64 - 1.0) / *of as f64),
            usual: "10 s".into(),
            longest: "10 min".into(),
            ..blank(
                &format!("Undoing {number} of {of}"),
                format!("{}.", name(change)),
            )
        },
        Doing::TakingUp
        | Doing::Planning
        | Doing::Looking { .. }
        | Doing::TryingKey
        | Doing::Searching => return None,
    })
}

/// What runs, for the footer of a page: everywhere but where a wait box says it. `page` is the step that is shown.
pub(super) fn runs(sight: &Sight, page: Option<&StepId>) -> Option<RunsView> {
    let job = sight.job.or(sight.beside)?;
    if page.is_some_and(|id| wait(sight, id).is_some()) {
        return None;
    }
    Some(RunsView {
        since: millis(job.since),
        stop: stop(job),
        at: elsewhere(sight, page).map(|(number, id)| {
            let action = Action::GoStep { id: id.to_string() };
            act(action, &format!("Go to {number}"))
        }),
    })
}

/// The step that works, with its number, when it is not the one shown.
pub(super) fn elsewhere(sight: &Sight, page: Option<&StepId>) -> Option<(String, StepId)> {
    let job = sight.job.or(sight.beside)?;
    let step = job.step.clone().filter(|step| Some(step) != page)?;
    Some((sight.guide.number(&step)?, step))
}

fn name_of(sight: &Sight, id: &StepId, change: &str) -> String {
    let records = sight
        .state
        .step(id)
        .map(|state| state.changes.as_slice())
        .unwrap_or_default();
    let record = records
        .iter()
        .rev()
        .find(|record| record.change.id == change);
    record.map_or_else(|| change.to_owned(), |record| record.change.what.clone())
}

fn copy(label: &str, note: &str, value: &str) -> CopyView {
    CopyView {
        label: label.to_owned(),
        note: note.to_owned(),
        value: value.to_owned(),
    }
}

fn act(action: Action, label: &str) -> ActionView {
    ActionView {
        action,
        label: label.to_owned(),
        enabled: true,
        why_not: None,
    }
}

fn stop(job: &Job) -> ActionView {
    let stopping = job.cancel.is_cancelled();
    ActionView {
        action: Action::Cancel,
        label: match &job.doing {
            _ if job.writes() => "Stop after this",
            _ if job.doing.reads() => "Stop",
            _ => "Stop waiting",
        }
        .to_owned(),
        enabled: !stopping,
        why_not: stopping.then(|| "Stopping.".to_owned()),
    }
}
