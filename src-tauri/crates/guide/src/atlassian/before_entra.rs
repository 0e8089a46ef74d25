//! Before you start, Entra: what may be read, who is signed in, which role is active, licences, domain names. It only reads.

use async_trait::async_trait;
use connect::signin::{DOMAINS_READ, LICENCES_READ, ORGANIZATION_READ, ROLE_MANAGEMENT_READ};
use connect::{Graph, Scope};
use engine::{
    Check, Facts, Finding, Known, Plan, Skip, Step, StepId, Trouble, Verdict, VerdictState,
};

use crate::evidence::Proven;
use crate::fill;
use crate::shared::rights;
use crate::shared::sign_in::{self, read_only};
use crate::shared::sign_in_checks::nobody;
use crate::{Live, trouble, words};

/// The step's id.
pub const ID: StepId = StepId::of("before-entra");
/// The id of the check of the active role.
pub const ROLE: &str = "role";
const TEXT: &str = include_str!("before_entra.md");

/// The step.
pub struct BeforeEntra;

#[async_trait]
impl Step<Live> for BeforeEntra {
    fn id(&self) -> StepId {
        ID
    }

    fn title(&self) -> &'static str {
        "Before you start: Entra"
    }

    fn text(&self) -> &'static str {
        TEXT
    }

    fn needs(&self) -> &'static [StepId] {
        const NEEDS: &[StepId] = &[sign_in::ID];
        NEEDS
    }

    /// Nothing to do; the active roles are learned for the top bar, and the technical contacts and the person's own
    /// addresses for a later proposal, where they can be read.
    async fn plan(&self, cx: &Live, _known: &Known) -> Result<Plan, Trouble> {
        let Some(graph) = &cx.graph else {
            return Ok(Plan::AlreadySo(Facts::new()));
        };
        let (mut contacts, own) = futures::join!(technical_contacts(graph), own_addresses(graph));
        contacts.learn(&own);
        if !graph.session().has(&ROLE_MANAGEMENT_READ) {
            return Ok(Plan::AlreadySo(contacts));
        }
        let Ok(active) = graph.active_roles().await else {
            return Ok(Plan::AlreadySo(contacts));
        };
        let enough = active.value.iter().find(|role| {
            role.template_id
                .as_deref()
                .is_some_and(words::adds_applications)
        });
        let role = enough
            .or(active.value.first())
            .map_or_else(|| "no active role".to_owned(), name_of);
        Ok(Plan::AlreadySo(contacts.with("entra.role", role)))
    }

    fn checks(&self) -> &'static [&'static dyn Check<Live>] {
        &[&Granted, &Account, &Tenant, &Role, &Licence, &DomainNames]
    }
}

/// Whom the tenant names for technical notices; none while the tenant can't be read.
async fn technical_contacts(graph: &Graph) -> Facts {
    match graph.organization().await {
        Ok(tenant) if !tenant.value.technical_notification_mails.is_empty() => Facts::new().with(
            super::notify::TECHNICAL,
            tenant.value.technical_notification_mails.join(","),
        ),
        _ => Facts::new(),
    }
}

/// Every address of the person who is signed in.
async fn own_addresses(graph: &Graph) -> Facts {
    match graph.me().await {
        Ok(me) => Facts::new().with(super::notify::OWN, me.value.addresses().join(",")),
        Err(_) => Facts::new(),
    }
}

fn with_fix(verdict: Verdict, key: &str, cx: &Live, known: &Known) -> Verdict {
    fill::with_fix(TEXT, key, verdict, cx, known, &[])
}

fn could_not(title: &str, fault: &connect::Fault, doing: &str) -> Vec<Finding> {
    Finding::only(Verdict::unknown(title, &trouble(fault, doing)))
}

/// The Graph of the person who signed in, where they may read this; else what the check says instead of asking Graph for
/// what it would refuse.
fn may_read(cx: &Live, known: &Known, title: &str, scope: &Scope) -> Result<Graph, Vec<Finding>> {
    let graph = nobody(cx, known, &format!("{title} after sign-in"))?;
    if graph.session().has(scope) {
        return Ok(graph);
    }
    let verdict = Verdict::skipped(
        Skip::NothingYet,
        format!("{title} once that is allowed"),
        format!("Not granted yet: {scope}."),
    );
    Err(Finding::only(with_fix(verdict, "consent", cx, known)))
}

struct Granted;

