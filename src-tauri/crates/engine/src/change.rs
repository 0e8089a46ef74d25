//! A change: one write, as data. It is shown, then journaled, then made, then read back.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A change's id within its step: the key of the journal.
pub type ChangeId = String;

/// What is typed before these changes are made: the names of those that can't be undone. `None` where all can.
pub fn to_type(changes: &[Change]) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for change in changes {
        // A change without a name is still not made unasked.
        let name = match &change.undo {
            Undo::Impossible { name, .. } if name.is_empty() => &change.what,
            Undo::Impossible { name, .. } => name,
            Undo::PutBack { .. } | Undo::Delete { .. } => continue,
        };
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// A short hash over proposed changes: equal exactly when what was shown is what would be made.
pub type Fingerprint = String;

/// One write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its id within the step.
    pub id: ChangeId,
    /// Which system it is made in, as the button says it: "Entra".
    pub system: String,
    /// "Application".
    pub what: String,
    /// A few words more.
    pub about: String,
    /// What is there now, in words.
    pub now: String,
    /// What will be there, in words.
    pub then: String,
    /// A few words more on `then`.
    pub then_about: String,
    /// Whether `then` is a machine's value.
    pub code: bool,
    /// The values before, as far as an undo needs them.
    pub before: Option<Value>,
    /// The values after: what apply writes and what reading back compares with.
    pub after: Option<Value>,
    /// How it is undone, told before it is made.
    pub undo: Undo,
}

/// How a change is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Undo {
    /// The values before are written again.
    PutBack {
        /// "Yes, removes the owner".
        said: String,
    },
    /// What was created is deleted.
    Delete {
        /// "Yes, deletes it".
        said: String,
        /// "Microsoft keeps it 30 days".
        about: String,
    },
    /// It can't be undone.
    Impossible {
        /// Why not.
        because: String,
        /// The name of what it is made to: it is typed before the change is made. Records of older programs have none.
        #[serde(default)]
        name: String,
    },
}

impl Undo {
    /// Whether it can be undone.
    pub fn possible(&self) -> bool {
        !matches!(self, Undo::Impossible { .. })
    }

    /// In words, for the table.
    pub fn said(&self) -> (&str, &str) {
        match self {
            Undo::PutBack { said } => (said, ""),
            Undo::Delete { said, about } => (said, about),
            Undo::Impossible { because, .. } => ("No", because),
        }
    }
}

/// The fingerprint of a list of changes: the first 16 hex digits of SHA-256 over their JSON.
pub fn fingerprint(changes: &[Change]) -> Fingerprint {
    let json = serde_json::to_vec(changes).unwrap_or_default();
    hex(&Sha256::digest(json))[..16].to_owned()
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(what: &str, undo: Undo) -> Change {
        Change {
            id: what.into(),
            system: "Entra".into(),
            what: what.into(),
            about: String::new(),
            now: String::new(),
            then: String::new(),
            then_about: String::new(),
            code: false,
            before: None,
            after: None,
            undo,
        }
    }

    fn impossible(name: &str) -> Undo {
        Undo::Impossible {
            because: String::new(),
            name: name.into(),
        }
    }

    #[test]
    fn each_name_of_what_can_not_be_undone_is_typed_once() {
        let back = || Undo::PutBack { said: "Yes".into() };
        let to_type = |undos: Vec<Undo>| {
            let all: Vec<_> = undos.into_iter().map(|undo| change("a", undo)).collect();
            super::to_type(&all)
        };
        assert_eq!(to_type(vec![back()]), None);
        assert_eq!(
            to_type(vec![back(), impossible("Pilot"), impossible("Pilot")]).as_deref(),
            Some("Pilot")
        );
        assert_eq!(
            to_type(vec![impossible("Pilot"), impossible("Others")]).as_deref(),
            Some("Pilot, Others")
        );
        assert_eq!(to_type(vec![impossible("")]).as_deref(), Some("a"));
    }

    #[test]
    fn a_record_of_an_older_program_is_read() {
        let undo: Undo = serde_json::from_str(r#"{"how":"impossible","because":"Sent."}"#)
            .expect("it can be read");
        assert_eq!(undo.said(), ("No", "Sent."));
    }
}
