//! Every Graph answer of a long tour is held against Microsoft's own description of the API, and every Atlassian answer
//! against the published examples. Both lie outside the repository, so a clone without them checks only that the tour
//! goes through.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use sim::{Exchange, Host};
use support::Bench;

/// The calls of the tour: method, path, body. `APP`, `SP` and `ME` stand for ids.
const TOUR: &[(&str, &str, Option<&str>)] = &[
    ("GET", "/v1.0/me", None),
    (
        "GET",
        "/v1.0/me?$select=id,displayName,userPrincipalName,mail,userType",
        None,
    ),
    (
        "GET",
        "/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole?$count=true",
        None,
    ),
    ("GET", "/v1.0/organization", None),
    ("GET", "/v1.0/subscribedSkus", None),
    ("GET", "/v1.0/domains", None),
    ("GET", "/v1.0/directoryRoles", None),
    (
        "GET",
        "/v1.0/roleManagement/directory/roleDefinitions",
        None,
    ),
    (
        "GET",
        "/v1.0/roleManagement/directory/roleAssignments?$filter=principalId eq 'ME'&$expand=roleDefinition",
        None,
    ),
    (
        "GET",
        "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances/filterByCurrentUser(on='principal')?$expand=roleDefinition",
        None,
    ),
    ("GET", "/v1.0/users?$top=3", None),
    ("GET", "/v1.0/users/$count", None),
    ("GET", "/v1.0/users/ME", None),
    (
        "GET",
        "/v1.0/applicationTemplates?$filter=contains(displayName,'atlassian')",
        None,
    ),
    ("GET", "/v1.0/applicationTemplates?$top=20", None),
    ("GET", "/v1.0/applications", None),
    ("GET", "/v1.0/applications/APP?$expand=owners", None),
    (
        "PATCH",
        "/v1.0/applications/APP",
        Some(r#"{"tags":["x"],"notes":"n"}"#),
    ),
    (
        "GET",
        "/v1.0/applications?$filter=tags/any(t:t eq 'x')",
        None,
    ),
    ("GET", "/v1.0/servicePrincipals?$top=1", None),
    ("GET", "/v1.0/servicePrincipals/SP", None),
    (
        "PATCH",
        "/v1.0/servicePrincipals/SP",
        Some(r#"{"accountEnabled":true}"#),
    ),
    ("GET", "/v1.0/servicePrincipals/SP/owners", None),
    (
        "POST",
        "/v1.0/applications",
        Some(r#"{"displayName":"Own","publicClient":{"redirectUris":["http://localhost"]}}"#),
    ),
    ("GET", "/v1.0/oauth2PermissionGrants", None),
    (
        "PATCH",
        "/v1.0/applications/APP",
        Some(r#"{"colour":"red"}"#),
    ),
    (
        "GET",
        "/v1.0/applications/00000000-0000-4000-8000-000000000000",
        None,
    ),
    ("GET", "/v1.0/users?$search=\"displayName:a\"", None),
    ("DELETE", "/v1.0/applications/APP", None),
    (
        "GET",
        "/v1.0/directory/deletedItems/microsoft.graph.application",
        None,
    ),
    (
        "GET",
        "/v1.0/directory/deletedItems/microsoft.graph.servicePrincipal",
        None,
    ),
    ("GET", "/v1.0/directory/deletedItems/APP", None),
    ("POST", "/v1.0/directory/deletedItems/APP/restore", None),
    ("DELETE", "/v1.0/directory/deletedItems/APP", None),
];

/// What the tour of single sign-on is allowed.
const SIGN_ON_SCOPES: &str = "openid User.Read Directory.Read.All Application.ReadWrite.All User.ReadWrite.All \
    Policy.ReadWrite.ApplicationConfiguration AuditLog.Read.All GroupMember.Read.All";

#[tokio::test]
async fn graph_answers_fit_the_published_description() {
    let exchanges = tour().await;
    assert!(exchanges.len() > TOUR.len() - 2);
    let Some(contract) = beside("contract/graph.openapi.json") else {
        return;
    };
    let paths = contract["paths"].as_object().unwrap().clone();
    let mut components = plain(&contract["components"]);
    let named = components["schemas"].as_object_mut().unwrap();
    for (_, schema) in named.iter_mut().filter(|(name, _)| name.contains(".beta.")) {
        let_properties_be_null(schema);
    }
    let mut held = 0;
    for exchange in exchanges {
        let Some(schema) = schema_of(&contract, &paths, &exchange) else {
            continue;
        };
        held += 1;
        let body: Value = serde_json::from_str(&exchange.answer).unwrap();
        let document = json!({"allOf": [plain(&schema)], "components": components});
        let validator = jsonschema::validator_for(&document).unwrap();
        let faults: Vec<String> = validator
            .iter_errors(&body)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(
            faults.is_empty(),
            "{} {} {}: {faults:?}",
            exchange.method,
            exchange.path,
            exchange.status
        );
    }
    assert!(
        held > 55,
        "only {held} answers were held against the description"
    );
}

#[tokio::test]
async fn atlassian_answers_have_the_fields_of_the_published_examples() {
    let bench = Bench::start("fresh").await;
    let (key, org) = (
        bench.given("organization_key"),
        bench.given("organization_id"),
    );
    let (pilot, task) = pilot_with_somebody_refused(&bench).await;
    let calls = [
        (
            "org-v1-orgs.get.200.json",
            "GET",
            "/admin/v1/orgs".to_owned(),
        ),
        (
            "org-v1-org.get.200.json",
            "GET",
            format!("/admin/v1/orgs/{org}"),
        ),
        (
            "org-v1-domains.get.200.json",
            "GET",
            format!("/admin/v1/orgs/{org}/domains"),
        ),
        (
            "org-v1-users.get.200.json",
            "GET",
            format!("/admin/v1/orgs/{org}/users"),
        ),
        (
            "org-v2-directories.get.200.json",
            "GET",
            format!("/admin/v2/orgs/{org}/directories"),
        ),
        (
            "org-v2-directory-users.get.200.json",
            "GET",
            format!("/admin/v2/orgs/{org}/directories/-/users"),
        ),
        (
            "org-v2-directory-groups.get.200.json",
            "GET",
            format!("/admin/v2/orgs/{org}/directories/-/groups"),
        ),
        (
            "org-v2-workspaces.post.200.json",
            "POST",
            format!("/admin/v2/orgs/{org}/workspaces"),
        ),
        (
            "apiaccess-api-keys.get.200.json",
            "GET",
            format!("/admin/api-access/v1/orgs/{org}/api-keys"),
        ),
        ("org-error.json", "GET", "/admin/v1/orgs/another".to_owned()),
        (
            "org-v1-event-actions.get.200.json",
            "GET",
            format!("/admin/v1/orgs/{org}/event-actions"),
        ),
        (
            "org-v1-events.get.200.json",
            "GET",
            format!("/admin/v1/orgs/{org}/events?q=policy+Pilot&limit=1"),
        ),
        (
            "org-v1-events-stream.get.200.json",
            "GET",
            format!("/admin/v1/orgs/{org}/events-stream"),
        ),
        (
            "control-authpolicy-add-users.202.json",
            "POST",
            format!("/admin/control/v1/orgs/{org}/auth-policy/{pilot}/add-users"),
        ),
        (
            "control-authpolicy-task.partial-failure.200.json",
            "GET",
            task,
        ),
    ];
    for (example, method, path) in calls {
        let users = json!({"users": ["megan@contoso.com"]});
        let body = match path.ends_with("add-users") {
            true => Some(users),
            false => (method == "POST").then(|| json!({})),
        };
        let answer = bench.atlassian(&key, method, &path, body).await.json();
        assert!(answer.is_object());
        let Some(wanted) = beside(&format!("examples/atlassian/{example}")) else {
            continue;
        };
        let missing: Vec<String> = fields(&wanted, "")
            .difference(&fields(&answer, ""))
            .filter(|path| !path.contains("/links/next"))
            .cloned()
            .collect();
        assert!(missing.is_empty(), "{path} lacks {missing:?}");
        let extra: Vec<String> = fields(&answer, "")
            .difference(&fields(&wanted, ""))
            .filter(|path| !path.contains("/links/"))
            .cloned()
            .collect();
        assert!(extra.is_empty(), "{path} has more: {extra:?}");
    }
}

/// Makes a policy, adds one account that is managed and one that is not, and gives the policy and the link of the task.
async fn pilot_with_somebody_refused(bench: &Bench) -> (String, String) {
    let pilot = bench.add_policy("", "Pilot").await;
    let add = format!("/admin/control/v1/orgs/ORG/auth-policy/{pilot}/add-users");
    let users = json!({"users": ["alex@contoso.com", "wanda@fabrikam.com"]});
    let accepted = bench.organization("POST", &add, Some(users)).await.json();
    let task = accepted["taskLink"].as_str().unwrap().to_owned();
    bench.organization("GET", &task, None).await;
    (pilot, task)
}

async fn tour() -> Vec<Exchange> {
    let bench = Bench::start("pim-eligible").await;
    bench
        .practice
        .levers()
        .activate_role("adele@contoso.com", "Cloud Application Administrator")
        .unwrap();
    let token = bench
        .sign_in(
            0,
            &format!("{} RoleEligibilitySchedule.Read.Directory", support::SCOPES),
        )
        .await;
    let token = token["access_token"].as_str().unwrap();
    let (app, principal) = bench.instantiate(token, "Atlassian Cloud").await;
    let me = bench.graph(token, "GET", "/v1.0/me", None).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for (method, path, body) in TOUR {
        let path = path
            .replace("APP", &app)
            .replace("SP", &principal)
            .replace("ME", &me);
        let body = body.map(|body| serde_json::from_str(body).unwrap());
        let answer = bench.graph(token, method, &path, body).await;
        assert!(answer.status < 500, "{path}: {}", answer.text);
    }
    sign_on(&bench).await;
    bench
        .practice
        .ledger()
        .into_iter()
        .filter(|exchange| exchange.host == Host::Graph)
        .collect()
}

/// The rest of the tour: single sign-on, where one call needs what another answered.
async fn sign_on(bench: &Bench) {
    let levers = bench.practice.levers();
    for role in ["Reports Reader", "User Administrator"] {
        levers.activate_role("adele@contoso.com", role).unwrap();
    }
    let token = bench.sign_in(0, SIGN_ON_SCOPES).await["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let (app, sp) = bench.instantiate(&token, "Signs on").await;
    let ask = async |method: &str, path: &str, body: Value| {
        let path = path.replace("APP", &app).replace("SP", &sp);
        let answer = bench
            .graph(&token, method, &path, (!body.is_null()).then_some(body))
            .await;
        assert!(answer.status < 300, "{path}: {}", answer.text);
        if answer.text.is_empty() {
            Value::Null
        } else {
            answer.json()
        }
    };
    let get = async |path: &str| ask("GET", path, Value::Null).await;
    let id = |object: &Value| object["id"].as_str().unwrap().to_owned();

    let of = "/v1.0/servicePrincipals/SP";
    let name = json!({"displayName": "CN=Atlassian"});
    let made = ask("POST", &format!("{of}/addTokenSigningCertificate"), name).await;
    let body = json!({"preferredSingleSignOnMode": "saml", "preferredTokenSigningKeyThumbprint": made["thumbprint"],
        "samlSingleSignOnSettings": {"relayState": "x"}, "notificationEmailAddresses": ["it@contoso.com"]});
    ask("PATCH", of, body).await;
    let body = json!({"identifierUris": ["https://auth.atlassian.com/saml/1"], "web": {"redirectUris": ["https://auth.atlassian.com/x"]}});
    ask("PATCH", "/v1.0/applications/APP", body).await;
    let principal = get(of).await;
    get(&format!(
        "{of}?$select=id,keyCredentials,passwordCredentials"
    ))
    .await;
    get("/v1.0/applications/APP").await;

    let simon = json!({"accountEnabled": true, "displayName": "B.Simon", "mailNickname": "b.simon", "userPrincipalName": "b.simon@contoso.com",
        "passwordProfile": {"password": "mW4!rT9#zQ2$kL7&vX1b"}});
    let simon = ask("POST", "/v1.0/users", simon).await;
    let groups = get("/v1.0/groups?$search=\"displayName:eng\"&$count=true").await;
    let group = id(&groups["value"][0]);
    get(&format!("/v1.0/groups/{group}")).await;
    for list in [
        "members",
        "members/microsoft.graph.user",
        "members/microsoft.graph.group",
        "transitiveMembers",
        "transitiveMembers/microsoft.graph.user?$count=true",
    ] {
        get(&format!("/v1.0/groups/{group}/{list}")).await;
    }
    for who in [id(&simon), group] {
        let body = json!({"principalId": who, "resourceId": sp, "appRoleId": principal["appRoles"][0]["id"]});
        let made = ask("POST", &format!("{of}/appRoleAssignedTo"), body).await;
        get(&format!("{of}/appRoleAssignedTo/{}", id(&made))).await;
    }
    get(&format!("{of}/appRoleAssignedTo?$top=1")).await;

    let policies = "/v1.0/policies/claimsMappingPolicies";
    let rules =
        r#"{"ClaimsMappingPolicy":{"Version":1,"IncludeBasicClaimSet":"true","ClaimsSchema":[]}}"#;
    let policy = ask(
        "POST",
        policies,
        json!({"displayName": "Claims", "definition": [rules]}),
    )
    .await;
    let reference =
        json!({"@odata.id": bench.at(Host::Graph, &format!("{policies}/{}", id(&policy)))});
    ask(
        "POST",
        &format!("{of}/claimsMappingPolicies/$ref"),
        reference,
    )
    .await;
    for path in [
        policies.to_owned(),
        format!("{policies}/{}", id(&policy)),
        format!("{policies}/{}/appliesTo", id(&policy)),
        format!("{of}/claimsMappingPolicies"),
    ] {
        get(&path).await;
    }
    levers.set_claims_policy("Signs on", "mail").unwrap();
    let beta = "/beta/servicePrincipals/SP/claimsPolicy";
    get(beta).await;
    ask("PUT", beta, json!({"includeBasicClaimSet": true})).await;
    ask("PATCH", beta, json!({"claims": []})).await;

    levers
        .note_sign_in("Signs on", "alex@contoso.com", 50105)
        .unwrap();
    let log = get("/v1.0/auditLogs/signIns?$top=5").await;
    get(&format!("/v1.0/auditLogs/signIns/{}", id(&log["value"][0]))).await;
    ask(
        "DELETE",
        &format!("/v1.0/users/{}", id(&simon)),
        Value::Null,
    )
    .await;
    get("/v1.0/directory/deletedItems/microsoft.graph.user").await;
}

/// A JSON file beside the repository, where there is one.
fn beside(name: &str) -> Option<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../../shared")
        .join(name);
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

fn schema_of(contract: &Value, paths: &Map<String, Value>, exchange: &Exchange) -> Option<Value> {
    let path = exchange.path.split('?').next()?;
    let path = path
        .strip_prefix("/v1.0")
        .or_else(|| path.strip_prefix("/beta"))?;
    let (_, operations) = paths
        .iter()
        .filter(|(template, _)| fits(template, path))
        .min_by_key(|(template, _)| template.matches('{').count())?;
    let responses = &operations[exchange.method.to_lowercase().as_str()]["responses"];
    let class = format!("{}XX", exchange.status / 100);
    let response = [exchange.status.to_string(), class]
        .iter()
        .find_map(|key| responses.get(key))
        .unwrap_or_else(|| panic!("{path}: status {} is not described", exchange.status));
    let response = match response["$ref"].as_str() {
        Some(reference) => contract.pointer(reference.trim_start_matches('#')).unwrap(),
        None => response,
    };
    response
        .pointer("/content/application~1json/schema")
        .cloned()
}

fn fits(template: &str, path: &str) -> bool {
    let path = path
        .replace("%27", "'")
        .replace("%28", "(")
        .replace("%29", ")");
    let (parts, segments): (Vec<&str>, Vec<&str>) =
        (template.split('/').collect(), path.split('/').collect());
    parts.len() == segments.len()
        && parts
            .iter()
            .zip(&segments)
            .all(|(part, segment)| match part.split_once('{') {
                Some((before, rest)) => {
                    let after = rest.split_once('}').map_or("", |(_, after)| after);
                    segment.starts_with(before)
                        && segment.ends_with(after)
                        && segment.len() > before.len() + after.len()
                }
                None => part == segment,
            })
}

/// OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own for it.
fn plain(schema: &Value) -> Value {
    match schema {
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::Object(object) => {
            let mut inner: Map<String, Value> = object
                .iter()
                .filter(|(name, _)| *name != "nullable")
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect();
            inner.remove("example");
            if object.get("nullable") == Some(&Value::Bool(true)) {
                json!({"anyOf": [inner, {"type": "null"}]})
            } else {
                Value::Object(inner)
            }
        }
        other => other.clone(),
    }
}

/// The description of beta never says what may be null, though Microsoft's own examples of those answers hold nulls
/// (`customclaimspolicy-get.md`: `audienceOverride`; the bodies of `claims-customization-custom-claims-policy.md`:
/// `namespace`, `condition`), so there every single property may be; a list may not.
fn let_properties_be_null(schema: &mut Value) {
    match schema {
        Value::Array(list) => list.iter_mut().for_each(let_properties_be_null),
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get_mut("properties") {
                for property in properties.values_mut().filter(|one| one["type"] != "array") {
                    *property = json!({"anyOf": [property.take(), {"type": "null"}]});
                }
            }
            if let Some(parts) = object.get_mut("allOf") {
                let_properties_be_null(parts);
            }
        }
        _ => {}
    }
}

/// The paths of every field, with all items of a list as one.
fn fields(value: &Value, at: &str) -> BTreeSet<String> {
    match value {
        Value::Object(object) => object
            .iter()
            .flat_map(|(name, value)| {
                let path = format!("{at}/{name}");
                let mut inner = fields(value, &path);
                inner.insert(path);
                inner
            })
            .collect(),
        Value::Array(list) => list
            .iter()
            .flat_map(|item| fields(item, &format!("{at}[]")))
            .collect(),
        _ => BTreeSet::new(),
    }
}
