//! Where things lie in this repository. Nothing is built or changed here.

use std::env;
use std::path::{Path, PathBuf};

/// The repository's folders.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The top of the repository.
    pub root: PathBuf,
    /// Where Cargo builds.
    pub target: PathBuf,
}

impl Tree {
    /// The tree this program was built from. Cargo names the crate's folder at run time; the folder at build time stands in when
    /// the program is started without Cargo.
    pub fn found() -> Self {
        let crate_folder = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = crate_folder
            .ancestors()
            .nth(3)
            .map_or_else(|| crate_folder.clone(), Path::to_path_buf);
        let target = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |named| root.join(named));
        Self { root, target }
    }

    /// The pages.
    pub fn pages(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// The programs of other makers that the tests talk to.
    pub fn peers(&self) -> PathBuf {
        self.root.join("tests").join("peers")
    }

    /// The Python libraries of other makers that judge SAML messages.
    pub fn judges(&self) -> PathBuf {
        self.target.join("judges")
    }

    /// A program built in debug mode.
    pub fn built(&self, name: &str) -> PathBuf {
        self.target
            .join("debug")
            .join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// Tauri's command line, as npm installs it.
    pub fn tauri(&self) -> PathBuf {
        let name = if cfg!(windows) { "tauri.cmd" } else { "tauri" };
        self.pages().join("node_modules").join(".bin").join(name)
    }

    /// Whether a path lies in the repository.
    pub fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_the_folder_with_the_workspace() {
        let tree = Tree::found();
        let manifest =
            std::fs::read_to_string(tree.root.join("Cargo.toml")).expect("the root has a manifest");
        assert!(manifest.contains("[workspace]"));
        assert!(tree.holds(&tree.pages()));
        assert!(!tree.holds(&std::env::temp_dir().join("pictures")));
    }
}
