//! Microsoft's SAML endpoint over HTTP: what it refuses with which number, what it logs, whom it names, and its metadata.
#![allow(clippy::unwrap_used)]

mod support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sim::Host;
use support::{Bench, Browser, Page, SingleSignOn, expect_refused, opened, refused_with};

const ALEX: &str = "alex@contoso.com";

async fn set_up() -> (Bench, SingleSignOn) {
    let bench = Bench::start("fresh").await;
    let set = bench.single_sign_on().await;
    (bench, set)
}

/// Alex tries to log in after something was changed; gives the page that Microsoft ends with.
async fn tried(bench: &Bench) -> Page {
    bench.answer_for_alex(&bench.browser()).await
}

#[tokio::test]
async fn microsoft_refuses_with_its_own_numbers_and_logs_each_attempt() {
    let (bench, set) = set_up().await;
    let levers = bench.practice.levers();
    let principal = format!("/v1.0/servicePrincipals/{}", set.principal);
    let application = format!("/v1.0/applications/{}", set.application);
    let mut numbers = Vec::new();
    let change =
        async |at: &str, body: Value| drop(bench.write(&set.token, "PATCH", at, body).await);

    let without_query = set.saml.acs.split('?').next().unwrap();
    change(
        &application,
        json!({"web": {"redirectUris": [without_query]}}),
    )
    .await;
    numbers.push(refused_with(&tried(&bench).await));
    change(
        &application,
        json!({"web": {"redirectUris": [set.saml.acs]}}),
    )
    .await;

    change(&principal, json!({"accountEnabled": false})).await;
    numbers.push(refused_with(&tried(&bench).await));
    change(&principal, json!({"accountEnabled": true})).await;

    levers.signed_requests_required("Atlassian Cloud").unwrap();
    numbers.push(refused_with(&tried(&bench).await));
    change(&application, json!({"requestSignatureVerification": null})).await;

    levers.conditional_access_blocks_saml();
    numbers.push(refused_with(&tried(&bench).await));
    levers.sign_in_as_usual();

    let listed = bench
        .graph(
            &set.token,
            "GET",
            &format!("{principal}/appRoleAssignedTo"),
            None,
        )
        .await
        .json();
    let mine = listed["value"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["principalDisplayName"] == "Alex Wilber")
        .unwrap();
    let gone = format!(
        "{principal}/appRoleAssignedTo/{}",
        mine["id"].as_str().unwrap()
    );
    assert_eq!(
        bench.graph(&set.token, "DELETE", &gone, None).await.status,
        204
    );
    numbers.push(refused_with(&tried(&bench).await));
    change(&principal, json!({"appRoleAssignmentRequired": false})).await;

    levers.certificate_inactive("Atlassian Cloud").unwrap();
    let browser = bench.browser();
    let answer = bench.answer_for_alex(&browser).await;
    expect_refused(
        &browser.carry_on(&answer).await,
        "Invalid thumbprint (configured: ",
    );
    change(
        &principal,
        json!({"preferredTokenSigningKeyThumbprint": set.thumbprint}),
    )
    .await;

    levers.token_encryption_on("Atlassian Cloud").unwrap();
    let browser = bench.browser();
    let answer = bench.answer_for_alex(&browser).await;
    assert!(opened(&support::field(answer.text(), "SAMLResponse")).contains("EncryptedAssertion"));
    expect_refused(
        &browser.carry_on(&answer).await,
        "The assertion is encrypted",
    );

    levers.disable_person(ALEX).unwrap();
    numbers.push(refused_with(&tried(&bench).await));
    assert_eq!(numbers, [50011, 7_000_112, 76021, 53003, 50105, 50057]);
    let logged = bench.sign_in_log(&set.app_id).await;
    let codes: Vec<i64> = logged.iter().rev().map(|(code, _)| *code).collect();
    assert_eq!(codes, [50011, 7_000_112, 76021, 53003, 50105, 0, 0, 50057]);
    assert!(logged.iter().all(|(_, name)| name == ALEX));
}

#[tokio::test]
async fn an_identifier_that_nobody_has_is_refused_before_anybody_signs_in() {
    let (bench, set) = set_up().await;
    let other = format!("{}-other", set.saml.entity);
    let levers = bench.practice.levers();
    levers
        .set_addresses("Atlassian Cloud", &other, &set.saml.acs)
        .unwrap();
    let page = bench.asked_at_site(&bench.browser(), ALEX).await;
    assert_eq!(refused_with(&page), 700_016);
    assert!(page.text().contains(&set.saml.entity));
}

