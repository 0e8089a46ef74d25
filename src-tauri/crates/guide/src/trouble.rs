//! The one table that turns faults into words: what is certain, what was said, what to do next.
//!
//! It looks at kinds, statuses and codes, never at English text.

use connect::{Fault, FaultKind, Service, SignInFault};
use engine::{NextDo, Said, Trouble, TroubleKind};

/// The trouble of a failed call; `doing` is what we were doing, a sentence.
pub fn trouble(fault: &Fault, doing: &str) -> Trouble {
    let who = who(fault);
    let kind = kind(fault);
    let words = words(fault, who);
    let certain = match kind {
        TroubleKind::Uncertain => "It is not known yet whether anything was changed.",
        _ => "Nothing was changed.",
    };
    let trouble = Trouble::new(kind, words.title, certain)
        .doing(doing)
        .said(said(fault, who));
    words
        .next
        .into_iter()
        .fold(trouble, |trouble, (title, text, act)| {
            trouble.next(title, text, act)
        })
}

/// A trouble of this computer, such as its disk or its keyring.
pub fn local_trouble(title: &str, certain: &str, words: &str) -> Trouble {
    Trouble::new(TroubleKind::Local, title, certain).said(Said {
        by: "This computer".into(),
        words: words.into(),
        answer: String::new(),
        request_id: None,
        at: None,
    })
}

struct Words {
    title: String,
    next: Vec<(&'static str, String, NextDo)>,
}

fn who(fault: &Fault) -> &'static str {
    match fault.call.as_ref().map(|call| call.service) {
        Some(Service::Entra | Service::Graph) => "Microsoft",
        Some(Service::Atlassian) => "Atlassian",
        None if fault.as_sign_in().is_some() => "Microsoft",
        None => "This computer",
    }
}

fn kind(fault: &Fault) -> TroubleKind {
    // Signing in and getting a token change nothing that this program set up, however they are sent.
    let wrote = fault
        .call
        .as_ref()
        .is_none_or(|call| call.service != Service::Entra && call.method != "GET");
    match &fault.kind {
        FaultKind::Cancelled if !(wrote && fault.maybe_done()) => TroubleKind::Cancelled,
        _ if wrote && fault.maybe_done() => TroubleKind::Uncertain,
        FaultKind::SignIn(_) | FaultKind::ClaimsChallenge { .. } | FaultKind::Unauthorized => {
            TroubleKind::NeedsPerson
        }
        FaultKind::Keyring | FaultKind::Setup => TroubleKind::Local,
        _ => TroubleKind::Refused,
    }
}

