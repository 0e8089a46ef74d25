//! Before you start, Atlassian: the key, its organization, its rights, domains, Guard, the site, the admins. It
//! only reads.

use async_trait::async_trait;
use connect::atlassian::Org;
use connect::{Atlassian, Fault, Seen};
use engine::{
    Ask, AskKind, Check, Facts, Finding, Known, MenuPath, Plan, Skip, State, Step, StepId, Trouble,
    Verdict,
};

use super::domains::Domains;
use super::organization_admins::Admins;
use super::organization_checks::{Guard, KeyLasts, KeyRights, KeyWorks, Site};
use crate::fill;
use crate::shared::plan::{self, Who};
use crate::{Live, trouble};

/// The step's id.
pub const ID: StepId = StepId::of("before-atlassian");
/// The ask for the organization API key; a secret.
pub const KEY: &str = "atlassian.key";
/// The ask for the organization, where a key opens several.
pub const ORGANIZATION: &str = "atlassian.organization_choice";
/// The ask for the site to log in to.
pub const SITE: &str = "atlassian.site_choice";
/// The ask that confirms Atlassian Guard.
pub const GUARD: &str = "atlassian.guard";
/// The fact: the ids of the organization's directories, with commas between.
pub(super) const DIRECTORIES: &str = "atlassian.directories";

const TEXT: &str = include_str!("before_atlassian.md");
/// A key that ends sooner than this is worth a warning: setting up and testing takes days, not hours.
pub(super) const KEY_WARNING_DAYS: i64 = 30;

/// The step.
pub struct BeforeAtlassian;

#[async_trait]
impl Step<Live> for BeforeAtlassian {
    fn id(&self) -> StepId {
        ID
    }

    fn title(&self) -> &'static str {
        "Before you start: Atlassian"
    }

    fn text(&self) -> &'static str {
        TEXT
    }

    fn needs(&self) -> &'static [StepId] {
        const NEEDS: &[StepId] = &[plan::ID];
        NEEDS
    }

    fn asks(&self, state: &State) -> Vec<Ask> {
        let known = state.known();
        if Who::of(known) == Who::EntraOnly {
            return Vec::new();
        }
        let mut asks = vec![key_ask()];
        asks.extend(choice_of_several(
            known,
            "atlassian.organizations",
            ORGANIZATION,
            "Which organization?",
            "The key opens several.",
        ));
        asks.extend(choice_of_several(
            known,
            "atlassian.sites",
            SITE,
            "Which site do people log in to?",
            "The test log-in starts there.",
        ));
        asks.push(guard_ask());
        asks
    }

    async fn plan(&self, cx: &Live, known: &Known) -> Result<Plan, Trouble> {
        let Some(atlassian) = &cx.atlassian else {
            return Ok(Plan::AlreadySo(Facts::new()));
        };
        let doing = "Reading the organization that the key opens.";
        let organizations = atlassian
            .orgs()
            .await
            .map_err(|fault| trouble(&fault, doing))?
            .value;
        let names: Vec<_> = organizations
            .iter()
            .map(|organization| (organization.id.clone(), organization.name.clone()))
            .collect();
        // What was set up belongs to the recorded organization: another one never takes its place.
        if stranger(known, &organizations).is_some() {
            return Ok(Plan::AlreadySo(Facts::new()));
        }
        let mut facts = Facts::new().with("atlassian.organizations", pairs(&names));
        let Some(organization) = chosen(known, &organizations) else {
            return Ok(Plan::AlreadySo(facts));
        };
        facts = facts
            .with("atlassian.organization", &organization.id)
            .with("atlassian.organization_name", &organization.name);
        // A key without the right to read workspaces still goes on: the site is then not chosen here.
        if let Ok(workspaces) = atlassian.workspaces(&organization.id).await {
            facts = with_sites(facts, &workspaces.value, known);
        }
        // The same holds for the directories: what they are compared with is then compared with less.
        if let Ok(directories) = atlassian.directories(&organization.id).await {
            let ids = directories
                .value
                .into_iter()
                .map(|directory| directory.directory_id);
            facts = facts.with(DIRECTORIES, ids.collect::<Vec<_>>().join(","));
        }
        Ok(Plan::AlreadySo(facts))
    }

    fn checks(&self) -> &'static [&'static dyn Check<Live>] {
        &[
            &KeyWorks, &KeyLasts, &KeyRights, &Domains, &Guard, &Site, &Admins,
        ]
    }
}

fn with_sites(facts: Facts, workspaces: &[connect::atlassian::Workspace], known: &Known) -> Facts {
    let mut sites: Vec<String> = workspaces
        .iter()
        .filter_map(|workspace| workspace.host_url.clone())
        .collect();
    sites.sort();
    sites.dedup();
    let offered: Vec<_> = sites
        .iter()
        .map(|site| (site.clone(), site.clone()))
        .collect();
    let facts = facts.with("atlassian.sites", pairs(&offered));
    let chosen = known
        .answer(SITE)
        .map(str::to_owned)
        .filter(|site| sites.contains(site));
    match chosen.or_else(|| sites.first().filter(|_| sites.len() == 1).cloned()) {
        Some(site) => facts.with("atlassian.site", site),
        None => facts,
    }
}

/// Value and label of each option, as one fact.
fn pairs(options: &[(String, String)]) -> String {
    serde_json::to_string(options).unwrap_or_default()
}

fn choice_of_several(known: &Known, fact: &str, ask: &str, label: &str, hint: &str) -> Option<Ask> {
    let options: Vec<(String, String)> = serde_json::from_str(known.fact(fact)?).ok()?;
    if options.len() < 2 {
        return None;
    }
    let options: Vec<_> = options
        .iter()
        .map(|(value, label)| (value.as_str(), label.as_str(), ""))
        .collect();
    Some(Ask::choice(ask, label, hint, &options))
}

