//! The claims as data: the writes that are shown before they are made, and the asks that come up. It calls nothing.

use engine::{Ask, Change, Undo};
use people::Attribute;
use serde_json::json;

use super::claims::{IN_USE_CONFIRMED, INSTEAD, POLICY};
use super::claims_found::Found;
use super::claims_way::{Move, Way};
use super::sent_claims::{self, Sent};
use super::usage;
use crate::Live;

/// One write as it is shown.
pub(super) fn change(one: Move, cx: &Live, found: &Found, email: Attribute) -> Change {
    let now = found.mapping_words();
    match one {
        Move::Detach => Change {
            id: "detach".into(),
            system: "Entra".into(),
            what: "Claims mapping policy".into(),
            about: "taken off this application; it is not deleted".into(),
            now: now.clone(),
            then: "None assigned".into(),
            then_about: "the portal’s page shows and changes what is sent again".into(),
            code: false,
            before: found
                .mapping
                .as_ref()
                .map(|policy| json!({ "id": policy.id, "name": policy.name })),
            after: None,
            undo: Undo::PutBack {
                said: "Yes, assigns it again".into(),
            },
        },
        Move::ClaimsPolicy => claims_change(found, email),
        Move::Make => policy_change(cx, email),
        Move::Assign => Change {
            id: "assign".into(),
            system: "Entra".into(),
            what: "Claims mapping policy of this application".into(),
            about: "from now on it says what is sent, not the portal’s page".into(),
            now: "None assigned".into(),
            then: policy_name(cx),
            then_about: Sent::wanted(email).words(),
            code: false,
            before: None,
            after: None,
            undo: Undo::PutBack {
                said: "Yes, takes it off again".into(),
            },
        },
    }
}

fn claims_change(found: &Found, email: Attribute) -> Change {
    let before = found.claims_policy();
    let now = before.map_or_else(Sent::by_default, sent_claims::of_claims_policy);
    let said = match before {
        Some(_) => "Yes, writes what was there before",
        // Microsoft documents no call that deletes the object (entra.md 9): empty, it says what it said before.
        None => "Yes, back to Microsoft’s defaults",
    };
    Change {
        id: "claims".into(),
        system: "Entra".into(),
        what: "Attributes & Claims".into(),
        about: "as on the portal’s page; Microsoft calls this call a preview".into(),
        now: now.words(),
        then: Sent::wanted(email).words(),
        then_about: "NameID in the form Email address; other rows stay".into(),
        code: false,
        before: before.cloned(),
        after: Some(sent_claims::claims_policy(before, email)),
        undo: Undo::PutBack { said: said.into() },
    }
}

fn policy_change(cx: &Live, email: Attribute) -> Change {
    let name = policy_name(cx);
    Change {
        id: "policy".into(),
        system: "Entra".into(),
        what: "New claims mapping policy".into(),
        about: "for this application only, not the tenant’s default".into(),
        now: "Does not exist".into(),
        then: name.clone(),
        then_about: Sent::wanted(email).words(),
        code: false,
        before: None,
        after: Some(sent_claims::mapping_policy(&name, email)),
        undo: Undo::Delete {
            said: "Yes, deletes it".into(),
            about: "Microsoft keeps no copy".into(),
        },
    }
}

/// The name of the policy that is ours: the tag tells it from others.
fn policy_name(cx: &Live) -> String {
    format!("Atlassian Cloud claims ({})", cx.tag())
}

pub(super) fn policy_ask(found: &Found, email: Attribute) -> Ask {
    let sends = match found
        .mapping
        .as_ref()
        .and_then(|policy| policy.sent.as_ref())
    {
        Some(sent) if sent.fits(email) => {
            format!("It sends what Atlassian needs: {}.", sent.words())
        }
        Some(sent) => format!(
            "Log-ins would fail until whoever made it edits it. It sends: {}.",
            sent.words()
        ),
        None => "What it sends can’t be read from its definition.".to_owned(),
    };
    let name = found.mapping_words();
    Ask::choice(
        POLICY,
        "What shall become of this claims mapping policy?",
        format!(
            "{name}. While it is assigned, the portal’s page Attributes & Claims has no effect."
        ),
        &[
            ("adopt", "Keep it as it is", &sends),
            (
                "detach",
                "Detach it from this application",
                "It is not deleted, other applications keep it, and undoing assigns it again. What is sent afterwards is shown before.",
            ),
        ],
    )
}

/// What was decided, with the way back.
pub(super) fn decided_ask(answer: &str) -> Ask {
    let taken = match answer {
        "adopt" => ("Keep it as it is", "Nothing is written."),
        _ => ("Detach it from this application", "As listed below."),
    };
    Ask::choice(
        POLICY,
        "The claims mapping policy that was assigned",
        "",
        &[
            (answer, taken.0, taken.1),
            ("", "Choose again", "Shows once more what it sends."),
        ],
    )
}

/// The ask for the other way.
pub(super) fn instead_ask() -> Ask {
    Ask::choice(
        INSTEAD,
        "How shall the claims be set?",
        "Microsoft refused the call that writes what the portal’s page shows.",
        &[
            (
                Way::MappingPolicy.word(),
                "With a claims mapping policy",
                "Final at Microsoft. While it is assigned, the portal’s page has no effect.",
            ),
            (
                Way::ClaimsPolicy.word(),
                "Try the portal’s object again",
                "Or follow the route by hand, which edits the same.",
            ),
        ],
    )
    .default(Way::MappingPolicy.word())
    .optional()
}

/// The asks that come up with what is found, their options then being what was found.
pub(super) fn found_asks() -> Vec<Ask> {
    let policy = Ask::choice(
        POLICY,
        "What shall become of this claims mapping policy?",
        "Asked when others assigned one to the application.",
        &[
            ("adopt", "Keep it as it is", ""),
            ("detach", "Detach it", ""),
        ],
    );
    vec![
        policy,
        instead_ask(),
        usage::confirmation_of_any(IN_USE_CONFIRMED),
    ]
}
