//! Consent: who may give it, for whom, and the address where an administrator gives it for the whole organization.

use super::authorize::{self, addressed, turned_away};
use super::clients;
use super::desk::{Flow, Purpose, Stop, Who};
use super::errors::correlation;
use super::{pages, scopes};
use crate::roles;
use crate::wire::{Answer, Call, with_query};
use crate::world::World;

/// `GET /{tenant}/v2.0/adminconsent`.
pub(crate) fn begin(world: &mut World, call: &Call, tenant: &str) -> Answer {
    let (client, tenant, redirect, confidential) = match addressed(world, call, tenant) {
        Ok(known) => known,
        Err((code, words)) => return pages::error(400, code, &words, &correlation(call)),
    };
    let mut flow = Flow {
        purpose: Purpose::AdminConsent,
        client: client.id.clone(),
        tenant,
        asked: scopes::Asked::default(),
        redirect,
        state: call.asked("state"),
        prompt: None,
        login_hint: call.asked("login_hint"),
        claims: None,
        nonce: None,
        challenge: None,
        confidential,
        who: None,
        stopped: None,
    };
    match scopes::read(
        world,
        &call.asked("scope").unwrap_or_else(|| ".default".into()),
    ) {
        Err(bad) => turned_away(world, call, &flow, &authorize::bad_scope(&bad)),
        Ok(asked) => {
            flow.asked = asked;
            authorize::start(world, call, flow)
        }
    }
}

/// Goes on when everything is consented to, asks when it may be, stops when it may not.
pub(crate) fn ask(world: &mut World, call: &Call, id: &str, who: &Who) -> Answer {
    let Some(flow) = world.desk.flows.get(id).cloned() else {
        return pages::error(400, 9000410, "This sign-in is over.", &correlation(call));
    };
    let missing = missing(world, &flow, who);
    let whole = flow.purpose == Purpose::AdminConsent;
    if missing.is_empty() && !whole && flow.prompt.as_deref() != Some("consent") {
        return authorize::finish(world, call, id, who);
    }
    if flow.prompt.as_deref() == Some("none") {
        let words = format!(
            "The user or administrator has not consented to use the application with ID '{}'.",
            flow.client
        );
        return authorize::stopped(
            world,
            call,
            id,
            Stop {
                code: 65001,
                error: "consent_required",
                words,
            },
        );
    }
    let administrator = world.tenants[who.tenant]
        .account_of(&who.person)
        .is_some_and(|account| roles::consents(&account.roles));
    let for_admins = missing
        .iter()
        .any(|name| scopes::known(name).is_some_and(|scope| scope.admin));
    if world.quirks.approval_required || ((for_admins || whole) && !administrator) {
        return authorize::stopped(world, call, id, approval_required(&flow));
    }
    let client = clients::find(world, &flow.client)
        .map(|client| client.name)
        .unwrap_or_default();
    let name = world.tenants[who.tenant]
        .person(&who.person)
        .map(|person| person.user_principal_name)
        .unwrap_or_default();
    let shown = if missing.is_empty() {
        wanted(world, &flow)
    } else {
        missing
    };
    pages::consent(id, &client, &name, &shown, administrator)
}

/// `POST /common/consent`.
pub(crate) fn decide(world: &mut World, call: &Call) -> Answer {
    let form = call.form();
    let id = form.get("flow").unwrap_or_default().to_owned();
    let Some(flow) = world.desk.flows.get(&id).cloned() else {
        return pages::error(400, 9000410, "This sign-in is over.", &correlation(call));
    };
    let Some(who) = flow.who.clone() else {
        return pages::error(400, 9000410, "Nobody has signed in.", &correlation(call));
    };
    let declined =
        std::mem::take(&mut world.quirks.deny_consent) || form.get("decision") != Some("accept");
    if declined {
        world.desk.flows.remove(&id);
        let words = "User declined to consent to access the app.".into();
        return turned_away(
            world,
            call,
            &flow,
            &Stop {
                code: 65004,
                error: "access_denied",
                words,
            },
        );
    }
    let administrator = world.tenants[who.tenant]
        .account_of(&who.person)
        .is_some_and(|account| roles::consents(&account.roles));
    let whole = administrator
        && (form.get("org_consent") == Some("true") || flow.purpose == Purpose::AdminConsent);
    let wanted = wanted(world, &flow);
    record(world, &who, &flow.client, whole, &wanted);
    authorize::finish(world, call, &id, &who)
}

/// Writes down a consent, with the service principal that it hangs on.
pub(crate) fn record(world: &mut World, who: &Who, client: &str, whole: bool, scopes: &[String]) {
    clients::settle_in(world, who.tenant, client);
    let person = (!whole).then_some(who.person.as_str());
    world.tenants[who.tenant].grant(client, person, scopes);
}

/// The redirect after a consent for the whole organization.
pub(crate) fn consented(world: &World, flow: &Flow, who: &Who) -> Answer {
    let granted = wanted(world, flow).join(" ");
    let mut parameters = vec![
        ("admin_consent", "True"),
        ("tenant", world.tenants[who.tenant].id.as_str()),
        ("scope", granted.as_str()),
    ];
    let state = flow.state.clone();
    if let Some(state) = &state {
        parameters.push(("state", state));
    }
    Answer::redirect(&with_query(&flow.redirect, &parameters))
}

/// The Graph permissions that a flow is about.
pub(crate) fn wanted(world: &World, flow: &Flow) -> Vec<String> {
    let mut wanted = flow.asked.graph.clone();
    if flow.asked.default {
        wanted.extend(
            clients::find(world, &flow.client)
                .map(|client| client.required)
                .unwrap_or_default(),
        );
    }
    wanted
}

fn missing(world: &World, flow: &Flow, who: &Who) -> Vec<String> {
    let granted = world.tenants[who.tenant].granted(&flow.client, &who.person);
    wanted(world, flow)
        .into_iter()
        .filter(|scope| !granted.contains(scope))
        .collect()
}

fn approval_required(flow: &Flow) -> Stop {
    Stop {
        code: 90094,
        error: "access_denied",
        words: format!(
            "The application '{}' needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.",
            flow.client
        ),
    }
}
