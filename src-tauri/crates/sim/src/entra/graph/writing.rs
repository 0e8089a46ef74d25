//! Creating, changing and deleting applications and service principals, with the checks that Graph makes on the way in.

use serde_json::{Map, Value};

use super::Cx;
use super::errors::GraphError;
use super::objects::{properties, seen};
use super::properties::{Holds, holds};
use crate::objects;
use crate::roles::manages_applications;
use crate::tempo::Write;
use crate::tenant::{Kind, Tenant, text};
use crate::wire::Answer;

/// Properties that the service fills by itself.
const READ_ONLY: [&str; 12] = [
    "id",
    "createdDateTime",
    "deletedDateTime",
    "publisherDomain",
    "applicationTemplateId",
    "createdByAppId",
    "disabledByMicrosoftStatus",
    "appOwnerOrganizationId",
    "appDisplayName",
    "verifiedPublisher",
    "signInActivity",
    "appDescription",
];
/// The documented modes of `preferredSingleSignOnMode`.
const MODES: [&str; 4] = ["password", "saml", "notSupported", "oidc"];
/// The documented audiences of a registration.
const AUDIENCES: [&str; 4] = [
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
];

/// `POST /applications` and `POST /servicePrincipals`.
pub(crate) fn create(cx: &mut Cx) -> Result<Answer, GraphError> {
    let kind = cx.kind();
    let body = cx.body()?;
    check(kind, &body, None)?;
    let row = if kind == Kind::ServicePrincipal {
        create_principal(cx, &body)?
    } else {
        create_application(cx, &body)?
    };
    let mut answer = Map::new();
    answer.insert(
        "@odata.context".into(),
        format!("{}/$metadata#{}/$entity", cx.root(), kind.set()).into(),
    );
    answer.extend(row);
    Ok(Answer::json(201, &Value::Object(answer)))
}

/// `PATCH` of either kind. A replica that has not heard of the object answers 404, even right after it was created.
pub(crate) fn change(cx: &mut Cx) -> Result<Answer, GraphError> {
    let kind = cx.kind();
    let body = cx.body()?;
    let row = seen(cx, kind)?;
    let id = text(&row, "id").to_owned();
    cx.may_manage(Some(&id))?;
    check(kind, &body, Some(&row))?;
    check_unique(cx.tenant(), &id, &body)?;
    let wait = cx.world.wait(Write::Change);
    let changed = cx
        .tenant()
        .change(kind, &id, wait.clone(), |object| merge(object, &body));
    if !changed {
        return Err(GraphError::not_found(&id));
    }
    if kind == Kind::Application {
        follow(cx, &id, &body);
    }
    Ok(Answer::empty(204))
}

/// `DELETE` of either kind: into the recycle bin, for thirty days.
pub(crate) fn delete(cx: &mut Cx) -> Result<Answer, GraphError> {
    let kind = cx.kind();
    let row = seen(cx, kind)?;
    let id = text(&row, "id").to_owned();
    cx.may_manage(Some(&id))?;
    let (now, wait) = (cx.world.clock.shown(), cx.world.wait(Write::Change));
    if cx.tenant().delete(kind, &id, now, &wait) {
        Ok(Answer::empty(204))
    } else {
        Err(GraphError::not_found(&id))
    }
}

fn create_application(
    cx: &mut Cx,
    body: &Map<String, Value>,
) -> Result<Map<String, Value>, GraphError> {
    let name = text(body, "displayName").to_owned();
    if name.is_empty() {
        return Err(GraphError::bad(
            "A value is required for property 'displayName' of resource 'Application'.",
        ));
    }
    check_unique(cx.tenant(), "", body)?;
    let (created, wait) = (cx.world.clock.graph_date(), cx.world.wait(Write::Create));
    let person = cx.token.who.person.clone();
    let administrator = manages_applications(&cx.roles());
    let tenant = cx.tenant();
    let mut row = objects::application(&name, &created, &tenant.domain.clone());
    merge(&mut row, body);
    let id = text(&row, "id").to_owned();
    tenant.add(Kind::Application, row.clone(), wait);
    if !administrator {
        // Every member may register applications, and owns what they registered.
        tenant.owners.insert(id, vec![person]);
    }
    Ok(row)
}

fn create_principal(
    cx: &mut Cx,
    body: &Map<String, Value>,
) -> Result<Map<String, Value>, GraphError> {
    let app_id = text(body, "appId").to_owned();
    let application = cx.tenant().by_app_id(Kind::Application, &app_id).cloned();
    let Some(application) = application else {
        let told = format!(
            "The appId '{app_id}' of the service principal does not reference a valid application object."
        );
        return Err(GraphError::new(400, "Request_BadRequest", told));
    };
    cx.may_manage(Some(text(&application, "id")))?;
    if cx
        .tenant()
        .by_app_id(Kind::ServicePrincipal, &app_id)
        .is_some()
    {
        let told = format!(
            "The service principal cannot be created, updated, or restored because the service principal name {app_id} is already in use."
        );
        return Err(GraphError::new(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            told,
        ));
    }
    let (created, wait) = (cx.world.clock.graph_date(), cx.world.wait(Write::Create));
    let tenant = cx.tenant();
    let mut row = objects::service_principal(&application, &tenant.id.clone(), &created);
    let mut rest = body.clone();
    rest.remove("appId");
    merge(&mut row, &rest);
    tenant.add(Kind::ServicePrincipal, row.clone(), wait);
    Ok(row)
}

