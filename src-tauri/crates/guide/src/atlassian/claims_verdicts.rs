//! Verdicts on what is sent, from what was found. Pure.

use engine::{Verdict, VerdictState};
use people::Attribute;

use super::claims_way::{Case, Mapping, Theirs};
use super::sent_claims::{Format, Sent, Source};

/// The verdict on the assigned claims mapping policy, and the key of its fix.
pub(super) fn overriding(
    mapping: Option<&Mapping>,
    case: &Case,
    email: Attribute,
) -> (Verdict, Option<&'static str>) {
    let Some(policy) = mapping else {
        return (
            Verdict::new(
                VerdictState::Pass,
                "No policy overrides the portal’s page",
                "What stands on Attributes & Claims is what is sent.",
            ),
            None,
        );
    };
    if policy.ours {
        return (
            Verdict::new(
                VerdictState::Pass,
                "This connection’s policy says what is sent",
                "The portal’s page Attributes & Claims has no effect while it is assigned.",
            ),
            None,
        );
    }
    let fits = policy.sent.as_ref().is_some_and(|sent| sent.fits(email));
    let title = format!("The policy “{}” overrides the portal’s page", policy.name);
    match (case.theirs, fits) {
        (Some(Theirs::Keep), true) => (
            Verdict::new(
                VerdictState::Warn,
                title,
                "You keep it; it sends what is needed.",
            ),
            None,
        ),
        (Some(Theirs::Keep), false) => (
            Verdict::new(
                VerdictState::Fail,
                title,
                "You keep it, but it does not send what is needed.",
            ),
            Some("adopted"),
        ),
        _ => (
            Verdict::new(
                VerdictState::Fail,
                title,
                "This connection did not make it.",
            ),
            Some("overrides"),
        ),
    }
}

/// The verdict on the NameID, and the key of its fix.
pub(super) fn name_id(sent: &Sent, case: &Case) -> (Verdict, Option<&'static str>) {
    let words = sent.name_id.words();
    let right = sent.name_id.is(case.email.name());
    if !right {
        let (state, detail) = match sent.name_id {
            Source::Computed => (
                VerdictState::Warn,
                "Whether it comes to the chosen attribute can’t be told from here. The test log-in proves it.",
            ),
            _ => (VerdictState::Fail, "That is not the attribute you chose."),
        };
        let title = format!("NameID is {words}");
        return (Verdict::new(state, title, detail), Some("name-id"));
    }
    if sent.format == Format::Other {
        let verdict = Verdict::new(
            VerdictState::Fail,
            format!("NameID is {words}, but not in the form Email address"),
            "Atlassian reads it as an e-mail address.",
        );
        return (verdict, Some("format"));
    }
    let title = format!("Atlassian receives {words} as NameID");
    (Verdict::new(VerdictState::Pass, title, ""), None)
}

/// Log-ins work without it, so that the worst is a warning.
pub(super) fn stable(sent: &Sent) -> Verdict {
    let words = sent.name.words();
    if !sent.is_stable() {
        return Verdict::new(
            VerdictState::Warn,
            format!("name is {words}, which is no id that stays"),
            "After a rename Atlassian may not find the person again.",
        );
    }
    let is_upn = sent.name.is("userPrincipalName");
    let detail = match is_upn {
        true if sent.name == sent.name_id => {
            "Microsoft’s default, and the NameID too: once somebody’s user principal name changes, Atlassian may not find them again. user.objectid never changes."
        }
        true => {
            "Microsoft’s default. It stays for as long as nobody’s user principal name changes."
        }
        false => "It stays when the address changes.",
    };
    Verdict::new(VerdictState::Pass, format!("name is {words}"), detail)
}

#[cfg(test)]
mod tests {
    use super::super::claims_way::Preview;
    use super::*;
    use Attribute::{Mail, UserPrincipalName};

    fn case(email: Attribute) -> Case {
        Case {
            email,
            preview: Preview::Unset,
            mapping: None,
            theirs: None,
            instead: None,
        }
    }

    fn policy(ours: bool, sent: Option<Sent>) -> Mapping {
        Mapping {
            id: "m-1".into(),
            name: "Finance".into(),
            ours,
            sent,
        }
    }

    #[test]
    fn the_name_id_is_judged_by_source_and_form() {
        let defaults = Sent::by_default();
        let computed = Sent {
            name_id: Source::Computed,
            ..Sent::wanted(Mail)
        };
        let other_form = Sent {
            format: Format::Other,
            ..Sent::wanted(Mail)
        };
        let table = [
            (
                "as chosen",
                Sent::wanted(Mail),
                case(Mail),
                VerdictState::Pass,
                None,
            ),
            (
                "the other one",
                defaults.clone(),
                case(Mail),
                VerdictState::Fail,
                Some("name-id"),
            ),
            (
                "default",
                defaults,
                case(UserPrincipalName),
                VerdictState::Pass,
                None,
            ),
            (
                "computed",
                computed,
                case(Mail),
                VerdictState::Warn,
                Some("name-id"),
            ),
            (
                "another form",
                other_form,
                case(Mail),
                VerdictState::Fail,
                Some("format"),
            ),
        ];
        for (what, sent, case, state, key) in table {
            let (verdict, fix) = name_id(&sent, &case);
            assert_eq!((verdict.state, fix), (state, key), "{what}");
        }
    }

    #[test]
    fn a_policy_of_others_fails_until_somebody_decides() {
        let right = || Some(Sent::wanted(Mail));
        let wrong = || Some(Sent::by_default());
        let decided = |theirs| Case {
            theirs: Some(theirs),
            ..case(Mail)
        };
        let table = [
            ("none", None, case(Mail), VerdictState::Pass, None),
            (
                "ours",
                Some(policy(true, right())),
                case(Mail),
                VerdictState::Pass,
                None,
            ),
            (
                "theirs",
                Some(policy(false, right())),
                case(Mail),
                VerdictState::Fail,
                Some("overrides"),
            ),
            (
                "kept and right",
                Some(policy(false, right())),
                decided(Theirs::Keep),
                VerdictState::Warn,
                None,
            ),
            (
                "kept and wrong",
                Some(policy(false, wrong())),
                decided(Theirs::Keep),
                VerdictState::Fail,
                Some("adopted"),
            ),
            (
                "kept and unread",
                Some(policy(false, None)),
                decided(Theirs::Keep),
                VerdictState::Fail,
                Some("adopted"),
            ),
            (
                "to be detached",
                Some(policy(false, right())),
                decided(Theirs::Detach),
                VerdictState::Fail,
                Some("overrides"),
            ),
        ];
        for (what, mapping, case, state, key) in table {
            let (verdict, fix) = overriding(mapping.as_ref(), &case, Mail);
            assert_eq!((verdict.state, fix), (state, key), "{what}");
        }
    }

    #[test]
    fn a_shared_name_is_warned_about() {
        let display = Sent {
            name: Source::User("displayname".into()),
            ..Sent::wanted(Mail)
        };
        for (sent, state) in [
            (Sent::wanted(Mail), VerdictState::Pass),
            (Sent::by_default(), VerdictState::Pass),
            (display, VerdictState::Warn),
        ] {
            assert_eq!(stable(&sent).state, state);
        }
        let both = stable(&Sent::by_default()).detail;
        assert!(both.contains("and the NameID too"), "{both}");
    }
}
