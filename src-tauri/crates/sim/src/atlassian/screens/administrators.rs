//! The screen of the organization's administrators.

use super::{Told, noted_about};
use crate::company::outsider;
use crate::events::ADMIN_ADDED;
use crate::organization::Organization;
use crate::page::{button, escape, field, form, table, words};
use crate::wire::Form;
use crate::world::World;

pub(super) fn add(world: &mut World, sent: &Form) -> Told {
    let email = sent
        .get("email")
        .filter(|email| email.contains('@'))
        .ok_or("Enter an email address.")?
        .to_lowercase();
    let organization = &mut world.organization;
    if organization.is_admin(&email) {
        return Err(format!("{email} is an organization admin already."));
    }
    if organization.account_of(&email).is_none() {
        let name = email.split('@').next().unwrap_or_default().to_owned();
        organization.outsiders.push(outsider(&name, &email));
    }
    organization.admins.push(email.clone());
    let message = format!("Added {email} as an organization admin");
    noted_about(world, ADMIN_ADDED, &message, &email);
    Ok(words(&format!("{email} is an organization admin now.")))
}

pub(super) fn section(organization: &Organization) -> String {
    let row = |admin: &String| {
        let active = organization.is_active(admin);
        vec![
            escape(admin),
            if active { "Active" } else { "Deactivated" }.to_owned(),
            escape(policy_of(organization, admin)),
        ]
    };
    let rows: Vec<Vec<String>> = organization.admins.iter().map(row).collect();
    let fields = [
        field("email", "Email address", "email", ""),
        button("send", "yes", "Make organization admin"),
    ];
    let head = ["Email", "Account", "Authentication policy"];
    [
        "<h2>Administrators</h2>\n".to_owned(),
        table("Organization admins", &head, &rows),
        form("/administrators/add", &fields.concat()),
    ]
    .concat()
}

fn policy_of<'a>(organization: &'a Organization, admin: &str) -> &'a str {
    if organization.manages(admin) {
        &organization.policy_of(admin).name
    } else {
        "None, since the account is not managed"
    }
}
