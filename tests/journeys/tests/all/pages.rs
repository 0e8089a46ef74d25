//! Pictures of the pages as data: what the program says on them, word for word. The tests of the pages draw the same
//! files. `LOCKSTEP_WRITE_PAGES=1` writes them anew.

use std::path::PathBuf;

use app::views::{Action, Snapshot};
use journeys::{Bench, Window, plain};
use serde_json::{Value, json};

use crate::window::{begin, through};

/// Any moment will do; this one stands for all.
const MOMENT: f64 = 1_795_000_000_000.0;

#[tokio::test]
async fn the_way_through_a_fresh_tenant() {
    let bench = Bench::of("fresh").await;
    let window = Window::of(&bench).await;
    let mut pages = Pages::default();
    pages.keep("start", &window.program.snapshot());
    begin(&window, "Contoso").await;
    pages.keep("plan", &window.program.snapshot());
    window.answer("plan.who", "both").await;
    window.answer("plan.stage", "production").await;
    pages.keep("plan-done", &window.program.snapshot());
    window.go("sign-in").await;
    window.answer("entra.client_kind", "own").await;
    pages.keep("sign-in", &window.program.snapshot());
    window.go("before-atlassian").await;
    window
        .answer("atlassian.key", "ATATT3xFfGF0-not-an-organization-key")
        .await;
    pages.keep("wrong-key", &window.program.snapshot());
    window.go("plan").await;
    through(&window, &bench).await;
    window.press(Action::GoConnection).await;
    pages.keep("connection", &window.program.snapshot());
    for step in ["before-entra", "before-atlassian", "add-app"] {
        window.go(step).await;
        pages.keep(&format!("{step}-done"), &window.program.snapshot());
    }
    window.press(Action::Undo { step: None }).await;
    pages.keep("undo-asked", &window.program.snapshot());
    window.press(Action::UndoConfirmed { step: None }).await;
    pages.keep("undone", &window.program.snapshot());
    pages.compare();
}

#[tokio::test]
async fn what_stands_in_the_way() {
    let bench = Bench::of("pim-eligible").await;
    let window = Window::of(&bench).await;
    let mut pages = Pages::default();
    begin(&window, "Contoso").await;
    through(&window, &bench).await;
    window.go("before-entra").await;
    pages.keep("role-not-active", &window.program.snapshot());
    bench.practice.levers().fault(sim::Fault {
        times: 100,
        ..sim::Fault::next(sim::Effect::Html(502))
    });
    window.press(Action::Look).await;
    pages.keep("trouble", &window.program.snapshot());
    pages.compare();
}

#[derive(Default)]
struct Pages(Vec<(String, Value)>);

impl Pages {
    fn keep(&mut self, name: &str, snapshot: &Snapshot) {
        let id = snapshot.open.as_ref().map(|open| open.id.clone());
        let mut page = serde_json::to_value(snapshot).expect("a snapshot is JSON");
        page["revision"] = json!(1);
        // The order in which answers came differs from run to run; what they are is the ledger's own test.
        page["requests"] = json!([]);
        // Passwords and keys of the practice are made anew at every start.
        if let Some(given) = page
            .pointer_mut("/practice/given")
            .and_then(Value::as_array_mut)
        {
            given
                .iter_mut()
                .for_each(|one| one["value"] = json!("given"));
        }
        settle(&mut page, id.as_deref().unwrap_or("no connection"));
        self.0.push((name.to_owned(), page));
    }

    fn compare(&self) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../pages");
        for (name, page) in &self.0 {
            let path = folder.join(format!("{name}.json"));
            let text = serde_json::to_string_pretty(page).expect("JSON") + "\n";
            if std::env::var_os("LOCKSTEP_WRITE_PAGES").is_some() {
                std::fs::create_dir_all(&folder).expect("the folder of the pages");
                std::fs::write(&path, &text).expect("the page is written");
            }
            let kept = std::fs::read_to_string(&path).unwrap_or_default();
            for (number, (now, then)) in (1..).zip(text.lines().zip(kept.lines())) {
                assert_eq!(now, then, "tests/pages/{name}.json, line {number}");
            }
            assert_eq!(
                text.len(),
                kept.len(),
                "tests/pages/{name}.json; LOCKSTEP_WRITE_PAGES=1 writes it anew"
            );
        }
    }
}

/// The same value with one moment for every time and without what differs from run to run.
fn settle(value: &mut Value, connection: &str) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                let is_time = ["at", "since", "until", "checked"].contains(&name.as_str());
                if is_time && field.is_number() {
                    *field = json!(MOMENT);
                } else if name == "fingerprint" {
                    *field = json!("FINGERPRINT");
                } else {
                    settle(field, connection);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| settle(item, connection)),
        Value::String(text) => *text = dated(&plain(&text.replace(connection, "CONNECTION"))),
        _ => {}
    }
}

/// The note under “What changed” ends with the time of day.
fn dated(text: &str) -> String {
    match text
        .strip_prefix("DATE, ")
        .and_then(|time| time.strip_suffix(" UTC"))
    {
        Some(_) => "DATE, TIME".to_owned(),
        None => text.to_owned(),
    }
}
