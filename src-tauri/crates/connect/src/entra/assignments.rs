//! Who may use an application: people and groups, each in one of its roles (entra.md 5). It must not choose the role.

use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::paging::list;
use super::{Graph, escaped, made};
use crate::fault::{Call, Fault, Seen};
use crate::http::Body;
use crate::retry::Safety;

/// A person or group that may use an application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    /// Its id.
    pub id: String,
    /// Who.
    #[serde(default)]
    pub principal_id: String,
    /// `User`, `Group` or `ServicePrincipal`.
    #[serde(default)]
    pub principal_type: Option<String>,
    /// Their name.
    #[serde(default)]
    pub principal_display_name: Option<String>,
    /// In which role; zeros for none.
    #[serde(default)]
    pub app_role_id: String,
    /// Since when.
    #[serde(default)]
    pub created_date_time: Option<Timestamp>,
}

impl Graph {
    /// Everybody who is assigned to a service principal. The list can only be filtered here (entra.md 5.2). Scope
    /// Application.Read.All.
    ///
    /// # Errors
    /// Any [`Fault`]; as for every read here.
    pub async fn assignments(
        &self,
        service_principal: &str,
    ) -> Result<Seen<Vec<Assignment>>, Fault> {
        let query = vec![("$top", "999".to_owned())];
        self.all(list(&assigned_to(service_principal), query)).await
    }

    /// Assigns a person or group. Scope Application.ReadWrite.All.
    ///
    /// # Errors
    /// [`crate::Meaning::AlreadyAssigned`], which is a success in other words; [`crate::Meaning::NoSuchRole`];
    /// [`crate::Meaning::NotYet`] and [`crate::FaultKind::NotFound`] soon after the person was made.
    pub async fn assign(
        &self,
        service_principal: &str,
        principal: &str,
        role: &str,
    ) -> Result<Seen<Assignment>, Fault> {
        let body =
            json!({"principalId": principal, "resourceId": service_principal, "appRoleId": role});
        let path = assigned_to(service_principal);
        made(
            &self
                .write(Method::POST, &path, Body::Json(body), Safety::Once)
                .await?,
        )
    }

    /// Takes an assignment away, by its own id.
    ///
    /// # Errors
    /// [`crate::FaultKind::NotFound`]: gone already.
    pub async fn unassign(&self, service_principal: &str, assignment: &str) -> Result<Call, Fault> {
        let path = format!("{}/{}", assigned_to(service_principal), escaped(assignment));
        self.delete(&path).await
    }
}

fn assigned_to(service_principal: &str) -> String {
    format!(
        "/v1.0/servicePrincipals/{}/appRoleAssignedTo",
        escaped(service_principal)
    )
}
