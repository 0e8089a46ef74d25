//! The secrets of a connection: where they are kept, how the organization key is taken, and how they are forgotten.

use connect::atlassian::{Org, clean_key};

use super::answers::{no_key, removed_word, wrong_kind};
use super::*;

/// The name under which secrets stand in the keyring.
const KEYRING: &str = "io.lockstep.wizard";

/// Where the secrets of such a connection are kept. Built-in practice ends with the program, and so do its secrets.
pub(super) fn usual(services: &Services) -> Vault {
    match services {
        Services::Practice(_) => Vault::memory(),
        Services::Cloud(_) | Services::File(_) => Vault::system(KEYRING),
    }
}

/// Forgets a connection on this computer: its secrets, then its folder. Nothing changes at the services.
///
/// # Errors
/// Where the keyring or the disk refuses; the folder then stays, so that it can be tried again.
pub async fn forget(
    home: &Home,
    connection: &Connection,
    vault: Option<Vault>,
) -> Result<(), Trouble> {
    let vault = vault.unwrap_or_else(|| usual(&connection.services));
    let gone = vault.forget(&connection.id).await;
    gone.map_err(|fault| {
        not_deleted(
            &fault,
            "Forgetting the connection.",
            "The connection stays in the list, and its record is kept.",
        )
    })?;
    home.forget(&connection.id)
}

/// What is said to a key of another organization than this connection's. It is no key of this connection, whatever it opens.
fn of_another(known: &Known, organizations: &[Org]) -> Option<SaidView> {
    let name = &before_atlassian::stranger(known, organizations)?.name;
    let ours = before_atlassian::recorded(known);
    Some(fail_said(
        &format!("This key opens the organization {name}."),
        &format!(
            "This connection belongs to {ours}, and nothing of it was changed; this key was not kept. Paste a key of {ours}, or make another connection for {name}."
        ),
    ))
}

/// The keyring did not delete something, and how to get rid of it all the same.
fn not_deleted(fault: &connect::Fault, doing: &str, certain: &str) -> Trouble {
    let mut said = trouble(fault, doing);
    said.title = "This computer’s keyring did not delete the keys".to_owned();
    said.certain = certain.to_owned();
    said.next.clear();
    said.next(
        "Unlock the keyring, then try again",
        format!(
            "Or delete the entries called {KEYRING} with the keyring’s own program first. Until then whoever can open the keyring can read them."
        ),
        NextDo::Retry,
    )
}

impl Session {
    /// Where secrets are kept, in words.
    pub fn vault_said(&self) -> SaidView {
        let said = |tone, strong: &str, text: String| SaidView {
            tone,
            strong: strong.to_owned(),
            text,
            compare: None,
        };
        if self.practice.is_some() {
            return said(
                Tone::Plain,
                "Only in memory.",
                "Practice keys open nothing real, and end with the practice.".to_owned(),
            );
        }
        match self.sides().place.clone().unwrap_or(Where::Keyring) {
            Where::Keyring => said(
                Tone::Plain,
                "In this computer’s keyring.",
                "Keys and the sign-in stay there, nowhere else.".to_owned(),
            ),
            Where::Memory { because } => said(
                Tone::Warn,
                "Only in memory.",
                format!("Keys and the sign-in are forgotten when Lockstep closes. {because}"),
            ),
        }
    }

    /// Takes the organization API key; what is said back names a wrong one.
    pub async fn give_key(&self, pasted: &str) -> Result<SaidView, Trouble> {
        self.take_key(pasted, &CancellationToken::new()).await
    }

