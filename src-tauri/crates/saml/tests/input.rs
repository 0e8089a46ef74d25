//! What people paste when they are asked for a SAML response.

mod support;

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};
use proptest::prelude::*;
use saml::{Captured, Form, Input, InputFault};
use serde_json::{Value, json};
use support::{ACS, Told, assertion_signed};

const REQUEST: &str = r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_q1" Version="2.0"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://auth.example/saml/1</saml:Issuer></samlp:AuthnRequest>"#;

fn good() -> String {
    // Blanks make base64 with plus signs in it: "  >" is "ICA+".
    assertion_signed(&Told::default()).replace("<Subject>", "<Subject  >")
}

fn base64() -> String {
    let text = STANDARD.encode(good());
    // The last plus sign is the one that is lost when blanks around are left out.
    assert!(text.matches('+').count() > 1 && text.ends_with('+'));
    text
}

fn percent(text: &str) -> String {
    text.replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D")
}

fn deflated(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn only(text: &str) -> (Form, Captured) {
    let read = Input::read(text).unwrap_or_else(|fault| panic!("{fault}: {text}"));
    assert_eq!(read.messages.len(), 1);
    (read.form, read.messages[0].clone())
}

#[test]
fn each_form_is_recognised_and_unwrapped() {
    let base64 = base64();
    let lines: String = base64
        .as_bytes()
        .chunks(76)
        .map(|line| format!("{}\r\n", String::from_utf8_lossy(line)))
        .collect();
    let mut wrapper = ZlibEncoder::new(Vec::new(), Compression::default());
    wrapper
        .write_all(good().as_bytes())
        .expect("memory takes it");
    let wrapped = STANDARD.encode(wrapper.finish().expect("memory takes it"));
    let deflate = STANDARD.encode(deflated(&good()));
    let table: &[(Form, String)] = &[
        (Form::Xml, good()),
        (Form::Xml, format!("\u{feff}\n {}\n", good())),
        (Form::Base64, base64.clone()),
        (Form::Base64, lines),
        (Form::Base64, base64.trim_end_matches('=').to_owned()),
        (Form::Base64, URL_SAFE_NO_PAD.encode(good())),
        (Form::Base64, deflate.clone()),
        (Form::Base64, wrapped),
        (
            Form::Body,
            format!("SAMLResponse={}&RelayState=x", percent(&base64)),
        ),
        (
            Form::Body,
            format!("RelayState=x&SAMLResponse={}", percent(&base64)),
        ),
        (Form::Body, format!("SAMLResponse={base64}&RelayState=x")),
        (Form::Body, format!("SAMLResponse: {base64}\nRelayState: x")),
        (
            Form::Body,
            format!(
                "curl '{ACS}' --data-raw 'SAMLResponse={}&RelayState=x'",
                percent(&base64)
            ),
        ),
        (
            Form::Address,
            format!(
                "https://a.example/b?SAMLResponse={}&RelayState=x&SigAlg=y",
                percent(&deflate)
            ),
        ),
    ];
    for (form, text) in table {
        let (found, captured) = only(text);
        assert_eq!(found, *form);
        assert_eq!(captured.xml.trim_matches(['\u{feff}', '\n', ' ']), good());
        assert!(!captured.was_repaired);
        let relay = matches!(form, Form::Body | Form::Address).then_some("x");
        assert_eq!(captured.relay_state.as_deref(), relay, "{text}");
    }
}

#[test]
fn blanks_for_plus_signs_are_put_back_and_told() {
    for text in [
        base64().replace('+', " "),
        base64().trim_end_matches('+').to_owned(),
        format!("SAMLResponse={}", percent(&base64().replace('+', " "))),
    ] {
        let (_, captured) = only(&text);
        assert_eq!(captured.xml, good());
        assert!(captured.was_repaired);
    }
}

#[test]
fn a_body_without_relay_state_tells_so_and_a_copied_line_does_not() {
    let (_, captured) = only(&format!("SAMLResponse={}", percent(&base64())));
    assert_eq!(captured.relay_state.as_deref(), Some(""));
    let (_, captured) = only(&format!("SAMLResponse: {}", base64()));
    assert_eq!(captured.relay_state, None);
}

#[test]
fn a_request_in_an_address_is_recognised() {
    let query = percent(&STANDARD.encode(deflated(REQUEST)));
    let (form, captured) = only(&format!(
        "https://login.example/t/saml2?SAMLRequest={query}"
    ));
    assert_eq!(form, Form::Address);
    assert_eq!(captured.xml, REQUEST);
    assert_eq!(
        captured.posted_to.as_deref(),
        Some("https://login.example/t/saml2")
    );
}

fn posted(at: &str, data: Value) -> Value {
    json!({"startedDateTime": at, "request": {"method": "POST", "url": ACS, "headers": [], "postData": data}})
}

fn har(entries: Vec<Value>) -> String {
    json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

#[test]
fn a_network_log_gives_every_login_the_newest_first() {
    let question = percent(&STANDARD.encode(deflated(REQUEST)));
    let asked = json!({"request": {"method": "GET", "url": format!("https://login.example/t/saml2?SAMLRequest={question}")}});
    let other = json!({"startedDateTime": "2026-12-01T10:00:00Z", "request": {"method": "GET", "url": "https://contoso.example/"}});
    // One browser decodes percent signs in params, another leaves them.
    let first = posted(
        "2026-12-01T10:00:01.500+01:00",
        json!({"params": [{"name": "SAMLResponse", "value": base64()}, {"name": "RelayState", "value": "a%20b"}]}),
    );
    let second = posted(
        "2026-12-01T10:00:05Z",
        json!({"text": format!("SAMLResponse={}", percent(&base64())), "params": []}),
    );
    let read = Input::read(&har(vec![asked, other, second, first])).expect("it has two");
    assert_eq!(read.form, Form::Har);
    let [newest, oldest] = &read.messages[..] else {
        panic!("there are two");
    };
    assert_eq!(
        newest.at.map(|at| at.to_string()).as_deref(),
        Some("2026-12-01T10:00:05Z")
    );
    assert_eq!(
        oldest.at.map(|at| at.to_string()).as_deref(),
        Some("2026-12-01T09:00:01.5Z")
    );
    assert!(newest.was_sent_before && !oldest.was_sent_before);
    assert_eq!(oldest.relay_state.as_deref(), Some("a b"));
    assert_eq!(newest.relay_state.as_deref(), Some(""));
    for one in [newest, oldest] {
        assert_eq!(one.xml, good());
        assert_eq!(one.posted_to.as_deref(), Some(ACS));
        assert_eq!(
            one.request.as_ref().map(|request| request.id.as_str()),
            Some("_q1")
        );
    }
}

#[test]
fn a_question_with_another_id_is_not_this_answers() {
    let question = percent(&STANDARD.encode(deflated(&REQUEST.replace("_q1", "_q2"))));
    let asked = json!({"request": {"method": "GET", "url": format!("https://login.example/t/saml2?SAMLRequest={question}")}});
    let answered = posted(
        "",
        json!({"params": [{"name": "SAMLResponse", "value": base64()}]}),
    );
    let read = Input::read(&har(vec![asked, answered])).expect("it has one");
    assert_eq!(read.messages[0].request, None);
    assert_eq!(read.messages[0].at, None);
}

#[test]
fn what_is_no_response_is_named() {
    let bomb = STANDARD.encode(deflated(&" ".repeat(5 << 20)));
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";
    let empty_post = json!({"request": {"method": "POST", "url": ACS}});
    let table: &[(&str, InputFault)] = &[
        ("", InputFault::Unknown),
        ("hello", InputFault::Unknown),
        ("I can’t log in!", InputFault::Unknown),
        ("https://contoso.example/login", InputFault::Unknown),
        (token, InputFault::Token),
        ("{\"a\": 1}", InputFault::Unknown),
        ("{broken", InputFault::Unknown),
        (&har(vec![]), InputFault::NoMessage),
        (&har(vec![empty_post]), InputFault::NoContent),
        (&bomb, InputFault::TooLarge),
        (
            &format!("<a>{}</a>", "x".repeat(300_000)),
            InputFault::TooLarge,
        ),
        (
            &STANDARD.encode("no XML at all, however long it is"),
            InputFault::Unknown,
        ),
        ("SAMLResponse=****", InputFault::NotBase64),
        (
            &format!(
                "SAMLResponse={}",
                percent(&base64()[..base64().len() / 2 - 1])
            ),
            InputFault::NotBase64,
        ),
    ];
    for (text, fault) in table {
        let start: String = text.chars().take(40).collect();
        match (Input::read(text), fault) {
            // A cut that leaves whole bytes decodes; the reader refuses it then.
            (Ok(read), InputFault::NotBase64) => {
                assert!(
                    saml::Response::read(&read.messages[0].xml, &[]).is_err(),
                    "{start}"
                );
            }
            (read, fault) => assert_eq!(read.as_ref(), Err(fault), "{start}"),
        }
        assert!(fault.next().ends_with('.') && fault.to_string().ends_with('.'));
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\PC{0,60}|SAMLResponse[=:]|%[0-9A-F]{0,2}|\\{\"log\":|https?://a\\?SAMLRequest=|PHN|eyJ|&RelayState=){0,8}") {
        let _ = Input::read(&text);
    }

    #[test]
    fn a_cut_message_never_makes_it_panic(from in 0_usize..9_000, to in 0_usize..9_000) {
        let text = base64();
        let (from, to) = (from.min(text.len()), to.min(text.len()));
        let _ = Input::read(&format!("{}{}", &text[..from], &text[to..]));
    }
}
