//! One step's page: asks, rights, changes, checks, the route by hand, troubles, waits, the footer.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Action;

/// One step's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct StepView {
    /// The step's id.
    pub id: String,
    /// "1.1".
    pub number: String,
    /// "Single sign-on".
    pub phase: String,
    /// The page's only `h1`.
    pub title: String,
    /// Two or three sentences of why, one paragraph each.
    pub why: Vec<String>,
    /// Present when something failed: shown over everything else.
    pub trouble: Option<TroubleView>,
    /// Present while something runs that takes more than a moment.
    pub wait: Option<WaitView>,
    /// Shown once and kept nowhere: a password that was just made up.
    pub revealed: Option<RevealedView>,
    /// "What we ask you".
    pub asks: Vec<AskView>,
    /// "What Lockstep asks Microsoft for": the scopes in words. Empty where none are asked.
    pub rights: Vec<RightView>,
    /// "What will change", or "What changed".
    pub changes: Option<ChangesView>,
    /// "What it will do": whom doing it by hand reaches. Empty where the table of changes says it.
    pub effects: Vec<ChangeRow>,
    /// "What we see".
    pub checks: Vec<CheckView>,
    /// "4 of 5 passed".
    pub checks_note: String,
    /// What has to hold before the route by hand is shown.
    pub lock: Option<LockView>,
    /// "By hand". `None` as well while a lock is shut.
    pub hand: Option<HandView>,
    /// What follows once the values were brought back, one paragraph each.
    pub then: Vec<String>,
    /// How what was done by hand is taken back by hand.
    pub back: Option<HandView>,
    /// Files to keep.
    pub documents: Vec<DocumentView>,
    /// Back, the sentence, Continue, the primary action.
    pub footer: FooterView,
}

/// A question on the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AskView {
    /// The ask's id.
    pub id: String,
    /// The label.
    pub label: String,
    /// Under the label: where to find it, what it is for.
    pub hint: String,
    /// An example, from the administrator's own tenant where there is one.
    pub example: Option<String>,
    /// How it is answered.
    pub kind: AskKind,
    /// The present answer; for a secret always `None`.
    pub value: Option<String>,
    /// For a secret: one is kept.
    pub kept: bool,
    /// What Lockstep says to the present answer.
    pub said: Option<SaidView>,
    /// Whether it can be left empty.
    pub optional: bool,
    /// Values to copy that belong to this ask, such as the settings of an app registration.
    pub copies: Vec<CopyView>,
    /// Where to do by hand what the ask is about.
    pub path: Option<PathView>,
    /// A link that opens the exact page.
    pub link: Option<LinkView>,
}

/// How an ask is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AskKind {
    /// One line of text.
    Text,
    /// A secret: hidden, with reveal, kept in the keyring.
    Secret,
    /// One of several; the value is the option's.
    Choice {
        /// The options in order.
        options: Vec<OptionView>,
    },
    /// A statement to confirm: "yes" or "".
    Confirm,
    /// One of many, found by typing.
    Search {
        /// The present answer as a person reads it.
        chosen: Option<String>,
        /// What was found for what was typed last; `None` before the first search.
        found: Option<Vec<OptionView>>,
        /// Whether a search runs.
        running: bool,
    },
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct OptionView {
    /// What is answered.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// A sentence under it.
    pub hint: String,
}

/// A sentence with a tone, such as the answer to a pasted value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SaidView {
    /// Its tone.
    pub tone: Tone,
    /// The first words, strong: "Accepted."
    pub strong: String,
    /// The rest.
    pub text: String,
    /// A wrong paste: what was pasted (never a secret) and what was expected, shown one above the other.
    pub compare: Option<CompareView>,
}

/// Yours above the expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CompareView {
    /// What was pasted.
    pub yours: String,
    /// What was expected.
    pub expected: String,
}

/// The tone of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Neither good nor bad.
    Plain,
    /// Good.
    Pass,
    /// Worth a thought.
    Warn,
    /// Wrong.
    Fail,
}

