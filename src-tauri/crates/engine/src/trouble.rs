//! What the administrator reads when something fails: what is certain, what we were doing, what the service said,
//! and what to do next. Words come from whoever raises it; this file only gives them a shape.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::StepId;

/// A failure, in words. It is journaled, so it must never carry a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What the program treats differently.
    pub kind: TroubleKind,
    /// One line: who refused what, and why.
    pub title: String,
    /// What is certain, first of all: "Nothing was created."
    pub certain: String,
    /// What we were doing.
    pub doing: String,
    /// What was said, and by whom.
    pub said: Option<Said>,
    /// What to do next, best first, at most three.
    pub next: Vec<Next>,
}

/// The kinds of trouble that something treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TroubleKind {
    /// It certainly did not happen.
    Refused,
    /// It may have happened: a lost answer, a time-out, a server fault after a write. Read, do not guess.
    Uncertain,
    /// The person stopped it.
    Cancelled,
    /// A person has to do something before it can go on: sign in, answer, activate a role.
    NeedsPerson,
    /// This computer failed: the disk is full, the journal is damaged, the keyring is shut.
    Local,
    /// The input was wrong.
    BadInput,
}

/// What a service said, kept whole for the log and cut for the screen by the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// "Microsoft", "Atlassian", "this computer".
    pub by: String,
    /// In its own words.
    pub words: String,
    /// "403 Authorization_RequestDenied".
    pub answer: String,
    /// The service's correlation id.
    pub request_id: Option<String>,
    /// When it was asked.
    pub at: Option<Timestamp>,
}

/// One thing to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// "Activate Cloud Application Administrator".
    pub title: String,
    /// A sentence.
    pub text: String,
    /// The button, where there is one.
    pub act: NextDo,
}

/// What the button of a [`Next`] does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum NextDo {
    /// No button: the text says it all.
    Nothing,
    /// The same again.
    Retry,
    /// Sign in, in the browser.
    SignIn,
    /// Sign in with a code.
    SignInByCode,
    /// Open a page.
    Open {
        /// The button's words.
        label: String,
        /// The address.
        url: String,
    },
    /// Copy a text, such as a link for a colleague.
    Copy {
        /// The button's words.
        label: String,
        /// The text.
        text: String,
    },
    /// Go to a step.
    Go {
        /// Which.
        step: StepId,
    },
    /// Write a file for a colleague.
    HandOver,
}

impl Trouble {
    /// A trouble with a title and what is certain; the rest is added with the methods below.
    pub fn new(kind: TroubleKind, title: impl Into<String>, certain: impl Into<String>) -> Self {
        Self {
            kind,
            title: title.into(),
            certain: certain.into(),
            doing: String::new(),
            said: None,
            next: Vec::new(),
        }
    }

    /// The person stopped it; `certain` says what stands.
    pub fn cancelled(certain: impl Into<String>) -> Self {
        Self::new(TroubleKind::Cancelled, "Stopped, as you asked", certain)
    }

    /// What we were doing.
    #[must_use]
    pub fn doing(mut self, doing: impl Into<String>) -> Self {
        self.doing = doing.into();
        self
    }

    /// What is certain.
    #[must_use]
    pub fn certain(mut self, certain: impl Into<String>) -> Self {
        self.certain = certain.into();
        self
    }

    /// What was said.
    #[must_use]
    pub fn said(mut self, said: Said) -> Self {
        self.said = Some(said);
        self
    }

    /// One more thing to do next.
    #[must_use]
    pub fn next(mut self, title: impl Into<String>, text: impl Into<String>, act: NextDo) -> Self {
        self.next.push(Next {
            title: title.into(),
            text: text.into(),
            act,
        });
        self
    }

    /// Whether the write may have happened.
    pub fn is_uncertain(&self) -> bool {
        self.kind == TroubleKind::Uncertain
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.title)
    }
}

impl std::error::Error for Trouble {}
