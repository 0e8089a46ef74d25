//! What kinds of objects there are in a directory, and what the vendor calls them.

/// The kinds of objects that clients write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Application,
    ServicePrincipal,
    /// People whom somebody created or changed; all others are made up on demand, see [`crate::people::People`].
    User,
    Group,
    /// That a person or a group may use an application.
    Assignment,
    ClaimsMappingPolicy,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 6] = [
        Kind::Application,
        Kind::ServicePrincipal,
        Kind::User,
        Kind::Group,
        Kind::Assignment,
        Kind::ClaimsMappingPolicy,
    ];

    /// The entity set in a path.
    pub fn set(self) -> &'static str {
        match self {
            Kind::Application => "applications",
            Kind::ServicePrincipal => "servicePrincipals",
            Kind::User => "users",
            Kind::Group => "groups",
            Kind::Assignment => "appRoleAssignments",
            Kind::ClaimsMappingPolicy => "claimsMappingPolicies",
        }
    }

    /// The type's name without its namespace.
    pub fn type_name(self) -> &'static str {
        match self {
            Kind::Application => "application",
            Kind::ServicePrincipal => "servicePrincipal",
            Kind::User => "user",
            Kind::Group => "group",
            Kind::Assignment => "appRoleAssignment",
            Kind::ClaimsMappingPolicy => "claimsMappingPolicy",
        }
    }
}
