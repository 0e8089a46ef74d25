//! A lock: what has to hold before a page shows how to do something that can shut people out. It is judged from what was
//! looked at and when, never from what somebody says; and time alone can shut it again.

use jiff::{SignedDuration, Timestamp};

use crate::{Finding, Guide, State, StepId, VerdictState, order};

/// What keeps a by-hand route shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    /// The checks of the same step that have to pass, in the order on screen.
    pub checks: &'static [&'static str],
    /// How old a look may be.
    pub fresh_for: SignedDuration,
    /// The ask in which the person types a name to go on, where there is one.
    pub confirm: Option<&'static str>,
}

/// How a lock stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockState {
    /// The checks that hold now.
    pub holding: Vec<&'static str>,
    /// The checks that do not, in the order on screen.
    pub missing: Vec<&'static str>,
    /// When the first of those that hold ends to count.
    pub until: Option<Timestamp>,
}

impl LockState {
    /// Whether everything holds.
    pub fn is_open(&self) -> bool {
        self.missing.is_empty()
    }
}

impl Lock {
    /// How the lock stands at `now`: a check holds when the steps that this one needs are passed, and its last look is no
    /// older than [`Lock::fresh_for`], rests on nothing that moved since, found something, and found nothing but passes
    /// that still count.
    pub fn at<Cx>(
        &self,
        guide: &Guide<Cx>,
        state: &State,
        step: &StepId,
        now: Timestamp,
    ) -> LockState {
        let mut stand = LockState {
            holding: Vec::new(),
            missing: Vec::new(),
            until: None,
        };
        // What the step rests on has to hold as well: a proof from before something broke is none.
        let rests_safely = order::unmet(guide, state, step).is_empty();
        for check in self.checks {
            match self.counts_until(guide, state, step, check, now) {
                Some(until) if until > now && rests_safely => {
                    stand.holding.push(check);
                    stand.until = Some(stand.until.map_or(until, |first| first.min(until)));
                }
                _ => stand.missing.push(check),
            }
        }
        stand
    }

    /// Until when a check counts; `None` when it does not.
    fn counts_until<Cx>(
        &self,
        guide: &Guide<Cx>,
        state: &State,
        step: &StepId,
        check: &str,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let looked = state.step(step)?.looked.get(check)?;
        // A look of the future was made by a clock that was set back since: nobody knows how old it is.
        if looked.at > now || looked.findings.is_empty() || state.is_stale(guide, step, check) {
            return None;
        }
        let stale_at = looked.at.checked_add(self.fresh_for).ok()?;
        looked.findings.iter().try_fold(stale_at, |first, finding| {
            counts(finding).then(|| {
                finding
                    .verdict
                    .until
                    .map_or(first, |until| first.min(until))
            })
        })
    }
}

fn counts(finding: &Finding) -> bool {
    finding.verdict.state == VerdictState::Pass
}
