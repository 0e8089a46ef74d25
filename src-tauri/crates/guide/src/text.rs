//! A step's text: the `.md` beside its `.rs`, cut into why, by hand and one section for each fix.
//!
//! The files use a small part of Markdown: `# Why`, `# By hand`, `# Fix: key`, paragraphs, numbered lines, and lines
//! that begin with `Path:`, `Older (when):`, `Link:` and `Copy:`. Names in braces are filled in from what is known.

use engine::{Fix, Link, MenuPath};

/// A step's text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StepText {
    /// Why, a paragraph each.
    pub why: Vec<String>,
    /// The route by hand.
    pub by_hand: Option<HandText>,
    /// What follows once the values were brought back, a paragraph each.
    pub then: Vec<String>,
    /// How what was done by hand is undone.
    pub undo_by_hand: Option<HandText>,
}

/// The route by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HandText {
    /// The first line of a fix: what to do, in a few words.
    pub title: String,
    /// Paragraphs before the numbered lines.
    pub intro: Vec<String>,
    /// The numbered lines.
    pub steps: Vec<String>,
    /// The menu path.
    pub path: Option<MenuPath>,
    /// The page.
    pub link: Option<Link>,
    /// Pages to open in a private window.
    pub private: Vec<Link>,
    /// Values to paste: label, note, value.
    pub copies: Vec<(String, String, String)>,
}

/// The text of a step, with the names in braces filled in by `fill`.
pub fn step_text(markdown: &str, fill: &dyn Fn(&str) -> Option<String>) -> StepText {
    StepText {
        why: section(markdown, "Why")
            .map(|body| read(body, fill).intro)
            .unwrap_or_default(),
        by_hand: section(markdown, "By hand").map(|body| read(body, fill)),
        then: section(markdown, "Then")
            .map(|body| read(body, fill).intro)
            .unwrap_or_default(),
        undo_by_hand: section(markdown, "Undo by hand").map(|body| read(body, fill)),
    }
}

/// The fix of a key. The first paragraph is its title, the rest its text.
pub(crate) fn fix(markdown: &str, key: &str, fill: &dyn Fn(&str) -> Option<String>) -> Option<Fix> {
    let mut text = read(section(markdown, &format!("Fix: {key}"))?, fill);
    let title = if text.intro.is_empty() {
        String::new()
    } else {
        text.intro.remove(0)
    };
    Some(Fix {
        title,
        text: text
            .intro
            .into_iter()
            .chain(text.steps)
            .collect::<Vec<_>>()
            .join(" "),
        path: text.path,
        link: text.link,
    })
}

fn section<'a>(markdown: &'a str, title: &str) -> Option<&'a str> {
    let heading = format!("# {title}\n");
    let start = if markdown.starts_with(&heading) {
        heading.len()
    } else {
        markdown.find(&format!("\n{heading}"))? + heading.len() + 1
    };
    let rest = &markdown[start..];
    Some(rest.find("\n# ").map_or(rest, |end| &rest[..end]))
}

fn read(body: &str, fill: &dyn Fn(&str) -> Option<String>) -> HandText {
    let mut text = HandText::default();
    for paragraph in body.split("\n\n") {
        let mut open = String::new();
        for line in paragraph
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            let known = is_known(line, fill);
            let line = filled(line, fill);
            if let Some(path) = line.strip_prefix("Path:") {
                text.path = Some(MenuPath {
                    now: names(path),
                    older: Vec::new(),
                });
            } else if let Some((when, path)) = older(&line) {
                if let Some(known) = &mut text.path {
                    known.older.push((when, names(&path)));
                }
            } else if let Some(link) = line.strip_prefix("Link:") {
                text.link = linked(link);
            } else if let Some(link) = line.strip_prefix("Private:") {
                // A page whose address is not known yet is left out rather than shown as a name in brackets.
                text.private
                    .extend(linked(link).filter(|link| link.url.contains("://")));
            } else if let Some(copy) = line.strip_prefix("Copy:") {
                // A value that is not known yet is left out: nobody shall paste a name in brackets.
                text.copies.extend(copied(copy).filter(|_| known));
            } else if let Some(step) = numbered(&line) {
                text.steps.push(step.to_owned());
            } else {
                open = format!("{open} {line}");
            }
        }
        if !open.is_empty() {
            text.intro.push(open.trim().to_owned());
        }
    }
    text
}

