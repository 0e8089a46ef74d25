//! Single sign-on set up on both sides, by the calls and forms by which anybody does it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sim::Host;

use super::{Bench, Connected, Page, SCOPES};

/// What one has in hand afterwards.
pub struct SingleSignOn {
    /// A token of Adele's that may change everything.
    pub token: String,
    pub application: String,
    pub principal: String,
    pub app_id: String,
    pub thumbprint: String,
    /// The certificate in Base64.
    pub certificate: String,
    pub saml: Connected,
    /// The pilot's policy, in which single sign-on is enforced.
    pub policy: String,
}

impl Bench {
    /// Adele and Alex may use the application; Alex is the pilot, whose policy enforces it.
    pub async fn single_sign_on(&self) -> SingleSignOn {
        let scopes = format!(
            "{SCOPES} AppRoleAssignment.ReadWrite.All Policy.ReadWrite.ApplicationConfiguration"
        );
        let token = self.sign_in(1, &scopes).await["access_token"]
            .as_str()
            .unwrap()
            .to_owned();
        let (application, principal) = self.instantiate(&token, "Atlassian Cloud").await;
        let at = format!("/v1.0/servicePrincipals/{principal}");
        self.write(
            &token,
            "PATCH",
            &at,
            json!({"preferredSingleSignOnMode": "saml"}),
        )
        .await;
        let made = self
            .write(
                &token,
                "POST",
                &format!("{at}/addTokenSigningCertificate"),
                json!({"displayName": "CN=Atlassian Cloud SSO"}),
            )
            .await;
        let word = |name: &str| made[name].as_str().unwrap().to_owned();
        let (thumbprint, certificate) = (word("thumbprint"), word("key"));
        self.write(
            &token,
            "PATCH",
            &at,
            json!({"preferredTokenSigningKeyThumbprint": thumbprint}),
        )
        .await;
        let saml = self.connect_saml(&pem(&certificate)).await;
        let addresses = json!({"identifierUris": [saml.entity], "web": {"redirectUris": [saml.acs], "redirectUriSettings": [{"uri": saml.acs, "index": 0}]}});
        self.write(
            &token,
            "PATCH",
            &format!("/v1.0/applications/{application}"),
            addresses,
        )
        .await;
        let shown = self.graph(&token, "GET", &at, None).await.json();
        let role = shown["appRoles"]
            .as_array()
            .unwrap()
            .iter()
            .find(|role| role["displayName"] == "User")
            .unwrap()["id"]
            .clone();
        for account in [0, 2] {
            let person = self
                .graph(
                    &token,
                    "GET",
                    &format!("/v1.0/users/{}", self.account(account).0),
                    None,
                )
                .await
                .json();
            let body =
                json!({"principalId": person["id"], "resourceId": principal, "appRoleId": role});
            self.write(&token, "POST", &format!("{at}/appRoleAssignedTo"), body)
                .await;
        }
        let policy = self.add_policy(&saml.directory, "Pilot").await;
        for fields in [
            (
                "/policies/members/add",
                [("policy", policy.as_str()), ("email", "alex@contoso.com")],
            ),
            (
                "/policies/enforce",
                [("policy", policy.as_str()), ("enforce", "yes")],
            ),
        ] {
            let page = self.screen(fields.0, &fields.1).await;
            assert_eq!(page.status, 200, "{}", page.text);
        }
        let app_id = shown["appId"].as_str().unwrap().to_owned();
        SingleSignOn {
            token,
            application,
            principal,
            app_id,
            thumbprint,
            certificate,
            saml,
            policy,
        }
    }

    /// One write to Graph that must go well.
    pub async fn write(&self, token: &str, method: &str, path: &str, body: Value) -> Value {
        let done = self.graph(token, method, path, Some(body)).await;
        assert!(
            (200..300).contains(&done.status),
            "{method} {path}: {}",
            done.text
        );
        serde_json::from_str(&done.text).unwrap_or_default()
    }

    /// Alex logs in to the site in a private window, as far as the page that posts the response, or that says why there is
    /// none.
    pub async fn answer_for_alex(&self, browser: &super::Browser<'_>) -> Page {
        let page = self.asked_at_site(browser, "alex@contoso.com").await;
        assert_eq!(page.heading(), "Sign in", "{}", page.text());
        browser.sign_in(&page, 2).await
    }

    /// Enters an address at the site.
    pub async fn asked_at_site(&self, browser: &super::Browser<'_>, email: &str) -> Page {
        let page = browser.open(&self.at(Host::Site, "/")).await;
        browser.send(&page, "/login", &[("email", email)]).await
    }

    /// The sign-in log of an application, newest first: the number and the name of each entry.
    pub async fn sign_in_log(&self, app_id: &str) -> Vec<(i64, String)> {
        let token = self
            .sign_in(1, &format!("{SCOPES} AuditLog.Read.All"))
            .await["access_token"]
            .as_str()
            .unwrap()
            .to_owned();
        let page = self
            .graph(
                &token,
                "GET",
                &format!("/v1.0/auditLogs/signIns?$filter=appId eq '{app_id}'"),
                None,
            )
            .await
            .json();
        let entries = page["value"].as_array().unwrap().iter();
        entries
            .map(|entry| {
                (
                    entry["status"]["errorCode"].as_i64().unwrap(),
                    entry["userPrincipalName"].as_str().unwrap().to_owned(),
                )
            })
            .collect()
    }
}

/// A certificate in Base64 as one pastes it.
pub fn pem(base64: &str) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
}

/// The XML inside a posted field.
pub fn opened(field: &str) -> String {
    String::from_utf8(STANDARD.decode(field).unwrap()).unwrap()
}

const TROUBLE: &str = "Hmm... We&#39;re having trouble logging you in";

/// The number with which Microsoft refuses.
pub fn refused_with(page: &Page) -> u32 {
    let told = page
        .text()
        .split("AADSTS")
        .nth(1)
        .unwrap_or_else(|| panic!("no refusal: {}", page.text()));
    told.split(':').next().unwrap().parse().unwrap()
}

/// The site says that this account is logged in.
pub fn expect_logged_in(page: &Page, email: &str) {
    assert_eq!(
        page.heading(),
        "You are logged in",
        "{} {}",
        page.url,
        page.text()
    );
    assert!(
        page.text()
            .contains(&format!("<code id=\"account\">{email}</code>")),
        "{}",
        page.text()
    );
}

/// The sign-in service refuses with words that begin so.
pub fn expect_refused(page: &Page, why: &str) {
    assert_eq!(page.heading(), TROUBLE, "{} {}", page.url, page.text());
    assert_eq!(page.asked("error"), "access_denied");
    let said = page.asked("error_description");
    assert!(said.starts_with(why), "{said} instead of {why}");
    assert!(
        !page.url.query().unwrap().contains('+'),
        "blanks are written as %20"
    );
}
