//! Who can switch single sign-on off without Entra: an organization admin who is surely outside the policy.
//!
//! “Surely” is the point. Whom Atlassian's answer leaves open counts as inside: a wrong yes here locks everybody out.

use std::collections::BTreeSet;

use connect::atlassian::{DirectoryUser, OrgDomain};
use connect::{Atlassian, Call};
use engine::{Trouble, Verdict, VerdictState};

use super::placement::{Placement, placements, worst};
use super::policy_members::{self, PilotPerson};
use crate::{trouble, words};

/// An organization admin, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Admin {
    /// Their name.
    pub name: String,
    /// Their address, in lower case.
    pub address: String,
    /// Whether the account can log in at all; `None` when that is not told.
    pub active: Option<bool>,
    /// Whether the organization manages the account; `None` when that is not told. Policies reach managed accounts only.
    pub managed: Option<bool>,
    /// Whether the account is in the policy; `None` when that is not told.
    pub in_policy: Option<bool>,
    /// Whether the account's own policy enforces single sign-on; `None` when that is not told.
    pub enforced: Option<bool>,
    /// Whether the account is of the pilot.
    pub in_pilot: bool,
}

impl Admin {
    /// As the way back names them.
    pub fn named(&self) -> String {
        if self.name.is_empty() || self.name == self.address {
            self.address.clone()
        } else {
            format!("{} <{}>", self.name, self.address)
        }
    }

    /// Where they are found: the address, or the name where none is told.
    pub fn place(&self) -> &str {
        match (self.address.as_str(), self.name.as_str()) {
            ("", "") => "an account without an address",
            ("", name) => name,
            (address, _) => address,
        }
    }

    /// What was found of them, for the evidence.
    pub fn told(&self) -> String {
        let place = match (self.managed, self.in_policy) {
            (_, Some(true)) => "in the policy",
            (Some(false), _) => "not managed",
            (_, Some(false)) => "in another policy",
            (_, None) => "policy not told",
        };
        let more = [
            (self.in_pilot, ", of the pilot"),
            (self.active == Some(false), ", inactive"),
            (self.active.is_none(), ", active or not is not told"),
            (self.enforced == Some(true), ", single sign-on enforced"),
            (
                self.is_elsewhere() && self.enforced.is_none(),
                ", enforced or not is not told",
            ),
        ];
        let more: String = more
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, word)| *word)
            .collect();
        format!("{}: {place}{more}", self.address)
    }

    /// Whether they can log in without Entra, for certain.
    pub fn is_outside(&self) -> bool {
        let free = self.is_elsewhere() && self.enforced == Some(false);
        self.active == Some(true) && !self.is_inside() && (self.managed == Some(false) || free)
    }

    /// Whether they are inside, for certain.
    fn is_inside(&self) -> bool {
        self.in_policy == Some(true) || self.in_pilot || self.enforced == Some(true)
    }

    /// Whether a policy reaches them, though another one: it may enforce as well.
    fn is_elsewhere(&self) -> bool {
        self.managed != Some(false) && self.in_policy == Some(false)
    }
}

