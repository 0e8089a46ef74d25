//! What each lever does to the world. The list is the documentation: its names are those of the methods of
//! [`super::Levers`] and of the addresses under `/levers/` on the control listener.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::LeverError;
use crate::company;
use crate::faults::Fault;
use crate::objects::ATLASSIAN_TEMPLATE;
use crate::organization::ApiKey;
use crate::roles::Role;
use crate::tempo::{Delay, Wait};
use crate::tenant::{Kind, Premium, text};
use crate::world::{Challenge, Quirks, Unauthorized, World};
use crate::{atlassian, scenarios};

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
pub(crate) const LEVERS: &[Lever] = &[
    lever(
        "fault",
        r#"{"host":"graph","method":"POST","path_contains":"instantiate","effect":"lose_answer"}"#,
        fault,
        "Puts a fault of the line or of a gateway in the way of requests.",
    ),
    lever(
        "clear_faults",
        "{}",
        clear_faults,
        "Takes every waiting fault out of the way.",
    ),
    lever(
        "poke",
        "{}",
        poke,
        "Makes everything visible that was written and is not visible yet.",
    ),
    lever(
        "time_passes",
        r#"{"seconds":3600}"#,
        time_passes,
        "Lets time pass at once: codes, tokens and keys grow old.",
    ),
    lever(
        "clock_skew",
        r#"{"seconds":3600}"#,
        clock_skew,
        "Sets the time wrong that services write into headers and bodies.",
    ),
    lever(
        "instantiate_answers_404_though_created",
        r#"{"times":1}"#,
        instantiate_not_found,
        "The next application made from a template is made, and the answer is 404.",
    ),
    lever(
        "visibility_delay",
        r#"{"reads":4}"#,
        visibility_delay,
        "New objects stay unseen for so many reads, or seconds; nothing sent: as usual again.",
    ),
    lever(
        "replicas_disagree",
        r#"{"reads":6}"#,
        replicas_disagree,
        "New objects are seen only by every second of the next reads.",
    ),
    lever(
        "claims_challenge_once",
        "{}",
        challenge_once,
        "Graph answers 401 with a claims challenge until a token comes that was asked for with those claims; a refresh is enough.",
    ),
    lever(
        "claims_challenge_needs_person",
        "{}",
        challenge_person,
        "The same, but a refresh is refused and the person must sign in.",
    ),
    lever(
        "revoke_refresh_tokens",
        "{}",
        revoke_refresh_tokens,
        "Every refresh token is revoked (AADSTS50173).",
    ),
    lever(
        "refresh_tokens_idle",
        "{}",
        refresh_tokens_idle,
        "Every refresh token has been idle too long (AADSTS700082).",
    ),
    lever(
        "token_expires_now",
        "{}",
        token_expires_now,
        "Every access token is past its time.",
    ),
    lever(
        "forget_sessions",
        "{}",
        forget_sessions,
        "Browsers have to sign in again.",
    ),
    lever(
        "forget_consents",
        "{}",
        forget_consents,
        "Nobody has consented to anything.",
    ),
    lever(
        "deny_consent",
        "{}",
        deny_consent,
        "The next consent page is answered with Cancel, whatever is pressed (AADSTS65004).",
    ),
    lever(
        "admin_approval_required",
        "{}",
        approval_required,
        "Every consent needs an administrator's approval (AADSTS90094).",
    ),
    lever(
        "conditional_access_block",
        "{}",
        conditional_access,
        "Conditional Access blocks sign-in and refresh (AADSTS53003).",
    ),
    lever(
        "user_not_assigned",
        "{}",
        not_assigned,
        "The person is not assigned to the client (AADSTS50105).",
    ),
    lever(
        "unknown_client",
        "{}",
        unknown_client,
        "The tenant does not know any client id (AADSTS700016).",
    ),
    lever(
        "wrong_tenant_account",
        "{}",
        wrong_tenant,
        "Whoever signs in turns out to be an administrator of another tenant.",
    ),
    lever(
        "sign_in_as_usual",
        "{}",
        sign_in_as_usual,
        "Takes back what the levers about signing in have set.",
    ),
    lever(
        "restore_allowed",
        "{}",
        restore_allowed,
        "Graph restores deleted applications for signed-in persons.",
    ),
    lever(
        "premium_off",
        "{}",
        premium_off,
        "The tenant has no premium licence.",
    ),
    lever(
        "activate_role",
        r#"{"account":"adele@contoso.com","role":"Cloud Application Administrator"}"#,
        activate_role,
        "Gives somebody an active directory role; it counts from the next token on.",
    ),
    lever(
        "deactivate_role",
        r#"{"account":"adele@contoso.com","role":"Cloud Application Administrator"}"#,
        deactivate_role,
        "Takes an active directory role away.",
    ),
    lever(
        "rename_app",
        r#"{"app":"Atlassian Cloud","name":"Jira"}"#,
        rename_app,
        "A second administrator renames an application.",
    ),
    lever(
        "delete_app",
        r#"{"app":"Atlassian Cloud"}"#,
        delete_app,
        "A second administrator deletes an application.",
    ),
    lever(
        "disable_app",
        r#"{"app":"Atlassian Cloud"}"#,
        disable_app,
        "A second administrator disables an application.",
    ),
    lever(
        "strip_tag",
        r#"{"app":"Atlassian Cloud","tag":"a-tag"}"#,
        strip_tag,
        "A second administrator removes a tag from an application and its service principal; no tag: every one.",
    ),
    lever(
        "add_namesake",
        r#"{"name":"Atlassian Cloud"}"#,
        add_namesake,
        "A second administrator makes another application of that name from the same template.",
    ),
    lever(
        "gallery_without_atlassian",
        "{}",
        gallery_without,
        "The gallery does not offer Atlassian Cloud.",
    ),
    lever(
        "no_provisioning_in_template",
        "{}",
        no_provisioning,
        "The Atlassian Cloud template does not offer provisioning.",
    ),
    lever(
        "key_expired",
        "{}",
        key_expired,
        "The organization key has expired.",
    ),
    lever(
        "key_lacks",
        r#"{"feature":"domains"}"#,
        key_lacks,
        "The organization key may not use a feature any more: orgs, domains, users, directories, groups, workspaces, policies, api-keys.",
    ),
    lever(
        "unauthorized_form",
        r#"{"form":"empty"}"#,
        unauthorized_form,
        "How the organization API says 401: gateway, errors or empty.",
    ),
    lever(
        "domain_unverified",
        r#"{"domain":"contoso.com"}"#,
        domain_unverified,
        "A domain is not verified at Atlassian any more.",
    ),
    lever(
        "unclaim_accounts",
        "{}",
        unclaim_accounts,
        "No domain's accounts are claimed.",
    ),
    lever(
        "remove_second_admin",
        "{}",
        remove_second_admin,
        "Only the first organization admin is left.",
    ),
    lever(
        "admins_all_inside_domain",
        "{}",
        admins_inside,
        "Every organization admin has an address of contoso.com.",
    ),
];

