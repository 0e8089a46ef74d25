//! The signed-in person, with the roles that are active.

use serde_json::{Value, json};

use super::Cx;
use super::errors::GraphError;
use super::odata::{self, Listing, Options};
use super::users;
use crate::objects::map;
use crate::tenant::users::body;
use crate::wire::Answer;

/// `GET /me`.
pub(crate) fn me(cx: &mut Cx) -> Result<Answer, GraphError> {
    let id = cx.token.who.person.clone();
    let row = cx.tenant().person(&id).map(|person| body(&person));
    users::answer_one(cx, row, &id)
}

/// `GET /me/transitiveMemberOf/microsoft.graph.directoryRole`: the roles that are active. A cast on a transitive list is
/// an advanced query.
pub(crate) fn directory_roles(cx: &mut Cx) -> Result<Answer, GraphError> {
    let options = Options::of(cx)?;
    if !(options.eventual && options.count) {
        return Err(GraphError::unsupported(
            "The specified cast on a transitive list needs the 'ConsistencyLevel:eventual' header and '$count=true'.",
        ));
    }
    let person = cx.token.who.person.clone();
    let readable = cx.holds(&["RoleManagement.Read.Directory", "Directory.Read.All"]);
    let tenant = cx.tenant();
    let id = tenant.id.clone();
    let roles = tenant
        .account_of(&person)
        .map(|account| account.roles.clone())
        .unwrap_or_default();
    let rows = roles.into_iter().map(move |role| {
        // With User.Read alone the objects come back, but nothing is in them.
        let told = |text: &str| if readable { Value::from(text) } else { Value::Null };
        map(json!({
            "@odata.type": "#microsoft.graph.directoryRole", "id": role.object_id(&id), "deletedDateTime": null,
            "description": told(role.about), "displayName": told(role.name), "roleTemplateId": told(role.template_id)
        }))
    });
    let listing = Listing {
        set: "directoryRoles",
        properties: &[],
        filterable: &[],
        page: 100,
        longest: 999,
        directory: true,
    };
    odata::list(cx, &options, &listing, rows)
}
