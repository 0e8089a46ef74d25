//! Whether the policy holds the pilot and nobody else, and is one that can enforce: judged from what Atlassian's answer tells, and,
//! where it does not tell, from the person's word.
//!
//! It decides and reads nothing.

use std::collections::BTreeSet;

use engine::{Verdict, VerdictState};

use super::policy_members::{Membership, PilotPerson, some_of};
use crate::words;

/// What is judged.
pub(super) struct Case<'a> {
    /// The pilot.
    pub pilot: &'a [PilotPerson],
    /// The pilot's addresses that are managed accounts.
    pub managed: &'a BTreeSet<String>,
    /// The policy's members.
    pub there: &'a Membership,
    /// The policy's name, as the person wrote it.
    pub name: &'a str,
    /// The policy's name, as Atlassian tells it.
    pub told: Option<&'a str>,
    /// Whether the person confirmed what is not told.
    pub confirmed: bool,
    /// Whether the person looked at the policy's settings: it is not the default one.
    pub looked: bool,
    /// Whether the person said that it is enforced.
    pub done: bool,
}

/// The verdict, and the key of what to do.
pub(super) fn judge(case: &Case) -> (Verdict, Option<&'static str>) {
    use VerdictState::{Fail, Pass, Skipped, Unknown, Warn};
    let there = case.there;
    let said = |state, title: String, detail: &str| Verdict::new(state, title, detail);
    if case.pilot.is_empty() {
        let nobody = Skipped(engine::Skip::NothingYet);
        return (
            said(nobody, "Nobody is in the pilot yet".into(), ""),
            Some("pilot"),
        );
    }
    if there.local == Some(true) {
        let title = format!("“{}” is a policy of the local directory", case.name);
        return (
            said(Fail, title, "It can’t enforce single sign-on."),
            Some("local"),
        );
    }
    if there.default == Some(true) {
        let title = format!("“{}” is the default policy of its directory", case.name);
        return (
            said(Fail, title, "Everybody who is new falls into it."),
            Some("default"),
        );
    }
    let called = case.told.unwrap_or(case.name);
    if there.default.is_none() && is_called_default(called) {
        let title = format!("“{called}” is called like the default policy of a directory");
        let detail = "Everybody who is new falls into that one. If it is another policy, give it a name of its own at Atlassian first.";
        return (said(Fail, title, detail), Some("default"));
    }
    if there.enforced == Some(true) && !case.done {
        let title = format!("“{}” enforces single sign-on already", case.name);
        return (
            said(
                Fail,
                title,
                "Say that you take it over, or take another policy. Whoever is added is reached at once.",
            ),
            Some("enforced-already"),
        );
    }
    if !there.strangers.is_empty() {
        let title = format!(
            "{} not of the pilot in the policy",
            words::count(
                there.strangers.len(),
                "account that is",
                "accounts that are"
            )
        );
        let detail = format!("{}.", some_of(&there.strangers));
        return (said(Fail, title, &detail), Some("strangers"));
    }
    if let Some(told) = case.told.filter(|told| *told != case.name) {
        let title = format!("Atlassian calls this policy “{told}”");
        return (
            said(
                Warn,
                title,
                "Is it the one you mean? Then write its name like that above.",
            ),
            Some("name"),
        );
    }
    let is_told = there.is_told();
    if is_told && there.pilot.is_empty() {
        let title = "Nobody of the pilot is in the policy yet".to_owned();
        return (said(Fail, title, &left_out(case)), Some("members"));
    }
    if case.confirmed {
        let title = "You looked: only the pilot is in the policy".to_owned();
        return (
            said(
                Pass,
                title,
                "It rests on your word, as far as Atlassian does not tell.",
            ),
            None,
        );
    }
    if !is_told {
        let title = "Atlassian does not tell who is in the policy".to_owned();
        return (
            said(
                Unknown,
                title,
                "Look at its members and confirm it on this page.",
            ),
            Some("only-pilot-by-hand"),
        );
    }
    if there.local.is_none() {
        let title = format!(
            "Atlassian names no identity provider directory for “{}”",
            case.name
        );
        let detail = "A policy of the local directory can’t enforce single sign-on. Look at it and confirm it on this page.";
        return (said(Warn, title, detail), Some("local"));
    }
    if there.default.is_none() && !case.looked {
        let title = format!(
            "Atlassian does not tell whether “{}” is the default policy of its directory",
            case.name
        );
        let detail =
            "Everybody who is new falls into that one. Look at it and confirm it on this page.";
        return (said(Warn, title, detail), Some("default"));
    }
    let title = "Only the pilot is in the policy".to_owned();
    (said(Pass, title, &counted(case)), None)
}

