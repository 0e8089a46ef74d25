//! SAML as the practice services speak it: Microsoft's side signs with it, Atlassian's side checks with it.
//!
//! The wizard has a reader of its own. The two share nothing on purpose: a mistake in one of them shows as a disagreement
//! with the other, and both are held against programs that neither of them knows.

pub(crate) mod c14n;
pub(crate) mod check;
pub(crate) mod claims;
pub(crate) mod keys;
pub(crate) mod kinds;
pub(crate) mod metadata;
pub(crate) mod request;
pub(crate) mod response;
mod seal;
pub(crate) mod sign;
pub(crate) mod xml;

#[cfg(test)]
mod tests;
