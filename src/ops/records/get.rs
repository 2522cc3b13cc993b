//! One record of a file, as a document of which parts are printed.

use std::io::{self, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::document::{Document, Format};
use crate::error::{Error, RecordFault};
use crate::formats::records::as_json::as_json;
use crate::formats::records::selection::{OpenedPacking, OpenedRecords, RecordSelection};
use crate::fs::input::Input;
use crate::limits::LONGEST_SEALED_RECORD;
use crate::ops::failure::Failure;
use crate::ops::input_name::name_of;
use crate::ops::records::decrypt::{RecordsDecryption, decrypt_to};
use crate::ops::session::Session;

/// Decrypts the one record that is selected, and reads it as JSON.
///
/// # Errors
/// If it is no file of records, cannot be opened, or is not authentic; if not exactly one record is selected.
pub fn record(
    session: &Session,
    path: Option<&Path>,
    selection: RecordSelection,
    input: Input,
    threads: usize,
) -> Result<(Document, OpenedRecords), Failure> {
    let selection = RecordSelection { packing: OpenedPacking::Plain, ..selection };
    let decryption = RecordsDecryption { path, selection: &selection, header: None, threads };
    let mut text = OneRecord(Zeroizing::new(Vec::new()));
    let opened = decrypt_to(session, &decryption, input, &mut text)?;
    let about = || Failure::about(name_of(path));
    let json = as_json(&opened, &text.0).map_err(Error::from).map_err(about())?;
    let document = Document::from_plaintext(Format::Json, json).map_err(Error::from).map_err(about())?;
    Ok((document, opened))
}

/// Keeps what is written, as long as it can be one record.
struct OneRecord(Zeroizing<Vec<u8>>);

impl Write for OneRecord {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = self.0.len() + bytes.len();
        if len > LONGEST_SEALED_RECORD {
            return Err(io::Error::other(Error::from(RecordFault::NotOfRecords("more than one record is selected"))));
        }
        if len > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(len.next_power_of_two()));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
