//! Consent: who may give it, for whom, and the address where an administrator gives it for the whole organization.

use super::authorize::{self, turned_away};
use super::clients;
use super::desk::{Flow, Purpose, Stop, Who};
use super::errors::correlation;
use super::{pages, request, scopes};
use crate::roles;
use crate::wire::{Answer, Call, with_query};
use crate::world::World;

/// `GET /{tenant}/v2.0/adminconsent`.
pub(crate) fn begin(world: &mut World, call: &Call, tenant: &str) -> Answer {
    let addressed = match request::addressed(world, call, tenant) {
        Ok(addressed) => addressed,
        Err((code, words)) => return pages::error(400, code, &words, &correlation(call)),
    };
    let mut flow = Flow {
        state: call.asked("state"),
        login_hint: call.asked("login_hint"),
        redirect: addressed.redirect,
        confidential: addressed.confidential,
        ..Flow::new(
            Purpose::AdminConsent,
            &addressed.client.id,
            addressed.tenant,
        )
    };
    match scopes::read(
        world,
        &call.asked("scope").unwrap_or_else(|| ".default".into()),
    ) {
        Err(bad) => turned_away(world, call, &flow, &request::bad_scope(&bad)),
        Ok(asked) => {
            flow.asked = asked;
            authorize::start(world, call, flow)
        }
    }
}

/// Goes on when everything is consented to, asks when it may be, stops when it may not.
pub(crate) fn ask(world: &mut World, call: &Call, id: &str, who: &Who) -> Answer {
    let Some(flow) = world.desk.flows.get(id).cloned() else {
        return authorize::lost(call);
    };
    let missing = missing(world, &flow, who);
    let whole = flow.purpose == Purpose::AdminConsent;
    if missing.is_empty() && !whole && flow.prompt.as_deref() != Some("consent") {
        return authorize::finish(world, call, id, who);
    }
    if flow.prompt.as_deref() == Some("none") {
        let client = clients::find(world, &flow.client).map(|client| client.name);
        let names = [flow.client.as_str(), client.as_deref().unwrap_or_default()];
        let stop = Stop::told("consent_required", 65001, &names);
        return authorize::stopped(world, call, id, stop);
    }
    let administrator = world.tenants[who.tenant]
        .account_of(&who.person)
        .is_some_and(|account| roles::consents(&account.roles));
    let for_admins = missing
        .iter()
        .any(|name| scopes::known(name).is_some_and(|scope| scope.admin));
    if world.quirks.approval_required || ((for_admins || whole) && !administrator) {
        return authorize::stopped(
            world,
            call,
            id,
            Stop::told("access_denied", 90094, &[&flow.client]),
        );
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
        return authorize::lost(call);
    };
    let Some(who) = flow.who.clone() else {
        return authorize::lost(call);
    };
    let declined =
        std::mem::take(&mut world.quirks.deny_consent) || form.get("decision") != Some("accept");
    if declined {
        world.desk.flows.remove(&id);
        let stop = Stop::told("access_denied", 65004, &[]);
        return turned_away(world, call, &flow, &stop);
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
