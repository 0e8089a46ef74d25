//! A hand-over: one value that one side shows and the other side has to have. The picture of a connection is a list of
//! them, told from the journal alone: what was answered, learned and last seen by the checks.

use engine::{State, Verdict};

/// The hand-overs of a target, and what cannot be told of them.
pub struct Picture {
    /// In the order on screen; those of one group stand together.
    pub hand_overs: Vec<HandOver>,
    /// What no API tells, and what is not looked at.
    pub note: &'static str,
}

/// Tells a target's picture from the state of a connection.
pub type Pictured = fn(&State) -> Picture;

/// One value that both sides have to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// "Login URL".
    pub name: &'static str,
    /// What groups it: "Single sign-on".
    pub group: &'static str,
    /// The field's name in Entra.
    pub entra_field: &'static str,
    /// The field's name on the other side.
    pub other_field: &'static str,
    /// Whether Entra shows it and the other side is given it.
    pub from_entra: bool,
    /// The value in Entra, as far as it is known.
    pub entra: Option<String>,
    /// The value on the other side, as far as it is known.
    pub other: Option<String>,
    /// How it stands.
    pub joined: Joined,
    /// The same in a few words.
    pub word: &'static str,
}

/// How a hand-over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// Nothing is known to be set.
    NotSet,
    /// Set at one end, or at both without proof.
    Set,
    /// Read to be equal, or proven by use.
    Equal,
    /// Different.
    Differs,
}

/// A piece of evidence by its label.
pub(crate) fn evidence(verdict: &Verdict, label: &str) -> Option<String> {
    let found = verdict.evidence.iter().find(|one| one.label == label)?;
    Some(found.value.clone())
}
