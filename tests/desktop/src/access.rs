//! axe-core in the window: names as a screen reader says them, and what it finds wrong.

use std::fs;
use std::path::Path;

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

/// Looks for a role and a name.
pub async fn find(web: &WebDriver, role: &str, name: &str) -> Told<Found> {
    let answer = web
        .execute(include_str!("finder.js"), vec![role.into(), name.into()])
        .await?
        .json()
        .clone();
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
