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
                "Lockstep works the same way in both; it only words its warnings accordingly.",
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
                who,
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
}
