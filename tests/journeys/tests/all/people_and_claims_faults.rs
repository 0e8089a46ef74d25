//! What goes wrong with the people, the claims and the pilot after all was well: one driver, a row for each lever, and
//! the words that are read then.

use journeys::{Bench, Ended, Walk, by_id};
use sim::Levers;

const APP: &str = "Atlassian Cloud";
const LEE: &str = "lee@contoso.com";

/// One thing that goes wrong.
struct Row {
    what: &'static str,
    /// The step whose page says it.
    step: &'static str,
    /// How it comes about.
    pull: fn(&Levers),
    /// The checks that are open then, in words.
    says: &'static [&'static str],
}

const fn row(
    what: &'static str,
    step: &'static str,
    pull: fn(&Levers),
    says: &'static [&'static str],
) -> Row {
    Row {
        what,
        step,
        pull,
        says,
    }
}

const ROWS: &[Row] = &[
    row(
        "nothing",
        "email-attribute",
        |_| {},
        &[
            "Warning: mail is the e-mail address, for log-in and provisioning alike. Compare the numbers once more.",
            "Warning: 8 people without it. Choose the other attribute, or fill this one.",
        ],
    ),
    row("nothing", "claims", |_| {}, &[]),
    row("nothing", "pilot", |_| {}, &[]),
    row(
        "the domain is not verified any more",
        "email-attribute",
        |levers| levers.domain_unverified("contoso.com").expect("a domain"),
        &[
            "Warning: mail is the e-mail address, for log-in and provisioning alike. Compare the numbers once more.",
            "Failed: mail fits 0 of 420 people in the tenant. Verify contoso.com at Atlassian, or choose the other attribute.",
            "Warning: 8 people without it. Choose the other attribute, or fill this one.",
            "Warning: 412 people at a domain that is not verified at Atlassian. Verify contoso.com at Atlassian, or choose the other attribute.",
        ],
    ),
    row(
        "the key may not read domains",
        "email-attribute",
        |levers| levers.key_lacks("domains").expect("a feature"),
        &[
            "Warning: mail is the e-mail address, for log-in and provisioning alike. Compare the numbers once more.",
            "Warning: 8 people without it. Choose the other attribute, or fill this one.",
        ],
    ),
    row(
        "somebody chose another attribute in the portal",
        "claims",
        |levers| {
            levers
                .set_claims_policy(APP, "employeeid")
                .expect("an application")
        },
        &["Failed: NameID is user.employeeid. Set the NameID to user.mail."],
    ),
    row(
        "somebody put a claims mapping policy in front",
        "claims",
        |levers| {
            levers
                .set_mapping_policy(APP, "mail")
                .expect("an application")
        },
        &[
            "Failed: The policy “Claims for HR” overrides the portal’s page. Decide what becomes of the policy.",
        ],
    ),
    row(
        "the pilot is not assigned any more",
        "pilot",
        |levers| levers.unassign(APP, LEE).expect("an assignment"),
        &["Failed: lee@contoso.com is not assigned. Make the changes above."],
    ),
    row(
        "the pilot is assigned with another role",
        "pilot",
        |levers| {
            levers.unassign(APP, LEE).expect("an assignment");
            levers.assign_as(APP, LEE, "msiam_access").expect("a role");
        },
        &[
            "Warning: lee@contoso.com is assigned with the role msiam_access, not User. Assign once more, with the role User.",
        ],
    ),
    row(
        "the pilot is assigned with a role that is gone",
        "pilot",
        |levers| {
            levers.unassign(APP, LEE).expect("an assignment");
            let gone = "8774f594-1d59-4279-b9d9-59ef09a23530";
            levers.assign_as(APP, LEE, gone).expect("pulled");
        },
        &[
            "Warning: lee@contoso.com is assigned with a role that the application does not offer. Assign once more, with the role User.",
        ],
    ),
    row(
        "assignment is not required any more",
        "pilot",
        |levers| levers.unrequire_assignment(APP).expect("an application"),
        &["Warning: Everybody in the tenant may log in. Switch assignment on."],
    ),
    row(
        "the pilot is disabled",
        "pilot",
        |levers| levers.disable_person(LEE).expect("a person"),
        &["Failed: 1 person is disabled. Enable the account, or choose somebody else."],
    ),
    row(
        "the pilot is deleted",
        "pilot",
        |levers| levers.delete_person(LEE).expect("a person"),
        &[
            "Failed: lee@contoso.com is not assigned. Make the changes above.",
            "Failed: lee@contoso.com is gone. Choose somebody else.",
        ],
    ),
    row(
        "the pilot’s mail is empty",
        "pilot",
        |levers| levers.change_mail(LEE, "").expect("a person"),
        &[
            "Failed: 1 person is without an address that can be used. Give them an address, or choose somebody else.",
        ],
    ),
    row(
        "the pilot’s mail is another one than the account’s",
        "pilot",
        |levers| {
            levers
                .change_mail(LEE, "lee.gu@contoso.com")
                .expect("a person")
        },
        &[
            "Failed: No managed account at Atlassian has the address lee.gu@contoso.com. Invite them at Atlassian.",
        ],
    ),
    row(
        "the pilot’s account is deactivated",
        "pilot",
        |levers| levers.deactivate_account(LEE).expect("an account"),
        &[
            "Failed: The account lee@contoso.com is not active at Atlassian. Reactivate the account.",
        ],
    ),
    row(
        "the accounts are not claimed",
        "pilot",
        |levers| levers.unclaim_accounts(),
        &[
            "Failed: No managed account at Atlassian has the address lee@contoso.com. Invite them at Atlassian.",
        ],
    ),
];

