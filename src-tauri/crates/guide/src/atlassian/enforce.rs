//! The policy of the pilot and enforcing it: members are added through the API; enforcing is done by hand, behind a lock.

use async_trait::async_trait;
use connect::Atlassian;
use engine::{
    Ask, Change, Check, Document, Facts, Judgement, Known, Lock, Plan, State, Step, StepId,
    Trouble, TroubleKind,
};
use jiff::SignedDuration;

use super::enforce_asks::{self, CONFIRM, OPEN, judge_confirm};
use super::enforce_checks::{self, BREAK_GLASS, ONLY_PILOT, PROVEN, WAY_BACK};
use super::policy_adding::{self, MEMBERS};
use super::policy_address::{self, policy_in};
use super::policy_members::{self, PilotPerson};
use super::way_back::{self, WayBack};
use super::{break_glass, test_login, took_hold};
use crate::shared::sign_in::read_only;
use crate::{Live, words};

/// The step's id.
pub const ID: StepId = StepId::of("enforce");
/// The ask: the policy's name.
pub const NAME: &str = "policy.name";
/// The ask: the address of the policy's page.
pub const ADDRESS: &str = "policy.address";

/// The fact: the policy's id.
pub const POLICY: &str = "policy.id";
/// The fact: who can switch it off without Entra.
pub const ADMIN: &str = "enforce.admin";
/// The fact: the day on which the way back was last written.
pub const DATE: &str = "enforce.date";
/// The fact: whom enforcing reaches, in words.
pub const MEMBERS_SAID: &str = "enforce.members";
/// The fact: whom it does not reach, in words.
pub const OTHERS_SAID: &str = "enforce.others";
/// The fact: the addresses of the pilot that are in the policy, with a space between them: taking it all back by hand needs them.
pub const THERE: &str = "policy.members";
/// The fact: when a log-in was first seen to be enforced.
pub const SEEN_AT: &str = "enforce.enforced_seen_at";

/// How old a look may be for the route by hand to stay open: the page looks again each minute.
const FRESH_FOR: SignedDuration = SignedDuration::from_mins(5);
/// What the policy is called unless the person says otherwise.
pub(super) const USUAL_NAME: &str = "Pilot SSO";

pub(super) const TEXT: &str = include_str!("enforce.md");

/// The step.
pub struct Enforce;

#[async_trait]
impl Step<Live> for Enforce {
    fn id(&self) -> StepId {
        ID
    }

