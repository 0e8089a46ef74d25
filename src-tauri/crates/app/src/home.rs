//! Where connections live on this computer: one folder each, with `connection.toml` and `journal.jsonl`.
//!
//! Files are written atomically, for their owner only, and carry a version. No secret is ever written here.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::{Trouble, TroubleKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of `connection.toml` that this program writes.
const VERSION: u32 = 1;

/// The data folder of the program.
#[derive(Debug, Clone)]
pub struct Home {
    root: PathBuf,
    /// The marks on the practice connections that were made here, locked for as long as this program runs.
    own: Arc<Mutex<BTreeMap<String, File>>>,
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
    /// The hosts beyond this machine that it was made with, see [`connect::Cloud::real_hosts`]; not told where it was made
    /// by an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosts: Option<Vec<String>>,
}

/// A connection whose description can't be read. It stays as it is.
#[derive(Debug, Clone)]
pub struct Unreadable {
    /// Its id.
    pub id: String,
    /// Its name, as far as it can be told; its id otherwise.
    pub name: String,
    /// What is the matter, and what to do.
    pub trouble: Trouble,
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
        Ok(Self {
            root,
            own: Arc::default(),
        })
    }

    /// Nobody else's program makes a connection until the answer is dropped: a name is looked up and taken in one.
    pub fn while_making(&self) -> Result<std::fs::File, Trouble> {
        let path = self.root.join("making.lock");
        let locked = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .and_then(|file| file.lock().map(|()| file));
        locked.map_err(|error| disk_trouble(&error, &format!("Locking {}.", path.display())))
    }

    /// Every connection that can be read, newest first.
    pub fn connections(&self) -> Vec<Connection> {
        let mut found: Vec<_> = self
            .ids()
            .iter()
            .filter_map(|id| self.read(id).ok())
            .collect();
        found.sort_by_key(|connection| std::cmp::Reverse(connection.created));
        found
    }

    /// Every connection that can't be read: damaged, or made by a newer Lockstep.
    pub fn unreadable(&self) -> Vec<Unreadable> {
        let mut ids = self.ids();
        ids.sort();
        ids.into_iter()
            .filter_map(|id| {
                let trouble = self.read(&id).err()?;
                let name = self.name_in(&id).unwrap_or_else(|| id.clone());
                Some(Unreadable { id, name, trouble })
            })
            .collect()
    }

    /// The folders that are connections: one in which neither file was ever written is none yet.
    fn ids(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.root.join("connections"));
        let names = entries.into_iter().flatten().flatten();
        names
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|id| self.description(id).exists() || self.journal(id).exists())
            .collect()
    }

    /// The name in a description of which nothing else may be understood.
    fn name_in(&self, id: &str) -> Option<String> {
        let text = std::fs::read_to_string(self.description(id)).ok()?;
        let table: toml::Table = toml::from_str(&text).ok()?;
        table.get("name")?.as_str().map(str::to_owned)
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
        if let Some(title) = no_name(name) {
            return Err(Trouble::new(
                TroubleKind::BadInput,
                title,
                "Nothing was made.",
            ));
        }
        let connection = Connection {
            version: VERSION,
            id: format!("{}-{}", slug(name), random_hex()),
            name: name.trim().to_owned(),
            hosts: hosts(&services)?,
            services,
            created: Timestamp::now(),
        };
        let folder = self.folder(&connection.id);
        let doing = format!("Making the connection in {}.", folder.display());
        make_private(&folder).map_err(|error| disk_trouble(&error, &doing))?;
        if matches!(connection.services, Services::Practice(_)) {
            self.own(&connection.id)
                .map_err(|error| disk_trouble(&error, &doing))?;
        }
        let text = toml::to_string(&connection)
            .map_err(|error| disk_trouble(&io::Error::other(error), &doing))?;
        write_whole(&self.description(&connection.id), text.as_bytes())
            .map_err(|error| disk_trouble(&error, &doing))?;
        Ok(connection)
    }

    /// Deletes a connection's folder; nothing at the services.
    pub fn forget(&self, id: &str) -> Result<(), Trouble> {
        let folder = self.folder(id);
        if !self.description(id).is_file() {
            return Ok(());
        }
        self.owned().remove(id);
        std::fs::remove_dir_all(&folder)
            .map_err(|error| disk_trouble(&error, &format!("Deleting {}.", folder.display())))
    }

    /// Forgets the connections of the built-in practice services whose program has ended: the services ended with it. Those of a
    /// program that runs stay, also while it has another connection open.
    pub fn forget_practice(&self) {
        for connection in self.connections() {
            if matches!(connection.services, Services::Practice(_)) && !self.is_held(&connection.id)
            {
                // A folder that can't be deleted now is deleted at the next start.
                let _ = self.forget(&connection.id);
            }
        }
    }

    /// Whether a running program made a practice connection, or has it open. One without a mark was made by an older Lockstep.
    fn is_held(&self, id: &str) -> bool {
        let owned = match File::open(self.mark(id)) {
            Ok(mark) => mark.try_lock().is_err(),
            Err(_) => false,
        };
        owned || engine::FileStore::open(&self.journal(id)).is_err()
    }

    /// Marks a practice connection as this program's own. The system takes the lock away when the program ends, however it ends.
    fn own(&self, id: &str) -> io::Result<()> {
        let mark = File::create(self.mark(id))?;
        mark.try_lock()?;
        self.owned().insert(id.to_owned(), mark);
        Ok(())
    }

    fn owned(&self) -> MutexGuard<'_, BTreeMap<String, File>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mark(&self, id: &str) -> PathBuf {
        self.folder(id).join("owner.lock")
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

    fn description(&self, id: &str) -> PathBuf {
        self.folder(id).join("connection.toml")
    }

    /// The connection of an id.
    pub fn read(&self, id: &str) -> Result<Connection, Trouble> {
        let path = self.description(id);
        let text = std::fs::read_to_string(&path).map_err(|error| damaged(&path, &error))?;
        // A newer description may have another form: its version is all that has to be understood.
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let versioned: Versioned = toml::from_str(&text).map_err(|error| damaged(&path, &error))?;
        if versioned.version > VERSION {
            return Err(newer(&path));
        }
        let mut connection: Connection =
            toml::from_str(&text).map_err(|error| damaged(&path, &error))?;
        id.clone_into(&mut connection.id);
        if let (None, Services::Cloud(_)) = (&connection.hosts, &connection.services) {
            // An earlier version did not tell, and the table has not changed.
            connection.hosts = hosts(&connection.services)?;
        }
        Ok(connection)
    }
}

