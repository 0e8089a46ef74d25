//! The checks of the SAML details: values at hand, both addresses of the right form and a pair, nobody else's
//! identifier, no certificate that changed since, and what Atlassian's audit log shows.

use async_trait::async_trait;
use connect::Atlassian;
use connect::atlassian::{Event, EventAction};
use engine::{Check, Finding, Known, Skip, Verdict, VerdictState};
use jiff::{SignedDuration, Timestamp};
use saml::{Judged, Tone};

use super::before_atlassian::opened;
use super::holders::holders;
use super::renewal;
use super::saml_app::seen;
use super::saml_details::{
    ACS, REPASTED, SP_ENTITY, acs_judged, entity_judged, is_rotated, other_ids, pair, pair_judged,
};
use super::signing::short;
use super::{login_taken_back, test_login, test_login_checks};
use crate::evidence::Proven;
use crate::fill;
use crate::shared::plan::Who;
use crate::{Live, words};

const TEXT: &str = include_str!("saml_details.md");

/// All of them, in the order on screen.
pub(super) const ALL: &[&'static dyn Check<Live>] = &[
    &Values,
    &Address::ENTITY,
    &Address::REPLY,
    &Together,
    &Unused,
    &HandedOver,
    &Audited,
];

fn with_fix(
    verdict: Verdict,
    key: &str,
    cx: &Live,
    known: &Known,
    more: &[(&str, &str)],
) -> Verdict {
    fill::with_fix(TEXT, key, verdict, cx, known, more)
}

struct Values;

#[async_trait]
impl Check<Live> for Values {
    fn id(&self) -> &'static str {
        "values"
    }

    fn title(&self) -> &'static str {
        "The three values are at hand"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let values = [
            ("saml.login_url", "the Login URL"),
            ("saml.entity_id", "the Microsoft Entra Identifier"),
            ("saml.certificate", "the certificate"),
        ];
        let missing: Vec<_> = values
            .iter()
            .filter(|(fact, _)| known.fact(fact).is_none())
            .map(|(_, what)| *what)
            .collect();
        if missing.is_empty() {
            let verdict = Verdict::new(
                VerdictState::Pass,
                "The three values are at hand",
                "As Entra holds and publishes them.",
            );
            return Finding::only(
                verdict
                    .saw(
                        "Login URL",
                        known.fact("saml.login_url").unwrap_or_default(),
                    )
                    .saw(
                        "Microsoft Entra Identifier",
                        known.fact("saml.entity_id").unwrap_or_default(),
                    )
                    .saw(
                        "Thumbprint",
                        known.fact("saml.thumbprint").unwrap_or_default(),
                    ),
            );
        }
        // Whoever can't sign in takes them from a colleague or from the portal, and loses no place by it.
        if cx.graph.is_none() {
            let verdict = Verdict::skipped(
                Skip::ColleagueDoes,
                "The three values come from the portal",
                "Nobody is signed in to Entra here. They stand under Single sign-on, SAML.",
            );
            return Finding::only(verdict);
        }
        let verdict = Verdict::skipped(
            Skip::NothingYet,
            "The values are not known yet",
            format!("Missing: {}.", words::list(&missing)),
        );
        Finding::only(with_fix(verdict, "values", cx, known, &[]))
    }
}

/// One of the two addresses.
struct Address {
    id: &'static str,
    ask: &'static str,
    name: &'static str,
}

impl Address {
    const ENTITY: Self = Self {
        id: "entity",
        ask: SP_ENTITY,
        name: "entity URL",
    };
    const REPLY: Self = Self {
        id: "reply",
        ask: ACS,
        name: "assertion consumer service URL",
    };
}

#[async_trait]
impl Check<Live> for Address {
    fn id(&self) -> &'static str {
        self.id
    }

    fn title(&self) -> &'static str {
        match self.ask {
            SP_ENTITY => "The entity URL has the right form",
            _ => "The assertion consumer service URL has the right form",
        }
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let Some(value) = known.answer(self.ask) else {
            return Finding::only(Verdict::skipped(
                Skip::NothingYet,
                format!("The {} is not pasted yet", self.name),
                "Atlassian shows it once Entra’s values are saved there.",
            ));
        };
        let judged = match self.ask {
            SP_ENTITY => entity_judged(&cx.cloud, known, value),
            _ => acs_judged(&cx.cloud, known, value),
        };
        Finding::only(said(self, &judged, cx, known).saw("Pasted", value))
    }
}

