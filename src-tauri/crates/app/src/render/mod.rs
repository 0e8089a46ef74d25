//! From state to views: what the window shows. Pure: it reads no clock, no disk and no network.

mod asks;
mod changes;
mod checklist;
mod checks;
mod connection;
mod footer;
mod lock;
mod picture;
mod requests;
mod retype;
mod step;
mod trouble;
mod wait;

use std::collections::BTreeMap;

use connect::{Cloud, Exchange};
use engine::{Ask, Guide, Proposal, State, StepId, Trouble};
use guide::Live;
use jiff::Timestamp;

use crate::job::Job;
use crate::session::Session;
use crate::views::{OptionView, SaidView, SideView};

pub(crate) use asks::options;
pub(crate) use checklist::cards;
pub(crate) use connection::{atlassian_side, connection, entra_side};
pub(crate) use requests::requests;
pub(crate) use retype::RETYPE;
pub(crate) use step::step;
pub(crate) use trouble::trouble;

/// Everything that the rendering of one open connection rests on.
pub struct Sight<'a> {
    /// The connection's id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The addresses.
    pub cloud: &'a Cloud,
    /// The guide.
    pub guide: &'static Guide<Live>,
    /// The journal's state.
    pub state: &'a State,
    /// The last plan of each step.
    pub proposals: &'a BTreeMap<StepId, Proposal>,
    /// What went wrong last at each step.
    pub troubles: &'a BTreeMap<StepId, Trouble>,
    /// What was said to the present answers.
    pub said: &'a BTreeMap<String, SaidView>,
    /// What was found for the asks that are searched.
    pub found: &'a BTreeMap<String, Vec<OptionView>>,
    /// The ask that is searched right now.
    pub searching: Option<&'a str>,
    /// The name that was typed on a page with a lock.
    pub confirmed: Option<&'a str>,
    /// What was typed before a change that can't be undone.
    pub retyped: Option<&'a str>,
    /// The time of this picture.
    pub now: Timestamp,
    /// The open connection, for what its steps say of answers and which files they offer.
    pub session: Option<&'a Session>,
    /// What a stop left, in a sentence.
    pub stopped: Option<&'a str>,
    /// The running job.
    pub job: Option<&'a Job>,
    /// What is asked of a service beside it, for an answer.
    pub beside: Option<&'a Job>,
    /// The Entra side of the top bar.
    pub entra: SideView,
    /// The Atlassian side of the top bar.
    pub atlassian: SideView,
    /// Who is signed in and with which scopes; `None` when nobody is.
    pub granted: Option<Vec<String>>,
    /// The client that the person is signed in with.
    pub signed_in_as: Option<String>,
    /// Whether an organization key is kept.
    pub has_key: bool,
    /// Where secrets are kept.
    pub vault: SaidView,
    /// What was sent and seen.
    pub exchanges: &'a [Exchange],
}

impl Sight<'_> {
    /// Whether the person said that a step was done by hand, and did not take it back.
    pub fn is_by_hand(&self, step: &StepId) -> bool {
        let state = self.state.step(step);
        state.is_some_and(|state| state.by_hand.is_some())
    }

    /// The asks of a step: its own, and those that its last plan brought up.
    pub fn asks(&self, id: &StepId) -> Vec<Ask> {
        let Some(step) = self.guide.step(id) else {
            return Vec::new();
        };
        let mut asks = step.asks(self.state);
        if let Some(Proposal {
            plan:
                engine::Plan::Asks {
                    because,
                    asks: more,
                },
            ..
        }) = self.proposals.get(id)
        {
            let mut more = more.clone();
            // Why it is asked stands where it is answered.
            if let Some(first) = more.first_mut() {
                first.hint = format!("{because} {}", first.hint).trim_end().to_owned();
            }
            // The plan read what there is, so its words count more than those of the page.
            for ask in more {
                match asks.iter_mut().find(|shown| shown.id == ask.id) {
                    Some(shown) => *shown = ask,
                    None => asks.push(ask),
                }
            }
        }
        asks
    }

    /// The step that an ask stands on.
    pub fn step_of(&self, ask: &str) -> Option<StepId> {
        let stands_on = |id: &StepId| self.asks(id).iter().any(|known| known.id == ask);
        self.guide.steps().map(|step| step.id()).find(stands_on)
    }

    /// The ask of a step in which a name is typed once its lock is open.
    pub fn confirm(&self, id: &StepId) -> Option<&'static str> {
        self.guide.step(id)?.lock()?.confirm
    }

    /// The answer to an ask: given, or its default.
    pub fn answer(&self, ask: &Ask) -> Option<String> {
        self.state
            .known()
            .answer(&ask.id)
            .map(str::to_owned)
            .or_else(|| {
                let typed = self.guide.is_typed_anew(&ask.id);
                self.confirmed.filter(|_| typed).map(str::to_owned)
            })
            .or_else(|| ask.default.clone())
    }

    /// The asks of a step that have to be answered before it can go on.
    pub fn open_asks(&self, id: &StepId) -> Vec<Ask> {
        let open = |ask: &Ask| match ask.kind {
            engine::AskKind::Secret => !self.has_key,
            _ => self.answer(ask).is_none(),
        };
        let confirm = self.confirm(id);
        self.asks(id)
            .into_iter()
            .filter(|ask| !ask.optional && confirm != Some(ask.id.as_str()) && open(ask))
            .collect()
    }
}

/// Milliseconds since 1970, as views carry them.
pub(crate) fn millis(at: Timestamp) -> f64 {
    at.as_millisecond() as f64
}
