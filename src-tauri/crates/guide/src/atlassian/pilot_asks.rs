//! The asks of the pilot, what is said to an answer, and who is meant by the answers. It calls nothing.

use engine::{Ask, AskKind, Judgement, Known, Worth};

use super::test_user;
use crate::principal::Principal;
use crate::words;

/// The ask: an existing person or group, or a new test user?
pub const KIND: &str = "pilot.kind";
/// The ask: who? Answered with a [`Principal`].
pub const WHO: &str = "pilot.who";
/// The ask: the test user's name.
pub const NEW_NAME: &str = "pilot.new_name";
/// The ask: what the test user signs in with.
pub const NEW_UPN: &str = "pilot.new_upn";
/// The fact: the test user that was made.
pub(super) const USER: &str = "pilot.user_id";

/// The asks, given what is answered.
pub(super) fn asks(known: &Known) -> Vec<Ask> {
    match known.answer(KIND) {
        Some("new") => vec![kind_ask(), name_ask(), upn_ask(known)],
        _ => vec![kind_ask(), who_ask()],
    }
}

/// Who is to be the pilot.
pub(super) enum Wish {
    Nobody,
    Existing(Principal),
    New { name: String, upn: String },
}

pub(super) fn wish(known: &Known) -> Wish {
    if known.answer(KIND) != Some("new") {
        let who = known.answer(WHO).and_then(Principal::parse);
        return who.map_or(Wish::Nobody, Wish::Existing);
    }
    let upn = known
        .answer(NEW_UPN)
        .map(str::to_owned)
        .or_else(|| suggested_upn(known));
    match upn {
        Some(upn) => Wish::New {
            name: known.answer(NEW_NAME).unwrap_or(test_user::NAME).to_owned(),
            upn,
        },
        None => Wish::Nobody,
    }
}

/// Who the pilot is: the test user that was made, or who was chosen.
pub(super) fn who(known: &Known) -> Option<Principal> {
    match wish(known) {
        Wish::Existing(who) => Some(who),
        Wish::New { upn, .. } => known.fact(USER).map(|id| Principal::user(id, upn)),
        Wish::Nobody => None,
    }
}

fn kind_ask() -> Ask {
    Ask::choice(
        KIND,
        "Who tries it first?",
        "A person or a group that exists is best: they have an account at Atlassian already.",
        &[
            (
                "existing",
                "A person or a group that exists",
                "Only whom you assign may log in through the application.",
            ),
            (
                "new",
                "A test user that Lockstep makes",
                "Needs the role User Administrator, and an account at Atlassian with the same address.",
            ),
        ],
    )
    .default("existing")
}

fn who_ask() -> Ask {
    Ask::new(
        WHO,
        AskKind::Search,
        "Which person or group?",
        "Type a part of the name or of the address. A group needs Microsoft Entra ID P1.",
    )
}

fn name_ask() -> Ask {
    Ask::new(
        NEW_NAME,
        AskKind::Text,
        "Name of the test user",
        "So that everybody sees what it is for.",
    )
    .default(test_user::NAME)
}

fn upn_ask(known: &Known) -> Ask {
    let mut ask = Ask::new(
        NEW_UPN,
        AskKind::Text,
        "User principal name of the test user",
        "At a domain that is verified on both sides. It becomes the e-mail address too.",
    );
    ask.example = Some("b.simon@contoso.com".to_owned());
    match suggested_upn(known) {
        Some(upn) => ask.default(upn),
        None => ask,
    }
}

/// At the domain of whoever is signed in, unless that one is lent by Microsoft.
fn suggested_upn(known: &Known) -> Option<String> {
    let domain = words::domain_of(known.fact("entra.user")?);
    let own = !domain.is_empty() && !is_lent(&domain);
    own.then(|| format!("b.simon@{domain}"))
}

fn is_lent(domain: &str) -> bool {
    domain.contains(".onmicrosoft.") || domain.ends_with(".onmschina.cn")
}

pub(super) fn judge_upn(value: &str, signed_in: Option<&str>) -> Option<Judgement> {
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    if people::fault_of(value).is_some() {
        let domain = signed_in.map(words::domain_of).unwrap_or_default();
        let domain = match domain.is_empty() {
            true => "contoso.com",
            false => &domain,
        };
        return Some(
            Judgement::bad(
                "This is no user principal name.",
                "It has the form of an e-mail address, without blanks.",
            )
            .expected(format!("b.simon@{domain}")),
        );
    }
    let domain = words::domain_of(value);
    is_lent(&domain).then(|| {
        Judgement::new(
            Worth::Doubtful,
            "Atlassian can’t verify this domain.",
            format!("{domain} belongs to Microsoft. The test user could not be made to use single sign-on."),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(answers: &[(&str, &str)], facts: &[(&str, &str)]) -> Known {
        let mut known = Known::default();
        for (ask, value) in answers {
            known.answers.insert((*ask).to_owned(), (*value).to_owned());
        }
        for (name, value) in facts {
            known.facts = known.facts.with(*name, *value);
        }
        known
    }

    #[test]
    fn a_user_principal_name_is_judged_by_its_form_and_domain() {
        for (value, worth) in [
            ("", None),
            ("b.simon@contoso.com", None),
            ("B.Simon", Some(Worth::Bad)),
            ("b simon@contoso.com", Some(Worth::Bad)),
            ("b.simon@contoso.onmicrosoft.com", Some(Worth::Doubtful)),
            ("b.simon@contoso.onmicrosoft.us", Some(Worth::Doubtful)),
        ] {
            let said = judge_upn(value, Some("adele@contoso.com"));
            assert_eq!(said.map(|said| said.worth), worth, "{value}");
        }
        let said = judge_upn("B.Simon", Some("adele@fabrikam.com")).expect("it is wrong");
        assert_eq!(said.expected.as_deref(), Some("b.simon@fabrikam.com"));
    }

    #[test]
    fn the_test_user_lives_at_the_domain_of_whoever_makes_it() {
        let suggested = |user| suggested_upn(&known(&[], &[("entra.user", user)]));
        assert_eq!(
            suggested("adele@contoso.com").as_deref(),
            Some("b.simon@contoso.com")
        );
        assert_eq!(suggested("admin@contoso.onmicrosoft.com"), None);
        assert_eq!(suggested_upn(&Known::default()), None);
    }

    #[test]
    fn the_pilot_is_who_was_chosen_or_made() {
        let megan = "user/u-1/megan@contoso.com";
        let chosen = known(&[(WHO, megan)], &[]);
        assert_eq!(who(&chosen), Principal::parse(megan));
        assert_eq!(who(&Known::default()), None);
        let new = [
            (KIND, "new"),
            (NEW_UPN, "b.simon@contoso.com"),
            (WHO, megan),
        ];
        assert_eq!(who(&known(&new, &[])), None, "not made yet");
        assert_eq!(
            who(&known(&new, &[(USER, "u-9")])),
            Some(Principal::user("u-9", "b.simon@contoso.com"))
        );
    }
}
