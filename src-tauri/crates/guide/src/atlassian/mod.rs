//! The guide for Atlassian Cloud: the gallery application, SAML single sign-on and SCIM provisioning.

pub mod add_app;
mod addresses;
mod app_checks;
mod app_role;
pub mod basic_saml;
mod basic_saml_checks;
mod basic_saml_plan;
pub mod before_atlassian;
pub mod before_entra;
mod break_glass;
pub mod certificate;
mod certificate_checks;
mod certificate_plan;
pub mod claims;
mod claims_changes;
mod claims_checks;
mod claims_found;
mod claims_verdicts;
mod claims_way;
mod collections;
mod count_people;
mod domains;
pub mod email_attribute;
mod email_attribute_checks;
mod email_numbers;
pub mod enforce;
mod enforce_asks;
mod enforce_checks;
#[cfg(test)]
mod enforce_model;
#[cfg(test)]
mod enforce_world;
mod enforced;
mod federation;
mod find_app;
mod gone;
pub mod hand_overs;
mod holders;
mod left_out;
mod login_audit;
mod login_causes;
mod login_entra;
mod login_obstacles;
mod login_person;
mod login_proof;
mod login_reads;
mod login_seen;
mod login_settings;
mod login_taken_back;
mod login_thumbprint;
mod notify;
mod only_pilot;
mod organization_admins;
mod organization_checks;
mod people_search;
pub mod pilot;
pub mod pilot_asks;
mod pilot_checks;
mod pilot_found;
mod pilot_people;
mod pilot_people_checks;
mod placement;
mod policy_adding;
mod policy_address;
mod policy_members;
mod published_check;
mod renewal;
mod saml_app;
pub mod saml_details;
mod saml_details_checks;
mod sent_claims;
mod signing;
pub mod test_login;
mod test_login_checks;
mod test_user;
mod took_hold;
pub mod usage;
mod way_back;

use engine::{Ask, AskKind, Guide, Known, Phase, StepId};

use crate::Live;
use crate::shared::{plan::PlanStep, sign_in::SignInStep};

/// The phases and steps, in the order on screen.
pub static GUIDE: Guide<Live> = Guide {
    target: "atlassian",
    phases: &[
        Phase {
            title: "Prepare",
            steps: &[
                &PlanStep,
                &SignInStep,
                &before_entra::BeforeEntra,
                &before_atlassian::BeforeAtlassian,
            ],
        },
        Phase {
            title: "Single sign-on",
            steps: &[
                &add_app::AddApp,
                &certificate::Certificate,
                &saml_details::SamlDetails,
                &basic_saml::BasicSaml,
                &email_attribute::EmailAttribute,
                &claims::Claims,
                &pilot::Pilot,
                &test_login::TestLogin,
                &enforce::Enforce,
            ],
        },
    ],
};

/// The fact in which a step keeps what an ask chooses among what is there. Where there is only one it is not asked, and the fact holds
/// that one: whoever named another one beforehand meant something that is not there. `None` for answers that name nothing.
pub fn chosen_in(ask: &str, answer: &str) -> Option<&'static str> {
    match ask {
        _ if answer.is_empty() => None,
        before_atlassian::ORGANIZATION => Some("atlassian.organization"),
        before_atlassian::SITE => Some("atlassian.site"),
        find_app::EXISTING if answer != find_app::NEW => Some("app.object"),
        _ => None,
    }
}

/// Whether two names of what an ask chooses name the same: an id in any case, a site with or without its scheme.
pub fn names_same(ask: &str, one: &str, other: &str) -> bool {
    let site = |text: &str| basic_saml_plan::address_of(text);
    match ask {
        before_atlassian::SITE => site(one).is_some() && site(one) == site(other),
        _ => one.eq_ignore_ascii_case(other),
    }
}

/// The asks of a step that come up only with what is found there; their options are then what was found.
pub fn found_asks(step: &StepId) -> Vec<Ask> {
    let choice = |id: &str, label: &str, hint: &str| {
        Ask::new(
            id,
            AskKind::Choice {
                options: Vec::new(),
            },
            label,
            hint,
        )
    };
    if *step == before_atlassian::ID {
        return vec![
            choice(
                before_atlassian::ORGANIZATION,
                "Which organization?",
                "Its id. Asked when the key opens several.",
            ),
            choice(
                before_atlassian::SITE,
                "Which site do people log in to?",
                "Its address. Asked when there are several.",
            ),
        ];
    }
    if *step == email_attribute::ID {
        return vec![email_attribute::attribute_ask(&Known::default())];
    }
    if *step == claims::ID {
        return claims_changes::found_asks();
    }
    if *step == add_app::ID {
        return vec![
            choice(
                find_app::EXISTING,
                "Which application?",
                "The object id of one to take over, or “new”. Asked when there is one of this template.",
            ),
            usage::ask(),
            find_app::without_template_ask(),
        ];
    }
    if *step == certificate::ID {
        return vec![
            choice(
                certificate::NEW_CERTIFICATE,
                "Make a new certificate?",
                "The thumbprint of the active one that it takes the place of. Asked when that one is not valid any more.",
            ),
            choice(
                certificate::WHICH,
                "Which certificate does Atlassian have?",
                "Its thumbprint. Asked when several could sign and none of them is active.",
            ),
            choice(
                renewal::PASTED,
                "Is the new certificate saved at Atlassian?",
                "The thumbprint of the new one. Asked while one waits to follow the active one.",
            ),
            usage::confirmation_of_any(certificate::IN_USE_CONFIRMED),
        ];
    }
    if *step == saml_details::ID {
        return vec![saml_details::idle_ask(&Known::default())];
    }
    if *step == basic_saml::ID {
        return vec![
            basic_saml_plan::others_ask(),
            usage::confirmation_of_any(basic_saml::IN_USE_CONFIRMED),
        ];
    }
    if *step == test_login::ID {
        return test_login::found_asks();
    }
    if *step == enforce::ID {
        return enforce_asks::found_asks();
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_the_same_however_it_is_written_and_an_id_in_any_case() {
        let (site, id) = (before_atlassian::SITE, before_atlassian::ORGANIZATION);
        for (ask, one, other, same) in [
            (
                site,
                "contoso.atlassian.net",
                "https://contoso.atlassian.net",
                true,
            ),
            (
                site,
                "https://contoso.atlassian.net/",
                "https://contoso.atlassian.net",
                true,
            ),
            (
                site,
                "contoso.atlassian.net",
                "https://fabrikam.atlassian.net",
                false,
            ),
            (site, "no site", "no site", false),
            (id, "54ef-AB", "54EF-ab", true),
            (id, "54ef", "54ee", false),
        ] {
            assert_eq!(names_same(ask, one, other), same, "{one} {other}");
        }
    }
}
