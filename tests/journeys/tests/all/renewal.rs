//! A certificate is renewed while an enforced pilot logs in with the one before. Practice judges a log-in by the one
//! certificate that was pasted into its screens, so each moment of the renewal can be tried.

use connect::autopilot::{Hands, Outcome};
use engine::{Ask, Plan};
use journeys::{Bench, Walk, by_id};

use crate::single_sign_on::enforced;
use crate::test_login::{answer, fact, look};

const STEP: &str = "certificate";

/// What comes of the pilot's log-in at the site.
async fn log_in(bench: &Bench, walk: &Walk) -> Outcome {
    let hands = Hands::new(&bench.cloud()).expect("practice");
    let who = hands.account(&fact(walk, "pilot.upn")).expect("an account");
    hands
        .log_in_at_site(&who)
        .await
        .expect("the pages are read")
}

/// The pilot gets in.
async fn gets_in(bench: &Bench, walk: &Walk, when: &str) {
    let outcome = log_in(bench, walk).await;
    assert!(
        matches!(outcome, Outcome::LoggedIn { .. }),
        "{when}: {outcome:?}"
    );
}

/// The thumbprint that Entra signs with.
fn signs(bench: &Bench) -> String {
    let active = &bench.principals()[0]["preferredTokenSigningKeyThumbprint"];
    active.as_str().expect("one is active").to_owned()
}

/// What the step asks before it goes on, and why.
async fn asked(walk: &Walk) -> (String, Ask) {
    match walk.plan(&by_id(STEP)).await.expect("it plans").plan {
        Plan::Asks { because, mut asks } => (because, asks.remove(0)),
        plan => panic!("it asks first: {plan:?}"),
    }
}

/// Makes what the step proposes, which are these changes.
async fn makes(walk: &Walk, wanted: &[&str]) {
    let shown = walk.shown(&by_id(STEP)).await.expect("it plans");
    let shown = shown.expect("there is something to do");
    let Plan::Changes { changes, .. } = &shown.plan else {
        panic!("it proposes: {:?}", shown.plan)
    };
    let ids: Vec<_> = changes.iter().map(|change| change.id.as_str()).collect();
    assert_eq!(ids, wanted);
    walk.make(&shown).await.expect("it is made");
    look(walk, STEP).await;
    rows_are_told_apart(walk);
}

/// The same change can be made more than once; the window draws each row by its id, and stands still where two have the same.
fn rows_are_told_apart(walk: &Walk) {
    let Some(changes) = walk.page(STEP).changes else {
        return;
    };
    let ids: Vec<_> = changes.rows.into_iter().map(|row| row.id).collect();
    let different: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(different.len(), ids.len(), "{ids:?}");
}

/// The certificate that an ask wants pasted.
fn to_paste(ask: &Ask) -> String {
    let copy = ask
        .copies
        .iter()
        .find(|(label, ..)| label == "Public x509 certificate");
    copy.expect("it is there to be copied").2.clone()
}

/// Replaces the certificate at Atlassian, as its administrator does.
async fn paste(bench: &Bench, walk: &Walk, pem: &str) {
    let hands = Hands::new(&bench.cloud()).expect("practice");
    let directory = hands.identity_provider().await.expect("the pages are read");
    let addresses = hands
        .set_up_saml(
            &directory.expect("a directory"),
            &fact(walk, "saml.entity_id"),
            &fact(walk, "saml.login_url"),
            pem,
        )
        .await
        .expect("Atlassian takes it");
    let state = walk.session.state();
    assert_eq!(
        state.known().answer("saml.acs"),
        Some(addresses.acs.as_str())
    );
}

