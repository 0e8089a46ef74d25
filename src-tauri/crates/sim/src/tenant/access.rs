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

    /// The ids that are listed in a group itself.
    pub fn listed_members(&self, group: &str) -> Vec<String> {
        match self.members.get(group) {
            Some(Members::Listed(ids)) => ids.clone(),
            _ => Vec::new(),
        }
    }

    /// The ids in a group and in every group within it, each once.
    pub fn deep_members(&self, group: &str) -> Vec<String> {
        let mut found = self.listed_members(group);
        let mut at = 0;
        while let Some(id) = found.get(at).cloned() {
            for inner in self.listed_members(&id) {
                if !found.contains(&inner) && inner != group {
                    found.push(inner);
                }
            }
            at += 1;
        }
        found
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levers;
    use crate::scenarios;
    use crate::tempo::Tempo;
    use crate::world::World;
    use serde_json::json;

    /// What Alex may do after these were assigned.
    fn access(world: &World) -> Access {
        let home = &world.tenants[0];
        let app = home
            .truths(Kind::ServicePrincipal)
            .find(|body| text(body, "displayName") == "Atlassian Cloud")
            .map(|body| text(body, "id").to_owned())
            .expect("the application");
        let alex = home.person_named("alex@contoso.com").expect("Alex");
        home.may_use(&app, &alex)
    }

    fn pull(world: &mut World, name: &str, who: &str) {
        let sent = json!({"app": "Atlassian Cloud", "who": who});
        levers::pull(world, name, &sent).expect("the lever acts");
    }

    #[test]
    fn only_direct_members_of_an_assigned_group_get_in() {
        let mut world = scenarios::build("half-done", Tempo::Instant).expect("half-done");
        assert_eq!(access(&world), Access::Not);
        pull(&mut world, "assign", "Engineering");
        let nested = Access::OnlyThroughNestedGroup("Engineering".into());
        assert!(access(&world) == nested && !nested.lets_in());
        pull(&mut world, "assign", "Jira Pilot");
        let through = Access::ThroughGroup("Jira Pilot".into());
        assert!(access(&world) == through && through.lets_in());
        world.home().premium = Premium::None;
        assert_eq!(access(&world), Access::Not, "a group counts for nothing");
        pull(&mut world, "assign", "alex@contoso.com");
        assert_eq!(access(&world), Access::Assigned);
        pull(&mut world, "unassign", "alex@contoso.com");
        pull(&mut world, "unrequire_assignment", "");
        assert_eq!(access(&world), Access::NotRequired);
    }

    #[test]
    fn a_group_that_a_rule_fills_has_every_member_and_no_guest() {
        let mut world = scenarios::build("half-done", Tempo::Instant).expect("half-done");
        pull(&mut world, "assign", "All Contoso");
        assert_eq!(access(&world), Access::ThroughGroup("All Contoso".into()));
        levers::pull(
            &mut world,
            "change_mail",
            &json!({"person": "alex@contoso.com", "mail": "a@b.example"}),
        )
        .expect("the lever acts");
        assert_eq!(access(&world), Access::ThroughGroup("All Contoso".into()));
    }

    #[test]
    fn groups_within_each_other_come_to_an_end() {
        let mut world = scenarios::build("half-done", Tempo::Instant).expect("half-done");
        let home = world.home();
        let (one, two) = (
            crate::groups::id(home, "Engineering"),
            crate::groups::id(home, "Engineering Mobile"),
        );
        home.members
            .insert(two.clone(), Members::Listed(vec![one.clone()]));
        assert_eq!(home.deep_members(&two).first(), Some(&one));
        pull(&mut world, "assign", "Engineering Mobile");
        assert!(!access(&world).lets_in());
    }
}
