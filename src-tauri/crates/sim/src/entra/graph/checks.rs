//! What a value of an application or a service principal may be, property by property.

use serde_json::{Map, Value};

use super::errors::GraphError;
use super::objects::properties;
use super::properties::{Holds, holds};
use crate::tenant::Kind;

/// Properties that the service fills by itself.
const READ_ONLY: [&str; 12] = [
    "id",
    "createdDateTime",
    "deletedDateTime",
    "publisherDomain",
    "applicationTemplateId",
    "createdByAppId",
    "disabledByMicrosoftStatus",
    "appOwnerOrganizationId",
    "appDisplayName",
    "verifiedPublisher",
    "signInActivity",
    "appDescription",
];
/// The documented modes of `preferredSingleSignOnMode`.
const MODES: [&str; 4] = ["password", "saml", "notSupported", "oidc"];
/// The documented audiences of a registration.
const AUDIENCES: [&str; 4] = [
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
];

/// Refuses properties that the type does not have, that the service fills itself, or that hold something else.
pub(crate) fn check(
    kind: Kind,
    body: &Map<String, Value>,
    row: Option<&Map<String, Value>>,
) -> Result<(), GraphError> {
    for (name, value) in body.iter().filter(|(name, _)| !name.starts_with('@')) {
        let Some(wanted) = holds(properties(kind), name) else {
            return Err(GraphError::bad(format!("Invalid property '{name}'.")));
        };
        let creating_principal = row.is_none() && kind == Kind::ServicePrincipal;
        let read_only =
            READ_ONLY.contains(&name.as_str()) || (name == "appId" && !creating_principal);
        if read_only && row.is_none_or(|row| row.get(name) != Some(value)) {
            return Err(GraphError::bad(format!(
                "Property '{name}' is read-only and cannot be set."
            )));
        }
        check_value(kind, name, value, wanted)?;
    }
    Ok(())
}

fn check_value(kind: Kind, name: &str, value: &Value, wanted: Holds) -> Result<(), GraphError> {
    let fits = match wanted {
        Holds::Text => value.is_string() || value.is_null(),
        Holds::Bool => value.is_boolean() || value.is_null(),
        Holds::List => value.is_array(),
        Holds::Object => value.is_object() || value.is_null(),
    };
    if !fits {
        return Err(GraphError::bad(format!(
            "A value of an incompatible type was found for property '{name}' of resource '{}'.",
            kind.type_name()
        )));
    }
    let word = value.as_str().unwrap_or_default();
    let allowed = match name {
        "preferredSingleSignOnMode" => value.is_null() || MODES.contains(&word),
        "signInAudience" => AUDIENCES.contains(&word),
        "displayName" => !word.trim().is_empty() && word.chars().count() <= 256,
        "tags" => value.as_array().is_some_and(|tags| {
            tags.iter().all(|tag| {
                tag.as_str()
                    .is_some_and(|tag| !tag.is_empty() && tag.len() <= 256)
            })
        }),
        "notificationEmailAddresses" => are_mail_addresses(value),
        "loginUrl" | "logoutUrl" => value.is_null() || word.is_empty() || is_web_address(word),
        "preferredTokenSigningKeyThumbprint" => value.is_null() || is_thumbprint(word),
        "samlSingleSignOnSettings" => value.is_null() || is_relay_state(value),
        "requestSignatureVerification" => {
            value.is_null() || value["isSignedRequestRequired"].is_boolean()
        }
        _ => true,
    };
    if allowed {
        Ok(())
    } else {
        Err(GraphError::bad(format!(
            "Invalid value specified for property '{name}' of resource '{}'.",
            kind.type_name()
        )))
    }
}

/// At most five people hear of a certificate that ends.
fn are_mail_addresses(value: &Value) -> bool {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let is_one = |entry: &Value| {
        entry.as_str().is_some_and(|text| {
            let (local, domain) = text.split_once('@').unwrap_or_default();
            !local.is_empty() && domain.contains('.') && !text.contains(char::is_whitespace)
        })
    };
    list.len() <= 5 && list.iter().all(is_one)
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}

fn is_thumbprint(text: &str) -> bool {
    text.len() == 40 && text.chars().all(|sign| sign.is_ascii_hexdigit())
}

fn is_relay_state(value: &Value) -> bool {
    let settings = value.as_object().cloned().unwrap_or_default();
    let known = |(name, value): (&String, &Value)| {
        name.starts_with('@') || (name == "relayState" && (value.is_string() || value.is_null()))
    };
    settings.iter().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(name: &str, value: Value) -> bool {
        let body = Map::from_iter([(name.to_owned(), value)]);
        check(Kind::ServicePrincipal, &body, Some(&Map::new())).is_err()
    }

    #[test]
    fn what_sign_on_needs_is_checked() {
        let six: Vec<String> = (0..6)
            .map(|number| format!("{number}@contoso.com"))
            .collect();
        assert!(refused("notificationEmailAddresses", json!(six)));
        assert!(!refused("notificationEmailAddresses", json!(six[1..])));
        assert!(refused("notificationEmailAddresses", json!(["nobody"])));
        assert!(refused("loginUrl", json!("contoso.atlassian.net")));
        assert!(!refused("loginUrl", json!(null)));
        assert!(refused("preferredTokenSigningKeyThumbprint", json!("AB")));
        assert!(refused("samlSingleSignOnSettings", json!({"relay": "x"})));
        assert!(!refused(
            "samlSingleSignOnSettings",
            json!({"relayState": "x"})
        ));
        assert!(refused("preferredSingleSignOnMode", json!("SAML")));
    }
}
