//! Microsoft Graph, as far as the wizard speaks with it. Each call is a line in [`ROUTES`] with the scopes of which one
//! suffices; role checks are in the calls themselves. Anything else is refused the way Graph refuses it.

pub(crate) mod deleted;
pub(crate) mod directory;
pub(crate) mod errors;
pub(crate) mod filter;
pub(crate) mod me;
pub(crate) mod objects;
pub(crate) mod odata;
pub(crate) mod owners;
pub(crate) mod properties;
pub(crate) mod roles;
pub(crate) mod templates;
pub(crate) mod writing;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use self::errors::GraphError;
use super::desk::AccessToken;
use crate::ids;
use crate::roles::{Role, manages_applications};
use crate::tenant::{Kind, Tenant, text};
use crate::wire::{Answer, Call, Host};
use crate::world::World;

/// One call while it is answered.
pub(crate) struct Cx<'a> {
    pub world: &'a mut World,
    pub call: &'a Call,
    pub token: AccessToken,
    /// `v1.0` or `beta`.
    pub version: String,
    /// What stood at the places of the route's braces.
    pub keys: Vec<String>,
}

type Act = fn(&mut Cx) -> Result<Answer, GraphError>;

/// A call that practice answers.
struct Route {
    method: &'static str,
    path: &'static str,
    /// One of these suffices; none are needed when empty.
    scopes: &'static [&'static str],
    act: Act,
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

/// Answers a request to Graph.
pub(crate) fn answer(world: &mut World, call: &Call) -> Answer {
    let request_id = ids::guid();
    let answer = match answered(world, call) {
        Ok(answer) => answer,
        Err(refusal) => {
            let answer = refusal.error.answer(world, call, &request_id);
            match refusal.challenge {
                Some(challenge) => answer.with("www-authenticate", challenge),
                None => answer,
            }
        }
    };
    let client = call
        .header("client-request-id")
        .map_or_else(|| request_id.clone(), str::to_owned);
    answer
        .with("request-id", request_id)
        .with("client-request-id", client)
}

/// An error, with the challenge of a 401.
struct Refusal {
    error: GraphError,
    challenge: Option<String>,
}

impl From<GraphError> for Refusal {
    fn from(error: GraphError) -> Refusal {
        Refusal {
            error,
            challenge: None,
        }
    }
}

fn answered(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let token = authenticated(world, call)?;
    let mut segments = call.segments();
    if segments.is_empty() || !matches!(segments[0].as_str(), "v1.0" | "beta") {
        return Err(GraphError::new(400, "BadRequest", "Invalid version.").into());
    }
    let version = segments.remove(0);
    resolve_app_id(&world.tenants[token.who.tenant], &mut segments);
    let (route, keys) = route(&call.method, &segments)?;
    if !route.scopes.is_empty()
        && !route
            .scopes
            .iter()
            .any(|scope| token.scopes.iter().any(|held| held == scope))
    {
        return Err(GraphError::denied().into());
    }
    let mut cx = Cx {
        world,
        call,
        token,
        version,
        keys,
    };
    Ok((route.act)(&mut cx)?)
}

fn authenticated(world: &mut World, call: &Call) -> Result<AccessToken, Refusal> {
    let place = world.place(Host::Login);
    let plain = format!(
        "Bearer realm=\"\", authorization_uri=\"{place}/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\""
    );
    let unauthorized = |message: &str| Refusal {
        error: GraphError::new(401, "InvalidAuthenticationToken", message),
        challenge: Some(plain.clone()),
    };
    let Some(sent) = call.bearer().filter(|token| !token.is_empty()) else {
        return Err(unauthorized("Access token is empty."));
    };
    let Some(token) = world.desk.access.get(sent).cloned() else {
        return Err(unauthorized(
            "IDX14100: JWT is not well formed, there are no dots (.).",
        ));
    };
    if token.expires <= world.clock.now() {
        return Err(unauthorized(
            "Lifetime validation failed, the token is expired.",
        ));
    }
    match &world.quirks.challenge {
        None => Ok(token),
        Some(challenge) if satisfies(token.claims.as_deref(), &challenge.claims) => {
            world.quirks.challenge = None;
            Ok(token)
        }
        Some(challenge) => {
            let claims = STANDARD.encode(&challenge.claims);
            let header = format!(
                "Bearer realm=\"\", authorization_uri=\"{place}/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"{claims}\""
            );
            let error = GraphError::new(
                401,
                "InvalidAuthenticationToken",
                "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
            );
            Err(Refusal {
                error,
                challenge: Some(header),
            })
        }
    }
}

