//! The vault over mock stores: long values, keyrings that come and go, and secrets that wait in memory.

use std::sync::atomic::AtomicU32;

use keyring_core::api::CredentialStoreApi;
use keyring_core::mock;

use super::*;

/// A keyring that can be switched off, and that counts how often it was opened.
struct Keyring {
    store: Arc<mock::Store>,
    there: Arc<AtomicBool>,
    opened: Arc<AtomicU32>,
}

impl Keyring {
    fn new(there: bool) -> Self {
        Self {
            store: mock::Store::new().expect("a store"),
            there: Arc::new(AtomicBool::new(there)),
            opened: Arc::default(),
        }
    }

    fn vault(&self) -> Vault {
        let (store, there, opened) = (self.store.clone(), self.there.clone(), self.opened.clone());
        let open = move || -> keyring_core::Result<Arc<CredentialStore>> {
            opened.fetch_add(1, Ordering::SeqCst);
            match there.load(Ordering::SeqCst) {
                true => Ok(store.clone()),
                false => Err(KeyringError::PlatformFailure("no secret service".into())),
            }
        };
        Vault::with("lockstep-tests", Some(Arc::new(open)))
    }

    /// The names of the entries that hold something.
    fn names(&self) -> Vec<String> {
        let inner = self.store.inner.lock().expect("the mock");
        let held = inner.borrow();
        let full = held.iter().filter(|cred| {
            cred.inner
                .lock()
                .expect("the mock")
                .borrow()
                .secret
                .is_some()
        });
        let mut names: Vec<_> = full.map(|cred| cred.specifiers.1.clone()).collect();
        names.sort();
        names
    }
}

#[tokio::test]
async fn keeps_gives_and_forgets() {
    let keyring = Keyring::new(true);
    let vault = keyring.vault();
    assert_eq!(vault.get("one", Item::ScimKey).await.expect("a look"), None);
    assert_eq!(
        vault
            .put("one", Item::ScimKey, &Secret::new("scim secret"))
            .await
            .expect("a place"),
        Where::Keyring
    );
    vault
        .put("two", Item::ScimKey, &Secret::new("another secret"))
        .await
        .expect("a place");
    assert_eq!(
        keyring
            .vault()
            .get("one", Item::ScimKey)
            .await
            .expect("a look"),
        Some(Secret::new("scim secret"))
    );
    assert_eq!(
        vault
            .get("one", Item::OrganizationKey)
            .await
            .expect("a look"),
        None
    );
    vault.delete("one", Item::ScimKey).await.expect("forgotten");
    vault
        .delete("one", Item::ScimKey)
        .await
        .expect("forgotten twice is forgotten");
    assert_eq!(vault.get("one", Item::ScimKey).await.expect("a look"), None);
    assert_eq!(keyring.names(), ["two/scim-key"]);
    assert!(
        keyring.opened.load(Ordering::SeqCst) >= 7,
        "a store is opened for every attempt"
    );
}

#[tokio::test]
async fn long_values_go_in_pieces_and_leave_nothing_behind() {
    let keyring = Keyring::new(true);
    let vault = keyring.vault();
    let long = Secret::new("grün-".repeat(1_000));
    let longer = Secret::new("x".repeat(9 * PIECE + 1));
    for value in [&longer, &long, &Secret::new("short"), &long] {
        vault
            .put("c", Item::RefreshToken, value)
            .await
            .expect("a place");
        assert_eq!(
            vault
                .get("c", Item::RefreshToken)
                .await
                .expect("a look")
                .as_ref(),
            Some(value)
        );
        let pieces = pieces_of(value.secret());
        assert!(
            pieces
                .iter()
                .all(|piece| piece.encode_utf16().count() * 2 <= 2_560)
        );
        let entries = if pieces.len() == 1 {
            1
        } else {
            pieces.len() + 1
        };
        assert_eq!(keyring.names().len(), entries, "{:?}", keyring.names());
    }
    vault
        .delete("c", Item::RefreshToken)
        .await
        .expect("forgotten");
    assert!(keyring.names().is_empty());
}

#[tokio::test]
async fn a_value_with_a_piece_missing_is_no_value() {
    let keyring = Keyring::new(true);
    let vault = keyring.vault();
    vault
        .put("c", Item::RefreshToken, &Secret::new("y".repeat(3 * PIECE)))
        .await
        .expect("a place");
    let entry = keyring
        .store
        .build("lockstep-tests", "c/refresh-token/1", None)
        .expect("an entry");
    entry.delete_credential().expect("deleted");
    assert_eq!(
        vault.get("c", Item::RefreshToken).await.expect("a look"),
        None
    );
}

