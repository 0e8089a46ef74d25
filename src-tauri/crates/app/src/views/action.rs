//! Everything that a person can do, as data.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Theme;

/// Everything a person can do, as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Show the start page.
    GoStart,
    /// Show the open connection.
    GoConnection,
    /// Show help.
    GoHelp,
    /// Show a step.
    GoStep {
        /// Its id.
        id: String,
    },
    /// Make a connection and open it.
    NewConnection {
        /// Its name.
        name: String,
        /// A practice scenario, or `None` for the real services.
        practice: Option<String>,
        /// The real services' cloud, by name; the first of the list when it is left out.
        cloud: Option<String>,
    },
    /// Open a connection.
    OpenConnection {
        /// Its id.
        id: String,
    },
    /// Forget a connection: its keys and its folder on this computer are deleted, nothing at the services.
    ForgetConnection {
        /// Its id.
        id: String,
    },
    /// Light, dark, system.
    SetTheme {
        /// Which.
        theme: Theme,
    },
    /// Sign in to Entra in the system browser.
    SignIn,
    /// Open the sign-in page again.
    SignInAgain,
    /// Sign in by device code.
    SignInByCode,
    /// Forget the sign-in of this connection.
    SignOut,
    /// Forget the organization API key of this connection.
    ForgetKey,
    /// Read everything this page shows again.
    Look,
    /// Read one check again.
    LookAt {
        /// Its id.
        check: String,
    },
    /// Read everything of the connection again.
    LookAtAll,
    /// Make the changes that were shown.
    Apply {
        /// The plan's fingerprint, so that only what was shown is made.
        fingerprint: String,
    },
    /// Undo the changes of a step, or of all; asks first.
    Undo {
        /// The step's id, or `None` for all.
        step: Option<String>,
    },
    /// Undo, after the question.
    UndoConfirmed {
        /// The step's id, or `None` for all.
        step: Option<String>,
    },
    /// The step was done by hand.
    DoneByHand,
    /// What was done by hand was taken back by hand.
    UndoneByHand,
    /// Stop what runs.
    Cancel,
    /// Open a link in the system browser.
    OpenLink {
        /// Its address; it must be one that the page shows.
        url: String,
    },
    /// Open a link in a private window of the browser, where nobody is logged in.
    OpenPrivate {
        /// Its address; it must be one that the page shows.
        url: String,
    },
    /// Look for what an ask could be answered with.
    Search {
        /// The ask's id.
        ask: String,
        /// What was typed.
        text: String,
    },
    /// Save a file of the step that is shown, in the connection's folder.
    SaveDocument {
        /// Its id.
        id: String,
    },
    /// Save a file of the step that is shown where the person says.
    SaveDocumentElsewhere {
        /// Its id.
        id: String,
    },
    /// Forget what was shown once.
    HideRevealed,
    /// Copy a text that the page shows, such as a link for a colleague.
    Copy {
        /// The text.
        text: String,
    },
    /// Set a damaged journal aside and go on with what can be read of it.
    SetAside {
        /// The connection's id.
        id: String,
    },
    /// Write a file for the colleague who has the right.
    HandOver,
    /// Save the requests of this page as a file.
    SaveRequests,
    /// Close the question or the trouble.
    Dismiss,
}
