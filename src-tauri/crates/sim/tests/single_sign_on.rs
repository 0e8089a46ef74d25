//! Microsoft's side of single sign-on through Graph: what it does, what it refuses, and what each lever changes.
#![allow(clippy::unwrap_used)]

mod support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sim::{Host, LeverError, Levers, Options, Tempo, Visibility};
use support::{Bench, Read};

const EVERYTHING: &str = "openid profile offline_access User.Read Directory.Read.All Application.ReadWrite.All \
    User.ReadWrite.All Policy.ReadWrite.ApplicationConfiguration AuditLog.Read.All GroupMember.Read.All";
const ALEX: &str = "alex@contoso.com";
const ENTITY: &str = "https://auth.atlassian.com/saml/0a1b";
const REPLY: &str = "https://auth.atlassian.com/login/callback?connection=saml-0a1b";

/// Somebody at work in Graph, with the application of the test.
struct Desk {
    bench: Bench,
    token: String,
    app: String,
    sp: String,
}

impl Desk {
    /// Adele with an application of her own.
    async fn fresh() -> Desk {
        Desk::with_tempo(Tempo::Instant).await
    }

    async fn with_tempo(tempo: Tempo) -> Desk {
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
    async fn in_scenario(scenario: &str) -> Desk {
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

    fn levers(&self) -> Levers {
        self.bench.practice.levers()
    }

    /// A call where `APP` and `SP` stand for the two ids.
    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Read {
        let path = path.replace("APP", &self.app).replace("SP", &self.sp);
        let version = if path.contains("/claimsPolicy") {
            "beta"
        } else {
            "v1.0"
        };
        let path = format!("/{version}/{path}");
        self.bench.graph(&self.token, method, &path, body).await
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    async fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.call(method, path, Some(body)).await;
        assert!(answer.status < 300, "{path}: {}", answer.text);
        if answer.text.is_empty() {
            Value::Null
        } else {
            answer.json()
        }
    }

    /// The status and the words of a refusal.
    async fn refused(&self, method: &str, path: &str, body: Value) -> (u16, String) {
        let body = (!body.is_null()).then_some(body);
        said(&self.call(method, path, body).await)
    }

    async fn count(&self, path: &str) -> u64 {
        self.call("GET", path, None).await.text.parse().unwrap()
    }

    async fn certificate(&self) -> Value {
        let path = "servicePrincipals/SP/addTokenSigningCertificate";
        self.done(
            "POST",
            path,
            json!({"displayName": "CN=Atlassian Cloud SSO"}),
        )
        .await
    }

    async fn activate(&self, certificate: &Value) {
        let body = json!({"preferredTokenSigningKeyThumbprint": certificate["thumbprint"]});
        self.done("PATCH", "servicePrincipals/SP", body).await;
    }

    async fn person(&self, name: &str) -> String {
        self.get(&format!("users/{name}")).await["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn group(&self, name: &str) -> String {
        let list = self
            .get(&format!("groups?$filter=displayName eq '{name}'"))
            .await;
        list["value"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The body of an assignment with the role User.
    async fn assignment(&self, who: &str) -> Value {
        let roles = self.get("servicePrincipals/SP?$select=appRoles").await;
        json!({"principalId": who, "resourceId": self.sp, "appRoleId": roles["appRoles"][0]["id"]})
    }

    async fn assigned(&self) -> Vec<Value> {
        let list = self.get("servicePrincipals/SP/appRoleAssignedTo").await;
        list["value"].as_array().unwrap().clone()
    }
}

async fn token(bench: &Bench, account: usize, scopes: &str) -> String {
    bench.sign_in(account, scopes).await["access_token"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn said(answer: &Read) -> (u16, String) {
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
fn is(refusal: &(u16, String), status: u16, words: &str) -> bool {
    assert!(
        refusal.0 == status && refusal.1.contains(words),
        "{refusal:?}"
    );
    true
}

#[tokio::test]
async fn a_certificate_is_made_seen_late_activated_and_removed_whole() {
    let desk = Desk::with_tempo(Tempo::Explicit).await;
    let before = desk.bench.practice.dump();
    let made = desk.certificate().await;
    let der = STANDARD.decode(made["key"].as_str().unwrap()).unwrap();
    assert!(der.len() > 500);
    assert_eq!(made["usage"], "Verify");
    let whole = "servicePrincipals/SP?$select=id,keyCredentials,passwordCredentials,preferredTokenSigningKeyThumbprint";
    assert_eq!(
        desk.get(whole).await["keyCredentials"],
        json!([]),
        "not seen yet"
    );
    desk.levers().poke();
    let read = desk.get(whole).await;
    let keys = read["keyCredentials"].as_array().unwrap();
    let passwords = read["passwordCredentials"].as_array().unwrap();
    assert_eq!((keys.len(), passwords.len()), (2, 1));
    let all = keys.iter().chain(passwords);
    assert!(
        all.into_iter()
            .all(|key| key["customKeyIdentifier"] == made["customKeyIdentifier"])
    );
    let sign = keys.iter().find(|key| key["usage"] == "Sign").unwrap();
    let verify = keys.iter().find(|key| key["usage"] == "Verify").unwrap();
    assert_eq!(
        (&sign["keyId"], &verify["key"]),
        (&made["keyId"], &made["key"])
    );
    assert!(sign["key"].is_null() && read["preferredTokenSigningKeyThumbprint"].is_null());
    let plain = desk.get("servicePrincipals/SP").await;
    assert!(
        plain["keyCredentials"][1]["key"].is_null(),
        "bytes only when selected"
    );
    let list = desk
        .get("servicePrincipals?$select=id,keyCredentials")
        .await;
    assert!(!list.to_string().contains(made["key"].as_str().unwrap()));

    desk.activate(&made).await;
    desk.levers().poke();
    let path = "servicePrincipals/SP";
    let some = json!({"keyCredentials": [verify], "passwordCredentials": passwords});
    assert!(is(
        &desk.refused("PATCH", path, some).await,
        400,
        "removed together"
    ));
    let none = json!({"keyCredentials": [], "passwordCredentials": []});
    assert!(is(&desk.refused("PATCH", path, none).await, 400, "active"));
    let none = json!({"keyCredentials": [], "passwordCredentials": [], "preferredTokenSigningKeyThumbprint": null});
    desk.done("PATCH", path, none).await;
    desk.levers().poke();
    assert_eq!(desk.bench.practice.dump()["tenant"], before["tenant"]);
}

#[tokio::test]
async fn what_is_left_in_stays_as_it_is() {
    let desk = Desk::fresh().await;
    let (one, two) = (desk.certificate().await, desk.certificate().await);
    assert_ne!(one["thumbprint"], two["thumbprint"]);
    let read = desk.get("servicePrincipals/SP").await;
    let kept = |list: &str| {
        let entries = read[list].as_array().unwrap().iter();
        entries
            .filter(|key| key["customKeyIdentifier"] == two["customKeyIdentifier"])
            .cloned()
            .collect::<Vec<_>>()
    };
    let mut changed = kept("keyCredentials");
    changed[0]["displayName"] = "CN=other".into();
    let body =
        json!({"keyCredentials": changed, "passwordCredentials": kept("passwordCredentials")});
    assert!(is(
        &desk.refused("PATCH", "servicePrincipals/SP", body).await,
        400,
        "not allowed"
    ));
    let body = json!({"keyCredentials": kept("keyCredentials"), "passwordCredentials": kept("passwordCredentials")});
    desk.done("PATCH", "servicePrincipals/SP", body).await;
    let left = desk
        .get("servicePrincipals/SP?$select=keyCredentials")
        .await;
    assert_eq!(left["keyCredentials"].as_array().unwrap().len(), 2);
    assert_eq!(
        left["keyCredentials"][1]["key"], two["key"],
        "the bytes are kept without being sent"
    );
}

#[tokio::test]
async fn certificates_of_the_wrong_form_are_refused() {
    let desk = Desk::fresh().await;
    let path = "servicePrincipals/SP/addTokenSigningCertificate";
    let in_four_years =
        (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 1200)).to_string();
    for (body, words) in [
        (json!({"displayName": "Atlassian"}), "CN="),
        (
            json!({"displayName": "CN=a", "endDateTime": in_four_years}),
            "three years",
        ),
        (
            json!({"displayName": "CN=a", "endDateTime": "2020-01-01T00:00:00Z"}),
            "three years",
        ),
        (
            json!({"displayName": "CN=a", "password": "x"}),
            "not a valid parameter",
        ),
    ] {
        assert!(is(&desk.refused("POST", path, body).await, 400, words));
    }
    for thumbprint in ["AB", "0123456789012345678901234567890123456789"] {
        let body = json!({"preferredTokenSigningKeyThumbprint": thumbprint});
        assert!(is(
            &desk.refused("PATCH", "servicePrincipals/SP", body).await,
            400,
            "Thumbprint"
        ));
    }
    desk.levers().no_certificate_action();
    let refused = desk
        .refused("POST", path, json!({"displayName": "CN=a"}))
        .await;
    assert!(is(
        &refused,
        400,
        "Resource not found for the segment 'addTokenSigningCertificate'"
    ));
}

#[tokio::test]
async fn the_first_good_certificate_beside_ended_ones_signs_at_once() {
    let desk = Desk::in_scenario("expired-certificate").await;
    let before = desk.get("servicePrincipals/SP").await;
    let ended = before["keyCredentials"][1]["endDateTime"].as_str().unwrap();
    assert!(ended.parse::<jiff::Timestamp>().unwrap() < jiff::Timestamp::now());
    let made = desk.certificate().await;
    let after = desk.get("servicePrincipals/SP").await;
    assert_ne!(
        before["preferredTokenSigningKeyThumbprint"],
        made["thumbprint"]
    );
    assert_eq!(
        after["preferredTokenSigningKeyThumbprint"],
        made["thumbprint"]
    );

    let desk = Desk::in_scenario("certificates").await;
    let before = desk.get("servicePrincipals/SP").await;
    assert_eq!(before["keyCredentials"].as_array().unwrap().len(), 6);
    desk.certificate().await;
    let after = desk.get("servicePrincipals/SP").await;
    assert_eq!(
        before["preferredTokenSigningKeyThumbprint"],
        after["preferredTokenSigningKeyThumbprint"]
    );
}

#[tokio::test]
async fn addresses_are_kept_in_step_and_judged() {
    let desk = Desk::fresh().await;
    let path = "applications/APP";
    let body = json!({"identifierUris": [ENTITY], "web": {"redirectUris": [REPLY, "https://old.contoso.com/saml"],
        "redirectUriSettings": [{"uri": REPLY, "index": 0}]}});
    desk.done("PATCH", path, body).await;
    let read = desk.get(path).await;
    let settings =
        json!([{"uri": REPLY, "index": 0}, {"uri": "https://old.contoso.com/saml", "index": null}]);
    assert_eq!(read["web"]["redirectUriSettings"], settings);
    assert!(
        read["web"]["homePageUrl"]
            .as_str()
            .unwrap()
            .contains("ISV9.1"),
        "the rest of web stays"
    );
    let principal = desk.get("servicePrincipals/SP").await;
    assert_eq!(
        principal["replyUrls"],
        json!([REPLY, "https://old.contoso.com/saml"])
    );
    assert_eq!(
        principal["servicePrincipalNames"],
        json!([ENTITY, principal["appId"]])
    );
    desk.done("PATCH", path, json!({"web": {"redirectUris": [REPLY]}}))
        .await;
    let read = desk.get(path).await;
    assert_eq!(
        read["web"]["redirectUriSettings"],
        json!([{"uri": REPLY, "index": 0}])
    );
    let found = desk
        .get(&format!(
            "applications?$filter=identifierUris/any(u:u eq '{ENTITY}')&$select=id"
        ))
        .await;
    assert_eq!(found["value"], json!([{"id": desk.app}]));

    let two = json!([{"uri": REPLY, "index": 0}, {"uri": "https://a.contoso.com", "index": 0}]);
    for body in [
        json!({"web": {"redirectUris": ["http://contoso.com/saml"]}}),
        json!({"web": {"redirectUris": ["https://contoso.com/a;b"]}}),
        json!({"web": {"redirectUris": [format!("https://contoso.com/{}", "a".repeat(250))]}}),
        json!({"web": {"redirectUriSettings": [{"uri": "https://unknown.contoso.com", "index": 0}]}}),
        json!({"web": {"redirectUris": [REPLY, "https://a.contoso.com"], "redirectUriSettings": two}}),
        json!({"identifierUris": ["atlassian"]}),
    ] {
        assert!(is(
            &desk.refused("PATCH", path, body).await,
            400,
            "Invalid value"
        ));
    }
}

#[tokio::test]
async fn an_identifier_is_one_applications_own() {
    let desk = Desk::fresh().await;
    let taken = "Request_MultipleObjectsWithSameKeyValue: Another object with the same value for property identifierUris already exists.";
    desk.levers().take_identifier(ENTITY);
    let body = json!({"identifierUris": [ENTITY]});
    assert!(is(
        &desk.refused("PATCH", "applications/APP", body).await,
        400,
        taken
    ));
    desk.levers()
        .take_identifier_deleted("https://auth.atlassian.com/saml/2");
    let body = json!({"identifierUris": ["https://auth.atlassian.com/saml/2"]});
    assert!(is(
        &desk.refused("PATCH", "applications/APP", body).await,
        400,
        taken
    ));
    let bin = desk
        .get("directory/deletedItems/microsoft.graph.application")
        .await;
    assert_eq!(
        bin["value"][0]["identifierUris"],
        json!(["https://auth.atlassian.com/saml/2"])
    );
}

#[tokio::test]
async fn foreign_identifier_policy() {
    let desk = Desk::with_tempo(Tempo::Explicit).await;
    desk.levers().foreign_identifier_policy();
    let body = json!({"identifierUris": [ENTITY]});
    let words = "Failed to add identifier URI";
    assert!(is(
        &desk
            .refused("PATCH", "applications/APP", body.clone())
            .await,
        400,
        words
    ));
    let own = json!({"identifierUris": ["https://jira.contoso.com/saml"]});
    desk.done("PATCH", "applications/APP", own).await;
    desk.done(
        "PATCH",
        "servicePrincipals/SP",
        json!({"preferredSingleSignOnMode": "saml"}),
    )
    .await;
    assert!(is(
        &desk
            .refused("PATCH", "applications/APP", body.clone())
            .await,
        400,
        words
    ));
    desk.levers().poke();
    desk.done("PATCH", "applications/APP", body).await;
}

#[tokio::test]
async fn settings_of_sign_on_are_written_and_taken_back() {
    let desk = Desk::fresh().await;
    let before = desk.bench.practice.dump();
    let path = "servicePrincipals/SP";
    let body = json!({"preferredSingleSignOnMode": "saml", "loginUrl": "https://contoso.atlassian.net", "appRoleAssignmentRequired": false,
        "samlSingleSignOnSettings": {"relayState": "https://contoso.atlassian.net"}, "notificationEmailAddresses": ["a@contoso.com", "b@contoso.com"]});
    desk.done("PATCH", path, body.clone()).await;
    let read = desk.get(path).await;
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&read[name], value, "{name}");
    }
    assert_ne!(desk.bench.practice.dump()["tenant"], before["tenant"]);
    let none = json!({"preferredSingleSignOnMode": null, "loginUrl": null, "appRoleAssignmentRequired": true,
        "samlSingleSignOnSettings": null, "notificationEmailAddresses": []});
    desk.done("PATCH", path, none).await;
    assert_eq!(desk.bench.practice.dump()["tenant"], before["tenant"]);
    let six = json!({"notificationEmailAddresses": vec!["a@contoso.com"; 6]});
    assert!(is(
        &desk.refused("PATCH", path, six).await,
        400,
        "notificationEmailAddresses"
    ));
    let body = json!({"tokenEncryptionKeyId": "8f7a1c1e-0000-4000-8000-000000000000"});
    assert!(is(&desk.refused("PATCH", path, body).await, 400, "Encrypt"));
}

#[tokio::test]
async fn people_and_groups_are_assigned() {
    let desk = Desk::fresh().await;
    let before = desk.bench.practice.dump();
    let path = "servicePrincipals/SP/appRoleAssignedTo";
    let alex = desk.assignment(&desk.person(ALEX).await).await;
    let made = desk.done("POST", path, alex.clone()).await;
    assert_eq!(
        (&made["principalType"], &made["principalDisplayName"]),
        (&json!("User"), &json!("Alex Wilber"))
    );
    assert!(is(
        &desk.refused("POST", path, alex.clone()).await,
        400,
        "Permission being assigned already exists on the object"
    ));
    let pilot = desk.assignment(&desk.group("Jira Pilot").await).await;
    let group = desk.done("POST", path, pilot).await;
    assert_eq!(group["principalType"], "Group");
    assert_eq!(desk.assigned().await.len(), 2);
    let page = desk
        .get("servicePrincipals/SP/appRoleAssignedTo?$top=1&$select=id,principalId")
        .await;
    assert!(page["@odata.nextLink"].is_string() && page["value"].as_array().unwrap().len() == 1);

    let mut zero = alex.clone();
    zero["appRoleId"] = "00000000-0000-0000-0000-000000000000".into();
    assert!(is(
        &desk.refused("POST", path, zero).await,
        400,
        "Permission being assigned was not found on application"
    ));
    let social = desk.assignment(&desk.group("Contoso Social").await).await;
    assert!(is(
        &desk.refused("POST", path, social).await,
        400,
        "security enabled"
    ));
    let nobody = desk
        .assignment("8f7a1c1e-0000-4000-8000-000000000000")
        .await;
    assert!(is(
        &desk.refused("POST", path, nobody).await,
        404,
        "Request_ResourceNotFound"
    ));
    let mut elsewhere = alex;
    elsewhere["resourceId"] = desk.app.clone().into();
    assert!(is(
        &desk.refused("POST", path, elsewhere).await,
        400,
        "resourceId"
    ));

    for made in [made, group] {
        let one = format!("{path}/{}", made["id"].as_str().unwrap());
        assert_eq!(desk.get(&one).await["principalId"], made["principalId"]);
        assert_eq!(desk.call("DELETE", &one, None).await.status, 204);
        assert!(is(
            &desk.refused("GET", &one, Value::Null).await,
            404,
            "Request_ResourceNotFound"
        ));
    }
    assert_eq!(desk.bench.practice.dump()["tenant"], before["tenant"]);
    desk.levers().premium_off();
    let pilot = desk.assignment(&desk.group("Jira Pilot").await).await;
    assert!(is(
        &desk.refused("POST", path, pilot).await,
        400,
        "plan level"
    ));
}

#[tokio::test]
async fn assigning_needs_the_right_and_the_role() {
    let desk = Desk::fresh().await;
    let path = format!("/v1.0/servicePrincipals/{}/appRoleAssignedTo", desk.sp);
    let alex = desk.assignment(&desk.person(ALEX).await).await;
    // A token holds everything that its person ever consented to, so this is somebody new.
    let narrow = token(&desk.bench, 1, "openid Directory.Read.All").await;
    let post = async |token: &str| {
        desk.bench
            .graph(token, "POST", &path, Some(alex.clone()))
            .await
            .status
    };
    assert_eq!(post(&narrow).await, 403);
    let reader = token(&desk.bench, 1, "openid AppRoleAssignment.ReadWrite.All").await;
    desk.levers()
        .deactivate_role("megan@contoso.com", "Global Administrator")
        .unwrap();
    assert_eq!(post(&reader).await, 403);
    desk.levers()
        .activate_role("megan@contoso.com", "User Administrator")
        .unwrap();
    assert_eq!(
        post(&token(&desk.bench, 1, "openid AppRoleAssignment.ReadWrite.All").await).await,
        201
    );
}

#[tokio::test]
async fn a_person_is_created_assigned_and_deleted() {
    let desk = Desk::with_tempo(Tempo::Explicit).await;
    let before = desk.bench.practice.dump();
    let megan = token(&desk.bench, 1, EVERYTHING).await;
    let create = async |token: &str, body: Value| {
        desk.bench
            .graph(token, "POST", "/v1.0/users", Some(body))
            .await
    };
    let simon = json!({"accountEnabled": true, "displayName": "B.Simon", "givenName": "B", "surname": "Simon", "mailNickname": "b.simon",
        "userPrincipalName": "b.simon@contoso.com", "mail": "b.simon@contoso.com", "usageLocation": "US",
        "passwordProfile": {"forceChangePasswordNextSignIn": true, "password": "mW4!rT9#zQ2$kL7&vX1b"}});
    let with = |name: &str, value: Value| {
        let mut body = simon.clone();
        body[name] = value;
        body
    };
    assert_eq!(
        create(&desk.token, simon.clone()).await.status,
        403,
        "an application administrator makes nobody"
    );
    let password = |word: &str| json!({"password": word});
    for (body, words) in [
        (
            with("userPrincipalName", json!("b@fabrikam.com")),
            "The domain portion of the userPrincipalName property is invalid.",
        ),
        (
            with("userPrincipalName", json!("ALEX@contoso.com")),
            "property userPrincipalName already exists",
        ),
        (
            with("mail", json!("Alex@Contoso.com")),
            "property proxyAddresses already exists",
        ),
        (
            with("passwordProfile", password("short1!")),
            "password complexity",
        ),
        (
            with("passwordProfile", password("onlylowercaseletters")),
            "password complexity",
        ),
        (
            with("passwordProfile", password("B.Simon-2026-xyz")),
            "password complexity",
        ),
        (with("mailNickname", json!("b simon")), "mailNickname"),
        (with("displayName", json!("")), "displayName"),
        (with("colour", json!("red")), "colour"),
    ] {
        assert!(is(&said(&create(&megan, body).await), 400, words));
    }
    let made = create(&megan, simon.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert!(!made.text.contains("mW4") && made.json()["accountEnabled"].is_null());
    let conflict = create(&megan, simon).await.json();
    assert_eq!(conflict["error"]["details"][0]["code"], "ObjectConflict");

    let role = desk.assignment(&id).await;
    let path = "servicePrincipals/SP/appRoleAssignedTo";
    assert_eq!(
        desk.refused("GET", &format!("users/{id}"), Value::Null)
            .await
            .0,
        404
    );
    assert_eq!(desk.refused("POST", path, role.clone()).await.0, 404);
    desk.levers().poke();
    assert_eq!(
        desk.get("users/B.Simon@contoso.com").await["id"],
        id.as_str()
    );
    assert_eq!(desk.count("users/$count").await, 421);
    let found = desk
        .get("users?$search=\"displayName:simon\"&$count=true")
        .await;
    assert_eq!(found["value"][0]["id"], id.as_str());
    desk.done("POST", path, role).await;
    desk.levers().poke();
    assert_eq!(desk.assigned().await.len(), 1);

    let gone = desk
        .bench
        .graph(&megan, "DELETE", &format!("/v1.0/users/{id}"), None)
        .await;
    assert_eq!(gone.status, 204);
    desk.levers().poke();
    assert_eq!(
        desk.refused("GET", &format!("users/{id}"), Value::Null)
            .await
            .0,
        404
    );
    assert!(
        desk.assigned().await.is_empty(),
        "the assignment of nobody counts for nothing"
    );
    assert_eq!(desk.bench.practice.dump()["tenant"], before["tenant"]);
    let bin = desk
        .get("directory/deletedItems/microsoft.graph.user")
        .await;
    assert_eq!(bin["value"][0]["userPrincipalName"], "b.simon@contoso.com");
    let restored = desk
        .bench
        .graph(
            &megan,
            "POST",
            &format!("/v1.0/directory/deletedItems/{id}/restore"),
            None,
        )
        .await;
    assert_eq!(restored.status, 200, "{}", restored.text);
}

#[tokio::test]
async fn groups_are_found_and_their_members_counted() {
    let desk = Desk::fresh().await;
    let found = desk.get("groups?$search=\"displayName:jira\"&$filter=securityEnabled eq true&$count=true&$select=displayName").await;
    assert_eq!(found["@odata.count"], 2);
    assert!(desk.count("groups/$count").await > 15);
    let refused = desk
        .bench
        .graph(
            &desk.token,
            "GET",
            "/v1.0/groups?$search=\"displayName:jira\"",
            None,
        )
        .await;
    assert!(is(&said(&refused), 400, "ConsistencyLevel"));
    let nesting = desk.group("Engineering").await;
    let counted = async |path: &str| desk.count(&format!("groups/{nesting}/{path}/$count")).await;
    assert_eq!(counted("members").await, 5);
    assert_eq!(counted("members/microsoft.graph.user").await, 3);
    assert_eq!(counted("members/microsoft.graph.group").await, 2);
    assert_eq!(counted("transitiveMembers/microsoft.graph.user").await, 9);
    let inner = desk
        .get(&format!(
            "groups/{nesting}/members/microsoft.graph.group?$select=displayName"
        ))
        .await;
    assert_eq!(inner["value"][0]["displayName"], "Engineering Platform");
    let all = desk.get(&format!("groups/{nesting}/members?$top=4")).await;
    assert_eq!(all["value"][0]["@odata.type"], "#microsoft.graph.user");
    assert!(all["@odata.nextLink"].is_string());
    let rule = desk.group("All Contoso").await;
    assert_eq!(
        desk.get(&format!("groups/{rule}")).await["groupTypes"],
        json!(["DynamicMembership"])
    );
    assert_eq!(
        desk.count(&format!(
            "groups/{rule}/members/microsoft.graph.user/$count"
        ))
        .await,
        420
    );

    let narrow = token(&desk.bench, 1, "openid GroupMember.Read.All").await;
    let path = format!("/v1.0/groups/{nesting}/members/microsoft.graph.user?$select=id,mail");
    let bare = desk.bench.graph(&narrow, "GET", &path, None).await.json();
    assert!(bare["value"][0]["id"].is_string() && bare["value"][0]["mail"].is_null());
}

#[tokio::test]
async fn ten_thousand_people_are_read_in_pages() {
    let desk = Desk::in_scenario("large").await;
    let mut path =
        "users?$top=999&$select=id,userPrincipalName,mail,accountEnabled,userType".to_owned();
    let mut people: Vec<Value> = Vec::new();
    let mut pages = 0;
    loop {
        let page = desk.get(&path).await;
        people.extend(page["value"].as_array().unwrap().iter().cloned());
        pages += 1;
        let Some(next) = page["@odata.nextLink"].as_str() else {
            break;
        };
        path = next.split("/v1.0/").nth(1).unwrap().to_owned();
    }
    assert_eq!((people.len(), pages), (10_000, 11));
    let ids: std::collections::BTreeSet<&str> = people
        .iter()
        .map(|person| person["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 10_000);
    let some =
        |test: &dyn Fn(&Value) -> bool| people.iter().filter(|person| test(person)).count() as u64;
    let no_mail = some(&|person| person["mail"].is_null() && person["accountEnabled"] == true);
    let filter =
        "users?$count=true&$top=1&$select=id&$filter=mail eq null and accountEnabled eq true";
    assert_eq!(desk.get(filter).await["@odata.count"], no_mail);
    let members =
        some(&|person| person["accountEnabled"] == true && person["userType"] == "Member");
    assert_eq!(
        desk.count("users/$count?$filter=accountEnabled eq true and userType eq 'Member'")
            .await,
        members
    );
    assert!(no_mail > 50 && members < 9_700);
    let guest = people
        .iter()
        .find(|person| person["userType"] == "Guest")
        .unwrap();
    let name = guest["userPrincipalName"].as_str().unwrap();
    assert_eq!(
        desk.get(&format!("users/{}", name.replace('#', "%23")))
            .await["id"],
        guest["id"]
    );
    let basic = token(&desk.bench, 2, "openid User.ReadBasic.All").await;
    let read = async |query: &str| {
        desk.bench
            .graph(&basic, "GET", &format!("/v1.0/users?$top=1&{query}"), None)
            .await
            .status
    };
    assert_eq!(read("$select=id,mail").await, 200);
    assert_eq!(read("$select=id,accountEnabled").await, 403);
}

#[tokio::test]
async fn mail_is_missing_where_it_is_elsewhere() {
    let desk = Desk::in_scenario("mail-missing").await;
    let filter = "users?$count=true&$top=1&$filter=mail eq null";
    assert!(desk.get(filter).await["@odata.count"].as_u64().unwrap() > 350);
    assert!(desk.get(&format!("users/{ALEX}")).await["mail"].is_null());
}

#[tokio::test]
async fn claims_mapping_policies_live_and_go() {
    let desk = Desk::fresh().await;
    let before = desk.bench.practice.dump();
    let rules = r#"{"ClaimsMappingPolicy":{"Version":1,"IncludeBasicClaimSet":"true","ClaimsSchema":[{"Source":"user","ID":"mail","SamlClaimType":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"}]}}"#;
    let all = "policies/claimsMappingPolicies";
    let body =
        json!({"displayName": "Claims", "definition": [rules], "isOrganizationDefault": false});
    let policy = desk.done("POST", all, body.clone()).await;
    let id = policy["id"].as_str().unwrap();
    let wrong =
        json!({"displayName": "Claims", "definition": [rules.replace("Version", "version")]});
    assert!(is(
        &desk.refused("POST", all, wrong).await,
        400,
        "definition"
    ));
    let other = desk.done("POST", all, body).await;
    let reference = |id: &Value| json!({"@odata.id": desk.bench.at(Host::Graph, &format!("/v1.0/policies/claimsMappingPolicies/{}", id.as_str().unwrap()))});
    let of = "servicePrincipals/SP/claimsMappingPolicies";
    let refer = format!("{of}/$ref");
    let elsewhere = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/policies/claimsMappingPolicies/{id}")});
    assert!(is(
        &desk.refused("POST", &refer, elsewhere).await,
        400,
        "Invalid URL"
    ));
    desk.done("POST", &refer, reference(&policy["id"])).await;
    assert!(is(
        &desk.refused("POST", &refer, reference(&policy["id"])).await,
        400,
        "already exist"
    ));
    assert!(is(
        &desk.refused("POST", &refer, reference(&other["id"])).await,
        409,
        "A conflicting object"
    ));
    assert_eq!(desk.get(of).await["value"][0]["definition"], json!([rules]));
    assert_eq!(
        desk.get(&format!("{all}/{id}/appliesTo")).await["value"][0]["id"],
        desk.sp.as_str()
    );
    desk.done(
        "PATCH",
        &format!("{all}/{id}"),
        json!({"displayName": "Renamed"}),
    )
    .await;
    assert_eq!(
        desk.get(&format!("{all}/{id}")).await["displayName"],
        "Renamed"
    );
    assert!(is(
        &desk
            .refused("DELETE", &format!("{all}/{id}"), Value::Null)
            .await,
        400,
        "still applied"
    ));
    assert_eq!(
        desk.call("DELETE", &format!("{of}/{id}/$ref"), None)
            .await
            .status,
        204
    );
    for id in [id, other["id"].as_str().unwrap()] {
        assert_eq!(
            desk.call("DELETE", &format!("{all}/{id}"), None)
                .await
                .status,
            204
        );
    }
    assert_eq!(desk.bench.practice.dump()["tenant"], before["tenant"]);

    let narrow = token(&desk.bench, 1, support::SCOPES).await;
    let read = desk
        .bench
        .graph(
            &narrow,
            "GET",
            &format!("/v1.0/{}", of.replace("SP", &desk.sp)),
            None,
        )
        .await;
    assert!(is(&said(&read), 403, "Authorization_RequestDenied"));
}

#[tokio::test]
async fn the_portals_claims_are_read_and_written_in_beta() {
    let desk = Desk::fresh().await;
    let path = "servicePrincipals/SP/claimsPolicy";
    assert!(is(
        &desk.refused("GET", path, Value::Null).await,
        404,
        "Request_ResourceNotFound"
    ));
    let claim = json!({"@odata.type": "#microsoft.graph.samlNameIdClaim", "nameIdFormat": "emailAddress", "configurations": [{
        "condition": null, "transformations": [],
        "attribute": {"@odata.type": "#microsoft.graph.sourcedAttribute", "id": "mail", "source": "user", "isExtensionAttribute": false}}]});
    let put = desk
        .call(
            "PUT",
            path,
            Some(json!({"includeBasicClaimSet": true, "claims": [claim]})),
        )
        .await;
    assert_eq!(put.status, 200, "{}", put.text);
    let patched = desk
        .call("PATCH", path, Some(json!({"audienceOverride": "x"})))
        .await;
    assert_eq!(patched.status, 201);
    let read = desk.get(path).await;
    assert_eq!(
        (&read["claims"], &read["audienceOverride"]),
        (&json!([claim]), &json!("x"))
    );
    desk.done("PUT", path, json!({"claims": []})).await;
    assert!(
        desk.get(path).await["audienceOverride"].is_null(),
        "PUT replaces"
    );
    assert!(is(
        &desk.refused("PUT", path, json!({"claims": [{}]})).await,
        400,
        "claims"
    ));
    let v1 = format!("/v1.0/servicePrincipals/{}/claimsPolicy", desk.sp);
    let v1 = desk.bench.graph(&desk.token, "GET", &v1, None).await;
    assert!(is(&said(&v1), 400, "claimsPolicy"));
}

#[tokio::test]
async fn the_log_wants_a_role_a_licence_and_patience() {
    let desk = Desk::with_tempo(Tempo::Explicit).await;
    let app_id = desk.get("applications/APP").await["appId"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = "auditLogs/signIns";
    assert!(is(
        &desk.refused("GET", path, Value::Null).await,
        403,
        "Authentication_RequestFromUnsupportedUserRole"
    ));
    desk.levers()
        .activate_role("adele@contoso.com", "Reports Reader")
        .unwrap();
    let reader = Desk {
        token: token(&desk.bench, 0, EVERYTHING).await,
        ..desk
    };
    let levers = reader.levers();
    levers.note_sign_in("Atlassian Cloud", ALEX, 50105).unwrap();
    assert_eq!(reader.get(path).await["value"], json!([]));
    levers.poke();
    levers.note_sign_in("Atlassian Cloud", ALEX, 0).unwrap();
    levers
        .note_sign_in("Lockstep", "adele@contoso.com", 0)
        .unwrap();
    levers.poke();
    let since = (jiff::Timestamp::now() - jiff::SignedDuration::from_mins(1)).to_string();
    let mine = reader
        .get(&format!(
            "{path}?$filter=appId eq '{app_id}' and createdDateTime ge {since}&$top=50"
        ))
        .await;
    let codes: Vec<&Value> = mine["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["status"]["errorCode"])
        .collect();
    assert_eq!(codes, [&json!(0), &json!(50105)], "newest first");
    assert_eq!(mine["value"][0]["userPrincipalName"], ALEX);
    let one = reader
        .get(&format!("{path}?$filter=status/errorCode eq 50105"))
        .await;
    assert_eq!(one["value"].as_array().unwrap().len(), 1);
    let id = one["value"][0]["id"].as_str().unwrap();
    assert_eq!(
        reader.get(&format!("{path}/{id}")).await["userId"],
        one["value"][0]["userId"]
    );
    assert_eq!(
        reader
            .refused(
                "GET",
                "auditLogs/signIns?$filter=deviceDetail/browser eq 'x'",
                Value::Null
            )
            .await
            .0,
        400
    );

    levers.sign_in_log_slow(600);
    levers.note_sign_in("Atlassian Cloud", ALEX, 0).unwrap();
    assert_eq!(reader.get(path).await["value"].as_array().unwrap().len(), 3);
    levers.time_passes(601);
    assert_eq!(reader.get(path).await["value"].as_array().unwrap().len(), 4);
    levers.reports_throttled();
    for _ in 0..5 {
        reader.get(path).await;
    }
    let sixth = reader.call("GET", path, None).await;
    assert_eq!((sixth.status, sixth.header("retry-after")), (429, "10"));
    levers.time_passes(11);
    reader.get(path).await;
    levers.premium_off();
    let refused = reader.refused("GET", path, Value::Null).await;
    assert!(is(
        &refused,
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant"
    ));
}

#[tokio::test]
async fn a_second_administrator_works_on_certificates() {
    let desk = Desk::fresh().await;
    let active = async || {
        desk.get("servicePrincipals/SP").await["preferredTokenSigningKeyThumbprint"].clone()
    };
    let levers = desk.levers();
    assert!(levers.certificate_inactive("Atlassian Cloud").is_err());
    let made = desk.certificate().await;
    desk.activate(&made).await;
    levers.certificate_inactive("Atlassian Cloud").unwrap();
    assert_eq!(active().await, Value::Null);
    levers.rotate_certificate("Atlassian Cloud").unwrap();
    let rotated = active().await;
    assert!(rotated.is_string() && rotated != made["thumbprint"]);
    levers.certificate_inactive("Atlassian Cloud").unwrap();
    assert_eq!(active().await, made["thumbprint"]);
    levers.certificate_expired("Atlassian Cloud").unwrap();
    let read = desk.get("servicePrincipals/SP").await;
    let ends = read["keyCredentials"]
        .as_array()
        .unwrap()
        .iter()
        .last()
        .unwrap()["endDateTime"]
        .as_str()
        .unwrap();
    assert!(ends.parse::<jiff::Timestamp>().unwrap() < jiff::Timestamp::now());
    assert_ne!(
        read["preferredTokenSigningKeyThumbprint"],
        made["thumbprint"]
    );
}

#[tokio::test]
async fn a_second_administrator_works_on_access_and_claims() {
    let desk = Desk::fresh().await;
    let levers = desk.levers();
    levers.assign("Atlassian Cloud", ALEX).unwrap();
    levers.assign("Atlassian Cloud", "Engineering").unwrap();
    let names: Vec<Value> = desk
        .assigned()
        .await
        .iter()
        .map(|row| row["principalDisplayName"].clone())
        .collect();
    assert_eq!(names, [json!("Alex Wilber"), json!("Engineering")]);
    levers.unassign("Atlassian Cloud", ALEX).unwrap();
    assert_eq!(desk.assigned().await.len(), 1);
    assert!(levers.unassign("Atlassian Cloud", ALEX).is_err());
    assert_eq!(
        levers.assign("Atlassian Cloud", "nobody"),
        Err(LeverError::NoSuch("nobody".into()))
    );
    levers.unrequire_assignment("Atlassian Cloud").unwrap();
    assert_eq!(
        desk.get("servicePrincipals/SP").await["appRoleAssignmentRequired"],
        false
    );
    levers.token_encryption_on("Atlassian Cloud").unwrap();
    let read = desk.get("applications/APP").await;
    assert_eq!(
        read["tokenEncryptionKeyId"],
        read["keyCredentials"][0]["keyId"]
    );
    desk.done(
        "PATCH",
        "applications/APP",
        json!({"tokenEncryptionKeyId": null}),
    )
    .await;
    desk.done(
        "PATCH",
        "servicePrincipals/SP",
        json!({"tokenEncryptionKeyId": null}),
    )
    .await;
    levers.signed_requests_required("Atlassian Cloud").unwrap();
    let read = desk
        .get("applications/APP?$select=requestSignatureVerification")
        .await;
    assert_eq!(
        read["requestSignatureVerification"]["isSignedRequestRequired"],
        true
    );
    levers.set_claims_policy("Atlassian Cloud", "mail").unwrap();
    let claims = desk.get("servicePrincipals/SP/claimsPolicy").await;
    assert_eq!(
        claims["claims"][0]["configurations"][0]["attribute"]["id"],
        "mail"
    );
    desk.done(
        "PUT",
        "servicePrincipals/SP/claimsPolicy",
        claims_without_context(&claims),
    )
    .await;
    levers
        .set_mapping_policy("Atlassian Cloud", "employeeid")
        .unwrap();
    let policies = desk.get("servicePrincipals/SP/claimsMappingPolicies").await;
    assert!(
        policies["value"][0]["definition"][0]
            .as_str()
            .unwrap()
            .contains("employeeid")
    );

    levers.disable_person(ALEX).unwrap();
    levers.change_mail("diego@contoso.com", "").unwrap();
    levers
        .change_mail("megan@contoso.com", "boss@contoso.com")
        .unwrap();
    assert_eq!(
        desk.get(&format!("users/{ALEX}?$select=accountEnabled"))
            .await["accountEnabled"],
        false
    );
    assert!(desk.get("users/diego@contoso.com").await["mail"].is_null());
    assert_eq!(
        desk.get("users/megan@contoso.com").await["mail"],
        "boss@contoso.com"
    );
    assert_eq!(
        desk.count("users/$count").await,
        420,
        "nobody is there twice"
    );
    levers.delete_person(ALEX).unwrap();
    assert_eq!(
        desk.refused("GET", &format!("users/{ALEX}"), Value::Null)
            .await
            .0,
        404
    );
    assert_eq!(desk.count("users/$count").await, 419);
}

/// What a client writes back that read the object.
fn claims_without_context(read: &Value) -> Value {
    let mut body = read.as_object().unwrap().clone();
    body.remove("@odata.context");
    Value::Object(body)
}

#[tokio::test]
async fn somebody_began_with_single_sign_on() {
    let desk = Desk::in_scenario("half-done-saml").await;
    let principal = desk.get("servicePrincipals/SP").await;
    assert_eq!(principal["preferredSingleSignOnMode"], "saml");
    assert_eq!(principal["keyCredentials"].as_array().unwrap().len(), 2);
    assert!(principal["preferredTokenSigningKeyThumbprint"].is_null());
    let application = desk.get("applications/APP").await;
    let built = format!(
        "https://auth.atlassian.com/saml/{}",
        desk.bench.given("organization_id")
    );
    assert_eq!(application["identifierUris"], json!([built]));
    assert_eq!(principal["replyUrls"], application["web"]["redirectUris"]);
    assert_eq!(
        desk.assigned().await[0]["principalDisplayName"],
        "Jira Pilot"
    );

    let desk = Desk::in_scenario("claims-policy-in-place").await;
    let policies = desk.get("servicePrincipals/SP/claimsMappingPolicies").await;
    assert_eq!(policies["value"][0]["displayName"], "Claims for HR");
}

#[tokio::test]
async fn new_objects_are_unseen_for_a_while() {
    let desk = Desk::fresh().await;
    desk.levers().visibility_delay(Visibility::Reads(2));
    let made = desk.certificate().await;
    let seen = async || {
        let read = desk.get("servicePrincipals/SP").await;
        !read["keyCredentials"].as_array().unwrap().is_empty()
    };
    let seen = [seen().await, seen().await, seen().await];
    assert_eq!(
        (seen, made["thumbprint"].is_string()),
        ([false, false, true], true)
    );
}
