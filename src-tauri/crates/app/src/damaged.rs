//! A damaged journal: telling it, and setting it aside so that what can be read of it goes on.

use std::path::PathBuf;
use std::sync::Arc;

use engine::{FileStore, Journal, JournalError, MemoryStore, SystemClock, Trouble};
use jiff::Timestamp;

use crate::home::{Home, disk_trouble};

/// Whether the journal of a connection is damaged.
pub fn is_damaged(home: &Home, id: &str) -> bool {
    let text = match String::from_utf8(std::fs::read(home.journal(id)).unwrap_or_default()) {
        Ok(text) => text,
        Err(_) => return true,
    };
    let read = Journal::open(Box::new(MemoryStore::of(&text)), Arc::new(SystemClock));
    matches!(read, Err(JournalError::Damaged { .. }))
}

/// Sets the journal of a connection aside; answers where the damaged file lies now.
///
/// # Errors
/// Where the disk refuses.
pub fn set_aside(home: &Home, id: &str) -> Result<PathBuf, Trouble> {
    let stamp = Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    FileStore::set_aside(&home.journal(id), &stamp)
        .map_err(|error| disk_trouble(&error, "Setting the damaged journal aside."))
}
