//! Counting accounts: how many are managed, how many of them billable, how many at each domain; and who of all are admins.
//!
//! Every page is read once a pass and dropped at once; only the counts are kept, so that memory stays flat whatever
//! the organization's size.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use futures::FutureExt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Atlassian, DirectoryUser, ManagedUser, Progress, escaped};
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

/// Who hears how far a count is.
#[derive(Clone)]
pub(super) struct Hears(Arc<dyn Fn(Progress) + Send + Sync>);

impl Hears {
    pub(super) fn to(hear: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }
}

impl Default for Hears {
    /// Nobody.
    fn default() -> Self {
        Self::to(|_| {})
    }
}

impl std::fmt::Debug for Hears {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hears")
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
        self.counted(key, async move {
            let mut tally = ManagedTally::default();
            let seen = api
                .managed_users(&org, |users, progress| {
                    users.iter().for_each(|user| tally.count(user));
                    api.hears.0(progress);
                    ControlFlow::Continue(())
                })
                .await?;
            Ok(seen.map(|_| tally))
        })
        .await
    }

    /// The organization admins among all directory accounts.
    ///
    /// # Errors
    /// Any [`Fault`], as for every read.
    pub async fn organization_admins(&self, org: &str) -> Result<Seen<OrgAdmins>, Fault> {
        let (api, org) = (self.clone(), org.to_owned());
        let key = format!("ADMINS {}", escaped(&org));
        self.counted(key, async move {
            let mut found = OrgAdmins::default();
            let seen = api
                .directory_users(&org, "-", |users, progress| {
                    users.into_iter().for_each(|user| found.take(user));
                    api.hears.0(progress);
                    ControlFlow::Continue(())
                })
                .await?;
            Ok(seen.map(|_| found))
        })
        .await
    }

    /// A count that is made once in a pass; of what it read only its result stays.
    async fn counted<T: Serialize + DeserializeOwned>(
        &self,
        key: String,
        count: impl Future<Output = Result<Seen<T>, Fault>> + Send + 'static,
    ) -> Result<Seen<T>, Fault> {
        let path = key.clone();
        let work = move || {
            async move {
                let seen = count.await.map_err(Arc::new)?;
                let value = serde_json::to_value(&seen.value);
                let unreadable = |_| Arc::new(Fault::new(FaultKind::Unreadable { path }));
                let value: Value = value.map_err(unreadable)?;
                Ok(Arc::new(seen.map(|_| value)))
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
}
