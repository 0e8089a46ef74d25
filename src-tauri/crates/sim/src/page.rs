//! The look of every practice page: plain HTML that works without a script, says that it is practice, and has a label
//! for every field. The forms are read by programs too, so field names are part of each page's contract.

use std::fmt::Write;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f5f5f4;color:#1c1917}\
header{background:#713f12;color:#fff;padding:.5rem 1rem}main{max-width:44rem;margin:1.5rem auto;padding:1.5rem;background:#fff;border:1px solid #d6d3d1}\
label{display:block;margin:.75rem 0 .25rem;font-weight:600}input:not([type=checkbox]):not([type=radio]),select,textarea{font:inherit;padding:.4rem;width:100%;box-sizing:border-box}\
button{font:inherit;padding:.5rem 1rem;margin:.75rem .5rem 0 0;min-height:2.5rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .5rem;border-bottom:1px solid #d6d3d1;vertical-align:top}\
code{font-size:.95em;overflow-wrap:anywhere}fieldset{border:1px solid #d6d3d1;margin:.75rem 0}.check{font-weight:400}";

/// A whole page: the service's name, the heading and what stands below it, which is HTML already.
pub(crate) fn page(service: &str, heading: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
<title>{heading} - {service} (Practice)</title><style>{STYLE}</style></head>\n<body><header role=\"banner\"><strong>Practice</strong>: this plays {service}. Nothing real is touched.</header>\n\
<main><h1>{heading}</h1>\n{body}\n</main></body></html>\n",
        heading = escape(heading),
        service = escape(service),
    )
}

/// A text with nothing in it that HTML would read as markup.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// A paragraph.
pub(crate) fn words(text: &str) -> String {
    format!("<p>{}</p>\n", escape(text))
}

/// A form that posts to an address; the fields are HTML already.
pub(crate) fn form(action: &str, fields: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{}\">\n{fields}</form>\n",
        escape(action)
    )
}

/// A field that a person does not see.
pub(crate) fn hidden(name: &str, value: &str) -> String {
    format!(
        "<input type=\"hidden\" name=\"{}\" value=\"{}\">\n",
        escape(name),
        escape(value)
    )
}

/// A labelled field of some HTML input type. The label holds its field, since several forms of a page have one of that name.
pub(crate) fn field(name: &str, label: &str, kind: &str, value: &str) -> String {
    let (name, label, value) = (escape(name), escape(label), escape(value));
    format!(
        "<label>{label}<input name=\"{name}\" type=\"{kind}\" value=\"{value}\" autocomplete=\"off\"></label>\n"
    )
}

/// A labelled field of several lines.
pub(crate) fn area(name: &str, label: &str, value: &str) -> String {
    let (name, label, value) = (escape(name), escape(label), escape(value));
    // A line break right after the tag belongs to HTML, so that one of the value's own is not lost.
    format!(
        "<label>{label}<textarea name=\"{name}\" rows=\"8\" autocomplete=\"off\" spellcheck=\"false\">\n{value}</textarea></label>\n"
    )
}

/// A labelled choice; each option is a value with its words.
pub(crate) fn choice(name: &str, label: &str, options: &[(String, String)]) -> String {
    let mut html = format!("<label>{}<select name=\"{}\">", escape(label), escape(name));
    for (value, words) in options {
        let _ = write!(
            html,
            "<option value=\"{}\">{}</option>",
            escape(value),
            escape(words)
        );
    }
    html.push_str("</select></label>\n");
    html
}

/// A box to tick.
pub(crate) fn tick(name: &str, value: &str, label: &str) -> String {
    let (name, value, label) = (escape(name), escape(value), escape(label));
    format!(
        "<label class=\"check\"><input type=\"checkbox\" name=\"{name}\" value=\"{value}\"> {label}</label>\n"
    )
}

/// A button that sends the form with a value of its own.
pub(crate) fn button(name: &str, value: &str, label: &str) -> String {
    format!(
        "<button type=\"submit\" name=\"{}\" value=\"{}\">{}</button>\n",
        escape(name),
        escape(value),
        escape(label)
    )
}

/// A table; the cells are HTML already.
pub(crate) fn table(caption: &str, head: &[&str], rows: &[Vec<String>]) -> String {
    let mut html = format!("<table><caption>{}</caption><thead><tr>", escape(caption));
    for title in head {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escape(title));
    }
    html.push_str("</tr></thead><tbody>");
    for row in rows {
        html.push_str("<tr>");
        for cell in row {
            let _ = write!(html, "<td>{cell}</td>");
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table>\n");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_write_markup() {
        let html = page("X", "A <b> app", &words("<script>"));
        assert!(!html.contains("<script>") && !html.contains("<b>"));
        assert!(html.contains("lang=\"en\"") && html.contains("Practice"));
    }
}
