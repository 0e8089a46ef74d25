//! The test log-in and enforcing: one person of the pilot logs in at the practice site, both logs are matched, and enforcing
//! opens only when it is safe. Whatever goes wrong on the way is said in words.

use app::views::Tone;
use connect::autopilot::{Hands, Outcome};
use engine::{Plan, Standing, Trouble};
use journeys::{Bench, Ended, Walk, by_id};
use serde_json::Value;

const LOGIN: &str = "test-login";
const ENFORCE: &str = "enforce";
/// The application, as the levers call it.
const APP: &str = "Atlassian Cloud";

/// Somebody who stands before the test log-in, with everything set up before it.
async fn ready(bench: &Bench, attribute: &str) -> Walk {
    may_read_logs(bench);
    let walk = bench.open().await.answering("email.attribute", attribute);
    if attribute == "mail" {
        let step = by_id("email-attribute");
        assert_eq!(walk.until("email-attribute").await, Ok(Ended::Verified));
        let proposal = walk.plan(&step).await.expect("plans");
        let asks = walk.session.asks(&step, Some(&proposal));
        let ask = asks.iter().find(|ask| ask.id == "email.attribute");
        let ask = ask.expect("it is asked");
        walk.session
            .answer(&step, ask, "mail")
            .await
            .expect("taken");
        walk.look(&step).await.expect("looks");
    }
    let ended = walk.until("pilot").await;
    assert_eq!(ended, Ok(Ended::Verified), "{attribute}");
    walk.session.went(&by_id(LOGIN)).expect("goes there");
    walk.sign_in_for(&[by_id(LOGIN)]).await.expect("signs in");
    walk
}

/// Who manages applications may not read the sign-in log by that alone (entra.md 1.7).
fn may_read_logs(bench: &Bench) {
    let levers = bench.practice.levers();
    levers
        .activate_role("adele@contoso.com", "Reports Reader")
        .expect("a role");
}

fn fact(walk: &Walk, name: &str) -> String {
    let state = walk.session.state();
    state.known().fact(name).unwrap_or_default().to_owned()
}

/// Answers an ask of a step as the page does.
async fn answer(walk: &Walk, step: &str, ask: &str, value: &str) {
    let asks = walk.session.asks(&by_id(step), None);
    let found = asks.iter().find(|known| known.id == ask);
    let found = found.unwrap_or_else(|| panic!("{ask} is asked: {asks:?}"));
    let said = walk.session.answer(&by_id(step), found, value).await;
    let said = said.expect("taken");
    assert!(
        said.as_ref().is_none_or(|said| said.tone != Tone::Fail),
        "{said:?}"
    );
}

/// The pilot logs in at the site, and says on the page what happened.
async fn log_in(bench: &Bench, walk: &Walk) -> Outcome {
    let hands = Hands::new(&bench.cloud()).expect("practice");
    let who = hands.account(&fact(walk, "pilot.upn")).expect("an account");
    let outcome = hands
        .log_in_at_site(&who)
        .await
        .expect("the pages are read");
    let (word, seen) = match &outcome {
        Outcome::LoggedIn { .. } => ("came-in", None),
        Outcome::AskedPassword => ("password-asked", None),
        Outcome::Refused { address, .. } => ("error-page", Some(address.clone())),
        Outcome::AadSts { code, .. } => ("error-page", Some(code.clone())),
    };
    answer(walk, LOGIN, "login.word", word).await;
    if let Some(seen) = seen {
        answer(walk, LOGIN, "login.seen", &seen).await;
    }
    outcome
}

/// Plans and looks, as the page does.
async fn look(walk: &Walk, step: &str) {
    walk.plan(&by_id(step)).await.expect("plans");
    walk.look(&by_id(step)).await.expect("looks");
}

/// State and title of every check of enforcing, those that the lock rests on too.
fn enforce_checks(walk: &Walk) -> Vec<(String, String)> {
    let page = walk.page(ENFORCE);
    let locked = page.lock.map(|lock| lock.checks).unwrap_or_default();
    let pilot = fact(walk, "pilot.upn");
    page.checks
        .into_iter()
        .chain(locked)
        .map(|check| {
            let words = format!("{}: {}", check.word, check.title);
            (check.id, words.replace(&pilot, "PILOT"))
        })
        .collect()
}

fn enforce_check(walk: &Walk, id: &str) -> String {
    let all = enforce_checks(walk);
    let found = all.iter().find(|(check, _)| check == id);
    let found = found.unwrap_or_else(|| panic!("{id}: {all:?}"));
    found.1.clone()
}

