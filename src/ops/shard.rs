//! Shards: one run over many files, divided among tasks that need not know of each other.

mod environment;
pub mod fault;
mod number;
mod word;

pub use number::Shard;
pub use word::ShardWord;
