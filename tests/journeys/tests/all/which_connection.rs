//! Which connection a command of `lockstep` takes: only one that was meant, never a practice, a damaged or another cloud's one.

use app::Services;
use journeys::Bench;
use serde_json::Value;

use crate::cli::{BAD_INPUT, FAILED, VERIFIED, WAITS, over_bench, run};

/// The names of the connections on this computer.
async fn names(bench: &Bench) -> Vec<String> {
    let (_, listed, _) = run(&bench.data(), &["connections", "--json"]).await;
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    let cards = listed.as_array().expect("a list").iter();
    cards
        .map(|card| card["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[tokio::test]
async fn practice_leaves_no_connection_behind_and_takes_no_real_ones_name() {
    let bench = Bench::of("fresh").await;
    let practice = ["run", "--practice", "fresh", "--until", "plan"];
    let (code, _, said) = run(&bench.data(), &practice).await;
    assert_eq!(code, VERIFIED, "{said}");
    assert_eq!(names(&bench).await, [""; 0]);

    bench.connection();
    let named = [&practice[..], &["--connection", "Contoso"]].concat();
    let (code, _, said) = run(&bench.data(), &named).await;
    assert_eq!(code, BAD_INPUT, "{said}");
    assert!(
        said.contains("Contoso is a connection to real services"),
        "{said}"
    );
    assert_eq!(names(&bench).await, ["Contoso"]);

    // What a practice left that was killed is nobody's, and goes with the next one.
    let left = bench
        .home()
        .create("practice", Services::Practice("fresh".into()));
    left.expect("made");
    let (code, _, said) = run(&bench.data(), &["check"]).await;
    assert_eq!(code, WAITS, "it looks at Contoso: {said}");
    let (code, _, said) = run(&bench.data(), &practice).await;
    assert_eq!(code, VERIFIED, "{said}");
    assert_eq!(names(&bench).await, ["Contoso"]);
}

#[tokio::test]
async fn a_connection_is_made_only_when_it_is_meant() {
    let bench = Bench::of("fresh").await;
    let file = bench.cloud_file().display().to_string();
    let plan = ["run", "--cloud", &file, "--autopilot", "--until", "plan"];
    let of = |name: &'static str| [&plan[..], &["--connection", name]].concat();

    let nosuch = ["run", "--connection", "Contoso", "--until", "nosuch"];
    let (code, _, said) = run(&bench.data(), &nosuch).await;
    assert_eq!(code, BAD_INPUT, "{said}");
    assert_eq!(names(&bench).await, [""; 0], "nothing is made for it");

    let (code, _, said) = run(&bench.data(), &of("Contoso")).await;
    assert_eq!(code, VERIFIED, "{said}");
    assert!(
        said.contains("New connection Contoso (id contoso-"),
        "{said}"
    );
    let (_, _, said) = run(&bench.data(), &of("Contoso")).await;
    assert!(!said.contains("New connection"), "{said}");

    let (code, _, said) = run(&bench.data(), &of("Contosso")).await;
    assert_eq!(code, BAD_INPUT, "{said}");
    for wanted in ["called Contosso", "On this computer: Contoso (", "--new"] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    let new = [&of("Fabrikam")[..], &["--new"]].concat();
    for announced in [true, false] {
        let (code, _, said) = run(&bench.data(), &new).await;
        assert_eq!(code, VERIFIED, "the same command goes on: {said}");
        assert_eq!(
            said.contains("New connection Fabrikam"),
            announced,
            "{said}"
        );
    }

    let again = bench
        .home()
        .create("Contoso", Services::File(bench.cloud_file()));
    let again = again.expect("made");
    for arguments in [of("Contoso"), vec!["check", "--connection", "Contoso"]] {
        let (code, _, said) = run(&bench.data(), &arguments).await;
        assert_eq!(code, BAD_INPUT, "{said}");
        assert!(
            said.contains("Several connections are called Contoso"),
            "{said}"
        );
        assert!(said.contains(&again.id), "{said}");
    }
    assert_eq!(names(&bench).await.len(), 3);
    let by_id = [&plan[..], &["--connection", &again.id]].concat();
    let (code, _, said) = run(&bench.data(), &by_id).await;
    assert_eq!(code, VERIFIED, "{said}");
}

#[tokio::test]
async fn what_is_found_in_one_cloud_never_comes_into_the_record_of_another() {
    let bench = Bench::of("fresh").await;
    let file = bench.cloud_file().display().to_string();
    let real = bench
        .home()
        .create("Real", Services::Cloud("global".into()))
        .expect("made");
    let there = ["--connection", "Real", "--cloud", &file];
    for command in [
        &["run", "--autopilot", "--until", "plan"][..],
        &["check", "--no-sign-in"],
        &["undo", "--all"],
    ] {
        let (code, _, said) = run(&bench.data(), &[command, &there].concat()).await;
        assert_eq!(code, BAD_INPUT, "{command:?}: {said}");
        assert!(
            said.contains("Real belongs to another cloud than"),
            "{said}"
        );
    }
    let journal = std::fs::read_to_string(bench.home().journal(&real.id));
    assert_eq!(journal.unwrap_or_default(), "", "nothing is noted in it");

    // A copy of its own cloud's file, as a line in between has it, is the same cloud.
    let made = bench
        .home()
        .create("Practised", Services::File(bench.cloud_file()));
    made.expect("made");
    let copy = bench.folder().join("copy.toml");
    std::fs::copy(bench.cloud_file(), &copy).expect("copied");
    let copied = std::fs::read_to_string(&copy).expect("read");
    let copy = copy.display().to_string();
    let with = ["--connection", "Practised", "--cloud", &copy, "--autopilot"];
    // Another practice is another cloud: its name says so.
    let (own, others) = (bench.cloud().name, "somebody else’s");
    let renamed = copied.replacen(&format!("\"{own}\""), &format!("\"{others}\""), 1);
    assert_ne!(renamed, copied, "the file names its cloud");
    std::fs::write(&copy, renamed).expect("written");
    let (code, _, said) = run(&bench.data(), &[&["check"][..], &with[..4]].concat()).await;
    assert_eq!(code, BAD_INPUT, "{said}");
    assert!(said.contains("belongs to another cloud than"), "{said}");
    std::fs::write(&copy, copied).expect("written");
    let (code, _, said) = run(
        &bench.data(),
        &[&["run", "--until", "plan"][..], &with].concat(),
    )
    .await;
    assert_eq!(code, VERIFIED, "{said}");
}

#[tokio::test]
async fn a_connection_that_cannot_be_read_is_listed_and_no_other_takes_its_name() {
    let bench = Bench::of("fresh").await;
    let id = bench.connection().id;
    let path = bench.home().folder(&id).join("connection.toml");
    let text = std::fs::read_to_string(&path).expect("readable");
    let file = bench.cloud_file().display().to_string();
    for (text, name, why) in [
        (
            text.replace("version = 1", "version = 9\nshape = \"new\""),
            "Contoso",
            "made by a newer Lockstep",
        ),
        ("not a description".to_owned(), id.as_str(), "can’t be read"),
    ] {
        std::fs::write(&path, &text).expect("written");
        let (code, listed, _) = run(&bench.data(), &["connections"]).await;
        assert_eq!(code, VERIFIED, "{listed}");
        assert!(listed.contains(name) && listed.contains(why), "{listed}");
        for more in [vec!["--connection", name], vec![]] {
            let arguments = [&["run", "--cloud", &file, "--autopilot"][..], &more].concat();
            let (code, _, said) = run(&bench.data(), &arguments).await;
            assert_ne!(code, VERIFIED, "{said}");
            assert!(
                said.contains("can’t be read") || said.contains(why),
                "{said}"
            );
        }
        assert_eq!(std::fs::read_to_string(&path).expect("readable"), text);
        assert_eq!(names(&bench).await, [name], "no other was made");
    }
}

#[tokio::test]
async fn a_damaged_journal_is_set_aside_and_its_readable_part_goes_on() {
    let bench = Bench::of("fresh").await;
    let (code, _, said) = over_bench(&bench, &["run", "--until", "plan"]).await;
    assert_eq!(code, VERIFIED, "{said}");
    let id = bench.connection().id;
    let (code, _, said) = run(&bench.data(), &["connections", "--set-aside", "Contoso"]).await;
    assert_eq!(code, BAD_INPUT, "{said}");
    assert!(said.contains("is not damaged"), "{said}");

    let damaged = format!("{}no entry\n{{}}\n", bench.journal());
    std::fs::write(bench.home().journal(&id), &damaged).expect("written");
    let (code, _, said) = over_bench(&bench, &["run", "--until", "plan"]).await;
    assert_eq!(code, FAILED, "{said}");
    let command = format!("lockstep connections --set-aside {id}");
    assert!(said.contains(&command), "{said}");
    let (code, kept, said) = run(&bench.data(), &["connections", "--set-aside", &id]).await;
    assert_eq!(code, VERIFIED, "{said}");
    let (_, path) = kept
        .lines()
        .next()
        .and_then(|line| line.split_once(" kept as "))
        .expect("where it lies");
    assert_eq!(std::fs::read_to_string(path).expect("readable"), damaged);
    let (code, _, said) = over_bench(&bench, &["run", "--until", "plan"]).await;
    assert_eq!(code, VERIFIED, "{said}");
    assert!(!said.contains("New connection"), "{said}");
}
