//! A browser without a screen: pages, forms, redirects and cookies, on this machine only.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, Method, StatusCode, header};
use url::{Origin, Url};

use super::html::{Form, forms_in, text_of_id, words_in, words_of};
use super::{AutopilotFault, shown};
use crate::clouds::{Cloud, is_loopback};
use crate::secret::Redactor;
use crate::wire::Clients;

/// More redirects in a row than any sign-in has.
const MOST_REDIRECTS: usize = 10;

/// Visits pages of the practice, and the program's own page at the end of a sign-in.
#[derive(Debug, Clone)]
pub struct Visitor {
    clients: Arc<Clients>,
    practice: Arc<Vec<Origin>>,
    cookies: Arc<Mutex<BTreeMap<(String, String), String>>>,
}

/// A page that was read.
#[derive(Debug, Clone)]
pub struct Page {
    url: Url,
    status: StatusCode,
    text: String,
    forms: Vec<Form>,
}

impl Page {
    /// Where it is, after redirects.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Its HTML.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its forms, in order.
    pub fn forms(&self) -> &[Form] {
        &self.forms
    }

    /// True when the status says success.
    pub fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// What stands in the element with this id, or where it leads when it is a link.
    pub fn text_of(&self, id: &str) -> Option<String> {
        text_of_id(&self.text, id).filter(|text| !text.is_empty())
    }

    /// Its heading.
    pub fn heading(&self) -> String {
        words_of(&self.text, "h1").unwrap_or_default()
    }

    /// Its readable words: those of its main part, where it has one.
    pub fn words(&self) -> String {
        words_of(&self.text, "main").unwrap_or_else(|| words_in(&self.text))
    }

    /// The fault of not knowing what to do here.
    pub(super) fn lost(&self) -> AutopilotFault {
        let says: String = words_in(&self.text).chars().take(300).collect();
        AutopilotFault::Lost {
            url: shown(&self.url),
            says: Redactor::redact(&says),
        }
    }
}

impl Visitor {
    /// For the practice of this cloud.
    pub(super) fn new(cloud: &Cloud) -> Result<Self, AutopilotFault> {
        let clients =
            Clients::new(cloud.ca.as_deref(), None).map_err(|fault| AutopilotFault::Page {
                url: String::new(),
                because: fault.to_string(),
            })?;
        let own = [
            &cloud.login,
            &cloud.graph,
            &cloud.entra_portal,
            &cloud.atlassian_api,
            &cloud.atlassian_auth,
            &cloud.atlassian_admin,
        ];
        let practice = own
            .into_iter()
            .chain(&cloud.my_apps)
            .chain(&cloud.site)
            .map(Url::origin)
            .collect();
        Ok(Self {
            clients: Arc::new(clients),
            practice: Arc::new(practice),
            cookies: Arc::default(),
        })
    }

    /// A private window: the same pages without any cookie.
    pub fn in_private(&self) -> Self {
        Self {
            cookies: Arc::default(),
            ..self.clone()
        }
    }

    /// True when the address belongs to the practice.
    pub fn is_practice(&self, url: &Url) -> bool {
        self.practice.contains(&url.origin())
    }

    /// Opens a page.
    ///
    /// # Errors
    /// When it cannot be read, or is not on this machine.
    pub async fn get(&self, url: &Url) -> Result<Page, AutopilotFault> {
        self.follow(Method::GET, url.clone(), None).await
    }

    /// Submits a form with these values; a value for a button's name presses that button.
    ///
    /// # Errors
    /// As for [`Visitor::get`].
    pub async fn submit(
        &self,
        form: &Form,
        fill: &[(String, String)],
    ) -> Result<Page, AutopilotFault> {
        let fields = form.filled(fill);
        let encoded = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&fields)
            .finish();
        if form.is_post() {
            return self
                .follow(Method::POST, form.action().clone(), Some(encoded))
                .await;
        }
        let mut url = form.action().clone();
        url.set_query(Some(&encoded));
        self.follow(Method::GET, url, None).await
    }

    async fn follow(
        &self,
        mut method: Method,
        mut url: Url,
        mut body: Option<String>,
    ) -> Result<Page, AutopilotFault> {
        for _ in 0..MOST_REDIRECTS {
            let (status, headers, text) = self.request(&method, &url, body.take()).await?;
            self.keep_cookies(&url, &headers);
            let location = headers
                .get(header::LOCATION)
                .and_then(|to| to.to_str().ok())
                .filter(|_| status.is_redirection());
            let Some(location) = location else {
                let forms = forms_in(&text, &url);
                return Ok(Page {
                    url,
                    status,
                    text,
                    forms,
                });
            };
            url = url
                .join(location)
                .map_err(|error| trouble(&url, &error.to_string()))?;
            method = Method::GET;
        }
        Err(trouble(&url, "it redirects without end"))
    }

    async fn request(
        &self,
        method: &Method,
        url: &Url,
        body: Option<String>,
    ) -> Result<(StatusCode, HeaderMap, String), AutopilotFault> {
        if !is_loopback(url) {
            return Err(AutopilotFault::NotPractice);
        }
        let mut request = self
            .clients
            .for_url(url)
            .request(method.clone(), url.clone());
        let cookies = self.cookies_for(url);
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        if let Some(body) = body {
            request = request
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body);
        }
        let response = request
            .send()
            .await
            .map_err(|error| trouble(url, &error.without_url().to_string()))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response
            .text()
            .await
            .map_err(|error| trouble(url, &error.without_url().to_string()))?;
        Ok((status, headers, text))
    }

    fn keep_cookies(&self, url: &Url, headers: &HeaderMap) {
        let mut cookies = self
            .cookies
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        for set in headers
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
        {
            let pair = set.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                cookies.insert(
                    (url.origin().ascii_serialization(), name.trim().to_owned()),
                    value.trim().to_owned(),
                );
            }
        }
    }

    fn cookies_for(&self, url: &Url) -> String {
        let origin = url.origin().ascii_serialization();
        let cookies = self
            .cookies
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let own = cookies.iter().filter(|((of, _), _)| *of == origin);
        own.map(|((_, name), value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }
}

fn trouble(url: &Url, because: &str) -> AutopilotFault {
    AutopilotFault::Page {
        url: shown(url),
        because: Redactor::redact(because),
    }
}
