//! The properties of the resource types that practice serves, with the kind of value each holds, taken from Microsoft's
//! published metadata: what a client may select, filter by and send.

/// What a property holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Text,
    Bool,
    List,
    Object,
}

use Holds::{Bool, List, Object, Text};

/// Names with what they hold.
pub(crate) type Properties = &'static [(&'static str, Holds)];

/// An application registration.
pub(crate) const APPLICATION: Properties = &[
    ("id", Text),
    ("deletedDateTime", Text),
    ("addIns", List),
    ("api", Object),
    ("appId", Text),
    ("applicationTemplateId", Text),
    ("appRoles", List),
    ("authenticationBehaviors", Object),
    ("certification", Object),
    ("createdByAppId", Text),
    ("createdDateTime", Text),
    ("defaultRedirectUri", Text),
    ("description", Text),
    ("disabledByMicrosoftStatus", Text),
    ("displayName", Text),
    ("groupMembershipClaims", Text),
    ("identifierUris", List),
    ("info", Object),
    ("isDeviceOnlyAuthSupported", Bool),
    ("isDisabled", Bool),
    ("isFallbackPublicClient", Bool),
    ("keyCredentials", List),
    ("logo", Text),
    ("managerApplications", List),
    ("nativeAuthenticationApisEnabled", Object),
    ("notes", Text),
    ("oauth2RequirePostResponse", Bool),
    ("optionalClaims", Object),
    ("parentalControlSettings", Object),
    ("passwordCredentials", List),
    ("publicClient", Object),
    ("publisherDomain", Text),
    ("requestSignatureVerification", Object),
    ("requiredResourceAccess", List),
    ("samlMetadataUrl", Text),
    ("serviceManagementReference", Text),
    ("servicePrincipalLockConfiguration", Object),
    ("signInAudience", Text),
    ("spa", Object),
    ("tags", List),
    ("tokenEncryptionKeyId", Text),
    ("uniqueName", Text),
    ("verifiedPublisher", Object),
    ("web", Object),
];

/// An application within a tenant.
pub(crate) const SERVICE_PRINCIPAL: Properties = &[
    ("id", Text),
    ("deletedDateTime", Text),
    ("accountEnabled", Bool),
    ("addIns", List),
    ("alternativeNames", List),
    ("appDescription", Text),
    ("appDisplayName", Text),
    ("appId", Text),
    ("applicationTemplateId", Text),
    ("appOwnerOrganizationId", Text),
    ("appRoleAssignmentRequired", Bool),
    ("appRoles", List),
    ("createdByAppId", Text),
    ("customSecurityAttributes", Object),
    ("description", Text),
    ("disabledByMicrosoftStatus", Text),
    ("displayName", Text),
    ("homepage", Text),
    ("info", Object),
    ("isDisabled", Bool),
    ("keyCredentials", List),
    ("loginUrl", Text),
    ("logoutUrl", Text),
    ("notes", Text),
    ("notificationEmailAddresses", List),
    ("oauth2PermissionScopes", List),
    ("passwordCredentials", List),
    ("preferredSingleSignOnMode", Text),
    ("preferredTokenSigningKeyThumbprint", Text),
    ("replyUrls", List),
    ("resourceSpecificApplicationPermissions", List),
    ("samlSingleSignOnSettings", Object),
    ("servicePrincipalNames", List),
    ("servicePrincipalType", Text),
    ("signInAudience", Text),
    ("tags", List),
    ("tokenEncryptionKeyId", Text),
    ("verifiedPublisher", Object),
    ("createdDateTime", Text),
];

/// An entry of the gallery.
pub(crate) const APPLICATION_TEMPLATE: Properties = &[
    ("id", Text),
    ("categories", List),
    ("deprecationDate", Text),
    ("description", Text),
    ("displayName", Text),
    ("endpoints", List),
    ("homePageUrl", Text),
    ("isEntraIntegrated", Bool),
    ("lastModifiedDateTime", Text),
    ("logoUrl", Text),
    ("publisher", Text),
    ("riskFactors", Object),
    ("riskScore", Object),
    ("supportedProvisioningTypes", List),
    ("supportedSingleSignOnModes", List),
];

