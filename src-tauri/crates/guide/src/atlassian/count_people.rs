//! Counting the people in scope: everybody, or the direct members of a group, page by page. No person is kept; what
//! is remembered between pages is a [`Tally`].

use std::ops::ControlFlow;

use connect::entra::Person;
use connect::{Call, Fault, Graph, Seen};
use engine::Known;
use people::{PersonFacts, Report, Tally};

use super::before_atlassian::organization;
use crate::principal::Principal;
use crate::{Counting, Live};

/// Whom the count is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// Everybody in the tenant.
    All,
    /// The direct members of a group: Microsoft lets in nobody else (entra.md 5.2).
    Group(Principal),
}

impl Scope {
    /// In words, after a number.
    pub fn words(&self) -> String {
        match self {
            Self::All => "in the tenant".to_owned(),
            Self::Group(group) => format!("in {}", group.name),
        }
    }

    /// What tells one scope from another.
    fn key(&self) -> &str {
        match self {
            Self::All => "all",
            Self::Group(group) => &group.id,
        }
    }
}

/// The domains that addresses are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verified {
    /// Their names, sorted.
    pub names: Vec<String>,
    /// Whether Atlassian named them. Without its key, Entra's own verified names stand in.
    pub by_atlassian: bool,
}

impl Verified {
    /// As evidence.
    pub fn words(&self) -> String {
        let names = match self.names.is_empty() {
            true => "none".to_owned(),
            false => self.names.join(", "),
        };
        match self.by_atlassian {
            true => format!("{names} (verified at Atlassian)"),
            false => format!("{names} (verified in Entra; Atlassian’s list could not be read)"),
        }
    }
}

/// What was counted, and by which call.
#[derive(Debug, Clone)]
pub(super) struct Count {
    pub report: Report,
    pub verified: Verified,
    pub call: Call,
}

/// The names that are verified at Atlassian; where no key opens them, those that are verified in Entra and that
/// Atlassian could verify.
pub(super) async fn verified(cx: &Live, graph: &Graph, known: &Known) -> Result<Verified, Fault> {
    if let Some(names) = at_atlassian(cx, known).await {
        return Ok(Verified {
            names,
            by_atlassian: true,
        });
    }
    let domains = graph.domains().await?.value;
    let own = domains
        .into_iter()
        .filter(|domain| domain.is_verified && !domain.is_initial);
    Ok(Verified {
        names: sorted(own.map(|domain| domain.name)),
        by_atlassian: false,
    })
}

async fn at_atlassian(cx: &Live, known: &Known) -> Option<Vec<String>> {
    let atlassian = cx.atlassian.as_ref()?;
    let organization = organization(atlassian, known).await.ok()??;
    let domains = atlassian.domains(&organization.value.0).await.ok()?.value;
    let verified = domains.into_iter().filter(|domain| domain.is_verified());
    Some(sorted(verified.map(|domain| domain.name)))
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.map(|name| name.to_lowercase()).collect();
    names.sort();
    names.dedup();
    names
}

/// What a count depends on, cheaply read: with the same stamp a count need not be made again for the page. The check
/// counts afresh all the same.
pub(super) async fn stamp(
    graph: &Graph,
    scope: &Scope,
    verified: &Verified,
) -> Result<String, Fault> {
    let people = match scope {
        Scope::All => graph.users_count("accountEnabled eq true").await?.value,
        Scope::Group(group) => graph.user_members_count(&group.id).await?.value,
    };
    Ok(format!(
        "{} {people} {}",
        scope.key(),
        verified.names.join(",")
    ))
}

/// Counts.
pub(super) async fn count(
    graph: &Graph,
    scope: &Scope,
    verified: Verified,
    counting: &Counting,
) -> Result<Count, Fault> {
    let mut tally = Tally::new(&verified.names);
    let seen = each(graph, scope, counting, |person| {
        tally.take(&facts(person));
        ControlFlow::Continue(())
    })
    .await?;
    Ok(Count {
        report: tally.report(),
        verified,
        call: seen.call,
    })
}

/// Hands over everybody in scope, one by one, and tells how far it is.
pub(super) async fn each(
    graph: &Graph,
    scope: &Scope,
    counting: &Counting,
    mut take: impl FnMut(&Person) -> ControlFlow<()> + Send,
) -> Result<Seen<u64>, Fault> {
    let page = |people: Vec<Person>, progress: connect::Progress| {
        counting.seen(progress.seen, progress.total);
        people.iter().try_for_each(&mut take)
    };
    match scope {
        Scope::All => graph.each_user(page).await,
        Scope::Group(group) => graph.each_member(&group.id, page).await,
    }
}

fn facts(person: &Person) -> PersonFacts<'_> {
    PersonFacts {
        id: &person.id,
        upn: upn_of(person),
        mail: person.mail.as_deref(),
        // Graph leaves both out for some accounts: only a clear word counts against somebody.
        enabled: person.account_enabled != Some(false),
        guest: person.is_guest(),
        given: person.given_name.as_deref(),
        surname: person.surname.as_deref(),
    }
}

/// What a person signs in with; empty where Microsoft does not tell.
pub(super) fn upn_of(person: &Person) -> &str {
    person.user_principal_name.as_deref().unwrap_or_default()
}