/// One right that is asked for, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RightView {
    /// The scope's name: "Application.ReadWrite.All".
    pub scope: String,
    /// What it is for, a sentence.
    pub purpose: String,
    /// Whether an administrator has to consent.
    pub admin_consent: bool,
    /// Whether the present sign-in has it.
    pub granted: bool,
}

/// The table of changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChangesView {
    /// Whether the changes were made ("What changed") or are proposed ("What will change").
    pub made: bool,
    /// "3 in Entra, 0 at Atlassian"; "14:31, Adele Vance".
    pub note: String,
    /// One row a change.
    pub rows: Vec<ChangeRow>,
    /// "Stays as it is: …", without the first words.
    pub untouched: Option<String>,
    /// Where a name is typed before they are made, because one can't be undone.
    pub retype: Option<AskView>,
    /// Undo of the changes made.
    pub undo: Option<ActionView>,
}

/// One change; or whom something done by hand reaches, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChangeRow {
    /// The change's id; the row's own where the change was made before.
    pub id: String,
    /// "Application".
    pub what: String,
    /// "registration and enterprise application".
    pub about: String,
    /// What is there now.
    pub now: String,
    /// What will be there, or what is there after the change.
    pub then: String,
    /// A sentence under `then`.
    pub then_about: String,
    /// Whether `then` is a machine's value, set in a fixed pitch.
    pub code: bool,
    /// "Yes, deletes it".
    pub undo: String,
    /// "Microsoft keeps it 30 days".
    pub undo_about: String,
    /// How far this one is: empty before, then "Making", "Made", "Stopped here", "Undone".
    pub progress: String,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct CheckView {
    /// The check's id.
    pub id: String,
    /// Its state; `None` before the first look.
    pub state: Option<CheckState>,
    /// The state in a word: "Passed", "Could not look".
    pub word: String,
    /// The sentence of what was seen.
    pub title: String,
    /// A second sentence.
    pub detail: String,
    /// Whether it can only be looked at once something on this page is done, and nothing else is to be said of it.
    pub later: bool,
    /// When it was seen.
    pub at: Option<f64>,
    /// Whether it is being looked at right now.
    pub running: bool,
    /// Whether something it rests on changed since.
    pub stale: bool,
    /// Label and value: Call, Expected, Found, Request id.
    pub evidence: Vec<PairView>,
    /// What to do about it.
    pub fix: Option<FixView>,
}

/// The state of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// So it should be.
    Pass,
    /// Works, with a risk.
    Warn,
    /// Wrong.
    Fail,
    /// Not yet.
    Wait,
    /// Does not apply here.
    Skipped,
    /// Could not look.
    Unknown,
}

/// A label and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PairView {
    /// The label.
    pub label: String,
    /// The value.
    pub value: String,
    /// Whether the value is a machine's.
    pub code: bool,
    /// Whether it has a copy button.
    pub copy: bool,
}

/// What to do about a check that is not passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FixView {
    /// "Claim the accounts of contoso.co.uk".
    pub title: String,
    /// Why and how.
    pub text: String,
    /// The menu path.
    pub path: Option<PathView>,
    /// The page itself.
    pub link: Option<LinkView>,
    /// Whether it can be handed over to a colleague.
    pub hand_over: bool,
}

/// A menu path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PathView {
    /// Today's names.
    pub now: Vec<String>,
    /// Older names, each with the years it was called so.
    pub older: Vec<OlderPath>,
}

/// A menu path of earlier years.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct OlderPath {
    /// "2021 to 2025".
    pub when: String,
    /// The names.
    pub path: Vec<String>,
}

/// A link that may be opened: its host is in the cloud's table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LinkView {
    /// The button's words.
    pub label: String,
    /// The address.
    pub url: String,
}

/// A value to copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CopyView {
    /// What it is called where it is to be pasted.
    pub label: String,
    /// A sentence under it.
    pub note: String,
    /// The whole value.
    pub value: String,
}

