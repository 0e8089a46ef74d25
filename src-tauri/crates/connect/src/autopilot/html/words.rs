//! What a person reads of a piece of HTML. It must not know which page it belongs to.

use super::tag_end;

/// The readable words of a piece of HTML.
pub(in crate::autopilot) fn words_in(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        words.push_str(&rest[..start]);
        words.push(' ');
        let tag = &rest[start + 1..];
        let mut after = &tag[(tag_end(tag) + 1).min(tag.len())..];
        for hidden in ["style", "script", "head"] {
            if tag
                .get(..hidden.len())
                .is_some_and(|name| name.eq_ignore_ascii_case(hidden))
                && !tag[hidden.len()..].starts_with("er")
            {
                let close = format!("</{hidden}");
                after = after
                    .to_ascii_lowercase()
                    .find(&close)
                    .map_or("", |end| &after[end..]);
            }
        }
        rest = after;
    }
    words.push_str(rest);
    decoded(&words)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The text with its character references resolved.
pub(super) fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let reference = rest[1..]
            .find(';')
            .filter(|end| *end <= 8)
            .and_then(|end| character(&rest[1..=end]).map(|c| (c, end + 2)));
        let (c, length) = reference.unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

fn character(reference: &str) -> Option<char> {
    match reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = reference.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
