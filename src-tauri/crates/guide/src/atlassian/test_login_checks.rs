//! The checks of the test log-in: whether it is proven, what each log shows, what the page said, and, whether or not it failed,
//! what in the settings and in the person's two accounts stands in its way.

use async_trait::async_trait;
use engine::{Check, Finding, Known, Link, Skip, Verdict, VerdictState};
use jiff::{SignedDuration, Timestamp};

use super::login_causes::{self, Cause, Kind};
use super::login_proof::{By, Missing, Proof, Word, weigh};
use super::login_reads::{self, Reading, Tester};
use super::login_settings::Fault as Obstacle;
use super::test_login::{CAME_THROUGH, PROVEN_AT, SEEN, TEXT};
use super::{login_audit, login_entra, login_obstacles, login_taken_back, login_thumbprint};
use crate::Live;
use crate::evidence::Proven as _;
use crate::fill;

/// How long a proven log-in counts: what worked longer ago may not work now.
pub(super) const COUNTS: SignedDuration = SignedDuration::from_hours(1);

/// The evidence on a log-in that nobody but the person saw.
pub(super) const RESTS_ON: &str = "Rests on";

/// All of them, in the order on screen.
pub(super) const ALL: &[&'static dyn Check<Live>] = &[
    &CameThrough,
    &login_entra::EntraLog,
    &login_audit::AtlassianLog,
    &Page,
    &login_obstacles::SettingsFit,
    &login_obstacles::PersonFits,
];

pub(super) fn with_fix(
    verdict: Verdict,
    key: &str,
    cx: &Live,
    known: &Known,
    more: &[(&str, &str)],
) -> Verdict {
    fill::with_fix(TEXT, key, verdict, cx, known, more)
}

/// "25 Nov, 14:02 UTC".
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%-d %b, %H:%M UTC").to_string()
}

/// Who logs in and when the test began, or what a check says while that is open.
pub(super) async fn tester(
    cx: &Live,
    known: &Known,
    title: &str,
) -> Result<(Tester, Timestamp), Vec<Finding>> {
    match login_reads::who(cx, known).await {
        Ok(Some(who)) => Ok((who, login_reads::began(known, cx.now()))),
        Ok(None) => Err(Finding::only(Verdict::skipped(
            Skip::NothingYet,
            title,
            "Choose who logs in.",
        ))),
        Err(trouble) => Err(Finding::only(Verdict::unknown(
            "Who logs in could not be read",
            &trouble,
        ))),
    }
}

/// The application's page in the portal.
pub(super) fn application(cx: &Live, known: &Known) -> Option<Link> {
    let url = crate::fill(&cx.cloud, known, "application")?;
    Some(Link {
        label: "Open the application".to_owned(),
        url,
    })
}

struct CameThrough;

#[async_trait]
impl Check<Live> for CameThrough {
    fn id(&self) -> &'static str {
        CAME_THROUGH
    }

    fn title(&self) -> &'static str {
        "The log-in came through"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (who, began) = match tester(cx, known, "Nobody logs in yet").await {
            Ok(tester) => tester,
            Err(findings) => return findings,
        };
        let reading = login_reads::read(cx, known, &who, began).await;
        let proof = match weighed(cx, known, &reading, began) {
            Ok(proof) => proof,
            Err(verdict) => return Finding::only(verdict),
        };
        let verdict = in_words(cx, known, &who, &proof);
        let asked = matches!(
            proof,
            Proof::Said {
                word: Word::PasswordAsked,
                ..
            }
        );
        Finding::only(match asked && verdict.state == VerdictState::Fail {
            true => login_taken_back::told(cx, known, verdict).await,
            false => verdict,
        })
    }
}

/// The verdict on a log-in; it counts for an hour.
pub(super) fn proven(
    cx: &Live,
    known: &Known,
    who: &Tester,
    reading: &Reading,
    began: Timestamp,
) -> Verdict {
    match weighed(cx, known, reading, began) {
        Ok(proof) => in_words(cx, known, who, &proof),
        Err(verdict) => verdict,
    }
}

/// What the log-in comes to, or what is said while that can't be told.
fn weighed(
    cx: &Live,
    known: &Known,
    reading: &Reading,
    began: Timestamp,
) -> Result<Proof, Verdict> {
    if reading.is_undecided() {
        let title = "How the log-in is proven is open";
        let verdict = Verdict::skipped(
            Skip::NothingYet,
            title,
            "Lockstep may not read the log yet.",
        );
        return Err(with_fix(verdict, "consent", cx, known, &[]));
    }
    let title = "Whether the log-in came through is not known";
    reading
        .traces(known, began, cx.now())
        .map(|traces| weigh(&traces))
        .map_err(|trouble| Verdict::unknown(title, &trouble))
}

