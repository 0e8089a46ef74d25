//! Who people are to Atlassian, and who tries it first: the e-mail attribute counted and chosen, the claims set in
//! whichever way is open, a pilot assigned. Everything that was made is taken back at the end.

use std::sync::{Arc, Mutex};

use app::views::StepView;
use engine::{Change, Plan, Progress, Trouble};
use journeys::{Bench, Ended, Walk, by_id};
use serde_json::{Value, json};
use sim::{Effect, Host, Visibility};

const EMAIL: &str = "email-attribute";
const CLAIMS: &str = "claims";
const PILOT: &str = "pilot";

/// Somebody who has the application in Entra, taking over the one that stands.
async fn begun(bench: &Bench) -> Walk {
    let walk = bench.open().await;
    let walk = match &bench.applications()[..] {
        [] => walk,
        all => walk.answering("app.existing", all[0]["id"].as_str().expect("an id")),
    };
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    walk
}

/// Answers an ask of a step as the page does.
async fn answer(walk: &Walk, step: &str, ask: &str, value: &str) {
    let step = by_id(step);
    let proposal = walk.plan(&step).await.expect("plans");
    let asks = walk.session.asks(&step, Some(&proposal));
    let ask = asks.iter().find(|known| known.id == ask);
    let ask = ask.unwrap_or_else(|| panic!("{ask:?} is asked: {asks:?}"));
    let said = walk.session.answer(&step, ask, value).await.expect("taken");
    assert!(said.is_none_or(|said| said.tone != app::views::Tone::Fail));
}

/// The attribute is chosen and the rights for this step are there; the steps before are other tests'.
async fn ready(walk: &Walk, step: &str, attribute: &str) {
    assert_eq!(walk.step(&by_id(EMAIL)).await, Ok(Ended::Verified));
    answer(walk, EMAIL, "email.attribute", attribute).await;
    walk.look(&by_id(EMAIL)).await.expect("looks");
    walk.sign_in_for(&[by_id(step)]).await.expect("signs in");
}

/// Looks at a step, and gives how far its counts were each time that was told.
async fn counted(walk: &Walk, step: &str) -> Vec<(u64, Option<u64>)> {
    let heard: Arc<Mutex<Vec<_>>> = Arc::default();
    let hearing = heard.clone();
    let hear = move |progress| {
        if let Progress::Counting { seen, of } = progress {
            hearing.lock().expect("nobody panicked").push((seen, of));
        }
    };
    walk.session
        .look(&[by_id(step)], Arc::new(hear), walk.cancel.clone())
        .await
        .expect("looks");
    heard.lock().expect("nobody panicked").clone()
}

/// The changes that a step would make.
async fn changes(walk: &Walk, step: &str) -> Vec<Change> {
    match walk.plan(&by_id(step)).await.expect("plans").plan {
        Plan::Changes { changes, .. } => changes,
        _ => Vec::new(),
    }
}

/// Makes what a step would change, and looks.
async fn made(walk: &Walk, step: &str) -> Result<Vec<String>, Trouble> {
    let id = by_id(step);
    let shown = walk.plan(&id).await?;
    let Plan::Changes { changes, .. } = &shown.plan else {
        panic!("changes are shown: {:?}", shown.plan)
    };
    let ids = changes.iter().map(|change| change.id.clone()).collect();
    assert_eq!(walk.make(&shown).await?, engine::Applied::Made);
    walk.look(&id).await?;
    Ok(ids)
}

fn fact(walk: &Walk, name: &str) -> Option<String> {
    walk.session.state().known().fact(name).map(str::to_owned)
}

/// Label and value of everything that a check saw.
fn evidence(page: &StepView, check: &str) -> Vec<(String, String)> {
    let check = page.checks.iter().find(|shown| shown.id == check);
    let check = check.expect("the check is there");
    let rows = check.evidence.iter();
    rows.map(|row| (row.label.clone(), row.value.clone()))
        .collect()
}

