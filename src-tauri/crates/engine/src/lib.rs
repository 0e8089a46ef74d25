//! The engine: steps, asks, changes, checks, verdicts, facts, their order, the journal, and running, undoing and
//! resuming them.
//!
//! It opens no socket, names no service and reads no clock but through [`Clock`]. What a step does is the guide's
//! business; *that* it is shown first, journaled before it is made, read back after it, and can be taken up again
//! after a power cut, is decided here once for every step.

mod change;
mod check;
mod clock;
mod facts;
mod guide;
mod journal;
mod judgement;
mod lock;
mod order;
mod run;
mod settle;
mod state;
mod step;
mod trouble;
mod undo;

pub use change::{Change, ChangeId, Fingerprint, Undo, fingerprint, to_type};
pub use check::{Check, Evidence, Finding, Fix, Link, MenuPath, Skip, Verdict, VerdictState};
pub use clock::{Clock, FixedClock, SystemClock};
pub use facts::{Facts, Known};
pub use guide::{Guide, Phase};
pub use journal::{Entry, FileStore, Journal, JournalError, MemoryStore, Record, Store};
pub use judgement::{Judgement, Worth};
pub use lock::{Lock, LockState};
pub use order::{OrderError, dependents, in_order, unmet};
pub use run::{Applied, Context, Progress, Proposal, Run, is_typed};
pub use settle::{Patience, Settled};
pub use state::{ChangeRecord, ChangeStanding, Looked, Standing, State, StepState};
pub use step::{
    Ask, AskKind, AskOption, CONFIRMED_FOR, Document, Effect, Plan, Step, StepId, still_confirms,
};
pub use trouble::{Next, NextDo, Said, Trouble, TroubleKind};
pub use undo::{UndoItem, UndoPlan};
