//! The control API: accounts are added by a task that is followed, and whatever comes about policies is handed on.

use super::*;
use crate::fault::FaultKind;

const TASK: &str = "358d916a-aed3-474a-9ae0-17def3bad866";

#[tokio::test]
async fn accounts_are_added_by_a_task() {
    let server = Server::answering(|number, _| match number {
        0 => answer(202, json!({"taskId": TASK, "taskLink": "https://api.test/task"})),
        1 => answer(200, json!({"inProgressCount": 2, "successCount": 0, "failureCount": 0, "failureReasons": null})),
        _ => answer(200, json!({"inProgressCount": 0, "successCount": 1, "failureCount": 1, "failureReasons": [
            {"emails": ["b@x.test"], "details": {"status": 404, "title": "Not found", "detail": "No managed account with this email"}}]})),
    })
    .await;
    let api = api(&server).fresh_pass();
    let emails = ["a@x.test".to_owned(), "b@x.test".to_owned()];
    let task = api
        .add_to_policy("o-1", "p/1", &emails)
        .await
        .expect("a task");
    assert_eq!(
        (task.value.task_id.as_str(), task.call.status),
        (TASK, Some(202))
    );
    assert!(
        !api.policy_task("o-1", TASK)
            .await
            .expect("a state")
            .value
            .is_over()
    );
    let state = api.policy_task("o-1", TASK).await.expect("a state").value;
    assert!(state.is_over(), "asked anew within the same pass");
    assert_eq!((state.success_count, state.failure_count), (1, 1));
    assert_eq!(state.failure_reasons[0].emails, ["b@x.test"]);
    assert_eq!(
        state.failure_reasons[0].details.detail.as_deref(),
        Some("No managed account with this email")
    );
    let asked = format!("GET /admin/control/v1/orgs/o-1/auth-policy/task/{TASK}");
    assert_eq!(
        server.lines(),
        [
            "POST /admin/control/v1/orgs/o-1/auth-policy/p%2F1/add-users",
            &asked,
            &asked
        ]
    );
    assert_eq!(server.got()[0].body, r#"{"users":["a@x.test","b@x.test"]}"#);
}

#[tokio::test]
async fn a_doubtful_task_is_not_begun_twice() {
    for (status, body, maybe) in [
        (503, json!({}), true),
        (202, json!({"task": 5}), true),
        (404, json!({}), false),
    ] {
        let server = Server::answering(move |_, _| answer(status, body.clone())).await;
        let fault = api(&server)
            .add_to_policy("o-1", "p-1", &["a@x.test".into()])
            .await
            .expect_err("a fault");
        assert_eq!(
            (server.got().len(), fault.maybe_done()),
            (1, maybe),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_write_ends_what_a_pass_knows() {
    let server = Server::answering(|_, got| match got.target.ends_with("add-users") {
        true => answer(202, json!({"taskId": TASK})),
        false => answer(200, json!([{"email": "a@x.test"}])),
    })
    .await;
    let pass = api(&server).fresh_pass();
    let accounts = ["5f45".to_owned()];
    pass.policies_of("o-1", &accounts).await.expect("policies");
    pass.policies_of("o-1", &accounts).await.expect("policies");
    assert_eq!(server.got().len(), 1, "read once a pass");
    pass.policies_of("o-1", &["6a00".into()])
        .await
        .expect("policies");
    pass.add_to_policy("o-1", "p-1", &["a@x.test".into()])
        .await
        .expect("a task");
    pass.policies_of("o-1", &accounts).await.expect("policies");
    assert_eq!(
        server.got().len(),
        4,
        "other accounts, and again after the write"
    );
    assert_eq!(server.got()[0].body, r#"{"accountIds":["5f45"]}"#);
}

#[tokio::test]
async fn whatever_comes_about_policies_is_handed_on() {
    let row = json!({"email": "a@x.test", "somethingNew": null, "list": ["x"]});
    let cases = [
        (json!([row, null]), vec![row.clone(), json!(null)]),
        (json!([]), vec![]),
        (json!({"data": [row], "links": {}}), vec![row.clone()]),
        (row.clone(), vec![row]),
        (json!(null), vec![]),
        (json!("soon"), vec![json!("soon")]),
    ];
    for (body, wanted) in cases {
        let text = body.to_string();
        let server = Server::answering(move |_, _| answer(200, body.clone())).await;
        let seen = api(&server).policies_of("o-1", &["5f45".into()]).await;
        assert_eq!(seen.expect("whatever comes").value, wanted, "{text}");
        assert_eq!(
            server.lines(),
            ["POST /admin/control/v1/orgs/o-1/users/auth-policies/bulk-fetch"]
        );
    }
    let flaky = Server::answering(|number, _| match number {
        0 => answer(503, json!({})),
        _ => answer(200, json!([])),
    })
    .await;
    assert!(
        api(&flaky).policies_of("o-1", &[]).await.is_ok(),
        "a search may be repeated"
    );
}

#[tokio::test]
async fn the_right_to_change_policies_is_tried_without_changing_any() {
    let cases: [(u16, &str); 5] = [
        (404, "may"),
        (400, "may"),
        (403, "lacks the scope"),
        (401, "refused"),
        (500, "other"),
    ];
    for (status, wanted) in cases {
        let server = Server::answering(move |_, _| answer(status, json!({}))).await;
        let found = match api(&server).may_change_policies("o-1").await {
            Capability::Ok { .. } => "may",
            Capability::MissingScope { .. } => "lacks the scope",
            Capability::Refused(fault) => {
                assert_eq!(fault.kind, FaultKind::Unauthorized);
                "refused"
            }
            Capability::Other(_) => "other",
        };
        assert_eq!(found, wanted, "{status}");
        assert!(server.got().iter().all(|got| got.method == "GET"));
    }
}
