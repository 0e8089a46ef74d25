//! What the certificate step would change: the application as it stands against what is wanted. Pure, apart from what
//! the person and the cloud say.

use engine::{Ask, Change, Known, Plan, Undo};
use serde_json::json;

use super::certificate::{NEW_CERTIFICATE, WHICH};
use super::renewal::{self, MaySign, SIGNS_ON};
use super::saml_app::{SAML, SamlApp};
use super::signing::{Said, Signing, Wanted, day, last_moment, none_of, short, wanted};
use super::{collections, notify};
use crate::shared::sign_in::read_only;
use crate::{Live, words};

/// The answer for leaving the certificate as it is.
const KEEP: &str = "keep";
/// What an activation remembers where Atlassian has the certificate already.
const PASTED: &str = "pasted";

/// What the person wants.
pub(super) struct Wish {
    pub name: String,
    pub replace: Option<String>,
    pub chosen: Option<String>,
    pub notify: Vec<String>,
    pub by_hand: bool,
    pub makes_certificates: bool,
}

impl Wish {
    pub fn of(cx: &Live, known: &Known) -> Self {
        Self {
            name: certificate_name(cx),
            replace: known.answer(NEW_CERTIFICATE).map(str::to_owned),
            chosen: known.answer(WHICH).map(str::to_owned),
            notify: notify::wanted(known),
            by_hand: read_only(known),
            makes_certificates: cx.cloud.creates_certificates,
        }
    }
}

/// A certificate's name begins with CN= (entra.md 4.4); the connection in it tells ours after a lost answer.
fn certificate_name(cx: &Live) -> String {
    format!("CN=Atlassian Cloud SSO {}", cx.connection)
}

/// What would be done, before it is known who does it.
pub(super) enum Proposed {
    Changes(Vec<Change>),
    /// One of these is to be activated: the person says which one Atlassian has.
    Choose(Vec<Signing>),
    /// This certificate waits until Atlassian has it.
    HandOver(Signing),
    /// The active certificate is not valid: the person decides when another one is made.
    Ask(Signing),
    /// This cloud has no call that makes a certificate, and nothing else is left to do.
    PortalOnly,
}

/// What differs between the application and what is wanted. Pure.
pub(super) fn proposed(app: &SamlApp, known: &Known, wish: &Wish) -> Proposed {
    let decided = wanted(
        &app.certificates,
        app.preferred(),
        Said {
            replace: wish.replace.as_deref(),
            chosen: wish.chosen.as_deref(),
        },
        &wish.name,
        app.now,
    );
    let mut changes = Vec::new();
    if app.mode() != SAML {
        changes.push(mode_change(app.mode()));
    }
    let (mut portal, mut waiting) = (false, None);
    match decided {
        Wanted::Ask(active) => return Proposed::Ask(active),
        Wanted::Choose(several) => return Proposed::Choose(several),
        Wanted::Use(_) => {}
        Wanted::Activate(one) => changes.push(activate_change(app, Some(&one))),
        Wanted::HandOver(next) => match renewal::may_sign(known, &next) {
            Some(MaySign::Pasted) => changes.push(last_change(app, &next)),
            Some(MaySign::Unused) => changes.push(activate_change(app, Some(&next))),
            None => waiting = Some(next),
        },
        Wanted::Make { instead_of } if wish.makes_certificates => {
            let signs_on = instead_of.as_ref().filter(|one| one.is_valid(app.now));
            changes.push(certificate_change(app, wish, instead_of.as_ref()));
            // While another one signs, log-ins go on with it until Atlassian has the new one.
            if signs_on.is_none() {
                changes.push(activate_change(app, None));
            }
        }
        Wanted::Make { .. } => portal = true,
    }
    let now = &app.principal.notification_email_addresses;
    let missing = notify::missing(now, &wish.notify);
    if !missing.is_empty() && now.len() < notify::MOST {
        changes.push(notify_change(now, missing));
    }
    match waiting {
        Some(next) if changes.is_empty() => Proposed::HandOver(next),
        _ if portal && changes.is_empty() => Proposed::PortalOnly,
        _ => Proposed::Changes(changes),
    }
}

/// Whether what these changes activate cuts nobody off: Atlassian has it already, as the person said.
pub(super) fn lets_in_again(changes: &[Change], wish: &Wish) -> bool {
    let pasted = |change: &Change| change.after.as_ref()?.get(PASTED)?.as_bool();
    let chosen = |change: &Change| {
        let activated = change.after.as_ref()?.get("thumbprint")?.as_str()?;
        Some(wish.chosen.as_deref()?.eq_ignore_ascii_case(activated))
    };
    let lets_in = |change: &Change| pasted(change) == Some(true) || chosen(change) == Some(true);
    changes.iter().any(lets_in) && !changes.iter().any(leaves_a_mode)
}

