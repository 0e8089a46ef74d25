//! What the practice services sign, judged by programs that we did not write: xmlsec1, pysaml2 and signxml of Python,
//! node-saml and samlify of Node.js. Our own signer and our own checker could agree on a mistake; these can't.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use sim::Host;
use support::{Bench, SingleSignOn, field, opened, pem};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

const ALEX: &str = "alex@contoso.com";
const MISSING: &str = "The judges are not installed. `cargo xtask test` installs them: xmlsec1 by apt, those of Node.js by `npm ci` \
in tests/peers, those of Python into the folder judges under Cargo's target folder.";

/// The kinds of responses that every judge is asked about, and which part of each is signed.
const CASES: &[(&str, &str)] = &[
    ("as_usual", "assertion"),
    ("response_signed", "response"),
    ("both_signed", "both"),
    ("name_id_wrong_case", "assertion"),
    ("changed", "assertion"),
    ("pretty_printed", "assertion"),
    ("foreign_certificate", "assertion"),
    ("unsigned", "assertion"),
];
/// Those of them that must be taken.
const SOUND: &[&str] = &[
    "as_usual",
    "response_signed",
    "both_signed",
    "name_id_wrong_case",
];

/// One verdict on one case.
#[derive(Debug)]
struct Verdict {
    judge: String,
    case: String,
    taken: bool,
    name: Option<String>,
    why: Option<String>,
}

/// Practice with everything set up, and what the judges are told of it.
struct Court {
    bench: Bench,
    set: SingleSignOn,
    told: Value,
}

impl Court {
    async fn open() -> Court {
        let bench = Bench::start("fresh").await;
        let set = bench.single_sign_on().await;
        let mut cases = Vec::new();
        for (kind, signed) in CASES {
            bench.practice.levers().saml_response(kind).unwrap();
            let page = bench.answer_for_alex(&bench.browser()).await;
            let response = field(page.text(), "SAMLResponse");
            let request = opened(&response)
                .split("InResponseTo=\"")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
                .to_owned();
            cases.push(
                json!({"name": kind, "signed": signed, "response": response, "request": request}),
            );
        }
        bench.practice.levers().saml_response("as_usual").unwrap();
        let tenant = bench.given("tenant_id");
        let at = bench.at(
            Host::Login,
            &format!("/{tenant}/federationmetadata/2007-06/federationmetadata.xml"),
        );
        let own = bench.get(&format!("{at}?appid={}", set.app_id)).await.text;
        let told = json!({
            "cases": cases,
            "audience": set.saml.entity, "acs": set.saml.acs, "certificate": pem(&set.certificate),
            "login": bench.at(Host::Login, &format!("/{tenant}/saml2")),
            "metadata": {
                "application": own.trim_start_matches('\u{feff}'),
                "altered": own.trim_start_matches('\u{feff}').replacen("entityID=\"https", "entityID=\"http", 1),
                "tenant": bench.get(&at).await.text.trim_start_matches('\u{feff}'),
            },
        });
        Court { bench, set, told }
    }

    /// The XML of a case.
    fn xml(&self, kind: &str) -> String {
        let cases = self.told["cases"].as_array().unwrap();
        opened(
            cases.iter().find(|case| case["name"] == kind).unwrap()["response"]
                .as_str()
                .unwrap(),
        )
    }
}

/// Starts a judge with what it is told and reads what it says.
async fn asked(command: &mut Command, told: &Value) -> Value {
    let spawned = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut judge = spawned.expect(MISSING);
    let mut input = judge.stdin.take().unwrap();
    input.write_all(told.to_string().as_bytes()).await.unwrap();
    drop(input);
    let said = judge.wait_with_output().await.unwrap();
    let complaint = String::from_utf8_lossy(&said.stderr);
    serde_json::from_slice(&said.stdout).unwrap_or_else(|_| panic!("{complaint}\n{MISSING}"))
}

fn verdicts(said: &Value) -> Vec<Verdict> {
    let word = |one: &Value, name: &str| one[name].as_str().map(str::to_owned);
    let one = |one: &Value| Verdict {
        judge: word(one, "judge").unwrap(),
        case: word(one, "case").unwrap(),
        taken: one["taken"] == true,
        name: word(one, "name"),
        why: word(one, "why"),
    };
    said.as_array().unwrap().iter().map(one).collect()
}

/// Every judge takes what is sound, with the name in it, and refuses everything else.
fn expect_justice(verdicts: &[Verdict], judges: &[&str]) {
    let mut asked: BTreeMap<&str, usize> = BTreeMap::new();
    for verdict in verdicts
        .iter()
        .filter(|verdict| CASES.iter().any(|(kind, _)| *kind == verdict.case))
    {
        *asked.entry(&verdict.judge).or_default() += 1;
        let sound = SOUND.contains(&verdict.case.as_str());
        assert_eq!(verdict.taken, sound, "{verdict:?}");
        let name = verdict.name.as_deref().unwrap_or_default();
        assert!(!sound || name.eq_ignore_ascii_case(ALEX), "{verdict:?}");
        assert!(sound || verdict.why.is_some(), "{verdict:?}");
    }
    let all: BTreeMap<&str, usize> = judges.iter().map(|judge| (*judge, CASES.len())).collect();
    assert_eq!(asked, all);
}

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/peers")
}

