//! An administrator's hands at Atlassian: what has no API is done on the practice's administration pages, by their own forms
//! (atlassian.md 4.2).
//!
//! Each act finds its form on the page, as a person would, so that a form that is not offered cannot be sent. It must not know
//! what the pages mean to the guide.

use url::Url;

use super::{AutopilotFault, Form, Page, Visitor, practice_of, shown};
use crate::clouds::Cloud;
use crate::secret::Redactor;

/// Acts as an organization admin in practice. Every act is one form.
#[derive(Debug, Clone)]
pub struct Hands {
    pub(super) visitor: Visitor,
    pub(super) cloud: Cloud,
}

/// The two addresses that Atlassian shows once Entra's three values are saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamlAddresses {
    /// "Service provider entity URL".
    pub entity: String,
    /// "Service provider assertion consumer service URL".
    pub acs: String,
}

/// An authentication policy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadePolicy {
    /// Its id.
    pub id: String,
    /// The address of the page on which it is edited.
    pub address: String,
}

impl Hands {
    /// For the practice of this cloud.
    ///
    /// # Errors
    /// [`AutopilotFault::NotPractice`] anywhere but in practice on this machine.
    pub fn new(cloud: &Cloud) -> Result<Hands, AutopilotFault> {
        practice_of(cloud)?;
        Ok(Self {
            visitor: Visitor::new(cloud)?,
            cloud: cloud.clone(),
        })
    }

    /// Adds an identity provider directory by the manual way, and gives its id.
    ///
    /// # Errors
    /// [`AutopilotFault::Refused`] in Atlassian's words; as for every act here.
    pub async fn add_identity_provider(&self, name: &str) -> Result<String, AutopilotFault> {
        let fill = [("name", name), ("way", "manual")];
        let page = self.act("/identity-providers/add", &[], &fill).await?;
        told(&page, "directory-id")
    }

    /// The identity provider directory that is there already; `None` where there is none.
    ///
    /// # Errors
    /// Where the administration does not answer.
    pub async fn identity_provider(&self) -> Result<Option<String>, AutopilotFault> {
        let page = self.visitor.get(&self.administration()).await?;
        Ok(page.text_of("directory-id"))
    }

    /// Saves Entra's three values, and gives the two addresses that are shown then.
    ///
    /// # Errors
    /// As for every act.
    pub async fn set_up_saml(
        &self,
        directory: &str,
        entity_id: &str,
        sso_url: &str,
        pem: &str,
    ) -> Result<SamlAddresses, AutopilotFault> {
        let fill = [
            ("entity_id", entity_id),
            ("sso_url", sso_url),
            ("certificate", pem),
        ];
        let page = self
            .act(
                "/identity-providers/saml",
                &[("directory", directory)],
                &fill,
            )
            .await?;
        Ok(SamlAddresses {
            entity: told(&page, "sp-entity-url")?,
            acs: told(&page, "sp-acs-url")?,
        })
    }

    /// Links a domain to a directory.
    ///
    /// # Errors
    /// As for every act.
    pub async fn link_domain(&self, directory: &str, domain: &str) -> Result<(), AutopilotFault> {
        self.act_on(
            "/identity-providers/link-domain",
            ("directory", directory),
            &[("domain", domain)],
        )
        .await
    }

    /// Takes a domain from a directory.
    ///
    /// # Errors
    /// As for every act.
    pub async fn unlink_domain(&self, directory: &str, domain: &str) -> Result<(), AutopilotFault> {
        self.act_on(
            "/identity-providers/unlink-domain",
            ("directory", directory),
            &[("domain", domain)],
        )
        .await
    }

    /// Deletes the SAML configuration of a directory. Making it again gives other addresses.
    ///
    /// # Errors
    /// As for every act.
    pub async fn delete_saml(&self, directory: &str) -> Result<(), AutopilotFault> {
        self.act_on(
            "/identity-providers/saml/delete",
            ("directory", directory),
            &[],
        )
        .await
    }

    /// Deletes a directory.
    ///
    /// # Errors
    /// As for every act.
    pub async fn delete_identity_provider(&self, directory: &str) -> Result<(), AutopilotFault> {
        self.act_on("/identity-providers/delete", ("directory", directory), &[])
            .await
    }

