//! Atlassian's organization API: the calls of the guide, typed (atlassian.md 1).
//!
//! [`Atlassian`] holds an organization key and reads; [`policies`] holds the one write. All paging dialects end at an empty, repeated or foreign cursor. It must
//! not know why something is called.

mod capabilities;
mod events;
mod key;
mod paging;
mod policies;
mod shapes;
mod tally;

use std::ops::ControlFlow;
use std::sync::Arc;

use futures::FutureExt;
use http::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

pub use capabilities::{Capabilities, Capability, Feature};
pub use events::{Event, EventAction, EventActor, EventThing};
pub use key::{Cleaned, KeyKind, Removed, SHORTEST_KEY, clean_key, key_kind};
pub use policies::{FailureReason, MOST_EMAILS, PolicyTask, PolicyTaskState, TaskFailure};
pub use shapes::*;
pub use tally::{ManagedTally, OrgAdmins};

pub use crate::progress::Progress;

use crate::answer::decode;
use crate::clouds::Cloud;
use crate::fault::{Fault, Seen, Service};
use crate::http::{Answer, Body, Http, Request};
use crate::pass::{Pass, without_nulls};
use crate::retry::Safety;
use crate::secret::Secret;
use paging::Pages;

/// The organization API with one key. Clones share the pass.
#[derive(Debug, Clone)]
pub struct Atlassian {
    http: Http,
    cloud: Arc<Cloud>,
    key: Secret,
    pass: Pass,
    hears: tally::Hears,
}

impl Atlassian {
    /// The API without a memory: every read goes out.
    pub fn new(http: Http, cloud: &Cloud, key: Secret) -> Atlassian {
        Atlassian {
            http,
            cloud: Arc::new(cloud.clone()),
            key,
            pass: Pass::default(),
            hears: tally::Hears::default(),
        }
    }

    /// The same for one checking pass: each resource is read once.
    pub fn fresh_pass(&self) -> Atlassian {
        Atlassian {
            pass: Pass::fresh(),
            ..self.clone()
        }
    }

    /// The same pass, whose exchanges carry this note.
    pub fn noted(&self, note: impl Into<String>) -> Atlassian {
        Atlassian {
            http: self.http.noted(note),
            ..self.clone()
        }
    }

    /// The same pass, stopped by this token.
    pub fn cancelled_by(&self, cancel: crate::CancellationToken) -> Atlassian {
        Atlassian {
            http: self.http.cancelled_by(cancel),
            ..self.clone()
        }
    }

    /// The same pass, whose counts tell how far they are. Several look at one count, and the first of them makes it: so
    /// it is not each who brings an ear along.
    pub fn telling(&self, hear: impl Fn(Progress) + Send + Sync + 'static) -> Atlassian {
        Atlassian {
            hears: tally::Hears::to(hear),
            ..self.clone()
        }
    }

    /// The organizations of this key: one.
    ///
    /// # Errors
    /// Any [`Fault`]; as for every read here. 401 means no organization key, or an expired one (atlassian.md 1.4).
    pub async fn orgs(&self) -> Result<Seen<Vec<Org>>, Fault> {
        self.all(Pages::v1(self.url("/admin/v1/orgs"))).await
    }

    /// One organization.
    pub async fn org(&self, org: &str) -> Result<Seen<Org>, Fault> {
        let seen: Seen<Value> = self
            .one(self.url(&format!("/admin/v1/orgs/{}", escaped(org))))
            .await?;
        let data = seen.value.get("data").unwrap_or(&seen.value);
        Ok(Seen {
            value: decode(data, &seen.call)?,
            call: seen.call,
            server_date: seen.server_date,
        })
    }

    /// The organization's domains.
    pub async fn domains(&self, org: &str) -> Result<Seen<Vec<OrgDomain>>, Fault> {
        self.all(Pages::v1(
            self.url(&format!("/admin/v1/orgs/{}/domains", escaped(org))),
        ))
        .await
    }

    /// How many managed accounts there are, from one page's `meta.total`. `None` when Atlassian does not say.
    pub async fn managed_count(&self, org: &str) -> Result<Seen<Option<u64>>, Fault> {
        let seen: Seen<Value> = self.one(self.users_url(org)).await?;
        Ok(seen.map(|page| total_in(&page)))
    }

    /// Reads every managed account, page by page, never holding more than a page. `each` may stop it. Gives how many were seen.
    pub async fn managed_users(
        &self,
        org: &str,
        each: impl FnMut(Vec<ManagedUser>, Progress) -> ControlFlow<()> + Send,
    ) -> Result<Seen<u64>, Fault> {
        self.each_page(Pages::v1(self.users_url(org)), each).await
    }

    /// The user directories.
    pub async fn directories(&self, org: &str) -> Result<Seen<Vec<Directory>>, Fault> {
        self.all(Pages::v2(
            self.url(&format!("/admin/v2/orgs/{}/directories", escaped(org))),
        ))
        .await
    }

