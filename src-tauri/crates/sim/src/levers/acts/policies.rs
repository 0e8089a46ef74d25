//! What the levers about identity providers, authentication policies and the audit log do. Most of them are what a second
//! administrator could do at the screens while somebody follows the guide.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Done, Lever, LeverError, count, lever, number, organization, read, word};
use crate::atlassian::certificate;
use crate::events::{
    ACCOUNT_DEACTIVATED, Action, DOMAIN_UNLINKED, MEMBER_ADDED, SAML_DELETED, SAML_SAVED,
    SSO_ENFORCED, SSO_NOT_ENFORCED,
};
use crate::organization::Organization;
use crate::saml::keys::{SUBJECT, new_signing_key};
use crate::security::{AuthPolicy, IdentityProvider};
use crate::world::World;

/// The levers of this file.
pub(super) const LEVERS: &[Lever] = &[
    lever(
        "guard_lapsed",
        "{}",
        guard_lapsed,
        "Atlassian Guard is not paid for any more: nothing is enforced, and the audit log is empty.",
    ),
    lever(
        "guard_renewed",
        "{}",
        guard_renewed,
        "Atlassian Guard is paid for again.",
    ),
    lever(
        "enterprise_plan",
        "{}",
        enterprise_plan,
        "The plan is Enterprise, with several identity provider directories.",
    ),
    lever(
        "no_break_glass",
        "{}",
        no_break_glass,
        "Every organization admin is managed, and inside the pilot's policy when there is one.",
    ),
    lever(
        "domain_not_linked",
        "{}",
        domain_not_linked,
        "No domain is linked to a directory.",
    ),
    lever(
        "policy_local",
        r#"{"policy":"Pilot"}"#,
        policy_local,
        "A policy turns out to belong to the local directory, where nothing can be enforced.",
    ),
    lever(
        "enforce",
        r#"{"policy":"Pilot"}"#,
        enforce,
        "A second administrator enforces single sign-on in a policy, without asking anybody.",
    ),
    lever(
        "unenforce",
        r#"{"policy":"Pilot"}"#,
        unenforce,
        "A second administrator stops enforcing single sign-on in a policy.",
    ),
    lever(
        "move_member",
        r#"{"account":"alex@contoso.com","policy":"Default policy"}"#,
        move_member,
        "A second administrator puts an account into another policy.",
    ),
    lever(
        "deactivate_account",
        r#"{"account":"alex@contoso.com"}"#,
        deactivate_account,
        "An Atlassian account is deactivated.",
    ),
    lever(
        "wrong_certificate_saved",
        "{}",
        wrong_certificate_saved,
        "A second administrator pastes another certificate into the SAML details.",
    ),
    lever(
        "damaged_certificate_saved",
        "{}",
        damaged_certificate_saved,
        "A second administrator pastes the certificate again, and a character of it is wrong.",
    ),
    lever(
        "delete_saml",
        "{}",
        delete_saml,
        "A second administrator deletes the SAML configuration; set up again, it has other addresses.",
    ),
    lever(
        "bulk_fetch_bare",
        "{}",
        bulk_fetch_bare,
        "A look at the policies of accounts answers nothing but the address.",
    ),
    lever(
        "bulk_fetch_full",
        "{}",
        bulk_fetch_full,
        "Asked which policies accounts are in, Atlassian tells also whether those enforce single sign-on and are the default.",
    ),
    lever(
        "task_slow",
        r#"{"looks":5}"#,
        task_slow,
        "Adding to a policy is done only after so many looks at the task.",
    ),
    lever(
        "task_fails",
        r#"{"accounts":["alex@contoso.com"]}"#,
        task_fails,
        "The next task of adding to a policy fails for these accounts; none sent: for every one.",
    ),
    lever(
        "audit_log_empty",
        "{}",
        audit_log_empty,
        "The audit log shows nothing, as without Guard.",
    ),
    lever(
        "audit_log_delay",
        r#"{"seconds":600}"#,
        audit_log_delay,
        "The audit log shows what happens from now on so many seconds later.",
    ),
];

fn guard_lapsed(world: &mut World, _: &Value) -> Done {
    world.organization.guard = false;
    Ok(())
}

fn guard_renewed(world: &mut World, _: &Value) -> Done {
    world.organization.guard = true;
    Ok(())
}

fn enterprise_plan(world: &mut World, _: &Value) -> Done {
    world.organization.enterprise = true;
    Ok(())
}

pub(crate) fn no_break_glass(world: &mut World, sent: &Value) -> Done {
    organization::admins_inside(world, sent)?;
    let organization = &mut world.organization;
    let pilot = organization
        .policies
        .iter()
        .find(|policy| policy.directory.is_some() && !policy.default)
        .map(|policy| policy.id.clone());
    if let Some(pilot) = pilot {
        for admin in organization.admins.clone() {
            organization.move_into(&pilot, &admin);
        }
    }
    Ok(())
}

fn domain_not_linked(world: &mut World, _: &Value) -> Done {
    for provider in &mut world.organization.identity_providers {
        provider.domains.clear();
    }
    by_second(world, DOMAIN_UNLINKED);
    Ok(())
}

fn policy_local(world: &mut World, sent: &Value) -> Done {
    let policy = policy(&mut world.organization, sent)?;
    (policy.directory, policy.enforced, policy.default) = (None, false, false);
    Ok(())
}

