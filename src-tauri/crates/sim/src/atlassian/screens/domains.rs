//! The screens of Directory > Domains: verify a domain, then claim its accounts.

use super::{Told, noted, wanted};
use crate::events::{ACCOUNTS_CLAIMED, DOMAIN_VERIFIED};
use crate::organization::{OrgDomain, Organization};
use crate::page::{button, choice, escape, form, table, words};
use crate::wire::Form;
use crate::world::World;

pub(super) fn verify(world: &mut World, sent: &Form) -> Told {
    let name = wanted(sent, "domain", "Enter a domain.")?;
    let owned = world.tenants[0]
        .domains
        .iter()
        .any(|domain| domain.verified && domain.name == name);
    let domain = added(world, name)?;
    if !owned && name != "contoso-labs.com" {
        return Err("We couldn't find the TXT record of this domain.".into());
    }
    domain.verified = true;
    noted(world, DOMAIN_VERIFIED, &format!("Verified domain {name}"));
    Ok(words(&format!(
        "{name} is verified. The next step is to claim its accounts."
    )))
}

pub(super) fn claim(world: &mut World, sent: &Form) -> Told {
    let name = wanted(sent, "domain", "Enter a domain.")?;
    let domain = added(world, name)?;
    if !domain.verified {
        return Err("Verify the domain before you claim its accounts.".into());
    }
    domain.claimed = true;
    let end = format!("@{name}");
    let claimed = world
        .organization
        .accounts()
        .filter(|account| account.email.ends_with(&end))
        .count();
    noted(
        world,
        ACCOUNTS_CLAIMED,
        &format!("Claimed accounts of {name}"),
    );
    Ok(words(&format!("You claimed {claimed} accounts of {name}.")))
}

fn added<'a>(world: &'a mut World, name: &str) -> Result<&'a mut OrgDomain, String> {
    world
        .organization
        .domains
        .iter_mut()
        .find(|domain| domain.name == name)
        .ok_or_else(|| "This domain was not added.".to_owned())
}

pub(super) fn section(organization: &Organization) -> String {
    let row = |domain: &OrgDomain| {
        let linked = organization
            .linked_to(&format!("@{}", domain.name))
            .map_or("Not linked", |provider| provider.name.as_str());
        vec![
            escape(&domain.name),
            either(domain.verified, "Verified", "Unverified"),
            either(domain.claimed, "Claimed", "Not claimed"),
            escape(linked),
        ]
    };
    let rows: Vec<Vec<String>> = organization.domains.iter().map(row).collect();
    let names: Vec<(String, String)> = organization
        .domains
        .iter()
        .map(|domain| (domain.name.clone(), domain.name.clone()))
        .collect();
    let act = |action: &str, label: &str| {
        let fields = [
            choice("domain", "Domain", &names),
            button("send", "yes", label),
        ];
        form(action, &fields.concat())
    };
    let head = ["Domain", "Status", "Accounts", "Linked directory"];
    [
        "<h2>Directory: Domains</h2>\n".to_owned(),
        table("Domains", &head, &rows),
        act("/domains/verify", "Verify domain"),
        act("/domains/claim", "Claim accounts"),
    ]
    .concat()
}

fn either(yes: bool, when: &str, otherwise: &str) -> String {
    escape(if yes { when } else { otherwise })
}
