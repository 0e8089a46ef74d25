//! Requests to the token endpoint (entra.md 1.2, 1.3, 1.5). It must not keep what it gets.

use http::Method;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::claims::{Identity, identity_in};
use super::consent::{admin_consent_url, endpoint};
use super::faults::SignInFault;
use super::scopes::{OPENID, Scope, full_name};
use crate::answer::decode;
use crate::clouds::Cloud;
use crate::fault::{Fault, FaultKind, Seen, Service};
use crate::http::{Body, Http, Request};
use crate::retry::Safety;
use crate::secret::Secret;

/// What a token request needs to know: where, for which client, in which tenant.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) http: Http,
    pub(crate) cloud: Cloud,
    pub(crate) client_id: String,
    /// The tenant as it stands in the address.
    pub(crate) tenant: String,
}

/// What the endpoint gave.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) access: Secret,
    pub(crate) refresh: Option<Secret>,
    pub(crate) seconds: u64,
    /// As the endpoint wrote them; it may grant more than was asked.
    pub(crate) scope: String,
    pub(crate) identity: Option<Identity>,
}

#[derive(Deserialize)]
struct Written {
    access_token: String,
    refresh_token: Option<String>,
    id_token: Option<String>,
    #[serde(default)]
    expires_in: u64,
    #[serde(default)]
    scope: String,
}

impl Desk {
    /// An endpoint of this tenant.
    pub(crate) fn endpoint(&self, path: &str) -> Url {
        endpoint(&self.cloud.login, &self.tenant, path)
    }

    /// The scope parameter: whole names, so that they mean this cloud's Graph.
    pub(crate) fn scope_parameter<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> String {
        let names: Vec<_> = names
            .into_iter()
            .filter(|name| !OPENID.contains(name) && *name != "email")
            .collect();
        let whole = names.iter().map(|name| full_name(&self.cloud.graph, name));
        OPENID
            .iter()
            .map(|name| (*name).to_owned())
            .chain(whole)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Asks the token endpoint. `form` says what for; the client id is added here, never a secret.
    pub(crate) async fn tokens(
        &self,
        mut form: Vec<(&'static str, String)>,
        safety: Safety,
    ) -> Result<Tokens, Fault> {
        form.insert(0, ("client_id", self.client_id.clone()));
        let request = Request::of(
            Service::Entra,
            Method::POST,
            self.endpoint("oauth2/v2.0/token"),
            safety,
        )
        .body(Body::Form(form));
        let answer = self.http.send(request).await?;
        let seen: Seen<Value> = answer.read()?;
        let written: Written =
            decode(&seen.value, &seen.call).map_err(|fault| Fault { raw: None, ..fault })?;
        Ok(Tokens {
            access: Secret::new(written.access_token),
            refresh: written.refresh_token.map(Secret::new),
            seconds: written.expires_in,
            scope: written.scope,
            identity: written.id_token.as_deref().and_then(identity_in),
        })
    }

    /// The fault with the address to send to an administrator, where one is needed.
    pub(crate) fn with_consent_address(
        &self,
        mut fault: Fault,
        scopes: &[&'static Scope],
    ) -> Fault {
        if let FaultKind::SignIn(SignInFault::AdminApprovalNeeded {
            admin_consent_url: address,
        }) = &mut fault.kind
        {
            let url = admin_consent_url(
                &self.cloud,
                &self.tenant,
                &self.client_id,
                scopes,
                "http://localhost",
            );
            *address = url.into();
        }
        fault
    }
}
