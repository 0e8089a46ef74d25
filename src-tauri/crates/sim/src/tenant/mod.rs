//! The directory of a Microsoft tenant: people who sign in, roles, licences, domains, applications, groups, assignments,
//! policies, and what was deleted. Objects are JSON in the vendor's own shape. Nothing here knows HTTP; `entra` answers
//! requests from it.

pub(crate) mod access;
pub(crate) mod dump;
mod kind;
pub(crate) mod sign_ins;
pub(crate) mod users;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::ids;
use crate::people::People;
use crate::roles::Role;
use crate::saml::keys::SigningKey;
use crate::tempo::{Glance, Replicated, Wait};

use self::access::Members;
pub(crate) use self::kind::Kind;
use self::sign_ins::SignIn;

/// What the tenant pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Premium {
    None,
    P1,
    P2,
}

/// A person who has a password in practice.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// The object id of the person whom it belongs to.
    pub person: String,
    pub password: String,
    pub roles: Vec<Role>,
    pub eligible: Vec<Role>,
    pub about: &'static str,
}

/// A domain name of the tenant.
#[derive(Clone, Debug)]
pub(crate) struct TenantDomain {
    pub name: String,
    pub verified: bool,
    pub default: bool,
    pub initial: bool,
}

/// A standing consent: what a client may do for one person, or for everybody.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub id: String,
    /// The object id of the client's service principal.
    pub client: String,
    /// `None` for the whole organization.
    pub person: Option<String>,
    pub scopes: Vec<String>,
}

/// What stands in the recycle bin for thirty days.
#[derive(Clone, Debug)]
pub(crate) struct Deleted {
    pub kind: Kind,
    pub id: String,
    pub body: Map<String, Value>,
    pub owners: Vec<String>,
}

/// One tenant.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    pub id: String,
    pub name: String,
    pub domain: String,
    pub people: People,
    pub accounts: Vec<Account>,
    pub premium: Premium,
    pub domains: Vec<TenantDomain>,
    pub templates: Vec<Value>,
    pub applications: Vec<Replicated>,
    pub service_principals: Vec<Replicated>,
    /// See [`Kind::User`].
    pub users: Vec<Replicated>,
    pub groups: Vec<Replicated>,
    /// Who is in a group, by the group's id.
    pub members: BTreeMap<String, Members>,
    pub assignments: Vec<Replicated>,
    pub claims_mapping_policies: Vec<Replicated>,
    /// Which claims mapping policy holds for which service principal, by the latter's id.
    pub mapped_by: BTreeMap<String, String>,
    /// The object behind the portal's Attributes & Claims, by the service principal's id.
    pub claims_policies: BTreeMap<String, Map<String, Value>>,
    /// The private side of certificates; the public side stands in `keyCredentials` of the service principal.
    pub signing_keys: Vec<SigningKey>,
    pub sign_ins: Vec<SignIn>,
    /// Owners by the object's id.
    pub owners: BTreeMap<String, Vec<String>>,
    pub deleted: Vec<Deleted>,
    pub grants: Vec<Grant>,
}

impl Tenant {
    /// The objects of a kind.
    pub fn objects(&self, kind: Kind) -> &[Replicated] {
        match kind {
            Kind::Application => &self.applications,
            Kind::ServicePrincipal => &self.service_principals,
            Kind::User => &self.users,
            Kind::Group => &self.groups,
            Kind::Assignment => &self.assignments,
            Kind::ClaimsMappingPolicy => &self.claims_mapping_policies,
        }
    }

    /// The objects of a kind, to write to.
    pub fn objects_mut(&mut self, kind: Kind) -> &mut Vec<Replicated> {
        match kind {
            Kind::Application => &mut self.applications,
            Kind::ServicePrincipal => &mut self.service_principals,
            Kind::User => &mut self.users,
            Kind::Group => &mut self.groups,
            Kind::Assignment => &mut self.assignments,
            Kind::ClaimsMappingPolicy => &mut self.claims_mapping_policies,
        }
    }

