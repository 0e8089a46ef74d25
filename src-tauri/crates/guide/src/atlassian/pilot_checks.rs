//! The checks of the pilot's assignment: the right to make it, that it stands, that it lets in those who are meant and
//! nobody else. Their addresses and accounts are looked at in `pilot_people_checks`.

use async_trait::async_trait;
use connect::Graph;
use engine::{Check, Finding, Known, Skip, Verdict, VerdictState};

use super::app_role::{Held, held, role_for_people};
use super::before_atlassian::could_not;
use super::pilot_people_checks::{Accounts, Addresses, NotTheOnlyAdmin};
use super::{pilot, pilot_asks};
use crate::evidence::Proven;
use crate::fill;
use crate::principal::{Principal, PrincipalKind};
use crate::shared::rights;
use crate::shared::sign_in_checks::nobody;
use crate::{Live, words};

const TEXT: &str = include_str!("pilot.md");

/// All of them, in the order on screen.
pub(super) const ALL: &[&'static dyn Check<Live>] = &[
    &Allowed,
    &Assigned,
    &Required,
    &Reaches,
    &Addresses,
    &Accounts,
    &NotTheOnlyAdmin,
];

pub(super) fn with_fix(verdict: Verdict, key: &str, cx: &Live, known: &Known) -> Verdict {
    fill::with_fix(TEXT, key, verdict, cx, known, &[])
}

struct Allowed;

#[async_trait]
impl Check<Live> for Allowed {
    fn id(&self) -> &'static str {
        "allowed"
    }

    fn title(&self) -> &'static str {
        "Lockstep may find and assign people"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        rights::allowed(cx, known, &pilot::ID, "find and assign people", TEXT)
    }
}

/// The pilot and the application, or what a check says while there is neither.
pub(super) fn chosen<'a>(
    cx: &Live,
    known: &'a Known,
    title: &str,
) -> Result<(Graph, &'a str, Principal), Vec<Finding>> {
    let graph = nobody(cx, known, title)?;
    let skipped = |detail: &str, key: Option<&str>| {
        let verdict = Verdict::skipped(Skip::NothingYet, title, detail);
        Finding::only(match key {
            Some(key) => with_fix(verdict, key, cx, known),
            None => verdict,
        })
    };
    let Some(sp) = known.fact("app.service_principal") else {
        return Err(skipped("The application does not stand yet.", None));
    };
    match pilot_asks::who(known) {
        Some(who) => Ok((graph, sp, who)),
        None => Err(skipped("Choose the pilot first.", Some("choose"))),
    }
}

struct Assigned;

#[async_trait]
impl Check<Live> for Assigned {
    fn id(&self) -> &'static str {
        "assigned"
    }

    fn title(&self) -> &'static str {
        "The pilot is assigned"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (graph, sp, who) = match chosen(cx, known, "The pilot is not chosen yet") {
            Ok(chosen) => chosen,
            Err(findings) => return findings,
        };
        let all = match graph.assignments(sp).await {
            Ok(all) => all,
            Err(fault) => {
                let doing = "Reading who is assigned to the application.";
                return Finding::only(could_not(
                    "Who is assigned could not be read",
                    &fault,
                    doing,
                ));
            }
        };
        let name = &who.name;
        let found = words::count(all.value.len(), "assignment", "assignments");
        let own = all.value.iter().filter(|one| one.principal_id == who.id);
        let own: Vec<_> = own.map(|one| one.app_role_id.as_str()).collect();
        if own.is_empty() {
            let verdict = with_fix(
                Verdict::new(
                    VerdictState::Fail,
                    format!("{name} is not assigned"),
                    "Membership in an assigned group does not count here: the pilot is to be seen by itself.",
                ),
                "not-assigned",
                cx,
                known,
            );
            return Finding::only(verdict.by(&all.call).compared(name, &found));
        }
        let Ok(application) = graph.service_principal(sp).await else {
            let verdict = Verdict::new(
                VerdictState::Pass,
                format!("{name} is assigned"),
                "With which role could not be compared: the roles of the application could not be read.",
            );
            return Finding::only(verdict.by(&all.call).compared(name, &found));
        };
        let roles = &application.value.app_roles;
        let usual = role_for_people(roles).name;
        let held: Vec<_> = own.iter().map(|id| held(roles, id)).collect();
        let (verdict, broken) = in_role(name, &held, &usual);
        let verdict = match broken {
            true => fill::with_fix(
                TEXT,
                "role",
                verdict,
                cx,
                known,
                &[("role", usual.as_str())],
            ),
            false => verdict,
        };
        Finding::only(verdict.by(&all.call).compared(
            &format!("{name} with the role {usual}"),
            &format!("{name} with the role {}", words::list(&names(&held))),
        ))
    }
}

