//! The application gallery: finding a template and making an application from it. The answer to the latter can be 404
//! although everything was made, which the real service does now and then.

use serde_json::{Map, Value, json};

use super::Cx;
use super::errors::GraphError;
use super::odata::{self, Listing, Options};
use super::properties::APPLICATION_TEMPLATE;
use crate::objects;
use crate::tempo::Write;
use crate::tenant::Kind;
use crate::wire::Answer;

const TEMPLATES: Listing = Listing {
    set: "applicationTemplates",
    properties: APPLICATION_TEMPLATE,
    // Only these two are filterable in the gallery.
    filterable: &["displayName", "categories"],
    page: 50,
    longest: 999,
    directory: false,
};

/// `GET /applicationTemplates`.
pub(crate) fn list(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let rows: Vec<Map<String, Value>> = cx
        .tenant()
        .templates
        .iter()
        .cloned()
        .map(objects::map)
        .collect();
    odata::list(cx, &options, &TEMPLATES, rows.into_iter())
}

/// `GET /applicationTemplates/{id}`.
pub(crate) fn one(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let template = template(cx)?;
    odata::entity(
        cx,
        &options,
        "applicationTemplates",
        APPLICATION_TEMPLATE,
        objects::map(template),
    )
}

/// `POST /applicationTemplates/{id}/instantiate`.
pub(crate) fn instantiate(cx: &mut Cx) -> Result<Answer, GraphError> {
    cx.may_manage(None)?;
    let template = template(cx)?;
    let body = cx.body()?;
    if let Some(name) = body
        .keys()
        .find(|name| !matches!(name.as_str(), "displayName" | "serviceManagementReference"))
    {
        return Err(GraphError::bad(format!(
            "The parameter '{name}' in the request payload is not a valid parameter for the operation 'instantiate'."
        )));
    }
    let name = body
        .get("displayName")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .trim()
        .to_owned();
    if name.is_empty() {
        return Err(GraphError::bad("The displayName parameter is required."));
    }
    let (application, principal) = make(cx, &template, &name);
    if cx.world.quirks.instantiate_not_found > 0 {
        cx.world.quirks.instantiate_not_found -= 1;
        let id = application
            .get("id")
            .and_then(Value::as_str)
            .unwrap_or_default();
        return Err(GraphError::not_found(id));
    }
    let context = format!(
        "{}/$metadata#microsoft.graph.applicationServicePrincipal",
        cx.root()
    );
    Ok(Answer::json(
        201,
        &json!({"@odata.context": context, "application": application, "servicePrincipal": principal}),
    ))
}

fn make(cx: &mut Cx, template: &Value, name: &str) -> (Map<String, Value>, Map<String, Value>) {
    let (created, wait) = (cx.world.clock.graph_date(), cx.world.wait(Write::Create));
    let tenant = cx.tenant();
    let (id, domain) = (tenant.id.clone(), tenant.domain.clone());
    let (application, principal) = objects::from_template(template, name, &id, &domain, &created);
    tenant.add(Kind::Application, application.clone(), wait.clone());
    tenant.add(Kind::ServicePrincipal, principal.clone(), wait);
    (application, principal)
}

fn template(cx: &mut Cx) -> Result<Value, GraphError> {
    let id = cx.keys[0].clone();
    let found = cx
        .tenant()
        .templates
        .iter()
        .find(|template| template["id"] == id.as_str())
        .cloned();
    found.ok_or_else(|| GraphError::not_found(&id))
}
