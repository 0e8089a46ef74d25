//! The journal: one line of JSON a record, synced to disk before anything is sent. The wizard's state is a fold
//! over it, nothing else is stored.
//!
//! Each line carries a sum over itself and the sum before it, so that a damaged or shortened middle is noticed. A
//! last line without its line feed is what a power cut leaves: it was never relied on, so it is dropped. Anything
//! else that can't be read is never overwritten.

mod store;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::change::hex;
use crate::{Change, ChangeId, Clock, Facts, Finding, State, StepId, Trouble};

pub use store::{FileStore, MemoryStore, Store};

/// The version that this program writes.
const VERSION: u32 = 1;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Entry {
    /// The person answered an ask. Never a secret.
    Answered {
        /// The step whose page asked.
        step: StepId,
        /// The ask.
        ask: String,
        /// The answer; empty takes it back.
        value: String,
    },
    /// A change is about to be made.
    Intended {
        /// The step.
        step: StepId,
        /// The change, whole: with it the undo works even if the program that wrote it is gone.
        change: Change,
    },
    /// A change was made and what was learned by it.
    Done {
        /// The step.
        step: StepId,
        /// The change.
        change: ChangeId,
        /// What was learned.
        facts: Facts,
        /// Whether it was found made after a lost answer or a crash.
        found: bool,
    },
    /// A made change was read back from every server, or waited for as long as it makes sense.
    ReadBack {
        /// The step.
        step: StepId,
        /// The change.
        change: ChangeId,
        /// What reading it back taught besides.
        facts: Facts,
    },
    /// A change was certainly not made.
    Failed {
        /// The step.
        step: StepId,
        /// The change.
        change: ChangeId,
        /// Why.
        trouble: Trouble,
    },
    /// The person says that the step was done by hand.
    DoneByHand {
        /// The step.
        step: StepId,
    },
    /// The person says that they took back by hand what was done by hand.
    UndoneByHand {
        /// The step.
        step: StepId,
    },
    /// A change is about to be undone.
    Undoing {
        /// The step.
        step: StepId,
        /// The change.
        change: ChangeId,
    },
    /// A change was undone, read back.
    Undone {
        /// The step.
        step: StepId,
        /// The change.
        change: ChangeId,
    },
    /// Something was learned without a change.
    Learned {
        /// The step.
        step: StepId,
        /// What.
        facts: Facts,
    },
    /// A check was looked at.
    Looked {
        /// The step.
        step: StepId,
        /// The check.
        check: String,
        /// What was found.
        findings: Vec<Finding>,
    },
    /// The person went to a step.
    Went {
        /// The step.
        step: StepId,
    },
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The format's version.
    pub v: u32,
    /// Counts from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Over the sum before, `seq`, `at` and `entry`.
    pub sum: String,
    /// What happened.
    pub entry: Entry,
}

