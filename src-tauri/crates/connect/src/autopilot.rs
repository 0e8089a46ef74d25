//! A person in front of the practice pages: signs in on the simulated sign-in page by the same HTTP forms, does at Atlassian what
//! has no API ([`Hands`]), and logs in to the site ([`Outcome`]).
//!
//! It runs only in practice and only on this machine. It reads pages as a browser does ([`visitor`], [`html`]) and must not know
//! anything about the simulators but that they are pages with forms.

mod hands;
mod html;
mod login;
mod visitor;

use std::fmt;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::watch;
use url::Url;

pub use hands::{Hands, MadePolicy, SamlAddresses};
pub use html::{Choice, Form, Input};
pub use login::{LogIn, Outcome};
pub use visitor::{Page, Visitor};

use crate::clouds::{Cloud, PracticeAccount, PracticeKeys};
use crate::secret::Redactor;
use crate::signin::{Browser, BrowserFault};

/// Does what a person does on the practice sign-in page. Implements [`Browser`].
#[derive(Debug, Clone)]
pub struct Autopilot {
    visitor: Visitor,
    account: PracticeAccount,
    decision: Decision,
    trouble: watch::Sender<Option<AutopilotFault>>,
}

/// What the person does on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Accepts for themselves.
    Accept,
    /// Accepts for the whole organization, where the page offers it.
    AcceptForEverybody,
    /// Cancels.
    Cancel,
}

/// Why the autopilot did not run, or did not get through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AutopilotFault {
    /// The cloud is not practice on this machine: there it never acts.
    NotPractice,
    /// The practice has no such account.
    NoAccount,
    /// The practice has no address for it: its site, or My Apps.
    NoAddress(&'static str),
    /// A page could not be read.
    Page {
        /// Which, redacted.
        url: String,
        /// What happened.
        because: String,
    },
    /// A page that says that it did not do what was asked.
    Refused {
        /// Which, redacted.
        url: String,
        /// Why, in the page's words, redacted.
        says: String,
    },
    /// A page that it does not understand, for example an error page of the sign-in service.
    Lost {
        /// Which, redacted.
        url: String,
        /// Its heading and first words, redacted.
        says: String,
    },
}

impl fmt::Display for AutopilotFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPractice => {
                f.write_str("the autopilot acts only in practice, on this machine")
            }
            Self::NoAccount => f.write_str("the practice has no such account"),
            Self::NoAddress(what) => write!(f, "the practice has no address of {what}"),
            Self::Page { url, because } => write!(f, "the page {url} could not be read: {because}"),
            Self::Refused { url, says } => write!(f, "the page {url} refused: {says}"),
            Self::Lost { url, says } => write!(
                f,
                "the autopilot does not know what to do on the page {url}, which says: {says}"
            ),
        }
    }
}

impl std::error::Error for AutopilotFault {}

/// A sign-in has three pages at most (account, consent, end) and a device code one more; a dozen means going in circles.
const MOST_PAGES: usize = 12;

impl Autopilot {
    /// For the first account of the practice.
    ///
    /// # Errors
    /// [`AutopilotFault::NotPractice`] anywhere but in practice on this machine.
    pub fn new(cloud: &Cloud) -> Result<Autopilot, AutopilotFault> {
        let practice = practice_of(cloud)?;
        let account = practice
            .accounts
            .first()
            .cloned()
            .ok_or(AutopilotFault::NoAccount)?;
        let visitor = Visitor::new(cloud)?;
        Ok(Self {
            visitor,
            account,
            decision: Decision::Accept,
            trouble: watch::Sender::new(None),
        })
    }

    /// For another account of the practice.
    ///
    /// # Errors
    /// [`AutopilotFault::NoAccount`] when it is not listed.
    pub fn as_account(
        self,
        cloud: &Cloud,
        user_principal_name: &str,
    ) -> Result<Autopilot, AutopilotFault> {
        let account = account_of(practice_of(cloud)?, user_principal_name)?.clone();
        Ok(Self { account, ..self })
    }

    /// With another decision on the consent page.
    pub fn deciding(self, decision: Decision) -> Autopilot {
        Self { decision, ..self }
    }

    /// The pages themselves, for doing by hand what has no API.
    pub fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    /// What went wrong on the last page that [`Browser::open`] opened; a person would have seen it.
    pub fn trouble(&self) -> Option<AutopilotFault> {
        self.trouble.borrow().clone()
    }

    /// Goes through a sign-in page to its end: the account, the password, the consent, and back to the program.
    ///
    /// # Errors
    /// Where it got lost.
    pub async fn go_through(&self, url: &Url) -> Result<(), AutopilotFault> {
        let page = self.visitor.get(url).await?;
        self.go_on(page).await
    }

    /// Enters the code of a device sign-in and goes through what follows.
    ///
    /// # Errors
    /// Where it got lost.
    pub async fn enter_code(
        &self,
        verification_uri: &Url,
        user_code: &str,
    ) -> Result<(), AutopilotFault> {
        let page = self.visitor.get(verification_uri).await?;
        let asks = |form: &&Form| {
            form.text_field(|name| name.contains("code") || name == "otc")
                .is_some()
        };
        let form = page.forms().iter().find(asks).ok_or_else(|| page.lost())?;
        let field = form
            .text_field(|name| name.contains("code") || name == "otc")
            .unwrap_or_default()
            .to_owned();
        let next = self
            .visitor
            .submit(form, &[(field, user_code.to_owned())])
            .await?;
        self.go_on(next).await
    }

