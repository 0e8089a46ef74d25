//! What can be read of a test log-in: who logs in, Entra's sign-in log, Atlassian's audit log. It only reads.

use connect::atlassian::Event;
use connect::entra::SignIn;
use connect::signin::AUDIT_LOG_READ;
use connect::{Fault, FaultKind, Seen};
use engine::{AskOption, Known, Trouble};
use jiff::{SignedDuration, Timestamp};

use super::login_proof::{Attempt, Log, Traces, Word};
use super::test_login::{ADDRESS, BY_WORD, LOGS, WHO};
use super::{people_search, pilot_found};
use crate::principal::{Principal, PrincipalKind};
use crate::shared::plan::Who as Sides;
use crate::{Live, trouble};

/// The fact: when the test began.
pub(super) const BEGAN: &str = "login.began";
/// The fact: what a log-in rested on when the test began. When it moves, the test begins anew: what came through before proves
/// nothing about what is set now.
pub(super) const BASIS: &str = "login.basis";
/// The fact: when the test last began anew because its basis moved; [`BEGAN`] then says the same.
pub(super) const ANEW: &str = "login.anew";
/// Nothing older than this is read: a proof counts for an hour, and the audit log may be asked only once in seconds.
const FURTHEST_BACK: SignedDuration = SignedDuration::from_hours(24);
/// Logs are asked from a little earlier: a record can carry an earlier time than the click that caused it.
const SLACK: SignedDuration = SignedDuration::from_mins(12);
/// An audit log in which nobody did anything for a week is not kept at all.
const SILENCE: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Who logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tester {
    /// The object id in Entra.
    pub id: Option<String>,
    /// What they sign in with at Microsoft.
    pub upn: Option<String>,
    /// The address of their Atlassian account.
    pub address: Option<String>,
}

impl Tester {
    /// As the page calls them.
    pub fn shown(&self) -> &str {
        self.upn
            .as_deref()
            .or(self.address.as_deref())
            .unwrap_or("the person of the pilot")
    }

    fn is_of(&self, entry: &SignIn) -> bool {
        let by_id = self
            .id
            .as_deref()
            .is_some_and(|id| entry.user_id.as_deref() == Some(id));
        let by_name = self.upn.as_deref().is_some_and(|upn| {
            entry
                .user_principal_name
                .as_deref()
                .is_some_and(|name| name.eq_ignore_ascii_case(upn))
        });
        by_id || by_name
    }
}

/// A log as it could be opened.
pub(super) enum Opened<T> {
    /// It was read: the entries that belong here, and the call.
    Read(Seen<Vec<T>>),
    /// The person chose to say it themselves.
    Chosen,
    /// A colleague does this side.
    NotThisSide,
    /// Nobody is signed in, there is no key, or whose log it would be is not known.
    NotYet,
    /// The right was not asked for yet.
    NotAsked,
    /// The licence does not open it, or the right is missing for good.
    Shut(Fault),
    /// Nothing at all stands in it, for anybody.
    Empty(Seen<()>),
    /// It could not be reached.
    Fault(Fault),
}

impl<T> Opened<T> {
    fn log<U>(&self, entry: impl Fn(&T) -> U) -> Result<Log<U>, &Fault> {
        match self {
            Opened::Read(seen) => Ok(Log::Read(seen.value.iter().map(entry).collect())),
            Opened::NotThisSide | Opened::Shut(_) | Opened::Empty(_) => Ok(Log::Shut),
            Opened::Chosen | Opened::NotYet => Ok(Log::Unread),
            // Nothing is concluded before the person decided; see [`Reading::is_undecided`].
            Opened::NotAsked => Ok(Log::Read(Vec::new())),
            Opened::Fault(fault) => Err(fault),
        }
    }
}

/// One sign-in, with what Microsoft says about it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// When, and how it ended.
    pub attempt: Attempt,
    /// The whole entry.
    pub whole: SignIn,
}

/// Both logs.
pub(super) struct Reading {
    /// Entra's: the person's sign-ins to the application, the latest last.
    pub entra: Opened<Entry>,
    /// Atlassian's: when the person logged in.
    pub atlassian: Opened<Timestamp>,
}

impl Reading {
    /// Whether the person still has to decide: to let the log be read, or to say it themselves.
    pub fn is_undecided(&self) -> bool {
        matches!(self.entra, Opened::NotAsked)
    }

    /// What is weighed; the trouble of Entra's log, where it could not be reached.
    pub fn traces(
        &self,
        known: &Known,
        began: Timestamp,
        now: Timestamp,
    ) -> Result<Traces, Trouble> {
        let entra = self.entra.log(|entry| entry.attempt);
        let entra = entra.map_err(|fault| trouble(fault, READING_ENTRA))?;
        // Out of reach, it is a log that nobody read: Entra's log and the person's word can do without it.
        let atlassian = self.atlassian.log(|at| *at).unwrap_or(Log::Unread);
        Ok(Traces {
            began,
            anew: is_anew(known),
            entra,
            atlassian,
            word: Word::of(known),
            now,
        })
    }
}

