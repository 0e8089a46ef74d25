//! The company that every scenario starts from: Contoso with a P1 tenant, contoso.com verified on both sides, accounts
//! claimed, two organization admins of whom one stands outside contoso.com, and nothing connected yet.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::groups;
use crate::ids::{self, derived_guid};
use crate::objects::{self, COMMAND_LINE_TOOLS, GRAPH_APP_ID};
use crate::organization::{
    AtlassianAccount, KeyKind, OrgDomain, Organization, Workspace, account_id,
};
use crate::people::{Mix, People};
use crate::roles::{CLOUD_APPLICATION_ADMINISTRATOR, GLOBAL_ADMINISTRATOR, GLOBAL_READER, Role};
use crate::security::AuthPolicy;
use crate::tempo::{Tempo, Wait};
use crate::tenant::{Account, Kind, Premium, Tenant, TenantDomain, text};
use crate::world::World;

/// The numbers of those who can sign in, as in `people`.
pub(crate) const ADELE: usize = 0;
/// The Global Administrator.
pub(crate) const MEGAN: usize = 1;
/// A member without any role.
pub(crate) const ALEX: usize = 2;
/// The Global Reader.
pub(crate) const DIEGO: usize = 3;

/// When the company set up its tenant.
const LONG_AGO: &str = "2024-03-04T08:00:00Z";

/// The world of the company.
pub(crate) fn contoso(tempo: Tempo) -> World {
    let mut home = tenant("Contoso", "contoso.com", 420, 8);
    let people = home.people.clone();
    home.accounts = vec![
        account(
            &people,
            ADELE,
            &[CLOUD_APPLICATION_ADMINISTRATOR],
            "Cloud Application Administrator",
        ),
        account(
            &people,
            MEGAN,
            &[GLOBAL_ADMINISTRATOR],
            "Global Administrator",
        ),
        account(&people, ALEX, &[], "A member without an administrator role"),
        account(&people, DIEGO, &[GLOBAL_READER], "Global Reader"),
    ];
    groups::found(&mut home);
    let client_id = add_wizard_registration(&mut home);
    let mut stranger = tenant("Fabrikam", "fabrikam.com", 40, 2);
    stranger.accounts = vec![account(
        &stranger.people,
        ADELE,
        &[GLOBAL_ADMINISTRATOR],
        "An administrator of another tenant",
    )];
    let mut world = World::new(tempo, vec![home, stranger], organization(people));
    let now = world.clock.now();
    let key = world
        .organization
        .add_key("Lockstep", KeyKind::Organization, now, 364, None);
    world.handover.client_id = client_id;
    world.handover.organization_key = key;
    world.handover.accounts = (0..4).collect();
    add_other_keys(&mut world);
    world
}

/// Adds keys that are wrong in one way each, so that a person can try what happens.
fn add_other_keys(world: &mut World) {
    let now = world.clock.now();
    let all: Vec<String> = crate::atlassian::keys::SCOPES
        .iter()
        .filter(|scope| scope.starts_with("read:"))
        .map(|scope| (*scope).to_owned())
        .collect();
    let without = all
        .iter()
        .filter(|scope| *scope != "read:directories:admin")
        .cloned()
        .collect();
    let organization = &mut world.organization;
    let keys = [
        (
            "scim",
            organization.add_key("SCIM directory", KeyKind::Scim, now, 365, None),
        ),
        (
            "user_token",
            organization.add_key("Adele's API token", KeyKind::User, now, 365, None),
        ),
        (
            "expired",
            organization.add_key("Last year's key", KeyKind::Organization, now, -10, None),
        ),
        (
            "unscoped",
            organization.add_key("Without scopes", KeyKind::Organization, now, 364, None),
        ),
        (
            "scoped",
            organization.add_key(
                "With every read scope",
                KeyKind::Organization,
                now,
                364,
                Some(all),
            ),
        ),
        (
            "scoped_without_users",
            organization.add_key(
                "Without users",
                KeyKind::Organization,
                now,
                364,
                Some(without),
            ),
        ),
    ];
    world.handover.keys = keys.map(|(name, value)| (name.to_owned(), value)).to_vec();
}

