//! What the program borrows from the desktop: browser, save dialog, clipboard, and a last word when it can't start.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use app::Desk;
use app::views::TroubleView;
use tauri::AppHandle;
use tauri_plugin_clipboard_manager::ClipboardExt;
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

/// The desk the window stands on.
pub fn desk(app: &AppHandle) -> Arc<dyn Desk> {
    Arc::new(ThisDesk { app: app.clone() })
}

/// Says why the program can't start, on the terminal and in a dialog, and ends it when the dialog is closed.
pub fn say_and_leave(app: &AppHandle, trouble: &TroubleView) {
    let text = last_words(trouble);
    eprintln!("{}\n{text}", trouble.title);
    let leaving = app.clone();
    let dialog = app
        .dialog()
        .message(text)
        .title(&trouble.title)
        .kind(MessageDialogKind::Error);
    dialog.show(move |_| leaving.exit(1));
}

/// The trouble as plain text: what is certain, what was said, what to do next.
fn last_words(trouble: &TroubleView) -> String {
    let said =
        (!trouble.said.is_empty()).then(|| format!("{} said: {}", trouble.who, trouble.said));
    let next = trouble
        .next
        .iter()
        .map(|next| format!("{}: {}", next.title, next.text));
    let parts = [trouble.certain.clone(), trouble.doing.clone()]
        .into_iter()
        .chain(said)
        .chain(next);
    parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}

struct ThisDesk {
    app: AppHandle,
}

impl Desk for ThisDesk {
    fn open(&self, url: &str) -> Result<(), String> {
        app::open_in_browser(url)
    }

    fn copy(&self, text: &str) -> Result<(), String> {
        self.app
            .clipboard()
            .write_text(text)
            .map_err(|error| error.to_string())
    }

    fn save(&self, suggested_name: &str, contents: &str) -> Result<Option<PathBuf>, String> {
        let Some(chosen) = self
            .app
            .dialog()
            .file()
            .set_file_name(suggested_name)
            .blocking_save_file()
        else {
            return Ok(None);
        };
        let path = chosen.into_path().map_err(|error| error.to_string())?;
        fs::write(&path, contents).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Some(path))
    }
}

#[cfg(test)]
mod tests {
    use app::views::NextView;

    use super::*;

    #[test]
    fn the_last_words_say_what_is_certain_what_was_said_and_what_to_do() {
        let trouble = TroubleView {
            title: "Lockstep can’t start".into(),
            certain: "Nothing was changed.".into(),
            doing: String::new(),
            who: "this computer".into(),
            said: "permission denied".into(),
            facts: Vec::new(),
            next: vec![NextView {
                title: "Check the folder".into(),
                text: "Its owner is another person.".into(),
                action: None,
            }],
        };
        let wanted = "Nothing was changed.\n\nthis computer said: permission denied\n\nCheck the folder: Its owner is another person.";
        assert_eq!(last_words(&trouble), wanted);
    }
}
