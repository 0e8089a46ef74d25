//! The checks of the basic SAML configuration: what was written is read back from the application, and what follows
//! from it from the service principal, which is where a log-in looks.

use async_trait::async_trait;
use engine::{Check, Finding, Known, Skip, Verdict, VerdictState};

use super::addresses::{Addresses, Pair};
use super::basic_saml_plan::site;
use super::saml_app::{SamlApp, seen};
use super::saml_details::pair;
use crate::evidence::Proven;
use crate::fill;
use crate::{Live, words};

const TEXT: &str = include_str!("basic_saml.md");

/// All of them, in the order on screen.
pub(super) const ALL: &[&'static dyn Check<Live>] =
    &[&Identifier, &Reply, &Followed, &SignOn, &Relay];

fn fixed((verdict, key): Said, cx: &Live, known: &Known) -> Verdict {
    match key {
        Some(key) => fill::with_fix(TEXT, key, verdict, cx, known, &[]),
        None => verdict,
    }
}

/// The application and both addresses, or what a check says while one of them is missing.
async fn both<'a>(
    cx: &Live,
    known: &'a Known,
    before: &str,
) -> Result<(SamlApp, Pair<'a>), Vec<Finding>> {
    let (_, app) = seen(cx, known, before).await?;
    match pair(known) {
        Some(pair) => Ok((app, pair)),
        None => Err(Finding::only(Verdict::skipped(
            Skip::NothingYet,
            before,
            "Paste Atlassian’s two addresses first, on the page before.",
        ))),
    }
}

fn listed(all: &[String]) -> String {
    match all {
        [] => "none".to_owned(),
        all => all.join(", "),
    }
}

struct Identifier;

#[async_trait]
impl Check<Live> for Identifier {
    fn id(&self) -> &'static str {
        "identifier"
    }

    fn title(&self) -> &'static str {
        "Entra knows Atlassian’s identifier"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "The identifier is read once it is written";
        let (app, pair) = match both(cx, known, before).await {
            Ok(both) => both,
            Err(findings) => return findings,
        };
        let now = Addresses::of(&app.application).identifiers;
        Finding::only(
            fixed(identifier(&now, pair.entity), cx, known)
                .by(&app.registration_call)
                .compared(pair.entity, &listed(&now)),
        )
    }
}

/// A verdict, and the key of what to do about it.
type Said = (Verdict, Option<&'static str>);

fn identifier(now: &[String], entity: &str) -> Said {
    let others = now.iter().filter(|one| *one != entity).count();
    let is_in = now.len() > others;
    let is_first = now.first().is_some_and(|first| first == entity);
    let pass = |detail: String| {
        let title = "Entra knows Atlassian’s identifier";
        (Verdict::new(VerdictState::Pass, title, detail), None)
    };
    match (is_in, others) {
        (true, 0) => pass("It is the only one.".into()),
        (true, _) if is_first => pass(format!(
            "It is the first; {} behind it.",
            words::count(others, "other one stands", "others stand")
        )),
        (true, _) => (
            Verdict::new(
                VerdictState::Warn,
                "Atlassian’s identifier is not the first",
                "A log-in from My Apps may be made out to another one.",
            ),
            Some("extra-identifiers"),
        ),
        (false, 0) => (
            Verdict::skipped(
                Skip::NothingYet,
                "The application has no identifier yet",
                "Make the changes first.",
            ),
            Some("identifier"),
        ),
        (false, _) => (
            Verdict::new(
                VerdictState::Fail,
                "Atlassian’s identifier is not among the application’s",
                "Entra does not know who asks then.",
            ),
            Some("identifier"),
        ),
    }
}

struct Reply;

#[async_trait]
impl Check<Live> for Reply {
    fn id(&self) -> &'static str {
        "reply"
    }

    fn title(&self) -> &'static str {
        "Answers go to Atlassian’s reply address"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "The reply address is read once it is written";
        let (app, pair) = match both(cx, known, before).await {
            Ok(both) => both,
            Err(findings) => return findings,
        };
        let now = Addresses::of(&app.application);
        let default = now.default_reply().unwrap_or("none").to_owned();
        Finding::only(
            fixed(reply(&now, pair.reply), cx, known)
                .by(&app.registration_call)
                .compared(
                    &format!("{} as the default", pair.reply),
                    &format!("{}, default {default}", listed(&now.replies)),
                ),
        )
    }
}

