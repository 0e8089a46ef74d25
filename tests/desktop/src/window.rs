//! One window and the person in front of it: looking, clicking, typing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::common::capabilities::desiredcapabilities::Capabilities;
use thirtyfour::extensions::query::ElementQueryable;
use thirtyfour::prelude::*;

use crate::access::{self, Found, Wanted};
use crate::driver::{Driver, SAID, program};
use crate::practice::{Practice, argument};
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
/// Whether the field that has the focus is empty; what is no field is not.
const IS_EMPTY: &str = r#"return document.activeElement?.value === "";"#;
/// How long something takes that comes at once.
const SOON: Duration = Duration::from_secs(2);
/// More Tab presses than any page has stops.
const MOST_TABS: usize = 250;

/// What a person has to use a window with.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Hands {
    /// A mouse to press with, and keys to type with.
    #[default]
    Mouse,
    /// Nothing but keys.
    Keys,
}

/// How a window is started.
#[derive(Default)]
pub struct Start {
    /// What it is used with.
    pub hands: Hands,
    /// Arguments of the program.
    pub arguments: Vec<String>,
    /// The folder for everything the program keeps; its own when none is given.
    pub data: Option<PathBuf>,
}

impl Start {
    /// A window whose cloud is this practice.
    pub fn over(practice: &Practice) -> Self {
        Self {
            arguments: vec!["--cloud".to_owned(), argument(&practice.cloud_file())],
            ..Self::default()
        }
    }

    /// The same without a mouse.
    #[must_use]
    pub fn without_a_mouse(self) -> Self {
        Self {
            hands: Hands::Keys,
            ..self
        }
    }
}

/// A window.
pub struct Window {
    web: WebDriver,
    hands: Hands,
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
            hands: start.hands,
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

    /// Waits for something and presses it, ticks it, chooses it or goes into it, as soon as it can be used.
    pub async fn press(&self, role: &str, name: &str) -> Told {
        match (self.hands, role) {
            (Hands::Mouse, _) => self.click(role, name).await,
            (Hands::Keys, "radio") => self.choose(name).await,
            (Hands::Keys, "textbox") => self.tab_to(role, name).await,
            (Hands::Keys, "checkbox") => {
                self.tab_to(role, name).await?;
                self.key(" ").await
            }
            (Hands::Keys, _) if self.is_primary(role, name).await? => {
                let keys = async |_: &WebElement| self.hold(Key::Control, Key::Enter).await;
                self.until_it_hits(role, name, keys).await
            }
            (Hands::Keys, _) => {
                self.tab_to(role, name).await?;
                self.key(Key::Enter).await
            }
        }
    }

    /// Whether it is what Ctrl and Enter press, as a screen reader would say.
    async fn is_primary(&self, role: &str, name: &str) -> Told<bool> {
        let element = self.usable(role, name).await?;
        let keys = element.attr("aria-keyshortcuts").await?;
        Ok(keys.as_deref() == Some("Control+Enter"))
    }

    async fn click(&self, role: &str, name: &str) -> Told {
        let mouse = async |wanted: &WebElement| {
            let target = vec![wanted.to_json()?];
            self.web.execute_async(COME_CLOSE, target).await?;
            wanted.click().await
        };
        self.until_it_hits(role, name, mouse).await?;
        self.effort.click();
        Ok(())
    }

    /// Presses until it does what it says: a person who met a button that was just at work presses it once more.
    async fn until_it_hits(
        &self,
        role: &str,
        name: &str,
        press: impl AsyncFn(&WebElement) -> WebDriverResult<()>,
    ) -> Told {
        let begin = Instant::now();
        while let Some(missed) = self.misses(role, name, &press).await? {
            if begin.elapsed() > PATIENCE {
                return Err(Failure::new(format!(
                    "the {role} \"{name}\" {missed} at the moment of the press"
                )));
            }
            tokio::time::sleep(GLANCE).await;
        }
        Ok(())
    }

    /// Types into a field in place of what it holds.
    pub async fn type_into(&self, name: &str, text: &str) -> Told {
        self.press("textbox", name).await?;
        self.chord(Key::Control, 'a').await?;
        self.text(text).await
    }

    /// Types into an empty field.
    pub async fn fill(&self, name: &str, text: &str) -> Told {
        self.press("textbox", name).await?;
        self.text(text).await
    }

    /// Looks for somebody in a search field and chooses what is found under this name.
    pub async fn find(&self, field: &str, text: &str, name: &str) -> Told {
        self.fill(field, text).await?;
        self.press("radio", name).await
    }

    /// Copies the value of a label.
    pub async fn copy(&self, label: &str) -> Told {
        self.press("button", &format!("Copy: {label}")).await?;
        self.effort.copied(label);
        Ok(())
    }

