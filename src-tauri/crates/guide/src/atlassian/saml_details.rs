//! The SAML details at Atlassian: three values go there by hand, two addresses come back and are judged. No API does
//! it, so this step writes nothing; it remembers which certificate was handed over.

use async_trait::async_trait;
use connect::Cloud;
use engine::{
    Ask, AskKind, Check, Document, Facts, Judgement, Known, Plan, State, Step, StepId, Trouble,
    Worth,
};
use saml::{Judged, OtherIds, Tone, judge_acs, judge_pair, judge_sp_entity};

use super::addresses::Pair;
use super::before_atlassian::DIRECTORIES;
use super::certificate::pem_document;
use super::signing::short;
use super::{certificate, renewal, saml_details_checks, usage};
use crate::Live;

/// The step's id.
pub const ID: StepId = StepId::of("saml-details");
/// The ask which directory of Atlassian holds the set-up.
pub const DIRECTORY: &str = "saml.directory";
/// The ask whether a directory that was there already can be used without anybody noticing.
pub const DIRECTORY_IDLE: &str = "saml.directory_idle";
/// The answer for a directory that was there already.
const EXISTING: &str = "existing";
/// The ask for Atlassian's name.
pub const SP_ENTITY: &str = "saml.sp_entity";
/// The ask for where Atlassian takes answers.
pub const ACS: &str = "saml.acs";
/// The ask whether another certificate was pasted since: its thumbprint.
pub const REPASTED: &str = "saml.repasted";
/// The fact: the thumbprint of the certificate that was active when the addresses were pasted.
const HANDED_OVER: &str = "saml.handed_over";
/// The fact: for which addresses that was.
const HANDED_OVER_FOR: &str = "saml.handed_over_for";

/// The step.
pub struct SamlDetails;

#[async_trait]
impl Step<Live> for SamlDetails {
    fn id(&self) -> StepId {
        ID
    }

    fn title(&self) -> &'static str {
        "Atlassian SAML details"
    }

    fn text(&self) -> &'static str {
        include_str!("saml_details.md")
    }

    fn needs(&self) -> &'static [StepId] {
        const NEEDS: &[StepId] = &[certificate::ID];
        NEEDS
    }

    fn asks(&self, state: &State) -> Vec<Ask> {
        let known = state.known();
        let mut asks = vec![directory_ask(known)];
        if is_existing(known) {
            asks.push(idle_ask(known));
        }
        asks.extend([
            address_ask(
                SP_ENTITY,
                "Service provider entity URL",
                "On older screens: SP Entity ID.",
            ),
            address_ask(
                ACS,
                "Service provider assertion consumer service URL",
                "On older screens: SP Assertion Consumer Service URL. What follows the question mark belongs to it.",
            ),
        ]);
        if let Some(thumbprint) = known.fact("saml.thumbprint")
            && is_rotated(known, thumbprint)
        {
            asks.push(match renewal::in_the_gap(known) {
                Some(next) => back_ask(thumbprint, next),
                None => repasted_ask(thumbprint),
            });
        }
        asks
    }

    fn judge(&self, cx: &Live, known: &Known, ask: &str, value: &str) -> Option<Judgement> {
        if [SP_ENTITY, ACS].contains(&ask) && !value.is_empty() && !may_be_used(known) {
            return Some(not_looked_at());
        }
        let judged = match ask {
            SP_ENTITY => entity_judged(&cx.cloud, known, value),
            ACS => acs_judged(&cx.cloud, known, value),
            _ => return None,
        };
        Some(judgement(judged))
    }

    async fn plan(&self, cx: &Live, known: &Known) -> Result<Plan, Trouble> {
        match pair(known) {
            Some(pair) if pair_judged(&cx.cloud, known, pair).is_taken() => {
                Ok(Plan::AlreadySo(handed_over(known, pair)))
            }
            _ => Ok(Plan::ByHand),
        }
    }

    fn documents(&self, cx: &Live, known: &Known) -> Vec<Document> {
        pem_document(cx, known).into_iter().collect()
    }

    fn hand_first(&self) -> bool {
        true
    }

    fn checks(&self) -> &'static [&'static dyn Check<Live>] {
        saml_details_checks::ALL
    }
}

