//! The part of OData's `$filter` that directory queries use: comparisons, `startswith`, `contains`, `endswith`, `in`,
//! `any` over a collection, joined by `and`, `or`, `not` and parentheses. Text compares without regard to case, as the
//! directory does. This file knows no resource type.

mod reader;

use serde_json::{Map, Value};

/// A parsed filter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    Or(Box<Filter>, Box<Filter>),
    And(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    Compare(String, Comparison, Value),
    Text(TextTest, String, String),
    In(String, Vec<Value>),
    Any(String, String, Box<Filter>),
}

/// The comparing operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    AtLeast,
    AtMost,
    More,
    Less,
}

/// The functions that look into a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

impl Filter {
    /// Reads a filter; the error is the rest that could not be read.
    pub fn parse(text: &str) -> Result<Filter, String> {
        reader::read(text)
    }

    /// True when the object passes.
    pub fn passes(&self, object: &Map<String, Value>) -> bool {
        self.holds(&|path| {
            let (first, rest) = path.split_once('/').unwrap_or((path, ""));
            object
                .get(first)
                .map_or(&Value::Null, |value| at(value, rest))
        })
    }

    /// The properties that the filter names, without those of a lambda's variable.
    pub fn properties(&self) -> Vec<&str> {
        match self {
            Filter::Or(one, two) | Filter::And(one, two) => {
                [one.properties(), two.properties()].concat()
            }
            Filter::Not(inner) => inner.properties(),
            Filter::Compare(path, ..)
            | Filter::Text(_, path, _)
            | Filter::In(path, _)
            | Filter::Any(path, ..) => vec![path],
        }
    }

    /// Whether the directory answers this only as an advanced query.
    pub fn is_advanced(&self) -> bool {
        match self {
            Filter::Or(one, two) | Filter::And(one, two) => one.is_advanced() || two.is_advanced(),
            Filter::Not(_) => true,
            Filter::Compare(_, comparison, value) => {
                *comparison == Comparison::NotEqual || value.is_null()
            }
            Filter::Text(test, ..) => *test == TextTest::EndsWith,
            Filter::In(..) | Filter::Any(..) => false,
        }
    }

    /// Whether the filter uses `contains`, which the directory never answers.
    pub fn contains(&self) -> bool {
        match self {
            Filter::Or(one, two) | Filter::And(one, two) => one.contains() || two.contains(),
            Filter::Not(inner) => inner.contains(),
            Filter::Text(test, ..) => *test == TextTest::Contains,
            _ => false,
        }
    }

    /// The same, with a way to look up a path.
    fn holds<'a>(&self, look: &dyn Fn(&str) -> &'a Value) -> bool {
        match self {
            Filter::Or(one, two) => one.holds(look) || two.holds(look),
            Filter::And(one, two) => one.holds(look) && two.holds(look),
            Filter::Not(inner) => !inner.holds(look),
            Filter::Compare(path, comparison, value) => compares(look(path), *comparison, value),
            Filter::Text(test, path, needle) => look(path)
                .as_str()
                .is_some_and(|text| test.finds(text, needle)),
            Filter::In(path, values) => values
                .iter()
                .any(|value| compares(look(path), Comparison::Equal, value)),
            Filter::Any(path, variable, inner) => look(path).as_array().is_some_and(|list| {
                list.iter().any(|item| {
                    inner.holds(&|path| {
                        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
                        if first == variable {
                            at(item, rest)
                        } else {
                            &Value::Null
                        }
                    })
                })
            }),
        }
    }
}

impl TextTest {
    fn finds(self, text: &str, needle: &str) -> bool {
        let (text, needle) = (text.to_lowercase(), needle.to_lowercase());
        match self {
            TextTest::StartsWith => text.starts_with(&needle),
            TextTest::EndsWith => text.ends_with(&needle),
            TextTest::Contains => text.contains(&needle),
        }
    }
}

fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('/')
        .filter(|part| !part.is_empty())
        .fold(value, |value, part| &value[part])
}

fn compares(found: &Value, comparison: Comparison, wanted: &Value) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let order = match (found, wanted) {
        (Value::String(one), Value::String(two)) => {
            Some(one.to_lowercase().cmp(&two.to_lowercase()))
        }
        (Value::Number(one), Value::Number(two)) => one.as_f64().partial_cmp(&two.as_f64()),
        (one, two) if one == two => Some(Equal),
        _ => None,
    };
    match comparison {
        Comparison::Equal => order == Some(Equal),
        Comparison::NotEqual => order != Some(Equal),
        Comparison::AtLeast => matches!(order, Some(Equal | Greater)),
        Comparison::AtMost => matches!(order, Some(Equal | Less)),
        Comparison::More => order == Some(Greater),
        Comparison::Less => order == Some(Less),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn passes(filter: &str) -> bool {
        let object = json!({"displayName": "Atlassian Cloud", "tags": ["a", "b'c"], "accountEnabled": true, "mail": null, "info": {"url": "x"}});
        Filter::parse(filter)
            .expect("a filter")
            .passes(object.as_object().expect("an object"))
    }

    #[test]
    fn the_forms_of_the_wizard_are_understood() {
        assert!(passes("displayName eq 'atlassian cloud'"));
        assert!(passes("tags/any(t:t eq 'b''c')"));
        assert!(!passes("tags/any(t: t eq 'c')"));
        assert!(passes(
            "startswith(displayName,'Atl') and accountEnabled eq true"
        ));
        assert!(passes(
            "contains(displayName, 'cloud') or displayName eq 'x'"
        ));
        assert!(passes("not (displayName in ('x','y')) and mail eq null"));
        assert!(passes("info/url eq 'x'"));
        assert!(passes("displayName ge 'A'"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "displayName",
            "displayName eq",
            "eq 'x'",
            "displayName like 'x'",
            "(displayName eq 'x'",
            "displayName eq 'x",
        ] {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_needs_an_advanced_query_is_known() {
        let advanced = |text: &str| Filter::parse(text).expect("a filter").is_advanced();
        assert!(
            advanced("displayName ne 'x'")
                && advanced("endswith(mail,'x')")
                && advanced("mail eq null")
        );
        assert!(!advanced(
            "startswith(displayName,'x') and tags/any(t:t eq 'x')"
        ));
    }
}
