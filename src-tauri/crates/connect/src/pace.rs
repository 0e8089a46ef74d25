//! How often a service may be asked: the limits that vendors document for some calls, kept by everybody together.
//!
//! A limit counts requests, repeated ones too, so [`crate::http`] waits before every attempt. It must not know what is asked.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// Which limit a request counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// None that is documented: only 429 says so.
    #[default]
    Free,
    /// Graph's reports: sign-ins, audits, provisioning (entra.md 7).
    Reports,
    /// Atlassian's audit events (atlassian.md 1.2).
    Events,
}

/// The limits of one client. Waiting ends in the order in which it began.
#[derive(Debug)]
pub(crate) struct Limits {
    reports: Limit,
    events: Limit,
}

impl Limits {
    /// Five requests in ten seconds for the reports. Ten a minute for the events, which count by person and by path: one in
    /// seven seconds stays below both, also when somebody else asks now and then.
    pub(crate) fn documented() -> Self {
        Self {
            reports: Limit::of(5, Duration::from_secs(10)),
            events: Limit::of(1, Duration::from_secs(7)),
        }
    }

    /// For tests: the documented numbers with another length of a second.
    #[cfg(test)]
    pub(crate) fn hasty(second: Duration) -> Self {
        Self {
            reports: Limit::of(5, second * 10),
            events: Limit::of(1, second * 7),
        }
    }

    /// Waits until a request of this pace may be sent, and counts it.
    pub(crate) async fn turn(&self, pace: Pace) {
        match pace {
            Pace::Free => {}
            Pace::Reports => self.reports.turn().await,
            Pace::Events => self.events.turn().await,
        }
    }
}

#[derive(Debug)]
struct Limit {
    most: usize,
    within: Duration,
    recent: Mutex<VecDeque<Instant>>,
}

impl Limit {
    fn of(most: usize, within: Duration) -> Self {
        Self {
            most,
            within,
            recent: Mutex::default(),
        }
    }

    /// The lock is held while waiting, and hands itself on in order. Who is stopped while waiting has counted nothing.
    async fn turn(&self) {
        let mut recent = self.recent.lock().await;
        let at = self.next(&recent, Instant::now());
        tokio::time::sleep_until(at).await;
        recent.push_back(at);
        if recent.len() > self.most {
            recent.pop_front();
        }
    }

    /// When the next one may go.
    fn next(&self, recent: &VecDeque<Instant>, now: Instant) -> Instant {
        match recent.front() {
            Some(oldest) if recent.len() >= self.most => now.max(*oldest + self.within),
            _ => now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_at_once_as_allowed_and_then_one_by_one() {
        let began = Instant::now();
        let limits = Limits::documented();
        for (limit, wanted) in [
            (&limits.reports, vec![0, 0, 0, 0, 0, 10, 10, 10, 10, 10, 20]),
            (&limits.events, vec![0, 7, 14]),
        ] {
            let (mut recent, mut now, mut times) = (VecDeque::new(), began, vec![]);
            for _ in &wanted {
                now = limit.next(&recent, now);
                recent.push_back(now);
                if recent.len() > limit.most {
                    recent.pop_front();
                }
                times.push((now - began).as_secs());
            }
            assert_eq!(times, wanted);
            let later = now + Duration::from_secs(60);
            assert_eq!(limit.next(&recent, later), later);
        }
    }

    #[tokio::test]
    async fn whoever_asks_shares_it_and_whoever_gives_up_uses_nothing() {
        let second = Duration::from_millis(10);
        let limits = Limits::hasty(second);
        let began = Instant::now();
        limits.turn(Pace::Events).await;
        let counted = limits.events.recent.lock().await.clone();
        let given_up = tokio::time::timeout(second, limits.turn(Pace::Events)).await;
        assert!(given_up.is_err());
        assert_eq!(*limits.events.recent.lock().await, counted);
        tokio::join!(limits.turn(Pace::Events), limits.turn(Pace::Events));
        assert!(began.elapsed() >= second * 14, "three events");
    }

    #[tokio::test]
    async fn limits_do_not_count_for_each_other() {
        let limits = Limits::hasty(Duration::from_secs(3_600));
        limits.turn(Pace::Events).await;
        for _ in 0..5 {
            limits.turn(Pace::Reports).await;
            limits.turn(Pace::Free).await;
        }
        let late =
            tokio::time::timeout(Duration::from_millis(20), limits.turn(Pace::Reports)).await;
        assert!(late.is_err(), "the sixth waits for hours");
    }
}
