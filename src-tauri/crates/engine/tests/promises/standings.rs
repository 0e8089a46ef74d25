//! How a step stands, and what is known, after so many records: told from the journal alone.

use engine::{
    Change, Entry, Facts, Finding, Journal, MemoryStore, OrderError, Skip, Standing, State, StepId,
    Trouble, TroubleKind, Undo, UndoPlan, Verdict, VerdictState, dependents, in_order, unmet,
};

use crate::guides::{Script, guide, id};
use crate::lives::clock;

use VerdictState::{Fail, Pass, Skipped, Unknown, Wait, Warn};

fn state(entries: impl IntoIterator<Item = Entry>) -> State {
    let journal = Journal::open(Box::new(MemoryStore::default()), clock()).expect("a journal");
    for entry in entries {
        journal.append(entry).expect("recorded");
    }
    journal.state()
}

fn looked(check: &str, found: &[VerdictState]) -> Entry {
    let finding = |state: &VerdictState| Finding {
        key: format!("{state:?}"),
        verdict: Verdict::new(*state, "Seen", ""),
    };
    Entry::Looked {
        step: id(0),
        check: check.into(),
        findings: found.iter().map(finding).collect(),
    }
}

fn change(name: &str) -> Change {
    Change {
        id: name.into(),
        system: "World".into(),
        what: name.into(),
        about: String::new(),
        now: String::new(),
        then: String::new(),
        then_about: String::new(),
        code: false,
        before: None,
        after: None,
        undo: Undo::Delete {
            said: "Yes".into(),
            about: String::new(),
        },
    }
}

fn intended(step: usize, name: &str) -> Entry {
    Entry::Intended {
        step: id(step),
        change: change(name),
    }
}

fn done(step: usize, name: &str, facts: &[(&str, &str)]) -> Entry {
    let facts = facts.iter().fold(Facts::new(), |facts, (name, value)| {
        facts.with(*name, *value)
    });
    Entry::Done {
        step: id(step),
        change: name.into(),
        facts,
        found: false,
    }
}

fn undoing(step: usize, name: &str) -> Entry {
    Entry::Undoing {
        step: id(step),
        change: name.into(),
    }
}

fn undone(step: usize, name: &str) -> Entry {
    Entry::Undone {
        step: id(step),
        change: name.into(),
    }
}

fn failed(name: &str) -> Entry {
    Entry::Failed {
        step: id(0),
        change: name.into(),
        trouble: Trouble::new(TroubleKind::Refused, "Refused", "Nothing was changed."),
    }
}

fn learned(name: &str, value: &str) -> Entry {
    Entry::Learned {
        step: id(0),
        facts: Facts::new().with(name, value),
    }
}

/// One step with two checks, and one that needs it.
fn scripts() -> Vec<Script> {
    let first = Script {
        checks: vec![vec![], vec![]],
        ..Script::default()
    };
    let second = Script {
        needs: vec![0],
        checks: vec![vec![]],
        ..Script::default()
    };
    vec![first, second]
}

#[test]
fn a_step_stands_as_its_checks_say_and_passes_when_none_says_no() {
    let guide = guide(&scripts());
    let cases: [(VerdictState, Standing, bool); 8] = [
        (Pass, Standing::Done, true),
        (Warn, Standing::Attention, true),
        (Fail, Standing::Attention, false),
        (Wait, Standing::Waiting, false),
        (Unknown, Standing::DoneNotVerified, true),
        (Skipped(Skip::NothingYet), Standing::Ready, false),
        (Skipped(Skip::NoApi), Standing::Done, true),
        (Skipped(Skip::ColleagueDoes), Standing::Done, true),
    ];
    for (found, standing, passes) in cases {
        let state = state([
            looked("check-0", &[Pass]),
            looked("check-1", &[Pass, found]),
        ]);
        assert_eq!(state.standing(&guide, &id(0)), standing, "{found:?}");
        assert_eq!(state.is_passed(&guide, &id(0)), passes, "{found:?}");
        let next = state.standing(&guide, &id(1));
        let wanted = match passes {
            true => Standing::Ready,
            false => Standing::CannotStart(vec![id(0)]),
        };
        assert_eq!(next, wanted, "after {found:?}");
    }
}

