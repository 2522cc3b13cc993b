//! Copies a file through the pipeline of kenc, without encryption: the same reads, writes and threads. `benches/compare` runs it as
//! `copy INPUT OUTPUT`, to tell what the machine permits from what encryption takes. Without words it does nothing.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use kenc::error::Result;
use kenc::formats::native::pipeline::{PayloadInput, Pipeline};
use kenc::fs::atomic::{Access, Existing, Sync};
use kenc::fs::input::Input;
use kenc::storage::output::{Destination, Output};

fn copy(from: &Path, to: &Path) -> Result<u64> {
    let mut input = Input::open(from)?;
    let destination = Destination::File { path: to.to_owned(), existing: Existing::Refuse };
    let mut output = Output::open(&destination, Access::Umask, Sync::WhenReplacing, None)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let cancelled = AtomicBool::new(false);
    let pipeline = Pipeline { threads, progress: &|_| (), cancelled: &cancelled };
    let copied = output.write(&[], |sink| pipeline.copy(PayloadInput::of(&mut input.kind), sink))?;
    output.commit()?;
    Ok(copied)
}

fn main() {
    // `cargo bench` gives a flag, and no files.
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    if let [from, to] = &words[..]
        && let Err(error) = copy(Path::new(from), Path::new(to))
    {
        eprintln!("copy: {error}");
        std::process::exit(1);
    }
}
