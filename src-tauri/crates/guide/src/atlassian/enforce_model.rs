//! A model of the enforcement page: whatever happens, in whatever order, the way to enforce opens only over a look that saw
//! everything safe a short while ago.
//!
//! The verdicts are those of the checks, the lock is the page's own; what is safe is said here a second time, in other words.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use engine::{Clock, Entry, Finding, FixedClock, Journal, Known, MemoryStore};
use jiff::{SignedDuration, Timestamp};

use super::GUIDE;
use super::break_glass::{self, Admin};
use super::enforce::{self, ADDRESS, ID, LOCK};
use super::enforce_asks::judge_confirm;
use super::enforce_checks::{self, BREAK_GLASS, File, ONLY_PILOT, PROVEN, WAY_BACK};
use super::login_proof::{Attempt, Log, Traces, weigh};
use super::only_pilot::{self, Case};
use super::policy_members::{Membership, PilotPerson};
use super::test_login_checks;
use super::way_back::WayBack;

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// Somebody of the pilot comes in.
    LogIn,
    /// Somebody of the pilot is refused.
    Refusal,
    /// So many minutes go by.
    Minutes(u64),
    /// The admin outside is put into the policy, or taken out again.
    AdminMoves,
    /// It is no longer told where the admin is, or told again.
    AdminUntold,
    /// The way back is saved.
    Save,
    /// The file is lost, or is one of another policy.
    Lose,
    /// Somebody else is put into the policy, or taken out again.
    StrangerMoves,
    /// It is no longer told who is in the policy, or told again.
    MembersUntold,
    /// The person answers an ask of the page otherwise.
    Answer,
    /// The page looks.
    Look,
}

use Event::{
    AdminMoves, AdminUntold, Answer, LogIn, Look, Lose, MembersUntold, Minutes, Refusal, Save,
    StrangerMoves,
};

const EVENTS: [Event; 12] = [
    LogIn,
    Refusal,
    Minutes(6),
    Minutes(61),
    AdminMoves,
    AdminUntold,
    Save,
    Lose,
    StrangerMoves,
    MembersUntold,
    Answer,
    Look,
];

/// The world that is looked at.
#[derive(Debug, Clone)]
struct World {
    began: Timestamp,
    log: Vec<Attempt>,
    admin_inside: bool,
    admin_untold: bool,
    file: Option<String>,
    stranger: bool,
    members_untold: bool,
}

/// A world, the page before it, and what the last look saw.
struct Page {
    world: World,
    clock: Arc<FixedClock>,
    journal: Journal,
    answers: u64,
    /// When the page last looked, and whether all was safe then.
    looked: Option<(Timestamp, bool)>,
    answered_since: bool,
}

fn way_back() -> WayBack {
    WayBack {
        policy: "Pilot SSO".into(),
        policy_id: "3b8e07f5".into(),
        organization_id: "9a1aa823".into(),
        admin: "Ada <ada@contoso.com>".into(),
        ..WayBack::default()
    }
}

