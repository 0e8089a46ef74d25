//! The checks about signatures, their certificates, and tricks with both.

use roxmltree::Node;

use super::look::{Look, Outcome, Sealed, fail, not_possible, pass, unknown, warn};
use crate::xml::{DS, attribute};
use crate::{Certificate, Refusal, SealFault};

const SHA1: [&str; 2] = [
    "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    "http://www.w3.org/2000/09/xmldsig#sha1",
];
const SHA256: [&str; 2] = [
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmlenc#sha256",
];

pub(super) fn present(look: &Look<'_, '_>) -> Outcome {
    let has = |is_outer: bool| look.seals.iter().any(|one| one.is_outer == is_outer);
    match (has(true), has(false)) {
        (true, true) => pass("Response and assertion are both signed."),
        (true, false) => pass("The whole response is signed."),
        (false, true) => pass(
            "The assertion is signed, as Entra does it. Nobody vouches for the response’s own destination and status.",
        ),
        (false, false) if look.assertion_node.is_err() => {
            not_possible("There is no one assertion that could be signed.")
        }
        (false, false) => fail("Nothing is signed."),
    }
}

pub(super) fn algorithms(look: &Look<'_, '_>) -> Outcome {
    let nodes = look.seals.iter().flat_map(|one| one.node.descendants());
    let names = nodes
        .filter(|node| is(*node, "SignatureMethod") || is(*node, "DigestMethod"))
        .map(|node| attribute(node, "Algorithm").unwrap_or("none"));
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        return nothing();
    }
    if let Some(other) = names
        .iter()
        .find(|name| !SHA256.contains(name) && !SHA1.contains(name))
    {
        return fail("The signature’s algorithm is not accepted.").between(SHA256[0], *other);
    }
    match names.iter().find(|name| SHA1.contains(name)) {
        Some(old) => warn("The signature uses SHA-1, which is broken. It is not verified here.")
            .between(SHA256[0], *old),
        None => pass("It is signed with RSA and SHA-256."),
    }
}

pub(super) fn canonicalisation(look: &Look<'_, '_>) -> Outcome {
    first_fault(
        look,
        "It is canonicalised as it must be.",
        |fault| match fault {
            Refusal::Seal(SealFault::Algorithm { what, .. }) => {
                Some(!what.starts_with("signature") && *what != "digest")
            }
            Refusal::Unusual(_) => Some(true),
            _ => None,
        },
    )
}

pub(super) fn reference(look: &Look<'_, '_>) -> Outcome {
    first_fault(
        look,
        "The seal covers the part that holds it, unchanged.",
        |fault| match fault {
            Refusal::Seal(
                SealFault::Form(_) | SealFault::Reference { .. } | SealFault::Changed { .. },
            )
            | Refusal::Missing(_)
            | Refusal::NotText(_) => Some(true),
            // The algorithms come first; with a wrong one nobody looked at the reference.
            Refusal::Seal(SealFault::Algorithm { .. }) | Refusal::Unusual(_) => Some(false),
            _ => None,
        },
    )
}

pub(super) fn value(look: &Look<'_, '_>) -> Outcome {
    let fault = |one: &Sealed<'_, '_>| one.outcome.as_ref().err().cloned();
    match look.seals.iter().find_map(fault) {
        _ if look.seals.is_empty() => nothing(),
        None => pass("The seal is unbroken."),
        Some(Refusal::Seal(SealFault::Value)) => {
            fail("The seal was not made with a key that is known.")
        }
        Some(Refusal::Seal(SealFault::OtherCertificate { thumbprint })) => {
            warn("The seal is unbroken, but made with another certificate.").found(thumbprint)
        }
        Some(Refusal::Seal(SealFault::NoCertificate)) => unknown("Entra’s signing certificate"),
        Some(_) => not_possible("Not verified: the signature is not of the one kind that is."),
    }
}

