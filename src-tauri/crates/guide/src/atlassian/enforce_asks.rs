//! What the page of enforcing asks.

use engine::{Ask, AskKind, Judgement, Known, MenuPath, State, VerdictState, Worth};

use super::enforce::{ADDRESS, ID, NAME, USUAL_NAME, is_enforced, name};
use super::enforce_checks::ONLY_PILOT;
use crate::shared::plan::Who;

/// The ask that confirms that the policy does not enforce yet.
pub const OPEN: &str = "policy.open";
/// The ask that confirms what Atlassian's answer does not tell of the policy.
pub const CONFIRMED: &str = "policy.confirmed";
/// The ask in which the policy's name is typed to go on.
pub const CONFIRM: &str = "enforce.confirm";
/// The ask: what a log-in looked like after enforcing.
pub const AFTER: &str = "enforce.after";
/// The answer to [`AFTER`] of somebody who was sent to Microsoft.
pub(super) const REDIRECTED: &str = "redirected";
/// The answer to [`AFTER`] of somebody who was offered a password.
pub(super) const PASSWORD: &str = "password";

/// The asks of the page, given what is known.
pub(super) fn asks(state: &State) -> Vec<Ask> {
    let known = state.known();
    if Who::of(known) == Who::EntraOnly {
        return Vec::new();
    }
    let mut asks = vec![name_ask(), address_ask()];
    if !is_enforced(known) {
        asks.push(open_ask(known));
    }
    if known.answer(CONFIRMED).is_some() || is_untold(state) {
        asks.push(confirmed_ask());
    }
    if is_enforced(known) {
        asks.push(after_ask());
    }
    asks.push(confirm_ask(known));
    asks
}

/// The asks that depend on what was looked at or done.
pub(super) fn found_asks() -> Vec<Ask> {
    vec![confirmed_ask(), after_ask()]
}

/// Whether the last look at the members left something open that the person can confirm.
fn is_untold(state: &State) -> bool {
    let looked = state.step(&ID).and_then(|step| step.looked.get(ONLY_PILOT));
    looked.is_some_and(|looked| {
        looked.findings.iter().any(|finding| {
            let fix = finding.verdict.fix.as_ref();
            finding.verdict.state == VerdictState::Unknown && fix.is_some()
                || finding.verdict.state == VerdictState::Warn
        })
    })
}

fn name_ask() -> Ask {
    let mut ask = Ask::new(
        NAME,
        AskKind::Text,
        "Name of the policy",
        "A policy of its own for the pilot. You type this name once more before enforcing.",
    )
    .default(USUAL_NAME);
    ask.copies = vec![(
        "Name".to_owned(),
        "For the new policy at Atlassian.".to_owned(),
        USUAL_NAME.to_owned(),
    )];
    ask
}

fn address_ask() -> Ask {
    let mut ask = Ask::new(
        ADDRESS,
        AskKind::Text,
        "Address of the policy’s page",
        "Choose Add policy, the identity provider directory (the local one can’t enforce single sign-on) and the name above. Open the policy, press Edit, and copy the address of that page.",
    );
    ask.path = Some(MenuPath {
        now: path(&[
            "Atlassian Administration",
            "Security",
            "User security",
            "Authentication policies",
            "Add policy",
        ]),
        older: vec![(
            "2021 to 2025".to_owned(),
            path(&[
                "Atlassian Administration",
                "Security",
                "Authentication policies",
                "Add policy",
            ]),
        )],
    });
    ask
}

fn path(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn open_ask(known: &Known) -> Ask {
    let hint = match known.answer(OPEN) == Some("yes") && !looked_at(known) {
        true => {
            "The address above was given after this: look at that policy, and confirm it again."
        }
        false => {
            "No API tells this. Whoever is added to a policy that enforces is reached at once."
        }
    };
    Ask::new(
        OPEN,
        AskKind::Confirm,
        "I looked at the policy’s settings: “Enforce single sign-on” is not chosen yet, and it is not the default policy",
        hint,
    )
}

/// Whether the person looked at the policy that is named now: a look at another one, before its address was given, tells nothing of it.
pub(super) fn looked_at(known: &Known) -> bool {
    let after = match (known.answered_at(OPEN), known.answered_at(ADDRESS)) {
        (Some(looked), Some(named)) => looked >= named,
        _ => false,
    };
    after && known.answer(OPEN) == Some("yes")
}

fn confirmed_ask() -> Ask {
    Ask::new(
        CONFIRMED,
        AskKind::Confirm,
        "I looked at the policy: it belongs to the identity provider directory, it is not the default policy, and it holds the pilot and nobody else",
        "Atlassian’s answer does not tell all of it.",
    )
    .optional()
}

fn after_ask() -> Ask {
    Ask::choice(
        AFTER,
        "What did the log-in look like after enforcing?",
        "In a fresh private window, as somebody of the pilot.",
        &[
            ("", "Nobody has tried yet", ""),
            (
                REDIRECTED,
                "Atlassian sent them to Microsoft at once",
                "No password was offered, and the site opened.",
            ),
            (
                PASSWORD,
                "Atlassian still offered a password",
                "Or something else went wrong.",
            ),
        ],
    )
    .optional()
}

fn confirm_ask(known: &Known) -> Ask {
    Ask::new(
        CONFIRM,
        AskKind::Text,
        format!("Type the name of the policy: {}", name(known)),
        "Opens when all four hold.",
    )
    .optional()
}

pub(super) fn judge_confirm(known: &Known, value: &str) -> Judgement {
    if value.trim() == name(known) {
        return Judgement::new(Worth::Good, "That is it.", "");
    }
    Judgement::bad("That is not the name of the policy.", "Type it exactly.").expected(name(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_counts_for_the_policy_whose_address_was_given_before_it() {
        let cases = [
            (Some("yes"), Some(1), Some(1), true),
            (Some("yes"), Some(1), Some(2), true),
            (Some("yes"), Some(2), Some(1), false),
            (Some("yes"), Some(1), None, false),
            (Some("yes"), None, Some(1), false),
            (None, Some(1), Some(2), false),
        ];
        for (answer, named, looked, wanted) in cases {
            let mut known = Known::default();
            let at = |second| jiff::Timestamp::from_second(second).expect("a time");
            known
                .answers
                .extend(answer.map(|yes| (OPEN.to_owned(), yes.to_owned())));
            known
                .answered
                .extend(named.map(|second| (ADDRESS.to_owned(), at(second))));
            known
                .answered
                .extend(looked.map(|second| (OPEN.to_owned(), at(second))));
            assert_eq!(looked_at(&known), wanted, "{answer:?} {named:?} {looked:?}");
        }
    }
}