#[tokio::test]
async fn an_application_without_a_certificate_signs_nothing() {
    let (bench, set) = set_up().await;
    bench.practice.levers().delete_saml().unwrap();
    let (application, _) = bench.instantiate(&set.token, "Atlassian Cloud again").await;
    let page = bench
        .save_saml(&set.saml.directory, &support::pem(&set.certificate))
        .await;
    let (entity, acs) = (
        support::shown(&page.text, "sp-entity-url"),
        support::shown(&page.text, "sp-acs-url"),
    );
    assert_ne!(entity, set.saml.entity);
    let addresses = json!({"identifierUris": [entity], "web": {"redirectUris": [acs]}});
    bench
        .write(
            &set.token,
            "PATCH",
            &format!("/v1.0/applications/{application}"),
            addresses,
        )
        .await;
    let shown = bench
        .graph(
            &set.token,
            "GET",
            "/v1.0/servicePrincipals?$filter=displayName eq 'Atlassian Cloud again'",
            None,
        )
        .await
        .json();
    let principal = format!(
        "/v1.0/servicePrincipals/{}",
        shown["value"][0]["id"].as_str().unwrap()
    );
    bench
        .write(
            &set.token,
            "PATCH",
            &principal,
            json!({"appRoleAssignmentRequired": false}),
        )
        .await;
    // Whose SAML details were deleted, nobody is made to use them; new ones have to be enforced again.
    let wish = [("policy", set.policy.as_str()), ("enforce", "yes")];
    assert_eq!(bench.screen("/policies/enforce", &wish).await.status, 200);
    assert_eq!(refused_with(&tried(&bench).await), 50003);
}

#[tokio::test]
async fn the_name_comes_from_where_the_policies_say() {
    let (bench, set) = set_up().await;
    let nameidentifier = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";
    let definition = |source: &str| {
        let schema = json!([{"Source": "user", "ID": source, "SamlClaimType": nameidentifier}]);
        json!({"ClaimsMappingPolicy": {"Version": 1, "IncludeBasicClaimSet": "true", "ClaimsSchema": schema}}).to_string()
    };
    let body = json!({"displayName": "Names", "definition": [definition("employeeid")], "isOrganizationDefault": false});
    let policy = bench
        .write(
            &set.token,
            "POST",
            "/v1.0/policies/claimsMappingPolicies",
            body,
        )
        .await;
    let id = policy["id"].as_str().unwrap();
    let link = json!({"@odata.id": bench.at(Host::Graph, &format!("/v1.0/policies/claimsMappingPolicies/{id}"))});
    let at = format!(
        "/v1.0/servicePrincipals/{}/claimsMappingPolicies/$ref",
        set.principal
    );
    bench.write(&set.token, "POST", &at, link).await;
    // Nobody has a number of an employee here, so that there is no name.
    assert_eq!(refused_with(&tried(&bench).await), 501_241);
    let change = json!({"definition": [definition("mail")]});
    bench
        .write(
            &set.token,
            "PATCH",
            &format!("/v1.0/policies/claimsMappingPolicies/{id}"),
            change,
        )
        .await;
    bench
        .practice
        .levers()
        .change_mail(ALEX, "wilber@contoso.com")
        .unwrap();
    let answer = tried(&bench).await;
    let xml = opened(&support::field(answer.text(), "SAMLResponse"));
    assert!(xml.contains(">wilber@contoso.com</NameID>"), "{xml}");
}

#[tokio::test]
async fn metadata_shows_the_applications_certificate_to_whoever_names_it() {
    let (bench, set) = set_up().await;
    let at = format!(
        "/{}/federationmetadata/2007-06/federationmetadata.xml",
        bench.given("tenant_id")
    );
    let of_app = bench.at(Host::Login, &format!("{at}?appid={}", set.app_id));
    let read = bench.get(&of_app).await;
    assert!(
        read.header("content-type")
            .starts_with("application/samlmetadata+xml")
    );
    assert!(read.text.contains(&set.certificate));
    let entity = format!(
        "entityID=\"https://sts.windows.net/{}/\"",
        bench.given("tenant_id")
    );
    let location = format!(
        "Location=\"{}\"",
        bench.at(Host::Login, &format!("/{}/saml2", bench.given("tenant_id")))
    );
    assert!(
        read.text.contains(&entity) && read.text.contains(&location),
        "{}",
        read.text
    );
    let whole = bench.get(&bench.at(Host::Login, &at)).await;
    assert!(whole.text.contains(&entity) && !whole.text.contains(&set.certificate));
    assert_eq!(
        bench
            .get(&bench.at(Host::Login, &format!("{at}?appid=nobody")))
            .await
            .status,
        400
    );
    // The active certificate stands first, whichever was made last.
    let principal = format!("/v1.0/servicePrincipals/{}", set.principal);
    let made = bench
        .write(
            &set.token,
            "POST",
            &format!("{principal}/addTokenSigningCertificate"),
            json!({"displayName": "CN=Next"}),
        )
        .await;
    let next = made["key"].as_str().unwrap();
    let order = async || {
        let text = bench.get(&of_app).await.text;
        text.find(&set.certificate).unwrap() < text.find(next).unwrap()
    };
    assert!(order().await);
    bench
        .write(
            &set.token,
            "PATCH",
            &principal,
            json!({"preferredTokenSigningKeyThumbprint": made["thumbprint"]}),
        )
        .await;
    assert!(!order().await);
    bench.practice.levers().metadata_lags(1);
    assert!(!bench.get(&of_app).await.text.contains(&set.certificate));
    assert!(bench.get(&of_app).await.text.contains(&set.certificate));
    bench.practice.levers().metadata_without_appid();
    assert!(!bench.get(&of_app).await.text.contains(&set.certificate));
}

