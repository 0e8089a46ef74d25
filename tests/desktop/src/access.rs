//! axe-core in the window: names as a screen reader says them, and what it finds wrong.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use thirtyfour::{WebDriver, WebElement};

use crate::{Failure, Told};

/// What the window holds under a role and a name.
pub struct Found {
    /// The element, if there is one.
    pub element: Option<WebElement>,
    /// Whether it can't be used now.
    pub disabled: bool,
    /// The names of everything with that role.
    pub others: Vec<String>,
}

/// Brings axe-core into the page. Scripts of the driver are not subject to the pages' content security policy.
pub async fn bring(web: &WebDriver) -> Told {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/node_modules/axe-core/axe.min.js");
    let source = fs::read_to_string(&path)
        .map_err(|error| Failure::new(format!("axe-core is not installed: {error}")))?;
    web.execute(format!("{source}\nwindow.axe = axe;"), vec![])
        .await?;
    Ok(())
}

/// What is waited for.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    /// It is there.
    There,
    /// It is there and can be used.
    Usable,
    /// It is not there.
    Gone,
}

impl Wanted {
    /// Whether it is so.
    pub fn holds(self, found: &Found) -> bool {
        match self {
            Self::There => found.element.is_some(),
            Self::Usable => found.element.is_some() && !found.disabled,
            Self::Gone => found.element.is_none(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::There => "there",
            Self::Usable => "usable",
            Self::Gone => "gone",
        }
    }
}

/// Looks for a role and a name, and again until it is as wanted or the time is over.
pub async fn find(
    web: &WebDriver,
    (role, name): (&str, &str),
    wanted: Wanted,
    time: Duration,
) -> Told<Found> {
    let arguments = vec![
        role.into(),
        name.into(),
        wanted.name().into(),
        serde_json::to_value(time.as_millis())?,
    ];
    let answer = web
        .execute_async(include_str!("finder.js"), arguments)
        .await?
        .json()
        .clone();
    if let Some(error) = answer["error"].as_str() {
        return Err(Failure::new(error));
    }
    let element = match &answer["element"] {
        Value::Null => None,
        element => Some(WebElement::from_json(
            element.clone(),
            web.handle().clone(),
        )?),
    };
    let others = answer["others"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    Ok(Found {
        element,
        disabled: answer["disabled"] == Value::Bool(true),
        others,
    })
}

/// Whether a text can be read, now or before the time is over.
pub async fn can_be_read(web: &WebDriver, text: &str, time: Duration) -> Told<bool> {
    let arguments = vec![text.into(), serde_json::to_value(time.as_millis())?];
    let answer = web
        .execute_async(include_str!("reader.js"), arguments)
        .await?;
    Ok(answer.json() == &Value::Bool(true))
}

/// What axe-core finds wrong on the whole page, a line each; empty when nothing is.
pub async fn violations(web: &WebDriver) -> Told<Vec<String>> {
    let answer = web.execute_async(RUN, vec![]).await?.json().clone();
    let Some(lines) = answer.as_array() else {
        return Err(Failure::new(format!("axe-core could not run: {answer}")));
    };
    Ok(lines
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect())
}

const RUN: &str = r#"
const done = arguments[0];
axe.run(document).then(
  (result) => done(result.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${rule.help}, at ${node.target.join(" ")}: ${node.html.slice(0, 200)}`))),
  (error) => done({ error: String(error) }),
);"#;
