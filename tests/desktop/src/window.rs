//! One window and the person in front of it: looking, clicking, typing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::common::capabilities::desiredcapabilities::Capabilities;
use thirtyfour::extensions::query::ElementQueryable;
use thirtyfour::prelude::*;

use crate::access::{self, Found};
use crate::driver::{Driver, SAID, program};
use crate::{Effort, Failure, Told};

/// How long a person would wait for something before giving up. Practice answers within a second or two.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often one looks again.
const GLANCE: Duration = Duration::from_millis(60);
/// The value beside the copy button of a label.
const VALUE: &str = r#"
const buttons = [...document.querySelectorAll("button")];
const copy = buttons.find((button) => button.getAttribute("aria-label") === `Copy: ${arguments[0]}`);
return copy?.closest("dl > div")?.querySelector("[title]")?.title ?? null;
"#;
/// More Tab presses than any page has stops.
const MOST_TABS: usize = 250;

/// How a window is started.
#[derive(Default)]
pub struct Start {
    /// Arguments of the program.
    pub arguments: Vec<String>,
    /// The folder for everything the program keeps; its own when none is given.
    pub data: Option<PathBuf>,
}

/// A window.
pub struct Window {
    web: WebDriver,
    effort: Effort,
    data: PathBuf,
    driver: Driver,
    home: TempDir,
}

/// Opens a window, tells a story in it and closes it. When the story fails, its failure says what was on screen.
pub async fn in_window(start: Start, story: impl AsyncFnOnce(&Window) -> Told) -> Told {
    let window = Window::open(start).await?;
    let told = match story(&window).await {
        Ok(()) => Ok(()),
        Err(failure) => Err(failure.with(&window.scene().await)),
    };
    window.close().await?;
    told
}

impl Window {
    /// Opens a window with a home folder of its own and waits for the first page.
    pub async fn open(start: Start) -> Told<Self> {
        let home = tempfile::tempdir()?;
        let data = start.data.unwrap_or_else(|| home.path().join("lockstep"));
        let environment = [
            ("LOCKSTEP_DATA", data.clone()),
            // In practice, the program itself does on the simulated sign-in page what a person does in a browser.
            ("LOCKSTEP_BROWSER", "autopilot".into()),
        ];
        let driver = Driver::start(home.path(), &environment)?;
        let mut capabilities = Capabilities::new();
        capabilities.set("browserName", "wry")?;
        capabilities.set(
            "tauri:options",
            json!({ "application": program()?, "args": start.arguments }),
        )?;
        let web = WebDriver::new(driver.address(), capabilities).await?;
        let window = Self {
            web,
            effort: Effort::default(),
            data,
            driver,
            home,
        };
        window
            .web
            .query(By::Css("h1"))
            .wait(PATIENCE, GLANCE)
            .first()
            .await?;
        access::bring(&window.web).await?;
        Ok(window)
    }

    /// Ends the program and everything around it.
    pub async fn close(self) -> Told {
        self.web.quit().await?;
        Ok(())
    }

    /// Starts the program once more, as a person would who forgot about the window, and waits for its end.
    pub fn start_again(&self) -> Told<ExitStatus> {
        let mut again = Command::new(program()?);
        again
            .env("DBUS_SESSION_BUS_ADDRESS", self.driver.bus()?)
            .env("LOCKSTEP_DATA", &self.data);
        Ok(again.stdin(Stdio::null()).stderr(Stdio::null()).status()?)
    }

    /// What the story has cost so far.
    pub fn effort(&self) -> &Effort {
        &self.effort
    }

    /// Waits for something and clicks it as soon as it can be used.
    pub async fn click(&self, role: &str, name: &str) -> Told {
        let begin = Instant::now();
        while let Err(failure) = self.hit(role, name).await? {
            if begin.elapsed() > PATIENCE {
                return Err(failure.with(&format!("while clicking the {role} \"{name}\"")));
            }
            tokio::time::sleep(GLANCE).await;
        }
        self.effort.click();
        Ok(())
    }

    /// Types into a field in place of what it holds.
    pub async fn type_into(&self, name: &str, text: &str) -> Told {
        self.click("textbox", name).await?;
        self.chord(Key::Control, 'a').await?;
        self.text(text).await
    }

    /// Looks for somebody in a search field and chooses what is found under this name.
    pub async fn find(&self, field: &str, text: &str, name: &str) -> Told {
        self.click("textbox", field).await?;
        self.text(text).await?;
        self.click("radio", name).await
    }

    /// Pastes the clipboard into a field.
    pub async fn paste_into(&self, name: &str) -> Told {
        self.click("textbox", name).await?;
        self.chord(Key::Control, 'v').await
    }

    /// Presses a key, or several at once.
    pub async fn key(&self, keys: impl Into<TypingData>) -> Told {
        self.web.action_chain().send_keys(keys).perform().await?;
        self.effort.key();
        Ok(())
    }

    /// Presses a key while another is held.
    pub async fn chord(&self, held: Key, key: impl Into<char>) -> Told {
        let key: char = key.into();
        self.web
            .action_chain()
            .key_down(held.clone())
            .send_keys(key.to_string())
            .key_up(held)
            .perform()
            .await?;
        self.effort.key();
        Ok(())
    }

