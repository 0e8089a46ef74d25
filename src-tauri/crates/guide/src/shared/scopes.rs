//! Which scopes a step asks for on top of those of the first sign-in, least first (entra.md 1.7). A step that lacks one says
//! so and goes on by hand; none is asked for before its step.

use connect::{Phase, Scope};
use engine::{Known, StepId};

use super::plan::Who;
use super::sign_in::{self, read_only};

/// The scopes that a step works with on top of [`sign_in::first_scopes`]; where Lockstep only reads, none that writes.
/// None where a colleague does the Entra side: nobody signs in here.
pub fn wanted(step: &StepId, known: &Known) -> Vec<&'static Scope> {
    if Who::of(known) == Who::AtlassianOnly {
        return Vec::new();
    }
    let scopes = phases(step, known).into_iter().flat_map(|phase| {
        if read_only(known) {
            phase.read_only_scopes()
        } else {
            phase.scopes()
        }
    });
    let had = sign_in::first_scopes();
    let mut wanted: Vec<&'static Scope> = Vec::new();
    for scope in scopes {
        if !had.contains(&scope) && !wanted.contains(&scope) {
            wanted.push(scope);
        }
    }
    wanted
}

/// The scopes beyond those of the first sign-in, each with the first step that asks for it.
pub fn by_step(
    steps: impl Iterator<Item = StepId>,
    known: &Known,
) -> Vec<(StepId, &'static Scope)> {
    let mut asked: Vec<(StepId, &'static Scope)> = Vec::new();
    for step in steps {
        for scope in wanted(&step, known) {
            if !asked.iter().any(|(_, other)| *other == scope) {
                asked.push((step.clone(), scope));
            }
        }
    }
    asked
}

/// Every scope that any step may ask for on top of those of the first sign-in, in the order in which they come up.
pub fn every() -> Vec<&'static Scope> {
    let mut every: Vec<&'static Scope> = Vec::new();
    for phase in [
        Phase::Read,
        Phase::App,
        Phase::People,
        Phase::Claims,
        Phase::TestUser,
        Phase::Logs,
    ] {
        for scope in phase.scopes() {
            if !every.contains(&scope) {
                every.push(scope);
            }
        }
    }
    every
}

/// Every scope that may ever be asked for, those of the first sign-in before the others.
pub fn all() -> Vec<&'static Scope> {
    [sign_in::first_scopes(), every()].concat()
}

fn phases(step: &StepId, known: &Known) -> Vec<Phase> {
    match step.as_str() {
        // What the prerequisites and all verifying later are read with; it is asked for once.
        "before-entra" => vec![Phase::Read],
        "add-app" | "certificate" | "basic-saml" => vec![Phase::App],
        "email-attribute" => vec![Phase::People],
        "claims" => vec![Phase::App, Phase::Claims],
        "pilot" if known.answer("pilot.kind") == Some("new") => {
            vec![Phase::App, Phase::People, Phase::TestUser]
        }
        "pilot" => vec![Phase::App, Phase::People],
        "test-login" | "enforce" if known.answer("login.logs") != Some("word") => {
            vec![Phase::Logs]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(step: &str, answers: &[(&str, &str)]) -> Vec<&'static str> {
        let mut known = Known::default();
        for (ask, value) in answers {
            known.answers.insert((*ask).to_owned(), (*value).to_owned());
        }
        let scopes = wanted(&StepId::read(step), &known);
        scopes.into_iter().map(|scope| scope.name).collect()
    }

    /// Steps that ask for something on top.
    const ASKING: [&str; 6] = [
        "before-entra",
        "add-app",
        "claims",
        "pilot",
        "email-attribute",
        "enforce",
    ];

    #[test]
    fn each_step_asks_for_what_it_needs_and_no_more() {
        for step in ["plan", "sign-in", "before-atlassian"] {
            assert_eq!(names(step, &[]), [""; 0], "{step}");
        }
        assert!(names("before-entra", &[]).contains(&"Domain.Read.All"));
        assert_eq!(names("certificate", &[]), ["Application.ReadWrite.All"]);
        assert!(!names("pilot", &[]).contains(&"User.ReadWrite.All"));
        assert!(names("pilot", &[("pilot.kind", "new")]).contains(&"User.ReadWrite.All"));
        assert_eq!(names("test-login", &[]), ["AuditLog.Read.All"]);
        let colleague = [(super::super::plan::WHO, "atlassian")];
        assert_eq!(names("before-entra", &colleague), [""; 0]);
        assert_eq!(names("test-login", &[("login.logs", "word")]), [""; 0]);
    }

    #[test]
    fn reading_only_never_asks_to_write() {
        for step in ASKING {
            let names = names(step, &[(sign_in::RIGHTS, "read"), ("pilot.kind", "new")]);
            assert!(
                names.iter().all(|name| !name.contains("ReadWrite")),
                "{step}: {names:?}"
            );
        }
    }

    #[test]
    fn whatever_a_step_wants_is_among_all() {
        for step in ASKING {
            for scope in wanted(&StepId::read(step), &Known::default()) {
                assert!(every().contains(&scope), "{step}: {scope}");
            }
        }
    }
}
