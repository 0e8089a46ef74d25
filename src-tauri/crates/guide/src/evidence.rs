//! Evidence in one form for every check: which call saw it, what was wanted, what was found.

use connect::Call;
use engine::Verdict;

/// Adds evidence to a verdict.
pub(crate) trait Proven {
    /// The call that saw it.
    fn by(self, call: &Call) -> Self;
    /// What was wanted and what was found, in words.
    fn compared(self, expected: &str, found: &str) -> Self;
}

impl Proven for Verdict {
    fn by(self, call: &Call) -> Self {
        let status = call
            .status
            .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let verdict = self.saw("Call", &format!("{} {} {status}", call.method, call.path));
        match &call.request_id {
            Some(id) => verdict.saw("Request id", id),
            None => verdict,
        }
    }

    fn compared(self, expected: &str, found: &str) -> Self {
        self.told("Expected", expected).told("Found", found)
    }
}
