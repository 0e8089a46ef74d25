//! Who may use an application: reading, making and removing assignments from the application's side.

use serde_json::{Map, Value, json};

use super::errors::GraphError;
use super::objects::{listing, seen};
use super::odata::{self, Listing, Options};
use super::properties::ASSIGNMENT;
use super::{Cx, users};
use crate::ids;
use crate::objects::map;
use crate::roles::manages_people;
use crate::tempo::Write;
use crate::tenant::{Kind, Premium, Tenant, text};
use crate::wire::Answer;

/// The role that stands for none, where an application has no roles.
const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";

/// `GET /servicePrincipals/{id}/appRoleAssignedTo`.
pub(crate) fn list(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let principal = text(&seen(cx, Kind::ServicePrincipal)?, "id").to_owned();
    let glance = cx.world.glance();
    let tenant = cx.tenant();
    let mut rows = tenant.list(Kind::Assignment, glance);
    rows.retain(|row| {
        text(row, "resourceId") == principal && tenant.is_there(text(row, "principalId"))
    });
    let listing = Listing {
        set: "appRoleAssignments",
        filterable: &[
            "appRoleId",
            "principalId",
            "principalDisplayName",
            "resourceId",
        ],
        ..listing(Kind::Assignment)
    };
    odata::list(cx, &options, &listing, rows.into_iter())
}

/// `GET /servicePrincipals/{id}/appRoleAssignedTo/{assignment}`.
pub(crate) fn one(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    seen(cx, Kind::ServicePrincipal)?;
    let row = assignment(cx)?;
    odata::entity(cx, &options, "appRoleAssignments", ASSIGNMENT, row)
}

/// `POST /servicePrincipals/{id}/appRoleAssignedTo`.
pub(crate) fn add(cx: &mut Cx) -> Result<Answer, GraphError> {
    let resource = seen(cx, Kind::ServicePrincipal)?;
    let id = text(&resource, "id").to_owned();
    may_assign(cx, &id)?;
    let body = cx.body()?;
    for name in ["principalId", "resourceId", "appRoleId"] {
        if uuid::Uuid::parse_str(text(&body, name)).is_err() {
            return Err(GraphError::bad(format!(
                "A value is required for property '{name}' of resource 'AppRoleAssignment'."
            )));
        }
    }
    if text(&body, "resourceId") != id {
        return Err(GraphError::bad(
            "The resourceId of the assignment is not that of the service principal in the address.",
        ));
    }
    let who = who(cx, text(&body, "principalId"))?;
    check_principal(cx.tenant(), &who)?;
    let role = text(&body, "appRoleId").to_owned();
    check_role(&resource, &role)?;
    let made = fresh(&resource, &who, &role, &cx.world.clock.graph_date());
    check_new(cx.tenant(), &made)?;
    let wait = cx.world.wait(Write::Create);
    cx.tenant().add(Kind::Assignment, made.clone(), wait);
    let context = format!(
        "{}/$metadata#servicePrincipals('{id}')/appRoleAssignedTo/$entity",
        cx.root()
    );
    let mut answer = map(json!({"@odata.context": context}));
    answer.extend(made);
    Ok(Answer::json(201, &Value::Object(answer)))
}

/// `DELETE /servicePrincipals/{id}/appRoleAssignedTo/{assignment}`.
pub(crate) fn remove(cx: &mut Cx) -> Result<Answer, GraphError> {
    let resource = text(&seen(cx, Kind::ServicePrincipal)?, "id").to_owned();
    may_assign(cx, &resource)?;
    let id = text(&assignment(cx)?, "id").to_owned();
    let wait = cx.world.wait(Write::Change);
    if cx.tenant().remove(Kind::Assignment, &id, wait) {
        Ok(Answer::empty(204))
    } else {
        Err(GraphError::not_found(&id))
    }
}

/// A new assignment of a person or a group, as Graph writes it.
pub(crate) fn fresh(
    resource: &Map<String, Value>,
    who: &Principal,
    role: &str,
    created: &str,
) -> Map<String, Value> {
    map(json!({
        "id": ids::secret(32),
        "deletedDateTime": null,
        "appRoleId": role,
        "createdDateTime": created,
        "principalDisplayName": who.name,
        "principalId": who.id,
        "principalType": if who.group { "Group" } else { "User" },
        "resourceDisplayName": text(resource, "displayName"),
        "resourceId": text(resource, "id")
    }))
}

