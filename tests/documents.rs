//! Documents: what is encrypted comes back, stays small in its changes, and shows whatever was done to it.

mod support;

#[path = "documents/forgery.rs"]
mod forgery;
#[path = "documents/roundtrip.rs"]
mod roundtrip;
#[path = "documents/vectors.rs"]
mod vectors;
#[path = "documents/workbench.rs"]
mod workbench;
