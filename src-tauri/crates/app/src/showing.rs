//! From the desktop to the snapshot.

use std::collections::BTreeMap;
use std::sync::Arc;

use connect::Cloud;
use engine::{
    Journal, MemoryStore, Proposal, Skip, State, StepId, StepState, SystemClock, UndoPlan,
    VerdictState,
};

use crate::home::{Connection, Home, Services, Unreadable};
use crate::program::Desktop;
use crate::render::{self, Sight};
use crate::session::Session;
use crate::views::{
    Action, ActionView, ConfirmView, ConnectionCard, ConnectionView, OptionView, Page, Snapshot,
    Status, StepView,
};
use crate::{practice, render::trouble};

/// Everything on screen.
pub(crate) fn snapshot(desktop: &Desktop, revision: u32) -> Snapshot {
    let mut shown = Snapshot {
        revision,
        page: desktop.page.clone(),
        theme: desktop.settings.theme,
        practice: None,
        connections: desktop.cards.clone(),
        scenarios: practice::scenarios(),
        clouds: clouds(),
        open: None,
        step: None,
        requests: Vec::new(),
        notice: desktop
            .notice
            .as_ref()
            .map(|(found, retry)| trouble(found, retry.clone())),
        confirm: None,
    };
    let Some(session) = &desktop.session else {
        return shown;
    };
    shown.practice = practice::banner(&session.cloud);
    shown.confirm = desktop
        .undo_asked
        .as_ref()
        .map(|step| confirm(session, step.as_ref()));
    with_sight(desktop, session, |sight| {
        shown.requests = render::requests(sight.exchanges, desktop.from);
        shown.open = Some(render::connection(sight));
        if let Page::Step { id } = &desktop.page {
            shown.step = render::step(sight, &StepId::read(id.clone()));
        }
    });
    shown
}

/// The table of clouds, as options.
fn clouds() -> Vec<OptionView> {
    let option = |cloud: Cloud| OptionView {
        hint: cloud.login.host_str().unwrap_or_default().to_owned(),
        value: cloud.name,
        label: cloud.title,
    };
    Cloud::table().into_iter().map(option).collect()
}

/// A step's page without a window, with the last plan where there is one.
pub fn step_view(
    session: &Session,
    step: &StepId,
    proposal: Option<&Proposal>,
) -> Option<StepView> {
    sight_of(session, step, proposal, |sight| render::step(sight, step))
}

/// The sight of a session without a window.
pub(crate) fn sight_of<T>(
    session: &Session,
    step: &StepId,
    proposal: Option<&Proposal>,
    look: impl FnOnce(&Sight) -> T,
) -> T {
    let proposals = proposal
        .map(|proposal| (step.clone(), proposal.clone()))
        .into_iter()
        .collect();
    let desktop = Desktop {
        proposals,
        ..Desktop::default()
    };
    with_sight(&desktop, session, look)
}

/// The connection's page without a window.
pub fn connection_view(session: &Session) -> ConnectionView {
    with_sight(&Desktop::default(), session, render::connection)
}

/// Lends the sight of the open session.
pub(crate) fn with_sight<T>(
    desktop: &Desktop,
    session: &Session,
    look: impl FnOnce(&Sight) -> T,
) -> T {
    let state = session.state();
    let exchanges = session.ledger().since(desktop.from);
    look(&Sight {
        id: &session.connection.id,
        name: &session.connection.name,
        cloud: &session.cloud,
        guide: session.guide(),
        state: &state,
        proposals: &desktop.proposals,
        troubles: &desktop.troubles,
        said: &desktop.said,
        found: &desktop.found,
        searching: desktop.searching.as_deref(),
        confirmed: desktop.confirmed.as_deref(),
        retyped: desktop.retyped.as_deref(),
        now: jiff::Timestamp::now(),
        session: Some(session),
        stopped: desktop.stopped.as_deref(),
        job: desktop.job.as_ref(),
        beside: desktop.beside.as_ref(),
        entra: session.entra_side(),
        atlassian: session.atlassian_side(),
        granted: session.granted(),
        signed_in_as: session.signed_in_as(),
        has_key: session.has_key(),
        vault: session.vault_said(),
        exchanges: &exchanges,
    })
}

/// Every connection on this computer, newest first; then those that can't be read.
pub fn cards(home: &Home) -> Vec<ConnectionCard> {
    cards_with(home, None)
}

/// The same, with the one that is open.
pub(crate) fn cards_with(home: &Home, open: Option<&str>) -> Vec<ConnectionCard> {
    let read = home.connections();
    let read = read.iter().map(|connection| card(home, connection, open));
    read.chain(home.unreadable().into_iter().map(unreadable))
        .collect()
}

fn unreadable(left: Unreadable) -> ConnectionCard {
    ConnectionCard {
        id: left.id,
        name: left.name,
        between: format!("{}. {}", left.trouble.title, left.trouble.certain),
        status: Status::Attention,
        word: "Can’t be read".to_owned(),
        checked: None,
        practice: false,
        current: false,
    }
}

