//! What is found out about a key.

use std::path::PathBuf;

use super::aws_kms::check::KmsKeyCheck;
use super::spec::KeySpec;
use super::wrapped::WrappedKey;
use crate::error::{KeyRefusal, KmsRefusal};

/// A key to check.
#[derive(Clone, Copy, Debug)]
pub enum KeyToCheck<'a> {
    /// A key that a word names.
    Named(&'a KeySpec),
    /// The key of a slot, which should open the wrapped key in it.
    Slot(&'a WrappedKey),
}

/// What was found out about a key.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyCheck {
    /// A key of AWS KMS, or why KMS could not be asked.
    AwsKms(Result<KmsKeyCheck, Box<KmsRefusal>>),
    /// A recipient of age.
    Age(AgeKeyCheck),
    /// A key that does what was tried with it.
    Works(KeyFinding),
    /// A key of which nothing can be found out before it is used.
    Unchecked(KeyFinding),
    /// A key or slot that cannot be used.
    Unusable(KeyRefusal),
}

/// What there is to say of a key, in one sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyFinding {
    /// The kind of key, as results for programs name it.
    pub provider: &'static str,
    /// What was tried, in a word.
    pub label: &'static str,
    /// The sentence.
    pub sentence: &'static str,
}

/// What was found out about a recipient of age.
#[derive(Debug)]
#[non_exhaustive]
pub struct AgeKeyCheck {
    /// Whether an identity for it is here, found out by opening something with it.
    pub opened: Result<(), KeyRefusal>,
    /// Files of identities that others than their owner may read or change.
    pub open_to_others: Vec<PathBuf>,
}
