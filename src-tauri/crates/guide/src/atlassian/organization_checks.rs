//! The checks of the organization: its key, the key's end and rights, Guard, the site.

use async_trait::async_trait;
use connect::atlassian::{ApiKey, Capability, Feature};
use connect::{Atlassian, Fault, FaultKind, Seen};
use engine::{Check, Finding, Known, Skip, Verdict, VerdictState};
use jiff::{SignedDuration, Timestamp};

use super::before_atlassian::{
    GUARD, KEY_WARNING_DAYS, Opens, SITE, could_not, no_key, opened, opens, organization, recorded,
    with_fix,
};
use crate::evidence::Proven;
use crate::{Live, trouble, words};

pub(super) struct KeyWorks;

#[async_trait]
impl Check<Live> for KeyWorks {
    fn id(&self) -> &'static str {
        "key"
    }

    fn title(&self) -> &'static str {
        "The key opens an organization"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let atlassian = match no_key(cx, known, "No organization API key yet") {
            Ok(atlassian) => atlassian,
            Err(findings) => return findings,
        };
        let verdict = match opens(&atlassian, known).await {
            Ok(Opens::Another(seen)) => of_another(&seen, cx, known),
            Ok(Opens::This(seen)) => {
                let (id, name) = &seen.value;
                Verdict::new(
                    VerdictState::Pass,
                    format!("The key opens the organization {name}"),
                    format!("Organization id {id}."),
                )
                .by(&seen.call)
            }
            Ok(Opens::Several) => Verdict::skipped(
                Skip::NothingYet,
                "The key opens several organizations",
                "Choose one first.",
            ),
            Err(fault) => refused(&fault, cx, known),
        };
        Finding::only(verdict)
    }
}

/// A key of another organization: everything that was set up belongs to the recorded one.
fn of_another(seen: &Seen<(String, String)>, cx: &Live, known: &Known) -> Verdict {
    let (id, name) = &seen.value;
    let verdict = Verdict::new(
        VerdictState::Fail,
        format!("The key opens another organization, {name}"),
        format!(
            "This connection belongs to {}. Nothing was changed.",
            recorded(known)
        ),
    );
    let wanted = known.fact("atlassian.organization").unwrap_or_default();
    let verdict = verdict.compared(wanted, id).by(&seen.call);
    let names = [("wanted", recorded(known)), ("opened", name)];
    with_fix(verdict, "other-organization", cx, known, &names)
}

/// A 401 is a wrong key, not a failure to look.
fn refused(fault: &Fault, cx: &Live, known: &Known) -> Verdict {
    let trouble = trouble(fault, "Opening the organization with the key.");
    if fault.kind != FaultKind::Unauthorized {
        return Verdict::unknown("The organization could not be read", &trouble);
    }
    let verdict = Verdict {
        state: VerdictState::Fail,
        ..Verdict::unknown("Atlassian does not know this key", &trouble)
    };
    let verdict = Verdict {
        detail: "It is mistyped, expired, revoked, or of another kind.".to_owned(),
        ..verdict
    };
    with_fix(
        verdict.compared("200 and one organization", "401"),
        "key-refused",
        cx,
        known,
        &[],
    )
}

pub(super) struct KeyLasts;

#[async_trait]
impl Check<Live> for KeyLasts {
    fn id(&self) -> &'static str {
        "key-lasts"
    }

    fn title(&self) -> &'static str {
        "The key lasts long enough"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let title = "When the key ends is not known";
        let (atlassian, organization) = match opened(cx, known, title, title).await {
            Ok(opened) => opened,
            Err(findings) => return findings,
        };
        let keys = match atlassian.api_keys(&organization).await {
            Ok(keys) => keys,
            Err(fault) => {
                return Finding::only(could_not(title, &fault, "Reading the list of keys."));
            }
        };
        let now = keys.server_date.unwrap_or(keys.call.at);
        let ours = ours(&keys.value, now);
        let verdict = match ours.and_then(|key| key.expires().map(|at| (key, at))) {
            None => Verdict::new(
                VerdictState::Unknown,
                title,
                match ours {
                    Some(_) => {
                        "Atlassian’s list of keys does not tell. Note the date where you made it."
                    }
                    None => {
                        "Atlassian’s list does not tell which of its keys is this one. Note the date where you made it."
                    }
                },
            ),
            Some((key, at)) => {
                let days = (at.as_second() - now.as_second()).div_euclid(86_400);
                let label = key.label.clone().unwrap_or_else(|| "The key".to_owned());
                let date = at.strftime("%-d %b %Y").to_string();
                lasting(&label, &date, days, cx, known).compared(
                    &format!("{KEY_WARNING_DAYS} days or more"),
                    &format!("{date}, in {days} days"),
                )
            }
        };
        Finding::only(verdict.by(&keys.call))
    }
}

