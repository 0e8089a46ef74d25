//! The part of OData's `$filter` that directory queries use: comparisons, `startswith`, `contains`, `endswith`, `in`,
//! `any` over a collection, joined by `and`, `or`, `not` and parentheses. Text compares without regard to case, as the
//! directory does. This file knows no resource type.

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
        let mut reader = Reader {
            tokens: tokens(text)?,
            at: 0,
        };
        let filter = reader.any_of()?;
        if reader.at == reader.tokens.len() {
            Ok(filter)
        } else {
            Err(text.to_owned())
        }
    }

    /// True when the object passes.
    pub fn passes(&self, object: &Map<String, Value>) -> bool {
        self.holds(&Value::Object(object.clone()), None)
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

    fn holds(&self, object: &Value, variable: Option<&str>) -> bool {
        match self {
            Filter::Or(one, two) => one.holds(object, variable) || two.holds(object, variable),
            Filter::And(one, two) => one.holds(object, variable) && two.holds(object, variable),
            Filter::Not(inner) => !inner.holds(object, variable),
            Filter::Compare(path, comparison, value) => {
                compares(at(object, path, variable), *comparison, value)
            }
            Filter::Text(test, path, needle) => at(object, path, variable)
                .as_str()
                .is_some_and(|text| test.finds(text, needle)),
            Filter::In(path, values) => values
                .iter()
                .any(|value| compares(at(object, path, variable), Comparison::Equal, value)),
            Filter::Any(path, name, inner) => at(object, path, variable)
                .as_array()
                .is_some_and(|list| list.iter().any(|item| inner.holds(item, Some(name)))),
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

fn at<'a>(object: &'a Value, path: &str, variable: Option<&str>) -> &'a Value {
    let mut value = object;
    for (depth, part) in path.split('/').enumerate() {
        if depth == 0 && variable == Some(part) {
            continue;
        }
        value = &value[part];
    }
    value
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

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Literal(Value),
    Mark(char),
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match first {
            ' ' => rest = &rest[1..],
            '(' | ')' | ',' | ':' => {
                tokens.push(Token::Mark(first));
                rest = &rest[1..];
            }
            '\'' => {
                let (literal, after) = quoted(&rest[1..]).ok_or_else(|| rest.to_owned())?;
                tokens.push(Token::Literal(Value::String(literal)));
                rest = after;
            }
            _ => {
                let end = rest
                    .find([' ', '(', ')', ',', ':', '\''])
                    .unwrap_or(rest.len());
                // An instant has colons inside, and only there may a word go on after one.
                let end = if first.is_ascii_digit() {
                    rest.find([' ', '(', ')', ',']).unwrap_or(rest.len())
                } else {
                    end
                };
                tokens.push(word(&rest[..end]));
                rest = &rest[end..];
            }
        }
    }
    Ok(tokens)
}

fn quoted(text: &str) -> Option<(String, &str)> {
    let mut literal = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('\'')?;
        literal.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(after) => {
                literal.push('\'');
                rest = after;
            }
            None => return Some((literal, rest)),
        }
    }
}

fn word(text: &str) -> Token {
    match text {
        "true" | "false" => Token::Literal(Value::Bool(text == "true")),
        "null" => Token::Literal(Value::Null),
        _ if text.starts_with(|first: char| first.is_ascii_digit()) => Token::Literal(
            text.parse::<i64>()
                .map(Value::from)
                .unwrap_or_else(|_| Value::String(text.to_owned())),
        ),
        _ => Token::Word(text.to_owned()),
    }
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn any_of(&mut self) -> Result<Filter, String> {
        let mut left = self.all_of()?;
        while self.word("or") {
            left = Filter::Or(Box::new(left), Box::new(self.all_of()?));
        }
        Ok(left)
    }

    fn all_of(&mut self) -> Result<Filter, String> {
        let mut left = self.one()?;
        while self.word("and") {
            left = Filter::And(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Filter, String> {
        if self.word("not") {
            return Ok(Filter::Not(Box::new(self.one()?)));
        }
        if self.mark('(') {
            let inner = self.any_of()?;
            return self.closed(inner);
        }
        let Some(Token::Word(name)) = self.next() else {
            return Err(self.rest());
        };
        let test = match name.to_lowercase().as_str() {
            "startswith" => Some(TextTest::StartsWith),
            "endswith" => Some(TextTest::EndsWith),
            "contains" => Some(TextTest::Contains),
            _ => None,
        };
        match test {
            Some(test) => self.text_test(test),
            None if self.mark('(') => self.lambda(&name),
            None => self.comparison(name),
        }
    }

    fn text_test(&mut self, test: TextTest) -> Result<Filter, String> {
        if !self.mark('(') {
            return Err(self.rest());
        }
        let Some(Token::Word(path)) = self.next() else {
            return Err(self.rest());
        };
        if !self.mark(',') {
            return Err(self.rest());
        }
        let Some(Token::Literal(Value::String(needle))) = self.next() else {
            return Err(self.rest());
        };
        self.closed(Filter::Text(test, path, needle))
    }

    fn lambda(&mut self, name: &str) -> Result<Filter, String> {
        let path = name
            .strip_suffix("/any")
            .ok_or_else(|| name.to_owned())?
            .to_owned();
        let Some(Token::Word(variable)) = self.next() else {
            return Err(self.rest());
        };
        if !self.mark(':') {
            return Err(self.rest());
        }
        let inner = self.any_of()?;
        self.closed(Filter::Any(path, variable, Box::new(inner)))
    }

    fn comparison(&mut self, path: String) -> Result<Filter, String> {
        let Some(Token::Word(operator)) = self.next() else {
            return Err(self.rest());
        };
        let comparison = match operator.as_str() {
            "eq" => Comparison::Equal,
            "ne" => Comparison::NotEqual,
            "ge" => Comparison::AtLeast,
            "le" => Comparison::AtMost,
            "gt" => Comparison::More,
            "lt" => Comparison::Less,
            "in" => return self.list(path),
            _ => return Err(operator),
        };
        let Some(Token::Literal(value)) = self.next() else {
            return Err(self.rest());
        };
        Ok(Filter::Compare(path, comparison, value))
    }

    fn list(&mut self, path: String) -> Result<Filter, String> {
        let mut values = Vec::new();
        if !self.mark('(') {
            return Err(self.rest());
        }
        loop {
            let Some(Token::Literal(value)) = self.next() else {
                return Err(self.rest());
            };
            values.push(value);
            if !self.mark(',') {
                return self.closed(Filter::In(path, values));
            }
        }
    }

    fn closed(&mut self, filter: Filter) -> Result<Filter, String> {
        if self.mark(')') {
            Ok(filter)
        } else {
            Err(self.rest())
        }
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word(&mut self, word: &str) -> bool {
        self.step_if(&Token::Word(word.to_owned()))
    }

    fn mark(&mut self, mark: char) -> bool {
        self.step_if(&Token::Mark(mark))
    }

    fn step_if(&mut self, token: &Token) -> bool {
        let there = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(there);
        there
    }

    fn rest(&self) -> String {
        format!("syntax error at position {}", self.at)
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
