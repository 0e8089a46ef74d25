//! The way back: a text file that says how to stop enforcing single sign-on and whom to call, saved before anything is enforced.
//!
//! It has to be of use to somebody who knows nothing of this program, on a day when nobody can log in. It reads no live system.

use engine::Known;

/// The document's id: the fact `saved.way-back` is where it was saved.
pub(super) const ID: &str = "way-back";
/// What stands for something that was not learned.
const NOT_KNOWN: &str = "not known";
/// The file's name.
pub(super) const NAME: &str = "way-back.txt";

/// What the file says of the connection it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct WayBack {
    pub policy: String,
    pub policy_id: String,
    pub policy_page: String,
    pub support: String,
    pub organization: String,
    pub organization_id: String,
    pub admin: String,
    pub site: String,
    pub tenant: String,
    pub tenant_id: String,
    pub application: String,
    pub client: String,
    pub principal: String,
    pub thumbprint: String,
    pub certificate_end: String,
    pub date: String,
}

impl WayBack {
    /// What is known of it.
    pub fn of(known: &Known, policy: &str, page: &str, support: &str) -> Self {
        let fact = |name: &str| {
            let value = known.fact(name).filter(|value| !value.is_empty());
            value.unwrap_or(NOT_KNOWN).to_owned()
        };
        Self {
            policy: super::enforce::name(known).to_owned(),
            policy_id: policy.to_owned(),
            policy_page: page.to_owned(),
            support: support.to_owned(),
            organization: fact("atlassian.organization_name"),
            organization_id: fact("atlassian.organization"),
            admin: fact(super::enforce::ADMIN),
            site: fact("atlassian.site"),
            tenant: fact("entra.tenant_name"),
            tenant_id: fact("entra.tenant"),
            application: fact("app.display_name"),
            client: fact("app.client"),
            principal: fact("app.service_principal"),
            thumbprint: fact("saml.thumbprint"),
            certificate_end: fact("saml.certificate_end"),
            date: fact(super::enforce::DATE),
        }
    }

    /// Whether it says whom to call.
    pub fn names_somebody(&self) -> bool {
        self.admin != NOT_KNOWN
    }

    /// The file.
    pub fn text(&self) -> String {
        format!(
            "The way back: how to stop enforcing single sign-on\n\
             ==================================================\n\
             Written on {date}. Keep this file where it can be read without logging in to Atlassian or Microsoft.\n\
             \n\
             When people of the pilot can’t log in to Atlassian any more, do this. It takes two minutes, and nothing is lost by it.\n\
             \n\
             1. Call the organization admin who does not need Microsoft to log in:\n\
             \x20  {admin}\n\
             2. The admin opens the policy in a private window, and logs in to Atlassian with a password:\n\
             \x20  {policy_page}\n\
             \x20  (Atlassian Administration, Security, User security, Authentication policies, “{policy}”, Edit)\n\
             3. Under Settings, clear “Enforce single sign-on”, then press Update.\n\
             4. From then on the members of the policy log in with their Atlassian password. Who has none presses\n\
             \x20  “Can’t log in?” on the log-in page and gets a link by e-mail.\n\
             5. Find out why before enforcing it again.\n\
             \n\
             If no admin gets in\n\
             -------------------\n\
             Write to Atlassian’s support: {support}\n\
             They want proof that the organization is yours, and this id.\n\
             {ORGANIZATION_LINE} {organization_id}\n\
             \n\
             What this is about\n\
             ------------------\n\
             Organization: {organization}\n\
             Site: {site}\n\
             {POLICY_LINE} {policy}\n\
             {POLICY_ID_LINE} {policy_id}\n\
             {ADMIN_LINE} {admin}\n\
             Entra tenant: {tenant} ({tenant_id})\n\
             Application in Entra: {application}\n\
             Application (client) id: {client}\n\
             Object id of the enterprise application: {principal}\n\
             Certificate, thumbprint: {thumbprint}\n\
             Certificate, ends: {certificate_end}\n",
            date = self.date,
            admin = self.admin,
            policy_page = self.policy_page,
            support = self.support,
            policy = self.policy,
            organization_id = self.organization_id,
            organization = self.organization,
            site = self.site,
            policy_id = self.policy_id,
            tenant = self.tenant,
            tenant_id = self.tenant_id,
            application = self.application,
            client = self.client,
            principal = self.principal,
            thumbprint = self.thumbprint,
            certificate_end = self.certificate_end,
        )
    }
}

