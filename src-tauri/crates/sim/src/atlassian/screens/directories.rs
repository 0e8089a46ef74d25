//! How Security > Identity providers looks: every directory with its SAML details, and the forms for changing them.

use super::identity::linkable;
use super::policies;
use crate::organization::Organization;
use crate::page::{area, button, choice, escape, field, form, hidden, words};
use crate::security::{IdentityProvider, SamlSetup};
use crate::wire::Host;
use crate::world::World;

pub(super) fn section(world: &World) -> String {
    let auth = world.place(Host::AtlassianAuth);
    let organization = &world.organization;
    let ways = [
        ("manual", "Set up manually: SAML and SCIM"),
        (
            "automatic",
            "Set up automatically: Microsoft Entra ID for nested groups",
        ),
    ]
    .map(|(value, words)| (value.to_owned(), words.to_owned()));
    let fields = [
        field("name", "Directory name", "text", "Microsoft Entra ID"),
        choice("way", "How to connect Microsoft Entra ID", &ways),
        button("send", "yes", "Add"),
    ];
    let shown = organization.identity_providers.iter().enumerate();
    let shown: String = shown
        .map(|(at, provider)| one(organization, provider, &auth, at == 0))
        .collect();
    [
        "<h2>Security: Identity providers</h2>\n".to_owned(),
        shown,
        form("/identity-providers/add", &fields.concat()),
    ]
    .concat()
}

/// One directory. Only the first carries the ids that programs look for, since an id stands once on a page.
fn one(
    organization: &Organization,
    provider: &IdentityProvider,
    auth: &str,
    first: bool,
) -> String {
    let way = if provider.automatic {
        "automatically"
    } else {
        "manually"
    };
    let (id, name) = (escape(&provider.id), escape(&provider.name));
    let mark = if first { " id=\"directory-id\"" } else { "" };
    let head =
        format!("<h3>{name}</h3>\n<p>Connected {way}. Directory ID <code{mark}>{id}</code></p>\n");
    let saml = match &provider.saml {
        Some(saml) => [
            addresses(saml, auth, first),
            saml_form(&provider.id, Some(saml)),
            one_button(
                "/identity-providers/saml/delete",
                &provider.id,
                "Delete SAML configuration",
            ),
        ]
        .concat(),
        None if provider.automatic => String::new(),
        None => saml_form(&provider.id, None),
    };
    let unlink: String = provider
        .domains
        .iter()
        .map(|domain| {
            let fields = [
                hidden("directory", &provider.id),
                hidden("domain", domain),
                button("send", "yes", &format!("Unlink {domain}")),
            ];
            form("/identity-providers/unlink-domain", &fields.concat())
        })
        .collect();
    let gone = one_button(
        "/identity-providers/delete",
        &provider.id,
        "Delete directory",
    );
    [
        head,
        saml,
        link_form(organization, &provider.id),
        unlink,
        policies::names_of(organization, &provider.id),
        gone,
    ]
    .concat()
}

pub(super) fn directory_line(id: &str, name: &str) -> String {
    format!(
        "<p>{} is added. Directory ID <code id=\"directory-id\">{}</code></p>\n",
        escape(name),
        escape(id)
    )
}

pub(super) fn addresses(saml: &SamlSetup, auth: &str, marked: bool) -> String {
    let row = |id: &str, label: &str, value: &str| {
        let mark = if marked {
            format!(" id=\"{id}\"")
        } else {
            String::new()
        };
        format!(
            "<dt>{label}</dt><dd><code{mark}>{}</code></dd>",
            escape(value)
        )
    };
    format!(
        "<dl>{}{}</dl>\n",
        row(
            "sp-entity-url",
            "Service provider entity URL",
            &saml.sp_entity(auth)
        ),
        row(
            "sp-acs-url",
            "Service provider assertion consumer service URL",
            &saml.acs(auth)
        ),
    )
}

pub(super) fn saml_form(directory: &str, saved: Option<&SamlSetup>) -> String {
    let (heading, label) = match saved {
        None => ("Add SAML details", "Set up SAML single sign-on"),
        Some(_) => ("Edit SAML details", "Save SAML configuration"),
    };
    let value = |of: fn(&SamlSetup) -> &String| saved.map_or("", |saml| of(saml).as_str());
    let fields = [
        hidden("directory", directory),
        field(
            "entity_id",
            "Identity provider Entity ID",
            "text",
            value(|saml| &saml.entity_id),
        ),
        field(
            "sso_url",
            "Identity provider SSO URL",
            "text",
            value(|saml| &saml.sso_url),
        ),
        area(
            "certificate",
            "Public x509 certificate",
            value(|saml| &saml.certificate),
        ),
        button("send", "yes", label),
    ];
    format!(
        "<h4>{heading}</h4>\n{}",
        form("/identity-providers/saml", &fields.concat())
    )
}

pub(super) fn link_form(organization: &Organization, directory: &str) -> String {
    let names: Vec<(String, String)> = linkable(organization)
        .into_iter()
        .map(|name| (name.clone(), name))
        .collect();
    if names.is_empty() {
        return words(
            "There is no domain to link: a domain must be verified and its accounts claimed, and it can be linked once.",
        );
    }
    let fields = [
        hidden("directory", directory),
        choice("domain", "Domain to link to this directory", &names),
        button("send", "yes", "Link domain"),
    ];
    form("/identity-providers/link-domain", &fields.concat())
}

fn one_button(action: &str, directory: &str, label: &str) -> String {
    let fields = [hidden("directory", directory), button("send", "yes", label)];
    form(action, &fields.concat())
}
