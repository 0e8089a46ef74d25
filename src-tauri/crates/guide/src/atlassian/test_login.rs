//! The test log-in: one person of the pilot logs in, and both sides' logs are matched. It changes nothing.

use async_trait::async_trait;
use engine::{
    Ask, AskKind, AskOption, Check, Facts, Judgement, Known, Plan, State, Step, StepId, Trouble,
};

use super::login_proof::{CAME_IN, ERROR_PAGE, OTHER, PASSWORD_ASKED, Proof, WORD, Word, weigh};
use super::login_reads::{self, ANEW, BASIS, BEGAN, members_like};
use super::login_seen;
use super::test_login_checks;
use crate::Live;
use crate::shared::plan::Who;

/// The step's id.
pub const ID: StepId = StepId::of("test-login");
/// The ask: which member of the pilot group logs in.
pub const WHO: &str = "login.who";
/// The ask: whether the sign-in log is read.
pub const LOGS: &str = "login.logs";
/// The ask: what the page said that people saw.
pub const SEEN: &str = "login.seen";
/// The ask and fact: the address of the Atlassian account that logs in.
pub const ADDRESS: &str = "login.address";
/// The fact: what the person signs in with at Microsoft.
pub const PERSON: &str = "login.who";
/// The fact: when a log-in was last proven.
pub const PROVEN_AT: &str = "login.proven_at";
/// The check whether a log-in came through.
pub(super) const CAME_THROUGH: &str = "proven";
/// The answer to [`LOGS`] of somebody who does not let the log be read. It could be, so it is not taken for one that is shut.
pub(super) const BY_WORD: &str = "word";

pub(super) const TEXT: &str = include_str!("test_login.md");

/// The step.
pub struct TestLogin;

#[async_trait]
impl Step<Live> for TestLogin {
    fn id(&self) -> StepId {
        ID
    }

    fn title(&self) -> &'static str {
        "Test log-in"
    }

    fn text(&self) -> &'static str {
        TEXT
    }

    fn needs(&self) -> &'static [StepId] {
        const NEEDS: &[StepId] = &[
            StepId::of("basic-saml"),
            StepId::of("claims"),
            StepId::of("pilot"),
        ];
        NEEDS
    }

    fn asks(&self, state: &State) -> Vec<Ask> {
        let known = state.known();
        let mut asks = Vec::new();
        if Who::of(known) == Who::AtlassianOnly {
            asks.push(address_ask());
        } else {
            if known.fact("pilot.type") == Some("group") {
                asks.push(who_ask(known));
            }
            asks.push(logs_ask());
        }
        asks.push(word_ask());
        if matches!(Word::of(known), Some((Word::ErrorPage | Word::Other, _))) {
            asks.push(seen_ask());
        }
        asks
    }

    async fn search(
        &self,
        cx: &Live,
        known: &Known,
        ask: &str,
        text: &str,
    ) -> Result<Vec<AskOption>, Trouble> {
        match ask {
            WHO => members_like(cx, known, text).await,
            _ => Ok(Vec::new()),
        }
    }

    fn judge(&self, cx: &Live, known: &Known, ask: &str, value: &str) -> Option<Judgement> {
        match ask {
            SEEN if !value.is_empty() => Some(login_seen::judge(value, known, cx.now())),
            ADDRESS if !value.is_empty() && !value.contains('@') => Some(Judgement::bad(
                "This is no e-mail address.",
                "The field wants the address of the Atlassian account.",
            )),
            _ => None,
        }
    }

    /// Says when the test began, who logs in, and, once it is so, when it was proven.
    async fn plan(&self, cx: &Live, known: &Known) -> Result<Plan, Trouble> {
        let began = login_reads::began(known, cx.now());
        let mut facts = Facts::new()
            .with(BEGAN, began.to_string())
            .with(BASIS, login_reads::basis(known));
        if login_reads::is_anew(known) {
            facts = facts.with(ANEW, began.to_string());
        }
        let Some(who) = login_reads::who(cx, known).await? else {
            return Ok(Plan::AlreadySo(facts));
        };
        facts = facts.with(PERSON, who.shown());
        if let Some(address) = &who.address {
            facts = facts.with(ADDRESS, address);
        }
        let reading = login_reads::read(cx, known, &who, began).await;
        // A log that could not be reached now proves nothing; the checks say so.
        let proof = reading
            .traces(known, began, cx.now())
            .map(|traces| weigh(&traces));
        if let (Ok(Proof::Proven { at, .. }), false) = (proof, reading.is_undecided()) {
            facts = facts.with(PROVEN_AT, at.to_string());
        }
        Ok(Plan::AlreadySo(facts))
    }

    fn hand_first(&self) -> bool {
        true
    }

    fn checks(&self) -> &'static [&'static dyn Check<Live>] {
        test_login_checks::ALL
    }
}

/// When a log-in was last proven.
pub(super) fn proven_at(known: &Known) -> Option<jiff::Timestamp> {
    known.fact(PROVEN_AT)?.parse().ok()
}

/// The asks that depend on who does which side, on the pilot and on what happened.
pub(super) fn found_asks() -> Vec<Ask> {
    vec![who_ask(&Known::default()), address_ask(), seen_ask()]
}

fn who_ask(known: &Known) -> Ask {
    let group = known.fact("pilot.name").unwrap_or("the pilot group");
    Ask::new(
        WHO,
        AskKind::Search,
        "Who logs in?",
        format!("Somebody who is directly in “{group}”."),
    )
}

fn address_ask() -> Ask {
    Ask::new(
        ADDRESS,
        AskKind::Text,
        "E-mail address of the Atlassian account that logs in",
        "Somebody of the pilot. Your colleague of the Entra side knows whom they assigned.",
    )
}

fn logs_ask() -> Ask {
    Ask::choice(
        LOGS,
        "How is the log-in proven at Microsoft?",
        "At Atlassian’s side the audit log is read, if the key may.",
        &[
            (
                "read",
                "Lockstep reads Entra’s sign-in log",
                "Microsoft asks for one more right to read (AuditLog.Read.All). It needs Entra ID P1.",
            ),
            (
                BY_WORD,
                "I say it myself",
                "Your word then counts together with Atlassian’s audit log, not alone. Without Entra ID P1 choose the log all the same: Microsoft refuses, and from then on your word stands in for it.",
            ),
        ],
    )
    .default("read")
}

fn word_ask() -> Ask {
    Ask::choice(
        WORD,
        "What happened?",
        "Say it after each try: it counts for the log-in just before. Press the same answer again to say it anew.",
        &[
            ("", "Nobody has tried yet", "Or try again, and say it then."),
            (
                CAME_IN,
                "The person came in through Microsoft’s page",
                "The site opened, with that person logged in.",
            ),
            (
                PASSWORD_ASKED,
                "Atlassian wanted a password",
                "The address bar never left Atlassian, and no other way was offered.",
            ),
            (
                ERROR_PAGE,
                "There was an error page",
                "At Microsoft or at Atlassian.",
            ),
            (OTHER, "Something else", "Such as a page that never ends."),
        ],
    )
    .optional()
}

fn seen_ask() -> Ask {
    let mut ask = Ask::new(
        SEEN,
        AskKind::Text,
        "What did the page say?",
        "Its whole address, or the number that begins with AADSTS, or its first sentence. After “Invalid thumbprint” the certificate as it stands at Atlassian tells more. A SAML response that you recorded is read and not kept.",
    )
    .optional();
    ask.example = Some("AADSTS50105".to_owned());
    ask
}
