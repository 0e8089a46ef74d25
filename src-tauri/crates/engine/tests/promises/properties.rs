//! The promises, over random guides and random misfortunes.

use std::collections::{BTreeMap, BTreeSet};

use engine::{Guide, in_order};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::guides::{Script, Want, guide};
use crate::lives::{Connection, End, Errand, is_stop, undone_too_early};
use crate::world::{CALM, Cx, Deed, Fate, Object, Weather};

/// A guide as random numbers, before names are given.
#[derive(Debug, Clone)]
struct Rough {
    needs: Vec<usize>,
    /// A value for an object that is there, or none for one that is to be created; and whether it can be undone.
    wants: Vec<(Option<u64>, bool)>,
    /// Which wants of the guide each check reads.
    checks: Vec<Vec<usize>>,
}

fn rough_guides() -> impl Strategy<Value = Vec<Rough>> {
    let want = (
        prop_oneof![Just(None), (1..4_u64).prop_map(Some)],
        prop::bool::weighted(0.85),
    );
    let step = (
        vec(0..6_usize, 0..3),
        vec(want, 0..5),
        vec(vec(0..24_usize, 1..3), 0..3),
    );
    let rough = step.prop_map(|(needs, wants, checks)| Rough {
        needs,
        wants,
        checks,
    });
    vec(rough, 1..7)
}

/// Gives names, and turns every need into one on an earlier step.
fn scripts(rough: &[Rough]) -> Vec<Script> {
    let name = |step: usize, want: usize| format!("object-{step}-{want}");
    let names: Vec<String> = rough
        .iter()
        .enumerate()
        .flat_map(|(step, rough)| (0..rough.wants.len()).map(move |want| name(step, want)))
        .collect();
    let script = |(place, rough): (usize, &Rough)| Script {
        needs: rough
            .needs
            .iter()
            .filter(|_| place > 0)
            .map(|need| need % place.max(1))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        wants: rough
            .wants
            .iter()
            .enumerate()
            .map(|(want, (value, can_be_undone))| Want {
                name: name(place, want),
                value: *value,
                can_be_undone: *can_be_undone,
            })
            .collect(),
        checks: rough
            .checks
            .iter()
            .filter(|_| !names.is_empty())
            .map(|reads| {
                reads
                    .iter()
                    .map(|at| names[at % names.len()].clone())
                    .collect()
            })
            .collect(),
        ..Script::default()
    };
    rough.iter().enumerate().map(script).collect()
}

fn weathers() -> impl Strategy<Value = Weather> {
    let fate = prop_oneof![
        4 => Just(Fate::Fine),
        1 => Just(Fate::Refused),
        2 => prop_oneof![Just(0), Just(700), Just(3_000)].prop_map(Fate::LostButDone),
        1 => Just(Fate::LostNotDone),
    ];
    (
        vec(prop_oneof![Just(0_u64), 0..8_000_u64], 1..4),
        vec(fate, 0..8),
        vec(prop::bool::weighted(0.05), 0..40),
    )
        .prop_map(|(behind, fates, blind)| Weather {
            behind,
            fates: fates.into(),
            blind: blind.into(),
        })
}

fn ends() -> impl Strategy<Value = End> {
    prop_oneof![
        1 => Just(End::Whole),
        3 => (0..120_usize).prop_map(End::Cut),
        2 => (0..120_usize).prop_map(End::Stop),
        1 => (0..12_usize).prop_map(End::Full),
    ]
}

/// What happens, besides the guide.
#[derive(Debug, Clone)]
struct Fortune {
    rough: Vec<Rough>,
    climbing: (Weather, Vec<End>),
    undoing: (Weather, Vec<End>),
    others: Vec<(usize, usize, bool, u64)>,
}

fn fortunes(others: usize) -> impl Strategy<Value = Fortune> {
    (
        rough_guides(),
        (weathers(), vec(ends(), 0..4)),
        (weathers(), vec(ends(), 0..4)),
        vec(
            (0..6_usize, 0..24_usize, any::<bool>(), 1..6_u64),
            0..=others,
        ),
    )
        .prop_map(|(rough, climbing, undoing, others)| Fortune {
            rough,
            climbing,
            undoing,
            others,
        })
}

impl Fortune {
    /// What a second administrator does: at which step, and what to. Values change, and what was created is removed.
    fn deeds(&self, wants: &[Want]) -> Vec<(usize, Deed)> {
        let deed = |(step, want, remove, value): &(usize, usize, bool, u64)| {
            let want = wants.get(want % wants.len().max(1))?;
            let name = want.name.clone();
            let deed = match (want.value, remove) {
                (Some(_), _) => Deed::Put {
                    name,
                    value: *value,
                },
                (None, true) => Deed::Clear { name },
                (None, false) => return None,
            };
            Some((step % self.rough.len(), deed))
        };
        self.others.iter().filter_map(deed).collect()
    }
}