    /// What was written last under that id.
    pub fn truth(&self, kind: Kind, id: &str) -> Option<&Map<String, Value>> {
        self.objects(kind)
            .iter()
            .find(|object| object.id == id)
            .and_then(Replicated::truth)
    }

    /// Every object of a kind as it was written last.
    pub fn truths(&self, kind: Kind) -> impl Iterator<Item = &Map<String, Value>> {
        self.objects(kind).iter().filter_map(Replicated::truth)
    }

    /// The object of that kind that has this `appId`, as it was written last.
    pub fn by_app_id(&self, kind: Kind, app_id: &str) -> Option<&Map<String, Value>> {
        self.truths(kind).find(|body| text(body, "appId") == app_id)
    }

    /// What one read sees of one object.
    pub fn read(&mut self, kind: Kind, id: &str, glance: Glance) -> Option<Map<String, Value>> {
        self.objects_mut(kind)
            .iter_mut()
            .find(|object| object.id == id)?
            .read(glance)
    }

    /// What one list sees of all objects.
    pub fn list(&mut self, kind: Kind, glance: Glance) -> Vec<Map<String, Value>> {
        let objects = self.objects_mut(kind);
        let seen = objects
            .iter_mut()
            .filter_map(|object| object.read(glance))
            .collect();
        objects.retain(|object| kind == Kind::User || !object.is_gone());
        seen
    }

    /// Adds an object.
    pub fn add(&mut self, kind: Kind, body: Map<String, Value>, wait: Wait) {
        let id = text(&body, "id").to_owned();
        self.objects_mut(kind)
            .push(Replicated::new(&id, body, wait));
    }

    /// Changes an object; the change receives what was written last. False when there is none.
    pub fn change(
        &mut self,
        kind: Kind,
        id: &str,
        wait: Wait,
        edit: impl FnOnce(&mut Map<String, Value>),
    ) -> bool {
        let Some(object) = self
            .objects_mut(kind)
            .iter_mut()
            .find(|object| object.id == id)
        else {
            return false;
        };
        let Some(mut body) = object.truth().cloned() else {
            return false;
        };
        edit(&mut body);
        object.write(Some(body), wait);
        true
    }

    /// Moves an object to the recycle bin. An application takes its service principal along.
    pub fn delete(&mut self, kind: Kind, id: &str, at: Timestamp, wait: &Wait) -> bool {
        let Some(body) = self.truth(kind, id).cloned() else {
            return false;
        };
        if kind == Kind::Application {
            let app_id = text(&body, "appId").to_owned();
            if let Some(principal) = self
                .by_app_id(Kind::ServicePrincipal, &app_id)
                .map(|body| text(body, "id").to_owned())
            {
                self.delete(Kind::ServicePrincipal, &principal, at, wait);
            }
        }
        let mut kept = body;
        kept.insert(
            "deletedDateTime".into(),
            at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into(),
        );
        let owners = self.owners.remove(id).unwrap_or_default();
        self.deleted.push(Deleted {
            kind,
            id: id.to_owned(),
            body: kept,
            owners,
        });
        if let Some(object) = self
            .objects_mut(kind)
            .iter_mut()
            .find(|object| object.id == id)
        {
            object.write(None, wait.clone());
        }
        true
    }

    /// Takes an object out of the recycle bin; an application brings back its service principal.
    pub fn restore(&mut self, id: &str, wait: &Wait) -> Option<Map<String, Value>> {
        let at = self.deleted.iter().position(|deleted| deleted.id == id)?;
        let Deleted {
            kind,
            mut body,
            owners,
            ..
        } = self.deleted.remove(at);
        body.insert("deletedDateTime".into(), Value::Null);
        self.objects_mut(kind).retain(|object| object.id != id);
        self.add(kind, body.clone(), wait.clone());
        self.owners.insert(id.to_owned(), owners);
        if kind == Kind::Application {
            let app_id = text(&body, "appId");
            let principal = self
                .deleted
                .iter()
                .find(|other| text(&other.body, "appId") == app_id)
                .map(|other| other.id.clone());
            if let Some(principal) = principal {
                self.restore(&principal, wait);
            }
        }
        Some(body)
    }

