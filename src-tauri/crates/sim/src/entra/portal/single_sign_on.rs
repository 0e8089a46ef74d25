//! The portal's Single sign-on, Users and groups, and New user. What they do is what Graph does, with one difference that
//! surprises people: choosing SAML here makes a certificate and activates it, and choosing it through Graph does not.

use serde_json::{Map, Value, json};

use super::{Refused, actor, manager, pair, wanted};
use crate::entra::graph::assignments::{self, Principal};
use crate::entra::graph::errors::GraphError;
use crate::entra::graph::{
    addresses, certificates, checks, claims_policy, credentials, persons, writing,
};
use crate::levers::acts::single_sign_on::assign_to;
use crate::objects::map;
use crate::roles::{manages_applications, manages_people};
use crate::saml::keys::SUBJECT;
use crate::tempo::{Wait, Write};
use crate::tenant::{Kind, text};
use crate::wire::Form;
use crate::world::World;

/// How long a certificate of the portal lives, in hours.
const LIFE: i64 = 24 * 1095;

/// Does what a form of these screens asks; `None` when the address is of another screen.
pub(super) fn act(world: &mut World, path: &str, sent: &Form) -> Option<Result<String, Refused>> {
    let deed = match path {
        "/single-sign-on/mode" => mode,
        "/single-sign-on/basic" => basic,
        "/single-sign-on/certificate/add" => add_certificate,
        "/single-sign-on/certificate/activate" => activate,
        "/single-sign-on/certificate/delete" => delete_certificate,
        "/single-sign-on/certificate/notify" => notify,
        "/single-sign-on/claims" => claims,
        "/users-and-groups/add" => assign,
        "/users-and-groups/remove" => unassign,
        "/users/create" => create_person,
        "/users/delete" => delete_person,
        _ => return None,
    };
    Some(deed(world, sent))
}

fn told(error: GraphError) -> Refused {
    error.message
}

/// Changes a service principal as Graph would, checks included.
fn change_principal(world: &mut World, id: &str, change: Value) -> Result<(), Refused> {
    let change = map(change);
    let wait = world.wait(Write::Change);
    let home = world.home();
    let before = home
        .truth(Kind::ServicePrincipal, id)
        .cloned()
        .ok_or("There is no such application.")?;
    checks::check(Kind::ServicePrincipal, &change, Some(&before)).map_err(told)?;
    let mut after = before.clone();
    writing::merge(&mut after, &change);
    credentials::check(Kind::ServicePrincipal, &before, &mut after, &change).map_err(told)?;
    home.change(Kind::ServicePrincipal, id, wait, |body| {
        body.clone_from(&after)
    });
    credentials::forget_keys(home, &after);
    Ok(())
}

fn mode(world: &mut World, sent: &Form) -> Result<String, Refused> {
    manager(world, sent)?;
    let (principal, _) = pair(world, sent)?;
    let mode = sent.get("mode").unwrap_or_default();
    let value = if mode.is_empty() {
        Value::Null
    } else {
        mode.into()
    };
    let saml = mode == "saml";
    change_principal(
        world,
        &principal,
        json!({"preferredSingleSignOnMode": value}),
    )?;
    if saml && world.home().keys_of(&principal).next().is_none() {
        let thumbprint = make(world, &principal);
        let active = json!({"preferredTokenSigningKeyThumbprint": thumbprint});
        change_principal(world, &principal, active)?;
        return Ok(format!(
            "The mode was saved. The certificate {thumbprint} was made and is active."
        ));
    }
    Ok("The mode was saved.".into())
}

fn make(world: &mut World, principal: &str) -> String {
    let now = world.clock.now();
    let wait = world.wait(Write::Create);
    let life = (now, now + jiff::SignedDuration::from_hours(LIFE));
    let name = format!("CN={SUBJECT}");
    certificates::make(world.home(), principal, &name, life, wait)
        .key
        .thumbprint
}