/// Whether people may log in another way until this change.
fn leaves_a_mode(change: &Change) -> bool {
    let before = || change.before.as_ref()?.get("mode")?.as_str();
    change.id == "mode" && before().is_some()
}

/// The changes that reach log-ins at once, and until when. Making a certificate leaves another one signing, and the first mode that is
/// set has nobody before it.
pub(super) fn cutting(changes: &[Change]) -> (&'static [&'static str], &'static str) {
    let leaves = changes.iter().any(leaves_a_mode);
    let activates = changes.iter().any(|change| change.id == "activate");
    match (leaves, activates) {
        (true, false) => (&["mode"], "until SAML is set up at Atlassian too"),
        (true, true) => (
            &["mode", "activate"],
            "until SAML is set up at Atlassian too",
        ),
        (false, _) => (
            &["activate"],
            "until this certificate is saved at Atlassian",
        ),
    }
}

pub(super) fn is_notify(change: &Change) -> bool {
    change.id == "notify"
}

fn mode_change(now: &str) -> Change {
    let before = (!now.is_empty()).then_some(now);
    Change {
        id: "mode".into(),
        system: "Entra".into(),
        what: "Single sign-on mode".into(),
        about: "first of all: only then Entra takes Atlassian’s addresses".into(),
        now: before.unwrap_or("Not set").into(),
        then: SAML.into(),
        then_about: match before {
            Some(mode) => format!("whoever logs in by {mode} does not any more"),
            None => "nobody’s log-in changes by it".to_owned(),
        },
        code: true,
        before: Some(json!({ "mode": before })),
        after: Some(json!({ "mode": SAML })),
        undo: Undo::PutBack {
            said: match before {
                Some(mode) => format!("Yes, sets it to {mode} again"),
                None => "Yes, no mode again".into(),
            },
        },
    }
}

fn certificate_change(app: &SamlApp, wish: &Wish, instead_of: Option<&Signing>) -> Change {
    let ends = last_moment(app.now);
    let known: Vec<_> = app.certificates.iter().map(|one| one.id.clone()).collect();
    let now = match instead_of {
        Some(one) => format!("{}, until {}", one.short(), one.until()),
        None if known.is_empty() => "None".to_owned(),
        None => "None that is valid".to_owned(),
    };
    let then_about = match instead_of {
        None => wish.name.clone(),
        Some(one) if one.is_valid(app.now) => format!(
            "{}; not active: log-ins go on with {} until Atlassian has it",
            wish.name,
            one.short()
        ),
        Some(_) => format!(
            "{}; it signs from the moment it exists, so paste it at Atlassian right after",
            wish.name
        ),
    };
    Change {
        id: "certificate".into(),
        system: "Entra".into(),
        what: "Signing certificate".into(),
        about: "only Entra holds its private key".into(),
        now,
        then: format!("A new one, until {}", day(ends)),
        then_about,
        code: false,
        before: Some(json!({
            "known": known,
            SIGNS_ON: instead_of.filter(|one| one.is_valid(app.now)).map(|one| &one.thumbprint),
        })),
        after: Some(json!({ "name": wish.name, "ends": ends })),
        undo: Undo::Delete {
            said: "Yes, removes it".into(),
            about: "Atlassian must not hold it then".into(),
        },
    }
}

/// Activates this one, or the one that the change before made.
fn activate_change(app: &SamlApp, one: Option<&Signing>) -> Change {
    let now = match (app.active(), app.preferred()) {
        (Some(active), _) => format!("{}, until {}", active.short(), active.until()),
        (None, Some(thumbprint)) => short(thumbprint),
        (None, None) => "None".to_owned(),
    };
    let moves = app.active().is_some();
    Change {
        id: "activate".into(),
        system: "Entra".into(),
        what: "Active certificate".into(),
        about: "the one that signs log-ins".into(),
        now,
        then: one.map_or_else(|| "The new one".to_owned(), Signing::short),
        then_about: match one {
            Some(one) if moves => format!(
                "until {}; Atlassian must hold this one from then on",
                one.until()
            ),
            Some(one) => format!("until {}", one.until()),
            None => String::new(),
        },
        code: one.is_some(),
        before: Some(json!({ "thumbprint": app.preferred() })),
        after: Some(json!({ "thumbprint": one.map(|one| one.thumbprint.clone()) })),
        undo: Undo::PutBack {
            said: if moves {
                "Yes, activates the one before".into()
            } else {
                "Yes, none is active then".into()
            },
        },
    }
}