/// Goes through the signatures: a fault that is ours fails, one that came before hides it, any other is not ours.
fn first_fault(
    look: &Look<'_, '_>,
    good: &str,
    is_ours: impl Fn(&Refusal) -> Option<bool>,
) -> Outcome {
    if look.seals.is_empty() {
        return nothing();
    }
    for fault in look
        .seals
        .iter()
        .filter_map(|one| one.outcome.as_ref().err())
    {
        match is_ours(fault) {
            Some(true) => return told(fault),
            Some(false) => {
                return not_possible("Not verified: the signature is not of the one kind that is.");
            }
            None => {}
        }
    }
    pass(good)
}

/// A fault of a signature in words.
fn told(fault: &Refusal) -> Outcome {
    match fault {
        Refusal::Seal(SealFault::Changed {
            looks_reformatted: true,
        }) => fail(
            "It was changed after it was signed. It looks as if a program made it pretty; paste it as the browser sent \
             it before calling it forged.",
        ),
        Refusal::Seal(SealFault::Algorithm { found, .. }) => fail(fault.to_string()).found(found),
        _ => fail(fault.to_string()),
    }
}

fn nothing() -> Outcome {
    not_possible("There is no signature to look at.")
}

pub(super) fn key(look: &Look<'_, '_>) -> Outcome {
    let Some(signer) = look.signer() else {
        return not_possible("The signature doesn’t say with which certificate it was made.");
    };
    let expected = look.expected;
    let found = signer.thumbprint();
    let active = expected.active_thumbprint.as_deref();
    if let Some(saved) = expected
        .saved_certificate
        .as_ref()
        .filter(|saved| **saved != signer)
    {
        return fail(
            "It is signed with another certificate than the one that is saved at Atlassian.",
        )
        .between(saved.thumbprint(), side_by_side(look, &found));
    }
    let is_in_metadata = expected.metadata.contains(&signer);
    if !expected.metadata.is_empty() && !is_in_metadata {
        let known: Vec<String> = expected
            .metadata
            .iter()
            .map(Certificate::thumbprint)
            .collect();
        return fail("It is signed with a certificate that is not in the application’s metadata.")
            .between(known.join(", "), side_by_side(look, &found));
    }
    if let Some(active) = active.filter(|active| !active.eq_ignore_ascii_case(&found)) {
        return warn(
            "It is signed with another certificate than the one that is active in Entra now.",
        )
        .between(active, side_by_side(look, &found));
    }
    if expected.saved_certificate.is_none() && !is_in_metadata && active.is_none() {
        return unknown("any certificate to compare with").found(found);
    }
    pass("It is signed with the certificate that is known.").found(side_by_side(look, &found))
}

/// The thumbprints beside each other.
fn side_by_side(look: &Look<'_, '_>, signer: &str) -> String {
    let saved = look
        .expected
        .saved_certificate
        .as_ref()
        .map(Certificate::thumbprint);
    let active = look.expected.active_thumbprint.clone();
    format!(
        "signed with {signer}; active in Entra {}; saved at Atlassian {}",
        active.as_deref().unwrap_or("not known"),
        saved.as_deref().unwrap_or("not known")
    )
}

pub(super) fn count(look: &Look<'_, '_>) -> Outcome {
    match &look.assertion_node {
        Ok(_) => pass("There is exactly one assertion, where it belongs."),
        Err(Refusal::Encrypted) => not_possible("The assertion is encrypted."),
        Err(Refusal::NotOne { found: 0, .. }) => not_possible("There is no assertion."),
        Err(refusal) => fail(refusal.to_string()),
    }
}

pub(super) fn ids(look: &Look<'_, '_>) -> Outcome {
    match &look.ids {
        Ok(()) => pass("No id is there twice."),
        Err(refusal) => fail(refusal.to_string()),
    }
}

