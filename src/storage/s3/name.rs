//! Names of objects: `s3://bucket/key`, with `?versionId=…` for one version of it, and `https://host/path` without its query,
//! which is a secret.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

const SCHEME: &str = "s3://";
const HTTPS: &str = "https://";
const HTTP: &str = "http://";
const VERSION: &str = "?versionId=";
/// Longest key, in bytes.
const LONGEST_KEY: usize = 1024;
/// Longest URL without its query, in bytes.
const LONGEST_URL: usize = 4096;

/// The name of an object, or of all objects whose keys begin alike; or of one that is read from a URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// The bucket: its name, or the ARN of an access point. Of a URL the scheme and the host.
    pub bucket: String,
    /// The key. Empty, or with a `/` at its end, if a prefix is meant. Of a URL the path.
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
    /// The URL names no file.
    #[error("the URL names no file")]
    NoFile,
    /// The URL has a user name in it, or something else that does not belong there.
    #[error("the URL has something before its path that is no host")]
    NotAHost,
    /// The URL is not one of https.
    #[error("kenc reads URLs of https only, and of http on 127.0.0.1")]
    NotHttps,
    /// The URL has a query where that would be shown.
    #[error("a URL with a query can only be an argument")]
    HasQuery,
}

impl ObjectName {
    /// Whether a path is meant as the name of an object. A local file with such a name is written `./s3:…`.
    #[must_use]
    pub fn is_meant(path: &Path) -> bool {
        let path = path.as_os_str().as_encoded_bytes();
        [SCHEME, HTTPS, HTTP].iter().any(|scheme| path.starts_with(scheme.as_bytes()))
    }

    /// Whether it is read from a URL.
    #[must_use]
    pub fn is_url(&self) -> bool {
        self.bucket.contains("://")
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
        let Some(rest) = text.strip_prefix(SCHEME) else { return Self::parse_url(text) };
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

    fn parse_url(text: &str) -> Result<Self, ObjectNameFault> {
        if text.contains('?') {
            return Err(ObjectNameFault::HasQuery);
        }
        let start = text.find("://").map_or(0, |at| at + 3);
        let (host, path) = text[start..].split_once('/').ok_or(ObjectNameFault::NoFile)?;
        let may_be_in_host = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]_".contains(letter);
        if host.is_empty() || !host.chars().all(may_be_in_host) {
            return Err(ObjectNameFault::NotAHost);
        }
        let name = host.strip_suffix(|letter: char| letter.is_ascii_digit()).map_or(host, |_| {
            let without_port = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
            without_port.map_or(host, |(name, _)| name)
        });
        if text.starts_with(HTTP) && !["127.0.0.1", "localhost", "[::1]"].contains(&name) {
            return Err(ObjectNameFault::NotHttps);
        }
        if path.is_empty() || path.ends_with('/') {
            return Err(ObjectNameFault::NoFile);
        }
        if text.len() > LONGEST_URL || path.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
            return Err(ObjectNameFault::TooLong);
        }
        Ok(Self { bucket: text[..start + host.len()].to_owned(), key: path.to_owned(), version: None })
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
        let scheme = if self.is_url() { "" } else { SCHEME };
        write!(f, "{scheme}{bucket}/{key}")?;
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
    fn a_url_is_one_of_https_with_a_host_and_a_path_and_nothing_that_is_secret() {
        for text in
            ["https://bucket.s3.eu-west-1.amazonaws.com/a/b%20c.kenc", "http://127.0.0.1:9000/b/k", "http://[::1]/k"]
        {
            let name = ObjectName::of(Path::new(text)).unwrap().unwrap();
            assert!(name.is_url() && !name.is_prefix() && name.to_string() == text, "{text}");
        }
        let name = ObjectName::of(Path::new("https://host/a/b.kenc")).unwrap().unwrap();
        assert_eq!((&*name.bucket, &*name.key), ("https://host", "a/b.kenc"));
        assert_eq!(name.file_name().unwrap(), "b.kenc");
        let fault = |text: &str| ObjectName::of(Path::new(text)).unwrap_err();
        assert_eq!(fault("http://example.com/a"), ObjectNameFault::NotHttps);
        assert_eq!(fault("http://127.0.0.1.example.com/a"), ObjectNameFault::NotHttps);
        assert_eq!(fault("http://127.0.0.1:80.example.com/a"), ObjectNameFault::NotHttps);
        assert_eq!(fault("https://user:word@host/a"), ObjectNameFault::NotAHost);
        assert_eq!(fault("https:///a"), ObjectNameFault::NotAHost);
        assert_eq!(fault("https://host"), ObjectNameFault::NoFile);
        assert_eq!(fault("https://host/a/"), ObjectNameFault::NoFile);
        assert_eq!(fault("https://host/a?X-Amz-Signature=1"), ObjectNameFault::HasQuery);
    }

    #[test]
    fn what_cannot_be_an_object_is_refused_and_what_is_a_file_is_left_alone() {
        let fault = |text: &str| ObjectName::of(Path::new(text)).unwrap_err();
        assert_eq!(fault("s3://"), ObjectNameFault::NoBucket);
        assert_eq!(fault("s3:///key"), ObjectNameFault::NoBucket);
        assert_eq!(fault("s3://a b/key"), ObjectNameFault::NotABucket);
        assert_eq!(fault(&format!("s3://bucket/{}", "k".repeat(1025))), ObjectNameFault::TooLong);
        for text in ["./s3://bucket/key", "s3:/bucket", "s3", "S3://bucket/key", "./https://host/a", "https:/host/a"] {
            assert_eq!(ObjectName::of(Path::new(text)), Ok(None), "{text}");
        }
    }
}
