//! The seven hand-overs between Entra and Atlassian, for the picture of the connection. Pure: it reads the journal's
//! state, and what it says is what the checks said.
//!
//! Atlassian's two addresses are read back from Entra. Entra's three values can't be read at Atlassian: that they are
//! there rests on the person's word until a log-in is seen to go through, for it needs all five to agree.

use engine::{Known, State, StepId, Verdict, VerdictState};

use super::saml_details::{ACS, SP_ENTITY, given, is_rotated, pair};
use super::saml_details_checks::{ACTIVE_NOW, HANDED_OVER};
use super::signing::short;
use super::test_login_checks::RESTS_ON;
use super::{GUIDE, basic_saml, certificate, saml_details, test_login};
use crate::hand_over::{HandOver, Joined, Picture, evidence};

const SIGN_ON: &str = "Single sign-on";
const PROVISIONING: &str = "Provisioning";
const PROVEN: (Joined, &str) = (Joined::Equal, "A log-in went through");
/// Nobody saw it but the person: nothing was read, so it is set and not proven.
const SAID: (Joined, &str) = (Joined::Set, "You said a log-in went through");
const DIFFERS: (Joined, &str) = (Joined::Differs, "Differs");
const NOT_SET: (Joined, &str) = (Joined::NotSet, "Not set");

/// The picture.
pub fn picture(state: &State) -> Picture {
    Picture {
        hand_overs: vec![
            to_atlassian(state, &LOGIN_URL),
            to_atlassian(state, &ENTRA_IDENTIFIER),
            certificate(state),
            to_entra(state, &ENTITY_URL),
            to_entra(state, &ACS_URL),
            not_in_the_guide("SCIM base URL", "Tenant URL", "SCIM base URL"),
            not_in_the_guide("SCIM key", "Secret Token", "API key"),
        ],
        note: "Nobody can read at Atlassian what was pasted there; a log-in that goes through proves it. Provisioning is not part of this guide yet: Lockstep does not look at its two hand-overs.",
    }
}

/// A value that Entra shows and a person pastes at Atlassian.
struct Pasted {
    name: &'static str,
    /// Also the label under which the check of Microsoft's metadata tells the published one.
    entra_field: &'static str,
    other_field: &'static str,
    /// The fact that holds it.
    fact: &'static str,
}

const LOGIN_URL: Pasted = Pasted {
    name: "Login URL",
    entra_field: "Login URL",
    other_field: "Identity provider SSO URL",
    fact: "saml.login_url",
};
const ENTRA_IDENTIFIER: Pasted = Pasted {
    name: "Entra identifier",
    entra_field: "Microsoft Entra Identifier",
    other_field: "Identity provider Entity ID",
    fact: "saml.entity_id",
};

fn to_atlassian(state: &State, value: &Pasted) -> HandOver {
    let known = state.known();
    let ours = known.fact(value.fact);
    // What Microsoft publishes now, which can be another value than the one that was pasted.
    let published = last(state, &certificate::ID, "metadata")
        .and_then(|verdict| evidence(verdict, value.entra_field))
        .filter(|now| ours.is_some_and(|ours| ours != now));
    let (joined, word) = match &published {
        Some(_) if is_pasted(known) => DIFFERS,
        _ => pasted(state, ours.is_some()),
    };
    HandOver {
        name: value.name,
        group: SIGN_ON,
        entra_field: value.entra_field,
        other_field: value.other_field,
        from_entra: true,
        entra: published.or_else(|| ours.map(str::to_owned)),
        other: ours.filter(|_| is_pasted(known)).map(str::to_owned),
        joined,
        word,
    }
}

fn certificate(state: &State) -> HandOver {
    let known = state.known();
    // The one that was seen to be active, which can be newer than the one that this connection learned of.
    let active = last(state, &saml_details::ID, HANDED_OVER)
        .and_then(|verdict| evidence(verdict, ACTIVE_NOW))
        .or_else(|| known.fact("saml.thumbprint").map(str::to_owned));
    let active = active.as_deref();
    let rotated = is_pasted(known) && active.is_some_and(|active| is_rotated(known, active));
    let (joined, word) = match rotated {
        true => DIFFERS,
        false => pasted(state, active.is_some()),
    };
    let given = active.and_then(|active| given(known, active));
    HandOver {
        name: "Certificate",
        group: SIGN_ON,
        entra_field: "Certificate (Base64)",
        other_field: "Public x509 certificate",
        from_entra: true,
        entra: active.map(short),
        other: given.filter(|_| is_pasted(known)).map(short),
        joined,
        word,
    }
}

