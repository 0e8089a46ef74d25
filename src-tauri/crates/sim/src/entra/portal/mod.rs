//! The Entra admin centre, as far as the wizard's by-hand routes need it: plain screens that change the same tenant.
//! Real deep links carry their place behind a `#`, which no server ever sees, so every address leads to one page with all
//! screens on it. Who acts is chosen on each form, and what that person may do is checked as it is for Graph.
//!
//! | posts to | fields |
//! | --- | --- |
//! | `/gallery/create` | `account`, `template`, `name` |
//! | `/applications/properties` | `account`, `id` (service principal), `name`, `enabled` = `yes` or `no` |
//! | `/applications/owners` | `account`, `id` (service principal), `owner` |
//! | `/applications/delete` | `account`, `id` (service principal) |
//! | `/deleted/restore` | `account`, `id` (application) |
//! | `/roles/activate` | `account`, `role`, `justification` |
//! | `/registrations/create` | `account`, `name`, `redirect_uri` |
//! | `/consent/grant` | `account`, `client_id`, `scope` (several, separated by blanks) |
//! | `/single-sign-on/mode` | `account`, `id` (service principal), `mode` = `saml`, `password` or empty |
//! | `/single-sign-on/basic` | `account`, `id`, `identifiers` and `replies` (one on a line), `sign_on`, `relay` |
//! | `/single-sign-on/claims` | `account`, `id`, `attribute` |
//! | `/single-sign-on/certificate/add` | `account`, `id` |
//! | `/single-sign-on/certificate/activate`, `.../delete` | `account`, `id`, `thumbprint` |
//! | `/single-sign-on/certificate/notify` | `account`, `id`, `emails` (one on a line) |
//! | `/users-and-groups/add`, `/users-and-groups/remove` | `account`, `id`, `who` (user principal name or group) |
//! | `/users/create` | `account`, `user_principal_name`, `name`, `mail`, `password` |
//! | `/users/delete` | `account`, `user_principal_name` |
//!
//! `GET /single-sign-on/certificate.cer?thumbprint=` downloads a certificate.

use serde_json::{Value, json};

mod screens;
mod sign_on_screens;
mod single_sign_on;

use self::screens::overview;
use super::desk::Who;
use super::{consent, scopes};
use crate::objects;
use crate::page::{escape, page, words};
use crate::roles::{Role, consents, manages_applications};
use crate::tempo::Write;
use crate::tenant::{Kind, text};
use crate::wire::{Answer, Call, Form};
use crate::world::World;

const SERVICE: &str = "the Microsoft Entra admin center";

/// Why a form was refused, in words for the person.
type Refused = String;

/// Answers a request to the portal.
pub(crate) fn answer(world: &mut World, call: &Call) -> Answer {
    if call.method == "GET" {
        let wanted = call.asked("thumbprint").unwrap_or_default();
        if let Some(file) = sign_on_screens::download(world, &wanted) {
            return file;
        }
        return Answer::html(
            200,
            page(SERVICE, "Microsoft Entra admin center", &overview(world)),
        );
    }
    let sent = call.form();
    let done = match call.path.as_str() {
        "/gallery/create" => create(world, &sent),
        "/applications/properties" => properties(world, &sent),
        "/applications/owners" => owner(world, &sent),
        "/applications/delete" => delete(world, &sent),
        "/deleted/restore" => restore(world, &sent),
        "/roles/activate" => activate(world, &sent),
        "/registrations/create" => register(world, &sent),
        "/consent/grant" => grant(world, &sent),
        other => single_sign_on::act(world, other, &sent)
            .unwrap_or_else(|| Err("There is no such screen.".to_owned())),
    };
    match done {
        Ok(told) => Answer::html(
            200,
            page(
                SERVICE,
                "Done",
                &format!("{}<p><a href=\"/\">Back</a></p>", words(&told)),
            ),
        ),
        Err(told) => Answer::html(
            403,
            page(
                SERVICE,
                "That did not work",
                &format!(
                    "<p role=\"alert\">{}</p><p><a href=\"/\">Back</a></p>",
                    escape(&told)
                ),
            ),
        ),
    }
}

fn actor(world: &World, sent: &Form) -> Result<(String, Vec<Role>), Refused> {
    let name = sent.get("account").unwrap_or_default();
    let account = world.tenants[0]
        .account(name)
        .ok_or_else(|| format!("Nobody called {name} works here."))?;
    Ok((account.person.clone(), account.roles.clone()))
}

fn manager(world: &World, sent: &Form) -> Result<String, Refused> {
    let (person, roles) = actor(world, sent)?;
    if manages_applications(&roles) {
        Ok(person)
    } else {
        Err("You do not have access. This needs the role Cloud Application Administrator or Application Administrator.".into())
    }
}

fn wanted<'a>(sent: &'a Form, name: &str) -> Result<&'a str, Refused> {
    sent.get(name)
        .ok_or_else(|| format!("The field {name} is empty."))
}

fn create(world: &mut World, sent: &Form) -> Result<String, Refused> {
    manager(world, sent)?;
    let (template, name) = (
        wanted(sent, "template")?.to_owned(),
        wanted(sent, "name")?.to_owned(),
    );
    let (created, wait) = (world.clock.graph_date(), world.wait(Write::Create));
    let home = world.home();
    let template = home
        .templates
        .iter()
        .find(|known| known["id"] == template.as_str() || known["displayName"] == template.as_str())
        .cloned();
    let template = template.ok_or("The gallery has no such application.")?;
    let (id, domain) = (home.id.clone(), home.domain.clone());
    let (application, principal) = objects::from_template(&template, &name, &id, &domain, &created);
    let told = format!(
        "{name} was added. Application ID {}, object ID {}.",
        text(&application, "appId"),
        text(&principal, "id")
    );
    home.add(Kind::Application, application, wait.clone());
    home.add(Kind::ServicePrincipal, principal, wait);
    Ok(told)
}

