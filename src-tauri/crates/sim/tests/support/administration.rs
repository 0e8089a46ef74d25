//! The administration's screens by their forms, as a person fills them in.

use serde_json::Value;
use sim::Host;

use super::{Bench, Read};

/// What one has at hand after the SAML details are saved.
pub struct Connected {
    pub directory: String,
    pub entity: String,
    pub acs: String,
}

impl Bench {
    /// Posts a form of the administration.
    pub async fn screen(&self, path: &str, fields: &[(&str, &str)]) -> Read {
        self.form(&self.at(Host::AtlassianAdmin, path), fields, "")
            .await
    }

    /// Calls the organization API with the key at hand; `ORG` stands for the organization's id.
    pub async fn organization(&self, method: &str, path: &str, body: Option<Value>) -> Read {
        let path = path.replace("ORG", &self.given("organization_id"));
        self.atlassian(&self.given("organization_key"), method, &path, body)
            .await
    }

    /// Adds a directory the manual way and gives its id.
    pub async fn add_directory(&self, name: &str) -> String {
        let fields = [("name", name), ("way", "manual")];
        let page = self.screen("/identity-providers/add", &fields).await;
        assert_eq!(page.status, 200, "{}", page.text);
        shown(&page.text, "directory-id")
    }

    /// Adds a directory and saves SAML details in it.
    pub async fn connect_saml(&self, certificate: &str) -> Connected {
        let directory = self.add_directory("Microsoft Entra ID").await;
        let page = self.save_saml(&directory, certificate).await;
        assert_eq!(page.status, 200, "{}", page.text);
        Connected {
            directory,
            entity: shown(&page.text, "sp-entity-url"),
            acs: shown(&page.text, "sp-acs-url"),
        }
    }

    /// Saves SAML details.
    pub async fn save_saml(&self, directory: &str, certificate: &str) -> Read {
        let login = self.at(Host::Login, &format!("/{}/saml2", self.given("tenant_id")));
        let entity = format!("https://sts.windows.net/{}/", self.given("tenant_id"));
        let fields = [
            ("directory", directory),
            ("entity_id", &entity),
            ("sso_url", &login),
            ("certificate", certificate),
        ];
        self.screen("/identity-providers/saml", &fields).await
    }

    /// Adds a policy and gives its id.
    pub async fn add_policy(&self, directory: &str, name: &str) -> String {
        let fields = [("directory", directory), ("name", name)];
        let page = self.screen("/policies/add", &fields).await;
        assert_eq!(page.status, 200, "{}", page.text);
        shown(&page.text, "policy-id")
    }
}

/// A certificate that nobody signs with.
pub fn certificate() -> String {
    rcgen::generate_simple_self_signed(vec!["idp.example".into()])
        .unwrap()
        .cert
        .pem()
}

/// The text of the element with that id.
pub fn shown(page: &str, id: &str) -> String {
    let start = format!("id=\"{id}\"");
    let at = page
        .find(&start)
        .unwrap_or_else(|| panic!("nothing has the id {id} in {page}"));
    let text = &page[at..];
    let text = &text[text.find('>').unwrap() + 1..text.find('<').unwrap()];
    text.replace("&amp;", "&")
}
