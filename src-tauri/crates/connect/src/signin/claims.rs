//! What an identity token says about who signed in.
//!
//! It is read, not validated: it comes straight from the token endpoint over the connection that we opened, and nothing is
//! granted on its word. Access tokens are never looked into (entra.md 1.2).

use serde::Deserialize;

use crate::answer::lenient_base64;

/// Who signed in, and where.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Identity {
    /// The tenant's id.
    #[serde(rename = "tid")]
    pub(crate) tenant_id: String,
    /// The person's object id.
    #[serde(rename = "oid")]
    pub(crate) object_id: String,
    /// What they sign in with.
    #[serde(rename = "preferred_username", default)]
    pub(crate) user_principal_name: String,
    /// Their name.
    #[serde(default)]
    pub(crate) name: String,
}

/// Reads the middle part of the token.
pub(crate) fn identity_in(id_token: &str) -> Option<Identity> {
    let claims = id_token.split('.').nth(1)?;
    serde_json::from_slice(&lenient_base64(claims)?).ok()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn reads_the_claims_in_both_alphabets() {
        let claims = r#"{"tid":"t-1","oid":"o-1","preferred_username":"adele@contoso.test","name":"Adèle??>>"}"#;
        for middle in [URL_SAFE_NO_PAD.encode(claims), STANDARD.encode(claims)] {
            let identity = identity_in(&format!("header.{middle}.signature")).expect("an identity");
            assert_eq!(
                (identity.tenant_id.as_str(), identity.name.as_str()),
                ("t-1", "Adèle??>>")
            );
        }
    }

    #[test]
    fn anything_else_is_no_identity() {
        for token in ["", "a.b", "a.!!!.c", "opaque"] {
            assert_eq!(identity_in(token), None, "{token}");
        }
    }
}
