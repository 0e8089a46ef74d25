//! What goes wrong, and the words that an administrator reads then. One driver, a row for each: what happens, when, and
//! what is said. Whatever it was, afterwards the same walk goes on to the end, and nothing is there twice.

mod making;

use app::views::CheckState;
use connect::autopilot::Decision;
use engine::{StepId, Trouble};
use journeys::{Bench, Ended, Walk, by_id};
use sim::{Effect, Fault, Host};

/// One thing that goes wrong.
struct Row {
    /// What it is.
    what: &'static str,
    /// The scenario it happens in.
    scenario: &'static str,
    /// The step before which it happens.
    at: &'static str,
    /// How.
    pull: fn(&Bench),
    /// What the walker does otherwise than usual.
    walker: fn(Walk) -> Walk,
    /// What is read then; empty when the walk is not harmed.
    says: &'static str,
    /// What is done about it.
    mend: fn(&Bench),
}

/// A row in which the fresh scenario meets something; what is done about it is that it does not happen again.
const fn row(what: &'static str, at: &'static str, pull: fn(&Bench), says: &'static str) -> Row {
    Row {
        what,
        scenario: "fresh",
        at,
        pull,
        walker: |walk| walk,
        says,
        mend: as_usual,
    }
}

/// A row in which somebody does something otherwise than usual.
const fn person(
    what: &'static str,
    at: &'static str,
    walker: fn(Walk) -> Walk,
    says: &'static str,
) -> Row {
    Row {
        walker,
        ..row(what, at, |_| (), says)
    }
}

fn as_usual(bench: &Bench) {
    let levers = bench.practice.levers();
    levers.clear_faults();
    levers.sign_in_as_usual();
    levers.clock_skew(0);
    levers
        .activate_role("adele@contoso.com", "Cloud Application Administrator")
        .expect("a role");
}

/// The next request like this meets this effect.
fn once(bench: &Bench, host: Host, method: &str, path: &str, effect: Effect) {
    bench
        .practice
        .levers()
        .fault_once(host, method, path, effect);
}

/// Every request like this meets this effect.
fn always(bench: &Bench, host: Host, path: &str, effect: Effect) {
    bench.practice.levers().fault(Fault {
        host: Some(host),
        path_contains: path.into(),
        times: u32::MAX,
        ..Fault::next(effect)
    });
}

const SIGNING_IN: &[Row] = &[
    row(
        "the rights are declined",
        "sign-in",
        |bench| bench.practice.levers().deny_consent(),
        "The rights were declined | Nothing was changed. | Sign in again",
    ),
    person(
        "the sign-in page is left",
        "sign-in",
        |walk| walk.deciding(Decision::Cancel),
        "The rights were declined | Nothing was changed. | Sign in again",
    ),
    row(
        "an administrator has to approve",
        "sign-in",
        |bench| bench.practice.levers().admin_approval_required(),
        "An administrator has to approve Lockstep | Nothing was changed. | Send the link to an administrator; Sign in as someone who may approve; Go on without signing in",
    ),
    row(
        "Conditional Access blocks",
        "sign-in",
        |bench| bench.practice.levers().conditional_access_block(),
        "A Conditional Access policy blocked the sign-in | Nothing was changed. | Sign in in the browser; Ask whoever manages the policies",
    ),
    row(
        "the account is not assigned",
        "sign-in",
        |bench| bench.practice.levers().user_not_assigned(),
        "This account may not use the registration | Nothing was changed. | Have it assigned; Sign in again",
    ),
    row(
        "the account is of another tenant",
        "sign-in",
        |bench| bench.practice.levers().wrong_tenant_account(),
        "This account does not belong to the tenant | Nothing was changed. | Sign in again",
    ),
    row(
        "another tenant than last time",
        "add-app",
        |bench| bench.practice.levers().wrong_tenant_account(),
        "This account does not belong to the tenant | Nothing was changed. | Sign in again",
    ),
    row(
        "Conditional Access blocks later",
        "add-app",
        |bench| bench.practice.levers().conditional_access_block(),
        "A Conditional Access policy blocked the sign-in | Nothing was changed. | Sign in in the browser; Ask whoever manages the policies",
    ),
    row(
        "the clock is an hour behind",
        "sign-in",
        |bench| bench.practice.levers().clock_skew(3600),
        "Failed: This computer’s clock is 60 minutes behind Microsoft’s. Set this computer’s clock.",
    ),
    row(
        "the clock is an hour ahead",
        "sign-in",
        |bench| bench.practice.levers().clock_skew(-3600),
        "Failed: This computer’s clock is 60 minutes ahead of Microsoft’s. Set this computer’s clock.",
    ),
    row(
        "the answer with the token is lost",
        "sign-in",
        |bench| once(bench, Host::Login, "POST", "/token", Effect::LoseAnswer),
        "The connection to Microsoft broke | Nothing was changed. | Look at the network; Try again",
    ),
    row(
        "the token end point is behind a proxy page",
        "sign-in",
        |bench| once(bench, Host::Login, "POST", "/token", Effect::Html(502)),
        "Microsoft has trouble of its own | Nothing was changed. | Wait, then try again",
    ),
    row(
        "the network is gone while signing in",
        "sign-in",
        |bench| always(bench, Host::Login, "/token", Effect::ResetBefore),
        "The connection to Microsoft broke | Nothing was changed. | Look at the network; Try again",
    ),
];

