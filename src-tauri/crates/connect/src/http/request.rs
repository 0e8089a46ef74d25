//! What is sent, and what comes back when it succeeds. It must not know how it is sent.

use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use crate::fault::{Call, Service};
use crate::pace::Pace;
use crate::retry::Safety;
use crate::secret::Secret;

/// Longer answers are refused: the largest documented one (a page of 999 users) has about a megabyte.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;

/// What is sent.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which service it goes to.
    pub service: Service,
    /// The HTTP method.
    pub method: Method,
    /// The whole address.
    pub url: Url,
    /// The credential.
    pub bearer: Option<Secret>,
    /// Further headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body,
    /// Whether it may be repeated.
    pub safety: Safety,
    /// Which documented limit it counts for.
    pub pace: Pace,
    /// Longer answers are refused, in bytes.
    pub longest: usize,
}

/// A request's body.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// None.
    Empty,
    /// JSON.
    Json(Value),
    /// A form, as token endpoints want it.
    Form(Vec<(&'static str, String)>),
}

/// A successful answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status, 2xx.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub text: String,
    /// The call that brought it.
    pub call: Call,
    /// The service's clock.
    pub server_date: Option<Timestamp>,
}

impl Request {
    /// A read.
    pub fn get(service: Service, url: Url) -> Self {
        Self {
            service,
            method: Method::GET,
            url,
            bearer: None,
            headers: vec![],
            body: Body::Empty,
            safety: Safety::Read,
            pace: Pace::Free,
            longest: LONGEST_ANSWER,
        }
    }

    /// Anything else.
    pub fn of(service: Service, method: Method, url: Url, safety: Safety) -> Self {
        Self {
            method,
            safety,
            ..Self::get(service, url)
        }
    }

    /// With a credential.
    pub fn bearer(mut self, secret: Secret) -> Self {
        self.bearer = Some(secret);
        self
    }

    /// With a header more.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With a body.
    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// Counting for a documented limit.
    pub fn paced(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Refusing longer answers than so many bytes.
    pub fn at_most(mut self, longest: usize) -> Self {
        self.longest = longest;
        self
    }
}

impl Body {
    pub(crate) fn text(&self) -> String {
        match self {
            Body::Empty => String::new(),
            Body::Json(value) => value.to_string(),
            Body::Form(fields) => url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields)
                .finish(),
        }
    }

    pub(crate) fn content_type(&self) -> Option<&'static str> {
        match self {
            Body::Empty => None,
            Body::Json(_) => Some("application/json"),
            Body::Form(_) => Some("application/x-www-form-urlencoded"),
        }
    }
}
