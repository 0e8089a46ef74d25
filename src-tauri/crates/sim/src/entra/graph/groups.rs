//! Groups and who is in them. A list of members says of people only what the call may know of them; of those it may not
//! see, only that they are there.

use serde_json::{Map, Value};

use super::errors::GraphError;
use super::objects::{listing, seen};
use super::odata::{self, Listing, Options};
use super::users::{self, USERS};
use super::{Cx, properties};
use crate::tenant::access::Members;
use crate::tenant::users::body;
use crate::tenant::{Kind, Tenant, text};
use crate::wire::Answer;

/// Which members a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cast {
    All,
    Users,
    Groups,
}

/// `GET /groups`.
pub(crate) fn list(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let glance = cx.world.glance_index();
    let rows = cx.tenant().list(Kind::Group, glance);
    odata::list(cx, &options, &listing(Kind::Group), rows.into_iter())
}

/// `GET /groups/$count`.
pub(crate) fn count(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let glance = cx.world.glance_index();
    let rows = cx.tenant().list(Kind::Group, glance);
    odata::count(&options, &listing(Kind::Group), rows.into_iter())
}

/// `GET /groups/{id}`.
pub(crate) fn one(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let row = seen(cx, Kind::Group)?;
    odata::entity(cx, &options, "groups", properties::GROUP, row)
}

/// `GET /groups/{id}/members` and `/transitiveMembers`, whole, cast to one type, or counted.
pub(crate) fn members(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let id = text(&seen(cx, Kind::Group)?, "id").to_owned();
    let segments = cx.call.segments();
    let counted = segments.last().is_some_and(|last| last == "$count");
    let cast = cast(&segments);
    let deep = segments.iter().any(|part| part == "transitiveMembers");
    if deep && cast != Cast::All && !(options.eventual && (options.count || counted)) {
        return Err(GraphError::unsupported(
            "The specified cast on a transitive list needs the 'ConsistencyLevel:eventual' header and '$count=true'.",
        ));
    }
    users::check_basic(cx, &basic(cx, &options, cast))?;
    let told = users::may_see(cx);
    let listing = listing_of(cast);
    odata::check_select(&options, listing.properties, listing.set)?;
    let tenant = &cx.world.tenants[cx.token.who.tenant];
    let seen = |row| if told { row } else { bare(&row) };
    let shown = Options {
        select: shown(&options, cast),
        ..options.clone()
    };
    if tenant.members.get(&id) != Some(&Members::Everybody) {
        let rows = rows(tenant, &id, cast, deep).into_iter().map(seen);
        return if counted {
            odata::count(&options, &listing, rows)
        } else {
            odata::list(cx, &shown, &listing, rows)
        };
    }
    // A rule fills a group with people only, and perhaps with ten thousand of them.
    let total = if cast == Cast::Groups {
        0
    } else {
        tenant.members_total()
    };
    let people = |skip| {
        let from = tenant.members_from(skip).take(total - total.min(skip));
        from.map(|person| typed("user", body(&person))).map(seen)
    };
    if counted {
        odata::count(&options, &listing, people(0))
    } else {
        odata::straight(cx, &shown, &listing, total, people)
    }
}

/// A person in a list of members shows what a person alone would.
fn shown(options: &Options, cast: Cast) -> Vec<String> {
    let of_groups = [
        "description",
        "groupTypes",
        "mailEnabled",
        "securityEnabled",
    ];
    match cast {
        Cast::Groups => options.select.clone(),
        Cast::All if options.select.is_empty() => {
            let mut all = users::shown(options);
            all.extend(of_groups.map(str::to_owned));
            all
        }
        Cast::Users | Cast::All => users::shown(options),
    }
}

fn cast(segments: &[String]) -> Cast {
    let named = |name: &str| {
        segments
            .iter()
            .any(|part| part.trim_start_matches("microsoft.") == name)
    };
    if named("graph.user") {
        Cast::Users
    } else if named("graph.group") {
        Cast::Groups
    } else {
        Cast::All
    }
}

/// What of the query is about people, for the rule of the basic permission.
fn basic(cx: &Cx, options: &Options, cast: Cast) -> Options {
    // Whoever may see nobody gets the bare ids, whatever they select.
    if cast == Cast::Groups || !users::may_see(cx) {
        return Options::default();
    }
    options.clone()
}

fn listing_of(cast: Cast) -> Listing {
    match cast {
        Cast::Users => USERS,
        Cast::Groups => listing(Kind::Group),
        Cast::All => Listing {
            set: "directoryObjects",
            properties: &[],
            ..USERS
        },
    }
}

fn rows(tenant: &Tenant, group: &str, cast: Cast, deep: bool) -> Vec<Map<String, Value>> {
    let ids = if deep {
        tenant.deep_members(group)
    } else {
        tenant.listed_members(group)
    };
    let found = ids.iter().filter_map(|id| member(tenant, id, cast));
    found.collect()
}

fn member(tenant: &Tenant, id: &str, cast: Cast) -> Option<Map<String, Value>> {
    match (tenant.truth(Kind::Group, id), cast) {
        (Some(_), Cast::Users) => None,
        (Some(group), _) => Some(typed("group", group.clone())),
        (None, Cast::Groups) => None,
        (None, _) => tenant.person(id).map(|person| typed("user", body(&person))),
    }
}

fn typed(kind: &str, row: Map<String, Value>) -> Map<String, Value> {
    let named = (
        "@odata.type".to_owned(),
        format!("#microsoft.graph.{kind}").into(),
    );
    std::iter::once(named).chain(row).collect()
}

/// A member that the call may not see: that it is there, and nothing else.
fn bare(row: &Map<String, Value>) -> Map<String, Value> {
    row.iter()
        .map(|(name, value)| match name.as_str() {
            "@odata.type" | "id" => (name.clone(), value.clone()),
            _ if value.is_array() => (name.clone(), Value::Array(Vec::new())),
            _ => (name.clone(), Value::Null),
        })
        .collect()
}
