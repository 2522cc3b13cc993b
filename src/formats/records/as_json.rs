//! One record as plain JSON, whatever its notation, so that a part of it can be named.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::error::RecordFault;
use crate::formats::records::csv_scan::{CsvScanner, cells_of, content};
use crate::formats::records::notation::RecordNotation;
use crate::formats::records::selection::OpenedRecords;

/// The only record of a text that was decrypted, as JSON: an object of columns, or the attributes of an item without their types.
///
/// # Errors
/// If there is no record or more than one, or it cannot be JSON.
pub fn as_json(opened: &OpenedRecords, text: &[u8]) -> Result<Zeroizing<Vec<u8>>, RecordFault> {
    let OpenedRecords { notation, delimiter, written, .. } = *opened;
    match written {
        0 => return Err(RecordFault::NoneMatches),
        1 => {}
        several => return Err(RecordFault::SeveralMatch(several)),
    }
    let not_json = |_| RecordFault::NotOfRecords("the record is not JSON");
    match notation {
        RecordNotation::JsonLines => Ok(Zeroizing::new(text.to_vec())),
        RecordNotation::Csv => of_csv(text, delimiter),
        RecordNotation::DynamoDbExport => {
            let lines: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_slice(text).map_err(not_json)?;
            let item = ["Item", "NewImage", "OldImage", "Keys"].iter().find_map(|name| lines.get(*name));
            let item = item.ok_or(RecordFault::NotOfRecords("the record has no item"))?;
            // It is shorter without the types: it does not grow.
            let mut json = Zeroizing::new(Vec::with_capacity(text.len()));
            attributes(item, &mut json).map_err(not_json)?;
            Ok(json)
        }
    }
}

fn of_csv(text: &[u8], delimiter: u8) -> Result<Zeroizing<Vec<u8>>, RecordFault> {
    let not_csv = |fault| RecordFault::Damaged { record: 0, fault };
    let (names, at) = CsvScanner::names_of(text, delimiter).map_err(not_csv)?;
    let (cells, _) = cells_of(&text[at..], delimiter).map_err(not_csv)?;
    let mut json = Zeroizing::new(Vec::with_capacity(6 * text.len() + 16));
    json.push(b'{');
    for (number, (name, cell)) in names.iter().zip(cells).enumerate() {
        if names[..number].contains(name) {
            continue;
        }
        if number > 0 {
            json.push(b',');
        }
        let cell = Zeroizing::new(content(&text[at + cell.start..at + cell.end]));
        let cell = std::str::from_utf8(&cell).map_err(|_| RecordFault::NotOfRecords("the cell is not UTF-8"))?;
        string(name, &mut json);
        json.push(b':');
        string(cell, &mut json);
    }
    json.push(b'}');
    Ok(json)
}

fn string(text: &str, json: &mut Vec<u8>) {
    serde_json::to_writer(json, text).expect("writing to memory does not fail");
}

/// The attributes of an item or a map. The depth is limited by the reader, which has seen all levels before.
fn attributes(raw: &RawValue, json: &mut Vec<u8>) -> serde_json::Result<()> {
    let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(raw.get())?;
    json.push(b'{');
    for (number, (name, value)) in members.iter().enumerate() {
        if number > 0 {
            json.push(b',');
        }
        string(name, json);
        json.push(b':');
        attribute(value, json)?;
    }
    json.push(b'}');
    Ok(())
}

/// A value behind its type.
fn attribute(raw: &RawValue, json: &mut Vec<u8>) -> serde_json::Result<()> {
    let typed: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(raw.get())?;
    let Some((kind, value)) = typed.into_iter().next() else {
        json.extend_from_slice(b"{}");
        return Ok(());
    };
    match &*kind {
        "M" => attributes(value, json),
        "L" => list(value, json, attribute),
        "NS" => list(value, json, number),
        "N" => number(value, json),
        "NULL" => {
            json.extend_from_slice(b"null");
            Ok(())
        }
        // Texts, truth values, bytes in Base64, and sets of texts and bytes.
        _ => {
            json.extend_from_slice(value.get().as_bytes());
            Ok(())
        }
    }
}

fn list(
    raw: &RawValue,
    json: &mut Vec<u8>,
    item: fn(&RawValue, &mut Vec<u8>) -> serde_json::Result<()>,
) -> serde_json::Result<()> {
    let items: Vec<&RawValue> = serde_json::from_str(raw.get())?;
    json.push(b'[');
    for (number, value) in items.into_iter().enumerate() {
        if number > 0 {
            json.push(b',');
        }
        item(value, json)?;
    }
    json.push(b']');
    Ok(())
}

/// A number, which DynamoDB writes as a string.
fn number(raw: &RawValue, json: &mut Vec<u8>) -> serde_json::Result<()> {
    let text: Zeroizing<String> = Zeroizing::new(serde_json::from_str(raw.get())?);
    let is_number = serde_json::from_str::<serde_json::Number>(&text).is_ok();
    json.extend_from_slice(if is_number { text.as_bytes() } else { raw.get().as_bytes() });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::records::selection::RecordProof;

    fn json(notation: RecordNotation, text: &str) -> String {
        let proof = RecordProof::Sealed;
        let opened = OpenedRecords { bytes: 0, records: 1, values: 0, written: 1, proof, notation, delimiter: b',' };
        String::from_utf8(as_json(&opened, text.as_bytes()).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn a_record_of_each_notation_is_plain_json() {
        assert_eq!(json(RecordNotation::JsonLines, "{\"a\": 1}\n"), "{\"a\": 1}\n");
        assert_eq!(
            json(RecordNotation::Csv, "\u{feff}id,\"a \"\"b\"\"\",id\r\n1,\"x\n\"\"y\"\"\",3\r\n"),
            "{\"id\":\"1\",\"a \\\"b\\\"\":\"x\\n\\\"y\\\"\"}"
        );
        assert_eq!(
            json(
                RecordNotation::DynamoDbExport,
                "{\"Item\":{\"n\":{\"N\":\"1.50\"},\"m\":{\"M\":{\"l\":{\"L\":[{\"NULL\":true},{\"S\":\"\\u00fc\"}]}}},\
                 \"s\":{\"NS\":[\"1\",\"2\"]},\"t\":{\"BOOL\":false},\"b\":{\"B\":\"AA==\"},\"x\":{\"SS\":[\"a\"]}}}\n"
            ),
            "{\"b\":\"AA==\",\"m\":{\"l\":[null,\"\\u00fc\"]},\"n\":1.50,\"s\":[1,2],\"t\":false,\"x\":[\"a\"]}"
        );
    }
}