/// A description that can't be read, in words.
fn damaged(path: &Path, error: &dyn std::error::Error) -> Trouble {
    guide::local_trouble(
        "The description of this connection can’t be read",
        "It was left as it is, and so was the connection’s journal.",
        &format!("{error} ({})", path.display()),
    )
    .doing("Reading the connections on this computer.")
    .next(
        "Put connection.toml back from a backup",
        "Or move the folder of this connection away, and make the connection anew: Lockstep then looks at what is there before it changes anything.",
        engine::NextDo::Retry,
    )
}

/// A description of a later version, in words.
fn newer(path: &Path) -> Trouble {
    Trouble::new(
        TroubleKind::Local,
        "This connection was made by a newer Lockstep",
        "It was left as it is.",
    )
    .doing(format!("Reading {}.", path.display()))
    .next(
        "Update Lockstep",
        "An older program can’t tell what the newer one did.",
        engine::NextDo::Nothing,
    )
}

/// A failure of the disk, in words.
pub(crate) fn disk_trouble(error: &io::Error, doing: &str) -> Trouble {
    Trouble::new(
        TroubleKind::Local,
        "This computer’s disk refused",
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
        "Make room, or check the folder’s rights",
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

/// The hosts of services, as far as they are known before they are started.
fn hosts(services: &Services) -> Result<Option<Vec<String>>, Trouble> {
    Ok(match services {
        Services::Cloud(name) => connect::Cloud::named(name).map(|cloud| cloud.real_hosts()),
        Services::File(path) => Some(crate::read_cloud(path)?.real_hosts()),
        Services::Practice(_) => Some(Vec::new()),
    })
}

/// What keeps a text from being a name that can be read in a list and typed again.
fn no_name(name: &str) -> Option<&'static str> {
    let name = name.trim();
    if name.is_empty() {
        Some("The connection needs a name")
    } else if name.chars().any(char::is_control) {
        Some("There is a line break or a control character in the name of the connection")
    } else if name.chars().count() > LONGEST_NAME {
        Some("The name of the connection is too long: it may have 200 characters")
    } else {
        None
    }
}

const LONGEST_NAME: usize = 200;

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
    fn a_name_can_be_read_and_typed() {
        let (_folder, home) = home();
        for name in ["", " \t ", "two\nlines", "a\u{1b}[31m", &"n".repeat(201)] {
            let refused = home.create(name, Services::Cloud("global".into()));
            assert_eq!(refused.expect_err("refused").kind, TroubleKind::BadInput);
        }
        assert_eq!(home.connections(), []);
        let long = "ü".repeat(200);
        home.create(&long, Services::Cloud("global".into()))
            .expect("made");
        assert!(home.find(&long).is_some());
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
    fn practice_is_forgotten_once_its_program_ended_and_the_rest_stays() {
        let (folder, home) = home();
        home.create("Real", Services::Cloud("global".into()))
            .expect("made");
        home.create("Practice", Services::Practice("fresh".into()))
            .expect("made");
        // Another program, while the first one runs and has nothing open.
        let other = Home::open(folder.path().to_owned()).expect("opens");
        let names = || {
            other.forget_practice();
            let left = other.connections().into_iter();
            let mut names: Vec<_> = left.map(|connection| connection.name).collect();
            names.sort();
            names
        };
        assert_eq!(names(), ["Practice", "Real"]);
        drop(home);
        assert_eq!(names(), ["Real"]);
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
        let [left] = &home.unreadable()[..] else {
            panic!("one is listed")
        };
        assert_eq!((&left.id, left.name.as_str()), (&made.id, "Contoso"));
        assert_eq!(
            left.trouble.title,
            "This connection was made by a newer Lockstep"
        );
        assert_eq!(std::fs::read_to_string(&path).expect("reads"), newer);
    }

    #[test]
    fn a_damaged_description_is_listed_and_an_empty_folder_is_not() {
        let (_folder, home) = home();
        let made = home
            .create("Contoso", Services::Cloud("global".into()))
            .expect("made");
        std::fs::create_dir(home.folder("half-made-1234")).expect("made");
        std::fs::write(home.folder(&made.id).join("connection.toml"), "name = ").expect("written");
        let names: Vec<_> = home
            .unreadable()
            .into_iter()
            .map(|left| left.name)
            .collect();
        assert_eq!(names, [made.id.as_str()]);
        // One that is gone leaves the journal, and that still is a connection.
        std::fs::remove_file(home.folder(&made.id).join("connection.toml")).expect("removed");
        assert!(home.unreadable().is_empty(), "nothing is left of it");
        std::fs::write(home.journal(&made.id), "").expect("written");
        assert_eq!(home.unreadable().len(), 1);
    }
}
