//! The checks of the pilot's people: addresses that Atlassian can be told, accounts with those addresses, and nobody on
//! whom everything depends.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use async_trait::async_trait;
use connect::atlassian::ManagedUser;
use connect::{Atlassian, Graph};
use engine::{Check, Finding, Known, Skip, Verdict, VerdictState};

use super::before_atlassian::{could_not, opened};
use super::count_people::{self, Scope};
use super::pilot_checks::{chosen, with_fix};
use super::pilot_people::{Pilots, some_of, usable};
use crate::evidence::Proven;
use crate::principal::{Principal, PrincipalKind};
use crate::{Live, trouble, words};

/// How many members of a group are compared with Atlassian's accounts; a pilot is small.
const COMPARED: usize = 500;

async fn pilots(
    cx: &Live,
    known: &Known,
    graph: &Graph,
    who: &Principal,
) -> Result<Pilots, Finding> {
    let could_not = |fault: &connect::Fault| Finding {
        key: String::new(),
        verdict: Verdict::unknown(
            "The pilot’s addresses could not be read",
            &trouble(fault, "Reading the people of the pilot."),
        ),
    };
    let verified = count_people::verified(cx, graph, known)
        .await
        .map_err(|fault| could_not(&fault))?;
    let mut pilots = Pilots::default();
    match who.kind {
        PrincipalKind::User => {
            let person = graph.user(&who.id).await;
            let person = person.map_err(|fault| match fault.is_not_found() {
                true => Finding {
                    key: String::new(),
                    verdict: with_fix(
                        Verdict::new(VerdictState::Fail, format!("{} is gone", who.name), ""),
                        "gone",
                        cx,
                        known,
                    ),
                },
                false => could_not(&fault),
            })?;
            pilots.take(&person.value, &verified.names, known);
        }
        PrincipalKind::Group => {
            let scope = Scope::Group(who.clone());
            count_people::each(graph, &scope, &cx.counting, |person| {
                pilots.take(person, &verified.names, known);
                match pilots.seen < COMPARED {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            })
            .await
            .map_err(|fault| could_not(&fault))?;
        }
    }
    Ok(pilots)
}

pub(super) struct Addresses;

#[async_trait]
impl Check<Live> for Addresses {
    fn id(&self) -> &'static str {
        "addresses"
    }

    fn title(&self) -> &'static str {
        "The pilot’s addresses can be used"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (graph, _, who) = match chosen(cx, known, "The pilot is not chosen yet") {
            Ok(chosen) => chosen,
            Err(findings) => return findings,
        };
        let pilots = match pilots(cx, known, &graph, &who).await {
            Ok(pilots) => pilots,
            Err(finding) => return vec![finding],
        };
        let findings = usable(&pilots).into_iter().map(|(key, verdict)| Finding {
            key: key.to_owned(),
            verdict: match key {
                "" => verdict,
                key => with_fix(verdict, key, cx, known),
            },
        });
        findings.collect()
    }
}

/// What the checks say that rest on the pilot's people when these could not be read: why is said above.
fn unread() -> Vec<Finding> {
    let title = "The pilot’s people could not be read";
    Finding::only(Verdict::skipped(Skip::NothingYet, title, "See above."))
}

pub(super) struct Accounts;

#[async_trait]
impl Check<Live> for Accounts {
    fn id(&self) -> &'static str {
        "accounts"
    }

    fn title(&self) -> &'static str {
        "The pilot has accounts at Atlassian"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (graph, _, who) = match chosen(cx, known, "The pilot is not chosen yet") {
            Ok(chosen) => chosen,
            Err(findings) => return findings,
        };
        let title = "The accounts at Atlassian could not be read";
        let (atlassian, organization) =
            match opened(cx, known, "Accounts are compared with the key", title).await {
                Ok(opened) => opened,
                Err(findings) => return findings,
            };
        let Ok(pilots) = pilots(cx, known, &graph, &who).await else {
            return unread();
        };
        if pilots.addresses.is_empty() {
            let verdict =
                Verdict::skipped(Skip::NothingYet, "No address to look for", "See above.");
            return Finding::only(verdict);
        }
        match matched(cx, &atlassian, &organization, &pilots).await {
            Ok(matched) => {
                let (verdict, key) = with_accounts(&pilots.addresses, &matched);
                let verdict = match key {
                    Some(key) => with_fix(verdict, key, cx, known),
                    None => verdict,
                };
                Finding::only(verdict.by(&matched.call).compared(
                    "an active managed account for each",
                    &format!(
                        "{} active, {} inactive",
                        matched.active.len(),
                        matched.inactive.len()
                    ),
                ))
            }
            Err(fault) => {
                let doing = "Comparing with the managed accounts.";
                Finding::only(could_not(title, &fault, doing))
            }
        }
    }
}

