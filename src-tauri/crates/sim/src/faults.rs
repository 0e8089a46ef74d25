//! Faults of the line and of gateways, which can be put in the way of any request. What a service itself refuses is not
//! here but in the service; see `levers` for those.

use serde::Deserialize;
use serde_json::Value;

use crate::tempo::{Clock, http_date};
use crate::wire::{Answer, Call, Host};

/// A fault that waits for its request.
#[derive(Clone, Debug, Deserialize)]
pub struct Fault {
    /// The service it is for; any when absent.
    #[serde(default, deserialize_with = "host_by_name")]
    pub host: Option<Host>,
    /// The method it is for; any when absent.
    #[serde(default)]
    pub method: Option<String>,
    /// What the path with its query must contain; any when empty.
    #[serde(default)]
    pub path_contains: String,
    /// How many such requests pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// How many are hit after that.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens to them.
    pub effect: Effect,
}

/// What a fault does to a request.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// This status with this body, and nothing done.
    Status {
        /// The status.
        code: u16,
        /// The body, JSON; absent for none.
        #[serde(default)]
        body: Option<Value>,
        /// Further headers.
        #[serde(default)]
        headers: Vec<(String, String)>,
    },
    /// 429 in the service's own form, with or without `Retry-After`.
    Throttle {
        /// Seconds to wait; absent for no header at all.
        #[serde(default)]
        retry_after: Option<u32>,
        /// The header as a date instead of seconds.
        #[serde(default)]
        as_date: bool,
    },
    /// The connection is dropped and nothing was done.
    ResetBefore,
    /// The request is carried out, and then the connection is dropped.
    LoseAnswer,
    /// Nothing is done and nothing is answered for as long as the client waits.
    Hang,
    /// The answer comes late by so many milliseconds.
    Slow(u64),
    /// 200 with something that is not JSON.
    Garbage,
    /// A proxy's error page of that status.
    Html(u16),
    /// That status without a body.
    EmptyBody(u16),
}

impl Effect {
    /// A word for the ledger.
    pub(crate) fn word(&self) -> String {
        match self {
            Effect::Status { code, .. } => format!("status {code}"),
            Effect::Throttle { .. } => "throttle".into(),
            Effect::ResetBefore => "reset before".into(),
            Effect::LoseAnswer => "lose answer".into(),
            Effect::Hang => "hang".into(),
            Effect::Slow(by) => format!("slow {by} ms"),
            Effect::Garbage => "garbage".into(),
            Effect::Html(status) => format!("html {status}"),
            Effect::EmptyBody(status) => format!("empty {status}"),
        }
    }

    /// The answer that stands in for the service's own, when this effect has one.
    pub(crate) fn answer(&self, host: Host, clock: &Clock) -> Option<Answer> {
        match self {
            Effect::Status {
                code,
                body,
                headers,
            } => {
                let answer = body
                    .as_ref()
                    .map_or(Answer::empty(*code), |body| Answer::json(*code, body));
                Some(
                    headers
                        .iter()
                        .fold(answer, |answer, (name, value)| answer.with(name, value)),
                )
            }
            Effect::Throttle {
                retry_after,
                as_date,
            } => Some(throttled(host, clock, *retry_after, *as_date)),
            Effect::Garbage => Some(
                Answer::text(200, "<<<not what you asked for>>>")
                    .with("content-type", "application/json"),
            ),
            Effect::Html(status) => Some(Answer::html(*status, PROXY_PAGE.to_owned())),
            Effect::EmptyBody(status) => Some(Answer::empty(*status)),
            Effect::ResetBefore | Effect::LoseAnswer | Effect::Hang | Effect::Slow(_) => None,
        }
    }
}

/// Takes the effect that is meant for this request, counting it off.
pub(crate) fn take(faults: &mut Vec<Fault>, call: &Call) -> Option<Effect> {
    let fault = faults
        .iter_mut()
        .find(|fault| fault.times > 0 && fault.is_for(call))?;
    if fault.skip > 0 {
        fault.skip -= 1;
        return None;
    }
    fault.times -= 1;
    let effect = fault.effect.clone();
    faults.retain(|fault| fault.times > 0);
    Some(effect)
}

impl Fault {
    /// A fault that hits the next request of any kind once; narrow it with the fields.
    pub fn next(effect: Effect) -> Fault {
        Fault {
            host: None,
            method: None,
            path_contains: String::new(),
            skip: 0,
            times: 1,
            effect,
        }
    }

    fn is_for(&self, call: &Call) -> bool {
        // The levers must stay within reach whatever they have done.
        call.host != Host::Control
            && self.host.is_none_or(|host| host == call.host)
            && self
                .method
                .as_deref()
                .is_none_or(|method| method.eq_ignore_ascii_case(&call.method))
            && call.target().contains(&self.path_contains)
    }
}

const PROXY_PAGE: &str = "<!DOCTYPE html><html lang=\"en\"><head><title>Gateway</title></head><body><h1>The proxy could not reach the server</h1></body></html>";

fn throttled(host: Host, clock: &Clock, retry_after: Option<u32>, as_date: bool) -> Answer {
    let body = match host {
        Host::Graph => {
            serde_json::json!({"error": {"code": "TooManyRequests", "message": "Please retry again later.",
            "innerError": {"code": "429", "message": "Please retry after", "status": "429", "date": clock.graph_date(),
                "request-id": crate::ids::guid(), "client-request-id": crate::ids::guid()}}})
        }
        Host::AtlassianApi => serde_json::json!({"code": 429, "message": "Too Many Requests"}),
        _ => {
            serde_json::json!({"error": "temporarily_unavailable", "error_description": "AADSTS90055: The request was throttled.", "error_codes": [90055]})
        }
    };
    let answer = Answer::json(429, &body);
    match retry_after {
        None => answer,
        Some(seconds) if as_date => {
            let at = clock.shown() + jiff::SignedDuration::from_secs(i64::from(seconds));
            answer.with("retry-after", http_date(at))
        }
        Some(seconds) => answer.with("retry-after", seconds.to_string()),
    }
}

fn once() -> u32 {
    1
}

fn host_by_name<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Host>, D::Error> {
    let name = Option::<String>::deserialize(source)?;
    name.map(|name| {
        Host::named(&name)
            .ok_or_else(|| serde::de::Error::custom(format!("there is no host {name}")))
    })
    .transpose()
}
