//! Drives the real window: the debug program in the system's own web view, through WebDriver.
//!
//! A test says what a person does (press the button of this name, type into the field of that label) and what they then read.
//! It must not know the pages' markup, the program's types or the services: elements are found by the role and name that a
//! screen reader would say, computed by axe-core.

mod access;
mod admin;
mod driver;
mod effort;
pub mod guide;
mod practice;
mod tour;
mod window;

pub use admin::{Admin, leads, told};
pub use effort::{Effort, Spent};
pub use practice::{Practice, differences};
pub use tour::tour;
pub use window::{Hands, Start, Window, in_window};

/// Why a story could not be told to its end.
pub struct Failure(String);

impl Failure {
    /// A failure with its sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// The same failure with more to read under it.
    #[must_use]
    pub fn with(self, more: &str) -> Self {
        Self(format!("{}\n{more}", self.0))
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

// A test that ends with an error prints its debug form; a sentence is read without quotes and escapes.
impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a story ends with.
pub type Told<T = ()> = Result<T, Failure>;

/// Fails the story with a sentence unless a condition holds.
pub fn see(condition: bool, sentence: impl Into<String>) -> Told {
    if condition {
        Ok(())
    } else {
        Err(Failure::new(sentence))
    }
}
