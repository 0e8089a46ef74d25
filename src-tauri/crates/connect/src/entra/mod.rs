//! Microsoft Graph: the calls of the guide, typed.
//!
//! [`Graph`] reads ([`reads`]) and writes ([`writes`]); nothing here decides anything. It must not know why something is called.

mod reads;
mod shapes;
mod writes;

use std::sync::Arc;

use futures::FutureExt;
use http::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

pub use shapes::*;

use crate::answer::decode;
use crate::clouds::Cloud;
use crate::fault::{Call, Fault, FaultKind, Seen, Service};
use crate::http::{Answer, Body, Http, Request};
use crate::pass::{Pass, without_nulls};
use crate::retry::Safety;
use crate::signin::Session;

/// Graph for one signed-in person. Clones share the pass.
#[derive(Debug, Clone)]
pub struct Graph {
    http: Http,
    cloud: Arc<Cloud>,
    session: Session,
    pass: Pass,
}

/// One kind of list, as it is asked for.
#[derive(Debug, Clone)]
struct List {
    path: String,
    query: Vec<(&'static str, String)>,
    /// Advanced queries want `ConsistencyLevel: eventual` and `$count=true` (entra.md 8.4).
    advanced: bool,
}

/// No list of this guide is longer than a few pages; a hundred means that it does not end.
const MOST_PAGES: usize = 100;

impl Graph {
    /// Graph without a memory: every read goes out.
    pub fn new(http: Http, cloud: &Cloud, session: Session) -> Graph {
        Graph {
            http,
            cloud: Arc::new(cloud.clone()),
            session,
            pass: Pass::default(),
        }
    }

    /// The same for one checking pass: each resource is read once, also when several ask at the same time.
    pub fn fresh_pass(&self) -> Graph {
        Graph {
            pass: Pass::fresh(),
            ..self.clone()
        }
    }

    /// The same pass, whose exchanges carry this note.
    pub fn noted(&self, note: impl Into<String>) -> Graph {
        Graph {
            http: self.http.noted(note),
            ..self.clone()
        }
    }

    /// The same pass, stopped by this token.
    pub fn cancelled_by(&self, cancel: crate::CancellationToken) -> Graph {
        Graph {
            http: self.http.cancelled_by(cancel),
            ..self.clone()
        }
    }

    /// Who is signed in.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The cloud that this is.
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// One object by path.
    async fn one<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&'static str, String)],
    ) -> Result<Seen<T>, Fault> {
        let url = self.url(path, query);
        let graph = self.clone();
        let seen = self.pass.once(format!("GET {url}"), move || {
            async move {
                graph
                    .get(url, false)
                    .await
                    .and_then(|answer| answer.read::<Value>())
                    .map(Arc::new)
                    .map_err(Arc::new)
            }
            .boxed()
        });
        typed(&*seen.await?)
    }

    /// Every page of a list.
    async fn all<T: DeserializeOwned>(&self, list: List) -> Result<Seen<Vec<T>>, Fault> {
        let key = format!(
            "LIST {}{}",
            self.url(&list.path, &list.query),
            list.advanced
        );
        let graph = self.clone();
        let seen = self.pass.once(key, move || {
            async move {
                graph
                    .pages_or_advanced(list)
                    .await
                    .map(Arc::new)
                    .map_err(Arc::new)
            }
            .boxed()
        });
        typed(&*seen.await?)
    }

    /// Some filters need the advanced form only in some tenants: then Graph says so by code, and it is asked once more.
    async fn pages_or_advanced(&self, mut list: List) -> Result<Seen<Value>, Fault> {
        match self.pages(&list).await {
            Err(fault)
                if !list.advanced && fault.code.as_deref() == Some("Request_UnsupportedQuery") =>
            {
                list.advanced = true;
                self.pages(&list).await
            }
            other => other,
        }
    }

