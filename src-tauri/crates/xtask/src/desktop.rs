//! The window: built, opened, driven, pictured and packed. Only its tests know what is in it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{ask, cargo, run as start};
use crate::tree::Tree;
use crate::{Outcome, pages, setup};

/// Everything but the desktop tests, always together: another choice of crates means other features of the same dependencies,
/// and Cargo would compile the window's libraries again at every change from one choice to the other.
pub const ALL: &[&str] = &["--workspace", "--exclude", "desktop"];

/// The driver between WebDriver and the window; its version is in its folder's name, so that a new one is installed beside it.
const DRIVER: &str = "2.1.0";

/// The task `run`.
pub fn run(tree: &Tree, arguments: &[String]) -> Outcome {
    setup::to_build()?;
    pages::build(tree)?;
    start(cargo().current_dir(&tree.root).arg("build").args(ALL))?;
    if has_screen(|name| env::var_os(name).is_some_and(|value| !value.is_empty())) {
        return start(Command::new(tree.built("lockstep-desktop")).args(arguments));
    }
    let instead = without_screen(arguments);
    println!(
        "{NO_SCREEN}Instead, in this terminal:  lockstep {}\n",
        instead.join(" ")
    );
    start(Command::new(tree.built("lockstep")).args(instead))
}

const NO_SCREEN: &str = "
There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set), so the window can't open.
A window without a screen:  xvfb-run -a dbus-run-session -- cargo xtask run
";

/// What the terminal runs with the arguments of the window: practice as it was asked for, or the first scenario. Changes
/// are made unasked in practice only.
fn without_screen(arguments: &[String]) -> Vec<String> {
    let given = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    let run = match (given("--practice"), given("--cloud")) {
        (None, Some(file)) => vec!["run", "--cloud", file],
        (scenario, _) => vec!["run", "--practice", scenario.unwrap_or("fresh"), "--yes"],
    };
    run.into_iter().map(str::to_owned).collect()
}

/// Linux says by two variables whether a window can be opened; the other systems always have a screen.
fn has_screen(is_set: impl Fn(&str) -> bool) -> bool {
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// The task `dev`. Tauri's command line looks for its settings in the folders below, hence from the root.
pub fn dev(tree: &Tree) -> Outcome {
    setup::to_build()?;
    pages::install(&tree.pages())?;
    start(
        Command::new(tree.tauri())
            .current_dir(&tree.root)
            .arg("dev"),
    )
}

/// The task `package`.
pub fn package(tree: &Tree) -> Outcome {
    setup::to_build()?;
    pages::install(&tree.pages())?;
    let kinds = if cfg!(target_os = "macos") {
        "app,dmg"
    } else if cfg!(windows) {
        "nsis"
    } else {
        "deb,rpm"
    };
    start(Command::new(tree.tauri()).current_dir(&tree.root).args([
        "build",
        "--ci",
        "--bundles",
        kinds,
    ]))?;
    println!(
        "The packages are in {}.",
        tree.target.join("release").join("bundle").display()
    );
    Ok(())
}

/// The task `screenshots`.
pub fn screenshots(tree: &Tree, folder: Option<&Path>) -> Outcome {
    let folder = picture_folder(tree, folder)?;
    setup::to_test()?;
    pages::build(tree)?;
    start(cargo().current_dir(&tree.root).arg("build").args(ALL))?;
    start(
        cargo()
            .current_dir(&tree.root)
            .args(["build", "-p", "desktop", "--bins"]),
    )?;
    start(on_own_screen(tree, &tree.built("screenshots"))?.arg(&folder))?;
    println!("The pictures are in {}.", folder.display());
    Ok(())
}

/// Pictures are made for looking, not for keeping: outside the tree.
fn picture_folder(tree: &Tree, wanted: Option<&Path>) -> Result<PathBuf, String> {
    let wanted = wanted.map_or_else(
        || env::temp_dir().join("lockstep-screenshots"),
        Path::to_path_buf,
    );
    let unusable = |error| format!("{} can't be used: {error}", wanted.display());
    let absolute = std::path::absolute(&wanted).map_err(unusable)?;
    if tree.holds(&absolute) {
        return Err(format!(
            "{} lies in the repository. Name a folder outside it.",
            absolute.display()
        ));
    }
    fs::create_dir_all(&absolute).map_err(unusable)?;
    Ok(absolute)
}

/// The tests of the window. The debug binary is tested: the release build is for packages.
pub fn test(tree: &Tree) -> Outcome {
    let mut tests = on_own_screen(tree, Path::new(cargo().get_program()))?;
    start(
        tests
            .current_dir(&tree.root)
            .args(["test", "-p", "desktop", "--", "--test-threads=1"]),
    )
}

/// Whether the tests of the window can run: WebKitGTK has a driver, macOS has none for an application's web view, and on
/// Windows the driver has to fit the installed version of Edge, which we don't install.
pub fn can_be_driven() -> bool {
    cfg!(target_os = "linux")
}

/// A program on a screen of its own, told where the driver and the program under test are. The tests make the rest of a session
/// themselves, one for each window: message bus, keyring, home folder.
fn on_own_screen(tree: &Tree, program: &Path) -> Result<Command, String> {
    let mut command = Command::new("xvfb-run");
    command
        .args(["-a", "-s", "-screen 0 1280x800x24"])
        .arg(program);
    command
        .env("LOCKSTEP_TEST_DRIVER", driver(tree)?)
        .env("LOCKSTEP_TEST_APP", tree.built("lockstep-desktop"));
    // The screen of Xvfb counts, and not the person's own. With one of the switches a WebDriver screenshot never ends.
    for name in [
        "WAYLAND_DISPLAY",
        "WEBKIT_DISABLE_DMABUF_RENDERER",
        "WEBKIT_DISABLE_COMPOSITING_MODE",
    ] {
        command.env_remove(name);
    }
    Ok(command)
}

/// The path of the driver, which is installed at its first use.
fn driver(tree: &Tree) -> Result<PathBuf, String> {
    let tools = tree
        .target
        .join("tools")
        .join(format!("tauri-driver-{DRIVER}"));
    let driver = tools
        .join("bin")
        .join(format!("tauri-driver{}", env::consts::EXE_SUFFIX));
    if ask(&driver.to_string_lossy(), &["--help"]).is_none() {
        start(
            cargo()
                .args(["install", "--locked", "--version", DRIVER, "--root"])
                .arg(&tools)
                .arg("tauri-driver"),
        )?;
    }
    Ok(driver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn either_kind_of_screen_will_do() {
        assert!(has_screen(|name| name == "DISPLAY"));
        assert!(has_screen(|name| name == "WAYLAND_DISPLAY"));
        assert!(!has_screen(|_| false));
    }

    #[test]
    fn the_terminal_runs_what_the_window_was_asked_for() {
        for (window, terminal) in [
            ("", "run --practice fresh --yes"),
            ("--practice half-done", "run --practice half-done --yes"),
            ("--cloud here.toml", "run --cloud here.toml"),
            (
                "--cloud here.toml --practice half-done",
                "run --practice half-done --yes",
            ),
        ] {
            let window: Vec<_> = window.split_whitespace().map(str::to_owned).collect();
            assert_eq!(without_screen(&window).join(" "), terminal);
        }
    }

    #[test]
    fn pictures_stay_outside_the_tree() {
        let tree = Tree::found();
        let refused = picture_folder(&tree, Some(&tree.root.join("pictures")));
        assert!(refused.is_err_and(|sentence| sentence.contains("Name a folder outside it")));
        assert!(
            !tree.root.join("pictures").exists(),
            "nothing is made where nothing may be"
        );
    }
}
