//! The named situations that practice can start in. Each is a function from the company's untouched world; what one
//! learns from it stands beside its name. Adding a scenario means adding one line and one function.

mod single_sign_on;

use crate::company::{self, ADELE, DIEGO};
use crate::entra::scopes;
use crate::ids::derived_guid;
use crate::levers::acts::policies;
use crate::objects::{self, ATLASSIAN_TEMPLATE};
use crate::people::Mix;
use crate::security::{AuthPolicy, IdentityProvider};
use crate::tempo::{Tempo, Wait};
use crate::tenant::{Kind, Premium, text};
use crate::world::World;

/// A situation to start in.
#[derive(Debug)]
pub struct Scenario {
    /// The name for the command line.
    pub name: &'static str,
    /// The name for a person.
    pub title: &'static str,
    /// What one learns from it.
    pub about: &'static str,
    build: fn(Tempo) -> World,
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "fresh",
        title: "A fresh start",
        about: "Everything is in order and nothing is connected yet: walk through the whole guide once.",
        build: company::contoso,
    },
    Scenario {
        name: "half-done",
        title: "Somebody began before",
        about: "An Atlassian Cloud application exists already, disabled and without an owner: learn to adopt it instead of making a second one.",
        build: half_done,
    },
    Scenario {
        name: "two-apps",
        title: "Two applications of the same name",
        about: "Two applications are called Atlassian Cloud: learn to tell them apart before choosing one.",
        build: two_apps,
    },
    Scenario {
        name: "no-licence",
        title: "No Entra ID P1",
        about: "The tenant is free of charge: learn what is missing then and how to go on without groups and logs.",
        build: no_licence,
    },
    Scenario {
        name: "reader",
        title: "A reader without rights",
        about: "The account may look but not change: learn which role is needed and how a colleague with it takes over.",
        build: reader,
    },
    Scenario {
        name: "pim-eligible",
        title: "A role that must be activated",
        about: "Cloud Application Administrator is granted but not active: learn to activate it and to come back.",
        build: pim_eligible,
    },
    Scenario {
        name: "unverified-domain",
        title: "A domain that Atlassian has not verified",
        about: "contoso.com waits for verification at Atlassian: learn why nothing else makes sense before.",
        build: unverified_domain,
    },
    Scenario {
        name: "unclaimed",
        title: "A verified domain without claimed accounts",
        about: "contoso.com is verified but its accounts are not claimed: learn to tell these two steps apart.",
        build: unclaimed,
    },
    Scenario {
        name: "expired-key",
        title: "An organization key that has expired",
        about: "The organization API key is past its date: learn how that looks and how to make a new one.",
        build: expired_key,
    },
    Scenario {
        name: "wrong-key",
        title: "The wrong kind of key",
        about: "The key at hand is one of a SCIM directory: learn that Atlassian has two secrets which are never interchangeable.",
        build: wrong_key,
    },
    Scenario {
        name: "no-break-glass",
        title: "No way back in",
        about: "A colleague has prepared a policy and put every organization admin into it: learn why single sign-on must not be enforced then.",
        build: no_break_glass,
    },
    Scenario {
        name: "half-done-saml",
        title: "Single sign-on that somebody began",
        about: "SAML is half set up, with an entity id built by hand, an old reply URL and a certificate that nobody activated: learn to take it over.",
        build: single_sign_on::half_done_saml,
    },
    Scenario {
        name: "expired-certificate",
        title: "A signing certificate that has expired",
        about: "The only certificate ended last week: learn why a new one signs at once and what Atlassian needs before.",
        build: single_sign_on::expired_certificate,
    },
    Scenario {
        name: "certificates",
        title: "Three certificates",
        about: "One certificate has expired, one ends soon and signs, one is good and inactive: learn to tell which one counts.",
        build: single_sign_on::certificates_of_all_ages,
    },
    Scenario {
        name: "claims-policy-in-place",
        title: "A policy that overrides the claims",
        about: "A claims mapping policy stands in front of the application: learn why the portal’s own claims count for nothing then.",
        build: single_sign_on::claims_policy_in_place,
    },
    Scenario {
        name: "mail-missing",
        title: "People without a mail address",
        about: "Mailboxes are somewhere else and Entra knows few addresses: learn to choose the attribute that names people.",
        build: single_sign_on::mail_missing,
    },
    Scenario {
        name: "large",
        title: "Ten thousand people",
        about: "The company has ten thousand accounts, with guests, leavers and doubtful addresses among them: see how long lists are read.",
        build: large,
    },
];

/// Every scenario, in the order in which one would try them.
pub fn scenarios() -> &'static [Scenario] {
    SCENARIOS
}

/// The world of a scenario; `None` when there is no such scenario.
pub(crate) fn build(name: &str, tempo: Tempo) -> Option<World> {
    SCENARIOS
        .iter()
        .find(|scenario| scenario.name == name)
        .map(|scenario| (scenario.build)(tempo))
}

/// The title of a scenario.
pub(crate) fn titled(name: &str) -> &'static str {
    SCENARIOS
        .iter()
        .find(|scenario| scenario.name == name)
        .map_or("practice", |scenario| scenario.title)
}

fn half_done(tempo: Tempo) -> World {
    let mut world = company::contoso(tempo);
    let principal = add_namesake(&mut world, "Atlassian Cloud", "2026-05-11T09:12:44Z");
    world
        .home()
        .change(Kind::ServicePrincipal, &principal, Wait::Nothing, |body| {
            body.insert("accountEnabled".into(), false.into());
        });
    world
}

