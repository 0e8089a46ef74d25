//! The guide as a person with a mouse goes through it: a function a page, each ends where the next begins.

use thirtyfour::Key;

use crate::{Admin, Practice, Told, Window, leads, told};

/// Opens a practice connection from the start page.
pub async fn start_practice(window: &Window, scenario: &str) -> Told {
    window.press("radio", "Practice*").await?;
    window.press("radio", &format!("{scenario}*")).await?;
    window.press("button", "Start practice").await?;
    window.see("heading", "Plan").await
}

/// 0.1, both sides in a trial.
pub async fn plan(window: &Window) -> Told {
    window.press("radio", "I do both*").await?;
    window.press("radio", "Trial*").await?;
    window.read("Everything here is verified.").await?;
    go_on(window, "Continue to 0.2", "Sign in to Microsoft").await
}

/// 0.2, the quick way.
pub async fn sign_in(window: &Window) -> Told {
    window
        .press("radio", "Microsoft Graph Command Line Tools*")
        .await?;
    window.press("button", "Sign in").await?;
    window.read("Everything here is verified.").await?;
    go_on(window, "Continue to 0.3", "Before you start: Entra").await
}

/// 0.3, which asks for the rights to read and then looks by itself.
pub async fn before_entra(window: &Window) -> Told {
    window
        .press("button", "Sign in to allow reading this")
        .await?;
    window.read("Everything here is verified.").await?;
    go_on(window, "Continue to 0.4", "Before you start: Atlassian").await
}

/// 0.4, with the key that the banner of practice gives.
pub async fn before_atlassian(window: &Window) -> Told {
    window.press("button", "Accounts and keys").await?;
    window.copy("Organization API key").await?;
    window.paste_into("Organization API key").await?;
    give_key(window).await?;
    window.press("button", "Accounts and keys").await?;
    confirm_guard(window).await
}

/// 0.4, the key in its field handed over.
pub async fn give_key(window: &Window) -> Told {
    window.key(Key::Enter).await?;
    window.read("Accepted.").await
}

/// 0.4, what no call tells, and on.
pub async fn confirm_guard(window: &Window) -> Told {
    window.press("checkbox", "I looked at Billing*").await?;
    window.read("You confirmed Atlassian Guard").await?;
    go_on(window, "Continue to 1.1", "Add the Atlassian Cloud app").await
}

/// From the start page to the changes of 1.1, over practice services that run beside the window.
pub async fn begin_over(window: &Window, practice: &Practice) -> Told {
    begin_until_the_app(window, practice).await?;
    allow_changes(window).await
}

/// From the start page to 0.1, with the services that the window was started over.
pub async fn make_connection(window: &Window) -> Told {
    window
        .type_into("Name of the connection", "Contoso")
        .await?;
    window.press("button", "Make the connection").await?;
    window.see("heading", "Plan").await
}

/// From the start page to 1.1, over practice services that run beside the window.
pub async fn begin_until_the_app(window: &Window, practice: &Practice) -> Told {
    make_connection(window).await?;
    plan(window).await?;
    sign_in(window).await?;
    before_entra(window).await?;
    let key = practice.value("organization_key")?;
    paste_from_elsewhere(window, "Organization API key", &key).await?;
    give_key(window).await?;
    confirm_guard(window).await
}

/// 1.1, up to the changes that are proposed.
pub async fn allow_changes(window: &Window) -> Told {
    window.press("button", "Sign in to allow changes").await?;
    window.see_usable("button", "Make 3 changes in Entra").await
}

/// 1.1, the changes made and read back.
pub async fn add_app(window: &Window) -> Told {
    window.press("button", "Make 3 changes in Entra").await?;
    app_added(window).await
}

/// 1.1, once the changes are under way.
pub async fn app_added(window: &Window) -> Told {
    window.see("heading", "What changed*").await?;
    window.read("Everything here is verified.").await
}

/// 1.1, the application that somebody made taken over.
pub async fn take_over_app(window: &Window) -> Told {
    window.press("radio", "Take over Atlassian Cloud*").await?;
    window.press("radio", "Nobody does*").await?;
    window.press("button", "Sign in to allow changes").await?;
    window.press("button", "Make *").await?;
    window.see("heading", "What changed*").await?;
    // The next page looks into what is warned of here.
    window.read("Single sign-on is set to saml already").await
}

/// From 1.1 on to 1.3, the certificate made and active.
pub async fn certificate(window: &Window) -> Told {
    to_certificate(window).await?;
    certificate_made(window).await?;
    to_saml_details(window).await
}

/// 1.2, up to the changes that are proposed.
pub async fn to_certificate(window: &Window) -> Told {
    go_on(window, "Continue to 1.2", "Certificate and Entra values").await?;
    window.see_usable("button", "Make *").await
}

