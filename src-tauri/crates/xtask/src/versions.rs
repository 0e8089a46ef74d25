//! Whether Rust, Node and npm are new enough, said before they fail in their own words.

use crate::Outcome;
use crate::program::ask;

/// A version's first three numbers.
type Version = (u32, u32, u32);

/// What the build tool of the pages (Vite 8) accepts: 20.19 and later of that line, or 22.12 and later.
const NODE: &str = "20.19, 22.12";
/// The first npm whose lock file has the format of ours (lockfileVersion 3).
const NPM: Version = (7, 0, 0);
/// `rust-version` of the workspace.
const RUST: Version = (1, 95, 0);

/// Asks all three and complains about all that are too old at once.
pub fn check() -> Outcome {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let complaints: Vec<String> = [
        complaint("Rust", "1.95", ask("rustc", &["--version"]), |found| {
            found >= RUST
        }),
        complaint("Node", NODE, ask("node", &["--version"]), node_is_enough),
        complaint("npm", "7", ask(npm, &["--version"]), |found| found >= NPM),
    ]
    .into_iter()
    .flatten()
    .collect();
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(complaints.join("\n"))
    }
}

fn complaint(
    name: &str,
    wanted: &str,
    answer: Option<String>,
    enough: fn(Version) -> bool,
) -> Option<String> {
    let Some(answer) = answer else {
        return Some(format!(
            "{name} is missing: version {wanted} or newer is needed."
        ));
    };
    match version(&answer) {
        Some(found) if enough(found) => None,
        Some((major, minor, patch)) => Some(format!(
            "{name} {major}.{minor}.{patch} is too old: version {wanted} or newer is needed."
        )),
        None => Some(format!(
            "{name} says its version is `{answer}`, which can't be read: version {wanted} or newer is needed."
        )),
    }
}

fn node_is_enough(found: Version) -> bool {
    matches!(found, (20, 19.., _) | (22, 12.., _) | (23.., _, _))
}

/// The first word that reads as a version: "rustc 1.95.0 (59807616e …)", "v20.20.2", "11.19.1".
fn version(answer: &str) -> Option<Version> {
    answer.split_whitespace().find_map(|word| {
        let mut numbers = word
            .trim_start_matches('v')
            .split(['.', '-', '+'])
            .map(str::parse);
        match (numbers.next()?, numbers.next()?, numbers.next()?) {
            (Ok(major), Ok(minor), Ok(patch)) => Some((major, minor, patch)),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_the_tools_say() {
        assert_eq!(
            version("rustc 1.95.0 (59807616e 2026-04-14)"),
            Some((1, 95, 0))
        );
        assert_eq!(
            version("rustc 1.97.0-nightly (0123abc 2026-06-01)"),
            Some((1, 97, 0))
        );
        assert_eq!(version("v20.20.2"), Some((20, 20, 2)));
        assert_eq!(version("11.19.1"), Some((11, 19, 1)));
        assert_eq!(version("unknown"), None);
    }

    #[test]
    fn node_is_judged_line_by_line() {
        for (found, enough) in [
            ((20, 18, 9), false),
            ((20, 19, 0), true),
            ((21, 9, 0), false),
            ((22, 11, 0), false),
            ((22, 12, 0), true),
            ((24, 0, 0), true),
        ] {
            assert_eq!(node_is_enough(found), enough, "{found:?}");
        }
    }

    #[test]
    fn complaints_say_what_is_needed() {
        let old = complaint("Node", NODE, Some("v18.0.0".into()), node_is_enough);
        assert_eq!(
            old.as_deref(),
            Some("Node 18.0.0 is too old: version 20.19, 22.12 or newer is needed.")
        );
        let missing = complaint("npm", "7", None, |found| found >= NPM);
        assert_eq!(
            missing.as_deref(),
            Some("npm is missing: version 7 or newer is needed.")
        );
        assert_eq!(
            complaint("npm", "7", Some("11.19.1".into()), |found| found >= NPM),
            None
        );
    }
}
