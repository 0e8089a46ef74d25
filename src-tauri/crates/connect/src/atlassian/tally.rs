//! Counting the managed accounts: how many, how many are billable, and how many at each domain.
//!
//! Every page is read once a pass and dropped at once; only the counts are kept, so that memory stays flat whatever
//! the organization's size.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use futures::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Atlassian, DirectoryUser, ManagedUser, escaped};
use crate::answer::decode;
use crate::fault::{Fault, FaultKind, Seen};

/// The counts of the managed accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedTally {
    /// All of them.
    pub total: usize,
    /// Those that count for the bill: a hint at Atlassian Guard (atlassian.md 1.9).
    pub billable: usize,
    /// By the domain of the address, in lower case.
    pub by_domain: BTreeMap<String, usize>,
}

impl ManagedTally {
    fn count(&mut self, user: &ManagedUser) {
        self.total += 1;
        if user.access_billable == Some(true) {
            self.billable += 1;
        }
        let address = user.email.as_deref().unwrap_or_default();
        if let Some((_, domain)) = address.rsplit_once('@') {
            *self.by_domain.entry(domain.to_lowercase()).or_default() += 1;
        }
    }
}

/// The organization admins, and what was seen beside them: with none found, that alone tells why.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OrgAdmins {
    /// The admins.
    pub admins: Vec<DirectoryUser>,
    /// How many accounts were looked at.
    pub accounts: usize,
    /// Every platform role that somebody has, as Atlassian words it.
    pub roles: BTreeSet<String>,
}

impl OrgAdmins {
    fn take(&mut self, user: DirectoryUser) {
        self.accounts += 1;
        self.roles.extend(user.platform_roles.iter().cloned());
        if user.is_org_admin() {
            self.admins.push(user);
        }
    }
}

impl Atlassian {
    /// Counts the managed accounts of an organization.
    ///
    /// # Errors
    /// Any [`Fault`], as for every read.
    pub async fn managed_tally(&self, org: &str) -> Result<Seen<ManagedTally>, Fault> {
        let (api, org) = (self.clone(), org.to_owned());
        let key = format!("TALLY {}", self.users_url(&org));
        let work = move || {
            async move {
                api.count_managed(&org)
                    .await
                    .map(Arc::new)
                    .map_err(Arc::new)
            }
            .boxed()
        };
        let seen = self.pass.once(key, work).await?;
        Ok(Seen {
            value: decode(&seen.value, &seen.call)?,
            call: seen.call.clone(),
            server_date: seen.server_date,
        })
    }

    async fn count_managed(&self, org: &str) -> Result<Seen<Value>, Fault> {
        let mut tally = ManagedTally::default();
        let seen = self
            .managed_users(org, |users, _| {
                users.iter().for_each(|user| tally.count(user));
                ControlFlow::Continue(())
            })
            .await?;
        match serde_json::to_value(&tally) {
            Ok(value) => Ok(seen.map(|_| value)),
            Err(_) => Err(Fault::new(FaultKind::Unreadable { path: escaped(org) })),
        }
    }

    /// The organization admins among all directory accounts.
    ///
    /// # Errors
    /// Any [`Fault`], as for every read.
    pub async fn organization_admins(&self, org: &str) -> Result<Seen<OrgAdmins>, Fault> {
        let users = self.directory_users(org, "-").await?;
        Ok(users.map(|users| {
            let mut found = OrgAdmins::default();
            users.into_iter().for_each(|user| found.take(user));
            found
        }))
    }
}
