//! Reading a response that came from outside: only what the signature covers is read, and only from a document whose shape
//! leaves no doubt which part that is. What the values mean for a login is for the site to judge.

use std::collections::HashSet;

use jiff::Timestamp;
use roxmltree::{Document, Node};

use super::seal;
use super::xml::{self, ASSERTION, DS, PROTOCOL, Unreadable, child, children, value};

/// Why a response is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is no XML that anybody should read.
    Unreadable(Unreadable),
    /// It is some other message.
    NotAResponse,
    /// The identity provider says itself that there is no login.
    Status { code: String, message: String },
    /// There is an assertion that can't be read.
    Encrypted,
    /// The parts don't stand where they must, so that one could be taken for another.
    Shape(&'static str),
    /// Nobody vouches for it.
    Unsigned,
    /// A method that is not taken.
    Algorithm(String),
    /// Another certificate signed it than the one that is known.
    Thumbprint { typed: String, sent: String },
    /// What is known as the certificate is none.
    Certificate,
    /// It is not what was signed.
    Changed,
    /// The signature was not made with the certificate's key.
    Signature,
    /// Something is missing that every response has.
    Missing(&'static str),
}

/// What a response says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub response_id: String,
    pub assertion_id: String,
    pub destination: Option<String>,
    /// The issuer of the response, when it names one, and that of the assertion.
    pub issuers: Vec<String>,
    pub audiences: Vec<String>,
    pub recipient: String,
    /// The request that it answers, in every place that names one.
    pub in_response_to: Vec<String>,
    pub name_id: String,
    pub not_before: Option<Timestamp>,
    /// The earliest time at which it is over.
    pub not_on_or_after: Timestamp,
    pub attributes: Vec<(String, String)>,
}

/// Reads a response that was signed with the key of this certificate.
pub(crate) fn read(text: &str, certificate: &[u8]) -> Result<Reading, Refused> {
    let document = xml::read(text).map_err(Refused::Unreadable)?;
    let response = document.root_element();
    if !response.has_tag_name((PROTOCOL, "Response")) {
        return Err(Refused::NotAResponse);
    }
    well_shaped(&document)?;
    successful(response)?;
    let assertion = only_assertion(response)?;
    let mut seals = 0;
    for element in [response, assertion] {
        for signature in children(element, DS, "Signature") {
            seal::checked(element, signature, certificate)?;
            seals += 1;
        }
    }
    if seals == 0 {
        return Err(Refused::Unsigned);
    }
    reading(response, assertion)
}

/// Every id names one element, and signatures stand only in the two elements that are read.
fn well_shaped(document: &Document) -> Result<(), Refused> {
    let mut ids = HashSet::new();
    for node in document.descendants().filter(Node::is_element) {
        for attribute in node
            .attributes()
            .filter(|one| one.name().eq_ignore_ascii_case("id"))
        {
            if !ids.insert(attribute.value().to_owned()) {
                return Err(Refused::Shape("Two elements have the same ID."));
            }
        }
        let signs = node.has_tag_name((DS, "Signature"));
        let parent = node.parent_element();
        let at_home = parent.is_some_and(|parent| {
            parent.has_tag_name((PROTOCOL, "Response"))
                || parent.has_tag_name((ASSERTION, "Assertion"))
        });
        if signs
            && (!at_home
                || parent.is_some_and(|parent| children(parent, DS, "Signature").count() > 1))
        {
            return Err(Refused::Shape("A signature stands where none belongs."));
        }
    }
    Ok(())
}

fn successful(response: Node) -> Result<(), Refused> {
    let status = child(response, PROTOCOL, "Status").ok_or(Refused::Missing("Status"))?;
    let code = child(status, PROTOCOL, "StatusCode").ok_or(Refused::Missing("StatusCode"))?;
    let named = code.attribute("Value").unwrap_or_default();
    if named == "urn:oasis:names:tc:SAML:2.0:status:Success" {
        return Ok(());
    }
    let message = child(status, PROTOCOL, "StatusMessage").and_then(value);
    Err(Refused::Status {
        code: named.to_owned(),
        message: message.unwrap_or_default(),
    })
}