fn enforce(world: &mut World, sent: &Value) -> Done {
    let policy = policy(&mut world.organization, sent)?;
    policy.enforced = true;
    let message = format!("{} {}", SSO_ENFORCED.display, policy.name);
    said_by_second(world, SSO_ENFORCED, &message);
    Ok(())
}

fn unenforce(world: &mut World, sent: &Value) -> Done {
    let policy = policy(&mut world.organization, sent)?;
    policy.enforced = false;
    let message = format!("{} {}", SSO_NOT_ENFORCED.display, policy.name);
    said_by_second(world, SSO_NOT_ENFORCED, &message);
    Ok(())
}

fn move_member(world: &mut World, sent: &Value) -> Done {
    let account = account(&world.organization, word(sent, "account")?)?;
    let policy = policy(&mut world.organization, sent)?.id.clone();
    world.organization.move_into(&policy, &account);
    by_second(world, MEMBER_ADDED);
    Ok(())
}

fn deactivate_account(world: &mut World, sent: &Value) -> Done {
    let account = account(&world.organization, word(sent, "account")?)?;
    world.organization.deactivated.insert(account);
    by_second(world, ACCOUNT_DEACTIVATED);
    Ok(())
}

fn wrong_certificate_saved(world: &mut World, _: &Value) -> Done {
    let now = world.clock.now();
    let year = SignedDuration::from_hours(24 * 365);
    let other = pem(now, now + year);
    let provider = with_saml(&mut world.organization)?;
    if let Some(saml) = &mut provider.saml {
        saml.certificate = other;
    }
    by_second(world, SAML_SAVED);
    Ok(())
}

/// What a piece lost or changed on the way leaves: the outline of a certificate, so that it is saved, and another
/// thumbprint.
fn damaged_certificate_saved(world: &mut World, _: &Value) -> Done {
    let provider = with_saml(&mut world.organization)?;
    if let Some(saml) = &mut provider.saml
        && let Some(mut der) = certificate::der(&saml.certificate)
        && let Some(last) = der.last_mut()
    {
        *last ^= 1;
        saml.certificate = certificate::pem(&der);
    }
    by_second(world, SAML_SAVED);
    Ok(())
}

fn delete_saml(world: &mut World, _: &Value) -> Done {
    let provider = with_saml(&mut world.organization)?;
    provider.saml = None;
    let id = provider.id.clone();
    for policy in &mut world.organization.policies {
        policy.enforced &= policy.directory.as_deref() != Some(&id);
    }
    by_second(world, SAML_DELETED);
    Ok(())
}

fn bulk_fetch_bare(world: &mut World, _: &Value) -> Done {
    world.quirks.bulk_fetch_bare = true;
    Ok(())
}

fn bulk_fetch_full(world: &mut World, _: &Value) -> Done {
    world.quirks.bulk_fetch_full = true;
    Ok(())
}

fn task_slow(world: &mut World, sent: &Value) -> Done {
    world.quirks.task_looks = Some(count(sent, "looks")?);
    Ok(())
}

fn task_fails(world: &mut World, sent: &Value) -> Done {
    let named: Vec<String> = match &sent["accounts"] {
        Value::Null => Vec::new(),
        list => read(list)?,
    };
    let lower = named.iter().map(|email| email.to_lowercase()).collect();
    world.quirks.task_fails = Some(lower);
    Ok(())
}

fn audit_log_empty(world: &mut World, _: &Value) -> Done {
    world.quirks.audit_log_empty = true;
    Ok(())
}

fn audit_log_delay(world: &mut World, sent: &Value) -> Done {
    let lag = SignedDuration::from_secs(number(sent, "seconds")?);
    world.quirks.audit_lag = Some(lag);
    Ok(())
}

/// Writes into the audit log what the second administrator did.
fn by_second(world: &mut World, action: Action) {
    said_by_second(world, action, action.display);
}

/// The same, in words of its own.
fn said_by_second(world: &mut World, action: Action, message: &str) {
    let actor = world.organization.admins.last().cloned();
    world.log(action, &actor.unwrap_or_default(), message, Vec::new());
}

/// The policy that was named by its name or id.
fn policy<'a>(
    organization: &'a mut Organization,
    sent: &Value,
) -> Result<&'a mut AuthPolicy, LeverError> {
    let named = word(sent, "policy")?;
    organization
        .policies
        .iter_mut()
        .find(|policy| policy.name == named || policy.id == named)
        .ok_or_else(|| LeverError::NoSuch(named.to_owned()))
}

/// The address of an account in lower case, when there is such an account.
fn account(organization: &Organization, email: &str) -> Result<String, LeverError> {
    organization
        .account_of(email)
        .map(|account| account.email.to_lowercase())
        .ok_or_else(|| LeverError::NoSuch(email.to_owned()))
}

fn with_saml(organization: &mut Organization) -> Result<&mut IdentityProvider, LeverError> {
    organization
        .identity_providers
        .iter_mut()
        .find(|provider| provider.saml.is_some())
        .ok_or_else(|| LeverError::NoSuch("SAML configuration".into()))
}

/// A certificate that nothing here signs with, as somebody would paste it.
fn pem(starts: Timestamp, ends: Timestamp) -> String {
    let other = new_signing_key(SUBJECT, starts, ends);
    certificate::pem(&other.certificate)
}
