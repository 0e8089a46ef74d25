//! What is wrong with an answer, by its form; and what a refused key is.

use std::collections::BTreeMap;

use connect::Redactor;
use connect::atlassian::SHORTEST_KEY;

use super::*;

impl Session {
    /// Fails where answers that were given beforehand, by ask, name something among what a step finds, which was not asked for
    /// because only something else is there. `proposal` is what the step is about to change: where that makes something, what was
    /// named is not there, whatever was answered before.
    ///
    /// # Errors
    /// Says what is named, and what there is.
    pub fn misnamed(
        &self,
        step: &StepId,
        answers: &BTreeMap<String, String>,
        proposal: Option<&Proposal>,
    ) -> Result<(), Trouble> {
        let known = self.known();
        let makes_it = proposal.is_some_and(makes_something);
        for ask in guide::atlassian::found_asks(step) {
            let Some(named) = answers.get(&ask.id) else {
                continue;
            };
            let Some(fact) = guide::atlassian::chosen_in(&ask.id, named) else {
                continue;
            };
            let (title, certain) = match known.fact(fact) {
                // Nothing of it is there, whatever is known from before.
                _ if makes_it => (
                    format!("{} names “{named}”, which is not here", ask.id),
                    "Nothing was changed.",
                ),
                _ if known.answer(&ask.id) == Some(named) => continue,
                Some(found) if guide::atlassian::names_same(&ask.id, found, named) => continue,
                Some(found) => (
                    format!("{} names “{named}”, and here is only “{found}”", ask.id),
                    "Nothing more was changed.",
                ),
                None => continue,
            };
            return Err(Trouble::new(TroubleKind::BadInput, title, certain).next(
                "Look whether the file, the account and the key belong together",
                "Then name what is meant, or leave the line out.",
                engine::NextDo::Nothing,
            ));
        }
        Ok(())
    }
}

/// Whether one of the changes makes something that was not there: it is undone by deleting it.
fn makes_something(proposal: &Proposal) -> bool {
    let changes = match &proposal.plan {
        engine::Plan::Changes { changes, .. } => changes.as_slice(),
        _ => &[],
    };
    let made = |change: &engine::Change| matches!(change.undo, engine::Undo::Delete { .. });
    changes.iter().any(made)
}

/// What is wrong with an answer by its form; `None` when it may be recorded.
pub(super) fn refused(ask: &Ask, value: &str) -> Option<SaidView> {
    // What somebody saw is first read by its step, which names better what it finds in an address or a response.
    if ask.id != test_login::SEEN
        && let Some(said) = secret_in(value)
    {
        return Some(said);
    }
    match &ask.kind {
        AskKind::Choice { options }
            if !value.is_empty() && !options.iter().any(|option| option.value == value) =>
        {
            let offered: Vec<_> = options.iter().map(|option| option.value.as_str()).collect();
            Some(fail_said(
                "This is not one of the choices.",
                &format!("Choose one of: {}.", offered.join(", ")),
            ))
        }
        AskKind::Confirm if !["", "yes"].contains(&value) => Some(fail_said(
            "Only “yes” confirms it.",
            "Leave it empty otherwise.",
        )),
        AskKind::Text if ask.id == sign_in::CLIENT_ID => not_an_id(value),
        _ if ask.id == sign_in::TENANT && !names_tenant(value) => Some(fail_said(
            "This names no tenant.",
            "The field wants a domain name such as contoso.com, or the tenant’s id.",
        )),
        // A whole recorded answer may be pasted here; the step reads it and decides what is kept.
        AskKind::Text if ask.id == test_login::SEEN && value.len() <= 1 << 20 => None,
        _ if value.chars().any(char::is_control) => Some(fail_said(
            "It has a line break or a control character in it.",
            "Paste it as one line.",
        )),
        _ if value.chars().count() > 256 => {
            Some(fail_said("It is too long.", "At most 256 characters."))
        }
        _ => None,
    }
}

/// A tenant is named by its id or by a domain: the name becomes a part of the sign-in's address, so that nothing else may
/// come into it. Nothing stands for whichever one the account belongs to.
fn names_tenant(value: &str) -> bool {
    let fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let is_domain = value.contains('.') && value.split('.').all(fits);
    value.is_empty() || is_domain || is_guid(value)
}

fn is_guid(value: &str) -> bool {
    let groups: Vec<_> = value.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups
            .iter()
            .all(|group| group.chars().all(|c| c.is_ascii_hexdigit()))
}

