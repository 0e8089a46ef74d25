//! Identifiers and practice secrets. Random where a service would draw at random, derived where the same world must
//! come out twice. Nothing here opens anything real.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A random GUID, as the directory gives to new objects.
pub(crate) fn guid() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// The same GUID for the same words, for objects that every start of practice has.
pub(crate) fn derived_guid(words: &str) -> String {
    let digest = Sha256::digest(words.as_bytes());
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}

/// An opaque random string of about `4/3 * bytes` characters.
pub(crate) fn secret(bytes: usize) -> String {
    URL_SAFE_NO_PAD.encode(random(bytes))
}

/// Random lower-case hexadecimal digits.
pub(crate) fn hex(digits: usize) -> String {
    let mut text: String = random(digits.div_ceil(2))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    text.truncate(digits);
    text
}

/// A code that a person types: upper-case letters that can't be mistaken for digits.
pub(crate) fn typed_code(letters: usize) -> String {
    const ALPHABET: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
    random(letters)
        .iter()
        .map(|byte| ALPHABET[*byte as usize % ALPHABET.len()] as char)
        .collect()
}

/// The unpadded base64url SHA-256 of a text, as PKCE wants it.
pub(crate) fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// So many random bytes.
pub(crate) fn random(length: usize) -> Vec<u8> {
    let mut bytes = vec![0u8; length];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_repeat_and_random_ones_do_not() {
        assert_eq!(derived_guid("a"), derived_guid("a"));
        assert_ne!(derived_guid("a"), derived_guid("b"));
        assert_ne!(guid(), guid());
        assert_eq!(hex(5).len(), 5);
    }

    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            challenge_of(verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