    /// Types text where the focus is.
    pub async fn text(&self, text: &str) -> Told {
        self.web.action_chain().send_keys(text).perform().await?;
        self.effort.typed(text);
        Ok(())
    }

    /// Goes with Tab, or with Shift and Tab where that is nearer, until the focus is on something.
    pub async fn tab_to(&self, role: &str, name: &str) -> Told {
        for _ in 0..MOST_TABS {
            let wanted = self.usable(role, name).await?;
            let direction = self.web.execute(DIRECTION, vec![wanted.to_json()?]).await?;
            match direction.json().as_str() {
                Some("here") => return Ok(()),
                Some("back") => self.chord(Key::Shift, Key::Tab).await?,
                _ => self.key(Key::Tab).await?,
            }
        }
        Err(Failure::new(format!(
            "the {role} \"{name}\" can't be reached with Tab"
        )))
    }

    /// Chooses one of several: to the group with Tab, within it with the arrows.
    pub async fn choose(&self, name: &str) -> Told {
        for _ in 0..MOST_TABS {
            let wanted = self.usable("radio", name).await?;
            let direction = self.web.execute(DIRECTION, vec![wanted.to_json()?]).await?;
            match direction.json().as_str() {
                Some("here") if wanted.is_selected().await? => return Ok(()),
                Some("here") => self.text(" ").await?,
                Some("below") => self.key(Key::Down).await?,
                Some("above") => self.key(Key::Up).await?,
                Some("back") => self.chord(Key::Shift, Key::Tab).await?,
                _ => self.key(Key::Tab).await?,
            }
        }
        Err(Failure::new(format!(
            "the choice \"{name}\" can't be reached with keys"
        )))
    }

    /// Waits until something is there.
    pub async fn see(&self, role: &str, name: &str) -> Told {
        self.until(role, name, |found| found.element.is_some())
            .await
            .map(drop)
    }

    /// Waits until something is gone.
    pub async fn see_no_more(&self, role: &str, name: &str) -> Told {
        self.until(role, name, |found| found.element.is_none())
            .await
            .map(drop)
    }

    /// Waits until something is there and can be used.
    pub async fn see_usable(&self, role: &str, name: &str) -> Told {
        self.usable(role, name).await.map(drop)
    }

    /// Whether something is there now and can be used.
    pub async fn can_use(&self, role: &str, name: &str) -> Told<bool> {
        let found = access::find(&self.web, role, name).await?;
        Ok(found.element.is_some() && !found.disabled)
    }

