//! Answers: which are successes, and what the others say.
//!
//! Reads the error bodies of all services leniently (entra.md 1.2 and 8.1, atlassian.md 1.3) and never looks at English text
//! to decide anything. It must not know which call was made.

use std::time::Duration;

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::fault::{Call, Fault, FaultKind, Seen, Service};
use crate::http::{Answer, Raw};
use crate::ledger::shown_body;
use crate::retry::{asked_wait, http_date};
use crate::secret::Redactor;
use crate::signin::fault_of_token_error;

/// Success, or the fault that the answer describes.
pub(crate) fn judge(raw: Raw, mut call: Call) -> Result<Answer, Fault> {
    let text = |name: &str| raw.headers.get(name).and_then(|value| value.to_str().ok());
    let server_date = text("date").and_then(http_date);
    call.status = Some(raw.status.as_u16());
    call.request_id = ["request-id", "x-ms-request-id"]
        .iter()
        .find_map(|name| text(name))
        .map(str::to_owned);
    if raw.status.is_success() {
        return Ok(Answer {
            status: raw.status,
            headers: raw.headers,
            text: raw.text,
            call,
            server_date,
        });
    }
    let waits = asked_wait(&raw.headers, server_date, Timestamp::now());
    Err(fault_of(&raw, call, waits))
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// [`FaultKind::NotJson`], with the body kept.
    pub fn json(&self) -> Result<Value, Fault> {
        serde_json::from_str(&self.text).map_err(|error| {
            let fault = Fault::new(FaultKind::NotJson)
                .at(self.call.clone())
                .because(&error);
            Fault {
                raw: shown_body(&self.text),
                sent: true,
                ..fault
            }
        })
    }

    /// The body as a documented shape.
    ///
    /// # Errors
    /// [`FaultKind::NotJson`], or [`FaultKind::Unreadable`] with the field that was unexpected.
    pub fn read<T: DeserializeOwned>(&self) -> Result<Seen<T>, Fault> {
        let value = decode(&self.json()?, &self.call)?;
        Ok(self.seen(value))
    }

    /// This answer's sighting of a value.
    pub(crate) fn seen<T>(&self, value: T) -> Seen<T> {
        Seen {
            value,
            call: self.call.clone(),
            server_date: self.server_date,
        }
    }
}

/// JSON as a documented shape.
pub(crate) fn decode<T: DeserializeOwned>(value: &Value, call: &Call) -> Result<T, Fault> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let fault = Fault::new(FaultKind::Unreadable { path })
            .at(call.clone())
            .because(error.inner());
        Fault {
            raw: shown_body(&value.to_string()),
            sent: true,
            ..fault
        }
    })
}

fn fault_of(raw: &Raw, mut call: Call, retry_after: Option<Duration>) -> Fault {
    let body: Value = serde_json::from_str(&raw.text).unwrap_or(Value::Null);
    if call.request_id.is_none() {
        call.request_id = request_id_in(&body);
    }
    let kind = kind_of(raw, &body, call.service);
    let mut fault = Fault::new(kind).at(call);
    fault.code = code_in(&body);
    fault.message = message_in(&body).map(|message| Redactor::redact(&message));
    fault.raw = shown_body(&raw.text);
    fault.retry_after = retry_after;
    fault.sent = true;
    fault
}

