//! Where secrets are kept: the system's keyring, and this process's memory while there is none.
//!
//! A new store is opened for every attempt, because a store that failed once may stay failed for the life of the process; so a
//! keyring that appears later is found, and what was kept in memory until then moves there. It must not know what a secret opens.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use keyring_core::{CredentialStore, Error as KeyringError};

use crate::fault::{Fault, FaultKind};
use crate::secret::Secret;

/// A kind of secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// The refresh token of Microsoft Entra ID.
    RefreshToken,
    /// Atlassian's organization API key.
    OrganizationKey,
    /// The SCIM key of a directory.
    ScimKey,
}

impl Item {
    /// Every kind.
    const ALL: [Item; 3] = [Item::RefreshToken, Item::OrganizationKey, Item::ScimKey];

    fn name(self) -> &'static str {
        match self {
            Item::RefreshToken => "refresh-token",
            Item::OrganizationKey => "organization-key",
            Item::ScimKey => "scim-key",
        }
    }
}

/// Where secrets are at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// In the system's keyring.
    Keyring,
    /// In memory: they are gone when the program ends.
    Memory {
        /// What the system said.
        because: String,
    },
}

impl Where {
    /// In memory, because a keyring that is there refused.
    pub fn refused(fault: &Fault) -> Self {
        let words = fault.message.clone().unwrap_or_else(|| fault.to_string());
        Where::Memory {
            because: format!("The keyring refused: {words}"),
        }
    }
}

/// Opens a store afresh.
type Opener = Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// Keeps secrets by connection and item. Clones share everything.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    service: String,
    open: Option<Opener>,
    memory: Mutex<BTreeMap<(String, Item), Secret>>,
    /// The person dismissed the keyring's prompt: a mere read does not bring it up again.
    dismissed: AtomicBool,
    /// Held during every use of the keyring, so that pieces of two values cannot mix.
    turn: tokio::sync::Mutex<()>,
}

/// Windows keeps at most 2,560 bytes, two for each UTF-16 unit; every system gets the same pieces, so that nothing depends on it.
const PIECE: usize = 1_200;

/// More pieces than the longest token has; a damaged count ends here.
const MOST_PIECES: usize = 64;

/// What begins the first entry of a value in pieces. No token or key begins so.
const IN_PIECES: &str = "lockstep-pieces:";

impl Vault {
    /// The system's keyring, under the app's name.
    pub fn system(app_name: &str) -> Vault {
        Self::with(app_name, Some(Arc::new(system_store)))
    }

    /// Memory only, for practice and tests.
    pub fn memory() -> Vault {
        Self::with("memory", None)
    }

    fn with(service: &str, open: Option<Opener>) -> Vault {
        let turn = tokio::sync::Mutex::new(());
        Vault(Arc::new(Inner {
            service: service.to_owned(),
            open,
            memory: Mutex::default(),
            dismissed: AtomicBool::new(false),
            turn,
        }))
    }

    /// Keeps a secret, replacing the one before. When there is no keyring it stays in memory, and that is said.
    ///
    /// # Errors
    /// [`FaultKind::Keyring`] when the keyring is there and does not take it.
    pub async fn put(&self, connection: &str, item: Item, secret: &Secret) -> Result<Where, Fault> {
        self.0
            .remembered()
            .insert((connection.to_owned(), item), secret.clone());
        self.move_to_keyring().await
    }

    /// The secret, if there is one.
    ///
    /// # Errors
    /// [`FaultKind::Keyring`] when the keyring is there and fails.
    pub async fn get(&self, connection: &str, item: Item) -> Result<Option<Secret>, Fault> {
        let key = (connection.to_owned(), item);
        let remembered = self.0.remembered().get(&key).cloned();
        if let Some(secret) = remembered {
            // A better place may have appeared; a failure to move leaves the secret where it is.
            if !self.0.dismissed.load(Ordering::Relaxed) {
                let _ = self.move_to_keyring().await;
            }
            return Ok(Some(secret));
        }
        let name = entry_name(connection, item);
        match self
            .in_turn(move |inner, store| read_pieces(inner, store, &name))
            .await
        {
            Ok(found) => Ok(found),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(keyring_fault(&error)),
        }
    }