/// A tenant with Microsoft's own applications in it and nothing else.
fn tenant(name: &str, domain: &str, total: usize, without_mail: usize) -> Tenant {
    let id = derived_guid(&format!("tenant {domain}"));
    let word = name.to_lowercase();
    let mut tenant = Tenant {
        id: id.clone(),
        name: name.to_owned(),
        domain: domain.to_owned(),
        people: People {
            total,
            without_mail,
            domain: domain.to_owned(),
            mix: Mix::Tidy,
        },
        accounts: Vec::new(),
        premium: Premium::P1,
        domains: vec![
            TenantDomain {
                name: domain.to_owned(),
                verified: true,
                default: true,
                initial: false,
            },
            TenantDomain {
                name: format!("{word}.onmicrosoft.com"),
                verified: true,
                default: false,
                initial: true,
            },
        ],
        templates: objects::gallery(),
        applications: Vec::new(),
        service_principals: Vec::new(),
        users: Vec::new(),
        groups: Vec::new(),
        members: BTreeMap::new(),
        assignments: Vec::new(),
        claims_mapping_policies: Vec::new(),
        mapped_by: BTreeMap::new(),
        claims_policies: BTreeMap::new(),
        signing_keys: Vec::new(),
        sign_ins: Vec::new(),
        owners: BTreeMap::new(),
        deleted: Vec::new(),
        grants: Vec::new(),
    };
    for (app_id, name) in [
        (GRAPH_APP_ID, "Microsoft Graph"),
        (COMMAND_LINE_TOOLS, "Microsoft Graph Command Line Tools"),
    ] {
        let principal = objects::microsoft_principal(app_id, name, &id, LONG_AGO);
        tenant.add(Kind::ServicePrincipal, principal, Wait::Nothing);
    }
    tenant
}

/// The wizard's own registration, made as the wizard asks for it. It is open to every organization, so that a first
/// sign-in without a tenant works as well as one that is pinned.
fn add_wizard_registration(tenant: &mut Tenant) -> String {
    let mut made = objects::application("Lockstep", LONG_AGO, &tenant.domain.clone());
    made.insert("id".into(), derived_guid("wizard registration").into());
    made.insert("appId".into(), derived_guid("wizard client").into());
    made.insert("signInAudience".into(), "AzureADMultipleOrgs".into());
    made.insert("isFallbackPublicClient".into(), true.into());
    made.insert(
        "publicClient".into(),
        json!({"redirectUris": ["http://localhost"]}),
    );
    let mut principal = objects::service_principal(&made, &tenant.id, LONG_AGO);
    principal.insert("id".into(), derived_guid("wizard principal").into());
    let client_id = text(&made, "appId").to_owned();
    tenant.add(Kind::Application, made, Wait::Nothing);
    tenant.add(Kind::ServicePrincipal, principal, Wait::Nothing);
    client_id
}

fn account(people: &People, person: usize, roles: &[Role], about: &'static str) -> Account {
    let password = format!("practice-{}", ids::secret(9));
    Account {
        person: people.person(person).id,
        password,
        roles: roles.to_vec(),
        eligible: Vec::new(),
        about,
    }
}

fn organization(members: People) -> Organization {
    let cloud_id = derived_guid("site contoso");
    let workspace = |name: &str, type_key, kind| Workspace {
        id: format!(
            "ari:cloud:{}::site/{cloud_id}",
            if type_key == "confluence" {
                "confluence"
            } else {
                "jira"
            }
        ),
        name: name.to_owned(),
        type_key,
        kind,
    };
    Organization {
        id: derived_guid("organization contoso"),
        name: "Contoso".into(),
        directory: derived_guid("userbase contoso"),
        workspaces: vec![
            workspace("contoso", "jira-software", "Jira"),
            workspace("contoso", "confluence", "Confluence"),
        ],
        cloud_id,
        domains: vec![
            OrgDomain {
                name: "contoso.com".into(),
                method: "dns",
                verified: true,
                claimed: true,
            },
            OrgDomain {
                name: "contoso-labs.com".into(),
                method: "http",
                verified: false,
                claimed: false,
            },
        ],
        members,
        outsiders: vec![
            outsider("Contoso Emergency", "emergency@tailspintoys.com"),
            outsider("Wanda Contractor", "wanda@fabrikam.com"),
        ],
        admins: vec![
            "adele@contoso.com".into(),
            "emergency@tailspintoys.com".into(),
        ],
        keys: Vec::new(),
        guard: true,
        enterprise: false,
        identity_providers: Vec::new(),
        policies: vec![AuthPolicy::local_default()],
        events: Vec::new(),
        tasks: Vec::new(),
        event_reads: Vec::new(),
        deactivated: BTreeSet::new(),
    }
}

/// An account of some other company.
pub(crate) fn outsider(name: &str, email: &str) -> AtlassianAccount {
    AtlassianAccount {
        id: account_id(email),
        name: name.to_owned(),
        email: email.to_owned(),
    }
}