fn names(held: &[Held]) -> Vec<String> {
    let name = |one: &Held| match one {
        Held::Usual(name) | Held::Other(name) | Held::Unusable(name) => name.clone(),
    };
    held.iter().map(name).collect()
}

/// The verdict on an assignment with these roles, and whether something is to be done about it. Somebody may be
/// assigned more than once; one good role is enough.
fn in_role(name: &str, held: &[Held], usual: &str) -> (Verdict, bool) {
    let adopted = "It is taken over as it stands.";
    if let Some(Held::Usual(role)) = held.iter().find(|one| matches!(one, Held::Usual(_))) {
        let detail = format!("With the role {role}.");
        let title = format!("{name} is assigned");
        return (Verdict::new(VerdictState::Pass, title, detail), false);
    }
    let verdict = match held.iter().find(|one| matches!(one, Held::Other(_))) {
        Some(Held::Other(role)) => Verdict::new(
            VerdictState::Warn,
            format!("{name} is assigned with the role {role}, not {usual}"),
            format!("{adopted} The test log-in tells whether it suffices."),
        ),
        _ => Verdict::new(
            VerdictState::Warn,
            format!("{name} is assigned with a role that the application does not offer"),
            format!(
                "{adopted} The role {} is switched off, not for people, or gone: provisioning leaves out who is assigned so.",
                words::list(&names(held))
            ),
        ),
    };
    (verdict, true)
}

struct Required;

#[async_trait]
impl Check<Live> for Required {
    fn id(&self) -> &'static str {
        "required"
    }

    fn title(&self) -> &'static str {
        "Only those who are assigned may log in"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let title = "Looked at once the application stands";
        let graph = match nobody(cx, known, title) {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        let Some(sp) = known.fact("app.service_principal") else {
            let verdict = Verdict::skipped(Skip::NothingYet, title, "Add the application first.");
            return Finding::only(verdict);
        };
        let seen = match graph.service_principal(sp).await {
            Ok(seen) => seen,
            Err(fault) => {
                let doing = "Reading the application.";
                return Finding::only(could_not(
                    "The application could not be read",
                    &fault,
                    doing,
                ));
            }
        };
        let required = seen.value.app_role_assignment_required;
        let verdict = match required {
            Some(false) => with_fix(
                Verdict::new(
                    VerdictState::Warn,
                    "Everybody in the tenant may log in",
                    "Assignment is not required for this application.",
                ),
                "required",
                cx,
                known,
            ),
            Some(true) => Verdict::new(
                VerdictState::Pass,
                "Only those who are assigned may log in",
                "",
            ),
            None => Verdict::new(
                VerdictState::Unknown,
                "Whether assignment is required was not told",
                "",
            ),
        };
        let found = required.map_or("not told".to_owned(), |on| on.to_string());
        Finding::only(verdict.by(&seen.call).compared(
            "appRoleAssignmentRequired true",
            &format!("appRoleAssignmentRequired {found}"),
        ))
    }
}

struct Reaches;

