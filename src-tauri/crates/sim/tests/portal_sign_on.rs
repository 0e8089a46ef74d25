//! Single sign-on by hand on the screens of the Entra admin centre, seen again through Graph.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use sim::Host;
use support::{Bench, Read};

const ENTITY: &str = "https://auth.atlassian.com/saml/0a1b";
const REPLY: &str = "https://auth.atlassian.com/login/callback?connection=saml-0a1b";

/// The portal in front of somebody, and Graph to look behind it.
struct Portal {
    bench: Bench,
    token: String,
    app: String,
    sp: String,
}

impl Portal {
    async fn open() -> Portal {
        let bench = Bench::start("fresh").await;
        let token = bench.bearer(0).await;
        let (app, sp) = bench.instantiate(&token, "Atlassian Cloud").await;
        Portal {
            bench,
            token,
            app,
            sp,
        }
    }

    async fn send(&self, account: &str, screen: &str, fields: &[(&str, &str)]) -> Read {
        let account = format!("{account}@contoso.com");
        let mut all = vec![("account", account.as_str()), ("id", self.sp.as_str())];
        all.extend(fields);
        let url = self.bench.at(Host::EntraPortal, screen);
        self.bench.form(&url, &all, "").await
    }

    /// Adele fills in a form and is told that it worked.
    async fn done(&self, screen: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.send("adele", screen, fields).await;
        assert_eq!(answer.status, 200, "{screen}: {}", answer.text);
        answer.text
    }

    async fn get(&self, path: &str) -> Value {
        let path = path.replace("APP", &self.app).replace("SP", &self.sp);
        self.bench
            .graph(&self.token, "GET", &format!("/v1.0/{path}"), None)
            .await
            .json()
    }

    async fn principal(&self) -> Value {
        self.get("servicePrincipals/SP?$select=preferredSingleSignOnMode,preferredTokenSigningKeyThumbprint,keyCredentials,loginUrl,samlSingleSignOnSettings,notificationEmailAddresses,replyUrls")
            .await
    }
}

