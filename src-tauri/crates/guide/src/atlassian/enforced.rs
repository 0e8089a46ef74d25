//! Whether enforcing took hold: a log-in after it came from Entra, something says that it had to, and nothing says that it was
//! switched off since.
//!
//! A log-in alone does not tell: before enforcing, too, people come in from My Apps or by choosing single sign-on.
//!
//! It decides and reads nothing.

use connect::atlassian::Event;
use engine::VerdictState;
use jiff::Timestamp;

use super::login_proof::{Attempt, LONGEST, Log};

/// What a person saw after enforcing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saw {
    /// Atlassian sent them to Microsoft at once.
    Redirected,
    /// Atlassian offered a password.
    Password,
}

/// What the audit log shows of switching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Switched {
    /// On or off.
    pub to: Switch,
    /// When.
    pub at: Timestamp,
}

/// A switch that the audit log shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Switch {
    /// Enforced.
    On,
    /// No longer enforced.
    Off,
}

/// Everything that tells of enforcing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signs {
    /// When the person said that it is done.
    pub done: Timestamp,
    /// The pilot's sign-ins to the application.
    pub entra: Log<Attempt>,
    /// What the person saw since.
    pub saw: Option<(Saw, Timestamp)>,
    /// The last switch of this policy in the audit log.
    pub switch: Option<Switched>,
    /// When the audit log last showed that a policy was switched off which it does not name.
    pub off_somewhere: Option<Timestamp>,
    /// Whether Atlassian says that the policy enforces.
    pub told: Option<bool>,
    /// Now.
    pub now: Timestamp,
}

/// What the signs come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A log-in after it came through Entra, and no password was offered.
    Seen(Timestamp),
    /// A log-in after it came through Entra; whether it had to, nothing tells.
    MayBeChosen(Timestamp),
    /// The person says so; the log was not read.
    Said(Timestamp),
    /// Nothing yet, and the log still has time.
    NotYet,
    /// Nothing, although the log had time; or the log is shut and nobody said anything.
    Silent,
    /// Somebody was offered a password.
    PasswordOffered,
    /// Atlassian says that it is not enforced, or that it was switched off.
    SwitchedOff(Option<Timestamp>),
    /// The audit log shows that a policy was switched off, and not which.
    MayBeOff(Timestamp),
}

impl Outcome {
    /// What it is worth. What nothing proves is not a risk that somebody may take: it is not known, so that nothing that rests on
    /// it is called verified.
    pub(super) fn state(self) -> VerdictState {
        match self {
            Outcome::Seen(_) | Outcome::Said(_) => VerdictState::Pass,
            Outcome::NotYet => VerdictState::Wait,
            Outcome::Silent | Outcome::MayBeChosen(_) => VerdictState::Unknown,
            Outcome::PasswordOffered | Outcome::SwitchedOff(_) => VerdictState::Fail,
            Outcome::MayBeOff(_) => VerdictState::Warn,
        }
    }
}

/// Weighs the signs.
pub(super) fn weigh(signs: &Signs) -> Outcome {
    let saw = signs.saw.filter(|(_, at)| *at >= signs.done);
    let off = match signs.switch {
        Some(Switched {
            to: Switch::Off,
            at,
        }) if at >= signs.done => Some(Some(at)),
        // A switch that was seen to be on later than the answer's word is newer; the word of the policy itself counts most.
        _ if signs.told == Some(false) => Some(None),
        _ => None,
    };
    if let Some(at) = off {
        return Outcome::SwitchedOff(at);
    }
    if matches!(saw, Some((Saw::Password, _))) {
        return Outcome::PasswordOffered;
    }
    let answered =
        |off| signs.told == Some(true) || matches!(saw, Some((Saw::Redirected, at)) if at > off);
    if let Some(off) = signs
        .off_somewhere
        .filter(|off| *off >= signs.done && !answered(*off))
    {
        return Outcome::MayBeOff(off);
    }
    match &signs.entra {
        Log::Read(attempts) => {
            let through = attempts
                .iter()
                .filter(|attempt| attempt.code == 0 && attempt.at >= signs.done)
                .map(|attempt| attempt.at)
                .min();
            match through {
                Some(at) if has_to(signs, saw) => Outcome::Seen(at),
                Some(at) => Outcome::MayBeChosen(at),
                None if signs.now.duration_since(signs.done) < LONGEST => Outcome::NotYet,
                None => Outcome::Silent,
            }
        }
        Log::Shut | Log::Unread => match saw {
            Some((_, at)) => Outcome::Said(at),
            None => Outcome::Silent,
        },
    }
}

