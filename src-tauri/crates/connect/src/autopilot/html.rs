//! Reads forms out of HTML: as much of it as plain pages need, and no more.

mod words;

use url::Url;

use words::decoded;
pub(super) use words::words_in;

/// A form of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    action: Url,
    post: bool,
    inputs: Vec<Input>,
    choices: Vec<Choice>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// The value it begins with.
    pub value: String,
    /// `text`, `password`, `hidden`, `checkbox`, `radio`, `select`, `textarea` and so on.
    pub kind: String,
    /// Whether a tick begins set.
    pub ticked: bool,
}

/// A button that submits a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its name; empty when it sends nothing.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What stands on it.
    pub label: String,
}

impl Choice {
    /// True when its value, name or label is or begins with the word.
    pub fn means(&self, word: &str) -> bool {
        [&self.value, &self.name, &self.label]
            .into_iter()
            .any(|text| {
                let text = text.to_ascii_lowercase();
                text.strip_prefix(word)
                    .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
            })
    }
}

impl Form {
    /// Where it is sent.
    pub fn action(&self) -> &Url {
        &self.action
    }

    /// Whether it is sent by POST.
    pub fn is_post(&self) -> bool {
        self.post
    }

    /// Its fields.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Its buttons.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// The name of a field to type into, whose name satisfies the test.
    pub fn text_field(&self, test: impl Fn(&str) -> bool) -> Option<&str> {
        let typed = |input: &&Input| {
            matches!(
                input.kind.as_str(),
                "text" | "email" | "tel" | "search" | "textarea" | "url" | "number"
            )
        };
        self.inputs
            .iter()
            .filter(typed)
            .map(|input| input.name.as_str())
            .find(|name| test(name))
    }

    /// The name of the field for a password.
    pub fn password_field(&self) -> Option<&str> {
        self.inputs
            .iter()
            .find(|input| input.kind == "password")
            .map(|input| input.name.as_str())
    }

    /// The value of a field that a person does not see.
    pub fn hidden(&self, name: &str) -> Option<&str> {
        self.inputs
            .iter()
            .find(|input| input.kind == "hidden" && input.name == name)
            .map(|input| input.value.as_str())
    }

    /// The first tick box that is not set: its name and value.
    pub fn tick(&self) -> Option<(&str, &str)> {
        let open = self
            .inputs
            .iter()
            .find(|input| input.kind == "checkbox" && !input.ticked);
        open.map(|input| (input.name.as_str(), input.value.as_str()))
    }

    /// True when there is nothing to fill in and one way on.
    pub fn only_continues(&self) -> bool {
        self.choices.len() <= 1 && self.inputs.iter().all(|input| input.kind == "hidden")
    }

    /// What is sent: what stands in the form, with these values in place of its own. Ticks that are not set and buttons that are
    /// not pressed are not sent.
    pub(super) fn filled(&self, fill: &[(String, String)]) -> Vec<(String, String)> {
        let given = |name: &str| {
            fill.iter()
                .find(|(field, _)| field == name)
                .map(|(_, value)| value.clone())
        };
        let own = self.inputs.iter().filter_map(|input| {
            let sent = !matches!(input.kind.as_str(), "checkbox" | "radio") || input.ticked;
            given(&input.name)
                .or_else(|| sent.then(|| input.value.clone()))
                .map(|value| (input.name.clone(), value))
        });
        let mut fields: Vec<_> = Vec::new();
        for (name, value) in own {
            // Radio buttons share a name; a filled one is sent once.
            if !fields
                .iter()
                .any(|(sent, _): &(String, String)| *sent == name)
            {
                fields.push((name, value));
            }
        }
        let pressed = fill.iter().filter(|(name, _)| {
            !name.is_empty() && self.inputs.iter().all(|input| input.name != *name)
        });
        fields.extend(pressed.cloned());
        fields
    }
}

/// The forms of a page, in order.
pub(super) fn forms_in(html: &str, base: &Url) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut open: Option<Form> = None;
    let mut tags = Tags { html, at: 0 };
    while let Some(tag) = tags.next() {
        match tag.name.as_str() {
            "form" => open = Some(new_form(&tag, base)),
            "/form" => forms.extend(open.take()),
            _ => {
                if let Some(form) = &mut open {
                    add_control(form, &tag, &tags);
                }
            }
        }
    }
    forms.extend(open);
    forms
}

fn new_form(tag: &Tag, base: &Url) -> Form {
    let action = tag.attribute("action").filter(|action| !action.is_empty());
    let action = action
        .and_then(|action| base.join(action).ok())
        .unwrap_or_else(|| base.clone());
    let post = tag
        .attribute("method")
        .is_some_and(|method| method.eq_ignore_ascii_case("post"));
    Form {
        action,
        post,
        inputs: vec![],
        choices: vec![],
    }
}

