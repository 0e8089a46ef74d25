//! How long things take: the clock of practice, and objects that become visible late and not everywhere at once.
//! Microsoft's directory answers reads from several replicas, so that an object may be seen, then not seen, then seen.
//! This file knows no object by name.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

/// How practice takes time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tempo {
    /// Seconds where the vendor needs minutes: for people.
    #[default]
    Auto,
    /// No delays at all.
    Instant,
    /// Pending things become visible only after a poke: for tests.
    Explicit,
}

impl Tempo {
    /// The tempo of that name, as the command line writes it.
    pub fn named(name: &str) -> Option<Tempo> {
        match name {
            "auto" => Some(Tempo::Auto),
            "instant" => Some(Tempo::Instant),
            "explicit" => Some(Tempo::Explicit),
            _ => None,
        }
    }
}

/// The clock: real time, moved by levers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    passed: SignedDuration,
    skew: SignedDuration,
}

impl Clock {
    /// The time by which things expire and become visible.
    pub fn now(&self) -> Timestamp {
        Timestamp::now() + self.passed
    }

    /// The time that services write into headers and bodies, which a lever may set wrong.
    pub fn shown(&self) -> Timestamp {
        self.now() + self.skew
    }

    /// Lets time pass at once.
    pub fn pass(&mut self, seconds: i64) {
        self.passed += SignedDuration::from_secs(seconds);
    }

    /// Sets the shown time wrong by so many seconds.
    pub fn skew(&mut self, seconds: i64) {
        self.skew = SignedDuration::from_secs(seconds);
    }

    /// The shown time as an HTTP date.
    pub fn http_date(&self) -> String {
        http_date(self.shown())
    }

    /// The shown time as Graph writes it in a body.
    pub fn graph_date(&self) -> String {
        self.shown().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

/// An instant in the form of HTTP headers.
pub(crate) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// An instant in the form of Atlassian's bodies, with milliseconds.
pub(crate) fn milli_date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// How many replicas answer reads.
pub(crate) const REPLICAS: usize = 3;

/// The lag of the three replicas, in milliseconds, for an object that is new. Minutes in the real directory.
const CREATED: [i64; REPLICAS] = [400, 1_200, 2_500];
/// The same for a change or a removal, which spreads faster.
const CHANGED: [i64; REPLICAS] = [0, 300, 900];
/// What a filtered list lags behind a read by id.
const INDEX: i64 = 700;

/// When a version of an object can be seen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wait {
    /// By everyone, now.
    Nothing,
    /// On each replica at its own time.
    Until([Timestamp; REPLICAS]),
    /// After so many reads that did not see it.
    Reads(u32),
    /// On every second read, for so many reads.
    Flicker(u32),
    /// After a poke.
    Poke,
}

/// What a lever asked of new objects instead of the tempo's own lag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Delay {
    Reads(u32),
    Seconds(i64),
    Flicker(u32),
}

/// A kind of write, for the lag it has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Write {
    Create,
    Change,
}

/// Decides how long a write stays unseen.
pub(crate) fn wait_for(write: Write, tempo: Tempo, delay: Option<Delay>, now: Timestamp) -> Wait {
    match (write, delay, tempo) {
        (Write::Create, Some(Delay::Reads(reads)), _) => Wait::Reads(reads),
        (Write::Create, Some(Delay::Flicker(reads)), _) => Wait::Flicker(reads),
        (Write::Create, Some(Delay::Seconds(seconds)), _) => {
            Wait::Until([now + SignedDuration::from_secs(seconds); REPLICAS])
        }
        (_, _, Tempo::Instant) => Wait::Nothing,
        (_, _, Tempo::Explicit) => Wait::Poke,
        (Write::Create, None, Tempo::Auto) => {
            Wait::Until(CREATED.map(|lag| now + SignedDuration::from_millis(lag)))
        }
        (Write::Change, _, Tempo::Auto) => {
            Wait::Until(CHANGED.map(|lag| now + SignedDuration::from_millis(lag)))
        }
    }
}

/// Which replica answers, when, and whether through the index of lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glance {
    pub replica: usize,
    pub now: Timestamp,
    pub index: bool,
}

/// An object with the versions that replicas may still answer from. A version without a body is a removal.
#[derive(Clone, Debug)]
pub(crate) struct Replicated {
    pub id: String,
    versions: Vec<(Option<Map<String, Value>>, Wait)>,
}

impl Replicated {
    /// A new object.
    pub fn new(id: &str, body: Map<String, Value>, wait: Wait) -> Replicated {
        Replicated {
            id: id.to_owned(),
            versions: vec![(Some(body), wait)],
        }
    }