fn said(address: &Address, judged: &Judged, cx: &Live, known: &Known) -> Verdict {
    match judged.tone {
        Tone::Good => Verdict::new(VerdictState::Pass, address.title(), ""),
        Tone::Warn => doubtful(judged, cx, known),
        Tone::Bad => {
            let title = format!("The {} is not right", address.name);
            let detail = format!("{} {}", judged.strong, judged.text);
            let verdict = Verdict::new(VerdictState::Fail, title, detail);
            let verdict = with_fix(verdict, "address", cx, known, &[]);
            match &judged.expected {
                Some(expected) => verdict.saw("Expected", expected),
                None => verdict,
            }
        }
    }
}

fn doubtful(judged: &Judged, cx: &Live, known: &Known) -> Verdict {
    let title = judged.strong.trim_end_matches('.');
    let verdict = Verdict::new(VerdictState::Warn, title, judged.text.clone());
    match whose_id(known) {
        Some(which) => with_fix(verdict, "hand-built", cx, known, &[("which", which)]),
        None => with_fix(verdict, "address", cx, known, &[]),
    }
}

/// Whose id the addresses hold, where it is one that is known from elsewhere.
fn whose_id(known: &Known) -> Option<&'static str> {
    let pasted = [SP_ENTITY, ACS].map(|ask| known.answer(ask).unwrap_or_default().to_lowercase());
    let holds = |id: &str| pasted.iter().any(|one| one.contains(&id.to_lowercase()));
    other_ids(known)
        .named()
        .find(|(_, id)| holds(id))
        .map(|(which, _)| which)
}

struct Together;

#[async_trait]
impl Check<Live> for Together {
    fn id(&self) -> &'static str {
        "pair"
    }

    fn title(&self) -> &'static str {
        "Both addresses belong together"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let Some(pair) = pair(known) else {
            return Finding::only(Verdict::skipped(
                Skip::NothingYet,
                "Both addresses are compared once both are pasted",
                "",
            ));
        };
        let judged = pair_judged(&cx.cloud, known, pair);
        let verdict = if judged.is_taken() {
            Verdict::new(
                VerdictState::Pass,
                "Both addresses belong together",
                "They carry the same id.",
            )
        } else {
            let title = judged.strong.trim_end_matches('.');
            let verdict = Verdict::new(VerdictState::Fail, title, judged.text.clone());
            with_fix(verdict, "address", cx, known, &[])
        };
        Finding::only(verdict.compared(
            "the same id in both",
            &format!("{} and {}", pair.entity, pair.reply),
        ))
    }
}

struct Unused;

#[async_trait]
impl Check<Live> for Unused {
    fn id(&self) -> &'static str {
        "unused"
    }

    fn title(&self) -> &'static str {
        "No other application holds the identifier"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "Who holds the identifier is read once it is pasted";
        let Some(pair) = pair(known) else {
            return Finding::only(Verdict::skipped(Skip::NothingYet, before, ""));
        };
        let graph = match crate::shared::sign_in_checks::nobody(cx, known, before) {
            Ok(graph) => graph,
            // Both sides by hand: the portal refuses a second holder by itself.
            Err(_) => {
                let detail = "Nobody is signed in to Entra here.";
                return Finding::only(Verdict::skipped(Skip::ColleagueDoes, before, detail));
            }
        };
        let found = match holders(&graph, known.fact("app.object"), pair.entity).await {
            Ok(found) => found,
            Err(trouble) => {
                let title = "Who holds the identifier could not be read";
                return Finding::only(Verdict::unknown(title, &trouble));
            }
        };
        let deleted = match found.deleted_read {
            true => "Deleted applications were looked at as well.",
            false => "Deleted applications could not be looked at.",
        };
        let verdict = match found.others.first() {
            None => Verdict::new(
                VerdictState::Pass,
                "No other application holds the identifier",
                deleted,
            ),
            Some(holder) => {
                let key = match holder.deleted {
                    true => "in-use-deleted",
                    false => "in-use",
                };
                let said = holder.said();
                let verdict = Verdict::new(
                    VerdictState::Fail,
                    format!("{said} holds the identifier"),
                    "An identifier belongs to one application of a tenant.",
                );
                with_fix(verdict, key, cx, known, &[("holder", &holder.name)])
            }
        };
        let names: Vec<_> = found
            .others
            .iter()
            .map(super::holders::Holder::said)
            .collect();
        let names = if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        };
        Finding::only(verdict.by(&found.call).compared("none but ours", &names))
    }
}

