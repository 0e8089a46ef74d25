//! The audit log of an organization (atlassian.md 1.8). Which event means what is told by the words that the catalogue of
//! actions gives them, because most ids are not published. It must not wait for any event.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::paging::Pages;
use super::{Atlassian, escaped};
use crate::fault::{Fault, Seen};

/// Something that happened in the organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "EventItem")]
pub struct Event {
    /// Its id.
    pub id: String,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// When it came into the log: later than it happened.
    pub processed_at: Option<Timestamp>,
    /// What, by an id of [`EventAction`].
    pub action: String,
    /// Who did it.
    pub actor: EventActor,
    /// Whom or what it concerns.
    pub context: Vec<EventThing>,
    /// Where it happened, for example a site.
    pub container: Vec<EventThing>,
    /// From which address.
    pub ip: Option<String>,
    /// What Atlassian's own page says about it.
    pub message: Option<String>,
}

/// Who did it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EventActor {
    /// Account id.
    #[serde(default)]
    pub id: Option<String>,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
}

/// Something that an event names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventThing {
    /// Its id.
    #[serde(default)]
    pub id: Option<String>,
    /// What it is, for example `users`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// Its fields, as they came.
    #[serde(default)]
    pub attributes: Value,
}

impl EventThing {
    /// A text of it, for example its `email`.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.attributes.get(field).and_then(Value::as_str)
    }
}

impl Event {
    /// True when the person of this address did it or is concerned.
    pub fn is_about(&self, email: &str) -> bool {
        let named = self.context.iter().filter_map(|thing| thing.text("email"));
        named
            .chain(self.actor.email.as_deref())
            .any(|own| own.eq_ignore_ascii_case(email))
    }
}

#[derive(Deserialize)]
struct EventItem {
    id: String,
    #[serde(default)]
    attributes: EventAttributes,
    #[serde(default)]
    message: Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct EventAttributes {
    time: Option<Timestamp>,
    processed_at: Option<Timestamp>,
    action: String,
    actor: EventActor,
    context: Vec<EventThing>,
    container: Vec<EventThing>,
    location: EventLocation,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EventLocation {
    ip: Option<String>,
}

impl From<EventItem> for Event {
    fn from(item: EventItem) -> Self {
        let said = item.message.get("content").unwrap_or(&item.message);
        let message = said.as_str().map(str::to_owned);
        let EventAttributes {
            time,
            processed_at,
            action,
            actor,
            context,
            container,
            location,
        } = item.attributes;
        Self {
            id: item.id,
            time,
            processed_at,
            action,
            actor,
            context,
            container,
            ip: location.ip,
            message,
        }
    }
}

/// A kind of event, as the catalogue names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "ActionItem")]
pub struct EventAction {
    /// Its id, which events carry as `action`.
    pub id: String,
    /// What a person calls it.
    pub display_name: String,
    /// Which group it belongs to.
    pub group_display_name: String,
}

#[derive(Deserialize)]
struct ActionItem {
    id: String,
    #[serde(default)]
    attributes: ActionNames,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ActionNames {
    display_name: String,
    group_display_name: String,
}

impl From<ActionItem> for EventAction {
    fn from(item: ActionItem) -> Self {
        Self {
            id: item.id,
            display_name: item.attributes.display_name,
            group_display_name: item.attributes.group_display_name,
        }
    }
}

impl Atlassian {
    /// What came into the audit log since a moment, each event once. Events come later into the log than they happen: begin a
    /// few minutes early and compare [`Event::time`]. Scope read:events:admin; without Atlassian Guard the log may stay empty.
    ///
    /// # Errors
    /// Any [`Fault`]; as for every read here. Calls are spread over time ([`crate::pace::Pace::Events`]), and a log with events
    /// takes two at least.
    pub async fn events_since(
        &self,
        org: &str,
        from: Timestamp,
    ) -> Result<Seen<Vec<Event>>, Fault> {
        let mut url = self.url(&format!("/admin/v1/orgs/{}/events-stream", escaped(org)));
        url.query_pairs_mut()
            .append_pair("from", &from.as_millisecond().to_string())
            // The largest page that is allowed: a page costs seven seconds.
            .append_pair("limit", "500");
        let seen: Seen<Vec<Event>> = self.all(Pages::stream(url)).await?;
        let mut known = HashSet::new();
        Ok(seen.map(|mut events| {
            events.retain(|event| known.insert(event.id.clone()));
            events
        }))
    }

    /// The catalogue of what the audit log can hold. It is a list of its own and does not count as a reading of events. Scope
    /// read:events:admin.
    ///
    /// # Errors
    /// Any [`Fault`].
    pub async fn event_actions(&self, org: &str) -> Result<Seen<Vec<EventAction>>, Fault> {
        self.all(Pages::v1(
            self.url(&format!("/admin/v1/orgs/{}/event-actions", escaped(org))),
        ))
        .await
    }
}
