//! One fixed kind of signature, verified: enveloped, exclusive canonicalisation, RSA-SHA256, one reference, to the
//! very element that holds it. Anything else is refused by name.
//!
//! The certificate inside a signature is never trusted, only compared: whoever forges a response can put any
//! certificate into it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::Node;

use crate::c14n::exclusive;
use crate::xml::{self, DS, attribute};
use crate::{Certificate, Refusal, crypto};

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// What is wrong with a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// An algorithm that is not the one.
    #[error("Its {what} is {found}, which is not accepted.")]
    Algorithm {
        /// Of what.
        what: &'static str,
        /// Its name as it stands there.
        found: String,
    },
    /// The signature is not built as it must be.
    #[error("Its signature is not built as it must be: {0}.")]
    Form(&'static str),
    /// It signs something else than the element that holds it.
    #[error("Its signature is about {found:?}, not about the part that holds it.")]
    Reference {
        /// The reference as it stands there.
        found: String,
    },
    /// The signed part is not what was signed.
    #[error("It was changed after it was signed.")]
    Changed {
        /// Whether line breaks stand between its elements, as a program puts them there that makes XML pretty.
        looks_reformatted: bool,
    },
    /// Made with the key of a certificate that is not among those given.
    #[error("It is signed with the certificate {thumbprint}, not with the one that is known.")]
    OtherCertificate {
        /// The SHA-1 thumbprint of the certificate that it brings along, and which did sign it.
        thumbprint: String,
    },
    /// Made with no key that is known or that it brings along.
    #[error("Its signature was not made with a key that is known.")]
    Value,
    /// There is nothing to verify with.
    #[error("There is no certificate to verify it with.")]
    NoCertificate,
}

/// A signature that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seal {
    /// The certificate whose key made it, one of those given.
    pub by: Certificate,
}

/// The signature's parts, once its form is known to be the one.
struct Parts<'a, 'i> {
    signature: Node<'a, 'i>,
    signed_info: Node<'a, 'i>,
    method: Node<'a, 'i>,
    reference: Node<'a, 'i>,
    transform: Node<'a, 'i>,
    digest: Node<'a, 'i>,
    value: Node<'a, 'i>,
}

/// Verifies the signature that is a child of an element, over that element.
pub(crate) fn verify(
    signature: Node<'_, '_>,
    certificates: &[Certificate],
) -> Result<Seal, Refusal> {
    let parts = parts(signature)?;
    let element = signature
        .parent_element()
        .ok_or(SealFault::Form("it stands alone"))?;
    check_reference(&parts, element)?;
    check_digest(&parts, element)?;
    check_value(&parts, certificates)
}

/// Takes a signature apart. What does not belong into it makes it another kind of signature.
fn parts<'a, 'i>(signature: Node<'a, 'i>) -> Result<Parts<'a, 'i>, Refusal> {
    let (signed_info, value) = match elements(signature, "the signature")?[..] {
        [info, value] if is(info, "SignedInfo") && is(value, "SignatureValue") => (info, value),
        [info, value, key]
            if is(info, "SignedInfo") && is(value, "SignatureValue") && is(key, "KeyInfo") =>
        {
            (info, value)
        }
        _ => {
            return Err(form(
                "more or less than SignedInfo, SignatureValue and KeyInfo",
            ));
        }
    };
    let [method, algorithm, reference] = elements(signed_info, "SignedInfo")?[..] else {
        return Err(form("SignedInfo has more or less than one reference"));
    };
    if !is(method, "CanonicalizationMethod")
        || !is(algorithm, "SignatureMethod")
        || !is(reference, "Reference")
    {
        return Err(form("SignedInfo has other parts"));
    }
    check_algorithm(method, EXCLUSIVE, "canonicalisation")?;
    check_algorithm(algorithm, RSA_SHA256, "signature algorithm")?;
    if !elements(algorithm, "SignatureMethod")?.is_empty() {
        return Err(form("the signature algorithm has parameters"));
    }
    let (transform, digest) = reference_parts(reference)?;
    Ok(Parts {
        signature,
        signed_info,
        method,
        reference,
        transform,
        digest,
        value,
    })
}

/// The canonicalising transform and the digest's value.
fn reference_parts<'a, 'i>(
    reference: Node<'a, 'i>,
) -> Result<(Node<'a, 'i>, Node<'a, 'i>), Refusal> {
    let [transforms, method, digest] = elements(reference, "Reference")?[..] else {
        return Err(form("the reference has more or less than three parts"));
    };
    if !is(transforms, "Transforms") || !is(method, "DigestMethod") || !is(digest, "DigestValue") {
        return Err(form("the reference has other parts"));
    }
    let list = elements(transforms, "Transforms")?;
    for one in &list {
        let found = attribute(*one, "Algorithm").unwrap_or_default();
        if !is(*one, "Transform") || ![ENVELOPED, EXCLUSIVE].contains(&found) {
            return Err(algorithm("transform", found));
        }
    }
    let [first, second] = list[..] else {
        return Err(form("the reference has more or less than two transforms"));
    };
    check_algorithm(first, ENVELOPED, "first transform")?;
    check_algorithm(second, EXCLUSIVE, "second transform")?;
    if !elements(first, "Transform")?.is_empty() {
        return Err(form("the first transform has parameters"));
    }
    check_algorithm(method, SHA256, "digest")?;
    Ok((second, digest))
}

