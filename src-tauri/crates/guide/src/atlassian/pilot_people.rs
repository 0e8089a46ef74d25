//! The people of the pilot, sorted by whether Atlassian can be told who they are. Pure.

use std::collections::BTreeSet;

use connect::entra::Person;
use engine::{Known, Verdict, VerdictState};

use super::count_people::upn_of;
use super::pilot_found::address_of;
use crate::words;

/// The people of the pilot, with their addresses.
#[derive(Debug, Default)]
pub(super) struct Pilots {
    /// Everybody seen.
    pub seen: usize,
    /// Their addresses at Atlassian, in small letters.
    pub addresses: BTreeSet<String>,
    disabled: Vec<String>,
    guests: Vec<String>,
    /// Those without an address, or at a domain that is not verified.
    unfit: Vec<String>,
}

impl Pilots {
    pub fn take(&mut self, person: &Person, verified: &[String], known: &Known) {
        self.seen += 1;
        let upn = upn_of(person);
        if person.account_enabled == Some(false) {
            self.disabled.push(upn.to_owned());
            return;
        }
        if person.is_guest() {
            self.guests.push(upn.to_owned());
            return;
        }
        match address_of(person, known) {
            Some(address) if verified.contains(&words::domain_of(&address)) => {
                self.addresses.insert(address.to_lowercase());
            }
            Some(address) => self.unfit.push(address),
            None => self.unfit.push(format!("{upn} (none)")),
        }
    }
}

/// The verdicts on the pilot's people. Nobody left who could log in is a failure; somebody who can't, a warning.
pub(super) fn usable(pilots: &Pilots) -> Vec<(&'static str, Verdict)> {
    let state = match pilots.addresses.is_empty() {
        true => VerdictState::Fail,
        false => VerdictState::Warn,
    };
    let rows = [
        ("disabled", &pilots.disabled, "disabled"),
        ("guest", &pilots.guests, "a guest"),
        (
            "address",
            &pilots.unfit,
            "without an address that can be used",
        ),
    ];
    let mut found: Vec<_> = rows
        .into_iter()
        .filter(|(_, who, _)| !who.is_empty())
        .map(|(key, who, what)| {
            let title = match who.len() {
                1 => format!("1 person is {what}"),
                many => format!("{many} people are {what}"),
            };
            (key, Verdict::new(state, title, some_of(who)))
        })
        .collect();
    if !pilots.addresses.is_empty() {
        let title = match pilots.addresses.len() {
            1 => "1 person can be told to Atlassian".to_owned(),
            many => format!("{many} people can be told to Atlassian"),
        };
        let all: Vec<String> = pilots.addresses.iter().cloned().collect();
        found.insert(
            0,
            ("", Verdict::new(VerdictState::Pass, title, some_of(&all))),
        );
    }
    found
}

/// The first few, and how many more.
pub(super) fn some_of(all: &[String]) -> String {
    let first: Vec<&str> = all.iter().take(5).map(String::as_str).collect();
    match all.len().saturating_sub(first.len()) {
        0 if first.is_empty() => String::new(),
        0 => format!("{}.", first.join(", ")),
        more => format!("{} and {more} more.", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use VerdictState::{Fail, Pass, Warn};

    fn set(all: &[&str]) -> BTreeSet<String> {
        all.iter().map(|one| (*one).to_owned()).collect()
    }

    fn person(upn: &str, mail: Option<&str>, kind: &str, enabled: bool) -> Person {
        let mut person = json!({
            "id": upn, "displayName": upn, "userPrincipalName": upn, "userType": kind,
            "accountEnabled": enabled,
        });
        if let Some(mail) = mail {
            person["mail"] = json!(mail);
        }
        serde_json::from_value(person).expect("a person")
    }

    #[test]
    fn the_pilots_people_are_sorted_by_what_can_be_done_with_them() {
        let mut known = Known::default();
        known
            .answers
            .insert("email.attribute".into(), "mail".into());
        let verified = ["contoso.com".to_owned()];
        let mut pilots = Pilots::default();
        for one in [
            person("anna@contoso.com", Some("Anna@Contoso.com"), "Member", true),
            person("bo@contoso.com", None, "Member", true),
            person("cy@contoso.com", Some("cy@fabrikam.com"), "Member", true),
            person("di@contoso.com", Some("di@contoso.com"), "Guest", true),
            person("ed@contoso.com", Some("ed@contoso.com"), "Member", false),
        ] {
            pilots.take(&one, &verified, &known);
        }
        assert_eq!(pilots.addresses, set(&["anna@contoso.com"]));
        let found = usable(&pilots);
        let keys: Vec<_> = found
            .iter()
            .map(|(key, verdict)| (*key, verdict.state))
            .collect();
        assert_eq!(
            keys,
            [
                ("", Pass),
                ("disabled", Warn),
                ("guest", Warn),
                ("address", Warn)
            ]
        );
        assert_eq!(found[3].1.detail, "bo@contoso.com (none), cy@fabrikam.com.");
    }

    #[test]
    fn a_pilot_of_whom_nobody_could_log_in_fails() {
        let mut pilots = Pilots::default();
        let one = person("anna@contoso.onmicrosoft.com", None, "Member", true);
        pilots.take(&one, &["contoso.com".to_owned()], &Known::default());
        let found = usable(&pilots);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0, found[0].1.state), ("address", Fail));
    }
}