    /// Cleans a pasted key, tries it, and keeps it when it opens an organization.
    pub(super) async fn take_key(
        &self,
        pasted: &str,
        cancel: &CancellationToken,
    ) -> Result<SaidView, Trouble> {
        let cleaned = clean_key(pasted);
        if cleaned.secret.is_empty() {
            return Ok(fail_said(
                "Nothing was pasted.",
                "The field wants the organization API key.",
            ));
        }
        if let Some(said) = no_key(cleaned.secret.secret()) {
            return Ok(said);
        }
        let atlassian = Atlassian::new(
            self.http.noted("trying the key"),
            &self.cloud,
            cleaned.secret.clone(),
        );
        let tried = stoppable(cancel, "Stopped. The key was not kept.", atlassian.orgs()).await?;
        match tried {
            Ok(seen) => {
                if let Some(said) = of_another(&self.known(), &seen.value) {
                    return Ok(said);
                }
            }
            Err(fault) if matches!(fault.kind, connect::FaultKind::Unauthorized) => {
                return Ok(wrong_kind(pasted));
            }
            Err(fault) if matches!(fault.kind, connect::FaultKind::Forbidden) => {}
            Err(fault) => return Err(trouble(&fault, "Trying the organization API key.")),
        }
        self.keep(Item::OrganizationKey, &cleaned.secret).await;
        self.sides().atlassian = Some(Atlassian::new(
            self.http.clone(),
            &self.cloud,
            cleaned.secret,
        ));
        let removed: Vec<_> = cleaned
            .notes
            .iter()
            .map(|removed| removed_word(*removed))
            .collect();
        let note = if removed.is_empty() {
            String::new()
        } else {
            format!(" Removed from the paste: {}.", removed.join(", "))
        };
        let place = match self.sides().place {
            Some(Where::Memory { .. }) => "Kept in memory until Lockstep closes.",
            _ => "Kept in this computer’s keyring.",
        };
        Ok(SaidView {
            tone: Tone::Pass,
            strong: "Accepted.".to_owned(),
            text: format!("{place}{note}"),
            compare: None,
        })
    }

    /// Forgets the organization API key on this computer. At Atlassian it stays valid.
    pub async fn forget_key(&self) -> Result<SaidView, Trouble> {
        self.sides().atlassian = None;
        let gone = self
            .vault
            .delete(&self.connection.id, Item::OrganizationKey);
        gone.await.map_err(|fault| {
            not_deleted(
                &fault,
                "Forgetting the organization API key.",
                "Lockstep does not use the key any more until this connection is opened again.",
            )
        })?;
        Ok(SaidView {
            tone: Tone::Plain,
            strong: "Forgotten on this computer.".to_owned(),
            text: "At Atlassian the key stays valid until it expires or is revoked there."
                .to_owned(),
            compare: None,
        })
    }

    /// Takes up what the vault keeps. What can't be taken up is asked for again at its step; the next look tries again.
    pub async fn take_up(&self, cancel: &CancellationToken) -> Result<(), Trouble> {
        stoppable(
            cancel,
            "Stopped. Your sign-in is kept, and is taken up when Lockstep next looks.",
            self.take_up_at_leisure(),
        )
        .await
    }

    async fn take_up_at_leisure(&self) {
        let id = &self.connection.id;
        let place = self.vault.place().await;
        self.sides().place = Some(place);
        match self.vault.get(id, Item::OrganizationKey).await {
            Ok(Some(key)) => {
                self.sides().atlassian = Some(Atlassian::new(self.http.clone(), &self.cloud, key));
            }
            Ok(None) => {}
            Err(fault) => self.only_in_memory(&fault),
        }
        self.resume_entra().await;
    }

    pub(super) async fn keep(&self, item: Item, secret: &Secret) {
        match self.vault.put(&self.connection.id, item, secret).await {
            Ok(place) => self.sides().place = Some(place),
            Err(fault) => self.only_in_memory(&fault),
        }
    }

    /// The keyring is there and refuses: what is kept ends with the program, and is said to.
    fn only_in_memory(&self, fault: &connect::Fault) {
        tracing::warn!(%fault, "the keyring refused, the secret stays in memory");
        self.sides().place = Some(Where::refused(fault));
    }
}
