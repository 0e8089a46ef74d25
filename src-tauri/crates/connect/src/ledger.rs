//! The request ledger: every exchange with a service, redacted, in the order in which it ended.
//!
//! It is what a person opens to see what was just sent and seen. It lives in memory, holds no secret, and does not know what
//! the calls were for beyond the note that came with them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::watch;

use crate::fault::Service;
use crate::secret::{HIDDEN, Redactor};

/// How many exchanges are kept: a whole guide makes a few hundred, a long wait polls a few more.
const KEPT: usize = 2_000;

/// The bodies together stay under this, so that reading a large tenant does not fill the memory.
const KEPT_BYTES: usize = 24 * 1024 * 1024;

/// A body is shown up to here; a page of a hundred accounts fits.
const SHOWN_BODY: usize = 48 * 1024;

/// One request and its answer, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// Counts from 1 for the life of the ledger.
    pub seq: u64,
    /// When the request was sent.
    pub at: Timestamp,
    /// Which service it went to.
    pub service: Service,
    /// The HTTP method.
    pub method: String,
    /// The whole address, redacted.
    pub url: String,
    /// The path without the query.
    pub path: String,
    /// The status, when an answer came.
    pub status: Option<u16>,
    /// How long it took.
    pub millis: u64,
    /// The request's headers, credentials hidden.
    pub request_headers: Vec<(String, String)>,
    /// The request's body, redacted and perhaps cut.
    pub request_body: Option<String>,
    /// The answer's headers.
    pub answer_headers: Vec<(String, String)>,
    /// The answer's body, redacted and perhaps cut.
    pub answer_body: Option<String>,
    /// What it was for, in the words of whoever asked.
    pub note: Option<String>,
    /// 1 for the first try, 2 for the first repetition.
    pub attempt: u32,
    /// One sentence when there was no answer, or none that could be used.
    pub failure: Option<String>,
    /// When it will be tried again: after so many milliseconds.
    pub retry_in_millis: Option<u64>,
}

impl Exchange {
    fn bytes(&self) -> usize {
        let bodies = [&self.request_body, &self.answer_body];
        bodies.into_iter().flatten().map(String::len).sum::<usize>() + 512
    }
}

/// Records exchanges; clones share the same record.
#[derive(Debug, Clone)]
pub struct Ledger(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    kept: Mutex<Kept>,
    last: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    exchanges: VecDeque<Exchange>,
    bytes: usize,
    last: u64,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new()
    }
}

impl Ledger {
    /// An empty ledger.
    pub fn new() -> Self {
        Self(Arc::new(Shared {
            kept: Mutex::default(),
            last: watch::Sender::new(0),
        }))
    }

    /// Everything that is still kept, oldest first.
    pub fn all(&self) -> Vec<Exchange> {
        self.since(0)
    }

    /// What came after that number, oldest first.
    pub fn since(&self, seq: u64) -> Vec<Exchange> {
        self.kept()
            .exchanges
            .iter()
            .filter(|one| one.seq > seq)
            .cloned()
            .collect()
    }

    /// The number of the last exchange; 0 when there was none.
    pub fn last(&self) -> u64 {
        self.kept().last
    }

    /// Follows the number of the last exchange.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.last.subscribe()
    }

    /// Numbers and keeps an exchange. The caller has redacted it with [`shown_body`] and [`shown_header`].
    pub(crate) fn record(&self, mut exchange: Exchange) {
        let seq = {
            let mut kept = self.kept();
            kept.last += 1;
            exchange.seq = kept.last;
            kept.bytes += exchange.bytes();
            kept.exchanges.push_back(exchange);
            while kept.exchanges.len() > KEPT
                || (kept.bytes > KEPT_BYTES && kept.exchanges.len() > 1)
            {
                let dropped = kept.exchanges.pop_front().map_or(0, |one| one.bytes());
                kept.bytes -= dropped;
            }
            kept.last
        };
        self.0.last.send_replace(seq);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0
            .kept
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// A body for the ledger: redacted first, then cut, so that half a secret cannot be left at the cut.
pub(crate) fn shown_body(text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let mut shown = Redactor::redact(text);
    if shown.len() > SHOWN_BODY {
        let whole = shown.len();
        let cut = (0..=SHOWN_BODY)
            .rev()
            .find(|at| shown.is_char_boundary(*at))
            .unwrap_or(0);
        shown.truncate(cut);
        shown.push_str(&format!("… (cut, {whole} bytes in all)"));
    }
    Some(shown)
}

/// A header for the ledger. Those that carry credentials are hidden whole.
pub(crate) fn shown_header(name: &str, value: &str) -> (String, String) {
    let credential = [
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
    ];
    let value = if credential.contains(&name) {
        HIDDEN.to_owned()
    } else {
        Redactor::redact(value)
    };
    (name.to_owned(), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(body: String) -> Exchange {
        Exchange {
            seq: 0,
            at: Timestamp::UNIX_EPOCH,
            service: Service::Graph,
            method: "GET".into(),
            url: "https://graph.test/v1.0/me".into(),
            path: "/v1.0/me".into(),
            status: Some(200),
            millis: 1,
            request_headers: vec![],
            request_body: None,
            answer_headers: vec![],
            answer_body: Some(body),
            note: None,
            attempt: 1,
            failure: None,
            retry_in_millis: None,
        }
    }

    #[test]
    fn counts_and_keeps_the_newest() {
        let ledger = Ledger::new();
        let watch = ledger.subscribe();
        for _ in 0..KEPT + 5 {
            ledger.record(exchange("x".into()));
        }
        assert_eq!(ledger.all().len(), KEPT);
        assert_eq!(ledger.all()[0].seq, 6);
        assert_eq!(*watch.borrow(), (KEPT + 5) as u64);
        assert_eq!(ledger.since(ledger.last() - 2).len(), 2);
    }

    #[test]
    fn large_bodies_do_not_fill_the_memory() {
        let ledger = Ledger::new();
        let big = "y".repeat(SHOWN_BODY);
        for _ in 0..1_000 {
            ledger.record(exchange(big.clone()));
        }
        assert!(ledger.all().len() <= KEPT_BYTES / SHOWN_BODY);
        assert_eq!(ledger.last(), 1_000);
    }

    #[test]
    fn bodies_are_cut_between_characters_and_headers_are_hidden() {
        let shown = shown_body(&"ü".repeat(SHOWN_BODY)).unwrap_or_default();
        assert!(shown.ends_with("bytes in all)") && shown.len() < SHOWN_BODY + 64);
        assert_eq!(shown_body(""), None);
        assert_eq!(shown_header("authorization", "Bearer x").1, HIDDEN);
        assert_eq!(shown_header("date", "today").1, "today");
    }
}
