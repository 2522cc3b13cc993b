//! Threads to work with.

use crate::args::WorkArgs;

/// Threads to work with: as asked for, else the cores that are ours, of which a few are enough.
pub fn threads(args: &WorkArgs) -> usize {
    const ENOUGH: usize = 8;
    let available = || std::thread::available_parallelism().map_or(1, usize::from).min(ENOUGH);
    args.threads.map_or_else(available, usize::from)
}
