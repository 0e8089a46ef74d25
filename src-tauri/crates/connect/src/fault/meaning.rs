//! What some refusals of Graph mean beyond their kind, where a step treats them differently.
//!
//! Codes decide wherever Microsoft gives one. Several refusals share the code `Request_BadRequest` or `BadRequest` and differ in
//! their words alone (entra.md 1.1, 4.2, 4.6, 5): this table is the only place that reads them. Microsoft may change the words;
//! then the meaning is none, the refusal is shown as it came, and nothing is taken for a success. It must not know any step.

use super::{Fault, FaultKind};

/// A refusal that has its own way on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The tenant has no licence for reading its logs by Graph (entra.md 7).
    NoPremium,
    /// None of the person's roles may read the logs; managing applications is not enough for sign-ins.
    NoReportsRole,
    /// The tenant lets applications carry only entity IDs of its own domains (entra.md 4.2).
    ForeignIdentifier,
    /// Another application carries this entity ID, possibly a deleted one.
    DuplicateIdentifier,
    /// Somebody is signed in by this user name already.
    DuplicateUser,
    /// The domain of a user name is not one of the tenant's verified ones.
    UnverifiedDomain,
    /// The password is too simple for this tenant.
    WeakPassword,
    /// This cloud does not have the call (entra.md 1.1).
    NoSuchCall,
    /// The assignment exists: what was wanted is so already.
    AlreadyAssigned,
    /// The application has no such role, or has roles and wants one of them.
    NoSuchRole,
    /// The application has another claims policy; it can have one.
    OtherPolicy,
    /// What the call refers to was made a moment ago and is not known everywhere yet.
    NotYet,
}

/// A code that is enough by itself.
const CODES: &[(&str, Meaning)] = &[
    (
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        Meaning::NoPremium,
    ),
    (
        "Authentication_RequestFromUnsupportedUserRole",
        Meaning::NoReportsRole,
    ),
];

/// Words of a message, without regard to case; the first row counts.
const WORDS: &[(&str, Meaning)] = &[
    ("Failed to add identifier URI", Meaning::ForeignIdentifier),
    (
        "same value for property identifierUris already exists",
        Meaning::DuplicateIdentifier,
    ),
    (
        "same value for property userPrincipalName already exists",
        Meaning::DuplicateUser,
    ),
    (
        "domain portion of the userPrincipalName property is invalid",
        Meaning::UnverifiedDomain,
    ),
    (
        "does not comply with password complexity requirements",
        Meaning::WeakPassword,
    ),
    ("Resource not found for the segment", Meaning::NoSuchCall),
    (
        "Permission being assigned already exists on the object",
        Meaning::AlreadyAssigned,
    ),
    (
        "Permission being assigned was not found on application",
        Meaning::NoSuchRole,
    ),
    (
        "conflicting object with one or more of the specified property values is present",
        Meaning::OtherPolicy,
    ),
    ("Not a valid reference update", Meaning::NotYet),
    (
        "one of its queried reference-property objects are not present",
        Meaning::NotYet,
    ),
];

impl Fault {
    /// What the refusal means beyond its kind, where that is known.
    pub fn meaning(&self) -> Option<Meaning> {
        let by_code = CODES
            .iter()
            .find(|(code, _)| self.code.as_deref() == Some(code));
        if let Some((_, meaning)) = by_code {
            return Some(*meaning);
        }
        let refusal = matches!(
            self.kind,
            FaultKind::BadRequest | FaultKind::NotFound | FaultKind::Conflict
        );
        let said = self.message.as_deref().filter(|_| refusal)?.to_lowercase();
        WORDS
            .iter()
            .find(|(words, _)| said.contains(&words.to_lowercase()))
            .map(|(_, meaning)| *meaning)
    }

    /// True when the refusal means this.
    pub fn means(&self, meaning: Meaning) -> bool {
        self.meaning() == Some(meaning)
    }
}
