//! Signing in to Microsoft Entra ID: authorization code with PKCE in the system's browser, or a device code.
//!
//! [`sign_in`] goes through its stages as types ([`Listening`], then [`Returned`]), so that no code can be redeemed that did not
//! come back with our state. It must not know which steps need it, nor where tokens are kept.

mod browser;
mod claims;
mod consent;
mod device;
mod faults;
mod loopback;
mod pages;
mod scopes;
mod session;
mod token;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use oauth2::{CsrfToken, PkceCodeChallenge, PkceCodeVerifier};
use tokio_util::sync::CancellationToken;
use url::Url;

pub use browser::{BROWSER_VARIABLE, Browser, BrowserFault, CommandBrowser, SystemBrowser};
pub use consent::admin_consent_url;
pub use device::sign_in_by_code;
pub use faults::SignInFault;
pub(crate) use faults::fault_of_token_error;
pub use scopes::*;
pub use session::{Session, Way};

use crate::clouds::Cloud;
use crate::fault::{Fault, FaultKind};
use crate::http::Http;
use crate::retry::Safety;
use crate::secret::Secret;
use loopback::{Landing, Loopback};
use token::Desk;

/// Which tenant to sign in to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tenant {
    /// Whichever the account belongs to: for the first time. A client that exists in one tenant only refuses this (50194).
    Organizations,
    /// This one, by id or verified domain.
    Id(String),
}

impl Tenant {
    fn segment(&self) -> &str {
        match self {
            Tenant::Organizations => "organizations",
            Tenant::Id(tenant) => tenant,
        }
    }
}

/// What to sign in for.
#[derive(Debug, Clone)]
pub struct SignInRequest {
    /// The client application.
    pub client_id: String,
    /// The tenant.
    pub tenant: Tenant,
    /// The scopes; `openid profile offline_access` are added.
    pub scopes: Vec<&'static Scope>,
    /// The account to offer.
    pub login_hint: Option<String>,
    /// Claims that a challenge asked for, as JSON.
    pub claims: Option<String>,
    /// `select_account`, `consent`, `none`.
    pub prompt: Option<String>,
    /// How long the person has.
    pub wait: Duration,
}

impl SignInRequest {
    /// A sign-in in which the person chooses the account and has ten minutes.
    pub fn new(client_id: impl Into<String>, tenant: Tenant, scopes: Vec<&'static Scope>) -> Self {
        let wait = Duration::from_secs(600);
        Self {
            client_id: client_id.into(),
            tenant,
            scopes,
            login_hint: None,
            claims: None,
            prompt: Some("select_account".into()),
            wait,
        }
    }
}

/// How far a sign-in is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInStage {
    /// The page is open in the browser, or can be opened with this address as often as wanted.
    Waiting {
        /// The sign-in page.
        url: String,
        /// Until when.
        until: Timestamp,
        /// Why no browser was opened; the person then opens the address by hand.
        browser: Option<BrowserFault>,
    },
    /// The person goes to a page, on any device, and enters a code.
    Code {
        /// The code.
        user_code: String,
        /// The page.
        verification_uri: String,
        /// Until when.
        until: Timestamp,
    },
    /// The person is done; the tokens are fetched.
    Redeeming,
}

/// Signs in through the browser. The person finishes there; cancelling, a closed tab and the end of the time all end it.
///
/// # Errors
/// [`FaultKind::SignIn`] says why; [`FaultKind::Cancelled`] when the token was cancelled; else whatever the network did.
pub async fn sign_in(
    http: &Http,
    cloud: &Cloud,
    request: &SignInRequest,
    browser: &dyn Browser,
    progress: impl Fn(SignInStage) + Send + Sync,
    cancel: &CancellationToken,
) -> Result<Session, Fault> {
    let desk = desk(http, cloud, request, cancel);
    let listening = Listening::begin(desk, request).await?;
    let until = Timestamp::now()
        + SignedDuration::try_from(request.wait).unwrap_or(SignedDuration::from_mins(10));
    let opened = moment(|| browser.open(listening.page.as_str()));
    if let Err(fault) = &opened {
        tracing::warn!(%fault, "no browser");
    }
    progress(SignInStage::Waiting {
        url: listening.page.to_string(),
        until,
        browser: opened.err(),
    });
    let returned = tokio::select! {
        biased;
        returned = listening.wait(request, cancel) => returned?,
        says = browser.failed() => {
            let fault = SignInFault::Other { aadsts: None };
            return Err(Fault::sign_in(fault).saying(says));
        }
    };
    progress(SignInStage::Redeeming);
    returned.redeem(request).await
}