#[tokio::test]
async fn what_goes_wrong_is_named() {
    let mut differs = Vec::new();
    for row in ROWS {
        let said = meet(row).await;
        if said != row.says {
            differs.push(format!(
                "{}\n  says  {said:#?}\n  wants {:#?}",
                row.what, row.says
            ));
        }
    }
    assert!(differs.is_empty(), "\n{}", differs.join("\n"));
}

/// Somebody for whom all three steps are well: mail is the attribute, Lee is the pilot.
async fn begun(bench: &Bench) -> Walk {
    let walk = bench.open().await.answering("pilot.who", LEE);
    assert_eq!(walk.until("add-app").await, Ok(Ended::Verified));
    let email = by_id("email-attribute");
    assert_eq!(walk.step(&email).await, Ok(Ended::Verified));
    let asks = walk.session.asks(&email, None);
    let ask = asks.iter().find(|ask| ask.id == "email.attribute");
    let ask = ask.expect("it is asked");
    walk.session
        .answer(&email, ask, "mail")
        .await
        .expect("taken");
    walk.sign_in_for(&[by_id("claims")])
        .await
        .expect("signs in");
    let claims = walk.plan(&by_id("claims")).await.expect("plans");
    assert_eq!(walk.make(&claims).await, Ok(engine::Applied::Made));
    assert_eq!(walk.step(&by_id("pilot")).await, Ok(Ended::Verified));
    walk
}

async fn meet(row: &Row) -> Vec<String> {
    let bench = Bench::of("fresh").await;
    let walk = begun(&bench).await;
    (row.pull)(&bench.practice.levers());
    walk.look(&by_id(row.step)).await.expect("looks");
    let page = walk.page(row.step);
    let open = page.checks.iter().filter(|check| {
        use app::views::CheckState::{Pass, Skipped};
        !matches!(check.state, Some(Pass | Skipped))
    });
    // Whoever reads that something is wrong reads what to do about it.
    open.map(|check| {
        let fix = check.fix.as_ref().map(|fix| fix.title.as_str());
        journeys::plain(&format!(
            "{}: {}. {}.",
            check.word,
            check.title,
            fix.unwrap_or("NO FIX")
        ))
    })
    .collect()
}