impl Page {
    fn new() -> Self {
        let began: Timestamp = "2026-11-25T10:00:00Z".parse().expect("a time");
        let clock = Arc::new(FixedClock::at(began));
        let journal = Journal::open(Box::new(MemoryStore::default()), clock.clone());
        let page = Self {
            world: World {
                began,
                log: Vec::new(),
                admin_inside: false,
                admin_untold: false,
                file: None,
                stranger: false,
                members_untold: false,
            },
            clock,
            journal: journal.expect("a journal"),
            answers: 0,
            looked: None,
            answered_since: false,
        };
        // The lock rests on the steps before it; here they have passed.
        for before in GUIDE.step(&ID).expect("the step").needs() {
            for check in GUIDE.step(before).expect("a step").checks() {
                page.record(Entry::Looked {
                    step: before.clone(),
                    check: check.id().to_owned(),
                    findings: Finding::only(engine::Verdict::new(
                        engine::VerdictState::Pass,
                        "Passed",
                        "",
                    )),
                });
            }
        }
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
            Minutes(minutes) => self.clock.forward(Duration::from_secs(60 * minutes)),
            AdminMoves => world.admin_inside = !world.admin_inside,
            AdminUntold => world.admin_untold = !world.admin_untold,
            Save => world.file = Some(way_back().text()),
            Lose => {
                world.file = world
                    .file
                    .take()
                    .map(|file| file.replace("3b8e07f5", "54ef12ae"))
            }
            StrangerMoves => world.stranger = !world.stranger,
            MembersUntold => world.members_untold = !world.members_untold,
            Answer => self.answers(),
            Look => self.look(),
        }
        // No two things happen at the same moment.
        self.clock.forward(Duration::from_secs(1));
    }

    fn answers(&mut self) {
        self.answers += 1;
        self.answered_since = true;
        self.record(Entry::Answered {
            step: ID,
            ask: ADDRESS.to_owned(),
            value: self.answers.to_string(),
        });
    }

    fn look(&mut self) {
        let now = self.clock.now();
        for (check, verdict) in [
            (PROVEN, self.proof(now)),
            (BREAK_GLASS, break_glass::judge(&[self.admin()]).0),
            (WAY_BACK, self.saved()),
            (ONLY_PILOT, self.members()),
        ] {
            self.record(Entry::Looked {
                step: ID,
                check: check.to_owned(),
                findings: Finding::only(verdict),
            });
        }
        self.looked = Some((now, self.world.is_safe(now)));
        self.answered_since = false;
    }

    fn proof(&self, now: Timestamp) -> engine::Verdict {
        let through = self.world.log.iter().filter(|attempt| attempt.code == 0);
        let traces = Traces {
            began: self.world.began,
            anew: false,
            entra: Log::Read(self.world.log.clone()),
            atlassian: Log::Read(through.map(|attempt| attempt.at).collect()),
            word: None,
            now,
        };
        let verdict = test_login_checks::judged(&weigh(&traces), "alex@contoso.com").0;
        enforce_checks::recent(verdict, now, false).0
    }

    fn admin(&self) -> Admin {
        Admin {
            name: "Ada".into(),
            address: "ada@contoso.com".into(),
            active: Some(true),
            managed: Some(true),
            in_policy: (!self.world.admin_untold).then_some(self.world.admin_inside),
            enforced: Some(false),
            in_pilot: false,
        }
    }

    fn saved(&self) -> engine::Verdict {
        let file = match &self.world.file {
            Some(text) => File::Text(text.clone()),
            None => File::None,
        };
        let verdict = enforce_checks::saved(&file, Some(&way_back())).0;
        if verdict.state != engine::VerdictState::Pass {
            return verdict;
        }
        enforce_checks::still_helps(verdict, &way_back().admin, &[self.admin()]).0
    }

    fn members(&self) -> engine::Verdict {
        let alex = "alex@contoso.com".to_owned();
        let pilot = [PilotPerson {
            name: "Alex".into(),
            address: Some(alex.clone()),
        }];
        let managed = BTreeSet::from([alex.clone()]);
        let there = Membership {
            pilot: BTreeSet::from([alex]),
            strangers: match self.world.stranger {
                true => vec!["eve@contoso.com".into()],
                false => Vec::new(),
            },
            elsewhere: 409,
            unknown: usize::from(self.world.members_untold),
            local: Some(false),
            ..Membership::default()
        };
        let case = Case {
            pilot: &pilot,
            managed: &managed,
            there: &there,
            name: "Pilot SSO",
            told: None,
            confirmed: false,
            looked: true,
            done: false,
        };
        only_pilot::judge(&case).0
    }

    fn record(&self, entry: Entry) {
        self.journal.append(entry).expect("recorded");
    }

    fn is_open(&self) -> bool {
        let state = self.journal.state();
        LOCK.at(&GUIDE, &state, &ID, self.clock.now()).is_open()
    }

    /// Why it must not be open now; `None` when it may.
    fn why_not(&self) -> Option<&'static str> {
        let now = self.clock.now();
        let Some((at, safe)) = self.looked else {
            return Some("nobody looked");
        };
        if !safe {
            return Some("the last look saw something unsafe");
        }
        if now.duration_since(at) >= LOCK.fresh_for {
            return Some("the last look is old");
        }
        if self.answered_since {
            return Some("an answer changed since the last look");
        }
        let proof = self
            .world
            .log
            .iter()
            .filter(|one| one.code == 0 && one.at <= at);
        let proof = proof.map(|one| one.at).max();
        let counts =
            proof.is_some_and(|proof| now.duration_since(proof) < SignedDuration::from_hours(1));
        (!counts).then_some("the proof is older than an hour")
    }
}

