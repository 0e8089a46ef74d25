//! Signature wrapping in its eight known shapes and their cousins, and mutants of good responses. Eve has a response
//! of her own with a good signature and wants to be Root.

mod support;

use std::sync::OnceLock;

use proptest::prelude::*;
use saml::{Certificate, Covered, Refusal, Response, SealFault};
use support::{
    SIGNING, Signer, Told, assertion_signed, both_signed, certificate, element, name_id, response,
    response_signed,
};

const EVE: &str = "eve@contoso.com";
const ROOT: &str = "root@contoso.com";

fn read(text: &str) -> Result<saml::Reading, Refusal> {
    static KNOWN: OnceLock<[Certificate; 1]> = OnceLock::new();
    Response::read(text, KNOWN.get_or_init(|| [certificate(SIGNING)]))
}

fn eve() -> Told {
    Told {
        name_id: name_id(EVE),
        ..Told::default()
    }
}

/// An assertion about Root with an id of its own, and nobody's signature.
fn forged() -> String {
    Told {
        id: "_evil".into(),
        name_id: name_id(ROOT),
        ..Told::default()
    }
    .write()
}

/// Eve's good assertion, its signature alone, and the assertion without it.
fn parts() -> (String, String, String) {
    let signed = Signer::default().sign(&eve().write());
    let seal = element(&signed, "Signature").to_owned();
    let bare = signed.replace(&seal, "");
    (signed, seal, bare)
}

/// Puts something behind the issuer of an element.
fn behind_issuer(element: &str, put: &str) -> String {
    element.replacen("</Issuer>", &format!("</Issuer>{put}"), 1)
}

/// Puts something into a signature, as its last child.
fn into_seal(seal: &str, put: &str) -> String {
    seal.replace("</Signature>", &format!("{put}</Signature>"))
}

#[test]
fn eve_can_log_in_as_eve() {
    for text in [
        assertion_signed(&eve()),
        response_signed(&eve()),
        both_signed(&eve()),
    ] {
        let name = read(&text)
            .ok()
            .and_then(|reading| reading.response.assertion);
        let name = name.and_then(|assertion| assertion.name_id);
        assert_eq!(name.map(|name| name.value).as_deref(), Some(EVE));
    }
}

