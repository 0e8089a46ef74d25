//! Certificates as people paste them, and what they paste instead.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use proptest::prelude::*;
use saml::{Certificate, CertificateFault as Fault, Stray, strays};

const PEM: &str = include_str!("fixtures/signing.crt.pem");
const OTHER: &str = include_str!("fixtures/other.crt.pem");
const KEY: &str = include_str!("fixtures/signing.key.pem");
const REQUEST: &str = include_str!("fixtures/request.pem");
const PUBLIC: &str = include_str!("fixtures/public.pem");
const PACKAGE: &str = include_str!("fixtures/package.pem");
const CURVE: &str = include_str!("fixtures/curve.crt.pem");

fn certificate() -> Certificate {
    Certificate::read(PEM).expect("the fixture is a certificate")
}

/// The base64 between the lines of a PEM.
fn body(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

#[test]
fn it_is_read_as_openssl_reads_it() {
    let read = certificate();
    assert_eq!(
        read.thumbprint(),
        "565CDF8FBD1793E0CAF0BC1AA51600A88F106D6E"
    );
    assert_eq!(
        read.sha256(),
        "17E54223133D1FCEE461CCCF6A02046898AFD1D5CEDC131B90E49D9A1B75923E"
    );
    assert_eq!(
        read.subject(),
        "CN=Microsoft Azure Federated SSO Certificate"
    );
    assert_eq!(read.not_before(), time("2026-11-25T01:31:20Z"));
    assert_eq!(read.not_after(), time("2029-11-25T01:31:20Z"));
    assert_eq!(read.rsa_bits(), Some(2048));
    assert_eq!(read.pem(), PEM);
    assert_eq!(read.base64(), body(PEM));
    assert_eq!(Certificate::from_der(read.der()).as_ref(), Ok(&read));
    let curve = Certificate::read(CURVE).expect("it is a certificate all the same");
    assert_eq!(curve.rsa_bits(), None);
}

#[test]
fn its_time_is_told_at_a_given_time() {
    let read = certificate();
    let table = [
        ("2026-11-25T01:31:19Z", false, 1096),
        ("2026-11-25T01:31:20Z", true, 1096),
        ("2029-11-24T01:31:21Z", true, 0),
        ("2029-11-25T01:31:20Z", true, 0),
        ("2029-11-25T01:31:21Z", false, -1),
        ("2029-12-25T01:31:20Z", false, -30),
    ];
    for (at, counts, days) in table {
        assert_eq!(read.counts_at(time(at)), counts, "{at}");
        assert_eq!(read.days_left(time(at)), days, "{at}");
    }
}

#[test]
fn what_programs_do_to_it_on_the_way_is_forgiven_and_noted() {
    let whole = body(PEM);
    let plain: &[Stray] = &[];
    let blanks = PEM.replace('\n', "  \n\t");
    let mail: String = PEM.lines().map(|line| format!("> {line}\n")).collect();
    let table: &[(&str, String, &[Stray])] = &[
        ("as downloaded", PEM.to_owned(), plain),
        ("Windows line ends", PEM.replace('\n', "\r\n"), plain),
        ("old Mac line ends", PEM.replace('\n', "\r"), plain),
        (
            "a byte order mark",
            format!("\u{feff}{PEM}"),
            &[Stray::Invisible],
        ),
        ("base64 alone", whole.clone(), plain),
        ("no padding", whole.trim_end_matches('=').to_owned(), plain),
        ("on one line", PEM.replace('\n', ""), plain),
        ("blanks for line ends", PEM.replace('\n', " "), &[]),
        ("blanks and tabs", blanks, &[Stray::Blanks]),
        (
            "zero-width blanks",
            PEM.replace('\n', "\u{200b}\n"),
            &[Stray::Invisible],
        ),
        (
            "a control character",
            PEM.replacen('\n', "\u{7}\n", 2),
            &[Stray::Invisible],
        ),
        (
            "line ends written out",
            PEM.replace('\n', "\\n"),
            &[Stray::WrittenLineEnds],
        ),
        ("quoted", format!("\"{whole}\""), &[Stray::Quotes]),
        ("from a mail", mail, &[Stray::Blanks, Stray::Quotes]),
        (
            "long dashes",
            PEM.replace("-----", "\u{2014}\u{2014}--"),
            &[Stray::Dashes],
        ),
        (
            "text around it",
            format!("Here it is:\n{PEM}\nRegards"),
            &[],
        ),
        ("encoded twice", STANDARD.encode(PEM), plain),
        (
            "another label",
            PEM.replace("CERTIFICATE", "X509 CERTIFICATE"),
            plain,
        ),
    ];
    for (case, text, found) in table {
        assert_eq!(Certificate::read(text), Ok(certificate()), "{case}");
        if !found.is_empty() || text.as_str() == PEM {
            assert_eq!(strays(text), *found, "{case}");
        }
    }
}

#[test]
fn what_was_pasted_instead_is_named() {
    let der = certificate().der().to_vec();
    let whole = body(PEM);
    let binary = String::from_utf8_lossy(&der).into_owned();
    let (start, _) = PEM.split_at(600);
    let metadata = "<?xml version=\"1.0\"?><EntityDescriptor entityID=\"x\"/>";
    let damaged = PEM.replacen("\nMII", "\nM*I", 1);
    let two = [&der[..], &der[..]].concat();
    let table: &[(&str, Fault)] = &[
        ("", Fault::Empty),
        (" \r\n\u{feff}", Fault::Empty),
        (KEY, Fault::PrivateKey),
        (&format!("{PEM}{KEY}"), Fault::PrivateKey),
        (&body(KEY), Fault::PrivateKey),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
            Fault::PrivateKey,
        ),
        (
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE\n-----END",
            Fault::PrivateKey,
        ),
        (REQUEST, Fault::Request),
        (
            &REQUEST.replace("BEGIN CERT", "BEGIN NEW CERT"),
            Fault::Request,
        ),
        (&body(REQUEST), Fault::Request),
        (PUBLIC, Fault::PublicKey),
        (&body(PUBLIC), Fault::PublicKey),
        (PACKAGE, Fault::Package),
        (&body(PACKAGE), Fault::Package),
        (&format!("{PEM}{OTHER}"), Fault::Chain(2)),
        (&STANDARD.encode(two), Fault::Chain(2)),
        (metadata, Fault::Metadata),
        (&STANDARD.encode(metadata), Fault::Metadata),
        ("<!DOCTYPE html><html></html>", Fault::Html),
        ("<Response/>", Fault::Xml),
        ("{\"keys\": []}", Fault::Json),
        ("https://example.com/certificate.cer", Fault::Address),
        (&certificate().thumbprint(), Fault::Thumbprint),
        (&certificate().sha256().to_lowercase(), Fault::Thumbprint),
        (
            "56:5C:DF:8F:BD:17:93:E0:CA:F0:BC:1A:A5:16:00:A8:8F:10:6D:6E",
            Fault::Thumbprint,
        ),
        (start, Fault::CutOff("the END line")),
        (
            PEM.trim_start_matches("-----BEGIN CERTIFICATE-----"),
            Fault::CutOff("the BEGIN line"),
        ),
        (
            "-----BEGIN CERTIFIC",
            Fault::CutOff("the end of the BEGIN line"),
        ),
        (&whole[..600], Fault::CutOff("the end")),
        (&whole[..601], Fault::CutOff("the end")),
        (&PEM.replace(&whole[64..128], ""), Fault::CutOff("the end")),
        (
            &damaged,
            Fault::Damaged {
                line: 2,
                character: '*',
            },
        ),
        (
            &PEM.replacen("\nMII", "\nM\u{fffd}I", 1),
            Fault::Damaged {
                line: 2,
                character: '\u{fffd}',
            },
        ),
        (&binary, Fault::Binary),
        (&STANDARD.encode([&der[..], b"more"].concat()), Fault::Rest),
        ("hello", Fault::CutOff("the end")),
        ("certificate", Fault::NotACertificate),
        (
            "Z\u{fc}rich",
            Fault::Damaged {
                line: 1,
                character: '\u{fc}',
            },
        ),
    ];
    for (text, fault) in table {
        let start: String = text.chars().take(40).collect();
        assert_eq!(Certificate::read(text).as_ref(), Err(fault), "{start:?}");
        assert!(fault.to_string().ends_with('.'), "{fault}");
        assert!(fault.next().ends_with('.'), "{fault}");
    }
}

