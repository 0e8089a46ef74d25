//! The program's own settings: the theme, and which connection was open last.

use serde::{Deserialize, Serialize};

use crate::home::{Home, write_whole};
use crate::views::Theme;

/// The settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// The format's version.
    version: u32,
    /// Light or dark.
    pub theme: Theme,
    /// The connection that was open last.
    pub last: Option<String>,
}

impl Settings {
    /// The settings on disk. Nothing rests on them, so unreadable ones count as none.
    pub fn read(home: &Home) -> Self {
        let text = std::fs::read_to_string(home.settings()).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Writes them. A disk that refuses costs the theme, nothing else.
    pub fn write(&self, home: &Home) {
        let settings = Self {
            version: 1,
            ..self.clone()
        };
        let written =
            serde_json::to_vec_pretty(&settings).map(|json| write_whole(&home.settings(), &json));
        if let Ok(Err(error)) = written {
            tracing::warn!(%error, "the settings could not be written");
        }
    }
}
