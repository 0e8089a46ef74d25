//! What each lever does to the world. The lists are the documentation: their names are those of the methods of
//! [`super::Levers`] and of the addresses under `/levers/` on the control listener.

mod directory;
mod line;
mod organization;
mod people;
pub(crate) mod policies;
mod saml;
mod signing_in;
pub(crate) mod single_sign_on;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::LeverError;
use crate::world::World;

/// One lever: its name, what it does, what one sends, and the deed.
pub(crate) struct Lever {
    pub name: &'static str,
    pub about: &'static str,
    /// An example body; `{}` when it takes nothing.
    pub example: &'static str,
    pub act: fn(&mut World, &Value) -> Result<(), LeverError>,
}

const fn lever(
    name: &'static str,
    example: &'static str,
    act: fn(&mut World, &Value) -> Result<(), LeverError>,
    about: &'static str,
) -> Lever {
    Lever {
        name,
        about,
        example,
        act,
    }
}

/// Every lever.
pub(crate) fn levers() -> impl Iterator<Item = &'static Lever> {
    [
        LEVERS,
        people::LEVERS,
        single_sign_on::LEVERS,
        policies::LEVERS,
        saml::LEVERS,
    ]
    .into_iter()
    .flatten()
}

/// The levers that do not stand with their deeds.
const LEVERS: &[Lever] = &[
    lever(
        "fault",
        r#"{"host":"graph","method":"POST","path_contains":"instantiate","effect":"lose_answer"}"#,
        line::fault,
        "Puts a fault of the line or of a gateway in the way of requests.",
    ),
    lever(
        "clear_faults",
        "{}",
        line::clear_faults,
        "Takes every waiting fault out of the way.",
    ),
    lever(
        "poke",
        "{}",
        line::poke,
        "Makes everything visible that was written and is not visible yet.",
    ),
    lever(
        "time_passes",
        r#"{"seconds":3600}"#,
        line::time_passes,
        "Lets time pass at once: codes, tokens and keys grow old.",
    ),
    lever(
        "clock_skew",
        r#"{"seconds":3600}"#,
        line::clock_skew,
        "Sets the time wrong that services write into headers and bodies.",
    ),
    lever(
        "instantiate_answers_404_though_created",
        r#"{"times":1}"#,
        line::instantiate_not_found,
        "The next application made from a template is made, and the answer is 404.",
    ),
    lever(
        "visibility_delay",
        r#"{"reads":4}"#,
        line::visibility_delay,
        "New objects stay unseen for so many reads, or seconds; nothing sent: as usual again.",
    ),
    lever(
        "replicas_disagree",
        r#"{"reads":6}"#,
        line::replicas_disagree,
        "New objects are seen only by every second of the next reads.",
    ),
    lever(
        "claims_challenge_once",
        "{}",
        signing_in::challenge_once,
        "Graph answers 401 with a claims challenge until a token comes that was asked for with those claims; a refresh is enough.",
    ),
    lever(
        "claims_challenge_needs_person",
        "{}",
        signing_in::challenge_person,
        "The same, but a refresh is refused and the person must sign in.",
    ),
    lever(
        "revoke_refresh_tokens",
        "{}",
        signing_in::revoke_refresh_tokens,
        "Every refresh token is revoked (AADSTS50173).",
    ),
    lever(
        "refresh_tokens_idle",
        "{}",
        signing_in::refresh_tokens_idle,
        "Every refresh token has been idle too long (AADSTS700082).",
    ),
    lever(
        "token_expires_now",
        "{}",
        signing_in::token_expires_now,
        "Every access token is past its time.",
    ),
    lever(
        "forget_sessions",
        "{}",
        signing_in::forget_sessions,
        "Browsers have to sign in again.",
    ),
    lever(
        "forget_consents",
        "{}",
        signing_in::forget_consents,
        "Nobody has consented to anything.",
    ),
    lever(
        "deny_consent",
        "{}",
        signing_in::deny_consent,
        "The next consent page is answered with Cancel, whatever is pressed (AADSTS65004).",
    ),
    lever(
        "admin_approval_required",
        "{}",
        signing_in::approval_required,
        "Every consent needs an administrator's approval (AADSTS90094).",
    ),
    lever(
        "conditional_access_block",
        "{}",
        signing_in::conditional_access,
        "Conditional Access blocks sign-in and refresh (AADSTS53003).",
    ),
    lever(
        "user_not_assigned",
        "{}",
        signing_in::not_assigned,
        "The person is not assigned to the client (AADSTS50105).",
    ),
    lever(
        "unknown_client",
        "{}",
        signing_in::unknown_client,
        "The tenant does not know any client id (AADSTS700016).",
    ),
    lever(
        "wrong_tenant_account",
        "{}",
        signing_in::wrong_tenant,
        "Whoever signs in turns out to be an administrator of another tenant.",
    ),
    lever(
        "sign_in_as_usual",
        "{}",
        signing_in::sign_in_as_usual,
        "Takes back what the levers about signing in have set.",
    ),
    lever(
        "restore_allowed",
        "{}",
        directory::restore_allowed,
        "Graph restores deleted applications for signed-in persons.",
    ),
    lever(
        "premium_off",
        "{}",
        directory::premium_off,
        "The tenant has no premium licence.",
    ),
    lever(
        "activate_role",
        r#"{"account":"adele@contoso.com","role":"Cloud Application Administrator"}"#,
        directory::activate_role,
        "Gives somebody an active directory role; it counts from the next token on.",
    ),
    lever(
        "deactivate_role",
        r#"{"account":"adele@contoso.com","role":"Cloud Application Administrator"}"#,
        directory::deactivate_role,
        "Takes an active directory role away.",
    ),
    lever(
        "rename_app",
        r#"{"app":"Atlassian Cloud","name":"Jira"}"#,
        directory::rename_app,
        "A second administrator renames an application.",
    ),
    lever(
        "delete_app",
        r#"{"app":"Atlassian Cloud"}"#,
        directory::delete_app,
        "A second administrator deletes an application.",
    ),
    lever(
        "disable_app",
        r#"{"app":"Atlassian Cloud"}"#,
        directory::disable_app,
        "A second administrator disables an application.",
    ),
    lever(
        "strip_tag",
        r#"{"app":"Atlassian Cloud","tag":"a-tag"}"#,
        directory::strip_tag,
        "A second administrator removes a tag from an application and its service principal; no tag: every one.",
    ),
    lever(
        "add_namesake",
        r#"{"name":"Atlassian Cloud"}"#,
        directory::add_namesake,
        "A second administrator makes another application of that name from the same template.",
    ),
    lever(
        "gallery_without_atlassian",
        "{}",
        directory::gallery_without,
        "The gallery does not offer Atlassian Cloud.",
    ),
    lever(
        "no_provisioning_in_template",
        "{}",
        directory::no_provisioning,
        "The Atlassian Cloud template does not offer provisioning.",
    ),
    lever(
        "key_expired",
        "{}",
        organization::key_expired,
        "The organization key has expired.",
    ),
    lever(
        "key_lacks",
        r#"{"feature":"domains"}"#,
        organization::key_lacks,
        "The organization key may not use a feature any more: orgs, domains, users, directories, groups, workspaces, policies, auth-policies, bulk-fetch, events, api-keys.",
    ),
    lever(
        "other_organization",
        "{}",
        organization::other_organization,
        "Every key opens another organization, called Fabrikam.",
    ),
    lever(
        "unauthorized_form",
        r#"{"form":"empty"}"#,
        organization::unauthorized_form,
        "How the organization API says 401: gateway, errors or empty.",
    ),
    lever(
        "domain_unverified",
        r#"{"domain":"contoso.com"}"#,
        organization::domain_unverified,
        "A domain is not verified at Atlassian any more.",
    ),
    lever(
        "unclaim_accounts",
        "{}",
        organization::unclaim_accounts,
        "No domain's accounts are claimed.",
    ),
    lever(
        "remove_second_admin",
        "{}",
        organization::remove_second_admin,
        "Only the first organization admin is left.",
    ),
    lever(
        "admins_all_inside_domain",
        "{}",
        organization::admins_inside,
        "Every organization admin has an address of contoso.com.",
    ),
];

/// The lever of that name.
pub(crate) fn find(name: &str) -> Option<&'static Lever> {
    levers().find(|lever| lever.name == name)
}

type Done = Result<(), LeverError>;

fn read<T: DeserializeOwned>(sent: &Value) -> Result<T, LeverError> {
    serde_json::from_value(sent.clone()).map_err(|error| LeverError::BadBody(error.to_string()))
}

fn number(sent: &Value, name: &str) -> Result<i64, LeverError> {
    sent[name]
        .as_i64()
        .ok_or_else(|| LeverError::BadBody(format!("{name} must be a whole number")))
}

fn word<'a>(sent: &'a Value, name: &str) -> Result<&'a str, LeverError> {
    sent[name]
        .as_str()
        .ok_or_else(|| LeverError::BadBody(format!("{name} must be a text")))
}

fn count(sent: &Value, name: &str) -> Result<u32, LeverError> {
    u32::try_from(number(sent, name)?)
        .map_err(|_| LeverError::BadBody(format!("{name} is out of range")))
}
