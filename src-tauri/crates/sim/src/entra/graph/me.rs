//! People: the signed-in one with the roles that are active, and the others as far as they are counted.

use serde_json::{Value, json};

use super::Cx;
use super::errors::GraphError;
use super::odata::{self, Listing, Options};
use super::properties::USER;
use crate::objects::map;
use crate::tenant::users::body;
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

const USERS: Listing = Listing {
    set: "users",
    properties: USER,
    filterable: &[],
    page: 100,
    longest: 999,
    directory: true,
};

/// `GET /me`.
pub(crate) fn me(cx: &mut Cx) -> Result<Answer, GraphError> {
    let id = cx.token.who.person.clone();
    answer_person(cx, &id)
}

/// `GET /users/{id}`, where the id may be a user principal name.
pub(crate) fn user(cx: &mut Cx) -> Result<Answer, GraphError> {
    let key = cx.keys[0].clone();
    let id = cx
        .tenant()
        .person_named(&key)
        .map_or(key, |person| person.id);
    answer_person(cx, &id)
}

/// `GET /users`.
pub(crate) fn users(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let people = cx.tenant().people.clone();
    let defaults = Options {
        select: shown(&options),
        ..options.clone()
    };
    odata::check_select(&options, USER, "users")?;
    odata::list(
        cx,
        &defaults,
        &USERS,
        people.all().map(|person| body(&person)),
    )
}

/// `GET /users/$count`, as plain text.
pub(crate) fn user_count(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    if !options.eventual {
        return Err(GraphError::bad("$count is not currently supported."));
    }
    let people = cx.tenant().people.clone();
    let count = people
        .all()
        .filter(|person| {
            options
                .filter
                .as_ref()
                .is_none_or(|filter| filter.passes(&body(person)))
        })
        .count();
    Ok(Answer::text(200, count.to_string()))
}

/// `GET /me/transitiveMemberOf/microsoft.graph.directoryRole`: the roles that are active. A cast on a transitive list is
/// an advanced query.
pub(crate) fn directory_roles(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    if !(options.eventual && options.count) {
        return Err(GraphError::unsupported(
            "The specified cast on a transitive list needs the 'ConsistencyLevel:eventual' header and '$count=true'.",
        ));
    }
    let person = cx.token.who.person.clone();
    let readable = cx.holds(&["RoleManagement.Read.Directory", "Directory.Read.All"]);
    let tenant = cx.tenant();
    let id = tenant.id.clone();
    let roles = tenant
        .account_of(&person)
        .map(|account| account.roles.clone())
        .unwrap_or_default();
    let rows = roles.into_iter().map(move |role| {
        // With User.Read alone the objects come back, but nothing is in them.
        let told = |text: &str| if readable { Value::from(text) } else { Value::Null };
        map(json!({
            "@odata.type": "#microsoft.graph.directoryRole", "id": role.object_id(&id), "deletedDateTime": null,
            "description": told(role.about), "displayName": told(role.name), "roleTemplateId": told(role.template_id)
        }))
    });
    let listing = Listing {
        set: "directoryRoles",
        properties: &[],
        filterable: &[],
        page: 100,
        longest: 999,
        directory: true,
    };
    odata::list(cx, &options, &listing, rows)
}

fn answer_person(cx: &mut Cx, id: &str) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let person = cx
        .tenant()
        .person(id)
        .ok_or_else(|| GraphError::not_found(id))?;
    odata::check_select(&options, USER, "users")?;
    // The context names only what the client selected itself.
    let row = Options {
        select: shown(&options),
        ..Options::default()
    }
    .selected(body(&person));
    odata::entity(cx, &options, "users", USER, row)
}

fn shown(options: &Options) -> Vec<String> {
    if options.select.is_empty() {
        DEFAULTS.map(str::to_owned).to_vec()
    } else {
        options.select.clone()
    }
}
