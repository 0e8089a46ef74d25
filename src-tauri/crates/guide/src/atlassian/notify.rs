//! The addresses that Microsoft mails before a certificate ends: what was typed, what is said to it, who is proposed.
//! Pure.

use engine::{Ask, AskKind, Judgement, Known, Worth};

use crate::words;

/// The ask for the addresses.
pub(super) const NOTIFY: &str = "saml.notify";
/// The fact: the tenant's technical contacts, with commas between them.
pub(super) const TECHNICAL: &str = "entra.technical_mails";
/// The fact: every address of the person who was signed in, first the one that they sign in with.
pub(super) const OWN: &str = "entra.user_addresses";
/// More than these Microsoft does not take (entra.md 4.3).
pub(super) const MOST: usize = 5;

/// The ask; proposed are the tenant's technical contacts and the person who signed in.
pub(super) fn ask(known: &Known) -> Ask {
    let mut ask = Ask::new(
        NOTIFY,
        AskKind::Text,
        "Who is mailed before the certificate ends",
        "Microsoft mails 60, 30 and 7 days before, and nobody else is told. A shared mailbox and a second person; commas between them, five at most.",
    )
    .optional();
    let proposed = unless_only_own(proposed(known), known);
    if !proposed.is_empty() {
        ask = ask.default(proposed.join(", "));
    }
    ask.example = Some("identity-team@contoso.com, adele@contoso.com".to_owned());
    ask
}

/// The addresses that were answered, or the proposed ones; none as long as it would be only the person who sets it up.
pub(super) fn wanted(known: &Known) -> Vec<String> {
    let all = match known.answer(NOTIFY) {
        Some(answer) => split(answer),
        None => proposed(known),
    };
    unless_only_own(all, known)
}

fn unless_only_own(all: Vec<String>, known: &Known) -> Vec<String> {
    match only_own(&all, &own(known)) {
        true => Vec::new(),
        false => all,
    }
}

/// The addresses of whoever is signed in. Those that were learned of somebody else do not count.
pub(super) fn own(known: &Known) -> Vec<String> {
    let Some(user) = known.fact("entra.user") else {
        return Vec::new();
    };
    let learned = split(known.fact(OWN).unwrap_or_default());
    match learned.first() {
        Some(first) if first.eq_ignore_ascii_case(user) => learned,
        _ => vec![user.to_owned()],
    }
}

/// Whoever sets it up may have left by the time a certificate ends, and all of their addresses with them.
fn only_own(all: &[String], own: &[String]) -> bool {
    let is_own = |one: &String| own.iter().any(|own| own.eq_ignore_ascii_case(one));
    !all.is_empty() && all.iter().all(is_own)
}

fn proposed(known: &Known) -> Vec<String> {
    let technical = known.fact(TECHNICAL).unwrap_or_default();
    let own = known.fact("entra.user").unwrap_or_default();
    let mut all = split(&format!("{technical},{own}"));
    all.retain(|address| is_address(address));
    all.truncate(MOST);
    all
}

/// What is said to the addresses as typed.
pub(super) fn judge(known: &Known, typed: &str) -> Judgement {
    let all = split(typed);
    if let Some(wrong) = all.iter().find(|address| !is_address(address)) {
        return Judgement::bad(
            "That is no e-mail address.",
            format!("“{wrong}” can’t be mailed. Put commas between several addresses."),
        );
    }
    if all.len() > MOST {
        return Judgement::bad(
            "Too many addresses.",
            format!("Microsoft takes {MOST}, these are {}.", all.len()),
        );
    }
    match too_few(&all, &own(known)) {
        Some((strong, text)) => Judgement::new(Worth::Doubtful, strong, text),
        None => Judgement::new(
            Worth::Good,
            "Right form.",
            format!("{} addresses.", all.len()),
        ),
    }
}

/// What is wrong with so few addresses: in a few words, and why.
pub(super) fn too_few(all: &[String], own: &[String]) -> Option<(&'static str, &'static str)> {
    match all {
        [] => Some((
            "Nobody is mailed.",
            "A certificate that ends unnoticed stops every log-in.",
        )),
        _ if only_own(all, own) => Some((
            "Only you are mailed.",
            "Add a shared mailbox or a second person: you may have left by then. Until then nothing is written.",
        )),
        [_] => Some((
            "Only one address is mailed.",
            "Add a second one, so that a notice is not missed.",
        )),
        _ => None,
    }
}

/// The addresses that are missing from `now`, whatever their case.
pub(super) fn missing(now: &[String], wanted: &[String]) -> Vec<String> {
    let known = |address: &String| now.iter().any(|one| one.eq_ignore_ascii_case(address));
    wanted
        .iter()
        .filter(|address| !known(address))
        .cloned()
        .collect()
}

