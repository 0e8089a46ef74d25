//! What Atlassian says of its certificate when it refuses a log-in, held against those of the application; and its copy
//! of the certificate, where somebody pasted it. A copy that was damaged on its way has a thumbprint of its own, so only
//! the copy itself tells it from another certificate.

use engine::{Known, Verdict, VerdictState};
use saml::Certificate;

use super::federation::{self, Published};
use super::login_causes::{self, Cause};
use super::saml_app::{self, SamlApp};
use super::signing::short;
use super::test_login_checks::with_fix;
use crate::Live;

/// What stands in a refusal before the thumbprint that Atlassian was given.
const CONFIGURED: &str = "configured:";
/// The digits of a thumbprint.
const DIGITS: usize = 40;

/// What a refusal says of the certificate at Atlassian.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Configured {
    /// It could not be read there.
    Unreadable,
    /// Its thumbprint.
    Thumbprint(String),
}

/// What a page says of it; most say nothing, for Atlassian promises no words.
fn configured(page: &str) -> Option<Configured> {
    let lower = login_causes::plain(page);
    let after = lower.split_once(CONFIGURED)?.1.trim_start();
    let digits: String = after.chars().take_while(char::is_ascii_hexdigit).collect();
    match digits.len() {
        DIGITS => Some(Configured::Thumbprint(digits.to_uppercase())),
        _ if after.starts_with("none") => Some(Configured::Unreadable),
        _ => None,
    }
}

/// Whose certificate Atlassian has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// The one that is active.
    Active,
    /// One of the application that is not.
    Inactive,
    /// The tenant-wide one.
    Tenants,
    /// None of these.
    Nobodys,
}

fn whose(app: &SamlApp, tenant: &[String], thumbprint: &str) -> Whose {
    if app.active().is_some_and(|active| active.is(thumbprint)) {
        Whose::Active
    } else if app.certificates.iter().any(|one| one.is(thumbprint)) {
        Whose::Inactive
    } else if tenant
        .iter()
        .any(|one| one.eq_ignore_ascii_case(thumbprint))
    {
        Whose::Tenants
    } else {
        Whose::Nobodys
    }
}

/// The cause of a refusal in closer words, where the page tells which certificate Atlassian has.
pub(super) async fn of_page(
    cx: &Live,
    known: &Known,
    page: &str,
    cause: &Cause,
) -> Option<Verdict> {
    let fail = |title: String, detail: &str| Verdict::new(VerdictState::Fail, title, detail);
    let thumbprint = match configured(page)? {
        Configured::Thumbprint(thumbprint) => thumbprint,
        Configured::Unreadable => {
            let title = "Atlassian can’t read the certificate that was pasted there";
            let verdict = fail(title.into(), "A piece of it is missing or changed.");
            return Some(verdict.fix(login_causes::fix(cause, None)));
        }
    };
    let graph = cx.graph.as_ref()?;
    let app = saml_app::read(cx, graph, known).await.ok()??;
    let tenant = match federation::published(graph, known, None).await {
        Published::Read(seen) => federation::thumbprints(&seen.value),
        _ => Vec::new(),
    };
    let there = short(&thumbprint);
    let verdict = match whose(&app, &tenant, &thumbprint) {
        // What signed was another one a moment ago, or still is.
        Whose::Active => return None,
        Whose::Inactive => fail(
            format!("Atlassian has {there}, which is not the active certificate"),
            "It is one of this application, and Entra signs with another one.",
        ),
        Whose::Tenants => fail(
            format!("Atlassian has {there}, the tenant-wide certificate"),
            "It is what one gets from the metadata without the appid; this application signs with its own.",
        ),
        Whose::Nobodys => {
            let verdict = fail(
                format!("Atlassian has {there}, which is no certificate of this application"),
                "It was damaged on its way, or is another application’s.",
            );
            return Some(with_fix(verdict, "nobodys-certificate", cx, known, &[]));
        }
    };
    Some(verdict.fix(login_causes::fix(cause, None)))
}

/// How a copy of the certificate compares with the one to be pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    /// It is the same.
    Same,
    /// It is the same but for a piece.
    Damaged,
    /// It is another one.
    Another,
    /// It is none any more.
    Unreadable,
}