    /// Reads every account of a directory in the same way; `-` stands for all directories.
    pub async fn directory_users(
        &self,
        org: &str,
        directory: &str,
        each: impl FnMut(Vec<DirectoryUser>, Progress) -> ControlFlow<()> + Send,
    ) -> Result<Seen<u64>, Fault> {
        let mut url = self.url(&format!(
            "/admin/v2/orgs/{}/directories/{}/users",
            escaped(org),
            escaped(directory)
        ));
        // The largest page that is allowed (atlassian.md 1.1).
        url.query_pairs_mut().append_pair("limit", "100");
        self.each_page(Pages::v2(url), each).await
    }

    /// The sites and apps.
    pub async fn workspaces(&self, org: &str) -> Result<Seen<Vec<Workspace>>, Fault> {
        self.all(Pages::v2_search(
            self.url(&format!("/admin/v2/orgs/{}/workspaces", escaped(org))),
        ))
        .await
    }

    /// The organization's API keys, without their values.
    pub async fn api_keys(&self, org: &str) -> Result<Seen<Vec<ApiKey>>, Fault> {
        self.all(Pages::v2(self.url(&format!(
            "/admin/api-access/v1/orgs/{}/api-keys",
            escaped(org)
        ))))
        .await
    }

    async fn one(&self, url: Url) -> Result<Seen<Value>, Fault> {
        let api = self.clone();
        let key = format!("GET {url}");
        let work = move || {
            async move {
                let answer = api
                    .send(Request::get(Service::Atlassian, url))
                    .await
                    .map_err(Arc::new)?;
                let value = answer.json().map_err(Arc::new)?;
                Ok(Arc::new(answer.seen(without_nulls(&value))))
            }
            .boxed()
        };
        self.pass
            .once(key, work)
            .await
            .map(|seen| Seen::clone(&seen))
    }

    /// Every page of a list.
    async fn all<T: DeserializeOwned>(&self, pages: Pages) -> Result<Seen<Vec<T>>, Fault> {
        let api = self.clone();
        let key = format!("LIST {}", pages.first());
        let seen = self
            .pass
            .once(key, move || {
                async move { api.collect(pages).await.map(Arc::new).map_err(Arc::new) }.boxed()
            })
            .await?;
        let value = decode(&seen.value, &seen.call)?;
        Ok(Seen {
            value,
            call: seen.call.clone(),
            server_date: seen.server_date,
        })
    }

    /// Every page of a list, none of which is kept. Gives how many items were seen.
    async fn each_page<T: DeserializeOwned>(
        &self,
        mut pages: Pages,
        mut each: impl FnMut(Vec<T>, Progress) -> ControlFlow<()> + Send,
    ) -> Result<Seen<u64>, Fault> {
        let mut seen = 0;
        loop {
            let (answer, page) = self.page(&mut pages).await?;
            let found: Vec<T> = items(&page, &answer)?;
            seen += found.len() as u64;
            let progress = Progress {
                seen,
                total: total_in(&page),
            };
            if each(found, progress).is_break()
                || !pages.advance(&page, &answer, &self.cloud.atlassian_api)?
            {
                return Ok(answer.seen(seen));
            }
        }
    }

    async fn collect(&self, mut pages: Pages) -> Result<Seen<Value>, Fault> {
        let mut all = Vec::new();
        loop {
            let (answer, page) = self.page(&mut pages).await?;
            all.extend(items::<Value>(&page, &answer)?);
            if !pages.advance(&page, &answer, &self.cloud.atlassian_api)? {
                return Ok(answer.seen(Value::Array(all)));
            }
        }
    }

    async fn page(&self, pages: &mut Pages) -> Result<(Answer, Value), Fault> {
        let request = match pages.body() {
            None => Request::get(Service::Atlassian, pages.url()).paced(pages.pace()),
            // A search: a POST that changes nothing.
            Some(body) => Request::of(Service::Atlassian, Method::POST, pages.url(), Safety::Read)
                .body(Body::Json(body)),
        };
        let answer = self.send(request).await?;
        let mut page = without_nulls(&answer.json()?);
        pages.only_new(&mut page);
        Ok((answer, page))
    }

    async fn send(&self, request: Request) -> Result<Answer, Fault> {
        self.http.send(request.bearer(self.key.clone())).await
    }

    fn users_url(&self, org: &str) -> Url {
        self.url(&format!("/admin/v1/orgs/{}/users", escaped(org)))
    }

    fn url(&self, path: &str) -> Url {
        let root = self.cloud.atlassian_api.as_str().trim_end_matches('/');
        // The root is an address already, and everything added to it is escaped.
        Url::parse(&format!("{root}{path}")).unwrap_or_else(|_| self.cloud.atlassian_api.clone())
    }
}

/// The items of a page; a page without `data` is not one.
fn items<T: DeserializeOwned>(page: &Value, answer: &Answer) -> Result<Vec<T>, Fault> {
    let data = page.get("data").cloned().unwrap_or(Value::Null);
    decode(&data, &answer.call)
}

fn total_in(page: &Value) -> Option<u64> {
    page.pointer("/meta/total").and_then(Value::as_u64)
}

fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

#[cfg(test)]
mod tests;