#[tokio::test]
async fn people_log_in_until_the_new_one_is_saved_at_atlassian_and_again_once_it_is_activated() {
    let bench = Bench::of("fresh").await;
    let walk = enforced(&bench).await;
    let old = signs(&bench);
    gets_in(&bench, &walk, "before").await;

    answer(&walk, STEP, "saml.new_certificate", &old).await;
    makes(&walk, &["certificate"]).await;
    gets_in(&bench, &walk, "it is made").await;
    assert_eq!(
        (signs(&bench), fact(&walk, "saml.thumbprint")),
        (old.clone(), old.clone())
    );
    look(&walk, "saml-details").await;
    let given = walk.check("saml-details", "handed-over");
    assert!(given.starts_with("Passed: Atlassian has"), "{given}");

    // That people are cut off is confirmed while nobody is.
    let (because, confirmation) = asked(&walk).await;
    assert_eq!(confirmation.id, "saml.certificate_in_use");
    assert!(
        because.contains(
            "from the moment you save the new certificate at Atlassian until you activate it here"
        ),
        "{because}"
    );
    // The page has the question too, and shows why it is asked.
    let proposal = walk.plan(&by_id(STEP)).await.expect("a plan");
    let shown = walk.session.asks(&by_id(STEP), Some(&proposal));
    let shown: Vec<_> = shown
        .iter()
        .filter(|ask| ask.id == confirmation.id)
        .collect();
    assert_eq!(shown.len(), 1);
    assert!(shown[0].hint.starts_with(&because), "{}", shown[0].hint);
    answer(&walk, STEP, &confirmation.id, "yes").await;
    let (_, question) = asked(&walk).await;
    assert_eq!(question.id, "saml.next_pasted");
    let files = walk.session.documents(&by_id(STEP));
    let [file] = &files[..] else {
        panic!("one file: {files:?}")
    };
    assert_eq!(
        file.text.trim_end(),
        to_paste(&question),
        "the file is the same certificate"
    );

    paste(&bench, &walk, &to_paste(&question)).await;
    let shut = log_in(&bench, &walk).await;
    assert!(
        matches!(shut, Outcome::Refused { .. }),
        "Atlassian holds one certificate, and the page says what that means: {shut:?}"
    );
    assert_eq!(
        asked(&walk).await.1.id,
        "saml.next_pasted",
        "nothing is offered unsaid"
    );

    let next = fact(&walk, "saml.next_thumbprint");
    answer(&walk, STEP, "saml.next_pasted", &next).await;
    for (step, check) in [(STEP, "active"), ("saml-details", "handed-over")] {
        look(&walk, step).await;
        let said = walk.check(step, check);
        assert!(said.starts_with("Warning: "), "{said}");
    }
    makes(&walk, &["activate"]).await;
    gets_in(&bench, &walk, "it is active").await;
    assert_ne!(old, next);
    assert_eq!(
        (signs(&bench), fact(&walk, "saml.thumbprint")),
        (next.clone(), next)
    );
    look(&walk, "saml-details").await;
    for check in ["active", "metadata"] {
        let said = walk.check(STEP, check);
        assert!(said.starts_with("Passed: "), "{said}");
    }
    let given = walk.check("saml-details", "handed-over");
    assert!(
        given.starts_with("Could not look: No call tells"),
        "no log-in was looked at since: {given}"
    );
    let writes = bench.writes();
    assert_eq!(walk.shown(&by_id(STEP)).await, Ok(None));
    assert_eq!(bench.writes(), writes, "nothing is left to do");
}

#[tokio::test]
async fn what_waits_for_atlassian_still_waits_when_the_program_is_opened_again() {
    let bench = Bench::of("fresh").await;
    let walk = enforced(&bench).await;
    answer(&walk, STEP, "saml.new_certificate", &signs(&bench)).await;
    makes(&walk, &["certificate"]).await;
    answer(&walk, STEP, "saml.certificate_in_use", "yes").await;
    let next = fact(&walk, "saml.next_thumbprint");
    drop(walk);

    let walk = bench.open().await;
    let open: Vec<_> = walk.session.open_asks(&by_id(STEP), None);
    let [ask] = &open[..] else {
        panic!("one question: {open:?}")
    };
    assert_eq!(ask.id, "saml.next_pasted");
    assert!(to_paste(ask).starts_with("-----BEGIN CERTIFICATE-----"));

    // Somebody who thinks better of it keeps the one that signs; the new one stays unused.
    answer(&walk, STEP, "saml.next_pasted", &next).await;
    answer(&walk, STEP, "saml.new_certificate", "keep").await;
    answer(&walk, STEP, "saml.new_certificate", &signs(&bench)).await;
    walk.sign_in_for(&[by_id(STEP)]).await.expect("signs in");
    assert_eq!(
        asked(&walk).await.1.id,
        "saml.next_pasted",
        "what was said before counts no more"
    );
    gets_in(&bench, &walk, "nothing was activated").await;
}
