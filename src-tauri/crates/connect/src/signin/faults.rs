//! What can go wrong while signing in, told apart by error names and AADSTS numbers (entra.md 1.8), never by text.
//!
//! It must not know which words a person reads.

use std::fmt;

use serde_json::Value;

/// Why a sign-in or a token request did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInFault {
    /// The person left the sign-in page by its own way out.
    Denied,
    /// The person read the consent page and said no (65004).
    Declined,
    /// A scope was not consented to yet (65001).
    ConsentNeeded,
    /// Only an administrator may consent (90094).
    AdminApprovalNeeded {
        /// The address to send to an administrator of the tenant.
        admin_consent_url: String,
    },
    /// Somebody signed in to another tenant than this connection's.
    WrongTenant {
        /// The tenant of this connection.
        wanted: String,
        /// The tenant that was signed in to.
        got: String,
    },
    /// The account is not a member of the tenant, or is a guest that cannot satisfy it.
    OtherAccount,
    /// The network or the tenant restricts which tenants may be used (50002, 500021, 500022).
    TenantRestricted,
    /// Conditional Access, security defaults or a risk policy said no.
    ConditionalAccess,
    /// The device is not managed or compliant as the policy wants.
    DeviceNeeded,
    /// Multi-factor authentication has to be done or set up, in the browser.
    MfaNeeded,
    /// The account is locked, disabled, or its password is wrong or expired.
    AccountTrouble,
    /// The account is not assigned to the client application (50105).
    NotAssigned,
    /// The client id is not known in this tenant or cloud.
    UnknownClient,
    /// The client exists in one tenant only and was used without naming it (50194).
    SingleTenantClient,
    /// The tenant does not exist in this cloud.
    UnknownTenant,
    /// The redirect address is not registered for this client (50011). The service shows this in the browser and sends nothing back.
    RedirectNotRegistered,
    /// The registration is not a public client, so that a secret is asked for (7000218).
    NotPublicClient,
    /// The registration asks for what it may not, or is a client of Microsoft's that may not be used so (65002, 65005).
    BadRegistration,
    /// The session has expired or was revoked: sign in again.
    Expired,
    /// The code was used before, was too old, or does not fit: begin again.
    CodeExpired,
    /// The service wants a sign-in that satisfies these claims.
    ClaimsChallenge {
        /// The claims request, JSON.
        claims: String,
    },
    /// Answers came back that belong to no sign-in of ours, and no other.
    StateMismatch,
    /// Nobody finished signing in within the time.
    Timeout,
    /// No port of this machine could be opened for the browser to come back to.
    NoPort,
    /// The code was not entered yet (device code); only while waiting.
    Pending,
    /// Asked too often (device code); only while waiting.
    SlowDown,
    /// Something else, by its number if there was one.
    Other {
        /// The AADSTS number.
        aadsts: Option<u32>,
    },
}

