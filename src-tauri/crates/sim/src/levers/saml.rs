//! The levers about the answers of Microsoft's SAML endpoint, as methods.

use serde_json::json;

use super::{LeverError, Levers};
use crate::saml::kinds::KINDS;

impl Levers {
    /// The tenant answers service providers with a response of this kind, see [`Levers::saml_responses`].
    pub fn saml_response(&self, kind: &str) -> Result<(), LeverError> {
        self.pull("saml_response", &json!({"kind": kind}))
    }

    /// Every kind of response, with what is the matter with it. The first is the right one.
    pub fn saml_responses() -> impl Iterator<Item = (&'static str, &'static str)> {
        KINDS.iter().map(|kind| (kind.name, kind.about))
    }

    /// Conditional Access blocks every sign-in by SAML (AADSTS53003) and leaves the wizard alone.
    pub fn conditional_access_blocks_saml(&self) {
        self.surely("conditional_access_blocks_saml", json!({}));
    }

    /// For so many reads the federation metadata shows none of an application's own certificates.
    pub fn metadata_lags(&self, reads: u32) {
        self.surely("metadata_lags", json!({"reads": reads}));
    }

    /// The appid is lost on the way to the federation metadata, so that it shows the tenant's certificate.
    pub fn metadata_without_appid(&self) {
        self.surely("metadata_without_appid", json!({}));
    }
}