#[test]
fn a_file_is_read_whether_text_or_binary() {
    assert_eq!(Certificate::read_bytes(PEM.as_bytes()), Ok(certificate()));
    assert_eq!(
        Certificate::read_bytes(certificate().der()),
        Ok(certificate())
    );
    assert_eq!(
        Certificate::read_bytes(&[0xff, 0xfe]),
        Err(Fault::NotACertificate)
    );
    assert_eq!(Certificate::read_bytes(b"0"), Err(Fault::CutOff("the end")));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = strays(&text);
        prop_assert!(Certificate::read(&text).is_err());
    }

    #[test]
    fn a_changed_byte_is_never_taken_for_the_same(at in 0_usize..800, by in 1_u8..=255) {
        let mut der = certificate().der().to_vec();
        let at = at % der.len();
        der[at] ^= by;
        if let Ok(read) = Certificate::from_der(&der) {
            prop_assert_ne!(read.thumbprint(), certificate().thumbprint());
        }
    }

    #[test]
    fn a_cut_or_a_piece_put_in_never_makes_it_panic(from in 0_usize..1200, to in 0_usize..1200, piece in "\\PC{0,9}") {
        let (from, to) = (from.min(PEM.len()), to.min(PEM.len()));
        let text = format!("{}{piece}{}", &PEM[..from], &PEM[to..]);
        if let Ok(read) = Certificate::read(&text) {
            prop_assert!(read.der().len() > 100);
        }
    }
}
