//! The words for raw keys: `raw-aes:NAMESPACE/NAME@FILE`.

use std::path::PathBuf;

use crate::error::KeyWordError;
use crate::keys::spec::KeySpec;

/// Provider name of raw AES keys.
pub const RAW_AES: &str = "raw-aes";
/// Provider name of raw RSA keys.
pub const RAW_RSA: &str = "raw-rsa";

/// What a word for a raw key says.
pub(super) struct RawKeyWord<'a> {
    /// Namespace and name, as slots have them: `NAMESPACE/NAME`.
    pub(super) id: &'a str,
    /// The file that holds the key.
    pub(super) file: PathBuf,
}

/// Reads a word that begins with one of `prefixes`. `None` if it begins with none.
pub(super) fn parse(word: &str, provider: &'static str, prefixes: &[&str]) -> Result<Option<KeySpec>, KeyWordError> {
    let Some(rest) = prefixes.iter().find_map(|prefix| word.strip_prefix(prefix)) else { return Ok(None) };
    let invalid = |fault: &str| KeyWordError::Invalid { word: word.to_owned(), fault: fault.to_owned() };
    let Some((id, file)) = rest.split_once('@') else {
        return Err(invalid("the file of the key is missing: NAMESPACE/NAME@FILE"));
    };
    let Some((namespace, name)) = id.split_once('/') else {
        return Err(invalid("a raw key has a namespace and a name: NAMESPACE/NAME@FILE"));
    };
    if namespace.starts_with("aws-kms") {
        return Err(invalid("namespaces that begin with `aws-kms` are reserved"));
    }
    if namespace.is_empty() || name.is_empty() || file.is_empty() {
        return Err(invalid("a part of NAMESPACE/NAME@FILE is empty"));
    }
    Ok(Some(KeySpec::new(provider, word.to_owned())))
}

/// The parts of a word that [`parse`] took.
pub(super) fn parts(key: &KeySpec) -> RawKeyWord<'_> {
    let (_, rest) = key.as_str().split_once(':').expect("a word for a raw key has a prefix");
    let (id, file) = rest.split_once('@').expect("a word for a raw key names a file");
    RawKeyWord { id, file: PathBuf::from(file) }
}
