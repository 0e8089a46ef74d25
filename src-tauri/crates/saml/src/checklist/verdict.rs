//! One verdict of many checks: the failure that explains the others comes first.

use super::{CheckState, Checked, Verdict};

/// In which order failures explain each other. A refusal by Entra comes before every doubt about the message; a trick
/// with the message before its values; the addresses before the certificate, the certificate before the signature.
const ORDER: [&str; 47] = [
    "root",
    "status",
    "xsw-count",
    "xsw-ids",
    "xsw-same-node",
    "xsw-object",
    "xsw-comment",
    "encryption",
    "destination",
    "recipient",
    "acs-posted-to",
    "audience",
    "id-pair",
    "issuer-response",
    "issuer-assertion",
    "sig-key",
    "sig-present",
    "sig-alg",
    "sig-c14n",
    "sig-reference",
    "sig-value",
    "time-conditions",
    "time-subject",
    "time-authn",
    "issue-instant",
    "nameid-present",
    "nameid-format",
    "nameid-email",
    "nameid-guest",
    "nameid-domain",
    "nameid-account",
    "nameid-scim",
    "inresponseto",
    "claims",
    "claim-email",
    "claim-name",
    "claim-namespace",
    "claim-duplicates",
    "groups",
    "tenant",
    "cert-time",
    "confirmation",
    "cert-strength",
    "cert-rollover",
    "authn-context",
    "relaystate",
    "replay",
];

pub(super) fn of(checks: &[Checked]) -> Verdict {
    let with = |state: CheckState| {
        let ids = ORDER.iter();
        ids.filter_map(move |id| {
            checks
                .iter()
                .find(|one| one.id == *id && one.state == state)
        })
    };
    let cause = with(CheckState::Fail).next();
    let further = with(CheckState::Fail)
        .skip(1)
        .chain(with(CheckState::Warn))
        .map(|one| one.id);
    Verdict {
        cause: cause.map(|one| one.id),
        sentence: cause.map_or_else(
            || without_cause(checks),
            |one| format!("The login fails. {} {}", one.seen, one.fix),
        ),
        further: further.collect(),
    }
}

fn without_cause(checks: &[Checked]) -> String {
    let count = |state: CheckState| checks.iter().filter(|one| one.state == state).count();
    let first = match count(CheckState::Warn) {
        0 => "This response is what Atlassian needs. If the login fails, the fault lies",
        _ => {
            "Nothing here is wrong for certain; look at the warnings first. Otherwise the fault lies"
        }
    };
    let all = format!(
        "{first} behind it: with the authentication policy, access to the product, or the account."
    );
    match count(CheckState::NotPossible) {
        0 => all,
        1 => format!("{all} One check was not possible."),
        several => format!("{all} {several} checks were not possible."),
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::CHECKS;
    use super::*;

    #[test]
    fn every_check_has_its_place() {
        let all: Vec<Checked> = super::super::table::unreadable(&crate::Refusal::Empty);
        assert_eq!(CHECKS.len(), ORDER.len());
        for one in &all {
            assert_eq!(
                ORDER.iter().filter(|id| **id == one.id).count(),
                1,
                "{}",
                one.id
            );
            for text in [one.title, one.why, one.fix, one.see] {
                assert!(!text.is_empty(), "{}", one.id);
            }
            assert!(
                one.why.ends_with('.') && one.fix.ends_with('.'),
                "{}",
                one.id
            );
        }
    }
}
