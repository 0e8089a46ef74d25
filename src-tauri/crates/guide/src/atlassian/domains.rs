//! The check of the domains: verified at Atlassian, accounts claimed, and compared with Entra's verified names.

use std::collections::BTreeSet;

use async_trait::async_trait;
use connect::Seen;
use connect::atlassian::{ManagedTally, OrgDomain};
use connect::entra::Domain;
use engine::{Check, Finding, Known, Verdict, VerdictState};

use super::before_atlassian::{could_not, opened, with_fix};
use crate::evidence::Proven;
use crate::{Live, words};

/// One finding for each domain.
pub(super) struct Domains;

#[async_trait]
impl Check<Live> for Domains {
    fn id(&self) -> &'static str {
        "domains"
    }

    fn title(&self) -> &'static str {
        "The domains are verified and their accounts claimed"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let title = "The domains could not be read";
        let (atlassian, organization) =
            match opened(cx, known, "Domains are read with the key", title).await {
                Ok(opened) => opened,
                Err(findings) => return findings,
            };
        let domains = match atlassian.domains(&organization).await {
            Ok(domains) => domains,
            Err(fault) => return Finding::only(could_not(title, &fault, "Reading the domains.")),
        };
        let managed = atlassian.managed_tally(&organization).await;
        let in_entra = match &cx.graph {
            Some(graph) => graph
                .domains()
                .await
                .map(|seen| seen.value)
                .unwrap_or_default(),
            None => Vec::new(),
        };
        let weighs = |domain: &OrgDomain| Weight::of(domain, &in_entra, &domains.value);
        let mut findings: Vec<_> = domains
            .value
            .iter()
            .map(|domain| Finding {
                key: domain.name.clone(),
                verdict: match &managed {
                    Ok(managed) => judge(domain, weighs(domain), managed, cx, known)
                        .by(&domains.call)
                        .by(&managed.call),
                    Err(fault) => could_not(
                        &format!("The accounts of {} could not be counted", domain.name),
                        fault,
                        "Reading the managed accounts.",
                    ),
                },
            })
            .collect();
        findings.extend(only_in_entra(&in_entra, &domains, cx, known));
        if findings.is_empty() {
            let verdict = Verdict::new(
                VerdictState::Fail,
                "No domain is verified at Atlassian",
                "Single sign-on works only for people of a verified domain.",
            );
            let verdict = with_fix(verdict, "verify", cx, known, &[])
                .by(&domains.call)
                .compared("one verified domain or more", "none");
            findings = Finding::only(verdict);
        }
        findings
    }
}

/// How much a domain matters to this connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Its people are the tenant's, or it is the only one that could carry the connection.
    Needed,
    /// Listed at Atlassian, but not a name of this tenant: worth a word, no obstacle.
    Beside,
}

impl Weight {
    fn of(domain: &OrgDomain, in_entra: &[Domain], at_atlassian: &[OrgDomain]) -> Self {
        let is_the_tenants = in_entra
            .iter()
            .any(|own| own.is_verified && own.name.eq_ignore_ascii_case(&domain.name));
        let another_carries = at_atlassian
            .iter()
            .any(|other| other.name != domain.name && other.is_verified());
        if is_the_tenants || !another_carries {
            Weight::Needed
        } else {
            Weight::Beside
        }
    }

    fn state(self) -> VerdictState {
        match self {
            Weight::Needed => VerdictState::Fail,
            Weight::Beside => VerdictState::Warn,
        }
    }
}

fn judge(
    domain: &OrgDomain,
    weight: Weight,
    managed: &Seen<ManagedTally>,
    cx: &Live,
    known: &Known,
) -> Verdict {
    let name = &domain.name;
    let word = domain
        .claim_status
        .clone()
        .unwrap_or_else(|| "not told".to_owned());
    if !domain.is_verified() {
        let key = match domain.is_unverified() {
            true => "verify",
            false => "domain-word",
        };
        return with_fix(
            unproven(domain, weight),
            key,
            cx,
            known,
            &[("domain", name)],
        )
        .compared("verified", &word);
    }
    let accounts = managed
        .value
        .by_domain
        .get(&name.to_lowercase())
        .copied()
        .unwrap_or(0);
    let found = format!(
        "domain {word}, {accounts} managed accounts of {}",
        managed.value.total
    );
    let expected = format!("1 managed account or more with an address at {name}");
    if accounts == 0 {
        let verdict = Verdict::new(
            weight.state(),
            format!("{name} is verified, but no account is claimed"),
            "Its people can’t use single sign-on until you claim them.",
        );
        return with_fix(verdict, "claim", cx, known, &[("domain", name)])
            .compared(&expected, &found);
    }
    let verdict = Verdict::new(
        VerdictState::Pass,
        format!("{name} is verified and claimed"),
        format!(
            "{}.",
            words::count(accounts, "managed account", "managed accounts")
        ),
    );
    verdict.compared(&expected, &found)
}