impl fmt::Display for SignInFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Denied => "signing in was cancelled in the browser",
            Self::Declined => "the permissions were declined on the consent page",
            Self::ConsentNeeded => "a permission has not been consented to yet",
            Self::AdminApprovalNeeded { .. } => {
                "an administrator of the tenant has to approve the permissions"
            }
            Self::WrongTenant { wanted, got } => {
                return write!(f, "signed in to tenant {got} instead of {wanted}");
            }
            Self::OtherAccount => "this account does not belong to the tenant",
            Self::TenantRestricted => "the network restricts which tenants may be used",
            Self::ConditionalAccess => {
                "a Conditional Access or security policy blocked the sign-in"
            }
            Self::DeviceNeeded => "a policy asks for a managed device",
            Self::MfaNeeded => "multi-factor authentication has to be done in the browser",
            Self::AccountTrouble => {
                "the account is locked, disabled, or its password was not accepted"
            }
            Self::NotAssigned => "the account is not assigned to the client application",
            Self::UnknownClient => "the application (client) ID is not known in this tenant",
            Self::SingleTenantClient => {
                "the application (client) ID belongs to one tenant, which has to be named"
            }
            Self::UnknownTenant => "the tenant is not known in this cloud",
            Self::RedirectNotRegistered => {
                "the redirect address is not registered for this application (client) ID"
            }
            Self::NotPublicClient => {
                "the registration of the application (client) ID is not a public client"
            }
            Self::BadRegistration => {
                "the registration of the application (client) ID does not allow this sign-in"
            }
            Self::Expired => "the sign-in has expired or was revoked",
            Self::CodeExpired => "the code is no longer valid",
            Self::ClaimsChallenge { .. } => "a new sign-in is asked for",
            Self::StateMismatch => "answers came back that do not belong to this sign-in",
            Self::Timeout => "nobody finished signing in within the time",
            Self::NoPort => {
                "no port of this machine could be opened for the browser to come back to"
            }
            Self::Pending => "the code has not been entered yet",
            Self::SlowDown => "the service was asked too often",
            Self::Other {
                aadsts: Some(number),
            } => return write!(f, "the sign-in failed with AADSTS{number}"),
            Self::Other { aadsts: None } => "the sign-in failed",
        };
        f.write_str(text)
    }
}

/// The fault of a token endpoint's error body: `error` first, then the number (entra.md 1.2).
pub(crate) fn fault_of_token_error(body: &Value) -> SignInFault {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = body
        .pointer("/error_codes/0")
        .and_then(Value::as_u64)
        .and_then(|number| u32::try_from(number).ok());
    let number = number.or_else(|| number_in(text("error_description")));
    if let Some(fault) = device_state(text("error")) {
        return fault;
    }
    if !text("claims").is_empty() {
        return SignInFault::ClaimsChallenge {
            claims: text("claims").to_owned(),
        };
    }
    if text("suberror") == "consent_required" {
        return SignInFault::ConsentNeeded;
    }
    fault_of_error(text("error"), number)
}

/// The fault of an error that came back with the redirect.
pub(crate) fn fault_of_error(error: &str, number: Option<u32>) -> SignInFault {
    if let Some(fault) = number.and_then(fault_of_number) {
        return fault;
    }
    match error {
        "access_denied" | "authorization_declined" => SignInFault::Denied,
        "consent_required" => SignInFault::ConsentNeeded,
        "login_required" | "interaction_required" | "invalid_grant" => SignInFault::Expired,
        "invalid_client" => SignInFault::NotPublicClient,
        "unauthorized_client" => SignInFault::UnknownClient,
        _ => SignInFault::Other { aadsts: number },
    }
}

/// The states of the device code flow (entra.md 1.3).
fn device_state(error: &str) -> Option<SignInFault> {
    match error {
        "authorization_pending" => Some(SignInFault::Pending),
        "slow_down" => Some(SignInFault::SlowDown),
        "authorization_declined" => Some(SignInFault::Denied),
        "expired_token" | "bad_verification_code" => Some(SignInFault::CodeExpired),
        _ => None,
    }
}

/// The number in `AADSTS50011: ...`; on a redirect it stands nowhere else (entra.md 1.2).
pub(crate) fn number_in(description: &str) -> Option<u32> {
    let (_, after) = description.split_once("AADSTS")?;
    let digits = after
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(after.len());
    after[..digits].parse().ok()
}

