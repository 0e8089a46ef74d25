//! A signed-in person: tokens that stay fresh.
//!
//! One refresh at a time however many ask, the new refresh token reported to whoever keeps it, more scopes on demand. Access
//! tokens are opaque. It must not know where refresh tokens are kept.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::claims::Identity;
use super::faults::SignInFault;
use super::scopes::{Phase, Scope, short_name};
use super::token::{Desk, Tokens};
use crate::clouds::Cloud;
use crate::fault::{Fault, FaultKind};
use crate::http::Http;
use crate::retry::Safety;
use crate::secret::Secret;

/// How somebody signed in. The refresh tokens of the two ways are not to be mixed (entra.md 1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By authorization code, in a browser on this machine.
    Browser,
    /// By device code.
    DeviceCode,
    /// With a refresh token kept from an earlier session.
    Resumed,
}

type Hook = Arc<dyn Fn(&Secret) + Send + Sync>;

/// A signed-in person. Clones share everything.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    desk: Desk,
    identity: Identity,
    way: Way,
    granted: RwLock<BTreeSet<String>>,
    /// Held during a refresh, so that there is one at a time.
    held: Mutex<Held>,
    on_rotated: RwLock<Option<Hook>>,
    /// The claims of the last challenge that no silent refresh could satisfy.
    wanted_claims: RwLock<Option<String>>,
}

struct Held {
    access: Secret,
    /// From this moment on a fresh token is fetched before the next call.
    stale_from: Instant,
    ends: Instant,
    refresh: Option<Secret>,
}

/// Refreshed this long before the end, so that a call that waits in a queue does not carry a dead token.
const MARGIN: Duration = Duration::from_secs(300);

/// After consent a new token may lack the scope for a while (entra.md 1.6).
const AFTER_CONSENT: [Duration; 3] = [
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
];

impl Session {
    /// Takes up an earlier session with its refresh token.
    ///
    /// # Errors
    /// [`SignInFault::Expired`] and the like when the token is not accepted any more: sign in again.
    pub async fn resume(
        http: &Http,
        cloud: &Cloud,
        client_id: &str,
        tenant_id: &str,
        refresh: Secret,
    ) -> Result<Session, Fault> {
        let desk = Desk {
            http: http.clone(),
            cloud: cloud.clone(),
            client_id: client_id.into(),
            tenant: tenant_id.into(),
        };
        let scope = desk.scope_parameter(Phase::SignIn.scopes().iter().map(|scope| scope.name));
        let form = vec![
            ("grant_type", "refresh_token".into()),
            ("refresh_token", refresh.secret().to_owned()),
            ("scope", scope),
        ];
        let mut tokens = desk
            .tokens(form, Safety::Idempotent)
            .await
            .map_err(|fault| desk.with_consent_address(fault, &[]))?;
        tokens.refresh.get_or_insert(refresh);
        Session::open(desk, tokens, Way::Resumed)
    }

    /// A session of freshly issued tokens; from now on it is pinned to the tenant that issued them.
    pub(crate) fn open(desk: Desk, tokens: Tokens, way: Way) -> Result<Session, Fault> {
        let Some(identity) = tokens.identity.clone() else {
            return Err(Fault::new(FaultKind::Unreadable {
                path: "id_token".into(),
            }));
        };
        let named = uuid::Uuid::parse_str(&desk.tenant).is_ok();
        if named && !desk.tenant.eq_ignore_ascii_case(&identity.tenant_id) {
            let (wanted, got) = (desk.tenant, identity.tenant_id);
            return Err(Fault::sign_in(SignInFault::WrongTenant { wanted, got }));
        }
        // A refresh outlives the call that wanted it, so the person's stop signal does not reach it.
        let http = desk
            .http
            .cancelled_by(CancellationToken::new())
            .noted("token");
        let desk = Desk {
            http,
            tenant: identity.tenant_id.clone(),
            ..desk
        };
        let granted = RwLock::new(scopes_in(&tokens.scope));
        let held = Mutex::new(Held::of(tokens));
        Ok(Session(Arc::new(Inner {
            desk,
            identity,
            way,
            granted,
            held,
            on_rotated: RwLock::default(),
            wanted_claims: RwLock::default(),
        })))
    }

    /// The tenant's id.
    pub fn tenant_id(&self) -> &str {
        &self.0.identity.tenant_id
    }

    /// The person's object id.
    pub fn object_id(&self) -> &str {
        &self.0.identity.object_id
    }

    /// What the person signs in with.
    pub fn user_principal_name(&self) -> &str {
        &self.0.identity.user_principal_name
    }

