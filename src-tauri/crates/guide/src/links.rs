//! Deep links into the portals: paths only, the hosts come from the cloud's table.

use connect::Cloud;

/// Links of one cloud.
#[derive(Clone, Copy)]
pub struct Links<'a> {
    cloud: &'a Cloud,
}

impl<'a> Links<'a> {
    /// The links of `cloud`.
    pub fn of(cloud: &'a Cloud) -> Self {
        Self { cloud }
    }

    /// The tenant's overview in the Entra admin center.
    pub fn entra(self) -> String {
        self.entra_page("#home")
    }

    /// Where a person activates an eligible role.
    pub fn activate_role(self) -> String {
        self.entra_page("#view/Microsoft_Azure_PIMCommon/ActivationMenuBlade/~/aadmigratedroles")
    }

    /// The list of enterprise applications.
    pub fn enterprise_applications(self) -> String {
        self.entra_page("#view/Microsoft_AAD_IAM/StartboardApplicationsMenuBlade/~/AppAppsPreview")
    }

    /// The gallery.
    pub fn gallery(self) -> String {
        self.entra_page("#view/Microsoft_AAD_IAM/AppGalleryBladeV2")
    }

    /// The list of app registrations.
    pub fn app_registrations(self) -> String {
        self.entra_page("#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade")
    }

    /// The list of deleted app registrations.
    pub fn deleted_applications(self) -> String {
        self.entra_page("#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade/quickStartType~/null/sourceType/Microsoft_AAD_IAM")
    }

    /// The overview of one enterprise application.
    pub fn application(self, service_principal: &str, app_id: &str) -> String {
        self.application_page("Overview", service_principal, app_id)
    }

    /// Single sign-on of one enterprise application.
    pub fn single_sign_on(self, service_principal: &str, app_id: &str) -> String {
        self.application_page("SignOn", service_principal, app_id)
    }

    /// Users and groups of one enterprise application.
    pub fn users_and_groups(self, service_principal: &str, app_id: &str) -> String {
        self.application_page("Users", service_principal, app_id)
    }

    /// The properties of one enterprise application.
    pub fn properties(self, service_principal: &str, app_id: &str) -> String {
        self.application_page("Properties", service_principal, app_id)
    }

    fn application_page(self, page: &str, service_principal: &str, app_id: &str) -> String {
        self.entra_page(&format!(
            "#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/{page}/objectId/{service_principal}/appId/{app_id}"
        ))
    }

    /// The list of people.
    pub fn users(self) -> String {
        self.entra_page("#view/Microsoft_AAD_UsersAndTenants/UserManagementMenuBlade/~/AllUsers")
    }

    /// The tenant's licences.
    pub fn licences(self) -> String {
        self.entra_page("#view/Microsoft_AAD_IAM/LicensesMenuBlade/~/Overview")
    }

    /// The tenant's domain names.
    pub fn domain_names(self) -> String {
        self.entra_page("#view/Microsoft_AAD_IAM/DomainsManagementMenuBlade/~/CustomDomainNames")
    }

    /// Roles and administrators.
    pub fn roles(self) -> String {
        self.entra_page("#view/Microsoft_AAD_IAM/RolesManagementMenuBlade/~/AllRoles")
    }

    /// Atlassian Administration; only the path up to the organization is documented to be stable (atlassian.md 4.1).
    pub fn atlassian(self, organization: Option<&str>) -> String {
        let root = self.cloud.atlassian_admin.as_str().trim_end_matches('/');
        match organization {
            Some(id) => format!("{root}/o/{id}/"),
            None => format!("{root}/"),
        }
    }

    fn entra_page(self, fragment: &str) -> String {
        format!(
            "{}/{fragment}",
            self.cloud.entra_portal.as_str().trim_end_matches('/')
        )
    }
}
