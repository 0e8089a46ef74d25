//! The guide: what an administrator is told, asked, shown and proven, step by step, for each target.
//!
//! A step is one `.rs` and one `.md` of the same name, and a line in its folder's list, which is the order on
//! screen. It sees the live systems only through [`Live`], and knows nothing of windows, terminals or folders.

pub mod atlassian;
mod evidence;
mod fill;
mod hand_over;
mod links;
mod live;
pub mod principal;
pub mod shared;
mod target;
mod text;
mod trouble;
mod words;

pub use fill::fill;
pub use hand_over::{HandOver, Joined, Picture};
pub use links::Links;
pub use live::{Counting, Guides, Live, Revealed};
pub use target::{GUIDES, Target, every_ask, target};
pub use text::{HandText, StepText, step_text};
pub use trouble::{local_trouble, trouble};
pub use words::role_name;
