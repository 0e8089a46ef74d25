//! How far a long read is. It must not know what is read.

/// How far a long read is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many came so far.
    pub seen: u64,
    /// How many there are, where the service says so.
    pub total: Option<u64>,
}
