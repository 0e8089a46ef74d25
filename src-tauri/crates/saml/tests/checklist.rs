//! The checklist: what passes, what is not possible, and what is compared with what.

mod support;

use jiff::SignedDuration;
use saml::{Captured, CheckState, Checklist, Circumstances, Expected, Request};
use support::checks::{captured, checklist, circumstances, expected, ids, request, state, time};
use support::{
    ENTITY, ISSUER, OTHER, OTHER_KEY, SIGNING, Told, assertion_signed, both_signed, certificate,
    failed, name_id, response_signed, signer,
};

#[test]
fn a_good_response_passes_everything() {
    for xml in [
        assertion_signed(&Told::default()),
        response_signed(&Told::default()),
        both_signed(&Told::default()),
    ] {
        let list = checklist(&xml);
        assert_eq!(list.checks.len(), 47);
        for one in &list.checks {
            assert_eq!(one.state, CheckState::Pass, "{}: {}", one.id, one.seen);
            assert!(one.seen.ends_with(['.', ')']), "{}: {}", one.id, one.seen);
        }
        assert_eq!(list.verdict.cause, None);
        assert!(list.verdict.further.is_empty());
        assert!(
            list.verdict
                .sentence
                .starts_with("This response is what Atlassian needs.")
        );
        assert!(list.verdict.sentence.ends_with("or the account."));
    }
}

#[test]
fn what_is_not_known_makes_a_check_impossible_and_never_fails() {
    let bare = Circumstances::new(
        Captured {
            xml: assertion_signed(&Told::default()),
            ..Captured::default()
        },
        time("2026-12-01T10:00:00Z"),
    );
    let list = Checklist::of(&bare, &Expected::default());
    assert_eq!(ids(&list, CheckState::Fail), Vec::<&str>::new());
    assert_eq!(
        ids(&list, CheckState::NotPossible),
        [
            "issuer-response",
            "destination",
            "recipient",
            "acs-posted-to",
            "audience",
            "id-pair",
            "issue-instant",
            "nameid-domain",
            "nameid-account",
            "nameid-scim",
            "tenant",
            "sig-value",
            "sig-key",
            "cert-rollover",
            "relaystate",
        ]
    );
    assert!(
        list.verdict
            .sentence
            .ends_with("15 checks were not possible.")
    );
}

/// What is changed about how a message travelled.
type Change<'a> = &'a dyn Fn(&mut Captured);

