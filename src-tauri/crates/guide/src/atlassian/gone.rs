//! Undoing a change whose application somebody else deleted meanwhile: with the object everything that was made in it went,
//! and there is nothing left to take back. An undo reads this until several readings agree, so that one server that is
//! behind does not make an undo of ours be left out.

use connect::Graph;
use engine::Trouble;

use crate::trouble;

/// Whether the service principal is gone.
pub(super) async fn is_gone(graph: &Graph, sp: &str) -> Result<bool, Trouble> {
    match graph.service_principal(sp).await {
        Ok(_) => Ok(false),
        Err(fault) if fault.is_not_found() => Ok(true),
        Err(fault) => Err(trouble(
            &fault,
            "Looking whether the application is still there.",
        )),
    }
}