fn said(fault: &Fault, who: &str) -> Said {
    let status = fault.status().map(|status| status.to_string());
    let answer = [status, fault.code.clone()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    let call = fault.call.as_ref();
    Said {
        by: who.to_owned(),
        words: fault.message.clone().unwrap_or_else(|| sentence(fault)),
        answer,
        request_id: call.and_then(|call| {
            call.request_id
                .clone()
                .or_else(|| call.client_request_id.clone())
        }),
        at: call.map(|call| call.at),
    }
}

/// The fault itself and the reasons below it, as one line.
fn sentence(fault: &Fault) -> String {
    let mut text = fault.to_string();
    let mut cause = std::error::Error::source(fault);
    while let Some(source) = cause {
        text = format!("{text}: {source}");
        cause = source.source();
    }
    text
}

fn words(fault: &Fault, who: &str) -> Words {
    let retry = (
        "Try again",
        "Lockstep looks at what is there first, and makes nothing twice.".to_owned(),
        NextDo::Retry,
    );
    let network = |title: String, text: &str| Words {
        title,
        next: vec![
            ("Look at the network", text.to_owned(), NextDo::Nothing),
            retry.clone(),
        ],
    };
    match &fault.kind {
        FaultKind::Offline => network(
            format!("{who} can’t be reached from this network"),
            "Is this computer online, and does a firewall let it out?",
        ),
        FaultKind::NameNotFound => network(
            format!("The name of {who}’s server is not known here"),
            "The name server does not know it. Is the right cloud chosen?",
        ),
        FaultKind::Refused => network(
            format!("{who}’s server accepts no connection"),
            "The address in the cloud file may be wrong, or practice was stopped.",
        ),
        FaultKind::Tls => network(
            format!("No trusted secure connection to {who}"),
            "If your company inspects encrypted traffic, its certificate must be in this computer’s trust store. Is the clock right?",
        ),
        FaultKind::Proxy => network(
            "The proxy did not let the request through".into(),
            "The proxy wants a log-in, or does not allow this address.",
        ),
        FaultKind::TimedOut => network(
            format!("{who} did not answer in time"),
            "It may be slow, or a firewall drops the packets.",
        ),
        FaultKind::Reset => network(
            format!("The connection to {who} broke"),
            "The answer was lost on its way.",
        ),
        FaultKind::NotJson => network(
            format!("The answer did not come from {who}"),
            "A proxy or a sign-in page of the network answered in its place.",
        ),
        FaultKind::Cancelled => Words {
            title: "Stopped, as you asked".into(),
            next: vec![retry],
        },
        FaultKind::Throttled => throttled(fault, who),
        FaultKind::Unavailable => Words {
            title: format!("{who} has trouble of its own"),
            next: vec![(
                "Wait, then try again",
                format!("{who}’s status page tells more."),
                NextDo::Retry,
            )],
        },
        FaultKind::Unauthorized => unauthorized(fault, who),
        FaultKind::Forbidden => forbidden(fault, who),
        FaultKind::NotFound => Words {
            title: format!("{who} does not find it"),
            next: vec![(
                "Look again",
                "Something new can take a minute until every server knows it.".into(),
                NextDo::Retry,
            )],
        },
        FaultKind::Conflict => Words {
            title: "Somebody else changed it meanwhile".into(),
            next: vec![(
                "Look again",
                "Lockstep plans afresh from what is there now.".into(),
                NextDo::Retry,
            )],
        },
        FaultKind::BadRequest => Words {
            title: format!("{who} did not accept the request"),
            next: vec![retry, hand_over()],
        },
        FaultKind::Unreadable { path } => Words {
            title: format!("{who}’s answer is not in the documented form (field {path})"),
            next: vec![retry, hand_over()],
        },
        FaultKind::TooManyPages => Words {
            title: format!("A list of {who} does not end"),
            next: vec![retry],
        },
        FaultKind::ForeignAddress => Words {
            title: "The answer named an address outside the chosen cloud".into(),
            next: vec![(
                "Look at the cloud",
                "Nothing was sent there.".into(),
                NextDo::Nothing,
            )],
        },
        FaultKind::ClaimsChallenge { .. } => sign_in_again(
            "Microsoft asks you to sign in again",
            "A policy of your tenant wants a fresh sign-in for this.",
        ),
        FaultKind::SignIn(fault) => sign_in(fault),
        FaultKind::Keyring => Words {
            title: "This computer’s keyring refused".into(),
            next: vec![(
                "Unlock the keyring",
                "Lockstep tries it again by itself.".into(),
                NextDo::Retry,
            )],
        },
        FaultKind::Setup => Words {
            title: "The connection could not be prepared".into(),
            next: vec![(
                "Look at the cloud file",
                "A file it names can’t be used.".into(),
                NextDo::Nothing,
            )],
        },
    }
}

fn hand_over() -> (&'static str, String, NextDo) {
    (
        "Hand this step over",
        "Writes a file with what was to be done, for a colleague.".into(),
        NextDo::HandOver,
    )
}

fn sign_in_again(title: &str, text: &str) -> Words {
    Words {
        title: title.into(),
        next: vec![("Sign in again", text.into(), NextDo::SignIn)],
    }
}

fn unauthorized(fault: &Fault, who: &str) -> Words {
    match fault.call.as_ref().map(|call| call.service) {
        Some(Service::Atlassian) => Words {
            title: "Atlassian does not know this key".into(),
            next: vec![(
                "Paste another organization API key",
                "It is mistyped, expired, revoked, or of another kind: a SCIM key and a personal API token do not open the organization.".into(),
                NextDo::Nothing,
            )],
        },
        _ => sign_in_again(&format!("{who} does not accept the sign-in any more"), "It has expired, or was revoked."),
    }
}

/// How long the service asks for is said where it is longer than anybody waits for without being told.
fn throttled(fault: &Fault, who: &str) -> Words {
    let many = "Too many requests came from your organization in a short time.";
    let minutes = fault
        .retry_after
        .map_or(0, |wait| wait.as_secs().div_ceil(60));
    let (title, what) = match minutes {
        0 | 1 => (format!("{who} asks for a pause"), "Wait a minute"),
        _ => (
            format!("{who} asks for a pause of {minutes} minutes"),
            "Wait as long as that",
        ),
    };
    Words {
        title,
        next: vec![(what, many.into(), NextDo::Retry)],
    }
}

/// Whether a user was to be made or deleted, which takes a role of its own (entra.md 1.7, row 5b).
fn writes_users(fault: &Fault) -> bool {
    fault.call.as_ref().is_some_and(|call| {
        let of_users = call.path.split('/').any(|part| part == "users");
        call.service == Service::Graph && call.method != "GET" && of_users
    })
}

fn forbidden(fault: &Fault, who: &str) -> Words {
    match fault.call.as_ref().map(|call| call.service) {
        Some(Service::Atlassian) => Words {
            title: "This key may not read that".into(),
            next: vec![(
                "Make a key without scopes",
                "Or add the scope that Atlassian names. Lockstep goes on without it and says so."
                    .into(),
                NextDo::Nothing,
            )],
        },
        _ => Words {
            title: format!("{who} refused: a right or an active role is missing"),
            next: vec![
                (
                    "Activate your role",
                    "If it is only eligible: activate it first, then sign in again.".into(),
                    NextDo::Nothing,
                ),
                (
                    "Sign in again, or as someone who may",
                    match writes_users(fault) {
                        true => "It takes User Administrator to make or delete a user.",
                        false => {
                            "Cloud Application Administrator or Application Administrator is enough."
                        }
                    }
                    .into(),
                    NextDo::SignIn,
                ),
                hand_over(),
            ],
        },
    }
}

fn sign_in(fault: &SignInFault) -> Words {
    let again = |title: &str, text: &str| sign_in_again(title, text);
    let only = |title: &str, what: &'static str, text: &str| Words {
        title: title.into(),
        next: vec![
            (what, text.into(), NextDo::Nothing),
            ("Sign in again", "After that.".into(), NextDo::SignIn),
        ],
    };
    match fault {
        SignInFault::Denied => again(
            "You left the sign-in page",
            "Nothing happened; the page opens once more.",
        ),
        SignInFault::Declined => again(
            "The rights were declined",
            "Lockstep can’t look without them. Or choose that it only reads, or go on by hand.",
        ),
        SignInFault::ConsentNeeded => again(
            "A right has not been consented to yet",
            "Microsoft shows what is asked for; accept it there.",
        ),
        SignInFault::AdminApprovalNeeded { admin_consent_url } => admin_approval(admin_consent_url),
        SignInFault::WrongTenant { wanted, got } => again(
            &format!("You signed in to the tenant {got}, this connection belongs to {wanted}"),
            "Choose an account of that tenant. For another tenant make another connection.",
        ),
        SignInFault::OtherAccount => again(
            "This account does not belong to the tenant",
            "Choose another account on the sign-in page.",
        ),
        SignInFault::TenantRestricted => only(
            "Your network lets you sign in to certain tenants only",
            "Ask your network administrator",
            "Tenant restrictions are set there.",
        ),
        SignInFault::ConditionalAccess => Words {
            title: "A Conditional Access policy blocked the sign-in".into(),
            next: vec![
                (
                    "Sign in in the browser",
                    "A sign-in with a code is often blocked; the browser is not.".into(),
                    NextDo::SignIn,
                ),
                (
                    "Ask whoever manages the policies",
                    "The correlation id below tells them which one it was.".into(),
                    NextDo::Nothing,
                ),
            ],
        },
        SignInFault::DeviceNeeded => only(
            "A policy asks for a managed device",
            "Use a managed computer",
            "Or a browser that is registered with your company.",
        ),
        SignInFault::MfaNeeded => again(
            "Microsoft wants your second factor",
            "It is asked for in the browser.",
        ),
        SignInFault::AccountTrouble => only(
            "The account can’t sign in",
            "Look at the account",
            "It is locked or disabled, or its password has expired.",
        ),
        SignInFault::NotAssigned => only(
            "This account may not use the registration",
            "Have it assigned",
            "The registration asks for assignment: under Users and groups of its enterprise application.",
        ),
        SignInFault::UnknownClient => only(
            "The application (client) ID is not known in this tenant",
            "Compare the application (client) ID",
            "It must be the Application (client) ID of a registration in this tenant and this cloud.",
        ),
        SignInFault::SingleTenantClient => only(
            "The registration belongs to one tenant",
            "Name the tenant above",
            "The Directory (tenant) ID stands beside the application (client) ID.",
        ),
        SignInFault::UnknownTenant => only(
            "The tenant is not known in this cloud",
            "Compare tenant and cloud",
            "US Government and China have clouds of their own.",
        ),
        SignInFault::RedirectNotRegistered => only(
            "The redirect address is not registered",
            "Add http://localhost",
            "Under Authentication, platform Mobile and desktop applications, without port or path.",
        ),
        SignInFault::NotPublicClient => only(
            "The registration is not a public client",
            "Allow public client flows",
            "Under Authentication. It is only needed for signing in with a code.",
        ),
        SignInFault::BadRegistration => only(
            "The registration does not allow this sign-in",
            "Compare its settings",
            "They stand on the sign-in page, ready to copy.",
        ),
        SignInFault::Expired => again(
            "The sign-in has ended",
            "It has expired, or was revoked, for example by a new password.",
        ),
        SignInFault::CodeExpired => again(
            "The sign-in took too long",
            "Its code is valid for ten minutes, and once.",
        ),
        SignInFault::ClaimsChallenge { .. } => again(
            "Microsoft asks you to sign in again",
            "A policy of your tenant wants a fresh sign-in for this.",
        ),
        SignInFault::StateMismatch => again(
            "An answer came back that belongs to another sign-in",
            "It was not used. Close old sign-in pages first.",
        ),
        SignInFault::Timeout => Words {
            title: "Nobody finished signing in".into(),
            next: vec![
                (
                    "Open the sign-in page again",
                    "If the browser showed an error with a number, it tells why.".into(),
                    NextDo::SignIn,
                ),
                (
                    "Use a code instead",
                    "If this computer’s browser can’t be used.".into(),
                    NextDo::SignInByCode,
                ),
            ],
        },
        SignInFault::NoPort => Words {
            title: "The browser has no way back to Lockstep".into(),
            next: vec![(
                "Use a code instead",
                "No port of this computer could be opened.".into(),
                NextDo::SignInByCode,
            )],
        },
        SignInFault::Pending | SignInFault::SlowDown => {
            again("The code was not entered yet", "Ask for a new one.")
        }
        SignInFault::Other { .. } => again(
            "The sign-in failed",
            "Microsoft’s number tells more; the correlation id helps its support.",
        ),
    }
}

