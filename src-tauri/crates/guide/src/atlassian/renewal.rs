//! A renewal while the active certificate is valid: the next one is made and stays inactive, Atlassian is given it, and
//! only then it signs. Here stands which one waits and what was said of it. Pure.
//!
//! Atlassian holds one certificate (atlassian.md 4.5), so log-ins stop when the next one is saved there and go on when
//! it is activated here. No order does without that gap; this one makes it as short as two presses, where the other
//! one lasts until somebody has found the screen and pasted.

use engine::{Ask, Change, Facts, Known, MenuPath, Plan};
use jiff::Timestamp;
use serde_json::Value;

use super::certificate::{IN_USE_CONFIRMED, NEW_CERTIFICATE};
use super::saml_app::before;
use super::saml_details::{ACS, REPASTED, SP_ENTITY, is_handed_over};
use super::signing::{Signing, short};
use super::usage;
use crate::fill::pem;

/// The ask whether Atlassian has the next certificate: its thumbprint, so that an answer speaks for no other one.
pub(super) const PASTED: &str = "saml.next_pasted";
/// What stands before the thumbprint in the answer that nobody logs in yet.
const UNUSED: &str = "unused-";
/// The fact: the thumbprint of the certificate that was made to follow the active one.
const THUMBPRINT: &str = "saml.next_thumbprint";
/// The fact: that certificate, as base64 on one line.
const CERTIFICATE: &str = "saml.next_certificate";
/// What a change that makes a certificate remembers of the one that goes on signing.
pub(super) const SIGNS_ON: &str = "signs_on";
/// How long nobody gets in.
const GAP: &str =
    "from the moment you save the new certificate at Atlassian until you activate it here";

/// What making the next certificate teaches: every other step goes on comparing with the one that signs.
pub(super) fn facts(made: &Signing) -> Facts {
    let facts = Facts::new().with(THUMBPRINT, &made.thumbprint);
    match &made.base64 {
        Some(base64) => facts.with(CERTIFICATE, base64),
        None => facts,
    }
}

/// Whether another certificate goes on signing after this change made one.
pub(super) fn signs_on(change: &Change) -> bool {
    before(change, SIGNS_ON) != Value::Null
}

/// The thumbprint of the certificate that was made to follow the active one and waits for Atlassian; `None` once it is
/// active, or once the person wants to keep the other one.
pub(super) fn waiting(known: &Known) -> Option<&str> {
    let (next, active) = (known.fact(THUMBPRINT)?, known.fact("saml.thumbprint")?);
    let wanted = known.answer(NEW_CERTIFICATE)?.eq_ignore_ascii_case(active);
    (wanted && !next.eq_ignore_ascii_case(active)).then_some(next)
}

/// The certificate that waits, as text to paste.
pub(super) fn waiting_pem(known: &Known) -> Option<String> {
    waiting(known)?;
    known.fact(CERTIFICATE).map(pem)
}

/// The next certificate that Atlassian has, by the person's word. What was pasted or set up there after it counts more.
pub(super) fn pasted(known: &Known) -> Option<&str> {
    let thumbprint = known.answer(PASTED)?;
    let said = known.answered_at(PASTED);
    let newest = [REPASTED, SP_ENTITY, ACS]
        .iter()
        .all(|ask| known.answered_at(ask) <= said);
    (newest && !thumbprint.starts_with(UNUSED)).then_some(thumbprint)
}

/// The certificate that Atlassian has and that does not sign yet: until it does, nobody gets in.
pub(super) fn in_the_gap(known: &Known) -> Option<&str> {
    waiting(known)
        .filter(|next| pasted(known).is_some_and(|given| given.eq_ignore_ascii_case(next)))
}

/// How a certificate that waits may be activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MaySign {
    /// Atlassian has it.
    Pasted,
    /// Nobody logs in yet.
    Unused,
}

/// Whether this certificate may be activated. A word from before it was wanted tells nothing: Atlassian may have been
/// given the old one again since.
pub(super) fn may_sign(known: &Known, next: &Signing) -> Option<MaySign> {
    if known.answered_at(PASTED) < known.answered_at(NEW_CERTIFICATE) {
        return None;
    }
    if pasted(known).is_some_and(|thumbprint| next.is(thumbprint)) {
        return Some(MaySign::Pasted);
    }
    let unused = known.answer(PASTED)?.strip_prefix(UNUSED)?;
    (next.is(unused) && may_be_unused(known)).then_some(MaySign::Unused)
}

/// What is asked as long as a certificate waits, so that it stays on the page after a restart too.
pub(super) fn open_asks(known: &Known) -> Vec<Ask> {
    let Some(next) = waiting(known) else {
        return Vec::new();
    };
    // In the gap nothing is asked that would make it longer.
    if in_the_gap(known).is_none()
        && let Some(found) = usage::unconfirmed(known, IN_USE_CONFIRMED)
    {
        return match known.answer(IN_USE_CONFIRMED) {
            // It stands on the page already, and has to be given anew.
            Some(_) => Vec::new(),
            None => vec![found.confirmation(IN_USE_CONFIRMED)],
        };
    }
    vec![ask(known, next, known.fact(CERTIFICATE))]
}

