//! Hints about files that are not authentic, and about messages of the AWS Encryption SDK.

use kenc::error::{AuthenticationError, Error, S3ClientFault};

/// What to do about a file that was cut off.
pub const CUT_OFF: &str =
    "fetch it again or restore it from a backup; a full disk or an interrupted transfer can cause this";

/// What to do about a file that is not authentic. `file` is its name in a command.
pub fn of_authentication(fault: AuthenticationError, file: &str) -> String {
    match fault {
        AuthenticationError::Header => format!(
            "`kenc inspect {file}` shows the stored pairs; if no pair is missing, restore the file from a backup"
        ),
        AuthenticationError::TooManyFrames => "give longer frames: `--frame-length 65536`".to_owned(),
        AuthenticationError::CutOff { .. } | AuthenticationError::Chunk { end: Some(_), .. } => CUT_OFF.to_owned(),
        _ => "restore the file from a backup, or fetch it again".to_owned(),
    }
}

/// What to do about a key that serves no messages, or only messages, and about one that is not committed to.
pub fn of_keys(error: &Error) -> &'static str {
    match error {
        Error::ForMessagesOnly(_) => "name a KMS key or an age recipient, or write a message: `--format aws-esdk`",
        Error::NotForMessages(_) => "name a KMS key, or a raw key: `-k raw-aes:NAMESPACE/NAME@FILE`",
        Error::NoContextInAgeFile => "leave -c out; `kenc rewrap --format age --no-context` removes that of a file",
        Error::PairsNotStored => "`kenc rotate --new-context K=V` names all pairs of the new message",
        Error::PassphraseAmongKeys => "name the keys of the new file: `--to KEY`",
        Error::NotOfFormat(_) => "leave the option out, or choose another format: `--format aws-esdk`",
        _ => "if you know who wrote it, `--allow-uncommitted` opens it",
    }
}

/// What to do about an object of the Amazon S3 Encryption Client.
pub fn of_s3_client(fault: &S3ClientFault) -> &'static str {
    match fault {
        S3ClientFault::KeyNotNamed => "name it by its ARN or its alias: `-k arn:aws:kms:…` or `-k alias/NAME`",
        S3ClientFault::OnlyRead => "make it a kenc file: `kenc rewrap --format kenc --to KEY`",
        S3ClientFault::NewKeysNotNamed => "name them: `--to KEY`",
        S3ClientFault::Metadata(..) => "copy the object again with its metadata",
        _ => "read it with the S3 Encryption Client itself, and write it again",
    }
}

/// What to do about a number in a header that is beyond a limit.
pub fn of_limit(field: &str) -> &'static str {
    match field {
        "number of keys" | "length of the wrapped keys" => "name fewer keys with -k",
        "number of encrypted data keys" => "if you know who wrote it, raise the limit: `--max-encrypted-data-keys N`",
        "frame length" => "if you know who wrote it, raise the limit: `--max-frame-length BYTES`",
        _ => "the header is damaged: restore the file from a backup, or fetch it again",
    }
}
