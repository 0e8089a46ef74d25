//! The clouds: addresses are data.
//!
//! The only file of the program with host names of the vendors. A cloud is a row of the table, or a file of one's own
//! ([`Cloud::from_toml`]). It must not know what is called at these addresses.

use std::collections::BTreeMap;
use std::path::PathBuf;

use url::{Host, Url};

use crate::secret::Secret;

pub use file::CloudError;

mod file;

/// One cloud: where Microsoft's and Atlassian's sides are found.
#[derive(Debug, Clone)]
pub struct Cloud {
    /// A short id, for example `global`.
    pub name: String,
    /// What a person calls it.
    pub title: String,
    /// Microsoft's identity platform, without a tenant.
    pub login: Url,
    /// Microsoft Graph, without a version.
    pub graph: Url,
    /// The Microsoft Entra admin center.
    pub entra_portal: Url,
    /// Atlassian's API.
    pub atlassian_api: Url,
    /// Where Atlassian's SAML addresses lie.
    pub atlassian_auth: Url,
    /// Atlassian Administration.
    pub atlassian_admin: Url,
    /// Where people start their applications, and where a log-in can begin on Entra's side (entra.md 7); only where it is known.
    pub my_apps: Option<Url>,
    /// Whether Graph makes token-signing certificates here; elsewhere the portal does (entra.md 1.1).
    pub creates_certificates: bool,
    /// The Atlassian site, where a cloud file names one.
    pub site: Option<Url>,
    /// A certificate authority to trust besides the system's, as a PEM file.
    pub ca: Option<PathBuf>,
    /// The client id of Microsoft Graph Command Line Tools, where it is known to exist (entra.md 1.4).
    pub quick_client: Option<String>,
    /// The template of a non-gallery application (entra.md 3.1).
    pub non_gallery_template: Option<String>,
    /// What one is given in practice; present only in practice.
    pub practice: Option<PracticeKeys>,
    /// Hosts whose pages may be opened besides the cloud's own: documentation. A leading dot stands for every subdomain.
    pub help_hosts: Vec<String>,
}

/// What an administrator would be given, in practice.
#[derive(Debug, Clone)]
pub struct PracticeKeys {
    /// Which scenario is served.
    pub scenario: String,
    /// Where the practice's levers are.
    pub control: Option<Url>,
    /// The practice tenant's id.
    pub tenant_id: String,
    /// The practice tenant's name.
    pub tenant: String,
    /// The practice organization's id.
    pub organization_id: String,
    /// A client registered in the practice tenant.
    pub client_id: Option<String>,
    /// The organization key one is given.
    pub organization_key: Option<Secret>,
    /// Further keys by name.
    pub keys: BTreeMap<String, Secret>,
    /// The accounts; the first one is the one to use.
    pub accounts: Vec<PracticeAccount>,
}

/// One account of the practice tenant.
#[derive(Debug, Clone)]
pub struct PracticeAccount {
    /// What one types as the account.
    pub user_principal_name: String,
    /// Its password.
    pub password: Secret,
    /// Its name.
    pub display_name: String,
    /// What it is for, in words.
    pub about: String,
}

struct Row {
    name: &'static str,
    title: &'static str,
    login: &'static str,
    graph: &'static str,
    portal: &'static str,
    atlassian: &'static Atlassian,
    quick_client: Option<&'static str>,
    non_gallery_template: &'static str,
    my_apps: Option<&'static str>,
    creates_certificates: bool,
}

struct Atlassian {
    api: &'static str,
    auth: &'static str,
    admin: &'static str,
}

const COMMERCIAL: Atlassian = Atlassian {
    api: "https://api.atlassian.com",
    auth: "https://auth.atlassian.com",
    admin: "https://admin.atlassian.com",
};

/// Atlassian Government Cloud. Its admin host is not published, so the commercial one stands (atlassian.md 7); a cloud file changes it.
const GOVERNMENT: Atlassian = Atlassian {
    api: "https://api.atlassian-us-gov-mod.com",
    auth: "https://auth.atlassian-us-gov-mod.com",
    admin: "https://admin.atlassian.com",
};

/// Microsoft Graph Command Line Tools; its presence in the national clouds is not known, so only the global row has it.
const GRAPH_COMMAND_LINE: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/// The launcher of My Apps. Addresses of the national clouds' launchers are not published.
const MY_APPS: &str = "https://launcher.myapps.microsoft.com";

const GLOBAL_TEMPLATE: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
const US_GOV_TEMPLATE: &str = "4602d0b4-76bb-404b-bca9-2652e1a39c6d";
const CHINA_TEMPLATE: &str = "5a532e38-1581-4918-9658-008dc27c1d68";