#[tokio::test]
async fn without_a_keyring_secrets_wait_in_memory_and_move_when_one_appears() {
    let keyring = Keyring::new(false);
    let vault = keyring.vault();
    let secret = Secret::new("waiting secret");
    let place = vault
        .put("c", Item::OrganizationKey, &secret)
        .await
        .expect("a place");
    assert!(
        matches!(&place, Where::Memory { because } if because.contains("no secret service")),
        "{place:?}"
    );
    assert_eq!(
        vault.get("c", Item::OrganizationKey).await.expect("a look"),
        Some(secret.clone())
    );
    assert_eq!(
        vault
            .get("c", Item::ScimKey)
            .await
            .expect("absent is not a fault"),
        None
    );
    assert_eq!(
        keyring
            .vault()
            .get("c", Item::OrganizationKey)
            .await
            .expect("a look"),
        None,
        "another process has no such memory"
    );

    keyring.there.store(true, Ordering::SeqCst);
    assert_eq!(vault.place().await, Where::Keyring);
    assert_eq!(keyring.names(), ["c/organization-key"]);
    assert_eq!(
        keyring
            .vault()
            .get("c", Item::OrganizationKey)
            .await
            .expect("a look"),
        Some(secret)
    );

    keyring.there.store(false, Ordering::SeqCst);
    assert!(matches!(vault.place().await, Where::Memory { .. }));
    vault
        .delete("c", Item::OrganizationKey)
        .await
        .expect("an absent keyring has nothing to forget");
}

#[tokio::test]
async fn a_keyring_that_fails_says_so_and_the_secret_is_not_lost() {
    let keyring = Keyring::new(true);
    let vault = keyring.vault();
    let name = entry_name("c", Item::OrganizationKey);
    let entry = keyring
        .store
        .build("lockstep-tests", &name, None)
        .expect("an entry");
    let cred: &mock::Cred = entry.as_any().downcast_ref().expect("a mock");
    cred.set_error(KeyringError::Invalid(
        "name".into(),
        "not allowed here".into(),
    ));
    let secret = Secret::new("kept all the same");
    let fault = vault
        .put("c", Item::OrganizationKey, &secret)
        .await
        .expect_err("a fault");
    assert_eq!(fault.kind, FaultKind::Keyring);
    assert_eq!(
        vault.get("c", Item::OrganizationKey).await.expect("a look"),
        Some(secret)
    );
}

#[tokio::test]
async fn a_connection_is_forgotten_with_everything_and_no_other() {
    let keyring = Keyring::new(true);
    let vault = keyring.vault();
    for item in Item::ALL {
        for connection in ["one", "two"] {
            let put = vault.put(connection, item, &Secret::new("a secret")).await;
            assert_eq!(put.expect("a place"), Where::Keyring);
        }
    }
    vault.forget("one").await.expect("forgotten");
    assert_eq!(keyring.names().len(), Item::ALL.len());
    assert!(keyring.names().iter().all(|name| name.starts_with("two/")));
}

#[tokio::test]
async fn a_keyring_that_stays_locked_has_forgotten_nothing() {
    let open = || -> keyring_core::Result<Arc<CredentialStore>> {
        Err(KeyringError::NoStorageAccess("prompt dismissed".into()))
    };
    let vault = Vault::with("lockstep-tests", Some(Arc::new(open)));
    let fault = vault.forget("c").await.expect_err("a fault");
    assert_eq!(fault.kind, FaultKind::Keyring);
    let fault = Vault::refusing("not now").forget("c").await;
    assert_eq!(fault.expect_err("a fault").kind, FaultKind::Keyring);
}

#[tokio::test]
async fn memory_alone_says_that_it_is_memory() {
    let vault = Vault::memory();
    let secret = Secret::new("practice secret");
    assert!(matches!(
        vault
            .put("c", Item::ScimKey, &secret)
            .await
            .expect("a place"),
        Where::Memory { .. }
    ));
    assert_eq!(
        vault.get("c", Item::ScimKey).await.expect("a look"),
        Some(secret)
    );
    vault.delete("c", Item::ScimKey).await.expect("forgotten");
    assert_eq!(vault.get("c", Item::ScimKey).await.expect("a look"), None);
}

#[tokio::test]
async fn a_dismissed_prompt_is_not_brought_up_by_reading() {
    let opened = Arc::new(AtomicU32::new(0));
    let opens = opened.clone();
    let open = move || -> keyring_core::Result<Arc<CredentialStore>> {
        opens.fetch_add(1, Ordering::SeqCst);
        Err(KeyringError::NoStorageAccess("prompt dismissed".into()))
    };
    let vault = Vault::with("lockstep-tests", Some(Arc::new(open)));
    let secret = Secret::new("kept in memory");
    vault
        .put("c", Item::ScimKey, &secret)
        .await
        .expect("a place");
    for _ in 0..3 {
        assert_eq!(
            vault.get("c", Item::ScimKey).await.expect("a look"),
            Some(secret.clone())
        );
    }
    assert_eq!(opened.load(Ordering::SeqCst), 1);
    assert!(matches!(vault.place().await, Where::Memory { .. }));
    assert_eq!(
        opened.load(Ordering::SeqCst),
        2,
        "asked for on purpose, it is tried again"
    );
}