/// The lever of that name.
pub(crate) fn find(name: &str) -> Option<&'static Lever> {
    LEVERS.iter().find(|lever| lever.name == name)
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

fn fault(world: &mut World, sent: &Value) -> Done {
    world.faults.push(read::<Fault>(sent)?);
    Ok(())
}

fn clear_faults(world: &mut World, _: &Value) -> Done {
    world.faults.clear();
    Ok(())
}

fn poke(world: &mut World, _: &Value) -> Done {
    world.poke();
    Ok(())
}

fn time_passes(world: &mut World, sent: &Value) -> Done {
    world.clock.pass(number(sent, "seconds")?);
    Ok(())
}

fn clock_skew(world: &mut World, sent: &Value) -> Done {
    world.clock.skew(number(sent, "seconds")?);
    Ok(())
}

fn instantiate_not_found(world: &mut World, sent: &Value) -> Done {
    world.quirks.instantiate_not_found = if sent["times"].is_null() {
        1
    } else {
        count(sent, "times")?
    };
    Ok(())
}

fn visibility_delay(world: &mut World, sent: &Value) -> Done {
    world.quirks.delay = if !sent["reads"].is_null() {
        Some(Delay::Reads(count(sent, "reads")?))
    } else if !sent["seconds"].is_null() {
        Some(Delay::Seconds(number(sent, "seconds")?))
    } else {
        None
    };
    Ok(())
}

fn replicas_disagree(world: &mut World, sent: &Value) -> Done {
    // An even number starts with a read that sees the object and ends with one that does not.
    world.quirks.delay = Some(Delay::Flicker(count(sent, "reads")?));
    Ok(())
}

fn challenge(world: &mut World, person: bool) -> Done {
    world.quirks.challenges += 1;
    let since = (world.clock.now().as_second() + world.quirks.challenges).to_string();
    let claims = json!({"access_token": {"nbf": {"essential": true, "value": since}}}).to_string();
    world.quirks.challenge = Some(Challenge { claims, person });
    Ok(())
}

fn challenge_once(world: &mut World, _: &Value) -> Done {
    challenge(world, false)
}

fn challenge_person(world: &mut World, _: &Value) -> Done {
    challenge(world, true)
}

