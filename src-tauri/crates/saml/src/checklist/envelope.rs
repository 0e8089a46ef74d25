//! The checks about the message around the person: what it is, how it went, who sent it to whom, and whether it
//! answers the question.

use super::look::{Look, Outcome, either, fail, not_possible, pass, unknown, warn};
use crate::{Refusal, SUCCESS};

pub(super) fn root(look: &Look<'_, '_>) -> Outcome {
    let element = look.document.root_element();
    let name = element.tag_name().name();
    if look.root.is_err() {
        let what = match name {
            "AuthnRequest" => "the question that Atlassian asks Entra, not the answer",
            "LogoutRequest" | "LogoutResponse" => "about logging out, not about logging in",
            "Assertion" => "an assertion without the response around it",
            "EntityDescriptor" => "federation metadata, not the answer to a login",
            _ => "not a SAML response",
        };
        return fail(format!("This is {what}.")).between("Response", name);
    }
    match look.response.version.as_str() {
        "2.0" => pass("This is a SAML 2.0 response."),
        other => fail("This is a response of another version of SAML.").between("2.0", other),
    }
}

pub(super) fn status(look: &Look<'_, '_>) -> Outcome {
    let status = &look.response.status;
    if status.code == SUCCESS {
        return pass("Entra says that the login succeeded.");
    }
    if status.code.is_empty() {
        return fail("The response doesn’t say whether the login succeeded.");
    }
    let said = status.message.as_deref().map(str::trim);
    let code = status.nested.as_deref().unwrap_or(&status.code);
    let short = code.rsplit(':').next().unwrap_or(code);
    let seen = match said.filter(|said| !said.is_empty()) {
        Some(said) => format!("Entra itself says that the login failed: {said}"),
        None => format!("Entra itself says that the login failed ({short})."),
    };
    let number = said.and_then(aadsts);
    fail(seen).between(SUCCESS, number.unwrap_or_else(|| code.to_owned()))
}

/// The number of one of Microsoft's sign-in errors in a text. Its words change, its number does not.
fn aadsts(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("AADSTS")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("AADSTS{digits}"))
}

pub(super) fn issuer_response(look: &Look<'_, '_>) -> Outcome {
    let Some(found) = &look.response.issuer else {
        return fail("The response doesn’t say who issued it.");
    };
    let known = [
        (&look.expected.issuer, "the metadata"),
        (&look.expected.saved_issuer, "what is saved at Atlassian"),
    ];
    let known = known
        .iter()
        .filter_map(|(value, whose)| Some((value.as_ref()?, whose)));
    let mut count = 0;
    for (wanted, whose) in known {
        count += 1;
        if found.trim() != wanted.trim() {
            let slash = found.trim().trim_end_matches('/') == wanted.trim().trim_end_matches('/');
            let why = if slash {
                ", by the slash at the end"
            } else {
                ""
            };
            return fail(format!("The issuer differs from {whose}{why}.")).between(wanted, found);
        }
    }
    match count {
        0 => unknown("the entity id of the metadata"),
        _ if found.trim() != found => {
            warn("The issuer is right, with blanks around it.").found(found)
        }
        _ => pass("The issuer is the one that is expected.").found(found),
    }
}

pub(super) fn issuer_assertion(look: &Look<'_, '_>) -> Outcome {
    either(look.assertion().map(
        |assertion| match (&assertion.issuer, &look.response.issuer) {
            (None, _) => fail("The assertion doesn’t say who issued it."),
            (Some(_), None) => not_possible("The response doesn’t say who issued it."),
            (Some(inner), Some(outer)) if inner == outer => {
                pass("Response and assertion have the same issuer.")
            }
            (Some(inner), Some(outer)) => {
                fail("Response and assertion have different issuers.").between(outer, inner)
            }
        },
    ))
}

pub(super) fn destination(look: &Look<'_, '_>) -> Outcome {
    match (&look.expected.acs, &look.response.destination) {
        (_, None) => warn("The response doesn’t say for which address it was made."),
        (None, Some(_)) => unknown("the assertion consumer service URL"),
        (Some(wanted), Some(found)) => address("The response was made for", wanted, found),
    }
}

pub(super) fn recipient(look: &Look<'_, '_>) -> Outcome {
    either(look.assertion().map(|assertion| {
        match (&look.expected.acs, &assertion.confirmation.recipient) {
            (_, None) => fail("The assertion doesn’t say who may take it."),
            (None, Some(_)) => unknown("the assertion consumer service URL"),
            (Some(wanted), Some(found)) => address("The assertion is for", wanted, found),
        }
    }))
}

