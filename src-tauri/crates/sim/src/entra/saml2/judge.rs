//! What Microsoft refuses, in its own numbers: first what is wrong with the request itself, whoever sends it; then what is
//! wrong with the application or keeps this person out, once somebody has signed in.

use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::super::aadsts::told;
use super::super::desk::{Ask, Who};
use super::super::request::OnPage;
use crate::saml::request::AuthnRequest;
use crate::saml::xml::POST;
use crate::tenant::{Kind, Tenant, text};
use crate::wire::{Call, Host};
use crate::world::World;

/// How old a request may be. Microsoft does not say where its own limit is.
const OLDEST_REQUEST: SignedDuration = SignedDuration::from_mins(10);

/// The formats of a name that may be asked for.
const FORMATS: &[&str] = &[
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
];

/// Whom an answer is for.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub app_id: String,
    /// The object id of the service principal.
    pub principal: String,
    pub acs: String,
    pub audience: String,
}

fn refuse<T>(code: u32, names: &[&str]) -> Result<T, OnPage> {
    Err((code, told(code, names)))
}

/// What is wrong with a request, whomever it is for.
pub(super) fn request(world: &World, call: &Call, request: &AuthnRequest) -> Result<(), OnPage> {
    if let Some(name) = request.unsupported {
        return refuse(900_236, &[name]);
    }
    if request
        .binding
        .as_deref()
        .is_some_and(|binding| binding != POST)
    {
        return refuse(75003, &[]);
    }
    let format = request.name_id_format.as_deref();
    if format.is_some_and(|format| !FORMATS.contains(&format)) {
        return refuse(75016, &[]);
    }
    let here =
        [world.place(Host::Login), call.base.clone()].map(|base| format!("{base}{}", call.path));
    if request
        .destination
        .as_ref()
        .is_some_and(|asked| !here.contains(asked))
    {
        return refuse(75008, &[]);
    }
    let old = |at| world.clock.now().duration_since(at) > OLDEST_REQUEST;
    if request.issued.is_some_and(old) {
        return refuse(76026, &[]);
    }
    Ok(())
}

/// The application that calls itself by that identifier.
pub(super) fn addressed(world: &World, tenant: usize, issuer: &str) -> Result<Target, OnPage> {
    let tenant = &world.tenants[tenant];
    let application = tenant
        .truths(Kind::Application)
        .find(|body| list(body, "identifierUris").any(|uri| uri == issuer));
    let principal =
        application.and_then(|body| tenant.by_app_id(Kind::ServicePrincipal, text(body, "appId")));
    match principal {
        None => refuse(700_016, &[issuer]),
        Some(principal) => Ok(Target {
            app_id: text(principal, "appId").to_owned(),
            principal: text(principal, "id").to_owned(),
            acs: String::new(),
            audience: issuer.to_owned(),
        }),
    }
}

/// What keeps this person from an answer, and whom the answer is for when nothing does.
pub(super) fn person(world: &World, ask: &Ask, who: &Who) -> Result<Target, OnPage> {
    let tenant = &world.tenants[who.tenant];
    let Some(principal) = tenant.truth(Kind::ServicePrincipal, &ask.principal) else {
        return refuse(700_016, &[&ask.principal]);
    };
    let (app_id, name) = (text(principal, "appId"), text(principal, "displayName"));
    let Some(person) = tenant.person(&who.person).filter(|person| person.enabled) else {
        return refuse(50057, &[]);
    };
    if principal.get("accountEnabled") == Some(&Value::Bool(false)) {
        return refuse(7_000_112, &[app_id, name]);
    }
    let Some(application) = tenant.by_app_id(Kind::Application, app_id) else {
        return refuse(700_016, &[app_id]);
    };
    let target = Target {
        app_id: app_id.to_owned(),
        principal: ask.principal.clone(),
        acs: reply_url(application, ask.request.as_ref())?,
        audience: audience(application, ask.request.as_ref())?,
    };
    let required = &application
        .get("requestSignatureVerification")
        .map(|setting| &setting["isSignedRequestRequired"]);
    if *required == Some(&Value::Bool(true))
        && ask.request.as_ref().is_some_and(|request| !request.signed)
    {
        return refuse(76021, &[]);
    }
    if !tenant.may_use(&ask.principal, &person).lets_in() {
        return refuse(50105, &[&person.user_principal_name]);
    }
    if world.quirks.saml_blocked {
        return refuse(53003, &[]);
    }
    Ok(target)
}