/// The id of a group or person in the tenant, as a search finds it.
async fn found(walk: &Walk, step: &str, ask: &str, text: &str) -> engine::AskOption {
    let found = walk.session.search(&by_id(step), ask, text).await;
    let found = found.expect("the search is answered");
    let group = format!("{text} (group)");
    let exact = found.iter().find(|option| option.label == group);
    exact
        .unwrap_or_else(|| panic!("{text} is found: {found:?}"))
        .clone()
}

fn tenant(bench: &Bench) -> Value {
    bench.stand()["tenant"].clone()
}

#[tokio::test]
async fn everybody_is_counted_and_an_attribute_proposed_with_the_numbers() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    walk.sign_in_for(&[by_id(EMAIL)]).await.expect("signs in");
    let before = bench.stand();

    assert_eq!(walk.step(&by_id(EMAIL)).await, Ok(Ended::Verified));

    assert_eq!(bench.stand(), before, "counting changes nothing");
    assert_eq!(
        fact(&walk, "email.proposed").as_deref(),
        Some("userPrincipalName")
    );
    assert_eq!(
        walk.picture(EMAIL),
        "1.5 Choose the e-mail attribute\n\
         ? Whose addresses are counted?: all\n\
         ? Which attribute is the e-mail address at Atlassian?: userPrincipalName\n\
         Passed: userPrincipalName is the e-mail address, for log-in and provisioning alike\n\
         Passed: userPrincipalName fits 420 of 420 people in the tenant\n\
         [Everything here is verified.]\n\
         (Continue to 1.6)"
    );
    let seen = evidence(&walk.page(EMAIL), "people");
    for row in [
        ("Seen", "420 people"),
        ("Missing", "mail 8, userPrincipalName 0"),
        ("mail = userPrincipalName", "412"),
    ] {
        let row = (row.0.to_owned(), row.1.to_owned());
        assert!(seen.contains(&row), "{row:?}: {seen:?}");
    }
}

#[tokio::test]
async fn a_choice_that_leaves_people_out_names_them() {
    let bench = Bench::of("mail-missing").await;
    let walk = begun(&bench).await;
    assert_eq!(walk.step(&by_id(EMAIL)).await, Ok(Ended::Verified));
    assert_eq!(
        fact(&walk, "email.proposed").as_deref(),
        Some("userPrincipalName")
    );

    answer(&walk, EMAIL, "email.attribute", "mail").await;
    walk.look(&by_id(EMAIL)).await.expect("looks");

    assert_eq!(
        walk.open_checks(EMAIL),
        [
            "Warning: mail is the e-mail address, for log-in and provisioning alike",
            "Failed: mail fits 42 of 420 people in the tenant",
            "Warning: 378 people without it"
        ]
    );
}

#[tokio::test]
async fn ten_thousand_people_are_read_page_by_page_and_told_how_far_it_is() {
    let bench = Bench::of("large").await;
    let walk = begun(&bench).await;
    walk.sign_in_for(&[by_id(EMAIL)]).await.expect("signs in");
    walk.plan(&by_id(EMAIL)).await.expect("plans");
    let from = bench.practice.ledger().len();

    let heard = counted(&walk, EMAIL).await;

    assert_eq!(
        fact(&walk, "email.proposed").as_deref(),
        Some("mail"),
        "for 209 it is the address people know, which outweighs 107 without one"
    );
    assert_eq!(heard.len(), 11, "a page at a time: {heard:?}");
    assert_eq!(heard[0], (999, Some(10_000)));
    assert_eq!(heard[10].0, 10_000);
    let pages = bench.practice.ledger().into_iter().skip(from);
    let pages = pages.filter(|exchange| exchange.path.starts_with("/v1.0/users?"));
    assert_eq!(pages.count(), 11);
    assert_eq!(
        walk.open_checks(EMAIL),
        [
            "Warning: 107 people without it",
            "Warning: 10 people with the address of somebody else"
        ]
    );
}

