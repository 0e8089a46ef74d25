//! How a command ended, as its exit code.

use engine::{Trouble, TroubleKind};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything is verified: looked at, and seen to be so.
    Verified,
    /// Something failed.
    Failed,
    /// The input was wrong.
    BadInput,
    /// A person has to do something, or to look where the program could not; the same command goes on later.
    WaitsForPerson,
}

impl Ended {
    /// The exit code.
    pub fn code(self) -> i32 {
        match self {
            Ended::Verified => 0,
            Ended::Failed => 1,
            Ended::BadInput => 2,
            Ended::WaitsForPerson => 3,
        }
    }

    /// How a trouble ends a command.
    pub fn of(trouble: &Trouble) -> Self {
        match trouble.kind {
            TroubleKind::BadInput => Ended::BadInput,
            TroubleKind::NeedsPerson | TroubleKind::Cancelled => Ended::WaitsForPerson,
            TroubleKind::Refused | TroubleKind::Uncertain | TroubleKind::Local => Ended::Failed,
        }
    }

    /// A word for JSON.
    pub fn word(self) -> &'static str {
        match self {
            Ended::Verified => "verified",
            Ended::Failed => "failed",
            Ended::BadInput => "bad_input",
            Ended::WaitsForPerson => "waits_for_person",
        }
    }
}