fn kind_of(raw: &Raw, body: &Value, service: Service) -> FaultKind {
    // The older Conditional Access form answers 403 with the same header (entra.md 1.5).
    if matches!(raw.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
        && let Some(claims) = claims_challenge(&raw.headers)
    {
        return FaultKind::ClaimsChallenge { claims };
    }
    // 429 and 5xx of the token endpoint mean what they mean everywhere; its other errors have a table of their own.
    let own_error = raw.status.is_client_error() && raw.status != StatusCode::TOO_MANY_REQUESTS;
    if service == Service::Entra && own_error && body.get("error").is_some_and(Value::is_string) {
        return FaultKind::SignIn(fault_of_token_error(body));
    }
    match raw.status.as_u16() {
        300..=399 => FaultKind::NotJson,
        401 => FaultKind::Unauthorized,
        // Neither service refuses with a page of HTML: a proxy did, and no role would help.
        403 if raw.text.trim_start().starts_with('<') => FaultKind::NotJson,
        403 => FaultKind::Forbidden,
        404 | 410 => FaultKind::NotFound,
        407 => FaultKind::Proxy,
        408 | 424 => FaultKind::Unavailable,
        409 | 412 => FaultKind::Conflict,
        429 => FaultKind::Throttled,
        500.. => FaultKind::Unavailable,
        _ => FaultKind::BadRequest,
    }
}

/// The claims of a challenge, from whichever `WWW-Authenticate` header has them.
pub(crate) fn claims_challenge(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(claims_of)
}

fn claims_of(header: &str) -> Option<String> {
    let encoded = parameter(header, "claims")?;
    let text = String::from_utf8(lenient_base64(encoded)?).ok()?;
    serde_json::from_str::<Value>(&text).ok().map(|_| text)
}

/// The value of `name="..."` in a header.
fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let start = header.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = header[..*at].chars().next_back();
        before.is_none_or(|c| c == ' ' || c == ',')
            && header[at + name.len()..].trim_start().starts_with('=')
    })?;
    let value = header[start + name.len()..]
        .trim_start()
        .strip_prefix('=')?
        .trim_start()
        .strip_prefix('"')?;
    value.find('"').map(|end| &value[..end])
}

/// Both alphabets, with or without padding (entra.md 1.5).
pub(crate) fn lenient_base64(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    engine
        .decode(text.trim().replace('-', "+").replace('_', "/"))
        .ok()
}

/// The service's own code: Graph's `error.code`, the identity platform's number, Atlassian's or SCIM's type.
fn code_in(body: &Value) -> Option<String> {
    if let Some(number) = body.pointer("/error_codes/0").and_then(Value::as_u64) {
        return Some(format!("AADSTS{number}"));
    }
    let places = [
        "/error/code",
        "/errors/0/code",
        "/scimType",
        "/error",
        "/code",
    ];
    places
        .iter()
        .find_map(|place| body.pointer(place).and_then(text_of))
}