#[tokio::test]
async fn before_anything_begins_a_large_organization_is_counted_and_told_how_far_it_is() {
    let bench = Bench::of("large").await;
    let walk = bench.open().await;
    assert_eq!(walk.until("before-atlassian").await, Ok(Ended::Verified));
    let heard = counted(&walk, "before-atlassian").await;
    let (managed, all): (Vec<_>, Vec<_>) = heard.into_iter().partition(|(_, of)| of.is_some());
    for count in [&managed, &all] {
        assert!(count.len() > 90, "a page at a time: {count:?}");
        assert_eq!(count[0].0, 100);
        assert!(count.is_sorted());
    }
    assert_eq!(
        managed.last().map(|(seen, of)| Some(*seen) == *of),
        Some(true)
    );
}

#[tokio::test]
async fn a_count_that_stands_is_not_made_again_for_the_page() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    assert_eq!(walk.step(&by_id(EMAIL)).await, Ok(Ended::Verified));
    let reads = |from: usize| {
        let asked = bench.practice.ledger().into_iter().skip(from);
        asked
            .filter(|exchange| exchange.path.starts_with("/v1.0/users?"))
            .count()
    };
    let from = bench.practice.ledger().len();
    walk.plan(&by_id(EMAIL)).await.expect("plans");
    assert_eq!(reads(from), 0);

    // A domain that was verified since changes what the numbers say.
    bench
        .practice
        .levers()
        .domain_unverified("contoso.com")
        .expect("a domain");
    walk.plan(&by_id(EMAIL)).await.expect("plans");
    assert_eq!(reads(from), 1);
    assert_eq!(fact(&walk, "email.proposed").as_deref(), Some("none"));
}

#[tokio::test]
async fn a_group_is_counted_by_its_direct_members() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    answer(&walk, EMAIL, "people.scope", "group").await;
    walk.sign_in_for(&[by_id(EMAIL)]).await.expect("signs in");
    let group = found(&walk, EMAIL, "people.group", "Engineering").await;
    assert_eq!(
        group.hint,
        "3 direct members; 2 groups inside, whose members are not reached."
    );
    answer(&walk, EMAIL, "people.group", &group.value).await;
    assert_eq!(walk.step(&by_id(EMAIL)).await, Ok(Ended::Verified));
    assert_eq!(
        walk.check(EMAIL, "people"),
        "Passed: userPrincipalName fits 3 of 3 people in Engineering"
    );
}

#[tokio::test]
async fn who_may_not_read_people_chooses_by_what_they_know() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;

    let shown = walk.plan(&by_id(EMAIL)).await.expect("plans");
    let Plan::Asks { because, asks } = &shown.plan else {
        panic!("it asks: {:?}", shown.plan)
    };
    assert_eq!(
        because,
        "Lockstep may not read the people of your tenant, so nothing is counted."
    );
    assert_eq!(asks[0].default, None, "nothing is proposed without numbers");
    answer(&walk, EMAIL, "email.attribute", "mail").await;
    walk.look(&by_id(EMAIL)).await.expect("looks");

    assert_eq!(
        walk.open_checks(EMAIL),
        ["Could not look: Lockstep may not read the people of your tenant"]
    );
    let state = walk.session.state();
    assert!(state.is_passed(walk.session.guide(), &by_id(EMAIL)));
}

#[tokio::test]
async fn what_microsoft_sends_by_default_stays_where_it_fits() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    ready(&walk, CLAIMS, "userPrincipalName").await;
    let writes = bench.writes();

    assert_eq!(changes(&walk, CLAIMS).await, []);
    walk.look(&by_id(CLAIMS)).await.expect("looks");

    assert_eq!(bench.writes(), writes);
    assert_eq!(fact(&walk, "claims.way").as_deref(), Some("default"));
    assert_eq!(walk.open_checks(CLAIMS), [""; 0]);
}

