//! Delegated Graph permissions: their ids, whether an administrator must consent, and what the consent page says.
//! Ids and the rule come from Microsoft's permission data.

use crate::wire::Host;
use crate::world::World;

/// A delegated permission of Microsoft Graph.
#[derive(Debug)]
pub(crate) struct Scope {
    pub name: &'static str,
    pub id: &'static str,
    /// Whether only an administrator may consent.
    pub admin: bool,
    pub words: &'static str,
}

/// The permissions that mean the sign-in itself and no resource.
pub(crate) const OPENID: [&str; 4] = ["openid", "profile", "offline_access", "email"];

const fn admin(name: &'static str, id: &'static str, words: &'static str) -> Scope {
    Scope {
        name,
        id,
        admin: true,
        words,
    }
}

const fn anyone(name: &'static str, id: &'static str, words: &'static str) -> Scope {
    Scope {
        name,
        id,
        admin: false,
        words,
    }
}

/// Every Graph permission that practice knows.
pub(crate) const SCOPES: &[Scope] = &[
    anyone(
        "User.Read",
        "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
        "Sign you in and read your profile",
    ),
    anyone(
        "User.ReadBasic.All",
        "b340eb25-3456-403f-be2f-af7a0d370277",
        "Read all users' basic profiles",
    ),
    anyone(
        "LicenseAssignment.Read.All",
        "f395577a-0960-456b-979f-7228de0c5996",
        "Read all license assignments",
    ),
    admin(
        "Application.Read.All",
        "c79f8feb-a9db-4090-85f9-90d820caa0eb",
        "Read applications",
    ),
    admin(
        "Application.ReadWrite.All",
        "bdfbf15f-ee85-4955-8675-146e8e5296b5",
        "Read and write all applications",
    ),
    admin(
        "AppRoleAssignment.ReadWrite.All",
        "84bccea3-f856-4a8a-967b-dbe0a3d53a64",
        "Manage app permission grants and app role assignments",
    ),
    admin(
        "Policy.Read.All",
        "572fea84-0151-49b2-9301-11cb16974376",
        "Read your organization's policies",
    ),
    admin(
        "Policy.ReadWrite.ApplicationConfiguration",
        "b27add92-efb2-4f16-84f5-8108ba77985c",
        "Read and write your organization's application configuration policies",
    ),
    admin(
        "Synchronization.Read.All",
        "7aa02aeb-824f-4fbe-a3f7-611f751f5b55",
        "Read all Entra synchronization data",
    ),
    admin(
        "Synchronization.ReadWrite.All",
        "7bb27fa3-ea8f-4d67-a916-87715b6188bd",
        "Read and write all Entra synchronization data",
    ),
    admin(
        "ProvisioningLog.Read.All",
        "95aec97b-cf27-4a8d-a67d-42f60b5b38ef",
        "Read provisioning log data",
    ),
    admin(
        "AuditLog.Read.All",
        "e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20",
        "Read audit log data",
    ),
    admin(
        "Directory.Read.All",
        "06da0dbc-49e2-44d2-8312-53f166ab848a",
        "Read directory data",
    ),
    admin(
        "User.Read.All",
        "a154be20-db9c-4678-8ab7-66f6cc099a59",
        "Read all users' full profiles",
    ),
    admin(
        "User.ReadWrite.All",
        "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4",
        "Read and write all users' full profiles",
    ),
    admin(
        "GroupMember.Read.All",
        "bc024368-1153-4739-b217-4326f2e966d0",
        "Read group memberships",
    ),
    admin(
        "Group.Read.All",
        "5f8c59db-677d-491f-a6b8-5f174b11ec1d",
        "Read all groups",
    ),
    admin(
        "Domain.Read.All",
        "2f9ee017-59c1-4f1d-9472-bd5529a7b311",
        "Read domains",
    ),
    admin(
        "Organization.Read.All",
        "4908d5b9-3fb2-4b1e-9336-1888b7937185",
        "Read organization information",
    ),
    admin(
        "RoleManagement.Read.Directory",
        "741c54c3-0c1e-44a1-818b-3f97ab4e8c83",
        "Read directory RBAC settings",
    ),
    admin(
        "RoleEligibilitySchedule.Read.Directory",
        "eb0788c2-6d4e-4658-8c9e-c0fb8053f03d",
        "Read all eligible role assignments for your company's directory",
    ),
    admin(
        "RoleAssignmentSchedule.ReadWrite.Directory",
        "8c026be3-8e26-4774-9372-8d5d6f21daff",
        "Read, update, and delete all active role assignments for your company's directory",
    ),
    admin(
        "User.DeleteRestore.All",
        "4bb440cd-2cf2-4f90-8004-aa2acd2537c5",
        "Delete and restore users",
    ),
];

