//! What the window shows, as plain data: one [`Snapshot`] holds everything on screen.
//!
//! The pages render it and decide nothing: labels, order, what is enabled and why not, are all here. Times are
//! milliseconds since 1970-01-01 UTC (`f64`, because that is what a JavaScript `Date` takes). No field ever holds
//! a secret: the value of a secret ask is not part of its view.

mod action;
mod step;

use serde::{Deserialize, Serialize};
use specta::Type;

pub use action::Action;
pub use step::*;

/// Everything the window shows at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Snapshot {
    /// Rises with every change of state; an older snapshot that arrives late is dropped.
    pub revision: u32,
    /// Which page is shown.
    pub page: Page,
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// Present in practice: the banner over the whole window.
    pub practice: Option<PracticeBanner>,
    /// Every connection on this computer, newest first.
    pub connections: Vec<ConnectionCard>,
    /// What practice offers.
    pub scenarios: Vec<ScenarioCard>,
    /// The clouds that a new connection can be made in; the first is offered first.
    pub clouds: Vec<OptionView>,
    /// The connection that is open.
    pub open: Option<ConnectionView>,
    /// The step that is shown, when `page` is `Step`.
    pub step: Option<StepView>,
    /// What was sent and seen on this page, newest first.
    pub requests: Vec<RequestView>,
    /// A trouble that belongs to no step, such as a damaged journal.
    pub notice: Option<TroubleView>,
    /// A dialog that asks before something that can't be taken lightly.
    pub confirm: Option<ConfirmView>,
}

/// The page in the middle of the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Page {
    /// Connections, and a new one.
    Start,
    /// The open connection: picture and state.
    Connection,
    /// One step of the guide.
    Step {
        /// The step's id.
        id: String,
    },
    /// Help and keys.
    Help,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The banner of practice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PracticeBanner {
    /// The scenario's title.
    pub scenario: String,
    /// What one would be given: accounts and keys to copy. They open nothing real.
    pub given: Vec<CopyView>,
}

/// One practice scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ScenarioCard {
    /// The name used on the command line.
    pub name: String,
    /// A few words.
    pub title: String,
    /// One sentence: what can be learned in it.
    pub about: String,
}

/// One connection in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ConnectionCard {
    /// The connection's id.
    pub id: String,
    /// The name its administrator gave it.
    pub name: String,
    /// Tenant and site, as far as known.
    pub between: String,
    /// Its worst status.
    pub status: Status,
    /// "Needs attention, 10 of 17 verified".
    pub word: String,
    /// When it was last checked.
    pub checked: Option<f64>,
    /// Whether it is a practice connection.
    pub practice: bool,
    /// Whether it is the open one.
    pub current: bool,
}

/// The open connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ConnectionView {
    /// The connection's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The Entra side of the top bar.
    pub entra: SideView,
    /// The Atlassian side of the top bar.
    pub atlassian: SideView,
    /// The checklist.
    pub phases: Vec<PhaseView>,
    /// Steps verified.
    pub verified: u32,
    /// Steps in all.
    pub total: u32,
    /// State in words: "Needs attention: 1 step".
    pub state: String,
    /// The worst status.
    pub status: Status,
    /// When it was last checked.
    pub checked: Option<f64>,
    /// The step where the person left, and its title.
    pub left_at: Option<StepRow>,
    /// The drawing of the connection.
    pub picture: PictureView,
    /// Where secrets are kept: "In this computer's keyring", or "Only in memory, until you close Lockstep".
    pub vault: SaidView,
    /// Whether Lockstep may only read.
    pub read_only: bool,
    /// "Look again", "Continue at 1.1", "Undo everything".
    pub footer: FooterView,
    /// Undo of all changes made so far, when there are any.
    pub undo_all: Option<ActionView>,
}

/// One side of the top bar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SideView {
    /// "contoso.com", or "Not signed in".
    pub title: String,
    /// "Microsoft Entra ID" or "Atlassian".
    pub service: String,
    /// "Adele Vance, Cloud Application Administrator", or what is missing.
    pub who: String,
}

/// A phase of the checklist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PhaseView {
    /// "0".
    pub number: String,
    /// "Prepare".
    pub title: String,
    /// "2 of 3 verified", "all verified", "cannot start yet".
    pub summary: String,
    /// Whether it is shown open at first.
    pub open: bool,
    /// Its steps in order.
    pub steps: Vec<StepRow>,
}

/// A row of the checklist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct StepRow {
    /// The step's id.
    pub id: String,
    /// "1.1".
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its status.
    pub status: Status,
    /// The status in words: "Cannot start yet, needs 0.3".
    pub word: String,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything verified.
    Done,
    /// Nothing stands in the way, but its proof is missing or can't be had.
    DoneNotVerified,
    /// Can be started.
    Ready,
    /// Nobody has been there.
    NotStarted,
    /// Needs another step first.
    CannotStart,
    /// A service needs time.
    Waiting,
    /// Something failed or warns.
    Attention,
}

/// One request and its answer, redacted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RequestView {
    /// A number that rises.
    pub seq: u32,
    /// When it was sent.
    pub at: f64,
    /// "GET".
    pub method: String,
    /// Path and query, without host.
    pub path: String,
    /// The whole address, redacted.
    pub url: String,
    /// The status, or `None` when none came.
    pub status: Option<u16>,
    /// Milliseconds until the answer.
    pub millis: u32,
    /// "change 2: owner", "one server lags", "retried after 2 s".
    pub note: String,
    /// Pass, wait or fail.
    pub state: CheckState,
    /// The request as text: headers and body, secrets removed.
    pub sent: String,
    /// The answer as text, secrets removed.
    pub saw: String,
}

/// The drawing of the connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PictureView {
    /// The left panel's head: the application's name.
    pub left: String,
    /// Under it: "Entra, contoso.com".
    pub left_about: String,
    /// The right panel's head: the organization's name.
    pub right: String,
    /// Under it.
    pub right_about: String,
    /// The same as the drawing, in sentences.
    pub said: String,
    /// What the drawing can't know.
    pub note: String,
    /// The wires.
    pub wires: Vec<WireView>,
}

/// One hand-over between the two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct WireView {
    /// "Login URL".
    pub name: String,
    /// The field's name in Entra.
    pub left_field: String,
    /// The field's name at Atlassian.
    pub right_field: String,
    /// Whether it goes from Entra to Atlassian.
    pub to_right: bool,
    /// How it stands.
    pub state: WireState,
    /// "Equal on both sides", "Not set".
    pub word: String,
    /// The value in Entra; empty where none is known.
    pub left: String,
    /// The value at Atlassian; empty where none is known.
    pub right: String,
    /// A rule is drawn above it: single sign-on above, provisioning below.
    pub group: String,
}

/// How a hand-over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WireState {
    /// Not set.
    None,
    /// Set at one end, or at both without proof.
    Set,
    /// Equal on both sides: read, or proven by use.
    Equal,
    /// Different.
    Differs,
}