/// The verdict on the admins, and the key of what to do.
pub(super) fn judge(admins: &[Admin]) -> (Verdict, Option<&'static str>) {
    let outside: Vec<_> = admins.iter().filter(|admin| admin.is_outside()).collect();
    let names =
        |some: &[&Admin]| words::list(&some.iter().map(|admin| admin.named()).collect::<Vec<_>>());
    if let Some(first) = outside.first() {
        let title = format!(
            "{} is an organization admin outside the policy",
            first.named()
        );
        let detail = match outside.len() {
            1 => "Nobody else is: have a second one soon.".to_owned(),
            more => format!("And {} more.", more - 1),
        };
        return (Verdict::new(VerdictState::Pass, title, detail), None);
    }
    if admins.is_empty() {
        let title = "No organization admin was recognized";
        let detail = "Atlassian’s answer names none by the role that Lockstep knows, so nobody is known to log in without Entra.";
        let verdict = Verdict::new(VerdictState::Unknown, title, detail);
        return (verdict, Some("admin"));
    }
    let open: Vec<_> = admins
        .iter()
        .filter(|admin| admin.active != Some(false) && !admin.is_inside())
        .collect();
    if !open.is_empty() {
        let title = "Whether an organization admin is outside the policy is not told";
        let detail = format!(
            "Atlassian does not say for certain that {} can log in without Entra. An active account outside your verified domains can.",
            names(&open)
        );
        return (
            Verdict::new(VerdictState::Unknown, title, detail),
            Some("admin"),
        );
    }
    let inside: Vec<_> = admins
        .iter()
        .filter(|admin| admin.active != Some(false))
        .collect();
    let detail = match inside.as_slice() {
        [] => "No organization admin can log in.".to_owned(),
        [one] => format!(
            "{} is reached by it. If Entra fails, nobody can turn this off.",
            one.named()
        ),
        _ => format!(
            "{} are all reached by it. If Entra fails, nobody can turn this off.",
            names(&inside)
        ),
    };
    let title = "No organization admin is outside the policy";
    (
        Verdict::new(VerdictState::Fail, title, detail),
        Some("admin"),
    )
}

/// The admins as they are now, and the call that saw them.
pub(super) async fn admins(
    atlassian: &Atlassian,
    organization: &str,
    policy: &str,
    pilot: &[PilotPerson],
) -> Result<(Vec<Admin>, Call), Trouble> {
    let doing = "Reading the organization admins.";
    let found = atlassian
        .organization_admins(organization)
        .await
        .map_err(|fault| trouble(&fault, doing))?;
    let ids: Vec<_> = found
        .value
        .admins
        .iter()
        .map(|admin| admin.account_id.clone())
        .collect();
    // Without an answer on their policies only those count who are managed by nobody.
    let placed = match ids.is_empty() {
        true => Vec::new(),
        false => match atlassian.policies_of(organization, &ids).await {
            Ok(seen) => placements(&seen.value),
            Err(fault) if policy_members::is_refusal(&fault.kind) => Vec::new(),
            Err(fault) => return Err(trouble(&fault, doing)),
        },
    };
    let verified: BTreeSet<_> = match atlassian.domains(organization).await {
        Ok(domains) => ours(&domains.value),
        Err(fault) => return Err(trouble(&fault, "Reading the domains of the organization.")),
    };
    let pilot: BTreeSet<_> = pilot
        .iter()
        .filter_map(|person| person.address.clone())
        .collect();
    let admins = found
        .value
        .admins
        .iter()
        .map(|user| admin(user, policy, &placed, &verified, &pilot))
        .collect();
    Ok((admins, found.call))
}

/// The organization's domains; none while not a single one is told to be verified: then nobody is a stranger to them.
pub(super) fn ours(domains: &[OrgDomain]) -> BTreeSet<String> {
    if !domains.iter().any(OrgDomain::is_verified) {
        return BTreeSet::new();
    }
    let name = |domain: &OrgDomain| domain.name.to_lowercase();
    domains.iter().map(name).collect()
}

/// One of them, as the answers say. Without a policy and placements only domain and claim tell.
pub(super) fn admin(
    user: &DirectoryUser,
    policy: &str,
    placed: &[Placement],
    domains: &BTreeSet<String>,
    pilot: &BTreeSet<String>,
) -> Admin {
    let address = user.email.clone().unwrap_or_default().to_lowercase();
    let own: Vec<_> = placed
        .iter()
        .filter(|placement| {
            placement.email.as_deref() == Some(address.as_str())
                || placement.account.as_ref() == Some(&user.account_id)
        })
        .collect();
    // An account of none of the organization's domains is not managed by it, unless the opposite is told.
    let domain = words::domain_of(&address);
    let foreign = !domain.is_empty() && !domains.is_empty() && !domains.contains(&domain);
    let managed = match user.claim_status.as_deref() {
        _ if user.is_managed() => Some(true),
        Some(word) if word.eq_ignore_ascii_case("unmanaged") => Some(false),
        _ => foreign.then_some(false),
    };
    Admin {
        name: user.name.clone().unwrap_or_default(),
        active: user.active(),
        managed,
        in_policy: worst(own.iter().map(|placement| placement.is_in(policy))),
        enforced: worst(own.iter().map(|placement| enforces(placement))),
        in_pilot: pilot.contains(&address),
        address,
    }
}

