//! Whether a response that is sound in itself is the one that was waited for, held against the values that somebody typed
//! into the administration; and what the sign-in service says when it is not.

use jiff::{SignedDuration, Timestamp};
use x509_parser::parse_x509_certificate;

use crate::atlassian::certificate;
use crate::saml::check::{Reading, Refused};
use crate::saml::xml::Unreadable;
use crate::security::SamlSetup;

/// How far two clocks may differ. The vendor does not say; three minutes is what its kind of software usually allows.
const SKEW: SignedDuration = SignedDuration::from_mins(3);

/// What is trusted: the values as they were typed, and the service's own two addresses.
pub(super) struct Trust {
    pub certificate: Vec<u8>,
    issuer: String,
    audience: String,
    acs: String,
    now: Timestamp,
}

impl Trust {
    /// The values of a set-up. A certificate that can't be read is no certificate of anybody's.
    pub fn new(setup: &SamlSetup, auth: &str, now: Timestamp) -> Result<Trust, String> {
        let certificate =
            certificate::der(&setup.certificate).ok_or("Invalid thumbprint (configured: none).")?;
        let (_, read) = parse_x509_certificate(&certificate)
            .map_err(|_| "Invalid thumbprint (configured: none).")?;
        if read.validity().not_after.timestamp() < now.as_second() {
            return Err("The configured certificate has expired.".into());
        }
        Ok(Trust {
            issuer: setup.entity_id.clone(),
            audience: setup.sp_entity(auth),
            acs: setup.acs(auth),
            certificate,
            now,
        })
    }

    /// Holds a response against all of it, and against the request that it should answer.
    pub fn judged(&self, reading: &Reading, request: Option<&str>) -> Result<(), String> {
        if reading.issuers.iter().any(|issuer| *issuer != self.issuer) {
            return Err(format!("Issuer is invalid. Configured: {}", self.issuer));
        }
        if !reading.audiences.contains(&self.audience) {
            return Err(format!(
                "Audience is invalid. Configured: {}",
                self.audience
            ));
        }
        if reading
            .destination
            .as_ref()
            .is_some_and(|to| *to != self.acs)
        {
            return Err(format!("Destination is invalid. Configured: {}", self.acs));
        }
        if reading.recipient != self.acs {
            return Err(format!("Recipient is invalid. Configured: {}", self.acs));
        }
        if reading
            .not_before
            .is_some_and(|starts| starts > self.now + SKEW)
        {
            return Err("SAML assertion is not yet valid.".into());
        }
        if reading.not_on_or_after + SKEW <= self.now {
            return Err("SAML assertion expired.".into());
        }
        let answers = |id: &String| Some(id.as_str()) == request;
        if (request.is_some() && reading.in_response_to.is_empty())
            || !reading.in_response_to.iter().all(answers)
        {
            return Err("InResponseTo is invalid: no such login was begun here.".into());
        }
        if reading.name_id.is_empty() {
            return Err("The SAML response names nobody: its NameID is empty.".into());
        }
        Ok(())
    }
}

/// What the service says about a response that it does not read.
pub(super) fn told(refused: &Refused) -> String {
    match refused {
        Refused::Unreadable(Unreadable::TooLarge) => "The SAML response is too large.".into(),
        Refused::Unreadable(Unreadable::DocumentType) => {
            "The SAML response has a document type.".into()
        }
        Refused::Unreadable(Unreadable::Malformed) => {
            "The SAML response is not well-formed.".into()
        }
        Refused::NotAResponse => "The message is not a SAML response.".into(),
        Refused::Status { message, .. } => format!("The identity provider refused: {message}"),
        Refused::Encrypted => {
            "The assertion is encrypted, and there is no key to read it with.".into()
        }
        Refused::Shape(what) => format!("The SAML response is not built as it must be. {what}"),
        Refused::Unsigned => "The SAML response is not signed.".into(),
        Refused::Algorithm(name) => {
            format!("The signature uses a method that is not accepted: {name}")
        }
        Refused::Thumbprint { typed, sent } => {
            format!("Invalid thumbprint (configured: {typed}. calculated: {sent})")
        }
        Refused::Certificate => "Invalid thumbprint (configured: none).".into(),
        Refused::Changed => "Invalid signature: the response is not what was signed.".into(),
        Refused::Signature => "Invalid signature.".into(),
        Refused::Missing(what) => format!("The SAML response has no {what}."),
    }
}
