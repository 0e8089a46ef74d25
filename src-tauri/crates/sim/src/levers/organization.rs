//! The levers about identity providers, authentication policies and the audit log, as methods.

use serde_json::json;

use super::{LeverError, Levers};

impl Levers {
    /// Atlassian Guard is not paid for any more: nothing is enforced, and the audit log is empty.
    pub fn guard_lapsed(&self) {
        self.surely("guard_lapsed", json!({}));
    }

    /// Atlassian Guard is paid for again.
    pub fn guard_renewed(&self) {
        self.surely("guard_renewed", json!({}));
    }

    /// The plan is Enterprise, with several identity provider directories.
    pub fn enterprise_plan(&self) {
        self.surely("enterprise_plan", json!({}));
    }

    /// Every organization admin is managed, and inside the pilot's policy when there is one.
    pub fn no_break_glass(&self) {
        self.surely("no_break_glass", json!({}));
    }

    /// No domain is linked to a directory.
    pub fn domain_not_linked(&self) {
        self.surely("domain_not_linked", json!({}));
    }

    /// A policy, named by its name or id, turns out to belong to the local directory, where nothing can be enforced.
    pub fn policy_local(&self, policy: &str) -> Result<(), LeverError> {
        self.pull("policy_local", &json!({"policy": policy}))
    }

    /// A second administrator enforces single sign-on in a policy.
    pub fn enforce(&self, policy: &str) -> Result<(), LeverError> {
        self.pull("enforce", &json!({"policy": policy}))
    }

    /// A second administrator stops enforcing single sign-on in a policy.
    pub fn unenforce(&self, policy: &str) -> Result<(), LeverError> {
        self.pull("unenforce", &json!({"policy": policy}))
    }

    /// A second administrator puts an account into another policy.
    pub fn move_member(&self, account: &str, policy: &str) -> Result<(), LeverError> {
        let sent = json!({"account": account, "policy": policy});
        self.pull("move_member", &sent)
    }

    /// An Atlassian account is deactivated.
    pub fn deactivate_account(&self, account: &str) -> Result<(), LeverError> {
        self.pull("deactivate_account", &json!({"account": account}))
    }

    /// A second administrator pastes another certificate into the SAML details.
    pub fn wrong_certificate_saved(&self) -> Result<(), LeverError> {
        self.pull("wrong_certificate_saved", &json!({}))
    }

    /// A second administrator pastes the certificate again, and a character of it is wrong.
    pub fn damaged_certificate_saved(&self) -> Result<(), LeverError> {
        self.pull("damaged_certificate_saved", &json!({}))
    }

    /// A second administrator deletes the SAML configuration; set up again, it has other addresses.
    pub fn delete_saml(&self) -> Result<(), LeverError> {
        self.pull("delete_saml", &json!({}))
    }

    /// A look at the policies of accounts answers nothing but the address.
    pub fn bulk_fetch_bare(&self) {
        self.surely("bulk_fetch_bare", json!({}));
    }

    /// Atlassian's answer on who is in which policy tells also whether it enforces and is the default.
    pub fn bulk_fetch_full(&self) {
        self.surely("bulk_fetch_full", json!({}));
    }

    /// Adding to a policy is done only after so many looks at the task.
    pub fn task_slow(&self, looks: u32) {
        self.surely("task_slow", json!({"looks": looks}));
    }

    /// The next task of adding to a policy fails for these accounts; an empty list stands for every one.
    pub fn task_fails(&self, accounts: &[&str]) {
        self.surely("task_fails", json!({"accounts": accounts}));
    }

    /// The audit log shows nothing, as without Guard.
    pub fn audit_log_empty(&self) {
        self.surely("audit_log_empty", json!({}));
    }

    /// The audit log shows what happens from now on so many seconds later.
    pub fn audit_log_delay(&self, seconds: i64) {
        self.surely("audit_log_delay", json!({"seconds": seconds}));
    }
}
