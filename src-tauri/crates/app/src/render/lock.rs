//! The lock of a page: what has to hold, and what is shown once it does.

use engine::{Lock, LockState, Standing, StepId};

use super::{Sight, asks};
use crate::views::{CheckState, CheckView, LockView};

/// How far a page with a lock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Something is missing.
    Shut,
    /// Everything holds, but the name is not typed.
    Confirming,
    /// The route by hand is shown.
    Open,
}

/// How the lock of a step stands; `None` where it has none.
pub(super) fn state(sight: &Sight, id: &StepId) -> Option<(Lock, LockState)> {
    let lock = sight.guide.step(id)?.lock()?;
    Some((lock, lock.at(sight.guide, sight.state, id, sight.now)))
}

/// How far the page is; open where it has no lock.
pub(super) fn way(sight: &Sight, id: &StepId) -> Way {
    match state(sight, id) {
        None => Way::Open,
        Some((_, stand)) if !stand.is_open() => Way::Shut,
        Some((lock, _)) if !is_confirmed(sight, id, lock) => Way::Confirming,
        Some(_) => Way::Open,
    }
}

/// Whether the page shows the way that the lock kept, and nobody said yet that it was gone.
pub(super) fn is_shown(sight: &Sight, id: &StepId) -> bool {
    let done = sight.is_by_hand(id);
    !done && state(sight, id).is_some() && way(sight, id) == Way::Open
}

/// Whether the name that was typed is the one that is wanted now: it is judged again, because what it names can change
/// after it was typed.
fn is_confirmed(sight: &Sight, id: &StepId, lock: Lock) -> bool {
    let Some(confirm) = lock.confirm else {
        return true;
    };
    let typed = sight.confirmed.zip(sight.session);
    typed.is_some_and(|(typed, session)| session.confirms(id, confirm, typed))
}

/// The view of a lock, with the rows of its checks.
pub(super) fn view(sight: &Sight, id: &StepId, rows: Vec<CheckView>) -> Option<LockView> {
    let (lock, stand) = state(sight, id)?;
    let all = lock.checks.len();
    let open = stand.is_open();
    let done = sight.is_by_hand(id);
    let confirm = lock.confirm.filter(|_| open && !done).and_then(|confirm| {
        let ask = sight.asks(id).into_iter().find(|ask| ask.id == confirm)?;
        // It can be left empty only by who does not want to go on, which goes without saying.
        let ask = engine::Ask {
            optional: false,
            ..ask
        };
        Some(asks::view(sight, &ask))
    });
    let (title, text) = match (open, done) {
        (true, _) => (
            format!("Unlocked: all {all} hold"),
            "Looked at again each minute; it shuts when one no longer holds.".to_owned(),
        ),
        (false, true) => behind(&lock, &rows).unwrap_or_else(|| {
            let text = "Looked at on: what fails here is mended first, for it is what gets people back in.";
            ("Single sign-on is enforced".to_owned(), text.to_owned())
        }),
        (false, false) => (
            format!("Locked: {} of {all} hold", stand.holding.len()),
            missing(sight, id, &stand, &rows),
        ),
    };
    Some(LockView {
        title,
        text,
        open,
        checks: rows,
        confirm,
    })
}

/// What is said where the thing behind the lock is done already and a check fails: nothing keeps anybody from it any more, so that
/// what fails is the danger itself. `None` where none fails.
fn behind(lock: &Lock, rows: &[CheckView]) -> Option<(String, String)> {
    let failing: Vec<_> = rows
        .iter()
        .filter(|row| row.state == Some(CheckState::Fail))
        .map(|row| row.title.as_str())
        .collect();
    (!failing.is_empty()).then(|| {
        (
            format!(
                "Single sign-on is enforced, and {} of {} fail",
                failing.len(),
                lock.checks.len()
            ),
            format!("Mend this first: {}.", failing.join("; ")),
        )
    })
}

/// What is missing, in the words of the checks, or the steps that come first: until then no check counts.
fn missing(sight: &Sight, id: &StepId, stand: &LockState, rows: &[CheckView]) -> String {
    if let Standing::CannotStart(needs) = sight.state.standing(sight.guide, id) {
        let numbers: Vec<_> = needs
            .iter()
            .filter_map(|need| sight.guide.number(need))
            .collect();
        return format!("Opens after {}.", numbers.join(" and "));
    }
    let checks = sight.guide.step(id).map(|step| step.checks());
    let title = |check: &&'static str| -> String {
        let mut all = checks.unwrap_or_default().iter();
        let title = all.find(|known| known.id() == *check);
        let title = title.map_or(*check, |known| known.title());
        let row = rows.iter().find(|row| row.id == **check);
        match row.and_then(|row| row.state) {
            None => format!("{title} (not looked at yet)"),
            Some(CheckState::Pass) if row.is_some_and(|row| row.stale) => {
                format!("{title} (what it rests on changed since)")
            }
            Some(CheckState::Pass) => format!("{title} (seen too long ago)"),
            Some(_) => title.to_owned(),
        }
    };
    let titles: Vec<_> = stand.missing.iter().map(title).collect();
    format!("Missing: {}.", titles.join("; "))
}
