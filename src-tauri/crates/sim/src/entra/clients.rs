//! What the sign-in service knows of the applications that send people to it: the registrations of the practice tenant,
//! those that clients create through Graph included, and Microsoft Graph Command Line Tools.

use serde_json::{Map, Value};
use url::Url;

use super::scopes;
use crate::objects::{self, COMMAND_LINE_TOOLS};
use crate::tempo::{Wait, Write};
use crate::tenant::{Kind, text};
use crate::world::World;

/// A registration as sign-in needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    pub id: String,
    pub name: String,
    /// The addresses of a public client.
    pub native: Vec<String>,
    /// The addresses of a web application, which needs a secret.
    pub web: Vec<String>,
    pub many_tenants: bool,
    /// Whether flows without a redirect are allowed.
    pub public_fallback: bool,
    /// Whether the identity token lists the person's roles.
    pub role_claims: bool,
    /// The Graph permissions that the registration lists.
    pub required: Vec<String>,
}

impl Client {
    /// Whether a redirect address is registered; `Some(true)` when it belongs to a web application.
    pub fn redirects_to(&self, address: &str) -> Option<bool> {
        if self
            .native
            .iter()
            .any(|registered| same_redirect(registered, address))
        {
            return Some(false);
        }
        self.web
            .iter()
            .any(|registered| same_redirect(registered, address))
            .then_some(true)
    }
}

/// The registration with that client id.
pub(crate) fn find(world: &World, client_id: &str) -> Option<Client> {
    if world.quirks.unknown_client {
        return None;
    }
    if client_id.eq_ignore_ascii_case(COMMAND_LINE_TOOLS) {
        return Some(command_line_tools());
    }
    world.tenants[0]
        .by_app_id(Kind::Application, client_id)
        .map(registered)
}

/// Makes sure that the tenant has a service principal for a client, as the first consent does.
pub(crate) fn settle_in(world: &mut World, tenant: usize, client_id: &str) {
    if world.tenants[tenant]
        .by_app_id(Kind::ServicePrincipal, client_id)
        .is_some()
    {
        return;
    }
    let created = world.clock.graph_date();
    let wait = if tenant == 0 {
        world.wait(Write::Create)
    } else {
        Wait::Nothing
    };
    let Some(application) = world.tenants[0]
        .by_app_id(Kind::Application, client_id)
        .cloned()
    else {
        return;
    };
    let home = world.tenants[0].id.clone();
    let principal = objects::service_principal(&application, &home, &created);
    world.tenants[tenant].add(Kind::ServicePrincipal, principal, wait);
}

fn command_line_tools() -> Client {
    Client {
        id: COMMAND_LINE_TOOLS.into(),
        name: "Microsoft Graph Command Line Tools".into(),
        native: vec!["http://localhost".into()],
        web: Vec::new(),
        many_tenants: true,
        public_fallback: true,
        role_claims: false,
        required: Vec::new(),
    }
}

fn registered(body: &Map<String, Value>) -> Client {
    let addresses = |part: &str| -> Vec<String> {
        let list = body
            .get(part)
            .and_then(|part| part.get("redirectUris"))
            .and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let required = body
        .get("requiredResourceAccess")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let required =
        required.flat_map(|resource| resource["resourceAccess"].as_array().into_iter().flatten());
    Client {
        id: text(body, "appId").to_owned(),
        name: text(body, "displayName").to_owned(),
        native: addresses("publicClient"),
        web: addresses("web"),
        many_tenants: text(body, "signInAudience") != "AzureADMyOrg",
        public_fallback: body
            .get("isFallbackPublicClient")
            .and_then(Value::as_bool)
            .unwrap_or(false),
        role_claims: text(body, "groupMembershipClaims").contains("DirectoryRole"),
        required: required
            .filter_map(|access| scopes::by_id(access["id"].as_str()?))
            .map(|scope| scope.name.to_owned())
            .collect(),
    }
}

/// The vendor's rule: the port counts for nothing on loopback, everything else must be the same, case included.
fn same_redirect(registered: &str, asked: &str) -> bool {
    let (Ok(one), Ok(two)) = (Url::parse(registered), Url::parse(asked)) else {
        return false;
    };
    let loopback = matches!(one.host_str(), Some("localhost" | "127.0.0.1"));
    one.scheme() == two.scheme()
        && one.host_str() == two.host_str()
        && (loopback || one.port_or_known_default() == two.port_or_known_default())
        && one.path() == two.path()
        && one.query() == two.query()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_ignored_on_loopback_and_the_path_is_not() {
        assert!(same_redirect("http://localhost", "http://localhost:51234"));
        assert!(same_redirect("http://localhost", "http://localhost:51234/"));
        assert!(!same_redirect(
            "http://localhost",
            "http://localhost:51234/callback"
        ));
        assert!(!same_redirect(
            "http://localhost/Back",
            "http://localhost/back"
        ));
        assert!(!same_redirect("http://localhost", "http://127.0.0.1:51234"));
        assert!(!same_redirect(
            "https://app.example/a",
            "https://app.example:444/a"
        ));
    }
}
