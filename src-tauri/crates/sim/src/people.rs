//! The people of a practice tenant, made up on demand, so that a tenant of ten thousand costs nothing until somebody looks.
//! The first names are those of Microsoft's own sample tenants. This file knows neither Graph nor Atlassian.

use crate::ids::derived_guid;

/// A person or a shared mailbox-less account of the tenant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Person {
    pub id: String,
    /// The name to show when it is not the given name and the surname.
    pub shown: Option<String>,
    pub given: String,
    pub surname: String,
    pub user_principal_name: String,
    pub mail: Option<String>,
    pub job: &'static str,
    pub guest: bool,
    /// Whether the account may sign in.
    pub enabled: bool,
}

impl Person {
    /// The name as directories show it.
    pub fn display_name(&self) -> String {
        self.shown
            .clone()
            .unwrap_or_else(|| format!("{} {}", self.given, self.surname))
    }
}

/// How tidy the addresses of a tenant are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mix {
    /// Everybody is a member with one address.
    #[default]
    Tidy,
    /// As it is after some years: leavers, guests, people who married, shared mailboxes, accounts made twice.
    Grown,
    /// Mailboxes are somewhere else, and the directory knows nobody's address but that of every tenth.
    MailElsewhere,
}

/// Everyone in a tenant, by number.
#[derive(Clone, Debug)]
pub(crate) struct People {
    /// How many there are.
    pub total: usize,
    /// How many of the last ones have no mailbox: rooms, scanners, old service accounts.
    pub without_mail: usize,
    /// The domain of every address.
    pub domain: String,
    pub mix: Mix,
}

const NAMED: [(&str, &str, &str); 20] = [
    ("Adele", "Vance", "Cloud Administrator"),
    ("Megan", "Bowen", "IT Director"),
    ("Alex", "Wilber", "Marketing Assistant"),
    ("Diego", "Siciliani", "Security Auditor"),
    ("Grady", "Archie", "Designer"),
    ("Henrietta", "Mueller", "Developer"),
    ("Isaiah", "Langer", "Sales Representative"),
    ("Johanna", "Lorenz", "Senior Engineer"),
    ("Joni", "Sherman", "Paralegal"),
    ("Lee", "Gu", "Director"),
    ("Lidia", "Holloway", "Product Manager"),
    ("Lynne", "Robbins", "Planner"),
    ("Miriam", "Graham", "Director"),
    ("Nestor", "Wilke", "Director"),
    ("Patti", "Fernandez", "President"),
    ("Pradeep", "Gupta", "Accountant"),
    ("Christie", "Cline", "Buyer"),
    ("Debra", "Berger", "Administrative Assistant"),
    ("Raul", "Razo", "Administrative Assistant"),
    ("Irvin", "Sayers", "Project Manager"),
];

const GIVEN: [&str; 24] = [
    "Allan", "Ben", "Brian", "Cameron", "Delia", "Emily", "Enrico", "Fatima", "Gerhart", "Hana",
    "Ivan", "Jamal", "Karin", "Luca", "Mallory", "Noor", "Oscar", "Provia", "Quinn", "Rosa",
    "Sonia", "Tomoko", "Ulla", "Zrinka",
];
const SURNAMES: [&str; 24] = [
    "Deyoung",
    "Walters",
    "Johnson",
    "White",
    "Dennis",
    "Braun",
    "Cattaneo",
    "Moller",
    "Okafor",
    "Suzuki",
    "Novak",
    "Reyes",
    "Lindqvist",
    "Rossi",
    "Barnes",
    "Haddad",
    "Campbell",
    "Kowalski",
    "Tran",
    "Silva",
    "Rees",
    "Tanaka",
    "Berg",
    "Makovac",
];

