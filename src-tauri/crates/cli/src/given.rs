//! What was given on the command line, before anything else happens: the descriptor that holds a key is read while no file
//! of the program's own is open, and what looks like a key is never repeated.

use std::io::Read;

use clap::error::{ContextKind, ContextValue};
use connect::{Redactor, Secret};
use engine::{Trouble, TroubleKind};

/// The variable that may hold the organization API key.
pub const KEY_VARIABLE: &str = "LOCKSTEP_ORGANIZATION_KEY";

/// No key of Atlassian's comes near it; a file that was meant for something else mostly is longer.
const LONGEST: usize = 8 * 1024;

/// The key in a file descriptor. It is read while the arguments are, when a number that the shell did not hand over can
/// only be one that is not open.
pub fn key_in(number: &str) -> Result<Secret, String> {
    let number: u32 = number
        .parse()
        .map_err(|_| "Give the number of an open file descriptor, never the key itself")?;
    let mut bytes = Vec::new();
    let read =
        opened(number).and_then(|from| from.take(LONGEST as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|error| {
        format!("File descriptor {number} can’t be read ({error}). Open it in the shell, for example {number}<FILE")
    })?;
    if bytes.len() > LONGEST {
        return Err(format!(
            "What file descriptor {number} holds is too long for a key"
        ));
    }
    match String::from_utf8(bytes) {
        Ok(key) if key.trim().is_empty() => Err(format!("Nothing is in file descriptor {number}")),
        Ok(key) => Ok(Secret::new(key.trim())),
        Err(_) => Err(format!(
            "What file descriptor {number} holds is no key: it is not text"
        )),
    }
}

#[cfg(unix)]
fn opened(number: u32) -> std::io::Result<std::fs::File> {
    // A path of the system's own, so that no unsafe code is needed to take over a descriptor.
    std::fs::File::open(format!("/dev/fd/{number}"))
}

#[cfg(not(unix))]
fn opened(number: u32) -> std::io::Result<std::io::Stdin> {
    match number {
        0 => Ok(std::io::stdin()),
        _ => Err(std::io::Error::other("on this system only 0 can be")),
    }
}

/// The key in the variable.
pub fn key_in_variable() -> Result<Option<String>, Trouble> {
    match std::env::var(KEY_VARIABLE) {
        Ok(key) => Ok(Some(key)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Trouble::new(
            TroubleKind::BadInput,
            format!("What {KEY_VARIABLE} holds is no key: it is not text"),
            "Nothing was sent. No other key is taken in its place.",
        )),
    }
}

/// Teaches what looks like a key among the arguments, so that no sentence repeats it: what has the form of one, and what
/// stands where somebody expected to give one, whatever its form.
pub fn hide_keys(arguments: &[String]) {
    let mut after_key = false;
    for argument in arguments {
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (Some(option), value),
            _ if argument.starts_with("--") => (Some(argument.as_str()), ""),
            _ => (None, argument.as_str()),
        };
        let names_key = option.is_some_and(|option| option.starts_with("--key"));
        let expected = (after_key || names_key) && value.parse::<u32>().is_err();
        if !value.is_empty() && (expected || app::looks_like_secret(value)) {
            let _ = Secret::new(value);
        }
        after_key = names_key && value.is_empty();
    }
}

/// Arguments that can't be understood, as a trouble for a report.
pub fn misunderstood(error: &clap::Error) -> Trouble {
    let about = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(about)) => format!(": {about}"),
        _ => String::new(),
    };
    let words = error.to_string();
    let said = words.lines().next().unwrap_or_default();
    Trouble::new(
        TroubleKind::BadInput,
        Redactor::redact(&format!("The command can’t be understood{about}")),
        "Nothing was made or sent.",
    )
    .doing(Redactor::redact(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_key_or_stands_for_one_is_not_repeated() {
        let given = [
            "run",
            "--until",
            "ATCTT3xFfGN0hidesbyitsform",
            "--key",
            "formless-after-key",
            "--key=formless-beside-key",
            "--key-fd",
            "7",
            "--connection",
            "Contoso-Production",
        ];
        hide_keys(&given.map(str::to_owned));
        for hidden in [given[2], given[4], "formless-beside-key"] {
            assert!(!Redactor::redact(&format!("no {hidden}")).contains(hidden));
        }
        assert_eq!(
            Redactor::redact("Contoso-Production 7"),
            "Contoso-Production 7"
        );
    }

    #[test]
    fn a_value_that_is_no_number_is_refused_without_being_read() {
        let refused = key_in("xQ7f0pLw2ZkV9sTb4mNc").expect_err("refused");
        assert!(!refused.contains("xQ7f"), "{refused}");
    }
}