fn filled(line: &str, fill: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        out.push_str(before);
        out.push_str(&fill(name).unwrap_or_else(|| format!("({name})")));
        rest = after;
    }
    out + rest
}

/// Whether every name in braces stands for something.
fn is_known(line: &str, fill: &dyn Fn(&str) -> Option<String>) -> bool {
    line.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .all(|(name, _)| fill(name).is_some())
}

fn names(path: &str) -> Vec<String> {
    path.split('>').map(|name| name.trim().to_owned()).collect()
}

fn older(line: &str) -> Option<(String, String)> {
    let (when, path) = line.strip_prefix("Older (")?.split_once("):")?;
    Some((when.to_owned(), path.to_owned()))
}

fn copied(copy: &str) -> Option<(String, String, String)> {
    let mut parts = copy.splitn(3, '|').map(|part| part.trim().to_owned());
    Some((parts.next()?, parts.next()?, parts.next()?))
}

fn linked(link: &str) -> Option<Link> {
    link.split_once('|').map(|(label, url)| Link {
        label: label.trim().to_owned(),
        url: url.trim().to_owned(),
    })
}

fn numbered(line: &str) -> Option<&str> {
    let (number, rest) = line.split_once(". ")?;
    number.chars().all(|c| c.is_ascii_digit()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Why\nFirst line,\ngoes on.\n\nSecond for {who}.\n\n# By hand\nWhen you may not.\n\n1. Open it.\n2. Press New.\n\nPath: Admin > Apps > {who}\nOlder (2021 to 2023): Admin > Products\nLink: Open apps | http://portal/{who}\nCopy: Name | As shown | Atlassian | Cloud\n\n# Fix: gone\nMake it again\n\nIt was deleted.\n";

    fn fill(name: &str) -> Option<String> {
        (name == "who").then(|| "Contoso".to_owned())
    }

    #[test]
    fn a_text_is_cut_into_its_parts() {
        let text = step_text(TEXT, &fill);
        assert_eq!(text.why, ["First line, goes on.", "Second for Contoso."]);
        let hand = text.by_hand.expect("by hand");
        assert_eq!(hand.intro, ["When you may not."]);
        assert_eq!(hand.steps, ["Open it.", "Press New."]);
        let path = hand.path.expect("a path");
        assert_eq!(path.now, ["Admin", "Apps", "Contoso"]);
        assert_eq!(
            path.older,
            [(
                "2021 to 2023".to_owned(),
                vec!["Admin".to_owned(), "Products".to_owned()]
            )]
        );
        assert_eq!(hand.link.expect("a link").url, "http://portal/Contoso");
        assert_eq!(
            hand.copies,
            [(
                "Name".to_owned(),
                "As shown".to_owned(),
                "Atlassian | Cloud".to_owned()
            )]
        );
    }

    #[test]
    fn what_follows_and_how_it_is_undone_stand_apart() {
        let text = step_text(
            "# Why\nW.\n\n# Then\nPress Stop and save SAML.\n\n# Undo by hand\n1. Delete it.\n\n# By hand\nPrivate: Site | http://{who}\nPrivate: Other | {unknown}\n",
            &fill,
        );
        assert_eq!(text.then, ["Press Stop and save SAML."]);
        assert_eq!(
            text.undo_by_hand.map(|hand| hand.steps),
            Some(vec!["Delete it.".to_owned()])
        );
        let private = text.by_hand.expect("by hand").private;
        assert_eq!(
            private
                .iter()
                .map(|link| link.url.as_str())
                .collect::<Vec<_>>(),
            ["http://Contoso"]
        );
    }

    #[test]
    fn a_value_that_is_not_known_yet_is_no_value_to_paste() {
        let text = step_text(
            "# By hand\nCopy: Known | For {who} | {who}\nCopy: Unknown | Note | {unknown}\nCopy: Note | About {unknown} | {who}\n",
            &fill,
        );
        let copies = text.by_hand.expect("by hand").copies;
        let labels: Vec<_> = copies.iter().map(|(label, ..)| label.as_str()).collect();
        assert_eq!(labels, ["Known"]);
    }

    #[test]
    fn a_fix_has_a_title_and_a_text() {
        let fix = fix(TEXT, "gone", &fill).expect("a fix");
        assert_eq!(
            (fix.title.as_str(), fix.text.as_str()),
            ("Make it again", "It was deleted.")
        );
        assert_eq!(super::fix(TEXT, "other", &fill), None);
    }
}
