//! The organization's audit log: what is written into it and when a reader may see it. The vendor shows an event some
//! time after it happened, so each has two times. This file knows no HTTP.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::ids;
use crate::organization::{Organization, account_id};
use crate::tempo::Tempo;

/// A kind of event: the id and the texts of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Action {
    pub id: &'static str,
    pub display: &'static str,
    pub group: &'static str,
}

const fn action(id: &'static str, display: &'static str, group: &'static str) -> Action {
    Action { id, display, group }
}

const ACCOUNTS: &str = "Atlassian accounts";
const PROVIDERS: &str = "Identity providers";
const POLICIES: &str = "Authentication policies";
const DOMAINS: &str = "Domains";
const ADMINISTRATION: &str = "Organization administration";

pub(crate) const USER_LOGIN: Action = action("user_login", "Logged in to account", ACCOUNTS);
pub(crate) const USER_LOGOUT: Action = action("user_logout", "Logged out of account", ACCOUNTS);
pub(crate) const USER_CREATED: Action = action("user_created", "Created account", ACCOUNTS);
pub(crate) const GROUP_CREATED: Action = action("group_created", "Created group", "Groups");
pub(crate) const GROUP_DELETED: Action = action("group_deleted", "Deleted group", "Groups");
pub(crate) const ADMIN_ADDED: Action = action(
    "added_org_admin",
    "Added organization admin",
    ADMINISTRATION,
);
// The vendor publishes no id for what follows. These are made up and say so; a reader must go by the texts.
pub(crate) const ACCOUNT_DEACTIVATED: Action = action(
    "practice_account_deactivated",
    "Deactivated account",
    ACCOUNTS,
);
pub(crate) const DOMAIN_VERIFIED: Action =
    action("practice_domain_verified", "Verified domain", DOMAINS);
pub(crate) const ACCOUNTS_CLAIMED: Action = action(
    "practice_accounts_claimed",
    "Claimed accounts of domain",
    DOMAINS,
);
pub(crate) const KEY_CREATED: Action = action(
    "practice_api_key_created",
    "Created API key",
    ADMINISTRATION,
);
pub(crate) const DIRECTORY_ADDED: Action = action(
    "practice_directory_added",
    "Added identity provider directory",
    PROVIDERS,
);
pub(crate) const DIRECTORY_DELETED: Action = action(
    "practice_directory_deleted",
    "Deleted identity provider directory",
    PROVIDERS,
);
pub(crate) const SAML_SAVED: Action = action(
    "practice_saml_saved",
    "Saved SAML single sign-on configuration",
    PROVIDERS,
);
pub(crate) const SAML_DELETED: Action = action(
    "practice_saml_deleted",
    "Deleted SAML single sign-on configuration",
    PROVIDERS,
);
pub(crate) const DOMAIN_LINKED: Action = action(
    "practice_domain_linked",
    "Linked domain to directory",
    PROVIDERS,
);
pub(crate) const DOMAIN_UNLINKED: Action = action(
    "practice_domain_unlinked",
    "Unlinked domain from directory",
    PROVIDERS,
);
pub(crate) const POLICY_ADDED: Action = action(
    "practice_policy_added",
    "Added authentication policy",
    POLICIES,
);
pub(crate) const POLICY_DELETED: Action = action(
    "practice_policy_deleted",
    "Deleted authentication policy",
    POLICIES,
);
pub(crate) const MEMBER_ADDED: Action = action(
    "practice_policy_member_added",
    "Added user to authentication policy",
    POLICIES,
);
pub(crate) const MEMBER_REMOVED: Action = action(
    "practice_policy_member_removed",
    "Removed user from authentication policy",
    POLICIES,
);
pub(crate) const SSO_ENFORCED: Action = action(
    "practice_sso_enforced",
    "Enforced single sign-on in authentication policy",
    POLICIES,
);
pub(crate) const SSO_NOT_ENFORCED: Action = action(
    "practice_sso_not_enforced",
    "Stopped enforcing single sign-on in authentication policy",
    POLICIES,
);

