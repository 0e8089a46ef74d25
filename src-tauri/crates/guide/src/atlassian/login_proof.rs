//! Whether a log-in is proven: what Entra's sign-in log, Atlassian's audit log and the person say, matched in time.
//!
//! It decides and reads nothing. Proven is: Entra let the person through, and Atlassian's log or the person says that
//! they arrived. Where a log is shut, the person's word stands in for it, and the result says so. The word alone proves it
//! only where both logs are shut: against a log that was read, or one that could be, it does not.

use engine::Known;
use jiff::{SignedDuration, Timestamp};

use super::login_causes::{Kind, of_code};

/// How far apart two sides' records of one log-in may lie: a person is asked things in between, and clocks differ.
const TOGETHER: SignedDuration = SignedDuration::from_mins(10);
/// Who logged in, or said so, a little before the page was opened is not sent to do it again.
const HEAD_START: SignedDuration = SignedDuration::from_mins(10);
/// A word that was given just before the log's time belongs to that log-in: clocks differ.
const CLOCKS: SignedDuration = SignedDuration::from_mins(2);
/// How long a record may take before its absence means something. Entra's log takes two to five minutes, rarely longer;
/// Atlassian publishes no figure.
pub(super) const LONGEST: SignedDuration = SignedDuration::from_mins(15);

/// One sign-in to the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attempt {
    /// When.
    pub at: Timestamp,
    /// 0, or the AADSTS number.
    pub code: i64,
}

impl Attempt {
    fn succeeded(&self) -> bool {
        self.code == 0
    }

    /// A number that is not in the table is taken for a refusal.
    fn kind(&self) -> Kind {
        of_code(self.code).map_or(Kind::Refused, |cause| cause.kind)
    }
}

/// A log: what stands in it, or that it can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Log<T> {
    /// Read.
    Read(Vec<T>),
    /// Not licensed, no right, empty for everybody, or a colleague's: nobody can read it from here.
    Shut,
    /// It could be read, and is not.
    Unread,
}

/// What the person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// They came in.
    CameIn,
    /// Atlassian asked for a password and did not go to Microsoft.
    PasswordAsked,
    /// They saw an error page.
    ErrorPage,
    /// Something else.
    Other,
}

/// The ask for the person's word.
pub const WORD: &str = "login.word";
/// Its answers.
pub(super) const CAME_IN: &str = "came-in";
pub(super) const PASSWORD_ASKED: &str = "password-asked";
pub(super) const ERROR_PAGE: &str = "error-page";
pub(super) const OTHER: &str = "other";

impl Word {
    /// What the person said, and when.
    pub fn of(known: &Known) -> Option<(Self, Timestamp)> {
        let word = match known.answer(WORD)? {
            CAME_IN => Self::CameIn,
            PASSWORD_ASKED => Self::PasswordAsked,
            ERROR_PAGE => Self::ErrorPage,
            _ => Self::Other,
        };
        Some((word, known.answered_at(WORD)?))
    }
}

/// Everything that tells of a log-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Traces {
    /// When the test began; what lies before it tells nothing, but for a head start.
    pub began: Timestamp,
    /// Whether it began anew because what it rests on changed: then nothing before it counts, not even a little.
    pub anew: bool,
    /// The person's sign-ins to the application.
    pub entra: Log<Attempt>,
    /// The person's log-ins at Atlassian.
    pub atlassian: Log<Timestamp>,
    /// The person's word.
    pub word: Option<(Word, Timestamp)>,
    /// Now.
    pub now: Timestamp,
}

/// What proved it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Both logs.
    BothLogs,
    /// Entra's log and the person.
    EntraAndWord,
    /// Atlassian's log and the person.
    AtlassianAndWord,
    /// The person alone.
    Word,
}

/// What is missing beside a person's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// Atlassian's log does not show it, and still has time.
    AtlassianYet,
    /// Atlassian's log does not show it although it had time.
    Atlassian,
    /// Nobody read a log that could be read.
    Reading,
}

