//! Sites and products. Their list is a search: the cursor goes into the body, and then it must be alone there.

use serde_json::{Value, json};

use super::Cx;
use super::errors::ApiError;
use super::paging::{self, Page};
use crate::organization::Workspace;
use crate::wire::{Answer, Host};

/// `POST /admin/v2/orgs/{org}/workspaces`.
pub(crate) fn search(cx: &mut Cx, organization: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("workspaces")?;
    let body = if cx.call.body.is_empty() {
        json!({})
    } else {
        cx.call
            .json()
            .map_err(|_| ApiError::bad("The body is not JSON"))?
    };
    let fields = body
        .as_object()
        .ok_or_else(|| ApiError::bad("The body is not an object"))?;
    let page = match body["cursor"].as_str() {
        Some(_) if fields.len() > 1 => {
            return Err(ApiError::bad("A cursor must be the only field of the body"));
        }
        Some(cursor) => Page::at(cursor)?,
        None => Page::first(paging::limit(
            body["limit"]
                .as_u64()
                .map(|limit| limit.to_string())
                .as_deref(),
        )?),
    };
    let (site, total) = (
        cx.world.place(Host::Site),
        cx.world.organization.workspaces.len(),
    );
    let used = cx.world.organization.total();
    let data = cx
        .world
        .organization
        .workspaces
        .iter()
        .skip(page.offset)
        .take(page.limit)
        .map(|workspace| row(workspace, &site, used))
        .collect();
    Ok(paging::newer_answer(&page, total, data))
}

fn row(workspace: &Workspace, site: &str, used: usize) -> Value {
    json!({
        "id": workspace.id, "type": "workspaces",
        "attributes": {
            "name": workspace.name, "typeKey": workspace.type_key, "type": workspace.kind, "owner": "", "status": "online", "statusDetails": [],
            "icons": {}, "avatars": {}, "labels": [], "sandbox": {"type": "NONE"}, "usage": used, "capacity": 20_000,
            "createdAt": "2024-04-02T10:00:00.000Z", "createdBy": "", "updatedAt": "2026-01-01T00:00:00.000Z", "hostUrl": site, "realm": "eu",
            "regions": ["eu-west-1"]
        },
        "links": {"self": workspace.id}, "relationships": {}
    })
}
