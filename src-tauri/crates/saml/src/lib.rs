//! SAML as the wizard needs it: read certificates, federation metadata, Atlassian's two addresses and SAML responses;
//! verify them and say in words what is wrong.
//!
//! Pure: it opens no socket, reads no clock (the time is passed in), names no host (the host is passed in), and knows
//! no service's client. What comes in was written by strangers, so every reader has bounds and refuses by name.
//!
//! It explains responses and lets nobody in. Whoever wants to let people in by it has to have it reviewed first.

mod addresses;
mod c14n;
mod certificate;
mod checklist;
mod crypto;
mod har;
mod input;
mod judged;
mod message;
mod metadata;
mod pasted;
mod refusal;
mod request;
mod response;
mod seal;
mod xml;

pub use addresses::{OtherIds, SpAddresses, judge_acs, judge_pair, judge_sp_entity};
pub use certificate::{Certificate, CertificateFault};
pub use checklist::{CheckState, Checked, Checklist, Circumstances, Expected, Verdict};
pub use input::{Captured, Form, Input, InputFault};
pub use judged::{Judged, Tone};
pub use message::{
    Assertion, Claim, Conditions, Confirmation, NameId, Response, SUCCESS, SignIn, Status,
};
pub use metadata::Metadata;
pub use pasted::{Stray, strays};
pub use refusal::Refusal;
pub use request::Request;
pub use response::{Covered, Reading};
pub use seal::SealFault;
