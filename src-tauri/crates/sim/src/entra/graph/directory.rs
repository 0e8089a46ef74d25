//! The tenant itself: organization, licences, domains, standing consents.

use serde_json::{Map, Value, json};

use super::Cx;
use super::errors::GraphError;
use super::odata::{self, Listing, Options};
use crate::ids::derived_guid;
use crate::objects::{GRAPH_APP_ID, map};
use crate::tenant::{Kind, Premium, Tenant, TenantDomain, text};
use crate::wire::Answer;

/// A list without directory rules, for the small sets of this file.
const fn small(set: &'static str) -> Listing {
    Listing {
        set,
        properties: &[],
        filterable: &[],
        page: 100,
        longest: 999,
        directory: false,
    }
}

/// `GET /organization`. With `User.Read` alone only a few fields are filled.
pub(crate) fn organization(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let whole = cx.holds(&["Organization.Read.All", "Directory.Read.All"]);
    let tenant = cx.tenant();
    let told = |value: Value| if whole { value } else { Value::Null };
    let domains: Vec<Value> = tenant
        .domains
        .iter()
        .filter(|domain| domain.verified)
        .map(verified_domain)
        .collect();
    let mails: Vec<String> = if whole {
        vec![format!("it@{}", tenant.domain)]
    } else {
        Vec::new()
    };
    let row = map(json!({
        "id": tenant.id,
        "deletedDateTime": null,
        "businessPhones": [],
        "city": told("Redmond".into()),
        "country": null,
        "countryLetterCode": told("US".into()),
        "createdDateTime": told("2024-03-04T08:00:00Z".into()),
        "defaultUsageLocation": null,
        "displayName": tenant.name,
        "marketingNotificationEmails": [],
        "onPremisesLastSyncDateTime": null,
        "onPremisesSyncEnabled": null,
        "postalCode": null,
        "preferredLanguage": told("en".into()),
        "securityComplianceNotificationMails": [],
        "securityComplianceNotificationPhones": [],
        "state": null,
        "street": null,
        "technicalNotificationMails": mails,
        "tenantType": told("AAD".into()),
        "assignedPlans": [],
        "provisionedPlans": [],
        "verifiedDomains": domains
    }));
    odata::list(cx, &options, &small("organization"), std::iter::once(row))
}

/// `GET /subscribedSkus`. This list neither filters nor pages.
pub(crate) fn licences(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    if options.filter.is_some() || options.top.is_some() {
        return Err(GraphError::unsupported(
            "The query specified in the URI is not supported for this resource.",
        ));
    }
    let rows = skus(cx.tenant());
    odata::list(cx, &options, &small("subscribedSkus"), rows.into_iter())
}

/// `GET /domains`.
pub(crate) fn domains(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let rows: Vec<Map<String, Value>> = cx.tenant().domains.iter().map(domain_body).collect();
    odata::list(cx, &options, &small("domains"), rows.into_iter())
}

/// `GET /domains/{id}`, where the id is the name.
pub(crate) fn domain(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let name = cx.keys[0].clone();
    let found = cx
        .tenant()
        .domains
        .iter()
        .find(|domain| domain.name.eq_ignore_ascii_case(&name))
        .map(domain_body);
    odata::entity(
        cx,
        &options,
        "domains",
        &[],
        found.ok_or_else(|| GraphError::not_found(&name))?,
    )
}

/// `GET /oauth2PermissionGrants`.
pub(crate) fn grants(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let tenant = cx.tenant();
    let graph = tenant
        .by_app_id(Kind::ServicePrincipal, GRAPH_APP_ID)
        .map(|body| text(body, "id").to_owned())
        .unwrap_or_default();
    let rows: Vec<Map<String, Value>> = tenant
        .grants
        .iter()
        .map(|grant| {
            map(json!({
                "id": grant.id, "clientId": grant.client,
                "consentType": if grant.person.is_none() { "AllPrincipals" } else { "Principal" },
                "principalId": grant.person, "resourceId": graph, "scope": grant.scopes.join(" ")
            }))
        })
        .collect();
    odata::list(
        cx,
        &options,
        &small("oauth2PermissionGrants"),
        rows.into_iter(),
    )
}

fn verified_domain(domain: &TenantDomain) -> Value {
    json!({"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": domain.default, "isInitial": domain.initial, "name": domain.name, "type": "Managed"})
}

fn domain_body(domain: &TenantDomain) -> Map<String, Value> {
    map(json!({
        "authenticationType": "Managed", "availabilityStatus": null, "id": domain.name, "isAdminManaged": true, "isDefault": domain.default,
        "isInitial": domain.initial, "isRoot": true, "isVerified": domain.verified, "manufacturer": null, "model": null,
        "passwordNotificationWindowInDays": null, "passwordValidityPeriodInDays": null,
        "supportedServices": ["Email", "OfficeCommunicationsOnline"], "state": null
    }))
}

fn skus(tenant: &Tenant) -> Vec<Map<String, Value>> {
    let seats = tenant.people.total;
    let plan = |id: &str, name: &str| json!({"servicePlanId": id, "servicePlanName": name, "provisioningStatus": "Success", "appliesTo": "User"});
    let exchange = plan(
        "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
        "EXCHANGE_S_STANDARD",
    );
    let p1 = plan("41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AAD_PREMIUM");
    let p2 = plan("eec0eb4f-6444-4f95-aba0-50c24d67f998", "AAD_PREMIUM_P2");
    let mut rows = vec![sku(tenant, "O365_BUSINESS_ESSENTIALS", seats, &[exchange])];
    match tenant.premium {
        Premium::None => {}
        Premium::P1 => rows.push(sku(tenant, "AAD_PREMIUM", seats, &[p1])),
        Premium::P2 => rows.push(sku(tenant, "AAD_PREMIUM_P2", seats, &[p1, p2])),
    }
    rows
}

fn sku(tenant: &Tenant, name: &str, seats: usize, plans: &[Value]) -> Map<String, Value> {
    let id = derived_guid(&format!("sku {name}"));
    map(json!({
        "accountId": tenant.id, "accountName": tenant.name, "appliesTo": "User", "capabilityStatus": "Enabled", "consumedUnits": seats,
        "id": format!("{}_{id}", tenant.id), "skuId": id, "skuPartNumber": name, "subscriptionIds": [],
        "prepaidUnits": {"enabled": seats + 30, "suspended": 0, "warning": 0, "lockedOut": 0}, "servicePlans": plans
    }))
}
