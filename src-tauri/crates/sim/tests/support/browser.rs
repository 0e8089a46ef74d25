//! A browser, as far as tests need one: it keeps cookies, follows redirects, and fills in forms by their names.

use std::collections::HashMap;
use std::sync::Mutex;

use reqwest::Url;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};

use super::{Bench, Read, field, read};

/// One window with nothing remembered at first.
pub struct Browser<'a> {
    bench: &'a Bench,
    jar: Mutex<HashMap<String, String>>,
}

/// A page and its address.
#[derive(Debug)]
pub struct Page {
    pub url: Url,
    pub read: Read,
}

impl Page {
    /// The text of the page.
    pub fn text(&self) -> &str {
        &self.read.text
    }

    /// The heading.
    pub fn heading(&self) -> &str {
        let after = self.text().split("<h1>").nth(1).unwrap_or_default();
        after.split("</h1>").next().unwrap_or_default()
    }

    /// What the address says with a name.
    pub fn asked(&self, name: &str) -> String {
        let found = self.url.query_pairs().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    }
}

impl Bench {
    /// A private window.
    pub fn browser(&self) -> Browser<'_> {
        Browser {
            bench: self,
            jar: Mutex::default(),
        }
    }
}

impl Browser<'_> {
    /// Opens an address.
    pub async fn open(&self, url: &str) -> Page {
        self.go(url.parse().unwrap(), None).await
    }

    /// Posts fields to an address, which may be relative to a page.
    pub async fn send(&self, from: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let fields = fields.iter().map(own).collect();
        self.go(from.url.join(action).unwrap(), Some(fields)).await
    }

    /// Signs in on Microsoft's page as the account of that number.
    pub async fn sign_in(&self, page: &Page, account: usize) -> Page {
        let (name, password) = self.bench.account(account);
        let flow = field(page.text(), "flow");
        self.send(
            page,
            "/common/login",
            &[("flow", &flow), ("login", &name), ("passwd", &password)],
        )
        .await
    }

    /// Presses Continue on the page that posts a response.
    pub async fn carry_on(&self, page: &Page) -> Page {
        let response = field(page.text(), "SAMLResponse");
        self.deliver(page, &response).await
    }

    /// The same with another response.
    pub async fn deliver(&self, page: &Page, response: &str) -> Page {
        let action = page
            .text()
            .split("action=\"")
            .nth(1)
            .unwrap_or_else(|| panic!("no form in {}", page.text()));
        let action = action.split('"').next().unwrap().replace("&amp;", "&");
        let mut fields = vec![("SAMLResponse", response)];
        let relay = page
            .text()
            .contains("name=\"RelayState\"")
            .then(|| field(page.text(), "RelayState"));
        fields.extend(relay.as_deref().map(|relay| ("RelayState", relay)));
        self.send(page, &action, &fields).await
    }

    async fn go(&self, url: Url, fields: Option<Vec<(String, String)>>) -> Page {
        let (mut url, mut fields) = (url, fields);
        for _ in 0..10 {
            let http = &self.bench.http;
            let request = match fields.take() {
                Some(fields) => http.post(url.clone()).form(&fields),
                None => http.get(url.clone()),
            };
            let answer = request.header(COOKIE, self.cookies()).send().await.unwrap();
            for cookie in answer.headers().get_all(SET_COOKIE) {
                self.keep(cookie.to_str().unwrap());
            }
            let Some(to) = answer.headers().get(LOCATION) else {
                return Page {
                    url,
                    read: read(answer).await,
                };
            };
            url = url.join(to.to_str().unwrap()).unwrap();
        }
        panic!("redirects without end, at last to {url}");
    }

    fn cookies(&self) -> String {
        let jar = self.jar.lock().unwrap();
        jar.iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn keep(&self, cookie: &str) {
        let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        let mut jar = self.jar.lock().unwrap();
        if cookie.contains("Max-Age=0") {
            jar.remove(name);
        } else {
            jar.insert(name.to_owned(), value.to_owned());
        }
    }
}
