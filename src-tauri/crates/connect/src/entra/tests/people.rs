//! People and groups: a large tenant page by page, the advanced form, searches, the test user.

use std::ops::ControlFlow;

use serde_json::json;

use super::*;
use crate::Progress;
use crate::fault::Meaning;
use crate::testing::Got;

const FIELDS: &str = "$select=id%2CdisplayName%2CuserPrincipalName%2Cmail%2CaccountEnabled%2CuserType%2CgivenName%2Csurname";

/// A tenant of 10,000, in pages of what was asked for.
fn ten_thousand(got: &Got) -> axum::response::Response {
    const ALL: usize = 10_000;
    let url = Url::parse(&format!("http://x{}", got.target)).expect("an address");
    let asked = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let start: usize = asked("$skiptoken").map_or(0, |at| at.parse().expect("a place"));
    let size: usize = asked("$top").map_or(999, |top| top.parse().expect("a size"));
    let people: Vec<_> = (start..ALL.min(start + size))
        .map(|n| json!({"id": format!("u-{n}"), "mail": null, "accountEnabled": n % 2 == 0}))
        .collect();
    let mut page = json!({"value": people});
    if start == 0 {
        page["@odata.count"] = json!(ALL);
    }
    if start + size < ALL {
        let host = got.header("host").unwrap_or_default();
        let next = format!("http://{host}/v1.0/users?$skiptoken={}", start + size);
        page["@odata.nextLink"] = json!(next);
    }
    answer(200, page)
}

#[tokio::test]
async fn ten_thousand_people_come_page_by_page() {
    let server = Server::answering(|_, got| ten_thousand(got)).await;
    let (mut pages, mut enabled, mut told) = (0, 0, vec![]);
    let seen = graph(&server)
        .each_user(|people, progress| {
            pages += 1;
            assert_eq!(server.got().len(), pages, "no page ahead of this one");
            assert!(people.len() <= 999);
            assert!(people.iter().all(|person| person.mail.is_none()));
            enabled += people
                .iter()
                .filter(|person| person.account_enabled == Some(true))
                .count();
            told.push(progress);
            ControlFlow::Continue(())
        })
        .await
        .expect("a count");
    assert_eq!((seen.value, pages, enabled), (10_000, 11, 5_000));
    let progress = |seen| Progress {
        seen,
        total: Some(10_000),
    };
    assert_eq!((told[0], told[10]), (progress(999), progress(10_000)));
    assert_eq!(
        server.lines()[0],
        format!("GET /v1.0/users?{FIELDS}&$top=999&$count=true")
    );
    assert!(
        server
            .got()
            .iter()
            .all(|got| got.header("consistencylevel") == Some("eventual"))
    );
}

#[tokio::test]
async fn who_comes_twice_is_counted_once() {
    let server = Server::answering(|_, got| {
        let host = got.header("host").unwrap_or_default();
        let page = |from: usize, next: Option<&str>| {
            let people: Vec<_> = (from..from + 10)
                .map(|n| json!({"id": format!("u-{n}")}))
                .collect();
            let mut page = json!({"value": people});
            if let Some(next) = next {
                page["@odata.nextLink"] =
                    json!(format!("http://{host}/v1.0/users?$skiptoken={next}"));
            }
            answer(200, page)
        };
        // The second page has the whole first one again, the third half of it.
        match got.target.split_once("skiptoken=").map(|(_, at)| at) {
            None => page(0, Some("2")),
            Some("2") => page(0, Some("3")),
            Some(_) => page(5, None),
        }
    })
    .await;
    let (mut met, graph) = (0, graph(&server));
    let seen = graph.each_user(|people, _| {
        met += people.len();
        ControlFlow::Continue(())
    });
    assert_eq!(seen.await.expect("a count").value, 15);
    assert_eq!(met, 15);
}

#[tokio::test]
async fn whoever_has_enough_stops_it() {
    let server = Server::answering(|_, got| ten_thousand(got)).await;
    let graph = graph(&server);
    let seen = graph.each_member("g/1", |_, progress| match progress.seen < 1_500 {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    });
    assert_eq!(
        (seen.await.expect("a count").value, server.got().len()),
        (1_998, 2)
    );
    assert_eq!(
        server.lines()[0],
        format!(
            "GET /v1.0/groups/g%2F1/members/microsoft.graph.user?{FIELDS}&$top=999&$count=true"
        )
    );
}

#[tokio::test]
async fn a_stream_ends_even_when_its_pages_do_not() {
    for (next, kind, most) in [
        ("/v1.0/users?$skiptoken=same", FaultKind::TooManyPages, 2),
        (
            "http://elsewhere.example/v1.0/users",
            FaultKind::ForeignAddress,
            1,
        ),
    ] {
        let server = Server::answering(move |_, got| {
            let host = got.header("host").unwrap_or_default();
            let next = match next.strip_prefix('/') {
                Some(path) => format!("http://{host}/{path}"),
                None => next.to_owned(),
            };
            answer(200, json!({"value": [], "@odata.nextLink": next}))
        })
        .await;
        let fault = graph(&server)
            .each_user(|_, _| ControlFlow::Continue(()))
            .await
            .expect_err("a fault");
        assert_eq!((fault.kind, server.got().len()), (kind, most), "{next}");
    }
    let odd = Server::answering(|_, _| answer(200, json!({"value": [{"id": 5}]}))).await;
    let fault = graph(&odd)
        .each_user(|_, _| ControlFlow::Continue(()))
        .await
        .expect_err("a fault");
    assert_eq!(
        fault.kind,
        FaultKind::Unreadable {
            path: "[0].id".into()
        }
    );
}

