//! What a count came to, as data: numbers, samples, domains. It decides nothing; `proposal.rs` does.

use crate::Attribute;

/// What a [`crate::Tally`] counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Everybody in scope.
    pub people: u64,
    /// Guests among them, disabled ones too.
    pub guests: u64,
    /// Disabled ones among them, guests too.
    pub disabled: u64,
    /// Enabled members: those who are to log in, and whom all numbers below are about.
    pub members: u64,
    /// Enabled members whose `mail` and `userPrincipalName` are the same, ignoring case.
    pub same: u64,
    /// Enabled members who could log in with either and whose `mail` is another address than their
    /// `userPrincipalName`: told by the latter, they are somebody else than their accounts at Atlassian say.
    pub elsewhere: u64,
    /// Enabled members without a given name.
    pub no_given: u64,
    /// Enabled members without a surname.
    pub no_surname: u64,
    /// The attribute `mail`.
    pub mail: AttributeCount,
    /// The attribute `userPrincipalName`.
    pub upn: AttributeCount,
    /// A few addresses for each problem that was found, in the order of [`Problem`].
    pub samples: Vec<Sample>,
}

/// The numbers of one attribute, over enabled members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttributeCount {
    /// Filled.
    pub set: u64,
    /// Empty.
    pub missing: u64,
    /// Filled with something that is no address.
    pub malformed: u64,
    /// Addresses in a domain that is verified at Atlassian.
    pub verified: u64,
    /// Addresses in one that is not, those in a domain lent by Microsoft included.
    pub unverified: u64,
    /// Addresses in a domain that Microsoft lends and nobody can verify.
    pub onmicrosoft: u64,
    /// People whose address somebody before them has already, ignoring case. Enabled guests count as somebody.
    pub duplicates: u64,
    /// People who could log in with it: filled, well formed, verified, and not somebody's before them.
    pub usable: u64,
    /// The domains of `unverified`, most people first. Only so many are told apart; see [`crate::DOMAINS`].
    pub domains: Vec<DomainCount>,
}

/// A domain and how many people have an address in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainCount {
    /// In small letters.
    pub domain: String,
    /// How many.
    pub people: u64,
}

/// What can be wrong with, or worth knowing about, somebody in scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// The attribute is empty. The sample is the person's userPrincipalName, or id where that is empty too.
    Missing(Attribute),
    /// The attribute is no address.
    Malformed(Attribute),
    /// The domain is not verified at Atlassian.
    Unverified(Attribute),
    /// The domain is lent by Microsoft.
    OnMicrosoft(Attribute),
    /// Somebody before has it already.
    Duplicate(Attribute),
    /// `mail` and `userPrincipalName` differ. The sample is the userPrincipalName.
    Differs,
    /// A guest. The sample is the userPrincipalName.
    Guest,
    /// Disabled. The sample is the userPrincipalName.
    Disabled,
}

/// The first few addresses of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Which problem.
    pub problem: Problem,
    /// In the order in which they came.
    pub addresses: Vec<String>,
}

impl Report {
    /// The numbers of an attribute.
    pub fn of(&self, attribute: Attribute) -> &AttributeCount {
        match attribute {
            Attribute::Mail => &self.mail,
            Attribute::UserPrincipalName => &self.upn,
        }
    }

    /// The samples of a problem; none where it was not met.
    pub fn sample(&self, problem: Problem) -> &[String] {
        let found = self.samples.iter().find(|one| one.problem == problem);
        found.map_or(&[], |one| &one.addresses)
    }
}
