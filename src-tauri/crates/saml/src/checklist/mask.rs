//! A checklist that may be handed on: names and addresses of people are covered, everything else stays.

use super::{Checked, Checklist};
use crate::{Captured, message, xml};

impl Checklist {
    /// The same checklist without the person's name, address and other claims. The message itself is not in it.
    #[must_use]
    pub fn masked(&self, captured: &Captured) -> Self {
        let values = personal(captured);
        let cover = |text: &str| {
            values.iter().fold(text.to_owned(), |text, value| {
                text.replace(value, &covered(value))
            })
        };
        let checks = self.checks.iter().map(|one| Checked {
            seen: cover(&one.seen),
            expected: one.expected.as_deref().map(cover),
            found: one.found.as_deref().map(cover),
            ..one.clone()
        });
        let checks: Vec<Checked> = checks.collect();
        Self {
            verdict: super::verdict::of(&checks),
            checks,
        }
    }
}

/// What the message says about the person, the longest first, so that a part never covers before the whole.
fn personal(captured: &Captured) -> Vec<String> {
    let Ok(document) = xml::parse(&captured.xml) else {
        return Vec::new();
    };
    let (response, _) = message::read(document.root_element());
    let Some(assertion) = response.assertion else {
        return Vec::new();
    };
    let claims = assertion
        .attributes
        .into_iter()
        .flat_map(|claim| claim.values);
    let name = assertion.name_id.map(|name| name.value);
    let mut values: Vec<String> = name.into_iter().chain(claims).collect();
    // A word of one or two letters would be found everywhere.
    values.retain(|value| value.chars().count() > 2);
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values.dedup();
    values
}

/// The first letter and the domain stay, so that somebody who helps can still see what kind of value it is.
fn covered(value: &str) -> String {
    let first: String = value.chars().take(1).collect();
    match value.rsplit_once('@') {
        Some((_, domain)) => format!("{first}\u{2026}@{domain}"),
        None => format!("{first}\u{2026}"),
    }
}
