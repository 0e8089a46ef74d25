//! Counting a stream of people. What it keeps does not grow with them, but for the hashes that find duplicates.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use crate::address::{domain_of, fault_of, is_lent};
use crate::{Attribute, AttributeCount, DomainCount, Problem, Report, Sample};

/// How many addresses of each problem are kept to be shown.
pub const SAMPLES: usize = 5;

/// How many unverified domains of an attribute are told apart. A directory with more has another problem first.
pub const DOMAINS: usize = 50;

/// What the count needs to know about a person.
#[derive(Debug, Clone, Copy, Default)]
pub struct PersonFacts<'a> {
    /// The object id.
    pub id: &'a str,
    /// The userPrincipalName.
    pub upn: &'a str,
    /// The mail attribute.
    pub mail: Option<&'a str>,
    /// Whether the account may sign in.
    pub enabled: bool,
    /// Whether it is a guest.
    pub guest: bool,
    /// The given name.
    pub given: Option<&'a str>,
    /// The surname.
    pub surname: Option<&'a str>,
}

/// Counts people as they come and forgets them.
///
/// Duplicates are found by 64-bit hashes, one set for each attribute: 9 bytes for each place of a hash table that is
/// between 44 and 88 percent full, so 10 to 21 bytes for each address, and for a million people with both attributes
/// about 38 MB (one table has 2^21 places then). Everything else is a few kilobytes, however many people there are.
/// That two different addresses of a million share a hash, and one of them is called a duplicate, has a chance of 1 in
/// 37 million.
#[derive(Debug)]
pub struct Tally {
    verified: HashSet<String>,
    report: Report,
    mail: Side,
    upn: Side,
    samples: BTreeMap<Problem, Vec<String>>,
}

/// What is kept for one attribute besides its numbers.
#[derive(Debug, Default)]
struct Side {
    seen: HashSet<u64, BuildHasherDefault<Plain>>,
    domains: BTreeMap<String, u64>,
}

/// The hashes are hashes already.
#[derive(Default)]
struct Plain(u64);

impl Hasher for Plain {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Tally {
    /// Begins with the domains that are verified at Atlassian. They are compared whole: a subdomain is a domain of
    /// its own.
    pub fn new<D: AsRef<str>>(verified: impl IntoIterator<Item = D>) -> Self {
        let small = |domain: D| domain.as_ref().trim().to_lowercase();
        Self {
            verified: verified.into_iter().map(small).collect(),
            report: Report {
                people: 0,
                guests: 0,
                disabled: 0,
                members: 0,
                same: 0,
                elsewhere: 0,
                no_given: 0,
                no_surname: 0,
                mail: AttributeCount::default(),
                upn: AttributeCount::default(),
                samples: Vec::new(),
            },
            mail: Side::default(),
            upn: Side::default(),
            samples: BTreeMap::new(),
        }
    }

    /// Counts one person.
    pub fn take(&mut self, person: &PersonFacts<'_>) {
        self.report.people += 1;
        if person.guest {
            self.report.guests += 1;
            self.keep(Problem::Guest, name_of(person));
        }
        if !person.enabled {
            self.report.disabled += 1;
            self.keep(Problem::Disabled, name_of(person));
            return;
        }
        let mail = person.mail.unwrap_or_default();
        if person.guest {
            // Whose address is taken matters, whoever took it; nothing else about guests does.
            self.mail.is_new(mail);
            self.upn.is_new(person.upn);
            return;
        }
        self.take_member(person, mail);
    }

    fn take_member(&mut self, person: &PersonFacts<'_>, mail: &str) {
        self.report.members += 1;
        self.report.no_given += u64::from(is_blank(person.given));
        self.report.no_surname += u64::from(is_blank(person.surname));
        if !mail.is_empty() && mail.to_lowercase() == person.upn.to_lowercase() {
            self.report.same += 1;
        } else if !mail.is_empty() {
            self.keep(Problem::Differs, name_of(person));
        }
        let by_mail = self.take_address(Attribute::Mail, mail, name_of(person));
        let by_upn = self.take_address(Attribute::UserPrincipalName, person.upn, name_of(person));
        let differs = mail.to_lowercase() != person.upn.to_lowercase();
        self.report.elsewhere += u64::from(by_mail && by_upn && differs);
    }

