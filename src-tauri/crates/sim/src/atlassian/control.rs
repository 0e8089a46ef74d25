//! The control API: adding people to an authentication policy, the state of that, and which policy somebody is in. No call
//! lists or changes the policies themselves.
//!
//! What a look-up answers besides the address is not published. The fields `authPolicyId`, `authPolicyName` and
//! `directoryId` are made up for practice.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::Cx;
use super::errors::ApiError;
use crate::ids;
use crate::organization::Organization;
use crate::tasks::{FAILED, NOT_MANAGED, Pace, PolicyTask, Refusal};
use crate::wire::Answer;

/// Answers a request below `/admin/control/v1/orgs/{org}`.
pub(crate) fn answer(
    cx: &mut Cx,
    method: &str,
    organization: &str,
    rest: &[&str],
) -> Result<Answer, ApiError> {
    match (method, rest) {
        ("POST", ["auth-policy", policy, "add-users"]) => add_users(cx, organization, policy),
        ("GET", ["auth-policy", "task", task]) => state(cx, organization, task),
        ("POST", ["users", "auth-policies", "bulk-fetch"]) => look_up(cx, organization),
        _ => Err(ApiError::not_found("There is no such resource")),
    }
}

/// `POST auth-policy/{policy}/add-users`: e-mail addresses, accepted at once.
fn add_users(cx: &mut Cx, organization: &str, policy: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("auth-policies")?;
    uuid(policy, "policy")?;
    let emails = texts(cx, "users")?;
    let known = |one: &crate::security::AuthPolicy| one.id.eq_ignore_ascii_case(policy);
    let policy = cx.world.organization.policies.iter().find(|one| known(one));
    let policy = policy
        .ok_or_else(|| ApiError::not_found("The authentication policy does not exist"))?
        .id
        .clone();
    let fails = cx.world.quirks.task_fails.take();
    let managed = managed_addresses(&cx.world.organization);
    let fate = |email: &String| -> Option<Refusal> {
        let chosen = fails
            .as_ref()
            .is_some_and(|only| only.is_empty() || only.contains(email));
        match (chosen, managed.contains(email)) {
            (true, _) => Some(FAILED),
            (false, false) => Some(NOT_MANAGED),
            (false, true) => None,
        }
    };
    let addresses = emails
        .iter()
        .map(|email| email.to_lowercase())
        .map(|email| (email.clone(), fate(&email)))
        .collect();
    let pace = Pace::of(
        cx.world.clock.now(),
        cx.world.tempo,
        cx.world.quirks.task_looks,
    );
    let id = ids::guid();
    cx.world.organization.tasks.push(PolicyTask {
        id: id.clone(),
        policy,
        pace,
        addresses,
        done: 0,
    });
    let link = format!(
        "{}/admin/control/v1/orgs/{organization}/auth-policy/task/{id}",
        cx.call.base
    );
    Ok(Answer::json(202, &json!({"taskId": id, "taskLink": link})))
}

/// `GET auth-policy/task/{task}`.
fn state(cx: &mut Cx, organization: &str, id: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("auth-policies")?;
    uuid(id, "task")?;
    let tasks = &mut cx.world.organization.tasks;
    let task = tasks
        .iter_mut()
        .find(|task| task.id.eq_ignore_ascii_case(id))
        .ok_or_else(|| ApiError::not_found("The task does not exist"))?;
    let body = state_body(task);
    // This look counts for the next one.
    if let Pace::Looks { left, .. } = &mut task.pace {
        *left = left.saturating_sub(1);
    }
    Ok(Answer::json(200, &body))
}

fn state_body(task: &PolicyTask) -> Value {
    let finished = task.finished();
    let failed: Vec<(&str, Refusal)> = finished
        .iter()
        .filter_map(|(email, refusal)| Some((email.as_str(), (*refusal)?)))
        .collect();
    let reasons: Vec<Value> = [NOT_MANAGED, FAILED]
        .iter()
        .filter_map(|reason| {
            let emails: Vec<&str> = failed
                .iter()
                .filter(|(_, refusal)| refusal == reason)
                .map(|(email, _)| *email)
                .collect();
            let details =
                json!({"status": reason.status, "title": reason.title, "detail": reason.detail});
            (!emails.is_empty()).then(|| json!({"emails": emails, "details": details}))
        })
        .collect();
    json!({
        "inProgressCount": task.addresses.len() - finished.len(),
        "successCount": finished.len() - failed.len(),
        "failureCount": failed.len(),
        "failureReasons": reasons,
    })
}

/// `POST users/auth-policies/bulk-fetch`: an array, with nothing for accounts that the organization does not manage.
fn look_up(cx: &mut Cx, organization: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("bulk-fetch")?;
    let wanted = texts(cx, "accountIds")?;
    let organization = &cx.world.organization;
    let mut rows: HashMap<String, Value> = organization
        .accounts()
        .filter(|account| wanted.contains(&account.id) && organization.manages(&account.email))
        .map(|account| {
            let mut row = json!({"email": account.email});
            if !cx.world.quirks.bulk_fetch_bare {
                let policy = organization.policy_of(&account.email);
                row["authPolicyId"] = json!(policy.id);
                row["authPolicyName"] = json!(policy.name);
                row["directoryId"] = json!(policy.directory);
                if cx.world.quirks.bulk_fetch_full {
                    row["ssoEnforced"] = json!(policy.enforced);
                    row["isDefault"] = json!(policy.default);
                }
            }
            (account.id, row)
        })
        .collect();
    let found: Vec<Value> = wanted.iter().filter_map(|id| rows.remove(id)).collect();
    Ok(Answer::json(200, &json!(found)))
}

/// The list of texts under a name in the body, which must hold at least one.
fn texts(cx: &Cx, name: &str) -> Result<Vec<String>, ApiError> {
    let bad = || ApiError::bad(&format!("{name} must be a list of texts, and not empty"));
    let body = cx
        .call
        .json()
        .map_err(|_| ApiError::bad("The body is not JSON"))?;
    let list = body[name].as_array().ok_or_else(bad)?;
    let texts: Option<Vec<String>> = list
        .iter()
        .map(|one| one.as_str().map(str::to_owned))
        .collect();
    texts.filter(|texts| !texts.is_empty()).ok_or_else(bad)
}

fn managed_addresses(organization: &Organization) -> HashSet<String> {
    organization
        .accounts()
        .filter(|account| organization.manages(&account.email))
        .map(|account| account.email.to_lowercase())
        .collect()
}

fn uuid(text: &str, what: &str) -> Result<(), ApiError> {
    uuid::Uuid::try_parse(text)
        .map(|_| ())
        .map_err(|_| ApiError::bad(&format!("The {what} id is not a UUID")))
}
