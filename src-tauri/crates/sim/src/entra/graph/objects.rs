//! Reading applications and service principals, one by one and in lists, with everything that replicas and indexes do.

use serde_json::{Map, Value, json};

use super::errors::GraphError;
use super::odata::{self, Listing, Options};
use super::properties::{
    APPLICATION, ASSIGNMENT, CLAIMS_MAPPING_POLICY, GROUP, Properties, SERVICE_PRINCIPAL, USER,
};
use super::{Cx, credentials};
use crate::tenant::{Kind, Tenant, text};
use crate::wire::Answer;

/// The properties of a kind.
pub(crate) fn properties(kind: Kind) -> Properties {
    match kind {
        Kind::Application => APPLICATION,
        Kind::ServicePrincipal => SERVICE_PRINCIPAL,
        Kind::User => USER,
        Kind::Group => GROUP,
        Kind::Assignment => ASSIGNMENT,
        Kind::ClaimsMappingPolicy => CLAIMS_MAPPING_POLICY,
    }
}

/// How lists of a kind behave.
pub(crate) fn listing(kind: Kind) -> Listing {
    Listing {
        set: kind.set(),
        properties: properties(kind),
        filterable: &[],
        page: 100,
        longest: 999,
        directory: true,
    }
}

/// `GET /applications` and `GET /servicePrincipals`.
pub(crate) fn list(cx: &mut Cx) -> Result<Answer, GraphError> {
    let (kind, options) = (cx.kind(), Options::of(cx)?);
    check_expand(&options)?;
    let glance = cx.world.glance_index();
    let rows = cx.tenant().list(kind, glance);
    let mut rows: Vec<_> = rows.into_iter().map(credentials::without_bytes).collect();
    if !options.expand.is_empty() {
        let tenant = cx.tenant();
        rows.iter_mut().for_each(|row| add_owners(tenant, row));
    }
    odata::list(cx, &options, &listing(kind), rows.into_iter())
}

/// `GET /applications/{id}` and `GET /servicePrincipals/{id}`.
pub(crate) fn one(cx: &mut Cx) -> Result<Answer, GraphError> {
    let (kind, options) = (cx.kind(), Options::of(cx)?);
    check_expand(&options)?;
    let mut row = seen(cx, kind)?;
    if !options.select.iter().any(|name| name == "keyCredentials") {
        row = credentials::without_bytes(row);
    }
    if !options.expand.is_empty() {
        add_owners(cx.tenant(), &mut row);
    }
    odata::entity(cx, &options, kind.set(), properties(kind), row)
}

/// What this call's replica sees of the object that the path names.
pub(crate) fn seen(cx: &mut Cx, kind: Kind) -> Result<Map<String, Value>, GraphError> {
    let id = cx.keys[0].clone();
    if uuid::Uuid::parse_str(&id).is_err() {
        return Err(GraphError::bad(format!(
            "Invalid object identifier '{id}'."
        )));
    }
    let glance = cx.world.glance();
    cx.tenant()
        .read(kind, &id, glance)
        .ok_or_else(|| GraphError::not_found(&id))
}

/// People as a list of directory objects shows them.
pub(crate) fn owner_bodies(tenant: &Tenant, id: &str) -> Vec<Map<String, Value>> {
    let owners = tenant.owners.get(id).cloned().unwrap_or_default();
    let people = owners.iter().filter_map(|owner| tenant.person(owner));
    people
        .map(|person| {
            crate::objects::map(json!({
                "@odata.type": "#microsoft.graph.user", "id": person.id, "displayName": person.display_name(),
                "userPrincipalName": person.user_principal_name, "mail": person.mail
            }))
        })
        .collect()
}

fn add_owners(tenant: &Tenant, row: &mut Map<String, Value>) {
    let owners = owner_bodies(tenant, text(row, "id"));
    row.insert(
        "owners".into(),
        owners
            .into_iter()
            .map(Value::Object)
            .collect::<Vec<_>>()
            .into(),
    );
}

fn check_expand(options: &Options) -> Result<(), GraphError> {
    match options
        .expand
        .iter()
        .find(|part| part.split('(').next() != Some("owners"))
    {
        Some(other) => Err(GraphError::new(
            400,
            "BadRequest",
            format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{other}' that practice expands."
            ),
        )),
        None => Ok(()),
    }
}
