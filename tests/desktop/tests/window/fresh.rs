//! From nothing to the verified application, in the fresh practice tenant: once with the mouse, once without.

use desktop::{Start, Told, Window, guide, in_window, see};
use thirtyfour::Key;

#[tokio::test]
async fn a_fresh_tenant_is_connected_by_clicks() -> Told {
    in_window(Start::default(), async |window| {
        guide::start_practice(window, "A fresh start").await?;
        guide::plan(window).await?;
        guide::sign_in(window).await?;
        guide::before_entra(window).await?;
        guide::before_atlassian(window).await?;
        guide::allow_changes(window).await?;
        guide::add_app(window).await?;
        println!("by mouse: {}", window.effort());
        see(
            window.effort().clicks() <= 20,
            "more than twenty clicks to the verified application",
        )
    })
    .await
}

#[tokio::test]
async fn a_fresh_tenant_is_connected_without_a_mouse() -> Told {
    in_window(Start::default(), async |window| {
        window.choose("Practice*").await?;
        window.choose("A fresh start*").await?;
        primary(window, "Start practice").await?;
        window.see("heading", "Plan").await?;
        window.choose("I do both*").await?;
        window.choose("Trial*").await?;
        window.read("Everything here is verified.").await?;
        primary(window, "Continue to 0.2").await?;

        window.choose("Microsoft Graph Command Line Tools*").await?;
        primary(window, "Sign in").await?;
        window.read("Everything here is verified.").await?;
        primary(window, "Continue to 0.3").await?;

        window.see("heading", "Before you start: Entra").await?;
        primary(window, "Sign in to allow reading this").await?;
        window.read("Everything here is verified.").await?;
        primary(window, "Continue to 0.4").await?;

        enter(window, "button", "Accounts and keys").await?;
        enter(window, "button", "Copy: Organization API key").await?;
        window.tab_to("textbox", "Organization API key").await?;
        window.chord(Key::Control, 'v').await?;
        window.key(Key::Enter).await?;
        window.read("Accepted.").await?;
        window.tab_to("checkbox", "I looked at Billing*").await?;
        window.text(" ").await?;
        window.read("You confirmed Atlassian Guard").await?;
        enter(window, "button", "Continue to 1.1").await?;

        primary(window, "Sign in to allow changes").await?;
        primary(window, "Make 3 changes in Entra").await?;
        window.see("heading", "What changed*").await?;
        window.read("Everything here is verified.").await?;
        println!("by keyboard: {}", window.effort());
        see(window.effort().clicks() == 0, "the mouse was used")
    })
    .await
}

/// Ctrl and Enter, once the primary button says this.
async fn primary(window: &Window, name: &str) -> Told {
    window.see_usable("button", name).await?;
    window.chord(Key::Control, Key::Enter).await
}

async fn enter(window: &Window, role: &str, name: &str) -> Told {
    window.tab_to(role, name).await?;
    window.key(Key::Enter).await
}
