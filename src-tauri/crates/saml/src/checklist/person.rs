//! The checks about the person: the NameID and the claims.

use super::look::{Look, Outcome, either, fail, not_possible, pass, unknown, warn};

const FORMATS: &str = "urn:oasis:names:tc:SAML:";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
pub(super) const CLAIMS: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
const GROUPS: &str = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups";
const GROUPS_LINK: &str = "http://schemas.microsoft.com/claims/groups.link";
const TENANT: &str = "http://schemas.microsoft.com/identity/claims/tenantid";
const DISPLAY_NAME: &str = "http://schemas.microsoft.com/identity/claims/displayname";
/// The claims that are wanted, below [`CLAIMS`].
const WANTED: [&str; 4] = ["emailaddress", "name", "givenname", "surname"];

fn wanted(short: &str) -> String {
    format!("{CLAIMS}/{short}")
}

pub(super) fn present(look: &Look<'_, '_>) -> Outcome {
    either(look.assertion().map(|assertion| match &assertion.name_id {
        None => fail("There is no NameID, or more than one."),
        Some(name) if name.value.trim().is_empty() => fail("The NameID is empty."),
        Some(name) => pass("There is one NameID.").found(&name.value),
    }))
}

pub(super) fn format(look: &Look<'_, '_>) -> Outcome {
    either(look.name().map(|value| {
        let assertion = look.response.assertion.as_ref();
        let format = assertion.and_then(|one| one.name_id.as_ref()?.format.as_deref());
        match format {
            Some(EMAIL) => pass("The NameID is of the kind e-mail address."),
            None => pass("The NameID doesn’t say of which kind it is."),
            Some(other) if other.starts_with(FORMATS) && other.ends_with(":unspecified") => {
                if value.contains('@') {
                    pass("The NameID is of no certain kind, but looks like an e-mail address.")
                        .found(other)
                } else {
                    warn("The NameID is of no certain kind.").between(EMAIL, other)
                }
            }
            Some(other) => {
                fail("The NameID is of another kind than an e-mail address.").between(EMAIL, other)
            }
        }
    }))
}

pub(super) fn email(look: &Look<'_, '_>) -> Outcome {
    either(look.name().map(|value| {
        let outcome =
            |why: &str| fail(format!("The NameID is no e-mail address: {why}.")).found(value);
        if value.contains(|one: char| one.is_whitespace() || one.is_control()) {
            return outcome("there is a blank or a control character in it");
        }
        let Some((local, domain)) = value.split_once('@') else {
            return outcome("it has no @");
        };
        if domain.contains('@') {
            return outcome("it has more than one @");
        }
        if local.is_empty() || local.len() > 64 || domain.is_empty() || value.len() > 254 {
            return outcome("a part of it is empty or too long");
        }
        pass("The NameID is an e-mail address.")
    }))
}

pub(super) fn guest(look: &Look<'_, '_>) -> Outcome {
    either(look.name().map(|value| {
        if value.to_uppercase().contains("#EXT#") {
            fail("The NameID is the account name of a guest, not an address.").found(value)
        } else {
            pass("The NameID is not the account name of a guest.")
        }
    }))
}

pub(super) fn domain(look: &Look<'_, '_>) -> Outcome {
    either(look.name().map(|value| {
        let Some(domains) = &look.expected.domains else {
            return unknown("which domains are verified at Atlassian");
        };
        let domain = value
            .rsplit_once('@')
            .map(|(_, domain)| domain)
            .unwrap_or_default();
        if domains
            .iter()
            .any(|one| one.trim().to_lowercase() == domain.to_lowercase())
        {
            return pass("The domain of the NameID is verified at Atlassian.").found(domain);
        }
        fail("The domain of the NameID is not verified at Atlassian.")
            .between(domains.join(", "), domain)
    }))
}

pub(super) fn account(look: &Look<'_, '_>) -> Outcome {
    either(look.name().map(|value| {
        let Some(accounts) = &look.expected.accounts else {
            return unknown("the list of accounts at Atlassian");
        };
        let same = |one: &&String| one.to_lowercase() == value.to_lowercase();
        match accounts.iter().find(same) {
            Some(account) if account == value => pass("An account at Atlassian has this address."),
            Some(account) => {
                pass("An account at Atlassian has this address, in other letters.").found(account)
            }
            None => fail("No account at Atlassian has this address.").found(value),
        }
    }))
}

pub(super) fn provisioned(look: &Look<'_, '_>) -> Outcome {
    either(look.name().map(|value| match &look.expected.provisioned {
        None => unknown("the address that provisioning wrote"),
        Some(other) if other.to_lowercase() == value.to_lowercase() => {
            pass("Provisioning wrote the same address.")
        }
        Some(other) => fail("Provisioning wrote another address.").between(other, value),
    }))
}

