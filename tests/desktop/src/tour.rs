//! Every page once, as a person comes to it, for whoever wants to look at each: the search for barriers, the pictures.

use crate::{Told, Window, guide};

/// Goes through practice from the first page to the last and stops at every state worth a look, in both themes.
pub async fn tour(window: &Window, mut stop: impl AsyncFnMut(&Window, &str) -> Told) -> Told {
    let mut at = async |name: &str| -> Told {
        for theme in ["light", "dark"] {
            set_theme(window, theme).await?;
            stop(window, &format!("{name}-{theme}")).await?;
        }
        Ok(())
    };
    at("01-start").await?;
    window.click("radio", "Practice*").await?;
    at("02-start-practice").await?;
    guide::start_practice(window, "A fresh start").await?;
    at("03-plan").await?;
    guide::plan(window).await?;
    at("04-sign-in").await?;
    guide::sign_in(window).await?;
    at("05-before-entra").await?;
    guide::before_entra(window).await?;
    at("06-before-atlassian").await?;
    guide::before_atlassian(window).await?;
    at("07-add-app").await?;
    guide::allow_changes(window).await?;
    at("08-add-app-proposed").await?;
    guide::add_app(window).await?;
    at("09-add-app-done").await?;
    window.click("button", "Requests*").await?;
    at("10-requests").await?;
    window.click("button", "Requests*").await?;
    guide::certificate(window).await?;
    at("20-saml-details").await?;
    guide::saml_details(window).await?;
    at("21-basic-saml-proposed").await?;
    guide::basic_saml(window).await?;
    at("22-email-attribute").await?;
    guide::email_attribute(window).await?;
    at("23-claims").await?;
    guide::claims(window).await?;
    at("24-pilot").await?;
    guide::pilot(window).await?;
    at("25-pilot-done").await?;
    guide::test_login(window).await?;
    at("26-test-login-done").await?;
    guide::go_on(window, "Continue to 1.9", "Policy and enforcement").await?;
    at("27-enforce-locked").await?;
    guide::policy(window).await?;
    at("28-enforce-open").await?;
    guide::enforce(window).await?;
    at("29-enforced").await?;
    for (link, name) in [
        ("The connection", "11-connection"),
        ("0.3 Before you start: Entra*", "12-before-entra-done"),
        (
            "0.4 Before you start: Atlassian*",
            "13-before-atlassian-done",
        ),
        ("Help and keys", "14-help"),
    ] {
        window.click("link", link).await?;
        at(name).await?;
    }
    Ok(())
}

/// Presses the button that changes the theme until it is the wanted one.
async fn set_theme(window: &Window, wanted: &str) -> Told {
    // The button names the theme that is and the one that follows. A press counts once the next name is there: a second one before would ask for the same theme again.
    let follows = [
        ("light", "dark"),
        ("dark", "as your system"),
        ("as your system", "light"),
    ];
    for (now, next) in follows.iter().chain(&follows) {
        if window.can_use("button", &name_of(wanted)).await? {
            return Ok(());
        }
        if window.can_use("button", &name_of(now)).await? {
            window.click("button", &name_of(now)).await?;
            window.see("button", &name_of(next)).await?;
        }
    }
    window.see("button", &name_of(wanted)).await
}

fn name_of(theme: &str) -> String {
    format!("Theme: {theme}. *")
}
