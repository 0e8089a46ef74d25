//! The people of a tenant together: those made up on demand, and in front of them those whom somebody created or changed.
//! Who has a password in practice stands here too.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Account, Kind, Tenant, text};
use crate::objects::map;
use crate::people::Person;
use crate::tempo::{Replicated, Wait};

impl Tenant {
    /// The person behind an object id, as written last.
    pub fn person(&self, id: &str) -> Option<Person> {
        match self.users.iter().find(|object| object.id == id) {
            Some(object) => object.truth().map(read),
            None => self.people.by_id(id),
        }
    }

    /// The person with that user principal name, in any case.
    pub fn person_named(&self, name: &str) -> Option<Person> {
        let is_it = |body: &&Map<String, Value>| {
            text(body, "userPrincipalName").eq_ignore_ascii_case(name.trim())
        };
        let touched = self.truths(Kind::User).find(is_it).map(read);
        touched.or_else(|| {
            let person = self.people.by_name(name.trim())?;
            self.users
                .iter()
                .all(|object| object.id != person.id)
                .then_some(person)
        })
    }

    /// The numbers of those whom somebody created or changed, and who are not made up any more.
    pub fn written_numbers(&self) -> BTreeSet<usize> {
        let ids = self.users.iter().map(|object| &object.id);
        ids.filter_map(|id| self.people.number_of(id)).collect()
    }

    /// How many are members of the tenant and no guests.
    pub fn members_total(&self) -> usize {
        let written = self.truths(Kind::User).map(read);
        self.member_numbers().count() + written.filter(|person| !person.guest).count()
    }

    /// Those from some place on; whoever stands before is not made up.
    pub fn members_from(&self, skip: usize) -> impl Iterator<Item = Person> + '_ {
        let made_up = self.member_numbers().count();
        let written = self.truths(Kind::User).map(read);
        self.member_numbers()
            .skip(skip)
            .map(|number| self.people.person(number))
            .chain(
                written
                    .filter(|person| !person.guest)
                    .skip(skip.saturating_sub(made_up)),
            )
    }

    fn member_numbers(&self) -> impl Iterator<Item = usize> + '_ {
        let written = self.written_numbers();
        (0..self.people.total)
            .filter(move |number| !written.contains(number) && !self.people.is_guest(*number))
    }

    /// True when somebody has that mail address, in any case.
    pub fn has_address(&self, mail: &str) -> bool {
        let has = |person: &Person| {
            person
                .mail
                .as_deref()
                .is_some_and(|own| own.eq_ignore_ascii_case(mail))
        };
        self.truths(Kind::User).map(read).any(|person| has(&person))
            || self.people.all().any(|person| {
                has(&person) && self.users.iter().all(|object| object.id != person.id)
            })
    }

    /// Changes a person; one who was made up on demand so far is written down first. False when there is none.
    pub fn change_person(
        &mut self,
        id: &str,
        wait: Wait,
        edit: impl FnOnce(&mut Map<String, Value>),
    ) -> bool {
        self.write_down(id);
        self.change(Kind::User, id, wait, edit)
    }

    /// Makes an object of a person who was made up on demand so far.
    pub fn write_down(&mut self, id: &str) {
        let known = self.users.iter().any(|object| object.id == id);
        if let Some(person) = self.people.by_id(id).filter(|_| !known) {
            self.users
                .push(Replicated::new(id, body(&person), Wait::Nothing));
        }
    }

    /// The account that signs in with this name. A deleted person has none.
    pub fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| {
            self.person(&account.person)
                .is_some_and(|person| person.user_principal_name.eq_ignore_ascii_case(name.trim()))
        })
    }

    /// The account of that person.
    pub fn account_of(&self, person: &str) -> Option<&Account> {
        self.accounts
            .iter()
            .find(|account| account.person == person)
    }

    /// The account of that person, to change.
    pub fn account_of_mut(&mut self, person: &str) -> Option<&mut Account> {
        self.accounts
            .iter_mut()
            .find(|account| account.person == person)
    }

    /// The user principal name of whoever has that account.
    pub fn name_of(&self, account: &Account) -> String {
        self.person(&account.person)
            .map(|person| person.user_principal_name)
            .unwrap_or_default()
    }
}

/// A person as Graph's user object.
pub(crate) fn body(person: &Person) -> Map<String, Value> {
    map(json!({
        "businessPhones": [],
        "displayName": person.display_name(),
        "givenName": person.given,
        "jobTitle": person.job,
        "mail": person.mail,
        "mobilePhone": null,
        "officeLocation": null,
        "preferredLanguage": "en-US",
        "surname": person.surname,
        "userPrincipalName": person.user_principal_name,
        "id": person.id,
        "accountEnabled": person.enabled,
        "userType": if person.guest { "Guest" } else { "Member" },
        "department": null,
        "mailNickname": person.user_principal_name.split('@').next(),
        "usageLocation": "US",
        "onPremisesSyncEnabled": null,
        "createdDateTime": "2024-03-04T08:00:00Z"
    }))
}

fn read(body: &Map<String, Value>) -> Person {
    let word = |name: &str| text(body, name).to_owned();
    Person {
        id: word("id"),
        shown: Some(word("displayName")),
        given: word("givenName"),
        surname: word("surname"),
        user_principal_name: word("userPrincipalName"),
        mail: Some(word("mail")).filter(|mail| !mail.is_empty()),
        job: "",
        guest: text(body, "userType") == "Guest",
        enabled: body.get("accountEnabled") != Some(&Value::Bool(false)),
    }
}

#[cfg(test)]
mod tests {
    use crate::company;
    use crate::tempo::{Tempo, Wait};
    use crate::tenant::Kind;

    #[test]
    fn a_changed_person_stands_in_front_of_the_made_up_one() {
        let mut world = company::contoso(Tempo::Instant);
        let home = world.home();
        let id = home.people.person(company::ALEX).id;
        assert!(home.person(&id).expect("Alex").enabled);
        assert!(home.change_person(&id, Wait::Nothing, |body| {
            body.insert("userPrincipalName".into(), "wilber@contoso.com".into());
            body.insert("accountEnabled".into(), false.into());
        }));
        assert_eq!(home.person_named("alex@contoso.com"), None);
        let alex = home.person_named("Wilber@contoso.com").expect("Alex");
        assert!(alex.id == id && !alex.enabled && alex.display_name() == "Alex Wilber");
        assert!(home.account("alex@contoso.com").is_none());
        assert!(home.account("wilber@contoso.com").is_some());
    }

    #[test]
    fn a_deleted_person_is_not_made_up_again() {
        let mut world = company::contoso(Tempo::Instant);
        let now = world.clock.now();
        let home = world.home();
        let id = home.people.person(company::ALEX).id;
        home.write_down(&id);
        assert!(home.delete(Kind::User, &id, now, &Wait::Nothing));
        home.poke();
        assert!(home.person(&id).is_none() && home.person_named("alex@contoso.com").is_none());
    }
}
