//! Identifier URIs and reply URLs of an application: what they may look like, that an identifier is one application's own,
//! and the tenant's rule about identifiers of strangers.

use serde_json::{Map, Value, json};
use url::Url;

use super::Cx;
use super::errors::GraphError;
use crate::tenant::{Kind, Tenant, text};

/// Signs that no reply URL may have.
const FORBIDDEN: [char; 8] = ['!', '$', '\'', '(', ')', ',', ';', '*'];
/// The longest identifier and the longest reply URL.
const LONGEST: usize = 256;

/// Checks what a change would make of an application's addresses, and puts the two lists of reply URLs in step.
pub(crate) fn check(
    cx: &mut Cx,
    before: &Map<String, Value>,
    wanted: &mut Map<String, Value>,
    change: &Map<String, Value>,
) -> Result<(), GraphError> {
    if change.contains_key("identifierUris") {
        let uris = texts(wanted.get("identifierUris"));
        if uris.iter().any(|uri| !is_identifier(uri)) {
            return Err(invalid("identifierUris"));
        }
        check_unique(cx.tenant(), text(before, "id"), change)?;
        check_strangers(cx, before, &uris)?;
    }
    if let Some(web) = change.get("web").and_then(Value::as_object) {
        check_replies(wanted, web)?;
    }
    Ok(())
}

/// Refuses an identifier that another application has, also one in the recycle bin.
pub(crate) fn check_unique(
    tenant: &Tenant,
    id: &str,
    body: &Map<String, Value>,
) -> Result<(), GraphError> {
    let Some(wanted) = body.get("identifierUris").and_then(Value::as_array) else {
        return Ok(());
    };
    let deleted = tenant
        .deleted
        .iter()
        .filter(|item| item.kind == Kind::Application)
        .map(|item| &item.body);
    for other in tenant
        .truths(Kind::Application)
        .chain(deleted)
        .filter(|other| text(other, "id") != id)
    {
        let taken = other
            .get("identifierUris")
            .and_then(Value::as_array)
            .is_some_and(|uris| uris.iter().any(|uri| wanted.contains(uri)));
        if taken {
            let told =
                "Another object with the same value for property identifierUris already exists.";
            return Err(GraphError::new(
                400,
                "Request_MultipleObjectsWithSameKeyValue",
                told,
            ));
        }
    }
    Ok(())
}

fn invalid(property: &str) -> GraphError {
    GraphError::bad(format!(
        "Invalid value specified for property '{property}' of resource 'Application'."
    ))
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .map(|uri| uri.as_str().unwrap_or_default().to_owned())
        .collect()
}

fn is_identifier(uri: &str) -> bool {
    let schemes = ["https", "http", "urn", "api", "spn", "ms-appx"];
    uri.len() <= LONGEST
        && !uri.contains('*')
        && Url::parse(uri)
            .is_ok_and(|url| schemes.contains(&url.scheme()) && url.fragment().is_none())
}

/// The rule that a new identifier must show whose it is. An application in SAML mode is excepted, as soon as the replica
/// that answers knows of the mode.
fn check_strangers(
    cx: &mut Cx,
    before: &Map<String, Value>,
    uris: &[String],
) -> Result<(), GraphError> {
    if !cx.world.quirks.foreign_identifiers_refused {
        return Ok(());
    }
    let glance = cx.world.glance();
    let known = texts(before.get("identifierUris"));
    let tenant = cx.tenant();
    let app_id = text(before, "appId");
    let principal = tenant
        .by_app_id(Kind::ServicePrincipal, app_id)
        .map(|body| text(body, "id").to_owned())
        .unwrap_or_default();
    let mode = tenant.read(Kind::ServicePrincipal, &principal, glance);
    if mode.is_some_and(|body| text(&body, "preferredSingleSignOnMode") == "saml") {
        return Ok(());
    }
    let shows = |uri: &String| known.contains(uri) || shows_owner(tenant, app_id, uri);
    match uris.iter().find(|uri| !shows(uri)) {
        None => Ok(()),
        Some(uri) => Err(GraphError::bad(format!(
            "Failed to add identifier URI {uri}. All newly added URIs must contain a tenant verified domain, tenant ID, or app ID, as per the default tenant policy of your organization."
        ))),
    }
}

fn shows_owner(tenant: &Tenant, app_id: &str, uri: &str) -> bool {
    let host = Url::parse(uri)
        .ok()
        .and_then(|url| url.host_str().map(str::to_lowercase))
        .unwrap_or_default();
    let own = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
    uri.contains(app_id)
        || uri.contains(&tenant.id)
        || tenant
            .domains
            .iter()
            .any(|domain| domain.verified && own(&domain.name))
}

/// Checks the reply URLs of a change, and keeps the list of their settings in step.
pub(crate) fn check_replies(
    wanted: &mut Map<String, Value>,
    change: &Map<String, Value>,
) -> Result<(), GraphError> {
    let web = wanted.get_mut("web").ok_or_else(|| invalid("web"))?;
    let uris = texts(web.get("redirectUris"));
    let fresh = texts(change.get("redirectUris"));
    if fresh.iter().any(|uri| !is_reply(uri)) {
        return Err(invalid("redirectUris"));
    }
    let sent = change.get("redirectUriSettings").and_then(Value::as_array);
    for entry in sent.into_iter().flatten() {
        let index = &entry["index"];
        let known = entry["uri"]
            .as_str()
            .is_some_and(|uri| uris.iter().any(|own| own == uri));
        if !known || !(index.is_null() || index.as_u64().is_some()) {
            return Err(invalid("redirectUriSettings"));
        }
    }
    let settings: Vec<Value> = uris
        .iter()
        .map(|uri| json!({"uri": uri, "index": index_of(web, uri)}))
        .collect();
    let mut indexes: Vec<&Value> = settings.iter().map(|entry| &entry["index"]).collect();
    indexes.retain(|index| !index.is_null());
    let all = indexes.len();
    indexes.sort_by_key(|index| index.as_u64());
    indexes.dedup();
    if indexes.len() != all {
        return Err(invalid("redirectUriSettings"));
    }
    web["redirectUriSettings"] = settings.into();
    Ok(())
}

fn index_of(web: &Value, uri: &str) -> Value {
    let settings = web["redirectUriSettings"].as_array();
    settings
        .into_iter()
        .flatten()
        .find(|entry| entry["uri"] == uri)
        .map_or(Value::Null, |entry| entry["index"].clone())
}

fn is_reply(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else {
        return false;
    };
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    (url.scheme() == "https" || (url.scheme() == "http" && local))
        && uri.len() <= LONGEST
        && !uri.contains(FORBIDDEN)
        && url.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reply_urls_of_the_wrong_form_are_refused() {
        for good in [
            "https://auth.atlassian.com/login/callback?connection=saml-1a2b",
            "http://localhost:8080/x",
            "https://127.0.0.1:4000/login/callback?connection=saml-1a2b",
        ] {
            assert!(is_reply(good), "{good}");
        }
        let long = format!("https://contoso.com/{}", "a".repeat(240));
        for bad in [
            "http://contoso.com/x",
            "contoso.com",
            "https://contoso.com/a;b",
            "https://contoso.com/#x",
            &long,
        ] {
            assert!(!is_reply(bad), "{bad}");
        }
        assert!(is_identifier("https://auth.atlassian.com/saml/1") && is_identifier("urn:x:y"));
        assert!(!is_identifier("atlassian") && !is_identifier("https://*.contoso.com"));
    }
}
