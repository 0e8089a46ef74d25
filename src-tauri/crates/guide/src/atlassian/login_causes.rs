//! Why a log-in failed: what Microsoft's numbers and Atlassian's error pages mean, and which step mends it.
//!
//! Two tables in Markdown beside this file are the data; this file reads them. It sees no live system.

use std::sync::LazyLock;

use engine::{Fix, Link, StepId};

/// What a number of Microsoft's sign-in log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Entra said no.
    Refused,
    /// The account or its password.
    Person,
    /// The person was asked for something; the sign-in goes on.
    OnTheWay,
    /// Microsoft's own trouble.
    Service,
}

/// Why a log-in failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cause {
    /// Refused, the person, on the way, the service. What Atlassian shows is always a refusal.
    pub kind: Kind,
    /// A sentence without its dot.
    pub what: String,
    /// What to do, in a few words.
    pub action: String,
    /// How, in a sentence or two.
    pub how: String,
    /// The step that mends it.
    pub step: Option<StepId>,
}

struct Row {
    keys: Vec<String>,
    cause: Cause,
}

static CODES: LazyLock<Vec<Row>> = LazyLock::new(|| {
    rows(include_str!("login_codes.md"))
        .filter_map(|cells| {
            let [codes, kind, what, action, how, step] = cells.try_into().ok()?;
            let kind = kind_of(&kind)?;
            Some(row(&codes, ',', kind, [what, action, how, step]))
        })
        .collect()
});

static PAGES: LazyLock<Vec<Row>> = LazyLock::new(|| {
    rows(include_str!("login_pages.md"))
        .filter_map(|cells| {
            let [pieces, what, action, how, step] = cells.try_into().ok()?;
            Some(row(&pieces, ';', Kind::Refused, [what, action, how, step]))
        })
        .collect()
});

/// No application has the identifier that was sent.
pub(super) const NO_SUCH_IDENTIFIER: i64 = 700_016;

/// The cause behind a number of the sign-in log; `None` for one that the table does not know.
pub(super) fn of_code(code: i64) -> Option<&'static Cause> {
    let code = code.to_string();
    CODES
        .iter()
        .find(|row| row.keys.contains(&code))
        .map(|row| &row.cause)
}

/// The cause behind what a person saw: an AADSTS number counts first, then a piece of Atlassian's address or page.
pub(super) fn of_page(seen: &str) -> Option<&'static Cause> {
    if let Some(cause) = code_in(seen).and_then(of_code) {
        return Some(cause);
    }
    let text = plain(seen);
    PAGES
        .iter()
        .find(|row| row.keys.iter().any(|piece| text.contains(piece.as_str())))
        .map(|row| &row.cause)
}

