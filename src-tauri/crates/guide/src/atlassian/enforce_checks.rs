//! The checks of enforcing: the policy, the four that the lock rests on, and, once it is done, whether it took hold.

use async_trait::async_trait;
use connect::Atlassian;
use engine::{Check, Finding, Known, Skip, Trouble, Verdict, VerdictState};
use jiff::Timestamp;

use super::break_glass::{self, Admin};
use super::enforce::{self, ADDRESS, TEXT, place, policy_of};
use super::enforce_asks::{CONFIRMED, looked_at};
use super::login_causes::step_words;
use super::login_reads;
use super::only_pilot::{self, Case};
use super::test_login_checks::{proven, tester, time};
use super::way_back::{self, Saved, WayBack};
use super::{login_obstacles, policy_members, test_login, took_hold};
use crate::Live;
use crate::evidence::Proven as _;
use crate::fill;
use crate::shared::plan::Who;

/// A pilot log-in came through within the last hour.
pub(super) const PROVEN: &str = "proven";
/// An organization admin is outside the policy.
pub(super) const BREAK_GLASS: &str = "break-glass";
/// The way back is saved.
pub(super) const WAY_BACK: &str = "way-back";
/// Only the pilot is in the policy.
pub(super) const ONLY_PILOT: &str = "only-pilot";

/// All of them, in the order on screen.
pub(super) const ALL: &[&'static dyn Check<Live>] = &[
    &Policy,
    &Proof,
    &Admins,
    &Back,
    &Members,
    &took_hold::TookHold,
];

pub(super) fn with_fix(verdict: Verdict, key: Option<&str>, cx: &Live, known: &Known) -> Verdict {
    let step = step_words(&test_login::ID).unwrap_or_default();
    match key {
        Some(key) => fill::with_fix(TEXT, key, verdict, cx, known, &[("step", &step)]),
        None => verdict,
    }
}

fn skipped(skip: Skip, title: &str, detail: &str) -> Verdict {
    Verdict::skipped(skip, title, detail)
}

/// The API, the organization and the policy, or what a check says while one of them is missing.
pub(super) fn opened<'a>(
    cx: &'a Live,
    known: &'a Known,
    title: &str,
) -> Result<(&'a Atlassian, &'a str, String), Vec<Finding>> {
    if Who::of(known) == Who::EntraOnly {
        let verdict = skipped(
            Skip::ColleagueDoes,
            "A colleague does the Atlassian side",
            "Not looked at from here.",
        );
        return Err(Finding::only(verdict));
    }
    if cx.atlassian.is_none() && known.answer(ADDRESS).is_some() {
        // What is known of the policy stands; it can't be looked at, which is not the same as not there.
        let detail = "Give the organization API key at 0.4 again.";
        let verdict = Verdict::new(
            VerdictState::Unknown,
            "There is no organization API key to look with",
            detail,
        );
        return Err(Finding::only(verdict));
    }
    place(cx, known).ok_or_else(|| {
        let detail = match cx.atlassian {
            None => "It is read with the organization API key.",
            Some(_) => "Paste the address of the policy first.",
        };
        let verdict = skipped(Skip::NothingYet, title, detail);
        Finding::only(with_fix(verdict, Some("policy"), cx, known))
    })
}

struct Policy;

#[async_trait]
impl Check<Live> for Policy {
    fn id(&self) -> &'static str {
        "policy"
    }

    fn title(&self) -> &'static str {
        "The policy is known"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let policy = match opened(cx, known, "No policy was named yet") {
            Ok((_, _, policy)) => policy,
            Err(findings) => return findings,
        };
        let title = format!("“{}” is known by its address", enforce::name(known));
        let verdict = Verdict::new(VerdictState::Pass, title, "");
        Finding::only(verdict.saw("Policy id", &policy))
    }
}

struct Proof;

