//! A SAML response, verified and read from the very elements that were verified.
//!
//! The order is the whole point, and the first failure is the named reason: bounds, root, ids and the number of
//! assertions, where signatures stand, the signatures themselves, and only then the values. Whether the time, the
//! audience and the recipient are right is another question, which the checklist answers.

use roxmltree::{Document, Node};

use crate::message;
use crate::seal::{self, Seal};
use crate::xml::{self, DS, SAML, SAMLP};
use crate::{Certificate, Refusal, Response};

/// A response whose signatures hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it says.
    pub response: Response,
    /// How much of it is signed.
    pub covered: Covered,
    /// The certificate whose key signed it: the innermost signature's.
    pub signed_by: Certificate,
}

/// How much of a response is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covered {
    /// The assertion alone, which is what Entra does unless told otherwise. Nobody vouches for the response's own
    /// `Destination`, `Status`, `Issuer` and `InResponseTo`.
    Assertion,
    /// All of it.
    Whole,
}

impl Response {
    /// Verifies and reads a response. Only the certificates that are given count.
    pub fn read(text: &str, certificates: &[Certificate]) -> Result<Reading, Refusal> {
        let document = xml::parse(text)?;
        let shape = Shape::of(&document)?;
        let (covered, seal) = shape.verify(certificates)?;
        let (response, odd) = message::read(document.root_element());
        if let Some(first) = odd.into_iter().next() {
            return Err(first);
        }
        check_versions(&response)?;
        Ok(Reading {
            response,
            covered,
            signed_by: seal.by,
        })
    }
}

/// Where the parts that matter stand, once there is exactly one of each.
pub(crate) struct Shape<'a, 'i> {
    /// The response's signature.
    pub response_seal: Option<Node<'a, 'i>>,
    /// The assertion's signature.
    pub assertion_seal: Option<Node<'a, 'i>>,
}

impl<'a, 'i> Shape<'a, 'i> {
    fn of(document: &'a Document<'i>) -> Result<Self, Refusal> {
        let root = document.root_element();
        check_root(root)?;
        check_ids(document)?;
        let assertion = assertion(document)?;
        check_signatures(document, assertion)?;
        Ok(Self {
            response_seal: seal_of(root)?,
            assertion_seal: seal_of(assertion)?,
        })
    }

    fn verify(&self, certificates: &[Certificate]) -> Result<(Covered, Seal), Refusal> {
        let check = |node: &Node<'a, 'i>| seal::verify(*node, certificates);
        let outer = self.response_seal.as_ref().map(check).transpose()?;
        let inner = self.assertion_seal.as_ref().map(check).transpose()?;
        match (outer, inner) {
            (Some(_), Some(seal)) | (Some(seal), None) => Ok((Covered::Whole, seal)),
            (None, Some(seal)) => Ok((Covered::Assertion, seal)),
            (None, None) => Err(Refusal::Unsigned),
        }
    }
}

pub(crate) fn check_root(root: Node<'_, '_>) -> Result<(), Refusal> {
    if root.has_tag_name((SAMLP, "Response")) {
        return Ok(());
    }
    Err(xml::wrong_root(root, "Response"))
}

/// No two elements share an id, however the attribute is written: what one library takes for an id, another does not.
pub(crate) fn check_ids(document: &Document<'_>) -> Result<(), Refusal> {
    let mut ids = std::collections::BTreeSet::new();
    for one in document.descendants().flat_map(|node| node.attributes()) {
        if one.name().eq_ignore_ascii_case("id") && !ids.insert(one.value()) {
            return Err(Refusal::RepeatedId(one.value().to_owned()));
        }
    }
    Ok(())
}

/// The one assertion, right below the root. Any element of that name counts, in whatever name space.
pub(crate) fn assertion<'a, 'i>(document: &'a Document<'i>) -> Result<Node<'a, 'i>, Refusal> {
    let named = |name: &'static str| {
        let nodes = document.descendants();
        nodes.filter(move |node| node.tag_name().name() == name)
    };
    if named("EncryptedAssertion").next().is_some() || named("EncryptedID").next().is_some() {
        return Err(Refusal::Encrypted);
    }
    let found = named("Response").count();
    if found != 1 {
        let what = "elements called Response";
        return Err(Refusal::NotOne { what, found });
    }
    let mut assertions = named("Assertion");
    let (first, more) = (assertions.next(), assertions.count());
    let only = first.filter(|_| more == 0).ok_or(Refusal::NotOne {
        what: "assertions",
        found: more + usize::from(first.is_some()),
    })?;
    if only.parent() != Some(document.root_element()) || !only.has_tag_name((SAML, "Assertion")) {
        return Err(Refusal::Misplaced("The assertion"));
    }
    Ok(only)
}

/// Signatures stand right below the response and the assertion and nowhere else.
pub(crate) fn check_signatures(
    document: &Document<'_>,
    assertion: Node<'_, '_>,
) -> Result<(), Refusal> {
    let places = [document.root_element(), assertion];
    for node in document.descendants() {
        if node.tag_name().name() == "Signature" {
            let is_known = node.has_tag_name((DS, "Signature"));
            if !is_known || !node.parent().is_some_and(|parent| places.contains(&parent)) {
                return Err(Refusal::Misplaced("A signature"));
            }
        }
    }
    Ok(())
}

pub(crate) fn seal_of<'a, 'i>(node: Node<'a, 'i>) -> Result<Option<Node<'a, 'i>>, Refusal> {
    let mut seals = xml::children(node, DS, "Signature");
    match (seals.next(), seals.count()) {
        (first, 0) => Ok(first),
        (_, more) => Err(Refusal::NotOne {
            what: "signatures in one place",
            found: more + 1,
        }),
    }
}

fn check_versions(response: &Response) -> Result<(), Refusal> {
    let assertion = response.assertion.as_ref();
    let versions = [Some(&response.version), assertion.map(|one| &one.version)];
    match versions.into_iter().flatten().find(|one| *one != "2.0") {
        Some(other) => Err(Refusal::Version(other.clone())),
        None => Ok(()),
    }
}
