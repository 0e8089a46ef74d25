//! What runs right now: one job at a time for a connection, with how far it is and a way to stop it.

use connect::CancellationToken;
use engine::{Progress, StepId};
use jiff::Timestamp;

/// A running job.
#[derive(Debug, Clone)]
pub struct Job {
    /// The step it belongs to; `None` for a job over the whole connection.
    pub step: Option<StepId>,
    /// What it does.
    pub doing: Doing,
    /// What it is for: what is pressed meanwhile is judged by that.
    pub kind: Kind,
    /// Since when.
    pub since: Timestamp,
    /// Stops it.
    pub cancel: CancellationToken,
    /// It was stopped for what a person pressed, so nobody is told that it was stopped.
    pub gave_way: bool,
}

/// What a job is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Taking up what the keyring keeps, as a connection opens. Where it is cut off, the next look does it.
    TakingUp,
    /// Looking: it can be had again at any time, and often nobody pressed for it.
    Look,
    /// Signing in, in a browser.
    SignIn,
    /// Signing in with a code.
    SignInByCode,
    /// Making or undoing changes that were confirmed.
    Write,
}

/// What becomes of a press while a job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// The running job is stopped, and what was pressed follows it.
    TakesOver,
    /// What was pressed follows the running job.
    Follows,
    /// What was pressed runs already: a second press is none.
    IsNone,
}

impl Kind {
    /// What becomes of pressing for this while a job of the other kind runs.
    pub fn pressed_during(self, running: Self) -> Press {
        match (running, self) {
            (Self::Write, Self::Write) | (Self::SignIn | Self::SignInByCode, Self::SignIn) => {
                Press::IsNone
            }
            // A write that was sent is always waited for.
            (Self::Write, _) | (_, Self::Look) => Press::Follows,
            (Self::SignInByCode, Self::SignInByCode) => Press::IsNone,
            // A look can be had again, and a sign-in that waits for a browser leaves nothing half done.
            (Self::TakingUp | Self::Look | Self::SignIn | Self::SignInByCode, _) => {
                Press::TakesOver
            }
        }
    }

    /// Whether what was pressed takes the place of this, which is to follow the running job. Confirmed changes keep theirs.
    pub fn is_replaced_by(self, pressed: Self) -> bool {
        self == Self::Look || (self != Self::Write && pressed != Self::Look)
    }
}

/// What a job does at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// Taking up the sign-in of last time.
    TakingUp,
    /// Signing in; nothing is to be seen of it yet.
    SigningIn,
    /// Waiting for the person in the browser.
    WaitingForBrowser {
        /// The address of the sign-in page.
        url: String,
        /// When it ends by itself.
        until: Timestamp,
        /// Why no browser was opened, where none was.
        unopened: Option<String>,
    },
    /// Waiting for the person to enter a code.
    WaitingForCode {
        /// The code.
        code: String,
        /// Where to enter it.
        url: String,
        /// When it ends by itself.
        until: Timestamp,
    },
    /// Trying the organization key.
    TryingKey,
    /// Looking for what an ask could be answered with.
    Searching,
    /// Reading what a step would change.
    Planning,
    /// Looking at checks.
    Looking {
        /// Checks that are being looked at.
        running: Vec<(StepId, String)>,
        /// Checks looked at so far.
        done: usize,
        /// Checks in all.
        of: usize,
        /// How far a long count among them is: how many were seen, and how many there are where that is known.
        counted: Option<(u64, Option<u64>)>,
    },
    /// Making a change.
    Making {
        /// The change.
        change: String,
        /// Counted from 1.
        number: usize,
        /// In all.
        of: usize,
    },
    /// Reading a change back.
    ReadingBack {
        /// The change.
        change: String,
        /// Readings that agree.
        agreeing: u32,
        /// Readings needed.
        of: u32,
    },
    /// Finding out whether a change was made.
    FindingOut {
        /// The change.
        change: String,
    },
    /// Undoing.
    Undoing {
        /// The change.
        change: String,
        /// Counted from 1.
        number: usize,
        /// In all.
        of: usize,
    },
}

impl Doing {
    /// Whether it only reads from the services.
    pub fn reads(&self) -> bool {
        matches!(
            self,
            Self::TakingUp
                | Self::TryingKey
                | Self::Searching
                | Self::Planning
                | Self::Looking { .. }
        )
    }
}

