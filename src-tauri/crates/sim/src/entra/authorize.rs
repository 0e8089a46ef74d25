//! The sign-in in a browser: from the authorize address over account and consent to the redirect with a code.
//! Errors before the redirect address is known to be the application's own stay on a page, as the vendor's do.

use jiff::SignedDuration;

use super::clients::{self, Client};
use super::desk::{Code, DeviceState, Flow, Purpose, Stop, Who};
use super::errors::{correlation, redirect_words};
use super::scopes::{Asked, BadScope};
use super::{consent, pages, scopes};
use crate::ids;
use crate::wire::{Answer, Call, with_query};
use crate::world::World;

/// The cookie that remembers a sign-in within one browser.
pub(crate) const SESSION: &str = "PRACTICESESSION";

/// A refusal that stays on a page: code and words.
pub(crate) type OnPage = (u32, String);

/// `GET /{tenant}/oauth2/v2.0/authorize`.
pub(crate) fn begin(world: &mut World, call: &Call, tenant: &str) -> Answer {
    let (client, tenant, redirect, confidential) = match addressed(world, call, tenant) {
        Ok(known) => known,
        Err((code, words)) => return pages::error(400, code, &words, &correlation(call)),
    };
    let flow = Flow {
        purpose: Purpose::Code,
        client: client.id.clone(),
        tenant,
        asked: Asked::default(),
        redirect,
        state: call.asked("state"),
        prompt: call.asked("prompt"),
        login_hint: call.asked("login_hint"),
        claims: call.asked("claims"),
        nonce: call.asked("nonce"),
        challenge: call.asked("code_challenge"),
        confidential,
        who: None,
        stopped: None,
    };
    match checked(world, call, &flow) {
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
        let stop = Stop {
            code: 50058,
            error: "login_required",
            words: "A silent sign-in request was sent but no user is signed in.".into(),
        };
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
    let Some(who) = signed_in(world, name, password) else {
        let client = clients::find(world, &flow.client)
            .map(|client| client.name)
            .unwrap_or_default();
        let told = "AADSTS50126: Error validating credentials due to invalid username or password.";
        return pages::sign_in(world, &id, Some(name), &client, Some(told));
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
    let cancelled = Stop {
        code: 65004,
        error: "access_denied",
        words: "User declined to consent to access the app.".into(),
    };
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

/// Which client asks, in which tenant, and where it wants the answer: all that must be right before anything is redirected.
pub(crate) fn addressed(
    world: &World,
    call: &Call,
    tenant: &str,
) -> Result<(Client, Option<usize>, String, bool), OnPage> {
    let client_id = call.asked("client_id").ok_or((
        900144,
        "The request body must contain the following parameter: 'client_id'.".to_owned(),
    ))?;
    let tenant = super::tenant_in_path(world, tenant)?;
    let client = clients::find(world, &client_id).ok_or_else(|| {
        (700016, format!("Application with identifier '{client_id}' was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant."))
    })?;
    if tenant.is_none() && !client.many_tenants {
        return Err((
            50194,
            format!(
                "Application '{client_id}'({}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'.",
                client.name
            ),
        ));
    }
    let redirect = call.asked("redirect_uri").unwrap_or_default();
    let Some(confidential) = client.redirects_to(&redirect) else {
        return Err((
            50011,
            format!(
                "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application '{client_id}'."
            ),
        ));
    };
    // An address without a path comes back with one slash.
    let redirect = url::Url::parse(&redirect)
        .map(String::from)
        .unwrap_or(redirect);
    Ok((client, tenant, redirect, confidential))
}

fn checked(world: &World, call: &Call, flow: &Flow) -> Result<Asked, Stop> {
    let invalid = |code, words: &str| Stop {
        code,
        error: "invalid_request",
        words: words.into(),
    };
    if call.asked("response_type").as_deref() != Some("code") {
        let words = "The app requested an unsupported response type due to the following reasons: response_type must be 'code'.".into();
        return Err(Stop {
            code: 70005,
            error: "unsupported_response_type",
            words,
        });
    }
    if call
        .asked("response_mode")
        .is_some_and(|mode| mode != "query")
    {
        return Err(invalid(
            9002313,
            "Invalid request. Practice answers with response_mode 'query' only.",
        ));
    }
    if !flow.confidential && flow.challenge.is_none() {
        return Err(invalid(
            9002325,
            "Proof Key for Code Exchange is required for authorization code redemption by public clients.",
        ));
    }
    if flow.challenge.is_some() && call.asked("code_challenge_method").as_deref() != Some("S256") {
        return Err(invalid(
            9002313,
            "Invalid request. The code_challenge_method must be 'S256'.",
        ));
    }
    scopes::read(world, &call.asked("scope").unwrap_or_default()).map_err(|bad| bad_scope(&bad))
}

/// The words for a scope parameter that can't be right.
pub(crate) fn bad_scope(bad: &BadScope) -> Stop {
    match bad {
        BadScope::Missing => {
            Stop { code: 900144, error: "invalid_request", words: "The request body must contain the following parameter: 'scope'.".into() }
        }
        BadScope::Unknown(scope) => Stop {
            code: 70011,
            error: "invalid_scope",
            words: format!("The provided value for the input parameter 'scope' isn't valid. The scope {scope} isn't valid."),
        },
        BadScope::SeveralResources => Stop {
            code: 28002,
            error: "invalid_scope",
            words: "Provided value for the input parameter scope is not valid when requesting an access token. Scopes of more than one resource were asked for.".into(),
        },
    }
}

fn signed_in(world: &World, name: &str, password: &str) -> Option<Who> {
    world
        .tenants
        .iter()
        .enumerate()
        .find_map(|(tenant, directory)| {
            let account = directory
                .account(name)
                .filter(|account| account.password == password)?;
            Some(Who {
                tenant,
                person: directory.people.person(account.person).id,
            })
        })
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
fn barred(world: &World, flow: &Flow, who: &Who) -> Option<Stop> {
    let denied = |code, words: String| {
        Some(Stop {
            code,
            error: "access_denied",
            words,
        })
    };
    let tenant = &world.tenants[who.tenant];
    let name = tenant
        .person(&who.person)
        .map(|person| person.user_principal_name)
        .unwrap_or_default();
    let many = clients::find(world, &flow.client).is_some_and(|client| client.many_tenants);
    if flow.tenant.is_some_and(|wanted| wanted != who.tenant) || (!many && who.tenant != 0) {
        return denied(
            50020,
            format!(
                "User account '{name}' from identity provider '{}' does not exist in tenant '{}' and cannot access the application '{}' in that tenant. The account needs to be added as an external user in the tenant first.",
                tenant.domain, world.tenants[0].name, flow.client
            ),
        );
    }
    if world.quirks.conditional_access {
        return denied(53003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.".into());
    }
    if world.quirks.not_assigned {
        return denied(
            50105,
            format!(
                "Your administrator has configured the application to block users unless they are specifically granted ('assigned') access to the application. The signed in user '{name}' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator."
            ),
        );
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

fn lost(call: &Call) -> Answer {
    pages::error(
        400,
        9000410,
        "This sign-in is over or was never begun. Go back to the application and start again.",
        &correlation(call),
    )
}
