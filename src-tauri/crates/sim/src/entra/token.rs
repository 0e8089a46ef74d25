//! The token endpoint: codes, refresh tokens and device codes are exchanged for tokens here. Access tokens are opaque on
//! purpose, since a client of Graph must not look inside.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::authorize::bad_scope;
use super::clients::{self, Client};
use super::desk::{AccessToken, RefreshToken, Who};
use super::device;
use super::errors::Refusal;
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
    let client = clients::find(world, id).ok_or_else(|| {
        Refusal::new("unauthorized_client", 700016, format!("Application with identifier '{id}' was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant."))
    })?;
    if tenant.is_none() && !client.many_tenants {
        return Err(Refusal::new(
            "invalid_request",
            50194,
            format!(
                "Application '{id}'({}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'.",
                client.name
            ),
        ));
    }
    let has_web_part = !client.web.is_empty();
    if form.get("client_secret").is_some() && !has_web_part {
        return Err(Refusal::new(
            "invalid_client",
            700025,
            "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
        ));
    }
    Ok((client, tenant))
}

/// A request without something that it needs.
pub(crate) fn missing(name: &str) -> Refusal {
    Refusal::new(
        "invalid_request",
        900144,
        format!("The request body must contain the following parameter: '{name}'."),
    )
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
        other => Err(Refusal::new(
            "unsupported_grant_type",
            70003,
            format!("The app requested an unsupported grant type '{other}'."),
        )),
    }
}

fn by_code(world: &mut World, call: &Call, form: &Form, client: &Client) -> Result<Value, Refusal> {
    let sent = form.get("code").ok_or_else(|| missing("code"))?;
    let now = world.clock.now();
    let spoilt = || {
        Refusal::new(
            "invalid_grant",
            70000,
            "The provided value for the 'code' parameter is not valid.",
        )
    };
    let code = world
        .desk
        .codes
        .get_mut(sent)
        .filter(|code| code.flow.client == client.id)
        .ok_or_else(spoilt)?;
    if std::mem::replace(&mut code.used, true) {
        return Err(Refusal::new(
            "invalid_grant",
            54005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
        ));
    }
    let code = code.clone();
    if code.expires < now {
        return Err(Refusal::new(
            "invalid_grant",
            70008,
            "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
        ));
    }
    let redirect = form
        .get("redirect_uri")
        .ok_or_else(|| missing("redirect_uri"))?;
    if url::Url::parse(redirect).map(String::from).ok().as_deref() != Some(&code.flow.redirect) {
        return Err(Refusal::new(
            "invalid_grant",
            500112,
            format!(
                "The reply address '{redirect}' does not match the reply address '{}' provided when requesting Authorization code.",
                code.flow.redirect
            ),
        ));
    }
    if code.flow.confidential && form.get("client_secret").is_none() {
        return Err(Refusal::new(
            "invalid_client",
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ));
    }
    if let Some(challenge) = &code.flow.challenge
        && form.get("code_verifier").map(ids::challenge_of).as_ref() != Some(challenge)
    {
        return Err(Refusal::new(
            "invalid_grant",
            501481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        ));
    }
    let claims = form
        .get("claims")
        .map(str::to_owned)
        .or_else(|| code.flow.claims.clone());
    let asked = code.flow.asked.clone();
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

fn by_refresh(
    world: &mut World,
    call: &Call,
    form: &Form,
    client: &Client,
    tenant: Option<usize>,
) -> Result<Value, Refusal> {
    let sent = form
        .get("refresh_token")
        .ok_or_else(|| missing("refresh_token"))?;
    let spoilt = || {
        Refusal::new(
            "invalid_grant",
            9002313,
            "Invalid request. Request is malformed or invalid. The refresh token is not one of this service.",
        )
    };
    let token = world
        .desk
        .refresh
        .get(sent)
        .filter(|token| token.client == client.id)
        .cloned()
        .ok_or_else(spoilt)?;
    if let Some(code) = token.dead {
        return Err(dead(code));
    }
    if tenant.is_some_and(|tenant| tenant != token.who.tenant) {
        return Err(Refusal::new(
            "invalid_grant",
            50020,
            "The user account does not exist in this tenant.",
        ));
    }
    if world.quirks.conditional_access {
        return Err(Refusal::new(
            "invalid_grant",
            53003,
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        ));
    }
    let asked = match form.get("scope") {
        Some(scope) => scopes::read(world, scope).map_err(|bad| refused_scope(&bad))?,
        None => Asked::default(),
    };
    let claims = form.get("claims").map(str::to_owned);
    if let (Some(claims), Some(challenge)) = (&claims, &world.quirks.challenge)
        && challenge.person
    {
        let mut refusal = Refusal::new(
            "interaction_required",
            50076,
            "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access Microsoft Graph.",
        );
        refusal.suberror = Some("basic_action");
        refusal.claims = Some(claims.clone());
        return Err(refusal);
    }
    issue(
        world,
        call,
        client,
        &Issue {
            who: token.who,
            asked,
            claims,
            nonce: None,
            renewed: true,
        },
    )
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
    if let Some(lacking) = wish
        .asked
        .graph
        .iter()
        .find(|scope| !granted.contains(scope))
    {
        let words = format!(
            "The user or administrator has not consented to use the application with ID '{}' named '{}'. Send an interactive authorization request for this user and resource. The scope {lacking} is missing.",
            client.id, client.name
        );
        return Err(Refusal {
            suberror: Some("consent_required"),
            ..Refusal::new("invalid_grant", 65001, words)
        });
    }
    let openid: Vec<String> = wish
        .asked
        .openid
        .iter()
        .filter(|scope| *scope != "offline_access")
        .cloned()
        .collect();
    let shown: Vec<String> = granted.iter().chain(&openid).cloned().collect();
    let access = format!("practice.{}", ids::secret(60));
    let roles = world.tenants[wish.who.tenant]
        .account_of(&wish.who.person)
        .map(|account| account.roles.clone())
        .unwrap_or_default();
    let expires = world.clock.now() + SignedDuration::from_secs(LIFETIME);
    let token = AccessToken {
        who: wish.who.clone(),
        scopes: granted,
        roles,
        expires,
        claims: wish.claims.clone(),
    };
    world.desk.access.insert(access.clone(), token);
    let mut body = json!({"token_type": "Bearer", "scope": shown.join(" "), "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": access});
    if wish.renewed
        || wish
            .asked
            .openid
            .iter()
            .any(|scope| scope == "offline_access")
    {
        let refresh = format!("1.practice{}", ids::secret(64));
        world.desk.refresh.insert(
            refresh.clone(),
            RefreshToken {
                who: wish.who.clone(),
                client: client.id.clone(),
                dead: None,
            },
        );
        body["refresh_token"] = refresh.into();
    }
    if wish.asked.openid.iter().any(|scope| scope == "openid") {
        body["id_token"] = identity(world, call, client, wish).into();
    }
    Ok(body)
}

/// The words for a scope parameter that can't be right, in this endpoint's form.
pub(crate) fn refused_scope(bad: &scopes::BadScope) -> Refusal {
    let stop = bad_scope(bad);
    Refusal::new(stop.error, stop.code, stop.words)
}

fn dead(code: u32) -> Refusal {
    let words = match code {
        50173 => {
            "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password."
        }
        _ => {
            "The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00."
        }
    };
    Refusal {
        suberror: Some("bad_token"),
        ..Refusal::new("invalid_grant", code, words)
    }
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