#[test]
fn a_step_that_nobody_saw_stops_nobody_and_is_not_verified() {
    let guide = guide(&scripts());
    let stand = |first: &[VerdictState], second: &[VerdictState]| {
        let state = state([looked("check-0", first), looked("check-1", second)]);
        assert!(state.is_passed(&guide, &id(0)), "{first:?} {second:?}");
        (
            state.standing(&guide, &id(0)),
            state.is_verified(&guide, &id(0)),
        )
    };
    let aside = [Skip::NoApi, Skip::ColleagueDoes, Skip::NotAvailable].map(Skipped);
    for found in aside {
        let unseen = (Standing::DoneNotVerified, false);
        assert_eq!(stand(&[found], &[found]), unseen, "{found:?}");
        assert_eq!(stand(&[], &[found]), unseen, "{found:?}");
        let seen = (Standing::Done, true);
        assert_eq!(stand(&[found], &[found, Pass]), seen, "{found:?}");
        let warned = (Standing::Attention, true);
        assert_eq!(stand(&[found], &[Warn]), warned, "{found:?}");
    }
    assert_eq!(stand(&[], &[]), (Standing::DoneNotVerified, false));
    assert_eq!(
        stand(&[Warn], &[Unknown]),
        (Standing::Attention, false),
        "a warning does not stand in for what could not be looked at"
    );
    let by_hand = state([Entry::DoneByHand { step: id(0) }]);
    assert!(!by_hand.is_verified(&guide, &id(0)));
}

#[test]
fn a_warning_does_not_hide_what_stops() {
    let guide = guide(&scripts());
    for found in [Fail, Wait, Skipped(Skip::NothingYet)] {
        let state = state([looked("check-0", &[Warn]), looked("check-1", &[found])]);
        assert_eq!(state.standing(&guide, &id(0)), Standing::Attention);
        assert!(!state.is_passed(&guide, &id(0)), "{found:?}");
    }
    let half = state([looked("check-0", &[Warn])]);
    assert!(!half.is_passed(&guide, &id(0)), "a check was not looked at");
}

#[test]
fn before_the_first_look_only_the_word_of_the_person_counts() {
    let guide = guide(&scripts());
    assert_eq!(state([]).standing(&guide, &id(0)), Standing::Ready);
    let made = state([intended(0, "a"), done(0, "a", &[])]);
    assert_eq!(made.standing(&guide, &id(0)), Standing::Ready);
    let by_hand = state([Entry::DoneByHand { step: id(0) }]);
    assert_eq!(by_hand.standing(&guide, &id(0)), Standing::DoneNotVerified);
    assert!(by_hand.is_passed(&guide, &id(0)));
}

#[test]
fn a_check_that_an_older_program_knew_stops_nobody() {
    let guide = guide(&scripts());
    let state = state([
        looked("of-last-year", &[Fail]),
        looked("check-0", &[Pass]),
        looked("check-1", &[Pass]),
    ]);
    assert_eq!(state.standing(&guide, &id(0)), Standing::Done);
}

#[test]
fn a_change_that_hangs_or_failed_asks_for_attention_until_it_is_settled() {
    let guide = guide(&scripts());
    let passed = || [looked("check-0", &[Pass]), looked("check-1", &[Pass])];
    let standing = |entries: Vec<Entry>| {
        let state = state(entries.into_iter().chain(passed()));
        (
            state.standing(&guide, &id(0)),
            state.is_passed(&guide, &id(0)),
        )
    };
    let attention = (Standing::Attention, false);
    assert_eq!(standing(vec![intended(0, "a")]), attention);
    let refused = vec![intended(0, "a"), failed("a")];
    assert_eq!(standing(refused.clone()), attention);
    let made = vec![intended(0, "a"), done(0, "a", &[])];
    assert_eq!(standing(made.clone()), (Standing::Done, true));
    let undoing = [made, vec![undoing(0, "a")]].concat();
    assert_eq!(standing(undoing.clone()), attention);
    let undone = [undoing, vec![undone(0, "a")]].concat();
    assert_eq!(standing(undone), (Standing::Done, true), "looked at since");
    let again = [refused.clone(), vec![intended(0, "b"), done(0, "b", &[])]].concat();
    assert_eq!(standing(again), (Standing::Done, true), "a new attempt");
    for answer in [Entry::DoneByHand { step: id(0) }, learned("id", "1")] {
        let answered = [refused.clone(), vec![answer]].concat();
        assert_eq!(standing(answered), (Standing::Done, true));
    }
}

