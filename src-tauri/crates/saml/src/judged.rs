//! A judgement of something pasted: a tone, a sentence, and what was expected. The guide shows it beside the field.

/// How a judgement sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Taken, with a doubt.
    Warn,
    /// Refused.
    Bad,
}

/// What is thought of a pasted value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// How it sounds.
    pub tone: Tone,
    /// The first words, which stand out.
    pub strong: String,
    /// The rest: why, and what to do.
    pub text: String,
    /// What was expected, where that can be said.
    pub expected: Option<String>,
}

impl Judged {
    pub(crate) fn good(strong: &str, text: &str) -> Self {
        Self::new(Tone::Good, strong, text)
    }

    pub(crate) fn warn(strong: &str, text: &str) -> Self {
        Self::new(Tone::Warn, strong, text)
    }

    pub(crate) fn bad(strong: &str, text: &str) -> Self {
        Self::new(Tone::Bad, strong, text)
    }

    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    fn new(tone: Tone, strong: &str, text: &str) -> Self {
        Self {
            tone,
            strong: strong.to_owned(),
            text: text.to_owned(),
            expected: None,
        }
    }

    /// Whether the value may be taken.
    pub fn is_taken(&self) -> bool {
        self.tone != Tone::Bad
    }
}