const LOOKING: &[Row] = &[
    row(
        "a claims challenge that a refresh satisfies",
        "before-entra",
        |bench| bench.practice.levers().claims_challenge_once(),
        "",
    ),
    row(
        "a claims challenge that wants the person",
        "before-entra",
        |bench| bench.practice.levers().claims_challenge_needs_person(),
        "5 not seen: Microsoft asks you to sign in again. Sign in again: A policy of your tenant wants a fresh sign-in for this.",
    ),
    row(
        "the sign-in was revoked",
        "before-entra",
        |bench| {
            bench.practice.levers().revoke_refresh_tokens();
            bench.practice.levers().token_expires_now();
        },
        "5 not seen: The sign-in has ended. Sign in again: It has expired, or was revoked, for example by a new password.",
    ),
    row(
        "the sign-in was idle too long",
        "before-entra",
        |bench| {
            bench.practice.levers().refresh_tokens_idle();
            bench.practice.levers().token_expires_now();
        },
        "5 not seen: The sign-in has ended. Sign in again: It has expired, or was revoked, for example by a new password.",
    ),
    row(
        "the token expired",
        "before-entra",
        |bench| bench.practice.levers().token_expires_now(),
        "",
    ),
    row(
        "one read is reset",
        "before-entra",
        |bench| once(bench, Host::Graph, "GET", "/me", Effect::ResetBefore),
        "",
    ),
    row(
        "one answer is lost",
        "before-entra",
        |bench| once(bench, Host::Graph, "GET", "/me", Effect::LoseAnswer),
        "",
    ),
    row(
        "Graph is gone",
        "before-entra",
        |bench| always(bench, Host::Graph, "", Effect::ResetBefore),
        "5 not seen: The connection to Microsoft broke. Look at the network: The answer was lost on its way.",
    ),
    row(
        "a proxy answers in place of Graph",
        "before-entra",
        |bench| always(bench, Host::Graph, "", Effect::Html(200)),
        "5 not seen: The answer did not come from Microsoft. Look at the network: A proxy or a sign-in page of the network answered in its place.",
    ),
    row(
        "a proxy refuses in place of Graph",
        "before-entra",
        |bench| always(bench, Host::Graph, "", Effect::Html(403)),
        "5 not seen: The answer did not come from Microsoft. Look at the network: A proxy or a sign-in page of the network answered in its place.",
    ),
    row(
        "a gateway is down",
        "before-entra",
        |bench| always(bench, Host::Graph, "", Effect::Html(502)),
        "5 not seen: Microsoft has trouble of its own. Wait, then try again: Microsoft’s status page tells more.",
    ),
    row(
        "an answer is no JSON",
        "before-entra",
        |bench| always(bench, Host::Graph, "/me", Effect::Garbage),
        "2 not seen: The answer did not come from Microsoft. Look at the network: A proxy or a sign-in page of the network answered in its place.",
    ),
    row(
        "429 with Retry-After",
        "before-entra",
        |bench| {
            once(
                bench,
                Host::Graph,
                "GET",
                "/me",
                Effect::Throttle {
                    retry_after: Some(1),
                    as_date: false,
                },
            )
        },
        "",
    ),
    row(
        "429 with a date",
        "before-entra",
        |bench| {
            once(
                bench,
                Host::Graph,
                "GET",
                "/me",
                Effect::Throttle {
                    retry_after: Some(1),
                    as_date: true,
                },
            )
        },
        "",
    ),
    row(
        "429 without Retry-After",
        "before-entra",
        |bench| {
            once(
                bench,
                Host::Graph,
                "GET",
                "/me",
                Effect::Throttle {
                    retry_after: None,
                    as_date: false,
                },
            )
        },
        "",
    ),
    row(
        "429 and no end",
        "before-entra",
        |bench| {
            always(
                bench,
                Host::Graph,
                "/me",
                Effect::Throttle {
                    retry_after: None,
                    as_date: false,
                },
            )
        },
        "2 not seen: Microsoft asks for a pause. Wait a minute: Too many requests came from your organization in a short time.",
    ),
    row(
        "the role is not active",
        "before-entra",
        |bench| {
            bench
                .practice
                .levers()
                .deactivate_role("adele@contoso.com", "Cloud Application Administrator")
                .expect("a role")
        },
        "Failed: No role of yours may add applications. Get a role that may add applications.",
    ),
    row(
        "no premium licence",
        "before-entra",
        |bench| bench.practice.levers().premium_off(),
        "Warning: No Microsoft Entra ID P1. Decide how people will be assigned.",
    ),
];

