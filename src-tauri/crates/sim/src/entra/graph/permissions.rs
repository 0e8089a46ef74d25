//! Which delegated permissions open which calls: of each list one suffices. From Microsoft's permission data.

pub(super) const READ_APPS: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
pub(super) const WRITE_APPS: &[&str] = &["Application.ReadWrite.All", "Directory.ReadWrite.All"];
pub(super) const WRITE_REGISTRATIONS: &[&str] = &["Application.ReadWrite.All"];
pub(super) const ME: &[&str] = &[
    "User.Read",
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
pub(super) const USERS: &[&str] = &[
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
pub(super) const MEMBER_OF: &[&str] = &[
    "User.Read",
    "Directory.Read.All",
    "Group.Read.All",
    "RoleManagement.Read.Directory",
];
pub(super) const ORGANIZATION: &[&str] =
    &["User.Read", "Organization.Read.All", "Directory.Read.All"];
pub(super) const LICENCES: &[&str] = &[
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "Directory.Read.All",
];
pub(super) const DOMAINS: &[&str] = &["Domain.Read.All", "Directory.Read.All"];
pub(super) const ROLES: &[&str] = &["RoleManagement.Read.Directory", "Directory.Read.All"];
pub(super) const ELIGIBLE: &[&str] = &[
    "RoleEligibilitySchedule.Read.Directory",
    "RoleManagement.Read.Directory",
];
pub(super) const ACTIVATE: &[&str] = &["RoleAssignmentSchedule.ReadWrite.Directory"];
pub(super) const GRANTS: &[&str] = &["Directory.Read.All"];
pub(super) const RESTORE: &[&str] = &[
    "Application.ReadWrite.All",
    "User.DeleteRestore.All",
    "User.ReadWrite.All",
];
pub(super) const WRITE_USERS: &[&str] = &["User.ReadWrite.All", "Directory.ReadWrite.All"];
pub(super) const DELETED_USERS: &[&str] =
    &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"];
pub(super) const DELETED: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
];
pub(super) const PURGE: &[&str] = &[
    "Application.ReadWrite.All",
    "User.DeleteRestore.All",
    "User.ReadWrite.All",
];
pub(super) const GROUPS: &[&str] = &[
    "GroupMember.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
/// The right to write applications assigns their roles too, those of Graph itself excepted.
pub(super) const ASSIGN: &[&str] = &[
    "AppRoleAssignment.ReadWrite.All",
    "Application.ReadWrite.All",
];
pub(super) const READ_POLICIES: &[&str] = &[
    "Policy.Read.All",
    "Policy.ReadWrite.ApplicationConfiguration",
];
pub(super) const WRITE_POLICIES: &[&str] = &["Policy.ReadWrite.ApplicationConfiguration"];
pub(super) const READ_LOGS: &[&str] = &["AuditLog.Read.All"];
pub(super) const NO_SCOPE: &[&str] = &[];
