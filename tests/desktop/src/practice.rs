//! Practice services that run beside the window, with levers to pull while it works, and their dump to compare.
//!
//! What the services do is seen at once, unless a lever says otherwise: a story needs none of the seconds in which a person
//! sees that a service takes time.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
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
            .args(["practice", "--scenario", scenario, "--tempo", "instant"])
            .arg("--cloud-file")
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
        self.ask(&format!("POST /levers/{lever}"), sent).map(drop)
    }

    /// Everything in tenant and organization that a wizard may change, as the journeys without a screen compare it too.
    pub fn dump(&self) -> Told<Value> {
        Ok(serde_json::from_str(&self.ask("GET /dump", "")?)?)
    }

    fn ask(&self, what: &str, sent: &str) -> Told<String> {
        let control = self.value("control")?;
        let host = control.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "{what} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{sent}",
            sent.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        match answer.split_once("\r\n\r\n") {
            Some((head, body)) if head.starts_with("HTTP/1.1 200") => Ok(body.to_owned()),
            _ => Err(Failure::new(format!("{what} answered {answer}"))),
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

/// What differs between two dumps in the tenant or the organization, a line each; empty when they are equal. Consents and
/// what was deleted stand beside these two: signing in adds to the one, and Microsoft keeps the other for 30 days.
pub fn differences(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for side in ["tenant", "organization"] {
        let keys = [before, after].map(|dump| dump[side].as_object().map(|fields| fields.keys()));
        let keys: BTreeSet<&String> = keys.into_iter().flatten().flatten().collect();
        if keys.is_empty() {
            found.push(format!("there is no {side}"));
        }
        for key in keys {
            let (before, after) = (&before[side][key], &after[side][key]);
            if before != after {
                found.push(format!("{side}.{key}: was {before}, is {after}"));
            }
        }
    }
    found
}

/// The path as an argument of the program.
pub(crate) fn argument(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_is_named_on_either_side_and_nowhere_else() {
        let before =
            json!({"tenant": {"users": []}, "organization": {"policies": [1]}, "deleted": []});
        let mut after = before.clone();
        after["deleted"] = json!([1]);
        assert_eq!(differences(&before, &after), [""; 0]);
        after["tenant"]["groups"] = json!([2]);
        after["organization"]["policies"] = json!([]);
        assert_eq!(
            differences(&before, &after),
            [
                "tenant.groups: was null, is [2]",
                "organization.policies: was [1], is []"
            ]
        );
    }

    #[test]
    fn what_is_no_dump_equals_none() {
        assert_eq!(differences(&json!({}), &json!({})).len(), 2);
    }
}
