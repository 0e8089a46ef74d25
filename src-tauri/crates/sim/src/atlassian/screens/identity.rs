//! The screens of Security > Identity providers. The addresses for the other side appear only once the three values of
//! the identity provider are saved, which is why Entra comes first.

use url::Url;

use super::directories::{addresses, directory_line, link_form, saml_form};
use super::{Told, noted, wanted};
use crate::atlassian::certificate;
use crate::events::{
    DIRECTORY_ADDED, DIRECTORY_DELETED, DOMAIN_LINKED, DOMAIN_UNLINKED, SAML_DELETED, SAML_SAVED,
};
use crate::ids;
use crate::organization::Organization;
use crate::page::words;
use crate::security::{AuthPolicy, IdentityProvider, SamlSetup};
use crate::wire::{Form, Host};
use crate::world::World;

/// `/identity-providers/add`: a directory, with a default policy of its own.
pub(super) fn add(world: &mut World, sent: &Form) -> Told {
    let name = wanted(sent, "name", "Give the directory a name.")?;
    let automatic = match sent.get("way") {
        Some("manual") => false,
        Some("automatic") => true,
        _ => return Err("Choose how to set up the directory.".into()),
    };
    let organization = &mut world.organization;
    if !organization.guard {
        return Err("Identity providers need Atlassian Guard Standard.".into());
    }
    if !organization.enterprise && !organization.identity_providers.is_empty() {
        return Err("Your plan includes one identity provider directory. More of them need an Enterprise plan.".into());
    }
    let id = ids::guid();
    organization.identity_providers.push(IdentityProvider {
        id: id.clone(),
        name: name.to_owned(),
        automatic,
        saml: None,
        domains: Vec::new(),
    });
    organization.policies.push(AuthPolicy {
        default: true,
        ..AuthPolicy::new(&format!("{name} default policy"), Some(&id))
    });
    noted(
        world,
        DIRECTORY_ADDED,
        &format!("Added identity provider directory {name}"),
    );
    let next = if automatic {
        words(
            "This directory reads users and groups from Microsoft by itself. SAML and SCIM can't be set up in it.",
        )
    } else {
        saml_form(&id, None)
    };
    Ok(format!("{}{next}", directory_line(&id, name)))
}

/// `/identity-providers/saml`: saves or changes the three values. The addresses stay what they are when values change.
pub(super) fn save_saml(world: &mut World, sent: &Form) -> Told {
    let entity_id = wanted(sent, "entity_id", "Enter the Identity provider Entity ID.")?.to_owned();
    let sso_url = wanted(sent, "sso_url", "Enter the Identity provider SSO URL.")?.to_owned();
    let typed = sent.all("certificate").first().copied().unwrap_or_default();
    let sound = Url::parse(&sso_url).is_ok_and(|url| url.has_host());
    if !sound {
        return Err("The Identity provider SSO URL is not a URL.".into());
    }
    if certificate::der(typed).is_none() {
        return Err("The Public x509 certificate is not a valid X.509 certificate.".into());
    }
    let auth = world.place(Host::AtlassianAuth);
    let provider = provider(world, sent)?;
    if provider.automatic {
        return Err("This directory was connected automatically. Delete it and set up the identity provider manually to use SAML.".into());
    }
    let connection = match &provider.saml {
        Some(saml) => saml.connection.clone(),
        None => ids::guid(),
    };
    let saml = SamlSetup {
        connection,
        entity_id,
        sso_url,
        certificate: typed.to_owned(),
    };
    let shown = addresses(&saml, &auth, true);
    provider.saml = Some(saml);
    let (id, name) = (provider.id.clone(), provider.name.clone());
    noted(
        world,
        SAML_SAVED,
        &format!("Saved the SAML single sign-on configuration of {name}"),
    );
    Ok([
        words("Copy these URLs to your identity provider."),
        shown,
        link_form(&world.organization, &id),
        "<p><a href=\"/\">Stop and save SAML</a></p>\n".to_owned(),
    ]
    .concat())
}

