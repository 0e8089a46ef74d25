//! Who calls Graph: the bearer token, its lifetime, and the claims challenge that a lever may have put up.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::errors::GraphError;
use crate::entra::desk::AccessToken;
use crate::wire::{Call, Host};
use crate::world::World;

/// An error, with the challenge of a 401.
pub(crate) struct Refusal {
    pub error: GraphError,
    pub challenge: Option<String>,
}

impl From<GraphError> for Refusal {
    fn from(error: GraphError) -> Refusal {
        Refusal {
            error,
            challenge: None,
        }
    }
}
/// The token that a call was made with.
pub(crate) fn authenticated(world: &mut World, call: &Call) -> Result<AccessToken, Refusal> {
    let place = world.place(Host::Login);
    let plain = format!(
        "Bearer realm=\"\", authorization_uri=\"{place}/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\""
    );
    let unauthorized = |message: &str| Refusal {
        error: GraphError::new(401, "InvalidAuthenticationToken", message),
        challenge: Some(plain.clone()),
    };
    let Some(sent) = call.bearer().filter(|token| !token.is_empty()) else {
        return Err(unauthorized("Access token is empty."));
    };
    let Some(token) = world.desk.access.get(sent).cloned() else {
        return Err(unauthorized(
            "IDX14100: JWT is not well formed, there are no dots (.).",
        ));
    };
    if token.expires <= world.clock.now() {
        return Err(unauthorized(
            "Lifetime validation failed, the token is expired.",
        ));
    }
    match &world.quirks.challenge {
        None => Ok(token),
        Some(challenge) if satisfies(token.claims.as_deref(), &challenge.claims) => {
            world.quirks.challenge = None;
            Ok(token)
        }
        Some(challenge) => {
            let claims = STANDARD.encode(&challenge.claims);
            let header = format!(
                "Bearer realm=\"\", authorization_uri=\"{place}/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"{claims}\""
            );
            let error = GraphError::new(
                401,
                "InvalidAuthenticationToken",
                "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
            );
            Err(Refusal {
                error,
                challenge: Some(header),
            })
        }
    }
}

/// True when the claims that a token was asked with hold everything that the challenge wants.
fn satisfies(sent: Option<&str>, wanted: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    let (Some(sent), wanted) = (sent.map(read), read(wanted)) else {
        return false;
    };
    let wanted = wanted["access_token"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    wanted
        .iter()
        .all(|(name, value)| sent["access_token"].get(name) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_answered_by_the_claims_it_asked_for() {
        let wanted = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
        assert!(satisfies(
            Some(
                r#"{"access_token":{"nbf":{"essential":true,"value":"1"},"xms_cc":{"values":["cp1"]}}}"#
            ),
            wanted
        ));
        assert!(!satisfies(Some("{}"), wanted) && !satisfies(None, wanted));
    }
}
