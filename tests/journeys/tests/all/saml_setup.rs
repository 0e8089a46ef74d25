//! Single sign-on up to where log-ins can be tried: the certificate, the values at Atlassian, the addresses in Entra; and
//! what somebody else had begun.

use connect::autopilot::{Hands, SamlAddresses};
use engine::{AskKind, Plan, Trouble};
use journeys::{Bench, Ended, Walk, by_id};
use serde_json::{Value, json};

use crate::test_login::answer;

/// A second address, so that a notice has two ways.
const NOTIFIED: &str = "adele@contoso.com, identity@contoso.com";
const APP: &str = "Atlassian Cloud";

/// The three pages once everything is done.
const PAGES: &str = "\
1.2 Certificate and Entra values\n\
? Who is mailed before the certificate ends: adele@contoso.com, identity@contoso.com\n\
? The signing certificate: keep\n\
changed Single sign-on mode: Not set -> saml; undo: Yes, no mode again\n\
changed Signing certificate: None -> A new one, until DATE; undo: Yes, removes it\n\
changed Active certificate: None -> The new one; undo: Yes, none is active then\n\
changed Notification addresses: Nobody -> adele@contoso.com, identity@contoso.com; undo: Yes, takes 2 addresses out\n\
Passed: Single sign-on is set to SAML\n\
Passed: THUMB is active, valid until DATE\n\
Passed: THUMB signs log-ins\n\
Passed: 2 addresses are mailed before it ends\n\
Passed: Microsoft publishes the same values\n\
Passed: Token encryption is off\n\
Passed: Signed requests are not required\n\
[Everything here is verified.]\n\
(Continue to 1.3)\n\
\n\
1.3 Atlassian SAML details\n\
? The directory at Atlassian: new\n\
? Service provider entity URL: http://127.0.0.1:PORT/saml/ID\n\
? Service provider assertion consumer service URL: http://127.0.0.1:PORT/login/callback?connection=saml-ID\n\
Passed: The three values are at hand\n\
Passed: The entity URL has the right form\n\
Passed: The assertion consumer service URL has the right form\n\
Passed: Both addresses belong together\n\
Passed: No other application holds the identifier\n\
Could not look: No call tells whether Atlassian has THUMB\n\
Passed: Atlassian’s audit log shows it\n\
[Nothing failed. 1 check could not be looked at.]\n\
(Continue to 1.4)\n\
\n\
1.4 Basic SAML configuration\n\
changed Identifier and reply URL: None -> http://127.0.0.1:PORT/saml/ID, http://127.0.0.1:PORT/login/callback?connection=saml-ID; undo: Yes, puts back what stood there\n\
changed Sign-on URL: None -> http://127.0.0.1:PORT; undo: Yes, empties it again\n\
changed Relay state: None -> http://127.0.0.1:PORT; undo: Yes, empties it again\n\
Passed: Entra knows Atlassian’s identifier\n\
Passed: Answers go to Atlassian’s reply address\n\
Passed: The enterprise application has taken both over\n\
Passed: A log-in starts at the site\n\
Passed: A log-in from Entra ends at the site\n\
[Everything here is verified.]\n\
(Continue to 1.5)";

/// Somebody who walks to the addresses, taking over what stands in this scenario.
async fn begun(bench: &Bench) -> Walk {
    let walk = bench.open().await.answering("saml.notify", NOTIFIED);
    match &bench.applications()[..] {
        [] => walk,
        all => {
            let id = all[0]["id"].as_str().expect("an id");
            walk.answering("app.existing", id)
        }
    }
}

/// What an administrator does at Atlassian: pastes the three values there and brings two addresses back.
async fn at_atlassian(bench: &Bench, walk: &Walk) -> SamlAddresses {
    let hands = Hands::new(&bench.cloud()).expect("practice is on this machine");
    let directory = hands
        .add_identity_provider("Contoso Entra")
        .await
        .expect("a directory");
    let copies = walk.page("saml-details").hand.expect("by hand").copies;
    let value = |label: &str| {
        let copy = copies.iter().find(|copy| copy.label == label);
        copy.unwrap_or_else(|| panic!("{label} is there to be copied"))
            .value
            .clone()
    };
    hands
        .set_up_saml(
            &directory,
            &value("Identity provider Entity ID"),
            &value("Identity provider SSO URL"),
            &value("Public x509 certificate"),
        )
        .await
        .expect("Atlassian takes the values")
}

