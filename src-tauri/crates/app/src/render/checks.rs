//! The checks of a step, each with its word, evidence and fix.

use engine::{Finding, Fix, Looked, MenuPath, StepId, VerdictState};

use super::{Sight, millis};
use crate::views::{CheckState, CheckView, FixView, LinkView, OlderPath, PairView, PathView};

/// The rows of a step: one for each finding, or for each check before its first look.
pub(super) fn rows(sight: &Sight, id: &StepId) -> Vec<CheckView> {
    let Some(step) = sight.guide.step(id) else {
        return Vec::new();
    };
    let state = sight.state.step(id);
    let mut rows = Vec::new();
    for check in step.checks() {
        let running = sight
            .job
            .is_some_and(|job| job.is_looking_at(id, check.id()));
        match state.and_then(|state| state.looked.get(check.id())) {
            Some(looked) => {
                let stale = sight.state.is_stale(sight.guide, id, check.id());
                rows.extend(
                    looked
                        .findings
                        .iter()
                        .map(|finding| seen(check.id(), looked, finding, running, stale)),
                );
            }
            None => rows.push(not_looked(check.id(), check.title(), running)),
        }
    }
    rows
}

/// "4 of 5 passed". What comes later counts; what is never looked at does not.
pub(super) fn note(rows: &[CheckView]) -> String {
    let looked: Vec<_> = rows.iter().filter(|row| row.state.is_some()).collect();
    if looked.is_empty() {
        return "not looked at yet".to_owned();
    }
    let is_skipped = |row: &CheckView| row.state == Some(CheckState::Skipped);
    if looked.iter().all(|row| is_skipped(row)) {
        return "nothing to see yet".to_owned();
    }
    let counted = looked
        .iter()
        .filter(|row| !is_skipped(row) || row.word == NOT_YET)
        .count();
    let passed = looked
        .iter()
        .filter(|row| row.state == Some(CheckState::Pass))
        .count();
    format!("{passed} of {counted} passed")
}

/// What is looked at later, in a word.
pub(super) const NOT_YET: &str = "Not yet";

fn is_later(state: VerdictState) -> bool {
    state == VerdictState::Skipped(engine::Skip::NothingYet)
}

/// A state in a word.
fn word(state: CheckState) -> &'static str {
    match state {
        CheckState::Pass => "Passed",
        CheckState::Warn => "Warning",
        CheckState::Fail => "Failed",
        CheckState::Wait => "Waiting",
        CheckState::Skipped => NOT_YET,
        CheckState::Unknown => "Could not look",
    }
}

fn state_of(state: VerdictState) -> CheckState {
    match state {
        VerdictState::Pass => CheckState::Pass,
        VerdictState::Warn => CheckState::Warn,
        VerdictState::Fail => CheckState::Fail,
        VerdictState::Wait => CheckState::Wait,
        VerdictState::Skipped(_) => CheckState::Skipped,
        VerdictState::Unknown => CheckState::Unknown,
    }
}

fn word_for(state: VerdictState) -> &'static str {
    match state {
        VerdictState::Skipped(engine::Skip::ColleagueDoes) => "Colleague",
        VerdictState::Skipped(engine::Skip::NoApi | engine::Skip::NotAvailable) => "Not looked at",
        other => word(state_of(other)),
    }
}

fn seen(check: &str, looked: &Looked, finding: &Finding, running: bool, stale: bool) -> CheckView {
    let verdict = &finding.verdict;
    CheckView {
        id: if finding.key.is_empty() {
            check.to_owned()
        } else {
            format!("{check}/{}", finding.key)
        },
        state: Some(state_of(verdict.state)),
        word: word_for(verdict.state).to_owned(),
        title: verdict.title.clone(),
        detail: verdict.detail.clone(),
        later: is_later(verdict.state) && verdict.fix.is_none(),
        at: Some(millis(verdict.at.unwrap_or(looked.at))),
        running,
        stale,
        evidence: verdict
            .evidence
            .iter()
            .map(|evidence| PairView {
                label: evidence.label.clone(),
                value: evidence.value.clone(),
                code: evidence.code,
                copy: evidence.label == "Request id",
            })
            .collect(),
        fix: verdict.fix.as_ref().map(fix),
    }
}

fn not_looked(check: &str, title: &str, running: bool) -> CheckView {
    CheckView {
        id: check.to_owned(),
        state: None,
        word: if running { "Looking" } else { "Not looked at" }.to_owned(),
        title: title.to_owned(),
        detail: String::new(),
        later: false,
        at: None,
        running,
        stale: false,
        evidence: Vec::new(),
        fix: None,
    }
}

fn fix(fix: &Fix) -> FixView {
    FixView {
        title: fix.title.clone(),
        text: fix.text.clone(),
        path: fix.path.as_ref().map(path),
        link: fix.link.as_ref().map(link),
        hand_over: fix.path.is_some(),
    }
}

/// A menu path.
pub(super) fn path(path: &MenuPath) -> PathView {
    PathView {
        now: path.now.clone(),
        older: path
            .older
            .iter()
            .map(|(when, path)| OlderPath {
                when: when.clone(),
                path: path.clone(),
            })
            .collect(),
    }
}

/// A link.
pub(super) fn link(link: &engine::Link) -> LinkView {
    LinkView {
        label: link.label.clone(),
        url: link.url.clone(),
    }
}