#[tokio::test]
async fn choosing_saml_makes_a_certificate_and_activates_it() {
    let portal = Portal::open().await;
    portal
        .done("/single-sign-on/mode", &[("mode", "saml")])
        .await;
    let first = portal.principal().await;
    let thumbprint = first["preferredTokenSigningKeyThumbprint"]
        .as_str()
        .unwrap();
    assert_eq!(first["keyCredentials"].as_array().unwrap().len(), 2);
    let page = portal
        .bench
        .get(&portal.bench.at(Host::EntraPortal, "/"))
        .await
        .text;
    assert!(
        page.contains(thumbprint) && page.contains("Active") && page.contains("sts.windows.net")
    );
    let file = format!("/single-sign-on/certificate.cer?thumbprint={thumbprint}");
    let file = portal
        .bench
        .get(&portal.bench.at(Host::EntraPortal, &file))
        .await
        .text;
    let base64: String = file.lines().filter(|line| !line.starts_with('-')).collect();
    let verify = first["keyCredentials"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["usage"] == "Verify")
        .unwrap();
    assert_eq!(verify["key"], base64.as_str());

    portal.done("/single-sign-on/certificate/add", &[]).await;
    let second = portal.principal().await;
    assert_eq!(
        second["preferredTokenSigningKeyThumbprint"], thumbprint,
        "a new one is inactive"
    );
    assert_eq!(second["keyCredentials"].as_array().unwrap().len(), 4);
    let page = portal
        .bench
        .get(&portal.bench.at(Host::EntraPortal, "/"))
        .await
        .text;
    let other = page
        .split("<code>")
        .filter_map(|part| part.split('<').next());
    let other = other
        .filter(|code| code.len() == 40 && *code != thumbprint)
        .last()
        .unwrap();
    let refused = portal
        .send(
            "adele",
            "/single-sign-on/certificate/delete",
            &[("thumbprint", thumbprint)],
        )
        .await;
    assert_eq!(refused.status, 403, "the active one stays");
    portal
        .done(
            "/single-sign-on/certificate/activate",
            &[("thumbprint", other)],
        )
        .await;
    portal
        .done(
            "/single-sign-on/certificate/delete",
            &[("thumbprint", thumbprint)],
        )
        .await;
    let third = portal.principal().await;
    assert_eq!(third["preferredTokenSigningKeyThumbprint"], other);
    assert_eq!(third["keyCredentials"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn addresses_claims_and_notices_are_typed_in() {
    let portal = Portal::open().await;
    let replies = format!("{REPLY}\r\nhttps://old.contoso.com/saml");
    let fields = [
        ("identifiers", ENTITY),
        ("replies", replies.as_str()),
        ("sign_on", "https://contoso.atlassian.net"),
        ("relay", ""),
    ];
    portal.done("/single-sign-on/basic", &fields).await;
    let application = portal.get("applications/APP").await;
    assert_eq!(application["identifierUris"], json!([ENTITY]));
    assert_eq!(
        application["web"]["redirectUriSettings"][0],
        json!({"uri": REPLY, "index": 0})
    );
    let principal = portal.principal().await;
    assert_eq!(principal["loginUrl"], "https://contoso.atlassian.net");
    assert_eq!(principal["replyUrls"][0], REPLY);
    portal
        .bench
        .practice
        .levers()
        .take_identifier("https://auth.atlassian.com/saml/2");
    let taken = [
        ("identifiers", "https://auth.atlassian.com/saml/2"),
        ("replies", REPLY),
    ];
    let refused = portal.send("adele", "/single-sign-on/basic", &taken).await;
    assert!(
        refused.status == 403 && refused.text.contains("already exists"),
        "{}",
        refused.text
    );
    let wrong = [("identifiers", ENTITY), ("replies", "http://contoso.com")];
    assert_eq!(
        portal
            .send("adele", "/single-sign-on/basic", &wrong)
            .await
            .status,
        403
    );

    portal
        .done(
            "/single-sign-on/certificate/notify",
            &[("emails", "a@contoso.com\nb@contoso.com")],
        )
        .await;
    let notices = portal.principal().await["notificationEmailAddresses"].clone();
    assert_eq!(notices, json!(["a@contoso.com", "b@contoso.com"]));
    portal
        .done("/single-sign-on/claims", &[("attribute", "mail")])
        .await;
    let dump = portal.bench.practice.dump();
    let claims = &dump["tenant"]["claimsPolicies"][portal.sp.as_str()]["claims"];
    assert_eq!(claims[0]["configurations"][0]["attribute"]["id"], "mail");
    portal
        .bench
        .practice
        .levers()
        .set_mapping_policy("Atlassian Cloud", "mail")
        .unwrap();
    let refused = portal
        .send("adele", "/single-sign-on/claims", &[("attribute", "mail")])
        .await;
    assert!(refused.status == 403 && refused.text.contains("claim mapping policy"));
}

#[tokio::test]
async fn people_are_made_and_assigned_by_those_who_may() {
    let portal = Portal::open().await;
    let simon = [
        ("user_principal_name", "b.simon@contoso.com"),
        ("name", "B.Simon"),
        ("mail", "b.simon@contoso.com"),
        ("password", "mW4!rT9#zQ2$kL7"),
    ];
    assert_eq!(
        portal.send("adele", "/users/create", &simon).await.status,
        403
    );
    assert_eq!(
        portal.send("megan", "/users/create", &simon).await.status,
        200
    );
    assert_eq!(
        portal.send("megan", "/users/create", &simon).await.status,
        403,
        "the name is taken"
    );
    let assigned = async || {
        let list = portal.get("servicePrincipals/SP/appRoleAssignedTo").await;
        let rows = list["value"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["principalDisplayName"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for who in ["b.simon@contoso.com", "Jira Pilot"] {
        portal.done("/users-and-groups/add", &[("who", who)]).await;
        assert_eq!(
            portal
                .send("adele", "/users-and-groups/add", &[("who", who)])
                .await
                .status,
            403
        );
    }
    assert_eq!(assigned().await, ["B.Simon", "Jira Pilot"]);
    for who in ["Contoso Social", "nobody"] {
        assert_eq!(
            portal
                .send("adele", "/users-and-groups/add", &[("who", who)])
                .await
                .status,
            403,
            "{who}"
        );
    }
    assert_eq!(
        portal
            .send("alex", "/users-and-groups/remove", &[("who", "Jira Pilot")])
            .await
            .status,
        403
    );
    portal
        .done("/users-and-groups/remove", &[("who", "Jira Pilot")])
        .await;
    assert_eq!(assigned().await, ["B.Simon"]);
    let gone = portal
        .send(
            "megan",
            "/users/delete",
            &[("user_principal_name", "b.simon@contoso.com")],
        )
        .await;
    assert_eq!((gone.status, assigned().await.len()), (200, 0));
}
