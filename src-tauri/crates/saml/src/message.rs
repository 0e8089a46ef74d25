//! What a response says, taken out of the tree. Nothing here is verified; `response.rs` does that first, and the
//! checklist says what it did not.
//!
//! A value is one piece of text. Where something else stands, or an element is there twice that may be there once, the
//! value is left empty and the place is noted: nobody is to read one of two.

use jiff::Timestamp;
use roxmltree::Node;

use crate::Refusal;
use crate::xml::{self, SAML, SAMLP, attribute, children};

/// The top of every status that is a success.
pub const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// A response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// When it was issued.
    pub issue_instant: Option<Timestamp>,
    /// The address it was made for.
    pub destination: Option<String>,
    /// The request it answers; none when Entra began.
    pub in_response_to: Option<String>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// How it went.
    pub status: Status,
    /// What it asserts; none where it went wrong.
    pub assertion: Option<Assertion>,
}

/// How it went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// The code on top.
    pub code: String,
    /// The code below it, which is more exact.
    pub nested: Option<String>,
    /// In the service's own words.
    pub message: Option<String>,
}

/// What a response asserts about somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assertion {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// When it was issued.
    pub issue_instant: Option<Timestamp>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Who it is about.
    pub name_id: Option<NameId>,
    /// How it is to be confirmed.
    pub confirmation: Confirmation,
    /// Within which bounds it counts.
    pub conditions: Conditions,
    /// How the person signed in.
    pub sign_in: SignIn,
    /// The claims, in their order.
    pub attributes: Vec<Claim>,
}

/// Who an assertion is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameId {
    /// The name itself.
    pub value: String,
    /// Of which kind it is.
    pub format: Option<String>,
}

/// How an assertion is to be confirmed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confirmation {
    /// The method.
    pub method: Option<String>,
    /// The address that may take it.
    pub recipient: Option<String>,
    /// Must not be there for a bearer.
    pub not_before: Option<Timestamp>,
    /// Until when.
    pub not_on_or_after: Option<Timestamp>,
    /// The request it answers.
    pub in_response_to: Option<String>,
}

/// Within which bounds an assertion counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// From when.
    pub not_before: Option<Timestamp>,
    /// Until when.
    pub not_on_or_after: Option<Timestamp>,
    /// For which services, one list for each restriction. All restrictions must be met.
    pub audiences: Vec<Vec<String>>,
}

/// How somebody signed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignIn {
    /// When.
    pub instant: Option<Timestamp>,
    /// Until when the session may last.
    pub session_end: Option<Timestamp>,
    /// By what.
    pub context: Option<String>,
}

/// A claim.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// Its whole name.
    pub name: String,
    /// Its values.
    pub values: Vec<String>,
}

/// Reads a response, and the first assertion right below it, and says what was odd about the values.
pub(crate) fn read(root: Node<'_, '_>) -> (Response, Vec<Refusal>) {
    let mut reader = Reader::default();
    let response = reader.response(root);
    (response, reader.odd)
}

#[derive(Default)]
struct Reader {
    odd: Vec<Refusal>,
}

impl Reader {
    fn response(&mut self, root: Node<'_, '_>) -> Response {
        let assertion = self.only(root, SAML, "Assertion", "assertions");
        Response {
            id: owned(root, "ID").unwrap_or_default(),
            version: owned(root, "Version").unwrap_or_default(),
            issue_instant: self.time(root, "IssueInstant"),
            destination: owned(root, "Destination"),
            in_response_to: owned(root, "InResponseTo"),
            issuer: self.text_of(root, SAML, "Issuer", "The response’s issuer"),
            status: self.status(root),
            assertion: assertion.map(|node| self.assertion(node)),
        }
    }

    fn status(&mut self, root: Node<'_, '_>) -> Status {
        let Some(status) = self.only(root, SAMLP, "Status", "statuses") else {
            return Status::default();
        };
        let top = self.only(status, SAMLP, "StatusCode", "status codes");
        let nested = top.and_then(|top| self.only(top, SAMLP, "StatusCode", "nested status codes"));
        Status {
            code: top.and_then(|top| owned(top, "Value")).unwrap_or_default(),
            nested: nested.and_then(|nested| owned(nested, "Value")),
            message: self.text_of(status, SAMLP, "StatusMessage", "The status message"),
        }
    }

