//! Logging in to the site, as a person with a private window does: from the site, or from Entra's side (entra.md 7).
//!
//! Wherever the pages lead in the end is an outcome, not a fault: what a refusal says is what the guide has to explain. It must
//! not know why a login is tried.

use url::Url;

use super::{
    AutopilotFault, Form, Hands, Page, account_of, is_login, is_password, practice_of, shown,
};
use crate::clouds::PracticeAccount;
use crate::secret::{Redactor, Secret};

/// Who logs in.
#[derive(Debug, Clone)]
pub struct LogIn {
    /// What they type at the site.
    pub email: String,
    /// What they type at Microsoft.
    pub user_name: String,
    /// Their password at Microsoft.
    pub password: Secret,
}

impl From<&PracticeAccount> for LogIn {
    /// Somebody whose address is their user name.
    fn from(account: &PracticeAccount) -> Self {
        Self {
            email: account.user_principal_name.clone(),
            user_name: account.user_principal_name.clone(),
            password: account.password.clone(),
        }
    }
}

/// Where a login ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// At the site, logged in.
    LoggedIn {
        /// As whom, in the site's words.
        account: String,
    },
    /// At a page that goes no further.
    Refused {
        /// Which, with what its address says about the error; redacted.
        address: String,
        /// Its heading.
        title: String,
        /// Its words, redacted.
        words: String,
    },
    /// At one of Microsoft's error pages.
    AadSts {
        /// The number with `AADSTS` before it.
        code: String,
        /// The page's words, redacted.
        words: String,
    },
    /// At the site, which wants its own password: single sign-on is not offered to this person.
    AskedPassword,
}

/// The site's two pages, Microsoft's, the one that posts the answer, and the end: a dozen means going in circles.
const MOST_PAGES: usize = 12;

impl Hands {
    /// An account that the practice hands out.
    ///
    /// # Errors
    /// [`AutopilotFault::NoAccount`] when it is not listed.
    pub fn account(&self, user_principal_name: &str) -> Result<LogIn, AutopilotFault> {
        account_of(practice_of(&self.cloud)?, user_principal_name).map(LogIn::from)
    }

    /// Logs in at the site in a private window, by single sign-on when it is offered.
    ///
    /// # Errors
    /// When a page cannot be read or the practice has no site.
    pub async fn log_in_at_site(&self, who: &LogIn) -> Result<Outcome, AutopilotFault> {
        let site = self.cloud.site.clone();
        let site = site.ok_or(AutopilotFault::NoAddress("the site"))?;
        self.log_in(site, who).await
    }

    /// Logs in from Entra's side in a private window: the application's tile in My Apps.
    ///
    /// # Errors
    /// As for [`Hands::log_in_at_site`].
    pub async fn log_in_from_entra(
        &self,
        app_id: &str,
        tenant: &str,
        who: &LogIn,
    ) -> Result<Outcome, AutopilotFault> {
        let apps = self.cloud.my_apps.clone();
        let mut tile = apps.ok_or(AutopilotFault::NoAddress("My Apps"))?;
        if let Ok(mut path) = tile.path_segments_mut() {
            path.pop_if_empty().extend(["api", "signin", app_id]);
        }
        tile.query_pairs_mut().append_pair("tenantId", tenant);
        self.log_in(tile, who).await
    }

    async fn log_in(&self, start: Url, who: &LogIn) -> Result<Outcome, AutopilotFault> {
        let window = self.visitor.in_private();
        let mut page = window.get(&start).await?;
        let mut sent: Vec<(Url, Fill)> = Vec::new();
        for _ in 0..MOST_PAGES {
            if let Some(outcome) = ended(&page) {
                return Ok(outcome);
            }
            let (form, fill) = match next_form(&page, who) {
                Next::Send(form, fill) => (form, fill),
                Next::Password => return Ok(Outcome::AskedPassword),
                Next::Nothing => return Ok(refused(&page)),
            };
            // The same again: what was typed was not accepted.
            let step = (form.action().clone(), fill);
            if sent.contains(&step) {
                return Ok(refused(&page));
            }
            page = window.submit(&form, &step.1).await?;
            sent.push(step);
        }
        Err(page.lost())
    }
}

type Fill = Vec<(String, String)>;

enum Next {
    Send(Form, Fill),
    Password,
    Nothing,
}

/// The end of the way, when this page is one.
fn ended(page: &Page) -> Option<Outcome> {
    if let Some(account) = page.text_of("account") {
        return Some(Outcome::LoggedIn { account });
    }
    let words = page.words();
    let code = aadsts_in(&words)?;
    Some(Outcome::AadSts {
        code,
        words: Redactor::redact(&words),
    })
}

fn aadsts_in(words: &str) -> Option<String> {
    let start = words.find("AADSTS")?;
    let digits = words[start + "AADSTS".len()..]
        .chars()
        .take_while(char::is_ascii_digit)
        .count();
    (digits > 0).then(|| words[start..start + "AADSTS".len() + digits].to_owned())
}

/// What a person does on this page: lets the answer go on, chooses single sign-on, or types who they are.
fn next_form(page: &Page, who: &LogIn) -> Next {
    if !page.is_success() && page.forms().iter().all(|form| !asks_who(form)) {
        return Next::Nothing;
    }
    let first = |test: &dyn Fn(&Form) -> Option<Fill>| {
        let mut fitting = page
            .forms()
            .iter()
            .filter_map(|form| test(form).map(|fill| Next::Send(form.clone(), fill)));
        fitting.next()
    };
    let posts = |form: &Form| form.hidden("SAMLResponse").map(|_| vec![]);
    let chosen = |form: &Form| {
        let single = form.choices().iter().find(|choice| is_sso(&choice.label))?;
        Some(vec![(single.name.clone(), single.value.clone())])
    };
    let typed = |form: &Form| typed_into(form, who);
    if let Some(next) = first(&posts)
        .or_else(|| first(&chosen))
        .or_else(|| first(&typed))
    {
        return next;
    }
    match page
        .forms()
        .iter()
        .any(|form| form.password_field().is_some())
    {
        true => Next::Password,
        false => Next::Nothing,
    }
}

fn is_sso(label: &str) -> bool {
    label.eq_ignore_ascii_case("Log in with single sign-on")
}

fn asks_who(form: &Form) -> bool {
    form.text_field(is_login).is_some()
}

/// Both fields on one page are Microsoft's; the address alone is the site's.
fn typed_into(form: &Form, who: &LogIn) -> Option<Fill> {
    let name = form.text_field(is_login)?.to_owned();
    Some(
        match form.password_field().filter(|name| is_password(name)) {
            Some(password) => vec![
                (name, who.user_name.clone()),
                (password.to_owned(), who.password.secret().to_owned()),
            ],
            None => vec![(name, who.email.clone())],
        },
    )
}

fn refused(page: &Page) -> Outcome {
    Outcome::Refused {
        address: shown(page.url()),
        title: page.heading(),
        words: Redactor::redact(&page.words()),
    }
}
