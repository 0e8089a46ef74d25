//! A captured response, what it is compared with, and the checklist of both.

use jiff::Timestamp;
use saml::{Captured, CheckState, Checklist, Circumstances, Expected, Request};

use super::{ACS, ENTITY, ISSUER, SIGNING, TENANT, certificate};

pub fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub fn expected() -> Expected {
    Expected {
        issuer: Some(ISSUER.into()),
        saved_issuer: Some(ISSUER.into()),
        acs: Some(ACS.into()),
        entity: Some(ENTITY.into()),
        metadata: vec![certificate(SIGNING)],
        active_thumbprint: Some(certificate(SIGNING).thumbprint()),
        saved_certificate: Some(certificate(SIGNING)),
        domains: Some(vec!["Contoso.com".into()]),
        accounts: Some(vec!["anna@contoso.com".into(), "bert@contoso.com".into()]),
        provisioned: Some("Anna@contoso.com".into()),
        tenant: Some(TENANT.into()),
    }
}

pub fn request() -> Request {
    Request {
        id: "_q1".into(),
        issuer: ENTITY.into(),
        destination: None,
        acs: Some(ACS.into()),
        issue_instant: None,
        forces_sign_in: false,
        name_id_format: None,
        wants_context: false,
    }
}

pub fn captured(xml: &str) -> Captured {
    Captured {
        xml: xml.to_owned(),
        at: Some(time("2026-12-01T10:00:02Z")),
        posted_to: Some(ACS.into()),
        relay_state: Some("back".into()),
        request: Some(request()),
        was_sent_before: false,
        was_repaired: false,
    }
}

pub fn circumstances(captured: Captured) -> Circumstances {
    Circumstances::new(captured, time("2026-12-01T10:05:00Z"))
}

pub fn checklist(xml: &str) -> Checklist {
    Checklist::of(&circumstances(captured(xml)), &expected())
}

pub fn state(list: &Checklist, id: &str) -> CheckState {
    list.get(id)
        .unwrap_or_else(|| panic!("no check {id}"))
        .state
}

pub fn ids(list: &Checklist, state: CheckState) -> Vec<&'static str> {
    let found = list.checks.iter().filter(|one| one.state == state);
    found.map(|one| one.id).collect()
}