fn reply(now: &Addresses, wanted: &str) -> Said {
    let without_query = wanted.split('?').next().unwrap_or_default();
    let holds = |address: &str| now.replies.iter().any(|one| one == address);
    let fail = |title: &str, detail: &str, key| {
        let verdict = Verdict::new(VerdictState::Fail, title, detail);
        (verdict, Some(key))
    };
    if now.replies.is_empty() {
        let verdict = Verdict::skipped(
            Skip::NothingYet,
            "The application has no reply address yet",
            "Make the changes first.",
        );
        return (verdict, Some("reply"));
    }
    if !holds(wanted) {
        let title = match holds(without_query) {
            true => "The reply address stops before the question mark",
            false => "Atlassian’s reply address is not among the application’s",
        };
        return fail(title, "Entra compares it to the last character.", "reply");
    }
    if now.default_reply() != Some(wanted) {
        let title = "Atlassian’s reply address is not the default";
        return fail(
            title,
            "A log-in from My Apps ends elsewhere.",
            "default-reply",
        );
    }
    let verdict = Verdict::new(
        VerdictState::Pass,
        "Answers go to Atlassian’s reply address",
        "With all that follows the question mark, and as the default.",
    );
    (verdict, None)
}

struct Followed;

#[async_trait]
impl Check<Live> for Followed {
    fn id(&self) -> &'static str {
        "followed"
    }

    fn title(&self) -> &'static str {
        "The enterprise application has taken both over"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "Both halves are compared once the addresses are written";
        let (app, pair) = match both(cx, known, before).await {
            Ok(both) => both,
            Err(findings) => return findings,
        };
        let wanted = Addresses::of(&app.application);
        let written = wanted.identifiers.iter().any(|one| one == pair.entity)
            && wanted.replies.iter().any(|one| one == pair.reply);
        if !written {
            return Finding::only(Verdict::skipped(Skip::NothingYet, before, "See above."));
        }
        let names = &app.principal.service_principal_names;
        let replies = &app.principal.reply_urls;
        let followed = names.iter().any(|one| one == pair.entity)
            && replies.iter().any(|one| one == pair.reply);
        let verdict = if followed {
            Verdict::new(
                VerdictState::Pass,
                "The enterprise application has taken both over",
                "A log-in looks there.",
            )
        } else {
            // Microsoft copies them from the registration by itself (entra.md 4.2).
            Verdict::new(
                VerdictState::Wait,
                "The enterprise application has not taken both over yet",
                "Microsoft copies them from the registration, usually within seconds.",
            )
        };
        Finding::only(verdict.by(&app.call).compared(
            &format!("{} and {}", pair.entity, pair.reply),
            &format!("{} and {}", listed(names), listed(replies)),
        ))
    }
}

struct SignOn;

#[async_trait]
impl Check<Live> for SignOn {
    fn id(&self) -> &'static str {
        "sign-on"
    }

    fn title(&self) -> &'static str {
        "A log-in starts at the site"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "The sign-on URL is read once it is written";
        let (app, pair) = match both(cx, known, before).await {
            Ok(both) => both,
            Err(findings) => return findings,
        };
        let now = app.principal.login_url.as_deref().unwrap_or_default();
        if now.is_empty() && is_untouched(&app) {
            return not_written_yet(before, &app);
        }
        let is_reply = now == pair.reply || now.contains("/login/callback");
        let title = match (now.is_empty(), is_reply) {
            (true, _) => "No sign-on URL is set",
            (_, true) => "The sign-on URL is a reply address",
            _ => "The sign-on URL is another one",
        };
        let said = at_site(now, site(known).as_deref(), self.title(), title, "sign-on");
        Finding::only(fixed(said, cx, known).by(&app.call))
    }
}

struct Relay;

#[async_trait]
impl Check<Live> for Relay {
    fn id(&self) -> &'static str {
        "relay"
    }

    fn title(&self) -> &'static str {
        "A log-in from Entra ends at the site"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "The relay state is read once it is written";
        let (app, _) = match both(cx, known, before).await {
            Ok(both) => both,
            Err(findings) => return findings,
        };
        let settings = app.principal.saml_single_sign_on_settings.as_ref();
        let now = settings
            .and_then(|settings| settings.relay_state.as_deref())
            .unwrap_or_default();
        if now.is_empty() && is_untouched(&app) {
            return not_written_yet(before, &app);
        }
        let title = match now.is_empty() {
            true => "No relay state is set",
            false => "The relay state is another one",
        };
        let said = at_site(now, site(known).as_deref(), self.title(), title, "relay");
        Finding::only(fixed(said, cx, known).by(&app.call))
    }
}