#[test]
fn wrapping_is_refused_in_every_shape() {
    let whole = response_signed(&eve());
    let whole_seal = element(&whole, "Signature").to_owned();
    let whole_bare = whole.replace(&whole_seal, "");
    let evil_whole = response(&forged()).replace("_r1", "_evil_r");
    let (signed, seal, bare) = parts();
    let two = |found| Refusal::NotOne {
        what: "assertions",
        found,
    };
    let two_responses = Refusal::NotOne {
        what: "elements called Response",
        found: 2,
    };
    let object = |inner: &str| format!("<Object>{inner}</Object>");
    let same_id = forged().replace("_evil", "_a1");
    let table: &[(&str, String, Refusal)] = &[
        (
            "1: the signed response inside the signature of a forged one",
            behind_issuer(&evil_whole, &into_seal(&whole_seal, &whole_bare)),
            two_responses.clone(),
        ),
        (
            "2: the signed response beside the signature in a forged one",
            behind_issuer(&evil_whole, &format!("{whole_bare}{whole_seal}")),
            two_responses,
        ),
        (
            "3: a forged assertion before the signed one",
            response(&format!("{}{signed}", forged())),
            two(2),
        ),
        (
            "3 the other way: a forged assertion behind the signed one",
            response(&format!("{signed}{}", forged())),
            two(2),
        ),
        (
            "4: the signed assertion inside a forged one",
            response(&forged().replace("</Assertion>", &format!("{signed}</Assertion>"))),
            two(2),
        ),
        (
            "5: the signature in a forged assertion, the signed one behind it",
            response(&format!("{}{bare}", behind_issuer(&forged(), &seal))),
            two(2),
        ),
        (
            "6: the signed assertion inside the signature inside a forged one",
            response(&behind_issuer(&forged(), &into_seal(&seal, &bare))),
            two(2),
        ),
        (
            "7: a forged assertion in Extensions, with the same id",
            response(&format!(
                "<samlp:Extensions>{same_id}</samlp:Extensions>{signed}"
            )),
            Refusal::RepeatedId("_a1".into()),
        ),
        (
            "7 with another id",
            response(&format!(
                "<samlp:Extensions>{}</samlp:Extensions>{signed}",
                forged()
            )),
            two(2),
        ),
        (
            "8: the signed assertion in an Object of the signature inside a forged one",
            response(&behind_issuer(&forged(), &into_seal(&seal, &object(&bare)))),
            two(2),
        ),
        (
            "a twin in the status detail",
            assertion_signed(&eve()).replace(
                "</samlp:Status>",
                &format!(
                    "<samlp:StatusDetail>{}</samlp:StatusDetail></samlp:Status>",
                    forged()
                ),
            ),
            two(2),
        ),
        (
            "a twin of another name space",
            response(&format!(
                "{signed}{}",
                forged().replace("2.0:assertion", "2.0:other")
            )),
            two(2),
        ),
        (
            "the signature alone in a forged assertion",
            response(&behind_issuer(&forged(), &seal)),
            SealFault::Reference {
                found: "#_a1".into(),
            }
            .into(),
        ),
        (
            "the same with the id of the signed one",
            response(&behind_issuer(&same_id, &seal)),
            SealFault::Changed {
                looks_reformatted: false,
            }
            .into(),
        ),
        (
            "the signature somewhere else",
            response(&format!(
                "<samlp:Extensions>{seal}</samlp:Extensions>{}",
                forged()
            )),
            Refusal::Misplaced("A signature"),
        ),
        (
            "the signature in the subject",
            response(&same_id.replace("<Subject>", &format!("<Subject>{seal}"))),
            Refusal::Misplaced("A signature"),
        ),
        (
            "the assertion deeper than right below the response",
            response(&format!("<samlp:Extensions>{signed}</samlp:Extensions>")),
            Refusal::Misplaced("The assertion"),
        ),
        (
            "two signatures in one assertion",
            response(&behind_issuer(&signed, &seal)),
            Refusal::NotOne {
                what: "signatures in one place",
                found: 2,
            },
        ),
        (
            "an Object in a signature that holds",
            response(&signed.replace("</Signature>", "<Object></Object></Signature>")),
            SealFault::Form("more or less than SignedInfo, SignatureValue and KeyInfo").into(),
        ),
        (
            "SignedInfo twice",
            response(&signed.replace("<SignedInfo>", "<SignedInfo></SignedInfo><SignedInfo>")),
            SealFault::Form("more or less than SignedInfo, SignatureValue and KeyInfo").into(),
        ),
    ];
    for (case, text, refusal) in table {
        assert_eq!(&read(text).unwrap_err(), refusal, "{case}");
    }
}

#[test]
fn bombs_are_refused_before_they_cost_time() {
    let good = assertion_signed(&eve());
    let many_spaces: String = (0..600).map(|n| format!(" xmlns:a{n}=\"a\"")).collect();
    let many_attributes: String = (0..4_000).map(|n| format!(" a{n}=\"\"")).collect();
    let laughs = "<!DOCTYPE a [<!ENTITY b \"cc\"><!ENTITY d \"&b;&b;\">]>";
    let table: &[(String, Refusal)] = &[
        (format!("{laughs}{good}"), Refusal::Doctype),
        (
            good.replace("<Subject>", &format!("<Subject>{}", " ".repeat(300_000))),
            Refusal::TooLarge,
        ),
        (
            good.replace("<Subject>", &format!("<Subject{many_spaces}>")),
            Refusal::TooMany("name spaces"),
        ),
        (
            good.replace("<Subject>", &format!("<Subject{many_attributes}>")),
            Refusal::TooMany("attributes"),
        ),
        (
            good.replace("<Subject>", &format!("<Subject>{}", "<b/>".repeat(12_000))),
            Refusal::TooMany("elements"),
        ),
        (
            good.replace(
                "<Subject>",
                &format!("<Subject>{}{}", "<b>".repeat(9_000), "</b>".repeat(9_000)),
            ),
            Refusal::TooMany("levels"),
        ),
        (
            good.replace(
                "<Subject>",
                &format!("<Subject>{}{}", "<b>".repeat(99), "</b>".repeat(99)),
            ),
            Refusal::TooMany("levels"),
        ),
    ];
    for (text, refusal) in table {
        assert_eq!(&read(text).unwrap_err(), refusal);
    }
}