fn check(
    kind: Kind,
    body: &Map<String, Value>,
    row: Option<&Map<String, Value>>,
) -> Result<(), GraphError> {
    for (name, value) in body.iter().filter(|(name, _)| !name.starts_with('@')) {
        let Some(wanted) = holds(properties(kind), name) else {
            return Err(GraphError::bad(format!("Invalid property '{name}'.")));
        };
        let creating_principal = row.is_none() && kind == Kind::ServicePrincipal;
        let read_only =
            READ_ONLY.contains(&name.as_str()) || (name == "appId" && !creating_principal);
        if read_only && row.is_none_or(|row| row.get(name) != Some(value)) {
            return Err(GraphError::bad(format!(
                "Property '{name}' is read-only and cannot be set."
            )));
        }
        check_value(kind, name, value, wanted)?;
    }
    Ok(())
}

fn check_value(kind: Kind, name: &str, value: &Value, wanted: Holds) -> Result<(), GraphError> {
    let fits = match wanted {
        Holds::Text => value.is_string() || value.is_null(),
        Holds::Bool => value.is_boolean() || value.is_null(),
        Holds::List => value.is_array(),
        Holds::Object => value.is_object() || value.is_null(),
    };
    if !fits {
        return Err(GraphError::bad(format!(
            "A value of an incompatible type was found for property '{name}' of resource '{}'.",
            kind.type_name()
        )));
    }
    let word = value.as_str().unwrap_or_default();
    let allowed = match name {
        "preferredSingleSignOnMode" => value.is_null() || MODES.contains(&word),
        "signInAudience" => AUDIENCES.contains(&word),
        "displayName" => !word.trim().is_empty() && word.chars().count() <= 256,
        "tags" => value.as_array().is_some_and(|tags| {
            tags.iter().all(|tag| {
                tag.as_str()
                    .is_some_and(|tag| !tag.is_empty() && tag.len() <= 256)
            })
        }),
        _ => true,
    };
    if allowed {
        Ok(())
    } else {
        Err(GraphError::bad(format!(
            "Invalid value specified for property '{name}' of resource '{}'.",
            kind.type_name()
        )))
    }
}

fn check_unique(tenant: &Tenant, id: &str, body: &Map<String, Value>) -> Result<(), GraphError> {
    let Some(wanted) = body.get("identifierUris").and_then(Value::as_array) else {
        return Ok(());
    };
    let deleted = tenant
        .deleted
        .iter()
        .filter(|item| item.kind == Kind::Application)
        .map(|item| &item.body);
    for other in tenant
        .truths(Kind::Application)
        .chain(deleted)
        .filter(|other| text(other, "id") != id)
    {
        let taken = other
            .get("identifierUris")
            .and_then(Value::as_array)
            .is_some_and(|uris| uris.iter().any(|uri| wanted.contains(uri)));
        if taken {
            let told =
                "Another object with the same value for property identifierUris already exists.";
            return Err(GraphError::new(
                400,
                "Request_MultipleObjectsWithSameKeyValue",
                told,
            ));
        }
    }
    Ok(())
}

/// Objects are merged one level deep and collections replaced as a whole.
fn merge(object: &mut Map<String, Value>, change: &Map<String, Value>) {
    for (name, value) in change.iter().filter(|(name, _)| !name.contains('@')) {
        match (object.get_mut(name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => old.extend(new.clone()),
            _ => drop(object.insert(name.clone(), value.clone())),
        }
    }
}

/// What the service principal takes over from its application.
fn follow(cx: &mut Cx, application: &str, change: &Map<String, Value>) {
    let wait = cx.world.wait(Write::Change);
    let tenant = cx.tenant();
    let Some(app_id) = tenant
        .truth(Kind::Application, application)
        .map(|body| text(body, "appId").to_owned())
    else {
        return;
    };
    let Some(id) = tenant
        .by_app_id(Kind::ServicePrincipal, &app_id)
        .map(|body| text(body, "id").to_owned())
    else {
        return;
    };
    tenant.change(Kind::ServicePrincipal, &id, wait, |principal| {
        if let Some(name) = change.get("displayName") {
            principal.insert("displayName".into(), name.clone());
            principal.insert("appDisplayName".into(), name.clone());
        }
        if let Some(uris) = change.get("web").and_then(|web| web.get("redirectUris")) {
            principal.insert("replyUrls".into(), uris.clone());
        }
        if let Some(Value::Array(uris)) = change.get("identifierUris") {
            let names: Vec<Value> = uris.iter().cloned().chain([Value::from(app_id)]).collect();
            principal.insert("servicePrincipalNames".into(), names.into());
        }
    });
}
