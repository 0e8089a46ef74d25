//! The request with which a service provider sends somebody to the identity provider: written by the practice site, read by
//! the practice tenant, in the two bindings that there are for it.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::bufread::DeflateDecoder;
use flate2::write::DeflateEncoder;
use jiff::Timestamp;
use roxmltree::Node;

use super::xml::{self, ASSERTION, DS, POST, PROTOCOL, Unreadable, attribute, child, text};

/// The longest parameter that is looked at, and the longest message that may come out of it: a few bytes can unfold to
/// gigabytes.
const LONGEST_PARAMETER: usize = 16 * 1024;
/// See [`LONGEST_PARAMETER`].
const LONGEST_MESSAGE: u64 = 64 * 1024;

/// A request as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuthnRequest {
    pub id: String,
    pub issuer: String,
    pub issued: Option<Timestamp>,
    pub destination: Option<String>,
    /// Where the answer is to be posted; the default address when absent.
    pub acs: Option<String>,
    pub binding: Option<String>,
    pub name_id_format: Option<String>,
    pub force: bool,
    pub passive: bool,
    /// Something in it that Entra does not support.
    pub unsupported: Option<&'static str>,
    /// Whether a signature stands in it.
    pub signed: bool,
}

/// Why a parameter is no request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BadRequest {
    TooLong,
    NotBase64,
    /// Not deflated, cut off, or with something behind its end.
    NotDeflated,
    NotText,
    Unreadable(Unreadable),
    NotARequest,
    /// An ID that XML does not allow.
    BadId(String),
    NoIssuer,
}

/// Reads the parameter of the redirect binding.
pub(crate) fn from_redirect(parameter: &str) -> Result<AuthnRequest, BadRequest> {
    read(&inflated(&unarmoured(parameter)?)?)
}

/// Reads the field of the POST binding.
pub(crate) fn from_post(field: &str) -> Result<AuthnRequest, BadRequest> {
    read(&unarmoured(field)?)
}

fn unarmoured(parameter: &str) -> Result<Vec<u8>, BadRequest> {
    if parameter.len() > LONGEST_PARAMETER {
        return Err(BadRequest::TooLong);
    }
    STANDARD
        .decode(parameter)
        .map_err(|_| BadRequest::NotBase64)
}

fn inflated(bytes: &[u8]) -> Result<Vec<u8>, BadRequest> {
    let mut decoder = DeflateDecoder::new(bytes);
    let mut out = Vec::new();
    let read = decoder
        .by_ref()
        .take(LONGEST_MESSAGE + 1)
        .read_to_end(&mut out);
    read.map_err(|_| BadRequest::NotDeflated)?;
    if out.len() as u64 > LONGEST_MESSAGE {
        return Err(BadRequest::TooLong);
    }
    if decoder.total_in() != bytes.len() as u64 {
        return Err(BadRequest::NotDeflated);
    }
    Ok(out)
}

fn read(bytes: &[u8]) -> Result<AuthnRequest, BadRequest> {
    let text = std::str::from_utf8(bytes).map_err(|_| BadRequest::NotText)?;
    let document = xml::read(text).map_err(BadRequest::Unreadable)?;
    let root = document.root_element();
    if !root.has_tag_name((PROTOCOL, "AuthnRequest")) || root.attribute("Version") != Some("2.0") {
        return Err(BadRequest::NotARequest);
    }
    let id = root.attribute("ID").unwrap_or_default();
    if !id.starts_with(|first: char| first.is_alphabetic() || first == '_') {
        return Err(BadRequest::BadId(id.to_owned()));
    }
    let issuer = child(root, ASSERTION, "Issuer").and_then(xml::value);
    let owned = |name: &str| root.attribute(name).map(str::to_owned);
    let policy = child(root, PROTOCOL, "NameIDPolicy");
    Ok(AuthnRequest {
        id: id.to_owned(),
        issuer: issuer
            .filter(|issuer| !issuer.is_empty())
            .ok_or(BadRequest::NoIssuer)?,
        issued: root
            .attribute("IssueInstant")
            .and_then(|at| at.parse().ok()),
        destination: owned("Destination"),
        acs: owned("AssertionConsumerServiceURL"),
        binding: owned("ProtocolBinding"),
        name_id_format: policy
            .and_then(|policy| policy.attribute("Format"))
            .map(str::to_owned),
        force: says_true(root, "ForceAuthn"),
        passive: says_true(root, "IsPassive"),
        unsupported: child(root, ASSERTION, "Subject")
            .map(|_| "Subject")
            .or(policy
                .and_then(|policy| policy.attribute("SPNameQualifier"))
                .map(|_| "SPNameQualifier")),
        signed: child(root, DS, "Signature").is_some(),
    })
}

