//! What the levers about single sign-on do on Microsoft's side: a second administrator at work on certificates, claims,
//! addresses and assignments, and the ways in which a tenant differs from the usual.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::directory::pair;
use super::{Done, Lever, LeverError, lever, word};
use crate::entra::graph::assignments::{self, Principal};
use crate::entra::graph::{certificates, claims, claims_policy, credentials, definition, writing};
use crate::objects;
use crate::saml::keys::{SUBJECT, new_signing_key};
use crate::tempo::Wait;
use crate::tenant::{Kind, Tenant, text};
use crate::world::World;

/// The levers of this file.
pub(crate) const LEVERS: &[Lever] = &[
    lever(
        "rotate_certificate",
        r#"{"app":"Atlassian Cloud"}"#,
        rotate_certificate,
        "A second administrator makes a new signing certificate and activates it.",
    ),
    lever(
        "certificate_inactive",
        r#"{"app":"Atlassian Cloud"}"#,
        certificate_inactive,
        "A second administrator activates another certificate of the application, or none when there is no other.",
    ),
    lever(
        "certificate_expired",
        r#"{"app":"Atlassian Cloud"}"#,
        certificate_expired,
        "The active certificate is one that ended yesterday.",
    ),
    lever(
        "assign",
        r#"{"app":"Atlassian Cloud","who":"alex@contoso.com"}"#,
        assign,
        "A second administrator assigns a person (by name or id) or a group (by display name or id), with the application's first role or the one of that name or id.",
    ),
    lever(
        "unassign",
        r#"{"app":"Atlassian Cloud","who":"alex@contoso.com"}"#,
        unassign,
        "A second administrator takes a person's or a group's assignments away.",
    ),
    lever(
        "unrequire_assignment",
        r#"{"app":"Atlassian Cloud"}"#,
        unrequire_assignment,
        "A second administrator lets everybody into an application without assignment.",
    ),
    lever(
        "token_encryption_on",
        r#"{"app":"Atlassian Cloud"}"#,
        token_encryption_on,
        "A second administrator turns token encryption on, which Atlassian can't read.",
    ),
    lever(
        "signed_requests_required",
        r#"{"app":"Atlassian Cloud"}"#,
        signed_requests_required,
        "A second administrator demands that sign-in requests are signed.",
    ),
    lever(
        "set_claims_policy",
        r#"{"app":"Atlassian Cloud","attribute":"mail"}"#,
        set_claims_policy,
        "A second administrator chooses in Attributes & Claims which attribute names the person.",
    ),
    lever(
        "set_mapping_policy",
        r#"{"app":"Atlassian Cloud","attribute":"employeeid"}"#,
        set_mapping_policy,
        "A second administrator puts a claims mapping policy in front, which silences Attributes & Claims.",
    ),
    lever(
        "set_addresses",
        r#"{"app":"Atlassian Cloud","identifier":"https://auth.example.com/saml/1","reply":"https://auth.example.com/login/callback"}"#,
        set_addresses,
        "A second administrator puts another identifier and another reply URL in place of all that stand there.",
    ),
    lever(
        "take_identifier",
        r#"{"uri":"https://auth.example.com/saml/1","deleted":false}"#,
        take_identifier,
        "Another application has that identifier URI; when deleted, it stands in the recycle bin with it.",
    ),
    lever(
        "foreign_identifier_policy",
        "{}",
        foreign_identifier_policy,
        "The tenant refuses new identifier URIs that don't show whose they are, except in SAML mode.",
    ),
    lever(
        "no_certificate_action",
        "{}",
        no_certificate_action,
        "Graph has no action that makes signing certificates, as in some clouds.",
    ),
];

fn change_principal(
    world: &mut World,
    sent: &Value,
    edit: impl FnOnce(&mut serde_json::Map<String, Value>),
) -> Done {
    let (_, principal) = pair(world, sent)?;
    world
        .home()
        .change(Kind::ServicePrincipal, &principal, Wait::Nothing, edit);
    Ok(())
}

fn activate(world: &mut World, principal: &str, thumbprint: Option<&str>) {
    let active = thumbprint.map_or(Value::Null, Value::from);
    world
        .home()
        .change(Kind::ServicePrincipal, principal, Wait::Nothing, |body| {
            body.insert("preferredTokenSigningKeyThumbprint".into(), active);
        });
}

