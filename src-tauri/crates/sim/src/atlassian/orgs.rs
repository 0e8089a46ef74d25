//! The organization, its domains, and its user directory (which is not an identity provider directory: no API shows one).

use serde_json::{Value, json};

use super::Cx;
use super::errors::ApiError;
use super::paging;
use crate::wire::Answer;

/// `GET /admin/v1/orgs`: exactly one, since a key belongs to one organization.
pub(crate) fn list(cx: &mut Cx) -> Result<Answer, ApiError> {
    cx.may("orgs")?;
    let links =
        json!({"self": format!("{}/admin/v1/orgs", cx.call.base), "prev": null, "next": null});
    Ok(Answer::json(
        200,
        &json!({"data": [body(cx)], "links": links}),
    ))
}

/// `GET /admin/v1/orgs/{org}`.
pub(crate) fn one(cx: &mut Cx, organization: &str) -> Result<Answer, ApiError> {
    cx.may("orgs")?;
    cx.own(organization)?;
    Ok(Answer::json(200, &json!({"data": body(cx)})))
}

/// `GET /admin/v1/orgs/{org}/domains`.
pub(crate) fn domains(cx: &mut Cx, organization: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("domains")?;
    let place = place(cx);
    let data: Vec<Value> = cx
        .world
        .organization
        .domains
        .iter()
        .map(|domain| {
            let id = crate::wire::opaque(&json!(domain.name));
            let status = if domain.verified { "verified" } else { "unverified" };
            json!({"id": id, "type": "domains", "attributes": {"name": domain.name, "claim": {"type": domain.method, "status": status}},
                   "links": {"self": format!("{place}/domains/{id}")}})
        })
        .collect();
    Ok(Answer::json(
        200,
        &json!({"data": data, "links": {"self": format!("{place}/domains"), "next": null}}),
    ))
}

/// `GET /admin/v1/orgs/{org}/policies`: network and data policies, of which this company has none. Authentication
/// policies are not among them.
pub(crate) fn policies(cx: &mut Cx, organization: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("policies")?;
    Ok(Answer::json(
        200,
        &json!({"data": [], "links": {"self": "", "next": ""}, "meta": {"next": "", "page_size": 20}}),
    ))
}

/// `GET /admin/v2/orgs/{org}/directories`: three fields, of which none tells where the people come from.
pub(crate) fn directories(cx: &mut Cx, organization: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("directories")?;
    let page = paging::newer(cx.call)?;
    let organization = &cx.world.organization;
    let data = vec![
        json!({"directoryId": organization.directory, "name": format!("{} userbase", organization.name), "icon": "https://icons.example/userbase.png"}),
    ];
    Ok(paging::newer_answer(&page, 1, data))
}

/// `GET /admin/v2/orgs/{org}/directories/{directory}/groups`.
pub(crate) fn groups(cx: &mut Cx, organization: &str, directory: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("groups")?;
    let page = paging::newer(cx.call)?;
    known_directory(cx, directory)?;
    let organization = &cx.world.organization;
    let search = cx
        .call
        .asked("searchTerm")
        .unwrap_or_default()
        .to_lowercase();
    let groups = [
        ("org-admins", organization.admins.len(), 0),
        ("jira-users-contoso", organization.total(), 1),
        ("confluence-users-contoso", organization.total(), 1),
    ];
    let found: Vec<Value> = groups
        .iter()
        .filter(|(name, ..)| name.contains(&search))
        .map(|(name, users, resources)| {
            json!({"id": crate::ids::derived_guid(&format!("group {name}")), "name": name, "description": "", "directoryId": organization.directory,
                   "counts": {"users": users, "resources": resources}, "links": {"self": format!("{}{}", cx.call.base, cx.call.path)}})
        })
        .collect();
    let total = found.len();
    Ok(paging::newer_answer(
        &page,
        total,
        found
            .into_iter()
            .skip(page.offset)
            .take(page.limit)
            .collect(),
    ))
}

/// Refuses a directory that is neither the organization's nor `-`, which stands for all of them.
pub(crate) fn known_directory(cx: &Cx, directory: &str) -> Result<(), ApiError> {
    if directory == "-" || directory == cx.world.organization.directory {
        Ok(())
    } else {
        Err(ApiError::not_found("The directory does not exist"))
    }
}

fn place(cx: &Cx) -> String {
    format!(
        "{}/admin/v1/orgs/{}",
        cx.call.base, cx.world.organization.id
    )
}

fn body(cx: &Cx) -> Value {
    let (organization, place) = (&cx.world.organization, place(cx));
    json!({
        "id": organization.id, "type": "orgs", "attributes": {"name": organization.name},
        "relationships": {"domains": {"links": {"related": format!("{place}/domains")}}, "users": {"links": {"related": format!("{place}/users")}}},
        "links": {"self": place}
    })
}
