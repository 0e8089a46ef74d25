//! The SAML libraries of Python that judge what the practice services sign, in a folder of their own under Cargo's, so that
//! nothing of the system's Python is touched. Those of Node.js are packages like the pages'; xmlsec1 comes with the system.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::program::run;
use crate::tree::Tree;

/// Installs exactly the files that `requirements.txt` lists, unless they are there.
pub fn install(tree: &Tree) -> Outcome {
    if !cfg!(target_os = "linux") {
        println!("Left out: the judges are asked only on Linux.");
        return Ok(());
    }
    let list = tree.peers().join("requirements.txt");
    let wanted =
        fs::read(&list).map_err(|error| format!("{} can't be read: {error}", list.display()))?;
    let folder = tree.judges();
    if is_installed(&folder, &wanted) {
        return Ok(());
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&folder))?;
    let mut pip = Command::new(folder.join("bin").join("python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
    ]);
    run(pip.arg(&list))?;
    let stamp = stamp(&folder);
    fs::write(&stamp, wanted)
        .map_err(|error| format!("{} can't be written: {error}", stamp.display()))
}

/// Compares contents, not times: a checkout gives every file a new time.
fn is_installed(folder: &Path, wanted: &[u8]) -> bool {
    fs::read(stamp(folder)).is_ok_and(|installed| installed == wanted)
}

/// A copy of the list that was installed.
fn stamp(folder: &Path) -> PathBuf {
    folder.join(".installed-requirements.txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_has_its_version_and_its_sums() {
        let list = fs::read_to_string(Tree::found().peers().join("requirements.txt"))
            .expect("the list is there");
        let packages: Vec<&str> = list.lines().filter(|line| line.contains("==")).collect();
        assert!(packages.len() > 2, "{packages:?}");
        for package in packages {
            let (_, rest) = list.split_once(package).expect("it is in the list");
            assert!(rest.trim_start().starts_with("--hash=sha256:"), "{package}");
        }
    }

    #[test]
    fn another_list_is_installed_again() {
        let folder = std::env::temp_dir().join(format!("lockstep-judges-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        assert!(!is_installed(&folder, b"one"));
        fs::write(stamp(&folder), "one").expect("the stamp can be written");
        assert!(is_installed(&folder, b"one") && !is_installed(&folder, b"two"));
        fs::remove_dir_all(&folder).expect("the folder is ours");
    }
}
