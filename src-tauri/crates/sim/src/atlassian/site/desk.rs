//! What the site remembers: who is logged in, who was sent to an identity provider, and which assertions were used.

use std::collections::{HashMap, HashSet};

use crate::world::World;

/// The password of every Atlassian account whose owner has none in practice's Entra. There is nothing to protect.
pub(crate) const USUAL_PASSWORD: &str = "practice";

/// Somebody who was sent to an identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    /// The ID of the request.
    pub request: String,
    /// The address that was entered.
    pub email: String,
    pub connection: String,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct SiteDesk {
    /// Addresses of logged-in accounts by the value of the cookie.
    pub sessions: HashMap<String, String>,
    /// Logins on their way from the sign-in service to the site.
    pub tickets: HashMap<String, String>,
    /// By what the identity provider gives back along with its answer.
    pub pending: HashMap<String, Pending>,
    /// The IDs of assertions that were used.
    pub used: HashSet<String>,
}

/// The Atlassian password of an account: the one in Entra for those who have one there, so that nobody needs a second list.
pub(crate) fn password_of(world: &World, email: &str) -> String {
    let home = &world.tenants[0];
    let own = home.accounts.iter().find(|account| {
        home.person(&account.person).is_some_and(|person| {
            let mail = person.mail.as_deref().unwrap_or_default();
            [mail, &person.user_principal_name]
                .iter()
                .any(|name| name.eq_ignore_ascii_case(email))
        })
    });
    own.map_or_else(
        || USUAL_PASSWORD.to_owned(),
        |account| account.password.clone(),
    )
}
