//! How records are written, and how kenc's own records look among them.

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordNotation {
    /// A JSON value in each line.
    JsonLines,
    /// Comma-separated values of RFC 4180, with the names of the columns in the first record.
    Csv,
    /// An export of Amazon DynamoDB in DynamoDB JSON: an item in each line.
    DynamoDbExport,
}

/// What stands around the two records of kenc: the header at the beginning, and the seal at the end.
pub(super) struct OwnRecordMarks {
    /// What the header begins with.
    pub(super) header: &'static str,
    /// What the seal begins with.
    pub(super) seal: &'static str,
    /// What both end with, before the line end.
    pub(super) end: &'static str,
}

impl RecordNotation {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::JsonLines, Self::Csv, Self::DynamoDbExport];

    /// Its name: in `--records`, and in headers.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
            Self::DynamoDbExport => "ddb-export",
        }
    }

    /// The notation with this name.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notation| notation.word() == word)
    }

    /// How the records of kenc look in it.
    pub(super) fn marks(self) -> OwnRecordMarks {
        match self {
            Self::JsonLines => OwnRecordMarks { header: "{\"kenc_records\":", seal: "{\"kenc_seal\":", end: "}" },
            Self::Csv => OwnRecordMarks { header: "#kenc_records ", seal: "#kenc_seal ", end: "" },
            // An item, so that programs that read the items of an export find one.
            Self::DynamoDbExport => OwnRecordMarks {
                header: "{\"Item\":{\"kenc_records\":{\"S\":",
                seal: "{\"Item\":{\"kenc_seal\":{\"S\":",
                end: "}}}",
            },
        }
    }

    /// A record of kenc with this JSON object, which has no line end, and the line end.
    pub(super) fn own_record(self, mark: &str, json: &str) -> String {
        let end = self.marks().end;
        match self {
            Self::JsonLines | Self::Csv => format!("{mark}{json}{end}\n"),
            Self::DynamoDbExport => format!("{mark}{}{end}\n", serde_json::Value::from(json)),
        }
    }

    /// The JSON object of a record of kenc that begins with `mark`. `None` if it is not one.
    pub(super) fn own_json(self, mark: &str, record: &[u8]) -> Option<String> {
        let record = std::str::from_utf8(record).ok()?;
        let record = record.strip_suffix('\n').unwrap_or(record);
        let record = record.strip_suffix('\r').unwrap_or(record);
        let json = record.strip_prefix(mark)?.strip_suffix(self.marks().end)?;
        match self {
            Self::JsonLines | Self::Csv => Some(json.to_owned()),
            Self::DynamoDbExport => serde_json::from_str(json).ok(),
        }
    }

    /// The notation whose header begins an input.
    pub(super) fn of_start(start: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|notation| start.starts_with(notation.marks().header.as_bytes()))
    }
}
