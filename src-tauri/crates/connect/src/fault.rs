//! What can go wrong between us and a service, as data.
//!
//! A [`Fault`] says which call failed, what kind of failure it was and what the service said, all without secrets. It must not
//! know which words a person reads: one table elsewhere turns kinds and codes into them. Kinds come from status codes, error
//! codes and error types; where the service gives nothing but English text, [`Meaning`] is the one table that reads it.

mod meaning;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

pub use meaning::Meaning;

use crate::secret::Redactor;
use crate::signin::SignInFault;

/// Which service a call went to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Service {
    /// The Microsoft identity platform: sign-in, tokens, consent.
    Entra,
    /// Microsoft Graph.
    Graph,
    /// Atlassian's organization API.
    Atlassian,
}

impl Service {
    /// The name a person knows it by.
    pub fn title(self) -> &'static str {
        match self {
            Service::Entra => "Microsoft Entra ID",
            Service::Graph => "Microsoft Graph",
            Service::Atlassian => "Atlassian",
        }
    }
}

/// One call as it is shown as evidence. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// Which service it went to.
    pub service: Service,
    /// The HTTP method.
    pub method: String,
    /// The whole address, redacted.
    pub url: String,
    /// The path without the query.
    pub path: String,
    /// The status, when an answer came.
    pub status: Option<u16>,
    /// The service's own number of this request (`request-id` of Graph, `x-ms-request-id` or `trace_id` of the identity platform).
    pub request_id: Option<String>,
    /// The number that we sent with it (`client-request-id`, or the identity platform's `correlation_id`).
    pub client_request_id: Option<String>,
    /// When it was sent.
    pub at: Timestamp,
}

/// A value, and the call that saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen<T> {
    /// What was seen.
    pub value: T,
    /// The call that saw it; for a list of several pages the last one.
    pub call: Call,
    /// The service's clock at that moment, from the `Date` header: for noticing that this machine's clock is wrong.
    pub server_date: Option<Timestamp>,
}

impl<T> Seen<T> {
    /// The same sighting of something computed from the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Seen<U> {
        Seen {
            value: f(self.value),
            call: self.call,
            server_date: self.server_date,
        }
    }
}

/// The kinds of failure that somebody treats differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// There is no network, or no way to that host.
    Offline,
    /// The host name is not known to the name server.
    NameNotFound,
    /// The host is there, and nothing listens at that port.
    Refused,
    /// The other side's certificate is not trusted, or no secure connection came about.
    Tls,
    /// The network's proxy refused or wants a password.
    Proxy,
    /// No answer in time.
    TimedOut,
    /// The connection broke before the answer was whole.
    Reset,
    /// The person or the program stopped it.
    Cancelled,
    /// Too many requests.
    Throttled,
    /// The service does not accept the request (400 and other statuses without a kind of their own).
    BadRequest,
    /// The credential is missing, expired, revoked or of another kind (401).
    Unauthorized,
    /// The service wants a new sign-in that satisfies these claims (JSON).
    ClaimsChallenge {
        /// The claims request, decoded, to be sent with the next sign-in.
        claims: String,
    },
    /// The credential is good and lacks the right (403).
    Forbidden,
    /// No such thing, or not yet visible (404, 410).
    NotFound,
    /// Somebody else changed it, or it exists already (409, 412).
    Conflict,
    /// The service has trouble of its own (5xx, 408, 424).
    Unavailable,
    /// The answer was JSON of another shape than documented.
    Unreadable {
        /// Which field, for example `value[0].id`.
        path: String,
    },
    /// The answer was not JSON at all: usually a page of a proxy or of the network's own sign-in.
    NotJson,
    /// A list did not end, or repeated itself.
    TooManyPages,
    /// An answer or a caller named an address outside the cloud's table; no credential was sent there.
    ForeignAddress,
    /// Signing in did not succeed.
    SignIn(SignInFault),
    /// The system's keyring failed in another way than by being absent.
    Keyring,
    /// A file that the connection needs (the certificate authority of a cloud file) cannot be used.
    Setup,
}

/// A failed call. `Display` is one sentence without secrets; the chain below it comes from [`Error::source`].
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// What kind of failure.
    pub kind: FaultKind,
    /// Which call, if there was one.
    pub call: Option<Call>,
    /// The service's own code: `error.code` of Graph, `AADSTS53003` or `invalid_grant`, Atlassian's or SCIM's type.
    pub code: Option<String>,
    /// What the service said: the first text found, redacted.
    pub message: Option<String>,
    /// The whole answer, redacted.
    pub raw: Option<String>,
    /// How long the service asked us to wait.
    pub retry_after: Option<Duration>,
    /// True when the request may have reached the service, so that a write may have happened.
    pub sent: bool,
    pub(crate) cause: Option<Cause>,
}

