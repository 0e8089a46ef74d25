//! A small client for tests: signs in by posting the forms that people post, and speaks with Graph and Atlassian.
//! It knows only addresses and field names, as any other client would.
#![allow(dead_code, unused_imports, clippy::unwrap_used)]

mod administration;
mod browser;
mod single_sign_on;

pub use administration::{Connected, certificate, shown};
pub use browser::{Browser, Page};
pub use single_sign_on::{
    SingleSignOn, expect_logged_in, expect_refused, opened, pem, refused_with,
};

use std::collections::HashMap;
use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::{Client, Method, Response, redirect::Policy};
use serde_json::Value;
use sim::{Host, Options, Practice, Tempo};

/// The scopes that the wizard needs for everything it does so far.
pub const SCOPES: &str =
    "openid profile offline_access User.Read Directory.Read.All Application.ReadWrite.All";
/// A verifier and its challenge, from RFC 7636.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// See [`VERIFIER`].
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Practice with what one would be given.
pub struct Bench {
    pub practice: Practice,
    pub cloud: toml::Table,
    pub http: Client,
}

/// An answer read to its end.
#[derive(Debug)]
pub struct Read {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub text: String,
}

impl Read {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    }
}

impl Bench {
    pub async fn start(scenario: &str) -> Bench {
        Bench::with(Options {
            scenario: scenario.into(),
            tempo: Tempo::Instant,
            ..Options::default()
        })
        .await
    }

    pub async fn with(options: Options) -> Bench {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let practice = Practice::start(options).await.unwrap();
        let cloud: toml::Table = practice.cloud_toml().parse().unwrap();
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .timeout(Duration::from_secs(30))
            .no_proxy();
        if let Some(path) = cloud.get("ca").and_then(|path| path.as_str()) {
            let pem = std::fs::read(path).unwrap();
            builder = builder.tls_certs_only([reqwest::Certificate::from_pem(&pem).unwrap()]);
        }
        Bench {
            practice,
            cloud,
            http: builder.build().unwrap(),
        }
    }

    pub fn given(&self, name: &str) -> String {
        self.cloud["practice"][name].as_str().unwrap().to_owned()
    }

    pub fn key(&self, name: &str) -> String {
        self.cloud["practice"]["keys"][name]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub fn account(&self, index: usize) -> (String, String) {
        let account = &self.cloud["practice"]["accounts"][index];
        let word = |name: &str| account[name].as_str().unwrap().to_owned();
        (word("user_principal_name"), word("password"))
    }

    pub fn at(&self, host: Host, path: &str) -> String {
        format!("{}{path}", self.cloud[host_key(host)].as_str().unwrap())
    }

    pub async fn form(&self, url: &str, fields: &[(&str, &str)], cookie: &str) -> Read {
        read(
            self.http
                .post(url)
                .header("cookie", cookie)
                .form(fields)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    pub async fn get(&self, url: &str) -> Read {
        read(self.http.get(url).send().await.unwrap()).await
    }

    pub fn authorize_url(&self, scope: &str, more: &[(&str, &str)]) -> String {
        let client = self.given("client_id");
        let mut fields = vec![
            ("client_id", client.as_str()),
            ("response_type", "code"),
            ("redirect_uri", "http://localhost:49152"),
            ("scope", scope),
            ("state", "s t"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        fields.extend(more);
        reqwest::Url::parse_with_params(
            &self.at(Host::Login, "/organizations/oauth2/v2.0/authorize"),
            fields,
        )
        .unwrap()
        .into()
    }

    /// Goes through the pages as the account of that number, consenting; gives the query of the redirect.
    pub async fn browse(&self, url: &str, account: usize) -> HashMap<String, String> {
        let page = self.get(url).await;
        let (name, password) = self.account(account);
        let flow = field(&page.text, "flow");
        let mut page = self
            .form(
                &self.at(Host::Login, "/common/login"),
                &[("flow", &flow), ("login", &name), ("passwd", &password)],
                "",
            )
            .await;
        if page.text.contains("Permissions requested") {
            let flow = field(&page.text, "flow");
            page = self
                .form(
                    &self.at(Host::Login, "/common/consent"),
                    &[("flow", &flow), ("decision", "accept")],
                    "",
                )
                .await;
        }
        if page.text.contains("/common/return") {
            let flow = field(&page.text, "flow");
            page = self
                .form(
                    &self.at(Host::Login, "/common/return"),
                    &[("flow", &flow)],
                    "",
                )
                .await;
        }
        query(
            page.headers
                .get(LOCATION.as_str())
                .unwrap_or_else(|| panic!("no redirect: {}", page.text)),
        )
    }

    pub async fn token(&self, fields: &[(&str, &str)]) -> Read {
        let client = self.given("client_id");
        let mut all = vec![("client_id", client.as_str())];
        all.extend(fields);
        self.form(
            &self.at(Host::Login, "/organizations/oauth2/v2.0/token"),
            &all,
            "",
        )
        .await
    }

    pub async fn redeem(&self, code: &str) -> Read {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", "http://localhost:49152"),
            ("code_verifier", VERIFIER),
        ];
        self.token(&fields).await
    }

    pub async fn sign_in(&self, account: usize, scope: &str) -> Value {
        let back = self.browse(&self.authorize_url(scope, &[]), account).await;
        let answer = self
            .redeem(
                back.get("code")
                    .unwrap_or_else(|| panic!("no code: {back:?}")),
            )
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    pub async fn bearer(&self, account: usize) -> String {
        self.sign_in(account, SCOPES).await["access_token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn graph(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Read {
        let mut request = self.http.request(
            Method::from_bytes(method.as_bytes()).unwrap(),
            self.at(Host::Graph, path),
        );
        request = request
            .bearer_auth(token)
            .header("client-request-id", "11111111-2222-4333-8444-555555555555");
        if path.contains("$count") {
            request = request.header("ConsistencyLevel", "eventual");
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        read(request.send().await.unwrap()).await
    }

    pub async fn atlassian(
        &self,
        key: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Read {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            self.at(Host::AtlassianApi, path)
        };
        let mut request = self
            .http
            .request(Method::from_bytes(method.as_bytes()).unwrap(), url)
            .bearer_auth(key);
        if let Some(body) = body {
            request = request.json(&body);
        }
        read(request.send().await.unwrap()).await
    }

    /// Adds the application and gives its two object ids.
    pub async fn instantiate(&self, token: &str, name: &str) -> (String, String) {
        let path = "/v1.0/applicationTemplates?$filter=displayName eq 'Atlassian Cloud'";
        let template = self.graph(token, "GET", path, None).await.json()["value"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let body = serde_json::json!({"displayName": name});
        let made = self
            .graph(
                token,
                "POST",
                &format!("/v1.0/applicationTemplates/{template}/instantiate"),
                Some(body),
            )
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
        let id = |part: &str| made.json()[part]["id"].as_str().unwrap().to_owned();
        (id("application"), id("servicePrincipal"))
    }
}

pub async fn read(answer: Response) -> Read {
    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                value.to_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    Read {
        status,
        headers,
        text: answer.text().await.unwrap_or_default(),
    }
}

/// The value of a hidden field of a page.
pub fn field(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let at = page
        .find(&start)
        .unwrap_or_else(|| panic!("no field {name} in {page}"))
        + start.len();
    page[at..at + page[at..].find('"').unwrap()].to_owned()
}

/// The query of an address.
pub fn query(address: &str) -> HashMap<String, String> {
    reqwest::Url::parse(address)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

fn host_key(host: Host) -> &'static str {
    host.name()
}