    /// Waits until the program has nothing more to draw: two frames with no change of what can be read.
    pub async fn settle(&self) -> Told {
        let script = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));";
        let mut before = self.words().await?;
        loop {
            tokio::time::sleep(GLANCE).await;
            self.web.execute_async(script, vec![]).await?;
            let now = self.words().await?;
            if now == before {
                return Ok(());
            }
            before = now;
        }
    }

    /// Waits until a text can be read anywhere in the window.
    pub async fn read(&self, text: &str) -> Told {
        let begin = Instant::now();
        while !self.words().await?.contains(text) {
            if begin.elapsed() > PATIENCE {
                return Err(Failure::new(format!(
                    "\"{text}\" can't be read within {} s",
                    PATIENCE.as_secs()
                )));
            }
            tokio::time::sleep(GLANCE).await;
        }
        Ok(())
    }

    /// Everything that can be read now.
    pub async fn words(&self) -> Told<String> {
        // WebDriver's own answer for an element's text puts everything on one line.
        let words = self
            .web
            .execute("return document.body.innerText", vec![])
            .await?;
        Ok(words.json().as_str().unwrap_or_default().to_owned())
    }

    /// The title of the page: its only level-one heading.
    pub async fn title(&self) -> Told<String> {
        Ok(self.web.find(By::Tag("h1")).await?.text().await?)
    }

    /// The whole value beside a copy button, of which the page shows a part.
    pub async fn value_to_copy(&self, label: &str) -> Told<String> {
        self.see("button", &format!("Copy: {label}")).await?;
        let found = self
            .web
            .execute(VALUE, vec![serde_json::to_value(label)?])
            .await?;
        let value = found.json().as_str().map(str::to_owned);
        value.ok_or_else(|| Failure::new(format!("nothing to copy is called {label}")))
    }

    /// The address that a button or a link of this name leads to.
    pub async fn leads_to(&self, name: &str) -> Told<String> {
        let found = access::find(&self.web, "button", name).await?;
        let element = found
            .element
            .ok_or_else(|| Failure::new(format!("there is no button \"{name}\"")))?;
        let title = element.attr("title").await?;
        title.ok_or_else(|| Failure::new(format!("\"{name}\" leads nowhere")))
    }

    /// What axe-core finds wrong with the page.
    pub async fn violations(&self) -> Told<Vec<String>> {
        access::violations(&self.web).await
    }

    /// A picture of the page.
    pub async fn picture(&self, path: &Path) -> Told {
        Ok(self.web.screenshot(path).await?)
    }

    /// A picture of the whole page: the window is made as high as its content for a moment.
    pub async fn whole_picture(&self, path: &Path) -> Told {
        let rect = self.web.get_window_rect().await?;
        let (width, height) = (u32::try_from(rect.width)?, u32::try_from(rect.height)?);
        let hidden = self.web.execute(HIDDEN, vec![]).await?;
        let hidden = hidden
            .json()
            .as_u64()
            .and_then(|pixels| u32::try_from(pixels).ok())
            .unwrap_or_default();
        self.web
            .set_window_rect(0, 0, width, height + hidden)
            .await?;
        self.settle().await?;
        self.picture(path).await?;
        self.web.set_window_rect(0, 0, width, height).await?;
        self.settle().await
    }

    /// The web view itself, for what a person can't do.
    pub fn web(&self) -> &WebDriver {
        &self.web
    }

    /// One try to click. The page may draw the element anew between finding and clicking it: the inner error, and worth another try.
    async fn hit(&self, role: &str, name: &str) -> Told<Result<(), Failure>> {
        let element = self.usable(role, name).await?;
        match self.scroll_and_click(&element).await {
            Ok(()) => Ok(Ok(())),
            Err(error) if is_passing(&error) => Ok(Err(error.into())),
            Err(error) => Err(error.into()),
        }
    }

    async fn scroll_and_click(&self, element: &WebElement) -> WebDriverResult<()> {
        self.web
            .execute_async(COME_CLOSE, vec![element.to_json()?])
            .await?;
        element.click().await
    }

    async fn usable(&self, role: &str, name: &str) -> Told<WebElement> {
        let found = self
            .until(role, name, |found| {
                found.element.is_some() && !found.disabled
            })
            .await?;
        found
            .element
            .ok_or_else(|| Failure::new(format!("the {role} \"{name}\" is gone")))
    }

    async fn until(&self, role: &str, name: &str, enough: impl Fn(&Found) -> bool) -> Told<Found> {
        let begin = Instant::now();
        loop {
            let found = access::find(&self.web, role, name).await?;
            if enough(&found) {
                return Ok(found);
            }
            if begin.elapsed() > PATIENCE {
                return Err(not_so(role, name, &found));
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// What is on screen, for whoever has to find out why a story failed.
    async fn scene(&self) -> String {
        let picture =
            std::env::temp_dir().join(format!("lockstep-failed-{}.png", std::process::id()));
        let picture = match self.picture(&picture).await {
            Ok(()) => picture.display().to_string(),
            Err(failure) => format!("none, {failure:?}"),
        };
        let words = self
            .words()
            .await
            .unwrap_or_else(|failure| format!("unreadable, {failure:?}"));
        let said = fs::read_to_string(self.home.path().join(SAID)).unwrap_or_default();
        format!(
            "--- picture: {picture}\n--- on screen:\n{words}\n--- the driver and the program said:\n{said}\n---"
        )
    }
}

fn not_so(role: &str, name: &str, found: &Found) -> Failure {
    let state = match (&found.element, found.disabled) {
        (None, _) => "is not there",
        (Some(_), true) => "can't be used",
        (Some(_), false) => "is still there",
    };
    let others = found.others.join("\" \"");
    Failure::new(format!(
        "after {} s the {role} \"{name}\" {state}; there are \"{others}\"",
        PATIENCE.as_secs()
    ))
}

fn is_passing(error: &WebDriverError) -> bool {
    use thirtyfour::error::WebDriverErrorInner::{
        ElementClickIntercepted, ElementNotInteractable, StaleElementReference,
    };
    matches!(
        error.as_inner(),
        StaleElementReference(_) | ElementNotInteractable(_) | ElementClickIntercepted(_)
    )
}

/// How many pixels of the tallest part of the page don't fit into it.
const HIDDEN: &str = r#"
const parts = [document.documentElement, ...document.querySelectorAll("main, main *, nav, aside")];
const scrolls = (part) => ["auto", "scroll"].includes(getComputedStyle(part).overflowY) || part === document.documentElement;
return Math.max(0, ...parts.filter(scrolls).map((part) => part.scrollHeight - part.clientHeight));
"#;

/// A person scrolls until a thing can be seen well, and clicks it when it stands still. WebDriver alone is content with a corner of it
/// and clicks where it was, whatever lies there by then.
const COME_CLOSE: &str = r#"
const [wanted, done] = arguments;
wanted.scrollIntoView({ block: "center", behavior: "instant" });
const place = () => JSON.stringify(wanted.getBoundingClientRect());
let before = place();
let frames = 0;
const look = () => {
  const now = place();
  frames += 1;
  if ((now === before && frames > 2) || frames > 60) return done();
  before = now;
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"#;

/// Where the wanted element lies from the focus: here, back, onward, or for a choice of the same group below or above.
const DIRECTION: &str = r#"
const wanted = arguments[0];
const now = document.activeElement;
if (now === wanted) return "here";
const after = now.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_FOLLOWING;
if (wanted.type === "radio" && now.type === "radio" && now.name === wanted.name) return after ? "below" : "above";
return after ? "onward" : "back";
"#;
