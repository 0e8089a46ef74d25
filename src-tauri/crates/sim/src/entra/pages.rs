//! The pages of the sign-in service, and the contract of their forms. Programs post the same forms as people do:
//!
//! | page | posts to | fields |
//! | --- | --- | --- |
//! | Pick an account | `/common/login` | `flow` (hidden), `login` (a user principal name), `passwd` |
//! | Permissions requested | `/common/consent` | `flow` (hidden), `org_consent` = `true` when ticked, `decision` = `accept` or `cancel` |
//! | Any page that ends a sign-in | `/common/return` | `flow` (hidden): goes back to the application with the error |
//! | Enter code | `/device` | `user_code` |
//!
//! A form's answer is the next page, or a redirect (302) to the application's address.

use super::desk::Stop;
use super::errors::described;
use super::scopes;
use crate::page::{button, escape, field, form, hidden, page, tick, words};
use crate::wire::Answer;
use crate::world::World;

const SERVICE: &str = "the Microsoft identity platform";

/// Asks who signs in. Practice passwords stand on the page, since there is nothing to protect.
pub(crate) fn sign_in(
    world: &World,
    flow: &str,
    hint: Option<&str>,
    application: &str,
    trouble: Option<&str>,
) -> Answer {
    let mut body = words(&format!("Sign in to continue to {application}."));
    if let Some(trouble) = trouble {
        body.push_str(&format!(
            "<p role=\"alert\"><strong>{}</strong></p>\n",
            escape(trouble)
        ));
    }
    let tenant = &world.tenants[0];
    let mut accounts = String::from("<h2>Pick an account</h2>\n");
    for index in &world.handover.accounts {
        let account = &tenant.accounts[*index];
        let name = tenant.name_of(account);
        let inner = format!(
            "{}{}{}",
            hidden("flow", flow),
            hidden("passwd", &account.password),
            button("login", &name, &format!("{name} ({})", account.about))
        );
        accounts.push_str(&form("/common/login", &inner));
    }
    let own = format!(
        "<h2>Use another account</h2>\n{}{}{}<button type=\"submit\">Sign in</button>\n",
        hidden("flow", flow),
        field(
            "login",
            "Email or user name",
            "text",
            hint.unwrap_or_default()
        ),
        field("passwd", "Password", "password", "")
    );
    body.push_str(&accounts);
    body.push_str(&form("/common/login", &own));
    let status = if trouble.is_some() { 401 } else { 200 };
    Answer::html(status, page(SERVICE, "Sign in", &body))
}

/// Asks for consent to the permissions in words.
pub(crate) fn consent(
    flow: &str,
    application: &str,
    account: &str,
    missing: &[String],
    administrator: bool,
) -> Answer {
    let mut body = words(&format!(
        "{account}, the application {application} would like to:"
    ));
    body.push_str("<ul>\n");
    for name in missing {
        let told = scopes::known(name).map_or(name.as_str(), |scope| scope.words);
        body.push_str(&format!(
            "<li>{} <code>{}</code></li>\n",
            escape(told),
            escape(name)
        ));
    }
    body.push_str("</ul>\n");
    let mut fields = hidden("flow", flow);
    if administrator {
        fields.push_str(&tick(
            "org_consent",
            "true",
            "Consent on behalf of your organization",
        ));
    }
    fields.push_str(&button("decision", "accept", "Accept"));
    fields.push_str(&button("decision", "cancel", "Cancel"));
    body.push_str(&form("/common/consent", &fields));
    Answer::html(200, page(SERVICE, "Permissions requested", &body))
}

/// Says why the sign-in ends here and offers the way back to the application.
pub(crate) fn stopped(flow: &str, stop: &Stop, correlation: &str) -> Answer {
    let heading = match stop.code {
        90094 => "Approval required",
        53003 => "You cannot access this right now",
        _ => "Sorry, but we're having trouble signing you in",
    };
    let mut body = words(&described(stop.code, &stop.words));
    body.push_str(&words(&format!("Correlation ID: {correlation}")));
    body.push_str(&form(
        "/common/return",
        &format!(
            "{}<button type=\"submit\">Return to the application without signing in</button>\n",
            hidden("flow", flow)
        ),
    ));
    Answer::html(200, page(SERVICE, heading, &body))
}

/// An error that must not be told to the application, since nobody knows whose address it is.
pub(crate) fn error(status: u16, code: u32, told: &str, correlation: &str) -> Answer {
    let mut body = words(&described(code, told));
    body.push_str(&words(&format!("Correlation ID: {correlation}")));
    Answer::html(
        status,
        page(
            SERVICE,
            "Sorry, but we're having trouble signing you in",
            &body,
        ),
    )
}

/// Asks for the code that a device shows.
pub(crate) fn device(trouble: Option<&str>) -> Answer {
    let mut body = String::new();
    if let Some(trouble) = trouble {
        body.push_str(&format!(
            "<p role=\"alert\"><strong>{}</strong></p>\n",
            escape(trouble)
        ));
    }
    body.push_str(&words("Enter the code displayed on your app or device."));
    body.push_str(&form(
        "/device",
        &format!(
            "{}<button type=\"submit\">Next</button>\n",
            field("user_code", "Code", "text", "")
        ),
    ));
    Answer::html(200, page(SERVICE, "Enter code", &body))
}

/// Says that nothing more is to be done here.
pub(crate) fn finished(heading: &str, told: &str) -> Answer {
    Answer::html(200, page(SERVICE, heading, &words(told)))
}