    /// The person's name.
    pub fn name(&self) -> &str {
        &self.0.identity.name
    }

    /// The client application.
    pub fn client_id(&self) -> &str {
        &self.0.desk.client_id
    }

    /// How they signed in.
    pub fn way(&self) -> Way {
        self.0.way
    }

    /// The granted scopes, by short name.
    pub fn granted(&self) -> Vec<String> {
        read(&self.0.granted).iter().cloned().collect()
    }

    /// True when the scope, or one that includes it, is granted.
    pub fn has(&self, scope: &Scope) -> bool {
        let granted = read(&self.0.granted);
        granted.contains(scope.name)
            || scope
                .included_in
                .iter()
                .any(|larger| granted.contains(*larger))
    }

    /// Those of these scopes that are not granted.
    pub fn lacks(&self, scopes: &[&'static Scope]) -> Vec<&'static Scope> {
        scopes
            .iter()
            .copied()
            .filter(|scope| !self.has(scope))
            .collect()
    }

    /// The refresh token of now, for the vault. `None` when the service gave none.
    pub async fn refresh_token(&self) -> Option<Secret> {
        self.0.held.lock().await.refresh.clone()
    }

    /// Called with every new refresh token; the one before is no longer to be used.
    pub fn on_rotated(&self, hook: impl Fn(&Secret) + Send + Sync + 'static) {
        *self
            .0
            .on_rotated
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(Arc::new(hook));
    }

    /// A token for Graph, refreshed when it is near its end.
    ///
    /// # Errors
    /// When a refresh was needed and did not succeed.
    pub async fn access_token(&self) -> Result<Secret, Fault> {
        self.in_background(|inner| async move {
            let mut held = inner.held.lock().await;
            if Instant::now() < held.stale_from {
                return Ok(held.access.clone());
            }
            let scope = inner.granted_parameter(&[]);
            match inner.refresh(&mut held, scope, None).await {
                // The old token still lives: better to use it than to fail.
                Err(_) if Instant::now() < held.ends => Ok(held.access.clone()),
                other => other,
            }
        })
        .await
    }

    /// A token other than this one, which the service refused. When somebody else has refreshed meanwhile, that one.
    ///
    /// # Errors
    /// When the refresh did not succeed.
    pub async fn refresh_instead_of(&self, refused: &Secret) -> Result<Secret, Fault> {
        let refused = refused.clone();
        self.in_background(|inner| async move {
            let mut held = inner.held.lock().await;
            if held.access != refused {
                return Ok(held.access.clone());
            }
            let scope = inner.granted_parameter(&[]);
            inner.refresh(&mut held, scope, None).await
        })
        .await
    }

    /// A token that satisfies a claims challenge, without asking the person (entra.md 1.5).
    ///
    /// # Errors
    /// When the person has to sign in for it: sign in with these claims.
    pub async fn satisfy(&self, claims: &str) -> Result<Secret, Fault> {
        let wanted = claims.to_owned();
        let satisfied = self
            .in_background(|inner| async move {
                let mut held = inner.held.lock().await;
                let scope = inner.granted_parameter(&[]);
                inner.refresh(&mut held, scope, Some(wanted)).await
            })
            .await;
        let open = satisfied.is_err().then(|| claims.to_owned());
        *self
            .0
            .wanted_claims
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner()) = open;
        satisfied
    }

    /// The claims that the next sign-in in the browser has to carry, after a challenge that no silent refresh could
    /// satisfy.
    pub fn wanted_claims(&self) -> Option<String> {
        self.0
            .wanted_claims
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .clone()
    }

    /// Makes sure that these scopes are granted, asking silently for those that are not.
    ///
    /// # Errors
    /// [`SignInFault::ConsentNeeded`] or [`SignInFault::AdminApprovalNeeded`]: sign in with these scopes, in the browser.
    pub async fn need(&self, scopes: &[&'static Scope]) -> Result<(), Fault> {
        if self.lacks(scopes).is_empty() {
            return Ok(());
        }
        let scopes = scopes.to_vec();
        let session = self.clone();
        self.in_background(|inner| async move {
            let mut held = inner.held.lock().await;
            let lacking = session.lacks(&scopes);
            if lacking.is_empty() {
                return Ok(());
            }
            let scope = inner.granted_parameter(&lacking);
            let refreshed = inner.refresh(&mut held, scope, None).await;
            refreshed.map_err(|fault| inner.desk.with_consent_address(fault, &scopes))?;
            match session.lacks(&scopes).is_empty() {
                true => Ok(()),
                false => Err(Fault::sign_in(SignInFault::ConsentNeeded)),
            }
        })
        .await
    }

    /// The same after somebody has consented: asks again after 5, 10 and 20 s, because consent takes a while to arrive.
    ///
    /// # Errors
    /// As for [`Session::need`], when the last try failed too.
    pub async fn need_after_consent(
        &self,
        scopes: &[&'static Scope],
        cancel: &CancellationToken,
    ) -> Result<(), Fault> {
        self.need_after(scopes, AFTER_CONSENT, cancel).await
    }

    async fn need_after(
        &self,
        scopes: &[&'static Scope],
        waits: [Duration; 3],
        cancel: &CancellationToken,
    ) -> Result<(), Fault> {
        for wait in waits {
            match self.need(scopes).await {
                Err(fault) if fault.as_sign_in() == Some(&SignInFault::ConsentNeeded) => {}
                other => return other,
            }
            let waited = cancel.run_until_cancelled(tokio::time::sleep(wait)).await;
            if cancel.is_cancelled() || waited.is_none() {
                return Err(Fault::new(FaultKind::Cancelled));
            }
        }
        self.need(scopes).await
    }

    /// Runs to its end even when the caller is dropped: a refresh token that was rotated must not get lost half-way.
    async fn in_background<T, F>(&self, work: impl FnOnce(Arc<Inner>) -> F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        match tokio::spawn(work(self.0.clone())).await {
            Ok(outcome) => outcome,
            Err(ended) => Err(Fault::new(FaultKind::Cancelled).because(&ended)),
        }
    }
}

impl Inner {
    fn granted_parameter(&self, more: &[&'static Scope]) -> String {
        let granted = read(&self.granted).clone();
        self.desk.scope_parameter(
            granted
                .iter()
                .map(String::as_str)
                .chain(more.iter().map(|scope| scope.name)),
        )
    }

    async fn refresh(
        &self,
        held: &mut Held,
        scope: String,
        claims: Option<String>,
    ) -> Result<Secret, Fault> {
        let Some(refresh) = held.refresh.clone() else {
            return Err(Fault::sign_in(SignInFault::Expired));
        };
        let mut form = vec![
            ("grant_type", "refresh_token".into()),
            ("refresh_token", refresh.secret().to_owned()),
            ("scope", scope),
        ];
        form.extend(claims.map(|claims| ("claims", claims)));
        // Microsoft accepts the older refresh token for a while, so a repeated refresh does no harm.
        let mut tokens = self.desk.tokens(form, Safety::Idempotent).await?;
        let rotated = tokens.refresh.clone().filter(|new| *new != refresh);
        tokens.refresh.get_or_insert(refresh);
        // An answer without scopes grants what was asked before (RFC 6749, 5.1).
        if !tokens.scope.is_empty() {
            *self
                .granted
                .write()
                .unwrap_or_else(|poisoned| poisoned.into_inner()) = scopes_in(&tokens.scope);
        }
        *held = Held::of(tokens);
        let hook = read(&self.on_rotated).clone();
        if let (Some(hook), Some(rotated)) = (hook, rotated) {
            hook(&rotated);
        }
        Ok(held.access.clone())
    }
}

impl Held {
    fn of(tokens: Tokens) -> Self {
        let now = Instant::now();
        let lives = Duration::from_secs(tokens.seconds);
        let margin = MARGIN.min(lives / 5);
        Self {
            access: tokens.access,
            stale_from: now + lives - margin,
            ends: now + lives,
            refresh: tokens.refresh,
        }
    }
}

fn scopes_in(written: &str) -> BTreeSet<String> {
    written
        .split_whitespace()
        .map(|scope| short_name(scope).to_owned())
        .collect()
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("tenant_id", &self.tenant_id())
            .field("way", &self.0.way)
            .field("granted", &self.granted())
            .finish()
    }
}

#[cfg(test)]
impl Session {
    /// A session as a sign-in would have left it, for the tests of this crate.
    pub(crate) fn for_tests(http: &Http, cloud: &Cloud, seconds: u64, scope: &str) -> Session {
        let desk = Desk {
            http: http.clone(),
            cloud: cloud.clone(),
            client_id: "client-1".into(),
            tenant: crate::testing::TENANT.into(),
        };
        let identity =
            super::claims::identity_in(&crate::testing::id_token(crate::testing::TENANT));
        let tokens = Tokens {
            access: Secret::new("first-access-token"),
            refresh: Some(Secret::new("first-refresh-token")),
            seconds,
            scope: scope.into(),
            identity,
        };
        Session::open(desk, tokens, Way::Browser).expect("an identity")
    }
}

#[cfg(test)]
mod tests;
