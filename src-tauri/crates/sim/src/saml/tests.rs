//! Signing and checking held against each other, and every kind of response against the reader.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};

use super::check::{Reading, Refused, read};
use super::claims::{Claims, EMAIL_FORMAT};
use super::keys::{SUBJECT, SigningKey, new_signing_key};
use super::kinds::{KINDS, find};
use super::response::{Addressed, Draft};
use super::sign::{Method, signed};
use super::xml::{self, DS, METADATA, Unreadable};
use super::{metadata, seal};

const ISSUER: &str = "https://sts.windows.net/t/";
const ACS: &str = "https://auth.example/login/callback?connection=saml-1&x=2";
const NAME: &str = "adele@contoso.com";

/// One key for all tests of this process.
fn key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| {
        new_signing_key(
            SUBJECT,
            Timestamp::now(),
            Timestamp::now() + SignedDuration::from_hours(24),
        )
    })
}

fn draft() -> Draft {
    let attribute = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let claims = Claims {
        name_id: NAME.into(),
        name_id_format: EMAIL_FORMAT,
        attributes: vec![
            attribute(
                "http://schemas.microsoft.com/identity/claims/objectidentifier",
                "0b7c",
            ),
            attribute(
                "http://schemas.microsoft.com/identity/claims/displayname",
                "Ädele <&> \"V\" ]]> \u{1f642}",
            ),
            attribute(
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
                NAME,
            ),
            attribute(
                "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
                NAME,
            ),
        ],
    };
    let addressed = Addressed {
        issuer: ISSUER,
        acs: ACS,
        audience: "https://auth.example/saml/1",
        in_response_to: Some("_r"),
    };
    Draft::new(addressed, claims, Timestamp::now())
}

fn of(kind: &str) -> Result<Reading, Refused> {
    read(&find(kind).unwrap().of(draft(), key()), &key().certificate)
}

#[test]
fn a_response_is_read_as_it_was_written() {
    let draft = draft();
    let read = read(
        &draft.with_assertion_signed(key(), Method::RsaSha256),
        &key().certificate,
    )
    .unwrap();
    assert_eq!(read.attributes, draft.attributes);
    assert_eq!(
        (read.name_id.as_str(), read.recipient.as_str()),
        (NAME, ACS)
    );
    assert_eq!(read.destination.as_deref(), Some(ACS));
    assert_eq!(read.issuers, [ISSUER, ISSUER]);
    assert_eq!(read.audiences, ["https://auth.example/saml/1"]);
    assert_eq!(read.in_response_to, ["_r", "_r"]);
    assert_eq!(
        read.not_on_or_after
            .duration_since(read.not_before.unwrap()),
        SignedDuration::from_mins(70)
    );
}

#[test]
fn every_kind_is_read_or_refused_for_its_own_reason() {
    let shape = |told: &'static str| Some(Refused::Shape(told));
    let two = shape("There are two assertions.");
    for (kind, wanted) in [
        ("status_requester", None),
        ("unsigned", Some(Refused::Unsigned)),
        (
            "sha1",
            Some(Refused::Algorithm(Method::RsaSha1.names().0.into())),
        ),
        ("foreign_certificate", None),
        ("changed", Some(Refused::Changed)),
        ("pretty_printed", Some(Refused::Changed)),
        ("encrypted", Some(Refused::Encrypted)),
        ("forged_first", two.clone()),
        ("forged_last", two.clone()),
        ("forged_in_extensions", two.clone()),
        ("forged_in_object", two.clone()),
        ("original_in_forged", two),
        ("duplicate_id", shape("Two elements have the same ID.")),
        (
            "comment_in_name_id",
            shape("A value holds more than its text."),
        ),
        (
            "doctype",
            Some(Refused::Unreadable(Unreadable::DocumentType)),
        ),
    ] {
        let refused = of(kind).expect_err(kind);
        match (kind, wanted) {
            ("status_requester", _) => assert!(
                matches!(refused, Refused::Status { code, message } if code.ends_with(":Requester") && message.starts_with("AADSTS75011"))
            ),
            ("foreign_certificate", _) => assert!(
                matches!(refused, Refused::Thumbprint { typed, sent } if typed == key().thumbprint && sent != typed)
            ),
            (_, wanted) => assert_eq!(Some(refused), wanted, "{kind}"),
        }
    }
    // All others are sound in themselves; what they say is for the site to judge.
    let sound = KINDS.iter().filter(|kind| of(kind.name).is_ok()).count();
    assert_eq!(sound, KINDS.len() - 15);
}

