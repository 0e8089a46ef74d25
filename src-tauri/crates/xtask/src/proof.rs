//! The task `test`: every part in an order that fails early, and the page's types.

use std::time::{Duration, Instant};

use crate::desktop::{self, ALL};
use crate::program::{cargo, run};
use crate::tree::Tree;
use crate::{Outcome, judges, pages, setup};

/// A part of the proof: what it is called and what it does.
type Part = (&'static str, fn(&Tree) -> Outcome);

/// The cheap ones first. The pages come before the program, because the program embeds them; the window comes last.
const PARTS: &[Part] = &[
    ("setup", |_| setup::to_test()),
    ("style: Rust", |tree| {
        run(cargo()
            .current_dir(&tree.root)
            .args(["fmt", "--all", "--check"]))
    }),
    ("pages: packages", |tree| pages::install(&tree.pages())),
    ("pages: types", |tree| pages::script(tree, "check")),
    ("pages: lint", |tree| pages::script(tree, "lint")),
    ("pages: tests", |tree| pages::script(tree, "test")),
    ("pages: build", |tree| pages::script(tree, "build")),
    ("lint: Rust", lint),
    ("peers: packages", peers),
    ("peers: judges", judges::install),
    ("program: tests", |tree| {
        run(cargo().current_dir(&tree.root).arg("test").args(ALL))
    }),
    ("window: build", |tree| {
        run(cargo().current_dir(&tree.root).arg("build").args(ALL))
    }),
    ("window: tests", window),
];

/// Runs all parts, stops at the first that fails and says which.
pub fn test(tree: &Tree) -> Outcome {
    let mut times = Vec::new();
    for (number, (name, part)) in PARTS.iter().enumerate() {
        println!("\n== {} of {}, {name}", number + 1, PARTS.len());
        let begin = Instant::now();
        let outcome = part(tree);
        times.push((*name, begin.elapsed()));
        if let Err(sentence) = outcome {
            return Err(format!("{}\n{sentence}\nFailed: {name}.", table(&times)));
        }
    }
    println!("\n{}\nAll parts passed.", table(&times));
    Ok(())
}

/// The task `bindings`. The same test that compares the file writes it, so that there is one way to make it.
pub fn write_bindings(tree: &Tree) -> Outcome {
    setup::to_build()?;
    let mut test = cargo();
    test.current_dir(&tree.root)
        .env("LOCKSTEP_WRITE_BINDINGS", "1");
    run(test
        .arg("test")
        .args(ALL)
        .args(["--bin", "lockstep-desktop", "bindings"]))
}

fn lint(tree: &Tree) -> Outcome {
    // The desktop tests compile only where a window can be driven.
    let desktop: &[&str] = &["-p", "desktop"];
    for crates in [ALL, desktop]
        .into_iter()
        .take(if desktop::can_be_driven() { 2 } else { 1 })
    {
        let mut clippy = cargo();
        clippy.current_dir(&tree.root).arg("clippy").args(crates);
        run(clippy.args(["--all-targets", "--", "-D", "warnings"]))?;
    }
    Ok(())
}

fn peers(tree: &Tree) -> Outcome {
    if !tree.peers().join("package-lock.json").is_file() {
        println!("There are none.");
        return Ok(());
    }
    pages::install(&tree.peers())
}

fn window(tree: &Tree) -> Outcome {
    if !desktop::can_be_driven() {
        println!("Left out: the window can be driven only on Linux.");
        return Ok(());
    }
    desktop::test(tree)
}

fn table(times: &[(&str, Duration)]) -> String {
    let total: Duration = times.iter().map(|(_, time)| *time).sum();
    let rows = times
        .iter()
        .map(|(name, time)| format!("{name:<18}{:>8.1} s", time.as_secs_f64()));
    rows.chain([format!("{:<18}{:>8.1} s", "in all", total.as_secs_f64())])
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_line_for_each_part_and_the_sum() {
        let times = [
            ("pages: tests", Duration::from_millis(4_250)),
            ("window: tests", Duration::from_secs(61)),
        ];
        let wanted = "\
pages: tests           4.2 s
window: tests         61.0 s
in all                65.2 s";
        assert_eq!(table(&times), wanted);
    }

    #[test]
    fn the_pages_are_built_before_the_program_embeds_them() {
        let place = |wanted: &str| {
            PARTS
                .iter()
                .position(|(name, _)| *name == wanted)
                .expect("the part exists")
        };
        assert!(place("pages: build") < place("lint: Rust"));
        assert!(place("pages: build") < place("program: tests"));
        assert!(place("peers: judges") < place("program: tests"));
        assert!(place("window: build") < place("window: tests"));
    }
}