/// What the traces come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// It came through.
    Proven {
        /// When.
        at: Timestamp,
        /// By what.
        by: By,
    },
    /// Nobody has tried yet, as far as can be told.
    NotTried,
    /// Entra's log does not show it yet.
    NotInEntraYet,
    /// Microsoft asked for something, and the person has not finished yet.
    OnTheWay(Attempt),
    /// Entra let them through; Atlassian's log does not show it yet.
    NotAtAtlassianYet(Timestamp),
    /// Entra let them through; whether they arrived, only the person can tell.
    NeedsWord(Option<Timestamp>),
    /// The last attempt was refused.
    Refused(Attempt),
    /// The person says that they came in, and a log that is or could be read does not bear it out.
    WordOnly {
        /// When they said it.
        at: Timestamp,
        /// What is missing beside it.
        missing: Missing,
    },
    /// The person came in, and Entra has no record of it although it had time.
    NotThroughEntra,
    /// The person says that it did not work, after Entra let them through or without it.
    Said {
        /// What they said.
        word: Word,
        /// When Entra let them through.
        through: Option<Timestamp>,
    },
}

/// Weighs the traces.
pub(super) fn weigh(traces: &Traces) -> Proof {
    let since = match traces.anew {
        true => traces.began,
        false => traces.began - HEAD_START,
    };
    let word = traces.word.filter(|(_, at)| *at >= since);
    match &traces.entra {
        Log::Read(attempts) => {
            let mut attempts: Vec<_> = attempts
                .iter()
                .copied()
                .filter(|attempt| attempt.at >= since)
                .collect();
            attempts.sort_by_key(|attempt| attempt.at);
            with_entra(traces, &attempts, word)
        }
        Log::Shut | Log::Unread => without_entra(traces, word),
    }
}

fn with_entra(traces: &Traces, attempts: &[Attempt], word: Option<(Word, Timestamp)>) -> Proof {
    let last = attempts
        .iter()
        .rev()
        .find(|attempt| !attempt.succeeded() && attempt.kind() != Kind::OnTheWay);
    let through = attempts.iter().rev().find(|attempt| attempt.succeeded());
    let refused = last.filter(|last| {
        // A mistyped password does not take back that the way is open; a refusal does.
        through.is_none_or(|through| last.at > through.at && last.kind() != Kind::Person)
    });
    if let Some(refused) = refused {
        let came_in_since = matches!(word, Some((Word::CameIn, at)) if at > refused.at && traces.now.duration_since(at) < LONGEST);
        return if came_in_since {
            Proof::NotInEntraYet
        } else {
            Proof::Refused(*refused)
        };
    }
    match through {
        Some(through) => arrived(traces, attempts, through.at, word),
        None => nothing_in_entra(traces, attempts, word),
    }
}

/// Entra let them through, last at `through`.
fn arrived(
    traces: &Traces,
    attempts: &[Attempt],
    through: Timestamp,
    word: Option<(Word, Timestamp)>,
) -> Proof {
    let said_after = word.filter(|(_, at)| *at + CLOCKS >= through);
    if let Some((word, _)) = said_after.filter(|(word, _)| *word != Word::CameIn) {
        return Proof::Said {
            word,
            through: Some(through),
        };
    }
    if said_after.is_some() {
        let both = seen_at_atlassian(traces, through);
        let by = if both { By::BothLogs } else { By::EntraAndWord };
        return Proof::Proven { at: through, by };
    }
    let in_both = attempts
        .iter()
        .rev()
        .find(|attempt| attempt.succeeded() && seen_at_atlassian(traces, attempt.at));
    match (&traces.atlassian, in_both) {
        (_, Some(attempt)) => Proof::Proven {
            at: attempt.at,
            by: By::BothLogs,
        },
        (Log::Read(_), None) if traces.now.duration_since(through) < LONGEST => {
            Proof::NotAtAtlassianYet(through)
        }
        _ => Proof::NeedsWord(Some(through)),
    }
}

fn seen_at_atlassian(traces: &Traces, at: Timestamp) -> bool {
    match &traces.atlassian {
        Log::Read(times) => times.iter().any(|time| are_together(*time, at)),
        Log::Shut | Log::Unread => false,
    }
}

fn nothing_in_entra(
    traces: &Traces,
    attempts: &[Attempt],
    word: Option<(Word, Timestamp)>,
) -> Proof {
    match word {
        Some((Word::CameIn, at)) if traces.now.duration_since(at) >= LONGEST => {
            Proof::NotThroughEntra
        }
        Some((Word::CameIn, _)) => Proof::NotInEntraYet,
        Some((word, _)) => Proof::Said {
            word,
            through: None,
        },
        None => match attempts.last() {
            Some(attempt) => Proof::OnTheWay(*attempt),
            None if traces.now.duration_since(traces.began) < CLOCKS => Proof::NotTried,
            None => Proof::NotInEntraYet,
        },
    }
}

