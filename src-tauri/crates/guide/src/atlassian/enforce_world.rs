//! The world before the model of the enforcement page, and what is safe in it: said without the program's own words.

use engine::{Finding, Verdict, VerdictState};
use jiff::{SignedDuration, Timestamp};

use super::break_glass::Admin;
use super::enforce_checks::{self, File};
use super::login_proof::{Attempt, Log, Traces, Word, weigh};
use super::only_pilot::{self, Case};
use super::policy_members::{Membership, PilotPerson};
use super::test_login_checks;
use super::way_back::WayBack;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// How far a word and a record may lie apart, and how far two clocks.
const TOGETHER: SignedDuration = SignedDuration::from_mins(10);
const CLOCKS: SignedDuration = SignedDuration::from_mins(2);

/// Everything that the page looks at.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub began: Timestamp,
    /// What Entra let through or refused; Atlassian's log shows what it let through.
    pub log: Vec<Attempt>,
    pub entra_shut: bool,
    pub atlassian_shut: bool,
    pub word: Option<(Word, Timestamp)>,
    pub admin_inside: bool,
    pub admin_untold: bool,
    pub admin_enforced: bool,
    pub admin_unmanaged: bool,
    pub file: Option<String>,
    pub stranger: bool,
    pub members_untold: bool,
    pub local: Option<bool>,
    pub default: Option<bool>,
    pub enforced: bool,
    /// Whether the person confirmed what is not told, of the policy that is named now.
    pub confirmed: bool,
    /// Whether the person looked at its settings.
    pub looked: bool,
    pub done: bool,
    /// Whether the person took over a policy that enforced before.
    pub taken_over: bool,
}

pub(super) fn way_back() -> WayBack {
    WayBack {
        policy: "Pilot SSO".into(),
        policy_id: "3b8e07f5".into(),
        organization_id: "9a1aa823".into(),
        admin: "Ada <ada@contoso.com>".into(),
        ..WayBack::default()
    }
}

impl World {
    pub fn new(began: Timestamp) -> Self {
        Self {
            began,
            log: Vec::new(),
            entra_shut: false,
            atlassian_shut: false,
            word: None,
            admin_inside: false,
            admin_untold: false,
            admin_enforced: false,
            admin_unmanaged: false,
            file: None,
            stranger: false,
            members_untold: false,
            local: Some(false),
            default: None,
            enforced: false,
            confirmed: false,
            looked: true,
            done: false,
            taken_over: false,
        }
    }

    /// What the check of the proof says.
    pub fn proof(&self, now: Timestamp, done: bool) -> Verdict {
        let through = self.log.iter().filter(|attempt| attempt.code == 0);
        let through = through.map(|attempt| attempt.at).collect();
        let traces = Traces {
            began: self.began,
            anew: false,
            entra: match self.entra_shut {
                true => Log::Shut,
                false => Log::Read(self.log.clone()),
            },
            atlassian: match self.atlassian_shut {
                true => Log::Shut,
                false => Log::Read(through),
            },
            word: self.word,
            now,
        };
        let verdict = test_login_checks::judged(&weigh(&traces), "alex@contoso.com").0;
        enforce_checks::recent(verdict, now, done).0
    }

    /// The only organization admin.
    pub fn admin(&self) -> Admin {
        Admin {
            name: "Ada".into(),
            address: "ada@contoso.com".into(),
            active: Some(true),
            managed: Some(!self.admin_unmanaged),
            in_policy: (!self.admin_untold).then_some(self.admin_inside),
            enforced: Some(self.admin_enforced),
            in_pilot: false,
        }
    }

    /// What the check of the way back says.
    pub fn saved(&self) -> Verdict {
        let file = match &self.file {
            Some(text) => File::Text(text.clone()),
            None => File::None,
        };
        let verdict = enforce_checks::saved(&file, Some(&way_back())).0;
        if verdict.state != VerdictState::Pass {
            return verdict;
        }
        enforce_checks::still_helps(verdict, &way_back().admin, &[self.admin()]).0
    }

    /// What the check of the members says to somebody who looked at the settings, or enforced it.
    pub fn members(&self, looked: bool, done: bool) -> Verdict {
        let alex = "alex@contoso.com".to_owned();
        let pilot = [PilotPerson {
            name: "Alex".into(),
            address: Some(alex.clone()),
        }];
        let managed = [alex.clone()].into();
        let there = Membership {
            pilot: [alex].into(),
            strangers: match self.stranger {
                true => vec!["eve@contoso.com".into()],
                false => Vec::new(),
            },
            elsewhere: 409,
            unknown: usize::from(self.members_untold),
            local: self.local,
            default: self.default,
            enforced: Some(self.enforced),
        };
        only_pilot::judge(&Case {
            pilot: &pilot,
            managed: &managed,
            there: &there,
            name: "Pilot SSO",
            told: None,
            confirmed: self.confirmed,
            looked,
            done,
        })
        .0
    }

    /// When a log-in came through, as far as it is proven.
    pub fn proven_at(&self) -> Option<Timestamp> {
        let came_in = self.word.filter(|(word, _)| *word == Word::CameIn);
        if !self.entra_shut {
            let last = self.log.last().filter(|last| last.code == 0)?;
            let said = self.word.filter(|(_, at)| *at + CLOCKS >= last.at);
            let arrived = match said {
                Some((word, _)) => word == Word::CameIn,
                None => !self.atlassian_shut,
            };
            return arrived.then_some(last.at);
        }
        let (_, said) = came_in?;
        if self.atlassian_shut {
            return Some(said);
        }
        let through = self.log.iter().filter(|one| one.code == 0);
        through
            .map(|one| one.at)
            .filter(|at| at.duration_since(said).abs() <= TOGETHER)
            .max()
    }

    /// What is safe.
    pub fn is_safe(&self, now: Timestamp) -> bool {
        let proven = self
            .proven_at()
            .is_some_and(|at| now.duration_since(at) < HOUR);
        let named = self.file.as_deref();
        let saved = named.is_some_and(|file| file.contains("3b8e07f5"));
        proven && saved && self.is_helped() && self.reaches_the_pilot_alone()
    }

    /// Somebody can switch it off without Entra: nobody can be sure of who may be inside, and an account that nobody manages is
    /// reached by no policy.
    fn is_helped(&self) -> bool {
        let inside = self.admin_inside && !self.admin_untold;
        !inside && !self.admin_enforced && (self.admin_unmanaged || !self.admin_untold)
    }

    fn reaches_the_pilot_alone(&self) -> bool {
        if self.stranger || self.local == Some(true) || self.default == Some(true) {
            return false;
        }
        if self.enforced && !self.done {
            return false;
        }
        let told = !self.members_untold && self.local.is_some();
        self.confirmed || (told && (self.looked || self.default.is_some()))
    }
}

/// One finding for each check of a lock.
pub(super) fn passed() -> Vec<Finding> {
    Finding::only(Verdict::new(VerdictState::Pass, "Passed", ""))
}
