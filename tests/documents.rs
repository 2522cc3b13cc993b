//! Documents: what is encrypted comes back, stays small in its changes, and shows whatever was done to it.

mod support;

#[path = "documents/corpus.rs"]
mod corpus;
#[path = "documents/exposure.rs"]
mod exposure;
#[path = "documents/forgery.rs"]
mod forgery;
#[path = "documents/roundtrip.rs"]
mod roundtrip;
#[path = "documents/seal_vectors.rs"]
mod seal_vectors;
#[path = "documents/services.rs"]
mod services;
#[path = "documents/shown_keys.rs"]
mod shown_keys;
#[path = "documents/sops.rs"]
mod sops;
#[path = "documents/vectors.rs"]
mod vectors;
#[path = "documents/workbench.rs"]
mod workbench;