#[async_trait]
impl Check<Live> for Proof {
    fn id(&self) -> &'static str {
        PROVEN
    }

    fn title(&self) -> &'static str {
        "A pilot log-in came through within the last hour"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        if Who::of(known) == Who::EntraOnly {
            return opened(cx, known, self.title()).err().unwrap_or_default();
        }
        let (who, began) = match tester(cx, known, "Nobody was chosen to log in").await {
            Ok(tester) => tester,
            Err(findings) => return findings,
        };
        let reading = login_reads::read(cx, known, &who, began).await;
        let verdict = proven(cx, known, &who, &reading, began);
        let done = enforce::is_enforced(known);
        let (verdict, key) = recent(verdict, cx.now(), done);
        if verdict.state != VerdictState::Pass {
            return Finding::only(with_fix(verdict, key, cx, known));
        }
        still(verdict, login_obstacles::in_the_way(cx, known).await)
    }
}

/// A log-in that came through tells what was set at that time: what moved since is looked at as well.
fn still(came_through: Verdict, in_the_way: Vec<Finding>) -> Vec<Finding> {
    let Some(first) = in_the_way.first() else {
        return Finding::only(came_through);
    };
    let fails = |found: &Finding| found.verdict.state == VerdictState::Fail;
    let (state, title) = match in_the_way.iter().any(fails) {
        true => (
            VerdictState::Fail,
            "A log-in came through, and something stands in its way now",
        ),
        false => (
            first.verdict.state,
            "A log-in came through; whether one would now was not read",
        ),
    };
    let detail = format!("{}.", came_through.title);
    let mut findings = Finding::only(Verdict::new(state, title, detail));
    findings.extend(in_the_way);
    findings
}

/// A proof that is older than an hour does not pass any more; after enforcing it is history, and stays as it was.
pub(super) fn recent(
    verdict: Verdict,
    now: Timestamp,
    done: bool,
) -> (Verdict, Option<&'static str>) {
    if verdict.state != VerdictState::Pass {
        return (verdict, Some("proof"));
    }
    let Some(until) = verdict.until else {
        return (verdict, None);
    };
    if until > now || done {
        let detail = format!("{} Counts until {}.", verdict.detail, time(until));
        return (Verdict { detail, ..verdict }, None);
    }
    let title = "The last log-in that came through is older than an hour";
    let old = Verdict::new(VerdictState::Warn, title, format!("{}.", verdict.title));
    (old, Some("proof"))
}

struct Admins;

#[async_trait]
impl Check<Live> for Admins {
    fn id(&self) -> &'static str {
        BREAK_GLASS
    }

    fn title(&self) -> &'static str {
        "An organization admin is outside the policy"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "The admins are looked at once the policy is known";
        let (atlassian, organization, policy) = match opened(cx, known, before) {
            Ok(opened) => opened,
            Err(findings) => return findings,
        };
        let title = "The organization admins could not be read";
        let pilot = match policy_members::pilot(cx, known).await {
            Ok(pilot) => pilot,
            Err(trouble) => return Finding::only(Verdict::unknown(title, &trouble)),
        };
        match break_glass::admins(atlassian, organization, &policy, &pilot).await {
            Ok((admins, call)) => {
                let (verdict, key) = break_glass::judge(&admins);
                let found: Vec<_> = admins.iter().map(break_glass::Admin::told).collect();
                let verdict = verdict.by(&call).compared(
                    "one who logs in without Entra",
                    &match found.is_empty() {
                        true => "no admin".to_owned(),
                        false => found.join("; "),
                    },
                );
                Finding::only(with_fix(verdict, key, cx, known))
            }
            Err(trouble) => Finding::only(Verdict::unknown(title, &trouble)),
        }
    }
}

struct Back;

#[async_trait]
impl Check<Live> for Back {
    fn id(&self) -> &'static str {
        WAY_BACK
    }

    fn title(&self) -> &'static str {
        "The way back is saved"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "The way back is written for one policy";
        let (atlassian, organization, policy) = match opened(cx, known, before) {
            Ok(opened) => opened,
            Err(findings) => return findings,
        };
        let wanted = enforce::way_back(cx, known);
        let path = known.fact(&format!("saved.{}", way_back::ID));
        let file = match path {
            Some(path) => File::read(path).await,
            None => File::None,
        };
        let (verdict, key) = match (saved(&file, wanted.as_ref()), wanted) {
            ((verdict, None), Some(wanted)) => {
                match admins_now(cx, known, atlassian, organization, &policy).await {
                    Ok(admins) => still_helps(verdict, &wanted.admin, &admins),
                    Err(trouble) => {
                        let title =
                            "Whether the admin of the way back is outside could not be read";
                        (Verdict::unknown(title, &trouble), None)
                    }
                }
            }
            (judged, _) => judged,
        };
        let verdict = with_fix(verdict, key, cx, known);
        Finding::only(match path {
            Some(path) => verdict.saw("File", path),
            None => verdict,
        })
    }
}

