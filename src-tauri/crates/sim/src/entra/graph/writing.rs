//! Creating, changing and deleting applications and service principals, with the checks that Graph makes on the way in.

use serde_json::{Map, Value};

use super::Cx;
use super::errors::GraphError;
use super::objects::seen;
use super::{addresses, checks, credentials};
use crate::objects;
use crate::roles::manages_applications;
use crate::tempo::{Wait, Write};
use crate::tenant::{Kind, Tenant, text};
use crate::wire::Answer;

/// `POST /applications` and `POST /servicePrincipals`.
pub(crate) fn create(cx: &mut Cx) -> Result<Answer, GraphError> {
    let kind = cx.kind();
    let body = cx.body()?;
    checks::check(kind, &body, None)?;
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
    checks::check(kind, &body, Some(&row))?;
    let mut wanted = cx
        .tenant()
        .truth(kind, &id)
        .cloned()
        .ok_or_else(|| GraphError::not_found(&id))?;
    let before = wanted.clone();
    merge(&mut wanted, &body);
    if kind == Kind::Application {
        addresses::check(cx, &before, &mut wanted, &body)?;
    }
    credentials::check(kind, &before, &mut wanted, &body)?;
    let wait = cx.world.wait(Write::Change);
    let tenant = cx.tenant();
    tenant.change(kind, &id, wait, |object| object.clone_from(&wanted));
    if kind == Kind::Application {
        let wait = cx.world.wait(Write::Change);
        follow(cx.tenant(), &id, &body, wait);
    } else {
        credentials::forget_keys(tenant, &wanted);
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
    addresses::check_unique(cx.tenant(), "", body)?;
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

/// Objects are merged one level deep and collections replaced as a whole.
pub(crate) fn merge(object: &mut Map<String, Value>, change: &Map<String, Value>) {
    for (name, value) in change.iter().filter(|(name, _)| !name.contains('@')) {
        match (object.get_mut(name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => old.extend(new.clone()),
            _ => drop(object.insert(name.clone(), value.clone())),
        }
    }
}

/// What the service principal takes over from its application.
pub(crate) fn follow(
    tenant: &mut Tenant,
    application: &str,
    change: &Map<String, Value>,
    wait: Wait,
) {
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
