//! Which calls Graph answers here, and with which scopes. The list is the documentation; what each call does stands in the
//! files beside this one.

use super::errors::GraphError;
use super::permissions::{
    ACTIVATE, ASSIGN, DELETED, DELETED_USERS, DOMAINS, ELIGIBLE, GRANTS, GROUPS, LICENCES, ME,
    MEMBER_OF, NO_SCOPE, ORGANIZATION, PURGE, READ_APPS, READ_LOGS, READ_POLICIES, RESTORE, ROLES,
    USERS, WRITE_APPS, WRITE_POLICIES, WRITE_REGISTRATIONS, WRITE_USERS,
};
use super::{
    Cx, assignments, certificates, claims, claims_policy, deleted, directory, groups, logs, me,
    objects, owners, persons, roles, templates, users, writing,
};
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

const fn put(path: &'static str, scopes: &'static [&'static str], act: Act) -> Route {
    Route {
        method: "PUT",
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
    get("users", USERS, users::list),
    post("users", WRITE_USERS, persons::create),
    get("users/$count", USERS, users::count),
    get("users/{id}", USERS, users::one),
    delete("users/{id}", WRITE_USERS, persons::delete),
    get("groups", GROUPS, groups::list),
    get("groups/$count", GROUPS, groups::count),
    get("groups/{id}", GROUPS, groups::one),
    get("groups/{id}/members", GROUPS, groups::members),
    get("groups/{id}/members/$count", GROUPS, groups::members),
    get(
        "groups/{id}/members/microsoft.graph.user",
        GROUPS,
        groups::members,
    ),
    get(
        "groups/{id}/members/microsoft.graph.user/$count",
        GROUPS,
        groups::members,
    ),
    get(
        "groups/{id}/members/microsoft.graph.group",
        GROUPS,
        groups::members,
    ),
    get(
        "groups/{id}/members/microsoft.graph.group/$count",
        GROUPS,
        groups::members,
    ),
    get("groups/{id}/transitiveMembers", GROUPS, groups::members),
    get(
        "groups/{id}/transitiveMembers/$count",
        GROUPS,
        groups::members,
    ),
    get(
        "groups/{id}/transitiveMembers/microsoft.graph.user",
        GROUPS,
        groups::members,
    ),
    get(
        "groups/{id}/transitiveMembers/microsoft.graph.user/$count",
        GROUPS,
        groups::members,
    ),
    get(
        "groups/{id}/transitiveMembers/microsoft.graph.group",
        GROUPS,
        groups::members,
    ),
    get(
        "groups/{id}/transitiveMembers/microsoft.graph.group/$count",
        GROUPS,
        groups::members,
    ),
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
    post(
        "servicePrincipals/{id}/addTokenSigningCertificate",
        WRITE_APPS,
        certificates::add,
    ),
    get(
        "servicePrincipals/{id}/appRoleAssignedTo",
        READ_APPS,
        assignments::list,
    ),
    post(
        "servicePrincipals/{id}/appRoleAssignedTo",
        ASSIGN,
        assignments::add,
    ),
    get(
        "servicePrincipals/{id}/appRoleAssignedTo/{assignment}",
        READ_APPS,
        assignments::one,
    ),
    delete(
        "servicePrincipals/{id}/appRoleAssignedTo/{assignment}",
        ASSIGN,
        assignments::remove,
    ),
    get(
        "servicePrincipals/{id}/claimsMappingPolicies",
        READ_APPS,
        claims::of_principal,
    ),
    post(
        "servicePrincipals/{id}/claimsMappingPolicies/$ref",
        WRITE_REGISTRATIONS,
        claims::assign,
    ),
    delete(
        "servicePrincipals/{id}/claimsMappingPolicies/{policy}/$ref",
        WRITE_REGISTRATIONS,
        claims::unassign,
    ),
    get(
        "servicePrincipals/{id}/claimsPolicy",
        WRITE_POLICIES,
        claims_policy::one,
    ),
    put(
        "servicePrincipals/{id}/claimsPolicy",
        WRITE_POLICIES,
        claims_policy::put,
    ),
    patch(
        "servicePrincipals/{id}/claimsPolicy",
        WRITE_POLICIES,
        claims_policy::patch,
    ),
    get(
        "policies/claimsMappingPolicies",
        READ_POLICIES,
        claims::list,
    ),
    post(
        "policies/claimsMappingPolicies",
        WRITE_POLICIES,
        claims::create,
    ),
    get(
        "policies/claimsMappingPolicies/{id}",
        READ_POLICIES,
        claims::one,
    ),
    patch(
        "policies/claimsMappingPolicies/{id}",
        WRITE_POLICIES,
        claims::change,
    ),
    delete(
        "policies/claimsMappingPolicies/{id}",
        WRITE_POLICIES,
        claims::delete,
    ),
    get(
        "policies/claimsMappingPolicies/{id}/appliesTo",
        READ_POLICIES,
        claims::applies_to,
    ),
    get("auditLogs/signIns", READ_LOGS, logs::sign_ins),
    get("auditLogs/signIns/{id}", READ_LOGS, logs::sign_in),
    get(
        "directory/deletedItems/microsoft.graph.user",
        DELETED_USERS,
        deleted::users,
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
    get("directory/deletedItems/{id}", DELETED, deleted::one),
    post(
        "directory/deletedItems/{id}/restore",
        RESTORE,
        deleted::restore,
    ),
    delete("directory/deletedItems/{id}", PURGE, deleted::purge),
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
