//! The sign-in service's error codes and what it says with them. Codes are Microsoft's; the words follow its published
//! table where that has them. A place for a name is written `{}`.

/// Every code that practice uses, in order of number.
const CODES: &[(u32, &str)] = &[
    (
        28002,
        "Provided value for the input parameter scope is not valid when requesting an access token. Scopes of more than one resource were asked for.",
    ),
    (
        50003,
        "Sign-in failed because of a missing signing key or certificate. This might be because there was no signing key configured in the application.",
    ),
    (
        50007,
        "The partner encryption certificate was not found for this app.",
    ),
    (
        50010,
        "Audience URI validation for the application failed because no token audiences were configured.",
    ),
    (
        50011,
        "The redirect URI '{}' specified in the request does not match the redirect URIs configured for the application '{}'.",
    ),
    (
        50020,
        "User account '{}' from identity provider '{}' does not exist in tenant '{}' and cannot access the application '{}' in that tenant. The account needs to be added as an external user in the tenant first.",
    ),
    (50057, "The user account is disabled."),
    (
        50058,
        "A silent sign-in request was sent but no user is signed in.",
    ),
    (
        50076,
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access Microsoft Graph.",
    ),
    (
        50105,
        "Your administrator has configured the application to block users unless they are specifically granted ('assigned') access to the application. The signed in user '{}' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator.",
    ),
    (
        50124,
        "Claims Transformation contains invalid input parameter.",
    ),
    (
        50126,
        "Error validating credentials due to invalid username or password.",
    ),
    (
        50173,
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.",
    ),
    (
        50194,
        "Application '{}'({}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'.",
    ),
    (
        53003,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
    (
        54005,
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
    ),
    (
        65001,
        "The user or administrator has not consented to use the application with ID '{}' named '{}'. Send an interactive authorization request for this user and resource.",
    ),
    (65004, "User declined to consent to access the app."),
    (
        70000,
        "The provided value for the 'code' parameter is not valid.",
    ),
    (70003, "The app requested an unsupported grant type '{}'."),
    (
        70005,
        "The app requested an unsupported response type. The response_type must be 'code'.",
    ),
    (
        70008,
        "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
    ),
    (
        70011,
        "The provided value for the input parameter 'scope' isn't valid. The scope {} isn't valid.",
    ),
    (
        70016,
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    ),
    (
        70018,
        "Invalid verification code. The device code is not one of this service.",
    ),
    (70019, "Verification code expired. Sign in again."),
    (
        75003,
        "The application returned an error related to unsupported binding (SAML protocol response cannot be sent via bindings other than HTTP POST).",
    ),
    (75005, "The request is not a valid Saml2 protocol message."),
    (
        75008,
        "The request from the application was denied since the SAML request had an unexpected destination.",
    ),
    (
        75016,
        "SAML2 Authentication Request has invalid NameIdPolicy.",
    ),
    (
        76021,
        "The request sent by client is not signed while the application requires signed requests.",
    ),
    (
        76026,
        "IssueTime in an SAML2 Authentication Request is expired.",
    ),
    (
        90002,
        "Tenant '{}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
    ),
    (
        90094,
        "The application '{}' needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.",
    ),
    (
        500_112,
        "The reply address '{}' does not match the reply address '{}' provided when requesting Authorization code.",
    ),
    (
        500_113,
        "No reply address is registered for the application.",
    ),
    (
        501_241,
        "Mandatory Input '{}' missing from transformation ID '{}'. The attribute from which the NameID comes is empty for this user.",
    ),
    (
        501_481,
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    ),
    (
        700_016,
        "Application with identifier '{}' was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.",
    ),
    (
        700_025,
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    ),
    (
        700_082,
        "The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.",
    ),
    (
        750_054,
        "SAMLRequest or SAMLResponse must be present as query string parameters in HTTP request for SAML Redirect binding.",
    ),
    (
        900_144,
        "The request body must contain the following parameter: '{}'.",
    ),
    (
        900_236,
        "The SAML authentication request property '{}' is not supported and must not be set.",
    ),
    (900_971, "There is no such page here."),
    (7_000_112, "Application '{}'({}) is disabled."),
    (
        7_000_218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    (
        7_500_529,
        "The value '{}' is not a valid SAML ID. The ID must not begin with a number.",
    ),
    (
        9_000_410,
        "This sign-in is over or was never begun. Go back to the application and start again.",
    ),
    (9_002_313, "Invalid request. {}"),
    (
        9_002_325,
        "Proof Key for Code Exchange is required for authorization code redemption by public clients.",
    ),
];

/// What the service says with a code, with names put in their places.
pub(crate) fn told(code: u32, names: &[&str]) -> String {
    let words = CODES
        .iter()
        .find(|(known, _)| *known == code)
        .map_or("Something is wrong with the request.", |(_, words)| words);
    names
        .iter()
        .fold(words.to_owned(), |told, name| told.replacen("{}", name, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_names_find_their_places() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(
            told(70003, &["magic"]),
            "The app requested an unsupported grant type 'magic'."
        );
    }

    #[test]
    fn several_names_keep_their_order() {
        assert!(told(50194, &["a", "b"]).contains("'a'(b)"));
    }
}
