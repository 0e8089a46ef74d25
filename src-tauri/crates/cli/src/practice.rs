//! `lockstep practice`: the practice services, served until they are stopped.

use std::path::PathBuf;
use std::time::Duration;

use app::{Practice, PracticeOptions, Tempo};
use engine::{Trouble, TroubleKind};

use crate::ended::Ended;

/// The scenario in which nothing is set up and nothing stands in the way.
const FIRST: &str = "fresh";

/// Arguments of `lockstep practice`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The scenario; fresh where none is named.
    #[arg(value_name = "SCENARIO", conflicts_with = "scenario")]
    named: Option<String>,
    /// The same, with its name.
    #[arg(long, value_name = "SCENARIO")]
    scenario: Option<String>,
    /// How fast new things become visible: auto in seconds, instant at once, explicit when poked.
    #[arg(long, value_enum, default_value_t = Pace::Auto)]
    tempo: Pace,
    /// Milliseconds that every answer takes.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// Serve over TLS, with a certificate authority of its own.
    #[arg(long)]
    tls: bool,
    /// Write the cloud file here; `lockstep run --cloud` reads it.
    #[arg(long, value_name = "F")]
    cloud_file: Option<PathBuf>,
    /// List the scenarios.
    #[arg(long)]
    list: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Pace {
    Auto,
    Instant,
    Explicit,
}

/// Serves the practice services.
pub async fn serve(arguments: Arguments) -> Result<Ended, Trouble> {
    if arguments.list {
        for scenario in app::scenarios() {
            println!(
                "{:<18} {}\n{:<18} {}",
                scenario.name, scenario.title, "", scenario.about
            );
        }
        return Ok(Ended::Verified);
    }
    let named = arguments.named.as_deref().or(arguments.scenario.as_deref());
    let scenario = app::scenario(named.unwrap_or(FIRST))?.name;
    let practice = Practice::start_with(PracticeOptions {
        scenario: scenario.clone(),
        tempo: match arguments.tempo {
            Pace::Auto => Tempo::Auto,
            Pace::Instant => Tempo::Instant,
            Pace::Explicit => Tempo::Explicit,
        },
        latency: Duration::from_millis(arguments.latency),
        tls: arguments.tls,
    })
    .await?;
    let text = practice.cloud_toml();
    match &arguments.cloud_file {
        Some(path) => {
            write(path, &text)?;
            println!(
                "Practice “{scenario}” is served. The cloud file is {}.",
                path.display()
            );
            println!(
                "  lockstep run --connection practice --new --cloud {} --autopilot --yes",
                path.display()
            );
        }
        None => println!("{text}"),
    }
    println!("Press Ctrl+C to stop it.");
    until_stopped().await;
    Ok(Ended::Verified)
}

fn write(path: &std::path::Path, text: &str) -> Result<(), Trouble> {
    std::fs::write(path, text).map_err(|error| {
        Trouble::new(
            TroubleKind::BadInput,
            format!(
                "The cloud file {} can’t be written: {error}",
                path.display()
            ),
            "Practice was not started.",
        )
    })
}

#[cfg(unix)]
async fn until_stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn until_stopped() {
    let _ = tokio::signal::ctrl_c().await;
}