const ATLASSIAN: &[Row] = &[
    person(
        "a SCIM key",
        "before-atlassian",
        |walk| walk.pasting_named("scim"),
        "Atlassian does not accept this key. It may be the SCIM key of a directory: that one opens only the directory. This field wants the organization API key.",
    ),
    person(
        "a personal API token",
        "before-atlassian",
        |walk| walk.pasting_named("user_token"),
        "This is a personal API token. This field wants the organization API key: Atlassian Administration, Settings, API keys.",
    ),
    person(
        "an expired key",
        "before-atlassian",
        |walk| walk.pasting_named("expired"),
        "Atlassian does not accept this key. It has the form of an organization API key, but is mistyped, expired or revoked, or is the SCIM key of a directory.",
    ),
    person(
        "an address",
        "before-atlassian",
        |walk| walk.pasting("https://admin.atlassian.com/o/54ef12ae/settings/api-keys"),
        "This is an address, not a key. The key is shown once, when it is made.",
    ),
    person(
        "the organization’s id",
        "before-atlassian",
        |walk| walk.pasting("54ef12ae-255e-46ad-8bfc-e0f0838f42d8"),
        "This is an id, not a key. The organization id is shown beside the key when it is made. This field wants the key.",
    ),
    person(
        "nothing but spaces",
        "before-atlassian",
        |walk| walk.pasting("  \n "),
        "Nothing was pasted. The field wants the organization API key.",
    ),
    person(
        "a key without a scope",
        "before-atlassian",
        |walk| walk.pasting_named("scoped_without_users"),
        "Warning: The key may read 5 of 9 things. Make a key without scopes, or add the missing ones. 3 not seen: This key may not read that. Make a key without scopes: Or add the scope that Atlassian names. Lockstep goes on without it and says so.",
    ),
    row(
        "the key expired meanwhile",
        "before-atlassian",
        |bench| bench.practice.levers().key_expired(),
        "Atlassian does not accept this key. It has the form of an organization API key, but is mistyped, expired or revoked, or is the SCIM key of a directory.",
    ),
    row(
        "401 without a body",
        "before-atlassian",
        |bench| {
            bench
                .practice
                .levers()
                .unauthorized_form("empty")
                .expect("a form");
            bench.practice.levers().key_expired();
        },
        "Atlassian does not accept this key. It has the form of an organization API key, but is mistyped, expired or revoked, or is the SCIM key of a directory.",
    ),
    row(
        "the key may not read domains",
        "before-atlassian",
        |bench| {
            bench
                .practice
                .levers()
                .key_lacks("domains")
                .expect("a feature")
        },
        "Warning: The key may read 8 of 9 things. Make a key without scopes, or add the missing ones. 2 not seen: This key may not read that. Make a key without scopes: Or add the scope that Atlassian names. Lockstep goes on without it and says so.",
    ),
    row(
        "the domain is not verified",
        "before-atlassian",
        |bench| {
            bench
                .practice
                .levers()
                .domain_unverified("contoso.com")
                .expect("a domain")
        },
        "Failed: contoso.com is not verified at Atlassian. Verify the domain. 1 not seen: Atlassian does not say that a domain of yours is verified, so nobody can be told to be outside.",
    ),
    row(
        "the accounts are not claimed",
        "before-atlassian",
        |bench| bench.practice.levers().unclaim_accounts(),
        "Failed: contoso.com is verified, but no account is claimed. Claim the accounts of contoso.com.",
    ),
    row(
        "one admin only",
        "before-atlassian",
        |bench| bench.practice.levers().remove_second_admin(),
        "Failed: There is only one organization admin. Make a second organization admin.",
    ),
    row(
        "the admin outside is deactivated",
        "before-atlassian",
        |bench| {
            bench
                .practice
                .levers()
                .deactivate_account("emergency@tailspintoys.com")
                .expect("an account")
        },
        "Failed: Only one of 2 organization admins can log in. Make a second organization admin.",
    ),
    row(
        "every admin inside the domain",
        "before-atlassian",
        |bench| bench.practice.levers().admins_all_inside_domain(),
        "Warning: All 2 organization admins are at contoso.com. Have one organization admin outside contoso-labs.com and contoso.com.",
    ),
    row(
        "Atlassian is gone",
        "before-atlassian",
        |bench| always(bench, Host::AtlassianApi, "", Effect::ResetBefore),
        "The connection to Atlassian broke | Nothing was changed. | Look at the network; Try again",
    ),
    row(
        "a proxy answers in place of Atlassian",
        "before-atlassian",
        |bench| always(bench, Host::AtlassianApi, "", Effect::Html(200)),
        "The answer did not come from Atlassian | Nothing was changed. | Look at the network; Try again",
    ),
    row(
        "Atlassian asks for a pause",
        "before-atlassian",
        |bench| {
            once(
                bench,
                Host::AtlassianApi,
                "GET",
                "",
                Effect::Throttle {
                    retry_after: None,
                    as_date: false,
                },
            )
        },
        "",
    ),
];

