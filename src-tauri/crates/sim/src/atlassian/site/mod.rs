//! The site that people log in to, and Atlassian's sign-in service behind it, at which the answers of identity providers
//! arrive. A response is really checked, against the values that somebody typed into the administration.
//!
//! | posts to | fields |
//! | --- | --- |
//! | `/login` | `email`; with `sso` = `yes` when single sign-on is chosen where it is not enforced |
//! | `/login/password` | `email`, `password` |
//! | `/logout` | |
//! | at the sign-in service, `/login/callback?connection=saml-ID` | `SAMLResponse`, `RelayState` |
//!
//! Whoever is logged in sees "You are logged in" and the address in the element with the id `account`. What goes wrong with a
//! response leads to an address with `error` and `error_description`, as at the vendor.

pub(crate) mod callback;
pub(crate) mod desk;
mod judge;
mod pages;

use self::desk::Pending;
use crate::events::{USER_LOGIN, USER_LOGOUT};
use crate::ids;
use crate::page::words;
use crate::saml::request::{deflated, write};
use crate::saml::response;
use crate::security::SamlSetup;
use crate::wire::{Answer, Call, Host, is_here, with_query};
use crate::world::World;
use serde_json::json;

/// The cookie that remembers a login within one browser.
pub(crate) const SESSION: &str = "PRACTICESITE";

/// Answers a request to the site.
pub(crate) fn answer(world: &mut World, call: &Call) -> Answer {
    match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/_edge/tenant_info") => {
            Answer::json(200, &json!({"cloudId": world.organization.cloud_id}))
        }
        ("GET", "/") => match account(world, call) {
            Some(email) => pages::logged_in(&email),
            None => pages::email(),
        },
        ("POST", "/login") => begin(world, call),
        ("POST", "/login/password") => password(world, call),
        ("GET", "/login/done") => done(world, call),
        ("POST", "/logout") => log_out(world, call),
        _ => pages::not_found(),
    }
}

/// Answers a request to Atlassian's sign-in service.
pub(crate) fn auth(world: &mut World, call: &Call) -> Answer {
    match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/") => pages::service(),
        ("POST", "/login/callback") => callback::answer(world, call),
        ("GET", "/login/error") => {
            pages::refused(&call.asked("error_description").unwrap_or_default())
        }
        _ => pages::not_found(),
    }
}

/// The address of whoever is logged in to the browser that calls.
fn account(world: &World, call: &Call) -> Option<String> {
    world.site.sessions.get(call.cookie(SESSION)?).cloned()
}

/// The first page's answer: to the identity provider, to the password, or to the choice between the two.
fn begin(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let Some(email) = form.get("email").filter(|email| email.contains('@')) else {
        return pages::email();
    };
    let organization = &world.organization;
    let offered = organization
        .single_sign_on_of(email)
        .filter(|_| organization.guard);
    let setup = offered.map(|(_, setup)| setup.clone());
    let chosen = organization.must_use_single_sign_on(email) || form.get("sso") == Some("yes");
    match setup {
        Some(setup) if chosen => to_provider(world, &setup, email),
        setup => pages::password(email, setup.is_some(), None),
    }
}

/// Sends the browser to the identity provider, by the redirect binding.
fn to_provider(world: &mut World, setup: &SamlSetup, email: &str) -> Answer {
    if !is_here(&setup.sso_url) {
        return pages::nowhere(&setup.sso_url);
    }
    let (auth, id) = (world.place(Host::AtlassianAuth), response::id());
    let message = write(
        &id,
        &setup.sp_entity(&auth),
        &setup.acs(&auth),
        &setup.sso_url,
        world.clock.shown(),
    );
    let relay = ids::secret(18);
    let address = with_query(
        &setup.sso_url,
        &[("SAMLRequest", &deflated(&message)), ("RelayState", &relay)],
    );
    world.site.pending.insert(
        relay,
        Pending {
            request: id,
            email: email.to_owned(),
            connection: setup.connection.clone(),
        },
    );
    Answer::redirect(&address)
}

fn password(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let (email, typed) = (
        form.get("email").unwrap_or_default(),
        form.get("password").unwrap_or_default(),
    );
    if world.organization.must_use_single_sign_on(email) {
        return begin(world, call);
    }
    let known = world.organization.account_of(email);
    let account = known.filter(|account| desk::password_of(world, &account.email) == typed);
    match account {
        None => pages::password(
            email,
            false,
            Some("Incorrect email address and / or password."),
        ),
        Some(account) if !world.organization.is_active(&account.email) => {
            pages::password(email, false, Some("This account is deactivated."))
        }
        Some(account) => log_in(world, &account.email, "with a password"),
    }
}

/// A login that came through the sign-in service, which hands it over with a ticket, since the two have different addresses.
fn done(world: &mut World, call: &Call) -> Answer {
    let ticket = call.asked("ticket").unwrap_or_default();
    match world.site.tickets.remove(&ticket) {
        Some(email) => log_in(world, &email, "with single sign-on"),
        None => pages::email(),
    }
}

fn log_in(world: &mut World, email: &str, how: &str) -> Answer {
    let cookie = ids::secret(24);
    world.site.sessions.insert(cookie.clone(), email.to_owned());
    world.log(
        USER_LOGIN,
        email,
        &format!("Logged in to account {how}"),
        Vec::new(),
    );
    let kept = format!("{SESSION}={cookie}; Path=/; HttpOnly; SameSite=Lax");
    Answer::redirect("/").with("set-cookie", kept)
}

fn log_out(world: &mut World, call: &Call) -> Answer {
    let gone = call
        .cookie(SESSION)
        .and_then(|cookie| world.site.sessions.remove(cookie));
    if let Some(email) = gone {
        world.log(USER_LOGOUT, &email, "Logged out of account", Vec::new());
    }
    pages::finished(
        "You are logged out",
        &words("Close the window, so that nothing of this login is left."),
    )
    .with("set-cookie", format!("{SESSION}=; Path=/; Max-Age=0"))
}