    async fn pages(&self, list: &List) -> Result<Seen<Value>, Fault> {
        let mut query = list.query.clone();
        if list.advanced {
            query.push(("$count", "true".into()));
        }
        let mut url = self.url(&list.path, &query);
        let mut items = Vec::new();
        let mut visited = Vec::new();
        loop {
            let answer = self.get(url.clone(), list.advanced).await?;
            let mut page = answer.json()?;
            match page.get_mut("value").map(Value::take) {
                Some(Value::Array(found)) => items.extend(found),
                _ => {
                    return Err(Fault::new(FaultKind::Unreadable {
                        path: "value".into(),
                    })
                    .at(answer.call));
                }
            }
            let Some(next) = page.get("@odata.nextLink").and_then(Value::as_str) else {
                return Ok(answer.seen(Value::Array(items)));
            };
            visited.push(url);
            url = self.next_page(next, &visited, &answer)?;
        }
    }

    /// The next page's address: on Graph's own host, and not one that was already read (entra.md 8.4).
    fn next_page(&self, next: &str, visited: &[Url], answer: &Answer) -> Result<Url, Fault> {
        let stop = |kind| Fault::new(kind).at(answer.call.clone()).saying(next);
        let url = Url::parse(next).map_err(|error| {
            stop(FaultKind::Unreadable {
                path: "@odata.nextLink".into(),
            })
            .because(&error)
        })?;
        if url.origin() != self.cloud.graph.origin() {
            return Err(stop(FaultKind::ForeignAddress));
        }
        if visited.contains(&url) || visited.len() >= MOST_PAGES {
            return Err(stop(FaultKind::TooManyPages));
        }
        Ok(url)
    }

    async fn get(&self, url: Url, advanced: bool) -> Result<Answer, Fault> {
        let mut request = Request::get(Service::Graph, url);
        if advanced {
            request = request.header("consistencylevel", "eventual");
        }
        self.send(request).await
    }

    async fn write(
        &self,
        method: Method,
        path: &str,
        body: Body,
        safety: Safety,
    ) -> Result<Answer, Fault> {
        let request = Request::of(Service::Graph, method, self.url(path, &[]), safety).body(body);
        let answer = self.send(request).await;
        // Forgotten after the answer as well as on failure: a write that failed may have happened.
        self.pass.forget();
        answer
    }

    /// Sends with the session's token. A 401 says that nothing was done, so after one refresh the call is repeated once.
    async fn send(&self, request: Request) -> Result<Answer, Fault> {
        let token = self.session.access_token().await?;
        let fault = match self.http.send(request.clone().bearer(token.clone())).await {
            Ok(answer) => return Ok(answer),
            Err(fault) => fault,
        };
        let again = match &fault.kind {
            FaultKind::Unauthorized => self.session.refresh_instead_of(&token).await,
            FaultKind::ClaimsChallenge { claims } => self.session.satisfy(claims).await,
            _ => return Err(fault),
        };
        match again {
            Ok(token) => self.http.send(request.bearer(token)).await,
            // A sign-in with these claims is wanted: the challenge says so better than the failed refresh.
            Err(_) if matches!(fault.kind, FaultKind::ClaimsChallenge { .. }) => Err(fault),
            Err(refused) => Err(refused),
        }
    }

    fn url(&self, path: &str, query: &[(&'static str, String)]) -> Url {
        let query: Vec<_> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", escaped(value)))
            .collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let root = self.cloud.graph.as_str().trim_end_matches('/');
        // The root is an address already, and everything added to it is escaped.
        Url::parse(&format!("{root}{path}{mark}{}", query.join("&")))
            .unwrap_or_else(|_| self.cloud.graph.clone())
    }
}

/// A text for a path segment or a query value. Spaces become `%20`: not every OData parser reads `+` as one.
fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// A text inside an OData filter.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn typed<T: DeserializeOwned>(seen: &Seen<Value>) -> Result<Seen<T>, Fault> {
    let value = decode(&without_nulls(&seen.value), &seen.call)?;
    Ok(Seen {
        value,
        call: seen.call.clone(),
        server_date: seen.server_date,
    })
}

/// The call of a write that answers without a body.
fn done(answer: Answer) -> Call {
    answer.call
}

#[cfg(test)]
mod tests;
