//! The organization API against scripted servers: both paging dialects and how they end, the capability table, the examples.

mod events;
mod policies;

use serde_json::json;

use super::*;
use crate::fault::FaultKind;
use crate::testing::{Server, answer};

fn api(server: &Server) -> Atlassian {
    Atlassian::new(
        server.http(),
        &server.cloud(),
        Secret::new("practice-organization-key-1"),
    )
}

#[tokio::test]
async fn the_first_dialect_gives_addresses() {
    let server = Server::answering(|number, got| {
        let next = format!("http://{}/admin/v1/orgs/o-1/domains?cursor=c{}", got.header("host").unwrap_or_default(), number + 1);
        let item = json!({"id": number.to_string(), "attributes": {"name": "example.com", "claim": {"type": "dns", "status": "Verified"}}});
        answer(200, json!({"data": [item], "links": {"next": if number < 2 { json!(next) } else { json!(null) }}}))
    })
    .await;
    let domains = api(&server).domains("o-1").await.expect("domains").value;
    assert!(domains.len() == 3 && domains[2].is_verified());
    assert_eq!(
        server.lines(),
        [
            "GET /admin/v1/orgs/o-1/domains",
            "GET /admin/v1/orgs/o-1/domains?cursor=c1",
            "GET /admin/v1/orgs/o-1/domains?cursor=c2"
        ]
    );
    assert!(
        server
            .got()
            .iter()
            .all(|got| got.header("authorization") == Some("Bearer practice-organization-key-1"))
    );
    assert!(
        server
            .got()
            .iter()
            .all(|got| got.header("client-request-id").is_none())
    );
}

#[tokio::test]
async fn the_second_dialect_gives_cursors_that_stand_alone() {
    let server = Server::answering(|number, _| {
        let user = json!({"accountId": number.to_string(), "platformRoles": null});
        answer(
            200,
            json!({"data": [user], "links": {"next": if number == 0 { "a=b&c" } else { "" }}}),
        )
    })
    .await;
    let all = api(&server)
        .directory_users("o-1", "-", |_, _| ControlFlow::Continue(()))
        .await;
    assert_eq!(all.expect("users").value, 2);
    assert_eq!(
        server.lines(),
        [
            "GET /admin/v2/orgs/o-1/directories/-/users?limit=100",
            "GET /admin/v2/orgs/o-1/directories/-/users?cursor=a%3Db%26c"
        ]
    );
}

#[tokio::test]
async fn of_all_accounts_only_the_admins_are_kept_and_each_page_is_told() {
    let server = Server::answering(|number, _| {
        let role = ["atlassian/org-admin", "atlassian/guest"][number % 2];
        let user = json!({"accountId": number.to_string(), "platformRoles": [role]});
        let next = if number < 2 {
            format!("c{number}")
        } else {
            String::new()
        };
        answer(200, json!({"data": [user], "links": {"next": next}}))
    })
    .await;
    let heard: Arc<std::sync::Mutex<Vec<_>>> = Arc::default();
    let hearing = heard.clone();
    let pass = api(&server)
        .telling(move |progress| hearing.lock().expect("unharmed").push(progress.seen))
        .fresh_pass();
    for _ in 0..2 {
        let found = pass.organization_admins("o-1").await.expect("admins").value;
        let ids: Vec<_> = found
            .admins
            .iter()
            .map(|admin| admin.account_id.as_str())
            .collect();
        assert_eq!((ids, found.accounts), (vec!["0", "2"], 3));
        assert!(
            found
                .roles
                .iter()
                .eq(["atlassian/guest", "atlassian/org-admin"])
        );
    }
    assert_eq!(server.got().len(), 3, "once in a pass");
    assert_eq!(*heard.lock().expect("unharmed"), [1, 2, 3]);
}

