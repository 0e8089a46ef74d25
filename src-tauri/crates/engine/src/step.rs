//! A step: one page of the guide, with its asks, its changes and its checks.

use std::borrow::Cow;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Change, Check, Entry, Facts, Judgement, Known, Link, Lock, MenuPath, State, Trouble};

/// A step's id, for ever: the key of the journal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(Cow<'static, str>);

impl StepId {
    /// An id known when the program was written.
    pub const fn of(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }

    /// An id that was read.
    pub fn read(id: impl Into<String>) -> Self {
        Self(Cow::Owned(id.into()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for StepId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How long a confirmation counts: what was meant yesterday is asked again today. As long as the proof of a log-in.
pub const CONFIRMED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Whether a confirmation that was given at `given` still counts. One of the future was given by a clock that was set back since.
pub fn still_confirms(given: Timestamp, now: Timestamp) -> bool {
    given <= now && now.duration_since(given) < CONFIRMED_FOR
}

/// One page of the guide. `Cx` is what the guide gives its steps to see the live systems with.
#[async_trait]
pub trait Step<Cx>: Send + Sync {
    /// Its id.
    fn id(&self) -> StepId;

    /// Its title, the page's `h1`.
    fn title(&self) -> &'static str;

    /// Its text: why, by hand, one section per check.
    fn text(&self) -> &'static str;

    /// Steps that have to be passed first.
    fn needs(&self) -> &'static [StepId] {
        &[]
    }

    /// What the page asks, given what is known: an answer can bring up another ask.
    fn asks(&self, _state: &State) -> Vec<Ask> {
        Vec::new()
    }

    /// Reads the live systems and says what would change. It never writes.
    async fn plan(&self, cx: &Cx, known: &Known) -> Result<Plan, Trouble>;

    /// Makes one change that was shown. Returns what was learned by it.
    async fn apply(&self, _cx: &Cx, _known: &Known, change: &Change) -> Result<Facts, Trouble> {
        Err(no_such_change(change))
    }

    /// Looks whether a change is so. `Some` with what is learned from it when it is; used after every write, after
    /// a lost answer and after a crash.
    async fn read_back(
        &self,
        _cx: &Cx,
        _known: &Known,
        change: &Change,
    ) -> Result<Option<Facts>, Trouble> {
        Err(no_such_change(change))
    }

    /// Undoes one change that was made.
    async fn undo(&self, _cx: &Cx, _known: &Known, change: &Change) -> Result<(), Trouble> {
        Err(no_such_change(change))
    }

    /// Looks whether a change is undone.
    async fn undone(&self, _cx: &Cx, _known: &Known, change: &Change) -> Result<bool, Trouble> {
        Err(no_such_change(change))
    }

    /// Its checks, in the order on screen.
    fn checks(&self) -> &'static [&'static dyn Check<Cx>];

    /// What a person may choose for an ask of [`AskKind::Search`], given what is known and what they typed. It only reads.
    async fn search(
        &self,
        _cx: &Cx,
        _known: &Known,
        _ask: &str,
        _text: &str,
    ) -> Result<Vec<AskOption>, Trouble> {
        Ok(Vec::new())
    }

    /// What is said to an answer, by its form and by what is known; it reads nothing. One that is bad is not recorded.
    fn judge(&self, _cx: &Cx, _known: &Known, _ask: &str, _value: &str) -> Option<Judgement> {
        None
    }

    /// What else is so once this was recorded: an answer can say that something is done by hand already, or leave nothing of
    /// another answer. `known` is what was known before it.
    fn follows(&self, _known: &Known, _entry: &Entry) -> Vec<Entry> {
        Vec::new()
    }

    /// Asks whose answer confirms the changes that are made next, for [`CONFIRMED_FOR`] at most, and no later ones.
    fn confirmations(&self) -> &'static [&'static str] {
        &[]
    }

    /// Files that the page offers to save. The fact `saved.<id>` holds the path of one that was saved.
    fn documents(&self, _cx: &Cx, _known: &Known) -> Vec<Document> {
        Vec::new()
    }

    /// Whom doing by hand what no API does will reach, and how: said before it is done. Empty where nothing of the kind is to come.
    fn effects(&self, _known: &Known) -> Vec<Effect> {
        Vec::new()
    }

    /// What keeps the by-hand route shut until it is safe.
    fn lock(&self) -> Option<Lock> {
        None
    }

    /// Whether what was done by hand here has to be taken back by hand before anything that it rests on is undone:
    /// otherwise people stand before a shut door.
    fn undone_first(&self) -> bool {
        false
    }

    /// Looks whether what was done by hand here still stands on the other side, whatever was said of it, before anything that it
    /// rests on is undone: what tells so, in a sentence. `None` when it does not stand, or when nothing tells.
    async fn still_stands(&self, _cx: &Cx, _known: &Known) -> Option<String> {
        None
    }

    /// Whether the page leads with the by-hand route, because no API does what it is about.
    fn hand_first(&self) -> bool {
        false
    }
}

/// What doing something by hand does to some people or things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Whom: "3 people of the pilot".
    pub who: String,
    /// What they have in common: "policy Pilot SSO".
    pub about: String,
    /// How it is for them now: "Password or Entra".
    pub now: String,
    /// How it will be: "Entra only".
    pub then: String,
    /// Whether it can be undone: "Yes, by hand".
    pub undo: String,
    /// How: "the way back, below".
    pub undo_about: String,
}