/// Whether something says that people have to go through Entra. The switch itself lies before the person's word that it is done.
fn has_to(signs: &Signs, saw: Option<(Saw, Timestamp)>) -> bool {
    matches!(saw, Some((Saw::Redirected, _)))
        || signs.told == Some(true)
        || signs.switch.is_some_and(|switch| switch.to == Switch::On)
}

/// The policy that is looked for in the audit log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sought<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
}

impl Sought<'_> {
    /// Whether an event names this policy: by its id, or by its name while it carries no policy's id.
    fn is_named_by(&self, event: &Event, words: &str) -> bool {
        let mut policies = event.context.iter().filter(|thing| {
            let kind = thing.kind.as_deref().unwrap_or_default();
            kind.to_lowercase().contains("polic")
        });
        let ids: Vec<_> = policies
            .by_ref()
            .filter_map(|thing| thing.id.as_deref())
            .collect();
        if !ids.is_empty() {
            return ids.iter().any(|id| id.eq_ignore_ascii_case(self.id));
        }
        let named = event.context.iter().any(|thing| {
            thing
                .id
                .as_deref()
                .is_some_and(|id| id.eq_ignore_ascii_case(self.id))
                || thing.text("name") == Some(self.name)
        });
        named || holds_word(words, self.id) || holds_word(words, self.name)
    }
}

/// Whether a text holds another one as a whole: “Pilot SSO” is not named by “Pilot SSO2”.
fn holds_word(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    !word.is_empty()
        && text.match_indices(&word).any(|(at, _)| {
            !text[..at].chars().next_back().is_some_and(is_part)
                && !text[at + word.len()..].chars().next().is_some_and(is_part)
        })
}

/// What the audit log shows of switching: what this policy was switched to last, and when one that is not named was last switched off,
/// with the words for it. The ids of these actions are not published, so the words count: those of the catalogue, and those of the event
/// (atlassian.md 1.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Switches {
    /// Of this policy.
    pub own: Option<Switched>,
    /// Of some policy.
    pub off_somewhere: Option<(Timestamp, String)>,
}

pub(super) fn switches(
    events: &[Event],
    policy: Sought,
    words_of: impl Fn(&str) -> Option<String>,
) -> Switches {
    let mut found = Switches::default();
    for event in events {
        let named = words_of(&event.action).unwrap_or_default();
        let words = format!("{named} {}", event.message.as_deref().unwrap_or_default());
        let (Some(to), Some(at)) = (switch(&words), event.time) else {
            continue;
        };
        if policy.is_named_by(event, &words) {
            if found.own.is_none_or(|own| own.at <= at) {
                found.own = Some(Switched { to, at });
            }
        } else if to == Switch::Off
            && found
                .off_somewhere
                .as_ref()
                .is_none_or(|(last, _)| *last <= at)
        {
            found.off_somewhere = Some((at, words.trim().to_owned()));
        }
    }
    found
}

