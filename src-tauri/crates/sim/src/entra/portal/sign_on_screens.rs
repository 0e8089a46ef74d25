//! The screens of single sign-on, and what stands on them: the three values that Atlassian wants, and the certificates.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::screens::Screen;
use crate::page::{area, choice, escape, field, table};
use crate::tempo::http_date;
use crate::tenant::{Kind, Tenant, text};
use crate::wire::{Answer, Host};
use crate::world::World;

/// The forms; `which` is the choice of an application.
pub(super) fn screens(which: &str) -> Vec<Screen> {
    let screen = |title, action, button, fields: &[String]| Screen {
        title,
        action,
        fields: fields.concat(),
        button,
    };
    let app = which.to_owned();
    let thumbprint = field("thumbprint", "Thumbprint", "text", "");
    let who = field("who", "User principal name or group", "text", "");
    let name = field("user_principal_name", "User principal name", "text", "");
    vec![
        screen(
            "Single sign-on: Method",
            "/single-sign-on/mode",
            "Save",
            &[app.clone(), choice("mode", "Method", &modes())],
        ),
        screen(
            "Single sign-on: Basic SAML Configuration",
            "/single-sign-on/basic",
            "Save",
            &[
                app.clone(),
                area("identifiers", "Identifier (Entity ID), one on a line", ""),
                area(
                    "replies",
                    "Reply URL (Assertion Consumer Service URL), one on a line",
                    "",
                ),
                field("sign_on", "Sign on URL", "text", ""),
                field("relay", "Relay State", "text", ""),
            ],
        ),
        screen(
            "Single sign-on: Attributes & Claims",
            "/single-sign-on/claims",
            "Save",
            &[
                app.clone(),
                choice("attribute", "Unique User Identifier", &attributes()),
            ],
        ),
        screen(
            "Single sign-on: New certificate",
            "/single-sign-on/certificate/add",
            "New certificate",
            std::slice::from_ref(&app),
        ),
        screen(
            "Single sign-on: Make certificate active",
            "/single-sign-on/certificate/activate",
            "Make certificate active",
            &[app.clone(), thumbprint.clone()],
        ),
        screen(
            "Single sign-on: Delete certificate",
            "/single-sign-on/certificate/delete",
            "Delete certificate",
            &[app.clone(), thumbprint],
        ),
        screen(
            "Single sign-on: Notification email addresses",
            "/single-sign-on/certificate/notify",
            "Save",
            &[
                app.clone(),
                area("emails", "Notification email addresses, one on a line", ""),
            ],
        ),
        screen(
            "Users and groups: Add user/group",
            "/users-and-groups/add",
            "Assign",
            &[app.clone(), who.clone()],
        ),
        screen(
            "Users and groups: Remove",
            "/users-and-groups/remove",
            "Remove assignment",
            &[app, who],
        ),
        screen(
            "Users: New user",
            "/users/create",
            "Create",
            &new_user(&name),
        ),
        screen("Users: Delete user", "/users/delete", "Delete", &[name]),
    ]
}

fn modes() -> Vec<(String, String)> {
    [
        ("saml", "SAML"),
        ("password", "Password-based"),
        ("", "Disabled"),
    ]
    .map(|(value, words)| (value.to_owned(), words.to_owned()))
    .to_vec()
}

fn attributes() -> Vec<(String, String)> {
    [
        "mail",
        "userprincipalname",
        "onpremisessamaccountname",
        "employeeid",
    ]
    .map(|name| (name.to_owned(), format!("user.{name}")))
    .to_vec()
}

fn new_user(name: &str) -> [String; 4] {
    [
        name.to_owned(),
        field("name", "Display name", "text", ""),
        field("mail", "Email", "text", ""),
        field("password", "Password", "password", ""),
    ]
}

/// What the portal shows of the applications in SAML mode.
pub(super) fn overview(world: &World) -> String {
    let home = &world.tenants[0];
    let rows: Vec<Vec<String>> = home
        .truths(Kind::ServicePrincipal)
        .filter(|body| text(body, "preferredSingleSignOnMode") == "saml")
        .flat_map(|body| certificates(home, body))
        .collect();
    let login = format!("{}/{}/saml2", world.place(Host::Login), home.id);
    let values = [
        vec!["Login URL".to_owned(), code(&login)],
        vec![
            "Microsoft Entra Identifier".to_owned(),
            code(&format!("https://sts.windows.net/{}/", home.id)),
        ],
    ];
    format!(
        "{}{}",
        table("Set up single sign-on", &["Name", "Value"], &values),
        table(
            "SAML Certificates",
            &[
                "Application",
                "Thumbprint",
                "Status",
                "Expires",
                "Certificate (Base64)"
            ],
            &rows
        )
    )
}

fn certificates(home: &Tenant, body: &serde_json::Map<String, Value>) -> Vec<Vec<String>> {
    let id = text(body, "id");
    let active = text(body, "preferredTokenSigningKeyThumbprint");
    home.keys_of(id)
        .map(|key| {
            let status = if key.thumbprint.eq_ignore_ascii_case(active) {
                "Active"
            } else {
                "Inactive"
            };
            let link = format!(
                "/single-sign-on/certificate.cer?thumbprint={}",
                key.thumbprint
            );
            vec![
                escape(text(body, "displayName")),
                code(&key.thumbprint),
                status.to_owned(),
                escape(&http_date(key.ends)),
                format!("<a href=\"{}\">Download</a>", escape(&link)),
            ]
        })
        .collect()
}

/// The download of a certificate.
pub(super) fn download(world: &World, thumbprint: &str) -> Option<Answer> {
    let keys = &world.tenants[0].signing_keys;
    let key = keys
        .iter()
        .find(|key| key.thumbprint.eq_ignore_ascii_case(thumbprint))?;
    let coded = STANDARD.encode(&key.certificate);
    let lines: Vec<&str> = coded
        .as_bytes()
        .chunks(64)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    );
    Some(Answer::text(200, pem))
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}