#[tokio::test]
async fn the_portals_own_claims_are_written_read_back_and_put_back() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    ready(&walk, CLAIMS, "mail").await;
    let before = bench.stand();

    assert_eq!(made(&walk, CLAIMS).await, Ok(vec!["claims".to_owned()]));
    assert_eq!(
        walk.picture(CLAIMS),
        "1.6 Attributes and claims\n\
         changed Attributes & Claims: NameID user.userprincipalname; givenname user.givenname; surname user.surname; \
         name user.userprincipalname; emailaddress user.mail -> NameID user.mail; givenname user.givenname; \
         surname user.surname; name user.objectid; emailaddress user.mail; undo: Yes, back to Microsoft’s defaults\n\
         Passed: Lockstep may read and set claims\n\
         Passed: No policy overrides the portal’s page\n\
         Passed: Atlassian receives user.mail as NameID\n\
         Passed: First and last name are sent\n\
         Passed: name is user.objectid\n\
         [Everything here is verified.]\n\
         (Continue to 1.7)"
    );
    assert_eq!(fact(&walk, "claims.way").as_deref(), Some("claims-policy"));
    assert_eq!(changes(&walk, CLAIMS).await, [], "once is enough");

    // Another choice is another change, and both are taken back one after the other.
    answer(&walk, EMAIL, "email.attribute", "userPrincipalName").await;
    assert_eq!(made(&walk, CLAIMS).await, Ok(vec!["claims".to_owned()]));
    assert_eq!(walk.undo(Some(CLAIMS)).await, Ok(2));
    assert_eq!(bench.stand(), before);
    assert_eq!(fact(&walk, "claims.way"), None);
}

#[tokio::test]
async fn what_somebody_set_in_the_portal_comes_back_with_the_undo() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    bench
        .practice
        .levers()
        .set_claims_policy("Atlassian Cloud", "employeeid")
        .expect("the application stands");
    ready(&walk, CLAIMS, "mail").await;
    let before = bench.stand();

    let shown = changes(&walk, CLAIMS).await;
    assert!(shown[0].now.contains("NameID user.employeeid"), "{shown:?}");
    assert_eq!(made(&walk, CLAIMS).await, Ok(vec!["claims".to_owned()]));
    assert_eq!(walk.open_checks(CLAIMS), [""; 0]);
    assert_eq!(walk.undo(Some(CLAIMS)).await, Ok(1));
    assert_eq!(bench.stand(), before);
}

#[tokio::test]
async fn where_the_preview_is_refused_a_mapping_policy_takes_its_place() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    ready(&walk, CLAIMS, "mail").await;
    let before = bench.stand();
    let refusal = json!({"error": {"code": "Request_BadRequest", "message": "The preview is not available."}});
    bench.practice.levers().fault_once(
        Host::Graph,
        "PUT",
        "claimsPolicy",
        Effect::Status {
            code: 400,
            body: Some(refusal),
            headers: Vec::new(),
        },
    );

    assert!(made(&walk, CLAIMS).await.is_err(), "it was refused");
    answer(&walk, CLAIMS, "claims.instead", "mapping-policy").await;
    assert_eq!(
        made(&walk, CLAIMS).await,
        Ok(vec!["policy".to_owned(), "assign".to_owned()])
    );

    assert_eq!(fact(&walk, "claims.way").as_deref(), Some("mapping-policy"));
    assert_eq!(walk.open_checks(CLAIMS), [""; 0]);
    let policies = &tenant(&bench)["claimsMappingPolicies"];
    assert_eq!(
        policies[0]["displayName"],
        "Atlassian Cloud claims (lockstep:CONNECTION)"
    );
    assert_eq!(walk.undo(Some(CLAIMS)).await, Ok(2));
    assert_eq!(bench.stand(), before);
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_policy() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    ready(&walk, CLAIMS, "mail").await;
    let levers = bench.practice.levers();
    levers.fault_once(Host::Graph, "PUT", "claimsPolicy", Effect::EmptyBody(400));
    assert!(made(&walk, CLAIMS).await.is_err(), "it was refused");
    answer(&walk, CLAIMS, "claims.instead", "mapping-policy").await;
    levers.fault_once(
        Host::Graph,
        "POST",
        "claimsMappingPolicies",
        Effect::LoseAnswer,
    );

    assert!(made(&walk, CLAIMS).await.is_ok());

    let policies = tenant(&bench)["claimsMappingPolicies"].clone();
    assert_eq!(policies.as_array().map(Vec::len), Some(1), "{policies}");
}

