//! Atlassian's two addresses as people paste them.

use proptest::prelude::*;
use saml::{Judged, OtherIds, SpAddresses, Tone, judge_acs, judge_pair, judge_sp_entity};
use url::Url;

const ID: &str = "0f4ad8ab-34e2-4de5-b3b9-59cc5b3d02d4";
const SECOND: &str = "11111111-2222-4333-8444-555555555555";
const ENTITY: &str = "https://auth.atlassian.com/saml/0f4ad8ab-34e2-4de5-b3b9-59cc5b3d02d4";
const ACS: &str = "https://auth.atlassian.com/login/callback?connection=saml-0f4ad8ab-34e2-4de5-b3b9-59cc5b3d02d4";
const ENTITY_FORM: &str = "https://auth.atlassian.com/saml/<id>";
const ACS_FORM: &str = "https://auth.atlassian.com/login/callback?connection=saml-<id>";

fn host(text: &str) -> Url {
    Url::parse(text).expect("an address")
}

fn atlassian() -> Url {
    host("https://auth.atlassian.com")
}

fn others() -> OtherIds {
    OtherIds {
        organization: "aaaaaaaa-0000-4000-8000-000000000001".into(),
        directories: vec![
            "bbbbbbbb-0000-4000-8000-000000000002".into(),
            "aaaaaaaa-0000-4000-8000-000000000002".into(),
        ],
        tenant: "aaaaaaaa-0000-4000-8000-000000000003".into(),
        application: String::new(),
    }
}

#[test]
fn good_ones_are_taken_on_any_host_that_is_passed_in() {
    for (auth_host, entity, acs) in [
        (
            "https://auth.atlassian.com",
            ENTITY.to_owned(),
            ACS.to_owned(),
        ),
        (
            "http://127.0.0.1:4711/",
            format!("http://127.0.0.1:4711/saml/{ID}"),
            format!("http://127.0.0.1:4711/login/callback?connection=saml-{ID}"),
        ),
    ] {
        let auth_host = host(auth_host);
        assert_eq!(
            judge_sp_entity(&entity, &auth_host, &others()).tone,
            Tone::Good
        );
        assert_eq!(judge_acs(&acs, &auth_host, &others()).tone, Tone::Good);
        assert_eq!(
            judge_pair(&entity, &acs, &auth_host, &others()).tone,
            Tone::Good
        );
    }
}

#[test]
fn blanks_around_are_left_out() {
    let judged = judge_sp_entity(&format!(" {ENTITY}\n"), &atlassian(), &others());
    assert_eq!(judged.tone, Tone::Good);
    assert_eq!(judged.text, "The blanks around it are left out.");
    let read = SpAddresses::read(&format!("{ENTITY} "), &format!("\t{ACS}"), &atlassian());
    let wanted = SpAddresses {
        entity: ENTITY.into(),
        acs: ACS.into(),
        id: ID.into(),
    };
    assert_eq!(read, Ok(wanted));
}

fn assert_bad(judged: &Judged, strong: &str, expected: &str, text: &str) {
    assert_eq!(judged.tone, Tone::Bad, "{text:?}");
    assert_eq!(judged.strong, strong, "{text:?}");
    assert_eq!(judged.expected.as_deref(), Some(expected), "{text:?}");
    assert!(
        judged.text.ends_with('.') || judged.text.ends_with("://"),
        "{text:?}: {}",
        judged.text
    );
}

#[test]
fn a_wrong_entity_url_is_refused_with_the_difference() {
    let table: &[(&str, &str, &str)] = &[
        ("", "Nothing was pasted.", ENTITY_FORM),
        (
            ACS,
            "This is the Service provider assertion consumer service URL.",
            ENTITY_FORM,
        ),
        (
            &format!("{ENTITY}/"),
            "There is a slash too many at the end.",
            ENTITY,
        ),
        (
            &format!("{ENTITY}?x=1"),
            "Something follows after the id.",
            ENTITY,
        ),
        (
            &format!("{ENTITY} {ENTITY}"),
            "Something else follows after a blank.",
            ENTITY,
        ),
        (
            &ENTITY.to_uppercase().replace(
                "HTTPS://AUTH.ATLASSIAN.COM/SAML",
                "https://auth.atlassian.com/saml",
            ),
            "The id is in capital letters.",
            ENTITY,
        ),
        (
            &ENTITY[..60],
            "The id at the end is not whole.",
            ENTITY_FORM,
        ),
        (
            "https://auth.atlassian.com/saml/",
            "The id at the end is missing.",
            ENTITY_FORM,
        ),
        (
            &ENTITY.replace("https://", ""),
            "This is not a whole address.",
            ENTITY_FORM,
        ),
        (
            "copy me",
            "There is a blank or a line break in it.",
            ENTITY_FORM,
        ),
        (ID, "This is not a whole address.", ENTITY_FORM),
        ("https://[", "This is not an address.", ENTITY_FORM),
        (
            &ENTITY.replace("https", "http"),
            "It begins with http://",
            ENTITY_FORM,
        ),
        (
            &ENTITY.replace("auth.", "admin."),
            "It is at admin.atlassian.com.",
            ENTITY_FORM,
        ),
        (
            &ENTITY.replace(".com/", ".com.evil.example/"),
            "It is at auth.atlassian.com.evil.example.",
            ENTITY_FORM,
        ),
        (
            &ENTITY.replace("auth.", "Auth."),
            "The host is not written as Atlassian writes it.",
            ENTITY_FORM,
        ),
        (
            &ENTITY.replace(".com/", ".com:8443/"),
            "The host is not written as Atlassian writes it.",
            ENTITY_FORM,
        ),
        (
            &ENTITY.replace("://", "://me@"),
            "The host is not written as Atlassian writes it.",
            ENTITY_FORM,
        ),
        (
            &format!("https://sts.windows.net/{SECOND}/"),
            "This is one of Entra’s own addresses.",
            ENTITY_FORM,
        ),
        (
            &format!("https://login.microsoftonline.com/{SECOND}/saml2"),
            "This is one of Entra’s own addresses.",
            ENTITY_FORM,
        ),
        (
            &ENTITY.replace("/saml/", "/SAML/"),
            &format!("The path /SAML/{ID} is not the one of this address."),
            ENTITY_FORM,
        ),
    ];
    for (text, strong, expected) in table {
        let judged = judge_sp_entity(text, &atlassian(), &others());
        assert_bad(&judged, strong, expected, text);
    }
}

