//! The pages of the site and of the sign-in service.

use super::desk::USUAL_PASSWORD;
use crate::page::{button, escape, field, form, hidden, page, words};
use crate::wire::Answer;

const SITE: &str = "an Atlassian site";
const SERVICE: &str = "Atlassian's sign-in service";

/// Asks who logs in.
pub(super) fn email() -> Answer {
    let body = [
        words(
            "This stands in for contoso.atlassian.net, the site of the practice organization. People log in to Jira and Confluence here.",
        ),
        form(
            "/login",
            &format!(
                "{}<button type=\"submit\">Continue</button>\n",
                field("email", "Enter your email", "email", "")
            ),
        ),
    ];
    Answer::html(200, page(SITE, "Log in to continue", &body.concat()))
}

/// Asks for the password, and offers single sign-on where it is set up without being enforced.
pub(super) fn password(email: &str, offered: bool, trouble: Option<&str>) -> Answer {
    let alert =
        trouble.map(|told| format!("<p role=\"alert\"><strong>{}</strong></p>\n", escape(told)));
    let fields = [
        hidden("email", email),
        field("password", "Enter your password", "password", ""),
        "<button type=\"submit\">Log in</button>\n".to_owned(),
    ];
    let instead = format!(
        "{}{}",
        hidden("email", email),
        button("sso", "yes", "Log in with single sign-on")
    );
    let body = [
        alert.unwrap_or_default(),
        format!("<p>{}</p>\n", escape(email)),
        form("/login/password", &fields.concat()),
        if offered {
            form("/login", &instead)
        } else {
            String::new()
        },
        words(&format!(
            "Practice passwords: whoever has one in practice's Entra has the same one here; that of everybody else is {USUAL_PASSWORD}"
        )),
    ];
    let status = if trouble.is_some() { 401 } else { 200 };
    Answer::html(status, page(SITE, "Log in to continue", &body.concat()))
}

/// The end of every login.
pub(super) fn logged_in(email: &str) -> Answer {
    let body = [
        format!(
            "<p>Your account is <code id=\"account\">{}</code></p>\n",
            escape(email)
        ),
        form("/logout", "<button type=\"submit\">Log out</button>\n"),
    ];
    finished("You are logged in", &body.concat())
}

/// A page of the site with nothing left to do.
pub(super) fn finished(heading: &str, body: &str) -> Answer {
    Answer::html(200, page(SITE, heading, body))
}

/// An identity provider that is none of practice's: nobody is sent out of this machine.
pub(super) fn nowhere(address: &str) -> Answer {
    let body = words(&format!(
        "The identity provider SSO URL that was saved is {address} and practice has no such address. A real site would send the browser there."
    ));
    Answer::html(
        502,
        page(SITE, "We can't reach your identity provider", &body),
    )
}

/// Why a response was refused.
pub(super) fn refused(why: &str) -> Answer {
    let body = [
        format!("<p role=\"alert\"><strong>{}</strong></p>\n", escape(why)),
        words(
            "Please try again with a different authentication method, or in a private window. If it stays so, contact your administrator.",
        ),
    ];
    Answer::html(
        403,
        page(
            SERVICE,
            "Hmm... We're having trouble logging you in",
            &body.concat(),
        ),
    )
}

/// What the sign-in service is.
pub(super) fn service() -> Answer {
    let body = words(
        "This stands in for Atlassian's sign-in service. The answers of identity providers arrive here.",
    );
    Answer::html(200, page(SERVICE, "Atlassian sign-in", &body))
}

/// An address that leads nowhere.
pub(super) fn not_found() -> Answer {
    Answer::html(
        404,
        page(
            SITE,
            "Page not found",
            &words("There is no such page here."),
        ),
    )
}
