//! What a page does besides changes and checks: judging answers, searching, files to keep, the lock.

use std::path::PathBuf;

use engine::{AskOption, Document, Judgement, LockState, Worth};

use jiff::Timestamp;

use super::*;
use crate::home::write_whole;

impl Session {
    /// What is said to an answer by the step it belongs to.
    pub(crate) fn judged(&self, step: &StepId, ask: &Ask, value: &str) -> Option<SaidView> {
        let step = self.guide().step(step)?;
        let judged = step.judge(&self.live(), &self.known(), &ask.id, value);
        let said = judged.map(|judged| said(&judged, value));
        // What the step refuses by itself it names best; only the value itself must not stand in it.
        let named = said
            .as_ref()
            .is_some_and(|said| said.tone == Tone::Fail && said.compare.is_none());
        if named {
            return said;
        }
        answers::secret_in(value).or(said)
    }

    /// What an ask could be answered with, given what was typed. An ask for a name that finds exactly one is answered
    /// with it.
    ///
    /// # Errors
    /// Where the directory can't be read.
    pub async fn search(
        &self,
        step: &StepId,
        ask: &str,
        text: &str,
    ) -> Result<Vec<AskOption>, Trouble> {
        let never = CancellationToken::new();
        self.search_until_stopped(step, ask, text, &never).await
    }

    /// The same, until the person stops it.
    ///
    /// # Errors
    /// Where the directory can't be read, or the person stopped it.
    pub async fn search_until_stopped(
        &self,
        step: &StepId,
        ask: &str,
        text: &str,
        cancel: &CancellationToken,
    ) -> Result<Vec<AskOption>, Trouble> {
        let Some(step) = self.guide().step(step) else {
            return Ok(Vec::new());
        };
        // A key pasted here is nobody's name, and no directory is asked for it.
        if answers::secret_in(text).is_some() {
            return Ok(Vec::new());
        }
        let (live, known) = (self.live(), self.known());
        let searching = step.search(&live, &known, ask, text.trim());
        stoppable(cancel, "Stopped. Nothing was changed.", searching).await?
    }

    /// The one answer that a name, an address or an id stands for.
    pub(super) async fn found(
        &self,
        step: &StepId,
        ask: &Ask,
        text: &str,
        cancel: &CancellationToken,
    ) -> Result<Result<String, SaidView>, Trouble> {
        if is_found(text) || text.is_empty() {
            return Ok(Ok(text.to_owned()));
        }
        let found = self
            .search_until_stopped(step, &ask.id, text, cancel)
            .await?;
        let exact: Vec<_> = found
            .iter()
            .filter(|option| is_meant(option, text))
            .collect();
        Ok(match (exact.as_slice(), found.as_slice()) {
            ([one], _) => Ok(one.value.clone()),
            ([], [one]) => Ok(one.value.clone()),
            ([], []) => Err(answers::fail_said(
                "Nobody is found by that.",
                "Write the beginning of a name or of an address.",
            )),
            _ => Err(answers::fail_said(
                "Several are found by that.",
                "Choose one of them, or write the whole address.",
            )),
        })
    }

