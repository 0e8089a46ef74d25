//! Opening a page in a browser: the system's, or a command of one's own. It must not know what the page is.

use std::fmt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::BoxFuture;

/// Something that can open a page.
pub trait Browser: Send + Sync {
    /// Opens the page. It waits for a moment, to see whether what was started ends with a failure.
    ///
    /// # Errors
    /// When no browser could be started; the person can open the address by hand.
    fn open(&self, url: &str) -> Result<(), BrowserFault>;

    /// Ends when the opened page itself failed, where that can be told: nobody comes back from it then. A browser of the
    /// system does not tell, and the person in front of it sees it.
    fn failed(&self) -> BoxFuture<'_, String> {
        futures::future::pending().boxed()
    }
}

/// Why no browser was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserFault {
    /// What was tried.
    pub tried: String,
    /// What the system said.
    pub because: String,
}

impl fmt::Display for BrowserFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the browser could not be opened with {}: {}",
            self.tried, self.because
        )
    }
}

impl std::error::Error for BrowserFault {}

/// How soon a launcher that finds no browser has ended. One that goes on has handed the page over; it is not waited for longer.
const SOON: Duration = Duration::from_millis(1000);
/// Between two looks at it.
const GLANCE: Duration = Duration::from_millis(20);

/// The system's browser.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemBrowser;

impl Browser for SystemBrowser {
    fn open(&self, url: &str) -> Result<(), BrowserFault> {
        // What the programs behind it said names them and their codes, which helps nobody to sign in.
        opened(url).map_err(|_| BrowserFault {
            tried: "the system’s browser".into(),
            because: "this computer has none that opens".into(),
        })
    }
}

/// Its launcher tells there whether it opened anything, and ends at once.
#[cfg(target_os = "macos")]
fn opened(url: &str) -> std::io::Result<()> {
    open::that_detached(url)
}

#[cfg(not(target_os = "macos"))]
fn opened(url: &str) -> std::io::Result<()> {
    open::that_detached_with_timeout(url, SOON)
}

/// A command that is given the address as its last argument (`LOCKSTEP_BROWSER`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandBrowser {
    words: Vec<String>,
}

/// The environment variable that names a browser command.
pub const BROWSER_VARIABLE: &str = "LOCKSTEP_BROWSER";

impl CommandBrowser {
    /// Splits the command as a shell would: at spaces, keeping what stands in quotes together. `None` when it is empty.
    pub fn new(command: &str) -> Option<Self> {
        let words = split_words(command);
        (!words.is_empty()).then_some(Self { words })
    }

    /// The program and its arguments.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The same with one more argument, which comes before the address.
    #[must_use]
    pub fn with(mut self, argument: &str) -> Self {
        self.words.push(argument.to_owned());
        self
    }

    /// The command of the environment variable, if it names one.
    pub fn from_environment() -> Option<Self> {
        std::env::var(BROWSER_VARIABLE)
            .ok()
            .and_then(|command| Self::new(&command))
    }
}

impl Browser for CommandBrowser {
    fn open(&self, url: &str) -> Result<(), BrowserFault> {
        let (program, arguments) = self
            .words
            .split_first()
            .ok_or_else(|| self.fault("it is empty"))?;
        let mut child = Command::new(program)
            .args(arguments)
            .arg(url)
            .stdin(Stdio::null())
            // The command line's own output may be read by a program: a browser's chatter must not come between.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| self.fault(&error.to_string()))?;
        if let Some(ended) = ends_soon(&mut child).filter(|ended| !ended.success()) {
            return Err(self.fault(&format!("it ended at once, {ended}")));
        }
        // Waited for, so that no dead process stays behind.
        std::thread::spawn(move || child.wait());
        Ok(())
    }
}

/// How it ended, where that was soon: a browser that was started goes on, or hands the page to one that runs.
fn ends_soon(child: &mut Child) -> Option<ExitStatus> {
    let begin = Instant::now();
    while begin.elapsed() < SOON {
        match child.try_wait() {
            Ok(None) => std::thread::sleep(GLANCE),
            Ok(ended) => return ended,
            Err(_) => return None,
        }
    }
    None
}

impl CommandBrowser {
    fn fault(&self, because: &str) -> BrowserFault {
        BrowserFault {
            tried: self.words.join(" "),
            because: because.to_owned(),
        }
    }
}

fn split_words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in command.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_a_shell_splits_them() {
        let cases: [(&str, &[&str]); 5] = [
            ("firefox --private", &["firefox", "--private"]),
            ("  'my browser'  \"-a b\" c", &["my browser", "-a b", "c"]),
            ("x ''", &["x", ""]),
            ("it\"s fine\"", &["its fine"]),
            ("   ", &[]),
        ];
        for (command, words) in cases {
            assert_eq!(split_words(command), words, "{command}");
        }
        assert_eq!(CommandBrowser::new(" "), None);
    }

    #[test]
    fn a_command_that_is_not_there_is_named() {
        let browser = CommandBrowser::new("no-such-browser-here --flag").expect("a command");
        let fault = browser.open("https://x.test").expect_err("a fault");
        assert_eq!(fault.tried, "no-such-browser-here --flag");
    }

    #[cfg(unix)]
    #[test]
    fn a_command_that_ends_with_a_failure_opened_nothing() {
        for (command, opens) in [
            ("sh -c 'exit 3'", false),
            ("sh -c 'sleep 0.2; exit 4'", false),
            ("true", true),
            ("sleep 2", true),
        ] {
            // The address is one more argument, which these take no notice of.
            let opened = CommandBrowser::new(command).expect("a command").open("2");
            assert_eq!(opened.is_ok(), opens, "{command}: {opened:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_command_gets_the_address_last() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("seen");
        let status = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(status.success());
        let command = format!("sh -c 'printf %s \"$1\" > {}' sh", pipe.display());
        CommandBrowser::new(&command)
            .expect("a command")
            .open("https://x.test/?a=b&c=d")
            .expect("a start");
        assert_eq!(
            std::fs::read_to_string(&pipe).expect("the address"),
            "https://x.test/?a=b&c=d"
        );
    }
}
