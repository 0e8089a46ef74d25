//! Finding a person or a group by what somebody types. What would go wrong with one of them stands in its hint, before
//! it is chosen. It only reads.

use std::ops::ControlFlow;

use connect::Graph;
use connect::entra::{Group, Person};
use engine::{AskOption, Trouble};
use futures::future::join_all;

use super::count_people::upn_of;
use crate::principal::Principal;
use crate::{trouble, words};

/// How many a search gives at most.
const PAGE: usize = 25;
/// How many groups are looked into; a longer list wants a longer text anyway.
const LOOKED_INTO: usize = 10;

/// The people that match.
pub(super) async fn people(graph: &Graph, text: &str) -> Result<Vec<AskOption>, Trouble> {
    let doing = "Searching for people.";
    let found = graph
        .search_users(text.trim())
        .await
        .map_err(|fault| trouble(&fault, doing))?;
    Ok(with_note(found.value.iter().map(person_option).collect()))
}

/// The direct members of a group that match.
pub(super) async fn members(
    graph: &Graph,
    group: &str,
    text: &str,
) -> Result<Vec<AskOption>, Trouble> {
    let text = text.trim().to_lowercase();
    let mut found = Vec::new();
    let read = graph
        .each_member(group, |people, _| {
            found.extend(
                people
                    .iter()
                    .filter(|one| is_like(one, &text))
                    .map(person_option),
            );
            match found.len() < PAGE {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        })
        .await;
    read.map_err(|fault| trouble(&fault, "Searching for members of the pilot group."))?;
    found.truncate(PAGE);
    Ok(with_note(found))
}

/// Whether a name, an address or the id of a person holds the text, which is in lower case.
fn is_like(person: &Person, text: &str) -> bool {
    let own = [
        Some(person.id.as_str()),
        person.display_name.as_deref(),
        person.user_principal_name.as_deref(),
        person.mail.as_deref(),
    ];
    own.into_iter()
        .flatten()
        .any(|own| own.to_lowercase().contains(text))
}

/// The groups that match, each with how many people it would bring.
pub(super) async fn groups(graph: &Graph, text: &str) -> Result<Vec<AskOption>, Trouble> {
    let doing = "Searching for groups.";
    let found = graph
        .search_groups(text.trim())
        .await
        .map_err(|fault| trouble(&fault, doing))?;
    let looking = found
        .value
        .iter()
        .enumerate()
        .map(|(at, group)| async move {
            let inside = match at < LOOKED_INTO {
                true => inside(graph, group).await,
                false => Inside::default(),
            };
            group_option(group, inside)
        });
    Ok(with_note(join_all(looking).await))
}

/// What a group holds, as far as it could be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Inside {
    people: Option<u64>,
    groups: Option<u64>,
}

async fn inside(graph: &Graph, group: &Group) -> Inside {
    let (people, groups) = futures::join!(
        graph.user_members_count(&group.id),
        graph.nested_groups(&group.id)
    );
    Inside {
        people: people.ok().map(|seen| seen.value),
        groups: groups.ok().map(|seen| seen.value.len() as u64),
    }
}

/// Says under the last one of a full page that there may be more.
fn with_note(mut options: Vec<AskOption>) -> Vec<AskOption> {
    let full = options.len() >= PAGE;
    if let (true, Some(last)) = (full, options.last_mut()) {
        last.hint = format!("{} There may be more: type more of the name.", last.hint)
            .trim()
            .to_owned();
    }
    options
}

fn person_option(person: &Person) -> AskOption {
    let upn = upn_of(person);
    let mut notes = Vec::new();
    match person.mail.as_deref() {
        None | Some("") => notes.push("no mail address".to_owned()),
        Some(mail) if mail.eq_ignore_ascii_case(upn) => {}
        Some(mail) => notes.push(format!("mail {mail}")),
    }
    if person.is_guest() {
        notes.push("a guest: their address is another company’s".to_owned());
    }
    if person.account_enabled == Some(false) {
        notes.push("disabled: can’t sign in".to_owned());
    }
    let hint = match notes.is_empty() {
        true => format!("{upn}."),
        false => format!("{upn}; {}.", notes.join("; ")),
    };
    AskOption {
        value: Principal::user(&person.id, upn).to_string(),
        label: person
            .display_name
            .clone()
            .unwrap_or_else(|| upn.to_owned()),
        hint,
    }
}

