//! `lockstep check`: looks at everything again and changes nothing.

use std::time::Instant;

use app::Session;
use engine::{StepId, Trouble};
use serde_json::{Value, json};

use crate::ended::Ended;
use crate::timings::Timings;
use crate::{Way, enter, open, paint, terminal, which};

/// Arguments of `lockstep check`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    way: Way,
    /// A report as JSON on standard output.
    #[arg(long)]
    pub json: bool,
    /// How long it took, beside the longest chain of calls that had to wait for each other.
    #[arg(long)]
    timings: bool,
}

/// Looks at every step that can be looked at.
pub async fn check(arguments: Arguments) -> Result<Ended, Trouble> {
    let home = enter::home()?;
    let connection = which::existing(&home, &arguments.way)?;
    let session = enter::open(&home, connection).await?;
    let cancel = terminal::stop_on_interrupt();
    enter::key(&session, &arguments.way).await?;
    if session.wants_sign_in_anywhere() {
        enter::sign_in(&session, &arguments.way, &[app::read_step()], &cancel).await?;
    }
    let steps = startable(&session);
    let before = session.ledger().last();
    let started = Instant::now();
    session.look(&steps, enter::on_progress(), cancel).await?;
    let wall = started.elapsed().as_millis() as u64;
    let timings = arguments
        .timings
        .then(|| Timings::of(wall, &session.ledger().since(before)));
    let (ended, because) = judge(&session, &steps);
    for id in &steps {
        if let Some(view) = app::step_view(&session, id, None) {
            paint::heading(&view);
            paint::checks(&view.checks);
        }
    }
    if let Some(timings) = &timings {
        eprintln!("\n{timings}");
    }
    if !because.is_empty() {
        eprintln!("\nNot verified:\n  {}", because.join("\n  "));
    }
    if arguments.json {
        let because = because.join("; ");
        report(&session, ended, &because, None, timings.as_ref());
    }
    Ok(ended)
}

/// Steps that were begun, or whose needs are met.
fn startable(session: &Session) -> Vec<StepId> {
    let (state, guide) = (session.state(), session.guide());
    let can = |id: &StepId| !matches!(state.standing(guide, id), engine::Standing::CannotStart(_));
    guide.steps().map(|step| step.id()).filter(can).collect()
}

/// How it ended, with the steps that are not verified though nothing failed.
fn judge(session: &Session, looked: &[StepId]) -> (Ended, Vec<String>) {
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
        return (Ended::Failed, Vec::new());
    }
    let all: Vec<_> = guide.steps().map(|step| step.id()).collect();
    let open = open::steps(session, &all);
    if open.is_empty() {
        (Ended::Verified, open)
    } else {
        (Ended::WaitsForPerson, open)
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
        report.insert("timings".to_owned(), timings.report());
    }
    print(&report);
}

/// Prints the report of a command that ended before there was anything else to report.
pub fn early(trouble: &Trouble) {
    let ended = Ended::of(trouble);
    print(&json!({
        "connection": null,
        "ended": ended.word(),
        "exit_code": ended.code(),
        "because": trouble.title,
        "trouble": trouble,
    }));
}

/// Prints a report.
pub fn print(report: &Value) {
    // What was given may be repeated in it, and a key in the wrong place is not shown again.
    let text = serde_json::to_string_pretty(report).unwrap_or_default();
    println!("{}", connect::Redactor::redact(&text));
}
