//! Why a log-in that worked does not any more, as far as Atlassian's audit log tells: somebody deleted the SAML
//! configuration, saved another one, or unlinked the domain. No call reads either (atlassian.md 5), so without such an event nothing
//! is said.

use connect::atlassian::{Event, EventAction};
use engine::{Known, Verdict, VerdictState};
use jiff::{SignedDuration, Timestamp};

use super::before_atlassian::opened;
use super::saml_details::SP_ENTITY;
use super::saml_details_checks::event_said;
use super::test_login;
use super::test_login_checks::with_fix;
use crate::Live;
use crate::evidence::Proven as _;

/// What somebody took back is younger than the set-up; its screens were open for a while before.
const BEFORE: SignedDuration = SignedDuration::from_hours(24);

/// What was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Saml,
    Domain,
}

impl Taken {
    const ALL: [Self; 2] = [Self::Saml, Self::Domain];

    /// Whether an event is about it, and whether it takes it back: by the words of its action, for the ids are not
    /// published (atlassian.md 1.8). `None` for what is about something else.
    fn told(self, words: &str) -> Option<bool> {
        let has = |any: &[&str]| any.iter().any(|word| words.contains(word));
        match self {
            Self::Saml => has(&["saml"]).then(|| has(&["delet", "remov"])),
            Self::Domain => {
                (has(&["domain"]) && has(&["link"])).then(|| has(&["unlink", "delet", "remov"]))
            }
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Saml => "a SAML configuration was deleted",
            Self::Domain => "a domain was unlinked",
        }
    }

    fn fix(self) -> &'static str {
        match self {
            Self::Saml => "saml-deleted",
            Self::Domain => "domain-unlinked",
        }
    }
}

/// What an event's action is called, in small letters.
fn words(event: &Event, actions: &[EventAction]) -> Option<String> {
    let action = actions.iter().find(|action| action.id == event.action);
    action.map(|action| action.display_name.to_lowercase())
}

/// The last time that SAML was saved.
fn saved<'a>(events: &'a [Event], actions: &[EventAction]) -> Option<&'a Event> {
    let saves = |event: &&Event| words(event, actions).is_some_and(|words| is_saving(&words));
    events.iter().filter(saves).max_by_key(|event| event.time)
}

/// Whether an action saves a SAML configuration, by its words. Enforcing it in a policy is another thing, whatever it is called.
fn is_saving(words: &str) -> bool {
    const SAVES: &[&str] = &[
        "sav", "updat", "edit", "add", "creat", "configur", "chang", "replac",
    ];
    const OTHERS: &[&str] = &["enforc", "polic", "delet", "remov"];
    let has = |any: &[&str]| any.iter().any(|word| words.contains(word));
    has(&["saml"]) && has(SAVES) && !has(OTHERS)
}

/// The last thing that was taken back and not made again since.
fn last<'a>(events: &'a [Event], actions: &[EventAction]) -> Option<(Taken, &'a Event)> {
    let newest = |taken: Taken| {
        let about = events.iter().filter_map(|event| {
            let is_back = taken.told(&words(event, actions)?)?;
            Some((event.time?, is_back, event))
        });
        about
            .max_by_key(|(at, ..)| *at)
            .filter(|(_, is_back, _)| *is_back)
            .map(|(at, _, event)| (at, taken, event))
    };
    let all = Taken::ALL.into_iter().filter_map(newest);
    all.max_by_key(|(at, ..)| *at)
        .map(|(_, taken, event)| (taken, event))
}

/// That nothing proves any more that it stands, where something was taken back since the set-up and not made again, or SAML was
/// saved again. A log-in that was proven after it shows that it was about another directory, or that all is well again. Which directory it was about the log does not tell, nor what was saved.
pub(super) fn doubt(
    cx: &Live,
    known: &Known,
    (events, actions): (&[Event], &[EventAction]),
    since: Timestamp,
) -> Option<Verdict> {
    let proven = test_login::proven_at(known);
    let good = proven.map_or(since, |proven| proven.max(since));
    let doubted = |words: &str, event: &Event, then: &str, fix: &str| {
        let (title, detail) = (
            format!("Since then {words}"),
            format!("{}. If it was this one, {then}", event_said(event)),
        );
        let verdict = Verdict::new(VerdictState::Unknown, title, detail);
        with_fix(verdict, fix, cx, known, &[])
    };
    let later = |event: &Event, than: Timestamp| event.time.is_some_and(|at| at > than);
    if let Some((taken, event)) = last(events, actions).filter(|(_, event)| later(event, good)) {
        let then = "nobody is sent to Entra any more; a test log-in shows it.";
        return Some(doubted(taken.words(), event, then, taken.fix()));
    }
    // Before the first proven log-in it is the set-up itself that is saved.
    let proven = proven?;
    let event = saved(events, actions).filter(|event| later(event, proven))?;
    let then = "only a test log-in shows whether people still get in.";
    Some(doubted(
        "SAML was saved again there",
        event,
        then,
        "saml-saved",
    ))
}

