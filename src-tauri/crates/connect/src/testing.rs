//! A scripted server on loopback for this crate's tests, and a signed-in session against it.
//!
//! It is no simulator: each test says what is answered, one request after the other.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use url::Url;

use crate::clouds::{Cloud, PracticeKeys};
use crate::http::Http;
use crate::ledger::Ledger;
use crate::pace::Limits;
use crate::retry::Patience;
use crate::signin::Session;
use crate::wire::Clients;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) method: String,
    /// Path and query as written.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Got {
    /// A field of the form body.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let mut fields = url::form_urlencoded::parse(self.body.as_bytes());
        fields
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Method and target without the host, as a test reads it.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// A running server. It ends with the test's runtime.
pub(crate) struct Server {
    pub(crate) url: Url,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Server {
    /// Answers each request by this script, which is given its number (from 0) and itself.
    pub(crate) async fn answering(
        script: impl Fn(usize, &Got) -> Response + Send + Sync + 'static,
    ) -> Self {
        let script = Arc::new(script);
        Self::answering_slowly(move |number, got| {
            let script = script.clone();
            async move { script(number, &got) }
        })
        .await
    }

    /// The same, with answers that take their time.
    pub(crate) async fn answering_slowly<F>(
        script: impl Fn(usize, Got) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let (seen, script) = (got.clone(), Arc::new(script));
        let app = Router::new().fallback(move |request: Request<Body>| {
            let (seen, script) = (seen.clone(), script.clone());
            async move {
                let got = read(request).await;
                let number = {
                    let mut seen = seen.lock().expect("no test panics while it holds this");
                    seen.push(got.clone());
                    seen.len() - 1
                };
                script(number, got).await
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        let url = Url::parse(&format!("http://{address}")).expect("an address");
        Self { url, got }
    }

    /// What arrived so far.
    pub(crate) fn got(&self) -> Vec<Got> {
        self.got
            .lock()
            .expect("no test panics while it holds this")
            .clone()
    }

    /// The requests, one a line.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.got().iter().map(Got::line).collect()
    }

    /// The cloud whose every service is this server.
    pub(crate) fn cloud(&self) -> Cloud {
        cloud_at(&self.url)
    }

    /// A client for it that does not wait long.
    pub(crate) fn http(&self) -> Http {
        http_for(&self.cloud())
    }

    /// A session with this token's life in seconds and these scopes.
    pub(crate) fn session(&self, seconds: u64, scope: &str) -> Session {
        Session::for_tests(&self.http(), &self.cloud(), seconds, scope)
    }
}

async fn read(request: Request<Body>) -> Got {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20)
        .await
        .unwrap_or_default();
    Got {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        headers: parts.headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

pub(crate) fn cloud_at(url: &Url) -> Cloud {
    let mut cloud = Cloud::named("global").expect("a cloud");
    for address in [
        &mut cloud.login,
        &mut cloud.graph,
        &mut cloud.entra_portal,
        &mut cloud.atlassian_api,
        &mut cloud.atlassian_auth,
        &mut cloud.atlassian_admin,
    ] {
        *address = url.clone();
    }
    cloud.my_apps = Some(url.clone());
    cloud
}

/// Retries as in life, only that every wait is a thousandth.
pub(crate) const HASTY: Patience = Patience {
    deadline: Duration::from_secs(20),
    base: Duration::from_millis(2),
    cap: Duration::from_millis(10),
};

pub(crate) fn http_for(cloud: &Cloud) -> Http {
    Http::with_clients(Clients::direct(), cloud, Ledger::new()).patient(HASTY)
}

/// The same, with the documented limits, whose second is so long.
pub(crate) fn paced_http_for(cloud: &Cloud, second: Duration) -> Http {
    let limits = Limits::hasty(second);
    Http::with_limits(Clients::direct(), cloud, Ledger::new(), Some(limits)).patient(HASTY)
}

/// What a practice hands out, without accounts.
pub(crate) fn practice_keys() -> PracticeKeys {
    PracticeKeys {
        scenario: "fresh".into(),
        control: None,
        tenant_id: "t".into(),
        tenant: "contoso.test".into(),
        organization_id: "o".into(),
        client_id: None,
        organization_key: None,
        keys: Default::default(),
        accounts: vec![],
    }
}

/// A JSON answer.
pub(crate) fn answer(status: u16, body: Value) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (
        status,
        [("content-type", "application/json")],
        body.to_string(),
    )
        .into_response()
}

/// A JSON answer with a header more.
pub(crate) fn answer_with(status: u16, body: Value, name: &'static str, value: &str) -> Response {
    let mut response = answer(status, body);
    response
        .headers_mut()
        .insert(name, value.parse().expect("a header"));
    response
}

/// An identity token for the tenant and person of the tests.
pub(crate) fn id_token(tenant: &str) -> String {
    use base64::Engine;
    let claims = json!({"tid": tenant, "oid": "oid-1", "preferred_username": "adele@contoso.test", "name": "Adele Vance"});
    let middle = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("e30.{middle}.c2ln")
}

/// What a token endpoint gives.
pub(crate) fn tokens(access: &str, refresh: &str, seconds: u64, scope: &str) -> Value {
    json!({
        "token_type": "Bearer", "access_token": access, "refresh_token": refresh, "expires_in": seconds, "scope": scope,
        "id_token": id_token(TENANT),
    })
}

/// The tenant of the tests.
pub(crate) const TENANT: &str = "11111111-2222-4333-8444-555555555555";
