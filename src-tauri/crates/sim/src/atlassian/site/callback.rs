//! Where the answer of an identity provider arrives: read, judged, and either handed on to the site or refused with the
//! words of the sign-in service in the address.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use super::account;
use super::desk::Pending;
use super::judge::{self, Trust};
use crate::events::USER_CREATED;
use crate::ids;
use crate::organization::{AtlassianAccount, account_id};
use crate::saml::check;
use crate::wire::{Answer, Call, Host, with_query};
use crate::world::World;

/// The one word for every case in which the answer is sound and does not fit the account.
const MISMATCH: &str = "authentication-policy-strategy-mismatch";

/// `POST /login/callback?connection=saml-ID`.
pub(crate) fn answer(world: &mut World, call: &Call) -> Answer {
    match logged_in(world, call) {
        Ok(email) => {
            let ticket = ids::secret(24);
            world.site.tickets.insert(ticket.clone(), email);
            let done = format!("{}/login/done", world.place(Host::Site));
            Answer::redirect(&with_query(&done, &[("ticket", &ticket)]))
        }
        Err(told) => {
            let said: String = form_urlencoded::byte_serialize(told.as_bytes()).collect();
            // The vendor writes blanks in this address as %20, and people search for the words as they stand there.
            let said = said.replace('+', "%20");
            Answer::redirect(&format!(
                "/login/error?error=access_denied&error_description={said}"
            ))
        }
    }
}

/// The address of the account that the answer logs in.
fn logged_in(world: &mut World, call: &Call) -> Result<String, String> {
    let connection = call.asked("connection").unwrap_or_default();
    let connection = connection.strip_prefix("saml-").unwrap_or_default();
    let found = world.organization.connected_by(connection);
    let (provider, setup) = found.ok_or("The connection was not found.")?;
    let (provider, setup) = (provider.id.clone(), setup.clone());
    if !world.organization.guard {
        return Err("The connection is disabled.".into());
    }
    let form = call.form();
    let text = unarmoured(form.get("SAMLResponse").unwrap_or_default())
        .ok_or("SAMLResponse is missing or not readable.")?;
    let trust = Trust::new(&setup, &world.place(Host::AtlassianAuth), world.clock.now())?;
    let reading =
        check::read(&text, &trust.certificate).map_err(|refused| judge::told(&refused))?;
    let relay = form.get("RelayState").unwrap_or_default();
    let pending = world
        .site
        .pending
        .get(relay)
        .filter(|pending| pending.connection == connection)
        .cloned();
    trust.judged(
        &reading,
        pending.as_ref().map(|pending| pending.request.as_str()),
    )?;
    if pending.is_none() && relay.is_empty() {
        return Err("Default App for IdP-Initiated is not configured. Make sure to configure that from connection settings or include client_id in RelayState parameter.".into());
    }
    if !world.site.used.insert(reading.assertion_id) {
        return Err("This SAML assertion was used before.".into());
    }
    world.site.pending.remove(relay);
    fitting(world, call, &provider, pending.as_ref(), &reading.name_id)
}

fn unarmoured(field: &str) -> Option<String> {
    let packed: String = field.split_whitespace().collect();
    let text = String::from_utf8(STANDARD.decode(packed).ok()?).ok()?;
    (!text.is_empty()).then_some(text)
}

/// The account that a sound answer names, when it may log in this way.
fn fitting(
    world: &mut World,
    call: &Call,
    provider: &str,
    pending: Option<&Pending>,
    name: &str,
) -> Result<String, String> {
    let other = |email: &str| !email.eq_ignore_ascii_case(name);
    if !name.contains('@') {
        return Err("The email address you entered can't be used to log in here.".into());
    }
    let elsewhere = account(world, call).is_some_and(|email| other(&email));
    if elsewhere || pending.is_some_and(|pending| other(&pending.email)) {
        return Err(MISMATCH.into());
    }
    let organization = &world.organization;
    let allowed = organization
        .single_sign_on_of(name)
        .is_some_and(|(own, _)| own.id == provider);
    let known = organization.account_of(name);
    if !allowed {
        return Err(MISMATCH.into());
    }
    match known {
        Some(account) if organization.is_active(&account.email) => Ok(account.email),
        Some(_) => Err("This account is deactivated.".into()),
        None => made_just_in_time(world, provider, name),
    }
}

/// Whoever has no account yet gets one, when the domain of the address is linked to the directory.
fn made_just_in_time(world: &mut World, provider: &str, name: &str) -> Result<String, String> {
    let linked = world
        .organization
        .linked_to(name)
        .is_some_and(|own| own.id == provider);
    if !linked || !world.organization.manages(name) {
        return Err(MISMATCH.into());
    }
    let shown = name.split('@').next().unwrap_or_default().to_owned();
    let account = AtlassianAccount {
        id: account_id(name),
        name: shown,
        email: name.to_owned(),
    };
    world.organization.outsiders.push(account);
    world.log(
        USER_CREATED,
        name,
        "Created account by single sign-on",
        Vec::new(),
    );
    Ok(name.to_owned())
}
