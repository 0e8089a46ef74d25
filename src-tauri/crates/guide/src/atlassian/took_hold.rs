//! The check after enforcing: whether a fresh log-in goes through Entra, and whether it still does.

use async_trait::async_trait;
use connect::Atlassian;
use engine::{Check, Facts, Finding, Known, Skip, Trouble, Verdict, VerdictState};
use jiff::Timestamp;

use super::enforce::{self, ID, SEEN_AT, place};
use super::enforce_asks::{AFTER, PASSWORD, is_taken_over};
use super::enforce_checks::{opened, with_fix};
use super::enforced::{self, Outcome, Saw, Signs, Sought, Switch, Switches};
use super::login_proof::Log;
use super::login_reads::{self, Opened};
use super::policy_members::{self, PlacedPilot};
use super::test_login_checks::time;
use crate::Live;

pub(super) struct TookHold;

#[async_trait]
impl Check<Live> for TookHold {
    fn id(&self) -> &'static str {
        "enforced"
    }

    fn title(&self) -> &'static str {
        "A fresh log-in goes through Entra"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "Whether it took hold is looked at after enforcing";
        if let Err(findings) = opened(cx, known, before) {
            return findings;
        }
        if !enforce::is_enforced(known) {
            let detail = "Nothing was enforced from here.";
            // No fix that leads to the switch: the lock may be shut, and the page shows the way once it is open.
            let verdict = Verdict::skipped(Skip::NothingYet, "It is not enforced yet", detail);
            return Finding::only(verdict);
        }
        match after(cx, known).await {
            Ok(Some(after)) => Finding::only(took_hold(&after, cx, known)),
            Ok(None) => Finding::only(Verdict::skipped(
                Skip::NothingYet,
                "Nobody was chosen to log in",
                "",
            )),
            Err(trouble) => Finding::only(Verdict::unknown(
                "Whether it took hold could not be read",
                &trouble,
            )),
        }
    }
}

/// What was read after enforcing.
struct After {
    who: String,
    outcome: Outcome,
    /// Whether the audit log is empty altogether.
    log_empty: bool,
    /// What Atlassian tells of the account, as it came.
    raw: Option<String>,
    /// The words of the event that may be about this policy.
    somewhere: Option<String>,
}

/// Reads what tells of enforcing; `None` while nobody was chosen, or nothing was enforced.
async fn after(cx: &Live, known: &Known) -> Result<Option<After>, Trouble> {
    let (Some(done), Some((atlassian, organization, policy)), Some(who)) = (
        known.by_hand_at(&ID),
        place(cx, known),
        login_reads::who(cx, known).await?,
    ) else {
        return Ok(None);
    };
    let reading = login_reads::read(cx, known, &who, login_reads::began(known, cx.now())).await;
    let traces = reading.traces(known, done, cx.now())?;
    let PlacedPilot { placed, there, .. } =
        policy_members::placed_pilot(cx, known, atlassian, organization, &policy).await?;
    let sought = Sought {
        id: &policy,
        name: enforce::name(known),
    };
    let switches = switches(atlassian, organization, done, sought).await;
    let signs = Signs {
        done,
        entra: match reading.is_undecided() {
            true => Log::Shut,
            false => traces.entra,
        },
        saw: saw(known),
        switch: switches.own,
        off_somewhere: switches.off_somewhere.as_ref().map(|(at, _)| *at),
        told: there.enforced,
        now: cx.now(),
    };
    Ok(Some(After {
        who: who.shown().to_owned(),
        outcome: enforced::weigh(&signs),
        log_empty: matches!(reading.atlassian, Opened::Empty(_)),
        raw: placed.raw.map(|raw| raw.to_string()),
        somewhere: switches.off_somewhere.map(|(_, words)| words),
    }))
}

/// What tells that the policy enforces, whatever was said here: Atlassian's answer on the pilot, or the audit log, unless the person
/// said after it that it is taken back, for the log is minutes late. `None` when nothing tells.
pub(super) async fn still_enforced(cx: &Live, known: &Known) -> Option<String> {
    let (atlassian, organization, policy) = place(cx, known)?;
    let name = enforce::name(known);
    // What can't be read tells nothing.
    let read = policy_members::placed_pilot(cx, known, atlassian, organization, &policy).await;
    if read.is_ok_and(|read| read.there.enforced == Some(true)) {
        return Some(format!(
            "Atlassian’s answer says that “{name}” enforces single sign-on."
        ));
    }
    let named = known.answered_at(enforce::ADDRESS)?;
    let sought = Sought { id: &policy, name };
    let last = switches(atlassian, organization, named, sought).await.own?;
    let word = known.taken_back_at(&ID).is_some_and(|said| said > last.at);
    (last.to == Switch::On && !word).then(|| {
        format!(
            "Atlassian’s audit log says that “{name}” was set to enforce single sign-on, {}, and nothing of the way back.",
            time(last.at)
        )
    })
}

fn saw(known: &Known) -> Option<(Saw, Timestamp)> {
    let saw = match known.answer(AFTER)? {
        PASSWORD => Saw::Password,
        _ => Saw::Redirected,
    };
    Some((saw, known.answered_at(AFTER)?))
}

