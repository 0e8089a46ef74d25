//! The federation metadata of the practice tenant: who it is, where it signs people in, and with which certificates. Signed
//! as a whole with the first of the keys in it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::keys::SigningKey;
use super::response::id;
use super::sign::{Method, signed};
use super::xml::{DS, METADATA, POST, REDIRECT, attribute};

/// The claim types that Entra lists, with the words beside them.
const OFFERED: &[(&str, &str)] = &[
    (
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
        "Name",
    ),
    (
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier",
        "Subject",
    ),
    (
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
        "Given Name",
    ),
    (
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
        "Surname",
    ),
    (
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "Email",
    ),
    (
        "http://schemas.microsoft.com/identity/claims/displayname",
        "Display Name",
    ),
    (
        "http://schemas.microsoft.com/identity/claims/tenantid",
        "Tenant ID",
    ),
    (
        "http://schemas.microsoft.com/identity/claims/objectidentifier",
        "Object Identifier",
    ),
    (
        "http://schemas.microsoft.com/claims/authnmethodsreferences",
        "Authentication Methods References",
    ),
];

/// Writes the metadata; the first key is the active one.
pub(crate) fn written(issuer: &str, place: &str, keys: &[&SigningKey]) -> String {
    let number = id();
    let certificates: String = keys.iter().map(|key| descriptor(key)).collect();
    let place = attribute(place);
    let offered: String = OFFERED
        .iter()
        .map(|(uri, name)| {
            format!(
                "<auth:ClaimType Uri=\"{uri}\" xmlns:auth=\"http://docs.oasis-open.org/wsfed/authorization/200706\"><auth:DisplayName>{name}</auth:DisplayName></auth:ClaimType>"
            )
        })
        .collect();
    let role = |kind: &str, inner: &str| {
        format!(
            "<RoleDescriptor xsi:type=\"fed:{kind}\" protocolSupportEnumeration=\"http://docs.oasis-open.org/wsfed/federation/200706\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:fed=\"http://docs.oasis-open.org/wsfed/federation/200706\">{certificates}{inner}</RoleDescriptor>"
        )
    };
    let passive = format!(
        "<fed:PassiveRequestorEndpoint><wsa:EndpointReference xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><wsa:Address>{place}/wsfed</wsa:Address></wsa:EndpointReference></fed:PassiveRequestorEndpoint>"
    );
    let xml = [
        format!("<EntityDescriptor ID=\"{number}\" entityID=\"{}\" xmlns=\"{METADATA}\">", attribute(issuer)),
        role("SecurityTokenServiceType", &format!("<fed:ClaimTypesOffered>{offered}</fed:ClaimTypesOffered>{passive}")),
        role("ApplicationServiceType", &passive),
        format!("<IDPSSODescriptor protocolSupportEnumeration=\"{}\">{certificates}", super::xml::PROTOCOL),
        format!("<SingleLogoutService Binding=\"{REDIRECT}\" Location=\"{place}/saml2\"/>"),
        format!("<SingleSignOnService Binding=\"{REDIRECT}\" Location=\"{place}/saml2\"/>"),
        format!("<SingleSignOnService Binding=\"{POST}\" Location=\"{place}/saml2\"/></IDPSSODescriptor></EntityDescriptor>"),
    ]
    .concat();
    let sealed = keys
        .first()
        .map(|key| signed(&xml, &number, key, Method::RsaSha256));
    // Microsoft's file begins with the mark of UTF-8, over which careless readers stumble.
    format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>{}",
        sealed.unwrap_or(xml)
    )
}

fn descriptor(key: &SigningKey) -> String {
    format!(
        "<KeyDescriptor use=\"signing\"><KeyInfo xmlns=\"{DS}\"><X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>",
        STANDARD.encode(&key.certificate)
    )
}