/// What we are doing with Entra's log.
pub(super) const READING_ENTRA: &str = "Reading Entra’s sign-in log.";
/// What we are doing with Atlassian's log.
pub(super) const READING_ATLASSIAN: &str = "Reading Atlassian’s audit log.";

/// What a log-in rests on, as one text.
pub(super) fn basis(known: &Known) -> String {
    let facts =
        ["app.client", "saml.thumbprint", "claims.way", "pilot.id"].map(|name| known.fact(name));
    let answers = [
        "saml.sp_entity",
        "saml.acs",
        "email.attribute",
        WHO,
        ADDRESS,
    ]
    .map(|name| known.answer(name));
    facts
        .into_iter()
        .chain(answers)
        .map(Option::unwrap_or_default)
        .collect::<Vec<_>>()
        .join(BETWEEN)
}

/// Between the parts of a basis: a name in it may hold a blank.
const BETWEEN: &str = "\n";

/// Whether the test began anew, because it rested on something else before: then a log-in of just before proves nothing. What was
/// not set before and is now is not something else: nobody could have come in without it, and a person may choose who logs in last.
pub(super) fn is_anew(known: &Known) -> bool {
    let Some(before) = known.fact(BASIS) else {
        return false;
    };
    let now = basis(known);
    if before == now {
        return known.fact(BEGAN).is_some() && known.fact(ANEW) == known.fact(BEGAN);
    }
    let (before, now): (Vec<_>, Vec<_>) = (
        before.split(BETWEEN).collect(),
        now.split(BETWEEN).collect(),
    );
    before.len() != now.len()
        || before
            .iter()
            .zip(&now)
            .any(|(before, now)| !before.is_empty() && before != now)
}

/// When the test began: when its page was first planned for what is set now.
pub(super) fn began(known: &Known, now: Timestamp) -> Timestamp {
    let began = known.fact(BEGAN).and_then(|at| at.parse().ok());
    began
        .filter(|_| known.fact(BASIS) == Some(basis(known).as_str()))
        .unwrap_or(now)
}

/// Who logs in; `None` while the person has not said it.
pub(super) async fn who(cx: &Live, known: &Known) -> Result<Option<Tester>, Trouble> {
    if Sides::of(known) == Sides::AtlassianOnly {
        let address = known.answer(ADDRESS).map(str::to_owned);
        return Ok(address.map(|address| Tester {
            id: None,
            upn: None,
            address: Some(address),
        }));
    }
    if known.fact("pilot.type") != Some("group") {
        let fact = |name: &str| {
            let value = known.fact(name).filter(|value| !value.is_empty());
            value.map(str::to_owned)
        };
        return Ok(fact("pilot.upn").map(|upn| Tester {
            id: fact("pilot.id"),
            upn: Some(upn),
            address: fact("pilot.address"),
        }));
    }
    let chosen = known
        .answer(WHO)
        .and_then(Principal::parse)
        .filter(|chosen| chosen.kind == PrincipalKind::User);
    let Some(chosen) = chosen else {
        return Ok(None);
    };
    let person = match &cx.graph {
        Some(graph) => pilot_found::person(graph, &chosen.id).await?,
        None => None,
    };
    let address = person
        .as_ref()
        .and_then(|person| pilot_found::address_of(person, known));
    Ok(Some(Tester {
        upn: person
            .and_then(|person| person.user_principal_name)
            .or(Some(chosen.name)),
        id: Some(chosen.id),
        address,
    }))
}

/// Reads both logs, both at the same time.
pub(super) async fn read(cx: &Live, known: &Known, who: &Tester, began: Timestamp) -> Reading {
    let since = since(began, cx.now());
    let (entra, atlassian) = futures::join!(
        sign_ins(cx, known, who, since),
        log_ins(cx, known, who, since)
    );
    Reading { entra, atlassian }
}

/// From when on a log is asked for what happened at `at` or later.
pub(super) fn a_little_before(at: Timestamp) -> Timestamp {
    at - SLACK
}

/// From when on the logs are read. Whole hours, so that the checks of one pass ask for the same and it is read once.
fn since(began: Timestamp, now: Timestamp) -> Timestamp {
    let hour = |at: Timestamp| {
        Timestamp::from_second(at.as_second().div_euclid(3600) * 3600).unwrap_or(at)
    };
    a_little_before(began).max(hour(now - FURTHEST_BACK))
}