/// Walks through the certificate and the SAML details, to before the addresses are written.
async fn to_the_addresses(bench: &Bench, walk: Walk) -> (Walk, SamlAddresses) {
    assert_eq!(walk.until("certificate").await, Ok(Ended::Verified));
    let addresses = at_atlassian(bench, &walk).await;
    let walk = walk
        .answering("saml.sp_entity", &addresses.entity)
        .answering("saml.acs", &addresses.acs);
    assert_eq!(does(&walk, "saml-details").await, Ok(Ended::Verified));
    (walk, addresses)
}

/// Does one step, without looking at those before it again.
async fn does(walk: &Walk, step: &str) -> Result<Ended, Trouble> {
    walk.step(&by_id(step)).await
}

/// A page in words, without what differs from run to run.
fn picture(walk: &Walk, step: &str) -> String {
    let text = walk.picture(step);
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for word in &mut words {
        if let Some(at) = word.find('…').filter(|at| *at >= 4) {
            let (from, to) = (at - 4, at + '…'.len_utf8() + 4);
            word.replace_range(from..to, "THUMB");
        }
    }
    words.join(" ")
}

fn principal(bench: &Bench) -> Value {
    bench.principals().remove(0)
}

fn application(bench: &Bench) -> Value {
    bench.applications().remove(0)
}

/// The trouble that a step comes up with.
async fn trouble(walk: &Walk, step: &str) -> Trouble {
    does(walk, step).await.expect_err("it is refused")
}

#[tokio::test]
async fn a_fresh_application_gets_a_certificate_and_atlassians_addresses() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    let (walk, addresses) = to_the_addresses(&bench, walk).await;
    walk.look(&by_id("basic-saml")).await.expect("it looks");
    let before = walk.page("basic-saml").checks;
    assert!(
        before.iter().all(|check| check.word == "Not yet"),
        "nothing is wrong before anything was written: {before:?}"
    );
    assert_eq!(does(&walk, "basic-saml").await, Ok(Ended::Verified));

    let principal = principal(&bench);
    assert_eq!(principal["preferredSingleSignOnMode"], "saml");
    let known = walk.session.state().known().clone();
    let thumbprint = known.fact("saml.thumbprint").expect("a certificate");
    assert_eq!(principal["preferredTokenSigningKeyThumbprint"], thumbprint);
    assert_eq!(
        principal["notificationEmailAddresses"],
        json!(["adele@contoso.com", "identity@contoso.com"])
    );
    let site = known.fact("atlassian.site").expect("a site");
    assert_eq!(principal["loginUrl"], site);
    assert_eq!(principal["samlSingleSignOnSettings"]["relayState"], site);
    let application = application(&bench);
    assert_eq!(application["identifierUris"], json!([addresses.entity]));
    assert_eq!(application["web"]["redirectUris"], json!([addresses.acs]));
    let pages = ["certificate", "saml-details", "basic-saml"];
    let pages = pages.map(|step| picture(&walk, step));
    assert_eq!(pages.join("\n\n"), PAGES);
    walk.look(&by_id("add-app")).await.expect("it looks");
    assert_eq!(
        walk.check("add-app", "untouched"),
        "Passed: Single sign-on is set to saml, as its own step shows"
    );

    let writes = bench.writes();
    assert_eq!(walk.until("basic-saml").await, Ok(Ended::Verified));
    assert_eq!(bench.writes(), writes, "what is verified is not done again");
}

