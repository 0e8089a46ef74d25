//! The driver between WebDriver and the window, one for each window, on ports of its own.

use std::ffi::OsString;
use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Failure, Told};

/// How long the driver may take to listen. It takes a tenth of a second; a busy machine gets a hundred times that.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running driver. It ends, with everything it started, when this is dropped.
pub struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts the driver; the window inherits the environment. What both of them say, and the web view's chatter about graphics,
    /// goes to a file.
    pub fn start(environment: &[(&str, PathBuf)], said: &Path) -> Told<Self> {
        let (port, native) = (free_port()?, free_port()?);
        let mut command = Command::new(named("LOCKSTEP_TEST_DRIVER")?);
        command.args([
            "--port",
            &port.to_string(),
            "--native-port",
            &native.to_string(),
        ]);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        let said = File::create(said)?;
        command
            .stdin(Stdio::null())
            .stdout(said.try_clone()?)
            .stderr(said);
        let process = command
            .spawn()
            .map_err(|error| Failure::new(format!("the driver could not be started: {error}")))?;
        let driver = Self { process, port };
        // Ours listens a moment before the web view's own, and passes every call on to that.
        listens(port)?;
        listens(native)?;
        Ok(driver)
    }

    /// Where the driver is reached.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The polite signal: on it the driver also ends the driver of the web view, which would otherwise be left over.
        let pid = self.process.id().to_string();
        let asked = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .is_ok_and(|status| status.success());
        if !asked {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// Waits until something listens on a port.
fn listens(port: u16) -> Told {
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if begin.elapsed() > PATIENCE {
            return Err(Failure::new(format!(
                "the driver did not listen within {} s",
                PATIENCE.as_secs()
            )));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// The program under test.
pub fn program() -> Told<PathBuf> {
    let program = PathBuf::from(named("LOCKSTEP_TEST_APP")?);
    if Path::new(&program).is_file() {
        Ok(program)
    } else {
        Err(Failure::new(format!("{} is not built", program.display())))
    }
}

fn named(variable: &str) -> Told<OsString> {
    let missing = || {
        Failure::new(format!(
            "{variable} is not set. `cargo xtask test` sets it and starts these tests."
        ))
    };
    std::env::var_os(variable).ok_or_else(missing)
}

/// A port that is free now. The listener that found it is closed again, so another program could take it in between; each window
/// asks for its own, and the tests run one after another.
fn free_port() -> Told<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