fn basic(world: &mut World, sent: &Form) -> Result<String, Refused> {
    manager(world, sent)?;
    let (principal, application) = pair(world, sent)?;
    let (identifiers, replies) = (lines(sent, "identifiers"), lines(sent, "replies"));
    let settings: Vec<Value> = replies
        .iter()
        .take(1)
        .map(|uri| json!({"uri": uri, "index": 0}))
        .collect();
    let change = map(json!({"identifierUris": identifiers,
        "web": {"redirectUris": replies, "redirectUriSettings": settings}}));
    let wait = world.wait(Write::Change);
    let home = world.home();
    addresses::check_unique(home, &application, &change).map_err(told)?;
    let mut after = home
        .truth(Kind::Application, &application)
        .cloned()
        .ok_or("There is no such application.")?;
    writing::merge(&mut after, &change);
    let web = change["web"].as_object().cloned().unwrap_or_default();
    addresses::check_replies(&mut after, &web).map_err(told)?;
    home.change(Kind::Application, &application, wait.clone(), |body| {
        body.clone_from(&after)
    });
    writing::follow(home, &application, &change, wait);
    let relay = sent.get("relay").map(|relay| json!({"relayState": relay}));
    let change = json!({"loginUrl": sent.get("sign_on"), "samlSingleSignOnSettings": relay});
    change_principal(world, &principal, change)?;
    Ok("The basic SAML configuration was saved.".into())
}