fn in_words(cx: &Live, known: &Known, who: &Tester, proof: &Proof) -> Verdict {
    let (verdict, key) = judged(proof, who.shown());
    match key {
        Some(key) => with_fix(verdict, key, cx, known, &[]),
        None => verdict,
    }
}

/// The words for what the traces came to, and the key of what to do.
pub(super) fn judged(proof: &Proof, who: &str) -> (Verdict, Option<&'static str>) {
    use VerdictState::{Fail, Pass, Skipped, Wait, Warn};
    let said = |state, title: String, detail: String| Verdict::new(state, title, detail);
    match proof {
        Proof::Proven { at, by } => {
            let detail = match by {
                By::BothLogs => "Entra’s log and Atlassian’s audit log agree.",
                By::EntraAndWord => {
                    "Entra’s log shows it, and you said that the site opened. Atlassian’s audit log does not show it."
                }
                By::AtlassianAndWord => {
                    "Atlassian’s audit log shows it, and you said that it came through Microsoft. Entra’s log was not read."
                }
                By::Word => {
                    "It rests on your word: neither Entra’s log nor Atlassian’s audit log can be read from here."
                }
            };
            let verdict = said(
                Pass,
                format!("{who} came in through Entra, {}", time(*at)),
                detail.to_owned(),
            );
            let verdict = match by {
                By::Word => verdict.told(RESTS_ON, "Your word alone"),
                _ => verdict,
            };
            (verdict.until(*at + COUNTS), None)
        }
        Proof::NotTried => (
            said(
                Skipped(Skip::NothingYet),
                format!("{who} has not logged in yet"),
                "Nothing is in the logs.".to_owned(),
            ),
            Some("try"),
        ),
        Proof::NotInEntraYet => (
            said(
                Wait,
                format!("No log-in of {who} is in Entra’s log yet"),
                "Usually it takes two to five minutes, at most a quarter of an hour.".to_owned(),
            ),
            Some("try"),
        ),
        Proof::OnTheWay(attempt) => (
            said(
                Wait,
                format!("{who} has not finished signing in"),
                format!("Microsoft asked for something, {}.", time(attempt.at)),
            ),
            Some("finish"),
        ),
        Proof::NotAtAtlassianYet(at) => (
            said(
                Wait,
                format!("Entra let {who} through; Atlassian’s log does not show it yet"),
                format!(
                    "{}. Usually it takes some minutes; say that the person came in, and it counts at once.",
                    time(*at)
                ),
            ),
            Some("say"),
        ),
        Proof::NeedsWord(Some(at)) => (
            said(
                Warn,
                format!("Entra let {who} through; whether they arrived, only you can say"),
                format!("{}. Atlassian’s audit log does not tell.", time(*at)),
            ),
            Some("say"),
        ),
        Proof::NeedsWord(None) => (
            said(
                Skipped(Skip::NothingYet),
                "Say what happened".to_owned(),
                "Entra’s log is not read.".to_owned(),
            ),
            Some("say"),
        ),
        Proof::Refused(attempt) => (
            said(
                Fail,
                format!("The last log-in of {who} was refused"),
                format!(
                    "AADSTS{}, {}. The cause stands below.",
                    attempt.code,
                    time(attempt.at)
                ),
            ),
            None,
        ),
        Proof::WordOnly { at, missing } => word_only(*at, *missing, who),
        Proof::NotThroughEntra => (
            said(
                Fail,
                format!("{who} came in, but not through Entra"),
                "Entra’s log has no record of it.".to_owned(),
            ),
            Some("not-through-entra"),
        ),
        Proof::Said { word, through } => said_otherwise(*word, *through, who),
    }
}

/// A word that no log bears out, though one could.
fn word_only(at: Timestamp, missing: Missing, who: &str) -> (Verdict, Option<&'static str>) {
    let (state, title, detail, key) = match missing {
        Missing::AtlassianYet => (
            VerdictState::Wait,
            format!("Atlassian’s audit log does not show the log-in of {who} yet"),
            "Usually it takes some minutes.",
            None,
        ),
        Missing::Atlassian => (
            VerdictState::Warn,
            format!("You said that {who} came in, and Atlassian’s audit log shows no log-in"),
            "It had a quarter of an hour. Your word alone proves nothing against a log that was read.",
            Some("not-at-atlassian"),
        ),
        Missing::Reading => (
            VerdictState::Warn,
            format!("Only your word says that {who} came in through Entra"),
            "A log that could tell was not read; your word alone counts only where both logs are shut.",
            Some("read-log"),
        ),
    };
    let verdict = Verdict::new(state, title, format!("You said it {}. {detail}", time(at)));
    (verdict, key)
}

