//! Microsoft Graph, as far as the wizard speaks with it. Each call is a line in `routes` with the scopes of which one
//! suffices; role checks are in the calls themselves. Anything else is refused the way Graph refuses it.

pub(crate) mod addresses;
pub(crate) mod assignments;
pub(crate) mod bearer;
pub(crate) mod certificates;
pub(crate) mod checks;
pub(crate) mod claims;
pub(crate) mod claims_policy;
pub(crate) mod credentials;
pub(crate) mod definition;
pub(crate) mod deleted;
pub(crate) mod directory;
pub(crate) mod errors;
pub(crate) mod filter;
pub(crate) mod groups;
pub(crate) mod logs;
pub(crate) mod me;
pub(crate) mod objects;
pub(crate) mod odata;
pub(crate) mod owners;
pub(crate) mod permissions;
pub(crate) mod persons;
pub(crate) mod properties;
pub(crate) mod roles;
pub(crate) mod routes;
pub(crate) mod search;
pub(crate) mod templates;
pub(crate) mod users;
pub(crate) mod writing;

use serde_json::Value;

use self::bearer::{Refusal, authenticated};
use self::errors::GraphError;
use self::routes::route;
use super::desk::AccessToken;
use crate::ids;
use crate::roles::{Role, manages_applications};
use crate::tenant::{Kind, Tenant, text};
use crate::wire::{Answer, Call};
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
