//! The pages' types: a test that writes `ui/src/api/bindings.ts` when it is told to, and compares it otherwise.
//!
//! The file is committed, because the pages need it before the program can be built, and the program embeds the pages.

use std::fs;
use std::path::Path;

use specta_typescript::Typescript;

use crate::commands::api;

const HEADER: &str =
    "// Written by `cargo xtask bindings` from the Rust types in src-tauri. Changes belong there.";

#[test]
fn bindings_are_up_to_date() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/api/bindings.ts");
    let made = std::env::temp_dir().join(format!("lockstep-bindings-{}.ts", std::process::id()));
    api()
        .export(Typescript::default().header(HEADER), &made)
        .expect("the types can be written as TypeScript");
    let wanted = fs::read_to_string(&made).expect("what was written can be read");
    fs::remove_file(&made).expect("a temporary file can be removed");
    if std::env::var_os("LOCKSTEP_WRITE_BINDINGS").is_some() {
        fs::write(&committed, &wanted).expect("the bindings can be written");
    }
    let found = fs::read_to_string(&committed)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        found == wanted,
        "ui/src/api/bindings.ts is not what the Rust types say. `cargo xtask bindings` writes it."
    );
}
