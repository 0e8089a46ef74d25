//! The question that Atlassian asks: an AuthnRequest, as it stands in the address to which the browser is sent. It is
//! unsigned, so nothing it says is more than a hint; the checklist compares it with the answer.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::bufread::{DeflateDecoder, ZlibDecoder};
use jiff::Timestamp;
use roxmltree::Node;

use crate::xml::{self, SAML, SAMLP, attribute, children};
use crate::{InputFault, Refusal};

/// The longest parameter, before it is decoded.
const PARAMETER: usize = 16 * 1024;
/// The largest request, once it is inflated. Real ones have one or two KiB.
const INFLATED: u64 = 64 * 1024;

/// What Atlassian asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its id, which the answer repeats.
    pub id: String,
    /// Who asks.
    pub issuer: String,
    /// Whom it asks.
    pub destination: Option<String>,
    /// Where the answer is to go.
    pub acs: Option<String>,
    /// When it was asked.
    pub issue_instant: Option<Timestamp>,
    /// Whether the person must sign in anew.
    pub forces_sign_in: bool,
    /// Which kind of name it asks for.
    pub name_id_format: Option<String>,
    /// Whether it asks for a certain way of signing in.
    pub wants_context: bool,
}

impl Request {
    /// Reads the parameter `SAMLRequest` of an address, percent signs already decoded. Nothing is repaired: what a
    /// real service would refuse is refused, each with its reason.
    pub fn from_redirect(parameter: &str) -> Result<Self, InputFault> {
        if parameter.len() > PARAMETER {
            return Err(InputFault::TooLarge);
        }
        if parameter.contains(' ') {
            return Err(InputFault::BlankForPlus);
        }
        let bytes = STANDARD
            .decode(parameter)
            .map_err(|_| InputFault::NotBase64)?;
        let inflated = inflate(&bytes)?;
        let text = String::from_utf8(inflated).map_err(|_| InputFault::NotText)?;
        Ok(Self::read(&text)?)
    }

    /// Reads the XML of a request.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let document = xml::parse(text)?;
        let root = document.root_element();
        if !root.has_tag_name((SAMLP, "AuthnRequest")) {
            return Err(xml::wrong_root(root, "AuthnRequest"));
        }
        Self::of(root)
    }

    fn of(root: Node<'_, '_>) -> Result<Self, Refusal> {
        let issuers: Vec<Node<'_, '_>> = children(root, SAML, "Issuer").collect();
        let [issuer] = issuers[..] else {
            return Err(Refusal::NotOne {
                what: "issuers",
                found: issuers.len(),
            });
        };
        let owned = |name: &str| attribute(root, name).map(str::to_owned);
        let policy = children(root, SAMLP, "NameIDPolicy").next();
        Ok(Self {
            id: owned("ID").ok_or(Refusal::Missing("The id of the request"))?,
            issuer: xml::value(issuer)
                .ok_or(Refusal::NotText("The issuer"))?
                .trim()
                .to_owned(),
            destination: owned("Destination"),
            acs: owned("AssertionConsumerServiceURL"),
            issue_instant: attribute(root, "IssueInstant").and_then(|text| text.parse().ok()),
            forces_sign_in: matches!(attribute(root, "ForceAuthn"), Some("true" | "1")),
            name_id_format: policy.and_then(|node| attribute(node, "Format").map(str::to_owned)),
            wants_context: children(root, SAMLP, "RequestedAuthnContext")
                .next()
                .is_some(),
        })
    }
}

/// Inflates raw DEFLATE, whole and within bounds.
pub(crate) fn inflate(bytes: &[u8]) -> Result<Vec<u8>, InputFault> {
    let mut decoder = DeflateDecoder::new(bytes);
    let mut out = Vec::new();
    let read = decoder.by_ref().take(INFLATED + 1).read_to_end(&mut out);
    if out.len() as u64 > INFLATED {
        return Err(InputFault::TooLarge);
    }
    read.map_err(|_| InputFault::NotDeflated)?;
    if decoder.total_in() < bytes.len() as u64 {
        return Err(InputFault::Leftover);
    }
    Ok(out)
}

