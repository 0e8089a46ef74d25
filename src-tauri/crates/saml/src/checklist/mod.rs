//! The checklist for a response that somebody captured: everything that can be said about it, as data, and one verdict.
//!
//! It explains and lets nobody in: values are shown even where the signature is broken, because that is when people
//! want to see them. What it compares with is passed in; what is not known makes a check impossible, never failed.
//! Rules: diagnosis.md (b).

mod envelope;
mod look;
mod mask;
mod person;
mod seals;
mod table;
mod times;
mod verdict;

use jiff::Timestamp;

use crate::{Captured, Certificate, Request};

use look::Look;

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckState {
    /// As it should be.
    Pass,
    /// Worth knowing, and not why a login fails.
    Warn,
    /// Wrong.
    Fail,
    /// Something to compare with is missing, or the part is not there.
    NotPossible,
}

/// One check and what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its id, for ever.
    pub id: &'static str,
    /// What it looks at.
    pub title: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What it came to.
    pub state: CheckState,
    /// The sentence of what was seen.
    pub seen: String,
    /// What was expected.
    pub expected: Option<String>,
    /// What was found.
    pub found: Option<String>,
    /// What to do about it.
    pub fix: &'static str,
    /// The entry of the catalogue of errors.
    pub see: &'static str,
}

/// The checks in their order, and the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist {
    /// All of them.
    pub checks: Vec<Checked>,
    /// What they come to.
    pub verdict: Verdict,
}

/// What the checks come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The check that is the cause; none where nothing failed.
    pub cause: Option<&'static str>,
    /// One sentence of cause and one of remedy.
    pub sentence: String,
    /// The other failures and the warnings, by their ids.
    pub further: Vec<&'static str>,
}

/// How a message travelled, and what time it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// The time now.
    pub now: Timestamp,
    /// How far clocks may differ.
    pub skew: jiff::SignedDuration,
    /// What was captured around the message.
    pub captured: Captured,
}

/// What a response is compared with. What is not known stays empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// The entity id in the application's federation metadata.
    pub issuer: Option<String>,
    /// The same as it is saved at Atlassian.
    pub saved_issuer: Option<String>,
    /// The assertion consumer service URL.
    pub acs: Option<String>,
    /// The service provider entity URL.
    pub entity: Option<String>,
    /// The signing certificates in the application's federation metadata.
    pub metadata: Vec<Certificate>,
    /// The thumbprint of the certificate that is active in Entra.
    pub active_thumbprint: Option<String>,
    /// The certificate that is saved at Atlassian.
    pub saved_certificate: Option<Certificate>,
    /// The domains that are verified at Atlassian.
    pub domains: Option<Vec<String>>,
    /// The addresses of the managed accounts at Atlassian.
    pub accounts: Option<Vec<String>>,
    /// The person's address as provisioning wrote it.
    pub provisioned: Option<String>,
    /// The tenant's id.
    pub tenant: Option<String>,
}

impl Circumstances {
    /// A message captured somehow, looked at now. Clocks may differ by three minutes.
    pub fn new(captured: Captured, now: Timestamp) -> Self {
        Self {
            now,
            skew: jiff::SignedDuration::from_mins(3),
            captured,
        }
    }

    /// When the message was used: as captured, or now.
    fn at(&self) -> Timestamp {
        self.captured.at.unwrap_or(self.now)
    }

    fn request(&self) -> Option<&Request> {
        self.captured.request.as_ref()
    }
}

impl Checklist {
    /// Runs every check on a captured message.
    pub fn of(circumstances: &Circumstances, expected: &Expected) -> Self {
        let checks = match crate::xml::parse(&circumstances.captured.xml) {
            Ok(document) => {
                let look = Look::of(&document, circumstances, expected);
                table::CHECKS
                    .iter()
                    .map(|row| row.checked((row.run)(&look)))
                    .collect()
            }
            Err(refusal) => table::unreadable(&refusal),
        };
        Self {
            verdict: verdict::of(&checks),
            checks,
        }
    }

    /// One of the checks.
    pub fn get(&self, id: &str) -> Option<&Checked> {
        self.checks.iter().find(|one| one.id == id)
    }
}
