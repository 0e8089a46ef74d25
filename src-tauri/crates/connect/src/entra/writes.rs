//! What is written to Microsoft Graph. Each function is one request, and says whether it may be repeated. It must not decide
//! whether to write: whoever calls has shown it and journaled it.

use http::Method;
use serde_json::{Value, json};

use super::{Application, Graph, Instantiated, ServicePrincipal, done, escaped, made};
use crate::fault::{Call, Fault, Seen};
use crate::http::Body;
use crate::retry::Safety;

impl Graph {
    /// Makes an application and its service principal from a template. Scope Application.ReadWrite.All.
    ///
    /// # Errors
    /// It may answer 404 although it created (entra.md 3.3), and any doubtful failure may have created too: look for the name
    /// before trying again.
    pub async fn instantiate(
        &self,
        template_id: &str,
        display_name: &str,
    ) -> Result<Seen<Instantiated>, Fault> {
        let path = format!("/applicationTemplates/{}/instantiate", escaped(template_id));
        let answer = self
            .write(
                Method::POST,
                &format!("/v1.0{path}"),
                Body::Json(json!({"displayName": display_name})),
                Safety::Once,
            )
            .await?;
        made(&answer)
    }

    /// Makes an application.
    ///
    /// # Errors
    /// As for every creation: after a doubtful failure look before trying again.
    pub async fn create_application(&self, body: Value) -> Result<Seen<Application>, Fault> {
        made(
            &self
                .write(
                    Method::POST,
                    "/v1.0/applications",
                    Body::Json(body),
                    Safety::Once,
                )
                .await?,
        )
    }

    /// Makes the service principal of an application.
    ///
    /// # Errors
    /// As for every creation.
    pub async fn create_service_principal(
        &self,
        app_id: &str,
    ) -> Result<Seen<ServicePrincipal>, Fault> {
        made(
            &self
                .write(
                    Method::POST,
                    "/v1.0/servicePrincipals",
                    Body::Json(json!({"appId": app_id})),
                    Safety::Once,
                )
                .await?,
        )
    }

    /// Changes fields of an application. Collections are replaced as a whole. 404 soon after creation means "not yet".
    ///
    /// # Errors
    /// Any [`Fault`]; setting the same fields twice is the same as once, so it was repeated where that helps.
    pub async fn update_application(&self, id: &str, patch: Value) -> Result<Call, Fault> {
        self.patch(&format!("/v1.0/applications/{}", escaped(id)), patch)
            .await
    }

    /// Changes fields of a service principal.
    ///
    /// # Errors
    /// As for [`Graph::update_application`].
    pub async fn update_service_principal(&self, id: &str, patch: Value) -> Result<Call, Fault> {
        self.patch(&format!("/v1.0/servicePrincipals/{}", escaped(id)), patch)
            .await
    }

    /// Adds an owner to an application.
    ///
    /// # Errors
    /// 400 when the person is an owner already.
    pub async fn add_owner(&self, application: &str, user: &str) -> Result<Call, Fault> {
        self.add_reference(
            &format!("/v1.0/applications/{}/owners/$ref", escaped(application)),
            user,
        )
        .await
    }

    /// Removes an owner from an application.
    ///
    /// # Errors
    /// [`crate::FaultKind::NotFound`] when the person is no owner.
    pub async fn remove_owner(&self, application: &str, user: &str) -> Result<Call, Fault> {
        self.delete(&format!(
            "/v1.0/applications/{}/owners/{}/$ref",
            escaped(application),
            escaped(user)
        ))
        .await
    }

    /// Adds an owner to a service principal.
    ///
    /// # Errors
    /// 400 when the person is an owner already.
    pub async fn add_service_principal_owner(
        &self,
        service_principal: &str,
        user: &str,
    ) -> Result<Call, Fault> {
        self.add_reference(
            &format!(
                "/v1.0/servicePrincipals/{}/owners/$ref",
                escaped(service_principal)
            ),
            user,
        )
        .await
    }

    /// Removes an owner from a service principal.
    ///
    /// # Errors
    /// [`crate::FaultKind::NotFound`] when the person is no owner.
    pub async fn remove_service_principal_owner(
        &self,
        service_principal: &str,
        user: &str,
    ) -> Result<Call, Fault> {
        self.delete(&format!(
            "/v1.0/servicePrincipals/{}/owners/{}/$ref",
            escaped(service_principal),
            escaped(user)
        ))
        .await
    }

    /// Deletes an application, and with it its service principal in this tenant. It can be restored for 30 days.
    ///
    /// # Errors
    /// [`crate::FaultKind::NotFound`]: gone already, or not visible yet; read to tell which.
    pub async fn delete_application(&self, id: &str) -> Result<Call, Fault> {
        self.delete(&format!("/v1.0/applications/{}", escaped(id)))
            .await
    }

    /// Deletes a service principal alone; its application stays.
    ///
    /// # Errors
    /// As for [`Graph::delete_application`].
    pub async fn delete_service_principal(&self, id: &str) -> Result<Call, Fault> {
        self.delete(&format!("/v1.0/servicePrincipals/{}", escaped(id)))
            .await
    }

    /// Restores a deleted application.
    ///
    /// # Errors
    /// 403 is to be expected for a signed-in person (entra.md 9): then the portal's list of deleted applications is the way.
    pub async fn restore_deleted(&self, id: &str) -> Result<Call, Fault> {
        let path = format!("/v1.0/directory/deletedItems/{}/restore", escaped(id));
        self.write(Method::POST, &path, Body::Empty, Safety::Once)
            .await
            .map(done)
    }

    /// Deletes a deleted application for good.
    ///
    /// # Errors
    /// As for [`Graph::delete_application`].
    pub async fn delete_permanently(&self, id: &str) -> Result<Call, Fault> {
        self.delete(&format!("/v1.0/directory/deletedItems/{}", escaped(id)))
            .await
    }

    async fn patch(&self, path: &str, patch: Value) -> Result<Call, Fault> {
        self.write(Method::PATCH, path, Body::Json(patch), Safety::Idempotent)
            .await
            .map(done)
    }

    pub(super) async fn delete(&self, path: &str) -> Result<Call, Fault> {
        self.write(Method::DELETE, path, Body::Empty, Safety::Idempotent)
            .await
            .map(done)
    }

    async fn add_reference(&self, path: &str, object: &str) -> Result<Call, Fault> {
        self.refer_to(path, &format!("/v1.0/directoryObjects/{}", escaped(object)))
            .await
    }

    /// Refers to an object, which stands at a path of this cloud's own Graph.
    pub(super) async fn refer_to(&self, path: &str, object: &str) -> Result<Call, Fault> {
        let object = self.url(object, &[]);
        let body = Body::Json(json!({"@odata.id": object.as_str()}));
        self.write(Method::POST, path, body, Safety::Once)
            .await
            .map(done)
    }
}