#[tokio::test]
async fn a_search_is_quoted_and_reads_one_page() {
    let server = Server::answering(|_, _| {
        let person = json!({"id": "p-1", "displayName": "B.Simon", "userType": "Guest", "groupTypes": ["DynamicMembership"], "securityEnabled": false});
        answer(200, json!({"value": [person], "@odata.nextLink": "http://elsewhere.example/"}))
    })
    .await;
    let graph = graph(&server);
    let found = graph.search_users(" sim\"on\\ ").await.expect("people");
    assert!(found.value[0].is_guest());
    graph.search_users("").await.expect("people");
    let groups = graph.search_groups("jira").await.expect("groups");
    assert!(groups.value[0].is_dynamic());
    assert_eq!(
        groups.value[0].security_enabled,
        Some(false),
        "found, to be told why it can't be assigned"
    );
    let lines = server.lines();
    assert!(
        lines[0].contains("$search=%22displayName%3Asim%5C%22on%5C%5C%22%20OR%20%22mail%3Asim%5C%22on%5C%5C%22%20OR%20%22userPrincipalName%3A")
            && lines[0].contains("$top=25")
            && lines[0].ends_with("&$count=true"),
        "{lines:?}"
    );
    assert!(!lines[1].contains("$search"), "{lines:?}");
    assert!(
        !lines[2].contains("$filter") && lines[2].contains("$search=%22displayName%3Ajira%22&"),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 3);
    assert!(
        server
            .got()
            .iter()
            .all(|got| got.header("consistencylevel") == Some("eventual"))
    );
}

#[tokio::test]
async fn what_is_read_of_one_group() {
    let server = Server::answering(|_, got| {
        match got.target.contains("$count?") || got.target.ends_with("/$count") {
            true => axum::response::IntoResponse::into_response("12"),
            false if got.target.contains("/members/") => {
                answer(200, json!({"value": [{"id": "g-2"}]}))
            }
            false => answer(200, json!({"id": "g-1", "securityEnabled": true})),
        }
    })
    .await;
    let graph = graph(&server);
    assert_eq!(
        graph
            .group("g-1")
            .await
            .expect("a group")
            .value
            .security_enabled,
        Some(true)
    );
    assert_eq!(
        graph
            .user("ada@contoso.test")
            .await
            .expect("a person")
            .value
            .id,
        "g-1"
    );
    assert_eq!(
        graph.nested_groups("g-1").await.expect("groups").value[0].id,
        "g-2"
    );
    assert_eq!(
        graph
            .user_members_count("g-1")
            .await
            .expect("a count")
            .value,
        12
    );
    let lines = server.lines();
    assert!(
        lines[1].starts_with("GET /v1.0/users/ada%40contoso.test?"),
        "{lines:?}"
    );
    assert!(
        lines[2].starts_with("GET /v1.0/groups/g-1/members/microsoft.graph.group?"),
        "{lines:?}"
    );
    assert_eq!(
        lines[3],
        "GET /v1.0/groups/g-1/members/microsoft.graph.user/$count"
    );
    assert_eq!(server.got()[3].header("consistencylevel"), Some("eventual"));
}

#[tokio::test]
async fn a_test_user_is_made_once_and_the_password_is_not_recorded() {
    let body = json!({
        "userPrincipalName": "b.simon@contoso.test",
        "passwordProfile": {"forceChangePasswordNextSignIn": true, "password": "xWwvJ]6NMw+bWH-d-9"},
    });
    let server = Server::answering(|_, got| match got.method.as_str() {
        "POST" => answer(
            201,
            json!({"id": "u-1", "userPrincipalName": "b.simon@contoso.test"}),
        ),
        _ => http::StatusCode::NO_CONTENT.into_response(),
    })
    .await;
    let graph = graph(&server);
    assert_eq!(
        graph
            .create_user(body.clone())
            .await
            .expect("a person")
            .value
            .id,
        "u-1"
    );
    graph.delete_user("u-1").await.expect("a change");
    assert_eq!(
        server.lines(),
        ["POST /v1.0/users", "DELETE /v1.0/users/u-1"]
    );
    assert!(server.got()[0].body.contains("xWwvJ]6NMw+bWH-d-9"));
    let recorded = format!("{:?}", graph.http.ledger().all());
    assert!(recorded.contains("b.simon@contoso.test") && !recorded.contains("xWwvJ"));

    let says = [
        (
            "Another object with the same value for property userPrincipalName already exists.",
            Meaning::DuplicateUser,
        ),
        (
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
            Meaning::UnverifiedDomain,
        ),
        (
            "The specified password does not comply with password complexity requirements.",
            Meaning::WeakPassword,
        ),
    ];
    for (message, meaning) in says {
        let refusing = Server::answering(move |_, _| {
            answer(
                400,
                json!({"error": {"code": "Request_BadRequest", "message": message}}),
            )
        })
        .await;
        let graph = super::graph(&refusing);
        let fault = graph.create_user(body.clone()).await.expect_err("a fault");
        assert!(fault.means(meaning), "{message}");
        assert!(!fault.maybe_done());
    }
    let broken = Server::answering(|_, _| answer(503, json!({}))).await;
    let fault = super::graph(&broken)
        .create_user(body)
        .await
        .expect_err("a fault");
    assert_eq!((broken.got().len(), fault.maybe_done()), (1, true));
}
