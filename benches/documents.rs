//! How fast is a config document of 10 000 values opened, encrypted, and written again after one value was set: by notation?

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kenc::Session;
use kenc::document::{
    ChangeOutcome, Document, EncryptedDocument, EncryptionRecipe, Format, Member, Node, OpenRequirements,
    OpenedDocument, Tree, TreeEntry, Value,
};
use kenc::keys::{KeySpec, NewIdentity};
use zeroize::Zeroizing;

/// One for each notation with several values.
const FORMATS: [Format; 5] = [Format::Yaml, Format::Json, Format::Dotenv, Format::Ini, Format::Toml];

const MAPPINGS: i64 = 100;
const VALUES_OF_EACH: i64 = 100;

/// A session with a local key, and how documents are encrypted under that.
struct Keys {
    session: Session,
    recipe: EncryptionRecipe,
}

impl Keys {
    fn new() -> Self {
        let identity = NewIdentity::generate();
        let groups = vec![vec![KeySpec::from(identity.recipient).into()]];
        Self {
            session: Session::new().with_identities(identity.secret),
            recipe: EncryptionRecipe { groups, ..EncryptionRecipe::default() },
        }
    }

    fn encrypt(&self, plaintext: &Document) -> String {
        plaintext.encrypt(&self.recipe, &self.session.keyring()).unwrap().text.to_string()
    }

    fn open(&self, format: Format, encrypted: &str) -> OpenedDocument {
        let document = Document::parse(format, Zeroizing::new(encrypted.to_owned())).unwrap();
        EncryptedDocument::new(document).unwrap().open(&self.session.keyring(), &OpenRequirements::default()).unwrap()
    }
}

/// Mappings of values of several types, or only text and flat, as the notation can carry it.
fn plaintext(format: Format) -> String {
    let member = |key: String, value| TreeEntry::Child(Member::new(key, value));
    let value = |number: i64| match number % 10 {
        0 if format.has_types() => Value::Integer(number),
        1 if format.has_types() => Value::Bool(number % 4 == 1),
        _ => Value::Text(format!("a value of the usual length, {number}").into()),
    };
    let mapping = |name: i64| -> Vec<_> {
        let numbers = (name * VALUES_OF_EACH)..((name + 1) * VALUES_OF_EACH);
        numbers.map(|number| member(format!("a_key_of_the_usual_length_{number}"), Node::leaf(value(number)))).collect()
    };
    let root = match format {
        Format::Dotenv => (0..MAPPINGS).flat_map(mapping).collect(),
        _ => (0..MAPPINGS).map(|name| member(format!("mapping_{name}"), Node::Mapping(mapping(name)))).collect(),
    };
    Document::emit(format, &Tree { roots: vec![Node::Mapping(root)] }).unwrap().to_string()
}

fn documents(criterion: &mut Criterion) {
    let keys = Keys::new();
    for format in FORMATS {
        let text = plaintext(format);
        let parse = |text: &str| Document::parse(format, Zeroizing::new(text.to_owned())).unwrap();
        let encrypted = keys.encrypt(&parse(&text));
        let mut group = criterion.benchmark_group(format!("documents/{}", format.word()));
        group.sample_size(10).throughput(Throughput::Elements((MAPPINGS * VALUES_OF_EACH).unsigned_abs()));
        group.bench_function(BenchmarkId::from_parameter("open"), |bencher| {
            bencher.iter(|| keys.open(format, black_box(&encrypted)).into_plaintext());
        });
        group.bench_function(BenchmarkId::from_parameter("encrypt"), |bencher| {
            bencher.iter(|| keys.encrypt(&parse(black_box(&text))));
        });
        let opened = keys.open(format, &encrypted);
        let path = if format == Format::Dotenv {
            "a_key_of_the_usual_length_77"
        } else {
            "mapping_0.a_key_of_the_usual_length_77"
        };
        let (path, value) = (path.parse().unwrap(), Node::leaf(Value::Text("another".into())));
        group.bench_function(BenchmarkId::from_parameter("set"), |bencher| {
            bencher.iter(|| {
                let edited = opened.with_value(black_box(&path), &value).unwrap();
                assert!(matches!(opened.encrypt_again(&edited).unwrap(), ChangeOutcome::Changed(_)));
            });
        });
        group.finish();
    }
}

criterion_group!(benches, documents);
criterion_main!(benches);