impl People {
    /// The person of that number; numbers start at 0 with Adele Vance.
    pub fn person(&self, index: usize) -> Person {
        let (given, surname, job) = name(index);
        let suffix = suffix(index);
        let address = self.address(index);
        let mut person = Person {
            id: self.id(index),
            shown: None,
            given: given.to_owned(),
            surname: format!(
                "{surname}{}{suffix}",
                if suffix.is_empty() { "" } else { " " }
            ),
            mail: (index + self.without_mail < self.total).then(|| address.clone()),
            user_principal_name: address,
            job,
            guest: false,
            enabled: true,
        };
        self.age(index, &mut person);
        person
    }

    /// What the years have done to the entry of that person. Those with a name of their own are left alone, so that
    /// whoever signs in is always somebody ordinary.
    fn age(&self, index: usize, person: &mut Person) {
        if index < NAMED.len() {
            if self.mix == Mix::MailElsewhere && index % 10 != 1 {
                person.mail = None;
            }
            return;
        }
        match self.mix {
            Mix::Tidy => {}
            Mix::MailElsewhere => {
                person.mail = person.mail.take().filter(|_| index.is_multiple_of(10))
            }
            Mix::Grown if self.is_guest(index) => self.make_guest(index, person),
            Mix::Grown => match index % 100 {
                7 | 57 => person.enabled = false,
                11 | 51 => {
                    person.mail = Some(format!(
                        "{}@{}",
                        turned(&person.user_principal_name),
                        self.domain
                    ));
                }
                17 => person.mail = None,
                // A second account of the person before, with the same address in capitals.
                30 if index % 1_000 == 30 => {
                    person.mail = Some(self.address(index - 1).to_uppercase());
                }
                _ => {}
            },
        }
    }

    /// Whether the person of that number is a guest, without making up the person.
    pub fn is_guest(&self, index: usize) -> bool {
        self.mix == Mix::Grown && index >= NAMED.len() && matches!(index % 100, 3 | 28 | 53 | 78)
    }

    fn make_guest(&self, index: usize, person: &mut Person) {
        let word = self.domain.split('.').next().unwrap_or_default();
        let local = self.local(index);
        person.guest = true;
        person.mail = Some(format!("{local}@fabrikam.com"));
        person.user_principal_name = format!("{local}_fabrikam.com#EXT#@{word}.onmicrosoft.com");
    }

    fn local(&self, index: usize) -> String {
        let (given, surname, _) = name(index);
        if index < NAMED.len() {
            given.to_lowercase()
        } else {
            format!(
                "{}.{}{}",
                given.to_lowercase(),
                surname.to_lowercase(),
                suffix(index)
            )
        }
    }

    fn address(&self, index: usize) -> String {
        format!("{}@{}", self.local(index), self.domain)
    }

    /// Everyone, one after the other.
    pub fn all(&self) -> impl Iterator<Item = Person> + '_ {
        (0..self.total).map(|index| self.person(index))
    }

    /// How many have a mailbox in a tidy tenant.
    pub fn with_mail(&self) -> usize {
        self.total - self.without_mail
    }

    /// The person with that object id.
    pub fn by_id(&self, id: &str) -> Option<Person> {
        self.number_of(id).map(|index| self.person(index))
    }

    /// The number of the person with that object id.
    pub fn number_of(&self, id: &str) -> Option<usize> {
        // The number stands in the last group of the id, so that nobody has to be searched for.
        let index = usize::from_str_radix(id.rsplit('-').next()?, 16).ok()?;
        (index < self.total && self.id(index) == id).then_some(index)
    }

    /// The person with that user principal name, in any case.
    pub fn by_name(&self, name: &str) -> Option<Person> {
        let start = name.split(['@', '_']).next().unwrap_or_default();
        (0..self.total)
            .filter(|index| self.local(*index).eq_ignore_ascii_case(start))
            .map(|index| self.person(index))
            .find(|person| person.user_principal_name.eq_ignore_ascii_case(name))
    }

    fn id(&self, index: usize) -> String {
        let guid = derived_guid(&format!("{}/{index}", self.domain));
        format!("{}{index:012x}", &guid[..24])
    }
}

