//! The four commands of the pages. Each hands over to the program; none decides anything.

use app::Program;
use app::views::{Action, Snapshot, TroubleView};
use tauri::{AppHandle, State};
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::events::Changed;
use crate::window;

/// Everything the pages may call and hear; `ui/src/api/bindings.ts` is written from it.
pub fn api() -> Builder<tauri::Wry> {
    Builder::new()
        .commands(collect_commands![snapshot, press, answer, copy])
        .events(collect_events![Changed])
        // A refused command rejects its promise with the trouble, as JavaScript expects of anything that fails.
        .error_handling(ErrorHandlingMode::Throw)
        // Every type is written and read in the same shape, so that one TypeScript type each is enough.
        .disable_serde_phases()
}

/// Everything the window shows now.
#[tauri::command(async)]
#[specta::specta]
fn snapshot(app: AppHandle, program: State<'_, Program>) -> Snapshot {
    let snapshot = program.snapshot();
    window::name(&app, &snapshot);
    snapshot
}

/// Does what a button says.
#[tauri::command]
#[specta::specta]
async fn press(program: State<'_, Program>, action: Action) -> Result<(), TroubleView> {
    program.press(action).await
}

/// Answers a question of the page.
#[tauri::command]
#[specta::specta]
async fn answer(
    program: State<'_, Program>,
    ask: String,
    value: String,
) -> Result<(), TroubleView> {
    program.answer(ask, value).await
}

/// Puts a value on the clipboard.
#[tauri::command]
#[specta::specta]
async fn copy(program: State<'_, Program>, text: String) -> Result<(), TroubleView> {
    program.press(Action::Copy { text }).await
}
