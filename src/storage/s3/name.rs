//! Names of objects: `s3://bucket/key`, with `?versionId=…` for one version of it.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

const SCHEME: &str = "s3://";
const VERSION: &str = "?versionId=";
/// Longest key, in bytes.
const LONGEST_KEY: usize = 1024;

/// The name of an object, or of all objects whose keys begin alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// The bucket: its name, or the ARN of an access point.
    pub bucket: String,
    /// The key. Empty, or with a `/` at its end, if a prefix is meant.
    pub key: String,
    /// One version of it.
    pub version: Option<String>,
}

/// Why a word is no name of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectNameFault {
    /// There is no bucket.
    #[error("it names no bucket")]
    NoBucket,
    /// The bucket cannot have this name.
    #[error("a bucket has 3 to 63 letters, digits, dots and hyphens")]
    NotABucket,
    /// The key is too long.
    #[error("a key has at most {LONGEST_KEY} bytes")]
    TooLong,
    /// It is not text.
    #[error("it is not UTF-8")]
    NotText,
}

impl ObjectName {
    /// Whether a path is meant as the name of an object. A local file with such a name is written `./s3:…`.
    #[must_use]
    pub fn is_meant(path: &Path) -> bool {
        path.as_os_str().as_encoded_bytes().starts_with(SCHEME.as_bytes())
    }

    /// The object that a path names, or `None` if it is a local file.
    ///
    /// # Errors
    /// If it is meant as an object and cannot be one.
    pub fn of(path: &Path) -> Result<Option<Self>, ObjectNameFault> {
        if !Self::is_meant(path) {
            return Ok(None);
        }
        Self::parse(path.to_str().ok_or(ObjectNameFault::NotText)?).map(Some)
    }

    fn parse(text: &str) -> Result<Self, ObjectNameFault> {
        let rest = text.strip_prefix(SCHEME).unwrap_or(text);
        let (rest, version) = match rest.rsplit_once(VERSION) {
            Some((rest, version)) if !version.is_empty() => (rest, Some(version.to_owned())),
            _ => (rest, None),
        };
        // The ARN of an access point has a slash in it.
        let search_from = rest.find(":accesspoint/").filter(|_| rest.starts_with("arn:")).map_or(0, |at| at + 13);
        let end = rest[search_from..].find('/').map_or(rest.len(), |at| search_from + at);
        let (bucket, key) = (&rest[..end], rest.get(end + 1..).unwrap_or_default());
        if bucket.is_empty() {
            return Err(ObjectNameFault::NoBucket);
        }
        let may_be_in_name = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
        let is_bucket = (3..=63).contains(&bucket.len()) && bucket.chars().all(may_be_in_name);
        let is_arn = bucket.starts_with("arn:") && bucket.matches(':').count() >= 5;
        if !is_bucket && !is_arn {
            return Err(ObjectNameFault::NotABucket);
        }
        if key.len() > LONGEST_KEY {
            return Err(ObjectNameFault::TooLong);
        }
        Ok(Self { bucket: bucket.to_owned(), key: key.to_owned(), version })
    }

    /// Whether it names all objects whose keys begin so, and not one.
    #[must_use]
    pub fn is_prefix(&self) -> bool {
        self.key.is_empty() || self.key.ends_with('/')
    }

    /// The part of its key behind the last `/`.
    #[must_use]
    pub fn file_name(&self) -> Option<OsString> {
        let name = self.key.rsplit('/').next().unwrap_or_default();
        (!name.is_empty()).then(|| name.into())
    }

    /// The object with this name below the prefix.
    #[must_use]
    pub fn below(&self, name: &str) -> Self {
        Self { bucket: self.bucket.clone(), key: format!("{}{name}", self.key), version: None }
    }

    /// As a path, in messages.
    #[must_use]
    pub fn to_path(&self) -> PathBuf {
        self.to_string().into()
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bucket, key, version } = self;
        write!(f, "{SCHEME}{bucket}/{key}")?;
        version.as_ref().map_or(Ok(()), |version| write!(f, "{VERSION}{version}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String, Option<String>) {
        let ObjectName { bucket, key, version } = ObjectName::of(Path::new(text)).unwrap().unwrap();
        (bucket, key, version)
    }

    #[test]
    fn a_name_has_a_bucket_a_key_and_perhaps_a_version() {
        let of = |bucket: &str, key: &str, version: Option<&str>| {
            (bucket.to_owned(), key.to_owned(), version.map(str::to_owned))
        };
        assert_eq!(parts("s3://bucket/a/b.kenc"), of("bucket", "a/b.kenc", None));
        assert_eq!(parts("s3://bucket//a?b"), of("bucket", "/a?b", None));
        assert_eq!(parts("s3://bucket"), of("bucket", "", None));
        assert_eq!(parts("s3://bucket/a?versionId=3.x_y"), of("bucket", "a", Some("3.x_y")));
        assert_eq!(parts("s3://bucket/a?versionId="), of("bucket", "a?versionId=", None));
        let point = "arn:aws:s3:eu-west-1:111122223333:accesspoint/point";
        assert_eq!(parts(&format!("s3://{point}/a/b")), of(point, "a/b", None));
    }

    #[test]
    fn a_name_is_written_as_it_was_read() {
        for text in ["s3://bucket/a//b", "s3://bucket/a?versionId=x", "s3://my.bucket/ä ö"] {
            assert_eq!(ObjectName::of(Path::new(text)).unwrap().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_cannot_be_an_object_is_refused_and_what_is_a_file_is_left_alone() {
        let fault = |text: &str| ObjectName::of(Path::new(text)).unwrap_err();
        assert_eq!(fault("s3://"), ObjectNameFault::NoBucket);
        assert_eq!(fault("s3:///key"), ObjectNameFault::NoBucket);
        assert_eq!(fault("s3://a b/key"), ObjectNameFault::NotABucket);
        assert_eq!(fault(&format!("s3://bucket/{}", "k".repeat(1025))), ObjectNameFault::TooLong);
        for text in ["./s3://bucket/key", "s3:/bucket", "s3", "S3://bucket/key"] {
            assert_eq!(ObjectName::of(Path::new(text)), Ok(None), "{text}");
        }
    }
}
