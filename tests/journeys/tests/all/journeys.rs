//! The guide walked from end to end against the practice services.

use journeys::{Bench, Ended, by_id};
use serde_json::{Value, json};
use sim::{Effect, Host};

#[tokio::test]
async fn fresh_ends_with_one_application_that_is_ours() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;

    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    let [application] = &bench.applications()[..] else {
        panic!("exactly one: {:?}", bench.applications())
    };
    let [principal] = &bench.principals()[..] else {
        panic!("exactly one: {:?}", bench.principals())
    };
    let adele = walk
        .session
        .state()
        .known()
        .fact("entra.user_id")
        .map(str::to_owned)
        .expect("who is signed in");
    assert_eq!(application["displayName"], "Atlassian Cloud");
    assert!(
        application["tags"].as_array().is_some_and(
            |tags| tags.contains(&json!(format!("lockstep:{}", bench.connection().id)))
        )
    );
    assert_eq!(application["owners"], json!([adele]));
    assert_eq!(principal["accountEnabled"], true);
    assert_eq!(principal["preferredSingleSignOnMode"], Value::Null);
    assert_eq!(
        walk.picture("add-app"),
        "1.1 Add the Atlassian Cloud app\n\
         changed Application: Does not exist -> Atlassian Cloud, from the gallery, enabled; undo: Yes, deletes it\n\
         changed Tag and name: None -> lockstep:CONNECTION; undo: Yes, removes the tag\n\
         changed Owner: Not you -> Adele Vance; undo: Yes, removes the owner\n\
         Passed: The gallery offers Atlassian Cloud\n\
         Passed: No other application of this template exists\n\
         Passed: Lockstep may make the changes\n\
         Passed: The application exists, as ours\n\
         Passed: The application is enabled\n\
         Passed: Adele Vance is an owner\n\
         Passed: Single sign-on is not touched yet\n\
         [Everything here is verified.]\n\
         (Continue to 1.2)"
    );
    assert_eq!(
        bench.writes(),
        [
            "POST /v1.0/applicationTemplates/ID/instantiate",
            "PATCH /v1.0/applications/ID",
            "POST /v1.0/applications/ID/owners/$ref"
        ]
    );
}

#[tokio::test]
async fn what_is_verified_is_not_done_again() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    let (stand, writes) = (bench.stand(), bench.writes());

    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));

    assert_eq!(bench.stand(), stand);
    assert_eq!(bench.writes(), writes);
}

#[tokio::test]
async fn an_application_that_stands_is_asked_about_and_taken_over() {
    let bench = Bench::of("half-done").await;
    let before = bench.practice.dump();
    let walk = bench.open().await;

    let Ok(Ended::Asked(asks)) = walk.until("add-app").await else {
        panic!("it asks first")
    };
    assert_eq!(asks.len(), 1);
    assert_eq!(
        bench.practice.dump()["tenant"]["applications"],
        before["tenant"]["applications"],
        "asking changes nothing"
    );
    let theirs = bench.applications()[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();

    let walk = walk.answering("app.existing", &theirs);
    let shown = walk
        .shown(&by_id("add-app"))
        .await
        .expect("plans")
        .expect("there is something to do");
    let engine::Plan::Changes { changes, .. } = &shown.plan else {
        panic!("changes are shown: {:?}", shown.plan)
    };
    assert_eq!(
        changes
            .iter()
            .map(|change| change.id.as_str())
            .collect::<Vec<_>>(),
        ["mark", "owner", "enable"]
    );
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));

    assert_only_changed(
        &before,
        &bench.practice.dump(),
        &theirs,
        &["tags", "owners"],
    );
    let [principal] = &bench.principals()[..] else {
        panic!("still exactly one")
    };
    assert_eq!(principal["accountEnabled"], true);
    assert_eq!(bench.applications()[0]["displayName"], "Atlassian Cloud");
}

/// Compares an application before and after: only these fields may differ.
fn assert_only_changed(before: &Value, after: &Value, id: &str, may: &[&str]) {
    let find = |dump: &Value| {
        dump["tenant"]["applications"]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["id"] == id).cloned())
    };
    let (before, after) = (
        find(before).expect("it stood"),
        find(after).expect("it stands"),
    );
    let fields = after.as_object().expect("an object").keys();
    let changed: Vec<_> = fields
        .filter(|field| before[*field] != after[*field])
        .collect();
    assert_eq!(changed, may);
}

#[tokio::test]
async fn two_applications_are_told_apart_before_one_is_chosen() {
    let bench = Bench::of("two-apps").await;
    let walk = bench.open().await;

    let Ok(Ended::Asked(asks)) = walk.until("add-app").await else {
        panic!("it asks first")
    };
    let engine::AskKind::Choice { options } = &asks[0].kind else {
        panic!("a choice")
    };
    assert_eq!(options.len(), 3);
    assert_ne!(
        options[0].hint, options[1].hint,
        "what tells them apart is said"
    );

    let chosen = options[1].value.clone();
    let walk = walk.answering("app.existing", &chosen);
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    assert_eq!(bench.applications().len(), 2, "none was made");
    assert_eq!(
        walk.session.state().known().fact("app.object"),
        Some(chosen.as_str())
    );
    assert_eq!(
        walk.open_checks("add-app"),
        ["Warning: 1 other application of this template"]
    );
}

