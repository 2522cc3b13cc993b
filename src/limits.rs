//! How much of an input is read, or held in memory: the limits of everything that is read whole.
//!
//! What belongs to a format, such as the length of its header, stands in the folder of that format.

/// Longest document, in bytes.
pub const LONGEST_DOCUMENT: usize = 256 << 20;
/// Longest file that is held in memory, possibly in several copies, in bytes.
pub const LONGEST_IN_MEMORY: u64 = 1 << 30;
/// Of a text, as many bytes as show whether it may be an encrypted document. One that says nothing of it is no document, and
/// nobody waits for the rest of a pipe.
pub const TELLING: usize = 512 << 10;
/// Longest plaintext of a whole file in a diff, in bytes.
pub const LONGEST_IN_DIFF: usize = 16 << 20;
/// Longest file that is looked at unasked, for a pattern of git or for completion, in bytes: somebody waits for the answer.
pub const LONGEST_LOOKED_AT: u64 = 16 << 20;
/// Longest file that is looked at although neither its name nor a rule says that it is a document, in bytes: such a document
/// is an envelope, and small.
pub const LONGEST_ENVELOPE: u64 = 4 << 20;
/// Longest config of kenc, sops or git, in bytes.
pub const LONGEST_CONFIG: u64 = 1 << 20;
/// Longest list of keys, in bytes.
pub const LONGEST_KEY_LIST: u64 = 1 << 20;
/// Longest file with age or ssh identities, in bytes.
pub const LONGEST_IDENTITIES: u64 = 1 << 20;
/// Longest file with a raw key, in bytes: the longest RSA keys have less.
pub const LONGEST_RAW_KEY: usize = 64 << 10;
/// Longest name in a list of inputs, in bytes: more than any system opens.
pub const LONGEST_NAME: u64 = 64 << 10;
/// Longest passphrase, in bytes.
pub const LONGEST_PASSPHRASE: u64 = 4096;
/// Longest list of the accounts of the system, in bytes.
pub const LONGEST_ACCOUNTS: u64 = 4 << 20;

/// Most shards of a run. A job array with more tasks is longer than any scheduler permits.
pub const MOST_SHARDS: u32 = 1_000_000;

/// Longest record of which fields are encrypted, in bytes. An item of DynamoDB has at most 400 KiB.
pub const LONGEST_RECORD: usize = 16 << 20;
/// Longest record with encrypted fields, in bytes: what the longest one becomes.
pub const LONGEST_SEALED_RECORD: usize = 32 << 20;
