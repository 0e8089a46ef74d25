//! The check of Entra's sign-in log: what it shows of the person's last log-in, and what a refusal means.

use async_trait::async_trait;
use connect::{Fault, Seen};
use engine::{Check, Finding, Known, Skip, Verdict, VerdictState};
use jiff::Timestamp;

use super::login_causes;
use super::login_reads::{self, Entry, Opened, READING_ENTRA, Tester};
use super::test_login_checks::{of_cause_here, tester, time, with_fix};
use crate::evidence::Proven as _;
use crate::{Live, trouble};

pub(super) struct EntraLog;

#[async_trait]
impl Check<Live> for EntraLog {
    fn id(&self) -> &'static str {
        "entra-log"
    }

    fn title(&self) -> &'static str {
        "Entra’s sign-in log"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (who, began) =
            match tester(cx, known, "Entra’s log is looked at after the log-in").await {
                Ok(tester) => tester,
                Err(findings) => return findings,
            };
        let verdict = match login_reads::read(cx, known, &who, began).await.entra {
            Opened::Read(seen) => entries(cx, known, &who, &seen).await,
            Opened::Chosen => Verdict::skipped(
                Skip::NotAvailable,
                "Entra’s sign-in log is not read",
                "You chose to say it yourself.",
            ),
            Opened::NotThisSide | Opened::NotYet | Opened::Empty(_) => not_this_side(cx, known),
            Opened::NotAsked => {
                let title = "Lockstep may not read Entra’s sign-in log yet";
                with_fix(
                    Verdict::skipped(Skip::NothingYet, title, ""),
                    "consent",
                    cx,
                    known,
                    &[],
                )
            }
            Opened::Shut(fault) => shut(cx, known, &fault),
            Opened::Fault(fault) => Verdict::unknown(
                "Entra’s sign-in log could not be read",
                &trouble(&fault, READING_ENTRA),
            ),
        };
        Finding::only(verdict)
    }
}

fn not_this_side(cx: &Live, known: &Known) -> Verdict {
    if cx.graph.is_none() {
        let verdict = Verdict::skipped(Skip::NothingYet, "Entra’s log is read after sign-in", "");
        return with_fix(verdict, "signed-out", cx, known, &[]);
    }
    Verdict::skipped(
        Skip::ColleagueDoes,
        "A colleague does the Entra side",
        "Not looked at from here.",
    )
}

/// Microsoft's code for a tenant whose licence does not open the log (entra.md 7).
const NOT_PREMIUM: &str = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";

fn shut(cx: &Live, known: &Known, fault: &Fault) -> Verdict {
    let trouble = trouble(fault, READING_ENTRA);
    let (title, detail, fix) = if fault.code.as_deref() == Some(NOT_PREMIUM) {
        (
            "The sign-in log needs Entra ID P1",
            "This tenant does not have it, so your word stands in for the log.",
            "premium",
        )
    } else {
        // A tenant without the licence is not always told by that code, so the role is one of two causes.
        (
            "Microsoft does not open the sign-in log",
            "Your account lacks a role that reads it, or the tenant lacks Microsoft Entra ID P1: the answer does not say which. Until then your word stands in for the log.",
            "reader",
        )
    };
    let seen = Verdict::unknown(title, &trouble);
    let verdict = Verdict {
        state: VerdictState::Skipped(Skip::NotAvailable),
        detail: detail.to_owned(),
        ..seen
    };
    with_fix(verdict, fix, cx, known, &[])
}

async fn entries(cx: &Live, known: &Known, who: &Tester, seen: &Seen<Vec<Entry>>) -> Verdict {
    let Some(last) = seen.value.last() else {
        let title = format!(
            "No log-in of {} to the application is in the log",
            who.shown()
        );
        let detail = "Usually it takes two to five minutes, at most a quarter of an hour.";
        let verdict = Verdict::new(VerdictState::Wait, title, detail).by(&seen.call);
        return with_fix(verdict, "try", cx, known, &[]);
    };
    let (code, at) = (last.attempt.code, last.attempt.at);
    let verdict = match (code, login_causes::of_code(code)) {
        (0, _) => Verdict::new(
            VerdictState::Pass,
            format!("Entra let {} through, {}", who.shown(), time(at)),
            "",
        ),
        (_, Some(cause)) => of_cause_here(cx, known, cause, Some((code, at))).await,
        (_, None) => unknown_code(cx, known, code, at),
    };
    evidence(verdict, last).by(&seen.call)
}

fn unknown_code(cx: &Live, known: &Known, code: i64, at: Timestamp) -> Verdict {
    let title = format!("Entra refused the log-in with AADSTS{code}");
    let page = format!(
        "{}/error?code={code}",
        cx.cloud.login.as_str().trim_end_matches('/')
    );
    let verdict = Verdict::new(VerdictState::Fail, title, format!("{}.", time(at)));
    with_fix(verdict, "unknown-code", cx, known, &[("code_page", &page)])
}

fn evidence(verdict: Verdict, entry: &Entry) -> Verdict {
    let verdict = verdict.compared("errorCode 0", &format!("errorCode {}", entry.attempt.code));
    let entry = &entry.whole;
    let told = [
        ("Microsoft said", entry.status.failure_reason.as_deref()),
        ("And", entry.status.additional_details.as_deref()),
        (
            "Conditional Access",
            entry.conditional_access_status.as_deref(),
        ),
    ];
    let verdict = told
        .into_iter()
        .filter_map(|(label, value)| Some((label, value.filter(|value| !value.is_empty())?)))
        .fold(verdict, |verdict, (label, value)| {
            verdict.told(label, value)
        });
    match entry.correlation_id.as_deref() {
        Some(id) => verdict.saw("Correlation id", id),
        None => verdict,
    }
}
