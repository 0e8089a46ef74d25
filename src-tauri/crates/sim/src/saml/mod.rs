//! SAML as the practice services speak it: Microsoft's side signs with it, Atlassian's side checks with it.
//!
//! The wizard has a reader of its own. The two share nothing on purpose: a mistake in one of them shows as a disagreement
//! with the other, and both are held against programs that neither of them knows.

pub(crate) mod keys;
