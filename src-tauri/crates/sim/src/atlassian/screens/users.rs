//! The screens of Directory > Users: inviting somebody, who has an account then, and removing them again.

use super::{Told, noted_about, wanted};
use crate::company::outsider;
use crate::events::USER_CREATED;
use crate::page::{button, field, form, words};
use crate::wire::Form;
use crate::world::World;

pub(super) fn invite(world: &mut World, sent: &Form) -> Told {
    let email = sent
        .get("email")
        .filter(|email| email.contains('@'))
        .ok_or("Enter an email address.")?
        .to_lowercase();
    let organization = &mut world.organization;
    if organization.account_of(&email).is_some() {
        return Err(format!("{email} has an account already."));
    }
    let name = sent
        .get("name")
        .or_else(|| email.split('@').next())
        .unwrap_or_default();
    organization.outsiders.push(outsider(name, &email));
    noted_about(world, USER_CREATED, &format!("Invited {email}"), &email);
    Ok(words(&format!("{email} is invited.")))
}

pub(super) fn remove(world: &mut World, sent: &Form) -> Told {
    let email = wanted(sent, "email", "Enter an email address.")?.to_lowercase();
    let organization = &mut world.organization;
    if organization.is_admin(&email) {
        return Err(format!("{email} is an organization admin."));
    }
    let before = organization.outsiders.len();
    organization
        .outsiders
        .retain(|account| !account.email.eq_ignore_ascii_case(&email));
    if organization.outsiders.len() == before {
        return Err(format!("{email} was not invited here."));
    }
    for policy in &mut organization.policies {
        policy.members.retain(|member| *member != email);
    }
    organization.deactivated.remove(&email);
    Ok(words(&format!("{email} is removed.")))
}

pub(super) fn section() -> String {
    let email = || field("email", "Email address", "email", "");
    let invited = [
        email(),
        field("name", "Full name", "text", ""),
        button("send", "yes", "Invite user"),
    ];
    let removed = [email(), button("send", "yes", "Remove user")];
    [
        "<h2>Directory: Users</h2>\n".to_owned(),
        form("/users/invite", &invited.concat()),
        form("/users/remove", &removed.concat()),
    ]
    .concat()
}