/// How a value stands that is pasted at Atlassian.
fn pasted(state: &State, is_known: bool) -> (Joined, &'static str) {
    match is_pasted(state.known()) {
        true => logged_in(state).unwrap_or((Joined::Set, "Pasted, not proven")),
        false if is_known => (Joined::Set, "Not at Atlassian yet"),
        false => NOT_SET,
    }
}

/// Atlassian shows its two addresses only once Entra's three values are saved there.
fn is_pasted(known: &Known) -> bool {
    pair(known).is_some()
}

/// An address that Atlassian shows and Entra has to know.
struct Written {
    name: &'static str,
    entra_field: &'static str,
    other_field: &'static str,
    ask: &'static str,
    /// The check that reads it in Entra.
    check: &'static str,
}

const ENTITY_URL: Written = Written {
    name: "Entity URL",
    entra_field: "Identifier (Entity ID)",
    other_field: "Service provider entity URL",
    ask: SP_ENTITY,
    check: "identifier",
};
const ACS_URL: Written = Written {
    name: "ACS URL",
    entra_field: "Reply URL (ACS URL)",
    other_field: "SP assertion consumer service URL",
    ask: ACS,
    check: "reply",
};

fn to_entra(state: &State, value: &Written) -> HandOver {
    let shown = state.known().answer(value.ask).map(str::trim);
    let seen = last(state, &basic_saml::ID, value.check);
    let (joined, word) = match (shown, seen) {
        (None, _) => NOT_SET,
        (Some(_), seen) => written(state, seen.map(|verdict| verdict.state)),
    };
    let entra = match joined {
        Joined::Differs => seen.and_then(|verdict| evidence(verdict, "Found")),
        Joined::Equal => shown.map(str::to_owned),
        Joined::Set | Joined::NotSet => None,
    };
    HandOver {
        name: value.name,
        group: SIGN_ON,
        entra_field: value.entra_field,
        other_field: value.other_field,
        from_entra: false,
        entra,
        other: shown.map(str::to_owned),
        joined,
        word,
    }
}

/// How an address stands in Entra, by what was last seen there.
fn written(state: &State, seen: Option<VerdictState>) -> (Joined, &'static str) {
    match (seen, logged_in(state)) {
        (Some(VerdictState::Pass), _) => (Joined::Equal, "Equal on both sides"),
        (Some(VerdictState::Fail), _) => DIFFERS,
        (Some(VerdictState::Warn), _) => (Joined::Set, "In Entra, not the first"),
        (_, Some(by_log_in)) => by_log_in,
        (Some(VerdictState::Unknown), None) => (Joined::Set, "Entra was not read"),
        _ if touched_entra(state) => (Joined::Set, "Not read in Entra since"),
        _ => (Joined::Set, "Not in Entra yet"),
    }
}

/// Whether the addresses were written, or somebody said so.
fn touched_entra(state: &State) -> bool {
    state
        .step(&basic_saml::ID)
        .is_some_and(|step| step.by_hand.is_some() || step.made().next().is_some())
}

/// How a value stands by a log-in that went through since anything that it rests on changed; `None` where none did.
fn logged_in(state: &State) -> Option<(Joined, &'static str)> {
    let verdict = last(state, &test_login::ID, test_login::CAME_THROUGH)?;
    let on_word = evidence(verdict, RESTS_ON).is_some();
    (verdict.state == VerdictState::Pass).then_some(if on_word { SAID } else { PROVEN })
}

fn not_in_the_guide(
    name: &'static str,
    entra_field: &'static str,
    other_field: &'static str,
) -> HandOver {
    HandOver {
        name,
        group: PROVISIONING,
        entra_field,
        other_field,
        from_entra: false,
        entra: None,
        other: None,
        joined: Joined::NotSet,
        word: "Not in the guide yet",
    }
}

