//! Atlassian's administration, as far as the wizard's by-hand routes need it: plain screens that change the same
//! organization. Every address of the real administration leads to the page with all of them.
//!
//! | posts to | fields |
//! | --- | --- |
//! | `/domains/verify` | `domain` |
//! | `/domains/claim` | `domain` |
//! | `/api-keys/create` | `kind` = `with-scopes` or `without-scopes`, `name`, `expires` (days, 365 at most), `scope` (ticked, several) |
//! | `/administrators/add` | `email` |
//!
//! The page after `/api-keys/create` shows the key once, in the element with the id `api-key`, and the organization's id
//! in the one with the id `organization-id`.

use crate::atlassian::keys::SCOPES;
use crate::company::outsider;
use crate::organization::{ApiKey, KeyKind, OrgDomain, Organization};
use crate::page::{button, choice, escape, field, form, page, table, tick, words};
use crate::wire::{Answer, Call, Form};
use crate::world::World;

const SERVICE: &str = "Atlassian Administration";

/// Answers a request to the administration.
pub(crate) fn answer(world: &mut World, call: &Call) -> Answer {
    if call.method == "GET" {
        return Answer::html(
            200,
            page(
                SERVICE,
                "Atlassian Administration",
                &overview(&world.organization),
            ),
        );
    }
    let sent = call.form();
    let done = match call.path.as_str() {
        "/domains/verify" => verify(world, &sent),
        "/domains/claim" => claim(world, &sent),
        "/api-keys/create" => create_key(world, &sent),
        "/administrators/add" => add_administrator(world, &sent),
        _ => Err("There is no such screen.".to_owned()),
    };
    match done {
        Ok(html) => Answer::html(
            200,
            page(
                SERVICE,
                "Done",
                &format!("{html}<p><a href=\"/\">Back</a></p>"),
            ),
        ),
        Err(told) => Answer::html(
            400,
            page(
                SERVICE,
                "That did not work",
                &format!(
                    "<p role=\"alert\">{}</p><p><a href=\"/\">Back</a></p>",
                    escape(&told)
                ),
            ),
        ),
    }
}

fn verify(world: &mut World, sent: &Form) -> Result<String, String> {
    let name = sent.get("domain").ok_or("Enter a domain.")?;
    let owned = world.tenants[0]
        .domains
        .iter()
        .any(|domain| domain.verified && domain.name == name);
    let domain = world
        .organization
        .domains
        .iter_mut()
        .find(|domain| domain.name == name)
        .ok_or("This domain was not added.")?;
    if !owned && name != "contoso-labs.com" {
        return Err("We couldn't find the TXT record of this domain.".into());
    }
    domain.verified = true;
    Ok(words(&format!(
        "{name} is verified. The next step is to claim its accounts."
    )))
}

fn claim(world: &mut World, sent: &Form) -> Result<String, String> {
    let name = sent.get("domain").ok_or("Enter a domain.")?;
    let domain = world
        .organization
        .domains
        .iter_mut()
        .find(|domain| domain.name == name)
        .ok_or("This domain was not added.")?;
    if !domain.verified {
        return Err("Verify the domain before you claim its accounts.".into());
    }
    domain.claimed = true;
    let organization = &world.organization;
    let claimed = organization
        .accounts()
        .filter(|account| account.email.ends_with(&format!("@{name}")))
        .count();
    Ok(words(&format!("You claimed {claimed} accounts of {name}.")))
}

fn create_key(world: &mut World, sent: &Form) -> Result<String, String> {
    let name = sent.get("name").ok_or("Give the key a name.")?.to_owned();
    let days: i64 = sent
        .get("expires")
        .unwrap_or("7")
        .parse()
        .map_err(|_| "The expiry must be a number of days.")?;
    if !(1..=365).contains(&days) {
        return Err("A key lives one year at most.".into());
    }
    let scopes = match sent.get("kind") {
        Some("with-scopes") => {
            let ticked: Vec<String> = sent
                .all("scope")
                .into_iter()
                .filter(|scope| SCOPES.contains(scope))
                .map(str::to_owned)
                .collect();
            if ticked.is_empty() {
                return Err("Select at least one scope.".into());
            }
            Some(ticked)
        }
        _ => None,
    };
    let now = world.clock.now();
    let value = world
        .organization
        .add_key(&name, KeyKind::Organization, now, days, scopes);
    let told = words("Copy your key now. You will not be able to see it again.");
    Ok(format!(
        "{told}<dl><dt>API key</dt><dd><code id=\"api-key\">{}</code></dd><dt>Organization ID</dt><dd><code id=\"organization-id\">{}</code></dd></dl>\n",
        escape(&value),
        escape(&world.organization.id)
    ))
}

fn add_administrator(world: &mut World, sent: &Form) -> Result<String, String> {
    let email = sent
        .get("email")
        .filter(|email| email.contains('@'))
        .ok_or("Enter an email address.")?
        .to_lowercase();
    let organization = &mut world.organization;
    if organization.is_admin(&email) {
        return Err(format!("{email} is an organization admin already."));
    }
    if !organization
        .accounts()
        .any(|account| account.email.eq_ignore_ascii_case(&email))
    {
        let name = email.split('@').next().unwrap_or_default().to_owned();
        organization.outsiders.push(outsider(&name, &email));
    }
    organization.admins.push(email.clone());
    Ok(words(&format!("{email} is an organization admin now.")))
}

fn overview(organization: &Organization) -> String {
    let id = format!(
        "<p>Organization ID <code id=\"organization-id\">{}</code></p>\n",
        escape(&organization.id)
    );
    [
        id,
        domains(organization),
        api_keys(organization),
        administrators(organization),
    ]
    .concat()
}

fn domains(organization: &Organization) -> String {
    let state = |yes: bool, words: [&str; 2]| escape(words[usize::from(!yes)]);
    let row = |domain: &OrgDomain| {
        let verified = state(domain.verified, ["Verified", "Unverified"]);
        vec![
            escape(&domain.name),
            verified,
            state(domain.claimed, ["Claimed", "Not claimed"]),
        ]
    };
    let rows: Vec<Vec<String>> = organization.domains.iter().map(row).collect();
    let names: Vec<(String, String)> = organization
        .domains
        .iter()
        .map(|domain| (domain.name.clone(), domain.name.clone()))
        .collect();
    let act = |action: &str, label: &str| {
        form(
            action,
            &format!(
                "{}{}",
                choice("domain", "Domain", &names),
                button("send", "yes", label)
            ),
        )
    };
    let shown = table("Domains", &["Domain", "Status", "Accounts"], &rows);
    [
        shown,
        act("/domains/verify", "Verify domain"),
        act("/domains/claim", "Claim accounts"),
    ]
    .concat()
}

fn api_keys(organization: &Organization) -> String {
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
    let shown = table("API keys", &["Name", "Expires"], &rows);
    [
        "<h2>Settings: API keys</h2>\n".to_owned(),
        shown,
        form("/api-keys/create", &fields.concat()),
    ]
    .concat()
}

fn administrators(organization: &Organization) -> String {
    let rows: Vec<Vec<String>> = organization
        .admins
        .iter()
        .map(|admin| vec![escape(admin)])
        .collect();
    let fields = [
        field("email", "Email address", "email", ""),
        button("send", "yes", "Make organization admin"),
    ];
    let shown = table("Organization admins", &["Email"], &rows);
    [
        "<h2>Administrators</h2>\n".to_owned(),
        shown,
        form("/administrators/add", &fields.concat()),
    ]
    .concat()
}