/// A change that a stranger could make to a text.
#[derive(Debug, Clone)]
enum Change {
    Replace(usize, String),
    Insert(usize, String),
    Delete(usize, usize),
    Copy(usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let piece = prop_oneof![
        "\\PC{1,3}",
        prop::sample::select(vec![
            "<!-- -->",
            "<!--",
            "-->",
            "<b/>",
            "</Subject>",
            "<Assertion>",
            " ID=\"_a1\"",
            " xmlns=\"\"",
            " xmlns:samlp=\"x\"",
            "&#13;",
            "&amp;",
            "\n",
            "<![CDATA[x]]>",
            "<Object/>",
            "root@contoso.com",
            " ",
            "\"",
        ])
        .prop_map(str::to_owned),
    ];
    let at = 0_usize..8_000;
    prop_oneof![
        (at.clone(), piece.clone()).prop_map(|(at, piece)| Change::Replace(at, piece)),
        (at.clone(), piece).prop_map(|(at, piece)| Change::Insert(at, piece)),
        (at.clone(), 1_usize..200).prop_map(|(at, length)| Change::Delete(at, length)),
        (at.clone(), at, 1_usize..1_500)
            .prop_map(|(from, to, length)| Change::Copy(from, to, length)),
    ]
}

fn apply(text: &str, change: &Change) -> String {
    let place = |at: usize| {
        let at = at % text.len();
        (0..=at)
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0)
    };
    let (start, end, put) = match change {
        Change::Replace(at, piece) => {
            let end = place(at % text.len())
                + text[place(*at)..].chars().next().map_or(0, char::len_utf8);
            (place(*at), end, piece.clone())
        }
        Change::Insert(at, piece) => (place(*at), place(*at), piece.clone()),
        Change::Delete(at, length) => {
            let start = place(*at);
            (
                start,
                place((start + length).min(text.len() - 1)).max(start),
                String::new(),
            )
        }
        Change::Copy(from, to, length) => {
            let start = place(*from);
            let end = place((start + length).min(text.len() - 1)).max(start);
            (place(*to), place(*to), text[start..end].to_owned())
        }
    };
    format!("{}{put}{}", &text[..start], &text[end..])
}

/// Good ones, signed once: what costs time is the signing.
fn originals() -> &'static [String; 3] {
    static ORIGINALS: OnceLock<[String; 3]> = OnceLock::new();
    ORIGINALS.get_or_init(|| {
        [
            assertion_signed(&eve()),
            response_signed(&eve()),
            both_signed(&eve()),
        ]
    })
}

proptest! {
    #[test]
    fn a_mutant_is_refused_or_says_what_was_signed(which in 0_usize..3, changes in prop::collection::vec(change(), 1..4)) {
        let original = &originals()[which];
        let mutant = changes.iter().fold(original.clone(), |text, change| apply(&text, change));
        let signed = read(original).expect("it is good");
        if let Ok(reading) = read(&mutant) {
            prop_assert_eq!(&reading.response.assertion, &signed.response.assertion);
            if reading.covered == Covered::Whole {
                prop_assert_eq!(&reading.response, &signed.response);
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,300}|(<[a-zA-Z:]{1,9}( [a-zA-Z:]{1,9}=\"[a-z#&;]{0,9}\")?/?>[a-z]{0,3}){0,30}") {
        prop_assert!(read(&text).is_err());
    }
}
