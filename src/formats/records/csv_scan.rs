//! Finds the cells of columns in CSV, as RFC 4180 has it, and nothing looser: what two readers would read differently is
//! refused, for one of them could find a value in the clear.

use std::ops::Range;

use memchr::memchr;

use crate::error::RecordFault;
use crate::formats::records::field::RecordField;
use crate::formats::records::found_value::FoundValue;
use crate::formats::records::layout::DELIMITERS;

/// Most columns.
const MOST_COLUMNS: usize = 100_000;
/// Most names of columns in an error.
const MOST_NAMED: usize = 20;
/// Some programs write it first: it is not part of the first name.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The columns that are looked for.
pub(super) struct CsvScanner {
    delimiter: u8,
    /// Length of the names, with their line end, in bytes.
    pub(super) names_len: usize,
    /// For each column its field, if it is one.
    columns: Vec<Option<u16>>,
}

/// Why a record is not one of CSV, as it reads behind it.
type CsvFault = &'static str;

/// What a cell ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CellEnd {
    Delimiter,
    Record,
}

impl CsvScanner {
    /// Finds the columns in the first record of a file, which begins `names`, with the delimiter that separates them.
    pub(super) fn of_names(names: &[u8], delimiter: u8, fields: &[RecordField]) -> Result<Self, RecordFault> {
        let (names, names_len) =
            Self::names_of(names, delimiter).map_err(|fault| RecordFault::Syntax { record: 0, fault })?;
        let mut columns = Vec::with_capacity(names.len());
        for name in &names {
            columns.push(fields.iter().zip(0u16..).find(|(field, _)| field.column() == Some(name)).map(|(_, it)| it));
        }
        for (field, number) in fields.iter().zip(0u16..) {
            if !columns.contains(&Some(number)) {
                let column = field.column().unwrap_or_default().to_owned();
                let more = if names.len() > MOST_NAMED { ", …" } else { "" };
                let columns = names[..names.len().min(MOST_NAMED)].join(", ") + more;
                return Err(RecordFault::NoColumn { column, columns });
            }
        }
        Ok(Self { delimiter, names_len, columns })
    }

    /// The names of the columns in the first record of a text, and where that ends.
    pub(super) fn names_of(text: &[u8], delimiter: u8) -> Result<(Vec<String>, usize), CsvFault> {
        let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let (cells, end) = cells_of(&text[start..], delimiter)?;
        if cells.len() > MOST_COLUMNS {
            return Err("has more than 100000 columns");
        }
        let name = |cell: &Range<usize>| String::from_utf8(content(&text[start + cell.start..start + cell.end]));
        let names = cells.iter().map(name).collect::<Result<_, _>>().map_err(|_| "has a name that is not UTF-8")?;
        Ok((names, start + end))
    }

    /// The first delimiter with which every field is a column; the error of the comma if there is none.
    pub(super) fn delimiter_of(names: &[u8], fields: &[RecordField]) -> Result<u8, RecordFault> {
        let tried = DELIMITERS.map(|delimiter| Self::of_names(names, delimiter, fields).map(|_| delimiter));
        let mut errors = Vec::new();
        for outcome in tried {
            match outcome {
                Ok(delimiter) => return Ok(delimiter),
                Err(error) => errors.push(error),
            }
        }
        Err(errors.swap_remove(0))
    }

    /// Adds the fields of the record that begins at `start` to `found`, and returns where the next one begins.
    pub(super) fn scan(&self, text: &[u8], start: usize, found: &mut Vec<FoundValue>) -> Result<usize, CsvFault> {
        if let Some(end) = end_of_line(text, start) {
            // An empty line has no cells, and not one empty cell.
            return Ok(end);
        }
        let mut at = start;
        for column in 0.. {
            let (end, next, ended_by) = cell(text, at, self.delimiter)?;
            if let Some(&Some(field)) = self.columns.get(column) {
                found.push(FoundValue { start: at, end, field });
            }
            at = next;
            if ended_by == CellEnd::Record {
                break;
            }
        }
        Ok(at)
    }
}

/// The cells of the first record of a text, and where that ends.
pub(super) fn cells_of(text: &[u8], delimiter: u8) -> Result<(Vec<Range<usize>>, usize), CsvFault> {
    let (mut cells, mut at) = (Vec::new(), 0);
    loop {
        let (end, next, ended_by) = cell(text, at, delimiter)?;
        cells.push(at..end);
        at = next;
        if ended_by == CellEnd::Record {
            return Ok((cells, at));
        }
    }
}

