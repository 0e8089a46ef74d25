//! Who is in the policy of the pilot: the people who belong there, and the accounts that are there. It only reads.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use connect::atlassian::MOST_EMAILS;
use connect::{Atlassian, Call, FaultKind};
use engine::{Known, Trouble};
use serde_json::Value;

use super::pilot_found;
use super::placement::{Placement, any_true, placements, worst};
use super::test_login::ADDRESS;
use crate::shared::plan::Who;
use crate::shared::sign_in::signed_in;
use crate::{Live, trouble, words};

/// How many accounts are asked about at once. Atlassian publishes no limit for it: as many as one may add at once, and fewer when that
/// is refused.
const ASKED_AT_ONCE: [usize; 2] = [MOST_EMAILS, 100];
/// As many addresses as a sentence can hold.
const NAMED: usize = 5;

/// The pilot, its accounts at Atlassian, and where these are.
pub(super) struct PlacedPilot {
    pub pilot: Vec<PilotPerson>,
    pub managed: Managed,
    pub placed: Placed,
    pub there: Membership,
}

/// Reads where the pilot is.
pub(super) async fn placed_pilot(
    cx: &Live,
    known: &Known,
    atlassian: &Atlassian,
    organization: &str,
    policy: &str,
) -> Result<PlacedPilot, Trouble> {
    let pilot = pilot(cx, known).await?;
    let managed = managed(cx, atlassian, organization, &pilot).await?;
    let ids: Vec<_> = managed.pilot.values().cloned().collect();
    let placed = placed(cx, atlassian, organization, &ids).await?;
    let there = membership(&placed, policy, &managed.addresses());
    Ok(PlacedPilot {
        pilot,
        managed,
        placed,
        there,
    })
}

/// Somebody of the pilot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PilotPerson {
    /// As people know them.
    pub name: String,
    /// The address of their Atlassian account, in lower case; `None` when the attribute is empty.
    pub address: Option<String>,
}

/// The people of the pilot, read from Entra: the one person, or the direct members of the group.
pub(super) async fn pilot(cx: &Live, known: &Known) -> Result<Vec<PilotPerson>, Trouble> {
    let person = |name: &str, address: Option<&str>| PilotPerson {
        name: name.to_owned(),
        address: address
            .filter(|address| !address.is_empty())
            .map(str::to_lowercase),
    };
    // Who does the Atlassian side alone knows the one account that logged in.
    if Who::of(known) == Who::AtlassianOnly {
        let address = known.answer(ADDRESS);
        return Ok(address
            .map(|address| person(address, Some(address)))
            .into_iter()
            .collect());
    }
    let Some(id) = known.fact("pilot.id") else {
        return Ok(Vec::new());
    };
    if known.fact("pilot.type") != Some("group") {
        let name = known.fact("pilot.name").unwrap_or(id);
        return Ok(vec![person(name, known.fact("pilot.address"))]);
    }
    let mut people = Vec::new();
    signed_in(cx)?
        .each_member(id, |page, progress| {
            cx.counting.seen(progress.seen, progress.total);
            people.extend(page.iter().map(|member| {
                let address = pilot_found::address_of(member, known);
                let name = member.display_name.as_deref().unwrap_or(&member.id);
                person(name, address.as_deref())
            }));
            ControlFlow::Continue(())
        })
        .await
        .map_err(|fault| trouble(&fault, "Reading the members of the pilot group."))?;
    Ok(people)
}

/// The managed accounts, as far as they matter here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Managed {
    /// The id of every managed account.
    pub ids: Vec<String>,
    /// The accounts of the pilot: address in lower case and id.
    pub pilot: BTreeMap<String, String>,
}

impl Managed {
    /// The pilot's addresses.
    pub fn addresses(&self) -> BTreeSet<String> {
        self.pilot.keys().cloned().collect()
    }
}

/// Reads the managed accounts page by page; of strangers only the id is kept.
pub(super) async fn managed(
    cx: &Live,
    atlassian: &Atlassian,
    organization: &str,
    pilot: &[PilotPerson],
) -> Result<Managed, Trouble> {
    let addresses: BTreeSet<_> = pilot
        .iter()
        .filter_map(|person| person.address.as_deref())
        .collect();
    let mut found = Managed::default();
    atlassian
        .managed_users(organization, |users, progress| {
            cx.counting.seen(progress.seen, progress.total);
            for user in users {
                let address = user.email.unwrap_or_default().to_lowercase();
                if addresses.contains(address.as_str()) {
                    found.pilot.insert(address, user.account_id.clone());
                }
                found.ids.push(user.account_id);
            }
            ControlFlow::Continue(())
        })
        .await
        .map_err(|fault| trouble(&fault, "Reading the managed accounts."))?;
    Ok(found)
}