async fn admins_now(
    cx: &Live,
    known: &Known,
    atlassian: &Atlassian,
    organization: &str,
    policy: &str,
) -> Result<Vec<Admin>, Trouble> {
    let pilot = policy_members::pilot(cx, known).await?;
    let (admins, _) = break_glass::admins(atlassian, organization, policy, &pilot).await?;
    Ok(admins)
}

/// A good file is of use only while the admin whom it names is outside: what was so when it was written may have changed.
pub(super) fn still_helps(
    verdict: Verdict,
    named: &str,
    admins: &[Admin],
) -> (Verdict, Option<&'static str>) {
    let mut outside = admins.iter().filter(|admin| admin.is_outside());
    if outside.any(|admin| admin.named() == named) {
        return (verdict, None);
    }
    let title = "The admin whom the saved way back names is not outside the policy for certain";
    let now = admins.iter().find(|admin| admin.named() == named);
    let now = now.map_or("no organization admin".to_owned(), Admin::told);
    let verdict = Verdict::new(VerdictState::Fail, title, format!("{named} is named."));
    (
        verdict.compared("one who logs in without Entra", &now),
        Some("save-again"),
    )
}

/// The saved file.
pub(super) enum File {
    /// Nothing was saved.
    None,
    /// It can't be read any more.
    Gone(String),
    /// What stands in it.
    Text(String),
}

impl File {
    async fn read(path: &str) -> Self {
        match tokio::fs::read_to_string(path).await {
            Ok(text) => Self::Text(text),
            Err(error) => Self::Gone(error.to_string()),
        }
    }
}

/// The verdict on the saved file, beside what it should say.
pub(super) fn saved(file: &File, wanted: Option<&WayBack>) -> (Verdict, Option<&'static str>) {
    let fail = |title: &str, detail: &str| Verdict::new(VerdictState::Fail, title, detail);
    let (text, wanted) = match (file, wanted) {
        (File::Text(text), Some(wanted)) => (text, wanted),
        (File::Gone(why), _) => {
            let gone = fail("The saved way back can’t be read", &format!("{why}."));
            return (
                gone.compared("a file that can be read", "none"),
                Some("save-again"),
            );
        }
        (File::None, _) | (_, None) => {
            let detail = "A text file: how to stop enforcing, and whom to call.";
            let none = fail("The way back is not saved", detail);
            return (none.compared(way_back::NAME, "no file"), Some("save"));
        }
    };
    if !wanted.names_somebody() {
        let detail = "No organization admin outside the policy was found when it was written.";
        return (
            fail("The way back names no admin who could use it", detail),
            Some("save-again"),
        );
    }
    match way_back::compare(text, wanted) {
        Saved::Good => {
            let good = Verdict::new(
                VerdictState::Pass,
                "The way back is saved",
                format!("It names {}.", wanted.admin),
            );
            (
                good.compared("this policy and this admin", "the same"),
                None,
            )
        }
        Saved::Differs(what, expected, found) => {
            let title = format!("The saved way back is out of date: {what} is another one now");
            (
                fail(&title, "").compared(&expected, &found),
                Some("save-again"),
            )
        }
    }
}

struct Members;

#[async_trait]
impl Check<Live> for Members {
    fn id(&self) -> &'static str {
        ONLY_PILOT
    }

    fn title(&self) -> &'static str {
        "Only the pilot is in the policy"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let before = "The members are looked at once the policy is known";
        let (atlassian, organization, policy) = match opened(cx, known, before) {
            Ok(opened) => opened,
            Err(findings) => return findings,
        };
        let looked = members(cx, known, atlassian, organization, &policy).await;
        Finding::only(looked.unwrap_or_else(|trouble| {
            Verdict::unknown("The members of the policy could not be read", &trouble)
        }))
    }
}

