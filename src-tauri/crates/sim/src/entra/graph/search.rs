//! `$search`: quoted clauses like `"displayName:simon"`, joined by `OR` or `AND`. The directory finds words by how they
//! begin, in a few properties only. This file knows no resource type.

use serde_json::{Map, Value};

use super::errors::GraphError;

/// The properties that the directory searches.
const SEARCHED: [&str; 6] = [
    "displayName",
    "description",
    "mail",
    "userPrincipalName",
    "givenName",
    "surname",
];

/// A parsed search: one of the alternatives must hold, each with all its clauses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Search {
    alternatives: Vec<Vec<(String, String)>>,
}

impl Search {
    /// Reads the value of `$search`.
    pub fn parse(text: &str) -> Result<Search, GraphError> {
        let mut search = Search {
            alternatives: vec![Vec::new()],
        };
        let mut rest = text.trim();
        loop {
            let (clause, after) = quoted(rest).ok_or_else(|| wrong(text))?;
            let (name, needle) = clause.split_once(':').ok_or_else(|| wrong(text))?;
            if !SEARCHED.contains(&name) {
                return Err(GraphError::unsupported(format!(
                    "Property '{name}' is not searchable."
                )));
            }
            if let Some(clauses) = search.alternatives.last_mut() {
                clauses.push((name.to_owned(), needle.trim().to_lowercase()));
            }
            rest = after.trim_start();
            if rest.is_empty() {
                return Ok(search);
            }
            if let Some(after) = rest.strip_prefix("OR ") {
                search.alternatives.push(Vec::new());
                rest = after.trim_start();
            } else {
                rest = rest
                    .strip_prefix("AND ")
                    .ok_or_else(|| wrong(text))?
                    .trim_start();
            }
        }
    }

    /// True when the object is found.
    pub fn finds(&self, row: &Map<String, Value>) -> bool {
        self.alternatives.iter().any(|clauses| {
            clauses.iter().all(|(name, needle)| {
                let text = row.get(name).and_then(Value::as_str).unwrap_or_default();
                begins(&text.to_lowercase(), needle)
            })
        })
    }
}

/// True when the needle stands at the start of the text or of a word in it.
fn begins(text: &str, needle: &str) -> bool {
    let starts_word = |at: usize| {
        text[..at]
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric())
    };
    !needle.is_empty() && text.match_indices(needle).any(|(at, _)| starts_word(at))
}

/// What stands between the first quotation marks, and what follows; a backslash takes the next sign as it is.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut clause = String::new();
    let mut signs = inner.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return Some((clause, &inner[at + 1..])),
            '\\' => clause.push(signs.next()?.1),
            other => clause.push(other),
        }
    }
    None
}

fn wrong(text: &str) -> GraphError {
    GraphError::new(
        400,
        "BadRequest",
        format!("Syntax error: the search '{text}' is not a list of quoted clauses."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn finds(search: &str) -> bool {
        let row = json!({"displayName": "Adele Vance-Simon", "mail": "adele@contoso.com", "description": null});
        Search::parse(search)
            .expect("a search")
            .finds(row.as_object().expect("an object"))
    }

    #[test]
    fn words_are_found_by_how_they_begin() {
        assert!(finds("\"displayName:van\"") && finds("\"displayName:SIMON\""));
        assert!(!finds("\"displayName:ance\"") && !finds("\"displayName:\""));
        assert!(finds("\"displayName:x\" OR \"mail:adele\""));
        assert!(!finds("\"displayName:adele\" AND \"mail:x\""));
        assert!(finds("\"mail:contoso.com\""));
        assert!(!finds("\"displayName:a \\\"b\""));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "displayName:a",
            "\"displayName\"",
            "\"displayName:a",
            "\"displayName:a\" \"mail:b\"",
            "\"jobTitle:x\"",
        ] {
            assert!(Search::parse(text).is_err(), "{text}");
        }
    }
}