/// The catalogue.
pub(crate) const ACTIONS: &[Action] = &[
    USER_LOGIN,
    USER_LOGOUT,
    USER_CREATED,
    ACCOUNT_DEACTIVATED,
    GROUP_CREATED,
    GROUP_DELETED,
    ADMIN_ADDED,
    KEY_CREATED,
    DOMAIN_VERIFIED,
    ACCOUNTS_CLAIMED,
    DIRECTORY_ADDED,
    DIRECTORY_DELETED,
    SAML_SAVED,
    SAML_DELETED,
    DOMAIN_LINKED,
    DOMAIN_UNLINKED,
    POLICY_ADDED,
    POLICY_DELETED,
    MEMBER_ADDED,
    MEMBER_REMOVED,
    SSO_ENFORCED,
    SSO_NOT_ENFORCED,
];

/// One entry of the audit log.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OrgEvent {
    pub id: String,
    pub at: Timestamp,
    /// From when on the log shows it, which is what the log calls processed. [`Timestamp::MAX`]: after a poke.
    pub visible_from: Timestamp,
    pub action: Action,
    /// The address of whoever did it.
    pub actor_email: String,
    pub message: String,
    /// What it was done to, in the form of the API.
    pub context: Vec<Value>,
}

/// When something happened and from when on the log shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Occasion {
    pub at: Timestamp,
    pub visible_from: Timestamp,
}

/// What the audit log lags behind where time is taken. The vendor needs up to some minutes; a person here waits seconds.
const LAG: SignedDuration = SignedDuration::from_secs(5);

impl Occasion {
    /// Now, seen after the lag that the tempo or a lever has for logs.
    pub fn now(now: Timestamp, tempo: Tempo, lever: Option<SignedDuration>) -> Occasion {
        let visible_from = match (lever, tempo) {
            (Some(lag), _) => now + lag,
            (None, Tempo::Instant) => now,
            (None, Tempo::Auto) => now + LAG,
            (None, Tempo::Explicit) => Timestamp::MAX,
        };
        Occasion {
            at: now,
            visible_from,
        }
    }
}

impl Organization {
    /// Writes an entry. Logging in and out is written for managed accounts only, as the vendor does.
    pub fn log(
        &mut self,
        when: Occasion,
        action: Action,
        actor_email: &str,
        message: &str,
        context: Vec<Value>,
    ) {
        let personal = [USER_LOGIN, USER_LOGOUT].contains(&action);
        if personal && !self.manages(actor_email) {
            return;
        }
        self.events.push(OrgEvent {
            id: ids::guid(),
            at: when.at,
            visible_from: when.visible_from,
            action,
            actor_email: actor_email.to_owned(),
            message: message.to_owned(),
            context,
        });
    }

    /// An account in the form in which an entry names what something was done to.
    pub fn as_context(&self, email: &str) -> Value {
        let name = self
            .account_of(email)
            .map_or_else(|| email.to_owned(), |account| account.name);
        json!({"id": account_id(email), "type": "users",
               "attributes": {"accountType": "atlassian", "email": email, "name": name}})
    }

    /// Makes every waiting entry visible.
    pub fn poke_events(&mut self, now: Timestamp) {
        for event in &mut self.events {
            event.visible_from = event.visible_from.min(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company;
    use std::collections::HashSet;

    #[test]
    fn no_two_actions_share_an_id() {
        let ids: HashSet<&str> = ACTIONS.iter().map(|action| action.id).collect();
        assert_eq!(ids.len(), ACTIONS.len());
    }

    #[test]
    fn only_logins_of_managed_accounts_are_written() {
        let mut world = company::contoso(Tempo::Instant);
        world.log(USER_LOGIN, "wanda@fabrikam.com", "Logged in", Vec::new());
        world.log(USER_LOGIN, "adele@contoso.com", "Logged in", Vec::new());
        let actors: Vec<&str> = world
            .organization
            .events
            .iter()
            .map(|event| event.actor_email.as_str())
            .collect();
        assert_eq!(actors, ["adele@contoso.com"]);
    }

    #[test]
    fn an_entry_waits_as_the_tempo_has_it() {
        let now = Timestamp::now();
        let seen = |tempo, lever| Occasion::now(now, tempo, lever).visible_from;
        assert_eq!(seen(Tempo::Instant, None), now);
        assert_eq!(seen(Tempo::Auto, None), now + LAG);
        assert_eq!(seen(Tempo::Explicit, None), Timestamp::MAX);
        let minute = SignedDuration::from_mins(1);
        assert_eq!(seen(Tempo::Instant, Some(minute)), now + minute);
        let mut world = company::contoso(Tempo::Explicit);
        world.log(ADMIN_ADDED, "adele@contoso.com", "x", Vec::new());
        world.poke();
        assert!(world.organization.events[0].visible_from < Timestamp::MAX);
    }
}
