//! Single sign-on in the real window: from the application to an enforced pilot by clicks, and a log-in that fails.

use desktop::{Practice, Start, Told, Window, argument, guide, in_window, see};

/// Clicks that the pages at Atlassian and the private window need anyway: three values copied, three addresses pasted, a
/// log-in opened and told, the policy looked at, enforcing told, the log-in after it told.
const BY_HAND: u32 = 11;
/// What the rest may cost.
const MOST: u32 = 20;

async fn to_the_application(window: &Window) -> Told {
    guide::plan(window).await?;
    guide::sign_in(window).await?;
    guide::before_entra(window).await?;
    guide::before_atlassian(window).await?;
    guide::allow_changes(window).await?;
    guide::add_app(window).await
}

async fn to_the_pilot(window: &Window) -> Told {
    guide::certificate(window).await?;
    guide::saml_details(window).await?;
    guide::basic_saml(window).await?;
    guide::email_attribute(window).await?;
    guide::claims(window).await?;
    guide::pilot(window).await
}

#[tokio::test]
async fn a_fresh_tenant_comes_to_an_enforced_pilot_by_clicks() -> Told {
    in_window(Start::default(), async |window| {
        guide::start_practice(window, "A fresh start").await?;
        to_the_application(window).await?;
        let before = window.effort().clicks();
        to_the_pilot(window).await?;
        guide::test_login(window).await?;
        guide::go_on(window, "Continue to 1.9", "Policy and enforcement").await?;
        guide::policy(window).await?;
        guide::enforce(window).await?;
        window.read("Everything here is verified.").await?;
        let clicks = window.effort().clicks() - before;
        println!(
            "single sign-on by mouse: {clicks} clicks, {BY_HAND} of them for what is done by hand"
        );
        see(
            clicks <= BY_HAND + MOST,
            format!("{clicks} clicks from the application to the enforced pilot"),
        )
    })
    .await
}

#[tokio::test]
async fn a_log_in_that_fails_is_led_back_to_its_cause() -> Told {
    let practice = Practice::serve("fresh")?;
    let start = Start {
        arguments: vec!["--cloud".to_owned(), argument(&practice.cloud_file())],
        data: None,
    };
    in_window(start, async |window| {
        guide::begin_over(window, &practice).await?;
        guide::add_app(window).await?;
        to_the_pilot(window).await?;
        practice.pull("disable_app", r#"{"app":"Atlassian Cloud"}"#)?;
        guide::go_on(window, "Continue to 1.8", "Test log-in").await?;
        window
            .click("button", "Sign in to allow reading this")
            .await?;
        window.click("button", "From the site*").await?;
        window.click("radio", "There was an error page*").await?;
        window.read("disabled").await?;
        let barriers = window.violations().await?;
        see(barriers.is_empty(), barriers.join("\n"))
    })
    .await
}