/// Where the answer goes: the address in the request when it is registered to the letter, the default one otherwise.
fn reply_url(
    application: &Map<String, Value>,
    request: Option<&AuthnRequest>,
) -> Result<String, OnPage> {
    let web = application.get("web").and_then(Value::as_object);
    let registered: Vec<&str> = web
        .into_iter()
        .flat_map(|web| list(web, "redirectUris"))
        .collect();
    match request.and_then(|request| request.acs.as_deref()) {
        Some(asked) if registered.contains(&asked) => Ok(asked.to_owned()),
        Some(asked) => refuse(
            50011,
            &[
                asked,
                request
                    .map(|request| request.issuer.as_str())
                    .unwrap_or_default(),
            ],
        ),
        None => {
            let settings = web
                .and_then(|web| web.get("redirectUriSettings"))
                .and_then(Value::as_array);
            let default = settings
                .into_iter()
                .flatten()
                .find(|setting| setting["index"] == 0);
            let default = default.and_then(|setting| setting["uri"].as_str());
            let first = default
                .filter(|uri| registered.contains(uri))
                .or(registered.first().copied());
            first.map_or_else(|| refuse(500_113, &[]), |uri| Ok(uri.to_owned()))
        }
    }
}

/// To whom the answer is addressed: whoever asked, or the first identifier.
fn audience(
    application: &Map<String, Value>,
    request: Option<&AuthnRequest>,
) -> Result<String, OnPage> {
    if let Some(request) = request {
        return Ok(request.issuer.clone());
    }
    let first = list(application, "identifierUris").next();
    first.map_or_else(|| refuse(50010, &[]), |uri| Ok(uri.to_owned()))
}

/// Whether the answer is to be encrypted; with a key that is not there, there is no answer.
pub(super) fn encrypts(world: &World, target: &Target) -> Result<bool, OnPage> {
    let tenant: &Tenant = &world.tenants[0];
    let both = [Kind::Application, Kind::ServicePrincipal]
        .map(|kind| tenant.by_app_id(kind, &target.app_id));
    let bodies = || both.iter().copied().flatten();
    let Some(wanted) = bodies()
        .map(|body| text(body, "tokenEncryptionKeyId"))
        .find(|id| !id.is_empty())
    else {
        return Ok(false);
    };
    let keys = bodies()
        .filter_map(|body| body.get("keyCredentials")?.as_array())
        .flatten();
    if keys.into_iter().any(|key| key["keyId"] == wanted) {
        Ok(true)
    } else {
        refuse(50007, &[])
    }
}

fn list<'a>(body: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a str> {
    body.get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tempo::{Tempo, Wait};
    use crate::{company, scenarios};
    use serde_json::json;

    #[test]
    fn an_answer_is_encrypted_with_a_key_that_is_there_or_not_at_all() {
        let mut world = company::contoso(Tempo::Instant);
        let principal = scenarios::add_namesake(&mut world, "Ours", "2026-01-01T00:00:00Z");
        let home = world.home();
        let app_id = home
            .truth(Kind::ServicePrincipal, &principal)
            .map(|body| text(body, "appId").to_owned());
        let target = Target {
            app_id: app_id.unwrap(),
            principal: principal.clone(),
            acs: String::new(),
            audience: String::new(),
        };
        assert_eq!(encrypts(&world, &target), Ok(false));
        for (keys, wanted) in [
            (json!([]), Err(50007)),
            (json!([{"keyId": "k", "usage": "Encrypt"}]), Ok(true)),
        ] {
            world
                .home()
                .change(Kind::ServicePrincipal, &principal, Wait::Nothing, |body| {
                    body.insert("tokenEncryptionKeyId".into(), "k".into());
                    body.insert("keyCredentials".into(), keys);
                });
            assert_eq!(encrypts(&world, &target).map_err(|(code, _)| code), wanted);
        }
    }
}
