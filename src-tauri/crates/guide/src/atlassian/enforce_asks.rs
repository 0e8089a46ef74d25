//! What the page of enforcing asks.

use engine::{Ask, AskKind, Entry, Judgement, Known, MenuPath, State, VerdictState, Worth};

use super::enforce::{ADDED, ADDRESS, ID, NAME, USUAL_NAME, is_enforced, name};
use super::enforce_checks::ONLY_PILOT;
use crate::shared::plan::Who;

/// The ask: what the policy's settings say, as the person saw them.
pub const OPEN: &str = "policy.open";
/// The answer to [`OPEN`] of somebody who saw that it does not enforce yet. It was a confirmation once, so it is what that one left.
pub(super) const NOT_YET: &str = "yes";
/// The answer to [`OPEN`] of somebody who takes over a policy that enforces already.
pub(super) const ENFORCES: &str = "enforces";
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
    if !is_enforced(known) || is_taken_over(known) {
        asks.push(open_ask(known));
    }
    if known.answer(CONFIRMED).is_some() || is_untold(state) {
        asks.push(confirmed_ask());
    }
    if is_enforced(known) {
        asks.push(after_ask(known));
    }
    asks.push(confirm_ask(known));
    asks
}

/// The asks that depend on what was looked at or done.
pub(super) fn found_asks() -> Vec<Ask> {
    vec![confirmed_ask(), after_ask(&Known::default())]
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
    let hint = if is_taken_over(known) {
        "You took it over, so Lockstep treats it as enforced. Choose the other one if that was a mistake."
    } else if known.answer(OPEN).is_some() && !looked_at(known) {
        "The address above was given after this: look at that policy, and say it again."
    } else {
        "Open it, press Edit, then Settings. Look also whether it is the default policy: then take another one. Choosing here switches nothing at Atlassian."
    };
    Ask::choice(
        OPEN,
        "Does the policy enforce single sign-on now?",
        hint,
        &[
            (
                NOT_YET,
                "It does not enforce yet",
                "“Enforce single sign-on” is not chosen, and it is not the default policy.",
            ),
            (
                ENFORCES,
                "It enforces already, and I take it over",
                "It was chosen before Lockstep came, and it is not the default policy. Whoever is added to it is reached at once.",
            ),
        ],
    )
}

/// Whether the person looked at the policy that is named now: a look at another one, before its address was given, tells nothing of it.
/// That it enforces is not true any more once it was taken back.
pub(super) fn looked_at(known: &Known) -> bool {
    let after = match (known.answered_at(OPEN), known.answered_at(ADDRESS)) {
        (Some(looked), Some(named)) => looked >= named,
        _ => false,
    };
    after && (known.answer(OPEN) == Some(NOT_YET) || is_taken_over(known))
}

/// Whether the policy enforced before Lockstep came, and the person took it over.
pub(super) fn is_taken_over(known: &Known) -> bool {
    is_enforced(known) && known.answer(OPEN) == Some(ENFORCES)
}

/// What the answers here say of what is done by hand, and of each other.
pub(super) fn follows(known: &Known, entry: &Entry) -> Vec<Entry> {
    let looked = |value: &str| Entry::Answered {
        step: ID,
        ask: OPEN.to_owned(),
        value: value.to_owned(),
    };
    let follows = match entry {
        Entry::Answered { ask, value, .. } if ask == OPEN => match value.as_str() {
            ENFORCES if !is_enforced(known) => Some(Entry::DoneByHand { step: ID }),
            NOT_YET if is_taken_over(known) => Some(Entry::UndoneByHand { step: ID }),
            _ => None,
        },
        Entry::Answered { ask, value, .. } if ask == ADDRESS => match known.answer(OPEN) {
            // While it is enforced no other policy is taken, so it is the one that was looked at.
            Some(said) if is_enforced(known) => Some(looked(said)),
            Some(_) if known.answer(ADDRESS) != Some(value) => Some(looked("")),
            _ => None,
        },
        Entry::UndoneByHand { .. } if known.answer(OPEN) == Some(ENFORCES) => Some(looked("")),
        _ => None,
    };
    follows.into_iter().collect()
}

