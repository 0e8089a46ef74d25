//! The HTTP library: two clients, and its errors as faults.
//!
//! The only file that names reqwest's own types. It must not know services, only sockets.

use std::error::Error;
use std::io;
use std::path::Path;
use std::time::Duration;

use url::Url;

use crate::clouds::is_loopback;
use crate::fault::{Fault, FaultKind};
use crate::http::{ANSWER_WITHIN, CONNECT_WITHIN, WHOLE_WITHIN};

/// One client for the network, through the system's proxy, and one for this machine, never through it: a company's proxy
/// cannot reach our loopback addresses, and must not see them.
#[derive(Debug)]
pub(crate) struct Clients {
    outside: reqwest::Client,
    inside: reqwest::Client,
    /// See [`WHOLE_WITHIN`].
    pub(crate) whole: Duration,
}

impl Clients {
    /// `proxy` replaces the system's own.
    pub(crate) fn new(ca: Option<&Path>, proxy: Option<reqwest::Proxy>) -> Result<Self, Fault> {
        // Somebody else may have installed a provider before: any does.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authorities = ca.map(read_authorities).transpose()?.unwrap_or_default();
        let outside = match proxy {
            Some(proxy) => builder(&authorities).proxy(proxy),
            None => builder(&authorities),
        };
        let build = |builder: reqwest::ClientBuilder| {
            builder
                .build()
                .map_err(|error| Fault::new(FaultKind::Setup).because(&error))
        };
        Ok(Self {
            outside: build(outside)?,
            inside: build(builder(&authorities).no_proxy())?,
            whole: WHOLE_WITHIN,
        })
    }

    /// For tests: no proxy whatever the environment says, and little patience with silence.
    #[cfg(test)]
    pub(crate) fn direct() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let silence = Duration::from_millis(300);
        let client = builder(&[])
            .no_proxy()
            .read_timeout(silence)
            .build()
            .expect("a client");
        Self {
            outside: client.clone(),
            inside: client,
            whole: 3 * silence,
        }
    }

    pub(crate) fn for_url(&self, url: &Url) -> &reqwest::Client {
        if is_loopback(url) {
            &self.inside
        } else {
            &self.outside
        }
    }
}

fn builder(authorities: &[reqwest::Certificate]) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("Lockstep/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_WITHIN)
        .read_timeout(ANSWER_WITHIN)
        // No documented call redirects, and a followed redirect could carry a credential to another host.
        .redirect(reqwest::redirect::Policy::none());
    if authorities.is_empty() {
        builder
    } else {
        builder.tls_certs_merge(authorities.iter().cloned())
    }
}

fn read_authorities(path: &Path) -> Result<Vec<reqwest::Certificate>, Fault> {
    let unusable = || {
        Fault::new(FaultKind::Setup).saying(format!("the file {} named by `ca`", path.display()))
    };
    let pem = std::fs::read(path).map_err(|error| unusable().because(&error))?;
    let found =
        reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| unusable().because(&error))?;
    if found.is_empty() {
        Err(unusable())
    } else {
        Ok(found)
    }
}

/// What went wrong on the way, by error types, never by their texts.
pub(crate) fn fault_of(error: reqwest::Error) -> Fault {
    let error = error.without_url();
    let connecting = error.is_connect();
    let mut fault = Fault::new(kind_of(&error)).because(&error);
    fault.sent = !connecting;
    fault
}

fn kind_of(error: &reqwest::Error) -> FaultKind {
    if error.is_dns() {
        return FaultKind::NameNotFound;
    }
    let links = chain(error);
    if links.iter().any(|link| link.is::<rustls::Error>()) {
        return FaultKind::Tls;
    }
    if links.iter().any(|link| is_tunnel_refusal(*link)) {
        return FaultKind::Proxy;
    }
    if error.is_timeout() {
        return FaultKind::TimedOut;
    }
    let io_kind = links
        .iter()
        .find_map(|link| link.downcast_ref::<io::Error>().map(io::Error::kind));
    match io_kind {
        Some(io::ErrorKind::ConnectionRefused) => FaultKind::Refused,
        Some(io::ErrorKind::TimedOut) => FaultKind::TimedOut,
        Some(
            io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkDown,
        ) => FaultKind::Offline,
        _ if error.is_connect() && io_kind.is_none() => FaultKind::Offline,
        _ => FaultKind::Reset,
    }
}

/// The library's type for a proxy that refuses a tunnel cannot be named from outside; the names of its variants can.
fn is_tunnel_refusal(link: &(dyn Error + 'static)) -> bool {
    [
        "ProxyAuthRequired",
        "ProxyHeadersTooLong",
        "TunnelUnsuccessful",
        "TunnelUnexpectedEof",
    ]
    .contains(&format!("{link:?}").as_str())
}

/// The error and everything below it. An `io::Error` hides what it wraps from `source`, so it is opened here.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut links = vec![error];
    let mut at = error;
    loop {
        let inner = at.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let next = match inner {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => at.source(),
        };
        let Some(next) = next else { return links };
        links.push(next);
        at = next;
    }
}

/// A number from 0 to 1 for spreading retries.
pub(crate) fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}
