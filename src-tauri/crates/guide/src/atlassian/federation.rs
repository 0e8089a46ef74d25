//! What Microsoft publishes about an application for others to trust: its name, its log-in address, its certificates.
//! It is read with the application's id, never built by hand, and compared with what the application itself holds.

use connect::{Fault, Graph, Seen};
use engine::{Facts, Known};
use jiff::Timestamp;
use saml::Metadata;

use super::certificate::ACTIVATED_AT;
use super::saml_app::SamlApp;
use super::signing::Signing;

/// For so many minutes after a certificate was made or activated Microsoft may still publish the one before. Usual are
/// a few (entra.md 4.5).
pub(super) const BEHIND_AT_MOST_MINUTES: i64 = 15;

/// What was published, or why it is not known.
pub(super) enum Published {
    /// It was read.
    Read(Box<Seen<Metadata>>),
    /// It came, and is no metadata.
    Refused(String),
    /// It did not come.
    Failed(Box<Fault>),
    /// Which tenant it is, is not known.
    NoTenant,
}

/// How what is published compares with the active certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agreement {
    /// The active certificate is published.
    Agrees,
    /// It is not yet: it is active for minutes only.
    Behind,
    /// The tenant-wide one is published, as without the application's id.
    TenantKey,
    /// Some other one is, though the active one is active for long.
    Other,
}

/// Reads what is published for this application, or, without its id, for the whole tenant.
pub(super) async fn published(graph: &Graph, known: &Known, app_id: Option<&str>) -> Published {
    let Some(tenant) = known.fact("entra.tenant") else {
        return Published::NoTenant;
    };
    let text = match graph.federation_metadata(tenant, app_id).await {
        Ok(text) => text,
        Err(fault) => return Published::Failed(Box::new(fault)),
    };
    match Metadata::read(&text.value) {
        Ok(metadata) => Published::Read(Box::new(text.map(|_| metadata))),
        Err(refusal) => Published::Refused(refusal.to_string()),
    }
}

/// The values for Atlassian; none while they can't be read, which a check tells.
pub(super) async fn facts(graph: &Graph, known: &Known, app: &SamlApp) -> Facts {
    match published(graph, known, Some(&app.application.app_id)).await {
        Published::Read(seen) => Facts::new()
            .with("saml.login_url", &seen.value.sso_url)
            .with("saml.entity_id", &seen.value.entity_id),
        _ => Facts::new(),
    }
}

/// The thumbprints of the certificates that are published.
pub(super) fn thumbprints(metadata: &Metadata) -> Vec<String> {
    metadata
        .signing
        .iter()
        .map(saml::Certificate::thumbprint)
        .collect()
}

/// For how many minutes the certificate is active at least: since it begins, or since Lockstep activated it.
pub(super) fn active_for(active: &Signing, known: &Known, now: Timestamp) -> Option<i64> {
    let activated = known
        .fact(ACTIVATED_AT)
        .and_then(|at| at.parse::<Timestamp>().ok());
    let since = active.starts.max(activated)?;
    Some((now.as_second() - since.as_second()).div_euclid(60))
}

/// How they compare. `tenant` are the thumbprints published without the application's id, where they were read.
pub(super) fn compare(
    published: &[String],
    tenant: Option<&[String]>,
    active: &Signing,
    active_for: Option<i64>,
) -> Agreement {
    if published.iter().any(|one| active.is(one)) {
        return Agreement::Agrees;
    }
    // Microsoft falls back to the tenant-wide one too while it is behind, so a young certificate says nothing.
    if active_for.is_some_and(|minutes| minutes < BEHIND_AT_MOST_MINUTES) {
        return Agreement::Behind;
    }
    let same = |tenant: &[String]| {
        !published.is_empty() && published.iter().all(|one| tenant.contains(one))
    };
    if tenant.is_some_and(same) {
        Agreement::TenantKey
    } else {
        Agreement::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn active(starts: &str) -> Signing {
        Signing {
            id: "id".into(),
            thumbprint: "AA".into(),
            base64: None,
            name: String::new(),
            starts: starts.parse().ok(),
            ends: None,
        }
    }

    #[test]
    fn another_published_certificate_is_a_wait_while_the_active_one_is_young_and_else_named() {
        let tenant = ["77".to_owned()];
        let cases: [(&[&str], bool, Option<i64>, Agreement); 8] = [
            (&["AA"], true, Some(0), Agreement::Agrees),
            (&["BB", "aa"], true, None, Agreement::Agrees),
            (&["77"], true, Some(14), Agreement::Behind),
            (&["BB"], true, Some(3), Agreement::Behind),
            (&["77"], true, Some(15), Agreement::TenantKey),
            (&["77"], false, Some(15), Agreement::Other),
            (&["BB"], true, Some(600), Agreement::Other),
            (&[], true, Some(600), Agreement::Other),
        ];
        for (published, read, minutes, wanted) in cases {
            let published: Vec<_> = published.iter().map(|one| (*one).to_owned()).collect();
            let tenant = read.then_some(&tenant[..]);
            let found = compare(&published, tenant, &active("2026-01-01T00:00:00Z"), minutes);
            assert_eq!(found, wanted, "{published:?} {minutes:?}");
        }
    }

    #[test]
    fn an_old_certificate_that_was_activated_a_moment_ago_is_young() {
        let now: Timestamp = "2026-11-25T10:10:00Z".parse().expect("a time");
        let old = active("2024-01-01T00:00:00Z");
        let mut known = Known::default();
        assert!(active_for(&old, &known, now).is_some_and(|minutes| minutes > 1_000_000));
        known.facts = known.facts.with(ACTIVATED_AT, "2026-11-25T10:03:30Z");
        assert_eq!(active_for(&old, &known, now), Some(6));
    }
}
