//! What a person reads when a run stops: what is certain, and what to do next.

use crate::{Change, Guide, JournalError, NextDo, StepId, Trouble, TroubleKind};

/// Something was done by hand that would shut people out once what it rests on is gone.
pub(super) fn taken_back_first<Cx>(guide: &Guide<Cx>, step: &StepId) -> Trouble {
    let title = guide
        .step(step)
        .map(|step| step.title())
        .unwrap_or_default();
    let number = guide.number(step).unwrap_or_default();
    Trouble::new(
        TroubleKind::NeedsPerson,
        format!("First take back by hand what {number} {title} did"),
        "Nothing was undone.",
    )
    .next(
        "Take it back by hand",
        format!("Otherwise people would be shut out. Step {number} tells how. Say that it is taken back, then undo the rest."),
        NextDo::Go { step: step.clone() },
    )
}

/// A change that can't be undone is made only by who typed what it is made to.
pub(super) fn not_typed(name: &str) -> Trouble {
    Trouble::new(
        TroubleKind::BadInput,
        format!("The name “{name}” has to be typed first"),
        "Nothing was changed.",
    )
    .doing("Making a change that can’t be undone.")
    .next(
        "Type the name as it is shown",
        "Then make the changes again.",
        NextDo::Nothing,
    )
}

pub(super) fn stopped_before(index: usize, of: usize) -> Trouble {
    Trouble::cancelled(format!(
        "Stopped before change {} of {of}. {}",
        index + 1,
        so_far(index)
    ))
}

fn so_far(made: usize) -> String {
    match made {
        0 => "Nothing was changed.".to_owned(),
        1 => "1 change was made; it stands and can be undone.".to_owned(),
        many => format!("{many} changes were made; they stand and can be undone."),
    }
}

pub(super) fn stopped_in_the_middle(change: &Change) -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "Lockstep was stopped in the middle of a change",
        format!(
            "{} was not changed: Lockstep looked for it, and it is not there.",
            change.what
        ),
    )
    .next(
        "Make the changes again",
        "The plan is computed afresh from what is there now.",
        crate::NextDo::Retry,
    )
}

pub(super) fn not_seen_yet(change: &Change) -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "The change was made, but can’t be seen everywhere yet",
        format!(
            "{} was changed and is on record. It was not read back in the longest usual time.",
            change.what
        ),
    )
    .next(
        "Look again",
        "Lockstep reads it back again and goes on from there.",
        crate::NextDo::Retry,
    )
}

pub(super) fn still_open(change: &Change, whether: &str) -> Trouble {
    Trouble::cancelled(format!(
        "It is still open whether this was {whether} before the last stop: {}.",
        change.what
    ))
}

pub(super) fn undo_refused(change: &Change) -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "The undo got no answer, and did not happen",
        format!(
            "{} still stands: Lockstep looked for it afterwards.",
            change.what
        ),
    )
    .next(
        "Undo it again",
        "What was undone before stays undone.",
        crate::NextDo::Retry,
    )
}

pub(super) fn not_undone_yet(change: &Change) -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "The undo was sent, but can’t be seen everywhere yet",
        format!("{} may still be there on some servers.", change.what),
    )
    .next(
        "Look again",
        "Lockstep reads it back again and goes on from there.",
        crate::NextDo::Retry,
    )
}

pub(super) fn not_recorded(error: &JournalError) -> Trouble {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        words = format!("{words}: {source}");
        cause = source.source();
    }
    Trouble::new(
        TroubleKind::Local,
        "Lockstep can’t write its journal on this computer",
        "Nothing is sent that is not recorded first. What was recorded stands.",
    )
    .said(crate::Said {
        by: "this computer".to_owned(),
        words,
        answer: String::new(),
        request_id: None,
        at: None,
    })
    .next(
        "Make room on the disk",
        "Then try again: Lockstep looks at what is there before it goes on.",
        crate::NextDo::Retry,
    )
}
