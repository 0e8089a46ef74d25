//! The token endpoint: codes, refresh tokens and device codes are exchanged for tokens here. Access tokens are opaque on
//! purpose, since a client of Graph must not look inside.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::clients::{self, Client};
use super::desk::{AccessToken, Flow, RefreshToken, Who};
use super::device;
use super::errors::Refusal;
use super::request::bad_scope;
use super::scopes::{self, Asked};
use crate::ids;
use crate::wire::{Answer, Call, Form};
use crate::world::World;

/// A little over an hour, as the service draws between 60 and 90 minutes.
const LIFETIME: i64 = 3_899;

/// `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) fn answer(world: &mut World, call: &Call, tenant: &str) -> Answer {
    match exchange(world, call, tenant) {
        Ok(body) => Answer::json(200, &body).with("cache-control", "no-store, no-cache"),
        Err(refusal) => refusal.answer(world, call),
    }
}

/// What every token request must get right before its grant is looked at.
pub(crate) fn client(
    world: &World,
    form: &Form,
    tenant: &str,
) -> Result<(Client, Option<usize>), Refusal> {
    let tenant = super::tenant_in_path(world, tenant)
        .map_err(|(code, words)| Refusal::new("invalid_request", code, words))?;
    let id = form.get("client_id").ok_or_else(|| missing("client_id"))?;
    let client = clients::find(world, id)
        .ok_or_else(|| Refusal::told("unauthorized_client", 700_016, &[id]))?;
    if tenant.is_none() && !client.many_tenants {
        return Err(Refusal::told("invalid_request", 50194, &[id, &client.name]));
    }
    // An application with web addresses may have a secret; one without is public.
    if form.get("client_secret").is_some() && client.web.is_empty() {
        return Err(Refusal::told("invalid_client", 700_025, &[]));
    }
    Ok((client, tenant))
}

/// A request without something that it needs.
pub(crate) fn missing(name: &str) -> Refusal {
    Refusal::told("invalid_request", 900_144, &[name])
}

fn exchange(world: &mut World, call: &Call, tenant: &str) -> Result<Value, Refusal> {
    let form = call.form();
    let (client, tenant) = client(world, &form, tenant)?;
    let grant = form
        .get("grant_type")
        .ok_or_else(|| missing("grant_type"))?;
    match grant {
        "authorization_code" => by_code(world, call, &form, &client),
        "refresh_token" => by_refresh(world, call, &form, &client, tenant),
        "urn:ietf:params:oauth:grant-type:device_code" => device::poll(world, call, &form, &client),
        other => Err(Refusal::told("unsupported_grant_type", 70003, &[other])),
    }
}

fn by_code(world: &mut World, call: &Call, form: &Form, client: &Client) -> Result<Value, Refusal> {
    let sent = form.get("code").ok_or_else(|| missing("code"))?;
    let code = world
        .desk
        .codes
        .get_mut(sent)
        .filter(|code| code.flow.client == client.id);
    let code = code.ok_or_else(|| invalid_grant(70000, &[]))?;
    if std::mem::replace(&mut code.used, true) {
        return Err(invalid_grant(54005, &[]));
    }
    let code = code.clone();
    if code.expires < world.clock.now() {
        return Err(invalid_grant(70008, &[]));
    }
    check_redeemer(form, &code.flow)?;
    let claims = form
        .get("claims")
        .map(str::to_owned)
        .or_else(|| code.flow.claims.clone());
    let asked = code.flow.asked;
    issue(
        world,
        call,
        client,
        &Issue {
            who: code.who,
            asked,
            claims,
            nonce: code.flow.nonce,
            renewed: false,
        },
    )
}

/// Whoever redeems a code must be the one who asked for it: same address, same verifier, and a secret where one belongs.
fn check_redeemer(form: &Form, flow: &Flow) -> Result<(), Refusal> {
    let redirect = form
        .get("redirect_uri")
        .ok_or_else(|| missing("redirect_uri"))?;
    if url::Url::parse(redirect).map(String::from).ok().as_deref() != Some(&flow.redirect) {
        return Err(invalid_grant(500_112, &[redirect, &flow.redirect]));
    }
    if flow.confidential && form.get("client_secret").is_none() {
        return Err(Refusal::told("invalid_client", 7_000_218, &[]));
    }
    let shown = form.get("code_verifier").map(ids::challenge_of);
    if flow.challenge.is_some() && shown != flow.challenge {
        return Err(invalid_grant(501_481, &[]));
    }
    Ok(())
}

fn by_refresh(
    world: &mut World,
    call: &Call,
    form: &Form,
    client: &Client,
    tenant: Option<usize>,
) -> Result<Value, Refusal> {
    let who = refreshed(world, form, client, tenant)?;
    let asked = match form.get("scope") {
        Some(scope) => scopes::read(world, scope).map_err(|bad| refused_scope(&bad))?,
        None => Asked::default(),
    };
    let claims = form.get("claims").map(str::to_owned);
    let needs_person = world
        .quirks
        .challenge
        .as_ref()
        .is_some_and(|challenge| challenge.person);
    if needs_person && claims.is_some() {
        let refusal = Refusal::told("interaction_required", 50076, &[]);
        return Err(Refusal {
            suberror: Some("basic_action"),
            claims,
            ..refusal
        });
    }
    issue(
        world,
        call,
        client,
        &Issue {
            who,
            asked,
            claims,
            nonce: None,
            renewed: true,
        },
    )
}

