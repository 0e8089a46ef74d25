//! Responses that programs of other people signed, xmlsec1 1.2.37 and signxml 5.2.0: ours accepts them, and refuses
//! them once anything is changed. `peers/make.py` made them; nothing here runs it.

use saml::{Certificate, Covered, Reading, Refusal, Response, SealFault};

const SIGNING: &str = include_str!("fixtures/signing.crt.pem");
const OTHER: &str = include_str!("fixtures/other.crt.pem");

const PEERS: [(&str, &str, Covered); 7] = [
    (
        "xmlsec1-assertion",
        include_str!("peers/xmlsec1-assertion.xml"),
        Covered::Assertion,
    ),
    (
        "xmlsec1-response",
        include_str!("peers/xmlsec1-response.xml"),
        Covered::Whole,
    ),
    (
        "xmlsec1-both",
        include_str!("peers/xmlsec1-both.xml"),
        Covered::Whole,
    ),
    (
        "xmlsec1-prefixes",
        include_str!("peers/xmlsec1-prefixes.xml"),
        Covered::Assertion,
    ),
    (
        "signxml-assertion",
        include_str!("peers/signxml-assertion.xml"),
        Covered::Assertion,
    ),
    (
        "signxml-response",
        include_str!("peers/signxml-response.xml"),
        Covered::Whole,
    ),
    (
        "signxml-both",
        include_str!("peers/signxml-both.xml"),
        Covered::Whole,
    ),
];

fn certificate(pem: &str) -> Certificate {
    Certificate::read(pem).expect("the fixture is a certificate")
}

fn read(text: &str) -> Result<Reading, Refusal> {
    Response::read(text, &[certificate(SIGNING)])
}

#[test]
fn what_others_sign_is_accepted_and_read() {
    for (name, text, covered) in PEERS {
        let reading = read(text).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!(reading.covered, covered, "{name}");
        let assertion = reading.response.assertion.expect("it asserts something");
        let person = assertion.name_id.expect("about somebody");
        assert_eq!(person.value, "j\u{fc}rgen@contoso.com", "{name}");
        assert_eq!(
            assertion.attributes[0].values,
            ["J\u{fc}rgen \u{1f600} <a> & \"b\" ]]> <c> & d\r\nend"],
            "{name}"
        );
        assert_eq!(assertion.attributes[1].values, [""], "{name}");
    }
}

#[test]
fn once_changed_it_is_refused() {
    // Each piece is there once at least, whatever the program made of quotes and character references.
    let pieces = [
        ("rgen@contoso.com", "rgen@evil.example"),
        ("Name=\"empty\"", "Name=\"emptied\""),
        ("contoso.com</NameID>", "contoso.com </NameID>"),
        ("<AttributeValue/>", "<AttributeValue> </AttributeValue>"),
        ("ID=\"_a1\"", "ID=\"_a2\""),
        (
            "Version=\"2.0\" ID=\"_a1\"",
            "Version=\"2.0\" More=\"x\" ID=\"_a1\"",
        ),
        ("\"urn:o\"", "\"urn:p\""),
    ];
    for (name, text, _) in PEERS {
        for (old, new) in pieces {
            let changed = text.replace(old, new);
            assert_ne!(changed, text, "{name} has no {old}");
            let refused = read(&changed).expect_err(name);
            assert!(
                matches!(
                    refused,
                    Refusal::Seal(SealFault::Changed { .. } | SealFault::Reference { .. })
                ),
                "{name}, {old}: {refused}"
            );
        }
    }
}

#[test]
fn another_certificate_is_not_taken() {
    let thumbprint = certificate(SIGNING).thumbprint();
    for (name, text, _) in PEERS {
        assert_eq!(
            Response::read(text, &[certificate(OTHER)]).expect_err(name),
            SealFault::OtherCertificate {
                thumbprint: thumbprint.clone()
            }
            .into(),
            "{name}"
        );
    }
}
