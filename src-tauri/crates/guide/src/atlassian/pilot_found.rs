//! The pilot as it stands in Entra: the person or group, the assignment, and what later steps need of them. It only
//! reads.

use connect::Graph;
use connect::entra::{Assignment, Person};
use engine::{Facts, Known, NextDo, Trouble, TroubleKind};
use people::Attribute;

use super::count_people::upn_of;
use super::email_attribute;
use crate::principal::{Principal, PrincipalKind};
use crate::{trouble, words};

/// A person by id or userPrincipalName; `None` when there is none.
pub(super) async fn person(graph: &Graph, id: &str) -> Result<Option<Person>, Trouble> {
    match graph.user(id).await {
        Ok(seen) => Ok(Some(seen.value)),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(trouble(&fault, "Reading the pilot’s account.")),
    }
}

/// The e-mail address of a person as Atlassian will be told it: from the chosen attribute; before one is chosen, the
/// mail address where there is one.
pub(super) fn address_of(person: &Person, known: &Known) -> Option<String> {
    let mail = person.mail.clone().filter(|mail| !mail.is_empty());
    let upn = person.user_principal_name.clone();
    match email_attribute::chosen(known) {
        Some(Attribute::Mail) => mail,
        Some(Attribute::UserPrincipalName) => upn,
        None => mail.or(upn),
    }
}

/// The assignment of a person or group; groups that they are in do not count.
pub(super) async fn assignment(
    graph: &Graph,
    sp: &str,
    principal: &str,
) -> Result<Option<Assignment>, Trouble> {
    let all = graph
        .assignments(sp)
        .await
        .map_err(|fault| trouble(&fault, "Reading who is assigned to the application."))?;
    let found = all.value.into_iter();
    Ok(found.into_iter().find(|one| one.principal_id == principal))
}

/// What is learned of an assigned pilot; `None` while it is not assigned.
pub(super) async fn assigned(
    graph: &Graph,
    sp: &str,
    who: &Principal,
    known: &Known,
) -> Result<Option<Facts>, Trouble> {
    let Some(assignment) = assignment(graph, sp, &who.id).await? else {
        return Ok(None);
    };
    let facts = Facts::new()
        .with("pilot.id", &who.id)
        .with("pilot.type", who.kind.word())
        .with("pilot.assignment", &assignment.id);
    match who.kind {
        PrincipalKind::User => {
            let Some(person) = person(graph, &who.id).await? else {
                return Ok(None);
            };
            let address = address_of(&person, known).unwrap_or_default();
            let upn = upn_of(&person);
            Ok(Some(
                facts
                    .with("pilot.name", person.display_name.as_deref().unwrap_or(upn))
                    .with("pilot.upn", upn)
                    .with("pilot.address", address)
                    .with("pilot.members", "1"),
            ))
        }
        PrincipalKind::Group => {
            let doing = "Counting the members of the pilot group.";
            let members = graph
                .user_members_count(&who.id)
                .await
                .map_err(|fault| trouble(&fault, doing))?;
            Ok(Some(
                facts
                    .with("pilot.name", &who.name)
                    .with("pilot.upn", "")
                    .with("pilot.address", "")
                    .with("pilot.members", members.value.to_string()),
            ))
        }
    }
}

/// Whether a test user of this name can be made: nobody has it, and its domain is the tenant's and not another
/// directory's.
pub(super) async fn may_be_made(graph: &Graph, upn: &str) -> Result<(), Trouble> {
    if person(graph, upn).await?.is_some() {
        return Err(refused(
            &format!("{upn} exists already, and this connection did not make it"),
            "Choose it as a person that exists, or give the test user another name",
        ));
    }
    let Ok(domains) = graph.domains().await else {
        // Without the right to read domains, Microsoft itself will tell.
        return Ok(());
    };
    let name = words::domain_of(upn);
    let domain = domains
        .value
        .iter()
        .find(|domain| domain.is_verified && domain.name.eq_ignore_ascii_case(&name));
    match domain {
        None => Err(refused(
            &format!("{name} is not a verified domain of your tenant"),
            "Give the test user an address at one that is",
        )),
        Some(domain) if domain.authentication_type.as_deref() == Some("Federated") => Err(refused(
            &format!("People of {name} sign in at another server than Microsoft’s"),
            "A test user must be made there, or at a domain that Microsoft signs in itself",
        )),
        Some(_) => Ok(()),
    }
}

fn refused(title: &str, next: &str) -> Trouble {
    Trouble::new(TroubleKind::BadInput, title, "Nothing was changed.")
        .doing("Preparing a test user.")
        .next("Change the answer above", next, NextDo::Nothing)
}