/// The content of a cell, without its quotes.
pub(super) fn content(cell: &[u8]) -> Vec<u8> {
    let Some(inner) = cell.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else { return cell.to_vec() };
    let mut content = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(&byte) = bytes.next() {
        content.push(byte);
        if byte == b'"' {
            bytes.next();
        }
    }
    content
}

/// Where the cell that begins at `at` ends, where the next one begins, and what is between them.
fn cell(text: &[u8], at: usize, delimiter: u8) -> Result<(usize, usize, CellEnd), CsvFault> {
    let end = if text.get(at) == Some(&b'"') { quoted(text, at)? } else { unquoted(text, at, delimiter)? };
    match text.get(end) {
        Some(&byte) if byte == delimiter => Ok((end, end + 1, CellEnd::Delimiter)),
        _ => match end_of_line(text, end) {
            Some(next) => Ok((end, next, CellEnd::Record)),
            None => Err("has something behind the closing quote of a cell"),
        },
    }
}

fn quoted(text: &[u8], at: usize) -> Result<usize, CsvFault> {
    let mut at = at + 1;
    loop {
        at += memchr(b'"', text.get(at..).unwrap_or_default()).ok_or("ends within a quoted cell")? + 1;
        if text.get(at) != Some(&b'"') {
            return Ok(at);
        }
        at += 1;
    }
}

fn unquoted(text: &[u8], at: usize, delimiter: u8) -> Result<usize, CsvFault> {
    for (position, &byte) in text.iter().enumerate().skip(at) {
        match byte {
            b'\n' => return Ok(position),
            b'\r' if matches!(text.get(position + 1), Some(b'\n') | None) => return Ok(position),
            b'\r' => return Err("has a carriage return in a cell without quotes"),
            b'"' => return Err("has a quote in a cell that does not begin with one"),
            _ if byte == delimiter => return Ok(position),
            _ => {}
        }
    }
    Ok(text.len())
}

/// Where the next line begins, if one ends here.
fn end_of_line(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at..)? {
        [] => Some(at),
        [b'\n', ..] | [b'\r'] => Some(at + 1),
        [b'\r', b'\n', ..] => Some(at + 2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_with_their_quotes_and_every_record_ends_where_it_ends() {
        let text = b"\xef\xbb\xbfid,\"the \"\"name\"\"\",ssn\r\n1,\"a,\n\"\"b\"\"\",x\r\n\r\n2,,\n3\n4,b,c,d";
        let fields: Vec<RecordField> = ["$['the \"name\"']", "ssn"].iter().map(|it| it.parse().unwrap()).collect();
        let mut at = text.windows(2).position(|two| two == b"\r\n").unwrap() + 2;
        let names = &text[..at];
        let scanner = CsvScanner::of_names(names, b',', &fields).unwrap();
        let mut records = Vec::new();
        while at < text.len() {
            let mut found = Vec::new();
            at = scanner.scan(text, at, &mut found).unwrap();
            let cells = found.iter().map(|it| (std::str::from_utf8(&text[it.start..it.end]).unwrap(), it.field));
            records.push(cells.collect::<Vec<_>>());
        }
        let second = "\"a,\n\"\"b\"\"\"";
        assert_eq!(
            records,
            [vec![(second, 0), ("x", 1)], vec![], vec![("", 0), ("", 1)], vec![], vec![("b", 0), ("c", 1)]]
        );
    }

    #[test]
    fn what_readers_of_csv_take_differently_is_refused() {
        let scanner = CsvScanner::of_names(b"a,b\n", b',', &["b".parse().unwrap()]).unwrap();
        for text in ["1,x\"y\n", "1,\"x\"y\n", "1,\"x\n", "1,x\ry\n", "\"1\" ,2\n"] {
            assert!(scanner.scan(text.as_bytes(), 0, &mut Vec::new()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_delimiter_is_the_one_with_which_every_field_is_a_column() {
        let fields: Vec<RecordField> = ["b", "c"].iter().map(|it| it.parse().unwrap()).collect();
        for (names, delimiter) in [("a,b,c\n", b','), ("a;b;c", b';'), ("b\tc\r\n", b'\t'), ("b|c|d,e\n", b'|')] {
            assert_eq!(CsvScanner::delimiter_of(names.as_bytes(), &fields), Ok(delimiter));
        }
        let fault = CsvScanner::delimiter_of(b"a,b\n", &fields).unwrap_err();
        assert_eq!(fault.to_string(), "there is no column c; the columns are a, b");
    }
}
