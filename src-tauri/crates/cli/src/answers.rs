//! The answers file: the asks of the guide, answered in TOML.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use engine::{Ask, AskKind, Trouble, TroubleKind};

/// Answers by ask.
pub type Answers = BTreeMap<String, String>;

/// Reads an answers file. Unknown asks and wrong kinds are refused with their names.
pub fn read(path: &Path) -> Result<Answers, Trouble> {
    let bad = |title: String| {
        Trouble::new(TroubleKind::BadInput, title, "Nothing was sent.").next(
            "Compare with an example",
            "lockstep run --example-answers prints one.",
            engine::NextDo::Nothing,
        )
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        Trouble::new(
            TroubleKind::BadInput,
            format!("The answers file {} can’t be read: {error}", path.display()),
            "Nothing was sent.",
        )
        .next(
            "Look whether the file is there and may be read",
            "Then try again, or name another one.",
            engine::NextDo::Nothing,
        )
    })?;
    let table: toml::Table = text.parse().map_err(|error| {
        bad(format!(
            "The answers file {} is not TOML: {}",
            path.display(),
            without_source(&text, &error)
        ))
    })?;
    let mut answers = Answers::new();
    flatten("", &toml::Value::Table(table), &mut answers).map_err(bad)?;
    let known: BTreeSet<String> = asks().into_iter().map(|(_, ask)| ask.id).collect();
    match answers.keys().find(|name| !known.contains(*name)) {
        Some(unknown) if unknown == app::key_ask() => Err(bad(format!(
            "The answers file holds {unknown}: a key does not belong into a file"
        ))),
        Some(unknown) => Err(bad(format!(
            "The answers file {} answers {unknown}, which is never asked",
            path.display()
        ))),
        None => Ok(answers),
    }
}

/// What is wrong and where, without the line itself: there may be a key in it.
fn without_source(text: &str, error: &toml::de::Error) -> String {
    let wrong = error.message().replace('\n', " ");
    let before = error.span().and_then(|span| text.get(..span.start));
    let Some(before) = before else {
        return wrong;
    };
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    format!("line {line}, column {column}: {wrong}")
}

fn flatten(name: &str, value: &toml::Value, answers: &mut Answers) -> Result<(), String> {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                flatten(&name, value, answers)?;
            }
            return Ok(());
        }
        toml::Value::String(text) => answers.insert(name.to_owned(), text.clone()),
        toml::Value::Boolean(yes) => {
            answers.insert(name.to_owned(), if *yes { "yes" } else { "" }.to_owned())
        }
        _ => {
            return Err(format!(
                "The answer to {name} is neither a text nor true or false"
            ));
        }
    };
    Ok(())
}

/// Every ask that can come up and may be answered in a file, with its step's title.
fn asks() -> Vec<(String, Ask)> {
    app::every_ask()
        .into_iter()
        .filter(|(_, ask)| ask.kind != AskKind::Secret)
        .collect()
}

/// A commented answers file.
pub fn example() -> String {
    let mut lines = vec![
        "# Answers for `lockstep run --answers FILE`. Keys do not belong here: give the organization API key".to_owned(),
        "# in the variable LOCKSTEP_ORGANIZATION_KEY, or with --key-fd, or keep it in the keyring.".to_owned(),
    ];
    let mut table = String::new();
    let mut all = asks();
    // A table stands once in a file, wherever the guide comes back to it; within it the order is the guide's.
    let tables: Vec<_> = all.iter().map(|(_, ask)| table_of(ask)).collect();
    all.sort_by_key(|(_, ask)| tables.iter().position(|known| *known == table_of(ask)));
    for (step, ask) in all {
        let (of, name) = ask.id.split_once('.').unwrap_or(("", &ask.id));
        if of != table {
            lines.push(format!("\n[{of}]"));
            table = of.to_owned();
        }
        lines.push(format!("# {step}: {}", ask.label));
        if !ask.hint.is_empty() {
            lines.push(format!("#   {}", ask.hint));
        }
        lines.push(example_line(name, &ask));
    }
    lines.join("\n") + "\n"
}

/// What only somebody can say who looked at it: an example that answers it would say it for whoever copies the file.
const ONLY_BY_LOOKING: [&str; 1] = ["policy.open"];

/// The table that an ask's answer stands in.
fn table_of(ask: &Ask) -> String {
    let (table, _) = ask.id.split_once('.').unwrap_or(("", &ask.id));
    table.to_owned()
}

fn example_line(name: &str, ask: &Ask) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    match &ask.kind {
        AskKind::Choice { options } => {
            let said: Vec<_> = options
                .iter()
                .map(|option| format!("#   {} = {}", quoted(&option.value), option.label))
                .collect();
            let value = ask
                .default
                .clone()
                .or_else(|| options.first().map(|option| option.value.clone()))
                .unwrap_or_default();
            let looked = ONLY_BY_LOOKING.contains(&ask.id.as_str());
            let comment = if options.is_empty() || looked {
                "# "
            } else {
                ""
            };
            format!(
                "{}{comment}{name} = {}",
                said.iter()
                    .map(|line| format!("{line}\n"))
                    .collect::<String>(),
                quoted(&value)
            )
        }
        AskKind::Confirm => format!("# {name} = true"),
        AskKind::Search => format!("# {name} = \"a name or an address that finds exactly one\""),
        AskKind::Text | AskKind::Secret => {
            let value = ask
                .default
                .clone()
                .or_else(|| ask.example.clone())
                .unwrap_or_default();
            let comment = if ask.default.is_some() { "" } else { "# " };
            format!("{comment}{name} = {}", quoted(&value))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(text: &str) -> Result<Answers, Trouble> {
        let folder = std::env::temp_dir().join(format!(
            "lockstep-answers-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        ));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("answers.toml");
        std::fs::write(&path, text).expect("writes");
        let answers = read(&path);
        std::fs::remove_dir_all(&folder).expect("cleans up");
        answers
    }

    #[test]
    fn the_example_can_be_read() {
        let answers = reading(&example()).expect("reads");
        assert_eq!(answers.get("plan.who").map(String::as_str), Some("both"));
        for looked in ONLY_BY_LOOKING {
            assert!(asks().iter().any(|(_, ask)| ask.id == looked), "{looked}");
            assert_eq!(answers.get(looked), None);
        }
    }

    #[test]
    fn what_is_never_asked_is_named() {
        let trouble = reading("[plan]\nwhom = \"both\"\n").expect_err("refused");
        assert!(trouble.title.contains("plan.whom"), "{}", trouble.title);
        assert_eq!(trouble.kind, TroubleKind::BadInput);
    }

    #[test]
    fn a_key_does_not_belong_into_the_file() {
        let trouble = reading("[atlassian]\nkey = \"ATCTT3x\"\n").expect_err("refused");
        assert!(
            trouble.title.contains("does not belong"),
            "{}",
            trouble.title
        );
        assert!(!trouble.title.contains("ATCTT3x"));
    }

    #[test]
    fn a_number_is_no_answer() {
        assert!(reading("[plan]\nwho = 3\n").is_err());
    }
}
