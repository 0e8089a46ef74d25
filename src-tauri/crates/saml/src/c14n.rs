//! Exclusive canonicalisation (W3C, 18 July 2002) of one element: the bytes over which a signature is made.
//!
//! Without comments, and for documents without processing instructions, which the parser refused before. A few
//! things are refused by name because the libraries of this world disagree about them, and nobody needs them: a `&` in
//! the name of a name space, a relative name, and `#default` in a list of prefixes.

use std::collections::BTreeMap;

use roxmltree::{Attribute, Node};

use crate::Refusal;

/// The bytes of an element as they are signed, as text: without `left_out` (the signature inside it), and with the
/// prefixes of the list treated as inclusive canonicalisation does.
pub(crate) fn exclusive(
    element: Node<'_, '_>,
    left_out: Option<Node<'_, '_>>,
    prefixes: &[&str],
) -> Result<String, Refusal> {
    let mut writer = Writer {
        left_out,
        prefixes,
        out: String::new(),
    };
    writer.element(element, &BTreeMap::new())?;
    Ok(writer.out)
}

/// What each prefix means where we are, as far as it was written out.
type Written<'a> = BTreeMap<&'a str, &'a str>;

struct Writer<'a, 'i, 'w> {
    left_out: Option<Node<'a, 'i>>,
    prefixes: &'w [&'w str],
    out: String,
}

impl<'a, 'i: 'a> Writer<'a, 'i, '_> {
    fn element(&mut self, element: Node<'a, 'i>, above: &Written<'a>) -> Result<(), Refusal> {
        let name = written_name(element);
        let mut attributes: Vec<Attribute<'a, 'i>> = element.attributes().collect();
        attributes.sort_by_key(|one| (one.namespace().unwrap_or_default(), one.name()));
        let mut written = above.clone();
        self.out.push('<');
        self.out.push_str(name);
        for (prefix, space) in self.spaces(element, &attributes, above) {
            self.name_space(prefix, space)?;
            written.insert(prefix, space);
        }
        for one in &attributes {
            let name = &element.document().input_text()[one.range_qname()];
            self.attribute(name, one.value());
        }
        self.out.push('>');
        for child in element.children() {
            if child.is_element() && Some(child) != self.left_out {
                self.element(child, &written)?;
            } else if child.is_text() {
                escape_text(child.text().unwrap_or_default(), &mut self.out);
            }
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        Ok(())
    }

    /// The name spaces to write out here, by prefix: those in use, or on the list, that mean something else above.
    fn spaces(
        &self,
        element: Node<'a, 'i>,
        attributes: &[Attribute<'a, 'i>],
        above: &Written<'a>,
    ) -> Written<'a> {
        let text: &'a str = element.document().input_text();
        let own = [prefix_of(written_name(element)).unwrap_or_default()];
        let used = attributes
            .iter()
            .filter_map(|one| prefix_of(&text[one.range_qname()]));
        let listed = element
            .ancestors()
            .flat_map(|node| node.namespaces())
            .map(|space| space.name().unwrap_or_default())
            .filter(|prefix| self.prefixes.contains(prefix));
        let mut spaces = Written::new();
        for prefix in own.into_iter().chain(used).chain(listed) {
            let key = (!prefix.is_empty()).then_some(prefix);
            let space = element.lookup_namespace_uri(key).unwrap_or_default();
            let known = above.get(prefix).copied();
            let is_nothing_new =
                known.unwrap_or_default() == space && (known.is_some() || space.is_empty());
            if prefix != "xml" && !is_nothing_new {
                spaces.insert(prefix, space);
            }
        }
        spaces
    }

    fn name_space(&mut self, prefix: &str, space: &str) -> Result<(), Refusal> {
        if space.contains('&') {
            return Err(Refusal::Unusual("a & in the name of a name space"));
        }
        if !space.is_empty() && !space.contains(':') {
            // The recommendation asks for this failure.
            return Err(Refusal::Unusual("a relative name of a name space"));
        }
        if prefix.is_empty() {
            self.attribute("xmlns", space);
        } else {
            self.attribute(&format!("xmlns:{prefix}"), space);
        }
        Ok(())
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape_attribute(value, &mut self.out);
        self.out.push('"');
    }
}

/// An element's name with its prefix. The tree forgets prefixes; the text it was made of has them.
fn written_name<'a>(element: Node<'a, '_>) -> &'a str {
    let text: &'a str = &element.document().input_text()[element.range()];
    let name = text.strip_prefix('<').unwrap_or(text);
    let end = name.find(|one: char| one.is_ascii_whitespace() || matches!(one, '/' | '>'));
    &name[..end.unwrap_or(name.len())]
}

fn prefix_of(name: &str) -> Option<&str> {
    name.split_once(':').map(|(prefix, _)| prefix)
}

fn escape_text(text: &str, out: &mut String) {
    for one in text.chars() {
        match one {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            one => out.push(one),
        }
    }
}

