//! Changes that reach log-ins at once, because single sign-on is enforced already: they are said so in the table, and
//! proposed only after the person confirmed that. Pure.

use engine::{Ask, AskKind, Change, Known, Plan, still_confirms};
use jiff::Timestamp;

use super::enforce::{self, is_enforced};

/// The confirmation, once it was given: it stays on the page.
pub(super) fn given(known: &Known, ask: &'static str) -> Option<Ask> {
    (is_enforced(known) && known.answer(ask).is_some()).then(|| confirmation(ask))
}

/// The changes as a plan. Of those named in `cutting` the table says whom they cut off and until when; while single
/// sign-on is enforced they have to be confirmed by `ask` first.
pub(super) fn plan(
    (known, now): (&Known, Timestamp),
    ask: &'static str,
    (cutting, until): (&[&str], &str),
    mut changes: Vec<Change>,
    untouched: &str,
) -> Plan {
    let cuts = |change: &Change| cutting.contains(&change.id.as_str());
    if !is_enforced(known) || !changes.iter().any(cuts) {
        return Plan::Changes {
            changes,
            untouched: untouched.to_owned(),
        };
    }
    if !is_confirmed(known, ask, now) {
        return Plan::Asks {
            because: format!(
                "Single sign-on is enforced. People of the policy can’t log in {until}."
            ),
            asks: vec![confirmation(ask)],
        };
    }
    for change in changes.iter_mut().filter(|change| cuts(change)) {
        let said = format!("people of the policy can’t log in {until}");
        change.then_about = match change.then_about.as_str() {
            "" => said,
            about => format!("{about}; {said}"),
        };
    }
    Plan::Changes {
        changes,
        untouched: "the policy stays as it is. Keep an administrator signed in who is outside it."
            .to_owned(),
    }
}

/// Whether single sign-on is enforced and the confirmation is not given since.
pub(super) fn is_unconfirmed(known: &Known, ask: &str) -> bool {
    is_enforced(known) && given_at(known, ask).is_none()
}

/// Whether the confirmation is given and counts still: one from long ago was meant for another change.
fn is_confirmed(known: &Known, ask: &str, now: Timestamp) -> bool {
    given_at(known, ask).is_some_and(|given| still_confirms(given, now))
}

/// When it was given. A confirmation from before the last time it was enforced tells nothing.
fn given_at(known: &Known, ask: &str) -> Option<Timestamp> {
    let given = known
        .answered_at(ask)
        .filter(|_| known.answer(ask) == Some("yes"));
    given.filter(|given| Some(*given) >= known.by_hand_at(&enforce::ID))
}

/// Whether it has to be confirmed before the change is shown.
pub(super) fn has_to_be_confirmed(known: &Known, ask: &str, now: Timestamp) -> bool {
    is_enforced(known) && !is_confirmed(known, ask, now)
}

/// The confirmation.
pub(super) fn confirmation(ask: &'static str) -> Ask {
    Ask::new(
        ask,
        AskKind::Confirm,
        "Change it although single sign-on is enforced",
        "Choose a quiet hour, and have the Atlassian screen open. Or stop enforcing first; how stands on the page of enforcing. It counts for an hour, and for what is changed next.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::Undo;

    const ASK: &str = "claims.while_enforced";
    const CUTS: (&[&str], &str) = (&["claims"], "until Atlassian has the new values");

    fn known(enforced: Option<&str>, confirmed: Option<&str>) -> Known {
        let mut known = Known::default();
        if let Some(at) = enforced {
            known
                .by_hand
                .insert(enforce::ID, at.parse().expect("a moment"));
        }
        if let Some(at) = confirmed {
            known.answers.insert(ASK.into(), "yes".into());
            known
                .answered
                .insert(ASK.into(), at.parse().expect("a moment"));
        }
        known
    }

    fn planned(known: &Known, id: &str) -> Plan {
        let change = Change {
            id: id.into(),
            system: "Entra".into(),
            what: "Something".into(),
            about: String::new(),
            now: "old".into(),
            then: "new".into(),
            then_about: "other rows stay".into(),
            code: false,
            before: None,
            after: None,
            undo: Undo::PutBack { said: "Yes".into() },
        };
        plan(
            (known, NOW.parse().expect("a moment")),
            ASK,
            CUTS,
            vec![change],
            "nothing changes.",
        )
    }

    /// What is said beside the change and what stays untouched; `None` when it is not proposed.
    fn said(plan: Plan) -> Option<(String, String)> {
        match plan {
            Plan::Changes { changes, untouched } => {
                Some((changes[0].then_about.clone(), untouched))
            }
            _ => None,
        }
    }

    const FIRST: &str = "2026-11-25T10:00:00Z";
    const LATER: &str = "2026-11-25T11:00:00Z";
    const NOW: &str = "2026-11-25T11:30:00Z";

    #[test]
    fn a_confirmation_counts_for_an_hour() {
        for (given, counts) in [
            ("2026-11-25T11:30:00Z", true),
            ("2026-11-25T10:30:01Z", true),
            ("2026-11-25T10:30:00Z", false),
            ("2026-11-24T11:30:00Z", false),
            // The clock was set back since: nobody knows how old it is.
            ("2026-11-25T11:31:00Z", false),
        ] {
            let long_ago = Some("2026-11-01T10:00:00Z");
            let planned = planned(&known(long_ago, Some(given)), "claims");
            assert_eq!(said(planned).is_some(), counts, "{given}");
        }
    }

    #[test]
    fn what_cuts_people_off_is_proposed_only_once_it_was_confirmed_and_says_so() {
        assert_eq!(said(planned(&known(Some(FIRST), None), "claims")), None);
        let before = known(Some(LATER), Some(FIRST));
        assert_eq!(
            said(planned(&before, "claims")),
            None,
            "enforced anew since"
        );

        let (about, untouched) =
            said(planned(&known(Some(FIRST), Some(LATER)), "claims")).expect("proposed");
        assert_eq!(
            about,
            "other rows stay; people of the policy can’t log in until Atlassian has the new values"
        );
        assert!(!untouched.contains("nothing changes"), "{untouched}");
    }

    #[test]
    fn before_enforcing_and_for_what_cuts_nobody_off_nothing_is_asked() {
        let plain = ("other rows stay".to_owned(), "nothing changes.".to_owned());
        for (known, id) in [
            (known(None, None), "claims"),
            (known(Some(FIRST), None), "notify"),
        ] {
            assert_eq!(said(planned(&known, id)), Some(plain.clone()), "{id}");
        }
    }
}
