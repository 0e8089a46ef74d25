//! What the program asks of the desk it stands on: the browser, save dialogs.

use std::path::PathBuf;

use connect::{Browser, CommandBrowser, SystemBrowser};

/// The desk. Called from a thread that may wait.
pub trait Desk: Send + Sync {
    /// Opens an address in the system's browser.
    fn open(&self, url: &str) -> Result<(), String>;

    /// Opens an address in a private window, where nobody is logged in.
    fn open_private(&self, url: &str) -> Result<(), String> {
        crate::open_private(url)
    }

    /// Puts a text on the clipboard.
    fn copy(&self, text: &str) -> Result<(), String>;

    /// Saves a file where the person says. `None` when the person cancelled, which is not an error.
    fn save(&self, suggested_name: &str, contents: &str) -> Result<Option<PathBuf>, String>;
}

/// Opens an address in the browser that the person wants: the command in `LOCKSTEP_BROWSER`, or else the system's.
pub fn open_in_browser(url: &str) -> Result<(), String> {
    match CommandBrowser::from_environment() {
        Some(command) => command
            .open(url)
            .map_err(|fault| format!("{}: {}", fault.tried, fault.because)),
        None => SystemBrowser.open(url).map_err(|fault| fault.because),
    }
}
