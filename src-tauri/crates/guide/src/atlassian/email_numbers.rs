//! The numbers of the last count, as the page shows them before the choice. They are kept as facts, without anybody's
//! name; the check counts afresh and does not rest on them.

use engine::{Facts, Known};
use people::{Attribute, Report};
use serde::{Deserialize, Serialize};

/// The fact: the attribute that the numbers propose; “none” when neither fits.
pub const PROPOSED: &str = "email.proposed";
/// The fact: the numbers, as JSON. No names are in them.
const COUNTED: &str = "email.counted";
/// The fact: what the count depended on.
pub(super) const STAMP: &str = "email.stamp";

/// The attribute that the numbers propose.
pub(super) fn proposed(known: &Known) -> Option<Attribute> {
    known.fact(PROPOSED).and_then(named)
}

/// The attribute of a name.
pub(super) fn named(name: &str) -> Option<Attribute> {
    [Attribute::Mail, Attribute::UserPrincipalName]
        .into_iter()
        .find(|attribute| attribute.name() == name)
}

/// The numbers of the page: enough for the options' hints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Numbers {
    members: u64,
    mail: Side,
    upn: Side,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Side {
    usable: u64,
    missing: u64,
    unverified: u64,
    duplicates: u64,
    malformed: u64,
}

impl Numbers {
    pub fn of(known: &Known) -> Option<Self> {
        serde_json::from_str(known.fact(COUNTED)?).ok()
    }

    pub fn from(report: &Report) -> Self {
        let side = |attribute| {
            let count = report.of(attribute);
            Side {
                usable: count.usable,
                missing: count.missing,
                unverified: count.unverified,
                duplicates: count.duplicates,
                malformed: count.malformed,
            }
        };
        Self {
            members: report.members,
            mail: side(Attribute::Mail),
            upn: side(Attribute::UserPrincipalName),
            reason: report.proposal().reason,
        }
    }

    /// What choosing this attribute means, in one sentence.
    pub fn words(&self, attribute: Attribute) -> String {
        let side = match attribute {
            Attribute::Mail => &self.mail,
            Attribute::UserPrincipalName => &self.upn,
        };
        let first = format!("Fits {} of {}", side.usable, self.members);
        let parts = [
            (side.missing, "without one"),
            (side.unverified, "at a domain that is not verified"),
            (side.duplicates, "shared with somebody"),
            (side.malformed, "no address"),
        ];
        let others: Vec<String> = parts
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{number} {what}"))
            .collect();
        match others.is_empty() {
            true => format!("{first}."),
            false => format!("{first}; {}.", others.join(", ")),
        }
    }
}

/// The facts of a count.
pub(super) fn counted(report: &Report, stamp: &str) -> Facts {
    let numbers = serde_json::to_string(&Numbers::from(report)).unwrap_or_default();
    let proposed = report.proposal().attribute.map_or("none", Attribute::name);
    Facts::new()
        .with(PROPOSED, proposed)
        .with(COUNTED, numbers)
        .with(STAMP, stamp)
}
