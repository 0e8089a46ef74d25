//! What the sign-in service remembers: sessions, unfinished sign-ins, codes, tokens, device codes.

use std::collections::HashMap;

use jiff::Timestamp;

use super::aadsts::told;
use super::scopes::Asked;
use crate::roles::Role;
use crate::saml::request::AuthnRequest;

/// A signed-in person: the number of the tenant and the object id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    pub tenant: usize,
    pub person: String,
}

/// What an unfinished sign-in is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A code for an application.
    Code,
    /// A device that waits with this user code.
    Device(String),
    /// Consent for the whole organization.
    AdminConsent,
    /// An answer for a service provider.
    Saml(Box<Ask>),
}

/// What a service provider, or My Apps, wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    /// The object id of the service principal.
    pub principal: String,
    /// The request that is answered; `None` when the person came from My Apps.
    pub request: Option<AuthnRequest>,
    /// What the service provider gets back along with the answer.
    pub relay: Option<String>,
}

/// A sign-in between its first page and its end.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub purpose: Purpose,
    pub client: String,
    /// The tenant in the address, when it named one.
    pub tenant: Option<usize>,
    pub asked: Asked,
    pub redirect: String,
    pub state: Option<String>,
    pub prompt: Option<String>,
    pub login_hint: Option<String>,
    pub claims: Option<String>,
    pub nonce: Option<String>,
    pub challenge: Option<String>,
    /// Whether the redirect address belongs to a web application, which needs a secret.
    pub confidential: bool,
    pub who: Option<Who>,
    /// Why the sign-in stopped, to be told to the application when the person goes back.
    pub stopped: Option<Stop>,
}

/// A reason that ends a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    pub code: u32,
    pub error: &'static str,
    pub words: String,
}

impl Stop {
    /// A stop in the service's own words for that code.
    pub fn told(error: &'static str, code: u32, names: &[&str]) -> Stop {
        Stop {
            code,
            error,
            words: told(code, names),
        }
    }
}

impl Flow {
    /// A sign-in of which nothing is known but what it is for and who asks.
    pub fn new(purpose: Purpose, client: &str, tenant: Option<usize>) -> Flow {
        Flow {
            purpose,
            client: client.to_owned(),
            tenant,
            asked: Asked::default(),
            redirect: String::new(),
            state: None,
            prompt: None,
            login_hint: None,
            claims: None,
            nonce: None,
            challenge: None,
            confidential: false,
            who: None,
            stopped: None,
        }
    }
}

/// An authorization code.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub who: Who,
    pub flow: Flow,
    pub expires: Timestamp,
    pub used: bool,
}

/// An access token for Graph.
#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    pub who: Who,
    pub scopes: Vec<String>,
    /// The roles that were active when the token was made: a role activated later needs a new token.
    pub roles: Vec<Role>,
    pub expires: Timestamp,
    pub claims: Option<String>,
}

/// A refresh token. The service keeps old ones valid, as the real one does; a client should still keep the newest.
#[derive(Clone, Debug)]
pub(crate) struct RefreshToken {
    pub who: Who,
    pub client: String,
    /// The AADSTS code with which it is refused from now on.
    pub dead: Option<u32>,
}

/// How far a device code is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DeviceState {
    Pending,
    Approved(Who),
    Declined,
    Refused(Stop),
}

/// A device that waits for its person.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub code: String,
    pub user_code: String,
    pub client: String,
    pub tenant: Option<usize>,
    pub asked: Asked,
    pub state: DeviceState,
    pub expires: Timestamp,
    pub last_poll: Option<Timestamp>,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignInDesk {
    pub sessions: HashMap<String, Who>,
    pub flows: HashMap<String, Flow>,
    pub codes: HashMap<String, Code>,
    pub access: HashMap<String, AccessToken>,
    pub refresh: HashMap<String, RefreshToken>,
    pub devices: Vec<Device>,
}
