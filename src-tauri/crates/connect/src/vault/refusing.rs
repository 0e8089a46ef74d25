//! A keyring that is there and takes, gives and deletes nothing: what a policy or a damaged one does. For tests.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error, Result};

use super::Vault;

struct Refusing {
    because: String,
}

impl CredentialStoreApi for Refusing {
    fn vendor(&self) -> String {
        "refusing".to_owned()
    }

    fn id(&self) -> String {
        "refusing".to_owned()
    }

    fn build(&self, _: &str, _: &str, _: Option<&HashMap<&str, &str>>) -> Result<Entry> {
        Err(Error::Invalid("entry".to_owned(), self.because.clone()))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Vault {
    /// A keyring that opens and refuses everything else.
    pub fn refusing(because: &str) -> Vault {
        let because = because.to_owned();
        let open = move || -> Result<Arc<keyring_core::CredentialStore>> {
            Ok(Arc::new(Refusing {
                because: because.clone(),
            }))
        };
        Self::with("refusing", Some(Arc::new(open)))
    }
}
