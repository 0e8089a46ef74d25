//! Reads cloud files.
//!
//! Every refusal names the line or the key, what is wrong and what to do. It must not know where the file came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use toml::{Table, Value};
use url::Url;

use super::{
    Cloud, GLOBAL_TEMPLATE, GRAPH_COMMAND_LINE, PracticeAccount, PracticeKeys, help_hosts,
    is_loopback,
};
use crate::secret::Secret;

/// Why a cloud file was refused.
///
/// The format: TOML with the addresses `login`, `graph`, `entra_portal`, `atlassian_api`, `atlassian_auth` and `atlassian_admin`;
/// optional are `name`, `title`, `site`, `my_apps`, `creates_certificates` (true unless it says false), `ca` (a PEM file),
/// `quick_client`, `non_gallery_template`, and for practice a table
/// `[practice]` with `scenario`, `control`, `tenant_id`, `tenant`, `organization_id`, `client_id`, `organization_key`, a table
/// `keys`, and `[[practice.accounts]]` with `user_principal_name`, `password`, `display_name`, `about`. Addresses are https;
/// http is accepted for this machine only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudError {
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// The key, for example `practice.tenant_id`.
    pub key: Option<String>,
    /// What is wrong.
    pub wrong: String,
    /// What to do.
    pub fix: String,
}

impl fmt::Display for CloudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cloud file")?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ", key `{key}`")?;
        }
        write!(f, ": {}. {}.", self.wrong, self.fix)
    }
}

impl std::error::Error for CloudError {}

const KEYS: &[&str] = &[
    "name",
    "title",
    "login",
    "graph",
    "entra_portal",
    "atlassian_api",
    "atlassian_auth",
    "atlassian_admin",
    "site",
    "my_apps",
    "creates_certificates",
    "ca",
    "quick_client",
    "non_gallery_template",
    "practice",
];
const PRACTICE_KEYS: &[&str] = &[
    "scenario",
    "control",
    "tenant_id",
    "tenant",
    "organization_id",
    "client_id",
    "organization_key",
    "keys",
    "accounts",
];
const ACCOUNT_KEYS: &[&str] = &["user_principal_name", "password", "display_name", "about"];

pub(super) fn read(text: &str) -> Result<Cloud, CloudError> {
    let table: Table = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    let root = Section {
        text,
        path: "",
        table: &table,
    };
    root.only(KEYS)?;
    let practice = root
        .section("practice")?
        .map(|section| read_practice(&section))
        .transpose()?;
    // Practice plays the global cloud, with the same well-known ids.
    let well_known = |id: &str| practice.is_some().then(|| id.to_owned());
    let login = root.address("login")?;
    let host = login.host_str().unwrap_or_default().to_owned();
    Ok(Cloud {
        name: root.text("name")?.unwrap_or_else(|| "own".into()),
        title: root.text("title")?.unwrap_or(host),
        login,
        graph: root.address("graph")?,
        entra_portal: root.address("entra_portal")?,
        atlassian_api: root.address("atlassian_api")?,
        atlassian_auth: root.address("atlassian_auth")?,
        atlassian_admin: root.address("atlassian_admin")?,
        my_apps: root.optional_address("my_apps")?,
        creates_certificates: root.truth("creates_certificates")?.unwrap_or(true),
        site: root.optional_address("site")?,
        ca: root.text("ca")?.map(PathBuf::from),
        quick_client: root
            .text("quick_client")?
            .or_else(|| well_known(GRAPH_COMMAND_LINE)),
        non_gallery_template: root
            .text("non_gallery_template")?
            .or_else(|| well_known(GLOBAL_TEMPLATE)),
        practice,
        help_hosts: help_hosts(),
    })
}

fn read_practice(section: &Section) -> Result<PracticeKeys, CloudError> {
    section.only(PRACTICE_KEYS)?;
    let mut keys = BTreeMap::new();
    if let Some(table) = section.section("keys")? {
        for name in table.table.keys() {
            keys.insert(name.clone(), Secret::new(table.required(name)?));
        }
    }
    Ok(PracticeKeys {
        scenario: section.text("scenario")?.unwrap_or_default(),
        control: section.optional_address("control")?,
        tenant_id: section.required("tenant_id")?,
        tenant: section.required("tenant")?,
        organization_id: section.required("organization_id")?,
        client_id: section.text("client_id")?,
        organization_key: section.text("organization_key")?.map(Secret::new),
        keys,
        accounts: read_accounts(section)?,
    })
}

fn read_accounts(section: &Section) -> Result<Vec<PracticeAccount>, CloudError> {
    let Some(value) = section.table.get("accounts") else {
        return Ok(vec![]);
    };
    let wrong = || {
        section.error(
            "accounts",
            "is not a list of tables",
            "Write each account as a table [[practice.accounts]]",
        )
    };
    let list = value.as_array().ok_or_else(wrong)?;
    list.iter()
        .map(|one| read_account(section.text, one.as_table().ok_or_else(wrong)?))
        .collect()
}

