//! A private window of the browser, where nobody is logged in yet: a log-in that is tried in it proves something. There is
//! no standard way to ask a system for one, so the browsers that are known to have a switch for it are tried in turn.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use connect::{Browser, CommandBrowser};

/// Opens an address in a private window: of the browser in `LOCKSTEP_BROWSER`, or of the first one that is there. A command
/// that can't be told to open a private window is passed over: a log-in in a usual one may prove nothing.
///
/// # Errors
/// When no known browser is there; the sentence says what to do.
pub fn open_private(url: &str) -> Result<(), String> {
    if let Some(command) = CommandBrowser::from_environment().and_then(private) {
        return command.open(url).map_err(|fault| fault.to_string());
    }
    for browser in known() {
        if browser.start(url) {
            return Ok(());
        }
    }
    Err("No browser with a private window was found. Open one yourself and paste the address into it.".to_owned())
}

/// How programs begin that are browsers, and the switch that makes their window private.
const SWITCHES: &[(&str, &str)] = &[
    ("firefox", "--private-window"),
    ("google-chrome", "--incognito"),
    ("chrom", "--incognito"),
    ("brave", "--incognito"),
    ("microsoft-edge", "--inprivate"),
    ("msedge", "--inprivate"),
];

/// A command told to open a private window; `None` where nobody knows how it would be.
fn private(command: CommandBrowser) -> Option<CommandBrowser> {
    let is_switch = |word: &String| SWITCHES.iter().any(|(_, switch)| word == switch);
    if command.words().iter().any(is_switch) {
        return Some(command);
    }
    let program = Path::new(command.words().first()?).file_stem()?;
    let program = program.to_str()?.to_lowercase();
    let (_, switch) = SWITCHES
        .iter()
        .find(|(name, _)| program.starts_with(name))?;
    Some(command.with(switch))
}

/// A browser and the arguments that make its window private; the address comes after them.
struct Known {
    program: PathBuf,
    arguments: &'static [&'static str],
}

impl Known {
    fn start(&self, url: &str) -> bool {
        let child = Command::new(&self.program)
            .args(self.arguments)
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match child {
            Ok(mut child) => {
                // Waited for, so that no dead process stays behind.
                std::thread::spawn(move || child.wait());
                true
            }
            Err(_) => false,
        }
    }
}

#[cfg(target_os = "macos")]
fn known() -> Vec<Known> {
    const APPS: &[(&str, &[&str])] = &[
        (
            "Google Chrome",
            &["-na", "Google Chrome", "--args", "--incognito"],
        ),
        (
            "Microsoft Edge",
            &["-na", "Microsoft Edge", "--args", "--inprivate"],
        ),
        ("Firefox", &["-na", "Firefox", "--args", "--private-window"]),
        (
            "Brave Browser",
            &["-na", "Brave Browser", "--args", "--incognito"],
        ),
    ];
    let there = |name: &str| PathBuf::from(format!("/Applications/{name}.app")).exists();
    APPS.iter()
        .filter(|(name, _)| there(name))
        .map(|(_, arguments)| Known {
            program: "/usr/bin/open".into(),
            arguments,
        })
        .collect()
}

#[cfg(windows)]
fn known() -> Vec<Known> {
    const PLACES: &[(&str, &str, &[&str])] = &[
        (
            "ProgramFiles(x86)",
            r"Microsoft\Edge\Application\msedge.exe",
            &["--inprivate"],
        ),
        (
            "ProgramFiles",
            r"Google\Chrome\Application\chrome.exe",
            &["--incognito"],
        ),
        (
            "ProgramFiles",
            r"Mozilla Firefox\firefox.exe",
            &["-private-window"],
        ),
    ];
    PLACES
        .iter()
        .filter_map(|(root, path, arguments)| {
            let program = PathBuf::from(std::env::var_os(root)?).join(path);
            Some(Known { program, arguments })
        })
        .filter(|known| known.program.exists())
        .collect()
}

#[cfg(not(any(target_os = "macos", windows)))]
fn known() -> Vec<Known> {
    const NAMES: &[(&str, &[&str])] = &[
        ("firefox", &["--private-window"]),
        ("firefox-esr", &["--private-window"]),
        ("google-chrome", &["--incognito"]),
        ("google-chrome-stable", &["--incognito"]),
        ("microsoft-edge", &["--inprivate"]),
        ("microsoft-edge-stable", &["--inprivate"]),
        ("chromium", &["--incognito"]),
        ("chromium-browser", &["--incognito"]),
        ("brave-browser", &["--incognito"]),
    ];
    let preferred = default_browser();
    let mut known: Vec<_> = NAMES.to_vec();
    // The one that the person uses comes first.
    known.sort_by_key(|(name, _)| !preferred.starts_with(name));
    known
        .into_iter()
        .map(|(name, arguments)| Known {
            program: name.into(),
            arguments,
        })
        .collect()
}

/// The desktop file of the system's browser, such as `firefox.desktop`; empty where the system does not tell.
#[cfg(not(any(target_os = "macos", windows)))]
fn default_browser() -> String {
    Command::new("xdg-settings")
        .args(["get", "default-web-browser"])
        .stderr(Stdio::null())
        .output()
        .map(|told| String::from_utf8_lossy(&told.stdout).into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_that_is_not_there_is_passed_over() {
        let missing = Known {
            program: "no-such-browser-here".into(),
            arguments: &["--private-window"],
        };
        assert!(!missing.start("https://x.test/"));
    }

    #[test]
    fn the_command_of_the_environment_is_used_where_its_window_can_be_private() {
        for (command, wanted) in [
            (
                "/usr/bin/firefox-esr -P work",
                Some("/usr/bin/firefox-esr -P work --private-window"),
            ),
            ("chromium", Some("chromium --incognito")),
            ("msedge.exe", Some("msedge.exe --inprivate")),
            (
                "flatpak run org.mozilla.firefox --private-window",
                Some("flatpak run org.mozilla.firefox --private-window"),
            ),
            ("xdg-open", None),
            ("/home/adele/open-there.sh", None),
        ] {
            let told = CommandBrowser::new(command).and_then(private);
            let told = told.map(|command| command.words().join(" "));
            assert_eq!(told.as_deref(), wanted, "{command}");
        }
    }

    #[test]
    fn every_known_browser_is_told_to_be_private() {
        for known in known() {
            let private = known
                .arguments
                .iter()
                .any(|argument| argument.contains("private") || argument.contains("incognito"));
            assert!(private, "{}", known.program.display());
        }
    }
}
