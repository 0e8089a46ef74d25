//! Atlassian's administration, as far as the wizard's by-hand routes need it: plain screens that change the same
//! organization. Every address of the real administration leads to the page with all of them.
//!
//! | posts to | fields | the page shows |
//! | --- | --- | --- |
//! | `/domains/verify`, `/domains/claim` | `domain` | |
//! | `/api-keys/create` | `kind` = `with-scopes` or `without-scopes`, `name`, `expires` (days, 365 at most), `scope` (ticked, several) | `code#api-key` once, `code#organization-id` |
//! | `/administrators/add` | `email` | |
//! | `/users/invite` | `email`, `name` (or none) | |
//! | `/users/remove` | `email`, of somebody who was invited | |
//! | `/identity-providers/add` | `name`, `way` = `manual` or `automatic` | `code#directory-id` |
//! | `/identity-providers/saml` | `directory`, `entity_id`, `sso_url`, `certificate` | `code#sp-entity-url`, `code#sp-acs-url` |
//! | `/identity-providers/saml/delete`, `/identity-providers/delete` | `directory` | |
//! | `/identity-providers/link-domain`, `/identity-providers/unlink-domain` | `directory`, `domain` | |
//! | `/policies/add` | `directory` (empty: the local one), `name` | `code#policy-id`, `a#policy-address` |
//! | `/policies/members/add`, `/policies/members/remove` | `policy`, `email` | |
//! | `/policies/enforce` | `policy`, `enforce` = `yes` or `no` | |
//! | `/policies/delete` | `policy` | |

mod administrators;
mod directories;
mod domains;
mod identity;
mod keys;
mod policies;
mod users;

use serde_json::Value;

use crate::events::Action;
use crate::page::{escape, page};
use crate::wire::{Answer, Call, Form};
use crate::world::World;

const SERVICE: &str = "Atlassian Administration";

/// What a screen says: HTML when it did what was asked, a sentence when it refused.
type Told = Result<String, String>;

/// Answers a request to the administration.
pub(crate) fn answer(world: &mut World, call: &Call) -> Answer {
    if call.method == "GET" {
        let body = overview(world, call);
        return Answer::html(200, page(SERVICE, "Atlassian Administration", &body));
    }
    match posted(world, call) {
        Ok(html) => {
            let body = format!("{html}<p><a href=\"/\">Back</a></p>");
            Answer::html(200, page(SERVICE, "Done", &body))
        }
        Err(told) => {
            let told = escape(&told);
            let body = format!("<p role=\"alert\">{told}</p><p><a href=\"/\">Back</a></p>");
            Answer::html(400, page(SERVICE, "That did not work", &body))
        }
    }
}

fn posted(world: &mut World, call: &Call) -> Told {
    let sent = &call.form();
    match call.path.as_str() {
        "/domains/verify" => domains::verify(world, sent),
        "/domains/claim" => domains::claim(world, sent),
        "/api-keys/create" => keys::create(world, sent),
        "/administrators/add" => administrators::add(world, sent),
        "/users/invite" => users::invite(world, sent),
        "/users/remove" => users::remove(world, sent),
        "/identity-providers/add" => identity::add(world, sent),
        "/identity-providers/saml" => identity::save_saml(world, sent),
        "/identity-providers/saml/delete" => identity::delete_saml(world, sent),
        "/identity-providers/delete" => identity::delete(world, sent),
        "/identity-providers/link-domain" => identity::link_domain(world, sent),
        "/identity-providers/unlink-domain" => identity::unlink_domain(world, sent),
        "/policies/add" => policies::add(world, &call.base, sent),
        "/policies/members/add" => policies::add_member(world, sent),
        "/policies/members/remove" => policies::remove_member(world, sent),
        "/policies/enforce" => policies::enforce(world, sent),
        "/policies/delete" => policies::delete(world, sent),
        _ => Err("There is no such screen.".to_owned()),
    }
}

fn overview(world: &World, call: &Call) -> String {
    let organization = &world.organization;
    let id = format!(
        "<p>Organization ID <code id=\"organization-id\">{}</code></p>\n",
        escape(&organization.id)
    );
    [
        id,
        policies::edited(organization, call),
        directories::section(world),
        domains::section(organization),
        policies::section(organization, &call.base),
        users::section(),
        keys::section(organization),
        administrators::section(organization),
    ]
    .concat()
}

/// Writes into the audit log that the administrator at these screens did something.
fn noted(world: &mut World, action: Action, message: &str) {
    noted_with(world, action, message, Vec::new());
}

/// The same, saying to which account.
fn noted_about(world: &mut World, action: Action, message: &str, email: &str) {
    let context = vec![world.organization.as_context(email)];
    noted_with(world, action, message, context);
}

fn noted_with(world: &mut World, action: Action, message: &str, context: Vec<Value>) {
    let actor = world.organization.admins.first().cloned();
    world.log(action, &actor.unwrap_or_default(), message, context);
}

/// The value of a field that can't be left empty.
fn wanted<'a>(sent: &'a Form, name: &str, told: &str) -> Result<&'a str, String> {
    sent.get(name).ok_or_else(|| told.to_owned())
}
