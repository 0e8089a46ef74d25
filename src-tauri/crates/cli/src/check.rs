//! `lockstep check`: looks at everything again and changes nothing.

use std::time::Instant;

use app::Session;
use connect::Exchange;
use engine::{StepId, Trouble};
use serde_json::{Value, json};

use crate::ended::Ended;
use crate::{Way, enter, paint};

/// Arguments of `lockstep check`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    way: Way,
    /// A report as JSON on standard output.
    #[arg(long)]
    json: bool,
    /// How long it took, beside the longest chain of calls that had to wait for each other.
    #[arg(long)]
    timings: bool,
}

/// Looks at every step that can be looked at.
pub async fn check(arguments: Arguments) -> Result<Ended, Trouble> {
    let home = enter::home()?;
    let connection = enter::find(&home, &arguments.way)?;
    let session = Session::open(&home, connection, None).await?;
    let cancel = enter::stop_on_interrupt();
    enter::key(&session, &arguments.way).await?;
    if session.wants_sign_in_anywhere() {
        enter::sign_in(&session, &arguments.way, &[], &cancel).await?;
    }
    let steps = startable(&session);
    let before = session.ledger().last();
    let started = Instant::now();
    session.look(&steps, enter::on_progress(), cancel).await?;
    let wall = started.elapsed().as_millis() as u64;
    let timings = arguments
        .timings
        .then(|| Timings::of(wall, &session.ledger().since(before)));
    let ended = judge(&session, &steps);
    for id in &steps {
        if let Some(view) = app::step_view(&session, id, None) {
            paint::heading(&view);
            paint::checks(&view.checks);
        }
    }
    if let Some(timings) = &timings {
        eprintln!("\n{timings}");
    }
    if arguments.json {
        report(&session, ended, "", None, timings.as_ref());
    }
    Ok(ended)
}

/// Steps that were begun, or whose needs are met.
fn startable(session: &Session) -> Vec<StepId> {
    let (state, guide) = (session.state(), session.guide());
    let can = |id: &StepId| !matches!(state.standing(guide, id), engine::Standing::CannotStart(_));
    guide.steps().map(|step| step.id()).filter(can).collect()
}

fn judge(session: &Session, looked: &[StepId]) -> Ended {
    let (state, guide) = (session.state(), session.guide());
    let fails = |id: &StepId| {
        let step = state.step(id);
        step.is_some_and(|step| {
            step.looked
                .values()
                .flat_map(|looked| &looked.findings)
                .any(|found| found.verdict.state == engine::VerdictState::Fail)
        })
    };
    if looked.iter().any(fails) {
        return Ended::Failed;
    }
    if guide.steps().all(|step| state.is_passed(guide, &step.id())) {
        Ended::Verified
    } else {
        Ended::WaitsForPerson
    }
}

/// Prints the report as JSON.
pub fn report(
    session: &Session,
    ended: Ended,
    because: &str,
    trouble: Option<&Trouble>,
    timings: Option<&Timings>,
) {
    let steps: Vec<_> = session
        .guide()
        .steps()
        .filter_map(|step| app::step_view(session, &step.id(), None))
        .collect();
    let connection = app::connection_view(session);
    let mut report = json!({
        "connection": { "id": connection.id, "name": connection.name, "entra": connection.entra, "atlassian": connection.atlassian },
        "ended": ended.word(),
        "exit_code": ended.code(),
        "because": because,
        "verified": connection.verified,
        "total": connection.total,
        "checklist": connection.phases,
        "steps": steps,
        "trouble": trouble,
    });
    if let (Some(timings), Value::Object(report)) = (timings, &mut report) {
        report.insert(
            "timings".to_owned(),
            json!({ "wall_ms": timings.wall, "longest_chain_ms": timings.chain, "calls": timings.calls, "all_calls_ms": timings.sum }),
        );
    }
    println!(
        "{}",
        serde_json::to_string_pretty(&report).unwrap_or_default()
    );
}

/// How long a look took.
pub struct Timings {
    /// Milliseconds from the first call to the last answer.
    wall: u64,
    /// The longest chain of calls of which each began only after the one before had ended.
    chain: u64,
    /// How many calls.
    calls: usize,
    /// Milliseconds of all calls together.
    sum: u64,
}

impl Timings {
    fn of(wall: u64, exchanges: &[Exchange]) -> Self {
        Self {
            wall,
            chain: longest_chain(
                &exchanges
                    .iter()
                    .map(|exchange| (exchange.at.as_millisecond(), exchange.millis))
                    .collect::<Vec<_>>(),
            ),
            calls: exchanges.len(),
            sum: exchanges.iter().map(|exchange| exchange.millis).sum(),
        }
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
}
