//! What Microsoft Graph answers, as far as we read it.
//!
//! Words that Graph may extend (modes, types, states) stay texts, missing optional fields never fail, and what we do not name is
//! kept in `rest`. Field names: Microsoft's OpenAPI description of v1.0, and entra.md 2 and 3. It must not know how to call anything.

mod applications;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use applications::*;

/// The signed-in person (`GET /me`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// Object id.
    pub id: String,
    /// Name.
    #[serde(default)]
    pub display_name: String,
    /// What they sign in with.
    #[serde(default)]
    pub user_principal_name: String,
    /// E-mail address; absent without a mailbox.
    #[serde(default)]
    pub mail: Option<String>,
    /// Every address of the mailbox, as `smtp:alias@contoso.com`.
    #[serde(default)]
    pub proxy_addresses: Option<Vec<String>>,
    /// `Member` or `Guest`.
    #[serde(default)]
    pub user_type: Option<String>,
}

impl Me {
    /// Every e-mail address of theirs: what they sign in with, which may be none, and those of their mailbox.
    pub fn addresses(&self) -> Vec<String> {
        let mut all = vec![self.user_principal_name.clone()];
        let proxies = self.proxy_addresses.iter().flatten();
        let mails = proxies.filter_map(|proxy| match proxy.split_once(':') {
            Some((kind, mail)) if kind.eq_ignore_ascii_case("smtp") => Some(mail),
            _ => None,
        });
        for mail in self.mail.iter().map(String::as_str).chain(mails) {
            if !all.iter().any(|known| known.eq_ignore_ascii_case(mail)) {
                all.push(mail.to_owned());
            }
        }
        all
    }
}

/// The tenant (`GET /organization`, an array of one).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// The tenant's id.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub display_name: String,
    /// Its verified domains.
    #[serde(default)]
    pub verified_domains: Vec<VerifiedDomain>,
    /// `AAD`, `AAD B2C` or `CIAM`; the latter two cannot provision.
    #[serde(default)]
    pub tenant_type: Option<String>,
    /// Whether people come from a local directory.
    #[serde(default)]
    pub on_premises_sync_enabled: Option<bool>,
    /// Country.
    #[serde(default)]
    pub country_letter_code: Option<String>,
    /// Who is told about certificates that expire.
    #[serde(default)]
    pub technical_notification_mails: Vec<String>,
}

/// A verified domain as the organization lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedDomain {
    /// The domain.
    pub name: String,
    /// The one that new accounts get.
    #[serde(default)]
    pub is_default: bool,
    /// The `onmicrosoft.com` one.
    #[serde(default)]
    pub is_initial: bool,
    /// `Managed` or `Federated`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
}

/// An active directory role of the signed-in person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    /// Object id of the role in this tenant.
    pub id: String,
    /// The role's id that is the same everywhere; absent when the scope does not suffice to see it (entra.md 2.2).
    #[serde(default, rename = "roleTemplateId")]
    pub template_id: Option<String>,
    /// Name.
    #[serde(default)]
    pub display_name: Option<String>,
}

/// A role that the person may activate (PIM).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EligibleRole {
    /// Id of this eligibility.
    pub id: String,
    /// The role; for a built-in one its template id.
    #[serde(default)]
    pub role_definition_id: String,
    /// `/` for the whole tenant, else the one object it holds for.
    #[serde(default)]
    pub directory_scope_id: Option<String>,
    /// `Direct` or `Group`.
    #[serde(default)]
    pub member_type: Option<String>,
    /// When it ends.
    #[serde(default)]
    pub end_date_time: Option<Timestamp>,
    /// The role's name, when expanded.
    #[serde(default)]
    pub role_definition: Option<RoleDefinition>,
}

impl EligibleRole {
    /// The role's id that is the same everywhere.
    pub fn template_id(&self) -> &str {
        self.role_definition
            .as_ref()
            .and_then(|role| role.template_id.as_deref())
            .unwrap_or(&self.role_definition_id)
    }

    /// The role's name, or its id when the name did not come.
    pub fn display_name(&self) -> &str {
        self.role_definition
            .as_ref()
            .and_then(|role| role.display_name.as_deref())
            .unwrap_or(&self.role_definition_id)
    }

    /// True when it holds for the whole tenant.
    pub fn is_tenant_wide(&self) -> bool {
        self.directory_scope_id
            .as_deref()
            .is_none_or(|scope| scope == "/")
    }
}

/// The definition behind a role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleDefinition {
    /// Name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// The id that is the same everywhere.
    #[serde(default)]
    pub template_id: Option<String>,
}

/// What the tenant is licensed for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Licences {
    /// Entra ID P1 (group assignment, logs through Graph).
    pub p1: bool,
    /// Entra ID P2 (PIM).
    pub p2: bool,
    /// Every subscription.
    pub skus: Vec<Sku>,
}

/// Service plan ids from entra.md 2.4; government ids may differ, so names count too.
const P1: (&str, &str) = ("41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AAD_PREMIUM");
const P2: (&str, &str) = ("eec0eb4f-6444-4f95-aba0-50c24d67f998", "AAD_PREMIUM_P2");