#[tokio::test]
async fn undoing_puts_the_application_back_as_it_was() {
    for scenario in ["fresh", "half-done-saml", "certificates"] {
        let bench = Bench::of(scenario).await;
        let walk = begun(&bench).await.answering("saml.other_addresses", "go");
        assert_eq!(
            walk.until("add-app").await,
            Ok(Ended::Verified),
            "{scenario}"
        );
        let before = bench.stand();
        let (walk, _) = to_the_addresses(&bench, walk).await;
        assert_eq!(
            does(&walk, "basic-saml").await,
            Ok(Ended::Verified),
            "{scenario}"
        );
        assert_ne!(bench.stand()["tenant"], before["tenant"], "{scenario}");

        walk.undo(Some("certificate")).await.expect("it is undone");

        assert_eq!(bench.stand()["tenant"], before["tenant"], "{scenario}");
        assert_eq!(
            walk.session.state().known().fact("saml.made"),
            None,
            "{scenario}: what the changes taught is forgotten"
        );
    }
}

/// What a change of this step would write over, by its id: now and then.
async fn row(walk: &Walk, step: &str, change: &str) -> (String, String) {
    let shown = walk.shown(&by_id(step)).await.expect("it plans");
    let Some(Plan::Changes { changes, .. }) = shown.map(|shown| shown.plan) else {
        panic!("{step} has something to change")
    };
    let row = changes.into_iter().find(|row| row.id == change);
    let row = row.unwrap_or_else(|| panic!("{step} changes {change}"));
    (row.now, row.then)
}

#[tokio::test]
async fn what_somebody_began_is_taken_over_and_nothing_of_theirs_goes_unasked() {
    let bench = Bench::of("half-done-saml").await;
    let walk = begun(&bench).await;
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    assert_eq!(
        walk.check("add-app", "untouched"),
        "Warning: Single sign-on is set to saml already"
    );
    let shown = walk.shown(&by_id("certificate")).await.expect("it plans");
    let Some(Plan::Changes { changes, .. }) = shown.map(|shown| shown.plan) else {
        panic!("the certificate is not active")
    };
    let ids: Vec<_> = changes.iter().map(|change| change.id.as_str()).collect();
    assert_eq!(
        ids,
        ["activate", "notify"],
        "the certificate that stands is used"
    );
    let (walk, addresses) = to_the_addresses(&bench, walk).await;

    let Ok(Ended::Asked(asks)) = does(&walk, "basic-saml").await else {
        panic!("it asks about the other addresses")
    };
    assert_eq!(asks[0].id, "saml.other_addresses");
    let walk = walk.answering("saml.other_addresses", "stay");
    let (now, then) = row(&walk, "basic-saml", "addresses").await;
    assert!(now.contains("plugins/servlet/samlsso"), "{now}");
    assert!(then.starts_with(&addresses.entity), "{then}");
    assert_eq!(does(&walk, "basic-saml").await, Ok(Ended::Verified));

    let application = application(&bench);
    let identifiers = application["identifierUris"].as_array().expect("a list");
    assert_eq!(identifiers.len(), 2, "theirs stays behind");
    assert_eq!(identifiers[0], addresses.entity.as_str());
    let settings = application["web"]["redirectUriSettings"]
        .as_array()
        .expect("a list");
    let default = settings.iter().find(|setting| setting["index"] == 0);
    assert_eq!(default.expect("a default")["uri"], addresses.acs.as_str());
    walk.look(&by_id("add-app")).await.expect("it looks");
    assert_eq!(
        walk.check("add-app", "untouched"),
        "Passed: Single sign-on is set to saml, as its own step shows"
    );
}

