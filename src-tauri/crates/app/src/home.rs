//! Where connections live on this computer: one folder each, with `connection.toml` and `journal.jsonl`.
//!
//! Files are written atomically, for their owner only, and carry a version. No secret is ever written here.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use engine::{Trouble, TroubleKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of `connection.toml` that this program writes.
const VERSION: u32 = 1;

/// The data folder of the program.
#[derive(Debug, Clone)]
pub struct Home {
    root: PathBuf,
}

/// A connection as it is described on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The format's version.
    version: u32,
    /// Its id: the folder's name, and the mark on what it makes.
    #[serde(skip)]
    pub id: String,
    /// The name that its administrator gave it.
    pub name: String,
    /// Which services it connects.
    pub services: Services,
    /// When it was made.
    pub created: Timestamp,
}

/// Which services a connection talks to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Services {
    /// A cloud of the table, by name.
    Cloud(String),
    /// A cloud file of one's own.
    File(PathBuf),
    /// The built-in practice services, by scenario. They end with the program.
    Practice(String),
}

impl Services {
    /// The cloud that is offered first.
    pub const FIRST_CLOUD: &'static str = "global";
}

/// The OS's data folder for the program; `LOCKSTEP_DATA` names another one.
pub fn data_folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("LOCKSTEP_DATA").filter(|folder| !folder.is_empty()) {
        return PathBuf::from(folder);
    }
    directories::ProjectDirs::from("io", "Lockstep", "lockstep").map_or_else(
        || PathBuf::from(".lockstep"),
        |folders| folders.data_dir().to_owned(),
    )
}

impl Home {
    /// The home in `root`, made when it is missing.
    pub fn open(root: PathBuf) -> Result<Self, Trouble> {
        let made = make_private(&root.join("connections"));
        made.map_err(|error| {
            disk_trouble(
                &error,
                &format!("Opening the data folder {}.", root.display()),
            )
        })?;
        Ok(Self { root })
    }

    /// Every connection, newest first. A folder that can't be read is left out, and stays as it is.
    pub fn connections(&self) -> Vec<Connection> {
        let entries = std::fs::read_dir(self.root.join("connections"))
            .into_iter()
            .flatten()
            .flatten();
        let mut found: Vec<_> = entries
            .filter_map(|entry| self.read(entry.file_name().to_str()?).ok())
            .collect();
        found.sort_by_key(|connection| std::cmp::Reverse(connection.created));
        found
    }

    /// The connection of an id or, if there is exactly one, of a name.
    pub fn find(&self, id_or_name: &str) -> Option<Connection> {
        let mut called = self.called(id_or_name);
        called.pop().filter(|_| called.is_empty())
    }

    /// The connection of an id or, where it is none, all of that name.
    pub fn called(&self, id_or_name: &str) -> Vec<Connection> {
        let mut all = self.connections();
        match all
            .iter()
            .position(|connection| connection.id == id_or_name)
        {
            Some(at) => vec![all.swap_remove(at)],
            None => {
                all.retain(|connection| connection.name == id_or_name.trim());
                all
            }
        }
    }

    /// Makes a connection.
    pub fn create(&self, name: &str, services: Services) -> Result<Connection, Trouble> {
        if connect::Redactor::finds_secret_in(name) {
            // The name stands on disk and in the name of a folder.
            return Err(Trouble::new(
                TroubleKind::BadInput,
                "There is a key or a token in the name",
                "Nothing was made, and it was not kept.",
            ));
        }
        let connection = Connection {
            version: VERSION,
            id: format!("{}-{}", slug(name), random_hex()),
            name: name.trim().to_owned(),
            services,
            created: Timestamp::now(),
        };
        let folder = self.folder(&connection.id);
        let doing = format!("Making the connection in {}.", folder.display());
        make_private(&folder).map_err(|error| disk_trouble(&error, &doing))?;
        let text = toml::to_string(&connection)
            .map_err(|error| disk_trouble(&io::Error::other(error), &doing))?;
        write_whole(&folder.join("connection.toml"), text.as_bytes())
            .map_err(|error| disk_trouble(&error, &doing))?;
        Ok(connection)
    }

    /// Deletes a connection's folder; nothing at the services.
    pub fn forget(&self, id: &str) -> Result<(), Trouble> {
        let folder = self.folder(id);
        if !folder.join("connection.toml").is_file() {
            return Ok(());
        }
        std::fs::remove_dir_all(&folder)
            .map_err(|error| disk_trouble(&error, &format!("Deleting {}.", folder.display())))
    }

    /// Forgets the connections of the built-in practice services: those services ended with the program.
    pub fn forget_practice(&self) {
        for connection in self.connections() {
            let held = engine::FileStore::open(&self.journal(&connection.id)).is_err();
            if matches!(connection.services, Services::Practice(_)) && !held {
                // A folder that can't be deleted now is deleted at the next start.
                let _ = self.forget(&connection.id);
            }
        }
    }

    /// The journal of a connection.
    pub fn journal(&self, id: &str) -> PathBuf {
        self.folder(id).join("journal.jsonl")
    }