/// The id of the check of the certificate, and the label under which it tells which one is active now.
pub(super) const HANDED_OVER: &str = "handed-over";
pub(super) const ACTIVE_NOW: &str = "Active in Entra";

struct HandedOver;

#[async_trait]
impl Check<Live> for HandedOver {
    fn id(&self) -> &'static str {
        HANDED_OVER
    }

    fn title(&self) -> &'static str {
        "Atlassian was given the certificate that is active"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        if pair(known).is_none() {
            return Finding::only(Verdict::skipped(
                Skip::NothingYet,
                "Told once the addresses are pasted",
                "",
            ));
        }
        // The live one, for somebody may have activated another since the last plan.
        let (active, call) = match seen(cx, known, "The active certificate is not known").await {
            Ok((_, app)) => (
                app.active().map(|active| active.thumbprint.clone()),
                Some(app.call),
            ),
            Err(_) => (known.fact("saml.thumbprint").map(str::to_owned), None),
        };
        let Some(active) = active else {
            return Finding::only(Verdict::skipped(
                Skip::NoApi,
                "Which certificate Atlassian holds is for you to compare",
                "No certificate is known here.",
            ));
        };
        let verdict = if let Some(next) = renewal::in_the_gap(known).filter(|next| *next != active)
        {
            let verdict = Verdict::new(
                VerdictState::Warn,
                format!(
                    "You pasted {} at Atlassian, and {} still signs",
                    short(next),
                    short(&active)
                ),
                "Log-ins fail until the new one is activated.",
            )
            .saw(ACTIVE_NOW, &active);
            with_fix(verdict, "not-activated", cx, known, &[])
        } else if is_rotated(known, &active) {
            let verdict = Verdict::new(
                VerdictState::Warn,
                "The certificate changed after you pasted it at Atlassian",
                format!("{} is active now.", short(&active)),
            )
            .saw(ACTIVE_NOW, &active);
            with_fix(verdict, "handed-over", cx, known, &[])
        } else if let Some(at) = proven_since(known) {
            let title = format!(
                "Atlassian has {}: a log-in came through with it",
                short(&active)
            );
            Verdict::new(
                VerdictState::Pass,
                title,
                format!("{}.", test_login_checks::time(at)),
            )
        } else {
            Verdict::new(
                VerdictState::Unknown,
                format!("No call tells whether Atlassian has {}", short(&active)),
                "It was active when the addresses came back. The test log-in proves it.",
            )
        };
        Finding::only(match call {
            Some(call) => verdict.by(&call),
            None => verdict,
        })
    }
}

/// When a log-in was proven after the certificate was last pasted at Atlassian.
fn proven_since(known: &Known) -> Option<Timestamp> {
    let at = test_login::proven_at(known)?;
    let pasted = [SP_ENTITY, ACS, REPASTED, renewal::PASTED];
    let last = pasted.iter().filter_map(|ask| known.answered_at(ask)).max();
    last.is_some_and(|last| at > last).then_some(at)
}

/// How long before the addresses came the audit log is looked at: the screens were open for a while.
const BEFORE: SignedDuration = SignedDuration::from_hours(24);

struct Audited;

#[async_trait]
impl Check<Live> for Audited {
    fn id(&self) -> &'static str {
        "audit"
    }

    fn title(&self) -> &'static str {
        "Atlassian’s audit log shows it"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let title = "Atlassian’s audit log can’t be read";
        let Some(since) = known
            .answered_at(SP_ENTITY)
            .filter(|_| pair(known).is_some())
        else {
            return Finding::only(Verdict::skipped(
                Skip::NothingYet,
                "The audit log is read once the addresses are pasted",
                "",
            ));
        };
        let skipped =
            |because: &str| Finding::only(Verdict::skipped(Skip::NotAvailable, title, because));
        if Who::of(known) == Who::EntraOnly {
            return Finding::only(Verdict::skipped(
                Skip::ColleagueDoes,
                "A colleague does the Atlassian side",
                "Not looked at from here.",
            ));
        }
        let Ok((atlassian, organization)) = opened(cx, known, title, title).await else {
            return skipped(
                "There is no organization API key for it. The test log-in proves more.",
            );
        };
        let seen = self.judge(&atlassian, &organization, since, cx, known);
        Finding::only(seen.await)
    }
}

