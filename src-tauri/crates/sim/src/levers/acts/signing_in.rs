//! What the levers about signing in do.

use serde_json::{Value, json};

use super::Done;
use crate::world::{Challenge, Quirks, World};

pub(super) fn challenge_once(world: &mut World, _: &Value) -> Done {
    let claims = fresh_claims(world);
    world.quirks.challenge = Some(Challenge {
        claims,
        person: false,
    });
    Ok(())
}

pub(super) fn challenge_person(world: &mut World, _: &Value) -> Done {
    let claims = fresh_claims(world);
    world.quirks.challenge = Some(Challenge {
        claims,
        person: true,
    });
    Ok(())
}

fn fresh_claims(world: &mut World) -> String {
    world.quirks.challenges += 1;
    let since = (world.clock.now().as_second() + world.quirks.challenges).to_string();
    json!({"access_token": {"nbf": {"essential": true, "value": since}}}).to_string()
}

pub(super) fn revoke_refresh_tokens(world: &mut World, _: &Value) -> Done {
    world
        .desk
        .refresh
        .values_mut()
        .for_each(|token| token.dead = Some(50173));
    // Who was revoked must sign in again in the browser too.
    world.desk.sessions.clear();
    Ok(())
}

pub(super) fn refresh_tokens_idle(world: &mut World, _: &Value) -> Done {
    world
        .desk
        .refresh
        .values_mut()
        .for_each(|token| token.dead = Some(700_082));
    Ok(())
}

pub(super) fn token_expires_now(world: &mut World, _: &Value) -> Done {
    let now = world.clock.now();
    world
        .desk
        .access
        .values_mut()
        .for_each(|token| token.expires = now);
    Ok(())
}

pub(super) fn forget_sessions(world: &mut World, _: &Value) -> Done {
    world.desk.sessions.clear();
    world.site.sessions.clear();
    Ok(())
}

pub(super) fn forget_consents(world: &mut World, _: &Value) -> Done {
    world.home().grants.clear();
    Ok(())
}

pub(super) fn deny_consent(world: &mut World, _: &Value) -> Done {
    world.quirks.deny_consent = true;
    Ok(())
}

pub(super) fn approval_required(world: &mut World, _: &Value) -> Done {
    world.quirks.approval_required = true;
    Ok(())
}

pub(super) fn conditional_access(world: &mut World, _: &Value) -> Done {
    world.quirks.conditional_access = true;
    Ok(())
}

pub(super) fn not_assigned(world: &mut World, _: &Value) -> Done {
    world.quirks.not_assigned = true;
    Ok(())
}

pub(super) fn unknown_client(world: &mut World, _: &Value) -> Done {
    world.quirks.unknown_client = true;
    Ok(())
}

pub(super) fn wrong_tenant(world: &mut World, _: &Value) -> Done {
    world.quirks.wrong_tenant = true;
    Ok(())
}

pub(super) fn sign_in_as_usual(world: &mut World, _: &Value) -> Done {
    let quirks = std::mem::take(&mut world.quirks);
    // Only what concerns the sign-in goes back; the rest stays as levers have set it.
    world.quirks = Quirks {
        challenge: None,
        deny_consent: false,
        approval_required: false,
        conditional_access: false,
        not_assigned: false,
        unknown_client: false,
        wrong_tenant: false,
        saml_response: None,
        saml_blocked: false,
        ..quirks
    };
    Ok(())
}
