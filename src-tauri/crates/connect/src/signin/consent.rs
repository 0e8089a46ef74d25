//! The address with which an administrator consents for the whole tenant (entra.md 1.6).

use url::Url;

use super::scopes::{Scope, full_name};
use crate::clouds::Cloud;

/// The address to open, or to send to a colleague who may consent. `redirect` is where the browser goes afterwards; it has to be
/// registered for the client.
pub fn admin_consent_url(
    cloud: &Cloud,
    tenant: &str,
    client_id: &str,
    scopes: &[&'static Scope],
    redirect: &str,
) -> Url {
    let mut url = endpoint(&cloud.login, tenant, "v2.0/adminconsent");
    let scope: Vec<_> = scopes
        .iter()
        .map(|scope| full_name(&cloud.graph, scope.name))
        .collect();
    url.query_pairs_mut()
        .append_pair("client_id", client_id)
        .append_pair("scope", &scope.join(" "))
        .append_pair("redirect_uri", redirect);
    url
}

/// An endpoint of the identity platform under a tenant.
pub(crate) fn endpoint(login: &Url, tenant: &str, path: &str) -> Url {
    let mut url = login.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(tenant).extend(path.split('/'));
    }
    url
}

#[cfg(test)]
mod tests {
    use super::super::scopes::{APPLICATIONS_WRITE, USER_READ};
    use super::*;

    #[test]
    fn names_tenant_client_and_whole_scopes() {
        let cloud = Cloud::named("global").expect("a cloud");
        let url = admin_consent_url(
            &cloud,
            "t-1",
            "c-1",
            &[&USER_READ, &APPLICATIONS_WRITE],
            "http://localhost",
        );
        assert_eq!(url.path(), "/t-1/v2.0/adminconsent");
        let query: Vec<_> = url.query_pairs().collect();
        assert_eq!(query[0].1, "c-1");
        assert_eq!(
            query[1].1,
            "https://graph.microsoft.com/User.Read https://graph.microsoft.com/Application.ReadWrite.All"
        );
        assert_eq!(query[2].1, "http://localhost");
    }

    #[test]
    fn a_tenant_cannot_leave_its_segment() {
        let login = Url::parse("https://login.test").expect("an address");
        assert_eq!(
            endpoint(&login, "a/../b?x", "oauth2/v2.0/token").path(),
            "/a%2F..%2Fb%3Fx/oauth2/v2.0/token"
        );
    }
}
