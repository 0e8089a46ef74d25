//! What Atlassian's organization API answers, as far as we read it (atlassian.md 1.6).
//!
//! Enumerations are not published, so words stay texts and are compared without case. It must not know how to call anything.

use serde::{Deserialize, Serialize};

/// An organization (`GET /admin/v1/orgs`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "OrgItem")]
pub struct Org {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

#[derive(Deserialize)]
struct OrgItem {
    id: String,
    #[serde(default)]
    attributes: Named,
}

#[derive(Default, Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

impl From<OrgItem> for Org {
    fn from(item: OrgItem) -> Self {
        Self {
            id: item.id,
            name: item.attributes.name,
        }
    }
}

/// A domain of the organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "DomainItem")]
pub struct OrgDomain {
    /// Its id.
    pub id: String,
    /// The domain.
    pub name: String,
    /// How it was verified, for example `dns`.
    pub claim_type: Option<String>,
    /// The raw word for its state.
    pub claim_status: Option<String>,
}

impl OrgDomain {
    /// True when the raw word is "verified"; anything else is for a person to judge.
    pub fn is_verified(&self) -> bool {
        self.claim_status
            .as_deref()
            .is_some_and(|status| status.eq_ignore_ascii_case("verified"))
    }

    /// True when the raw word is the one that is known to say the opposite. The words are not published, so every other
    /// one, and none at all, leaves it open.
    pub fn is_unverified(&self) -> bool {
        self.claim_status
            .as_deref()
            .is_some_and(|status| status.eq_ignore_ascii_case("unverified"))
    }
}

#[derive(Deserialize)]
struct DomainItem {
    id: String,
    attributes: DomainAttributes,
}

#[derive(Deserialize)]
struct DomainAttributes {
    name: String,
    #[serde(default)]
    claim: Claim,
}

#[derive(Default, Deserialize)]
struct Claim {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    status: Option<String>,
}

impl From<DomainItem> for OrgDomain {
    fn from(item: DomainItem) -> Self {
        let claim = item.attributes.claim;
        Self {
            id: item.id,
            name: item.attributes.name,
            claim_type: claim.kind,
            claim_status: claim.status,
        }
    }
}

/// A managed account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManagedUser {
    /// Account id.
    pub account_id: String,
    /// `active`, `inactive` and others.
    #[serde(default)]
    pub account_status: Option<String>,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Whether it counts for Atlassian Guard.
    #[serde(default)]
    pub access_billable: Option<bool>,
    /// When it was last used.
    #[serde(default)]
    pub last_active: Option<String>,
}

/// A user directory of the organization. Not an identity-provider directory (atlassian.md 1.7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Directory {
    /// Its id.
    pub directory_id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
}

/// An account in a directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryUser {
    /// Account id.
    pub account_id: String,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// State of the account.
    #[serde(default)]
    pub account_status: Option<String>,
    /// State of the membership.
    #[serde(default)]
    pub membership_status: Option<String>,
    /// `managed` or not; the raw word.
    #[serde(default)]
    pub claim_status: Option<String>,
    /// For example `atlassian/org-admin`.
    #[serde(default)]
    pub platform_roles: Vec<String>,
}

/// The role of an organization admin, as the example of `platformRoles` names it (atlassian.md 1.6).
pub const ORG_ADMIN: &str = "atlassian/org-admin";

/// The words for an account or a membership that is switched off. They are not published: these are those that say so
/// plainly.
const SWITCHED_OFF: &[&str] = &["inactive", "deactivated", "suspended", "closed", "deleted"];

impl DirectoryUser {
    /// True for an organization admin.
    pub fn is_org_admin(&self) -> bool {
        self.platform_roles
            .iter()
            .any(|role| role.eq_ignore_ascii_case(ORG_ADMIN))
    }

    /// True when the organization manages the account.
    pub fn is_managed(&self) -> bool {
        self.claim_status
            .as_deref()
            .is_some_and(|status| status.eq_ignore_ascii_case("managed"))
    }

    /// Whether the account and its membership are switched on; `None` when no word tells, or one that nobody knows.
    pub fn active(&self) -> Option<bool> {
        let told = [&self.account_status, &self.membership_status];
        let told: Vec<_> = told.into_iter().flatten().collect();
        let is =
            |word: &str, words: &[&str]| words.iter().any(|one| word.eq_ignore_ascii_case(one));
        if told.iter().any(|word| is(word, SWITCHED_OFF)) {
            Some(false)
        } else {
            (!told.is_empty() && told.iter().all(|word| is(word, &["active"]))).then_some(true)
        }
    }

