//! Names that Microsoft's and Atlassian's answers give as ids, in words.

/// A directory role that matters here.
pub(crate) struct Role {
    /// The role's template id, the same in every tenant.
    pub template: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Whether it may add and set up applications.
    pub adds_applications: bool,
}

/// entra.md 2.2. Privileged Role Administrator alone can't even create the application, so it does not count.
pub(crate) const ROLES: &[Role] = &[
    Role {
        template: "158c047a-c907-4556-b7ef-446551a6b5f7",
        name: "Cloud Application Administrator",
        adds_applications: true,
    },
    Role {
        template: "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
        name: "Application Administrator",
        adds_applications: true,
    },
    Role {
        template: "62e90394-69f5-4237-9190-012177145e10",
        name: "Global Administrator",
        adds_applications: true,
    },
    Role {
        template: "e8611ab8-c189-46e8-94e1-60213ab1f814",
        name: "Privileged Role Administrator",
        adds_applications: false,
    },
    Role {
        template: "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
        name: "Global Reader",
        adds_applications: false,
    },
    Role {
        template: "fe930be7-5e62-47db-91af-98c3a49a38b1",
        name: "User Administrator",
        adds_applications: false,
    },
    Role {
        template: "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
        name: "Hybrid Identity Administrator",
        adds_applications: false,
    },
    Role {
        template: "5d6b6bb7-de71-4623-b4af-96380a352509",
        name: "Security Reader",
        adds_applications: false,
    },
    Role {
        template: "4a5d8f65-41da-4de4-8968-e035b65339cf",
        name: "Reports Reader",
        adds_applications: false,
    },
];

/// The name of a directory role, by its template id.
pub fn role_name(template: &str) -> Option<&'static str> {
    ROLES
        .iter()
        .find(|role| role.template == template)
        .map(|role| role.name)
}

/// Whether a directory role may add applications.
pub(crate) fn adds_applications(template: &str) -> bool {
    ROLES
        .iter()
        .any(|role| role.template == template && role.adds_applications)
}

/// "1 person", "2 people".
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {many}")
    }
}

/// "a", "a and b", "a, b and c".
pub(crate) fn list<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// The part after the `@`, in lower case.
pub(crate) fn domain_of(address: &str) -> String {
    address
        .rsplit_once('@')
        .map(|(_, domain)| domain.to_lowercase())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_a_person_says_them() {
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b"]), "a and b");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(list::<&str>(&[]), "");
    }

    #[test]
    fn privileged_role_administrator_does_not_suffice() {
        assert!(!adds_applications("e8611ab8-c189-46e8-94e1-60213ab1f814"));
        assert!(adds_applications("158c047a-c907-4556-b7ef-446551a6b5f7"));
    }
}
