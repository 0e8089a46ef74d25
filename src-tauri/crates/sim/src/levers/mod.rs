//! The levers: what a test, or a person who wants to see a failure, can do to practice while it runs. Each method is also
//! a POST on the control listener under the same name. The list with examples is [`acts::levers`].

pub(crate) mod acts;
mod organization;
mod saml;
mod single_sign_on;

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::faults::{Effect, Fault};
use crate::practice::Stage;
use crate::wire::Host;
use crate::world::World;

/// Why a lever could not be pulled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeverError {
    /// There is no lever, object, role or feature of that name.
    NoSuch(String),
    /// What was sent does not fit the lever.
    BadBody(String),
}

impl fmt::Display for LeverError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LeverError::NoSuch(name) => write!(out, "There is nothing called {name} here."),
            LeverError::BadBody(why) => write!(out, "The body does not fit the lever: {why}."),
        }
    }
}

impl std::error::Error for LeverError {}

/// How long new objects stay unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// For so many reads of them.
    Reads(u32),
    /// For so many seconds.
    Seconds(i64),
    /// As the tempo has it.
    AsUsual,
}

/// A handle on the levers of a running practice.
#[derive(Clone, Debug)]
pub struct Levers {
    stage: Arc<Stage>,
}

/// Pulls a lever by its name.
pub(crate) fn pull(world: &mut World, name: &str, sent: &Value) -> Result<(), LeverError> {
    let lever = acts::find(name).ok_or_else(|| LeverError::NoSuch(name.to_owned()))?;
    (lever.act)(world, sent)
}

impl Levers {
    pub(crate) fn new(stage: Arc<Stage>) -> Levers {
        Levers { stage }
    }

    /// Pulls a lever by its name, with the body that the control listener would get.
    pub fn pull(&self, name: &str, sent: &Value) -> Result<(), LeverError> {
        pull(&mut self.stage.world(), name, sent)
    }

    /// Puts a fault of the line or of a gateway in the way of requests.
    pub fn fault(&self, fault: Fault) {
        self.stage.world().faults.push(fault);
    }

    /// Puts an effect in the way of the next such request: the short form of [`Levers::fault`].
    pub fn fault_once(&self, host: Host, method: &str, path_contains: &str, effect: Effect) {
        self.fault(Fault {
            host: Some(host),
            method: Some(method.into()),
            path_contains: path_contains.into(),
            ..Fault::next(effect)
        });
    }

    /// Takes every waiting fault out of the way.
    pub fn clear_faults(&self) {
        self.surely("clear_faults", json!({}));
    }

    /// Makes everything visible that was written and is not visible yet.
    pub fn poke(&self) {
        self.surely("poke", json!({}));
    }

    /// Lets time pass at once: codes, tokens and keys grow old.
    pub fn time_passes(&self, seconds: i64) {
        self.surely("time_passes", json!({"seconds": seconds}));
    }

    /// Sets the time wrong that services write into headers and bodies.
    pub fn clock_skew(&self, seconds: i64) {
        self.surely("clock_skew", json!({"seconds": seconds}));
    }

    /// The next application made from a template is made, and the answer is 404.
    pub fn instantiate_answers_404_though_created(&self) {
        self.surely(
            "instantiate_answers_404_though_created",
            json!({"times": 1}),
        );
    }

    /// New objects stay unseen for a while.
    pub fn visibility_delay(&self, visibility: Visibility) {
        let sent = match visibility {
            Visibility::Reads(reads) => json!({"reads": reads}),
            Visibility::Seconds(seconds) => json!({"seconds": seconds}),
            Visibility::AsUsual => json!({}),
        };
        self.surely("visibility_delay", sent);
    }

    /// New objects are seen only by every second of the next reads.
    pub fn replicas_disagree(&self, reads: u32) {
        self.surely("replicas_disagree", json!({"reads": reads}));
    }

    /// Graph answers 401 with a claims challenge until a token comes that was asked for with those claims; a refresh is enough.
    pub fn claims_challenge_once(&self) {
        self.surely("claims_challenge_once", json!({}));
    }

    /// The same, but a refresh is refused and the person must sign in.
    pub fn claims_challenge_needs_person(&self) {
        self.surely("claims_challenge_needs_person", json!({}));
    }

    /// Every refresh token is revoked (AADSTS50173).
    pub fn revoke_refresh_tokens(&self) {
        self.surely("revoke_refresh_tokens", json!({}));
    }

    /// Every refresh token has been idle too long (AADSTS700082).
    pub fn refresh_tokens_idle(&self) {
        self.surely("refresh_tokens_idle", json!({}));
    }

    /// Every access token is past its time.
    pub fn token_expires_now(&self) {
        self.surely("token_expires_now", json!({}));
    }

    /// Browsers have to sign in again.
    pub fn forget_sessions(&self) {
        self.surely("forget_sessions", json!({}));
    }

