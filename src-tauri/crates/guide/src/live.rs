//! The live systems as a step sees them: at most one signed-in Graph, at most one Atlassian organization.

use std::sync::Arc;

use connect::{Atlassian, Cloud, Graph};
use engine::{Context, Guide, Patience};

use crate::Links;

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
}

/// A guide over [`Live`].
pub type Guides = Guide<Live>;

impl Live {
    /// The tag that marks what this connection made in Entra.
    pub fn tag(&self) -> String {
        format!("lockstep:{}", self.connection)
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