fn said_otherwise(
    word: Word,
    through: Option<Timestamp>,
    who: &str,
) -> (Verdict, Option<&'static str>) {
    let let_through = through.map_or(String::new(), |at| {
        format!("Entra had let them through, {}. ", time(at))
    });
    let (title, detail, key) = match word {
        Word::PasswordAsked => (
            format!("Atlassian asked {who} for a password"),
            "Single sign-on does not reach this account yet.",
            "password",
        ),
        Word::ErrorPage | Word::Other | Word::CameIn => (
            format!("You said that {who} did not come in"),
            "What the page said leads to the cause.",
            "paste",
        ),
    };
    let verdict = Verdict::new(VerdictState::Fail, title, format!("{let_through}{detail}"));
    (verdict, Some(key))
}

/// A cause as a verdict.
pub(super) fn of_cause(
    cause: &Cause,
    code: Option<(i64, Timestamp)>,
    link: Option<Link>,
) -> Verdict {
    let state = match cause.kind {
        Kind::Refused | Kind::Person => VerdictState::Fail,
        Kind::OnTheWay | Kind::Service => VerdictState::Wait,
    };
    let detail = code.map_or(String::new(), |(code, at)| {
        format!("AADSTS{code}, {}.", time(at))
    });
    let link = link.filter(|_| cause.kind == Kind::Refused);
    Verdict::new(state, cause.what.clone(), detail).fix(login_causes::fix(cause, link))
}

/// The same, in the words of the setting behind it where that can be read.
pub(super) async fn of_cause_here(
    cx: &Live,
    known: &Known,
    cause: &Cause,
    code: Option<(i64, Timestamp)>,
) -> Verdict {
    let verdict = of_cause(cause, code, application(cx, known));
    if login_causes::of_code(login_causes::NO_SUCH_IDENTIFIER) != Some(cause) {
        return verdict;
    }
    match login_obstacles::unlike_identifier(cx, known).await {
        Some(fault) => Verdict {
            title: fault.title,
            detail: format!("{} {}.", verdict.detail, cause.what)
                .trim()
                .to_owned(),
            ..verdict
        }
        .compared(&fault.expected, &fault.found),
        None => verdict,
    }
}

/// What a page or a copy of the certificate means; `None` where it is not known.
async fn of_seen(cx: &Live, known: &Known, seen: &str) -> Option<Verdict> {
    if login_thumbprint::is_certificate(seen) {
        return login_thumbprint::of_copy(seen, known);
    }
    let cause = login_causes::of_page(seen)?;
    match login_thumbprint::of_page(cx, known, seen, cause).await {
        Some(verdict) => Some(verdict),
        None => Some(of_cause_here(cx, known, cause, None).await),
    }
}

struct Page;

#[async_trait]
impl Check<Live> for Page {
    fn id(&self) -> &'static str {
        "page"
    }

    fn title(&self) -> &'static str {
        "What the page said"
    }

    /// Says nothing while nobody saw an error, or once somebody came in after it.
    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (Some(seen), Some(at)) = (known.answer(SEEN), known.answered_at(SEEN)) else {
            return Vec::new();
        };
        let proven = known
            .fact(PROVEN_AT)
            .and_then(|at| at.parse::<Timestamp>().ok());
        let failed = matches!(Word::of(known), Some((Word::ErrorPage | Word::Other, _)));
        if !failed || proven.is_some_and(|proven| proven > at) {
            return Vec::new();
        }
        let verdict = match of_seen(cx, known, seen).await {
            Some(verdict) => verdict,
            None => with_fix(
                Verdict::new(
                    VerdictState::Warn,
                    "Lockstep does not know the page you saw",
                    "",
                ),
                "unknown-page",
                cx,
                known,
                &[],
            ),
        };
        Finding::only(verdict.saw("You pasted", seen))
    }
}

/// A fault as a finding of its own.
pub(super) fn finding(obstacle: &Obstacle, cx: &Live, known: &Known) -> Finding {
    let verdict = Verdict::new(obstacle.state, &obstacle.title, &obstacle.detail)
        .compared(&obstacle.expected, &obstacle.found);
    let step = obstacle.step.as_ref().and_then(login_causes::step_words);
    let verdict = match step {
        Some(step) => with_fix(verdict, "settings", cx, known, &[("step", &step)]),
        None => with_fix(verdict, obstacle.key, cx, known, &[]),
    };
    Finding {
        key: obstacle.key.to_owned(),
        verdict,
    }
}