/// The number after “AADSTS” in a text.
pub(super) fn code_in(text: &str) -> Option<i64> {
    let upper = text.to_ascii_uppercase();
    let after = &upper[upper.find("AADSTS")? + "AADSTS".len()..];
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// What to do about a cause; `link` leads to the page where it is done.
pub(super) fn fix(cause: &Cause, link: Option<Link>) -> Fix {
    let step = cause.step.as_ref().and_then(step_words);
    let text = match step {
        Some(step) => format!("{} {step}", cause.how),
        None => cause.how.clone(),
    };
    Fix {
        title: cause.action.clone(),
        text,
        path: None,
        link,
    }
}

/// “Step 1.4, Basic SAML configuration, sets it.” Numbers come from the guide, so that they are right when it grows.
pub(super) fn step_words(id: &StepId) -> Option<String> {
    let number = super::GUIDE.number(id)?;
    let title = super::GUIDE.step(id)?.title();
    Some(format!("Step {number}, {title}, looks after it."))
}

/// Percent signs and plus signs decoded, without case, with plain apostrophes.
pub(super) fn plain(seen: &str) -> String {
    let decoded: String =
        url::form_urlencoded::parse(format!("x={}", seen.replace('&', " ")).as_bytes())
            .map(|(_, value)| value.into_owned())
            .collect();
    decoded.to_lowercase().replace(['’', '‘'], "'")
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<String>> {
    table
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---"))
        .skip(1)
        .map(|line| {
            let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
            inner
                .split('|')
                .map(|cell| cell.trim().to_owned())
                .collect()
        })
}

fn row(keys: &str, between: char, kind: Kind, [what, action, how, step]: [String; 4]) -> Row {
    Row {
        keys: keys
            .split(between)
            .map(|key| key.trim().to_owned())
            .collect(),
        cause: Cause {
            kind,
            what,
            action,
            how,
            step: (!step.is_empty()).then(|| StepId::read(step)),
        },
    }
}

fn kind_of(word: &str) -> Option<Kind> {
    match word {
        "refused" => Some(Kind::Refused),
        "person" => Some(Kind::Person),
        "on the way" => Some(Kind::OnTheWay),
        "service" => Some(Kind::Service),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(table: &str) -> usize {
        table
            .lines()
            .filter(|line| line.starts_with("| "))
            .count()
            // The heading and the line under it.
            - 2
    }

    #[test]
    fn every_row_of_the_tables_is_read() {
        assert_eq!(CODES.len(), lines(include_str!("login_codes.md")));
        assert_eq!(PAGES.len(), lines(include_str!("login_pages.md")));
        for row in CODES.iter().chain(PAGES.iter()) {
            let cause = &row.cause;
            assert!(!cause.what.ends_with('.'), "{}", cause.what);
            assert!(cause.how.ends_with(['.', '?']), "{}", cause.how);
            assert!(row.keys.iter().all(|key| !key.is_empty()), "{}", cause.what);
        }
    }

    #[test]
    fn no_number_and_no_piece_stands_twice() {
        for table in [&CODES, &PAGES] {
            let mut all: Vec<_> = table.iter().flat_map(|row| &row.keys).collect();
            let many = all.len();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), many);
        }
        assert!(
            CODES
                .iter()
                .flat_map(|row| &row.keys)
                .all(|code| code.parse::<i64>().is_ok())
        );
    }

    #[test]
    fn the_steps_named_are_steps_of_the_guide() {
        for row in CODES.iter().chain(PAGES.iter()) {
            if let Some(step) = &row.cause.step {
                assert!(super::super::GUIDE.step(step).is_some(), "{step}");
            }
        }
    }

    #[test]
    fn a_page_is_recognised_by_a_piece_of_it() {
        let cases = [
            (
                "https://id.test/login?error=access_denied&error_description=authentication-policy-strategy-mismatch",
                Some("Atlassian does not let this person in by single sign-on"),
            ),
            (
                "https://auth.test/login?error_description=Invalid%20thumbprint%20%28configured%3A%20AB%29",
                Some("The certificate at Atlassian is not the one that signed"),
            ),
            (
                "error_description=Audience+is+invalid",
                Some("The answer was made for another identifier than Atlassian’s"),
            ),
            ("We couldn’t log you in", Some("Atlassian gives no reason")),
            (
                "Sorry, but we’re having trouble signing you in. AADSTS50105: Your administrator …",
                Some("This person is not assigned to the application"),
            ),
            (
                "aadsts50011",
                Some("The reply URL in Atlassian’s request is not in the application"),
            ),
            ("AADSTS99999999", None),
            ("nothing in particular", None),
        ];
        for (seen, wanted) in cases {
            assert_eq!(
                of_page(seen).map(|cause| cause.what.as_str()),
                wanted,
                "{seen}"
            );
        }
    }

    #[test]
    fn a_second_factor_is_no_refusal() {
        assert_eq!(of_code(50074).map(|cause| cause.kind), Some(Kind::OnTheWay));
        assert_eq!(of_code(50105).map(|cause| cause.kind), Some(Kind::Refused));
        assert_eq!(of_code(0), None);
    }
}
