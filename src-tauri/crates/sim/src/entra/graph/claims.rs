//! Claims mapping policies: an object of its own that can be put in front of an application. It says what tokens carry and
//! silences what the portal's Attributes & Claims says.

use serde_json::{Map, Value, json};

use super::errors::GraphError;
use super::objects::{listing, seen};
use super::odata::{self, Listing, Options};
use super::properties::CLAIMS_MAPPING_POLICY;
use super::{Cx, definition};
use crate::ids;
use crate::objects::map;
use crate::tempo::Write;
use crate::tenant::{Kind, text};
use crate::wire::Answer;

/// Of these one is needed beside the right to write applications.
const POLICY_SCOPES: [&str; 2] = [
    "Policy.Read.All",
    "Policy.ReadWrite.ApplicationConfiguration",
];

/// `GET /policies/claimsMappingPolicies`.
pub(crate) fn list(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let glance = cx.world.glance_index();
    let rows = cx.tenant().list(Kind::ClaimsMappingPolicy, glance);
    odata::list(cx, &options, &listing_of(), rows.into_iter())
}

/// `GET /policies/claimsMappingPolicies/{id}`.
pub(crate) fn one(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let row = seen(cx, Kind::ClaimsMappingPolicy)?;
    odata::entity(
        cx,
        &options,
        "policies/claimsMappingPolicies",
        CLAIMS_MAPPING_POLICY,
        row,
    )
}

/// `POST /policies/claimsMappingPolicies`.
pub(crate) fn create(cx: &mut Cx) -> Result<Answer, GraphError> {
    cx.may_manage(None)?;
    let body = cx.body()?;
    definition::check(&body, true)?;
    let row = fresh(&body);
    let wait = cx.world.wait(Write::Create);
    cx.tenant()
        .add(Kind::ClaimsMappingPolicy, row.clone(), wait);
    let context = format!(
        "{}/$metadata#policies/claimsMappingPolicies/$entity",
        cx.root()
    );
    let mut answer = map(json!({"@odata.context": context}));
    answer.extend(row);
    Ok(Answer::json(201, &Value::Object(answer)))
}

/// `PATCH /policies/claimsMappingPolicies/{id}`.
pub(crate) fn change(cx: &mut Cx) -> Result<Answer, GraphError> {
    let id = text(&seen(cx, Kind::ClaimsMappingPolicy)?, "id").to_owned();
    cx.may_manage(None)?;
    let body = cx.body()?;
    definition::check(&body, false)?;
    let wait = cx.world.wait(Write::Change);
    cx.tenant()
        .change(Kind::ClaimsMappingPolicy, &id, wait, |row| row.extend(body));
    Ok(Answer::empty(204))
}

/// `DELETE /policies/claimsMappingPolicies/{id}`: for good, and only when no application is under it any more.
pub(crate) fn delete(cx: &mut Cx) -> Result<Answer, GraphError> {
    let id = text(&seen(cx, Kind::ClaimsMappingPolicy)?, "id").to_owned();
    cx.may_manage(None)?;
    if cx.tenant().mapped_by.values().any(|policy| *policy == id) {
        return Err(GraphError::bad(
            "The policy is still applied to a service principal. Remove it there first.",
        ));
    }
    let wait = cx.world.wait(Write::Change);
    cx.tenant().remove(Kind::ClaimsMappingPolicy, &id, wait);
    Ok(Answer::empty(204))
}

/// `GET /policies/claimsMappingPolicies/{id}/appliesTo`.
pub(crate) fn applies_to(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let id = text(&seen(cx, Kind::ClaimsMappingPolicy)?, "id").to_owned();
    let tenant = cx.tenant();
    let under = tenant.mapped_by.iter().filter(|(_, policy)| **policy == id);
    let rows: Vec<Map<String, Value>> = under
        .filter_map(|(principal, _)| tenant.truth(Kind::ServicePrincipal, principal))
        .map(|body| {
            map(json!({
                "@odata.type": "#microsoft.graph.servicePrincipal", "id": text(body, "id"), "deletedDateTime": null,
                "appId": text(body, "appId"), "displayName": text(body, "displayName")
            }))
        })
        .collect();
    let listing = Listing {
        set: "directoryObjects",
        properties: &[],
        ..listing_of()
    };
    odata::list(cx, &options, &listing, rows.into_iter())
}

