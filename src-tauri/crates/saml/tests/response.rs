//! Responses that are accepted, and those that are refused by name.

mod support;

use saml::{Covered, Refusal, Response, SUCCESS, SealFault};
use support::{
    ACS, ENTITY, EXCLUSIVE, ISSUER, OTHER, OTHER_KEY, SIGNING, Signer, Told, assertion_signed,
    both_signed, certificate, name_id, response, response_signed, response_with,
};

fn read(text: &str) -> Result<saml::Reading, Refusal> {
    Response::read(text, &[certificate(SIGNING)])
}

#[test]
fn a_good_one_is_read_whatever_is_signed() {
    let told = Told::default();
    for (text, covered) in [
        (assertion_signed(&told), Covered::Assertion),
        (response_signed(&told), Covered::Whole),
        (both_signed(&told), Covered::Whole),
    ] {
        let reading = read(&text).expect("it is good");
        assert_eq!(reading.covered, covered);
        assert_eq!(reading.signed_by, certificate(SIGNING));
        let said = reading.response;
        assert_eq!(
            (said.id.as_str(), said.status.code.as_str()),
            ("_r1", SUCCESS)
        );
        assert_eq!(said.destination.as_deref(), Some(ACS));
        assert_eq!(said.in_response_to.as_deref(), Some("_q1"));
        assert_eq!(said.issuer.as_deref(), Some(ISSUER));
        let assertion = said.assertion.expect("it asserts something");
        let name = assertion.name_id.expect("about somebody");
        assert_eq!(name.value, "anna@contoso.com");
        assert_eq!(assertion.conditions.audiences, [[ENTITY.to_owned()]]);
        assert_eq!(assertion.confirmation.recipient.as_deref(), Some(ACS));
        let end = assertion.conditions.not_on_or_after.expect("until then");
        assert_eq!(end.to_string(), "2026-12-01T11:05:00Z");
        assert_eq!(assertion.attributes.len(), 6);
        assert_eq!(
            assertion.attributes[1].values,
            ["Anna \u{c4}rger & S\u{f6}hne"]
        );
    }
}

#[test]
fn what_programs_do_to_it_without_changing_it_is_harmless() {
    let good = both_signed(&Told::default());
    let table = [
        format!("\u{feff}{good}"),
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{good}\n"),
        good.replace("></samlp:StatusCode>", "/>"),
        good.replace("<Subject>", "<Subject\n>"),
        good.replacen("<SignatureValue>", "<SignatureValue>\n  ", 1),
        good.replace("\"_r1\" InResponseTo=\"_q1\"", "'_r1'  InResponseTo='_q1'"),
        good.replace(" xmlns:samlp=", " xmlns:unused=\"u\" xmlns:samlp="),
    ];
    for text in table {
        assert!(read(&text).is_ok(), "{:?}: {text}", read(&text));
    }
}

#[test]
fn the_certificate_that_signed_is_found_among_several() {
    let text = assertion_signed(&Told::default());
    let both = [certificate(OTHER), certificate(SIGNING)];
    let reading = Response::read(&text, &both).expect("one of them signed");
    assert_eq!(reading.signed_by, certificate(SIGNING));
}

/// A response whose assertion is signed as given.
fn signed_by(signer: &Signer) -> String {
    response(&signer.sign(&Told::default().write()))
}

fn algorithm(what: &'static str, found: &str) -> Refusal {
    let found = found.to_owned();
    SealFault::Algorithm { what, found }.into()
}