impl Licences {
    /// Reads the plans of subscriptions that are alive.
    pub fn of(skus: Vec<Sku>) -> Self {
        let has = |plan: (&str, &str)| {
            skus.iter()
                .filter(|sku| sku.is_alive())
                .any(|sku| sku.holds(plan))
        };
        // P2 includes everything of P1, also where a subscription lists only the P2 plan.
        Self {
            p1: has(P1) || has(P2),
            p2: has(P2),
            skus,
        }
    }
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sku {
    /// Its name in Microsoft's list.
    #[serde(default)]
    pub sku_part_number: String,
    /// `Enabled`, `Warning`, `Suspended`, `Deleted`, `LockedOut`.
    #[serde(default)]
    pub capability_status: String,
    /// Seats taken.
    #[serde(default)]
    pub consumed_units: i64,
    /// Seats bought.
    #[serde(default)]
    pub prepaid_units: Units,
    /// What it contains.
    #[serde(default)]
    pub service_plans: Vec<ServicePlan>,
}

/// Seats by state.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Units {
    /// Usable.
    #[serde(default)]
    pub enabled: i64,
    /// Not usable any more.
    #[serde(default)]
    pub suspended: i64,
    /// In grace.
    #[serde(default)]
    pub warning: i64,
}

/// A part of a subscription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePlan {
    /// Its id.
    #[serde(default)]
    pub service_plan_id: String,
    /// Its name.
    #[serde(default)]
    pub service_plan_name: String,
    /// `Success`, `Disabled`, `PendingInput`, `PendingActivation`.
    #[serde(default)]
    pub provisioning_status: String,
}

impl Sku {
    fn is_alive(&self) -> bool {
        matches!(self.capability_status.as_str(), "Enabled" | "Warning")
    }

    fn holds(&self, (id, name): (&str, &str)) -> bool {
        let same = |plan: &ServicePlan| {
            plan.service_plan_id.eq_ignore_ascii_case(id) || plan.service_plan_name == name
        };
        self.service_plans
            .iter()
            .any(|plan| same(plan) && plan.provisioning_status != "Disabled")
    }
}

/// A domain of the tenant (`GET /domains`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Domain {
    /// The domain's name.
    #[serde(rename = "id")]
    pub name: String,
    /// Proven to be the tenant's.
    #[serde(default)]
    pub is_verified: bool,
    /// The one that new accounts get.
    #[serde(default)]
    pub is_default: bool,
    /// The `onmicrosoft.com` one.
    #[serde(default)]
    pub is_initial: bool,
    /// `Managed` or `Federated`.
    #[serde(default)]
    pub authentication_type: Option<String>,
}

/// An application template of the gallery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub display_name: String,
    /// Who publishes it.
    #[serde(default)]
    pub publisher: Option<String>,
    /// What it is.
    #[serde(default)]
    pub description: Option<String>,
    /// `saml`, `password`, `oidc` and others.
    #[serde(default)]
    pub supported_single_sign_on_modes: Vec<String>,
    /// `sync` where provisioning exists.
    #[serde(default)]
    pub supported_provisioning_types: Vec<String>,
}

impl Template {
    /// Whether SAML single sign-on is among its modes.
    pub fn supports_saml(&self) -> bool {
        self.supported_single_sign_on_modes
            .iter()
            .any(|mode| mode.eq_ignore_ascii_case("saml"))
    }

    /// Whether it says that it can provision.
    pub fn supports_provisioning(&self) -> bool {
        self.supported_provisioning_types
            .iter()
            .any(|kind| kind.eq_ignore_ascii_case("sync"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sku(status: &str, plan: &str, state: &str) -> Sku {
        let plan = serde_json::json!({"servicePlanId": "x", "servicePlanName": plan, "provisioningStatus": state});
        serde_json::from_value(
            serde_json::json!({"capabilityStatus": status, "servicePlans": [plan]}),
        )
        .expect("a sku")
    }

    #[test]
    fn licences_count_only_living_plans() {
        let cases = [
            (
                vec![sku("Enabled", "AAD_PREMIUM", "Success")],
                (true, false),
            ),
            (
                vec![sku("Warning", "AAD_PREMIUM_P2", "Success")],
                (true, true),
            ),
            (
                vec![sku("Suspended", "AAD_PREMIUM", "Success")],
                (false, false),
            ),
            (
                vec![sku("Enabled", "AAD_PREMIUM", "Disabled")],
                (false, false),
            ),
            (vec![sku("Enabled", "EXCHANGE", "Success")], (false, false)),
            (vec![], (false, false)),
        ];
        for (skus, wanted) in cases {
            let licences = Licences::of(skus);
            assert_eq!((licences.p1, licences.p2), wanted, "{:?}", licences.skus);
        }
        let mut by_id = sku("Enabled", "OTHER_NAME", "Success");
        by_id.service_plans[0].service_plan_id = P1.0.to_uppercase();
        assert!(Licences::of(vec![by_id]).p1);
    }

    #[test]
    fn an_eligible_role_names_its_template() {
        let role: EligibleRole = serde_json::from_value(
            serde_json::json!({"id": "e", "roleDefinitionId": "r", "directoryScopeId": "/"}),
        )
        .expect("a role");
        assert_eq!(
            (
                role.template_id(),
                role.display_name(),
                role.is_tenant_wide()
            ),
            ("r", "r", true)
        );
    }
}
