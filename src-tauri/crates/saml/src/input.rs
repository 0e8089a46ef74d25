//! What an administrator pastes when asked for a SAML response: recognised, unwrapped, and told apart from what is
//! pasted instead. Nothing leaves the machine, and nothing named in it is fetched.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use jiff::Timestamp;

use crate::request::{inflate, inflate_wrapped};
use crate::{Refusal, Request, har};

/// The largest file of a browser's network log.
const FILE: usize = 50 * 1024 * 1024;
/// The largest message once it is decoded; the parser takes no more.
const MESSAGE: usize = 256 * 1024;

/// In which form it was pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A browser's network log.
    Har,
    /// The body of a form, or a command line that posts one.
    Body,
    /// An address with a query.
    Address,
    /// Base64.
    Base64,
    /// XML.
    Xml,
}

/// What was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// In which form.
    pub form: Form,
    /// The messages, the newest first. There is at least one; a network log can hold several.
    pub messages: Vec<Captured>,
}

/// One message and what is known about how it travelled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// The message.
    pub xml: String,
    /// When the browser sent it.
    pub at: Option<Timestamp>,
    /// Where the browser sent it.
    pub posted_to: Option<String>,
    /// What came with it to lead the person back; `Some("")` when it is certain that nothing did.
    pub relay_state: Option<String>,
    /// The question it answers, where that was captured as well.
    pub request: Option<Request>,
    /// Whether the same message was sent before.
    pub was_sent_before: bool,
    /// Whether blanks had to be turned back into plus signs, which a program did on the way.
    pub was_repaired: bool,
}

/// Why nothing was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputFault {
    /// An OpenID token.
    #[error("This is an OpenID token, not a SAML response.")]
    Token,
    /// A network log without a SAML message.
    #[error("This network log holds no SAML message.")]
    NoMessage,
    /// A network log in which the message's content is missing.
    #[error("This network log holds the request to Atlassian, but not what was posted.")]
    NoContent,
    /// More than is taken.
    #[error("It is larger than any SAML message.")]
    TooLarge,
    /// Base64 was expected.
    #[error("It is not base64, or a part of it is missing.")]
    NotBase64,
    /// Base64 in which a plus sign became a blank.
    #[error("A plus sign in it became a blank on the way.")]
    BlankForPlus,
    /// DEFLATE was expected.
    #[error("It is not compressed as SAML messages in addresses are, or a part of it is missing.")]
    NotDeflated,
    /// More than one message.
    #[error("Something else follows after the message.")]
    Leftover,
    /// No UTF-8.
    #[error("It is not text.")]
    NotText,
    /// Anything else.
    #[error("This is nothing that holds a SAML response.")]
    Unknown,
    /// Read, and refused.
    #[error(transparent)]
    Xml(#[from] Refusal),
}

impl InputFault {
    /// How to get at the right thing.
    pub fn next(&self) -> &'static str {
        match self {
            Self::NoContent => {
                "Record it again with the network tools open before the login begins, and save the log with its \
                 content (in Chrome and Edge: Export HAR with sensitive data)."
            }
            _ => {
                "In a private window press F12, open Network, tick Preserve log, and log in. Choose the row callback \
                 with the method POST; under Payload (in Firefox: Request) copy the value of SAMLResponse, or save \
                 the whole log as a HAR file."
            }
        }
    }
}

impl Input {
    /// Recognises what was pasted.
    pub fn read(text: &str) -> Result<Self, InputFault> {
        if text.len() > FILE {
            return Err(InputFault::TooLarge);
        }
        let text = text.trim_start_matches('\u{feff}').trim();
        let one = |form: Form, captured: Captured| Self {
            form,
            messages: vec![captured],
        };
        if text.starts_with('{') {
            let messages = har::messages(text)?;
            return Ok(Self {
                form: Form::Har,
                messages,
            });
        }
        if text.starts_with('<') {
            let captured = Captured {
                xml: bounded(text.to_owned())?,
                ..Captured::default()
            };
            return Ok(one(Form::Xml, captured));
        }
        let has = |name: &str| text.contains(&format!("{name}="));
        if text.starts_with("http") && (has("SAMLRequest") || has("SAMLResponse")) {
            return Ok(one(Form::Address, in_address(text)?));
        }
        if has("SAMLResponse") || has("SAMLRequest") || text.starts_with("SAMLResponse") {
            return Ok(one(Form::Body, in_body(text)?));
        }
        if text.starts_with("eyJ") && text.matches('.').count() == 2 {
            return Err(InputFault::Token);
        }
        if text.is_empty()
            || !text
                .chars()
                .all(|one| is_base64(one) || one.is_whitespace())
        {
            return Err(InputFault::Unknown);
        }
        Ok(one(Form::Base64, decode(text).map_err(unknown)?))
    }
}