/// The lines of a field that takes several values.
fn lines(sent: &Form, name: &str) -> Vec<String> {
    let text = sent.get(name).unwrap_or_default();
    text.lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

fn add_certificate(world: &mut World, sent: &Form) -> Result<String, Refused> {
    manager(world, sent)?;
    let (principal, _) = pair(world, sent)?;
    let thumbprint = make(world, &principal);
    Ok(format!("The certificate {thumbprint} was made."))
}

fn activate(world: &mut World, sent: &Form) -> Result<String, Refused> {
    manager(world, sent)?;
    let (principal, _) = pair(world, sent)?;
    let thumbprint = wanted(sent, "thumbprint")?.to_owned();
    let active = json!({"preferredTokenSigningKeyThumbprint": thumbprint});
    change_principal(world, &principal, active)?;
    Ok(format!("The certificate {thumbprint} is active."))
}

fn delete_certificate(world: &mut World, sent: &Form) -> Result<String, Refused> {
    manager(world, sent)?;
    let (principal, _) = pair(world, sent)?;
    let thumbprint = wanted(sent, "thumbprint")?.to_owned();
    let gone = credentials::identifier_of(&thumbprint);
    let held = world.home().truth(Kind::ServicePrincipal, &principal);
    let held = held.cloned().unwrap_or_default();
    let rest = |list: &str| {
        let entries = held.get(list).and_then(Value::as_array);
        let kept = entries
            .into_iter()
            .flatten()
            .filter(|entry| entry["customKeyIdentifier"] != gone);
        kept.cloned().collect::<Vec<Value>>()
    };
    let change = json!({"keyCredentials": rest("keyCredentials"), "passwordCredentials": rest("passwordCredentials")});
    change_principal(world, &principal, change)?;
    Ok(format!("The certificate {thumbprint} was deleted."))
}

fn notify(world: &mut World, sent: &Form) -> Result<String, Refused> {
    manager(world, sent)?;
    let (principal, _) = pair(world, sent)?;
    let change = json!({"notificationEmailAddresses": lines(sent, "emails")});
    change_principal(world, &principal, change)?;
    Ok("The addresses were saved.".into())
}

fn claims(world: &mut World, sent: &Form) -> Result<String, Refused> {
    manager(world, sent)?;
    let (principal, _) = pair(world, sent)?;
    let home = world.home();
    if home.mapped_by.contains_key(&principal) {
        return Err("This configuration was overwritten by a claim mapping policy created via Graph or PowerShell.".into());
    }
    let mut policy = home
        .claims_policies
        .get(&principal)
        .cloned()
        .unwrap_or_else(|| claims_policy::empty(&principal));
    let subject = claims_policy::name_id_of(wanted(sent, "attribute")?);
    if let Some(Value::Array(claims)) = policy.get_mut("claims") {
        claims.retain(|claim| claim["@odata.type"] != subject["@odata.type"]);
        claims.push(subject);
    }
    home.claims_policies.insert(principal, policy);
    Ok("The claim was saved.".into())
}

/// Assigning is for those who manage applications or people.
fn assigner(world: &World, sent: &Form) -> Result<(), Refused> {
    let (_, roles) = actor(world, sent)?;
    if manages_applications(&roles) || manages_people(&roles) {
        Ok(())
    } else {
        Err("You do not have access. This needs an application administrator or a user administrator.".into())
    }
}

fn assign(world: &mut World, sent: &Form) -> Result<String, Refused> {
    assigner(world, sent)?;
    let (principal, _) = pair(world, sent)?;
    let created = world.clock.graph_date();
    let home = world.home();
    let who = who(home, sent)?;
    assignments::check_principal(home, &who).map_err(told)?;
    if home
        .assigned_to(&principal)
        .any(|body| text(body, "principalId") == who.id)
    {
        return Err(format!("{} is assigned already.", who.name));
    }
    assign_to(home, &principal, &who, &created);
    Ok(format!("{} was assigned.", who.name))
}

fn unassign(world: &mut World, sent: &Form) -> Result<String, Refused> {
    assigner(world, sent)?;
    let (principal, _) = pair(world, sent)?;
    let home = world.home();
    let who = who(home, sent)?;
    let held: Vec<String> = home
        .assigned_to(&principal)
        .filter(|body| text(body, "principalId") == who.id)
        .map(|body| text(body, "id").to_owned())
        .collect();
    if held.is_empty() {
        return Err(format!("{} is not assigned.", who.name));
    }
    for id in held {
        home.remove(Kind::Assignment, &id, Wait::Nothing);
    }
    Ok(format!("The assignment of {} was removed.", who.name))
}

fn who(home: &crate::tenant::Tenant, sent: &Form) -> Result<Principal, Refused> {
    let name = wanted(sent, "who")?;
    Principal::named(home, name).ok_or_else(|| format!("There is nobody called {name}."))
}

fn people_manager(world: &World, sent: &Form) -> Result<(), Refused> {
    let (_, roles) = actor(world, sent)?;
    if manages_people(&roles) {
        Ok(())
    } else {
        Err("You do not have access. This needs the role User Administrator.".into())
    }
}

fn create_person(world: &mut World, sent: &Form) -> Result<String, Refused> {
    people_manager(world, sent)?;
    let name = wanted(sent, "user_principal_name")?.to_owned();
    let mut body: Map<String, Value> = map(json!({
        "accountEnabled": true, "displayName": wanted(sent, "name")?, "userPrincipalName": name,
        "mailNickname": name.split('@').next(), "passwordProfile": {"password": wanted(sent, "password")?}
    }));
    if let Some(mail) = sent.get("mail") {
        body.insert("mail".into(), mail.into());
    }
    let (created, wait) = (world.clock.graph_date(), world.wait(Write::Create));
    persons::take_in(world.home(), &body, &created, wait).map_err(told)?;
    Ok(format!("{name} was created."))
}

fn delete_person(world: &mut World, sent: &Form) -> Result<String, Refused> {
    people_manager(world, sent)?;
    let name = wanted(sent, "user_principal_name")?.to_owned();
    let (now, wait) = (world.clock.shown(), world.wait(Write::Change));
    let home = world.home();
    let person = home
        .person_named(&name)
        .ok_or_else(|| format!("Nobody called {name} works here."))?;
    home.write_down(&person.id);
    home.delete(Kind::User, &person.id, now, &wait);
    Ok(format!(
        "{name} was deleted. They can be restored for 30 days."
    ))
}