/// Why the journal can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It was written by a newer program.
    #[error(
        "the journal was written by a newer version of the program (format {found}, this one knows {known})"
    )]
    Newer {
        /// The format found.
        found: u32,
        /// The newest format known.
        known: u32,
    },
    /// A line can't be read, or does not follow from the one before.
    #[error("line {line} of the journal is damaged: {what}")]
    Damaged {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// Another program holds it.
    #[error("the connection is open in another window")]
    Busy,
    /// It could not be read.
    #[error("the journal could not be read")]
    Read(#[source] io::Error),
    /// It could not be written; it stands as it was before.
    #[error("the journal could not be written")]
    Write(#[source] io::Error),
}

/// A journal that is open for writing.
pub struct Journal {
    open: Mutex<Open>,
    clock: Arc<dyn Clock>,
}

struct Open {
    store: Box<dyn Store>,
    len: u64,
    seq: u64,
    sum: String,
    state: State,
    dirty: bool,
}

impl Journal {
    /// Reads a journal and opens it for writing. A torn last line is dropped; anything else unreadable is an error
    /// and leaves the bytes as they are.
    pub fn open(mut store: Box<dyn Store>, clock: Arc<dyn Clock>) -> Result<Self, JournalError> {
        let bytes = store.load().map_err(JournalError::Read)?;
        let (records, good) = read(&bytes)?;
        if good < bytes.len() {
            store.cut(good as u64).map_err(JournalError::Write)?;
        }
        let mut state = State::default();
        for record in &records {
            state.take(record);
        }
        let last = records.last();
        let open = Open {
            store,
            len: good as u64,
            seq: last.map_or(0, |record| record.seq),
            sum: last.map_or(String::new(), |record| record.sum.clone()),
            state,
            dirty: false,
        };
        Ok(Self {
            open: Mutex::new(open),
            clock,
        })
    }

    /// Writes what happened and syncs it. When it returns an error, nothing was recorded.
    pub fn append(&self, entry: Entry) -> Result<(), JournalError> {
        let mut open = self.lock();
        if open.dirty {
            let len = open.len;
            open.store.cut(len).map_err(JournalError::Write)?;
            open.dirty = false;
        }
        let record = record(&open.sum, open.seq + 1, self.clock.now(), entry);
        let mut line =
            serde_json::to_vec(&record).map_err(|error| JournalError::Write(error.into()))?;
        line.push(b'\n');
        open.dirty = true;
        open.store.append(&line).map_err(JournalError::Write)?;
        open.dirty = false;
        open.len += line.len() as u64;
        open.seq = record.seq;
        open.sum.clone_from(&record.sum);
        open.state.take(&record);
        Ok(())
    }

    /// The state: the fold over everything recorded.
    pub fn state(&self) -> State {
        self.lock().state.clone()
    }

    /// Now, by the journal's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn record(sum_before: &str, seq: u64, at: Timestamp, entry: Entry) -> Record {
    let body = serde_json::to_string(&entry).unwrap_or_default();
    let sum = Sha256::digest(format!("{sum_before}|{seq}|{at}|{body}"));
    Record {
        v: VERSION,
        seq,
        at,
        sum: hex(&sum)[..16].to_owned(),
        entry,
    }
}

/// The records and how many bytes of `bytes` they take. A last line that lacks its line feed is left out.
fn read(bytes: &[u8]) -> Result<(Vec<Record>, usize), JournalError> {
    let mut records: Vec<Record> = Vec::new();
    let mut good = 0;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let Some(line) = line.strip_suffix(b"\n") else {
            break;
        };
        let found = read_line(line, index + 1)?;
        let sum_before = records.last().map_or("", |record| record.sum.as_str());
        let wanted = record(
            sum_before,
            records.len() as u64 + 1,
            found.at,
            found.entry.clone(),
        );
        if wanted != found {
            let what = "it does not follow from the line before".to_owned();
            return Err(JournalError::Damaged {
                line: index + 1,
                what,
            });
        }
        records.push(found);
        good += line.len() + 1;
    }
    Ok((records, good))
}

fn read_line(line: &[u8], number: usize) -> Result<Record, JournalError> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    let damaged = |error: serde_json::Error| JournalError::Damaged {
        line: number,
        what: error.to_string(),
    };
    let version: Version = serde_json::from_slice(line).map_err(damaged)?;
    if version.v > VERSION {
        return Err(JournalError::Newer {
            found: version.v,
            known: VERSION,
        });
    }
    serde_json::from_slice(line).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FixedClock;

    fn clock() -> Arc<dyn Clock> {
        Arc::new(FixedClock::at(
            "2026-11-22T10:00:00Z".parse().expect("a time"),
        ))
    }

    fn answered(value: &str) -> Entry {
        Entry::Answered {
            step: StepId::of("plan"),
            ask: "name".into(),
            value: value.into(),
        }
    }

    fn written(values: &[&str]) -> MemoryStore {
        let store = MemoryStore::default();
        let journal = Journal::open(Box::new(store.clone()), clock()).expect("opens");
        for value in values {
            journal.append(answered(value)).expect("appends");
        }
        store
    }

    fn reopen(store: &MemoryStore) -> Result<Journal, JournalError> {
        Journal::open(Box::new(store.reopened()), clock())
    }

    #[test]
    fn the_state_is_what_was_written() {
        let store = written(&["Contoso", "Contoso production"]);
        let journal = reopen(&store).expect("opens");
        assert_eq!(
            journal.state().known().answer("name"),
            Some("Contoso production")
        );
    }

    #[test]
    fn a_torn_last_line_is_dropped_wherever_it_is_torn() {
        let whole = written(&["one", "two"]).text();
        let second = whole.find('\n').expect("a line") + 1;
        for cut in second..whole.len() {
            let store = MemoryStore::of(&whole[..cut]);
            let journal = reopen(&store).expect("opens");
            assert_eq!(
                journal.state().known().answer("name"),
                Some("one"),
                "cut at {cut}"
            );
            journal.append(answered("three")).expect("appends");
            let again = reopen(&store).expect("opens again");
            assert_eq!(again.state().known().answer("name"), Some("three"));
        }
    }

    #[test]
    fn a_damaged_middle_is_named_and_nothing_is_overwritten() {
        let whole = written(&["one", "two", "three"]).text();
        let cases = [
            (whole.replacen("\"two\"", "\"2\"", 1), "a value changed"),
            (
                whole.replacen("{\"v\":1,\"seq\":2", "{\"v\":1,\"seq\":3", 1),
                "a number changed",
            ),
            (
                whole
                    .lines()
                    .filter(|line| !line.contains("two"))
                    .map(|line| format!("{line}\n"))
                    .collect(),
                "a line gone",
            ),
            (
                whole.replacen("\"seq\":2", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}", 1),
                "zeros",
            ),
        ];
        for (text, why) in cases {
            let store = MemoryStore::of(&text);
            let error = reopen(&store)
                .err()
                .unwrap_or_else(|| panic!("{why} must be noticed"));
            assert!(
                matches!(error, JournalError::Damaged { line: 2, .. }),
                "{why}: {error}"
            );
            assert_eq!(store.text(), text, "{why}: left as it was");
        }
    }

    #[test]
    fn a_newer_journal_is_left_alone() {
        let text = "{\"v\":2,\"seq\":1,\"new\":true}\n";
        let store = MemoryStore::of(text);
        assert!(matches!(
            reopen(&store),
            Err(JournalError::Newer { found: 2, known: 1 })
        ));
        assert_eq!(store.text(), text);
    }

    #[test]
    fn a_full_disk_records_nothing_and_the_next_append_stands_alone() {
        let store = written(&["one"]);
        let full = Journal::open(Box::new(store.full_after(0)), clock()).expect("opens");
        assert!(matches!(
            full.append(answered("two")),
            Err(JournalError::Write(_))
        ));
        assert_eq!(full.state().known().answer("name"), Some("one"));
        let journal = reopen(&store).expect("opens");
        journal.append(answered("three")).expect("appends");
        assert_eq!(
            reopen(&store)
                .expect("opens")
                .state()
                .known()
                .answer("name"),
            Some("three")
        );
    }

    #[test]
    fn two_windows_can_not_hold_one_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal.jsonl");
        let first = FileStore::open(&path).expect("opens");
        assert!(matches!(FileStore::open(&path), Err(JournalError::Busy)));
        drop(first);
        FileStore::open(&path).expect("opens after the first is closed");
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal.jsonl");
        let _store = FileStore::open(&path).expect("opens");
        let mode = std::fs::metadata(&path)
            .expect("stands")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_journal_can_be_set_aside_and_its_readable_part_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal.jsonl");
        let damaged = written(&["one", "two", "three"])
            .text()
            .replacen("\"three\"", "\"3\"", 1);
        std::fs::write(&path, &damaged).expect("writes");
        let kept = FileStore::set_aside(&path, "1").expect("set aside");
        assert_eq!(std::fs::read_to_string(kept).expect("kept"), damaged);
        let journal = Journal::open(Box::new(FileStore::open(&path).expect("opens")), clock())
            .expect("reads");
        assert_eq!(journal.state().known().answer("name"), Some("two"));
    }
}
