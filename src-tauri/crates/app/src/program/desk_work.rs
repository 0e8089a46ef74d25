//! What the window asks of the desk: opening pages, saving files, the browser of a sign-in.

use super::*;

impl Program {
    pub(super) async fn open_link(&self, url: String) -> Shown {
        let Some(session) = self.session() else {
            return Ok(());
        };
        let allowed = url::Url::parse(&url).is_ok_and(|url| session.cloud.may_open(&url));
        if !allowed {
            let trouble = Trouble::new(
                TroubleKind::BadInput,
                "This address is not on the list of pages that Lockstep opens",
                "Nothing was opened.",
            );
            return Err(render::trouble(&trouble, None));
        }
        self.blocking(move |desk| desk.open(&url)).await
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
        let desk = self.0.desk.clone();
        let done = tokio::task::spawn_blocking(move || work(&*desk)).await;
        let words = match done {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(words)) => words,
            Err(error) => error.to_string(),
        };
        let trouble =
            guide::local_trouble("This computer did not do that", "Nothing was sent.", &words);
        Err(render::trouble(&trouble, None))
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

/// The desk's browser, as the network side knows one.
pub(super) struct DeskBrowser(pub(super) Arc<dyn Desk>);

impl Browser for DeskBrowser {
    fn open(&self, url: &str) -> Result<(), BrowserFault> {
        self.0.open(url).map_err(|because| BrowserFault {
            tried: "the system's browser".to_owned(),
            because,
        })
    }
}