impl Job {
    /// Takes up how far a run is.
    pub fn take(&mut self, progress: Progress) {
        match progress {
            Progress::Planning(step) => {
                self.step = Some(step);
                self.doing = Doing::Planning;
            }
            Progress::Making {
                change, number, of, ..
            } => self.doing = Doing::Making { change, number, of },
            Progress::ReadingBack {
                change,
                agreeing,
                of,
                ..
            } => {
                self.doing = Doing::ReadingBack {
                    change,
                    agreeing,
                    of,
                };
            }
            Progress::FindingOut { change, .. } => self.doing = Doing::FindingOut { change },
            Progress::Undoing {
                change, number, of, ..
            } => self.doing = Doing::Undoing { change, number, of },
            Progress::Counting { seen, of } => self.counting(seen, of),
            Progress::Looking { step, check } => self.looking(step, check),
            Progress::Looked { step, check } => self.looked(&step, &check),
        }
    }

    fn looking(&mut self, step: StepId, check: String) {
        match &mut self.doing {
            Doing::Looking { running, of, .. } => {
                running.push((step, check));
                *of += 1;
            }
            _ => {
                self.doing = Doing::Looking {
                    running: vec![(step, check)],
                    done: 0,
                    of: 1,
                    counted: None,
                };
            }
        }
    }

    fn counting(&mut self, seen: u64, of: Option<u64>) {
        match &mut self.doing {
            // Two counts can run beside each other: the one whose end is known is shown until it is there.
            Doing::Looking {
                counted: Some((so_far, Some(all))),
                ..
            } if of.is_none() && *so_far < *all => {}
            Doing::Looking { counted, .. } => *counted = Some((seen, of)),
            _ => {
                self.doing = Doing::Looking {
                    running: Vec::new(),
                    done: 0,
                    of: 0,
                    counted: Some((seen, of)),
                };
            }
        }
    }

    fn looked(&mut self, step: &StepId, check: &str) {
        if let Doing::Looking { running, done, .. } = &mut self.doing {
            running.retain(|(of_step, running)| of_step != step || running != check);
            *done += 1;
        }
    }

    /// Whether a check is being looked at right now.
    pub fn is_looking_at(&self, step: &StepId, check: &str) -> bool {
        matches!(&self.doing, Doing::Looking { running, .. } if running.iter().any(|(of_step, name)| of_step == step && name == check))
    }

    /// Whether it writes: then it is stopped only between two writes.
    pub fn writes(&self) -> bool {
        matches!(
            self.doing,
            Doing::Making { .. }
                | Doing::ReadingBack { .. }
                | Doing::FindingOut { .. }
                | Doing::Undoing { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_counts_at_once_the_one_with_an_end_is_shown() {
        let mut job = Job {
            step: None,
            doing: Doing::Planning,
            kind: Kind::Look,
            since: Timestamp::UNIX_EPOCH,
            cancel: CancellationToken::new(),
            gave_way: false,
        };
        let mut shown = |seen, of| {
            job.take(Progress::Counting { seen, of });
            match job.doing {
                Doing::Looking { counted, .. } => counted,
                _ => None,
            }
        };
        assert_eq!(shown(100, None), Some((100, None)));
        assert_eq!(shown(100, Some(300)), Some((100, Some(300))));
        assert_eq!(shown(200, None), Some((100, Some(300))));
        assert_eq!(shown(300, Some(300)), Some((300, Some(300))));
        assert_eq!(shown(400, None), Some((400, None)), "the other is done");
    }

    #[test]
    fn nothing_confirmed_is_lost_and_no_write_is_stopped_for_a_press() {
        use Kind::{Look, SignIn, SignInByCode, Write};
        let kinds = [Look, SignIn, SignInByCode, Write];
        for pressed in kinds {
            assert_ne!(pressed.pressed_during(Write), Press::TakesOver);
            assert!(!Write.is_replaced_by(pressed));
            assert!(Look.is_replaced_by(pressed));
        }
        for running in [Kind::TakingUp, Look, SignIn, SignInByCode] {
            assert_eq!(Look.pressed_during(running), Press::Follows);
            assert_eq!(Write.pressed_during(running), Press::TakesOver);
        }
        for running in kinds {
            assert_eq!(SignIn.is_replaced_by(running), running != Look);
        }
        assert_eq!(SignInByCode.pressed_during(SignIn), Press::TakesOver);
        assert_eq!(SignIn.pressed_during(SignInByCode), Press::IsNone);
        assert_eq!(Write.pressed_during(Write), Press::IsNone);
    }
}