/// The first text found, in the order in which the services' shapes nest it.
fn message_in(body: &Value) -> Option<String> {
    let places = [
        "/error/message",
        "/error_description",
        "/errors/0/detail",
        "/errors/0/title",
        "/detail",
        "/message",
        "/errorMessage",
        "/errors/0/message",
        "/title",
        "/error",
    ];
    places
        .iter()
        .find_map(|place| body.pointer(place).and_then(Value::as_str))
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn request_id_in(body: &Value) -> Option<String> {
    ["/error/innerError/request-id", "/trace_id"]
        .iter()
        .find_map(|place| body.pointer(place).and_then(text_of))
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signin::SignInFault;

    fn judged(service: Service, status: u16, body: &str) -> Fault {
        let call = Call {
            service,
            method: "GET".into(),
            url: "https://host.test/x".into(),
            path: "/x".into(),
            status: None,
            request_id: None,
            client_request_id: None,
            at: Timestamp::UNIX_EPOCH,
        };
        let raw = Raw {
            status: StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::new(),
            text: body.into(),
        };
        judge(raw, call).expect_err("a fault")
    }

    #[test]
    fn statuses_and_bodies_of_every_service() {
        use FaultKind::*;
        use Service::*;
        let graph = r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges","innerError":{"request-id":"r-1"}}}"#;
        let org = r#"{"errors":[{"id":"e-1","status":"403","code":"FORBIDDEN","title":"Forbidden","detail":"lacks the scope"}]}"#;
        let cases = [
            (
                Graph,
                403,
                graph,
                Forbidden,
                Some("Authorization_RequestDenied"),
                Some("Insufficient privileges"),
            ),
            (
                Graph,
                404,
                r#"{"error":{"code":"Request_ResourceNotFound","message":"no"}}"#,
                NotFound,
                Some("Request_ResourceNotFound"),
                Some("no"),
            ),
            (
                Graph,
                400,
                r#"{"error":{"code":"UnknownError","message":""}}"#,
                BadRequest,
                Some("UnknownError"),
                None,
            ),
            (
                Graph,
                502,
                "<html>bad gateway</html>",
                Unavailable,
                None,
                None,
            ),
            (Graph, 302, "", NotJson, None, None),
            (Graph, 403, "<html>blocked</html>", NotJson, None, None),
            (Graph, 407, "", Proxy, None, None),
            (
                Atlassian,
                403,
                org,
                Forbidden,
                Some("FORBIDDEN"),
                Some("lacks the scope"),
            ),
            (
                Atlassian,
                401,
                r#"{"code":401,"message":"Unauthorized"}"#,
                Unauthorized,
                Some("401"),
                Some("Unauthorized"),
            ),
            (Atlassian, 404, "", NotFound, None, None),
            (
                Atlassian,
                409,
                r#"{"scimType":"uniqueness","detail":"already exists"}"#,
                Conflict,
                Some("uniqueness"),
                Some("already exists"),
            ),
            (
                Entra,
                503,
                r#"{"error":"temporarily_unavailable"}"#,
                Unavailable,
                Some("temporarily_unavailable"),
                Some("temporarily_unavailable"),
            ),
            (
                Entra,
                400,
                r#"{"error":"invalid_grant","error_description":"AADSTS53003: blocked","error_codes":[53003],"trace_id":"t-1"}"#,
                SignIn(SignInFault::ConditionalAccess),
                Some("AADSTS53003"),
                Some("AADSTS53003: blocked"),
            ),
        ];
        for (service, status, body, kind, code, message) in cases {
            let fault = judged(service, status, body);
            assert_eq!(fault.kind, kind, "{status} {body}");
            assert_eq!(fault.code.as_deref(), code, "{status} {body}");
            assert_eq!(fault.message.as_deref(), message, "{status} {body}");
            assert_eq!(fault.status(), Some(status));
        }
        assert_eq!(
            judged(Graph, 403, graph)
                .call
                .and_then(|call| call.request_id)
                .as_deref(),
            Some("r-1")
        );
    }

    #[test]
    fn challenges_in_every_alphabet_and_header_order() {
        let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
        let standard = base64::engine::general_purpose::STANDARD.encode(claims);
        let url_safe = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
        for encoded in [standard, url_safe] {
            let mut headers = HeaderMap::new();
            headers.append(
                "www-authenticate",
                "Basic realm=\"x\"".parse().expect("a header"),
            );
            let bearer = format!(
                "Bearer realm=\"\", authorization_uri=\"https://x/authorize\", error=\"insufficient_claims\", claims=\"{encoded}\""
            );
            headers.append("www-authenticate", bearer.parse().expect("a header"));
            assert_eq!(claims_challenge(&headers).as_deref(), Some(claims));
        }
        let mut garbage = HeaderMap::new();
        garbage.insert(
            "www-authenticate",
            "Bearer claims=\"!!!\"".parse().expect("a header"),
        );
        assert_eq!(claims_challenge(&garbage), None);
        assert_eq!(claims_challenge(&HeaderMap::new()), None);
    }

    #[test]
    fn an_unexpected_field_is_named() {
        let call = judged(Service::Graph, 500, "").call.expect("a call");
        let fault = decode::<Vec<u8>>(&serde_json::json!([1, "two"]), &call).expect_err("a fault");
        assert_eq!(fault.kind, FaultKind::Unreadable { path: "[1]".into() });
        assert!(fault.maybe_done());
    }
}
