//! A small signer for tests. It shares nothing with the reader: what it signs is written in canonical form from the
//! beginning, so that it needs no canonicalisation.

// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code)]

pub mod checks;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use saml::Certificate;

pub const SIGNING: &str = include_str!("../fixtures/signing.crt.pem");
pub const SIGNING_KEY: &str = include_str!("../fixtures/signing.key.pem");
pub const OTHER: &str = include_str!("../fixtures/other.crt.pem");
pub const OTHER_KEY: &str = include_str!("../fixtures/other.key.pem");

pub const ACS: &str = "https://auth.atlassian.com/login/callback?connection=saml-0f4ad8ab-34e2-4de5-b3b9-59cc5b3d02d4";
pub const ENTITY: &str = "https://auth.atlassian.com/saml/0f4ad8ab-34e2-4de5-b3b9-59cc5b3d02d4";
pub const ISSUER: &str = "https://sts.windows.net/11111111-2222-4333-8444-555555555555/";
pub const TENANT: &str = "11111111-2222-4333-8444-555555555555";
pub const CLAIMS: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";

const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const SAMLP: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

pub fn certificate(pem: &str) -> Certificate {
    Certificate::read(pem).expect("the fixture is a certificate")
}

/// Escapes a text as canonical form has it.
pub fn text(value: &str) -> String {
    let value = value.replace('&', "&amp;").replace('<', "&lt;");
    value.replace('>', "&gt;").replace('\r', "&#xD;")
}

/// A claim in canonical form.
pub fn claim(name: &str, value: &str) -> String {
    format!(
        "<Attribute Name=\"{name}\"><AttributeValue>{}</AttributeValue></Attribute>",
        text(value)
    )
}

/// An assertion in the making. The defaults are those of a good one.
pub struct Told {
    pub id: String,
    pub issuer: String,
    /// The whole NameID element.
    pub name_id: String,
    pub confirmation: String,
    pub conditions: String,
    pub sign_in: String,
    pub claims: String,
}

impl Default for Told {
    fn default() -> Self {
        Self {
            id: "_a1".into(),
            issuer: ISSUER.into(),
            name_id: name_id("anna@contoso.com"),
            confirmation: format!(
                "<SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><SubjectConfirmationData InResponseTo=\"_q1\" NotOnOrAfter=\"2026-12-01T10:05:00.000Z\" Recipient=\"{ACS}\"></SubjectConfirmationData></SubjectConfirmation>"
            ),
            conditions: format!(
                "<Conditions NotBefore=\"2026-12-01T09:55:00.000Z\" NotOnOrAfter=\"2026-12-01T11:05:00.000Z\"><AudienceRestriction><Audience>{ENTITY}</Audience></AudienceRestriction></Conditions>"
            ),
            sign_in: "<AuthnStatement AuthnInstant=\"2026-12-01T09:58:00.000Z\" SessionIndex=\"_a1\"><AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext></AuthnStatement>".into(),
            claims: [
                claim("http://schemas.microsoft.com/identity/claims/tenantid", TENANT),
                claim("http://schemas.microsoft.com/identity/claims/displayname", "Anna \u{c4}rger & S\u{f6}hne"),
                claim(&format!("{CLAIMS}/givenname"), "Anna"),
                claim(&format!("{CLAIMS}/surname"), "\u{c4}rger"),
                claim(&format!("{CLAIMS}/emailaddress"), "anna@contoso.com"),
                claim(&format!("{CLAIMS}/name"), "8f0b4b3e-6a0e-4f6e-8b0a-1f5d3c2b1a00"),
            ]
            .concat(),
        }
    }
}

/// A NameID of the kind e-mail.
pub fn name_id(value: &str) -> String {
    format!(
        "<NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">{}</NameID>",
        text(value)
    )
}

impl Told {
    pub fn write(&self) -> String {
        format!(
            "<Assertion xmlns=\"{SAML}\" ID=\"{}\" IssueInstant=\"2026-12-01T10:00:00.000Z\" Version=\"2.0\"><Issuer>{}</Issuer><Subject>{}{}</Subject>{}<AttributeStatement>{}</AttributeStatement>{}</Assertion>",
            self.id,
            self.issuer,
            self.name_id,
            self.confirmation,
            self.conditions,
            self.claims,
            self.sign_in,
        )
    }
}

/// A response around what is given, in canonical form.
pub fn response(inner: &str) -> String {
    response_with(
        &format!("Destination=\"{ACS}\" ID=\"_r1\" InResponseTo=\"_q1\""),
        "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode>",
        inner,
    )
}

