//! What an application must get right when it sends somebody to sign in. First all that must be known before anything may
//! be redirected, then all that is told to the application itself.

use super::aadsts::told;
use super::clients::{self, Client};
use super::desk::{Flow, Stop};
use super::scopes::{self, Asked, BadScope};
use crate::wire::Call;
use crate::world::World;

/// A refusal that stays on a page, since nobody knows whose address the redirect is: code and words.
pub(crate) type OnPage = (u32, String);

/// Who asks and where the answer goes.
pub(crate) struct Addressed {
    pub client: Client,
    /// The tenant in the address, when it named one.
    pub tenant: Option<usize>,
    pub redirect: String,
    /// Whether the redirect address belongs to a web application.
    pub confidential: bool,
}

/// Reads client, tenant and redirect address, and refuses what does not belong together.
pub(crate) fn addressed(world: &World, call: &Call, tenant: &str) -> Result<Addressed, OnPage> {
    let on_page = |code: u32, names: &[&str]| (code, told(code, names));
    let id = call
        .asked("client_id")
        .ok_or_else(|| on_page(900_144, &["client_id"]))?;
    let tenant = super::tenant_in_path(world, tenant)?;
    let client = clients::find(world, &id).ok_or_else(|| on_page(700_016, &[&id]))?;
    if tenant.is_none() && !client.many_tenants {
        return Err(on_page(50194, &[&id, &client.name]));
    }
    let redirect = call.asked("redirect_uri").unwrap_or_default();
    let confidential = client
        .redirects_to(&redirect)
        .ok_or_else(|| on_page(50011, &[&redirect, &id]))?;
    // An address without a path comes back with one slash.
    let redirect = url::Url::parse(&redirect)
        .map(String::from)
        .unwrap_or(redirect);
    Ok(Addressed {
        client,
        tenant,
        redirect,
        confidential,
    })
}

/// Checks the rest of an authorize request and reads what it asks for.
pub(crate) fn checked(world: &World, call: &Call, flow: &Flow) -> Result<Asked, Stop> {
    if call.asked("response_type").as_deref() != Some("code") {
        return Err(Stop::told("unsupported_response_type", 70005, &[]));
    }
    if call
        .asked("response_mode")
        .is_some_and(|mode| mode != "query")
    {
        return Err(Stop::told(
            "invalid_request",
            9_002_313,
            &["Practice answers with response_mode 'query' only."],
        ));
    }
    if !flow.confidential && flow.challenge.is_none() {
        return Err(Stop::told("invalid_request", 9_002_325, &[]));
    }
    if flow.challenge.is_some() && call.asked("code_challenge_method").as_deref() != Some("S256") {
        return Err(Stop::told(
            "invalid_request",
            9_002_313,
            &["The code_challenge_method must be 'S256'."],
        ));
    }
    scopes::read(world, &call.asked("scope").unwrap_or_default()).map_err(|bad| bad_scope(&bad))
}

/// The words for a scope parameter that can't be right.
pub(crate) fn bad_scope(bad: &BadScope) -> Stop {
    match bad {
        BadScope::Missing => Stop::told("invalid_request", 900_144, &["scope"]),
        BadScope::Unknown(scope) => Stop::told("invalid_scope", 70011, &[scope]),
        BadScope::SeveralResources => Stop::told("invalid_scope", 28002, &[]),
    }
}
