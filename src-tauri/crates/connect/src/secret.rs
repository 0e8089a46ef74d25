//! Secrets and the redactor.
//!
//! A [`Secret`] cannot be printed or serialised, and making one teaches the [`Redactor`] its value, so that a service that
//! echoes it cannot bring it into a log, the request ledger or an error. This file must not know what the secrets open.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, OnceLock, RwLock};

use secrecy::{ExposeSecret, SecretString};

/// What stands in the place of a secret.
pub const HIDDEN: &str = "***";

/// A key, token, code or password. Debug shows `***`, there is no Serialize, and the memory is wiped when the last copy goes.
#[derive(Clone)]
pub struct Secret(Arc<SecretString>);

impl Secret {
    /// Keeps the value and teaches the redactor to hide it everywhere from now on.
    pub fn new(value: impl Into<String>) -> Self {
        let secret = Self::untaught(value);
        Redactor::learn(&secret);
        secret
    }

    /// Keeps the value, of which it is not certain that it is a secret, and teaches nobody.
    pub(crate) fn untaught(value: impl Into<String>) -> Self {
        Self(Arc::new(SecretString::from(value.into())))
    }

    /// The value itself: for the header, the form or the keyring, and nowhere else.
    pub fn secret(&self) -> &str {
        self.0.expose_secret()
    }

