//! The checks of the sign-in: who, which rights, and whether this computer's clock is right.

use async_trait::async_trait;
use connect::Graph;
use engine::{Check, Finding, Known, Skip, Verdict, VerdictState};

use super::plan::Who;
use super::sign_in::TEXT;
use crate::evidence::Proven;
use crate::fill;
use crate::{Live, trouble, words};

/// The difference from Microsoft's clock above which this computer's clock is called wrong. Entra allows five minutes.
const CLOCK_TOLERANCE_SECONDS: i64 = 300;

fn with_fix(verdict: Verdict, key: &str, cx: &Live, known: &Known) -> Verdict {
    fill::with_fix(TEXT, key, verdict, cx, known, &[])
}

fn colleague(known: &Known) -> Option<Vec<Finding>> {
    (Who::of(known) == Who::AtlassianOnly).then(|| {
        Finding::only(Verdict::skipped(
            Skip::ColleagueDoes,
            "A colleague does the Entra side",
            "Not looked at from here.",
        ))
    })
}

/// What every check of the Entra side says before anybody is signed in.
pub(crate) fn nobody(cx: &Live, known: &Known, title: &str) -> Result<Graph, Vec<Finding>> {
    if let Some(findings) = colleague(known) {
        return Err(findings);
    }
    cx.graph.clone().ok_or_else(|| {
        let verdict = Verdict::skipped(Skip::NothingYet, title, "Sign in first.");
        Finding::only(with_fix(verdict, "signed-out", cx, known))
    })
}

pub(super) struct SignedIn;

#[async_trait]
impl Check<Live> for SignedIn {
    fn id(&self) -> &'static str {
        "signed-in"
    }

    fn title(&self) -> &'static str {
        "Somebody is signed in"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match nobody(cx, known, "Nobody is signed in yet") {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        let me = match graph.me().await {
            Ok(me) => me,
            Err(fault) => {
                let trouble = trouble(&fault, "Reading who is signed in.");
                return Finding::only(Verdict::unknown(
                    "Who is signed in could not be read",
                    &trouble,
                ));
            }
        };
        let tenant = known.fact("entra.tenant_name").unwrap_or("the tenant");
        let name = me.value.display_name.clone();
        let verdict = Verdict::new(
            VerdictState::Pass,
            format!("{name} is signed in to {tenant}"),
            me.value.user_principal_name.clone(),
        );
        Finding::only(verdict.by(&me.call))
    }
}

pub(super) struct ClockRight;

#[async_trait]
impl Check<Live> for ClockRight {
    fn id(&self) -> &'static str {
        "clock"
    }

    fn title(&self) -> &'static str {
        "This computer’s clock is right"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match nobody(
            cx,
            known,
            "The clock is compared with Microsoft’s after sign-in",
        ) {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        let me = match graph.me().await {
            Ok(me) => me,
            Err(fault) => {
                let trouble = trouble(&fault, "Reading Microsoft’s clock.");
                return Finding::only(Verdict::unknown(
                    "Microsoft’s clock could not be read",
                    &trouble,
                ));
            }
        };
        let Some(server) = me.server_date else {
            let verdict = Verdict::new(
                VerdictState::Unknown,
                "The answer carried no time",
                "The clock could not be compared.",
            );
            return Finding::only(verdict.by(&me.call));
        };
        let off = me.call.at.as_second() - server.as_second();
        let verdict = clock_verdict(off);
        let verdict = match verdict.state {
            VerdictState::Fail => with_fix(verdict, "clock", cx, known),
            _ => verdict,
        };
        let compared = verdict.compared(
            &format!("about {server}, by the Date header"),
            &format!("{}", me.call.at),
        );
        Finding::only(compared.by(&me.call))
    }
}

/// The verdict on a clock that is `off` seconds ahead of Microsoft's.
fn clock_verdict(off: i64) -> Verdict {
    if off.abs() <= CLOCK_TOLERANCE_SECONDS {
        return Verdict::new(
            VerdictState::Pass,
            "This computer’s clock is right",
            "It agrees with Microsoft’s.",
        );
    }
    let minutes = (off.abs() + 30) / 60;
    let side = if off > 0 { "ahead of" } else { "behind" };
    Verdict::new(
        VerdictState::Fail,
        format!(
            "This computer’s clock is {} {side} Microsoft’s",
            words::count(minutes as usize, "minute", "minutes")
        ),
        "Sign-ins and certificates are judged by the clock.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_wrong_from_five_minutes_on() {
        for (off, state, title) in [
            (0, VerdictState::Pass, "This computer’s clock is right"),
            (-300, VerdictState::Pass, "This computer’s clock is right"),
            (
                3_600,
                VerdictState::Fail,
                "This computer’s clock is 60 minutes ahead of Microsoft’s",
            ),
            (
                -360,
                VerdictState::Fail,
                "This computer’s clock is 6 minutes behind Microsoft’s",
            ),
        ] {
            let verdict = clock_verdict(off);
            assert_eq!(
                (verdict.state, verdict.title.as_str()),
                (state, title),
                "{off} s"
            );
        }
    }
}