    /// The ask in which the name is typed on a page with a lock.
    pub(crate) fn confirm_ask(&self, step: &StepId) -> Option<&'static str> {
        self.guide().step(step)?.lock()?.confirm
    }

    /// Whether this is the name that is typed to go on.
    pub fn confirms(&self, step: &StepId, ask: &str, typed: &str) -> bool {
        let judged = self
            .guide()
            .step(step)
            .and_then(|step| step.judge(&self.live(), &self.known(), ask, typed.trim()));
        judged.is_some_and(|judged| judged.worth == Worth::Good)
    }

    /// How the lock of a step stands now; `None` where it has none.
    pub fn lock(&self, step: &StepId) -> Option<LockState> {
        let lock = self.guide().step(step)?.lock()?;
        Some(lock.at(self.guide(), &self.state(), step, Timestamp::now()))
    }

    /// The files that a step offers.
    pub fn documents(&self, step: &StepId) -> Vec<Document> {
        self.guide()
            .step(step)
            .map(|step| step.documents(&self.live(), &self.known()))
            .unwrap_or_default()
    }

    /// One of them.
    pub(crate) fn document(&self, step: &StepId, id: &str) -> Option<Document> {
        let mut all = self.documents(step).into_iter();
        all.find(|document| document.id == id)
    }

    /// Writes a file into the connection's folder, readable for its owner only, and remembers where it lies.
    ///
    /// # Errors
    /// Where the disk refuses, or there is no such file.
    pub fn save_document(&self, step: &StepId, id: &str) -> Result<PathBuf, Trouble> {
        let doing = format!("Saving {id}.");
        let Some(document) = self.document(step, id) else {
            return Err(local_trouble(
                "There is nothing to save yet",
                "Nothing was saved.",
                &doing,
            ));
        };
        let path = self.folder.join(&document.name);
        let fact = format!("saved.{id}");
        let same = std::fs::read_to_string(&path).is_ok_and(|text| text == document.text);
        if same && self.known().fact(&fact) == Some(path.display().to_string().as_str()) {
            return Ok(path);
        }
        write_whole(&path, document.text.as_bytes())
            .map_err(|error| crate::home::disk_trouble(&error, &doing))?;
        self.record(Entry::Learned {
            step: step.clone(),
            facts: Facts::new().with(&fact, path.display().to_string()),
        })?;
        Ok(path)
    }

    /// The route by hand of a step as lines of text, for a terminal; none while its lock is shut.
    pub fn by_hand_lines(&self, step: &StepId) -> Vec<String> {
        if self.lock(step).is_some_and(|lock| !lock.is_open()) {
            return Vec::new();
        }
        self.text_of(step)
            .and_then(|text| text.by_hand)
            .map(in_lines)
            .unwrap_or_default()
    }

    /// How what was done by hand is taken back, as lines of text.
    pub fn undo_by_hand_lines(&self, step: &StepId) -> Vec<String> {
        self.text_of(step)
            .and_then(|text| text.undo_by_hand)
            .map(in_lines)
            .unwrap_or_default()
    }

    fn text_of(&self, step: &StepId) -> Option<guide::StepText> {
        let known = self.known();
        let fill = |name: &str| guide::fill(&self.cloud, &known, name);
        let step = self.guide().step(step)?;
        Some(guide::step_text(step.text(), &fill))
    }

    /// What is shown once and kept nowhere.
    pub fn revealed(&self) -> &guide::Revealed {
        &self.revealed
    }

    /// Whether a page may be opened: one of the cloud's, or the organization's own site.
    pub(crate) fn may_open(&self, url: &url::Url) -> bool {
        let known = self.known();
        let own = known
            .fact("atlassian.site")
            .and_then(|site| url::Url::parse(&site_address(site)).ok());
        self.cloud.may_open(url) || own.is_some_and(|own| own.origin() == url.origin())
    }
}

/// The site as an address: Atlassian lists it with or without its scheme.
fn site_address(site: &str) -> String {
    if site.contains("://") {
        site.to_owned()
    } else {
        format!("https://{site}")
    }
}

/// A value that a search gave: kind, id and name.
fn is_found(text: &str) -> bool {
    let mut parts = text.splitn(3, '/');
    matches!(parts.next(), Some("user" | "group")) && parts.count() == 2
}

fn is_meant(option: &AskOption, text: &str) -> bool {
    let text = text.to_lowercase();
    let name = option.value.splitn(3, '/').nth(2).unwrap_or_default();
    let id = option.value.split('/').nth(1).unwrap_or_default();
    [name, id, option.label.as_str()]
        .iter()
        .any(|known| known.to_lowercase() == text)
}

fn said(judged: &Judgement, value: &str) -> SaidView {
    SaidView {
        tone: match judged.worth {
            Worth::Good => Tone::Pass,
            Worth::Plain => Tone::Plain,
            Worth::Doubtful => Tone::Warn,
            Worth::Bad => Tone::Fail,
        },
        strong: judged.strong.clone(),
        text: judged.text.clone(),
        compare: judged.expected.as_ref().map(|expected| CompareView {
            yours: value.to_owned(),
            expected: expected.clone(),
        }),
    }
}

/// A route by hand as lines of text.
fn in_lines(text: guide::HandText) -> Vec<String> {
    let steps = (1..)
        .zip(&text.steps)
        .map(|(n, line)| format!("{n}. {line}"));
    let path = text
        .path
        .iter()
        .map(|path| format!("Where: {}", path.now.join(" > ")));
    let links = text.link.iter().chain(&text.private);
    let copies = text.copies.iter();
    text.intro
        .iter()
        .cloned()
        .chain(path)
        .chain(steps)
        .chain(links.map(|link| format!("{}: {}", link.label, link.url)))
        .chain(copies.map(|(label, _, value)| format!("{label}: {value}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_found_answer_is_told_from_a_typed_one() {
        assert!(is_found("user/1f/adele@contoso.com"));
        assert!(is_found("group/1f/Jira / all"));
        for typed in ["adele", "user/adele", "team/1f/x", ""] {
            assert!(!is_found(typed), "{typed}");
        }
    }

    #[test]
    fn a_person_is_meant_by_address_id_or_name() {
        let option = AskOption {
            value: "user/1f/adele@contoso.com".into(),
            label: "Adele Vance".into(),
            hint: String::new(),
        };
        for text in ["ADELE@contoso.com", "1f", "adele vance"] {
            assert!(is_meant(&option, text), "{text}");
        }
        assert!(!is_meant(&option, "adele"));
    }

    #[test]
    fn a_site_is_an_address_with_or_without_its_scheme() {
        assert_eq!(site_address("x.atlassian.net"), "https://x.atlassian.net");
        assert_eq!(site_address("http://127.0.0.1:1/"), "http://127.0.0.1:1/");
    }
}