/// `/identity-providers/saml/delete`.
pub(super) fn delete_saml(world: &mut World, sent: &Form) -> Told {
    nobody_enforces(world, sent)?;
    let provider = provider(world, sent)?;
    if provider.saml.take().is_none() {
        return Err("This directory has no SAML single sign-on.".into());
    }
    let name = provider.name.clone();
    noted(
        world,
        SAML_DELETED,
        &format!("Deleted the SAML single sign-on configuration of {name}"),
    );
    Ok(words(
        "The SAML configuration is deleted. Setting it up again gives new URLs.",
    ))
}

/// `/identity-providers/delete`: takes the directory's policies along; their members fall back to the local default.
pub(super) fn delete(world: &mut World, sent: &Form) -> Told {
    nobody_enforces(world, sent)?;
    let (id, name) = {
        let provider = provider(world, sent)?;
        (provider.id.clone(), provider.name.clone())
    };
    let organization = &mut world.organization;
    organization.identity_providers.retain(|one| one.id != id);
    organization
        .policies
        .retain(|policy| policy.directory.as_deref() != Some(&id));
    noted(
        world,
        DIRECTORY_DELETED,
        &format!("Deleted identity provider directory {name}"),
    );
    Ok(words(&format!("{name} is deleted.")))
}

/// `/identity-providers/link-domain`: only a claimed domain, and only to one directory.
pub(super) fn link_domain(world: &mut World, sent: &Form) -> Told {
    let domain = wanted(sent, "domain", "Select a domain.")?.to_lowercase();
    if !linkable(&world.organization).contains(&domain) {
        return Err("This domain can't be linked. Verify it, claim its accounts, and unlink it from any other directory first.".into());
    }
    let provider = provider(world, sent)?;
    provider.domains.push(domain.clone());
    let name = provider.name.clone();
    noted(
        world,
        DOMAIN_LINKED,
        &format!("Linked domain {domain} to {name}"),
    );
    Ok(words(&format!("{domain} is linked to {name}.")))
}

/// `/identity-providers/unlink-domain`.
pub(super) fn unlink_domain(world: &mut World, sent: &Form) -> Told {
    let domain = wanted(sent, "domain", "Select a domain.")?.to_lowercase();
    let provider = provider(world, sent)?;
    let before = provider.domains.len();
    provider.domains.retain(|linked| *linked != domain);
    if provider.domains.len() == before {
        return Err("This domain is not linked to the directory.".into());
    }
    let name = provider.name.clone();
    noted(
        world,
        DOMAIN_UNLINKED,
        &format!("Unlinked domain {domain} from {name}"),
    );
    Ok(words(&format!(
        "{domain} is not linked to {name} any more."
    )))
}

fn provider<'a>(world: &'a mut World, sent: &Form) -> Result<&'a mut IdentityProvider, String> {
    let id = wanted(sent, "directory", "Choose a directory.")?;
    world
        .organization
        .identity_providers
        .iter_mut()
        .find(|provider| provider.id == id)
        .ok_or_else(|| "There is no such directory.".to_owned())
}

/// Refuses while a policy of the directory would lock its members out.
fn nobody_enforces(world: &World, sent: &Form) -> Result<(), String> {
    let id = sent.get("directory");
    let enforced = world
        .organization
        .policies
        .iter()
        .find(|policy| policy.enforced && policy.directory.as_deref() == id);
    enforced.map_or(Ok(()), |policy| {
        Err(format!(
            "{} still enforces single sign-on. Change its settings first.",
            policy.name
        ))
    })
}

/// Domains that can be linked: claimed, and linked to nothing yet.
pub(super) fn linkable(organization: &Organization) -> Vec<String> {
    organization
        .domains
        .iter()
        .map(|domain| domain.name.to_lowercase())
        .filter(|name| {
            let address = format!("@{name}");
            organization.manages(&address) && organization.linked_to(&address).is_none()
        })
        .collect()
}