async fn sign_ins(cx: &Live, known: &Known, who: &Tester, since: Timestamp) -> Opened<Entry> {
    if Sides::of(known) == Sides::AtlassianOnly {
        return Opened::NotThisSide;
    }
    if known.answer(LOGS) == Some(BY_WORD) {
        return Opened::Chosen;
    }
    let (Some(graph), Some(client)) = (&cx.graph, known.fact("app.client")) else {
        return Opened::NotYet;
    };
    if !graph.session().has(&AUDIT_LOG_READ) {
        return Opened::NotAsked;
    }
    match graph.sign_ins(client, since).await {
        Ok(seen) => Opened::Read(seen.map(|all| {
            let own = all.into_iter().filter(|entry| who.is_of(entry));
            let mut own: Vec<_> = own.filter_map(entry).collect();
            own.sort_by_key(|entry| entry.attempt.at);
            own
        })),
        Err(fault) if fault.kind == FaultKind::Forbidden => Opened::Shut(fault),
        Err(fault) => Opened::Fault(fault),
    }
}

/// An entry without a time or an end tells nothing.
fn entry(whole: SignIn) -> Option<Entry> {
    let attempt = Attempt {
        at: whole.created_date_time?,
        code: whole.status.error_code?,
    };
    Some(Entry { attempt, whole })
}

async fn log_ins(cx: &Live, known: &Known, who: &Tester, since: Timestamp) -> Opened<Timestamp> {
    if Sides::of(known) == Sides::EntraOnly {
        return Opened::NotThisSide;
    }
    let (Some(atlassian), Some(organization), Some(address)) = (
        &cx.atlassian,
        known.fact("atlassian.organization"),
        who.address.as_deref(),
    ) else {
        return Opened::NotYet;
    };
    let seen = match atlassian.events_since(organization, since).await {
        Ok(seen) => seen,
        Err(fault) => return not_opened(fault),
    };
    if seen.value.is_empty() {
        match atlassian.events_since(organization, since - SILENCE).await {
            Ok(week) if week.value.is_empty() => return Opened::Empty(week.map(|_| ())),
            Ok(_) => {}
            Err(fault) => return not_opened(fault),
        }
    }
    Opened::Read(seen.map(|all| {
        all.into_iter()
            .filter(|event| is_log_in_of(event, address))
            .filter_map(|event| event.time)
            .collect()
    }))
}

/// What Atlassian says without Guard is not documented, so whatever it refuses for good is a log that is shut. What passes by itself,
/// and a key that is not taken at all, is none.
fn not_opened(fault: Fault) -> Opened<Timestamp> {
    match fault.kind {
        FaultKind::Forbidden
        | FaultKind::BadRequest
        | FaultKind::NotFound
        | FaultKind::Conflict => Opened::Shut(fault),
        _ => Opened::Fault(fault),
    }
}

/// The action of a log-in is one of the few ids that are known (atlassian.md 1.8).
fn is_log_in_of(event: &Event, address: &str) -> bool {
    event.action == "user_login" && event.is_about(address)
}

/// The direct members of the pilot group whose name or address holds the text: the log-in of anybody else proves nothing for it.
pub(super) async fn members_like(
    cx: &Live,
    known: &Known,
    text: &str,
) -> Result<Vec<AskOption>, Trouble> {
    match (&cx.graph, known.fact("pilot.id")) {
        (Some(graph), Some(group)) => people_search::members(graph, group, text).await,
        _ => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(certificate: &str, address: &str) -> Known {
        let mut known = Known {
            facts: engine::Facts::new().with("saml.thumbprint", certificate),
            ..Known::default()
        };
        known.answers.insert(ADDRESS.to_owned(), address.to_owned());
        known
    }

    /// The test as it was planned for `before`, seen when `now` is so.
    fn planned(before: &Known, now: Known) -> Known {
        let facts = now
            .facts
            .clone()
            .with(BASIS, basis(before))
            .with(BEGAN, "2026-11-25T10:00:00Z");
        Known { facts, ..now }
    }

    #[test]
    fn it_begins_anew_when_something_else_carried_it_before() {
        let cases = [
            (
                known("A1", "a@contoso.com"),
                known("A1", "a@contoso.com"),
                false,
            ),
            (
                known("A1", "a@contoso.com"),
                known("B2", "a@contoso.com"),
                true,
            ),
            (
                known("A1", "a@contoso.com"),
                known("A1", "b@contoso.com"),
                true,
            ),
            (known("A1", ""), known("A1", "a@contoso.com"), false),
            (known("A1", "a@contoso.com"), known("A1", ""), true),
        ];
        for (before, now, anew) in cases {
            assert!(!is_anew(&now), "the first time");
            let seen = planned(&before, now);
            assert_eq!(is_anew(&seen), anew, "{:?}", seen.answers);
        }
    }

    #[test]
    fn once_begun_anew_it_stays_so_until_it_begins_again() {
        let now = known("B2", "a@contoso.com");
        let begun = planned(&now, now.clone());
        let with = |at: &str| Known {
            facts: begun.facts.clone().with(ANEW, at),
            ..begun.clone()
        };
        assert!(!is_anew(&begun));
        assert!(is_anew(&with("2026-11-25T10:00:00Z")));
        assert!(
            !is_anew(&with("2026-11-24T10:00:00Z")),
            "of an earlier time"
        );
    }
}
