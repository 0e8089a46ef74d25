//! Applications and service principals, as Graph answers them. Field names: Microsoft's OpenAPI description of v1.0, and
//! entra.md 3 to 5. It must not know how to call anything.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::answer::lenient_base64;

/// An application object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// Object id.
    pub id: String,
    /// Client id.
    #[serde(default)]
    pub app_id: String,
    /// Name.
    #[serde(default)]
    pub display_name: String,
    /// The template it was made from.
    #[serde(default)]
    pub application_template_id: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Entity IDs.
    #[serde(default)]
    pub identifier_uris: Vec<String>,
    /// Where answers may be posted to.
    #[serde(default)]
    pub web: Web,
    /// The key that assertions are encrypted for; absent while they are not.
    #[serde(default)]
    pub token_encryption_key_id: Option<String>,
    /// Whether sign-in requests have to be signed, as Graph wrote it.
    #[serde(default)]
    pub request_signature_verification: Option<Value>,
    /// When it was made.
    #[serde(default)]
    pub created_date_time: Option<Timestamp>,
    /// When it was deleted; only among deleted items.
    #[serde(default)]
    pub deleted_date_time: Option<Timestamp>,
    /// Everything else, as Graph wrote it.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// The web part of an application.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Web {
    /// Reply URLs.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Which of them is the first, as Graph wrote it: `{"uri", "index"}`.
    #[serde(default)]
    pub redirect_uri_settings: Vec<Value>,
    /// Everything else, as Graph wrote it.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A service principal: the application in this tenant, "enterprise application" in the portal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipal {
    /// Object id.
    pub id: String,
    /// Client id of its application.
    #[serde(default)]
    pub app_id: String,
    /// Name.
    #[serde(default)]
    pub display_name: String,
    /// The template it was made from.
    #[serde(default)]
    pub application_template_id: Option<String>,
    /// Whether people can sign in to it; Graph leaves it out of some lists.
    #[serde(default)]
    pub account_enabled: Option<bool>,
    /// Whether only assigned people may use it.
    #[serde(default)]
    pub app_role_assignment_required: Option<bool>,
    /// `saml`, `password`, `oidc`, `notSupported`; absent while none was chosen.
    #[serde(default)]
    pub preferred_single_sign_on_mode: Option<String>,
    /// The certificate that signs: the SHA-1 of it in hexadecimal digits.
    #[serde(default)]
    pub preferred_token_signing_key_thumbprint: Option<String>,
    /// Who is told before the certificate expires.
    #[serde(default)]
    pub notification_email_addresses: Vec<String>,
    /// Where a log-in that begins on Entra's side goes.
    #[serde(default)]
    pub login_url: Option<String>,
    /// What SAML carries along.
    #[serde(default)]
    pub saml_single_sign_on_settings: Option<SamlSettings>,
    /// The roles that people and groups can be assigned to.
    #[serde(default)]
    pub app_roles: Vec<AppRole>,
    /// The key that assertions are encrypted for; absent while they are not.
    #[serde(default)]
    pub token_encryption_key_id: Option<String>,
    /// The certificates, their public halves only; the bytes come only where `key` was asked for (entra.md 4.4).
    #[serde(default)]
    pub key_credentials: Vec<KeyCredential>,
    /// The passwords of the certificates' private halves, without their values, as Graph wrote them.
    #[serde(default)]
    pub password_credentials: Vec<Value>,
    /// Where answers may be posted to, as the application has it.
    #[serde(default)]
    pub reply_urls: Vec<String>,
    /// Names by which requests may call it: client id and entity IDs.
    #[serde(default)]
    pub service_principal_names: Vec<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When it was made.
    #[serde(default)]
    pub created_date_time: Option<Timestamp>,
    /// Everything else, as Graph wrote it.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// What SAML carries along.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SamlSettings {
    /// Where the application takes a person who began on Entra's side.
    #[serde(default)]
    pub relay_state: Option<String>,
}

/// A role of an application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRole {
    /// Its id.
    pub id: String,
    /// Name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Whether it can be assigned.
    #[serde(default)]
    pub is_enabled: bool,
    /// `User` for people and groups, `Application`.
    #[serde(default)]
    pub allowed_member_types: Vec<String>,
    /// What a token says for it.
    #[serde(default)]
    pub value: Option<String>,
}

impl AppRole {
    /// Whether people and groups can have it.
    pub fn is_for_people(&self) -> bool {
        self.is_enabled
            && self
                .allowed_member_types
                .iter()
                .any(|kind| kind.eq_ignore_ascii_case("user"))
    }
}

