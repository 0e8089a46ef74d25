//! The Atlassian organization: domains, accounts, administrators, keys, sites. This file knows no HTTP; `atlassian`
//! answers requests from it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::events::OrgEvent;
use crate::ids;
use crate::people::People;
use crate::security::{AuthPolicy, IdentityProvider};
use crate::tasks::PolicyTask;

/// A domain that the organization has added.
#[derive(Clone, Debug)]
pub(crate) struct OrgDomain {
    pub name: String,
    /// How it was verified: `dns` or `http`.
    pub method: &'static str,
    pub verified: bool,
    /// Whether the accounts of the domain were claimed, which is a step of its own.
    pub claimed: bool,
}

/// An Atlassian account that the organization sees.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AtlassianAccount {
    pub id: String,
    pub name: String,
    pub email: String,
}

/// Which API a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// Made under Settings, API keys.
    Organization,
    /// Made with user provisioning, for one SCIM directory.
    Scim,
    /// A person's own API token.
    User,
}

/// A secret that opens one of Atlassian's APIs.
#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub id: String,
    pub label: String,
    pub value: String,
    pub kind: KeyKind,
    pub created: Timestamp,
    pub expires: Timestamp,
    pub last_active: Option<Timestamp>,
    /// `None` for a key without scopes, which may do everything.
    pub scopes: Option<Vec<String>>,
    pub created_by: String,
    /// Features that a lever has taken away.
    pub lacks: BTreeSet<String>,
}

/// A product on a site.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    pub id: String,
    pub name: String,
    pub type_key: &'static str,
    pub kind: &'static str,
}

/// One organization.
#[derive(Clone, Debug)]
pub(crate) struct Organization {
    pub id: String,
    pub name: String,
    pub directory: String,
    pub cloud_id: String,
    pub domains: Vec<OrgDomain>,
    /// The people of the company who have an Atlassian account.
    pub members: People,
    /// Accounts with an address of some other domain.
    pub outsiders: Vec<AtlassianAccount>,
    /// The addresses of the organization administrators.
    pub admins: Vec<String>,
    pub keys: Vec<ApiKey>,
    pub workspaces: Vec<Workspace>,
    /// Whether Atlassian Guard is paid for: single sign-on, more than one policy and the audit log rest on it.
    pub guard: bool,
    /// Whether the plan is Enterprise, which may have several identity provider directories.
    pub enterprise: bool,
    pub identity_providers: Vec<IdentityProvider>,
    /// The first is the local directory's default, which can't be deleted.
    pub policies: Vec<AuthPolicy>,
    pub events: Vec<OrgEvent>,
    pub tasks: Vec<PolicyTask>,
    /// When the audit log was read lately, for its limit.
    pub event_reads: Vec<Timestamp>,
    /// The addresses of deactivated accounts, in lower case.
    pub deactivated: BTreeSet<String>,
}

impl Organization {
    /// The account with that address, in any case.
    pub fn account_of(&self, email: &str) -> Option<AtlassianAccount> {
        let same = |account: &AtlassianAccount| account.email.eq_ignore_ascii_case(email);
        // Most members go by their user principal name, which is found without looking at everybody.
        let member = self.members.by_name(email).and_then(|person| {
            let email = person.mail.clone()?;
            Some(AtlassianAccount {
                id: account_id(&email),
                name: person.display_name(),
                email,
            })
        });
        let outsider = || self.outsiders.iter().find(|account| same(account)).cloned();
        member
            .filter(same)
            .or_else(outsider)
            .or_else(|| self.accounts().find(same))
    }

    /// True when the account may log in, as far as it exists at all.
    pub fn is_active(&self, email: &str) -> bool {
        !self.deactivated.contains(&email.to_lowercase())
    }

    /// How many accounts the organization sees.
    pub fn total(&self) -> usize {
        self.members.with_mail() + self.outsiders.len()
    }

