//! Starting other programs: said before it happens, and a failure is a sentence.

use std::env;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Outcome;

/// Cargo, the one that started us, so that a toolchain chosen with `cargo +…` stays chosen.
pub fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// npm, quiet about everything but errors.
pub fn npm(folder: &Path) -> Command {
    // Windows finds `npm.cmd` only under its whole name.
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(folder).env("npm_config_loglevel", "error");
    npm
}

/// Starts a program and waits for it; its output goes where ours goes.
pub fn run(command: &mut Command) -> Outcome {
    println!("$ {}", line(command));
    let status = command
        .status()
        .map_err(|error| not_started(command, &error))?;
    if status.success() {
        return Ok(());
    }
    let end = status.code().map_or_else(
        || "by a signal".to_owned(),
        |code| format!("with exit code {code}"),
    );
    Err(format!(
        "`{}` ended {end}. Its own words stand above.",
        line(command)
    ))
}

/// Starts a program quietly and returns what it wrote, or `None` when it is missing or refuses.
pub fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let answer = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    answer
        .status
        .success()
        .then(|| String::from_utf8_lossy(&answer.stdout).trim().to_owned())
}

/// As one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_alphanumeric() || "-_./=:@,+".contains(c));
    if plain {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn not_started(command: &Command, error: &std::io::Error) -> String {
    let program = command.get_program().to_string_lossy().into_owned();
    match error.kind() {
        ErrorKind::NotFound => format!("`{program}` is not installed, or not in PATH."),
        _ => format!("`{program}` could not be started: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("xvfb-run");
        command.args(["-a", "-s", "-screen 0 1280x800x24", "it's"]);
        assert_eq!(
            line(&command),
            r"xvfb-run -a -s '-screen 0 1280x800x24' 'it'\''s'"
        );
    }

    #[test]
    fn a_missing_program_is_a_sentence() {
        let outcome = run(&mut Command::new("no-such-program-anywhere"));
        assert_eq!(
            outcome,
            Err("`no-such-program-anywhere` is not installed, or not in PATH.".to_owned())
        );
    }

    #[test]
    fn a_program_that_fails_says_how() {
        let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        let outcome = run(rustc.arg("--no-such-option").stderr(Stdio::null()));
        assert!(outcome.is_err_and(|sentence| sentence.contains("ended with exit code 1")));
    }

    #[test]
    fn asking_a_missing_program_gives_nothing() {
        assert_eq!(ask("no-such-program-anywhere", &[]), None);
    }
}