    /// Counts an address and says whether its person could log in with it.
    fn take_address(&mut self, attribute: Attribute, address: &str, name: &str) -> bool {
        if address.is_empty() {
            self.count(attribute).missing += 1;
            self.keep(Problem::Missing(attribute), name);
            return false;
        }
        self.count(attribute).set += 1;
        let is_new = self.side(attribute).is_new(address);
        if !is_new {
            self.count(attribute).duplicates += 1;
            self.keep(Problem::Duplicate(attribute), address);
        }
        if fault_of(address).is_some() {
            self.count(attribute).malformed += 1;
            self.keep(Problem::Malformed(attribute), address);
            return false;
        }
        let domain = domain_of(address);
        if !self.verified.contains(&domain) {
            self.take_unverified(attribute, address, domain);
            return false;
        }
        self.count(attribute).verified += 1;
        self.count(attribute).usable += u64::from(is_new);
        is_new
    }

    fn take_unverified(&mut self, attribute: Attribute, address: &str, domain: String) {
        self.count(attribute).unverified += 1;
        if is_lent(&domain) {
            self.count(attribute).onmicrosoft += 1;
            self.keep(Problem::OnMicrosoft(attribute), address);
        } else {
            self.keep(Problem::Unverified(attribute), address);
        }
        let domains = &mut self.side(attribute).domains;
        if domains.len() < DOMAINS || domains.contains_key(&domain) {
            *domains.entry(domain).or_default() += 1;
        }
    }

    /// What was counted so far.
    pub fn report(&self) -> Report {
        let mut report = self.report.clone();
        report.mail.domains = self.mail.by_people();
        report.upn.domains = self.upn.by_people();
        let samples = self.samples.iter().map(|(problem, addresses)| Sample {
            problem: *problem,
            addresses: addresses.clone(),
        });
        report.samples = samples.collect();
        report
    }

    fn count(&mut self, attribute: Attribute) -> &mut AttributeCount {
        match attribute {
            Attribute::Mail => &mut self.report.mail,
            Attribute::UserPrincipalName => &mut self.report.upn,
        }
    }

    fn side(&mut self, attribute: Attribute) -> &mut Side {
        match attribute {
            Attribute::Mail => &mut self.mail,
            Attribute::UserPrincipalName => &mut self.upn,
        }
    }

    fn keep(&mut self, problem: Problem, address: &str) {
        let kept = self.samples.entry(problem).or_default();
        if kept.len() < SAMPLES {
            kept.push(address.to_owned());
        }
    }
}

impl Side {
    /// Notes an address and says whether it is the first of its kind. An empty one is nobody's.
    fn is_new(&mut self, address: &str) -> bool {
        if address.is_empty() {
            return true;
        }
        // The keys of this hasher are fixed, so the same people always give the same report.
        let mut hasher = DefaultHasher::new();
        address.to_lowercase().hash(&mut hasher);
        self.seen.insert(hasher.finish())
    }

    fn by_people(&self) -> Vec<DomainCount> {
        let domains = self.domains.iter().map(|(domain, people)| DomainCount {
            domain: domain.clone(),
            people: *people,
        });
        let mut domains: Vec<DomainCount> = domains.collect();
        domains.sort_by_key(|one| std::cmp::Reverse(one.people));
        domains
    }
}

fn name_of<'a>(person: &PersonFacts<'a>) -> &'a str {
    if person.upn.is_empty() {
        person.id
    } else {
        person.upn
    }
}

fn is_blank(name: Option<&str>) -> bool {
    name.is_none_or(|name| name.trim().is_empty())
}