#[test]
fn only_the_one_kind_of_signature_is_accepted() {
    const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
    const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    const HMAC: &str = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
    const WITH_COMMENTS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
    const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";
    const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    let plain = Signer::default;
    let transforms = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect();
    let reference = |found: &str| -> Refusal {
        let found = found.to_owned();
        SealFault::Reference { found }.into()
    };
    let form = |why| -> Refusal { SealFault::Form(why).into() };
    let table = [
        (
            Signer {
                signature: RSA_SHA1,
                ..plain()
            },
            algorithm("signature algorithm", RSA_SHA1),
        ),
        (
            Signer {
                signature: HMAC,
                ..plain()
            },
            algorithm("signature algorithm", HMAC),
        ),
        (
            Signer {
                signature: "",
                ..plain()
            },
            algorithm("signature algorithm", ""),
        ),
        (
            Signer {
                digest: SHA1,
                ..plain()
            },
            algorithm("digest", SHA1),
        ),
        (
            Signer {
                c14n: INCLUSIVE,
                ..plain()
            },
            algorithm("canonicalisation", INCLUSIVE),
        ),
        (
            Signer {
                c14n: WITH_COMMENTS,
                ..plain()
            },
            algorithm("canonicalisation", WITH_COMMENTS),
        ),
        (
            Signer {
                transforms: transforms(&[ENVELOPED, XPATH]),
                ..plain()
            },
            algorithm("transform", XPATH),
        ),
        (
            Signer {
                transforms: transforms(&[EXCLUSIVE, ENVELOPED]),
                ..plain()
            },
            algorithm("first transform", EXCLUSIVE),
        ),
        (
            Signer {
                transforms: transforms(&[ENVELOPED]),
                ..plain()
            },
            form("the reference has more or less than two transforms"),
        ),
        (
            Signer {
                transforms: transforms(&[ENVELOPED, EXCLUSIVE, EXCLUSIVE]),
                ..plain()
            },
            form("the reference has more or less than two transforms"),
        ),
        (
            Signer {
                reference: Some(""),
                ..plain()
            },
            reference(""),
        ),
        (
            Signer {
                reference: Some("#_r1"),
                ..plain()
            },
            reference("#_r1"),
        ),
        (
            Signer {
                reference: Some("_a1"),
                ..plain()
            },
            reference("_a1"),
        ),
        (
            Signer {
                reference: Some("https://evil.example/a"),
                ..plain()
            },
            reference("https://evil.example/a"),
        ),
        (
            Signer {
                more: "<Reference URI=\"#_r1\"></Reference>",
                ..plain()
            },
            form("SignedInfo has more or less than one reference"),
        ),
        (
            Signer {
                key: OTHER_KEY,
                embedded: OTHER,
                ..plain()
            },
            SealFault::OtherCertificate {
                thumbprint: certificate(OTHER).thumbprint(),
            }
            .into(),
        ),
        // A forger's key under the right certificate.
        (
            Signer {
                key: OTHER_KEY,
                ..plain()
            },
            SealFault::Value.into(),
        ),
    ];
    for (signer, refusal) in table {
        assert_eq!(read(&signed_by(&signer)).unwrap_err(), refusal);
    }
}

#[test]
fn the_embedded_certificate_is_never_trusted() {
    let text = assertion_signed(&Told::default());
    assert_eq!(
        Response::read(&text, &[]).unwrap_err(),
        SealFault::NoCertificate.into()
    );
    let thumbprint = certificate(SIGNING).thumbprint();
    assert_eq!(
        Response::read(&text, &[certificate(OTHER)]).unwrap_err(),
        SealFault::OtherCertificate { thumbprint }.into()
    );
}

#[test]
fn what_was_changed_after_signing_is_told_and_whether_it_looks_reformatted() {
    let good = assertion_signed(&Told::default());
    let changed =
        |looks_reformatted| -> Refusal { SealFault::Changed { looks_reformatted }.into() };
    let swapped = good.replace("anna@contoso.com", "root@contoso.com");
    assert_eq!(read(&swapped).unwrap_err(), changed(false));
    let pretty = good.replace("><", ">\n  <");
    assert_eq!(read(&pretty).unwrap_err(), changed(true));
    // The response itself is not signed here, so nobody vouches for its destination.
    let elsewhere = good.replace("Destination=\"https://auth", "Destination=\"https://evil");
    assert_eq!(
        read(&elsewhere).map(|reading| reading.covered),
        Ok(Covered::Assertion)
    );
    let whole = response_signed(&Told::default());
    let elsewhere = whole.replace("Destination=\"https://auth", "Destination=\"https://evil");
    assert_eq!(read(&elsewhere).unwrap_err(), changed(false));
}

