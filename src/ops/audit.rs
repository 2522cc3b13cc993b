//! Who used the keys of files, by the logs of AWS CloudTrail.
//!
//! An event of CloudTrail names the key and the encryption context, and never the wrapped key: several files can have both.
//! So every event that is found says how much it tells ([`level`]). Only a request id that kenc noted in its own log of key uses
//! ([`use_log`]) ties an event to one file.

pub mod audited_files;
pub mod event;
mod event_fields;
pub mod event_filter;
pub mod fault;
mod key_words;
pub mod level;
pub mod principal;
mod record_scanner;
pub mod rows;
pub mod search;
pub mod trail;
pub mod use_log;