pub(super) fn same_node(look: &Look<'_, '_>) -> Outcome {
    let about_other = |one: &Sealed<'_, '_>| match &one.outcome {
        Err(Refusal::Seal(SealFault::Reference { found })) => Some(found.clone()),
        _ => None,
    };
    match look.seals.iter().find_map(about_other) {
        _ if look.seals.is_empty() => nothing(),
        Some(found) => {
            fail("A signature is about another part than the one that holds it.").found(found)
        }
        None => pass("What is shown here is read from the very part that the signature is about."),
    }
}

pub(super) fn places(look: &Look<'_, '_>) -> Outcome {
    let is_nested = |node: Node<'_, '_>| {
        let inside = [
            "Extensions",
            "Advice",
            "AttributeValue",
            "Signature",
            "StatusDetail",
        ];
        ["Assertion", "Response"].contains(&node.tag_name().name())
            && node
                .ancestors()
                .skip(1)
                .any(|above| inside.contains(&above.tag_name().name()))
    };
    if look.document.descendants().any(|node| is(node, "Object")) {
        return fail("A signature has an Object in it, where other things can be hidden.");
    }
    if look.document.descendants().any(is_nested) {
        return fail("An assertion or a response stands inside another part.");
    }
    match &look.places {
        Ok(()) => pass("Nothing stands where it doesn’t belong."),
        Err(refusal) => fail(refusal.to_string()),
    }
}

pub(super) fn comments(look: &Look<'_, '_>) -> Outcome {
    if look.is_cut() {
        return fail(
            "A comment stands inside a name or a claim; some programs would read only the part before it.",
        );
    }
    match look
        .odd
        .iter()
        .find(|odd| matches!(odd, Refusal::NotText(_)))
    {
        Some(odd) => fail(odd.to_string()),
        None => pass("No comment stands inside a value."),
    }
}

pub(super) fn validity(look: &Look<'_, '_>) -> Outcome {
    let Some(signer) = look.signer() else {
        return not_possible("The signature doesn’t say with which certificate it was made.");
    };
    let now = look.circumstances.now;
    let (from, until) = (signer.not_before(), signer.not_after());
    let left = signer.days_left(now);
    if now < from {
        return fail("The signing certificate is not valid yet.")
            .between(from.to_string(), now.to_string());
    }
    if now > until {
        return fail("The signing certificate has expired.")
            .between(until.to_string(), now.to_string());
    }
    match left {
        ..7 => warn(format!(
            "The signing certificate ends in {left} days. Replace it now."
        )),
        7..60 => warn(format!("The signing certificate ends in {left} days.")),
        _ => pass(format!(
            "The signing certificate counts for {left} more days."
        )),
    }
    .found(until.to_string())
}

pub(super) fn strength(look: &Look<'_, '_>) -> Outcome {
    match look.signer().map(|signer| signer.rsa_bits()) {
        None => not_possible("The signature doesn’t say with which certificate it was made."),
        Some(Some(bits)) if bits >= 2048 => pass(format!("Its key is RSA with {bits} bits.")),
        Some(Some(bits)) => {
            fail(format!("Its key is RSA with only {bits} bits.")).between("2048", bits.to_string())
        }
        Some(None) => fail("Its key is not an RSA key."),
    }
}

pub(super) fn rollover(look: &Look<'_, '_>) -> Outcome {
    let known = &look.expected.metadata;
    match known.len() {
        0 => unknown("the application’s metadata"),
        1 => pass("The metadata names one signing certificate."),
        several => {
            let thumbprints: Vec<String> = known.iter().map(Certificate::thumbprint).collect();
            let signer = look.signer().map(|one| one.thumbprint());
            let which = signer.map_or(String::new(), |one| format!(" {one} signs now."));
            pass(format!("The metadata names {several} signing certificates: one is being changed for another.{which}"))
                .found(thumbprints.join(", "))
        }
    }
}

fn is(node: Node<'_, '_>, name: &'static str) -> bool {
    node.has_tag_name((DS, name))
}
