//! Who is assigned, who is created, and who may do that.

use serde_json::{Value, json};
use sim::Tempo;

use crate::desk::{ALEX, Desk, EVERYTHING, is, said, token};

#[tokio::test]
async fn people_and_groups_are_assigned() {
    let desk = Desk::fresh().await;
    let before = desk.bench.practice.dump();
    let path = "servicePrincipals/SP/appRoleAssignedTo";
    let alex = desk.assignment(&desk.person(ALEX).await).await;
    let made = desk.done("POST", path, alex.clone()).await;
    assert_eq!(
        (&made["principalType"], &made["principalDisplayName"]),
        (&json!("User"), &json!("Alex Wilber"))
    );
    assert!(is(
        &desk.refused("POST", path, alex.clone()).await,
        400,
        "Permission being assigned already exists on the object"
    ));
    let pilot = desk.assignment(&desk.group("Jira Pilot").await).await;
    let group = desk.done("POST", path, pilot).await;
    assert_eq!(group["principalType"], "Group");
    assert_eq!(desk.assigned().await.len(), 2);
    let page = desk
        .get("servicePrincipals/SP/appRoleAssignedTo?$top=1&$select=id,principalId")
        .await;
    assert!(page["@odata.nextLink"].is_string() && page["value"].as_array().unwrap().len() == 1);

    let mut zero = alex.clone();
    zero["appRoleId"] = "00000000-0000-0000-0000-000000000000".into();
    assert!(is(
        &desk.refused("POST", path, zero).await,
        400,
        "Permission being assigned was not found on application"
    ));
    let social = desk.assignment(&desk.group("Contoso Social").await).await;
    assert!(is(
        &desk.refused("POST", path, social).await,
        400,
        "security enabled"
    ));
    let nobody = desk
        .assignment("8f7a1c1e-0000-4000-8000-000000000000")
        .await;
    assert!(is(
        &desk.refused("POST", path, nobody).await,
        404,
        "Request_ResourceNotFound"
    ));
    let mut elsewhere = alex;
    elsewhere["resourceId"] = desk.app.clone().into();
    assert!(is(
        &desk.refused("POST", path, elsewhere).await,
        400,
        "resourceId"
    ));

    for made in [made, group] {
        let one = format!("{path}/{}", made["id"].as_str().unwrap());
        assert_eq!(desk.get(&one).await["principalId"], made["principalId"]);
        assert_eq!(desk.call("DELETE", &one, None).await.status, 204);
        assert!(is(
            &desk.refused("GET", &one, Value::Null).await,
            404,
            "Request_ResourceNotFound"
        ));
    }
    assert_eq!(desk.bench.practice.dump()["tenant"], before["tenant"]);
    desk.levers().premium_off();
    let pilot = desk.assignment(&desk.group("Jira Pilot").await).await;
    assert!(is(
        &desk.refused("POST", path, pilot).await,
        400,
        "plan level"
    ));
}

#[tokio::test]
async fn assigning_needs_the_right_and_the_role() {
    let desk = Desk::fresh().await;
    let path = format!("/v1.0/servicePrincipals/{}/appRoleAssignedTo", desk.sp);
    let alex = desk.assignment(&desk.person(ALEX).await).await;
    // A token holds everything that its person ever consented to, so this is somebody new.
    let narrow = token(&desk.bench, 1, "openid Directory.Read.All").await;
    let post = async |token: &str| {
        desk.bench
            .graph(token, "POST", &path, Some(alex.clone()))
            .await
            .status
    };
    assert_eq!(post(&narrow).await, 403);
    let reader = token(&desk.bench, 1, "openid AppRoleAssignment.ReadWrite.All").await;
    desk.levers()
        .deactivate_role("megan@contoso.com", "Global Administrator")
        .unwrap();
    assert_eq!(post(&reader).await, 403);
    desk.levers()
        .activate_role("megan@contoso.com", "User Administrator")
        .unwrap();
    assert_eq!(
        post(&token(&desk.bench, 1, "openid AppRoleAssignment.ReadWrite.All").await).await,
        201
    );
}

