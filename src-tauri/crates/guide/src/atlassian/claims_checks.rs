//! The checks of the claims: the right to set them, what overrides the portal's page, and what Atlassian receives as
//! NameID, names and stable id.

use async_trait::async_trait;
use connect::Graph;
use engine::{Check, Finding, Known, Skip, Verdict, VerdictState};
use people::Attribute;

use super::claims_found::{self, Found, Unseen};
use super::claims_verdicts::{name_id, overriding, stable};
use super::claims_way::Case;
use super::sent_claims::Sent;
use super::{claims, email_attribute};
use crate::Live;
use crate::evidence::Proven;
use crate::fill;
use crate::shared::rights;
use crate::shared::sign_in_checks::nobody;

const TEXT: &str = include_str!("claims.md");

/// All of them, in the order on screen.
pub(super) const ALL: &[&'static dyn Check<Live>] =
    &[&Allowed, &Overriding, &NameId, &Names, &Stable];

fn with_fix(verdict: Verdict, key: &str, cx: &Live, known: &Known) -> Verdict {
    fill::with_fix(TEXT, key, verdict, cx, known, &[])
}

struct Allowed;

#[async_trait]
impl Check<Live> for Allowed {
    fn id(&self) -> &'static str {
        "allowed"
    }

    fn title(&self) -> &'static str {
        "Lockstep may read and set claims"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        rights::allowed(cx, known, &claims::ID, "read and set claims", TEXT)
    }
}

/// What every look needs: the attribute, and what was found.
struct Seen {
    found: Found,
    case: Case,
    email: Attribute,
}

impl Seen {
    /// Reads it, or says why a check can't judge.
    async fn of(cx: &Live, known: &Known, title: &str) -> Result<Self, Vec<Finding>> {
        let graph = nobody(cx, known, title)?;
        let skipped = |detail: &str| {
            Err(Finding::only(Verdict::skipped(
                Skip::NothingYet,
                title,
                detail,
            )))
        };
        let Some(sp) = known.fact("app.service_principal") else {
            return skipped("The application does not stand yet.");
        };
        let Some(email) = email_attribute::chosen(known) else {
            return skipped("Choose the e-mail attribute first.");
        };
        Self::read(cx, &graph, sp, email, known, title).await
    }

    async fn read(
        cx: &Live,
        graph: &Graph,
        sp: &str,
        email: Attribute,
        known: &Known,
        title: &str,
    ) -> Result<Self, Vec<Finding>> {
        let found = claims_found::found(cx, graph, sp)
            .await
            .map_err(|trouble| {
                // The row of the rights says it already; five times the same refusal would bury it.
                if rights::unseen(graph, &super::claims::ID, known).is_empty() {
                    Finding::only(Verdict::unknown("What is sent could not be read", &trouble))
                } else {
                    let detail = "It is read once the right is granted.";
                    Finding::only(Verdict::skipped(Skip::NothingYet, title, detail))
                }
            })?;
        Ok(Self {
            case: found.case(email, known),
            found,
            email,
        })
    }

    /// What is sent. `None` when a policy can't be read, or when nothing tells.
    fn sent(&self) -> Option<Sent> {
        let unseen = self.found.mapping.is_none() && self.found.unseen().is_some();
        if unseen { None } else { self.case.sent() }
    }

    fn by(&self, verdict: Verdict) -> Verdict {
        let calls = self.found.calls.iter();
        calls.fold(verdict, |verdict, call| verdict.by(call))
    }

    /// What a check says when what is sent can't be told.
    fn untold(&self, title: &str) -> Vec<Finding> {
        let detail = match (&self.found.mapping, self.found.unseen()) {
            (Some(policy), _) => format!(
                "The definition of “{}” is in no form that is known.",
                policy.name
            ),
            (None, Some(Unseen::Refused)) => {
                "Microsoft lets only those read the portal’s page who may change it. Look at it there; the test log-in proves it."
                    .to_owned()
            }
            (None, _) => {
                "This cloud has no call that reads the portal’s page. The test log-in proves it."
                    .to_owned()
            }
        };
        let verdict = Verdict::new(VerdictState::Unknown, title, detail);
        Finding::only(self.by(verdict))
    }
}

