//! What decides over the claims of the application now, read from Entra. It only reads.

use connect::entra::ClaimsMappingPolicy;
use connect::{Call, Cloud, FaultKind, Graph};
use engine::{Known, Trouble};
use people::Attribute;
use serde_json::Value;

use super::claims::{INSTEAD, POLICY};
use super::claims_way::{Case, Mapping, Preview, Theirs, Way};
use super::sent_claims;
use crate::{Live, trouble};

/// Why the object of the portal's page is not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unseen {
    /// This cloud has no call for it.
    NotOffered,
    /// Microsoft refused the call: to read it takes the right to write it (entra.md 4.6), or the tenant has not got it.
    Refused,
}

/// What was found.
pub(super) struct Found {
    /// The claims mapping policy that is assigned.
    pub mapping: Option<Mapping>,
    /// The object of the portal's page: not seen, never set, or this.
    preview: Result<Option<Value>, Unseen>,
    /// The calls that saw it.
    pub calls: Vec<Call>,
}

impl Found {
    /// The object of the portal's page, where it could be read and was set.
    pub fn claims_policy(&self) -> Option<&Value> {
        self.preview.as_ref().ok().and_then(Option::as_ref)
    }

    /// Why the object of the portal's page was not seen, if it was not.
    pub fn unseen(&self) -> Option<Unseen> {
        self.preview.as_ref().err().copied()
    }

    /// The assigned policy in words.
    pub fn mapping_words(&self) -> String {
        match &self.mapping {
            Some(policy) => format!("“{}” ({})", policy.name, policy.id),
            None => "None assigned".to_owned(),
        }
    }

    /// The case to decide.
    pub fn case(&self, email: Attribute, known: &Known) -> Case {
        let preview = match &self.preview {
            Err(_) => Preview::Refused,
            Ok(None) => Preview::Unset,
            Ok(Some(policy)) => Preview::Set(sent_claims::of_claims_policy(policy)),
        };
        Case {
            email,
            preview,
            mapping: self.mapping.clone(),
            theirs: match known.answer(POLICY) {
                Some("adopt") => Some(Theirs::Keep),
                Some("detach") => Some(Theirs::Detach),
                _ => None,
            },
            instead: match known.answer(INSTEAD) {
                Some(word) if word == Way::MappingPolicy.word() => Some(Way::MappingPolicy),
                Some(word) if word == Way::ClaimsPolicy.word() => Some(Way::ClaimsPolicy),
                _ => None,
            },
        }
    }
}

/// Reads both kinds of policies.
pub(super) async fn found(cx: &Live, graph: &Graph, sp: &str) -> Result<Found, Trouble> {
    let mapping = graph
        .claims_mapping_policies(sp)
        .await
        .map_err(|fault| trouble(&fault, READING))?;
    let mut calls = vec![mapping.call.clone()];
    let tag = cx.tag();
    let mapping = mapping.value.into_iter().next().map(|policy| {
        let name = policy
            .display_name
            .unwrap_or_else(|| "without a name".to_owned());
        Mapping {
            ours: name.contains(&tag),
            sent: sent_claims::of_mapping_policy(&policy.definition),
            id: policy.id,
            name,
        }
    });
    let preview = match graph.claims_policy(sp).await {
        _ if !is_offered(&cx.cloud) => Err(Unseen::NotOffered),
        Ok(seen) => {
            calls.push(seen.call);
            Ok(seen.value)
        }
        // A cloud without the preview, or a tenant in which Microsoft does not offer it: the other way is left. A lost
        // answer says nothing of that kind.
        Err(fault)
            if matches!(
                fault.kind,
                FaultKind::BadRequest | FaultKind::Forbidden | FaultKind::NotFound
            ) =>
        {
            calls.extend(fault.call);
            Err(Unseen::Refused)
        }
        Err(fault) => return Err(trouble(&fault, READING)),
    };
    Ok(Found {
        mapping,
        preview,
        calls,
    })
}

/// Microsoft offers the preview in its global cloud only (entra.md 4.6); the others answer as if nothing was ever set.
fn is_offered(cloud: &Cloud) -> bool {
    !cloud.name.starts_with("usgov") && !cloud.name.starts_with("china")
}

const READING: &str = "Reading what is sent to Atlassian.";

/// The claims mapping policies that are assigned.
pub(super) async fn assigned(graph: &Graph, sp: &str) -> Result<Vec<ClaimsMappingPolicy>, Trouble> {
    let seen = graph.claims_mapping_policies(sp).await;
    seen.map(|seen| seen.value)
        .map_err(|fault| trouble(&fault, READING))
}

/// The object of the portal's page.
pub(super) async fn claims_policy(graph: &Graph, sp: &str) -> Result<Option<Value>, Trouble> {
    let seen = graph.claims_policy(sp).await;
    seen.map(|seen| seen.value)
        .map_err(|fault| trouble(&fault, READING))
}
