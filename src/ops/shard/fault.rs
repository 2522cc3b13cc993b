//! Why it cannot be told which shard is meant.

use crate::limits::MOST_SHARDS;

/// Why it cannot be told which shard is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each says in a sentence what it is")]
pub enum ShardFault {
    #[error("`{0}` is not a shard: it is I/N, auto or auto/N")]
    NotAShard(String),
    #[error("there is no shard 0 of {count}: shards are counted from 1")]
    Zero { count: u32 },
    #[error("there is no shard {number} of {count}")]
    Beyond { number: u32, count: u32 },
    #[error("a run cannot have 0 shards")]
    NoShards,
    #[error("a run cannot have {0} shards: {most} is the limit", most = MOST_SHARDS)]
    TooMany(u32),
    #[error("--shard auto: this is not a task of a job array: none of {variables} is set")]
    NoTask { variables: String },
    #[error("--shard auto: {first} and {second} are both set, and name different shards")]
    TwoArrays { first: &'static str, second: &'static str },
    #[error("--shard auto: {0} is not set")]
    Missing(&'static str),
    #[error("--shard auto: {name} is not a number: `{value}`")]
    NotANumber { name: &'static str, value: String },
    #[error("--shard auto: {scheduler} says which task this is ({variable}={number}), but not how many there are")]
    CountUnknown { scheduler: &'static str, variable: &'static str, number: u32 },
    #[error("--shard auto: the array has {found} tasks, and auto/{wanted} says {wanted}")]
    OtherCount { found: u32, wanted: u32 },
    #[error("--shard auto: the array has gaps: {count} tasks from {min} to {max} in steps of {step}")]
    Gaps { count: u32, min: u32, max: u32, step: u32 },
    #[error("--shard auto: {variable}={number} is not one of {count} tasks counted from {first}")]
    OutOfArray { variable: &'static str, number: u32, first: u32, count: u32 },
}