/// Does what keeps a thread waiting for a moment, without keeping others waiting where there is more than one.
fn moment<T>(work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}

fn desk(http: &Http, cloud: &Cloud, request: &SignInRequest, cancel: &CancellationToken) -> Desk {
    Desk {
        http: http.noted("sign in").cancelled_by(cancel.clone()),
        cloud: cloud.clone(),
        client_id: request.client_id.clone(),
        tenant: request.tenant.segment().to_owned(),
    }
}

/// First stage: the ports are open, the page's address is made, and nobody has come back yet.
struct Listening {
    desk: Desk,
    loopback: Loopback,
    page: Url,
    verifier: PkceCodeVerifier,
}

/// Second stage: the browser came back with our state and a code.
struct Returned {
    desk: Desk,
    landing: Landing,
    verifier: PkceCodeVerifier,
    redirect: String,
}

impl Listening {
    async fn begin(desk: Desk, request: &SignInRequest) -> Result<Self, Fault> {
        let state = CsrfToken::new_random();
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let loopback = Loopback::open(Secret::new(state.secret())).await?;
        let page = authorize_page(
            &desk,
            request,
            &loopback.redirect(),
            state.secret(),
            challenge.as_str(),
        );
        Ok(Self {
            desk,
            loopback,
            page,
            verifier,
        })
    }

    async fn wait(
        self,
        request: &SignInRequest,
        cancel: &CancellationToken,
    ) -> Result<Returned, Fault> {
        let redirect = self.loopback.redirect();
        let landing = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(Fault::new(FaultKind::Cancelled)),
            landed = tokio::time::timeout(request.wait, self.loopback.landing()) => match landed {
                Ok(landing) => landing?,
                Err(_) => return Err(Fault::sign_in(self.loopback.timeout())),
            },
        };
        Ok(Returned {
            desk: self.desk,
            landing,
            verifier: self.verifier,
            redirect,
        })
    }
}

impl Returned {
    async fn redeem(self, request: &SignInRequest) -> Result<Session, Fault> {
        let outcome = match self.landing.answer.clone() {
            Ok(code) => self.exchange(request, &code).await,
            Err(fault) => Err(fault),
        };
        let outcome =
            outcome.map_err(|fault| self.desk.with_consent_address(fault, &request.scopes));
        // Only now does the browser's page say whether it worked.
        self.landing.tell(
            outcome
                .as_ref()
                .map(Session::user_principal_name)
                .map_err(Fault::to_string),
        );
        outcome
    }

    async fn exchange(&self, request: &SignInRequest, code: &Secret) -> Result<Session, Fault> {
        let scope = self
            .desk
            .scope_parameter(request.scopes.iter().map(|scope| scope.name));
        let verifier = Secret::new(self.verifier.secret());
        let mut form = vec![
            ("grant_type", "authorization_code".into()),
            ("code", code.secret().to_owned()),
            ("redirect_uri", self.redirect.clone()),
            ("code_verifier", verifier.secret().to_owned()),
            ("scope", scope),
        ];
        form.extend(request.claims.clone().map(|claims| ("claims", claims)));
        let tokens = self.desk.tokens(form, Safety::Once).await?;
        Session::open(self.desk.clone(), tokens, Way::Browser)
    }
}

fn authorize_page(
    desk: &Desk,
    request: &SignInRequest,
    redirect: &str,
    state: &str,
    challenge: &str,
) -> Url {
    let mut url = desk.endpoint("oauth2/v2.0/authorize");
    let scope = desk.scope_parameter(request.scopes.iter().map(|scope| scope.name));
    url.query_pairs_mut()
        .append_pair("client_id", &request.client_id)
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", redirect)
        .append_pair("response_mode", "query")
        .append_pair("scope", &scope)
        .append_pair("state", state)
        .append_pair("code_challenge", challenge)
        .append_pair("code_challenge_method", "S256");
    let further = [
        ("prompt", &request.prompt),
        ("login_hint", &request.login_hint),
        ("claims", &request.claims),
    ];
    for (name, value) in further {
        if let Some(value) = value {
            url.query_pairs_mut().append_pair(name, value);
        }
    }
    url
}

#[cfg(test)]
mod tests;