    fn assertion(&mut self, node: Node<'_, '_>) -> Assertion {
        let subject = self.only(node, SAML, "Subject", "subjects");
        let conditions = self.only(node, SAML, "Conditions", "conditions");
        let sign_in = self.only(node, SAML, "AuthnStatement", "sign-ins");
        Assertion {
            id: owned(node, "ID").unwrap_or_default(),
            version: owned(node, "Version").unwrap_or_default(),
            issue_instant: self.time(node, "IssueInstant"),
            issuer: self.text_of(node, SAML, "Issuer", "The assertion’s issuer"),
            name_id: subject.and_then(|subject| self.name_id(subject)),
            confirmation: subject
                .map_or_else(Confirmation::default, |subject| self.confirmation(subject)),
            conditions: conditions.map_or_else(Conditions::default, |node| self.conditions(node)),
            sign_in: sign_in.map_or_else(SignIn::default, |node| self.sign_in(node)),
            attributes: self.claims(node),
        }
    }

    fn name_id(&mut self, subject: Node<'_, '_>) -> Option<NameId> {
        let node = self.only(subject, SAML, "NameID", "NameIDs")?;
        Some(NameId {
            value: self.text(node, "The NameID")?,
            format: owned(node, "Format"),
        })
    }

    fn confirmation(&mut self, subject: Node<'_, '_>) -> Confirmation {
        let Some(node) = self.only(subject, SAML, "SubjectConfirmation", "confirmations") else {
            return Confirmation::default();
        };
        let method = owned(node, "Method");
        let Some(data) = self.only(node, SAML, "SubjectConfirmationData", "confirmation data")
        else {
            return Confirmation {
                method,
                ..Confirmation::default()
            };
        };
        Confirmation {
            method,
            recipient: owned(data, "Recipient"),
            not_before: self.time(data, "NotBefore"),
            not_on_or_after: self.time(data, "NotOnOrAfter"),
            in_response_to: owned(data, "InResponseTo"),
        }
    }

    fn conditions(&mut self, node: Node<'_, '_>) -> Conditions {
        let restrictions = children(node, SAML, "AudienceRestriction");
        let audiences = restrictions.map(|restriction| {
            let audiences = children(restriction, SAML, "Audience");
            audiences
                .filter_map(|node| self.text(node, "The audience"))
                .collect()
        });
        let audiences = audiences.collect();
        Conditions {
            not_before: self.time(node, "NotBefore"),
            not_on_or_after: self.time(node, "NotOnOrAfter"),
            audiences,
        }
    }

    fn sign_in(&mut self, node: Node<'_, '_>) -> SignIn {
        let context = self.only(node, SAML, "AuthnContext", "contexts of the sign-in");
        SignIn {
            instant: self.time(node, "AuthnInstant"),
            session_end: self.time(node, "SessionNotOnOrAfter"),
            context: context.and_then(|context| {
                self.text_of(
                    context,
                    SAML,
                    "AuthnContextClassRef",
                    "The kind of the sign-in",
                )
            }),
        }
    }

    fn claims(&mut self, assertion: Node<'_, '_>) -> Vec<Claim> {
        let statements = children(assertion, SAML, "AttributeStatement");
        let nodes = statements.flat_map(|statement| children(statement, SAML, "Attribute"));
        let claims = nodes.map(|node| Claim {
            name: owned(node, "Name").unwrap_or_default(),
            values: children(node, SAML, "AttributeValue")
                .filter_map(|value| self.text(value, "The value of a claim"))
                .collect(),
        });
        claims.collect()
    }

    /// The one child of a name. A second one is odd, and then neither is taken.
    fn only<'a, 'i>(
        &mut self,
        node: Node<'a, 'i>,
        space: &'static str,
        name: &'static str,
        what: &'static str,
    ) -> Option<Node<'a, 'i>> {
        let mut found = children(node, space, name);
        let first = found.next()?;
        match found.count() {
            0 => Some(first),
            more => {
                let found = more + 1;
                self.odd.push(Refusal::NotOne { what, found });
                None
            }
        }
    }

    fn text_of(
        &mut self,
        node: Node<'_, '_>,
        space: &'static str,
        name: &'static str,
        what: &'static str,
    ) -> Option<String> {
        let node = self.only(node, space, name, what)?;
        self.text(node, what)
    }

    fn text(&mut self, node: Node<'_, '_>, what: &'static str) -> Option<String> {
        let value = xml::value(node);
        if value.is_none() {
            self.odd.push(Refusal::NotText(what));
        }
        value.map(str::to_owned)
    }

    fn time(&mut self, node: Node<'_, '_>, name: &'static str) -> Option<Timestamp> {
        let time = attribute(node, name)?.trim().parse();
        if time.is_err() {
            self.odd.push(Refusal::NotATime(name));
        }
        time.ok()
    }
}

fn owned(node: Node<'_, '_>, name: &str) -> Option<String> {
    attribute(node, name).map(str::to_owned)
}
