//! A whole login by SAML over HTTP: from the site to Microsoft and back, and what the site makes of every answer.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use sim::{Host, Levers};
use support::{Bench, SCOPES, SingleSignOn, expect_logged_in, expect_refused, refused_with};

const ALEX: &str = "alex@contoso.com";

async fn set_up() -> (Bench, SingleSignOn) {
    let bench = Bench::start("fresh").await;
    let set = bench.single_sign_on().await;
    (bench, set)
}

async fn logins(bench: &Bench) -> Vec<Value> {
    let stream = bench
        .organization("GET", "/admin/v1/orgs/ORG/events-stream", None)
        .await
        .json();
    let all = stream["data"].as_array().unwrap().iter();
    all.filter(|event| event["attributes"]["action"] == "user_login")
        .cloned()
        .collect()
}

#[tokio::test]
async fn whoever_must_is_sent_to_microsoft_and_comes_back_logged_in() {
    let (bench, set) = set_up().await;
    let browser = bench.browser();
    let asked = bench.asked_at_site(&browser, ALEX).await;
    let login = bench.at(Host::Login, &format!("/{}/saml2", bench.given("tenant_id")));
    assert!(asked.url.as_str().starts_with(&login), "{}", asked.url);
    let answer = browser.sign_in(&asked, 2).await;
    let page = browser.carry_on(&answer).await;
    expect_logged_in(&page, ALEX);
    assert_eq!(page.url.as_str(), bench.at(Host::Site, "/"));
    assert_eq!(bench.sign_in_log(&set.app_id).await, [(0, ALEX.to_owned())]);
    let events = logins(&bench).await;
    assert_eq!(events.len(), 1);
    assert!(events[0].to_string().contains(ALEX), "{}", events[0]);
}

#[tokio::test]
async fn both_sides_remember_and_forget_a_login() {
    let (bench, _) = set_up().await;
    let browser = bench.browser();
    let answer = bench.answer_for_alex(&browser).await;
    browser.carry_on(&answer).await;
    let again = browser.open(&bench.at(Host::Site, "/")).await;
    expect_logged_in(&again, ALEX);
    let out = browser.send(&again, "/logout", &[]).await;
    assert_eq!(out.heading(), "You are logged out");
    // Microsoft still knows the browser, so that nobody is asked again.
    let answer = bench.asked_at_site(&browser, ALEX).await;
    expect_logged_in(&browser.carry_on(&answer).await, ALEX);
    bench.practice.levers().forget_sessions();
    let asked = bench.asked_at_site(&browser, ALEX).await;
    assert_eq!(asked.heading(), "Sign in");
}

#[tokio::test]
async fn my_apps_leads_to_the_sign_on_url_or_straight_to_an_answer() {
    let (bench, set) = set_up().await;
    let start = bench.at(
        Host::Login,
        &format!(
            "/api/signin/{}?tenantId={}",
            set.app_id,
            bench.given("tenant_id")
        ),
    );
    let at = format!("/v1.0/servicePrincipals/{}", set.principal);
    let browser = bench.browser();
    let page = browser.open(&start).await;
    let answer = browser.sign_in(&page, 2).await;
    // Without a relay state the service provider does not know where to.
    expect_refused(
        &browser.carry_on(&answer).await,
        "Default App for IdP-Initiated is not configured",
    );
    let site = bench.at(Host::Site, "");
    bench
        .write(
            &set.token,
            "PATCH",
            &at,
            json!({"samlSingleSignOnSettings": {"relayState": site}}),
        )
        .await;
    let answer = browser.open(&start).await;
    expect_logged_in(&browser.carry_on(&answer).await, ALEX);
    bench
        .write(&set.token, "PATCH", &at, json!({"loginUrl": site}))
        .await;
    let page = bench.browser().open(&start).await;
    assert_eq!(
        (page.url.as_str(), page.heading()),
        (bench.at(Host::Site, "/").as_str(), "Log in to continue")
    );
    let unknown = bench
        .browser()
        .open(&bench.at(Host::Login, "/api/signin/nobody"))
        .await;
    assert_eq!(refused_with(&unknown), 700_016);
}

