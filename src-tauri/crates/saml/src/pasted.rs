//! What was pasted where a certificate was wanted: unwrapped to its bytes, or named.
//!
//! It forgives what programs add on the way (line ends, invisible characters, quotation marks) and nothing else: a
//! letter too few is a fault, never guessed.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::CertificateFault as Fault;

/// The first byte of every certificate, key and request.
pub(crate) const SEQUENCE: u8 = 0x30;

/// The object identifier of signed data of PKCS #7, as it stands in the bytes.
const SIGNED_DATA: [u8; 11] = [
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02,
];

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A kind of character that does not belong into a certificate and that a comparison elsewhere can break on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stray {
    /// Characters that nobody sees: zero-width ones, a byte order mark, control characters.
    Invisible,
    /// Blanks and tabs within the lines.
    Blanks,
    /// Quotation marks, or marks of a quoted mail.
    Quotes,
    /// `\n` written out as two characters.
    WrittenLineEnds,
    /// Long dashes in the BEGIN or END line, as a word processor makes them.
    Dashes,
}

/// Which strays a pasted text holds. They are left out when it is read; whoever keeps the text as it was pasted does
/// well to paste a clean copy.
pub fn strays(text: &str) -> Vec<Stray> {
    let text = text.trim();
    let has = |is: fn(char) -> bool| text.chars().any(is);
    let lines = || text.lines().map(str::trim_end);
    let is_headline = |line: &str| line.contains("BEGIN ") || line.contains("END ");
    let table = [
        (Stray::Invisible, has(is_invisible)),
        (
            Stray::Blanks,
            lines().any(|line| !is_headline(line) && line.contains(is_blank)),
        ),
        (Stray::Quotes, has(is_quote)),
        (Stray::WrittenLineEnds, text.contains("\\n")),
        (Stray::Dashes, has(is_long_dash)),
    ];
    let found = table.iter().filter(|(_, is)| *is);
    found.map(|(stray, _)| *stray).collect()
}

/// The bytes that were meant.
pub(crate) fn der_in(text: &str) -> Result<Vec<u8>, Fault> {
    let trimmed = text.trim_matches(|one: char| one.is_whitespace() || is_invisible(one));
    if trimmed.is_empty() {
        return Err(Fault::Empty);
    }
    let plain: String = text
        .replace("\\r", "")
        .replace("\\n", "\n")
        .chars()
        .map(|one| if is_long_dash(one) { '-' } else { one })
        .collect();
    if plain.contains("BEGIN ") || plain.contains("END CERTIFICATE") {
        return block_in(&plain);
    }
    if let Some(fault) = name_text(trimmed) {
        return Err(fault);
    }
    let der = bytes_of(&plain, 1)?;
    match std::str::from_utf8(&der) {
        // Some programs encode the whole file once more.
        Ok(inner) if inner.contains("-----BEGIN ") => block_in(inner),
        Ok(inner) => Err(name_text(inner.trim()).unwrap_or(Fault::NotACertificate)),
        Err(_) => Ok(der),
    }
}

/// The bytes of the one certificate among the blocks of a PEM.
fn block_in(text: &str) -> Result<Vec<u8>, Fault> {
    let labels: Vec<&str> = text.split("BEGIN ").skip(1).filter_map(label).collect();
    let has = |part: &str| labels.iter().any(|label| label.contains(part));
    if has("PRIVATE KEY") {
        return Err(Fault::PrivateKey);
    }
    if has("CERTIFICATE REQUEST") {
        return Err(Fault::Request);
    }
    if has("PKCS7") || has("CMS") {
        return Err(Fault::Package);
    }
    let certificates = labels.iter().filter(|label| label.ends_with("CERTIFICATE"));
    match certificates.count() {
        0 if has("PUBLIC KEY") => Err(Fault::PublicKey),
        0 if labels.is_empty() => Err(Fault::CutOff("the BEGIN line")),
        0 if labels.iter().any(|label| "CERTIFICATE".starts_with(label)) => {
            Err(Fault::CutOff("the end of the BEGIN line"))
        }
        0 => Err(Fault::NotACertificate),
        1 => one_block(text),
        several => Err(Fault::Chain(several)),
    }
}

/// What stands between `BEGIN ` and the hyphens.
fn label(after_begin: &str) -> Option<&str> {
    let line = after_begin.lines().next()?;
    Some(line.split('-').next()?.trim())
}