fn split(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for part in text.split([',', ';', '\n']).map(str::trim) {
        let twice = all.iter().any(|one| one.eq_ignore_ascii_case(part));
        if !part.is_empty() && !twice {
            all.push(part.to_owned());
        }
    }
    all
}

/// Something, an at sign, and a domain with a dot in it; what a mail server takes beyond that is its own business.
fn is_address(text: &str) -> bool {
    let domain = words::domain_of(text);
    let before = text.len().saturating_sub(domain.len() + 1);
    before > 0
        && !text.contains(char::is_whitespace)
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(user: &str, technical: &str) -> Known {
        let mut known = Known::default();
        known.facts = known
            .facts
            .with("entra.user", user)
            .with(TECHNICAL, technical);
        known
    }

    #[test]
    fn what_is_typed_is_judged() {
        let known = known("adele@contoso.com", "");
        let cases = [
            (
                "it@contoso.com, adele@contoso.com",
                Worth::Good,
                "Right form.",
            ),
            (
                "it@contoso.com; adele@contoso.com",
                Worth::Good,
                "Right form.",
            ),
            ("Adele@contoso.com", Worth::Doubtful, "Only you are mailed."),
            (
                "it@contoso.com",
                Worth::Doubtful,
                "Only one address is mailed.",
            ),
            (
                "it@contoso.com, IT@contoso.com",
                Worth::Doubtful,
                "Only one address is mailed.",
            ),
            ("", Worth::Doubtful, "Nobody is mailed."),
            ("adele", Worth::Bad, "That is no e-mail address."),
            (
                "a@contoso.com b@contoso.com",
                Worth::Bad,
                "That is no e-mail address.",
            ),
            ("@contoso.com", Worth::Bad, "That is no e-mail address."),
            ("adele@contoso", Worth::Bad, "That is no e-mail address."),
            (
                "a@x.de,b@x.de,c@x.de,d@x.de,e@x.de,f@x.de",
                Worth::Bad,
                "Too many addresses.",
            ),
        ];
        for (typed, worth, strong) in cases {
            let said = judge(&known, typed);
            assert_eq!(
                (said.worth, said.strong.as_str()),
                (worth, strong),
                "{typed}"
            );
        }
    }

    #[test]
    fn the_technical_contacts_and_the_person_are_proposed() {
        let known = known("adele@contoso.com", "it@contoso.com,ADELE@contoso.com");
        assert_eq!(wanted(&known), ["it@contoso.com", "ADELE@contoso.com"]);
        let mut answered = known.clone();
        answered
            .answers
            .insert(NOTIFY.into(), "x@contoso.com".into());
        assert_eq!(wanted(&answered), ["x@contoso.com"]);
    }

    #[test]
    fn the_person_who_sets_it_up_is_never_the_only_one() {
        let known = known("adele@contoso.com", "Adele@contoso.com");
        assert_eq!(wanted(&known), Vec::<String>::new());
        assert_eq!(ask(&known).default, None, "a second address is asked for");
        for (answer, all) in [("adele@contoso.com", 0), ("adele@contoso.com, it@x.de", 2)] {
            let mut answered = known.clone();
            answered.answers.insert(NOTIFY.into(), answer.into());
            assert_eq!(wanted(&answered).len(), all, "{answer}");
        }
    }

    #[test]
    fn several_addresses_of_one_person_are_one_person() {
        let mut known = known("adele@contoso.com", "a.vance@contoso.com");
        assert_eq!(wanted(&known).len(), 2, "nobody knows that it is an alias");
        let learned = "adele@contoso.com,Adele.Vance@contoso.com,A.Vance@contoso.com";
        known.facts = known.facts.with(OWN, learned);
        assert_eq!(wanted(&known), Vec::<String>::new());
        assert_eq!(ask(&known).default, None);
        let said = judge(&known, "adele@contoso.com, adele.vance@contoso.com");
        assert_eq!(said.strong, "Only you are mailed.");
        let said = judge(&known, "adele.vance@contoso.com, it@contoso.com");
        assert_eq!(said.worth, Worth::Good);

        known.facts = known.facts.clone().with("entra.user", "lee@contoso.com");
        let said = judge(&known, "adele@contoso.com, adele.vance@contoso.com");
        assert_eq!(said.worth, Worth::Good, "somebody else is signed in");
    }

    #[test]
    fn an_address_that_stands_in_another_case_is_not_missing() {
        let list = |text: &str| split(text);
        assert_eq!(
            missing(
                &list("IT@contoso.com"),
                &list("it@contoso.com,b@contoso.com")
            ),
            ["b@contoso.com"]
        );
    }
}