/// Whether a policy has the name that directories give to their default one. Which one it is, Atlassian's answer may not tell (atlassian.md
/// 2.3), and no word of a person makes enforcing that one safe.
pub(super) fn is_called_default(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    name == "default" || name == "default policy" || name.ends_with(" default policy")
}

/// “3 members, the same 3 as in the pilot.”
fn counted(case: &Case) -> String {
    let inside = case.there.pilot.len();
    let of = case.pilot.len();
    let members = words::count(inside, "member", "members");
    if inside == of {
        return match of {
            1 => "1 member, the one of the pilot.".to_owned(),
            _ => format!("{members}, the same {of} as in the pilot."),
        };
    }
    format!("{members} of {of} in the pilot. {}", left_out(case))
}

/// Who of the pilot is not in it, and why.
fn left_out(case: &Case) -> String {
    let empty = case
        .pilot
        .iter()
        .filter(|person| person.address.is_none())
        .count();
    let unmanaged: Vec<_> = case
        .pilot
        .iter()
        .filter_map(|person| person.address.clone())
        .filter(|address| !case.managed.contains(address))
        .collect();
    let missing: Vec<_> = case
        .managed
        .difference(&case.there.pilot)
        .cloned()
        .collect();
    let mut parts = Vec::new();
    if !missing.is_empty() {
        parts.push(format!("Not in it yet: {}.", some_of(&missing)));
    }
    if !unmanaged.is_empty() {
        parts.push(format!("No managed account: {}.", some_of(&unmanaged)));
    }
    if empty > 0 {
        parts.push(format!(
            "{} without an address.",
            words::count(empty, "person", "people")
        ));
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use VerdictState::{Fail, Pass, Skipped, Unknown, Warn};

    fn pilot(addresses: &[&str]) -> Vec<PilotPerson> {
        addresses
            .iter()
            .map(|address| PilotPerson {
                name: (*address).to_owned(),
                address: (!address.is_empty()).then(|| (*address).to_owned()),
            })
            .collect()
    }

    fn set(addresses: &[&str]) -> BTreeSet<String> {
        addresses
            .iter()
            .map(|address| (*address).to_owned())
            .collect()
    }

    fn good() -> Membership {
        Membership {
            pilot: set(&["a", "b"]),
            elsewhere: 409,
            local: Some(false),
            default: Some(false),
            ..Membership::default()
        }
    }

    #[test]
    fn every_doubt_keeps_it_from_passing() {
        type Spoil = fn(&mut Membership);
        let cases: &[(Spoil, VerdictState, &str)] = &[
            (|_| (), Pass, "Only the pilot is in the policy"),
            (
                |m| m.local = Some(true),
                Fail,
                "“Pilot SSO” is a policy of the local directory",
            ),
            (
                |m| m.local = None,
                Warn,
                "Atlassian names no identity provider directory for “Pilot SSO”",
            ),
            (
                |m| m.default = Some(true),
                Fail,
                "“Pilot SSO” is the default policy of its directory",
            ),
            (
                |m| m.default = None,
                Warn,
                "Atlassian does not tell whether “Pilot SSO” is the default policy of its directory",
            ),
            (
                |m| m.enforced = Some(true),
                Fail,
                "“Pilot SSO” enforces single sign-on already",
            ),
            (
                |m| m.strangers = vec!["c".into()],
                Fail,
                "1 account that is not of the pilot in the policy",
            ),
            (
                |m| m.pilot.clear(),
                Fail,
                "Nobody of the pilot is in the policy yet",
            ),
            (
                |m| m.unknown = 1,
                Unknown,
                "Atlassian does not tell who is in the policy",
            ),
        ];
        let (people, managed) = (pilot(&["a", "b"]), set(&["a", "b"]));
        for (spoil, state, title) in cases {
            let mut there = good();
            spoil(&mut there);
            let case = Case {
                pilot: &people,
                managed: &managed,
                there: &there,
                name: "Pilot SSO",
                told: Some("Pilot SSO"),
                confirmed: false,
                looked: false,
                done: false,
            };
            let (verdict, key) = judge(&case);
            assert_eq!((verdict.state, verdict.title.as_str()), (*state, *title));
            assert_eq!(key.is_none(), *state == Pass, "{title}: what to do is said");
        }
    }

    #[test]
    fn the_usual_name_of_a_default_policy_is_taken_for_one_unless_it_is_told() {
        let (people, managed) = (pilot(&["a", "b"]), set(&["a", "b"]));
        for (name, told, default, wanted) in [
            ("Default policy", None, None, Fail),
            ("Pilot SSO", Some("Default policy"), None, Fail),
            ("Default policy", Some("Default policy"), Some(false), Pass),
            ("Default-free pilot", None, None, Pass),
        ] {
            let there = Membership { default, ..good() };
            let case = Case {
                pilot: &people,
                managed: &managed,
                there: &there,
                name,
                told,
                confirmed: true,
                looked: true,
                done: false,
            };
            let (verdict, _) = judge(&case);
            assert_eq!(verdict.state, wanted, "{name} {told:?} {default:?}");
        }
    }

    #[test]
    fn a_word_stands_in_for_what_is_not_told_and_for_nothing_else() {
        let (people, managed) = (pilot(&["a"]), set(&["a"]));
        let judged = |there: Membership| {
            let case = Case {
                pilot: &people,
                managed: &managed,
                there: &there,
                name: "Pilot SSO",
                told: None,
                confirmed: true,
                looked: false,
                done: false,
            };
            judge(&case).0.state
        };
        assert_eq!(
            judged(Membership {
                unknown: 3,
                ..Membership::default()
            }),
            Pass
        );
        assert_eq!(
            judged(Membership {
                local: None,
                ..good()
            }),
            Pass
        );
        assert_eq!(
            judged(Membership {
                default: None,
                ..good()
            }),
            Pass
        );
        assert_eq!(
            judged(Membership {
                strangers: vec!["c".into()],
                ..good()
            }),
            Fail
        );
        assert_eq!(
            judged(Membership {
                local: Some(true),
                ..good()
            }),
            Fail
        );
        assert_eq!(
            judged(Membership {
                pilot: BTreeSet::new(),
                ..good()
            }),
            Fail
        );
    }

    #[test]
    fn a_look_at_the_settings_tells_that_it_is_not_the_default_policy() {
        let (people, managed) = (pilot(&["a", "b"]), set(&["a", "b"]));
        for (default, wanted) in [(None, Pass), (Some(true), Fail)] {
            let there = Membership { default, ..good() };
            let case = Case {
                pilot: &people,
                managed: &managed,
                there: &there,
                name: "Pilot SSO",
                told: None,
                confirmed: false,
                looked: true,
                done: false,
            };
            assert_eq!(judge(&case).0.state, wanted, "{default:?}");
        }
    }

    #[test]
    fn who_is_missing_is_named() {
        let people = pilot(&["a", "b", "c", ""]);
        let managed = set(&["a", "b"]);
        let there = Membership {
            pilot: set(&["a"]),
            ..good()
        };
        let mut case = Case {
            pilot: &people,
            managed: &managed,
            there: &there,
            name: "Pilot SSO",
            told: None,
            confirmed: false,
            looked: false,
            done: false,
        };
        assert_eq!(
            judge(&case).0.detail,
            "1 member of 4 in the pilot. Not in it yet: b. No managed account: c. 1 person without an address."
        );
        case.told = Some("Everybody");
        assert_eq!(
            judge(&case).0.title,
            "Atlassian calls this policy “Everybody”"
        );
        case.pilot = &[];
        assert_eq!(judge(&case).0.state, Skipped(engine::Skip::NothingYet));
    }
}