/// The plan while a certificate waits. What enforcing makes of the gap is confirmed before anything is pasted: asked
/// afterwards, it would only make the gap longer.
pub(super) fn plan((known, now): (&Known, Timestamp), next: &Signing) -> Plan {
    if let Some(found) = usage::to_be_confirmed(known, IN_USE_CONFIRMED, now) {
        return Plan::Asks {
            because: found.because(GAP),
            asks: vec![found.confirmation(IN_USE_CONFIRMED)],
        };
    }
    let learned = waiting(known)
        .filter(|thumbprint| next.is(thumbprint))
        .and_then(|_| known.fact(CERTIFICATE));
    let base64 = next.base64.as_deref().or(learned);
    Plan::Asks {
        because: format!(
            "{} is made and not active: log-ins go on as before.",
            next.short()
        ),
        asks: vec![ask(known, &next.thumbprint, base64)],
    }
}

/// Lockstep knows of nothing that was handed over, so it may be that nobody logs in through this application yet.
fn may_be_unused(known: &Known) -> bool {
    !is_handed_over(known) && !usage::may_be_used(known)
}

fn ask(known: &Known, thumbprint: &str, base64: Option<&str>) -> Ask {
    let saved = format!("I saved {} at Atlassian", short(thumbprint));
    let unused = format!("{UNUSED}{thumbprint}");
    let mut options = vec![(
        thumbprint,
        saved.as_str(),
        "Activate it right after, with the button below.",
    )];
    if may_be_unused(known) {
        options.push((
            &unused,
            "Nobody logs in through this application yet",
            "It is activated now, and pasted with the other values on the next page.",
        ));
    }
    let hint = format!(
        "Atlassian holds one certificate, so no log-in through Entra succeeds {GAP}. Choose a quiet hour, keep an administrator signed in who does not need Entra, and do both in one sitting. Replace only this field; the other values and the two addresses stay."
    );
    let mut ask = Ask::choice(PASTED, "The new certificate at Atlassian", hint, &options);
    ask.path = Some(edit_path());
    ask.copies.extend(base64.map(|base64| {
        (
            "Public x509 certificate".to_owned(),
            format!("The new one. Both dashed lines belong to it. Thumbprint {thumbprint}."),
            pem(base64),
        )
    }));
    ask
}

