//! Creating people and deleting them, as a user administrator does, with the checks that the directory makes.

use serde_json::{Map, Value, json};

use super::errors::GraphError;
use super::properties::{Holds, USER, holds};
use super::{Cx, users};
use crate::ids;
use crate::objects::map;
use crate::roles::manages_people;
use crate::tempo::{Wait, Write};
use crate::tenant::{Account, Kind, Tenant, text};
use crate::wire::Answer;

/// What a new person must have.
const REQUIRED: [&str; 5] = [
    "accountEnabled",
    "displayName",
    "mailNickname",
    "userPrincipalName",
    "passwordProfile",
];
/// Words that no password may contain, beside the company's own name.
const BANNED: [&str; 4] = ["password", "welcome", "qwerty", "12345678"];

/// `POST /users`.
pub(crate) fn create(cx: &mut Cx) -> Result<Answer, GraphError> {
    may_manage_people(cx)?;
    let body = cx.body()?;
    let (created, wait) = (cx.world.clock.graph_date(), cx.world.wait(Write::Create));
    let row = take_in(cx.tenant(), &body, &created, wait)?;
    let mut answer =
        map(json!({"@odata.context": format!("{}/$metadata#users/$entity", cx.root())}));
    let defaults = users::shown(&super::odata::Options::default());
    answer.extend(row.into_iter().filter(|(name, _)| defaults.contains(name)));
    Ok(Answer::json(201, &Value::Object(answer)))
}

/// Checks a new person and takes them in, with an account that has the password of the request.
pub(crate) fn take_in(
    tenant: &mut Tenant,
    body: &Map<String, Value>,
    created: &str,
    wait: Wait,
) -> Result<Map<String, Value>, GraphError> {
    check(body)?;
    let password = body["passwordProfile"]["password"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    check_names(tenant, body)?;
    check_password(tenant, body, &password)?;
    let row = person(body, created);
    tenant.add(Kind::User, row.clone(), wait);
    tenant.accounts.push(Account {
        person: text(&row, "id").to_owned(),
        password,
        roles: Vec::new(),
        eligible: Vec::new(),
        about: "Created while practising",
    });
    Ok(row)
}

/// `DELETE /users/{id}`: into the recycle bin, for thirty days.
pub(crate) fn delete(cx: &mut Cx) -> Result<Answer, GraphError> {
    may_manage_people(cx)?;
    let key = cx.keys[0].clone();
    let row = users::seen(cx, &key).ok_or_else(|| GraphError::not_found(&key))?;
    let id = text(&row, "id").to_owned();
    let (now, wait) = (cx.world.clock.shown(), cx.world.wait(Write::Change));
    let tenant = cx.tenant();
    tenant.write_down(&id);
    if tenant.delete(Kind::User, &id, now, &wait) {
        Ok(Answer::empty(204))
    } else {
        Err(GraphError::not_found(&key))
    }
}

/// Refuses whoever manages no people.
pub(crate) fn may_manage_people(cx: &mut Cx) -> Result<(), GraphError> {
    if manages_people(&cx.roles()) {
        Ok(())
    } else {
        Err(GraphError::denied())
    }
}

fn check(body: &Map<String, Value>) -> Result<(), GraphError> {
    for (name, value) in body {
        let fits = match holds(USER, name) {
            None => return Err(GraphError::bad(format!("Invalid property '{name}'."))),
            Some(Holds::Text) => value.is_string() || value.is_null(),
            Some(Holds::Bool) => value.is_boolean() || value.is_null(),
            Some(Holds::List) => value.is_array(),
            Some(Holds::Object) => value.is_object() || value.is_null(),
        };
        if !fits || name == "id" {
            return Err(invalid(name));
        }
    }
    let missing = |name: &&&str| match body.get(**name) {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(_) => false,
    };
    if let Some(name) = REQUIRED.iter().find(missing) {
        return Err(GraphError::bad(format!(
            "A value is required for property '{name}' of resource 'User'."
        )));
    }
    if text(body, "mailNickname").contains(['@', ' ', '"', '(', ')', ';', ',']) {
        return Err(invalid("mailNickname"));
    }
    Ok(())
}

fn invalid(name: &str) -> GraphError {
    GraphError::bad(format!(
        "Invalid value specified for property '{name}' of resource 'User'."
    ))
}

fn check_names(tenant: &Tenant, body: &Map<String, Value>) -> Result<(), GraphError> {
    let name = text(body, "userPrincipalName");
    let (local, domain) = name
        .rsplit_once('@')
        .ok_or_else(|| invalid("userPrincipalName"))?;
    let odd = |sign: char| !(sign.is_ascii_alphanumeric() || "'.-_!#^~".contains(sign));
    if local.is_empty() || local.len() > 64 || local.contains(odd) || local.ends_with('.') {
        return Err(invalid("userPrincipalName"));
    }
    let verified =
        |own: &crate::tenant::TenantDomain| own.verified && own.name.eq_ignore_ascii_case(domain);
    if !tenant.domains.iter().any(verified) {
        return Err(GraphError::bad(
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
        ));
    }
    if tenant.person_named(name).is_some() {
        return Err(GraphError::taken("userPrincipalName"));
    }
    let mail = text(body, "mail");
    if !mail.is_empty() && tenant.has_address(mail) {
        // The address becomes one of the person's proxy addresses, and those are everybody's own.
        return Err(GraphError::taken("proxyAddresses"));
    }
    Ok(())
}

fn check_password(
    tenant: &Tenant,
    body: &Map<String, Value>,
    password: &str,
) -> Result<(), GraphError> {
    let classes = [
        password.chars().any(|sign| sign.is_ascii_lowercase()),
        password.chars().any(|sign| sign.is_ascii_uppercase()),
        password.chars().any(|sign| sign.is_ascii_digit()),
        password.chars().any(|sign| !sign.is_alphanumeric()),
    ];
    let lower = password.to_lowercase();
    let local = text(body, "userPrincipalName")
        .split('@')
        .next()
        .unwrap_or_default();
    let company = tenant.name.to_lowercase();
    let banned = BANNED
        .into_iter()
        .chain([local, company.as_str()])
        .filter(|word| word.len() > 2)
        .any(|word| lower.contains(&word.to_lowercase()));
    let long = (8..=256).contains(&password.chars().count());
    if long && classes.into_iter().filter(|there| *there).count() >= 3 && !banned {
        return Ok(());
    }
    Err(GraphError::bad(
        "The specified password does not comply with password complexity requirements. Please provide a different password.",
    ))
}

/// The new object; passwords are never part of one.
fn person(body: &Map<String, Value>, created: &str) -> Map<String, Value> {
    let mut row = map(json!({
        "businessPhones": [], "displayName": null, "givenName": null, "jobTitle": null, "mail": null, "mobilePhone": null,
        "officeLocation": null, "preferredLanguage": null, "surname": null, "userPrincipalName": null, "id": ids::guid(),
        "accountEnabled": true, "userType": "Member", "department": null, "mailNickname": null, "usageLocation": null,
        "onPremisesSyncEnabled": null, "createdDateTime": created
    }));
    let sent = body.iter().filter(|(name, _)| *name != "passwordProfile");
    row.extend(sent.map(|(name, value)| (name.clone(), value.clone())));
    row
}
