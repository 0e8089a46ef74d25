//! Whom an attribute leaves out, in numbers and words: the verdict over everybody in scope, and one finding for each kind
//! of person.

use engine::{Known, Verdict, VerdictState};
use people::{Attribute, Problem, Report};

use super::count_people::{Count, Scope};
use super::email_attribute_checks::with_fix;
use crate::evidence::Proven;
use crate::{Live, words};

/// The verdict over all: it fails when log-ins would fail for most, because that is a wrong choice or a wrong scope,
/// not a few rooms and service accounts.
pub(super) fn overall(report: &Report, attribute: Attribute, scope: &Scope) -> Verdict {
    let (members, usable) = (report.members, report.of(attribute).usable);
    let among = scope.words();
    if members == 0 {
        return Verdict::new(
            VerdictState::Fail,
            format!("Nobody {among} may sign in"),
            format!(
                "{} seen: guests {}, disabled {}.",
                people(report.people),
                report.guests,
                report.disabled
            ),
        );
    }
    let title = format!("{attribute} fits {usable} of {} {among}", people(members));
    let proposal = report.proposal();
    if usable * 2 < members {
        return Verdict::new(
            VerdictState::Fail,
            title,
            format!("Most could not log in. {}", proposal.reason),
        );
    }
    if usable == members {
        return Verdict::new(VerdictState::Pass, title, proposal.reason);
    }
    let detail = match proposal.attribute {
        Some(other) if other != attribute => proposal.reason,
        _ => "Those whom it does not fit are listed below.".to_owned(),
    };
    Verdict::new(VerdictState::Pass, title, detail)
}

/// One kind of person whom the attribute does not fit.
pub(super) struct LeftOut {
    /// The finding's key and the fix's.
    pub key: &'static str,
    number: u64,
    title: String,
    sample: Vec<String>,
}

pub(super) fn left_out(report: &Report, attribute: Attribute) -> Vec<LeftOut> {
    let count = report.of(attribute);
    let foreign = count.unverified - count.onmicrosoft;
    let differ = match attribute {
        Attribute::Mail => 0,
        Attribute::UserPrincipalName => report.mail.set - report.same,
    };
    let guests = match attribute {
        Attribute::Mail => 0,
        Attribute::UserPrincipalName => report.guests,
    };
    let rows = [
        (
            "missing",
            count.missing,
            Problem::Missing(attribute),
            "person without it",
            "people without it",
        ),
        (
            "unverified",
            foreign,
            Problem::Unverified(attribute),
            "person at a domain that is not verified at Atlassian",
            "people at a domain that is not verified at Atlassian",
        ),
        (
            "onmicrosoft",
            count.onmicrosoft,
            Problem::OnMicrosoft(attribute),
            "person at a domain lent by Microsoft",
            "people at a domain lent by Microsoft",
        ),
        (
            "duplicates",
            count.duplicates,
            Problem::Duplicate(attribute),
            "person with the address of somebody else",
            "people with the address of somebody else",
        ),
        (
            "malformed",
            count.malformed,
            Problem::Malformed(attribute),
            "person with something that is no address",
            "people with something that is no address",
        ),
        (
            "differ",
            differ,
            Problem::Differs,
            "person receives mail at another address",
            "people receive mail at another address",
        ),
        (
            "guests",
            guests,
            Problem::Guest,
            "guest has a user principal name that is no address",
            "guests have user principal names that are no addresses",
        ),
    ];
    rows.into_iter()
        .filter(|(_, number, ..)| *number > 0)
        .map(|(key, number, problem, one, many)| LeftOut {
            key,
            number,
            title: counted(number, one, many),
            sample: report.sample(problem).to_vec(),
        })
        .collect()
}

impl LeftOut {
    /// The finding of this kind.
    pub fn verdict(
        &self,
        attribute: Attribute,
        count: &Count,
        cx: &Live,
        known: &Known,
    ) -> Verdict {
        let more = self.number.saturating_sub(self.sample.len() as u64);
        let rest = match more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let detail = match self.sample.is_empty() {
            true => String::new(),
            false => format!("{}{rest}.", self.sample.join(", ")),
        };
        let verdict = Verdict::new(VerdictState::Warn, self.title.clone(), detail);
        self.helped(verdict, attribute, count, cx, known)
            .by(&count.call)
    }

    /// A verdict with what helps people of this kind.
    pub fn helped(
        &self,
        verdict: Verdict,
        attribute: Attribute,
        count: &Count,
        cx: &Live,
        known: &Known,
    ) -> Verdict {
        let domains = count.report.of(attribute).domains.iter();
        let domains: Vec<String> = domains.take(3).map(|one| one.domain.clone()).collect();
        let domains = words::list(&domains);
        let more = [
            ("domains", domains.as_str()),
            ("other", attribute.other().name()),
        ];
        with_fix(verdict, self.key, cx, known, &more)
    }
}