/// Names, values and how many of each: ids are the world's own business.
fn inventory(objects: &BTreeSet<Object>) -> BTreeMap<(String, u64), usize> {
    let mut inventory = BTreeMap::new();
    for object in objects {
        *inventory
            .entry((object.name.clone(), object.value))
            .or_default() += 1;
    }
    inventory
}

fn start(guide: Guide<Cx>, wants: &[Want]) -> Connection {
    let there: Vec<(&str, u64)> = wants
        .iter()
        .filter(|want| want.value.is_some())
        .map(|want| (want.name.as_str(), 0))
        .collect();
    Connection::new(guide, &there)
}

async fn prove(fortune: Fortune) -> Result<(), TestCaseError> {
    let scripts = scripts(&fortune.rough);
    let wants: Vec<Want> = scripts
        .iter()
        .flat_map(|script| script.wants.clone())
        .collect();
    let connection = start(guide(&scripts), &wants);
    prop_assert_eq!(in_order(&connection.guide), Ok(()));
    let others = fortune.deeds(&wants);
    let before = inventory(&connection.world.objects());

    live(
        &connection,
        &fortune.climbing,
        &Errand::Climb(others.clone()),
    )
    .await?;
    every_object_once(&connection, &wants)?;

    live(&connection, &fortune.undoing, &Errand::Undo).await?;
    nothing_is_left(&connection, &wants)?;
    if others.is_empty() {
        as_before_but_for_what_cannot_be_undone(&connection, &wants, before)?;
    }
    prop_assert_eq!(
        undone_too_early(&connection.guide, &connection.store),
        Vec::<String>::new()
    );
    prop_assert_eq!(connection.world.wrongs(), Vec::<String>::new());
    Ok(())
}

/// Lives through bad weather, then in good weather until it is done.
async fn live(
    connection: &Connection,
    (weather, ends): &(Weather, Vec<End>),
    errand: &Errand,
) -> Result<(), TestCaseError> {
    connection.world.set_weather(weather.clone());
    for end in ends {
        let outcome = connection.live(errand, *end).await;
        let was_stopped = outcome.as_ref().is_some_and(is_stop);
        prop_assert!(
            !was_stopped || matches!(end, End::Stop(_)),
            "nobody stopped it"
        );
    }
    let alone = match errand {
        Errand::Climb(_) => Errand::Climb(Vec::new()),
        Errand::Undo => Errand::Undo,
    };
    prop_assert_eq!(connection.live_on(&alone).await, Ok(()));
    tokio::time::sleep(CALM).await;
    Ok(())
}

fn every_object_once(connection: &Connection, wants: &[Want]) -> Result<(), TestCaseError> {
    for want in wants {
        let there = connection.world.named(&want.name);
        prop_assert_eq!(there.len(), 1, "{}: {:?}", &want.name, there);
        prop_assert!(want.value.is_none_or(|value| value == there[0].value));
    }
    let state = connection.state();
    for step in connection.guide.steps() {
        prop_assert_eq!(state.open_changes(&step.id()), Vec::new());
        let failed = state.step(&step.id()).and_then(|step| step.trouble());
        prop_assert_eq!(failed, None, "a failure that was made good is no trouble");
    }
    Ok(())
}

fn nothing_is_left(connection: &Connection, wants: &[Want]) -> Result<(), TestCaseError> {
    let state = connection.state();
    for record in connection
        .guide
        .steps()
        .filter_map(|step| state.step(&step.id()))
        .flat_map(|step| step.made())
    {
        prop_assert!(!record.change.undo.possible(), "{:?} stands", record.change);
    }
    for want in wants.iter().filter(|want| want.value.is_none()) {
        let there = connection.world.named(&want.name).len();
        prop_assert_eq!(there, usize::from(!want.can_be_undone), "{}", &want.name);
        let fact = format!("id of {}", want.name);
        let known = state.known().fact(&fact).is_some();
        prop_assert!(!(known && want.can_be_undone), "{} is remembered", fact);
    }
    Ok(())
}

fn as_before_but_for_what_cannot_be_undone(
    connection: &Connection,
    wants: &[Want],
    mut expected: BTreeMap<(String, u64), usize>,
) -> Result<(), TestCaseError> {
    for want in wants.iter().filter(|want| !want.can_be_undone) {
        expected.remove(&(want.name.clone(), 0));
        expected.insert((want.name.clone(), want.value.unwrap_or(0)), 1);
    }
    prop_assert_eq!(inventory(&connection.world.objects()), expected);
    Ok(())
}

/// A clock that stands unless everything waits.
pub fn in_no_time<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(future)
}

fn so_many(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        // A case that failed once is made a named one in `cases`, where it says what it is about.
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(so_many(150))]

    #[test]
    fn whatever_happens_all_is_made_once_and_undone_whole(fortune in fortunes(0)) {
        in_no_time(prove(fortune))?;
    }

    #[test]
    fn a_second_administrator_changes_nothing_about_that(fortune in fortunes(4)) {
        in_no_time(prove(fortune))?;
    }
}
