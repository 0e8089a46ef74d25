//! The checks about time, and about how an assertion is confirmed.

use jiff::{SignedDuration, Timestamp, Unit};

use super::look::{Look, Outcome, either, fail, not_possible, pass, warn};

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/// How old a sign-in may be when a new one was asked for.
const FRESH: SignedDuration = SignedDuration::from_mins(5);

pub(super) fn conditions(look: &Look<'_, '_>) -> Outcome {
    either(look.assertion().map(|assertion| {
        let (from, until) = (
            assertion.conditions.not_before,
            assertion.conditions.not_on_or_after,
        );
        if from.is_none() && until.is_none() {
            return warn("The assertion doesn’t say when it counts.");
        }
        window(look, from, until)
    }))
}

pub(super) fn subject(look: &Look<'_, '_>) -> Outcome {
    either(look.assertion().map(|assertion| {
        let confirmation = &assertion.confirmation;
        if confirmation.not_before.is_some() {
            return fail("The confirmation has a beginning, which SAML doesn’t allow there.");
        }
        match confirmation.not_on_or_after {
            None => fail("The confirmation doesn’t say until when it counts."),
            until => window(look, None, until),
        }
    }))
}

/// Whether the message was used within its time.
fn window(look: &Look<'_, '_>, from: Option<Timestamp>, until: Option<Timestamp>) -> Outcome {
    let (at, skew) = (look.circumstances.at(), look.circumstances.skew);
    let is_captured = look.circumstances.captured.at.is_some();
    if let Some(from) = from.filter(|from| is_before(at, *from, skew)) {
        // Whenever it was captured, that was before now, so it was too early then as well.
        let early = words(from.duration_since(at));
        return fail(format!("It was not valid yet, by {early}."))
            .between(from.to_string(), at.to_string());
    }
    if let Some(until) = until.filter(|until| !is_before(at, *until, -skew)) {
        let late = words(at.duration_since(until));
        let outcome = if is_captured {
            fail(format!(
                "It was no longer valid when it was sent, by {late}."
            ))
        } else {
            warn(format!(
                "It is no longer valid, by {late}. If it was captured earlier, that says nothing."
            ))
        };
        return outcome.between(until.to_string(), at.to_string());
    }
    pass("It was used within its time.")
}

/// Whether a time lies before another by more than an allowance, which may be negative.
fn is_before(time: Timestamp, other: Timestamp, allowance: SignedDuration) -> bool {
    other.duration_since(time) > allowance
}

pub(super) fn authn(look: &Look<'_, '_>) -> Outcome {
    either(look.assertion().map(|assertion| {
        let Some(instant) = assertion.sign_in.instant else {
            return warn("The assertion doesn’t say when the person signed in.");
        };
        let (at, skew) = (look.circumstances.at(), look.circumstances.skew);
        let age = at.duration_since(instant);
        if -age > skew {
            return fail(format!(
                "The person signed in {} in the future.",
                words(-age)
            ))
            .found(instant.to_string());
        }
        let is_fresh_wanted = look
            .circumstances
            .request()
            .is_some_and(|one| one.forces_sign_in);
        if is_fresh_wanted && age > FRESH {
            return warn(format!(
                "A new sign-in was asked for, and this one is {} old.",
                words(age)
            ))
            .found(instant.to_string());
        }
        pass(format!("The person signed in {} before.", words(age))).found(instant.to_string())
    }))
}

pub(super) fn issue_instant(look: &Look<'_, '_>) -> Outcome {
    let Some(issued) = look.response.issue_instant else {
        return warn("The response doesn’t say when it was issued.");
    };
    let (at, skew) = (look.circumstances.at(), look.circumstances.skew);
    let ahead = issued.duration_since(at);
    let is_captured = look.circumstances.captured.at.is_some();
    if ahead > skew {
        return warn(format!(
            "This computer’s clock is slow by about {}.",
            words(ahead)
        ))
        .between(issued.to_string(), at.to_string());
    }
    if !is_captured {
        return not_possible(
            "Not compared: when it was sent is not known here (a HAR file tells).",
        );
    }
    if -ahead > skew {
        return warn(format!(
            "The clock of the computer is fast by about {}, or the page stayed open.",
            words(-ahead)
        ))
        .between(issued.to_string(), at.to_string());
    }
    pass("The clocks agree.")
}

pub(super) fn confirmation(look: &Look<'_, '_>) -> Outcome {
    either(look.assertion().map(|assertion| {
        match assertion.confirmation.method.as_deref() {
            Some(BEARER) => pass("It is confirmed by whoever brings it, as it should be."),
            other => fail("It is confirmed in a way that Entra never uses.")
                .between(BEARER, other.unwrap_or("none")),
        }
    }))
}

/// A duration as one says it.
fn words(duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    match minutes {
        0 => format!("{} s", duration.as_secs()),
        1..120 => format!("{minutes} min"),
        _ => {
            let hours = duration.round(Unit::Hour).unwrap_or(duration).as_hours();
            if hours < 48 {
                format!("{hours} h")
            } else {
                format!("{} days", hours / 24)
            }
        }
    }
}
