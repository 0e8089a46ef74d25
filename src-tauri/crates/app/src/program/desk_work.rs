//! What the window asks of the desk: opening pages, saving files, the browser of a sign-in.

use super::*;
use crate::views::Tone;

impl Program {
    pub(super) async fn open_link(&self, url: String) -> Shown {
        let Some(session) = self.session() else {
            return Ok(());
        };
        may_open(&session, &url)?;
        self.opens(url, |desk, url| desk.open(url)).await
    }

    /// Opens a page where nobody is logged in. In practice the autopilot can be the browser.
    pub(super) async fn open_private(&self, url: String) -> Shown {
        let Some(session) = self.session() else {
            return Ok(());
        };
        may_open(&session, &url)?;
        let wish = std::env::var(connect::signin::BROWSER_VARIABLE);
        if session.cloud.practice.is_some() && wish.as_deref() == Ok("autopilot") {
            // Whatever page it ends on is what the person would see there; the logs tell the rest.
            return Ok(session.practise_log_in().await?);
        }
        self.opens(url, |desk, url| desk.open_private(url)).await
    }

    /// Opens a page, or says at which address the person can open it.
    pub(super) async fn opens(
        &self,
        url: String,
        open: fn(&dyn Desk, &str) -> Result<(), String>,
    ) -> Shown {
        let page = url.clone();
        let opened = self.on_the_desk(move |desk| open(desk, &page)).await;
        Ok(opened.map_err(|words| unopened(&url, &words))?)
    }

    /// Looks for what an ask could be answered with. It only reads.
    pub(super) async fn search(&self, ask: String, text: &str) -> Shown {
        let Some((session, step)) = self.here() else {
            return Ok(());
        };
        let beside = self.beside(&step, Doing::Searching);
        self.desktop().searching = Some(ask.clone());
        self.changed();
        let found = session
            .search_until_stopped(&step, &ask, text, beside.cancel())
            .await;
        drop(beside);
        let mut desktop = self.desktop();
        // A newer search has taken its place meanwhile.
        if desktop.is_asking() || desktop.searching.as_deref() != Some(ask.as_str()) {
            return Ok(());
        }
        desktop.searching = None;
        match found {
            Ok(found) => {
                desktop.found.insert(ask, render::options(&found));
                Ok(())
            }
            Err(trouble) if trouble.kind == TroubleKind::Cancelled => {
                drop(desktop);
                self.stopped(trouble);
                Ok(())
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// Takes the name that is typed on a page with a lock. It is kept for as long as the page is shown, so that nobody
    /// finds the way open that somebody else has opened.
    pub(super) fn confirms(
        &self,
        session: &Session,
        step: &StepId,
        ask: &engine::Ask,
        value: &str,
    ) -> bool {
        if session.confirm_ask(step) != Some(ask.id.as_str()) {
            return false;
        }
        let said = session.judged(step, ask, value.trim());
        let mut desktop = self.desktop();
        let taken = said.as_ref().is_some_and(|said| said.tone == Tone::Pass);
        desktop.confirmed = taken.then(|| value.trim().to_owned());
        match said {
            Some(said) if !value.trim().is_empty() => {
                desktop.said.insert(ask.id.clone(), said);
            }
            _ => {
                desktop.said.remove(&ask.id);
            }
        }
        drop(desktop);
        self.changed();
        true
    }

    /// Saves a file in the connection's folder and remembers where.
    pub(super) async fn save_document(&self, id: &str) -> Shown {
        let Some((session, step)) = self.here() else {
            return Ok(());
        };
        session.save_document(&step, id)?;
        self.look(step);
        Ok(())
    }

    /// Saves a copy of a file where the person says.
    pub(super) async fn save_document_elsewhere(&self, id: &str) -> Shown {
        let Some((session, step)) = self.here() else {
            return Ok(());
        };
        match session.document(&step, id) {
            Some(document) => self.save(document.name, document.text).await,
            None => Ok(()),
        }
    }

    pub(super) fn hide_revealed(&self) {
        if let Some(session) = self.session() {
            session.revealed().clear();
        }
    }

    pub(super) async fn hand_over(&self) -> Shown {
        let Some(step) = self.snapshot().step else {
            return Ok(());
        };
        let Some(session) = self.session() else {
            return Ok(());
        };
        let text = handover::text(&session.connection.name, &step);
        let name = format!("lockstep-{}-{}.txt", step.number, step.id);
        self.save(name, text).await
    }

    pub(super) async fn save_requests(&self) -> Shown {
        let requests = self.snapshot().requests;
        let text = serde_json::to_string_pretty(&requests).unwrap_or_default();
        self.save("lockstep-requests.json".to_owned(), text).await
    }

    pub(super) async fn save(&self, name: String, text: String) -> Shown {
        self.blocking(move |desk| desk.save(&name, &text).map(|_| ()))
            .await
    }

    pub(super) async fn blocking(
        &self,
        work: impl FnOnce(&dyn Desk) -> Result<(), String> + Send + 'static,
    ) -> Shown {
        let done = self.on_the_desk(work).await;
        let trouble = |words: String| {
            guide::local_trouble("This computer did not do that", "Nothing was sent.", &words)
        };
        Ok(done.map_err(trouble)?)
    }

    /// Works on a thread that may wait.
    async fn on_the_desk(
        &self,
        work: impl FnOnce(&dyn Desk) -> Result<(), String> + Send + 'static,
    ) -> Result<(), String> {
        let desk = self.0.desk.clone();
        let done = tokio::task::spawn_blocking(move || work(&*desk)).await;
        done.unwrap_or_else(|error| Err(error.to_string()))
    }

    pub(super) fn dismiss(&self) {
        let mut desktop = self.desktop();
        desktop.notice = None;
        desktop.undo_asked = None;
        desktop.stopped = None;
        if let Page::Step { id } = desktop.page.clone() {
            desktop.troubles.remove(&StepId::read(id));
        }
    }
}

/// What is said where a page can't be opened. It can be opened by hand all the same.
fn unopened(url: &str, words: &str) -> Trouble {
    guide::local_trouble("The page could not be opened", "Nothing was sent.", words).next(
        "Open it yourself",
        url,
        engine::NextDo::Nothing,
    )
}

/// Only pages of the cloud's table, of the organization's own site and of the list of help pages are opened.
fn may_open(session: &Session, url: &str) -> Shown {
    let allowed = url::Url::parse(url).is_ok_and(|url| session.may_open(&url));
    if allowed {
        return Ok(());
    }
    let trouble = Trouble::new(
        TroubleKind::BadInput,
        "This address is not on the list of pages that Lockstep opens",
        "Nothing was opened.",
    );
    Err(trouble.into())
}

/// The desk's browser, as the network side knows one.
pub(super) struct DeskBrowser(pub(super) Arc<dyn Desk>);

impl Browser for DeskBrowser {
    fn open(&self, url: &str) -> Result<(), BrowserFault> {
        self.0.open(url).map_err(|because| BrowserFault {
            tried: "the system’s browser".to_owned(),
            because,
        })
    }
}
