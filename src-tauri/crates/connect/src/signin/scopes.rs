//! The delegated scopes of Microsoft Graph that the guide asks for: ids, consent, and which phase needs which, least first.
//!
//! Source: entra.md 1.7 (Microsoft's permission data). It must not know who granted what.

use std::fmt;

/// One delegated scope of Microsoft Graph.
#[derive(Debug, PartialEq, Eq)]
pub struct Scope {
    /// Its name, for example `User.Read`.
    pub name: &'static str,
    /// Its id in an app registration's `requiredResourceAccess`.
    pub guid: &'static str,
    /// Whether only an administrator may consent to it.
    pub needs_admin_consent: bool,
    /// Whether it allows writing.
    pub writes: bool,
    /// What the guide uses it for, as a sentence.
    pub about: &'static str,
    /// Scopes that include it, so that it need not be asked for when one of them is granted.
    pub included_in: &'static [&'static str],
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

const fn read(
    name: &'static str,
    guid: &'static str,
    included_in: &'static [&'static str],
    about: &'static str,
) -> Scope {
    Scope {
        name,
        guid,
        needs_admin_consent: true,
        writes: false,
        about,
        included_in,
    }
}

const fn write(
    name: &'static str,
    guid: &'static str,
    included_in: &'static [&'static str],
    about: &'static str,
) -> Scope {
    Scope {
        name,
        guid,
        needs_admin_consent: true,
        writes: true,
        about,
        included_in,
    }
}

