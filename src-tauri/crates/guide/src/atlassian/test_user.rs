//! A test user: its name, its address, and a password that is shown once and kept nowhere. Pure but for the random
//! bytes that it is given.

use connect::Secret;
use serde_json::{Value, json};

/// The name in Microsoft's own tutorial (document 002).
pub(super) const NAME: &str = "B.Simon";
/// Longer than any policy asks for (entra.md 5.3), and still typed in one go.
const LENGTH: usize = 20;

/// Letters, digits and signs without those that are mistaken for one another when a person types them from a screen.
const CLASSES: [&[u8]; 4] = [
    b"abcdefghijkmnpqrstuvwxyz",
    b"ABCDEFGHJKLMNPQRSTUVWXYZ",
    b"23456789",
    b"!#%+-=?@_",
];

/// A password from the operating system's random bytes; `None` when it gives none.
pub(super) fn new_password() -> Option<Secret> {
    let mut bytes = [0; 128];
    // One try in a few lacks a class; that a hundred do does not happen.
    for _ in 0..100 {
        getrandom::fill(&mut bytes).ok()?;
        if let Some(password) = password(&bytes) {
            return Some(password);
        }
    }
    None
}

/// A password of all four classes, every character as likely as every other; `None` when a class is missing, or when
/// there are too few bytes.
fn password(random: &[u8]) -> Option<Secret> {
    let all = CLASSES.concat();
    // Bytes above the last whole multiple would favour the first characters.
    let limit = 256 / all.len() * all.len();
    let even = random.iter().map(|byte| usize::from(*byte));
    let picked: Vec<u8> = even
        .filter(|byte| *byte < limit)
        .map(|byte| all[byte % all.len()])
        .take(LENGTH)
        .collect();
    let has_all = CLASSES
        .iter()
        .all(|class| picked.iter().any(|one| class.contains(one)));
    let whole = has_all && picked.len() == LENGTH;
    whole.then(|| Secret::new(String::from_utf8_lossy(&picked).into_owned()))
}

/// The parts of a display name: "B.Simon" and "Bo Simon" have a first and a last one.
fn names(display: &str) -> (String, String) {
    let split = display.trim().split_once([' ', '.']);
    let (given, surname) = split.unwrap_or((display.trim(), "Test"));
    (given.trim().to_owned(), surname.trim().to_owned())
}

/// The account as it is shown and journaled: without its password.
pub(super) fn account(display: &str, upn: &str) -> Value {
    let (given, surname) = names(display);
    let nickname = upn.split('@').next().unwrap_or_default();
    json!({
        "accountEnabled": true,
        "displayName": display.trim(),
        "givenName": given,
        "surname": surname,
        "mailNickname": nickname,
        "userPrincipalName": upn,
        // A user of the cloud can be given an address without a mailbox (entra.md 5.3).
        "mail": upn,
    })
}

/// The body of the call. It must not be kept.
pub(super) fn with_password(account: &Value, password: &Secret) -> Value {
    let mut body = account.clone();
    body["passwordProfile"] = json!({
        "forceChangePasswordNextSignIn": true,
        "password": password.secret(),
    });
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_every_class_and_no_character_that_is_mistaken() {
        for _ in 0..200 {
            let password = new_password().expect("the system has random bytes");
            let text = password.secret();
            assert_eq!(text.len(), LENGTH);
            for class in CLASSES {
                assert!(text.bytes().any(|one| class.contains(&one)), "{text}");
            }
            assert!(!text.contains(['l', 'o', 'I', 'O', '0', '1']), "{text}");
        }
        assert_ne!(new_password(), new_password());
    }

    #[test]
    fn too_few_bytes_or_one_class_only_make_none() {
        assert_eq!(password(&[7; 19]), None);
        assert_eq!(password(&[7; 128]), None, "twenty times the same letter");
        assert_eq!(password(&[255; 128]), None, "bytes that would favour some");
    }

    #[test]
    fn every_character_is_as_likely_as_every_other() {
        let all = CLASSES.concat();
        let limit = 256 / all.len() * all.len();
        assert_eq!(limit % all.len(), 0);
        assert!(limit > 128, "most bytes are used");
    }

    #[test]
    fn the_account_is_that_of_the_tutorial() {
        let account = account(NAME, "b.simon@contoso.com");
        assert_eq!(account["givenName"], "B");
        assert_eq!(account["surname"], "Simon");
        assert_eq!(account["mailNickname"], "b.simon");
        assert_eq!(account["mail"], "b.simon@contoso.com");
        assert_eq!(names("Bo Simon"), ("Bo".to_owned(), "Simon".to_owned()));
        assert_eq!(names("Bo"), ("Bo".to_owned(), "Test".to_owned()));
    }

    #[test]
    fn only_the_body_of_the_call_holds_the_password() {
        let account = account(NAME, "b.simon@contoso.com");
        let password = new_password().expect("random bytes");
        assert!(!account.to_string().contains("password"));
        let body = with_password(&account, &password);
        assert_eq!(body["passwordProfile"]["password"], password.secret());
        assert_eq!(
            body["passwordProfile"]["forceChangePasswordNextSignIn"],
            true
        );
    }
}
