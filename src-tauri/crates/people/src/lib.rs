//! The people in scope, counted: which of a person's attributes can be the e-mail address at Atlassian.
//!
//! Pure: it opens no socket, reads no clock, and knows no service's client. People come as a stream, one after the
//! other, and are forgotten at once; see [`Tally`] for what is kept. Word for word it knows only what a count needs:
//! what to do about a number is the guide's business.

mod address;
mod proposal;
mod report;
mod tally;

pub use address::{Attribute, Fault, fault_of};
pub use proposal::Proposal;
pub use report::{AttributeCount, DomainCount, Problem, Report, Sample};
pub use tally::{DOMAINS, PersonFacts, SAMPLES, Tally};
