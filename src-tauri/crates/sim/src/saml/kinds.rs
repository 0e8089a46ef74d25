//! Responses that are wrong in one way each, and those that look odd and are right: what a reader has to tell apart. One
//! line is one kind; what it changes before and after the signature stands in it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::claims::EMAIL_FORMAT;
use super::keys::{SUBJECT, SigningKey, new_signing_key};
use super::response::{Draft, id};
use super::sign::{Method, signed};
use super::xml::text;
use crate::ids;

/// A kind of response.
pub(crate) struct Kind {
    pub name: &'static str,
    /// What is the matter with it.
    pub about: &'static str,
    before: fn(&mut Draft),
    seal: Seal,
    after: fn(String, &Draft) -> String,
}

/// What is signed, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seal {
    Assertion,
    Response,
    Both,
    Nothing,
    Old,
    /// With a key that the tenant does not have.
    Foreign,
    /// There is no assertion, only a reason.
    Refusal,
}

const fn kind(
    name: &'static str,
    before: fn(&mut Draft),
    seal: Seal,
    after: fn(String, &Draft) -> String,
    about: &'static str,
) -> Kind {
    Kind {
        name,
        about,
        before,
        seal,
        after,
    }
}

/// The name of the response that nothing is the matter with.
pub(crate) const AS_USUAL: &str = "as_usual";

/// Somebody who is put in somebody else's place.
const FORGED: &str = "megan@contoso.com";