/// The switches in the audit log. A log that can't be read tells nothing here: what a log-in shows counts.
async fn switches(
    atlassian: &Atlassian,
    organization: &str,
    done: Timestamp,
    policy: Sought<'_>,
) -> Switches {
    let since = login_reads::a_little_before(done);
    let Ok(events) = atlassian.events_since(organization, since).await else {
        return Switches::default();
    };
    let actions = atlassian.event_actions(organization).await.ok();
    let words = |id: &str| {
        let actions = actions.as_ref()?;
        let action = actions.value.iter().find(|action| action.id == id)?;
        Some(action.display_name.clone())
    };
    enforced::switches(&events.value, policy, words)
}

fn took_hold(after: &After, cx: &Live, known: &Known) -> Verdict {
    let who = &after.who;
    let taken_over = is_taken_over(known);
    let since = match taken_over {
        true => "since you took the policy over",
        false => "after enforcing",
    };
    let state = after.outcome.state();
    let said = |title: String, detail: &str| Verdict::new(state, title, detail);
    let (verdict, key) = match after.outcome {
        Outcome::Seen(at) => (
            said(
                format!("{who} came in through Entra {since}, {}", time(at)),
                "Entra’s log shows it, later than you said that it was done.",
            ),
            None,
        ),
        Outcome::MayBeChosen(at) => (
            said(
                format!(
                    "{who} came in through Entra, {}: say whether a password was offered",
                    time(at)
                ),
                "Whoever chooses single sign-on comes in like that without enforcing, too.",
            ),
            Some("say-after"),
        ),
        Outcome::Said(at) => (
            said(
                format!(
                    "You said that Atlassian sends {who} to Microsoft, {}",
                    time(at)
                ),
                "It rests on your word: Entra’s log is not read.",
            ),
            None,
        ),
        Outcome::NotYet => (
            said(
                format!("No log-in of {who} {since} is in Entra’s log yet"),
                "Usually it takes two to five minutes, at most a quarter of an hour.",
            ),
            Some("log-in-after"),
        ),
        Outcome::Silent => (
            said(
                format!("No log-in of {who} was seen {since}"),
                "Log in in a fresh private window, and say what it looked like.",
            ),
            Some("log-in-after"),
        ),
        Outcome::PasswordOffered => (
            said(
                format!("Atlassian still offers {who} a password"),
                "The policy does not enforce single sign-on, or the account is in another one.",
            ),
            Some("not-enforced"),
        ),
        Outcome::SwitchedOff(None) if taken_over => (
            said(
                format!("“{}” does not enforce single sign-on", enforce::name(known)),
                "Atlassian’s answer says so. You said that it enforces already.",
            ),
            Some("not-taken-over"),
        ),
        Outcome::SwitchedOff(at) => (
            said(
                "Single sign-on is not enforced any more".to_owned(),
                &at.map_or("Atlassian’s answer says so.".to_owned(), |at| {
                    format!("Atlassian’s audit log says so, {}.", time(at))
                }),
            ),
            Some("not-enforced"),
        ),
        Outcome::MayBeOff(at) => (
            said(
                format!(
                    "A policy was switched off, {}; whether it is this one, the audit log does not say",
                    time(at)
                ),
                &format!("“{}”.", after.somewhere.as_deref().unwrap_or_default()),
            ),
            Some("which-policy"),
        ),
    };
    let verdict = match after.log_empty {
        true => with_fix(lapsed(verdict), Some("guard"), cx, known),
        false => with_fix(verdict, key, cx, known),
    };
    match &after.raw {
        Some(raw) => verdict.saw("Atlassian’s answer on the account", raw),
        None => verdict,
    }
}

/// Enforcing rests on Guard, and so does the audit log: one that shows nothing for a week, though there was enforcing in it, is told
/// whatever a log-in showed.
fn lapsed(verdict: Verdict) -> Verdict {
    if verdict.state != VerdictState::Pass {
        let detail = format!(
            "{} The audit log is empty altogether: Atlassian Guard may have ended.",
            verdict.detail
        );
        return Verdict { detail, ..verdict };
    }
    Verdict::new(
        VerdictState::Warn,
        "Atlassian’s audit log is empty: Atlassian Guard may have ended",
        format!(
            "Without it nobody is sent to Entra any more. {}.",
            verdict.title
        ),
    )
}

/// The facts, with when it was first seen to be enforced. What can't be read now is looked at by the checks.
pub(super) async fn with_seen(cx: &Live, known: &Known, facts: Facts) -> Facts {
    let seen = known
        .fact(SEEN_AT)
        .and_then(|at| at.parse::<Timestamp>().ok());
    let Some(done) = known.by_hand_at(&ID) else {
        return facts;
    };
    if seen.is_some_and(|seen| seen >= done) {
        return facts;
    }
    match after(cx, known).await {
        Ok(Some(After {
            outcome: Outcome::Seen(at) | Outcome::Said(at),
            ..
        })) => facts.with(SEEN_AT, at.to_string()),
        _ => facts,
    }
}
