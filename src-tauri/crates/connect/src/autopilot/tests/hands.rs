//! The administrator's hands on plain pages, and logins that end in every way.

use super::*;

const OVERVIEW: &str = "<main><h1>Atlassian Administration</h1>\
    <form method=post action='/identity-providers/add'><input name=name><select name=way><option value=automatic>A<option value=manual>M</select><button>Add</button></form>\
    <form method=post action='/identity-providers/saml'><input type=hidden name=directory value=d-other><input name=entity_id></form>\
    <form method=post action='/identity-providers/saml'><input type=hidden name=directory value=d-1><input name=entity_id><input name=sso_url><textarea name=certificate></textarea><button>Save</button></form>\
    <form method=post action='/identity-providers/link-domain'><input type=hidden name=directory value=d-1><input name=domain></form>\
    <form method=post action='/identity-providers/unlink-domain'><input type=hidden name=directory value=d-1><select name=domain><option value=contoso.test></select></form>\
    <form method=post action='/identity-providers/saml/delete'><input type=hidden name=directory value=d-1><button>Delete</button></form>\
    <form method=post action='/identity-providers/delete'><input type=hidden name=directory value=d-1><button>Delete</button></form>\
    <form method=post action='/policies/add'><select name=directory><option value=''>Local<option value=d-1>Entra</select><input name=name></form>\
    <form method=post action='/policies/members/add'><input type=hidden name=policy value=p-1><input type=email name=email></form>\
    <form method=post action='/policies/members/remove'><input type=hidden name=policy value=p-1><input type=email name=email></form>\
    <form method=post action='/policies/enforce'><input type=hidden name=policy value=p-local><select name=enforce><option value=no><option value=yes></select></form>\
    <form method=post action='/policies/enforce'><input type=hidden name=policy value=p-1><select name=enforce><option value=no><option value=yes></select></form>\
    <form method=post action='/policies/delete'><input type=hidden name=policy value=p-1><button>Delete</button></form></main>";

fn administration(got: &Got) -> axum::response::Response {
    match (got.method.as_str(), got.target.as_str()) {
        ("GET", "/") => page(OVERVIEW.into()),
        ("POST", "/identity-providers/add") => page("<main>Directory <code id=\"directory-id\">d-1</code></main>".into()),
        ("POST", "/identity-providers/saml") => page(
            "<p><code id=sp-entity-url>https://auth.test/saml/1</code> <code id='sp-acs-url'>https://auth.test/login/callback?connection=saml-1&amp;x=y</code>".into(),
        ),
        ("POST", "/policies/add") => page("<code id=policy-id>p-1</code><a href='http://admin.test/o/o-1/p-1/edit' id=policy-address>Edit it</a>".into()),
        ("POST", "/policies/enforce") if got.field("policy").as_deref() == Some("p-local") => {
            (http::StatusCode::BAD_REQUEST, "<main><h1>That did not work</h1><p role=alert>Not in the local directory.</p></main>").into_response()
        }
        ("POST", _) => page("<main><h1>Done</h1></main>".into()),
        _ => (http::StatusCode::NOT_FOUND, "<h1>No</h1>").into_response(),
    }
}

#[tokio::test]
async fn every_act_is_the_form_that_stands_on_the_page() {
    let server = Server::answering(|_, got| administration(got)).await;
    let hands = Hands::new(&practice(&server)).expect("hands");
    let directory = hands.add_identity_provider("Entra").await.expect("an id");
    let addresses = hands.set_up_saml(
        &directory,
        "https://sts.test/t/",
        "https://login.test/t/saml2",
        "-----BEGIN CERTIFICATE-----\nMIIC\n",
    );
    let addresses = addresses.await.expect("addresses");
    assert_eq!(
        (addresses.entity.as_str(), addresses.acs.as_str()),
        (
            "https://auth.test/saml/1",
            "https://auth.test/login/callback?connection=saml-1&x=y"
        )
    );
    hands
        .link_domain(&directory, "contoso.test")
        .await
        .expect("linked");
    let policy = hands
        .add_policy(&directory, "Pilot")
        .await
        .expect("a policy");
    assert_eq!(
        (policy.id.as_str(), policy.address.as_str()),
        ("p-1", "http://admin.test/o/o-1/p-1/edit")
    );
    hands
        .add_to_policy("p-1", "ada@contoso.test")
        .await
        .expect("added");
    hands.enforce("p-1").await.expect("enforced");
    hands.stop_enforcing("p-1").await.expect("not enforced");
    hands
        .remove_from_policy("p-1", "ada@contoso.test")
        .await
        .expect("removed");
    hands.delete_policy("p-1").await.expect("deleted");
    hands
        .unlink_domain("d-1", "contoso.test")
        .await
        .expect("unlinked");
    hands.delete_saml("d-1").await.expect("deleted");
    hands
        .delete_identity_provider("d-1")
        .await
        .expect("deleted");
    let sent: Vec<_> = server
        .got()
        .into_iter()
        .filter(|got| got.method == "POST")
        .map(|got| format!("{} {}", got.target, got.body))
        .collect();
    assert_eq!(
        sent,
        [
            "/identity-providers/add name=Entra&way=manual",
            "/identity-providers/saml directory=d-1&entity_id=https%3A%2F%2Fsts.test%2Ft%2F&sso_url=https%3A%2F%2Flogin.test%2Ft%2Fsaml2&certificate=-----BEGIN+CERTIFICATE-----%0AMIIC%0A",
            "/identity-providers/link-domain directory=d-1&domain=contoso.test",
            "/policies/add directory=d-1&name=Pilot",
            "/policies/members/add policy=p-1&email=ada%40contoso.test",
            "/policies/enforce policy=p-1&enforce=yes",
            "/policies/enforce policy=p-1&enforce=no",
            "/policies/members/remove policy=p-1&email=ada%40contoso.test",
            "/policies/delete policy=p-1",
            "/identity-providers/unlink-domain directory=d-1&domain=contoso.test",
            "/identity-providers/saml/delete directory=d-1",
            "/identity-providers/delete directory=d-1",
        ]
    );
}

