//! A person or a group as the answer of a search: `user/<object id>/<userPrincipalName>` or
//! `group/<object id>/<display name>`. The id is what counts; the name is for reading, and may be out of date.

use std::fmt;

/// Answers are kept short; a name that is longer is only shown, so its end can go.
const LONGEST_NAME: usize = 120;

/// Who is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// A person or a group.
    pub kind: PrincipalKind,
    /// The object id.
    pub id: String,
    /// The userPrincipalName, or the group's display name, as it was when it was chosen.
    pub name: String,
}

/// A person or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrincipalKind {
    /// A person.
    User,
    /// A group.
    Group,
}

impl PrincipalKind {
    /// As the answers and facts write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
        }
    }
}

impl Principal {
    /// A person.
    pub fn user(id: impl Into<String>, upn: impl Into<String>) -> Self {
        Self::of(PrincipalKind::User, id.into(), upn.into())
    }

    /// A group.
    pub fn group(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self::of(PrincipalKind::Group, id.into(), name.into())
    }

    fn of(kind: PrincipalKind, id: String, name: String) -> Self {
        Self { kind, id, name }
    }

    /// Reads an answer; `None` when it is not of this form.
    pub fn parse(answer: &str) -> Option<Self> {
        let mut parts = answer.splitn(3, '/');
        let kind = match parts.next()? {
            "user" => PrincipalKind::User,
            "group" => PrincipalKind::Group,
            _ => return None,
        };
        let id = parts.next().filter(|id| !id.is_empty())?;
        let name = parts.next().filter(|name| !name.is_empty())?;
        Some(Self::of(kind, id.to_owned(), name.to_owned()))
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An answer is one line; directories let line breaks into names.
        let name = self.name.chars().filter(|one| !one.is_control());
        let name: String = name.take(LONGEST_NAME).collect();
        write!(f, "{}/{}/{name}", self.kind.word(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for who in [
            Principal::user("a-1", "anna@contoso.com"),
            Principal::group("b-2", "Sales / EMEA"),
        ] {
            assert_eq!(Principal::parse(&who.to_string()), Some(who));
        }
    }

    #[test]
    fn other_answers_are_nobody() {
        for answer in [
            "",
            "all",
            "user",
            "user/",
            "user//anna",
            "user/a-1/",
            "device/a/b",
        ] {
            assert_eq!(Principal::parse(answer), None, "{answer:?}");
        }
    }

    #[test]
    fn a_long_name_or_a_line_break_does_not_spoil_the_answer() {
        let group = Principal::group("b-2", format!("one\ntwo{}", "x".repeat(300)));
        let answer = group.to_string();
        assert!(answer.chars().count() < 256 && !answer.contains('\n'));
        let read = Principal::parse(&answer).expect("it is read");
        assert_eq!((read.kind, read.id.as_str()), (PrincipalKind::Group, "b-2"));
    }
}
