//! The check of the organization admins: enough of them can log in, and one is where Entra can't keep them out.
//!
//! No policy is known yet, so whoever has an address at one of the organization's domains counts as inside. Whom
//! Atlassian's answers leave open is said to be open: a wrong yes here is found out when everybody is locked out.

use std::collections::BTreeSet;

use async_trait::async_trait;
use connect::atlassian::{ORG_ADMIN, OrgAdmins};
use engine::{Check, Finding, Known, Verdict, VerdictState};

use super::before_atlassian::{could_not, opened, with_fix};
use super::break_glass::{Admin, admin, ours};
use crate::evidence::Proven;
use crate::{Live, words};

/// What is said when nobody can tell.
const OPEN: &str = "Whether an organization admin is outside the verified domains is not known";

/// At least two, and a way back.
pub(super) struct Admins;

#[async_trait]
impl Check<Live> for Admins {
    fn id(&self) -> &'static str {
        "admins"
    }

    fn title(&self) -> &'static str {
        "There is a way back: a second organization admin"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let title = "The organization admins could not be read";
        let (atlassian, organization) =
            match opened(cx, known, "The admins are read with the key", title).await {
                Ok(opened) => opened,
                Err(findings) => return findings,
            };
        let found = match atlassian.organization_admins(&organization).await {
            Ok(found) => found,
            Err(fault) => {
                return Finding::only(could_not(title, &fault, "Reading the organization admins."));
            }
        };
        let read = atlassian.domains(&organization).await;
        let domains = read.as_ref().map(|read| ours(&read.value));
        let none = BTreeSet::new();
        let inside = domains.as_ref().unwrap_or(&none);
        let admins: Vec<_> = found
            .value
            .admins
            .iter()
            .map(|user| admin(user, "", &[], inside, &none))
            .collect();
        let (verdict, key) = match (too_few(&admins), &read) {
            _ if admins.is_empty() => (unrecognized(&found.value), Some("admins")),
            (Some(verdict), _) => (verdict, Some("second-admin")),
            (None, Ok(read)) => {
                let (verdict, key) = outside(&admins, inside);
                (verdict.by(&read.call), key)
            }
            (None, Err(fault)) => {
                let doing = "Reading the domains of the organization.";
                (could_not(OPEN, fault, doing), None)
            }
        };
        let domains = words::list(&inside.iter().collect::<Vec<_>>());
        let verdict = match key {
            Some(key) => with_fix(verdict, key, cx, known, &[("domains", &domains)]),
            None => verdict,
        };
        Finding::only(verdict.by(&found.call).compared(
            "two or more who can log in, one of them outside the verified domains",
            &told(&admins),
        ))
    }
}

/// Those who are not known to be switched off.
fn able(admins: &[Admin]) -> Vec<&Admin> {
    admins
        .iter()
        .filter(|admin| admin.active != Some(false))
        .collect()
}

/// Each with what counts here.
fn told(admins: &[Admin]) -> String {
    let each: Vec<_> = admins
        .iter()
        .map(|admin| match admin.active {
            Some(false) => format!("{} (deactivated)", admin.place()),
            _ => admin.place().to_owned(),
        })
        .collect();
    match each.is_empty() {
        true => "none".to_owned(),
        false => each.join(", "),
    }
}

/// The role's name is known from an example only: where nobody has it, that name may be wrong.
fn unrecognized(found: &OrgAdmins) -> Verdict {
    let accounts = words::count(found.accounts, "account was", "accounts were");
    let roles = match found.roles.is_empty() {
        true => "No role was told at all".to_owned(),
        false => format!(
            "Roles seen: {}",
            words::list(&found.roles.iter().collect::<Vec<_>>())
        ),
    };
    Verdict::new(
        VerdictState::Unknown,
        "No organization admin was recognized",
        format!("{accounts} read, and none has the role {ORG_ADMIN}. {roles}."),
    )
}

/// What is wrong when fewer than two can log in.
fn too_few(admins: &[Admin]) -> Option<Verdict> {
    let title = match (able(admins).len(), admins.len()) {
        (0, _) => "No organization admin can log in".to_owned(),
        (1, 1) => "There is only one organization admin".to_owned(),
        (1, all) => format!("Only one of {all} organization admins can log in"),
        _ => return None,
    };
    Some(Verdict::new(
        VerdictState::Fail,
        title,
        "If that person can’t log in any more, nobody can switch single sign-on off.",
    ))
}

