//! Which task is asked for. Reads the command line and nothing else.

use std::path::PathBuf;

/// What `cargo xtask` prints when it does not understand.
pub const USAGE: &str = "\
cargo xtask run [-- ARGUMENTS]     build Lockstep and open its window; ARGUMENTS go to Lockstep
cargo xtask test                   everything that proves it: style, pages, program, the real window
cargo xtask dev                    the window, with the pages reloading while they are edited
cargo xtask screenshots [FOLDER]   every page, light and dark, as pictures
cargo xtask package                what can be installed on this system (.deb and .rpm on Linux)
cargo xtask setup                  install what building and testing need
cargo xtask bindings               write ui/src/api/bindings.ts from the Rust types";

/// One task.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Build and open the window.
    Run {
        /// For the program itself.
        arguments: Vec<String>,
    },
    /// The window with reloading pages.
    Dev,
    /// Everything that proves it.
    Test,
    /// Pictures of every page.
    Screenshots {
        /// Where they go; a folder among the system's temporary ones when it is not named.
        folder: Option<PathBuf>,
    },
    /// Installable packages.
    Package,
    /// Install what is missing.
    Setup,
    /// Write the page's types.
    Bindings,
    /// Print the usage.
    Help,
}

/// Reads the command line, without the program's own name.
pub fn parse(arguments: &[String]) -> Result<Task, String> {
    let Some((name, rest)) = arguments.split_first() else {
        return Err("Name a task.".to_owned());
    };
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match (name.as_str(), rest.as_slice()) {
        ("run", ["--", rest @ ..] | rest) => Ok(Task::Run {
            arguments: rest.iter().map(ToString::to_string).collect(),
        }),
        ("dev", []) => Ok(Task::Dev),
        ("test", []) => Ok(Task::Test),
        ("screenshots", []) => Ok(Task::Screenshots { folder: None }),
        ("screenshots", [folder]) if !folder.starts_with('-') => Ok(Task::Screenshots {
            folder: Some(folder.into()),
        }),
        ("package", []) => Ok(Task::Package),
        ("setup", []) => Ok(Task::Setup),
        ("bindings", []) => Ok(Task::Bindings),
        ("help" | "--help" | "-h", _) => Ok(Task::Help),
        ("dev" | "test" | "screenshots" | "package" | "setup" | "bindings", _) => {
            Err(format!("`{name}` does not take `{}`.", rest.join(" ")))
        }
        _ => Err(format!("There is no task `{name}`.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Task, String> {
        parse(
            &line
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn every_task_of_the_usage_is_understood() {
        for line in USAGE.lines() {
            let name = line.split_whitespace().nth(2).expect("a task stands third");
            assert!(read(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_stands_behind_run_goes_to_the_program() {
        let wanted = Task::Run {
            arguments: vec!["--practice".into(), "fresh".into()],
        };
        assert_eq!(read("run -- --practice fresh"), Ok(wanted));
        let wanted = Task::Run {
            arguments: vec!["--cloud".into(), "here.toml".into()],
        };
        assert_eq!(read("run --cloud here.toml"), Ok(wanted));
        assert_eq!(
            read("run"),
            Ok(Task::Run {
                arguments: Vec::new()
            })
        );
    }

    #[test]
    fn a_folder_for_pictures_is_optional() {
        assert_eq!(read("screenshots"), Ok(Task::Screenshots { folder: None }));
        assert_eq!(
            read("screenshots /tmp/p"),
            Ok(Task::Screenshots {
                folder: Some("/tmp/p".into())
            })
        );
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert_eq!(read(""), Err("Name a task.".into()));
        assert_eq!(read("tset"), Err("There is no task `tset`.".into()));
        assert_eq!(
            read("test --fast"),
            Err("`test` does not take `--fast`.".into())
        );
        assert_eq!(
            read("screenshots --dark"),
            Err("`screenshots` does not take `--dark`.".into())
        );
    }
}
