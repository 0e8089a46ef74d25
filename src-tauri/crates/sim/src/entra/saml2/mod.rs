//! Microsoft's SAML endpoint: takes a request from a service provider, has the person sign in on the pages of every sign-in,
//! and posts the answer. Every attempt goes into the sign-in log, with the number of its error when there is one.
//!
//! | address | what |
//! | --- | --- |
//! | `/{tenant}/saml2` | a request: `SAMLRequest`, `RelayState`, in the query deflated or in a posted form |
//! | `/api/signin/{application}?tenantId=` | from My Apps: to the application's sign-on URL, or straight to the answer |
//! | `/{tenant}/federationmetadata/2007-06/federationmetadata.xml?appid=` | the tenant's metadata; with `appid` the application's certificates |

mod judge;
mod metadata;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use self::judge::Target;
use super::aadsts::told;
use super::authorize;
use super::desk::{Ask, Flow, Purpose, Who};
use super::errors::correlation;
use super::request::OnPage;
use super::{pages, tenant_in_path};
use crate::page::{escape, form, hidden, page, words};
use crate::saml::request::{AuthnRequest, BadRequest, from_post, from_redirect};
use crate::saml::response::{Addressed, Draft};
use crate::saml::{claims, kinds};
use crate::tenant::sign_ins::Attempt;
use crate::tenant::{Kind, text, users};
use crate::wire::{Answer, Call, is_here};
use crate::world::World;

pub(crate) use self::metadata::metadata;

/// How a tenant names itself in what it signs.
pub(crate) fn issuer(tenant: &str) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

/// `GET` and `POST /{tenant}/saml2`.
pub(crate) fn begin(world: &mut World, call: &Call, tenant: &str) -> Answer {
    let asked = tenant_in_path(world, tenant).and_then(|known| {
        let (request, relay) = received(call)?;
        judge::request(world, call, &request)?;
        let target = judge::addressed(world, known.unwrap_or_default(), &request.issuer)?;
        Ok((known, target, request, relay))
    });
    match asked {
        Ok((tenant, target, request, relay)) => {
            let prompt = match (request.force, request.passive) {
                (true, _) => Some("login"),
                (_, true) => Some("none"),
                _ => None,
            };
            let ask = Ask {
                principal: target.principal,
                request: Some(request),
                relay,
            };
            let flow = Flow {
                prompt: prompt.map(str::to_owned),
                ..Flow::new(Purpose::Saml(Box::new(ask)), &target.app_id, tenant)
            };
            authorize::start(world, call, flow)
        }
        Err(refusal) => refused(world, call, &session(world, call), "", &refusal),
    }
}

/// `GET /api/signin/{application}?tenantId=`: a click in My Apps.
pub(crate) fn from_my_apps(world: &mut World, call: &Call, app_id: &str) -> Answer {
    let tenant = call
        .asked("tenantId")
        .unwrap_or_else(|| "organizations".into());
    let found = tenant_in_path(world, &tenant).and_then(|tenant| {
        let principal =
            world.tenants[tenant.unwrap_or_default()].by_app_id(Kind::ServicePrincipal, app_id);
        let principal = principal
            .cloned()
            .ok_or_else(|| (700_016, told(700_016, &[app_id])))?;
        Ok((tenant, principal))
    });
    let (tenant, principal) = match found {
        Ok(found) => found,
        Err(refusal) => return refused(world, call, &session(world, call), app_id, &refusal),
    };
    let start = text(&principal, "loginUrl");
    if is_here(start) {
        return Answer::redirect(start);
    }
    if !start.is_empty() {
        return elsewhere(start);
    }
    let relay = principal
        .get("samlSingleSignOnSettings")
        .and_then(|settings| settings["relayState"].as_str());
    let ask = Ask {
        principal: text(&principal, "id").to_owned(),
        request: None,
        relay: relay.filter(|relay| !relay.is_empty()).map(str::to_owned),
    };
    authorize::start(
        world,
        call,
        Flow::new(Purpose::Saml(Box::new(ask)), app_id, tenant),
    )
}

/// Ends a flow with a signed-in person: the answer to be posted, or the page that says why there is none.
pub(crate) fn conclude(world: &mut World, call: &Call, id: &str, ask: &Ask, who: &Who) -> Answer {
    let Some(flow) = world.desk.flows.remove(id) else {
        return authorize::lost(call);
    };
    let barred = authorize::barred(world, &flow, who).map(|stop| (stop.code, stop.words));
    let made = match barred {
        Some(refusal) => Err(refusal),
        None => {
            judge::person(world, ask, who).and_then(|target| response(world, ask, &target, who))
        }
    };
    match made {
        Err(refusal) => refused(world, call, &Some(who.clone()), &flow.client, &refusal),
        Ok((acs, response)) => {
            note(
                world,
                call,
                &Some(who.clone()),
                &flow.client,
                &(0, String::new()),
            );
            post(&acs, &response, ask.relay.as_deref())
        }
    }
}

/// The page that ends an attempt, and its entry in the log.
pub(crate) fn refused(
    world: &mut World,
    call: &Call,
    who: &Option<Who>,
    app_id: &str,
    refusal: &OnPage,
) -> Answer {
    let correlation = note(world, call, who, app_id, refusal);
    pages::error(400, refusal.0, &refusal.1, &correlation)
}