    /// Nobody has consented to anything.
    pub fn forget_consents(&self) {
        self.surely("forget_consents", json!({}));
    }

    /// The next consent page is answered with Cancel, whatever is pressed (AADSTS65004).
    pub fn deny_consent(&self) {
        self.surely("deny_consent", json!({}));
    }

    /// Every consent needs an administrator's approval (AADSTS90094).
    pub fn admin_approval_required(&self) {
        self.surely("admin_approval_required", json!({}));
    }

    /// Conditional Access blocks sign-in and refresh (AADSTS53003).
    pub fn conditional_access_block(&self) {
        self.surely("conditional_access_block", json!({}));
    }

    /// The person is not assigned to the client (AADSTS50105).
    pub fn user_not_assigned(&self) {
        self.surely("user_not_assigned", json!({}));
    }

    /// The tenant does not know any client id (AADSTS700016).
    pub fn unknown_client(&self) {
        self.surely("unknown_client", json!({}));
    }

    /// Whoever signs in turns out to be an administrator of another tenant.
    pub fn wrong_tenant_account(&self) {
        self.surely("wrong_tenant_account", json!({}));
    }

    /// Takes back what the levers about signing in have set.
    pub fn sign_in_as_usual(&self) {
        self.surely("sign_in_as_usual", json!({}));
    }

    /// Graph restores deleted applications for signed-in persons.
    pub fn restore_allowed(&self) {
        self.surely("restore_allowed", json!({}));
    }

    /// The tenant has no premium licence.
    pub fn premium_off(&self) {
        self.surely("premium_off", json!({}));
    }

    /// Gives somebody an active directory role, by its name; it counts from the next token on.
    pub fn activate_role(&self, account: &str, role: &str) -> Result<(), LeverError> {
        self.pull("activate_role", &json!({"account": account, "role": role}))
    }

    /// Takes an active directory role away.
    pub fn deactivate_role(&self, account: &str, role: &str) -> Result<(), LeverError> {
        self.pull(
            "deactivate_role",
            &json!({"account": account, "role": role}),
        )
    }

    /// A second administrator renames an application, named by object id, client id or name.
    pub fn rename_app(&self, app: &str, name: &str) -> Result<(), LeverError> {
        self.pull("rename_app", &json!({"app": app, "name": name}))
    }

    /// A second administrator deletes an application.
    pub fn delete_app(&self, app: &str) -> Result<(), LeverError> {
        self.pull("delete_app", &json!({"app": app}))
    }

    /// A second administrator disables an application.
    pub fn disable_app(&self, app: &str) -> Result<(), LeverError> {
        self.pull("disable_app", &json!({"app": app}))
    }

    /// A second administrator removes a tag from an application and its service principal.
    pub fn strip_tag(&self, app: &str, tag: &str) -> Result<(), LeverError> {
        self.pull("strip_tag", &json!({"app": app, "tag": tag}))
    }

    /// A second administrator makes another application of that name from the same template.
    pub fn add_namesake(&self, name: &str) {
        self.surely("add_namesake", json!({"name": name}));
    }

    /// The gallery does not offer Atlassian Cloud.
    pub fn gallery_without_atlassian(&self) {
        self.surely("gallery_without_atlassian", json!({}));
    }

    /// The Atlassian Cloud template does not offer provisioning.
    pub fn no_provisioning_in_template(&self) {
        self.surely("no_provisioning_in_template", json!({}));
    }

    /// The organization key has expired.
    pub fn key_expired(&self) {
        self.surely("key_expired", json!({}));
    }

    /// The organization key may not use a feature any more.
    pub fn key_lacks(&self, feature: &str) -> Result<(), LeverError> {
        self.pull("key_lacks", &json!({"feature": feature}))
    }

    /// Every key opens another organization, called Fabrikam: what pasting a key of another organization comes to.
    pub fn other_organization(&self) {
        self.surely("other_organization", json!({}));
    }

    /// How the organization API says 401: `gateway`, `errors` or `empty`.
    pub fn unauthorized_form(&self, form: &str) -> Result<(), LeverError> {
        self.pull("unauthorized_form", &json!({"form": form}))
    }

    /// A domain is not verified at Atlassian any more.
    pub fn domain_unverified(&self, domain: &str) -> Result<(), LeverError> {
        self.pull("domain_unverified", &json!({"domain": domain}))
    }

    /// No domain's accounts are claimed.
    pub fn unclaim_accounts(&self) {
        self.surely("unclaim_accounts", json!({}));
    }

    /// Only the first organization admin is left.
    pub fn remove_second_admin(&self) {
        self.surely("remove_second_admin", json!({}));
    }

    /// Every organization admin has an address of contoso.com.
    pub fn admins_all_inside_domain(&self) {
        self.surely("admins_all_inside_domain", json!({}));
    }

    fn surely(&self, name: &str, sent: Value) {
        self.pull(name, &sent)
            .expect("a lever that takes nothing from outside can always be pulled");
    }
}
