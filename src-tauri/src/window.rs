//! The window itself: opened, brought forward, named, remembered, and kept at home.

use app::views::Snapshot;
use tauri::plugin::TauriPlugin;
use tauri::webview::NewWindowResponse;
use tauri::{App, AppHandle, Manager, Url, WebviewWindowBuilder, Wry};
use tauri_plugin_window_state::StateFlags;

/// The window's label in `tauri.conf.json`.
const MAIN: &str = "main";

/// Opens the window. It shows our own pages and nothing else: no navigation leaves them, no page opens a second window.
pub fn open(app: &App) -> tauri::Result<()> {
    for settings in app
        .config()
        .app
        .windows
        .iter()
        .filter(|settings| settings.label == MAIN)
    {
        WebviewWindowBuilder::from_config(app, settings)?
            .on_navigation(is_ours)
            .on_new_window(|_, _| NewWindowResponse::Deny)
            .build()?;
    }
    Ok(())
}

/// Shows the window of the first start to the person who started Lockstep again.
pub fn bring_forward(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else {
        return;
    };
    for outcome in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = outcome {
            tracing::warn!(%error, "the window could not be brought forward");
        }
    }
}

/// Names the window after the open connection, so that it can be told apart in the task bar.
pub fn name(app: &AppHandle, snapshot: &Snapshot) {
    let Some(window) = app.get_webview_window(MAIN) else {
        return;
    };
    if let Err(error) = window.set_title(&title(snapshot)) {
        tracing::warn!(%error, "the window could not be named");
    }
}

/// Keeps size and place from one start to the next.
pub fn remembered() -> TauriPlugin<Wry> {
    let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    tauri_plugin_window_state::Builder::new()
        .with_state_flags(kept)
        .build()
}

fn title(snapshot: &Snapshot) -> String {
    let connection = snapshot
        .open
        .as_ref()
        .map(|open| format!("{} - Lockstep", open.name));
    connection.unwrap_or_else(|| "Lockstep".to_owned())
}

/// Tauri serves the embedded pages under `tauri:` on Linux and macOS and under `tauri.localhost` on Windows; while the pages are
/// being edited they come from the dev server on this computer.
fn is_ours(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost")) => true,
        ("http", Some("localhost")) => cfg!(dev),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_shown() {
        let ours = |text: &str| is_ours(&Url::parse(text).expect("the test’s address is one"));
        assert!(ours("tauri://localhost/index.html"));
        assert!(ours("http://tauri.localhost/"));
        assert!(!ours("https://example.com/"));
        assert!(!ours("https://tauri.localhost.example.com/"));
        assert!(!ours("file:///etc/passwd"));
        assert!(!ours("data:text/html,hello"));
    }
}