#[tokio::test]
async fn a_policy_of_others_is_asked_about_kept_or_detached_and_put_back() {
    let bench = Bench::of("claims-policy-in-place").await;
    let walk = begun(&bench).await;
    ready(&walk, CLAIMS, "mail").await;
    let before = bench.stand();

    let shown = walk.plan(&by_id(CLAIMS)).await.expect("plans");
    let Plan::Asks { asks, .. } = &shown.plan else {
        panic!("it asks first: {:?}", shown.plan)
    };
    assert!(asks[0].hint.contains("Claims for HR"), "{asks:?}");
    assert_eq!(bench.stand(), before, "asking changes nothing");

    answer(&walk, CLAIMS, "claims.policy", "adopt").await;
    assert_eq!(changes(&walk, CLAIMS).await, []);
    walk.look(&by_id(CLAIMS)).await.expect("looks");
    assert_eq!(
        walk.open_checks(CLAIMS),
        [
            "Failed: The policy “Claims for HR” overrides the portal’s page",
            "Failed: NameID is user.employeeid"
        ]
    );

    answer(&walk, CLAIMS, "claims.policy", "").await;
    answer(&walk, CLAIMS, "claims.policy", "detach").await;
    assert_eq!(
        made(&walk, CLAIMS).await,
        Ok(vec!["detach".to_owned(), "claims".to_owned()])
    );
    assert_eq!(walk.open_checks(CLAIMS), [""; 0]);
    assert_eq!(
        tenant(&bench)["claimsMappingPolicies"]
            .as_array()
            .map(Vec::len),
        Some(1),
        "it is not deleted"
    );
    assert_eq!(walk.undo(Some(CLAIMS)).await, Ok(2));
    assert_eq!(bench.stand(), before);
}

