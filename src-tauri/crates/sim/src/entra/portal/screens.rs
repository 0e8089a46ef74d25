//! The page with every screen of the portal, one form after the other.

use serde_json::Value;

use super::sign_on_screens;
use crate::page::{button, choice, escape, field, form, table};
use crate::roles::ROLES;
use crate::tenant::{Kind, Tenant, text};
use crate::world::World;

/// Values with their words, for a choice.
type Options = Vec<(String, String)>;

/// All screens.
pub(super) fn overview(world: &World) -> String {
    let acting = choice("account", "Acting as", &accounts(world));
    let mut html = applications(&world.tenants[0]);
    html.push_str(&sign_on_screens::overview(world));
    for screen in screens(&world.tenants[0]) {
        let fields = format!(
            "{acting}{}{}",
            screen.fields,
            button("send", "yes", screen.button)
        );
        html.push_str(&format!(
            "<h2>{}</h2>\n{}",
            escape(screen.title),
            form(screen.action, &fields)
        ));
    }
    html
}

/// A form, with what stands above it and on its button.
pub(super) struct Screen {
    pub title: &'static str,
    pub action: &'static str,
    pub fields: String,
    pub button: &'static str,
}

fn screens(home: &Tenant) -> Vec<Screen> {
    let screen = |title, action, button, fields| Screen {
        title,
        action,
        fields,
        button,
    };
    let which = choice("id", "Application", &principals(home));
    let owner = field("owner", "User principal name", "text", "");
    let bin = choice("id", "Application", &deleted(home));
    let sign_on = sign_on_screens::screens(&which);
    let mut screens = vec![
        screen(
            "Enterprise applications: New application",
            "/gallery/create",
            "Create",
            new_application(home),
        ),
        screen(
            "Enterprise applications: Properties",
            "/applications/properties",
            "Save",
            format!("{which}{}", properties()),
        ),
        screen(
            "Enterprise applications: Owners",
            "/applications/owners",
            "Add",
            format!("{which}{owner}"),
        ),
        screen(
            "Enterprise applications: Delete",
            "/applications/delete",
            "Delete",
            which,
        ),
        screen(
            "App registrations: Deleted applications",
            "/deleted/restore",
            "Restore app registration",
            bin,
        ),
        screen(
            "Privileged Identity Management: My roles",
            "/roles/activate",
            "Activate",
            activation(),
        ),
        screen(
            "App registrations: New registration",
            "/registrations/create",
            "Register",
            registration(),
        ),
        screen(
            "Enterprise applications: Permissions",
            "/consent/grant",
            "Grant admin consent for Contoso",
            permissions(),
        ),
    ];
    screens.extend(sign_on);
    screens
}

fn new_application(home: &Tenant) -> String {
    let word =
        |template: &Value, name: &str| template[name].as_str().unwrap_or_default().to_owned();
    let templates: Options = home
        .templates
        .iter()
        .map(|template| (word(template, "id"), word(template, "displayName")))
        .collect();
    format!(
        "{}{}",
        choice("template", "Application", &templates),
        field("name", "Name", "text", "Atlassian Cloud")
    )
}

fn properties() -> String {
    let answers =
        [("yes", "Yes"), ("no", "No")].map(|(value, words)| (value.to_owned(), words.to_owned()));
    format!(
        "{}{}",
        field("name", "Name", "text", ""),
        choice("enabled", "Enabled for users to sign-in?", &answers)
    )
}

fn activation() -> String {
    let roles = ROLES.map(|role| (role.name.to_owned(), role.name.to_owned()));
    format!(
        "{}{}",
        choice("role", "Role", &roles),
        field("justification", "Reason", "text", "")
    )
}

fn registration() -> String {
    let redirect = field(
        "redirect_uri",
        "Redirect URI (public client)",
        "text",
        "http://localhost",
    );
    format!("{}{redirect}", field("name", "Name", "text", ""))
}

fn permissions() -> String {
    let client = field("client_id", "Application (client) ID", "text", "");
    format!(
        "{client}{}",
        field("scope", "Permissions", "text", "User.Read")
    )
}

fn accounts(world: &World) -> Options {
    let home = &world.tenants[0];
    let accounts = world
        .handover
        .accounts
        .iter()
        .map(|index| &home.accounts[*index]);
    let named = accounts.map(|account| (home.name_of(account), account.about));
    named
        .map(|(name, about)| (name.clone(), format!("{name} ({about})")))
        .collect()
}

fn principals(home: &Tenant) -> Options {
    let label = |id: &str, name: &str| (id.to_owned(), format!("{name} ({id})"));
    home.truths(Kind::ServicePrincipal)
        .map(|body| label(text(body, "id"), text(body, "displayName")))
        .collect()
}

fn deleted(home: &Tenant) -> Options {
    let applications = home
        .deleted
        .iter()
        .filter(|item| item.kind == Kind::Application);
    applications
        .map(|item| (item.id.clone(), text(&item.body, "displayName").to_owned()))
        .collect()
}

fn applications(home: &Tenant) -> String {
    let rows: Vec<Vec<String>> = home
        .truths(Kind::ServicePrincipal)
        .map(|body| {
            let owners: Vec<String> = home
                .owners
                .get(text(body, "id"))
                .into_iter()
                .flatten()
                .filter_map(|id| home.person(id))
                .map(|person| person.display_name())
                .collect();
            let enabled = if body.get("accountEnabled") == Some(&Value::Bool(true)) {
                "Yes"
            } else {
                "No"
            };
            vec![
                escape(text(body, "displayName")),
                escape(text(body, "id")),
                escape(text(body, "appId")),
                enabled.to_owned(),
                escape(&owners.join(", ")),
            ]
        })
        .collect();
    table(
        "Enterprise applications",
        &["Name", "Object ID", "Application ID", "Enabled", "Owners"],
        &rows,
    )
}