/// A client id has the form of a GUID; the commonest wrong pastes are named.
fn not_an_id(value: &str) -> Option<SaidView> {
    if value.is_empty() || is_guid(value) {
        return None;
    }
    let mut said = if value.contains('@') {
        fail_said(
            "This is an address.",
            "The field wants the Application (client) ID of the registration.",
        )
    } else if value.contains('~') {
        fail_said(
            "This looks like a client secret.",
            "The field wants the Application (client) ID. Lockstep needs no secret: delete it in the portal.",
        )
    } else {
        fail_said(
            "This is not an Application (client) ID.",
            "It has 32 hexadecimal digits in five groups.",
        )
    };
    // What looks like a secret is not shown again.
    if !value.contains('~') {
        said.compare = Some(CompareView {
            yours: value.to_owned(),
            expected: "11111111-2222-3333-4444-555555555555".to_owned(),
        });
    }
    Some(said)
}

/// What is said to a secret that was pasted where answers are recorded; it is neither kept nor shown again. A key without a
/// form of its own, such as the SCIM key of a directory, is recognised once it was pasted as a key.
pub(super) fn secret_in(value: &str) -> Option<SaidView> {
    let words = value.split(|c: char| c.is_whitespace() || "\"'`“”„«»=&?:;,<>()".contains(c));
    let kind = words
        .filter(|word| word.len() >= SHORTEST_KEY)
        .map(key_kind)
        .find(|kind| {
            matches!(
                kind,
                KeyKind::Organization | KeyKind::UserToken | KeyKind::OauthToken
            )
        });
    let strong = match kind {
        Some(KeyKind::Organization) => "This is an organization API key.",
        Some(KeyKind::UserToken) => "This is a personal API token.",
        Some(_) => "This is a token of a program.",
        None if is_client_secret(value) => "This looks like a client secret.",
        None if Redactor::finds_secret_in(value) => "There is a key or a token in this.",
        None => return None,
    };
    let text = match kind {
        Some(KeyKind::Organization) => {
            "It was not kept. Remove it here; it belongs on the page “Before you start: Atlassian”."
        }
        _ => "It was not kept. Remove it here: this field wants no secret.",
    };
    Some(fail_said(strong, text))
}

/// Whether a text has something in it that looks like a key, a token or a client secret.
pub fn looks_like_secret(value: &str) -> bool {
    secret_in(value).is_some()
}

/// What is said to a pasted text that can be no key, by its length or its characters; it is not sent. A bearer token has
/// no others than these (RFC 6750, 2.1), so a whole file that came along is not given away.
pub(super) fn no_key(key: &str) -> Option<SaidView> {
    if key.len() > LONGEST_KEY {
        return Some(fail_said(
            "This is too long for a key.",
            "It was not sent. The field wants the organization API key.",
        ));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    match (key_kind(key), key.chars().all(fits)) {
        (KeyKind::Address, _) => Some(wrong_kind(key)),
        (_, true) => None,
        (_, false) => Some(fail_said(
            "This is no key.",
            "It has characters that no key has, and was not sent. The field wants the organization API key.",
        )),
    }
}

/// Keys have some two hundred characters.
const LONGEST_KEY: usize = 4096;

/// Microsoft's client secrets have 40 characters in one word, with a `~` among the first ones.
fn is_client_secret(value: &str) -> bool {
    let start: String = value.chars().take(8).collect();
    start.contains('~') && value.len() >= 30 && !value.contains(char::is_whitespace)
}

pub(super) fn removed_word(removed: Removed) -> &'static str {
    match removed {
        Removed::Spaces => "spaces",
        Removed::LineBreaks => "line breaks",
        Removed::Quotes => "quotes",
        Removed::Bearer => "the word Bearer",
        Removed::Invisible => "characters that can’t be seen",
    }
}

pub(super) fn fail_said(strong: &str, text: &str) -> SaidView {
    SaidView {
        tone: Tone::Fail,
        strong: strong.to_owned(),
        text: text.to_owned(),
        compare: None,
    }
}