/// The kind with the most people, of those who could not log in.
pub(super) fn largest(kinds: &[LeftOut]) -> Option<&LeftOut> {
    let stops = |kind: &&LeftOut| !["differ", "guests"].contains(&kind.key);
    kinds.iter().filter(stops).max_by_key(|kind| kind.number)
}

/// The numbers as evidence: both attributes side by side, so that the choice can be judged.
pub(super) fn evidence(verdict: Verdict, count: &Count) -> Verdict {
    let report = &count.report;
    let both = |of: fn(&people::AttributeCount) -> u64| {
        format!(
            "mail {}, userPrincipalName {}",
            of(&report.mail),
            of(&report.upn)
        )
    };
    verdict
        .by(&count.call)
        .told("Compared with", count.verified.words())
        .told("Seen", people(report.people))
        .told("Enabled members", report.members.to_string())
        .told("Set", both(|count| count.set))
        .told("Missing", both(|count| count.missing))
        .told("At a verified domain", both(|count| count.verified))
        .told("At another domain", both(|count| count.unverified))
        .told("At onmicrosoft.com", both(|count| count.onmicrosoft))
        .told("Duplicates, ignoring case", both(|count| count.duplicates))
        .told("Usable", both(|count| count.usable))
        .told("mail = userPrincipalName", report.same.to_string())
        .told("Guests", report.guests.to_string())
        .told("Disabled", report.disabled.to_string())
        .told(
            "Without first or last name",
            format!("{} and {}", report.no_given, report.no_surname),
        )
}

fn people(number: u64) -> String {
    counted(number, "person", "people")
}

fn counted(number: u64, one: &str, many: &str) -> String {
    words::count(usize::try_from(number).unwrap_or(usize::MAX), one, many)
}

#[cfg(test)]
mod tests {
    use people::{PersonFacts, Tally};

    use super::*;
    use Attribute::{Mail, UserPrincipalName};

    struct Who(&'static str, Option<&'static str>, bool);

    fn report(people: &[Who]) -> Report {
        let mut tally = Tally::new(["contoso.com"]);
        for Who(upn, mail, guest) in people {
            tally.take(&PersonFacts {
                id: upn,
                upn,
                mail: *mail,
                enabled: true,
                guest: *guest,
                ..PersonFacts::default()
            });
        }
        tally.report()
    }

    #[test]
    fn a_choice_fails_when_most_could_not_log_in() {
        let anna = || Who("anna@contoso.com", Some("anna@contoso.com"), false);
        let bo = || Who("bo@contoso.com", None, false);
        let cy = || Who("cy@contoso.com", None, false);
        let table: &[(&str, &[Who], Attribute, VerdictState, &str)] = &[
            (
                "all",
                &[anna()],
                Mail,
                VerdictState::Pass,
                "mail fits 1 of 1 person in the tenant",
            ),
            (
                "half",
                &[anna(), bo()],
                Mail,
                VerdictState::Pass,
                "mail fits 1 of 2 people in the tenant",
            ),
            (
                "most not",
                &[anna(), bo(), cy()],
                Mail,
                VerdictState::Fail,
                "mail fits 1 of 3 people in the tenant",
            ),
            (
                "nobody",
                &[],
                Mail,
                VerdictState::Fail,
                "Nobody in the tenant may sign in",
            ),
            (
                "guests only",
                &[Who("x#EXT#@contoso.com", None, true)],
                UserPrincipalName,
                VerdictState::Fail,
                "Nobody in the tenant may sign in",
            ),
        ];
        for (what, who, attribute, state, title) in table {
            let verdict = overall(&report(who), *attribute, &Scope::All);
            assert_eq!(
                (verdict.state, verdict.title.as_str()),
                (*state, *title),
                "{what}"
            );
        }
    }

    #[test]
    fn everybody_who_is_left_out_is_named_by_kind() {
        let report = report(&[
            Who("anna@contoso.com", Some("anna@contoso.com"), false),
            Who("4711@contoso.com", Some("bo@contoso.com"), false),
            Who("cy@contoso.com", Some("Anna@contoso.com"), false),
            Who("room@contoso.com", None, false),
            Who(
                "old@contoso.onmicrosoft.com",
                Some("old@fabrikam.com"),
                false,
            ),
            Who("guest#EXT#@contoso.onmicrosoft.com", None, true),
        ]);
        let keys = |attribute| {
            let rows = left_out(&report, attribute);
            rows.iter()
                .map(|row| (row.key, row.number))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            keys(Mail),
            [("missing", 1), ("unverified", 1), ("duplicates", 1)]
        );
        assert_eq!(
            keys(UserPrincipalName),
            [("onmicrosoft", 1), ("differ", 3), ("guests", 1)]
        );
    }
}