    /// The folder of a connection.
    pub fn folder(&self, id: &str) -> PathBuf {
        self.root.join("connections").join(id)
    }

    /// The program's own settings.
    pub fn settings(&self) -> PathBuf {
        self.root.join("settings.json")
    }

    fn read(&self, id: &str) -> Result<Connection, Trouble> {
        let path = self.folder(id).join("connection.toml");
        let text = std::fs::read_to_string(&path)
            .map_err(|error| disk_trouble(&error, "Reading a connection."))?;
        let mut connection: Connection = toml::from_str(&text)
            .map_err(|error| disk_trouble(&io::Error::other(error), "Reading a connection."))?;
        if connection.version > VERSION {
            return Err(Trouble::new(
                TroubleKind::Local,
                "The connection was made by a newer Lockstep",
                "It is left as it is.",
            ));
        }
        id.clone_into(&mut connection.id);
        Ok(connection)
    }
}

/// A failure of the disk, in words.
pub(crate) fn disk_trouble(error: &io::Error, doing: &str) -> Trouble {
    Trouble::new(
        TroubleKind::Local,
        "This computer's disk refused",
        "Nothing was sent.",
    )
    .doing(doing)
    .said(engine::Said {
        by: "this computer".into(),
        words: error.to_string(),
        answer: format!("{:?}", error.kind()),
        request_id: None,
        at: None,
    })
    .next(
        "Make room, or check the folder's rights",
        "Then try again.",
        engine::NextDo::Retry,
    )
}

/// Writes a file whole or not at all, for its owner only.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A temporary file is made for its owner only, and keeps that when it takes its place.
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Letters and digits of a name, in lower case, joined by single dashes, at most 24.
fn slug(name: &str) -> String {
    let words: Vec<String> = name
        .to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let slug: String = words.join("-").chars().take(24).collect();
    let slug = slug.trim_matches('-').to_owned();
    if slug.is_empty() {
        "connection".to_owned()
    } else {
        slug
    }
}

fn random_hex() -> String {
    let mut bytes = [0_u8; 2];
    // The OS's random source does not fail on the systems that the window runs on; the time still tells apart.
    if getrandom::fill(&mut bytes).is_err() {
        bytes = (Timestamp::now().as_microsecond() as u16).to_be_bytes();
    }
    format!("{:02x}{:02x}", bytes[0], bytes[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> (tempfile::TempDir, Home) {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::open(folder.path().to_owned()).expect("opens");
        (folder, home)
    }

    #[test]
    fn what_was_made_is_found_again() {
        let (_folder, home) = home();
        let made = home
            .create("Contoso Production", Services::Cloud("global".into()))
            .expect("made");
        assert!(made.id.starts_with("contoso-production-"), "{}", made.id);
        assert_eq!(home.find("Contoso Production"), Some(made.clone()));
        assert_eq!(home.find(&made.id), Some(made));
    }

    #[test]
    fn a_key_is_no_name() {
        let (_folder, home) = home();
        let key = "ATCTT3xFfGN0abcdefghijklmnop=12345678";
        let refused = home.create(key, Services::Cloud("global".into()));
        let said = format!("{:?}", refused.expect_err("refused"));
        assert!(!said.contains("ATCTT"), "{said}");
        assert_eq!(home.connections(), []);
    }

    #[test]
    fn a_name_that_stands_twice_is_not_guessed() {
        let (_folder, home) = home();
        for _ in 0..2 {
            home.create("Contoso", Services::Practice("fresh".into()))
                .expect("made");
        }
        assert_eq!(home.find("Contoso"), None);
        let both = home.called("Contoso");
        assert_eq!(both.len(), 2);
        assert_eq!(home.called(&both[0].id), both[..1]);
    }

    #[test]
    fn practice_is_forgotten_and_the_rest_stays() {
        let (_folder, home) = home();
        home.create("Real", Services::Cloud("global".into()))
            .expect("made");
        home.create("Practice", Services::Practice("fresh".into()))
            .expect("made");
        home.forget_practice();
        let names: Vec<_> = home
            .connections()
            .into_iter()
            .map(|connection| connection.name)
            .collect();
        assert_eq!(names, ["Real"]);
    }

    #[test]
    fn names_become_folders() {
        for (name, slugged) in [
            ("Contoso", "contoso"),
            ("  ", "connection"),
            ("Ünïcode & Söhne", "n-code-s-hne"),
            ("../../etc", "etc"),
        ] {
            assert_eq!(slug(name), slugged, "{name}");
        }
    }

    #[test]
    fn a_newer_description_is_left_alone() {
        let (_folder, home) = home();
        let made = home
            .create("Contoso", Services::Cloud("global".into()))
            .expect("made");
        let path = home.folder(&made.id).join("connection.toml");
        let newer = std::fs::read_to_string(&path)
            .expect("reads")
            .replace("version = 1", "version = 2");
        std::fs::write(&path, &newer).expect("writes");
        assert_eq!(home.find("Contoso"), None);
        assert_eq!(std::fs::read_to_string(&path).expect("reads"), newer);
    }
}