#[test]
fn a_wrong_acs_url_is_refused_with_the_difference() {
    let table: &[(&str, &str, &str)] = &[
        (ENTITY, "This is the Service provider entity URL.", ACS_FORM),
        (
            "https://auth.atlassian.com/login/callback",
            "The part from the question mark on is missing.",
            ACS_FORM,
        ),
        (
            "https://auth.atlassian.com/login/callback/",
            "The part from the question mark on is missing.",
            ACS_FORM,
        ),
        (
            &ACS.replace("connection=", "Connection="),
            "The part after the question mark is not as Atlassian writes it.",
            ACS_FORM,
        ),
        (
            &ACS.replace("saml-", ""),
            "The part after the question mark is not as Atlassian writes it.",
            ACS_FORM,
        ),
        (
            &ACS.replace('?', "%3F").replace('=', "%3D"),
            "It is written with percent signs.",
            ACS,
        ),
        (
            &format!("{ACS}&a=b"),
            "Something follows after the id.",
            ACS,
        ),
        (&format!("{ACS}#a"), "Something follows after the id.", ACS),
        (
            "https://contoso.atlassian.net",
            "It is at contoso.atlassian.net.",
            ACS_FORM,
        ),
        (
            "https://auth.atlassian.com/login",
            "The path /login is not the one of this address.",
            ACS_FORM,
        ),
    ];
    for (text, strong, expected) in table {
        assert_bad(
            &judge_acs(text, &atlassian(), &others()),
            strong,
            expected,
            text,
        );
    }
}

#[test]
fn two_different_ids_are_refused() {
    let second = ACS.replace(ID, SECOND);
    let judged = judge_pair(ENTITY, &second, &atlassian(), &others());
    assert_bad(
        &judged,
        "The two addresses have different ids.",
        ACS,
        &second,
    );
    assert!(SpAddresses::read(ENTITY, &second, &atlassian()).is_err());
    let judged = judge_pair(&format!("{ENTITY}/"), ACS, &atlassian(), &others());
    assert_eq!(judged.strong, "There is a slash too many at the end.");
    let judged = judge_pair(ENTITY, ENTITY, &atlassian(), &others());
    assert_eq!(judged.strong, "This is the Service provider entity URL.");
}

#[test]
fn an_id_known_from_elsewhere_is_a_warning_only() {
    let known = others();
    for (id, whose) in [
        (&known.organization, "your organization’s id"),
        (
            &known.directories[1],
            "the id of a directory of your organization",
        ),
        (&known.tenant, "your tenant’s id"),
    ] {
        let (entity, acs) = (ENTITY.replace(ID, id), ACS.replace(ID, id));
        for judged in [
            judge_sp_entity(&entity, &atlassian(), &known),
            judge_acs(&acs, &atlassian(), &known),
            judge_pair(&entity, &acs, &atlassian(), &known),
        ] {
            assert_eq!(judged.tone, Tone::Warn);
            assert_eq!(
                judged.strong,
                format!("This looks built by hand: the id in it is {whose}.")
            );
            assert!(judged.is_taken());
        }
        assert!(SpAddresses::read(&entity, &acs, &atlassian()).is_ok());
    }
}

proptest! {
    #[test]
    fn only_the_exact_form_is_taken(text in prop_oneof![
        "\\PC{0,80}",
        "https://auth\\.atlassian\\.com/(saml|login)/\\PC{0,40}",
        (0..ENTITY.len(), "\\PC?").prop_map(|(at, put)| format!("{}{put}{}", &ENTITY[..at], &ENTITY[at + 1..])),
    ]) {
        let judged = judge_sp_entity(&text, &atlassian(), &others());
        let _ = judge_acs(&text, &atlassian(), &others());
        let rest = text.trim().strip_prefix("https://auth.atlassian.com/saml/");
        let is_exact = rest.is_some_and(|id| id.len() == 36 && !id.contains(|c: char| !c.is_ascii_hexdigit() && c != '-') && id.to_lowercase() == id);
        prop_assert!(!judged.is_taken() || is_exact, "{text}");
    }
}
