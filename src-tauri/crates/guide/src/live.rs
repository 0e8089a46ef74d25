//! The live systems as a step sees them: at most one signed-in Graph, at most one Atlassian organization.

use std::sync::{Arc, Mutex, PoisonError};

use connect::{Atlassian, Cloud, Graph, Secret};
use engine::{Context, Guide, Patience};

use crate::Links;

/// Hears how far a long count is: how many were seen, and how many there are where the service says so.
#[derive(Clone)]
pub struct Counting(Arc<dyn Fn(u64, Option<u64>) + Send + Sync>);

impl Counting {
    /// Tells `hear`.
    pub fn to(hear: impl Fn(u64, Option<u64>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }

    /// So many were seen.
    pub fn seen(&self, seen: u64, of: Option<u64>) {
        (self.0)(seen, of);
    }
}

impl Default for Counting {
    /// Tells nobody.
    fn default() -> Self {
        Self::to(|_, _| {})
    }
}

/// Values that are shown once on the page and kept nowhere: a password that was just made up.
#[derive(Clone, Default)]
pub struct Revealed(Arc<Mutex<Vec<(String, Secret)>>>);

impl Revealed {
    /// Shows a value under this label.
    pub fn show(&self, label: impl Into<String>, value: Secret) {
        self.all().push((label.into(), value));
    }

    /// What is shown now: label and value.
    pub fn shown(&self) -> Vec<(String, Secret)> {
        self.all().clone()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.all().clear();
    }

    fn all(&self) -> std::sync::MutexGuard<'_, Vec<(String, Secret)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the guide's steps look at and write to.
#[derive(Clone)]
pub struct Live {
    /// The addresses.
    pub cloud: Arc<Cloud>,
    /// Microsoft Graph, once somebody is signed in.
    pub graph: Option<Graph>,
    /// The Atlassian organization API, once its key was given.
    pub atlassian: Option<Atlassian>,
    /// The connection's short id, which marks what it made: "contoso-7f3a".
    pub connection: String,
    /// How patiently changes are read back.
    pub patience: Patience,
    /// Hears how far a long count is.
    pub counting: Counting,
    /// What is shown once and kept nowhere.
    pub revealed: Revealed,
}

/// A guide over [`Live`].
pub type Guides = Guide<Live>;

impl Live {
    /// The same, whose long counts tell how far they are.
    pub fn telling(self, counting: Counting) -> Self {
        let told = counting.clone();
        let atlassian = self.atlassian.map(|atlassian| {
            atlassian.telling(move |progress| told.seen(progress.seen, progress.total))
        });
        Self {
            atlassian,
            counting,
            ..self
        }
    }

    /// The tag that marks what this connection made in Entra.
    pub fn tag(&self) -> String {
        format!("lockstep:{}", self.connection)
    }

    /// Shows a value once on the page; it is kept nowhere.
    pub fn reveal(&self, label: impl Into<String>, value: Secret) {
        self.revealed.show(label, value);
    }

    /// This computer's time, by which a proof grows old.
    pub fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    /// The deep links of this cloud.
    pub fn links(&self) -> Links<'_> {
        Links::of(&self.cloud)
    }
}

impl Context for Live {
    fn fresh(&self) -> Self {
        Self {
            graph: self.graph.as_ref().map(Graph::fresh_pass),
            atlassian: self.atlassian.as_ref().map(Atlassian::fresh_pass),
            ..self.clone()
        }
    }

    fn noted(&self, note: &str) -> Self {
        Self {
            graph: self.graph.as_ref().map(|graph| graph.noted(note)),
            atlassian: self
                .atlassian
                .as_ref()
                .map(|atlassian| atlassian.noted(note)),
            ..self.clone()
        }
    }

    fn patience(&self) -> Patience {
        self.patience
    }
}
