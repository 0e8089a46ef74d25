//! The checks of the e-mail attribute: everybody in scope is counted afresh, and every kind of person whom the chosen
//! attribute leaves out is one finding, with a number, a few of them, and what to do.

use async_trait::async_trait;
use connect::{Fault, FaultKind, Graph};
use engine::{Check, Finding, Known, Skip, Verdict, VerdictState};
use people::Attribute;

use super::count_people::{self, Count, Scope};
use super::email_attribute::{self, chosen};
use super::email_numbers::proposed;
use super::left_out::{evidence, largest, left_out, overall};
use crate::evidence::Proven;
use crate::fill;
use crate::shared::rights;
use crate::shared::sign_in_checks::nobody;
use crate::{Live, trouble};

const TEXT: &str = include_str!("email_attribute.md");

/// All of them, in the order on screen.
pub(super) const ALL: &[&'static dyn Check<Live>] = &[&Chosen, &Counted];

struct Chosen;

#[async_trait]
impl Check<Live> for Chosen {
    fn id(&self) -> &'static str {
        "chosen"
    }

    fn title(&self) -> &'static str {
        "One attribute for log-in and provisioning"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let Some(attribute) = chosen(known) else {
            return Finding::only(Verdict::skipped(
                Skip::NothingYet,
                "No attribute is chosen yet",
                "Choose one first.",
            ));
        };
        let title = format!("{attribute} is the e-mail address, for log-in and provisioning alike");
        let verdict = match (known.answer(email_attribute::ATTRIBUTE), proposed(known)) {
            (None, _) => Verdict::new(VerdictState::Pass, title, "As the numbers propose."),
            (Some(_), Some(other)) if other != attribute => with_fix(
                Verdict::new(
                    VerdictState::Warn,
                    title,
                    format!("The numbers propose {other}. You chose otherwise."),
                ),
                "proposal",
                cx,
                known,
                &[],
            ),
            (Some(_), Some(_)) => Verdict::new(
                VerdictState::Pass,
                title,
                "You chose it, as the numbers propose.",
            ),
            (Some(_), None) => Verdict::new(
                VerdictState::Pass,
                title,
                "You chose it; no number speaks for either.",
            ),
        };
        Finding::only(verdict)
    }
}

struct Counted;

#[async_trait]
impl Check<Live> for Counted {
    fn id(&self) -> &'static str {
        "people"
    }

    fn title(&self) -> &'static str {
        "People have an address that Atlassian can verify"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match nobody(cx, known, "People are counted after sign-in") {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        if !rights::lacking(&graph, &email_attribute::ID, known).is_empty() {
            return Finding::only(not_allowed(cx, known));
        }
        let Some(scope) = email_attribute::scope(known) else {
            return Finding::only(Verdict::skipped(
                Skip::NothingYet,
                "No group is chosen yet",
                "Choose one first.",
            ));
        };
        match counted(cx, &graph, &scope, known).await {
            Ok(count) => judge(&count, chosen(known), &scope, cx, known),
            Err(fault) => Finding::only(not_counted(&fault, &scope, cx, known)),
        }
    }
}

async fn counted(cx: &Live, graph: &Graph, scope: &Scope, known: &Known) -> Result<Count, Fault> {
    let verified = count_people::verified(cx, graph, known).await?;
    count_people::count(graph, scope, verified, &cx.counting).await
}

fn not_allowed(cx: &Live, known: &Known) -> Verdict {
    let verdict = Verdict::new(
        VerdictState::Unknown,
        "Lockstep may not read the people of your tenant",
        "Nothing is counted. Choose by what you know.",
    );
    with_fix(verdict, "consent", cx, known, &[])
}

fn not_counted(fault: &Fault, scope: &Scope, cx: &Live, known: &Known) -> Verdict {
    match (&fault.kind, scope) {
        (FaultKind::Forbidden, _) => {
            let verdict = not_allowed(cx, known);
            match &fault.call {
                Some(call) => verdict.by(call),
                None => verdict,
            }
        }
        (FaultKind::NotFound, Scope::Group(group)) => with_fix(
            Verdict::new(
                VerdictState::Fail,
                format!("The group {} is not in the tenant", group.name),
                "It was deleted, or its members are hidden.",
            ),
            "group",
            cx,
            known,
            &[],
        ),
        _ => Verdict::unknown(
            "The people could not be counted",
            &trouble(fault, "Counting the people in scope."),
        ),
    }
}

/// The verdict on the attribute, and one finding for each kind of person that it leaves out.
fn judge(
    count: &Count,
    chosen: Option<Attribute>,
    scope: &Scope,
    cx: &Live,
    known: &Known,
) -> Vec<Finding> {
    let Some(attribute) = chosen else {
        return Finding::only(evidence(
            Verdict::skipped(
                Skip::NothingYet,
                "The people are counted; choose an attribute",
                count.report.proposal().reason,
            ),
            count,
        ));
    };
    let kinds = left_out(&count.report, attribute);
    let whole = evidence(overall(&count.report, attribute, scope), count);
    let whole = match (whole.state, largest(&kinds)) {
        (VerdictState::Fail, Some(kind)) => kind.helped(whole, attribute, count, cx, known),
        (VerdictState::Fail, None) => with_fix(whole, "nobody", cx, known, &[]),
        _ => whole,
    };
    let mut findings = Finding::only(whole);
    findings.extend(kinds.iter().map(|kind| Finding {
        key: kind.key.to_owned(),
        verdict: kind.verdict(attribute, count, cx, known),
    }));
    findings
}

pub(super) fn with_fix(
    verdict: Verdict,
    key: &str,
    cx: &Live,
    known: &Known,
    more: &[(&str, &str)],
) -> Verdict {
    fill::with_fix(TEXT, key, verdict, cx, known, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words_that_help() {
        for key in [
            "missing",
            "unverified",
            "onmicrosoft",
            "duplicates",
            "malformed",
            "differ",
            "guests",
            "nobody",
            "group",
            "consent",
            "proposal",
        ] {
            let cloud = connect::Cloud::named("global").expect("a cloud");
            let fix = fill::fix(TEXT, key, &cloud, &Known::default(), &[]);
            assert!(fix.is_some_and(|fix| !fix.text.is_empty()), "{key}");
        }
    }
}