/// Every kind.
pub(crate) const KINDS: &[Kind] = &[
    kind(
        AS_USUAL,
        nothing,
        Seal::Assertion,
        untouched,
        "As Entra signs it: the assertion alone.",
    ),
    kind(
        "response_signed",
        nothing,
        Seal::Response,
        untouched,
        "The response is signed and the assertion is not.",
    ),
    kind(
        "both_signed",
        nothing,
        Seal::Both,
        untouched,
        "The response and the assertion are both signed.",
    ),
    kind(
        "name_id_wrong_case",
        shouted,
        Seal::Assertion,
        untouched,
        "The NameID differs from the address in capitals only.",
    ),
    kind(
        "no_email_claim",
        |draft| drop_claim(draft, "/claims/emailaddress"),
        Seal::Assertion,
        untouched,
        "The claim with the e-mail address is missing.",
    ),
    kind(
        "name_is_display_name",
        named_by_display_name,
        Seal::Assertion,
        untouched,
        "The claim name, which should never change, holds the display name.",
    ),
    kind(
        "status_requester",
        nothing,
        Seal::Refusal,
        untouched,
        "The identity provider answers that it refuses, with a number of its own.",
    ),
    kind(
        "wrong_issuer",
        |draft| draft.issuer = draft.issuer.trim_end_matches('/').to_owned(),
        Seal::Assertion,
        untouched,
        "The issuer lacks its slash at the end.",
    ),
    kind(
        "wrong_audience",
        |draft| draft.audience.push_str("-other"),
        Seal::Assertion,
        untouched,
        "It is meant for another service provider.",
    ),
    kind(
        "wrong_destination",
        |draft| draft.destination = elsewhere(&draft.destination),
        Seal::Assertion,
        untouched,
        "It was built to be posted to another address.",
    ),
    kind(
        "wrong_recipient",
        |draft| draft.recipient = elsewhere(&draft.recipient),
        Seal::Assertion,
        untouched,
        "The person is confirmed for another address.",
    ),
    kind(
        "wrong_in_response_to",
        |draft| draft.in_response_to = Some(id()),
        Seal::Assertion,
        untouched,
        "It answers a request that nobody made.",
    ),
    kind(
        "expired",
        |draft| move_by(draft, -7_200),
        Seal::Assertion,
        untouched,
        "It was over before it was sent.",
    ),
    kind(
        "not_yet_valid",
        |draft| move_by(draft, 3_600),
        Seal::Assertion,
        untouched,
        "It will count in an hour.",
    ),
    kind(
        "name_id_empty",
        |draft| draft.name_id.clear(),
        Seal::Assertion,
        untouched,
        "The NameID is empty.",
    ),
    kind(
        "name_id_object_id",
        named_by_object_id,
        Seal::Assertion,
        untouched,
        "The NameID is the object id of the person.",
    ),
    kind(
        "name_id_ext",
        |draft| {
            draft.name_id = format!(
                "{}#EXT#@contoso.onmicrosoft.com",
                draft.name_id.replace('@', "_")
            )
        },
        Seal::Assertion,
        untouched,
        "The NameID is that of a guest.",
    ),
    kind(
        "name_id_onmicrosoft",
        |draft| {
            draft.name_id = draft
                .name_id
                .replace("@contoso.com", "@contoso.onmicrosoft.com")
        },
        Seal::Assertion,
        untouched,
        "The NameID is in the tenant's first domain, which Atlassian can't verify.",
    ),
    kind(
        "name_id_unknown",
        |draft| draft.name_id = "nobody@contoso.com".into(),
        Seal::Assertion,
        untouched,
        "There is no account of that NameID.",
    ),
    kind(
        "unsigned",
        nothing,
        Seal::Nothing,
        untouched,
        "Nothing is signed.",
    ),
    kind(
        "sha1",
        nothing,
        Seal::Old,
        untouched,
        "Signed in the old way, with SHA-1.",
    ),
    kind(
        "foreign_certificate",
        nothing,
        Seal::Foreign,
        untouched,
        "Signed with another key, whose certificate stands in it.",
    ),
    kind(
        "changed",
        nothing,
        Seal::Assertion,
        changed,
        "Another NameID was written in after it was signed.",
    ),
    kind(
        "pretty_printed",
        nothing,
        Seal::Assertion,
        |xml, _| xml.replace("><", ">\n<"),
        "Some tool broke it into lines after it was signed.",
    ),
    kind(
        "encrypted",
        nothing,
        Seal::Assertion,
        |xml, draft| encrypted(&xml, draft),
        "The assertion is encrypted.",
    ),
    kind(
        "forged_first",
        nothing,
        Seal::Assertion,
        |xml, draft| put(&xml, &start(draft), &forged(draft), ""),
        "A second assertion stands in front of the signed one.",
    ),
    kind(
        "forged_last",
        nothing,
        Seal::Assertion,
        |xml, draft| put(&xml, "</samlp:Response>", &forged(draft), ""),
        "A second assertion stands behind the signed one.",
    ),
    kind(
        "forged_in_extensions",
        nothing,
        Seal::Assertion,
        |xml, draft| extended(&xml, &forged(draft)),
        "A second assertion stands where extensions belong.",
    ),
    kind(
        "forged_in_object",
        nothing,
        Seal::Assertion,
        |xml, draft| {
            put(
                &xml,
                "</Signature>",
                &format!("<Object>{}</Object>", forged(draft)),
                "",
            )
        },
        "A second assertion stands inside the signature.",
    ),
    kind(
        "original_in_forged",
        nothing,
        Seal::Assertion,
        swallowed,
        "The signed assertion stands inside another one.",
    ),
    kind(
        "duplicate_id",
        nothing,
        Seal::Assertion,
        |xml, draft| {
            extended(
                &xml,
                &format!(
                    "<Twin xmlns=\"urn:practice\" ID=\"{}\"/>",
                    draft.assertion_id
                ),
            )
        },
        "Two elements have the same ID.",
    ),
    kind(
        "comment_in_name_id",
        nothing,
        Seal::Assertion,
        |xml, draft| commented(&xml, draft),
        "A comment cuts the NameID in two, which the signature does not notice.",
    ),
    kind(
        "doctype",
        nothing,
        Seal::Assertion,
        |xml, _| format!("<!DOCTYPE samlp:Response>{xml}"),
        "It begins with a document type, which may define anything.",
    ),
];

/// The kind of that name.
pub(crate) fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

impl Kind {
    /// The response of this kind that stands in for the right one.
    pub fn of(&self, mut draft: Draft, key: &SigningKey) -> String {
        (self.before)(&mut draft);
        let usual = Method::RsaSha256;
        let xml = match self.seal {
            Seal::Assertion => draft.with_assertion_signed(key, usual),
            Seal::Response => signed(&draft.written(), &draft.response_id, key, usual),
            Seal::Both => signed(&draft.with_assertion_signed(key, usual), &draft.response_id, key, usual),
            Seal::Nothing => draft.written(),
            Seal::Old => draft.with_assertion_signed(key, Method::RsaSha1),
            Seal::Foreign => draft.with_assertion_signed(&new_signing_key(SUBJECT, key.starts, key.ends), usual),
            Seal::Refusal => draft.refusing("AADSTS75011: Authentication method by which the user authenticated with the service doesn't match requested authentication method."),
        };
        (self.after)(xml, &draft)
    }
}