/// Whether nothing was written into the application yet: what is missing then is still to come, and nothing to look into.
fn is_untouched(app: &SamlApp) -> bool {
    let now = Addresses::of(&app.application);
    now.identifiers.is_empty() && now.replies.is_empty()
}

fn not_written_yet(before: &str, app: &SamlApp) -> Vec<Finding> {
    let verdict = Verdict::skipped(Skip::NothingYet, before, "Make the changes first.");
    Finding::only(verdict.by(&app.call))
}

/// Whether a value is the site. Log-ins that start at Atlassian work without it, so another one is a warning.
fn at_site(now: &str, site: Option<&str>, right: &str, otherwise: &str, key: &'static str) -> Said {
    let Some(site) = site else {
        let verdict = Verdict::skipped(
            Skip::NotAvailable,
            "Which site people log in to is not known",
            "Nothing was compared.",
        );
        return (verdict, Some("site"));
    };
    let found = if now.is_empty() { "none" } else { now };
    let (verdict, key) = match now == site {
        true => (
            Verdict::new(VerdictState::Pass, right, format!("{site} is set.")),
            None,
        ),
        false => {
            let detail = format!("Wanted is {site} there.");
            (
                Verdict::new(VerdictState::Warn, otherwise, detail),
                Some(key),
            )
        }
    };
    (verdict.compared(site, found), key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ENTITY: &str = "https://auth.test/saml/c41e";
    const REPLY: &str = "https://auth.test/login/callback?connection=saml-c41e";

    fn owned(all: &[&str]) -> Vec<String> {
        all.iter().map(|one| (*one).to_owned()).collect()
    }

    #[test]
    fn the_identifier_has_to_be_in_and_first() {
        let cases: [(&[&str], VerdictState); 5] = [
            (&[ENTITY], VerdictState::Pass),
            (&[ENTITY, "https://old"], VerdictState::Pass),
            (&["https://old", ENTITY], VerdictState::Warn),
            (&["https://old"], VerdictState::Fail),
            (&[], VerdictState::Skipped(Skip::NothingYet)),
        ];
        for (now, wanted) in cases {
            let (verdict, key) = identifier(&owned(now), ENTITY);
            assert_eq!(verdict.state, wanted, "{now:?}");
            assert_eq!(key.is_none(), wanted == VerdictState::Pass, "{now:?}");
        }
    }

    #[test]
    fn the_reply_address_has_to_be_whole_and_the_default() {
        let other = json!([{"uri": "https://old/cb", "index": 0}]);
        let cut = "The reply address stops before the question mark";
        let cases = [
            (
                &[REPLY][..],
                json!([]),
                "Answers go to Atlassian’s reply address",
            ),
            (&["https://auth.test/login/callback"], json!([]), cut),
            (
                &["https://old/cb"],
                json!([]),
                "Atlassian’s reply address is not among the application’s",
            ),
            (
                &[REPLY, "https://old/cb"],
                other,
                "Atlassian’s reply address is not the default",
            ),
            (&[], json!([]), "The application has no reply address yet"),
        ];
        for (replies, settings, wanted) in cases {
            let now = Addresses {
                identifiers: Vec::new(),
                replies: owned(replies),
                settings: settings.as_array().cloned().unwrap_or_default(),
            };
            assert_eq!(reply(&now, REPLY).0.title, wanted, "{replies:?}");
        }
    }

    #[test]
    fn another_site_is_a_warning_and_an_unknown_one_is_not_compared() {
        let state =
            |now: &str, site: Option<&str>| at_site(now, site, "right", "not", "relay").0.state;
        let site = Some("https://contoso.atlassian.net");
        assert_eq!(
            state("https://contoso.atlassian.net", site),
            VerdictState::Pass
        );
        assert_eq!(
            state("https://contoso.atlassian.net/", site),
            VerdictState::Warn
        );
        assert_eq!(state("", site), VerdictState::Warn);
        assert_eq!(state("", None), VerdictState::Skipped(Skip::NotAvailable));
    }
}
