//! The screens of Security > Authentication policies.

use super::{Told, noted, noted_about, wanted};
use crate::events::{
    Action, MEMBER_ADDED, MEMBER_REMOVED, POLICY_ADDED, POLICY_DELETED, SSO_ENFORCED,
    SSO_NOT_ENFORCED,
};
use crate::organization::Organization;
use crate::page::{button, choice, escape, field, form, hidden, table, words};
use crate::security::AuthPolicy;
use crate::wire::{Call, Form};
use crate::world::World;

/// `/policies/add`.
pub(super) fn add(world: &mut World, base: &str, sent: &Form) -> Told {
    let name = wanted(sent, "name", "Give the policy a name.")?;
    let organization = &mut world.organization;
    let directory = sent.get("directory");
    if !organization.guard {
        return Err("More than one policy needs Atlassian Guard Standard.".into());
    }
    if directory.is_some_and(|id| organization.identity_provider(id).is_none()) {
        return Err("There is no such directory.".into());
    }
    if organization
        .policies
        .iter()
        .any(|policy| policy.name == name)
    {
        return Err("There is a policy of this name already.".into());
    }
    let policy = AuthPolicy::new(name, directory);
    let shown = address_line(organization, base, &policy, Some("policy"));
    organization.policies.push(policy);
    noted(
        world,
        POLICY_ADDED,
        &format!("Added authentication policy {name}"),
    );
    Ok(format!("{}{shown}", words(&format!("{name} is added."))))
}

/// `/policies/members/add`: only managed accounts. An account is in one policy, so that this takes it out of another.
pub(super) fn add_member(world: &mut World, sent: &Form) -> Told {
    let policy = policy(&world.organization, sent)?;
    let (id, name) = (policy.id.clone(), policy.name.clone());
    let email = wanted(sent, "email", "Enter an email address.")?.to_lowercase();
    let organization = &mut world.organization;
    if organization.account_of(&email).is_none() || !organization.manages(&email) {
        return Err(format!("{email} is not a managed account."));
    }
    organization.move_into(&id, &email);
    let message = format!("Added {email} to authentication policy {name}");
    noted_about(world, MEMBER_ADDED, &message, &email);
    Ok(words(&format!("{email} is a member of {name}.")))
}

/// `/policies/members/remove`: the account falls back to the default policy of its directory.
pub(super) fn remove_member(world: &mut World, sent: &Form) -> Told {
    let email = wanted(sent, "email", "Enter an email address.")?.to_lowercase();
    let policy = policy_mut(world, sent)?;
    let before = policy.members.len();
    policy.members.retain(|member| *member != email);
    let name = policy.name.clone();
    if policy.members.len() == before {
        return Err(format!("{email} was not put into {name}."));
    }
    let message = format!("Removed {email} from authentication policy {name}");
    noted_about(world, MEMBER_REMOVED, &message, &email);
    Ok(words(&format!(
        "{email} is not a member of {name} any more."
    )))
}

/// `/policies/enforce`: what can't work is refused. What locks people out is not.
pub(super) fn enforce(world: &mut World, sent: &Form) -> Told {
    let wish = sent.get("enforce");
    match wish {
        Some("yes") => {
            may_enforce(&world.organization, policy(&world.organization, sent)?)?;
            switched(world, sent, true, SSO_ENFORCED)
        }
        Some("no") => switched(world, sent, false, SSO_NOT_ENFORCED),
        _ => Err("Choose whether to enforce single sign-on.".into()),
    }
}

fn switched(world: &mut World, sent: &Form, enforced: bool, action: Action) -> Told {
    let policy = policy_mut(world, sent)?;
    policy.enforced = enforced;
    let message = format!("{} {}", action.display, policy.name);
    noted(world, action, &message);
    Ok(words("The settings of the policy are updated."))
}

/// Why single sign-on can't be enforced in a policy, if so.
fn may_enforce(organization: &Organization, policy: &AuthPolicy) -> Result<(), String> {
    let told = match policy.directory.as_deref() {
        _ if !organization.guard => "Enforcing single sign-on needs Atlassian Guard Standard.",
        None => {
            "Single sign-on can't be enforced in the local directory. Use a policy of an identity provider directory."
        }
        Some(id) => match organization.identity_provider(id) {
            Some(provider) if provider.saml.is_some() => return Ok(()),
            _ => "Set up SAML single sign-on for this directory first.",
        },
    };
    Err(told.to_owned())
}

/// `/policies/delete`: only a policy that nobody is in.
pub(super) fn delete(world: &mut World, sent: &Form) -> Told {
    let policy = policy(&world.organization, sent)?;
    let (id, name) = (policy.id.clone(), policy.name.clone());
    if policy.default {
        return Err("The default policy of a directory can't be deleted.".into());
    }
    if !policy.members.is_empty() {
        return Err("Move the members to another policy first.".into());
    }
    world.organization.policies.retain(|policy| policy.id != id);
    noted(
        world,
        POLICY_DELETED,
        &format!("Deleted authentication policy {name}"),
    );
    Ok(words(&format!("{name} is deleted.")))
}

