//! What the levers about the tenant do, and those of a second administrator who is at work in it.

use serde_json::{Map, Value, json};

use super::{Done, LeverError, word};
use crate::objects::ATLASSIAN_TEMPLATE;
use crate::roles::Role;
use crate::scenarios;
use crate::tempo::Wait;
use crate::tenant::{Kind, Premium, text};
use crate::world::World;

pub(super) fn restore_allowed(world: &mut World, _: &Value) -> Done {
    world.quirks.restore_allowed = true;
    Ok(())
}

pub(super) fn premium_off(world: &mut World, _: &Value) -> Done {
    world.home().premium = Premium::None;
    Ok(())
}

fn role_of(world: &mut World, sent: &Value) -> Result<(usize, Role), LeverError> {
    let role = Role::known(word(sent, "role")?)
        .ok_or_else(|| LeverError::NoSuch(sent["role"].to_string()))?;
    let home = world.home();
    let Some(name) = sent["account"].as_str() else {
        return Ok((world.handover.accounts[0], role));
    };
    let at = home
        .accounts
        .iter()
        .position(|account| home.name_of(account) == name);
    Ok((at.ok_or_else(|| LeverError::NoSuch(name.to_owned()))?, role))
}

pub(super) fn activate_role(world: &mut World, sent: &Value) -> Done {
    let (at, role) = role_of(world, sent)?;
    let roles = &mut world.home().accounts[at].roles;
    if !roles.contains(&role) {
        roles.push(role);
    }
    Ok(())
}

pub(super) fn deactivate_role(world: &mut World, sent: &Value) -> Done {
    let (at, role) = role_of(world, sent)?;
    world.home().accounts[at].roles.retain(|held| *held != role);
    Ok(())
}

/// The ids of an application and of its service principal, found by object id, client id or name.
pub(super) fn pair(world: &mut World, sent: &Value) -> Result<(String, String), LeverError> {
    let wanted = word(sent, "app")?;
    let home = world.home();
    let is_it = |body: &&Map<String, Value>| {
        ["id", "appId", "displayName"]
            .iter()
            .any(|name| text(body, name) == wanted)
    };
    let by_principal = || {
        home.truths(Kind::ServicePrincipal)
            .find(is_it)
            .map(|body| text(body, "appId").to_owned())
    };
    let app_id = home
        .truths(Kind::Application)
        .find(is_it)
        .map(|body| text(body, "appId").to_owned())
        .or_else(by_principal);
    let app_id = app_id.ok_or_else(|| LeverError::NoSuch(wanted.to_owned()))?;
    let id = |kind| {
        home.by_app_id(kind, &app_id)
            .map(|body| text(body, "id").to_owned())
            .unwrap_or_default()
    };
    Ok((id(Kind::Application), id(Kind::ServicePrincipal)))
}

pub(super) fn rename_app(world: &mut World, sent: &Value) -> Done {
    let (application, principal) = pair(world, sent)?;
    let name = word(sent, "name")?.to_owned();
    world
        .home()
        .change(Kind::Application, &application, Wait::Nothing, |body| {
            drop(body.insert("displayName".into(), name.clone().into()))
        });
    world
        .home()
        .change(Kind::ServicePrincipal, &principal, Wait::Nothing, |body| {
            body.insert("displayName".into(), name.clone().into());
            body.insert("appDisplayName".into(), name.clone().into());
        });
    Ok(())
}

pub(super) fn delete_app(world: &mut World, sent: &Value) -> Done {
    let (application, _) = pair(world, sent)?;
    let now = world.clock.shown();
    world
        .home()
        .delete(Kind::Application, &application, now, &Wait::Nothing);
    Ok(())
}

pub(super) fn disable_app(world: &mut World, sent: &Value) -> Done {
    let (_, principal) = pair(world, sent)?;
    world
        .home()
        .change(Kind::ServicePrincipal, &principal, Wait::Nothing, |body| {
            drop(body.insert("accountEnabled".into(), false.into()))
        });
    Ok(())
}

pub(super) fn strip_tag(world: &mut World, sent: &Value) -> Done {
    let (application, principal) = pair(world, sent)?;
    let tag = sent["tag"].as_str();
    for (kind, id) in [
        (Kind::Application, application),
        (Kind::ServicePrincipal, principal),
    ] {
        world.home().change(kind, &id, Wait::Nothing, |body| {
            if let Some(Value::Array(tags)) = body.get_mut("tags") {
                tags.retain(|held| tag.is_some_and(|tag| held != tag));
            }
        });
    }
    Ok(())
}

pub(super) fn add_namesake(world: &mut World, sent: &Value) -> Done {
    let created = world.clock.graph_date();
    scenarios::add_namesake(world, word(sent, "name")?, &created);
    Ok(())
}

pub(super) fn gallery_without(world: &mut World, _: &Value) -> Done {
    world
        .home()
        .templates
        .retain(|template| template["id"] != ATLASSIAN_TEMPLATE);
    Ok(())
}

pub(super) fn no_provisioning(world: &mut World, _: &Value) -> Done {
    let templates = &mut world.home().templates;
    templates
        .iter_mut()
        .filter(|template| template["id"] == ATLASSIAN_TEMPLATE)
        .for_each(|template| template["supportedProvisioningTypes"] = json!([]));
    Ok(())
}
