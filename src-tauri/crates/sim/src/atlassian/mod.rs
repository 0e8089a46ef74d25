//! Atlassian's side: the organization API, the administration screens for what has no API, and the site.
//! The two dialects of paging, the separate secrets and the error forms follow what clients of the real API have met.

pub(crate) mod certificate;
pub(crate) mod control;
pub(crate) mod errors;
pub(crate) mod events;
pub(crate) mod keys;
pub(crate) mod orgs;
pub(crate) mod paging;
pub(crate) mod screens;
pub(crate) mod site;
pub(crate) mod users;
pub(crate) mod workspaces;

use jiff::Timestamp;

use self::errors::ApiError;
use crate::ids;
use crate::wire::{Answer, Call};
use crate::world::World;

/// One call to the organization API while it is answered.
pub(crate) struct Cx<'a> {
    pub world: &'a mut World,
    pub call: &'a Call,
    /// The number of the key that was sent.
    pub key: usize,
}

/// Answers a request to the organization API.
pub(crate) fn api(world: &mut World, call: &Call) -> Answer {
    let answer = keys::authenticated(world, call).and_then(|key| {
        let mut cx = Cx { world, call, key };
        routed(&mut cx)
    });
    let answer = answer.unwrap_or_else(|error| error.answer(world.quirks.unauthorized));
    let answer = answer.with("x-request-id", ids::guid());
    if answer.header("x-ratelimit-limit").is_some() {
        return answer;
    }
    // Most of the real limits are not published. Here these headers only show their documented form; nothing is refused
    // for them.
    let reset = world.clock.shown() + jiff::SignedDuration::from_mins(1);
    limited(answer, 1000, 999, reset)
}

/// An answer with the headers that tell how often one may still ask.
pub(crate) fn limited(answer: Answer, limit: usize, remaining: usize, reset: Timestamp) -> Answer {
    answer
        .with("x-ratelimit-limit", limit.to_string())
        .with("x-ratelimit-remaining", remaining.to_string())
        .with("x-ratelimit-reset", crate::tempo::milli_date(reset))
}

fn routed(cx: &mut Cx) -> Result<Answer, ApiError> {
    let segments = cx.call.segments();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (cx.call.method.as_str(), path.as_slice()) {
        ("GET", ["admin", "v1", "orgs"]) => orgs::list(cx),
        ("GET", ["admin", "v1", "orgs", org]) => orgs::one(cx, org),
        ("GET", ["admin", "v1", "orgs", org, "domains"]) => orgs::domains(cx, org),
        ("GET", ["admin", "v1", "orgs", org, "users"]) => users::managed(cx, org),
        ("GET", ["admin", "v1", "orgs", org, "policies"]) => orgs::policies(cx, org),
        ("GET", ["admin", "v1", "orgs", org, "events"]) => events::list(cx, org),
        ("GET", ["admin", "v1", "orgs", org, "events", id]) => events::one(cx, org, id),
        ("GET", ["admin", "v1", "orgs", org, "events-stream"]) => events::stream(cx, org),
        ("GET", ["admin", "v1", "orgs", org, "event-actions"]) => events::actions(cx, org),
        ("GET", ["admin", "v2", "orgs", org, "directories"]) => orgs::directories(cx, org),
        (
            "GET",
            [
                "admin",
                "v2",
                "orgs",
                org,
                "directories",
                directory,
                "users",
            ],
        ) => users::in_directory(cx, org, directory),
        (
            "POST",
            [
                "admin",
                "v2",
                "orgs",
                org,
                "directories",
                directory,
                "users",
                "search",
            ],
        ) => users::search(cx, org, directory),
        (
            "GET",
            [
                "admin",
                "v2",
                "orgs",
                org,
                "directories",
                directory,
                "groups",
            ],
        ) => orgs::groups(cx, org, directory),
        ("POST", ["admin", "v2", "orgs", org, "workspaces"]) => workspaces::search(cx, org),
        ("GET", ["admin", "api-access", "v1", "orgs", org, "api-keys"]) => keys::list(cx, org),
        (method, ["admin", "control", "v1", "orgs", org, rest @ ..]) => {
            control::answer(cx, method, org, rest)
        }
        _ => Err(ApiError::not_found("There is no such resource")),
    }
}

impl Cx<'_> {
    /// Refuses an organization that is not the key's own.
    pub fn own(&self, organization: &str) -> Result<(), ApiError> {
        if self.world.organization.id == organization {
            Ok(())
        } else {
            Err(ApiError::not_found(
                "The organization does not exist or the API key is not one of it",
            ))
        }
    }

    /// Refuses a key that may not use this feature.
    pub fn may(&self, feature: &str) -> Result<(), ApiError> {
        keys::may(&self.world.organization.keys[self.key], feature)
    }
}