#[async_trait]
impl Check<Live> for Granted {
    fn id(&self) -> &'static str {
        "granted"
    }

    fn title(&self) -> &'static str {
        "Lockstep may read what has to be proven"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match nobody(cx, known, "Rights are known after sign-in") {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        let missing = rights::lacking(&graph, &ID, known);
        let verdict = if missing.is_empty() {
            let detail = "The right to change something is asked for at the first step that changes something.";
            Verdict::new(VerdictState::Pass, "The rights to read are granted", detail)
        } else {
            let verdict = Verdict::skipped(
                Skip::NothingYet,
                "The rights to read are not granted yet",
                format!("Not granted yet: {}.", words::list(&missing)),
            );
            with_fix(verdict, "consent", cx, known)
        };
        rights::as_granted(verdict, &graph)
    }
}

struct Account;

#[async_trait]
impl Check<Live> for Account {
    fn id(&self) -> &'static str {
        "account"
    }

    fn title(&self) -> &'static str {
        "The account belongs to the tenant"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match nobody(cx, known, "The account is looked at after sign-in") {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        let me = match graph.me().await {
            Ok(me) => me,
            Err(fault) => {
                return could_not(
                    "The account could not be read",
                    &fault,
                    "Reading your account.",
                );
            }
        };
        let kind = me
            .value
            .user_type
            .clone()
            .unwrap_or_else(|| "not told".to_owned());
        let name = me.value.user_principal_name.clone();
        // Graph leaves userType out for some accounts: only a clear "Guest" is a fault.
        let verdict = if kind.eq_ignore_ascii_case("guest") {
            let verdict = Verdict::new(
                VerdictState::Fail,
                format!("{name} is a guest in this tenant"),
                "A guest may not read what has to be proven here.",
            );
            with_fix(verdict, "guest", cx, known)
        } else {
            Verdict::new(
                VerdictState::Pass,
                format!("{name} is a member of this tenant"),
                "",
            )
        };
        Finding::only(
            verdict
                .by(&me.call)
                .compared("userType Member", &format!("userType {kind}")),
        )
    }
}

struct Tenant;

#[async_trait]
impl Check<Live> for Tenant {
    fn id(&self) -> &'static str {
        "tenant"
    }

    fn title(&self) -> &'static str {
        "The tenant can be connected"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match may_read(cx, known, "The tenant is looked at", &ORGANIZATION_READ) {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        let organization = match graph.organization().await {
            Ok(organization) => organization,
            Err(fault) => {
                return could_not(
                    "The tenant could not be read",
                    &fault,
                    "Reading the tenant.",
                );
            }
        };
        let tenant = &organization.value;
        let kind = tenant
            .tenant_type
            .clone()
            .unwrap_or_else(|| "not told".to_owned());
        let name = tenant.display_name.clone();
        let consumer = ["AAD B2C", "CIAM"]
            .iter()
            .any(|other| kind.eq_ignore_ascii_case(other));
        let verdict = if consumer {
            let verdict = Verdict::new(
                VerdictState::Fail,
                format!("{name} is a tenant of the type {kind}"),
                "Microsoft supports no provisioning from it.",
            );
            with_fix(verdict, "tenant-type", cx, known)
        } else {
            Verdict::new(
                VerdictState::Pass,
                format!("The tenant is {name}"),
                format!("Tenant id {}.", tenant.id),
            )
        };
        Finding::only(verdict.by(&organization.call).compared(
            "a workforce tenant (tenantType AAD)",
            &format!("tenantType {kind}"),
        ))
    }
}

struct Role;

#[async_trait]
impl Check<Live> for Role {
    fn id(&self) -> &'static str {
        ROLE
    }

    fn title(&self) -> &'static str {
        "A role that may add applications is active"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match may_read(cx, known, "Roles are looked at", &ROLE_MANAGEMENT_READ) {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        let active = match graph.active_roles().await {
            Ok(active) => active,
            Err(fault) => {
                return could_not(
                    "The roles could not be read",
                    &fault,
                    "Reading your active roles.",
                );
            }
        };
        let names: Vec<_> = active.value.iter().map(name_of).collect();
        let found = if names.is_empty() {
            "no active role".to_owned()
        } else {
            words::list(&names)
        };
        let enough = active.value.iter().find(|role| {
            role.template_id
                .as_deref()
                .is_some_and(words::adds_applications)
        });
        let verdict = match enough {
            Some(role) => Verdict::new(
                VerdictState::Pass,
                format!("{} is active", name_of(role)),
                "It may add and set up applications.",
            ),
            // Some tenants answer with empty objects when the right to read roles is missing (entra.md 2.2).
            None if active.value.iter().any(|role| role.template_id.is_none()) => Verdict::new(
                VerdictState::Unknown,
                "Microsoft did not name the active roles",
                "The right to read roles is missing. The step itself will tell.",
            ),
            None => self.not_enough(cx, known, &graph, &found).await,
        };
        let expected = "Cloud Application Administrator, Application Administrator or more";
        Finding::only(verdict.by(&active.call).compared(expected, &found))
    }
}