#[tokio::test]
async fn each_certificate_is_named_and_an_active_valid_one_is_kept() {
    let bench = Bench::of("certificates").await;
    let walk = begun(&bench).await;
    assert_eq!(walk.until("certificate").await, Ok(Ended::Verified));
    let page = walk.page("certificate");
    let named: Vec<_> = page
        .checks
        .iter()
        .filter(|check| check.id.starts_with("certificates/"))
        .map(|check| journeys::plain(&check.title))
        .collect();
    let says = |words: &str| named.iter().filter(|title| title.contains(words)).count();
    assert_eq!(named.len(), 3, "{named:?}");
    assert_eq!(says("is not active, ended on"), 1, "{named:?}");
    assert_eq!(says("is not active, valid until"), 1, "{named:?}");
    assert_eq!(says("The active certificate"), 1, "{named:?}");
    assert!(
        !bench
            .writes()
            .iter()
            .any(|write| write.contains("addTokenSigningCertificate")),
        "no new one is made: {:?}",
        bench.writes()
    );

    let active = principal(&bench)["preferredTokenSigningKeyThumbprint"].clone();
    let old = active.as_str().expect("one is active").to_owned();
    let walk = walk.answering("saml.new_certificate", &old);
    assert_eq!(does(&walk, "certificate").await, Ok(Ended::Verified));
    assert_eq!(
        principal(&bench)["preferredTokenSigningKeyThumbprint"],
        active,
        "it is made, and somebody may log in with the other one"
    );
    let Ok(Ended::Asked(asks)) = does(&walk, "certificate").await else {
        panic!("it asks whether Atlassian has it")
    };
    let AskKind::Choice { options } = &asks[0].kind else {
        panic!("a choice: {asks:?}")
    };
    let unused = options
        .iter()
        .find(|option| option.label.starts_with("Nobody logs in"));
    let unused = unused
        .expect("Atlassian was given nothing yet")
        .value
        .clone();
    let walk = walk.answering("saml.next_pasted", &unused);
    assert_eq!(does(&walk, "certificate").await, Ok(Ended::Verified));
    let new = principal(&bench)["preferredTokenSigningKeyThumbprint"].clone();
    assert_ne!(new, active, "the person asked for another one");
    let writes = bench.writes();
    assert_eq!(does(&walk, "certificate").await, Ok(Ended::Verified));
    assert_eq!(bench.writes(), writes, "and asked for it once");
}

#[tokio::test]
async fn of_several_certificates_the_person_says_which_one_atlassian_has() {
    let bench = Bench::of("certificates").await;
    let walk = begun(&bench).await;
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    let active = principal(&bench)["preferredTokenSigningKeyThumbprint"].clone();
    let soonest = active
        .as_str()
        .expect("the one that ends soonest")
        .to_owned();
    bench
        .practice
        .levers()
        .certificate_inactive(APP)
        .expect("pulled");
    let writes = bench.writes();

    let Ok(Ended::Asked(asks)) = does(&walk, "certificate").await else {
        panic!("it does not choose by itself")
    };
    assert_eq!(bench.writes(), writes);
    assert_eq!(asks[0].id, "saml.which_certificate");
    let AskKind::Choice { options } = &asks[0].kind else {
        panic!("a choice: {asks:?}")
    };
    let [first, second, none] = &options[..] else {
        panic!("the ended one could not sign: {options:?}")
    };
    assert!(none.label.starts_with("None of them"), "{none:?}");
    for option in [first, second] {
        assert!(option.label.contains(", valid from "), "{option:?}");
        assert!(option.hint.contains(&option.value), "{option:?}");
    }

    let walk = walk.answering("saml.which_certificate", &soonest);
    assert_eq!(does(&walk, "certificate").await, Ok(Ended::Verified));
    assert_eq!(
        principal(&bench)["preferredTokenSigningKeyThumbprint"],
        active
    );
}

#[tokio::test]
async fn a_new_certificate_in_place_of_an_ended_one_is_made_when_the_person_says_so() {
    let bench = Bench::of("expired-certificate").await;
    let walk = begun(&bench).await;
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    let Ok(Ended::Asked(asks)) = does(&walk, "certificate").await else {
        panic!("it asks first")
    };
    let ended = principal(&bench)["preferredTokenSigningKeyThumbprint"].clone();
    let ended = ended.as_str().expect("it is active").to_owned();
    assert_eq!(asks[0].id, "saml.new_certificate");
    assert!(
        !bench
            .writes()
            .iter()
            .any(|write| write.contains("addTokenSigningCertificate")),
        "{:?}",
        bench.writes()
    );
    let walk = walk.answering("saml.new_certificate", &ended);
    assert_eq!(does(&walk, "certificate").await, Ok(Ended::Verified));
    assert_ne!(
        principal(&bench)["preferredTokenSigningKeyThumbprint"],
        ended.as_str()
    );
}

