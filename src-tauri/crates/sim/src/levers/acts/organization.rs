//! What the levers about the Atlassian organization and its key do.

use serde_json::Value;

use super::{Done, LeverError, word};
use crate::organization::ApiKey;
use crate::world::{Unauthorized, World};
use crate::{atlassian, company, ids};

fn handed_key(world: &mut World) -> Result<&mut ApiKey, LeverError> {
    let value = world.handover.organization_key.clone();
    world
        .organization
        .keys
        .iter_mut()
        .find(|key| key.value == value)
        .ok_or_else(|| LeverError::NoSuch("organization key".into()))
}

pub(super) fn key_expired(world: &mut World, _: &Value) -> Done {
    let now = world.clock.now();
    handed_key(world)?.expires = now;
    Ok(())
}

pub(super) fn key_lacks(world: &mut World, sent: &Value) -> Done {
    let feature = word(sent, "feature")?;
    if !atlassian::keys::FEATURES
        .iter()
        .any(|(known, _)| *known == feature)
    {
        return Err(LeverError::NoSuch(feature.to_owned()));
    }
    handed_key(world)?.lacks.insert(feature.to_owned());
    Ok(())
}

pub(super) fn other_organization(world: &mut World, _: &Value) -> Done {
    world.organization.id = ids::derived_guid("organization fabrikam");
    "Fabrikam".clone_into(&mut world.organization.name);
    Ok(())
}

pub(super) fn unauthorized_form(world: &mut World, sent: &Value) -> Done {
    world.quirks.unauthorized = match word(sent, "form")? {
        "gateway" => Unauthorized::Gateway,
        "errors" => Unauthorized::Errors,
        "empty" => Unauthorized::Empty,
        other => return Err(LeverError::NoSuch(other.to_owned())),
    };
    Ok(())
}

pub(super) fn domain_unverified(world: &mut World, sent: &Value) -> Done {
    let name = word(sent, "domain")?;
    let domain = world
        .organization
        .domains
        .iter_mut()
        .find(|domain| domain.name == name);
    let domain = domain.ok_or_else(|| LeverError::NoSuch(name.to_owned()))?;
    (domain.verified, domain.claimed) = (false, false);
    Ok(())
}

pub(super) fn unclaim_accounts(world: &mut World, _: &Value) -> Done {
    world
        .organization
        .domains
        .iter_mut()
        .for_each(|domain| domain.claimed = false);
    Ok(())
}

pub(super) fn remove_second_admin(world: &mut World, _: &Value) -> Done {
    world.organization.admins.truncate(1);
    Ok(())
}

pub(super) fn admins_inside(world: &mut World, _: &Value) -> Done {
    let inside = [company::ADELE, company::MEGAN]
        .map(|person| world.home().people.person(person).user_principal_name);
    world.organization.admins = inside.to_vec();
    Ok(())
}