/// Letters alone are base64 too: if they come to nothing, nobody said that they should.
fn unknown(fault: InputFault) -> InputFault {
    match fault {
        InputFault::TooLarge | InputFault::NotText => fault,
        _ => InputFault::Unknown,
    }
}

/// The body of a form: names and values between `&`, or what the network tools copy (`SAMLResponse: …`), or a command
/// line with the body in quotation marks.
pub(crate) fn in_body(text: &str) -> Result<Captured, InputFault> {
    let value = ["SAMLResponse", "SAMLRequest"]
        .iter()
        .find_map(|name| field(text, name))
        .ok_or(InputFault::Unknown)?;
    let mut captured = decode(&percent_decoded(value))?;
    let relay = field(text, "RelayState").map(|value| percent_decoded(&value.replace('+', " ")));
    // A whole body tells by its absence too; what the network tools copy may be one line of several.
    let is_whole = text.contains("SAMLResponse=") || text.contains("SAMLRequest=");
    captured.relay_state = relay.or_else(|| is_whole.then(String::new));
    Ok(captured)
}

/// The value of a field, as it is written.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(name)?;
    let rest = rest.trim_start();
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    let rest = rest.trim_start_matches(['"', '\'', ' ', '\t', '\r', '\n']);
    let end = rest.find(['&', '"', '\'']).unwrap_or(rest.len());
    // Without a `&`, the next field's name stands in the next line.
    let value = rest[..end].split("RelayState").next().unwrap_or_default();
    Some(value.trim())
}

fn in_address(text: &str) -> Result<Captured, InputFault> {
    let (place, query) = text.split_once('?').ok_or(InputFault::Unknown)?;
    let value = |name: &str| {
        let mut pairs = query
            .split(['&', '#'])
            .filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let message = value("SAMLResponse").or_else(|| value("SAMLRequest"));
    let mut captured = decode(&percent_decoded(message.ok_or(InputFault::Unknown)?))?;
    captured.posted_to = Some(place.to_owned());
    captured.relay_state = Some(percent_decoded(value("RelayState").unwrap_or_default()));
    Ok(captured)
}

/// Decodes base64 of XML, of XML that was compressed, with blanks for plus signs, with the alphabet of addresses, or
/// without padding.
pub(crate) fn decode(text: &str) -> Result<Captured, InputFault> {
    if text.len() > 2 * MESSAGE {
        return Err(InputFault::TooLarge);
    }
    let text = text.trim().replace('-', "+").replace('_', "/");
    let packed: String = text.split_whitespace().collect();
    let first = message(&packed);
    if first.as_ref().is_ok_and(|xml| is_whole(xml)) {
        return first.map(captured);
    }
    let restored: String = text.split(['\r', '\n', '\t']).collect();
    let restored = restored.replace(' ', "+");
    // A blank at the end is gone by now. The last letter of a message whose length is a multiple of three is always a
    // plus sign, because the message ends with `>`.
    for candidate in [restored.clone(), format!("{restored}+")] {
        if let Some(xml) = message(&candidate).ok().filter(|xml| is_whole(xml)) {
            return Ok(Captured {
                was_repaired: true,
                ..captured(xml)
            });
        }
    }
    first.map(captured)
}

fn captured(xml: String) -> Captured {
    Captured {
        xml,
        ..Captured::default()
    }
}

/// Whether the parser takes it, so that nothing needs to be put back.
fn is_whole(xml: &str) -> bool {
    crate::xml::parse(xml).is_ok()
}

fn message(base64: &str) -> Result<String, InputFault> {
    let bytes = STANDARD
        .decode(base64)
        .or_else(|_| STANDARD_NO_PAD.decode(base64.trim_end_matches('=')))
        .map_err(|_| InputFault::NotBase64)?;
    let bytes = if is_xml(&bytes) {
        bytes
    } else {
        match inflate(&bytes) {
            Err(InputFault::NotDeflated) => inflate_wrapped(&bytes)?,
            inflated => inflated?,
        }
    };
    if !is_xml(&bytes) {
        return Err(InputFault::NotText);
    }
    bounded(String::from_utf8(bytes).map_err(|_| InputFault::NotText)?)
}

fn bounded(xml: String) -> Result<String, InputFault> {
    if xml.len() > MESSAGE {
        return Err(InputFault::TooLarge);
    }
    Ok(xml)
}

fn is_xml(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

fn is_base64(one: char) -> bool {
    one.is_ascii_alphanumeric() || matches!(one, '+' | '/' | '=' | '-' | '_')
}

/// Decodes percent signs. What is no such code stays as it is.
pub(crate) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let code = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
