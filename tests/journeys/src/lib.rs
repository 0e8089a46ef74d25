//! What the journeys are driven with: practice services, a computer of one's own for a connection, a walker who does
//! what an administrator does, a line in between that counts and cuts, and words without what differs every time.
//!
//! It knows the program through `app` alone, as the window and the command line do, and the services through their
//! levers, ledger and dump.

mod bench;
mod line;
mod person;
mod picture;
mod walk;
mod words;

pub use bench::{Bench, QUICK, QUICK_RETRIES};
pub use line::{Cut, Line, Seen};
pub use person::{Person, Window};
pub use picture::{picture, trouble_picture};
pub use walk::{Ended, Walk, by_id};
pub use words::{canonical, plain};
