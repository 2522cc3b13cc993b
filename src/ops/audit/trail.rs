//! Reading one log: JSON, or JSON in gzip, as a stream in constant memory.

use std::io::{BufReader, ErrorKind, Read};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;

use super::audited_files::AuditedFiles;
use super::event::TrailEvent;
use super::event_filter::EventFilter;
use super::fault::TrailFault;
use super::record_scanner::RecordScanner;
use super::rows::{AuditRow, place};
use super::use_log::UseLog;
use crate::error::Error;
use crate::fs::input::{Input, InputKind};
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::Progress;
use crate::ops::session::Session;

/// Bytes of the uncompressed log that are looked at in one go.
const BLOCK: usize = 256 << 10;
/// Bytes that are read in one go.
const READ_AHEAD: usize = 128 << 10;
/// Rows that are gathered before they are given on, and bytes of their records.
const ROWS_AT_ONCE: usize = 256;
const ROW_BYTES_AT_ONCE: usize = 1 << 20;
/// What a gzip file begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What is looked for in every log.
#[derive(Clone, Copy)]
pub struct AuditQuestion<'a> {
    /// The files.
    pub files: &'a AuditedFiles,
    /// What kenc noted of its calls.
    pub uses: &'a UseLog,
    /// Which events are asked for.
    pub filter: &'a EventFilter,
}

/// What was in a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogCounts {
    /// Its records, of all services.
    pub records: u64,
    /// Calls that name only an alias, which may mean a key of the files.
    pub by_alias: u64,
}

/// Whether an input that begins so can be a log.
#[must_use]
pub fn may_be_log(start: &[u8]) -> bool {
    start.starts_with(&GZIP) || start.is_empty() || matches!(start.trim_ascii_start().first(), Some(b'{' | b'[') | None)
}

/// Reads a log, and gives the rows that it has to `give`, some at a time.
///
/// # Errors
/// If it is damaged or no log, or the work is interrupted.
pub fn read_log(
    session: &Session,
    (input, name): (Input, &str),
    question: AuditQuestion<'_>,
    progress: &dyn Progress,
    give: &mut dyn FnMut(Vec<AuditRow>),
) -> Result<LogCounts, Failure> {
    let about = |fault: LogFault| match fault {
        LogFault::Trail(fault) => Failure { subject: Some(name.to_owned()), ..Failure::from(Cause::Trail(fault)) },
        LogFault::Library(error) => Failure::about(name)(error),
    };
    let (start, input) = input.peek().map_err(Failure::about(name))?;
    if let InputKind::Object(object) = &input.kind {
        object.expect_rest();
    }
    let reader = BufReader::with_capacity(READ_AHEAD, Counted { inner: input.into_reader(), progress });
    let mut reading =
        LogReading { question, log: name.into(), counts: LogCounts::default(), rows: Vec::new(), row_bytes: 0 };
    let is_compressed = start.starts_with(&GZIP);
    let whole = if is_compressed {
        reading.read(session, &mut MultiGzDecoder::new(reader), Compression::Gzip, give)
    } else {
        reading.read(session, &mut { reader }, Compression::None, give)
    };
    give(std::mem::take(&mut reading.rows));
    whole.map_err(about)?;
    Ok(reading.counts)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Compression {
    None,
    Gzip,
}

/// Why a log could not be read.
enum LogFault {
    Trail(TrailFault),
    Library(Error),
}

impl From<TrailFault> for LogFault {
    fn from(fault: TrailFault) -> Self {
        Self::Trail(fault)
    }
}

/// A log that is being read.
struct LogReading<'a> {
    question: AuditQuestion<'a>,
    log: Arc<str>,
    counts: LogCounts,
    rows: Vec<AuditRow>,
    row_bytes: usize,
}

impl LogReading<'_> {
    fn read(
        &mut self,
        session: &Session,
        reader: &mut dyn Read,
        compression: Compression,
        give: &mut dyn FnMut(Vec<AuditRow>),
    ) -> Result<(), LogFault> {
        let mut scanner = RecordScanner::default();
        let mut block = vec![0; BLOCK];
        loop {
            session.check_cancelled().map_err(LogFault::Library)?;
            let count = match reader.read(&mut block) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(of_read(error, compression)),
            };
            scanner.feed(&block[..count], &mut |record| self.record(record, give))?;
        }
        scanner.end()?;
        Ok(())
    }

    fn record(&mut self, record: &[u8], give: &mut dyn FnMut(Vec<AuditRow>)) -> Result<(), LogFault> {
        let AuditQuestion { files, uses, filter } = self.question;
        self.counts.records += 1;
        let event = TrailEvent::read(record).map_err(|_| TrailFault::Malformed(self.counts.records))?;
        let Some(event) = event.filter(|event| filter.takes(event)) else { return Ok(()) };
        let mut words = event.uses.iter().flat_map(|key| &key.words);
        let is_by_alias = words.any(|word| files.may_name_a_key(word));
        match place((event, record.len()), files, uses, &self.log) {
            Some(row) if filter.takes_level(row.level, row.is_unknown) => {
                self.row_bytes += row.record_len;
                self.rows.push(row);
            }
            Some(_) => {}
            None => self.counts.by_alias += u64::from(is_by_alias),
        }
        if self.rows.len() >= ROWS_AT_ONCE || self.row_bytes >= ROW_BYTES_AT_ONCE {
            self.row_bytes = 0;
            give(std::mem::take(&mut self.rows));
        }
        Ok(())
    }
}

fn of_read(error: std::io::Error, compression: Compression) -> LogFault {
    match (compression, error.kind()) {
        (Compression::Gzip, ErrorKind::UnexpectedEof) => LogFault::Trail(TrailFault::CutOff),
        (Compression::Gzip, ErrorKind::InvalidInput | ErrorKind::InvalidData) => {
            LogFault::Trail(TrailFault::DamagedGzip)
        }
        _ => LogFault::Library(Error::of_read(error)),
    }
}

/// Counts what is read.
struct Counted<'a> {
    inner: Box<dyn Read + Send>,
    progress: &'a dyn Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.progress.advance(count as u64);
        Ok(count)
    }
}
