//! Steps that every target shares.

pub mod plan;
mod registration;
pub(crate) mod rights;
pub mod scopes;
pub mod sign_in;
pub(crate) mod sign_in_checks;
