//! What an assertion says about a person: claims mapping policies, and the claims policy that the portal edits (entra.md 4.6).
//!
//! The latter is beta and may be missing; it is handed on as it is, to the last null, because an undo writes it back. It must
//! not know which claims are right.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::paging::list;
use super::{Graph, ServicePrincipal, done, escaped, made};
use crate::fault::{Call, Fault, Meaning, Seen};
use crate::http::Body;
use crate::retry::Safety;

const POLICIES: &str = "/v1.0/policies/claimsMappingPolicies";

/// A claims mapping policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimsMappingPolicy {
    /// Its id.
    pub id: String,
    /// Name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// What it says: JSON texts, one as a rule.
    #[serde(default)]
    pub definition: Vec<String>,
    /// Whether it holds for every application that has no other.
    #[serde(default)]
    pub is_organization_default: Option<bool>,
}

impl Graph {
    /// The claims mapping policies of a service principal: one at most. Any silences the portal's own page. Scope
    /// Policy.Read.All with Application.Read.All.
    ///
    /// # Errors
    /// Any [`Fault`]; as for every read here.
    pub async fn claims_mapping_policies(
        &self,
        service_principal: &str,
    ) -> Result<Seen<Vec<ClaimsMappingPolicy>>, Fault> {
        self.all(list(&assigned(service_principal), vec![])).await
    }

    /// Every claims mapping policy of the tenant, assigned or not: this finds one again whose making got no answer. Scope
    /// Policy.Read.All.
    ///
    /// # Errors
    /// Any [`Fault`].
    pub async fn all_claims_mapping_policies(
        &self,
    ) -> Result<Seen<Vec<ClaimsMappingPolicy>>, Fault> {
        self.all(list(POLICIES, vec![])).await
    }

    /// The service principals that a claims mapping policy holds for: whoever deletes it changes all of them. Scope
    /// Policy.Read.All.
    ///
    /// # Errors
    /// Any [`Fault`].
    pub async fn claims_mapping_policy_holds_for(
        &self,
        policy: &str,
    ) -> Result<Seen<Vec<ServicePrincipal>>, Fault> {
        let path = format!("{POLICIES}/{}/appliesTo", escaped(policy));
        self.all(list(&path, vec![])).await
    }

    /// Makes a claims mapping policy; it holds for nothing until it is assigned. Scope Policy.ReadWrite.ApplicationConfiguration.
    ///
    /// # Errors
    /// As for every creation: after a doubtful failure look before trying again.
    pub async fn create_claims_mapping_policy(
        &self,
        body: Value,
    ) -> Result<Seen<ClaimsMappingPolicy>, Fault> {
        made(
            &self
                .write(Method::POST, POLICIES, Body::Json(body), Safety::Once)
                .await?,
        )
    }

    /// Assigns a claims mapping policy to a service principal. Scope Application.ReadWrite.All with
    /// Policy.ReadWrite.ApplicationConfiguration.
    ///
    /// # Errors
    /// [`crate::Meaning::OtherPolicy`] when it has one; [`crate::FaultKind::NotFound`] soon after the policy was made.
    pub async fn assign_claims_mapping_policy(
        &self,
        service_principal: &str,
        policy: &str,
    ) -> Result<Call, Fault> {
        let path = format!("{}/$ref", assigned(service_principal));
        self.refer_to(&path, &format!("{POLICIES}/{}", escaped(policy)))
            .await
    }

    /// Takes a claims mapping policy from a service principal; the policy stays.
    ///
    /// # Errors
    /// [`crate::FaultKind::NotFound`] when it is not assigned.
    pub async fn unassign_claims_mapping_policy(
        &self,
        service_principal: &str,
        policy: &str,
    ) -> Result<Call, Fault> {
        let path = format!("{}/{}/$ref", assigned(service_principal), escaped(policy));
        self.delete(&path).await
    }

    /// Deletes a claims mapping policy. It cannot be restored.
    ///
    /// # Errors
    /// [`crate::FaultKind::NotFound`]: gone already.
    pub async fn delete_claims_mapping_policy(&self, policy: &str) -> Result<Call, Fault> {
        self.delete(&format!("{POLICIES}/{}", escaped(policy)))
            .await
    }

    /// The claims policy that the portal's page edits, as it is; `None` while there is none. Beta, so its shape is not promised.
    /// Scope Policy.ReadWrite.ApplicationConfiguration, for reading too (entra.md 4.6).
    ///
    /// # Errors
    /// [`crate::Meaning::NoSuchCall`] where the cloud has no such call.
    pub async fn claims_policy(
        &self,
        service_principal: &str,
    ) -> Result<Seen<Option<Value>>, Fault> {
        match self.whole(&portal_claims(service_principal), &[]).await {
            Ok(seen) => Ok(Seen::clone(&seen).map(one_policy)),
            Err(fault) => none_yet(fault),
        }
    }

    /// Writes the claims policy that the portal's page edits, whole.
    ///
    /// # Errors
    /// [`crate::FaultKind::NotFound`] for two minutes after the application was made; writing the same twice is the same as once.
    pub async fn put_claims_policy(
        &self,
        service_principal: &str,
        policy: Value,
    ) -> Result<Call, Fault> {
        let path = portal_claims(service_principal);
        self.write(Method::PUT, &path, Body::Json(policy), Safety::Idempotent)
            .await
            .map(done)
    }
}

/// Not found is the answer of an application that nobody gave a policy, unless the whole call is not found.
fn none_yet(fault: Fault) -> Result<Seen<Option<Value>>, Fault> {
    let none = fault.is_not_found() && !fault.means(Meaning::NoSuchCall);
    match fault.call.clone().filter(|_| none) {
        Some(call) => Ok(Seen {
            value: None,
            call,
            server_date: None,
        }),
        None => Err(fault),
    }
}

/// The reference shows a list of one, the how-to the object alone (entra.md 4.6).
fn one_policy(answer: Value) -> Option<Value> {
    match answer {
        Value::Object(mut fields) => match fields.remove("value") {
            Some(Value::Array(found)) => found.into_iter().next(),
            Some(Value::Null) => None,
            Some(one) => Some(one),
            None => Some(Value::Object(fields)),
        },
        _ => None,
    }
}

fn assigned(service_principal: &str) -> String {
    format!(
        "/v1.0/servicePrincipals/{}/claimsMappingPolicies",
        escaped(service_principal)
    )
}

fn portal_claims(service_principal: &str) -> String {
    format!(
        "/beta/servicePrincipals/{}/claimsPolicy",
        escaped(service_principal)
    )
}
