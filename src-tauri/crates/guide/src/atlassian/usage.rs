//! Changes that reach log-ins at once, because people log in through the application already: they are said so in the table,
//! and proposed only after the person confirmed that. Pure.

use engine::{Ask, AskKind, Change, Known, Plan, StepId, still_confirms};
use jiff::Timestamp;

use super::enforce::{self, is_enforced};
use super::find_app::is_taken_over;
use super::{add_app, basic_saml, certificate, claims, renewal};

/// The ask: do people log in through the application that is taken over? It is said of this one, and asked anew of another.
pub const IN_USE: &str = "app.in_use";
/// The answer of somebody who knows that nobody does.
const NOBODY: &str = "no";
/// The answer of somebody who knows that people do, or who does not know.
const PEOPLE: &str = "yes";

/// How people depend on the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// They can log in through it, and may have no other way.
    People,
    /// They have no other way: single sign-on is enforced.
    Enforced,
}

impl Use {
    /// `None` where nobody depends on it.
    fn of(known: &Known) -> Option<Self> {
        if is_enforced(known) {
            return Some(Self::Enforced);
        }
        may_be_used(known).then_some(Self::People)
    }

    /// Why a change is confirmed first.
    pub fn because(self, until: &str) -> String {
        match self {
            Self::People => format!("People log in through this application. They can’t {until}."),
            Self::Enforced => {
                format!("Single sign-on is enforced. People of the policy can’t log in {until}.")
            }
        }
    }

    /// The same beside the change.
    fn beside(self, until: &str) -> String {
        match self {
            Self::People => format!("people can’t log in through it {until}"),
            Self::Enforced => format!("people of the policy can’t log in {until}"),
        }
    }

    /// The confirmation.
    pub fn confirmation(self, ask: &'static str) -> Ask {
        let (label, hint) = match self {
            Self::People => (
                "Change it although people log in through it",
                "Choose a quiet hour, and have the Atlassian screen open. If nobody logs in through it, say so on the page of the application. It counts for an hour, and for what is changed next.",
            ),
            Self::Enforced => (
                "Change it although single sign-on is enforced",
                "Choose a quiet hour, and have the Atlassian screen open. Or stop enforcing first; how stands on the page of enforcing. It counts for an hour, and for what is changed next.",
            ),
        };
        Ask::new(ask, AskKind::Confirm, label, hint)
    }
}

/// Whether people may log in through an application that was taken over: only who said that nobody does is believed.
pub(super) fn may_be_used(known: &Known) -> bool {
    is_taken_over(known) && known.answer(IN_USE) != Some(NOBODY)
}

/// The ask for an application that is taken over. Nothing in Entra tells whether Atlassian sends people to it.
pub(super) fn ask() -> Ask {
    Ask::choice(
        IN_USE,
        "Do people log in to Atlassian through it?",
        "Entra does not tell whether Atlassian uses it.",
        &[
            (
                NOBODY,
                "Nobody does",
                "Somebody began, and Atlassian sends nobody to it yet.",
            ),
            (
                PEOPLE,
                "People do, or I don’t know",
                "What would shut them out is confirmed before it is changed.",
            ),
        ],
    )
}

/// The confirmation, once it was given: it stays on the page.
pub(super) fn given(known: &Known, ask: &'static str) -> Option<Ask> {
    let found = Use::of(known).filter(|_| known.answer(ask).is_some());
    found.map(|found| found.confirmation(ask))
}

/// The changes as a plan. Of those named in `cutting` the table says whom they cut off and until when; while people log in
/// through the application they have to be confirmed by `ask` first.
pub(super) fn plan(
    (known, now): (&Known, Timestamp),
    ask: &'static str,
    (cutting, until): (&[&str], &str),
    mut changes: Vec<Change>,
    untouched: &str,
) -> Plan {
    let cuts = |change: &Change| cutting.contains(&change.id.as_str());
    let found = Use::of(known).filter(|_| changes.iter().any(cuts));
    let untouched = match found {
        None => untouched.to_owned(),
        Some(Use::People) => format!("{untouched} Keep an administrator signed in at Atlassian."),
        Some(Use::Enforced) => {
            "the policy stays as it is. Keep an administrator signed in who is outside it."
                .to_owned()
        }
    };
    let Some(found) = found else {
        return Plan::Changes { changes, untouched };
    };
    if !is_confirmed(known, ask, now) {
        return Plan::Asks {
            because: found.because(until),
            asks: vec![found.confirmation(ask)],
        };
    }
    for change in changes.iter_mut().filter(|change| cuts(change)) {
        let said = found.beside(until);
        change.then_about = match change.then_about.as_str() {
            "" => said,
            about => format!("{about}; {said}"),
        };
    }
    Plan::Changes { changes, untouched }
}