/// `GET /servicePrincipals/{id}/claimsMappingPolicies`: one at most.
pub(crate) fn of_principal(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    needs_policy_scope(cx)?;
    let principal = text(&seen(cx, Kind::ServicePrincipal)?, "id").to_owned();
    let tenant = cx.tenant();
    let row = tenant.mapping_policy_of(&principal).cloned();
    odata::list(cx, &options, &listing_of(), row.into_iter())
}

/// `POST /servicePrincipals/{id}/claimsMappingPolicies/$ref`.
pub(crate) fn assign(cx: &mut Cx) -> Result<Answer, GraphError> {
    needs_policy_scope(cx)?;
    let principal = text(&seen(cx, Kind::ServicePrincipal)?, "id").to_owned();
    cx.may_manage(Some(&principal))?;
    let policy = referred(cx)?;
    let glance = cx.world.glance();
    let tenant = cx.tenant();
    if tenant
        .read(Kind::ClaimsMappingPolicy, &policy, glance)
        .is_none()
    {
        return Err(GraphError::not_found(&policy));
    }
    match tenant.mapped_by.get(&principal) {
        None => {
            tenant.mapped_by.insert(principal, policy);
            Ok(Answer::empty(204))
        }
        Some(same) if *same == policy => Err(GraphError::bad(
            "One or more added object references already exist for the following modified properties: 'claimsMappingPolicies'.",
        )),
        Some(_) => Err(GraphError::new(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            "A conflicting object with one or more of the specified property values is present in the directory.",
        )),
    }
}

/// `DELETE /servicePrincipals/{id}/claimsMappingPolicies/{policy}/$ref`.
pub(crate) fn unassign(cx: &mut Cx) -> Result<Answer, GraphError> {
    needs_policy_scope(cx)?;
    let principal = text(&seen(cx, Kind::ServicePrincipal)?, "id").to_owned();
    cx.may_manage(Some(&principal))?;
    let policy = cx.keys[1].clone();
    let tenant = cx.tenant();
    if tenant.mapped_by.get(&principal) != Some(&policy) {
        return Err(GraphError::not_found(&policy));
    }
    tenant.mapped_by.remove(&principal);
    Ok(Answer::empty(204))
}

/// A new policy with what the client said of it.
pub(crate) fn fresh(body: &Map<String, Value>) -> Map<String, Value> {
    let mut row = map(json!({
        "id": ids::guid(), "deletedDateTime": null, "definition": [], "description": null, "displayName": null,
        "isOrganizationDefault": false
    }));
    row.extend(body.clone());
    row
}

/// The policy that `@odata.id` names, by an address of this very service.
fn referred(cx: &Cx) -> Result<String, GraphError> {
    let body = cx.body()?;
    let address = text(&body, "@odata.id");
    let path = address
        .strip_prefix(&format!("{}/", cx.root()))
        .ok_or_else(|| GraphError::bad("Invalid URL specified in @odata.id."))?;
    let id = ["policies/claimsMappingPolicies/", "directoryObjects/"]
        .iter()
        .find_map(|set| path.strip_prefix(set));
    id.map(str::to_owned)
        .ok_or_else(|| GraphError::bad("Not a valid reference update."))
}

fn needs_policy_scope(cx: &Cx) -> Result<(), GraphError> {
    if cx.holds(&POLICY_SCOPES) {
        Ok(())
    } else {
        Err(GraphError::denied())
    }
}

fn listing_of() -> Listing {
    Listing {
        set: "policies/claimsMappingPolicies",
        ..listing(Kind::ClaimsMappingPolicy)
    }
}