    /// True when there is no character in it.
    pub fn is_empty(&self) -> bool {
        self.secret().is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({HIDDEN})")
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl PartialEq for Secret {
    /// Compares in a time that does not tell where the first difference is.
    fn eq(&self, other: &Self) -> bool {
        same_in_constant_time(self.secret().as_bytes(), other.secret().as_bytes())
    }
}

impl Eq for Secret {}

/// True when both are equal; every byte is looked at whatever the outcome.
pub(crate) fn same_in_constant_time(a: &[u8], b: &[u8]) -> bool {
    let mut differs = a.len() ^ b.len();
    for i in 0..a.len().max(b.len()) {
        let left = a.get(i).copied().unwrap_or(0);
        let right = b.get(i).copied().unwrap_or(0);
        differs |= usize::from(left ^ right);
    }
    differs == 0
}

/// Scrubs texts of secrets: of every value that a [`Secret`] was made of, exactly, and of everything that has the form of a token.
///
/// It is one for the whole process, because a log line does not know which connection it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Redactor;

/// How many values are remembered. An hour of work makes a few dozen (one access and one refresh token an hour, codes,
/// keys); at the limit the oldest is forgotten, and the patterns still catch it by its form.
const REMEMBERED: usize = 1_024;

/// Shorter values are not searched for: replacing every `abc` would make texts unreadable and hide nothing worth hiding.
const SHORTEST: usize = 6;

static KNOWN: OnceLock<RwLock<Known>> = OnceLock::new();

/// The values to hide. Each stands under its first bytes, so that a text is gone through once however many there are:
/// answers have tens of thousands of characters, and every one of them is searched.
#[derive(Default)]
struct Known {
    oldest_first: VecDeque<Secret>,
    by_start: HashMap<[u8; SHORTEST], Vec<SecretString>>,
    /// Which first bytes there are: most places of a text are done with after one glance here.
    first_bytes: FirstBytes,
}

/// A set of pairs of bytes.
struct FirstBytes(Box<[u64; 1024]>);

impl Default for FirstBytes {
    fn default() -> Self {
        Self(Box::new([0; 1024]))
    }
}

impl FirstBytes {
    fn place(start: [u8; SHORTEST]) -> (usize, u64) {
        let pair = usize::from(start[0]) << 8 | usize::from(start[1]);
        (pair / 64, 1 << (pair % 64))
    }

    fn insert(&mut self, start: [u8; SHORTEST]) {
        let (word, bit) = Self::place(start);
        self.0[word] |= bit;
    }

    fn contains(&self, start: [u8; SHORTEST]) -> bool {
        let (word, bit) = Self::place(start);
        self.0[word] & bit != 0
    }
}

impl Known {
    fn learn(&mut self, secret: &Secret) {
        if self
            .oldest_first
            .iter()
            .any(|one| one.secret() == secret.secret())
        {
            return;
        }
        if self.oldest_first.len() == REMEMBERED {
            self.forget_oldest();
        }
        self.oldest_first.push_back(secret.clone());
        for form in written_forms(secret.secret()) {
            if let Some(start) = start_of(form.as_bytes()) {
                self.first_bytes.insert(start);
                let forms = self.by_start.entry(start).or_default();
                forms.push(SecretString::from(form.into_owned()));
            }
        }
    }

    fn forget_oldest(&mut self) {
        let Some(oldest) = self.oldest_first.pop_front() else {
            return;
        };
        for form in written_forms(oldest.secret()) {
            let Some(start) = start_of(form.as_bytes()) else {
                continue;
            };
            if let Some(forms) = self.by_start.get_mut(&start) {
                forms.retain(|known| known.expose_secret() != form);
            }
            if self.by_start.get(&start).is_some_and(Vec::is_empty) {
                self.by_start.remove(&start);
            }
        }
    }

    /// How many bytes of the text's beginning are a secret; the longest counts.
    fn at_start_of(&self, text: &[u8]) -> Option<usize> {
        let start = start_of(text)?;
        if !self.first_bytes.contains(start) {
            return None;
        }
        let forms = self.by_start.get(&start)?;
        let found = forms
            .iter()
            .map(|form| form.expose_secret().as_bytes())
            .filter(|form| text.starts_with(form));
        found.map(<[u8]>::len).max()
    }
}

fn start_of(text: &[u8]) -> Option<[u8; SHORTEST]> {
    text.first_chunk().copied()
}

impl Redactor {
    fn learn(secret: &Secret) {
        if secret.secret().len() < SHORTEST {
            return;
        }
        known()
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .learn(secret);
    }

    /// The text without secrets.
    pub fn redact(text: &str) -> String {
        hide_patterns(&hide_known(text)).into_owned()
    }

    /// True when the text still holds something that must not be shown: for tests that search whole outputs.
    pub fn finds_secret_in(text: &str) -> bool {
        Self::redact(text) != text
    }
}

fn known() -> &'static RwLock<Known> {
    KNOWN.get_or_init(RwLock::default)
}

/// Hides the exact values: as they are, as a URL or form carries them, and as JSON escapes them.
fn hide_known(text: &str) -> Cow<'_, str> {
    let known = known()
        .read()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    while at < text.len() {
        match known.at_start_of(&text.as_bytes()[at..]) {
            Some(length) => {
                // A secret begins and ends with whole characters, so these are character boundaries.
                out.push_str(&text[copied..at]);
                out.push_str(HIDDEN);
                at += length;
                copied = at;
            }
            None => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

fn written_forms(value: &str) -> Vec<Cow<'_, str>> {
    let mut forms = vec![Cow::Borrowed(value)];
    let plain = value
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_.~*".contains(&b));
    if !plain {
        let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        forms.push(Cow::Owned(encoded.replace('+', "%20")));
        forms.push(Cow::Owned(encoded));
        let json = serde_json::Value::from(value).to_string();
        forms.push(Cow::Owned(json[1..json.len() - 1].to_owned()));
    }
    forms
}

/// Names whose value is a secret, in a form body, a query, or JSON.
const NAMES: &[&str] = &[
    "access_token",
    "refresh_token",
    "id_token",
    "device_code",
    "code_verifier",
    "client_secret",
    "client_assertion",
    "secretText",
    "password",
    "passwd",
    "code",
];

/// `error?code=70011` is a documentation link, an authorization code has hundreds of characters: shorter values stay.
const SHORTEST_CODE: usize = 12;

fn hide_patterns(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while at < text.len() {
        match secret_at(text, at) {
            Some((start, end)) => {
                out.push_str(&text[copied..start]);
                out.push_str(HIDDEN);
                copied = end;
                at = end;
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// The range to hide when something secret begins at `at`.
fn secret_at(text: &str, at: usize) -> Option<(usize, usize)> {
    let starts_word = !text[..at].chars().next_back().is_some_and(is_token_char);
    if !starts_word {
        return None;
    }
    let rest = &text[at..];
    if rest.starts_with("ATATT") || rest.starts_with("ATCTT") {
        return token_from(text, at, 10);
    }
    if rest.starts_with("eyJ") {
        return jwt_from(text, at);
    }
    if let Some(after) = ["Bearer ", "bearer ", "Basic "]
        .iter()
        .find_map(|word| rest.strip_prefix(word))
    {
        let start = text.len() - after.len();
        // `Bearer authorization_uri="..."` is a challenge, not a credential.
        return token_from(text, start, 16).filter(|(_, end)| !text[*end..].starts_with('"'));
    }
    NAMES.iter().find_map(|name| {
        rest.strip_prefix(name)
            .and_then(|after| named_value(text, name, after))
    })
}

fn named_value(text: &str, name: &str, after: &str) -> Option<(usize, usize)> {
    let shortest = if name == "code" { SHORTEST_CODE } else { 1 };
    let start = text.len() - after.len();
    if after.starts_with('=') {
        let end = text[start + 1..]
            .find(['&', ' ', '"', '\'', '\n', '\r', '#', '<'])
            .map_or(text.len(), |n| start + 1 + n);
        let long_enough = end - start > shortest && &text[start + 1..end] != HIDDEN;
        return long_enough.then_some((start + 1, end));
    }
    // The `code` of a JSON body is an error code, never an authorization code.
    if name == "code" {
        return None;
    }
    json_value(text, start)
}

/// The text between the quotes of `"name" : "value"`, whose name ended at `start`.
fn json_value(text: &str, start: usize) -> Option<(usize, usize)> {
    let rest = text[start..]
        .strip_prefix('"')?
        .trim_start()
        .strip_prefix(':')?
        .trim_start()
        .strip_prefix('"')?;
    let begin = text.len() - rest.len();
    let mut escaped = false;
    for (offset, byte) in rest.bytes().enumerate() {
        match byte {
            b'"' if !escaped => {
                return (offset > 0 && &rest[..offset] != HIDDEN)
                    .then_some((begin, begin + offset));
            }
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    // The text was cut inside the value: all of it goes.
    (!rest.is_empty()).then_some((begin, text.len()))
}

fn token_from(text: &str, start: usize, shortest: usize) -> Option<(usize, usize)> {
    let end = text[start..]
        .find(|c| !is_token_char(c))
        .map_or(text.len(), |n| start + n);
    (end - start >= shortest).then_some((start, end))
}

/// Three parts with dots between them; a lone `eyJ...` is a paging cursor and stays.
fn jwt_from(text: &str, start: usize) -> Option<(usize, usize)> {
    let (start, end) = token_from(text, start, 16)?;
    (text[start..end].matches('.').count() >= 2).then_some((start, end))
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.~+/=%".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_nothing() {
        assert_eq!(format!("{:?}", Secret::new("open sesame")), "Secret(***)");
    }

    #[test]
    fn known_values_are_hidden_in_every_written_form() {
        let _secret = Secret::new("s3cr&t/\"value\" one");
        for text in [
            "it is s3cr&t/\"value\" one here",
            "a=s3cr%26t%2F%22value%22+one&b",
            "a=s3cr%26t%2F%22value%22%20one",
            r#"{"x":"s3cr&t/\"value\" one"}"#,
        ] {
            let shown = Redactor::redact(text);
            assert!(shown.contains(HIDDEN), "{text} became {shown}");
            assert!(!shown.contains("s3cr"), "{text} became {shown}");
        }
    }

    #[test]
    fn patterns() {
        let cases = [
            (
                "Authorization: Bearer abcdefghijklmnopqrstu",
                "Authorization: Bearer ***",
            ),
            ("key ATCTT3xFfGN0abcdefgh=1234 end", "key *** end"),
            ("key ATATT3xFfGN0abcdefgh end", "key *** end"),
            ("eyJhbGciOiJub25lIn0.eyJ0aWQiOiIxIn0.c2ln", "***"),
            ("cursor=eyJjIjoxMDB9", "cursor=eyJjIjoxMDB9"),
            ("?code=0.ARoA1234567890&state=xyz", "?code=***&state=xyz"),
            (
                "https://host/error?code=70011",
                "https://host/error?code=70011",
            ),
            ("user_code=ABCD-EFGH-IJKL-MN", "user_code=ABCD-EFGH-IJKL-MN"),
            (
                "refresh_token=1.AXYZ&grant_type=refresh_token",
                "refresh_token=***&grant_type=refresh_token",
            ),
            (
                r#"{"access_token": "opaque", "code":"Request_BadRequest"}"#,
                r#"{"access_token": "***", "code":"Request_BadRequest"}"#,
            ),
            (
                r#"{"refresh_token":"a\"b","x":1}"#,
                r#"{"refresh_token":"***","x":1}"#,
            ),
            (
                r#"{"device_code":"cut off in the mid"#,
                r#"{"device_code":"***"#,
            ),
            (
                r#"Bearer realm="", error="insufficient_claims""#,
                r#"Bearer realm="", error="insufficient_claims""#,
            ),
            (
                "Bearer authorization_uri=\"https://x\"",
                "Bearer authorization_uri=\"https://x\"",
            ),
            ("grüße an alle", "grüße an alle"),
        ];
        for (text, shown) in cases {
            assert_eq!(Redactor::redact(text), shown);
            assert!(
                !Redactor::finds_secret_in(shown),
                "redacting twice changes {shown}"
            );
        }
    }

    #[test]
    fn equality_looks_at_the_value() {
        assert_eq!(Secret::new("same value"), Secret::new("same value"));
        assert_ne!(Secret::new("same value"), Secret::new("same valuE"));
        assert_ne!(Secret::new("same"), Secret::new("same value"));
    }
}
