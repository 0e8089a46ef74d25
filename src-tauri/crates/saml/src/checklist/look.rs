//! A document laid out for the checks: what it says, what is odd about its shape, and what its signatures came to.

use roxmltree::{Document, Node};

use super::{CheckState, Circumstances, Expected};
use crate::response::{assertion, check_ids, check_root, check_signatures};
use crate::seal::{self, Seal};
use crate::xml::{DS, SAML, children};
use crate::{Assertion, Certificate, Refusal, Response, message};

/// Everything that a check may look at.
pub(super) struct Look<'a, 'i> {
    pub document: &'a Document<'i>,
    pub circumstances: &'a Circumstances,
    pub expected: &'a Expected,
    pub root: Result<(), Refusal>,
    pub ids: Result<(), Refusal>,
    pub assertion_node: Result<Node<'a, 'i>, Refusal>,
    pub places: Result<(), Refusal>,
    pub response: Response,
    pub odd: Vec<Refusal>,
    pub seals: Vec<Sealed<'a, 'i>>,
}

/// A signature and what it came to.
pub(super) struct Sealed<'a, 'i> {
    pub node: Node<'a, 'i>,
    /// Whether it is the response's own.
    pub is_outer: bool,
    pub outcome: Result<Seal, Refusal>,
    pub embedded: Option<Certificate>,
}

/// What a check found, before it is put beside its title.
pub(super) struct Outcome {
    pub state: CheckState,
    pub seen: String,
    pub expected: Option<String>,
    pub found: Option<String>,
}

impl<'a, 'i> Look<'a, 'i> {
    pub fn of(
        document: &'a Document<'i>,
        circumstances: &'a Circumstances,
        expected: &'a Expected,
    ) -> Self {
        let root = document.root_element();
        let assertion_node = assertion(document);
        let (mut response, odd) = message::read(root);
        if assertion_node.is_err() {
            // Of several, none is the one.
            response.assertion = None;
        }
        let places = match &assertion_node {
            Ok(node) => check_signatures(document, *node),
            Err(_) => Ok(()),
        };
        let mut look = Self {
            document,
            circumstances,
            expected,
            root: check_root(root),
            ids: check_ids(document),
            assertion_node,
            places,
            response,
            odd,
            seals: Vec::new(),
        };
        look.seals = look.verified();
        look
    }

    fn verified(&self) -> Vec<Sealed<'a, 'i>> {
        let certificates = self.certificates();
        let root = self.document.root_element();
        let inner = self.assertion_node.as_ref().ok().copied();
        let nodes = [(root, true)]
            .into_iter()
            .chain(inner.map(|node| (node, false)));
        let seals = nodes.flat_map(|(node, is_outer)| {
            children(node, DS, "Signature").map(move |seal| (seal, is_outer))
        });
        let sealed = seals.map(|(node, is_outer)| Sealed {
            node,
            is_outer,
            outcome: seal::verify(node, &certificates),
            embedded: seal::embedded(node).into_iter().next(),
        });
        sealed.collect()
    }

    /// The certificates that a signature may be made with: Entra's, and the one saved at Atlassian.
    fn certificates(&self) -> Vec<Certificate> {
        let known = self.expected.metadata.iter();
        let known = known.chain(&self.expected.saved_certificate);
        known.cloned().collect()
    }

    /// The certificate that signed, or claims to have signed. The innermost signature is the one that Atlassian looks
    /// at first.
    pub fn signer(&self) -> Option<Certificate> {
        let last = self.seals.last()?;
        match &last.outcome {
            Ok(seal) => Some(seal.by.clone()),
            Err(_) => last.embedded.clone(),
        }
    }

    /// The assertion, or why there is none to look at.
    pub fn assertion(&self) -> Result<&Assertion, Outcome> {
        if let Err(Refusal::Encrypted) = self.assertion_node {
            return Err(not_possible("The assertion is encrypted."));
        }
        let none = || not_possible("There is no assertion to look at, or more than one.");
        self.response.assertion.as_ref().ok_or_else(none)
    }

    /// The NameID, or why there is none to look at.
    pub fn name(&self) -> Result<&str, Outcome> {
        let name = self.assertion()?.name_id.as_ref();
        let name = name.map(|name| name.value.as_str());
        name.filter(|name| !name.trim().is_empty())
            .ok_or_else(|| not_possible("There is no NameID to look at."))
    }

    /// The first value of a claim.
    pub fn claim(&self, name: &str) -> Option<&str> {
        let claims = self.response.assertion.as_ref()?.attributes.iter();
        let mut claims = claims.filter(|claim| claim.name == name);
        claims.next()?.values.first().map(String::as_str)
    }

    /// Whether a comment or an element stands inside a name or the value of a claim.
    pub fn is_cut(&self) -> bool {
        let names = ["NameID", "AttributeValue"];
        self.document.descendants().any(|node| {
            names.iter().any(|name| node.has_tag_name((SAML, *name)))
                && node.children().any(|child| child.is_comment())
        })
    }
}

pub(super) fn pass(seen: impl Into<String>) -> Outcome {
    Outcome::new(CheckState::Pass, seen)
}

pub(super) fn warn(seen: impl Into<String>) -> Outcome {
    Outcome::new(CheckState::Warn, seen)
}

pub(super) fn fail(seen: impl Into<String>) -> Outcome {
    Outcome::new(CheckState::Fail, seen)
}

pub(super) fn not_possible(seen: impl Into<String>) -> Outcome {
    Outcome::new(CheckState::NotPossible, seen)
}

/// Something to compare with is missing.
pub(super) fn unknown(what: &str) -> Outcome {
    not_possible(format!("Not compared: {what} is not known here."))
}

impl Outcome {
    fn new(state: CheckState, seen: impl Into<String>) -> Self {
        Self {
            state,
            seen: seen.into(),
            expected: None,
            found: None,
        }
    }

    pub fn between(mut self, expected: impl Into<String>, found: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self.found = Some(found.into());
        self
    }

    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }
}

/// The outcome of a check that can end early.
pub(super) fn either(outcome: Result<Outcome, Outcome>) -> Outcome {
    outcome.unwrap_or_else(|early| early)
}
