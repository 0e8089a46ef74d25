//! The person at the terminal: what they type, and Ctrl+C.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use connect::CancellationToken;

use crate::ended::Ended;

/// Whether something is waited to be typed: nothing is under way then.
static TYPING: AtomicBool = AtomicBool::new(false);

/// Stops the run when the person presses Ctrl+C: between two requests, never in the middle of a write. While something is
/// waited to be typed, or when it is pressed again, it ends at once: the journal knows what was begun.
pub fn stop_on_interrupt() -> CancellationToken {
    stop_saying("The same command goes on from here.")
}

/// The same over built-in practice, of which nothing is left to go on from.
pub fn stop_practice_on_interrupt() -> CancellationToken {
    stop_saying("This practice ended with it.")
}

fn stop_saying(what_then: &'static str) -> CancellationToken {
    let cancel = CancellationToken::new();
    let token = cancel.clone();
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if TYPING.load(Ordering::SeqCst) || token.is_cancelled() {
                eprintln!("\n  Ended. {what_then}");
                std::process::exit(Ended::WaitsForPerson.code());
            }
            eprintln!("  Stopping after this. Ctrl+C once more ends at once.");
            token.cancel();
        }
    });
    cancel
}

/// What is typed; nobody there types nothing.
pub fn typed(label: &str) -> Option<String> {
    if !std::io::stdin().is_terminal() {
        return None;
    }
    eprint!("  {label}: ");
    let _ = std::io::stderr().flush();
    let mut line = String::new();
    TYPING.store(true, Ordering::SeqCst);
    let read = std::io::stdin().read_line(&mut line);
    TYPING.store(false, Ordering::SeqCst);
    read.ok()?;
    Some(line.trim().to_owned())
}

/// Asks; nobody there is a no.
pub fn confirmed(question: &str) -> bool {
    typed(&format!("{question}? Type yes")).as_deref() == Some("yes")
}