/// The table of entra.md 1.8.
fn fault_of_number(number: u32) -> Option<SignInFault> {
    Some(match number {
        16000 | 50020 | 51004 | 50034 | 50014 | 90072 => SignInFault::OtherAccount,
        50002 | 500021 | 500022 => SignInFault::TenantRestricted,
        50011 => SignInFault::RedirectNotRegistered,
        50053 | 50055 | 50057 | 50126 | 50144 => SignInFault::AccountTrouble,
        50072 | 50074 | 50076 | 50079 => SignInFault::MfaNeeded,
        50058 | 50078 | 50132 | 50133 | 50173 | 70008 | 70043 | 700082 => SignInFault::Expired,
        50097 | 50129 | 50131 | 50155 | 53000..=53002 => SignInFault::DeviceNeeded,
        53003 | 53004 | 53011 | 530032 | 530034..=530036 => SignInFault::ConditionalAccess,
        50105 => SignInFault::NotAssigned,
        50194 => SignInFault::SingleTenantClient,
        54005 | 50147 | 501481 | 70000 | 70002 | 70018..=70020 => SignInFault::CodeExpired,
        65001 => SignInFault::ConsentNeeded,
        65002 | 65005 | 650052 | 650056 | 650057 => SignInFault::BadRegistration,
        65004 => SignInFault::Declined,
        70001 | 700011 | 700016 | 7000112 => SignInFault::UnknownClient,
        70016 => SignInFault::Pending,
        7000215 | 7000218 | 7000222 => SignInFault::NotPublicClient,
        90002 | 90038 | 90051 => SignInFault::UnknownTenant,
        90093..=90095 => SignInFault::AdminApprovalNeeded {
            admin_consent_url: String::new(),
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_number_has_its_fault() {
        use SignInFault::*;
        let approval = AdminApprovalNeeded {
            admin_consent_url: String::new(),
        };
        let table: [(&[u32], SignInFault); 18] = [
            (&[16000, 50020, 51004, 50034, 50014], OtherAccount),
            (&[50002, 500021, 500022], TenantRestricted),
            (&[50011], RedirectNotRegistered),
            (&[50053, 50055, 50057, 50126, 50144], AccountTrouble),
            (&[50072, 50074, 50076, 50079], MfaNeeded),
            (&[50078, 70043, 700082, 70008, 50173, 50132, 50133], Expired),
            (
                &[50097, 50129, 50131, 50155, 53000, 53001, 53002],
                DeviceNeeded,
            ),
            (&[50105], NotAssigned),
            (&[50194], SingleTenantClient),
            (
                &[53003, 530032, 530034, 530035, 530036, 53004, 53011],
                ConditionalAccess,
            ),
            (&[54005], CodeExpired),
            (&[65001], ConsentNeeded),
            (&[65002, 65005], BadRegistration),
            (&[65004], Declined),
            (&[700016, 7000112], UnknownClient),
            (&[7000215, 7000218], NotPublicClient),
            (&[90002, 90038], UnknownTenant),
            (&[90094, 90095, 90093], approval),
        ];
        for (numbers, wanted) in table {
            for number in numbers {
                let body = json!({"error": "invalid_grant", "error_codes": [number], "error_description": "AADSTS1: no"});
                assert_eq!(fault_of_token_error(&body), wanted, "{number}");
            }
        }
    }

    #[test]
    fn names_claims_and_unknown_numbers() {
        let cases = [
            (
                json!({"error": "authorization_pending", "error_codes": [70016]}),
                SignInFault::Pending,
            ),
            (json!({"error": "slow_down"}), SignInFault::SlowDown),
            (json!({"error": "expired_token"}), SignInFault::CodeExpired),
            (
                json!({"error": "authorization_declined"}),
                SignInFault::Denied,
            ),
            (
                json!({"error": "invalid_grant", "suberror": "consent_required", "error_codes": [65001]}),
                SignInFault::ConsentNeeded,
            ),
            (
                json!({"error": "interaction_required", "claims": "{}"}),
                SignInFault::ClaimsChallenge {
                    claims: "{}".into(),
                },
            ),
            (json!({"error": "invalid_grant"}), SignInFault::Expired),
            (
                json!({"error": "invalid_request", "error_codes": [901002]}),
                SignInFault::Other {
                    aadsts: Some(901002),
                },
            ),
            (
                json!({"error": "server_error"}),
                SignInFault::Other { aadsts: None },
            ),
        ];
        for (body, wanted) in cases {
            assert_eq!(fault_of_token_error(&body), wanted, "{body}");
        }
        assert_eq!(number_in("AADSTS65004: User declined"), Some(65004));
        assert_eq!(number_in("no number"), None);
    }
}
