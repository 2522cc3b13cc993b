//! The progress bar: on a terminal, for work that takes longer than half a second.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use kenc::ops::observer::{Progress, TreeSize};

use crate::printable::printable;

const APPEARS_AFTER: Duration = Duration::from_millis(500);
const DRAWS_PER_SECOND: u8 = 8;
/// How often the numbers beside the bar change at most, in milliseconds.
const LABEL_INTERVAL: u64 = 100;

/// The bar that is on the terminal.
static DRAWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Prints something else without being overwritten by the bar.
pub fn above_bar<T>(print: impl FnOnce() -> T) -> T {
    let drawn = lock(&DRAWN).clone();
    match drawn {
        Some(bar) => bar.suspend(print),
        None => print(),
    }
}

/// Removes the bar, because the program ends.
#[cfg(unix)]
pub fn clear() {
    if let Some(bar) = lock(&DRAWN).take() {
        bar.finish_and_clear();
    }
}

/// Counts work, and shows it if it takes long.
pub struct Bar {
    /// Not drawn until the work has taken a while. From the beginning it measures how fast the work is. `None` if nothing is
    /// shown.
    meter: Option<ProgressBar>,
    since: Instant,
    measure: Measure,
    done: AtomicU64,
    /// Completed files, if there are many.
    files: AtomicU64,
    /// What there is to do, once it is known.
    size: Mutex<Option<TreeSize>>,
    /// Bytes of files that needed no work.
    passed_over: AtomicU64,
    is_drawn: AtomicBool,
    labelled: AtomicU64,
}

/// What a bar measures.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// Bytes of one input, of this length if it is known.
    Input(Option<u64>),
    /// Bytes of many files.
    Tree,
    /// Files.
    Files,
}

impl Bar {
    /// Bar through `total` bytes of the input `name`.
    pub fn new(shown: bool, name: &str, total: Option<u64>) -> Self {
        Self::measuring(shown, name, Measure::Input(total))
    }

    /// A bar for many files, whose number and size are told later.
    pub fn of_many(shown: bool, name: &str) -> Self {
        Self::measuring(shown, name, Measure::Tree)
    }

    /// A bar for files whose length says nothing of the work, and whose number may be unknown.
    pub fn of_files(shown: bool, name: &str, count: Option<usize>) -> Self {
        let bar = Self::measuring(shown, name, Measure::Files);
        *lock(&bar.size) = count.map(|count| TreeSize { files: count as u64, bytes: 0 });
        bar
    }

    fn measuring(shown: bool, name: &str, measure: Measure) -> Self {
        let meter = || {
            let meter = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            meter.with_message(printable(name))
        };
        Self {
            meter: shown.then(meter),
            since: Instant::now(),
            measure,
            done: AtomicU64::new(0),
            files: AtomicU64::new(0),
            size: Mutex::default(),
            passed_over: AtomicU64::new(0),
            is_drawn: AtomicBool::new(false),
            labelled: AtomicU64::new(0),
        }
    }

    /// Called when one of many files is done.
    pub fn file_done(&self) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.count(0);
    }

    /// Removes the bar before the result is printed.
    pub fn end(&self) {
        let Some(bar) = &self.meter else { return };
        if self.is_drawn.load(Ordering::Relaxed) {
            *lock(&DRAWN) = None;
        }
        bar.finish_and_clear();
    }

    /// Called by every worker for every batch, so it must be cheap.
    fn count(&self, bytes: u64) {
        let Some(bar) = &self.meter else { return };
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let files = self.files.load(Ordering::Relaxed);
        bar.set_position(if self.measure == Measure::Files { files } else { done });
        let elapsed = self.since.elapsed();
        if elapsed < APPEARS_AFTER || bar.is_finished() {
            return;
        }
        let now = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let before = self.labelled.load(Ordering::Relaxed);
        let is_due = before == 0 || now >= before + LABEL_INTERVAL;
        if is_due && self.labelled.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.label(bar);
        }
    }

    fn label(&self, bar: &ProgressBar) {
        let files = self.files.load(Ordering::Relaxed);
        let size = *lock(&self.size);
        bar.set_prefix(match (size, self.measure) {
            (Some(size), _) => format!("{files}/{}", size.files),
            (None, Measure::Input(_)) => String::new(),
            (None, Measure::Tree | Measure::Files) => files.to_string(),
        });
        if let Some(total) = self.total(size)
            && bar.length() != Some(total)
        {
            bar.set_length(total);
            bar.set_style(style(self.measure, true));
        }
        if !self.is_drawn.swap(true, Ordering::Relaxed) {
            let is_known = self.total(size).is_some();
            bar.set_style(style(self.measure, is_known));
            let terminal = Box::new(BarTerminal(Term::buffered_stderr()));
            bar.set_draw_target(ProgressDrawTarget::term_like_with_hz(terminal, DRAWS_PER_SECOND));
            *lock(&DRAWN) = Some(bar.clone());
        }
    }

    fn total(&self, size: Option<TreeSize>) -> Option<u64> {
        match self.measure {
            Measure::Input(total) => total,
            Measure::Tree => {
                size.map(|size| size.bytes.saturating_sub(self.passed_over.load(Ordering::Relaxed)).max(1))
            }
            Measure::Files => size.map(|size| size.files),
        }
    }
}

/// The terminal of the bar, which leaves the last columns free: Ctrl-C makes the terminal write `^C` behind a bar, and on the next
/// line if there is no room, where removing the bar would not reach it.
#[derive(Debug)]
struct BarTerminal(Term);

const FREE_COLUMNS: u16 = 4;

impl TermLike for BarTerminal {
    fn width(&self) -> u16 {
        self.0.size().1.saturating_sub(FREE_COLUMNS)
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_right(columns)
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_left(columns)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}

fn style(measure: Measure, is_total_known: bool) -> ProgressStyle {
    let template = match (measure, is_total_known) {
        (Measure::Input(_), true) => {
            "{msg} {wide_bar} {percent}% {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta} left"
        }
        (Measure::Input(_), false) => "{msg} {spinner} {binary_bytes} {binary_bytes_per_sec} {elapsed}",
        (Measure::Tree, true) => {
            "{msg} {wide_bar} {percent}% {prefix} files {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta} left"
        }
        (Measure::Tree, false) => "{msg} {spinner} {prefix} files {binary_bytes} {binary_bytes_per_sec} {elapsed}",
        (Measure::Files, true) => "{msg} {wide_bar} {percent}% {prefix} files {eta} left",
        (Measure::Files, false) => "{msg} {spinner} {prefix} files {per_sec} {elapsed}",
    };
    ProgressStyle::with_template(template).expect("the template is one of six fixed ones")
}

/// A thread that panicked left nothing half-done behind the locks: each guards one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Progress for Bar {
    fn advance(&self, bytes: u64) {
        self.count(bytes);
    }

    fn wants_size(&self) -> bool {
        self.meter.is_some()
    }

    fn expect(&self, size: TreeSize) {
        *lock(&self.size) = Some(size);
    }

    fn pass_over(&self, bytes: u64) {
        self.passed_over.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.end();
    }
}
