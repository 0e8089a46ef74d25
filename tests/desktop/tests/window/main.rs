//! Stories in the real window. `cargo xtask test` builds the program, gives the tests a screen, a message bus and an unlocked
//! keyring of their own, and starts them one after another.

mod barriers;
mod frame;
mod fresh;
mod single_sign_on;
mod trouble;