#[tokio::test]
async fn single_sign_on_is_a_choice_where_it_is_not_enforced() {
    let (bench, set) = set_up().await;
    let adele = "adele@contoso.com";
    let browser = bench.browser();
    // Nothing leads Adele there: neither a policy nor a linked domain.
    let page = bench.asked_at_site(&browser, adele).await;
    assert!(page.text().contains("name=\"password\"") && !page.text().contains("name=\"sso\""));
    let linked = [
        ("directory", set.saml.directory.as_str()),
        ("domain", "contoso.com"),
    ];
    assert_eq!(
        bench
            .screen("/identity-providers/link-domain", &linked)
            .await
            .status,
        200
    );
    let page = bench.asked_at_site(&browser, adele).await;
    assert!(
        page.text().contains("name=\"password\"")
            && page.text().contains("Log in with single sign-on")
    );
    let asked = browser
        .send(&page, "/login", &[("email", adele), ("sso", "yes")])
        .await;
    let answer = browser.sign_in(&asked, 0).await;
    expect_logged_in(&browser.carry_on(&answer).await, adele);
}

#[tokio::test]
async fn a_password_logs_in_whoever_may_use_one() {
    let (bench, _) = set_up().await;
    let (adele, password) = bench.account(0);
    let log_in = async |email: &str, password: &str| {
        let browser = bench.browser();
        let page = browser.open(&bench.at(Host::Site, "/")).await;
        browser
            .send(
                &page,
                "/login/password",
                &[("email", email), ("password", password)],
            )
            .await
    };
    expect_logged_in(&log_in(&adele, &password).await, &adele);
    let outsider = "emergency@tailspintoys.com";
    expect_logged_in(&log_in(outsider, "practice").await, outsider);
    for (email, password) in [
        (adele.as_str(), "wrong"),
        ("nobody@contoso.com", "practice"),
    ] {
        let page = log_in(email, password).await;
        assert_eq!(page.read.status, 401);
        assert!(
            page.text().contains("Incorrect email address"),
            "{}",
            page.text()
        );
    }
    // Who must use single sign-on has no way around it.
    assert_eq!(log_in(ALEX, &bench.account(2).1).await.heading(), "Sign in");
    bench.practice.levers().deactivate_account(&adele).unwrap();
    assert!(
        log_in(&adele, &password)
            .await
            .text()
            .contains("This account is deactivated.")
    );
}

