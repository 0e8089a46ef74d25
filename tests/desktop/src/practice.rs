//! Practice services that run beside the window, with levers to pull while it works.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::driver::program;
use crate::{Failure, Told};

/// How long the services may take to write their cloud file. They take a fraction of a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// Running practice services. They end when this is dropped.
pub struct Practice {
    process: Child,
    folder: TempDir,
    cloud: String,
}

impl Practice {
    /// Serves a scenario, by the command line's own program.
    pub fn serve(scenario: &str) -> Told<Self> {
        let folder = tempfile::tempdir()?;
        let command_line = program()?.with_file_name("lockstep");
        let process = Command::new(command_line)
            .args(["practice", "--scenario", scenario, "--cloud-file"])
            .arg(folder.path().join(CLOUD))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let mut practice = Self {
            process,
            folder,
            cloud: String::new(),
        };
        practice.cloud = practice.wait_for_the_cloud()?;
        Ok(practice)
    }

    /// The cloud file, for `--cloud`.
    pub fn cloud_file(&self) -> PathBuf {
        self.folder.path().join(CLOUD)
    }

    /// A value of the cloud file, by its key.
    pub fn value(&self, key: &str) -> Told<String> {
        let line = self
            .cloud
            .lines()
            .find(|line| line.split(" = ").next() == Some(key));
        let value = line.and_then(|line| line.split('"').nth(1));
        value
            .map(str::to_owned)
            .ok_or_else(|| Failure::new(format!("the cloud file has no {key}")))
    }

    /// Pulls a lever.
    pub fn pull(&self, lever: &str, sent: &str) -> Told {
        let control = self.value("control")?;
        let host = control.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "POST /levers/{lever} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{sent}",
            sent.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        if answer.starts_with("HTTP/1.1 200") {
            Ok(())
        } else {
            Err(Failure::new(format!("the lever {lever} answered {answer}")))
        }
    }

    fn wait_for_the_cloud(&mut self) -> Told<String> {
        let begin = Instant::now();
        loop {
            let text = fs::read_to_string(self.cloud_file()).unwrap_or_default();
            if text.contains("[[practice.accounts]]") {
                return Ok(text);
            }
            if begin.elapsed() > PATIENCE || self.process.try_wait()?.is_some() {
                return Err(Failure::new("the practice services did not start"));
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }
}

const CLOUD: &str = "cloud.toml";

impl Drop for Practice {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The path as an argument of the program.
pub fn argument(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
