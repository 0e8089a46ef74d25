//! What a claims mapping policy may say. Its rules stand as JSON in a text, with names whose case counts.

use serde_json::{Map, Value};

use super::errors::GraphError;
use super::properties::{CLAIMS_MAPPING_POLICY, holds};

/// The claim that becomes the subject of an assertion.
pub(crate) const NAME_ID: &str =
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";
/// The attributes of a person that may become it, beside the fifteen extension attributes.
const NAME_ID_SOURCES: [&str; 5] = [
    "mail",
    "userprincipalname",
    "onpremisessamaccountname",
    "employeeid",
    "telephonenumber",
];

/// Checks a policy as a client sent it; `whole` when nothing may be left out.
pub(crate) fn check(body: &Map<String, Value>, whole: bool) -> Result<(), GraphError> {
    for (name, value) in body.iter().filter(|(name, _)| !name.starts_with('@')) {
        let fits = match name.as_str() {
            "definition" => is_definition(value),
            "isOrganizationDefault" => value.is_boolean() || value.is_null(),
            "displayName" => value.as_str().is_some_and(|name| !name.trim().is_empty()),
            "description" => value.is_string() || value.is_null(),
            other if holds(CLAIMS_MAPPING_POLICY, other).is_some() => false,
            other => return Err(GraphError::bad(format!("Invalid property '{other}'."))),
        };
        if !fits {
            return Err(GraphError::bad(format!(
                "Property {name} has an invalid value."
            )));
        }
    }
    let missing = ["definition", "displayName"]
        .into_iter()
        .find(|name| !body.contains_key(*name));
    match missing.filter(|_| whole) {
        Some(name) => Err(GraphError::bad(format!(
            "A value is required for property '{name}' of resource 'Policy'."
        ))),
        None => Ok(()),
    }
}

fn is_definition(value: &Value) -> bool {
    let [Value::String(text)] = value.as_array().map(Vec::as_slice).unwrap_or_default() else {
        return false;
    };
    let read: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    let policy = &read["ClaimsMappingPolicy"];
    let basic = &policy["IncludeBasicClaimSet"];
    let schema = policy["ClaimsSchema"].as_array();
    policy["Version"] == 1
        && (basic.is_null() || basic == "true" || basic == "false")
        && schema.is_none_or(|entries| entries.iter().all(is_entry))
}

fn is_entry(entry: &Value) -> bool {
    let word = |name: &str| entry[name].as_str().unwrap_or_default();
    let sourced = !word("Source").is_empty() && !word("ID").is_empty();
    let named = !word("SamlClaimType").is_empty() || !word("JwtClaimType").is_empty();
    let subject = word("SamlClaimType") == NAME_ID;
    let fit = !subject || word("Source") == "transformation" || names_somebody(word("ID"));
    (sourced || entry["Value"].is_string()) && named && fit
}

fn names_somebody(attribute: &str) -> bool {
    let lower = attribute.to_lowercase();
    NAME_ID_SOURCES.contains(&lower.as_str()) || lower.starts_with("extensionattribute")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn accepted(definition: &str) -> bool {
        let body = json!({"displayName": "Claims", "definition": [definition]});
        check(body.as_object().expect("an object"), true).is_ok()
    }

    #[test]
    fn the_case_of_the_names_counts_and_only_some_attributes_name_somebody() {
        let with = |rest: &str| format!(r#"{{"ClaimsMappingPolicy":{{"Version":1,{rest}}}}}"#);
        let entry = |id: &str| {
            with(&format!(
                r#""IncludeBasicClaimSet":"true","ClaimsSchema":[{{"Source":"user","ID":"{id}","SamlClaimType":"{NAME_ID}"}}]"#
            ))
        };
        assert!(accepted(&entry("mail")) && accepted(&entry("extensionattribute3")));
        assert!(!accepted(&entry("displayname")));
        assert!(!accepted(
            &entry("mail").replace("\"Version\"", "\"version\"")
        ));
        assert!(!accepted(&entry("mail").replace("\"true\"", "true")));
        assert!(!accepted("{}") && !accepted("nothing"));
        assert!(
            check(
                json!({"displayName": "x"}).as_object().expect("an object"),
                true
            )
            .is_err()
        );
        assert!(
            check(
                json!({"displayName": "x"}).as_object().expect("an object"),
                false
            )
            .is_ok()
        );
    }
}
