//! Options for records: JSON lines, CSV and exports of DynamoDB.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use kenc::error::RecordFault;
use kenc::formats::records::record_match::RecordMatch;
use kenc::formats::records::selection::{RecordNumbers, RecordSealDemand, RecordSelection};
use kenc::formats::records::{RecordField, RecordNotation, RecordRequest};

pub const RECORDS: &str = "Options for records";

/// Which fields of records are encrypted.
#[derive(Debug, Default, Args)]
pub struct RecordsEncryptArgs {
    /// Encrypt fields of records, and leave every other byte as it is
    ///
    /// The input is read as a stream. The first record of the result holds the wrapped keys, and the last one a seal, which shows
    /// that no record was changed, moved, added or removed. gzip input gives gzip output. See kenc-records(5).
    #[arg(
        long,
        value_name = "KIND",
        value_parser = notations(),
        requires = "fields",
        conflicts_with_all = ["whole", "armor", "selection", "recursive", "files0_from", "format", "sign", "frame_length"],
        help_heading = RECORDS
    )]
    pub records: Option<RecordNotation>,

    /// Field to encrypt: a column, an attribute, or a path such as `$.address.street` or `$.cards[*].number`; repeatable
    #[arg(long = "field", value_name = "PATH", requires = "records", help_heading = RECORDS)]
    pub fields: Vec<RecordField>,
}

impl RecordsEncryptArgs {
    pub fn request(&self) -> Result<Option<RecordRequest>, RecordFault> {
        self.records.map(|notation| RecordRequest::new(notation, self.fields.clone())).transpose()
    }
}

/// What is decrypted of records.
#[derive(Debug, Default, Args)]
pub struct RecordsDecryptArgs {
    /// Decrypt only this field of records, and leave the others encrypted; repeatable
    #[arg(long = "field", value_name = "PATH", conflicts_with_all = NOT_FOR_RECORDS, help_heading = RECORDS)]
    pub fields: Vec<RecordField>,

    /// Write only these records, counted from 1: N, A-B, A- or -B
    #[arg(long, value_name = "N-M", value_parser = parse_numbers, conflicts_with_all = NOT_FOR_RECORDS, help_heading = RECORDS)]
    pub record: Option<RecordNumbers>,

    /// Accept records without a seal, such as the beginning of a file, and say what is proven
    ///
    /// Each decrypted value is authentic and in its record. Nothing proves what is not encrypted, nor that no record is
    /// missing. kenc then exits with 7. With --record A-, a later run continues at record A.
    #[arg(long, conflicts_with_all = NOT_FOR_RECORDS, help_heading = RECORDS)]
    pub allow_unsealed: bool,

    /// Take the header from this file, for records that another program sorted, filtered, or imported and exported
    ///
    /// FILE is the encrypted file that they come from, or its first line. Each decrypted value is authentic and of its field,
    /// in any record and any order.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = NOT_FOR_RECORDS, help_heading = RECORDS)]
    pub header: Option<PathBuf>,
}

/// The record whose value is printed.
#[derive(Debug, Default, Args)]
pub struct RecordGetArgs {
    /// Of a file of records: the record with this number, from 1
    #[arg(long = "record", value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = RECORDS)]
    pub number: Option<u64>,

    /// Of a file of records: the only record in which this field has this value, such as `id=42`
    ///
    /// kenc compares the decrypted values as text. It reads the whole file, so that the seal is verified as well.
    #[arg(long = "where", value_name = "PATH=VALUE", conflicts_with = "number", help_heading = RECORDS)]
    pub matching: Option<RecordMatch>,
}

impl RecordGetArgs {
    /// What is asked for, if it is of records.
    pub fn selection(&self) -> Option<RecordSelection> {
        let Self { number, matching } = self;
        let numbers = number.map(|number| RecordNumbers { first: number, last: Some(number) });
        let is_asked = numbers.is_some() || matching.is_some();
        is_asked.then(|| RecordSelection { numbers, matching: matching.clone(), ..RecordSelection::default() })
    }
}

/// Options of `kenc decrypt` that other files have.
const NOT_FOR_RECORDS: [&str; 6] = ["range", "extract", "output_type", "recursive", "files0_from", "command"];

impl RecordsDecryptArgs {
    pub fn is_asked(&self) -> bool {
        let Self { fields, record, allow_unsealed, header } = self;
        !fields.is_empty() || record.is_some() || *allow_unsealed || header.is_some()
    }

    pub fn selection(&self) -> RecordSelection {
        let seal = if self.allow_unsealed { RecordSealDemand::Optional } else { RecordSealDemand::Required };
        RecordSelection { fields: self.fields.clone(), numbers: self.record, seal, ..RecordSelection::default() }
    }
}

fn notations() -> impl TypedValueParser<Value = RecordNotation> {
    let words = RecordNotation::ALL.map(|notation| match notation {
        RecordNotation::JsonLines => PossibleValue::new(notation.word()).help("A JSON value in each line"),
        RecordNotation::Csv => PossibleValue::new(notation.word()).help("CSV with the names of its columns"),
        _ => PossibleValue::new(notation.word()).help("An export of DynamoDB to S3 in DynamoDB JSON"),
    });
    PossibleValuesParser::new(words).map(|word| RecordNotation::of_word(&word).expect("it is one of the words"))
}

/// Numbers of records, as cut(1) takes them.
pub fn parse_numbers(text: &str) -> Result<RecordNumbers, String> {
    const FORM: &str = "is a number, or a range: N, A-B, A- or -B";
    let number = |text: &str| text.parse::<u64>().ok().filter(|number| *number > 0).ok_or(FORM.to_owned());
    let Some((first, last)) = text.split_once('-') else {
        let number = number(text)?;
        return Ok(RecordNumbers { first: number, last: Some(number) });
    };
    if first.is_empty() && last.is_empty() {
        return Err(FORM.to_owned());
    }
    let first = if first.is_empty() { 1 } else { number(first)? };
    let last = if last.is_empty() { None } else { Some(number(last)?) };
    if last.is_some_and(|last| last < first) {
        return Err("the range ends before it begins".to_owned());
    }
    Ok(RecordNumbers { first, last })
}
