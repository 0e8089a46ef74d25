//! Who may use an application: assignments, groups and who is in them. Nested groups count for nothing, which surprises
//! everybody once; so does a group that is assigned in a tenant without a premium licence.

use serde_json::{Map, Value};

use super::{Kind, Premium, Tenant, text};
use crate::people::Person;

/// Who is in a group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Members {
    /// These people and groups, by object id.
    Listed(Vec<String>),
    /// Every person who is a member of the tenant, by a rule.
    Everybody,
}

/// Why somebody may use an application, or may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Assigned,
    /// By being a direct member of the group of that name.
    ThroughGroup(String),
    /// The application lets everybody in.
    NotRequired,
    /// Not: a group is assigned, but the person is only in a group within it.
    OnlyThroughNestedGroup(String),
    Not,
}

impl Access {
    /// True when the person gets in.
    pub fn lets_in(&self) -> bool {
        !matches!(self, Access::OnlyThroughNestedGroup(_) | Access::Not)
    }
}

impl Tenant {
    /// The assignments of a service principal whose person or group is still there, as written last.
    pub fn assigned_to(&self, principal: &str) -> impl Iterator<Item = &Map<String, Value>> {
        self.truths(Kind::Assignment).filter(move |body| {
            text(body, "resourceId") == principal && self.is_there(text(body, "principalId"))
        })
    }

    /// True when that id belongs to a person or a group.
    pub fn is_there(&self, id: &str) -> bool {
        self.truth(Kind::Group, id).is_some() || self.person(id).is_some()
    }

    /// Whether that person may use the application of that service principal.
    pub fn may_use(&self, principal: &str, person: &Person) -> Access {
        let mut nested = None;
        for body in self.assigned_to(principal) {
            let who = text(body, "principalId");
            if who == person.id {
                return Access::Assigned;
            }
            let Some(group) = self
                .truth(Kind::Group, who)
                .filter(|body| self.counts(body))
            else {
                continue;
            };
            let name = text(group, "displayName").to_owned();
            if self.is_member(who, person) {
                return Access::ThroughGroup(name);
            }
            if self.is_deep_member(who, person, 0) {
                nested = Some(name);
            }
        }
        let required = self
            .truth(Kind::ServicePrincipal, principal)
            .and_then(|body| body.get("appRoleAssignmentRequired"))
            == Some(&Value::Bool(true));
        match nested {
            _ if !required => Access::NotRequired,
            Some(name) => Access::OnlyThroughNestedGroup(name),
            None => Access::Not,
        }
    }

    /// A group opens an application only with a premium licence, and only when it is a security group.
    fn counts(&self, group: &Map<String, Value>) -> bool {
        self.premium != Premium::None && group.get("securityEnabled") == Some(&Value::Bool(true))
    }

    /// True when the person is in the group itself.
    pub fn is_member(&self, group: &str, person: &Person) -> bool {
        match self.members.get(group) {
            Some(Members::Listed(ids)) => ids.contains(&person.id),
            Some(Members::Everybody) => !person.guest,
            None => false,
        }
    }

    fn is_deep_member(&self, group: &str, person: &Person, depth: usize) -> bool {
        // Groups can contain each other; nobody nests deeper than this on purpose.
        let Some(Members::Listed(ids)) = self.members.get(group).filter(|_| depth < 8) else {
            return false;
        };
        ids.iter()
            .filter(|id| self.members.contains_key(*id))
            .any(|inner| {
                self.is_member(inner, person) || self.is_deep_member(inner, person, depth + 1)
            })
    }
}
