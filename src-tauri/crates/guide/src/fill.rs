//! What the names in braces of a step's text stand for.

use connect::Cloud;
use engine::{Fix, Known, Verdict};

use crate::atlassian::{email_attribute, enforce, saml_details, test_login};
use crate::principal::Principal;
use crate::shared::plan::Stage;
use crate::{Links, Live, text};

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
        "application" => of_application(links, known, Links::application),
        "single_sign_on" => of_application(links, known, Links::single_sign_on),
        "users_and_groups" => of_application(links, known, Links::users_and_groups),
        "properties" => of_application(links, known, Links::properties),
        "users" => links.users(),
        "name_id_source" => format!(
            "user.{}",
            email_attribute::chosen(known)?.name().to_lowercase()
        ),
        "app_name" => known
            .answer("app.name")
            .unwrap_or("Atlassian Cloud")
            .to_owned(),
        "site" => site(known.fact("atlassian.site")?),
        "login_from_entra" => login_from_entra(cloud, known)?,
        "plan.pilot" => Stage::of(known).pilot().to_owned(),
        "plan.enforcing" => Stage::of(known).enforcing().to_owned(),
        "policy.name" => enforce::name(known).to_owned(),
        "policy_page" => match known.answer(enforce::ADDRESS) {
            Some(address) if address.contains("://") => address.to_owned(),
            _ => links.atlassian(known.fact("atlassian.organization")),
        },
        "atlassian_support" => support(cloud),
        enforce::MEMBERS_SAID => said(known, name, "the people of the pilot"),
        enforce::OTHERS_SAID => said(known, name, "all other managed accounts"),
        enforce::ADMIN => said(known, name, "an organization admin outside the policy"),
        test_login::PERSON => who_logs_in(known)?,
        "login.person" => {
            who_logs_in(known).unwrap_or_else(|| "the person you choose below".to_owned())
        }
        "saml.which_directory" => saml_details::which_directory(known).to_owned(),
        "saml.pem" => pem(known.fact("saml.certificate")?),
        other => return known.fact(other).or(known.answer(other)).map(str::to_owned),
    };
    Some(value)
}

/// A page of the application; the list of all while it does not stand.
fn of_application<'a>(
    links: Links<'a>,
    known: &Known,
    page: impl Fn(Links<'a>, &str, &str) -> String,
) -> String {
    match (
        known.fact("app.service_principal"),
        known.fact("app.client"),
    ) {
        (Some(principal), Some(client)) => page(links, principal, client),
        _ => links.enterprise_applications(),
    }
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

/// The verdict with the fix of a key in a step's text, where the text has one.
pub(crate) fn with_fix(
    markdown: &str,
    key: &str,
    verdict: Verdict,
    cx: &Live,
    known: &Known,
    more: &[(&str, &str)],
) -> Verdict {
    match fix(markdown, key, &cx.cloud, known, more) {
        Some(fix) => verdict.fix(fix),
        None => verdict,
    }
}

/// What was learned, or what it will be about.
fn said(known: &Known, fact: &str, before: &str) -> String {
    let learned = known.fact(fact).filter(|learned| !learned.is_empty());
    learned.unwrap_or(before).to_owned()
}

/// Who logs in: as learned, or as chosen a moment ago.
fn who_logs_in(known: &Known) -> Option<String> {
    let learned = known.fact(test_login::PERSON).map(str::to_owned);
    let chosen = || {
        let answer = known.answer(test_login::WHO)?;
        Principal::parse(answer).map(|who| who.name)
    };
    learned.or_else(chosen)
}

/// The address of the site, however Atlassian wrote it.
fn site(host: &str) -> String {
    if host.contains("://") {
        host.to_owned()
    } else {
        format!("https://{host}")
    }
}

/// Where a log-in begins on Microsoft's side (entra.md 7); not every cloud has it.
fn login_from_entra(cloud: &Cloud, known: &Known) -> Option<String> {
    let mut url = cloud.my_apps.clone()?;
    url.set_path(&format!("/api/signin/{}", known.fact("app.client")?));
    url.query_pairs_mut()
        .append_pair("tenantId", known.fact("entra.tenant")?);
    Some(url.into())
}

/// Where to write to Atlassian's support.
fn support(cloud: &Cloud) -> String {
    let host = cloud
        .help_hosts
        .iter()
        .find(|host| host.starts_with("support."));
    match host {
        Some(host) => format!("https://{host}/contact/"),
        None => cloud.atlassian_admin.to_string(),
    }
}

/// A certificate as text to paste: 64 characters a line between its two marks (RFC 7468).
pub(crate) fn pem(base64: &str) -> String {
    let lines: Vec<_> = base64
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----",
        lines.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_starts_at_the_site_or_at_microsoft() {
        let global = Cloud::named("global").expect("a cloud");
        let china = Cloud::named("china").expect("a cloud");
        let mut known = Known::default();
        assert_eq!(fill(&global, &known, "login_from_entra"), None);
        known.facts = engine::Facts::new()
            .with("app.client", "c-1")
            .with("entra.tenant", "t-1")
            .with("atlassian.site", "contoso.example");
        let from = fill(&global, &known, "login_from_entra").expect("an address");
        assert!(from.ends_with("/api/signin/c-1?tenantId=t-1"), "{from}");
        assert_eq!(fill(&china, &known, "login_from_entra"), None);
        assert_eq!(
            fill(&global, &known, "site").as_deref(),
            Some("https://contoso.example")
        );
    }

    #[test]
    fn who_logs_in_is_named_before_and_after_it_is_chosen() {
        let global = Cloud::named("global").expect("a cloud");
        let mut known = Known::default();
        let both =
            |known: &Known| ["login.who", "login.person"].map(|name| fill(&global, known, name));
        let told = |words: &str| Some(words.to_owned());
        assert_eq!(both(&known), [None, told("the person you choose below")]);
        let chosen = Principal::user("1", "alex@contoso.com").to_string();
        known.answers.insert(test_login::WHO.into(), chosen);
        let alex = told("alex@contoso.com");
        assert_eq!(both(&known), [alex.clone(), alex]);
        known.facts = engine::Facts::new().with(test_login::PERSON, "megan@contoso.com");
        let megan = told("megan@contoso.com");
        assert_eq!(both(&known), [megan.clone(), megan]);
    }

    #[test]
    fn a_certificate_is_cut_into_lines_of_64() {
        let text = pem(&"A".repeat(130));
        let lengths: Vec<_> = text.lines().map(str::len).collect();
        assert_eq!(lengths, [27, 64, 64, 2, 25]);
    }
}
