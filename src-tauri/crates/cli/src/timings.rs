//! How long a look took, beside what it had to take: the calls that waited for each other.

use std::collections::BTreeMap;

use connect::Exchange;
use serde_json::{Value, json};

/// How long a look took.
pub struct Timings {
    /// Milliseconds from the first call to the last answer.
    wall: u64,
    /// Milliseconds of the longest chain of calls that waited for each other, see [`longest_look`].
    chain: u64,
    /// How many calls.
    calls: usize,
    /// Milliseconds of all calls together.
    sum: u64,
}

/// For which look a call was made, when it began and how long it took, both in milliseconds.
type Timed<'a> = (Option<&'a str>, i64, u64);

impl Timings {
    /// The figures of these calls.
    pub fn of(wall: u64, exchanges: &[Exchange]) -> Self {
        let calls = exchanges.iter().map(|exchange| {
            let began = exchange.at.as_millisecond();
            (exchange.note.as_deref(), began, exchange.millis)
        });
        Self {
            wall,
            chain: longest_look(calls),
            calls: exchanges.len(),
            sum: exchanges.iter().map(|exchange| exchange.millis).sum(),
        }
    }

    /// The figures for a report.
    pub fn report(&self) -> Value {
        json!({
            "wall_ms": self.wall, "longest_chain_ms": self.chain, "calls": self.calls, "all_calls_ms": self.sum
        })
    }
}

impl std::fmt::Display for Timings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let times = if self.chain == 0 {
            0.0
        } else {
            self.wall as f64 / self.chain as f64
        };
        write!(
            f,
            "{} calls in {} ms; one after the other they would take {} ms. The longest chain of calls that waited for each other: {} ms (wall time is {times:.2} times that).",
            self.calls, self.wall, self.sum, self.chain
        )
    }
}

/// The longest chain within one look. Looks rest on nothing of each other, so calls of two looks that happened to run one
/// after the other are no chain: they could have run at the same time. A call that several looks read together counts for
/// the one that asked first, so that the chain is never told longer than it was.
fn longest_look<'a>(calls: impl Iterator<Item = Timed<'a>>) -> u64 {
    let mut looks: BTreeMap<Option<&str>, Vec<(i64, u64)>> = BTreeMap::new();
    for (look, began, millis) in calls {
        looks.entry(look).or_default().push((began, millis));
    }
    let chains = looks.values().map(|calls| longest_chain(calls));
    chains.max().unwrap_or(0)
}

/// The greatest sum of durations along calls of which each began after the one before had ended. Begin and duration in
/// milliseconds.
fn longest_chain(calls: &[(i64, u64)]) -> u64 {
    let mut by_end: Vec<_> = calls
        .iter()
        .map(|(begin, millis)| (*begin, begin + *millis as i64, *millis))
        .collect();
    by_end.sort_by_key(|(_, end, _)| *end);
    let mut best: Vec<u64> = Vec::with_capacity(by_end.len());
    for (index, (begin, _, millis)) in by_end.iter().enumerate() {
        let before = by_end[..index]
            .iter()
            .zip(&best)
            .filter(|((_, end, _), _)| end <= begin)
            .map(|(_, sum)| *sum)
            .max();
        best.push(before.unwrap_or(0) + millis);
    }
    best.into_iter().max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_chain_is_of_calls_one_after_the_other() {
        assert_eq!(longest_chain(&[]), 0);
        assert_eq!(
            longest_chain(&[(0, 100), (0, 80), (100, 50), (90, 30)]),
            150
        );
        assert_eq!(longest_chain(&[(0, 10), (5, 10), (16, 10)]), 20);
    }

    #[test]
    fn looks_that_wait_for_each_other_make_no_longer_chain() {
        let calls = [
            (Some("roles"), 0, 100),
            (Some("domains"), 100, 100),
            (Some("domains"), 200, 50),
            (None, 250, 20),
        ];
        assert_eq!(longest_look(calls.into_iter()), 150);
        assert_eq!(longest_look([].into_iter()), 0);
    }
}
