//! The program without a window: connections on disk, the open session, what a press does, and what is shown.
//!
//! The window and the command line stand on this crate; neither decides anything itself.

mod damaged;
mod desk;
mod handover;
mod home;
mod job;
mod opening;
mod practice;
mod private_window;
mod program;
mod render;
mod session;
mod settings;
mod showing;
pub mod views;

pub use damaged::{is_damaged, set_aside};
pub use desk::{Desk, open_in_browser};
pub use home::{Connection, Home, Services, Unreadable, data_folder};
pub use opening::{Opening, OverFile};
pub use practice::{Practice, scenario, scenarios};
pub use private_window::open_private;
pub use program::{Options, Program, first_step};
pub use session::{
    OnProgress, Session, SignInWay, cloud_file, every_ask, first_guide, forget, key_ask, key_step,
    looks_like_secret, read_cloud, read_step,
};
pub use showing::{cards, connection_view, left_by_hand, step_view, undo_cuts};
/// How the built-in practice services are started.
pub use sim::{Options as PracticeOptions, Tempo};