#[tokio::test]
async fn a_cloud_without_the_call_goes_by_the_portal() {
    let bench = Bench::of("fresh").await;
    bench.practice.levers().no_certificate_action();
    let walk = begun(&bench).await;
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    let refused = trouble(&walk, "certificate").await;
    assert_eq!(
        refused.title,
        "Microsoft has no call that makes a certificate in this cloud"
    );
    assert_eq!(refused.next[0].title, "Make it in the portal");
    // Somebody makes one in the portal, which also activates it.
    bench
        .practice
        .levers()
        .rotate_certificate(APP)
        .expect("the application is there");
    assert_eq!(does(&walk, "certificate").await, Ok(Ended::Verified));
    assert!(
        walk.session
            .state()
            .known()
            .fact("saml.certificate")
            .is_some(),
        "what the portal made is handed over all the same"
    );
}

#[tokio::test]
async fn an_identifier_that_another_application_holds_is_found_before_anything_is_written() {
    for deleted in [false, true] {
        let bench = Bench::of("fresh").await;
        let walk = begun(&bench).await;
        let (walk, addresses) = to_the_addresses(&bench, walk).await;
        let levers = bench.practice.levers();
        if deleted {
            levers.take_identifier_deleted(&addresses.entity);
        } else {
            levers.take_identifier(&addresses.entity);
        }
        let writes = bench.writes();
        let refused = trouble(&walk, "basic-saml").await;
        assert_eq!(
            journeys::plain(&refused.title),
            "Atlassian (old) (ID) holds this identifier already"
        );
        let first = match deleted {
            true => "Delete it for good, or restore it",
            false => "Take the identifier out there",
        };
        assert_eq!(refused.next[0].title, first);
        assert_eq!(bench.writes(), writes);
        walk.look(&by_id("saml-details")).await.expect("it looks");
        assert_eq!(
            walk.check("saml-details", "unused"),
            "Failed: Atlassian (old) (ID) holds the identifier"
        );
    }
}

/// The next so many writes of an application are refused as by the tenant's rule about identifiers.
fn refuse_identifiers(bench: &Bench, times: u32) {
    let said = "Failed to add identifier URI x. All newly added URIs must contain a tenant verified domain, tenant ID, or app ID.";
    bench.practice.levers().fault(sim::Fault {
        host: Some(sim::Host::Graph),
        method: Some("PATCH".into()),
        path_contains: "/applications/".into(),
        times,
        ..sim::Fault::next(sim::Effect::Status {
            code: 400,
            body: Some(json!({"error": {"code": "Request_BadRequest", "message": said}})),
            headers: Vec::new(),
        })
    });
}

#[tokio::test]
async fn a_tenant_that_refuses_foreign_identifiers_is_tried_three_times_and_then_explained() {
    let bench = Bench::of("fresh").await;
    bench.practice.levers().foreign_identifier_policy();
    let walk = begun(&bench).await;
    let (walk, _) = to_the_addresses(&bench, walk).await;
    refuse_identifiers(&bench, 3);
    let refused = trouble(&walk, "basic-saml").await;
    assert_eq!(
        refused.title,
        "Your tenant does not let the identifier be added"
    );
    assert_eq!(refused.next[0].title, "Ask for an exemption");
    assert_eq!(application(&bench)["identifierUris"], json!([]));

    refuse_identifiers(&bench, 2);
    assert_eq!(
        does(&walk, "basic-saml").await,
        Ok(Ended::Verified),
        "an application in SAML mode is exempted, as soon as every server knows of the mode"
    );
}

#[tokio::test]
async fn a_certificate_that_changed_after_the_values_were_pasted_is_noticed() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    let (walk, _) = to_the_addresses(&bench, walk).await;
    assert!(
        walk.check("saml-details", "handed-over")
            .starts_with("Could not look: No call tells")
    );
    bench
        .practice
        .levers()
        .rotate_certificate(APP)
        .expect("the application is there");
    assert_eq!(does(&walk, "certificate").await, Ok(Ended::Verified));
    assert_eq!(does(&walk, "saml-details").await, Ok(Ended::Verified));
    assert_eq!(
        walk.check("saml-details", "handed-over"),
        "Warning: The certificate changed after you pasted it at Atlassian"
    );
    let new = principal(&bench)["preferredTokenSigningKeyThumbprint"].clone();
    let walk = walk.answering("saml.repasted", new.as_str().expect("it is active"));
    assert_eq!(does(&walk, "saml-details").await, Ok(Ended::Verified));
    assert!(
        walk.check("saml-details", "handed-over")
            .starts_with("Could not look: No call tells")
    );
}

