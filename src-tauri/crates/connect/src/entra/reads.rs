//! What is read from Microsoft Graph. Calls, scopes and quirks: entra.md 2, 3, 9 and 15. It must not write.

use super::paging::{advanced, list, select};
use super::{
    Application, Domain, EligibleRole, Graph, Licences, Me, Organization, Owner, PermissionGrant,
    Role, ServicePrincipal, Sku, Template, escaped, quoted,
};
use crate::fault::{Fault, FaultKind, Seen};

/// What lists of applications select. `id` and `appId` find it again, the rest tells whether it is ours and what differs.
const APPLICATION: &str = "id,appId,displayName,applicationTemplateId,tags,identifierUris,createdDateTime,web,signInAudience";
/// What lists of service principals select.
const PRINCIPAL: &str = "id,appId,displayName,applicationTemplateId,accountEnabled,appRoleAssignmentRequired,preferredSingleSignOnMode,tags,createdDateTime,servicePrincipalType";

impl Graph {
    /// Who is signed in. Scope User.Read.
    ///
    /// # Errors
    /// Any [`Fault`]; as for every read here.
    pub async fn me(&self) -> Result<Seen<Me>, Fault> {
        self.one(
            "/v1.0/me",
            &[select(
                "id,displayName,userPrincipalName,mail,proxyAddresses,userType",
            )],
        )
        .await
    }

    /// The tenant. User.Read sees a few fields, Organization.Read.All or Directory.Read.All all of them.
    pub async fn organization(&self) -> Result<Seen<Organization>, Fault> {
        let fields = "id,displayName,verifiedDomains,tenantType,onPremisesSyncEnabled,countryLetterCode,technicalNotificationMails";
        let seen: Seen<Vec<Organization>> = self
            .all(list("/v1.0/organization", vec![select(fields)]))
            .await?;
        let Seen {
            mut value,
            call,
            server_date,
        } = seen;
        match value.is_empty() {
            true => Err(Fault::new(FaultKind::Unreadable {
                path: "value[0]".into(),
            })
            .at(call)),
            false => Ok(Seen {
                value: value.remove(0),
                call,
                server_date,
            }),
        }
    }

    /// The active directory roles of the signed-in person, also those through groups and those activated by PIM. With User.Read
    /// alone names and template ids may be missing. Scope RoleManagement.Read.Directory.
    pub async fn active_roles(&self) -> Result<Seen<Vec<Role>>, Fault> {
        let path = "/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole";
        self.all(advanced(
            path,
            vec![select("id,displayName,roleTemplateId")],
        ))
        .await
    }

    /// The roles that the signed-in person may activate (PIM). Scope RoleEligibilitySchedule.Read.Directory. A tenant without
    /// P2 answers 400 or 403 with a code about the licence: that means "no PIM".
    pub async fn eligible_roles(&self) -> Result<Seen<Vec<EligibleRole>>, Fault> {
        let path = "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances/filterByCurrentUser(on='principal')";
        self.all(list(path, vec![("$expand", "roleDefinition".into())]))
            .await
    }

    /// The licences. Scope LicenseAssignment.Read.All.
    pub async fn licences(&self) -> Result<Seen<Licences>, Fault> {
        let fields = "skuPartNumber,capabilityStatus,prepaidUnits,consumedUnits,servicePlans";
        let seen: Seen<Vec<Sku>> = self
            .all(list("/v1.0/subscribedSkus", vec![select(fields)]))
            .await?;
        Ok(seen.map(Licences::of))
    }

    /// The tenant's domains. Scope Domain.Read.All.
    pub async fn domains(&self) -> Result<Seen<Vec<Domain>>, Fault> {
        self.all(list(
            "/v1.0/domains",
            vec![select(
                "id,isVerified,isDefault,isInitial,authenticationType,supportedServices",
            )],
        ))
        .await
    }

    /// The gallery's templates of exactly this name. Needs no scope of its own.
    pub async fn templates_named(&self, name: &str) -> Result<Seen<Vec<Template>>, Fault> {
        let query = vec![("$filter", format!("displayName eq {}", quoted(name)))];
        let found = self
            .all(list("/v1.0/applicationTemplates", query.clone()))
            .await;
        match found {
            Err(fault) if self.tries_beta(&fault) => {
                self.all(list("/beta/applicationTemplates", query)).await
            }
            other => other,
        }
    }

    /// One template.
    pub async fn template(&self, id: &str) -> Result<Seen<Template>, Fault> {
        let path = format!("/applicationTemplates/{}", escaped(id));
        match self.one(&format!("/v1.0{path}"), &[]).await {
            Err(fault) if self.tries_beta(&fault) && !fault.is_not_found() => {
                self.one(&format!("/beta{path}"), &[]).await
            }
            other => other,
        }
    }

    /// US Government had templates broken on v1.0 once: there, and only for an error of the service's, beta is asked (entra.md 3.1).
    fn tries_beta(&self, fault: &Fault) -> bool {
        self.cloud.name.starts_with("usgov")
            && matches!(
                fault.kind,
                FaultKind::BadRequest | FaultKind::NotFound | FaultKind::Unavailable
            )
    }

