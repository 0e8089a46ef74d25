//! The people of the tenant: reading, searching and counting them. Most are made up on demand, so that a page of a tenant
//! of ten thousand costs as much as the page. What is done to people stands in `persons`.

use serde_json::{Map, Value};

use super::Cx;
use super::errors::GraphError;
use super::odata::{self, Listing, Options};
use super::properties::USER;
use crate::tenant::users::body;
use crate::tenant::{Kind, text};
use crate::wire::Answer;

/// What Graph gives of a person when nothing is selected.
const DEFAULTS: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];

/// What `User.ReadBasic.All` opens of others.
const BASIC: [&str; 6] = [
    "displayName",
    "givenName",
    "mail",
    "surname",
    "userPrincipalName",
    "id",
];

/// The permissions that open whole profiles.
const WHOLE: [&str; 4] = [
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// How lists of people behave.
pub(crate) const USERS: Listing = Listing {
    set: "users",
    properties: USER,
    filterable: &[],
    page: 100,
    longest: 999,
    directory: true,
};

/// `GET /users`.
pub(crate) fn list(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    if options.skip > 0 && cx.call.asked("$skiptoken").is_none() {
        return Err(GraphError::unsupported(
            "'$skip' is not supported by the service.",
        ));
    }
    let written = written(cx);
    check_basic(cx, &options)?;
    let tenant = cx.tenant();
    let gaps = tenant.written_numbers();
    let (people, made_up) = (tenant.people.clone(), tenant.people.total - gaps.len());
    let total = made_up + written.len();
    let shown = Options {
        select: shown(&options),
        ..options.clone()
    };
    odata::check_select(&options, USER, "users")?;
    odata::straight(cx, &shown, &USERS, total, |skip| {
        let first = written.into_iter().skip(skip.saturating_sub(made_up));
        let numbers = (0..people.total).filter(move |number| !gaps.contains(number));
        numbers
            .skip(skip)
            .map(move |number| body(&people.person(number)))
            .chain(first)
    })
}

/// `GET /users/$count`, as plain text.
pub(crate) fn count(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    check_basic(cx, &options)?;
    let written = written(cx);
    let tenant = cx.tenant();
    let gaps = tenant.written_numbers();
    let numbers = (0..tenant.people.total).filter(|number| !gaps.contains(number));
    let made_up = numbers.map(|number| body(&tenant.people.person(number)));
    odata::count(&options, &USERS, made_up.chain(written))
}

/// `GET /users/{id}`, where the id may be a user principal name.
pub(crate) fn one(cx: &mut Cx) -> Result<Answer, GraphError> {
    let key = cx.keys[0].clone();
    let options = Options::of(cx)?;
    check_basic(cx, &options)?;
    let row = seen(cx, &key);
    answer_one(cx, row, &key)
}

/// What this call's replica sees of the person with that object id or user principal name.
pub(crate) fn seen(cx: &mut Cx, key: &str) -> Option<Map<String, Value>> {
    let glance = cx.world.glance();
    let tenant = cx.tenant();
    let id = tenant
        .person_named(key)
        .map_or_else(|| key.to_owned(), |person| person.id);
    if tenant.users.iter().any(|object| object.id == id) {
        tenant.read(Kind::User, &id, glance)
    } else {
        tenant.people.by_id(&id).map(|person| body(&person))
    }
}

/// Answers one person, or that there is none.
pub(crate) fn answer_one(
    cx: &mut Cx,
    row: Option<Map<String, Value>>,
    key: &str,
) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    odata::check_select(&options, USER, "users")?;
    let row = row.ok_or_else(|| GraphError::not_found(key))?;
    // The context names only what the client selected itself.
    let row = Options {
        select: shown(&options),
        ..Options::default()
    }
    .selected(row);
    odata::entity(cx, &options, "users", USER, row)
}

/// The row with the properties that a list shows when nothing is selected.
pub(crate) fn shown(options: &Options) -> Vec<String> {
    if options.select.is_empty() {
        DEFAULTS.map(str::to_owned).to_vec()
    } else {
        options.select.clone()
    }
}

/// True when this call may see who somebody is, and not only that they are.
pub(crate) fn may_see(cx: &Cx) -> bool {
    cx.holds(&WHOLE) || cx.holds(&["User.ReadBasic.All"])
}

/// Whoever holds only the basic permission may not ask for more, not even in a filter.
pub(crate) fn check_basic(cx: &Cx, options: &Options) -> Result<(), GraphError> {
    if cx.holds(&WHOLE) {
        return Ok(());
    }
    let filter = options.filter.as_ref();
    let filtered = filter.map(|filter| filter.properties()).unwrap_or_default();
    let asked = options.select.iter().map(String::as_str).chain(filtered);
    if asked.into_iter().all(|name| BASIC.contains(&name)) {
        Ok(())
    } else {
        Err(GraphError::denied())
    }
}

/// The people who stand as objects, as the index of lists has them.
fn written(cx: &mut Cx) -> Vec<Map<String, Value>> {
    let glance = cx.world.glance_index();
    let mut rows = cx.tenant().list(Kind::User, glance);
    rows.sort_by_cached_key(|row| text(row, "displayName").to_lowercase());
    rows
}