/// Sees who is signed in.
pub static USER_READ: Scope = Scope {
    name: "User.Read",
    guid: "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
    needs_admin_consent: false,
    writes: false,
    about: "To see which account is signed in.",
    included_in: &[
        "User.Read.All",
        "User.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ],
};
/// Sees the directory roles.
pub static ROLE_MANAGEMENT_READ: Scope = read(
    "RoleManagement.Read.Directory",
    "741c54c3-0c1e-44a1-818b-3f97ab4e8c83",
    &[
        "RoleManagement.ReadWrite.Directory",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ],
    "To see whether one of your directory roles is enough for the later steps.",
);
/// Sees the roles that could be activated.
pub static ROLE_ELIGIBILITY_READ: Scope = read(
    "RoleEligibilitySchedule.Read.Directory",
    "eb0788c2-6d4e-4658-8c9e-c0fb8053f03d",
    &[
        "RoleEligibilitySchedule.ReadWrite.Directory",
        "RoleManagement.Read.All",
        "RoleManagement.Read.Directory",
    ],
    "To see whether you can activate a role that is enough (Privileged Identity Management).",
);
/// Sees the subscriptions.
pub static LICENCES_READ: Scope = Scope {
    name: "LicenseAssignment.Read.All",
    guid: "f395577a-0960-456b-979f-7228de0c5996",
    needs_admin_consent: false,
    writes: false,
    about: "To see whether the tenant’s licences allow what you plan (assigning groups, reading logs).",
    included_in: &[
        "Organization.Read.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ],
};
/// Sees the domains.
pub static DOMAINS_READ: Scope = read(
    "Domain.Read.All",
    "2f9ee017-59c1-4f1d-9472-bd5529a7b311",
    &[
        "Domain.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ],
    "To compare the tenant’s verified domains with those at Atlassian.",
);
/// Sees the tenant.
pub static ORGANIZATION_READ: Scope = read(
    "Organization.Read.All",
    "4908d5b9-3fb2-4b1e-9336-1888b7937185",
    &[
        "Organization.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ],
    "To see the tenant’s name and kind: some kinds cannot provision accounts.",
);
/// Sees the applications.
pub static APPLICATIONS_READ: Scope = read(
    "Application.Read.All",
    "c79f8feb-a9db-4090-85f9-90d820caa0eb",
    &[
        "Application.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ],
    "To find an Atlassian Cloud application that exists already, and to verify every setting.",
);
/// Sees the whole directory; asked for only where the fine-grained scopes are refused.
pub static DIRECTORY_READ: Scope = read(
    "Directory.Read.All",
    "06da0dbc-49e2-44d2-8312-53f166ab848a",
    &["Directory.ReadWrite.All"],
    "To read roles, licences, domains and applications with one permission.",
);
/// Makes and changes applications.
pub static APPLICATIONS_WRITE: Scope = write(
    "Application.ReadWrite.All",
    "bdfbf15f-ee85-4955-8675-146e8e5296b5",
    &[],
    "To add the Atlassian Cloud application and to make the changes that you confirm.",
);
/// Makes claims policies.
pub static CLAIMS_WRITE: Scope = write(
    "Policy.ReadWrite.ApplicationConfiguration",
    "b27add92-efb2-4f16-84f5-8108ba77985c",
    &[],
    "To set which attribute becomes the name that Atlassian receives.",
);
/// Lists policies.
pub static POLICIES_READ: Scope = read(
    "Policy.Read.All",
    "572fea84-0151-49b2-9301-11cb16974376",
    &[],
    "To verify which claims policy the application uses.",
);
/// Sees people by name.
pub static USERS_READ_BASIC: Scope = Scope {
    name: "User.ReadBasic.All",
    guid: "b340eb25-3456-403f-be2f-af7a0d370277",
    needs_admin_consent: false,
    writes: false,
    about: "To pick the person who tries it first.",
    included_in: &[
        "User.Read.All",
        "User.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ],
};
/// Sees people whole.
pub static USERS_READ: Scope = read(
    "User.Read.All",
    "a154be20-db9c-4678-8ab7-66f6cc099a59",
    &[
        "User.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ],
    "To count whose e-mail address Atlassian would not recognise: without it Graph hides who is disabled and who is a guest.",
);
/// Sees group members.
pub static GROUP_MEMBERS_READ: Scope = read(
    "GroupMember.Read.All",
    "bc024368-1153-4739-b217-4326f2e966d0",
    &[
        "Group.Read.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ],
    "To pick groups and to count whom they would bring.",
);
/// Makes a test user.
pub static USERS_WRITE: Scope = write(
    "User.ReadWrite.All",
    "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4",
    &[],
    "To make a test account, if you want one.",
);
/// Sees provisioning.
pub static SYNCHRONIZATION_READ: Scope = read(
    "Synchronization.Read.All",
    "7aa02aeb-824f-4fbe-a3f7-611f751f5b55",
    &["Synchronization.ReadWrite.All"],
    "To verify the provisioning settings and to see how far it is.",
);
/// Sets up provisioning.
pub static SYNCHRONIZATION_WRITE: Scope = write(
    "Synchronization.ReadWrite.All",
    "7bb27fa3-ea8f-4d67-a916-87715b6188bd",
    &[],
    "To set up provisioning and to start it when you confirm.",
);
/// Reads the provisioning log.
pub static PROVISIONING_LOG_READ: Scope = read(
    "ProvisioningLog.Read.All",
    "95aec97b-cf27-4a8d-a67d-42f60b5b38ef",
    &["AuditLog.Read.All"],
    "To read what provisioning did with each account.",
);
/// Reads sign-ins and audits.
pub static AUDIT_LOG_READ: Scope = read(
    "AuditLog.Read.All",
    "e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20",
    &[],
    "To see the sign-in that you try, and why one failed.",
);

/// The resource app of Microsoft Graph, for `requiredResourceAccess`.
pub const GRAPH_RESOURCE: &str = "00000003-0000-0000-c000-000000000000";

/// Asked for with every sign-in: who it is, and a refresh token.
pub const OPENID: [&str; 3] = ["openid", "profile", "offline_access"];

/// The parts of the guide that need scopes, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Signing in.
    SignIn,
    /// The prerequisites, and verifying everything later: reads only.
    Read,
    /// The application, SAML, the certificate.
    App,
    /// Counting people and their e-mail addresses.
    People,
    /// The claims.
    Claims,
    /// Assigning people and groups.
    Assign,
    /// A test user.
    TestUser,
    /// Provisioning, with its log.
    Provisioning,
    /// The sign-in log.
    Logs,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Phase; 9] = [
        Phase::SignIn,
        Phase::Read,
        Phase::App,
        Phase::People,
        Phase::Claims,
        Phase::Assign,
        Phase::TestUser,
        Phase::Provisioning,
        Phase::Logs,
    ];

    /// The scopes that this phase adds.
    pub fn scopes(self) -> Vec<&'static Scope> {
        match self {
            Phase::SignIn => vec![&USER_READ],
            Phase::Read => vec![
                &ROLE_MANAGEMENT_READ,
                &ROLE_ELIGIBILITY_READ,
                &LICENCES_READ,
                &DOMAINS_READ,
                &ORGANIZATION_READ,
                &APPLICATIONS_READ,
            ],
            Phase::App => vec![&APPLICATIONS_WRITE],
            Phase::People => vec![&USERS_READ, &GROUP_MEMBERS_READ],
            Phase::Claims => vec![&POLICIES_READ, &CLAIMS_WRITE],
            Phase::Assign => vec![&USERS_READ_BASIC, &GROUP_MEMBERS_READ],
            Phase::TestUser => vec![&USERS_WRITE],
            Phase::Provisioning => vec![&SYNCHRONIZATION_WRITE, &PROVISIONING_LOG_READ],
            Phase::Logs => vec![&AUDIT_LOG_READ],
        }
    }

    /// The scopes for verifying this phase without ever writing: for read-only mode.
    pub fn read_only_scopes(self) -> Vec<&'static Scope> {
        match self {
            Phase::App => vec![&APPLICATIONS_READ],
            Phase::Claims => vec![&POLICIES_READ],
            Phase::TestUser => vec![],
            Phase::Provisioning => vec![&SYNCHRONIZATION_READ, &PROVISIONING_LOG_READ],
            other => other.scopes(),
        }
    }

    /// The scopes of all phases up to and with this one.
    pub fn scopes_so_far(self) -> Vec<&'static Scope> {
        Self::ALL
            .into_iter()
            .filter(|phase| *phase <= self)
            .flat_map(Phase::scopes)
            .collect()
    }
}

/// The scope's address in a cloud: `{graph root}/{name}`, so that it is never taken for another resource's (entra.md 1.1).
pub(crate) fn full_name(graph: &url::Url, scope: &str) -> String {
    format!("{}/{scope}", graph.as_str().trim_end_matches('/'))
}

/// The scope's short name, however a token answer writes it.
pub(crate) fn short_name(written: &str) -> &str {
    written.rsplit('/').next().unwrap_or(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_ask_least_first_and_read_only_never_writes() {
        assert_eq!(Phase::SignIn.scopes_so_far(), [&USER_READ]);
        assert!(
            Phase::Read
                .scopes_so_far()
                .iter()
                .all(|scope| !scope.writes)
        );
        assert!(Phase::App.scopes_so_far().contains(&&APPLICATIONS_WRITE));
        assert_eq!(Phase::Logs.scopes(), [&AUDIT_LOG_READ]);
        assert!(
            Phase::People
                .scopes()
                .iter()
                .all(|scope| !scope.writes && scope.needs_admin_consent)
        );
        for phase in Phase::ALL {
            assert!(
                phase.read_only_scopes().iter().all(|scope| !scope.writes),
                "{phase:?}"
            );
            assert!(
                phase
                    .scopes()
                    .iter()
                    .all(|scope| scope.about.ends_with('.')),
                "{phase:?}"
            );
        }
    }

    #[test]
    fn ids_are_ids_and_unlike() {
        let all: Vec<_> = Phase::ALL
            .into_iter()
            .flat_map(|phase| [phase.scopes(), phase.read_only_scopes()].concat())
            .collect();
        for scope in &all {
            assert!(uuid::Uuid::parse_str(scope.guid).is_ok(), "{scope}");
            assert!(
                all.iter()
                    .all(|other| (other.guid == scope.guid) == (other.name == scope.name)),
                "{scope}"
            );
        }
    }

    #[test]
    fn names_in_both_forms() {
        let graph = url::Url::parse("https://graph.test/").expect("an address");
        assert_eq!(
            full_name(&graph, "User.Read"),
            "https://graph.test/User.Read"
        );
        assert_eq!(short_name("https://graph.test/User.Read"), "User.Read");
        assert_eq!(short_name("User.Read"), "User.Read");
    }
}
