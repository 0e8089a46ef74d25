//! Steps that every target shares.

pub mod plan;
mod registration;
pub mod scopes;
pub mod sign_in;
pub(crate) mod sign_in_checks;
