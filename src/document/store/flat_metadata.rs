//! Metadata for notations without nesting: `kms__list_0__map_arn`, every value as text on one line.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

const MAP: &str = "__map_";
const LIST: &str = "__list_";

/// The fields as keys with values, sorted. Empty ones are left out.
///
/// A line break is written as `\n`, as sops does; a backslash before an `n` reads as one too, and occurs in no field.
pub(crate) fn flatten(metadata: &Map<String, Json>) -> BTreeMap<String, String> {
    let mut flat = BTreeMap::new();
    // The stack is on the heap: metadata may be nested to any depth.
    let mut left: Vec<(String, &Json)> = metadata.iter().map(|(key, value)| (key.clone(), value)).collect();
    while let Some((key, value)) = left.pop() {
        match value {
            Json::Null => {}
            Json::Object(fields) => {
                left.extend(fields.iter().map(|(name, value)| (format!("{key}{MAP}{name}"), value)));
            }
            Json::Array(items) => {
                left.extend(items.iter().enumerate().map(|(at, value)| (format!("{key}{LIST}{at}"), value)));
            }
            Json::String(text) => {
                flat.insert(key, text.replace('\n', "\\n"));
            }
            single => {
                flat.insert(key, single.to_string());
            }
        }
    }
    flat
}

/// Rebuilds the fields. The error says what is wrong with a key.
pub(crate) fn unflatten<'a>(flat: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Map<String, Json>, &'static str> {
    let mut root = FieldTree::default();
    for (key, value) in flat {
        root.put(key, value.replace("\\n", "\n"))?;
    }
    match root.into_json()? {
        Json::Object(fields) => Ok(fields),
        _ => Err("the metadata begins with a list"),
    }
}

/// Maximum nesting of metadata.
const MAX_DEPTH: usize = 32;

/// The parts of a field that were read: exactly one of the three in the end.
#[derive(Default)]
struct FieldTree {
    value: Option<String>,
    fields: BTreeMap<String, FieldTree>,
    /// By position, so that a large number takes no memory.
    items: BTreeMap<usize, FieldTree>,
}

impl FieldTree {
    fn put(&mut self, key: &str, value: String) -> Result<(), &'static str> {
        let mut part = self;
        let (mut name, mut rest) = split_name(key);
        part = part.fields.entry(name.to_owned()).or_default();
        for _ in 0..MAX_DEPTH {
            if rest.is_empty() {
                let is_new = part.value.replace(value).is_none();
                return is_new.then_some(()).ok_or("the metadata has a duplicate field");
            }
            part = if let Some(inner) = rest.strip_prefix(MAP) {
                (name, rest) = split_name(inner);
                part.fields.entry(name.to_owned()).or_default()
            } else {
                (name, rest) = split_name(&rest[LIST.len()..]);
                let position =
                    name.parse().map_err(|_| "a list in the metadata has a position that is not a number")?;
                part.items.entry(position).or_default()
            };
        }
        Err("the metadata is nested too deep")
    }

    fn into_json(self) -> Result<Json, &'static str> {
        let Self { value, fields, items } = self;
        match (value, fields.is_empty(), items.is_empty()) {
            (Some(value), true, true) => Ok(Json::String(value)),
            (None, _, true) => {
                let fields = fields.into_iter().map(|(name, part)| part.into_json().map(|value| (name, value)));
                Ok(Json::Object(fields.collect::<Result<_, _>>()?))
            }
            (None, true, false) => {
                let is_whole = items.keys().copied().eq(0..items.len());
                let items = items.into_values().map(Self::into_json).collect::<Result<_, _>>()?;
                is_whole.then_some(Json::Array(items)).ok_or("a list in the metadata has a gap")
            }
            _ => Err("a field of the metadata is both a value and a container"),
        }
    }
}

/// A name, and the rest after the next separator.
fn split_name(key: &str) -> (&str, &str) {
    let end = [key.find(MAP), key.find(LIST)].into_iter().flatten().min().unwrap_or(key.len());
    key.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Map<String, Json> {
        serde_json::from_str(text).unwrap()
    }

    fn unflattened(flat: &[(&str, &str)]) -> Result<Map<String, Json>, &'static str> {
        unflatten(flat.iter().copied())
    }

    #[test]
    fn metadata_is_flat_as_sops_has_it_and_reads_back_as_text() {
        let metadata = fields(
            r#"{"kms": [{"arn": "a", "context": {"b": "c"}}, {"arn": "d"}], "mac_only_encrypted": true, "shamir_threshold": 2,
                "pgp": null, "age": [], "key_groups": [{"age": [{"enc": "x\ny\n"}]}]}"#,
        );
        let flat = flatten(&metadata);
        let lines: Vec<_> = flat.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(
            lines,
            [
                "key_groups__list_0__map_age__list_0__map_enc=x\\ny\\n",
                "kms__list_0__map_arn=a",
                "kms__list_0__map_context__map_b=c",
                "kms__list_1__map_arn=d",
                "mac_only_encrypted=true",
                "shamir_threshold=2",
            ]
        );
        assert_eq!(
            unflatten(flat.iter().map(|(key, value)| (key.as_str(), value.as_str()))).unwrap(),
            fields(
                r#"{"kms": [{"arn": "a", "context": {"b": "c"}}, {"arn": "d"}], "mac_only_encrypted": "true",
                    "shamir_threshold": "2", "key_groups": [{"age": [{"enc": "x\ny\n"}]}]}"#
            )
        );
    }

    #[test]
    fn flat_metadata_that_makes_no_sense_is_refused() {
        assert!(unflattened(&[("a__list_1", "")]).is_err(), "a gap");
        assert!(unflattened(&[("a__list_18446744073709551615", "")]).is_err(), "a large position");
        assert!(unflattened(&[("a__list_x", "")]).is_err(), "no position");
        assert!(unflattened(&[("a", ""), ("a__map_b", "")]).is_err(), "a value and a map");
        assert!(unflattened(&[("a__list_0", ""), ("a__map_b", "")]).is_err(), "a list and a map");
        assert!(unflattened(&[("a", ""), ("a", "")]).is_err(), "twice");
        assert!(unflattened(&[(&format!("a{}", "__map_b".repeat(100_000)), "")]).is_err(), "too deep");
    }
}
