//! The plan: target, who does which side, production or trial. No live system is looked at.

use async_trait::async_trait;
use engine::{
    Ask, Check, Facts, Finding, Known, Plan, State, Step, StepId, Trouble, Verdict, VerdictState,
};

use crate::{GUIDES, Live};

/// The step's id.
pub const ID: StepId = StepId::of("plan");

/// The ask for the target.
pub const TARGET: &str = "plan.target";
/// The ask for who does which side.
pub const WHO: &str = "plan.who";
/// The ask for production or trial.
pub const STAGE: &str = "plan.stage";

/// The step.
pub struct PlanStep;

/// Who does which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The person at the keyboard does both.
    Both,
    /// The person does Entra, a colleague Atlassian.
    EntraOnly,
    /// The person does Atlassian, a colleague Entra.
    AtlassianOnly,
}

impl Who {
    /// As answered; both while nothing is.
    pub fn of(known: &Known) -> Self {
        match known.answer(WHO) {
            Some("entra") => Who::EntraOnly,
            Some("atlassian") => Who::AtlassianOnly,
            _ => Who::Both,
        }
    }
}

/// What hangs on this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// People work in the organization every day.
    Production,
    /// A test tenant or a test organization.
    Trial,
}

impl Stage {
    /// As answered; production, the careful one, while nothing is.
    pub fn of(known: &Known) -> Self {
        match known.answer(STAGE) {
            Some("trial") => Stage::Trial,
            _ => Stage::Production,
        }
    }

    /// What the page of the pilot advises.
    pub(crate) fn pilot(self) -> &'static str {
        match self {
            Stage::Production => {
                "This is production: begin with one to five people who know of it and can spare an hour, not with a group that everybody is in. More can follow once their log-in is proven."
            }
            Stage::Trial => {
                "This is a trial: one account is enough, your own or a test user, as long as it is no organization admin that you need."
            }
        }
    }

    /// What the page of enforcing advises.
    pub(crate) fn enforcing(self) -> &'static str {
        match self {
            Stage::Production => {
                "This is production, and people work here every day. Tell the members beforehand, choose an hour in which few of them work, have the admin outside the policy within reach, and stay until one member came in again."
            }
            Stage::Trial => {
                "This is a trial: nobody’s work hangs on it. You can end after 1.8, with single sign-on proven and not enforced; or enforce, and then practise the way back once, before you need it in production."
            }
        }
    }

    /// What the choice means, for the plan itself.
    fn said(self) -> &'static str {
        match self {
            Stage::Production => {
                "Production: every page counts, the pilot stays small, and 1.9 has a quiet hour."
            }
            Stage::Trial => {
                "Trial: the addresses that are mailed in 1.2 and enforcing in 1.9 can be left out; everything up to the log-in in 1.8 cannot."
            }
        }
    }
}

#[async_trait]
impl Step<Live> for PlanStep {
    fn id(&self) -> StepId {
        ID
    }

    fn title(&self) -> &'static str {
        "Plan"
    }

    fn text(&self) -> &'static str {
        include_str!("plan.md")
    }

    fn asks(&self, _state: &State) -> Vec<Ask> {
        let targets: Vec<_> = GUIDES
            .iter()
            .map(|target| (target.id, target.name, target.about))
            .collect();
        vec![
            Ask::choice(TARGET, "What will Entra be connected to?", "", &targets)
                .default(GUIDES[0].id),
            Ask::choice(
                WHO,
                "Who does which side?",
                "A side that a colleague does is not checked here; its page writes a file to hand over.",
                &[
                    (
                        "both",
                        "I do both",
                        "You can sign in to Entra and have an organization API key of Atlassian.",
                    ),
                    (
                        "entra",
                        "I do Entra, a colleague does Atlassian",
                        "You will not be asked for an Atlassian key.",
                    ),
                    (
                        "atlassian",
                        "I do Atlassian, a colleague does Entra",
                        "You will not be asked to sign in to Entra.",
                    ),
                ],
            ),
            Ask::choice(
                STAGE,
                "Production or trial?",
                "What is changed and proven is the same. What the pages of the pilot and of enforcing advise is not.",
                &[
                    (
                        "production",
                        "Production",
                        "People work in this Atlassian organization every day.",
                    ),
                    ("trial", "Trial", "A test tenant or a test organization."),
                ],
            ),
        ]
    }

    async fn plan(&self, _cx: &Live, _known: &Known) -> Result<Plan, Trouble> {
        Ok(Plan::AlreadySo(Facts::new()))
    }

    fn checks(&self) -> &'static [&'static dyn Check<Live>] {
        &[&Answered]
    }
}