/// Activates the one that Atlassian has been given: until then no log-in succeeds.
fn last_change(app: &SamlApp, next: &Signing) -> Change {
    Change {
        then_about: format!(
            "until {}; Atlassian has it, so log-ins work again from then on",
            next.until()
        ),
        after: Some(json!({ "thumbprint": next.thumbprint, PASTED: true })),
        undo: Undo::PutBack {
            said: "Yes, activates the one before, which Atlassian must hold again then".into(),
        },
        ..activate_change(app, Some(next))
    }
}

fn notify_change(now: &[String], mut add: Vec<String>) -> Change {
    add.truncate(notify::MOST - now.len());
    let all = collections::with(now, &add);
    let said = if now.is_empty() {
        "Nobody".to_owned()
    } else {
        now.join(", ")
    };
    Change {
        id: "notify".into(),
        system: "Entra".into(),
        what: "Notification addresses".into(),
        about: "mailed 60, 30 and 7 days before the certificate ends".into(),
        now: said,
        then: all.join(", "),
        then_about: String::new(),
        code: false,
        before: Some(json!({ "all": now })),
        after: Some(json!({ "all": all, "add": add })),
        undo: Undo::PutBack {
            said: format!(
                "Yes, takes {} out",
                words::count(add.len(), "address", "addresses")
            ),
        },
    }
}

pub(super) fn another_ask(thumbprint: &str) -> Ask {
    let keep = format!("Keep the certificate {}", short(thumbprint));
    Ask::choice(
        NEW_CERTIFICATE,
        "The signing certificate",
        "",
        &[
            (
                KEEP,
                &keep,
                "An active, valid certificate is never replaced by itself.",
            ),
            (
                thumbprint,
                "Make a new one",
                "While this one is valid, log-ins go on with it until you have saved the new one at Atlassian.",
            ),
        ],
    )
    .default(KEEP)
}

/// The ask that comes up when several certificates could sign and none of them is active.
pub(super) fn which_asks(several: &[Signing], wish: &Wish) -> Plan {
    let labels: Vec<_> = several
        .iter()
        .map(|one| {
            format!(
                "{}, valid from {} until {}",
                one.short(),
                one.from(),
                one.until()
            )
        })
        .collect();
    let hints: Vec<_> = several
        .iter()
        .map(|one| match one.name.as_str() {
            "" => format!("Thumbprint {}.", one.thumbprint),
            name => format!("{name}. Thumbprint {}.", one.thumbprint),
        })
        .collect();
    let none = none_of(several);
    let mut options: Vec<_> = several
        .iter()
        .zip(labels.iter().zip(&hints))
        .map(|(one, (label, hint))| (one.thumbprint.as_str(), label.as_str(), hint.as_str()))
        .collect();
    if wish.makes_certificates {
        options.push((
            &none,
            "None of them: make a new one",
            "It is activated at once. If people log in already, have the Atlassian screen open: log-ins fail until it is pasted there.",
        ));
    }
    Plan::Asks {
        because: format!(
            "{} could sign, and none of them is active. Log-ins succeed only with the one that Atlassian has.",
            words::count(several.len(), "certificate", "certificates")
        ),
        asks: vec![Ask::choice(
            WHICH,
            "Which certificate does Atlassian have?",
            "Look there under View SAML configuration, or ask whoever pasted it. If Atlassian has none yet, take the one that is valid longest.",
            &options,
        )],
    }
}