fn says_true(node: Node, name: &str) -> bool {
    matches!(node.attribute(name), Some("true" | "1"))
}

/// A request as the practice site writes it.
pub(crate) fn write(
    id: &str,
    issuer: &str,
    acs: &str,
    destination: &str,
    now: Timestamp,
) -> String {
    format!(
        "<samlp:AuthnRequest xmlns:samlp=\"{PROTOCOL}\" ID=\"{}\" Version=\"2.0\" IssueInstant=\"{}\" Destination=\"{}\" \
         AssertionConsumerServiceURL=\"{}\" ProtocolBinding=\"{POST}\"><saml:Issuer xmlns:saml=\"{ASSERTION}\">{}</saml:Issuer>\
         </samlp:AuthnRequest>",
        attribute(id),
        now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        attribute(destination),
        attribute(acs),
        text(issuer),
    )
}

/// A message as the redirect binding carries it, before it is percent-encoded.
pub(crate) fn deflated(message: &str) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let written = encoder
        .write_all(message.as_bytes())
        .and_then(|()| encoder.finish());
    STANDARD.encode(written.expect("memory takes everything"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://auth.example/saml/1?a&b";

    fn good() -> String {
        write(
            "_1",
            ISSUER,
            "https://auth.example/cb?c=1&d",
            "https://login.example/t/saml2",
            "2026-02-03T04:05:06Z".parse().unwrap(),
        )
    }

    #[test]
    fn a_request_is_read_as_it_was_written() {
        for request in [
            from_redirect(&deflated(&good())),
            from_post(&STANDARD.encode(good())),
        ] {
            let request = request.unwrap();
            assert_eq!(
                (request.id.as_str(), request.issuer.as_str()),
                ("_1", ISSUER)
            );
            assert_eq!(
                request.acs.as_deref(),
                Some("https://auth.example/cb?c=1&d")
            );
            assert_eq!(
                request.destination.as_deref(),
                Some("https://login.example/t/saml2")
            );
            assert_eq!(
                request.issued,
                Some("2026-02-03T04:05:06Z".parse().unwrap())
            );
            assert!(!request.signed && !request.force && request.unsupported.is_none());
        }
    }

    #[test]
    fn what_is_no_request_is_refused_with_its_reason() {
        let plain = |xml: &str| deflated(xml);
        let raw = STANDARD.decode(deflated(&good())).unwrap();
        let with = |tail: &[u8]| STANDARD.encode([raw.as_slice(), tail].concat());
        let bomb = deflated(&" ".repeat(10 << 20));
        assert!(bomb.len() < LONGEST_PARAMETER);
        for (parameter, wanted) in [
            (bomb, BadRequest::TooLong),
            ("A".repeat(LONGEST_PARAMETER + 4), BadRequest::TooLong),
            (with(b"x"), BadRequest::NotDeflated),
            (
                STANDARD.encode(&raw[..raw.len() / 2]),
                BadRequest::NotDeflated,
            ),
            (STANDARD.encode(good()), BadRequest::NotDeflated),
            (
                with(b"").trim_end_matches('=').to_owned() + "!",
                BadRequest::NotBase64,
            ),
            (
                plain("<!DOCTYPE a><a/>"),
                BadRequest::Unreadable(Unreadable::DocumentType),
            ),
            (
                plain(&good().replace("AuthnRequest", "LogoutRequest")),
                BadRequest::NotARequest,
            ),
            (
                plain(&good().replace("Version=\"2.0\"", "Version=\"1.1\"")),
                BadRequest::NotARequest,
            ),
            (
                plain(&good().replace("ID=\"_1\"", "ID=\"1\"")),
                BadRequest::BadId("1".into()),
            ),
            (
                plain(&good().replace(&text(ISSUER), "")),
                BadRequest::NoIssuer,
            ),
        ] {
            assert_eq!(
                from_redirect(&parameter),
                Err(wanted),
                "{}",
                &parameter[..40.min(parameter.len())]
            );
        }
    }

    #[test]
    fn what_the_tenant_has_to_know_is_read() {
        let policy =
            "<samlp:NameIDPolicy Format=\"urn:x\" SPNameQualifier=\"q\"/></samlp:AuthnRequest>";
        let xml = good()
            .replace("</samlp:AuthnRequest>", policy)
            .replace(" Version", " ForceAuthn=\"true\" IsPassive=\"1\" Version");
        let request = from_redirect(&deflated(&xml)).unwrap();
        assert!(request.force && request.passive);
        assert_eq!(request.name_id_format.as_deref(), Some("urn:x"));
        assert_eq!(request.unsupported, Some("SPNameQualifier"));
    }
}
