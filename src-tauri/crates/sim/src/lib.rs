//! The practice services: the other side of the connection, played on loopback. Microsoft's identity platform with pages a
//! person can use, Microsoft Graph, Atlassian's organization API, and the screens of both portals on which the steps
//! without an API are done by hand.
//!
//! They share no type with the wizard. We do not own these APIs: if both sides used one struct, a wrong field name would
//! pass everywhere. What they answer is written from the vendors' own examples.
//!
//! ```no_run
//! # async fn start() -> Result<(), sim::StartError> {
//! let practice = sim::Practice::start(sim::Options { scenario: "fresh".into(), ..sim::Options::default() }).await?;
//! println!("{}", practice.cloud_toml());
//! practice.levers().instantiate_answers_404_though_created();
//! # Ok(()) }
//! ```
//!
//! **Scenarios** ([`scenarios()`]) are situations to start in. **Tempo** ([`Tempo`]) is how long things take.
//! **Levers** ([`Levers`]) change what happens while practice runs; each is a documented method and a POST on the control
//! listener:
//!
//! - the line: `fault` (with [`Effect`]), `clear_faults`
//! - time and visibility: `poke`, `time_passes`, `clock_skew`, `visibility_delay`, `replicas_disagree`,
//!   `instantiate_answers_404_though_created`
//! - signing in: `claims_challenge_once`, `claims_challenge_needs_person`, `revoke_refresh_tokens`, `refresh_tokens_idle`,
//!   `token_expires_now`, `forget_sessions`, `forget_consents`, `deny_consent`, `admin_approval_required`,
//!   `conditional_access_block`, `user_not_assigned`, `unknown_client`, `wrong_tenant_account`, `sign_in_as_usual`
//! - the tenant: `premium_off`, `activate_role`, `deactivate_role`, `gallery_without_atlassian`,
//!   `no_provisioning_in_template`, `restore_allowed`
//! - a second administrator: `rename_app`, `delete_app`, `disable_app`, `strip_tag`, `add_namesake`
//! - single sign-on at Microsoft: `rotate_certificate`, `certificate_inactive`, `certificate_expired`, `assign`, `unassign`,
//!   `unrequire_assignment`, `token_encryption_on`, `signed_requests_required`, `set_claims_policy`, `set_mapping_policy`,
//!   `set_addresses`, `take_identifier`, `foreign_identifier_policy`, `no_certificate_action`, `sign_in_log_slow`, `reports_throttled`,
//!   `note_sign_in`, `disable_person`, `delete_person`, `change_mail`
//! - the organization: `key_expired`, `key_lacks`, `other_organization`, `unauthorized_form`, `domain_unverified`,
//!   `unclaim_accounts`, `remove_second_admin`, `admins_all_inside_domain`
//! - single sign-on at the organization: `guard_lapsed`, `guard_renewed`, `enterprise_plan`, `no_break_glass`,
//!   `domain_not_linked`, `policy_local`, `enforce`, `unenforce`, `move_member`, `deactivate_account`, `wrong_certificate_saved`,
//!   `damaged_certificate_saved`, `delete_saml`, `bulk_fetch_bare`, `bulk_fetch_full`, `task_slow`, `task_fails`, `audit_log_empty`, `audit_log_delay`
//! - a login by SAML: `saml_response` (see [`Levers::saml_responses`]), `conditional_access_blocks_saml`, `metadata_lags`,
//!   `metadata_without_appid`
//!
//! **The ledger** ([`Practice::ledger`]) holds every request. **The dump** ([`Practice::dump`]) is what a wizard may
//! change, in a stable order and without times, so that two can be compared.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod atlassian;
mod authority;
mod cloudfile;
mod company;
mod control;
mod entra;
mod events;
mod faults;
mod groups;
mod ids;
mod ledger;
mod levers;
mod line;
mod objects;
mod organization;
mod page;
mod people;
mod practice;
mod roles;
mod saml;
mod scenarios;
mod security;
mod tasks;
mod tempo;
mod tenant;
mod wire;
mod world;

pub use faults::{Effect, Fault};
pub use ledger::Exchange;
pub use levers::{LeverError, Levers, Visibility};
pub use practice::{Options, Practice, StartError};
pub use scenarios::{Scenario, scenarios};
pub use tempo::Tempo;
pub use wire::Host;