    /// What was written last, whoever may see it.
    pub fn truth(&self) -> Option<&Map<String, Value>> {
        self.versions.last().and_then(|(body, _)| body.as_ref())
    }

    /// Writes a new version; `None` removes the object.
    pub fn write(&mut self, body: Option<Map<String, Value>>, wait: Wait) {
        if wait == Wait::Nothing {
            self.versions.clear();
        }
        self.versions.push((body, wait));
    }

    /// What a read sees. Reads are counted, since some versions appear after a number of them.
    pub fn read(&mut self, glance: Glance) -> Option<Map<String, Value>> {
        let seen = (0..self.versions.len())
            .rev()
            .find(|at| visible(&mut self.versions[*at].1, glance));
        let body = seen.and_then(|at| self.versions[at].0.clone());
        if let Some(at) = seen.filter(|at| self.versions[*at].1 == Wait::Nothing) {
            self.versions.drain(..at);
        }
        body
    }

    /// Makes everything visible now.
    pub fn poke(&mut self) {
        if let Some((_, wait)) = self.versions.last_mut() {
            *wait = Wait::Nothing;
        }
        self.versions.drain(..self.versions.len().saturating_sub(1));
    }

    /// True when the removal has reached everyone and the entry can go.
    pub fn is_gone(&self) -> bool {
        matches!(self.versions.as_slice(), [(None, Wait::Nothing)])
    }
}

fn visible(wait: &mut Wait, glance: Glance) -> bool {
    let (seen, next) = match wait {
        Wait::Nothing => return true,
        Wait::Poke => return false,
        Wait::Until(times) => {
            let lag = SignedDuration::from_millis(if glance.index { INDEX } else { 0 });
            if times.iter().all(|time| *time + lag <= glance.now) {
                *wait = Wait::Nothing;
                return true;
            }
            return times[glance.replica % REPLICAS] + lag <= glance.now;
        }
        Wait::Reads(left) => (*left == 0, Wait::Reads(left.saturating_sub(1))),
        Wait::Flicker(left) => (*left % 2 == 0, Wait::Flicker(left.saturating_sub(1))),
    };
    *wait = match next {
        Wait::Reads(0) | Wait::Flicker(0) if seen => Wait::Nothing,
        other => other,
    };
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glance(replica: usize, now: Timestamp) -> Glance {
        Glance {
            replica,
            now,
            index: false,
        }
    }

    fn body(name: &str) -> Map<String, Value> {
        Map::from_iter([("displayName".to_owned(), Value::from(name))])
    }

    #[test]
    fn replicas_see_a_new_object_at_different_times() {
        let now = Timestamp::now();
        let mut thing = Replicated::new(
            "1",
            body("a"),
            wait_for(Write::Create, Tempo::Auto, None, now),
        );
        let later = now + SignedDuration::from_millis(600);
        let seen: Vec<bool> = (0..3)
            .map(|replica| thing.read(glance(replica, later)).is_some())
            .collect();
        assert_eq!(seen, [true, false, false]);
        let last = now + SignedDuration::from_secs(4);
        assert!(thing.read(glance(2, last)).is_some());
    }

    #[test]
    fn a_number_of_reads_sees_nothing_and_then_it_is_there() {
        let now = Timestamp::now();
        let mut thing = Replicated::new("1", body("a"), Wait::Reads(2));
        let seen: Vec<bool> = (0..4)
            .map(|_| thing.read(glance(0, now)).is_some())
            .collect();
        assert_eq!(seen, [false, false, true, true]);
    }

    #[test]
    fn flicker_alternates_and_settles() {
        let now = Timestamp::now();
        let mut thing = Replicated::new("1", body("a"), Wait::Flicker(4));
        let seen: Vec<bool> = (0..7)
            .map(|_| thing.read(glance(0, now)).is_some())
            .collect();
        assert_eq!(seen, [true, false, true, false, true, true, true]);
    }

    #[test]
    fn a_change_keeps_the_old_version_until_the_poke() {
        let now = Timestamp::now();
        let mut thing = Replicated::new("1", body("a"), Wait::Nothing);
        thing.write(Some(body("b")), Wait::Poke);
        assert_eq!(thing.read(glance(0, now)), Some(body("a")));
        thing.poke();
        assert_eq!(thing.read(glance(0, now)), Some(body("b")));
        thing.write(None, Wait::Poke);
        assert!(!thing.is_gone());
        thing.poke();
        assert!(thing.is_gone());
    }

    #[test]
    fn the_shown_time_may_be_wrong_while_the_true_one_is_not() {
        let mut clock = Clock::default();
        clock.skew(3600);
        assert!((clock.shown() - clock.now()).get_hours() >= 0);
        assert!(clock.shown() > clock.now() + SignedDuration::from_secs(3590));
    }
}
