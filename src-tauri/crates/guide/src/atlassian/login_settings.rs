//! Why a log-in fails, from settings that can be read: one by one, in the order in which a log-in meets them.
//!
//! It decides and reads nothing. Each fault names what was wanted and what was found; the steps before this one set these values,
//! so a fault here is something that moved since, or that was skipped.

use engine::{StepId, VerdictState};
use jiff::Timestamp;

/// A certificate that ends sooner than this is worth a warning: replacing it takes two people and an agreed hour.
const CERTIFICATE_WARNING_DAYS: i64 = 60;

/// The application as it can be read, beside what was handed over to Atlassian.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// Whether people can sign in to it.
    pub enabled: Option<bool>,
    /// The mode of single sign-on.
    pub mode: Option<String>,
    /// Its identifiers, the default one first.
    pub identifiers: Vec<String>,
    /// Its reply URLs.
    pub reply_urls: Vec<String>,
    /// Other applications that hold Atlassian's identifier, by name.
    pub rivals: Vec<String>,
    /// The thumbprint of the active certificate.
    pub active: Option<String>,
    /// When the active certificate ends.
    pub ends: Option<Timestamp>,
    /// Whether only assigned people may use it.
    pub assignment_required: Option<bool>,
    /// Whether answers are encrypted.
    pub encrypted: bool,
    /// Whether requests have to be signed.
    pub wants_signed_requests: bool,
    /// Whether a claims mapping policy is attached that was not chosen.
    pub foreign_claims_policy: Option<String>,
    /// Atlassian's entity URL, as it was pasted.
    pub entity: Option<String>,
    /// Atlassian's assertion consumer service URL, as it was pasted.
    pub acs: Option<String>,
    /// The thumbprint of the certificate that was handed over.
    pub handed: Option<String>,
    /// Ids that are not that of the SAML configuration, each with whose it is.
    pub other_ids: Vec<(&'static str, String)>,
}

/// Something that keeps people from logging in, or may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// What tells it from the others, also the key of its fix.
    pub key: &'static str,
    /// Fail or warn.
    pub state: VerdictState,
    /// What is so.
    pub title: String,
    /// What follows from it.
    pub detail: String,
    /// What was wanted.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// The step that sets it.
    pub step: Option<StepId>,
}

impl Fault {
    pub(super) fn fail(key: &'static str, title: &str, detail: &str) -> Self {
        Self {
            key,
            state: VerdictState::Fail,
            title: title.to_owned(),
            detail: detail.to_owned(),
            expected: String::new(),
            found: String::new(),
            step: None,
        }
    }

    pub(super) fn warn(key: &'static str, title: &str, detail: &str) -> Self {
        Self {
            state: VerdictState::Warn,
            ..Self::fail(key, title, detail)
        }
    }

    pub(super) fn compared(self, expected: &str, found: &str) -> Self {
        Self {
            expected: expected.to_owned(),
            found: found.to_owned(),
            ..self
        }
    }

    pub(super) fn set_by(self, step: &'static str) -> Self {
        Self {
            step: Some(StepId::of(step)),
            ..self
        }
    }
}