    fn title(&self) -> &'static str {
        "Policy and enforcement"
    }

    fn text(&self) -> &'static str {
        TEXT
    }

    fn needs(&self) -> &'static [StepId] {
        const NEEDS: &[StepId] = &[test_login::ID];
        NEEDS
    }

    fn asks(&self, state: &State) -> Vec<Ask> {
        enforce_asks::asks(state)
    }

    fn judge(&self, cx: &Live, known: &Known, ask: &str, value: &str) -> Option<Judgement> {
        if value.is_empty() {
            return None;
        }
        match ask {
            ADDRESS => Some(policy_address::judge(
                value,
                known.fact("atlassian.organization"),
                &cx.cloud.atlassian_admin,
            )),
            CONFIRM => Some(judge_confirm(known, value)),
            _ => None,
        }
    }

    async fn plan(&self, cx: &Live, known: &Known) -> Result<Plan, Trouble> {
        let Some((atlassian, organization, policy)) = place(cx, known) else {
            return Ok(Plan::ByHand);
        };
        let found = Found::read(cx, atlassian, organization, &policy, known).await?;
        let change = found.change(&policy, known);
        let may_add = !read_only(known) && known.answer(OPEN) == Some("yes");
        match change.filter(|_| may_add) {
            Some(change) => Ok(Plan::Changes {
                untouched: found.untouched(),
                changes: vec![change],
            }),
            None => {
                let facts = found.facts(cx, atlassian, organization, &policy).await?;
                Ok(Plan::AlreadySo(
                    took_hold::with_seen(cx, known, facts).await,
                ))
            }
        }
    }

    async fn apply(&self, cx: &Live, known: &Known, change: &Change) -> Result<Facts, Trouble> {
        let (atlassian, organization, policy) = at(cx, known, change)?;
        let task = policy_adding::add(cx, atlassian, organization, &policy, change).await?;
        let found = Found::read(cx, atlassian, organization, &policy, known).await;
        // What was added stands, whatever can be read of it now.
        let facts = match found {
            Ok(found) => found
                .facts(cx, atlassian, organization, &policy)
                .await
                .unwrap_or_default(),
            Err(_) => Facts::new(),
        };
        let mut all = facts
            .with(THERE, added(known, &policy, change))
            .with(ADDED, engine::fingerprint(std::slice::from_ref(change)));
        all.learn(&task);
        Ok(all)
    }

    async fn read_back(
        &self,
        cx: &Live,
        known: &Known,
        change: &Change,
    ) -> Result<Option<Facts>, Trouble> {
        let (atlassian, organization, policy) = at(cx, known, change)?;
        policy_adding::read_back(cx, atlassian, organization, &policy, known, change).await
    }

    fn documents(&self, cx: &Live, known: &Known) -> Vec<Document> {
        let Some(way_back) = way_back(cx, known) else {
            return Vec::new();
        };
        vec![Document {
            id: way_back::ID.to_owned(),
            name: way_back::NAME.to_owned(),
            label: format!("Save {}", way_back::NAME),
            text: way_back.text(),
        }]
    }

    fn lock(&self) -> Option<Lock> {
        Some(LOCK)
    }

    fn hand_first(&self) -> bool {
        true
    }

    /// While it is enforced, the pilot stands before a shut door once the application or its certificate is gone.
    fn undone_first(&self) -> bool {
        true
    }

    fn checks(&self) -> &'static [&'static dyn Check<Live>] {
        enforce_checks::ALL
    }
}

/// What must hold before the way to enforce is shown.
pub(super) const LOCK: Lock = Lock {
    checks: &[PROVEN, BREAK_GLASS, WAY_BACK, ONLY_PILOT],
    fresh_for: FRESH_FOR,
    confirm: Some(CONFIRM),
};

/// The fact: which addition of members was made, for when Atlassian does not tell who is where.
const ADDED: &str = "policy.added";

/// What was read for a plan.
struct Found {
    pilot: Vec<PilotPerson>,
    managed: policy_members::Managed,
    there: policy_members::Membership,
}

impl Found {
    async fn read(
        cx: &Live,
        atlassian: &Atlassian,
        organization: &str,
        policy: &str,
        known: &Known,
    ) -> Result<Self, Trouble> {
        let pilot = policy_members::pilot(cx, known).await?;
        let managed = policy_members::managed(cx, atlassian, organization, &pilot).await?;
        let ids: Vec<_> = managed.pilot.values().cloned().collect();
        let placed = policy_members::placed(cx, atlassian, organization, &ids).await?;
        let there = policy_members::membership(&placed.all, policy, &managed.addresses());
        Ok(Self {
            pilot,
            managed,
            there,
        })
    }

    /// Adding those of the pilot who are missing; `None` when nobody is, or when it would reach them at once.
    fn change(&self, policy: &str, known: &Known) -> Option<Change> {
        let missing: Vec<_> = self
            .managed
            .addresses()
            .difference(&self.there.pilot)
            .cloned()
            .collect();
        if missing.is_empty()
            || (self.there.enforced == Some(true) && known.by_hand_at(&ID).is_none())
        {
            return None;
        }
        let change = policy_adding::change(policy, name(known), &missing, self.there.pilot.len());
        let made = engine::fingerprint(std::slice::from_ref(&change));
        // Where Atlassian does not tell who is where, what was made once is not made again and again.
        let was_made = !self.there.is_told() && known.fact(ADDED) == Some(made.as_str());
        (!was_made).then_some(change)
    }

