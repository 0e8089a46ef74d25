//! A signing certificate: read from whatever was pasted, named by its thumbprint, written out clean.
//!
//! Nobody vouches for it here. Entra's signing certificates are self-signed, and what makes one right is that it is
//! the one the application signs with.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::{crypto, pasted};

/// Columns of a clean PEM, as RFC 7468 has it.
const COLUMNS: usize = 64;

/// A certificate. Two are equal when their bytes are.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    subject: String,
    not_before: Timestamp,
    not_after: Timestamp,
    key: Vec<u8>,
    rsa_bits: Option<usize>,
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.thumbprint(), self.subject)
    }
}

impl Certificate {
    /// Reads what somebody pasted: PEM, base64 with or without line breaks, with the stray characters that programs
    /// add on the way. Anything else is named.
    pub fn read(text: &str) -> Result<Self, CertificateFault> {
        Self::from_der(&pasted::der_in(text)?)
    }

    /// Reads a file: text as [`Self::read`] does, or the bytes themselves (`Certificate (Raw)`).
    pub fn read_bytes(bytes: &[u8]) -> Result<Self, CertificateFault> {
        match std::str::from_utf8(bytes) {
            Ok(text) if bytes.first() != Some(&pasted::SEQUENCE) => Self::read(text),
            _ => Self::from_der(bytes),
        }
    }

    /// Reads the bytes of exactly one certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateFault> {
        let (rest, read) = X509Certificate::from_der(der).map_err(|_| pasted::name_der(der))?;
        if !rest.is_empty() {
            return Err(pasted::name_rest(rest));
        }
        let time = |seconds: i64| {
            Timestamp::from_second(seconds).map_err(|_| CertificateFault::NotACertificate)
        };
        let rsa_bits = match read.public_key().parsed() {
            Ok(PublicKey::RSA(key)) => Some(key.key_size()),
            _ => None,
        };
        Ok(Self {
            der: der.to_vec(),
            subject: read.subject().to_string(),
            not_before: time(read.validity().not_before.timestamp())?,
            not_after: time(read.validity().not_after.timestamp())?,
            key: read.public_key().subject_public_key.data.to_vec(),
            rsa_bits,
        })
    }

    /// The bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The SHA-1 thumbprint in capital hex digits, as Entra and Atlassian name certificates.
    pub fn thumbprint(&self) -> String {
        hex(&crypto::sha1(&self.der))
    }

    /// The SHA-256 thumbprint in capital hex digits.
    pub fn sha256(&self) -> String {
        hex(&crypto::sha256(&self.der))
    }

    /// The whole PEM: BEGIN and END lines, 64 columns, a line feed at the end of each line.
    pub fn pem(&self) -> String {
        let base64 = self.base64();
        let lines = base64.as_bytes().chunks(COLUMNS);
        let lines: Vec<String> = lines
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        )
    }

    /// The bytes in base64, on one line.
    pub fn base64(&self) -> String {
        STANDARD.encode(&self.der)
    }

    /// From when it counts.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Until when it counts.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether it counts at a time.
    pub fn counts_at(&self, at: Timestamp) -> bool {
        self.not_before <= at && at <= self.not_after
    }

    /// Whole days until it ends; negative once it has.
    pub fn days_left(&self, at: Timestamp) -> i64 {
        self.not_after
            .duration_since(at)
            .as_secs()
            .div_euclid(86_400)
    }

    /// Whose it says it is, such as `CN=Microsoft Azure Federated SSO Certificate`.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The length of its RSA key in bits; none for a key of another kind, with which Entra doesn't sign.
    pub fn rsa_bits(&self) -> Option<usize> {
        self.rsa_bits
    }

    /// Whether an RSA-SHA256 signature was made with its key.
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.rsa_bits.is_some() && crypto::is_signed(&self.key, message, signature)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// What was pasted instead of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// Nothing, or blanks.
    #[error("Nothing was pasted.")]
    Empty,
    /// A private key.
    #[error("This is a private key, not a certificate.")]
    PrivateKey,
    /// A public key alone.
    #[error("This is a public key alone, not the certificate around it.")]
    PublicKey,
    /// A certificate signing request.
    #[error("This is a certificate signing request, not a certificate.")]
    Request,
    /// Several certificates.
    #[error("These are {0} certificates; exactly one is wanted.")]
    Chain(usize),
    /// Certificates packed into one file.
    #[error("This is a package of certificates (PKCS #7), not one certificate.")]
    Package,
    /// Federation metadata.
    #[error("This is the federation metadata, not the certificate in it.")]
    Metadata,
    /// A page.
    #[error("This is a web page, not a certificate.")]
    Html,
    /// Some other XML.
    #[error("This is XML, not a certificate.")]
    Xml,
    /// JSON.
    #[error("This is JSON, not a certificate.")]
    Json,
    /// A web address.
    #[error("This is a web address, not a certificate.")]
    Address,
    /// A thumbprint.
    #[error("This is the thumbprint of a certificate, not the certificate itself.")]
    Thumbprint,
    /// The beginning or the end is missing.
    #[error("The certificate is cut off: {0} is missing.")]
    CutOff(&'static str),
    /// A character that base64 has not got.
    #[error(
        "The certificate is damaged: line {line} holds the character {character:?}, which doesn’t belong there."
    )]
    Damaged {
        /// The line of the pasted text, from 1.
        line: usize,
        /// The character.
        character: char,
    },
    /// The bytes of a file in a text field.
    #[error("This is the content of a binary file: Certificate (Raw), not Certificate (Base64).")]
    Binary,
    /// One certificate, and then something else.
    #[error("Something else follows after the certificate.")]
    Rest,
    /// Readable, but nothing that is known.
    #[error("This is not a certificate.")]
    NotACertificate,
}

impl CertificateFault {
    /// What to do about it.
    pub fn next(&self) -> &'static str {
        match self {
            Self::PrivateKey => {
                "Don't paste it anywhere. Whoever has seen it can sign in your tenant's name: make a new certificate \
                 if that may have happened. What is wanted is Certificate (Base64), which is public."
            }
            Self::Chain(_) => {
                "Keep the block of the certificate that is active in Entra, from its BEGIN line to its END line, and \
                 leave the others out."
            }
            Self::CutOff(_) | Self::Damaged { .. } | Self::Rest => {
                "Open the downloaded file in a text editor, select everything and copy it again: from the BEGIN line \
                 to the END line, both whole."
            }
            Self::Binary => {
                "Download Certificate (Base64) instead, open it in a text editor and copy everything."
            }
            Self::Metadata => {
                "Atlassian wants the certificate alone. Download Certificate (Base64), open it in a text editor and \
                 copy everything."
            }
            _ => {
                "In Entra, download Certificate (Base64) in the box SAML Certificates of the application's page Single \
                 sign-on, open it in a text editor and copy everything."
            }
        }
    }
}
