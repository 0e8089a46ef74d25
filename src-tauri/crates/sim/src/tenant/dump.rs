//! What a wizard may change in a tenant, in a stable order, without times and without keys, so that two can be compared.

use serde_json::{Map, Value, json};

use super::access::Members;
use super::{Kind, Tenant, text};
use crate::world::sorted;

impl Tenant {
    /// The tenant's part of the dump.
    pub fn dump(&self) -> Value {
        json!({
            "id": self.id, "displayName": self.name,
            "roles": self.accounts.iter().filter(|account| self.person(&account.person).is_some()).map(|account| json!({
                "account": self.name_of(account),
                "active": account.roles.iter().map(|role| role.name).collect::<Vec<_>>(),
                "eligible": account.eligible.iter().map(|role| role.name).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "applications": self.dump_objects(Kind::Application),
            "servicePrincipals": self.dump_objects(Kind::ServicePrincipal),
            "users": self.dump_objects(Kind::User),
            "groups": self.dump_groups(),
            "assignments": self.dump_assignments(),
            "claimsMappingPolicies": self.dump_policies(),
            "claimsPolicies": self.dump_claims(),
        })
    }

    fn dump_objects(&self, kind: Kind) -> Vec<Value> {
        sorted(self.truths(kind).map(|body| {
            let mut kept = without_keys(without_times(body));
            if kind != Kind::User {
                let id = text(body, "id");
                let mut owners = self.owners.get(id).cloned().unwrap_or_default();
                owners.sort();
                kept.insert("owners".into(), owners.into());
            }
            Value::Object(kept)
        }))
    }

    fn dump_groups(&self) -> Vec<Value> {
        sorted(self.truths(Kind::Group).map(|body| {
            let members = match self.members.get(text(body, "id")) {
                Some(Members::Listed(ids)) => {
                    let mut ids = ids.clone();
                    ids.sort();
                    json!(ids)
                }
                Some(Members::Everybody) => json!("everybody"),
                None => json!([]),
            };
            json!({"id": text(body, "id"), "displayName": text(body, "displayName"), "members": members})
        }))
    }

    /// Assignments of what is there: those of a deleted application wait with it in the recycle bin.
    fn dump_assignments(&self) -> Vec<Value> {
        let there = self.truths(Kind::Assignment).filter(|body| {
            let resource = text(body, "resourceId");
            self.truth(Kind::ServicePrincipal, resource).is_some()
                && self.is_there(text(body, "principalId"))
        });
        sorted(there.map(|body| {
            json!({
                "principal": text(body, "principalId"), "principalType": text(body, "principalType"),
                "resource": text(body, "resourceId"), "role": text(body, "appRoleId")
            })
        }))
    }

    fn dump_policies(&self) -> Vec<Value> {
        sorted(self.truths(Kind::ClaimsMappingPolicy).map(|body| {
            let id = text(body, "id");
            let under = self.mapped_by.iter().filter(|(_, policy)| *policy == id);
            let mut under: Vec<&String> = under
                .map(|(principal, _)| principal)
                .filter(|principal| self.truth(Kind::ServicePrincipal, principal).is_some())
                .collect();
            under.sort();
            json!({
                "id": id, "displayName": text(body, "displayName"), "definition": body.get("definition"), "appliesTo": under
            })
        }))
    }

    /// Claims of what is there. Nothing deletes the object again, so one that changes nothing is as none.
    fn dump_claims(&self) -> Map<String, Value> {
        let says = |policy: &Map<String, Value>| {
            let claims = policy.get("claims").and_then(Value::as_array);
            claims.is_some_and(|claims| !claims.is_empty())
                || policy.get("includeBasicClaimSet") == Some(&Value::Bool(false))
        };
        self.claims_policies
            .iter()
            .filter(|(principal, policy)| {
                says(policy) && self.truth(Kind::ServicePrincipal, principal).is_some()
            })
            .map(|(principal, policy)| (principal.clone(), Value::Object(policy.clone())))
            .collect()
    }
}

fn without_times(body: &Map<String, Value>) -> Map<String, Value> {
    body.iter()
        .filter(|(name, _)| !name.ends_with("DateTime"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Of a credential only what it is for: its id and its bytes are new each time.
fn without_keys(mut body: Map<String, Value>) -> Map<String, Value> {
    for list in ["keyCredentials", "passwordCredentials"] {
        if let Some(Value::Array(entries)) = body.get_mut(list) {
            let told = entries.iter().map(|entry| {
                json!({"displayName": entry["displayName"], "usage": entry["usage"], "type": entry["type"]})
            });
            *entries = sorted(told);
        }
    }
    body
}
