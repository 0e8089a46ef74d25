//! Everything that the practice services share: two tenants, one organization, who is signed in, and what the levers
//! have changed. Services read and write it under one lock, so that a request is one step.

use std::collections::HashMap;

use jiff::SignedDuration;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::atlassian::site::desk::SiteDesk;
use crate::entra::desk::SignInDesk;
use crate::events::{Action, MEMBER_ADDED, Occasion};
use crate::faults::Fault;
use crate::ledger::Ledger;
use crate::organization::Organization;
use crate::security::{AuthPolicy, IdentityProvider};
use crate::tempo::{Clock, Delay, Glance, REPLICAS, Tempo, Wait, Write, wait_for};
use crate::tenant::{Tenant, text};
use crate::wire::Host;

/// A claims challenge that Graph wants answered.
#[derive(Clone, Debug)]
pub(crate) struct Challenge {
    pub claims: String,
    /// Whether a person has to sign in, or a refresh with the claims is enough.
    pub person: bool,
}

/// How the organization API says 401.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Unauthorized {
    /// The gateway's short form.
    #[default]
    Gateway,
    /// The form of every other error.
    Errors,
    /// No body.
    Empty,
}

/// What the levers have switched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quirks {
    pub delay: Option<Delay>,
    pub instantiate_not_found: u32,
    pub challenge: Option<Challenge>,
    /// How many challenges there were, so that an old answer does not fit a new one.
    pub challenges: i64,
    pub deny_consent: bool,
    pub approval_required: bool,
    pub conditional_access: bool,
    pub not_assigned: bool,
    pub unknown_client: bool,
    pub wrong_tenant: bool,
    pub restore_allowed: bool,
    /// New identifier URIs must show whose they are.
    pub foreign_identifiers_refused: bool,
    /// The cloud has no action that makes signing certificates.
    pub no_certificate_action: bool,
    /// The limit on reads of reports is kept; off by default, since tests read fast.
    pub reports_throttled: bool,
    /// The kind of response that stands in for the right one.
    pub saml_response: Option<&'static str>,
    /// Whether Conditional Access blocks every sign-in by SAML.
    pub saml_blocked: bool,
    /// How many more times the metadata shows none of an application's own certificates.
    pub metadata_lags: u32,
    /// Whether the appid is lost on the way to the metadata.
    pub metadata_without_appid: bool,
    /// After how many seconds the sign-in log shows an entry, instead of the tempo's own lag.
    pub sign_in_log_lag: Option<i64>,
    pub unauthorized: Unauthorized,
    /// What the audit log lags behind, when a lever says so.
    pub audit_lag: Option<SignedDuration>,
    pub audit_log_empty: bool,
    /// Whether a look at the policies of accounts answers nothing but the address.
    pub bulk_fetch_bare: bool,
    pub bulk_fetch_full: bool,
    /// How often a task has to be looked at before it is done, when a lever says so.
    pub task_looks: Option<u32>,
    /// The addresses that the next task fails for; an empty list stands for all of them.
    pub task_fails: Option<Vec<String>>,
}

/// The names under which the cloud file tells what one would be given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Handover {
    pub client_id: String,
    pub organization_key: String,
    pub keys: Vec<(String, String)>,
    /// The numbers of the accounts in the order of the cloud file.
    pub accounts: Vec<usize>,
}

/// The shared state.
pub(crate) struct World {
    pub clock: Clock,
    pub tempo: Tempo,
    pub places: HashMap<Host, String>,
    /// The practice tenant and, second, a stranger to be signed in to by mistake.
    pub tenants: Vec<Tenant>,
    pub organization: Organization,
    pub desk: SignInDesk,
    pub site: SiteDesk,
    pub quirks: Quirks,
    pub handover: Handover,
    pub faults: Vec<Fault>,
    pub ledger: Ledger,
    /// When reports were read of late, for the limit on them.
    pub report_reads: Vec<Timestamp>,
    /// The path that is being answered.
    asked: String,
    /// Which replica answered each path last.
    turns: HashMap<String, usize>,
}

impl World {
    /// A world of one company, before any scenario has touched it.
    pub fn new(tempo: Tempo, tenants: Vec<Tenant>, organization: Organization) -> World {
        World {
            clock: Clock::default(),
            tempo,
            places: HashMap::new(),
            tenants,
            organization,
            desk: SignInDesk::default(),
            site: SiteDesk::default(),
            quirks: Quirks::default(),
            handover: Handover::default(),
            faults: Vec::new(),
            ledger: Ledger::default(),
            report_reads: Vec::new(),
            asked: String::new(),
            turns: HashMap::new(),
        }
    }

    /// The address of a service, without a slash at the end.
    pub fn place(&self, host: Host) -> String {
        self.places.get(&host).cloned().unwrap_or_default()
    }

