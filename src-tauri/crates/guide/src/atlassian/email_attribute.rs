//! Choosing the attribute that is the e-mail address at Atlassian: everybody in scope is counted, an attribute is
//! proposed with the numbers, the person chooses. It only reads.

use async_trait::async_trait;
use connect::Graph;
use engine::{Ask, AskKind, AskOption, Check, Facts, Known, Plan, State, Step, StepId, Trouble};
use people::Attribute;

use super::count_people::{self, Scope};
use super::email_numbers::{Numbers, STAMP, counted, named, proposed};
use super::{before_atlassian, before_entra, email_attribute_checks, people_search};
use crate::principal::{Principal, PrincipalKind};
use crate::shared::plan::Who;
use crate::shared::rights;
use crate::{Live, trouble};

/// The step's id.
pub const ID: StepId = StepId::of("email-attribute");
/// The ask: everybody, or a group?
pub const SCOPE: &str = "people.scope";
/// The ask: which group? Answered with a [`Principal`].
pub const GROUP: &str = "people.group";
/// The ask: which attribute?
pub const ATTRIBUTE: &str = "email.attribute";
/// The step.
pub struct EmailAttribute;

/// The attribute that is the e-mail address: the one chosen; before that, the one proposed.
pub fn chosen(known: &Known) -> Option<Attribute> {
    known
        .answer(ATTRIBUTE)
        .and_then(named)
        .or_else(|| proposed(known))
}

/// Whom the count is about; `None` while no group is chosen.
pub(super) fn scope(known: &Known) -> Option<Scope> {
    if known.answer(SCOPE) != Some("group") {
        return Some(Scope::All);
    }
    let group = Principal::parse(known.answer(GROUP)?)?;
    (group.kind == PrincipalKind::Group).then_some(Scope::Group(group))
}

#[async_trait]
impl Step<Live> for EmailAttribute {
    fn id(&self) -> StepId {
        ID
    }

    fn title(&self) -> &'static str {
        "Choose the e-mail attribute"
    }

    fn text(&self) -> &'static str {
        include_str!("email_attribute.md")
    }

    fn needs(&self) -> &'static [StepId] {
        const NEEDS: &[StepId] = &[before_entra::ID, before_atlassian::ID];
        NEEDS
    }

    fn asks(&self, state: &State) -> Vec<Ask> {
        let known = state.known();
        if Who::of(known) == Who::AtlassianOnly {
            return vec![attribute_ask(known)];
        }
        let mut asks = vec![scope_ask()];
        if known.answer(SCOPE) == Some("group") {
            asks.push(group_ask());
        }
        // Before the count there is nothing to choose by; where nothing can be counted, the plan asks.
        if Numbers::of(known).is_some() || known.answer(ATTRIBUTE).is_some() {
            asks.push(attribute_ask(known));
        }
        asks
    }

    async fn search(
        &self,
        cx: &Live,
        _known: &Known,
        ask: &str,
        text: &str,
    ) -> Result<Vec<AskOption>, Trouble> {
        match (&cx.graph, ask) {
            (Some(graph), GROUP) => people_search::groups(graph, text).await,
            _ => Ok(Vec::new()),
        }
    }

    async fn plan(&self, cx: &Live, known: &Known) -> Result<Plan, Trouble> {
        let Some(graph) = &cx.graph else {
            return Ok(by_own_knowledge(known, "Nobody is signed in to Entra."));
        };
        if !rights::lacking(graph, &ID, known).is_empty() {
            let because = "Lockstep may not read the people of your tenant, so nothing is counted.";
            return Ok(by_own_knowledge(known, because));
        }
        match scope(known) {
            Some(scope) => count(cx, graph, &scope, known).await.map(Plan::AlreadySo),
            None => Ok(Plan::AlreadySo(Facts::new())),
        }
    }

    fn checks(&self) -> &'static [&'static dyn Check<Live>] {
        email_attribute_checks::ALL
    }
}

/// Counts, unless the last count was of the same.
async fn count(cx: &Live, graph: &Graph, scope: &Scope, known: &Known) -> Result<Facts, Trouble> {
    let doing = "Counting the people in scope.";
    let told = |fault| trouble(&fault, doing);
    let verified = count_people::verified(cx, graph, known)
        .await
        .map_err(told)?;
    let stamp = count_people::stamp(graph, scope, &verified)
        .await
        .map_err(told)?;
    if known.fact(STAMP) == Some(&stamp) && Numbers::of(known).is_some() {
        return Ok(Facts::new());
    }
    let count = count_people::count(graph, scope, verified, &cx.counting)
        .await
        .map_err(told)?;
    Ok(counted(&count.report, &stamp))
}

/// The person chooses without numbers.
fn by_own_knowledge(known: &Known, because: &str) -> Plan {
    match known.answer(ATTRIBUTE) {
        Some(_) => Plan::AlreadySo(Facts::new()),
        None => Plan::Asks {
            because: because.to_owned(),
            asks: vec![attribute_ask(known)],
        },
    }
}