#[tokio::test]
async fn a_person_is_created_assigned_and_deleted() {
    let desk = Desk::with_tempo(Tempo::Explicit).await;
    let before = desk.bench.practice.dump();
    let megan = token(&desk.bench, 1, EVERYTHING).await;
    let create = async |token: &str, body: Value| {
        desk.bench
            .graph(token, "POST", "/v1.0/users", Some(body))
            .await
    };
    let simon = json!({"accountEnabled": true, "displayName": "B.Simon", "givenName": "B", "surname": "Simon", "mailNickname": "b.simon",
        "userPrincipalName": "b.simon@contoso.com", "mail": "b.simon@contoso.com", "usageLocation": "US",
        "passwordProfile": {"forceChangePasswordNextSignIn": true, "password": "mW4!rT9#zQ2$kL7&vX1b"}});
    let with = |name: &str, value: Value| {
        let mut body = simon.clone();
        body[name] = value;
        body
    };
    assert_eq!(
        create(&desk.token, simon.clone()).await.status,
        403,
        "an application administrator makes nobody"
    );
    let password = |word: &str| json!({"password": word});
    for (body, words) in [
        (
            with("userPrincipalName", json!("b@fabrikam.com")),
            "The domain portion of the userPrincipalName property is invalid.",
        ),
        (
            with("userPrincipalName", json!("ALEX@contoso.com")),
            "property userPrincipalName already exists",
        ),
        (
            with("mail", json!("Alex@Contoso.com")),
            "property proxyAddresses already exists",
        ),
        (
            with("passwordProfile", password("short1!")),
            "password complexity",
        ),
        (
            with("passwordProfile", password("onlylowercaseletters")),
            "password complexity",
        ),
        (
            with("passwordProfile", password("B.Simon-2026-xyz")),
            "password complexity",
        ),
        (with("mailNickname", json!("b simon")), "mailNickname"),
        (with("displayName", json!("")), "displayName"),
        (with("colour", json!("red")), "colour"),
    ] {
        assert!(is(&said(&create(&megan, body).await), 400, words));
    }
    let made = create(&megan, simon.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert!(!made.text.contains("mW4") && made.json()["accountEnabled"].is_null());
    let conflict = create(&megan, simon).await.json();
    assert_eq!(conflict["error"]["details"][0]["code"], "ObjectConflict");

    let role = desk.assignment(&id).await;
    let path = "servicePrincipals/SP/appRoleAssignedTo";
    assert_eq!(
        desk.refused("GET", &format!("users/{id}"), Value::Null)
            .await
            .0,
        404
    );
    assert_eq!(desk.refused("POST", path, role.clone()).await.0, 404);
    desk.levers().poke();
    assert_eq!(
        desk.get("users/B.Simon@contoso.com").await["id"],
        id.as_str()
    );
    assert_eq!(desk.count("users/$count").await, 421);
    let found = desk
        .get("users?$search=\"displayName:simon\"&$count=true")
        .await;
    assert_eq!(found["value"][0]["id"], id.as_str());
    desk.done("POST", path, role).await;
    desk.levers().poke();
    assert_eq!(desk.assigned().await.len(), 1);

    let gone = desk
        .bench
        .graph(&megan, "DELETE", &format!("/v1.0/users/{id}"), None)
        .await;
    assert_eq!(gone.status, 204);
    desk.levers().poke();
    assert_eq!(
        desk.refused("GET", &format!("users/{id}"), Value::Null)
            .await
            .0,
        404
    );
    assert!(
        desk.assigned().await.is_empty(),
        "the assignment of nobody counts for nothing"
    );
    assert_eq!(desk.bench.practice.dump()["tenant"], before["tenant"]);
    let bin = desk
        .get("directory/deletedItems/microsoft.graph.user")
        .await;
    assert_eq!(bin["value"][0]["userPrincipalName"], "b.simon@contoso.com");
    let restored = desk
        .bench
        .graph(
            &megan,
            "POST",
            &format!("/v1.0/directory/deletedItems/{id}/restore"),
            None,
        )
        .await;
    assert_eq!(restored.status, 200, "{}", restored.text);
}
