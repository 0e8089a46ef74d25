//! Which keys the tenant signs with and shows: an application's own when it has an active one, that of the whole tenant
//! otherwise. Whoever fetches the metadata without naming the application gets the wrong certificate.

use jiff::SignedDuration;

use super::super::aadsts::told;
use super::super::request::OnPage;
use super::super::{errors::correlation, pages, tenant_in_path};
use super::issuer;
use crate::saml::keys::{SigningKey, new_signing_key};
use crate::saml::metadata::written;
use crate::tenant::Kind;
use crate::wire::{Answer, Call};
use crate::world::World;

/// The subject of the certificates that are nobody's own.
const TENANT_WIDE: &str = "accounts.accesscontrol.windows.net";

/// `GET /{tenant}/federationmetadata/2007-06/federationmetadata.xml`.
pub(crate) fn metadata(world: &mut World, call: &Call, tenant: &str) -> Answer {
    let shown = tenant_in_path(world, tenant)
        .and_then(|known| keys(world, call, known.unwrap_or_default()));
    match shown {
        Err((code, words)) => pages::error(400, code, &words, &correlation(call)),
        Ok((tenant, keys)) => {
            let id = &world.tenants[tenant].id;
            let keys: Vec<&SigningKey> = keys.iter().collect();
            let xml = written(&issuer(id), &format!("{}/{id}", call.base), &keys);
            Answer {
                body: xml,
                ..Answer::empty(200)
            }
            .with(
                "content-type",
                "application/samlmetadata+xml; charset=utf-8",
            )
        }
    }
}

/// The number of the tenant and the keys to show, the active one first.
fn keys(world: &mut World, call: &Call, tenant: usize) -> Result<(usize, Vec<SigningKey>), OnPage> {
    let asked = call.asked("appid").filter(|id| !id.is_empty());
    let Some(app_id) = asked.filter(|_| !world.quirks.metadata_without_appid) else {
        return Ok((tenant, vec![tenant_wide(world, tenant)]));
    };
    let glance = world.glance();
    let home = &mut world.tenants[tenant];
    let principal = home
        .by_app_id(Kind::ServicePrincipal, &app_id)
        .and_then(|body| body.get("id")?.as_str())
        .map(str::to_owned);
    let principal = principal.ok_or_else(|| (700_016, told(700_016, &[&app_id])))?;
    // The metadata lags behind the directory as every read does.
    let seen = home
        .read(Kind::ServicePrincipal, &principal, glance)
        .unwrap_or_default();
    let lagging = world.quirks.metadata_lags > 0;
    world.quirks.metadata_lags = world.quirks.metadata_lags.saturating_sub(1);
    let active = crate::tenant::text(&seen, "preferredTokenSigningKeyThumbprint").to_uppercase();
    let mut own: Vec<SigningKey> = world.tenants[tenant].keys_of(&principal).cloned().collect();
    own.sort_by_key(|key| key.thumbprint != active);
    if own.is_empty() || lagging {
        return Ok((tenant, vec![tenant_wide(world, tenant)]));
    }
    Ok((tenant, own))
}

/// The key that signs for an application. Certificates that were never made active sign nothing: the tenant's own key does.
pub(super) fn signing(world: &mut World, principal: &str) -> Result<SigningKey, OnPage> {
    let home = &world.tenants[0];
    if let Some(active) = home.active_key(principal) {
        return Ok(active.clone());
    }
    if home.keys_of(principal).next().is_none() {
        return Err((50003, told(50003, &[])));
    }
    Ok(tenant_wide(world, 0))
}

/// The key of the whole tenant, drawn when somebody first needs it.
fn tenant_wide(world: &mut World, tenant: usize) -> SigningKey {
    if let Some(key) = world.tenants[tenant].keys_of("").next() {
        return key.clone();
    }
    let now = world.clock.now();
    let day = SignedDuration::from_hours(24);
    let key = new_signing_key(TENANT_WIDE, now - day * 90, now + day * 1_730);
    world.tenants[tenant].signing_keys.push(key.clone());
    key
}
