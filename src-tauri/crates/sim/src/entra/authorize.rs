//! The sign-in in a browser: from the authorize address over account and consent to the redirect with a code.
//! Errors before the redirect address is known to be the application's own stay on a page, as the vendor's do.

use jiff::SignedDuration;

use super::aadsts::told;
use super::clients;
use super::desk::{Code, DeviceState, Flow, Purpose, Stop, Who};
use super::errors::{correlation, described, redirect_words};
use super::{consent, pages, request, saml2};
use crate::ids;
use crate::wire::{Answer, Call, with_query};
use crate::world::World;

/// The cookie that remembers a sign-in within one browser.
pub(crate) const SESSION: &str = "PRACTICESESSION";

/// `GET /{tenant}/oauth2/v2.0/authorize`.
pub(crate) fn begin(world: &mut World, call: &Call, tenant: &str) -> Answer {
    let addressed = match request::addressed(world, call, tenant) {
        Ok(addressed) => addressed,
        Err((code, words)) => return pages::error(400, code, &words, &correlation(call)),
    };
    let flow = Flow {
        state: call.asked("state"),
        prompt: call.asked("prompt"),
        login_hint: call.asked("login_hint"),
        claims: call.asked("claims"),
        nonce: call.asked("nonce"),
        challenge: call.asked("code_challenge"),
        redirect: addressed.redirect,
        confidential: addressed.confidential,
        ..Flow::new(Purpose::Code, &addressed.client.id, addressed.tenant)
    };
    match request::checked(world, call, &flow) {
        Err(stop) => turned_away(world, call, &flow, &stop),
        Ok(asked) => start(world, call, Flow { asked, ..flow }),
    }
}

/// Puts a flow on the desk and shows its first page, or goes on when the browser has a session already.
pub(crate) fn start(world: &mut World, call: &Call, mut flow: Flow) -> Answer {
    let session = call
        .cookie(SESSION)
        .and_then(|cookie| world.desk.sessions.get(cookie))
        .cloned();
    let silent = flow.prompt.as_deref() == Some("none");
    let again = matches!(flow.prompt.as_deref(), Some("login" | "select_account"));
    let id = ids::secret(24);
    if session.is_none() && silent {
        let stop = Stop::told("login_required", 50058, &[]);
        return turned_away(world, call, &flow, &stop);
    }
    match session.filter(|_| !again) {
        Some(who) => {
            flow.who = Some(who);
            world.desk.flows.insert(id.clone(), flow);
            advance(world, call, &id)
        }
        None => {
            let name = clients::find(world, &flow.client)
                .map(|client| client.name)
                .unwrap_or_default();
            let hint = flow.login_hint.clone();
            world.desk.flows.insert(id.clone(), flow);
            pages::sign_in(world, &id, hint.as_deref(), &name, None)
        }
    }
}

/// `POST /common/login`.
pub(crate) fn login(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let id = form.get("flow").unwrap_or_default().to_owned();
    let Some(flow) = world.desk.flows.get(&id).cloned() else {
        return lost(call);
    };
    let (name, password) = (
        form.get("login").unwrap_or_default(),
        form.get("passwd").unwrap_or_default(),
    );
    let who = match signed_in(world, name, password) {
        Ok(who) => who,
        Err((code, who)) => {
            let refusal = (code, told(code, &[]));
            if matches!(flow.purpose, Purpose::Saml(_)) {
                saml2::note(world, call, &who, &flow.client, &refusal);
            }
            let client = clients::find(world, &flow.client)
                .map(|client| client.name)
                .unwrap_or_default();
            let told = described(refusal.0, &refusal.1);
            return pages::sign_in(world, &id, Some(name), &client, Some(&told));
        }
    };
    let cookie = ids::secret(24);
    world.desk.sessions.insert(cookie.clone(), who.clone());
    if let Some(flow) = world.desk.flows.get_mut(&id) {
        flow.who = Some(who);
        flow.prompt = flow.prompt.take().filter(|prompt| prompt == "consent");
    }
    advance(world, call, &id).with(
        "set-cookie",
        format!("{SESSION}={cookie}; Path=/; HttpOnly; SameSite=Lax"),
    )
}

/// `POST /common/return`: the person leaves a page that ended the sign-in.
pub(crate) fn leave(world: &mut World, call: &Call) -> Answer {
    let id = call.form().get("flow").unwrap_or_default().to_owned();
    let Some(flow) = world.desk.flows.remove(&id) else {
        return lost(call);
    };
    let cancelled = Stop::told("access_denied", 65004, &[]);
    let stop = flow.stopped.clone().unwrap_or(cancelled);
    turned_away(world, call, &flow, &stop)
}

/// Takes a flow with a signed-in person as far as it goes without asking.
pub(crate) fn advance(world: &mut World, call: &Call, id: &str) -> Answer {
    let Some(flow) = world.desk.flows.get(id).cloned() else {
        return lost(call);
    };
    let Some(who) = settled(world, &flow) else {
        return lost(call);
    };
    if let Some(kept) = world.desk.flows.get_mut(id) {
        kept.who = Some(who.clone());
    }
    if let Purpose::Saml(ask) = &flow.purpose {
        return saml2::conclude(world, call, id, ask, &who);
    }
    if let Some(stop) = barred(world, &flow, &who) {
        return stopped(world, call, id, stop);
    }
    consent::ask(world, call, id, &who)
}

