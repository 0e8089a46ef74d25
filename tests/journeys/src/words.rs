//! Words and values without what differs from run to run: ids, ports, times, dates.

use serde_json::{Map, Value};

/// The text with `ID` for every GUID, `THUMBPRINT` and `CERTIFICATE` for those of a key, `PORT` for every port of this
/// machine, `TIME` for every time stamp, `DATE` for every date in words, and `N` for days that are counted from today.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let boundary = !out.ends_with(|last: char| last.is_ascii_alphanumeric());
        let found = if boundary { volatile(rest) } else { None };
        match found {
            Some((length, word)) => {
                out.push_str(word);
                rest = &rest[length..];
            }
            None => {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    out
}

/// What differs from run to run at the beginning of a text: its length, and what stands for it.
fn volatile(text: &str) -> Option<(usize, &'static str)> {
    let shapes: [(&str, &str); 6] = [
        ("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "ID"),
        ("dddd-dd-ddTdd:dd:dd", "TIME"),
        ("dd Aaa dddd", "DATE"),
        ("d Aaa dddd", "DATE"),
        ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "HEX"),
        ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "THUMBPRINT"),
    ];
    for (shape, word) in shapes {
        if let Some(length) = fits(text, shape) {
            let more = if word == "TIME" {
                fraction(&text[length..])
            } else {
                0
            };
            return Some((length + more, word));
        }
    }
    if let Some(length) = certificate(text) {
        return Some((length, "CERTIFICATE"));
    }
    let after = |start: &str, end: &str| {
        let digits = text
            .strip_prefix(start)?
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len() - start.len());
        let tail = &text[start.len() + digits..];
        (digits > 0 && tail.starts_with(end)).then_some(start.len() + digits)
    };
    if let Some(length) = after("127.0.0.1:", "") {
        return Some((length, "127.0.0.1:PORT"));
    }
    if let Some(length) = after("localhost:", "") {
        return Some((length, "localhost:PORT"));
    }
    after("in ", " days").map(|length| (length, "in N"))
}

/// `x` is a hexadecimal digit, `d` a digit, `A` and `a` letters, anything else itself.
fn fits(text: &str, shape: &str) -> Option<usize> {
    let head = text.as_bytes().get(..shape.len())?;
    let ends = text
        .as_bytes()
        .get(shape.len())
        .is_none_or(|next| !next.is_ascii_alphanumeric() || shape.contains('T'));
    let all = head
        .iter()
        .zip(shape.bytes())
        .all(|(byte, shape)| match shape {
            b'x' => byte.is_ascii_hexdigit(),
            b'd' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_uppercase(),
            b'a' => byte.is_ascii_lowercase(),
            _ => *byte == shape,
        });
    (all && ends).then_some(shape.len())
}

/// A certificate as text, from its first line to its last one.
fn certificate(text: &str) -> Option<usize> {
    const END: &str = "-----END CERTIFICATE-----";
    text.strip_prefix("-----BEGIN CERTIFICATE-----")?;
    text.find(END).map(|end| end + END.len())
}

fn fraction(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == 'Z'))
        .unwrap_or(text.len())
}

/// A dump with `ID` for every GUID and `CONNECTION` for the connection's id, every list in order again.
pub fn canonical(value: &Value, connection: &str) -> Value {
    match value {
        Value::String(text) => Value::String(plain(&text.replace(connection, "CONNECTION"))),
        Value::Array(items) => {
            let mut items: Vec<_> = items
                .iter()
                .map(|item| canonical(item, connection))
                .collect();
            items.sort_by_cached_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(fields) => {
            let fields: Map<_, _> = fields
                .iter()
                .map(|(name, value)| (name.clone(), canonical(value, connection)))
                .collect();
            Value::Object(fields)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_left_out_and_nothing_else() {
        for (text, wanted) in [
            ("id 14d82eec-204b-4c2f-b7e8-296a70dab67e.", "id ID."),
            (
                "6DF360096D8339FF53C7E0B72180749A6EB76973 is active",
                "THUMBPRINT is active",
            ),
            (
                "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n",
                "CERTIFICATE\n",
            ),
            (
                "http://127.0.0.1:40123/v1.0/me",
                "http://127.0.0.1:PORT/v1.0/me",
            ),
            ("about 2026-11-22T02:00:00.5Z, by", "about TIME, by"),
            ("until 21 Nov 2027", "until DATE"),
            ("on 1 Nov 2027, in 364 days", "on DATE, in N days"),
            (
                "1.1 Add the application, 3 of 3",
                "1.1 Add the application, 3 of 3",
            ),
            ("“contoso”", "“contoso”"),
        ] {
            assert_eq!(plain(text), wanted);
        }
    }
}