/// Atlassian refused the key: say what it is, as far as its form tells.
pub(super) fn wrong_kind(pasted: &str) -> SaidView {
    let (strong, text) = match key_kind(pasted) {
        KeyKind::UserToken => (
            "This is a personal API token.",
            "This field wants the organization API key: Atlassian Administration, Settings, API keys.",
        ),
        KeyKind::Address => (
            "This is an address, not a key.",
            "The key is shown once, when it is made.",
        ),
        KeyKind::Identifier => (
            "This is an id, not a key.",
            "The organization id is shown beside the key when it is made. This field wants the key.",
        ),
        KeyKind::OauthToken => (
            "This is a token of a program.",
            "This field wants the organization API key: Atlassian Administration, Settings, API keys.",
        ),
        KeyKind::Organization => (
            "Atlassian does not accept this key.",
            "It has the form of an organization API key, but is mistyped, expired or revoked, or is the SCIM key of a directory.",
        ),
        KeyKind::Unknown => (
            "Atlassian does not accept this key.",
            "It may be the SCIM key of a directory: that one opens only the directory. This field wants the organization API key.",
        ),
    };
    fail_said(strong, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(id: &str) -> Ask {
        Ask::new(id, AskKind::Text, "", "")
    }

    #[test]
    fn wrong_answers_are_named() {
        let choice = Ask::choice("c", "", "", &[("a", "A", ""), ("b", "B", "")]);
        let cases = [
            (
                text(sign_in::CLIENT_ID),
                "adele@contoso.com",
                Some("This is an address."),
            ),
            (
                text(sign_in::CLIENT_ID),
                "abc8Q~secret",
                Some("This looks like a client secret."),
            ),
            (
                text(sign_in::CLIENT_ID),
                "123",
                Some("This is not an Application (client) ID."),
            ),
            (
                text(sign_in::CLIENT_ID),
                "14d82eec-204b-4c2f-b7e8-296a70dab67e",
                None,
            ),
            (
                text(sign_in::TENANT),
                "../../evil?x=1#y",
                Some("This names no tenant."),
            ),
            (
                text(sign_in::TENANT),
                "contoso",
                Some("This names no tenant."),
            ),
            (text(sign_in::TENANT), "sub.contoso-2.onmicrosoft.com", None),
            (
                text(sign_in::TENANT),
                "14d82eec-204b-4c2f-b7e8-296a70dab67e",
                None,
            ),
            (text(sign_in::TENANT), "", None),
            (choice.clone(), "z", Some("This is not one of the choices.")),
            (choice, "a", None),
            (
                text("app.name"),
                "two\nlines",
                Some("It has a line break or a control character in it."),
            ),
        ];
        for (ask, value, wanted) in cases {
            let said = refused(&ask, value).map(|said| said.strong);
            assert_eq!(said.as_deref(), wanted, "{value}");
        }
    }

    #[test]
    fn what_somebody_saw_may_be_long_and_nothing_else() {
        let long = "line\n".repeat(10_000);
        assert_eq!(refused(&text(test_login::SEEN), &long), None);
        for (ask, value) in [
            (test_login::SEEN, "x".repeat((1 << 20) + 1)),
            ("app.name", "x".repeat(257)),
        ] {
            let said = refused(&text(ask), &value).map(|said| said.strong);
            assert_eq!(said.as_deref(), Some("It is too long."), "{ask}");
        }
    }

    #[test]
    fn a_secret_is_an_answer_to_nothing() {
        let key = "ATCTT3xFfGN0abcdefghijklmnop=12345678";
        let user = "ATATT3xFfGF0abcdefghijklmnop=12345678";
        let token = "eyJhbGciOiJub25lIn0.eyJ0aWQiOiIxIn0.c2lnbmF0dXJl";
        let cases = [
            (key.to_owned(), "This is an organization API key."),
            (
                format!("the key: “{key}”"),
                "This is an organization API key.",
            ),
            (format!("key={key}"), "This is an organization API key."),
            (user.to_owned(), "This is a personal API token."),
            (token.to_owned(), "This is a token of a program."),
            (
                "abc8Q~0123456789012345678901234567890123".to_owned(),
                "This looks like a client secret.",
            ),
            (
                "https://login.test/?code=0.ARoA1234567890".to_owned(),
                "There is a key or a token in this.",
            ),
        ];
        let choice = Ask::choice("c", "", "", &[("a", "A", "")]);
        let search = Ask::new("pilot.person", AskKind::Search, "", "");
        for (value, strong) in cases {
            for ask in [
                text("app.name"),
                text(sign_in::TENANT),
                text(sign_in::CLIENT_ID),
                choice.clone(),
                search.clone(),
            ] {
                let said = refused(&ask, &value).expect("refused");
                assert_eq!(said.strong, strong, "{}", ask.id);
                assert_eq!(said.compare, None, "{}", ask.id);
                assert!(!said.text.contains(&value) && !said.text.contains("ATCTT"));
            }
        }
    }

    #[test]
    fn an_id_that_was_pasted_as_the_key_by_mistake_is_taken_where_it_belongs() {
        let id = "6f0a2c1e-3d57-4b0e-8f5a-7c9d1e2b3a40";
        connect::atlassian::clean_key(id);
        let address = format!("https://admin.atlassian.com/o/{id}/security/edit");
        for value in [id, &address] {
            assert_eq!(refused(&text("policy.address"), value), None, "{value}");
        }
    }

    #[test]
    fn what_only_resembles_a_secret_is_taken() {
        for value in [
            "Atlassian Cloud",
            "ATATT Logistics",
            "Basic Bearer",
            "a~b",
            "14d82eec-204b-4c2f-b7e8-296a70dab67e",
            "https://auth.atlassian.com/saml/14d82eec-204b-4c2f-b7e8-296a70dab67e",
        ] {
            assert_eq!(refused(&text("app.name"), value), None, "{value}");
        }
    }

    #[test]
    fn what_looks_like_a_secret_is_not_shown_again() {
        let said = refused(&text(sign_in::CLIENT_ID), "abc8Q~secret").expect("refused");
        assert_eq!(said.compare, None);
        assert!(!said.text.contains("secret~") && !said.strong.contains("abc8Q"));
    }
}
