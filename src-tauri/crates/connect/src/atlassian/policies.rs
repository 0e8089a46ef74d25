//! Authentication policies, as far as the control API goes: adding accounts to one, and asking which ones accounts are in
//! (atlassian.md 2). Listing, creating and enforcing have no API. It must not know what a policy enforces.

use futures::FutureExt;
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Atlassian, Capability, escaped};
use crate::answer::decode;
use crate::fault::{Fault, FaultKind, Seen, Service};
use crate::http::{Body, Request};
use crate::pass::without_nulls;
use crate::retry::Safety;

/// More addresses in one call are not known to be accepted.
pub const MOST_EMAILS: usize = 500;

/// A task of adding accounts, begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyTask {
    /// Its id.
    pub task_id: String,
    /// Where Atlassian says it can be followed.
    #[serde(default)]
    pub task_link: Option<String>,
}

/// How far a task is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyTaskState {
    /// Accounts still to be added.
    pub in_progress_count: u64,
    /// Accounts added.
    #[serde(default)]
    pub success_count: u64,
    /// Accounts that could not be added.
    #[serde(default)]
    pub failure_count: u64,
    /// Why not.
    #[serde(default)]
    pub failure_reasons: Vec<TaskFailure>,
}

impl PolicyTaskState {
    /// True when nothing is left to do, whatever became of it.
    pub fn is_over(&self) -> bool {
        self.in_progress_count == 0
    }
}

/// Accounts that could not be added for one reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskFailure {
    /// Which.
    #[serde(default)]
    pub emails: Vec<String>,
    /// Why.
    #[serde(default)]
    pub details: FailureReason,
}

/// Why accounts could not be added.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FailureReason {
    /// A status as of HTTP.
    #[serde(default)]
    pub status: Option<u16>,
    /// In a few words.
    #[serde(default)]
    pub title: Option<String>,
    /// In more words.
    #[serde(default)]
    pub detail: Option<String>,
}

impl Atlassian {
    /// Begins to add accounts to a policy, by e-mail address: [`MOST_EMAILS`] at most, managed accounts only. Scope
    /// write:policies:admin.
    ///
    /// # Errors
    /// [`FaultKind::NotFound`] for a policy of another organization. After a doubtful failure ask [`Atlassian::policies_of`]
    /// before trying again.
    pub async fn add_to_policy(
        &self,
        org: &str,
        policy: &str,
        emails: &[String],
    ) -> Result<Seen<PolicyTask>, Fault> {
        let path = format!("auth-policy/{}/add-users", escaped(policy));
        let request = Request::of(
            Service::Atlassian,
            Method::POST,
            self.control(org, &path),
            Safety::Once,
        );
        let body = Body::Json(json!({ "users": emails }));
        let answer = self.send(request.body(body)).await;
        // Forgotten after the answer as well as on failure: a write that failed may have happened.
        self.pass.forget();
        answer?.read()
    }

    /// How far a task is. Every call asks again, also within a pass: this is for waiting. Scope write:policies:admin.
    ///
    /// # Errors
    /// Any [`Fault`].
    pub async fn policy_task(&self, org: &str, task: &str) -> Result<Seen<PolicyTaskState>, Fault> {
        let path = format!("auth-policy/task/{}", escaped(task));
        let request = Request::get(Service::Atlassian, self.control(org, &path));
        let answer = self.send(request).await?;
        let value = decode(&without_nulls(&answer.json()?), &answer.call)?;
        Ok(answer.seen(value))
    }

    /// What Atlassian says about the policies of accounts. The fields are not published, apart from `email`: what comes is handed
    /// on as it is, and whatever shape it has is no failure (atlassian.md 2).
    ///
    /// # Errors
    /// Any [`Fault`] but one about the shape.
    pub async fn policies_of(
        &self,
        org: &str,
        account_ids: &[String],
    ) -> Result<Seen<Vec<Value>>, Fault> {
        let url = self.control(org, "users/auth-policies/bulk-fetch");
        let body = json!({ "accountIds": account_ids });
        let key = format!("POST {url} {body}");
        let api = self.clone();
        let reading = self.pass.once(key, move || {
            async move {
                // A search: a POST that changes nothing.
                let request = Request::of(Service::Atlassian, Method::POST, url, Safety::Read)
                    .body(Body::Json(body));
                let answer = api.send(request).await.map_err(std::sync::Arc::new)?;
                let value = answer.json().map_err(std::sync::Arc::new)?;
                Ok(std::sync::Arc::new(answer.seen(value)))
            }
            .boxed()
        });
        Ok(Seen::clone(&*reading.await?).map(each_of))
    }

    /// Whether the key may add accounts to policies, without doing it: it follows a task that nobody began. Whoever may not is
    /// told so first; every other refusal is about the task.
    pub(super) async fn may_change_policies(&self, org: &str) -> Capability {
        let nobodys = uuid::Uuid::nil().to_string();
        let url = self.control(org, &format!("auth-policy/task/{nobodys}"));
        match self.one(url).await {
            Err(Fault {
                kind: FaultKind::NotFound | FaultKind::BadRequest,
                call: Some(call),
                ..
            }) => Capability::Ok { call },
            outcome => Capability::of(outcome),
        }
    }

    fn control(&self, org: &str, path: &str) -> url::Url {
        self.url(&format!("/admin/control/v1/orgs/{}/{path}", escaped(org)))
    }
}

/// The items of a list, also of one that is wrapped as Atlassian's other lists are. An object of its own is one item.
fn each_of(answer: Value) -> Vec<Value> {
    match answer {
        Value::Array(items) => items,
        Value::Null => vec![],
        Value::Object(mut fields) if fields.get("data").is_some_and(Value::is_array) => {
            fields.remove("data").map(each_of).unwrap_or_default()
        }
        one => vec![one],
    }
}