    /// Takes something out of the recycle bin for good, with everything that hung on it.
    pub fn purge(&mut self, id: &str) {
        self.deleted.retain(|other| other.id != id);
        self.signing_keys.retain(|key| key.principal != id);
        self.mapped_by.remove(id);
        self.claims_policies.remove(id);
        self.assignments.retain(|object| {
            object.truth().is_none_or(|body| {
                ["resourceId", "principalId"]
                    .iter()
                    .all(|end| text(body, end) != id)
            })
        });
    }

    /// Removes an object that has no place in the recycle bin.
    pub fn remove(&mut self, kind: Kind, id: &str, wait: Wait) -> bool {
        let object = self
            .objects_mut(kind)
            .iter_mut()
            .find(|object| object.id == id && object.truth().is_some());
        match object {
            Some(object) => {
                object.write(None, wait);
                true
            }
            None => false,
        }
    }

    /// The scopes that stand granted to a client for a person.
    pub fn granted(&self, client: &str, person: &str) -> Vec<String> {
        let Some(principal) = self
            .by_app_id(Kind::ServicePrincipal, client)
            .map(|body| text(body, "id"))
        else {
            return Vec::new();
        };
        let mut scopes: Vec<String> = Vec::new();
        for grant in self.grants.iter().filter(|grant| grant.client == principal) {
            if grant.person.as_deref().is_none_or(|who| who == person) {
                scopes.extend(
                    grant
                        .scopes
                        .iter()
                        .filter(|scope| !scopes.contains(scope))
                        .cloned()
                        .collect::<Vec<_>>(),
                );
            }
        }
        scopes
    }

    /// Records a consent, for one person or for the organization.
    pub fn grant(&mut self, client: &str, person: Option<&str>, scopes: &[String]) {
        let Some(principal) = self
            .by_app_id(Kind::ServicePrincipal, client)
            .map(|body| text(body, "id").to_owned())
        else {
            return;
        };
        let standing = self
            .grants
            .iter_mut()
            .find(|grant| grant.client == principal && grant.person.as_deref() == person);
        let grant = match standing {
            Some(grant) => grant,
            None => {
                let fresh = Grant {
                    id: ids::secret(24),
                    client: principal,
                    person: person.map(str::to_owned),
                    scopes: Vec::new(),
                };
                self.grants.push(fresh);
                self.grants.last_mut().expect("one was pushed")
            }
        };
        for scope in scopes {
            if !grant.scopes.contains(scope) {
                grant.scopes.push(scope.clone());
            }
        }
    }

    /// The claims mapping policy that is in front of a service principal.
    pub fn mapping_policy_of(&self, principal: &str) -> Option<&Map<String, Value>> {
        let policy = self.mapped_by.get(principal)?;
        self.truth(Kind::ClaimsMappingPolicy, policy)
    }

    /// The key that signs for a service principal: the one that was made its active one. `None` while none is, whatever
    /// certificates there are.
    pub fn active_key(&self, principal: &str) -> Option<&SigningKey> {
        let active = text(
            self.truth(Kind::ServicePrincipal, principal)?,
            "preferredTokenSigningKeyThumbprint",
        );
        self.keys_of(principal)
            .find(|key| key.thumbprint.eq_ignore_ascii_case(active))
    }

    /// Every key of a service principal.
    pub fn keys_of(&self, principal: &str) -> impl Iterator<Item = &SigningKey> {
        self.signing_keys
            .iter()
            .filter(move |key| key.principal == principal)
    }

    /// Makes everything visible that was written.
    pub fn poke(&mut self) {
        for kind in Kind::ALL {
            let objects = self.objects_mut(kind);
            objects.iter_mut().for_each(Replicated::poke);
            // A person who was deleted stays as a gap, or the one made up on demand would be back.
            objects.retain(|object| kind == Kind::User || !object.is_gone());
        }
        for entry in &mut self.sign_ins {
            entry.visible_from = entry.visible_from.min(entry.at);
        }
    }
}

/// A text property; empty when it is absent or something else.
pub(crate) fn text<'a>(body: &'a Map<String, Value>, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}
