//! No secret leaves memory and the keyring: everything is done once, well and badly, and everything that the program
//! wrote, showed, logged or handed over is searched.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use app::views::Action;
use journeys::{Bench, Ended, Window};
use serde_json::Value;
use sim::Host;

use crate::window::{begin, through};

/// Shorter values stand in texts by chance.
const SHORTEST: usize = 12;

#[tokio::test]
async fn no_secret_is_written_shown_logged_or_handed_over() {
    let logged = Logged::default();
    let writer = logged.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    begin(&window, "Contoso").await;
    let mut shown = vec![said(&window)];
    window.answer("plan.who", "both").await;
    window.answer("plan.stage", "trial").await;
    // Keys of the wrong kind are secrets as well.
    window.go("before-atlassian").await;
    let wrong = wrong_keys(&bench);
    for key in &wrong {
        window.answer("atlassian.key", key).await;
        shown.push(said(&window));
    }
    window.go("plan").await;
    shown.extend(misplaced(&window, &bench, &wrong).await);
    through(&window, &bench).await;
    shown.push(said(&window));
    // A revoked sign-in and a refused write, with their troubles.
    bench
        .practice
        .levers()
        .deactivate_role("adele@contoso.com", "Cloud Application Administrator")
        .expect("the role is active");
    window.press(Action::UndoConfirmed { step: None }).await;
    shown.push(said(&window));
    bench.practice.levers().revoke_refresh_tokens();
    bench.practice.levers().token_expires_now();
    window.press(Action::LookAtAll).await;
    shown.push(said(&window));
    window.go("add-app").await;
    window.press(Action::HandOver).await;
    window.press(Action::SaveRequests).await;
    let ledger = window
        .program
        .session()
        .map(|session| session.ledger().all())
        .unwrap_or_default();
    assert!(ledger.len() > 30, "everything was done: {}", ledger.len());
    shown.push(serde_json::to_string(&ledger).expect("the ledger is JSON"));
    shown.extend(window.person.saved().into_iter().map(|(_, text)| text));

    let secrets = secrets(&bench, &wrong);
    assert!(
        secrets.len() >= 10,
        "there are secrets to find: {}",
        secrets.len()
    );
    shown.push(files(&bench.data()));
    shown.push(logged.text());
    none_in(&secrets, &shown);
}

/// Keys pasted into fields that want something else: each is refused under its field, and what the window then shows is
/// given back to be searched.
async fn misplaced(window: &Window, bench: &Bench, wrong: &[String]) -> Vec<String> {
    let cloud = bench.cloud();
    let practice = cloud.practice.as_ref().expect("practice");
    let right = practice.organization_key.as_ref().expect("a key").secret();
    let mut shown = Vec::new();
    for (step, ask) in [
        ("sign-in", "entra.tenant_choice"),
        ("sign-in", "entra.client_id"),
        ("add-app", "app.name"),
    ] {
        window.go(step).await;
        if step == "sign-in" {
            window.answer("entra.client_kind", "own").await;
        }
        for key in wrong.iter().map(String::as_str).chain([right]) {
            window.answer(ask, key).await;
            let asks = window.step().asks;
            let asked = asks.iter().find(|asked| asked.id == ask).expect("asked");
            let said = asked.said.as_ref().expect("it is said");
            assert!(said.text.contains("It was not kept."), "{ask}: {said:?}");
            assert_ne!(asked.value.as_deref(), Some(key), "{ask} is not answered");
            shown.push(self::said(window));
        }
    }
    window.go("plan").await;
    shown
}

/// Single sign-on to its end: log-ins with their signed answers, and every file that is kept.
#[tokio::test]
async fn single_sign_on_leaks_nothing() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;
    assert_eq!(walk.to_the_end().await, Ok(Ended::Verified));

    let mut secrets = secrets(&bench, &[]);
    let answers = posted_answers(&bench);
    assert!(answers.len() >= 2, "somebody logged in: {}", answers.len());
    secrets.extend(answers);
    let mut shown: Vec<_> = walk
        .session
        .guide()
        .steps()
        .map(|step| serde_json::to_string(&walk.page(step.id().as_str())).expect("JSON"))
        .collect();
    shown.push(serde_json::to_string(&walk.session.ledger().all()).expect("the ledger is JSON"));
    shown.push(files(&bench.data()));
    none_in(&secrets, &shown);
}

/// The signed answers that were posted at Atlassian's address: whoever holds one can log in with it.
fn posted_answers(bench: &Bench) -> Vec<String> {
    let posted = bench.practice.ledger().into_iter();
    let at_atlassian = posted.filter(|exchange| exchange.host == Host::AtlassianAuth);
    let answers = at_atlassian.filter_map(|exchange| {
        let form = exchange.request.split('&');
        form.filter_map(|pair| pair.strip_prefix("SAMLResponse="))
            .next()
            .map(str::to_owned)
    });
    answers.collect()
}

fn none_in(secrets: &BTreeSet<String>, shown: &[String]) {
    for secret in secrets {
        for text in shown {
            if let Some(at) = text.find(secret.as_str()) {
                let from = text[..at]
                    .char_indices()
                    .rev()
                    .nth(80)
                    .map_or(0, |(index, _)| index);
                panic!("a secret stands in: …{}…", &text[from..at]);
            }
        }
    }
}

/// The snapshot without the practice banner, which shows what one is given on purpose.
fn said(window: &Window) -> String {
    let mut snapshot = window.program.snapshot();
    snapshot.practice = None;
    serde_json::to_string(&snapshot).expect("a snapshot is JSON")
}

fn wrong_keys(bench: &Bench) -> Vec<String> {
    let cloud = bench.cloud();
    let practice = cloud.practice.as_ref().expect("practice");
    ["scim", "user_token", "expired"]
        .iter()
        .filter_map(|name| practice.keys.get(*name))
        .map(|key| key.secret().to_owned())
        .collect()
}

/// Every key, password, token, code and verifier that was in play, as the other side saw them.
fn secrets(bench: &Bench, wrong: &[String]) -> BTreeSet<String> {
    let cloud = bench.cloud();
    let practice = cloud.practice.as_ref().expect("practice");
    let mut secrets: BTreeSet<String> = wrong.iter().cloned().collect();
    secrets.extend(
        practice
            .organization_key
            .iter()
            .map(|key| key.secret().to_owned()),
    );
    secrets.extend(
        practice
            .accounts
            .iter()
            .map(|account| account.password.secret().to_owned()),
    );
    for exchange in bench.practice.ledger() {
        if exchange.host != Host::Login {
            continue;
        }
        if let Ok(answer) = serde_json::from_str::<Value>(&exchange.answer) {
            let tokens = ["access_token", "refresh_token", "id_token", "device_code"];
            secrets.extend(
                tokens
                    .iter()
                    .filter_map(|name| answer.get(*name)?.as_str())
                    .map(str::to_owned),
            );
        }
        let form = exchange
            .request
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        let names = ["code", "code_verifier", "refresh_token", "passwd"];
        secrets.extend(
            form.filter(|(name, _)| names.contains(name))
                .map(|(_, value)| value.to_owned()),
        );
    }
    secrets.retain(|secret| secret.len() >= SHORTEST);
    secrets
}

/// The text of every file below a folder.
fn files(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            text.push_str(&files(&path));
        } else {
            let bytes = std::fs::read(&path).expect("a file can be read");
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    text
}

/// A log in memory.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl Logged {
    fn text(&self) -> String {
        let bytes = self.0.lock().expect("nobody panicked while writing");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut log = self.0.lock().expect("nobody panicked while writing");
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
