//! A lock never opens by mistake: over every order of looks, answers, changes and waiting, it is open only when each check
//! passed, was looked at lately, rests on nothing that moved since, and still counts.

use std::sync::Arc;
use std::time::Duration;

use engine::{
    Clock, Entry, Finding, FixedClock, Guide, Journal, Lock, MemoryStore, Skip, Verdict,
    VerdictState,
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::guides::{Script, guide, id};
use crate::world::Cx;

const CHECKS: &[&str] = &["check-0", "check-1", "check-2"];
const FRESH: SignedDuration = SignedDuration::from_secs(120);
const LOCK: Lock = Lock {
    checks: CHECKS,
    fresh_for: FRESH,
    confirm: None,
};

/// Something that happens.
#[derive(Debug, Clone)]
enum Event {
    /// A check is looked at: what it found, and after how many seconds that ends to count.
    Looked {
        check: usize,
        found: Vec<(VerdictState, Option<i64>)>,
    },
    /// An answer of the step, or of the one it rests on, changes.
    Answered { step: usize, value: u8 },
    /// The step that this one rests on is looked at.
    Rests { state: VerdictState },
    /// Time passes.
    Waited { seconds: u64 },
}

fn states() -> impl Strategy<Value = VerdictState> {
    prop_oneof![
        6 => Just(VerdictState::Pass),
        1 => Just(VerdictState::Warn),
        1 => Just(VerdictState::Fail),
        1 => Just(VerdictState::Wait),
        1 => Just(VerdictState::Unknown),
        1 => Just(VerdictState::Skipped(Skip::NothingYet)),
    ]
}

fn events() -> impl Strategy<Value = Event> {
    let found = proptest::collection::vec((states(), proptest::option::of(1..200_i64)), 0..3);
    prop_oneof![
        6 => (0..CHECKS.len(), found).prop_map(|(check, found)| Event::Looked { check, found }),
        1 => (0..2_usize, any::<u8>()).prop_map(|(step, value)| Event::Answered { step, value }),
        2 => states().prop_map(|state| Event::Rests { state }),
        2 => (1..90_u64).prop_map(|seconds| Event::Waited { seconds }),
    ]
}

/// What the model remembers of one check.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// Until when it counts; `None` when it did not pass.
    until: Option<Timestamp>,
}

fn two_steps() -> Guide<Cx> {
    guide(&[
        Script {
            checks: vec![Vec::new()],
            ..Script::default()
        },
        Script {
            needs: vec![0],
            checks: CHECKS.iter().map(|_| Vec::new()).collect(),
            ..Script::default()
        },
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn it_opens_only_when_everything_holds(happens in proptest::collection::vec(events(), 1..30)) {
        let guide = two_steps();
        let clock = Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH));
        let journal = Journal::open(Box::new(MemoryStore::default()), clock.clone()).expect("a journal");
        let mut model: [Option<Seen>; 3] = [None; 3];
        let mut answers: [Option<u8>; 2] = [None; 2];
        let mut rests = false;
        for event in happens {
            match event {
                Event::Looked { check, found } => {
                    let now = clock.now();
                    let findings: Vec<_> = found
                        .iter()
                        .map(|(state, counts)| {
                            let verdict = Verdict::new(*state, "Seen", "");
                            let verdict = match counts {
                                Some(seconds) => verdict.until(now + SignedDuration::from_secs(*seconds)),
                                None => verdict,
                            };
                            Finding { key: String::new(), verdict }
                        })
                        .collect();
                    let passed = !found.is_empty()
                        && found.iter().all(|(state, _)| *state == VerdictState::Pass);
                    let first = found
                        .iter()
                        .filter_map(|(_, counts)| *counts)
                        .map(|seconds| now + SignedDuration::from_secs(seconds))
                        .chain([now + FRESH])
                        .min();
                    model[check] = Some(Seen { until: first.filter(|_| passed) });
                    journal
                        .append(Entry::Looked { step: id(1), check: CHECKS[check].into(), findings })
                        .expect("recorded");
                }
                Event::Answered { step, value } => {
                    // The same answer once more moves nothing.
                    if answers[step] != Some(value) {
                        model = [None; 3];
                    }
                    answers[step] = Some(value);
                    journal
                        .append(Entry::Answered {
                            step: id(step),
                            ask: format!("ask-{step}"),
                            value: value.to_string(),
                        })
                        .expect("recorded");
                }
                Event::Rests { state } => {
                    let finding = Finding { key: String::new(), verdict: Verdict::new(state, "Seen", "") };
                    journal
                        .append(Entry::Looked { step: id(0), check: CHECKS[0].into(), findings: vec![finding] })
                        .expect("recorded");
                    rests = matches!(
                        state,
                        VerdictState::Pass | VerdictState::Warn | VerdictState::Unknown
                    );
                }
                Event::Waited { seconds } => clock.forward(Duration::from_secs(seconds)),
            }
            let now = clock.now();
            let holds = |seen: &Option<Seen>| {
                rests && seen.is_some_and(|seen| seen.until.is_some_and(|until| until > now))
            };
            let stand = LOCK.at(&guide, &journal.state(), &id(1), now);
            prop_assert_eq!(stand.is_open(), model.iter().all(holds));
            for (check, seen) in CHECKS.iter().zip(&model) {
                prop_assert_eq!(stand.holding.contains(check), holds(seen), "{}", check);
            }
            if let Some(until) = stand.until {
                prop_assert!(until > now);
                let later = LOCK.at(&guide, &journal.state(), &id(1), until);
                prop_assert!(!later.is_open(), "it shuts by time alone");
            }
        }
    }
}

#[test]
fn it_is_shut_before_anything_was_looked_at() {
    let guide = two_steps();
    let state = engine::State::default();
    let stand = LOCK.at(&guide, &state, &id(1), Timestamp::UNIX_EPOCH);
    assert_eq!(stand.missing, CHECKS);
    assert!(!stand.is_open());
}

#[test]
fn a_look_of_the_future_does_not_count() {
    let guide = two_steps();
    let clock = Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH));
    let journal =
        Journal::open(Box::new(MemoryStore::default()), clock.clone()).expect("a journal");
    clock.forward(Duration::from_secs(3600));
    let passes = || {
        vec![Finding {
            key: String::new(),
            verdict: Verdict::new(VerdictState::Pass, "Seen", ""),
        }]
    };
    let looked = |step: usize, check: &&str| Entry::Looked {
        step: id(step),
        check: (*check).into(),
        findings: passes(),
    };
    journal.append(looked(0, &CHECKS[0])).expect("recorded");
    for check in CHECKS {
        journal.append(looked(1, check)).expect("recorded");
    }
    let at = |now| LOCK.at(&guide, &journal.state(), &id(1), now).is_open();
    assert!(at(clock.now()));
    assert!(!at(Timestamp::UNIX_EPOCH), "the clock was set back");
}