/// Both addresses, once both are answered and their directory can be used.
pub(super) fn pair(known: &Known) -> Option<Pair<'_>> {
    may_be_used(known).then_some(())?;
    Some(Pair {
        entity: known.answer(SP_ENTITY)?.trim(),
        reply: known.answer(ACS)?.trim(),
    })
}

/// Ids that the id in the addresses must not be.
pub(super) fn other_ids(known: &Known) -> OtherIds {
    let fact = |name: &str| known.fact(name).unwrap_or_default().to_owned();
    OtherIds {
        organization: fact("atlassian.organization"),
        directories: fact(DIRECTORIES).split(',').map(str::to_owned).collect(),
        tenant: fact("entra.tenant"),
        application: fact("app.client"),
    }
}

/// The entity URL is judged by itself first; a pair that does not agree is said and taken, for it is the first of the
/// two to be replaced when the set-up was made anew.
pub(super) fn entity_judged(cloud: &Cloud, known: &Known, value: &str) -> Judged {
    let judged = judge_sp_entity(value, &cloud.atlassian_auth, &other_ids(known));
    let Some(reply) = known.answer(ACS).filter(|_| judged.is_taken()) else {
        return judged;
    };
    let together = judge_pair(value, reply, &cloud.atlassian_auth, &other_ids(known));
    match together.is_taken() {
        true => judged,
        false => Judged {
            tone: Tone::Warn,
            strong: "It has another id than the address below.".into(),
            text: "Replace that one too, from the same page at Atlassian.".into(),
            expected: None,
        },
    }
}

/// The reply address has to agree with the entity URL.
pub(super) fn acs_judged(cloud: &Cloud, known: &Known, value: &str) -> Judged {
    let judged = judge_acs(value, &cloud.atlassian_auth, &other_ids(known));
    let Some(entity) = known.answer(SP_ENTITY).filter(|_| judged.is_taken()) else {
        return judged;
    };
    let together = judge_pair(entity, value, &cloud.atlassian_auth, &other_ids(known));
    match together.is_taken() {
        true => judged,
        false => together,
    }
}

/// Whether both belong together.
pub(super) fn pair_judged(cloud: &Cloud, known: &Known, pair: Pair<'_>) -> Judged {
    judge_pair(
        pair.entity,
        pair.reply,
        &cloud.atlassian_auth,
        &other_ids(known),
    )
}

fn judgement(judged: Judged) -> Judgement {
    let worth = match judged.tone {
        Tone::Good => Worth::Good,
        Tone::Warn => Worth::Doubtful,
        Tone::Bad => Worth::Bad,
    };
    Judgement {
        worth,
        strong: judged.strong,
        text: judged.text,
        expected: judged.expected,
    }
}

/// Which certificate Atlassian has, as far as the person handed it over: the one that was active when these addresses
/// were pasted, or the one that they said they pasted since.
fn handed_over(known: &Known, pair: Pair<'_>) -> Facts {
    let Some(active) = known.fact("saml.thumbprint") else {
        return Facts::new();
    };
    let addresses = format!("{} {}", pair.entity, pair.reply);
    let same = known.fact(HANDED_OVER_FOR) == Some(addresses.as_str());
    let said = [known.answer(REPASTED), renewal::pasted(known)].contains(&Some(active));
    if same && !said {
        return Facts::new();
    }
    Facts::new()
        .with(HANDED_OVER, active)
        .with(HANDED_OVER_FOR, addresses)
}

/// Whether Atlassian was given a certificate, as far as it is known here.
pub(super) fn is_handed_over(known: &Known) -> bool {
    known.fact(HANDED_OVER).is_some()
}

/// Whether the active certificate is another one than Atlassian was given. Nothing is known before the addresses came.
pub(super) fn is_rotated(known: &Known, active: &str) -> bool {
    given(known, active).is_some_and(|given| !given.eq_ignore_ascii_case(active))
}

/// Which certificate Atlassian was given, as far as the person said.
pub(super) fn given<'a>(known: &'a Known, active: &str) -> Option<&'a str> {
    let repasted = known.answer(REPASTED);
    // The next one is pasted before it is activated, so that is the newest word.
    renewal::pasted(known)
        .or(repasted.filter(|thumbprint| thumbprint.eq_ignore_ascii_case(active)))
        .or_else(|| known.fact(HANDED_OVER))
}

fn is_existing(known: &Known) -> bool {
    known.answer(DIRECTORY) == Some(EXISTING)
}