/// Ends a flow well: a code for the application, or a word for the device.
pub(crate) fn finish(world: &mut World, call: &Call, id: &str, who: &Who) -> Answer {
    let Some(flow) = world.desk.flows.remove(id) else {
        return lost(call);
    };
    match &flow.purpose {
        Purpose::Device(user_code) => {
            set_device(world, user_code, DeviceState::Approved(who.clone()));
            let name = clients::find(world, &flow.client)
                .map(|client| client.name)
                .unwrap_or_default();
            pages::finished(
                "You have signed in",
                &format!(
                    "You have signed in to {name} on your device. You may now close this window."
                ),
            )
        }
        Purpose::AdminConsent => consent::consented(world, &flow, who),
        // Such a flow ends before anybody is asked for consent.
        Purpose::Saml(_) => lost(call),
        Purpose::Code => {
            let code = format!("1.practice{}", ids::secret(48));
            // Ten minutes is what the vendor documents for a code.
            let expires = world.clock.now() + SignedDuration::from_mins(10);
            let mut parameters = vec![("code", code.as_str())];
            let state = flow.state.clone();
            if let Some(state) = &state {
                parameters.push(("state", state));
            }
            let session = ids::guid();
            parameters.push(("session_state", &session));
            let address = with_query(&flow.redirect, &parameters);
            world.desk.codes.insert(
                code.clone(),
                Code {
                    who: who.clone(),
                    flow,
                    expires,
                    used: false,
                },
            );
            Answer::redirect(&address)
        }
    }
}

/// Shows the page that ends a sign-in and remembers why.
pub(crate) fn stopped(world: &mut World, call: &Call, id: &str, stop: Stop) -> Answer {
    if let Some(flow) = world.desk.flows.get_mut(id) {
        flow.stopped = Some(stop.clone());
        if flow.prompt.as_deref() == Some("none") {
            let flow = flow.clone();
            return turned_away(world, call, &flow, &stop);
        }
    }
    pages::stopped(id, &stop, &correlation(call))
}

/// Tells the application, or the waiting device, why there is no sign-in.
pub(crate) fn turned_away(world: &mut World, call: &Call, flow: &Flow, stop: &Stop) -> Answer {
    if matches!(flow.purpose, Purpose::Saml(_)) {
        let refusal = (stop.code, stop.words.clone());
        return saml2::refused(world, call, &flow.who, &flow.client, &refusal);
    }
    if let Purpose::Device(user_code) = &flow.purpose {
        let state = if stop.code == 65004 {
            DeviceState::Declined
        } else {
            DeviceState::Refused(stop.clone())
        };
        set_device(world, user_code, state);
        return pages::finished(
            "You did not sign in",
            "You may close this window. The application on your device has been told.",
        );
    }
    let words = redirect_words(world, call, stop.code, &stop.words);
    let mut parameters = vec![("error", stop.error), ("error_description", words.as_str())];
    if flow.purpose == Purpose::AdminConsent {
        parameters.push(("admin_consent", "True"));
    }
    if stop.code == 65004 {
        parameters.push(("error_subcode", "cancel"));
    }
    let state = flow.state.clone();
    if let Some(state) = &state {
        parameters.push(("state", state));
    }
    Answer::redirect(&with_query(&flow.redirect, &parameters))
}

/// Who signs in with that name and password; otherwise the number of the error, and whose name it was.
fn signed_in(world: &World, name: &str, password: &str) -> Result<Who, (u32, Option<Who>)> {
    let known = world
        .tenants
        .iter()
        .enumerate()
        .find_map(|(tenant, directory)| {
            let account = directory.account(name)?;
            let who = Who {
                tenant,
                person: account.person.clone(),
            };
            let enabled = directory
                .person(&account.person)
                .is_some_and(|person| person.enabled);
            Some((who, account.password == password, enabled))
        });
    match known {
        Some((who, true, true)) => Ok(who),
        Some((who, true, false)) => Err((50057, Some(who))),
        Some((who, false, _)) => Err((50126, Some(who))),
        None => Err((50126, None)),
    }
}

/// Who the sign-in is for in the end: the lever turns everybody into a stranger.
fn settled(world: &World, flow: &Flow) -> Option<Who> {
    if world.quirks.wrong_tenant {
        return Some(Who {
            tenant: 1,
            person: world.tenants[1].people.person(0).id,
        });
    }
    flow.who.clone()
}

/// What keeps this person out of this application, consent apart.
pub(crate) fn barred(world: &World, flow: &Flow, who: &Who) -> Option<Stop> {
    let denied = |code: u32, names: &[&str]| Some(Stop::told("access_denied", code, names));
    let tenant = &world.tenants[who.tenant];
    let name = tenant
        .person(&who.person)
        .map(|person| person.user_principal_name)
        .unwrap_or_default();
    let many = clients::find(world, &flow.client).is_some_and(|client| client.many_tenants);
    if flow.tenant.is_some_and(|wanted| wanted != who.tenant) || (!many && who.tenant != 0) {
        return denied(
            50020,
            &[&name, &tenant.domain, &world.tenants[0].name, &flow.client],
        );
    }
    if world.quirks.conditional_access {
        return denied(53003, &[]);
    }
    if world.quirks.not_assigned {
        return denied(50105, &[&name]);
    }
    None
}

fn set_device(world: &mut World, user_code: &str, state: DeviceState) {
    if let Some(device) = world
        .desk
        .devices
        .iter_mut()
        .find(|device| device.user_code == user_code)
    {
        device.state = state;
    }
}

/// The page for a form whose sign-in nobody knows any more.
pub(crate) fn lost(call: &Call) -> Answer {
    pages::error(400, 9_000_410, &told(9_000_410, &[]), &correlation(call))
}