fn only_assertion<'a, 'd>(response: Node<'a, 'd>) -> Result<Node<'a, 'd>, Refused> {
    let called = |name: &'static str| {
        response
            .descendants()
            .filter(move |node| node.tag_name().name() == name)
    };
    if called("EncryptedAssertion").next().is_some() {
        return Err(Refused::Encrypted);
    }
    let mut assertions = called("Assertion");
    let only = assertions.next().ok_or(Refused::Missing("Assertion"))?;
    if assertions.next().is_some() {
        return Err(Refused::Shape("There are two assertions."));
    }
    if only.parent() != Some(response) || !only.has_tag_name((ASSERTION, "Assertion")) {
        return Err(Refused::Shape("The assertion is hidden in something else."));
    }
    Ok(only)
}

fn reading(response: Node, assertion: Node) -> Result<Reading, Refused> {
    let within = |node: Node, name: &'static str| -> Result<String, Refused> {
        let found = child(node, ASSERTION, name).ok_or(Refused::Missing(name))?;
        value(found).ok_or(Refused::Shape("A value holds more than its text."))
    };
    let owned = |node: Node, name: &str| node.attribute(name).map(str::to_owned);
    let subject = child(assertion, ASSERTION, "Subject").ok_or(Refused::Missing("Subject"))?;
    let confirmed = child(subject, ASSERTION, "SubjectConfirmation")
        .and_then(|confirmation| child(confirmation, ASSERTION, "SubjectConfirmationData"))
        .ok_or(Refused::Missing("SubjectConfirmationData"))?;
    let conditions =
        child(assertion, ASSERTION, "Conditions").ok_or(Refused::Missing("Conditions"))?;
    let ends = [
        time(conditions, "NotOnOrAfter")?,
        time(confirmed, "NotOnOrAfter")?,
    ];
    let issuer = child(response, ASSERTION, "Issuer").and_then(value);
    Ok(Reading {
        response_id: owned(response, "ID").ok_or(Refused::Missing("ID"))?,
        assertion_id: owned(assertion, "ID").ok_or(Refused::Missing("ID"))?,
        destination: owned(response, "Destination"),
        issuers: issuer
            .into_iter()
            .chain([within(assertion, "Issuer")?])
            .collect(),
        audiences: audiences(conditions),
        recipient: owned(confirmed, "Recipient").unwrap_or_default(),
        in_response_to: [response, confirmed]
            .into_iter()
            .filter_map(|node| owned(node, "InResponseTo"))
            .collect(),
        name_id: within(subject, "NameID")?,
        not_before: time(conditions, "NotBefore")?,
        not_on_or_after: ends
            .into_iter()
            .flatten()
            .min()
            .ok_or(Refused::Missing("NotOnOrAfter"))?,
        attributes: attributes(assertion)?,
    })
}

fn audiences(conditions: Node) -> Vec<String> {
    children(conditions, ASSERTION, "AudienceRestriction")
        .flat_map(|restriction| children(restriction, ASSERTION, "Audience"))
        .filter_map(value)
        .collect()
}

fn time(node: Node, name: &'static str) -> Result<Option<Timestamp>, Refused> {
    node.attribute(name)
        .map(|written| written.parse().map_err(|_| Refused::Missing(name)))
        .transpose()
}

fn attributes(assertion: Node) -> Result<Vec<(String, String)>, Refused> {
    let statements = children(assertion, ASSERTION, "AttributeStatement");
    let mut all = Vec::new();
    for attribute in statements.flat_map(|statement| children(statement, ASSERTION, "Attribute")) {
        for held in children(attribute, ASSERTION, "AttributeValue") {
            let name = attribute.attribute("Name").unwrap_or_default().to_owned();
            all.push((
                name,
                value(held).ok_or(Refused::Shape("A value holds more than its text."))?,
            ));
        }
    }
    Ok(all)
}