/// Where the values at Atlassian are changed, in the names of today and of before (atlassian.md 4.1).
fn edit_path() -> MenuPath {
    let path = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    MenuPath {
        now: path(&[
            "Atlassian Administration",
            "Security",
            "User security",
            "Identity providers",
            "Microsoft Entra ID",
            "View SAML configuration",
            "Edit",
        ]),
        older: vec![(
            "2021 to 2025".to_owned(),
            path(&[
                "Atlassian Administration",
                "Security",
                "Identity providers",
                "Microsoft Azure AD",
                "View SAML configuration",
                "Edit",
            ]),
        )],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlassian::enforce;
    use crate::atlassian::saml_app::testing::{app, key};
    use serde_json::json;

    const ACTIVE: &str = "AA";

    /// The certificate 0101…, made to follow the active one.
    fn next() -> Signing {
        let principal = json!({"keyCredentials": [key(1, "2029-01-01")]});
        let mut made = app(json!({}), principal, "2026-11-25T10:00:00Z").certificates;
        made.remove(0)
    }

    /// An ask, its answer, and the minute of it.
    type Answer<'a> = (&'a str, &'a str, u8);

    /// What is known after it was made, with these answers.
    fn known(answers: &[Answer<'_>]) -> Known {
        let mut known = Known::default();
        known.facts = known.facts.with("saml.thumbprint", ACTIVE);
        known.facts.learn(&facts(&next()));
        for (ask, value, minute) in answers {
            let at = format!("2026-11-25T10:{minute:02}:00Z");
            known.answers.insert((*ask).to_owned(), (*value).to_owned());
            known
                .answered
                .insert((*ask).to_owned(), at.parse().expect("a moment"));
        }
        known
    }

    #[test]
    fn a_certificate_waits_until_it_is_active_or_not_wanted_any_more() {
        let thumbprint = next().thumbprint;
        let wanted = known(&[(NEW_CERTIFICATE, ACTIVE, 1)]);
        assert_eq!(waiting(&wanted), Some(thumbprint.as_str()));
        assert_eq!(waiting(&known(&[(NEW_CERTIFICATE, "keep", 1)])), None);
        assert_eq!(waiting(&known(&[])), None);
        assert_eq!(in_the_gap(&wanted), None, "Atlassian does not have it");
        let mut active = known(&[(NEW_CERTIFICATE, ACTIVE, 1), (PASTED, &thumbprint, 2)]);
        assert_eq!(in_the_gap(&active), Some(thumbprint.as_str()));
        active.facts = active.facts.with("saml.thumbprint", &thumbprint);
        assert_eq!(waiting(&active), None);
        assert_eq!(in_the_gap(&active), None);
    }

    #[test]
    fn a_word_speaks_for_one_certificate_and_only_until_something_else_was_pasted() {
        let next = next();
        let (own, unused) = (
            next.thumbprint.as_str(),
            format!("unused-{}", next.thumbprint),
        );
        let wanted = (NEW_CERTIFICATE, ACTIVE, 1);
        let pasted = (PASTED, own, 2);
        let cases: [(&str, &[Answer<'_>], Option<MaySign>); 8] = [
            ("nothing was said", &[wanted], None),
            ("it was pasted", &[wanted, pasted], Some(MaySign::Pasted)),
            ("another one was", &[wanted, (PASTED, "BB", 2)], None),
            (
                "it was wanted anew since",
                &[(NEW_CERTIFICATE, ACTIVE, 3), pasted],
                None,
            ),
            (
                "the old one was pasted again since",
                &[wanted, pasted, (REPASTED, ACTIVE, 3)],
                None,
            ),
            (
                "it was set up anew since",
                &[wanted, pasted, (SP_ENTITY, "https://x", 3)],
                None,
            ),
            (
                "nobody logs in",
                &[wanted, (PASTED, &unused, 2)],
                Some(MaySign::Unused),
            ),
            (
                "nobody logs in with another one",
                &[wanted, (PASTED, "unused-BB", 2)],
                None,
            ),
        ];
        for (what, answers, may) in cases {
            assert_eq!(may_sign(&known(answers), &next), may, "{what}");
        }
    }

    #[test]
    fn that_nobody_logs_in_is_no_answer_once_atlassian_was_given_one() {
        let unused = format!("unused-{}", next().thumbprint);
        let mut known = known(&[(NEW_CERTIFICATE, ACTIVE, 1), (PASTED, &unused, 2)]);
        assert_eq!(options(&plan((&known, now()), &next())), 2);
        known.facts = known.facts.with("saml.handed_over", ACTIVE);
        assert_eq!(may_sign(&known, &next()), None);
        assert_eq!(options(&plan((&known, now()), &next())), 1);
    }

    fn now() -> Timestamp {
        "2026-11-25T10:30:00Z".parse().expect("a moment")
    }

    fn options(plan: &Plan) -> usize {
        match plan {
            Plan::Asks { asks, .. } => match &asks[0].kind {
                engine::AskKind::Choice { options } => options.len(),
                _ => 0,
            },
            _ => 0,
        }
    }

    #[test]
    fn while_it_is_enforced_the_gap_is_confirmed_before_anything_is_pasted() {
        let mut known = known(&[(NEW_CERTIFICATE, ACTIVE, 1)]);
        let asked = |known: &Known| {
            let ids = |asks: &[Ask]| asks.iter().map(|ask| ask.id.clone()).collect::<Vec<_>>();
            let Plan::Asks { because, asks } = plan((known, now()), &next()) else {
                panic!("it asks")
            };
            assert_eq!(ids(&open_asks(known)), ids(&asks), "page and plan agree");
            (asks[0].id.clone(), because)
        };
        assert_eq!(asked(&known).0, PASTED);
        known.by_hand.insert(
            enforce::ID,
            "2026-11-25T10:00:00Z".parse().expect("a moment"),
        );
        let (id, because) = asked(&known);
        assert_eq!(id, IN_USE_CONFIRMED);
        assert!(because.contains("until you activate it here"), "{because}");
        known.answers.insert(IN_USE_CONFIRMED.into(), "yes".into());
        known.answered.insert(
            IN_USE_CONFIRMED.into(),
            "2026-11-25T10:05:00Z".parse().expect("a moment"),
        );
        assert_eq!(asked(&known).0, PASTED);
        // What grew old while somebody was in the gap is not asked again there.
        known.answers.remove(IN_USE_CONFIRMED);
        known.answers.insert(PASTED.into(), next().thumbprint);
        let moment = "2026-11-25T10:06:00Z".parse().expect("a moment");
        known.answered.insert(PASTED.into(), moment);
        assert_eq!(open_asks(&known)[0].id, PASTED);
    }

    #[test]
    fn what_is_to_be_pasted_is_the_next_one_and_says_how_long_nobody_gets_in() {
        let mut made = next();
        made.base64 = Some("TUlJ".into());
        let mut known = known(&[(NEW_CERTIFICATE, ACTIVE, 1)]);
        known.facts.learn(&facts(&made));
        let asks = open_asks(&known);
        let (_, note, value) = &asks[0].copies[0];
        assert!(note.contains(&made.thumbprint), "{note}");
        assert_eq!(Some(value), waiting_pem(&known).as_ref());
        assert!(value.contains("\nTUlJ\n"), "{value}");
        assert!(
            asks[0]
                .hint
                .contains("no log-in through Entra succeeds from the moment")
        );
    }
}
