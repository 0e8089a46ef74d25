//! XML as SAML uses it: the names, writing values so that nothing in them is read as markup, and reading within bounds.

use roxmltree::{Document, Node, ParsingOptions};

/// The namespace of XML signatures.
pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The namespace of assertions.
pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// The namespace of requests and responses.
pub(crate) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// The namespace of metadata.
pub(crate) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// The bindings that both sides know.
pub(crate) const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
/// See [`REDIRECT`].
pub(crate) const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

/// The largest message that is read.
pub(crate) const LARGEST: usize = 256 * 1024;
/// The parser looks through all declarations of namespaces, and through all attributes of an element, again and again: a
/// message of this size that holds nothing else would keep it busy for a minute.
const DECLARATIONS: usize = 512;
/// See [`DECLARATIONS`].
const ATTRIBUTES: usize = 4_000;
const NODES: u32 = 10_000;
const DEPTH: usize = 64;

/// Why a text is not read as XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is larger, deeper or more crowded than any honest message.
    TooLarge,
    /// It has a document type, which may define anything.
    DocumentType,
    /// It is not well-formed.
    Malformed,
}

/// Reads a document.
pub(crate) fn read(xml: &str) -> Result<Document<'_>, Unreadable> {
    if xml.contains("<!DOCTYPE") {
        return Err(Unreadable::DocumentType);
    }
    let crowded = |what: &str, most: usize| xml.matches(what).count() > most;
    if xml.len() > LARGEST || crowded("xmlns", DECLARATIONS) || crowded("=", ATTRIBUTES) {
        return Err(Unreadable::TooLarge);
    }
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(xml, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => Unreadable::TooLarge,
        roxmltree::Error::DtdDetected => Unreadable::DocumentType,
        _ => Unreadable::Malformed,
    })?;
    // The parser does not recurse; what walks the tree does.
    if document
        .descendants()
        .any(|node| node.ancestors().take(DEPTH + 2).count() > DEPTH)
    {
        return Err(Unreadable::TooLarge);
    }
    Ok(document)
}

/// A value as the text of an element.
pub(crate) fn text(value: &str) -> String {
    value.chars().fold(String::new(), |mut out, letter| {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(allowed(other)),
        }
        out
    })
}

/// A value between the double quotes of an attribute.
pub(crate) fn attribute(value: &str) -> String {
    value.chars().fold(String::new(), |mut out, letter| {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(allowed(other)),
        }
        out
    })
}

/// XML has no way to write most control characters, not even as references.
fn allowed(letter: char) -> char {
    match letter {
        '\t' | '\n' => letter,
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        _ => letter,
    }
}

/// The child elements of that name.
pub(crate) fn children<'a, 'd>(
    of: Node<'a, 'd>,
    namespace: &'a str,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'd>> {
    of.children()
        .filter(move |node| node.has_tag_name((namespace, name)))
}

/// The first child element of that name.
pub(crate) fn child<'a, 'd>(
    of: Node<'a, 'd>,
    namespace: &'a str,
    name: &'a str,
) -> Option<Node<'a, 'd>> {
    children(of, namespace, name).next()
}

/// What stands in an element that holds nothing but text; `None` when it holds anything else. A comment in a name cuts the
/// text in two, and who reads only the first half lets in somebody else.
pub(crate) fn value(of: Node) -> Option<String> {
    let mut inner = of.children();
    match (inner.next(), inner.next()) {
        (None, _) => Some(String::new()),
        (Some(only), None) if only.is_text() => only.text().map(str::to_owned),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_within_bounds_is_read() {
        let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
        let long = format!("<a>{}</a>", "x".repeat(LARGEST));
        let declared: String = (0..600)
            .map(|number| format!(" xmlns:n{number}=\"u\""))
            .collect();
        let crowd = format!("<a>{}</a>", "<b/>".repeat(11_000));
        for (xml, wanted) in [
            ("<a><b/></a>", None),
            (deep.as_str(), Some(Unreadable::TooLarge)),
            (&long, Some(Unreadable::TooLarge)),
            (&format!("<a{declared}/>"), Some(Unreadable::TooLarge)),
            (&crowd, Some(Unreadable::TooLarge)),
            ("<!DOCTYPE a><a/>", Some(Unreadable::DocumentType)),
            ("<a>", Some(Unreadable::Malformed)),
        ] {
            assert_eq!(read(xml).err(), wanted, "{}", &xml[..xml.len().min(40)]);
        }
    }

    #[test]
    fn values_come_back_as_they_were_written() {
        let odd = "a & b < c > \"d\" 'e' ]]> \t\n\r ü 🙂";
        let xml = format!("<a b=\"{}\">{}</a>", attribute(odd), text(odd));
        let document = read(&xml).unwrap();
        let root = document.root_element();
        assert_eq!(root.attribute("b"), Some(odd));
        assert_eq!(value(root).as_deref(), Some(odd));
        assert_eq!(text("a\u{1}b"), "a\u{fffd}b");
    }

    #[test]
    fn a_value_is_one_text_or_nothing() {
        for (xml, wanted) in [
            ("<a>b</a>", Some("b")),
            ("<a/>", Some("")),
            ("<a>b<!-- -->c</a>", None),
            ("<a><?p?>b</a>", None),
            ("<a><b/></a>", None),
        ] {
            assert_eq!(
                value(read(xml).unwrap().root_element()).as_deref(),
                wanted,
                "{xml}"
            );
        }
    }
}