/// 1.2, the changes made and read back.
pub async fn certificate_made(window: &Window) -> Told {
    made(window).await
}

/// On to 1.3.
pub async fn to_saml_details(window: &Window) -> Told {
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
        window.copy(label).await?;
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
    for (field, id) in [
        ("Service provider entity URL", "sp-entity-url"),
        (
            "Service provider assertion consumer service URL",
            "sp-acs-url",
        ),
    ] {
        paste_from_elsewhere(window, field, &told(&page, id)?).await?;
    }
    // What was saved at Atlassian no call tells; the test log-in does.
    window
        .read("Nothing failed. 1 check could not be looked at.")
        .await?;
    go_on(window, "Continue to 1.4", "Basic SAML configuration").await
}

/// 1.4, the addresses written.
pub async fn basic_saml(window: &Window) -> Told {
    made(window).await?;
    go_on(window, "Continue to 1.5", "Choose the e-mail attribute").await
}

/// 1.4 where others wrote addresses before, which stay beside ours.
pub async fn basic_saml_beside_others(window: &Window) -> Told {
    window.press("radio", "They stay*").await?;
    basic_saml(window).await
}

/// 1.5, counted, and the proposal taken.
pub async fn email_attribute(window: &Window) -> Told {
    window
        .press("button", "Sign in to allow reading this")
        .await?;
    window.read("fits 420 of 420 people").await?;
    go_on(window, "Continue to 1.6", "Attributes and claims").await
}

/// 1.6, in which nothing has to change.
pub async fn claims(window: &Window) -> Told {
    window.press("button", "Sign in to allow changes").await?;
    window.read("No policy overrides").await?;
    go_on(window, "Continue to 1.7", "Pilot people").await
}

/// 1.7, one person of the company.
pub async fn pilot(window: &Window) -> Told {
    window
        .find("Which person or group*", "alex", "Alex Wilber*")
        .await?;
    made(window).await
}

/// 1.7, a group that is assigned already: nothing is changed.
pub async fn pilot_as_it_is(window: &Window, group: &str) -> Told {
    let field = "Which person or group*";
    window.find(field, "jira", &format!("{group}*")).await?;
    window.read("Everything here is verified.").await
}

/// From the application to a person who tries it first, where nobody began before.
pub async fn to_a_pilot(window: &Window) -> Told {
    certificate(window).await?;
    saml_details(window).await?;
    basic_saml(window).await?;
    email_attribute(window).await?;
    claims(window).await?;
    pilot(window).await
}

/// From the application to single sign-on enforced for a person.
pub async fn to_an_enforced_pilot(window: &Window) -> Told {
    to_a_pilot(window).await?;
    to_enforced(window).await
}

/// From a pilot to single sign-on enforced for it, and proven after it.
pub async fn to_enforced(window: &Window) -> Told {
    test_login(window).await?;
    enforced_after_the_log_in(window).await
}

/// The same with a pilot of several, of whom one logs in.
pub async fn to_enforced_for_a_group(window: &Window) -> Told {
    go_on(window, "Continue to 1.8", "Test log-in").await?;
    window.find("Who logs in?*", "alex", "Alex Wilber*").await?;
    window
        .read("Nothing about the person stands in the way")
        .await?;
    log_in(window).await?;
    enforced_after_the_log_in(window).await
}

async fn enforced_after_the_log_in(window: &Window) -> Told {
    go_on(window, "Continue to 1.9", "Policy and enforcement").await?;
    policy(window).await?;
    enforce(window).await?;
    window.read("Everything here is verified.").await
}

/// 1.8, a log-in in a private window, and what was seen there.
pub async fn test_login(window: &Window) -> Told {
    go_on(window, "Continue to 1.8", "Test log-in").await?;
    log_in(window).await
}

async fn log_in(window: &Window) -> Told {
    window
        .press("button", "Sign in to allow reading this")
        .await?;
    window.press("button", "From the site*").await?;
    // What is said counts for the log-in before it, so that one has to be over.
    window.see_usable("button", "From the site*").await?;
    window
        .press("radio", "The person came in through Microsoft’s page*")
        .await?;
    window.read("came in through Entra").await?;
    // Atlassian's log is some seconds behind; the page looks again by itself.
    window.read("Everything here is verified.").await
}

/// 1.9, up to the lock that is open: a policy made by hand, its address brought back, the pilot added.
pub async fn policy(window: &Window) -> Told {
    policy_shown(window).await?;
    pilot_added(window).await
}

