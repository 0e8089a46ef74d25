//! What the organization has set up for signing in: identity provider directories with their SAML details, authentication
//! policies, and whose account falls under which. All of it is entered by hand on the administration's screens, since no
//! API creates or reads it. This file knows no HTTP and verifies no signature.

use crate::ids;
use crate::organization::Organization;

/// A directory for an identity provider.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IdentityProvider {
    pub id: String,
    pub name: String,
    /// Connected the automatic way, which reads the directory from Microsoft by itself and has no place for SAML details.
    pub automatic: bool,
    pub saml: Option<SamlSetup>,
    /// The linked domains.
    pub domains: Vec<String>,
}

/// The three values of the identity provider, as they were typed, and the id that Atlassian answered with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SamlSetup {
    /// The uuid in both addresses of the service provider: a new one for each set-up.
    pub connection: String,
    pub entity_id: String,
    pub sso_url: String,
    pub certificate: String,
}

impl SamlSetup {
    /// The service provider entity URL, on the address of the sign-in service.
    pub fn sp_entity(&self, auth: &str) -> String {
        format!("{auth}/saml/{}", self.connection)
    }

    /// The service provider assertion consumer service URL, on the address of the sign-in service.
    pub fn acs(&self, auth: &str) -> String {
        format!("{auth}/login/callback?connection=saml-{}", self.connection)
    }
}

/// An authentication policy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AuthPolicy {
    pub id: String,
    pub name: String,
    /// The identity provider directory; `None` is the local directory.
    pub directory: Option<String>,
    /// Whether this policy gets everybody of its directory who was put nowhere else.
    pub default: bool,
    /// Whether single sign-on is enforced.
    pub enforced: bool,
    /// The addresses of those who were put here, in lower case.
    pub members: Vec<String>,
}

impl AuthPolicy {
    /// The policy that every organization has.
    pub fn local_default() -> AuthPolicy {
        AuthPolicy {
            id: ids::derived_guid("local default policy"),
            default: true,
            ..AuthPolicy::new("Default policy", None)
        }
    }

    /// An empty policy of a directory.
    pub fn new(name: &str, directory: Option<&str>) -> AuthPolicy {
        AuthPolicy {
            id: ids::guid(),
            name: name.to_owned(),
            directory: directory.map(str::to_owned),
            default: false,
            enforced: false,
            members: Vec::new(),
        }
    }

    /// True when that address was put here by name.
    pub fn lists(&self, email: &str) -> bool {
        self.members
            .iter()
            .any(|member| member.eq_ignore_ascii_case(email))
    }
}

impl Organization {
    /// The directory of that id.
    pub fn identity_provider(&self, id: &str) -> Option<&IdentityProvider> {
        self.identity_providers
            .iter()
            .find(|provider| provider.id == id)
    }

    /// The directory whose SAML set-up has that uuid.
    pub fn connected_by(&self, connection: &str) -> Option<(&IdentityProvider, &SamlSetup)> {
        self.identity_providers
            .iter()
            .filter_map(|provider| Some((provider, provider.saml.as_ref()?)))
            .find(|(_, saml)| saml.connection == connection)
    }

    /// The directory to which the domain of an address is linked.
    pub fn linked_to(&self, email: &str) -> Option<&IdentityProvider> {
        let domain = email.rsplit('@').next().unwrap_or_default();
        self.identity_providers.iter().find(|provider| {
            provider
                .domains
                .iter()
                .any(|linked| linked.eq_ignore_ascii_case(domain))
        })
    }

    /// The policy of an account: where it was put, else the default of the directory its domain is linked to, else the
    /// local default. Accounts that the organization does not manage fall under none of its policies; for them this is
    /// the local default, which can enforce nothing.
    pub fn policy_of(&self, email: &str) -> &AuthPolicy {
        if !self.manages(email) {
            return self.default_of(None);
        }
        if let Some(policy) = self.policies.iter().find(|policy| policy.lists(email)) {
            return policy;
        }
        self.default_of(self.linked_to(email).map(|provider| provider.id.as_str()))
    }