pub(super) fn claims(look: &Look<'_, '_>) -> Outcome {
    either(look.assertion().map(|_| {
        let missing = WANTED.iter().filter(|short| {
            let value = look.claim(&wanted(short));
            value.is_none_or(|value| value.trim().is_empty())
        });
        let missing: Vec<&str> = missing.copied().collect();
        match missing[..] {
            [] => pass("The four claims are there: emailaddress, name, givenname, surname."),
            _ => warn(format!(
                "Claims are missing or empty: {}.",
                missing.join(", ")
            )),
        }
    }))
}

pub(super) fn claim_email(look: &Look<'_, '_>) -> Outcome {
    either(
        look.name()
            .map(|name| match look.claim(&wanted("emailaddress")) {
                None => not_possible("There is no claim emailaddress."),
                Some(claim) if claim.to_lowercase() == name.to_lowercase() => {
                    pass("The claim emailaddress and the NameID are the same.")
                }
                Some(claim) => {
                    warn("The claim emailaddress differs from the NameID.").between(name, claim)
                }
            }),
    )
}

pub(super) fn claim_name(look: &Look<'_, '_>) -> Outcome {
    let Some(value) = look.claim(&wanted("name")) else {
        return not_possible("There is no claim name.");
    };
    if look.claim(DISPLAY_NAME) == Some(value) {
        return warn("The claim name is the display name, which is not unique and changes.")
            .found(value);
    }
    if value.contains('@') {
        return warn("The claim name is an address, which changes when the person’s name does.")
            .found(value);
    }
    pass("The claim name looks like an id that stays.").found(value)
}

pub(super) fn claim_names(look: &Look<'_, '_>) -> Outcome {
    either(look.assertion().map(|assertion| {
        let names: Vec<&str> = assertion
            .attributes
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        let near = |name: &&str| WANTED.iter().any(|short| is_near(name, short));
        match names.into_iter().find(near) {
            None => pass("No claim’s name looks mistyped."),
            Some(name) => {
                let meant = WANTED.iter().find(|short| is_near(name, short));
                warn("The name of a claim looks mistyped.")
                    .between(wanted(meant.unwrap_or(&"name")), name)
            }
        }
    }))
}

/// Whether a name is nearly that of a wanted claim, and not that of another.
fn is_near(name: &str, short: &str) -> bool {
    let whole = wanted(short);
    let is_other = WANTED.iter().any(|short| name == wanted(short));
    let last = name.rsplit('/').next().unwrap_or(name);
    let is_bare = !name.contains("://") && last.eq_ignore_ascii_case(short);
    // The short names resemble each other less than this, and others that Entra sends are farther away.
    !is_other && (is_bare || (name.len().abs_diff(whole.len()) <= 3 && distance(name, &whole) <= 3))
}

/// How many letters must be put in, taken out or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in (0..).zip(one.chars()) {
        let mut diagonal = above;
        row[0] = above + 1;
        for at in 0..other.len() {
            let change = diagonal + usize::from(other[at] != letter);
            diagonal = row[at + 1];
            row[at + 1] = change.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[other.len()]
}

pub(super) fn claim_twice(look: &Look<'_, '_>) -> Outcome {
    either(look.assertion().map(|assertion| {
        let mut seen = std::collections::BTreeSet::new();
        match assertion
            .attributes
            .iter()
            .find(|one| !seen.insert(&one.name))
        {
            None => pass("Each claim is there once."),
            Some(twice) => warn("A claim is there twice.").found(&twice.name),
        }
    }))
}

pub(super) fn groups(look: &Look<'_, '_>) -> Outcome {
    if look.claim(GROUPS_LINK).is_some() {
        return warn(
            "The person is in too many groups, so that a link stands there for them. Nobody needs it.",
        );
    }
    match look.claim(GROUPS) {
        Some(_) => pass("Groups are sent along. They are not needed: provisioning brings them."),
        None => pass("No groups are sent along, and none are needed."),
    }
}

pub(super) fn tenant(look: &Look<'_, '_>) -> Outcome {
    match (&look.expected.tenant, look.claim(TENANT)) {
        (None, _) => unknown("the tenant’s id"),
        (_, None) => not_possible("The response doesn’t name the tenant."),
        (Some(wanted), Some(found)) if wanted.eq_ignore_ascii_case(found) => {
            pass("It is from your tenant.")
        }
        (Some(wanted), Some(found)) => fail("It is from another tenant.").between(wanted, found),
    }
}
