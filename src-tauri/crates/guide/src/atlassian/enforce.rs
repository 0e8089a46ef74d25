//! The policy of the pilot and enforcing it: members are added through the API; enforcing is done by hand, behind a lock.

use async_trait::async_trait;
use connect::Atlassian;
use engine::{
    Ask, Change, Check, Document, Effect, Entry, Facts, Judgement, Known, Lock, Plan, State, Step,
    StepId, Trouble, TroubleKind, VerdictState,
};
use jiff::SignedDuration;

use super::enforce_asks::{self, CONFIRM, OPEN, judge_confirm, judge_open, looked_at};
use super::enforce_checks::{self, BREAK_GLASS, ONLY_PILOT, PROVEN, WAY_BACK};
use super::policy_adding::{self, MEMBERS};
use super::policy_address::{self, policy_in};
use super::policy_members::{self, PilotPerson};
use super::way_back::{self, WayBack};
use super::{break_glass, only_pilot, test_login, took_hold};
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
            NAME if only_pilot::is_called_default(value) => Some(Judgement::bad(
                "That is what a directory’s default policy is called.",
                "Everybody who is new falls into that one. Make a policy of its own for the pilot.",
            )),
            ADDRESS => Some(judge_address(cx, known, value)),
            OPEN => judge_open(known, value),
            CONFIRM => Some(judge_confirm(known, value)),
            _ => None,
        }
    }

    fn follows(&self, known: &Known, entry: &Entry) -> Vec<Entry> {
        enforce_asks::follows(known, entry)
    }

    async fn plan(&self, cx: &Live, known: &Known) -> Result<Plan, Trouble> {
        let Some((atlassian, organization, policy)) = place(cx, known) else {
            return Ok(Plan::ByHand);
        };
        let found = Found::read(cx, atlassian, organization, &policy, known).await?;
        let change = found.change(&policy, known);
        let may_add = !read_only(known) && looked_at(known);
        match change.filter(|_| may_add) {
            Some(change) => {
                if found.reaches(known)
                    && let Some(because) =
                        nobody_outside(atlassian, organization, &policy, &found.pilot).await?
                {
                    return Ok(Plan::Asks {
                        because,
                        asks: Vec::new(),
                    });
                }
                Ok(Plan::Changes {
                    untouched: found.untouched(known),
                    changes: vec![change],
                })
            }
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

    fn effects(&self, known: &Known) -> Vec<Effect> {
        effects(known)
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

    async fn still_stands(&self, cx: &Live, known: &Known) -> Option<String> {
        took_hold::still_enforced(cx, known).await
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
pub(super) const ADDED: &str = "policy.added";

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
        let read = policy_members::placed_pilot(cx, known, atlassian, organization, policy).await?;
        Ok(Self {
            pilot: read.pilot,
            managed: read.managed,
            there: read.there,
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
        if missing.is_empty() || (self.there.enforced == Some(true) && !is_enforced(known)) {
            return None;
        }
        let change = policy_adding::change(policy, name(known), &missing, self.there.pilot.len());
        let reaching = policy_adding::reaching(change.clone());
        // Where Atlassian does not tell who is where, what was made once is not made again and again, whatever was said of it.
        let was_made = !self.there.is_told()
            && [&change, &reaching].into_iter().any(|change| {
                let made = engine::fingerprint(std::slice::from_ref(change));
                known.fact(ADDED) == Some(made.as_str())
            });
        let change = match self.reaches(known) {
            true => reaching,
            false => change,
        };
        (!was_made).then_some(change)
    }

    /// Whether whoever is added is reached at once.
    fn reaches(&self, known: &Known) -> bool {
        is_enforced(known) || self.there.enforced == Some(true)
    }

    fn untouched(&self, known: &Known) -> String {
        let others = self.others();
        let left = self.pilot.len() - self.managed.pilot.len();
        let left = match left {
            0 => String::new(),
            some => format!(
                " {} of the pilot left out: no managed account has that address.",
                words::count(some, "person is", "people are")
            ),
        };
        match self.reaches(known) {
            true => format!(
                "{others} stay where they are. Whoever is added can log in only through Entra from then on.{left}"
            ),
            false => format!("{others} stay where they are, and nobody’s log-in changes.{left}"),
        }
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

/// Whom enforcing will reach, and whom it will not; nothing once it is done. It is there from the start, in general words until the
/// people are counted, so that nothing moves when they are.
fn effects(known: &Known) -> Vec<Effect> {
    if is_enforced(known) {
        return Vec::new();
    }
    let members = known
        .fact(MEMBERS_SAID)
        .unwrap_or("The people of the pilot");
    let others = known
        .fact(OTHERS_SAID)
        .unwrap_or("All other managed accounts");
    let row =
        |who: &str, about: String, [now, then]: [&str; 2], [undo, undo_about]: [&str; 2]| Effect {
            who: who.to_owned(),
            about,
            now: now.to_owned(),
            then: then.to_owned(),
            undo: undo.to_owned(),
            undo_about: undo_about.to_owned(),
        };
    vec![
        row(
            members,
            format!("policy “{}”", name(known)),
            ["Password or Entra", "Entra only"],
            ["Yes, by hand", "the way back, below"],
        ),
        row(
            others,
            String::new(),
            ["As it is", "As it is"],
            ["Not needed", ""],
        ),
    ]
}

/// Whether the person said that single sign-on is enforced: because they enforced it, or took over a policy that did.
pub(super) fn is_enforced(known: &Known) -> bool {
    known.by_hand_at(&ID).is_some()
}

/// Why nobody may be added to a policy that enforces; `None` while an organization admin can switch it off without Entra.
async fn nobody_outside(
    atlassian: &Atlassian,
    organization: &str,
    policy: &str,
    pilot: &[PilotPerson],
) -> Result<Option<String>, Trouble> {
    let (admins, _) = break_glass::admins(atlassian, organization, policy, pilot).await?;
    let (verdict, _) = break_glass::judge(&admins);
    let stays = "Nobody is added to a policy that enforces.";
    Ok((verdict.state != VerdictState::Pass)
        .then(|| format!("{}. {} {stays}", verdict.title, verdict.detail)))
}

/// What is said to an address of the policy's page.
fn judge_address(cx: &Live, known: &Known, value: &str) -> Judgement {
    let organization = known.fact("atlassian.organization");
    let admin = &cx.cloud.atlassian_admin;
    let now = policy_of(cx, known).or_else(|| known.fact(POLICY).map(str::to_owned));
    let named = policy_in(value, organization, admin).ok();
    now.zip(named)
        .and_then(|(now, named)| taken_back_first(known, &now, &named.id))
        .unwrap_or_else(|| policy_address::judge(value, organization, admin))
}

/// While it is enforced, naming another policy would leave the one that enforces without a way back.
pub(super) fn taken_back_first(known: &Known, now: &str, named: &str) -> Option<Judgement> {
    (is_enforced(known) && !named.eq_ignore_ascii_case(now)).then(|| {
        Judgement::bad(
            "Take enforcing back first.",
            "Another policy enforces it. Switch it off there and say so here; then name this one.",
        )
        .expected(now)
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_it_reaches_is_said_until_it_is_done() {
        let mut known = Known::default();
        assert_eq!(effects(&known)[0].who, "The people of the pilot");
        known.facts = Facts::new()
            .with(MEMBERS_SAID, "1 person of the pilot")
            .with(OTHERS_SAID, "411 other managed accounts");
        let said: Vec<_> = effects(&known)
            .into_iter()
            .map(|row| (row.who, row.now, row.then, row.undo))
            .collect();
        let line = |cells: [&str; 4]| {
            let [who, now, then, undo] = cells.map(str::to_owned);
            (who, now, then, undo)
        };
        assert_eq!(
            said,
            [
                line([
                    "1 person of the pilot",
                    "Password or Entra",
                    "Entra only",
                    "Yes, by hand"
                ]),
                line([
                    "411 other managed accounts",
                    "As it is",
                    "As it is",
                    "Not needed"
                ]),
            ]
        );
        known.by_hand.insert(ID, jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(effects(&known), [], "it is done");
    }

    const POLICY_ID: &str = "3b8e07f5-61ad-4f0c-92d8-c5a4e1907b36";

    #[test]
    fn what_reaches_people_says_so() {
        let address = "a@contoso.com".to_owned();
        let found = Found {
            pilot: vec![PilotPerson {
                name: "A".into(),
                address: Some(address.clone()),
            }],
            managed: policy_members::Managed {
                ids: vec!["1".into(), "2".into()],
                pilot: [(address, "1".into())].into(),
            },
            there: policy_members::Membership {
                elsewhere: 1,
                ..Default::default()
            },
        };
        let before = Known::default();
        let mut after = Known::default();
        after.by_hand.insert(ID, jiff::Timestamp::UNIX_EPOCH);
        for (known, reaches) in [(&before, false), (&after, true)] {
            let change = found.change(POLICY_ID, known).expect("a change");
            let words = format!("{} {}", change.then_about, found.untouched(known));
            assert_eq!(words.contains("only through Entra"), reaches, "{words}");
            assert_eq!(
                words.contains("nobody’s log-in changes"),
                !reaches,
                "{words}"
            );
        }
    }

    #[test]
    fn another_policy_is_not_named_while_one_is_enforced() {
        const OTHER: &str = "54ef12ae-255e-46ad-8bfc-e0f0838f42d8";
        let before = Known::default();
        let mut after = Known::default();
        after.by_hand.insert(ID, jiff::Timestamp::UNIX_EPOCH);
        let cases = [
            (&before, OTHER, false),
            (&after, POLICY_ID, false),
            (&after, OTHER, true),
        ];
        for (known, named, refused) in cases {
            let said = taken_back_first(known, POLICY_ID, named);
            assert_eq!(
                said.is_some_and(|said| !said.is_taken()),
                refused,
                "{named}"
            );
        }
    }
}