    /// The part of the e-mail address behind the @, in lower case.
    pub fn email_domain(&self) -> Option<String> {
        self.email
            .as_deref()
            .and_then(|email| email.rsplit_once('@'))
            .map(|(_, domain)| domain.to_ascii_lowercase())
    }
}

/// A site or app of the organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "WorkspaceItem")]
pub struct Workspace {
    /// Its id, an ARI.
    pub id: String,
    /// Its name.
    pub name: String,
    /// For example `jira-software`.
    pub type_key: Option<String>,
    /// For example `Jira`.
    pub kind: Option<String>,
    /// For example `online`.
    pub status: Option<String>,
    /// The site to log in to.
    pub host_url: Option<String>,
    /// Where its data lie.
    pub realm: Option<String>,
}

#[derive(Deserialize)]
struct WorkspaceItem {
    id: String,
    #[serde(default)]
    attributes: WorkspaceAttributes,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WorkspaceAttributes {
    name: String,
    type_key: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<String>,
    host_url: Option<String>,
    realm: Option<String>,
}

impl From<WorkspaceItem> for Workspace {
    fn from(item: WorkspaceItem) -> Self {
        let WorkspaceAttributes {
            name,
            type_key,
            kind,
            status,
            host_url,
            realm,
        } = item.attributes;
        Self {
            id: item.id,
            name,
            type_key,
            kind,
            status,
            host_url,
            realm,
        }
    }
}

/// An organization API key, without its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKey {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub label: Option<String>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<String>,
    /// When it dies, as Atlassian wrote it.
    #[serde(default)]
    pub expires_at: Option<String>,
    /// When it was last used.
    #[serde(default)]
    pub last_active_at: Option<String>,
    /// What it may do; empty for a key without scopes.
    #[serde(default)]
    pub scopes: Vec<String>,
}

impl ApiKey {
    /// When it dies.
    pub fn expires(&self) -> Option<jiff::Timestamp> {
        self.expires_at.as_deref().and_then(|at| at.parse().ok())
    }

    /// When it was last used.
    pub fn last_active(&self) -> Option<jiff::Timestamp> {
        self.last_active_at
            .as_deref()
            .and_then(|at| at.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_case() {
        let domain = |status: &str| {
            let item = serde_json::json!({"id": "d", "attributes": {"name": "example.com", "claim": {"status": status}}});
            serde_json::from_value::<OrgDomain>(item)
                .expect("a domain")
                .is_verified()
        };
        assert!(
            domain("verified") && domain("VERIFIED") && !domain("unverified") && !domain("pending")
        );
        let claimed = |claim: serde_json::Value| {
            let item = serde_json::json!({"id": "d", "attributes": {"name": "example.com", "claim": claim}});
            serde_json::from_value::<OrgDomain>(item)
                .expect("a domain")
                .is_unverified()
        };
        assert!(claimed(serde_json::json!({"status": "Unverified"})));
        for open in [
            serde_json::json!({}),
            serde_json::json!({"status": "pending"}),
            serde_json::json!({"status": "verified"}),
        ] {
            assert!(!claimed(open.clone()), "{open}");
        }
        let user: DirectoryUser = serde_json::from_value(serde_json::json!({
            "accountId": "a", "email": "Ada@Example.COM", "platformRoles": ["Atlassian/Org-Admin"], "claimStatus": "Managed", "accountStatus": "active"
        }))
        .expect("a user");
        assert!(user.is_org_admin() && user.is_managed() && user.active() == Some(true));
        assert_eq!(user.email_domain().as_deref(), Some("example.com"));
    }

    #[test]
    fn whether_an_account_is_active_is_told_by_known_words_only() {
        let active = |account: Option<&str>, membership: Option<&str>| {
            let user = serde_json::json!({"accountId": "a", "accountStatus": account, "membershipStatus": membership});
            serde_json::from_value::<DirectoryUser>(user)
                .expect("a user")
                .active()
        };
        let cases = [
            (None, None, None),
            (Some("Active"), None, Some(true)),
            (Some("active"), Some("active"), Some(true)),
            (Some("active"), Some("suspended"), Some(false)),
            (Some("Inactive"), Some("active"), Some(false)),
            (Some("inactive"), Some("dormant"), Some(false)),
            (Some("active"), Some("dormant"), None),
            (Some("dormant"), None, None),
        ];
        for (account, membership, wanted) in cases {
            assert_eq!(
                active(account, membership),
                wanted,
                "{account:?} {membership:?}"
            );
        }
    }
}