fn revoke_refresh_tokens(world: &mut World, _: &Value) -> Done {
    world
        .desk
        .refresh
        .values_mut()
        .for_each(|token| token.dead = Some(50173));
    // Who was revoked must sign in again in the browser too.
    world.desk.sessions.clear();
    Ok(())
}

fn refresh_tokens_idle(world: &mut World, _: &Value) -> Done {
    world
        .desk
        .refresh
        .values_mut()
        .for_each(|token| token.dead = Some(700_082));
    Ok(())
}

fn token_expires_now(world: &mut World, _: &Value) -> Done {
    let now = world.clock.now();
    world
        .desk
        .access
        .values_mut()
        .for_each(|token| token.expires = now);
    Ok(())
}

fn forget_sessions(world: &mut World, _: &Value) -> Done {
    world.desk.sessions.clear();
    Ok(())
}

fn forget_consents(world: &mut World, _: &Value) -> Done {
    world.home().grants.clear();
    Ok(())
}

fn deny_consent(world: &mut World, _: &Value) -> Done {
    world.quirks.deny_consent = true;
    Ok(())
}

fn approval_required(world: &mut World, _: &Value) -> Done {
    world.quirks.approval_required = true;
    Ok(())
}

fn conditional_access(world: &mut World, _: &Value) -> Done {
    world.quirks.conditional_access = true;
    Ok(())
}

fn not_assigned(world: &mut World, _: &Value) -> Done {
    world.quirks.not_assigned = true;
    Ok(())
}

fn unknown_client(world: &mut World, _: &Value) -> Done {
    world.quirks.unknown_client = true;
    Ok(())
}

fn wrong_tenant(world: &mut World, _: &Value) -> Done {
    world.quirks.wrong_tenant = true;
    Ok(())
}

fn sign_in_as_usual(world: &mut World, _: &Value) -> Done {
    let quirks = std::mem::take(&mut world.quirks);
    // Only what concerns the sign-in goes back; the rest stays as levers have set it.
    world.quirks = Quirks {
        challenge: None,
        deny_consent: false,
        approval_required: false,
        conditional_access: false,
        not_assigned: false,
        unknown_client: false,
        wrong_tenant: false,
        ..quirks
    };
    Ok(())
}

fn restore_allowed(world: &mut World, _: &Value) -> Done {
    world.quirks.restore_allowed = true;
    Ok(())
}

fn premium_off(world: &mut World, _: &Value) -> Done {
    world.home().premium = Premium::None;
    Ok(())
}

fn role_of(world: &mut World, sent: &Value) -> Result<(usize, Role), LeverError> {
    let role = Role::known(word(sent, "role")?)
        .ok_or_else(|| LeverError::NoSuch(sent["role"].to_string()))?;
    let home = world.home();
    let Some(name) = sent["account"].as_str() else {
        return Ok((world.handover.accounts[0], role));
    };
    let at = home
        .accounts
        .iter()
        .position(|account| home.people.person(account.person).user_principal_name == name);
    Ok((at.ok_or_else(|| LeverError::NoSuch(name.to_owned()))?, role))
}

fn activate_role(world: &mut World, sent: &Value) -> Done {
    let (at, role) = role_of(world, sent)?;
    let roles = &mut world.home().accounts[at].roles;
    if !roles.contains(&role) {
        roles.push(role);
    }
    Ok(())
}

fn deactivate_role(world: &mut World, sent: &Value) -> Done {
    let (at, role) = role_of(world, sent)?;
    world.home().accounts[at].roles.retain(|held| *held != role);
    Ok(())
}

/// The ids of an application and of its service principal, found by object id, client id or name.
fn pair(world: &mut World, sent: &Value) -> Result<(String, String), LeverError> {
    let wanted = word(sent, "app")?;
    let home = world.home();
    let is_it = |body: &&Map<String, Value>| {
        ["id", "appId", "displayName"]
            .iter()
            .any(|name| text(body, name) == wanted)
    };
    let by_principal = || {
        home.truths(Kind::ServicePrincipal)
            .find(is_it)
            .map(|body| text(body, "appId").to_owned())
    };
    let app_id = home
        .truths(Kind::Application)
        .find(is_it)
        .map(|body| text(body, "appId").to_owned())
        .or_else(by_principal);
    let app_id = app_id.ok_or_else(|| LeverError::NoSuch(wanted.to_owned()))?;
    let id = |kind| {
        home.by_app_id(kind, &app_id)
            .map(|body| text(body, "id").to_owned())
            .unwrap_or_default()
    };
    Ok((id(Kind::Application), id(Kind::ServicePrincipal)))
}

