//! Signing in with a device code (entra.md 1.3): the fallback where no browser of this machine can come back to us.
//!
//! Conditional Access may block it, and its refresh tokens are not to be mixed with the browser's.

use std::time::Duration;

use http::Method;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::faults::SignInFault;
use super::session::{Session, Way};
use super::token::{Desk, Tokens};
use super::{SignInRequest, SignInStage, desk};
use crate::clouds::Cloud;
use crate::fault::{Fault, FaultKind, Seen, Service};
use crate::http::{Body, Http, Request};
use crate::retry::{Patience, Safety};
use crate::secret::Secret;

#[derive(Deserialize)]
struct Offer {
    device_code: String,
    user_code: String,
    verification_uri: String,
    #[serde(default = "usual_life")]
    expires_in: u64,
    #[serde(default = "usual_interval")]
    interval: u64,
}

/// The documented values, for a service that leaves them out.
fn usual_life() -> u64 {
    900
}

fn usual_interval() -> u64 {
    5
}

/// `slow_down` adds this much to the interval (RFC 8628, 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// Signs in with a code that the person enters on any device.
///
/// # Errors
/// As for [`super::sign_in`]; [`SignInFault::CodeExpired`] when the code was not entered in time.
pub async fn sign_in_by_code(
    http: &Http,
    cloud: &Cloud,
    request: &SignInRequest,
    progress: impl Fn(SignInStage) + Send + Sync,
    cancel: &CancellationToken,
) -> Result<Session, Fault> {
    let desk = desk(http, cloud, request, cancel);
    let outcome = async {
        let offer = ask_for_code(&desk, request).await?;
        let life = Duration::from_secs(offer.expires_in);
        let until =
            Timestamp::now() + SignedDuration::try_from(life).unwrap_or(SignedDuration::ZERO);
        progress(SignInStage::Code {
            user_code: offer.user_code.clone(),
            verification_uri: offer.verification_uri.clone(),
            until,
        });
        let tokens = wait_for_person(&desk, &offer, Instant::now() + life, cancel).await?;
        progress(SignInStage::Redeeming);
        Session::open(desk.clone(), tokens, Way::DeviceCode)
    };
    outcome
        .await
        .map_err(|fault| desk.with_consent_address(fault, &request.scopes))
}

async fn ask_for_code(desk: &Desk, request: &SignInRequest) -> Result<Offer, Fault> {
    let scope = desk.scope_parameter(request.scopes.iter().map(|scope| scope.name));
    let form = vec![("client_id", desk.client_id.clone()), ("scope", scope)];
    let request = Request::of(
        Service::Entra,
        Method::POST,
        desk.endpoint("oauth2/v2.0/devicecode"),
        Safety::Idempotent,
    );
    let seen: Seen<Offer> = desk
        .http
        .send(request.body(Body::Form(form)))
        .await?
        .read()?;
    Ok(seen.value)
}

async fn wait_for_person(
    desk: &Desk,
    offer: &Offer,
    until: Instant,
    cancel: &CancellationToken,
) -> Result<Tokens, Fault> {
    let code = Secret::new(offer.device_code.as_str());
    let mut interval = Duration::from_secs(offer.interval);
    // This loop is the patience.
    let desk = Desk {
        http: desk.http.patient(Patience::NONE),
        ..desk.clone()
    };
    loop {
        if cancel
            .run_until_cancelled(tokio::time::sleep(interval))
            .await
            .is_none()
        {
            return Err(Fault::new(FaultKind::Cancelled));
        }
        if Instant::now() >= until {
            return Err(Fault::sign_in(SignInFault::CodeExpired));
        }
        let form = vec![
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:device_code".into(),
            ),
            ("device_code", code.secret().to_owned()),
        ];
        match desk.tokens(form, Safety::Once).await {
            Err(fault) => interval = keeps_waiting(fault, interval)?,
            tokens => return tokens,
        }
    }
}

/// The next interval when the wait goes on. A network that is away for a moment does not end it.
fn keeps_waiting(fault: Fault, interval: Duration) -> Result<Duration, Fault> {
    match &fault.kind {
        FaultKind::SignIn(SignInFault::Pending) => Ok(interval),
        FaultKind::SignIn(SignInFault::SlowDown) | FaultKind::Throttled => Ok(interval + SLOWER),
        FaultKind::Unavailable
        | FaultKind::Reset
        | FaultKind::TimedOut
        | FaultKind::Offline
        | FaultKind::NameNotFound => Ok(interval + SLOWER),
        _ => Err(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_waiting_and_how_slowly() {
        let five = Duration::from_secs(5);
        let slower = [
            FaultKind::SignIn(SignInFault::SlowDown),
            FaultKind::Throttled,
            FaultKind::Reset,
            FaultKind::Unavailable,
        ];
        for kind in slower {
            assert_eq!(keeps_waiting(Fault::new(kind), five), Ok(five + SLOWER));
        }
        assert_eq!(
            keeps_waiting(Fault::sign_in(SignInFault::Pending), five),
            Ok(five)
        );
        let ends = [
            FaultKind::SignIn(SignInFault::Denied),
            FaultKind::Cancelled,
            FaultKind::Tls,
            FaultKind::BadRequest,
        ];
        for kind in ends {
            assert!(keeps_waiting(Fault::new(kind), five).is_err());
        }
    }
}