    fn untouched(&self) -> String {
        let others = self.others();
        let left = self.pilot.len() - self.managed.pilot.len();
        let left = match left {
            0 => String::new(),
            some => format!(
                " {} of the pilot left out: no managed account has that address.",
                words::count(some, "person is", "people are")
            ),
        };
        format!("{others} stay where they are, and nobody’s log-in changes.{left}")
    }

    fn others(&self) -> String {
        let others = self.managed.ids.len() - self.managed.pilot.len();
        words::count(others, "other managed account", "other managed accounts")
    }

    /// What the page and the way back say.
    async fn facts(
        &self,
        cx: &Live,
        atlassian: &Atlassian,
        organization: &str,
        policy: &str,
    ) -> Result<Facts, Trouble> {
        let admin = break_glass::named(atlassian, organization, policy, &self.pilot).await?;
        let people = words::count(
            self.managed.pilot.len(),
            "person of the pilot",
            "people of the pilot",
        );
        let there: Vec<_> = self.there.pilot.iter().map(String::as_str).collect();
        let there = match self.there.is_told() {
            true => Facts::new().with(THERE, there.join(" ")),
            false => Facts::new(),
        };
        Ok(there
            .with(POLICY, policy)
            .with(ADMIN, admin)
            .with(MEMBERS_SAID, people)
            .with(OTHERS_SAID, self.others())
            .with(DATE, cx.now().strftime("%-d %b %Y").to_string()))
    }
}

/// The policy's name.
pub(crate) fn name(known: &Known) -> &str {
    known.answer(NAME).unwrap_or(USUAL_NAME)
}

/// The addresses that are in the policy after a change: those of before, if it is the same policy, and those that were added.
fn added(known: &Known, policy: &str, change: &Change) -> String {
    let before = known
        .fact(THERE)
        .filter(|_| known.fact(POLICY) == Some(policy));
    let mut all: Vec<String> = before
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .chain(policy_adding::addresses_of(change))
        .collect();
    all.sort();
    all.dedup();
    all.join(" ")
}

/// The policy that the pasted address names.
pub(super) fn policy_of(cx: &Live, known: &Known) -> Option<String> {
    let organization = known.fact("atlassian.organization");
    policy_in(
        known.answer(ADDRESS)?,
        organization,
        &cx.cloud.atlassian_admin,
    )
    .ok()
    .map(|named| named.id)
}

/// The API, the organization and the policy, once all three are there.
pub(super) fn place<'a>(
    cx: &'a Live,
    known: &'a Known,
) -> Option<(&'a Atlassian, &'a str, String)> {
    let atlassian = cx.atlassian.as_ref()?;
    let organization = known.fact("atlassian.organization")?;
    Some((atlassian, organization, policy_of(cx, known)?))
}

/// The same for a change: the policy is the one that was shown with it.
fn at<'a>(
    cx: &'a Live,
    known: &'a Known,
    change: &Change,
) -> Result<(&'a Atlassian, &'a str, String), Trouble> {
    let named = change.after.as_ref().and_then(|after| after.get("policy"));
    let policy = named.and_then(serde_json::Value::as_str).map(str::to_owned);
    let (Some(atlassian), Some(organization), Some(policy), MEMBERS) = (
        cx.atlassian.as_ref(),
        known.fact("atlassian.organization"),
        policy,
        change.id.as_str(),
    ) else {
        return Err(Trouble::new(
            TroubleKind::BadInput,
            format!("The change “{}” can’t be made from here", change.id),
            "Nothing was changed.",
        )
        .next(
            "Look again",
            "Lockstep plans afresh from what is there now.",
            engine::NextDo::Retry,
        ));
    };
    Ok((atlassian, organization, policy))
}

/// The way back as it should be saved now; `None` while there is no policy.
pub(super) fn way_back(cx: &Live, known: &Known) -> Option<WayBack> {
    let policy = policy_of(cx, known)?;
    let page = crate::fill(&cx.cloud, known, "policy_page")?;
    let support = crate::fill(&cx.cloud, known, "atlassian_support")?;
    Some(WayBack::of(known, &policy, &page, &support))
}