/// The verdict that a password was asked for, with what the audit log shows of it. Whether the event is about this
/// directory it does not tell for sure, so both are said side by side.
pub(super) async fn told(cx: &Live, known: &Known, verdict: Verdict) -> Verdict {
    let title = "Atlassian’s audit log is not read";
    let Ok((atlassian, organization)) = opened(cx, known, title, title).await else {
        return verdict;
    };
    let Some(since) = known.answered_at(SP_ENTITY) else {
        return verdict;
    };
    let from = since.checked_sub(BEFORE).unwrap_or(since);
    let (actions, events) = futures::join!(
        atlassian.event_actions(&organization),
        atlassian.events_since(&organization, from)
    );
    let (Ok(actions), Ok(events)) = (actions, events) else {
        return verdict;
    };
    let Some((taken, event)) = last(&events.value, &actions.value) else {
        return verdict;
    };
    let verdict = Verdict {
        title: format!("{}, and {} there", verdict.title, taken.words()),
        detail: format!("{} {}.", verdict.detail, event_said(event)),
        ..verdict
    };
    with_fix(verdict, taken.fix(), cx, known, &[]).by(&events.call)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn action(id: &str, name: &str) -> EventAction {
        let names = json!({"displayName": name, "groupDisplayName": "Identity providers"});
        serde_json::from_value(json!({"id": id, "attributes": names})).expect("an action")
    }

    /// The minute of an event, and its action.
    type Happened = (u8, &'static str);

    fn event(minute: u8, action: &str) -> Event {
        let time = format!("2026-11-25T10:{minute:02}:00Z");
        serde_json::from_value(json!({
            "id": format!("e{minute}"),
            "attributes": {"time": time, "action": action, "actor": {"name": "Adele Vance"}},
        }))
        .expect("an event")
    }

    #[test]
    fn what_saves_saml_is_told_from_what_enforces_or_deletes_it() {
        for (words, saves) in [
            ("saved saml single sign-on configuration", true),
            ("updated saml certificate", true),
            ("created a saml configuration", true),
            ("enforced saml single sign-on", false),
            ("updated saml enforcement of a policy", false),
            ("removed saml configuration", false),
            ("saved a directory", false),
            ("logged in with saml", false),
        ] {
            assert_eq!(is_saving(words), saves, "{words}");
        }
    }

    #[test]
    fn what_was_taken_back_last_counts_until_it_was_made_again() {
        let actions = [
            action("saved", "Saved SAML single sign-on configuration"),
            action("deleted", "Removed SAML configuration"),
            action("linked", "Linked domain to directory"),
            action("unlinked", "Unlinked domain from directory"),
            action("claimed", "Deleted domain claim"),
            action("directory", "Deleted directory"),
        ];
        let cases: [(&[Happened], Option<Taken>); 8] = [
            (&[], None),
            (&[(1, "saved"), (2, "linked")], None),
            (&[(1, "saved"), (2, "deleted")], Some(Taken::Saml)),
            (&[(2, "deleted"), (3, "saved")], None),
            (&[(1, "linked"), (2, "unlinked")], Some(Taken::Domain)),
            (&[(2, "unlinked"), (3, "deleted")], Some(Taken::Saml)),
            // Of others nothing is known to follow.
            (&[(1, "claimed"), (2, "directory")], None),
            (&[(1, "of no list")], None),
        ];
        for (events, wanted) in cases {
            let events: Vec<_> = events.iter().map(|(at, id)| event(*at, id)).collect();
            let found = last(&events, &actions).map(|(taken, _)| taken);
            assert_eq!(found, wanted, "{events:?}");
        }
    }
}
