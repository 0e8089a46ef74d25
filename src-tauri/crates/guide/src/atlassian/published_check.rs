//! The check of what Microsoft publishes about the application: the same certificate that signs, and the values that
//! were handed over.

use async_trait::async_trait;
use connect::Graph;
use engine::{Check, Finding, Known, Skip, Verdict, VerdictState};

use super::certificate_checks::with_fix;
use super::federation::{self, Agreement, BEHIND_AT_MOST_MINUTES};
use super::saml_app::{SamlApp, seen};
use super::signing::{Signing, short};
use crate::evidence::Proven;
use crate::{Live, trouble, words};

pub(super) struct Published;

#[async_trait]
impl Check<Live> for Published {
    fn id(&self) -> &'static str {
        "metadata"
    }

    fn title(&self) -> &'static str {
        "Microsoft publishes the same values"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "What Microsoft publishes is read once a certificate is active";
        let (graph, app) = match seen(cx, known, before).await {
            Ok(seen) => seen,
            Err(findings) => return findings,
        };
        let Some(active) = app.active() else {
            let verdict = Verdict::skipped(Skip::NothingYet, before, "Make the changes first.");
            return Finding::only(verdict);
        };
        let title = "What Microsoft publishes could not be read";
        let published = federation::published(&graph, known, Some(&app.application.app_id)).await;
        Finding::only(match published {
            federation::Published::Read(seen) => {
                self.judge(cx, known, &graph, &app, active, &seen).await
            }
            federation::Published::Refused(because) => {
                Verdict::new(VerdictState::Unknown, title, because)
            }
            federation::Published::NoTenant => Verdict::new(
                VerdictState::Unknown,
                title,
                "The tenant is not known. Sign in again.",
            ),
            federation::Published::Failed(fault) => Verdict::unknown(
                title,
                &trouble(
                    &fault,
                    "Reading what Microsoft publishes of the application.",
                ),
            ),
        })
    }
}

impl Published {
    async fn judge(
        &self,
        cx: &Live,
        known: &Known,
        graph: &Graph,
        app: &SamlApp,
        active: &Signing,
        seen: &connect::Seen<saml::Metadata>,
    ) -> Verdict {
        let published = federation::thumbprints(&seen.value);
        let age = federation::active_for(active, known, app.now);
        let mut agreement = federation::compare(&published, None, active, age);
        if agreement == Agreement::Other {
            // Only now, for it costs a second read: is it what one gets without the application's id?
            let tenant = match federation::published(graph, known, None).await {
                federation::Published::Read(tenant) => Some(federation::thumbprints(&tenant.value)),
                _ => None,
            };
            agreement = federation::compare(&published, tenant.as_deref(), active, age);
        }
        let verdict = said(agreement, &published, active);
        let verdict = match agreement {
            Agreement::Agrees => handed_over(verdict, seen, known),
            Agreement::Behind => with_fix(verdict, "metadata-behind", cx, known),
            Agreement::TenantKey => with_fix(verdict, "tenant-key", cx, known),
            Agreement::Other => with_fix(verdict, "metadata-other", cx, known),
        };
        verdict
            .by(&seen.call)
            .saw("Login URL", &seen.value.sso_url)
            .saw("Microsoft Entra Identifier", &seen.value.entity_id)
            .compared(
                &format!("certificate {}", active.thumbprint),
                &format!("certificate {}", published.join(", ")),
            )
    }
}

fn said(agreement: Agreement, published: &[String], active: &Signing) -> Verdict {
    let shown = published.iter().map(|one| short(one)).collect::<Vec<_>>();
    let shown = if shown.is_empty() {
        "no certificate".to_owned()
    } else {
        words::list(&shown)
    };
    let ours = active.short();
    match agreement {
        Agreement::Agrees => Verdict::new(
            VerdictState::Pass,
            "Microsoft publishes the same values",
            format!(
                "Login URL, identifier and certificate {ours} are read from the application’s own metadata."
            ),
        ),
        Agreement::Behind => Verdict::new(
            VerdictState::Wait,
            "Microsoft does not publish the new certificate yet",
            format!(
                "It still shows {shown}, not {ours}. Usual are a few minutes, the longest seen are {BEHIND_AT_MOST_MINUTES}."
            ),
        ),
        Agreement::TenantKey => Verdict::new(
            VerdictState::Fail,
            "Microsoft publishes the tenant-wide certificate, as if fetched without the appid",
            format!(
                "{shown} signs for applications without a certificate of their own; this one signs with {ours}."
            ),
        ),
        Agreement::Other => Verdict::new(
            VerdictState::Fail,
            "Microsoft publishes another certificate",
            format!(
                "{shown} instead of {ours}, which is active for longer than {BEHIND_AT_MOST_MINUTES} minutes."
            ),
        ),
    }
}

/// Values that are published now and were others when they were handed over are told.
fn handed_over(verdict: Verdict, seen: &connect::Seen<saml::Metadata>, known: &Known) -> Verdict {
    let values = [
        ("saml.login_url", "Login URL", &seen.value.sso_url),
        (
            "saml.entity_id",
            "Microsoft Entra Identifier",
            &seen.value.entity_id,
        ),
    ];
    let changed: Vec<_> = values
        .iter()
        .filter(|(fact, _, now)| known.fact(fact).is_some_and(|then| then != now.as_str()))
        .map(|(_, what, _)| *what)
        .collect();
    if changed.is_empty() {
        return verdict;
    }
    Verdict {
        state: VerdictState::Warn,
        title: format!(
            "Microsoft publishes another value now: {}",
            words::list(&changed)
        ),
        detail: "Plan this step again, and paste the new value at Atlassian.".into(),
        ..verdict
    }
}

#[cfg(test)]
mod tests {
    use super::super::saml_app::testing::{app, key};
    use super::*;
    use serde_json::json;

    fn active() -> Signing {
        let principal = json!({"keyCredentials": [key(1, "2029-01-01")]});
        let app = app(json!({}), principal, "2026-11-25T10:00:00Z");
        app.certificates.first().cloned().expect("a certificate")
    }

    #[test]
    fn what_is_published_instead_is_named() {
        let published = ["02".repeat(20)];
        let cases = [
            (Agreement::Agrees, VerdictState::Pass, "0101…0101"),
            (
                Agreement::Behind,
                VerdictState::Wait,
                "still shows 0202…0202, not 0101…0101",
            ),
            (
                Agreement::TenantKey,
                VerdictState::Fail,
                "this one signs with 0101…0101",
            ),
            (
                Agreement::Other,
                VerdictState::Fail,
                "0202…0202 instead of 0101…0101",
            ),
        ];
        for (agreement, state, words) in cases {
            let verdict = said(agreement, &published, &active());
            assert_eq!(verdict.state, state, "{agreement:?}");
            assert!(verdict.detail.contains(words), "{}", verdict.detail);
        }
        let title = said(Agreement::TenantKey, &published, &active()).title;
        assert!(title.contains("without the appid"), "{title}");
    }
}
