//! What the engine promises, tried over random guides, random faults and random ends: power cuts, stops, full disks,
//! servers that are behind, and a second administrator.
//!
//! The clock stands still unless everything waits, so that hours pass in no time. Nothing here knows a real service.

mod cases;
mod guides;
mod lives;
mod locks;
mod looking;
mod properties;
mod standings;
mod world;
