//! What the basic SAML configuration would change: the application as it stands against Atlassian's addresses and the
//! site. Pure.

use engine::{Ask, AskKind, Change, Known, Undo};
use serde_json::{Value, json};

use super::addresses::{Addresses, Others, Pair};
use super::basic_saml::{OTHERS, SITE};
use super::saml_app::SamlApp;
use crate::words;

const STAY: &str = "stay";
const GO: &str = "go";

/// The site's address: the one that the key told, or the one that was typed.
pub(super) fn site(known: &Known) -> Option<String> {
    address_of(known.fact(SITE).or(known.answer(SITE))?)
}

/// Scheme and host of a site, however it was written; without a scheme it is https.
pub(super) fn address_of(text: &str) -> Option<String> {
    let text = text.trim();
    let whole = match text.contains("://") {
        true => text.to_owned(),
        false => format!("https://{text}"),
    };
    let url = url::Url::parse(&whole).ok()?;
    let host = url.host_str()?;
    let named = host.contains('.') || host == "localhost";
    let web = matches!(url.scheme(), "https" | "http");
    (named && web && !text.contains(char::is_whitespace))
        .then(|| url.origin().ascii_serialization())
}

pub(super) fn site_ask() -> Ask {
    let mut ask = Ask::new(
        SITE,
        AskKind::Text,
        "The site that people log in to",
        "The organization API key would tell it. It becomes the sign-on URL and the relay state.",
    )
    .optional();
    ask.example = Some("https://contoso.atlassian.net".to_owned());
    ask
}

/// What becomes of the entries that are not Atlassian's; nothing is removed unless it is chosen.
pub(super) fn others_ask() -> Ask {
    Ask::choice(
        OTHERS,
        "What becomes of the addresses that are not Atlassian’s?",
        "Somebody entered them in the portal.",
        &[
            (
                STAY,
                "They stay",
                "Atlassian’s come first and become the default.",
            ),
            (
                GO,
                "Remove them",
                "For left-overs of an earlier try. An undo puts them back.",
            ),
        ],
    )
}

/// What differs between the application and what is wanted. Pure.
pub(super) fn proposed(
    app: &SamlApp,
    pair: Pair<'_>,
    site: Option<&str>,
    answer: Option<&str>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let now = Addresses::of(&app.application);
    let others = match answer {
        Some(GO) => Others::Go,
        _ => Others::Stay,
    };
    let removes = others == Others::Go && !now.others(pair).is_empty();
    if !now.hold(pair) || removes {
        changes.push(addresses_change(&now, pair, others));
    }
    let Some(site) = site else { return changes };
    if app.principal.login_url.as_deref() != Some(site) {
        changes.push(sign_on_change(app, site));
    }
    if relay_state(app) != Some(site) {
        changes.push(relay_change(app, site));
    }
    changes
}

pub(super) fn relay_state(app: &SamlApp) -> Option<&str> {
    let settings = app.principal.saml_single_sign_on_settings.as_ref()?;
    settings.relay_state.as_deref()
}

fn addresses_change(now: &Addresses, pair: Pair<'_>, others: Others) -> Change {
    let then = now.with(pair, others);
    let shown = |all: &Addresses| match all.identifiers.len() + all.replies.len() {
        0 => "None".to_owned(),
        _ => [&all.identifiers[..], &all.replies[..]].concat().join(", "),
    };
    let theirs = now.others(pair).len();
    let count = words::count(theirs, "other address", "other addresses");
    Change {
        id: "addresses".into(),
        system: "Entra".into(),
        what: "Identifier and reply URL".into(),
        about: "who may ask, and where answers go".into(),
        now: shown(now),
        then: shown(&then),
        then_about: match (theirs, others) {
            (0, _) => String::new(),
            (_, Others::Stay) => format!("{count} stay behind Atlassian’s, which are the default"),
            (_, Others::Go) => format!("{count} removed"),
        },
        code: true,
        before: Some(json!(now)),
        after: Some(json!(then)),
        undo: Undo::PutBack {
            said: "Yes, puts back what stood there".into(),
        },
    }
}

fn sign_on_change(app: &SamlApp, site: &str) -> Change {
    let now = app.principal.login_url.as_deref();
    site_change(
        "sign-on",
        "Sign-on URL",
        "where a log-in from My Apps starts",
        now,
        json!(now),
        site,
    )
}

