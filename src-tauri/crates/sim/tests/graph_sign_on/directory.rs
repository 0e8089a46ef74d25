//! Groups and people as lists: found, counted, and read in pages.

use serde_json::{Value, json};

use crate::desk::{ALEX, Desk, is, said, token};

#[tokio::test]
async fn groups_are_found_and_their_members_counted() {
    let desk = Desk::fresh().await;
    let found = desk.get("groups?$search=\"displayName:jira\"&$filter=securityEnabled eq true&$count=true&$select=displayName").await;
    assert_eq!(found["@odata.count"], 2);
    assert!(desk.count("groups/$count").await > 15);
    let refused = desk
        .bench
        .graph(
            &desk.token,
            "GET",
            "/v1.0/groups?$search=\"displayName:jira\"",
            None,
        )
        .await;
    assert!(is(&said(&refused), 400, "ConsistencyLevel"));
    let nesting = desk.group("Engineering").await;
    let counted = async |path: &str| desk.count(&format!("groups/{nesting}/{path}/$count")).await;
    assert_eq!(counted("members").await, 5);
    assert_eq!(counted("members/microsoft.graph.user").await, 3);
    assert_eq!(counted("members/microsoft.graph.group").await, 2);
    assert_eq!(counted("transitiveMembers/microsoft.graph.user").await, 9);
    let inner = desk
        .get(&format!(
            "groups/{nesting}/members/microsoft.graph.group?$select=displayName"
        ))
        .await;
    assert_eq!(inner["value"][0]["displayName"], "Engineering Platform");
    let all = desk.get(&format!("groups/{nesting}/members?$top=4")).await;
    assert_eq!(all["value"][0]["@odata.type"], "#microsoft.graph.user");
    assert!(all["@odata.nextLink"].is_string());
    let rule = desk.group("All Contoso").await;
    assert_eq!(
        desk.get(&format!("groups/{rule}")).await["groupTypes"],
        json!(["DynamicMembership"])
    );
    assert_eq!(
        desk.count(&format!(
            "groups/{rule}/members/microsoft.graph.user/$count"
        ))
        .await,
        420
    );

    let narrow = token(&desk.bench, 1, "openid GroupMember.Read.All").await;
    let path = format!("/v1.0/groups/{nesting}/members/microsoft.graph.user?$select=id,mail");
    let bare = desk.bench.graph(&narrow, "GET", &path, None).await.json();
    assert!(bare["value"][0]["id"].is_string() && bare["value"][0]["mail"].is_null());
}

#[tokio::test]
async fn ten_thousand_people_are_read_in_pages() {
    let desk = Desk::in_scenario("large").await;
    let mut path =
        "users?$top=999&$select=id,userPrincipalName,mail,accountEnabled,userType".to_owned();
    let mut people: Vec<Value> = Vec::new();
    let mut pages = 0;
    loop {
        let page = desk.get(&path).await;
        people.extend(page["value"].as_array().unwrap().iter().cloned());
        pages += 1;
        let Some(next) = page["@odata.nextLink"].as_str() else {
            break;
        };
        path = next.split("/v1.0/").nth(1).unwrap().to_owned();
    }
    assert_eq!((people.len(), pages), (10_000, 11));
    let ids: std::collections::BTreeSet<&str> = people
        .iter()
        .map(|person| person["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 10_000);
    let some =
        |test: &dyn Fn(&Value) -> bool| people.iter().filter(|person| test(person)).count() as u64;
    let no_mail = some(&|person| person["mail"].is_null() && person["accountEnabled"] == true);
    let filter =
        "users?$count=true&$top=1&$select=id&$filter=mail eq null and accountEnabled eq true";
    assert_eq!(desk.get(filter).await["@odata.count"], no_mail);
    let members =
        some(&|person| person["accountEnabled"] == true && person["userType"] == "Member");
    assert_eq!(
        desk.count("users/$count?$filter=accountEnabled eq true and userType eq 'Member'")
            .await,
        members
    );
    assert!(no_mail > 50 && members < 9_700);
    let guest = people
        .iter()
        .find(|person| person["userType"] == "Guest")
        .unwrap();
    let name = guest["userPrincipalName"].as_str().unwrap();
    assert_eq!(
        desk.get(&format!("users/{}", name.replace('#', "%23")))
            .await["id"],
        guest["id"]
    );
    let rule = desk.group("All Contoso").await;
    let path = format!(
        "groups/{rule}/members/microsoft.graph.user?$top=999&$count=true&$select=id,userType"
    );
    let first = desk.get(&path).await;
    let guests = some(&|person| person["userType"] == "Guest");
    assert_eq!(first["@odata.count"], 10_000 - guests);
    let mut next = first["@odata.nextLink"].as_str().map(str::to_owned);
    let mut counted = first["value"].as_array().unwrap().len() as u64;
    while let Some(link) = next {
        // The bench sends the header of advanced queries where it sees one.
        let link = link.replace("%24count", "$count");
        let page = desk.get(link.split("/v1.0/").nth(1).unwrap()).await;
        let rows = page["value"].as_array().unwrap();
        assert!(rows.iter().all(|row| row["userType"] == "Member"));
        counted += rows.len() as u64;
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    assert_eq!(counted, 10_000 - guests, "every member once");
    let basic = token(&desk.bench, 2, "openid User.ReadBasic.All").await;
    let read = async |query: &str| {
        desk.bench
            .graph(&basic, "GET", &format!("/v1.0/users?$top=1&{query}"), None)
            .await
            .status
    };
    assert_eq!(read("$select=id,mail").await, 200);
    assert_eq!(read("$select=id,accountEnabled").await, 403);
}

#[tokio::test]
async fn mail_is_missing_where_it_is_elsewhere() {
    let desk = Desk::in_scenario("mail-missing").await;
    let filter = "users?$count=true&$top=1&$filter=mail eq null";
    assert!(desk.get(filter).await["@odata.count"].as_u64().unwrap() > 350);
    assert!(desk.get(&format!("users/{ALEX}")).await["mail"].is_null());
}