fn switch(words: &str) -> Option<Switch> {
    let words = words.to_lowercase();
    let says = |any: &[&str]| any.iter().any(|piece| words.contains(piece));
    if !says(&["enforc"]) || !says(&["single sign-on", "sso", "saml"]) {
        return None;
    }
    // Who moves in or out of a policy that enforces switches nothing.
    if says(&["member", "user "]) {
        return None;
    }
    let off = [
        "stop",
        "not enforc",
        "no longer",
        "disabl",
        "remov",
        "turned off",
        "unenforc",
        "cleared",
    ];
    Some(if says(&off) { Switch::Off } else { Switch::On })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes + 1000)
    }

    fn signs() -> Signs {
        Signs {
            done: at(0),
            entra: Log::Read(Vec::new()),
            saw: None,
            switch: None,
            off_somewhere: None,
            told: None,
            now: at(5),
        }
    }

    fn log_in(minute: i64, code: i64) -> Log<Attempt> {
        Log::Read(vec![Attempt {
            at: at(minute),
            code,
        }])
    }

    fn switched(to: Switch, minute: i64) -> Option<Switched> {
        Some(Switched { to, at: at(minute) })
    }

    #[test]
    fn a_log_in_after_it_proves_it_and_one_before_does_not() {
        use Outcome::{
            MayBeChosen, MayBeOff, NotYet, PasswordOffered, Said, Seen, Silent, SwitchedOff,
        };
        let cases = [
            ("nothing yet", signs(), NotYet),
            (
                "nothing for long",
                Signs {
                    now: at(15),
                    ..signs()
                },
                Silent,
            ),
            (
                "before",
                Signs {
                    entra: log_in(-1, 0),
                    ..signs()
                },
                NotYet,
            ),
            (
                "after",
                Signs {
                    entra: log_in(1, 0),
                    ..signs()
                },
                MayBeChosen(at(1)),
            ),
            (
                "after, and no password",
                Signs {
                    entra: log_in(1, 0),
                    saw: Some((Saw::Redirected, at(2))),
                    ..signs()
                },
                Seen(at(1)),
            ),
            (
                "after, and no password before",
                Signs {
                    entra: log_in(1, 0),
                    saw: Some((Saw::Redirected, at(-2))),
                    ..signs()
                },
                MayBeChosen(at(1)),
            ),
            (
                "after, and switched on just before it was said",
                Signs {
                    entra: log_in(1, 0),
                    switch: switched(Switch::On, -2),
                    ..signs()
                },
                Seen(at(1)),
            ),
            (
                "refused after",
                Signs {
                    entra: log_in(1, 50105),
                    ..signs()
                },
                NotYet,
            ),
            (
                "shut",
                Signs {
                    entra: Log::Shut,
                    ..signs()
                },
                Silent,
            ),
            (
                "shut, said",
                Signs {
                    entra: Log::Shut,
                    saw: Some((Saw::Redirected, at(2))),
                    ..signs()
                },
                Said(at(2)),
            ),
            (
                "shut, said before",
                Signs {
                    entra: Log::Shut,
                    saw: Some((Saw::Redirected, at(-2))),
                    ..signs()
                },
                Silent,
            ),
            (
                "a password",
                Signs {
                    entra: log_in(1, 0),
                    saw: Some((Saw::Password, at(2))),
                    ..signs()
                },
                PasswordOffered,
            ),
            (
                "a password, before",
                Signs {
                    entra: log_in(1, 0),
                    saw: Some((Saw::Password, at(-2))),
                    ..signs()
                },
                MayBeChosen(at(1)),
            ),
            (
                "told off",
                Signs {
                    entra: log_in(1, 0),
                    told: Some(false),
                    ..signs()
                },
                SwitchedOff(None),
            ),
            (
                "told on",
                Signs {
                    entra: log_in(1, 0),
                    told: Some(true),
                    ..signs()
                },
                Seen(at(1)),
            ),
            (
                "switched off",
                Signs {
                    entra: log_in(1, 0),
                    switch: switched(Switch::Off, 3),
                    ..signs()
                },
                SwitchedOff(Some(at(3))),
            ),
            (
                "switched off before",
                Signs {
                    entra: log_in(1, 0),
                    switch: switched(Switch::Off, -3),
                    ..signs()
                },
                MayBeChosen(at(1)),
            ),
            (
                "some policy was switched off",
                Signs {
                    entra: log_in(1, 0),
                    off_somewhere: Some(at(3)),
                    switch: switched(Switch::On, -1),
                    ..signs()
                },
                MayBeOff(at(3)),
            ),
            (
                "some policy was switched off before",
                Signs {
                    entra: log_in(1, 0),
                    off_somewhere: Some(at(-3)),
                    switch: switched(Switch::On, -1),
                    ..signs()
                },
                Seen(at(1)),
            ),
            (
                "some policy was switched off, and no password was offered since",
                Signs {
                    entra: log_in(1, 0),
                    off_somewhere: Some(at(3)),
                    saw: Some((Saw::Redirected, at(4))),
                    ..signs()
                },
                Seen(at(1)),
            ),
            (
                "some policy was switched off after no password was offered",
                Signs {
                    entra: log_in(1, 0),
                    off_somewhere: Some(at(3)),
                    saw: Some((Saw::Redirected, at(2))),
                    ..signs()
                },
                MayBeOff(at(3)),
            ),
            (
                "some policy was switched off, and this one is told to be on",
                Signs {
                    entra: log_in(1, 0),
                    off_somewhere: Some(at(3)),
                    told: Some(true),
                    ..signs()
                },
                Seen(at(1)),
            ),
            (
                "switched on",
                Signs {
                    switch: switched(Switch::On, 3),
                    ..signs()
                },
                NotYet,
            ),
        ];
        for (what, signs, wanted) in cases {
            assert_eq!(weigh(&signs), wanted, "{what}");
        }
    }

    #[test]
    fn a_switch_is_told_by_its_words() {
        let cases = [
            (
                "Enforced single sign-on in authentication policy Pilot SSO",
                Some(Switch::On),
            ),
            (
                "Stopped enforcing single sign-on in authentication policy",
                Some(Switch::Off),
            ),
            (
                "SSO is no longer enforced for policy Pilot",
                Some(Switch::Off),
            ),
            (
                "Removed member Alex from enforced SSO policy Pilot SSO",
                None,
            ),
            ("Enforced two-step verification", None),
            ("Saved SAML single sign-on configuration", None),
            ("", None),
        ];
        for (words, wanted) in cases {
            assert_eq!(switch(words), wanted, "{words}");
        }
    }

    const ID: &str = "3b8e07f5-61ad-4f0c-92d8-c5a4e1907b36";

    /// Event by event, in this order: the words, and what stands in its context.
    fn found(events: &[(&str, serde_json::Value)]) -> (Option<Switch>, Option<String>) {
        let events: Vec<Event> = events
            .iter()
            .enumerate()
            .map(|(nth, (words, context))| {
                let time = format!("2026-11-25T1{nth}:00:00Z");
                let event = serde_json::json!({
                    "id": time,
                    "attributes": {"time": time, "action": "any", "context": context},
                    "message": {"content": words},
                });
                serde_json::from_value(event).expect("an event")
            })
            .collect();
        let policy = Sought {
            id: ID,
            name: "Pilot SSO",
        };
        let found = switches(&events, policy, |_| None);
        (
            found.own.map(|own| own.to),
            found.off_somewhere.map(|(_, words)| words),
        )
    }

    #[test]
    fn only_what_names_this_policy_switches_it() {
        use serde_json::json;
        let off = "Stopped enforcing single sign-on";
        let in_context = |id: &str| json!([{"id": id, "type": "policies", "attributes": {}}]);
        let of = |words: &str| format!("{off} in authentication policy {words}");
        let cases = [
            ("by name", of("Pilot SSO"), json!([]), true),
            ("by name in quotes", of("“Pilot SSO”."), json!([]), true),
            ("by id", of(ID), json!([]), true),
            ("by id in the context", off.to_owned(), in_context(ID), true),
            (
                "by name in the context",
                off.to_owned(),
                json!([{"type": "policies", "attributes": {"name": "Pilot SSO"}}]),
                true,
            ),
            ("another name", of("Pilot SSO2"), json!([]), false),
            ("another one", of("Contractors"), json!([]), false),
            ("none", off.to_owned(), json!([]), false),
            (
                "another one of the same name",
                of("Pilot SSO"),
                in_context("54ef12ae-0000-4f0c-92d8-c5a4e1907b36"),
                false,
            ),
        ];
        for (what, words, context, own) in cases {
            let (switch, somewhere) = found(&[(&words, context)]);
            assert_eq!(switch, own.then_some(Switch::Off), "{what}");
            assert_eq!(somewhere, (!own).then_some(words), "{what}");
        }
    }

    #[test]
    fn the_last_switch_counts() {
        use serde_json::json;
        let on = ("Enforced single sign-on in Pilot SSO", json!([]));
        let off = ("Stopped enforcing single sign-on in Pilot SSO", json!([]));
        let other = ("Changed the name of Pilot SSO", json!([]));
        let last = |events: &[_]| found(events).0;
        assert_eq!(last(&[on.clone(), off.clone(), other]), Some(Switch::Off));
        assert_eq!(last(&[off, on]), Some(Switch::On));
    }
}
