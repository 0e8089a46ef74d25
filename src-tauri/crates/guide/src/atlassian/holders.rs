//! Who else holds an identifier: within a tenant it belongs to one application, and a deleted one keeps it for 30 days
//! (entra.md 4.2). It only reads.

use connect::Graph;
use connect::entra::Application;
use engine::{Link, NextDo, Trouble, TroubleKind};

use crate::{Live, trouble};

/// Another application that holds the identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    /// Its name.
    pub name: String,
    /// Its client id.
    pub app_id: String,
    /// Whether it was deleted and can still be restored.
    pub deleted: bool,
}

/// What was found, and whether deleted applications could be looked at.
pub(super) struct Holders {
    /// The others.
    pub others: Vec<Holder>,
    /// Whether the deleted ones were read.
    pub deleted_read: bool,
    /// The call that saw the living ones.
    pub call: connect::Call,
}

impl Holder {
    fn of(application: &Application, deleted: bool) -> Self {
        Self {
            name: application.display_name.clone(),
            app_id: application.app_id.clone(),
            deleted,
        }
    }

    /// Its name with what tells it from a namesake.
    pub fn said(&self) -> String {
        format!("{} ({})", self.name, self.app_id)
    }
}

/// The other applications that hold this identifier; `ours` is the object id of the one that may.
pub(super) async fn holders(
    graph: &Graph,
    ours: Option<&str>,
    identifier: &str,
) -> Result<Holders, Trouble> {
    let doing = "Looking whether another application holds the identifier.";
    let living = graph
        .applications_with_identifier(identifier)
        .await
        .map_err(|fault| trouble(&fault, doing))?;
    // Deleted ones can't be read by everybody; then the refusal of the write names the conflict.
    let deleted = graph.deleted_applications().await.ok();
    let theirs = |application: &&Application| {
        Some(application.id.as_str()) != ours
            && application
                .identifier_uris
                .iter()
                .any(|one| one == identifier)
    };
    let mut others: Vec<_> = living
        .value
        .iter()
        .filter(theirs)
        .map(|application| Holder::of(application, false))
        .collect();
    let deleted_read = deleted.is_some();
    let gone = deleted.map(|deleted| deleted.value).unwrap_or_default();
    others.extend(
        gone.iter()
            .filter(theirs)
            .map(|application| Holder::of(application, true)),
    );
    Ok(Holders {
        others,
        deleted_read,
        call: living.call,
    })
}

/// The trouble that another application holds the identifier; nothing was written.
pub(super) fn in_use(cx: &Live, holder: &Holder, identifier: &str) -> Trouble {
    let links = cx.links();
    let trouble = Trouble::new(
        TroubleKind::Refused,
        format!("{} holds this identifier already", holder.said()),
        "Nothing was changed.",
    )
    .doing(format!("Looking who holds {identifier} in this tenant."));
    let open = |link: Link| NextDo::Open {
        label: link.label,
        url: link.url,
    };
    let trouble = if holder.deleted {
        trouble.next(
            "Delete it for good, or restore it",
            "It was deleted, and Microsoft keeps its identifier for 30 days.",
            open(Link {
                label: "Open Deleted applications".into(),
                url: links.deleted_applications(),
            }),
        )
    } else {
        trouble.next(
            "Take the identifier out there",
            "Under Single sign-on, Basic SAML Configuration. Or go back and take that application over.",
            open(Link {
                label: "Open Enterprise applications".into(),
                url: links.enterprise_applications(),
            }),
        )
    };
    trouble.next(
        "Look again",
        "Lockstep plans afresh from what is there now.",
        NextDo::Retry,
    )
}
