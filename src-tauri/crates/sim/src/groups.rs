//! The groups of the practice company, with every kind that an assignment can go wrong with: one within another, one that
//! a rule fills, one that is only a mailing list. This file knows no HTTP.

use serde_json::{Map, Value, json};

use crate::ids::derived_guid;
use crate::objects::map;
use crate::tempo::Wait;
use crate::tenant::access::Members;
use crate::tenant::{Kind, Tenant};

/// The group that a pilot would be made with.
pub(crate) const PILOT: &str = "Jira Pilot";
/// A group whose people are mostly in the groups within it.
pub(crate) const NESTING: &str = "Engineering";

/// A group: its name, what it is for, the numbers of its people, the names of the groups within it.
type Entry = (
    &'static str,
    &'static str,
    &'static [usize],
    &'static [&'static str],
);

const SECURITY: &[Entry] = &[
    (
        PILOT,
        "Tries Jira before everybody else",
        &[1, 2, 4, 5, 6, 7],
        &[],
    ),
    ("Jira Administrators", "Looks after Jira", &[0, 5], &[]),
    (
        "Engineering Platform",
        "Builds what others build on",
        &[2, 9, 10, 11],
        &[],
    ),
    ("Engineering Mobile", "Builds the apps", &[12, 13], &[]),
    (
        NESTING,
        "Everybody who builds something",
        &[5, 7, 8],
        &["Engineering Platform", "Engineering Mobile"],
    ),
];

/// How many departments there are, and how many people are in each.
const DEPARTMENTS: (usize, usize) = (12, 25);

/// Puts the groups into a tenant.
pub(crate) fn found(tenant: &mut Tenant) {
    for (name, about, people, groups) in SECURITY {
        let people = people.iter().map(|index| tenant.people.person(*index).id);
        let groups = groups.iter().map(|name| id(tenant, name));
        let members = people.chain(groups).collect();
        add(tenant, security(name, about), Members::Listed(members));
    }
    for number in 1..=DEPARTMENTS.0 {
        let first = 20 + number * DEPARTMENTS.1;
        let people = (first..first + DEPARTMENTS.1).filter(|index| *index < tenant.people.total);
        let members = people.map(|index| tenant.people.person(index).id).collect();
        let name = format!("Department {number:02}");
        add(
            tenant,
            security(&name, "A cost centre"),
            Members::Listed(members),
        );
    }
    add(tenant, by_rule(), Members::Everybody);
    let social = (1..5).map(|index| tenant.people.person(index).id).collect();
    add(tenant, mailing_list(), Members::Listed(social));
}

/// The id of the group of that name, whether it is there or not.
pub(crate) fn id(tenant: &Tenant, name: &str) -> String {
    derived_guid(&format!("{}/group/{name}", tenant.id))
}

fn add(tenant: &mut Tenant, mut body: Map<String, Value>, members: Members) {
    let name = crate::tenant::text(&body, "displayName").to_owned();
    let id = id(tenant, &name);
    body.insert("id".into(), id.clone().into());
    tenant.add(Kind::Group, body, Wait::Nothing);
    tenant.members.insert(id, members);
}

fn security(name: &str, about: &str) -> Map<String, Value> {
    group(name, about, true, &[], None)
}

fn by_rule() -> Map<String, Value> {
    let rule = Some("(user.userType -eq \"Member\")");
    group(
        "All Contoso",
        "Every member, by a rule",
        true,
        &["DynamicMembership"],
        rule,
    )
}

fn mailing_list() -> Map<String, Value> {
    group(
        "Contoso Social",
        "News and birthdays",
        false,
        &["Unified"],
        None,
    )
}

fn group(
    name: &str,
    about: &str,
    security: bool,
    types: &[&str],
    rule: Option<&str>,
) -> Map<String, Value> {
    let nickname = name.to_lowercase().replace(' ', "");
    map(json!({
        "id": null,
        "deletedDateTime": null,
        "classification": null,
        "createdDateTime": "2024-03-04T08:00:00Z",
        "description": about,
        "displayName": name,
        "expirationDateTime": null,
        "groupTypes": types,
        "isAssignableToRole": null,
        "mail": (!security).then(|| format!("{nickname}@contoso.com")),
        "mailEnabled": !security,
        "mailNickname": nickname,
        "membershipRule": rule,
        "membershipRuleProcessingState": rule.map(|_| "On"),
        "onPremisesLastSyncDateTime": null,
        "onPremisesSecurityIdentifier": null,
        "onPremisesSyncEnabled": null,
        "preferredDataLocation": null,
        "preferredLanguage": null,
        "proxyAddresses": [],
        "renewedDateTime": "2024-03-04T08:00:00Z",
        "resourceBehaviorOptions": [],
        "resourceProvisioningOptions": [],
        "securityEnabled": security,
        "theme": null,
        "visibility": if security { None } else { Some("Public") },
        "onPremisesProvisioningErrors": []
    }))
}
