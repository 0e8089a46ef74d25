//! A model of the enforcement page: whatever happens, in whatever order, the way to enforce opens only over a look that saw
//! everything safe a short while ago, and behind the policy's own name.
//!
//! The verdicts are those of the checks, the lock and the judgement of the name are the page's own; what is safe is said a second
//! time, in other words, by `enforce_world`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use engine::{Clock, Entry, Finding, FixedClock, Journal, Known, MemoryStore, StepId};
use jiff::{SignedDuration, Timestamp};

use super::GUIDE;
use super::break_glass;
use super::enforce::{self, ADDRESS, ID, LOCK, is_enforced};
use super::enforce_asks::{CONFIRMED, ENFORCES, NOT_YET, OPEN, follows, judge_confirm, looked_at};
use super::enforce_checks::{BREAK_GLASS, ONLY_PILOT, PROVEN, WAY_BACK};
use super::enforce_world::{World, passed, way_back};
use super::login_proof::{Attempt, CAME_IN, PASSWORD_ASKED, WORD, Word};
use super::test_login;

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// Somebody of the pilot comes in.
    LogIn,
    /// Somebody of the pilot is refused.
    Refusal,
    /// The person says that they came in.
    CameIn,
    /// The person says that a password was asked for.
    PasswordAsked,
    /// Entra's log is shut, or opened again.
    EntraShuts,
    /// Atlassian's log is shut, or opened again.
    AtlassianShuts,
    /// So many minutes go by.
    Minutes(u64),
    /// The admin outside is put into the policy, or taken out again.
    AdminMoves,
    /// It is no longer told where the admin is, or told again.
    AdminUntold,
    /// The admin's own policy enforces, or no longer.
    AdminEnforced,
    /// The admin's account is managed by nobody, or managed again.
    AdminUnmanaged,
    /// The way back is saved.
    Save,
    /// The file is lost, or is one of another policy.
    Lose,
    /// Somebody else is put into the policy, or taken out again.
    StrangerMoves,
    /// It is no longer told who is in the policy, or told again.
    MembersUntold,
    /// The policy's directory is no longer told, or is told again.
    DirectoryUntold,
    /// The policy turns out to be the local directory's.
    Local,
    /// The policy becomes the default one.
    Default,
    /// Somebody enforces the policy, or switches it off.
    Switched,
    /// The person confirms what is not told.
    Confirm,
    /// The person takes back that they looked at the settings.
    Unlook,
    /// The person says that they looked at the settings, and that it does not enforce yet.
    LookedAt,
    /// The person says that it enforces already, and takes it over.
    TakeOver,
    /// The person gives another address of the policy.
    Address,
    /// The person calls the policy otherwise, or as before.
    Rename,
    /// The person types the policy's name.
    Type,
    /// The person says that it is done.
    Done,
    /// The person says that it is taken back.
    TakenBack,
    /// The page looks.
    Look,
}

use Event::{
    Address, AdminEnforced, AdminMoves, AdminUnmanaged, AdminUntold, AtlassianShuts, CameIn,
    Confirm, Default, DirectoryUntold, Done, EntraShuts, Local, LogIn, Look, LookedAt, Lose,
    MembersUntold, Minutes, PasswordAsked, Refusal, Rename, Save, StrangerMoves, Switched,
    TakeOver, TakenBack, Type, Unlook,
};

const EVENTS: [Event; 31] = [
    LogIn,
    Refusal,
    CameIn,
    PasswordAsked,
    EntraShuts,
    AtlassianShuts,
    Minutes(6),
    Minutes(16),
    Minutes(61),
    AdminMoves,
    AdminUntold,
    AdminEnforced,
    AdminUnmanaged,
    Save,
    Lose,
    StrangerMoves,
    MembersUntold,
    DirectoryUntold,
    Local,
    Default,
    Switched,
    Confirm,
    Unlook,
    LookedAt,
    TakeOver,
    Address,
    Rename,
    Type,
    Done,
    TakenBack,
    Look,
];

/// From nothing; to the open way by both logs, by the word alone, and by what the person confirmed; after it was done; and with a policy that
/// somebody enforced before and that was taken over.
const BEGINNINGS: [&[Event]; 6] = [
    &[],
    &[LogIn, Save, Type, Look],
    &[EntraShuts, AtlassianShuts, CameIn, Save, Type, Look],
    &[LogIn, Save, MembersUntold, Confirm, Type, Look],
    &[LogIn, Save, Type, Look, Switched, Done, Look],
    &[Switched, TakeOver, LogIn, Save, Type, Look],
];