/// Whether the directory can be used: nobody is in a new one; at another one somebody has to look, for no API tells
/// what its default policy enforces, and linking a domain moves people into that policy (atlassian.md 2).
fn may_be_used(known: &Known) -> bool {
    !is_existing(known) || known.answer(DIRECTORY_IDLE) == Some("yes")
}

/// When a directory is opened that is there already.
pub(crate) fn which_directory(known: &Known) -> &'static str {
    if usage::may_be_used(known) {
        return "People may log in through this application already: then open its directory instead, compare the three values there with those below, and change nothing that is the same.";
    }
    "Open one that is there already only if nobody logs in through it today and its default policy does not enforce single sign-on: see Authentication policies."
}

fn directory_ask(known: &Known) -> Ask {
    let ask = Ask::choice(
        DIRECTORY,
        "The directory at Atlassian",
        "",
        &[
            ("new", "A new one, added for this", "Nobody is in it yet."),
            (
                EXISTING,
                "One that was there already",
                "Linking a domain can force everybody of it to Entra at once, and new values end the log-ins of whoever uses it.",
            ),
        ],
    );
    // Where people may log in already there is one, so that neither is supposed.
    match usage::may_be_used(known) {
        true => ask,
        false => ask.default("new"),
    }
}

/// The confirmation that comes up with a directory that was there already.
pub(super) fn idle_ask(known: &Known) -> Ask {
    if usage::may_be_used(known) {
        return Ask::new(
            DIRECTORY_IDLE,
            AskKind::Confirm,
            "I looked at the directory: its three values are those above, and I know whom its default policy reaches",
            "People log in through it. With the same values nothing changes for them; with others they can’t log in. Linking one more domain moves its people into the default policy. If it is another directory, or you can’t confirm this, add a new one.",
        );
    }
    Ask::new(
        DIRECTORY_IDLE,
        AskKind::Confirm,
        "The directory’s default policy does not enforce single sign-on, and nobody logs in through this directory today",
        "Look under Security, User security, Authentication policies (older: Security, Authentication policies), at the policy of this directory that is marked as default, and at whether any other policy of it enforces. If you can’t confirm this, add a new directory.",
    )
}

fn not_looked_at() -> Judgement {
    Judgement::bad(
        "First look at the directory’s policies.",
        "Confirm above what you saw there, or add a new directory.",
    )
}

fn address_ask(id: &str, label: &str, hint: &str) -> Ask {
    Ask::new(id, AskKind::Text, label, hint)
}

fn repasted_ask(thumbprint: &str) -> Ask {
    let pasted = format!("I pasted the certificate {} there", short(thumbprint));
    Ask::choice(
        REPASTED,
        "The active certificate changed after you pasted the values",
        "Log-ins fail until Atlassian has the new one. The two addresses stay as they are.",
        &[(thumbprint, &pasted, "")],
    )
    .optional()
}