/// A file that a page offers to save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its id within the guide: the fact `saved.<id>` is its path.
    pub id: String,
    /// The file's name: "way-back.txt".
    pub name: String,
    /// The button's words: "Save way-back.txt".
    pub label: String,
    /// What stands in it. Never a secret.
    pub text: String,
}

fn no_such_change(change: &Change) -> Trouble {
    Trouble::new(
        crate::TroubleKind::BadInput,
        format!("This step knows no change called {}", change.id),
        "Nothing was changed.",
    )
}

/// What a step would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Nothing to do: it is so already. What was learned on the way.
    AlreadySo(Facts),
    /// No API does it, or the person may not write: the page's by-hand route is the way.
    ByHand,
    /// The person has to decide first: asks that depend on what was found.
    Asks {
        /// What was found, as the reason.
        because: String,
        /// The asks.
        asks: Vec<Ask>,
    },
    /// These changes, in this order.
    Changes {
        /// The changes.
        changes: Vec<Change>,
        /// What stays as it is, a sentence.
        untouched: String,
    },
}

/// A question the page puts to the administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Its id: the key of the answer.
    pub id: String,
    /// The label.
    pub label: String,
    /// Under the label.
    pub hint: String,
    /// An example.
    pub example: Option<String>,
    /// How it is answered.
    pub kind: AskKind,
    /// Taken as the answer until the person gives another.
    pub default: Option<String>,
    /// Whether it can be left empty.
    pub optional: bool,
    /// Values to copy that belong to it: label, note, value.
    pub copies: Vec<(String, String, String)>,
    /// Where to do what it is about.
    pub path: Option<MenuPath>,
    /// The page itself.
    pub link: Option<Link>,
}

/// How an ask is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AskKind {
    /// One line of text.
    Text,
    /// A secret: it goes to the vault, never to the journal.
    Secret,
    /// One of several.
    Choice {
        /// The options in order.
        options: Vec<AskOption>,
    },
    /// A statement to confirm: "yes" or nothing.
    Confirm,
    /// One of many, found by what the person types: see [`Step::search`].
    Search,
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskOption {
    /// The answer.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// A sentence under it.
    pub hint: String,
}

impl Ask {
    /// An ask with its label and hint; the rest is set with the methods below.
    pub fn new(
        id: impl Into<String>,
        kind: AskKind,
        label: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            hint: hint.into(),
            example: None,
            kind,
            default: None,
            optional: false,
            copies: Vec::new(),
            path: None,
            link: None,
        }
    }

    /// A choice between options of value, label and hint.
    pub fn choice(
        id: impl Into<String>,
        label: impl Into<String>,
        hint: impl Into<String>,
        options: &[(&str, &str, &str)],
    ) -> Self {
        let options = options
            .iter()
            .map(|(value, label, hint)| AskOption {
                value: (*value).to_owned(),
                label: (*label).to_owned(),
                hint: (*hint).to_owned(),
            })
            .collect();
        Self::new(id, AskKind::Choice { options }, label, hint)
    }

    /// The default answer.
    #[must_use]
    pub fn default(mut self, value: impl Into<String>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// Can be left empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}
