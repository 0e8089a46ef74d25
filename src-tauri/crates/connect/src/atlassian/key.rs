//! What a person pastes as a key: cleaned, and recognised by its form as far as that goes.
//!
//! The form is a hint only: whether a key works is for Atlassian to say (atlassian.md 0.3, 6.4).

use crate::secret::Secret;

/// What a pasted text looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// The form of an organization API key. A SCIM key may look like this too: its form is not published.
    Organization,
    /// The form of a person's API token: it gets 401 from the organization API.
    UserToken,
    /// The form of a signed token, such as OAuth clients get.
    OauthToken,
    /// An address, for example the SCIM base URL.
    Address,
    /// An id, for example of the organization.
    Identifier,
    /// Nothing that tells.
    Unknown,
}

/// Names what a text looks like, by form alone.
pub fn key_kind(text: &str) -> KeyKind {
    let text = text.trim();
    if text.starts_with("ATCTT") {
        KeyKind::Organization
    } else if text.starts_with("ATATT") {
        KeyKind::UserToken
    } else if text.starts_with("eyJ") && text.matches('.').count() == 2 {
        KeyKind::OauthToken
    } else if text.starts_with("https://") || text.starts_with("http://") {
        KeyKind::Address
    } else if uuid::Uuid::parse_str(text).is_ok() {
        KeyKind::Identifier
    } else {
        KeyKind::Unknown
    }
}

/// A cleaned key, and what was removed from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The key.
    pub secret: Secret,
    /// What was removed, to be told.
    pub notes: Vec<Removed>,
}

/// What came along when somebody copied a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// Spaces or tabs.
    Spaces,
    /// Line breaks.
    LineBreaks,
    /// Quotes around it.
    Quotes,
    /// `Authorization:` or `Bearer` before it.
    Bearer,
    /// Characters that cannot be seen.
    Invisible,
}

/// Removes what is no part of any key. `Bearer` and `Authorization:` go, quotes around it, every blank, line break and unseen character.
pub fn clean_key(text: &str) -> Cleaned {
    let mut notes = Vec::new();
    let mut note = |removed: Removed, found: bool| {
        if found && !notes.contains(&removed) {
            notes.push(removed);
        }
    };
    let mut rest = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    let outer = &text[..text.len()
        - text
            .trim_start_matches(|c: char| c.is_whitespace() || is_invisible(c))
            .len()];
    let tail = &text[outer.len() + rest.len()..];
    for around in [outer, tail] {
        note(Removed::LineBreaks, around.contains(['\n', '\r']));
        note(Removed::Spaces, around.contains([' ', '\t']));
    }
    rest = strip_quotes(rest, &mut note);
    for prefix in ["Authorization:", "Bearer "] {
        if let Some(head) = rest
            .get(..prefix.len())
            .filter(|head| head.eq_ignore_ascii_case(prefix))
        {
            note(Removed::Bearer, true);
            rest = rest[head.len()..].trim_start();
        }
    }
    rest = strip_quotes(rest, &mut note);
    note(Removed::LineBreaks, rest.contains(['\n', '\r']));
    note(
        Removed::Spaces,
        rest.chars()
            .any(|c| c.is_whitespace() && c != '\n' && c != '\r'),
    );
    note(Removed::Invisible, text.chars().any(is_invisible));
    let key: String = rest
        .chars()
        .filter(|c| !c.is_whitespace() && !is_invisible(*c))
        .collect();
    // What was pasted here by mistake and is no key would be hidden everywhere from now on, and refused where it belongs.
    let secret = match may_be_key(&key) {
        true => Secret::new(key),
        false => Secret::untaught(key),
    };
    Cleaned { secret, notes }
}

/// No key is shorter; a name may well begin like one.
pub const SHORTEST_KEY: usize = 16;

/// Whether a text may be a key at all. The form of a SCIM key is not published, so only what is surely something else is none.
fn may_be_key(text: &str) -> bool {
    let is_other = matches!(key_kind(text), KeyKind::Address | KeyKind::Identifier);
    text.len() >= SHORTEST_KEY && !is_other && !text.contains('@')
}

fn strip_quotes<'a>(text: &'a str, note: &mut impl FnMut(Removed, bool)) -> &'a str {
    let pairs = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('“', '”'),
        ('„', '“'),
        ('«', '»'),
    ];
    let inner = pairs
        .into_iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    note(Removed::Quotes, inner.is_some());
    inner.unwrap_or(text)
}

/// Zero-width characters, the byte order mark, and control characters other than blanks.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{00ad}'
    ) || (c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Redactor;

    #[test]
    fn kinds_by_form() {
        let cases = [
            ("ATCTT3xFfGN0abc", KeyKind::Organization),
            ("ATATT3xFfGF0abc", KeyKind::UserToken),
            ("eyJh.eyJi.c", KeyKind::OauthToken),
            ("https://api.example/scim/directory/1", KeyKind::Address),
            ("9a1aa823-aac8-423d-aa01-63315a059cb2", KeyKind::Identifier),
            ("something", KeyKind::Unknown),
            ("", KeyKind::Unknown),
        ];
        for (text, kind) in cases {
            assert_eq!(key_kind(text), kind, "{text}");
        }
    }

    #[test]
    fn what_can_be_no_key_is_not_hidden_ever_after() {
        let words = [
            "0b6f1c52-8e0d-4b8e-9a3e-5d0f6f1e7a21",
            "https://admin.example.com/o/0b6f1c52/policies",
            "somebody.else@fabrikam-example.com",
            "Fabrikam Ltd",
        ];
        for word in words {
            clean_key(word);
            let said = format!("https://admin.example.com/o/{word}/edit of FabrikamLtd");
            assert!(!Redactor::finds_secret_in(&said), "{word}");
        }
        // The form of a SCIM key is not published, so whatever may be one is hidden.
        clean_key("xQ7f0pLw2ZkV9sTb4mNc");
        assert!(Redactor::finds_secret_in("key xQ7f0pLw2ZkV9sTb4mNc"));
    }

    #[test]
    fn what_comes_along_is_removed_and_told() {
        use Removed::*;
        let cases: [(&str, &[Removed]); 9] = [
            ("the-key", &[]),
            ("  the-key ", &[Spaces]),
            ("the-\r\nkey\n", &[LineBreaks]),
            ("the- key", &[Spaces]),
            ("\"the-key\"", &[Quotes]),
            ("Bearer the-key", &[Bearer]),
            ("authorization: bearer the-key", &[Bearer]),
            ("\u{feff}the\u{200b}-key", &[Invisible]),
            ("“the-key”", &[Quotes]),
        ];
        for (text, notes) in cases {
            let cleaned = clean_key(text);
            assert_eq!(cleaned.secret.secret(), "the-key", "{text:?}");
            assert_eq!(cleaned.notes, notes, "{text:?}");
        }
        assert!(clean_key(" \n ").secret.is_empty());
    }
}