fn policies(bench: &Bench) -> Vec<Value> {
    let dump = bench.practice.dump();
    dump["organization"]["policies"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

fn pilot_policy(bench: &Bench) -> Value {
    let all = policies(bench);
    let found = all.iter().find(|policy| policy["name"] == "Pilot SSO");
    found.cloned().unwrap_or_default()
}

#[tokio::test]
async fn from_the_first_log_in_to_an_enforced_pilot() {
    let bench = Bench::of("fresh").await;
    may_read_logs(&bench);
    let walk = bench.open().await;

    let ended = walk.to_the_end().await;
    let pages = [LOGIN, ENFORCE].map(|step| walk.picture(step)).join("\n");
    assert_eq!(ended, Ok(Ended::Verified), "{pages}");

    let pilot = fact(&walk, "pilot.upn");
    let plain = |step: &str| walk.picture(step).replace(&pilot, "PILOT");
    insta_like(
        &plain(LOGIN),
        "1.8 Test log-in\n\
         ? How is the log-in proven at Microsoft?: read\n\
         ? What happened?: came-in\n\
         Passed: PILOT came in through Entra, WHEN\n\
         Passed: Entra let PILOT through, WHEN\n\
         Passed: Atlassian’s audit log shows the log-in, WHEN\n\
         Passed: No setting in Entra stands in the way\n\
         Passed: Nothing about the person stands in the way",
    );
    let policy = pilot_policy(&bench);
    assert_eq!(policy["enforced"], true, "{policy}");
    assert_eq!(
        walk.session
            .state()
            .standing(walk.session.guide(), &by_id(ENFORCE)),
        Standing::Done
    );
    walk.plan(&by_id(ENFORCE)).await.expect("plans");
    assert!(!fact(&walk, "enforce.enforced_seen_at").is_empty());
    let file = std::fs::read_to_string(fact(&walk, "saved.way-back")).expect("saved");
    for needed in [
        fact(&walk, "policy.id").as_str(),
        "Enforce single sign-on",
        &fact(&walk, "enforce.admin"),
    ] {
        assert!(file.contains(needed), "{needed}: {file}");
    }
}

/// Compares the beginning of a picture, with every time in it made plain.
fn insta_like(seen: &str, wanted: &str) {
    let plain: Vec<_> = seen
        .lines()
        .map(|line| match line.find(" UTC") {
            Some(end) => {
                let start = line[..end]
                    .rfind(", ")
                    .and_then(|at| line[..at].rfind(", "))
                    .map_or(0, |at| at + 2);
                format!("{}WHEN{}", &line[..start], &line[end + 4..])
            }
            None => line.to_owned(),
        })
        .collect();
    let plain = plain.join("\n");
    assert!(plain.starts_with(wanted), "{plain}\n\nwanted:\n{wanted}");
}

/// What goes wrong before or at the log-in, and what the page says of it.
struct Row {
    what: &'static str,
    attribute: &'static str,
    pull: fn(&Bench, &Walk),
    says: &'static [&'static str],
}

const fn row(what: &'static str, pull: fn(&Bench, &Walk), says: &'static [&'static str]) -> Row {
    Row {
        what,
        attribute: "userPrincipalName",
        pull,
        says,
    }
}

const AT_MICROSOFT: &[Row] = &[
    row(
        "the application is disabled",
        |bench, _| bench.practice.levers().disable_app(APP).expect("pulled"),
        &["Failed: The application is disabled"],
    ),
    row(
        "the certificate is not the active one any more",
        |bench, _| {
            bench
                .practice
                .levers()
                .rotate_certificate(APP)
                .expect("pulled")
        },
        &[
            "Failed: The certificate at Atlassian is not the one that signed",
            "Failed: The active certificate is not the one for Atlassian",
        ],
    ),
    row(
        "no certificate is active",
        |bench, _| {
            bench
                .practice
                .levers()
                .certificate_inactive(APP)
                .expect("pulled")
        },
        &["Failed: No certificate is active"],
    ),
    row(
        "the certificate ended",
        |bench, _| {
            bench
                .practice
                .levers()
                .certificate_expired(APP)
                .expect("pulled")
        },
        &["Failed: The certificate ended on"],
    ),
    row(
        "the pilot is not assigned any more",
        |bench, walk| {
            bench
                .practice
                .levers()
                .unassign(APP, &fact(walk, "pilot.upn"))
                .expect("pulled")
        },
        &[
            "Failed: This person is not assigned to the application",
            "is not assigned to the application",
        ],
    ),
    row(
        "the pilot is only in a group inside an assigned group",
        |bench, walk| {
            let levers = bench.practice.levers();
            levers
                .unassign(APP, &fact(walk, "pilot.upn"))
                .expect("pulled");
            levers.assign(APP, "Engineering").expect("pulled");
        },
        &[
            "Failed: This person is not assigned to the application",
            "Failed: PILOT is only in a group inside “Engineering”",
        ],
    ),
    row(
        "Conditional Access blocks",
        |bench, _| bench.practice.levers().conditional_access_blocks_saml(),
        &["Failed: A Conditional Access policy blocked the log-in"],
    ),
    Row {
        what: "the mail is empty",
        attribute: "mail",
        pull: |bench, walk| {
            bench
                .practice
                .levers()
                .change_mail(&fact(walk, "pilot.upn"), "")
                .expect("pulled")
        },
        says: &[
            "Failed: The attribute that becomes the NameID is empty for this person",
            "has no mail",
        ],
    },
    Row {
        what: "the mail is another one than the account's",
        attribute: "mail",
        pull: |bench, walk| {
            bench
                .practice
                .levers()
                .change_mail(&fact(walk, "pilot.upn"), "somebody.else@contoso.com")
                .expect("pulled")
        },
        says: &["Failed: The NameID is not the address of the Atlassian account"],
    },
    row(
        "the Entra account is disabled",
        |bench, walk| {
            bench
                .practice
                .levers()
                .disable_person(&fact(walk, "pilot.upn"))
                .expect("pulled")
        },
        &["Failed: The Entra account PILOT is disabled"],
    ),
];

const AT_ATLASSIAN: &[Row] = &[
    row(
        "another certificate was pasted at Atlassian",
        |bench, _| {
            bench
                .practice
                .levers()
                .wrong_certificate_saved()
                .expect("pulled")
        },
        &["Failed: The certificate at Atlassian is not the one that signed"],
    ),
    row(
        "the SAML configuration was deleted",
        |bench, _| bench.practice.levers().delete_saml().expect("pulled"),
        &["Failed: Atlassian asked PILOT for a password"],
    ),
    row(
        "the domain is not linked",
        |bench, _| bench.practice.levers().domain_not_linked(),
        &["Failed: Atlassian asked PILOT for a password"],
    ),
    row(
        "the Atlassian account is deactivated",
        |bench, walk| {
            bench
                .practice
                .levers()
                .deactivate_account(&fact(walk, "pilot.address"))
                .expect("pulled")
        },
        &["Failed: The Atlassian account PILOT is deactivated"],
    ),
    row(
        "the domain is not verified any more",
        |bench, _| {
            bench
                .practice
                .levers()
                .domain_unverified("contoso.com")
                .expect("pulled")
        },
        &["Failed: contoso.com is not verified at Atlassian"],
    ),
    row(
        "the audit log is empty",
        |bench, _| bench.practice.levers().audit_log_empty(),
        &[],
    ),
];

#[tokio::test]
async fn a_fault_at_microsoft_is_led_back_to_its_cause() {
    each_is_led_back(AT_MICROSOFT).await;
}

#[tokio::test]
async fn a_fault_at_atlassian_is_led_back_to_its_cause() {
    each_is_led_back(AT_ATLASSIAN).await;
}

#[tokio::test]
async fn settings_that_stand_in_the_way_are_seen_before_anybody_tries() {
    let bench = Bench::of("fresh").await;
    let walk = ready(&bench, "userPrincipalName").await;
    let levers = bench.practice.levers();
    levers.unrequire_assignment(APP).expect("pulled");
    levers.token_encryption_on(APP).expect("pulled");
    levers.signed_requests_required(APP).expect("pulled");
    levers
        .set_mapping_policy(APP, "employeeid")
        .expect("pulled");
    let state = walk.session.state();
    let entity = state.known().answer("saml.sp_entity").expect("pasted");
    levers.take_identifier(entity);

    look(&walk, LOGIN).await;

    let open = walk.open_checks(LOGIN);
    let settings: Vec<_> = open
        .iter()
        .filter(|line| !line.starts_with("Waiting"))
        .collect();
    assert_eq!(
        settings,
        [
            "Failed: Another application holds Atlassian’s identifier: Atlassian (old)",
            "Failed: Token encryption is on",
            "Failed: The application wants signed requests",
            "Warning: The claims policy “Claims for HR” overrides Attributes and Claims",
            "Warning: Everybody in the tenant may use the application",
        ]
    );
}

/// A kind of answer that practice can give, and what its error page is said to mean.
const ANSWERS: &[(&str, &str)] = &[
    (
        "wrong_issuer",
        "The answer carries another identifier than the one saved at Atlassian",
    ),
    (
        "wrong_audience",
        "The answer was made for another identifier than Atlassian's",
    ),
    (
        "wrong_destination",
        "The answer was made for another address than Atlassian's",
    ),
    (
        "wrong_recipient",
        "The answer was made for another address than Atlassian's",
    ),
    (
        "wrong_in_response_to",
        "The answer belongs to another log-in",
    ),
    ("expired", "The answer was not valid at the time it arrived"),
    (
        "not_yet_valid",
        "The answer was not valid at the time it arrived",
    ),
    ("name_id_empty", "The NameID was empty"),
    (
        "name_id_object_id",
        "Entra sent an address that has no Atlassian account here",
    ),
    (
        "name_id_unknown",
        "Atlassian does not let this person in by single sign-on",
    ),
    (
        "unsigned",
        "The answer was not signed by the certificate at Atlassian",
    ),
    (
        "foreign_certificate",
        "The certificate at Atlassian is not the one that signed",
    ),
    (
        "changed",
        "The answer was not signed by the certificate at Atlassian",
    ),
    ("encrypted", "Atlassian can't read the encrypted answer"),
    ("doctype", "Atlassian can't use the answer"),
];

#[tokio::test]
async fn what_the_error_page_says_leads_to_the_cause() {
    let bench = Bench::of("fresh").await;
    let walk = ready(&bench, "userPrincipalName").await;
    look(&walk, LOGIN).await;
    for (kind, means) in ANSWERS {
        let levers = bench.practice.levers();
        levers.saml_response(kind).expect("a kind of answer");
        let outcome = log_in(&bench, &walk).await;
        assert!(
            matches!(outcome, Outcome::Refused { .. }),
            "{kind}: {outcome:?}"
        );

        look(&walk, LOGIN).await;

        assert_eq!(
            walk.check(LOGIN, "page"),
            format!("Failed: {means}"),
            "{kind}: {outcome:?}"
        );
        let proven = walk.check(LOGIN, "proven");
        assert!(proven.starts_with("Failed: You said"), "{kind}: {proven}");
    }
}

async fn each_is_led_back(rows: &[Row]) {
    for row in rows {
        let bench = Bench::of("fresh").await;
        let walk = ready(&bench, row.attribute).await;
        (row.pull)(&bench, &walk);
        look(&walk, LOGIN).await;

        log_in(&bench, &walk).await;
        look(&walk, LOGIN).await;

        let pilot = fact(&walk, "pilot.upn");
        let open: Vec<_> = walk
            .open_checks(LOGIN)
            .iter()
            .map(|line| line.replace(&pilot, "PILOT"))
            .collect();
        for says in row.says {
            assert!(
                open.iter().any(|line| line.contains(says)),
                "{}: “{says}” is said: {open:#?}\n{}",
                row.what,
                walk.picture(LOGIN)
            );
        }
        if row.says.is_empty() {
            assert!(open.is_empty(), "{}: {open:#?}", row.what);
        }
    }
}

#[tokio::test]
async fn slow_logs_are_waited_for() {
    let bench = Bench::of("fresh").await;
    let walk = ready(&bench, "userPrincipalName").await;
    bench.practice.levers().sign_in_log_slow(300);
    bench.practice.levers().audit_log_delay(300);
    look(&walk, LOGIN).await;

    assert!(matches!(
        log_in(&bench, &walk).await,
        Outcome::LoggedIn { .. }
    ));
    look(&walk, LOGIN).await;

    let standing = walk
        .session
        .state()
        .standing(walk.session.guide(), &by_id(LOGIN));
    assert_eq!(standing, Standing::Waiting, "{:?}", walk.open_checks(LOGIN));
    bench.practice.levers().time_passes(301);
    look(&walk, LOGIN).await;
    assert!(
        walk.open_checks(LOGIN).is_empty(),
        "{:?}",
        walk.open_checks(LOGIN)
    );
}

#[tokio::test]
async fn where_no_log_is_open_the_word_of_the_person_counts() {
    let bench = Bench::of("fresh").await;
    let walk = ready(&bench, "userPrincipalName").await;
    bench.practice.levers().premium_off();
    bench.practice.levers().audit_log_empty();
    look(&walk, LOGIN).await;
    assert_eq!(
        walk.check(LOGIN, "proven"),
        "Not yet: Say above what happened"
    );

    log_in(&bench, &walk).await;
    look(&walk, LOGIN).await;

    assert!(
        walk.check(LOGIN, "proven").starts_with("Passed: "),
        "{}",
        walk.check(LOGIN, "proven")
    );
    assert_eq!(
        walk.check(LOGIN, "entra-log"),
        "Not looked at: The sign-in log needs Entra ID P1"
    );
    assert_eq!(
        walk.check(LOGIN, "atlassian-log"),
        "Not looked at: Atlassian’s audit log is empty"
    );
}

#[tokio::test]
async fn whose_role_may_not_read_the_log_says_it_themselves() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;

    assert_eq!(walk.until(LOGIN).await, Ok(Ended::Verified));

    assert_eq!(
        walk.check(LOGIN, "entra-log"),
        "Not looked at: Your account may not read the sign-in log"
    );
    let proven = walk.page(LOGIN).checks.remove(0);
    assert!(
        proven
            .detail
            .starts_with("Atlassian’s audit log shows it, and you said"),
        "{}",
        proven.detail
    );
}

/// Somebody whose pilot has logged in, and who stands before enforcing with a policy made.
async fn before_enforcing(bench: &Bench) -> Walk {
    may_read_logs(bench);
    let walk = bench.open().await;
    assert_eq!(
        walk.until(LOGIN).await,
        Ok(Ended::Verified),
        "{}",
        walk.picture(LOGIN)
    );
    for (ask, value) in walk
        .session
        .practise(&by_id(ENFORCE))
        .await
        .expect("practised")
    {
        answer(&walk, ENFORCE, &ask, &value).await;
    }
    walk
}

async fn add_members(walk: &Walk) -> Result<(), Trouble> {
    let shown = walk.plan(&by_id(ENFORCE)).await?;
    let Plan::Changes { .. } = &shown.plan else {
        panic!("members are to be added: {:?}", shown.plan)
    };
    walk.make(&shown).await.map(drop)
}

fn missing(walk: &Walk) -> Vec<&'static str> {
    walk.session.lock(&by_id(ENFORCE)).expect("a lock").missing
}