/// Ours in a list that holds no values: it opened the organization just now, so it has not ended, and none was used later
/// (atlassian.md 1.6). How fast and how finely Atlassian notes a use is not published, so a day is allowed. `None` when
/// that leaves none or several: nothing is said of somebody else's key.
fn ours(keys: &[ApiKey], now: Timestamp) -> Option<&ApiKey> {
    let alive: Vec<_> = keys
        .iter()
        .filter(|key| key.expires().is_none_or(|at| at > now))
        .collect();
    if let [only] = alive.as_slice() {
        return Some(only);
    }
    let newest = alive.iter().filter_map(|key| key.last_active()).max()?;
    let mut used_last = alive
        .into_iter()
        .filter(|key| key.last_active() == Some(newest));
    let first = used_last.next();
    let is_recent = now.duration_since(newest) < SignedDuration::from_hours(24);
    first.filter(|_| is_recent && used_last.next().is_none())
}

fn lasting(label: &str, date: &str, days: i64, cx: &Live, known: &Known) -> Verdict {
    if days < KEY_WARNING_DAYS {
        let left = words::count(days as usize, "day", "days");
        let verdict = Verdict::new(
            VerdictState::Warn,
            format!("“{label}” ends on {date}"),
            format!("That is in {left}. Nobody is mailed before."),
        );
        return with_fix(verdict, "expires", cx, known, &[]);
    }
    Verdict::new(
        VerdictState::Pass,
        format!("“{label}” lasts until {date}"),
        "",
    )
}

pub(super) struct KeyRights;

#[async_trait]
impl Check<Live> for KeyRights {
    fn id(&self) -> &'static str {
        "key-rights"
    }

    fn title(&self) -> &'static str {
        "What this key may read"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let title = "What this key may read is not known";
        let (atlassian, organization) = match opened(cx, known, title, title).await {
            Ok(opened) => opened,
            Err(findings) => return findings,
        };
        let capabilities = atlassian.probe(&organization).await;
        let missing: Vec<_> = capabilities
            .all()
            .iter()
            .filter(|(_, capability)| !capability.is_ok())
            .collect();
        let of = capabilities.all().len();
        let mut verdict = if missing.is_empty() {
            Verdict::new(
                VerdictState::Pass,
                format!("The key may read all {of} things that are looked at"),
                "",
            )
        } else {
            let names: Vec<_> = missing.iter().map(|(feature, _)| feature.title()).collect();
            let detail = format!(
                "Not: {}. Steps that rest on it say so.",
                words::list(&names)
            );
            with_fix(
                Verdict::new(
                    VerdictState::Warn,
                    format!("The key may read {} of {of} things", of - missing.len()),
                    detail,
                ),
                "scopes",
                cx,
                known,
                &[],
            )
        };
        for (feature, capability) in capabilities.all() {
            verdict = verdict.told(feature.title(), outcome(*feature, capability));
        }
        Finding::only(verdict)
    }
}

fn outcome(feature: Feature, capability: &Capability) -> String {
    match (capability, feature.scope()) {
        (Capability::Ok { .. }, _) => "may be read".to_owned(),
        (Capability::MissingScope { .. }, Some(scope)) => {
            format!("the key lacks the scope {scope}")
        }
        (Capability::MissingScope { .. }, None) => "the key lacks a scope".to_owned(),
        (Capability::Refused(_), _) => "the key is not accepted".to_owned(),
        (Capability::Other(fault), _) => format!("could not be found out: {fault}"),
    }
}

pub(super) struct Guard;

