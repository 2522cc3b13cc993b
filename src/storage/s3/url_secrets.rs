//! The queries of URLs that are read. The query of a presigned URL is a secret: whoever has it can read the object.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

const SCHEMES: [&str; 2] = ["https://", "http://"];

/// URLs by the names under which they go everywhere else: without their queries.
#[derive(Clone, Default)]
pub struct UrlSecrets(
    #[cfg_attr(not(feature = "aws"), allow(dead_code, reason = "there are no calls"))]
    Arc<HashMap<String, SecretString>>,
);

impl UrlSecrets {
    /// Takes the queries out of those inputs that are URLs, before anything can show them.
    #[must_use]
    pub fn take_from(inputs: &mut [PathBuf]) -> Self {
        let mut urls = HashMap::new();
        for input in inputs {
            let Some(text) = input.to_str().filter(|text| SCHEMES.iter().any(|scheme| text.starts_with(scheme))) else {
                continue;
            };
            let text = text.split_once('#').map_or(text, |(before, _)| before);
            let Some((name, _)) = text.split_once('?') else { continue };
            let is_other = |url: &SecretString| url.expose_secret() != text;
            // Two URLs may differ in nothing but their queries.
            let (mut free, mut number) = (name.to_owned(), 1);
            while urls.get(&free).is_some_and(is_other) {
                number += 1;
                free = format!("{name}#{number}");
            }
            urls.insert(free.clone(), SecretString::from(text));
            *input = free.into();
        }
        Self(Arc::new(urls))
    }

    /// The whole URL with this name.
    #[cfg(feature = "aws")]
    pub(super) fn url(&self, name: &str) -> SecretString {
        self.0.get(name).cloned().unwrap_or_else(|| SecretString::from(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_known_by_the_name_of_its_url_and_seen_nowhere() {
        let mut inputs: Vec<PathBuf> = [
            "local",
            "https://h/a?X=1#f",
            "https://h/a?X=2",
            "https://h/a?X=1",
            "a?b",
            "s3://b/k?versionId=1",
            "https://h/b",
        ]
        .map(PathBuf::from)
        .into();
        let urls = UrlSecrets::take_from(&mut inputs);
        assert_eq!(
            inputs,
            ["local", "https://h/a", "https://h/a#2", "https://h/a", "a?b", "s3://b/k?versionId=1", "https://h/b"]
                .map(PathBuf::from)
        );
        assert_eq!(urls.0["https://h/a"].expose_secret(), "https://h/a?X=1");
        assert_eq!(urls.0["https://h/a#2"].expose_secret(), "https://h/a?X=2");
        assert_eq!(urls.0.len(), 2);
    }
}
