//! Microsoft's side: the identity platform, Graph, and the portal screens for what has no API.

pub(crate) mod aadsts;
pub(crate) mod authorize;
pub(crate) mod clients;
pub(crate) mod consent;
pub(crate) mod desk;
pub(crate) mod device;
pub(crate) mod errors;
pub(crate) mod graph;
pub(crate) mod pages;
pub(crate) mod portal;
pub(crate) mod request;
pub(crate) mod saml2;
pub(crate) mod scopes;
pub(crate) mod token;

use serde_json::json;

use crate::wire::{Answer, Call};
use crate::world::World;

/// Answers a request to the identity platform.
pub(crate) fn login(world: &mut World, call: &Call) -> Answer {
    let segments = call.segments();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (call.method.as_str(), path.as_slice()) {
        ("GET", [tenant, "oauth2", "v2.0", "authorize"]) => authorize::begin(world, call, tenant),
        ("POST", [tenant, "oauth2", "v2.0", "token"]) => token::answer(world, call, tenant),
        ("POST", [tenant, "oauth2", "v2.0", "devicecode"]) => device::begin(world, call, tenant),
        ("GET", [tenant, "v2.0", "adminconsent"]) => consent::begin(world, call, tenant),
        ("GET", [tenant, "v2.0", ".well-known", "openid-configuration"]) => {
            configuration(world, call, tenant)
        }
        ("GET", [_, "oauth2", "v2.0", "logout"]) => logout(world, call),
        ("GET" | "POST", [tenant, "saml2"]) => saml2::begin(world, call, tenant),
        ("GET", ["api", "signin", application]) => saml2::from_my_apps(world, call, application),
        (
            "GET",
            [
                tenant,
                "federationmetadata",
                "2007-06",
                "federationmetadata.xml",
            ],
        ) => saml2::metadata(world, call, tenant),
        ("POST", ["common", "login"]) => authorize::login(world, call),
        ("POST", ["common", "consent"]) => consent::decide(world, call),
        ("POST", ["common", "return"]) => authorize::leave(world, call),
        ("GET", ["device"]) => pages::device(None),
        ("POST", ["device"]) => device::enter(world, call),
        _ => pages::error(
            404,
            900_971,
            &aadsts::told(900_971, &[]),
            &errors::correlation(call),
        ),
    }
}

/// The tenant that an address names: its number, or `None` for any organization.
pub(crate) fn tenant_in_path(world: &World, name: &str) -> Result<Option<usize>, request::OnPage> {
    if matches!(name, "organizations" | "common") {
        return Ok(None);
    }
    let named = |tenant: &crate::tenant::Tenant| {
        tenant.id.eq_ignore_ascii_case(name)
            || tenant
                .domains
                .iter()
                .any(|domain| domain.verified && domain.name.eq_ignore_ascii_case(name))
    };
    world
        .tenants
        .iter()
        .position(named)
        .map(Some)
        .ok_or_else(|| (90002, aadsts::told(90002, &[name])))
}

fn configuration(world: &World, call: &Call, tenant: &str) -> Answer {
    let known = match tenant_in_path(world, tenant) {
        Ok(known) => known,
        Err((code, words)) => {
            return errors::Refusal::new("invalid_tenant", code, words).answer(world, call);
        }
    };
    let issuer = known.map_or_else(
        || "{tenantid}".to_owned(),
        |index| world.tenants[index].id.clone(),
    );
    let at = |path: &str| format!("{}/{tenant}{path}", call.base);
    Answer::json(
        200,
        &json!({
            "token_endpoint": at("/oauth2/v2.0/token"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "response_modes_supported": ["query"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code"],
            "scopes_supported": scopes::OPENID,
            "issuer": format!("{}/{issuer}/v2.0", call.base),
            "authorization_endpoint": at("/oauth2/v2.0/authorize"),
            "device_authorization_endpoint": at("/oauth2/v2.0/devicecode"),
            "end_session_endpoint": at("/oauth2/v2.0/logout"),
            "msgraph_host": world.place(crate::wire::Host::Graph).split_once("://").map(|(_, host)| host).unwrap_or_default(),
        }),
    )
}

fn logout(world: &mut World, call: &Call) -> Answer {
    if let Some(cookie) = call.cookie(authorize::SESSION) {
        world.desk.sessions.remove(cookie);
    }
    let gone = format!("{}=; Path=/; Max-Age=0", authorize::SESSION);
    match call.asked("post_logout_redirect_uri") {
        Some(to) => Answer::redirect(&to).with("set-cookie", gone),
        None => pages::finished(
            "You signed out of your account",
            "It's a good idea to close all browser windows.",
        )
        .with("set-cookie", gone),
    }
}