/// What a check last saw, unless something that it rests on changed since.
fn last<'a>(state: &'a State, step: &StepId, check: &str) -> Option<&'a Verdict> {
    let looked = state.step(step)?.looked.get(check)?;
    let finding = looked.findings.first()?;
    (!state.is_stale(&GUIDE, step, check)).then_some(&finding.verdict)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use engine::{Entry, Facts, Finding, Journal, MemoryStore, SystemClock};

    use super::super::login_proof::{By, Proof};
    use super::super::{renewal, test_login_checks};
    use super::*;

    const ID: &str = "c41e7a90-2f36-4d0b-b8a5-6e19d3f70c52";

    struct Told(Journal);

    impl Told {
        fn nothing() -> Self {
            let journal = Journal::open(Box::new(MemoryStore::default()), Arc::new(SystemClock));
            Self(journal.expect("a journal in memory"))
        }

        fn add(self, entry: Entry) -> Self {
            self.0.append(entry).expect("it is written");
            self
        }

        fn answered(self, step: &StepId, ask: &str, value: &str) -> Self {
            self.add(Entry::Answered {
                step: step.clone(),
                ask: ask.to_owned(),
                value: value.to_owned(),
            })
        }

        fn learned(self, step: &StepId, facts: &[(&str, &str)]) -> Self {
            let facts = facts.iter().fold(Facts::new(), |facts, (name, value)| {
                facts.with(*name, *value)
            });
            self.add(Entry::Learned {
                step: step.clone(),
                facts,
            })
        }

        fn looked(self, step: &StepId, check: &str, verdict: Verdict) -> Self {
            self.add(Entry::Looked {
                step: step.clone(),
                check: check.to_owned(),
                findings: Finding::only(verdict),
            })
        }

        fn saw(self, step: &StepId, check: &str, state: VerdictState) -> Self {
            let verdict = Verdict::new(state, "", "").told("Found", "https://else.example");
            self.looked(step, check, verdict)
        }

        fn values(self) -> Self {
            self.learned(
                &certificate::ID,
                &[
                    ("saml.login_url", "https://login/saml2"),
                    ("saml.entity_id", "https://sts/"),
                    ("saml.thumbprint", "AAAA11112222"),
                ],
            )
        }

        fn pasted(self) -> Self {
            self.values()
                .answered(
                    &saml_details::ID,
                    SP_ENTITY,
                    &format!("https://auth/saml/{ID}"),
                )
                .answered(
                    &saml_details::ID,
                    ACS,
                    &format!("https://auth/acs?saml-{ID}"),
                )
                .learned(&saml_details::ID, &[("saml.handed_over", "AAAA11112222")])
        }

        fn read_in_entra(self) -> Self {
            self.pasted()
                .saw(&basic_saml::ID, "identifier", VerdictState::Pass)
                .saw(&basic_saml::ID, "reply", VerdictState::Pass)
        }

        fn logged_in(self) -> Self {
            let check = test_login::CAME_THROUGH;
            self.saw(&test_login::ID, check, VerdictState::Pass)
        }

        /// The five of single sign-on.
        fn words(&self) -> Vec<(Joined, &'static str)> {
            let all = picture(&self.0.state()).hand_overs;
            all.iter()
                .filter(|one| one.group == SIGN_ON)
                .map(|one| (one.joined, one.word))
                .collect()
        }

        fn one(&self, name: &str) -> HandOver {
            let all = picture(&self.0.state()).hand_overs;
            let found = all.into_iter().find(|one| one.name == name);
            found.expect("there is one of this name")
        }
    }

    fn five(
        first: (Joined, &'static str),
        last: (Joined, &'static str),
    ) -> Vec<(Joined, &'static str)> {
        vec![first, first, first, last, last]
    }

    #[test]
    fn each_hand_over_goes_from_not_set_to_proven_as_the_guide_goes_on() {
        use Joined::{Equal, Set};
        assert_eq!(Told::nothing().words(), five(NOT_SET, NOT_SET));
        let values = Told::nothing().values();
        assert_eq!(values.words(), five((Set, "Not at Atlassian yet"), NOT_SET));
        assert_eq!(
            Told::nothing().pasted().words(),
            five((Set, "Pasted, not proven"), (Set, "Not in Entra yet"))
        );
        let read = Told::nothing().read_in_entra();
        let equal = (Equal, "Equal on both sides");
        assert_eq!(read.words(), five((Set, "Pasted, not proven"), equal));
        assert_eq!(read.logged_in().words(), five(PROVEN, equal));
    }

    #[test]
    fn a_log_in_proves_all_five_where_entra_is_not_read_and_nothing_after_a_change() {
        let by_hand = Told::nothing().pasted().logged_in();
        assert_eq!(by_hand.words(), five(PROVEN, PROVEN));
        let refused = Told::nothing().pasted().saw(
            &test_login::ID,
            test_login::CAME_THROUGH,
            VerdictState::Fail,
        );
        assert!(!refused.words().contains(&PROVEN), "{:?}", refused.words());
        let changed = Told::nothing()
            .read_in_entra()
            .logged_in()
            .learned(&saml_details::ID, &[("anything", "new")]);
        let words = changed.words();
        assert!(
            !words.iter().any(|(joined, _)| *joined == Joined::Equal),
            "{words:?}"
        );
    }

    /// Neither log was read: the verdict is the one of the check itself.
    #[test]
    fn a_log_in_that_rests_on_the_persons_word_proves_nothing_and_says_so() {
        let proven = |by| {
            let at = jiff::Timestamp::UNIX_EPOCH;
            test_login_checks::judged(&Proof::Proven { at, by }, "Alex").0
        };
        let told = |by| {
            let check = test_login::CAME_THROUGH;
            Told::nothing()
                .pasted()
                .looked(&test_login::ID, check, proven(by))
        };
        assert_eq!(told(By::Word).words(), five(SAID, SAID));
        for by in [By::BothLogs, By::EntraAndWord, By::AtlassianAndWord] {
            assert_eq!(told(by).words(), five(PROVEN, PROVEN), "{by:?}");
        }
        let read = Told::nothing().read_in_entra().looked(
            &test_login::ID,
            test_login::CAME_THROUGH,
            proven(By::Word),
        );
        assert_eq!(
            read.words(),
            five(SAID, (Joined::Equal, "Equal on both sides"))
        );
    }

    #[test]
    fn another_certificate_differs_with_both_thumbprints_wherever_it_was_noticed_until_it_is_pasted()
     {
        let replaced = Told::nothing()
            .read_in_entra()
            .logged_in()
            .learned(&certificate::ID, &[("saml.thumbprint", "BBBB33334444")]);
        let seen_only = Told::nothing().read_in_entra().looked(
            &saml_details::ID,
            HANDED_OVER,
            Verdict::new(VerdictState::Warn, "", "").saw(ACTIVE_NOW, "BBBB33334444"),
        );
        for told in [&replaced, &seen_only] {
            let found = told.one("Certificate");
            assert_eq!((found.joined, found.word), DIFFERS);
            assert_eq!(found.entra.as_deref(), Some("BBBB…4444"));
            assert_eq!(found.other.as_deref(), Some("AAAA…2222"));
        }
        let pasted = replaced.answered(&saml_details::ID, saml_details::REPASTED, "BBBB33334444");
        let found = pasted.one("Certificate");
        assert_eq!(found.joined, Joined::Set);
        assert_eq!(found.other.as_deref(), Some("BBBB…4444"));
    }

    #[test]
    fn the_next_certificate_differs_from_the_moment_atlassian_has_it_until_it_signs() {
        let given = Told::nothing().read_in_entra().logged_in().answered(
            &certificate::ID,
            renewal::PASTED,
            "BBBB33334444",
        );
        let found = given.one("Certificate");
        assert_eq!((found.joined, found.word), DIFFERS);
        assert_eq!(found.entra.as_deref(), Some("AAAA…2222"));
        assert_eq!(found.other.as_deref(), Some("BBBB…4444"));
        let signs = given.learned(&certificate::ID, &[("saml.thumbprint", "BBBB33334444")]);
        assert_eq!(signs.one("Certificate").joined, Joined::Set);
    }

    #[test]
    fn what_entra_holds_instead_is_told() {
        let differs = Told::nothing()
            .pasted()
            .saw(&basic_saml::ID, "reply", VerdictState::Fail)
            .saw(&basic_saml::ID, "identifier", VerdictState::Warn);
        let reply = differs.one("ACS URL");
        assert_eq!((reply.joined, reply.word), DIFFERS);
        assert_eq!(reply.entra.as_deref(), Some("https://else.example"));
        assert_eq!(reply.other, Some(format!("https://auth/acs?saml-{ID}")));
        assert_eq!(differs.one("Entity URL").joined, Joined::Set);
    }

    #[test]
    fn another_value_that_microsoft_publishes_differs_from_the_pasted_one() {
        let verdict = Verdict::new(VerdictState::Warn, "", "")
            .saw("Login URL", "https://login.new/saml2")
            .saw("Microsoft Entra Identifier", "https://sts/");
        let told = Told::nothing()
            .pasted()
            .looked(&certificate::ID, "metadata", verdict);
        let found = told.one("Login URL");
        assert_eq!((found.joined, found.word), DIFFERS);
        assert_eq!(found.entra.as_deref(), Some("https://login.new/saml2"));
        assert_eq!(found.other.as_deref(), Some("https://login/saml2"));
        assert_eq!(told.one("Entra identifier").word, "Pasted, not proven");
    }

    #[test]
    fn the_checks_that_are_read_are_checks_of_the_guide() {
        for (step, check) in [
            (certificate::ID, "metadata"),
            (saml_details::ID, HANDED_OVER),
            (basic_saml::ID, ENTITY_URL.check),
            (basic_saml::ID, ACS_URL.check),
            (test_login::ID, test_login::CAME_THROUGH),
        ] {
            let found = GUIDE.step(&step).expect("a step of the guide");
            assert!(
                found.checks().iter().any(|one| one.id() == check),
                "{check}"
            );
        }
    }
}