/// 1.9, up to the pilot that is proposed for the policy.
pub async fn policy_shown(window: &Window) -> Told {
    let admin = Admin::at(&window.leads_to("Open Atlassian Administration*").await?)?;
    let page = admin.page()?;
    let directory = told(&page, "directory-id")?;
    let page = admin.send(
        "/policies/add",
        &[("directory", &directory), ("name", "Pilot SSO")],
    )?;
    let address = leads(&page, "policy-address")?;
    paste_from_elsewhere(window, "Address of the policy’s page", &address).await?;
    window.press("radio", "It does not enforce yet*").await?;
    window.read("Type the name to go on: Pilot SSO").await
}

/// 1.9, the pilot put into the policy.
pub async fn pilot_added(window: &Window) -> Told {
    // Nobody can be taken out of a policy again, so its name is typed first.
    window
        .fill("Type the name to go on: Pilot SSO*", "Pilot SSO")
        .await?;
    window.press("button", "Make 1 change at Atlassian").await?;
    window.see("heading", "What changed*").await?;
    // While it is read back the page still grows, and a click could miss what it is meant for.
    for running in ["Reading back", "Looking"] {
        window.see_no_more("button", running).await?;
    }
    window.press("button", "Save way-back.txt*").await?;
    window.read("Unlocked: all 4 hold").await
}

/// 1.2 again, while it is enforced: another certificate made, up to the question whether Atlassian has it.
pub async fn renewal(window: &Window) -> Told {
    window
        .press("link", "1.2 Certificate and Entra values*")
        .await?;
    window.press("radio", "Make a new one*").await?;
    window.press("button", "Make 1 change in Entra").await?;
    window
        .press("checkbox", "Change it although single sign-on is enforced*")
        .await?;
    window.read("The new certificate at Atlassian").await
}

/// 1.9, the name typed, single sign-on enforced by hand, and said so.
pub async fn enforce(window: &Window) -> Told {
    window
        .fill("Type the name of the policy: Pilot SSO*", "Pilot SSO")
        .await?;
    window.see("heading", "Do this").await?;
    let address = window.leads_to("Open the policy*").await?;
    let policy = policy_of(&address);
    let admin = Admin::at(&address)?;
    admin.send(
        "/policies/enforce",
        &[("policy", policy), ("enforce", "yes")],
    )?;
    window.press("button", "I did this at Atlassian").await?;
    window
        .press("radio", "Atlassian sent them to Microsoft at once*")
        .await?;
    Ok(())
}

/// The policy's id, of the address of its page.
fn policy_of(address: &str) -> &str {
    let page = address.trim_end_matches("/edit").rsplit('/').next();
    page.unwrap_or_default()
}

/// A value that a page elsewhere shows, brought into a field.
async fn paste_from_elsewhere(window: &Window, field: &str, value: &str) -> Told {
    window.copied_elsewhere(value).await?;
    window.paste_into(field).await
}

/// 1.9, enforcing switched off and everything taken down at Atlassian, by hand, and said so.
pub async fn take_back_by_hand(window: &Window, members: &[String]) -> Told {
    let address = window.leads_to("Open the policy*").await?;
    let admin = Admin::at(&address)?;
    let policy = policy_of(&address);
    admin.send(
        "/policies/enforce",
        &[("policy", policy), ("enforce", "no")],
    )?;
    for member in members {
        admin.send(
            "/policies/members/remove",
            &[("policy", policy), ("email", member)],
        )?;
    }
    admin.send("/policies/delete", &[("policy", policy)])?;
    let directory = told(&admin.page()?, "directory-id")?;
    let directory = ("directory", directory.as_str());
    admin.send(
        "/identity-providers/unlink-domain",
        &[directory, ("domain", "contoso.com")],
    )?;
    admin.send("/identity-providers/saml/delete", &[directory])?;
    admin.send("/identity-providers/delete", &[directory])?;
    window.press("button", "I took this back by hand").await
}

/// Everything that was made in Entra undone, from the page of the connection.
pub async fn undo_all(window: &Window) -> Told {
    window.press("link", "The connection").await?;
    window.press("button", "Undo all*").await?;
    window.see("dialog", "Undo *").await?;
    window.press("button", "Undo *").await?;
    // It ends on 1.1, where it can be made again.
    window.see_usable("button", "Make *").await
}

/// On to the next page, once nothing is looked at any more: then the button for it is the main one and stays so.
pub async fn go_on(window: &Window, button: &str, heading: &str) -> Told {
    window.see_no_more("button", "Looking").await?;
    window.press("button", button).await?;
    window.see("heading", heading).await
}

/// Changes made and read back.
async fn made(window: &Window) -> Told {
    window.press("button", "Make *").await?;
    window.see("heading", "What changed*").await?;
    window.read("Everything here is verified.").await
}