/// Sources: entra.md 1.1 (hosts, certificates), 3.1 (template ids) and 7 (My Apps), atlassian.md 7.
const TABLE: &[Row] = &[
    Row {
        name: "global",
        title: "Microsoft global cloud (also GCC), Atlassian commercial",
        login: "https://login.microsoftonline.com",
        graph: "https://graph.microsoft.com",
        portal: "https://entra.microsoft.com",
        atlassian: &COMMERCIAL,
        quick_client: Some(GRAPH_COMMAND_LINE),
        non_gallery_template: GLOBAL_TEMPLATE,
        my_apps: Some(MY_APPS),
        creates_certificates: true,
    },
    Row {
        name: "usgov_l4",
        title: "Microsoft US Government L4 (GCC High), Atlassian commercial",
        login: "https://login.microsoftonline.us",
        graph: "https://graph.microsoft.us",
        portal: "https://entra.microsoft.us",
        atlassian: &COMMERCIAL,
        quick_client: None,
        non_gallery_template: US_GOV_TEMPLATE,
        my_apps: None,
        creates_certificates: false,
    },
    Row {
        name: "usgov_l5",
        title: "Microsoft US Government L5 (DoD), Atlassian commercial",
        login: "https://login.microsoftonline.us",
        graph: "https://dod-graph.microsoft.us",
        portal: "https://portal.azure.us",
        atlassian: &COMMERCIAL,
        quick_client: None,
        non_gallery_template: US_GOV_TEMPLATE,
        my_apps: None,
        creates_certificates: false,
    },
    Row {
        name: "china",
        title: "Microsoft China (21Vianet), Atlassian commercial",
        login: "https://login.partner.microsoftonline.cn",
        graph: "https://microsoftgraph.chinacloudapi.cn",
        portal: "https://entra.microsoftonline.cn",
        atlassian: &COMMERCIAL,
        quick_client: None,
        non_gallery_template: CHINA_TEMPLATE,
        my_apps: None,
        creates_certificates: false,
    },
    Row {
        name: "global_atlassian_gov",
        title: "Microsoft global cloud (also GCC), Atlassian Government",
        login: "https://login.microsoftonline.com",
        graph: "https://graph.microsoft.com",
        portal: "https://entra.microsoft.com",
        atlassian: &GOVERNMENT,
        quick_client: Some(GRAPH_COMMAND_LINE),
        non_gallery_template: GLOBAL_TEMPLATE,
        my_apps: Some(MY_APPS),
        creates_certificates: true,
    },
    Row {
        name: "usgov_l4_atlassian_gov",
        title: "Microsoft US Government L4 (GCC High), Atlassian Government",
        login: "https://login.microsoftonline.us",
        graph: "https://graph.microsoft.us",
        portal: "https://entra.microsoft.us",
        atlassian: &GOVERNMENT,
        quick_client: None,
        non_gallery_template: US_GOV_TEMPLATE,
        my_apps: None,
        creates_certificates: false,
    },
    Row {
        name: "usgov_l5_atlassian_gov",
        title: "Microsoft US Government L5 (DoD), Atlassian Government",
        login: "https://login.microsoftonline.us",
        graph: "https://dod-graph.microsoft.us",
        portal: "https://portal.azure.us",
        atlassian: &GOVERNMENT,
        quick_client: None,
        non_gallery_template: US_GOV_TEMPLATE,
        my_apps: None,
        creates_certificates: false,
    },
];

/// Documentation, the portals' other addresses, the device sign-in page, and the sites of Atlassian's customers.
const HELP_HOSTS: &[&str] = &[
    "learn.microsoft.com",
    "microsoft.com",
    "www.microsoft.com",
    "portal.azure.com",
    "portal.azure.us",
    "portal.azure.cn",
    "support.atlassian.com",
    "developer.atlassian.com",
    "jira.atlassian.com",
    ".atlassian.net",
    ".atlassian-us-gov-mod.net",
];

impl Cloud {
    /// Every cloud of the table; the first is the usual one.
    pub fn table() -> Vec<Cloud> {
        TABLE.iter().map(Row::cloud).collect()
    }

    /// The cloud of this name.
    pub fn named(name: &str) -> Option<Cloud> {
        TABLE.iter().find(|row| row.name == name).map(Row::cloud)
    }

    /// Reads a cloud file. The format is described in [`CloudError`].
    ///
    /// # Errors
    /// The line and key, what is wrong, and what to do.
    pub fn from_toml(text: &str) -> Result<Cloud, CloudError> {
        file::read(text)
    }