struct Overriding;

#[async_trait]
impl Check<Live> for Overriding {
    fn id(&self) -> &'static str {
        "overriding"
    }

    fn title(&self) -> &'static str {
        "No policy overrides the portal’s page"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let seen = match Seen::of(cx, known, "Policies are looked at once that is possible").await {
            Ok(seen) => seen,
            Err(findings) => return findings,
        };
        let (verdict, key) = overriding(seen.found.mapping.as_ref(), &seen.case, seen.email);
        let verdict = match key {
            Some(key) => with_fix(verdict, key, cx, known),
            None => verdict,
        };
        let found = seen.found.mapping_words();
        Finding::only(
            seen.by(verdict)
                .compared("none, or one that is known", &found),
        )
    }
}

struct NameId;

#[async_trait]
impl Check<Live> for NameId {
    fn id(&self) -> &'static str {
        "name-id"
    }

    fn title(&self) -> &'static str {
        "Atlassian receives the e-mail address as NameID"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let seen = match Seen::of(cx, known, "The NameID is looked at once that is possible").await
        {
            Ok(seen) => seen,
            Err(findings) => return findings,
        };
        let Some(sent) = seen.sent() else {
            return seen.untold("Which NameID is sent can’t be told");
        };
        let (verdict, key) = name_id(&sent, &seen.case);
        let verdict = match key {
            Some(key) => with_fix(verdict, key, cx, known),
            None => verdict,
        };
        let wanted = format!("user.{}, Email address", seen.email.name().to_lowercase());
        Finding::only(seen.by(verdict).compared(&wanted, &sent.words()))
    }
}

struct Names;

#[async_trait]
impl Check<Live> for Names {
    fn id(&self) -> &'static str {
        "names"
    }

    fn title(&self) -> &'static str {
        "First and last name are sent"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let seen = match Seen::of(cx, known, "The names are looked at once that is possible").await
        {
            Ok(seen) => seen,
            Err(findings) => return findings,
        };
        let Some(sent) = seen.sent() else {
            return seen.untold("Whether names are sent can’t be told");
        };
        let found = format!(
            "givenname {}, surname {}",
            sent.given.words(),
            sent.surname.words()
        );
        let verdict = match sent.has_names() {
            true => Verdict::new(VerdictState::Pass, "First and last name are sent", ""),
            false => with_fix(
                Verdict::new(VerdictState::Fail, "First or last name is not sent", ""),
                "names",
                cx,
                known,
            ),
        };
        let wanted = "givenname user.givenname, surname user.surname";
        Finding::only(seen.by(verdict).compared(wanted, &found))
    }
}

struct Stable;

#[async_trait]
impl Check<Live> for Stable {
    fn id(&self) -> &'static str {
        "stable-id"
    }

    fn title(&self) -> &'static str {
        "An id that stays is sent beside the address"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let seen = match Seen::of(cx, known, "The id is looked at once that is possible").await {
            Ok(seen) => seen,
            Err(findings) => return findings,
        };
        let Some(sent) = seen.sent() else {
            return seen.untold("Whether an id that stays is sent can’t be told");
        };
        let verdict = stable(&sent);
        let verdict = match verdict.state {
            VerdictState::Pass => verdict,
            _ => with_fix(verdict, "stable", cx, known),
        };
        Finding::only(
            seen.by(verdict)
                .compared("name user.objectid", &format!("name {}", sent.name.words())),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fix_is_written() {
        let cloud = connect::Cloud::named("global").expect("a cloud");
        for key in [
            "consent",
            "read-only",
            "overrides",
            "adopted",
            "name-id",
            "format",
            "names",
            "stable",
        ] {
            let fix = fill::fix(TEXT, key, &cloud, &Known::default(), &[]);
            assert!(fix.is_some_and(|fix| !fix.text.is_empty()), "{key}");
        }
    }
}