/// Cargo's folder, in which this test lies three levels deep.
fn judges() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    here.ancestors().nth(3).unwrap().join("judges")
}

fn node() -> Command {
    let mut node = Command::new("node");
    node.arg("judges.mjs").current_dir(peers());
    node
}

#[tokio::test]
async fn the_judges_of_python_agree() {
    let court = Court::open().await;
    let mut python = Command::new(judges().join("bin/python"));
    let said = verdicts(&asked(python.arg("judges.py").current_dir(peers()), &court.told).await);
    expect_justice(&said, &["pysaml2", "signxml"]);
    let entity = format!(
        "https://sts.windows.net/{}/",
        court.bench.given("tenant_id")
    );
    // The tenant's own metadata is signed with another key than the application's.
    for (case, wanted) in [
        ("application", Some(entity.as_str())),
        ("altered", None),
        ("tenant", None),
    ] {
        let verdict = said.iter().find(|verdict| verdict.case == case).unwrap();
        assert_eq!(verdict.name.as_deref(), wanted, "{verdict:?}");
    }
}

#[tokio::test]
async fn the_judges_of_node_agree_and_their_requests_are_answered() {
    let court = Court::open().await;
    let said = asked(&mut node(), &court.told).await;
    let entity = format!(
        "https://sts.windows.net/{}/",
        court.bench.given("tenant_id")
    );
    let all = verdicts(&said["verdicts"]);
    expect_justice(&all, &["node-saml", "samlify"]);
    let metadata = all
        .iter()
        .filter(|verdict| verdict.case == "application" || verdict.case == "tenant");
    assert_eq!(
        metadata
            .filter(|verdict| verdict.name.as_ref() == Some(&entity))
            .count(),
        2
    );
    for (maker, url) in said["requests"].as_object().unwrap() {
        let browser = court.bench.browser();
        let page = browser.open(url.as_str().unwrap()).await;
        assert_eq!(page.heading(), "Sign in", "{maker}: {}", page.text());
        let answer = browser.sign_in(&page, 2).await;
        assert!(
            opened(&field(answer.text(), "SAMLResponse")).contains("InResponseTo=\"_"),
            "{maker}"
        );
    }
    let answered = court.bench.sign_in_log(&court.set.app_id).await;
    assert_eq!(answered.len(), CASES.len() + 2);
}

/// Whether xmlsec1 finds the signature at that place right, with that certificate and no other.
async fn by_xmlsec1(folder: &Path, xml: &str, certificate: &str, place: &str) -> bool {
    let (message, key) = (folder.join("message.xml"), folder.join("certificate.pem"));
    std::fs::write(&message, xml).unwrap();
    std::fs::write(&key, certificate).unwrap();
    let mut xmlsec1 = Command::new("xmlsec1");
    // Only the key at hand counts, whatever certificate the message brings along.
    xmlsec1.args([
        "--verify",
        "--enabled-key-data",
        "key-name",
        "--node-xpath",
        place,
    ]);
    for element in [
        "assertion:Assertion",
        "protocol:Response",
        "metadata:EntityDescriptor",
    ] {
        xmlsec1.args([
            "--id-attr:ID",
            &format!("urn:oasis:names:tc:SAML:2.0:{element}"),
        ]);
    }
    let said = xmlsec1
        .arg("--pubkey-cert-pem")
        .arg(&key)
        .arg(&message)
        .output()
        .await
        .expect(MISSING);
    said.status.success()
}

#[tokio::test]
async fn xmlsec1_agrees() {
    let court = Court::open().await;
    let folder = std::env::temp_dir().join(format!("practice-judges-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let certificate = pem(&court.set.certificate);
    let (response, assertion) = (
        "/*/*[local-name()='Signature']",
        "/*/*[local-name()='Assertion']/*[local-name()='Signature']",
    );
    for (kind, place, wanted) in [
        ("as_usual", assertion, true),
        ("response_signed", response, true),
        ("both_signed", response, true),
        ("both_signed", assertion, true),
        ("changed", assertion, false),
        ("pretty_printed", assertion, false),
        ("foreign_certificate", assertion, false),
        ("unsigned", assertion, false),
    ] {
        let found = by_xmlsec1(&folder, &court.xml(kind), &certificate, place).await;
        assert_eq!(found, wanted, "{kind} {place}");
    }
    for (case, wanted) in [("application", true), ("altered", false), ("tenant", false)] {
        let xml = court.told["metadata"][case].as_str().unwrap();
        // Microsoft's mark at the beginning of the file does no harm.
        let found = by_xmlsec1(&folder, &format!("\u{feff}{xml}"), &certificate, response).await;
        assert_eq!(found, wanted, "metadata: {case}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