/// Which of the addresses have accounts.
struct Matched {
    active: BTreeSet<String>,
    inactive: BTreeSet<String>,
    call: connect::Call,
}

async fn matched(
    cx: &Live,
    atlassian: &Atlassian,
    organization: &str,
    pilots: &Pilots,
) -> Result<Matched, connect::Fault> {
    let (mut active, mut inactive) = (BTreeSet::new(), BTreeSet::new());
    let wanted = &pilots.addresses;
    let seen = atlassian
        .managed_users(organization, |users, progress| {
            cx.counting.seen(progress.seen, progress.total);
            for user in users {
                let address = user.email.as_deref().unwrap_or_default().to_lowercase();
                if wanted.contains(&address) {
                    match is_active(&user) {
                        true => active.insert(address),
                        false => inactive.insert(address),
                    };
                }
            }
            // Everybody was found: the rest of a large organization need not be read.
            match active.len() + inactive.len() < wanted.len() {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        })
        .await?;
    Ok(Matched {
        active,
        inactive,
        call: seen.call,
    })
}

fn is_active(user: &ManagedUser) -> bool {
    user.account_status
        .as_deref()
        .is_none_or(|status| status.eq_ignore_ascii_case("active"))
}

/// The verdict on the accounts, and the key of its fix.
fn with_accounts(wanted: &BTreeSet<String>, matched: &Matched) -> (Verdict, Option<&'static str>) {
    let none: Vec<String> = wanted
        .iter()
        .filter(|one| !matched.active.contains(*one) && !matched.inactive.contains(*one))
        .cloned()
        .collect();
    let state = match matched.active.is_empty() {
        true => VerdictState::Fail,
        false => VerdictState::Warn,
    };
    if !none.is_empty() {
        let title = match (none.as_slice(), wanted.len()) {
            ([one], 1) => format!("No managed account at Atlassian has the address {one}"),
            (none, all) => format!(
                "{} of {all} have no managed account at Atlassian",
                none.len()
            ),
        };
        let detail = format!("{} Their log-in would find nobody.", some_of(&none));
        return (Verdict::new(state, title, detail), Some("no-account"));
    }
    if !matched.inactive.is_empty() {
        let all: Vec<String> = matched.inactive.iter().cloned().collect();
        let title = match all.as_slice() {
            [one] => format!("The account {one} is not active at Atlassian"),
            many => format!("{} accounts are not active at Atlassian", many.len()),
        };
        return (Verdict::new(state, title, some_of(&all)), Some("inactive"));
    }
    let title = match wanted.len() {
        1 => "The pilot has an active managed account at Atlassian".to_owned(),
        many => format!("All {many} have an active managed account at Atlassian"),
    };
    (Verdict::new(VerdictState::Pass, title, ""), None)
}

pub(super) struct NotTheOnlyAdmin;

#[async_trait]
impl Check<Live> for NotTheOnlyAdmin {
    fn id(&self) -> &'static str {
        "not-only-admin"
    }

    fn title(&self) -> &'static str {
        "Not everything depends on the pilot"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (graph, _, who) = match chosen(cx, known, "The pilot is not chosen yet") {
            Ok(chosen) => chosen,
            Err(findings) => return findings,
        };
        let title = "The organization admins could not be read";
        let (atlassian, organization) =
            match opened(cx, known, "The admins are read with the key", title).await {
                Ok(opened) => opened,
                Err(findings) => return findings,
            };
        let admins = match atlassian.organization_admins(&organization).await {
            Ok(admins) => admins,
            Err(fault) => {
                let doing = "Reading the organization admins.";
                return Finding::only(could_not(title, &fault, doing));
            }
        };
        let Ok(pilots) = pilots(cx, known, &graph, &who).await else {
            return unread();
        };
        let active = admins.value.admins.iter();
        let active = active.filter(|admin| admin.active() != Some(false));
        let addresses: Vec<String> = active
            .map(|admin| admin.email.clone().unwrap_or_default().to_lowercase())
            .collect();
        let verdict = outside(&addresses, &pilots.addresses);
        let verdict = match verdict.state {
            VerdictState::Pass => verdict,
            _ => with_fix(verdict, "only-admin", cx, known),
        };
        Finding::only(verdict.by(&admins.call).compared(
            "an active organization admin who is not in the pilot",
            &addresses.join(", "),
        ))
    }
}

