//! What is said at once to what somebody saw: an error page is looked up, a recorded SAML response is read. What would let
//! somebody log in is never kept.

use engine::{Judgement, Known, Worth};
use jiff::Timestamp;
use saml::{Certificate, Checklist, Circumstances, Expected, Input};

use super::{login_causes, login_thumbprint};

/// Fields of an address that open something.
const OPENS: [&str; 5] = [
    "samlresponse",
    "samlrequest",
    "access_token",
    "id_token",
    "code",
];
/// No address of an error page is longer, and nobody needs to read more.
const LONGEST: usize = 4096;

/// What is said to a paste; a bad one is not kept.
pub(super) fn judge(value: &str, known: &Known, now: Timestamp) -> Judgement {
    if let Some(read) = response(value, known, now) {
        return Judgement::bad(
            "This is a SAML response. It was read, and is not kept.",
            read,
        );
    }
    if login_thumbprint::is_certificate(value)
        && let Some(verdict) = login_thumbprint::of_copy(value, known)
    {
        return Judgement::new(Worth::Plain, format!("{}.", verdict.title), verdict.detail);
    }
    let lower = value.to_lowercase();
    let mut names = lower
        .split(['?', '&', '#', ' '])
        .filter_map(|part| part.split_once('='));
    if names.any(|(name, _)| OPENS.contains(&name)) {
        return Judgement::bad(
            "There is something in it that lets one log in.",
            "It is not kept. Paste the part of the address before “?”, or the sentence on the page.",
        );
    }
    if value.chars().count() > LONGEST {
        return Judgement::bad(
            "It is too long for a page.",
            "Paste its address, or its first sentence.",
        );
    }
    match login_causes::of_page(value) {
        Some(cause) => Judgement::new(
            Worth::Plain,
            format!("{}.", cause.what),
            format!("{}. {}", cause.action, cause.how),
        ),
        None => Judgement::new(
            Worth::Doubtful,
            "Lockstep does not know this page.",
            "It is kept all the same. The settings below are compared one by one.",
        ),
    }
}

/// What a recorded response comes to, compared with what was set up; `None` when it is none.
fn response(value: &str, known: &Known, now: Timestamp) -> Option<String> {
    let newest = Input::read(value).ok()?.messages.into_iter().next()?;
    let circumstances = Circumstances::new(newest, now);
    Some(
        Checklist::of(&circumstances, &expected(known))
            .verdict
            .sentence,
    )
}

/// What a response should say, as far as it is known here.
fn expected(known: &Known) -> Expected {
    let fact = |name: &str| known.fact(name).map(str::to_owned);
    let answer = |name: &str| known.answer(name).map(str::to_owned);
    let handed = known
        .fact("saml.certificate")
        .and_then(|text| Certificate::read(text).ok());
    Expected {
        issuer: fact("saml.entity_id"),
        acs: answer("saml.acs"),
        entity: answer("saml.sp_entity"),
        active_thumbprint: fact("saml.thumbprint"),
        saved_certificate: handed,
        tenant: fact("entra.tenant"),
        ..Expected::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A response that says only that the identity provider refused.
    const RESPONSE: &str = "PHNhbWxwOlJlc3BvbnNlIHhtbG5zOnNhbWxwPSJ1cm46b2FzaXM6bmFtZXM6dGM6U0FNTDoyLjA6cHJvdG9jb2wiIElEPSJfMSIgVmVyc2lvbj0iMi4wIiBJc3N1ZUluc3RhbnQ9IjIwMjYtMTEtMjVUMTA6MDA6MDBaIj48c2FtbHA6U3RhdHVzPjxzYW1scDpTdGF0dXNDb2RlIFZhbHVlPSJ1cm46b2FzaXM6bmFtZXM6dGM6U0FNTDoyLjA6c3RhdHVzOlJlcXVlc3RlciIvPjwvc2FtbHA6U3RhdHVzPjwvc2FtbHA6UmVzcG9uc2U+";

    fn judged(value: &str) -> Judgement {
        let now = "2026-11-25T10:01:00Z".parse().expect("a time");
        judge(value, &Known::default(), now)
    }

    #[test]
    fn what_would_let_one_log_in_is_refused() {
        for value in [
            "https://auth.test/login/callback?SAMLResponse=PHNhbWw",
            "https://site.test/?code=abc&state=1",
            "https://site.test/#id_token=abc",
        ] {
            assert!(!judged(value).is_taken(), "{value}");
        }
        assert!(judged("https://site.test/?error_code=5&state=1").is_taken());
    }

    #[test]
    fn a_recorded_response_is_read_and_not_kept() {
        for value in [
            RESPONSE.to_owned(),
            format!("SAMLResponse={RESPONSE}&RelayState=x"),
        ] {
            let said = judged(&value);
            assert!(!said.is_taken(), "{value}");
            assert!(
                said.strong.starts_with("This is a SAML response."),
                "{said:?}"
            );
            assert!(
                !said.text.is_empty() && !said.text.contains(RESPONSE),
                "{said:?}"
            );
            assert_eq!(said.expected, None, "what was pasted is not shown again");
        }
    }

    #[test]
    fn a_page_is_looked_up_at_once() {
        let said = judged("https://id.test/?error_description=Invalid%20thumbprint");
        assert_eq!(
            said.strong,
            "The certificate at Atlassian is not the one that signed."
        );
        for value in ["AADSTS50105", "a blank page"] {
            assert!(judged(value).is_taken(), "{value}");
        }
        assert!(!judged(&"x ".repeat(3000)).is_taken());
    }
}