impl World {
    /// What is safe, said without the program's own words.
    fn is_safe(&self, now: Timestamp) -> bool {
        let proven = self.log.last().is_some_and(|last| {
            last.code == 0 && now.duration_since(last.at) < SignedDuration::from_hours(1)
        });
        let helped = !self.admin_inside && !self.admin_untold;
        let saved = self
            .file
            .as_deref()
            .is_some_and(|file| file.contains("3b8e07f5"));
        proven && helped && saved && !self.stranger && !self.members_untold
    }
}

/// Every order of events up to this length, after each of these beginnings.
fn every_order(beginning: &[Event], length: usize, each: &mut impl FnMut(&[Event])) {
    each(beginning);
    if length == 0 {
        return;
    }
    for event in EVENTS {
        every_order(&[beginning, &[event]].concat(), length - 1, each);
    }
}

#[test]
fn no_order_of_events_opens_it_over_something_unsafe() {
    let beginnings: [&[Event]; 2] = [&[], &[LogIn, Save, Look]];
    let (mut seen, mut open) = (0, 0);
    for beginning in beginnings {
        every_order(beginning, 3, &mut |events| {
            let page = Page::after(events);
            seen += 1;
            match (page.is_open(), page.why_not()) {
                (true, Some(why)) => panic!("open although {why}: {events:?}"),
                (false, None) => panic!("shut although all is safe: {events:?}"),
                (true, None) => open += 1,
                (false, Some(_)) => {}
            }
        });
    }
    assert_eq!(seen, 2 * (1 + 12 + 144 + 1728));
    assert!(open > 100, "it does open: {open}");
}

/// Every combination of what can be so, looked at, then left alone for a while.
#[test]
fn only_one_combination_of_states_opens_it() {
    let turns: [&[Event]; 7] = [
        &[LogIn],
        &[Refusal],
        &[AdminMoves],
        &[AdminUntold],
        &[Save],
        &[StrangerMoves],
        &[MembersUntold],
    ];
    let mut open = Vec::new();
    for set in 0..1_u32 << turns.len() {
        let chosen = (0..turns.len()).filter(|turn| set & (1 << turn) != 0);
        let mut events: Vec<Event> = chosen.flat_map(|turn| turns[turn].to_vec()).collect();
        events.push(Look);
        let page = Page::after(&events);
        assert_eq!(page.is_open(), page.why_not().is_none(), "{events:?}");
        if page.is_open() {
            open.push(events);
        }
    }
    assert_eq!(open, [vec![LogIn, Save, Look]]);
}

#[test]
fn time_alone_shuts_it() {
    let begun = [LogIn, Save, Look];
    assert!(Page::after(&begun).is_open());
    assert!(
        !Page::after(&[&begun[..], &[Minutes(6)]].concat()).is_open(),
        "the look grew old"
    );
    let hour = [&begun[..], &[Minutes(61), Look]].concat();
    assert!(!Page::after(&hour).is_open(), "the proof grew old");
    let again = [&hour[..], &[LogIn, Look]].concat();
    assert!(Page::after(&again).is_open(), "a new log-in opens it");
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
