//! One request and one answer, in the plainest form: what a listener hands to a service and what it gets back.
//! Services are functions over these two types, so that a unit test needs no socket. This file knows no service.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;
use url::{Url, form_urlencoded};

/// One of the services that practice plays, each on a listener of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Host {
    /// The Microsoft identity platform: sign-in pages and tokens.
    Login,
    /// Microsoft Graph.
    Graph,
    /// The Entra admin centre, as plain practice screens.
    EntraPortal,
    /// Atlassian's organization API.
    AtlassianApi,
    /// Atlassian's sign-in service, the receiver of SAML answers.
    AtlassianAuth,
    /// Atlassian's administration, as plain practice screens.
    AtlassianAdmin,
    /// The Atlassian site that people log in to.
    Site,
    /// The levers, the ledger and the dump: no vendor has this one.
    Control,
}

impl Host {
    /// Every host, in the order of the cloud file.
    pub const ALL: [Host; 8] = [
        Host::Login,
        Host::Graph,
        Host::EntraPortal,
        Host::AtlassianApi,
        Host::AtlassianAuth,
        Host::AtlassianAdmin,
        Host::Site,
        Host::Control,
    ];

    /// The name in the cloud file and in a fault.
    pub fn name(self) -> &'static str {
        match self {
            Host::Login => "login",
            Host::Graph => "graph",
            Host::EntraPortal => "entra_portal",
            Host::AtlassianApi => "atlassian_api",
            Host::AtlassianAuth => "atlassian_auth",
            Host::AtlassianAdmin => "atlassian_admin",
            Host::Site => "site",
            Host::Control => "control",
        }
    }

    /// The host of that name.
    pub fn named(name: &str) -> Option<Host> {
        Host::ALL.into_iter().find(|host| host.name() == name)
    }
}

/// A request as a service sees it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub host: Host,
    /// Scheme and authority as the client wrote them, so that links lead back through a proxy in between.
    pub base: String,
    pub method: String,
    /// The path as sent, still percent-encoded.
    pub path: String,
    /// The query as sent, without the question mark.
    pub query: String,
    /// Header names in lower case.
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Call {
    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The first value of a query parameter.
    pub fn asked(&self, name: &str) -> Option<String> {
        pairs(&self.query)
            .into_iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// Every query parameter, decoded, in order.
    pub fn asked_all(&self) -> Vec<(String, String)> {
        pairs(&self.query)
    }

    /// The decoded path segments; a slash at either end counts for nothing.
    pub fn segments(&self) -> Vec<String> {
        self.path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(decoded)
            .collect()
    }

    /// The fields of a posted HTML form.
    pub fn form(&self) -> Form {
        Form(pairs(&String::from_utf8_lossy(&self.body)))
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// The bearer token, when the header has that form.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// A cookie of that name.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let jar = self.header("cookie")?;
        jar.split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, v)| v)
    }

    /// The path and the query as one would write them.
    pub fn target(&self) -> String {
        if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }
}

/// Posted form fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// The trimmed value of a field; an empty field counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self
            .0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.trim())?;
        (!value.is_empty()).then_some(value)
    }

    /// Every value of a field that may be ticked several times.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }
}

/// What a service answers.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// A JSON body.
    pub fn json(status: u16, body: &Value) -> Answer {
        Answer::typed(status, "application/json", body.to_string())
    }

    /// A page for a person.
    pub fn html(status: u16, body: String) -> Answer {
        Answer::typed(status, "text/html; charset=utf-8", body)
    }

    /// Plain text.
    pub fn text(status: u16, body: impl Into<String>) -> Answer {
        Answer::typed(status, "text/plain", body.into())
    }

    /// No body at all.
    pub fn empty(status: u16) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// A redirect that a browser follows with GET.
    pub fn redirect(to: &str) -> Answer {
        Answer::empty(302).with("location", to)
    }

    /// The same answer with one header more.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Answer {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn typed(status: u16, kind: &str, body: String) -> Answer {
        Answer {
            status,
            headers: vec![("content-type".into(), kind.into())],
            body,
        }
    }
}

/// Decodes a query string or a form body.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

/// An address with further query parameters.
pub(crate) fn with_query(address: &str, parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{query}")
}

/// True for an address on this machine. Nobody who practises is ever sent to a real service, whatever was typed.
pub(crate) fn is_here(address: &str) -> bool {
    let host = Url::parse(address)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    matches!(host.as_deref(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

/// An opaque token that holds a small value: what services do for their page cursors.
pub(crate) fn opaque(value: &Value) -> String {
    STANDARD
        .encode(value.to_string())
        .trim_end_matches('=')
        .to_owned()
}

/// The value inside [`opaque`]; `None` for anything that a service did not write.
pub(crate) fn unopaque(token: &str) -> Option<Value> {
    let padding = "=".repeat((4 - token.len() % 4) % 4);
    serde_json::from_slice(&STANDARD.decode(format!("{token}{padding}")).ok()?).ok()
}

fn decoded(segment: &str) -> String {
    // A form decoder turns a plus into a blank, which is right in a query and wrong in a path.
    let guarded = segment
        .replace('+', "%2B")
        .replace('&', "%26")
        .replace('=', "%3D");
    pairs(&guarded)
        .into_iter()
        .next()
        .map(|(key, _)| key)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn path_segments_keep_plus_and_equals() {
        assert_eq!(decoded("a+b%20c=d"), "a+b c=d");
    }

    #[test]
    fn only_this_machine_is_here() {
        assert!(is_here("http://127.0.0.1:4000/x?y") && is_here("https://localhost/"));
        assert!(
            !is_here("https://login.example/")
                && !is_here("http://127.0.0.1.example/")
                && !is_here("nowhere")
        );
    }

    #[test]
    fn a_cursor_comes_back_as_it_was() {
        let token = opaque(&json!({"o": 100}));
        assert!(!token.contains('='));
        assert_eq!(unopaque(&token), Some(json!({"o": 100})));
        assert_eq!(unopaque("nonsense"), None);
    }

    #[test]
    fn parameters_are_added_to_a_query_that_is_there() {
        assert_eq!(
            with_query("http://x/?a=1", &[("b", "2 3")]),
            "http://x/?a=1&b=2+3"
        );
    }
}