#[tokio::test]
async fn what_is_refused_or_not_offered_is_said() {
    let server = Server::answering(|_, got| administration(got)).await;
    let hands = Hands::new(&practice(&server)).expect("hands");
    let fault = hands.enforce("p-local").await.expect_err("a refusal");
    assert!(
        matches!(&fault, AutopilotFault::Refused { says, .. } if says == "That did not work Not in the local directory."),
        "{fault}"
    );
    let before = server.got().len();
    let fault = hands.enforce("p-unknown").await.expect_err("no form");
    assert!(matches!(fault, AutopilotFault::Lost { .. }), "{fault}");
    assert_eq!(server.got().len(), before + 1, "nothing was sent");
    assert!(matches!(
        Hands::new(&server.cloud()),
        Err(AutopilotFault::NotPractice)
    ));
}

/// A site, a sign-in page and the sign-in service's answers in one; the address tells what is played.
fn site(got: &Got) -> axum::response::Response {
    let path = got.target.split('?').next().unwrap_or_default();
    let email = got.field("email").unwrap_or_default();
    let sign_in = |trouble: &str| {
        format!(
            "<main>{trouble}<form method=post action=/common/login><input type=hidden name=passwd value=w><button name=login value=x@y.test>Somebody</button></form>\
             <form method=post action=/common/login><input name=login><input type=password name=passwd><button>Sign in</button></form></main>"
        )
    };
    match (got.method.as_str(), path) {
        ("GET", "/") if got.header("cookie").is_some_and(|kept| kept.contains("SITE=in")) => {
            page("<main><h1>You are logged in</h1><code id=account>ada@contoso.test</code><form method=post action=/logout><button>Log out</button></form></main>".into())
        }
        ("GET", "/") => page("<main><h1>Log in</h1><form method=post action=/login><input type=email name=email><button>Continue</button></form></main>".into()),
        ("POST", "/login") if got.field("sso").is_some() || email.starts_with("enforced") => {
            (http::StatusCode::FOUND, [("location", "/t/saml2?SAMLRequest=abc")]).into_response()
        }
        ("POST", "/login") => {
            let offered = "<form method=post action=/login><input type=hidden name=email value=o><button name=sso value=yes>Log in with single sign-on</button></form>";
            page(format!(
                "<form method=post action=/login/password><input type=hidden name=email value=o><input type=password name=password><button>Log in</button></form>{}",
                if email.starts_with("plain") { "" } else { offered }
            ))
        }
        ("GET", "/api/signin/app-1") if got.target.ends_with("?tenantId=t-1") => page(sign_in("")),
        ("GET", "/t/saml2") => page(sign_in("")),
        ("POST", "/common/login") => match got.field("login").unwrap_or_default().as_str() {
            "wrong@contoso.test" => (http::StatusCode::UNAUTHORIZED, page(sign_in("<p role=alert>Your account or password is incorrect."))).into_response(),
            "nobody@contoso.test" => (http::StatusCode::BAD_REQUEST, "<main><h1>Sorry</h1><p>AADSTS50105: not assigned</p><form method=post action=/common/return><button>Back</button></form></main>").into_response(),
            login => page(format!(
                "<main><form method=post action='/login/callback?connection=saml-1'><input type=hidden name=SAMLResponse value='{login}'><input type=hidden name=RelayState value=r><button>Continue</button></form><script>document.forms[0].submit()</script></main>"
            )),
        },
        ("POST", "/login/callback") if got.field("SAMLResponse").as_deref() == Some("other@contoso.test") => {
            (http::StatusCode::FOUND, [("location", "/login/error?error=access_denied&error_description=authentication-policy-strategy-mismatch")]).into_response()
        }
        ("POST", "/login/callback") if got.field("RelayState").as_deref() == Some("r") => {
            (http::StatusCode::FOUND, [("location", "/"), ("set-cookie", "SITE=in; Path=/")]).into_response()
        }
        ("GET", "/login/error") => (http::StatusCode::FORBIDDEN, "<main><h1>Hmm... We're having trouble logging you in</h1><p>authentication-policy-strategy-mismatch</p></main>").into_response(),
        _ => (http::StatusCode::NOT_FOUND, "<h1>Nothing here</h1>").into_response(),
    }
}

