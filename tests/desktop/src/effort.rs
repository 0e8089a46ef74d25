//! What a story costs a person: clicks and keys.

use std::cell::Cell;
use std::fmt;

/// Clicks and keys so far.
#[derive(Debug, Default)]
pub struct Effort {
    clicks: Cell<u32>,
    keys: Cell<u32>,
}

impl Effort {
    /// One more click.
    pub fn click(&self) {
        self.clicks.set(self.clicks.get() + 1);
    }

    /// One more key, a chord such as Ctrl+Enter counted once.
    pub fn key(&self) {
        self.keys.set(self.keys.get() + 1);
    }

    /// The keys of a typed text.
    pub fn typed(&self, text: &str) {
        let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        self.keys.set(self.keys.get().saturating_add(length));
    }

    /// Clicks so far.
    pub fn clicks(&self) -> u32 {
        self.clicks.get()
    }
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} clicks, {} keys", self.clicks.get(), self.keys.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_costs_a_key_a_letter() {
        let effort = Effort::default();
        effort.click();
        effort.key();
        effort.typed("contoso");
        assert_eq!(effort.to_string(), "1 clicks, 8 keys");
    }
}
