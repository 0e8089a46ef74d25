//! The checks of the certificate: the mode, each certificate, which one signs and how long, who is mailed, what
//! Microsoft publishes, and two settings that Atlassian can't live with.

use async_trait::async_trait;
use engine::{Check, Finding, Known, Skip, Verdict, VerdictState};

use super::notify::{own, too_few};
use super::published_check::Published;
use super::renewal;
use super::saml_app::{SAML, SamlApp, seen};
use super::signing::{Signing, short};
use crate::evidence::Proven;
use crate::fill;
use crate::{Live, words};

const TEXT: &str = include_str!("certificate.md");

/// All of them, in the order on screen.
pub(super) const ALL: &[&'static dyn Check<Live>] = &[
    &Mode,
    &Certificates,
    &Active,
    &Mailed,
    &Published,
    &Encryption,
    &SignedRequests,
];

pub(super) fn with_fix(verdict: Verdict, key: &str, cx: &Live, known: &Known) -> Verdict {
    fill::with_fix(TEXT, key, verdict, cx, known, &[])
}

struct Mode;

#[async_trait]
impl Check<Live> for Mode {
    fn id(&self) -> &'static str {
        "mode"
    }

    fn title(&self) -> &'static str {
        "Single sign-on is set to SAML"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (_, app) = match seen(cx, known, "The mode is read once the application stands").await {
            Ok(seen) => seen,
            Err(findings) => return findings,
        };
        let found = match app.mode() {
            "" => "not set",
            mode => mode,
        };
        let verdict = match app.mode() {
            SAML => Verdict::new(VerdictState::Pass, "Single sign-on is set to SAML", ""),
            "" => Verdict::skipped(
                Skip::NothingYet,
                "Single sign-on is not set up yet",
                "Make the changes first.",
            ),
            other => with_fix(
                Verdict::new(
                    VerdictState::Fail,
                    format!("Single sign-on is set to {other}"),
                    "Atlassian speaks SAML.",
                ),
                "mode",
                cx,
                known,
            ),
        };
        Finding::only(
            verdict
                .by(&app.call)
                .compared("preferredSingleSignOnMode saml", found),
        )
    }
}

struct Certificates;

#[async_trait]
impl Check<Live> for Certificates {
    fn id(&self) -> &'static str {
        "certificates"
    }

    fn title(&self) -> &'static str {
        "The certificates are known, each by name"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "Certificates are read once the application stands";
        let (_, app) = match seen(cx, known, before).await {
            Ok(seen) => seen,
            Err(findings) => return findings,
        };
        if app.certificates.is_empty() {
            let verdict = Verdict::skipped(
                Skip::NothingYet,
                "The application has no certificate yet",
                "Make the changes first.",
            );
            return Finding::only(verdict.by(&app.call));
        }
        let named = app.certificates.iter().map(|one| Finding {
            key: one.thumbprint.clone(),
            verdict: self.judge(&app, one, cx, known).by(&app.call),
        });
        named.collect()
    }
}

impl Certificates {
    fn judge(&self, app: &SamlApp, one: &Signing, cx: &Live, known: &Known) -> Verdict {
        let is_active = app.active().is_some_and(|active| active.id == one.id);
        let (state, title, fix) = named(one, is_active, app);
        let detail = format!("Thumbprint {}, {}.", one.thumbprint, named_as(one));
        let verdict = Verdict::new(state, title, detail).compared(
            if is_active {
                "valid for 60 days or more"
            } else {
                "anything: it is not active"
            },
            &format!("until {}", one.until()),
        );
        match fix {
            Some(key) => with_fix(verdict, key, cx, known),
            None => verdict,
        }
    }
}

fn named_as(one: &Signing) -> &str {
    if one.name.is_empty() {
        "without a name"
    } else {
        &one.name
    }
}