/// Whether one of them is outside the organization's domains, and the key of what to do.
fn outside(admins: &[Admin], domains: &BTreeSet<String>) -> (Verdict, Option<&'static str>) {
    if domains.is_empty() {
        let detail = "Atlassian does not say that a domain of yours is verified, so nobody can be told to be outside.";
        return (Verdict::new(VerdictState::Unknown, OPEN, detail), None);
    }
    let admins = able(admins);
    let strangers: Vec<_> = admins
        .iter()
        .filter(|admin| !domains.contains(&words::domain_of(&admin.address)))
        .collect();
    if let Some(admin) = strangers.iter().find(|admin| admin.is_outside()) {
        let verdict = Verdict::new(
            VerdictState::Pass,
            format!(
                "{} organization admins, one outside the verified domains",
                admins.len()
            ),
            format!("{} can log in without Entra.", admin.address),
        );
        return (verdict, None);
    }
    if !strangers.is_empty() {
        let names: Vec<_> = strangers.iter().map(|admin| admin.place()).collect();
        let detail = format!(
            "Atlassian does not say for certain that {} can log in without Entra. An active account that your organization does not manage can.",
            words::list(&names)
        );
        let verdict = Verdict::new(VerdictState::Unknown, OPEN, detail);
        return (verdict, Some("break-glass"));
    }
    let places: BTreeSet<_> = admins
        .iter()
        .map(|admin| words::domain_of(&admin.address))
        .collect();
    let verdict = Verdict::new(
        VerdictState::Warn,
        format!(
            "All {} organization admins are at {}",
            admins.len(),
            words::list(&places.iter().collect::<Vec<_>>())
        ),
        "Before you enforce single sign-on, one admin must be outside the domains you enforce.",
    );
    (verdict, Some("break-glass"))
}

#[cfg(test)]
mod tests {
    use connect::atlassian::DirectoryUser;
    use serde_json::{Value, json};

    use super::*;

    const AT_HOME: &str = "adele@contoso.com";
    const AWAY: &str = "ada@outside.test";

    fn domains() -> BTreeSet<String> {
        ["contoso.com".to_owned()].into()
    }

    fn found(accounts: &[Value]) -> Vec<Admin> {
        let read = |account: &Value| {
            let user: DirectoryUser =
                serde_json::from_value(account.clone()).expect("a directory account");
            admin(&user, "", &[], &domains(), &BTreeSet::new())
        };
        accounts.iter().map(read).collect()
    }

    fn account(address: &str, status: Value, claim: Value) -> Value {
        json!({"accountId": address, "name": "Ada", "email": address, "accountStatus": status, "claimStatus": claim})
    }

    fn active(address: &str) -> Value {
        account(address, json!("active"), Value::Null)
    }

    #[test]
    fn only_an_active_account_that_nobody_manages_can_log_in_without_entra() {
        let cases = [
            (active(AWAY), VerdictState::Pass),
            (active("lee@contoso.com"), VerdictState::Warn),
            (
                account(AWAY, Value::Null, Value::Null),
                VerdictState::Unknown,
            ),
            (
                account(AWAY, json!("active"), json!("managed")),
                VerdictState::Unknown,
            ),
            (
                json!({"accountId": "1", "accountStatus": "active"}),
                VerdictState::Unknown,
            ),
        ];
        for (second, wanted) in cases {
            let admins = found(&[active(AT_HOME), second.clone()]);
            assert_eq!(too_few(&admins), None, "{second}");
            assert_eq!(outside(&admins, &domains()).0.state, wanted, "{second}");
        }
    }

    #[test]
    fn without_a_verified_domain_nobody_is_outside() {
        let admins = found(&[active(AT_HOME), active(AWAY)]);
        let (verdict, key) = outside(&admins, &BTreeSet::new());
        assert_eq!(
            (verdict.state, verdict.title.as_str()),
            (VerdictState::Unknown, OPEN)
        );
        assert_eq!(key, None);
    }

    #[test]
    fn where_the_role_has_another_name_it_is_said_what_was_seen() {
        let found = |roles: &[&str]| OrgAdmins {
            accounts: 3,
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            ..OrgAdmins::default()
        };
        let verdict = unrecognized(&found(&["atlassian/admin", "atlassian/member"]));
        assert_eq!(verdict.state, VerdictState::Unknown);
        assert_eq!(
            verdict.detail,
            "3 accounts were read, and none has the role atlassian/org-admin. Roles seen: atlassian/admin and atlassian/member."
        );
        assert!(
            unrecognized(&found(&[]))
                .detail
                .ends_with("No role was told at all.")
        );
    }

    #[test]
    fn a_word_that_nobody_knows_switches_nobody_off() {
        let dormant = account(AWAY, json!("dormant"), Value::Null);
        let admins = found(&[active(AT_HOME), dormant]);
        assert_eq!(too_few(&admins), None);
        assert_eq!(outside(&admins, &domains()).0.state, VerdictState::Unknown);
    }

    #[test]
    fn deactivated_admins_do_not_count() {
        let off = |address: &str| account(address, json!("inactive"), Value::Null);
        let title = |accounts: &[Value]| too_few(&found(accounts)).map(|verdict| verdict.title);
        assert_eq!(
            title(&[active(AT_HOME), off(AWAY)]).as_deref(),
            Some("Only one of 2 organization admins can log in")
        );
        assert_eq!(
            title(&[off(AT_HOME), off(AWAY)]).as_deref(),
            Some("No organization admin can log in")
        );
        let three = found(&[active(AT_HOME), active("lee@contoso.com"), off(AWAY)]);
        assert_eq!(outside(&three, &domains()).0.state, VerdictState::Warn);
        assert_eq!(
            told(&three),
            "adele@contoso.com, lee@contoso.com, ada@outside.test (deactivated)"
        );
    }
}
