//! A bench: practice services of one's own, and a computer of one's own with its data folder, its keyring in memory and
//! its cloud file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::{Connection, Home, Opening, Services, Session};
use connect::{Cloud, Vault};
use engine::{Patience, Trouble};
use serde_json::Value;
use sim::{Host, Practice, Tempo};
use tempfile::TempDir;

use crate::{Line, Walk};

/// Practice at once answers at once, so three readings need no pause to speak of.
pub const QUICK: Patience = Patience {
    spacing: Duration::from_millis(1),
    agreeing: 3,
    at_most: Duration::from_secs(20),
    absence: Duration::from_millis(15),
};

/// Calls are repeated as often as usual, with pauses that nobody has to sit through.
pub const QUICK_RETRIES: connect::Patience = connect::Patience {
    deadline: Duration::from_secs(30),
    base: Duration::from_millis(2),
    cap: Duration::from_millis(10),
};

/// Practice services and a computer.
pub struct Bench {
    /// The services.
    pub practice: Practice,
    /// The computer's keyring: it survives the program.
    pub vault: Vault,
    folder: TempDir,
}

impl Bench {
    /// A scenario in which nothing takes time.
    pub async fn of(scenario: &str) -> Self {
        Self::with(sim::Options {
            scenario: scenario.to_owned(),
            tempo: Tempo::Instant,
            ..sim::Options::default()
        })
        .await
    }

    /// Practice with these options.
    pub async fn with(options: sim::Options) -> Self {
        let practice = Practice::start(options).await.expect("practice starts");
        let folder = TempDir::new().expect("a folder of one’s own");
        std::fs::write(folder.path().join("cloud.toml"), practice.cloud_toml())
            .expect("the cloud file is written");
        Self {
            practice,
            vault: Vault::memory(),
            folder,
        }
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder for other things.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The home of the connections.
    pub fn home(&self) -> Home {
        Home::open(self.data()).expect("the data folder opens")
    }

    /// The cloud file.
    pub fn cloud_file(&self) -> PathBuf {
        self.folder.path().join("cloud.toml")
    }

    /// The cloud as its file says it.
    pub fn cloud(&self) -> Cloud {
        let text = std::fs::read_to_string(self.cloud_file()).expect("the cloud file is there");
        Cloud::from_toml(&text).expect("the cloud file is right")
    }

    /// Writes another address into the cloud file: the traffic of that service goes there from now on.
    pub fn point(&self, name: &str, address: &str) {
        let text = std::fs::read_to_string(self.cloud_file()).expect("the cloud file is there");
        let edit = |line: &str| match line.split_once(" = ") {
            Some((key, _)) if key == name => format!("{name} = \"{address}\""),
            _ => line.to_owned(),
        };
        let (head, practice) = text
            .split_once("[practice]")
            .expect("the cloud file has practice keys");
        let head: Vec<_> = head.lines().map(edit).collect();
        std::fs::write(
            self.cloud_file(),
            format!("{}\n[practice]{practice}", head.join("\n")),
        )
        .expect("the cloud file is written");
    }

    /// Puts lines in between, before both of Microsoft's services and Atlassian's.
    pub async fn lines(&self) -> Line {
        let line = Line::new();
        for (name, host) in [
            ("login", Host::Login),
            ("graph", Host::Graph),
            ("atlassian_api", Host::AtlassianApi),
        ] {
            let address = line.to(self.practice.address(host)).await;
            self.point(name, &address);
        }
        line
    }

    /// The connection of this bench: made the first time, found afterwards.
    pub fn connection(&self) -> Connection {
        let home = self.home();
        home.find("Contoso").unwrap_or_else(|| {
            home.create("Contoso", Services::File(self.cloud_file()))
                .expect("the connection is made")
        })
    }

    /// The journal as text.
    pub fn journal(&self) -> String {
        std::fs::read_to_string(self.home().journal(&self.connection().id)).unwrap_or_default()
    }

    /// What a session is opened with here.
    pub fn opening(&self) -> Opening {
        Opening {
            vault: Some(self.vault.clone()),
            patience: Some(QUICK),
            retries: Some(QUICK_RETRIES),
            over_file: None,
        }
    }

    /// Starts the program: opens the connection and sits somebody in front of it.
    pub async fn open(&self) -> Walk {
        self.try_open(self.opening())
            .await
            .expect("the connection opens")
    }

    /// The same, with something else than the usual, and it may fail.
    pub async fn try_open(&self, opening: Opening) -> Result<Walk, Trouble> {
        let session = Session::open_with(&self.home(), self.connection(), opening).await?;
        Ok(Walk::new(session))
    }

    /// Tenant and organization as they are now, without what differs from run to run.
    pub fn stand(&self) -> Value {
        crate::canonical(&self.practice.dump(), &self.connection().id)
    }

    /// The applications that were made from Atlassian's template, as the tenant has them.
    pub fn applications(&self) -> Vec<Value> {
        let dump = self.practice.dump();
        let all = dump["tenant"]["applications"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        all.into_iter()
            .filter(|application| application["applicationTemplateId"].is_string())
            .collect()
    }

    /// The service principals of those applications.
    pub fn principals(&self) -> Vec<Value> {
        let clients: Vec<_> = self
            .applications()
            .iter()
            .map(|application| application["appId"].clone())
            .collect();
        let dump = self.practice.dump();
        let all = dump["tenant"]["servicePrincipals"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        all.into_iter()
            .filter(|principal| clients.contains(&principal["appId"]))
            .collect()
    }

    /// What was written to the services: method and path of every request that is no read, sign-in left out. Atlassian
    /// lists workspaces and looks up policies by POST, with the search in the body (atlassian.md 1.6, 2).
    pub fn writes(&self) -> Vec<String> {
        let asked = self.practice.ledger().into_iter();
        let reads = |method: &str, path: &str| {
            method == "GET"
                || ["/workspaces", "/bulk-fetch"]
                    .iter()
                    .any(|end| path.ends_with(end))
        };
        let writes = asked.filter(|exchange| {
            matches!(exchange.host, Host::Graph | Host::AtlassianApi)
                && !reads(&exchange.method, &exchange.path)
        });
        writes
            .map(|exchange| format!("{} {}", exchange.method, crate::plain(&exchange.path)))
            .collect()
    }

    /// A shared handle on this bench, for tasks beside each other.
    pub fn shared(self) -> Arc<Self> {
        Arc::new(self)
    }
}
