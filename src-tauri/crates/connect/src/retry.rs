//! Which failed calls are tried again, and after how long.
//!
//! Pure: it decides, [`crate::http`] waits. The rules are those of entra.md 8.1 and atlassian.md 1.2: reads and calls declared
//! idempotent are repeated; any other write only when the service certainly did nothing (429, a concurrency violation).

use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;

use crate::fault::{Fault, FaultKind};

/// What repeating a call would mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// It changes nothing.
    Read,
    /// Doing it twice is the same as once.
    Idempotent,
    /// Doing it twice may create two things: after a doubtful failure one looks instead.
    Once,
}

/// How long we are willing to try.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Patience {
    /// No new attempt begins later than this after the first one.
    pub deadline: Duration,
    /// The first wait when the service names none.
    pub base: Duration,
    /// The longest wait when the service names none.
    pub cap: Duration,
}

impl Default for Patience {
    /// 2 s doubling to 60 s is what Microsoft's guidance amounts to; after two minutes a person should hear about it.
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(120),
            base: Duration::from_secs(2),
            cap: Duration::from_secs(60),
        }
    }
}

impl Patience {
    /// One attempt and no repetition.
    pub const NONE: Patience = Patience {
        deadline: Duration::ZERO,
        base: Duration::ZERO,
        cap: Duration::ZERO,
    };

    /// The wait before the next attempt; `None` when this failure is final. `attempt` is the one that just failed, from 1.
    /// `chance` from 0 to 1 spreads the callers, so that they do not come back at the same moment.
    pub(crate) fn next_wait(
        &self,
        safety: Safety,
        fault: &Fault,
        attempt: u32,
        elapsed: Duration,
        chance: f64,
    ) -> Option<Duration> {
        if attempt >= attempts_for(safety, fault) {
            return None;
        }
        let wait = match fault.retry_after {
            Some(asked) => asked.max(self.base.min(Duration::from_millis(100))),
            None => self.backoff(attempt, chance),
        };
        (elapsed + wait <= self.deadline && *self != Self::NONE).then_some(wait)
    }

    /// Doubling, capped, and between half and all of it.
    fn backoff(&self, attempt: u32, chance: f64) -> Duration {
        let doubled = self
            .base
            .saturating_mul(1 << (attempt - 1).min(16))
            .min(self.cap);
        doubled.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
    }
}

/// How many attempts in all this kind of failure deserves.
fn attempts_for(safety: Safety, fault: &Fault) -> u32 {
    let repeatable = safety != Safety::Once;
    match &fault.kind {
        // The service refused to begin: certainly not done.
        FaultKind::Throttled => 6,
        FaultKind::Conflict if fault.code.as_deref() == Some("Directory_ConcurrencyViolation") => 5,
        FaultKind::Unavailable if repeatable => match fault.status() {
            Some(503 | 504 | 509) => 6,
            _ => 3,
        },
        FaultKind::Reset if repeatable => 3,
        // The person waits in front of the screen: one quiet repetition, then it is said.
        FaultKind::TimedOut | FaultKind::Refused | FaultKind::NameNotFound | FaultKind::Offline
            if repeatable =>
        {
            2
        }
        _ => 1,
    }
}

/// How long the service asks us to wait: `Retry-After` in seconds or as a date, else `X-RateLimit-Reset` (atlassian.md 1.2).
/// Dates are compared with the answer's own `Date`, because this machine's clock may be wrong.
pub(crate) fn asked_wait(
    headers: &HeaderMap,
    server_date: Option<Timestamp>,
    now: Timestamp,
) -> Option<Duration> {
    let now = server_date.unwrap_or(now);
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
    };
    if let Some(after) = text("retry-after") {
        if let Ok(seconds) = after.parse::<f64>() {
            return Duration::try_from_secs_f64(seconds.max(0.0)).ok();
        }
        if let Some(date) = http_date(after) {
            return Some(until(date, now));
        }
    }
    text("x-ratelimit-reset")
        .and_then(|date| date.parse().ok())
        .map(|date| until(date, now))
}

/// A date of HTTP (`Sun, 22 Nov 2026 01:01:14 GMT`).
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()
}

