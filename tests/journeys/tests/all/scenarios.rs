//! The other scenarios, read-only, a registration of one's own, and a second administrator at the same time.

use engine::{Applied, Plan};
use journeys::{Bench, Ended, by_id};
use serde_json::json;

#[tokio::test]
async fn each_scenario_stops_where_it_should_and_says_why() {
    let stops = |step: &str| Ok(Ended::Stuck(by_id(step)));
    for (scenario, ended, step, wanted) in [
        (
            "reader",
            stops("before-entra"),
            "before-entra",
            "Failed: No role of yours may add applications",
        ),
        (
            "pim-eligible",
            stops("before-entra"),
            "before-entra",
            "Failed: Cloud Application Administrator is not active",
        ),
        (
            "no-licence",
            Ok(Ended::Verified),
            "before-entra",
            "Warning: No Microsoft Entra ID P1",
        ),
        (
            "unverified-domain",
            stops("before-atlassian"),
            "before-atlassian",
            "Failed: contoso.com is not verified at Atlassian",
        ),
        (
            "unclaimed",
            stops("before-atlassian"),
            "before-atlassian",
            "Failed: contoso.com is verified, but no account is claimed",
        ),
    ] {
        let bench = Bench::of(scenario).await;
        let walk = bench.open().await;
        assert_eq!(walk.until("add-app").await, ended, "{scenario}");
        assert!(
            walk.open_checks(step).contains(&wanted.to_owned()),
            "{scenario}: {:?}",
            walk.open_checks(step)
        );
        let failed = walk
            .page(step)
            .checks
            .into_iter()
            .find(|check| wanted.ends_with(&check.title))
            .expect("the check");
        assert!(failed.fix.is_some(), "{scenario}: what to do is said");
        let made = usize::from(ended == Ok(Ended::Verified));
        assert_eq!(bench.applications().len(), made, "{scenario}");
    }
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_the_right_one_goes_on() {
    for (scenario, words) in [
        ("expired-key", "Atlassian does not accept this key."),
        ("wrong-key", "Atlassian does not accept this key."),
    ] {
        let bench = Bench::of(scenario).await;
        let walk = bench.open().await;
        let Ok(Ended::Refused(said)) = walk.until("add-app").await else {
            panic!("{scenario}: the key is refused")
        };
        assert!(said.starts_with(words), "{scenario}: {said}");
        assert!(!walk.session.has_key(), "{scenario}: it is not kept");
        let walk = walk.pasting_named("good");
        assert_eq!(
            walk.until("add-app").await,
            Ok(Ended::Verified),
            "{scenario}"
        );
    }
}

#[tokio::test]
async fn a_key_is_taken_with_spaces_line_breaks_and_quotes() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;
    let key = bench
        .cloud()
        .practice
        .and_then(|practice| practice.organization_key)
        .expect("a key");
    let (half, rest) = key.secret().split_at(40);
    let said = walk
        .session
        .give_key(&format!("  “{half}\n{rest}” \r\n"))
        .await
        .expect("it is tried");
    assert_eq!(said.strong, "Accepted.");
    assert!(
        said.text.contains("Removed from the paste:"),
        "{}",
        said.text
    );
    assert!(walk.session.has_key());
}

#[tokio::test]
async fn an_activated_role_lets_it_go_on() {
    let bench = Bench::of("pim-eligible").await;
    let walk = bench.open().await;
    assert_eq!(
        walk.until("add-app").await,
        Ok(Ended::Stuck(by_id("before-entra")))
    );
    bench
        .practice
        .levers()
        .activate_role("adele@contoso.com", "Cloud Application Administrator")
        .expect("the role is activated");
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    assert_eq!(bench.applications().len(), 1);
}

