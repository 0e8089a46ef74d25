//! The one way out: every request to a service goes through [`Http`].
//!
//! It keeps to the cloud's own hosts, sends credentials nowhere else, repeats what may be repeated ([`crate::retry`]), records
//! every attempt ([`Ledger`]) and can be stopped. It must not know what a request is for.

mod request;

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::answer;
use crate::clouds::{Cloud, is_loopback};
use crate::fault::{Call, Fault, FaultKind, Service};
use crate::ledger::{Exchange, Ledger, shown_body, shown_header};
use crate::pace::{Limits, Pace};
use crate::retry::Patience;
use crate::secret::Redactor;
use crate::wire;

pub use request::{Answer, Body, Request};

/// A client for one cloud. Clones share connections and ledger; each may carry its own note and stop signal.
#[derive(Debug, Clone)]
pub struct Http {
    shared: Arc<Shared>,
    note: Option<Arc<str>>,
    cancel: CancellationToken,
    patience: Patience,
}

#[derive(Debug)]
struct Shared {
    clients: wire::Clients,
    origins: Vec<url::Origin>,
    ledger: Ledger,
    /// None in practice: nobody waits for a simulator's sake.
    limits: Option<Limits>,
}

impl Http {
    /// A client for this cloud, with the system's trust store and proxy, and the cloud file's certificate authority if it names one.
    ///
    /// # Errors
    /// [`FaultKind::Setup`] when the certificate authority's file cannot be read or used.
    pub fn new(cloud: &Cloud, ledger: Ledger) -> Result<Http, Fault> {
        let clients = wire::Clients::new(cloud.ca.as_deref(), None)?;
        Ok(Self::with_clients(clients, cloud, ledger))
    }

    pub(crate) fn with_clients(clients: wire::Clients, cloud: &Cloud, ledger: Ledger) -> Http {
        let limits = cloud.practice.is_none().then(Limits::documented);
        Self::with_limits(clients, cloud, ledger, limits)
    }

    pub(crate) fn with_limits(
        clients: wire::Clients,
        cloud: &Cloud,
        ledger: Ledger,
        limits: Option<Limits>,
    ) -> Http {
        let origins = cloud.service_addresses().map(Url::origin).collect();
        let shared = Arc::new(Shared {
            clients,
            origins,
            ledger,
            limits,
        });
        Http {
            shared,
            note: None,
            cancel: CancellationToken::new(),
            patience: Patience::default(),
        }
    }

    /// The record of everything sent.
    pub fn ledger(&self) -> &Ledger {
        &self.shared.ledger
    }

    /// The same client, whose exchanges carry this note, for example `change 2: owner`.
    pub fn noted(&self, note: impl Into<String>) -> Http {
        let note: String = note.into();
        Http {
            note: Some(note.into()),
            ..self.clone()
        }
    }

    /// The same client, stopped by this token.
    pub fn cancelled_by(&self, cancel: CancellationToken) -> Http {
        Http {
            cancel,
            ..self.clone()
        }
    }

    /// The same client with another patience.
    pub fn patient(&self, patience: Patience) -> Http {
        Http {
            patience,
            ..self.clone()
        }
    }

    /// The token that stops this client's calls.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Sends a request, repeating it where that is safe, and gives the answer when the status says success.
    ///
    /// # Errors
    /// Every failure is a [`Fault`] with the call in it; the service's error body is kept whole, redacted.
    pub async fn send(&self, request: Request) -> Result<Answer, Fault> {
        self.guard(&request)?;
        let began = Instant::now();
        let mut attempt = 1;
        loop {
            if self.turn(request.pace).await.is_none() {
                return Err(Fault::new(FaultKind::Cancelled));
            }
            let (outcome, mut exchange) = self.attempt(&request, attempt).await;
            let wait = outcome.as_ref().err().and_then(|fault| {
                self.patience.next_wait(
                    request.safety,
                    fault,
                    attempt,
                    began.elapsed(),
                    wire::chance(),
                )
            });
            exchange.retry_in_millis = wait.map(|wait| wait.as_millis() as u64);
            tracing::debug!(
                service = exchange.service.title(), method = %exchange.method, path = %exchange.path,
                status = exchange.status, millis = exchange.millis, attempt, retry_in = exchange.retry_in_millis, "exchange"
            );
            self.shared.ledger.record(exchange);
            let Some(wait) = wait else { return outcome };
            if self
                .cancel
                .run_until_cancelled(tokio::time::sleep(wait))
                .await
                .is_none()
            {
                // Stopped while waiting: what is known about the last attempt still holds for `maybe_done`.
                let sent = outcome.as_ref().is_err_and(Fault::maybe_done);
                let call = outcome.err().and_then(|fault| fault.call);
                return Err(Fault {
                    call,
                    sent,
                    ..Fault::new(FaultKind::Cancelled)
                });
            }
            attempt += 1;
        }
    }

    /// Waits for the request's turn; nothing when it was stopped before or meanwhile.
    async fn turn(&self, pace: Pace) -> Option<()> {
        let turn = async {
            if let Some(limits) = &self.shared.limits {
                limits.turn(pace).await;
            }
        };
        if self.cancel.is_cancelled() {
            return None;
        }
        self.cancel.run_until_cancelled(turn).await
    }

