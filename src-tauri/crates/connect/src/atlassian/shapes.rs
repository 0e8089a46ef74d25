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

/// The role of an organization admin, as `platformRoles` names it.
const ORG_ADMIN: &str = "atlassian/org-admin";

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

    /// True unless the account or its membership is known to be switched off.
    pub fn is_active(&self) -> bool {
        [&self.account_status, &self.membership_status]
            .into_iter()
            .flatten()
            .all(|status| status.eq_ignore_ascii_case("active"))
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
        let user: DirectoryUser = serde_json::from_value(serde_json::json!({
            "accountId": "a", "email": "Ada@Example.COM", "platformRoles": ["Atlassian/Org-Admin"], "claimStatus": "Managed", "accountStatus": "active"
        }))
        .expect("a user");
        assert!(user.is_org_admin() && user.is_managed() && user.is_active());
        assert_eq!(user.email_domain().as_deref(), Some("example.com"));
    }
}