fn group_option(group: &Group, inside: Inside) -> AskOption {
    let mut notes = Vec::new();
    if let Some(people) = inside.people {
        let people = usize::try_from(people).unwrap_or(usize::MAX);
        notes.push(words::count(people, "direct member", "direct members"));
    }
    if group.security_enabled == Some(false) {
        notes.push("no security group: Microsoft can’t assign it".to_owned());
    }
    if let Some(groups) = inside.groups.filter(|groups| *groups > 0) {
        let groups = usize::try_from(groups).unwrap_or(usize::MAX);
        notes.push(format!(
            "{} inside, whose members are not reached",
            words::count(groups, "group", "groups")
        ));
    }
    if group.is_dynamic() {
        notes.push("dynamic: a rule decides who is in it, with a delay".to_owned());
    }
    let mut hint = notes.join("; ");
    if let Some(first) = hint.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let name = group.display_name.as_deref().unwrap_or(&group.id);
    AskOption {
        value: Principal::group(&group.id, name).to_string(),
        label: format!("{name} (group)"),
        hint: match hint.is_empty() {
            true => hint,
            false => format!("{hint}."),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn person(fields: Value) -> AskOption {
        let mut whole = json!({
            "id": "u-1", "displayName": "Anna", "userPrincipalName": "anna@contoso.com",
            "mail": "anna@contoso.com", "accountEnabled": true, "userType": "Member",
        });
        for (name, value) in fields.as_object().expect("fields") {
            whole[name] = value.clone();
        }
        if whole["mail"].is_null() {
            whole.as_object_mut().expect("fields").remove("mail");
        }
        person_option(&serde_json::from_value(whole).expect("a person"))
    }

    #[test]
    fn what_would_go_wrong_with_a_person_is_said_before_they_are_chosen() {
        let table = [
            (json!({}), "anna@contoso.com."),
            (
                json!({ "mail": null }),
                "anna@contoso.com; no mail address.",
            ),
            (
                json!({ "mail": "a.b@contoso.com" }),
                "anna@contoso.com; mail a.b@contoso.com.",
            ),
            (
                json!({ "userType": "Guest" }),
                "anna@contoso.com; a guest: their address is another company’s.",
            ),
            (
                json!({ "accountEnabled": false }),
                "anna@contoso.com; disabled: can’t sign in.",
            ),
        ];
        for (fields, hint) in table {
            assert_eq!(person(fields.clone()).hint, hint, "{fields}");
        }
        assert_eq!(person(json!({})).value, "user/u-1/anna@contoso.com");
    }

    #[test]
    fn what_would_go_wrong_with_a_group_is_said_before_it_is_chosen() {
        let group = |security: bool, kinds: Value| -> Group {
            serde_json::from_value(json!({
                "id": "g-1", "displayName": "Pilot", "securityEnabled": security, "groupTypes": kinds,
            }))
            .expect("a group")
        };
        let inside = |people, groups| Inside {
            people: Some(people),
            groups: Some(groups),
        };
        let table = [
            (group(true, json!([])), inside(1, 0), "1 direct member."),
            (
                group(false, json!([])),
                inside(3, 0),
                "3 direct members; no security group: Microsoft can’t assign it.",
            ),
            (
                group(true, json!([])),
                inside(0, 2),
                "0 direct members; 2 groups inside, whose members are not reached.",
            ),
            (
                group(true, json!(["DynamicMembership"])),
                Inside::default(),
                "Dynamic: a rule decides who is in it, with a delay.",
            ),
            (group(true, json!([])), Inside::default(), ""),
        ];
        for (group, inside, hint) in table {
            assert_eq!(group_option(&group, inside).hint, hint);
        }
    }

    #[test]
    fn a_full_page_is_said() {
        let whole = with_note(vec![person(json!({})); PAGE]);
        assert_eq!(
            whole[PAGE - 1].hint,
            "anna@contoso.com. There may be more: type more of the name."
        );
        assert_eq!(whole[0].hint, "anna@contoso.com.");
        let few = vec![person(json!({})); 2];
        assert_eq!(with_note(few.clone()), few);
    }
}
