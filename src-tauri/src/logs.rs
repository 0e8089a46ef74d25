//! The log files. They hold what `tracing` is told, and nobody tells it a secret: secrets print as dots.

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{Builder, RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// Our own crates say what they do; those of others say only what went wrong.
const USUAL: &str = "warn,app=info,connect=info,engine=info,guide=info,sim=info";

/// How many days are kept: enough to look back at a change of last week.
const DAYS: usize = 14;

/// Writes one file a day below the data folder, until what is returned is dropped. Without log files the program works as well,
/// so a folder that can't be used is told on the terminal only.
pub fn keep(data: &Path) -> Option<WorkerGuard> {
    match a_file_a_day(&data.join("logs")) {
        Ok(files) => {
            let (writer, guard) = tracing_appender::non_blocking(files);
            let filter =
                EnvFilter::try_from_env("LOCKSTEP_LOG").unwrap_or_else(|_| EnvFilter::new(USUAL));
            tracing_subscriber::fmt()
                .with_env_filter(filter)
                .with_ansi(false)
                .with_writer(writer)
                .init();
            Some(guard)
        }
        Err(error) => {
            eprintln!("No log is kept: {error}");
            tracing_subscriber::fmt()
                .with_env_filter(EnvFilter::new("warn"))
                .with_writer(io::stderr)
                .init();
            None
        }
    }
}

fn a_file_a_day(folder: &Path) -> Result<RollingFileAppender, Box<dyn Error>> {
    make(folder)?;
    let files = Builder::new().rotation(Rotation::DAILY).max_log_files(DAYS);
    Ok(files
        .filename_prefix("lockstep")
        .filename_suffix("log")
        .build(folder)?)
}

/// Makes the folder for its owner only: a log names tenants and people.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
