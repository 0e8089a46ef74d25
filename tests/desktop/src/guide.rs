//! The guide as a person with a mouse goes through it: a function a page, each ends where the next begins.

use thirtyfour::Key;

use crate::{Told, Window};

/// Opens a practice connection from the start page.
pub async fn start_practice(window: &Window, scenario: &str) -> Told {
    window.click("radio", "Practice*").await?;
    window.click("radio", &format!("{scenario}*")).await?;
    window.click("button", "Start practice").await?;
    window.see("heading", "Plan").await
}

/// 0.1, both sides in a trial.
pub async fn plan(window: &Window) -> Told {
    window.click("radio", "I do both*").await?;
    window.click("radio", "Trial*").await?;
    window.read("Everything here is verified.").await?;
    window.click("button", "Continue to 0.2").await?;
    window.see("heading", "Sign in to Microsoft").await
}

/// 0.2, the quick way.
pub async fn sign_in(window: &Window) -> Told {
    window
        .click("radio", "Microsoft Graph Command Line Tools*")
        .await?;
    window.click("button", "Sign in").await?;
    window.read("Everything here is verified.").await?;
    window.click("button", "Continue to 0.3").await?;
    window.see("heading", "Before you start: Entra").await
}

/// 0.3, which looks by itself on arrival.
pub async fn before_entra(window: &Window) -> Told {
    window.read("Everything here is verified.").await?;
    window.click("button", "Continue to 0.4").await?;
    window.see("heading", "Before you start: Atlassian").await
}

/// 0.4, with the key that the banner of practice gives.
pub async fn before_atlassian(window: &Window) -> Told {
    window.click("button", "Accounts and keys").await?;
    window.click("button", "Copy: Organization API key").await?;
    window.paste_into("Organization API key").await?;
    give_key(window).await?;
    window.click("button", "Accounts and keys").await?;
    confirm_guard(window).await
}

/// 0.4, the key in its field handed over.
pub async fn give_key(window: &Window) -> Told {
    window.key(Key::Enter).await?;
    window.read("Accepted.").await
}

/// 0.4, what no call tells, and on.
pub async fn confirm_guard(window: &Window) -> Told {
    window.click("checkbox", "I looked at Billing*").await?;
    window.read("You confirmed Atlassian Guard").await?;
    window.click("button", "Continue to 1.1").await?;
    window.see("heading", "Add the Atlassian Cloud app").await
}

/// 1.1, up to the changes that are proposed.
pub async fn allow_changes(window: &Window) -> Told {
    window.click("button", "Sign in to allow changes").await?;
    window.see_usable("button", "Make 3 changes in Entra").await
}

/// 1.1, the changes made and read back.
pub async fn add_app(window: &Window) -> Told {
    window.click("button", "Make 3 changes in Entra").await?;
    window.see("heading", "What changed*").await?;
    window.read("Everything here is verified.").await
}