/// The ask that comes up when the active certificate is not valid.
pub(super) fn expired_asks(expired: &Signing, app: &SamlApp) -> Plan {
    let state = match expired.days_left(app.now) {
        Some(days) if days < 0 => format!("ended on {}", expired.until()),
        _ => "is not valid yet".to_owned(),
    };
    let make = (
        expired.thumbprint.as_str(),
        "Make a new one now",
        "It signs from the moment it exists, even while the portal calls it inactive. Have the Atlassian screen open and paste it there right after.",
    );
    Plan::Asks {
        because: format!(
            "The active certificate {} {state}. Atlassian may still accept what it signs; a new one it refuses until it is pasted there.",
            expired.short()
        ),
        asks: vec![Ask::choice(
            NEW_CERTIFICATE,
            "Make a new certificate now?",
            "",
            &[make],
        )],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlassian::saml_app::testing::{app, key};
    use serde_json::Value;

    const NOW: &str = "2026-11-25T10:00:00Z";

    fn wish() -> Wish {
        Wish {
            name: "CN=Atlassian Cloud SSO contoso-7f3a".into(),
            replace: None,
            chosen: None,
            notify: vec!["it@contoso.com".into(), "adele@contoso.com".into()],
            by_hand: false,
            makes_certificates: true,
        }
    }

    /// What is proposed for an application, as the ids of the changes.
    fn ids(principal: Value, wish: &Wish) -> String {
        match proposed(&app(json!({}), principal, NOW), &Known::default(), wish) {
            Proposed::HandOver(one) => format!("hand over {}", one.short()),
            Proposed::Choose(several) => format!("choose of {}", several.len()),
            Proposed::Ask(one) => format!("ask about {}", one.short()),
            Proposed::PortalOnly => "portal".to_owned(),
            Proposed::Changes(changes) => changes
                .iter()
                .map(|change| change.id.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    #[test]
    fn what_differs_is_what_is_proposed() {
        let both = json!(["it@contoso.com", "Adele@contoso.com"]);
        let valid = key(1, "2029-01-01");
        let ended = key(2, "2024-01-01");
        let thumbprint = |number: u8| format!("{number:02X}").repeat(20);
        let cases = [
            (
                "fresh",
                json!({}),
                wish(),
                "mode certificate activate notify",
            ),
            (
                "everything is so",
                json!({"preferredSingleSignOnMode": "saml", "keyCredentials": [valid], "preferredTokenSigningKeyThumbprint": thumbprint(1), "notificationEmailAddresses": both}),
                wish(),
                "",
            ),
            (
                "made in the portal and not activated",
                json!({"preferredSingleSignOnMode": "saml", "keyCredentials": [valid, ended], "notificationEmailAddresses": both}),
                wish(),
                "activate",
            ),
            (
                "two that could sign, and none is active",
                json!({"preferredSingleSignOnMode": "saml", "keyCredentials": [valid, key(2, "2028-01-01")], "notificationEmailAddresses": both}),
                wish(),
                "choose of 2",
            ),
            (
                "two, and the person knows which",
                json!({"preferredSingleSignOnMode": "saml", "keyCredentials": [valid, key(2, "2028-01-01")], "notificationEmailAddresses": both}),
                Wish {
                    chosen: Some(thumbprint(2)),
                    ..wish()
                },
                "activate",
            ),
            (
                "the active one has ended",
                json!({"preferredSingleSignOnMode": "saml", "keyCredentials": [ended], "preferredTokenSigningKeyThumbprint": thumbprint(2), "notificationEmailAddresses": both}),
                wish(),
                "ask about 0202…0202",
            ),
            (
                "it has ended, and the person wants a new one now",
                json!({"preferredSingleSignOnMode": "saml", "keyCredentials": [ended], "preferredTokenSigningKeyThumbprint": thumbprint(2), "notificationEmailAddresses": both}),
                Wish {
                    replace: Some(thumbprint(2)),
                    ..wish()
                },
                "certificate activate",
            ),
            (
                "it is valid, and the person wants a new one",
                json!({"preferredSingleSignOnMode": "saml", "keyCredentials": [valid], "preferredTokenSigningKeyThumbprint": thumbprint(1), "notificationEmailAddresses": both}),
                Wish {
                    replace: Some(thumbprint(1)),
                    ..wish()
                },
                "certificate",
            ),
            (
                "five are mailed already",
                json!({"preferredSingleSignOnMode": "saml", "keyCredentials": [valid], "preferredTokenSigningKeyThumbprint": thumbprint(1), "notificationEmailAddresses": ["1@x.de", "2@x.de", "3@x.de", "4@x.de", "5@x.de"]}),
                wish(),
                "",
            ),
            (
                "a cloud without the call still gets the mode",
                json!({}),
                Wish {
                    makes_certificates: false,
                    ..wish()
                },
                "mode notify",
            ),
            (
                "and then the portal is the way",
                json!({"preferredSingleSignOnMode": "saml", "notificationEmailAddresses": both}),
                Wish {
                    makes_certificates: false,
                    ..wish()
                },
                "portal",
            ),
        ];
        for (what, principal, wish, wanted) in cases {
            assert_eq!(ids(principal, &wish), wanted, "{what}");
        }
    }

    #[test]
    fn a_new_certificate_in_place_of_another_says_what_happens_to_log_ins() {
        let principal = json!({"keyCredentials": [key(2, "2024-01-01")]});
        let ended = app(json!({}), principal, NOW);
        let replace = Wish {
            replace: Some("02".repeat(20)),
            ..wish()
        };
        let Proposed::Changes(changes) = proposed(&ended, &Known::default(), &replace) else {
            panic!("it was wanted")
        };
        let certificate = changes
            .iter()
            .find(|change| change.id == "certificate")
            .expect("a new one");
        assert_eq!(certificate.now, "0202…0202, until 1 Jan 2024");
        assert!(
            certificate.then_about.contains("from the moment it exists"),
            "{}",
            certificate.then_about
        );
    }

    #[test]
    fn what_follows_a_valid_certificate_signs_only_once_atlassian_has_it() {
        let mut made = key(2, "2029-11-25");
        made["displayName"] = wish().name.into();
        made["startDateTime"] = "2026-11-25T00:00:00Z".into();
        let (old, new) = ("01".repeat(20), "02".repeat(20));
        let principal = json!({
            "preferredSingleSignOnMode": "saml",
            "keyCredentials": [key(1, "2027-01-01"), made],
            "preferredTokenSigningKeyThumbprint": old,
            "notificationEmailAddresses": ["it@contoso.com", "adele@contoso.com"],
        });
        let app = app(json!({}), principal, NOW);
        let wish = Wish {
            replace: Some(old),
            ..wish()
        };
        let mut known = Known::default();
        let Proposed::HandOver(next) = proposed(&app, &known, &wish) else {
            panic!("Atlassian does not have it")
        };
        assert!(next.is(&new));

        let notified = Wish {
            notify: vec!["b@contoso.com".into()],
            ..wish
        };
        let Proposed::Changes(changes) = proposed(&app, &known, &notified) else {
            panic!("what cuts nobody off need not wait")
        };
        assert!(changes.iter().all(is_notify));

        known.answers.insert(renewal::PASTED.into(), new);
        let Proposed::Changes(changes) = proposed(&app, &known, &notified) else {
            panic!("Atlassian has it")
        };
        assert_eq!(changes[0].id, "activate");
        assert!(lets_in_again(&changes, &notified));
    }

    #[test]
    fn what_cuts_people_off_is_named_with_its_end_and_what_atlassian_has_cuts_nobody_off() {
        let (first, second) = (key(1, "2029-01-01"), key(2, "2028-01-01"));
        let both = json!([first, second]);
        let chosen = Wish {
            chosen: Some("02".repeat(20)),
            ..wish()
        };
        let (saved, set_up) = (
            "until this certificate is saved at Atlassian",
            "until SAML is set up at Atlassian too",
        );
        let cases: [(_, Value, &Wish, &[&str], &str, bool); 5] = [
            (
                "nothing was set up",
                json!({}),
                &wish(),
                &["activate"],
                saved,
                false,
            ),
            (
                "another way to log in, and a certificate that is active",
                json!({"preferredSingleSignOnMode": "password", "keyCredentials": [first], "preferredTokenSigningKeyThumbprint": "01".repeat(20)}),
                &wish(),
                &["mode"],
                set_up,
                false,
            ),
            (
                "another way to log in, and no certificate",
                json!({"preferredSingleSignOnMode": "password"}),
                &wish(),
                &["mode", "activate"],
                set_up,
                false,
            ),
            (
                "the one that Atlassian has",
                json!({"preferredSingleSignOnMode": "saml", "keyCredentials": both}),
                &chosen,
                &["activate"],
                saved,
                true,
            ),
            (
                "the one that Atlassian has, but in another mode",
                json!({"preferredSingleSignOnMode": "password", "keyCredentials": both}),
                &chosen,
                &["mode", "activate"],
                set_up,
                false,
            ),
        ];
        for (what, principal, wish, ids, until, lets_in) in cases {
            let app = app(json!({}), principal, NOW);
            let Proposed::Changes(changes) = proposed(&app, &Known::default(), wish) else {
                panic!("{what}: changes")
            };
            assert_eq!(cutting(&changes), (ids, until), "{what}");
            assert_eq!(lets_in_again(&changes, wish), lets_in, "{what}");
        }
    }

    #[test]
    fn no_more_than_five_are_mailed_and_nobody_is_taken_out() {
        let now: Vec<String> = (1..=4).map(|number| format!("{number}@x.de")).collect();
        let change = notify_change(&now, vec!["it@contoso.com".into(), "b@contoso.com".into()]);
        assert_eq!(
            change.then,
            "1@x.de, 2@x.de, 3@x.de, 4@x.de, it@contoso.com"
        );
        assert_eq!(change.undo.said().0, "Yes, takes 1 address out");
    }
}