/// The ids of a service principal and its application, from the form's `id`.
fn pair(world: &World, sent: &Form) -> Result<(String, String), Refused> {
    let id = wanted(sent, "id")?;
    let home = &world.tenants[0];
    let principal = home
        .truth(Kind::ServicePrincipal, id)
        .ok_or("There is no such application.")?;
    let application = home
        .by_app_id(Kind::Application, text(principal, "appId"))
        .ok_or("This application is not registered in this tenant.")?;
    Ok((id.to_owned(), text(application, "id").to_owned()))
}

fn properties(world: &mut World, sent: &Form) -> Result<String, Refused> {
    manager(world, sent)?;
    let (principal, application) = pair(world, sent)?;
    let wait = world.wait(Write::Change);
    if let Some(name) = sent.get("name") {
        let rename = |body: &mut serde_json::Map<String, Value>| {
            drop(body.insert("displayName".into(), name.into()))
        };
        world
            .home()
            .change(Kind::Application, &application, wait.clone(), rename);
        world
            .home()
            .change(Kind::ServicePrincipal, &principal, wait.clone(), rename);
    }
    if let Some(enabled) = sent.get("enabled") {
        let enabled = enabled == "yes";
        world
            .home()
            .change(Kind::ServicePrincipal, &principal, wait, |body| {
                drop(body.insert("accountEnabled".into(), enabled.into()))
            });
    }
    Ok("The properties were saved.".into())
}

fn owner(world: &mut World, sent: &Form) -> Result<String, Refused> {
    manager(world, sent)?;
    let (principal, application) = pair(world, sent)?;
    let name = wanted(sent, "owner")?;
    let person = world.tenants[0]
        .person_named(name)
        .ok_or_else(|| format!("Nobody called {name} works here."))?
        .id;
    for id in [principal, application] {
        let owners = world.home().owners.entry(id).or_default();
        if !owners.contains(&person) {
            owners.push(person.clone());
        }
    }
    Ok("The owner was added.".into())
}

fn delete(world: &mut World, sent: &Form) -> Result<String, Refused> {
    manager(world, sent)?;
    let (_, application) = pair(world, sent)?;
    let (now, wait) = (world.clock.shown(), world.wait(Write::Change));
    world
        .home()
        .delete(Kind::Application, &application, now, &wait);
    Ok("The application was deleted. It can be restored for 30 days.".into())
}

fn restore(world: &mut World, sent: &Form) -> Result<String, Refused> {
    manager(world, sent)?;
    let id = wanted(sent, "id")?.to_owned();
    let wait = world.wait(Write::Create);
    world
        .home()
        .restore(&id, &wait)
        .ok_or("There is no such deleted application.")?;
    Ok("The application was restored.".into())
}

fn activate(world: &mut World, sent: &Form) -> Result<String, Refused> {
    let (person, _) = actor(world, sent)?;
    let role = Role::known(wanted(sent, "role")?).ok_or("There is no such role.")?;
    wanted(sent, "justification")?;
    let account = world
        .home()
        .account_of_mut(&person)
        .ok_or("There is no such account.")?;
    if !account.eligible.contains(&role) {
        return Err("You have no eligible assignment of this role.".into());
    }
    if !account.roles.contains(&role) {
        account.roles.push(role);
    }
    Ok(format!(
        "{} is active now. An application that is open must sign in again or refresh to notice.",
        role.name
    ))
}

fn register(world: &mut World, sent: &Form) -> Result<String, Refused> {
    actor(world, sent)?;
    let (name, redirect) = (
        wanted(sent, "name")?.to_owned(),
        sent.get("redirect_uri")
            .unwrap_or("http://localhost")
            .to_owned(),
    );
    let (created, wait) = (world.clock.graph_date(), world.wait(Write::Create));
    let home = world.home();
    let mut made = objects::application(&name, &created, &home.domain.clone());
    made.insert("signInAudience".into(), "AzureADMyOrg".into());
    made.insert("publicClient".into(), json!({"redirectUris": [redirect]}));
    let principal = objects::service_principal(&made, &home.id.clone(), &created);
    let told = format!(
        "{name} was registered. Application (client) ID {}. Directory (tenant) ID {}.",
        text(&made, "appId"),
        home.id
    );
    home.add(Kind::Application, made, wait.clone());
    home.add(Kind::ServicePrincipal, principal, wait);
    Ok(told)
}

fn grant(world: &mut World, sent: &Form) -> Result<String, Refused> {
    let (person, roles) = actor(world, sent)?;
    if !consents(&roles) {
        return Err(
            "You do not have access. Consent for the organization needs an administrator.".into(),
        );
    }
    let client = wanted(sent, "client_id")?.to_owned();
    let asked = scopes::read(world, wanted(sent, "scope")?)
        .map_err(|_| "One of these permissions is not known.")?;
    consent::record(
        world,
        &Who { tenant: 0, person },
        &client,
        true,
        &asked.graph,
    );
    Ok("Consent was granted for Contoso.".into())
}