    /// The account of that number: members first, then outsiders.
    pub fn account(&self, index: usize) -> Option<AtlassianAccount> {
        if index >= self.members.with_mail() {
            return self
                .outsiders
                .get(index - self.members.with_mail())
                .cloned();
        }
        let person = self.members.person(index);
        let email = person
            .mail
            .clone()
            .unwrap_or_else(|| person.user_principal_name.clone());
        Some(AtlassianAccount {
            id: account_id(&email),
            name: person.display_name(),
            email,
        })
    }

    /// Every account.
    pub fn accounts(&self) -> impl Iterator<Item = AtlassianAccount> + '_ {
        (0..self.total()).filter_map(|index| self.account(index))
    }

    /// How many accounts the organization manages.
    pub fn managed_total(&self) -> usize {
        self.managed_members() + self.managed_outsiders().count()
    }

    /// The managed account of that number. All members share one domain, so that nobody has to be looked at to count.
    pub fn managed_account(&self, index: usize) -> Option<AtlassianAccount> {
        let members = self.managed_members();
        if index < members {
            return self.account(index);
        }
        self.managed_outsiders().nth(index - members).cloned()
    }

    fn managed_members(&self) -> usize {
        if self.manages(&format!("@{}", self.members.domain)) {
            self.members.with_mail()
        } else {
            0
        }
    }

    fn managed_outsiders(&self) -> impl Iterator<Item = &AtlassianAccount> {
        self.outsiders
            .iter()
            .filter(|account| self.manages(&account.email))
    }

    /// True when the organization manages that address: its domain is verified and claimed.
    pub fn manages(&self, email: &str) -> bool {
        let domain = email.rsplit('@').next().unwrap_or_default();
        self.domains
            .iter()
            .any(|own| own.verified && own.claimed && own.name.eq_ignore_ascii_case(domain))
    }

    /// True when that address administers the organization.
    pub fn is_admin(&self, email: &str) -> bool {
        self.admins
            .iter()
            .any(|admin| admin.eq_ignore_ascii_case(email))
    }

    /// Adds a key of some kind that lives for so many days, and gives its value.
    pub fn add_key(
        &mut self,
        label: &str,
        kind: KeyKind,
        now: Timestamp,
        days: i64,
        scopes: Option<Vec<String>>,
    ) -> String {
        let value = key_value(kind);
        let created_by = self.admins.first().cloned().unwrap_or_default();
        // A key that is dead already was made a year before it died: that is the longest life a key can be given.
        let expires = now + SignedDuration::from_hours(24 * days);
        let created = if days < 0 {
            expires - SignedDuration::from_hours(24 * 365)
        } else {
            now
        };
        self.keys.push(ApiKey {
            id: ids::guid(),
            label: label.to_owned(),
            value: value.clone(),
            kind,
            created,
            expires,
            last_active: None,
            scopes,
            created_by,
            lacks: BTreeSet::new(),
        });
        value
    }
}

/// The account id that Atlassian gives to an address.
pub(crate) fn account_id(email: &str) -> String {
    let digest = Sha256::digest(email.to_lowercase().as_bytes());
    let hex: String = digest
        .iter()
        .take(11)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("5f{hex}")
}

/// Values that look like the real ones, with the word practice inside.
fn key_value(kind: KeyKind) -> String {
    let tail = ids::hex(8).to_uppercase();
    match kind {
        KeyKind::Organization => format!("ATCTT3xFfGN0practice{}={tail}", ids::secret(60)),
        KeyKind::User => format!("ATATT3xFfGF0practice{}={tail}", ids::secret(60)),
        KeyKind::Scim => format!("practice{}", ids::secret(48)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_look_like_what_they_are() {
        assert!(key_value(KeyKind::Organization).starts_with("ATCTT3xFfGN0"));
        assert!(key_value(KeyKind::User).starts_with("ATATT"));
        assert_eq!(account_id("a@contoso.com").len(), 24);
        assert_eq!(account_id("A@contoso.com"), account_id("a@contoso.com"));
    }
}