fn admin_approval(url: &str) -> Words {
    Words {
        title: "An administrator has to approve Lockstep".into(),
        next: vec![
            (
                "Send the link to an administrator",
                "Whoever opens it sees what is asked for, and can accept it for the tenant. Then sign in again.".into(),
                NextDo::Copy { label: "Copy the link".into(), text: url.to_owned() },
            ),
            ("Sign in as someone who may approve", "Cloud Application Administrator is enough.".into(), NextDo::SignIn),
            ("Go on without signing in", "Every page tells how to do its step by hand.".into(), NextDo::Nothing),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: FaultKind) -> Fault {
        Fault::new(kind)
    }

    #[test]
    fn every_trouble_says_what_to_do_and_never_more_than_three_things() {
        let kinds = [
            FaultKind::Offline,
            FaultKind::NameNotFound,
            FaultKind::Refused,
            FaultKind::Tls,
            FaultKind::Proxy,
            FaultKind::TimedOut,
            FaultKind::Reset,
            FaultKind::Cancelled,
            FaultKind::Throttled,
            FaultKind::BadRequest,
            FaultKind::Unauthorized,
            FaultKind::Forbidden,
            FaultKind::NotFound,
            FaultKind::Conflict,
            FaultKind::Unavailable,
            FaultKind::NotJson,
            FaultKind::TooManyPages,
            FaultKind::ForeignAddress,
            FaultKind::Keyring,
            FaultKind::Setup,
            FaultKind::Unreadable {
                path: "value[0].id".into(),
            },
            FaultKind::ClaimsChallenge {
                claims: String::new(),
            },
            FaultKind::SignIn(SignInFault::Timeout),
            FaultKind::SignIn(SignInFault::AdminApprovalNeeded {
                admin_consent_url: "u".into(),
            }),
        ];
        for kind in kinds {
            let trouble = trouble(&fault(kind.clone()), "Reading.");
            assert!((1..=3).contains(&trouble.next.len()), "{kind:?}");
            assert!(
                !trouble.title.is_empty() && !trouble.certain.is_empty(),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn how_long_a_service_asks_to_be_left_alone_is_said() {
        let title = |seconds: Option<u64>| {
            let mut throttled = fault(FaultKind::Throttled);
            throttled.retry_after = seconds.map(std::time::Duration::from_secs);
            trouble(&throttled, "Reading.").title
        };
        assert_eq!(title(None), "This computer asks for a pause");
        assert_eq!(
            title(Some(7200)),
            "This computer asks for a pause of 120 minutes"
        );
    }

    #[test]
    fn who_may_not_make_a_user_is_told_the_role_that_may() {
        let advice = |method: &str, path: &str| {
            let mut refused = fault(FaultKind::Forbidden);
            refused.call = Some(connect::Call {
                service: Service::Graph,
                method: method.into(),
                url: path.into(),
                path: path.into(),
                status: Some(403),
                request_id: None,
                client_request_id: None,
                at: jiff::Timestamp::UNIX_EPOCH,
            });
            trouble(&refused, "Making the test user.").next[1]
                .text
                .clone()
        };
        assert!(advice("POST", "/v1.0/users").contains("User Administrator"));
        assert!(advice("DELETE", "/v1.0/users/u-1").contains("User Administrator"));
        for (method, path) in [("GET", "/v1.0/users"), ("POST", "/v1.0/applications")] {
            assert!(advice(method, path).contains("Cloud Application Administrator"));
        }
    }

    #[test]
    fn a_lost_answer_to_a_write_is_uncertain() {
        let mut lost = fault(FaultKind::TimedOut);
        lost.sent = true;
        assert_eq!(trouble(&lost, "Writing.").kind, TroubleKind::Uncertain);
        lost.sent = false;
        assert_eq!(trouble(&lost, "Writing.").kind, TroubleKind::Refused);
    }
}