#[test]
fn a_look_is_old_when_its_step_or_one_that_it_rests_on_moved() {
    let guide = guide(&scripts());
    let answered = |value: &str| Entry::Answered {
        step: id(0),
        ask: "name".into(),
        value: value.into(),
    };
    let before = [answered("one"), learned("id", "1")];
    let look = Entry::Looked {
        step: id(1),
        check: "check-0".into(),
        findings: Finding::only(Verdict::new(Pass, "Seen", "")),
    };
    let is_old = |after: Vec<Entry>| {
        let all = before.iter().cloned().chain([look.clone()]).chain(after);
        state(all).is_stale(&guide, &id(1), "check-0")
    };
    let moves = [
        answered("two"),
        learned("id", "2"),
        learned("other", "1"),
        intended(0, "a"),
        Entry::DoneByHand { step: id(0) },
        Entry::DoneByHand { step: id(1) },
    ];
    for entry in moves {
        assert!(is_old(vec![entry.clone()]), "{entry:?}");
        assert!(
            !is_old(vec![entry.clone(), look.clone()]),
            "{entry:?}, looked at again"
        );
    }
    let stays = [
        answered("one"),
        learned("id", "1"),
        Entry::Went { step: id(0) },
    ];
    for entry in stays {
        assert!(!is_old(vec![entry.clone()]), "{entry:?}");
    }
    assert!(
        !state([]).is_stale(&guide, &id(1), "check-0"),
        "never looked at"
    );
}

#[test]
fn an_undo_forgets_what_the_change_taught_and_nothing_else() {
    let made = [
        intended(0, "application"),
        done(0, "application", &[("application", "1"), ("tenant", "t")]),
        Entry::ReadBack {
            step: id(0),
            change: "application".into(),
            facts: Facts::new().with("principal", "2"),
        },
        intended(1, "claim"),
        done(1, "claim", &[("claim", "3"), ("tenant", "t")]),
    ];
    let undo = [undoing(0, "application"), undone(0, "application")];
    let known = |more: Vec<Entry>| {
        let all = made.iter().cloned().chain(more).chain(undo.clone());
        let facts = state(all).known().facts.clone();
        let pairs = facts.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>()
    };
    assert_eq!(
        known(vec![]),
        ["claim=3", "tenant=t"],
        "what another made change taught too stays"
    );
    assert_eq!(
        known(vec![learned("claim", "4")]),
        ["claim=4", "tenant=t"],
        "newer knowledge is not put back"
    );
}

#[test]
fn a_change_made_twice_is_undone_one_after_the_other() {
    let guide = guide(&scripts());
    let twice = vec![
        intended(0, "a"),
        done(0, "a", &[("id", "1")]),
        intended(0, "a"),
        done(0, "a", &[("id", "2")]),
    ];
    let left = |entries: &[Entry]| {
        let state = state(entries.to_vec());
        let left = UndoPlan::of(&guide, &state, None).items.len();
        (left, state.known().fact("id").map(str::to_owned))
    };
    let once = [twice.clone(), vec![undoing(0, "a"), undone(0, "a")]].concat();
    let whole = [once.clone(), vec![undoing(0, "a"), undone(0, "a")]].concat();
    assert_eq!(left(&twice), (2, Some("2".into())));
    assert_eq!(
        left(&once),
        (1, Some("1".into())),
        "the older one's facts again"
    );
    assert_eq!(left(&whole), (0, None));
}

