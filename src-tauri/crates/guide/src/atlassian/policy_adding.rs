//! Adding the pilot to its policy: the change, the tasks at Atlassian followed to their end, and what did not work.

use std::collections::BTreeSet;

use connect::Atlassian;
use connect::atlassian::{MOST_EMAILS, PolicyTaskState};
use engine::{Change, Facts, Known, NextDo, Trouble, TroubleKind, Undo};
use serde_json::{Value, json};

use super::policy_members::{PilotPerson, managed, membership, placed, some_of};
use crate::{Live, trouble, words};

/// The change that adds people to the policy.
pub(super) fn change(policy: &str, name: &str, addresses: &[String], already: usize) -> Change {
    let people = |number: usize| words::count(number, "person", "people");
    Change {
        id: MEMBERS.into(),
        system: "Atlassian".into(),
        what: format!("Members of the policy “{name}”"),
        about: some_of(addresses),
        now: format!("{} of the pilot", people(already)),
        then: format!("{} of the pilot", people(already + addresses.len())),
        then_about: "their log-in stays as it is until the policy enforces single sign-on".into(),
        code: false,
        before: None,
        after: Some(json!({ "policy": policy, "addresses": addresses })),
        undo: Undo::Impossible {
            because: "No API takes people out of a policy. By hand: the policy’s page, Members."
                .into(),
            name: name.into(),
        },
    }
}

/// The same change while the policy enforces: then it reaches people, and the change says so.
pub(super) fn reaching(change: Change) -> Change {
    Change {
        then_about:
            "from then on they can log in only through Entra: the policy enforces single sign-on"
                .into(),
        ..change
    }
}

/// The change's id.
pub(super) const MEMBERS: &str = "members";

/// The addresses of a change.
pub(super) fn addresses_of(change: &Change) -> Vec<String> {
    let list = change
        .after
        .as_ref()
        .and_then(|after| after.get("addresses"));
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Adds the people of a change, as many at once as is allowed, and follows each task to its end.
pub(super) async fn add(
    cx: &Live,
    atlassian: &Atlassian,
    organization: &str,
    policy: &str,
    change: &Change,
) -> Result<Facts, Trouble> {
    let addresses = addresses_of(change);
    let mut done = Tally::of(addresses.len() as u64);
    let mut last = String::new();
    for some in addresses.chunks(MOST_EMAILS) {
        let task = atlassian
            .add_to_policy(organization, policy, some)
            .await
            .map_err(|fault| refused(&done, trouble(&fault, ADDING)))?
            .value;
        let end = follow(cx, atlassian, organization, &task.task_id, &done).await?;
        done.take(&end);
        last = task.task_id;
    }
    match done.trouble() {
        Some(trouble) => Err(trouble),
        None => Ok(Facts::new().with("policy.task", last)),
    }
}

const ADDING: &str = "Adding the pilot to the policy.";

/// What was said before stays certain, whatever became of the next call.
fn refused(done: &Tally, trouble: Trouble) -> Trouble {
    if done.added == 0 {
        return trouble;
    }
    let certain = format!("{} of {} were added before.", done.added, done.all);
    trouble.certain(certain)
}

async fn follow(
    cx: &Live,
    atlassian: &Atlassian,
    organization: &str,
    task: &str,
    done: &Tally,
) -> Result<PolicyTaskState, Trouble> {
    let began = tokio::time::Instant::now();
    loop {
        // Not knowing how far the task is does not stop it: it may end well all the same.
        let state = atlassian
            .policy_task(organization, task)
            .await
            .map_err(|fault| Trouble {
                kind: TroubleKind::Uncertain,
                ..trouble(&fault, ADDING)
            })?
            .value;
        let so_far = done.added + done.failed() + state.success_count + state.failure_count;
        cx.counting.seen(so_far, Some(done.all));
        if state.is_over() {
            return Ok(state);
        }
        if began.elapsed() >= cx.patience.at_most {
            return Err(Trouble::new(
                TroubleKind::Uncertain,
                "Atlassian is still adding people",
                "It goes on without Lockstep.",
            )
            .doing(ADDING));
        }
        tokio::time::sleep(cx.patience.spacing).await;
    }
}

/// What became of the tasks so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tally {
    all: u64,
    added: u64,
    failures: Vec<(Vec<String>, String)>,
}

impl Tally {
    fn of(all: u64) -> Self {
        Self {
            all,
            ..Self::default()
        }
    }

    fn failed(&self) -> u64 {
        self.failures
            .iter()
            .map(|(addresses, _)| addresses.len() as u64)
            .sum()
    }

