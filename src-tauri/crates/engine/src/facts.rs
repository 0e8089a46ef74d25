//! What is known of a connection: facts that steps learned, and answers that the person gave. Never a secret.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::StepId;

/// Named values that a step learned and a later one needs: object ids, thumbprints, names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(BTreeMap<String, String>);

impl Facts {
    /// No facts.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same facts with one more.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The value of a fact.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Takes over every fact of `other`; the newer value wins.
    pub fn learn(&mut self, other: &Facts) {
        self.0.extend(other.0.clone());
    }

    /// Forgets every fact whose name is one of `other`'s.
    pub fn forget(&mut self, other: &Facts) {
        self.0.retain(|name, _| !other.0.contains_key(name));
    }

    /// Name and value, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Facts and answers together: all that a step may build on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// What steps learned.
    pub facts: Facts,
    /// What the person answered, by ask.
    pub answers: BTreeMap<String, String>,
    /// When each ask was last answered, be it with the same answer.
    pub answered: BTreeMap<String, Timestamp>,
    /// When the person last said that a step was done by hand.
    pub by_hand: BTreeMap<StepId, Timestamp>,
    /// When the person last said that they took it back, unless they said since that it was done.
    pub taken_back: BTreeMap<StepId, Timestamp>,
}

impl Known {
    /// The value of a fact.
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.get(name)
    }

    /// The answer to an ask; an empty answer counts as none.
    pub fn answer(&self, ask: &str) -> Option<&str> {
        self.answers
            .get(ask)
            .map(String::as_str)
            .filter(|answer| !answer.is_empty())
    }

    /// When an ask was last answered.
    pub fn answered_at(&self, ask: &str) -> Option<Timestamp> {
        self.answered.get(ask).copied()
    }

    /// When the person last said that what was done by hand is taken back.
    pub fn taken_back_at(&self, step: &StepId) -> Option<Timestamp> {
        self.taken_back.get(step).copied()
    }

    /// When the person last said that a step was done by hand.
    pub fn by_hand_at(&self, step: &StepId) -> Option<Timestamp> {
        self.by_hand.get(step).copied()
    }
}