const NAMES: [&str; 2] = ["Pilot SSO", "Everybody"];

/// A world, the page before it, and what the last look saw.
struct Page {
    world: World,
    clock: Arc<FixedClock>,
    journal: Journal,
    answers: BTreeMap<&'static str, String>,
    typed: Option<String>,
    /// When the page last looked, whether all was safe then, and when the log-in came through that it saw.
    looked: Option<(Timestamp, bool, Option<Timestamp>)>,
    moved_since: bool,
}

impl Page {
    fn new() -> Self {
        let began: Timestamp = "2026-11-25T10:00:00Z".parse().expect("a time");
        let clock = Arc::new(FixedClock::at(began));
        let journal = Journal::open(Box::new(MemoryStore::default()), clock.clone());
        let mut page = Self {
            world: World::new(began),
            clock,
            journal: journal.expect("a journal"),
            answers: BTreeMap::new(),
            typed: None,
            looked: None,
            moved_since: false,
        };
        page.answer(&ID, ADDRESS, "a policy");
        page.answer(&ID, OPEN, NOT_YET);
        page
    }

    fn after(events: &[Event]) -> Self {
        let mut page = Self::new();
        for event in events {
            page.happens(*event);
        }
        page
    }

    fn happens(&mut self, event: Event) {
        let now = self.clock.now();
        let world = &mut self.world;
        match event {
            LogIn => world.log.push(Attempt { at: now, code: 0 }),
            Refusal => world.log.push(Attempt {
                at: now,
                code: 50105,
            }),
            EntraShuts => world.entra_shut = !world.entra_shut,
            AtlassianShuts => world.atlassian_shut = !world.atlassian_shut,
            Minutes(minutes) => self.clock.forward(Duration::from_secs(60 * minutes)),
            AdminMoves => world.admin_inside = !world.admin_inside,
            AdminUntold => world.admin_untold = !world.admin_untold,
            AdminEnforced => world.admin_enforced = !world.admin_enforced,
            AdminUnmanaged => world.admin_unmanaged = !world.admin_unmanaged,
            Save => world.file = Some(way_back().text()),
            Lose => {
                world.file = world
                    .file
                    .take()
                    .map(|file| file.replace("3b8e07f5", "54ef12ae"))
            }
            StrangerMoves => world.stranger = !world.stranger,
            MembersUntold => world.members_untold = !world.members_untold,
            DirectoryUntold => world.local = world.local.is_none().then_some(false),
            Local => world.local = Some(true),
            Default => world.default = Some(true),
            Switched => world.enforced = !world.enforced,
            Look => self.look(),
            said => self.says(said, now),
        }
        // No two things happen at the same moment.
        self.clock.forward(Duration::from_secs(1));
    }

    /// What the person says on the page.
    fn says(&mut self, event: Event, now: Timestamp) {
        match event {
            CameIn => {
                self.world.word = Some((Word::CameIn, now));
                self.answer(&test_login::ID, WORD, CAME_IN);
            }
            PasswordAsked => {
                self.world.word = Some((Word::PasswordAsked, now));
                self.answer(&test_login::ID, WORD, PASSWORD_ASKED);
            }
            Confirm => {
                self.world.confirmed = true;
                self.answer(&ID, CONFIRMED, "yes");
            }
            Unlook | LookedAt | TakeOver => {
                let world = &mut self.world;
                // Who says that it does not enforce says too that it was not taken over.
                world.done &= event != LookedAt || !world.taken_over;
                world.done |= event == TakeOver;
                (world.looked, world.taken_over) = (event != Unlook, event == TakeOver);
                let said = match event {
                    LookedAt => NOT_YET,
                    TakeOver => ENFORCES,
                    _ => "",
                };
                self.answer(&ID, OPEN, said);
            }
            Address => {
                let known = self.journal.state().known().clone();
                if enforce::taken_back_first(&known, "this one", "another one").is_some() {
                    return;
                }
                // What was said of another policy is not said of this one.
                (self.world.confirmed, self.world.looked) = (false, false);
                let value = now.to_string();
                self.answer(&ID, ADDRESS, &value);
            }
            Rename => {
                let other = NAMES.iter().find(|name| **name != self.name());
                let other = other.expect("another name");
                self.answer(&ID, enforce::NAME, other);
            }
            Type => self.typed = Some(self.name()),
            Done | TakenBack => {
                let world = &mut self.world;
                world.done = event == Done;
                if event == TakenBack && world.taken_over {
                    (world.looked, world.taken_over) = (false, false);
                }
                self.say(match event {
                    Done => Entry::DoneByHand { step: ID },
                    _ => Entry::UndoneByHand { step: ID },
                });
            }
            other => panic!("{other:?} is nothing that a person says"),
        }
    }