/// What is wrong with the application's settings; empty when a log-in finds nothing in its way.
pub(super) fn faults(settings: &Settings, now: Timestamp) -> Vec<Fault> {
    [
        disabled(settings),
        not_saml(settings),
        identifier(settings),
        rival(settings),
        reply_url(settings),
        certificate(settings),
        expiry(settings, now),
        encryption(settings),
        signed_requests(settings),
        claims_policy(settings),
        open_to_all(settings),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn disabled(settings: &Settings) -> Option<Fault> {
    (settings.enabled == Some(false)).then(|| {
        Fault::fail(
            "disabled",
            "The application is disabled",
            "Nobody can log in through it.",
        )
        .compared("accountEnabled true", "false")
        .set_by("add-app")
    })
}

fn not_saml(settings: &Settings) -> Option<Fault> {
    let mode = settings.mode.as_deref().unwrap_or_default();
    (mode != "saml").then(|| {
        Fault::fail(
            "mode",
            "Single sign-on of the application is not set to SAML",
            "Entra does not answer Atlassian’s request then.",
        )
        .compared("saml", if mode.is_empty() { "not set" } else { mode })
        .set_by("certificate")
    })
}

/// Why Entra does not find the application that Atlassian asks for.
pub(super) fn identifier(settings: &Settings) -> Option<Fault> {
    let entity = settings.entity.as_deref()?;
    let fault = |title: &str, detail: &str| {
        Fault::fail("identifier", title, detail)
            .compared(entity, &or_none(&settings.identifiers))
            .set_by("basic-saml")
    };
    if settings.identifiers.iter().any(|known| known == entity) {
        return None;
    }
    let ends_with = |id: &str| {
        let id = id.to_lowercase();
        let mut all = settings.identifiers.iter();
        all.any(|identifier| identifier.to_lowercase().ends_with(&id))
    };
    let by_hand = settings.other_ids.iter().find(|(_, id)| ends_with(id));
    let form = entity.rsplit_once('/').map(|(form, _)| format!("{form}/"));
    let of_its_form = |identifier: &String| {
        form.as_ref()
            .is_some_and(|form| identifier.starts_with(form))
    };
    Some(match by_hand {
        Some((whose, _)) => fault(
            &format!("The identifier was made from the {whose}’s id"),
            "Atlassian’s page shows another id: it belongs to the SAML configuration and can’t be made up.",
        ),
        None if settings.identifiers.iter().any(of_its_form) => fault(
            "The identifier has another id than Atlassian’s entity URL",
            "It belongs to another SAML configuration, or was made up.",
        ),
        None => fault(
            "The identifier is not Atlassian’s entity URL",
            "Entra does not find the application that Atlassian asks for (AADSTS700016).",
        ),
    })
}

fn rival(settings: &Settings) -> Option<Fault> {
    (!settings.rivals.is_empty()).then(|| {
        let names = crate::words::list(&settings.rivals);
        Fault::fail(
            "rival",
            &format!("Another application holds Atlassian’s identifier: {names}"),
            "A request that names it reaches that application.",
        )
        .compared("no other application", &names)
        .set_by("basic-saml")
    })
}

fn reply_url(settings: &Settings) -> Option<Fault> {
    let acs = settings.acs.as_deref()?;
    if settings.reply_urls.iter().any(|known| known == acs) {
        return None;
    }
    let bare = acs.split('?').next().unwrap_or(acs);
    let cut = settings.reply_urls.iter().any(|known| known == bare);
    let title = if cut {
        "The reply URL lacks its end, from ?connection= on"
    } else {
        "The reply URL is not Atlassian’s address"
    };
    Some(
        Fault::fail(
            "reply-url",
            title,
            "Entra refuses to answer to an address that it does not know (AADSTS50011).",
        )
        .compared(acs, &or_none(&settings.reply_urls))
        .set_by("basic-saml"),
    )
}

fn certificate(settings: &Settings) -> Option<Fault> {
    let handed = settings.handed.as_deref()?;
    let active = settings.active.as_deref().unwrap_or_default();
    if active.eq_ignore_ascii_case(handed) {
        return None;
    }
    let fault = if active.is_empty() {
        Fault::fail(
            "certificate",
            "No certificate is active",
            "The one that Atlassian has was never activated, or was taken away.",
        )
    } else {
        Fault::fail(
            "certificate",
            "The active certificate is not the one for Atlassian",
            "Atlassian refuses what another certificate signed: it says “Invalid thumbprint”.",
        )
    };
    Some(
        fault
            .compared(handed, if active.is_empty() { "none" } else { active })
            .set_by("certificate"),
    )
}

fn expiry(settings: &Settings, now: Timestamp) -> Option<Fault> {
    let ends = settings.ends?;
    let days = (ends.as_second() - now.as_second()).div_euclid(86_400);
    let date = ends.strftime("%-d %b %Y").to_string();
    let fault = if days < 0 {
        Fault::fail(
            "expiry",
            &format!("The certificate ended on {date}"),
            "Atlassian may refuse every log-in.",
        )
    } else if days < CERTIFICATE_WARNING_DAYS {
        Fault::warn(
            "expiry",
            &format!("The certificate ends on {date}"),
            "After that day every log-in fails until both sides have a new one.",
        )
    } else {
        return None;
    };
    let expected = format!("{CERTIFICATE_WARNING_DAYS} days or more");
    Some(
        fault
            .compared(&expected, &format!("{days} days"))
            .set_by("certificate"),
    )
}

fn encryption(settings: &Settings) -> Option<Fault> {
    settings.encrypted.then(|| {
        Fault::fail(
            "encryption",
            "Token encryption is on",
            "Atlassian can’t read encrypted answers.",
        )
        .compared("no token encryption key", "a token encryption key")
    })
}

fn signed_requests(settings: &Settings) -> Option<Fault> {
    settings.wants_signed_requests.then(|| {
        Fault::fail(
            "signed-requests",
            "The application wants signed requests",
            "Atlassian does not sign its requests, so each is refused (AADSTS76021).",
        )
        .compared("not required", "required")
    })
}

fn claims_policy(settings: &Settings) -> Option<Fault> {
    let policy = settings.foreign_claims_policy.as_deref()?;
    Some(
        Fault::warn(
            "claims-policy",
            &format!("The claims policy “{policy}” overrides Attributes and Claims"),
            "What the portal shows there is not what Atlassian gets.",
        )
        .compared("no claims mapping policy but yours", policy)
        .set_by("claims"),
    )
}

fn open_to_all(settings: &Settings) -> Option<Fault> {
    (settings.assignment_required == Some(false)).then(|| {
        Fault::warn(
            "open",
            "Everybody in the tenant may use the application",
            "Assignment is not required, so the pilot is not the only one who gets through.",
        )
        .compared("assignment required", "not required")
        .set_by("pilot")
    })
}

fn or_none(values: &[String]) -> String {
    if values.is_empty() {
        "none".to_owned()
    } else {
        values.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    const ORG: &str = "9a1aa823-aac8-423d-aa01-63315a059cb2";
    const TENANT: &str = "6a1f0c3e-1111-4b2d-9c47-2b8d5e0f9a13";

    fn good() -> Settings {
        Settings {
            enabled: Some(true),
            mode: Some("saml".into()),
            identifiers: vec!["https://auth.test/saml/1".into()],
            reply_urls: vec!["https://auth.test/login/callback?connection=saml-1".into()],
            active: Some("ab12".into()),
            ends: Some(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 365)),
            assignment_required: Some(true),
            entity: Some("https://auth.test/saml/1".into()),
            acs: Some("https://auth.test/login/callback?connection=saml-1".into()),
            handed: Some("AB12".into()),
            other_ids: vec![("organization", ORG.into()), ("tenant", TENANT.into())],
            ..Settings::default()
        }
    }

    #[test]
    fn nothing_is_in_the_way_when_all_is_as_it_was_set() {
        assert_eq!(faults(&good(), Timestamp::UNIX_EPOCH), []);
    }

    #[test]
    fn each_fault_comes_out_alone() {
        type Spoil = fn(&mut Settings);
        let cases: &[(Spoil, &str, &str)] = &[
            (
                |s| s.enabled = Some(false),
                "disabled",
                "The application is disabled",
            ),
            (
                |s| s.mode = None,
                "mode",
                "Single sign-on of the application is not set to SAML",
            ),
            (
                |s| s.mode = Some("password".into()),
                "mode",
                "Single sign-on of the application is not set to SAML",
            ),
            (
                |s| s.identifiers.clear(),
                "identifier",
                "The identifier is not Atlassian’s entity URL",
            ),
            (
                |s| s.identifiers = vec!["https://auth.test/SAML/1".into()],
                "identifier",
                "The identifier is not Atlassian’s entity URL",
            ),
            (
                |s| s.identifiers = vec![format!("https://auth.test/saml/{ORG}")],
                "identifier",
                "The identifier was made from the organization’s id",
            ),
            (
                |s| s.identifiers = vec![format!("https://auth.test/saml/{TENANT}")],
                "identifier",
                "The identifier was made from the tenant’s id",
            ),
            (
                |s| s.identifiers = vec!["https://auth.test/saml/2".into()],
                "identifier",
                "The identifier has another id than Atlassian’s entity URL",
            ),
            (
                |s| s.rivals = vec!["Old Atlassian".into()],
                "rival",
                "Another application holds Atlassian’s identifier: Old Atlassian",
            ),
            (
                |s| s.reply_urls = vec!["https://auth.test/login/callback".into()],
                "reply-url",
                "The reply URL lacks its end, from ?connection= on",
            ),
            (
                |s| s.reply_urls.clear(),
                "reply-url",
                "The reply URL is not Atlassian’s address",
            ),
            (
                |s| s.active = None,
                "certificate",
                "No certificate is active",
            ),
            (
                |s| s.active = Some("CD34".into()),
                "certificate",
                "The active certificate is not the one for Atlassian",
            ),
            (
                |s| s.ends = Some(Timestamp::UNIX_EPOCH - SignedDuration::from_hours(1)),
                "expiry",
                "The certificate ended on 31 Dec 1969",
            ),
            (
                |s| s.ends = Some(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(48)),
                "expiry",
                "The certificate ends on 3 Jan 1970",
            ),
            (
                |s| s.encrypted = true,
                "encryption",
                "Token encryption is on",
            ),
            (
                |s| s.wants_signed_requests = true,
                "signed-requests",
                "The application wants signed requests",
            ),
            (
                |s| s.foreign_claims_policy = Some("Old".into()),
                "claims-policy",
                "The claims policy “Old” overrides Attributes and Claims",
            ),
            (
                |s| s.assignment_required = Some(false),
                "open",
                "Everybody in the tenant may use the application",
            ),
        ];
        for (spoil, key, title) in cases {
            let mut settings = good();
            spoil(&mut settings);
            let found = faults(&settings, Timestamp::UNIX_EPOCH);
            let found: Vec<_> = found
                .iter()
                .map(|fault| (fault.key, fault.title.as_str()))
                .collect();
            assert_eq!(found, [(*key, *title)]);
        }
    }

    #[test]
    fn what_was_never_handed_over_is_not_compared() {
        let fresh = Settings {
            entity: None,
            acs: None,
            handed: None,
            identifiers: Vec::new(),
            reply_urls: Vec::new(),
            active: None,
            ..good()
        };
        assert_eq!(faults(&fresh, Timestamp::UNIX_EPOCH), []);
    }
}