/// Whoever is assigned.
pub(crate) struct Principal {
    pub id: String,
    pub name: String,
    pub group: bool,
    pub security: bool,
}

impl Principal {
    /// A person or a group by the name that people call it, or by its id.
    pub fn named(tenant: &Tenant, name: &str) -> Option<Principal> {
        let group = tenant
            .truths(Kind::Group)
            .find(|body| text(body, "displayName") == name)
            .map(|body| text(body, "id").to_owned());
        let person = tenant.person_named(name).map(|person| person.id);
        let id = group.or(person).unwrap_or_else(|| name.to_owned());
        Principal::known(tenant, &id)
    }

    /// A person or a group as written last.
    pub fn known(tenant: &Tenant, id: &str) -> Option<Principal> {
        if let Some(group) = tenant.truth(Kind::Group, id) {
            return Some(Principal {
                id: id.to_owned(),
                name: text(group, "displayName").to_owned(),
                group: true,
                security: group.get("securityEnabled") == Some(&Value::Bool(true)),
            });
        }
        tenant.person(id).map(|person| Principal {
            name: person.display_name(),
            id: person.id,
            group: false,
            security: true,
        })
    }
}

/// A replica that has not heard of the person or the group yet finds neither.
fn who(cx: &mut Cx, id: &str) -> Result<Principal, GraphError> {
    let glance = cx.world.glance();
    let group = cx.tenant().read(Kind::Group, id, glance).is_some();
    if !group && users::seen(cx, id).is_none() {
        return Err(GraphError::not_found(id));
    }
    Principal::known(cx.tenant(), id).ok_or_else(|| GraphError::not_found(id))
}

/// Refuses a group that opens nothing.
pub(crate) fn check_principal(tenant: &Tenant, who: &Principal) -> Result<(), GraphError> {
    if !who.security {
        return Err(GraphError::bad(
            "The group is not security enabled and cannot be assigned to an application.",
        ));
    }
    if who.group && tenant.premium == Premium::None {
        return Err(GraphError::bad(
            "Groups are not available for assignment due to your Active Directory plan level.",
        ));
    }
    Ok(())
}

fn check_role(resource: &Map<String, Value>, role: &str) -> Result<(), GraphError> {
    let roles = resource.get("appRoles").and_then(Value::as_array);
    let mut enabled = roles
        .into_iter()
        .flatten()
        .filter(|role| role["isEnabled"] == true)
        .peekable();
    let fits = if role == NO_ROLE {
        enabled.peek().is_none()
    } else {
        enabled.any(|known| known["id"] == role)
    };
    if fits {
        Ok(())
    } else {
        Err(GraphError::bad(
            "Permission being assigned was not found on application",
        ))
    }
}

/// Refuses what is there already.
fn check_new(tenant: &Tenant, made: &Map<String, Value>) -> Result<(), GraphError> {
    let same = |other: &Map<String, Value>| {
        ["principalId", "resourceId", "appRoleId"]
            .iter()
            .all(|name| other.get(*name) == made.get(*name))
    };
    if tenant.truths(Kind::Assignment).any(same) {
        return Err(GraphError::bad(
            "Permission being assigned already exists on the object",
        ));
    }
    Ok(())
}

/// Assigning is for those who manage applications, for those who manage people, and for owners.
fn may_assign(cx: &mut Cx, resource: &str) -> Result<(), GraphError> {
    if manages_people(&cx.roles()) {
        return Ok(());
    }
    cx.may_manage(Some(resource))
}

fn assignment(cx: &mut Cx) -> Result<Map<String, Value>, GraphError> {
    let (resource, id) = (cx.keys[0].clone(), cx.keys[1].clone());
    let glance = cx.world.glance();
    cx.tenant()
        .read(Kind::Assignment, &id, glance)
        .filter(|row| text(row, "resourceId") == resource)
        .ok_or_else(|| GraphError::not_found(&id))
}
