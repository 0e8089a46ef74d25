//! The built-in practice services, started for a connection and ended with it.

use std::sync::Arc;

use connect::Cloud;
use engine::{Trouble, TroubleKind};

use crate::views::{CopyView, PracticeBanner, ScenarioCard};

/// Practice services that run.
#[derive(Clone)]
pub struct Practice {
    running: Arc<sim::Practice>,
    scenario: String,
}

impl Practice {
    /// Starts a scenario with the pace of a person.
    pub async fn start(scenario: &str) -> Result<Self, Trouble> {
        let options = sim::Options {
            scenario: scenario.to_owned(),
            ..sim::Options::default()
        };
        Self::start_with(options).await
    }

    /// Starts a scenario with these options.
    pub async fn start_with(options: sim::Options) -> Result<Self, Trouble> {
        let scenario = options.scenario.clone();
        let running = sim::Practice::start(options).await.map_err(|error| {
            guide::local_trouble(
                "Practice can’t start",
                "Nothing was sent.",
                &error.to_string(),
            )
        })?;
        Ok(Self {
            running: Arc::new(running),
            scenario,
        })
    }

    /// The addresses, read from the very file that `--cloud` reads.
    pub fn cloud(&self) -> Result<Cloud, Trouble> {
        Cloud::from_toml(&self.running.cloud_toml()).map_err(|error| {
            guide::local_trouble(
                "Practice gave addresses that can’t be used",
                "Nothing was sent.",
                &error.to_string(),
            )
        })
    }

    /// The cloud file.
    pub fn cloud_toml(&self) -> String {
        self.running.cloud_toml()
    }

    /// The services themselves, for tests that pull their levers.
    pub fn services(&self) -> &sim::Practice {
        &self.running
    }

    /// The scenario's name.
    pub fn scenario(&self) -> &str {
        &self.scenario
    }
}

/// Every scenario.
pub fn scenarios() -> Vec<ScenarioCard> {
    let all = sim::scenarios().iter();
    all.map(|scenario| ScenarioCard {
        name: scenario.name.to_string(),
        title: scenario.title.to_string(),
        about: scenario.about.to_string(),
    })
    .collect()
}

/// A scenario by name, or the trouble that there is none.
pub fn scenario(name: &str) -> Result<ScenarioCard, Trouble> {
    let all = scenarios();
    let names: Vec<_> = all.iter().map(|scenario| scenario.name.clone()).collect();
    all.into_iter()
        .find(|scenario| scenario.name == name)
        .ok_or_else(|| {
            Trouble::new(
                TroubleKind::BadInput,
                format!("There is no practice scenario called {name}"),
                "Nothing was started.",
            )
            .next(
                "Name one of these",
                names.join(", "),
                engine::NextDo::Nothing,
            )
        })
}

/// The banner, with what one would be given in this practice.
pub(crate) fn banner(cloud: &Cloud) -> Option<PracticeBanner> {
    let keys = cloud.practice.as_ref()?;
    let title = scenarios()
        .into_iter()
        .find(|scenario| scenario.name == keys.scenario)
        .map_or_else(|| keys.scenario.clone(), |scenario| scenario.title);
    let mut given = Vec::new();
    for account in keys.accounts.iter().take(1) {
        given.push(copy(
            "Account",
            &account.about,
            &account.user_principal_name,
        ));
        given.push(copy(
            "Password",
            "Of this account",
            account.password.secret(),
        ));
    }
    if let Some(key) = &keys.organization_key {
        given.push(copy(
            "Organization API key",
            "As an organization admin would give it to you",
            key.secret(),
        ));
    }
    if let Some(client) = &keys.client_id {
        given.push(copy(
            "Client id",
            "Of a registration that stands in the practice tenant",
            client,
        ));
        given.push(copy("Tenant", "It belongs to", &keys.tenant));
    }
    Some(PracticeBanner {
        scenario: title,
        given,
    })
}

fn copy(label: &str, note: &str, value: &str) -> CopyView {
    CopyView {
        label: label.to_owned(),
        note: note.to_owned(),
        value: value.to_owned(),
    }
}