struct Answered;

#[async_trait]
impl Check<Live> for Answered {
    fn id(&self) -> &'static str {
        "answered"
    }

    fn title(&self) -> &'static str {
        "The plan is complete"
    }

    async fn look(&self, _cx: &Live, known: &Known) -> Vec<Finding> {
        let missing = [(WHO, "who does which side"), (STAGE, "production or trial")];
        let missing: Vec<_> = missing
            .iter()
            .filter(|(ask, _)| known.answer(ask).is_none())
            .map(|(_, what)| *what)
            .collect();
        let verdict = if missing.is_empty() {
            let target = crate::target(known.answer(TARGET)).name;
            let who = match Who::of(known) {
                Who::Both => "You do both sides.",
                Who::EntraOnly => "You do the Entra side.",
                Who::AtlassianOnly => "You do the Atlassian side.",
            };
            Verdict::new(
                VerdictState::Pass,
                format!("Entra will be connected to {target}"),
                format!("{who} {}", Stage::of(known).said()),
            )
        } else {
            Verdict::new(
                VerdictState::Skipped(engine::Skip::NothingYet),
                "The plan is not complete",
                format!("Still open: {}.", crate::words::list(&missing)),
            )
        };
        Finding::only(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_both_until_somebody_says_otherwise() {
        let mut known = Known::default();
        assert_eq!(Who::of(&known), Who::Both);
        known.answers.insert(WHO.into(), "atlassian".into());
        assert_eq!(Who::of(&known), Who::AtlassianOnly);
    }

    #[test]
    fn production_and_trial_are_advised_differently_where_it_matters() {
        let cloud = connect::Cloud::named("global").expect("a cloud");
        let mut known = Known::default();
        for (answer, wanted) in [
            (None, "This is production"),
            (Some("production"), "This is production"),
            (Some("trial"), "This is a trial"),
        ] {
            known
                .answers
                .extend(answer.map(|stage| (STAGE.to_owned(), stage.to_owned())));
            for step in ["pilot", "enforce"] {
                let step = GUIDES[0].guide.step(&StepId::of(step)).expect("a step");
                let text = crate::step_text(step.text(), &|name| crate::fill(&cloud, &known, name));
                let said = text.why.join(" ");
                assert!(said.contains(wanted), "{answer:?}: {said}");
            }
        }
    }

    /// The text names pages by their numbers: those have to be pages, and the last one the guide's last.
    #[test]
    fn the_text_speaks_of_the_whole_guide_as_it_is() {
        let guide = GUIDES[0].guide;
        let pages: Vec<_> = guide
            .steps()
            .filter_map(|step| guide.number(&step.id()))
            .collect();
        let said = [Stage::Production, Stage::Trial]
            .map(|stage| format!("{} {} {}", stage.said(), stage.pilot(), stage.enforcing()));
        let text = format!("{} {}", PlanStep.text(), said.join(" "));
        let named: Vec<_> = text
            .split(|letter: char| !letter.is_ascii_digit() && letter != '.')
            .map(|piece| piece.trim_matches('.'))
            .filter(|piece| piece.contains('.'))
            .collect();
        for number in &named {
            assert!(pages.iter().any(|page| page == number), "{number}");
        }
        assert_eq!(
            named.iter().max().copied(),
            pages.last().map(String::as_str)
        );
        assert_eq!(pages.len(), 13, "the text says thirteen");
        assert!(PlanStep.text().contains("Thirteen pages"));
    }
}
