//! What holds of files of records, whatever happened to them.

use std::io::Write as _;
use std::sync::atomic::AtomicBool;

use super::batch::PlaceOfValues;
use super::file_format::RecordsFile;
use super::layout::RecordRequest;
use super::notation::RecordNotation;
use super::open::RecordsOpening;
use super::seal::RecordsSeal;
use super::selection::{OpenedRecords, RecordNumbers, RecordProof, RecordSealDemand, RecordSelection};
use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{Error, RecordFault, Result};
use crate::formats::format::{PreparedSeal, Work};
use crate::fs::input::Input;
use crate::storage::output::Output;
use crate::storage::payload::PayloadInput;

const JSON: &str = concat!(
    "{\"id\":1,\"ssn\":\"123-45-6789\",\"n\":12.50}\n",
    "  {\"ssn\" : null, \"tags\":[{\"v\":true},{\"v\":{\"a\": [1, 2]}}]}\r\n",
    "\n",
    "{\"id\":3}\n",
    "{\"s\\u0073n\":\"\\u00fc \\\"quoted\\\"\",\"ssn\":-0}\n",
);
const CSV: &str =
    "\u{feff}id,ssn,\"the name\"\r\n1,123-45-6789,\"a \"\"b\"\"\nc\"\r\n2,,\"\"\r\n\r\n3\r\n4,x,ü,more\r\n";
const DDB: &str = concat!(
    "{\"Item\":{\"id\":{\"N\":\"1\"},\"ssn\":{\"S\":\"123-45-6789\"},\"m\":{\"M\":{\"x\":{\"BOOL\":true}}}}}\n",
    "{\"Item\":{\"ssn\":{\"SS\":[\"a\",\"b\"]},\"id\":{\"N\":\"2\"}}}\n",
    "{\"Item\":{\"ssn\":{\"NULL\":true},\"m\":{\"M\":{\"x\":{\"L\":[{\"B\":\"AA==\"}]}}}}}\n",
);

fn data_key() -> DataKey {
    DataKey::from_slice(&[9; 32]).unwrap()
}

fn sealed_with(notation: RecordNotation, fields: &[&str], text: &[u8]) -> Result<Vec<u8>> {
    let fields = fields.iter().map(|field| field.parse().unwrap()).collect();
    let mut context = EncryptionContext::new();
    context.insert("app", "demo").unwrap();
    let request = RecordRequest::new(notation, fields)?;
    let seal = RecordsSeal { request, context, wrapped: Vec::new(), data_key: data_key() };
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut output = Output::Stream(Box::new(file.reopen().unwrap()));
    let written = seal.seal(PayloadInput::Stream(&mut &text[..]), &mut output, work())?;
    let sealed = std::fs::read(file.path()).unwrap();
    assert_eq!(written, sealed.len() as u64);
    Ok(sealed)
}

fn sealed(notation: RecordNotation, text: &[u8]) -> Vec<u8> {
    let fields: &[&str] = match notation {
        RecordNotation::JsonLines => &["ssn", "tags[*].v"],
        RecordNotation::Csv => &["$['the name']", "ssn"],
        RecordNotation::DynamoDbExport => &["ssn", "m.x"],
    };
    sealed_with(notation, fields, text).unwrap()
}

fn work() -> Work<'static> {
    static RUNS: AtomicBool = AtomicBool::new(false);
    Work { threads: 2, progress: &|_| (), cancelled: &RUNS, workspace: None }
}

/// What was written, and what came of it.
fn opened(file: &[u8], selection: &RecordSelection) -> (Vec<u8>, Result<OpenedRecords>) {
    let mut written = Vec::new();
    let done = open_to(file, selection, PlaceOfValues::Bound, &mut written);
    (written, done)
}

fn open_to(
    file: &[u8],
    selection: &RecordSelection,
    places: PlaceOfValues,
    written: &mut Vec<u8>,
) -> Result<OpenedRecords> {
    let input = Input::of_stream(Box::new(std::io::Cursor::new(file.to_vec())));
    let mut file = RecordsFile::read(input, file)?;
    let key = file.header.key(&data_key()).ok_or(RecordFault::Header("it does not match its keys"))?;
    let opening = RecordsOpening { header: &file.header, key: &key, packing: file.packing, places };
    opening.open(&mut file.payload, selection, Some(written), &work())
}

fn all() -> RecordSelection {
    RecordSelection::default()
}