/// The response as a service provider gets it that has no key to open it with.
pub(crate) fn encrypted(xml: &str, draft: &Draft) -> String {
    let cipher = STANDARD.encode(ids::random(2_048));
    let key = STANDARD.encode(ids::random(256));
    let xenc = "http://www.w3.org/2001/04/xmlenc#";
    let instead = format!(
        "<EncryptedAssertion xmlns=\"{}\"><xenc:EncryptedData Type=\"{xenc}Element\" xmlns:xenc=\"{xenc}\">\
         <xenc:EncryptionMethod Algorithm=\"{xenc}aes256-cbc\"/><KeyInfo xmlns=\"{}\"><e:EncryptedKey xmlns:e=\"{xenc}\">\
         <e:EncryptionMethod Algorithm=\"{xenc}rsa-oaep-mgf1p\"/><e:CipherData><e:CipherValue>{key}</e:CipherValue></e:CipherData></e:EncryptedKey></KeyInfo>\
         <xenc:CipherData><xenc:CipherValue>{cipher}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></EncryptedAssertion>",
        super::xml::ASSERTION,
        super::xml::DS,
    );
    let (before, _, after) = around(xml, draft);
    format!("{before}{instead}{after}")
}

fn nothing(_: &mut Draft) {}

fn untouched(xml: String, _: &Draft) -> String {
    xml
}

fn move_by(draft: &mut Draft, seconds: i64) {
    for at in [&mut draft.issued, &mut draft.starts, &mut draft.ends] {
        *at += jiff::SignedDuration::from_secs(seconds);
    }
}

fn shouted(draft: &mut Draft) {
    draft.name_id = draft.name_id.to_uppercase();
}

fn elsewhere(address: &str) -> String {
    address.replacen("callback", "elsewhere", 1)
}

fn drop_claim(draft: &mut Draft, ending: &str) {
    draft.attributes.retain(|(name, _)| !name.ends_with(ending));
}

fn claim(draft: &Draft, ending: &str) -> String {
    let found = draft
        .attributes
        .iter()
        .find(|(name, _)| name.ends_with(ending));
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

fn named_by_object_id(draft: &mut Draft) {
    draft.name_id = claim(draft, "/objectidentifier");
    draft.name_id_format = EMAIL_FORMAT.replace("emailAddress", "unspecified");
}

fn named_by_display_name(draft: &mut Draft) {
    let shown = claim(draft, "/displayname");
    for (name, value) in &mut draft.attributes {
        if name.ends_with("/claims/name") {
            value.clone_from(&shown);
        }
    }
}

/// Text put in front of a mark, and other text behind what was put there.
fn put(xml: &str, mark: &str, before: &str, after: &str) -> String {
    xml.replacen(mark, &format!("{before}{mark}{after}"), 1)
}

fn start(draft: &Draft) -> String {
    format!("<Assertion ID=\"{}\"", draft.assertion_id)
}

/// The response up to its assertion, the assertion, and the rest.
fn around<'a>(xml: &'a str, draft: &Draft) -> (&'a str, &'a str, &'a str) {
    let begin = xml.find(&start(draft)).unwrap_or_default();
    let end = "</Assertion>";
    let stop = xml.rfind(end).map_or(xml.len(), |at| at + end.len());
    (&xml[..begin], &xml[begin..stop], &xml[stop..])
}

/// An assertion that nobody signed, about somebody else.
fn forged(draft: &Draft) -> String {
    Draft {
        assertion_id: id(),
        name_id: FORGED.into(),
        ..draft.clone()
    }
    .assertion()
}

fn extended(xml: &str, with: &str) -> String {
    put(
        xml,
        "<samlp:Status>",
        &format!("<samlp:Extensions>{with}</samlp:Extensions>"),
        "",
    )
}

fn changed(xml: String, draft: &Draft) -> String {
    xml.replacen(
        &format!(">{}</NameID>", text(&draft.name_id)),
        &format!(">{FORGED}</NameID>"),
        1,
    )
}

fn commented(xml: &str, draft: &Draft) -> String {
    let name = text(&draft.name_id);
    let cut = name.replacen('@', "<!---->@", 1);
    xml.replacen(&format!(">{name}</NameID>"), &format!(">{cut}</NameID>"), 1)
}

fn swallowed(xml: String, draft: &Draft) -> String {
    let (before, original, after) = around(&xml, draft);
    let mark = "</Conditions>";
    let around = forged(draft).replacen(mark, &format!("{mark}<Advice>{original}</Advice>"), 1);
    format!("{before}{around}{after}")
}
