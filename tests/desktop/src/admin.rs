//! The practice's administration pages, filled in by their own forms: what a person does by hand at Atlassian while the
//! window waits.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::{Failure, Told};

/// The administration at an address.
pub struct Admin {
    host: String,
}

impl Admin {
    /// The administration that an address leads to, whatever its path.
    pub fn at(address: &str) -> Told<Self> {
        let host = address
            .strip_prefix("http://")
            .and_then(|rest| rest.split('/').next());
        let host = host.ok_or_else(|| Failure::new(format!("{address} is no practice address")))?;
        Ok(Self {
            host: host.to_owned(),
        })
    }

    /// The page with everything that is there.
    pub fn page(&self) -> Told<String> {
        self.ask("GET", "/", "")
    }

    /// Sends a form and gives the page that follows.
    pub fn send(&self, path: &str, fields: &[(&str, &str)]) -> Told<String> {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", escaped(value)))
            .collect();
        self.ask("POST", path, &fields.join("&"))
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Told<String> {
        let mut stream = TcpStream::connect(&self.host)?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        if answer.starts_with("HTTP/1.1 200") {
            Ok(answer)
        } else {
            Err(Failure::new(format!("{path} answered {answer}")))
        }
    }
}

/// The text of the element with an id.
pub fn told(page: &str, id: &str) -> Told<String> {
    let start = format!("id=\"{id}\"");
    let text = page
        .split_once(&start)
        .and_then(|(_, rest)| rest.split_once('>'))
        .and_then(|(_, rest)| rest.split_once('<'))
        .map(|(text, _)| text.replace("&amp;", "&"));
    text.ok_or_else(|| Failure::new(format!("the page tells no {id}")))
}

/// The address that the link with an id leads to.
pub fn leads(page: &str, id: &str) -> Told<String> {
    let start = format!("id=\"{id}\"");
    let tag = page
        .split('<')
        .find(|tag| tag.starts_with("a ") && tag.contains(&start));
    let address = tag
        .and_then(|tag| tag.split_once("href=\""))
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(address, _)| address.replace("&amp;", "&"));
    address.ok_or_else(|| Failure::new(format!("the page has no link {id}")))
}

/// Percent-encoded, but for what never needs it.
fn escaped(text: &str) -> String {
    let keeps = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let bytes = text.bytes().map(|byte| match keeps(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    bytes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_tells_is_read_by_its_id() {
        let page = "<dt>x</dt><dd><code id=\"sp-acs-url\">http://a/?b=1&amp;c=2</code></dd>";
        assert_eq!(
            told(page, "sp-acs-url").ok().as_deref(),
            Some("http://a/?b=1&c=2")
        );
        assert!(told(page, "other").is_err());
        let page = "<p><a id=\"policy-address\" href=\"/o/1?a=b&amp;c=d\">Pilot</a></p>";
        assert_eq!(
            leads(page, "policy-address").ok().as_deref(),
            Some("/o/1?a=b&c=d")
        );
    }

    #[test]
    fn a_form_keeps_line_breaks_and_signs() {
        assert_eq!(escaped("a+b\n/"), "a%2Bb%0A%2F");
    }
}
