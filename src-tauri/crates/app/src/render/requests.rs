//! What was sent and seen, as the drawer shows it: redacted already where it was recorded.

use connect::Exchange;

use super::millis;
use crate::views::{CheckState, RequestView};

/// The requests after `from`, newest first.
pub(crate) fn requests(exchanges: &[Exchange], from: u64) -> Vec<RequestView> {
    exchanges
        .iter()
        .rev()
        .filter(|exchange| exchange.seq > from)
        .map(view)
        .collect()
}

fn view(exchange: &Exchange) -> RequestView {
    RequestView {
        seq: u32::try_from(exchange.seq).unwrap_or(u32::MAX),
        at: millis(exchange.at),
        method: exchange.method.clone(),
        path: exchange.path.clone(),
        url: exchange.url.clone(),
        status: exchange.status,
        millis: u32::try_from(exchange.millis).unwrap_or(u32::MAX),
        note: note(exchange),
        state: match exchange.status {
            Some(200..=399) => CheckState::Pass,
            Some(404 | 429 | 500..=599) => CheckState::Wait,
            Some(_) | None => CheckState::Fail,
        },
        sent: message(
            &format!("{} {}", exchange.method, exchange.url),
            &exchange.request_headers,
            exchange.request_body.as_deref(),
        ),
        saw: message(
            &first_line(exchange),
            &exchange.answer_headers,
            exchange.answer_body.as_deref(),
        ),
    }
}

fn note(exchange: &Exchange) -> String {
    let attempt = (exchange.attempt > 1).then(|| format!("attempt {}", exchange.attempt));
    let again = exchange
        .retry_in_millis
        .map(|millis| format!("again in {:.1} s", millis as f64 / 1000.0));
    [exchange.note.clone(), attempt, again]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

fn first_line(exchange: &Exchange) -> String {
    match (exchange.status, &exchange.failure) {
        (Some(status), _) => status.to_string(),
        (None, Some(failure)) => failure.clone(),
        (None, None) => "No answer".to_owned(),
    }
}

fn message(first: &str, headers: &[(String, String)], body: Option<&str>) -> String {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let head = std::iter::once(first.to_owned())
        .chain(headers)
        .collect::<Vec<_>>()
        .join("\n");
    match body.filter(|body| !body.is_empty()) {
        Some(body) => format!("{head}\n\n{body}"),
        None => head,
    }
}
