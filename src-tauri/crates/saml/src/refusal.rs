//! Why a document was not read. The first thing wrong is the reason; each has a name of its own.

/// A reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is there.
    #[error("There is nothing in it.")]
    Empty,
    /// More than 256 KiB.
    #[error("It is larger than 256 KiB; nothing that Entra sends is.")]
    TooLarge,
    /// More attributes or name spaces than the parser takes in good time.
    #[error("It holds too many {0}; nothing that Entra sends does.")]
    TooMany(&'static str),
    /// A document type declaration, with which entities are smuggled.
    #[error("It holds a document type declaration, which SAML forbids.")]
    Doctype,
    /// A processing instruction.
    #[error("It holds a processing instruction, which doesn’t belong into SAML.")]
    ProcessingInstruction,
    /// No XML.
    #[error("It is not well-formed XML: {0}")]
    NotXml(String),
    /// Another document.
    #[error("It is {found}, not {wanted}.")]
    WrongRoot {
        /// The root element it has.
        found: String,
        /// The one that was wanted.
        wanted: &'static str,
    },
    /// Something that must be there is not, or not once.
    #[error("It has {found} {what}; exactly one is wanted.")]
    NotOne {
        /// What.
        what: &'static str,
        /// How many there are.
        found: usize,
    },
    /// An attribute that must be there is not.
    #[error("{0} is missing or empty.")]
    Missing(&'static str),
    /// The version is another one.
    #[error("It is of SAML version {0}, not 2.0.")]
    Version(String),
    /// The assertion is encrypted.
    #[error("The assertion is encrypted, and Atlassian has no key to open it.")]
    Encrypted,
    /// Two elements share an id.
    #[error("The id {0:?} stands in it twice.")]
    RepeatedId(String),
    /// An element stands where it must not.
    #[error("{0} stands where none belongs.")]
    Misplaced(&'static str),
    /// A value that is not one piece of text.
    #[error("{0} is not one piece of text: something was put into it.")]
    NotText(&'static str),
    /// A time that is none.
    #[error("{0} is not a time.")]
    NotATime(&'static str),
    /// Something that nobody needs and that libraries disagree about.
    #[error("It uses {0}, which is unusual and not supported.")]
    Unusual(&'static str),
    /// Nobody signed it.
    #[error("It is not signed.")]
    Unsigned,
    /// It is signed, but not well.
    #[error(transparent)]
    Seal(#[from] crate::SealFault),
    /// A certificate in it can't be read.
    #[error("A certificate in it can’t be read. {0}")]
    Certificate(#[from] crate::CertificateFault),
}