/// A person.
pub(crate) const USER: Properties = &[
    ("id", Text),
    ("deletedDateTime", Text),
    ("aboutMe", Text),
    ("accountEnabled", Bool),
    ("ageGroup", Text),
    ("assignedLicenses", List),
    ("assignedPlans", List),
    ("authorizationInfo", Object),
    ("birthday", Text),
    ("businessPhones", List),
    ("city", Text),
    ("companyName", Text),
    ("consentProvidedForMinor", Text),
    ("country", Text),
    ("createdDateTime", Text),
    ("creationType", Text),
    ("customSecurityAttributes", Object),
    ("department", Text),
    ("displayName", Text),
    ("employeeHireDate", Text),
    ("employeeId", Text),
    ("employeeLeaveDateTime", Text),
    ("employeeOrgData", Object),
    ("employeeType", Text),
    ("externalUserState", Text),
    ("externalUserStateChangeDateTime", Text),
    ("faxNumber", Text),
    ("givenName", Text),
    ("hireDate", Text),
    ("identities", List),
    ("identityParentId", Text),
    ("imAddresses", List),
    ("interests", List),
    ("isManagementRestricted", Bool),
    ("isResourceAccount", Bool),
    ("jobTitle", Text),
    ("lastPasswordChangeDateTime", Text),
    ("legalAgeGroupClassification", Text),
    ("licenseAssignmentStates", List),
    ("mail", Text),
    ("mailNickname", Text),
    ("mobilePhone", Text),
    ("mySite", Text),
    ("officeLocation", Text),
    ("onPremisesDistinguishedName", Text),
    ("onPremisesDomainName", Text),
    ("onPremisesExtensionAttributes", Object),
    ("onPremisesImmutableId", Text),
    ("onPremisesLastSyncDateTime", Text),
    ("onPremisesProvisioningErrors", List),
    ("onPremisesSamAccountName", Text),
    ("onPremisesSecurityIdentifier", Text),
    ("onPremisesSyncEnabled", Bool),
    ("onPremisesUserPrincipalName", Text),
    ("otherMails", List),
    ("passwordPolicies", Text),
    ("passwordProfile", Object),
    ("pastProjects", List),
    ("postalCode", Text),
    ("preferredDataLocation", Text),
    ("preferredLanguage", Text),
    ("preferredName", Text),
    ("provisionedPlans", List),
    ("proxyAddresses", List),
    ("responsibilities", List),
    ("schools", List),
    ("securityIdentifier", Text),
    ("serviceProvisioningErrors", List),
    ("showInAddressList", Bool),
    ("signInActivity", Object),
    ("signInSessionsValidFromDateTime", Text),
    ("skills", List),
    ("state", Text),
    ("streetAddress", Text),
    ("surname", Text),
    ("usageLocation", Text),
    ("userPrincipalName", Text),
    ("userType", Text),
];

/// A group.
pub(crate) const GROUP: Properties = &[
    ("id", Text),
    ("deletedDateTime", Text),
    ("classification", Text),
    ("createdDateTime", Text),
    ("description", Text),
    ("displayName", Text),
    ("expirationDateTime", Text),
    ("groupTypes", List),
    ("isAssignableToRole", Bool),
    ("isManagementRestricted", Bool),
    ("mail", Text),
    ("mailEnabled", Bool),
    ("mailNickname", Text),
    ("membershipRule", Text),
    ("membershipRuleProcessingState", Text),
    ("onPremisesDomainName", Text),
    ("onPremisesLastSyncDateTime", Text),
    ("onPremisesNetBiosName", Text),
    ("onPremisesProvisioningErrors", List),
    ("onPremisesSamAccountName", Text),
    ("onPremisesSecurityIdentifier", Text),
    ("onPremisesSyncEnabled", Bool),
    ("preferredDataLocation", Text),
    ("preferredLanguage", Text),
    ("proxyAddresses", List),
    ("renewedDateTime", Text),
    ("resourceBehaviorOptions", List),
    ("resourceProvisioningOptions", List),
    ("securityEnabled", Bool),
    ("securityIdentifier", Text),
    ("serviceProvisioningErrors", List),
    ("theme", Text),
    ("uniqueName", Text),
    ("visibility", Text),
];

/// That somebody may use an application.
pub(crate) const ASSIGNMENT: Properties = &[
    ("id", Text),
    ("deletedDateTime", Text),
    ("appRoleId", Text),
    ("createdDateTime", Text),
    ("principalDisplayName", Text),
    ("principalId", Text),
    ("principalType", Text),
    ("resourceDisplayName", Text),
    ("resourceId", Text),
];

/// A claims mapping policy.
pub(crate) const CLAIMS_MAPPING_POLICY: Properties = &[
    ("id", Text),
    ("deletedDateTime", Text),
    ("description", Text),
    ("displayName", Text),
    ("definition", List),
    ("isOrganizationDefault", Bool),
];

/// What such a property holds; `None` when the type has no property of that name.
pub(crate) fn holds(properties: Properties, name: &str) -> Option<Holds> {
    properties
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, holds)| *holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_the_properties_that_the_wizard_needs() {
        assert_eq!(holds(APPLICATION, "tags"), Some(List));
        assert_eq!(holds(SERVICE_PRINCIPAL, "accountEnabled"), Some(Bool));
        assert_eq!(holds(APPLICATION, "colour"), None);
    }
}