/// A connection in the list, from its journal alone.
fn card(home: &Home, connection: &Connection, open: Option<&str>) -> ConnectionCard {
    let text = std::fs::read_to_string(home.journal(&connection.id)).unwrap_or_default();
    let read = Journal::open(Box::new(MemoryStore::of(&text)), Arc::new(SystemClock));
    let (status, word) = match &read {
        Ok(journal) => standing(&journal.state()),
        Err(_) => (Status::Attention, "Its journal can’t be read".to_owned()),
    };
    let state = read.map(|journal| journal.state()).unwrap_or_default();
    let sides: Vec<_> = ["entra.tenant_name", "atlassian.organization_name"]
        .iter()
        .filter_map(|fact| state.known().fact(fact))
        .collect();
    ConnectionCard {
        id: connection.id.clone(),
        name: connection.name.clone(),
        between: if sides.is_empty() {
            "Nothing connected yet".to_owned()
        } else {
            sides.join(" to ")
        },
        status,
        word,
        checked: state.last_look().map(render::millis),
        practice: matches!(connection.services, Services::Practice(_)),
        current: open == Some(connection.id.as_str()),
    }
}

fn standing(state: &State) -> (Status, String) {
    let guide = guide::target(state.known().answer(guide::shared::plan::TARGET)).guide;
    let none = crate::views::SideView {
        title: String::new(),
        service: String::new(),
        who: String::new(),
    };
    let said = crate::views::SaidView {
        tone: crate::views::Tone::Plain,
        strong: String::new(),
        text: String::new(),
        compare: None,
    };
    let cloud = Cloud::table().into_iter().next();
    let Some(cloud) = cloud else {
        return (Status::NotStarted, String::new());
    };
    render::cards(&Sight {
        id: "",
        name: "",
        cloud: &cloud,
        guide,
        state,
        proposals: &BTreeMap::new(),
        troubles: &BTreeMap::new(),
        said: &BTreeMap::new(),
        found: &BTreeMap::new(),
        searching: None,
        confirmed: None,
        retyped: None,
        now: jiff::Timestamp::UNIX_EPOCH,
        session: None,
        stopped: None,
        job: None,
        beside: None,
        entra: none.clone(),
        atlassian: none,
        granted: None,
        signed_in_as: None,
        has_key: false,
        vault: said,
        exchanges: &[],
    })
}

/// The steps of which something stays that only a person can take back, because it was done by hand.
pub fn left_by_hand(session: &Session, step: Option<&StepId>) -> Vec<StepId> {
    let (guide, state) = (session.guide(), session.state());
    let reach = session.undo_reach(step);
    let by_hand = guide.steps().filter(|known| {
        // Text without numbered lines says that there is nothing to take back.
        let undoes = guide::step_text(known.text(), &|_| None)
            .undo_by_hand
            .is_some_and(|text| !text.steps.is_empty());
        let touched = state.step(&known.id()).is_some_and(is_touched);
        reach.contains(&known.id()) && known.hand_first() && touched && undoes
    });
    by_hand.map(|known| known.id()).collect()
}

/// Whether a look found more than that nothing is there yet, and nobody said that it was taken back since.
fn is_touched(step: &StepState) -> bool {
    let nothing = VerdictState::Skipped(Skip::NothingYet);
    let mut found = step.looked.values().flat_map(|looked| &looked.findings);
    !step.taken_back && found.any(|found| found.verdict.state != nothing)
}

/// Whom an undo cuts off; `None` where it cuts nobody off.
pub fn undo_cuts(session: &Session, plan: &UndoPlan) -> Option<&'static str> {
    let state = session.state();
    let items = plan.items.iter();
    let changes = items.map(|item| (&item.step, &item.change));
    guide::atlassian::usage::undo_cuts(state.known(), changes)
}

/// The question before an undo.
fn confirm(session: &Session, step: Option<&StepId>) -> ConfirmView {
    let plan = session.undo_plan(step);
    let changes = if plan.items.len() == 1 {
        "1 change".to_owned()
    } else {
        format!("{} changes", plan.items.len())
    };
    let mut text: Vec<_> = plan
        .items
        .iter()
        .map(|item| {
            let (how, about) = item.change.undo.said();
            let how = how.strip_prefix("Yes, ").unwrap_or(how);
            let about = if about.is_empty() {
                String::new()
            } else {
                format!(" {about}.")
            };
            format!("{}: {how}.{about}", item.change.what)
        })
        .collect();
    text.extend(plan.impossible.iter().map(|item| {
        format!(
            "{}: can’t be undone. {}",
            item.change.what,
            item.change.undo.said().1
        )
    }));
    text.extend(left_by_hand(session, step).iter().map(|left| {
        format!(
            "By hand: what was done at {} stays. Its page says how to take it back.",
            session.titled(left)
        )
    }));
    text.extend(undo_cuts(session, &plan).map(str::to_owned));
    text.push(
        "Each one is read back before the next. What Atlassian already has is not touched."
            .to_owned(),
    );
    let action = |action, label: &str| ActionView {
        action,
        label: label.to_owned(),
        enabled: true,
        why_not: None,
    };
    ConfirmView {
        title: format!("Undo {changes} in Entra?"),
        text,
        retype: None,
        go: action(
            Action::UndoConfirmed {
                step: step.map(ToString::to_string),
            },
            &format!("Undo {changes}"),
        ),
        leave: action(Action::Dismiss, "Leave everything as it is"),
    }
}