    fn name(&self) -> String {
        let named = self.answers.get(enforce::NAME);
        named.cloned().unwrap_or_else(|| NAMES[0].to_owned())
    }

    fn answer(&mut self, step: &StepId, ask: &'static str, value: &str) {
        self.say(Entry::Answered {
            step: step.clone(),
            ask: ask.to_owned(),
            value: value.to_owned(),
        });
        self.answers.insert(ask, value.to_owned());
    }

    /// Records what the person said and what follows from it, as the program does.
    fn say(&mut self, said: Entry) {
        let known = self.journal.state().known().clone();
        for entry in std::iter::once(said.clone()).chain(follows(&known, &said)) {
            // Who says the same again moves nothing.
            self.moved_since |= match &entry {
                Entry::Answered { ask, value, .. } => known.answers.get(ask) != Some(value),
                _ => true,
            };
            self.record(entry);
        }
    }

    fn look(&mut self) {
        let now = self.clock.now();
        let known = self.journal.state().known().clone();
        let done = is_enforced(&known);
        assert_eq!(done, self.world.done, "who said what is told alike");
        // The lock rests on the steps before it; here they have passed.
        for before in GUIDE.step(&ID).expect("the step").needs() {
            for check in GUIDE.step(before).expect("a step").checks() {
                self.saw(before, check.id(), passed());
            }
        }
        for (check, verdict) in [
            (PROVEN, self.world.proof(now, done)),
            (BREAK_GLASS, break_glass::judge(&[self.world.admin()]).0),
            (WAY_BACK, self.world.saved()),
            (ONLY_PILOT, self.world.members(looked_at(&known), done)),
        ] {
            self.saw(&ID, check, Finding::only(verdict));
        }
        let safe = self.world.is_safe(now);
        self.looked = Some((now, safe, self.world.proven_at()));
        self.moved_since = false;
    }

    fn saw(&self, step: &StepId, check: &str, findings: Vec<Finding>) {
        self.record(Entry::Looked {
            step: step.clone(),
            check: check.to_owned(),
            findings,
        });
    }

    fn record(&self, entry: Entry) {
        self.journal.append(entry).expect("recorded");
    }

    /// Whether the page shows the way, as `render::lock` decides it: the lock is open, and the name that was typed is the one that is
    /// wanted now.
    fn is_open(&self) -> bool {
        let state = self.journal.state();
        let open = LOCK.at(&GUIDE, &state, &ID, self.clock.now()).is_open();
        let typed = self.typed.as_deref();
        open && typed.is_some_and(|typed| judge_confirm(state.known(), typed).is_taken())
    }

    /// Why it must not be open now; `None` when it may.
    fn why_not(&self) -> Option<&'static str> {
        let now = self.clock.now();
        let Some((at, safe, proof)) = self.looked else {
            return Some("nobody looked");
        };
        if !safe {
            return Some("the last look saw something unsafe");
        }
        if now.duration_since(at) >= LOCK.fresh_for {
            return Some("the last look is old");
        }
        if self.moved_since {
            return Some("something was said since the last look");
        }
        if self.typed.as_ref() != Some(&self.name()) {
            return Some("the name is not typed");
        }
        let counts =
            proof.is_some_and(|proof| now.duration_since(proof) < SignedDuration::from_hours(1));
        (!counts).then_some("the proof is older than an hour")
    }

    /// Whether it is open; it may be only when nothing is against it, and has to be then.
    fn checked(events: &[Event]) -> bool {
        let page = Self::after(events);
        match (page.is_open(), page.why_not()) {
            (true, Some(why)) => panic!("open although {why}: {events:?}"),
            (false, None) => panic!("shut although all is safe: {events:?}"),
            (open, _) => open,
        }
    }
}