fn check_reference(parts: &Parts<'_, '_>, element: Node<'_, '_>) -> Result<(), Refusal> {
    let found = attribute(parts.reference, "URI").unwrap_or_default();
    let id = attribute(element, "ID").ok_or(Refusal::Missing("The id of the signed part"))?;
    if found.strip_prefix('#') != Some(id) {
        return Err(SealFault::Reference {
            found: found.to_owned(),
        }
        .into());
    }
    Ok(())
}

fn check_digest(parts: &Parts<'_, '_>, element: Node<'_, '_>) -> Result<(), Refusal> {
    let prefixes = prefixes(parts.transform)?;
    let signed = exclusive(element, Some(parts.signature), &prefixes)?;
    if crypto::sha256(signed.as_bytes()) != bytes(parts.digest)? {
        return Err(SealFault::Changed {
            looks_reformatted: looks_reformatted(element),
        }
        .into());
    }
    Ok(())
}

fn check_value(parts: &Parts<'_, '_>, certificates: &[Certificate]) -> Result<Seal, Refusal> {
    let prefixes = prefixes(parts.method)?;
    let message = exclusive(parts.signed_info, None, &prefixes)?;
    let value = bytes(parts.value)?;
    let has_signed = |one: &&Certificate| one.has_signed(message.as_bytes(), &value);
    if let Some(by) = certificates.iter().find(has_signed) {
        return Ok(Seal { by: by.clone() });
    }
    let fault = match embedded(parts.signature).iter().find(has_signed) {
        _ if certificates.is_empty() => SealFault::NoCertificate,
        Some(other) => SealFault::OtherCertificate {
            thumbprint: other.thumbprint(),
        },
        None => SealFault::Value,
    };
    Err(fault.into())
}

/// The certificates that a signature brings along. They prove nothing.
pub(crate) fn embedded(signature: Node<'_, '_>) -> Vec<Certificate> {
    let texts = signature
        .descendants()
        .filter(|node| node.has_tag_name((DS, "X509Certificate")))
        .filter_map(xml::value);
    texts
        .filter_map(|text| Certificate::read(text).ok())
        .collect()
}

/// Whether line breaks stand between the elements of a part. Entra writes none.
fn looks_reformatted(element: Node<'_, '_>) -> bool {
    element.descendants().any(|node| {
        node.is_text()
            && node.next_sibling_element().is_some()
            && node
                .text()
                .is_some_and(|text| text.trim().is_empty() && text.contains('\n'))
    })
}

/// The prefixes that a canonicalisation treats as inclusive.
fn prefixes<'a>(method: Node<'a, '_>) -> Result<Vec<&'a str>, Refusal> {
    let children: Vec<_> = method.children().filter(Node::is_element).collect();
    let list = match children[..] {
        [] => return Ok(Vec::new()),
        [only] if only.has_tag_name((EXCLUSIVE, "InclusiveNamespaces")) => only,
        _ => return Err(form("the canonicalisation has unknown parameters")),
    };
    let prefixes = attribute(list, "PrefixList").unwrap_or_default();
    let prefixes: Vec<&str> = prefixes.split_ascii_whitespace().collect();
    if prefixes.contains(&"#default") {
        return Err(Refusal::Unusual("#default in a list of prefixes"));
    }
    Ok(prefixes)
}

fn bytes(node: Node<'_, '_>) -> Result<Vec<u8>, Refusal> {
    let text = xml::value(node).ok_or(Refusal::NotText("A value of the signature"))?;
    let text: String = text.split_ascii_whitespace().collect();
    let decoded = STANDARD.decode(text);
    decoded.map_err(|_| form("a value is not base64"))
}

/// The elements right below a node, which holds nothing else but blanks.
fn elements<'a, 'i>(node: Node<'a, 'i>, what: &'static str) -> Result<Vec<Node<'a, 'i>>, Refusal> {
    let mut found = Vec::new();
    for child in node.children() {
        if child.is_element() {
            found.push(child);
        } else if !child.text().unwrap_or_default().trim().is_empty() || child.is_comment() {
            return Err(Refusal::NotText(what));
        }
    }
    Ok(found)
}

fn is(node: Node<'_, '_>, name: &'static str) -> bool {
    node.has_tag_name((DS, name))
}

fn check_algorithm(node: Node<'_, '_>, wanted: &str, what: &'static str) -> Result<(), Refusal> {
    let found = attribute(node, "Algorithm").unwrap_or_default();
    if found == wanted {
        return Ok(());
    }
    Err(algorithm(what, found))
}

fn algorithm(what: &'static str, found: &str) -> Refusal {
    let found = found.to_owned();
    SealFault::Algorithm { what, found }.into()
}

fn form(why: &'static str) -> Refusal {
    SealFault::Form(why).into()
}
