//! The progress bar: on a terminal, for work that takes longer than half a second.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use kenc::ops::observer::Progress;

use crate::printable::printable;

const APPEARS_AFTER: Duration = Duration::from_millis(500);
const DRAWS_PER_SECOND: u8 = 8;

/// Counts bytes, and shows them if the work takes long.
pub struct Bar {
    /// The start time, unless nothing is shown.
    since: Option<Instant>,
    name: String,
    total: Option<u64>,
    done: AtomicU64,
    /// Completed files, if there are many.
    files: Option<AtomicU64>,
    drawn: OnceLock<ProgressBar>,
}

impl Bar {
    /// Bar through `total` bytes of the input `name`.
    pub fn new(shown: bool, name: &str, total: Option<u64>) -> Self {
        let since = shown.then(Instant::now);
        Self { since, name: printable(name), total, done: AtomicU64::new(0), files: None, drawn: OnceLock::new() }
    }

    /// A bar for many files, whose number is not known yet.
    pub fn of_many(shown: bool, name: &str) -> Self {
        let mut progress = Self::new(shown, name, None);
        progress.files = Some(AtomicU64::new(0));
        progress
    }

    /// Called when one of many files is done.
    pub fn file_done(&self) {
        if let Some(files) = &self.files {
            files.fetch_add(1, Ordering::Relaxed);
        }
        self.count(0);
    }

    /// Removes the bar before the result is printed.
    pub fn end(&self) {
        if let Some(bar) = self.drawn.get() {
            bar.finish_and_clear();
        }
    }

    /// Lets something else be printed without being overwritten.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        match self.drawn.get() {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Called by every worker for every batch, so it must be cheap.
    fn count(&self, bytes: u64) {
        let Some(since) = self.since else { return };
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if since.elapsed() >= APPEARS_AFTER {
            let bar = self.drawn.get_or_init(|| self.bar(since));
            bar.set_position(done);
            if let Some(files) = &self.files {
                bar.set_prefix(files.load(Ordering::Relaxed).to_string());
            }
        }
    }

    fn bar(&self, since: Instant) -> ProgressBar {
        let template = match self.total {
            _ if self.files.is_some() => {
                "{msg} {spinner} {prefix} files {binary_bytes} {binary_bytes_per_sec} {elapsed}"
            }
            Some(_) => "{msg} {wide_bar} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta} left",
            None => "{msg} {spinner} {binary_bytes} {binary_bytes_per_sec} {elapsed}",
        };
        let style = ProgressStyle::with_template(template).expect("the template is one of three fixed ones");
        let bar = self.total.map_or_else(ProgressBar::no_length, ProgressBar::new);
        bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND));
        bar.with_style(style).with_message(self.name.clone()).with_elapsed(since.elapsed())
    }
}

impl Progress for Bar {
    fn advance(&self, bytes: u64) {
        self.count(bytes);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.end();
    }
}