/// Where accounts are, and the last call that saw it.
pub(super) struct Placed {
    /// What Atlassian told, account by account.
    pub all: Vec<Placement>,
    /// How many accounts it was asked about.
    pub asked: usize,
    /// The last answer as it came, for the evidence.
    pub raw: Option<Value>,
    /// The last call.
    pub call: Option<Call>,
}

/// Asks which policies accounts are in. A key that may not ask, or an organization without the call, is told nothing, and that
/// is no failure: Atlassian lists no scope for it and describes no refusal (atlassian.md 2.3), so the person looks instead.
pub(super) async fn placed(
    cx: &Live,
    atlassian: &Atlassian,
    organization: &str,
    ids: &[String],
) -> Result<Placed, Trouble> {
    let [first, then] = ASKED_AT_ONCE;
    match placed_by(cx, atlassian, organization, ids, first).await {
        Err(fault) if fault.kind == FaultKind::BadRequest && ids.len() > then => {
            placed_by(cx, atlassian, organization, ids, then).await
        }
        other => other,
    }
    .or_else(|fault| match is_refusal(&fault.kind) {
        true => Ok(Placed {
            raw: fault.raw.clone().map(Value::from),
            call: fault.call.clone(),
            ..Placed::nothing(ids)
        }),
        false => Err(fault),
    })
    .map_err(|fault| trouble(&fault, "Asking Atlassian which policies accounts are in."))
}

/// Whether the service answered, and will answer the same next time: nobody is told who is where.
pub(super) fn is_refusal(kind: &FaultKind) -> bool {
    use FaultKind::{BadRequest, Conflict, Forbidden, NotFound, Unreadable};
    matches!(
        kind,
        Forbidden | NotFound | BadRequest | Conflict | Unreadable { .. }
    )
}

impl Placed {
    /// Nothing is told of these.
    fn nothing(ids: &[String]) -> Self {
        Self {
            all: Vec::new(),
            asked: ids.iter().collect::<BTreeSet<_>>().len(),
            raw: None,
            call: None,
        }
    }
}

async fn placed_by(
    cx: &Live,
    atlassian: &Atlassian,
    organization: &str,
    ids: &[String],
    at_once: usize,
) -> Result<Placed, connect::Fault> {
    let mut found = Placed::nothing(ids);
    let mut asked = 0;
    for some in ids.chunks(at_once) {
        let seen = atlassian.policies_of(organization, some).await?;
        asked += some.len() as u64;
        cx.counting.seen(asked, Some(ids.len() as u64));
        found.all.extend(placements(&seen.value));
        found.raw = seen.value.into_iter().next().or(found.raw);
        found.call = Some(seen.call);
    }
    Ok(found)
}

/// What a policy holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Membership {
    /// The pilot's addresses that are in it.
    pub pilot: BTreeSet<String>,
    /// Addresses in it that are not of the pilot.
    pub strangers: Vec<String>,
    /// Accounts that are elsewhere.
    pub elsewhere: usize,
    /// Accounts of which it is not told where they are, those that were asked about and not answered too.
    pub unknown: usize,
    /// Whether the policy is one of the local directory.
    pub local: Option<bool>,
    /// Whether it is its directory's default policy.
    pub default: Option<bool>,
    /// Whether it enforces single sign-on.
    pub enforced: Option<bool>,
}

/// Sorts the accounts by whether they are in `policy` and of the pilot. Where an account is answered more than once, the answer that
/// leaves less safe counts.
pub(super) fn membership(placed: &Placed, policy: &str, pilot: &BTreeSet<String>) -> Membership {
    let accounts = accounts(&placed.all);
    let mut membership = Membership {
        unknown: placed.asked.saturating_sub(answered(&placed.all)),
        ..Membership::default()
    };
    for answers in accounts {
        match worst(answers.iter().map(|answer| answer.is_in(policy))) {
            None => membership.unknown += 1,
            Some(false) => membership.elsewhere += 1,
            Some(true) => {
                for answer in &answers {
                    membership.local = any_true(membership.local, answer.is_local());
                    membership.default = any_true(membership.default, answer.default);
                    membership.enforced = any_true(membership.enforced, answer.enforced);
                }
                let address = answers.iter().find_map(|answer| answer.email.clone());
                let address = address.unwrap_or_default();
                if pilot.contains(&address) {
                    membership.pilot.insert(address);
                } else {
                    membership.strangers.push(address);
                }
            }
        }
    }
    membership
}

