//! What an organization key can do: one probe per feature, so that a step that cannot be verified with this key says so
//! (atlassian.md 1.5). It must not draw conclusions from the key's form.

use super::Atlassian;
use crate::fault::{Call, Fault, FaultKind, Seen};

/// Something that the guide does with the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// The organization itself.
    Organization,
    /// Its domains.
    Domains,
    /// Managed accounts.
    ManagedUsers,
    /// User directories.
    Directories,
    /// The accounts in them, with their roles.
    DirectoryUsers,
    /// Sites and apps.
    Workspaces,
    /// API keys, for when this one expires.
    ApiKeys,
    /// The audit log.
    Events,
    /// Authentication policies: whether accounts may be added to one.
    Policies,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Feature; 9] = [
        Feature::Organization,
        Feature::Domains,
        Feature::ManagedUsers,
        Feature::Directories,
        Feature::DirectoryUsers,
        Feature::Workspaces,
        Feature::ApiKeys,
        Feature::Events,
        Feature::Policies,
    ];

    /// What is read, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Feature::Organization => "the organization",
            Feature::Domains => "domains",
            Feature::ManagedUsers => "managed accounts",
            Feature::Directories => "directories",
            Feature::DirectoryUsers => "accounts and their roles",
            Feature::Workspaces => "sites and apps",
            Feature::ApiKeys => "the list of keys",
            Feature::Events => "the audit log",
            Feature::Policies => "authentication policies",
        }
    }

    /// The scope that a key with scopes needs for it, where one is documented (atlassian.md 1.5).
    pub fn scope(self) -> Option<&'static str> {
        match self {
            Feature::Domains => Some("read:domains:admin"),
            Feature::Directories | Feature::DirectoryUsers => Some("read:directories:admin"),
            Feature::Workspaces => Some("read:workspaces:admin"),
            Feature::ApiKeys => Some("read:tokens:admin"),
            Feature::Events => Some("read:events:admin"),
            // Following a task asks for the same right as beginning one (atlassian.md 1.5).
            Feature::Policies => Some("write:policies:admin"),
            Feature::Organization | Feature::ManagedUsers => None,
        }
    }
}

/// Whether the key can do it.
#[derive(Debug, Clone, PartialEq)]
pub enum Capability {
    /// It can.
    Ok {
        /// The call that showed it.
        call: Call,
    },
    /// The key is alive and lacks the scope.
    MissingScope {
        /// What Atlassian said.
        said: Option<String>,
        /// The call that showed it.
        call: Option<Call>,
    },
    /// The key is not accepted at all.
    Refused(Fault),
    /// It could not be found out.
    Other(Fault),
}

impl Capability {
    /// True when the key can do it.
    pub fn is_ok(&self) -> bool {
        matches!(self, Capability::Ok { .. })
    }

    pub(super) fn of<T>(outcome: Result<Seen<T>, Fault>) -> Self {
        match outcome {
            Ok(seen) => Capability::Ok { call: seen.call },
            Err(fault) => match fault.kind {
                FaultKind::Forbidden => Capability::MissingScope {
                    said: fault.message,
                    call: fault.call,
                },
                FaultKind::Unauthorized => Capability::Refused(fault),
                _ => Capability::Other(fault),
            },
        }
    }
}

/// The capability of every feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Capabilities {
    found: Vec<(Feature, Capability)>,
}

impl Capabilities {
    /// The capability of one feature.
    pub fn of(&self, feature: Feature) -> &Capability {
        let found = self.found.iter().find(|(one, _)| *one == feature);
        found
            .map(|(_, capability)| capability)
            .expect("every feature is probed")
    }

    /// All of them, in the order of [`Feature::ALL`].
    pub fn all(&self) -> &[(Feature, Capability)] {
        &self.found
    }

    /// The features that the key lacks a scope for.
    pub fn missing(&self) -> Vec<Feature> {
        let lacks = |(_, capability): &&(Feature, Capability)| {
            matches!(capability, Capability::MissingScope { .. })
        };
        self.found
            .iter()
            .filter(lacks)
            .map(|(feature, _)| *feature)
            .collect()
    }
}

impl Atlassian {
    /// Tries every feature once, all at the same time. Never fails: not being able to look is an entry of the table. Within a
    /// pass, features that were read already are not asked again.
    pub async fn probe(&self, org: &str) -> Capabilities {
        let (
            organization,
            domains,
            managed,
            directories,
            users,
            workspaces,
            keys,
            events,
            policies,
        ) = futures::join!(
            self.org(org),
            self.domains(org),
            self.managed_tally(org),
            self.directories(org),
            self.first_page_of_users(org),
            self.workspaces(org),
            self.api_keys(org),
            self.event_actions(org),
            self.may_change_policies(org),
        );
        let found = vec![
            (Feature::Organization, Capability::of(organization)),
            (Feature::Domains, Capability::of(domains)),
            (Feature::ManagedUsers, Capability::of(managed)),
            (Feature::Directories, Capability::of(directories)),
            (Feature::DirectoryUsers, Capability::of(users)),
            (Feature::Workspaces, Capability::of(workspaces)),
            (Feature::ApiKeys, Capability::of(keys)),
            (Feature::Events, Capability::of(events)),
            (Feature::Policies, policies),
        ];
        Capabilities { found }
    }

    /// One page is enough to know the right; an organization may have thousands of accounts.
    async fn first_page_of_users(&self, org: &str) -> Result<Seen<serde_json::Value>, Fault> {
        let mut url = self.url(&format!(
            "/admin/v2/orgs/{}/directories/-/users",
            super::escaped(org)
        ));
        url.query_pairs_mut().append_pair("limit", "1");
        self.one(url).await
    }
}
