//! Whether the rights that a step works with are granted, and what its page says of them.

use connect::Graph;
use engine::{Finding, Known, Skip, StepId, Verdict, VerdictState};

use super::scopes;
use super::sign_in::read_only;
use super::sign_in_checks::nobody;
use crate::fill;
use crate::{Live, words};

/// The scopes that a step wants and that are not granted, by name.
pub(crate) fn lacking(graph: &Graph, step: &StepId, known: &Known) -> Vec<&'static str> {
    scopes::wanted(step, known)
        .iter()
        .filter(|scope| !graph.session().has(scope))
        .map(|scope| scope.name)
        .collect()
}

/// The scopes to look with that a step wants and that are not granted, by name: without them it can't be planned. Those
/// to write are asked for once it is shown what would be written.
pub(crate) fn unseen(graph: &Graph, step: &StepId, known: &Known) -> Vec<&'static str> {
    scopes::wanted(step, known)
        .iter()
        .filter(|scope| !scope.writes && !graph.session().has(scope))
        .map(|scope| scope.name)
        .collect()
}

/// The check of the rights to change something: granted, not granted yet, or not wanted. `text` is the step's, with the
/// fixes `consent` and `read-only`.
pub(crate) fn allowed(
    cx: &Live,
    known: &Known,
    step: &StepId,
    what: &str,
    text: &str,
) -> Vec<Finding> {
    let graph = match nobody(cx, known, "Rights are known after sign-in") {
        Ok(graph) => graph,
        Err(findings) => return findings,
    };
    let with_fix = |verdict, key| fill::with_fix(text, key, verdict, cx, known, &[]);
    let missing = lacking(&graph, step, known);
    let verdict = if !missing.is_empty() {
        let title = format!("The right to {what} is not granted yet");
        let detail = format!("Not granted yet: {}.", words::list(&missing));
        // It waits for nobody but the person: the step is ready.
        with_fix(Verdict::skipped(Skip::NothingYet, title, detail), "consent")
    } else if read_only(known) {
        let detail = "You chose so. Do this step by hand.";
        with_fix(
            Verdict::skipped(Skip::NoApi, "Lockstep only reads", detail),
            "read-only",
        )
    } else {
        let title = format!("Lockstep may {what}");
        Verdict::new(VerdictState::Pass, title, "The rights are granted.")
    };
    as_granted(verdict, &graph)
}

/// A verdict on rights, with what Microsoft says is granted.
pub(crate) fn as_granted(verdict: Verdict, graph: &Graph) -> Vec<Finding> {
    Finding::only(
        verdict
            .told("Call", "the scope field of Microsoft’s token answer")
            .saw("Granted", &graph.session().granted().join(" ")),
    )
}