/// The answers account by account. One that names no account stands alone.
fn accounts(all: &[Placement]) -> Vec<Vec<&Placement>> {
    let mut accounts: BTreeMap<&str, Vec<&Placement>> = BTreeMap::new();
    let mut nameless = Vec::new();
    for placement in all {
        match placement.email.as_deref().or(placement.account.as_deref()) {
            Some(account) => accounts.entry(account).or_default().push(placement),
            None => nameless.push(vec![placement]),
        }
    }
    accounts.into_values().chain(nameless).collect()
}

/// Of how many accounts an answer tells for certain. One that names no account answers for nobody.
fn answered(all: &[Placement]) -> usize {
    let emails: BTreeSet<_> = all.iter().filter_map(|one| one.email.as_deref()).collect();
    let ids: BTreeSet<_> = all
        .iter()
        .filter_map(|one| one.account.as_deref())
        .collect();
    emails.len().max(ids.len())
}

impl Membership {
    /// Whether Atlassian's answer tells who is where: it named a policy for everybody it told of.
    pub fn is_told(&self) -> bool {
        self.unknown == 0
            && !(self.pilot.is_empty() && self.strangers.is_empty() && self.elsewhere == 0)
    }
}

/// The first few addresses, and how many more there are.
pub(super) fn some_of(addresses: &[String]) -> String {
    if addresses.len() <= NAMED {
        return words::list(addresses);
    }
    let more = addresses.len() - NAMED;
    format!("{} and {more} more", addresses[..NAMED].join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const POLICY: &str = "3b8e07f5-61ad-4f0c-92d8-c5a4e1907b36";
    const OTHER: &str = "54ef12ae-255e-46ad-8bfc-e0f0838f42d8";

    fn pilot() -> BTreeSet<String> {
        ["a@contoso.com", "b@contoso.com"].map(str::to_owned).into()
    }

    fn asked(asked: usize, all: Vec<Placement>) -> Placed {
        Placed {
            all,
            asked,
            raw: None,
            call: None,
        }
    }

    #[test]
    fn pilot_strangers_and_everybody_else_are_told_apart() {
        let all = placements(&[
            json!({"email": "A@contoso.com", "policyId": POLICY, "directoryId": OTHER}),
            json!({"email": "c@contoso.com", "policyId": POLICY}),
            json!({"email": "b@contoso.com", "policyId": OTHER}),
            json!({"email": "d@contoso.com", "policyId": OTHER}),
        ]);
        let found = membership(&asked(4, all), POLICY, &pilot());
        assert_eq!(found.pilot, ["a@contoso.com".to_owned()].into());
        assert_eq!(found.strangers, ["c@contoso.com"]);
        assert_eq!((found.elsewhere, found.unknown), (2, 0));
        assert_eq!(found.local, Some(false));
        assert!(found.is_told());
    }

    #[test]
    fn one_account_of_which_nothing_is_told_leaves_it_open() {
        let all = placements(&[
            json!({"email": "a@contoso.com", "policyId": POLICY}),
            json!({"email": "b@contoso.com"}),
        ]);
        assert!(!membership(&asked(2, all), POLICY, &pilot()).is_told());
        assert!(
            !membership(&asked(0, Vec::new()), POLICY, &pilot()).is_told(),
            "no answer tells nothing"
        );
    }

    #[test]
    fn who_was_asked_about_and_not_answered_leaves_it_open() {
        let a = || json!({"email": "a@contoso.com", "accountId": "1", "policyId": POLICY});
        let cases = [
            (1, vec![a()], 0),
            (3, vec![a()], 2),
            (2, vec![a(), a()], 1),
            (2, vec![a(), json!({"policyId": OTHER})], 1),
        ];
        for (number, answer, unknown) in cases {
            let found = membership(&asked(number, placements(&answer)), POLICY, &pilot());
            assert_eq!(found.unknown, unknown, "{answer:?}");
            assert_eq!(found.is_told(), unknown == 0, "{answer:?}");
        }
    }

    #[test]
    fn of_several_answers_on_one_account_the_unsafe_one_wins() {
        let here = |more: (&str, bool)| json!({"email": "c@contoso.com", "policyId": POLICY, more.0: more.1});
        let there = json!({"email": "c@contoso.com", "policyId": OTHER});
        let all = placements(&[there, here(("isDefault", false)), here(("isDefault", true))]);
        let found = membership(&asked(1, all), POLICY, &pilot());
        assert_eq!(
            found.strangers,
            ["c@contoso.com"],
            "once, and not elsewhere"
        );
        assert_eq!((found.elsewhere, found.default), (0, Some(true)));
        let all = placements(&[here(("ssoEnforced", false)), here(("ssoEnforced", true))]);
        assert_eq!(
            membership(&asked(1, all), POLICY, &pilot()).enforced,
            Some(true)
        );
    }
}