/// How a certificate stands, in words, and what to do about it.
fn named(
    one: &Signing,
    is_active: bool,
    app: &SamlApp,
) -> (VerdictState, String, Option<&'static str>) {
    let (short, until) = (one.short(), one.until());
    let days = one.days_left(app.now).unwrap_or(i64::MAX);
    let in_days = words::count(usize::try_from(days).unwrap_or(0), "day", "days");
    if !is_active {
        let how = match one.notice(app.now) {
            _ if days < 0 => format!("ended on {until}"),
            Some(_) => format!("ends in {in_days}, on {until}"),
            None => format!("valid until {until}"),
        };
        return (
            VerdictState::Pass,
            format!("{short} is not active, {how}"),
            None,
        );
    }
    if days < 0 {
        let title = format!("The active certificate {short} ended on {until}");
        return (VerdictState::Fail, title, Some("expired"));
    }
    if !one.is_valid(app.now) {
        let title = format!("The active certificate {short} is not valid yet");
        return (VerdictState::Fail, title, Some("expired"));
    }
    match one.notice(app.now) {
        Some(_) => (
            VerdictState::Warn,
            format!("The active certificate {short} ends in {in_days}, on {until}"),
            Some("renew"),
        ),
        None => (
            VerdictState::Pass,
            format!("{short} is active, valid until {until}"),
            None,
        ),
    }
}

struct Active;

#[async_trait]
impl Check<Live> for Active {
    fn id(&self) -> &'static str {
        "active"
    }

    fn title(&self) -> &'static str {
        "A certificate is activated"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "Which certificate is active is read once there is one";
        let (_, app) = match seen(cx, known, before).await {
            Ok(seen) => seen,
            Err(findings) => return findings,
        };
        if app.certificates.is_empty() {
            let verdict = Verdict::skipped(Skip::NothingYet, before, "Make the changes first.");
            return Finding::only(verdict.by(&app.call));
        }
        let verdict = match (app.active(), app.preferred()) {
            (Some(active), _) if let Some(next) = pasted_instead(active, known) => {
                with_fix(not_activated(active, next), "activate-next", cx, known)
            }
            (Some(active), _) => Verdict::new(
                VerdictState::Pass,
                format!("{} signs log-ins", active.short()),
                "The thumbprint that is set is the SHA-1 of this certificate.",
            ),
            (None, Some(_)) => with_fix(
                Verdict::new(
                    VerdictState::Fail,
                    "The thumbprint that is set belongs to no certificate here",
                    "Entra then signs with another one, or refuses the log-in.",
                ),
                "activate",
                cx,
                known,
            ),
            (None, None) => with_fix(
                Verdict::new(
                    VerdictState::Fail,
                    "No certificate is activated",
                    "It exists, and Entra may sign with another one.",
                ),
                "activate",
                cx,
                known,
            ),
        };
        let certificates: Vec<_> = app
            .certificates
            .iter()
            .map(|one| one.thumbprint.as_str())
            .collect();
        Finding::only(verdict.by(&app.call).compared(
            &format!("one of {}", certificates.join(", ")),
            app.preferred().unwrap_or("not set"),
        ))
    }
}

/// The certificate that Atlassian was given to follow this one, which still signs.
fn pasted_instead<'a>(active: &Signing, known: &'a Known) -> Option<&'a str> {
    renewal::in_the_gap(known).filter(|next| !active.is(next))
}

fn not_activated(active: &Signing, next: &str) -> Verdict {
    Verdict::new(
        VerdictState::Warn,
        format!(
            "{} signs log-ins, and Atlassian has {}",
            active.short(),
            short(next)
        ),
        "Log-ins fail until the new one is activated. What Atlassian has rests on your word.",
    )
}

struct Mailed;

#[async_trait]
impl Check<Live> for Mailed {
    fn id(&self) -> &'static str {
        "notify"
    }

    fn title(&self) -> &'static str {
        "Several people are mailed before it ends"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "Who is mailed is read once the application stands";
        let (_, app) = match seen(cx, known, before).await {
            Ok(seen) => seen,
            Err(findings) => return findings,
        };
        let all = &app.principal.notification_email_addresses;
        let found = if all.is_empty() {
            "nobody".to_owned()
        } else {
            all.join(", ")
        };
        if all.is_empty() && app.certificates.is_empty() {
            let verdict = Verdict::skipped(
                Skip::NothingYet,
                "Nobody has to be mailed before there is a certificate",
                "Make the changes first.",
            );
            return Finding::only(verdict.by(&app.call));
        }
        let verdict = match too_few(all, &own(known)) {
            Some((title, text)) => {
                let title = title.trim_end_matches('.');
                with_fix(
                    Verdict::new(VerdictState::Warn, title, text),
                    "notify",
                    cx,
                    known,
                )
            }
            None => Verdict::new(
                VerdictState::Pass,
                format!("{} addresses are mailed before it ends", all.len()),
                format!("{}.", all.join(", ")),
            ),
        };
        Finding::only(
            verdict
                .by(&app.call)
                .compared("two to five addresses, not only yours", &found),
        )
    }
}

