//! Objects among the names of files.

use std::path::{Path, PathBuf};

use crate::ops::failure::{Cause, Failure};
use crate::storage::s3::ObjectName;

/// The object that a path names, or `None` if it is a local file.
///
/// # Errors
/// If it is meant as an object and cannot be one.
pub fn object_of(path: &Path) -> Result<Option<ObjectName>, Failure> {
    ObjectName::of(path).map_err(|fault| Cause::NotAnObject { path: without_secrets(path), fault }.into())
}

/// A path as it may be shown: the query of a URL is a secret, and so is what stands before its host.
#[must_use]
pub fn without_secrets(path: &Path) -> PathBuf {
    let text = path.to_string_lossy();
    let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme)) else {
        return path.to_owned();
    };
    let (rest, query) = rest.split_once('?').map_or((rest, ""), |(rest, _)| (rest, "?…"));
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}{query}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_query_and_without_what_stands_before_its_host() {
        let shown = |text: &str| without_secrets(Path::new(text)).display().to_string();
        assert_eq!(shown("https://host/a/b?X-Amz-Signature=1"), "https://host/a/b?…");
        assert_eq!(shown("https://user:word@host/a?b@c"), "https://host/a?…");
        assert_eq!(shown("https://user:word@host"), "https://host");
        for text in ["s3://bucket/a?versionId=1", "a?b", "./https://host/a?b", "https://host/a@b"] {
            assert_eq!(shown(text), text);
        }
    }
}
