//! What a story costs a person: clicks, keys, and values carried by the clipboard from one page to another.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;

/// Clicks and keys, of a story or of a part of it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// Clicks.
    pub clicks: u32,
    /// Typed characters.
    pub letters: u32,
    /// Other keys, a chord such as Ctrl+V or Ctrl+Enter counted once.
    pub keys: u32,
}

impl Spent {
    /// What was spent after a moment.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            clicks: self.clicks - before.clicks,
            letters: self.letters - before.letters,
            keys: self.keys - before.keys,
        }
    }
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} clicks, {} typed characters, {} other keys",
            self.clicks, self.letters, self.keys
        )
    }
}

/// Everything so far.
#[derive(Debug, Default)]
pub struct Effort {
    spent: Cell<Spent>,
    copied: RefCell<BTreeMap<String, u32>>,
    pasted: RefCell<BTreeMap<String, u32>>,
}

impl Effort {
    /// One more click.
    pub fn click(&self) {
        self.more(|spent| spent.clicks += 1);
    }

    /// One more key.
    pub fn key(&self) {
        self.more(|spent| spent.keys += 1);
    }

    /// The keys of a typed text.
    pub fn typed(&self, text: &str) {
        let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        self.more(|spent| spent.letters = spent.letters.saturating_add(length));
    }

    /// A value was copied; its click or key counts beside.
    pub fn copied(&self, label: &str) {
        *self
            .copied
            .borrow_mut()
            .entry(label.to_owned())
            .or_default() += 1;
    }

    /// A value was pasted; its click and key count beside.
    pub fn pasted(&self, field: &str) {
        *self
            .pasted
            .borrow_mut()
            .entry(field.to_owned())
            .or_default() += 1;
    }

    /// What was spent so far.
    pub fn spent(&self) -> Spent {
        self.spent.get()
    }

    /// How many values were copied and how many pasted, each counted once.
    pub fn values(&self) -> (usize, usize) {
        (self.copied.borrow().len(), self.pasted.borrow().len())
    }

    /// The values that were copied or pasted more than once.
    pub fn repeated(&self) -> Vec<String> {
        let (copied, pasted) = (self.copied.borrow(), self.pasted.borrow());
        let all = copied.iter().chain(pasted.iter());
        all.filter(|(_, times)| **times > 1)
            .map(|(label, _)| label.clone())
            .collect()
    }

    fn more(&self, add: impl FnOnce(&mut Spent)) {
        let mut spent = self.spent.get();
        add(&mut spent);
        self.spent.set(spent);
    }
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (copied, pasted) = self.values();
        write!(
            f,
            "{}, {copied} values copied, {pasted} pasted",
            self.spent()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_costs_a_key_a_letter_and_a_paste_one_key() {
        let effort = Effort::default();
        effort.click();
        let before = effort.spent();
        effort.key();
        effort.pasted("Address");
        effort.typed("contoso");
        assert_eq!(
            effort.to_string(),
            "1 clicks, 7 typed characters, 1 other keys, 0 values copied, 1 pasted"
        );
        assert_eq!(
            effort.spent().since(before).to_string(),
            "0 clicks, 7 typed characters, 1 other keys"
        );
    }

    #[test]
    fn what_is_carried_twice_is_named() {
        let effort = Effort::default();
        for field in ["Address", "Key", "Address"] {
            effort.pasted(field);
        }
        effort.copied("Key");
        assert_eq!(effort.repeated(), ["Address"]);
    }
}