fn one_block(text: &str) -> Result<Vec<u8>, Fault> {
    let begin = text
        .find("CERTIFICATE-")
        .ok_or(Fault::CutOff("the end of the BEGIN line"))?;
    let (head, tail) = text.split_at(begin + "CERTIFICATE".len());
    let body = tail.trim_start_matches('-');
    let Some((body, _)) = body.split_once("-END ") else {
        return Err(Fault::CutOff("the END line"));
    };
    bytes_of(body.trim_end_matches('-'), head.lines().count())
}

/// Decodes base64; `line` is the number of its first line.
fn bytes_of(text: &str, line: usize) -> Result<Vec<u8>, Fault> {
    let mut letters = String::with_capacity(text.len());
    for (number, text) in (line..).zip(text.split('\n')) {
        for one in text.chars() {
            match one {
                'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' => letters.push(one),
                '=' => {}
                _ if is_blank(one) || is_invisible(one) || is_quote(one) => {}
                _ => {
                    return Err(Fault::Damaged {
                        line: number,
                        character: one,
                    });
                }
            }
        }
    }
    // One letter alone holds six bits, which is no byte.
    let decoded = LENIENT.decode(&letters);
    decoded.map_err(|_| Fault::CutOff("the end"))
}

/// Names a text that is no PEM and not base64.
fn name_text(text: &str) -> Option<Fault> {
    let strange = |one: &char| *one == '\u{fffd}' || (one.is_control() && !one.is_whitespace());
    if text.chars().filter(strange).count() > 4 {
        return Some(Fault::Binary);
    }
    let start: String = text.chars().take(400).collect::<String>().to_lowercase();
    if start.starts_with('<') {
        return Some(if text.contains("EntityDescriptor") {
            Fault::Metadata
        } else if start.contains("<html") || start.contains("<!doctype html") {
            Fault::Html
        } else {
            Fault::Xml
        });
    }
    if start.starts_with('{') {
        return Some(Fault::Json);
    }
    if start.starts_with("http://") || start.starts_with("https://") {
        return Some(Fault::Address);
    }
    let digits: String = text
        .chars()
        .filter(|one| !is_blank(*one) && !is_invisible(*one) && !matches!(one, ':' | '-' | '\n'))
        .collect();
    let is_hex = digits.chars().all(|one| one.is_ascii_hexdigit());
    (is_hex && matches!(digits.len(), 40 | 64)).then_some(Fault::Thumbprint)
}

/// Names bytes that are no certificate.
pub(crate) fn name_der(der: &[u8]) -> Fault {
    if der.first() != Some(&SEQUENCE) {
        return Fault::NotACertificate;
    }
    let Some((head, length)) = length_of(der) else {
        return Fault::CutOff("the end");
    };
    if head + length > der.len() {
        return Fault::CutOff("the end");
    }
    let inner = &der[head..];
    if x509_parser::certification_request::X509CertificationRequest::from_der(der).is_ok() {
        Fault::Request
    } else if inner.starts_with(&[0x02, 0x01, 0x00]) {
        // Version 0 comes first in both forms of a private key.
        Fault::PrivateKey
    } else if inner.starts_with(&SIGNED_DATA) {
        Fault::Package
    } else if SubjectPublicKeyInfo::from_der(der).is_ok() {
        Fault::PublicKey
    } else {
        Fault::NotACertificate
    }
}

/// Names what follows after a certificate.
pub(crate) fn name_rest(rest: &[u8]) -> Fault {
    let mut rest = rest;
    let mut count = 1;
    while let Ok((next, _)) = X509Certificate::from_der(rest) {
        count += 1;
        rest = next;
    }
    if count > 1 {
        Fault::Chain(count)
    } else {
        Fault::Rest
    }
}

/// The lengths of the outermost head and of what it announces.
fn length_of(der: &[u8]) -> Option<(usize, usize)> {
    let first = usize::from(*der.get(1)?);
    if first < 0x80 {
        return Some((2, first));
    }
    let count = first - 0x80;
    let digits = der.get(2..2 + count).filter(|_| (1..=4).contains(&count))?;
    let length = digits
        .iter()
        .fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit));
    Some((2 + count, length))
}

fn is_blank(one: char) -> bool {
    matches!(one, ' ' | '\t' | '\u{a0}' | '\r') || (one.is_whitespace() && one != '\n')
}

fn is_invisible(one: char) -> bool {
    matches!(
        one,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
    ) || (one.is_control() && !one.is_whitespace())
}

fn is_quote(one: char) -> bool {
    matches!(
        one,
        '"' | '\'' | '`' | '>' | '\u{201c}' | '\u{201d}' | '\u{201e}'
    )
}

fn is_long_dash(one: char) -> bool {
    matches!(one, '\u{2010}'..='\u{2015}' | '\u{2212}')
}
