//! The audit log over the organization API: the catalogue of actions, the log for somebody who looks something up, and the
//! stream for those who follow it. Without Guard all of it is empty, which says nothing about what happened.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::errors::ApiError;
use super::{Cx, limited};
use crate::events::{ACTIONS, OrgEvent};
use crate::organization::account_id;
use crate::tempo::milli_date;
use crate::wire::{Answer, Host, opaque, pairs, unopaque, with_query};
use crate::world::World;

/// How often one may read the log in a minute. The stream has no such limit.
const READS: usize = 10;
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const USUAL_PAGE: usize = 200;
const LARGEST_PAGE: usize = 500;
/// Where practice is used from. The address is one of those that documentation may use.
const PLACE: (&str, &str) = ("203.0.113.9", "London");

/// `GET event-actions`.
pub(crate) fn actions(cx: &mut Cx, organization: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("events")?;
    let data: Vec<Value> = ACTIONS
        .iter()
        .map(|action| {
            json!({"id": action.id, "type": "event-actions",
                   "attributes": {"displayName": action.display, "groupDisplayName": action.group}})
        })
        .collect();
    Ok(Answer::json(200, &json!({"data": data})))
}

/// `GET events`: the newest first, by the time of the event; ten reads a minute.
pub(crate) fn list(cx: &mut Cx, organization: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("events")?;
    let now = cx.world.clock.now();
    let reset = cx.world.clock.shown() + MINUTE;
    let reads = &mut cx.world.organization.event_reads;
    reads.retain(|at| now.duration_since(*at) < MINUTE);
    if reads.len() >= READS {
        let told = ApiError::too_many("The limit of 10 requests per minute is exceeded");
        let refused = told.answer(cx.world.quirks.unauthorized);
        return Ok(limited(refused, READS, 0, reset));
    }
    reads.push(now);
    let left = READS - reads.len();
    let reading = Reading::of(cx, |event| event.at, Order::NewestFirst)?;
    let page = reading.page(cx);
    let next = if page.more {
        reading.cursor(page.last)
    } else {
        String::new()
    };
    let data = page
        .events
        .iter()
        .map(|event| log_body(cx, event))
        .collect();
    Ok(limited(
        answer(cx, &reading, data, &next),
        READS,
        left,
        reset,
    ))
}

/// `GET events/{id}`.
pub(crate) fn one(cx: &mut Cx, organization: &str, id: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("events")?;
    let event = visible(cx.world).find(|(_, event)| event.id == id);
    let (_, event) = event.ok_or_else(|| ApiError::not_found("The event does not exist"))?;
    Ok(Answer::json(200, &json!({"data": log_body(cx, event)})))
}

/// `GET events-stream`: the oldest first, by the time at which the log showed the event. There is a cursor at the end
/// too, so that a reader goes on from there once more has happened.
pub(crate) fn stream(cx: &mut Cx, organization: &str) -> Result<Answer, ApiError> {
    cx.own(organization)?;
    cx.may("events")?;
    let reading = Reading::of(cx, |event| event.visible_from, Order::OldestFirst)?;
    let page = reading.page(cx);
    let next = reading.cursor(page.last);
    let data = page
        .events
        .iter()
        .map(|event| stream_body(cx, event))
        .collect();
    Ok(answer(cx, &reading, data, &next))
}

fn answer(cx: &Cx, reading: &Reading, data: Vec<Value>, next: &str) -> Answer {
    let address = format!("{}{}", cx.call.base, cx.call.path);
    let lead = match next {
        "" => String::new(),
        cursor => with_query(&address, &[("cursor", cursor)]),
    };
    let links =
        json!({"self": format!("{}{}", cx.call.base, cx.call.target()), "prev": "", "next": lead});
    let meta = json!({"next": next, "page_size": reading.limit});
    Answer::json(200, &json!({"data": data, "meta": meta, "links": links}))
}

/// The events that the log shows by now, each with its number in the order of writing.
fn visible(world: &World) -> impl Iterator<Item = (usize, &OrgEvent)> {
    let now = world.clock.now();
    let shown = world.organization.guard && !world.quirks.audit_log_empty;
    let events = world.organization.events.iter().enumerate();
    events.filter(move |(_, event)| shown && event.visible_from <= now)
}

/// Which way a list goes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    OldestFirst,
    NewestFirst,
}

/// A place in the log: a time in microseconds, and the number of an event, since several share a time.
type Place = (i64, usize);

/// What was asked for.
struct Reading {
    /// The query of the first page, which a cursor carries on.
    query: String,
    time: fn(&OrgEvent) -> Timestamp,
    order: Order,
    limit: usize,
    /// The range of times in microseconds.
    from: i64,
    to: i64,
    /// The place of the last event of the page before.
    after: Option<Place>,
}

/// One page of events.
struct Page<'a> {
    events: Vec<&'a OrgEvent>,
    last: Option<Place>,
    more: bool,
}

