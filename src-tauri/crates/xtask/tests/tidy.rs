//! The rules of this repository that no compiler knows: which crate may know which, where a vendor's host name may stand, and
//! what every file looks like. It reads files and starts nothing.

use std::fs;
use std::path::{Path, PathBuf};

/// Longer files are refused. The aim is 400 lines; a list of types may pass it, nothing passes this.
const LONGEST: usize = 800;

/// Which crates of ours each crate may list. An arrow more is a decision, alone in its commit.
const ARROWS: &[(&str, &[&str])] = &[
    ("engine", &[]),
    ("connect", &[]),
    ("sim", &[]),
    ("saml", &[]),
    ("people", &[]),
    ("guide", &["engine", "connect", "saml", "people"]),
    ("app", &["guide", "engine", "connect", "sim"]),
    ("cli", &["app", "connect", "engine"]),
    ("lockstep-desktop", &["app"]),
    ("xtask", &[]),
    ("journeys", &["app", "guide", "engine", "connect", "sim"]),
    ("desktop", &[]),
];

/// Which crates alone may list these dependencies. A name that ends with a dash stands for all that begin with it.
const KEPT_TO: &[(&str, &[&str])] = &[
    ("oauth2", &["connect"]),
    ("open", &["connect"]),
    ("keyring", &["connect"]),
    ("keyring-core", &["connect"]),
    ("apple-native-keyring-store", &["connect"]),
    ("windows-native-keyring-store", &["connect"]),
    ("zbus-secret-service-keyring-store", &["connect"]),
    ("reqwest", &["connect", "journeys"]),
    ("hyper", &[]),
    ("ureq", &[]),
    ("axum", &["sim"]),
    ("axum-server", &["sim"]),
    ("rustls", &["connect", "sim"]),
    ("roxmltree", &["saml", "sim"]),
    ("ring", &["saml", "sim"]),
    ("x509-parser", &["saml", "sim"]),
    ("tauri", &["lockstep-desktop"]),
    ("tauri-", &["lockstep-desktop"]),
    ("thirtyfour", &["desktop"]),
];

/// Host names of the vendors. They are addresses, and addresses are data: they stand in one table.
const HOSTS: &[&str] = &[
    "microsoftonline.",
    "graph.microsoft.",
    "microsoftgraph.",
    "entra.microsoft.",
    "portal.azure.",
    "partner.microsoftonline",
    "api.atlassian.",
    "auth.atlassian.",
    "admin.atlassian.",
    "atlassian-us-gov",
];

/// Where they may stand: the table of clouds, and the one place where the practice services must recognise a scope by the
/// address that Microsoft writes before it. They send nothing there.
const HOME_OF_HOSTS: &[&str] = &[
    "src-tauri/crates/connect/src/clouds.rs",
    "src-tauri/crates/connect/src/clouds/",
    "src-tauri/crates/sim/src/entra/scopes.rs",
];

#[test]
fn crates_know_only_the_crates_they_may() {
    let crates = crates();
    let names: Vec<&str> = crates.iter().map(|one| one.name.as_str()).collect();
    for one in &crates {
        let (_, allowed) = ARROWS
            .iter()
            .find(|(name, _)| *name == one.name)
            .unwrap_or_else(|| panic!("{} has no line in ARROWS", one.name));
        for dependency in one
            .dependencies
            .iter()
            .chain(&one.test_dependencies)
            .filter(|name| names.contains(&name.as_str()))
        {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{} must not know {dependency}",
                one.name
            );
        }
    }
}

#[test]
fn sockets_keyring_and_window_are_kept_to_their_crates() {
    for one in crates() {
        for dependency in &one.dependencies {
            let rule = KEPT_TO.iter().find(|(name, _)| {
                dependency == name || (name.ends_with('-') && dependency.starts_with(name))
            });
            if let Some((_, owners)) = rule {
                assert!(
                    owners.contains(&one.name.as_str()),
                    "{} must not list {dependency}",
                    one.name
                );
            }
        }
    }
}

#[test]
fn the_engine_names_no_service() {
    for file in rust_files()
        .into_iter()
        .filter(|file| file.name.starts_with("src-tauri/crates/engine/"))
    {
        for (number, line) in file.code() {
            for service in ["Entra", "Atlassian", "Microsoft", "SCIM", "SAML"] {
                assert!(
                    !line.contains(service),
                    "{}:{number} names {service}",
                    file.name
                );
            }
        }
    }
}

#[test]
fn the_pure_crates_open_no_socket_and_read_no_clock() {
    let pure = ["src-tauri/crates/saml/src/", "src-tauri/crates/people/src/"];
    for file in rust_files()
        .into_iter()
        .filter(|file| pure.iter().any(|home| file.name.starts_with(home)))
    {
        for (number, line) in file.code() {
            for way in [
                "std::net",
                "std::fs",
                "tokio",
                "SystemTime",
                "std::time",
                "::now(",
            ] {
                assert!(!line.contains(way), "{}:{number} holds {way}", file.name);
            }
        }
    }
}

