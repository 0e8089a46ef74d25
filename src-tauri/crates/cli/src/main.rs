//! `lockstep`: the same program without a screen, over the same engine, journal and words.
//!
//! Exit codes: 0 all verified, 1 something failed, 2 bad input, 3 waits for a person. A step that could not be looked at, or
//! that a colleague does, is not verified: it waits for a person too.

#[macro_use]
mod say;

mod answers;
mod check;
mod connections;
mod ended;
mod enter;
mod given;
mod open;
mod paint;
mod practice;
mod run;
mod terminal;
mod timings;
mod undo;
mod which;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use connect::{Redactor, Secret};
use engine::Trouble;

use crate::ended::Ended;

/// Connects Microsoft Entra ID to Atlassian, step by step, and proves every step.
#[derive(Parser)]
#[command(name = "lockstep", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Goes through the guide, sign-in included, and makes the changes that you confirm.
    Run(run::Arguments),
    /// Looks at everything again and changes nothing.
    Check(check::Arguments),
    /// Undoes the changes of a step, or of all.
    Undo(undo::Arguments),
    /// Lists the connections on this computer, or sets a damaged journal aside.
    Connections(connections::Arguments),
    /// Serves the practice services until it is stopped.
    Practice(practice::Arguments),
}

impl Command {
    /// Whether standard output is JSON, however it ends.
    fn wants_json(&self) -> bool {
        match self {
            Command::Run(arguments) => arguments.json,
            Command::Check(arguments) => arguments.json,
            Command::Connections(arguments) => arguments.json,
            Command::Undo(arguments) => arguments.json,
            Command::Practice(_) => false,
        }
    }
}

/// Which connection, and how to get in.
#[derive(clap::Args, Clone, Default)]
struct Way {
    /// The connection, by name or id.
    #[arg(long)]
    connection: Option<String>,
    /// A cloud file of your own, as `lockstep practice --cloud-file` writes it.
    #[arg(long, value_name = "FILE")]
    cloud: Option<PathBuf>,
    /// In practice: do on the sign-in page what a person does, with the practice keys.
    #[arg(long)]
    autopilot: bool,
    /// Sign in with a code instead of the browser.
    #[arg(long)]
    code: bool,
    /// Wait for nobody to sign in: where somebody has to, end with 3 and say what for.
    #[arg(long, conflicts_with = "code")]
    no_sign_in: bool,
    /// Read the organization API key from this file descriptor.
    #[arg(long, value_name = "N", value_parser = given::key_in)]
    key_fd: Option<Secret>,
}

fn main() {
    // Before the runtime, which opens files of its own: a descriptor that holds a key is read with the arguments.
    let arguments: Vec<_> = std::env::args_os()
        .map(|one| one.to_string_lossy().into_owned())
        .collect();
    given::hide_keys(&arguments);
    match Arguments::try_parse() {
        Ok(arguments) => begin(arguments.command),
        Err(error) => leave(not_begun(&error, &arguments)),
    }
}

/// Ends the program. A report that could not be written failed, whatever it says.
fn leave(ended: Ended) -> ! {
    let ended = match say::lost() {
        Some(error) => {
            eprintln!("\nStandard output can’t be written: {error}");
            Ended::Failed
        }
        None => ended,
    };
    std::process::exit(ended.code())
}

/// Help, the version, or arguments that can't be understood.
fn not_begun(error: &clap::Error, arguments: &[String]) -> Ended {
    if !error.use_stderr() {
        // A reader that is gone has read enough of the help.
        let _ = error.print();
        return Ended::Verified;
    }
    eprint!("{}", Redactor::redact(&error.to_string()));
    if arguments.iter().any(|one| one == "--json") {
        check::early(&given::misunderstood(error));
    }
    Ended::BadInput
}

#[tokio::main]
async fn begin(command: Command) {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("LOCKSTEP_LOG"))
        .with_writer(std::io::stderr)
        .log_internal_errors(false)
        .init();
    let json = command.wants_json();
    let ended = done(command).await;
    leave(ended.unwrap_or_else(|trouble| {
        paint::trouble(&trouble);
        if json {
            check::early(&trouble);
        }
        Ended::of(&trouble)
    }))
}

async fn done(command: Command) -> Result<Ended, Trouble> {
    // A key that can't be used is said before anything is made or asked for.
    given::key_in_variable()?;
    match command {
        Command::Run(arguments) => run::run(arguments).await,
        Command::Check(arguments) => check::check(arguments).await,
        Command::Undo(arguments) => undo::undo(arguments).await,
        Command::Connections(arguments) => connections::connections(&arguments),
        Command::Practice(arguments) => practice::serve(arguments).await,
    }
}