fn key_ask() -> Ask {
    let mut ask = Ask::new(
        KEY,
        AskKind::Secret,
        "Organization API key",
        "From Atlassian Administration, Settings, API keys. Not a SCIM key, not a personal API token.",
    );
    ask.path = Some(MenuPath {
        now: [
            "Atlassian Administration",
            "Settings",
            "API keys",
            "Create API key",
        ]
        .map(str::to_owned)
        .to_vec(),
        older: Vec::new(),
    });
    ask
}

fn guard_ask() -> Ask {
    Ask::new(
        GUARD,
        AskKind::Confirm,
        "I looked at Billing: Atlassian Guard Standard is subscribed, or our Enterprise plan contains it",
        "No API tells this. Guard was called Atlassian Access until 2024.",
    )
    .optional()
}

/// What every check of the Atlassian side says before a key is there.
pub(super) fn no_key(cx: &Live, known: &Known, title: &str) -> Result<Atlassian, Vec<Finding>> {
    if Who::of(known) == Who::EntraOnly {
        let verdict = Verdict::skipped(
            Skip::ColleagueDoes,
            "A colleague does the Atlassian side",
            "Not looked at from here.",
        );
        return Err(Finding::only(verdict));
    }
    cx.atlassian.clone().ok_or_else(|| {
        let verdict = Verdict::skipped(
            Skip::NothingYet,
            title,
            "Paste the organization API key first.",
        );
        Finding::only(with_fix(verdict, "no-key", cx, known, &[]))
    })
}

/// The organization that a key opens instead of this connection's; `None` while none is recorded.
pub fn stranger<'a>(known: &Known, organizations: &'a [Org]) -> Option<&'a Org> {
    let recorded = known.fact("atlassian.organization")?;
    let opens = |organization: &Org| organization.id == recorded;
    match organizations.iter().any(opens) {
        true => None,
        false => organizations.first(),
    }
}

/// The recorded organization by its name.
pub fn recorded(known: &Known) -> &str {
    let name = known.fact("atlassian.organization_name");
    name.or(known.fact("atlassian.organization"))
        .unwrap_or_default()
}

/// The one of them that was chosen, the recorded one, or the only one.
fn chosen<'a>(known: &Known, organizations: &'a [Org]) -> Option<&'a Org> {
    let wanted = [
        known.answer(ORGANIZATION),
        known.fact("atlassian.organization"),
    ];
    let of_id = |id: Option<&str>| {
        organizations
            .iter()
            .find(|organization| Some(organization.id.as_str()) == id)
    };
    let only = organizations.first().filter(|_| organizations.len() == 1);
    wanted.into_iter().find_map(of_id).or(only)
}

/// Which organization a key opens: id and name.
pub(super) enum Opens {
    /// This connection's.
    This(Seen<(String, String)>),
    /// Another one than this connection's.
    Another(Seen<(String, String)>),
    /// Several, of which none is chosen yet; or none.
    Several,
}

/// Which organization the key opens.
pub(super) async fn opens(atlassian: &Atlassian, known: &Known) -> Result<Opens, Fault> {
    let organizations = atlassian.orgs().await?;
    let named = |one: &Org| (one.id.clone(), one.name.clone());
    if let Some(another) = stranger(known, &organizations.value).map(named) {
        return Ok(Opens::Another(organizations.map(|_| another)));
    }
    Ok(match chosen(known, &organizations.value).map(named) {
        Some(found) => Opens::This(organizations.map(|_| found)),
        None => Opens::Several,
    })
}

/// This connection's organization, where the key opens it.
pub(super) async fn organization(
    atlassian: &Atlassian,
    known: &Known,
) -> Result<Option<Seen<(String, String)>>, Fault> {
    Ok(match opens(atlassian, known).await? {
        Opens::This(seen) => Some(seen),
        Opens::Another(_) | Opens::Several => None,
    })
}

/// The API and the organization, or what a check says while there is no key (`before`) or they can't be read (`title`).
pub(super) async fn opened(
    cx: &Live,
    known: &Known,
    before: &str,
    title: &str,
) -> Result<(Atlassian, String), Vec<Finding>> {
    let atlassian = no_key(cx, known, before)?;
    let organization = organization_for(&atlassian, known, title).await?;
    Ok((atlassian, organization))
}

/// The organization, or what a check says when it can't be told.
async fn organization_for(
    atlassian: &Atlassian,
    known: &Known,
    title: &str,
) -> Result<String, Vec<Finding>> {
    let skipped = |text| Finding::only(Verdict::skipped(Skip::NothingYet, title, text));
    match opens(atlassian, known).await {
        Ok(Opens::This(seen)) => Ok(seen.value.0),
        Ok(Opens::Another(_)) => Err(skipped("The key opens another organization.")),
        Ok(Opens::Several) => Err(skipped("Choose the organization first.")),
        Err(fault) => Err(Finding::only(could_not(
            title,
            &fault,
            "Reading the organization.",
        ))),
    }
}

pub(super) fn could_not(title: &str, fault: &Fault, doing: &str) -> Verdict {
    Verdict::unknown(title, &trouble(fault, doing))
}

pub(super) fn with_fix(
    verdict: Verdict,
    key: &str,
    cx: &Live,
    known: &Known,
    more: &[(&str, &str)],
) -> Verdict {
    fill::with_fix(TEXT, key, verdict, cx, known, more)
}