fn two_apps(tempo: Tempo) -> World {
    let mut world = company::contoso(tempo);
    add_namesake(&mut world, "Atlassian Cloud", "2025-02-03T14:00:00Z");
    add_namesake(&mut world, "Atlassian Cloud", "2026-06-17T10:30:00Z");
    world
}

fn no_licence(tempo: Tempo) -> World {
    let mut world = company::contoso(tempo);
    world.home().premium = Premium::None;
    world
}

fn reader(tempo: Tempo) -> World {
    let mut world = company::contoso(tempo);
    consent_for_everybody(&mut world);
    world.handover.accounts = vec![DIEGO, ADELE, 1, 2];
    world
}

fn pim_eligible(tempo: Tempo) -> World {
    let mut world = company::contoso(tempo);
    world.home().premium = Premium::P2;
    let account = &mut world.home().accounts[ADELE];
    account.eligible = std::mem::take(&mut account.roles);
    account.about = "Eligible for Cloud Application Administrator";
    consent_for_everybody(&mut world);
    world
}

fn unverified_domain(tempo: Tempo) -> World {
    let mut world = company::contoso(tempo);
    world.organization.domains[0].verified = false;
    world.organization.domains[0].claimed = false;
    world
}

fn unclaimed(tempo: Tempo) -> World {
    let mut world = company::contoso(tempo);
    world.organization.domains[0].claimed = false;
    world
}

fn expired_key(tempo: Tempo) -> World {
    hand_over_another_key(tempo, "expired")
}

fn wrong_key(tempo: Tempo) -> World {
    hand_over_another_key(tempo, "scim")
}

fn no_break_glass(tempo: Tempo) -> World {
    let mut world = company::contoso(tempo);
    let directory = derived_guid("prepared directory");
    let organization = &mut world.organization;
    organization.identity_providers.push(IdentityProvider {
        id: directory.clone(),
        name: "Microsoft Entra ID".into(),
        automatic: false,
        saml: None,
        domains: vec!["contoso.com".into()],
    });
    let policy = |name: &str, default| AuthPolicy {
        id: derived_guid(&format!("prepared policy {name}")),
        default,
        ..AuthPolicy::new(name, Some(&directory))
    };
    organization
        .policies
        .push(policy("Microsoft Entra ID default policy", true));
    organization.policies.push(policy("Pilot", false));
    policies::no_break_glass(&mut world, &serde_json::Value::Null)
        .expect("the lever takes nothing from outside");
    world
}

fn large(tempo: Tempo) -> World {
    let mut world = company::contoso(tempo);
    world.home().people.total = 10_000;
    world.organization.members = world.home().people.clone();
    // The years have changed what Entra knows; the accounts at Atlassian are as they were made.
    world.home().people.mix = Mix::Grown;
    world
}

fn hand_over_another_key(tempo: Tempo, name: &str) -> World {
    let mut world = company::contoso(tempo);
    if let Some(at) = world.handover.keys.iter().position(|(key, _)| key == name) {
        // The good key changes places with the bad one, so that a person can go on with it afterwards.
        let bad = world.handover.keys[at].1.clone();
        let good = std::mem::replace(&mut world.handover.organization_key, bad);
        world.handover.keys.push(("good".into(), good));
    }
    world
}

/// A colleague has consented to the wizard for the whole organization, as those need who can't consent themselves.
fn consent_for_everybody(world: &mut World) {
    let client = world.handover.client_id.clone();
    let all: Vec<String> = scopes::SCOPES
        .iter()
        .map(|scope| scope.name.to_owned())
        .collect();
    world.home().grant(&client, None, &all);
    world.home().grant(objects::COMMAND_LINE_TOOLS, None, &all);
}

/// Adds an application from the Atlassian template, as a colleague would, and gives its service principal's id.
pub(crate) fn add_namesake(world: &mut World, name: &str, created: &str) -> String {
    let home = world.home();
    let template = home
        .templates
        .iter()
        .find(|template| template["id"] == ATLASSIAN_TEMPLATE)
        .cloned();
    let template = template.unwrap_or_else(|| serde_json::json!({"id": ATLASSIAN_TEMPLATE}));
    let (made, principal) = objects::from_template(
        &template,
        name,
        &home.id.clone(),
        &home.domain.clone(),
        created,
    );
    let id = text(&principal, "id").to_owned();
    home.add(Kind::Application, made, Wait::Nothing);
    home.add(Kind::ServicePrincipal, principal, Wait::Nothing);
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_scenario_builds_and_has_words() {
        let names: HashSet<&str> = scenarios().iter().map(|scenario| scenario.name).collect();
        assert_eq!(names.len(), scenarios().len());
        for scenario in scenarios() {
            assert!(
                scenario.about.ends_with('.') && scenario.about.len() > 40,
                "{}",
                scenario.name
            );
            let world = build(scenario.name, Tempo::Instant).expect("it builds");
            assert!(!world.handover.organization_key.is_empty());
        }
        assert!(build("no such", Tempo::Instant).is_none());
    }

    #[test]
    fn the_same_scenario_dumps_the_same_objects_twice() {
        let one = build("fresh", Tempo::Instant).expect("fresh").dump();
        let two = build("fresh", Tempo::Instant).expect("fresh").dump();
        assert_eq!(one, two);
    }

    #[test]
    fn the_large_company_is_large() {
        let world = build("large", Tempo::Instant).expect("large");
        assert_eq!(world.organization.managed_total(), 9_992);
        assert_eq!(world.organization.managed_account(9_992), None);
    }
}
