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

/// How the role of an assignment stands to those of the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Held {
    /// The one that Lockstep assigns, or default access, which counts like others since 2020 (entra.md 5.1).
    Usual(String),
    /// Another one that the application has for people.
    Other(String),
    /// One that is switched off, not for people, or gone: such an assignment is broken (entra.md 5.1).
    Unusable(String),
}

/// How the role of this id stands.
pub(super) fn held(roles: &[AppRole], id: &str) -> Held {
    let usual = role_for_people(roles);
    let is = |known: &str| known.eq_ignore_ascii_case(id);
    match roles.iter().find(|role| is(&role.id)) {
        _ if is(&usual.id) => Held::Usual(usual.name),
        _ if is(DEFAULT_ACCESS) => Held::Usual("Default access".to_owned()),
        Some(role) if role.is_for_people() => Held::Other(name_of(role).to_owned()),
        Some(role) => Held::Unusable(name_of(role).to_owned()),
        None => Held::Unusable(id.to_owned()),
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
    fn a_role_that_somebody_else_assigned_is_told_from_the_usual_one() {
        let roles = [
            role("m", "msiam_access", true, "User"),
            role("u", "User", true, "User"),
            role("off", "Reader", false, "User"),
            role("p", "Program", true, "Application"),
        ];
        let said = |held: fn(String) -> Held, name: &str| held(name.to_owned());
        let cases = [
            ("u", said(Held::Usual, "User")),
            ("U", said(Held::Usual, "User")),
            (DEFAULT_ACCESS, said(Held::Usual, "Default access")),
            ("m", said(Held::Other, "msiam_access")),
            ("off", said(Held::Unusable, "Reader")),
            ("p", said(Held::Unusable, "Program")),
            ("x", said(Held::Unusable, "x")),
        ];
        for (id, wanted) in cases {
            assert_eq!(held(&roles, id), wanted, "{id}");
        }
        assert_eq!(
            held(&roles[..1], "m"),
            Held::Usual("msiam_access".into()),
            "where there is no other"
        );
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