#[async_trait]
impl Check<Live> for Guard {
    fn id(&self) -> &'static str {
        "guard"
    }

    fn title(&self) -> &'static str {
        "Atlassian Guard is subscribed"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let title = "Atlassian Guard subscription";
        if known.answer(GUARD) == Some("yes") {
            let verdict = Verdict::new(
                VerdictState::Pass,
                "You confirmed Atlassian Guard",
                "No call tells this, so it rests on your word.",
            );
            return Finding::only(verdict);
        }
        let atlassian = match no_key(cx, known, title) {
            Ok(atlassian) => atlassian,
            Err(findings) => return findings,
        };
        let hint = self.hint(&atlassian, known).await;
        let verdict = Verdict::new(
            VerdictState::Unknown,
            title,
            format!("No call tells this. Look at Billing and confirm it on this page. {hint}"),
        );
        Finding::only(with_fix(verdict, "guard", cx, known, &[]))
    }
}

impl Guard {
    /// A billable account hints at Guard, and proves nothing (atlassian.md 1.9).
    async fn hint(&self, atlassian: &Atlassian, known: &Known) -> String {
        let Ok(Some(organization)) = organization(atlassian, known).await else {
            return String::new();
        };
        match atlassian.managed_tally(&organization.value.0).await {
            Ok(managed) if managed.value.billable > 0 => {
                format!(
                    "Hint: {} billable.",
                    words::count(managed.value.billable, "account is", "accounts are")
                )
            }
            Ok(_) => "Hint: no account is billable.".to_owned(),
            Err(_) => String::new(),
        }
    }
}

pub(super) struct Site;

#[async_trait]
impl Check<Live> for Site {
    fn id(&self) -> &'static str {
        "site"
    }

    fn title(&self) -> &'static str {
        "There is a site to log in to"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let title = "The sites could not be read";
        let (atlassian, organization) =
            match opened(cx, known, "The sites are read with the key", title).await {
                Ok(opened) => opened,
                Err(findings) => return findings,
            };
        let workspaces = match atlassian.workspaces(&organization).await {
            Ok(workspaces) => workspaces,
            Err(fault) => return Finding::only(could_not(title, &fault, "Reading the sites.")),
        };
        let mut sites: Vec<_> = workspaces
            .value
            .iter()
            .filter_map(|workspace| workspace.host_url.clone())
            .collect();
        sites.sort();
        sites.dedup();
        let chosen = known
            .answer(SITE)
            .map(str::to_owned)
            .or_else(|| sites.first().filter(|_| sites.len() == 1).cloned());
        let verdict = match chosen {
            Some(site) if sites.contains(&site) => {
                Verdict::new(VerdictState::Pass, format!("People log in to {site}"), "")
            }
            _ if sites.is_empty() => Verdict::new(
                VerdictState::Warn,
                "The organization has no site",
                "Single sign-on needs one to log in to.",
            ),
            _ => {
                let verdict = Verdict::skipped(
                    Skip::NothingYet,
                    "Choose the site",
                    format!("The organization has {}.", sites.len()),
                );
                with_fix(verdict, "site", cx, known, &[])
            }
        };
        Finding::only(
            verdict
                .by(&workspaces.call)
                .compared("one site or more", &sites.join(", ")),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ours_is_the_one_key_that_can_have_been_used_just_now() {
        let now = "2026-11-25T10:00:00Z".parse().expect("a time");
        let key = |id: &str, used: Option<&str>, ends: Option<&str>| -> ApiKey {
            let item = json!({"id": id, "lastActiveAt": used, "expiresAt": ends});
            serde_json::from_value(item).expect("a key")
        };
        let (just, earlier) = (Some("2026-11-25T09:59:58Z"), Some("2026-11-25T08:00:00Z"));
        let (long_ago, later) = (Some("2026-10-02T08:00:00Z"), Some("2027-05-01T00:00:00Z"));
        let ended = Some("2026-11-20T00:00:00Z");
        let told = |keys: &[ApiKey]| ours(keys, now).map(|key| key.id.clone());
        let cases = [
            (vec![], None),
            (vec![key("a", None, None)], Some("a")),
            (
                vec![key("a", just, later), key("b", earlier, later)],
                Some("a"),
            ),
            (
                vec![key("a", just, later), key("b", None, later)],
                Some("a"),
            ),
            (
                vec![key("a", None, later), key("b", just, ended)],
                Some("a"),
            ),
            (vec![key("a", just, later), key("b", just, later)], None),
            (vec![key("a", None, later), key("b", None, later)], None),
            (vec![key("a", None, later), key("b", long_ago, later)], None),
            (vec![key("a", just, ended)], None),
        ];
        for (keys, wanted) in cases {
            assert_eq!(told(&keys).as_deref(), wanted, "{keys:?}");
        }
    }
}