/// The confirmation in the words of an example, where nobody knows yet how people depend on the application.
pub(super) fn confirmation_of_any(ask: &'static str) -> Ask {
    Ask::new(
        ask,
        AskKind::Confirm,
        "Change it although people log in through it",
        "Asked where people do, or single sign-on is enforced, and this would cut them off for a while.",
    )
}

/// What is said before an undo that reaches log-ins at once; `None` where it reaches none. Each change comes with its step. While
/// single sign-on is enforced there is no undo, so that is not said here.
pub fn undo_cuts<'a>(
    known: &Known,
    mut changes: impl Iterator<Item = (&'a StepId, &'a Change)>,
) -> Option<&'static str> {
    let cuts = |(step, change): (&StepId, &Change)| match change.id.as_str() {
        "enable" => *step == add_app::ID,
        "mode" | "activate" => *step == certificate::ID,
        // One that was made beside another signs nothing before it is activated.
        "certificate" => *step == certificate::ID && !renewal::signs_on(change),
        "addresses" => *step == basic_saml::ID,
        _ => *step == claims::ID,
    };
    (may_be_used(known) && changes.any(cuts)).then_some(
        "People log in through this application. Once this is undone they can’t, until both sides are again as they were before.",
    )
}

/// How people depend on the application, where that is not confirmed since.
pub(super) fn unconfirmed(known: &Known, ask: &str) -> Option<Use> {
    Use::of(known).filter(|_| given_at(known, ask).is_none())
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

/// How people depend on the application, where a change has to be confirmed before it is shown.
pub(super) fn to_be_confirmed(known: &Known, ask: &str, now: Timestamp) -> Option<Use> {
    Use::of(known).filter(|_| !is_confirmed(known, ask, now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::Undo;

    const ASK: &str = "claims.in_use";
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

    fn change_of(id: &str) -> Change {
        Change {
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
        }
    }

    fn planned(known: &Known, id: &str) -> Plan {
        let change = change_of(id);
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

    /// What is known of an application that is taken over, or made new.
    fn of_an_application(existing: &str, in_use: Option<&str>, confirmed: Option<&str>) -> Known {
        let mut known = known(None, confirmed);
        let mut answer = |ask: &str, value: &str| {
            known.answers.insert(ask.into(), value.into());
        };
        answer(crate::atlassian::find_app::EXISTING, existing);
        if let Some(in_use) = in_use {
            answer(IN_USE, in_use);
        }
        known
    }

    #[test]
    fn what_people_use_is_changed_only_once_it_was_confirmed_whether_it_is_enforced_or_not() {
        let theirs = "00000000-0000-0000-0000-000000000001";
        for (existing, in_use, asked) in [
            (theirs, Some(PEOPLE), true),
            (theirs, Some(NOBODY), false),
            // Nobody said anything: it is not supposed that nobody does.
            (theirs, None, true),
            // Said of the one that was looked at before.
            ("new", Some(PEOPLE), false),
        ] {
            let before = planned(&of_an_application(existing, in_use, None), "claims");
            let Plan::Asks { because, asks } = before else {
                assert!(!asked, "{existing} {in_use:?}");
                continue;
            };
            assert!(asked, "{existing} {in_use:?}");
            assert_eq!(
                because,
                "People log in through this application. They can’t until Atlassian has the new values."
            );
            assert_eq!(asks[0].id, ASK);
        }
        let confirmed = of_an_application(theirs, Some(PEOPLE), Some(LATER));
        let (about, untouched) = said(planned(&confirmed, "claims")).expect("proposed");
        assert_eq!(
            about,
            "other rows stay; people can’t log in through it until Atlassian has the new values"
        );
        assert_eq!(
            untouched,
            "nothing changes. Keep an administrator signed in at Atlassian."
        );
    }

    #[test]
    fn an_undo_says_whom_it_cuts_off_where_people_log_in() {
        let theirs = "00000000-0000-0000-0000-000000000001";
        let (people, nobody) = (
            of_an_application(theirs, Some(PEOPLE), None),
            of_an_application(theirs, Some(NOBODY), None),
        );
        for (step, change, cuts) in [
            (certificate::ID, "activate", true),
            (certificate::ID, "certificate", true),
            (add_app::ID, "enable", true),
            (certificate::ID, "mode", true),
            (certificate::ID, "notify", false),
            (basic_saml::ID, "addresses", true),
            (basic_saml::ID, "relay", false),
            (claims::ID, "claims", true),
            (add_app::ID, "mark", false),
        ] {
            let change = change_of(change);
            let said = |known| undo_cuts(known, std::iter::once((&step, &change))).is_some();
            assert_eq!(said(&people), cuts, "{step} {}", change.id);
            assert!(!said(&nobody), "{step} {}", change.id);
        }
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
