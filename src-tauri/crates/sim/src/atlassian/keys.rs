//! Organization API keys: who may come in, what a key with scopes may do, and the list of keys.

use serde_json::{Value, json};

use super::Cx;
use super::errors::ApiError;
use crate::organization::{ApiKey, KeyKind, account_id};
use crate::tempo::milli_date;
use crate::wire::{Answer, Call};
use crate::world::World;

/// The scopes that the creation form offers, as far as the wizard could want them.
pub(crate) const SCOPES: &[&str] = &[
    "read:orgs:admin",
    "read:domains:admin",
    "read:events:admin",
    "read:policies:admin",
    "write:policies:admin",
    "read:directories:admin",
    "read:groups:admin",
    "read:workspaces:admin",
    "read:tokens:admin",
    "read:keys:admin",
];

/// The features that a key can lack, with the scopes of which one suffices.
pub(crate) const FEATURES: &[(&str, &[&str])] = &[
    ("orgs", &["read:orgs:admin"]),
    ("domains", &["read:domains:admin"]),
    ("users", &["read:directories:admin"]),
    ("directories", &["read:directories:admin"]),
    ("groups", &["read:groups:admin"]),
    ("workspaces", &["read:workspaces:admin"]),
    ("policies", &["read:policies:admin"]),
    ("events", &["read:events:admin"]),
    // The state of a task asks for the right to write as well.
    ("auth-policies", &["write:policies:admin"]),
    // The reference lists no scope for this one.
    ("bulk-fetch", &[]),
    ("api-keys", &["read:tokens:admin", "read:keys:admin"]),
];

/// The number of the organization key that was sent. A SCIM key and a person's token are 401 here, like a dead key.
pub(crate) fn authenticated(world: &mut World, call: &Call) -> Result<usize, ApiError> {
    let now = world.clock.now();
    let sent = call.bearer().ok_or_else(ApiError::unauthorized)?;
    let keys = &mut world.organization.keys;
    let alive =
        |key: &ApiKey| key.value == sent && key.kind == KeyKind::Organization && key.expires > now;
    let at = keys
        .iter()
        .position(alive)
        .ok_or_else(ApiError::unauthorized)?;
    keys[at].last_active = Some(now);
    Ok(at)
}

/// Refuses a key that may not use a feature.
pub(crate) fn may(key: &ApiKey, feature: &str) -> Result<(), ApiError> {
    let wanted = FEATURES
        .iter()
        .find(|(name, _)| *name == feature)
        .map_or(&[][..], |(_, scopes)| scopes);
    let scoped = key.scopes.as_ref().is_none_or(|held| {
        wanted.is_empty()
            || wanted
                .iter()
                .any(|scope| held.iter().any(|one| one == scope))
    });
    if scoped && !key.lacks.contains(feature) {
        Ok(())
    } else {
        Err(ApiError::forbidden(wanted.first().unwrap_or(&feature)))
    }
}

/// `GET /admin/api-access/v1/orgs/{org}/api-keys`.
pub(crate) fn list(cx: &mut Cx, organization: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("api-keys")?;
    let organization = &cx.world.organization;
    let keys = organization
        .keys
        .iter()
        .filter(|key| key.kind == KeyKind::Organization);
    let data: Vec<Value> = keys
        .map(|key| {
            body(
                key,
                &organization.id,
                organization
                    .accounts()
                    .find(|account| account.email == key.created_by)
                    .map(|account| account.name),
            )
        })
        .collect();
    Ok(Answer::json(
        200,
        &json!({"data": data, "links": {"self": "", "next": "", "prev": ""}}),
    ))
}

fn body(key: &ApiKey, organization: &str, creator: Option<String>) -> Value {
    json!({
        "id": key.id,
        "label": key.label,
        "createdAt": milli_date(key.created),
        "expiresAt": milli_date(key.expires),
        "lastActiveAt": key.last_active.map(milli_date),
        "systemAccountId": format!("712020:{}", key.id),
        "resource": "org",
        "orgId": organization,
        "createdBy": {"id": account_id(&key.created_by), "name": creator.unwrap_or_else(|| key.created_by.clone()), "email": key.created_by},
        "scopes": key.scopes.clone().unwrap_or_default(),
        "targetResources": []
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{company, tempo::Tempo};

    #[test]
    fn a_scoped_key_may_do_what_its_scopes_say() {
        let world = company::contoso(Tempo::Instant);
        let named = |name: &str| {
            let value = world
                .handover
                .keys
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
                .expect("a key");
            world
                .organization
                .keys
                .iter()
                .find(|key| key.value == value)
                .expect("the key")
                .clone()
        };
        assert!(may(&named("scoped"), "users").is_ok());
        assert_eq!(
            may(&named("scoped_without_users"), "users").map_err(|error| error.status),
            Err(403)
        );
        assert!(may(&named("scoped_without_users"), "domains").is_ok());
        assert!(may(&named("unscoped"), "api-keys").is_ok());
        assert!(may(&named("scoped"), "auth-policies").is_err());
        assert!(may(&named("scoped"), "bulk-fetch").is_ok());
    }

    #[test]
    fn every_feature_has_a_scope_that_can_be_ticked() {
        assert!(
            FEATURES
                .iter()
                .all(|(_, scopes)| scopes.iter().all(|scope| SCOPES.contains(scope)))
        );
    }
}