/// Whether somebody pasted a certificate.
pub(super) fn is_certificate(pasted: &str) -> bool {
    pasted.contains("BEGIN CERTIFICATE")
}

fn compared(pasted: &str, right: &Certificate) -> Compared {
    let Ok(pasted) = Certificate::read(pasted) else {
        return Compared::Unreadable;
    };
    let (one, other) = (pasted.der(), right.der());
    if one == other {
        return Compared::Same;
    }
    let same =
        |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(a, b)| a == b).count();
    let ahead = same(&mut one.iter().zip(other));
    let behind = same(&mut one.iter().rev().zip(other.iter().rev()));
    // Two certificates differ from their serial number on, in keys and signatures of hundreds of bytes; so much is
    // alike only where a piece was changed.
    match 2 * (ahead + behind) > one.len().min(other.len()) {
        true => Compared::Damaged,
        false => Compared::Another,
    }
}

/// What a pasted copy of Atlassian's certificate tells; `None` while no certificate is known here.
pub(super) fn of_copy(pasted: &str, known: &Known) -> Option<Verdict> {
    let right = Certificate::read(known.fact("saml.certificate")?).ok()?;
    let ours = short(&right.thumbprint());
    let fail = |title: String, detail: &str| Verdict::new(VerdictState::Fail, title, detail);
    let verdict = match compared(pasted, &right) {
        Compared::Same => {
            let title = format!("The certificate at Atlassian is {ours}, as it should be");
            let detail = "The cause is another one. Paste what the error page said.";
            return Some(Verdict::new(VerdictState::Pass, title, detail));
        }
        Compared::Damaged => fail(
            format!("The certificate at Atlassian is a damaged copy of {ours}"),
            "A piece of it is changed, the rest is the same.",
        ),
        Compared::Another => fail(
            format!("The certificate at Atlassian is another one than {ours}"),
            "Not a damaged copy: it belongs to something else, or is an older one.",
        ),
        Compared::Unreadable => fail(
            "The certificate at Atlassian is damaged".into(),
            "A piece of it is missing or changed, so that it can’t be read.",
        ),
    };
    Some(match login_causes::of_page("invalid thumbprint") {
        Some(cause) => verdict.fix(login_causes::fix(cause, None)),
        None => verdict,
    })
}

#[cfg(test)]
mod tests {
    use super::super::saml_app::testing::{app, key};
    use super::*;
    use serde_json::json;

    const OURS: &str = "0101010101010101010101010101010101010101";

    #[test]
    fn a_page_tells_which_certificate_atlassian_has_or_nothing() {
        let said = |text: &str| Some(Configured::Thumbprint(text.to_uppercase()));
        let cases = [
            (
                format!(
                    "https://id.test/?error_description=Invalid%20thumbprint%20(configured:%20{OURS}.%20calculated:%20AB)"
                ),
                said(OURS),
            ),
            (
                "Invalid thumbprint (configured: none).".to_owned(),
                Some(Configured::Unreadable),
            ),
            ("Invalid thumbprint".to_owned(), None),
            ("Invalid thumbprint (configured: AB12)".to_owned(), None),
        ];
        for (page, wanted) in cases {
            assert_eq!(configured(&page), wanted, "{page}");
        }
    }

    #[test]
    fn a_thumbprint_is_told_whose_it_is() {
        let principal = json!({
            "keyCredentials": [key(1, "2029-01-01"), key(2, "2029-01-01")],
            "preferredTokenSigningKeyThumbprint": OURS,
        });
        let app = app(json!({}), principal, "2026-11-25T10:00:00Z");
        let tenant = ["77".repeat(20)];
        let cases = [
            (OURS.to_owned(), Whose::Active),
            ("02".repeat(20), Whose::Inactive),
            ("77".repeat(20), Whose::Tenants),
            ("55".repeat(20), Whose::Nobodys),
        ];
        for (thumbprint, wanted) in cases {
            assert_eq!(whose(&app, &tenant, &thumbprint), wanted, "{thumbprint}");
        }
    }
}
