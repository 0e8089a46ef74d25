//! Federation metadata: the three values that Atlassian wants of Entra.
//!
//! Only the block of the SAML identity provider counts. Entra's metadata has others, of older protocols, with
//! certificates and addresses of their own.

use roxmltree::Node;

use crate::xml::{self, DS, METADATA, SAMLP, attribute, children};
use crate::{Certificate, Refusal};

/// The binding by which Atlassian sends people to Entra.
const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

/// What the metadata says about the SAML identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The entity id as it stands there, its slash at the end included: Atlassian's "Identity provider Entity ID".
    pub entity_id: String,
    /// Where the binding HTTP-Redirect is served: Atlassian's "Identity provider SSO URL".
    pub sso_url: String,
    /// The certificates it signs with, in the order of the document, each once. While one is being changed for
    /// another there are several.
    pub signing: Vec<Certificate>,
}

impl Metadata {
    /// Reads the metadata of one entity.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let document = xml::parse(text)?;
        let root = document.root_element();
        if !root.has_tag_name((METADATA, "EntityDescriptor")) {
            return Err(xml::wrong_root(root, "EntityDescriptor"));
        }
        let entity_id = attribute(root, "entityID").ok_or(Refusal::Missing("The entity id"))?;
        let provider = provider(root)?;
        Ok(Self {
            entity_id: entity_id.to_owned(),
            sso_url: sso_url(provider)?,
            signing: signing(provider)?,
        })
    }

    /// Whether a certificate is among those it signs with, named by its SHA-1 thumbprint, in any case.
    pub fn signs_with(&self, thumbprint: &str) -> bool {
        let mut signing = self.signing.iter();
        signing.any(|one| one.thumbprint().eq_ignore_ascii_case(thumbprint.trim()))
    }
}

fn provider<'a, 'i>(root: Node<'a, 'i>) -> Result<Node<'a, 'i>, Refusal> {
    let speaks_saml = |node: &Node<'_, '_>| {
        let protocols = attribute(*node, "protocolSupportEnumeration").unwrap_or_default();
        protocols.split_whitespace().any(|one| one == SAMLP)
    };
    one(
        children(root, METADATA, "IDPSSODescriptor").filter(speaks_saml),
        "identity providers that speak SAML 2.0",
    )
}

fn sso_url(provider: Node<'_, '_>) -> Result<String, Refusal> {
    let services = children(provider, METADATA, "SingleSignOnService")
        .filter(|node| attribute(*node, "Binding") == Some(REDIRECT));
    let service = one(services, "login addresses for redirects")?;
    let url = attribute(service, "Location").ok_or(Refusal::Missing("The login address"))?;
    Ok(url.to_owned())
}

/// A key without a use serves for signing too.
fn signing(provider: Node<'_, '_>) -> Result<Vec<Certificate>, Refusal> {
    let mut found: Vec<Certificate> = Vec::new();
    let keys = children(provider, METADATA, "KeyDescriptor")
        .filter(|key| matches!(attribute(*key, "use"), None | Some("signing")));
    for text in keys.flat_map(|key| key.descendants()) {
        if !text.has_tag_name((DS, "X509Certificate")) {
            continue;
        }
        let value = xml::value(text).ok_or(Refusal::Missing("The text of a certificate"))?;
        let certificate = Certificate::read(value)?;
        if !found.contains(&certificate) {
            found.push(certificate);
        }
    }
    if found.is_empty() {
        return Err(Refusal::Missing("The signing certificate"));
    }
    Ok(found)
}

fn one<'a, 'i>(
    mut nodes: impl Iterator<Item = Node<'a, 'i>>,
    what: &'static str,
) -> Result<Node<'a, 'i>, Refusal> {
    match (nodes.next(), nodes.count()) {
        (Some(only), 0) => Ok(only),
        (first, more) => Err(Refusal::NotOne {
            what,
            found: more + usize::from(first.is_some()),
        }),
    }
}
