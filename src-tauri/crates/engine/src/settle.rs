//! Settling: reading until several readings in a row agree, because a service that answers from many servers can
//! say yes, then no, then yes. (azuread's Terraform provider asks for five agreeing readings; entra.md 3.3.)

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::Trouble;

/// How patiently a change is read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Between two readings.
    pub spacing: Duration,
    /// Readings in a row that have to agree.
    pub agreeing: u32,
    /// The longest time to wait for a change that the service said it made.
    pub at_most: Duration,
    /// How long something has to stay unseen before it counts as not made, after a lost answer.
    pub absence: Duration,
}

impl Default for Patience {
    /// For the real services: five readings at five seconds, ten minutes at most (entra.md 3.3), and two minutes
    /// unseen before an unanswered write counts as not made.
    fn default() -> Self {
        Self {
            spacing: Duration::from_secs(5),
            agreeing: 5,
            at_most: Duration::from_secs(600),
            absence: Duration::from_secs(120),
        }
    }
}

/// How reading back ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled<T> {
    /// So many readings agreed; the last one's result.
    Agreed(T),
    /// It stayed unseen, or never agreed long enough.
    NotSeen,
    /// The person stopped the waiting.
    Stopped,
}

/// How a wait is ended when nothing is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// The service said that it made it: wait the longest time.
    Made,
    /// Nobody knows: it counts as not made once it has stayed unseen for long enough.
    Known,
}

/// Reads until `patience.agreeing` readings in a row saw it. `on_reading` hears how many agree so far.
pub(crate) async fn settle<T, F, R>(
    patience: Patience,
    until: Until,
    cancel: &CancellationToken,
    mut on_reading: impl FnMut(u32),
    mut read: R,
) -> Result<Settled<T>, Trouble>
where
    R: FnMut() -> F,
    F: Future<Output = Result<Option<T>, Trouble>>,
{
    let started = tokio::time::Instant::now();
    let limit = match until {
        Until::Made => patience.at_most,
        Until::Known => patience.absence,
    };
    let mut agreeing = 0;
    let mut seen_once = false;
    loop {
        // A reading changes nothing, so that a stop need not wait for a slow one.
        let seen = tokio::select! {
            biased;
            () = cancel.cancelled() => return Ok(Settled::Stopped),
            seen = read() => seen?,
        };
        match seen {
            Some(value) => {
                agreeing += 1;
                seen_once = true;
                on_reading(agreeing);
                if agreeing >= patience.agreeing {
                    return Ok(Settled::Agreed(value));
                }
            }
            None => {
                agreeing = 0;
                on_reading(agreeing);
                // Once seen, it is there: only the longest wait ends it then.
                let limit = if seen_once { patience.at_most } else { limit };
                if started.elapsed() >= limit {
                    return Ok(Settled::NotSeen);
                }
            }
        }
        tokio::select! {
            () = cancel.cancelled() => return Ok(Settled::Stopped),
            () = tokio::time::sleep(patience.spacing) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patience() -> Patience {
        Patience {
            agreeing: 3,
            ..Patience::default()
        }
    }

    async fn settle_over(readings: &[bool], until: Until) -> (Settled<usize>, usize) {
        let mut asked = 0;
        let cancel = CancellationToken::new();
        let settled = settle(
            patience(),
            until,
            &cancel,
            |_| {},
            || {
                let seen = readings
                    .get(asked)
                    .or(readings.last())
                    .copied()
                    .unwrap_or(false);
                asked += 1;
                let at = asked;
                async move { Ok(seen.then_some(at)) }
            },
        )
        .await
        .expect("no reading fails");
        (settled, asked)
    }

    #[tokio::test(start_paused = true)]
    async fn readings_have_to_agree_in_a_row() {
        let cases: [(&[bool], usize); 3] = [
            (&[true], 3),
            (&[false, false, true], 5),
            (&[true, true, false, true, false, true, true, true], 8),
        ];
        for (readings, asked) in cases {
            assert_eq!(
                settle_over(readings, Until::Made).await,
                (Settled::Agreed(asked), asked),
                "{readings:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_stays_unseen_counts_as_not_made_only_after_the_absence() {
        let (settled, asked) = settle_over(&[false], Until::Known).await;
        assert_eq!(settled, Settled::NotSeen);
        assert_eq!(asked, 25, "120 s at 5 s, and the first");
        let (_, asked) = settle_over(&[false], Until::Made).await;
        assert_eq!(asked, 121, "600 s at 5 s, and the first");
    }

    #[tokio::test(start_paused = true)]
    async fn stopping_ends_the_wait_at_once() {
        let cancel = CancellationToken::new();
        cancel.cancel();
        let settled = settle(
            patience(),
            Until::Made,
            &cancel,
            |_| {},
            || async { Ok(None::<()>) },
        )
        .await;
        assert_eq!(settled.expect("no reading fails"), Settled::Stopped);
    }

    #[tokio::test(start_paused = true)]
    async fn stopping_does_not_wait_for_a_reading() {
        let cancel = CancellationToken::new();
        let begin = tokio::time::Instant::now();
        let slow = || async {
            tokio::time::sleep(Duration::from_secs(90)).await;
            Ok(Some(()))
        };
        let stop = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            cancel.cancel();
        };
        let (settled, ()) =
            tokio::join!(settle(patience(), Until::Made, &cancel, |_| {}, slow), stop);
        assert_eq!(settled, Ok(Settled::Stopped));
        assert_eq!(begin.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_first_reading_saw_was_seen() {
        let mut readings = vec![true];
        readings.extend([false; 60]);
        readings.push(true);
        let (settled, _) = settle_over(&readings, Until::Known).await;
        assert!(
            matches!(settled, Settled::Agreed(_)),
            "a server may be behind for longer than the absence: {settled:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn not_being_able_to_read_is_not_a_no() {
        let trouble = Trouble::new(crate::TroubleKind::Refused, "Refused", "Nothing is known.");
        let cancel = CancellationToken::new();
        let settled = settle(
            patience(),
            Until::Known,
            &cancel,
            |_| {},
            || async { Err::<Option<()>, _>(trouble.clone()) },
        )
        .await;
        assert_eq!(settled, Err(trouble));
    }
}
