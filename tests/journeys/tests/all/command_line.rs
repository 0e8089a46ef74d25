//! `lockstep` as a process of its own, given what it must not take: keys where none belong, files that are not there, a
//! pipe that nobody reads, a disk that is full.

use std::path::Path;
use std::process::Stdio;

use app::Services;
use journeys::Bench;
use serde_json::Value;

use crate::cli::{BAD_INPUT, FAILED, VERIFIED, WAITS, command, over, run};

/// The form of an organization API key; it opens nothing.
const KEY: &str = "ATCTT3xFfGN0abcdefghijklmnopqrstuvwxyz=12345678";

/// A shell that gives the command what a shell can give: descriptors, pipes.
async fn in_shell(data: &Path, script: &str, arguments: &[&str]) -> (i32, String, String) {
    let there = command(data, arguments);
    let there = there.as_std();
    let mut shell = tokio::process::Command::new("sh");
    shell.args(["-c", script]).arg(there.get_program());
    shell.args(there.get_args());
    for (name, value) in there.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let output = shell
        .stdin(Stdio::null())
        .output()
        .await
        .expect("a shell runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().expect("it exits by itself"),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// A run over the bench as far as the key.
fn as_far_as_the_key(bench: &Bench, more: &[&str]) -> Vec<String> {
    let mut arguments = vec!["run".to_owned()];
    arguments.extend(over(bench));
    arguments.extend(["--until", "before-atlassian"].map(str::to_owned));
    arguments.extend(more.iter().map(|&one| one.to_owned()));
    arguments
}

fn borrowed(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// The keys that Atlassian was shown.
fn calls_to_atlassian(bench: &Bench) -> usize {
    let ledger = bench.practice.ledger().into_iter();
    ledger
        .filter(|seen| seen.host == sim::Host::AtlassianApi)
        .count()
}

#[cfg(unix)]
#[tokio::test]
async fn a_descriptor_that_the_shell_did_not_hand_over_is_no_key() {
    let bench = Bench::of("fresh").await;
    // Any of these may be a file of the program's own once it works.
    for number in ["3", "5", "7", "8", "9"] {
        let arguments = as_far_as_the_key(&bench, &["--key-fd", number]);
        // What a shell above this one left open is not to be taken for its own.
        let script = "exec \"$0\" \"$@\" 3<&- 5<&- 7<&- 8<&- 9<&-";
        let (code, _, said) = in_shell(&bench.data(), script, &borrowed(&arguments)).await;
        assert_eq!(code, BAD_INPUT, "{number}: {said}");
        assert!(said.contains("descriptor"), "{number}: {said}");
    }
    assert_eq!(calls_to_atlassian(&bench), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn what_no_key_is_made_of_is_not_sent_to_atlassian() {
    let bench = Bench::of("fresh").await;
    let file = bench.folder().join("key");
    for (wrong, told) in [
        (format!("{{\"v\":1,\"key\":\"{KEY}\"}}"), "no key"),
        ("k".repeat(14_000), "too long"),
        (String::new(), "Nothing"),
    ] {
        std::fs::write(&file, &wrong).expect("written");
        let script = format!("exec \"$0\" \"$@\" 7<'{}'", file.display());
        let arguments = as_far_as_the_key(&bench, &["--key-fd", "7"]);
        let (code, _, said) = in_shell(&bench.data(), &script, &borrowed(&arguments)).await;
        assert_eq!(code, BAD_INPUT, "{told}: {said}");
        assert!(said.contains(told), "{told}: {said}");
        assert!(!said.contains("ATCTT") && !said.contains("kkkk"), "{said}");
    }
    assert_eq!(calls_to_atlassian(&bench), 0);

    // The one that is right still comes in this way.
    let practice = bench.cloud().practice.expect("practice");
    let key = practice.organization_key.expect("a key");
    std::fs::write(&file, format!("{}\n", key.secret())).expect("written");
    let script = format!("exec \"$0\" \"$@\" 7<'{}'", file.display());
    let arguments = as_far_as_the_key(&bench, &["--key-fd", "7"]);
    let (code, _, said) = in_shell(&bench.data(), &script, &borrowed(&arguments)).await;
    assert_eq!(code, VERIFIED, "{said}");
}

#[tokio::test]
async fn a_key_in_the_wrong_place_is_not_shown_again() {
    let bench = Bench::of("fresh").await;
    let answers = bench.folder().join("answers.toml");
    std::fs::write(&answers, format!("[plan]\nwho = \"both\"\nkey {KEY}\n")).expect("written");
    let answers = answers.display().to_string();
    // A SCIM key has no form of its own: after --key it is one all the same.
    let formless = "xQ7f0pLw2ZkV9sTb4mNc";
    let with_equals = format!("--key={KEY}");
    let practice = ["run", "--json", "--practice", "fresh"];
    for more in [
        &["--answers", answers.as_str()][..],
        &["--until", KEY],
        &["--key", KEY],
        &[with_equals.as_str()],
        &["--key-fd", KEY],
        &["--key-fd", formless],
        &[KEY],
    ] {
        let (code, report, said) = run(&bench.data(), &[&practice[..], more].concat()).await;
        assert_eq!(code, BAD_INPUT, "{said}");
        for shown in [&report, &said] {
            assert!(
                !shown.contains("ATCTT") && !shown.contains(formless),
                "{shown}"
            );
        }
        let report: Value = serde_json::from_str(&report).expect("JSON and nothing else");
        assert_eq!(report["exit_code"], BAD_INPUT, "{report}");
        if more[0] == "--answers" {
            assert!(said.contains("line 3, column 5"), "{said}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_is_not_text_is_said_and_no_other_is_taken() {
    use std::os::unix::ffi::OsStrExt;
    let bench = Bench::of("fresh").await;
    let arguments = as_far_as_the_key(&bench, &[]);
    let mut started = command(&bench.data(), &borrowed(&arguments));
    let bytes = std::ffi::OsStr::from_bytes(b"ATCTT3x\xff\xfe");
    started.env("LOCKSTEP_ORGANIZATION_KEY", bytes);
    let output = started.output().await.expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(BAD_INPUT), "{said}");
    assert!(said.contains("LOCKSTEP_ORGANIZATION_KEY"), "{said}");
    assert_eq!(
        bench.home().connections(),
        [],
        "it is said before anything is made"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn output_that_nobody_takes_ends_nothing_with_a_panic() {
    let bench = Bench::of("fresh").await;
    let practice = ["run", "--practice", "fresh", "--until", "plan", "--json"];
    for arguments in [
        &["practice", "--list"][..],
        &["run", "--example-answers"],
        &["connections"],
        &practice,
    ] {
        // The readers are gone before the first line: what was to be done is done, and the code tells it.
        let mut child = command(&bench.data(), arguments).spawn().expect("starts");
        drop((child.stdout.take(), child.stderr.take()));
        let ended = child.wait().await.expect("it ends");
        assert_eq!(ended.code(), Some(VERIFIED), "{arguments:?}");
    }
    let (code, _, said) = in_shell(&bench.data(), "exec \"$0\" \"$@\" >/dev/full", &practice).await;
    assert_eq!(code, FAILED, "{said}");
    assert!(said.contains("Standard output"), "{said}");
    let (code, _, _) = in_shell(&bench.data(), "exec \"$0\" \"$@\" 2>/dev/full", &practice).await;
    assert_eq!(code, VERIFIED);
}

#[tokio::test]
async fn of_many_first_runs_at_once_one_makes_the_connection() {
    let bench = Bench::of("fresh").await;
    let mut arguments = vec!["run".to_owned()];
    arguments.extend(over(&bench));
    arguments.extend(["--new", "--until", "plan"].map(str::to_owned));
    let runs = (0..6).map(|_| command(&bench.data(), &borrowed(&arguments)).spawn());
    let runs: Vec<_> = runs.map(|run| run.expect("it starts")).collect();
    let mut verified = 0;
    for run in runs {
        let output = run.wait_with_output().await.expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(VERIFIED) => verified += 1,
            _ => assert!(said.contains("is open in another window"), "{said}"),
        }
    }
    assert!(verified > 0);
    assert_eq!(bench.home().connections().len(), 1);
}

#[tokio::test]
async fn a_real_connection_never_goes_to_other_hosts() {
    let bench = Bench::of("fresh").await;
    let real = Services::Cloud("global".into());
    bench.home().create("Real", real).expect("made");
    // A file that calls itself by the name of its cloud, and has the addresses of somebody else.
    let served = std::fs::read_to_string(bench.cloud_file()).expect("read");
    let (addresses, _) = served.split_once("[practice]").expect("practice");
    let own = format!("\"{}\"", bench.cloud().name);
    let other = bench.folder().join("other.toml");
    std::fs::write(&other, addresses.replacen(&own, "\"global\"", 1)).expect("written");
    let file = other.display().to_string();
    let there = ["--connection", "Real", "--cloud", &file];
    for command in [
        &["run", "--no-sign-in"][..],
        &["check", "--no-sign-in"],
        &["undo", "--all", "--no-sign-in"],
    ] {
        let (code, _, said) = run(&bench.data(), &[command, &there].concat()).await;
        assert_eq!(code, BAD_INPUT, "{command:?}: {said}");
        assert!(said.contains("other hosts"), "{command:?}: {said}");
    }
    assert!(bench.practice.ledger().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_to_be_mended() {
    let bench = Bench::of("fresh").await;
    for option in ["--cloud", "--answers"] {
        let arguments = ["run", "--connection", "x", option, "/nonexistent/it.toml"];
        let (code, _, said) = run(&bench.data(), &arguments).await;
        assert_eq!(code, BAD_INPUT, "{option}: {said}");
        assert!(said.contains("/nonexistent/it.toml"), "{option}: {said}");
        assert!(!said.contains("Mend"), "{option}: {said}");
        assert!(!said.contains("example"), "{option}: {said}");
    }
    // The authority of a cloud is looked for before a connection is made over it.
    let served = std::fs::read_to_string(bench.cloud_file()).expect("read");
    let file = bench.folder().join("ca.toml");
    std::fs::write(&file, format!("ca = \"/nonexistent/ca.pem\"\n{served}")).expect("written");
    let file = file.display().to_string();
    let arguments = ["run", "--connection", "x", "--cloud", &file];
    let (code, _, said) = run(&bench.data(), &arguments).await;
    assert_eq!(code, BAD_INPUT, "{said}");
    assert!(said.contains("/nonexistent/ca.pem"), "{said}");
    assert_eq!(bench.home().connections(), []);
}

#[tokio::test]
async fn a_challenge_that_wants_the_person_is_met_by_the_next_sign_in() {
    let bench = Bench::of("fresh").await;
    let mut arguments = vec!["run".to_owned()];
    arguments.extend(over(&bench));
    arguments.extend(["--until", "before-entra"].map(str::to_owned));
    let arguments = borrowed(&arguments);
    let (code, _, said) = run(&bench.data(), &arguments).await;
    assert_eq!(code, VERIFIED, "{said}");
    bench.practice.levers().claims_challenge_needs_person();
    let (code, _, said) = run(&bench.data(), &arguments).await;
    assert_eq!(code, WAITS, "{said}");
    assert!(said.contains("Sign in again"), "{said}");
    let (code, _, said) = run(&bench.data(), &arguments).await;
    assert_eq!(code, VERIFIED, "the same command goes on: {said}");
    // What was met is not asked for again.
    let asked = bench.practice.ledger().len();
    let (code, _, said) = run(&bench.data(), &arguments).await;
    assert_eq!(code, VERIFIED, "{said}");
    let later = bench.practice.ledger().into_iter().skip(asked);
    let with_claims = later.filter(|seen| seen.path.contains("claims="));
    assert_eq!(with_claims.count(), 0);
}

#[tokio::test]
async fn what_went_with_an_application_that_others_deleted_counts_as_undone() {
    let bench = Bench::of("fresh").await;
    let before = bench.stand();
    let with = over(&bench);
    let with = borrowed(&with);
    let pilot = ["run", "--yes", "--until", "pilot"];
    let (code, _, said) = run(&bench.data(), &[&pilot[..], &with].concat()).await;
    // Only a log-in would prove that Atlassian has the certificate.
    assert_eq!(code, WAITS, "{said}");
    assert!(said.contains("The pilot is one person."), "{said}");
    let levers = bench.practice.levers();
    levers.delete_app("Atlassian Cloud").expect("deleted");
    let undo = ["undo", "--all", "--yes"];
    let (code, _, said) = run(&bench.data(), &[&undo[..], &with].concat()).await;
    assert_eq!(code, VERIFIED, "{said}");
    let (code, _, said) = run(&bench.data(), &[&undo[..], &with].concat()).await;
    assert_eq!(code, VERIFIED, "{said}");
    assert!(said.contains("There is nothing to undo."), "{said}");
    let policies = |stand: &Value| stand["tenant"]["policies"].clone();
    assert_eq!(policies(&bench.stand()), policies(&before));
}