/// What is said to the answer on the policy's settings. Whoever was added since a policy was taken over has to be taken out of it by
/// hand, so that going back is said where that is said.
pub(super) fn judge_open(known: &Known, value: &str) -> Option<Judgement> {
    let added = known.fact(ADDED).is_some();
    (value == NOT_YET && is_taken_over(known) && added).then(|| {
        Judgement::bad(
            "Take enforcing back first.",
            "People were added to this policy. Switch it off at Atlassian, and say below that you took it back.",
        )
    })
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

fn after_ask(known: &Known) -> Ask {
    let label = match is_taken_over(known) {
        true => "What does a log-in look like now?",
        false => "What did the log-in look like after enforcing?",
    };
    Ask::choice(
        AFTER,
        label,
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

    fn answered(ask: &str, value: &str) -> Entry {
        Entry::Answered {
            step: ID,
            ask: ask.to_owned(),
            value: value.to_owned(),
        }
    }

    /// What is known after these answers, in this order, with what follows from each.
    fn after(said: &[Entry]) -> engine::State {
        let clock = std::sync::Arc::new(engine::FixedClock::at(jiff::Timestamp::UNIX_EPOCH));
        let store = Box::new(engine::MemoryStore::default());
        let journal = engine::Journal::open(store, clock.clone()).expect("a journal");
        for entry in said {
            let follows = follows(journal.state().known(), entry);
            for entry in std::iter::once(entry.clone()).chain(follows) {
                journal.append(entry).expect("recorded");
            }
            clock.forward(std::time::Duration::from_secs(1));
        }
        journal.state()
    }

    #[test]
    fn what_enforces_already_is_taken_over_and_given_back_by_one_answer() {
        let (named, other) = (answered(ADDRESS, "one"), answered(ADDRESS, "other"));
        let (takes, not_yet) = (answered(OPEN, ENFORCES), answered(OPEN, NOT_YET));
        let back = Entry::UndoneByHand { step: ID };
        let done = Entry::DoneByHand { step: ID };
        let cases: [(&[&Entry], bool, bool, bool); 8] = [
            (&[&named], false, false, false),
            (&[&named, &not_yet], false, false, true),
            (&[&named, &takes], true, true, true),
            (&[&named, &takes, &not_yet], false, false, true),
            (&[&named, &takes, &back], false, false, false),
            (&[&named, &not_yet, &done], true, false, true),
            // Another policy was not looked at; the same one, pasted again while it is enforced, was.
            (&[&named, &not_yet, &other], false, false, false),
            (&[&named, &takes, &named], true, true, true),
        ];
        for (said, enforced, taken_over, looked) in cases {
            let state = after(&said.iter().copied().cloned().collect::<Vec<_>>());
            let known = state.known();
            let found = (is_enforced(known), is_taken_over(known), looked_at(known));
            assert_eq!(found, (enforced, taken_over, looked), "{said:?}");
            // What is not said any more is asked anew.
            let asks = asks(&state);
            let shown = asks.iter().any(|ask| ask.id == OPEN);
            assert_eq!(shown, !enforced || taken_over, "{said:?}");
        }
    }

    #[test]
    fn who_was_added_is_not_forgotten_by_a_change_of_mind() {
        let mut known = after(&[answered(ADDRESS, "one"), answered(OPEN, ENFORCES)])
            .known()
            .clone();
        assert_eq!(judge_open(&known, NOT_YET), None);
        known.facts = known.facts.with(ADDED, "somebody");
        let said = judge_open(&known, NOT_YET).expect("it is refused");
        assert!(!said.is_taken());
        assert_eq!(judge_open(&known, ENFORCES), None);
    }

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
