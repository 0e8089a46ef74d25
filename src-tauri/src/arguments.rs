//! What Lockstep's window is started with.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::{Desk, Options};

/// What `--help` prints.
pub const USAGE: &str = "\
lockstep-desktop [--practice SCENARIO] [--cloud FILE]
  --practice SCENARIO   open a practice connection; nothing real is touched
  --cloud FILE          use the addresses in FILE, as `lockstep practice --cloud-file FILE` writes them
LOCKSTEP_DATA names the folder for connections and logs; LOCKSTEP_BROWSER a command that opens an address.";

/// What the person who started us wants.
#[derive(Debug, PartialEq, Eq)]
pub enum Wish {
    /// The window.
    Window(Arguments),
    /// A text on the terminal.
    Tell(String),
}

/// How the window is started.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    cloud: Option<PathBuf>,
    practice: Option<String>,
}

impl Arguments {
    /// What a second start asks of the window that is open: the practice, and the cloud file as seen from the folder it was
    /// started in.
    pub fn wishes(self, folder: &Path) -> (Option<String>, Option<PathBuf>) {
        (self.practice, self.cloud.map(|file| folder.join(file)))
    }

    /// The program's options: these arguments, the usual data folder, and the desk to work at.
    pub fn options(self, desk: Arc<dyn Desk>) -> Options {
        Options {
            data: app::data_folder(),
            cloud: self.cloud,
            desk,
            practice: self.practice,
        }
    }
}

/// Reads the arguments, without the program's own name.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Wish, String> {
    let mut read = Arguments::default();
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        match argument.to_str() {
            Some("--cloud") => read.cloud = Some(value("--cloud", rest.next())?.into()),
            Some("--practice") => {
                read.practice = Some(text("--practice", value("--practice", rest.next())?)?)
            }
            Some("--help" | "-h") => return Ok(Wish::Tell(USAGE.to_owned())),
            Some("--version" | "-V") => {
                return Ok(Wish::Tell(
                    concat!("Lockstep ", env!("CARGO_PKG_VERSION")).to_owned(),
                ));
            }
            _ => {
                return Err(format!(
                    "Lockstep does not know the argument `{}`.",
                    argument.to_string_lossy()
                ));
            }
        }
    }
    Ok(Wish::Window(read))
}

fn value(name: &str, value: Option<OsString>) -> Result<OsString, String> {
    value
        .filter(|value| !value.to_string_lossy().starts_with("--"))
        .ok_or_else(|| format!("`{name}` needs a value."))
}

fn text(name: &str, value: OsString) -> Result<String, String> {
    value
        .into_string()
        .map_err(|_| format!("The value of `{name}` is not text."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(line: &str) -> Result<Wish, String> {
        read(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn no_argument_opens_the_window() {
        assert_eq!(reading(""), Ok(Wish::Window(Arguments::default())));
    }

    #[test]
    fn both_arguments_are_taken_in_any_order() {
        let wanted = Arguments {
            cloud: Some("c.toml".into()),
            practice: Some("fresh".into()),
        };
        assert_eq!(
            reading("--practice fresh --cloud c.toml"),
            Ok(Wish::Window(wanted))
        );
    }

    #[test]
    fn a_second_start_means_the_file_in_its_own_folder() {
        let Ok(Wish::Window(arguments)) = reading("--cloud c.toml") else {
            panic!("a window is wanted")
        };
        let file = Path::new("folder").join("c.toml");
        assert_eq!(arguments.wishes(Path::new("folder")), (None, Some(file)));
    }

    #[test]
    fn what_can_not_be_read_is_named() {
        assert_eq!(reading("--cloud"), Err("`--cloud` needs a value.".into()));
        assert_eq!(
            reading("--cloud --practice fresh"),
            Err("`--cloud` needs a value.".into())
        );
        assert_eq!(
            reading("--tenant x"),
            Err("Lockstep does not know the argument `--tenant`.".into())
        );
    }

    #[test]
    fn help_names_every_argument() {
        let Ok(Wish::Tell(help)) = reading("--help") else {
            panic!("help is a text")
        };
        assert!(
            ["--practice", "--cloud", "LOCKSTEP_DATA", "LOCKSTEP_BROWSER"]
                .iter()
                .all(|name| help.contains(name))
        );
    }
}