impl Fault {
    /// A fault of a kind, with nothing else known yet.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            call: None,
            code: None,
            message: None,
            raw: None,
            retry_after: None,
            sent: false,
            cause: None,
        }
    }

    /// A sign-in fault.
    pub fn sign_in(fault: SignInFault) -> Self {
        Self::new(FaultKind::SignIn(fault))
    }

    pub(crate) fn at(mut self, call: Call) -> Self {
        self.call = Some(call);
        self
    }

    pub(crate) fn saying(mut self, message: impl AsRef<str>) -> Self {
        self.message = Some(Redactor::redact(message.as_ref()));
        self
    }

    pub(crate) fn because(mut self, error: &(dyn Error + 'static)) -> Self {
        self.cause = Some(Cause::of(error));
        self
    }

    /// True when a write that failed like this may have happened all the same: read before writing again.
    pub fn maybe_done(&self) -> bool {
        match &self.kind {
            FaultKind::TimedOut | FaultKind::Reset | FaultKind::Cancelled => self.sent,
            FaultKind::Unavailable | FaultKind::Unreadable { .. } | FaultKind::NotJson => true,
            // Instantiating a template may answer 404 although it created (entra.md 3.3); only that caller knows, so not here.
            _ => false,
        }
    }

    /// True when the thing does not exist, or is not visible yet.
    pub fn is_not_found(&self) -> bool {
        self.kind == FaultKind::NotFound
    }

    /// True when the person stopped it.
    pub fn is_cancelled(&self) -> bool {
        self.kind == FaultKind::Cancelled
    }

    /// True when nothing was learned about the service's state, so that a check has to say "could not look".
    pub fn could_not_look(&self) -> bool {
        !matches!(
            self.kind,
            FaultKind::NotFound | FaultKind::BadRequest | FaultKind::Conflict
        )
    }

    /// The status of the answer, if one came.
    pub fn status(&self) -> Option<u16> {
        self.call.as_ref().and_then(|call| call.status)
    }

    /// The sign-in fault, if it is one.
    pub fn as_sign_in(&self) -> Option<&SignInFault> {
        match &self.kind {
            FaultKind::SignIn(fault) => Some(fault),
            _ => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = self
            .call
            .as_ref()
            .map_or("The service", |call| call.service.title());
        write_kind(f, service, &self.kind)?;
        match (&self.code, self.status()) {
            (Some(code), Some(status)) => write!(f, " ({status}, {code})"),
            (Some(code), None) => write!(f, " ({code})"),
            (None, Some(status)) => write!(f, " ({status})"),
            (None, None) => Ok(()),
        }
    }
}

fn write_kind(f: &mut fmt::Formatter<'_>, service: &str, kind: &FaultKind) -> fmt::Result {
    match kind {
        FaultKind::Offline => write!(f, "{service} cannot be reached from this network"),
        FaultKind::NameNotFound => write!(f, "the host name of {service} is not known here"),
        FaultKind::Refused => write!(f, "{service} does not accept connections at this address"),
        FaultKind::Tls => write!(f, "no trusted secure connection to {service} came about"),
        FaultKind::Proxy => write!(
            f,
            "the network’s proxy did not let the call to {service} through"
        ),
        FaultKind::TimedOut => write!(f, "{service} did not answer in time"),
        FaultKind::Reset => write!(
            f,
            "the connection to {service} broke before the answer was complete"
        ),
        FaultKind::Cancelled => write!(f, "the call to {service} was stopped"),
        FaultKind::Throttled => write!(f, "{service} asks us to send fewer requests"),
        FaultKind::BadRequest => write!(f, "{service} did not accept the request"),
        FaultKind::Unauthorized => write!(f, "{service} did not accept the credential"),
        FaultKind::ClaimsChallenge { .. } => write!(f, "{service} asks for a new sign-in"),
        FaultKind::Forbidden => write!(f, "{service} says that a right is missing"),
        FaultKind::NotFound => write!(f, "{service} does not find it"),
        FaultKind::Conflict => write!(f, "{service} reports a conflict with the present state"),
        FaultKind::Unavailable => write!(f, "{service} has trouble of its own"),
        FaultKind::Unreadable { path } => {
            write!(f, "the answer of {service} has an unexpected field {path}")
        }
        FaultKind::NotJson => write!(
            f,
            "the answer did not come from {service}, or is not in its format"
        ),
        FaultKind::TooManyPages => write!(f, "a list of {service} does not end"),
        FaultKind::ForeignAddress => write!(
            f,
            "an address outside the chosen cloud was named, nothing was sent there"
        ),
        FaultKind::SignIn(fault) => write!(f, "{fault}"),
        FaultKind::Keyring => write!(f, "the system’s keyring failed"),
        FaultKind::Setup => write!(f, "the connection could not be prepared"),
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause
            .as_ref()
            .map(|cause| cause as &(dyn Error + 'static))
    }
}

/// The chain of reasons below a fault, as redacted texts, so that faults can be cloned and kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cause {
    text: String,
    next: Option<Box<Cause>>,
}

impl Cause {
    fn of(error: &(dyn Error + 'static)) -> Self {
        let text = Redactor::redact(&error.to_string());
        Self {
            text,
            next: error.source().map(|next| Box::new(Cause::of(next))),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.next
            .as_deref()
            .map(|next| next as &(dyn Error + 'static))
    }
}
