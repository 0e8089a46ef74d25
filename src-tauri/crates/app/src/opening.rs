//! What a connection is opened with where it is not the usual: another vault, another pace, another disk.
//!
//! The program itself always takes the usual. Tests take their own, so that nothing of the machine they run on is
//! touched and no wait is longer than what it waits for.

use std::sync::Arc;

use connect::Vault;
use engine::{FileStore, Patience, Store};

/// Puts something between the journal and its file.
pub type OverFile = Arc<dyn Fn(FileStore) -> Box<dyn Store> + Send + Sync>;

/// What a connection is opened with. The default is the usual in everything.
#[derive(Clone, Default)]
pub struct Opening {
    /// Where secrets are kept; the system's keyring otherwise.
    pub vault: Option<Vault>,
    /// How patiently changes are read back; as long as the cloud can take otherwise.
    pub patience: Option<Patience>,
    /// How patiently calls are repeated; as the vendors advise otherwise.
    pub retries: Option<connect::Patience>,
    /// What stands between the journal and its file; nothing otherwise.
    pub over_file: Option<OverFile>,
}
