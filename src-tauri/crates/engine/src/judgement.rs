//! What is said to an answer as soon as it is given, before anything is looked at.

use serde::{Deserialize, Serialize};

/// What an answer is worth by its form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// How good it is.
    pub worth: Worth,
    /// The first words, strong: "The end is missing."
    pub strong: String,
    /// What is wrong, why it matters and what to do.
    pub text: String,
    /// What was expected, to be shown under what was given.
    pub expected: Option<String>,
}

/// How good an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Worth {
    /// So it should be.
    Good,
    /// Neither good nor bad.
    Plain,
    /// Taken, but worth a second thought.
    Doubtful,
    /// Not taken: nothing is recorded.
    Bad,
}

impl Judgement {
    /// A judgement without an expectation.
    pub fn new(worth: Worth, strong: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            worth,
            strong: strong.into(),
            text: text.into(),
            expected: None,
        }
    }

    /// A bad answer: what is wrong, and why and what to do.
    pub fn bad(strong: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(Worth::Bad, strong, text)
    }

    /// What was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Whether the answer is taken.
    pub fn is_taken(&self) -> bool {
        self.worth != Worth::Bad
    }
}
