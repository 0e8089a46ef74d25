//! The screen of Settings > API keys.

use super::{Told, noted, wanted};
use crate::atlassian::keys::SCOPES;
use crate::events::KEY_CREATED;
use crate::organization::{ApiKey, KeyKind, Organization};
use crate::page::{button, choice, escape, field, form, table, tick, words};
use crate::wire::Form;
use crate::world::World;

pub(super) fn create(world: &mut World, sent: &Form) -> Told {
    let name = wanted(sent, "name", "Give the key a name.")?;
    let days: i64 = sent
        .get("expires")
        .unwrap_or("7")
        .parse()
        .map_err(|_| "The expiry must be a number of days.")?;
    if !(1..=365).contains(&days) {
        return Err("A key lives one year at most.".into());
    }
    let scopes = scopes(sent)?;
    let now = world.clock.now();
    let value = world
        .organization
        .add_key(name, KeyKind::Organization, now, days, scopes);
    noted(world, KEY_CREATED, &format!("Created API key {name}"));
    let told = words("Copy your key now. You will not be able to see it again.");
    Ok(format!(
        "{told}<dl><dt>API key</dt><dd><code id=\"api-key\">{}</code></dd><dt>Organization ID</dt><dd><code id=\"organization-id\">{}</code></dd></dl>\n",
        escape(&value),
        escape(&world.organization.id)
    ))
}

/// The ticked scopes; `None` for a key without scopes.
fn scopes(sent: &Form) -> Result<Option<Vec<String>>, String> {
    if sent.get("kind") != Some("with-scopes") {
        return Ok(None);
    }
    let ticked: Vec<String> = sent
        .all("scope")
        .into_iter()
        .filter(|scope| SCOPES.contains(scope))
        .map(str::to_owned)
        .collect();
    if ticked.is_empty() {
        return Err("Select at least one scope.".into());
    }
    Ok(Some(ticked))
}

pub(super) fn section(organization: &Organization) -> String {
    let keys = organization
        .keys
        .iter()
        .filter(|key| key.kind == KeyKind::Organization);
    let expiry = |key: &ApiKey| key.expires.strftime("%Y-%m-%d").to_string();
    let rows: Vec<Vec<String>> = keys
        .map(|key| vec![escape(&key.label), escape(&expiry(key))])
        .collect();
    let kinds = [
        ("with-scopes", "API key with scopes"),
        ("without-scopes", "API key without scopes"),
    ]
    .map(|(value, words)| (value.to_owned(), words.to_owned()));
    let ticks: String = SCOPES
        .iter()
        .map(|scope| tick("scope", scope, scope))
        .collect();
    let fields = [
        choice("kind", "Kind", &kinds),
        field("name", "Name", "text", ""),
        field("expires", "Expires in days", "number", "365"),
        format!("<fieldset><legend>Scopes</legend>{ticks}</fieldset>"),
        button("send", "yes", "Create"),
    ];
    [
        "<h2>Settings: API keys</h2>\n".to_owned(),
        table("API keys", &["Name", "Expires"], &rows),
        form("/api-keys/create", &fields.concat()),
    ]
    .concat()
}
