//! Reads the text of a filter: first into tokens, then into the tree.

use serde_json::Value;

use super::{Comparison, Filter, TextTest};

/// Reads a filter; the error is the rest that could not be read.
pub(super) fn read(text: &str) -> Result<Filter, String> {
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