#[tokio::test]
async fn every_wrong_response_is_refused_in_its_own_words_and_every_right_one_accepted() {
    let (bench, _) = set_up().await;
    let not_built = "The SAML response is not built as it must be.";
    let mismatch = "authentication-policy-strategy-mismatch";
    let wanted = [
        ("as_usual", ""),
        ("response_signed", ""),
        ("both_signed", ""),
        ("name_id_wrong_case", ""),
        ("no_email_claim", ""),
        ("name_is_display_name", ""),
        (
            "status_requester",
            "The identity provider refused: AADSTS75011",
        ),
        ("wrong_issuer", "Issuer is invalid."),
        ("wrong_audience", "Audience is invalid."),
        ("wrong_destination", "Destination is invalid."),
        ("wrong_recipient", "Recipient is invalid."),
        ("wrong_in_response_to", "InResponseTo is invalid"),
        ("expired", "SAML assertion expired."),
        ("not_yet_valid", "SAML assertion is not yet valid."),
        ("name_id_empty", "The SAML response names nobody"),
        (
            "name_id_object_id",
            "The email address you entered can't be used to log in here.",
        ),
        ("name_id_ext", mismatch),
        ("name_id_onmicrosoft", mismatch),
        ("name_id_unknown", mismatch),
        ("unsigned", "The SAML response is not signed."),
        (
            "sha1",
            "The signature uses a method that is not accepted: http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        ),
        ("foreign_certificate", "Invalid thumbprint (configured: "),
        (
            "changed",
            "Invalid signature: the response is not what was signed.",
        ),
        (
            "pretty_printed",
            "Invalid signature: the response is not what was signed.",
        ),
        ("encrypted", "The assertion is encrypted"),
        ("forged_first", not_built),
        ("forged_last", not_built),
        ("forged_in_extensions", not_built),
        ("forged_in_object", not_built),
        ("original_in_forged", not_built),
        ("duplicate_id", not_built),
        ("comment_in_name_id", not_built),
        ("doctype", "The SAML response has a document type."),
    ];
    let names: Vec<&str> = Levers::saml_responses().map(|(name, _)| name).collect();
    assert_eq!(names, wanted.map(|(name, _)| name));
    for (kind, why) in wanted {
        bench.practice.levers().saml_response(kind).unwrap();
        let browser = bench.browser();
        let answer = bench.answer_for_alex(&browser).await;
        let page = browser.carry_on(&answer).await;
        match why {
            "" => expect_logged_in(&page, ALEX),
            why => expect_refused(&page, why),
        }
    }
    assert_eq!(logins(&bench).await.len(), 6);
}

#[tokio::test]
async fn a_response_counts_once_and_for_the_browser_that_asked() {
    let (bench, _) = set_up().await;
    let browser = bench.browser();
    let answer = bench.answer_for_alex(&browser).await;
    expect_logged_in(&browser.carry_on(&answer).await, ALEX);
    // The request is answered, so that the same response answers nothing any more.
    expect_refused(&browser.carry_on(&answer).await, "InResponseTo is invalid");
    let (_, set) = (
        bench.practice.levers().forget_sessions(),
        bench.sign_in_log("x").await,
    );
    assert!(set.is_empty());
    // Another account is logged in to the browser.
    let (adele, password) = bench.account(0);
    let page = browser.open(&bench.at(Host::Site, "/")).await;
    browser
        .send(
            &page,
            "/login/password",
            &[("email", &adele), ("password", &password)],
        )
        .await;
    let page = browser.send(&page, "/login", &[("email", ALEX)]).await;
    let answer = browser.sign_in(&page, 2).await;
    expect_refused(
        &browser.carry_on(&answer).await,
        "authentication-policy-strategy-mismatch",
    );
    // One address was entered and another person signed in.
    let browser = bench.browser();
    let page = bench.asked_at_site(&browser, ALEX).await;
    let answer = browser.sign_in(&page, 0).await;
    expect_refused(
        &browser.carry_on(&answer).await,
        "authentication-policy-strategy-mismatch",
    );
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_is_not_taken_twice() {
    let (bench, set) = set_up().await;
    let relay = json!({"samlSingleSignOnSettings": {"relayState": bench.at(Host::Site, "")}});
    bench
        .write(
            &set.token,
            "PATCH",
            &format!("/v1.0/servicePrincipals/{}", set.principal),
            relay,
        )
        .await;
    let browser = bench.browser();
    let page = browser
        .open(&bench.at(Host::Login, &format!("/api/signin/{}", set.app_id)))
        .await;
    let answer = browser.sign_in(&page, 2).await;
    expect_logged_in(&browser.carry_on(&answer).await, ALEX);
    expect_refused(
        &browser.carry_on(&answer).await,
        "This SAML assertion was used before.",
    );
}

#[tokio::test]
async fn a_wrong_clock_and_an_old_certificate_are_noticed() {
    let (bench, _) = set_up().await;
    let levers = bench.practice.levers();
    let browser = bench.browser();
    levers.clock_skew(3_600);
    let answer = bench.answer_for_alex(&browser).await;
    expect_refused(
        &browser.carry_on(&answer).await,
        "SAML assertion is not yet valid.",
    );
    levers.clock_skew(-3_600);
    let page = bench.asked_at_site(&browser, ALEX).await;
    assert_eq!(refused_with(&page), 76026);
    levers.clock_skew(0);
    let answer = bench.asked_at_site(&browser, ALEX).await;
    levers.time_passes(2 * 3_600);
    expect_refused(&browser.carry_on(&answer).await, "SAML assertion expired.");
    levers.time_passes(4 * 365 * 24 * 3_600);
    let answer = bench.answer_for_alex(&bench.browser()).await;
    expect_refused(
        &browser.carry_on(&answer).await,
        "The configured certificate has expired.",
    );
}

#[tokio::test]
async fn what_is_set_up_at_atlassian_decides() {
    let (bench, set) = set_up().await;
    let levers = bench.practice.levers();
    let browser = bench.browser();
    let answer = bench.answer_for_alex(&browser).await;
    levers.guard_lapsed();
    expect_refused(
        &browser.carry_on(&answer).await,
        "The connection is disabled.",
    );
    let page = bench.asked_at_site(&bench.browser(), ALEX).await;
    assert!(
        page.text().contains("name=\"password\""),
        "nobody is sent to Microsoft without Guard"
    );
    levers.guard_renewed();
    levers.unenforce("Pilot").unwrap();
    let page = bench.asked_at_site(&bench.browser(), ALEX).await;
    assert!(page.text().contains("name=\"sso\""));
    bench
        .screen(
            "/policies/enforce",
            &[("policy", set.policy.as_str()), ("enforce", "yes")],
        )
        .await;
    levers.policy_local("Pilot").unwrap();
    let page = bench.asked_at_site(&bench.browser(), ALEX).await;
    assert!(page.text().contains("name=\"password\"") && !page.text().contains("name=\"sso\""));
    levers.wrong_certificate_saved().unwrap();
    expect_refused(
        &browser.carry_on(&answer).await,
        "Invalid thumbprint (configured: ",
    );
    levers.delete_saml().unwrap();
    expect_refused(
        &browser.carry_on(&answer).await,
        "The connection was not found.",
    );
}

#[tokio::test]
async fn whoever_has_no_account_gets_one_when_the_domain_is_linked() {
    let (bench, set) = set_up().await;
    let fresh = "fresh@contoso.com";
    let password = "a-Practice-1";
    let user = json!({"accountEnabled": true, "displayName": "Fresh", "mailNickname": "fresh", "userPrincipalName": fresh,
                      "passwordProfile": {"forceChangePasswordNextSignIn": false, "password": password}});
    let token = bench
        .sign_in(1, &format!("{SCOPES} User.ReadWrite.All"))
        .await["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    bench.write(&token, "POST", "/v1.0/users", user).await;
    let principal = format!("/v1.0/servicePrincipals/{}", set.principal);
    bench
        .write(
            &set.token,
            "PATCH",
            &principal,
            json!({"appRoleAssignmentRequired": false}),
        )
        .await;
    let linked = [
        ("directory", set.saml.directory.as_str()),
        ("domain", "contoso.com"),
    ];
    assert_eq!(
        bench
            .screen("/identity-providers/link-domain", &linked)
            .await
            .status,
        200
    );
    let browser = bench.browser();
    let page = bench.asked_at_site(&browser, fresh).await;
    let page = browser
        .send(&page, "/login", &[("email", fresh), ("sso", "yes")])
        .await;
    let flow = support::field(page.text(), "flow");
    let answer = browser
        .send(
            &page,
            "/common/login",
            &[("flow", &flow), ("login", fresh), ("passwd", password)],
        )
        .await;
    expect_logged_in(&browser.carry_on(&answer).await, fresh);
}

#[tokio::test]
async fn nobody_is_sent_to_a_real_service() {
    let (bench, set) = set_up().await;
    let real = "https://login.microsoftonline.com/contoso.com/saml2";
    let pem = support::pem(&set.certificate);
    let fields = [
        ("directory", set.saml.directory.as_str()),
        ("entity_id", "https://sts.windows.net/1/"),
        ("sso_url", real),
        ("certificate", pem.as_str()),
    ];
    let page = bench.screen("/identity-providers/saml", &fields).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let page = bench.asked_at_site(&bench.browser(), ALEX).await;
    assert_eq!(page.heading(), "We can&#39;t reach your identity provider");
    let at = format!("/v1.0/servicePrincipals/{}", set.principal);
    bench
        .write(
            &set.token,
            "PATCH",
            &at,
            json!({"loginUrl": "https://contoso.atlassian.net"}),
        )
        .await;
    let page = bench
        .browser()
        .open(&bench.at(Host::Login, &format!("/api/signin/{}", set.app_id)))
        .await;
    assert!(page.text().contains("no such address"), "{}", page.text());
}
