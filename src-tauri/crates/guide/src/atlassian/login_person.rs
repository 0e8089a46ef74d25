//! Why one person can't log in, from what can be read of their two accounts and of how they were let in.
//!
//! It decides and reads nothing.

use super::login_settings::Fault;

/// How the application was opened to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// Assigned by name.
    Direct,
    /// A direct member of an assigned group.
    Through(String),
    /// A member of a group inside an assigned group, which does not count.
    OnlyNested(String),
    /// Not at all.
    None,
    /// It could not be read.
    NotRead,
}

/// The Atlassian account of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Account {
    /// A managed account with this address.
    Managed {
        /// Whether it is active.
        active: bool,
    },
    /// There is no managed account with this address.
    Missing,
    /// It could not be read.
    NotRead,
}

/// A person as both sides see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// What they sign in with.
    pub upn: String,
    /// Whether Entra lets them sign in.
    pub enabled: Option<bool>,
    /// The attribute behind the NameID: `mail` or `userPrincipalName`.
    pub attribute: String,
    /// What it holds; `None` when it is empty.
    pub name_id: Option<String>,
    /// The address of the Atlassian account that should be opened, where it is known apart from the NameID.
    pub address: Option<String>,
    /// How they were let in.
    pub way: Way,
    /// Whether they are of the pilot: a direct member of its group, or the person itself; `None` when that could not be read.
    pub of_pilot: Option<bool>,
    /// Whether only assigned people may use the application.
    pub assignment_required: bool,
    /// Their Atlassian account.
    pub account: Account,
    /// Whether the domain of the address is verified at Atlassian; `None` when that could not be read.
    pub domain_verified: Option<bool>,
}

