//! One address: which attribute it stands in, and what is wrong with its form. It knows neither people nor counts.

use std::fmt;

/// The two attributes of a person in Entra that can be the e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// `mail`: filled by a mailbox or by hand.
    Mail,
    /// `userPrincipalName`: what one signs in with; never empty.
    UserPrincipalName,
}

impl Attribute {
    /// Its name in Microsoft Graph.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::UserPrincipalName => "userPrincipalName",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Mail => Self::UserPrincipalName,
            Self::UserPrincipalName => Self::Mail,
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is wrong with an address's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No sign @, or more than one.
    At,
    /// Nothing before the @, or more than 64 characters.
    Local,
    /// The part behind the @ is no domain.
    Domain,
    /// More than 254 characters.
    Long,
    /// A blank, a control character, a quotation mark or the like.
    Character,
}

/// What is wrong with an address's form, if anything. The lengths are those of RFC 5321; the characters are
/// narrower than what a mail server would take: no quoted local parts, but the apostrophe of O'Neill.
pub fn fault_of(address: &str) -> Option<Fault> {
    let Some((local, domain)) = address.split_once('@').filter(|(_, d)| !d.contains('@')) else {
        return Some(Fault::At);
    };
    if address.chars().any(is_refused) {
        return Some(Fault::Character);
    }
    if local.is_empty() || local.len() > 64 || has_stray_dot(local) {
        return Some(Fault::Local);
    }
    if !is_domain(domain) {
        return Some(Fault::Domain);
    }
    (address.len() > 254).then_some(Fault::Long)
}

/// The domain of an address, in small letters; empty where there is none.
pub(crate) fn domain_of(address: &str) -> String {
    let domain = address.rsplit_once('@').map(|(_, domain)| domain);
    domain.unwrap_or_default().to_lowercase()
}

/// Whether a domain is one that Microsoft lends to a tenant, which nobody can verify at Atlassian. The endings are
/// those of the global cloud, of the US Government and of China.
pub(crate) fn is_lent(domain: &str) -> bool {
    const ENDINGS: [&str; 3] = [".onmicrosoft.com", ".onmicrosoft.us", ".onmschina.cn"];
    ENDINGS.iter().any(|ending| domain.ends_with(ending))
}

fn is_refused(one: char) -> bool {
    one.is_whitespace() || one.is_control() || "\"(),:;<>[\\]\u{200b}\u{feff}".contains(one)
}

fn has_stray_dot(local: &str) -> bool {
    local.starts_with('.') || local.ends_with('.') || local.contains("..")
}

fn is_domain(domain: &str) -> bool {
    domain.contains('.')
        && domain.split('.').all(|label| {
            let letters = |one: char| one.is_alphanumeric() || one == '-';
            (1..=63).contains(&label.len())
                && label.chars().all(letters)
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_an_address() {
        let long_local = format!("{}@contoso.com", "a".repeat(65));
        let long = format!("a@{}.com", vec!["b".repeat(60); 5].join("."));
        let table: &[(&str, Option<Fault>)] = &[
            ("anna@contoso.com", None),
            ("anna.o_neill+jira@mail.contoso.co.uk", None),
            ("o'neill@contoso.com", None),
            ("jürgen@müller.example", None),
            ("ext_user#EXT#@contoso.onmicrosoft.com", None),
            ("", Some(Fault::At)),
            ("anna", Some(Fault::At)),
            ("anna@@contoso.com", Some(Fault::At)),
            ("anna@b@contoso.com", Some(Fault::At)),
            ("@contoso.com", Some(Fault::Local)),
            (".anna@contoso.com", Some(Fault::Local)),
            ("an..na@contoso.com", Some(Fault::Local)),
            (&long_local, Some(Fault::Local)),
            ("anna@", Some(Fault::Domain)),
            ("anna@contoso", Some(Fault::Domain)),
            ("anna@contoso..com", Some(Fault::Domain)),
            ("anna@-contoso.com", Some(Fault::Domain)),
            ("anna@con_toso.com", Some(Fault::Domain)),
            (&long, Some(Fault::Long)),
            (" anna@contoso.com", Some(Fault::Character)),
            ("an na@contoso.com", Some(Fault::Character)),
            ("anna@contoso.com\n", Some(Fault::Character)),
            ("\"anna\"@contoso.com", Some(Fault::Character)),
            ("anna@contoso.com\u{200b}", Some(Fault::Character)),
        ];
        for (address, fault) in table {
            assert_eq!(fault_of(address), *fault, "{address:?}");
        }
    }

    #[test]
    fn lent_domains_are_told_by_their_end() {
        for domain in [
            "contoso.onmicrosoft.com",
            "contoso.mail.onmicrosoft.com",
            "contoso.onmicrosoft.us",
            "contoso.partner.onmschina.cn",
        ] {
            assert!(is_lent(domain), "{domain}");
        }
        for domain in [
            "contoso.com",
            "notonmicrosoft.com",
            "onmicrosoft.com.example",
        ] {
            assert!(!is_lent(domain), "{domain}");
        }
    }
}