#[async_trait]
impl Check<Live> for Reaches {
    fn id(&self) -> &'static str {
        "reaches"
    }

    fn title(&self) -> &'static str {
        "The assignment reaches people"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (graph, _, who) = match chosen(cx, known, "The pilot is not chosen yet") {
            Ok(chosen) => chosen,
            Err(findings) => return findings,
        };
        match who.kind {
            PrincipalKind::User => Finding::only(Verdict::new(
                VerdictState::Pass,
                "The pilot is one person",
                who.name,
            )),
            PrincipalKind::Group => group(cx, known, &graph, &who).await,
        }
    }
}

/// What is known of a group.
struct Group {
    security: bool,
    dynamic: bool,
    people: u64,
    nested: usize,
    /// `None` when the licences can't be read.
    p1: Option<bool>,
}

async fn group(cx: &Live, known: &Known, graph: &Graph, who: &Principal) -> Vec<Finding> {
    let (seen, people, nested, licences) = futures::join!(
        graph.group(&who.id),
        graph.user_members_count(&who.id),
        graph.nested_groups(&who.id),
        graph.licences()
    );
    let title = "The group could not be read";
    let doing = "Reading the pilot group.";
    let (seen, people, nested) = match (seen, people, nested) {
        (Ok(seen), Ok(people), Ok(nested)) => (seen, people, nested),
        (Err(fault), ..) if fault.is_not_found() => {
            let verdict = Verdict::new(VerdictState::Fail, format!("{} is gone", who.name), "");
            return Finding::only(with_fix(verdict, "gone", cx, known));
        }
        (Err(fault), ..) | (_, Err(fault), _) | (.., Err(fault)) => {
            return Finding::only(could_not(title, &fault, doing));
        }
    };
    let group = Group {
        security: seen.value.security_enabled != Some(false),
        dynamic: seen.value.is_dynamic(),
        people: people.value,
        nested: nested.value.len(),
        p1: licences.ok().map(|licences| licences.value.p1),
    };
    let found = format!(
        "securityEnabled {}, {} direct members, {} nested groups",
        group.security, group.people, group.nested
    );
    let judged = reaching(&group, &who.name);
    let findings = judged.into_iter().map(|(key, verdict)| Finding {
        key: key.to_owned(),
        verdict: match key {
            "" => verdict,
            key => with_fix(verdict, key, cx, known),
        }
        .by(&people.call)
        .compared(
            "a security group with direct members, no group inside",
            &found,
        ),
    });
    findings.collect()
}

/// The verdicts on a group, each with the key of its fix.
fn reaching(group: &Group, name: &str) -> Vec<(&'static str, Verdict)> {
    let mut found = Vec::new();
    let mut add = |key, state, title: String, detail: &str| {
        found.push((key, Verdict::new(state, title, detail)));
    };
    if !group.security {
        let title = format!("{name} is no security group");
        add(
            "not-security",
            VerdictState::Fail,
            title,
            "It lets nobody in.",
        );
    }
    if group.people == 0 {
        let detail = match group.dynamic {
            true => "A rule decides who is in it; it may not have run yet.",
            false => "It lets nobody in.",
        };
        let title = format!("{name} has no direct member");
        add("empty", VerdictState::Fail, title, detail);
    }
    if group.nested > 0 {
        let inside = words::count(group.nested, "group", "groups");
        let title = format!("{inside} inside {name} {} not reached", are(group.nested));
        let detail = "Only direct members may log in by an assigned group.";
        add("nested", VerdictState::Warn, title, detail);
    }
    if group.p1 == Some(false) {
        let title = "A group is assigned, and no Microsoft Entra ID P1 was found".to_owned();
        let detail = "Without it the assignment has no effect.";
        add("licence", VerdictState::Warn, title, detail);
    }
    if found.is_empty() {
        let people = usize::try_from(group.people).unwrap_or(usize::MAX);
        let title = format!(
            "{name} reaches {}",
            words::count(people, "person", "people")
        );
        let detail = match group.dynamic {
            true => "Its direct members, as its rule found them; a change takes a while.",
            false => "Its direct members.",
        };
        found.push(("", Verdict::new(VerdictState::Pass, title, detail)));
    }
    found
}

