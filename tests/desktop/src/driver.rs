//! The driver between WebDriver and the window, one for each window, on ports of its own.

use std::ffi::OsString;
use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Failure, Told};

/// How long the driver may take to listen. It takes a tenth of a second; a busy machine gets a hundred times that.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running driver on a message bus of its own, with an unlocked, empty keyring. It ends, with everything it started, when this is
/// dropped.
///
/// The bus is not shared between windows: the program takes its name on the bus to be the only one, the bus frees a name a moment
/// after its owner is gone, and a window that starts in that moment would hand over to one that is no longer there.
pub struct Driver {
    process: Child,
    home: PathBuf,
    port: u16,
}

/// The keyring's password is one empty line. With nothing at all on its input, the daemon makes no keyring and every write fails.
const UNLOCKED: &str =
    r#"printf '\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec "$@""#;

impl Driver {
    /// Starts the driver; the window inherits the home folder and the environment. What all of them say, and the web view's chatter
    /// about graphics, goes to a file in the home folder.
    pub fn start(home: &Path, environment: &[(&str, PathBuf)]) -> Told<Self> {
        let (port, native) = (free_port()?, free_port()?);
        let said = File::create(home.join(SAID))?;
        let mut command = Command::new("dbus-run-session");
        command
            .args(["--", "sh", "-c", UNLOCKED, "sh"])
            .arg(named("LOCKSTEP_TEST_DRIVER")?);
        command.args([
            "--port",
            &port.to_string(),
            "--native-port",
            &native.to_string(),
        ]);
        for (name, folder) in FOLDERS {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(home.join(folder))?;
            command.env(name, home.join(folder));
        }
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        command
            .stdin(Stdio::null())
            .stdout(said.try_clone()?)
            .stderr(said);
        let process = command.spawn().map_err(|error| {
            Failure::new(format!("dbus-run-session could not be started: {error}"))
        })?;
        let driver = Self {
            process,
            home: home.to_owned(),
            port,
        };
        // Ours listens a moment before the web view's own, and passes every call on to that.
        listens(port)?;
        listens(native)?;
        Ok(driver)
    }

    /// Where the driver is reached.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The address of the message bus, for whoever wants to meet the window there.
    pub fn bus(&self) -> Told<OsString> {
        for pid in living_in(&self.home) {
            let variables = environment_of(pid);
            let bus = variables
                .into_iter()
                .find_map(|variable| variable.strip_prefix(BUS).map(OsString::from));
            if let Some(bus) = bus {
                return Ok(bus);
            }
        }
        Err(Failure::new("nothing runs on the window's message bus"))
    }
}

/// Where the driver and the program write what they say.
pub const SAID: &str = "said.log";

const BUS: &str = "DBUS_SESSION_BUS_ADDRESS=";

/// The folders below the home folder. The keyring and the bus want the last one to be their owner's alone.
const FOLDERS: &[(&str, &str)] = &[
    ("HOME", ""),
    ("XDG_CONFIG_HOME", "config"),
    ("XDG_DATA_HOME", "data"),
    ("XDG_CACHE_HOME", "cache"),
    ("XDG_RUNTIME_DIR", "run"),
];

impl Drop for Driver {
    fn drop(&mut self) {
        // The driver ends the program itself, but now and then it does not get that far.
        for signal in ["-TERM", "-KILL"] {
            let begin = Instant::now();
            let mut living = living_in(&self.home);
            if !living.is_empty() {
                let _ = Command::new("kill")
                    .arg(signal)
                    .args(living.iter().map(u32::to_string))
                    .stderr(Stdio::null())
                    .status();
            }
            while !living.is_empty() && begin.elapsed() < GRACE {
                std::thread::sleep(Duration::from_millis(20));
                living = living_in(&self.home);
            }
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How long a program may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(3);

/// Every process that was given this home folder. Linux tells it; elsewhere nothing is driven.
fn living_in(home: &Path) -> Vec<u32> {
    let wanted = format!("HOME={}", home.join("").display());
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    pids.filter(|pid| environment_of(*pid).contains(&wanted))
        .collect()
}

/// A process's environment; empty for one that has ended.
fn environment_of(pid: u32) -> Vec<String> {
    let bytes = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    bytes
        .split(|byte| *byte == 0)
        .map(|variable| String::from_utf8_lossy(variable).into_owned())
        .collect()
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