/// Inflates DEFLATE in a zlib wrapper, which SAML doesn't use but some tools do.
pub(crate) fn inflate_wrapped(bytes: &[u8]) -> Result<Vec<u8>, InputFault> {
    let mut out = Vec::new();
    let read = ZlibDecoder::new(bytes)
        .take(INFLATED + 1)
        .read_to_end(&mut out);
    if out.len() as u64 > INFLATED {
        return Err(InputFault::TooLarge);
    }
    read.map_err(|_| InputFault::NotDeflated)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, ZlibEncoder};

    use super::*;

    const GOOD: &str = r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_q1" Version="2.0" IssueInstant="2026-12-01T09:59:00Z" Destination="https://login.example/t/saml2" AssertionConsumerServiceURL="https://auth.example/acs" ForceAuthn="true"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://auth.example/saml/1</saml:Issuer><samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"/></samlp:AuthnRequest>"#;

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    fn parameter(text: &str) -> String {
        STANDARD.encode(deflate(text.as_bytes()))
    }

    #[test]
    fn a_request_is_read() {
        let read = Request::from_redirect(&parameter(GOOD)).expect("it is good");
        assert_eq!(
            (read.id.as_str(), read.issuer.as_str()),
            ("_q1", "https://auth.example/saml/1")
        );
        assert_eq!(read.acs.as_deref(), Some("https://auth.example/acs"));
        assert!(read.forces_sign_in && !read.wants_context);
        assert!(
            read.name_id_format
                .is_some_and(|format| format.ends_with("emailAddress"))
        );
        assert!(read.issue_instant.is_some());
    }

    #[test]
    fn each_wrong_one_has_its_reason() {
        let bomb = STANDARD.encode(deflate(&vec![b' '; 10 << 20]));
        let leftover = STANDARD.encode([deflate(GOOD.as_bytes()), b"more".to_vec()].concat());
        let whole = deflate(GOOD.as_bytes());
        let cut = STANDARD.encode(&whole[..whole.len() / 2]);
        let mut wrapper = ZlibEncoder::new(Vec::new(), Compression::default());
        wrapper.write_all(GOOD.as_bytes()).expect("memory takes it");
        let wrapped = STANDARD.encode(wrapper.finish().expect("memory takes it"));
        let utf16: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let unpadded = (0..3)
            .map(|more| parameter(&format!("{GOOD}{}", " ".repeat(more))))
            .find(|text| text.ends_with('='))
            .expect("one of three is padded");
        let root = |found: &str| Refusal::WrongRoot {
            found: found.to_owned(),
            wanted: "AuthnRequest",
        };
        let table: &[(String, InputFault)] = &[
            (bomb, InputFault::TooLarge),
            ("A".repeat(PARAMETER + 1), InputFault::TooLarge),
            (leftover, InputFault::Leftover),
            (cut, InputFault::NotDeflated),
            (wrapped, InputFault::NotDeflated),
            (STANDARD.encode(GOOD), InputFault::NotDeflated),
            (
                STANDARD.encode(deflate(&utf16)),
                InputFault::Xml(Refusal::NotXml("unknown token at 1:1".into())),
            ),
            (
                unpadded.trim_end_matches('=').to_owned(),
                InputFault::NotBase64,
            ),
            (
                parameter(GOOD).replacen('+', " ", 1) + " ",
                InputFault::BlankForPlus,
            ),
            (parameter("<LogoutRequest/>"), root("LogoutRequest").into()),
            (
                parameter(&format!("<!DOCTYPE a>{GOOD}")),
                Refusal::Doctype.into(),
            ),
            (
                parameter(&GOOD.replace(" ID=\"_q1\"", "")),
                Refusal::Missing("The id of the request").into(),
            ),
            (
                parameter(&GOOD.replace("Issuer", "Other")),
                Refusal::NotOne {
                    what: "issuers",
                    found: 0,
                }
                .into(),
            ),
        ];
        for (text, fault) in table {
            let read = Request::from_redirect(text).expect_err("it is wrong");
            match (&read, fault) {
                (InputFault::Xml(Refusal::NotXml(_)), InputFault::Xml(Refusal::NotXml(_))) => {}
                _ => assert_eq!(&read, fault),
            }
        }
    }
}