impl Reading {
    fn of(cx: &Cx, time: fn(&OrgEvent) -> Timestamp, usual: Order) -> Result<Reading, ApiError> {
        let (query, after) = match cx.call.asked("cursor").filter(|cursor| !cursor.is_empty()) {
            None => (cx.call.query.clone(), None),
            Some(cursor) => {
                let inside = unopaque(&cursor);
                let inside = inside.ok_or_else(|| ApiError::bad("The cursor is not valid"))?;
                let place = serde_json::from_value(inside["after"].clone())
                    .map_err(|_| ApiError::bad("The cursor is not valid"))?;
                (
                    inside["query"].as_str().unwrap_or_default().to_owned(),
                    place,
                )
            }
        };
        let order = match value(&query, "sortOrder").as_deref() {
            None => usual,
            Some("asc") => Order::OldestFirst,
            Some("desc") => Order::NewestFirst,
            Some(_) => return Err(ApiError::bad("The sort order must be asc or desc")),
        };
        Ok(Reading {
            time,
            order,
            limit: limit(&query)?,
            from: micros(&query, "from")?.unwrap_or(i64::MIN),
            to: micros(&query, "to")?.unwrap_or(i64::MAX),
            after,
            query,
        })
    }

    fn page<'a>(&self, cx: &'a Cx) -> Page<'a> {
        let mut rows: Vec<(Place, &OrgEvent)> = visible(cx.world)
            .map(|(number, event)| (((self.time)(event).as_microsecond(), number), event))
            .filter(|((at, _), event)| (self.from..=self.to).contains(at) && self.wants(event))
            .filter(|(place, _)| self.is_next(*place))
            .collect();
        rows.sort_by_key(|(place, _)| *place);
        if self.order == Order::NewestFirst {
            rows.reverse();
        }
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        Page {
            last: rows.last().map(|(place, _)| *place).or(self.after),
            events: rows.into_iter().map(|(_, event)| event).collect(),
            more,
        }
    }

    fn is_next(&self, place: Place) -> bool {
        match (self.after, self.order) {
            (None, _) => true,
            (Some(after), Order::OldestFirst) => place > after,
            (Some(after), Order::NewestFirst) => place < after,
        }
    }

    /// True when the filters let the event through: one action, one actor, one word.
    fn wants(&self, event: &OrgEvent) -> bool {
        let is = |name: &str, own: &str| value(&self.query, name).is_none_or(|asked| asked == own);
        let word = value(&self.query, "q").unwrap_or_default().to_lowercase();
        let text = format!(
            "{} {} {}",
            event.action.display, event.actor_email, event.message
        );
        is("action", event.action.id)
            && is("actor", &account_id(&event.actor_email))
            && text.to_lowercase().contains(&word)
    }

    fn cursor(&self, after: Option<Place>) -> String {
        opaque(&json!({"query": self.query, "after": after}))
    }
}

fn value(query: &str, name: &str) -> Option<String> {
    pairs(query)
        .into_iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
        .filter(|value| !value.is_empty())
}

fn limit(query: &str) -> Result<usize, ApiError> {
    let limit = value(query, "limit").map_or(Ok(USUAL_PAGE), |text| text.parse());
    limit
        .ok()
        .filter(|limit| (1..=LARGEST_PAGE).contains(limit))
        .ok_or_else(|| ApiError::bad("The limit must be between 1 and 500"))
}

/// A time of the query, which writes milliseconds.
fn micros(query: &str, name: &str) -> Result<Option<i64>, ApiError> {
    let bad = |_| ApiError::bad(&format!("{name} must be a time in milliseconds"));
    let millis: Option<i64> = value(query, name)
        .map(|text| text.parse().map_err(bad))
        .transpose()?;
    Ok(millis.map(|millis| millis.saturating_mul(1_000)))
}

/// An event as the log writes it.
fn log_body(cx: &Cx, event: &OrgEvent) -> Value {
    let mut body = body_of(cx, event);
    let attributes = &mut body["attributes"];
    let actor = account_id(&event.actor_email);
    let link = format!("{}/users/{actor}/manage/profile", cx.call.base);
    attributes["actor"]["links"] = json!({"self": link});
    attributes["location"] = json!({"ip": PLACE.0, "geo": PLACE.1});
    body
}

/// An event as the stream writes it: one time more, and less about where and to what.
fn stream_body(cx: &Cx, event: &OrgEvent) -> Value {
    let mut body = body_of(cx, event);
    let attributes = &mut body["attributes"];
    attributes["processedAt"] = json!(milli_date(event.visible_from));
    let context = attributes["context"].as_array_mut();
    for one in context
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        one.remove("id");
    }
    body
}

fn body_of(cx: &Cx, event: &OrgEvent) -> Value {
    let (world, email) = (&cx.world, &event.actor_email);
    let name = world
        .organization
        .account_of(email)
        .map(|account| account.name);
    let site = world.place(Host::Site);
    let container = json!({"id": world.organization.cloud_id, "type": "sites", "attributes": {"siteHostName": site, "siteName": "contoso"}, "links": {"alt": site}});
    json!({
        "id": event.id, "type": "events",
        "attributes": {
            "time": milli_date(event.at), "action": event.action.id,
            "actor": {"id": account_id(email), "name": name.as_ref().unwrap_or(email), "email": email},
            "context": event.context, "container": [container],
        },
        "message": {"content": event.message, "format": "simple"},
    })
}
