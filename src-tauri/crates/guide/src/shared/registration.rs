//! A registration of Lockstep's own in the tenant: what it would be, and finding it again.

use connect::Graph;
use engine::{Change, Facts, Trouble, Undo};
use serde_json::{Value, json};

use super::scopes;
use super::sign_in::{MADE_CLIENT, REGISTRATION};
use crate::trouble;

/// The settings of entra.md 1.4 A.
pub(super) fn registration_change(tag: &str) -> Change {
    let access: Vec<Value> = scopes::all()
        .into_iter()
        .map(|scope| json!({ "id": scope.guid, "type": "Scope" }))
        .collect();
    Change {
        id: "registration".into(),
        system: "Entra".into(),
        what: "App registration".into(),
        about: "with its service principal".into(),
        now: "Does not exist".into(),
        then: REGISTRATION.into(),
        then_about: "public client, redirect http://localhost, no secret".into(),
        code: false,
        before: None,
        after: Some(json!({
            "displayName": REGISTRATION,
            "signInAudience": "AzureADMyOrg",
            "isFallbackPublicClient": false,
            "publicClient": { "redirectUris": ["http://localhost"] },
            "requiredResourceAccess": [{ "resourceAppId": connect::signin::GRAPH_RESOURCE, "resourceAccess": access }],
            "tags": [registration_tag(tag)],
        })),
        undo: Undo::Delete {
            said: "Yes, deletes it".into(),
            about: "Microsoft keeps it 30 days".into(),
        },
    }
}

fn registration_tag(tag: &str) -> String {
    format!("{tag}:client")
}

pub(super) fn registration_facts(application: &connect::entra::Application) -> Facts {
    Facts::new()
        .with("registration.object", &application.id)
        .with(MADE_CLIENT, &application.app_id)
}

/// The registration, once both its halves stand.
pub(super) async fn find_registration(graph: &Graph, tag: &str) -> Result<Option<Facts>, Trouble> {
    let Some(application) = tagged(graph, tag).await? else {
        return Ok(None);
    };
    let whole = has_principal(graph, &application.app_id).await?;
    Ok(whole.then(|| registration_facts(&application)))
}

pub(super) async fn tagged(
    graph: &Graph,
    tag: &str,
) -> Result<Option<connect::entra::Application>, Trouble> {
    let found = graph.applications_tagged(&registration_tag(tag)).await;
    let found = found.map_err(|fault| trouble(&fault, "Looking for Lockstep’s registration."))?;
    Ok(found.value.into_iter().next())
}

pub(super) async fn has_principal(graph: &Graph, app_id: &str) -> Result<bool, Trouble> {
    let found = graph.service_principal_of_app(app_id).await;
    Ok(found
        .map_err(|fault| {
            trouble(
                &fault,
                "Looking for the service principal of Lockstep’s registration.",
            )
        })?
        .value
        .is_some())
}