/// The permission of that name.
pub(crate) fn known(name: &str) -> Option<&'static Scope> {
    SCOPES
        .iter()
        .find(|scope| scope.name.eq_ignore_ascii_case(name))
}

/// The permission of that id.
pub(crate) fn by_id(id: &str) -> Option<&'static Scope> {
    SCOPES.iter().find(|scope| scope.id == id)
}

/// What a client asked for, sorted out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub openid: Vec<String>,
    pub graph: Vec<String>,
    /// `.default`: whatever the registration lists.
    pub default: bool,
}

/// Why a scope parameter is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadScope {
    Missing,
    Unknown(String),
    SeveralResources,
}

/// Reads a scope parameter. Permissions are short names or carry Graph's address in front. Any loopback address counts
/// as Graph's, so that a recorder can be put in between on another port.
pub(crate) fn read(world: &World, text: &str) -> Result<Asked, BadScope> {
    let graph = world.place(Host::Graph);
    let mut asked = Asked::default();
    let mut foreign = None;
    for word in text.split_whitespace() {
        if let Some(openid) = OPENID.into_iter().find(|openid| *openid == word) {
            asked.openid.push(openid.to_owned());
            continue;
        }
        let (resource, name) = word
            .rsplit_once('/')
            .map_or(("", word), |(resource, name)| (resource, name));
        if !is_graph(resource, &graph) {
            foreign = Some(word.to_owned());
        } else if name == ".default" {
            asked.default = true;
        } else {
            let scope = known(name).ok_or_else(|| BadScope::Unknown(word.to_owned()))?;
            asked.graph.push(scope.name.to_owned());
        }
    }
    match foreign {
        Some(_) if !asked.graph.is_empty() || asked.default => Err(BadScope::SeveralResources),
        Some(word) => Err(BadScope::Unknown(word)),
        None if asked == Asked::default() => Err(BadScope::Missing),
        None => Ok(asked),
    }
}

fn is_graph(resource: &str, graph: &str) -> bool {
    let resource = resource.trim_end_matches('/');
    let host = resource.split_once("://").map_or("", |(_, host)| host);
    resource.is_empty()
        || resource == graph
        || host.starts_with("127.0.0.1:")
        || host.starts_with("localhost:")
        || host == "graph.microsoft.com"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{company, tempo::Tempo};

    #[test]
    fn short_names_and_full_addresses_mean_the_same() {
        let mut world = company::contoso(Tempo::Instant);
        world
            .places
            .insert(Host::Graph, "https://graph.example".into());
        let asked = read(
            &world,
            "openid https://graph.example/User.Read Directory.Read.All",
        )
        .expect("good");
        assert_eq!(asked.graph, ["User.Read", "Directory.Read.All"]);
        assert_eq!(
            read(&world, "User.Read https://other.example/x"),
            Err(BadScope::SeveralResources)
        );
        assert_eq!(
            read(&world, "Everything.At.Once"),
            Err(BadScope::Unknown("Everything.At.Once".into()))
        );
        assert_eq!(read(&world, " "), Err(BadScope::Missing));
    }

    #[test]
    fn ids_are_known_once_each() {
        for scope in SCOPES {
            assert_eq!(by_id(scope.id).map(|found| found.name), Some(scope.name));
        }
    }
}