#[tokio::test]
async fn while_signing_in() {
    table(SIGNING_IN).await;
}

#[tokio::test]
async fn while_looking_at_entra() {
    table(LOOKING).await;
}

#[tokio::test]
async fn while_looking_at_atlassian() {
    table(ATLASSIAN).await;
}

#[tokio::test]
async fn while_making_changes() {
    table(making::MAKING).await;
}

async fn table(rows: &[Row]) {
    let mut differs = Vec::new();
    for row in rows {
        let said = tokio::time::timeout(std::time::Duration::from_secs(60), meet(row))
            .await
            .unwrap_or_else(|_| "it hangs".to_owned());
        if said != row.says {
            differs.push(format!(
                "{}\n  says  {said}\n  wants {}",
                row.what, row.says
            ));
        }
    }
    assert!(differs.is_empty(), "\n{}", differs.join("\n"));
}

/// Walks to the row's step, lets it happen, and gives what is read; then mends it and goes on to the end.
async fn meet(row: &Row) -> String {
    let bench = Bench::of(row.scenario).await;
    let walk = (row.walker)(bench.open().await);
    for step in walk.session.guide().steps() {
        if step.id().as_str() == row.at {
            break;
        }
        assert_eq!(
            walk.step(&step.id()).await,
            Ok(Ended::Verified),
            "{}",
            row.what
        );
    }
    let stand = bench.stand();
    (row.pull)(&bench);
    let (said, stopped_at) = said(&walk, row, walk.step(&by_id(row.at)).await);
    if !row.says.is_empty() {
        assert!(
            row.at == "add-app" || without_levers(&bench.stand()) == without_levers(&stand),
            "{}: nothing was changed",
            row.what
        );
    }
    drop(walk);
    (row.mend)(&bench);
    goes_on(&bench, row, &stopped_at).await;
    said
}

