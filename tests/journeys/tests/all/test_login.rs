//! The test log-in: one person of the pilot logs in at the practice site, and both logs are matched. Whatever goes wrong is led
//! back to its cause.

use app::views::Tone;
use connect::autopilot::{Hands, Outcome};
use engine::Standing;
use journeys::{Bench, Ended, Walk, by_id};
use sim::{Effect, Fault, Host};

pub(crate) const LOGIN: &str = "test-login";
/// The application, as the levers call it.
pub(crate) const APP: &str = "Atlassian Cloud";

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
pub(crate) fn may_read_logs(bench: &Bench) {
    let levers = bench.practice.levers();
    levers
        .activate_role("adele@contoso.com", "Reports Reader")
        .expect("a role");
}

pub(crate) fn fact(walk: &Walk, name: &str) -> String {
    let state = walk.session.state();
    state.known().fact(name).unwrap_or_default().to_owned()
}

/// The two addresses of Atlassian, as they were pasted: entity id and assertion consumer service URL.
fn pasted(walk: &Walk) -> (String, String) {
    let state = walk.session.state();
    let answer = |name: &str| state.known().answer(name).expect("pasted").to_owned();
    (answer("saml.sp_entity"), answer("saml.acs"))
}

/// Answers an ask of a step as the page does.
pub(crate) async fn answer(walk: &Walk, step: &str, ask: &str, value: &str) {
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
pub(crate) async fn look(walk: &Walk, step: &str) {
    walk.plan(&by_id(step)).await.expect("plans");
    walk.look(&by_id(step)).await.expect("looks");
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
            "which is not the active certificate",
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
        "the identifier was built by hand from the organization’s id",
        |bench, walk| {
            let (identifier, reply) = pasted(walk);
            let built = identifier.rsplit_once('/').map(|(before, _)| before);
            let built = format!(
                "{}/{}",
                built.expect("an address"),
                fact(walk, "atlassian.organization")
            );
            let levers = bench.practice.levers();
            levers.set_addresses(APP, &built, &reply).expect("pulled");
        },
        &["Failed: The identifier was made from the organization’s id"],
    ),
    row(
        "the reply URL lost its query",
        |bench, walk| {
            let (identifier, reply) = pasted(walk);
            let cut = reply.split('?').next().expect("an address");
            let levers = bench.practice.levers();
            levers.set_addresses(APP, &identifier, cut).expect("pulled");
        },
        &["Failed: The reply URL in Atlassian’s request is not in the application"],
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
        what: "the mail is another one than the account’s",
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
        &["which is no certificate of this application"],
    ),
    row(
        "the certificate at Atlassian is damaged",
        |bench, _| {
            bench
                .practice
                .levers()
                .damaged_certificate_saved()
                .expect("pulled")
        },
        &["which is no certificate of this application"],
    ),
    row(
        "the SAML configuration was deleted",
        |bench, _| bench.practice.levers().delete_saml().expect("pulled"),
        &[
            "Failed: Atlassian asked PILOT for a password, and a SAML configuration was deleted there",
        ],
    ),
    row(
        "the domain is not linked",
        |bench, _| bench.practice.levers().domain_not_linked(),
        &["Failed: Atlassian asked PILOT for a password, and a domain was unlinked there"],
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
        "The answer was made for another identifier than Atlassian’s",
    ),
    (
        "wrong_destination",
        "The answer was made for another address than Atlassian’s",
    ),
    (
        "wrong_recipient",
        "The answer was made for another address than Atlassian’s",
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
    ("encrypted", "Atlassian can’t read the encrypted answer"),
    ("doctype", "Atlassian can’t use the answer"),
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

/// What the failed log-in of the pilot is led back to, by the check of what they saw.
async fn seen_after(bench: &Bench, walk: &Walk) -> String {
    look(walk, LOGIN).await;
    log_in(bench, walk).await;
    look(walk, LOGIN).await;
    walk.check(LOGIN, "page")
}

#[tokio::test]
async fn an_identifier_that_was_built_by_hand_is_named_in_place_of_microsofts_number() {
    for (whose, id) in [
        ("organization", "atlassian.organization"),
        ("tenant", "entra.tenant"),
    ] {
        let bench = Bench::of("fresh").await;
        let walk = ready(&bench, "userPrincipalName").await;
        let (identifier, reply) = pasted(&walk);
        let (form, _) = identifier.rsplit_once('/').expect("an address");
        let built = format!("{form}/{}", fact(&walk, id));
        let levers = bench.practice.levers();
        levers.set_addresses(APP, &built, &reply).expect("pulled");
        let said = seen_after(&bench, &walk).await;
        assert_eq!(
            said,
            format!("Failed: The identifier was made from the {whose}’s id")
        );
    }
}

#[tokio::test]
async fn atlassians_copy_of_the_certificate_tells_a_damaged_one_from_another() {
    type Pull = fn(&Bench);
    let cases: [(Pull, &str); 2] = [
        (
            |bench| {
                bench
                    .practice
                    .levers()
                    .damaged_certificate_saved()
                    .expect("pulled")
            },
            "Failed: The certificate at Atlassian is a damaged copy of",
        ),
        (
            |bench| {
                bench
                    .practice
                    .levers()
                    .wrong_certificate_saved()
                    .expect("pulled")
            },
            "Failed: The certificate at Atlassian is another one than",
        ),
    ];
    for (pull, says) in cases {
        let bench = Bench::of("fresh").await;
        let walk = ready(&bench, "userPrincipalName").await;
        pull(&bench);
        let said = seen_after(&bench, &walk).await;
        assert!(
            said.contains("which is no certificate of this application"),
            "{said}"
        );

        let dump = bench.practice.dump();
        let copy = dump["organization"]["identityProviders"][0]["saml"]["certificate"].as_str();
        let copy = copy.expect("Atlassian has one").to_owned();
        // A field of one line takes it without its line breaks.
        answer(&walk, LOGIN, "login.seen", &copy.replace('\n', "")).await;
        look(&walk, LOGIN).await;

        let said = walk.check(LOGIN, "page");
        assert!(said.starts_with(says), "{said}");
    }
}

#[tokio::test]
async fn why_a_password_was_asked_for_is_said_only_where_the_audit_log_shows_it() {
    let bench = Bench::of("fresh").await;
    let walk = ready(&bench, "userPrincipalName").await;
    bench.practice.levers().delete_saml().expect("pulled");
    bench.practice.levers().audit_log_empty();
    look(&walk, LOGIN).await;
    log_in(&bench, &walk).await;
    look(&walk, LOGIN).await;
    assert_eq!(
        walk.check(LOGIN, "proven"),
        format!(
            "Failed: Atlassian asked {} for a password",
            fact(&walk, "pilot.upn")
        )
    );
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
    assert_eq!(walk.check(LOGIN, "proven"), "Not yet: Say what happened");

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
async fn a_word_alone_does_not_stand_in_for_a_log_that_could_be_read() {
    let bench = Bench::of("fresh").await;
    let walk = ready(&bench, "userPrincipalName").await;
    bench.practice.levers().audit_log_empty();
    answer(&walk, LOGIN, "login.logs", "word").await;
    look(&walk, LOGIN).await;

    log_in(&bench, &walk).await;
    look(&walk, LOGIN).await;

    let proven = walk.check(LOGIN, "proven");
    assert!(
        proven.starts_with("Warning: Only your word says that"),
        "{proven}"
    );
    assert_eq!(fact(&walk, "login.proven_at"), "");
    answer(&walk, LOGIN, "login.logs", "read").await;
    look(&walk, LOGIN).await;
    let proven = walk.check(LOGIN, "proven");
    assert!(proven.starts_with("Passed: "), "{proven}");
}

#[tokio::test]
async fn a_word_proves_nothing_against_a_log_that_was_read() {
    let bench = Bench::of("fresh").await;
    let walk = ready(&bench, "userPrincipalName").await;
    bench.practice.levers().premium_off();
    look(&walk, LOGIN).await;

    answer(&walk, LOGIN, "login.word", "came-in").await;
    look(&walk, LOGIN).await;
    let proven = walk.check(LOGIN, "proven");
    assert!(
        proven.starts_with("Waiting: Atlassian’s audit log does not show"),
        "{proven}"
    );
    assert_eq!(fact(&walk, "login.proven_at"), "");
}

/// What Atlassian's audit log answers, and what is said of it: nobody knows what it answers without Guard.
const AUDIT_LOG_ANSWERS: &[(u16, &str)] = &[
    (400, "Not looked at: Atlassian does not open its audit log"),
    (402, "Not looked at: Atlassian does not open its audit log"),
    (
        403,
        "Not looked at: This key may not read Atlassian’s audit log",
    ),
    (404, "Not looked at: Atlassian does not open its audit log"),
    (
        503,
        "Could not look: Atlassian’s audit log could not be read",
    ),
];

#[tokio::test]
async fn entras_log_and_the_word_prove_it_whatever_the_audit_log_answers() {
    let bench = Bench::of("fresh").await;
    let walk = ready(&bench, "userPrincipalName").await;
    look(&walk, LOGIN).await;
    log_in(&bench, &walk).await;
    for (code, says) in AUDIT_LOG_ANSWERS {
        let levers = bench.practice.levers();
        levers.clear_faults();
        levers.fault(Fault {
            host: Some(Host::AtlassianApi),
            path_contains: "/events-stream".into(),
            times: u32::MAX,
            ..Fault::next(Effect::Status {
                code: *code,
                body: None,
                headers: Vec::new(),
            })
        });

        look(&walk, LOGIN).await;

        assert_eq!(walk.check(LOGIN, "atlassian-log"), *says, "{code}");
        let proven = walk.check(LOGIN, "proven");
        assert!(proven.starts_with("Passed: "), "{code}: {proven}");
    }
}

#[tokio::test]
async fn whose_role_may_not_read_the_log_says_it_themselves() {
    let bench = Bench::of("fresh").await;
    let walk = bench.open().await;

    assert_eq!(walk.until(LOGIN).await, Ok(Ended::Verified));

    assert_eq!(
        walk.check(LOGIN, "entra-log"),
        "Not looked at: Microsoft does not open the sign-in log"
    );
    let checks = walk.page(LOGIN).checks;
    let log = checks.into_iter().find(|check| check.id == "entra-log");
    let log = log.expect("it is on the page");
    for cause in ["a role that reads it", "Microsoft Entra ID P1"] {
        assert!(log.detail.contains(cause), "{cause}: {}", log.detail);
    }
    let fix = Some(log)
        .and_then(|check| check.fix)
        .expect("it says what to do");
    assert_eq!(fix.title, "Get Reports Reader, sign in again");
    let proven = walk.page(LOGIN).checks.remove(0);
    assert!(
        proven
            .detail
            .starts_with("Atlassian’s audit log shows it, and you said"),
        "{}",
        proven.detail
    );
}

async fn search(walk: &Walk, step: &str, ask: &str, text: &str) -> Vec<engine::AskOption> {
    let found = walk.session.search(&by_id(step), ask, text).await;
    found.expect("the search is answered")
}

#[tokio::test]
async fn only_somebody_of_the_pilot_group_proves_something_for_it() {
    const PILOT: &str = "pilot";
    let bench = Bench::of("fresh").await;
    may_read_logs(&bench);
    let walk = bench.open().await;
    assert_eq!(walk.until("claims").await, Ok(Ended::Verified));
    walk.sign_in_for(&[by_id(PILOT)]).await.expect("signs in");
    let group = search(&walk, PILOT, "pilot.who", "Jira Pilot").await;
    let walk = walk.answering("pilot.who", &group[0].value);
    assert_eq!(walk.until(PILOT).await, Ok(Ended::Verified));
    walk.session.went(&by_id(LOGIN)).expect("goes there");
    walk.sign_in_for(&[by_id(LOGIN)]).await.expect("signs in");

    let members = search(&walk, LOGIN, "login.who", "contoso").await;
    assert_eq!(members.len(), 6, "{members:?}");
    let all = search(&walk, PILOT, "pilot.who", "contoso").await;
    let outside = all.iter().find(|one| {
        one.value.starts_with("user/") && members.iter().all(|member| member.value != one.value)
    });
    let outside = outside.unwrap_or_else(|| panic!("somebody outside: {all:?}"));
    for (chosen, of_pilot) in [(&members[0], true), (outside, false)] {
        answer(&walk, LOGIN, "login.who", &chosen.value).await;
        look(&walk, LOGIN).await;
        let open = walk.open_checks(LOGIN);
        let told = open
            .iter()
            .any(|line| line.ends_with("is not of the pilot"));
        assert_eq!(told, !of_pilot, "{}: {open:?}", chosen.label);
    }
}