#[tokio::test]
async fn a_pilot_group_is_assigned_once_and_taken_back() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    walk.sign_in_for(&[by_id(PILOT)]).await.expect("signs in");
    let before = bench.stand();
    let group = found(&walk, PILOT, "pilot.who", "Jira Pilot").await;
    assert_eq!(group.hint, "6 direct members.");
    let walk = walk.answering("pilot.who", &group.value);

    assert_eq!(walk.step(&by_id(PILOT)).await, Ok(Ended::Verified));

    assert!(
        walk.picture(PILOT).contains(
            "changed Users and groups: Not assigned -> Jira Pilot (group); undo: Yes, removes the assignment\n\
             Passed: Lockstep may find and assign people\n\
             Passed: Jira Pilot is assigned\n\
             Passed: Only those who are assigned may log in\n\
             Passed: Jira Pilot reaches 6 people\n\
             Passed: 6 people can be told to Atlassian\n\
             Passed: All 6 have an active managed account at Atlassian\n\
             Passed: No organization admin is in the pilot\n"
        ),
        "{}",
        walk.picture(PILOT)
    );
    for (name, value) in [
        ("pilot.type", "group"),
        ("pilot.name", "Jira Pilot"),
        ("pilot.members", "6"),
    ] {
        assert_eq!(fact(&walk, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(
        tenant(&bench)["assignments"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(changes(&walk, PILOT).await, [], "once is enough");
    assert_eq!(walk.undo(Some(PILOT)).await, Ok(1));
    assert_eq!(bench.stand(), before);
    assert_eq!(fact(&walk, "pilot.id"), None);
}

#[tokio::test]
async fn a_person_who_is_assigned_already_is_left_as_they_are() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    bench
        .practice
        .levers()
        .assign("Atlassian Cloud", "megan@contoso.com")
        .expect("Megan is assigned");
    let walk = walk.answering("pilot.who", "megan@contoso.com");
    let writes = bench.writes();

    assert_eq!(walk.step(&by_id(PILOT)).await, Ok(Ended::Verified));

    assert_eq!(bench.writes(), writes);
    assert_eq!(
        fact(&walk, "pilot.address").as_deref(),
        Some("megan@contoso.com")
    );
}

#[tokio::test]
async fn groups_that_do_not_reach_people_are_told() {
    let bench = Bench::of("fresh").await;
    for (group, hint, open) in [
        (
            "Engineering",
            "3 direct members; 2 groups inside, whose members are not reached.",
            "Warning: 2 groups inside Engineering are not reached",
        ),
        (
            "Contoso Social",
            "4 direct members; no security group: Microsoft can’t assign it.",
            "",
        ),
        (
            "All Contoso",
            "420 direct members; dynamic: a rule decides who is in it, with a delay.",
            "",
        ),
    ] {
        let walk = begun(&bench).await;
        walk.sign_in_for(&[by_id(PILOT)]).await.expect("signs in");
        let found = found(&walk, PILOT, "pilot.who", group).await;
        assert_eq!(found.hint, hint, "{group}");
        if open.is_empty() {
            continue;
        }
        let walk = walk.answering("pilot.who", &found.value);
        assert_eq!(walk.step(&by_id(PILOT)).await, Ok(Ended::Verified));
        assert!(
            walk.open_checks(PILOT).contains(&open.to_owned()),
            "{:?}",
            walk.open_checks(PILOT)
        );
    }
}

#[tokio::test]
async fn a_test_user_is_made_and_taken_back_and_its_password_is_in_no_record() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench)
        .await
        .signing_in_as("megan@contoso.com")
        .answering("pilot.kind", "new")
        .answering("pilot.new_upn", "b.simon@contoso.com");
    walk.sign_in_for(&[by_id(PILOT)]).await.expect("signs in");
    let before = bench.stand();

    walk.step(&by_id(PILOT)).await.expect("walks");

    let shown = walk.session.revealed().shown();
    let [(label, password)] = &shown[..] else {
        panic!("one value is shown: {shown:?}")
    };
    assert_eq!(label, "Password of b.simon@contoso.com");
    let password = password.secret().to_owned();
    assert_eq!(password.chars().count(), 20);
    let ledger = serde_json::to_string(&walk.session.ledger().all()).expect("it is JSON");
    for (place, text) in [("journal", bench.journal()), ("ledger", ledger)] {
        assert!(!text.contains(&password), "{place}");
        assert!(text.contains("b.simon"), "{place} is the right one");
    }
    let users = tenant(&bench)["users"].clone();
    assert_eq!(users[0]["mail"], "b.simon@contoso.com");
    assert_eq!(
        fact(&walk, "pilot.address").as_deref(),
        Some("b.simon@contoso.com")
    );
    assert!(
        walk.open_checks(PILOT).contains(
            &"Failed: No managed account at Atlassian has the address b.simon@contoso.com"
                .to_owned()
        ),
        "{:?}",
        walk.open_checks(PILOT)
    );

    assert_eq!(walk.undo(Some(PILOT)).await, Ok(2));
    assert_eq!(bench.stand()["tenant"], before["tenant"]);
}

#[tokio::test]
async fn a_test_user_with_the_name_of_somebody_is_refused() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench)
        .await
        .signing_in_as("megan@contoso.com")
        .answering("pilot.kind", "new")
        .answering("pilot.new_upn", "alex@contoso.com");
    let refused = walk.step(&by_id(PILOT)).await.expect_err("it is refused");
    assert_eq!(
        refused.title,
        "alex@contoso.com exists already, and this connection did not make it"
    );
}