const ORGANIZATION_LINE: &str = "Organization id:";
const POLICY_LINE: &str = "Policy:";
const POLICY_ID_LINE: &str = "Policy id:";
const ADMIN_LINE: &str = "Admin outside the policy:";

/// What a saved file is worth today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Saved {
    /// It is about this policy, and its admin can still help.
    Good,
    /// It is about something else; what differs, as label, wanted and found.
    Differs(&'static str, String, String),
}

/// Compares a saved file with what it should say. The certificate may be another one by then: that changes nothing about the way
/// back.
pub(super) fn compare(file: &str, wanted: &WayBack) -> Saved {
    let lines = [
        (
            "the organization",
            ORGANIZATION_LINE,
            &wanted.organization_id,
        ),
        ("the policy", POLICY_ID_LINE, &wanted.policy_id),
        ("the name of the policy", POLICY_LINE, &wanted.policy),
        ("the admin outside the policy", ADMIN_LINE, &wanted.admin),
    ];
    for (what, line, wanted) in lines {
        let found = value(file, line).unwrap_or_default();
        if found != *wanted {
            return Saved::Differs(what, wanted.clone(), found.to_owned());
        }
    }
    Saved::Good
}

fn value<'a>(file: &'a str, line: &str) -> Option<&'a str> {
    file.lines()
        .find_map(|text| text.strip_prefix(line))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way_back() -> WayBack {
        WayBack {
            policy: "Pilot SSO".into(),
            policy_id: "3b8e07f5".into(),
            policy_page:
                "https://admin.test/o/9a1aa823/security/authentication-policies/3b8e07f5/edit"
                    .into(),
            organization_id: "9a1aa823".into(),
            admin: "Ada <ada@outside.test>".into(),
            support: "https://help.test/contact".into(),
            ..WayBack::default()
        }
    }

    #[test]
    fn a_file_is_good_for_the_policy_that_it_was_written_for() {
        let wanted = way_back();
        let file = wanted.text();
        assert_eq!(compare(&file, &wanted), Saved::Good);
        assert_eq!(compare(&file.replace('\n', "\r\n"), &wanted), Saved::Good);
        type Change = fn(&mut WayBack);
        let cases: &[(Change, &str)] = &[
            (|w| w.policy_id = "54ef12ae".into(), "the policy"),
            (|w| w.policy = "Everybody".into(), "the name of the policy"),
            (
                |w| w.organization_id = "54ef12ae".into(),
                "the organization",
            ),
            (
                |w| w.admin = "Bob <bob@outside.test>".into(),
                "the admin outside the policy",
            ),
        ];
        for (change, what) in cases {
            let mut other = way_back();
            change(&mut other);
            let Saved::Differs(differs, ..) = compare(&file, &other) else {
                panic!("{what} differs")
            };
            assert_eq!(differs, *what);
        }
        assert!(matches!(
            compare("", &wanted),
            Saved::Differs("the organization", ..)
        ));
    }

    #[test]
    fn somebody_who_knows_nothing_can_follow_it() {
        let file = way_back().text();
        for needed in [
            "Ada <ada@outside.test>",
            "/3b8e07f5/edit",
            "clear “Enforce single sign-on”",
            "https://help.test/contact",
            "9a1aa823",
        ] {
            assert!(file.contains(needed), "{needed}");
        }
        assert!(file.lines().all(|line| line.chars().count() <= 130));
    }
}
