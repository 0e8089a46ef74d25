//! The pages and their npm packages. What the pages show is none of our business here.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::program::{npm, run};
use crate::tree::Tree;

/// Installs the packages and builds the pages into `ui/dist`, which the program embeds.
pub fn build(tree: &Tree) -> Outcome {
    install(&tree.pages())?;
    script(tree, "build")
}

/// One of the scripts in `ui/package.json`.
pub fn script(tree: &Tree, name: &str) -> Outcome {
    run(npm(&tree.pages()).args(["run", "--silent", name]))
}

/// `npm ci`, unless exactly this lock file was installed before.
pub fn install(folder: &Path) -> Outcome {
    let lock = folder.join("package-lock.json");
    let wanted =
        fs::read(&lock).map_err(|error| format!("{} can't be read: {error}", lock.display()))?;
    if is_installed(folder, &wanted) {
        return Ok(());
    }
    run(npm(folder).args(["ci", "--no-audit", "--no-fund"]))?;
    let stamp = stamp(folder);
    fs::write(&stamp, wanted)
        .map_err(|error| format!("{} can't be written: {error}", stamp.display()))
}

/// Compares contents, not times: a checkout gives every file a new time.
fn is_installed(folder: &Path, wanted: &[u8]) -> bool {
    fs::read(stamp(folder)).is_ok_and(|installed| installed == wanted)
}

/// A copy of the lock file that was installed. It lies among the packages, so that whoever deletes them deletes it too.
fn stamp(folder: &Path) -> PathBuf {
    folder
        .join("node_modules")
        .join(".installed-package-lock.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own for each test, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("lockstep-xtask-{}-{name}", std::process::id()));
            fs::create_dir_all(path.join("node_modules")).expect("a temporary folder can be made");
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_lock_file_counts_as_installed_only_unchanged() {
        let folder = Folder::new("unchanged");
        assert!(
            !is_installed(&folder.0, b"one"),
            "nothing was installed yet"
        );
        fs::write(stamp(&folder.0), "one").expect("the stamp can be written");
        assert!(is_installed(&folder.0, b"one"));
        assert!(!is_installed(&folder.0, b"two"), "the lock file changed");
    }

    #[test]
    fn what_is_installed_is_not_installed_again() {
        let folder = Folder::new("again");
        fs::write(folder.0.join("package-lock.json"), "one").expect("the lock file can be written");
        fs::write(stamp(&folder.0), "one").expect("the stamp can be written");
        assert_eq!(
            install(&folder.0),
            Ok(()),
            "npm would have refused this lock file"
        );
    }

    #[test]
    fn a_missing_lock_file_is_a_sentence() {
        let folder = Folder::new("missing");
        assert!(
            install(&folder.0)
                .is_err_and(|sentence| sentence.contains("package-lock.json can't be read"))
        );
    }
}