fn person(email: &str, user_name: &str) -> LogIn {
    LogIn {
        email: email.into(),
        user_name: user_name.into(),
        password: Secret::new("practice-word-9"),
    }
}

#[tokio::test]
async fn a_login_ends_where_the_pages_lead() {
    let server = Server::answering(|_, got| site(got)).await;
    let mut cloud = practice(&server);
    cloud.site = Some(server.url.clone());
    let hands = Hands::new(&cloud).expect("hands");
    let ada = hands.account("Adele@contoso.test").expect("an account");
    let logged_in = Outcome::LoggedIn {
        account: "ada@contoso.test".into(),
    };
    let outcome = |email: &'static str, user_name: &'static str| {
        let hands = hands.clone();
        async move {
            let who = person(email, user_name);
            hands.log_in_at_site(&who).await.expect("an outcome")
        }
    };
    assert_eq!(hands.log_in_at_site(&ada).await, Ok(logged_in.clone()));
    assert_eq!(
        outcome("enforced@contoso.test", "enforced@contoso.test").await,
        logged_in
    );
    assert_eq!(
        outcome("plain@contoso.test", "plain@contoso.test").await,
        Outcome::AskedPassword
    );
    assert_eq!(
        outcome("nobody@contoso.test", "nobody@contoso.test").await,
        Outcome::AadSts {
            code: "AADSTS50105".into(),
            words: "Sorry AADSTS50105: not assigned Back".into()
        }
    );
    let address = format!(
        "{}login/error?error=access_denied&error_description=authentication-policy-strategy-mismatch",
        server.url
    );
    assert_eq!(
        outcome("ada@contoso.test", "other@contoso.test").await,
        Outcome::Refused {
            address,
            title: "Hmm... We're having trouble logging you in".into(),
            words:
                "Hmm... We're having trouble logging you in authentication-policy-strategy-mismatch"
                    .into(),
        }
    );
    let wrong = outcome("wrong@contoso.test", "wrong@contoso.test").await;
    assert!(
        matches!(&wrong, Outcome::Refused { words, .. } if words.starts_with("Your account or password is incorrect.")),
        "{wrong:?}"
    );
    let tries = server
        .got()
        .iter()
        .filter(|got| got.field("login").as_deref() == Some("wrong@contoso.test"))
        .count();
    assert_eq!(tries, 1, "a wrong password is not tried again");
}

#[tokio::test]
async fn every_login_has_a_private_window() {
    let server = Server::answering(|_, got| site(got)).await;
    let mut cloud = practice(&server);
    cloud.site = Some(server.url.clone());
    let hands = Hands::new(&cloud).expect("hands");
    let ada = hands.account("adele@contoso.test").expect("an account");
    for _ in 0..2 {
        let outcome = hands.log_in_at_site(&ada).await.expect("an outcome");
        assert!(matches!(outcome, Outcome::LoggedIn { .. }));
    }
    let starts: Vec<_> = server
        .got()
        .into_iter()
        .filter(|got| got.line() == "GET /")
        .map(|got| got.header("cookie").map(str::to_owned))
        .collect();
    assert_eq!(starts.len(), 4);
    assert_eq!(
        (&starts[0], &starts[2]),
        (&None, &None),
        "a new window knows nobody"
    );
}

#[tokio::test]
async fn from_entras_side() {
    let server = Server::answering(|_, got| site(got)).await;
    let cloud = practice(&server);
    let hands = Hands::new(&cloud).expect("hands");
    let ada = hands.account("adele@contoso.test").expect("an account");
    let outcome = hands.log_in_from_entra("app-1", "t-1", &ada).await;
    assert!(
        matches!(outcome, Ok(Outcome::LoggedIn { .. })),
        "{outcome:?}"
    );
    let gone = hands.log_in_from_entra("app-2", "t-1", &ada).await;
    assert!(
        matches!(&gone, Ok(Outcome::Refused { title, .. }) if title == "Nothing here"),
        "{gone:?}"
    );
    assert_eq!(
        hands.log_in_at_site(&ada).await,
        Err(AutopilotFault::NoAddress("the site"))
    );
    let mut without = cloud;
    without.my_apps = None;
    let hands = Hands::new(&without).expect("hands");
    assert_eq!(
        hands.log_in_from_entra("app-1", "t-1", &ada).await,
        Err(AutopilotFault::NoAddress("My Apps"))
    );
    assert_eq!(
        hands.account("nobody@contoso.test").expect_err("nobody"),
        AutopilotFault::NoAccount
    );
}