    /// True when a page may be opened in the browser: the cloud's own hosts, its site, and documentation.
    pub fn may_open(&self, url: &Url) -> bool {
        if !url.username().is_empty() || url.password().is_some() {
            return false;
        }
        let own = self.service_addresses().chain(self.portal_addresses());
        if own.map(Url::origin).any(|origin| origin == url.origin()) {
            return url.scheme() == "https" || is_loopback(url);
        }
        let host = url.host_str().unwrap_or_default();
        url.scheme() == "https"
            && url.port().is_none()
            && self.help_hosts.iter().any(|help| matches_host(help, host))
    }

    /// True when every address is on this machine.
    pub fn is_on_this_machine(&self) -> bool {
        self.service_addresses()
            .chain(self.portal_addresses())
            .all(is_loopback)
    }

    /// The hosts beyond this machine that credentials go to, in a form to compare; none in practice.
    pub fn real_hosts(&self) -> Vec<String> {
        self.service_addresses()
            .filter(|url| !is_loopback(url))
            .map(|url| url.origin().ascii_serialization())
            .collect()
    }

    /// Where credentials may go.
    pub(crate) fn service_addresses(&self) -> impl Iterator<Item = &Url> {
        [&self.login, &self.graph, &self.atlassian_api].into_iter()
    }

    fn portal_addresses(&self) -> impl Iterator<Item = &Url> {
        [
            &self.entra_portal,
            &self.atlassian_admin,
            &self.atlassian_auth,
        ]
        .into_iter()
        .chain(&self.my_apps)
        .chain(&self.site)
    }
}

impl Row {
    fn cloud(&self) -> Cloud {
        let address = |text: &str| Url::parse(text).expect("the table’s addresses are tested");
        Cloud {
            name: self.name.into(),
            title: self.title.into(),
            login: address(self.login),
            graph: address(self.graph),
            entra_portal: address(self.portal),
            atlassian_api: address(self.atlassian.api),
            atlassian_auth: address(self.atlassian.auth),
            atlassian_admin: address(self.atlassian.admin),
            my_apps: self.my_apps.map(address),
            creates_certificates: self.creates_certificates,
            site: None,
            ca: None,
            quick_client: self.quick_client.map(str::to_owned),
            non_gallery_template: Some(self.non_gallery_template.into()),
            practice: None,
            help_hosts: help_hosts(),
        }
    }
}

fn help_hosts() -> Vec<String> {
    HELP_HOSTS.iter().map(|host| (*host).to_owned()).collect()
}

fn matches_host(help: &str, host: &str) -> bool {
    match help.strip_prefix('.') {
        Some(_) => host.len() > help.len() && host.ends_with(help),
        None => host == help,
    }
}

/// True for an address on this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    #[test]
    fn the_table_is_sound() {
        let table = Cloud::table();
        assert_eq!(table[0].name, "global");
        for cloud in &table {
            let all: Vec<_> = cloud
                .service_addresses()
                .chain(cloud.portal_addresses())
                .collect();
            assert!(
                all.iter()
                    .all(|address| address.scheme() == "https" && address.path() == "/"),
                "{}",
                cloud.name
            );
            assert_eq!(
                table
                    .iter()
                    .filter(|other| other.name == cloud.name)
                    .count(),
                1
            );
            assert_eq!(
                Cloud::named(&cloud.name).map(|found| found.graph),
                Some(cloud.graph.clone())
            );
        }
        assert!(Cloud::named("germany").is_none());
    }

    #[test]
    fn what_a_cloud_lacks_is_known() {
        for cloud in Cloud::table() {
            let global = cloud.name.starts_with("global");
            assert_eq!(cloud.creates_certificates, global, "{}", cloud.name);
            assert_eq!(cloud.my_apps.is_some(), global, "{}", cloud.name);
        }
    }

    #[test]
    fn what_may_be_opened() {
        let global = Cloud::named("global").expect("a cloud");
        let cases = [
            ("https://entra.microsoft.com/#view/x", true),
            (
                "https://login.microsoftonline.com/t/oauth2/v2.0/authorize?x=y",
                true,
            ),
            ("https://admin.atlassian.com/o/123/", true),
            (
                "https://launcher.myapps.microsoft.com/api/signin/a?tenantId=t",
                true,
            ),
            ("https://example.atlassian.net", true),
            ("https://learn.microsoft.com/entra", true),
            ("https://microsoft.com/devicelogin", true),
            ("http://learn.microsoft.com/entra", false),
            ("https://learn.microsoft.com.evil.test/", false),
            ("https://evilatlassian.net/", false),
            ("https://user:pw@admin.atlassian.com/", false),
            ("https://admin.atlassian.com:8443/", false),
            ("http://localhost:1234/", false),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
        ];
        for (address, wanted) in cases {
            assert_eq!(global.may_open(&url(address)), wanted, "{address}");
        }
    }
}