/// What is said of a domain that Atlassian does not call verified. Its words are published nowhere (atlassian.md 1.6): only
/// the one that is known is wrong, and any other is for a person to read.
fn unproven(domain: &OrgDomain, weight: Weight) -> Verdict {
    let name = &domain.name;
    let said = match &domain.claim_status {
        Some(word) => format!("Atlassian calls it “{word}”"),
        None => "Atlassian does not say how it stands".to_owned(),
    };
    if !domain.is_unverified() {
        let title = format!("Whether {name} is verified at Atlassian is not certain");
        let detail = format!("{said}, and Lockstep can’t tell what that means.");
        return Verdict::new(VerdictState::Warn, title, detail);
    }
    let more = match weight {
        Weight::Needed => "",
        Weight::Beside => {
            " Its people stay outside single sign-on; this tenant has no such domain."
        }
    };
    let title = format!("{name} is not verified at Atlassian");
    Verdict::new(weight.state(), title, format!("{said}.{more}"))
}

/// Names that are verified in Entra, but that Atlassian does not list.
fn only_in_entra(
    in_entra: &[Domain],
    at_atlassian: &Seen<Vec<OrgDomain>>,
    cx: &Live,
    known: &Known,
) -> Vec<Finding> {
    let listed: BTreeSet<_> = at_atlassian
        .value
        .iter()
        .map(|domain| domain.name.to_lowercase())
        .collect();
    let own = in_entra
        .iter()
        .filter(|domain| domain.is_verified && !domain.is_initial);
    // Names under the initial one (tenant.mail.onmicrosoft.com) can't be verified at Atlassian either.
    let own = own.filter(|domain| !domain.name.to_lowercase().ends_with(".onmicrosoft.com"));
    own.filter(|domain| !listed.contains(&domain.name.to_lowercase()))
        .map(|domain| {
            let verdict = Verdict::new(
                VerdictState::Warn,
                format!("{} is verified in Entra, but not at Atlassian", domain.name),
                "People with addresses there would not use single sign-on.",
            );
            let verdict = with_fix(verdict, "verify", cx, known, &[("domain", &domain.name)]);
            Finding {
                key: domain.name.clone(),
                verdict: verdict
                    .by(&at_atlassian.call)
                    .compared("listed at Atlassian", "not listed"),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn only_a_word_that_is_known_to_be_bad_fails() {
        let said = |claim: Value, weight| {
            let item = json!({"id": "1", "attributes": {"name": "contoso.com", "claim": claim}});
            let domain: OrgDomain = serde_json::from_value(item).expect("a domain");
            let verdict = unproven(&domain, weight);
            (verdict.state, verdict.detail)
        };
        let unverified = json!({"status": "UNVERIFIED"});
        let fails = (
            VerdictState::Fail,
            "Atlassian calls it “UNVERIFIED”.".to_owned(),
        );
        assert_eq!(said(unverified.clone(), Weight::Needed), fails);
        assert_eq!(said(unverified, Weight::Beside).0, VerdictState::Warn);
        for (claim, words) in [
            (json!({"status": "pending"}), "Atlassian calls it “pending”"),
            (json!({}), "Atlassian does not say how it stands"),
            (
                json!({"status": null}),
                "Atlassian does not say how it stands",
            ),
        ] {
            let (state, detail) = said(claim.clone(), Weight::Needed);
            assert_eq!(state, VerdictState::Warn, "{claim}");
            assert!(detail.starts_with(words), "{detail}");
        }
    }
}