    /// The directory and its SAML set-up that a login of this account may use: that of its policy, else that of its domain.
    pub fn single_sign_on_of(&self, email: &str) -> Option<(&IdentityProvider, &SamlSetup)> {
        let own = self.policy_of(email).directory.as_deref();
        let provider = match own {
            Some(id) => self.identity_provider(id),
            None => self.linked_to(email),
        }?;
        Some((provider, provider.saml.as_ref()?))
    }

    /// True when this account can log in through its identity provider only. A policy says so no longer than Guard is paid.
    pub fn must_use_single_sign_on(&self, email: &str) -> bool {
        let policy = self.policy_of(email);
        self.guard
            && policy.enforced
            && policy.directory.is_some()
            && self.single_sign_on_of(email).is_some()
    }

    /// Puts an account into a policy, out of every other one.
    pub fn move_into(&mut self, policy: &str, email: &str) {
        let email = email.to_lowercase();
        for each in &mut self.policies {
            each.members.retain(|member| *member != email);
            if each.id == policy {
                each.members.push(email.clone());
            }
        }
    }

    /// The default policy of a directory. The local directory's always exists, and stands in for one that is missing.
    fn default_of(&self, directory: Option<&str>) -> &AuthPolicy {
        self.policies
            .iter()
            .find(|policy| policy.default && policy.directory.as_deref() == directory)
            .unwrap_or(&self.policies[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{company, tempo::Tempo};

    fn connected() -> Organization {
        let mut organization = company::contoso(Tempo::Instant).organization;
        organization.identity_providers.push(IdentityProvider {
            id: "d".into(),
            name: "Entra".into(),
            automatic: false,
            saml: Some(SamlSetup {
                connection: "c".into(),
                entity_id: "https://sts.windows.net/1/".into(),
                sso_url: "https://login.example/1/saml2".into(),
                certificate: "typed".into(),
            }),
            domains: Vec::new(),
        });
        organization.policies.push(AuthPolicy {
            default: true,
            ..AuthPolicy::new("Entra default", Some("d"))
        });
        organization
            .policies
            .push(AuthPolicy::new("Pilot", Some("d")));
        organization
    }

    #[test]
    fn an_account_falls_under_the_policy_it_was_put_into_then_that_of_its_domain_then_the_local_one()
     {
        let mut organization = connected();
        let name =
            |organization: &Organization| organization.policy_of("Adele@contoso.com").name.clone();
        assert_eq!(name(&organization), "Default policy");
        organization.identity_providers[0]
            .domains
            .push("contoso.com".into());
        assert_eq!(name(&organization), "Entra default");
        let pilot = organization.policies[2].id.clone();
        organization.move_into(&pilot, "ADELE@contoso.com");
        assert_eq!(name(&organization), "Pilot");
        organization.domains[0].claimed = false;
        assert_eq!(name(&organization), "Default policy");
    }

    #[test]
    fn enforcing_counts_while_guard_is_paid_and_saml_is_there() {
        let mut organization = connected();
        let pilot = organization.policies[2].id.clone();
        organization.move_into(&pilot, "adele@contoso.com");
        assert!(
            organization
                .single_sign_on_of("adele@contoso.com")
                .is_some()
        );
        assert!(!organization.must_use_single_sign_on("adele@contoso.com"));
        organization.policies[2].enforced = true;
        assert!(organization.must_use_single_sign_on("adele@contoso.com"));
        assert!(!organization.must_use_single_sign_on("megan@contoso.com"));
        organization.guard = false;
        assert!(!organization.must_use_single_sign_on("adele@contoso.com"));
        organization.guard = true;
        organization.identity_providers[0].saml = None;
        assert!(!organization.must_use_single_sign_on("adele@contoso.com"));
    }

    #[test]
    fn an_account_is_in_one_policy_at_a_time() {
        let mut organization = connected();
        let [pilot, local] = [2, 0].map(|at: usize| organization.policies[at].id.clone());
        organization.move_into(&pilot, "adele@contoso.com");
        organization.move_into(&local, "adele@contoso.com");
        let lists: Vec<bool> = organization
            .policies
            .iter()
            .map(|policy| policy.lists("adele@contoso.com"))
            .collect();
        assert_eq!(lists, [true, false, false]);
    }
}
