//! The application as its SAML steps see it: both halves with their keys, read from the live system, and what a check
//! says while there is none. It only reads.

use connect::Graph;
use connect::entra::{Application, ServicePrincipal};
use engine::{Change, Facts, Finding, Known, NextDo, Skip, Trouble, TroubleKind, Verdict};
use jiff::Timestamp;
use serde_json::Value;

use super::signing::Signing;
use super::{add_app, find_app};
use crate::shared::sign_in::read_only;
use crate::shared::sign_in_checks::nobody;
use crate::{Live, trouble};

/// The mode in which an application speaks SAML.
pub(super) const SAML: &str = "saml";

/// The application with its keys.
pub(super) struct SamlApp {
    /// The registration.
    pub application: Application,
    /// The enterprise application, with its keys.
    pub principal: ServicePrincipal,
    /// The certificates it can sign with.
    pub certificates: Vec<Signing>,
    /// What time it is at Microsoft.
    pub now: Timestamp,
    /// The call that saw the registration.
    pub registration_call: connect::Call,
    /// The call that saw the enterprise application.
    pub call: connect::Call,
}

impl SamlApp {
    /// The mode; empty while none was chosen.
    pub fn mode(&self) -> &str {
        self.principal
            .preferred_single_sign_on_mode
            .as_deref()
            .unwrap_or_default()
    }

    /// The thumbprint that was activated.
    pub fn preferred(&self) -> Option<&str> {
        self.principal
            .preferred_token_signing_key_thumbprint
            .as_deref()
            .filter(|thumbprint| !thumbprint.is_empty())
    }

    /// The certificate that signs.
    pub fn active(&self) -> Option<&Signing> {
        super::signing::active(&self.certificates, self.preferred())
    }

    /// What later steps build on.
    pub fn facts(&self) -> Facts {
        let mut facts = Facts::new();
        if self.mode() == SAML {
            facts = facts.with("saml.mode", SAML);
        }
        match self.active() {
            Some(active) => {
                facts.learn(&active.facts());
                facts
            }
            None => facts,
        }
    }
}

/// The application, read whole; `None` when it is not there.
pub(super) async fn read(
    cx: &Live,
    graph: &Graph,
    known: &Known,
) -> Result<Option<SamlApp>, Trouble> {
    let Some(found) = find_app::ours(cx, graph, known).await? else {
        return Ok(None);
    };
    // Keys come only with an explicit selection on the one object (entra.md 4.4).
    let principal = graph.saml_principal(&found.principal.id).await;
    let principal = match principal {
        Ok(principal) => principal,
        Err(fault) if fault.is_not_found() => return Ok(None),
        Err(fault) => {
            return Err(trouble(
                &fault,
                "Reading the single sign-on settings of the application.",
            ));
        }
    };
    Ok(Some(SamlApp {
        application: found.application,
        registration_call: found.registration_call,
        certificates: Signing::all(&principal.value.key_credentials),
        now: principal.server_date.unwrap_or(principal.call.at),
        principal: principal.value,
        call: principal.call,
    }))
}

/// The application for a plan. `None` where Lockstep only reads and nobody made one yet: the way is by hand then.
pub(super) async fn to_plan(
    cx: &Live,
    graph: &Graph,
    known: &Known,
) -> Result<Option<SamlApp>, Trouble> {
    match read(cx, graph, known).await? {
        None if !read_only(known) => Err(gone()),
        found => Ok(found),
    }
}

/// The same, where it has to be there.
pub(super) async fn there(cx: &Live, graph: &Graph, known: &Known) -> Result<SamlApp, Trouble> {
    read(cx, graph, known).await?.ok_or_else(gone)
}

/// The application for a check, or what the check says while it can't be judged.
pub(super) async fn seen(
    cx: &Live,
    known: &Known,
    before: &str,
) -> Result<(Graph, SamlApp), Vec<Finding>> {
    let graph = nobody(cx, known, before)?;
    match read(cx, &graph, known).await {
        Ok(Some(found)) => Ok((graph, found)),
        Ok(None) => Err(Finding::only(Verdict::skipped(
            Skip::NothingYet,
            before,
            "Add the application first.",
        ))),
        Err(trouble) => Err(Finding::only(Verdict::unknown(
            "The application could not be read",
            &trouble,
        ))),
    }
}

/// The trouble that there is no application.
fn gone() -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "The application is not there",
        "Nothing was changed.",
    )
    .doing("Reading the single sign-on settings of the application.")
    .next(
        "Add the application",
        "Lockstep makes it, or takes over one that exists.",
        NextDo::Go { step: add_app::ID },
    )
}

/// A text of what a change writes.
pub(super) fn after<'a>(change: &'a Change, name: &str) -> Option<&'a str> {
    change.after.as_ref()?.get(name)?.as_str()
}

/// A value of what stood before a change; null where there was none.
pub(super) fn before(change: &Change, name: &str) -> Value {
    let value = change.before.as_ref().and_then(|before| before.get(name));
    value.cloned().unwrap_or(Value::Null)
}

/// A list of texts in what a change carries.
pub(super) fn texts(value: Option<&Value>, name: &str) -> Vec<String> {
    let list = value.and_then(|value| value.get(name));
    list.and_then(|list| serde_json::from_value(list.clone()).ok())
        .unwrap_or_default()
}

/// The trouble of a change that this version does not make.
pub(super) fn unknown(change: &Change) -> Trouble {
    Trouble::new(
        TroubleKind::BadInput,
        format!("This version does not know the change “{}”", change.id),
        "Nothing was changed.",
    )
}

/// Applications for tests of what is decided about them.
#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use serde_json::json;

    /// An application as Graph would show it at that time.
    pub fn app(application: Value, principal: Value, now: &str) -> SamlApp {
        let whole = |mut value: Value, id: &str| {
            value["id"] = json!(id);
            value
        };
        let principal: ServicePrincipal =
            serde_json::from_value(whole(principal, "sp")).expect("a service principal");
        let call = |path: &str| connect::Call {
            service: connect::Service::Graph,
            method: "GET".into(),
            url: String::new(),
            path: path.into(),
            status: Some(200),
            request_id: None,
            client_request_id: None,
            at: now.parse().expect("a time"),
        };
        SamlApp {
            application: serde_json::from_value(whole(application, "app")).expect("an application"),
            certificates: Signing::all(&principal.key_credentials),
            principal,
            now: now.parse().expect("a time"),
            registration_call: call("/v1.0/applications/app"),
            call: call("/v1.0/servicePrincipals/sp"),
        }
    }

    /// A signing key whose thumbprint is twenty times this number, 1 or 2.
    pub fn key(number: u8, ends: &str) -> Value {
        let id = match number {
            1 => "AQEBAQEBAQEBAQEBAQEBAQEBAQE=",
            _ => "AgICAgICAgICAgICAgICAgICAgI=",
        };
        json!({
            "customKeyIdentifier": id,
            "keyId": format!("key-{number}"),
            "displayName": "CN=Portal",
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
            "startDateTime": "2023-01-01T00:00:00Z",
            "endDateTime": format!("{ends}T00:00:00Z"),
            "key": null,
        })
    }
}
