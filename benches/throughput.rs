//! How fast is a whole payload encrypted, decrypted and verified: by size, by suite, by threads, and by the path it takes?

use std::fs::File;
use std::io::{PipeReader, PipeWriter, Read, Seek, Write, pipe};
#[cfg(unix)]
use std::os::fd::OwnedFd as Owned;
#[cfg(windows)]
use std::os::windows::io::OwnedHandle as Owned;
use std::sync::atomic::AtomicBool;
use std::thread::Scope;

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};
use criterion::{criterion_group, criterion_main};
use kenc::context::EncryptionContext;
use kenc::crypto::{Backend, DataKey, Suite};
use kenc::formats::native::pipeline::{PayloadInput, PayloadOutput, Pipeline};
use kenc::formats::native::{ChunkCipher, FileHead, NewFile, Parameters};
use kenc::keys::WrappedKey;

/// Large enough that threads and pipes come to speed, small enough that every benchmark once takes a moment.
const USUAL_LEN: usize = 64 << 20;
const MIB: usize = 1 << 20;

#[derive(Clone, Copy, Debug)]
enum Task {
    Encrypt,
    Decrypt,
    Verify,
}

#[derive(Clone, Copy, Debug)]
enum End {
    File,
    Pipe,
}

/// A payload, sealed and not, each in memory and in a file.
struct Payload {
    plaintext: Side,
    /// Chunks without the head.
    sealed: Side,
    cipher: ChunkCipher,
}

struct Side {
    bytes: Vec<u8>,
    file: File,
}

impl Side {
    fn new(bytes: Vec<u8>) -> Self {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        Self { bytes, file }
    }
}

impl Payload {
    fn new(suite: Suite, len: usize) -> Self {
        let data_key = DataKey::generate();
        let slot = WrappedKey { provider: "bench".into(), key_id: "1".into(), ciphertext: vec![0; 32] };
        let parameters = Parameters { suite, context: EncryptionContext::new() };
        let NewFile { head, cipher, .. } =
            NewFile::new(parameters, vec![slot], &data_key, Backend::default()).expect("one short slot");
        let plaintext = vec![7; len];
        let mut sealed = Vec::new();
        with_pipeline(1, |pipeline| {
            pipeline
                .seal(&cipher, PayloadInput::Stream(&mut &plaintext[..]), PayloadOutput::Stream(&mut sealed))
                .unwrap();
        });
        let head = FileHead::read(&mut &head[..]).unwrap();
        let cipher = head.cipher(&data_key, Backend::default()).expect("the same data key");
        Self { plaintext: Side::new(plaintext), sealed: Side::new(sealed), cipher }
    }

    fn input(&self, task: Task) -> &Side {
        match task {
            Task::Encrypt => &self.plaintext,
            Task::Decrypt | Task::Verify => &self.sealed,
        }
    }

    /// One run, from `input` to `output`, which is an empty file or the end of a pipe.
    fn run(&self, task: Task, threads: usize, input: PayloadInput<'_>, output: PayloadOutput<'_>) {
        with_pipeline(threads, |pipeline| {
            let done = match task {
                Task::Encrypt => pipeline.seal(&self.cipher, input, output),
                Task::Decrypt => pipeline.open(&self.cipher, input, output),
                Task::Verify => pipeline.open(&self.cipher, input, PayloadOutput::Nowhere),
            };
            done.unwrap();
        });
    }
}

fn with_pipeline(threads: usize, work: impl FnOnce(Pipeline<'_>)) {
    work(Pipeline { threads, progress: &|_| (), cancelled: &AtomicBool::new(false) });
}

fn all_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(8)
}

/// An empty file, made just before the timing.
///
/// On a virtual machine the first touch of memory that the host took back is many times slower than the copy itself, and a
/// page cache that was idle is evicted. So as much memory as the output needs is touched, and the input is read once.
fn prepare(input: &Side) -> File {
    let mut filler = tempfile::tempfile().unwrap();
    filler.write_all(&input.bytes).unwrap();
    filler.write_all(&input.bytes[..input.bytes.len() / 10 * 3]).unwrap();
    drop(filler);
    let mut file = &input.file;
    file.rewind().unwrap();
    std::io::copy(&mut file.take(u64::MAX), &mut std::io::sink()).unwrap();
    tempfile::tempfile().unwrap()
}

