//! Parsing what strangers wrote, within bounds that are checked before the parser sees it, and finding one's way in
//! the tree.
//!
//! The bounds are measured: the parser's time is quadratic in the attributes of an element and in the name spaces in
//! scope, and its own limit on nodes does not help against either. With these, the worst document costs half a second
//! in a debug build.

use roxmltree::{Document, Node, ParsingOptions};

use crate::Refusal;

/// Bytes. A response of Entra has 5 to 10 KiB, its metadata 20 to 80.
const BYTES: usize = 256 * 1024;
/// Times that `xmlns` is written. Entra's metadata repeats it for each claim.
const NAME_SPACES: usize = 512;
/// Equals signs, which no attribute does without.
const ATTRIBUTES: usize = 4_000;
const NODES: u32 = 10_000;
/// Levels of nesting. What walks the tree here calls itself once for each.
const DEPTH: usize = 64;

pub(crate) const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
pub(crate) const SAMLP: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(crate) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Parses a document, or says why not.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, Refusal> {
    // A mark that some editors write first; the parser takes it for text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.trim_start();
    check_size(text)?;
    let options = ParsingOptions {
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => Refusal::Doctype,
        roxmltree::Error::NodesLimitReached => Refusal::TooMany("elements"),
        error => Refusal::NotXml(error.to_string()),
    })?;
    for node in document.descendants() {
        if node.is_pi() {
            return Err(Refusal::ProcessingInstruction);
        }
        // The parser doesn't call itself, so that it gets here with any depth.
        if node.ancestors().nth(DEPTH).is_some() {
            return Err(Refusal::TooMany("levels"));
        }
    }
    Ok(document)
}

fn check_size(text: &str) -> Result<(), Refusal> {
    if text.is_empty() {
        return Err(Refusal::Empty);
    }
    if text.len() > BYTES {
        return Err(Refusal::TooLarge);
    }
    if text.matches("xmlns").count() > NAME_SPACES {
        return Err(Refusal::TooMany("name spaces"));
    }
    if text.matches('=').count() > ATTRIBUTES {
        return Err(Refusal::TooMany("attributes"));
    }
    Ok(())
}

/// The refusal of a document whose root is another element. One of the same name in another name space is told by
/// that.
pub(crate) fn wrong_root(root: Node<'_, '_>, wanted: &'static str) -> Refusal {
    let name = root.tag_name();
    let found = match name.namespace() {
        _ if name.name() != wanted => name.name().to_owned(),
        Some(space) => format!("{wanted} of {space}"),
        None => format!("{wanted} of no name space"),
    };
    Refusal::WrongRoot { found, wanted }
}

/// The elements right below a node that have a name.
pub(crate) fn children<'a, 'i>(
    node: Node<'a, 'i>,
    space: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children()
        .filter(move |child| child.has_tag_name((space, name)))
}

/// An attribute without a prefix, if it is there and not empty.
pub(crate) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let found = node
        .attributes()
        .find(|one| one.namespace().is_none() && one.name() == name);
    found
        .map(|one| one.value())
        .filter(|value| !value.is_empty())
}

/// The text of an element that holds one piece of text, or nothing. A comment or an element inside is no value: a
/// reader that takes the part before the comment lets somebody be somebody else.
pub(crate) fn value<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    let mut children = node.children();
    match (children.next(), children.next()) {
        (None, _) => Some(""),
        (Some(only), None) if only.is_text() => only.text(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels))
    }

    #[test]
    fn the_bounds_hold_and_have_names() {
        let many = |what: &str, count: usize| format!("<a {}/>", what.repeat(count));
        let numbered = (0..4_100).map(|n| format!(" a{n}=''")).collect::<String>();
        let table: &[(String, Refusal)] = &[
            (String::new(), Refusal::Empty),
            ("\u{feff} \n".to_owned(), Refusal::Empty),
            (format!("<a>{}</a>", "x".repeat(BYTES)), Refusal::TooLarge),
            (many(" xmlns:b='b'", 600), Refusal::TooMany("name spaces")),
            (format!("<a{numbered}/>"), Refusal::TooMany("attributes")),
            (
                format!("<a>{}</a>", "<b/>".repeat(11_000)),
                Refusal::TooMany("elements"),
            ),
            (nested(DEPTH + 1), Refusal::TooMany("levels")),
            (
                format!("<a><!--{}-->{}</a>", "</a>".repeat(99), nested(DEPTH)),
                Refusal::TooMany("levels"),
            ),
            ("<!DOCTYPE a><a/>".to_owned(), Refusal::Doctype),
            (
                "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".to_owned(),
                Refusal::Doctype,
            ),
            ("<a><?b c?></a>".to_owned(), Refusal::ProcessingInstruction),
        ];
        for (text, refusal) in table {
            let start: String = text.chars().take(60).collect();
            assert_eq!(parse(text).unwrap_err(), *refusal, "{start}");
        }
        assert!(matches!(parse("<a>"), Err(Refusal::NotXml(_))));
        assert!(parse(&nested(DEPTH - 1)).is_ok());
        assert!(parse("\u{feff}<?xml version='1.0'?><a/>").is_ok());
    }

    #[test]
    fn deep_nesting_is_refused_on_a_small_stack() {
        let small = std::thread::Builder::new().stack_size(256 * 1024);
        let refused = small
            .spawn(|| parse(&nested(9_000)).unwrap_err())
            .expect("a thread starts");
        assert_eq!(refused.join().ok(), Some(Refusal::TooMany("levels")));
    }

    #[test]
    fn a_value_is_one_piece_of_text() {
        let table = [
            ("<a>b</a>", Some("b")),
            ("<a/>", Some("")),
            ("<a>b&amp;c</a>", Some("b&c")),
            ("<a>b<!-- -->c</a>", None),
            ("<a><!-- -->c</a>", None),
            ("<a>b<c/></a>", None),
        ];
        for (text, wanted) in table {
            let document = parse(text).expect("it is XML");
            assert_eq!(value(document.root_element()), wanted, "{text}");
        }
    }
}
