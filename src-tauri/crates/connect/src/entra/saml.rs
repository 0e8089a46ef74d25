//! SAML single sign-on: the certificate, the metadata, and the service principal with everything that belongs to them
//! (entra.md 4). It must not know which certificate is the right one.

use futures::FutureExt;
use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::paging::select;
use super::{Graph, ServicePrincipal, escaped, made, typed, whole_seconds};
use crate::fault::{Fault, Seen, Service};
use crate::http::{Body, Request};
use crate::retry::Safety;

/// Everything about single sign-on that a service principal carries. Key bytes come only when they are named here (entra.md 4.4).
const SAML: &str = "id,appId,displayName,applicationTemplateId,accountEnabled,appRoleAssignmentRequired,preferredSingleSignOnMode,preferredTokenSigningKeyThumbprint,notificationEmailAddresses,loginUrl,samlSingleSignOnSettings,appRoles,tokenEncryptionKeyId,keyCredentials,passwordCredentials,replyUrls,servicePrincipalNames,tags";

/// A tenant's metadata has some tens of kilobytes; with every certificate it may list it stays far below this.
const LONGEST_METADATA: usize = 1024 * 1024;

/// A certificate that was just made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SigningCertificate {
    /// The SHA-1 of the certificate in hexadecimal digits.
    pub thumbprint: String,
    /// The certificate in Base64; only this answer brings it without being asked.
    pub key: String,
    /// What both halves and the password share, in Base64.
    #[serde(default)]
    pub custom_key_identifier: Option<String>,
    /// The id of the half that signs, although `usage` says otherwise (entra.md 4.4): match by the identifier instead.
    #[serde(default)]
    pub key_id: Option<String>,
    /// From when it counts.
    #[serde(default)]
    pub start_date_time: Option<Timestamp>,
    /// Until when it counts.
    #[serde(default)]
    pub end_date_time: Option<Timestamp>,
}

impl Graph {
    /// A service principal with everything that belongs to single sign-on, the certificates' bytes included. Scope
    /// Application.Read.All.
    ///
    /// # Errors
    /// Any [`Fault`]. Reading key bytes is limited to some 150 a minute (entra.md 8.2).
    pub async fn saml_principal(
        &self,
        service_principal: &str,
    ) -> Result<Seen<ServicePrincipal>, Fault> {
        let path = format!("/v1.0/servicePrincipals/{}", escaped(service_principal));
        self.one(&path, &[select(SAML)]).await
    }

    /// Makes a certificate that signs assertions; the name has to begin with `CN=`, the end may be three years away. It does not
    /// sign before its thumbprint is the preferred one, unless it is the only one that counts. Scope Application.ReadWrite.All.
    ///
    /// # Errors
    /// [`crate::Meaning::NoSuchCall`] where the cloud has no such call (entra.md 1.1). After a doubtful failure look at the
    /// service principal before trying again: every success makes one more.
    pub async fn add_token_signing_certificate(
        &self,
        service_principal: &str,
        display_name: &str,
        end: Timestamp,
    ) -> Result<Seen<SigningCertificate>, Fault> {
        let path = format!(
            "/v1.0/servicePrincipals/{}/addTokenSigningCertificate",
            escaped(service_principal)
        );
        let body = json!({"displayName": display_name, "endDateTime": whole_seconds(end)});
        made(
            &self
                .write(Method::POST, &path, Body::Json(body), Safety::Once)
                .await?,
        )
    }

    /// The tenant's federation metadata, as anybody may read it: with the client id that of one application, with its own
    /// certificate, without it the tenant's (entra.md 4.5). It may lag some minutes behind a new certificate.
    ///
    /// # Errors
    /// Any [`Fault`]. Redirections are not followed and more than a megabyte is not read.
    pub async fn federation_metadata(
        &self,
        tenant_id: &str,
        app_id: Option<&str>,
    ) -> Result<Seen<String>, Fault> {
        let mut url = self.cloud.login.clone();
        url.set_path(&format!(
            "/{}/federationmetadata/2007-06/federationmetadata.xml",
            escaped(tenant_id)
        ));
        if let Some(app_id) = app_id {
            url.query_pairs_mut().append_pair("appid", app_id);
        }
        let http = self.http.clone();
        let reading = self.pass.once(format!("GET {url}"), move || {
            async move {
                let request = Request::get(Service::Entra, url)
                    .header("accept", "application/xml")
                    .at_most(LONGEST_METADATA);
                let answer = http.send(request).await.map_err(std::sync::Arc::new)?;
                // Microsoft begins it with a byte order mark, which no reader of XML from text wants.
                let text = answer.text.trim_start_matches('\u{feff}');
                let text = Value::String(text.to_owned());
                Ok(std::sync::Arc::new(answer.seen(text)))
            }
            .boxed()
        });
        typed(&*reading.await?)
    }
}