/// The route by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct HandView {
    /// When one would go this way.
    pub intro: String,
    /// Numbered instructions.
    pub steps: Vec<String>,
    /// The menu path.
    pub path: Option<PathView>,
    /// The page itself.
    pub link: Option<LinkView>,
    /// Pages to open in a private window.
    pub private: Vec<LinkView>,
    /// Values to paste there.
    pub copies: Vec<CopyView>,
    /// Whether the page leads with it: no API does what the page is about.
    pub first: bool,
    /// "I don't have this right: hand over".
    pub hand_over: bool,
    /// "I did this by hand", while Lockstep can't see that it is done.
    pub done: Option<ActionView>,
}

/// Values that are shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RevealedView {
    /// Label and value.
    pub copies: Vec<CopyView>,
    /// "I have it": they are gone then.
    pub hide: ActionView,
}

/// What has to hold before the page shows how to do something that can shut people out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LockView {
    /// "Locked: 2 of 4 hold", "Unlocked: all 4 hold".
    pub title: String,
    /// What is missing, or until when it counts.
    pub text: String,
    /// Whether everything holds.
    pub open: bool,
    /// The checks it rests on.
    pub checks: Vec<CheckView>,
    /// The name to type once everything holds.
    pub confirm: Option<AskView>,
}

/// A file to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DocumentView {
    /// Its name: "way-back.txt".
    pub name: String,
    /// Where it was saved last; empty before.
    pub saved: String,
    /// "Save way-back.txt".
    pub save: ActionView,
    /// "Save it elsewhere", once it was saved.
    pub elsewhere: Option<ActionView>,
}

/// What the administrator reads when something failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TroubleView {
    /// "Microsoft refused: your role is no longer active".
    pub title: String,
    /// What is certain: "Nothing was created."
    pub certain: String,
    /// What we were doing.
    pub doing: String,
    /// Who said it: "Microsoft", "Atlassian", "this computer".
    pub who: String,
    /// What was said, in its own words.
    pub said: String,
    /// Answer, request id, when.
    pub facts: Vec<PairView>,
    /// At most three, best first.
    pub next: Vec<NextView>,
}

/// One thing to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct NextView {
    /// "Activate Cloud Application Administrator".
    pub title: String,
    /// A sentence.
    pub text: String,
    /// The button, where there is one.
    pub action: Option<ActionView>,
}

/// Something that takes time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct WaitView {
    /// "Waiting for Microsoft".
    pub title: String,
    /// What for.
    pub text: String,
    /// Since when.
    pub since: f64,
    /// "30 s".
    pub usual: String,
    /// "10 min".
    pub longest: String,
    /// From 0 to 1, where it is known.
    pub progress: Option<f64>,
    /// When it ends by itself: shown as a countdown.
    pub until: Option<f64>,
    /// Values to copy meanwhile: the device code, the address of the sign-in page.
    pub copies: Vec<CopyView>,
    /// What can be done meanwhile: "Open again", "Use a code instead".
    pub actions: Vec<ActionView>,
    /// "Stop waiting".
    pub stop: ActionView,
}

/// The footer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct FooterView {
    /// The page's status sentence.
    pub say: String,
    /// Back.
    pub back: Option<ActionView>,
    /// Continue.
    pub next: Option<ActionView>,
    /// The one primary action.
    pub primary: Option<ActionView>,
    /// What runs, where no wait box says so.
    pub runs: Option<RunsView>,
}

/// What runs: how to stop it, and where it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RunsView {
    /// Since when: what is over within a second is shown to nobody.
    pub since: f64,
    /// "Stop".
    pub stop: ActionView,
    /// The way to the step that works, when its page is not the one shown.
    pub at: Option<ActionView>,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ActionView {
    /// What it does.
    pub action: Action,
    /// Its words.
    pub label: String,
    /// Whether it can be used now.
    pub enabled: bool,
    /// Why it can't be used now.
    pub why_not: Option<String>,
}

/// A dialog before something weighty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ConfirmView {
    /// "Undo 3 changes in Entra?"
    pub title: String,
    /// What will happen, a sentence each.
    pub text: Vec<String>,
    /// What has to be typed before it can go on, where it can't be undone.
    pub retype: Option<String>,
    /// Go on.
    pub go: ActionView,
    /// Leave it.
    pub leave: ActionView,
}