/// Writes the log of the practice tenant and gives the number by which the entry can be found.
pub(crate) fn note(
    world: &mut World,
    call: &Call,
    who: &Option<Who>,
    app_id: &str,
    (code, words): &OnPage,
) -> String {
    let correlation = correlation(call);
    world.note_sign_in(&Attempt {
        person: who
            .as_ref()
            .map(|who| who.person.as_str())
            .unwrap_or_default(),
        app_id,
        error_code: *code,
        failure_reason: words,
        additional_details: "",
        correlation_id: &correlation,
    });
    correlation
}

/// Who is signed in to the browser that calls.
fn session(world: &World, call: &Call) -> Option<Who> {
    world
        .desk
        .sessions
        .get(call.cookie(authorize::SESSION)?)
        .cloned()
}

/// The request that came, with what is to be given back along with the answer.
fn received(call: &Call) -> Result<(AuthnRequest, Option<String>), OnPage> {
    let absent = || (750_054, told(750_054, &[]));
    let form = call.form();
    let (read, relay) = if call.method == "POST" {
        let sent = form.get("SAMLRequest").ok_or_else(absent)?;
        (from_post(sent), form.get("RelayState").map(str::to_owned))
    } else {
        let sent = call
            .asked("SAMLRequest")
            .filter(|sent| !sent.is_empty())
            .ok_or_else(absent)?;
        (from_redirect(&sent), call.asked("RelayState"))
    };
    let mut request = read.map_err(|bad| match bad {
        BadRequest::BadId(id) => (7_500_529, told(7_500_529, &[&id])),
        _ => (75005, told(75005, &[])),
    })?;
    // In an address the signature stands beside the message.
    request.signed |= call.asked("Signature").is_some();
    Ok((request, relay))
}

/// The answer for a person, and where it is to be posted.
fn response(
    world: &mut World,
    ask: &Ask,
    target: &Target,
    who: &Who,
) -> Result<(String, String), OnPage> {
    let tenant = &world.tenants[who.tenant];
    let person = body(world, who);
    let issuer = issuer(&tenant.id);
    let mapping = tenant
        .mapped_by
        .get(&ask.principal)
        .and_then(|id| tenant.truth(Kind::ClaimsMappingPolicy, id));
    let policies = claims::Policies {
        mapping: mapping.and_then(|policy| policy.get("definition")?.get(0)?.as_str()),
        portal: tenant.claims_policies.get(&ask.principal),
    };
    let claims = claims::of(&person, &tenant.id, &issuer, policies).map_err(|none| match none {
        claims::NoClaims::NameIdEmpty => (501_241, told(501_241, &["nameidentifier", "NameID"])),
        claims::NoClaims::Transformation(_) => (50124, told(50124, &[])),
    })?;
    let encrypted = judge::encrypts(world, target)?;
    let key = metadata::signing(world, &ask.principal)?;
    let addressed = Addressed {
        issuer: &issuer,
        acs: &target.acs,
        audience: &target.audience,
        in_response_to: ask.request.as_ref().map(|request| request.id.as_str()),
    };
    let draft = Draft::new(addressed, claims, world.clock.shown());
    let kind = world
        .quirks
        .saml_response
        .and_then(kinds::find)
        .or(kinds::find(kinds::AS_USUAL));
    let xml = kind
        .map(|kind| kind.of(draft.clone(), &key))
        .unwrap_or_default();
    let xml = if encrypted {
        kinds::encrypted(&xml, &draft)
    } else {
        xml
    };
    Ok((target.acs.clone(), xml))
}

/// A person as Graph's user object.
fn body(world: &World, who: &Who) -> Map<String, Value> {
    let tenant = &world.tenants[who.tenant];
    let written = tenant.truth(Kind::User, &who.person).cloned();
    written
        .or_else(|| {
            tenant
                .person(&who.person)
                .map(|person| users::body(&person))
        })
        .unwrap_or_default()
}

/// A page that posts the answer by itself, and has a button for browsers that don't.
fn post(acs: &str, response: &str, relay: Option<&str>) -> Answer {
    if !is_here(acs) {
        return elsewhere(acs);
    }
    let fields = [
        hidden("SAMLResponse", &STANDARD.encode(response)),
        relay
            .map(|relay| hidden("RelayState", relay))
            .unwrap_or_default(),
        "<button type=\"submit\">Continue</button>\n".to_owned(),
    ];
    let body = [
        words(&format!(
            "You are signed in. Your browser takes the answer to {}.",
            host(acs)
        )),
        form(acs, &fields.concat()),
        "<script>document.forms[0].submit()</script>".to_owned(),
    ];
    Answer::html(
        200,
        page(
            "the Microsoft identity platform",
            "Working...",
            &body.concat(),
        ),
    )
    .with("cache-control", "no-store")
}

/// An address that is none of practice's: nobody is sent out of this machine.
fn elsewhere(address: &str) -> Answer {
    let told = format!(
        "Microsoft would send the browser to {address} now, and practice has no such address."
    );
    pages::finished("The way leads out of practice", &told)
}

fn host(address: &str) -> String {
    url::Url::parse(address)
        .ok()
        .and_then(|url| url.host_str().map(escape))
        .unwrap_or_default()
}
