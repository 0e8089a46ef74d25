//! Where text leaves the program. The macros of the standard library panic when nobody takes what they print, so these
//! stand in their place in the whole program, under the same names: nobody can use the wrong ones by mistake.
//!
//! A reader that went away (`lockstep … | head`) has read enough: what was begun is done, and the exit code tells it. A
//! report that can't be written for another reason, such as a full disk, was asked for and is missing: that failed.

use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

/// Why something that belongs on standard output is not there.
static LOST: OnceLock<io::Error> = OnceLock::new();

macro_rules! println {
    ($($text:tt)*) => { $crate::say::out(&format!("{}\n", format_args!($($text)*))) };
}

macro_rules! print {
    ($($text:tt)*) => { $crate::say::out(&format!($($text)*)) };
}

macro_rules! eprintln {
    ($($text:tt)*) => { $crate::say::aside(&format!("{}\n", format_args!($($text)*))) };
}

macro_rules! eprint {
    ($($text:tt)*) => { $crate::say::aside(&format!($($text)*)) };
}

/// Writes to standard output.
pub fn out(text: &str) {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            // The first reason is the one that is said.
            let _ = LOST.set(error);
        }
        _ => {}
    }
}

/// Writes to standard error. Where that can't be written there is nowhere left to say so.
pub fn aside(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Why something that belongs on standard output is not there, if so.
pub fn lost() -> Option<&'static io::Error> {
    LOST.get()
}