    /// Forgets a secret everywhere.
    ///
    /// # Errors
    /// [`FaultKind::Keyring`] when the keyring is there and fails.
    pub async fn delete(&self, connection: &str, item: Item) -> Result<(), Fault> {
        self.0.remembered().remove(&(connection.to_owned(), item));
        let name = entry_name(connection, item);
        match self
            .in_turn(move |inner, store| delete_pieces(inner, store, &name))
            .await
        {
            // A keyring that stayed locked is no absent one: the secret is still in it.
            Err(error @ KeyringError::NoStorageAccess(_)) => Err(keyring_fault(&error)),
            Err(error) if !is_absent(&error) => Err(keyring_fault(&error)),
            _ => Ok(()),
        }
    }

    /// Forgets every secret of a connection.
    ///
    /// # Errors
    /// [`FaultKind::Keyring`] as with [`Vault::delete`]; what was forgotten before stays forgotten.
    pub async fn forget(&self, connection: &str) -> Result<(), Fault> {
        for item in Item::ALL {
            self.delete(connection, item).await?;
        }
        Ok(())
    }

    /// Looks for the keyring now, moves there what is in memory, and says where secrets are. With nothing in memory it proves only
    /// that a keyring is there; whether it takes a secret is what [`Vault::put`] tells.
    pub async fn place(&self) -> Where {
        match self.move_to_keyring().await {
            Ok(place) => place,
            Err(fault) => Where::refused(&fault),
        }
    }

    async fn move_to_keyring(&self) -> Result<Where, Fault> {
        let waiting: Vec<_> = self
            .0
            .remembered()
            .iter()
            .map(|(key, secret)| (key.clone(), secret.clone()))
            .collect();
        let moved = waiting.clone();
        let outcome = self
            .in_turn(move |inner, store| {
                waiting.iter().try_for_each(|((connection, item), secret)| {
                    write_pieces(inner, store, &entry_name(connection, *item), secret)
                })
            })
            .await;
        let dismissed = matches!(outcome, Err(KeyringError::NoStorageAccess(_)));
        self.0.dismissed.store(dismissed, Ordering::Relaxed);
        match outcome {
            Ok(()) => {
                let mut memory = self.0.remembered();
                for (key, secret) in moved {
                    // Somebody may have put a newer one meanwhile: that one is not in the keyring yet.
                    if memory.get(&key) == Some(&secret) {
                        memory.remove(&key);
                    }
                }
                Ok(Where::Keyring)
            }
            Err(error) if is_absent(&error) => Ok(Where::Memory {
                because: reason(&error),
            }),
            Err(error) => Err(keyring_fault(&error)),
        }
    }

    /// Runs with a freshly opened store, off the async threads: keyrings talk to the system and may ask the person.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner, &CredentialStore) -> keyring_core::Result<T> + Send + 'static,
    ) -> keyring_core::Result<T> {
        let _turn = self.0.turn.lock().await;
        let inner = self.0.clone();
        let ran = tokio::task::spawn_blocking(move || {
            let open = inner.open.as_ref().ok_or(KeyringError::NoDefaultStore)?;
            work(&inner, &*open()?)
        });
        ran.await
            .unwrap_or_else(|ended| Err(KeyringError::PlatformFailure(Box::new(ended))))
    }
}

impl Inner {
    fn remembered(&self) -> MutexGuard<'_, BTreeMap<(String, Item), Secret>> {
        self.memory
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("service", &self.0.service)
            .finish_non_exhaustive()
    }
}

#[cfg(target_os = "macos")]
fn system_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn system_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn system_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

fn entry_name(connection: &str, item: Item) -> String {
    format!("{connection}/{}", item.name())
}

fn piece_name(name: &str, number: usize) -> String {
    format!("{name}/{number}")
}