#[tokio::test]
async fn a_wrong_password_at_microsoft_is_in_the_log() {
    let (bench, set) = set_up().await;
    let browser = bench.browser();
    let page = bench.asked_at_site(&browser, ALEX).await;
    let flow = support::field(page.text(), "flow");
    let page = browser
        .send(
            &page,
            "/common/login",
            &[("flow", &flow), ("login", ALEX), ("passwd", "wrong")],
        )
        .await;
    assert_eq!(refused_with(&page), 50126);
    assert_eq!(
        bench.sign_in_log(&set.app_id).await,
        [(50126, ALEX.to_owned())]
    );
}

#[tokio::test]
async fn what_is_no_request_is_refused_by_its_own_number() {
    let (bench, _) = set_up().await;
    let browser = bench.browser();
    let at = bench.at(Host::Login, &format!("/{}/saml2", bench.given("tenant_id")));
    for (query, number) in [
        ("", 750_054),
        ("?SAMLRequest=", 750_054),
        ("?SAMLRequest=nonsense", 75005),
    ] {
        assert_eq!(
            refused_with(&browser.open(&format!("{at}{query}")).await),
            number,
            "{query}"
        );
    }
    let page = browser
        .open(&bench.at(Host::Login, "/nowhere.example/saml2?SAMLRequest=x"))
        .await;
    assert_eq!(refused_with(&page), 90002);
    let page = bench
        .browser()
        .open(&bench.at(Host::AtlassianAuth, "/login/callback?connection=saml-1"))
        .await;
    assert_eq!(page.read.status, 404);
}

/// A request in a posted form, as other service providers send theirs.
async fn posted(bench: &Bench, browser: &Browser<'_>, xml: &str) -> Page {
    let at = bench.at(Host::Login, &format!("/{}/saml2", bench.given("tenant_id")));
    let start = browser.open(&bench.at(Host::Login, "/device")).await;
    let field = STANDARD.encode(xml);
    browser
        .send(
            &start,
            &at,
            &[("SAMLRequest", field.as_str()), ("RelayState", "r")],
        )
        .await
}

#[tokio::test]
async fn every_odd_request_has_its_number() {
    let (bench, set) = set_up().await;
    let at = bench.at(Host::Login, &format!("/{}/saml2", bench.given("tenant_id")));
    let good = format!(
        "<p:AuthnRequest xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"{}\" Destination=\"{at}\">\
         <a:Issuer xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\">{}</a:Issuer></p:AuthnRequest>",
        jiff::Timestamp::now(),
        set.saml.entity
    );
    let policy = |attribute: &str| format!("<p:NameIDPolicy {attribute}/></p:AuthnRequest>");
    let end = "</p:AuthnRequest>";
    for (from, to, number) in [
        (
            " Version",
            " ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact\" Version",
            75003,
        ),
        ("/saml2\"", "/saml2/other\"", 75008),
        (
            end,
            &policy("Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos\""),
            75016,
        ),
        (end, &policy("SPNameQualifier=\"x\""), 900_236),
        ("ID=\"_1\"", "ID=\"1\"", 7_500_529),
        ("Instant=\"20", "Instant=\"19", 76026),
        ("saml/", "saml/other-", 700_016),
        (" Version", " IsPassive=\"true\" Version", 50058),
        ("<p:", "<q:", 75005),
    ] {
        assert!(good.contains(from), "{from}");
        let page = posted(&bench, &bench.browser(), &good.replacen(from, to, 1)).await;
        assert_eq!(refused_with(&page), number, "{to}");
    }
    let browser = bench.browser();
    let page = posted(&bench, &browser, &good).await;
    assert_eq!(page.heading(), "Sign in", "{}", page.text());
    // A request without an address is answered at the default one, with what came along.
    let answer = browser.sign_in(&page, 2).await;
    let action = format!("action=\"{}\"", set.saml.acs.replace('&', "&amp;"));
    assert!(answer.text().contains(&action), "{}", answer.text());
    assert_eq!(support::field(answer.text(), "RelayState"), "r");
    // The browser is known now, and only somebody who insists makes the person sign in again.
    assert!(
        posted(&bench, &browser, &good)
            .await
            .text()
            .contains("SAMLResponse")
    );
    let forced = good.replacen(" Version", " ForceAuthn=\"true\" Version", 1);
    assert_eq!(posted(&bench, &browser, &forced).await.heading(), "Sign in");
}

#[tokio::test]
async fn a_stranger_gets_no_answer() {
    let (bench, _) = set_up().await;
    bench.practice.levers().wrong_tenant_account();
    assert_eq!(refused_with(&tried(&bench).await), 50020);
}