fn add_control(form: &mut Form, tag: &Tag, tags: &Tags) {
    let text = |name: &str| tag.attribute(name).unwrap_or_default().to_owned();
    let kind = tag.attribute("type").map(str::to_ascii_lowercase);
    match (tag.name.as_str(), kind.as_deref()) {
        ("input", Some("submit" | "image")) => form.choices.push(Choice {
            name: text("name"),
            value: text("value"),
            label: text("value"),
        }),
        ("input", Some("button" | "reset")) => {}
        ("button", Some("button" | "reset")) => {}
        ("button", _) => {
            let label = words_in(tags.text_until("</button"));
            form.choices.push(Choice {
                name: text("name"),
                value: text("value"),
                label,
            });
        }
        ("input" | "textarea" | "select", kind) if !text("name").is_empty() => {
            let kind = match tag.name.as_str() {
                "input" => kind.unwrap_or("text").to_owned(),
                other => other.to_owned(),
            };
            let value = match kind.as_str() {
                "textarea" => decoded(tags.text_until("</textarea")),
                "select" => chosen_option(tags.text_until("</select")),
                "checkbox" | "radio" => tag.attribute("value").unwrap_or("on").to_owned(),
                _ => text("value"),
            };
            form.inputs.push(Input {
                name: text("name"),
                value,
                kind,
                ticked: tag.attribute("checked").is_some(),
            });
        }
        _ => {}
    }
}

/// The value of the option that is selected, or of the first.
fn chosen_option(html: &str) -> String {
    let mut tags = Tags { html, at: 0 };
    let mut chosen: Option<String> = None;
    while let Some(tag) = tags.next() {
        if tag.name != "option" {
            continue;
        }
        let value = tag
            .attribute("value")
            .map(str::to_owned)
            .unwrap_or_else(|| words_in(tags.text_until("<")));
        if tag.attribute("selected").is_some() {
            return value;
        }
        chosen.get_or_insert(value);
    }
    chosen.unwrap_or_default()
}

/// The words of the first element of this kind.
pub(super) fn words_of(html: &str, kind: &str) -> Option<String> {
    let (_, tags) = find(html, |tag| tag.name == kind)?;
    Some(words_in(tags.text_until(&format!("</{kind}"))))
}

/// The words of the element with this id; for a link with an address, its address.
pub(super) fn text_of_id(html: &str, id: &str) -> Option<String> {
    let (tag, tags) = find(html, |tag| tag.attribute("id") == Some(id))?;
    let words = || words_in(tags.text_until(&format!("</{}", tag.name)));
    Some(tag.attribute("href").map_or_else(words, str::to_owned))
}

fn find(html: &str, test: impl Fn(&Tag) -> bool) -> Option<(Tag, Tags<'_>)> {
    let mut tags = Tags { html, at: 0 };
    let tag = tags.by_ref().find(test)?;
    Some((tag, tags))
}

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Goes from tag to tag, over comments and over what scripts and styles contain.
struct Tags<'a> {
    html: &'a str,
    at: usize,
}

impl<'a> Tags<'a> {
    fn text_until(&self, end: &str) -> &'a str {
        let rest = &self.html[self.at..];
        let lower = rest.to_ascii_lowercase();
        &rest[..lower.find(end).unwrap_or(rest.len())]
    }

    fn skip_past(&mut self, end: &str) {
        let skipped = self.text_until(end).len();
        self.at = (self.at + skipped + end.len()).min(self.html.len());
    }
}

impl Iterator for Tags<'_> {
    type Item = Tag;

    fn next(&mut self) -> Option<Tag> {
        loop {
            self.at += self.html[self.at..].find('<')? + 1;
            let rest = &self.html[self.at..];
            if rest.starts_with("!--") {
                self.skip_past("-->");
                continue;
            }
            if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
                continue;
            }
            let end = tag_end(rest);
            self.at += (end + 1).min(rest.len());
            let tag = read_tag(&rest[..end]);
            if matches!(tag.name.as_str(), "script" | "style") {
                let close = format!("</{}", tag.name);
                self.skip_past(&close);
            }
            return Some(tag);
        }
    }
}

/// Where the tag's `>` is, not counting those inside quotes.
fn tag_end(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return at,
            _ => {}
        }
    }
    rest.len()
}

fn read_tag(inner: &str) -> Tag {
    let inner = inner.trim_end_matches('/');
    let split = inner
        .find(|c: char| c.is_whitespace())
        .unwrap_or(inner.len());
    let name = inner[..split].to_ascii_lowercase();
    let mut attributes = Vec::new();
    let mut rest = inner[split..].trim_start();
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| c.is_whitespace() || c == '=')
            .unwrap_or(rest.len());
        let key = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let (found, after) = attribute_value(after.trim_start());
            value = decoded(found);
            rest = after.trim_start();
        }
        if !key.is_empty() {
            attributes.push((key, value));
        }
    }
    Tag { name, attributes }
}

fn attribute_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests;