#[test]
fn what_a_look_saw_of_a_step_counts_no_more_once_its_last_change_is_undone() {
    let guide = guide(&[Script {
        checks: vec![vec![]],
        ..Script::default()
    }]);
    let made = [
        intended(0, "a"),
        done(0, "a", &[]),
        intended(0, "b"),
        done(0, "b", &[]),
        Entry::DoneByHand { step: id(0) },
        looked("check-0", &[Pass]),
    ];
    let one = vec![undoing(0, "b"), undone(0, "b")];
    let all = [one.clone(), vec![undoing(0, "a"), undone(0, "a")]].concat();
    let stands = |after: Vec<Entry>| {
        let state = state(made.iter().cloned().chain(after));
        (
            state.standing(&guide, &id(0)),
            state.is_passed(&guide, &id(0)),
        )
    };
    assert_eq!(stands(one), (Standing::DoneNotVerified, true), "one stands");
    let cases = [
        (vec![], Standing::Ready),
        (vec![looked("check-0", &[Unknown])], Standing::Ready),
        (vec![looked("check-0", &[Pass])], Standing::Done),
        (
            vec![Entry::DoneByHand { step: id(0) }],
            Standing::DoneNotVerified,
        ),
    ];
    for (after, standing) in cases {
        let passes = standing != Standing::Ready;
        let found = stands([all.clone(), after.clone()].concat());
        assert_eq!(found, (standing, passes), "{after:?}");
    }
}

#[test]
fn a_step_is_not_done_on_what_is_undone() {
    let checked = |needs: Vec<usize>| Script {
        needs,
        checks: vec![vec![]],
        ..Script::default()
    };
    let guide = guide(&[checked(vec![]), checked(vec![0]), checked(vec![1])]);
    let look = |step: usize, found: VerdictState| Entry::Looked {
        step: id(step),
        check: "check-0".into(),
        findings: Finding::only(Verdict::new(found, "Seen", "")),
    };
    let made = [
        intended(0, "a"),
        done(0, "a", &[]),
        look(0, Pass),
        look(1, Pass),
        Entry::DoneByHand { step: id(2) },
        undoing(0, "a"),
        undone(0, "a"),
    ];
    let stand = |after: &[Entry]| {
        let state = state(made.iter().chain(after).cloned());
        [1, 2].map(|step| state.standing(&guide, &id(step)))
    };
    let needs = |step: usize| Standing::CannotStart(vec![id(step)]);
    let gone = [needs(0), needs(1)];
    assert_eq!(stand(&[]), gone);
    let again = [look(1, Pass), look(2, Pass)];
    assert_eq!(stand(&again), gone, "looks of its own prove nothing");
    let blind = [look(0, Unknown), look(1, Pass), look(2, Pass)];
    assert_eq!(stand(&blind), gone, "nobody could look at the first");
    let fails = [look(1, Warn), look(2, Fail)];
    let attention = [Standing::Attention, Standing::Attention];
    assert_eq!(stand(&fails), attention, "what is wrong is still said");
    let there = [look(0, Pass), look(1, Pass), look(2, Pass)];
    assert_eq!(stand(&there), [Standing::Done, Standing::Done]);
}

#[test]
fn an_undo_lists_what_it_reaches_and_what_it_can_not() {
    let guide = guide(&scripts());
    let mut sent = change("sent");
    sent.undo = Undo::Impossible {
        because: "It was sent.".into(),
        name: "Pilot".into(),
    };
    let state = state([
        intended(0, "a"),
        done(0, "a", &[]),
        intended(0, "b"),
        failed("b"),
        intended(1, "c"),
        done(1, "c", &[]),
        Entry::Intended {
            step: id(1),
            change: sent,
        },
        done(1, "sent", &[]),
    ]);
    let names = |step: Option<&StepId>| {
        let plan = UndoPlan::of(&guide, &state, step);
        let name = |item: &engine::UndoItem| item.change.id.clone();
        let items: Vec<_> = plan.items.iter().map(name).collect();
        let impossible: Vec<_> = plan.impossible.iter().map(name).collect();
        (items.join(" "), impossible.join(" "))
    };
    assert_eq!(names(None), ("c a".into(), "sent".into()));
    assert_eq!(names(Some(&id(0))), ("c a".into(), "sent".into()));
    assert_eq!(names(Some(&id(1))), ("c".into(), "sent".into()));
}

