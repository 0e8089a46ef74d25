//! The cloud file: where the practice services are, and what an administrator would have been given. The real program
//! reads the same format, so whoever edits an address in it puts something else in between.

use std::path::Path;

use serde::Serialize;

use crate::wire::Host;
use crate::world::World;

#[derive(Serialize)]
struct CloudFile {
    name: &'static str,
    title: String,
    login: String,
    graph: String,
    entra_portal: String,
    atlassian_api: String,
    atlassian_auth: String,
    atlassian_admin: String,
    site: String,
    my_apps: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca: Option<String>,
    practice: PracticePart,
}

#[derive(Serialize)]
struct PracticePart {
    scenario: String,
    control: String,
    tenant_id: String,
    tenant: String,
    organization_id: String,
    client_id: String,
    organization_key: String,
    keys: toml::Table,
    accounts: Vec<AccountPart>,
}

#[derive(Serialize)]
struct AccountPart {
    user_principal_name: String,
    password: String,
    display_name: String,
    about: &'static str,
}

/// Writes the cloud file of a world. Nothing in it opens anything real.
pub(crate) fn write(world: &World, scenario: &str, authority: Option<&Path>) -> String {
    let title = crate::scenarios::titled(scenario);
    let file = CloudFile {
        name: "practice",
        title: format!("Practice: {title}"),
        login: world.place(Host::Login),
        graph: world.place(Host::Graph),
        entra_portal: world.place(Host::EntraPortal),
        atlassian_api: world.place(Host::AtlassianApi),
        atlassian_auth: world.place(Host::AtlassianAuth),
        atlassian_admin: world.place(Host::AtlassianAdmin),
        site: world.place(Host::Site),
        // The sign-in service plays My Apps too.
        my_apps: world.place(Host::Login),
        ca: authority.map(|path| path.display().to_string()),
        practice: practice_part(world, scenario),
    };
    toml::to_string(&file).expect("the cloud file holds only strings and tables")
}

fn practice_part(world: &World, scenario: &str) -> PracticePart {
    let tenant = &world.tenants[0];
    let accounts = world
        .handover
        .accounts
        .iter()
        .filter_map(|index| tenant.accounts.get(*index))
        .filter_map(|account| {
            let person = tenant.person(&account.person)?;
            Some(AccountPart {
                display_name: person.display_name(),
                user_principal_name: person.user_principal_name,
                password: account.password.clone(),
                about: account.about,
            })
        });
    PracticePart {
        scenario: scenario.to_owned(),
        control: world.place(Host::Control),
        tenant_id: tenant.id.clone(),
        tenant: tenant.domain.clone(),
        organization_id: world.organization.id.clone(),
        client_id: world.handover.client_id.clone(),
        organization_key: world.handover.organization_key.clone(),
        keys: world
            .handover
            .keys
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect(),
        accounts: accounts.collect(),
    }
}
