//! Microsoft Graph: the calls of the guide, typed.
//!
//! [`Graph`] reads ([`reads`]) and writes ([`writes`]), and each part of SAML single sign-on has a file of its own: [`saml`],
//! [`claims`], [`people`], [`assignments`], [`logs`]. Nothing here decides anything. It must not know why something is called.

mod assignments;
mod claims;
mod logs;
mod paging;
mod people;
mod reads;
mod saml;
mod shapes;
mod writes;

use std::sync::Arc;

use futures::FutureExt;
use http::Method;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

pub use assignments::Assignment;
pub use claims::ClaimsMappingPolicy;
pub use logs::{SignIn, SignInStatus};
pub use people::{Group, Person};
pub use saml::SigningCertificate;
pub use shapes::*;

use crate::answer::decode;
use crate::clouds::Cloud;
use crate::fault::{Call, Fault, FaultKind, Seen, Service};
use crate::http::{Answer, Body, Http, Request};
use crate::pace::Pace;
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
        typed(&*self.whole(path, query).await?)
    }

    /// One object by path, to the last null: what is written back later must be what was there.
    async fn whole(
        &self,
        path: &str,
        query: &[(&'static str, String)],
    ) -> Result<Arc<Seen<Value>>, Fault> {
        let url = self.url(path, query);
        let graph = self.clone();
        let reading = self.pass.once(format!("GET {url}"), move || {
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
        reading.await
    }

    /// A bare number, as `$count` answers.
    async fn count(
        &self,
        path: &str,
        query: &[(&'static str, String)],
    ) -> Result<Seen<u64>, Fault> {
        let answer = self.get(self.url(path, query), true).await?;
        match answer.text.trim().trim_start_matches('\u{feff}').parse() {
            Ok(count) => Ok(answer.seen(count)),
            Err(_) => Err(Fault::new(FaultKind::Unreadable {
                path: "$count".into(),
            })
            .at(answer.call)),
        }
    }

    async fn get(&self, url: Url, advanced: bool) -> Result<Answer, Fault> {
        // All reports count together, the pages of a list as well.
        let pace = match url.path().contains("/auditLogs/") {
            true => Pace::Reports,
            false => Pace::Free,
        };
        let mut request = Request::get(Service::Graph, url).paced(pace);
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

/// A moment as every OData parser reads it.
fn whole_seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
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

/// The created object. When its shape is unexpected the creation has happened all the same, and the fault says `maybe_done`.
fn made<T: DeserializeOwned>(answer: &Answer) -> Result<Seen<T>, Fault> {
    let seen = answer.read::<Value>()?;
    typed(&seen).map_err(|fault| match fault.kind {
        FaultKind::Unreadable { .. } => Fault {
            sent: true,
            ..fault
        },
        _ => fault,
    })
}

#[cfg(test)]
mod tests;