/// Half of a certificate: each has one entry for signing and one for verifying, with the same `custom_key_identifier`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyCredential {
    /// What both halves and the password share, in Base64.
    #[serde(default)]
    pub custom_key_identifier: Option<String>,
    /// This half's id.
    #[serde(default)]
    pub key_id: Option<String>,
    /// The certificate's subject.
    #[serde(default)]
    pub display_name: Option<String>,
    /// From when it counts.
    #[serde(default)]
    pub start_date_time: Option<Timestamp>,
    /// Until when it counts.
    #[serde(default)]
    pub end_date_time: Option<Timestamp>,
    /// `Sign` or `Verify`.
    #[serde(default)]
    pub usage: Option<String>,
    /// `AsymmetricX509Cert` and others.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// The certificate in Base64, where it was asked for. Never a private key.
    #[serde(default)]
    pub key: Option<String>,
}

impl KeyCredential {
    /// The thumbprint as `preferredTokenSigningKeyThumbprint` writes it, in capitals: both documented samples show that the
    /// identifier is the thumbprint's bytes (entra.md 4.4). `None` where the identifier is something else.
    pub fn thumbprint(&self) -> Option<String> {
        let bytes = lenient_base64(self.custom_key_identifier.as_deref()?)?;
        let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        (bytes.len() == SHA1_BYTES).then(|| hex(bytes))
    }

    /// The half that anybody may verify signatures with.
    pub fn is_for_verifying(&self) -> bool {
        self.usage
            .as_deref()
            .is_some_and(|usage| usage.eq_ignore_ascii_case("verify"))
    }
}

/// The length of a SHA-1.
const SHA1_BYTES: usize = 20;

/// What instantiating a template made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Instantiated {
    /// The application.
    pub application: Application,
    /// Its service principal.
    pub service_principal: ServicePrincipal,
}

/// An owner of an application or service principal: usually a person, sometimes another service principal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// Object id.
    pub id: String,
    /// Name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// What they sign in with; persons only.
    #[serde(default)]
    pub user_principal_name: Option<String>,
}

/// A consent: which delegated scopes a client may use for whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PermissionGrant {
    /// Its id.
    pub id: String,
    /// The client's service principal.
    #[serde(default)]
    pub client_id: String,
    /// `AllPrincipals` or `Principal`.
    #[serde(default)]
    pub consent_type: String,
    /// For whom, when not for everybody.
    #[serde(default)]
    pub principal_id: Option<String>,
    /// The resource's service principal.
    #[serde(default)]
    pub resource_id: String,
    /// The scopes, with spaces between them.
    #[serde(default)]
    pub scope: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_are_kept_and_missing_ones_do_not_fail() {
        let application: Application = serde_json::from_value(serde_json::json!({
            "id": "a", "futureField": {"x": 1}, "web": {"homePageUrl": "https://x.test"}
        }))
        .expect("an application");
        assert_eq!(application.rest["futureField"]["x"], 1);
        assert_eq!(application.web.rest["homePageUrl"], "https://x.test");
        assert!(application.tags.is_empty() && application.application_template_id.is_none());
    }

    #[test]
    fn a_key_credential_tells_its_thumbprint() {
        let credential = |identifier: serde_json::Value| {
            serde_json::from_value::<KeyCredential>(
                serde_json::json!({"customKeyIdentifier": identifier, "usage": "Verify", "type": "AsymmetricX509Cert"}),
            )
            .expect("a credential")
        };
        let documented = credential("2iD8ppbE+D6Kmu1ZvjM2jtQh88E=".into());
        assert_eq!(
            documented.thumbprint().as_deref(),
            Some("DA20FCA696C4F83E8A9AED59BE33368ED421F3C1")
        );
        assert!(documented.is_for_verifying());
        assert_eq!(credential("c2hvcnQ=".into()).thumbprint(), None);
        assert_eq!(credential("!".into()).thumbprint(), None);
    }

    #[test]
    fn only_open_roles_for_people_are_for_people() {
        let role = |enabled: bool, kinds: &[&str]| {
            serde_json::from_value::<AppRole>(
                serde_json::json!({"id": "r", "isEnabled": enabled, "allowedMemberTypes": kinds}),
            )
            .expect("a role")
            .is_for_people()
        };
        assert!(role(true, &["User"]) && role(true, &["Application", "User"]));
        assert!(!role(false, &["User"]) && !role(true, &["Application"]) && !role(true, &[]));
    }
}
