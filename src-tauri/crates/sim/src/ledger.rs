//! The ledger: every request that reached practice, in order, with what was answered and which fault was in the way.

use serde::Serialize;

use crate::wire::{Answer, Call, Host};

/// One request and its answer.
#[derive(Clone, Debug, Serialize)]
pub struct Exchange {
    /// Counts from 1 in the order of arrival.
    pub seq: u64,
    /// When it arrived, RFC 3339.
    pub at: String,
    /// Which service it was for.
    pub host: Host,
    /// GET, POST and so on.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The body that came, as text.
    pub request: String,
    /// The status that was sent; 0 while there is none, or when the connection was dropped.
    pub status: u16,
    /// The body that was sent, as text.
    pub answer: String,
    /// The `client-request-id` or `x-request-id` that the client sent.
    pub request_id: Option<String>,
    /// The fault that a lever put in the way.
    pub fault: Option<String>,
}

/// All exchanges so far.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    exchanges: Vec<Exchange>,
}

impl Ledger {
    /// Writes down a request that has arrived and gives its number.
    pub fn open(&mut self, call: &Call, at: String) -> u64 {
        let seq = self.exchanges.len() as u64 + 1;
        self.exchanges.push(Exchange {
            seq,
            at,
            host: call.host,
            method: call.method.clone(),
            path: call.target(),
            request: String::from_utf8_lossy(&call.body).into_owned(),
            status: 0,
            answer: String::new(),
            request_id: call
                .header("client-request-id")
                .or(call.header("x-request-id"))
                .map(str::to_owned),
            fault: None,
        });
        seq
    }

    /// Notes the fault that was applied.
    pub fn faulted(&mut self, seq: u64, fault: String) {
        if let Some(exchange) = self.entry(seq) {
            exchange.fault = Some(fault);
        }
    }

    /// Writes down what was answered.
    pub fn close(&mut self, seq: u64, answer: &Answer) {
        if let Some(exchange) = self.entry(seq) {
            exchange.status = answer.status;
            exchange.answer.clone_from(&answer.body);
        }
    }

    /// A copy of everything.
    pub fn copy(&self) -> Vec<Exchange> {
        self.exchanges.clone()
    }

    fn entry(&mut self, seq: u64) -> Option<&mut Exchange> {
        self.exchanges
            .get_mut(usize::try_from(seq.checked_sub(1)?).ok()?)
    }
}
