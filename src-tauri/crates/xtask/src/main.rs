//! `cargo xtask`: every command of this repository, on a bare machine and on a furnished one.
//!
//! It has no dependency, so that it compiles in a second where nothing else can be compiled yet, and it can install
//! the rest. It starts other programs and knows their order; it must not know anything about Entra or Atlassian.

mod arguments;
mod desktop;
mod judges;
mod pages;
mod program;
mod proof;
mod setup;
mod tree;
mod versions;

use std::process::ExitCode;

use arguments::{Task, parse};
use tree::Tree;

/// What a task ends with: nothing to say, or the sentence that says what went wrong and what to do.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let task = match parse(&arguments) {
        Ok(task) => task,
        Err(sentence) => {
            eprintln!("{sentence}\n\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    match carry_out(&task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("\n{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(task: &Task) -> Outcome {
    let tree = Tree::found();
    match task {
        Task::Help => {
            println!("{}", arguments::USAGE);
            Ok(())
        }
        Task::Run { arguments } => desktop::run(&tree, arguments),
        Task::Dev => desktop::dev(&tree),
        Task::Test => proof::test(&tree),
        Task::Screenshots { folder } => desktop::screenshots(&tree, folder.as_deref()),
        Task::Package => desktop::package(&tree),
        Task::Setup => setup::everything(&tree),
        Task::Bindings => proof::write_bindings(&tree),
    }
}
