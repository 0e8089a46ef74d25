//! Signing certificates: made, seen late, activated, removed whole, and refused.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sim::{Tempo, Visibility};

use crate::desk::{Desk, is};

#[tokio::test]
async fn a_certificate_is_made_seen_late_activated_and_removed_whole() {
    let desk = Desk::with_tempo(Tempo::Explicit).await;
    let before = desk.bench.practice.dump();
    let made = desk.certificate().await;
    let der = STANDARD.decode(made["key"].as_str().unwrap()).unwrap();
    assert!(der.len() > 500);
    assert_eq!(made["usage"], "Verify");
    let whole = "servicePrincipals/SP?$select=id,keyCredentials,passwordCredentials,preferredTokenSigningKeyThumbprint";
    assert_eq!(
        desk.get(whole).await["keyCredentials"],
        json!([]),
        "not seen yet"
    );
    desk.levers().poke();
    let read = desk.get(whole).await;
    let keys = read["keyCredentials"].as_array().unwrap();
    let passwords = read["passwordCredentials"].as_array().unwrap();
    assert_eq!((keys.len(), passwords.len()), (2, 1));
    let all = keys.iter().chain(passwords);
    assert!(
        all.into_iter()
            .all(|key| key["customKeyIdentifier"] == made["customKeyIdentifier"])
    );
    let sign = keys.iter().find(|key| key["usage"] == "Sign").unwrap();
    let verify = keys.iter().find(|key| key["usage"] == "Verify").unwrap();
    assert_eq!(
        (&sign["keyId"], &verify["key"]),
        (&made["keyId"], &made["key"])
    );
    assert!(sign["key"].is_null() && read["preferredTokenSigningKeyThumbprint"].is_null());
    let plain = desk.get("servicePrincipals/SP").await;
    assert!(
        plain["keyCredentials"][1]["key"].is_null(),
        "bytes only when selected"
    );
    let list = desk
        .get("servicePrincipals?$select=id,keyCredentials")
        .await;
    assert!(!list.to_string().contains(made["key"].as_str().unwrap()));

    desk.activate(&made).await;
    desk.levers().poke();
    let path = "servicePrincipals/SP";
    let some = json!({"keyCredentials": [verify], "passwordCredentials": passwords});
    assert!(is(
        &desk.refused("PATCH", path, some).await,
        400,
        "removed together"
    ));
    let none = json!({"keyCredentials": [], "passwordCredentials": []});
    assert!(is(&desk.refused("PATCH", path, none).await, 400, "active"));
    let none = json!({"keyCredentials": [], "passwordCredentials": [], "preferredTokenSigningKeyThumbprint": null});
    desk.done("PATCH", path, none).await;
    desk.levers().poke();
    assert_eq!(desk.bench.practice.dump()["tenant"], before["tenant"]);
}

#[tokio::test]
async fn what_is_left_in_stays_as_it_is() {
    let desk = Desk::fresh().await;
    let (one, two) = (desk.certificate().await, desk.certificate().await);
    assert_ne!(one["thumbprint"], two["thumbprint"]);
    let read = desk.get("servicePrincipals/SP").await;
    let kept = |list: &str| {
        let entries = read[list].as_array().unwrap().iter();
        entries
            .filter(|key| key["customKeyIdentifier"] == two["customKeyIdentifier"])
            .cloned()
            .collect::<Vec<_>>()
    };
    let mut changed = kept("keyCredentials");
    changed[0]["displayName"] = "CN=other".into();
    let body =
        json!({"keyCredentials": changed, "passwordCredentials": kept("passwordCredentials")});
    assert!(is(
        &desk.refused("PATCH", "servicePrincipals/SP", body).await,
        400,
        "not allowed"
    ));
    let body = json!({"keyCredentials": kept("keyCredentials"), "passwordCredentials": kept("passwordCredentials")});
    desk.done("PATCH", "servicePrincipals/SP", body).await;
    let left = desk
        .get("servicePrincipals/SP?$select=keyCredentials")
        .await;
    assert_eq!(left["keyCredentials"].as_array().unwrap().len(), 2);
    assert_eq!(
        left["keyCredentials"][1]["key"], two["key"],
        "the bytes are kept without being sent"
    );
}

#[tokio::test]
async fn certificates_of_the_wrong_form_are_refused() {
    let desk = Desk::fresh().await;
    let path = "servicePrincipals/SP/addTokenSigningCertificate";
    let in_four_years =
        (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 1200)).to_string();
    for (body, words) in [
        (json!({"displayName": "Atlassian"}), "CN="),
        (
            json!({"displayName": "CN=a", "endDateTime": in_four_years}),
            "three years",
        ),
        (
            json!({"displayName": "CN=a", "endDateTime": "2020-01-01T00:00:00Z"}),
            "three years",
        ),
        (
            json!({"displayName": "CN=a", "password": "x"}),
            "not a valid parameter",
        ),
    ] {
        assert!(is(&desk.refused("POST", path, body).await, 400, words));
    }
    for thumbprint in ["AB", "0123456789012345678901234567890123456789"] {
        let body = json!({"preferredTokenSigningKeyThumbprint": thumbprint});
        assert!(is(
            &desk.refused("PATCH", "servicePrincipals/SP", body).await,
            400,
            "Thumbprint"
        ));
    }
    desk.levers().no_certificate_action();
    let refused = desk
        .refused("POST", path, json!({"displayName": "CN=a"}))
        .await;
    assert!(is(
        &refused,
        400,
        "Resource not found for the segment 'addTokenSigningCertificate'"
    ));
}

#[tokio::test]
async fn the_first_good_certificate_beside_ended_ones_signs_at_once() {
    let desk = Desk::in_scenario("expired-certificate").await;
    let before = desk.get("servicePrincipals/SP").await;
    let ended = before["keyCredentials"][1]["endDateTime"].as_str().unwrap();
    assert!(ended.parse::<jiff::Timestamp>().unwrap() < jiff::Timestamp::now());
    let made = desk.certificate().await;
    let after = desk.get("servicePrincipals/SP").await;
    assert_ne!(
        before["preferredTokenSigningKeyThumbprint"],
        made["thumbprint"]
    );
    assert_eq!(
        after["preferredTokenSigningKeyThumbprint"],
        made["thumbprint"]
    );

    let desk = Desk::in_scenario("certificates").await;
    let before = desk.get("servicePrincipals/SP").await;
    assert_eq!(before["keyCredentials"].as_array().unwrap().len(), 6);
    desk.certificate().await;
    let after = desk.get("servicePrincipals/SP").await;
    assert_eq!(
        before["preferredTokenSigningKeyThumbprint"],
        after["preferredTokenSigningKeyThumbprint"]
    );
}

#[tokio::test]
async fn new_objects_are_unseen_for_a_while() {
    let desk = Desk::fresh().await;
    desk.levers().visibility_delay(Visibility::Reads(2));
    let made = desk.certificate().await;
    let seen = async || {
        let read = desk.get("servicePrincipals/SP").await;
        !read["keyCredentials"].as_array().unwrap().is_empty()
    };
    let seen = [seen().await, seen().await, seen().await];
    assert_eq!(
        (seen, made["thumbprint"].is_string()),
        ([false, false, true], true)
    );
}