#[tokio::test]
async fn who_only_reads_sees_what_can_be_seen_and_changes_nothing() {
    let bench = Bench::of("claims-policy-in-place").await;
    bench
        .practice
        .levers()
        .assign("Atlassian Cloud", "megan@contoso.com")
        .expect("Megan is assigned");
    let existing = bench.applications()[0]["id"].clone();
    let walk = bench
        .open()
        .await
        .answering("entra.rights", "read")
        .answering("app.existing", existing.as_str().expect("an id"));
    for step in ["plan", "sign-in", "before-entra", "before-atlassian"] {
        assert_eq!(walk.step(&by_id(step)).await, Ok(Ended::Verified), "{step}");
    }
    walk.step(&by_id("add-app")).await.expect("walks");
    let steps = [EMAIL, CLAIMS, PILOT].map(by_id);
    walk.sign_in_for(&steps).await.expect("signs in");
    assert_eq!(walk.step(&by_id(EMAIL)).await, Ok(Ended::Verified));
    answer(&walk, PILOT, "pilot.who", "megan@contoso.com").await;
    for step in steps {
        walk.plan(&step).await.expect("plans");
        walk.look(&step).await.expect("looks");
    }

    assert_eq!(bench.writes(), [""; 0]);
    assert_eq!(
        walk.open_checks(CLAIMS),
        [
            "Failed: The policy “Claims for HR” overrides the portal’s page",
            "Failed: NameID is user.employeeid"
        ]
    );
    assert_eq!(
        walk.check(PILOT, "assigned"),
        "Passed: megan@contoso.com is assigned"
    );
}

#[tokio::test]
async fn undoing_the_application_takes_everything_that_rests_on_it_along() {
    let bench = Bench::of("fresh").await;
    let walk = bench
        .open()
        .await
        .answering("saml.notify", "adele@contoso.com, identity@contoso.com")
        .answering("pilot.who", "Jira Pilot");
    for step in ["plan", "sign-in", "before-entra", "before-atlassian"] {
        assert_eq!(walk.step(&by_id(step)).await, Ok(Ended::Verified), "{step}");
    }
    let steps = ["add-app", "certificate", EMAIL, CLAIMS, PILOT].map(by_id);
    walk.sign_in_for(&steps).await.expect("signs in");
    let before = bench.stand();
    for step in &steps {
        if step.as_str() == CLAIMS {
            answer(&walk, EMAIL, "email.attribute", "mail").await;
            walk.look(&by_id(EMAIL)).await.expect("looks");
        }
        assert_eq!(walk.step(step).await, Ok(Ended::Verified), "{step}");
    }
    assert_eq!(
        tenant(&bench)["assignments"].as_array().map(Vec::len),
        Some(1)
    );

    let undone = walk.undo(Some("add-app")).await.expect("undone");

    assert!(undone >= 8, "{undone}");
    let after = bench.stand();
    assert_eq!(after["tenant"], before["tenant"]);
    assert_eq!(after["organization"], before["organization"]);
    for name in ["app.object", "claims.way", "pilot.id", "pilot.assignment"] {
        assert_eq!(fact(&walk, name), None, "{name}");
    }
}

#[tokio::test]
async fn what_is_seen_late_is_made_once() {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench)
        .await
        .signing_in_as("megan@contoso.com")
        .answering("pilot.kind", "new")
        .answering("pilot.new_upn", "b.simon@contoso.com");
    ready(&walk, CLAIMS, "mail").await;
    let levers = bench.practice.levers();
    levers.fault_once(Host::Graph, "PUT", "claimsPolicy", Effect::EmptyBody(400));
    assert!(made(&walk, CLAIMS).await.is_err(), "it was refused");
    answer(&walk, CLAIMS, "claims.instead", "mapping-policy").await;
    levers.visibility_delay(Visibility::Reads(4));
    levers.replicas_disagree(6);
    levers.fault_once(Host::Graph, "POST", "v1.0/users", Effect::LoseAnswer);

    assert!(made(&walk, CLAIMS).await.is_ok());
    walk.step(&by_id(PILOT)).await.expect("walks");

    let tenant = tenant(&bench);
    for list in ["claimsMappingPolicies", "users", "assignments"] {
        assert_eq!(tenant[list].as_array().map(Vec::len), Some(1), "{list}");
    }
    let shown = walk.session.revealed().shown();
    assert_eq!(
        shown
            .iter()
            .map(|(label, _)| label.as_str())
            .collect::<Vec<_>>(),
        ["Password of b.simon@contoso.com, if it was made"],
        "a lost answer does not lose the password"
    );
}