/// The number that tells people of the same name apart; empty for the first of them.
fn suffix(index: usize) -> String {
    match index.saturating_sub(NAMED.len()) / (GIVEN.len() * SURNAMES.len()) {
        0 => String::new(),
        repeat => repeat.to_string(),
    }
}

/// The surname in front, as some addresses have it.
fn turned(address: &str) -> String {
    let local = address.split('@').next().unwrap_or_default();
    match local.split_once('.') {
        Some((given, surname)) => format!("{surname}.{given}"),
        None => local.to_owned(),
    }
}

fn name(index: usize) -> (&'static str, &'static str, &'static str) {
    match NAMED.get(index) {
        Some(named) => *named,
        None => {
            let rest = index - NAMED.len();
            (
                GIVEN[rest % GIVEN.len()],
                SURNAMES[rest / GIVEN.len() % SURNAMES.len()],
                "Specialist",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn people() -> People {
        People {
            total: 2_000,
            without_mail: 8,
            domain: "contoso.com".into(),
            mix: Mix::Tidy,
        }
    }

    fn grown() -> People {
        People {
            mix: Mix::Grown,
            ..people()
        }
    }

    #[test]
    fn nobody_shares_an_id_or_an_address() {
        let ids: HashSet<String> = people().all().map(|person| person.id).collect();
        let names: HashSet<String> = people()
            .all()
            .map(|person| person.user_principal_name)
            .collect();
        assert_eq!((ids.len(), names.len()), (2_000, 2_000));
    }

    #[test]
    fn people_are_found_by_id_and_by_name() {
        let adele = people().by_name("ADELE@contoso.com").expect("Adele");
        assert_eq!(adele.display_name(), "Adele Vance");
        assert_eq!(people().by_id(&adele.id), Some(adele));
        assert_eq!(people().by_id("00000000-0000-0000-0000-000000000001"), None);
    }

    #[test]
    fn only_the_last_ones_have_no_mailbox() {
        assert!(people().person(1_991).mail.is_some());
        assert!(people().person(1_992).mail.is_none());
        assert_eq!(people().with_mail(), 1_992);
    }

    #[test]
    fn a_grown_tenant_has_everything_that_makes_addresses_hard() {
        let all: Vec<Person> = grown().all().collect();
        let count =
            |test: &dyn Fn(&Person) -> bool| all.iter().filter(|person| test(person)).count();
        assert_eq!(count(&|person| person.guest), 79);
        assert_eq!(count(&|person| !person.enabled), 39);
        assert_eq!(count(&|person| person.mail.is_none()), 19 + 8);
        let differs = |person: &Person| {
            let mail = person.mail.as_deref().unwrap_or_default();
            !person.guest
                && !mail.is_empty()
                && !mail.eq_ignore_ascii_case(&person.user_principal_name)
        };
        assert_eq!(count(&differs), 39 + 2);
        let mails: HashSet<String> = all
            .iter()
            .filter_map(|person| person.mail.as_deref())
            .map(str::to_lowercase)
            .collect();
        assert_eq!(count(&|person| person.mail.is_some()) - mails.len(), 2);
        assert!(
            all[..20]
                .iter()
                .all(|person| !person.guest && person.enabled)
        );
    }

    #[test]
    fn guests_are_found_by_their_long_names() {
        let guest = grown().all().find(|person| person.guest).expect("a guest");
        assert!(
            guest
                .user_principal_name
                .contains("_fabrikam.com#EXT#@contoso.onmicrosoft.com")
        );
        assert_eq!(
            grown().by_name(&guest.user_principal_name.to_uppercase()),
            Some(guest)
        );
    }

    #[test]
    fn where_mail_is_elsewhere_few_have_an_address() {
        let people = People {
            mix: Mix::MailElsewhere,
            ..people()
        };
        let with_mail = people.all().filter(|person| person.mail.is_some()).count();
        assert!((190..=200).contains(&with_mail), "{with_mail}");
        assert!(people.person(1).mail.is_some() && people.person(2).mail.is_none());
    }
}
