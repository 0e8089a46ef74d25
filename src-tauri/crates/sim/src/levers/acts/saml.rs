//! What the levers about the answers of Microsoft's SAML endpoint do.

use serde_json::Value;

use super::{Done, Lever, LeverError, count, lever, word};
use crate::saml::kinds;
use crate::world::World;

/// The levers of this file.
pub(super) const LEVERS: &[Lever] = &[
    lever(
        "saml_response",
        r#"{"kind":"expired"}"#,
        saml_response,
        "The tenant answers service providers with a response of this kind; as_usual takes it back.",
    ),
    lever(
        "conditional_access_blocks_saml",
        "{}",
        conditional_access_blocks_saml,
        "Conditional Access blocks every sign-in by SAML (AADSTS53003) and leaves the wizard alone.",
    ),
    lever(
        "metadata_lags",
        r#"{"reads":3}"#,
        metadata_lags,
        "For so many reads the federation metadata shows none of an application's own certificates.",
    ),
    lever(
        "metadata_without_appid",
        "{}",
        metadata_without_appid,
        "The appid is lost on the way to the federation metadata, so that it shows the tenant's certificate.",
    ),
];

fn saml_response(world: &mut World, sent: &Value) -> Done {
    let name = word(sent, "kind")?;
    let kind = kinds::find(name).ok_or_else(|| LeverError::NoSuch(name.to_owned()))?;
    world.quirks.saml_response = Some(kind.name);
    Ok(())
}

fn conditional_access_blocks_saml(world: &mut World, _: &Value) -> Done {
    world.quirks.saml_blocked = true;
    Ok(())
}

fn metadata_lags(world: &mut World, sent: &Value) -> Done {
    world.quirks.metadata_lags = count(sent, "reads")?;
    Ok(())
}

fn metadata_without_appid(world: &mut World, _: &Value) -> Done {
    world.quirks.metadata_without_appid = true;
    Ok(())
}
