//! The sign-in log (entra.md 7). It must not know which sign-in is waited for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::paging::list;
use super::{Graph, quoted, whole_seconds};
use crate::fault::{Fault, Seen};

/// One attempt to sign in to an application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// Its id.
    pub id: String,
    /// When.
    #[serde(default)]
    pub created_date_time: Option<Timestamp>,
    /// What they signed in with.
    #[serde(default)]
    pub user_principal_name: Option<String>,
    /// Who, by object id.
    #[serde(default)]
    pub user_id: Option<String>,
    /// To what, by client id.
    #[serde(default)]
    pub app_id: Option<String>,
    /// How it ended.
    #[serde(default)]
    pub status: SignInStatus,
    /// `success`, `failure`, `notApplied`.
    #[serde(default)]
    pub conditional_access_status: Option<String>,
    /// The number that the sign-in page shows.
    #[serde(default)]
    pub correlation_id: Option<String>,
    /// From where.
    #[serde(default)]
    pub ip_address: Option<String>,
}

/// How a sign-in ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInStatus {
    /// Zero for a success, else the number behind `AADSTS`; absent when Graph did not say.
    #[serde(default)]
    pub error_code: Option<i64>,
    /// Why not, in Microsoft's words.
    #[serde(default)]
    pub failure_reason: Option<String>,
    /// More of it.
    #[serde(default)]
    pub additional_details: Option<String>,
}

impl SignIn {
    /// True when it led in.
    pub fn is_success(&self) -> bool {
        self.status.error_code == Some(0)
    }
}

impl Graph {
    /// The attempts to sign in to an application since a moment, the latest first. They appear two to five minutes late. Scope
    /// AuditLog.Read.All.
    ///
    /// # Errors
    /// [`crate::Meaning::NoPremium`] in a tenant without P1; [`crate::Meaning::NoReportsRole`] for people whose roles may not
    /// read reports, as those of application administrators.
    pub async fn sign_ins(
        &self,
        app_id: &str,
        since: Timestamp,
    ) -> Result<Seen<Vec<SignIn>>, Fault> {
        let filter = format!(
            "appId eq {} and createdDateTime ge {}",
            quoted(app_id),
            whole_seconds(since)
        );
        self.all(list(
            "/v1.0/auditLogs/signIns",
            vec![("$filter", filter), ("$top", "50".to_owned())],
        ))
        .await
    }
}