impl Role {
    async fn not_enough(&self, cx: &Live, known: &Known, graph: &Graph, found: &str) -> Verdict {
        if read_only(known) {
            let detail = "You chose that Lockstep only reads, so this is enough. Whoever does the steps by hand needs more.";
            return Verdict::new(VerdictState::Pass, format!("You hold {found}"), detail);
        }
        // A tenant without P2 refuses this call: then nobody is eligible for anything (entra.md 2.3).
        let eligible = graph
            .eligible_roles()
            .await
            .map(|eligible| eligible.value)
            .unwrap_or_default();
        let waiting = eligible
            .iter()
            .find(|role| words::adds_applications(role.template_id()));
        if let Some(role) = waiting {
            let name = words::role_name(role.template_id())
                .unwrap_or(role.display_name())
                .to_owned();
            let verdict = Verdict::new(
                VerdictState::Fail,
                format!("{name} is not active"),
                "You are eligible for it, and can activate it.",
            );
            return with_fix(verdict, "activate", cx, known);
        }
        let verdict = Verdict::new(
            VerdictState::Fail,
            "No role of yours may add applications",
            format!("You hold {found}."),
        );
        with_fix(verdict, "role", cx, known)
    }
}

fn name_of(role: &connect::entra::Role) -> String {
    let by_template = role
        .template_id
        .as_deref()
        .and_then(words::role_name)
        .map(str::to_owned);
    role.display_name
        .clone()
        .or(by_template)
        .unwrap_or_else(|| "a role without a name".to_owned())
}

struct Licence;

#[async_trait]
impl Check<Live> for Licence {
    fn id(&self) -> &'static str {
        "licence"
    }

    fn title(&self) -> &'static str {
        "The licence covers groups and logs"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match may_read(cx, known, "Licences are looked at", &LICENCES_READ) {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        let licences = match graph.licences().await {
            Ok(licences) => licences,
            Err(fault) => {
                return could_not(
                    "The licences could not be read",
                    &fault,
                    "Reading the licences.",
                );
            }
        };
        let (p1, p2) = (licences.value.p1, licences.value.p2);
        let found = if licences.value.skus.is_empty() {
            "no subscription".to_owned()
        } else {
            licences
                .value
                .skus
                .iter()
                .map(|sku| sku.sku_part_number.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let verdict = match (p1, p2) {
            (_, true) => Verdict::new(
                VerdictState::Pass,
                "Microsoft Entra ID P2 is there",
                "Groups can be assigned, roles can be activated, and there are sign-in logs: who may read them has a role for it.",
            ),
            (true, false) => Verdict::new(
                VerdictState::Pass,
                "Microsoft Entra ID P1 is there",
                "Groups can be assigned, and there are sign-in logs: who may read them has a role for it.",
            ),
            (false, false) => {
                let verdict = Verdict::new(
                    VerdictState::Warn,
                    "No Microsoft Entra ID P1",
                    "Assign people one by one; groups and the logs need P1.",
                );
                with_fix(verdict, "licence", cx, known)
            }
        };
        Finding::only(
            verdict
                .by(&licences.call)
                .compared("service plan AAD_PREMIUM, enabled", &found),
        )
    }
}

struct DomainNames;

#[async_trait]
impl Check<Live> for DomainNames {
    fn id(&self) -> &'static str {
        "domain-names"
    }

    fn title(&self) -> &'static str {
        "The tenant has a verified domain name"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match may_read(cx, known, "Domain names are looked at", &DOMAINS_READ) {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        let domains = match graph.domains().await {
            Ok(domains) => domains,
            Err(fault) => {
                return could_not(
                    "The domain names could not be read",
                    &fault,
                    "Reading the domain names.",
                );
            }
        };
        let all: Vec<_> = domains
            .value
            .iter()
            .map(|domain| domain.name.clone())
            .collect();
        // The tenant's initial name can't be verified at Atlassian (entra.md 2.5); Microsoft marks it itself.
        let own: Vec<_> = domains
            .value
            .iter()
            .filter(|domain| domain.is_verified && !domain.is_initial)
            .map(|domain| domain.name.clone())
            .collect();
        let verdict = if own.is_empty() {
            let verdict = Verdict::new(
                VerdictState::Fail,
                "No domain name of your own is verified",
                "Atlassian matches people by an address at a domain that is verified on both sides.",
            );
            with_fix(verdict, "domain", cx, known)
        } else {
            let word = if own.len() == 1 { "is" } else { "are" };
            Verdict::new(
                VerdictState::Pass,
                format!("{} {word} verified in Entra", words::list(&own)),
                "The next page compares with Atlassian.",
            )
        };
        Finding::only(
            verdict
                .by(&domains.call)
                .compared("one verified name of your own or more", &all.join(", ")),
        )
    }
}