#[tokio::test]
async fn reading_only_never_writes() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await.answering("entra.rights", "read");
    let before = bench.stand();

    assert_eq!(walk.until("before-atlassian").await, Ok(Ended::Verified));
    let _stuck_without_an_application = walk.step(&by_id("add-app")).await.expect("it looks");

    assert_eq!(bench.writes(), Vec::<String>::new());
    assert_eq!(
        bench.stand()["tenant"]["applications"],
        before["tenant"]["applications"]
    );
    let granted = walk.session.granted().expect("signed in");
    assert!(
        granted.iter().all(|scope| !scope.contains("ReadWrite")),
        "{granted:?}"
    );
    assert!(
        walk.page("add-app").hand.is_some(),
        "it is told how to do it by hand"
    );
    // Whoever does it by hand gets it proven.
    bench.practice.levers().add_namesake("Atlassian Cloud");
    let Ok(Some(asked)) = walk.shown(&by_id("add-app")).await else {
        panic!("it asks which one it is")
    };
    assert!(matches!(asked.plan, Plan::Asks { .. }));
    assert_eq!(bench.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_registration_is_made_and_then_signed_in_with() {
    let bench = Bench::of("fresh").await;
    // A registration can be made by whoever signs in with Microsoft's own tool.
    let text = std::fs::read_to_string(bench.cloud_file()).expect("the cloud file");
    std::fs::write(
        bench.cloud_file(),
        format!("quick_client = \"14d82eec-204b-4c2f-b7e8-296a70dab67e\"\n{text}"),
    )
    .expect("written");
    let walk = bench.open().await.answering("entra.client_kind", "make");

    assert_eq!(walk.until("before-entra").await, Ok(Ended::Verified));
    let write = "Application.ReadWrite.All";
    let granted = walk.session.granted().expect("signed in");
    assert!(
        !granted.iter().any(|name| name == write),
        "the registration was made by another application: {granted:?}"
    );
    let rights = walk.page("sign-in").rights;
    let right = rights.iter().find(|right| right.scope == write);
    let purpose = right.map(|right| right.purpose.as_str());
    assert!(
        purpose.is_some_and(|text| text.ends_with("Asked for here as well, to make the registration.")),
        "{purpose:?}"
    );
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));

    let dump = bench.practice.dump();
    let applications = dump["tenant"]["applications"].as_array().expect("a list");
    let tag = json!(format!("lockstep:{}:client", bench.connection().id));
    let ours: Vec<_> = applications
        .iter()
        .filter(|one| {
            one["tags"]
                .as_array()
                .is_some_and(|tags| tags.contains(&tag))
        })
        .collect();
    assert_eq!(ours.len(), 1);
    assert_eq!(ours[0]["signInAudience"], "AzureADMyOrg");
    assert_eq!(
        ours[0]["publicClient"]["redirectUris"],
        json!(["http://localhost"])
    );
    assert_eq!(
        walk.session.signed_in_as().as_deref(),
        ours[0]["appId"].as_str()
    );
    assert_eq!(bench.applications().len(), 1);
}

#[tokio::test]
async fn what_a_second_administrator_changes_in_between_is_shown_first() {
    let bench = Bench::of("half-done").await;
    let theirs = bench.applications()[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let walk = bench.open().await.answering("app.existing", &theirs);
    assert_eq!(walk.until("before-atlassian").await, Ok(Ended::Verified));
    let shown = walk
        .shown(&by_id("add-app"))
        .await
        .expect("plans")
        .expect("changes");
    bench
        .practice
        .levers()
        .delete_app(&theirs)
        .expect("a second administrator deletes it");
    let (writes, stand) = (bench.writes(), bench.stand());

    let Ok(Applied::Moved(now)) = walk.make(&shown).await else {
        panic!("nothing is made that was not shown")
    };

    assert_ne!(now.plan, shown.plan);
    assert_eq!(bench.writes(), writes);
    assert_eq!(bench.stand(), stand);
}

#[tokio::test]
async fn what_a_second_administrator_changes_afterwards_is_seen() {
    for (name, pull, wanted) in [
        (
            "disabled",
            (|bench: &Bench| bench.practice.levers().disable_app("Atlassian Cloud"))
                as fn(&Bench) -> Result<(), sim::LeverError>,
            "Failed",
        ),
        (
            "deleted",
            |bench| bench.practice.levers().delete_app("Atlassian Cloud"),
            "",
        ),
        (
            "a namesake",
            |bench| {
                bench.practice.levers().add_namesake("Atlassian Cloud");
                Ok(())
            },
            "Warning",
        ),
    ] {
        let bench = Bench::of("fresh").await;
        let walk = bench.open().await;
        assert_eq!(walk.until("add-app").await, Ok(Ended::Verified), "{name}");
        pull(&bench).expect("the lever is pulled");
        walk.look(&by_id("add-app")).await.expect("it looks");
        let open = walk.open_checks("add-app");
        assert!(
            open.iter().any(|check| check.starts_with(wanted)) || wanted.is_empty(),
            "{name}: {open:?}"
        );
        assert!(
            walk.page("add-app").footer.say != "Everything here is verified.",
            "{name}"
        );
        walk.until("add-app").await.expect("it goes on");
        let ours = bench
            .applications()
            .into_iter()
            .filter(|one| one["tags"].to_string().contains("lockstep:"))
            .count();
        assert_eq!(ours, 1, "{name}: exactly one of ours, mended or made again");
    }
}