#[test]
fn what_travelled_with_it_is_checked_too() {
    let good = assertion_signed(&Told::default());
    let change = |change: &dyn Fn(&mut Captured)| {
        let mut captured = captured(&good);
        change(&mut captured);
        Checklist::of(&circumstances(captured), &expected())
    };
    let elsewhere =
        change(&|one| one.posted_to = Some("https://auth.atlassian.com/login/callback".into()));
    assert_eq!(elsewhere.verdict.cause, Some("acs-posted-to"));
    let other_question = change(&|one| {
        one.request = Some(Request {
            id: "_q9".into(),
            ..request()
        })
    });
    assert_eq!(other_question.verdict.cause, Some("inresponseto"));
    let warnings: [(&str, Change<'_>); 6] = [
        ("relaystate", &|one| one.relay_state = Some(String::new())),
        ("replay", &|one| one.was_sent_before = true),
        ("authn-context", &|one| {
            one.request = Some(Request {
                wants_context: true,
                ..request()
            })
        }),
        ("issue-instant", &|one| {
            one.at = Some(time("2026-12-01T09:56:00Z"))
        }),
        ("issue-instant", &|one| {
            one.at = Some(time("2026-12-01T10:04:00Z"))
        }),
        ("time-authn", &|one| {
            one.at = Some(time("2026-12-01T10:04:00Z"));
            one.request = Some(Request {
                forces_sign_in: true,
                ..request()
            });
        }),
    ];
    for (id, how) in warnings {
        let list = change(how);
        assert_eq!(state(&list, id), CheckState::Warn, "{id}");
        assert_eq!(list.verdict.cause, None, "{id}: {}", list.verdict.sentence);
    }
    // Pasted a day later, the ticket is old, which says nothing about the login itself.
    let mut later = Circumstances::new(captured(&good), time("2026-12-02T10:00:00Z"));
    later.captured.at = None;
    let list = Checklist::of(&later, &expected());
    assert_eq!(state(&list, "time-conditions"), CheckState::Warn);
    assert_eq!(list.verdict.cause, None);
}

#[test]
fn clocks_may_differ_by_three_minutes_and_no_more() {
    let good = assertion_signed(&Told::default());
    for (at, wanted) in [
        ("2026-12-01T09:51:59Z", CheckState::Fail),
        ("2026-12-01T09:52:00Z", CheckState::Pass),
        ("2026-12-01T11:07:59Z", CheckState::Pass),
        ("2026-12-01T11:08:00Z", CheckState::Fail),
    ] {
        let mut captured = captured(&good);
        captured.at = Some(time(at));
        let list = Checklist::of(&circumstances(captured), &expected());
        assert_eq!(state(&list, "time-conditions"), wanted, "{at}");
    }
    let mut strict = circumstances(captured(&good));
    strict.skew = SignedDuration::ZERO;
    strict.captured.at = Some(time("2026-12-01T09:54:59Z"));
    assert_eq!(
        state(&Checklist::of(&strict, &expected()), "time-conditions"),
        CheckState::Fail
    );
}

#[test]
fn certificates_are_compared_side_by_side() {
    let good = assertion_signed(&Told::default());
    let with = |change: &dyn Fn(&mut Expected)| {
        let mut expected = expected();
        change(&mut expected);
        Checklist::of(&circumstances(captured(&good)), &expected)
    };
    let (signing, other) = (certificate(SIGNING), certificate(OTHER));
    let list = with(&|one| one.saved_certificate = Some(other.clone()));
    assert_eq!(list.verdict.cause, Some("sig-key"));
    let found = list.get("sig-key").expect("it is there");
    let side_by_side = format!(
        "signed with {0}; active in Entra {0}; saved at Atlassian {1}",
        signing.thumbprint(),
        other.thumbprint()
    );
    assert_eq!(found.found.as_deref(), Some(side_by_side.as_str()));
    let list = with(&|one| {
        one.metadata = vec![other.clone()];
        one.saved_certificate = None;
    });
    assert_eq!(list.verdict.cause, Some("sig-key"));
    assert_eq!(state(&list, "sig-value"), CheckState::Warn);
    let list = with(&|one| one.active_thumbprint = Some(other.thumbprint()));
    assert_eq!(
        (list.verdict.cause, state(&list, "sig-key")),
        (None, CheckState::Warn)
    );
    let list = with(&|one| one.metadata = vec![other.clone(), signing.clone()]);
    assert_eq!(list.verdict.cause, None);
    let seen = list
        .get("cert-rollover")
        .map(|one| one.seen.clone())
        .unwrap_or_default();
    assert!(
        seen.starts_with("The metadata names 2 signing certificates"),
        "{seen}"
    );
}

#[test]
fn what_is_saved_at_atlassian_is_compared_too() {
    let good = assertion_signed(&Told::default());
    let cause = |change: &dyn Fn(&mut Expected)| {
        let mut expected = expected();
        change(&mut expected);
        let list = Checklist::of(&circumstances(captured(&good)), &expected);
        list.verdict.cause
    };
    let without_slash = ISSUER.trim_end_matches('/').to_owned();
    assert_eq!(
        cause(&|one| one.saved_issuer = Some(without_slash.clone())),
        Some("issuer-response")
    );
    assert_eq!(
        cause(&|one| one.entity = Some(ENTITY.replace("0f4ad8ab", "ffffffff"))),
        Some("audience")
    );
    // Both of ours disagree with the message; the pair is a further finding.
    let mut mixed = expected();
    mixed.entity = Some(ENTITY.replace("0f4ad8ab", "ffffffff"));
    let list = Checklist::of(&circumstances(captured(&good)), &mixed);
    assert_eq!(list.verdict.further, ["id-pair"]);
}

#[test]
fn a_key_of_another_kind_is_told() {
    let curve = include_str!("fixtures/curve.crt.pem");
    let list = checklist(&signer(|s| s.embedded = curve));
    let found = list.get("cert-strength").expect("it is there");
    assert_eq!(
        (found.state, found.seen.as_str()),
        (CheckState::Pass, "Its key is RSA with 2048 bits.")
    );
    let list = checklist(&signer(|s| {
        s.key = OTHER_KEY;
        s.embedded = curve;
    }));
    let found = list.get("cert-strength").expect("it is there");
    assert_eq!(
        (found.state, found.seen.as_str()),
        (CheckState::Fail, "Its key is not an RSA key.")
    );
}

#[test]
fn the_certificates_time_is_told() {
    let good = assertion_signed(&Told::default());
    for (now, wanted, seen) in [
        (
            "2026-11-01T00:00:00Z",
            CheckState::Fail,
            "The signing certificate is not valid yet.",
        ),
        (
            "2026-12-01T10:05:00Z",
            CheckState::Pass,
            "The signing certificate counts for 1089 more days.",
        ),
        (
            "2029-10-01T00:00:00Z",
            CheckState::Warn,
            "The signing certificate ends in 55 days.",
        ),
        (
            "2029-11-20T00:00:00Z",
            CheckState::Warn,
            "The signing certificate ends in 5 days. Replace it now.",
        ),
        (
            "2030-01-01T00:00:00Z",
            CheckState::Fail,
            "The signing certificate has expired.",
        ),
    ] {
        let list = Checklist::of(&Circumstances::new(captured(&good), time(now)), &expected());
        let found = list.get("cert-time").expect("it is there");
        assert_eq!((found.state, found.seen.as_str()), (wanted, seen));
    }
}

#[test]
fn masked_it_names_nobody() {
    let told = Told {
        name_id: name_id("carla@contoso.com"),
        ..Told::default()
    };
    let captured = captured(&assertion_signed(&told));
    let list = Checklist::of(&circumstances(captured.clone()), &expected());
    assert!(format!("{list:?}").contains("carla@contoso.com"));
    let masked = list.masked(&captured);
    let text = format!("{masked:?}");
    for personal in ["carla@contoso.com", "\u{c4}rger", "8f0b4b3e-6a0e"] {
        assert!(!text.contains(personal), "{personal}");
    }
    assert!(text.contains("c\u{2026}@contoso.com"));
    assert_eq!(masked.verdict.cause, list.verdict.cause);
}

#[test]
fn a_refusal_by_entra_hides_every_other_cause() {
    let status = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\"></samlp:StatusCode>";
    let list = checklist(&failed(status));
    assert_eq!(list.verdict.cause, Some("status"));
    assert_eq!(ids(&list, CheckState::Fail), ["status"]);
    assert_eq!(state(&list, "sig-present"), CheckState::NotPossible);
}
