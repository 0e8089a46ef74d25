//! Which calls Graph answers here, and with which scopes. The list is the documentation; what each call does stands in the
//! files beside this one.

use super::errors::GraphError;
use super::{Cx, deleted, directory, me, objects, owners, roles, templates, writing};
use crate::wire::Answer;

pub(crate) type Act = fn(&mut Cx) -> Result<Answer, GraphError>;

/// A call that practice answers.
pub(crate) struct Route {
    method: &'static str,
    path: &'static str,
    /// One of these suffices; none are needed when empty.
    pub scopes: &'static [&'static str],
    pub act: Act,
}

const READ_APPS: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const WRITE_APPS: &[&str] = &["Application.ReadWrite.All", "Directory.ReadWrite.All"];
const WRITE_REGISTRATIONS: &[&str] = &["Application.ReadWrite.All"];
const ME: &[&str] = &[
    "User.Read",
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const USERS: &[&str] = &[
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const MEMBER_OF: &[&str] = &[
    "User.Read",
    "Directory.Read.All",
    "Group.Read.All",
    "RoleManagement.Read.Directory",
];
const ORGANIZATION: &[&str] = &["User.Read", "Organization.Read.All", "Directory.Read.All"];
const LICENCES: &[&str] = &[
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "Directory.Read.All",
];
const DOMAINS: &[&str] = &["Domain.Read.All", "Directory.Read.All"];
const ROLES: &[&str] = &["RoleManagement.Read.Directory", "Directory.Read.All"];
const ELIGIBLE: &[&str] = &[
    "RoleEligibilitySchedule.Read.Directory",
    "RoleManagement.Read.Directory",
];
const ACTIVATE: &[&str] = &["RoleAssignmentSchedule.ReadWrite.Directory"];
const GRANTS: &[&str] = &["Directory.Read.All"];
const RESTORE: &[&str] = &[
    "Application.ReadWrite.All",
    "User.DeleteRestore.All",
    "User.ReadWrite.All",
];
const NO_SCOPE: &[&str] = &[];

const fn get(path: &'static str, scopes: &'static [&'static str], act: Act) -> Route {
    Route {
        method: "GET",
        path,
        scopes,
        act,
    }
}

const fn post(path: &'static str, scopes: &'static [&'static str], act: Act) -> Route {
    Route {
        method: "POST",
        path,
        scopes,
        act,
    }
}

const fn patch(path: &'static str, scopes: &'static [&'static str], act: Act) -> Route {
    Route {
        method: "PATCH",
        path,
        scopes,
        act,
    }
}

const fn delete(path: &'static str, scopes: &'static [&'static str], act: Act) -> Route {
    Route {
        method: "DELETE",
        path,
        scopes,
        act,
    }
}

/// Every call.
const ROUTES: &[Route] = &[
    get("me", ME, me::me),
    get(
        "me/transitiveMemberOf/microsoft.graph.directoryRole",
        MEMBER_OF,
        me::directory_roles,
    ),
    get(
        "me/transitiveMemberOf/graph.directoryRole",
        MEMBER_OF,
        me::directory_roles,
    ),
    get("users", USERS, me::users),
    get("users/$count", USERS, me::user_count),
    get("users/{id}", USERS, me::user),
    get("organization", ORGANIZATION, directory::organization),
    get("subscribedSkus", LICENCES, directory::licences),
    get("domains", DOMAINS, directory::domains),
    get("domains/{id}", DOMAINS, directory::domain),
    get("oauth2PermissionGrants", GRANTS, directory::grants),
    get("directoryRoles", ROLES, roles::directory_roles),
    get(
        "roleManagement/directory/roleDefinitions",
        ROLES,
        roles::definitions,
    ),
    get(
        "roleManagement/directory/roleAssignments",
        ROLES,
        roles::assignments,
    ),
    get(
        "roleManagement/directory/roleEligibilityScheduleInstances/filterByCurrentUser(on='principal')",
        ELIGIBLE,
        roles::eligible,
    ),
    post(
        "roleManagement/directory/roleAssignmentScheduleRequests",
        ACTIVATE,
        roles::activate,
    ),
    get("applicationTemplates", NO_SCOPE, templates::list),
    get("applicationTemplates/{id}", NO_SCOPE, templates::one),
    post(
        "applicationTemplates/{id}/instantiate",
        WRITE_APPS,
        templates::instantiate,
    ),
    get("applications", READ_APPS, objects::list),
    post("applications", WRITE_REGISTRATIONS, writing::create),
    get("applications/{id}", READ_APPS, objects::one),
    patch("applications/{id}", WRITE_REGISTRATIONS, writing::change),
    delete("applications/{id}", WRITE_REGISTRATIONS, writing::delete),
    get("applications/{id}/owners", READ_APPS, owners::list),
    post(
        "applications/{id}/owners/$ref",
        WRITE_REGISTRATIONS,
        owners::add,
    ),
    delete(
        "applications/{id}/owners/{owner}/$ref",
        WRITE_REGISTRATIONS,
        owners::remove,
    ),
    get("servicePrincipals", READ_APPS, objects::list),
    post("servicePrincipals", WRITE_APPS, writing::create),
    get("servicePrincipals/{id}", READ_APPS, objects::one),
    patch("servicePrincipals/{id}", WRITE_APPS, writing::change),
    delete("servicePrincipals/{id}", WRITE_APPS, writing::delete),
    get("servicePrincipals/{id}/owners", READ_APPS, owners::list),
    post(
        "servicePrincipals/{id}/owners/$ref",
        WRITE_APPS,
        owners::add,
    ),
    delete(
        "servicePrincipals/{id}/owners/{owner}/$ref",
        WRITE_APPS,
        owners::remove,
    ),
    get(
        "directory/deletedItems/microsoft.graph.application",
        READ_APPS,
        deleted::applications,
    ),
    get(
        "directory/deletedItems/microsoft.graph.servicePrincipal",
        READ_APPS,
        deleted::service_principals,
    ),
    get("directory/deletedItems/{id}", READ_APPS, deleted::one),
    post(
        "directory/deletedItems/{id}/restore",
        RESTORE,
        deleted::restore,
    ),
    delete(
        "directory/deletedItems/{id}",
        WRITE_REGISTRATIONS,
        deleted::purge,
    ),
];
/// The call that a method and a path mean, with what stands at its braces.
pub(crate) fn route(
    method: &str,
    segments: &[String],
) -> Result<(&'static Route, Vec<String>), GraphError> {
    let mut elsewhere = false;
    for route in ROUTES {
        if let Some(keys) = matched(route.path, segments) {
            if route.method == method {
                return Ok((route, keys));
            }
            elsewhere = true;
        }
    }
    if elsewhere {
        return Err(GraphError::new(
            405,
            "Request_BadRequest",
            "Specified HTTP method is not allowed for the request target.",
        ));
    }
    Err(GraphError::no_segment(unknown_segment(segments)))
}

/// The first segment that no route knows at its place.
fn unknown_segment(segments: &[String]) -> &str {
    let known = |depth: usize| {
        ROUTES.iter().any(|route| {
            route
                .path
                .split('/')
                .zip(segments)
                .take(depth)
                .filter(|(part, segment)| part.starts_with('{') || part == segment)
                .count()
                == depth
        })
    };
    let depth = (1..=segments.len())
        .find(|depth| !known(*depth))
        .unwrap_or(segments.len());
    segments
        .get(depth.saturating_sub(1))
        .map_or("", String::as_str)
}

fn matched(path: &str, segments: &[String]) -> Option<Vec<String>> {
    let parts: Vec<&str> = path.split('/').collect();
    if parts.len() != segments.len() {
        return None;
    }
    let mut keys = Vec::new();
    for (part, segment) in parts.iter().zip(segments) {
        if part.starts_with('{') {
            keys.push(segment.clone());
        } else if !part.eq_ignore_ascii_case(segment) {
            return None;
        }
    }
    Some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_segment_is_named() {
        let segments = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            unknown_segment(&segments("applications/1/colour")),
            "colour"
        );
        assert_eq!(unknown_segment(&segments("nothing")), "nothing");
        assert!(route("PUT", &segments("applications/1")).is_err_and(|error| error.status == 405));
        assert!(
            route("GET", &segments("users/$count"))
                .is_ok_and(|(route, keys)| route.path == "users/$count" && keys.is_empty())
        );
    }
}