/// The same where Atlassian was given the next certificate already: going back is the other way.
fn back_ask(thumbprint: &str, next: &str) -> Ask {
    let pasted = format!("I pasted the certificate {} there again", short(thumbprint));
    let hint = format!(
        "Log-ins fail until {} is activated on the page before. Answer only if you went back at Atlassian instead.",
        short(next)
    );
    let label = "Atlassian has the new certificate, and the old one still signs";
    Ask::choice(REPASTED, label, hint, &[(thumbprint, &pasted, "")]).optional()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID_A: &str = "c41e7a90-2f36-4d0b-b8a5-6e19d3f70c52";
    const ID_B: &str = "11111111-2f36-4d0b-b8a5-6e19d3f70c52";

    fn cloud() -> Cloud {
        Cloud::named("global").expect("the global cloud")
    }

    fn entity(id: &str) -> String {
        format!("{}saml/{id}", cloud().atlassian_auth)
    }

    fn acs(id: &str) -> String {
        format!(
            "{}login/callback?connection=saml-{id}",
            cloud().atlassian_auth
        )
    }

    fn answered(answers: &[(&str, &str)]) -> Known {
        let mut known = Known::default();
        for (ask, value) in answers {
            known.answers.insert((*ask).to_owned(), (*value).to_owned());
        }
        known
    }

    #[test]
    fn a_reply_address_of_another_set_up_is_refused_and_the_first_of_a_new_pair_is_taken() {
        let known = answered(&[(SP_ENTITY, &entity(ID_A))]);
        assert_eq!(acs_judged(&cloud(), &known, &acs(ID_A)).tone, Tone::Good);
        let refused = acs_judged(&cloud(), &known, &acs(ID_B));
        assert_eq!(refused.tone, Tone::Bad);
        assert_eq!(refused.expected.as_deref(), Some(acs(ID_A).as_str()));

        let known = answered(&[(SP_ENTITY, &entity(ID_A)), (ACS, &acs(ID_A))]);
        assert_eq!(
            entity_judged(&cloud(), &known, &entity(ID_B)).tone,
            Tone::Warn
        );
        let known = answered(&[(SP_ENTITY, &entity(ID_B)), (ACS, &acs(ID_A))]);
        assert_eq!(acs_judged(&cloud(), &known, &acs(ID_B)).tone, Tone::Good);
    }

    #[test]
    fn addresses_of_a_directory_that_was_there_count_once_somebody_looked_whatever_was_said_first()
    {
        let pasted = (entity(ID_A), acs(ID_A));
        let cases: [(&[(&str, &str)], bool); 4] = [
            (&[], true),
            (&[(DIRECTORY, "new")], true),
            (&[(DIRECTORY, EXISTING)], false),
            (&[(DIRECTORY, EXISTING), (DIRECTORY_IDLE, "yes")], true),
        ];
        for (said, counts) in cases {
            let mut known = answered(&[(SP_ENTITY, &pasted.0), (ACS, &pasted.1)]);
            known.answers.extend(answered(said).answers);
            assert_eq!(pair(&known).is_some(), counts, "{said:?}");
        }
    }

    #[test]
    fn an_id_that_is_known_from_elsewhere_looks_built_by_hand() {
        for fact in [
            "atlassian.organization",
            DIRECTORIES,
            "entra.tenant",
            "app.client",
        ] {
            let mut known = Known::default();
            known.facts = known.facts.with(fact, ID_A);
            assert_eq!(
                entity_judged(&cloud(), &known, &entity(ID_A)).tone,
                Tone::Warn,
                "{fact}"
            );
            assert_eq!(
                acs_judged(&cloud(), &known, &acs(ID_A)).tone,
                Tone::Warn,
                "{fact}"
            );
        }
    }

    #[test]
    fn a_certificate_that_changed_after_the_addresses_came_is_noticed_until_it_was_pasted() {
        let mut known = answered(&[(SP_ENTITY, &entity(ID_A)), (ACS, &acs(ID_A))]);
        known.facts = known.facts.with("saml.thumbprint", "AA");
        assert!(!is_rotated(&known, "AA"), "nothing was handed over yet");
        let learn = |known: &mut Known| {
            let pair = pair(known).map(|pair| handed_over(known, pair));
            known.facts.learn(&pair.expect("both addresses"));
        };
        learn(&mut known);
        assert!(!is_rotated(&known, "aa"));

        known.facts = known.facts.clone().with("saml.thumbprint", "BB");
        learn(&mut known);
        assert!(is_rotated(&known, "BB"), "looking again does not hide it");
        known.answers.insert(REPASTED.into(), "BB".into());
        assert!(!is_rotated(&known, "BB"));
        learn(&mut known);
        known.facts = known.facts.clone().with("saml.thumbprint", "CC");
        assert!(is_rotated(&known, "CC"), "the next one counts anew");

        // One that follows it is given to Atlassian before it is active.
        known.answers.insert(renewal::PASTED.into(), "DD".into());
        known.answered.insert(
            renewal::PASTED.into(),
            "2029-11-25T10:00:00Z".parse().expect("a moment"),
        );
        assert!(
            is_rotated(&known, "CC"),
            "it signs, and Atlassian has the next one"
        );
        known.facts = known.facts.clone().with("saml.thumbprint", "DD");
        assert!(!is_rotated(&known, "DD"));
        learn(&mut known);
        known.answers.remove(renewal::PASTED);
        assert!(!is_rotated(&known, "DD"), "it is remembered");
        known.facts = known.facts.clone().with("saml.thumbprint", "CC");

        // Addresses of a new set-up were shown for the values of today.
        known.answers.insert(SP_ENTITY.into(), entity(ID_B));
        known.answers.insert(ACS.into(), acs(ID_B));
        learn(&mut known);
        assert!(!is_rotated(&known, "CC"));
    }
}
