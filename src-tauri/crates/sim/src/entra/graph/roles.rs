//! Directory roles: what exists, who holds what, what one could activate, and activating it.

use serde_json::{Map, Value, json};

use super::Cx;
use super::errors::GraphError;
use super::odata::{self, Listing, Options};
use crate::ids::derived_guid;
use crate::objects::map;
use crate::roles::{ROLES, Role};
use crate::tenant::Premium;
use crate::wire::Answer;

const fn listing(set: &'static str) -> Listing {
    Listing {
        set,
        properties: &[],
        filterable: &[],
        page: 100,
        longest: 999,
        directory: false,
    }
}

/// `GET /directoryRoles`: the roles that somebody holds.
pub(crate) fn directory_roles(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let tenant = cx.tenant();
    let held = ROLES.iter().filter(|role| {
        tenant
            .accounts
            .iter()
            .any(|account| account.roles.contains(role))
    });
    let rows: Vec<Map<String, Value>> = held
        .map(|role| {
            map(json!({"id": role.object_id(&tenant.id), "deletedDateTime": null, "description": role.about, "displayName": role.name,
                       "roleTemplateId": role.template_id}))
        })
        .collect();
    odata::list(cx, &options, &listing("directoryRoles"), rows.into_iter())
}

/// `GET /roleManagement/directory/roleDefinitions`.
pub(crate) fn definitions(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let rows = ROLES.iter().map(|role| map(definition(*role)));
    odata::list(
        cx,
        &options,
        &listing("roleManagement/directory/roleDefinitions"),
        rows,
    )
}

/// `GET /roleManagement/directory/roleAssignments`: direct and active ones.
pub(crate) fn assignments(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    let expanded = options
        .expand
        .iter()
        .any(|part| part.starts_with("roleDefinition"));
    let tenant = cx.tenant();
    let mut rows = Vec::new();
    for account in &tenant.accounts {
        let person = &account.person;
        rows.extend(account.roles.iter().map(|role| {
            let mut row = map(json!({"id": derived_guid(&format!("{person}{}", role.template_id)), "principalId": person,
                "roleDefinitionId": role.template_id, "directoryScopeId": "/"}));
            if expanded {
                row.insert("roleDefinition".into(), definition(*role));
            }
            row
        }));
    }
    odata::list(
        cx,
        &options,
        &listing("roleManagement/directory/roleAssignments"),
        rows.into_iter(),
    )
}

/// `GET .../roleEligibilityScheduleInstances/filterByCurrentUser(on='principal')`: needs a tenant with P2.
pub(crate) fn eligible(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    needs_p2(cx)?;
    let expanded = options
        .expand
        .iter()
        .any(|part| part.starts_with("roleDefinition"));
    let person = cx.token.who.person.clone();
    let roles = cx
        .tenant()
        .account_of(&person)
        .map(|account| account.eligible.clone())
        .unwrap_or_default();
    let rows: Vec<Map<String, Value>> = roles
        .into_iter()
        .map(|role| {
            let id = derived_guid(&format!("eligible {person}{}", role.template_id));
            let mut row = map(json!({
                "id": id, "principalId": person, "roleDefinitionId": role.template_id, "directoryScopeId": "/", "appScopeId": null,
                "startDateTime": "2026-01-05T08:00:00Z", "endDateTime": null, "memberType": "Direct",
                "roleEligibilityScheduleId": derived_guid(&id)
            }));
            if expanded {
                row.insert("roleDefinition".into(), definition(role));
            }
            row
        })
        .collect();
    odata::list(
        cx,
        &options,
        &listing("roleManagement/directory/roleEligibilityScheduleInstances"),
        rows.into_iter(),
    )
}

/// `POST /roleManagement/directory/roleAssignmentScheduleRequests`: somebody activates a role for themselves.
pub(crate) fn activate(cx: &mut Cx) -> Result<Answer, GraphError> {
    needs_p2(cx)?;
    let body = cx.body()?;
    let wanted = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let person = cx.token.who.person.clone();
    let refused = |code: &'static str, message: &str| Err(GraphError::new(400, code, message));
    if wanted("action") != "selfActivate" || wanted("principalId") != person {
        return refused(
            "InvalidRoleAssignmentRequest",
            "Practice takes the action 'selfActivate' for the signed-in person only.",
        );
    }
    if wanted("justification").is_empty() {
        return refused(
            "RoleAssignmentRequestPolicyValidationFailed",
            "The following policy rules failed: [\"JustificationRule\"]",
        );
    }
    let Some(role) = Role::known(wanted("roleDefinitionId")) else {
        return refused("RoleNotFound", "The role is not found.");
    };
    let now = cx.world.clock.graph_date();
    let Some(account) = cx.tenant().account_of_mut(&person) else {
        return Err(GraphError::denied());
    };
    if account.roles.contains(&role) {
        return refused(
            "RoleAssignmentExists",
            "The Role assignment already exists.",
        );
    }
    if !account.eligible.contains(&role) {
        return refused(
            "RoleEligibilityDoesNotExist",
            "There is no eligible assignment of this role.",
        );
    }
    account.roles.push(role);
    let id = crate::ids::guid();
    Ok(Answer::json(
        201,
        &json!({
            "@odata.context": format!("{}/$metadata#roleManagement/directory/roleAssignmentScheduleRequests/$entity", cx.root()),
            "id": id, "status": "Provisioned", "createdDateTime": now, "completedDateTime": now, "approvalId": null, "customData": null,
            "action": "selfActivate", "principalId": person, "roleDefinitionId": role.template_id, "directoryScopeId": "/", "appScopeId": null,
            "isValidationOnly": false, "targetScheduleId": id, "justification": wanted("justification"),
            "scheduleInfo": body.get("scheduleInfo").cloned().unwrap_or(Value::Null)
        }),
    ))
}

fn needs_p2(cx: &mut Cx) -> Result<(), GraphError> {
    if cx.tenant().premium == Premium::P2 {
        return Ok(());
    }
    Err(GraphError::new(
        400,
        "AadPremiumLicenseRequired",
        "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
    ))
}

fn definition(role: Role) -> Value {
    json!({"id": role.template_id, "description": role.about, "displayName": role.name, "isBuiltIn": true, "isEnabled": true,
           "templateId": role.template_id, "version": "1", "resourceScopes": ["/"], "rolePermissions": []})
}
