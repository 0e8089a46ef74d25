//! Directory roles and what each is good for, with the template ids that are the same in every tenant.

use crate::ids::derived_guid;

/// A built-in directory role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    pub name: &'static str,
    pub template_id: &'static str,
    pub about: &'static str,
}

/// Can do everything.
pub(crate) const GLOBAL_ADMINISTRATOR: Role = Role {
    name: "Global Administrator",
    template_id: "62e90394-69f5-4237-9190-012177145e10",
    about: "Can manage all aspects of Microsoft Entra ID and Microsoft services that use Microsoft Entra identities.",
};
/// Manages roles and consent, but no applications.
pub(crate) const PRIVILEGED_ROLE_ADMINISTRATOR: Role = Role {
    name: "Privileged Role Administrator",
    template_id: "e8611ab8-c189-46e8-94e1-60213ab1f814",
    about: "Can manage role assignments in Microsoft Entra ID, and all aspects of Privileged Identity Management.",
};
/// Manages every application.
pub(crate) const APPLICATION_ADMINISTRATOR: Role = Role {
    name: "Application Administrator",
    template_id: "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    about: "Can create and manage all aspects of app registrations and enterprise apps.",
};
/// Manages every application except the application proxy.
pub(crate) const CLOUD_APPLICATION_ADMINISTRATOR: Role = Role {
    name: "Cloud Application Administrator",
    template_id: "158c047a-c907-4556-b7ef-446551a6b5f7",
    about: "Can create and manage all aspects of app registrations and enterprise apps except App Proxy.",
};
/// Reads everything, writes nothing.
pub(crate) const GLOBAL_READER: Role = Role {
    name: "Global Reader",
    template_id: "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
    about: "Can read everything that a Global Administrator can, but not update anything.",
};
/// Manages people.
pub(crate) const USER_ADMINISTRATOR: Role = Role {
    name: "User Administrator",
    template_id: "fe930be7-5e62-47db-91af-98c3a49a38b1",
    about: "Can manage all aspects of users and groups, including resetting passwords for limited admins.",
};

/// Reads the logs.
pub(crate) const REPORTS_READER: Role = Role {
    name: "Reports Reader",
    template_id: "4a5d8f65-41da-4de4-8968-e035b65339cf",
    about: "Can read sign-in and audit reports.",
};
/// Reads everything about security, the logs included.
pub(crate) const SECURITY_READER: Role = Role {
    name: "Security Reader",
    template_id: "5d6b6bb7-de71-4623-b4af-96380a352509",
    about: "Can read security information and reports in Microsoft Entra ID and Office 365.",
};

/// Every role that practice knows.
pub(crate) const ROLES: [Role; 8] = [
    GLOBAL_ADMINISTRATOR,
    PRIVILEGED_ROLE_ADMINISTRATOR,
    APPLICATION_ADMINISTRATOR,
    CLOUD_APPLICATION_ADMINISTRATOR,
    GLOBAL_READER,
    USER_ADMINISTRATOR,
    REPORTS_READER,
    SECURITY_READER,
];

impl Role {
    /// The role with that name or template id.
    pub fn known(name_or_id: &str) -> Option<Role> {
        ROLES.into_iter().find(|role| {
            role.template_id == name_or_id || role.name.eq_ignore_ascii_case(name_or_id)
        })
    }

    /// The id of the activated role's object in a tenant.
    pub fn object_id(self, tenant: &str) -> String {
        derived_guid(&format!("{tenant}/role/{}", self.template_id))
    }
}

/// True when one of these roles may create and change every application.
pub(crate) fn manages_applications(roles: &[Role]) -> bool {
    roles.iter().any(|role| {
        [
            GLOBAL_ADMINISTRATOR,
            APPLICATION_ADMINISTRATOR,
            CLOUD_APPLICATION_ADMINISTRATOR,
        ]
        .contains(role)
    })
}

/// True when one of these roles may create, change and delete people.
pub(crate) fn manages_people(roles: &[Role]) -> bool {
    roles.contains(&GLOBAL_ADMINISTRATOR) || roles.contains(&USER_ADMINISTRATOR)
}

/// True when one of these roles may read the sign-in log. Those who manage applications are not among them.
pub(crate) fn reads_sign_ins(roles: &[Role]) -> bool {
    roles.iter().any(|role| {
        [
            GLOBAL_ADMINISTRATOR,
            GLOBAL_READER,
            REPORTS_READER,
            SECURITY_READER,
        ]
        .contains(role)
    })
}

/// True when one of these roles may consent to delegated Graph permissions for the organization.
pub(crate) fn consents(roles: &[Role]) -> bool {
    manages_applications(roles) || roles.contains(&PRIVILEGED_ROLE_ADMINISTRATOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_privileged_role_administrator_consents_but_makes_no_application() {
        assert!(consents(&[PRIVILEGED_ROLE_ADMINISTRATOR]));
        assert!(!manages_applications(&[PRIVILEGED_ROLE_ADMINISTRATOR]));
        assert!(!consents(&[GLOBAL_READER, USER_ADMINISTRATOR]));
    }

    #[test]
    fn whoever_manages_applications_reads_no_sign_ins() {
        assert!(!reads_sign_ins(&[CLOUD_APPLICATION_ADMINISTRATOR]));
        assert!(reads_sign_ins(&[REPORTS_READER]) && !manages_people(&[REPORTS_READER]));
    }

    #[test]
    fn roles_are_known_by_both_names() {
        assert_eq!(Role::known("global reader"), Some(GLOBAL_READER));
        assert_eq!(
            Role::known("158c047a-c907-4556-b7ef-446551a6b5f7"),
            Some(CLOUD_APPLICATION_ADMINISTRATOR)
        );
    }
}