fn without_entra(traces: &Traces, word: Option<(Word, Timestamp)>) -> Proof {
    let Some((word, at)) = word else {
        return Proof::NeedsWord(None);
    };
    if word != Word::CameIn {
        return Proof::Said {
            word,
            through: None,
        };
    }
    let only = |missing| Proof::WordOnly { at, missing };
    match (&traces.atlassian, &traces.entra) {
        (Log::Read(times), _) => {
            let seen = times.iter().filter(|time| are_together(**time, at)).max();
            match seen {
                Some(seen) => Proof::Proven {
                    at: *seen,
                    by: By::AtlassianAndWord,
                },
                None if traces.now.duration_since(at) < LONGEST => only(Missing::AtlassianYet),
                None => only(Missing::Atlassian),
            }
        }
        (Log::Shut, Log::Shut) => Proof::Proven { at, by: By::Word },
        _ => only(Missing::Reading),
    }
}

fn are_together(one: Timestamp, other: Timestamp) -> bool {
    one.duration_since(other).abs() <= TOGETHER
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens | Entra: minute and number | Atlassian: minutes | the word and its minute | now | what it comes to. Minutes
    /// count from the beginning of the test; “shut” is a log that can't be read, “unread” one that nobody read.
    const TABLE: &str = "
        nothing at first                    |                | | | 1 | not tried
        nothing yet                         |                | | | 5 | not in Entra yet
        both                                | 3:0            | 4 | | 9 | 3 by BothLogs
        ten minutes apart                   | 3:0            | 13 | | 20 | 3 by BothLogs
        too far apart                       | 3:0            | 14 | | 20 | needs the word
        Atlassian is slow                   | 3:0            | | | 9 | not at Atlassian yet
        Atlassian stays silent              | 3:0            | | | 18 | needs the word
        the word helps                      | 3:0            | | came-in 4 | 5 | 3 by EntraAndWord
        a word from before                  | 30:0           | | came-in 4 | 31 | not at Atlassian yet
        only the word                       |                | | came-in 4 | 6 | not in Entra yet
        only the word, for long             |                | | came-in 4 | 19 | not through Entra
        only at Atlassian                   |                | 4 | | 9 | not in Entra yet
        refused                             | 3:50105        | | | 5 | refused 3:50105
        refused, by an unknown number       | 3:123          | | | 5 | refused 3:123
        refused, then through               | 3:50105 6:0    | 6 | | 9 | 6 by BothLogs
        through, then refused               | 3:0 6:50105    | 3 | | 9 | refused 6:50105
        through, then a wrong password      | 3:0 6:50126    | 3 | | 9 | 3 by BothLogs
        a wrong password alone              | 3:50126        | | | 5 | refused 3:50126
        asked for a second factor           | 3:50074        | | | 5 | on the way 3
        a second factor, then through       | 3:50074 4:0    | 4 | | 5 | 4 by BothLogs
        refused, then came in               | 3:50105        | | came-in 6 | 8 | not in Entra yet
        refused, and came in long ago       | 3:50105        | | came-in 6 | 30 | refused 3:50105
        an error page after Entra           | 3:0            | | error-page 4 | 5 | said ErrorPage, through
        an error page before                | 30:0           | 30 | error-page 4 | 31 | 30 by BothLogs
        a password was asked for            |                | 4 | password-asked 4 | 5 | said PasswordAsked
        just before the page was opened     | -9:0           | -9 | | 1 | -9 by BothLogs
        long before the page was opened     | -11:0          | -11 | | 1 | not tried
        a word of an earlier day            |                | | came-in -50 | 1 | not tried
        the newer one has no echo yet       | 3:0 20:0       | 3 | | 21 | 3 by BothLogs
        both shut, nothing said             | shut           | shut | | 60 | needs the word
        both shut, said                     | shut           | shut | came-in 4 | 60 | 4 by Word
        Entra shut, said and seen           | shut           | 5 | came-in 4 | 60 | 5 by AtlassianAndWord
        Entra shut, something else seen     | shut           | 50 | came-in 4 | 60 | only the word, without Atlassian
        Entra shut, nothing seen yet        | shut           | | came-in 4 | 18 | only the word, without AtlassianYet
        Entra shut, nothing seen for long   | shut           | | came-in 4 | 19 | only the word, without Atlassian
        Entra shut, Atlassian not read      | shut           | unread | came-in 4 | 60 | only the word, without Reading
        Entra not read, Atlassian shut      | unread         | shut | came-in 4 | 60 | only the word, without Reading
        Entra not read, said and seen       | unread         | 5 | came-in 4 | 60 | 5 by AtlassianAndWord
        neither was read                    | unread         | unread | came-in 4 | 60 | only the word, without Reading
        Entra shut, seen at Atlassian alone | shut           | 5 | | 60 | needs the word
        Entra shut, an error                | shut           | 5 | error-page 4 | 60 | said ErrorPage
        Atlassian shut                      | 3:0            | shut | | 60 | needs the word
        Atlassian shut, said                | 3:0            | shut | came-in 4 | 60 | 3 by EntraAndWord
        Atlassian not read, said            | 3:0            | unread | came-in 4 | 60 | 3 by EntraAndWord";

    fn began() -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1000)
    }

    fn at(minute: &str) -> Timestamp {
        began() + SignedDuration::from_mins(minute.trim().parse().expect("a minute"))
    }

    fn minute(at: Timestamp) -> i64 {
        at.duration_since(began()).as_mins()
    }

    fn log<T>(cell: &str, entry: impl Fn(&str) -> T) -> Log<T> {
        match cell {
            "shut" => Log::Shut,
            "unread" => Log::Unread,
            entries => Log::Read(entries.split_whitespace().map(entry).collect()),
        }
    }

    fn attempt(entry: &str) -> Attempt {
        let (minute, code) = entry.split_once(':').expect("minute and number");
        Attempt {
            at: at(minute),
            code: code.parse().expect("a number"),
        }
    }

    fn word(cell: &str) -> Option<(Word, Timestamp)> {
        let (said, minute) = cell.split_once(' ')?;
        let word = match said {
            CAME_IN => Word::CameIn,
            PASSWORD_ASKED => Word::PasswordAsked,
            ERROR_PAGE => Word::ErrorPage,
            _ => Word::Other,
        };
        Some((word, at(minute)))
    }

    fn words(proof: Proof) -> String {
        match proof {
            Proof::Proven { at, by } => format!("{} by {by:?}", minute(at)),
            Proof::NotTried => "not tried".into(),
            Proof::NotInEntraYet => "not in Entra yet".into(),
            Proof::OnTheWay(attempt) => format!("on the way {}", minute(attempt.at)),
            Proof::NotAtAtlassianYet(_) => "not at Atlassian yet".into(),
            Proof::NeedsWord(_) => "needs the word".into(),
            Proof::Refused(attempt) => format!("refused {}:{}", minute(attempt.at), attempt.code),
            Proof::WordOnly { missing, .. } => format!("only the word, without {missing:?}"),
            Proof::NotThroughEntra => "not through Entra".into(),
            Proof::Said { word, through } => {
                format!("said {word:?}{}", through.map_or("", |_| ", through"))
            }
        }
    }

    #[test]
    fn both_sides_and_the_person_are_matched_in_time() {
        let rows: Vec<_> = TABLE.lines().filter(|line| line.contains('|')).collect();
        assert_eq!(rows.len(), 44);
        for row in rows {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            let [what, entra, atlassian, said, now, wanted] = cells[..] else {
                panic!("six cells: {row}")
            };
            let traces = Traces {
                began: began(),
                anew: false,
                entra: log(entra, attempt),
                atlassian: log(atlassian, at),
                word: word(said),
                now: at(now),
            };
            assert_eq!(words(weigh(&traces)), wanted, "{what}");
        }
    }

    #[test]
    fn a_test_that_began_anew_has_no_head_start() {
        let traces = |minute: i64, anew| Traces {
            began: began(),
            anew,
            entra: Log::Read(vec![Attempt {
                at: began() + SignedDuration::from_mins(minute),
                code: 0,
            }]),
            atlassian: Log::Shut,
            word: Some((Word::CameIn, began() + SignedDuration::from_mins(minute))),
            now: at("1"),
        };
        for (minute, anew, proven) in [
            (-9, false, true),
            (-9, true, false),
            (-1, true, false),
            (0, true, true),
        ] {
            let proof = weigh(&traces(minute, anew));
            let is_proven = matches!(proof, Proof::Proven { .. });
            assert_eq!(is_proven, proven, "{minute} {anew}: {proof:?}");
        }
    }
}