impl Audited {
    async fn judge(
        &self,
        atlassian: &Atlassian,
        organization: &str,
        since: Timestamp,
        cx: &Live,
        known: &Known,
    ) -> Verdict {
        let title = "Atlassian’s audit log can’t be read";
        let skipped = |because: String| Verdict::skipped(Skip::NotAvailable, title, because);
        let actions = match atlassian.event_actions(organization).await {
            Ok(actions) => actions,
            Err(fault) => {
                return skipped(format!("{fault}. The test log-in proves more."));
            }
        };
        let from = since.checked_sub(BEFORE).unwrap_or(since);
        let events = match atlassian.events_since(organization, from).await {
            Ok(events) => events,
            Err(fault) => {
                return skipped(format!("{fault}. The test log-in proves more."));
            }
        };
        let seen = (&events.value[..], &actions.value[..]);
        if let Some(doubt) = login_taken_back::doubt(cx, known, seen, since) {
            return doubt.by(&events.call);
        }
        match events
            .value
            .iter()
            .find(|event| is_set_up(event, &actions.value))
        {
            Some(event) => Verdict::new(
                VerdictState::Pass,
                "Atlassian’s audit log shows it",
                event_said(event),
            )
            .by(&events.call),
            // It can be late, and without Guard it is empty (atlassian.md 1.8): inconclusive, never a failure.
            None => Verdict::skipped(
                Skip::NotAvailable,
                "Atlassian’s audit log shows nothing of it",
                "It can be minutes late, and needs Guard. The test log-in proves more.",
            )
            .by(&events.call),
        }
    }
}

/// Whether an event is about SAML, by the words of its action: the ids are not published (atlassian.md 1.8).
fn is_set_up(event: &Event, actions: &[EventAction]) -> bool {
    let about = |words: &str| {
        let words = words.to_lowercase();
        ["saml", "single sign-on", "identity provider"]
            .iter()
            .any(|known| words.contains(known))
    };
    let action = actions.iter().find(|action| action.id == event.action);
    action.is_some_and(|action| about(&action.display_name) || about(&action.group_display_name))
}

/// When it was, who did it, and what Atlassian says of it.
pub(super) fn event_said(event: &Event) -> String {
    let who = event.actor.name.as_deref().or(event.actor.email.as_deref());
    let said = format!(
        "{}: {}",
        who.unwrap_or("Somebody"),
        event.message.as_deref().unwrap_or(&event.action)
    );
    match event.time {
        Some(at) => format!("{}, {said}", at.strftime("%-d %b %Y %H:%M UTC")),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(action: &str) -> Event {
        serde_json::from_value(json!({
            "id": "e",
            "attributes": {
                "time": "2026-11-25T10:00:00Z",
                "action": action,
                "actor": {"name": "Adele Vance"},
            },
            "message": {"content": "Saved the SAML configuration"},
        }))
        .expect("an event")
    }

    #[test]
    fn an_event_is_told_by_the_words_of_its_action_whatever_its_id() {
        let action = |id: &str, name: &str, group: &str| -> EventAction {
            let names = json!({"displayName": name, "groupDisplayName": group});
            serde_json::from_value(json!({"id": id, "attributes": names})).expect("an action")
        };
        let actions = [
            action("a1", "Updated SAML configuration", "Security"),
            action("a2", "Created directory", "Identity providers"),
            action("a3", "Logged in to account", "Atlassian accounts"),
        ];
        let cases = [
            ("a1", true),
            ("a2", true),
            ("a3", false),
            ("unknown", false),
        ];
        for (id, wanted) in cases {
            assert_eq!(is_set_up(&event(id), &actions), wanted, "{id}");
        }
        assert_eq!(
            event_said(&event("a1")),
            "25 Nov 2026 10:00 UTC, Adele Vance: Saved the SAML configuration"
        );
    }

    #[test]
    fn whose_id_it_is_can_be_said() {
        let mut known = Known::default();
        known.facts = known.facts.with("atlassian.organization", "54EF12AE");
        assert_eq!(whose_id(&known), None);
        known.answers.insert(
            ACS.into(),
            "https://auth.test/x?connection=saml-54ef12ae".into(),
        );
        assert_eq!(whose_id(&known), Some("organization"));
    }
}
