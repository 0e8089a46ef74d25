//! New directory objects in the vendor's own shape: application, service principal, gallery template.
//! The field lists follow the documented examples of create, get and instantiate. This file knows no HTTP.

use serde_json::{Map, Value, json};

use crate::ids::{derived_guid, guid};
use crate::tenant::text;

/// The id of Microsoft Graph as a resource, the same in every tenant.
pub(crate) const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";
/// Microsoft Graph Command Line Tools, a public client that every tenant knows.
pub(crate) const COMMAND_LINE_TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
/// The template of "create your own application" in the global cloud.
pub(crate) const NON_GALLERY_TEMPLATE: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
/// The practice id of the Atlassian Cloud template. Made up: the real id is published nowhere, so that a client
/// that knows it by heart fails here.
pub(crate) const ATLASSIAN_TEMPLATE: &str = "a71a5514-0000-4000-8000-00c10dd0face";
/// The tenant in which Microsoft registers its own applications.
const MICROSOFT_TENANT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// A new registration, as `POST /applications` makes it.
pub(crate) fn application(name: &str, created: &str, publisher_domain: &str) -> Map<String, Value> {
    map(json!({
        "id": guid(),
        "deletedDateTime": null,
        "appId": guid(),
        "applicationTemplateId": null,
        "disabledByMicrosoftStatus": null,
        "createdDateTime": created,
        "displayName": name,
        "description": null,
        "groupMembershipClaims": null,
        "identifierUris": [],
        "isDeviceOnlyAuthSupported": null,
        "isFallbackPublicClient": null,
        "notes": null,
        "publisherDomain": publisher_domain,
        "serviceManagementReference": null,
        "signInAudience": "AzureADandPersonalMicrosoftAccount",
        "tags": [],
        "tokenEncryptionKeyId": null,
        "samlMetadataUrl": null,
        "defaultRedirectUri": null,
        "optionalClaims": null,
        "addIns": [],
        "api": {"acceptMappedClaims": null, "knownClientApplications": [], "requestedAccessTokenVersion": 2,
                "oauth2PermissionScopes": [], "preAuthorizedApplications": []},
        "appRoles": [],
        "info": no_info(),
        "keyCredentials": [],
        "parentalControlSettings": {"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"},
        "passwordCredentials": [],
        "publicClient": {"redirectUris": []},
        "requiredResourceAccess": [],
        "verifiedPublisher": {"displayName": null, "verifiedPublisherId": null, "addedDateTime": null},
        "web": {"homePageUrl": null, "logoutUrl": null, "redirectUris": [],
                "implicitGrantSettings": {"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false},
                "redirectUriSettings": []},
        "spa": {"redirectUris": []}
    }))
}

/// The service principal of an application in its own tenant, as `POST /servicePrincipals` makes it.
pub(crate) fn service_principal(
    application: &Map<String, Value>,
    tenant: &str,
    created: &str,
) -> Map<String, Value> {
    let name = text(application, "displayName");
    map(json!({
        "id": guid(),
        "deletedDateTime": null,
        "accountEnabled": true,
        "alternativeNames": [],
        "appDisplayName": name,
        "appDescription": null,
        "appId": text(application, "appId"),
        "applicationTemplateId": application.get("applicationTemplateId").cloned().unwrap_or(Value::Null),
        "appOwnerOrganizationId": tenant,
        "appRoleAssignmentRequired": false,
        "createdDateTime": created,
        "description": null,
        "disabledByMicrosoftStatus": null,
        "displayName": name,
        "homepage": application.get("web").and_then(|web| web.get("homePageUrl")).cloned().unwrap_or(Value::Null),
        "loginUrl": null,
        "logoutUrl": null,
        "notes": null,
        "notificationEmailAddresses": [],
        "preferredSingleSignOnMode": null,
        "preferredTokenSigningKeyThumbprint": null,
        "replyUrls": application.get("web").and_then(|web| web.get("redirectUris")).cloned().unwrap_or(json!([])),
        "servicePrincipalNames": [text(application, "appId")],
        "servicePrincipalType": "Application",
        "signInAudience": text(application, "signInAudience"),
        "tags": [],
        "tokenEncryptionKeyId": null,
        "samlSingleSignOnSettings": null,
        "addIns": [],
        "appRoles": application.get("appRoles").cloned().unwrap_or(json!([])),
        "info": no_info(),
        "keyCredentials": [],
        "oauth2PermissionScopes": [],
        "passwordCredentials": [],
        "resourceSpecificApplicationPermissions": [],
        "verifiedPublisher": {"displayName": null, "verifiedPublisherId": null, "addedDateTime": null}
    }))
}

/// The pair that a template makes: an application and its service principal.
pub(crate) fn from_template(
    template: &Value,
    name: &str,
    tenant: &str,
    domain: &str,
    created: &str,
) -> (Map<String, Value>, Map<String, Value>) {
    let template_id = template["id"].as_str().unwrap_or_default();
    let mut made = application(name, created, domain);
    made.insert("applicationTemplateId".into(), template_id.into());
    made.insert("signInAudience".into(), "AzureADMyOrg".into());
    made.insert("appRoles".into(), template_roles(template_id));
    made.insert("api".into(), json!({"acceptMappedClaims": null, "knownClientApplications": [], "requestedAccessTokenVersion": null,
        "oauth2PermissionScopes": [], "preAuthorizedApplications": []}));
    if let Some(home) = marked_home_page(template) {
        made["web"]["homePageUrl"] = home.into();
    }
    let mut principal = service_principal(&made, tenant, created);
    principal.insert("appRoleAssignmentRequired".into(), true.into());
    let tags = if template_id == NON_GALLERY_TEMPLATE {
        json!([
            "WindowsAzureActiveDirectoryIntegratedApp",
            "WindowsAzureActiveDirectoryCustomSingleSignOnApplication"
        ])
    } else {
        json!(["WindowsAzureActiveDirectoryIntegratedApp"])
    };
    principal.insert("tags".into(), tags);
    (made, principal)
}

/// The service principal of one of Microsoft's own applications.
pub(crate) fn microsoft_principal(
    app_id: &str,
    name: &str,
    tenant: &str,
    created: &str,
) -> Map<String, Value> {
    let stand_in =
        map(json!({"appId": app_id, "displayName": name, "signInAudience": "AzureADMultipleOrgs"}));
    let mut principal = service_principal(&stand_in, tenant, created);
    principal.insert(
        "id".into(),
        derived_guid(&format!("{tenant}/sp/{app_id}")).into(),
    );
    principal.insert("appOwnerOrganizationId".into(), MICROSOFT_TENANT.into());
    principal
}

/// An entry of the gallery: id, name, publisher, categories, sign-on modes, provisioning.
type Entry = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

const ENTRIES: &[Entry] = &[
    (
        "4601ed45-8ff3-4599-8377-b6649007e876",
        "Marketo",
        "Adobe",
        &["marketing"],
        &["saml"],
        &[],
    ),
    (
        "5f6bbb6a-0000-4000-8000-5a1e5f02ce00",
        "Salesforce",
        "Salesforce.com",
        &["crm"],
        &["saml", "password"],
        &["sync"],
    ),
    (
        "8b1025e4-1dd2-430b-a150-2ef79cd700f5",
        "Amazon Web Services (AWS)",
        "Amazon",
        &["developerServices"],
        &["saml"],
        &["sync"],
    ),
    (
        "a71a5514-0000-4000-8000-0000c05f1ace",
        "Jira SAML SSO by Microsoft",
        "Microsoft",
        &["productivity"],
        &["saml"],
        &[],
    ),
    (
        "a71a5514-0000-4000-8000-0c0f10e1ce00",
        "Confluence SAML SSO by Microsoft",
        "Microsoft",
        &["productivity"],
        &["saml"],
        &[],
    ),
    (
        "a71a5514-0000-4000-8000-0000b17b0ce7",
        "Atlassian Bitbucket SSO",
        "resolution",
        &["developerServices"],
        &["saml"],
        &[],
    ),
    (
        ATLASSIAN_TEMPLATE,
        "Atlassian Cloud",
        "Atlassian",
        &["productivity", "projectManagement"],
        &["saml", "password"],
        &["sync"],
    ),
    (
        NON_GALLERY_TEMPLATE,
        "Custom",
        "",
        &[],
        &["saml", "password", "oidc", "notSupported"],
        &["sync"],
    ),
];

/// How many more entries there are, so that the gallery needs several pages.
const FILLERS: usize = 140;

/// The part of the application gallery that practice offers.
pub(crate) fn gallery() -> Vec<Value> {
    let mut templates: Vec<Value> = ENTRIES
        .iter()
        .map(|(id, name, publisher, categories, modes, provisioning)| {
            template(id, name, publisher, categories, modes, provisioning)
        })
        .collect();
    templates.extend((1..=FILLERS).map(|number| {
        let id = derived_guid(&format!("practice template {number}"));
        template(
            &id,
            &format!("Fabrikam Suite {number:03}"),
            "Fabrikam",
            &["productivity"],
            &["saml"],
            &[],
        )
    }));
    templates
}

fn template(
    id: &str,
    name: &str,
    publisher: &str,
    categories: &[&str],
    modes: &[&str],
    provisioning: &[&str],
) -> Value {
    let word = name.to_lowercase().replace(' ', "");
    // The template of one's own application has no home page to mark.
    let home = (id != NON_GALLERY_TEMPLATE).then(|| format!("https://{word}.example/"));
    json!({
        "id": id, "displayName": name, "publisher": publisher,
        "homePageUrl": home,
        "logoUrl": format!("https://{word}.example/logo.png"),
        "categories": categories,
        "description": format!("{name} for organizations, as practice imagines it."),
        "supportedSingleSignOnModes": modes, "supportedProvisioningTypes": provisioning,
        "isEntraIntegrated": false, "endpoints": [], "deprecationDate": null,
        "lastModifiedDateTime": "2026-09-01T00:00:00Z", "riskScore": null, "riskFactors": null
    })
}

/// Role ids differ from template to template, and a client must read them instead of knowing them.
fn template_roles(template: &str) -> Value {
    let role = |name: &str| {
        json!({"allowedMemberTypes": ["User"], "description": name, "displayName": name, "id": derived_guid(&format!("{template}/role/{name}")),
               "isEnabled": true, "origin": "Application", "value": null})
    };
    json!([role("User"), role("msiam_access")])
}

/// Gallery applications carry a marker in their home page, which a client must never overwrite.
fn marked_home_page(template: &Value) -> Option<String> {
    let home = template["homePageUrl"].as_str()?;
    let word = template["displayName"]
        .as_str()?
        .to_lowercase()
        .replace(' ', "");
    Some(format!("{home}?metadata={word}|ISV9.1|primary|z"))
}

fn no_info() -> Value {
    json!({"logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null, "termsOfServiceUrl": null})
}

/// The object inside a JSON value that was written as one.
pub(crate) fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_gives_both_objects_the_same_app_id() {
        let gallery = gallery();
        let atlassian = gallery
            .iter()
            .find(|template| template["displayName"] == "Atlassian Cloud")
            .expect("the template");
        let (made, principal) = from_template(
            atlassian,
            "Ours",
            "t",
            "contoso.com",
            "2026-01-01T00:00:00Z",
        );
        assert_eq!(made["appId"], principal["appId"]);
        assert_eq!(principal["applicationTemplateId"], ATLASSIAN_TEMPLATE);
        assert_eq!(principal["appRoles"].as_array().map(Vec::len), Some(2));
        assert!(
            principal["homepage"]
                .as_str()
                .is_some_and(|home| home.contains("ISV9.1"))
        );
    }

    #[test]
    fn only_one_template_is_called_atlassian_cloud() {
        assert_eq!(
            gallery()
                .iter()
                .filter(|template| template["displayName"] == "Atlassian Cloud")
                .count(),
            1
        );
    }
}
