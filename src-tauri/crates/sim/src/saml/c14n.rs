//! Exclusive canonical XML (W3C, exc-c14n): the one way of writing an element that both sides of a signature agree on.
//! Without comments, the only form that SAML knows. This file knows no signature.

use std::collections::BTreeMap;

use roxmltree::{Attribute, Node, NodeId};

/// The name of this way of writing.
pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// The namespaces that the elements around have declared already, by prefix; the empty prefix is the default.
type Declared = BTreeMap<String, String>;

/// Writes an element. One element within it can be left out, as a signature leaves out itself; prefixes in `listed` are
/// declared wherever they are in scope, used or not.
pub(crate) fn exclusive(element: Node, without: Option<NodeId>, listed: &[&str]) -> String {
    let mut writing = Writing {
        out: String::new(),
        without,
        listed,
    };
    writing.element(element, &Declared::new());
    writing.out
}

struct Writing<'a> {
    out: String,
    without: Option<NodeId>,
    listed: &'a [&'a str],
}

impl Writing<'_> {
    fn node(&mut self, node: Node, declared: &Declared) {
        if Some(node.id()) == self.without {
            return;
        }
        if node.is_element() {
            self.element(node, declared);
        } else if let Some(pi) = node.pi() {
            let value = pi
                .value
                .map(|value| format!(" {value}"))
                .unwrap_or_default();
            self.out.push_str(&format!("<?{}{value}?>", pi.target));
        } else if node.is_text() {
            self.out.push_str(&text(node.text().unwrap_or_default()));
        }
    }

    fn element(&mut self, node: Node, declared: &Declared) {
        let name = qualified(node);
        let fresh = self.fresh(node, name, declared);
        self.out.push_str(&format!("<{name}"));
        for (prefix, uri) in &fresh {
            let colon = if prefix.is_empty() { "" } else { ":" };
            self.out
                .push_str(&format!(" xmlns{colon}{prefix}=\"{}\"", attribute(uri)));
        }
        let mut attributes: Vec<Attribute> = node.attributes().collect();
        attributes.sort_by_key(|one| (one.namespace().unwrap_or_default(), one.name()));
        for one in attributes {
            self.out.push_str(&format!(
                " {}=\"{}\"",
                written(node, &one),
                attribute(one.value())
            ));
        }
        self.out.push('>');
        let mut within = declared.clone();
        within.extend(fresh);
        for child in node.children() {
            self.node(child, &within);
        }
        self.out.push_str(&format!("</{name}>"));
    }

    /// The namespaces that this element has to declare: those that it uses and that nobody around it has declared so.
    fn fresh(&self, node: Node, name: &str, declared: &Declared) -> Declared {
        let used = std::iter::once(prefix(name))
            .chain(
                node.attributes()
                    .map(|one| prefix(written(node, &one)))
                    .filter(|prefix| !prefix.is_empty()),
            )
            .filter(|prefix| *prefix != "xml");
        let listed = self
            .listed
            .iter()
            .copied()
            .filter(|prefix| uri_of(node, prefix).is_some());
        used.chain(listed)
            .map(|prefix| {
                (
                    prefix.to_owned(),
                    uri_of(node, prefix).unwrap_or_default().to_owned(),
                )
            })
            .filter(|(prefix, uri)| declared.get(prefix).map_or("", String::as_str) != uri)
            .collect()
    }
}

fn uri_of<'a>(node: Node<'a, '_>, prefix: &str) -> Option<&'a str> {
    node.lookup_namespace_uri(Some(prefix).filter(|prefix| !prefix.is_empty()))
}

fn prefix(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

/// The name with its prefix. The parser forgets prefixes; the text still has them.
fn qualified<'a>(node: Node<'a, '_>) -> &'a str {
    let from = &node.document().input_text()[node.range().start + 1..];
    let end = from.find(|letter: char| letter.is_whitespace() || letter == '/' || letter == '>');
    &from[..end.unwrap_or(from.len())]
}

/// See [`qualified`].
fn written<'a>(node: Node<'a, '_>, attribute: &Attribute) -> &'a str {
    &node.document().input_text()[attribute.range_qname()]
}

fn text(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\r', "&#xD;")
}

fn attribute(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
        .replace('\t', "&#x9;")
        .replace('\n', "&#xA;")
        .replace('\r', "&#xD;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::xml::read;

    /// The element of that id, as it is written.
    fn of(xml: &str, listed: &[&str]) -> String {
        let document = read(xml).unwrap();
        let element = document
            .descendants()
            .find(|node| node.attribute("id") == Some("x"));
        exclusive(element.unwrap_or(document.root_element()), None, listed)
    }

    #[test]
    fn elements_are_written_in_the_one_way() {
        for (xml, wanted) in [
            ("<a/>", "<a></a>"),
            ("<a  c='1'\n b='2' />", "<a b=\"2\" c=\"1\"></a>"),
            (
                "<?xml version='1.0'?><a><!-- gone --><?keep me?>t</a>",
                "<a><?keep me?>t</a>",
            ),
            (
                "<a>&#13;&lt;&gt;&amp;&quot;<![CDATA[<&]]></a>",
                "<a>&#xD;&lt;&gt;&amp;\"&lt;&amp;</a>",
            ),
            (
                "<a b='&#9;&#10;&#13;&quot;&gt;&lt;\t'/>",
                "<a b=\"&#x9;&#xA;&#xD;&quot;>&lt; \"></a>",
            ),
            // Declared only where they are used, and not again below.
            (
                "<a xmlns:p='u' xmlns:q='v'><p:b><p:c q:d='1'/></p:b><p:e/></a>",
                "<a><p:b xmlns:p=\"u\"><p:c xmlns:q=\"v\" q:d=\"1\"></p:c></p:b><p:e xmlns:p=\"u\"></p:e></a>",
            ),
            // The default namespace is taken back where an element has none.
            (
                "<a xmlns='u'><b xmlns=''><c/></b></a>",
                "<a xmlns=\"u\"><b xmlns=\"\"><c></c></b></a>",
            ),
            (
                "<p:a xmlns:p='u'><b/></p:a>",
                "<p:a xmlns:p=\"u\"><b></b></p:a>",
            ),
            // Attributes are ordered by namespace first, those without one before all others.
            (
                "<a xmlns:z='a' xmlns:y='b' y:m='1' z:n='2' o='3' xml:lang='en'/>",
                "<a xmlns:y=\"b\" xmlns:z=\"a\" o=\"3\" z:n=\"2\" y:m=\"1\" xml:lang=\"en\"></a>",
            ),
            // What stands around the element leaves no trace but the namespaces that are used.
            (
                "<r xmlns='u' xmlns:p='v' xml:lang='de'><p:b id='x'><c/></p:b></r>",
                "<p:b xmlns:p=\"v\" id=\"x\"><c xmlns=\"u\"></c></p:b>",
            ),
        ] {
            assert_eq!(of(xml, &[]), wanted, "{xml}");
        }
    }

    #[test]
    fn listed_prefixes_are_declared_though_nobody_uses_them() {
        let xml = "<r xmlns:xs='u'><b id='x'><c/></b></r>";
        assert_eq!(
            of(xml, &["xs", "unknown"]),
            "<b xmlns:xs=\"u\" id=\"x\"><c></c></b>"
        );
    }

    #[test]
    fn one_element_can_be_left_out() {
        let document = read("<a><b/>t<c/></a>").unwrap();
        let b = document.root_element().first_child().unwrap();
        assert_eq!(
            exclusive(document.root_element(), Some(b.id()), &[]),
            "<a>t<c></c></a>"
        );
    }
}
