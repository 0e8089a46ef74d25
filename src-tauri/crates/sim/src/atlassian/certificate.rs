//! What was typed as the identity provider's certificate: PEM, or its Base64 without the lines around it. Only the outline
//! of an X.509 certificate is looked at, so that a certificate which is damaged further inside is saved and fails at the
//! first login.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The DER inside a typed certificate; `None` when it holds none.
pub(crate) fn der(typed: &str) -> Option<Vec<u8>> {
    let inner = match typed.split_once("-----BEGIN CERTIFICATE-----") {
        Some((_, rest)) => rest.split_once("-----END CERTIFICATE-----")?.0,
        None => typed,
    };
    let packed: String = inner.split_whitespace().collect();
    let der = STANDARD.decode(packed).ok()?;
    is_certificate(&der).then_some(der)
}

/// A certificate as PEM, in lines of 64 characters.
pub(crate) fn pem(der: &[u8]) -> String {
    let packed = STANDARD.encode(der);
    let lines: Vec<&str> = (0..packed.len())
        .step_by(64)
        .map(|at| &packed[at..packed.len().min(at + 64)])
        .collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    )
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;
/// The explicit version, which every certificate of version 3 begins with, and a signing request does not.
const VERSION: u8 = 0xa0;

/// True for a sequence of three: what is certified, the algorithm, the signature. What is certified has a version, a
/// number, an algorithm, the issuer, two dates, the subject and the key.
fn is_certificate(der: &[u8]) -> bool {
    let inner = |der| -> Option<bool> {
        let [(SEQUENCE, whole)] = parts(der)?[..] else {
            return None;
        };
        let [(SEQUENCE, certified), (SEQUENCE, _), (BIT_STRING, _)] = parts(whole)?[..] else {
            return None;
        };
        let tags: Vec<u8> = parts(certified)?.iter().map(|(tag, _)| *tag).collect();
        Some(tags.starts_with(&[
            VERSION, INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE,
        ]))
    };
    inner(der).unwrap_or(false)
}

/// The values that follow one another in a piece of DER, each with its tag; `None` when a length leads outside.
fn parts(mut der: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut found = Vec::new();
    while !der.is_empty() {
        let (tag, first) = (*der.first()?, usize::from(*der.get(1)?));
        // From 0x80 on, the byte says how many bytes of length follow.
        let more = first.saturating_sub(0x80);
        let length = match more {
            0 => first,
            1..=3 => der
                .get(2..2 + more)?
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte)),
            _ => return None,
        };
        let rest = der.get(2 + more..)?;
        found.push((tag, rest.get(..length)?));
        der = &rest[length..];
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::keys::{SUBJECT, new_signing_key};
    use jiff::Timestamp;

    #[test]
    fn a_certificate_is_read_with_and_without_its_lines() {
        let key = new_signing_key(SUBJECT, Timestamp::now(), Timestamp::now());
        let text = pem(&key.certificate).replace('\n', "\r\n");
        assert_eq!(der(&text), Some(key.certificate.clone()));
        let bare = STANDARD.encode(&key.certificate);
        assert_eq!(der(&bare), Some(key.certificate.clone()));
        assert_eq!(
            der(&format!(" {}\n{}", &bare[..64], &bare[64..])),
            Some(key.certificate)
        );
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let key = new_signing_key(SUBJECT, Timestamp::now(), Timestamp::now());
        let short = &key.certificate[..key.certificate.len() - 4];
        for typed in [
            String::new(),
            "a certificate".into(),
            key.thumbprint,
            pem(short),
            pem(&key.pkcs8),
            pem(&key.certificate).replace("CERTIFICATE", "PRIVATE KEY"),
            "-----BEGIN CERTIFICATE-----".into(),
        ] {
            assert_eq!(der(&typed), None, "{typed}");
        }
    }
}
