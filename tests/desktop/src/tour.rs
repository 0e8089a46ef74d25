//! Every page once, as a person comes to it, for whoever wants to look at each: the search for barriers, the pictures.

use thirtyfour::Key;

use crate::{Practice, Told, Window, guide};

const ROLE: &str = r#"{"account":"adele@contoso.com","role":"Cloud Application Administrator"}"#;

/// Goes through a fresh practice from the first page to the last and stops at every state worth a look, in both themes.
pub async fn tour(
    window: &Window,
    practice: &Practice,
    mut stop: impl AsyncFnMut(&Window, &str) -> Told,
) -> Told {
    let mut at = async |name: &str| -> Told {
        for theme in ["light", "dark"] {
            window.put_into_theme(theme).await?;
            stop(window, &format!("{name}-{theme}")).await?;
        }
        Ok(())
    };
    at("01-start").await?;
    window.press("radio", "Practice*").await?;
    at("02-start-practice").await?;
    window
        .press("radio", "Your tenant and your organization*")
        .await?;
    guide::make_connection(window).await?;
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
    practice.pull("deactivate_role", ROLE)?;
    window.press("button", "Make 3 changes in Entra").await?;
    window.see("heading", "Microsoft refused*").await?;
    at("08a-trouble").await?;
    practice.pull("activate_role", ROLE)?;
    // What is made stays unseen until the services are poked.
    practice.pull("visibility_delay", r#"{"seconds":600}"#)?;
    window.press("button", "Try the 3 changes again").await?;
    window.see("button", "Stop after this").await?;
    at("08b-wait").await?;
    practice.pull("visibility_delay", "{}")?;
    practice.pull("poke", "{}")?;
    guide::app_added(window).await?;
    at("09-add-app-done").await?;
    window.press("button", "Undo 3 changes*").await?;
    window.see("dialog", "Undo 3 changes*").await?;
    at("09a-undo-asked").await?;
    window.press("button", "Leave everything as it is").await?;
    window.see_no_more("dialog", "*").await?;
    window.key("/").await?;
    window.see("dialog", "*").await?;
    at("09b-jump").await?;
    window.key(Key::Escape).await?;
    window.see_no_more("dialog", "*").await?;
    window.press("button", "Requests*").await?;
    at("10-requests").await?;
    window.press("button", "Requests*").await?;
    guide::to_certificate(window).await?;
    at("15-certificate-proposed").await?;
    guide::certificate_made(window).await?;
    at("16-certificate-done").await?;
    guide::to_saml_details(window).await?;
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
    guide::policy_shown(window).await?;
    at("27a-members-proposed").await?;
    guide::pilot_added(window).await?;
    at("28-enforce-open").await?;
    guide::enforce(window).await?;
    at("29-enforced").await?;
    guide::renewal(window).await?;
    at("29a-renewal").await?;
    for (link, name) in [
        ("The connection", "11-connection"),
        ("0.3 Before you start: Entra*", "12-before-entra-done"),
        (
            "0.4 Before you start: Atlassian*",
            "13-before-atlassian-done",
        ),
        ("Help and keys", "14-help"),
    ] {
        window.press("link", link).await?;
        at(name).await?;
    }
    // Behind a dialog a person reaches no button, so the themes were set without one; here is the button.
    window.press("button", "Theme: dark. *").await?;
    window.see("button", "Theme: as your system. *").await
}