#[test]
fn every_kind_changes_what_it_says() {
    let usual = of("as_usual").unwrap();
    for (kind, holds) in [
        (
            "response_signed",
            (|read, usual| read.name_id == usual.name_id) as fn(&Reading, &Reading) -> bool,
        ),
        ("both_signed", |read, usual| read.name_id == usual.name_id),
        ("name_id_wrong_case", |read, _| {
            read.name_id == NAME.to_uppercase()
        }),
        ("no_email_claim", |read, usual| {
            read.attributes.len() + 1 == usual.attributes.len()
        }),
        ("name_is_display_name", |read, _| {
            read.attributes[1].1 == read.attributes[3].1
        }),
        ("wrong_issuer", |read, _| {
            read.issuers == ["https://sts.windows.net/t", "https://sts.windows.net/t"]
        }),
        ("wrong_audience", |read, usual| {
            read.audiences != usual.audiences
        }),
        ("wrong_destination", |read, usual| {
            read.destination != usual.destination && read.recipient == usual.recipient
        }),
        ("wrong_recipient", |read, usual| {
            read.destination == usual.destination && read.recipient != usual.recipient
        }),
        ("wrong_in_response_to", |read, usual| {
            read.in_response_to != usual.in_response_to
        }),
        ("expired", |read, _| read.not_on_or_after < Timestamp::now()),
        ("not_yet_valid", |read, _| {
            read.not_before > Some(Timestamp::now())
        }),
        ("name_id_empty", |read, _| read.name_id.is_empty()),
        ("name_id_object_id", |read, _| read.name_id == "0b7c"),
        ("name_id_ext", |read, _| {
            read.name_id == "adele_contoso.com#EXT#@contoso.onmicrosoft.com"
        }),
        ("name_id_onmicrosoft", |read, _| {
            read.name_id == "adele@contoso.onmicrosoft.com"
        }),
        ("name_id_unknown", |read, _| {
            read.name_id == "nobody@contoso.com"
        }),
    ] {
        assert!(holds(&of(kind).expect(kind), &usual), "{kind}");
    }
}

#[test]
fn what_is_changed_anywhere_is_noticed() {
    let xml = draft().with_assertion_signed(key(), Method::RsaSha256);
    let certificate = &key().certificate;
    // The response around the assertion is not covered, as with the real one.
    assert!(
        read(
            &xml.replacen("Destination=\"https", "Destination=\"http", 1),
            certificate
        )
        .is_ok()
    );
    for (old, new) in [
        (">adele@", ">megan@"),
        ("<Audience>https", "<Audience>http"),
        ("NotBefore=\"2", "NotBefore=\"1"),
        ("<AttributeValue>0b7c", "<AttributeValue>0b7d"),
        ("<SignatureValue>", "<SignatureValue>AAAA"),
        (
            "<Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></Transform>",
            "",
        ),
        ("URI=\"#_", "URI=\"#_x"),
        (
            "xml-exc-c14n#\"></Canon",
            "xml-exc-c14n#WithComments\"></Canon",
        ),
    ] {
        assert!(xml.contains(old), "{old}");
        assert!(
            read(&xml.replacen(old, new, 1), certificate).is_err(),
            "{old} -> {new}"
        );
    }
}

