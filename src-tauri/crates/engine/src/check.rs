//! A check: one look at a live system. Its verdict says what was seen, what was wanted and which call saw it. Not
//! being able to look is a verdict too, never an error.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Known, Trouble};

/// One look at a live system.
#[async_trait]
pub trait Check<Cx>: Send + Sync {
    /// Its id within the step: the key of the journal.
    fn id(&self) -> &'static str;

    /// What it looks at, shown before the first look.
    fn title(&self) -> &'static str;

    /// Looks. It only reads. One look can find several things, such as one for each domain.
    async fn look(&self, cx: &Cx, known: &Known) -> Vec<Finding>;
}

/// One thing that a look found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Empty, or what tells this finding from the check's other ones, such as a domain name.
    pub key: String,
    /// The verdict.
    pub verdict: Verdict,
}

/// What a look came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Pass, warn, fail, wait, skipped or could-not-look.
    pub state: VerdictState,
    /// The sentence of what was seen.
    pub title: String,
    /// A second sentence.
    pub detail: String,
    /// The call, what was wanted, what was found.
    pub evidence: Vec<Evidence>,
    /// What to do about it.
    pub fix: Option<Fix>,
    /// When it was seen.
    pub at: Option<Timestamp>,
    /// Until when it counts, where that is not for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// The state of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "because")]
pub enum VerdictState {
    /// So it should be.
    Pass,
    /// Works, with a risk.
    Warn,
    /// Wrong.
    Fail,
    /// Not yet.
    Wait,
    /// Does not apply, for one of a closed list of reasons.
    Skipped(Skip),
    /// Could not look.
    Unknown,
}

/// Why a check was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// What it looks at does not exist yet.
    NothingYet,
    /// A colleague does this side.
    ColleagueDoes,
    /// No API tells it; a person has to look.
    NoApi,
    /// The cloud or the licence has not got what it would look at.
    NotAvailable,
}

/// A label and a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// "Call", "Expected", "Found", "Request id".
    pub label: String,
    /// The value.
    pub value: String,
    /// Whether it is a machine's.
    pub code: bool,
}

/// What to do about a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// In a few words.
    pub title: String,
    /// Why and how.
    pub text: String,
    /// Where, as a menu path.
    pub path: Option<MenuPath>,
    /// The page itself.
    pub link: Option<Link>,
}

/// A menu path, with the names of earlier years.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MenuPath {
    /// Today's names.
    pub now: Vec<String>,
    /// "2021 to 2025" and the names of then.
    pub older: Vec<(String, Vec<String>)>,
}

/// A link with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The button's words.
    pub label: String,
    /// The address.
    pub url: String,
}

impl Finding {
    /// The only finding of its check.
    pub fn only(verdict: Verdict) -> Vec<Self> {
        vec![Self {
            key: String::new(),
            verdict,
        }]
    }
}

impl Verdict {
    /// A verdict without evidence; the methods below add it.
    pub fn new(state: VerdictState, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            state,
            title: title.into(),
            detail: detail.into(),
            evidence: Vec::new(),
            fix: None,
            at: None,
            until: None,
        }
    }

    /// It counts until then.
    #[must_use]
    pub fn until(mut self, at: Timestamp) -> Self {
        self.until = Some(at);
        self
    }

    /// Could not look, because of a trouble; the first thing to do about it is said as well.
    pub fn unknown(title: impl Into<String>, trouble: &Trouble) -> Self {
        let next = trouble.next.first();
        let next = next.map(|next| format!(" {}: {}", next.title, next.text));
        let detail = format!("{}.{}", trouble.title, next.unwrap_or_default());
        let mut verdict = Self::new(VerdictState::Unknown, title, detail);
        if let Some(said) = &trouble.said {
            verdict = verdict
                .saw("Answer", &said.answer)
                .saw(&format!("{} said", said.by), &said.words);
            if let Some(id) = &said.request_id {
                verdict = verdict.saw("Request id", id);
            }
        }
        verdict
    }

    /// A look at what does not exist yet.
    pub fn skipped(skip: Skip, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(VerdictState::Skipped(skip), title, detail)
    }

    /// One more piece of evidence, a machine's value.
    #[must_use]
    pub fn saw(mut self, label: &str, value: &str) -> Self {
        self.evidence.push(Evidence {
            label: label.to_owned(),
            value: value.to_owned(),
            code: true,
        });
        self
    }

    /// One more piece of evidence, in words.
    #[must_use]
    pub fn told(mut self, label: &str, value: impl Into<String>) -> Self {
        self.evidence.push(Evidence {
            label: label.to_owned(),
            value: value.into(),
            code: false,
        });
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}
