//! The log of sign-ins. An entry is there at once and can be read later, as at the vendor, whose log lags some minutes.

use jiff::{SignedDuration, Timestamp};

use crate::ids;
use crate::tempo::Tempo;
use crate::world::World;

/// How long an entry stays unseen for people, in seconds; two to five minutes in the real log.
const LAG: i64 = 8;

/// One attempt to sign in to an application.
#[derive(Clone, Debug)]
pub(crate) struct SignIn {
    pub id: String,
    pub at: Timestamp,
    /// From when on the log shows it.
    pub visible_from: Timestamp,
    /// The person's object id; empty when nobody got as far as a name.
    pub person: String,
    pub user_principal_name: String,
    pub display_name: String,
    pub app_id: String,
    pub app_name: String,
    /// The number of the AADSTS code; 0 when it went well.
    pub error_code: u32,
    pub failure_reason: Option<String>,
    pub additional_details: Option<String>,
    /// `success`, `failure` or `notApplied`.
    pub conditional_access: &'static str,
    pub correlation_id: String,
}

/// What whoever signs people in knows of an attempt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempt<'a> {
    /// The person's object id; empty when nobody got as far as a name.
    pub person: &'a str,
    pub app_id: &'a str,
    /// The number of the AADSTS code; 0 when it went well.
    pub error_code: u32,
    pub failure_reason: &'a str,
    pub additional_details: &'a str,
    pub correlation_id: &'a str,
}

impl World {
    /// Notes an attempt in the log of the practice tenant.
    pub fn note_sign_in(&mut self, attempt: &Attempt) {
        let at = self.clock.now();
        let visible_from = match (self.quirks.sign_in_log_lag, self.tempo) {
            (Some(seconds), _) => at + SignedDuration::from_secs(seconds),
            (None, Tempo::Instant) => at,
            (None, Tempo::Explicit) => Timestamp::MAX,
            (None, Tempo::Auto) => at + SignedDuration::from_secs(LAG),
        };
        let home = self.home();
        let person = home.person(attempt.person);
        let app_name = home
            .by_app_id(super::Kind::ServicePrincipal, attempt.app_id)
            .map(|body| super::text(body, "displayName").to_owned())
            .unwrap_or_default();
        let told = |words: &str| (!words.is_empty()).then(|| words.to_owned());
        home.sign_ins.push(SignIn {
            id: ids::guid(),
            at,
            visible_from,
            person: attempt.person.to_owned(),
            user_principal_name: person
                .as_ref()
                .map(|person| person.user_principal_name.clone())
                .unwrap_or_default(),
            display_name: person
                .as_ref()
                .map(crate::people::Person::display_name)
                .unwrap_or_default(),
            app_id: attempt.app_id.to_owned(),
            app_name,
            error_code: attempt.error_code,
            failure_reason: told(attempt.failure_reason),
            additional_details: told(attempt.additional_details),
            conditional_access: if attempt.error_code == 53003 {
                "failure"
            } else {
                "notApplied"
            },
            correlation_id: attempt.correlation_id.to_owned(),
        });
    }
}