#[test]
fn no_order_of_events_opens_it_over_something_unsafe() {
    for beginning in BEGINNINGS {
        let mut open = 0;
        for first in EVENTS {
            for second in EVENTS {
                let events = [beginning, &[first, second]].concat();
                open += usize::from(Page::checked(&events));
                open += usize::from(Page::checked(&[&events[..], &[Look]].concat()));
            }
        }
        assert_eq!(open > 100, !beginning.is_empty(), "{beginning:?}: {open}");
    }
}

/// The longer orders of what happens most.
#[test]
fn no_longer_order_opens_it_either() {
    const OFTEN: [Event; 10] = [
        LogIn,
        Refusal,
        CameIn,
        EntraShuts,
        AtlassianShuts,
        Minutes(16),
        AdminMoves,
        MembersUntold,
        Confirm,
        Look,
    ];
    let mut open = 0;
    for first in OFTEN {
        for second in OFTEN {
            for third in OFTEN {
                let events = [Save, Type, first, second, third, Look];
                open += usize::from(Page::checked(&events));
            }
        }
    }
    assert!(open > 20, "it does open: {open}");
}

#[test]
fn each_beginning_but_the_empty_one_stands_before_the_open_way() {
    for beginning in BEGINNINGS {
        assert_eq!(
            Page::checked(beginning),
            !beginning.is_empty(),
            "{beginning:?}"
        );
    }
}

/// Every combination of what can be so, looked at.
#[test]
fn only_few_combinations_of_states_open_it() {
    let turns = [
        LogIn,
        Refusal,
        AdminMoves,
        AdminUntold,
        AdminEnforced,
        Save,
        StrangerMoves,
        MembersUntold,
        Type,
    ];
    let mut open = Vec::new();
    for set in 0..1_u32 << turns.len() {
        let chosen = (0..turns.len()).filter(|turn| set & (1 << turn) != 0);
        let mut events: Vec<Event> = chosen.map(|turn| turns[turn]).collect();
        events.push(Look);
        if Page::checked(&events) {
            open.push(events);
        }
    }
    assert_eq!(open, [vec![LogIn, Save, Type, Look]]);
}

#[test]
fn a_word_alone_opens_it_only_where_both_logs_are_shut() {
    for (logs, opens) in [
        (&[][..], false),
        (&[EntraShuts][..], false),
        (&[AtlassianShuts][..], false),
        (&[EntraShuts, AtlassianShuts][..], true),
    ] {
        let events = [logs, &[CameIn, Save, Type, Look]].concat();
        assert_eq!(Page::checked(&events), opens, "{logs:?}");
    }
}

/// A policy that enforces already opens nothing until it is taken over, and taking over stands in for none of the four.
#[test]
fn what_is_taken_over_still_has_to_be_safe() {
    let whole = [Switched, TakeOver, LogIn, Save, Type, Look];
    assert!(Page::checked(&whole));
    for without in [TakeOver, LogIn, Save] {
        let events: Vec<_> = whole.into_iter().filter(|one| *one != without).collect();
        assert!(!Page::checked(&events), "without {without:?}");
    }
    for spoiled in [AdminMoves, StrangerMoves, Local, Default, TakenBack] {
        let events = [&whole[..], &[spoiled, Look]].concat();
        assert!(!Page::checked(&events), "{spoiled:?}");
    }
}

#[test]
fn time_alone_shuts_it() {
    let begun = [LogIn, Save, Type, Look];
    assert!(Page::checked(&begun));
    assert!(
        !Page::checked(&[&begun[..], &[Minutes(6)]].concat()),
        "the look grew old"
    );
    let hour = [&begun[..], &[Minutes(61), Look]].concat();
    assert!(!Page::checked(&hour), "the proof grew old");
    let again = [&hour[..], &[LogIn, Look]].concat();
    assert!(Page::checked(&again), "a new log-in opens it");
    let by_word = [EntraShuts, AtlassianShuts, CameIn, Save, Type, Minutes(61)];
    assert!(!Page::checked(&[&by_word[..], &[Look]].concat()));
    let again = [&by_word[..], &[CameIn, Look]].concat();
    assert!(Page::checked(&again), "the word said anew opens it");
}

#[test]
fn only_the_policys_own_name_confirms() {
    let mut known = Known::default();
    known
        .answers
        .insert(enforce::NAME.into(), "Pilot SSO".into());
    for (typed, taken) in [
        ("Pilot SSO", true),
        (" Pilot SSO ", true),
        ("pilot sso", false),
        ("yes", false),
        ("Pilot", false),
    ] {
        assert_eq!(judge_confirm(&known, typed).is_taken(), taken, "{typed}");
    }
}
