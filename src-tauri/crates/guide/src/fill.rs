//! What the names in braces of a step's text stand for.

use connect::Cloud;
use engine::{Fix, Known};

use crate::{Links, text};

/// The value of a name in braces, from the cloud's addresses and what is known. `None` where nothing is known yet.
pub fn fill(cloud: &Cloud, known: &Known, name: &str) -> Option<String> {
    let links = Links::of(cloud);
    let value = match name {
        "entra" => links.entra(),
        "activate_role" => links.activate_role(),
        "gallery" => links.gallery(),
        "enterprise_applications" => links.enterprise_applications(),
        "app_registrations" => links.app_registrations(),
        "licences" => links.licences(),
        "domain_names" => links.domain_names(),
        "roles" => links.roles(),
        "atlassian" => links.atlassian(known.fact("atlassian.organization")),
        "application" => match (
            known.fact("app.service_principal"),
            known.fact("app.client"),
        ) {
            (Some(principal), Some(client)) => links.application(principal, client),
            _ => links.enterprise_applications(),
        },
        "app_name" => known
            .answer("app.name")
            .unwrap_or("Atlassian Cloud")
            .to_owned(),
        other => return known.fact(other).map(str::to_owned),
    };
    Some(value)
}

/// The fix of a key in a step's text, filled in; `more` are names that only this look knows.
pub(crate) fn fix(
    markdown: &str,
    key: &str,
    cloud: &Cloud,
    known: &Known,
    more: &[(&str, &str)],
) -> Option<Fix> {
    text::fix(markdown, key, &|name| {
        let own = more
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, value)| (*value).to_owned());
        own.or_else(|| fill(cloud, known, name))
    })
}