#[test]
fn steps_stand_once_and_after_what_they_need() {
    let needing = |needs: &[&[usize]]| {
        let script = |needs: &&[usize]| Script {
            needs: needs.to_vec(),
            ..Script::default()
        };
        guide(&needs.iter().map(script).collect::<Vec<_>>())
    };
    let diamond = needing(&[&[], &[0], &[0], &[1, 2], &[]]);
    assert_eq!(in_order(&diamond), Ok(()));
    assert_eq!(dependents(&diamond, &id(0)), [id(1), id(2), id(3)]);
    assert_eq!(dependents(&diamond, &id(2)), [id(3)]);
    assert_eq!(dependents(&diamond, &id(4)), []);
    assert_eq!(unmet(&diamond, &State::default(), &id(3)), [id(1), id(2)]);
    let late = OrderError::NotBefore {
        step: id(0),
        need: id(1),
    };
    assert_eq!(in_order(&needing(&[&[1], &[]])), Err(late));
    let itself = OrderError::NotBefore {
        step: id(0),
        need: id(0),
    };
    assert_eq!(in_order(&needing(&[&[0]])), Err(itself));
}

#[test]
fn it_is_known_when_somebody_gave_their_word() {
    let clock = std::sync::Arc::new(engine::FixedClock::at(
        "2026-11-25T10:00:00Z".parse().expect("a time"),
    ));
    let journal =
        Journal::open(Box::new(MemoryStore::default()), clock.clone()).expect("a journal");
    let answer = || Entry::Answered {
        step: id(0),
        ask: "word".into(),
        value: "came-in".into(),
    };
    let at = |time: &str| Some(time.parse().expect("a time"));
    journal.append(answer()).expect("recorded");
    clock.forward(std::time::Duration::from_secs(60));
    journal.append(answer()).expect("recorded");
    let state = journal.state();
    assert_eq!(
        state.known().answered_at("word"),
        at("2026-11-25T10:01:00Z"),
        "the same word said again is newer"
    );
    assert_eq!(state.known().answered_at("other"), None);
    assert_eq!(state.known().by_hand_at(&id(0)), None);
    journal
        .append(Entry::DoneByHand { step: id(0) })
        .expect("recorded");
    assert_eq!(
        journal.state().known().by_hand_at(&id(0)),
        at("2026-11-25T10:01:00Z")
    );
}

#[test]
fn what_no_call_can_undo_is_taken_back_with_the_rest_of_its_step() {
    let final_change = Change {
        undo: Undo::Impossible {
            because: "It was sent.".into(),
            name: "Pilot".into(),
        },
        ..change("sent")
    };
    let intended = Entry::Intended {
        step: id(0),
        change: final_change,
    };
    let made = [
        intended,
        done(0, "sent", &[("sent to", "Pilot")]),
        Entry::DoneByHand { step: id(0) },
    ];
    let guide = guide(&[Script::default()]);
    let before = state(made.clone());
    assert_eq!(UndoPlan::of(&guide, &before, None).impossible.len(), 1);
    let after = state(
        made.into_iter()
            .chain([Entry::UndoneByHand { step: id(0) }]),
    );
    assert_eq!(UndoPlan::of(&guide, &after, None), UndoPlan::default());
    assert_eq!(after.known().fact("sent to"), None);
    assert_eq!(after.known().by_hand_at(&id(0)), None);
}

#[test]
fn what_was_taken_back_by_hand_is_so_until_something_is_done_or_answered_again() {
    let answered = |value: &str| Entry::Answered {
        step: id(0),
        ask: "ask".into(),
        value: value.into(),
    };
    let done = || Entry::DoneByHand { step: id(0) };
    let back = || Entry::UndoneByHand { step: id(0) };
    let cases = [
        (vec![answered("a"), done()], false),
        (vec![answered("a"), done(), back()], true),
        (vec![answered("a"), back(), answered("a")], true),
        (vec![answered("a"), back(), answered("b")], false),
        (vec![back(), done()], false),
    ];
    for (entries, wanted) in cases {
        let state = state(entries.clone());
        let step = state.step(&id(0)).expect("known");
        assert_eq!(step.taken_back, wanted, "{entries:?}");
    }
}