/// What keeps this person from logging in.
pub(super) fn faults(person: &Person) -> Vec<Fault> {
    [
        disabled(person),
        of_pilot(person),
        assignment(person),
        name_id(person),
        domain(person),
        account(person),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn disabled(person: &Person) -> Option<Fault> {
    (person.enabled == Some(false)).then(|| {
        Fault::fail(
            "user-disabled",
            &format!("The Entra account {} is disabled", person.upn),
            "Microsoft does not let it sign in.",
        )
        .compared("accountEnabled true", "false")
    })
}

fn of_pilot(person: &Person) -> Option<Fault> {
    (person.of_pilot == Some(false)).then(|| {
        Fault::fail(
            "not-pilot",
            &format!("{} is not of the pilot", person.upn),
            "That somebody else comes in proves nothing for the people whom enforcing reaches.",
        )
        .compared("a direct member of the pilot group", "none")
    })
}

fn assignment(person: &Person) -> Option<Fault> {
    let fault = match &person.way {
        Way::Direct | Way::Through(_) | Way::NotRead => return None,
        Way::OnlyNested(group) => Fault::fail(
            "nested",
            &format!("{} is only in a group inside “{group}”", person.upn),
            "Entra counts direct members of an assigned group, not those of groups inside it (AADSTS50105).",
        ),
        Way::None => Fault::fail(
            "unassigned",
            &format!("{} is not assigned to the application", person.upn),
            "Entra refuses the log-in (AADSTS50105).",
        ),
    };
    // Without the requirement everybody gets through; that is said of the application.
    person.assignment_required.then(|| {
        fault
            .compared(
                "assigned, or a direct member of an assigned group",
                "neither",
            )
            .set_by("pilot")
    })
}

fn name_id(person: &Person) -> Option<Fault> {
    let Some(name_id) = &person.name_id else {
        return Some(
            Fault::fail(
                "empty",
                &format!("{} has no {}", person.upn, person.attribute),
                "It becomes the NameID, and Entra refuses an empty one (AADSTS501241).",
            )
            .compared("an address", "empty")
            .set_by("email-attribute"),
        );
    };
    let address = person.address.as_deref()?;
    if name_id.eq_ignore_ascii_case(address) {
        return None;
    }
    Some(
        Fault::fail(
            "name-id",
            "The NameID is not the address of the Atlassian account",
            "Atlassian says “authentication-policy-strategy-mismatch” then.",
        )
        .compared(address, name_id)
        .set_by("email-attribute"),
    )
}

/// The address that Atlassian will look for.
fn address(person: &Person) -> Option<&str> {
    person.address.as_deref().or(person.name_id.as_deref())
}

fn domain(person: &Person) -> Option<Fault> {
    let domain = crate::words::domain_of(address(person)?);
    (person.domain_verified == Some(false)).then(|| {
        Fault::fail(
            "domain",
            &format!("{domain} is not verified at Atlassian"),
            "Single sign-on reaches only accounts of a verified domain.",
        )
        .compared("verified", "not verified")
        .set_by("before-atlassian")
    })
}

fn account(person: &Person) -> Option<Fault> {
    let address = address(person)?;
    match person.account {
        Account::Managed { active: true } | Account::NotRead => None,
        Account::Managed { active: false } => Some(
            Fault::fail(
                "inactive",
                &format!("The Atlassian account {address} is deactivated"),
                "A deactivated account can’t log in, whoever vouches for it.",
            )
            .compared("active", "inactive"),
        ),
        // An account can also come into being at the first log-in, when the domain is linked to the directory.
        Account::Missing => Some(
            Fault::warn(
                "missing",
                &format!("No managed Atlassian account has the address {address}"),
                "A first log-in makes one only when the domain is linked to the identity provider directory.",
            )
            .compared("a managed account", "none"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::VerdictState::{self, Fail, Warn};

    fn good() -> Person {
        Person {
            upn: "alex@contoso.com".into(),
            enabled: Some(true),
            attribute: "mail".into(),
            name_id: Some("Alex@contoso.com".into()),
            address: Some("alex@contoso.com".into()),
            way: Way::Through("Atlassian pilot".into()),
            of_pilot: Some(true),
            assignment_required: true,
            account: Account::Managed { active: true },
            domain_verified: Some(true),
        }
    }

    #[test]
    fn somebody_whose_accounts_agree_has_nothing_in_the_way() {
        assert_eq!(faults(&good()), []);
        let unread = Person {
            way: Way::NotRead,
            of_pilot: None,
            account: Account::NotRead,
            domain_verified: None,
            address: None,
            ..good()
        };
        assert_eq!(faults(&unread), [], "what could not be read is no fault");
    }

    #[test]
    fn each_fault_comes_out_alone() {
        type Spoil = fn(&mut Person);
        let cases: &[(Spoil, &str, VerdictState, &str)] = &[
            (
                |p| p.enabled = Some(false),
                "user-disabled",
                Fail,
                "The Entra account alex@contoso.com is disabled",
            ),
            (
                |p| p.of_pilot = Some(false),
                "not-pilot",
                Fail,
                "alex@contoso.com is not of the pilot",
            ),
            (
                |p| p.way = Way::None,
                "unassigned",
                Fail,
                "alex@contoso.com is not assigned to the application",
            ),
            (
                |p| p.way = Way::OnlyNested("All".into()),
                "nested",
                Fail,
                "alex@contoso.com is only in a group inside “All”",
            ),
            (
                |p| p.name_id = None,
                "empty",
                Fail,
                "alex@contoso.com has no mail",
            ),
            (
                |p| p.name_id = Some("a@contoso.com".into()),
                "name-id",
                Fail,
                "The NameID is not the address of the Atlassian account",
            ),
            (
                |p| p.domain_verified = Some(false),
                "domain",
                Fail,
                "contoso.com is not verified at Atlassian",
            ),
            (
                |p| p.account = Account::Managed { active: false },
                "inactive",
                Fail,
                "The Atlassian account alex@contoso.com is deactivated",
            ),
            (
                |p| p.account = Account::Missing,
                "missing",
                Warn,
                "No managed Atlassian account has the address alex@contoso.com",
            ),
        ];
        for (spoil, key, state, title) in cases {
            let mut person = good();
            spoil(&mut person);
            let found = faults(&person);
            let found: Vec<_> = found
                .iter()
                .map(|fault| (fault.key, fault.state, fault.title.as_str()))
                .collect();
            assert_eq!(found, [(*key, *state, *title)]);
        }
    }

    #[test]
    fn who_need_not_be_assigned_gets_through_unassigned() {
        let person = Person {
            way: Way::None,
            assignment_required: false,
            ..good()
        };
        assert_eq!(faults(&person), []);
    }
}
