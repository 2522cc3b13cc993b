//! Hints about records with encrypted fields.

use kenc::error::RecordFault;

/// What to do about them. `file` is the name of the input in a command.
pub fn of(fault: &RecordFault, file: &str) -> String {
    match fault {
        RecordFault::Field(_) => "write it as `$.name`, `$.outer.inner`, `$.list[*].name` or `$['a.b']`".to_owned(),
        RecordFault::NoField => "name it: `--field '$.ssn'`".to_owned(),
        RecordFault::Overlap { .. } => "name the outer one alone, or only fields within it".to_owned(),
        RecordFault::NoColumn { .. } => "name one of the columns: `--field NAME`".to_owned(),
        RecordFault::FieldNotEncrypted { .. } => format!("`kenc inspect {file}` shows the encrypted fields"),
        RecordFault::EncryptedAlready => {
            format!("to change the fields, decrypt them first: `kenc decrypt -o PLAIN {file}`")
        }
        RecordFault::Syntax { .. } | RecordFault::TooLong { .. } | RecordFault::TooManyValues(_) => {
            "correct the record, or choose another kind: `--records jsonl`, `csv` or `ddb-export`".to_owned()
        }
        RecordFault::NoSeal { .. } | RecordFault::Packing => format!(
            "fetch it again; `kenc decrypt --allow-unsealed -o OUTPUT {file}` decrypts the beginning that is there"
        ),
        RecordFault::Moved { .. } => {
            format!("if another program sorted or filtered them on purpose: `kenc decrypt --header FILE {file}`")
        }
        RecordFault::NotEncrypted { .. }
        | RecordFault::NotAuthentic { .. }
        | RecordFault::BrokenSeal { .. }
        | RecordFault::Damaged { .. }
        | RecordFault::Header(_) => "restore the file from a backup, or fetch it again".to_owned(),
        RecordFault::NoSuchRecord { records, .. } => format!("use `--record 1-{records}` for all of them"),
        RecordFault::NotOfRecords(_) => {
            format!(
                "`kenc inspect {file}` shows what the file is, and `kenc decrypt --record A-B` decrypts some records"
            )
        }
        RecordFault::NoneMatches => "a value is compared as text: `--where id=42`, `--where 'name=Ada'`".to_owned(),
        RecordFault::SeveralMatch(_) => "name one by its number: `--record N`".to_owned(),
        RecordFault::NotRecords => "`kenc encrypt --records KIND --field PATH` makes one".to_owned(),
        _ => "see kenc-records(5)".to_owned(),
    }
}