/// Whose refresh token it is, if it is still good.
fn refreshed(
    world: &World,
    form: &Form,
    client: &Client,
    tenant: Option<usize>,
) -> Result<Who, Refusal> {
    let sent = form
        .get("refresh_token")
        .ok_or_else(|| missing("refresh_token"))?;
    let token = world
        .desk
        .refresh
        .get(sent)
        .filter(|token| token.client == client.id)
        .cloned();
    let token = token.ok_or_else(|| {
        invalid_grant(
            9_002_313,
            &["The refresh token is not one of this service."],
        )
    })?;
    if let Some(code) = token.dead {
        return Err(Refusal {
            suberror: Some("bad_token"),
            ..invalid_grant(code, &[])
        });
    }
    if let Some(wanted) = tenant.filter(|wanted| *wanted != token.who.tenant) {
        let names = [
            &token.who.person,
            &world.tenants[token.who.tenant].domain,
            &world.tenants[wanted].name,
            &client.id,
        ];
        return Err(invalid_grant(50020, &names.map(String::as_str)));
    }
    if world.quirks.conditional_access {
        return Err(invalid_grant(53003, &[]));
    }
    Ok(token.who)
}

fn invalid_grant(code: u32, names: &[&str]) -> Refusal {
    Refusal::told("invalid_grant", code, names)
}

/// What goes into new tokens.
pub(crate) struct Issue {
    pub who: Who,
    pub asked: Asked,
    pub claims: Option<String>,
    pub nonce: Option<String>,
    /// A refresh always brings a new refresh token.
    pub renewed: bool,
}

/// Makes tokens, as far as there is consent for what was asked.
pub(crate) fn issue(
    world: &mut World,
    call: &Call,
    client: &Client,
    wish: &Issue,
) -> Result<Value, Refusal> {
    let granted = world.tenants[wish.who.tenant].granted(&client.id, &wish.who.person);
    if wish
        .asked
        .graph
        .iter()
        .any(|scope| !granted.contains(scope))
    {
        let refusal = invalid_grant(65001, &[&client.id, &client.name]);
        return Err(Refusal {
            suberror: Some("consent_required"),
            ..refusal
        });
    }
    let asks = |name: &str| wish.asked.openid.iter().any(|scope| scope == name);
    // The answer names every consented permission of the resource, and not offline_access.
    let openid = wish
        .asked
        .openid
        .iter()
        .filter(|scope| *scope != "offline_access");
    let shown: Vec<String> = granted.iter().chain(openid).cloned().collect();
    let mut body = json!({
        "token_type": "Bearer", "scope": shown.join(" "), "expires_in": LIFETIME, "ext_expires_in": LIFETIME,
        "access_token": access(world, wish, granted)
    });
    if wish.renewed || asks("offline_access") {
        let refresh = format!("1.practice{}", ids::secret(64));
        let token = RefreshToken {
            who: wish.who.clone(),
            client: client.id.clone(),
            dead: None,
        };
        world.desk.refresh.insert(refresh.clone(), token);
        body["refresh_token"] = refresh.into();
    }
    if asks("openid") {
        body["id_token"] = identity(world, call, client, wish).into();
    }
    Ok(body)
}

fn access(world: &mut World, wish: &Issue, scopes: Vec<String>) -> String {
    let access = format!("practice.{}", ids::secret(60));
    let account = world.tenants[wish.who.tenant].account_of(&wish.who.person);
    let roles = account
        .map(|account| account.roles.clone())
        .unwrap_or_default();
    let expires = world.clock.now() + SignedDuration::from_secs(LIFETIME);
    let token = AccessToken {
        who: wish.who.clone(),
        scopes,
        roles,
        expires,
        claims: wish.claims.clone(),
    };
    world.desk.access.insert(access.clone(), token);
    access
}

/// The words for a scope parameter that can't be right, in this endpoint's form.
pub(crate) fn refused_scope(bad: &scopes::BadScope) -> Refusal {
    let stop = bad_scope(bad);
    Refusal::new(stop.error, stop.code, stop.words)
}

/// A well-formed identity token. Its signature is noise: a client that got it over the token endpoint need not check it,
/// and nobody else ever sees it.
fn identity(world: &World, call: &Call, client: &Client, wish: &Issue) -> String {
    let tenant = &world.tenants[wish.who.tenant];
    let person = tenant.person(&wish.who.person);
    let now = world.clock.shown().as_second();
    let mut claims = json!({
        "aud": client.id,
        "iss": format!("{}/{}/v2.0", call.base, tenant.id),
        "iat": now, "nbf": now, "exp": now + LIFETIME,
        "name": person.as_ref().map(crate::people::Person::display_name),
        "oid": wish.who.person,
        "preferred_username": person.map(|person| person.user_principal_name),
        "sub": ids::derived_guid(&format!("{}/{}", client.id, wish.who.person)),
        "tid": tenant.id,
        "ver": "2.0",
    });
    if let Some(nonce) = &wish.nonce {
        claims["nonce"] = nonce.as_str().into();
    }
    if client.role_claims {
        let roles = tenant
            .account_of(&wish.who.person)
            .map(|account| account.roles.clone())
            .unwrap_or_default();
        claims["wids"] = roles
            .iter()
            .map(|role| role.template_id)
            .collect::<Vec<_>>()
            .into();
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.{}",
        part(&json!({"typ": "JWT", "alg": "RS256", "kid": "practice"})),
        part(&claims),
        ids::secret(256)
    )
}
