//! Sign-in on another device: a code to type, a page to type it into, and an application that asks until it is done.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::clients::Client;
use super::desk::{Device, DeviceState, Flow, Purpose};
use super::errors::Refusal;
use super::token::{self, Issue};
use super::{authorize, pages, scopes};
use crate::ids;
use crate::tempo::Tempo;
use crate::wire::{Answer, Call, Form};
use crate::world::World;

/// The documented lifetime of a device code, in seconds.
const LIFETIME: i64 = 900;

/// `POST /{tenant}/oauth2/v2.0/devicecode`.
pub(crate) fn begin(world: &mut World, call: &Call, tenant: &str) -> Answer {
    match begun(world, call, tenant) {
        Ok(body) => Answer::json(200, &body),
        Err(refusal) => refusal.answer(world, call),
    }
}

/// `POST /device`: somebody has typed a code.
pub(crate) fn enter(world: &mut World, call: &Call) -> Answer {
    let typed = call
        .form()
        .get("user_code")
        .unwrap_or_default()
        .to_uppercase()
        .replace([' ', '-'], "");
    let now = world.clock.now();
    let waiting = world.desk.devices.iter().find(|device| {
        device.user_code == typed && device.expires > now && device.state == DeviceState::Pending
    });
    let Some(device) = waiting.cloned() else {
        return pages::device(Some("That code didn't work. Check the code and try again."));
    };
    let flow = Flow {
        asked: device.asked,
        // The person must see which account a device gets, so that a session is never enough.
        prompt: Some("select_account".into()),
        ..Flow::new(
            Purpose::Device(device.user_code),
            &device.client,
            device.tenant,
        )
    };
    authorize::start(world, call, flow)
}

/// The application asks whether the person is done.
pub(crate) fn poll(
    world: &mut World,
    call: &Call,
    form: &Form,
    client: &Client,
) -> Result<Value, Refusal> {
    let sent = form
        .get("device_code")
        .ok_or_else(|| token::missing("device_code"))?;
    let (now, interval) = (
        world.clock.now(),
        SignedDuration::from_secs(interval(world)),
    );
    let at = world
        .desk
        .devices
        .iter()
        .position(|device| device.code == sent && device.client == client.id);
    let at = at.ok_or_else(|| Refusal::told("bad_verification_code", 70018, &[]))?;
    let device = &mut world.desk.devices[at];
    // A second of grace, since nobody's clock ticks with ours.
    let hasty = device
        .last_poll
        .is_some_and(|last| now < last + interval - SignedDuration::from_secs(1));
    device.last_poll = Some(now);
    let device = device.clone();
    if device.expires < now {
        return Err(Refusal::told("expired_token", 70019, &[]));
    }
    match device.state {
        DeviceState::Pending if hasty => Err(Refusal::told("slow_down", 70016, &[])),
        DeviceState::Pending => Err(Refusal::told("authorization_pending", 70016, &[])),
        DeviceState::Declined => Err(Refusal::told("authorization_declined", 65004, &[])),
        DeviceState::Refused(stop) => Err(Refusal::new("invalid_grant", stop.code, stop.words)),
        DeviceState::Approved(who) => {
            world.desk.devices.remove(at);
            let wish = Issue {
                who,
                asked: device.asked,
                claims: None,
                nonce: None,
                renewed: false,
            };
            token::issue(world, call, client, &wish)
        }
    }
}

fn begun(world: &mut World, call: &Call, tenant: &str) -> Result<Value, Refusal> {
    let form = call.form();
    let (client, tenant) = token::client(world, &form, tenant)?;
    if !client.public_fallback {
        return Err(Refusal::told("invalid_client", 7_000_218, &[]));
    }
    let asked = scopes::read(world, form.get("scope").unwrap_or_default())
        .map_err(|bad| token::refused_scope(&bad))?;
    let (code, user_code) = (format!("practice{}", ids::secret(48)), ids::typed_code(9));
    let expires = world.clock.now() + SignedDuration::from_secs(LIFETIME);
    let place = format!("{}/device", call.base);
    let message = format!(
        "To sign in, use a web browser to open the page {place} and enter the code {user_code} to authenticate."
    );
    let device = Device {
        code: code.clone(),
        user_code: user_code.clone(),
        client: client.id,
        tenant,
        asked,
        state: DeviceState::Pending,
        expires,
        last_poll: None,
    };
    world.desk.devices.push(device);
    Ok(json!({
        "user_code": user_code, "device_code": code, "verification_uri": place,
        "expires_in": LIFETIME, "interval": interval(world), "message": message,
    }))
}

/// Five seconds as documented; one where nothing may take time.
fn interval(world: &World) -> i64 {
    if world.tempo == Tempo::Auto { 5 } else { 1 }
}
