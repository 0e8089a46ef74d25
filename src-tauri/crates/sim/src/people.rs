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

/// Everyone in a tenant, by number.
#[derive(Clone, Debug)]
pub(crate) struct People {
    /// How many there are.
    pub total: usize,
    /// How many of the last ones have no mailbox: rooms, scanners, old service accounts.
    pub without_mail: usize,
    /// The domain of every address.
    pub domain: String,
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
        let repeat = index.saturating_sub(NAMED.len()) / (GIVEN.len() * SURNAMES.len());
        let suffix = if repeat == 0 {
            String::new()
        } else {
            repeat.to_string()
        };
        let local = if index < NAMED.len() {
            given.to_lowercase()
        } else {
            format!(
                "{}.{}{suffix}",
                given.to_lowercase(),
                surname.to_lowercase()
            )
        };
        let address = format!("{local}@{}", self.domain);
        Person {
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
        }
    }

    /// Everyone, one after the other.
    pub fn all(&self) -> impl Iterator<Item = Person> + '_ {
        (0..self.total).map(|index| self.person(index))
    }

    /// How many have a mailbox.
    pub fn with_mail(&self) -> usize {
        self.total - self.without_mail
    }

    /// The person with that object id.
    pub fn by_id(&self, id: &str) -> Option<Person> {
        // The number stands in the last group of the id, so that nobody has to be searched for.
        let index = usize::from_str_radix(id.rsplit('-').next()?, 16).ok()?;
        (index < self.total && self.id(index) == id).then(|| self.person(index))
    }

    /// The person with that user principal name, in any case.
    pub fn by_name(&self, name: &str) -> Option<Person> {
        self.all()
            .find(|person| person.user_principal_name.eq_ignore_ascii_case(name))
    }

    fn id(&self, index: usize) -> String {
        let guid = derived_guid(&format!("{}/{index}", self.domain));
        format!("{}{index:012x}", &guid[..24])
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
}