struct Encryption;

#[async_trait]
impl Check<Live> for Encryption {
    fn id(&self) -> &'static str {
        "encryption"
    }

    fn title(&self) -> &'static str {
        "Token encryption is off"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "Token encryption is read once the application stands";
        let (_, app) = match seen(cx, known, before).await {
            Ok(seen) => seen,
            Err(findings) => return findings,
        };
        let key = app
            .application
            .token_encryption_key_id
            .as_ref()
            .or(app.principal.token_encryption_key_id.as_ref());
        let verdict = match key {
            None => Verdict::new(VerdictState::Pass, "Token encryption is off", ""),
            Some(_) => with_fix(
                Verdict::new(
                    VerdictState::Fail,
                    "Token encryption is on",
                    "Atlassian can’t read an encrypted answer, so every log-in fails.",
                ),
                "encryption",
                cx,
                known,
            ),
        };
        Finding::only(verdict.by(&app.call).compared(
            "tokenEncryptionKeyId not set",
            key.map_or("not set", String::as_str),
        ))
    }
}

struct SignedRequests;

#[async_trait]
impl Check<Live> for SignedRequests {
    fn id(&self) -> &'static str {
        "signed-requests"
    }

    fn title(&self) -> &'static str {
        "Signed requests are not required"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "Request signing is read once the application stands";
        let (_, app) = match seen(cx, known, before).await {
            Ok(seen) => seen,
            Err(findings) => return findings,
        };
        let required = app
            .application
            .request_signature_verification
            .as_ref()
            .and_then(|rule| rule.get("isSignedRequestRequired"))
            .and_then(serde_json::Value::as_bool)
            .unwrap_or(false);
        let verdict = if required {
            with_fix(
                Verdict::new(
                    VerdictState::Fail,
                    "Signed requests are required",
                    "Atlassian does not sign its requests, so Entra refuses each log-in (AADSTS76021).",
                ),
                "signed-requests",
                cx,
                known,
            )
        } else {
            Verdict::new(VerdictState::Pass, "Signed requests are not required", "")
        };
        Finding::only(verdict.by(&app.registration_call).compared(
            "isSignedRequestRequired false or not set",
            &required.to_string(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::saml_app::testing::{app, key};
    use super::*;
    use serde_json::json;

    #[test]
    fn each_certificate_is_named_and_the_active_one_warns_before_it_ends() {
        let cases = [
            (
                "2029-01-01",
                true,
                VerdictState::Pass,
                "0101…0101 is active, valid until 1 Jan 2029",
            ),
            (
                "2026-12-05",
                true,
                VerdictState::Warn,
                "The active certificate 0101…0101 ends in 9 days, on 5 Dec 2026",
            ),
            (
                "2026-11-26",
                true,
                VerdictState::Warn,
                "The active certificate 0101…0101 ends in 0 days, on 26 Nov 2026",
            ),
            (
                "2026-11-20",
                true,
                VerdictState::Fail,
                "The active certificate 0101…0101 ended on 20 Nov 2026",
            ),
            (
                "2029-01-01",
                false,
                VerdictState::Pass,
                "0101…0101 is not active, valid until 1 Jan 2029",
            ),
            (
                "2026-12-05",
                false,
                VerdictState::Pass,
                "0101…0101 is not active, ends in 9 days, on 5 Dec 2026",
            ),
            (
                "2026-11-20",
                false,
                VerdictState::Pass,
                "0101…0101 is not active, ended on 20 Nov 2026",
            ),
        ];
        for (ends, is_active, state, title) in cases {
            let principal = json!({"keyCredentials": [key(1, ends)]});
            let app = app(json!({}), principal, "2026-11-25T10:00:00Z");
            let (found, said, _) = named(&app.certificates[0], is_active, &app);
            assert_eq!((found, said.as_str()), (state, title), "{ends} {is_active}");
        }
    }
}
