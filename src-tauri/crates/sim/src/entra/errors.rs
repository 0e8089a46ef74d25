//! The sign-in service's errors in their two documented forms: the JSON of the token endpoint and the query of a redirect.

use serde_json::{Value, json};

use super::aadsts::told;
use crate::ids;
use crate::wire::{Answer, Call};
use crate::world::World;

/// An error of the token or device code endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: u16,
    pub error: &'static str,
    pub code: u32,
    pub words: String,
    pub suberror: Option<&'static str>,
    pub claims: Option<String>,
}

impl Refusal {
    /// A refusal with the usual status.
    pub fn new(error: &'static str, code: u32, words: impl Into<String>) -> Refusal {
        let status = if error == "invalid_client" { 401 } else { 400 };
        Refusal {
            status,
            error,
            code,
            words: words.into(),
            suberror: None,
            claims: None,
        }
    }

    /// A refusal in the service's own words for that code.
    pub fn told(error: &'static str, code: u32, names: &[&str]) -> Refusal {
        Refusal::new(error, code, told(code, names))
    }

    /// The documented JSON form.
    pub fn answer(&self, world: &World, call: &Call) -> Answer {
        let (trace, correlation, at) = (ids::guid(), correlation(call), stamp(world));
        let mut body = json!({
            "error": self.error,
            "error_description": format!("{}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {at}", described(self.code, &self.words)),
            "error_codes": [self.code],
            "timestamp": at,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("{}/error?code={}", call.base, self.code),
        });
        if let Some(suberror) = self.suberror {
            body["suberror"] = Value::from(suberror);
        }
        if let Some(claims) = &self.claims {
            body["claims"] = Value::from(claims.as_str());
        }
        Answer::json(self.status, &body)
    }
}

/// The text that a redirect carries as `error_description`.
pub(crate) fn redirect_words(world: &World, call: &Call, code: u32, words: &str) -> String {
    let (trace, correlation, at) = (ids::guid(), correlation(call), stamp(world));
    format!(
        "{} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}",
        described(code, words)
    )
}

/// The code in front of the words.
pub(crate) fn described(code: u32, words: &str) -> String {
    format!("AADSTS{code}: {words}")
}

/// The client's own request id when it sent a GUID, a fresh one otherwise.
pub(crate) fn correlation(call: &Call) -> String {
    let sent = call
        .header("client-request-id")
        .map(str::to_owned)
        .or_else(|| call.asked("client-request-id"));
    sent.filter(|id| uuid::Uuid::parse_str(id).is_ok())
        .unwrap_or_else(ids::guid)
}

fn stamp(world: &World) -> String {
    world
        .clock
        .shown()
        .strftime("%Y-%m-%d %H:%M:%SZ")
        .to_string()
}