/// Whether an organization admin is left when the pilot can't log in.
fn outside(admins: &[String], pilots: &BTreeSet<String>) -> Verdict {
    let inside = admins
        .iter()
        .filter(|admin| pilots.contains(*admin))
        .count();
    match (inside, admins.len() - inside) {
        (_, 0) if inside > 0 => Verdict::new(
            VerdictState::Fail,
            "Every organization admin is in the pilot",
            "If single sign-on fails, nobody could switch it off.",
        ),
        (_, 0) => Verdict::new(
            VerdictState::Warn,
            "No active organization admin was found",
            "The page on enforcement looks again, before it can matter.",
        ),
        (0, _) => Verdict::new(
            VerdictState::Pass,
            "No organization admin is in the pilot",
            "",
        ),
        (_, left) => Verdict::new(
            VerdictState::Pass,
            format!(
                "{} outside the pilot",
                words::count(left, "organization admin stays", "organization admins stay")
            ),
            "Keep one of them outside Entra until single sign-on is proven.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use VerdictState::{Fail, Pass, Warn};

    fn set(all: &[&str]) -> BTreeSet<String> {
        all.iter().map(|one| (*one).to_owned()).collect()
    }

    #[test]
    fn accounts_are_compared_with_the_addresses() {
        let call = connect::Call {
            service: connect::Service::Atlassian,
            method: "GET".into(),
            url: "u".into(),
            path: "p".into(),
            status: Some(200),
            request_id: None,
            client_request_id: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let table = [
            (vec!["a"], vec!["a"], vec![], Pass, None),
            (vec!["a", "b"], vec!["a", "b"], vec![], Pass, None),
            (vec!["a"], vec![], vec![], Fail, Some("no-account")),
            (vec!["a", "b"], vec!["a"], vec![], Warn, Some("no-account")),
            (vec!["a"], vec![], vec!["a"], Fail, Some("inactive")),
            (vec!["a", "b"], vec!["a"], vec!["b"], Warn, Some("inactive")),
        ];
        for (wanted, active, inactive, state, key) in table {
            let matched = Matched {
                active: set(&active),
                inactive: set(&inactive),
                call: call.clone(),
            };
            let (verdict, fix) = with_accounts(&set(&wanted), &matched);
            assert_eq!((verdict.state, fix), (state, key), "{wanted:?} {active:?}");
        }
    }

    #[test]
    fn an_admin_has_to_be_left_outside() {
        let table: &[(&[&str], &[&str], VerdictState)] = &[
            (&["admin"], &["anna"], Pass),
            (&["admin", "anna"], &["anna"], Pass),
            (&["anna"], &["anna"], Fail),
            (&[], &["anna"], Warn),
        ];
        for (admins, pilots, state) in table {
            let admins: Vec<String> = admins.iter().map(|one| (*one).to_owned()).collect();
            assert_eq!(outside(&admins, &set(pilots)).state, *state, "{admins:?}");
        }
    }
}