#[test]
fn host_names_stand_in_the_table_of_clouds() {
    for file in rust_files()
        .into_iter()
        .filter(|file| !HOME_OF_HOSTS.iter().any(|home| file.name.starts_with(home)))
    {
        let is_ours = file.name.starts_with("src-tauri/")
            && !file.name.contains("/tests/")
            && !file.name.contains("/examples/");
        for (number, line) in file.code().into_iter().filter(|_| is_ours) {
            for host in HOSTS {
                assert!(
                    !line.contains(host),
                    "{}:{number} holds the host name {host}",
                    file.name
                );
            }
        }
    }
}

#[test]
fn every_file_says_what_it_is_for_and_is_of_a_size_to_read() {
    for file in rust_files() {
        assert!(
            file.text.starts_with("//!"),
            "{} does not open with //!",
            file.name
        );
        let lines = file.text.lines().count();
        assert!(
            lines <= LONGEST,
            "{} has {lines} lines, more than {LONGEST}",
            file.name
        );
    }
}

#[test]
fn nothing_is_left_for_later() {
    // Written apart, so that this file does not find itself.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("X", "XX"),
        concat!("HA", "CK:"),
    ];
    for file in rust_files() {
        for (number, line) in (1..).zip(file.text.lines()) {
            for mark in marks {
                assert!(!line.contains(mark), "{}:{number} says {mark}", file.name);
            }
        }
    }
}

#[test]
fn no_test_is_switched_off() {
    for file in rust_files() {
        assert!(
            !file.text.contains(concat!("#[ig", "nore")),
            "{} switches a test off",
            file.name
        );
    }
}

/// A crate as its manifest tells it.
struct Crate {
    name: String,
    dependencies: Vec<String>,
    test_dependencies: Vec<String>,
}

fn crates() -> Vec<Crate> {
    let found: Vec<Crate> = files("toml")
        .into_iter()
        .filter(|file| file.name.ends_with("/Cargo.toml"))
        .map(|file| read_manifest(&file.text))
        .collect();
    assert_eq!(
        found.len(),
        ARROWS.len(),
        "a crate was added or lost: ARROWS has a line for each"
    );
    found
}

/// Reads the few lines of a manifest that matter: section heads, and the name before the first dot, space or equals sign.
fn read_manifest(text: &str) -> Crate {
    let mut one = Crate {
        name: String::new(),
        dependencies: Vec::new(),
        test_dependencies: Vec::new(),
    };
    let mut section = "";
    for line in text.lines().map(str::trim) {
        if let Some(head) = line.strip_prefix('[') {
            section = head.trim_end_matches(']');
            continue;
        }
        let Some(key) = line
            .split(['.', ' ', '='])
            .next()
            .filter(|key| !key.is_empty() && !key.starts_with('#'))
        else {
            continue;
        };
        if section == "package" && key == "name" {
            one.name = line.split('"').nth(1).unwrap_or_default().to_owned();
        } else if section.ends_with("dev-dependencies") {
            one.test_dependencies.push(key.to_owned());
        } else if section.ends_with("dependencies") {
            one.dependencies.push(key.to_owned());
        }
    }
    one
}

/// A file of the repository, its name from the root with slashes.
struct File {
    name: String,
    text: String,
}

impl File {
    /// The numbered lines up to the unit tests, without comments.
    fn code(&self) -> Vec<(usize, &str)> {
        let lines = (1..)
            .zip(self.text.lines())
            .take_while(|(_, line)| line.trim() != "#[cfg(test)]");
        lines
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .collect()
    }
}

fn rust_files() -> Vec<File> {
    let files = files("rs");
    assert!(files.len() > 20, "the search for Rust files is broken");
    files
}

/// Every file with an ending below the folders with code of ours.
fn files(ending: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../..")
        .canonicalize()
        .expect("the root exists");
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.join("src-tauri"), root.join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)
            .expect("a folder of ours can be read")
            .flatten()
        {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && !["target", "node_modules", "gen"].contains(&name.as_str()) {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                let below = path
                    .strip_prefix(&root)
                    .expect("it lies below the root")
                    .to_string_lossy()
                    .replace('\\', "/");
                found.push(File {
                    name: below,
                    text: fs::read_to_string(&path).expect("a file of ours is text"),
                });
            }
        }
    }
    found
}

#[test]
fn a_manifest_is_read_as_it_is_written() {
    let text = "[package]\nname = \"x\"\n[dependencies]\n# a reason\nserde.workspace = true\nopen = \"5\"\n[target.'cfg(windows)'.dependencies]\nkeyring-core.workspace = true\n[dev-dependencies]\nsim.workspace = true\n";
    let one = read_manifest(text);
    assert_eq!(one.name, "x");
    assert_eq!(one.dependencies, ["serde", "open", "keyring-core"]);
    assert_eq!(one.test_dependencies, ["sim"]);
}
