//! Signing an element of a document that we wrote ourselves: RSA with SHA-256 over exclusive canonical XML, which is what
//! Entra does. Nothing that arrives from outside is signed here, and nothing is changed once it is signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};

use super::c14n::{EXCLUSIVE, exclusive};
use super::keys::SigningKey;
use super::xml::{self, ASSERTION, DS};

/// The one transformation besides canonical writing: a signature leaves itself out.
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// How an element is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// As Entra signs unless it is told otherwise.
    RsaSha256,
    /// The old way, which Entra still offers.
    RsaSha1,
}

impl Method {
    /// The names of the signature and of the digest in a document.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Method::RsaSha256 => (
                "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                "http://www.w3.org/2001/04/xmlenc#sha256",
            ),
            Method::RsaSha1 => (
                "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
                "http://www.w3.org/2000/09/xmldsig#sha1",
            ),
        }
    }

    fn digest(self) -> &'static Algorithm {
        match self {
            Method::RsaSha256 => &SHA256,
            Method::RsaSha1 => &SHA1_FOR_LEGACY_USE_ONLY,
        }
    }

    /// What RSA puts in front of the digest, to say which one it is (RFC 8017, 9.2).
    fn prefix(self) -> &'static [u8] {
        match self {
            Method::RsaSha256 => {
                b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
            }
            Method::RsaSha1 => b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
        }
    }
}

/// The document with a signature in the element of that id: behind its issuer, or in front of everything else.
pub(crate) fn signed(xml: &str, id: &str, key: &SigningKey, method: Method) -> String {
    let document = xml::read(xml).expect("what practice writes itself is well-formed");
    let element = document
        .descendants()
        .find(|node| node.attribute("ID") == Some(id))
        .expect("the element to sign has that id");
    let issuer = xml::child(element, ASSERTION, "Issuer").map(|issuer| issuer.range().end);
    let first = element.first_child().map(|first| first.range().start);
    let at = issuer
        .or(first)
        .expect("the element to sign has something in it");
    let signature = signature(&exclusive(element, None, &[]), id, key, method);
    format!("{}{signature}{}", &xml[..at], &xml[at..])
}

fn signature(canonical: &str, id: &str, key: &SigningKey, method: Method) -> String {
    let (signing, digesting) = method.names();
    let sum = STANDARD.encode(digest(method.digest(), canonical.as_bytes()));
    // Written the canonical way at once, so that the very text is signed: no element without its end, the namespace first.
    let info = |declared: &str| {
        format!(
            "<SignedInfo{declared}><CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></CanonicalizationMethod>\
             <SignatureMethod Algorithm=\"{signing}\"></SignatureMethod><Reference URI=\"#{id}\"><Transforms>\
             <Transform Algorithm=\"{ENVELOPED}\"></Transform><Transform Algorithm=\"{EXCLUSIVE}\"></Transform></Transforms>\
             <DigestMethod Algorithm=\"{digesting}\"></DigestMethod><DigestValue>{sum}</DigestValue></Reference></SignedInfo>"
        )
    };
    let value = STANDARD.encode(rsa(
        info(&format!(" xmlns=\"{DS}\"")).as_bytes(),
        key,
        method,
    ));
    let certificate = STANDARD.encode(&key.certificate);
    format!(
        "<Signature xmlns=\"{DS}\">{}<SignatureValue>{value}</SignatureValue>\
         <KeyInfo><X509Data><X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></Signature>",
        info("")
    )
}

fn rsa(message: &[u8], key: &SigningKey, method: Method) -> Vec<u8> {
    let private = RsaPrivateKey::from_pkcs8_der(&key.pkcs8).expect("a key of the pool can be read");
    let sum = digest(method.digest(), message);
    let padding = Pkcs1v15Sign {
        hash_len: Some(sum.as_ref().len()),
        prefix: method.prefix().into(),
    };
    private
        .sign(padding, sum.as_ref())
        .expect("the key is larger than what it signs")
}