    /// Nothing leaves for a host outside the cloud's table, and nothing leaves unencrypted except to this machine.
    fn guard(&self, request: &Request) -> Result<(), Fault> {
        let known = self.shared.origins.contains(&request.url.origin());
        let safe = request.url.scheme() == "https" || is_loopback(&request.url);
        if known && safe {
            return Ok(());
        }
        Err(Fault::new(FaultKind::ForeignAddress)
            .at(call_of(request, None, Timestamp::now()))
            .saying(shown_url(&request.url)))
    }

    async fn attempt(&self, request: &Request, attempt: u32) -> (Result<Answer, Fault>, Exchange) {
        let id = (request.service != Service::Atlassian).then(|| uuid::Uuid::new_v4().to_string());
        let at = Timestamp::now();
        let began = Instant::now();
        let call = call_of(request, id, at);
        let got = match self
            .cancel
            .run_until_cancelled(self.exchange(request, &call))
            .await
        {
            Some(got) => got,
            None => Err(Fault {
                sent: true,
                ..Fault::new(FaultKind::Cancelled)
            }),
        };
        let mut exchange = blank_exchange(request, &call, attempt, self.note.as_deref());
        exchange.millis = began.elapsed().as_millis() as u64;
        let outcome = match got {
            Ok(raw) => {
                exchange.status = Some(raw.status.as_u16());
                exchange.answer_headers = shown_headers(&raw.headers);
                exchange.answer_body = shown_body(&raw.text);
                answer::judge(raw, call)
            }
            Err(fault) => Err(fault.at(call)),
        };
        exchange.failure = outcome.as_ref().err().map(Fault::to_string);
        (outcome, exchange)
    }

    async fn exchange(&self, request: &Request, call: &Call) -> Result<Raw, Fault> {
        let whole = self.shared.clients.whole;
        let exchanged = tokio::time::timeout(whole, self.exchange_at_leisure(request, call));
        exchanged.await.unwrap_or_else(|_| {
            Err(Fault {
                sent: true,
                ..Fault::new(FaultKind::TimedOut)
            })
        })
    }

    async fn exchange_at_leisure(&self, request: &Request, call: &Call) -> Result<Raw, Fault> {
        let client = self.shared.clients.for_url(&request.url);
        let mut builder = client.request(request.method.clone(), request.url.clone());
        if !request.headers.iter().any(|(name, _)| *name == "accept") {
            builder = builder.header("accept", "application/json");
        }
        if let Some(id) = &call.client_request_id {
            builder = builder.header("client-request-id", id);
        }
        if let Some(bearer) = &request.bearer {
            builder = builder.bearer_auth(bearer.secret());
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(kind) = request.body.content_type() {
            builder = builder
                .header("content-type", kind)
                .body(request.body.text());
        }
        let mut response = builder.send().await.map_err(wire::fault_of)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(wire::fault_of)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > request.longest {
                return Err(Fault {
                    sent: true,
                    ..Fault::new(FaultKind::NotJson)
                });
            }
        }
        Ok(Raw {
            status,
            headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }
}

/// Runs a piece of work with a client whose exchanges carry this note.
pub async fn with_note<T, F>(http: &Http, note: &str, work: impl FnOnce(Http) -> F) -> T
where
    F: Future<Output = T>,
{
    work(http.noted(note)).await
}

/// Any answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

fn call_of(request: &Request, client_request_id: Option<String>, at: Timestamp) -> Call {
    Call {
        service: request.service,
        method: request.method.to_string(),
        url: shown_url(&request.url),
        path: Redactor::redact(request.url.path()),
        status: None,
        request_id: None,
        client_request_id,
        at,
    }
}

/// An address without user, password and secrets.
pub(crate) fn shown_url(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for addresses that cannot have them.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    Redactor::redact(url.as_str())
}

fn blank_exchange(request: &Request, call: &Call, attempt: u32, note: Option<&str>) -> Exchange {
    let mut headers: Vec<_> = request
        .headers
        .iter()
        .map(|(name, value)| shown_header(name, value))
        .collect();
    if request.bearer.is_some() {
        headers.push(shown_header("authorization", ""));
    }
    headers.extend(
        call.client_request_id
            .iter()
            .map(|id| shown_header("client-request-id", id)),
    );
    headers.extend(
        request
            .body
            .content_type()
            .map(|kind| shown_header("content-type", kind)),
    );
    Exchange {
        seq: 0,
        at: call.at,
        service: call.service,
        method: call.method.clone(),
        url: call.url.clone(),
        path: call.path.clone(),
        status: None,
        millis: 0,
        request_headers: headers,
        request_body: shown_body(&request.body.text()),
        answer_headers: vec![],
        answer_body: None,
        note: note.map(str::to_owned),
        attempt,
        failure: None,
        retry_in_millis: None,
    }
}

fn shown_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            shown_header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))
        })
        .collect()
}

/// Read and connect time-outs. Ten seconds are ample for a connection even through a proxy; Graph's slowest documented calls
/// answer within a minute.
pub(crate) const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// See [`CONNECT_WITHIN`].
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_secs(75);
/// An answer that drips begins anew to be waited for with each byte, so that the whole call has an end of its own. The
/// largest pages come in seconds.
pub(crate) const WHOLE_WITHIN: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests;