fn policy<'a>(organization: &'a Organization, sent: &Form) -> Result<&'a AuthPolicy, String> {
    let id = wanted(sent, "policy", "Choose a policy.")?;
    organization
        .policies
        .iter()
        .find(|policy| policy.id == id)
        .ok_or_else(|| "There is no such policy.".to_owned())
}

fn policy_mut<'a>(world: &'a mut World, sent: &Form) -> Result<&'a mut AuthPolicy, String> {
    let id = policy(&world.organization, sent)?.id.clone();
    let policies = &mut world.organization.policies;
    policies
        .iter_mut()
        .find(|policy| policy.id == id)
        .ok_or_else(|| "There is no such policy.".to_owned())
}

/// The policy that the address names, on top of the page: what the real administration shows there.
pub(super) fn edited(organization: &Organization, call: &Call) -> String {
    let segments = call.segments();
    let named = organization
        .policies
        .iter()
        .find(|policy| segments.contains(&policy.id));
    named.map_or_else(String::new, |policy| {
        format!(
            "<h2>{}</h2>\n{}{}",
            escape(&policy.name),
            address_line(organization, &call.base, policy, Some("policy")),
            settings(policy)
        )
    })
}

pub(super) fn section(organization: &Organization, base: &str) -> String {
    let directories: Vec<(String, String)> = std::iter::once((String::new(), LOCAL.to_owned()))
        .chain(
            organization
                .identity_providers
                .iter()
                .map(|provider| (provider.id.clone(), provider.name.clone())),
        )
        .collect();
    let fields = [
        choice("directory", "Directory", &directories),
        field("name", "Policy name", "text", ""),
        button("send", "yes", "Add policy"),
    ];
    // An id stands once on a page: the first policy that enforces carries those that programs look for.
    let enforcing = organization
        .policies
        .iter()
        .find(|policy| policy.enforced && !policy.default);
    let policies: String = organization
        .policies
        .iter()
        .map(|policy| {
            let name = escape(&policy.name);
            let first = enforcing.is_some_and(|first| first.id == policy.id);
            let mark = if first { " id=\"enforcing-name\"" } else { "" };
            let marked = first.then_some("enforcing");
            let line = address_line(organization, base, policy, marked);
            format!("<h3{mark}>{name}</h3>\n{line}{}", settings(policy))
        })
        .collect();
    [
        "<h2>Security: Authentication policies</h2>\n".to_owned(),
        policies,
        form("/policies/add", &fields.concat()),
    ]
    .concat()
}

/// A sentence that names the policies of a directory.
pub(super) fn names_of(organization: &Organization, directory: &str) -> String {
    let names: Vec<&str> = organization
        .policies
        .iter()
        .filter(|policy| policy.directory.as_deref() == Some(directory))
        .map(|policy| policy.name.as_str())
        .collect();
    words(&format!("Authentication policies: {}.", names.join(", ")))
}

const LOCAL: &str = "Local directory";

/// The id and the address of a policy, where one would find them in the real administration.
fn address_line(
    organization: &Organization,
    base: &str,
    policy: &AuthPolicy,
    marked: Option<&str>,
) -> String {
    let directory = policy
        .directory
        .as_deref()
        .and_then(|id| organization.identity_provider(id))
        .map_or(LOCAL, |provider| provider.name.as_str());
    let address = format!(
        "{base}/o/{}/security/authentication-policies/{}/edit",
        organization.id, policy.id
    );
    let mark = |what: &str| marked.map_or_else(String::new, |of| format!(" id=\"{of}-{what}\""));
    let (kind, sso) = (
        if policy.default {
            ", default policy"
        } else {
            ""
        },
        if policy.enforced {
            "enforced"
        } else {
            "not enforced"
        },
    );
    format!(
        "<p>{}{kind}. Single sign-on is {sso}. Policy ID <code{}>{}</code>, <a{} href=\"{address}\">{address}</a></p>\n",
        escape(directory),
        mark("id"),
        escape(&policy.id),
        mark("address"),
        address = escape(&address),
    )
}

/// Members and settings of a policy.
fn settings(policy: &AuthPolicy) -> String {
    let id = || hidden("policy", &policy.id);
    let rows: Vec<Vec<String>> = policy
        .members
        .iter()
        .map(|member| vec![escape(member)])
        .collect();
    let email = || field("email", "Email address", "email", "");
    let mut choices = [
        ("no", "Do not enforce single sign-on"),
        ("yes", "Enforce single sign-on"),
    ]
    .map(|(value, words)| (value.to_owned(), words.to_owned()));
    // The form shows first what holds now, so that pressing Update alone changes nothing.
    if policy.enforced {
        choices.reverse();
    }
    let act = |action: &str, fields: &[String]| form(action, &fields.concat());
    [
        table(&format!("Members of {}", policy.name), &["Email"], &rows),
        act(
            "/policies/members/add",
            &[id(), email(), button("send", "yes", "Add member")],
        ),
        act(
            "/policies/members/remove",
            &[id(), email(), button("send", "yes", "Remove member")],
        ),
        act(
            "/policies/enforce",
            &[
                id(),
                choice("enforce", "Single sign-on", &choices),
                button("send", "yes", "Update"),
            ],
        ),
        if policy.default {
            String::new()
        } else {
            act(
                "/policies/delete",
                &[id(), button("send", "yes", "Delete policy")],
            )
        },
    ]
    .concat()
}
