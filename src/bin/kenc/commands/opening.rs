//! The number of threads.

use crate::args::WorkArgs;

/// The number of threads: as requested, else the cores available to us, up to a few.
pub fn threads(args: &WorkArgs) -> usize {
    const ENOUGH: usize = 8;
    let available = || std::thread::available_parallelism().map_or(1, usize::from).min(ENOUGH);
    args.threads.map_or_else(available, usize::from)
}