/// Makes a certificate that is good from so many days ago for so many days, and gives its thumbprint.
fn new_certificate(world: &mut World, principal: &str, days: (i64, i64)) -> String {
    let now = world.clock.now();
    let day = |days: i64| now + SignedDuration::from_hours(24 * days);
    let name = format!("CN={SUBJECT}");
    let life = (day(days.0), day(days.1));
    certificates::make(world.home(), principal, &name, life, Wait::Nothing)
        .key
        .thumbprint
}

fn rotate_certificate(world: &mut World, sent: &Value) -> Done {
    let (_, principal) = pair(world, sent)?;
    let thumbprint = new_certificate(world, &principal, (0, 1095));
    activate(world, &principal, Some(&thumbprint));
    Ok(())
}

fn certificate_inactive(world: &mut World, sent: &Value) -> Done {
    let (_, principal) = pair(world, sent)?;
    let home = world.home();
    let active = home
        .active_key(&principal)
        .map(|key| key.thumbprint.clone())
        .ok_or_else(|| LeverError::NoSuch("active certificate".into()))?;
    let other = home
        .keys_of(&principal)
        .find(|key| key.thumbprint != active)
        .map(|key| key.thumbprint.clone());
    activate(world, &principal, other.as_deref());
    Ok(())
}

fn certificate_expired(world: &mut World, sent: &Value) -> Done {
    let (_, principal) = pair(world, sent)?;
    let thumbprint = new_certificate(world, &principal, (-1096, -1));
    activate(world, &principal, Some(&thumbprint));
    Ok(())
}

/// The person or the group that a lever names.
fn who(tenant: &Tenant, sent: &Value) -> Result<Principal, LeverError> {
    let named = word(sent, "who")?;
    Principal::named(tenant, named).ok_or_else(|| LeverError::NoSuch(named.to_owned()))
}

fn assign(world: &mut World, sent: &Value) -> Done {
    let (_, principal) = pair(world, sent)?;
    let created = world.clock.graph_date();
    let who = who(&world.tenants[0], sent)?;
    match sent.get("role").and_then(Value::as_str) {
        Some(role) => assign_as(world.home(), &principal, &who, role, &created),
        None => assign_to(world.home(), &principal, &who, &created),
    }
    Ok(())
}

/// Assigns with the role of this name; where there is none, the word is its id, of a role that was taken out since.
fn assign_as(home: &mut Tenant, principal: &str, who: &Principal, role: &str, created: &str) {
    let Some(resource) = home.truth(Kind::ServicePrincipal, principal).cloned() else {
        return;
    };
    let roles = resource.get("appRoles").and_then(Value::as_array);
    let named = roles
        .into_iter()
        .flatten()
        .find(|known| known["displayName"] == role)
        .and_then(|known| known["id"].as_str());
    let made = assignments::fresh(&resource, who, named.unwrap_or(role), created);
    home.add(Kind::Assignment, made, Wait::Nothing);
}

/// Assigns with the first role of the application.
pub(crate) fn assign_to(home: &mut Tenant, principal: &str, who: &Principal, created: &str) {
    let Some(resource) = home.truth(Kind::ServicePrincipal, principal).cloned() else {
        return;
    };
    let role = resource
        .get("appRoles")
        .and_then(|roles| roles[0]["id"].as_str())
        .unwrap_or("00000000-0000-0000-0000-000000000000");
    let made = assignments::fresh(&resource, who, role, created);
    home.add(Kind::Assignment, made, Wait::Nothing);
}

fn unassign(world: &mut World, sent: &Value) -> Done {
    let (_, principal) = pair(world, sent)?;
    let who = who(&world.tenants[0], sent)?;
    let home = world.home();
    let held: Vec<String> = home
        .assigned_to(&principal)
        .filter(|body| text(body, "principalId") == who.id)
        .map(|body| text(body, "id").to_owned())
        .collect();
    if held.is_empty() {
        return Err(LeverError::NoSuch(format!("assignment of {}", who.name)));
    }
    for id in held {
        home.remove(Kind::Assignment, &id, Wait::Nothing);
    }
    Ok(())
}

fn unrequire_assignment(world: &mut World, sent: &Value) -> Done {
    change_principal(world, sent, |body| {
        body.insert("appRoleAssignmentRequired".into(), false.into());
    })
}

