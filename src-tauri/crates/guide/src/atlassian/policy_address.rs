//! The id of an authentication policy, from the address that a person pastes: no API lists policies, so the address bar is the only
//! place to learn it from. It reads no live system.

use engine::Judgement;
use url::Url;

/// Why an address names no policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// There is no id in it.
    NoId,
    /// The only id in it is the organization's.
    OnlyOrganization,
    /// It is a page of another organization.
    OtherOrganization,
    /// It is no page of Atlassian Administration.
    OtherHost,
}

/// What a pasted text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// The policy's id, in lower case.
    pub id: String,
    /// Whether the text says that this is a policy: a bare id, or a page of another thing, does not.
    pub is_policy_page: bool,
}

/// The last id in a pasted address that is not the organization's.
pub(super) fn policy_in(
    text: &str,
    organization: Option<&str>,
    admin: &Url,
) -> Result<Named, Wrong> {
    let text = text.trim();
    let address = Url::parse(text).ok().filter(Url::has_host);
    if let Some(address) = &address {
        if address.host_str() != admin.host_str() || address.port() != admin.port() {
            return Err(Wrong::OtherHost);
        }
        if let (Some(named), Some(ours)) = (organization_in(address), organization)
            && !named.eq_ignore_ascii_case(ours)
        {
            return Err(Wrong::OtherOrganization);
        }
    }
    let ours = |id: &&str| organization.is_some_and(|ours| id.eq_ignore_ascii_case(ours));
    let ids: Vec<_> = ids_in(text).collect();
    match ids.iter().rfind(|id| !ours(id)) {
        Some(id) => Ok(Named {
            id: id.to_lowercase(),
            is_policy_page: address
                .is_some_and(|address| address.path().to_lowercase().contains("polic")),
        }),
        None if ids.is_empty() => Err(Wrong::NoId),
        None => Err(Wrong::OnlyOrganization),
    }
}

/// What is said to a pasted address.
pub(super) fn judge(text: &str, organization: Option<&str>, admin: &Url) -> Judgement {
    let expected = format!(
        "{}/o/{}/security/authentication-policies/11111111-2222-3333-4444-555555555555/edit",
        admin.as_str().trim_end_matches('/'),
        organization.unwrap_or("your organization’s id"),
    );
    let bad = |strong: &str, text: &str| Judgement::bad(strong, text).expected(expected.clone());
    match policy_in(text, organization, admin) {
        Ok(named) if named.is_policy_page => {
            Judgement::new(engine::Worth::Good, "The policy’s id is in it.", named.id)
        }
        Ok(named) => Judgement::new(
            engine::Worth::Doubtful,
            "Taken, but it does not say that it is a policy.",
            format!(
                "The id is {}. Open the policy, press Edit, and compare the address.",
                named.id
            ),
        ),
        Err(Wrong::NoId) => bad(
            "There is no policy in it.",
            "Open the policy at Atlassian, press Edit, and copy the whole address.",
        ),
        Err(Wrong::OnlyOrganization) => bad(
            "It holds the organization’s id only.",
            "This is the list of policies. Open the policy itself, press Edit, and copy the address then.",
        ),
        Err(Wrong::OtherOrganization) => bad(
            "It belongs to another organization.",
            "The id behind /o/ is not this connection’s organization.",
        ),
        Err(Wrong::OtherHost) => bad(
            "It is no page of Atlassian Administration.",
            "Policies are found under Security, User security, Authentication policies.",
        ),
    }
}

/// The id behind `/o/`.
fn organization_in(address: &Url) -> Option<String> {
    let mut parts = address.path_segments()?;
    parts.by_ref().find(|part| *part == "o")?;
    parts.next().filter(|id| is_id(id)).map(str::to_owned)
}

/// Every id in a text, in order.
fn ids_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_hexdigit() || c == '-'))
        .filter(|part| is_id(part))
}

/// Whether a text has the form 8-4-4-4-12 of hexadecimal digits.
pub(super) fn is_id(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups
            .iter()
            .all(|group| group.chars().all(|c| c.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORG: &str = "9a1aa823-aac8-423d-aa01-63315a059cb2";
    const OTHER: &str = "54ef12ae-255e-46ad-8bfc-e0f0838f42d8";
    const POLICY: &str = "3b8e07f5-61ad-4f0c-92d8-c5a4e1907b36";

    fn named(text: &str) -> Result<Named, Wrong> {
        let admin = Url::parse("https://admin.atlassian.test").expect("an address");
        policy_in(text, Some(ORG), &admin)
    }

    #[test]
    fn the_last_id_that_is_not_the_organization_is_the_policy() {
        let policy = |is_policy_page| {
            Ok(Named {
                id: POLICY.to_owned(),
                is_policy_page,
            })
        };
        let host = "https://admin.atlassian.test";
        let cases = [
            (
                format!("{host}/o/{ORG}/security/authentication-policies/{POLICY}/edit"),
                policy(true),
            ),
            (
                format!("  {host}/o/{ORG}/security/authentication-policies/{POLICY}\n"),
                policy(true),
            ),
            (
                format!(
                    "{host}/o/{ORG}/security/authentication-policies/{}/edit?tab=members#top",
                    POLICY.to_uppercase()
                ),
                policy(true),
            ),
            (
                format!("{host}/o/{ORG}/security/authentication-policies/{OTHER}/policy/{POLICY}"),
                policy(true),
            ),
            (POLICY.to_owned(), policy(false)),
            (
                format!("{host}/o/{ORG}/security/identity-providers/{POLICY}"),
                policy(false),
            ),
            (
                format!("{host}/o/{ORG}/security/authentication-policies"),
                Err(Wrong::OnlyOrganization),
            ),
            (ORG.to_uppercase(), Err(Wrong::OnlyOrganization)),
            (
                format!("{host}/o/{OTHER}/security/authentication-policies/{POLICY}/edit"),
                Err(Wrong::OtherOrganization),
            ),
            (
                format!("https://evil.test/o/{ORG}/security/authentication-policies/{POLICY}/edit"),
                Err(Wrong::OtherHost),
            ),
            (format!("{host}/"), Err(Wrong::NoId)),
            ("Pilot SSO".to_owned(), Err(Wrong::NoId)),
            (String::new(), Err(Wrong::NoId)),
        ];
        for (text, wanted) in cases {
            assert_eq!(named(&text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_shown_above_what_was_expected() {
        let admin = Url::parse("https://admin.atlassian.test").expect("an address");
        let said = judge(ORG, Some(ORG), &admin);
        assert!(!said.is_taken());
        assert_eq!(said.strong, "It holds the organization’s id only.");
        assert!(said.expected.is_some_and(|expected| expected.contains(ORG)));
        assert!(judge(POLICY, Some(ORG), &admin).is_taken());
    }
}