fn fault_of(file: &[u8]) -> RecordFault {
    match opened(file, &all()).1 {
        Err(Error::Record(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(bytes), &mut text).unwrap();
    text
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

const EXAMPLES: [(RecordNotation, &str); 3] =
    [(RecordNotation::JsonLines, JSON), (RecordNotation::Csv, CSV), (RecordNotation::DynamoDbExport, DDB)];

#[test]
fn every_byte_comes_back_with_and_without_a_last_line_end_plain_and_compressed() {
    for (notation, text) in EXAMPLES {
        for text in [text, text.trim_end()] {
            let file = sealed(notation, text.as_bytes());
            assert!(!file.windows(11).any(|window| window == b"123-45-6789"));
            let (plaintext, done) = opened(&file, &all());
            assert_eq!(std::str::from_utf8(&plaintext).unwrap(), text);
            let done = done.unwrap();
            assert_eq!((done.proof, done.bytes), (RecordProof::Sealed, text.len() as u64));
            let file = sealed(notation, &packed(text.as_bytes()));
            let (plaintext, done) = opened(&file, &all());
            assert_eq!(done.unwrap().proof, RecordProof::Sealed);
            assert_eq!(std::str::from_utf8(&unpacked(&plaintext)).unwrap(), text);
            // What a tool unpacked is still a file of records.
            assert_eq!(opened(&unpacked(&file), &all()).0, text.as_bytes());
        }
    }
    for notation in [RecordNotation::JsonLines, RecordNotation::DynamoDbExport] {
        assert_eq!(opened(&sealed(notation, b""), &all()).1.unwrap().proof, RecordProof::Sealed);
    }
}

#[test]
fn many_blocks_of_records_come_back_in_order() {
    let record = |number: u32| format!("{{\"id\":{number},\"ssn\":\"{number}\",\"pad\":\"{}\"}}\n", "x".repeat(100));
    let text: String = (0..20_000).map(record).collect();
    let file = sealed(RecordNotation::JsonLines, text.as_bytes());
    let (plaintext, done) = opened(&file, &all());
    assert!(plaintext == text.as_bytes());
    let OpenedRecords { records, values, proof, .. } = done.unwrap();
    assert_eq!((records, values, proof), (20_000, 20_000, RecordProof::Sealed));
}

#[test]
fn a_file_that_is_cut_at_any_byte_is_an_error_and_what_came_out_before_is_its_beginning() {
    for (notation, text) in EXAMPLES {
        let file = sealed(notation, text.as_bytes());
        // The last line end is the one byte that a seal can do without.
        for len in 0..file.len() - 1 {
            let (written, done) = opened(&file[..len], &all());
            assert!(matches!(done, Err(Error::Record(_))), "{notation:?}: {len} bytes: {done:?}");
            assert!(text.as_bytes().starts_with(&written), "{notation:?}: {len} bytes");
        }
        let file = sealed(notation, &packed(text.as_bytes()));
        for len in 0..file.len() {
            assert!(opened(&file[..len], &all()).1.is_err(), "{notation:?}: {len} bytes");
        }
    }
}

#[test]
fn no_byte_of_a_file_can_be_changed() {
    for (notation, text) in EXAMPLES {
        let file = sealed(notation, text.as_bytes());
        for at in 0..file.len() {
            for bit in [1, 0x20] {
                let mut changed = file.clone();
                changed[at] ^= bit;
                let (_, done) = opened(&changed, &all());
                assert!(done.is_err(), "{notation:?}: byte {at}: {}", changed.escape_ascii());
            }
        }
    }
}

fn lines(file: &[u8]) -> Vec<Vec<u8>> {
    file.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

#[test]
fn records_that_were_swapped_removed_repeated_or_spliced_are_found_where_that_happened() {
    for (notation, text) in [
        (RecordNotation::JsonLines, "{\"ssn\":1}\n{\"ssn\":2}\n{\"ssn\":3}\n{\"ssn\":4}\n"),
        (RecordNotation::Csv, "ssn,the name\n1,a\n2,b\n3,c\n4,d\n"),
        (RecordNotation::DynamoDbExport, DDB),
    ] {
        let file = lines(&sealed(notation, text.as_bytes()));
        let first = if notation == RecordNotation::Csv { 2 } else { 1 };
        let moved = |change: &dyn Fn(&mut Vec<Vec<u8>>), record, from| {
            let mut changed = file.clone();
            change(&mut changed);
            match fault_of(&changed.concat()) {
                RecordFault::Moved { record: at, from: of, .. } => assert_eq!((at, of), (record, from), "{notation:?}"),
                other => panic!("{notation:?}: {other:?}"),
            }
        };
        moved(&|file| file.swap(first, first + 1), 1, 2);
        moved(&|file| drop(file.remove(first + 1)), 2, 3);
        moved(&|file| file.insert(first + 1, file[first].clone()), 2, 1);
        // The last record alone is missed by the seal.
        let mut changed = file.clone();
        changed.remove(file.len() - 2);
        assert!(matches!(fault_of(&changed.concat()), RecordFault::BrokenSeal { .. }));
        // Another file under the same data key, context and fields has other keys.
        let other = lines(&sealed(notation, text.as_bytes()));
        let mut spliced = file.clone();
        spliced[first + 1] = other[first + 1].clone();
        assert!(matches!(fault_of(&spliced.concat()), RecordFault::NotAuthentic { record: 2, .. }));
        let both = [file.concat(), other.concat()].concat();
        assert!(opened(&both, &all()).1.is_err());
        let mut seal_of_other = file.clone();
        *seal_of_other.last_mut().unwrap() = other.last().unwrap().clone();
        assert!(matches!(fault_of(&seal_of_other.concat()), RecordFault::BrokenSeal { .. }));
    }
}

#[test]
fn a_value_belongs_to_its_field_and_what_is_not_encrypted_is_covered_by_the_seal() {
    let file = sealed_with(RecordNotation::JsonLines, &["a", "b"], b"{\"a\":1,\"b\":2,\"c\":3}\n").unwrap();
    let text = String::from_utf8(file).unwrap();
    let swapped = text.replace("{\"a\":\"kenc", "{\"x\":\"kenc").replace("\"b\":\"kenc", "\"a\":\"kenc");
    let swapped = swapped.replace("{\"x\":", "{\"b\":");
    assert!(matches!(fault_of(swapped.as_bytes()), RecordFault::NotAuthentic { record: 1, .. }));
    for (old, new) in [("\"c\":3", "\"c\":4"), ("\"c\":3", "\"c\": 3"), (",\"c\":3", ""), ("\"c\"", "\"d\"")] {
        assert!(matches!(fault_of(text.replace(old, new).as_bytes()), RecordFault::BrokenSeal { .. }), "{new}");
    }
    let in_clear = text.replacen("{\"a\":\"kenc", "{\"a\":\"Kenc", 1);
    assert!(matches!(fault_of(in_clear.as_bytes()), RecordFault::NotEncrypted { record: 1, .. }));
    // The columns of CSV as well.
    let file = String::from_utf8(sealed(RecordNotation::Csv, b"ssn,the name\n1,2\n")).unwrap();
    let file = file.replace("ssn,the name\n", "the name,ssn\n");
    assert!(matches!(fault_of(file.as_bytes()), RecordFault::NotAuthentic { record: 1, .. }));
}

#[test]
fn some_fields_and_some_records_can_be_decrypted_and_the_seal_still_counts() {
    let text = "{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n{\"a\":5,\"b\":6}\n";
    let file = sealed_with(RecordNotation::JsonLines, &["a", "b"], text.as_bytes()).unwrap();
    let select = |fields: &[&str], numbers: Option<(u64, Option<u64>)>| RecordSelection {
        fields: fields.iter().map(|field| field.parse().unwrap()).collect(),
        numbers: numbers.map(|(first, last)| RecordNumbers { first, last }),
        ..RecordSelection::default()
    };
    let (written, done) = opened(&file, &select(&["b"], None));
    assert_eq!(done.unwrap().proof, RecordProof::Sealed);
    let written = String::from_utf8(written).unwrap();
    assert!(written.contains("\"b\":4}") && written.matches("\"a\":\"kenc").count() == 3, "{written}");
    let (written, done) = opened(&file, &select(&[], Some((2, Some(2)))));
    assert_eq!((&written[..], done.unwrap().proof), (&b"{\"a\":3,\"b\":4}\n"[..], RecordProof::Sealed));
    assert_eq!(opened(&file, &select(&[], Some((3, None)))).0, b"{\"a\":5,\"b\":6}\n");
    let none = opened(&file, &select(&[], Some((4, None)))).1;
    assert!(matches!(none, Err(Error::Record(RecordFault::NoSuchRecord { record: 4, records: 3 }))));
    let none = opened(&file, &select(&["c"], None)).1;
    assert!(matches!(none, Err(Error::Record(RecordFault::FieldNotEncrypted { .. }))));
    let mut changed = lines(&file);
    changed.swap(1, 3);
    assert!(opened(&changed.concat(), &select(&[], Some((2, Some(2))))).1.is_err());
}

#[test]
fn the_beginning_of_a_file_is_decrypted_on_request_up_to_its_last_whole_record() {
    let file = sealed(RecordNotation::Csv, b"ssn,the name\n1,a\n2,\"b\nb\"\n3,c\n");
    let text = String::from_utf8(file.clone()).unwrap();
    let selection = RecordSelection { seal: RecordSealDemand::Optional, ..all() };
    let (written, done) = opened(&file, &selection);
    assert_eq!((written.len(), done.unwrap().proof), (29, RecordProof::Sealed));
    let second = text.match_indices('\n').nth(3).unwrap().0;
    for (len, plaintext, records) in [
        (second - 5, &b"ssn,the name\n1,a\n"[..], 1),
        (second + 1, b"ssn,the name\n1,a\n2,\"b\nb\"\n", 2),
        (text.find("#kenc_seal").unwrap() + 20, b"ssn,the name\n1,a\n2,\"b\nb\"\n3,c\n", 3),
    ] {
        let (written, done) = opened(&file[..len], &selection);
        let done = done.unwrap();
        assert_eq!((&written[..], done.records, done.values), (plaintext, records, 2 * records));
        assert_eq!(done.proof, RecordProof::EachValue);
    }
    // A seal that is there must hold, and a record must be where it was.
    let mut changed = lines(&file);
    changed.swap(2, 3);
    assert!(opened(&changed.concat(), &selection).1.is_err());
    assert!(opened(text.replace("ssn,the", "ssn,The").as_bytes(), &selection).1.is_err());
}

#[test]
fn with_the_header_of_another_file_values_open_in_any_order_and_still_only_in_their_field() {
    let file = sealed_with(
        RecordNotation::DynamoDbExport,
        &["a", "b"],
        concat!(
            "{\"Item\":{\"a\":{\"S\":\"x\"},\"b\":{\"N\":\"1\"}}}\n",
            "{\"Item\":{\"a\":{\"S\":\"y\"},\"b\":{\"N\":\"2\"}}}\n",
        )
        .as_bytes(),
    )
    .unwrap();
    let all_lines = lines(&file);
    let sorted = [&all_lines[0][..], &all_lines[2], &all_lines[1]].concat();
    let mut written = Vec::new();
    let done = open_to(&sorted, &all(), PlaceOfValues::Free, &mut written).unwrap();
    assert_eq!(done.proof, RecordProof::EachValueAnywhere);
    assert_eq!(lines(&written)[0], b"{\"Item\":{\"a\":{\"S\":\"y\"},\"b\":{\"N\":\"2\"}}}\n");
    let renamed = String::from_utf8(sorted).unwrap().replace("{\"Item\":{\"a\":", "{\"Item\":{\"z\":");
    let renamed = renamed.replace(",\"b\":", ",\"a\":");
    assert!(open_to(renamed.as_bytes(), &all(), PlaceOfValues::Free, &mut Vec::new()).is_err());
}

#[test]
fn what_is_encrypted_already_or_no_record_is_refused_before_anything_is_encrypted() {
    let file = sealed(RecordNotation::JsonLines, JSON.as_bytes());
    for file in [file.clone(), packed(&file), sealed(RecordNotation::JsonLines, &packed(JSON.as_bytes()))] {
        let again = sealed_with(RecordNotation::JsonLines, &["ssn"], &file);
        assert!(matches!(again, Err(Error::Record(RecordFault::EncryptedAlready))));
    }
    let fault = sealed_with(RecordNotation::JsonLines, &["ssn"], b"{\"ssn\":1}\n{\"ssn\":\n").unwrap_err();
    assert!(matches!(fault, Error::Record(RecordFault::Syntax { record: 2, .. })));
    let fault = sealed_with(RecordNotation::Csv, &["ssn"], b"ssn\n1\nx\"y\"\n").unwrap_err();
    assert!(matches!(fault, Error::Record(RecordFault::Syntax { record: 2, .. })), "{fault:?}");
}
