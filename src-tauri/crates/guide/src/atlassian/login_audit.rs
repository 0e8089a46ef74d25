//! The check of Atlassian's audit log: whether it shows the person's log-in, and whether it can show anything at all.

use async_trait::async_trait;
use connect::{Fault, FaultKind};
use engine::{Check, Finding, Known, Skip, Verdict, VerdictState};
use jiff::Timestamp;

use super::login_proof::{LONGEST, Proof, Word, weigh};
use super::login_reads::{self, Opened, READING_ATLASSIAN, Reading, Tester};
use super::test_login_checks::{tester, time, with_fix};
use crate::evidence::Proven as _;
use crate::{Live, trouble};

pub(super) struct AtlassianLog;

#[async_trait]
impl Check<Live> for AtlassianLog {
    fn id(&self) -> &'static str {
        "atlassian-log"
    }

    fn title(&self) -> &'static str {
        "Atlassian’s audit log"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (who, began) =
            match tester(cx, known, "Atlassian’s log is looked at after the log-in").await {
                Ok(tester) => tester,
                Err(findings) => return findings,
            };
        let reading = login_reads::read(cx, known, &who, began).await;
        let waits = Waits::of(&reading, known, began, cx.now());
        Finding::only(audit(cx, known, &who, reading.atlassian, waits))
    }
}

/// Whether the audit log still has time to show something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    Yes,
    No,
    /// The log-in is proven without it.
    NeedNot,
}

impl Waits {
    /// Counted from the last time that Entra let them through, from the person's word, or from the beginning.
    fn of(reading: &Reading, known: &Known, began: Timestamp, now: Timestamp) -> Self {
        let entra = match &reading.entra {
            Opened::Read(seen) => seen
                .value
                .iter()
                .filter(|entry| entry.attempt.code == 0)
                .map(|entry| entry.attempt.at)
                .max(),
            _ => None,
        };
        let word = Word::of(known).map(|(_, at)| at);
        let last = entra.max(word).unwrap_or(began).max(began);
        let proof = reading
            .traces(known, began, now)
            .map(|traces| weigh(&traces));
        match proof {
            _ if now.duration_since(last) >= LONGEST => Waits::No,
            Ok(Proof::Proven { .. }) if !reading.is_undecided() => Waits::NeedNot,
            _ => Waits::Yes,
        }
    }
}

fn audit(
    cx: &Live,
    known: &Known,
    who: &Tester,
    opened: Opened<Timestamp>,
    waits: Waits,
) -> Verdict {
    match opened {
        Opened::Read(seen) => {
            let last = seen.value.iter().max().copied();
            let verdict = match (last, waits) {
                (Some(at), _) => Verdict::new(
                    VerdictState::Pass,
                    format!("Atlassian’s audit log shows the log-in, {}", time(at)),
                    "",
                ),
                (None, Waits::Yes) => Verdict::new(
                    VerdictState::Wait,
                    format!(
                        "Atlassian’s audit log does not show a log-in of {} yet",
                        who.shown()
                    ),
                    "Usually it takes some minutes.",
                ),
                (None, Waits::NeedNot) => Verdict::skipped(
                    Skip::NotAvailable,
                    "Atlassian’s audit log does not show the log-in yet",
                    "It is proven without it. Usually the log takes some minutes.",
                ),
                (None, Waits::No) => with_fix(
                    Verdict::new(
                        VerdictState::Warn,
                        format!("Atlassian’s audit log shows no log-in of {}", who.shown()),
                        "It had a quarter of an hour. Only log-ins of managed accounts are kept there.",
                    ),
                    "say",
                    cx,
                    known,
                    &[],
                ),
            };
            let found = last.map_or("none".to_owned(), |at| at.to_string());
            verdict
                .by(&seen.call)
                .compared("a log-in of this account (user_login)", &found)
        }
        Opened::Empty(seen) => {
            let verdict = Verdict::skipped(
                Skip::NotAvailable,
                "Atlassian’s audit log is empty",
                "Nobody did anything for a week, as it says: without Atlassian Guard nothing is kept. Beside Entra’s log, or where that is shut too, your word stands in for it.",
            );
            with_fix(verdict.by(&seen.call), "guard", cx, known, &[])
        }
        Opened::Shut(fault) => shut(cx, known, &fault),
        Opened::Fault(fault) => Verdict::unknown(
            "Atlassian’s audit log could not be read",
            &trouble(&fault, READING_ATLASSIAN),
        ),
        Opened::Chosen | Opened::NotAsked | Opened::NotThisSide | Opened::NotYet => {
            match cx.atlassian {
                None => Verdict::skipped(
                    Skip::NotAvailable,
                    "Atlassian’s audit log is read with the organization key",
                    "There is none here.",
                ),
                Some(_) => Verdict::skipped(
                    Skip::NotAvailable,
                    "Which Atlassian account logs in is not known",
                    "The attribute behind the NameID is empty, or was not read.",
                ),
            }
        }
    }
}

fn shut(cx: &Live, known: &Known, fault: &Fault) -> Verdict {
    let (title, key) = match fault.kind {
        FaultKind::Forbidden => (
            "This key may not read Atlassian’s audit log",
            "events-scope",
        ),
        _ => ("Atlassian does not open its audit log", "guard"),
    };
    let trouble = trouble(fault, READING_ATLASSIAN);
    let verdict = Verdict {
        state: VerdictState::Skipped(Skip::NotAvailable),
        detail: "Beside Entra’s log, or where that is shut too, your word stands in for it."
            .to_owned(),
        ..Verdict::unknown(title, &trouble)
    };
    with_fix(verdict, key, cx, known, &[])
}