/// Writes a value; one that is too long for one entry goes into numbered entries, and the first one, written last, tells how many.
fn write_pieces(
    inner: &Inner,
    store: &CredentialStore,
    name: &str,
    secret: &Secret,
) -> keyring_core::Result<()> {
    let before = count_pieces(inner, store, name)?;
    let pieces = pieces_of(secret.secret());
    let entry = store.build(&inner.service, name, None)?;
    if pieces.len() == 1 {
        entry.set_password(pieces[0])?;
        return drop_pieces(inner, store, name, 0..before);
    }
    for (number, piece) in pieces.iter().enumerate() {
        store
            .build(&inner.service, &piece_name(name, number), None)?
            .set_password(piece)?;
    }
    entry.set_password(&format!("{IN_PIECES}{}", pieces.len()))?;
    drop_pieces(inner, store, name, pieces.len()..before)
}

fn read_pieces(
    inner: &Inner,
    store: &CredentialStore,
    name: &str,
) -> keyring_core::Result<Option<Secret>> {
    let first = match store.build(&inner.service, name, None)?.get_password() {
        Err(KeyringError::NoEntry) => return Ok(None),
        first => first?,
    };
    let Some(count) = piece_count(&first) else {
        return Ok(Some(Secret::new(first)));
    };
    let mut value = String::new();
    for number in 0..count {
        match store
            .build(&inner.service, &piece_name(name, number), None)?
            .get_password()
        {
            // A value with a piece missing is no value.
            Err(KeyringError::NoEntry) => return Ok(None),
            piece => value.push_str(&piece?),
        }
    }
    Ok(Some(Secret::new(value)))
}

fn delete_pieces(inner: &Inner, store: &CredentialStore, name: &str) -> keyring_core::Result<()> {
    let count = count_pieces(inner, store, name)?;
    forget(inner, store, name)?;
    drop_pieces(inner, store, name, 0..count)
}

fn count_pieces(inner: &Inner, store: &CredentialStore, name: &str) -> keyring_core::Result<usize> {
    match store.build(&inner.service, name, None)?.get_password() {
        Err(KeyringError::NoEntry) => Ok(0),
        first => Ok(piece_count(&first?).unwrap_or(0)),
    }
}

fn drop_pieces(
    inner: &Inner,
    store: &CredentialStore,
    name: &str,
    numbers: std::ops::Range<usize>,
) -> keyring_core::Result<()> {
    numbers
        .into_iter()
        .try_for_each(|number| forget(inner, store, &piece_name(name, number)))
}

fn forget(inner: &Inner, store: &CredentialStore, name: &str) -> keyring_core::Result<()> {
    match store.build(&inner.service, name, None)?.delete_credential() {
        Err(KeyringError::NoEntry) => Ok(()),
        other => other,
    }
}

fn piece_count(first: &str) -> Option<usize> {
    first
        .strip_prefix(IN_PIECES)?
        .parse()
        .ok()
        .filter(|count| *count <= MOST_PIECES)
}

/// Cuts a value so that no piece has more than [`PIECE`] UTF-16 units; always at least one piece.
fn pieces_of(value: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut units) = (0, 0);
    for (at, c) in value.char_indices() {
        if units + c.len_utf16() > PIECE {
            pieces.push(&value[start..at]);
            (start, units) = (at, 0);
        }
        units += c.len_utf16();
    }
    pieces.push(&value[start..]);
    pieces
}

/// True when there is no keyring to use, as opposed to one that fails (building.md, Keyring).
fn is_absent(error: &KeyringError) -> bool {
    matches!(
        error,
        KeyringError::NoDefaultStore
            | KeyringError::NoStorageAccess(_)
            | KeyringError::PlatformFailure(_)
    )
}

fn reason(error: &KeyringError) -> String {
    crate::secret::Redactor::redact(&error.to_string())
}

fn keyring_fault(error: &KeyringError) -> Fault {
    Fault::new(FaultKind::Keyring).saying(reason(error))
}

mod refusing;
#[cfg(test)]
mod tests;
