//! Connections in the window: making, opening, forgetting them, and the list of them.

use super::*;

impl Program {
    pub(super) async fn new_connection(
        &self,
        name: &str,
        practice: Option<String>,
        cloud: Option<String>,
    ) -> Result<(), Trouble> {
        let file = self.desktop().cloud.clone();
        let services = match (practice, file) {
            (Some(scenario), _) => Services::Practice(practice::scenario(&scenario)?.name),
            (None, Some(file)) => crate::cloud_file(&file)?,
            (None, None) => {
                Services::Cloud(cloud.unwrap_or_else(|| Services::FIRST_CLOUD.to_owned()))
            }
        };
        let connection = self.0.home.create(name, services)?;
        self.open(&connection.id).await;
        if let Some(session) = self.session() {
            let first = session.guide().steps().next().map(|step| step.id());
            if let Some(first) = first {
                self.go_step(first)?;
            }
        }
        Ok(())
    }

    pub(super) async fn open(&self, id: &str) {
        let connection = match self.0.home.read(id) {
            Ok(connection) => connection,
            Err(trouble) => {
                let again = Action::OpenConnection { id: id.to_owned() };
                self.go(Page::Start);
                self.desktop().notice = Some((trouble, Some(again)));
                return self.changed();
            }
        };
        // The old one is closed first: its lock, its practice and its job end with it.
        self.close().await;
        let opened =
            Session::open_at_rest(&self.0.home, connection.clone(), self.0.opening.clone()).await;
        {
            let mut desktop = self.desktop();
            desktop.leave();
            match opened {
                Ok(session) => {
                    desktop.page = match session.state().at_step() {
                        Some(step) => Page::Step {
                            id: step.to_string(),
                        },
                        None => Page::Connection,
                    };
                    desktop.settings.last = Some(connection.id.clone());
                    desktop.session = Some(session);
                }
                Err(trouble) => {
                    desktop.page = Page::Start;
                    desktop.notice = Some((trouble, Some(self.way_out(&connection))));
                }
            }
        }
        self.save_settings();
        self.read_cards();
        self.take_up();
        self.changed();
    }

    /// What "try again" means for a connection that can't be opened: a damaged journal is set aside, anything else
    /// is opened once more.
    pub(super) fn way_out(&self, connection: &Connection) -> Action {
        let id = connection.id.clone();
        match crate::damaged::is_damaged(&self.0.home, &id) {
            true => Action::SetAside { id },
            false => Action::OpenConnection { id },
        }
    }

    pub(super) async fn set_aside(&self, id: &str) -> Shown {
        crate::damaged::set_aside(&self.0.home, id)?;
        self.open(id).await;
        Ok(())
    }

    pub(super) async fn forget(&self, id: &str) -> Shown {
        let Some(connection) = self.0.home.find(id) else {
            return Ok(());
        };
        let open = self.session();
        if open.is_some_and(|session| session.connection.id == connection.id) {
            // What runs writes to the journal that is about to be deleted, so its end is waited for.
            self.close().await;
            let mut desktop = self.desktop();
            desktop.leave();
            desktop.page = Page::Start;
            desktop.settings.last = None;
        }
        let vault = self.0.opening.vault.clone();
        let forgotten = crate::session::forget(&self.0.home, &connection, vault).await;
        self.save_settings();
        self.read_cards();
        self.changed();
        let again = Action::ForgetConnection { id: id.to_owned() };
        forgotten.map_err(|trouble| render::trouble(&trouble, Some(again)))
    }

    /// Forgets the kept organization key; its field says so.
    pub(super) async fn forget_key(&self) -> Shown {
        let Some(session) = self.session() else {
            return Ok(());
        };
        let forgotten = session.forget_key().await;
        self.changed();
        let said =
            forgotten.map_err(|trouble| render::trouble(&trouble, Some(Action::ForgetKey)))?;
        let key = crate::session::key_ask().to_owned();
        self.desktop().said.insert(key, said);
        Ok(())
    }

    pub(super) fn read_cards(&self) {
        let open = self.session().map(|session| session.connection.id.clone());
        let cards = showing::cards_with(&self.0.home, open.as_deref());
        self.desktop().cards = cards;
    }

    pub(super) fn set_theme(&self, theme: Theme) {
        self.desktop().settings.theme = theme;
        self.save_settings();
    }

    pub(super) fn save_settings(&self) {
        let settings = self.desktop().settings.clone();
        settings.write(&self.0.home);
    }
}
