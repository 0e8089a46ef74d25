//! Whether enforcing took hold: a log-in after it came from Entra, something says that it had to, and nothing says that it was
//! switched off since.
//!
//! A log-in alone does not tell: before enforcing, too, people come in from My Apps or by choosing single sign-on.
//!
//! It decides and reads nothing.

use connect::atlassian::Event;
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
    /// The last switch in the audit log.
    pub switch: Option<(Switch, Timestamp)>,
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
}

/// Weighs the signs.
pub(super) fn weigh(signs: &Signs) -> Outcome {
    let saw = signs.saw.filter(|(_, at)| *at >= signs.done);
    let off = match signs.switch {
        Some((Switch::Off, at)) if at >= signs.done => Some(Some(at)),
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
    match &signs.entra {
        Log::Read(attempts) => {
            let through = attempts
                .iter()
                .filter(|attempt| attempt.code == 0 && attempt.at >= signs.done)
                .map(|attempt| attempt.at)
                .min();
            match through {
                Some(at) if has_to(signs) => Outcome::Seen(at),
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
fn has_to(signs: &Signs) -> bool {
    let saw = signs.saw.filter(|(_, at)| *at >= signs.done);
    matches!(saw, Some((Saw::Redirected, _)))
        || signs.told == Some(true)
        || matches!(signs.switch, Some((Switch::On, _)))
}

/// The last switch in the audit log. The ids of these actions are not published, so the words count: those of the catalogue, and those
/// of the event (atlassian.md 1.8).
pub(super) fn last_switch(
    events: &[Event],
    words_of: impl Fn(&str) -> Option<String>,
) -> Option<(Switch, Timestamp)> {
    events
        .iter()
        .filter_map(|event| {
            let named = words_of(&event.action).unwrap_or_default();
            let said = event.message.as_deref().unwrap_or_default();
            Some((switch(&format!("{named} {said}"))?, event.time?))
        })
        .max_by_key(|(_, at)| *at)
}

fn switch(words: &str) -> Option<Switch> {
    let words = words.to_lowercase();
    let says = |any: &[&str]| any.iter().any(|piece| words.contains(piece));
    if !says(&["enforc"]) || !says(&["single sign-on", "sso", "saml"]) {
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

    #[test]
    fn a_log_in_after_it_proves_it_and_one_before_does_not() {
        use Outcome::{MayBeChosen, NotYet, PasswordOffered, Said, Seen, Silent, SwitchedOff};
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
                    switch: Some((Switch::On, at(-2))),
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
                    switch: Some((Switch::Off, at(3))),
                    ..signs()
                },
                SwitchedOff(Some(at(3))),
            ),
            (
                "switched off before",
                Signs {
                    entra: log_in(1, 0),
                    switch: Some((Switch::Off, at(-3))),
                    ..signs()
                },
                MayBeChosen(at(1)),
            ),
            (
                "switched on",
                Signs {
                    switch: Some((Switch::On, at(3))),
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
            ("Enforced two-step verification", None),
            ("Saved SAML single sign-on configuration", None),
            ("", None),
        ];
        for (words, wanted) in cases {
            assert_eq!(switch(words), wanted, "{words}");
        }
    }

    #[test]
    fn the_last_switch_counts() {
        let event = |action: &str, time: &str| -> Event {
            serde_json::from_value(
                serde_json::json!({"id": time, "attributes": {"time": time, "action": action}}),
            )
            .expect("an event")
        };
        let events = [
            event("on", "2026-11-25T10:00:00Z"),
            event("off", "2026-11-25T11:00:00Z"),
            event("other", "2026-11-25T12:00:00Z"),
        ];
        let words = |action: &str| match action {
            "on" => Some("Enforced single sign-on".to_owned()),
            "off" => Some("Stopped enforcing single sign-on".to_owned()),
            _ => None,
        };
        let last = last_switch(&events, words).map(|(switch, _)| switch);
        assert_eq!(last, Some(Switch::Off));
    }
}