    /// Adds an authentication policy to a directory; an empty one stands for the local directory.
    ///
    /// # Errors
    /// As for every act.
    pub async fn add_policy(
        &self,
        directory: &str,
        name: &str,
    ) -> Result<MadePolicy, AutopilotFault> {
        let fill = [("directory", directory), ("name", name)];
        let page = self.act("/policies/add", &[], &fill).await?;
        Ok(MadePolicy {
            id: told(&page, "policy-id")?,
            address: told(&page, "policy-address")?,
        })
    }

    /// Name and address of the first policy that enforces already and is nobody's default; `None` where none does.
    ///
    /// # Errors
    /// Where the administration does not answer.
    pub async fn enforcing_policy(&self) -> Result<Option<(String, String)>, AutopilotFault> {
        let page = self.visitor.get(&self.administration()).await?;
        let (name, address) = ("enforcing-name", "enforcing-address");
        Ok(page.text_of(name).zip(page.text_of(address)))
    }

    /// Puts an account into a policy, by its e-mail address.
    ///
    /// # Errors
    /// As for every act.
    pub async fn add_to_policy(&self, policy: &str, email: &str) -> Result<(), AutopilotFault> {
        self.act_on(
            "/policies/members/add",
            ("policy", policy),
            &[("email", email)],
        )
        .await
    }

    /// Takes an account out of a policy.
    ///
    /// # Errors
    /// As for every act.
    pub async fn remove_from_policy(
        &self,
        policy: &str,
        email: &str,
    ) -> Result<(), AutopilotFault> {
        self.act_on(
            "/policies/members/remove",
            ("policy", policy),
            &[("email", email)],
        )
        .await
    }

    /// Enforces single sign-on in a policy.
    ///
    /// # Errors
    /// As for every act; the local directory refuses it.
    pub async fn enforce(&self, policy: &str) -> Result<(), AutopilotFault> {
        self.act_on(
            "/policies/enforce",
            ("policy", policy),
            &[("enforce", "yes")],
        )
        .await
    }

    /// Enforces single sign-on in a policy no longer.
    ///
    /// # Errors
    /// As for every act.
    pub async fn stop_enforcing(&self, policy: &str) -> Result<(), AutopilotFault> {
        self.act_on(
            "/policies/enforce",
            ("policy", policy),
            &[("enforce", "no")],
        )
        .await
    }

    /// Deletes a policy without members.
    ///
    /// # Errors
    /// As for every act.
    pub async fn delete_policy(&self, policy: &str) -> Result<(), AutopilotFault> {
        self.act_on("/policies/delete", ("policy", policy), &[])
            .await
    }

    async fn act_on(
        &self,
        action: &str,
        object: (&str, &str),
        fill: &[(&str, &str)],
    ) -> Result<(), AutopilotFault> {
        self.act(action, &[object], fill).await.map(drop)
    }

    /// Fills in the form of this action whose unseen fields say these things, and sends it.
    async fn act(
        &self,
        action: &str,
        unseen: &[(&str, &str)],
        fill: &[(&str, &str)],
    ) -> Result<Page, AutopilotFault> {
        let page = self.visitor.get(&self.administration()).await?;
        let fits = |form: &&Form| {
            let same = |(name, value): &(&str, &str)| form.hidden(name) == Some(value);
            form.action().path() == action && unseen.iter().all(same)
        };
        let form = page.forms().iter().find(fits).ok_or_else(|| page.lost())?;
        let fill: Vec<_> = fill
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let next = self.visitor.submit(form, &fill).await?;
        match next.is_success() {
            true => Ok(next),
            false => Err(AutopilotFault::Refused {
                url: shown(next.url()),
                says: Redactor::redact(&next.words()),
            }),
        }
    }

    fn administration(&self) -> Url {
        self.cloud.atlassian_admin.clone()
    }
}

fn told(page: &Page, id: &str) -> Result<String, AutopilotFault> {
    page.text_of(id).ok_or_else(|| page.lost())
}
