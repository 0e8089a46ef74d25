//! `addTokenSigningCertificate`: the service makes a key and a certificate, keeps the key, and shows the certificate once
//! in full. It appears on the service principal late, and it signs nothing until somebody makes it active. The exception
//! is told at the place where it is made.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::Cx;
use super::credentials::identifier_of;
use super::errors::GraphError;
use super::objects::seen;
use crate::ids;
use crate::saml::keys::{SigningKey, new_signing_key};
use crate::tempo::{Wait, Write};
use crate::tenant::{Kind, Tenant, text};
use crate::wire::Answer;

/// The longest and the usual life of a certificate, in days.
const LONGEST: i64 = 3 * 366;

/// `POST /servicePrincipals/{id}/addTokenSigningCertificate`.
pub(crate) fn add(cx: &mut Cx) -> Result<Answer, GraphError> {
    if cx.world.quirks.no_certificate_action {
        return Err(GraphError::no_segment("addTokenSigningCertificate"));
    }
    let id = text(&seen(cx, Kind::ServicePrincipal)?, "id").to_owned();
    cx.may_manage(Some(&id))?;
    let body = if cx.call.body.is_empty() {
        Map::new()
    } else {
        cx.body()?
    };
    let now = cx.world.clock.now();
    let (name, ends) = wanted(&body, now)?;
    let wait = cx.world.wait(Write::Create);
    let key = make(cx.tenant(), &id, &name, (now, ends), wait);
    let context = format!(
        "{}/$metadata#microsoft.graph.selfSignedCertificate",
        cx.root()
    );
    let identifier = identifier_of(&key.key.thumbprint);
    Ok(Answer::json(
        200,
        &json!({
            "@odata.context": context,
            "customKeyIdentifier": identifier,
            "displayName": name,
            "endDateTime": date(ends),
            "key": STANDARD.encode(&key.key.certificate),
            // The answer names the key to sign and calls it one to verify.
            "keyId": key.sign_id,
            "startDateTime": date(now),
            "thumbprint": key.key.thumbprint,
            "type": "AsymmetricX509Cert",
            "usage": "Verify"
        }),
    ))
}

/// A certificate that was made, with the id of its signing half.
pub(crate) struct Made {
    pub key: SigningKey,
    sign_id: String,
}

/// Makes a certificate for a service principal; `life` is from when to when it is good.
pub(crate) fn make(
    tenant: &mut Tenant,
    principal: &str,
    name: &str,
    life: (Timestamp, Timestamp),
    wait: Wait,
) -> Made {
    let subject = name.strip_prefix("CN=").unwrap_or(name);
    let mut key = new_signing_key(subject, life.0, life.1);
    key.principal = principal.to_owned();
    let alone = tenant.keys_of(principal).all(|other| other.ends <= life.0);
    let replaces = alone && tenant.keys_of(principal).next().is_some();
    let sign_id = ids::guid();
    let credentials = credentials(&key, name, &sign_id);
    tenant.change(Kind::ServicePrincipal, principal, wait, |body| {
        for (list, entries) in credentials {
            if let Some(Value::Array(held)) = body.get_mut(list) {
                held.extend(entries);
            }
        }
        if replaces {
            // Where every other certificate has ended, the new one signs at once, before anybody else knows it.
            let active = key.thumbprint.clone().into();
            body.insert("preferredTokenSigningKeyThumbprint".into(), active);
        }
    });
    tenant.signing_keys.push(key.clone());
    Made { key, sign_id }
}

fn credentials(key: &SigningKey, name: &str, sign_id: &str) -> [(&'static str, Vec<Value>); 2] {
    let identifier = identifier_of(&key.thumbprint);
    let (starts, ends) = (date(key.starts), date(key.ends));
    // Nobody gets the private half back; of the public one, whoever selects it.
    let public = Value::from(STANDARD.encode(&key.certificate));
    let half = |usage: &str, kind: &str, id: &str, bytes: Value| {
        json!({
            "customKeyIdentifier": identifier, "displayName": name, "endDateTime": ends, "key": bytes, "keyId": id,
            "startDateTime": starts, "type": kind, "usage": usage
        })
    };
    let password = json!({
        "customKeyIdentifier": identifier, "displayName": name, "endDateTime": ends, "hint": null,
        "keyId": ids::guid(), "secretText": null, "startDateTime": starts
    });
    let keys = vec![
        half("Sign", "X509CertAndPassword", sign_id, Value::Null),
        half("Verify", "AsymmetricX509Cert", &ids::guid(), public),
    ];
    [
        ("keyCredentials", keys),
        ("passwordCredentials", vec![password]),
    ]
}

fn wanted(body: &Map<String, Value>, now: Timestamp) -> Result<(String, Timestamp), GraphError> {
    if let Some(name) = body
        .keys()
        .find(|name| !matches!(name.as_str(), "displayName" | "endDateTime"))
    {
        return Err(GraphError::bad(format!(
            "The parameter '{name}' in the request payload is not a valid parameter for the operation 'addTokenSigningCertificate'."
        )));
    }
    let name = text(body, "displayName");
    if name.len() <= 3 || !name.starts_with("CN=") {
        return Err(GraphError::bad(
            "Invalid value specified for property 'displayName': the name of a signing certificate starts with 'CN='.",
        ));
    }
    let longest = now + SignedDuration::from_hours(24 * LONGEST);
    let ends = match body.get("endDateTime") {
        None | Some(Value::Null) => now + SignedDuration::from_hours(24 * (LONGEST - 3)),
        Some(ends) => ends
            .as_str()
            .and_then(|ends| ends.parse::<Timestamp>().ok())
            .filter(|ends| *ends > now && *ends <= longest)
            .ok_or_else(|| {
                GraphError::bad(
                    "Invalid value specified for property 'endDateTime': it lies in the future and at most three years ahead.",
                )
            })?,
    };
    Ok((name.to_owned(), ends))
}

fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