fn scope_ask() -> Ask {
    Ask::choice(
        SCOPE,
        "Whose addresses are counted?",
        "Those who will work with Atlassian. Nothing is changed for them.",
        &[
            (
                "all",
                "Everybody in the tenant",
                "Rooms and service accounts are counted too.",
            ),
            (
                "group",
                "One group",
                "Its direct members: people in groups inside it are not reached by an assignment.",
            ),
        ],
    )
    .default("all")
}

fn group_ask() -> Ask {
    Ask::new(
        GROUP,
        AskKind::Search,
        "Which group?",
        "Type a part of its name.",
    )
}

/// The ask for the attribute, with the numbers where there are some.
pub(super) fn attribute_ask(known: &Known) -> Ask {
    let numbers = Numbers::of(known);
    let hint = |attribute, otherwise: &str| match &numbers {
        Some(numbers) => numbers.words(attribute),
        None => otherwise.to_owned(),
    };
    let mail = hint(
        Attribute::Mail,
        "The attribute mail: filled by an Exchange mailbox, or by hand.",
    );
    let upn = hint(
        Attribute::UserPrincipalName,
        "What people sign in to Microsoft with: never empty, but not always an address that receives mail.",
    );
    let because = numbers.map_or_else(
        || "For log-in and provisioning alike. Choose by what you know of your tenant.".to_owned(),
        |numbers| format!("For log-in and provisioning alike. {}", numbers.reason),
    );
    let ask = Ask::choice(
        ATTRIBUTE,
        "Which attribute is the e-mail address at Atlassian?",
        because,
        &[
            (Attribute::Mail.name(), "Email (mail)", &mail),
            (
                Attribute::UserPrincipalName.name(),
                "User principal name (userPrincipalName)",
                &upn,
            ),
        ],
    );
    match proposed(known) {
        Some(attribute) => ask.default(attribute.name()),
        None => ask,
    }
}

#[cfg(test)]
mod tests {
    use engine::Facts;
    use people::{PersonFacts, Report, Tally};

    use super::super::email_numbers::PROPOSED;
    use super::*;

    fn report(people: &[(&str, Option<&str>)]) -> Report {
        let mut tally = Tally::new(["contoso.com"]);
        for (upn, mail) in people {
            tally.take(&PersonFacts {
                id: upn,
                upn,
                mail: *mail,
                enabled: true,
                ..PersonFacts::default()
            });
        }
        tally.report()
    }

    fn known(facts: Facts) -> Known {
        Known {
            facts,
            ..Known::default()
        }
    }

    #[test]
    fn the_choice_counts_before_the_proposal() {
        let mut known = known(Facts::new().with(PROPOSED, "mail"));
        assert_eq!(chosen(&known), Some(Attribute::Mail));
        known
            .answers
            .insert(ATTRIBUTE.into(), "userPrincipalName".into());
        assert_eq!(chosen(&known), Some(Attribute::UserPrincipalName));
        known.answers.insert(ATTRIBUTE.into(), String::new());
        assert_eq!(chosen(&known), Some(Attribute::Mail), "taken back");
        known.facts = Facts::new().with(PROPOSED, "none");
        assert_eq!(chosen(&known), None);
    }

    #[test]
    fn the_options_carry_the_numbers_and_the_proposal_is_the_default() {
        let report = report(&[
            ("anna@contoso.com", Some("anna@contoso.com")),
            ("room@contoso.com", None),
            ("old@contoso.onmicrosoft.com", None),
        ]);
        let known = known(counted(&report, "all 3 contoso.com"));
        let ask = attribute_ask(&known);
        assert_eq!(ask.default.as_deref(), Some("userPrincipalName"));
        let AskKind::Choice { options } = &ask.kind else {
            panic!("a choice")
        };
        let hints: Vec<&str> = options.iter().map(|option| option.hint.as_str()).collect();
        assert_eq!(
            hints,
            [
                "Fits 1 of 3; 2 without one.",
                "Fits 2 of 3; 1 at a domain that is not verified."
            ]
        );
    }

    #[test]
    fn without_numbers_there_is_no_default() {
        let ask = attribute_ask(&Known::default());
        assert_eq!(ask.default, None);
        let plan = by_own_knowledge(&Known::default(), "Nobody is signed in.");
        assert!(matches!(plan, Plan::Asks { asks, .. } if asks == [ask]));
    }

    #[test]
    fn a_group_is_a_scope_only_once_one_is_chosen() {
        let mut known = Known::default();
        assert_eq!(scope(&known), Some(Scope::All));
        known.answers.insert(SCOPE.into(), "group".into());
        assert_eq!(scope(&known), None);
        for (answer, is_group) in [("user/u-1/anna", false), ("group/g-1/Pilot", true)] {
            known.answers.insert(GROUP.into(), answer.into());
            assert_eq!(
                matches!(scope(&known), Some(Scope::Group(_))),
                is_group,
                "{answer}"
            );
        }
    }
}
