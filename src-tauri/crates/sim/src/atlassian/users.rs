//! Accounts: the managed ones in the older API, all of the organization's in the newer one.

use serde_json::{Value, json};

use super::Cx;
use super::errors::ApiError;
use super::orgs::known_directory;
use super::paging::{self, Page};
use crate::organization::{AtlassianAccount, Organization};
use crate::wire::{Answer, Host};
use crate::world::World;

/// The older API's page. Its size is published nowhere; a hundred makes clients page.
const MANAGED_PAGE: usize = 100;
/// When practice accounts were last seen; the API dates it by day or minute, and nothing rests on it.
const LAST_SEEN: &str = "2026-11-01T10:00:00Z";

/// `GET /admin/v1/orgs/{org}/users`: accounts of verified and claimed domains only.
pub(crate) fn managed(cx: &mut Cx, organization: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("users")?;
    let page = cx
        .call
        .asked("cursor")
        .map_or_else(|| Ok(Page::first(MANAGED_PAGE)), |cursor| Page::at(&cursor))?;
    let organization = &cx.world.organization;
    let page_end = page.offset + page.limit;
    let accounts = (page.offset..page_end).filter_map(|index| organization.managed_account(index));
    let data = accounts
        .map(|account| managed_body(cx.world, &cx.call.base, &account))
        .collect();
    Ok(paging::older_answer(
        cx.call,
        &page,
        organization.managed_total(),
        data,
    ))
}

/// `GET /admin/v2/orgs/{org}/directories/{directory}/users`.
pub(crate) fn in_directory(
    cx: &mut Cx,
    organization: &str,
    directory: &str,
) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("directories")?;
    known_directory(cx, directory)?;
    let page = paging::newer(cx.call)?;
    Ok(page_of(cx, &page))
}

/// `POST /admin/v2/orgs/{org}/directories/{directory}/users/search`; a cursor must be alone in the body.
pub(crate) fn search(cx: &mut Cx, organization: &str, directory: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("directories")?;
    known_directory(cx, directory)?;
    let body = cx
        .call
        .json()
        .map_err(|_| ApiError::bad("The body is not JSON"))?;
    let page = match body["cursor"].as_str() {
        Some(_) if body.as_object().is_some_and(|fields| fields.len() > 1) => {
            return Err(ApiError::bad("A cursor must be the only field of the body"));
        }
        Some(cursor) => Page::at(cursor)?,
        None => {
            let limit = paging::limit(
                body["limit"]
                    .as_u64()
                    .map(|limit| limit.to_string())
                    .as_deref(),
            )?;
            Page {
                search: body["searchTerm"].as_str().map(str::to_lowercase),
                ..Page::first(limit)
            }
        }
    };
    Ok(page_of(cx, &page))
}

fn page_of(cx: &Cx, page: &Page) -> Answer {
    let organization = &cx.world.organization;
    let body = |account: AtlassianAccount| directory_body(organization, &cx.call.base, &account);
    match &page.search {
        None => {
            let data = (page.offset..page.offset + page.limit)
                .filter_map(|index| organization.account(index))
                .map(body)
                .collect();
            paging::newer_answer(page, organization.total(), data)
        }
        Some(term) => {
            let found: Vec<AtlassianAccount> = organization
                .accounts()
                .filter(|account| {
                    account.name.to_lowercase().contains(term)
                        || account.email.to_lowercase().contains(term)
                })
                .collect();
            let data = found
                .iter()
                .skip(page.offset)
                .take(page.limit)
                .cloned()
                .map(body)
                .collect();
            paging::newer_answer(page, found.len(), data)
        }
    }
}

fn managed_body(world: &World, base: &str, account: &AtlassianAccount) -> Value {
    let status = status(&world.organization, account);
    json!({
        "account_id": account.id, "account_type": "atlassian", "account_status": status, "name": account.name,
        "picture": "https://avatars.example/default.png", "email": account.email, "access_billable": true, "last_active": LAST_SEEN,
        "product_access": [{"key": "jira-software.ondemand", "name": "Jira", "url": world.place(Host::Site), "last_active": LAST_SEEN}],
        "links": {"self": format!("{base}/users/{}/manage/profile", account.id)}
    })
}

fn status(organization: &Organization, account: &AtlassianAccount) -> &'static str {
    if organization.is_active(&account.email) {
        "active"
    } else {
        "inactive"
    }
}

fn directory_body(organization: &Organization, base: &str, account: &AtlassianAccount) -> Value {
    let roles: &[&str] = if organization.is_admin(&account.email) {
        &["atlassian/org-admin"]
    } else {
        &[]
    };
    let claim = if organization.manages(&account.email) {
        "managed"
    } else {
        "unmanaged"
    };
    let status = status(organization, account);
    json!({
        "accountId": account.id, "accountType": "atlassian", "status": status, "accountStatus": status, "membershipStatus": "active",
        "addedToOrg": "2024-04-02T10:00:00.000Z", "name": account.name, "nickname": account.email.split('@').next(), "email": account.email,
        "emailVerified": true, "claimStatus": claim, "platformRoles": roles, "picture": "https://avatars.example/default.png",
        "avatar": "https://avatars.example/default.png", "counts": {"resources": 1},
        "links": {"self": format!("{base}/admin/v2/orgs/{}/directories/{}/users/{}", organization.id, organization.directory, account.id)}
    })
}
