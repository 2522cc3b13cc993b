//! Work on every leaf of a document, shared among the cores.

use std::num::NonZero;
use std::ops::Range;
use std::thread;

use crate::document::content::tree::Leaf;
use crate::document::file::document::Document;
use crate::document::sops::rule_walk::{RuleItem, RulePlace, walk};
use crate::document::sops::selection::CompiledRule;
use crate::threads;

/// The leaves for which a thread pays: starting one takes as long as decrypting some dozens.
const LEAST_SHARE: usize = 1000;

/// More threads wait for memory rather than for each other.
const MOST_THREADS: usize = 8;

/// The result of `work` for every leaf, in order. It gets the number of the leaf among all leaves.
pub(crate) fn on_all_cores<T: Send>(
    document: &Document,
    selection: &CompiledRule,
    work: impl Fn(usize, &Leaf, &RulePlace<'_>) -> T + Sync,
) -> Vec<T> {
    // Comments are counted as well, so that the last share may be smaller.
    let leaves = document.found.tokens.len();
    let most = (leaves / LEAST_SHARE).min(MOST_THREADS);
    let threads = if most < 2 { 1 } else { thread::available_parallelism().map_or(1, NonZero::get).min(most) };
    let len = leaves.div_ceil(threads);
    let work = &work;
    let share = |number: usize| of_share(document, selection, number * len..(number + 1) * len, work);
    if threads == 1 {
        return of_share(document, selection, 0..usize::MAX, work);
    }
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            // Without a thread, this one does its work.
            .map(|number| (number, threads::spawn_scoped(scope, move || share(number)).ok()))
            .collect();
        let mut results = share(0);
        results.reserve(leaves - results.len());
        for (number, other) in others {
            results.extend(match other.map(thread::ScopedJoinHandle::join) {
                Some(Ok(others)) => others,
                Some(Err(panic)) => std::panic::resume_unwind(panic),
                None => share(number),
            });
        }
        results
    })
}

fn of_share<T>(
    document: &Document,
    selection: &CompiledRule,
    share: Range<usize>,
    work: &impl Fn(usize, &Leaf, &RulePlace<'_>) -> T,
) -> Vec<T> {
    let mut results = Vec::with_capacity(share.len().min(document.found.tokens.len()));
    let mut number = 0;
    let _ = walk(document.tree(), selection, |met, spot| {
        let RuleItem::Leaf(leaf) = met else { return Ok(()) };
        if share.contains(&number) {
            results.push(work(number, leaf, spot));
        }
        number += 1;
        if number < share.end { Ok(()) } else { Err(()) }
    });
    results
}
