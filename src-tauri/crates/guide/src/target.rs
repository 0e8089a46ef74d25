//! The targets: what Entra can be connected to. Adding one is a constant, a folder and a line in [`GUIDES`].

use std::sync::Arc;

use engine::{Ask, Entry, Guide, Journal, MemoryStore, State, SystemClock};

use crate::atlassian::{email_attribute, pilot_asks};
use crate::hand_over::Pictured;
use crate::shared::sign_in;
use crate::{Live, atlassian};

/// A target and its guide.
pub struct Target {
    /// The id, as answered in the plan.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// One sentence.
    pub about: &'static str,
    /// Its guide.
    pub guide: &'static Guide<Live>,
    /// The picture of the connection.
    pub picture: Pictured,
}

/// Every target, in the order in which they are offered.
pub const GUIDES: &[Target] = &[Target {
    id: "atlassian",
    name: "Atlassian Cloud",
    about: "Jira, Confluence and the rest at atlassian.net: the gallery application Atlassian Cloud in Entra.",
    guide: &atlassian::GUIDE,
    picture: atlassian::hand_overs::picture,
}];

/// The target of an id; the first one while nothing is answered.
pub fn target(id: Option<&str>) -> &'static Target {
    GUIDES
        .iter()
        .find(|target| Some(target.id) == id)
        .unwrap_or(&GUIDES[0])
}

/// The answers that bring up another ask.
const BRINGING: [(&str, &str); 3] = [
    (sign_in::CLIENT, "own"),
    (email_attribute::SCOPE, "group"),
    (pilot_asks::KIND, "new"),
];

/// Every ask that can come up in any guide, with its step's title: those that are always asked, those that an answer
/// brings up, and those that depend on what is found.
pub fn every_ask() -> Vec<(&'static str, Ask)> {
    let states = BRINGING.map(|answer| asked_with(&[answer]));
    let mut all: Vec<(&'static str, Ask)> = Vec::new();
    for target in GUIDES {
        for step in target.guide.steps() {
            let always = step.asks(&State::default());
            let brought = states.iter().flat_map(|state| step.asks(state));
            let found = atlassian::found_asks(&step.id());
            for ask in always.into_iter().chain(brought).chain(found) {
                if !all.iter().any(|(_, known)| known.id == ask.id) {
                    all.push((step.title(), ask));
                }
            }
        }
    }
    all
}

/// The state after these answers.
fn asked_with(answers: &[(&str, &str)]) -> State {
    let journal = Journal::open(Box::new(MemoryStore::default()), Arc::new(SystemClock));
    let Ok(journal) = journal else {
        return State::default();
    };
    for (ask, value) in answers {
        // A journal in memory takes every entry.
        let _ = journal.append(Entry::Answered {
            step: sign_in::ID,
            ask: (*ask).to_owned(),
            value: (*value).to_owned(),
        });
    }
    journal.state()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_guide_is_in_order() {
        for target in GUIDES {
            assert_eq!(engine::in_order(target.guide), Ok(()), "{}", target.id);
        }
    }

    #[test]
    fn an_ask_that_an_answer_brings_up_is_among_all() {
        let all = every_ask();
        for id in [
            sign_in::CLIENT_ID,
            email_attribute::GROUP,
            email_attribute::ATTRIBUTE,
            pilot_asks::WHO,
            pilot_asks::NEW_UPN,
            "claims.policy",
        ] {
            assert!(all.iter().any(|(_, ask)| ask.id == id), "{id}");
        }
    }

    #[test]
    fn an_unknown_target_is_the_first() {
        assert_eq!(target(Some("no such")).id, "atlassian");
    }
}
