//! Federation metadata in the shape of Entra's, and what must not be read out of it.

use saml::{Certificate, Metadata, Refusal};

const SIGNING: &str = include_str!("fixtures/signing.crt.pem");
const OTHER: &str = include_str!("fixtures/other.crt.pem");
const CURVE: &str = include_str!("fixtures/curve.crt.pem");

fn certificate(pem: &str) -> Certificate {
    Certificate::read(pem).expect("the fixture is a certificate")
}

fn key(use_of: &str, pem: &str) -> String {
    format!(
        r#"<KeyDescriptor{use_of}><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"#,
        certificate(pem).base64()
    )
}

/// The whole document around the keys of the SAML identity provider. The block of the older protocol comes first and
/// holds the other certificate.
fn metadata(keys: &str) -> String {
    let role = key(r#" use="signing""#, OTHER);
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?><EntityDescriptor ID="_1" entityID="https://sts.example/11111111-2222-3333-4444-555555555555/" xmlns="urn:oasis:names:tc:SAML:2.0:metadata"><RoleDescriptor xsi:type="fed:SecurityTokenServiceType" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706" protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706">{role}</RoleDescriptor><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://login.example/t/out"/><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://login.example/t/saml2"/><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://login.example/t/post"/></IDPSSODescriptor></EntityDescriptor>"#
    )
}

#[test]
fn the_three_values_are_those_of_the_saml_block() {
    let read = Metadata::read(&metadata(&key(r#" use="signing""#, SIGNING))).expect("it is good");
    assert_eq!(
        read.entity_id,
        "https://sts.example/11111111-2222-3333-4444-555555555555/"
    );
    assert_eq!(read.sso_url, "https://login.example/t/saml2");
    assert_eq!(read.signing, [certificate(SIGNING)]);
    let thumbprint = certificate(SIGNING).thumbprint().to_lowercase();
    assert!(read.signs_with(&thumbprint));
    assert!(!read.signs_with(&certificate(OTHER).thumbprint()));
}

#[test]
fn several_certificates_are_told_each_once_and_encryption_is_left_out() {
    let keys = [
        key(r#" use="signing""#, SIGNING),
        key(r#" use="signing""#, OTHER),
        key("", SIGNING),
        key(r#" use="encryption""#, CURVE),
    ];
    let read = Metadata::read(&metadata(&keys.concat())).expect("it is good");
    assert_eq!(read.signing, [certificate(SIGNING), certificate(OTHER)]);
}

#[test]
fn a_byte_order_mark_is_harmless() {
    let text = format!("\u{feff}{}", metadata(&key("", SIGNING)));
    assert!(Metadata::read(&text).is_ok());
}

#[test]
fn what_is_wrong_is_named() {
    let good = metadata(&key("", SIGNING));
    let without = |part: &str| good.replace(part, "");
    let twice = good.replace(
        "<SingleLogoutService",
        r#"<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://evil.example"/><SingleLogoutService"#,
    );
    let broken = good.replace(&certificate(SIGNING).base64(), "MIIC");
    let table: &[(&str, &str)] = &[
        ("", "There is nothing in it."),
        ("<html/>", "It is html, not EntityDescriptor."),
        (
            &good.replace("urn:oasis:names:tc:SAML:2.0:metadata", "urn:other"),
            "It is EntityDescriptor of urn:other, not EntityDescriptor.",
        ),
        (
            &without(r#" entityID="https://sts.example/11111111-2222-3333-4444-555555555555/""#),
            "The entity id is missing or empty.",
        ),
        (
            &good.replace("IDPSSODescriptor", "SPSSODescriptor"),
            "It has 0 identity providers that speak SAML 2.0; exactly one is wanted.",
        ),
        (
            &good.replace("bindings:HTTP-Redirect", "bindings:SOAP"),
            "It has 0 login addresses for redirects; exactly one is wanted.",
        ),
        (
            &twice,
            "It has 2 login addresses for redirects; exactly one is wanted.",
        ),
        (
            &without(r#" Location="https://login.example/t/saml2""#),
            "The login address is missing or empty.",
        ),
        (
            &metadata(""),
            "The signing certificate is missing or empty.",
        ),
        (
            &metadata(&key(r#" use="encryption""#, SIGNING)),
            "The signing certificate is missing or empty.",
        ),
        (
            &broken,
            "A certificate in it can’t be read. The certificate is cut off: the end is missing.",
        ),
        (
            &format!(
                "<!DOCTYPE a>{}",
                without(r#"<?xml version="1.0" encoding="utf-8"?>"#)
            ),
            "It holds a document type declaration, which SAML forbids.",
        ),
    ];
    for (text, words) in table {
        let refused: Refusal = Metadata::read(text).expect_err("it is wrong");
        assert_eq!(refused.to_string(), *words);
    }
}
