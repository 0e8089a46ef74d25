//! The count against a slow and plain one, and the proposal's table.

use std::collections::HashSet;

use people::{
    Attribute, DOMAINS, PersonFacts, Problem, Proposal, Report, SAMPLES, Tally, fault_of,
};
use proptest::prelude::*;

/// A person as a row of a table: userPrincipalName, mail, and marks (`g` guest, `d` disabled).
type Row = (&'static str, &'static str, &'static str);

/// People, and the proposal wanted: the attribute, how many could log in, how many not, and the reason.
type Case<'a> = (&'a [Row], Option<Attribute>, u64, u64, &'a str);

fn count(rows: &[Row]) -> Report {
    let mut tally = Tally::new(["contoso.com", "Fabrikam.com "]);
    for (upn, mail, marks) in rows {
        tally.take(&PersonFacts {
            id: "id",
            upn,
            mail: (!mail.is_empty()).then_some(mail),
            enabled: !marks.contains('d'),
            guest: marks.contains('g'),
            given: Some("Anna"),
            surname: None,
        });
    }
    tally.report()
}

fn propose(rows: &[Row]) -> Proposal {
    count(rows).proposal()
}

#[test]
fn each_number_has_its_person() {
    let report = count(&[
        ("anna@contoso.com", "Anna@Contoso.com", ""),
        ("bert@contoso.onmicrosoft.com", "bert@fabrikam.com", ""),
        ("carla@contoso.com", "", ""),
        ("dora@sub.contoso.com", "dora@sub.contoso.com", ""),
        ("emil@contoso.com", "emil at contoso.com", ""),
        ("ANNA@contoso.com", "bert@FABRIKAM.com", ""),
        ("gast_x#EXT#@contoso.onmicrosoft.com", "gast@x.example", "g"),
        ("hugo@contoso.com", "hugo@contoso.com", "d"),
        ("ida_x#EXT#@contoso.onmicrosoft.com", "", "gd"),
    ]);
    assert_eq!(
        (
            report.people,
            report.guests,
            report.disabled,
            report.members
        ),
        (9, 2, 2, 6)
    );
    assert_eq!((report.same, report.no_given, report.no_surname), (2, 0, 6));
    let mail = &report.mail;
    assert_eq!((mail.set, mail.missing, mail.malformed), (5, 1, 1));
    assert_eq!(
        (mail.verified, mail.unverified, mail.onmicrosoft),
        (3, 1, 0)
    );
    assert_eq!((mail.duplicates, mail.usable), (1, 2));
    assert_eq!(mail.domains[0].domain, "sub.contoso.com");
    let upn = &report.upn;
    assert_eq!((upn.set, upn.missing, upn.malformed), (6, 0, 0));
    assert_eq!((upn.verified, upn.unverified, upn.onmicrosoft), (4, 2, 1));
    assert_eq!((upn.duplicates, upn.usable), (1, 3));
    let table: &[(Problem, &[&str])] = &[
        (Problem::Missing(Attribute::Mail), &["carla@contoso.com"]),
        (
            Problem::Malformed(Attribute::Mail),
            &["emil at contoso.com"],
        ),
        (
            Problem::Unverified(Attribute::Mail),
            &["dora@sub.contoso.com"],
        ),
        (Problem::Duplicate(Attribute::Mail), &["bert@FABRIKAM.com"]),
        (Problem::OnMicrosoft(Attribute::Mail), &[]),
        (
            Problem::OnMicrosoft(Attribute::UserPrincipalName),
            &["bert@contoso.onmicrosoft.com"],
        ),
        (
            Problem::Duplicate(Attribute::UserPrincipalName),
            &["ANNA@contoso.com"],
        ),
        (
            Problem::Guest,
            &[
                "gast_x#EXT#@contoso.onmicrosoft.com",
                "ida_x#EXT#@contoso.onmicrosoft.com",
            ],
        ),
        (
            Problem::Disabled,
            &["hugo@contoso.com", "ida_x#EXT#@contoso.onmicrosoft.com"],
        ),
    ];
    for (problem, addresses) in table {
        assert_eq!(report.sample(*problem), *addresses, "{problem:?}");
    }
}

#[test]
fn a_guest_who_has_the_address_first_makes_a_duplicate() {
    let report = count(&[
        ("x#EXT#@contoso.onmicrosoft.com", "anna@contoso.com", "g"),
        ("anna@contoso.com", "anna@contoso.com", ""),
    ]);
    assert_eq!((report.mail.duplicates, report.mail.usable), (1, 0));
    assert_eq!((report.upn.duplicates, report.upn.usable), (0, 1));
}

#[test]
fn the_proposal_and_its_reason() {
    const MAIL: Option<Attribute> = Some(Attribute::Mail);
    const UPN: Option<Attribute> = Some(Attribute::UserPrincipalName);
    let table: &[Case<'_>] = &[
        (&[], None, 0, 0, "There is nobody in scope."),
        (
            &[
                ("a#EXT#@c.onmicrosoft.com", "", "g"),
                ("b@contoso.com", "", "d"),
            ],
            None,
            0,
            0,
            "Nobody of the 2 in scope is an enabled member: guests 1, disabled 1.",
        ),
        (
            &[
                ("a@contoso.com", "A@contoso.com", ""),
                ("b@contoso.com", "b@contoso.com", ""),
            ],
            UPN,
            2,
            0,
            "mail and userPrincipalName are the same for all 2, in a domain that is verified at Atlassian. Entra sends the userPrincipalName without being told, and somebody new has one from the first day, before there is a mailbox.",
        ),
        (
            &[
                ("a@contoso.com", "anna@contoso.com", ""),
                ("b@contoso.com", "b@contoso.com", ""),
            ],
            MAIL,
            2,
            0,
            "All 2 could log in with mail; as many as with userPrincipalName; mail is the address people know and where Atlassian’s mail arrives.",
        ),
        (
            &[
                ("a@contoso.onmicrosoft.com", "a@contoso.com", ""),
                ("b@contoso.com", "b@contoso.com", ""),
            ],
            MAIL,
            2,
            0,
            "All 2 could log in with mail; with userPrincipalName, 1.",
        ),
        (
            &[
                ("a@contoso.com", "", ""),
                ("b@contoso.com", "b@contoso.com", ""),
            ],
            UPN,
            2,
            0,
            "All 2 could log in with userPrincipalName; with mail, 1.",
        ),
        (
            &[
                ("a@contoso.com", "anna@contoso.com", ""),
                ("b@contoso.com", "bert@contoso.com", ""),
                ("room@contoso.com", "", ""),
            ],
            MAIL,
            2,
            1,
            "2 of 3 could log in with mail; with userPrincipalName, 3, but 2 of them receive mail at another address, which is the one that accounts at Atlassian carry as a rule. The others could not: 1 has no mail.",
        ),
        (
            &[
                ("a@contoso.com", "anna@contoso.com", ""),
                ("b@contoso.com", "", ""),
                ("c@contoso.com", "", ""),
            ],
            UPN,
            3,
            0,
            "All 3 could log in with userPrincipalName; with mail, 1.",
        ),
        (
            &[
                ("a@contoso.com", "", ""),
                ("b@contoso.com", "b@other.example", ""),
                ("c@contoso.onmicrosoft.com", "", ""),
            ],
            UPN,
            2,
            1,
            "2 of 3 could log in with userPrincipalName; with mail, 0. The others could not: 1 is in a domain lent by Microsoft, which can’t be verified.",
        ),
        (
            &[
                ("a@contoso.onmicrosoft.com", "a@other.example", ""),
                ("b@contoso.onmicrosoft.com", "b@other.example", ""),
                ("c@contoso.com", "", ""),
            ],
            None,
            1,
            2,
            "With neither attribute half of the 3 could log in. mail: 0 could; 1 has no mail, 2 are in a domain that is not verified at Atlassian. userPrincipalName: 1 could; 2 are in a domain lent by Microsoft, which can’t be verified. Give people addresses in a domain of your own that is verified at Atlassian first.",
        ),
        (
            &[("a@other.example", "a@other.example", "")],
            None,
            0,
            1,
            "With neither attribute half of the 1 could log in. mail: 0 could; 1 is in a domain that is not verified at Atlassian. userPrincipalName: 0 could; 1 is in a domain that is not verified at Atlassian. Verifying other.example at Atlassian would help 1 of them.",
        ),
    ];
    for (rows, attribute, usable, left_out, reason) in table {
        let proposal = propose(rows);
        assert_eq!(proposal.attribute, *attribute, "{rows:?}");
        assert_eq!((proposal.usable, proposal.left_out), (*usable, *left_out));
        assert_eq!(proposal.reason, *reason);
    }
}

#[test]
fn what_is_kept_to_be_shown_does_not_grow() {
    let mut tally = Tally::new(["contoso.com"]);
    for number in 0..10_000 {
        let upn = format!("person{number}@domain{number}.example");
        tally.take(&PersonFacts {
            upn: &upn,
            enabled: true,
            ..PersonFacts::default()
        });
    }
    let report = tally.report();
    assert_eq!(report.upn.unverified, 10_000);
    assert_eq!(report.upn.domains.len(), DOMAINS);
    for sample in &report.samples {
        assert_eq!(sample.addresses.len(), SAMPLES, "{:?}", sample.problem);
    }
}

/// Few parts, so that addresses meet often.
fn address() -> impl Strategy<Value = String> {
    let local = prop::sample::select(vec!["anna", "ANNA", "bert", "", "b b", "x#EXT#"]);
    let domain = prop::sample::select(vec![
        "@contoso.com",
        "@Contoso.COM",
        "@sub.contoso.com",
        "@c.onmicrosoft.com",
        "@nowhere",
        "",
    ]);
    (local, domain).prop_map(|(local, domain)| format!("{local}{domain}"))
}

fn person() -> impl Strategy<Value = (String, Option<String>, bool, bool)> {
    let enabled = prop::bool::weighted(0.8);
    (
        address(),
        prop::option::of(address()),
        enabled,
        prop::bool::weighted(0.2),
    )
}

fn tally(people: &[(String, Option<String>, bool, bool)]) -> Tally {
    let mut tally = Tally::new(["contoso.com"]);
    for (upn, mail, enabled, guest) in people {
        tally.take(&PersonFacts {
            id: "id",
            upn,
            mail: mail.as_deref(),
            enabled: *enabled,
            guest: *guest,
            given: None,
            surname: None,
        });
    }
    tally
}

proptest! {
    #[test]
    fn the_stream_counts_what_a_list_counts(people in prop::collection::vec(person(), 0..40)) {
        let report = tally(&people).report();
        let members: Vec<_> = people.iter().filter(|(_, _, enabled, guest)| *enabled && !guest).collect();
        prop_assert_eq!(report.members, members.len() as u64);
        for attribute in [Attribute::Mail, Attribute::UserPrincipalName] {
            let of = |one: &(String, Option<String>, bool, bool)| match attribute {
                Attribute::Mail => one.1.clone().unwrap_or_default(),
                Attribute::UserPrincipalName => one.0.clone(),
            };
            let mut taken = HashSet::new();
            let (mut usable, mut duplicates) = (0, 0);
            for one in people.iter().filter(|one| one.2 && !of(one).is_empty()) {
                let is_new = taken.insert(of(one).to_lowercase());
                let is_good = fault_of(&of(one)).is_none() && of(one).to_lowercase().ends_with("@contoso.com");
                usable += u64::from(!one.3 && is_new && is_good);
                duplicates += u64::from(!one.3 && !is_new);
            }
            let count = report.of(attribute);
            prop_assert_eq!((count.usable, count.duplicates), (usable, duplicates));
            prop_assert_eq!(count.set + count.missing, report.members);
            prop_assert_eq!(count.malformed + count.verified + count.unverified, count.set);
            prop_assert!(count.onmicrosoft <= count.unverified);
            prop_assert_eq!(count.domains.iter().map(|one| one.people).sum::<u64>(), count.unverified);
        }
    }

    #[test]
    fn the_order_of_people_does_not_change_the_numbers_of_members(
        (people, mixed) in prop::collection::vec(person(), 0..30)
            .prop_flat_map(|people| (Just(people.clone()), Just(people).prop_shuffle()))
    ) {
        let (one, other) = (tally(&people).report(), tally(&mixed).report());
        prop_assert_eq!((one.people, one.guests, one.disabled, one.members, one.same), (other.people, other.guests, other.disabled, other.members, other.same));
        prop_assert_eq!((one.mail.set, one.mail.verified, one.mail.unverified), (other.mail.set, other.mail.verified, other.mail.unverified));
    }

    #[test]
    fn a_proposal_is_never_worse_than_the_other_attribute(people in prop::collection::vec(person(), 0..40)) {
        let report = tally(&people).report();
        let proposal = report.proposal();
        prop_assert_eq!(proposal.usable + proposal.left_out, report.members);
        prop_assert!(proposal.usable >= report.mail.usable.min(report.upn.usable));
        match proposal.attribute {
            Some(best) => prop_assert!(report.of(best).usable + report.elsewhere >= report.of(best.other()).usable && report.of(best).usable * 2 >= report.members),
            None => prop_assert!(report.mail.usable * 2 < report.members.max(1) && report.upn.usable * 2 < report.members.max(1)),
        }
        prop_assert!(!proposal.reason.is_empty());
    }
}