#[tokio::test]
async fn a_search_carries_its_cursor_alone_in_the_body() {
    let server = Server::answering(|number, _| {
        let id = format!("w-{number}");
        let site = json!({"id": id, "attributes": {"name": "example", "hostUrl": "https://example.test", "typeKey": "jira-software"}});
        answer(200, json!({"data": [site], "links": {"next": if number == 0 { json!("c1") } else { json!(null) }}}))
    })
    .await;
    let sites = api(&server)
        .workspaces("o-1")
        .await
        .expect("workspaces")
        .value;
    assert_eq!(sites[1].host_url.as_deref(), Some("https://example.test"));
    let bodies: Vec<_> = server.got().into_iter().map(|got| got.body).collect();
    assert_eq!(bodies, ["{}", r#"{"cursor":"c1"}"#]);
    assert_eq!(
        server.lines(),
        [
            "POST /admin/v2/orgs/o-1/workspaces",
            "POST /admin/v2/orgs/o-1/workspaces"
        ]
    );
}

#[tokio::test]
async fn a_list_ends_even_when_its_cursors_do_not() {
    let cases = [
        (json!("same"), FaultKind::TooManyPages, 2),
        (
            json!("https://elsewhere.example/admin?cursor=x"),
            FaultKind::ForeignAddress,
            1,
        ),
        (
            json!({"cursor": "x"}),
            FaultKind::Unreadable {
                path: "links.next".into(),
            },
            1,
        ),
    ];
    for (next, kind, requests) in cases {
        let page = json!({"data": [], "links": {"next": next}});
        let server = Server::answering(move |_, _| answer(200, page.clone())).await;
        let fault = api(&server).directories("o-1").await.expect_err("a fault");
        assert_eq!((fault.kind, server.got().len()), (kind, requests), "{next}");
    }
    let odd = Server::answering(|_, _| answer(200, json!({"values": []}))).await;
    assert!(matches!(
        api(&odd).orgs().await.expect_err("a fault").kind,
        FaultKind::Unreadable { .. }
    ));
}

#[tokio::test]
async fn who_comes_twice_is_counted_once_in_either_dialect() {
    let server = Server::answering(|number, got| {
        let host = got.header("host").unwrap_or_default();
        let (id, next) = match got.target.contains("/v2/") {
            true => ("accountId", format!("c{number}")),
            false => (
                "account_id",
                format!("http://{host}/admin/v1?cursor=c{number}"),
            ),
        };
        // The second page of each list is the first one again.
        let users: Vec<_> = (0..10).map(|n| json!({id: format!("u-{n}")})).collect();
        let more = !got.target.contains("cursor=");
        let next = if more { json!(next) } else { json!(null) };
        answer(200, json!({"data": users, "links": {"next": next}}))
    })
    .await;
    let api = api(&server);
    let managed = api.managed_users("o-1", |_, _| ControlFlow::Continue(()));
    assert_eq!(managed.await.expect("a count").value, 10);
    let all = api.directory_users("o-1", "-", |_, _| ControlFlow::Continue(()));
    assert_eq!(all.await.expect("a count").value, 10);
    assert_eq!(server.got().len(), 4, "both pages of both lists were read");
}

#[tokio::test]
async fn managed_accounts_come_page_by_page_until_somebody_has_enough() {
    let script = |number: usize, got: &crate::testing::Got| {
        let next = format!(
            "http://{}/admin/v1/orgs/o-1/users?cursor=c{number}",
            got.header("host").unwrap_or_default()
        );
        let users: Vec<_> = (0..100)
            .map(|n| json!({"account_id": format!("{number}-{n}"), "name": null}))
            .collect();
        let next = if number < 4 { json!(next) } else { json!(null) };
        answer(
            200,
            json!({"data": users, "meta": {"total": 500}, "links": {"next": next}}),
        )
    };
    let server = Server::answering(script).await;
    let mut told = vec![];
    let whole = api(&server);
    let all = whole.managed_users("o-1", |users, progress| {
        told.push((users.len(), progress.seen, progress.total));
        ControlFlow::Continue(())
    });
    assert_eq!(all.await.expect("a count").value, 500);
    assert_eq!(told.last(), Some(&(100, 500, Some(500))));

    let again = Server::answering(script).await;
    let part = api(&again);
    let some = part.managed_users("o-1", |_, progress| {
        if progress.seen >= 200 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!(
        (some.await.expect("a count").value, again.got().len()),
        (200, 2)
    );
    assert_eq!(
        api(&again)
            .managed_count("o-1")
            .await
            .expect("a count")
            .value,
        Some(500)
    );
}

#[tokio::test]
async fn the_capability_table_tells_scope_refusal_and_trouble_apart() {
    let server = Server::answering(|_, got| {
        let path = got.target.split('?').next().unwrap_or_default();
        match path.rsplit('/').next().unwrap_or_default() {
            "domains" => answer(403, json!({"errors": [{"status": "403", "code": "FORBIDDEN", "detail": "needs read:domains:admin"}]})),
            "api-keys" => answer(401, json!({"code": 401, "message": "Unauthorized"})),
            "workspaces" => answer(404, json!({})),
            "event-actions" => answer(403, json!({"errors": [{"status": "403", "code": "FORBIDDEN"}]})),
            "00000000-0000-0000-0000-000000000000" => answer(404, json!({"errors": [{"status": "404"}]})),
            "o-1" => answer(200, json!({"data": {"id": "o-1", "attributes": {"name": "Example Ltd"}}})),
            _ => answer(200, json!({"data": [], "meta": {"total": 0}})),
        }
    })
    .await;
    let pass = api(&server).fresh_pass();
    let table = pass.probe("o-1").await;
    assert_eq!(
        table
            .all()
            .iter()
            .map(|(feature, _)| *feature)
            .collect::<Vec<_>>(),
        Feature::ALL
    );
    assert!(
        table.of(Feature::Organization).is_ok()
            && table.of(Feature::ManagedUsers).is_ok()
            && table.of(Feature::DirectoryUsers).is_ok()
    );
    assert!(
        matches!(table.of(Feature::Domains), Capability::MissingScope { said: Some(said), .. } if said.contains("read:domains:admin"))
    );
    assert!(matches!(table.of(Feature::ApiKeys), Capability::Refused(_)));
    assert!(
        matches!(table.of(Feature::Workspaces), Capability::Other(fault) if fault.is_not_found())
    );
    assert_eq!(table.missing(), [Feature::Domains, Feature::Events]);
    assert!(
        matches!(table.of(Feature::Policies), Capability::Ok { call } if call.status == Some(404)),
        "no such task, and the right to ask"
    );
    let before = server.got().len();
    assert_eq!(
        pass.org("o-1").await.expect("an organization").value.name,
        "Example Ltd"
    );
    assert!(pass.domains("o-1").await.is_err());
    assert_eq!(
        server.got().len(),
        before,
        "what the probe read counts for the pass"
    );
}

/// Reads the documented answers, where they lie beside the repository.
#[test]
fn the_documented_examples_are_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../../shared/examples/atlassian");
    if !folder.is_dir() {
        return;
    }
    fn reads<T: DeserializeOwned>(folder: &std::path::Path, name: &str) -> Vec<T> {
        let text = std::fs::read_to_string(folder.join(name)).expect("an example");
        let page = without_nulls(&serde_json::from_str(&text).expect("JSON"));
        serde_path_to_error::deserialize(&page["data"])
            .unwrap_or_else(|error| panic!("{name}: {error}"))
    }
    assert_eq!(
        reads::<Org>(&folder, "org-v1-orgs.get.200.json")[0].name,
        "Example Ltd"
    );
    assert!(reads::<OrgDomain>(&folder, "org-v1-domains.get.200.json")[0].is_verified());
    assert_eq!(
        reads::<ManagedUser>(&folder, "org-v1-users.get.200.json")[0].access_billable,
        Some(true)
    );
    assert!(
        !reads::<Directory>(&folder, "org-v2-directories.get.200.json")[0]
            .directory_id
            .is_empty()
    );
    assert!(reads::<DirectoryUser>(&folder, "org-v2-directory-users.get.200.json")[0].is_managed());
    assert!(
        reads::<Workspace>(&folder, "org-v2-workspaces.post.200.json")[0]
            .host_url
            .is_some()
    );
    let event = &reads::<Event>(&folder, "org-v1-events-stream.get.200.json")[0];
    assert!(event.is_about("Example.User@example.io") && event.processed_at > event.time);
    assert!(
        reads::<Event>(&folder, "org-v1-events.get.200.json")[0].is_about("b.simon@example.com")
    );
    assert_eq!(
        reads::<EventAction>(&folder, "org-v1-event-actions.get.200.json")[0].group_display_name,
        "Atlassian accounts"
    );
    assert!(
        reads::<ApiKey>(&folder, "apiaccess-api-keys.get.200.json")[0]
            .expires()
            .is_some()
    );
}
