//! The one event: something changed, so read the snapshot again.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::AppHandle;
use tauri_specta::Event;
use tokio::sync::watch;

/// The program's state changed. The event carries no state: a page that was busy reads the newest snapshot once, and not every
/// one it missed.
#[derive(Debug, Clone, Serialize, Deserialize, Type, Event)]
pub struct Changed {
    /// The newest revision.
    pub revision: u32,
}

/// The shortest time between two events. Twenty a second look like at once, and a checking pass that ends forty reads together
/// draws the page a few times instead of forty.
const PAUSE: Duration = Duration::from_millis(50);

/// Tells the pages of every change, from now until the program ends.
pub fn follow(app: AppHandle, mut revisions: watch::Receiver<u32>) {
    tauri::async_runtime::spawn(async move {
        while revisions.changed().await.is_ok() {
            let revision = *revisions.borrow_and_update();
            if let Err(error) = (Changed { revision }).emit(&app) {
                tracing::warn!(%error, revision, "the pages could not be told of a change");
            }
            tokio::time::sleep(PAUSE).await;
        }
    });
}