fn read_account(text: &str, table: &Table) -> Result<PracticeAccount, CloudError> {
    let account = Section {
        text,
        path: "practice.accounts.",
        table,
    };
    account.only(ACCOUNT_KEYS)?;
    Ok(PracticeAccount {
        user_principal_name: account.required("user_principal_name")?,
        password: Secret::new(account.required("password")?),
        display_name: account.text("display_name")?.unwrap_or_default(),
        about: account.text("about")?.unwrap_or_default(),
    })
}

/// A table of the file, with what is needed to say where something is wrong.
struct Section<'a> {
    text: &'a str,
    path: &'a str,
    table: &'a Table,
}

impl<'a> Section<'a> {
    fn only(&self, known: &[&str]) -> Result<(), CloudError> {
        match self.table.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(self.error(
                key,
                "is not a key of a cloud file",
                &format!("Remove it, or use one of: {}", known.join(", ")),
            )),
            None => Ok(()),
        }
    }

    fn section(&self, key: &'a str) -> Result<Option<Section<'a>>, CloudError> {
        let Some(value) = self.table.get(key) else {
            return Ok(None);
        };
        let path = if key == "practice" {
            "practice."
        } else {
            "practice.keys."
        };
        match value.as_table() {
            Some(table) => Ok(Some(Section {
                text: self.text,
                path,
                table,
            })),
            None => Err(self.error(
                key,
                "is not a table",
                &format!("Write it as a table [{}{key}]", self.path),
            )),
        }
    }

    fn text(&self, key: &str) -> Result<Option<String>, CloudError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => {
                Ok(Some(text.trim().to_owned()))
            }
            Some(Value::String(_)) => {
                Err(self.error(key, "is empty", "Give it a value, or remove the line"))
            }
            Some(other) => Err(self.error(
                key,
                &format!("is a {}, not a text", other.type_str()),
                "Put the value in quotes",
            )),
        }
    }

    fn truth(&self, key: &str) -> Result<Option<bool>, CloudError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::Boolean(truth)) => Ok(Some(*truth)),
            Some(other) => Err(self.error(
                key,
                &format!("is a {}, not true or false", other.type_str()),
                "Write true or false, without quotes",
            )),
        }
    }

    fn required(&self, key: &str) -> Result<String, CloudError> {
        let missing = || self.error(key, "is missing", &format!("Add a line {key} = \"...\""));
        self.text(key)?.ok_or_else(missing)
    }

    fn address(&self, key: &str) -> Result<Url, CloudError> {
        let text = self.required(key)?;
        self.parse_address(key, &text)
    }

    fn optional_address(&self, key: &str) -> Result<Option<Url>, CloudError> {
        self.text(key)?
            .map(|text| self.parse_address(key, &text))
            .transpose()
    }

    fn parse_address(&self, key: &str, text: &str) -> Result<Url, CloudError> {
        let example = "Write an address such as https://host.example";
        let url = Url::parse(text)
            .map_err(|error| self.error(key, &format!("is not an address ({error})"), example))?;
        if url.host().is_none() || !matches!(url.scheme(), "https" | "http") {
            return Err(self.error(key, "is not a web address", example));
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err(self.error(
                key,
                "is not encrypted",
                "Use https; http is accepted only for this machine (127.0.0.1, [::1], localhost)",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(self.error(
                key,
                "carries a user name or password",
                "Remove it from the address",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(self.error(
                key,
                "has a query or a fragment",
                "End the address after the host and port",
            ));
        }
        Ok(url)
    }

    fn error(&self, key: &str, wrong: &str, fix: &str) -> CloudError {
        let line = line_of(self.text, self.path, key);
        CloudError {
            line,
            key: Some(format!("{}{key}", self.path)),
            wrong: wrong.into(),
            fix: fix.into(),
        }
    }
}

/// The line on which a key is set, looking only inside its own table.
fn line_of(text: &str, path: &str, key: &str) -> Option<usize> {
    let mut table = String::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            table = header.trim_matches(['[', ']']).trim().to_owned() + ".";
            if table == format!("{path}{key}.") {
                return Some(number + 1);
            }
        } else if (table == path || (path.is_empty() && table.is_empty()))
            && line
                .split('=')
                .next()
                .is_some_and(|name| name.trim().trim_matches('"') == key)
            && line.contains('=')
        {
            return Some(number + 1);
        }
    }
    None
}

fn syntax(text: &str, error: &toml::de::Error) -> CloudError {
    let line = error
        .span()
        .map(|span| text[..span.start.min(text.len())].lines().count().max(1));
    let wrong = format!("this is not TOML: {}", error.message().replace('\n', " "));
    CloudError {
        line,
        key: None,
        wrong,
        fix: "Write one `key = \"value\"` a line, values in quotes".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
name = "practice"
title = "Practice: fresh"
login = "http://127.0.0.1:40001"
graph = "http://[::1]:40002"
entra_portal = "http://localhost:40003"
atlassian_api = "https://api.example"
atlassian_auth = "https://auth.example"
atlassian_admin = "https://admin.example"
site = "https://site.example"
my_apps = "http://127.0.0.1:40001"
creates_certificates = false
ca = "practice-ca.pem"

[practice]
scenario = "fresh"
control = "http://127.0.0.1:40009"
tenant_id = "t-1"
tenant = "contoso.test"
organization_id = "o-1"
client_id = "c-1"
organization_key = "practice-organization-key"
[practice.keys]
scim = "practice-scim-key"
[[practice.accounts]]
user_principal_name = "adele@contoso.test"
password = "practice-password"
display_name = "Adele Vance"
about = "Cloud Application Administrator"
"#;

    #[test]
    fn a_whole_file() {
        let cloud = Cloud::from_toml(GOOD).expect("a cloud");
        assert_eq!(cloud.login.as_str(), "http://127.0.0.1:40001/");
        assert_eq!(cloud.quick_client.as_deref(), Some(GRAPH_COMMAND_LINE));
        assert!(!cloud.is_on_this_machine());
        assert_eq!(cloud.my_apps.as_ref(), Some(&cloud.login));
        assert!(!cloud.creates_certificates);
        let practice = cloud.practice.expect("practice keys");
        assert_eq!(practice.keys["scim"].secret(), "practice-scim-key");
        assert_eq!(
            practice.accounts[0].about,
            "Cloud Application Administrator"
        );
        assert!(!format!("{practice:?}").contains("practice-password"));
    }

    #[test]
    fn the_addresses_are_enough() {
        let short: String = GOOD
            .lines()
            .skip(3)
            .take(6)
            .map(|line| format!("{line}\n"))
            .collect();
        let cloud = Cloud::from_toml(&short).expect("a cloud");
        assert_eq!(
            (cloud.name.as_str(), cloud.title.as_str()),
            ("own", "127.0.0.1")
        );
        assert!(cloud.quick_client.is_none() && cloud.practice.is_none());
        assert!(cloud.my_apps.is_none() && cloud.creates_certificates);
    }

    #[test]
    fn refusals_name_line_and_key() {
        let cases = [
            (
                "graph = \"http://[::1]:40002\"",
                "",
                None,
                Some("graph"),
                "missing",
            ),
            (
                "graph = \"http://[::1]:40002\"",
                "graph = \"http://graph.example\"",
                Some(5),
                Some("graph"),
                "not encrypted",
            ),
            (
                "graph = \"http://[::1]:40002\"",
                "graph = 5",
                Some(5),
                Some("graph"),
                "not a text",
            ),
            (
                "graph = \"http://[::1]:40002\"",
                "graph = \"graph.example\"",
                Some(5),
                Some("graph"),
                "not an address",
            ),
            (
                "graph = \"http://[::1]:40002\"",
                "graph = \"ftp://graph.example\"",
                Some(5),
                Some("graph"),
                "not a web address",
            ),
            (
                "graph = \"http://[::1]:40002\"",
                "graph = \"https://me:pw@graph.example\"",
                Some(5),
                Some("graph"),
                "user name",
            ),
            (
                "graph = \"http://[::1]:40002\"",
                "graph = \"https://graph.example?x=1\"",
                Some(5),
                Some("graph"),
                "query",
            ),
            (
                "name = \"practice\"",
                "nmae = \"practice\"",
                Some(2),
                Some("nmae"),
                "not a key",
            ),
            ("name = \"practice\"", "name = ", Some(2), None, "not TOML"),
            (
                "title = \"Practice: fresh\"",
                "title = \"\"",
                Some(3),
                Some("title"),
                "empty",
            ),
            (
                "my_apps = \"http://127.0.0.1:40001\"",
                "my_apps = \"http://myapps.example\"",
                Some(11),
                Some("my_apps"),
                "not encrypted",
            ),
            (
                "creates_certificates = false",
                "creates_certificates = \"no\"",
                Some(12),
                Some("creates_certificates"),
                "not true or false",
            ),
            (
                "tenant = \"contoso.test\"",
                "tenat = \"contoso.test\"",
                Some(19),
                Some("practice.tenat"),
                "not a key",
            ),
            (
                "password = \"practice-password\"",
                "",
                None,
                Some("practice.accounts.password"),
                "missing",
            ),
            (
                "scim = \"practice-scim-key\"",
                "scim = 1",
                Some(24),
                Some("practice.keys.scim"),
                "not a text",
            ),
        ];
        for (from, to, line, key, wrong) in cases {
            let error = Cloud::from_toml(&GOOD.replacen(from, to, 1)).expect_err(to);
            assert_eq!(
                (error.line, error.key.as_deref()),
                (line, key),
                "{to}: {error}"
            );
            assert!(error.to_string().contains(wrong), "{to}: {error}");
            assert!(!error.fix.is_empty());
        }
    }
}