    /// The applications made from a template. Scope Application.Read.All.
    pub async fn applications_of_template(
        &self,
        template_id: &str,
    ) -> Result<Seen<Vec<Application>>, Fault> {
        self.applications_where(format!("applicationTemplateId eq {}", quoted(template_id)))
            .await
    }

    /// The applications of exactly this name.
    pub async fn applications_named(&self, name: &str) -> Result<Seen<Vec<Application>>, Fault> {
        self.applications_where(format!("displayName eq {}", quoted(name)))
            .await
    }

    /// The applications that carry this entity ID; with the one asked for, or one that has to give it up first (entra.md 4.2).
    /// A deleted application keeps its own: [`Graph::deleted_applications`].
    pub async fn applications_with_identifier(
        &self,
        uri: &str,
    ) -> Result<Seen<Vec<Application>>, Fault> {
        self.applications_where(format!("identifierUris/any(u:u eq {})", quoted(uri)))
            .await
    }

    /// The applications that carry this tag.
    pub async fn applications_tagged(&self, tag: &str) -> Result<Seen<Vec<Application>>, Fault> {
        self.applications_where(format!("tags/any(t:t eq {})", quoted(tag)))
            .await
    }

    /// The applications with this client id: one or none.
    pub async fn applications_with_app_id(
        &self,
        app_id: &str,
    ) -> Result<Seen<Vec<Application>>, Fault> {
        self.applications_where(format!("appId eq {}", quoted(app_id)))
            .await
    }

    async fn applications_where(&self, filter: String) -> Result<Seen<Vec<Application>>, Fault> {
        self.all(list(
            "/v1.0/applications",
            vec![("$filter", filter), select(APPLICATION)],
        ))
        .await
    }

    /// One application by object id.
    pub async fn application(&self, id: &str) -> Result<Seen<Application>, Fault> {
        self.one(&format!("/v1.0/applications/{}", escaped(id)), &[])
            .await
    }

    /// One service principal by object id.
    pub async fn service_principal(&self, id: &str) -> Result<Seen<ServicePrincipal>, Fault> {
        self.one(&format!("/v1.0/servicePrincipals/{}", escaped(id)), &[])
            .await
    }

    /// The service principals made from a template (entra.md 3.2). An index answers: it may lag by seconds to minutes.
    pub async fn service_principals_of_template(
        &self,
        template_id: &str,
    ) -> Result<Seen<Vec<ServicePrincipal>>, Fault> {
        let filter = format!("applicationTemplateId eq {}", quoted(template_id));
        self.all(advanced(
            "/v1.0/servicePrincipals",
            vec![("$filter", filter), select(PRINCIPAL)],
        ))
        .await
    }

    /// The service principal of a client id: one or none.
    pub async fn service_principal_of_app(
        &self,
        app_id: &str,
    ) -> Result<Seen<Option<ServicePrincipal>>, Fault> {
        let filter = format!("appId eq {}", quoted(app_id));
        let seen: Seen<Vec<ServicePrincipal>> = self
            .all(list(
                "/v1.0/servicePrincipals",
                vec![("$filter", filter), select(PRINCIPAL)],
            ))
            .await?;
        Ok(seen.map(|found| found.into_iter().next()))
    }

    /// The applications deleted in the last 30 days.
    pub async fn deleted_applications(&self) -> Result<Seen<Vec<Application>>, Fault> {
        self.all(list(
            "/v1.0/directory/deletedItems/microsoft.graph.application",
            vec![],
        ))
        .await
    }

    /// The owners of an application.
    pub async fn owners(&self, application: &str) -> Result<Seen<Vec<Owner>>, Fault> {
        self.all(list(
            &format!("/v1.0/applications/{}/owners", escaped(application)),
            vec![],
        ))
        .await
    }

    /// The owners of a service principal.
    pub async fn service_principal_owners(
        &self,
        service_principal: &str,
    ) -> Result<Seen<Vec<Owner>>, Fault> {
        self.all(list(
            &format!(
                "/v1.0/servicePrincipals/{}/owners",
                escaped(service_principal)
            ),
            vec![],
        ))
        .await
    }

    /// What was consented to a client, given its service principal's object id. Scope Directory.Read.All.
    pub async fn permission_grants(
        &self,
        client: &str,
    ) -> Result<Seen<Vec<PermissionGrant>>, Fault> {
        let filter = format!("clientId eq {}", quoted(client));
        self.all(list(
            "/v1.0/oauth2PermissionGrants",
            vec![("$filter", filter)],
        ))
        .await
    }

    /// How many people match a filter. Graph answers with the bare number.
    pub async fn users_count(&self, filter: &str) -> Result<Seen<u64>, Fault> {
        self.count("/v1.0/users/$count", &[("$filter", filter.to_owned())])
            .await
    }
}
