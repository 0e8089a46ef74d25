//! The window itself: it opens, it shows only our pages, and those can do only what they need.

use std::time::{Duration, Instant};

use desktop::{Hands, Start, Told, Window, in_window, see};
use serde_json::{Value, json};
use thirtyfour::Key;

#[tokio::test]
async fn the_window_opens_on_the_start_page() -> Told {
    in_window(Start::default(), async |window| {
        let title = window.title().await?;
        see(!title.is_empty(), "the first page has no title")?;
        let name = window.web().title().await?;
        see(
            name.contains("Lockstep"),
            format!("the page is called \"{name}\""),
        )
    })
    .await
}

/// A button that is at work the first time it is met, though it could be used just before.
const AT_WORK: &str = r#"
const button = document.createElement("button");
button.textContent = "Go on";
button.setAttribute("aria-keyshortcuts", "Control+Enter");
button.id = "at-work";
window.reached = 0;
window.met = 0;
const work = () => {
  if (button.dataset.done) return;
  button.dataset.done = "yes";
  button.setAttribute("aria-disabled", "true");
  setTimeout(() => button.removeAttribute("aria-disabled"), 200);
};
window.addEventListener("pointerdown", work, { capture: true });
window.addEventListener("keydown", (event) => event.key === "Enter" && work(), { capture: true });
button.addEventListener("click", () => {
  window.met += 1;
  if (!button.hasAttribute("aria-disabled")) window.reached += 1;
});
document.querySelector("main").prepend(button);
"#;

#[tokio::test]
async fn a_press_that_met_a_button_at_work_is_made_once_more() -> Told {
    for hands in [Hands::Mouse, Hands::Keys] {
        let start = Start {
            hands,
            ..Start::default()
        };
        in_window(start, async |window| {
            window.web().execute(AT_WORK, vec![]).await?;
            window.press("button", "Go on").await?;
            let found = window
                .web()
                .execute("return [window.met, window.reached];", vec![])
                .await?;
            let found = found.json();
            see(*found == json!([2, 1]), format!("met and reached: {found}"))
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn everything_grows_and_shrinks_by_keys() -> Told {
    in_window(Start::default(), async |window| {
        let width = async || -> Told<f64> {
            let found = window.web().execute("return innerWidth;", vec![]).await?;
            Ok(found.json().as_f64().unwrap_or_default())
        };
        let usual = width().await?;
        for (key, wanted) in [('=', "grows"), ('-', "is as before")] {
            window.chord(Key::Control, key).await?;
            let begin = Instant::now();
            let is_so = |now: f64| match key {
                '=' => now < usual,
                _ => (now - usual).abs() < 1.0,
            };
            while !is_so(width().await?) {
                see(
                    begin.elapsed() < Duration::from_secs(5),
                    format!("Control and {key}: nothing {wanted}"),
                )?;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_page_can_call_its_commands_and_nothing_else() -> Told {
    in_window(Start::default(), async |window| {
        let snapshot = called(window, "snapshot", "{}").await?;
        see(
            snapshot.starts_with("done"),
            format!("a page can't read the snapshot: {snapshot}"),
        )?;
        for (command, arguments) in [
            ("plugin:dialog|save", r#"{"options":{}}"#),
            ("plugin:clipboard-manager|read_text", "{}"),
            ("plugin:window|create", r#"{"options":{"label":"other"}}"#),
            (
                "plugin:event|emit",
                r#"{"event":"changed","payload":{"revision":1}}"#,
            ),
            ("plugin:path|resolve_directory", r#"{"directory":1}"#),
        ] {
            let answer = called(window, command, arguments).await?;
            see(
                answer.starts_with("refused") && answer.contains("not allowed"),
                format!("{command} answers: {answer}"),
            )?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_pages_reach_no_network_and_run_no_foreign_script() -> Told {
    in_window(Start::default(), async |window| {
        let answer = window
            .web()
            .execute_async(REACH_OUT, vec![])
            .await?
            .json()
            .clone();
        let blocked: Vec<&str> = answer
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        see(
            blocked == ["connect-src", "img-src", "script-src-elem"],
            format!("the policy blocked only {blocked:?}"),
        )
    })
    .await
}

#[tokio::test]
async fn a_second_start_hands_over_to_the_first() -> Told {
    in_window(Start::default(), async |window| {
        let second = window.start_again()?;
        see(
            second.success(),
            format!("the second start ended with {second}"),
        )?;
        see(
            !window.title().await?.is_empty(),
            "the first window is gone",
        )
    })
    .await
}

/// Calls a command as a page would; "done" or "refused", and what came.
async fn called(window: &Window, command: &str, arguments: &str) -> Told<String> {
    let script = format!(
        "const done = arguments[0];
        window.__TAURI_INTERNALS__.invoke('{command}', {arguments}).then(
            (value) => done('done ' + JSON.stringify(value)), (error) => done('refused ' + String(error)));"
    );
    let answer = window.web().execute_async(script, vec![]).await?;
    Ok(answer.json().as_str().unwrap_or_default().to_owned())
}

/// Tries the network, a foreign picture and a foreign script, and answers which directives of the policy stopped them.
const REACH_OUT: &str = r#"
const done = arguments[0];
const blocked = [];
document.addEventListener("securitypolicyviolation", (event) => {
  blocked.push(event.effectiveDirective);
  if (blocked.length === 3) done(blocked.sort());
});
setTimeout(() => done(blocked.sort()), 3000);
fetch("http://127.0.0.1:9/").catch(() => {});
new Image().src = "http://127.0.0.1:9/picture.png";
const script = document.createElement("script");
script.src = "http://127.0.0.1:9/script.js";
document.head.append(script);
"#;
