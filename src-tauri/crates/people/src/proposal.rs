//! Which attribute to propose, with the numbers and the reason in words. It reads a [`Report`] and nothing else.

use crate::{Attribute, AttributeCount, Report};

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The attribute, or neither.
    pub attribute: Option<Attribute>,
    /// How many enabled members could log in with it.
    pub usable: u64,
    /// How many could not. With neither, everybody whom the better of the two leaves out.
    pub left_out: u64,
    /// The reason, in whole sentences with the numbers in it.
    pub reason: String,
}

impl Report {
    /// Proposes `mail`, `userPrincipalName` or neither. An attribute with which fewer than half of the people could
    /// log in is not proposed: that is a sign of a domain that is not verified, or of the wrong scope.
    pub fn proposal(&self) -> Proposal {
        let best = self.better();
        let count = self.of(best);
        let is_enough = count.usable > 0 && count.usable * 2 >= self.members;
        let reason = if self.members == 0 {
            self.nobody()
        } else if is_enough {
            self.why(best)
        } else {
            self.why_neither(best)
        };
        Proposal {
            attribute: is_enough.then_some(best),
            usable: count.usable,
            left_out: self.members - count.usable,
            reason,
        }
    }

    /// More people decide, but somebody who gets mail at another address is no gain of `userPrincipalName`: their
    /// account at Atlassian carries the address people know, and a few rooms without mail must not outweigh them. With
    /// as many, `mail`; but where both are the same for everybody, `userPrincipalName`, which Entra sends without being
    /// told and which is never empty.
    fn better(&self) -> Attribute {
        let (mail, upn) = (self.mail.usable, self.upn.usable);
        let known_by_upn = upn.saturating_sub(self.elsewhere);
        let mail_is_few = mail * 2 < self.members && upn > mail;
        if self.same == self.members || known_by_upn > mail || mail_is_few {
            Attribute::UserPrincipalName
        } else {
            Attribute::Mail
        }
    }

    fn why(&self, best: Attribute) -> String {
        let members = self.members;
        let (count, other) = (self.of(best), self.of(best.other()));
        if self.same == members && count.usable == members {
            return format!(
                "mail and userPrincipalName are the same for all {members}, in a domain that is verified at Atlassian. \
                 Entra sends the userPrincipalName without being told, and somebody new has one from the first day, \
                 before there is a mailbox."
            );
        }
        let first = if count.usable == members {
            format!("All {members} could log in with {best}")
        } else {
            format!("{} of {members} could log in with {best}", count.usable)
        };
        let second = if other.usable == count.usable && best == Attribute::Mail {
            "as many as with userPrincipalName; mail is the address people know and where Atlassian’s mail arrives"
                .to_owned()
        } else {
            format!(
                "with {}, {}{}",
                best.other(),
                other.usable,
                self.but(best, other)
            )
        };
        let left = match obstacles(best, count) {
            words if words.is_empty() => String::new(),
            words => format!(" The others could not: {words}."),
        };
        format!("{first}; {second}.{left}")
    }

    /// Why the attribute that fits more people is not proposed.
    fn but(&self, best: Attribute, other: &AttributeCount) -> String {
        if other.usable <= self.of(best).usable || best == Attribute::UserPrincipalName {
            return String::new();
        }
        format!(
            ", but {} of them receive mail at another address, which is the one that accounts at Atlassian carry as a \
             rule",
            self.elsewhere
        )
    }

    fn why_neither(&self, best: Attribute) -> String {
        let members = self.members;
        format!(
            "With neither attribute half of the {members} could log in. mail: {} could; {}. userPrincipalName: {} \
             could; {}. {}",
            self.mail.usable,
            obstacles(Attribute::Mail, &self.mail),
            self.upn.usable,
            obstacles(Attribute::UserPrincipalName, &self.upn),
            remedy(self.of(best)),
        )
    }

    fn nobody(&self) -> String {
        match (self.people, self.guests, self.disabled) {
            (0, _, _) => "There is nobody in scope.".to_owned(),
            (people, guests, disabled) => format!(
                "Nobody of the {people} in scope is an enabled member: guests {guests}, disabled {disabled}."
            ),
        }
    }
}

/// What stands in the way of an attribute, with the numbers.
fn obstacles(attribute: Attribute, count: &AttributeCount) -> String {
    let table = [
        (count.missing, "has no", "have no", attribute.name()),
        (
            count.unverified - count.onmicrosoft,
            "is",
            "are",
            "in a domain that is not verified at Atlassian",
        ),
        (
            count.onmicrosoft,
            "is",
            "are",
            "in a domain lent by Microsoft, which can’t be verified",
        ),
        (
            count.malformed,
            "has",
            "have",
            "something that is no address",
        ),
        (count.duplicates, "has", "have", "somebody else’s address"),
    ];
    let words = table.iter().filter(|(number, ..)| *number > 0);
    let words = words.map(|(number, one, many, rest)| {
        let verb = if *number == 1 { one } else { many };
        format!("{number} {verb} {rest}")
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What would help most people with an attribute.
fn remedy(count: &AttributeCount) -> String {
    let foreign = count.unverified - count.onmicrosoft;
    let largest = foreign.max(count.missing).max(count.onmicrosoft);
    match count
        .domains
        .iter()
        .find(|one| !crate::address::is_lent(&one.domain))
    {
        Some(first) if foreign == largest => format!(
            "Verifying {} at Atlassian would help {} of them.",
            first.domain, first.people
        ),
        _ if count.missing == largest => {
            "Fill the attribute for the people in scope first.".to_owned()
        }
        _ => "Give people addresses in a domain of your own that is verified at Atlassian first."
            .to_owned(),
    }
}