#[tokio::test]
async fn a_new_one_beside_the_existing_ones_leaves_them_as_they_are() {
    let bench = Bench::of("half-done").await;
    let (before, theirs) = (bench.practice.dump(), bench.applications()[0]["id"].clone());
    let walk = bench.open().await.answering("app.existing", "new");

    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));

    assert_eq!(bench.applications().len(), 2);
    assert_only_changed(
        &before,
        &bench.practice.dump(),
        theirs.as_str().expect("an id"),
        &[],
    );
}

#[tokio::test]
async fn a_walk_goes_on_where_the_program_was_closed() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;
    assert_eq!(walk.until("before-entra").await, Ok(Ended::Verified));
    drop(walk);

    let walk = bench.open().await;
    assert_eq!(walk.session.state().at_step(), Some(&by_id("before-entra")));
    assert!(walk.session.granted().is_some(), "still signed in");
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    assert_eq!(bench.applications().len(), 1);
}

#[tokio::test]
async fn an_intention_left_open_is_found_out_and_not_repeated() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;
    assert_eq!(walk.until("before-atlassian").await, Ok(Ended::Verified));
    let line = bench.lines().await;
    drop(walk);
    let walk = bench.open().await;
    let shown = walk
        .shown(&by_id("add-app"))
        .await
        .expect("plans")
        .expect("changes");
    let creating = line.seen().len() + reads_before_the_first_write(&walk, &line, &shown).await;
    line.cut(journeys::Cut::After(creating));
    let dark = line.dark();
    tokio::select! {
        () = dark.cancelled() => {}
        made = walk.make(&shown) => panic!("it was cut: {made:?}"),
    }
    drop(walk);
    assert_eq!(
        bench.applications().len(),
        1,
        "it was created before the cut"
    );
    assert!(
        bench
            .journal()
            .lines()
            .last()
            .is_some_and(|line| line.contains("\"intended\"")),
        "the intention is the last record"
    );

    let walk = bench.open().await;
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    assert_eq!(bench.applications().len(), 1);
    assert!(bench.journal().contains("\"found\":true"));
}

#[tokio::test]
async fn what_is_made_after_somebody_deleted_ours_is_found_though_the_answer_is_lost() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    let first = bench.applications()[0]["id"].clone();
    let levers = bench.practice.levers();
    levers.delete_app("Atlassian Cloud").expect("deleted");
    levers.fault_once(Host::Graph, "POST", "instantiate", Effect::LoseAnswer);

    assert_eq!(walk.step(&by_id("add-app")).await, Ok(Ended::Verified));
    let [second] = &bench.applications()[..] else {
        panic!("exactly one: {:?}", bench.applications())
    };
    assert_ne!(second["id"], first);
    assert_eq!(second["displayName"], "Atlassian Cloud");
    let state = walk.session.state();
    assert_eq!(state.known().fact("app.object"), second["id"].as_str());
}

/// How many requests come until the first write of these changes, the write included: planning once more comes first.
async fn reads_before_the_first_write(
    walk: &journeys::Walk,
    line: &journeys::Line,
    shown: &engine::Proposal,
) -> usize {
    let before = line.seen().len();
    walk.plan(&shown.step).await.expect("plans");
    2 * (line.seen().len() - before) + 1
}

#[tokio::test]
async fn undoing_everything_leaves_what_was_there_before() {
    for scenario in ["fresh", "half-done"] {
        let bench = Bench::of(scenario).await;
        let existing = bench
            .applications()
            .first()
            .map(|application| application["id"].as_str().expect("an id").to_owned());
        let mut walk = bench.open().await;
        if let Some(existing) = &existing {
            walk = walk.answering("app.existing", existing);
        }
        assert_eq!(walk.until("before-atlassian").await, Ok(Ended::Verified));
        walk.sign_in_to_write().await.expect("signs in");
        let before = bench.practice.dump();
        assert_eq!(
            walk.until("add-app").await,
            Ok(Ended::Verified),
            "{scenario}"
        );

        assert_eq!(walk.undo(None).await, Ok(3), "{scenario}");

        let mut after = bench.practice.dump();
        if scenario == "fresh" {
            // Microsoft keeps a deleted application and its service principal for 30 days, as the change said.
            let deleted = after["deleted"].as_array().expect("a list").clone();
            assert_eq!(
                deleted
                    .iter()
                    .map(|item| item["displayName"].clone())
                    .collect::<Vec<_>>(),
                ["Atlassian Cloud", "Atlassian Cloud"]
            );
            after["deleted"] = before["deleted"].clone();
        }
        assert_eq!(after, before, "{scenario}");
        assert_eq!(
            walk.undo(None).await,
            Ok(0),
            "{scenario}: nothing is left to undo"
        );
        assert_eq!(
            walk.until("add-app").await,
            Ok(Ended::Verified),
            "{scenario}: and it can be done again"
        );
    }
}

#[tokio::test]
async fn undoing_a_step_takes_what_rests_on_it_along() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));

    let plan = walk.session.undo_plan(Some(&by_id("sign-in")));
    assert_eq!(
        plan.items
            .iter()
            .map(|item| item.change.id.as_str())
            .collect::<Vec<_>>(),
        ["owner", "mark", "create"]
    );
    assert_eq!(walk.undo(Some("add-app")).await, Ok(3));
    assert!(bench.applications().is_empty());
    assert_eq!(
        walk.session.state().known().fact("app.object"),
        None,
        "what the change taught is forgotten"
    );
}
