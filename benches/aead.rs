//! How fast does each backend seal and open chunks of 16 KiB in one thread, without files, pipes or system calls?

use std::hint::black_box;
use std::io::{self, Read, Write};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kenc::context::EncryptionContext;
use kenc::crypto::{Backend, DataKey, Suite};
use kenc::formats::native::{ChunkCipher, Decryptor, Encryptor, FileHead, NewFile, Parameters};
use kenc::keys::WrappedKey;

/// Stays within the second-level cache, so that it is the ciphers that are measured and not the memory.
const PLAINTEXT_LEN: usize = 256 << 10;

fn new_file(suite: Suite, backend: Backend, data_key: &DataKey) -> NewFile {
    let slot = WrappedKey { provider: "bench".into(), key_id: "1".into(), ciphertext: vec![0; 32] };
    let parameters = Parameters { suite, context: EncryptionContext::new() };
    NewFile::new(parameters, vec![slot], data_key, backend).unwrap()
}

fn every_backend() -> impl Iterator<Item = (Suite, Backend)> {
    Suite::ALL.into_iter().flat_map(|suite| Backend::ALL.iter().map(move |&backend| (suite, backend)))
}

fn seal(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("seal");
    group.throughput(Throughput::Bytes(PLAINTEXT_LEN as u64));
    let (data_key, plaintext) = (DataKey::generate(), vec![7; PLAINTEXT_LEN]);
    for (suite, backend) in every_backend() {
        group.bench_function(BenchmarkId::new(suite.name(), format!("{backend:?}")), |bencher| {
            let begin = || Encryptor::new(io::sink(), new_file(suite, backend, &data_key)).unwrap();
            let work = |mut encryptor: Encryptor<io::Sink>| {
                encryptor.write_all(black_box(&plaintext)).unwrap();
                encryptor.finish().unwrap()
            };
            bencher.iter_batched(begin, work, BatchSize::SmallInput);
        });
    }
    group.finish();
}

fn open(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("open");
    group.throughput(Throughput::Bytes(PLAINTEXT_LEN as u64));
    let data_key = DataKey::generate();
    for (suite, backend) in every_backend() {
        let sealed = sealed(suite, backend, &data_key);
        let mut chunks = &sealed[..];
        let head = FileHead::read(&mut chunks).unwrap();
        let mut plaintext = vec![0; PLAINTEXT_LEN];
        group.bench_function(BenchmarkId::new(suite.name(), format!("{backend:?}")), |bencher| {
            let begin = || head.cipher(&data_key, backend).unwrap();
            let work = |cipher: ChunkCipher| {
                Decryptor::new(black_box(chunks), cipher).read_exact(&mut plaintext).unwrap();
            };
            bencher.iter_batched(begin, work, BatchSize::SmallInput);
        });
    }
    group.finish();
}

fn sealed(suite: Suite, backend: Backend, data_key: &DataKey) -> Vec<u8> {
    let mut encryptor = Encryptor::new(Vec::new(), new_file(suite, backend, data_key)).unwrap();
    encryptor.write_all(&vec![7; PLAINTEXT_LEN]).unwrap();
    encryptor.finish().unwrap()
}

criterion_group!(benches, seal, open);
criterion_main!(benches);