#[tokio::test]
async fn what_atlassian_cannot_live_with_and_what_is_not_activated_is_named() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    assert_eq!(walk.until("certificate").await, Ok(Ended::Verified));
    let levers = bench.practice.levers();
    levers.token_encryption_on(APP).expect("the application");
    levers
        .signed_requests_required(APP)
        .expect("the application");
    levers.certificate_inactive(APP).expect("the application");
    walk.look(&by_id("certificate")).await.expect("it looks");
    let open = walk.open_checks("certificate");
    for words in [
        "Failed: Token encryption is on",
        "Failed: Signed requests are required",
        "Failed: No certificate is activated",
    ] {
        assert!(open.contains(&words.to_owned()), "{words}: {open:?}");
    }
    let page = walk.page("certificate");
    let failed = page.checks.iter().filter(|check| check.word == "Failed");
    assert!(failed.clone().count() >= 3);
    for check in failed {
        assert!(check.fix.is_some(), "{}: what to do is said", check.title);
    }
}

#[tokio::test]
async fn addresses_are_judged_as_they_are_pasted() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    assert_eq!(walk.until("certificate").await, Ok(Ended::Verified));
    let addresses = at_atlassian(&bench, &walk).await;
    let cut = addresses
        .acs
        .split('?')
        .next()
        .expect("an address")
        .to_owned();
    let other = addresses.acs.replace(
        addresses.acs.rsplit("saml-").next().expect("an id"),
        "11111111-2f36-4d0b-b8a5-6e19d3f70c52",
    );
    let mut walk = walk.answering("saml.sp_entity", &addresses.entity);
    for (pasted, words) in [
        (cut, "The part from the question mark on is missing."),
        (other, "The two addresses have different ids."),
    ] {
        walk = walk.answering("saml.acs", &pasted);
        let Ok(Ended::Refused(said)) = does(&walk, "saml-details").await else {
            panic!("{pasted} is refused")
        };
        assert!(said.starts_with(words), "{said}");
        let known = walk.session.state().known().clone();
        assert_eq!(known.answer("saml.acs"), None, "it is not taken");
    }
    let walk = walk.answering("saml.acs", &addresses.acs);
    assert_eq!(does(&walk, "saml-details").await, Ok(Ended::Verified));

    let organization = bench.cloud().practice.expect("practice").organization_id;
    let state = walk.session.state();
    let directory = state.known().fact("atlassian.directories");
    let directory = directory.expect("learned before").to_owned();
    let id = addresses.acs.rsplit("saml-").next().expect("an id");
    let mut walk = walk;
    for (other, whose) in [
        (organization, "your organization’s id"),
        (directory, "the id of a directory of your organization"),
    ] {
        let built = |address: &str| address.replace(id, &other);
        walk = walk
            .answering("saml.sp_entity", &built(&addresses.entity))
            .answering("saml.acs", &built(&addresses.acs));
        assert_eq!(
            does(&walk, "saml-details").await,
            Ok(Ended::Verified),
            "that rule is inferred, so it warns and lets go on"
        );
        assert_eq!(
            walk.check("saml-details", "entity"),
            format!("Warning: This looks built by hand: the id in it is {whose}")
        );
    }
}

/// Linking a domain to a directory whose default policy enforces sends the whole domain to Entra.
#[tokio::test]
async fn a_directory_that_was_there_is_taken_only_after_a_look_at_its_policies() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    assert_eq!(walk.until("certificate").await, Ok(Ended::Verified));
    let addresses = at_atlassian(&bench, &walk).await;
    let walk = walk
        .answering("saml.directory", "existing")
        .answering("saml.sp_entity", &addresses.entity)
        .answering("saml.acs", &addresses.acs);
    answer(&walk, "saml-details", "saml.directory", "existing").await;

    let ended = does(&walk, "saml-details").await;
    assert_ne!(ended, Ok(Ended::Verified), "nobody looked yet");
    let known = walk.session.state().known().clone();
    assert_eq!(known.answer("saml.sp_entity"), None, "it is not taken");
    assert_eq!(known.answer("saml.acs"), None, "it is not taken");

    let walk = walk.answering("saml.directory_idle", "yes");
    assert_eq!(does(&walk, "saml-details").await, Ok(Ended::Verified));
}

