//! Adding people to an authentication policy, which the control API does as a task: it is accepted at once and done
//! later, one address after the other. This file knows no HTTP.

use jiff::{SignedDuration, Timestamp};

use crate::organization::Organization;
use crate::tempo::Tempo;

/// How a task takes time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Pace {
    /// Over a span of time.
    Between(Timestamp, Timestamp),
    /// Over so many looks at it, of which some are left.
    Looks { of: u32, left: u32 },
    /// Not before a poke.
    Poke,
}

/// What a task takes where time is taken.
const SPAN: SignedDuration = SignedDuration::from_secs(4);

impl Pace {
    /// The pace that the tempo or a lever has for tasks.
    pub fn of(now: Timestamp, tempo: Tempo, looks: Option<u32>) -> Pace {
        match (looks, tempo) {
            (Some(of), _) => Pace::Looks { of, left: of },
            (None, Tempo::Instant) => Pace::Between(now, now),
            (None, Tempo::Auto) => Pace::Between(now, now + SPAN),
            (None, Tempo::Explicit) => Pace::Poke,
        }
    }

    /// How many of so many addresses must be done by now.
    fn due(&self, total: usize, now: Timestamp) -> usize {
        match self {
            Pace::Between(_, to) if now >= *to => total,
            Pace::Between(from, to) => share(
                total,
                now.duration_since(*from).as_millis(),
                to.duration_since(*from).as_millis(),
            ),
            Pace::Looks { left: 0, .. } => total,
            Pace::Looks { of, left } => share(total, (of - left).into(), (*of).into()),
            Pace::Poke => 0,
        }
    }
}

/// The part of a whole that `done` is of `of`, rounded down.
fn share(total: usize, done: i128, of: i128) -> usize {
    let part = i128::try_from(total).unwrap_or(i128::MAX) * done.max(0) / of.max(1);
    usize::try_from(part).unwrap_or(total).min(total)
}

/// Why an address could not be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: u16,
    pub title: &'static str,
    pub detail: &'static str,
}

/// The address belongs to no account that the organization manages.
pub(crate) const NOT_MANAGED: Refusal = Refusal {
    status: 404,
    title: "Not found",
    detail: "No managed account with this email",
};

/// The service failed, which only a lever makes it do.
pub(crate) const FAILED: Refusal = Refusal {
    status: 500,
    title: "Internal server error",
    detail: "The user could not be added to the policy",
};

/// Addresses on their way into a policy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PolicyTask {
    pub id: String,
    pub policy: String,
    pub pace: Pace,
    /// Every address with what will become of it, in the order of the request.
    pub addresses: Vec<(String, Option<Refusal>)>,
    /// How many of them are done.
    pub done: usize,
}

impl PolicyTask {
    /// The addresses that are done.
    pub fn finished(&self) -> &[(String, Option<Refusal>)] {
        &self.addresses[..self.done]
    }
}

impl Organization {
    /// Does what tasks have to have done by now. Gives each address that was added, with the name of its policy.
    pub fn settle_tasks(&mut self, now: Timestamp) -> Vec<(String, String)> {
        let mut moved = Vec::new();
        for at in 0..self.tasks.len() {
            let task = &mut self.tasks[at];
            let due = task.pace.due(task.addresses.len(), now).max(task.done);
            let policy = task.policy.clone();
            let ready: Vec<String> = task.addresses[task.done..due]
                .iter()
                .filter(|(_, refusal)| refusal.is_none())
                .map(|(email, _)| email.clone())
                .collect();
            task.done = due;
            let name = self
                .policies
                .iter()
                .find(|one| one.id == policy)
                .map(|one| one.name.clone());
            // A policy that was deleted meanwhile takes nobody.
            let Some(name) = name else { continue };
            for email in ready {
                self.move_into(&policy, &email);
                moved.push((email, name.clone()));
            }
        }
        moved
    }

    /// Makes every waiting task do the rest.
    pub fn poke_tasks(&mut self, now: Timestamp) {
        for task in &mut self.tasks {
            task.pace = Pace::Between(now, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_does_its_share_in_its_time() {
        let now = Timestamp::now();
        let pace = Pace::of(now, Tempo::Auto, None);
        let after = |millis| pace.due(10, now + SignedDuration::from_millis(millis));
        let half = i64::try_from(SPAN.as_millis()).unwrap() / 2;
        assert_eq!(
            [after(-1), after(0), after(half), after(2 * half)],
            [0, 0, 5, 10]
        );
        assert_eq!(Pace::of(now, Tempo::Instant, None).due(10, now), 10);
        let later = now + SignedDuration::from_hours(1);
        assert_eq!(Pace::of(now, Tempo::Explicit, None).due(10, later), 0);
    }

    #[test]
    fn looks_count_and_not_the_time() {
        let (now, tempo) = (Timestamp::now(), Tempo::Instant);
        assert_eq!(Pace::of(now, tempo, Some(4)).due(10, now), 0);
        assert_eq!(Pace::Looks { of: 4, left: 1 }.due(10, now), 7);
        assert_eq!(Pace::Looks { of: 4, left: 0 }.due(10, now), 10);
        assert_eq!(Pace::of(now, tempo, Some(0)).due(10, now), 10);
    }
}
