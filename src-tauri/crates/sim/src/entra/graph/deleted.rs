//! The recycle bin. Restoring an application for a signed-in person is refused, as the vendor's permission data lets one
//! expect; the portal can do it, and a lever can allow it here.

use serde_json::{Map, Value};

use super::errors::GraphError;
use super::objects::listing;
use super::odata::{self, Options};
use super::{Cx, credentials, persons};
use crate::tempo::Write;
use crate::tenant::{Deleted, Kind};
use crate::wire::Answer;

/// `GET /directory/deletedItems/microsoft.graph.application`.
pub(crate) fn applications(cx: &mut Cx) -> Result<Answer, GraphError> {
    list(cx, Kind::Application)
}

/// `GET /directory/deletedItems/microsoft.graph.servicePrincipal`.
pub(crate) fn service_principals(cx: &mut Cx) -> Result<Answer, GraphError> {
    list(cx, Kind::ServicePrincipal)
}

/// `GET /directory/deletedItems/microsoft.graph.user`.
pub(crate) fn users(cx: &mut Cx) -> Result<Answer, GraphError> {
    list(cx, Kind::User)
}

/// `GET /directory/deletedItems/{id}`.
pub(crate) fn one(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let item = item(cx)?;
    let row = typed(&item);
    odata::entity(cx, &options, "directoryObjects", &[], row)
}

/// `POST /directory/deletedItems/{id}/restore`.
pub(crate) fn restore(cx: &mut Cx) -> Result<Answer, GraphError> {
    let item = item(cx)?;
    if item.kind == Kind::User {
        persons::may_manage_people(cx)?;
    } else if cx.world.quirks.restore_allowed {
        cx.may_manage(None)?;
    } else {
        return Err(GraphError::denied());
    }
    let wait = cx.world.wait(Write::Create);
    let row = cx
        .tenant()
        .restore(&item.id, &wait)
        .ok_or_else(|| GraphError::not_found(&item.id))?;
    let row = typed(&Deleted { body: row, ..item });
    odata::entity(cx, &Options::default(), "directoryObjects", &[], row)
}

/// `DELETE /directory/deletedItems/{id}`: gone for good.
pub(crate) fn purge(cx: &mut Cx) -> Result<Answer, GraphError> {
    let item = item(cx)?;
    if item.kind == Kind::User {
        persons::may_manage_people(cx)?;
    } else {
        cx.may_manage(None)?;
    }
    cx.tenant().purge(&item.id);
    Ok(Answer::empty(204))
}

fn list(cx: &mut Cx, kind: Kind) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let rows: Vec<Map<String, Value>> = cx
        .tenant()
        .deleted
        .iter()
        .filter(|item| item.kind == kind)
        .map(|item| credentials::without_bytes(item.body.clone()))
        .collect();
    odata::list(cx, &options, &listing(kind), rows.into_iter())
}

fn item(cx: &mut Cx) -> Result<Deleted, GraphError> {
    let id = cx.keys[0].clone();
    cx.tenant()
        .deleted
        .iter()
        .find(|item| item.id == id)
        .cloned()
        .ok_or_else(|| GraphError::not_found(&id))
}

fn typed(item: &Deleted) -> Map<String, Value> {
    let mut row = Map::from_iter([(
        "@odata.type".to_owned(),
        Value::from(format!("#microsoft.graph.{}", item.kind.type_name())),
    )]);
    row.extend(credentials::without_bytes(item.body.clone()));
    row
}