    async fn go_on(&self, mut page: Page) -> Result<(), AutopilotFault> {
        let mut signed_in = false;
        for _ in 0..MOST_PAGES {
            // Another place than the practice's own: the program's page at the end.
            if !self.visitor.is_practice(page.url()) {
                return Ok(());
            }
            let Some((form, fill)) = self.next_form(&page, signed_in) else {
                let ended = page.forms().is_empty() && page.is_success() && signed_in;
                return if ended { Ok(()) } else { Err(page.lost()) };
            };
            signed_in |= fill.iter().any(|(name, _)| is_password(name));
            page = self.visitor.submit(&form, &fill).await?;
        }
        Err(page.lost())
    }

    /// The form that a person would use now, and what they would put into it.
    fn next_form(&self, page: &Page, signed_in: bool) -> Option<(Form, Vec<(String, String)>)> {
        let account = page
            .forms()
            .iter()
            .find_map(|form| self.sign_in_form(form).map(|fill| (form.clone(), fill)));
        if account.is_some() {
            // Asked for the password a second time: it was not accepted, and a third try would not be either.
            return account.filter(|_| !signed_in);
        }
        let decided = page
            .forms()
            .iter()
            .find_map(|form| self.decision_form(form).map(|fill| (form.clone(), fill)));
        // A page that only offers the way back to the program.
        decided.or_else(|| {
            page.forms()
                .iter()
                .find(|form| form.only_continues())
                .map(|form| (form.clone(), vec![]))
        })
    }

    fn sign_in_form(&self, form: &Form) -> Option<Vec<(String, String)>> {
        let login = form.text_field(is_login);
        let password = form.password_field();
        let mut fill = Vec::new();
        fill.extend(login.map(|name| (name.to_owned(), self.account.user_principal_name.clone())));
        fill.extend(
            password.map(|name| (name.to_owned(), self.account.password.secret().to_owned())),
        );
        (!fill.is_empty()).then_some(fill)
    }

    fn decision_form(&self, form: &Form) -> Option<Vec<(String, String)>> {
        let wanted: &[&str] = match self.decision {
            Decision::Cancel => &["cancel", "no", "decline", "deny"],
            _ => &["accept", "continue", "yes", "allow", "approve"],
        };
        let pressed = form
            .choices()
            .iter()
            .find(|choice| wanted.iter().any(|word| choice.means(word)))?;
        let mut fill = vec![(pressed.name.clone(), pressed.value.clone())];
        if self.decision == Decision::AcceptForEverybody {
            fill.extend(
                form.tick()
                    .map(|(name, value)| (name.to_owned(), value.to_owned())),
            );
        }
        Some(fill)
    }
}

impl Browser for Autopilot {
    /// Starts in the background, as a browser does; needs a running async runtime.
    fn open(&self, url: &str) -> Result<(), BrowserFault> {
        let fault = |because: String| BrowserFault {
            tried: "the autopilot".into(),
            because,
        };
        let url = Url::parse(url).map_err(|error| fault(error.to_string()))?;
        let runtime =
            tokio::runtime::Handle::try_current().map_err(|error| fault(error.to_string()))?;
        let autopilot = self.clone();
        // What another page said is not this one's.
        self.trouble.send_replace(None);
        runtime.spawn(async move {
            let trouble = autopilot.go_through(&url).await.err();
            if let Some(fault) = &trouble {
                tracing::warn!(%fault, "autopilot");
            }
            autopilot.trouble.send_replace(trouble);
        });
        Ok(())
    }

    fn failed(&self) -> BoxFuture<'_, String> {
        let mut trouble = self.trouble.subscribe();
        async move {
            let failed = trouble.wait_for(Option::is_some).await;
            // The sender is kept as long as this waits, so that it never ends without a page that failed.
            let says = failed.map(|trouble| trouble.as_ref().map(ToString::to_string));
            says.ok().flatten().unwrap_or_default()
        }
        .boxed()
    }
}

/// What one is given in practice, on this machine; nothing anywhere else.
fn practice_of(cloud: &Cloud) -> Result<&PracticeKeys, AutopilotFault> {
    cloud
        .practice
        .as_ref()
        .filter(|_| cloud.is_on_this_machine())
        .ok_or(AutopilotFault::NotPractice)
}

fn account_of<'a>(
    practice: &'a PracticeKeys,
    user_principal_name: &str,
) -> Result<&'a PracticeAccount, AutopilotFault> {
    let named = |account: &&PracticeAccount| {
        account
            .user_principal_name
            .eq_ignore_ascii_case(user_principal_name)
    };
    let found = practice.accounts.iter().find(named);
    found.ok_or(AutopilotFault::NoAccount)
}

fn is_login(name: &str) -> bool {
    [
        "login",
        "loginfmt",
        "username",
        "user",
        "user_name",
        "email",
        "account",
    ]
    .contains(&name.to_ascii_lowercase().as_str())
}

fn is_password(name: &str) -> bool {
    ["passwd", "password", "pwd"].contains(&name.to_ascii_lowercase().as_str())
}

fn shown(url: &Url) -> String {
    Redactor::redact(url.as_str())
}

#[cfg(test)]
mod tests;
