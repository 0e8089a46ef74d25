//! The client side of the network: the only crate with sockets and the keyring.
//!
//! It signs in, calls Microsoft Graph and Atlassian's APIs, keeps secrets, and records what was sent and seen. It must not know
//! the guide, the journal or the window, and it knows nothing of the simulators: it reads what the vendors document.
//!
//! - [`clouds`]: where the services are. No host name stands anywhere else.
//! - [`http`], [`retry`], [`pace`], [`fault`], [`ledger`], [`secret`]: one way out, what is repeated and how often it is asked,
//!   what goes wrong, what is recorded.
//! - [`vault`]: the system's keyring.
//! - [`signin`]: authorization code with PKCE, device code, tokens, scopes.
//! - [`entra`], [`atlassian`]: the two services.
//! - [`autopilot`]: a person in front of the practice sign-in page.

mod answer;
pub mod atlassian;
pub mod autopilot;
pub mod clouds;
pub mod entra;
pub mod fault;
pub mod http;
pub mod ledger;
mod met;
pub mod pace;
mod pass;
mod progress;
pub mod retry;
pub mod secret;
pub mod signin;
#[cfg(test)]
mod testing;
pub mod vault;
mod wire;

pub use atlassian::Atlassian;
pub use autopilot::Autopilot;
pub use clouds::{Cloud, CloudError, PracticeAccount, PracticeKeys};
pub use entra::Graph;
pub use fault::{Call, Fault, FaultKind, Meaning, Seen, Service};
pub use http::{Http, with_note};
pub use ledger::{Exchange, Ledger};
pub use progress::Progress;
pub use retry::Patience;
pub use secret::{Redactor, Secret};
pub use signin::{
    Browser, BrowserFault, CommandBrowser, Phase, Scope, Session, SignInFault, SignInRequest,
    SignInStage, SystemBrowser, Tenant, sign_in, sign_in_by_code,
};
pub use tokio_util::sync::CancellationToken;
pub use vault::{Item, Vault, Where};