fn are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(people: u64, nested: usize) -> Group {
        Group {
            security: true,
            dynamic: false,
            people,
            nested,
            p1: Some(true),
        }
    }

    #[test]
    fn an_assignment_is_judged_by_its_role_and_one_good_one_is_enough() {
        use VerdictState::{Pass, Warn};
        let usual = || Held::Usual("User".into());
        let other = || Held::Other("msiam_access".into());
        let gone = || Held::Unusable("r-1".into());
        let table = [
            (vec![usual()], Pass, "Lee is assigned"),
            (vec![gone(), other(), usual()], Pass, "Lee is assigned"),
            (
                vec![gone(), other()],
                Warn,
                "Lee is assigned with the role msiam_access, not User",
            ),
            (
                vec![gone()],
                Warn,
                "Lee is assigned with a role that the application does not offer",
            ),
        ];
        for (held, state, title) in table {
            let (verdict, broken) = in_role("Lee", &held, "User");
            assert_eq!((verdict.state, verdict.title.as_str()), (state, title));
            assert_eq!(broken, state == Warn, "{title}");
            let adopted = verdict.detail.contains("taken over as it stands");
            assert_eq!(adopted, broken, "{}", verdict.detail);
        }
    }

    #[test]
    fn a_group_is_judged_by_whom_it_reaches() {
        use VerdictState::{Fail, Pass, Warn};
        let table = [
            (
                "as it should be",
                group(3, 0),
                vec![("", Pass, "Pilot reaches 3 people")],
            ),
            (
                "one",
                group(1, 0),
                vec![("", Pass, "Pilot reaches 1 person")],
            ),
            (
                "licences unseen",
                Group {
                    p1: None,
                    ..group(1, 0)
                },
                vec![("", Pass, "Pilot reaches 1 person")],
            ),
            (
                "nested",
                group(3, 1),
                vec![("nested", Warn, "1 group inside Pilot is not reached")],
            ),
            (
                "only nested",
                group(0, 2),
                vec![
                    ("empty", Fail, "Pilot has no direct member"),
                    ("nested", Warn, "2 groups inside Pilot are not reached"),
                ],
            ),
            (
                "a distribution list",
                Group {
                    security: false,
                    ..group(3, 0)
                },
                vec![("not-security", Fail, "Pilot is no security group")],
            ),
            (
                "no P1",
                Group {
                    p1: Some(false),
                    ..group(3, 0)
                },
                vec![(
                    "licence",
                    Warn,
                    "A group is assigned, and no Microsoft Entra ID P1 was found",
                )],
            ),
        ];
        for (what, group, wanted) in table {
            let found: Vec<_> = reaching(&group, "Pilot")
                .into_iter()
                .map(|(key, verdict)| (key, verdict.state, verdict.title))
                .collect();
            let wanted: Vec<_> = wanted
                .into_iter()
                .map(|(key, state, title)| (key, state, title.to_owned()))
                .collect();
            assert_eq!(found, wanted, "{what}");
        }
    }

    #[test]
    fn every_fix_is_written() {
        let cloud = connect::Cloud::named("global").expect("a cloud");
        for key in [
            "consent",
            "read-only",
            "choose",
            "gone",
            "not-assigned",
            "role",
            "required",
            "licence",
            "not-security",
            "nested",
            "empty",
            "disabled",
            "guest",
            "address",
            "no-account",
            "inactive",
            "only-admin",
        ] {
            let fix = fill::fix(TEXT, key, &cloud, &Known::default(), &[]);
            assert!(fix.is_some_and(|fix| !fix.text.is_empty()), "{key}");
        }
    }
}