fn escape_attribute(text: &str, out: &mut String) {
    for one in text.chars() {
        match one {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            one => out.push(one),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::parse;

    /// Canonicalises the first element called `e`, which may lie deep in the document.
    fn of(text: &str, prefixes: &[&str]) -> Result<String, Refusal> {
        let document = parse(text).expect("it is XML");
        let element = document
            .descendants()
            .find(|node| node.tag_name().name() == "e")
            .expect("it has an e");
        let left_out = document
            .descendants()
            .find(|node| node.tag_name().name() == "out");
        exclusive(element, left_out, prefixes)
    }

    #[test]
    fn the_bytes_that_are_signed() {
        let table: &[(&str, &str)] = &[
            ("<e/>", "<e></e>"),
            ("<e ></e >", "<e></e>"),
            (
                "<e b='1' a=\"2\" xmlns:y='u:y' xmlns:x='u:x' y:a='3' x:b='4'/>",
                "<e xmlns:x=\"u:x\" xmlns:y=\"u:y\" a=\"2\" b=\"1\" x:b=\"4\" y:a=\"3\"></e>",
            ),
            (
                "<e>a<!-- c -->b&lt;&gt;&amp;&quot;'&#13;\n\t</e>",
                "<e>ab&lt;&gt;&amp;\"'&#xD;\n\t</e>",
            ),
            (
                "<e a='&lt;&gt;&amp;&quot;&apos;&#9;&#10;&#13;\n '/>",
                "<e a=\"&lt;>&amp;&quot;'&#x9;&#xA;&#xD;  \"></e>",
            ),
            ("<e><![CDATA[<&]]></e>", "<e>&lt;&amp;</e>"),
            (
                "<a xmlns='u:n'><e><b/></e></a>",
                "<e xmlns=\"u:n\"><b></b></e>",
            ),
            (
                "<a xmlns='u:n' xmlns:p='u:p'><e><p:b/><p:b><p:c/></p:b></e></a>",
                "<e xmlns=\"u:n\"><p:b xmlns:p=\"u:p\"></p:b><p:b xmlns:p=\"u:p\"><p:c></p:c></p:b></e>",
            ),
            (
                "<a xmlns='u:n'><e xmlns=''><b xmlns='u:n'/></e></a>",
                "<e><b xmlns=\"u:n\"></b></e>",
            ),
            (
                "<e xmlns='u:n'><b xmlns=''><c/></b></e>",
                "<e xmlns=\"u:n\"><b xmlns=\"\"><c></c></b></e>",
            ),
            (
                "<p:e xmlns:p='u:p'><p:b xmlns:p='u:q'><p:c xmlns:p='u:p'/></p:b></p:e>",
                "<p:e xmlns:p=\"u:p\"><p:b xmlns:p=\"u:q\"><p:c xmlns:p=\"u:p\"></p:c></p:b></p:e>",
            ),
            ("<e xml:lang='de'/>", "<e xml:lang=\"de\"></e>"),
            ("<e><a/><out><b/></out><c/></e>", "<e><a></a><c></c></e>"),
            (
                "<e>\u{e4}\u{1f600}\u{2028}</e>",
                "<e>\u{e4}\u{1f600}\u{2028}</e>",
            ),
        ];
        for (text, wanted) in table {
            assert_eq!(of(text, &[]).as_deref(), Ok(*wanted), "{text}");
        }
    }

    #[test]
    fn listed_prefixes_are_written_where_they_are_known() {
        let text =
            "<a xmlns:xs='u:s' xmlns:q='u:q'><e><b xmlns:xs='u:s'/><c xmlns:xs='u:t'/></e></a>";
        assert_eq!(
            of(text, &["xs", "nowhere"]).as_deref(),
            Ok("<e xmlns:xs=\"u:s\"><b></b><c xmlns:xs=\"u:t\"></c></e>")
        );
    }

    #[test]
    fn what_others_disagree_about_is_refused() {
        assert_eq!(
            of("<e xmlns='a&amp;b'/>", &[]),
            Err(Refusal::Unusual("a & in the name of a name space"))
        );
        assert_eq!(
            of("<e xmlns='a'/>", &[]),
            Err(Refusal::Unusual("a relative name of a name space"))
        );
    }

    /// A document, a list of prefixes, and what libxml2 made of the element below the root.
    #[derive(serde::Deserialize)]
    struct Pair {
        text: String,
        prefixes: Vec<String>,
        canonical: String,
    }

    #[test]
    fn libxml2_writes_the_same_bytes() {
        let pairs = include_str!("../tests/peers/canonical.jsonl").lines();
        let pairs: Vec<Pair> = pairs
            .map(|line| serde_json::from_str(line).expect("it is a pair"))
            .collect();
        assert_eq!(pairs.len(), 200);
        for pair in pairs {
            let document = parse(&pair.text).expect("it is XML");
            let element = document.root_element().first_element_child();
            let prefixes: Vec<&str> = pair.prefixes.iter().map(String::as_str).collect();
            let written = exclusive(element.expect("there is one"), None, &prefixes);
            assert_eq!(written, Ok(pair.canonical), "{}", pair.text);
        }
    }
}
