//! A browser's network log (HAR): the SAML messages in it, and which answer belongs to which question. Only the few
//! fields that matter are read, so that a log of 50 MB needs little memory.

use jiff::Timestamp;
use serde::Deserialize;

use crate::input::{decode, in_body, percent_decoded};
use crate::{Captured, InputFault, Request, Response, message, xml};

#[derive(Deserialize)]
struct File {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    started_date_time: String,
    request: Sent,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    #[serde(default)]
    method: String,
    #[serde(default)]
    url: String,
    post_data: Option<Posted>,
}

#[derive(Deserialize)]
struct Posted {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    params: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    #[serde(default)]
    value: String,
}

/// The responses in a log, the newest first, each with its question where that is in the log too.
pub(crate) fn messages(text: &str) -> Result<Vec<Captured>, InputFault> {
    let file: File = serde_json::from_str(text).map_err(|_| InputFault::Unknown)?;
    let mut found: Vec<Captured> = Vec::new();
    let mut requests = Vec::new();
    let mut is_empty_handed = false;
    for entry in &file.log.entries {
        requests.extend(request(&entry.request.url));
        match posted(entry) {
            Some(captured) => found.push(captured?),
            None => is_empty_handed |= is_callback(&entry.request),
        }
    }
    if found.is_empty() {
        return Err(if is_empty_handed {
            InputFault::NoContent
        } else {
            InputFault::NoMessage
        });
    }
    found.sort_by_key(|one| one.at);
    for at in 0..found.len() {
        found[at].was_sent_before = found[..at]
            .iter()
            .any(|earlier| earlier.xml == found[at].xml);
        found[at].request = answered(&found[at].xml)
            .and_then(|id| requests.iter().find(|one| one.id == id))
            .cloned();
    }
    found.reverse();
    Ok(found)
}

fn posted(entry: &Entry) -> Option<Result<Captured, InputFault>> {
    let sent = &entry.request;
    let data = sent
        .post_data
        .as_ref()
        .filter(|_| sent.method.eq_ignore_ascii_case("POST"))?;
    let captured = match value(data, "SAMLResponse") {
        Some(value) => decode(&percent_decoded(value)).map(|captured| Captured {
            relay_state: Some(percent_decoded(value_or_empty(data, "RelayState"))),
            ..captured
        }),
        None => in_body(
            data.text
                .as_deref()
                .filter(|text| text.contains("SAMLResponse="))?,
        ),
    };
    Some(captured.map(|captured| Captured {
        at: entry.started_date_time.parse::<Timestamp>().ok(),
        posted_to: Some(sent.url.clone()),
        ..captured
    }))
}

fn value<'a>(data: &'a Posted, name: &str) -> Option<&'a str> {
    let found = data.params.iter().find(|one| one.name == name)?;
    Some(&found.value)
        .filter(|value| !value.is_empty())
        .map(String::as_str)
}

fn value_or_empty<'a>(data: &'a Posted, name: &str) -> &'a str {
    value(data, name).unwrap_or_default()
}

/// The question in an address, if it is one.
fn request(address: &str) -> Option<Request> {
    let (_, query) = address.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == "SAMLRequest")?;
    Request::from_redirect(&percent_decoded(value)).ok()
}

/// Whether it is the posting of a response whose content was not saved.
fn is_callback(sent: &Sent) -> bool {
    sent.method.eq_ignore_ascii_case("POST") && sent.url.contains("connection=saml-")
}

/// The id of the question that a response says it answers.
fn answered(text: &str) -> Option<String> {
    let document = xml::parse(text).ok()?;
    let (response, _): (Response, _) = message::read(document.root_element());
    response.in_response_to
}
