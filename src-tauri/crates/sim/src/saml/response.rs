//! The response of the practice tenant, as Entra writes one: by default only the assertion in it is signed.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};

use super::claims::Claims;
use super::keys::SigningKey;
use super::sign::{Method, signed};
use super::xml::{ASSERTION, PROTOCOL, attribute, text};
use crate::ids;

/// How long an assertion counts. Entra adds nothing before its beginning.
const LIFE: SignedDuration = SignedDuration::from_mins(70);

/// Everything that stands in a response, before it is written and signed.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub response_id: String,
    pub assertion_id: String,
    pub issuer: String,
    pub destination: String,
    pub recipient: String,
    pub audience: String,
    pub in_response_to: Option<String>,
    pub issued: Timestamp,
    pub starts: Timestamp,
    pub ends: Timestamp,
    pub name_id: String,
    pub name_id_format: String,
    pub attributes: Vec<(String, String)>,
}

/// Who is told what: the addresses of both sides and the request that is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addressed<'a> {
    pub issuer: &'a str,
    pub acs: &'a str,
    pub audience: &'a str,
    pub in_response_to: Option<&'a str>,
}

impl Draft {
    /// A response that is right in everything.
    pub fn new(addressed: Addressed, claims: Claims, now: Timestamp) -> Draft {
        Draft {
            response_id: id(),
            assertion_id: id(),
            issuer: addressed.issuer.to_owned(),
            destination: addressed.acs.to_owned(),
            recipient: addressed.acs.to_owned(),
            audience: addressed.audience.to_owned(),
            in_response_to: addressed.in_response_to.map(str::to_owned),
            issued: now,
            starts: now,
            ends: now + LIFE,
            name_id: claims.name_id,
            name_id_format: claims.name_id_format.to_owned(),
            attributes: claims.attributes,
        }
    }

    /// The response without any signature.
    pub fn written(&self) -> String {
        format!(
            "{}<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>{}</samlp:Response>",
            self.head(),
            self.assertion()
        )
    }

    /// The response with its assertion signed.
    pub fn with_assertion_signed(&self, key: &SigningKey, method: Method) -> String {
        signed(&self.written(), &self.assertion_id, key, method)
    }

    /// The response without an assertion, which says why there is none.
    pub fn refusing(&self, message: &str) -> String {
        let status = "urn:oasis:names:tc:SAML:2.0:status";
        format!(
            "{}<samlp:Status><samlp:StatusCode Value=\"{status}:Requester\"><samlp:StatusCode Value=\"{status}:RequestDenied\"/></samlp:StatusCode>\
             <samlp:StatusMessage>{}</samlp:StatusMessage></samlp:Status></samlp:Response>",
            self.head(),
            text(message)
        )
    }

    fn head(&self) -> String {
        let answers = self.answers();
        format!(
            "<samlp:Response ID=\"{}\" Version=\"2.0\" IssueInstant=\"{}\" Destination=\"{}\"{answers} xmlns:samlp=\"{PROTOCOL}\">\
             <Issuer xmlns=\"{ASSERTION}\">{}</Issuer>",
            attribute(&self.response_id),
            instant(self.issued),
            attribute(&self.destination),
            text(&self.issuer)
        )
    }

    fn answers(&self) -> String {
        let request = self.in_response_to.as_deref();
        request
            .map(|id| format!(" InResponseTo=\"{}\"", attribute(id)))
            .unwrap_or_default()
    }

    /// The assertion by itself.
    pub fn assertion(&self) -> String {
        let (starts, ends) = (instant(self.starts), instant(self.ends));
        let (id, issued, answers) = (
            attribute(&self.assertion_id),
            instant(self.issued),
            self.answers(),
        );
        let attributes = self
            .attributes
            .iter()
            .fold(String::new(), |mut out, (name, value)| {
                let _ = write!(
                    out,
                    "<Attribute Name=\"{}\"><AttributeValue>{}</AttributeValue></Attribute>",
                    attribute(name),
                    text(value)
                );
                out
            });
        [
            format!("<Assertion ID=\"{id}\" IssueInstant=\"{issued}\" Version=\"2.0\" xmlns=\"{ASSERTION}\"><Issuer>{}</Issuer>", text(&self.issuer)),
            format!("<Subject><NameID Format=\"{}\">{}</NameID>", attribute(&self.name_id_format), text(&self.name_id)),
            format!(
                "<SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><SubjectConfirmationData{answers} NotOnOrAfter=\"{ends}\" Recipient=\"{}\"/></SubjectConfirmation></Subject>",
                attribute(&self.recipient)
            ),
            format!("<Conditions NotBefore=\"{starts}\" NotOnOrAfter=\"{ends}\"><AudienceRestriction><Audience>{}</Audience></AudienceRestriction></Conditions>", text(&self.audience)),
            format!("<AttributeStatement>{attributes}</AttributeStatement>"),
            format!("<AuthnStatement AuthnInstant=\"{issued}\" SessionIndex=\"{id}\"><AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext></AuthnStatement></Assertion>"),
        ]
        .concat()
    }
}

/// An ID that XML allows: it must not begin with a digit.
pub(crate) fn id() -> String {
    format!("_{}", ids::guid())
}

fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
