//! Looking: each resource once, all at the same time, and old when what it rests on moved.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::{StepId, dependents};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::guides::{Script, Want, guide, id};
use crate::lives::Connection;
use crate::properties::in_no_time;
use crate::world::reading_time;

const OBJECTS: [&str; 5] = ["one", "two", "three", "four", "five"];

/// What the checks of each step read.
fn readings() -> impl Strategy<Value = Vec<Vec<Vec<usize>>>> {
    vec(vec(vec(0..OBJECTS.len(), 1..4), 0..4), 1..6)
}

fn steps_that_look(readings: &[Vec<Vec<usize>>]) -> Vec<Script> {
    let names = |reads: &Vec<usize>| reads.iter().map(|at| OBJECTS[*at].to_owned()).collect();
    let script = |checks: &Vec<Vec<usize>>| Script {
        checks: checks.iter().map(names).collect(),
        ..Script::default()
    };
    readings.iter().map(script).collect()
}

async fn look(scripts: &[Script]) -> (Connection, Duration) {
    let there: Vec<_> = OBJECTS.iter().map(|name| (*name, 0)).collect();
    let connection = Connection::new(guide(scripts), &there);
    let steps: Vec<StepId> = connection.guide.steps().map(|step| step.id()).collect();
    let journal = connection.open(connection.store.clone());
    let run = connection.run(&journal, &CancellationToken::new());
    let begin = Instant::now();
    run.look(&steps).await.expect("a look");
    let took = begin.elapsed();
    (connection, took)
}

/// How long each check would take alone, knowing nothing: the objects that it reads, each once.
fn chains(scripts: &[Script]) -> impl Iterator<Item = Duration> {
    scripts
        .iter()
        .flat_map(|script| &script.checks)
        .map(|reads| {
            let names: BTreeSet<_> = reads.iter().collect();
            names.into_iter().map(|name| reading_time(name)).sum()
        })
}

/// How long one check takes when nobody else reads what it reads.
fn alone(scripts: &[Script]) -> bool {
    let reads: Vec<BTreeSet<_>> = scripts
        .iter()
        .flat_map(|script| &script.checks)
        .map(|reads| reads.iter().collect())
        .collect();
    let all: BTreeSet<_> = reads.iter().flatten().collect();
    all.len() == reads.iter().map(BTreeSet::len).sum::<usize>()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_look_reads_each_object_once_and_takes_as_long_as_its_longest_chain(readings in readings()) {
        let scripts = steps_that_look(&readings);
        let (connection, took) = in_no_time(look(&scripts));
        let reads = connection.world.reads();
        let passes: BTreeSet<_> = reads.iter().map(|(pass, _)| pass).collect();
        prop_assert!(passes.len() <= 1, "one look is one pass");
        let wanted: BTreeSet<_> = scripts.iter().flat_map(|script| script.checks.iter().flatten()).collect();
        prop_assert_eq!(reads.len(), wanted.len(), "each object is read once");
        let longest = chains(&scripts).max().unwrap_or_default();
        // Who shares an object with another check may find it read already; nobody takes longer.
        prop_assert!(took <= longest, "{:?} is more than {:?}", took, longest);
        let slowest = wanted.iter().map(|name| reading_time(name)).max().unwrap_or_default();
        prop_assert!(took >= slowest);
        if alone(&scripts) {
            prop_assert_eq!(took, longest);
        }
        for (place, script) in scripts.iter().enumerate() {
            let looked = connection.state().step(&id(place)).map_or(0, |step| step.looked.len());
            prop_assert_eq!(looked, script.checks.len());
        }
    }

    #[test]
    fn a_verdict_is_old_exactly_when_what_it_rests_on_moved(
        needs in vec(vec(0..6_usize, 0..3), 2..7),
        moved in 0..6_usize,
    ) {
        let scripts: Vec<Script> = needs.iter().enumerate().map(resting).collect();
        let moved = id(moved % scripts.len());
        let connection = in_no_time(look_and_make(&scripts, &moved));
        let state = connection.state();
        let resting = dependents(&connection.guide, &moved);
        for step in connection.guide.steps().map(|step| step.id()) {
            let wanted = step == moved || resting.contains(&step);
            prop_assert_eq!(state.is_stale(&connection.guide, &step, "check-0"), wanted, "{}", step);
        }
    }
}

fn resting((place, needs): (usize, &Vec<usize>)) -> Script {
    let name = format!("object-{place}");
    Script {
        needs: needs
            .iter()
            .filter(|_| place > 0)
            .map(|need| need % place.max(1))
            .collect(),
        checks: vec![vec![name.clone()]],
        wants: vec![Want {
            name,
            value: None,
            can_be_undone: true,
        }],
        ..Script::default()
    }
}

/// Looks at everything, then makes the changes of one step.
async fn look_and_make(scripts: &[Script], moved: &StepId) -> Connection {
    let (connection, _) = look(scripts).await;
    let journal = connection.open(connection.store.clone());
    let run = connection.run(&journal, &CancellationToken::new());
    let proposal = run.plan(moved).await.expect("a plan");
    run.apply(moved, &proposal.fingerprint, None)
        .await
        .expect("changes");
    connection
}