#[tokio::test]
async fn enforcing_stays_shut_until_all_four_hold() {
    let bench = Bench::of("fresh").await;
    let walk = before_enforcing(&bench).await;
    look(&walk, ENFORCE).await;
    assert_eq!(missing(&walk), ["way-back", "only-pilot"]);

    add_members(&walk).await.expect("added");
    look(&walk, ENFORCE).await;
    assert_eq!(missing(&walk), ["way-back"]);
    assert!(
        walk.session
            .practise_enforcing(&by_id(ENFORCE))
            .await
            .is_err()
    );

    walk.session
        .save_document(&by_id(ENFORCE), "way-back")
        .expect("saved");
    assert_eq!(
        missing(&walk).len(),
        4,
        "what was looked at before the file was saved is old"
    );
    look(&walk, ENFORCE).await;
    assert_eq!(missing(&walk), [""; 0]);
    assert_ne!(pilot_policy(&bench)["enforced"], true);
    walk.session
        .practise_enforcing(&by_id(ENFORCE))
        .await
        .expect("enforced");
    assert_eq!(pilot_policy(&bench)["enforced"], true);
}

/// What shuts it again, and what is said of it.
type Shuts = (&'static str, fn(&Bench, &Walk), &'static str, &'static str);

const SHUTS: &[Shuts] = &[
    (
        "no admin is outside any more",
        |bench, _| bench.practice.levers().no_break_glass(),
        "break-glass",
        "Failed: No organization admin is outside the policy",
    ),
    (
        "a stranger is in the policy",
        |bench, walk| {
            let policy = fact(walk, "policy.id");
            bench
                .practice
                .levers()
                .move_member("megan@contoso.com", &policy)
                .expect("pulled");
        },
        "only-pilot",
        "Failed: 1 account that is not of the pilot in the policy",
    ),
    (
        "the policy is of the local directory",
        |bench, walk| {
            bench
                .practice
                .levers()
                .policy_local(&fact(walk, "policy.id"))
                .expect("pulled")
        },
        "only-pilot",
        "Warning: Atlassian names no identity provider directory for “Pilot SSO”",
    ),
    (
        "Atlassian does not tell who is in it",
        |bench, _| bench.practice.levers().bulk_fetch_bare(),
        "only-pilot",
        "Could not look: Atlassian does not tell who is in the policy",
    ),
    (
        "the file is lost",
        |_, walk| std::fs::remove_file(fact(walk, "saved.way-back")).expect("removed"),
        "way-back",
        "Failed: The saved way back can’t be read",
    ),
    (
        "the file is another one",
        |_, walk| {
            std::fs::write(fact(walk, "saved.way-back"), "Policy id: other\n").expect("written")
        },
        "way-back",
        "Failed: The saved way back does not name the organization that is so now",
    ),
    (
        "the pilot is refused meanwhile",
        |bench, walk| {
            let pilot = fact(walk, "pilot.upn");
            bench
                .practice
                .levers()
                .note_sign_in(APP, &pilot, 50105)
                .expect("pulled");
        },
        "proven",
        "Failed: The last log-in of PILOT was refused",
    ),
];

#[tokio::test]
async fn whatever_becomes_unsafe_shuts_it_again() {
    for (what, pull, check, says) in SHUTS {
        let bench = Bench::of("fresh").await;
        let walk = before_enforcing(&bench).await;
        add_members(&walk).await.expect("added");
        walk.session
            .save_document(&by_id(ENFORCE), "way-back")
            .expect("saved");
        look(&walk, ENFORCE).await;
        assert_eq!(
            missing(&walk),
            [""; 0],
            "{what}: {:?}",
            enforce_checks(&walk)
        );

        pull(&bench, &walk);
        look(&walk, ENFORCE).await;

        assert!(
            missing(&walk).contains(check),
            "{what}: {:?}",
            missing(&walk)
        );
        assert_eq!(enforce_check(&walk, check), *says, "{what}");
        assert!(
            walk.session
                .practise_enforcing(&by_id(ENFORCE))
                .await
                .is_err(),
            "{what}"
        );
        assert_ne!(pilot_policy(&bench)["enforced"], true, "{what}");
    }
}

#[tokio::test]
async fn what_atlassian_does_not_tell_the_person_confirms() {
    let bench = Bench::of("fresh").await;
    bench.practice.levers().bulk_fetch_bare();
    let walk = before_enforcing(&bench).await;
    add_members(&walk).await.expect("the task's end counts");
    walk.session
        .save_document(&by_id(ENFORCE), "way-back")
        .expect("saved");
    look(&walk, ENFORCE).await;
    assert_eq!(missing(&walk), ["only-pilot"]);

    answer(&walk, ENFORCE, "policy.confirmed", "yes").await;
    look(&walk, ENFORCE).await;

    assert_eq!(missing(&walk), [""; 0], "{:?}", enforce_checks(&walk));
}

#[tokio::test]
async fn who_could_not_be_added_is_named() {
    let bench = Bench::of("fresh").await;
    let walk = before_enforcing(&bench).await;
    let address = fact(&walk, "pilot.address");
    bench.practice.levers().task_fails(&[&address]);

    let trouble = add_members(&walk).await.expect_err("it fails");

    assert_eq!(trouble.title, "0 of 1 people could be added to the policy");
    assert!(trouble.certain.contains(&address), "{}", trouble.certain);
    assert!(missing(&walk).contains(&"only-pilot"));
    add_members(&walk).await.expect("the second time it works");
}

/// What happens after enforcing, and what is said of it.
type After = (&'static str, fn(&Bench, &Walk), &'static str);

const AFTERWARDS: &[After] = &[
    (
        "somebody switched it off",
        |bench, walk| {
            bench
                .practice
                .levers()
                .unenforce(&fact(walk, "policy.id"))
                .expect("pulled")
        },
        "Failed: Single sign-on is not enforced any more",
    ),
    (
        "the admin outside was put into it",
        |bench, _| bench.practice.levers().no_break_glass(),
        "Failed: No organization admin is outside the policy",
    ),
];

#[tokio::test]
async fn what_changes_after_enforcing_is_said() {
    for (what, pull, says) in AFTERWARDS {
        let bench = Bench::of("fresh").await;
        may_read_logs(&bench);
        let walk = bench.open().await;
        assert_eq!(walk.to_the_end().await, Ok(Ended::Verified), "{what}");

        pull(&bench, &walk);
        look(&walk, ENFORCE).await;

        let all = enforce_checks(&walk);
        assert!(
            all.iter().any(|(_, words)| words == says),
            "{what}: {all:?}"
        );
    }
}
