//! Serves the practice services until stopped: `cargo run -p sim`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use sim::{Host, Options, Practice, Tempo, scenarios};

/// Plays Microsoft Entra ID and Atlassian on this machine, for practice. Nothing real is touched.
#[derive(Parser)]
#[command(name = "sim", version)]
struct Arguments {
    /// The situation to start in.
    #[arg(long, default_value = "fresh")]
    scenario: String,
    /// How long things take.
    #[arg(long, value_enum, default_value = "auto")]
    tempo: Pace,
    /// What every request takes at least, in milliseconds.
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// Serve over HTTPS with certificates of a fresh authority.
    #[arg(long)]
    tls: bool,
    /// Where to write the cloud file; it goes to the terminal otherwise.
    #[arg(long)]
    cloud_file: Option<PathBuf>,
    /// List the scenarios and stop.
    #[arg(long)]
    list: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Pace {
    /// Seconds where the vendor needs minutes.
    Auto,
    /// No delays.
    Instant,
    /// Things become visible only after a poke.
    Explicit,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    if arguments.list {
        for scenario in scenarios() {
            println!(
                "{:<18} {}\n{:<18} {}",
                scenario.name, scenario.title, "", scenario.about
            );
        }
        return Ok(());
    }
    let tempo = match arguments.tempo {
        Pace::Auto => Tempo::Auto,
        Pace::Instant => Tempo::Instant,
        Pace::Explicit => Tempo::Explicit,
    };
    let latency = Duration::from_millis(arguments.latency);
    let practice = Practice::start(Options {
        scenario: arguments.scenario,
        tempo,
        latency,
        tls: arguments.tls,
    })
    .await?;
    match &arguments.cloud_file {
        Some(path) => std::fs::write(path, practice.cloud_toml())?,
        None => println!("{}", practice.cloud_toml()),
    }
    println!(
        "Practice runs. Accounts, passwords and levers: {}",
        practice.address(Host::Control)
    );
    println!("Press Ctrl+C to stop.");
    tokio::signal::ctrl_c().await?;
    practice.stop().await;
    Ok(())
}
