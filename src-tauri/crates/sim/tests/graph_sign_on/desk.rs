//! Somebody at work in Graph, with the application of the test.

use serde_json::{Value, json};
use sim::{Levers, Options, Tempo};

use crate::support::{Bench, Read};

pub const EVERYTHING: &str = "openid profile offline_access User.Read Directory.Read.All Application.ReadWrite.All \
    User.ReadWrite.All Policy.ReadWrite.ApplicationConfiguration AuditLog.Read.All GroupMember.Read.All";
pub const ALEX: &str = "alex@contoso.com";
pub const ENTITY: &str = "https://auth.atlassian.com/saml/0a1b";
pub const REPLY: &str = "https://auth.atlassian.com/login/callback?connection=saml-0a1b";

/// The desk: practice, a token, and the ids of the application and of its service principal.
pub struct Desk {
    pub bench: Bench,
    pub token: String,
    pub app: String,
    pub sp: String,
}

impl Desk {
    /// Adele with an application of her own.
    pub async fn fresh() -> Desk {
        Desk::with_tempo(Tempo::Instant).await
    }

    pub async fn with_tempo(tempo: Tempo) -> Desk {
        let options = Options {
            scenario: "fresh".into(),
            tempo,
            ..Options::default()
        };
        let bench = Bench::with(options).await;
        let token = token(&bench, 0, EVERYTHING).await;
        let (app, sp) = bench.instantiate(&token, "Atlassian Cloud").await;
        bench.practice.levers().poke();
        Desk {
            bench,
            token,
            app,
            sp,
        }
    }

    /// Adele with the application that a scenario starts with, or with none.
    pub async fn in_scenario(scenario: &str) -> Desk {
        let bench = Bench::start(scenario).await;
        let token = token(&bench, 0, EVERYTHING).await;
        let found = async |set: &str| {
            let path = format!("/v1.0/{set}?$filter=displayName eq 'Atlassian Cloud'");
            let list = bench.graph(&token, "GET", &path, None).await.json();
            list["value"][0]["id"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let (app, sp) = (
            found("applications").await,
            found("servicePrincipals").await,
        );
        Desk {
            bench,
            token,
            app,
            sp,
        }
    }

    pub fn levers(&self) -> Levers {
        self.bench.practice.levers()
    }

    /// A call where `APP` and `SP` stand for the two ids.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Read {
        let path = path.replace("APP", &self.app).replace("SP", &self.sp);
        let version = if path.contains("/claimsPolicy") {
            "beta"
        } else {
            "v1.0"
        };
        let path = format!("/{version}/{path}");
        self.bench.graph(&self.token, method, &path, body).await
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    pub async fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.call(method, path, Some(body)).await;
        assert!(answer.status < 300, "{path}: {}", answer.text);
        if answer.text.is_empty() {
            Value::Null
        } else {
            answer.json()
        }
    }

    /// The status and the words of a refusal.
    pub async fn refused(&self, method: &str, path: &str, body: Value) -> (u16, String) {
        let body = (!body.is_null()).then_some(body);
        said(&self.call(method, path, body).await)
    }

    pub async fn count(&self, path: &str) -> u64 {
        self.call("GET", path, None).await.text.parse().unwrap()
    }

    pub async fn certificate(&self) -> Value {
        let path = "servicePrincipals/SP/addTokenSigningCertificate";
        self.done(
            "POST",
            path,
            json!({"displayName": "CN=Atlassian Cloud SSO"}),
        )
        .await
    }

    pub async fn activate(&self, certificate: &Value) {
        let body = json!({"preferredTokenSigningKeyThumbprint": certificate["thumbprint"]});
        self.done("PATCH", "servicePrincipals/SP", body).await;
    }

    pub async fn person(&self, name: &str) -> String {
        self.get(&format!("users/{name}")).await["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn group(&self, name: &str) -> String {
        let list = self
            .get(&format!("groups?$filter=displayName eq '{name}'"))
            .await;
        list["value"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The body of an assignment with the role User.
    pub async fn assignment(&self, who: &str) -> Value {
        let roles = self.get("servicePrincipals/SP?$select=appRoles").await;
        json!({"principalId": who, "resourceId": self.sp, "appRoleId": roles["appRoles"][0]["id"]})
    }

    pub async fn assigned(&self) -> Vec<Value> {
        let list = self.get("servicePrincipals/SP/appRoleAssignedTo").await;
        list["value"].as_array().unwrap().clone()
    }
}

pub async fn token(bench: &Bench, account: usize, scopes: &str) -> String {
    bench.sign_in(account, scopes).await["access_token"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub fn said(answer: &Read) -> (u16, String) {
    let body = answer.json();
    let code = body["error"]["code"]
        .as_str()
        .unwrap_or_else(|| panic!("no refusal: {body}"));
    (
        answer.status,
        format!("{code}: {}", body["error"]["message"].as_str().unwrap()),
    )
}

/// True when a refusal has that status and its words contain these.
pub fn is(refusal: &(u16, String), status: u16, words: &str) -> bool {
    assert!(
        refusal.0 == status && refusal.1.contains(words),
        "{refusal:?}"
    );
    true
}
