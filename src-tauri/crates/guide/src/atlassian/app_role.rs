//! Which role of the application somebody is assigned with (entra.md 5.1). The roles are read live: their ids differ
//! from template to template.

use connect::entra::AppRole;

/// The role that stands for “none” where an application has no roles. Where it has some, Microsoft refuses this one.
const DEFAULT_ACCESS: &str = "00000000-0000-0000-0000-000000000000";
/// The role that every SAML application of the gallery has beside its own.
const MARKER: &str = "msiam_access";

/// A role to assign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Role {
    pub id: String,
    pub name: String,
}

/// The role for people and groups: “User”; else the application's own one; else the gallery's; else default access.
pub(super) fn role_for_people(roles: &[AppRole]) -> Role {
    let usable: Vec<&AppRole> = roles.iter().filter(|role| role.is_for_people()).collect();
    let first = |is: &dyn Fn(&str) -> bool| {
        let found = usable.iter().find(|role| is(name_of(role)));
        found.copied()
    };
    let user = first(&|name| name.eq_ignore_ascii_case("User"));
    let own = first(&|name| !name.eq_ignore_ascii_case(MARKER));
    // Whatever is left then is the marker.
    match user.or(own).or(usable.first().copied()) {
        Some(role) => Role {
            id: role.id.clone(),
            name: name_of(role).to_owned(),
        },
        None => Role {
            id: DEFAULT_ACCESS.to_owned(),
            name: "Default access".to_owned(),
        },
    }
}

fn name_of(role: &AppRole) -> &str {
    role.display_name.as_deref().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(id: &str, name: &str, enabled: bool, kind: &str) -> AppRole {
        serde_json::from_value(serde_json::json!({
            "id": id, "displayName": name, "isEnabled": enabled, "allowedMemberTypes": [kind],
        }))
        .expect("a role")
    }

    #[test]
    fn the_rule_over_all_kinds_of_applications() {
        let user = || role("u", "User", true, "User");
        let marker = || role("m", "msiam_access", true, "User");
        let own = || role("o", "Editor", true, "User");
        let table: &[(&str, Vec<AppRole>, &str)] = &[
            ("gallery", vec![marker(), user()], "u"),
            (
                "in small letters",
                vec![marker(), role("l", "user", true, "User")],
                "l",
            ),
            ("a role of its own", vec![marker(), own()], "o"),
            ("User before its own", vec![own(), user()], "u"),
            ("the marker only", vec![marker()], "m"),
            ("none", vec![], DEFAULT_ACCESS),
            (
                "User is switched off",
                vec![role("u", "User", false, "User"), marker()],
                "m",
            ),
            (
                "for programs only",
                vec![role("p", "User", true, "Application")],
                DEFAULT_ACCESS,
            ),
        ];
        for (what, roles, id) in table {
            assert_eq!(role_for_people(roles).id, *id, "{what}");
        }
    }
}
