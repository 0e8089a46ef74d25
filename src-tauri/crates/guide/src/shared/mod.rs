//! Steps that every target shares.

pub mod plan;
pub mod sign_in;
