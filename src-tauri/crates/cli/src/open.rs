//! What keeps a guide from being verified though nothing failed: which steps, and why, in the words of their checks.

use app::Session;
use app::views::{CheckState, CheckView};
use engine::{Standing, StepId};

/// Each of these steps that is not verified, as "0.4 Before you start: Atlassian: why".
pub fn steps(session: &Session, among: &[StepId]) -> Vec<String> {
    let (state, guide) = (session.state(), session.guide());
    let open = among.iter().filter(|id| !state.is_verified(guide, id));
    open.filter_map(|id| {
        let view = app::step_view(session, id, None)?;
        let why = match state.standing(guide, id) {
            Standing::CannotStart(needs) => {
                let numbers = needs.iter().filter_map(|need| guide.number(need));
                format!("needs {} first", numbers.collect::<Vec<_>>().join(" and "))
            }
            _ => because(&view.checks),
        };
        Some(format!("{} {}: {why}", view.number, view.title))
    })
    .collect()
}

/// The check that tells most: what could not be looked at, then what waits, then what is old or was never looked at.
fn because(checks: &[CheckView]) -> String {
    let of = |state| checks.iter().find(move |check| check.state == state);
    let told = of(Some(CheckState::Unknown)).or_else(|| of(Some(CheckState::Wait)));
    if let Some(check) = told {
        return in_words(check);
    }
    if let Some(check) = of(None) {
        return format!("not looked at yet: {}", check.title);
    }
    if let Some(check) = checks.iter().find(|check| check.stale) {
        return format!("something changed since this was seen: {}", check.title);
    }
    of(Some(CheckState::Skipped)).map_or_else(|| "nobody looked".to_owned(), in_words)
}

fn in_words(check: &CheckView) -> String {
    format!("{}. {}", check.title.trim_end_matches('.'), check.detail)
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(title: &str, state: Option<CheckState>, stale: bool) -> CheckView {
        CheckView {
            id: title.to_owned(),
            state,
            word: String::new(),
            title: title.to_owned(),
            detail: "Why.".to_owned(),
            later: false,
            at: None,
            running: false,
            stale,
            evidence: Vec::new(),
            fix: None,
        }
    }

    #[test]
    fn the_check_that_tells_most_gives_the_reason() {
        use CheckState::{Pass, Skipped, Unknown, Wait};
        let all = [
            check("Seen", Some(Pass), false),
            check("Aside", Some(Skipped), false),
            check("Old", Some(Pass), true),
            check("New", None, false),
            check("Late", Some(Wait), false),
            check("Dark", Some(Unknown), false),
        ];
        let wanted = [
            "nobody looked",
            "Aside. Why.",
            "something changed since this was seen: Old",
            "not looked at yet: New",
            "Late. Why.",
            "Dark. Why.",
        ];
        for (index, wanted) in wanted.iter().enumerate() {
            assert_eq!(because(&all[..=index]), *wanted);
        }
    }
}