fn until(date: Timestamp, now: Timestamp) -> Duration {
    date.duration_since(now)
        .try_into()
        .unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Call, Service};

    fn fault(kind: FaultKind, status: u16) -> Fault {
        let call = Call {
            service: Service::Graph,
            method: "GET".into(),
            url: String::new(),
            path: String::new(),
            status: (status > 0).then_some(status),
            request_id: None,
            client_request_id: None,
            at: Timestamp::UNIX_EPOCH,
        };
        Fault::new(kind).at(call)
    }

    #[test]
    fn which_failures_are_repeated() {
        use FaultKind::*;
        use Safety::*;
        let cases = [
            (Throttled, 429, [6, 6, 6]),
            (Unavailable, 503, [6, 6, 1]),
            (Unavailable, 500, [3, 3, 1]),
            (Reset, 0, [3, 3, 1]),
            (TimedOut, 0, [2, 2, 1]),
            (Refused, 0, [2, 2, 1]),
            (Cancelled, 0, [1, 1, 1]),
            (BadRequest, 400, [1, 1, 1]),
            (Unauthorized, 401, [1, 1, 1]),
            (Forbidden, 403, [1, 1, 1]),
            (NotFound, 404, [1, 1, 1]),
            (Conflict, 409, [1, 1, 1]),
            (NotJson, 200, [1, 1, 1]),
            (ForeignAddress, 0, [1, 1, 1]),
            (Tls, 0, [1, 1, 1]),
        ];
        for (kind, status, wanted) in cases {
            let got = [Read, Idempotent, Once]
                .map(|safety| attempts_for(safety, &fault(kind.clone(), status)));
            assert_eq!(got, wanted, "{kind:?} {status}");
        }
        let mut violation = fault(Conflict, 409);
        violation.code = Some("Directory_ConcurrencyViolation".into());
        assert_eq!(attempts_for(Once, &violation), 5);
    }

    #[test]
    fn waits_double_under_the_cap_and_the_deadline() {
        let patience = Patience::default();
        let down = fault(FaultKind::Unavailable, 503);
        let wait = |attempt, elapsed, chance| {
            patience.next_wait(
                Safety::Read,
                &down,
                attempt,
                Duration::from_secs(elapsed),
                chance,
            )
        };
        assert_eq!(wait(1, 0, 1.0), Some(Duration::from_secs(2)));
        assert_eq!(wait(1, 0, 0.0), Some(Duration::from_secs(1)));
        assert_eq!(wait(3, 0, 1.0), Some(Duration::from_secs(8)));
        assert_eq!(wait(6, 0, 1.0), None);
        assert_eq!(wait(5, 100, 1.0), None, "the deadline ends it");
        assert_eq!(
            Patience::NONE.next_wait(Safety::Read, &down, 1, Duration::ZERO, 0.5),
            None
        );
    }

    #[test]
    fn the_service_decides_when_it_names_a_time() {
        let mut throttled = fault(FaultKind::Throttled, 429);
        throttled.retry_after = Some(Duration::from_secs(7));
        let patience = Patience::default();
        assert_eq!(
            patience.next_wait(Safety::Once, &throttled, 1, Duration::ZERO, 0.3),
            Some(Duration::from_secs(7))
        );
        throttled.retry_after = Some(Duration::from_secs(3_600));
        assert_eq!(
            patience.next_wait(Safety::Read, &throttled, 1, Duration::ZERO, 0.3),
            None
        );
    }

    #[test]
    fn every_form_of_asking_to_wait() {
        let date: Timestamp = "2026-11-22T01:01:14Z".parse().expect("a time");
        let cases = [
            ("retry-after", "10", Some(10)),
            ("retry-after", "0", Some(0)),
            ("retry-after", "Sun, 22 Nov 2026 01:02:14 GMT", Some(60)),
            ("retry-after", "Sun, 22 Nov 2026 01:00:14 GMT", Some(0)),
            ("retry-after", "soon", None),
            ("x-ratelimit-reset", "2026-11-22T01:01:44Z", Some(30)),
            ("x-ratelimit-reset", "2026-11-22T01:02Z", Some(46)),
            ("x-ratelimit-reset", "1700000000", None),
        ];
        for (name, value, seconds) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().expect("a header"));
            let far_off = Timestamp::UNIX_EPOCH;
            assert_eq!(
                asked_wait(&headers, Some(date), far_off),
                seconds.map(Duration::from_secs),
                "{name}: {value}"
            );
        }
        assert_eq!(asked_wait(&HeaderMap::new(), None, date), None);
    }
}