fn relay_change(app: &SamlApp, site: &str) -> Change {
    site_change(
        "relay",
        "Relay state",
        "where a log-in that Entra starts ends",
        relay_state(app),
        json!(app.principal.saml_single_sign_on_settings),
        site,
    )
}

fn site_change(
    id: &str,
    what: &str,
    about: &str,
    now: Option<&str>,
    value: Value,
    site: &str,
) -> Change {
    let now = now.filter(|now| !now.is_empty());
    Change {
        id: id.into(),
        system: "Entra".into(),
        what: what.into(),
        about: about.into(),
        now: now.unwrap_or("None").into(),
        then: site.into(),
        then_about: String::new(),
        code: true,
        before: Some(json!({ "value": value })),
        after: Some(json!({ "site": site })),
        undo: Undo::PutBack {
            said: match now {
                Some(_) => "Yes, puts back what stood there".into(),
                None => "Yes, empties it again".into(),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlassian::saml_app::testing::app;

    const PAIR: Pair<'static> = Pair {
        entity: "https://auth.test/saml/c41e",
        reply: "https://auth.test/login/callback?connection=saml-c41e",
    };
    const SITE: &str = "https://contoso.atlassian.net";

    #[test]
    fn what_differs_is_what_is_proposed() {
        let ours = json!({"identifierUris": [PAIR.entity], "web": {"redirectUris": [PAIR.reply]}});
        let more = json!({"identifierUris": [PAIR.entity, "https://old"], "web": {"redirectUris": [PAIR.reply]}});
        let at_site = json!({"loginUrl": SITE, "samlSingleSignOnSettings": {"relayState": SITE}});
        let callback =
            json!({"loginUrl": PAIR.reply, "samlSingleSignOnSettings": {"relayState": SITE}});
        let none = json!({});
        let cases = [
            (
                "fresh",
                &none,
                &none,
                Some(SITE),
                None,
                "addresses sign-on relay",
            ),
            ("everything is so", &ours, &at_site, Some(SITE), None, ""),
            (
                "the site is not known",
                &none,
                &none,
                None,
                None,
                "addresses",
            ),
            (
                "a callback as the sign-on URL",
                &ours,
                &callback,
                Some(SITE),
                None,
                "sign-on",
            ),
            ("others stay", &more, &at_site, Some(SITE), Some(STAY), ""),
            (
                "others go",
                &more,
                &at_site,
                Some(SITE),
                Some(GO),
                "addresses",
            ),
            (
                "nothing is there to go",
                &ours,
                &at_site,
                Some(SITE),
                Some(GO),
                "",
            ),
        ];
        for (what, application, principal, site, answer, wanted) in cases {
            let app = app(
                application.clone(),
                principal.clone(),
                "2026-11-25T10:00:00Z",
            );
            let changes = proposed(&app, PAIR, site, answer);
            let ids: Vec<_> = changes.iter().map(|change| change.id.as_str()).collect();
            assert_eq!(ids.join(" "), wanted, "{what}");
        }
    }

    #[test]
    fn the_table_shows_what_stands_and_what_will_and_that_others_stay() {
        let application =
            json!({"identifierUris": ["https://old"], "web": {"redirectUris": ["https://old/cb"]}});
        let app = app(application, json!({}), "2026-11-25T10:00:00Z");
        let change = &proposed(&app, PAIR, None, Some(STAY))[0];
        assert_eq!(change.now, "https://old, https://old/cb");
        assert_eq!(
            change.then,
            format!(
                "{}, https://old, {}, https://old/cb",
                PAIR.entity, PAIR.reply
            )
        );
        assert_eq!(
            change.then_about,
            "2 other addresses stay behind Atlassian’s, which are the default"
        );
    }

    #[test]
    fn a_site_is_its_scheme_and_host() {
        let cases = [
            (
                "https://contoso.atlassian.net",
                Some("https://contoso.atlassian.net"),
            ),
            (
                "contoso.atlassian.net",
                Some("https://contoso.atlassian.net"),
            ),
            (
                " https://contoso.atlassian.net/jira/your-work ",
                Some("https://contoso.atlassian.net"),
            ),
            ("http://127.0.0.1:4711", Some("http://127.0.0.1:4711")),
            ("contoso", None),
            ("our site", None),
            ("ftp://contoso.atlassian.net", None),
            ("", None),
        ];
        for (typed, site) in cases {
            assert_eq!(address_of(typed).as_deref(), site, "{typed}");
        }
    }
}