fn rename_app(world: &mut World, sent: &Value) -> Done {
    let (application, principal) = pair(world, sent)?;
    let name = word(sent, "name")?.to_owned();
    world
        .home()
        .change(Kind::Application, &application, Wait::Nothing, |body| {
            drop(body.insert("displayName".into(), name.clone().into()))
        });
    world
        .home()
        .change(Kind::ServicePrincipal, &principal, Wait::Nothing, |body| {
            body.insert("displayName".into(), name.clone().into());
            body.insert("appDisplayName".into(), name.clone().into());
        });
    Ok(())
}

fn delete_app(world: &mut World, sent: &Value) -> Done {
    let (application, _) = pair(world, sent)?;
    let now = world.clock.shown();
    world
        .home()
        .delete(Kind::Application, &application, now, &Wait::Nothing);
    Ok(())
}

fn disable_app(world: &mut World, sent: &Value) -> Done {
    let (_, principal) = pair(world, sent)?;
    world
        .home()
        .change(Kind::ServicePrincipal, &principal, Wait::Nothing, |body| {
            drop(body.insert("accountEnabled".into(), false.into()))
        });
    Ok(())
}

fn strip_tag(world: &mut World, sent: &Value) -> Done {
    let (application, principal) = pair(world, sent)?;
    let tag = sent["tag"].as_str();
    for (kind, id) in [
        (Kind::Application, application),
        (Kind::ServicePrincipal, principal),
    ] {
        world.home().change(kind, &id, Wait::Nothing, |body| {
            if let Some(Value::Array(tags)) = body.get_mut("tags") {
                tags.retain(|held| tag.is_some_and(|tag| held != tag));
            }
        });
    }
    Ok(())
}

fn add_namesake(world: &mut World, sent: &Value) -> Done {
    let created = world.clock.graph_date();
    scenarios::add_namesake(world, word(sent, "name")?, &created);
    Ok(())
}

fn gallery_without(world: &mut World, _: &Value) -> Done {
    world
        .home()
        .templates
        .retain(|template| template["id"] != ATLASSIAN_TEMPLATE);
    Ok(())
}

fn no_provisioning(world: &mut World, _: &Value) -> Done {
    let templates = &mut world.home().templates;
    templates
        .iter_mut()
        .filter(|template| template["id"] == ATLASSIAN_TEMPLATE)
        .for_each(|template| template["supportedProvisioningTypes"] = json!([]));
    Ok(())
}

fn handed_key(world: &mut World) -> Result<&mut ApiKey, LeverError> {
    let value = world.handover.organization_key.clone();
    world
        .organization
        .keys
        .iter_mut()
        .find(|key| key.value == value)
        .ok_or_else(|| LeverError::NoSuch("organization key".into()))
}

fn key_expired(world: &mut World, _: &Value) -> Done {
    let now = world.clock.now();
    handed_key(world)?.expires = now;
    Ok(())
}

fn key_lacks(world: &mut World, sent: &Value) -> Done {
    let feature = word(sent, "feature")?;
    if !atlassian::keys::FEATURES
        .iter()
        .any(|(known, _)| *known == feature)
    {
        return Err(LeverError::NoSuch(feature.to_owned()));
    }
    handed_key(world)?.lacks.insert(feature.to_owned());
    Ok(())
}

fn unauthorized_form(world: &mut World, sent: &Value) -> Done {
    world.quirks.unauthorized = match word(sent, "form")? {
        "gateway" => Unauthorized::Gateway,
        "errors" => Unauthorized::Errors,
        "empty" => Unauthorized::Empty,
        other => return Err(LeverError::NoSuch(other.to_owned())),
    };
    Ok(())
}

fn domain_unverified(world: &mut World, sent: &Value) -> Done {
    let name = word(sent, "domain")?;
    let domain = world
        .organization
        .domains
        .iter_mut()
        .find(|domain| domain.name == name);
    let domain = domain.ok_or_else(|| LeverError::NoSuch(name.to_owned()))?;
    (domain.verified, domain.claimed) = (false, false);
    Ok(())
}

fn unclaim_accounts(world: &mut World, _: &Value) -> Done {
    world
        .organization
        .domains
        .iter_mut()
        .for_each(|domain| domain.claimed = false);
    Ok(())
}

fn remove_second_admin(world: &mut World, _: &Value) -> Done {
    world.organization.admins.truncate(1);
    Ok(())
}

fn admins_inside(world: &mut World, _: &Value) -> Done {
    let inside = [company::ADELE, company::MEGAN]
        .map(|person| world.home().people.person(person).user_principal_name);
    world.organization.admins = inside.to_vec();
    Ok(())
}
