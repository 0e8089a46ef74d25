//! Tells Tauri which commands exist, so that each has a permission of its own and none is open by default.

use std::fs;

use tauri_build::{AppManifest, Attributes};

/// The commands of `src/commands.rs`.
const COMMANDS: &[&str] = &["snapshot", "press", "answer", "copy"];

fn main() {
    // The pages are embedded while compiling. An empty folder is enough for tests that need no page, and it must exist.
    fs::create_dir_all("../ui/dist").expect("the folder of the built pages can be made");
    let attributes = Attributes::new().app_manifest(AppManifest::new().commands(COMMANDS));
    tauri_build::try_build(attributes).expect("Tauri accepts its settings");
}