/// Whether the policy of an account enforces single sign-on. One that is told to be of the local directory can't (atlassian.md 2.3).
fn enforces(placement: &Placement) -> Option<bool> {
    let cannot = placement.is_local() == Some(true);
    placement.enforced.or(cannot.then_some(false))
}

/// The first admin outside, as the way back names them; empty while there is none.
pub(super) async fn named(
    atlassian: &Atlassian,
    organization: &str,
    policy: &str,
    pilot: &[PilotPerson],
) -> Result<String, Trouble> {
    let (admins, _) = admins(atlassian, organization, policy, pilot).await?;
    let outside = admins.iter().find(|admin| admin.is_outside());
    Ok(outside.map(Admin::named).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use VerdictState::{Fail, Pass, Unknown};

    fn admin(name: &str) -> Admin {
        Admin {
            name: name.to_owned(),
            address: format!("{}@contoso.com", name.to_lowercase()),
            active: Some(true),
            managed: Some(true),
            in_policy: Some(true),
            enforced: None,
            in_pilot: false,
        }
    }

    fn outside(name: &str) -> Admin {
        Admin {
            in_policy: Some(false),
            enforced: Some(false),
            ..admin(name)
        }
    }

    #[test]
    fn only_an_admin_who_is_surely_outside_counts() {
        let unread = Admin {
            in_policy: None,
            ..admin("Lee")
        };
        let foreign = Admin {
            managed: Some(false),
            in_policy: None,
            ..admin("Ada")
        };
        let asleep = Admin {
            active: Some(false),
            ..outside("Eve")
        };
        let state_untold = Admin {
            active: None,
            ..outside("Eve")
        };
        let elsewhere_untold = Admin {
            enforced: None,
            ..outside("Joni")
        };
        let unmanaged_inside = Admin {
            managed: Some(false),
            ..admin("Pat")
        };
        let of_pilot = Admin {
            in_pilot: true,
            ..outside("Max")
        };
        let elsewhere_enforced = Admin {
            enforced: Some(true),
            ..outside("Kim")
        };
        let cases: &[(&[Admin], VerdictState)] = &[
            (&[], Unknown),
            (&[admin("Lee")], Fail),
            (&[admin("Lee"), outside("Ada")], Pass),
            (&[foreign], Pass),
            (std::slice::from_ref(&unread), Unknown),
            (&[unread.clone(), admin("Lee")], Unknown),
            (&[asleep], Fail),
            (&[state_untold], Unknown),
            (&[elsewhere_untold], Unknown),
            (&[unmanaged_inside], Fail),
            (&[of_pilot], Fail),
            (&[elsewhere_enforced], Fail),
        ];
        for (admins, wanted) in cases {
            assert_eq!(judge(admins).0.state, *wanted, "{admins:?}");
        }
    }

    #[test]
    fn those_inside_are_named() {
        let (verdict, key) = judge(&[admin("Adele"), admin("Lee")]);
        assert_eq!(
            verdict.detail,
            "Adele <adele@contoso.com> and Lee <lee@contoso.com> are all reached by it. If Entra fails, nobody can turn this off."
        );
        assert_eq!(key, Some("admin"));
    }

    #[test]
    fn accounts_are_read_with_what_is_told_of_them() {
        let user = |email: &str, claim: serde_json::Value| -> DirectoryUser {
            let item = serde_json::json!({"accountId": "1", "name": "Ada", "email": email, "accountStatus": "active", "claimStatus": claim});
            serde_json::from_value(item).expect("a user")
        };
        let domains = ["contoso.com".to_owned()].into();
        let read = |email: &str, claim| {
            super::admin(&user(email, claim), "p", &[], &domains, &BTreeSet::new())
        };
        assert!(
            !read("ada@outside.test", "managed".into()).is_outside(),
            "managed, as is told, whatever its domain"
        );
        let nothing_verified = super::admin(
            &user("ada@outside.test", "pending".into()),
            "p",
            &[],
            &BTreeSet::new(),
            &BTreeSet::new(),
        );
        assert!(!nothing_verified.is_outside(), "no domain to be outside of");
        let quiet = DirectoryUser {
            account_status: None,
            ..user("ada@outside.test", "unmanaged".into())
        };
        assert!(
            !super::admin(&quiet, "p", &[], &domains, &BTreeSet::new()).is_outside(),
            "no status is told"
        );
        assert!(read("ada@outside.test", serde_json::Value::Null).is_outside());
        assert!(read("ada@contoso.com", "unmanaged".into()).is_outside());
        assert!(!read("ada@contoso.com", "managed".into()).is_outside());
        assert!(
            !read("ada@contoso.com", "pending".into()).is_outside(),
            "a word that nobody knows"
        );
        assert!(
            !read("ada@contoso.com", serde_json::Value::Null).is_outside(),
            "nothing told is not outside"
        );
    }

    #[test]
    fn of_several_answers_on_one_account_the_unsafe_one_wins() {
        const POLICY: &str = "3b8e07f5-61ad-4f0c-92d8-c5a4e1907b36";
        const OTHER: &str = "54ef12ae-255e-46ad-8bfc-e0f0838f42d8";
        let user: DirectoryUser = serde_json::from_value(serde_json::json!({
            "accountId": "1", "email": "ada@contoso.com", "accountStatus": "active", "claimStatus": "managed",
        }))
        .expect("a user");
        let elsewhere = |enforced: serde_json::Value| serde_json::json!({"email": "ada@contoso.com", "policyId": OTHER, "ssoEnforced": enforced});
        let open = || elsewhere(false.into());
        let local = |enforced: serde_json::Value| serde_json::json!({"email": "ada@contoso.com", "policyId": OTHER, "ssoEnforced": enforced, "directoryName": "Local directory"});
        let here = serde_json::json!({"accountId": "1", "policyId": POLICY});
        let cases = [
            (vec![open()], true),
            (vec![open(), open()], true),
            (vec![elsewhere(serde_json::Value::Null)], false),
            (vec![open(), elsewhere(serde_json::Value::Null)], false),
            (vec![open(), elsewhere(true.into())], false),
            (vec![open(), here.clone()], false),
            (vec![local(serde_json::Value::Null)], true),
            (vec![local(true.into())], false),
            (vec![local(serde_json::Value::Null), here], false),
        ];
        let domains = ["contoso.com".to_owned()].into();
        for (answer, wanted) in cases {
            let placed = placements(&answer);
            let admin = super::admin(&user, POLICY, &placed, &domains, &BTreeSet::new());
            assert_eq!(admin.is_outside(), wanted, "{answer:?}");
        }
    }

    #[test]
    fn without_a_verified_domain_nobody_is_a_stranger() {
        let domain = |status: &str| -> OrgDomain {
            serde_json::from_value(serde_json::json!({
                "id": "1", "attributes": {"name": "Contoso.com", "claim": {"type": "dns", "status": status}},
            }))
            .expect("a domain")
        };
        assert!(ours(&[]).is_empty() && ours(&[domain("unverified")]).is_empty());
        assert_eq!(
            ours(&[domain("verified")]),
            ["contoso.com".to_owned()].into()
        );
    }
}