pub(super) fn posted_to(look: &Look<'_, '_>) -> Outcome {
    let Some(found) = &look.circumstances.captured.posted_to else {
        return unknown("where the browser sent it (a HAR file tells)");
    };
    match &look.response.destination {
        None => not_possible("The response doesn’t say for which address it was made."),
        Some(wanted) => address("The browser went to", wanted, found),
    }
}

/// Compares two addresses letter by letter and says where they part.
fn address(what: &str, wanted: &str, found: &str) -> Outcome {
    if wanted == found {
        return pass(format!("{what} the right address."));
    }
    let before_query = |text: &str| text.split('?').next().unwrap_or_default().to_owned();
    let why = if wanted.trim() == found.trim() {
        "; a blank is too many"
    } else if wanted.eq_ignore_ascii_case(found) {
        "; capital letters make the difference"
    } else if before_query(wanted) == before_query(found) {
        "; the part from the question mark on makes the difference"
    } else {
        ""
    };
    fail(format!("{what} another address{why}.")).between(wanted, found)
}

pub(super) fn audience(look: &Look<'_, '_>) -> Outcome {
    either(look.assertion().map(|assertion| {
        let restrictions = &assertion.conditions.audiences;
        let found = restrictions.concat().join(", ");
        if restrictions.is_empty() {
            return fail("The assertion doesn’t say for which service it is.");
        }
        if found.starts_with("spn:") {
            return fail("The assertion is for an application id, not for Atlassian’s entity id.")
                .found(found);
        }
        let Some(wanted) = &look.expected.entity else {
            return unknown("the service provider entity URL");
        };
        if restrictions.iter().all(|list| list.contains(wanted)) {
            return pass("The assertion is for Atlassian.").found(found);
        }
        fail("The assertion is for another service.").between(wanted, found)
    }))
}

pub(super) fn id_pair(look: &Look<'_, '_>) -> Outcome {
    let (Some(acs), Some(entity)) = (&look.expected.acs, &look.expected.entity) else {
        return unknown("one of Atlassian’s two addresses");
    };
    let of_acs = acs.rsplit_once("connection=saml-").map(|(_, id)| id.trim());
    let of_entity = entity.trim().rsplit_once('/').map(|(_, id)| id);
    match (of_acs, of_entity) {
        (Some(one), Some(other)) if one == other => {
            pass("Both of Atlassian’s addresses have the same id.")
        }
        (one, other) => fail("Atlassian’s two addresses have different ids.")
            .between(other.unwrap_or("none"), one.unwrap_or("none")),
    }
}

pub(super) fn in_response_to(look: &Look<'_, '_>) -> Outcome {
    either(look.assertion().map(|assertion| {
        let outer = look.response.in_response_to.as_deref();
        let inner = assertion.confirmation.in_response_to.as_deref();
        match (outer, inner, look.circumstances.request()) {
            (None, None, _) => {
                warn("It answers no question: Entra began the login, not Atlassian.")
            }
            (Some(outer), Some(inner), _) if outer != inner => {
                fail("Response and assertion answer different questions.").between(outer, inner)
            }
            (Some(outer), Some(_), Some(request)) if outer != request.id => {
                fail("It answers another question than the one that was captured.")
                    .between(&request.id, outer)
            }
            (Some(outer), Some(_), Some(_)) => {
                pass("It answers the question that was captured.").found(outer)
            }
            (Some(outer), Some(_), None) => {
                pass("It answers a question, which was not captured.").found(outer)
            }
            _ => fail("Only one of response and assertion says which question it answers."),
        }
    }))
}

pub(super) fn encryption(look: &Look<'_, '_>) -> Outcome {
    match look.assertion_node {
        Err(Refusal::Encrypted) => {
            fail("The assertion is encrypted, and Atlassian has no key to open it.")
        }
        _ => pass("Nothing is encrypted."),
    }
}

pub(super) fn context(look: &Look<'_, '_>) -> Outcome {
    either(look.assertion().map(|assertion| {
        let found = assertion.sign_in.context.as_deref().unwrap_or("not told");
        let short = found.rsplit(':').next().unwrap_or(found);
        let seen = format!("How the person signed in: {short}.");
        match look.circumstances.request() {
            Some(request) if request.wants_context => {
                warn(format!("{seen} The question asked for a certain way.")).found(found)
            }
            _ => pass(seen).found(found),
        }
    }))
}

pub(super) fn relay_state(look: &Look<'_, '_>) -> Outcome {
    match look.circumstances.captured.relay_state.as_deref() {
        None => unknown("what else was posted (the whole form or a HAR file tells)"),
        Some("") => warn("Nothing came with it to lead the person back to the page."),
        Some(_) => pass("The way back to the page came with it."),
    }
}

pub(super) fn replay(look: &Look<'_, '_>) -> Outcome {
    if look.circumstances.captured.was_sent_before {
        return warn("The same message was sent before: the page was loaded again.");
    }
    pass("It was not seen before.")
}