fn token_encryption_on(world: &mut World, sent: &Value) -> Done {
    let (application, principal) = pair(world, sent)?;
    let now = world.clock.now();
    let key = new_signing_key(
        "encryption",
        now,
        now + SignedDuration::from_hours(24 * 365),
    );
    let id = crate::ids::guid();
    let credential = json!({
        "customKeyIdentifier": credentials::identifier_of(&key.thumbprint), "displayName": "CN=encryption", "key": null,
        "endDateTime": key.ends.to_string(), "startDateTime": key.starts.to_string(), "keyId": id,
        "type": "AsymmetricX509Cert", "usage": "Encrypt"
    });
    for (kind, object) in [
        (Kind::Application, application),
        (Kind::ServicePrincipal, principal),
    ] {
        world.home().change(kind, &object, Wait::Nothing, |body| {
            if let Some(Value::Array(keys)) = body.get_mut("keyCredentials") {
                keys.push(credential.clone());
            }
            body.insert("tokenEncryptionKeyId".into(), id.clone().into());
        });
    }
    Ok(())
}

fn signed_requests_required(world: &mut World, sent: &Value) -> Done {
    let (application, _) = pair(world, sent)?;
    world
        .home()
        .change(Kind::Application, &application, Wait::Nothing, |body| {
            body.insert(
                "requestSignatureVerification".into(),
                json!({"isSignedRequestRequired": true, "allowedWeakAlgorithms": null}),
            );
        });
    Ok(())
}

fn set_claims_policy(world: &mut World, sent: &Value) -> Done {
    let (_, principal) = pair(world, sent)?;
    let mut policy = claims_policy::empty(&principal);
    let claim = claims_policy::name_id_of(word(sent, "attribute")?);
    policy.insert("claims".into(), json!([claim]));
    world.home().claims_policies.insert(principal, policy);
    Ok(())
}

fn set_mapping_policy(world: &mut World, sent: &Value) -> Done {
    let (_, principal) = pair(world, sent)?;
    map_claims(
        world.home(),
        &principal,
        "Claims for HR",
        word(sent, "attribute")?,
    );
    Ok(())
}

/// Puts a claims mapping policy in front of a service principal that takes the subject from an attribute.
pub(crate) fn map_claims(home: &mut Tenant, principal: &str, name: &str, attribute: &str) {
    let rules = json!({"ClaimsMappingPolicy": {
        "Version": 1, "IncludeBasicClaimSet": "true",
        "ClaimsSchema": [{"Source": "user", "ID": attribute, "SamlClaimType": definition::NAME_ID}]
    }});
    let policy = claims::fresh(&objects::map(
        json!({"displayName": name, "definition": [rules.to_string()]}),
    ));
    let id = text(&policy, "id").to_owned();
    home.add(Kind::ClaimsMappingPolicy, policy, Wait::Nothing);
    home.mapped_by.insert(principal.to_owned(), id);
}

fn set_addresses(world: &mut World, sent: &Value) -> Done {
    let (application, _) = pair(world, sent)?;
    let change = objects::map(json!({
        "identifierUris": [word(sent, "identifier")?], "web": {"redirectUris": [word(sent, "reply")?]}
    }));
    let home = world.home();
    home.change(Kind::Application, &application, Wait::Nothing, |body| {
        writing::merge(body, &change);
    });
    writing::follow(home, &application, &change, Wait::Nothing);
    Ok(())
}

fn take_identifier(world: &mut World, sent: &Value) -> Done {
    let (created, now) = (world.clock.graph_date(), world.clock.shown());
    let uri = word(sent, "uri")?.to_owned();
    let home = world.home();
    let mut made = objects::application("Atlassian (old)", &created, &home.domain.clone());
    made.insert("identifierUris".into(), json!([uri]));
    let principal = objects::service_principal(&made, &home.id.clone(), &created);
    let id = text(&made, "id").to_owned();
    home.add(Kind::Application, made, Wait::Nothing);
    home.add(Kind::ServicePrincipal, principal, Wait::Nothing);
    if sent["deleted"] == true {
        home.delete(Kind::Application, &id, now, &Wait::Nothing);
    }
    Ok(())
}

fn foreign_identifier_policy(world: &mut World, _: &Value) -> Done {
    world.quirks.foreign_identifiers_refused = true;
    Ok(())
}

fn no_certificate_action(world: &mut World, _: &Value) -> Done {
    world.quirks.no_certificate_action = true;
    Ok(())
}