    /// The practice tenant.
    pub fn home(&mut self) -> &mut Tenant {
        &mut self.tenants[0]
    }

    /// A request begins.
    pub fn asks(&mut self, path: &str) {
        path.clone_into(&mut self.asked);
    }

    /// The next read: the replicas take turns for each path, so that what is read between two readings of one thing
    /// does not decide which replica answers them.
    pub fn glance(&mut self) -> Glance {
        let turn = self.turns.entry(self.asked.clone()).or_default();
        *turn = (*turn + 1) % REPLICAS;
        Glance {
            replica: *turn,
            now: self.clock.now(),
            index: false,
        }
    }

    /// The next read through the index of lists, which lags a little more.
    pub fn glance_index(&mut self) -> Glance {
        Glance {
            index: true,
            ..self.glance()
        }
    }

    /// How long this write stays unseen.
    pub fn wait(&self, write: Write) -> Wait {
        wait_for(write, self.tempo, self.quirks.delay, self.clock.now())
    }

    /// Makes pending things visible.
    pub fn poke(&mut self) {
        self.tenants.iter_mut().for_each(Tenant::poke);
        self.organization.poke_tasks(self.clock.now());
        self.settle();
        self.organization.poke_events(self.clock.now());
    }

    /// Does what has become due since the last request.
    pub fn settle(&mut self) {
        for (email, policy) in self.organization.settle_tasks(self.clock.now()) {
            let actor = self.organization.admins.first().cloned();
            let message = format!("Added {email} to authentication policy {policy}");
            let context = vec![self.organization.as_context(&email)];
            self.log(MEMBER_ADDED, &actor.unwrap_or_default(), &message, context);
        }
    }

    /// Writes an entry into the organization's audit log: now, seen as late as the tempo has it.
    pub fn log(&mut self, action: Action, actor_email: &str, message: &str, context: Vec<Value>) {
        let when = Occasion::now(self.clock.now(), self.tempo, self.quirks.audit_lag);
        self.organization
            .log(when, action, actor_email, message, context);
    }

    /// Everything that a wizard may change, in a stable order and without times, so that two dumps can be compared.
    /// Consents and the recycle bin stand apart: signing in adds to the one and an undo to the other.
    pub fn dump(&self) -> Value {
        let tenant = &self.tenants[0];
        let deleted: Vec<Value> =
            sorted(tenant.deleted.iter().map(|item| json!({"kind": item.kind.type_name(), "displayName": text(&item.body, "displayName")})));
        let consents = sorted(tenant.grants.iter().map(|grant| {
            let mut scopes = grant.scopes.clone();
            scopes.sort();
            json!({"client": grant.client, "person": grant.person, "scopes": scopes})
        }));
        json!({
            "tenant": tenant.dump(),
            "organization": self.dump_organization(),
            "consents": consents,
            "deleted": deleted,
        })
    }

    fn dump_organization(&self) -> Value {
        let organization = &self.organization;
        json!({
            "id": organization.id, "name": organization.name, "guard": organization.guard,
            "domains": sorted(organization.domains.iter().map(|domain| json!({
                "name": domain.name, "verified": domain.verified, "claimed": domain.claimed
            }))),
            "admins": sorted(organization.admins.iter().map(|admin| json!(admin))),
            "accounts": organization.total(),
            "deactivated": organization.deactivated,
            "keys": sorted(organization.keys.iter().map(|key| json!({"label": key.label, "scopes": key.scopes}))),
            "identityProviders": sorted(organization.identity_providers.iter().map(dump_provider)),
            "policies": sorted(organization.policies.iter().map(|policy| self.dump_policy(policy))),
        })
    }

    /// A policy without the id that it was given at random; its directory goes by its name.
    fn dump_policy(&self, policy: &AuthPolicy) -> Value {
        let directory = policy.directory.as_deref();
        let provider = directory.and_then(|id| self.organization.identity_provider(id));
        let mut members = policy.members.clone();
        members.sort();
        json!({
            "name": policy.name, "directory": provider.map(|provider| &provider.name), "default": policy.default,
            "enforced": policy.enforced, "members": members,
        })
    }
}

/// A directory without the ids that it was given at random, so that deleting one and making its like again leaves the
/// dump as it was.
fn dump_provider(provider: &IdentityProvider) -> Value {
    let saml = provider.saml.as_ref().map(|saml| {
        json!({"entityId": saml.entity_id, "ssoUrl": saml.sso_url, "certificate": saml.certificate})
    });
    let mut domains = provider.domains.clone();
    domains.sort();
    json!({"name": provider.name, "automatic": provider.automatic, "saml": saml, "domains": domains})
}

/// Values in an order that depends on nothing but themselves.
pub(crate) fn sorted(values: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut values: Vec<Value> = values.collect();
    values.sort_by_cached_key(Value::to_string);
    values
}
