//! The object behind the portal's Attributes & Claims, which only the beta version shows. One per service principal; there
//! is none until somebody changes the claims for the first time.

use serde_json::{Map, Value, json};

use super::Cx;
use super::errors::GraphError;
use super::objects::seen;
use crate::ids::derived_guid;
use crate::objects::map;
use crate::tenant::{Kind, text};
use crate::wire::Answer;

/// The forms that a subject can have.
const FORMATS: [&str; 5] = [
    "default",
    "unspecified",
    "emailAddress",
    "windowsDomainQualifiedName",
    "persistent",
];

/// `GET /servicePrincipals/{id}/claimsPolicy`.
pub(crate) fn one(cx: &mut Cx) -> Result<Answer, GraphError> {
    let principal = principal(cx)?;
    let policy = cx.tenant().claims_policies.get(&principal).cloned();
    let policy = policy.ok_or_else(|| GraphError::not_found(&principal))?;
    Ok(answer(cx, 200, policy))
}

/// `PUT /servicePrincipals/{id}/claimsPolicy`: in place of whatever was there.
pub(crate) fn put(cx: &mut Cx) -> Result<Answer, GraphError> {
    write(cx, 200)
}

/// `PATCH /servicePrincipals/{id}/claimsPolicy`: what is not mentioned stays.
pub(crate) fn patch(cx: &mut Cx) -> Result<Answer, GraphError> {
    write(cx, 201)
}

/// A policy as it is before anything is said.
pub(crate) fn empty(principal: &str) -> Map<String, Value> {
    map(json!({
        "@odata.type": "#microsoft.graph.customClaimsPolicy", "id": derived_guid(&format!("claims {principal}")),
        "includeBasicClaimSet": true, "includeApplicationIdInIssuer": false, "audienceOverride": null, "groupFilter": null,
        "claims": []
    }))
}

/// The claim that makes an attribute the subject, in the form of an e-mail address.
pub(crate) fn name_id_of(attribute: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.samlNameIdClaim", "nameIdFormat": "emailAddress", "serviceProviderNameQualifier": null,
        "configurations": [{
            "condition": null, "transformations": [],
            "attribute": {"@odata.type": "#microsoft.graph.sourcedAttribute", "id": attribute, "source": "user", "isExtensionAttribute": false}
        }]
    })
}

fn write(cx: &mut Cx, status: u16) -> Result<Answer, GraphError> {
    let principal = principal(cx)?;
    cx.may_manage(Some(&principal))?;
    let body = cx.body()?;
    check(&body)?;
    let standing = cx.tenant().claims_policies.get(&principal).cloned();
    let mut policy = match standing {
        Some(standing) if status == 201 => standing,
        _ => empty(&principal),
    };
    policy.extend(body.into_iter().filter(|(name, _)| !name.starts_with('@')));
    cx.tenant()
        .claims_policies
        .insert(principal, policy.clone());
    Ok(answer(cx, status, policy))
}

fn answer(cx: &Cx, status: u16, policy: Map<String, Value>) -> Answer {
    let id = &cx.keys[0];
    let context = format!(
        "{}/$metadata#servicePrincipals('{id}')/claimsPolicy/$entity",
        cx.root()
    );
    let mut body = map(json!({"@odata.context": context}));
    body.extend(policy);
    Answer::json(status, &Value::Object(body))
}

fn principal(cx: &mut Cx) -> Result<String, GraphError> {
    if cx.version != "beta" {
        return Err(GraphError::no_segment("claimsPolicy"));
    }
    Ok(text(&seen(cx, Kind::ServicePrincipal)?, "id").to_owned())
}

fn check(body: &Map<String, Value>) -> Result<(), GraphError> {
    for (name, value) in body.iter().filter(|(name, _)| !name.starts_with('@')) {
        let fits = match name.as_str() {
            "includeBasicClaimSet" | "includeApplicationIdInIssuer" => {
                value.is_boolean() || value.is_null()
            }
            "audienceOverride" => value.is_string() || value.is_null(),
            "groupFilter" => value.is_object() || value.is_null(),
            "claims" => are_claims(value),
            // A client that writes back what it read sends the id along.
            "id" => value.is_string(),
            other => return Err(GraphError::bad(format!("Invalid property '{other}'."))),
        };
        if !fits {
            return Err(GraphError::bad(format!(
                "Property {name} has an invalid value."
            )));
        }
    }
    Ok(())
}

fn are_claims(value: &Value) -> bool {
    let Some(claims) = value.as_array() else {
        return false;
    };
    let subjects = claims
        .iter()
        .filter(|claim| kind(claim) == "samlNameIdClaim");
    subjects.count() <= 1 && claims.iter().all(is_claim)
}

fn is_claim(claim: &Value) -> bool {
    let sourced = claim["configurations"]
        .as_array()
        .is_some_and(|all| !all.is_empty() && all.iter().all(is_configuration));
    match kind(claim) {
        "samlNameIdClaim" => {
            let format = claim["nameIdFormat"].as_str().unwrap_or("default");
            sourced && FORMATS.contains(&format)
        }
        "customClaim" => {
            let formats = claim["tokenFormat"].as_array();
            let known = |format: &Value| format == "saml" || format == "jwt";
            let named = claim["name"].as_str().is_some_and(|name| !name.is_empty());
            sourced && named && formats.is_some_and(|all| all.iter().all(known))
        }
        _ => false,
    }
}

fn is_configuration(configuration: &Value) -> bool {
    let attribute = &configuration["attribute"];
    let named = attribute["id"].is_string() && attribute["source"].is_string();
    let transformed = configuration["transformations"]
        .as_array()
        .is_some_and(|all| !all.is_empty());
    named || attribute["value"].is_string() || transformed
}

fn kind(claim: &Value) -> &str {
    claim["@odata.type"]
        .as_str()
        .unwrap_or_default()
        .trim_start_matches("#microsoft.graph.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_says_where_it_comes_from_and_there_is_one_subject() {
        let claim = name_id_of("mail");
        assert!(are_claims(&json!([claim])));
        assert!(!are_claims(&json!([claim, claim])));
        let mut odd = claim.clone();
        odd["nameIdFormat"] = "mail".into();
        assert!(!are_claims(&json!([odd])));
        assert!(!are_claims(
            &json!([{"@odata.type": "#microsoft.graph.customClaim", "name": "x"}])
        ));
        assert!(check(&map(json!({"colour": 1}))).is_err());
    }
}