    /// Pastes the clipboard into a field.
    pub async fn paste_into(&self, name: &str) -> Told {
        self.press("textbox", name).await?;
        self.paste(name).await
    }

    /// Pastes the clipboard into the field that has the focus.
    pub async fn paste(&self, name: &str) -> Told {
        self.effort.pasted(name);
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            self.chord(Key::Control, 'v').await?;
            if self.holds_something().await? {
                return Ok(());
            }
        }
        Err(Failure::new(format!("nothing came into \"{name}\"")))
    }

    /// Whether the field that has the focus holds something soon. The clipboard is the whole screen's, and late now and then.
    async fn holds_something(&self) -> Told<bool> {
        let begin = Instant::now();
        while begin.elapsed() < SOON {
            let found = self.web.execute(IS_EMPTY, vec![]).await?;
            if found.json().as_bool() != Some(true) {
                return Ok(true);
            }
            tokio::time::sleep(GLANCE).await;
        }
        Ok(false)
    }

    /// Copies a value on a page elsewhere: it lies on the clipboard then. The copying counts there.
    pub async fn copied_elsewhere(&self, value: &str) -> Told {
        self.command("copy", json!({ "text": value })).await
    }

    /// Puts the window into a theme, as the button does that a person can't reach behind a dialog.
    pub async fn put_into_theme(&self, theme: &str) -> Told {
        let action = json!({ "action": { "do": "set_theme", "theme": theme } });
        self.command("press", action).await?;
        let shown = self.web.execute_async(IN_THEME, vec![theme.into()]).await?;
        match shown.json().as_bool() {
            Some(true) => Ok(()),
            _ => Err(Failure::new(format!("the window does not turn {theme}"))),
        }
    }

    /// Calls a command of the program, as its pages do.
    async fn command(&self, name: &str, arguments: Value) -> Told {
        let answer = self
            .web
            .execute_async(COMMAND, vec![name.into(), arguments])
            .await?;
        match answer.json().as_str() {
            None => Ok(()),
            Some(refused) => Err(Failure::new(format!("{name} is refused: {refused}"))),
        }
    }

    /// Presses a key, or several at once.
    pub async fn key(&self, keys: impl Into<TypingData>) -> Told {
        self.web.action_chain().send_keys(keys).perform().await?;
        self.effort.key();
        Ok(())
    }

    /// Presses a key while another is held.
    pub async fn chord(&self, held: Key, key: impl Into<char>) -> Told {
        Ok(self.hold(held, key).await?)
    }

    async fn hold(&self, held: Key, key: impl Into<char>) -> WebDriverResult<()> {
        let key: char = key.into();
        let chain = self.web.action_chain().key_down(held.clone());
        chain
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
    async fn tab_to(&self, role: &str, name: &str) -> Told {
        let mut wanted = self.usable(role, name).await?;
        for _ in 0..MOST_TABS {
            match self.direction(&wanted).await?.as_deref() {
                Some("here") => return Ok(()),
                None => wanted = self.usable(role, name).await?,
                Some("back") => self.chord(Key::Shift, Key::Tab).await?,
                _ => self.key(Key::Tab).await?,
            }
        }
        Err(Failure::new(format!(
            "the {role} \"{name}\" can't be reached with Tab"
        )))
    }

    /// Chooses one of several: to the group with Tab, within it with the arrows.
    async fn choose(&self, name: &str) -> Told {
        let mut wanted = self.usable("radio", name).await?;
        for _ in 0..MOST_TABS {
            match self.direction(&wanted).await?.as_deref() {
                None => wanted = self.usable("radio", name).await?,
                Some("here") if wanted.is_selected().await? => return Ok(()),
                Some("here") => self.key(" ").await?,
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
        self.until(role, name, Wanted::There).await.map(drop)
    }

    /// Waits until something is gone.
    pub async fn see_no_more(&self, role: &str, name: &str) -> Told {
        self.until(role, name, Wanted::Gone).await.map(drop)
    }

    /// Waits until something is there and can be used.
    pub async fn see_usable(&self, role: &str, name: &str) -> Told {
        self.usable(role, name).await.map(drop)
    }

    /// Whether something is there now and can be used.
    pub async fn can_use(&self, role: &str, name: &str) -> Told<bool> {
        let found = self.now(role, name, Wanted::Usable).await?;
        Ok(Wanted::Usable.holds(&found))
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
        if access::can_be_read(&self.web, text, PATIENCE).await? {
            return Ok(());
        }
        Err(Failure::new(format!(
            "\"{text}\" can't be read within {} s",
            PATIENCE.as_secs()
        )))
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
        let found = self.until("button", name, Wanted::There).await?;
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

    /// One try to press, and how it missed, if it did: the page may draw the element anew, or take its use away, after it was found.
    async fn misses(
        &self,
        role: &str,
        name: &str,
        press: &impl AsyncFn(&WebElement) -> WebDriverResult<()>,
    ) -> Told<Option<String>> {
        let wanted = self.usable(role, name).await?;
        let target = vec![wanted.to_json()?];
        let pressed = match self.web.execute(WATCH, target).await {
            // It was at work again before it could be watched.
            Ok(off) if off.json().as_bool() == Some(true) => {
                return Ok(Some("could not be used".to_owned()));
            }
            Ok(_) => press(&wanted).await,
            Err(error) => Err(error),
        };
        match pressed {
            Ok(()) => {}
            Err(error) if is_passing(&error) => return Ok(Some("was drawn anew".to_owned())),
            Err(error) => return Err(error.into()),
        }
        let missed = self.web.execute(MISSED, vec![]).await?;
        match missed.json().as_str() {
            Some(OTHER) => Err(Failure::new(format!(
                "the {role} \"{name}\" was another thing at the moment of the press"
            ))),
            missed => Ok(missed.map(str::to_owned)),
        }
    }

    /// Where an element lies from the focus; `None` when the page has drawn another in its place.
    async fn direction(&self, wanted: &WebElement) -> Told<Option<String>> {
        match self.web.execute(DIRECTION, vec![wanted.to_json()?]).await {
            Ok(answer) => Ok(answer.json().as_str().map(str::to_owned)),
            Err(error) if is_passing(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn usable(&self, role: &str, name: &str) -> Told<WebElement> {
        let found = self.until(role, name, Wanted::Usable).await?;
        found
            .element
            .ok_or_else(|| Failure::new(format!("the {role} \"{name}\" is gone")))
    }

    async fn until(&self, role: &str, name: &str, wanted: Wanted) -> Told<Found> {
        let found = access::find(&self.web, (role, name), wanted, PATIENCE).await?;
        match wanted.holds(&found) {
            true => Ok(found),
            false => Err(not_so(role, name, &found)),
        }
    }

    async fn now(&self, role: &str, name: &str, wanted: Wanted) -> Told<Found> {
        access::find(&self.web, (role, name), wanted, Duration::ZERO).await
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

/// The clipboard is the screen's own, so any program on it can copy; ours has a command for that.
const COMMAND: &str = r#"
const [name, sent, done] = arguments;
window.__TAURI_INTERNALS__.invoke(name, sent).then(() => done(null), (error) => done(JSON.stringify(error)));
"#;

/// Whether the page has this theme, at once or a little later.
const IN_THEME: &str = r#"
const [theme, done] = arguments;
const begin = performance.now();
const look = () => {
  const shown = document.documentElement.dataset.theme === theme;
  if (shown || performance.now() - begin > 5000) done(shown);
  else setTimeout(look, 20);
};
look();
"#;

/// How many pixels of the tallest part of the page don't fit into it.
const HIDDEN: &str = r#"
const parts = [document.documentElement, ...document.querySelectorAll("main, main *, nav, aside")];
const scrolls = (part) => ["auto", "scroll"].includes(getComputedStyle(part).overflowY) || part === document.documentElement;
return Math.max(0, ...parts.filter(scrolls).map((part) => part.scrollHeight - part.clientHeight));
"#;

/// What a press is called that reached a thing which had become another one that can be used.
const OTHER: &str = "other";

/// How the last press missed; nothing where it did what it says.
const MISSED: &str = "return window.lastPress;";

/// Keeps what the press meets that follows: what a page shows while it works can't be used. Keys press as a mouse does, with a click.
const WATCH: &str = r#"
const [wanted] = arguments;
// Ages and counts go on while one looks.
const called = () => wanted.textContent.replace(/\d+/g, "");
const before = called();
const says = (attribute) => wanted.getAttribute(attribute) === "true";
const off = () => says("aria-disabled") || says("aria-busy") || wanted.disabled === true;
const met = (event) => {
  if (!event.composedPath().includes(wanted)) return;
  window.lastPress = off() ? "could not be used" : called() === before ? null : "other";
};
window.forgetPress?.();
window.lastPress = "was not met";
window.forgetPress = () => window.removeEventListener("click", met, { capture: true });
window.addEventListener("click", met, { capture: true });
return off();
"#;

/// A person scrolls until a thing can be seen well, and clicks it when it stands still. WebDriver alone is content with a corner of it
/// and clicks where it was, whatever lies there by then.
const COME_CLOSE: &str = r#"
const [wanted, done] = arguments;
wanted.scrollIntoView({ block: "center", behavior: "instant" });
const place = () => JSON.stringify(wanted.getBoundingClientRect());
let stood = place();
let frames = 0;
const look = () => {
  const now = place();
  frames += 1;
  if ((now === stood && frames > 2) || frames > 60) return done();
  stood = now;
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
