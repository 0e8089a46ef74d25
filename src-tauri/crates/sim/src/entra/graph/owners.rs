//! Owners of applications and service principals.

use serde_json::Value;

use super::Cx;
use super::errors::GraphError;
use super::objects::{owner_bodies, seen};
use super::odata::{self, Listing, Options};
use crate::tenant::text;
use crate::wire::Answer;

/// `GET .../{id}/owners`.
pub(crate) fn list(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let id = object(cx)?;
    let rows = owner_bodies(cx.tenant(), &id);
    let listing = Listing {
        set: "directoryObjects",
        properties: &[],
        filterable: &[],
        page: 100,
        longest: 999,
        directory: false,
    };
    odata::list(cx, &options, &listing, rows.into_iter())
}

/// `POST .../{id}/owners/$ref` with the person's address in `@odata.id`.
pub(crate) fn add(cx: &mut Cx) -> Result<Answer, GraphError> {
    let id = object(cx)?;
    cx.may_manage(Some(&id))?;
    let body = cx.body()?;
    let reference = body
        .get("@odata.id")
        .and_then(Value::as_str)
        .ok_or_else(|| GraphError::bad("The property '@odata.id' is required."))?;
    let person = reference.rsplit('/').next().unwrap_or_default().to_owned();
    if cx.tenant().person(&person).is_none() {
        return Err(GraphError::not_found(&person));
    }
    let owners = cx.tenant().owners.entry(id).or_default();
    if owners.contains(&person) {
        return Err(GraphError::bad(
            "One or more added object references already exist for the following modified properties: 'owners'.",
        ));
    }
    owners.push(person);
    Ok(Answer::empty(204))
}

/// `DELETE .../{id}/owners/{owner}/$ref`.
pub(crate) fn remove(cx: &mut Cx) -> Result<Answer, GraphError> {
    let id = object(cx)?;
    cx.may_manage(Some(&id))?;
    let person = cx.keys[1].clone();
    let owners = cx.tenant().owners.entry(id).or_default();
    let at = owners
        .iter()
        .position(|owner| *owner == person)
        .ok_or_else(|| GraphError::not_found(&person))?;
    owners.remove(at);
    Ok(Answer::empty(204))
}

fn object(cx: &mut Cx) -> Result<String, GraphError> {
    let kind = cx.kind();
    seen(cx, kind).map(|row| text(&row, "id").to_owned())
}