/// A pipe that another thread fills with `bytes`.
fn filled<'scope>(scope: &'scope Scope<'scope, '_>, bytes: &'scope [u8]) -> File {
    let (reader, mut writer): (PipeReader, PipeWriter) = pipe().unwrap();
    scope.spawn(move || bytes.chunks(MIB).try_for_each(|part| writer.write_all(part)).unwrap());
    widened(Owned::from(reader))
}

/// A pipe that another thread empties.
fn drained<'scope>(scope: &'scope Scope<'scope, '_>) -> File {
    let (mut reader, writer) = pipe().unwrap();
    scope.spawn(move || {
        let mut buffer = vec![0; MIB];
        while reader.read(&mut buffer).unwrap() > 0 {}
    });
    widened(Owned::from(writer))
}

fn widened(end: Owned) -> File {
    let file = File::from(end);
    kenc::fs::widen_pipe(&file);
    file
}

fn run(payload: &Payload, task: Task, threads: usize, (from, to): (End, End), file: &File) {
    let side = payload.input(task);
    std::thread::scope(|scope| {
        let mut source = matches!(from, End::Pipe).then(|| filled(scope, &side.bytes));
        let mut sink = matches!(to, End::Pipe).then(|| drained(scope));
        let input = match &mut source {
            Some(pipe) => PayloadInput::Stream(pipe),
            None => PayloadInput::File { file: &side.file, start: 0, len: side.bytes.len() as u64 },
        };
        let output = match &mut sink {
            Some(pipe) => PayloadOutput::Stream(pipe),
            None => PayloadOutput::File { file, start: 0 },
        };
        payload.run(task, threads, input, output);
    });
}

fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    id: BenchmarkId,
    payload: &Payload,
    task: Task,
    threads: usize,
    path: (End, End),
) {
    group.throughput(Throughput::Bytes(payload.plaintext.bytes.len() as u64));
    group.bench_function(id, |bencher| {
        let work = |file: File| {
            run(payload, task, threads, path, &file);
            file
        };
        bencher.iter_batched(|| prepare(payload.input(task)), work, BatchSize::PerIteration);
    });
}

fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sampling_mode(SamplingMode::Flat).sample_size(20);
    group
}

fn by_size(criterion: &mut Criterion) {
    let mut group = group(criterion, "size");
    for len in [16 << 10, MIB, 16 * MIB, USUAL_LEN] {
        let payload = Payload::new(Suite::default(), len);
        for task in [Task::Encrypt, Task::Decrypt, Task::Verify] {
            let id = BenchmarkId::new(format!("{task:?}"), format!("{} KiB", len >> 10));
            measure(&mut group, id, &payload, task, all_threads(), (End::File, End::File));
        }
    }
    group.finish();
}

fn by_suite(criterion: &mut Criterion) {
    let mut group = group(criterion, "suite");
    for suite in Suite::ALL {
        let payload = Payload::new(suite, USUAL_LEN);
        for task in [Task::Encrypt, Task::Decrypt, Task::Verify] {
            let id = BenchmarkId::new(format!("{task:?}"), suite.name());
            measure(&mut group, id, &payload, task, all_threads(), (End::File, End::File));
        }
    }
    group.finish();
}

fn by_threads(criterion: &mut Criterion) {
    let mut group = group(criterion, "threads");
    let payload = Payload::new(Suite::default(), USUAL_LEN);
    for threads in [1, 2, 4] {
        for task in [Task::Encrypt, Task::Decrypt, Task::Verify] {
            measure(
                &mut group,
                BenchmarkId::new(format!("{task:?}"), threads),
                &payload,
                task,
                threads,
                (End::File, End::File),
            );
        }
    }
    group.finish();
}

fn by_path(criterion: &mut Criterion) {
    let mut group = group(criterion, "path");
    let payload = Payload::new(Suite::default(), USUAL_LEN);
    let files_and_pipes =
        [(End::File, End::File), (End::File, End::Pipe), (End::Pipe, End::File), (End::Pipe, End::Pipe)];
    for task in [Task::Encrypt, Task::Decrypt] {
        for (from, to) in files_and_pipes {
            let id = BenchmarkId::new(format!("{task:?}"), format!("{from:?} to {to:?}"));
            measure(&mut group, id, &payload, task, all_threads(), (from, to));
        }
    }
    for from in [End::File, End::Pipe] {
        let id = BenchmarkId::new("Verify", format!("{from:?}"));
        measure(&mut group, id, &payload, Task::Verify, all_threads(), (from, End::File));
    }
    group.finish();
}

criterion_group!(benches, by_size, by_suite, by_threads, by_path);
criterion_main!(benches);
