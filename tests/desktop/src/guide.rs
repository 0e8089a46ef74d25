//! The guide as a person with a mouse goes through it: a function a page, each ends where the next begins.

use thirtyfour::Key;

use crate::{Admin, Practice, Told, Window, leads, told};

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
    go_on(window, "Continue to 0.2", "Sign in to Microsoft").await
}

/// 0.2, the quick way.
pub async fn sign_in(window: &Window) -> Told {
    window
        .click("radio", "Microsoft Graph Command Line Tools*")
        .await?;
    window.click("button", "Sign in").await?;
    window.read("Everything here is verified.").await?;
    go_on(window, "Continue to 0.3", "Before you start: Entra").await
}

/// 0.3, which asks for the rights to read and then looks by itself.
pub async fn before_entra(window: &Window) -> Told {
    window
        .click("button", "Sign in to allow reading this")
        .await?;
    window.read("Everything here is verified.").await?;
    go_on(window, "Continue to 0.4", "Before you start: Atlassian").await
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
    go_on(window, "Continue to 1.1", "Add the Atlassian Cloud app").await
}

/// From the start page to the changes of 1.1, over practice services that run beside the window.
pub async fn begin_over(window: &Window, practice: &Practice) -> Told {
    window
        .type_into("Name of the connection", "Contoso")
        .await?;
    window.click("button", "Make the connection").await?;
    plan(window).await?;
    sign_in(window).await?;
    before_entra(window).await?;
    window
        .type_into("Organization API key", &practice.value("organization_key")?)
        .await?;
    give_key(window).await?;
    confirm_guard(window).await?;
    allow_changes(window).await
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

/// From 1.1 on to 1.2, the certificate made and active.
pub async fn certificate(window: &Window) -> Told {
    window.click("button", "Continue to 1.2").await?;
    window
        .see("heading", "Certificate and Entra values")
        .await?;
    made(window, "Make 4 changes in Entra").await?;
    go_on(window, "Continue to 1.3", "Atlassian SAML details").await
}

/// 1.3, the three values pasted at Atlassian and the two addresses brought back.
pub async fn saml_details(window: &Window) -> Told {
    let values = [
        "Identity provider Entity ID",
        "Identity provider SSO URL",
        "Public x509 certificate",
    ];
    let mut copied = Vec::new();
    for label in values {
        copied.push(window.value_to_copy(label).await?);
        window.click("button", &format!("Copy: {label}")).await?;
    }
    let admin = Admin::at(&window.leads_to("Open Atlassian Administration*").await?)?;
    let page = admin.send(
        "/identity-providers/add",
        &[("name", "Contoso Entra"), ("way", "manual")],
    )?;
    let directory = told(&page, "directory-id")?;
    let page = admin.send(
        "/identity-providers/saml",
        &[
            ("directory", &directory),
            ("entity_id", &copied[0]),
            ("sso_url", &copied[1]),
            ("certificate", &copied[2]),
        ],
    )?;
    admin.send(
        "/identity-providers/link-domain",
        &[("directory", &directory), ("domain", "contoso.com")],
    )?;
    window
        .type_into(
            "Service provider entity URL",
            &told(&page, "sp-entity-url")?,
        )
        .await?;
    window
        .type_into(
            "Service provider assertion consumer service URL",
            &told(&page, "sp-acs-url")?,
        )
        .await?;
    window.read("6 of 6 passed").await?;
    go_on(window, "Continue to 1.4", "Basic SAML configuration").await
}

/// 1.4, the addresses written.
pub async fn basic_saml(window: &Window) -> Told {
    made(window, "Make 3 changes in Entra").await?;
    go_on(window, "Continue to 1.5", "Choose the e-mail attribute").await
}

/// 1.5, counted, and the proposal taken.
pub async fn email_attribute(window: &Window) -> Told {
    window
        .click("button", "Sign in to allow reading this")
        .await?;
    window.read("fits 420 of 420 people").await?;
    go_on(window, "Continue to 1.6", "Attributes and claims").await
}

/// 1.6, in which nothing has to change.
pub async fn claims(window: &Window) -> Told {
    window.click("button", "Sign in to allow changes").await?;
    window.read("No policy overrides").await?;
    go_on(window, "Continue to 1.7", "Pilot people").await
}

/// 1.7, one person of the company.
pub async fn pilot(window: &Window) -> Told {
    window
        .find("Which person or group*", "alex", "Alex Wilber*")
        .await?;
    made(window, "Make 1 change in Entra").await
}

/// 1.8, a log-in in a private window, and what was seen there.
pub async fn test_login(window: &Window) -> Told {
    go_on(window, "Continue to 1.8", "Test log-in").await?;
    window
        .click("button", "Sign in to allow reading this")
        .await?;
    window.click("button", "From the site*").await?;
    window
        .click("radio", "The person came in through Microsoft’s page*")
        .await?;
    window.read("came in through Entra").await?;
    // Atlassian's log is some seconds behind; the page looks again by itself.
    window.read("Everything here is verified.").await
}

/// 1.9, up to the lock that is open: a policy made by hand, its address brought back, the pilot added.
pub async fn policy(window: &Window) -> Told {
    let admin = Admin::at(&window.leads_to("Open Atlassian Administration*").await?)?;
    let page = admin.page()?;
    let directory = told(&page, "directory-id")?;
    let page = admin.send(
        "/policies/add",
        &[("directory", &directory), ("name", "Pilot SSO")],
    )?;
    let address = leads(&page, "policy-address")?;
    window
        .type_into("Address of the policy’s page", &address)
        .await?;
    window
        .click("checkbox", "I looked at the policy’s settings*")
        .await?;
    // Nobody can be taken out of a policy again, so its name is typed first.
    window
        .type_into("Type the name to go on: Pilot SSO*", "Pilot SSO")
        .await?;
    window.click("button", "Make 1 change in Atlassian").await?;
    window.see("heading", "What changed*").await?;
    window.click("button", "Save way-back.txt*").await?;
    window.read("Unlocked: all 4 hold").await
}

/// 1.9, the name typed, single sign-on enforced by hand, and said so.
pub async fn enforce(window: &Window) -> Told {
    window
        .type_into("Type the name of the policy: Pilot SSO*", "Pilot SSO")
        .await?;
    window.see("heading", "Do this").await?;
    let address = window.leads_to("Open the policy*").await?;
    let policy = address
        .trim_end_matches("/edit")
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let admin = Admin::at(&address)?;
    admin.send(
        "/policies/enforce",
        &[("policy", policy), ("enforce", "yes")],
    )?;
    window.click("button", "I did this at Atlassian").await?;
    window
        .click("radio", "Atlassian sent them to Microsoft at once*")
        .await?;
    Ok(())
}

/// On to the next page, once nothing is looked at any more: then the button for it is the main one and stays so.
pub async fn go_on(window: &Window, button: &str, heading: &str) -> Told {
    window.see_no_more("button", "Looking").await?;
    window.click("button", button).await?;
    window.see("heading", heading).await
}

/// Changes made and read back.
async fn made(window: &Window, button: &str) -> Told {
    window.click("button", button).await?;
    window.see("heading", "What changed*").await?;
    window.read("Everything here is verified.").await
}
