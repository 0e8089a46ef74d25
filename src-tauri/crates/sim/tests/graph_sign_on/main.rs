//! Microsoft's side of single sign-on through Graph: what it does, what it refuses, and what each lever changes.
#![allow(clippy::unwrap_used)]

mod access;
mod addresses;
mod certificates;
mod claims;
mod desk;
mod directory;
mod second_administrator;
#[path = "../support/mod.rs"]
mod support;
