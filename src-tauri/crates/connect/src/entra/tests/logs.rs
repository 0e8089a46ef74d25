//! The sign-in log: what is asked, what a tenant without a licence answers, and how often one may ask.

use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::fault::Meaning;
use crate::testing::{http_for, paced_http_for, practice_keys};

fn since() -> Timestamp {
    "2026-11-25T01:02:03.456Z".parse().expect("a time")
}

#[tokio::test]
async fn sign_ins_since_a_moment() {
    let server = Server::answering(|_, _| {
        let failed = json!({"id": "l-2", "status": {"errorCode": 50105, "failureReason": "not assigned", "additionalDetails": null}, "ipAddress": "203.0.113.9"});
        answer(200, json!({"value": [failed, {"id": "l-1", "createdDateTime": "2026-11-25T01:03:00Z", "status": {"errorCode": 0}}, {"id": "l-0"}]}))
    })
    .await;
    let found = graph(&server)
        .sign_ins("c-1", since())
        .await
        .expect("sign-ins")
        .value;
    let ends: Vec<_> = found.iter().map(SignIn::is_success).collect();
    assert_eq!(ends, [false, true, false], "what is not told is no success");
    assert_eq!(found[0].status.error_code, Some(50105));
    assert_eq!(
        server.lines(),
        [
            "GET /v1.0/auditLogs/signIns?$filter=appId%20eq%20%27c-1%27%20and%20createdDateTime%20ge%202026-11-25T01%3A02%3A03Z&$top=50"
        ]
    );
}

#[tokio::test]
async fn a_tenant_without_the_licence_is_told_from_a_person_without_the_right() {
    let cases = [
        (
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            "Neither tenant is B2C or tenant doesn't have premium license",
            Some(Meaning::NoPremium),
        ),
        (
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            "Weder noch",
            Some(Meaning::NoPremium),
        ),
        (
            "Authentication_RequestFromUnsupportedUserRole",
            "User is not in the allowed roles",
            Some(Meaning::NoReportsRole),
        ),
        (
            "Authentication_MSGraphPermissionMissing",
            "Calling principal does not have required MSGraph permissions AuditLog.Read.All",
            None,
        ),
        ("UnknownError", "", None),
    ];
    for (code, message, meaning) in cases {
        let server = Server::answering(move |_, _| {
            answer(403, json!({"error": {"code": code, "message": message}}))
        })
        .await;
        let fault = graph(&server)
            .sign_ins("c-1", since())
            .await
            .expect_err("a fault");
        assert_eq!(
            (fault.meaning(), &fault.kind),
            (meaning, &FaultKind::Forbidden),
            "{code}"
        );
        assert!(fault.could_not_look());
    }
}

#[tokio::test]
async fn everybody_shares_the_reports_limit_and_practice_has_none() {
    let server = Server::answering(|number, got| {
        let next = format!(
            "http://{}/v1.0/auditLogs/signIns?$skiptoken={number}",
            got.header("host").unwrap_or_default()
        );
        match number % 3 {
            2 => answer(200, json!({"value": []})),
            _ => answer(200, json!({"value": [], "@odata.nextLink": next})),
        }
    })
    .await;
    let cloud = server.cloud();
    let graph = |http: Http| Graph::new(http, &cloud, server.session(3600, "AuditLog.Read.All"));

    let paced = graph(paced_http_for(&cloud, Duration::from_millis(20)));
    let began = Instant::now();
    let other = paced.noted("somebody else");
    for number in 0..2 {
        let (one, two) = (
            paced.sign_ins("c-1", since()),
            other.sign_ins("c-1", since()),
        );
        if number == 0 { one.await } else { two.await }.expect("sign-ins");
    }
    assert_eq!(server.got().len(), 6);
    assert!(
        began.elapsed() >= Duration::from_millis(200),
        "the sixth page waited for the limit"
    );

    let mut practice = cloud.clone();
    practice.practice = Some(practice_keys());
    let free = graph(http_for(&practice));
    let began = Instant::now();
    for _ in 0..4 {
        free.sign_ins("c-1", since()).await.expect("sign-ins");
    }
    assert_eq!(server.got().len(), 18);
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "twelve pages without waiting"
    );
}
