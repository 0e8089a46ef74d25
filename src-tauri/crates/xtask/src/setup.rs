//! What the system has to have before anything of ours can be built or tested.
//!
//! Debian and Ubuntu are furnished by apt; every other system is told, in its own words, what it lacks, and goes on.

use std::process::Command;

use crate::program::{ask, run};
use crate::tree::Tree;
use crate::{Outcome, pages, versions};

/// For building the window. WebKitGTK's development package brings GTK, libsoup and D-Bus along.
const TO_BUILD: &[&str] = &["build-essential", "pkg-config", "libwebkit2gtk-4.1-dev"];

/// For testing the window: a screen, a driver for the web view, a keyring of its own, and a font. For judging what the
/// practice services sign: xmlsec1, and a Python that other libraries can be installed for.
const TO_TEST: &[&str] = &[
    "xvfb",
    "xauth",
    "webkit2gtk-driver",
    "gnome-keyring",
    "dbus",
    "fonts-dejavu-core",
    "xmlsec1",
    "python3-venv",
];

/// Waits this many seconds for another apt that is at work, instead of failing at once.
const LOCK: &str = "DPkg::Lock::Timeout=300";

/// What building needs.
pub fn to_build() -> Outcome {
    system(TO_BUILD)?;
    versions::check()
}

/// What building and testing need.
pub fn to_test() -> Outcome {
    system(&[TO_BUILD, TO_TEST].concat())?;
    versions::check()
}

/// The task `setup`: the system and the pages' packages.
pub fn everything(tree: &Tree) -> Outcome {
    to_test()?;
    pages::install(&tree.pages())?;
    println!("Everything is in place.");
    Ok(())
}

fn system(packages: &[&str]) -> Outcome {
    if cfg!(target_os = "macos") {
        return told(ask("xcode-select", &["-p"]).is_some(), MACOS);
    }
    if cfg!(windows) {
        return told(ask("reg", &["query", WEBVIEW2]).is_some(), WINDOWS);
    }
    if ask("dpkg-query", &["--version"]).is_none() {
        return told(
            ask("pkg-config", &["--exists", "webkit2gtk-4.1"]).is_some(),
            OTHER_LINUX,
        );
    }
    debian(&missing(packages, &listed(packages)))
}

const MACOS: &str =
    "Apple's command line tools seem to be missing. Install them with `xcode-select --install`.";

/// Where Microsoft's installer of the WebView2 Runtime notes its version, by Microsoft's own instructions for detecting it.
const WEBVIEW2: &str = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";

const WINDOWS: &str = "The Microsoft Edge WebView2 Runtime does not seem to be installed for all users. Windows 11 has it; otherwise install the \
Evergreen Runtime. Building also needs the Visual Studio Build Tools with \"Desktop development with C++\".";

const OTHER_LINUX: &str =
    "WebKitGTK 4.1's development files seem to be missing. Their package is called
  webkit2gtk4.1-devel            on Fedora
  webkit2gtk3-devel              on openSUSE
  webkit2gtk-4.1 and base-devel  on Arch Linux
The tests also need Xvfb, WebKitWebDriver, gnome-keyring, dbus-run-session, xmlsec1 and python3 with venv.";

/// Says what seems to be missing and goes on: outside Debian we may be wrong, and the compiler has the last word.
fn told(present: bool, sentence: &str) -> Outcome {
    if !present {
        println!("{sentence}\n");
    }
    Ok(())
}

fn debian(missing: &[&str]) -> Outcome {
    if missing.is_empty() {
        return Ok(());
    }
    if ask("id", &["-u"]).as_deref() != Some("0") {
        return Err(format!(
            "These packages are missing: {}. Nothing was installed. Install them with\n\n  {}\n\nand start this command again.",
            missing.join(", "),
            sudo_line(missing)
        ));
    }
    println!("Installing {}.", missing.join(", "));
    run(apt().arg("update"))?;
    run(apt()
        .args(["install", "-y", "--no-install-recommends"])
        .args(missing))
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive")
        .args(["-o", LOCK]);
    apt
}

fn sudo_line(missing: &[&str]) -> String {
    format!(
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends {}",
        missing.join(" ")
    )
}

/// What dpkg says of the packages, a line each: "xvfb installed". Unknown names are left out of its answer, and it ends with a
/// failure because of them, which is why the answer counts and the end does not.
fn listed(packages: &[&str]) -> String {
    let mut query = Command::new("dpkg-query");
    query
        .args(["-W", "-f", "${Package} ${db:Status-Status}\\n"])
        .args(packages);
    query
        .output()
        .map(|answer| String::from_utf8_lossy(&answer.stdout).into_owned())
        .unwrap_or_default()
}

/// The packages that are not installed, in their own order.
fn missing<'a>(packages: &[&'a str], listed: &str) -> Vec<&'a str> {
    let there = |name: &str| {
        listed
            .lines()
            .any(|line| line.split_once(' ') == Some((name, "installed")))
    };
    packages
        .iter()
        .copied()
        .filter(|name| !there(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_installed_counts() {
        let listed =
            "xvfb installed\nxauth not-installed\ndbus config-files\nbuild-essential installed\n";
        assert_eq!(
            missing(&["build-essential", "xvfb"], listed),
            Vec::<&str>::new()
        );
        assert_eq!(
            missing(&["xvfb", "xauth", "dbus", "gnome-keyring"], listed),
            ["xauth", "dbus", "gnome-keyring"]
        );
        assert_eq!(missing(&["xvfb"], ""), ["xvfb"]);
    }

    #[test]
    fn a_name_is_not_found_in_a_longer_one() {
        assert_eq!(missing(&["dbus"], "dbus-x11 installed\n"), ["dbus"]);
    }

    #[test]
    fn the_sudo_line_can_be_pasted() {
        assert_eq!(
            sudo_line(&["xvfb", "xauth"]),
            "sudo apt-get update && sudo apt-get install -y --no-install-recommends xvfb xauth"
        );
    }

    #[test]
    fn nothing_missing_needs_no_rights() {
        assert_eq!(debian(&[]), Ok(()));
    }
}