    fn take(&mut self, end: &PolicyTaskState) {
        self.added += end.success_count;
        for failure in &end.failure_reasons {
            let details = &failure.details;
            let why = details.detail.clone().or(details.title.clone());
            self.failures
                .push((failure.emails.clone(), why.unwrap_or_default()));
        }
        // Failures that come without a reason are failures all the same.
        let told: usize = end
            .failure_reasons
            .iter()
            .map(|failure| failure.emails.len())
            .sum();
        if end.failure_count > told as u64 {
            self.failures.push((
                Vec::new(),
                format!("{} more without a reason", end.failure_count - told as u64),
            ));
        }
    }

    /// Names who could not be added, and why.
    fn trouble(&self) -> Option<Trouble> {
        if self.failures.is_empty() {
            return None;
        }
        let reasons: Vec<_> = self
            .failures
            .iter()
            .map(|(addresses, why)| match addresses.is_empty() {
                true => why.clone(),
                false => format!("{}: {why}", some_of(addresses)),
            })
            .collect();
        let title = format!(
            "{} of {} people could be added to the policy",
            self.added, self.all
        );
        Some(
            Trouble::new(TroubleKind::Refused, title, format!("Not added: {}.", reasons.join("; ")))
                .doing(ADDING)
                .next(
                    "Claim the accounts, or leave the people out",
                    "Only managed accounts can be members. An account is managed when its domain is verified and claimed.",
                    NextDo::Nothing,
                )
                .next("Look again", "Lockstep plans those who are still missing.", NextDo::Retry),
        )
    }
}

/// Looks whether everybody of a change is in the policy. Where Atlassian does not tell, the end of the task counts.
pub(super) async fn read_back(
    cx: &Live,
    atlassian: &Atlassian,
    organization: &str,
    policy: &str,
    known: &Known,
    change: &Change,
) -> Result<Option<Facts>, Trouble> {
    let addresses = addresses_of(change);
    let pilot: Vec<_> = addresses
        .iter()
        .map(|address| PilotPerson {
            name: address.clone(),
            address: Some(address.clone()),
        })
        .collect();
    let accounts = managed(cx, atlassian, organization, &pilot).await?;
    let ids: Vec<_> = accounts.pilot.into_values().collect();
    let placed = placed(cx, atlassian, organization, &ids).await?;
    let wanted: BTreeSet<_> = addresses.into_iter().collect();
    let found = membership(&placed, policy, &wanted);
    if found.is_told() {
        return Ok((found.pilot == wanted).then(Facts::new));
    }
    let Some(task) = known.fact("policy.task") else {
        return Ok(None);
    };
    let state = atlassian
        .policy_task(organization, task)
        .await
        .map_err(|fault| trouble(&fault, "Reading how far Atlassian is."))?
        .value;
    Ok((state.is_over() && state.failure_count == 0).then(Facts::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "3b8e07f5-61ad-4f0c-92d8-c5a4e1907b36";

    #[test]
    fn who_could_not_be_added_is_named_with_the_reason() {
        let state: PolicyTaskState = serde_json::from_value(json!({
            "inProgressCount": 0, "successCount": 1, "failureCount": 2,
            "failureReasons": [{"emails": ["b@contoso.com"], "details": {"status": 404, "title": "Not found", "detail": "No managed account with this email"}}],
        }))
        .expect("a state");
        let mut done = Tally::of(3);
        done.take(&state);
        let trouble = done.trouble().expect("a trouble");
        assert_eq!(trouble.title, "1 of 3 people could be added to the policy");
        assert_eq!(
            trouble.certain,
            "Not added: b@contoso.com: No managed account with this email; 1 more without a reason."
        );
        let all_well: PolicyTaskState = serde_json::from_value(json!({
            "inProgressCount": 0, "successCount": 3, "failureCount": 0, "failureReasons": [],
        }))
        .expect("a state");
        let mut done = Tally::of(3);
        done.take(&all_well);
        assert_eq!(done.trouble(), None);
    }

    #[test]
    fn the_change_carries_whom_it_adds_and_says_that_it_stays() {
        let addresses: Vec<String> = (0..7).map(|n| format!("p{n}@contoso.com")).collect();
        let change = change(POLICY, "Pilot SSO", &addresses, 1);
        assert_eq!(addresses_of(&change), addresses);
        assert!(!change.undo.possible());
        assert_eq!(change.now, "1 person of the pilot");
        assert_eq!(change.then, "8 people of the pilot");
        assert!(change.about.ends_with("and 2 more"), "{}", change.about);
        assert!(change.then_about.contains("stays as it is"));
        let reaching = reaching(change);
        assert_eq!(addresses_of(&reaching), addresses);
        assert!(reaching.then_about.contains("only through Entra"));
    }
}