#[test]
fn only_the_certificate_that_is_known_counts() {
    let other = new_signing_key(SUBJECT, key().starts, key().ends);
    let xml = draft().with_assertion_signed(&other, Method::RsaSha256);
    assert!(read(&xml, &other.certificate).is_ok());
    // The right certificate written into a response that another key signed.
    let lying = xml.replace(
        &STANDARD.encode(&other.certificate),
        &STANDARD.encode(&key().certificate),
    );
    assert_eq!(read(&lying, &key().certificate), Err(Refused::Signature));
    assert_eq!(
        read(&xml, b"none"),
        Err(Refused::Thumbprint {
            typed: super::keys::thumbprint(b"none"),
            sent: other.thumbprint.clone(),
        })
    );
}

#[test]
fn metadata_is_signed_with_its_first_key_and_lists_all() {
    let other = new_signing_key(SUBJECT, key().starts, key().ends);
    let text = metadata::written(ISSUER, "https://login.example/t", &[key(), &other]);
    let text = text.trim_start_matches('\u{feff}');
    let document = xml::read(text).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("entityID"), Some(ISSUER));
    let signature = xml::child(root, DS, "Signature").unwrap();
    assert_eq!(seal::checked(root, signature, &key().certificate), Ok(()));
    assert_ne!(seal::checked(root, signature, &other.certificate), Ok(()));
    let descriptor = xml::child(root, METADATA, "IDPSSODescriptor").unwrap();
    let certificates: Vec<&str> = descriptor
        .descendants()
        .filter(|node| node.has_tag_name((DS, "X509Certificate")))
        .filter_map(|node| node.text())
        .collect();
    assert_eq!(
        certificates,
        [
            STANDARD.encode(&key().certificate),
            STANDARD.encode(&other.certificate)
        ]
    );
    let places: Vec<&str> = xml::children(descriptor, METADATA, "SingleSignOnService")
        .filter_map(|place| place.attribute("Location"))
        .collect();
    assert_eq!(
        places,
        [
            "https://login.example/t/saml2",
            "https://login.example/t/saml2"
        ]
    );
}

#[test]
fn a_response_can_be_signed_over_a_signed_assertion() {
    let draft = draft();
    let both = signed(
        &draft.with_assertion_signed(key(), Method::RsaSha256),
        &draft.response_id,
        key(),
        Method::RsaSha256,
    );
    assert!(read(&both, &key().certificate).is_ok());
    let broken = both.replacen("Destination=\"https", "Destination=\"http", 1);
    assert_eq!(read(&broken, &key().certificate), Err(Refused::Changed));
}

/// The next of a row of numbers that looks like chance and is the same each time.
fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

/// The text with one thing changed: a letter, a piece left out, or a piece copied to another place.
fn mutant(xml: &str, state: &mut u64) -> String {
    let letters: Vec<char> = xml.chars().collect();
    let (at, to) = (next(state) % letters.len(), next(state) % letters.len());
    let piece = &letters[at..(at + 1 + next(state) % 400).min(letters.len())];
    let other = *[' ', 'x', '<', '"', '=', '&', '\n']
        .get(next(state) % 7)
        .unwrap_or(&'>');
    let (mut before, mut after) = (letters[..to].to_vec(), letters[to..].to_vec());
    match next(state) % 3 {
        0 => after[0] = other,
        1 => drop(after.drain(..piece.len().min(after.len()))),
        _ => before.extend(piece),
    }
    before.into_iter().chain(after).collect()
}

#[test]
fn no_mutant_says_anything_else() {
    let xml = draft().with_assertion_signed(key(), Method::RsaSha256);
    let whole = read(&xml, &key().certificate).unwrap();
    let covered = |read: &Reading| {
        (
            read.assertion_id.clone(),
            read.name_id.clone(),
            read.audiences.clone(),
            read.recipient.clone(),
            read.attributes.clone(),
            read.not_on_or_after,
        )
    };
    let (mut state, mut taken) = (1, 0);
    for _ in 0..400 {
        let mutant = mutant(&xml, &mut state);
        if let Ok(read) = read(&mutant, &key().certificate) {
            assert_eq!(covered(&read), covered(&whole), "{mutant}");
            taken += 1;
        }
    }
    // What stands around the assertion, and blanks within tags, may change: some mutants are as good as the original.
    assert!((1..100).contains(&taken), "{taken}");
}