#[test]
fn a_signature_of_either_that_is_broken_breaks_both() {
    let inner = assertion_signed(&Told::default());
    let value = support::between(&inner, "<SignatureValue>", "</SignatureValue>").to_owned();
    let broken = Signer::default().sign(&inner.replace(&value, "AAAA"));
    assert_eq!(read(&broken).unwrap_err(), SealFault::Value.into());
    let both = both_signed(&Told::default());
    let value = support::between(&both, "<SignatureValue>", "</SignatureValue>").to_owned();
    let broken = both.replace(&value, "AAAA");
    assert_eq!(read(&broken).unwrap_err(), SealFault::Value.into());
}

#[test]
fn other_shapes_are_refused_by_name() {
    let good = assertion_signed(&Told::default());
    let unsigned = response(&Told::default().write());
    let failed = response_with(
        "ID=\"_r1\"",
        "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Requester\"></samlp:StatusCode>",
        "",
    );
    let encrypted = response("<EncryptedAssertion></EncryptedAssertion>");
    let root = |found: &str| Refusal::WrongRoot {
        found: found.to_owned(),
        wanted: "Response",
    };
    let signed = |told: &Told| assertion_signed(told);
    let table: &[(String, Refusal)] = &[
        (String::new(), Refusal::Empty),
        ("<AuthnRequest/>".into(), root("AuthnRequest")),
        ("<Response/>".into(), root("Response of no name space")),
        (unsigned, Refusal::Unsigned),
        (
            failed,
            Refusal::NotOne {
                what: "assertions",
                found: 0,
            },
        ),
        (encrypted, Refusal::Encrypted),
        (
            signed(&Told {
                name_id: name_id("a@b.c").replace("@", "<!-- -->@"),
                ..Told::default()
            }),
            // A comment is no part of what is signed, so the signature holds; the value is refused all the same.
            SealFault::Changed {
                looks_reformatted: false,
            }
            .into(),
        ),
        (
            good.replace(
                "anna@contoso.com</NameID>",
                "anna@contoso.com<!-- -->.evil</NameID>",
            ),
            SealFault::Changed {
                looks_reformatted: false,
            }
            .into(),
        ),
        (
            good.replace(
                "anna@contoso.com</NameID>",
                "anna<!-- -->@contoso.com</NameID>",
            ),
            Refusal::NotText("The NameID"),
        ),
        (
            good.replace("<AttributeValue>Anna</A", "<AttributeValue>An<!-- -->na</A"),
            Refusal::NotText("The value of a claim"),
        ),
        (
            good.replace("</Issuer><Signature", "</Issuer><!-- --><Signature")
                .replace("<SignedInfo>", "<SignedInfo><!-- -->"),
            Refusal::NotText("SignedInfo"),
        ),
        (format!("<!DOCTYPE a>{good}"), Refusal::Doctype),
        (format!("<?evil a?>{good}"), Refusal::ProcessingInstruction),
        (
            good.replace("ID=\"_r1\"", "ID=\"_a1\""),
            Refusal::RepeatedId("_a1".into()),
        ),
        (
            good.replace("<samlp:Status>", "<samlp:Status Id=\"_a1\">"),
            Refusal::RepeatedId("_a1".into()),
        ),
        (
            signed(&Told {
                name_id: [name_id("a@b.c"), name_id("d@e.f")].concat(),
                ..Told::default()
            }),
            Refusal::NotOne {
                what: "NameIDs",
                found: 2,
            },
        ),
        (
            signed(&Told {
                conditions: "<Conditions NotBefore=\"yesterday\"></Conditions>".into(),
                ..Told::default()
            }),
            Refusal::NotATime("NotBefore"),
        ),
        (
            good.replacen("Version=\"2.0\"", "Version=\"1.1\"", 1),
            Refusal::Version("1.1".into()),
        ),
    ];
    for (text, refusal) in table {
        assert_eq!(&read(text).unwrap_err(), refusal, "{text}");
    }
}