pub fn response_with(attributes: &str, status: &str, inner: &str) -> String {
    format!(
        "<samlp:Response xmlns:samlp=\"{SAMLP}\" {attributes} IssueInstant=\"2026-12-01T10:00:00.000Z\" Version=\"2.0\"><Issuer xmlns=\"{SAML}\">{ISSUER}</Issuer><samlp:Status>{status}</samlp:Status>{inner}</samlp:Response>"
    )
}

/// How something is signed. The defaults are those of Entra.
pub struct Signer {
    pub key: &'static str,
    pub embedded: &'static str,
    pub signature: &'static str,
    pub digest: &'static str,
    pub c14n: &'static str,
    pub transforms: Vec<String>,
    /// The reference, where it is not the id of what is signed.
    pub reference: Option<&'static str>,
    /// Put into SignedInfo behind the reference.
    pub more: &'static str,
}

pub const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

impl Default for Signer {
    fn default() -> Self {
        Self {
            key: SIGNING_KEY,
            embedded: SIGNING,
            signature: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest: "http://www.w3.org/2001/04/xmlenc#sha256",
            c14n: EXCLUSIVE,
            transforms: vec![
                "http://www.w3.org/2000/09/xmldsig#enveloped-signature".into(),
                EXCLUSIVE.into(),
            ],
            reference: None,
            more: "",
        }
    }
}

impl Signer {
    /// The Signature element for an element in canonical form.
    pub fn seal(&self, canonical: &str) -> String {
        let id = between(canonical, "ID=\"", "\"");
        let uri = self.reference.map_or(format!("#{id}"), str::to_owned);
        let transforms: String = self
            .transforms
            .iter()
            .map(|one| format!("<Transform Algorithm=\"{one}\"></Transform>"))
            .collect();
        let info = format!(
            "<CanonicalizationMethod Algorithm=\"{}\"></CanonicalizationMethod><SignatureMethod Algorithm=\"{}\"></SignatureMethod><Reference URI=\"{uri}\"><Transforms>{transforms}</Transforms><DigestMethod Algorithm=\"{}\"></DigestMethod><DigestValue>{}</DigestValue></Reference>{}",
            self.c14n,
            self.signature,
            self.digest,
            STANDARD.encode(digest(&SHA256, canonical.as_bytes())),
            self.more,
        );
        let value = self.value(&format!("<SignedInfo xmlns=\"{DS}\">{info}</SignedInfo>"));
        format!(
            "<Signature xmlns=\"{DS}\"><SignedInfo>{info}</SignedInfo><SignatureValue>{value}</SignatureValue><KeyInfo><X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo></Signature>",
            certificate(self.embedded).base64()
        )
    }

    /// The element with its signature behind its issuer.
    pub fn sign(&self, canonical: &str) -> String {
        canonical.replacen(
            "</Issuer>",
            &format!("</Issuer>{}", self.seal(canonical)),
            1,
        )
    }

    fn value(&self, message: &str) -> String {
        let body: String = self
            .key
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        let pkcs8 = STANDARD.decode(body).expect("the fixture is base64");
        let key = RsaKeyPair::from_pkcs8(&pkcs8).expect("the fixture is a key");
        let mut value = vec![0; key.public().modulus_len()];
        key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message.as_bytes(),
            &mut value,
        )
        .expect("a key signs");
        STANDARD.encode(value)
    }
}

/// What Entra sends unless told otherwise: the assertion is signed.
pub fn assertion_signed(told: &Told) -> String {
    response(&Signer::default().sign(&told.write()))
}

/// The whole response is signed, the assertion is not.
pub fn response_signed(told: &Told) -> String {
    Signer::default().sign(&response(&told.write()))
}

/// Both.
pub fn both_signed(told: &Told) -> String {
    Signer::default().sign(&assertion_signed(told))
}

/// The text between two others.
pub fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).expect("the start is there");
    rest.split_once(end).expect("the end is there").0
}

/// The first element of a name with all that is in it, as it is written. It must not hold another of its name.
pub fn element<'a>(text: &'a str, name: &str) -> &'a str {
    let start = text.find(&format!("<{name} ")).expect("it begins");
    let close = format!("</{name}>");
    let end = text[start..].find(&close).expect("it ends");
    &text[start..start + end + close.len()]
}

pub fn told(change: impl FnOnce(&mut Told)) -> String {
    let mut told = Told::default();
    change(&mut told);
    assertion_signed(&told)
}

pub fn signer(change: impl FnOnce(&mut Signer)) -> String {
    let mut signer = Signer::default();
    change(&mut signer);
    response(&signer.sign(&Told::default().write()))
}

pub fn failed(status: &str) -> String {
    response_with("ID=\"_r1\" InResponseTo=\"_q1\"", status, "")
}