/// True when the claims that a token was asked with hold everything that the challenge wants.
fn satisfies(sent: Option<&str>, wanted: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    let (Some(sent), wanted) = (sent.map(read), read(wanted)) else {
        return false;
    };
    let wanted = wanted["access_token"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    wanted
        .iter()
        .all(|(name, value)| sent["access_token"].get(name) == Some(value))
}

/// `applications(appId='...')` addresses an object by its other key.
fn resolve_app_id(tenant: &Tenant, segments: &mut Vec<String>) {
    let Some(first) = segments.first().cloned() else {
        return;
    };
    for kind in [Kind::Application, Kind::ServicePrincipal] {
        let key = first
            .strip_prefix(kind.set())
            .and_then(|rest| rest.strip_prefix("(appId='"))
            .and_then(|rest| rest.strip_suffix("')"));
        if let Some(app_id) = key {
            let id = tenant
                .by_app_id(kind, app_id)
                .map_or(app_id, |body| text(body, "id"))
                .to_owned();
            segments[0] = kind.set().to_owned();
            segments.insert(1, id);
            return;
        }
    }
}

fn route(method: &str, segments: &[String]) -> Result<(&'static Route, Vec<String>), GraphError> {
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

impl Cx<'_> {
    /// The address that contexts and links start with.
    pub fn root(&self) -> String {
        format!("{}/{}", self.call.base, self.version)
    }

    /// The tenant of the signed-in person.
    pub fn tenant(&mut self) -> &mut Tenant {
        &mut self.world.tenants[self.token.who.tenant]
    }

    /// The object of that kind that this path is about.
    pub fn kind(&self) -> Kind {
        if self
            .call
            .segments()
            .get(1)
            .is_some_and(|set| set.starts_with("servicePrincipals"))
        {
            Kind::ServicePrincipal
        } else {
            Kind::Application
        }
    }

    /// The roles that count: active now, and already when the token was made.
    pub fn roles(&mut self) -> Vec<Role> {
        let held = self.token.roles.clone();
        let person = self.token.who.person.clone();
        let active = self
            .tenant()
            .account_of(&person)
            .map(|account| account.roles.clone())
            .unwrap_or_default();
        held.into_iter()
            .filter(|role| active.contains(role))
            .collect()
    }

    /// Refuses whoever neither manages applications nor owns this object.
    pub fn may_manage(&mut self, object: Option<&str>) -> Result<(), GraphError> {
        let person = self.token.who.person.clone();
        let owns = object.is_some_and(|id| {
            self.tenant()
                .owners
                .get(id)
                .is_some_and(|owners| owners.contains(&person))
        });
        if owns || manages_applications(&self.roles()) {
            Ok(())
        } else {
            Err(GraphError::denied())
        }
    }

    /// True when one of these scopes is in the token.
    pub fn holds(&self, scopes: &[&str]) -> bool {
        scopes
            .iter()
            .any(|scope| self.token.scopes.iter().any(|held| held == scope))
    }

    /// The body as a JSON object.
    pub fn body(&self) -> Result<serde_json::Map<String, Value>, GraphError> {
        if self.call.body.is_empty() {
            return Err(GraphError::new(
                400,
                "BadRequest",
                "Empty Payload. JSON content expected.",
            ));
        }
        match self.call.json() {
            Ok(Value::Object(body)) => Ok(body),
            _ => Err(GraphError::new(
                400,
                "BadRequest",
                "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
            )),
        }
    }
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

    #[test]
    fn a_challenge_is_answered_by_the_claims_it_asked_for() {
        let wanted = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
        assert!(satisfies(
            Some(
                r#"{"access_token":{"nbf":{"essential":true,"value":"1"},"xms_cc":{"values":["cp1"]}}}"#
            ),
            wanted
        ));
        assert!(!satisfies(Some("{}"), wanted) && !satisfies(None, wanted));
    }
}