async fn members(
    cx: &Live,
    known: &Known,
    atlassian: &Atlassian,
    organization: &str,
    policy: &str,
) -> Result<Verdict, Trouble> {
    let pilot = policy_members::pilot(cx, known).await?;
    let managed = policy_members::managed(cx, atlassian, organization, &pilot).await?;
    let placed = policy_members::placed(cx, atlassian, organization, &managed.ids).await?;
    let addresses = managed.addresses();
    let there = policy_members::membership(&placed, policy, &addresses);
    let told = placed
        .all
        .iter()
        .find(|placement| placement.is_in(policy) == Some(true))
        .and_then(|placement| placement.name.clone());
    let (verdict, key) = only_pilot::judge(&Case {
        pilot: &pilot,
        managed: &addresses,
        there: &there,
        name: enforce::name(known),
        told: told.as_deref(),
        confirmed: confirmed(cx, known),
        looked: looked_at(known),
        done: enforce::is_enforced(known),
    });
    let verdict = match &placed.call {
        Some(call) => verdict.by(call),
        None => verdict,
    };
    let verdict = verdict.compared(
        "the pilot and nobody else",
        &format!(
            "{} of the pilot, {} others; {} accounts elsewhere, {} not told",
            there.pilot.len(),
            there.strangers.len(),
            there.elsewhere,
            there.unknown
        ),
    );
    let verdict = match &placed.raw {
        Some(raw) => verdict.saw("Atlassian’s answer", &raw.to_string()),
        None => verdict,
    };
    Ok(with_fix(verdict, key, cx, known))
}

/// Whether the person's word is about the policy that is named now.
fn confirmed(cx: &Live, known: &Known) -> bool {
    let (Some(_), Some(given)) = (policy_of(cx, known), known.answered_at(CONFIRMED)) else {
        return false;
    };
    let named = known.answered_at(enforce::ADDRESS);
    known.answer(CONFIRMED) == Some("yes") && named.is_none_or(|named| named <= given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_counts_while_nothing_stands_in_its_way_now() {
        use VerdictState::{Fail, Pass, Unknown, Warn};
        let found = |state| Finding {
            key: "disabled".to_owned(),
            verdict: Verdict::new(state, "The application is disabled", ""),
        };
        let cases = [
            (vec![], vec![Pass]),
            (vec![found(Fail)], vec![Fail, Fail]),
            (vec![found(Unknown)], vec![Unknown, Unknown]),
            (vec![found(Unknown), found(Fail)], vec![Fail, Unknown, Fail]),
            (
                vec![found(VerdictState::Skipped(Skip::NothingYet)), found(Warn)],
                vec![
                    VerdictState::Skipped(Skip::NothingYet),
                    VerdictState::Skipped(Skip::NothingYet),
                    Warn,
                ],
            ),
        ];
        for (in_the_way, wanted) in cases {
            let came = Verdict::new(Pass, "PILOT came in through Entra", "");
            let states: Vec<_> = still(came, in_the_way.clone())
                .iter()
                .map(|found| found.verdict.state)
                .collect();
            assert_eq!(states, wanted, "{in_the_way:?}");
        }
    }

    #[test]
    fn a_way_back_helps_only_while_its_admin_is_outside() {
        use VerdictState::{Fail, Pass};
        let admin = |address: &str, in_policy| Admin {
            name: String::new(),
            address: address.to_owned(),
            active: Some(true),
            managed: Some(true),
            in_policy,
            enforced: in_policy.map(|_| false),
            in_pilot: false,
        };
        let cases = [
            (vec![admin("ada@contoso.com", Some(false))], Pass),
            (vec![admin("ada@contoso.com", Some(true))], Fail),
            (vec![admin("ada@contoso.com", None)], Fail),
            (vec![admin("bob@contoso.com", Some(false))], Fail),
            (vec![], Fail),
        ];
        for (admins, wanted) in cases {
            let good = Verdict::new(Pass, "The way back is saved", "");
            let (verdict, key) = still_helps(good, "ada@contoso.com", &admins);
            assert_eq!(verdict.state, wanted, "{admins:?}");
            assert_eq!(key.is_none(), wanted == Pass, "{admins:?}");
        }
    }
}
