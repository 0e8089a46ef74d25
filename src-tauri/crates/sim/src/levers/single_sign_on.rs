//! The levers about single sign-on as methods.

use serde_json::json;

use super::{LeverError, Levers};

impl Levers {
    /// A second administrator makes a new signing certificate and activates it.
    pub fn rotate_certificate(&self, app: &str) -> Result<(), LeverError> {
        self.pull("rotate_certificate", &json!({"app": app}))
    }

    /// A second administrator activates another certificate of the application, or none when there is no other.
    pub fn certificate_inactive(&self, app: &str) -> Result<(), LeverError> {
        self.pull("certificate_inactive", &json!({"app": app}))
    }

    /// The active certificate is one that ended yesterday.
    pub fn certificate_expired(&self, app: &str) -> Result<(), LeverError> {
        self.pull("certificate_expired", &json!({"app": app}))
    }

    /// A second administrator assigns a person (by name or id) or a group (by display name or id).
    pub fn assign(&self, app: &str, who: &str) -> Result<(), LeverError> {
        self.pull("assign", &json!({"app": app, "who": who}))
    }

    /// The same with a role of the application: by its name, or by the id of one that is gone.
    pub fn assign_as(&self, app: &str, who: &str, role: &str) -> Result<(), LeverError> {
        self.pull("assign", &json!({"app": app, "who": who, "role": role}))
    }

    /// A second administrator takes a person's or a group's assignments away.
    pub fn unassign(&self, app: &str, who: &str) -> Result<(), LeverError> {
        self.pull("unassign", &json!({"app": app, "who": who}))
    }

    /// A second administrator lets everybody into an application without assignment.
    pub fn unrequire_assignment(&self, app: &str) -> Result<(), LeverError> {
        self.pull("unrequire_assignment", &json!({"app": app}))
    }

    /// A second administrator turns token encryption on, which Atlassian can't read.
    pub fn token_encryption_on(&self, app: &str) -> Result<(), LeverError> {
        self.pull("token_encryption_on", &json!({"app": app}))
    }

    /// A second administrator demands that sign-in requests are signed.
    pub fn signed_requests_required(&self, app: &str) -> Result<(), LeverError> {
        self.pull("signed_requests_required", &json!({"app": app}))
    }

    /// A second administrator chooses in Attributes & Claims which attribute names the person.
    pub fn set_claims_policy(&self, app: &str, attribute: &str) -> Result<(), LeverError> {
        self.pull(
            "set_claims_policy",
            &json!({"app": app, "attribute": attribute}),
        )
    }

    /// A second administrator puts a claims mapping policy in front, which silences Attributes & Claims.
    pub fn set_mapping_policy(&self, app: &str, attribute: &str) -> Result<(), LeverError> {
        self.pull(
            "set_mapping_policy",
            &json!({"app": app, "attribute": attribute}),
        )
    }

    /// A second administrator puts another identifier and another reply URL in place of all that stand there.
    pub fn set_addresses(
        &self,
        app: &str,
        identifier: &str,
        reply: &str,
    ) -> Result<(), LeverError> {
        let sent = json!({"app": app, "identifier": identifier, "reply": reply});
        self.pull("set_addresses", &sent)
    }

    /// Another application has that identifier URI.
    pub fn take_identifier(&self, uri: &str) {
        self.surely("take_identifier", json!({"uri": uri}));
    }

    /// An application in the recycle bin has that identifier URI.
    pub fn take_identifier_deleted(&self, uri: &str) {
        self.surely("take_identifier", json!({"uri": uri, "deleted": true}));
    }

    /// The tenant refuses new identifier URIs that don't show whose they are, except in SAML mode.
    pub fn foreign_identifier_policy(&self) {
        self.surely("foreign_identifier_policy", json!({}));
    }

    /// Graph has no action that makes signing certificates, as in some clouds.
    pub fn no_certificate_action(&self) {
        self.surely("no_certificate_action", json!({}));
    }

    /// The sign-in log shows entries only after so many seconds.
    pub fn sign_in_log_slow(&self, seconds: i64) {
        self.surely("sign_in_log_slow", json!({"seconds": seconds}));
    }

    /// Graph keeps to five reads of the logs in ten seconds and answers 429 to the sixth.
    pub fn reports_throttled(&self) {
        self.surely("reports_throttled", json!({}));
    }

    /// Somebody tried to sign in to an application; code 0 when it went well.
    pub fn note_sign_in(&self, app: &str, person: &str, code: u32) -> Result<(), LeverError> {
        self.pull(
            "note_sign_in",
            &json!({"app": app, "person": person, "code": code}),
        )
    }

    /// A second administrator blocks a person's sign-in.
    pub fn disable_person(&self, person: &str) -> Result<(), LeverError> {
        self.pull("disable_person", &json!({"person": person}))
    }

    /// A second administrator deletes a person.
    pub fn delete_person(&self, person: &str) -> Result<(), LeverError> {
        self.pull("delete_person", &json!({"person": person}))
    }

    /// A second administrator changes a person's mail address; empty: there is none any more.
    pub fn change_mail(&self, person: &str, mail: &str) -> Result<(), LeverError> {
        self.pull("change_mail", &json!({"person": person, "mail": mail}))
    }
}