/// Applications and what was deleted: what a failure must not touch.
fn without_levers(stand: &serde_json::Value) -> [serde_json::Value; 2] {
    [
        stand["tenant"]["applications"].clone(),
        stand["deleted"].clone(),
    ]
}

async fn goes_on(bench: &Bench, row: &Row, stopped_at: &Option<StepId>) {
    let walk = bench.open().await;
    let ended = walk.until("add-app").await;
    // What a lever took away for good, such as a role, is no fault that goes away.
    if ended == Ok(Ended::Verified) {
        assert_eq!(
            bench.applications().len(),
            1,
            "{}: exactly one application",
            row.what
        );
    } else {
        assert!(
            matches!(&ended, Ok(Ended::Stuck(step)) if Some(step) == stopped_at.as_ref())
                || matches!(ended, Ok(Ended::Refused(_) | Ended::Asked(_))),
            "{}: {ended:?}",
            row.what
        );
        assert!(
            bench.applications().len() <= 1,
            "{}: none is there twice",
            row.what
        );
    }
    assert_eq!(
        bench.stand()["deleted"],
        serde_json::json!([]),
        "{}: nothing had to be deleted",
        row.what
    );
}

/// What is read: the trouble, or the checks that are open at the step where it stops.
fn said(walk: &Walk, row: &Row, ended: Result<Ended, Trouble>) -> (String, Option<StepId>) {
    match ended {
        Ok(Ended::Verified) => (open_words(walk, row.at), None),
        Ok(Ended::Refused(words)) => (words, None),
        Ok(Ended::Asked(asks)) => (
            format!(
                "asks: {}",
                asks.iter()
                    .map(|ask| ask.label.as_str())
                    .collect::<Vec<_>>()
                    .join("; ")
            ),
            None,
        ),
        Ok(Ended::Stuck(step)) => (open_words(walk, step.as_str()), Some(step)),
        Ok(Ended::Moved) => ("moved".to_owned(), None),
        Err(trouble) => (journeys::plain(&in_words(&trouble)), None),
    }
}

/// The checks of a step that are not passed, but for the one that warns in every scenario. Those that could not be
/// looked at for the same reason are counted, with the reason and what is offered.
fn open_words(walk: &Walk, step: &str) -> String {
    let mut open = Vec::new();
    let mut unseen: Vec<(usize, String)> = Vec::new();
    for check in walk.page(step).checks {
        let fix = check
            .fix
            .map(|fix| format!(" {}.", fix.title))
            .unwrap_or_default();
        match check.state {
            Some(CheckState::Pass | CheckState::Skipped) => {}
            Some(CheckState::Unknown) => {
                let because = journeys::plain(&format!("{}{fix}", check.detail));
                match unseen.iter_mut().find(|(_, known)| *known == because) {
                    Some((count, _)) => *count += 1,
                    None => unseen.push((1, because)),
                }
            }
            _ if check.title.starts_with("contoso-labs.com") => {}
            _ => open.push(format!("{}: {}.{fix}", check.word, check.title)),
        }
    }
    open.extend(
        unseen
            .into_iter()
            .map(|(count, because)| format!("{count} not seen: {because}")),
    );
    open.join(" ")
}

fn in_words(trouble: &Trouble) -> String {
    let next: Vec<_> = trouble.next.iter().map(|next| next.title.clone()).collect();
    format!(
        "{} | {} | {}",
        trouble.title,
        trouble.certain,
        next.join("; ")
    )
}