#[tokio::test]
async fn whoever_only_reads_gets_proven_what_was_done_in_the_portal() {
    let bench = Bench::of("certificates").await;
    let walk = begun(&bench).await.answering("entra.rights", "read");
    assert_eq!(walk.until("before-atlassian").await, Ok(Ended::Verified));
    assert_eq!(does(&walk, "add-app").await, Ok(Ended::Verified));
    assert_eq!(
        walk.check("add-app", "exists"),
        "Passed: The application exists, as you chose it"
    );

    assert_eq!(does(&walk, "certificate").await, Ok(Ended::Verified));
    assert!(walk.page("certificate").changes.is_none());
    let addresses = at_atlassian(&bench, &walk).await;
    let walk = walk
        .answering("saml.sp_entity", &addresses.entity)
        .answering("saml.acs", &addresses.acs);
    assert_eq!(does(&walk, "saml-details").await, Ok(Ended::Verified));
    let stuck = does(&walk, "basic-saml").await;
    assert_eq!(stuck, Ok(Ended::Stuck(by_id("basic-saml"))));
    let hand = walk.page("basic-saml").hand.expect("by hand");
    let copied: Vec<_> = hand.copies.iter().map(|copy| copy.value.as_str()).collect();
    assert!(copied.contains(&addresses.entity.as_str()), "{copied:?}");
    assert!(copied.contains(&addresses.acs.as_str()), "{copied:?}");
    assert_eq!(bench.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_certificate_that_is_not_published_yet_is_waited_for() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    bench.practice.levers().metadata_lags(100);
    let stuck = does(&walk, "certificate").await;
    assert_eq!(stuck, Ok(Ended::Stuck(by_id("certificate"))));
    assert_eq!(
        walk.check("certificate", "metadata"),
        "Waiting: Microsoft does not publish the new certificate yet"
    );
    bench.practice.levers().metadata_lags(0);
    let writes = bench.writes();
    assert_eq!(does(&walk, "certificate").await, Ok(Ended::Verified));
    assert_eq!(bench.writes(), writes, "nothing is made twice by waiting");
}

#[tokio::test]
async fn metadata_that_was_fetched_without_the_appid_is_named() {
    // Of a certificate that was just made nobody can tell yet whether Microsoft is only late: this one is active for long.
    let bench = Bench::of("certificates").await;
    let walk = begun(&bench).await;
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    bench.practice.levers().metadata_without_appid();
    let stuck = does(&walk, "certificate").await;
    assert_eq!(stuck, Ok(Ended::Stuck(by_id("certificate"))));
    assert_eq!(
        walk.check("certificate", "metadata"),
        "Failed: Microsoft publishes the tenant-wide certificate, as if fetched without the appid"
    );
    let step = by_id("saml-details");
    let standing = walk.session.state().standing(walk.session.guide(), &step);
    let waits = format!("{standing:?}");
    assert!(
        waits.contains("certificate"),
        "nothing is handed over: {waits}"
    );
}

#[tokio::test]
async fn a_certificate_whose_answer_was_lost_is_found_and_not_made_twice() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    let before = bench.stand();
    bench.practice.levers().fault_once(
        sim::Host::Graph,
        "POST",
        "/addTokenSigningCertificate",
        sim::Effect::LoseAnswer,
    );
    assert_eq!(does(&walk, "certificate").await, Ok(Ended::Verified));
    let keys = principal(&bench)["keyCredentials"].clone();
    assert_eq!(keys.as_array().map(Vec::len), Some(2), "two halves of one");
    walk.undo(Some("certificate")).await.expect("it is undone");
    assert_eq!(bench.stand()["tenant"], before["tenant"]);
}
