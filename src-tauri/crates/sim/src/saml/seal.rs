//! Checking one signature of a document that came from outside, against the one certificate that is trusted. The
//! certificate in the document is never trusted; it only says whether the wrong one was used.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use roxmltree::Node;
use x509_parser::parse_x509_certificate;

use super::c14n::{EXCLUSIVE, exclusive};
use super::check::Refused;
use super::keys::thumbprint;
use super::sign::{ENVELOPED, Method};
use super::xml::{DS, child, children, value};

/// Whether the signature in an element covers that very element and was made with the certificate's key.
pub(crate) fn checked(element: Node, signature: Node, certificate: &[u8]) -> Result<(), Refused> {
    let parts: Vec<&str> = elements(signature)
        .map(|part| part.tag_name().name())
        .collect();
    let [info, sum] = match parts.as_slice() {
        ["SignedInfo", "SignatureValue"] | ["SignedInfo", "SignatureValue", "KeyInfo"] => {
            let mut parts = elements(signature);
            [parts.next(), parts.next()].map(|part| part.expect("both were just seen"))
        }
        _ => return Err(Refused::Shape("The signature holds more than a signature.")),
    };
    let canonical = exclusive(
        info,
        None,
        &listed(child(info, DS, "CanonicalizationMethod"))?,
    );
    let reference = methods(info)?;
    same_certificate(signature, certificate)?;
    digested(element, signature, reference)?;
    let value = bytes(sum).ok_or(Refused::Signature)?;
    let (_, read) = parse_x509_certificate(certificate).map_err(|_| Refused::Certificate)?;
    let key = &read.tbs_certificate.subject_pki.subject_public_key.data;
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
        .verify(canonical.as_bytes(), &value)
        .map_err(|_| Refused::Signature)
}

/// Holds the names of the methods against the only ones that are taken, and gives the one reference.
fn methods<'a, 'd>(info: Node<'a, 'd>) -> Result<Node<'a, 'd>, Refused> {
    let (signing, digesting) = Method::RsaSha256.names();
    let mut references = children(info, DS, "Reference");
    let (Some(reference), None) = (references.next(), references.next()) else {
        return Err(Refused::Shape("The signature covers several things."));
    };
    for (within, name, wanted) in [
        (info, "CanonicalizationMethod", EXCLUSIVE),
        (info, "SignatureMethod", signing),
        (reference, "DigestMethod", digesting),
    ] {
        let named = child(within, DS, name)
            .and_then(|method| method.attribute("Algorithm"))
            .unwrap_or_default();
        if named != wanted {
            return Err(Refused::Algorithm(named.to_owned()));
        }
    }
    Ok(reference)
}

/// What is signed must be the element that the signature stands in, as a whole.
fn digested(element: Node, signature: Node, reference: Node) -> Result<(), Refused> {
    let id = element.attribute("ID").filter(|id| !id.is_empty());
    if reference.attribute("URI") != id.map(|id| format!("#{id}")).as_deref() {
        return Err(Refused::Shape("The signature covers something else."));
    }
    let transforms = child(reference, DS, "Transforms")
        .ok_or(Refused::Shape("The signature does not leave itself out."))?;
    let steps: Vec<Node> = elements(transforms).collect();
    let names: Vec<&str> = steps
        .iter()
        .filter_map(|step| step.attribute("Algorithm"))
        .collect();
    if names != [ENVELOPED, EXCLUSIVE] {
        return Err(Refused::Algorithm(names.join(" ")));
    }
    let canonical = exclusive(
        element,
        Some(signature.id()),
        &listed(steps.last().copied())?,
    );
    let written = child(reference, DS, "DigestValue").and_then(bytes);
    if written.as_deref() != Some(digest(&SHA256, canonical.as_bytes()).as_ref()) {
        return Err(Refused::Changed);
    }
    Ok(())
}

/// The certificate in the document, when there is one, must be the one that was typed: otherwise another key signed.
fn same_certificate(signature: Node, certificate: &[u8]) -> Result<(), Refused> {
    let sent = signature
        .descendants()
        .find(|node| node.has_tag_name((DS, "X509Certificate")));
    match sent {
        Some(sent) if bytes(sent).as_deref() != Some(certificate) => Err(Refused::Thumbprint {
            typed: thumbprint(certificate),
            sent: bytes(sent).map(|der| thumbprint(&der)).unwrap_or_default(),
        }),
        _ => Ok(()),
    }
}

/// The prefixes that a method wants declared everywhere.
fn listed<'a>(method: Option<Node<'a, '_>>) -> Result<Vec<&'a str>, Refused> {
    let list = method.and_then(|method| child(method, EXCLUSIVE, "InclusiveNamespaces"));
    let prefixes: Vec<&str> = list
        .and_then(|list| list.attribute("PrefixList"))
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    // Readers disagree about what this word does, so that one of them can be made to see something else.
    if prefixes.contains(&"#default") {
        return Err(Refused::Algorithm("#default".into()));
    }
    Ok(prefixes)
}

fn elements<'a, 'd>(of: Node<'a, 'd>) -> impl Iterator<Item = Node<'a, 'd>> {
    of.children().filter(Node::is_element)
}

fn bytes(of: Node) -> Option<Vec<u8>> {
    let text: String = value(of)?.split_whitespace().collect();
    STANDARD.decode(text).ok()
}
